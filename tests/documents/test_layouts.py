"""Every layout in every format, clean and dirty: read, placed, imported so that it checks, and nothing invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from layouts import (
    DIRT,
    LAYOUTS,
    Layout,
    blank,
    dirty,
    several_units,
    spread,
    third_party,
    write_docx,
    write_html,
    write_xlsx,
)

from perfkit import Case, Library, audit, find_library, load_case, monitor
from perfkit.cases.entries import gather
from perfkit.cases.models import EvaluationFile, MonitoringFile
from perfkit.cases.samples import yaml_text
from perfkit.cli import run_cli
from perfkit.documents import Handed, load_document
from perfkit.documents.importing import cases_of
from perfkit.reading import read_yaml

WRITERS = {".xlsx": write_xlsx, ".docx": write_docx, ".html": write_html}
SUSPECT = {"error"}
SOILED = ("national", "split", "hubei", "yunnan", "department", "monitored")


@pytest.fixture(scope="module")
def library(repo: Path) -> Library:
    return find_library(repo / "params" / "cases")


def handed(layout: Layout, path: Path, library: Library) -> Handed:
    return load_document(WRITERS[path.suffix](layout, path), library)


def scores(case: Case) -> dict[str, float]:
    published = case.file.published.indicators if isinstance(case.file, EvaluationFile) else {}
    return {key: item.score.value.value for key, item in published.items() if item.score and key != "预算执行率"}


@pytest.mark.slow
@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_in_every_format(tmp_path: Path, library: Library, name: str, ending: str) -> None:
    layout = LAYOUTS[name]()
    found = handed(layout, tmp_path / f"2023{ending}", library)
    assert found.problems == []
    (case,) = found.cases
    assert case.year == 2023
    if not name.startswith("third-party"):  # a bare table says neither what it is nor whose
        assert case.kind == layout.kind
        assert case.unit in ("某县第一中学", "某县教育局")
    assert scores(case) == {key: float(score) for key, score in layout.scores.items()}
    total = case.file.published.total
    assert (total.value.value if total else "") == (float(layout.total) if layout.total else "")
    assert layout.final is None or case.value("budget.final") == layout.final
    if case.kind in ("declaration", "monitoring"):
        assert len(case.file.goals) == 6  # type: ignore[union-attr]


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_consistent_form_raises_no_error(tmp_path: Path, library: Library, name: str) -> None:
    (case,) = handed(LAYOUTS[name](), tmp_path / "form.xlsx", library).cases
    assert [(item.code, item.message) for item in audit(case) if item.severity in SUSPECT] == []


def test_a_number_behind_a_name_is_no_weight(tmp_path: Path, library: Library) -> None:
    rows = [
        ["一级指标", "二级指标", "三级指标", "评价标准", "得分"],
        ["产出", "数量", "采购课桌（600）", "达到要求得满分", "9"],
    ]
    (case,) = handed(Layout(rows), tmp_path / "form.xlsx", library).cases
    assert case.rubric is not None
    assert [indicator.weight for indicator in case.rubric.indicators] == [0]


def test_a_level_has_the_weight_behind_its_own_name(tmp_path: Path, library: Library) -> None:
    (case,) = handed(LAYOUTS["third-party-by-level"](), tmp_path / "form.xlsx", library).cases
    assert isinstance(case.file, EvaluationFile)
    levels = {name: level.weight and level.weight.value.text for name, level in case.file.published.levels.items()}
    assert levels["产出指标"] == "50"
    assert levels["产出指标/数量指标"] == "30"
    assert case.rubric is not None
    assert sum(indicator.weight for indicator in case.rubric.indicators) == 90


@pytest.fixture(scope="module")
def clean(library: Library, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Case, ...]]:
    """What is read of some layouts as they are meant."""
    folder = tmp_path_factory.mktemp("clean")
    return {name: tuple(handed(LAYOUTS[name](), folder / f"{name}.xlsx", library).cases) for name in SOILED}


@pytest.mark.slow
@pytest.mark.parametrize("kind", DIRT)
@pytest.mark.parametrize("name", SOILED)
def test_one_odd_cell_never_costs_the_file(
    tmp_path: Path,
    library: Library,
    clean: dict[str, tuple[Case, ...]],
    capsys: pytest.CaptureFixture[str],
    name: str,
    kind: str,
) -> None:
    path = write_xlsx(dirty(LAYOUTS[name](), kind), tmp_path / "dirty.xlsx")
    found = load_document(path, library)
    assert found.problems == []
    assert len(found.cases) == len(clean[name])
    before, after = scores(clean[name][0]), scores(found.cases[0])
    assert all(before[key] == score for key, score in after.items())  # nothing is invented
    assert len(after) >= len(before) - 1
    target = tmp_path / "case.yaml"
    assert run_cli(["import", str(path), "-o", str(target)]) == 0
    assert run_cli(["check", str(target)]) == 0
    assert "错误" not in capsys.readouterr().err
    assert load_case(target, library=library).kind == clean[name][0].kind


@pytest.mark.parametrize("name", ["declared", "declared-with-money", "without-levels"])
def test_what_is_noted_below_the_indicators_and_signs_for_nothing_change_nothing(
    tmp_path: Path, library: Library, name: str
) -> None:
    """Forms without levels or points, whose rows look least like indicators."""
    layout = LAYOUTS[name]()
    found = [handed(layout, tmp_path / "1.xlsx", library)]
    across = ["<"] * (len(layout.rows[0]) - 1)
    layout.rows = [["/" if value == "" else value for value in row] for row in layout.rows]
    layout.rows += [["注：其他资金包括单位自有资金。", *across], ["其他需要说明的问题", "无", *across[1:]]]
    layout.rows += [["填表人：张三", "", "联系电话：0791-86200000", "填表日期：2024年3月5日"]]
    found.append(handed(layout, tmp_path / "2.xlsx", library))
    before, after = (each.cases[0] for each in found)
    names = [[*case.facts, *(goal.name for goal in getattr(case.file, "goals", ()))] for case in (before, after)]
    assert names[0] == names[1]
    assert scores(before) == scores(after)
    assert [finding.code for finding in audit(before)] == [finding.code for finding in audit(after)]
    assert before.file.budget == after.file.budget


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_blank_form_is_a_case_to_fill_in(tmp_path: Path, library: Library, name: str) -> None:
    """It is no refusal: the audit says that nothing is filled in, and what is written passes the check."""
    path, target = write_xlsx(blank(LAYOUTS[name]()), tmp_path / "2023.xlsx"), tmp_path / "case.yaml"
    (case,) = load_document(path, library).cases
    assert [item.code for item in audit(case)] == ["unfilled"]
    assert run_cli(["import", str(path), "-o", str(target)]) == 0
    assert run_cli(["check", str(target)]) == 0


def test_basic_data_on_a_second_sheet_are_read(tmp_path: Path, library: Library) -> None:
    (case,) = handed(LAYOUTS["department"](), tmp_path / "form.xlsx", library).cases
    assert (case.value("staff.established"), case.value("staff.actual")) == (46, 44)
    assert (case.value("three_public.budget"), case.value("three_public.actual")) == (30_000, 24_000)
    assert case.value("budget.final.basic") + case.value("budget.final.project") == case.value("budget.final")


def test_amounts_that_stand_beside_others_are_read(tmp_path: Path, library: Library) -> None:
    (case,) = handed(LAYOUTS["department-by-nature"](), tmp_path / "form.xlsx", library).cases
    assert (case.value("budget.final.basic"), case.value("budget.final.project")) == (400_000, 560_000)
    (case,) = handed(LAYOUTS["hebei-beside"](), tmp_path / "other.xlsx", library).cases
    assert (case.value("budget.adjusted"), case.value("budget.received")) == (1_000_000, 1_000_000)
    assert [problem.indicators for problem in case.file.problems] == [("采购课桌",)]
    (case,) = handed(LAYOUTS["declared-with-money"](), tmp_path / "goals.xlsx", library).cases
    assert case.value("budget.initial") == 1_000_000


def test_amounts_with_their_unit_beside_their_labels_are_read(tmp_path: Path, library: Library) -> None:
    form = LAYOUTS["national"]()
    beside = ["预算数：", "60万元", "执行数：", "54万元", "执行率：", "80%", "得分", "9"]
    read = handed(Layout([*form.rows[:4], beside, *form.rows[7:]]), tmp_path / "form.xlsx", library)
    (case,) = read.cases
    assert (case.value("budget.adjusted"), case.value("budget.final")) == (600_000, 540_000)
    assert [finding.printed for finding in audit(case) if finding.code == "rate"] == ["80%"]  # 54 of 60 are 90%
    assert not any("60万元" in problem.message for problem in read.warnings)


SOURCES: list[list[object]] = [
    ["转移支付绩效自评表（2023年度）"],
    ["单位：万元"],
    ["转移支付名称", "水利资金"],
    ["资金情况", "合计", "中央", "省级", "市县"],
    ["全年预算数", 1000, 600, 300, 100],
    ["全年执行数", 900, 540, 270, 90],
    ["执行率", "90%", "90%", "90%", "90%"],
    ["一级指标", "二级指标", "三级指标", "指标值", "全年实际完成值"],
    ["产出指标", "数量指标", "治理河长", "≥20公里", "20公里"],
]


def test_money_in_columns_by_its_source_is_read(tmp_path: Path, library: Library) -> None:
    (case,) = handed(Layout(SOURCES), tmp_path / "form.xlsx", library).cases
    assert (case.value("budget.adjusted"), case.value("budget.final")) == (10_000_000, 9_000_000)
    assert not list(audit(case))
    rows = [
        *SOURCES[:5],
        ["全年执行数", 910, 540, 270, 90],
        *SOURCES[6:],
    ]  # 540 + 270 + 90 are 900; 910 of 1000 are 91%
    (case,) = handed(Layout(rows), tmp_path / "wrong.xlsx", library).cases
    assert {finding.code for finding in audit(case)} == {"budget-identity", "rate"}


@pytest.mark.parametrize(("said", "read"), [("不可能", "完全不可能"), ("有可能", "有可能")])
def test_a_likelihood_under_a_head_that_lists_all_of_them(
    tmp_path: Path, library: Library, said: str, read: str
) -> None:
    levels = ["一级指标", "二级指标", "三级指标"]
    heads = [*levels, "年度指标值", "1-9月执行情况", "全年预计完成情况", "完成可能性：确定能/有可能/不可能"]
    rows: list[list[object]] = [["项目支出绩效运行监控表（2023年度）"], ["项目名称", "节水"], heads]
    rows += [["产出", "数量指标", "宣传场次", "≥12场", "9场", "12场", said]]
    found = handed(Layout(rows), tmp_path / "form.xlsx", library)
    assert not [problem for problem in found.warnings if "可能" in problem.message]
    (goal,) = found.cases[0].file.goals
    assert goal.likelihood == read


def test_a_monitoring_form_keeps_the_problems_that_it_states(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["monitored"]()
    layout.rows.append(["存在问题", "采购课桌因供货延误落后", *["<"] * 7])
    (case,) = handed(layout, tmp_path / "form.xlsx", library).cases
    assert [problem.text for problem in case.file.problems] == ["采购课桌因供货延误落后"]


@pytest.mark.parametrize(("done", "owed"), [("0%", 50_000), ("40%", None)])
def test_what_a_goal_declares_to_pay_is_owed_while_nothing_is_paid(
    tmp_path: Path, library: Library, done: str, owed: float | None
) -> None:
    """Of 100 there are 96 spent, so that 5 more cannot be paid; once a part is paid nobody knows how much is left."""
    layout, goals = LAYOUTS["monitored"](), LAYOUTS["declared"]().rows[4:]
    row = layout.cell("采购课桌")[0]
    layout.rows[row][2:6] = ["上缴专项经费工作完成率", "100%", done, "100%"]
    goals[2][2:4] = ["上缴专项经费（万元）", "=5万元"]
    said = ("2023年校舍维修项目绩效运行监控报告",)
    tables = Layout(goals, others={"监控表": layout.rows[4:]})
    (case,) = load_document(write_docx(tables, tmp_path / "report.docx", said), library).cases
    assert isinstance(case.file, MonitoringFile)
    amounts = [goal.owed.value.value for goal in case.file.goals if goal.owed]
    assert amounts == ([owed] if owed else [])
    assert ("infeasible-plan" in {item.code for item in audit(case)}) == bool(owed)


@pytest.mark.parametrize(("year", "day"), [(2023, "2023-02-28"), (2024, "2024-02-29")])
def test_the_node_is_the_last_day_of_the_months_of_a_form(
    tmp_path: Path, library: Library, year: int, day: str
) -> None:
    layout = LAYOUTS["monitored"]()
    layout.rows[0][0], layout.rows[1][0] = "项目支出绩效运行监控表（1-2月）", f"{year}年度"
    (case,) = handed(layout, tmp_path / "form.xlsx", library).cases
    assert str(monitor(case).to_dict()["node"]) == day


def test_a_form_whose_node_alone_has_a_date_is_of_that_year(tmp_path: Path, library: Library) -> None:
    """As our own reports print it: 监控节点｜2022-06-30, 截至2022-06-30执行数, and what they reckon themselves."""
    layout = LAYOUTS["monitored"]()
    layout.rows[0][0], layout.rows[1][0] = "校舍维修绩效运行监控", "监控节点：2022-06-30"
    row, column = layout.cell("1-9月执行数")
    layout.rows[row][column] = "截至2022-06-30执行数（B）"
    row, _ = layout.cell("采购课桌")
    layout.rows[row][5] = "720套（推算）"
    found = handed(layout, tmp_path / "form.xlsx", library)
    (case,) = found.cases
    assert (case.year, monitor(case).node, monitor(case).spent) == (2022, "2022-06-30", 960_000)
    assert not [problem for problem in found.warnings if "推算" in problem.message or "年" in problem.message]
    assert next(goal.compared.forecast for goal in case.goals if goal.name == "采购课桌" and goal.compared) is None


def test_equations_in_text_and_tables_are_computed_again(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["third-party"]()
    row, _ = layout.cell("采购课桌")
    layout.rows[row][-1] = "完成540套，540÷600×10=9.5分，得9分"
    said = ("校舍维修项目绩效评价报告", "预算执行率=96万元/100万元×100%=96%，结余率=4÷100×100%=5%。")
    (case,) = load_document(write_docx(layout, tmp_path / "report.docx", said), library).cases
    assert isinstance(case.file, EvaluationFile)
    assert len(case.file.published.equations) == 2
    found = [(item.where, item.printed, item.expected) for item in audit(case) if item.code == "equation"]
    assert [(printed, expected) for _, printed, expected in found] == [("5%", "4%"), ("9.5分", "9分")]
    assert all(where for where, _, _ in found)


def test_an_equation_in_a_table_that_nobody_knows_is_computed_again(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    layout.others = {"附表": [["事项", "怎样算"], ["结余", "结余率=4÷100×100%=5%"]]}
    (case,) = handed(layout, tmp_path / "form.docx", library).cases
    (found,) = [item for item in audit(case) if item.code == "equation"]
    assert (found.printed, found.expected, found.where) == ("5%", "4%", ("表2第2行",))


def test_a_rise_in_a_text_without_scores_is_computed_again(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "report.txt"
    path.write_text(
        "某区总工会2024年度部门决算说明\n收支总计2849.65万元，比上年增加319.38万元，增长14.09%。", encoding="utf-8"
    )
    (case,) = load_document(path, library).cases
    (found,) = [item for item in audit(case) if item.code == "equation"]
    assert (found.printed, found.expected, found.where) == ("14.09%", "12.62%", ("正文第2行",))


def test_a_standard_that_two_tables_print_with_different_numbers_is_found(tmp_path: Path, library: Library) -> None:
    layout, annex = LAYOUTS["third-party"](), LAYOUTS["third-party"]()
    row, column = annex.cell("完成600套得满分，否则按比例得分")
    annex.rows[row][column] = "完成500套得满分，否则按比例得分"
    annex.rows[row - 1][column] = "完成 24 间得满分， 否则按比例得分"  # only spaced
    layout.others = {"附表": annex.rows}
    (case,) = load_document(write_docx(layout, tmp_path / "report.docx", ("校舍维修项目绩效评价报告",)), library).cases
    found = [(item.indicator, item.severity) for item in audit(case) if item.code == "rule-text-differs"]
    assert found == [("采购课桌", "warning")]


def test_a_printed_standard_outlives_the_update_of_a_case_with_an_entry_an_indicator(
    tmp_path: Path, library: Library
) -> None:
    layout = third_party()
    layout.rows[1][5] = f"{layout.rows[1][5]}，少1间扣1分"  # of which nobody says by how much
    source, target = write_xlsx(layout, tmp_path / "2023.xlsx"), tmp_path / "case.yaml"
    assert run_cli(["import", str(source), "-o", str(target)]) == 0
    apart = load_case(target, library=library)
    target.write_text(yaml_text(gather(read_yaml(target).data)), encoding="utf-8")
    assert run_cli(["import", str(source), "-o", str(target)]) == 0
    assert "facts" not in read_yaml(target).data
    together = load_case(target, library=library)
    assert together.rubric
    assert apart.rubric
    assert all(indicator.standard for indicator in apart.rubric.indicators)
    assert together.rubric.indicators == apart.rubric.indicators
    assert audit(together).items == audit(apart).items


def test_one_name_in_two_formats_is_two_cases(tmp_path: Path, library: Library) -> None:
    """Whether they are imported or run; the second one is no update of the first."""
    given, into = tmp_path / "given", tmp_path / "into"
    given.mkdir()
    for ending, writer in WRITERS.items():
        writer(LAYOUTS["national"](), given / f"自评{ending}")
    assert run_cli(["import", str(given), "-o", str(into)]) == 0
    told: list[object] = []
    ran = cases_of([given], tmp_path / "run", told.append)
    assert sorted(path.name for path in ran) == sorted(path.name for path in into.iterdir())
    assert len(set(ran)) == 3
    assert not [each for each in told if "已更新" in str(each)]


def test_ticks_are_reasons_and_likelihoods(tmp_path: Path, library: Library) -> None:
    (case,) = handed(LAYOUTS["monitored-by-ticks"](), tmp_path / "form.xlsx", library).cases
    assert isinstance(case.file, MonitoringFile)
    goal = case.file.goals[1]
    assert goal.reason is not None
    assert (goal.reason.text, goal.reason.category, goal.likelihood) == ("供货延误", ("经费",), "有可能")
    assert (case.file.node, case.execution_rate) == ("2023-09-30", pytest.approx(0.96))


def test_a_tick_in_the_first_column_below_a_merged_heading_counts(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["monitored-by-ticks"]()
    rows = {name: next(row for row in layout.rows if name in row) for name in ("修缮校舍", "采购课桌", "家长满意度")}
    rows["修缮校舍"][8:11] = ["√", "", ""]
    rows["采购课桌"][8:11] = ["√", "", "√"]
    rows["家长满意度"][4] = "未调查"
    found = handed(layout, tmp_path / "form.xlsx", library)
    goals = {goal.name: goal for goal in found.cases[0].file.goals}  # type: ignore[union-attr]
    assert (goals["修缮校舍"].likelihood, goals["采购课桌"].likelihood) == ("确定能", None)
    assert goals["家长满意度"].note == "实际完成值印作“未调查”，是文字，没有准数"
    assert [problem.message for problem in found.warnings if "没有填写" not in problem.message] == [
        "完成目标可能性印作“确定能、完全不可能”，不是其中一个，没有读",
        "实际完成值印作“未调查”，是文字，没有准数；没有放进对比",
    ]


def test_the_rate_of_a_part_is_held_against_the_part(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    part = next(row for row in layout.rows if "其中：当年财政拨款" in row)
    part[6] = "80%"
    (case,) = handed(layout, tmp_path / "form.xlsx", library).cases
    found = [(item.printed, item.expected) for item in audit(case) if item.code == "rate"]
    assert found == [("80%", "96%")]


def test_only_figures_that_are_kept_count_as_read(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    whole = handed(layout, tmp_path / "whole.xlsx", library)
    part = next(row for row in layout.rows if "其中：当年财政拨款" in row)
    part[6] = "八成，上年85%"  # no rate that can be read, whatever else is printed twice
    less = handed(layout, tmp_path / "less.xlsx", library)
    assert (less.seen, less.placed, less.share) == (whole.seen + 1, whole.placed, "97%")


@pytest.mark.parametrize("title", ["（2022年度1-9月）", "（ 2022 年度 ）", "（2022年1—9月）"])
def test_a_form_is_of_the_year_in_its_title_and_the_day_it_was_filled(
    tmp_path: Path, library: Library, title: str
) -> None:
    layout = LAYOUTS["monitored-by-ticks"]()
    layout.rows[1][0] = title
    layout.rows.append(["填表人：王某　联系电话：0794-123　填报日期：2022年10月10日", *["<"] * 11])
    found = handed(layout, tmp_path / "form.xlsx", library)
    (case,) = found.cases
    assert (case.year, case.file.date) == (2022, "2022年10月10日")
    assert not any("没有写年度" in warning.message for warning in found.warnings)


def test_parts_of_a_part_are_not_counted_twice(tmp_path: Path, library: Library) -> None:
    (case,) = handed(LAYOUTS["yunnan"](), tmp_path / "form.xlsx", library).cases
    assert [item.code for item in audit(case) if item.code == "budget-identity"] == []
    assert case.file.budget is not None
    assert list(case.file.budget.final.parts) == ["当年财政拨款"]  # type: ignore[union-attr]


def test_a_transfer_payment_is_executed_over_what_is_left(tmp_path: Path, library: Library) -> None:
    (case,) = handed(LAYOUTS["transfer"](), tmp_path / "form.xlsx", library).cases
    assert (case.value("budget.adjusted"), case.execution_rate) == (1_000_000, pytest.approx(0.96))
    layout = LAYOUTS["transfer"]()
    row, column = layout.cell("年度资金总额")
    layout.rows[row][column + 2] = 30  # 120 − 30 is not 100
    (case,) = handed(layout, tmp_path / "wrong.xlsx", library).cases
    assert "budget-identity" in {item.code for item in audit(case)}


def test_several_units_in_one_workbook_are_several_cases(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    other = LAYOUTS["national"]()
    other.rows[2][1] = "食堂改造项目"
    layout.others = {"食堂": other.rows}
    found = handed(layout, tmp_path / "book.xlsx", library)
    assert [case.file.title for case in found.cases] == ["校舍维修项目支出绩效自评", "食堂改造项目支出绩效自评"]


@pytest.mark.parametrize("ending", WRITERS)
def test_a_list_of_units_is_a_case_for_each(tmp_path: Path, library: Library, ending: str) -> None:
    """With the indicators that another table lists of each; one without a score is none."""
    found = handed(several_units(), tmp_path / f"汇总{ending}", library)
    assert found.problems == []
    assert [case.unit for case in found.cases] == ["某县第一中学（本部）", "某县职业学校"]
    assert [case.value("budget.final") for case in found.cases] == [960_000, 400_000]
    assert [case.file.published.total.value.value for case in found.cases] == [98.6, 88]
    assert [scores(case) for case in found.cases] == [
        {"培训人次": 30, "就业人数": 68.6},
        {"培训人次": 25, "就业人数": 63},
    ]
    assert [item.code for case in found.cases for item in audit(case) if item.severity == "error"] == []


def test_a_wrong_total_or_grade_in_a_list_of_units_is_found(tmp_path: Path, library: Library) -> None:
    layout = several_units()
    layout.rows[3][4:] = ["85%", 89, "优"]
    found = handed(layout, tmp_path / "汇总.xlsx", library)
    assert {item.code for item in audit(found.cases[1]) if item.severity == "error"} == {
        "score-sum", "grade-band", "rate",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("total", "said"),
    [
        ([160, 164, "91.25%"], "合计印作164万元，以上3行合计146万元"),
        ([160, 146, "96%"], "合计的执行率印作96%，按合计的金额是91.25%"),
    ],
)
def test_the_total_of_a_list_of_units_is_held_against_its_rows(
    tmp_path: Path, library: Library, total: list[object], said: str
) -> None:
    layout = several_units()
    layout.rows[5][2:5] = total
    told = [warning.message for warning in handed(layout, tmp_path / "汇总.xlsx", library).warnings]
    assert [message for message in told if "合计" in message] == [f"{said}；请核对"]


def test_the_year_above_a_list_of_units_is_theirs(tmp_path: Path, library: Library) -> None:
    layout = several_units()
    layout.rows[0][0] = "2021年度部门预算项目绩效自评汇总表（万元）"
    found = handed(layout, tmp_path / "汇总.xlsx", library)
    assert {case.year for case in found.cases} == {2021}
    assert not any("没有写年度" in warning.message for warning in found.warnings)


def test_a_measure_stays_beside_its_problem(tmp_path: Path, library: Library) -> None:
    (case,) = handed(LAYOUTS["sichuan"](), tmp_path / "form.xlsx", library).cases
    assert [(problem.text, problem.improvement) for problem in case.file.problems] == [("供货慢", "早签合同")]


def test_a_sheet_of_a_case_workbooks_name_makes_no_case_workbook(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    layout.others = {"基本情况": [["单位基本情况", "<"], ["编制人数", 30], ["在职人数", 28]]}
    (case,) = handed(layout, tmp_path / "form.xlsx", library).cases
    assert case.unit == "某县第一中学"


@pytest.mark.parametrize(
    "kind",
    ["heading once more", "letters of columns", "numbers of columns", "remark behind points", "words before a number"],
)
def test_dirt_that_says_nothing_changes_nothing(tmp_path: Path, library: Library, kind: str) -> None:
    (clean,) = handed(LAYOUTS["national"](), tmp_path / "clean.xlsx", library).cases
    (case,) = handed(dirty(LAYOUTS["national"](), kind), tmp_path / "dirty.xlsx", library).cases
    assert scores(case) == scores(clean)
    assert compared(case) == compared(clean)


def compared(case: Case) -> dict[str, list[str]]:
    return {
        name: [str(found.value) for found in (fact.target, fact.actual) if found] for name, fact in case.facts.items()
    }


def test_years_in_the_heads_of_basic_data_are_this_and_the_last(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["department"]()
    basic = layout.others["基础数据表"]
    basic[0][2], basic[1][2] = "2023年实际在职人数", 50
    basic[2] = ["经费控制情况", "2022年决算数", "2023年预算数", "2023年度决算数"]
    basic[:0] = [["单位名称：某县教育局", "", "", "单位：万元"]]
    basic.insert(3, ["", "", "", ""])
    (case,) = handed(layout, tmp_path / "2023.xlsx", library).cases
    assert [case.value(f"three_public.{name}") for name in ("last_year_actual", "budget", "actual")] == [
        pytest.approx(value) for value in (32_000, 30_000, 24_000)
    ]
    found = [item.code for item in audit(case) if item.verdict == "figure"]
    assert found == ["rate", "staff-above-posts"]  # 50 of 46 are not 95.65%


def test_a_goal_without_a_target_is_named_and_kept(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["declared-with-money"]()
    row = next(row for row in layout.rows if "家长满意度" in row)
    row[3] = ""
    said = (["项目期限", "2023年3月至2025年2月"], ["总体目标", "修缮校舍，添置课桌。"])
    layout.rows[4:4] = [[*each, *["<"] * 3] for each in said]
    found = handed(layout, tmp_path / "2023.xlsx", library)
    (case,) = found.cases
    assert any("“家长满意度”没有填写指标值" in warning.message for warning in found.warnings)
    assert [goal.name for goal in case.file.goals if not goal.declared] == ["家长满意度"]  # type: ignore[attr-defined]
    assert (case.file.overview.goals, case.file.overview.organisation) == (
        ("修缮校舍，添置课桌。",), ("起止时间：2023年3月至2025年2月",)
    )  # fmt: skip
    assert [item.code for item in audit(case)] == []


def test_names_in_lines_above_a_table_are_its_own(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    layout.rows = layout.rows[4:]
    before = (
        "项目支出绩效自评表",
        "（2023年度）",
        "项目名称：校舍维修项目",
        "主管部门：某县教育局　　实施单位：某县第一中学",
    )
    (case,) = load_document(write_docx(layout, tmp_path / "form.docx", before=before), library).cases
    assert (case.unit, case.file.unit.parent, case.year) == ("某县第一中学", "某县教育局", 2023)


@pytest.mark.parametrize(
    "line",
    [
        "填报单位：某县第二中学　　　　　　单位：万元",
        "单位名称（盖章）：某县第二中学　　填报日期：2024年3月5日",
        "部门（单位）名称：某县第二中学单位：元",
    ],
)
def test_the_unit_of_a_line_above_a_form_is_no_more_than_its_name(tmp_path: Path, library: Library, line: str) -> None:
    layout = LAYOUTS["national"]()
    rows = [*layout.rows[2:3], ["主管部门", "某县教育局", *layout.rows[3][2:3], *["<"] * 5], *layout.rows[4:]]
    above = ("附表一", "教育经费基础数据表", "项目支出绩效自评表", "（2023年度）", line)
    found = load_document(write_docx(Layout(rows), tmp_path / "form.docx", before=above), library)
    (case,) = found.cases
    assert (case.unit, case.file.unit.parent) == ("某县第二中学", "某县教育局")
    assert not any("没有填写" in warning.message for warning in found.warnings)


def test_the_form_of_a_department_lacks_no_project(tmp_path: Path, library: Library) -> None:
    rows = [["部门名称", "某县教育局", *["<"] * 6], *LAYOUTS["national"]().rows[4:]]
    above = ("教育经费基础数据表", "部门整体支出绩效自评表", "（2023年度）")
    found = load_document(write_docx(Layout(rows), tmp_path / "form.docx", before=above), library)
    assert [case.unit for case in found.cases] == ["某县教育局"]
    assert not any("没有填写" in warning.message for warning in found.warnings)


def test_several_names_in_one_cell_are_told_apart(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    layout.rows[2:4] = [["项目名称：校舍维修项目     主管部门：某县教育局     实施单位：某县第一中学", *["<"] * 7]]
    (case,) = handed(layout, tmp_path / "form.xlsx", library).cases
    assert (case.unit, case.file.unit.parent) == ("某县第一中学", "某县教育局")
    assert case.file.title == "校舍维修项目支出绩效自评"


def test_the_total_of_a_level_ends_no_table(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    layout.rows.insert(layout.cell("效益指标")[0], ["合计", "<", "<", "", "", 50, 49, ""])
    (case,) = handed(layout, tmp_path / "form.xlsx", library).cases
    assert scores(case) == {key: float(score) for key, score in layout.scores.items()}
    assert case.file.published.total.value.value == 98.6


def paid_by_class() -> Layout:
    """A form with a table of its own that adds up: 100 people, 21万元."""
    layout = LAYOUTS["national"]()
    rows = [["一类", 20, 0.5, 10], ["二类", 30, 0.2, 6], ["三类", 50, 0.1, 5], ["合计", 100, "", 21]]
    layout.others = {"发放表": [["补助发放表（万元）", "<", "<", "<"], ["类别", "人数", "补助标准", "金额"], *rows]}
    return layout


@pytest.mark.parametrize("ending", WRITERS)
def test_a_table_whose_classes_miss_their_total_is_asked_about(tmp_path: Path, library: Library, ending: str) -> None:
    """Money and counts by class, in a table of no known layout; nothing is said where they add up."""
    (case,) = handed(paid_by_class(), tmp_path / f"good{ending}", library).cases
    assert [item for item in audit(case) if item.code == "equation"] == []
    layout = paid_by_class()
    layout.others["发放表"][-1][1:] = [105, "", 22]
    (case,) = handed(layout, tmp_path / f"bad{ending}", library).cases
    found = [item for item in audit(case) if item.code == "equation"]
    assert [(item.severity, item.printed, item.expected) for item in found] == [
        ("question", "105", "100"),
        ("question", "22", "21"),
    ]


@pytest.mark.parametrize(
    "row",
    [["其中：一类", 20, 0.5, 10], ["小计", 50, "", 16], ["一类", 20, 0.5, 10]],
    ids=["of which", "subtotal", "same name"],
)
def test_rows_that_may_hold_others_are_no_parts(tmp_path: Path, library: Library, row: list[object]) -> None:
    layout = paid_by_class()
    layout.others["发放表"].insert(3, row)
    (case,) = handed(layout, tmp_path / "form.xlsx", library).cases
    assert [item for item in audit(case) if item.code == "equation"] == []


def test_weights_as_parts_of_one_are_points(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    for row in layout.rows[8:-1]:
        row[5] = float(row[5]) / 100
    found = handed(layout, tmp_path / "form.xlsx", library)
    assert any("分值都写成小数" in warning.message for warning in found.warnings)
    assert [i.weight for i in found.cases[0].rubric.indicators] == [10, 20, 10, 10, 10, 30, 10]
    assert [item.code for item in audit(found.cases[0]) if item.severity == "error"] == []


def test_the_numbering_of_the_template_is_no_part_of_a_name(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    whole = handed(layout, tmp_path / "whole.xlsx", library)
    for number, row in enumerate(layout.rows[8:-1]):
        row[2] = f"指标{number % 2 + 1}{':：'[number % 2]}{row[2]}"
    numbered = handed(layout, tmp_path / "form.xlsx", library)
    assert [i.name for i in numbered.cases[0].rubric.indicators] == [i.name for i in whole.cases[0].rubric.indicators]
    assert (numbered.seen, numbered.placed) == (whole.seen, whole.placed)


def test_scores_without_weights_make_no_total(tmp_path: Path, library: Library) -> None:
    (case,) = handed(LAYOUTS["hubei"](), tmp_path / "form.xlsx", library).cases
    summary = audit(case).summary
    assert (summary.by_rule, summary.grade_by_rule, summary.published) == (None, None, 98.2)


def test_execution_that_the_indicators_list_too_is_scored_once(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    row = ["预算执行", "预算执行率", "预算执行率", "100%", "96%", "10", "9.6", ""]
    layout.rows.insert(layout.cell("产出指标")[0], row)
    (case,) = handed(layout, tmp_path / "form.xlsx", library).cases
    assert [item.code for item in audit(case) if item.severity in ("error", "warning")] == []
    score = case.file.published.indicators["预算执行率"].score
    assert score is not None
    assert [entry.where for entry in score.entries] == ["自评表第6行", "自评表第9行"]


def test_the_money_in_a_table_of_its_own_belongs_to_the_indicators_behind(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    apart = Layout(layout.rows[:7], others={"指标": layout.rows[7:]})
    (case,) = handed(apart, tmp_path / "form.docx", library).cases
    assert case.rubric.weight == 100
    assert [item.code for item in audit(case) if item.severity != "info"] == []


@pytest.mark.parametrize(
    ("values", "limit"),
    [
        (["项目成本（万元）", "100", "96"], "≤100万元"),
        (["校舍施工周期", "8个月", "7个月"], "≤8个月"),
        (["食堂食品安全事故数", "=3起", "1起"], "≤3起"),
        (["课桌返工率", "4%", "2.5%"], "≤4%"),
        (["家长投诉处理率", "95%", "98%"], ""),
        (["受理投诉次数", "12次", "13次"], ""),
        (["志愿服务时长", "200小时", "210小时"], ""),
        (["采购成本节约额", "10万元", "11万元"], ""),
    ],
)
def test_a_target_without_a_sign_is_a_limit_where_less_is_better(
    tmp_path: Path, library: Library, values: list[str], limit: str
) -> None:
    layout = LAYOUTS["national"]()
    row = next(row for row in layout.rows if "受益学生" in row)
    row[2:5] = values
    found = handed(layout, tmp_path / "form.xlsx", library)
    assert [f"读作{limit}；" in warning.message for warning in found.warnings] == [True] * bool(limit)
    assert [item.code for item in audit(found.cases[0]) if item.severity in ("error", "warning")] == []


@pytest.mark.parametrize(("encoding", "sign"), [("gbk", ","), ("utf-8", ";"), ("utf-16", "\t"), ("utf-8-sig", ",")])
def test_separated_values_in_every_encoding(tmp_path: Path, library: Library, encoding: str, sign: str) -> None:
    values, _ = spread(LAYOUTS["national"]().rows)
    last_row, last_column = (max(place[i] for place in values) for i in (0, 1))
    lines = [
        sign.join(str(values.get((row, column), "")) for column in range(1, last_column + 1))
        for row in range(1, last_row + 1)
    ]
    path = tmp_path / "form.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    (case,) = load_document(path, library).cases
    assert scores(case) == {key: float(score) for key, score in LAYOUTS["national"]().scores.items()}


def test_weight_rate_and_score_in_one_cell_are_split_by_their_arithmetic(tmp_path: Path, library: Library) -> None:
    layout = LAYOUTS["national"]()
    row, column = layout.cell("年度资金总额")
    layout.rows[row][column + 4 : column + 7] = ["1096%9.6", "", ""]
    (case,) = handed(layout, tmp_path / "form.docx", library).cases
    execution = case.file.published.indicators["预算执行率"]
    assert (execution.weight.value.value, execution.score.value.value) == (10, 9.6)  # type: ignore[union-attr]
