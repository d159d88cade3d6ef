"""What the cells of workbooks (.xlsx, .xlsm) and of separated values (.csv) show, whoever made them.

Formulas are never evaluated: their saved results are read, and one without is named. Macros never run.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem
from .formats import shown_number

NO_RESULT = "公式没有保存计算结果（程序不替它计算）；请用 Excel 或 WPS 打开、保存后再读，或直接写数"
_FAILED = "公式出错（如 #DIV/0!）；请改正后保存"
_ERRORS = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!)$")
_TARGET = re.compile(r"=-?[\d.,]+[^-\d+*/^&()!:\"]*")
"""What a person means as it stands, though Excel takes it for a formula: =100%."""


Place = tuple[int, int]
"""Row and column, 1-based."""
Span = tuple[int, int, int, int]
"""Top, left, bottom, right."""


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
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(self.column)}{self.row}"


Sheets = Iterator[tuple[str, bool, list[Cell], list[Span]]]
"""Name, whether it is shown, cells and merged ranges of each sheet."""


def workbook_sheets(source: Path | io.BytesIO) -> Sheets:
    """The sheets of a workbook; raises whatever openpyxl does at a damaged file.

    A formula that no program has calculated is read as it is typed where it is none (=100%).
    """
    from openpyxl import load_workbook

    book = typed = load_workbook(source, keep_links=False)
    # `_cells` holds the cells that are there; every public way makes those between them too.
    if any(cell.data_type == "f" for sheet in typed.worksheets for cell in sheet._cells.values()):
        book = load_workbook(source, keep_links=False, data_only=True)
    for sheet, formulas in zip(book.worksheets, typed.worksheets, strict=True):
        cells = [_result(place, cell, formulas._cells[place]) for place, cell in sheet._cells.items()]
        spans = [(span.min_row, span.min_col, span.max_row, span.max_col) for span in sheet.merged_cells.ranges]
        yield sheet.title, sheet.sheet_state == "visible", cells, spans


def _result(place: Place, cell: Any, typed: Any) -> Cell:
    """What a cell shows, by the formula that is typed there."""
    if cell.value is None and typed.data_type == "f" and cell.data_type != "str":  # an empty text is a result
        is_target = _TARGET.fullmatch(str(typed.value))
        return Cell(*place, str(typed.value)) if is_target else Cell(*place, "", NO_RESULT)
    return shown(place, cell.value, cell.number_format, failed=cell.data_type == "e")


def shown(place: Place, value: Any, code: str = "General", *, failed: bool = False) -> Cell:
    """A cell with the text of its value: all digits, with the percent sign and the words of its number format."""
    if failed or (isinstance(value, str) and _ERRORS.match(value)):
        return Cell(*place, "", _FAILED)
    if isinstance(value, bool):
        return Cell(*place, "是" if value else "否")
    if isinstance(value, int | float):
        number = Decimal(format(value, ".15g"))
        readable = number.is_finite() and abs(number) < 10**15
        text = shown_number(number, code) if readable else str(value)
        return Cell(*place, text or "", "" if text else f"数字格式“{code}”改变了显示的数，读不准；请改成常规格式")
    text = "" if value is None else str(value.date() if isinstance(value, dt.datetime) else value)
    return Cell(*place, text.strip())


def separated(file: str, data: bytes) -> list[list[str]]:
    """The rows of separated values, by comma, tab or semicolon. Raises `InputError`; messages call the file `file`."""
    text = decoded(file, data)
    delimiter = max(",\t;", key=lambda sign: text.count(sign, 0, 5000))
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise InputError(Problem("CSV 的格式不对；请用 Excel 或 WPS 打开后另存为 .xlsx 再读", file)) from None


def decoded(file: str, data: bytes) -> str:
    """The text of a file in UTF-8 or GBK, or in UTF-16 with its mark, as Excel saves its Unicode 文本."""
    text = ""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("gb18030", "utf-8-sig"):  # what both can read is UTF-8
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
    if not text or "\0" in text:
        message = "不是可读的文本（文字编码应为 UTF-8 或 GBK）；请用 Excel 或 WPS 打开后另存为 .xlsx 再读"
        raise InputError(Problem(message, file))
    return text
