"""Tables of figures: staff, spending and assets by the names of row and column, registers of assets, changes of the
budget."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..words import CHANGE_HEADS, CHANGES
from .funds import fund_value, money_unit, unit_told
from .headings import beside
from .sheet import NUMBER, Sheet, as_figure, text_of, tight
from .words import invert, plain

_PRESENT, _PERSONS = "present", "persons"
_MONEY = "元"
_OF = dict.fromkeys(("established", _PRESENT, _PERSONS), "staff")
_OF |= {"opening": "assets", "closing": "assets", "control": ""}
"""What a column is of, where it is not of spending; a rate of control is no figure."""
_CONTROL = {"staff": "在职人员控制率", "three_public": "三公经费控制率"}
"""What the rate of control in the row of a block is called."""
_IN_YEAR = re.compile(r"(20\d\d)年度?")
_WAYS = {way: kind for kind, way in CHANGES.items()}


def read_figures(sheet: Sheet, first: int = 1) -> None:
    """Put down in the form the figures from the row `first` on whose row and column, or whose own name beside them, are
    known, and the rows of a register."""
    words, grid = sheet.words.figures, sheet.grid
    columns, rows, register = words.by_word, invert(words.rows), invert(words.register_)
    printed = [money_unit(sheet, row) for row in range(1, grid.rows + 1)]
    before = next(filter(None, reversed(printed[: first - 1])), "")
    heads, unit = dict[int, str](), before if first > 1 else "" if any(printed) else unit_told(sheet)
    unit = unit or _MONEY * (first == 1)
    for row in range(first, grid.rows + 1):
        cells = grid.across(row)
        unit = printed[row - 1] or unit
        latest = max((int(year) for cell in cells for year in _IN_YEAR.findall(cell.text)), default=0)
        found = {cell.column: head for cell in cells if (head := _headed(columns, cell.text, latest))}
        named = {key: cell.column for cell in cells if (key := register.get(plain(cell.text)))}
        if {"name", "gross"} <= named.keys():
            _read_register(sheet, row, named)
            return
        if (len(found) > 1 or _PERSONS in found.values()) and not beside(grid, row, found):
            heads = {column: key for start, key in found.items() for column in _under(sheet, row, start)}
        elif heads and cells:
            path = next((rows[name] for cell in cells[:2] if (name := plain(cell.text)) in rows), None)
            for column, key in heads.items() if path else ():
                _keep(sheet, row, column, str(path), key, unit)
        elif cells:
            read_pairs(sheet, row, rows.get(plain(cells[0].text), ""), unit)


def read_pairs(sheet: Sheet, row: int, block: str = "", unit: str = "") -> None:
    """Figures each beside its name: 编制人数｜32｜在职人数｜30; or behind what the row is of: 三公经费｜预算数｜8.5."""
    columns, rows = sheet.words.figures.by_word, invert(sheet.words.figures.rows)
    rates = invert(sheet.words.sentences.rates)
    for name, cell in pairwise(sheet.own(row)):
        own, figure = plain(name.text), sheet.figure(cell)
        path, key = (rows[own], _PERSONS) if own in rows else (block, columns.get(own, ""))
        if key:
            _keep(sheet, row, cell.column, path, key, unit)
        if own in rates and figure.endswith("%"):
            sheet.form.rates.append((rates[own], figure, sheet.form.place(row), rates[own], ()))


def names_figures(sheet: Sheet, row: int) -> bool:
    """Whether a row is one of staff, spending or assets, or heads such rows: it has several of their names."""
    names = sheet.words.figures.names
    return sum(plain(_IN_YEAR.sub("", cell.text)) in names for cell in sheet.own(row)) > 1


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
    """One figure at its path; staff are persons, all else is money, in the unit printed last or told, else 元."""
    block, figure = path.partition(".")[0], sheet.figure(sheet.grid.at(row, column))
    if key == "control" and block in _CONTROL and figure.endswith("%"):
        sheet.form.rates.append((_CONTROL[block], figure, sheet.form.place(row), _CONTROL[block], ()))
    kind = block if block in _OF.values() else "spending"
    fits = _OF.get(key, "spending") == kind and ("{}" in path) == (key != _PERSONS)  # a row of persons is one figure
    if fits and (text := as_figure(figure, "人" if block == "staff" else unit)):
        name = path.format("actual" if key == _PRESENT else key)
        sheet.form.figures.append((name, text, sheet.form.place(row)))


def _read_register(sheet: Sheet, head: int, named: dict[str, int]) -> None:
    """The rows of a register of assets, as far down as they name an asset with its value."""
    for row in range(head + 1, sheet.grid.rows + 1):
        asset = {key: tight(sheet.grid.at(row, column)) for key, column in named.items()}
        amounts = {key: asset.get(key, "").replace(",", "") for key in ("gross", "net")}
        if asset["name"] and all(NUMBER.match(text) for text in amounts.values()):
            sheet.form.assets.append(asset | {key: asset[key] + _MONEY for key in amounts} | {"line": str(row)})
