"""What the numbers of a table say of each other: its totals, and the sums and quotients of its columns.

No word tells how the columns of a table that nobody knows belong together. Most of its rows do: where they bear out
that one column is another less a third, or divided by it, the rows that do not are worth a question; so is a total that
one column adds up to and the next does not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

from .content import Grid
from .sheet import tight
from .words import half_width, plain

_NUMBER = re.compile(r"(-?)(\d[\d,]*)(\.\d+)?(%?)$")
_TOTAL = re.compile("合计|总计|小计|共计|总额|总数")
_PARENT, _PART = re.compile("[一二三四五六七八九十]+[、.]"), re.compile(r"[(][一二三四五六七八九十\d]+[)]|\d+[.、]")
"""How the labels of rows begin that are numbered 一、, and of the parts of these."""
_NOT_ADDED = re.compile("[率比均价幅度%％]|指数|得分|评分")
"""Heads of columns whose total is no sum."""
_ADDED = re.compile("[人户个家次件项台套处座间](?:数|次)?$|金额|资金|预算|支出|经费|收入|决算|原值|净值|款")
"""Heads of columns whose total is one, even if no other column bears that out."""
_NO_PART = re.compile("其中|小计|净|原值|折旧|减")
"""Labels of rows that are of others, or taken from them."""
_NEAR = 0.5
"""By how much of a total the rows may miss it: further off, they are not its parts."""
_YEARS = range(1990, 2100)
_MOST_TERMS, _MOST_COLUMNS, _MOST_ROWS = 30, 12, 300


class _Number(NamedTuple):
    """A printed number: its text, its value (of a percentage in hundredths), what a unit of its last place is worth."""

    text: str
    value: float
    step: float
    is_rate: bool

    @property
    def slack(self) -> float:
        """How far it may be off for having been rounded; whole numbers are not."""
        return 0.0 if self.step == 1 else self.step / 2


_Row = Mapping[int, _Number]
_Relation = tuple[Sequence[int], Callable[..., float], str]
"""The columns that it reads, what they give, and that as a formula with a place for each."""


def broken_equations(grid: Grid) -> Iterator[tuple[int, str]]:
    """The rows of a table with an equation that its other rows or columns bear out and that does not hold there."""
    rows = {row: found for row in range(1, min(grid.rows, _MOST_ROWS) + 1) if (found := _numbers(grid, row))}
    columns = sorted({column for found in rows.values() for column in found})[:_MOST_COLUMNS]
    counting = [
        column for column in columns if _counts([found[column].value for found in rows.values() if column in found])
    ]
    columns = [column for column in columns if column not in counting]
    for column in columns:
        yield from _broken_rows(rows, [other for other in columns if other < column], column)
    yield from _broken_totals(grid, rows, columns)


def _numbers(grid: Grid, row: int) -> _Row:
    """The numbers of a row by column; none of a row that only counts the columns."""
    found = {cell.column: number for cell in grid.across(row) if cell.row == row and (number := _read(cell.text))}
    return {} if len(found) > 2 and _counts([number.value for number in found.values()]) else found


def _read(text: str) -> _Number | None:
    match = _NUMBER.match(half_width(text).strip())
    if not match:
        return None
    decimals, rate = len(match[3] or ".") - 1, 0.01 if match[4] else 1.0
    value = float(match[1] + match[2].replace(",", "") + (match[3] or "")) * rate
    return _Number(match[0].rstrip(), value, 10.0**-decimals * rate, bool(match[4]))


def _counts(values: Sequence[float]) -> bool:
    """Whether numbers are just 1, 2, 3, …, or years."""
    return len(values) > 1 and (
        list(values) == list(range(1, len(values) + 1)) or all(value in _YEARS for value in values)
    )


# ---- rows ----


def _broken_rows(rows: Mapping[int, _Row], others: Sequence[int], column: int) -> Iterator[tuple[int, str]]:
    """The rows in which a column is not what most of its rows say that it is of those left of it."""
    rates = [found[column].is_rate for found in rows.values() if column in found]
    amounts = [other for other in others if not any(found[other].is_rate for found in rows.values() if other in found)]
    best: tuple[int, list[tuple[int, str]]] = (0, [])
    for read, give, formula in _relations(amounts, rate=bool(rates) and all(rates)):
        told = {row: found for row, found in rows.items() if column in found and all(found.get(i) for i in read)}
        held = {row: _holds(give, [found[i] for i in read], found[column]) for row, found in told.items()}
        wrong = [(row, f"{formula.format(*(told[row][i].text for i in read))}＝{told[row][column].text}")
                 for row, holds in held.items() if holds is False]  # fmt: skip
        right = sum(map(bool, held.values()))
        if right >= max(2, 2 * len(wrong)) and right > best[0]:
            best = (right, wrong)
    yield from best[1]


def _relations(columns: Sequence[int], *, rate: bool) -> Iterator[_Relation]:
    """What a column may be of those left of it."""
    pairs = sorted(permutations(columns, 2))  # a budget stands before what was spent of it
    if not rate:
        yield from ((pair, lambda a, b: b - a, "{1}－{0}") for pair in pairs)
        if len(columns) > 1:
            yield columns, lambda *all: math.fsum(all), "＋".join("{}" for _ in columns)
        return
    yield from ((pair, lambda a, b: b / a, "{1}÷{0}×100%") for pair in pairs)
    yield from ((pair, lambda a, b: (b - a) / a, "（{1}－{0}）÷{0}×100%") for pair in pairs)
    places = [f"{{{i}}}" for i in range(len(columns))]
    for many in range(1, len(columns)):
        part, whole = "＋".join(places[:many]), "＋".join(places)
        yield columns, lambda *all, many=many: math.fsum(all[:many]) / math.fsum(all), f"（{part}）÷（{whole}）×100%"


def _holds(give: Callable[..., float], numbers: Sequence[_Number], result: _Number) -> bool | None:
    """Whether a relation gives a printed result, as far as its numbers may have been rounded.

    None where that says nothing: more was done than planned, of which 100% often stands for all.
    """
    values = [number.value for number in numbers]
    try:
        value = give(*values)
        moved = (give(*values[:i], number.value + number.slack, *values[i + 1 :]) for i, number in enumerate(numbers))
        slack = math.fsum(abs(other - value) for other in moved)
    except ZeroDivisionError:
        return None
    last = result.step if result.is_rate else result.step / 2  # a rate may have been cut off
    holds = abs(value - result.value) < last + slack + 1e-9
    return None if not holds and result.is_rate and result.value == 1 < value else holds


# ---- totals ----


def _broken_totals(grid: Grid, rows: Mapping[int, _Row], columns: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The totals that the rows above do not add up to.

    A total is of the rows since the one before, or of the totals above it.
    """
    labels = {
        row: next((half_width(cell.text) for cell in grid.across(row) if not _read(cell.text)), "") for row in rows
    }
    heads = {column: _head(grid, min(rows), column) for column in columns}
    heads = {column: head for column, head in heads.items() if not _NOT_ADDED.search(head)}
    above: list[int] = []
    totals: list[int] = []
    for row in rows:
        if not _TOTAL.search(plain(labels[row])):
            above.append(row)
            continue
        for parts in (_without_parts(above, rows, labels), totals):
            alike = len({labels[part] for part in parts}) == len(parts) and not _NO_PART.search(
                "".join(labels.values())
            )
            missed = _missed(rows[row], [rows[part] for part in parts], heads, alike=alike and not totals)
            yield from ((row, f"{'＋'.join(terms)}＝{whole}") for terms, whole in missed)
            if missed:
                break
        above, totals = [], [*totals, row]


def _head(grid: Grid, first: int, column: int) -> str:
    """What stands above the first row of numbers."""
    return "".join(tight(cell) for row in range(first) if (cell := grid.at(row, column)))


def _missed(
    whole: _Row, parts: Sequence[_Row], heads: Mapping[int, str], *, alike: bool
) -> list[tuple[list[str], str]]:
    """The columns of a total that its parts do not add up to: what they print, and what it does.

    That the rows are its parts at all is borne out by another column; else by rows that are `alike` (no two of one
    name, none that is of others), by the heads of what is added up, and by a sum that is not far off.
    """
    if not 1 < len(parts) <= _MOST_TERMS:
        return []
    added = [column for column in heads if column in whole and not whole[column].is_rate]
    terms = {column: [part[column] for part in parts if column in part] for column in added}
    sums = {column: math.fsum(term.value for term in terms[column]) for column in added}
    missed = [column for column in added if not _holds(_sum, terms[column], whole[column])]
    if not any(whole[column].value for column in added if column not in missed):
        near = {column for column in missed if abs(sums[column] - whole[column].value) < _NEAR * whole[column].value}
        missed = [column for column in missed if alike and column in near and _ADDED.search(heads[column])]
    return [([term.text for term in terms[column]], whole[column].text) for column in missed]


def _sum(*values: float) -> float:
    return math.fsum(values)


def _without_parts(above: Sequence[int], rows: Mapping[int, _Row], labels: Mapping[int, str]) -> list[int]:
    """The rows that a total adds up, without those that are parts of one of them: （一） below 一、, and 其中."""
    numbered = any(_PARENT.match(labels[row]) for row in above)
    kept: list[int] = []
    at = 0
    while at < len(above):
        row = above[at]
        if kept and labels[row].startswith("其中"):
            many = range(1, len(above) - at + 1)
            at += next((n for n in many if _adds_up(rows[kept[-1]], [rows[part] for part in above[at : at + n]])), 1)
            continue
        if not (numbered and _PART.match(labels[row])):
            kept.append(row)
        at += 1
    return kept


def _adds_up(whole: _Row, parts: Sequence[_Row]) -> bool:
    return all(_holds(_sum, [part[column] for part in parts if column in part], whole[column]) for column in whole
               if not whole[column].is_rate)  # fmt: skip
