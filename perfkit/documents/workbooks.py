"""Workbooks as grids, read by openpyxl (.xlsx, .xlsm), xlrd (.xls) and csv.

Formulas are never evaluated: their saved results are read, and one without is named. Macros never run.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

from ..errors import Problem
from ..figures.formats import shown_number
from .content import Cell, Content, Grid, Place, Span, clean, refuse

MAX_ROWS, MAX_COLUMNS, MAX_MERGED = 20_000, 200, 2_000_000
_NO_RESULT = "公式没有保存计算结果（程序不替它计算）；请用 Excel 或 WPS 打开、保存后再读"
_FAILED = "公式出错（如 #DIV/0!）；请改正后保存"
_ERRORS = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!)$")
_FORBIDDEN = re.compile(r"[\\/:*?\[\]\x00-\x1f]")  # Excel allows none of them in a sheet's name; a forged file may
Sheets = Iterator[tuple[str, bool, Iterable[Cell], Iterable[Span]]]
"""Name, whether it is shown, cells and merged ranges of each sheet."""


def _reader(sheets: Callable[[str, bytes, str], Sheets]) -> Callable[[str, bytes, str], Content]:
    """The reader of a format: the visible sheets; the hidden ones are named."""

    def read(file: str, data: bytes, stem: str) -> Content:
        content = Content(file, [])
        for name, is_shown, cells, spans in sheets(file, data, stem):
            if is_shown:
                content.blocks.append(make_grid(file, name, cells, spans))
            else:
                content.notes.append(Problem("隐藏的工作表，没有读", file, field=name, severity="warning"))
        return content

    return read


def make_grid(file: str, name: str, cells: Iterable[Cell], spans: Iterable[Span]) -> Grid:
    """One sheet; a merged range is put down at every place that it covers, as far as there are cells."""
    grid, covered = Grid(file, _FORBIDDEN.sub("_", name)), 0
    for cell in cells:
        if cell.row > MAX_ROWS or cell.column > MAX_COLUMNS:
            size = f"工作表至少有 {cell.row} 行、{cell.column} 列，上限是 {MAX_ROWS} 行、{MAX_COLUMNS} 列"
            raise refuse(file, f"{size}；请删去下方和右侧多余的空行、空列（含格式），保存后再读", name)
        if cell.text or cell.fault:
            grid.cells[cell.row, cell.column] = cell
    for top, left, bottom, right in spans:
        span = (top, left, min(bottom, grid.rows), min(right, grid.columns))
        covered += max(0, span[2] - top + 1) * max(0, span[3] - left + 1)
        if covered > MAX_MERGED:
            raise refuse(file, "合并的单元格太多；不是正常的表格", name)
        for row in range(top, span[2] + 1):
            for column in range(left, span[3] + 1):
                grid.spans.setdefault((row, column), span)
    return grid


# ---- formats ----


@_reader
def read_xlsx(file: str, data: bytes, stem: str) -> Sheets:
    """Every visible sheet of a workbook."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), keep_links=False)
    # `_cells` holds the cells that are there; every public way makes those between them too.
    formulas = [{place for place, cell in sheet._cells.items() if cell.data_type == "f"} for sheet in book.worksheets]
    if any(formulas):
        book = load_workbook(io.BytesIO(data), keep_links=False, data_only=True)
    for sheet, computed in zip(book.worksheets, formulas, strict=True):
        cells = (
            _cell(place, cell.value, cell.number_format, failed=cell.data_type == "e")
            if cell.value is not None or place not in computed or cell.data_type == "str"  # an empty text is a result
            else Cell(place[0], place[1], "", _NO_RESULT)
            for place, cell in sheet._cells.items()
        )
        spans = ((span.min_row, span.min_col, span.max_row, span.max_col) for span in sheet.merged_cells.ranges)
        yield sheet.title, sheet.sheet_state == "visible", cells, spans


@_reader
def read_xls(file: str, data: bytes, stem: str) -> Sheets:
    """Every visible sheet of a workbook of the old format."""
    import xlrd

    book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())

    def read(row: int, column: int, cell: Any) -> Cell:
        place, value = (row + 1, column + 1), cell.value
        if cell.ctype == xlrd.XL_CELL_TEXT and not value:  # only a formula leaves an empty text
            return Cell(*place, "", _NO_RESULT)
        if cell.ctype == xlrd.XL_CELL_DATE:
            value = xlrd.xldate_as_datetime(value, book.datemode)
        elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
            value = bool(value)
        code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        return _cell(place, value, code, failed=cell.ctype == xlrd.XL_CELL_ERROR)

    for sheet in book.sheets():
        rows = (enumerate(sheet.row(row)) for row in range(sheet.nrows))
        cells = (read(row, column, cell) for row, line in enumerate(rows) for column, cell in line)
        spans = ((top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells)
        yield sheet.name, sheet.visibility == 0, cells, spans


@_reader
def read_csv(file: str, data: bytes, stem: str) -> Sheets:
    """A file of separated values as one sheet that bears its name."""
    yield stem, True, _separated(file, data), ()


def _separated(file: str, data: bytes) -> Iterator[Cell]:
    text = decoded(file, data)
    delimiter = max(",\t;", key=lambda sign: text.count(sign, 0, 5000))
    try:
        for row, values in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            for column, value in enumerate(values, start=1):
                yield _cell((row, column), value)
    except csv.Error:
        raise refuse(file, "CSV 的格式不对；请用 Excel 或 WPS 打开后另存为 .xlsx 再读") from None


def decoded(file: str, data: bytes) -> str:
    """The text of a file in UTF-8 or GBK, or in UTF-16 with its mark, as Excel saves its Unicode 文本."""
    text = ""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("gb18030", "utf-8-sig"):  # what both can read is UTF-8
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
    if not text or "\0" in text:
        raise refuse(file, "不是可读的文本（文字编码应为 UTF-8 或 GBK）；请用 Excel 或 WPS 打开后另存为 .xlsx 再读")
    return text


# ---- cells ----


def _cell(place: Place, value: Any, code: str = "General", *, failed: bool = False) -> Cell:
    """A cell with the text of its value: all digits, with the percent sign and the words of its number format."""
    if failed or (isinstance(value, str) and _ERRORS.match(value)):
        return Cell(*place, "", _FAILED)
    if isinstance(value, bool):
        return Cell(*place, "是" if value else "否")
    if isinstance(value, int | float):
        text = _number(value, code)
        return Cell(*place, text or "", "" if text else f"数字格式“{code}”改变了显示的数，读不准；请改成常规格式")
    if isinstance(value, dt.datetime):
        value = value.date()
    return Cell(*place, clean(value))


def _number(value: float, code: str) -> str | None:
    number = Decimal(format(value, ".15g"))
    if not number.is_finite() or abs(number) >= 10**15:
        return str(value)
    return shown_number(number, code)
