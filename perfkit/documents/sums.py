"""Tables of any kind that end in a total: the sums that they claim, column by column, to be held against their rows."""

from __future__ import annotations

import re

from ..figures.quantities import parse_quantity
from .funds import money_unit
from .grid import Cell
from .headings import is_word
from .sheet import Sheet, as_figure, text_of, tight

_NO_SUM = re.compile("率|比|占|均|价|标准|年|序号|编号|得分|分值|次序|说明|备注")
"""Columns whose figures do not add up."""
_COUNTED = re.compile("([人户个家次件项台套])(?:数|次)?$")
_MONEY = re.compile("金额|资金|预算|支出|经费|收入|决算|原值|净值|款")
_PARTS_OF_PARTS = re.compile("其中|小计|合计|总计")
_MOST = 0.5
"""By how much of the total the rows may miss it: further off, they are not its parts (some hold others)."""


def read_sums(sheet: Sheet) -> None:
    """Put down in the form the columns of a table whose last row is their total, each figure at its place."""
    grid = sheet.grid
    first = {row: next(sheet.own(row), None) for row in range(1, grid.rows + 1)}
    last = next((row for row, cell in first.items() if cell and row > 3 and sheet.is_total(cell.text)), None)
    head = next((row for row in first if sum(map(is_word, sheet.own(row))) > 1), None)
    if last is None or head is None or head >= last - 2:
        return
    rows = [row for row in range(head + 1, last) if first[row]]
    names = {row: _name(sheet, row) for row in rows}
    if len(set(names.values())) < len(rows) or any(_PARTS_OF_PARTS.search(name) for name in names.values()):
        return
    for cell in sheet.own(head):
        title = tight(cell)
        if is_word(cell) and not _NO_SUM.search(title):
            _column(sheet, cell, title, names, last)


def _name(sheet: Sheet, row: int) -> str:
    """The words that a row begins with, those merged from above too."""
    words = [re.sub(r"[\s.]+", "", cell.text) for cell in sheet.grid.across(row) if is_word(cell)]
    return "/".join(word for word in words if not re.search(r"\d", word))


def _column(sheet: Sheet, head: Cell, title: str, names: dict[int, str], last: int) -> None:
    grid, form = sheet.grid, sheet.form
    noted = re.search(r"\((?:单位:?)?([^()]+)\)", title) or _COUNTED.search(title)
    unit = noted[1] if noted else money_unit(sheet, head.row) if _MONEY.search(title) else ""
    shown = {row: text for row in (*names, last) if (text := as_figure(tight(grid.at(row, head.column)), unit))}
    values = {row: parse_quantity(text) for row, text in shown.items()}
    filled = [row for row in names if text_of(grid.at(row, head.column)).strip("-—－/ ")]
    if last not in values or len(filled) < 2 or any(row not in values for row in filled):
        return
    whole, found = values[last].value, sum(values[row].value for row in filled)
    if len({value.unit for value in values.values()}) > 1 or abs(found - whole) > _MOST * abs(whole):
        return
    name = re.sub(r"[.\s]|\([^()]*\)", "", form.sheet + title)
    paths = {row: f"figures.{name}：{names.get(row, '合计')}" for row in shown}
    form.figures += [(paths[row], text, form.place(row)) for row, text in shown.items()]
    # A relation that fails is asked about, where `=` would be an error; neither fails where the sum holds.
    parts, relation = [paths[row] for row in filled], "≤" if whole > found else "≥"
    form.sums.append({"name": name, "total": paths[last], "parts": parts, "relation": relation})
