"""Shapes of files that several tables make together: a cover sheet, money and indicators in tables of their own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from layouts import LAYOUTS, Layout, Rows, write_docx, write_xlsx

from perfkit import Case, Library, audit, find_library, score
from perfkit.cli import run_cli
from perfkit.documents import load_document
from perfkit.documents.loading import Handed

MONEY: Rows = [
    ["预算执行情况", "年初预算", "调整后预算", "实际支出", "分值", "执行率", "得分"],
    ["年度资金总额", "800", "760", "745", "10", "98.03%", "9.8"],
]
GOALS: Rows = [
    ["一级指标", "二级指标", "三级指标", "指标值", "<", "分值", "得分", "<"],
    [None, None, None, "目标值", "实际值", None, "自评", "复核"],
    ["产出", "数量", "修复堤防", "12.5公里", "12.5公里", "50", "50", "48"],
    ["效益", "社会效益", "保护人口", "≥3.2万人", "3.4万人", "40", "40", "40"],
    ["合计", "", "", "", "", "90", "90", "88"],
]


@pytest.fixture(scope="module")
def library(repo: Path) -> Library:
    return find_library(repo / "params" / "cases")


def only(handed: Handed) -> Case:
    (case,) = handed.cases
    return case


def with_table(path: Path, library: Library, rows: Rows, *texts: str) -> Handed:
    return load_document(write_docx(Layout(rows), path, before=texts), library)


def report(path: Path, library: Library, *texts: str) -> Case:
    return only(with_table(path, library, [[""]], *texts))


def sheets(path: Path, library: Library, first: Rows, **others: Rows) -> Handed:
    return load_document(write_xlsx(Layout(first, others=others), path), library)


def codes(case: Case) -> set[str]:
    return {finding.code for finding in audit(case) if finding.severity != "info"}


def test_a_cover_and_the_form_behind_it_name_one_project(tmp_path: Path, library: Library) -> None:
    """The cover has the unit, the form the project, the department and what was wanted."""
    cover: Rows = [["绩效自评资料"], ["单位：某县公交中心（盖章）"], ["填报日期：2024年3月1日"], ["联系人：李某"]]
    form: Rows = [
        ["项目支出绩效自评表（2023年度）"],
        ["项目名称", "公交补贴", "主管部门", "某县交通局"],
        ["年度总体目标", "补贴线路20条"],
        ["一级指标", "二级指标", "三级指标", "指标值", "实际完成值", "分值", "得分"],
        ["产出指标", "数量指标", "补贴线路", "≥20条", "20条", "100", "100"],
    ]
    case = only(sheets(tmp_path / "workbook.xlsx", library, cover, 表=form))
    head = case.document.data
    assert head["unit"] == {"name": "某县公交中心", "parent": "某县交通局"}
    assert (head["title"], head["overview"]["goals"]) == ("公交补贴支出绩效自评", ["补贴线路20条"])


def test_a_total_of_the_indicators_alone_is_none_of_the_whole(tmp_path: Path, library: Library) -> None:
    """合计 of 90 points is 90, the whole with 9.8 of 10 for the execution is 99.8: the two do not contradict."""
    path = tmp_path / "report.docx"
    layout = Layout(MONEY, others={"": GOALS})
    texts = ("堤防修复项目支出绩效自评表", "（2023年度）", "单位：某县水利局　　金额单位：万元")
    handed = load_document(write_docx(layout, path, before=texts, after=("总分：99.8分",)), library)
    assert handed.warnings == []  # neither for the money, whose indicators stand in the other table
    case = only(handed)
    assert case.document.data["published"]["total"] == {"正文 6段": Decimal("99.8")}
    assert codes(case) == set()
    reviewed = (case.file.published.indicators[name].reviewed for name in ("修复堤防", "保护人口"))
    assert [points.value.value for points in reviewed if points] == [48, 40]


def test_a_total_of_less_than_the_whole_stays_where_no_more_is_listed(tmp_path: Path, library: Library) -> None:
    case = only(sheets(tmp_path / "form.xlsx", library, [*GOALS[:4], ["合计", "", "", "", "", "90", "89", ""]]))
    assert "score-sum" in codes(case)  # 50 and 40 are 90


def test_what_is_planned_for_the_beginning_of_the_year_is_the_initial_budget(tmp_path: Path, library: Library) -> None:
    """年初预算安排 is no 预算安排 of the whole year: 1716/1800 is 95.33%, and nothing is overspent."""
    told = "2023年年初预算安排1,500万元，年中追加300万元，调整后预算1,800万元，实际支出1,716万元，预算执行率95.33%。"
    case = report(tmp_path / "report.docx", library, "2023年度补贴政策绩效评价报告", told, "该政策得分86.20分。")
    assert (case.value("budget.initial"), case.value("budget.adjusted")) == (15_000_000, 18_000_000)
    assert case.file.published.total.value.value == 86.2
    assert not codes(case) & {"rate", "overspent"}


def test_a_heading_over_a_column_that_is_read_is_not_named_as_another(tmp_path: Path, library: Library) -> None:
    """偏差原因分析 stands above 原因类型 and 说明, of which 说明 is read."""
    rows: Rows = [
        ["项目支出绩效运行监控表（2023年1-8月）"],
        ["项目名称", "校园安防", "主管部门", "某县教育局"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "1-8月完成情况", "全年预计完成情况", "偏差原因分析", "<"],
        [None, None, None, None, None, None, "原因类型", "说明"],
        ["产出指标", "数量指标", "安装一键报警", "≥60套", "45套", "60套", "其他", "供货推迟"],
    ]
    handed = sheets(tmp_path / "form.xlsx", library, rows)
    assert not [told for told in handed.warnings if "偏差原因分析" in told.message]
    (goal,) = only(handed).document.data["goals"]
    assert goal["reason"] == {"text": "供货推迟"}


def test_money_of_cities_and_counties_is_a_part_of_the_whole(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["转移支付绩效自评表（2023年度）"],
        ["转移支付名称", "农田建设补助", "资金使用单位", "某县农业农村局"],
        ["资金（万元）", "", "全年预算数（A）", "全年执行数（B）", "预算执行率"],
        ["", "年度资金总额", "3,000", "2,900", "96.67%"],
        ["", "其中：中央财政资金", "2,600", "2,550", "98.08%"],
        ["", "市县财政资金", "400", "350", "87.5%"],
        ["一级指标", "二级指标", "三级指标", "指标值", "全年实际完成值"],
        ["产出指标", "数量指标", "新建高标准农田", "2.0万亩", "2.1万亩"],
    ]
    handed = sheets(tmp_path / "form.xlsx", library, rows)
    assert handed.warnings == []
    assert "budget-identity" not in codes(only(handed))


def test_the_answers_behind_a_heading_are_no_part_of_it(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["项目支出绩效运行监控表（2023年1-7月）"],
        ["项目名称", "校园安防", "主管部门", "某县教育局"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "1-7月执行情况", "完成可能性：确定能/有可能/完全不可能"],
        ["产出指标", "数量指标", "安装一键报警", "≥60套", "45套", "有可能"],
    ]
    handed = sheets(tmp_path / "form.xlsx", library, rows)
    assert not [told for told in handed.warnings if "可能" in told.message]
    (goal,) = only(handed).document.data["goals"]
    assert goal["likelihood"] == "有可能"


SOURCES: Rows = [
    ["项目支出绩效自评表（2024年度）"],
    ["项目名称", "渠道清淤", "主管部门", "某县水利局"],
    ["资金来源（万元）", "年初预算", "调整后预算", "到位资金", "实际支出", "执行率"],
    ["省里奖补", "320", "400", "400", "352", "88%"],
    ["县里配套", "200", "270", "200", "160", "80%"],
    ["合计", "520", "670", "600", "512", "85.33%"],
    ["一级指标", "二级指标", "三级指标", "指标值", "全年实际完成值"],
    ["产出指标", "数量指标", "清淤长度", "≥20公里", "21公里"],
]


def test_money_rows_of_any_name_are_parts_where_they_make_up_the_total(tmp_path: Path, library: Library) -> None:
    handed = sheets(tmp_path / "form.xlsx", library, SOURCES)
    case = only(handed)
    assert case.file.budget is not None
    assert case.file.budget.received is not None
    parts = case.file.budget.received.parts
    assert {name: printed.value.value for name, printed in parts.items()} == {"省里奖补": 4e6, "县里配套": 2e6}
    assert not [told for told in handed.warnings if "不认识资金" in told.message]
    wrong = [[*row[:1], "999", "999", "999", "999", *row[5:]] if row[0] == "省里奖补" else row for row in SOURCES]
    told = [told.message for told in sheets(tmp_path / "other.xlsx", library, wrong).warnings]
    assert all(any(f"这一行“{name}”，没有读" in text for text in told) for name in ("省里奖补", "县里配套"))


def test_a_table_whose_rates_are_all_of_the_funds_received_is_right(tmp_path: Path, library: Library) -> None:
    """512 of 600 are 85.33 %, 352 of 400 are 88 %, 160 of 200 are 80 %; of the budget 76.42 % were spent."""
    case = only(sheets(tmp_path / "form.xlsx", library, SOURCES))
    assert codes(case).isdisjoint({"denominator", "rate"})
    mixed = [[*row[:5], "76.42%"] if row[0] == "合计" else row for row in SOURCES]  # of the budget: 512 of 670
    case = only(sheets(tmp_path / "mixed.xlsx", library, mixed))
    (error,) = [finding for finding in audit(case) if finding.severity == "error"]
    assert (error.code, error.printed) == ("denominator", "80%")  # as the total, the part is of 270 and not of 200


PAID = "调整后预算670万元，实际到位资金600万元，实际支出512万元，预算执行率"


def test_a_rate_is_of_the_base_beside_it_that_gives_it(tmp_path: Path, library: Library) -> None:
    title = ("2024年度渠道清淤项目支出绩效评价报告", "某县水利局")
    for rate in ("85.33%", "76.42%"):
        case = report(tmp_path / f"{rate}.docx", library, *title, f"{PAID}{rate}。综合评价得分为 90 分。")
        assert codes(case).isdisjoint({"denominator", "rate"})
    case = report(tmp_path / "both.docx", library, *title, f"{PAID}76.42%。", f"{PAID}85.33%。综合评价得分为 90 分。")
    (found,) = [finding for finding in audit(case) if finding.code == "denominator"]
    assert found.severity == "question"
    assert "512万元÷670万元" in found.message
    assert "512万元÷600万元" in found.message
    case = report(tmp_path / "wrong.docx", library, *title, f"{PAID}80%。综合评价得分为 90 分。")
    assert "rate" in codes(case)


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize(
    ("rate", "base", "score", "asked"),
    [("85.33%", 600, "42.67", False), ("76.42%", 670, "38.21", False), ("85.33%", 600, "38.21", True)],
)
def test_an_indicator_of_execution_is_measured_against_the_base_that_the_text_names(
    tmp_path: Path, library: Library, written: bool, rate: str, base: int, score: str, asked: bool
) -> None:
    """Of 50 points 85.33 % are 42.67, 76.42 % are 38.21, though no result is printed but in a sentence or a sum."""
    rows: Rows = [
        ["一级指标", "二级指标", "三级指标", "分值", "评分标准", "得分", "评分过程"],
        ["过程", "资金管理", "预算执行率", "50", "按执行率计算得分", score, f"512万元÷{base}万元={rate}"],
        ["产出", "数量", "清淤长度", "50", "完成得满分，否则不得分", "50", ""],
    ]
    rows[1] = rows[1] if written else [*rows[1][:6], ""]
    said = PAID.removesuffix("，预算执行率") if written else PAID + rate
    case = only(with_table(tmp_path / "form.docx", library, rows, "2024年度渠道清淤项目支出绩效评价报告", f"{said}。"))
    found = [finding for finding in audit(case) if finding.code == "rescore" and finding.indicator == "预算执行率"]
    assert bool(found) is asked


@pytest.mark.parametrize(
    ("found", "score", "asked"),
    [
        ("2处提前支付", "3", set()),
        ("2处提前支付", "4", {"rescore"}),
        ("2处", "3", set()),
        ("3处", "3", {"rescore"}),
        ("95%", "3", {"missing-actual"}),
    ],
)
def test_what_was_found_is_counted_as_the_standard_counts_it(
    tmp_path: Path, library: Library, found: str, score: str, asked: set[str]
) -> None:
    """每发现1处扣1分 of 5 points: two leave 3."""
    heads = ["一级指标", "二级指标", "三级指标", "分值", "评分标准", "目标值", "实际值", "得分", "扣分原因"]
    standards = ("未发现违规得满分，每发现1处扣1分，扣完为止", "按时完成得满分，否则不得分")
    rows: Rows = [
        heads,
        ["过程", "资金管理", "资金使用合规性", "5", standards[0], "合规", found, score, "进度款支付过早"],
        ["产出", "时效", "完工及时率", "95", standards[1], "100%", "100%", "95", ""],
    ]
    case = only(sheets(tmp_path / "form.xlsx", library, [["项目支出绩效评价指标体系评分表（2024年度）"], *rows]))
    assert {f.code for f in audit(case) if f.indicator == "资金使用合规性" and f.severity != "info"} == asked


SCHOOL: Rows = [
    ["部门（单位）名称", "某市第三中学", "<", "<", "<", "<", "<"],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["产出指标", "数量指标", "教师培训人次", "≥300人次", "312人次", "40", "40"],
    ["产出指标", "质量指标", "设备验收合格率", "100%", "100%", "20", "19"],
    ["效益指标", "社会效益", "校园安全事故", "0起", "0起", "40", "40"],
    ["总分", "", "", "", "", "100", "99"],
]


def test_the_form_of_a_self_evaluation_belongs_to_its_report(tmp_path: Path, library: Library) -> None:
    """What both print is held against each other: the total, and the levels that the text tells with their points."""
    title = "某市第三中学2023年度部门整体支出绩效自评报告"
    levels = (
        "（一）产出指标（60分，自评得分{}分）。培训按计划完成。",
        "（二）效益指标（40分，自评得分40分）。没有事故。",
    )
    texts = ("经自评，自评得分99分。", levels[0].format(59), levels[1])
    case = only(with_table(tmp_path / "holds.docx", library, SCHOOL, title, *texts))
    assert (case.unit, len(case.facts)) == ("某市第三中学", 3)
    assert codes(case).isdisjoint({"level-sum", "score-sum", "places-differ"})
    texts = ("经自评，自评得分98分。", levels[0].format(58), levels[1])
    case = only(with_table(tmp_path / "wrong.docx", library, SCHOOL, title, *texts))
    assert codes(case) >= {"level-sum", "score-sum", "places-differ"}


def test_the_form_of_another_kind_or_unit_is_a_case_beside_the_report(tmp_path: Path, library: Library) -> None:
    text = "综合评价得分为90分。预算500万元，支出480万元。"
    for title in ("某市第三中学2023年度部门整体支出绩效评价报告", "某市图书馆2023年度部门整体支出绩效自评报告"):
        assert len(with_table(tmp_path / "form.docx", library, SCHOOL, title, text).cases) == 2


WATER: Rows = [
    ["一级指标", "二级指标", "三级指标", "目标值", "实际完成值", "分值", "得分"],
    ["产出", "数量", "新建供水工程", "12处", "11处", "60", "55"],
    ["效益", "社会效益", "供水保证率", "≥95%", "96.5%", "40", "40"],
    ["合计", "", "", "", "", "100", "95"],
]
WATER_TITLE = "2024年度某县农村饮水工程项目支出绩效评价报告"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("新建供水工程实际完成11处，完成率91.67%。供水保证率96.5%，上年供水保证率90%。", set()),
        ("新建供水工程目标12处。供水保证率达到95%以上。每新建供水工程1处得5分。", set()),
        ("新建供水工程实际完成11处，完成率97.67%。", {("rate", "新建供水工程")}),
        ("新建供水工程实际完成15处。", {("fact-differs", "新建供水工程")}),
        ("供水保证率91.5%。", {("fact-differs", "供水保证率")}),
        ("1.供水保证率。达到目标，得40分。", set()),
        ("1.供水保证率。达到目标，得44分。", {("places-differ", "供水保证率")}),
    ],
)
def test_what_a_text_says_of_an_indicator_is_held_against_its_table(
    tmp_path: Path, library: Library, told: str, found: set[tuple[str, str]]
) -> None:
    texts = (WATER_TITLE, "某县水务局", "项目得分95分，评价等级为“优”。", told)
    case = only(with_table(tmp_path / "report.docx", library, WATER, *texts))
    assert [entry.place for entry in case.file.published.total.entries] == ["正文", "表1"]  # type: ignore[union-attr]
    watched = {"rate", "fact-differs", "places-differ"}
    assert {(item.code, item.indicator) for item in audit(case) if item.code in watched} == found


@pytest.mark.parametrize(
    ("heading", "found", "score", "codes_of"),
    [
        ("（一）项目产出（权重30分，得分26分）", "88%", "16", set()),
        ("（一）项目产出（权重30分，得分28分）", "88%", "16", {"level-sum"}),
        ("（一）项目产出（权重30分，得分26分）", "80%", "16", {"rescore"}),
        ("（一）项目产出（权重25分，得分26分）", "88%", "16", set()),  # not the weight of the table below it
    ],
)
def test_a_table_without_a_level_1_stands_under_its_heading(
    tmp_path: Path, library: Library, heading: str, found: str, score: str, codes_of: set[str]
) -> None:
    """≥90%得满分，每降低1个百分点扣2分 of 20: 88% leaves 16, 80% nothing."""
    rows: Rows = [
        ["二级指标", "三级指标", "权重", "评分标准", "评分依据", "得分"],
        ["产出质量", "培训取证率", "20", "≥90%得满分，每降低1个百分点扣2分，扣完为止", f"取证率{found}", score],
        ["产出数量", "开班次数", "10", "完成计划得满分，否则不得分", "已完成", "10"],
        ["小计", "", "30", "", "", "26"],
    ]
    texts = ("2024年度某市技能培训项目支出绩效评价报告", "某市人力资源和社会保障局", "三、指标分析", heading)
    case = only(with_table(tmp_path / "report.docx", library, rows, *texts))
    assert case.unit == "某市人力资源和社会保障局"
    fact = case.facts["培训取证率"]
    assert [printed and str(printed.value) for printed in (fact.target, fact.actual)] == ["≥90%", found]
    assert codes(case) & {"level-sum", "rescore"} == codes_of


def test_a_subtotal_is_of_the_level_whose_points_it_has(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["一级指标", "二级指标", "三级指标", "分值", "得分"],
        ["产出", "数量", "清淤长度", "40", "38"],
        ["产出", "质量", "验收合格率", "20", "20"],
        ["小计", "", "", "60", "58"],
        ["效益", "社会效益", "受益农户", "40", "40"],
        ["小计", "", "", "40", "40"],
        ["合计", "", "", "100", "98"],
    ]
    title = [["项目支出绩效评价评分表（2024年度）"]]
    case = only(sheets(tmp_path / "holds.xlsx", library, [*title, *rows]))
    assert {key: level.score.value.value for key, level in case.file.published.levels.items() if level.score} == {
        "产出": 58,
        "效益": 40,
    }
    assert "level-sum" not in codes(case)
    rows[3] = ["小计", "", "", "60", "55"]
    assert "level-sum" in codes(only(sheets(tmp_path / "wrong.xlsx", library, [*title, *rows])))
    rows[3] = ["小计", "", "", "50", "58"]
    (told,) = sheets(tmp_path / "weight.xlsx", library, [*title, *rows]).warnings
    assert "小计的分值印作50" in told.message


def test_a_level_of_one_indicator_of_its_name_is_still_read_of_an_overview(tmp_path: Path, library: Library) -> None:
    scored: Rows = [
        ["一级指标", "二级指标", "三级指标", "分值", "得分"],
        ["产出", "数量", "清淤长度", "60", "58"],
        ["效益", "受益农户", "受益农户", "40", "40"],
        ["合计", "", "", "100", "98"],
    ]
    overview: Rows = [
        ["一级指标", "二级指标", "分值", "得分", "得分率"],
        ["产出", "数量", "60", "58", "96.67%"],
        ["效益", "受益农户", "40", "39", "97.5%"],
        ["合计", "", "100", "98", "98%"],
    ]
    title = [["项目支出绩效评价评分表（2024年度）"]]
    case = only(sheets(tmp_path / "form.xlsx", library, [*title, *scored], 得分一览表=overview))
    assert [item.printed for item in audit(case) if item.code == "level-sum"] == ["39"]


def test_what_is_there_is_not_taken_for_what_is_missing(tmp_path: Path, library: Library) -> None:
    """Three of four elements are there, one is missing; and a number behind quoted words was not found by anybody."""
    heads = ["一级指标", "二级指标", "三级指标", "分值", "评分标准", "实际完成值", "得分", "评分依据"]
    rows: Rows = [
        heads,
        [
            "决策",
            "规划",
            "规划明确性",
            "6",
            "满足4项要素得满分，每缺1项扣25%",
            "3项",
            "4.5",
            "制定“十四五”规划，要素4项满足3项",
        ],
        ["产出", "时效", "完工及时率", "94", "按时完成得满分，否则不得分", "100%", "94", ""],
    ]
    case = only(sheets(tmp_path / "form.xlsx", library, [["项目支出绩效评价指标体系评分表（2024年度）"], *rows]))
    assert "rescore" not in codes(case)


SPENT: Rows = [
    ["项目", "年初预算数", "全年预算数", "全年执行数", "执行率"],
    ["基本支出", "200.5", "200.5", "190.5", "95.01%"],
    ["项目支出", "300", "320", "288", "90%"],
    ["合计", "500.5", "520.5", "478.5", "91.93%"],
]


def test_spending_without_a_unit_has_that_of_the_text(tmp_path: Path, library: Library) -> None:
    texts = (
        "某县水务局2024年度部门整体支出绩效自评报告",
        "“三公”经费预算28.00万元，实际支出24.60万元。",
        "三、改进措施",
        "1.年初细化预算编制，减少年中追加。",
        "单位：万元",
        "附件2 基础数据表",
    )
    spent = [["经费控制情况", "2024年预算数", "2024年决算数"], ["三公经费", "28.00", "24.60"]]
    case = only(with_table(tmp_path / "a.docx", library, spent, *texts))
    assert case.value("three_public.actual") == 246_000
    assert case.file.narrative["建议"] == "1.年初细化预算编制，减少年中追加。"


def test_money_has_the_unit_of_the_text_above_its_table(tmp_path: Path, library: Library) -> None:
    texts = (
        "某县水务局2024年度部门整体支出绩效评价报告",
        "年初预算500.5万元，调整后全年预算520.5万元，全年实际支出478.5万元。",
    )
    handed = with_table(tmp_path / "a.docx", library, SPENT, *texts)
    assert [w.message for w in handed.warnings if "单位" in w.message] == [
        "表里没有写金额的单位，正文写的是500.5万元，照此读"
    ]
    assert only(handed).value("budget.final.basic") == 1_905_000
    wrong = [[text.replace("95.01%", "96.01%") for text in row] for row in SPENT]
    assert "rate" in codes(only(with_table(tmp_path / "b.docx", library, wrong, *texts)))


def test_a_list_of_units_has_the_unit_of_the_text_above(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["序号", "单位名称", "年初预算数", "全年预算数", "全年执行数", "执行率", "自评得分", "等级"],
        ["1", "某县图书馆", "60", "60", "54.6", "91%", "93.5", "优"],
        ["2", "某县文化馆", "45", "50", "43", "89%", "84", "良"],
        ["", "合计", "105", "110", "99.6", "90.55%", "", ""],
    ]
    text = "2024年度2个单位的全年预算共110万元，全年执行99.6万元。"
    handed = with_table(tmp_path / "汇总.docx", library, rows, "某县文化系统2024年度绩效自评汇总", text)
    reading, centre = (case for case in handed.cases if case.unit.endswith("馆"))
    assert [case.value("budget.final.total") for case in (reading, centre)] == [546_000, 430_000]
    assert "rate" in codes(centre)
    assert any("照此读" in warning.message for warning in handed.warnings)
    assert any("合计印作99.6万元，以上2行合计97.6万元" in warning.message for warning in handed.warnings)


@pytest.mark.parametrize("beside", [True, False])
def test_a_list_of_units_with_the_points_of_each_part(tmp_path: Path, library: Library, beside: bool) -> None:
    """Their points stand in the heads, or in a row below them; averages are no unit."""
    parts = {"投入": 20, "过程": 30, "产出": 30, "效果": 20}
    heads = [f"{name}（{points}分）" if beside else name for name, points in parts.items()]
    rows: Rows = [
        ["2023年度部门整体支出绩效评价得分汇总表"],
        ["序号", "单位名称", *heads, "总得分", "等级"],
        *([] if beside else [["分值", "", *map(str, parts.values()), "100", ""]]),
        ["1", "某县图书馆", "18", "27", "28.5", "19", "92.5", "优"],
        ["2", "某县文化馆", "17", "26", "25", "15", "85", "良"],
        ["", "平均分", "17.5", "26.5", "26.75", "17", "88.75", ""],
    ]
    reading, centre = sheets(tmp_path / "得分.xlsx", library, rows).cases
    assert [case.unit for case in (reading, centre)] == ["某县图书馆", "某县文化馆"]
    assert [item.weight for item in centre.rubric.indicators] == list(parts.values())
    assert codes(reading) == set()
    assert [(item.code, item.printed, item.expected) for item in audit(centre) if item.severity == "error"] == [
        ("score-sum", "85", "83")
    ]


@pytest.mark.parametrize("ending", [".xlsx", ".docx"])
def test_a_list_of_projects_under_heads_in_two_rows(tmp_path: Path, library: Library, ending: str) -> None:
    """得分 over the points of parts and their total; those of 预算执行 are held against the rate of the amounts."""
    points = ["预算执行（10分）", "产出指标（50分）", "效益指标（30分）", "满意度指标（10分）", "总分"]
    heads = ["全年预算数", "全年执行数", "执行率", *points]
    rows: Rows = [
        ["2023年度县级项目支出绩效自评情况汇总表（万元）", *["<"] * 10],
        ["主管部门", "项目名称", "资金情况", "<", "<", "自评得分", "<", "<", "<", "<", "等级"],
        [None, None, *heads, None],
        ["某县水利局", "泵站维修", "400", "380", "95%", "9.5", "48", "29", "9", "95.5", "优"],
        ["某县林业局", "苗圃建设", "250", "200", "80%", "9", "47", "26", "9", "91", "优"],
    ]
    path = tmp_path / f"汇总{ending}"
    write = write_xlsx if ending == ".xlsx" else write_docx
    first, second = load_document(write(Layout(rows), path), library).cases
    assert [(case.project, case.file.published.total.value.value) for case in (first, second)] == [
        ("泵站维修", 95.5),
        ("苗圃建设", 91),
    ]
    assert [item.weight for item in first.rubric.indicators] == [10, 50, 30, 10]
    assert codes(first) == set()
    # 10 points of 80% are 8, printed as 9
    assert [(item.indicator, item.printed, item.expected) for item in audit(second) if item.severity == "error"] == [
        ("预算执行率", "9", "8")
    ]


POINTS_BY_TOWN: Rows = [
    ["2023年度厕所改造项目绩效评价各乡镇得分表"],
    ["一级指标", "二级指标", "三级指标", "分值", "评分标准", "河西镇", "东山乡"],
    ["产出", "数量", "改厕完成率", "60", "得分=完成率×分值", "57", "60"],
    ["效益", "满意度", "群众满意度", "40", "≥90%得满分，每降低1个百分点扣1分", "40", "37"],
    ["合计", "", "", "100", "", "97", "98"],
]


@pytest.mark.parametrize("heads", [1, 2])
def test_units_beside_each_other_are_a_case_each(tmp_path: Path, library: Library, heads: int) -> None:
    """Their heads may begin a row above the names of the levels."""
    title, own, *rows = POINTS_BY_TOWN
    over: Rows = [["评价指标", "<", "<", *own[3:]], [*own[:3], None, None, None, None]]
    given = POINTS_BY_TOWN if heads == 1 else [title, *over, *rows]
    first, second = sheets(tmp_path / "a.xlsx", library, given).cases
    assert [(case.unit, score(case).total) for case in (first, second)] == [("河西镇", 97), ("东山乡", 97)]
    assert "score-sum" not in codes(first)
    assert "score-sum" in codes(second)


def test_tables_under_the_names_of_units_are_a_case_each(tmp_path: Path, library: Library) -> None:
    document = Document()
    for caption, points in {
        "附表1　河西镇绩效评价评分表": ["得分", "57", "40", "97"],
        "附表2　东山乡评分表": ["得分", "60", "37", "98"],
    }.items():
        document.add_paragraph(caption)
        made = document.add_table(4, 6)
        for row, line, earned in zip(made.rows, POINTS_BY_TOWN[1:], points, strict=True):
            for cell, text in zip(row.cells, [*line[:5], earned], strict=True):
                cell.text = str(text)
    document.save(str(tmp_path / "a.docx"))
    first, second = load_document(tmp_path / "a.docx", library).cases
    assert [case.unit for case in (first, second)] == ["河西镇", "东山乡"]
    assert "score-sum" not in codes(first)
    assert "score-sum" in codes(second)


def test_units_over_two_columns_each_are_a_case_each(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["一级指标", "二级指标", "三级指标", "分值", "河西镇", "<", "东山乡", "<"],
        [None, None, None, None, "完成值", "得分", "完成值", "得分"],
        ["产出", "数量", "改厕户数", "60", "520户", "60", "430户", "49.6"],
        ["效益", "满意度", "群众满意度", "40", "95%", "40", "86%", "36"],
        ["合计", "", "", "100", "", "100", "", "85.6"],
    ]
    first, second = sheets(tmp_path / "a.xlsx", library, rows).cases
    assert [case.facts["改厕户数"].actual.value.text for case in (first, second)] == ["520户", "430户"]
    assert [score(case).total for case in (first, second)] == [100, 85.6]


@pytest.mark.parametrize(
    "heads", [("专家一", "专家二"), ("自评得分", "复核得分"), ("2022年", "2023年"), ("张某某", "李某某", "平均得分")]
)
def test_scores_of_one_unit_beside_each_other_are_one_case(
    tmp_path: Path, library: Library, heads: tuple[str, ...]
) -> None:
    points = [["57", "60", "58.5"], ["40", "37", "38.5"], ["97", "97", "97"]]
    rows: Rows = [
        [*row[:5], *(own[: len(heads)])] for row, own in zip(POINTS_BY_TOWN[1:], [[*heads], *points], strict=True)
    ]
    assert len(sheets(tmp_path / "a.xlsx", library, rows).cases) == 1


def test_scores_below_the_head_of_a_reviewer_are_reviewed_ones(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["一级指标", "二级指标", "三级指标", "分值", "单位自评", "<", "财政复核", "<"],
        [None, None, None, None, "完成值", "得分", "完成值", "得分"],
        ["产出", "数量", "维修泵站数", "60", "12座", "60", "10座", "50"],
        ["效益", "满意度", "群众满意度", "40", "95%", "40", "93%", "40"],
        ["合计", "", "", "100", "", "100", "", "90"],
    ]
    case = only(sheets(tmp_path / "a.xlsx", library, [["2024年度泵站维修项目绩效自评复核表"], *rows]))
    assert case.facts["维修泵站数"].actual.value.text == "12座"
    (found,) = [item for item in audit(case) if item.code == "review-differs"]
    assert found.total_effect == -10


def test_a_list_of_reviewed_scores_says_what_the_review_changed(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["2023年度项目绩效自评抽查复核情况表"],
        ["单位", "项目名称", "自评得分", "复核得分", "自评等级"],
        ["某县文旅局", "标识更新", "94", "87.5", "优"],
        ["某县住建局", "小区改造", "92", "92", "优"],
        ["某县司法局", "法律援助", "90", "未抽查", "优"],
    ]
    changed, same, unread = sheets(tmp_path / "复核.xlsx", library, rows).cases
    (found,) = [item for item in audit(changed) if item.code == "review-differs"]
    assert (found.grade_effect, found.total_effect) == ("优→良", -6.5)
    assert "review-differs" not in {item.code for case in (same, unread) for item in audit(case)}


def test_a_list_of_monitored_projects_is_a_case_for_each(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["2024年1-7月部门预算项目绩效运行监控情况汇总表（万元）"],
        ["序号", "项目单位", "项目名称", "年初预算数", "调整后预算数", "1-7月执行数", "1-7月执行率", "完成可能性"],
        ["1", "某县第一中学", "校舍维修", "110", "140", "84", "60%", "确定能"],
        ["2", "某县第二中学", "食堂改造", "90", "90", "45", "55%", "有可能"],
        ["合计", "", "", "200", "230", "129", "56.09%", ""],
    ]
    handed = sheets(tmp_path / "监控.xlsx", library, rows)
    first, second = handed.cases
    assert [(case.kind, case.unit, case.file.node) for case in (first, second)] == [
        ("monitoring", "某县第一中学", "2024-07-31"),
        ("monitoring", "某县第二中学", "2024-07-31"),
    ]
    assert [case.value("budget.final.total") for case in (first, second)] == [840_000, 450_000]
    assert codes(first) == set()
    assert codes(second) == {"rate"}


def test_every_unit_of_a_list_is_written_under_its_own_name(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["单位名称", "自评得分", "等级"],
        ["某县图书馆", "92.5", "优"],
        ["某县文化馆", "85", "良"],
    ]
    sheets(tmp_path / "得分.xlsx", library, rows)
    assert run_cli(["import", str(tmp_path / "得分.xlsx"), "-o", str(tmp_path / "cases")]) == 0
    assert sorted(path.name for path in (tmp_path / "cases").iterdir()) == [
        "得分-某县图书馆.yaml",
        "得分-某县文化馆.yaml",
    ]


def test_money_without_a_unit_is_told_once_and_its_rates_are_held_against_it(tmp_path: Path, library: Library) -> None:
    title = "某县水务局2024年度部门整体支出绩效评价报告"
    wrong = [[text.replace("95.01%", "96.01%") for text in row] for row in SPENT]
    handed = with_table(tmp_path / "a.docx", library, wrong, title, "综合评价得分为 90 分。")
    assert len([w for w in handed.warnings if "没有单位" in w.message]) == 1
    assert "equation" in codes(only(handed))


def test_a_known_ratio_that_a_table_prints_is_computed_from_its_figures(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["一级指标", "二级指标", "三级指标", "分值", "目标值", "实际完成值", "得分"],
        ["管理", "预算", "三公经费控制率", "40", "≤100%", "87.40%", "40"],
        ["产出", "数量", "培训人次", "60", "100人次", "100人次", "60"],
    ]
    texts = ("某县水务局2024年度部门整体支出绩效评价报告", "2024年“三公”经费预算42.00万元，实际支出36.54万元。")
    for printed, found in (("87.00%", set()), ("87.40%", {"rate"})):
        own = [[text.replace("87.40%", printed) for text in row] for row in rows]
        assert codes(only(with_table(tmp_path / "a.docx", library, own, *texts))) & {"rate"} == found


def test_a_rate_and_an_amount_are_no_two_results_of_one_indicator(tmp_path: Path, library: Library) -> None:
    """The text tells what was planned and done, the table only the rate: of 率 the result, else the completion."""
    rows: Rows = [
        ["一级指标", "三级指标", "权重", "评分标准", "完成情况", "得分"],
        ["过程", "资金到位率", "40", "资金到位率×40分", "90.00%", "36"],
        ["产出", "监控点位建成数", "60", "完成率×60分", "95.00%", "57"],
    ]
    texts = (
        "某区城管局2024年度平台建设项目支出绩效评价报告",
        "B11资金到位率，分值40分，得36分。计划投入资金2,860万元，实际到位2,574万元。",
        "C11监控点位建成数，分值60分，得57分。计划建成420个，实际建成399个。",
    )
    case = only(with_table(tmp_path / "a.docx", library, rows, *texts))
    assert codes(case) & {"fact-differs", "rate"} == set()
    rate, count = (case.document.data["facts"][name]["actual"] for name in ("资金到位率", "监控点位建成数"))
    assert list(rate.values()) == ["90.00%"]
    assert list(count.values()) == ["399个"]
    wrong = [[text.replace("95.00%", "96.00%") for text in row] for row in rows]
    assert "rate" in codes(only(with_table(tmp_path / "b.docx", library, wrong, *texts)))


def test_a_result_in_words_needs_no_target(tmp_path: Path, library: Library) -> None:
    rows: Rows = [
        ["一级指标", "三级指标", "权重", "评分标准", "完成情况", "得分"],
        ["决策", "立项依据充分性", "5", "充分得5分", "充分", "5"],
        ["产出", "完工及时率", "95", "及时率×95分", "100%", "95"],
    ]
    assert "missing-target" not in codes(only(sheets(tmp_path / "a.xlsx", library, [["某项目绩效评价评分表"], *rows])))


@pytest.mark.parametrize(("rate", "asked"), [("96%", set()), ("91%", {"rate"})])
def test_where_only_the_initial_budget_is_printed_execution_is_of_it(
    tmp_path: Path, library: Library, rate: str, asked: set[str]
) -> None:
    layout = LAYOUTS["beijing"]()
    layout.rows[5] = [rate if text == "96%" else text for text in layout.rows[5]]
    handed = load_document(write_xlsx(layout, tmp_path / "form.xlsx"), library)
    found = {finding.code for finding in audit(only(handed)) if finding.indicator in (None, "预算执行率")}
    assert found - {"no-rule"} == asked
    assert score(only(handed))["预算执行率"].score == 9.6


def test_a_list_is_compared_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {"某县图书馆": ("92.5", "优"), "某县文化馆": ("85", "良"), "某县博物馆": ("81", "良")}
    rows: Rows = [["单位名称", "自评得分", "等级"], *([name, *said] for name, said in names.items())]
    file, out = tmp_path / "得分.xlsx", tmp_path / "out"
    write_xlsx(Layout(rows), file)
    assert run_cli(["portfolio", str(file), "--out", str(out)]) == 0
    assert "共3个单位，3个有得分：“优”1个、“良”2个" in (out / "portfolio" / "report.html").read_text(encoding="utf-8")
    capsys.readouterr()
    write_xlsx(Layout(rows[:3]), file)
    assert run_cli(["portfolio", str(file), "--out", str(out)]) == 0
    assert "里面另有1份以前写的案例，一并比较" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3个单位平均得分90分，最高94分，最低的是某县博物馆，86分；优2个、良1个。", ""),
        ("3个单位平均得分91分。", "印作“平均得分91分”，所列3项的平均是90分"),
        ("得分最低的是某县博物馆，87分。", "印作“得分最低的是某县博物馆，87分”，所列最低的是86分"),
        ("评价等级为“优”的1个，“良”的2个。", "印作“优1个、良2个”，所列等级一栏是优2个、良1个"),
        ("其中产出指标平均得分28分；优1个。", ""),  # of something else, and not of all grades
    ],
)
def test_what_a_text_says_of_all_units_is_held_against_their_list(
    tmp_path: Path, library: Library, text: str, told: str
) -> None:
    rows: Rows = [
        ["单位名称", "自评得分", "等级"],
        ["某县图书馆", "94", "优"],
        ["某县文化馆", "90", "优"],
        ["某县博物馆", "86", "良"],
    ]
    handed = with_table(tmp_path / "a.docx", library, rows, "某县2024年度绩效自评情况", text)
    assert [warning.message for warning in handed.warnings if "所列" in warning.message] == [
        f"{each}；请核对" for each in [told] if each
    ]
