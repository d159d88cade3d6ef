"""Forms as units fill them in: the layouts and wordings that forms of many provinces share, with facts of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.shared import Pt
from layouts import Layout, Rows, write_docx, write_xlsx

from perfkit import Library, audit, find_library
from perfkit.documents import load_document
from perfkit.documents.loading import Handed
from perfkit.documents.pdf import _Box, _is_rest

HEAD = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]


@pytest.fixture(scope="module")
def library(repo: Path) -> Library:
    return find_library(repo / "params" / "cases")


@pytest.fixture(params=["xlsx", "docx"])
def read(request: pytest.FixtureRequest, tmp_path: Path, library: Library) -> Any:
    write = {"xlsx": write_xlsx, "docx": write_docx}[request.param]
    return lambda rows: load_document(write(Layout(rows), tmp_path / f"form.{request.param}"), library)


def data(handed: Handed) -> dict[str, Any]:
    ((_, case),) = handed.data
    return case


def told(handed: Handed, *severities: str) -> set[tuple[str, str]]:
    found, asked = (each for case in handed.cases for each in audit(case)), severities or ("error", "warning")
    return {(each.code, each.indicator or "") for each in found if each.severity in asked}


def value(places: dict[str, Any]) -> str:
    (text,) = places.values()
    return str(text)


def named(project: str = "堤防维护", unit: str = "某县水务所", width: int = 7) -> Rows:
    title = ["项目支出绩效自评表（2023年度）", *["<"] * (width - 1)]
    return [title, ["项目名称", project, "<", "实施单位", unit, *["<"] * (width - 5)]]


def test_the_head_of_the_names_of_fund_rows_is_no_column_of_amounts(read: Any) -> None:
    """年度预算数（万元） stands above 总额 and 财政资金, 调整后预算数 above what was planned: 62 of 62 spent."""
    handed = read([
        *named(),
        ["预算执行情况", "年度预算数（万元）", "年初预算", "调整后预算数", "预算执行数", "预算执行率", "权重"],
        [None, "总额", "70", "62", "62", "100.00%", "10"],
        [None, "其中：财政资金", "70", "62", "62", "100.00%", "/"],
        ["一级指标", "二级指标", "三级指标", "指标值", "完成值", "权重", "得分"],
        ["产出指标", "数量指标", "维护堤防", "12公里", "12公里", "90", "90"],
    ])  # fmt: skip
    budget = data(handed)["budget"]
    totals = [value(budget[stage]["total"]) for stage in ("initial", "adjusted", "final")]
    assert totals == ["70万元", "62万元", "62万元"]
    assert not handed.warnings


def test_the_total_of_the_year_comes_before_what_all_years_cost(read: Any) -> None:
    """A project of 3000 of which 800 are this year's; 720 of them were spent, 90 %."""
    handed = read([
        *named(),
        ["", "", "年初预算数", "全年预算数", "全年执行数", "执行率", "得分"],
        ["项目资金（万元）", "总投资", "3000", "3000", "1500", "", ""],
        [None, "年度资金总额", "800", "800", "720", "90%", "9"],
        HEAD,
        ["产出指标", "数量指标", "改造管网", "10公里", "10公里", "90", "90"],
    ])  # fmt: skip
    budget = data(handed)["budget"]
    totals = [value(budget[stage]["total"]) for stage in ("initial", "adjusted", "final")]
    assert totals == ["800万元", "800万元", "720万元"]
    assert any("没有读" in warning.message for warning in handed.warnings)


def test_an_amount_behind_the_name_of_a_fund_row_is_that_of_the_row(read: Any) -> None:
    """45 and 15 of the 60 planned by source, 40 and 20 by kind, all in the cells of the names."""
    handed = read([
        ["部门整体支出绩效自评表（2023年度）", *["<"] * 7],
        ["县级预算单位名称", "某县水务局", *["<"] * 6],
        ["年度预算申请（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, "年度资金总额", "60万元", "60万元", "54万元", "10", "90%", "9"],
        [None, "按收入性质分：", "<", "<", "按支出性质分：", "<", "<", "<"],
        [None, "其中：一般公共预算：45万元", "<", "<", "其中：基本支出：40万元", "<", "<", "<"],
        [None, "政府性基金拨款：", "<", "<", "项目支出：20万元", "<", "<", "<"],
        [None, "其他资金：15万元", "<", "<", "", "<", "<", "<"],
        [*HEAD, "偏差原因分析及改进措施"],
        ["产出指标", "数量指标", "维护堤防", "12公里", "12公里", "90", "90", ""],
        ["总分", "", "", "", "", "100", "99", ""],
    ])  # fmt: skip
    stage = data(handed)["budget"]["initial"]
    parts = {name: value(text) for name, text in stage["parts"].items()}
    assert parts == {"一般公共预算": "45万元", "其他资金": "15万元"}
    assert (value(stage["basic"]), value(stage["project"])) == ("40万元", "20万元")
    assert data(handed)["unit"]["name"] == "某县水务局"
    assert not handed.warnings
    assert not told(handed, "error")


def test_amounts_beside_what_they_are(read: Any) -> None:
    """预算数 30 with its part beside it; 86万元 with what it is made up of behind it."""
    goals = [
        ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值"],
        ["产出指标", "数量指标", "维修面积", "维修面积", "≥300平方米"],
    ]
    title = ["项目支出绩效目标申报表（2023年度）", *["<"] * 4]
    money = ["预算规模及用途（万元）", "预算数", "30", "其中：财政资金", "30"]
    budget = data(read([title, ["项目名称", "屋面维修", *["<"] * 3], money, *goals]))["budget"]["adjusted"]
    assert (value(budget["total"]), value(budget["parts"]["财政资金"])) == ("30万元", "30万元")
    money = ["资金情况（万元）", "年度资金总额：", "<", "86万（屋面50万元，外墙36万元）", "<"]
    handed = read([title, ["项目名称", "屋面维修", *["<"] * 3], money, *goals])
    assert value(data(handed)["budget"]["initial"]["total"]) == "86万元"
    assert "读作86万" in str(handed.warnings)


def test_indicators_beside_a_label_of_all_their_rows(read: Any) -> None:
    """No levels, and 绩效指标 merged down the left: 40 + 50 + 9 of 100."""
    head = ["绩效指标", "指标名称", "计量单位", "指标性质", "指标值", "指标权重（分）", "全年完成值", "指标得分（分）"]
    handed = read([
        ["某县林业局2023年度部门整体绩效自评表", *["<"] * 7],
        ["主管部门", "某县林业局", "<", "<", "自评总分（分）", "99", "<", "<"],
        ["金额单位：万元", "年初预算数", "全年（调整）预算数", "全年执行数", "执行率", "执行率权重", "执行率得分", ""],
        ["年度总金额", "100", "100", "90", "90%", "10", "9", ""],
        head,
        [None, "管护面积", "万亩", "≥", "28", "40", "28", "40"],
        [None, "受害率", "‰", "≤", "0.9", "50", "0.2", "50"],
    ])  # fmt: skip
    case = data(handed)
    names = [indicator["name"] for indicator in case["rubric"]["indicators"]]
    assert names == ["预算执行率", "管护面积", "受害率"]
    assert value(case["facts"]["受害率"]["target"]) == "≤0.9‰"
    assert not told(handed, "error")


def test_goals_without_levels_are_goals(read: Any) -> None:
    """名称, 单位, 性质 and 值 are enough; no kind of goal is missed where the table has no kinds."""
    handed = read([
        ["指标名称", "计量单位", "指标性质", "指标值"],
        ["巡逻人员", "人", "=", "46"],
        ["群众满意度", "%", "≥", "95"],
    ])  # fmt: skip
    goals = [(goal["name"], goal["declared"]["target"]) for goal in data(handed)["goals"]]
    assert goals == [("巡逻人员", "=46人"), ("群众满意度", "≥95%")]
    assert not told(handed, "error", "warning", "question")


def test_the_goals_of_the_year_stand_right_of_those_of_the_whole_term(read: Any) -> None:
    """Of 60 designs in three years 20 are due this year."""
    handed = read([
        ["项目支出绩效目标申报表（2023年度）", *["<"] * 6],
        ["项目名称", "公路设计", *["<"] * 5],
        ["总体目标", "中期目标", "<", "<", "年度目标", "<", "<"],
        [None, "完成设计60个", "<", "<", "完成设计20个", "<", "<"],
        ["一级指标", "二级指标（中期）", "三级指标（中期）", "指标值（中期）",
         "二级指标（年度）", "三级指标（年度）", "指标值（年度）"],
        ["产出指标", "数量指标", "设计批复", "60个", "数量指标", "设计批复", "20个"],
    ])  # fmt: skip
    assert [goal["declared"]["target"] for goal in data(handed)["goals"]] == ["20个"]
    assert "中期目标" not in data(handed)["overview"]["goals"]


def test_a_goal_that_is_not_read_takes_its_weight_along(read: Any) -> None:
    """60 + 40 points, of which one target is no value: nothing is said of 60."""
    handed = read([
        ["项目支出绩效目标申报表", "<", "<", "<", "<"],
        ["项目名称", "设备购置", "<", "<", "<"],
        ["一级指标", "二级指标", "三级指标", "指标值", "分值"],
        ["产出指标", "数量指标", "购置设备", "≥10台", "60"],
        ["产出指标", "时效指标", "购置时间", "11月底之前", "40"],
    ])  # fmt: skip
    assert ("weight-sum", "") not in told(handed)
    assert "没有写年份" in str(handed.warnings)


def test_a_row_of_a_unit_heads_those_of_its_projects(read: Any) -> None:
    """The money and goals of two projects of one school, and 30万元 of all of them."""
    head = ["单位（专项）名称", "资金总额", "一级指标", "二级指标", "三级指标", "指标值", "指标值内容"]
    handed = read([
        ["2023年项目支出绩效目标表（单位：万元）", *["<"] * 6],
        head,
        ["某县特殊学校", "30.00", "", "", "", "", ""],
        ["伙食费", "18.00", "产出指标", "数量指标", "补助学生", "≥120人", "在校生"],
        ["维修费", "12.00", "产出指标", "数量指标", "维修教室", "≥6间", "旧教室"],
    ])  # fmt: skip
    assert [case["unit"]["name"] for _, case in handed.data] == ["某县特殊学校"] * 2
    assert [case["project"]["name"] for _, case in handed.data] == ["伙食费", "维修费"]
    assert [value(case["budget"]["initial"]["total"]) for _, case in handed.data] == ["18.00万元", "12.00万元"]


@pytest.mark.parametrize(
    ("name", "target", "actual", "read_as"),
    [
        ("统筹岸线规划", "统筹岸线规划", "完成", "统筹岸线规划"),  # the target says the name once more
        ("★受益人口（≥**人）", "90", "95人", "≥90人"),  # the template says sign and unit behind the name
        ("指标2：渗漏率（<**‰）", "3", "1‰", "<3‰"),
        ("指标1工程完工率", "100", "100", "100%"),
        ("群众满意率", "群众满意率达95%以上。", "97%", "≥95%"),
        ("资料归档", "归档资料达40份以上", "46份", "≥40份"),
        ("培训合格率", "98%。", "99%", "98%"),
    ],
)
def test_what_is_filled_in_as_target(read: Any, name: str, target: str, actual: str, read_as: str) -> None:
    handed = read([*named(), HEAD, ["产出指标", "质量指标", name, target, actual, "100", "100"]])
    ((read_name, fact),) = data(handed)["facts"].items()
    assert value(fact["target"]) == read_as
    assert not set("★*≥<") & set(read_name)
    assert not read_name.startswith("指标")


def test_a_rate_of_which_more_is_better_is_no_limit_beside_costs(read: Any) -> None:
    """补助标准达标率 under 成本指标 is 100% and not at most 100%."""
    row = ["产出指标", "成本指标", "补助标准达标率", "=100%", "98%", "100", "98"]
    handed = read([*named(), HEAD, row])
    assert value(data(handed)["facts"]["补助标准达标率"]["target"]) == "=100%"
    assert ("sign-against-name", "补助标准达标率") not in told(handed, "error", "warning", "question")


def test_the_total_of_the_indicators_stands_though_their_weights_are_too_many(read: Any) -> None:
    """100 of the indicators and 10 of the money are printed as 100."""
    handed = read([
        *named(),
        ["项目资金（万元）", "", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, "年度资金总额", "40", "40", "10", "100%", "10"],
        HEAD,
        ["产出指标", "数量指标", "维护堤防", "12公里", "12公里", "100", "100"],
        ["总分", "", "", "", "", "100", "100"],
    ])  # fmt: skip
    assert value(data(handed)["published"]["total"]) == "100"
    assert {("weight-sum", ""), ("score-sum", "")} <= told(handed, "error")


def test_a_grade_below_the_indicators_is_none_of_them(read: Any) -> None:
    handed = read([
        *named(),
        HEAD,
        ["产出指标", "数量指标", "维护堤防", "12公里", "12公里", "100", "96"],
        ["自评等级", "优", "自评得分", "96", "", "", ""],
    ])  # fmt: skip
    assert list(data(handed)["facts"]) == ["维护堤防"]
    assert value(data(handed)["published"]["grade"]) == "优"


def test_goals_and_results_stand_beside_a_label_of_two_rows(read: Any) -> None:
    """What stands below such a label is something else, and a remark of the form or 无 is no text."""
    handed = read([
        *named(),
        ["年度总体目标完成情况", "预期目标", "<", "实际完成情况", "<", "<", "<"],
        [None, "维护堤防12公里", "<", "维护堤防11公里", "<", "<", "<"],
        HEAD,
        ["产出指标", "数量指标", "维护堤防", "12公里", "11公里", "100", "92"],
        ["存在问题", "无", *["<"] * 5],
        ["评价结论", "结合自评情况，说明总分和成效。（200字以内）", *["<"] * 5],
    ])  # fmt: skip
    overview = data(handed)["overview"]
    assert (overview["goals"], overview["conclusion"]) == (["维护堤防12公里"], ["维护堤防11公里"])
    assert "problems" not in data(handed)


@pytest.mark.parametrize(("full", "told"), [("30", False), ("40", True)])
def test_the_subtotals_of_an_overview_are_no_points_beside_its_levels(read: Any, full: str, told: bool) -> None:
    handed = read([
        ["一级指标", "二级指标", "分值", "得分", "得分率"],
        ["产出", "小计", "30", "27", "90.00%"],
        [None, "数量", "20", "18", "90.00%"],
        [None, "质量", "10", "9", "90.00%"],
        ["合计", "良", full, "27", "90.00%"],
    ])  # fmt: skip
    assert any("以上各项分值合计30" in warning.message for warning in handed.warnings) is told


def test_a_problem_is_of_the_indicator_that_its_brackets_name(read: Any) -> None:
    """The one for the budget lost nothing; a name that nothing else has is known without its brackets."""
    handed = read([
        *named(),
        HEAD,
        ["过程指标", "预算管理", "管理制度健全性（预算管理）", "健全", "健全", "10", "10"],
        [None, "资产管理", "管理制度健全性（资产管理）", "健全", "不健全", "10", "6"],
        ["产出指标", "数量指标", "维护堤防（公里）", "12公里", "12公里", "80", "80"],
        ["存在问题", "管理制度健全性（资产管理）没有得满分，制度没有执行；维护堤防的质量有待提高。", *["<"] * 5],
    ])  # fmt: skip
    (problem,) = data(handed)["problems"]
    assert problem["indicators"] == ["管理制度健全性（资产管理）", "维护堤防（公里）"]


def test_the_department_is_that_of_the_place(read: Any) -> None:
    """财政部 is no department of a county's project, and a year stands alone in brackets."""
    handed = read([
        ["转移支付绩效自评表", *["<"] * 6],
        ["（2022年）", *["<"] * 6],
        ["项目名称", "公路养护", "<", "中央主管部门", "财政部、交通运输部", "<", "<"],
        ["地方主管部门", "某县交通局", "<", "资金使用单位", "某县公路站", "<", "<"],
        ["项目资金（万元）", "", "全年预算数", "全年执行数", "执行率", "", ""],
        [None, "年度资金总额", "40", "0", "0", "", ""],
        HEAD,
        ["产出指标", "数量指标", "养护公路", "12公里", "11公里", "100", "92"],
    ])  # fmt: skip
    assert data(handed)["unit"] == {"name": "某县公路站", "parent": "某县交通局"}
    assert data(handed)["year"] == 2022
    assert not handed.warnings  # nor for a rate of 0 without a sign


@pytest.mark.parametrize(("score", "found"), [("7.93", False), ("9.93", True)])
def test_beside_amounts_without_a_unit_the_printed_rate_has_the_points(read: Any, score: str, found: bool) -> None:
    handed = read([
        *named(),
        ["资金", "", "全年预算数", "全年执行数", "执行率", "分值", "得分"],
        [None, "年度资金总额", "26542.06", "21039.89", "79.27%", "10", score],
        HEAD,
        ["产出指标", "数量指标", "维护堤防", "≥12公里", "12公里", "90", "90"],
    ])  # fmt: skip
    assert (("rescore", "预算执行率") in told(handed)) == found
    assert ("missing-actual", "预算执行率") not in told(handed)


def test_a_total_divided_by_nature_is_no_part_of_itself(read: Any) -> None:
    """按收入性质分：80 and 按支出性质分：72 stand beside the total; the parts below them are what adds up to it."""
    handed = read([
        ["部门整体支出绩效自评表（2023年度）", *["<"] * 7],
        ["预算部门、单位名称", "<", "某镇人民政府", *["<"] * 5],
        ["年度预算申请（万元）", "", "", "年初预算数", "全年预算数", "全年执行数", "分值", "得分"],
        [None, "年度资金总额", "<", "60", "80", "80", "10", "10"],
        [None, "按收入性质分：80", "<", "<", "按支出性质分：72", "<", "<", "<"],
        [None, "其中：一般公共预算：50", "<", "<", "其中：基本支出：42", "<", "<", "<"],
        [None, "其他资金：30", "<", "<", "项目支出：30", "<", "<", "<"],
        [*HEAD, "偏差原因"],
        ["产出指标", "数量指标", "维护堤防", "12公里", "12公里", "90", "90", ""],
    ])  # fmt: skip
    budget = data(handed)["budget"]["adjusted"]
    assert {name: value(amount) for name, amount in budget["parts"].items()} == {
        "一般公共预算": "50万元",
        "其他资金": "30万元",
    }
    assert (value(budget["basic"]), value(budget["project"])) == ("42万元", "30万元")
    assert data(handed)["unit"]["name"] == "某镇人民政府"
    assert ("budget-identity", "") not in told(handed)


def test_numbers_of_rows_are_no_amounts(read: Any) -> None:
    """A, B and C = A - B: what is left is the budget of the year; 行次 only counts."""
    handed = read([
        ["林草资金绩效评价表（2024年度）", *["<"] * 8],
        ["资金投入（万元）", "", "行次", "全年预算数（A）", "统筹整合资金数（B）", "扣除统筹整合资金后预算金额（C）",
         "全年到位资金（D）", "全年执行资金（E）", "预算执行（E/C×100%）"],
        [None, "列次", "0", "1", "2", "3", "4", "5", "6"],
        [None, "年度资金总额", "1", "60", "10", "50", "50", "40", "80%"],
        [None, "地方财政资金", "2", "", "", "", "", "", ""],
        [*HEAD[:5], "未完成原因", "", "", ""],
        ["产出指标", "数量指标", "造林面积", "≥20亩", "22亩", "", "", "", ""],
    ])  # fmt: skip
    budget, rates = data(handed)["budget"], data(handed)["published"]["rates"]
    assert [value(budget[stage]["total"]) for stage in ("initial", "adjusted", "received", "final")] == [
        "60万元",
        "50万元",
        "50万元",
        "40万元",
    ]
    assert [change["amount"] for change in budget["changes"]] == ["10万元"]
    assert rates["预算执行率"]["budget"] == "budget.adjusted"
    assert not handed.warnings


def test_the_hint_of_a_form_explains_nothing(read: Any) -> None:
    handed = read([
        *named(width=8),
        ["预算（万元）", "", "年初预算", "调整后预算数", "预算执行数", "预算执行率", "得分", "原因"],
        [None, "总额", "62", "62", "31", "50%", "5", "执行率未达到90%的需说明（100字以内）；调整的也说明"],
        [*HEAD, ""],
        ["产出指标", "数量指标", "维护堤防", "12公里", "12公里", "90", "90", ""],
    ])  # fmt: skip
    assert "100字" not in str(data(handed)["facts"])


def test_goals_under_what_they_belong_to(read: Any) -> None:
    handed = read([
        ["助学金项目绩效评价指标表（2023年度）", *["<"] * 6],
        ["评价指标", "评价内容", "指标名称", "指标说明", "目标值", "分值", "备注"],
        ["定量指标", "产出数量", "资助人数", "达到预计", "≥210人", "60", ""],
        [None, "质量", "资助对象满意度", "", "95%以上", "40", ""],
    ])  # fmt: skip
    assert [(goal["level2"], goal["name"], goal["declared"]["target"]) for goal in data(handed)["goals"]] == [
        ("产出数量", "资助人数", "≥210人"),
        ("质量", "资助对象满意度", "≥95%"),
    ]


def test_goals_may_be_of_the_second_level(read: Any) -> None:
    handed = read([
        ["项目支出绩效目标表（2023年度）", *["<"] * 4],
        ["项目名称", "办公楼运行", "<", "<", "<"],
        ["绩效指标", "一级指标", "二级指标", "绩效标准", "当年预期实现值"],
        [None, "数量指标", "日常维修次数", "全年维修情况", "≥228次"],
        [None, "成本指标", "成本控制率", "不超预算", "≤100%"],
    ])  # fmt: skip
    assert [goal["declared"]["target"] for goal in data(handed)["goals"]] == ["≥228次", "≤100%"]


@pytest.mark.parametrize("before", ["独生子女家庭扶助", "某县卫健局"])
def test_above_the_title_of_a_form_may_stand_its_project(tmp_path: Path, library: Library, before: str) -> None:
    rows = [
        ["项目名称", "独生子女家庭扶助", "<", "<"],
        ["预算单位", "某县卫健局", "<", "<"],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["项目完成指标", "数量指标", "扶助家庭", "63户"],
        ["项目效益指标", "社会效益指标", "政策知晓率", "≥90%"],
        ["满意度指标", "满意度指标", "群众满意度", "≥90%"],
    ]
    text = (before, "项目支出绩效目标申报表", "（2021年度）")
    handed = load_document(write_docx(Layout(rows), tmp_path / "form.docx", before=text), library)
    assert data(handed)["unit"]["name"] == "某县卫健局"
    assert told(handed, "question") == set()  # 完成 is what is delivered


BASICS: Rows = [
    ["人员情况", "编制人数", "32", "在职人数", "30", "在职人员控制率", "93.75%"],
    ["“三公”经费", "预算数", "8.5", "决算数", "7.9", "三公经费控制率", "92.94%"],
    ["公务接待", "1.2", *["<"] * 5],
]


@pytest.mark.parametrize("total", [[], [["合计", *["<"] * 4, "100", "98"]]], ids=["no total", "total"])
def test_figures_below_the_indicators_of_a_form_are_read_or_named(read: Any, total: Rows) -> None:
    """Staff and spending stand beside their names, in the unit that the money above has."""
    handed = read([
        *named("部门运转"),
        ["预算执行情况（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "得分"],
        [None, "年度资金总额", "60", "60", "48", "10", "8"],
        HEAD,
        ["产出指标", "数量指标", "查档人次", "≥300人次", "310人次", "90", "90"],
        *total, *BASICS,
    ])  # fmt: skip
    case = data(handed)
    assert {key: value(places) for key, places in case["staff"].items()} == {"established": "32人", "actual": "30人"}
    spent = {key: value(places) for key, places in case["three_public"].items()}
    assert spent == {"budget": "8.5万元", "actual": "7.9万元"}
    rates = {name: value(rate["printed"]) for name, rate in case["published"]["rates"].items() if "控制率" in name}
    assert rates == {"在职人员控制率": "93.75%", "三公经费控制率": "92.94%"}
    assert len(case["rubric"]["indicators"]) == 2
    assert [each.message for each in handed.warnings] == [
        "指标下面的这一行“公务接待”有数，没有读；叫法不同的请加进 params/forms 的用词表"
    ]


def test_a_table_of_figures_below_the_total_makes_it_no_subtotal(read: Any) -> None:
    """What stands there has numbers in the columns of weights and scores, and no names of indicators."""
    handed = read([
        *named("部门运转"), HEAD,
        ["产出指标", "数量指标", "查档人次", "≥300人次", "310人次", "100", "98"],
        ["合计", *["<"] * 4, "100", "98"],
        ["基础数据（万元）", *["<"] * 6],
        ["经费情况", "2022年决算数", "<", "2023年预算数", "<", "2023年决算数", "<"],
        ["三公经费", "11.2", "<", "12", "<", "9.6", "<"],
    ])  # fmt: skip
    case = data(handed)
    spent = {key: value(places) for key, places in case["three_public"].items()}
    assert spent == {"last_year_actual": "11.2万元", "budget": "12万元", "actual": "9.6万元"}
    assert [str(total) for total in case["published"]["total"].values()] == ["98"]
    assert not handed.warnings


def test_a_target_has_the_sign_that_stands_beside_what_is_better(read: Any) -> None:
    """正向 says that more is better, 等于 that the number is to be reached: =12, not ≥12."""
    handed = read([
        *named(width=9),
        ["一级指标", "二级指标", "三级指标", "指标性质", "运算符", "指标值", "实际完成值", "分值", "得分"],
        ["产出指标", "数量指标", "养护设备", "正向", "等于", "12台", "12台", "40", "40"],
        [None, None, "养护堤防", "正向", "大于等于", "8公里", "9公里", "20", "20"],
        [None, "成本指标", "每公里成本", "反向", "小于等于", "4万元", "3.9万元", "20", "20"],
        ["满意度指标", "服务对象满意度", "村民满意度", "正向", "≥", "90%", "92%", "20", "20"],
    ])  # fmt: skip
    targets = [value(fact["target"]) for fact in data(handed)["facts"].values()]
    assert targets == ["=12台", "≥8公里", "≤4万元", "≥90%"]
    assert not handed.warnings


def test_what_is_better_may_stand_behind_the_sign(read: Any) -> None:
    handed = read([
        *named(width=7),
        ["一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "指标方向性"],
        ["产出指标", "数量指标", "养护堤防", "=", "8", "公里", "正向指标"],
        [None, "成本指标", "每公里成本", "≤", "4", "万元", "反向指标"],
    ])  # fmt: skip
    targets = [goal["declared"]["target"] for goal in data(handed)["goals"]]
    assert targets == ["=8公里", "≤4万元"]
    assert not handed.warnings


def deducted(*columns: str) -> Rows:
    """A form with a column of the points lost, and the score below it; 96.6 of 100."""
    values = {"扣分": ("0.4", "3", "0", "3.4"), "得分": ("9.6", "27", "60", "96.6")}
    of = [[values[column][at] for column in columns] for at in range(4)]
    return [
        *named(width=6 + len(columns)),
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", *columns],
        [None, "年度资金总额", "100", "100", "96", "10", *of[0]],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", *columns],
        ["产出指标", "数量指标", "养护里程", "≥50公里", "45公里", "30", *of[1]],
        ["满意度指标", "服务对象满意度", "村民满意度", "≥90%", "93%", "60", *of[2]],
        ["合计", *["<"] * 4, "100", *of[3]],
        ["自评得分", "96.6", *["<"] * (4 + len(columns))],
    ]


def test_points_lost_give_the_score_where_no_column_has_it(read: Any) -> None:
    handed = read(deducted("扣分"))
    published = data(handed)["published"]
    scores = {name: value(of["score"]) for name, of in published["indicators"].items()}
    assert scores == {"预算执行率": "9.6", "养护里程": "27", "村民满意度": "60"}
    assert [float(total) for total in published["total"].values()] == [96.6, 96.6]
    assert [each.message for each in handed.warnings] == ["没有“得分”一栏，得分按分值减扣分读"]
    assert not told(handed, "error")


def test_points_lost_are_held_against_the_score(read: Any) -> None:
    assert not read(deducted("扣分", "得分")).warnings
    rows = deducted("扣分", "得分")
    rows[5][6] = "2"
    assert [each.message for each in read(rows).warnings] == ["分值30，扣2分，得分却印作27；请核对"]


def test_the_total_once_more_is_no_second_one(read: Any) -> None:
    """支出合计 below 年度资金总额 says the same, and what that leaves open."""
    handed = read([
        *named("部门运转"),
        ["预算执行情况（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "得分"],
        [None, "年度资金总额", "60", "60", "", "10", "8"],
        [None, "支出合计", "60", "60", "48", "", ""],
        HEAD,
        ["产出指标", "数量指标", "查档人次", "≥300人次", "310人次", "90", "90"],
    ])  # fmt: skip
    budget = data(handed)["budget"]
    assert [value(budget[stage]["total"]) for stage in ("initial", "adjusted", "final")] == [
        "60万元",
        "60万元",
        "48万元",
    ]
    assert not handed.warnings


def test_of_long_term_indicators_and_those_of_the_year_the_latter_are_read(read: Any) -> None:
    """The money stands behind the names of its rows; both lists have one heading."""
    handed = read([
        ["项目支出绩效目标申报表（2024年度）", *["<"] * 4],
        ["填报单位（盖章）", "某县文化馆", *["<"] * 3],
        ["项目名称", "送戏下乡", *["<"] * 3],
        ["项目资金申请（万元）", "资金总额：60", "财政拨款：50", "自有资金：10", ""],
        ["长期绩效指标", "一级指标", "二级指标", "指标内容", "指标值"],
        [None, "产出指标", "数量指标", "送戏场次", "≥400场"],
        ["年度绩效指标", "一级指标", "二级指标", "指标内容", "指标值"],
        [None, "产出指标", "数量指标", "送戏场次", "≥120场"],
        [None, "效益指标", "社会效益指标", "受益群众", "≥4万人"],
    ])  # fmt: skip
    case = data(handed)
    goals = {goal["name"]: goal["declared"]["target"] for goal in case["goals"]}
    assert goals == {"送戏场次": "≥120场", "受益群众": "≥4万人"}
    assert value(case["budget"]["initial"]["total"]) == "60万元"
    assert {name: value(part) for name, part in case["budget"]["initial"]["parts"].items()} == {
        "财政拨款": "50万元", "自有资金": "10万元",
    }  # fmt: skip
    assert [each.message for each in handed.warnings] == ["长期指标没有读，只读下面的年度指标"]


def test_a_declaration_of_a_whole_department_is_named_so(read: Any) -> None:
    handed = read([
        ["部门整体支出绩效目标申报表（2024年度）", *["<"] * 4],
        ["填报单位", "某县林业局", *["<"] * 3],
        ["年度预算（万元）", "收入合计", "2300", "支出合计", "2300"],
        [None, "公共财政拨款", "2000", "基本支出", "1500"],
        ["一级指标", "二级指标", "三级指标", "指标值", "备注"],
        ["产出指标", "数量指标", "造林面积", "≥5000亩", ""],
    ])  # fmt: skip
    case = data(handed)
    assert (case["title"], case["project"]["name"]) == ("部门整体绩效目标申报表", "部门整体")
    assert value(case["budget"]["initial"]["total"]) == "2300万元"
    assert not handed.warnings


def test_the_head_of_a_printed_page_is_not_the_title(
    office: Callable[..., Path], tmp_path: Path, library: Library
) -> None:
    """The title stands below it in larger letters, on the one page that the file has."""
    title = "2023年度某县堤防维护项目支出绩效自评表"
    goals: Rows = [HEAD, ["产出指标", "数量指标", "维护堤防", "≥12公里", "12公里", "100", "100"]]
    path = write_docx(Layout(goals), tmp_path / "form.docx", before=(title,))
    word = Document(str(path))
    word.tables[0].style = "Table Grid"
    word.paragraphs[0].runs[0].font.size = Pt(18)
    word.sections[0].header.paragraphs[0].text = "某县2024年绩效评价报告汇编"
    word.save(str(path))
    (pdf,) = office("pdf", path).iterdir()
    for file in (path, pdf):
        case = data(load_document(file, library))
        assert (case["title"], case["year"], case["rubric"]["title"]) == (title, 2023, "某县堤防维护项目指标")


def test_a_row_that_a_template_leaves_open_is_no_rest_of_the_one_above() -> None:
    """指标2： at the top of a page, below 指标1：保障人数 at the foot of the one before, where the column is narrow."""
    own, open_ = _Box(0, 100, 40, 120, "指标1：保障人数", False), _Box(0, 120, 40, 140, "指标2：", False)
    score, blank = _Box(40, 100, 80, 120, "10", False), _Box(40, 120, 80, 140, "", False)
    assert not _is_rest([(own, open_), (score, blank)], 97)
    assert _is_rest([(own, _Box(0, 120, 40, 140, "人次", False)), (score, blank)], 97)
