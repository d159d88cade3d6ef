"""Tables that people get: columns that can be edited, and CSV that Excel and WPS can open."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\n]")
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?([eE][+-]?\d+)?[%％]?")


def frame_of(rows: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Rows (dataclasses or tuples) as a DataFrame that is meant to be edited: a column of texts takes numbers too.

    pandas 3 gives such a column the type ``str``, which refuses them.
    """
    import pandas as pd

    records = [tuple(getattr(row, name) for name in columns) if is_dataclass(row) else row for row in rows]
    frame = pd.DataFrame(records, columns=list(columns))
    texts = frame.columns[[isinstance(dtype, pd.StringDtype) for dtype in frame.dtypes]]
    return frame.astype(dict.fromkeys(texts, object))


def plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as JSON takes it: numbers that are not there become None, binary noise is rounded away."""
    return {key: _plain(value) for key, value in record.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(record) for record in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 10)
    return value


def csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV without its index; an apostrophe stands before every text that would run as a formula.

    Source: OWASP, CSV Injection.
    """
    return str(frame.apply(_column).rename(columns=_cell).to_csv(index=False))


def _column(column: pd.Series[Any]) -> pd.Series[Any]:
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

    if any(test(column.dtype) for test in (is_numeric_dtype, is_bool_dtype, is_datetime64_any_dtype)):
        return column
    return type(column)([_cell(cell) for cell in column], index=column.index, dtype=object)


def _cell(cell: Any) -> Any:
    """Numbers, also as text (-5, +1.5, -77.23%), stay as they are."""
    if not isinstance(cell, str):
        return cell
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")  # pandas does not quote a bare \r, which begins a row
    if not _FORMULA.match(cell):
        return cell
    if any(map(str.isdigit, cell)) and _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def fit_height(sheet: Any, row: int) -> None:
    """Make a row of a sheet as high as its wrapped texts need; not every program does so when it opens a file.

    A Chinese character is as wide as two others, by which the width of a column is counted.
    """
    lines = [1]
    for cell in sheet[row]:
        room = sheet.column_dimensions[cell.column_letter].width - 1
        widths = [sum(1 + (character > "\u2e80") for character in line) for line in str(cell.value or "").split("\n")]
        lines.append(sum(max(1, math.ceil(width / room)) for width in widths))
    sheet.row_dimensions[row].height = min(409, 14.5 * max(lines) + 2)  # 409 points are the most that a row can have
