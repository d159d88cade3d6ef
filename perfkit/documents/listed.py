"""Tables that list several units or projects: a row each with its money, score and grade, or the indicators of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .content import Grid
from .form import Form, FormFunds
from .funds import fund_value, money_unit
from .headings import AMOUNTS, Heading, match
from .sheet import NUMBER, Sheet, heading_of
from .words import FormWords

_YEAR = re.compile(r"(20\d\d)(?!\d)")
_MONEY = (*AMOUNTS, "rate")
_OF_INDICATORS = {"level1", "level2", "name", "target", "actual"}
"""Columns that a list of units has not."""
Names = dict[str, str]
"""What tells a unit or project from the others: its key, unit or project."""


def read_list(sheet: Sheet) -> list[Form]:
    """A form for each row that names a unit or project and gives its score; none where the table is no such list."""
    for head in range(1, sheet.grid.rows + 1):
        at = match(sheet.grid, head, sheet.words.lists.by_word)
        if "total" in at and {"unit", "project"} & at.keys():
            others = match(sheet.grid, head, sheet.words.indicators.by_word)
            return [] if others.keys() & _OF_INDICATORS else list(_rows(sheet, head, at))
    return []


def _rows(sheet: Sheet, head: int, at: dict[str, int]) -> Iterator[Form]:
    grid, unit = sheet.grid, money_unit(sheet, head)
    money = {key: c for key, c in match(grid, head, sheet.words.funds.by_word).items() if key in _MONEY}
    taken: set[str] = set()
    for row in range(head + 1, grid.rows + 1):
        said = {key: text for key, column in at.items() if (text := sheet.value(grid.at(row, column)))}
        name = said.get("unit") or said.get("project", "")
        total = sheet.points(grid.at(row, at["total"])) if name and not sheet.is_total(name) else ""
        if not total or NUMBER.match(name):
            continue
        form = Form(grid.file, grid.sheet, labels=said, total=total, total_row=row, problems=sheet.form.problems)
        form.listed = _key(said)
        if form.listed in taken:
            form.listed += f"（{said.get('year') or f'第{row}行'}）"
        taken.add(form.listed)
        form.year = int(year[1]) if (year := _YEAR.match(said.get("year", ""))) else None
        form.grade = sheet.grade(said.get("grade", ""))
        form.grade_row = row if form.grade else None
        values = {key: fund_value(sheet, row, column, key, unit) for key, column in money.items()}
        form.funds = [FormFunds(row, "", values)] if any(values.values()) else []
        yield form


def by_unit(grid: Grid, heading: Heading, words: FormWords) -> Iterator[tuple[str, Names, Grid]]:
    """Where a column left of the levels names units: the key and names of each, and its rows under the heading that all
    share."""
    first = min(heading.columns.get(key, 0) for key in ("level1", "level2"))
    named = match(grid, heading.row, words.lists.by_word).items()
    names = {key: column for key, column in named if key in ("key", "unit", "project") and column < first}
    above = {place: cell for place, cell in grid.cells.items() if place[0] <= heading.bottom}
    parts: dict[str, tuple[Names, set[int]]] = {}
    for row in range(heading.bottom + 1, grid.rows + 1) if names else ():
        said = {key: heading_of(cell) for key, column in names.items() if (cell := grid.at(row, column))}
        if said:
            parts.setdefault(_key(said), (said, set()))[1].add(row)
    for key, (said, rows) in parts.items():
        below = {at: cell for at, cell in grid.cells.items() if at[0] in rows and at[1] not in names.values()}
        yield key, said, Grid(grid.file, grid.sheet, above | below, grid.spans)


def _key(said: Names) -> str:
    return said.get("key") or "　".join(said[name] for name in ("unit", "project") if name in said)
