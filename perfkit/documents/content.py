"""What a file holds that somebody handed in: its paragraphs and tables in their order, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..errors import InputError, Problem
from ..figures.cells import Cell, Place, Span


def place_of_row(sheet: str, row: int) -> str:
    """A row as the place of a printed figure: 自评表 12."""
    return f"{sheet.strip() or '自评表'} {row}"


@dataclass
class Grid:
    """One sheet or table: its cells by (row, column), 1-based, its merged ranges, the line of text above it, and all
    the text of its file."""

    file: str
    sheet: str
    cells: dict[Place, Cell] = field(default_factory=dict)
    spans: dict[Place, Span] = field(default_factory=dict)
    above: str = ""
    told: str = ""
    _shown: dict[int, list[Cell]] = field(default_factory=dict, init=False)
    """What rows show that have been looked at; every table of words looks at all of them again."""

    @cached_property
    def rows(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @cached_property
    def columns(self) -> int:
        return max((column for _, column in self.cells), default=0)

    def span(self, row: int, column: int) -> Span:
        """Top, left, bottom, right of the (merged) cell here."""
        return self.spans.get((row, column), (row, column, row, column))

    def at(self, row: int, column: int) -> Cell | None:
        """The cell here, or the merged cell that covers this place; None where it is blank."""
        top, left, _, _ = self.span(row, column)
        return self.cells.get((top, left))

    def across(self, row: int) -> list[Cell]:
        """The cells that a row shows, from left to right, each once."""
        if row not in self._shown:
            found, column = [], 1
            while column <= self.columns:
                found += [cell] if (cell := self.at(row, column)) else []
                column = self.span(row, column)[3] + 1
            self._shown[row] = found
        return self._shown[row]

    def put_above(self, cells: Iterable[Cell]) -> None:
        """Give the table a row 0: the headings of the one that it continues."""
        self.cells |= {(0, cell.column): replace(cell, row=0) for cell in cells}
        self._shown.pop(0, None)

    def part(self, top: int, bottom: int) -> Grid:
        """The rows from `top` to `bottom`, at their places."""
        cells = {place: cell for place, cell in self.cells.items() if top <= place[0] <= bottom}
        return Grid(self.file, self.sheet, cells, self.spans, self.above, self.told)


MAX_UNPACKED = 200_000_000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its place as a case file writes it: ``正文 87段``, ``第23页 5``."""

    text: str
    place: str


@dataclass
class Content:
    """A file as its reader gives it; `notes` say what was passed over."""

    file: str
    blocks: list[Paragraph | Grid]
    notes: list[Problem] = field(default_factory=list)

    @property
    def grids(self) -> list[Grid]:
        return [block for block in self.blocks if isinstance(block, Grid)]

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [block for block in self.blocks if isinstance(block, Paragraph)]

    @property
    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Every text with the sheet ("" for a paragraph) and the place where it stands."""
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield "", block.place, block.text
            else:
                for (row, _), cell in block.cells.items():
                    yield block.sheet, place_of_row(block.sheet, row), cell.text


def refuse(file: str, message: str, sheet: str = "") -> InputError:
    """The error of a file that cannot be read at all."""
    return InputError(Problem(message, file, field=sheet))


def clean(text: object) -> str:
    """A text as a reader hands it on: one kind of line end and of blank, nothing that is not seen."""
    plain = "" if text is None else str(text).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "").strip()
