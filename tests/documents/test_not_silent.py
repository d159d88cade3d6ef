"""What forms print in unusual places is read, or named among what was not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from docx import Document
from layouts import Layout, Rows, write_docx, write_xlsx

from perfkit import Library, audit, find_library
from perfkit.documents import load_document
from perfkit.documents.loading import Handed

LEVELS = ["一级指标", "二级指标", "三级指标"]
GOALS: Rows = [
    [*LEVELS, "指标值", "完成值", "分值", "得分"],
    ["产出指标", "数量指标", "维护堤防", "≥12公里", "12公里", "90", "90"],
]


@pytest.fixture(scope="module")
def library(repo: Path) -> Library:
    return find_library(repo / "params" / "cases")


@pytest.fixture
def read(tmp_path: Path, library: Library) -> Any:
    return lambda rows: load_document(write_xlsx(Layout(rows), tmp_path / "form.xlsx"), library)


def head(*more: Any, title: str = "项目支出绩效自评表（2023年度）") -> Rows:
    return [[title, *["<"] * 6], ["项目名称", "堤防维护", "<", "实施单位", "某县水务所", "<", "<"], *more]


def data(handed: Handed) -> dict[str, Any]:
    ((_, case),) = handed.data
    return case


def stages(handed: Handed) -> dict[str, dict[str, Any]]:
    """The amounts of each stage by part, "total" among them."""
    found = {}
    for stage, said in data(handed)["budget"].items():
        parts = said.get("parts", {}) | {key: places for key, places in said.items() if key != "parts"}
        found[stage] = {name: next(iter(places.values())) for name, places in parts.items()}
    return found


def names(handed: Handed) -> list[str]:
    return [each["name"] for each in data(handed)["rubric"]["indicators"]]


def unread(handed: Handed) -> list[str]:
    return [f"{problem.field.partition('!')[2]} {problem.message}" for problem in handed.warnings if problem.field]


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        (["预算数（年初）", "", "执行数"], {"initial": {"total": "50万元"}, "final": {"total": "40万元"}}),
        (
            ["预算数（年初）", "预算数（调整后）", "执行数（全年）"],
            {"initial": {"total": "50万元"}, "adjusted": {"total": "45万元"}, "final": {"total": "40万元"}},
        ),
        (["预算数（A）", "", "执行数（B）"], {"adjusted": {"total": "50万元"}, "final": {"total": "40万元"}}),
    ],
)
def test_brackets_behind_a_heading_say_the_stage(read: Any, heads: list[str], found: Any) -> None:
    amounts = ["50", "45" if heads[1] else "", "40"]
    handed = read([*head(["项目资金（万元）", "", *heads, "", ""], [None, "年度资金总额", *amounts, "", ""]), *GOALS])
    assert stages(handed) == found


def test_a_reviewers_score_in_brackets_is_no_second_one(read: Any) -> None:
    goals = [
        [*LEVELS, "指标值", "分值", "得分（自评）", "得分（复核）"],
        ["产出", "数量", "维护堤防", "≥12公里", "100", "90", "85"],
    ]
    own = data(read([*head(), *goals]))["published"]["indicators"]["维护堤防"]
    assert (list(own["score"].values()), list(own["reviewed"].values())) == ([90], [85])


@pytest.mark.parametrize(
    "heads",
    [
        ["指标类别", "指标", "指标值", "完成值", "分值", "得分", ""],
        ["一级指标", "绩效指标", "指标值", "完成值", "分值", "得分", ""],
    ],
)
def test_a_bare_word_heads_the_names_where_nothing_else_does(read: Any, heads: list[str]) -> None:
    handed = read([
        *head(),
        heads,
        ["产出", "维护堤防", "≥12公里", "12公里", "60", "60", ""],
        ["产出", "维护及时率", "≥90%", "90%", "40", "40", ""],
    ])  # fmt: skip
    assert names(handed) == ["维护堤防", "维护及时率"]
    assert not unread(handed)


def test_a_label_of_all_rows_heads_no_names(read: Any) -> None:
    rows = [["绩效指标", *LEVELS, "指标值", "分值", "得分"], [None, "产出", "数量", "维护堤防", "≥12公里", "100", "90"]]
    assert names(read([*head(), *rows])) == ["维护堤防"]


def test_funds_in_columns_over_the_one_row_of_the_total(read: Any) -> None:
    """900 of three levels and of a source that no word knows; 财政拨款 splits up the same money once more."""
    handed = read([
        *head(
            ["资金情况（万元）", "", "合计", "中央", "省级", "教育收费", ""],
            [None, "年度资金总额", "90", "30", "40", "20", ""],
            [None, "财政拨款", "70", "30", "40", "", ""],
        ),
        *GOALS,
    ])  # fmt: skip
    assert stages(handed) == {"initial": {"total": "90万元", "中央": "30万元", "省级": "40万元", "教育收费": "20万元"}}
    assert unread(handed) == ["B5 指标上面的这一行“财政拨款”有数，没有读；叫法不同的请加进 params/forms 的用词表"]


def test_amounts_that_a_cell_tells_in_a_sentence(read: Any) -> None:
    text = "年初预算50万元，调整后预算45万元，实际支出40万元，执行率88.89%"
    handed = read([*head(["预算执行情况", text, *["<"] * 5]), *GOALS])
    assert stages(handed) == {
        "initial": {"total": "50万元"},
        "adjusted": {"total": "45万元"},
        "final": {"total": "40万元"},
    }
    assert not unread(handed)
    handed = read([*head(["资金及构成", "总额50万元。其中：财政拨款：30万元", *["<"] * 5]), *GOALS])
    assert "资金及构成”有数，没有读" in "".join(unread(handed))


def test_figures_above_the_indicators_are_read_or_named(read: Any) -> None:
    handed = read([
        *head(
            ["人员情况", "编制人数", "45", "在职人数", "43", "", ""],
            ["基本情况", "公务用车（辆）", "6", "办公用房面积", "1800", "", ""],
            ["联系人", "张三", "<", "联系电话", "6212345", "", ""],
            ["构成", "工程款约30万元", *["<"] * 5],
        ),
        *GOALS,
    ])  # fmt: skip
    staff = data(handed)["staff"]
    assert [list(staff[key].values()) for key in ("established", "actual")] == [["45人"], ["43人"]]
    assert unread(handed) == [
        f"A{row} 指标上面的这一行“{name}”有数，没有读；叫法不同的请加进 params/forms 的用词表"
        for row, name in ((4, "基本情况"), (6, "构成"))
    ]


def test_a_total_beside_a_date_is_read(read: Any) -> None:
    handed = read([*head(["填报日期：2024年3月1日　自评总分：88", *["<"] * 6]), *GOALS])
    assert data(handed)["published"]["total"] == {"自评表 3": 88}


def test_columns_that_no_word_knows_beside_what_indicators_mean_are_named(read: Any) -> None:
    """A column a town: nothing says what their numbers are."""
    money = ["资金情况（万元）", "资金总额", "100", "其中：财政拨款", "100", "", ""]
    goals = [[*LEVELS, "指标解释", "东镇", "西镇", ""], ["产出", "数量", "维护堤防", "按实际", "1", "2", ""]]
    handed = read([*head(money), *goals])
    assert stages(handed) == {"initial": {"total": "100万元", "财政拨款": "100万元"}}
    assert [line[:14] for line in unread(handed)[:2]] == ["E4 不认识栏目“东镇”，而", "F4 不认识栏目“西镇”，而"]


def test_an_unknown_column_of_a_list_is_named(read: Any) -> None:
    handed = read([
        ["2023年专项债券项目绩效评价表", *["<"] * 4],
        ["序号", "项目名称", "债券规模", "自评得分", "自评等级"],
        ["1", "康复医院", "0.2", "96.5", "优"],
        ["2", "水厂扩建", "1.5", "88", "良"],
    ])  # fmt: skip
    assert len(handed.cases) == 2
    assert unread(handed) == ["C2 不认识栏目“债券规模”，没有读"]


def test_forward_and_reverse_in_one_word(read: Any) -> None:
    heads = ["一级指标", "三级指标", "指标值", "正向/反向", "完成值", "分值", "得分"]
    rows = [
        ["产出", "改造户数（户）", "40", "正", "40", "50", "50"],
        ["产出", "事故起数（起）", "3", "反", "2", "50", "50"],
    ]
    facts = data(read([*head(), heads, *rows]))["facts"].values()
    assert [list(fact["target"].values()) for fact in facts] == [["≥40户"], ["≤3起"]]


def test_a_score_in_brackets_with_its_reason_right_behind(tmp_path: Path, library: Library) -> None:
    word = Document()
    for line in (
        "某县农村公路养护项目",
        "2023年度财政支出绩效评价报告",
        "项目单位为某县交通局，综合得分88分。",
        "（一）产出（60分，得50分）",
        "1.养护里程（60分，得50分）计划养护60公里，实际养护50公里。",
        "（二）效益（40分，得38分）",
        "1.路况改善（40分，得38分）",
    ):
        word.add_paragraph(line)
    word.save(str(tmp_path / "report.docx"))
    handed = load_document(tmp_path / "report.docx", library)
    assert names(handed) == ["养护里程", "路况改善"]
    assert data(handed)["unit"]["name"] == "某县交通局"  # and not the project above the title
    assert not [each for case in handed.cases for each in audit(case) if each.severity == "error"]


def test_the_only_form_of_the_unit_belongs_to_the_report_that_names_its_project(
    tmp_path: Path, library: Library
) -> None:
    rows = head(
        ["资金（万元）", "", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, "年度资金总额", "50", "40", "10", "80%", "8"],
    )
    before = ("某县水务所2023年度项目支出绩效自评报告", "堤防维护项目全年预算50万元，全年执行45万元。自评总得分98分。")
    path = write_docx(Layout([*rows, *GOALS]), tmp_path / "report.docx", before=before)
    handed = load_document(path, library)
    ((case,), differs) = handed.cases, [each.code for case in handed.cases for each in audit(case)]
    assert case.unit == "某县水务所"
    assert "fact-differs" in differs
