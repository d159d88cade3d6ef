"""A filled 项目支出绩效自评表, found by its headings: project, money, goals, indicators, total, grade."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    top = end = 1
    heads = sorted({heading.row for words in tables for heading in find_indicators(grid, words)})
    for above, head in pairwise(heads):
        named = [row for row in range(above + 1, head) if _names_project(grid, row, tables)]
        if named:
            near = range(max(above + 1, named[0] - 3), named[0])
            end = next((row for row in near if _is_title(grid, row, tables)), named[0])
            yield grid.part(top, end - 1)
            top = end
    yield grid.part(top, grid.rows) if top > 1 else grid


def _names_project(grid: Grid, row: int, tables: list[FormWords]) -> bool:
    return any(Sheet(grid, words).label(cell) == "project" for words in tables for cell in grid.across(row))


def _is_title(grid: Grid, row: int, tables: list[FormWords]) -> bool:
    titles = [title for words in tables for title in words.titles]
    return any(title in text_of(cell) for title in titles for cell in grid.across(row))


def _read(grid: Grid, tables: list[FormWords]) -> Form | None:
    """The form by the table that leaves the fewest headings unknown, the first among equals; None without a heading."""
    found = [(heading, words) for words in tables for heading in islice(find_indicators(grid, words), 1)]
    if not found:
        return None
    heading, words = min(found, key=lambda pair: len(pair[0].unknown))
    return _Reader(Sheet(grid, words), heading).read()


class _Reader:
    """Reads one sheet under the heading of its indicators."""

    def __init__(self, sheet: Sheet, heading: Heading) -> None:
        self.sheet, self.heading = sheet, heading
        self.grid, self.form = sheet.grid, sheet.form
        self.found: dict[str, str] = {}
        self.places: dict[str, Cell] = {}

    def read(self) -> Form:
        self._labels()
        read_funds(self.sheet, self.heading.row)
        read_indicators(self.sheet, self.heading)
        if not self.form.rows:
            head = self.grid.at(self.heading.row, self.heading.columns["name"])
            self.sheet.say(head, "下面没有填写任何指标的分值或得分；是空白表")
            return self.form
        if self.form.year is None:
            self.form.undated = self.grid.problem("", "表上没有年度；请在标题下填写（如 2024年度）")
        if not self.form.errors:
            self._name_blank()
        return self.form

    def _labels(self) -> None:
        for row in range(1, self.grid.rows + 1):
            cells = list(self.grid.across(row))
            for cell, after in zip_longest(cells, cells[1:]):
                self._label(row, cell, after)
        form, found = self.form, self.found
        form.year = form.year or self._year(f"{found.get('year', '')}年度")
        form.project, form.department = found.get("project", ""), found.get("department", "")
        form.unit = found.get("unit", "") or form.department
        form.goal, form.result = found.get("goal", ""), found.get("result", "")
        form.grade = self.sheet.grade(found.get("grade", ""))
        if found.get("grade") and not form.grade:
            known = "、".join(self.sheet.words.grades)
            self.sheet.say(None, f"第{form.grade_row}行的等级“{found['grade']}”不是{known}，没有读", warning=True)

    def _label(self, row: int, cell: Cell, after: Cell | None) -> None:
        """Note what stands beside, below or behind the colon of a label; the first of a kind counts."""
        above = row < self.heading.row
        if above and self.form.year is None:
            self.form.year = self._year(text_of(cell))
        label = self.sheet.label(cell)
        if not label or label in self.found or label == "total" or not (above or label == "grade"):
            return
        self.places.setdefault(label, cell)
        rest = cell.text.replace("：", ":").partition(":")[2]
        beside = rest.strip() or ("" if self._is_label(after) else self.sheet.value(after))
        below = self.grid.at(self.grid.span(row, cell.column)[2] + 1, cell.column)
        if label in ("goal", "result"):
            beside = "" if self._is_label(below) else self.sheet.value(below)
        if beside:
            self.found[label] = beside
            if label == "grade":
                self.form.grade_row = row

    def _name_blank(self) -> None:
        """Say what stands in for a project or a unit that is not filled in."""
        form = self.form
        instead = f"主管部门“{form.department}”" if form.department else "项目名称"
        sheet = f"工作表名“{form.sheet}”"
        for label, used in (("project", sheet), ("unit", instead if form.department or form.project else sheet)):
            if label not in self.found:
                name = self.sheet.words.labels[label][0]
                self.sheet.say(self.places.get(label), f"“{name}”没有填写，用{used}代替", warning=True)

    def _year(self, text: str) -> int | None:
        """The year of a title (2023年某项目自评表) or of “2023年度”; a date or a code names no year of the form."""
        year = _YEAR.search(text)
        known = year and (year[2] or any(title in text for title in self.sheet.words.titles))
        return int(year[1]) if year and known else None

    def _is_label(self, cell: Cell | None) -> bool:
        return cell is None or plain(cell.text) in self.sheet.words.label_of
