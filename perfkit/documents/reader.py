"""A filled 项目支出绩效自评表, found by its headings: project, money, goals, indicators, total, grade."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice, pairwise, zip_longest
from pathlib import Path

from ..errors import InputError, Problem
from ..rubrics.rubric import Library
from .form import Form
from .funds import read_funds
from .grid import Cell, Grid
from .headings import Heading, find_indicators
from .indicators import read_indicators
from .sheet import Sheet, text_of
from .words import FormWords, load_words, plain
from .workbooks import open_grids

_YEAR = re.compile(r"(?<!\d)(20\d\d)年?(度)?(?!\d)")


def read_forms(path: str | Path, *, library: Library) -> list[Form]:
    """Every form of a workbook (.xlsx, .xls, .csv), those below each other on one sheet too.

    Raises
    ------
    InputError
        For what is no workbook, not safe to open, or holds no form.
    """
    grids = open_grids(Path(path))
    tables = load_words(library)
    forms: list[Form] = []
    for grid in grids:
        found = [form for part in _parts(grid, tables) if (form := _read(part, tables))]
        for number, form in enumerate(found, start=1):
            form.part = number
        forms += found
    if not forms:
        names = "、".join(grid.sheet for grid in grids)
        message = f"没有找到自评表（工作表：{names}）：缺少含“三级指标、分值、得分”的表头；用词见 params/forms"
        raise InputError([Problem(message, grids[0].file), *grids[0].notes])
    forms[0].problems[:0] = grids[0].notes
    return forms


def _parts(grid: Grid, tables: list[FormWords]) -> Iterator[Grid]:
    """A sheet cut where a form begins below another: at the title above the name of a project that has a heading of
    indicators of its own."""
    top = 1
    sheets = [Sheet(grid, words) for words in tables]
    titles = [title for words in tables for title in words.titles]
    heads = sorted({heading.row for words in tables for heading in find_indicators(grid, words)})
    for above, head in pairwise(heads):
        cells = [(row, cell) for row in range(above + 1, head) for cell in grid.across(row)]
        named = next((row for row, cell in cells if any(s.label(cell) == "project" for s in sheets)), None)
        if named:
            near = [(row, text_of(cell)) for row, cell in cells if named - 3 <= row < named]
            end = next((row for row, text in near if any(title in text for title in titles)), named)
            yield grid.part(top, end - 1)
            top = end
    yield grid.part(top, grid.rows) if top > 1 else grid


def _read(grid: Grid, tables: list[FormWords]) -> Form | None:
    """The form by the table that leaves the fewest headings unknown, the first among equals; None without a heading."""
    found = [(heading, words) for words in tables for heading in islice(find_indicators(grid, words), 1)]
    if not found:
        return None
    heading, words = min(found, key=lambda pair: len(pair[0].unknown))
    sheet = Sheet(grid, words)
    form = sheet.form
    texts, places = _labels(sheet, heading)
    read_funds(sheet, heading.row)
    read_indicators(sheet, heading)
    if not form.rows:
        head = grid.at(heading.row, heading.columns["name"])
        sheet.say(head, "下面没有填写任何指标的分值或得分；是空白表")
        return form
    if form.year is None:
        form.undated = grid.problem("", "表上没有年度；请在标题下填写（如 2024年度）")
    if not form.errors:
        _name_blank(sheet, texts, places)
    return form


def _labels(sheet: Sheet, heading: Heading) -> tuple[dict[str, str], dict[str, Cell]]:
    """Put down in the form what its labels say; gives the first text of each label, and where each stands."""
    form, texts, places = sheet.form, dict[str, str](), dict[str, Cell]()
    for row in range(1, sheet.grid.rows + 1):
        cells = list(sheet.grid.across(row))
        for cell, after in zip_longest(cells, cells[1:]):
            above = row < heading.row
            if above and form.year is None:
                form.year = _year(sheet, text_of(cell))
            label = sheet.label(cell)
            if not label or label in texts or label == "total" or not (above or label == "grade"):
                continue
            places.setdefault(label, cell)
            if text := _said(sheet, label, row, cell, after):
                texts[label] = text
                form.grade_row = row if label == "grade" else form.grade_row
    form.year = form.year or _year(sheet, f"{texts.get('year', '')}年度")
    form.project, form.department = texts.get("project", ""), texts.get("department", "")
    form.unit = texts.get("unit", "") or form.department
    form.goal, form.result = texts.get("goal", ""), texts.get("result", "")
    form.grade = sheet.grade(texts.get("grade", ""))
    if texts.get("grade") and not form.grade:
        known = "、".join(sheet.words.grades)
        sheet.say(None, f"第{form.grade_row}行的等级“{texts['grade']}”不是{known}，没有读", warning=True)
    return texts, places


def _said(sheet: Sheet, label: str, row: int, cell: Cell, after: Cell | None) -> str:
    """What stands beside a label or behind its colon; below it for goals and results."""
    beside = cell.text.replace("：", ":").partition(":")[2].strip() or _text(sheet, after)
    below = sheet.grid.at(sheet.grid.span(row, cell.column)[2] + 1, cell.column)
    return _text(sheet, below) if label in ("goal", "result") else beside


def _text(sheet: Sheet, cell: Cell | None) -> str:
    """The text of a cell that is no label itself."""
    return "" if cell is None or plain(cell.text) in sheet.words.label_of else sheet.value(cell)


def _name_blank(sheet: Sheet, texts: Collection[str], places: Mapping[str, Cell]) -> None:
    """Say what stands in for a project or a unit that is not filled in."""
    form = sheet.form
    instead = f"主管部门“{form.department}”" if form.department else "项目名称"
    used = f"工作表名“{form.sheet}”"
    for label, stand_in in (("project", used), ("unit", instead if form.department or form.project else used)):
        if label not in texts:
            name = sheet.words.labels[label][0]
            sheet.say(places.get(label), f"“{name}”没有填写，用{stand_in}代替", warning=True)


def _year(sheet: Sheet, text: str) -> int | None:
    """The year of a title (2023年某项目自评表) or of “2023年度”; a date or a code names no year of the form."""
    year = _YEAR.search(text)
    known = year and (year[2] or any(title in text for title in sheet.words.titles))
    return int(year[1]) if year and known else None
