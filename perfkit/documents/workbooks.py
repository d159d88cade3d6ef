"""Workbooks as grids, read by openpyxl (.xlsx, .xlsm), xlrd (.xls) and csv, in a process with limits.

Formulas are never evaluated: their saved results are read, and one without is named. Macros never run. Whatever a file
does to the library that reads it (endless chains, bombs, sheets of a billion cells) ends as one sentence.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem, reason
from ..limited import LimitError, call
from ..reading import shown_path
from .formats import shown_number
from .grid import Cell, Grid, Place, Span

SECONDS, MEMORY = 20.0, 600_000_000
"""What reading one workbook may take. A form takes 10 ms, a sheet of 400,000 cells about 7 s and 300 MB."""
MAX_BYTES, MAX_UNPACKED = 20_000_000, 200_000_000
MAX_ROWS, MAX_COLUMNS, MAX_MERGED = 20_000, 200, 2_000_000
_SAVE_AS = "请用 Excel 或 WPS 打开后另存为 .xlsx 再读"
_NO_RESULT = "公式没有保存计算结果（程序不替它计算）；请用 Excel 或 WPS 打开、保存后再读"
_FAILED = "公式出错（如 #DIV/0!）；请改正后保存"
_UNREADABLE = f"不是可读的工作簿，或已损坏；请重新下载，或{_SAVE_AS[1:]}"
_LOCKED = "文件加了密码；请先去掉密码再读"
_MACROS = "工作簿含有宏；宏没有运行，只读单元格里已有的值"
_ERRORS = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!)$")
_FORBIDDEN = re.compile(r"[\\/:*?\[\]\x00-\x1f]")  # Excel allows none of them in a sheet's name; a forged file may
_PARTS = {
    "xl/workbook.bin": f"这是二进制工作簿（.xlsb）；{_SAVE_AS}",
    "word/document.xml": "这是 Word 文档，不是工作簿；请把表格复制到 Excel 中另存为 .xlsx",
    "content.xml": f"这是 OpenDocument 文件（.ods）；{_SAVE_AS}",
}
"""Parts of other files that are zipped too."""
_STREAMS = {"EncryptedPackage": _LOCKED, "WordDocument": "这是 Word 文档，不是工作簿"}
"""Streams of other compound files than .xls."""
Sheets = Iterator[tuple[str, bool, Iterable[Cell], Iterable[Span]]]
"""Name, whether it is shown, cells and merged ranges of each sheet."""


def open_grids(path: Path) -> list[Grid]:
    """Every visible sheet of a workbook, read in a process of its own.

    What was passed over (hidden sheets, macros) is noted on the first sheet.

    Raises
    ------
    InputError
        For what is no workbook, or takes more time or memory than any form.
    """
    try:
        return call(read_grids, path.absolute(), shown_path(path), seconds=SECONDS, memory=MEMORY)
    except LimitError as error:
        raise _refuse(shown_path(path), f"没有读：{error}；不是正常的自评表，可能已损坏或是恶意文件") from None


def read_grids(path: Path, file: str) -> list[Grid]:
    """As `open_grids`, in this process and without limits; messages call the file `file`."""
    data = _bytes(path, file)
    notes: list[Problem] = []
    grids: list[Grid] = []
    try:
        for name, is_shown, cells, spans in _sheets(path, file, data, notes):
            if is_shown:
                grids.append(_grid(file, name, cells, spans))
            else:
                notes.append(Problem("隐藏的工作表，没有读", file, field=name, severity="warning"))
    except (InputError, MemoryError):
        raise
    except Exception as error:  # there is no end to what a library may raise at a damaged file
        raise _refuse(file, _LOCKED if "encrypted" in str(error) else _UNREADABLE) from None
    if not grids:
        raise InputError([_refuse(file, "工作簿里没有可读的工作表").problems[0], *notes])
    grids[0].notes[:0] = notes
    return grids


def _refuse(file: str, message: str, sheet: str = "") -> InputError:
    return InputError(Problem(message, file, field=sheet))


def _bytes(path: Path, file: str) -> bytes:
    try:
        if path.is_dir():
            raise _refuse(file, "这是文件夹，不是文件")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _refuse(file, f"文件有 {size / 1e6:.1f} MB，超过 20 MB 上限；自评表通常不足 100 KB，请核对")
        data = path.read_bytes()
    except FileNotFoundError:
        raise _refuse(file, "找不到这个文件；请核对路径") from None
    except OSError as error:
        raise _refuse(file, f"无法读取：{reason(error)}") from None
    if not data:
        raise _refuse(file, "文件是空的（0 字节）；请重新下载或另存")
    return data


def _sheets(path: Path, file: str, data: bytes, notes: list[Problem]) -> Sheets:
    """The sheets by what the file is, not by what its name says."""
    start = data[:512].lower()
    if start.startswith(b"pk"):
        return _xlsx(file, data, notes)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _xls(file, data, notes)
    if b"<html" in start or b"<table" in start:
        raise _refuse(file, f"这是网页，不是工作簿（有的系统导出的 .xls 其实是网页）；{_SAVE_AS}")
    if path.suffix.lower() != ".csv":
        raise _refuse(file, f"不是可读的工作簿；只读 .xlsx、.xls 和 .csv，{_SAVE_AS}")
    return iter([(path.stem, True, _csv(file, data), ())])


def _grid(file: str, name: str, cells: Iterable[Cell], spans: Iterable[Span]) -> Grid:
    """One sheet; a merged range is put down at every place that it covers, as far as there are cells."""
    grid, covered = Grid(file, _FORBIDDEN.sub("_", name)), 0
    for cell in cells:
        if cell.row > MAX_ROWS or cell.column > MAX_COLUMNS:
            size = f"工作表至少有 {cell.row} 行、{cell.column} 列，上限是 {MAX_ROWS} 行、{MAX_COLUMNS} 列"
            raise _refuse(file, f"{size}；请删去下方和右侧多余的空行、空列（含格式），保存后再读", name)
        if cell.text or cell.fault:
            grid.cells[cell.row, cell.column] = cell
    for top, left, bottom, right in spans:
        span = (top, left, min(bottom, grid.rows), min(right, grid.columns))
        covered += max(0, span[2] - top + 1) * max(0, span[3] - left + 1)
        if covered > MAX_MERGED:
            raise _refuse(file, "合并的单元格太多；不是正常的自评表", name)
        for row in range(top, span[2] + 1):
            for column in range(left, span[3] + 1):
                grid.spans.setdefault((row, column), span)
    return grid


# ---- formats ----


def _xlsx(file: str, data: bytes, notes: list[Problem]) -> Sheets:
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
    for part, message in _PARTS.items():
        if part in entries:
            raise _refuse(file, message)
    if "[Content_Types].xml" not in entries:
        raise _refuse(file, f"这是压缩包，不是工作簿；压缩包请先解压，工作簿{_SAVE_AS[1:]}")
    unpacked = sum(entry.file_size for entry in entries.values())
    if unpacked > MAX_UNPACKED:
        raise _refuse(file, f"解压后有 {unpacked / 1e6:.0f} MB，超过 200 MB 上限；不是正常的自评表，没有打开")
    if any(name.lower().endswith("vbaproject.bin") for name in entries):
        notes.append(Problem(_MACROS, file, severity="warning"))
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


def _xls(file: str, data: bytes, notes: list[Problem]) -> Sheets:
    import xlrd

    for stream, message in _STREAMS.items():
        if stream.encode("utf-16-le") in data:
            raise _refuse(file, message)
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        notes.append(Problem(_MACROS, file, severity="warning"))
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


def _csv(file: str, data: bytes) -> Iterator[Cell]:
    text = ""
    for encoding in ("gb18030", "utf-8-sig"):  # what both can read is UTF-8
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
    if not text or "\0" in text:
        raise _refuse(file, f"不是可读的 CSV（文字编码应为 UTF-8 或 GBK）；{_SAVE_AS}")
    delimiter = "\t" if text.count("\t", 0, 5000) > text.count(",", 0, 5000) else ","
    try:
        for row, values in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            for column, value in enumerate(values, start=1):
                yield _cell((row, column), value)
    except csv.Error:
        raise _refuse(file, f"CSV 的格式不对；{_SAVE_AS}") from None


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
    text = "" if value is None else str(value).replace("_x000D_", "").replace("\r", "\n")
    return Cell(*place, text.replace("\xa0", " ").replace("\u200b", "").strip())


def _number(value: float, code: str) -> str | None:
    number = Decimal(format(value, ".15g"))
    if not number.is_finite() or abs(number) >= 10**15:
        return str(value)
    return shown_number(number, code)
