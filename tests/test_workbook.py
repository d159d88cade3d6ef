"""A case as a workbook: every case comes back the same, faults name sheet and cell, every verb takes it."""

from __future__ import annotations

import copy
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from perfkit import InputError, audit, load_case, load_cases, score
from perfkit.cases import workbook
from perfkit.cases.case import CaseRoot
from perfkit.cases.loading import find_cases, read_document
from perfkit.cases.samples import convert, new_case, yaml_text
from perfkit.cli import run_cli
from perfkit.reading import parse_yaml
from perfkit.validating import validate
from perfkit.words import KINDS

REPO = Path(__file__).parent.parent
CASES = find_cases([REPO / "params" / "cases"])


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_every_case_comes_back_the_same(name: str, project: Path) -> None:
    """From YAML to a workbook and back to YAML: no figure, place or word is lost, whatever the form."""
    book, back = project / "a.xlsx", project / "b.yaml"
    convert(CASES[name], book)
    convert(book, back)
    original = validate(CaseRoot, read_document(CASES[name])).root
    assert validate(CaseRoot, workbook.read_workbook(book)).root == original
    assert validate(CaseRoot, read_document(back)).root == original


def test_scores_and_findings_of_a_workbook_are_those_of_its_yaml(project: Path) -> None:
    source = CASES["qingyunpu-union-2022"]
    convert(source, project / "a.xlsx")
    here, there = load_case(project / "a.xlsx"), load_case(source)
    assert score(here).to_dict() | {"case": ""} == score(there).to_dict() | {"case": ""}
    assert [finding.code for finding in audit(here)] == [finding.code for finding in audit(there)]


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Cf"], exclude_characters="\ufffe\uffff")  # as YAML does
TEXT = st.text(CHARACTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
SCALARS = TEXT | st.decimals(-10000, 10000, places=2) | st.booleans()
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXT, SCALARS, min_size=1, max_size=3)


@given(VALUES)
def test_a_value_reads_back_from_its_cell(value: Any) -> None:
    lists = (("overview", "duties"), ("indicators", "甲", "fact", "items"))
    for loc in (("title",), ("figures", "x"), *(() if isinstance(value, Decimal | bool) else lists)):
        assert workbook._value(loc, workbook._cell(loc, value)) == value


@given(st.dictionaries(TEXT, SCALARS, min_size=1, max_size=4))
def test_yaml_that_is_written_reads_back(data: dict[str, Any]) -> None:
    assert parse_yaml(yaml_text(copy.deepcopy(data)), "x").data == data


def test_digits_are_kept() -> None:
    for number in ("2.00", "15", "0.5"):
        assert str(workbook._value(("x",), workbook._cell(("x",), Decimal(number)))) == number
    assert workbook._value(("x",), workbook._cell(("x",), "00123")) == "00123"


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_workbook_of_every_kind_passes_as_it_is(kind: str, project: Path) -> None:
    for path in new_case(kind, "某单位", form="xlsx"):
        assert path.suffix == ".xlsx"
    assert len(load_cases(project)) == (2 if kind == "department" else 1)


@cache
def new_evaluation() -> bytes:
    """The new workbook of an evaluation, which is made once, in the project of the first test that asks for it."""
    (path,) = new_case("evaluation", "某单位", form="xlsx")
    return path.read_bytes()


@pytest.fixture
def evaluation(project: Path) -> Path:
    """A copy of it in the project."""
    book = new_evaluation()
    path = project / "某单位.xlsx"
    path.write_bytes(book)
    return path


def test_what_is_typed_by_hand_is_read(evaluation: Path) -> None:
    """Numbers, percentages and answers typed as people type them in Excel, in a sheet whose rows were sorted."""
    book = load_workbook(evaluation)
    sheet = book["指标"]
    paths = [cell.value for cell in sheet[2]]
    row = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == "服务对象满意度")
    actual = row[paths.index("actual")]
    actual.value, actual.number_format = 0.93, "0%"
    first = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == "绩效目标合理性")
    first[paths.index("items")].value = "是：已申报\n否\n是"
    second = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == "预算执行率")
    second[0].value = "预算\n执行率"  # broken to fit the cell
    second[paths.index("level2")].value = None  # merged with the block to its left
    people = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == "培训人数")[paths.index("actual")]
    people.value, people.number_format = 188, '#,##0"人"'
    book["资金"].sheet_state = "hidden"
    row[paths.index("evidence")].value = "=100%"  # a formula that nobody has calculated
    book["文字"].append(["背景", "第一段。\n\n第二段", "narrative.背景"])
    book.save(evaluation)
    card = score(load_case(evaluation))
    assert "实际完成93%" in card["服务对象满意度"].trace
    assert card["绩效目标合理性"].share == pytest.approx(0.6)
    assert card.case.facts["服务对象满意度"].evidence == "=100%"
    assert "实际完成188人" in card["培训人数"].trace
    assert card["预算执行率"].level2 == "管理"
    assert card.case.file.budget.final.total.value.value == 4_940_000
    assert card.case.file.narrative["背景"] == "第一段。\n\n第二段"


def faulty(path: Path, sheet: str, head: str, row: int, value: Any) -> str:
    book = load_workbook(path)
    names = [cell.value for cell in book[sheet][2]]
    if row == 1:
        book[sheet].delete_rows(2)
    else:
        book[sheet].cell(row, names.index(head) + 1, value)
    book.save(path)
    with pytest.raises(InputError) as caught:
        load_case(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("sheet", "head", "row", "value", "place", "said"),
    [
        ("指标", "actual", 5, "188人次", "指标!", "与"),
        ("指标", "items", 3, "[是, 否", "指标!", "YAML"),
        ("资金", "total", 4, "520", "资金!", "520"),
        ("指标", "名称", 6, "培训人数", "指标!A6", "重复"),
        ("指标", "名称", 6, "", "指标!A6", "没有名称"),
        ("问题与建议", "indicators", 3, "不存在", "问题与建议!", "不存在"),
        ("指标", "weight", 5, "", "指标 ", "合计为70分"),
        ("指标", "level1", 3, "", "指标!A3", "level1"),
        ("指标", "actual", 5, "=180+8", "指标!M5", "公式没有保存计算结果"),
        ("指标", "actual", 5, "#REF!", "指标!M5", "公式出错"),
        ("指标", "target", 2, "actual", "指标!M2", "两列"),
        ("指标", "名称", 1, None, "指标!2:2", "字段名"),
        ("资金", "名称", 4, "到位数", "资金!A4", "到位资金"),
    ],
)
def test_faults_name_sheet_and_cell(
    evaluation: Path, sheet: str, head: str, row: int, value: Any, place: str, said: str
) -> None:
    message = faulty(evaluation, sheet, head, row, value)
    assert f"params/cases/某单位.xlsx {place}" in message
    assert said in message


def test_what_no_sheet_knows_is_refused(evaluation: Path) -> None:
    book = load_workbook(evaluation)
    book.create_sheet("草算")["A1"] = "1"
    book.create_sheet("备查")["A1"] = "2"
    book["指标"]["AZ3"] = "写在表外"
    book.save(evaluation)
    with pytest.raises(InputError) as caught:
        load_case(evaluation)
    assert [problem.file.split()[-1] for problem in caught.value.problems] == ["指标!AZ3", "草算"]
    book["指标"]["AZ3"] = None
    book["草算"].title = "备草算"
    book["基本情况"].append(["报告标题", "另一个", "title"])
    book.save(evaluation)
    last = book["基本情况"].max_row
    with pytest.raises(InputError, match=f"基本情况!C{last}.*字段“title”重复，基本情况!B3"):
        load_case(evaluation)


def test_a_goal_that_is_listed_twice_names_the_cell_of_the_first(project: Path) -> None:
    (path,) = new_case("monitoring", "某项目", form="xlsx")
    book = load_workbook(path)
    sheet = book["绩效目标"]
    free = next(row for row in range(3, 99) if not sheet.cell(row, 1).value)
    for column in range(1, sheet.max_column + 1):
        sheet.cell(free, column, sheet.cell(3, column).value)
    book.save(path)
    with pytest.raises(InputError, match="重复，绩效目标!A3 已写过"):
        load_case(path)


def test_a_named_rubric_takes_more_indicators(project: Path) -> None:
    """As under ``indicators:`` of a YAML file, a row with a weight adds to the rubric of that name."""
    (path,) = new_case("evaluation", "某项目", rubric="project-2020", form="xlsx")
    book = load_workbook(path)
    sheet = book["指标"]
    heads = [cell.value for cell in sheet[2]]
    row = {"名称": "甲", "level1": "效益", "weight": "5", "standard": "视情况酌情给分"}
    for head, value in row.items():
        sheet.cell(sheet.max_row if head != "名称" else sheet.max_row + 1, heads.index(head) + 1, value)
    book.save(path)
    with pytest.raises(InputError, match="合计为105分"):
        load_case(path)


def test_a_damaged_file_is_refused(project: Path) -> None:
    (project / "x.xlsx").write_bytes(b"PK no workbook")
    with pytest.raises(InputError, match="打不开"):
        load_case(project / "x.xlsx")


def test_verbs_take_a_workbook_like_yaml(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["new", "evaluation", "某单位", "--format", "xlsx"]) == 0
    for verb in ("check", "score", "audit", "list"):
        assert run_cli([verb, "params/cases"]) == 0
    out = capsys.readouterr().out
    assert "1个案例，没有错误" in out
    assert "84.20" in out
    assert run_cli(["convert", "params/cases/某单位.xlsx", "params/cases/某单位.xlsx"]) == 2
    assert "已经存在" in capsys.readouterr().err


def test_heads_are_protected_and_choices_are_lists(evaluation: Path) -> None:
    sheet = load_workbook(evaluation)["指标"]
    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked
    assert not sheet["B3"].protection.locked
    choices = {choice.formula1 for choice in sheet.data_validations.dataValidation}
    assert '"是,否"' in choices
    noted = {cell.value: cell.comment.text for cell in sheet[1] if cell.comment}
    assert "每个要素一行" in noted["要素满足情况"]


def test_what_is_missing_beside_what_is_there_is_coloured(project: Path) -> None:
    """The columns of elements and of every field of a fact are there for a rubric of the project too."""
    (path,) = new_case("evaluation", "某项目", rubric="project-2020", form="xlsx")
    sheet = load_workbook(path)["指标"]
    letters = {cell.value: cell.column_letter for cell in sheet[2]}
    assert "items" in letters
    formulas = [rule.formula[0] for found in sheet.conditional_formatting for rule in found.rules]
    actual, target = letters["actual"], letters["target"]
    assert f'AND(${target}3<>"",${actual}3="")' in formulas
