"""Lists of indicators, and reports, that become rubrics and cases to fill in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from layouts import LAYOUTS, write_xlsx
from openpyxl import Workbook

from perfkit import Case, find_library, load_case, score
from perfkit.cli import run_cli
from perfkit.documents import load_document

INDICATORS = [
    ["某设备更新项目绩效评价指标体系"],
    ["一级指标", "二级指标", "三级指标", "分值", "指标解释", "评分标准"],
    ["决策", "绩效目标", "绩效目标合理性", "20", "", "①有绩效目标；\n②目标与工作相关。\n每满足一项得1/2权重分"],
    ["过程", "资金管理", "预算执行率", "30", "支出÷预算", "得分=预算执行率×30分"],
    ["产出", "产出数量", "设备购置完成率", "50", "", "完成率达到100%得满分，每低1个百分点扣2分，扣完为止"],
]


def _write_list(path: Path, *rows: list[str]) -> Path:
    book = Workbook()
    for row in [*INDICATORS, *rows]:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(path)
    return path


def test_a_list_of_indicators_becomes_a_rubric_and_a_case_of_it(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(repo / "params", tmp_path / "params", ignore=shutil.ignore_patterns("cases"))
    monkeypatch.chdir(tmp_path)
    rubric, case = Path("params/rubrics/设备-2025.yaml"), Path("params/cases/某院-2025.yaml")
    source = _write_list(tmp_path / "指标体系.xlsx")
    assert run_cli(["import", str(source), "-o", str(rubric)]) == 0
    assert "perfkit new evaluation 某单位 --rubric 设备-2025" in capsys.readouterr().out
    assert run_cli(["import", str(source), "-o", str(rubric)]) == 0
    assert "没有变化" in capsys.readouterr().out
    assert run_cli(["new", "evaluation", case.stem, "--rubric", rubric.stem]) == 0
    assert run_cli(["check", str(case)]) == 0
    text = case.read_text(encoding="utf-8")
    for old, new in (
        ("绩效目标合理性: {missing: 待填}", "绩效目标合理性: {items: [是, 否]}"),
        ("  预算执行率: {missing: 待填}  # 填 budget.final、budget.adjusted\n", ""),
        ("设备购置完成率: {missing: 待填}", "设备购置完成率: {actual: 95%}"),
        ("indicators:\n", "budget: {adjusted: 100万元, final: 90万元}\nindicators:\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    case.write_text(text, encoding="utf-8")
    assert score(load_case(case)).total == 10 + 27 + 40  # a half of 20, 90 % of 30, 50 less 5 times 2


def test_a_profile_with_the_same_level_1_names_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rubrics").mkdir()
    target, more = tmp_path / "rubrics" / "甲.yaml", ["效益", "满意度", "满意度", "0", "", "≥90%得满分，否则不得分"]
    arguments = ["import", str(_write_list(tmp_path / "表.xlsx", more)), "-o", str(target), "--force"]
    assert run_cli(arguments) == 0
    assert "一级指标与 national-project-2020 相同" in capsys.readouterr().out
    assert run_cli([*arguments, "--profile", "national-project-2020"]) == 0
    assert "相同" not in capsys.readouterr().out
    assert "\nprofile: national-project-2020\n" in target.read_text(encoding="utf-8")


def test_a_list_of_indicators_is_a_case_to_fill_in(tmp_path: Path, repo: Path) -> None:
    handed = load_document(_write_list(tmp_path / "表.xlsx"), find_library(repo))
    assert isinstance(handed.cases[0], Case)
    rules = {indicator.name: indicator.rule.kind for indicator in handed.cases[0].rubric.indicators}
    assert rules == {"绩效目标合理性": "checklist", "预算执行率": "proportional", "设备购置完成率": "deduction"}
    assert {fact.missing for fact in handed.cases[0].facts.values()} == {"没有填写"}


@pytest.mark.parametrize(
    ("rows", "merged"),
    [
        ([["序号", "考核指标", "分值", "评分标准"], [1, "灌区完工率", 60, 0], [2, "“三公经费”控制率", 40, 1]], ""),
        (
            [
                ["评价内容", "评价指标（分值）", "指标说明", "评分标准"],
                ["(一)实施(60分)", "1.灌区完工率\n(60分)", "完工的占计划的", 0],
                ["(二)资金(40分)", "2.“三公经费”控制率\n(40分)", "", 1],
            ],
            "",
        ),
        (
            [
                ["评价指标", "", "分值", "评价标准", "评价依据"],
                ["实施", "灌区完工率（60分）", 60, 0, "台账"],
                ["资金", "“三公经费”控制率（40分）", 40, 1, "决算"],
            ],
            "A1:B1",
        ),
        (
            [
                ["考核指标", "序号", "考核内容", "应得分", "计分方法"],
                ["实施", 1, "灌区完工率", 60, 0],
                ["资金", 2, "“三公经费”控制率", 40, 1],
            ],
            "",
        ),
    ],
    ids=["names alone", "points in the names", "one head over two columns", "numbers between"],
)
def test_a_list_without_levels_is_read_by_what_stands_before_its_standards(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[list[object]], merged: str
) -> None:
    shutil.copytree(repo / "params", tmp_path / "params", ignore=shutil.ignore_patterns("cases"))
    source, target = tmp_path / "灌区考核评分标准.xlsx", tmp_path / "params/rubrics/灌区.yaml"
    standards = ["完工率100%得满分，每少1个百分点扣2分，扣完为止", "控制率≤100%得满分，否则不得分"]
    book = Workbook()
    for row in rows:
        book.active.append([standards[cell] if cell in (0, 1) and i > 2 else cell for i, cell in enumerate(row)])
    if merged:
        book.active.merge_cells(merged)
    book.save(source)
    assert run_cli(["import", str(source), "-o", str(target), "--year", "2024"]) == 0
    assert "不认识" not in capsys.readouterr().err
    first, second = find_library(target).rubric("灌区").indicators
    assert (first.name, first.weight, first.rule.kind) == ("灌区完工率", 60, "deduction")
    assert (second.name, second.weight, second.rule.kind) == ("“三公经费”控制率", 40, "all_or_nothing")
    assert second.measure
    assert second.measure.formula == "三公经费控制率"
    levels = ["绩效指标"] if len(rows[0]) == 4 and rows[0][0] == "序号" else ["实施", "资金"]
    assert list(dict.fromkeys([first.level1, second.level1])) == levels


def test_a_report_becomes_the_rubric_of_the_next_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rubrics").mkdir()
    source, target = tmp_path / "上年.xlsx", tmp_path / "rubrics" / "本年.yaml"
    book = Workbook()
    for row in (
        [*INDICATORS[1], "目标值", "完成值", "得分"],
        ["产出", "产出数量", "设备购置完成率", 60, "", INDICATORS[4][5], "100%", "95%", 50],
        ["效益", "社会效益", "群众满意度", 40, "", "≥90%得满分，否则不得分", "≥90%", "92%", 40],
    ):
        book.active.append(row)
    book.save(source)
    assert run_cli(["import", str(source), "-o", str(target)]) == 0
    assert "目标值随案例填写，没有写进指标体系：设备购置完成率、群众满意度" in capsys.readouterr().err
    text = target.read_text(encoding="utf-8")
    assert "self_declared" not in text
    assert "95%" not in text


def test_a_declaration_has_no_rubric(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rubrics").mkdir()
    source = write_xlsx(LAYOUTS["declared"](), tmp_path / "申报表.xlsx")
    assert run_cli(["import", str(source), "-o", str(tmp_path / "rubrics" / "甲.yaml")]) == 2
    assert "里面没有指标体系" in capsys.readouterr().err
    assert not (tmp_path / "rubrics" / "甲.yaml").exists()
