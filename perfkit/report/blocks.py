"""What a report is made of: a tree of blocks that hold text, tables and drawings in order, and no markup.

A block shows itself in Jupyter, and leaves its content as data in the notebook, from which every writer (the page in
`html`, Word in `word`) reads it back. A chapter is therefore written once, whatever it becomes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import compress
from typing import Any

from ..errors import PerfkitError
from ..figures.quantities import chinese_number
from ..tables import style
from ..words import DASH

MIME = "application/vnd.perfkit.block+json"
"""Under which an executed notebook holds the data of a block, beside its HTML."""


class Block:
    """Anything that can stand in a report. A block without content is false, and chapters leave it out."""

    def _repr_html_(self) -> str:
        from .html import written

        return f"<style scoped>{style()}</style>{written(self)}" if self else ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {MIME: to_data(self)}

    def __repr__(self) -> str:
        return f"<报告片段 {type(self).__name__}>"


@dataclass(frozen=True, repr=False)
class Heading(Block):
    """A heading: level 1 is the report's title, 2 a chapter, 3 to 5 stand within chapters."""

    text: str
    level: int = 3


@dataclass(frozen=True, repr=False)
class Paragraph(Block):
    """A paragraph. `style` is "" or lead (set off: the result in short), byline (a line of the cover).

    `source` is where what it says is known from: small print behind it on the page, a footnote in Word.
    """

    text: str
    style: str = ""
    source: str = ""


@dataclass(frozen=True, repr=False)
class Note(Block):
    """Small print below a report; every line of `text` is a line of its own. The client's copy is without it."""

    text: str


@dataclass(frozen=True, repr=False)
class Bullets(Block):
    """A list; false when it is empty."""

    items: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.items)


@dataclass(frozen=True)
class Span:
    """Text of a table cell that is more than text: a light of monitoring (its key), or a link."""

    text: str
    light: str = ""
    href: str = ""

    def __str__(self) -> str:
        return self.text


Cell = str | Span


@dataclass(frozen=True)
class Head:
    """The head of a table's column: its name, its width relative to the others, and how its cells stand."""

    name: str
    width: float
    number: bool = False
    merge: bool = False


@dataclass(frozen=True, repr=False)
class Table(Block):
    """A table; false without rows. `total` is a last row in bold, or empty."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows)

    def spans(self) -> list[list[int]]:
        """How many rows each cell covers, 0 where the one above covers it; shape (rows, columns).

        The leading columns with `merge` cover rows of equal values, and never rows of two different cells before them.
        """
        spans = [[1] * len(self.heads) for _ in self.rows]
        for column, head in enumerate(self.heads):
            if not head.merge:
                break
            start = 0
            for i in range(1, len(self.rows)):
                if self.rows[i][: column + 1] == self.rows[start][: column + 1]:
                    spans[start][column] += 1
                    spans[i][column] = 0
                else:
                    start = i
        return spans


@dataclass(frozen=True, repr=False)
class Chart(Block):
    """A drawing as SVG text, with the caption `title` and what it shows in words, `alt`."""

    svg: str
    title: str
    alt: str


@dataclass(frozen=True, repr=False)
class Group(Block):
    """Blocks one after the other; false when there are none."""

    parts: tuple[Block, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)


@dataclass(frozen=True, repr=False)
class Chapter(Block):
    """A chapter. Its number is counted when the report is written; `wide` prints it on landscape sheets of its own.

    One that is `internal` stands in the evaluator's copy only: the client's is without it.
    """

    title: str
    parts: tuple[Block, ...]
    wide: bool = False
    internal: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a report table on one line: its name, how to get a row's value, and how wide it is.

    `number` aligns it to the right, `merge` merges equal cells, `optional` leaves it out where every cell is empty or
    a dash; `total` is its value in the last row, which is there when any column has one.
    """

    name: str
    get: Callable[[Any], object]
    width: float
    number: bool = False
    merge: bool = False
    optional: bool = False
    total: object = None


def table(rows: Iterable[Any], columns: Sequence[Column]) -> Table:
    """The table of `rows` (anything that the columns know how to read). Raises `PerfkitError` for odd columns."""
    if not all(isinstance(column, Column) and callable(column.get) for column in columns):
        raise PerfkitError('各列写成 report.Column("名称", 从一行得到值的函数, 相对宽度)')
    cells = [[_cell(column.get(row)) for column in columns] for row in rows]
    used = [not c.optional or any(row[i] not in (DASH, "") for row in cells) for i, c in enumerate(columns)]
    kept = list(compress(columns, used))
    total = tuple(_cell(c.total) for c in kept) if any(c.total is not None for c in columns) else ()
    heads = tuple(Head(c.name, c.width, c.number, c.merge) for c in kept)
    return Table(heads, tuple(tuple(compress(row, used)) for row in cells), total)


def _cell(value: object) -> Cell:
    return value if isinstance(value, Span) else "" if value is None else str(value)


def bullets(lines: Iterable[object]) -> Bullets:
    """A list of the lines."""
    return Bullets(tuple(map(str, lines)))


def group(*parts: Block | str) -> Group:
    """One part after the other, without the empty ones; a string becomes a paragraph."""
    for part in parts:
        if not isinstance(part, Block | str | None):
            kind = type(part).__name__
            raise PerfkitError(f"报告的一章由文字和块组成，给的是 {kind}；表请另写一格，或用 report.table(各行, 各列)")
    return Group(tuple(Paragraph(part) if isinstance(part, str) else part for part in parts if part))


def section(title: str, *parts: Block | str, level: int = 3) -> Group:
    """Parts below a heading, with their own headings below its level; nothing where all of them are empty."""
    content = group(*parts)
    top = min((part.level for part in flat(content) if isinstance(part, Heading)), default=6)
    if top <= level:
        content = _lowered(content, level + 1 - top)
    return group(Heading(title, level), content) if content else content


def flat(*parts: Block) -> Iterator[Block]:
    """Blocks in their order, without the groups around them."""
    for part in parts:
        if isinstance(part, Group):
            yield from flat(*part.parts)
        else:
            yield part


def _lowered(block: Block, steps: int) -> Any:
    """A block whose headings lie so many levels deeper, the lowest at 5."""
    if isinstance(block, Heading):
        return Heading(block.text, min(block.level + steps, 5))
    return Group(tuple(_lowered(part, steps) for part in block.parts)) if isinstance(block, Group) else block


def chapter(title: str, *parts: Block | str, wide: bool = False, internal: bool = False) -> Chapter | Group:
    """A chapter of a report: its title without a number, and what stands in it; nothing where all of it is empty.

    Parameters
    ----------
    parts : blocks, in order; a string becomes a paragraph.
    wide : print it on landscape sheets of its own (a table with many columns).
    internal : leave it out of the client's copy.
    """
    if not isinstance(title, str):
        raise PerfkitError('先写这一章的标题，再写内容：report.chapter("标题", …)')
    content = group(*parts).parts
    return Chapter(title, content, wide, internal) if content else Group()


TYPED_NUMBER = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|附件\d*)\s*")
"""A chapter's number that somebody typed before its title; the counted one takes its place."""


def unnumbered(title: str) -> bool:
    """Whether a chapter is none of the numbered ones: an annex, or what stands before the first of them."""
    return title.strip().startswith(("附", "声明", "摘要"))


def chapter_numbers(titles: Sequence[str]) -> Iterator[str]:
    """The number before each chapter: “一、”, for an annex “附件1　”.

    One that is alone has none (一个附件: “附件　”); nor have 声明, 摘要 and what begins with another 附 (附表, 附录).
    """
    annexes = [title.strip().startswith("附件") for title in titles]
    alone = sum(not unnumbered(title) for title in titles) < 2
    number = annex = 0
    for title, is_annex in zip(titles, annexes, strict=True):
        annex += is_annex
        number += not unnumbered(title)
        if is_annex:
            yield f"附件{annex}　" if sum(annexes) > 1 else "附件　"
        else:
            yield "" if unnumbered(title) or alone else f"{chinese_number(number)}、"


_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (*Block.__subclasses__(), Span, Head)}
_FIELDS = {kind: [(field.name, field.default) for field in fields(kind)] for kind in _KINDS.values()}


def copied(block: Block, internal: bool) -> Block:
    """What of a block stands in one of the two copies: the client's, or the internal parts that it is without."""
    if isinstance(block, Group) or (isinstance(block, Chapter) and not block.internal):
        parts = [part for each in block.parts if (part := copied(each, internal))]
        if isinstance(block, Chapter) and not internal:
            return chapter(block.title, *parts, wide=block.wide)
        return Group(tuple(parts))
    return block if isinstance(block, Note | Chapter) is internal else Group()


def to_data(value: Any) -> Any:
    """A block as plain data for JSON; fields that have their default are left out."""
    if isinstance(value, tuple):
        return [to_data(part) for part in value]
    if type(value) not in _FIELDS:
        return value
    given = ((name, getattr(value, name), default) for name, default in _FIELDS[type(value)])
    return {"kind": type(value).__name__} | {name: to_data(own) for name, own, default in given if own != default}


def from_data(data: Any) -> Any:
    """The block that `to_data` wrote. Raises `KeyError` or `TypeError` for other data."""
    if isinstance(data, list):
        return tuple(map(from_data, data))
    if not isinstance(data, Mapping):
        return data
    return _KINDS[data["kind"]](**{name: from_data(value) for name, value in data.items() if name != "kind"})


def from_output(output: Mapping[str, Any]) -> Block | None:
    """The block that an output of a notebook holds; None where it holds none, or one of another version."""
    try:
        found = from_data(output["data"][MIME])
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    return found if isinstance(found, Block) else None
