"""A workbook with a row a unit: the template of a rubric, its rows as cases, the same scores as from columns."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from perfkit import InputError, PerfkitError, find_library, load_case, load_cases, score, score_many
from perfkit.cases.samples import new_case
from perfkit.cases.tables import UNITS
from perfkit.cli import run_cli

REPO = Path(__file__).parent.parent
RUBRICS = sorted(path.stem for path in (REPO / "params" / "rubrics").glob("*.yaml"))


def heads(path: Path) -> list[str]:
    return [cell.value for cell in load_workbook(path)[UNITS][2]]


def fill(path: Path, *units: dict[str, Any]) -> Path:
    book = load_workbook(path)
    names = [cell.value for cell in book[UNITS][2]]
    for row, unit in enumerate(units, start=3):
        for head, value in unit.items():
            book[UNITS].cell(row, names.index(head) + 1).value = value
    book.save(path)
    return path


def sample(names: list[str], unit: str, done: int) -> dict[str, Any]:
    """A unit that reached `done` of 100 everywhere, and of cost no more than 100."""
    fixed = {"unit": unit, "budget.final": f"{done}万元", "budget.adjusted": "100万元"}
    by_field = {"target": "≥100个", "level": "达成", "share": f"{done}%", "reason": "评价组评定"}
    filled = {head: by_field[head.rpartition(".")[2]] for head in names if head.rpartition(".")[2] in by_field}
    filled |= {"成本指标1.target": "≤100个"}
    return filled | {head: f"{done}个" for head in names if f"{head}.target" in names} | fixed


@cache
def filled(*units: tuple[str, int]) -> bytes:
    """The table of a rubric with these units, which is made once, in the project of the first test that asks for it."""
    (path,) = new_case("table", "filled", rubric="project-self-2020")
    names = heads(path)
    table = fill(path, *(sample(names, *unit) for unit in units)).read_bytes()
    path.unlink()
    return table


def project_table(project: Path, *units: tuple[str, int]) -> Path:
    path = project / "units.xlsx"
    path.write_bytes(filled(*units))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("rubric", RUBRICS)
def test_every_rubric_has_a_template_whose_heads_are_read(rubric: str, project: Path) -> None:
    (path,) = new_case("table", "units", rubric=rubric)
    book = load_workbook(path)
    assert all(cell.value for row in book[UNITS].iter_rows(max_row=2) for cell in row)
    assert len(set(heads(path))) == len(heads(path))
    fill(path, {"unit": "甲单位"})
    (case,) = load_cases(path)
    assert case.unit == "甲单位"
    assert case.rubric
    assert case.rubric.name == rubric
    assert set(case.facts) == {fact for fact, fields in case.rubric.reads.items() if fields}


def test_rows_are_cases_with_the_scores_of_the_same_columns(project: Path) -> None:
    path = project_table(project, ("甲单位", 90), ("乙单位", 80), ("丙单位", 98))
    cases = load_cases(path)
    assert [case.id for case in cases] == ["units/甲单位", "units/乙单位", "units/丙单位"]
    frame = pd.read_excel(path, sheet_name=UNITS, header=1).dropna(how="all").dropna(axis=1, how="all")
    rubric = find_library(path).rubric("project-self-2020")
    wide = score_many(frame, rubric).groupby("unit")["score"].sum()
    assert list(wide) == pytest.approx([score(case).total for case in cases])


def test_a_bare_number_has_the_unit_of_its_head(project: Path) -> None:
    (path,) = new_case("table", "units", rubric="department-2013")
    given = {"budget.final": 96.5, "budget.adjusted": "1,000", "staff.actual": 45, "procurement.actual": "9650元"}
    rates = {"支付进度率": 93, "重点支出安排率": "93%", "预算调整率": 0}
    fill(path, {"unit": "甲单位", **given, **rates, "资金使用合规性.count": 1})
    (case,) = load_cases(path)
    assert [str(case.quantity(name)) for name in given] == ["96.5万元", "1,000万元", "45人", "9650元"]
    assert [str(case.facts[name].actual.value) for name in rates] == ["93%", "93%", "0%"]
    assert str(case.facts["资金使用合规性"].count.value) == "1处"


def test_a_small_number_below_a_head_of_percentages_is_asked_for(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = new_case("table", "units", rubric="department-2013")
    fill(path, {"unit": "甲单位", "支付进度率": 0.93})
    assert run_cli(["check", str(path)]) == 2
    assert "支付进度率.actual：“0.93”没有单位" in capsys.readouterr().err


def test_a_report_a_row(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project_table(project, ("甲单位", 90), ("乙单位", 80))
    out = tmp_path / "out"
    assert run_cli(["run", str(path), "--out", str(out), "--project", str(REPO)]) == 0
    assert "甲单位" in (out / "units" / "甲单位" / "report.html").read_text(encoding="utf-8")
    assert (out / "units" / "乙单位" / "report.html").is_file()
    assert run_cli(["run", "params/cases", "--out", str(out), "--project", str(REPO)]) == 0
    assert "2份报告都已完成" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"数量指标1": "95"}, "单位数据!E4", "没有单位"),
        ({"budget.final": None}, "单位数据!B4", "缺少全年执行数"),
        ({"社会效益指标1.level": None}, "单位数据!M4", "缺少"),
        ({"unit": "甲单位"}, "单位数据!A4", "重复"),
        ({"unit": None}, "单位数据!A4", "没有写单位名称"),
    ],
)
def test_faults_name_sheet_and_cell(
    project: Path, change: dict[str, Any], place: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project_table(project, ("甲单位", 90), ("乙单位", 80))
    fill(path, {}, change)
    assert run_cli(["check", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"params/cases/units.xlsx {place}" in line
    assert said in line


def test_a_head_that_nobody_knows_is_named(project: Path) -> None:
    path = project_table(project, ("甲单位", 90))
    book = load_workbook(path)
    book[UNITS]["D2"] = "数量指标9"
    book[UNITS]["ZZ3"] = "写在表外"
    book.save(path)
    with pytest.raises(InputError) as caught:
        load_cases(path)
    assert [problem.file.split()[-1] for problem in caught.value.problems] == ["单位数据!D2", "单位数据!ZZ3"]
    assert "数量指标1" in caught.value.problems[0].message


def test_one_case_of_many_and_a_table_without_rubric_are_refused(project: Path) -> None:
    with pytest.raises(PerfkitError, match="load_cases"):
        load_case(project_table(project, ("甲单位", 90)))
    with pytest.raises(PerfkitError, match="--rubric"):
        new_case("table", "more")


def test_an_empty_answer_keeps_its_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = new_case("table", "answers", rubric="qingyunpu-2022-department")
    first = next(head for head in heads(path) if head.endswith(".items[1]"))
    fact = first.removesuffix(".items[1]")
    fill(path, {"unit": "甲单位", f"{fact}.items[1]": "是", f"{fact}.items[3]": "否"})
    assert run_cli(["check", str(path)]) == 2
    cell = load_workbook(path)[UNITS].cell(3, heads(path).index(f"{fact}.items[2]") + 1).coordinate
    assert f"单位数据!{cell} facts.{fact}.items[2]：没有填写" in capsys.readouterr().err
