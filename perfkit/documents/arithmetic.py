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

_NUMBER = re.compile(r"(-?)(\d[\d,]*)(\.\d+)?(?:(%)|([万亿]?元|[人名户个家次件项台套处座间场批份亩]))?$")
_TOTAL = re.compile("合计|总计|小计|共计|总额|总数")
_PARENT, _PART = re.compile("[一二三四五六七八九十]+[、.]"), re.compile(r"[(][一二三四五六七八九十\d]+[)]|\d+[.、]")
"""How the labels of rows begin that are numbered 一、, and of the parts of these."""
_NOT_ADDED = re.compile("[率比均价幅度%％]|指数|得分|评分")
"""Heads of columns whose total is no sum."""
_RATES = re.compile("(?:完成|执行|到位|支[付出]|使用|达成|实现)率|进度|增[减长幅]")
"""Heads of rates of one column to another: even where every row has 100%, that says something."""
_ADDED = re.compile("[人户个家次件项台套处座间](?:数|次)?$|金额|资金|预算|支出|经费|收入|决算|原值|净值|款")
"""Heads of columns whose total is one, even if no other column bears that out."""
_NO_PART = re.compile("其中|小计|净|原值|折旧|减")
"""Labels of rows that are of others, or taken from them."""
_NEAR = 0.5
"""By how much of a total the rows may miss it: further off, they are not its parts."""
_DIGITS = 6
"""Digits that must agree before a relation between columns is no accident: small whole numbers often add up."""
_SEVERAL = re.compile("多选|不定项")
"""What says of a question that who is asked may give several answers, which add up to more than those who were."""
_YEARS = range(1990, 2100)
_MOST_TERMS, _MOST_COLUMNS, _MOST_ROWS = 30, 12, 300


class _Number(NamedTuple):
    """A printed number: its text, its value (of a percentage in hundredths), what its last place is worth, its unit."""

    text: str
    value: float
    step: float
    is_rate: bool
    unit: str = ""

    @property
    def slack(self) -> float:
        """How far it may be off for having been rounded; whole numbers are not."""
        return 0.0 if self.step == 1 else self.step / 2

    @property
    def term(self) -> str:
        """How it stands in a formula."""
        return f"（{self.text}）" if self.value < 0 else self.text

    def in_unit_of(self, head: str) -> _Number:
        """The number below a head that has its sign: 执行率（%） over 88.57."""
        if self.is_rate or not re.search("[(]?%[)]?$", head):
            return self
        return _Number(self.text, self.value / 100, self.step / 100, is_rate=True)


_Row = Mapping[int, _Number]
_Relation = tuple[Sequence[int], Callable[..., float], str]
"""The columns that it reads, what they give, and that as a formula with a place for each."""


def broken_equations(grid: Grid) -> Iterator[tuple[int, str]]:
    """The rows of a table with an equation that its other rows or columns bear out and that does not hold there."""
    rows = {row: found for row in range(1, min(grid.rows, _MOST_ROWS) + 1) if (found := _numbers(grid, row))}
    columns = sorted({column for found in rows.values() for column in found})[:_MOST_COLUMNS]
    heads = {column: _head(grid, min(rows), column) for column in columns if not _counts(_down(rows, column))}
    rows = {row: {column: found[column].in_unit_of(heads[column]) for column in heads if column in found}
            for row, found in rows.items()}  # fmt: skip
    said = {row: [half_width(cell.text) for cell in grid.across(row) if not _read(cell.text)] for row in rows}
    labels = {row: next(iter(texts), "") for row, texts in said.items()}
    totals = [row for row in rows if _TOTAL.search(plain(labels[row]))]
    for column, head in heads.items():
        others = [other for other in heads if other < column]
        named = _RATES.search(head) or _TOTAL.search(head)
        yield from _broken_rows(rows, others, column, totals, named=named is not None)
    heads = {column: head for column, head in heads.items() if len({n.unit for n in _down(rows, column)}) == 1}
    if not any(map(_SEVERAL.search, (grid.above, *(cell.text for cell in grid.cells.values())))):
        yield from _broken_totals(rows, heads, labels, totals)


def _down(rows: Mapping[int, _Row], column: int) -> list[_Number]:
    """The numbers of a column."""
    return [found[column] for found in rows.values() if column in found]


def _numbers(grid: Grid, row: int) -> _Row:
    """The numbers of a row by column; none of a row that only counts the columns."""
    found = {cell.column: number for cell in grid.across(row) if cell.row == row and (number := _read(cell.text))}
    return {} if len(found) > 2 and _counts([*found.values()]) else found


def _read(text: str) -> _Number | None:
    match = _NUMBER.match(half_width(text).strip())
    if not match:
        return None
    decimals, rate = len(match[3] or ".") - 1, 0.01 if match[4] else 1.0
    value = float(match[1] + match[2].replace(",", "") + (match[3] or "")) * rate
    return _Number(match[0].rstrip(), value, 10.0**-decimals * rate, bool(match[4]), match[5] or "")


def _counts(numbers: Sequence[_Number]) -> bool:
    """Whether numbers are just 1, 2, 3, …, or years."""
    values = [number.value for number in numbers]
    return len(values) > 1 and (values == [*range(1, len(values) + 1)] or all(value in _YEARS for value in values))


# ---- rows ----


def _broken_rows(
    rows: Mapping[int, _Row], others: Sequence[int], column: int, totals: Sequence[int], *, named: bool
) -> Iterator[tuple[int, str]]:
    """The rows in which a column is not what most of its rows say that it is of those left of it.

    Where it is `named` as a rate of one of them, or as their total, two rows do; else their digits must be too many
    for an accident.
    """
    rate = all(number.is_rate for number in _down(rows, column))
    amounts = [other for other in others if not all(number.is_rate for number in _down(rows, other))]
    best: tuple[int, list[tuple[int, str]]] = (0, [])
    for read, give, formula in _relations(amounts, rows[totals[-1]] if totals else {}, rate=rate):
        whole = {row: found for row, found in rows.items() if column in found and all(map(found.get, read))}
        told = {row: found for row, found in whole.items() if len({found[i].unit for i in read}) == 1}
        held = {row: _holds(give, [found[i] for i in read], found[column]) for row, found in told.items()}
        wrong = [(row, f"{formula.format(*(told[row][i].term for i in read))}＝{told[row][column].text}")
                 for row, holds in held.items() if holds is False]  # fmt: skip
        right = [tuple(told[row][i] for i in (*read, column)) for row, holds in held.items() if holds]
        sure = named or sum(map(_borne_out, set(right))) >= _DIGITS
        if sure and len(right) >= max(2 if rate or named else 3, 2 * len(wrong)) and len(right) > best[0]:
            best = (len(right), wrong)
    yield from best[1]


def _borne_out(numbers: Sequence[_Number]) -> int:
    """How many digits agree by no accident where the last number is what a relation gives of those before it.

    Nothing less nothing is nothing in any two columns, and what was done of as much is 100% by many names.
    """
    *terms, result = numbers
    if result.value in (0, 1) or sum(term.value != 0 for term in terms) < min(2, len(terms)):
        return 0
    return max(len(re.sub(r"\D", "", number.text).lstrip("0")) for number in numbers)


def _relations(columns: Sequence[int], total: _Row, *, rate: bool) -> Iterator[_Relation]:
    """What a column may be of those left of it, and of what is their total."""
    pairs = sorted(permutations(columns, 2))  # a budget stands before what was spent of it
    if not rate:
        yield from ((pair, lambda a, b: b - a, "{1}－{0}") for pair in pairs)
        if len(columns) > 1:
            yield columns, _sum, "＋".join("{}" for _ in columns)
        return
    yield from ((pair, lambda a, b: b / a, "{1}÷{0}×100%") for pair in pairs)
    yield from ((pair, lambda a, b: (b - a) / a, "（{1}－{0}）÷{0}×100%") for pair in pairs)
    yield from ((pair, lambda a, b: (a - b) / a, "（{0}－{1}）÷{0}×100%") for pair in pairs)
    for column in set(columns) & total.keys():
        printed, whole = total[column].text, total[column].value
        yield (column,), lambda a, whole=whole: a / whole, f"{{}}÷{printed}×100%"
    places = [f"{{{i}}}" for i in range(len(columns))]
    for many in range(1, len(columns)):
        formula = f"（{'＋'.join(places[:many])}）÷（{'＋'.join(places)}）×100%"
        yield columns, lambda *all, many=many: math.fsum(all[:many]) / math.fsum(all), formula
        formula = f"（{'＋'.join(places[:many])}）÷{places[many]}×100%"  # the last column is their total
        yield (*columns[:many], columns[-1]), lambda *all: math.fsum(all[:-1]) / all[-1], formula


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


def _broken_totals(
    rows: Mapping[int, _Row], heads: Mapping[int, str], labels: Mapping[int, str], wholes: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """The totals that the rows above do not add up to.

    A total is of the rows since the one before, or of the totals above it.
    """
    heads = {column: head for column, head in heads.items() if not _NOT_ADDED.search(head)}
    plainly = not _NO_PART.search("".join(labels.values()))
    above: list[int] = []
    totals: list[int] = []
    for row in rows:
        if row not in wholes:
            above.append(row)
            continue
        own = _without_parts(above, rows, labels)
        for parts in (own, totals, sorted(own + totals)):
            alike = plainly and not totals and len({labels[part] for part in parts}) == len(parts)
            missed = _missed(rows[row], [rows[part] for part in parts], heads, alike=alike)
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
    missed = [column for column in added if not _holds(_sum, terms[column], whole[column])
              and terms[column][-1:] != [whole[column]]]  # fmt: skip
    if not any(whole[column].value for column in added if column not in missed):
        near = {column for column in missed if abs(sums[column] - whole[column].value) < _NEAR * whole[column].value}
        missed = [column for column in missed if alike and column in near and _ADDED.search(heads[column])
                  and not _are_shares(parts, column, whole[column])]  # fmt: skip
    return [([term.term for term in terms[column]], whole[column].text) for column in missed]


def _are_shares(parts: Sequence[_Row], column: int, whole: _Number) -> bool:
    """Whether another column has the rate of each row to the total: then that is no sum, but how many were asked."""
    others = {other for part in parts for other in part if part[other].is_rate}
    return any(all(column in part and other in part and _holds(lambda a: a / whole.value, [part[column]], part[other])
                   for part in parts) for other in others)  # fmt: skip


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
