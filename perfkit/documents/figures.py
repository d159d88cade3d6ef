"""Tables of figures: staff, spending and assets by the names of row and column, registers of assets, changes of the
budget, and the columns of tables of any kind that end with a total."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..figures.cells import Cell
from ..figures.quantities import parse_quantity
from ..words import CHANGE_HEADS, CHANGES, NO_SUM
from .funds import fund_value, money_unit
from .headings import is_word
from .sheet import NUMBER, Sheet, as_figure, text_of, tight
from .words import invert, plain

_PRESENT, _PERSONS = "present", "persons"
_MONEY = "元"
_CONTROL = {"staff": "在职人员控制率", "three_public": "三公经费控制率"}
"""What the rate of control in the row of a block is called."""
_IN_YEAR = re.compile(r"(20\d\d)年度?")
_WAYS = {way: kind for kind, way in CHANGES.items()}


def read_figures(sheet: Sheet) -> None:
    """Put down in the form the figures whose row and column are known, and the rows of a register."""
    words, grid = sheet.words.figures, sheet.grid
    columns, rows, register = words.by_word, invert(words.rows), invert(words.register_)
    heads, unit = dict[int, str](), ""
    for row in range(1, grid.rows + 1):
        cells = grid.across(row)
        unit = money_unit(sheet, row) or unit
        latest = max((int(year) for cell in cells for year in _IN_YEAR.findall(cell.text)), default=0)
        found = {cell.column: head for cell in cells if (head := _headed(columns, cell.text, latest))}
        named = {key: cell.column for cell in cells if (key := register.get(plain(cell.text)))}
        if {"name", "gross"} <= named.keys():
            _read_register(sheet, row, named)
            return
        if len(found) > 1 or _PERSONS in found.values():
            heads = {column: key for start, key in found.items() for column in _under(sheet, row, start)}
        elif heads and cells:
            path = next((rows[name] for cell in cells[:2] if (name := plain(cell.text)) in rows), None)
            for column, key in heads.items() if path else ():
                _keep(sheet, row, column, str(path), key, unit or _MONEY)


def _headed(columns: dict[str, str], text: str, latest: int) -> str:
    """What a heading says; a year in it is this one where it is the row's `latest`, and last year the one before."""
    year = _IN_YEAR.search(text)
    rest = _IN_YEAR.sub("", text)
    ago = latest - int(year[1]) if year else 0
    tried = {0: ("本年" + rest, rest), 1: ("上年" + rest,)}.get(ago, ()) if year else (text,)
    return next((key for each in tried if (key := columns.get(plain(each)))), "")


def read_changes(sheet: Sheet) -> None:
    """Put down in the form how a budget changed within the year: a row a change, with its way and amount."""
    grid = sheet.grid
    for head in range(1, grid.rows + 1):
        at = {plain(cell.text): cell.column for cell in grid.across(head)}
        if not at.keys() >= set(CHANGE_HEADS):
            continue
        unit = money_unit(sheet, head)
        for row in range(head + 1, grid.rows + 1):
            name, way = (text_of(grid.at(row, at[title])) for title in CHANGE_HEADS[:2])
            amount = fund_value(sheet, row, at[CHANGE_HEADS[2]], "adjusted", unit)
            if name and amount and way in _WAYS:
                place = sheet.form.place(row)
                sheet.form.changes.append({"name": name, "kind": _WAYS[way], "amount": amount, "source": place})
        return


def _under(sheet: Sheet, row: int, column: int) -> Iterator[int]:
    """The columns of amounts under a heading: those headed 金额 below it, else the heading's own."""
    bottom, right = sheet.grid.span(row, column)[2:]
    below = [c for c in range(column, right + 1) if plain(text_of(sheet.grid.at(bottom + 1, c))) == "金额"]
    yield from below or [column]


def _keep(sheet: Sheet, row: int, column: int, path: str, key: str, unit: str) -> None:
    """One figure at its path; staff are persons, all else is money, in the unit that is printed last, else 元."""
    block, figure = path.partition(".")[0], sheet.figure(sheet.grid.at(row, column))
    if key == "control" and block in _CONTROL and figure.endswith("%"):
        sheet.form.ratios.append((_CONTROL[block], figure, sheet.form.place(row)))
    by_row = "{}" not in path
    if by_row != (key == _PERSONS) or (block == "assets") != (key in ("opening", "closing")):
        return
    if key == "control" or (block == "staff") != (key in ("established", _PRESENT, _PERSONS)):
        return
    if text := as_figure(figure, "人" if block == "staff" else unit):
        name = path.format("actual" if key == _PRESENT else key)
        sheet.form.figures.append((name, text, sheet.form.place(row)))


def _read_register(sheet: Sheet, head: int, named: dict[str, int]) -> None:
    """The rows of a register of assets, as far down as they name an asset with its value."""
    for row in range(head + 1, sheet.grid.rows + 1):
        asset = {key: tight(sheet.grid.at(row, column)) for key, column in named.items()}
        amounts = {key: asset.get(key, "").replace(",", "") for key in ("gross", "net")}
        if asset["name"] and all(NUMBER.match(text) for text in amounts.values()):
            sheet.form.assets.append(asset | {key: asset[key] + _MONEY for key in amounts} | {"line": str(row)})


# ---- columns with a total ----

_NO_SUM = re.compile(f"{NO_SUM}|比|占|年|序号|编号|得分|分值|次序|说明|备注")
"""Columns whose figures do not add up."""
_COUNTED = re.compile("([人户个家次件项台套])(?:数|次)?$")
_OF_MONEY = re.compile("金额|资金|预算|支出|经费|收入|决算|原值|净值|款")
_PARTS_OF_PARTS = re.compile("其中|小计|合计|总计")


def read_columns(sheet: Sheet) -> None:
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
    unit = noted[1] if noted else money_unit(sheet, head.row) if _OF_MONEY.search(title) else ""
    shown = {row: text for row in (*names, last) if (text := as_figure(tight(grid.at(row, head.column)), unit))}
    values = {row: parse_quantity(text) for row, text in shown.items()}
    filled = [row for row in names if text_of(grid.at(row, head.column)).strip("-—－/ ")]
    if last not in values or len(filled) < 2 or any(row not in values for row in filled):
        return
    if len({value.unit for value in values.values()}) > 1:
        return
    name = re.sub(r"[.\s]|\([^()]*\)", "", form.sheet + title)
    paths = {row: f"figures.{name}：{names.get(row, '合计')}" for row in shown}
    form.figures += [(paths[row], text, form.place(row)) for row, text in shown.items()]
