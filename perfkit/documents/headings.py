"""The heading rows of a form: where its columns stand, and the headings that are in no list of words."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ..figures.cells import Cell
from ..words import STAGES
from .content import Grid
from .sheet import Sheet, heading_of, is_amount
from .words import FormWords, headed, plain

AMOUNTS = tuple(STAGES)
"""Columns of a fund row that hold money."""
LEVELS = ("level1", "level2")
INDICATOR_COLUMNS = ("target", "actual", "weight", "score")
FUND_COLUMNS = ("initial", "adjusted", "final", "weight", "rate", "score")
"""What the official form has; where one of them is missing, an unknown heading may be it."""
_COMPLETE = [{"standard"}, {"name", "weight", "score"}]
_COMPLETE += [{"name", key, "target"} for key in ("weight", "nature", "sign")]
"""Columns that together head indicators even where no levels stand before them, if one says what was wanted or done, or
what stands left of the names is told as a level (评价内容)."""
_REVIEWER = re.compile("[复审]核|复评|抽查")
NUMBERS = re.compile("序号|编[号码]|代码|行次")
_CONTENT = {*INDICATOR_COLUMNS, "standard", "stage", "adjustment", "score_rate", "meaning"}
"""Columns of which one makes a row with the names of levels and indicators the heading of a table."""
Heads = dict[str, int]
"""What is headed, by key (target, initial, …): the column, 1-based."""
Words = Mapping[str, tuple[str, ...]]
"""The words that head a column, by key."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading row.

    Parameters
    ----------
    row, bottom : where it stands, and the last row that its merged cells reach.
    columns : what is known.
    unknown : headings that are in no list.
    repeated : headings of a column that was already found further left.
    """

    row: int
    bottom: int
    columns: Heads
    unknown: tuple[Cell, ...]
    repeated: tuple[Cell, ...]

    @property
    def first(self) -> int:
        """The leftmost column under it."""
        return min([*self.columns.values(), *(cell.column for cell in self.unknown)])


def find_indicators(grid: Grid, words: FormWords) -> Iterator[Heading]:
    """The rows that head indicators: levels or numbers, names, and what is said of them; or levels and their scores.

    A second row of headings below merged ones is part of the heading, and so is one above the names of the levels.
    """
    bottom = -1
    for row in range(grid.rows + 1):  # row 0 has the headings of the table before, which this one continues
        found = _said_of(grid, row, words)
        levels = found.keys() & LEVELS
        if not levels and any(found.keys() >= complete for complete in _COMPLETE):
            *outer, name = _named(grid, row, found) or [found.get("name", 0)]
            found |= dict(zip(LEVELS, outer, strict=False)) | {"name": name} if name else {}
            levels = {"name"} if outer or {"target", "actual", "standard"} & found.keys() else levels
        told = "name" in found or len(levels) == len(LEVELS) or {"weight", "score"} <= found.keys()
        if row > bottom and told and levels and _CONTENT & found.keys():
            below = _said_of(grid, row + 1, words)
            if all(below.get(key) == found[key] for key in levels) and len(below) > len(levels):
                own = set(below.values())  # a heading over others is none beside them
                found = {key: column for key, column in found.items() if column not in own} | below
            above = _said_of(grid, row - 1, words)
            if not {"level1", "level2", "name"} & above.keys() and min(above.values(), default=0) > found[max(levels)]:
                found = above | found
            found |= _own_points(grid, row, found, words.indicators.by_word)
            found |= _reviewed(grid, row, words.indicators.by_word)
            heading = _heading(grid, row, found, words.indicators.by_word, words, min(found.values()))
            bottom = heading.bottom
            yield heading


def _said_of(grid: Grid, row: int, words: FormWords) -> Heads:
    """What a row heads of indicators; 指标 alone heads their names where nothing else does, behind the levels, if it is
    no label of all rows, stands over no levels and in no list of units."""
    found, below = (match(grid, each, words.indicators.by_word) for each in (row, row + 1))
    bare, end = found.pop("bare", 0), max(found.values(), default=0)
    levels = [found[level] for level in LEVELS if level in found]
    behind = max(levels, default=0) < bare < end and found.get("unit", end) >= min(levels, default=0)
    alone = behind and "name" not in found and grid.span(row, bare)[2] <= grid.span(row, end)[2]
    return found | {"name": bare} if alone and not below.keys() & LEVELS else found


def _named(grid: Grid, row: int, found: Heads) -> list[int]:
    """The columns before all that is said of indicators: their names, left of these what they belong to (评价内容)."""
    end = min(column for key, column in found.items() if key != "name")
    heads = (cell for cell in grid.across(row) if cell.column < end and not NUMBERS.search(cell.text))
    cells = (cell for cell in heads if grid.span(row, cell.column)[2] <= grid.span(row, end)[2])  # no label of all rows
    return [column for cell in cells for column in range(cell.column, grid.span(row, cell.column)[3] + 1)]


def _reviewed(grid: Grid, row: int, table: dict[str, str]) -> Heads:
    """The scores below a reviewer's head over several columns: 财政复核 over 完成值 and 得分."""
    for cell in grid.across(row):
        own = range(cell.column, grid.span(row, cell.column)[3] + 1)
        for below in grid.across(row + 1) if len(own) > 1 and _REVIEWER.search(cell.text) else ():
            if below.column in own and table.get(plain(below.text)) == "score":
                return {"reviewed": below.column}
    return {}


def _own_points(grid: Grid, row: int, found: Heads, table: dict[str, str]) -> Heads:
    """Of several columns of one kind those of the indicators, behind their names, and the points of each level.

    Where names and targets stand twice, those further right are of the year: 长期 comes before 年度.
    Where the unit has scored itself (自评得分) and was scored by others, theirs are the scores; the target is that to
    which it was changed, if it was (else that `before`).
    """
    last = {key: cell.column for cell in grid.across(row) if (key := headed(table, cell.text))}
    twice = found.get("name", 0) < found.get("target", 0) < last.get("name", 0) < last.get("target", 0)
    own: Heads = {key: last[key] for key in ("level2", "name", "target") if key in found} if twice else {}
    names = sorted((column, key) for key, column in (found | own).items() if key in (*LEVELS, "name", "deepest"))
    for key in ("weight", "score", "target"):
        cells = [cell for cell in grid.across(row) if headed(table, cell.text) == key]
        behind = [cell for cell in cells if cell.column > names[-1][0]]
        if len(cells) < 2 or not behind:
            continue
        chosen, *others = sorted(behind, key=lambda cell: ("自评" in cell.text, "调整" not in cell.text))
        own[key] = chosen.column
        if "调整" in chosen.text and others:
            own["before"] = others[0].column
        for (column, level), (end, _) in pairwise(names) if key != "target" else ():
            own |= {f"{level}_{key}": cell.column for cell in reversed(cells) if column < cell.column < end}
    return own


def find_funds(grid: Grid, words: FormWords, end: int) -> Heading | None:
    """The row above `end` that heads most columns of fund rows; one amount or the rate is among them."""
    rows = {row: match(grid, row, words.funds.by_word, words.fund_row_of) for row in range(1, end)}
    money = {*AMOUNTS, "rate"}
    heads = {row: found for row, found in rows.items() if money & found.keys() and not beside(grid, row, found.values())
             and len((money | {*FUND_COLUMNS}) & found.keys()) > 1}  # fmt: skip
    heads = {row: found | {k: c for k, c in rows.get(row + 1, {}).items() if row + 1 in heads and k not in found}
             for row, found in heads.items()}  # fmt: skip
    if not heads:
        return None
    row = max(heads, key=lambda row: len(heads[row]))
    budgets = [cell.column for cell in grid.across(row) if headed(words.funds.by_word, cell.text) == "adjusted"]
    if "cut" in heads[row] and len(budgets) > 1:  # 全年预算数（A） is what it was before: C = A - B
        heads[row] |= {"initial": budgets[0], "adjusted": budgets[1]}
    amounts = [cell.column for cell in grid.across(row) if amount_below(grid, cell, end)]
    return _heading(grid, row, heads[row], words.funds.by_word, words, min([*heads[row].values(), *amounts]) - 1)


def beside(grid: Grid, row: int, columns: Iterable[int]) -> bool:
    """Whether a row's words in these columns are labels, each with its number right beside it, and head no columns."""
    return any(is_amount(grid.at(row, grid.span(row, column)[3] + 1)) for column in columns)


def match(grid: Grid, row: int, table: dict[str, str], names: Container[str] = ()) -> Heads:
    """The columns that a row heads, by key: where each word of the table stands first; above one of these names of rows
    only where it stands nowhere else (年度预算数（万元） above 总额, beside 调整后预算数).
    """
    cells = {cell: grid.at(grid.span(row, cell.column)[2] + 1, cell.column) for cell in reversed(grid.across(row))}
    last = sorted(cells, key=lambda cell: not ((below := cells[cell]) and plain(below.text) in names))
    return {key: cell.column for cell in last if (key := headed(table, cell.text))}


def _heading(grid: Grid, row: int, found: Heads, known: dict[str, str], words: FormWords, after: int) -> Heading:
    """The heading with its unknown cells, which stand right of the column `after` (left of it are row labels)."""
    read = set(found.values())
    ignored = {plain(word) for word in words.other_columns}
    right = {cell: grid.span(row, cell.column)[3] + 1 for cell in grid.across(row) if cell.column > after}
    new = (cell for cell, end in right.items() if not read.intersection(range(cell.column, end)) and is_word(cell))
    others = [cell for cell in new if plain(cell.text) not in ignored]
    unknown = tuple(cell for cell in others if plain(cell.text) not in known)
    repeated = tuple(cell for cell in others if plain(cell.text) in known)
    bottom = max(grid.span(row, column)[2] for column in read)
    return Heading(row, bottom, found, unknown, repeated)


def is_word(cell: Cell) -> bool:
    """Whether a cell holds words, and not just a number or a dash."""
    return any(char.isalpha() for char in cell.text)


def amount_below(grid: Grid, cell: Cell, end: int) -> bool:
    """Whether numbers stand below a word, which then heads a column and is no label of rows."""
    below = (grid.at(row, cell.column) for row in range(grid.span(cell.row, cell.column)[2] + 1, end))
    return is_word(cell) and any(map(is_amount, below))


def name_unknown(sheet: Sheet, heading: Heading, words: Words, standard: tuple[str, ...]) -> None:
    """Note every heading that was not read: errors where a column of the official form was not found."""
    missing = "、".join(f"“{words[key][0]}”" for key in standard if key in words and key not in heading.columns)
    for cell in heading.unknown:
        sheet.unknown(cell, f"不认识栏目“{heading_of(cell)}”", missing and f"{missing}一栏")
    for cell in heading.repeated:
        sheet.say(cell, f"栏目“{heading_of(cell)}”与另一栏同类，没有读")
