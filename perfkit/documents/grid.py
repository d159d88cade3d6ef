"""Workbooks as grids of cells: values as printed, merged cells spread out, number formats applied.

Values come from calamine (cached results, formulas are never evaluated). Before it opens a file, `ooxml` or `biff` has
seen how far every sheet reaches, and gives the number formats that calamine leaves out. A CSV file is one sheet.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ..errors import InputError, Problem
from ..reading import shown_path
from . import biff, guard, ooxml
from .guard import Outline, Place

MAX_MERGED = 2_000_000
_NO_RESULT = "公式没有保存计算结果（程序不替它计算）；请用 Excel 或 WPS 打开、保存后再读"
_FAILED = "公式出错（如 #DIV/0!）；请改正后保存"
_UNREADABLE = f"不是可读的工作簿，或已损坏；{guard.SAVE_AS}"
_ERRORS = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!)$")
_FORBIDDEN = re.compile(r"[\\/:*?\[\]\x00-\x1f]")  # Excel allows none of them in a sheet's name; a forged file may
_LITERAL = re.compile(r'"([^"]*)"')
_PATTERN = re.compile(r"[#,0]*0(?:\.0+)?%?$")
Span = tuple[int, int, int, int]


def column_letters(column: int) -> str:
    """1 → A, 28 → AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is not blank.

    Parameters
    ----------
    row, column : 1-based; of a merged cell its upper left corner.
    text : the value with all its digits, not as the sheet rounds it; a percentage carries its ``%``.
    fault : why it cannot be read (a formula without result, an error value), or "".
    """

    row: int
    column: int
    text: str
    fault: str = ""

    @property
    def name(self) -> str:
        """``F12``."""
        return f"{column_letters(self.column)}{self.row}"


@dataclass
class Grid:
    """One sheet: its cells by (row, column), 1-based, and its merged ranges."""

    file: str
    sheet: str
    cells: dict[Place, Cell] = field(default_factory=dict)
    spans: dict[Place, Span] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)

    @cached_property
    def rows(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @cached_property
    def columns(self) -> int:
        return max((column for _, column in self.cells), default=0)

    def put(self, row: int, column: int, text: str) -> None:
        """Put down what a cell holds, unless it is blank."""
        if text:
            self.cells[row, column] = Cell(row, column, text, _FAILED if _ERRORS.match(text) else "")

    def span(self, row: int, column: int) -> Span:
        """Top, left, bottom, right of the (merged) cell here."""
        return self.spans.get((row, column), (row, column, row, column))

    def at(self, row: int, column: int) -> Cell | None:
        """The cell here, or the merged cell that covers this place; None where it is blank."""
        top, left, _, _ = self.span(row, column)
        return self.cells.get((top, left))

    def across(self, row: int) -> Iterator[Cell]:
        """The cells that a row shows, from left to right, each once."""
        column, last = 1, self.columns
        while column <= last:
            cell = self.at(row, column)
            if cell:
                yield cell
            column = self.span(row, column)[3] + 1

    def problem(self, where: str, message: str, *, warning: bool = False) -> Problem:
        """A `Problem` at a cell (``F12``) of this sheet, or at the sheet (``""``)."""
        place = f"{self.sheet}!{where}" if where else self.sheet
        return Problem(message, self.file, None, place, "warning" if warning else "error")


def open_grids(path: Path) -> list[Grid]:
    """Every visible sheet of a workbook. Raises `InputError` for what is no workbook or not safe to open.

    What was passed over (hidden sheets, macros) is noted on the first sheet.
    """
    container = guard.inspect(path)
    if container == "csv":
        return [_read_csv(path)]
    data = path.read_bytes()
    notes: list[Problem] = []
    outlines = _outlines(path, data, container, notes)
    grids = _read_values(path, data, outlines, notes)
    if not grids:
        raise InputError([guard.refuse(path, "工作簿里没有可读的工作表").problems[0], *notes])
    grids[0].notes[:0] = notes
    return grids


def _outlines(path: Path, data: bytes, container: str, notes: list[Problem]) -> list[Outline]:
    """Number formats and formulas of every sheet in workbook order; refuses what is damaged, locked or too large."""
    try:
        if container == "xlsx":
            outlines, macros = ooxml.scan(data), guard.has_macros(path)
        else:
            book = biff.scan(data)
            outlines, macros = book.sheets, book.macros
    except guard.TooLargeError as error:
        raise guard.refuse(path, str(error), error.sheet) from None
    except biff.BiffError as error:
        mend = "" if "请" in str(error) else f"；请重新下载，或{guard.SAVE_AS[1:]}"
        raise guard.refuse(path, f"{error}{mend}") from None
    except ooxml.OoxmlError:
        raise guard.refuse(path, _UNREADABLE) from None
    if macros:
        notes.append(Problem("工作簿含有宏；宏没有运行，只读单元格里已有的值", shown_path(path), severity="warning"))
    return outlines


def _read_values(path: Path, data: bytes, outlines: list[Outline], notes: list[Problem]) -> list[Grid]:
    grids = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for index, meta in enumerate(book.sheets_metadata):
                if meta.typ != SheetTypeEnum.WorkSheet:
                    continue
                if meta.visible != SheetVisibleEnum.Visible:
                    notes.append(Problem("隐藏的工作表，没有读", shown_path(path), field=meta.name, severity="warning"))
                    continue
                grids.append(_grid(path, meta.name, book.get_sheet_by_index(index), outlines[index]))
    except InputError:
        raise
    except BaseException as error:  # calamine's panics are no Exceptions
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise guard.refuse(path, _UNREADABLE) from None
    return grids


def _grid(path: Path, name: str, sheet: CalamineSheet, outline: Outline) -> Grid:
    grid = Grid(shown_path(path), _FORBIDDEN.sub("_", name))
    for row, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        for column, value in enumerate(values, start=1):
            code = outline.formats.get((row, column), "General")
            grid.put(row, column, _text(value, code))
    for place in outline.failed:
        grid.cells[place] = Cell(*place, "", _FAILED)
    for place in outline.unsaved - grid.cells.keys():
        grid.cells[place] = Cell(*place, "", _NO_RESULT)
    _merge(path, grid, sheet.merged_cell_ranges or [])
    return grid


def _merge(path: Path, grid: Grid, ranges: list[tuple[Place, Place]]) -> None:
    rows, columns, covered = grid.rows, grid.columns, 0
    for (top, left), (bottom, right) in ranges:
        span = (top + 1, left + 1, min(bottom + 1, rows), min(right + 1, columns))
        covered += max(0, span[2] - top) * max(0, span[3] - left)
        if covered > MAX_MERGED:
            raise guard.refuse(path, "合并的单元格太多；不是正常的自评表", grid.sheet)
        for row in range(span[0], span[2] + 1):
            for column in range(span[1], span[3] + 1):
                grid.spans.setdefault((row, column), span)


def _text(value: Any, code: str) -> str:
    """A value's text with all digits; numbers with the percent sign and the words of their number format."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number_text(value, code)
    if isinstance(value, dt.datetime):
        value = value.date()
    text = str(value).replace("_x000D_", "").replace("\r", "\n").replace("\xa0", " ").replace("\u200b", "")
    return text.strip()


def _number_text(value: float, code: str) -> str:
    number = Decimal(format(value, ".15g"))
    if not number.is_finite() or abs(number) >= 10**15:
        return str(value)
    before, pattern, after = _split_format(code.split(";")[0])
    percent = "%" if "%" in pattern else ""
    text = _plain(number * 100 if percent else number) + percent
    return f"{before}{text}{after}" if _PATTERN.match(pattern) else text


def _split_format(section: str) -> tuple[str, str, str]:
    """Literal text before, the digits, and literal text after, of a number format: ``"≥"0"人"``."""
    section = re.sub(r"\[[^\]]*\]|_.|\*.|\\[() -]", "", section)
    literals = [(m.start(), m.end(), m[1]) for m in _LITERAL.finditer(section)]
    pattern = _LITERAL.sub("", section).strip()
    zero = section.find("0")
    before = "".join(text for start, _, text in literals if start < zero)
    after = "".join(text for start, _, text in literals if start > zero)
    return before.strip(), pattern, after.strip()


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_csv(path: Path) -> Grid:
    raw = path.read_bytes()
    text = ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if not text or "\0" in text:
        raise guard.refuse(path, f"不是可读的 CSV（文字编码应为 UTF-8 或 GBK）；{guard.SAVE_AS}")
    delimiter = "\t" if text.count("\t", 0, 5000) > text.count(",", 0, 5000) else ","
    grid = Grid(shown_path(path), path.stem)
    try:
        for row, values in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            if row > guard.MAX_ROWS or len(values) > guard.MAX_COLUMNS:
                raise guard.refuse(path, str(guard.TooLargeError(path.stem, row, len(values))))
            for column, value in enumerate(values, start=1):
                grid.put(row, column, _text(value, "General"))
    except csv.Error:
        raise guard.refuse(path, f"CSV 的格式不对；{guard.SAVE_AS}") from None
    if not grid.cells:
        raise guard.refuse(path, "文件里没有内容")
    return grid
