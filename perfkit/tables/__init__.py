"""Tables that people get: Chinese heads, columns that can be edited, and CSV that Excel and WPS can open.

pandas, which takes half a second to import, is imported by the functions that make a table, and not before.
"""

from __future__ import annotations

import copy
import html
import io
import math
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from ..words import HEADS, LIGHTS, VALUES

if TYPE_CHECKING:
    import pandas as pd

    from .frame import Frame

_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\n]")
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?([eE][+-]?\d+)?[%％]?")


DECIMALS = 10
"""Of the numbers in files for people and programs: more would be binary noise for whoever compares them."""
_RATES = ("score_rate", "share", "execution_rate", "funds_in_place_rate", "time_progress", "gap", "step", "common",
          "common_step", "leads", "moves", "swaps")  # fmt: skip
T = TypeVar("T", "pd.DataFrame", "pd.Series[Any]")


def ends(rows: T, most: int) -> T:
    """The rows that are shown: all, or the first and the last of many."""
    import pandas as pd

    return rows if len(rows) <= most else pd.concat([rows.head(most // 2), rows.tail(most // 2)])


@cache
def style() -> str:
    """The style that tables, lights and charts have in common on a page and in JupyterLab."""
    lights = "".join(f".{key}{{--light:{light.colour}}}" for key, light in LIGHTS.items())
    return (files("perfkit") / "data/tables.css").read_text(encoding="utf-8") + lights


@cache
def sorting() -> str:
    """The script by which the long tables beside it are sorted and filtered, of a page or in JupyterLab."""
    return f"<script>{(files('perfkit') / 'data/tables.js').read_text(encoding='utf-8')}</script>"


class Plots:
    """The charts of something as methods: each a function that draws it."""

    def __init__(self, of: Any, functions: Iterable[Callable[..., Any]]) -> None:
        vars(self).update({function.__name__: MethodType(function, of) for function in functions})

    def __repr__(self) -> str:
        return f"<图：{'、'.join(f'{name}()' for name in dir(self))}>"

    def __dir__(self) -> list[str]:
        return sorted(vars(self))


class Plot:
    """``.plot`` of an object: its charts, which are on a higher floor and are loaded when they are first asked for.

    pandas loads what draws its tables in the same way.
    """

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else Plots(owner, getattr(import_module(self._module), self._name))


def rates(frame: pd.DataFrame) -> list[Any]:
    """The columns that hold ratios, which a person reads as percentages.

    A column that `HEADS` does not know is of a block or a year, unless the table is one of points: that has a total.
    """
    others = [name for name in frame.select_dtypes("float") if name not in HEADS and "total" not in frame]
    return [*(name for name in _RATES if name in frame), *(name for name in others if frame[name].abs().max() <= 1)]


def column_of(frame: pd.DataFrame, name: Hashable) -> Hashable:
    """The column that is called `name`, or is shown under that head; `name` itself where there is none."""
    return name if name in frame else next((own for own in frame if HEADS.get(str(own)) == name), name)


def headed(frame: pd.DataFrame) -> pd.DataFrame:
    """A plain copy of a table with Chinese heads, and Chinese words for the values of `perfkit.words.VALUES`."""
    import pandas as pd

    words = {name: frame[name].map(lambda value, texts=texts: texts.get(value, value), na_action="ignore")
             for name, texts in VALUES.items() if name in frame}  # fmt: skip
    named = pd.DataFrame(frame).assign(**words).rename(columns=HEADS)
    return named.rename_axis(index=lambda name: HEADS.get(name, name))


def frame_of(rows: Sequence[Any], columns: Sequence[str]) -> Frame:
    """Rows (dataclasses, tuples, records) as a `Frame` that is meant to be edited: a column of texts takes numbers too.

    pandas 3 gives such a column the type ``str``, which refuses them.
    """
    import pandas as pd

    from .frame import Frame

    records = [tuple(getattr(row, name) for name in columns) if is_dataclass(row) else row for row in rows]
    frame = pd.DataFrame(records, columns=list(columns))
    texts = frame.columns[[isinstance(dtype, pd.StringDtype) for dtype in frame.dtypes]]
    return Frame(frame.astype(dict.fromkeys(texts, object)))


def shown(line: str, *tables: Frame) -> str:
    """How an object shows itself in JupyterLab: a line, and those of its tables that have rows."""
    return f"<p>{html.escape(line)}</p>{''.join(str(table._repr_html_()) for table in tables if len(table))}"


def plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as JSON takes it: numbers that are not there become None, binary noise is rounded away."""
    return {key: _plain(value) for key, value in record.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(record) for record in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, DECIMALS)
    return value


def csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV without its index; an apostrophe stands before every text that would run as a formula.

    Source: OWASP, CSV Injection.
    """
    return str(frame.astype(object).map(_cell).rename(columns=_cell).to_csv(index=False))


def _cell(cell: Any) -> Any:
    """Numbers, also as text (-5, +1.5, -77.23%), stay as they are."""
    if not isinstance(cell, str):
        return cell
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")  # pandas does not quote a bare \r, which begins a row
    is_number = any(map(str.isdigit, cell)) and _NUMBER.fullmatch(cell)
    return f"'{cell}" if _FORMULA.match(cell) and not is_number else cell


def width(text: str) -> int:
    """How wide a text stands on a terminal or in a sheet: a Chinese character is as wide as two others."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WFA") for character in text)


def cut(text: str, most: int) -> str:
    """A text of at most so many characters, of which the last says that more was there."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def fit_height(sheet: Any, row: int) -> None:
    """Make a row of a sheet as high as its wrapped texts need; not every program does so when it opens a file.

    A formula shows a number.
    """
    lines = [1]
    for cell in (cell for cell in sheet[row] if cell.data_type != "f"):
        room = sheet.column_dimensions[cell.column_letter].width - 1
        lines.append(sum(max(1, math.ceil(width(line) / room)) for line in str(cell.value or "").split("\n")))
    sheet.row_dimensions[row].height = min(409, 14.5 * max(lines) + 2)  # 409 points are the most that a row can have


_looks: WeakKeyDictionary[Any, dict[Hashable, Any]] = WeakKeyDictionary()
"""Workbook → what its cells look like, by the name of the look."""


def give_look(cell: Any, name: Hashable, make: Callable[[Any], None]) -> None:
    """Give a new cell of a workbook its look: `make` does that to the first, every further one gets a copy, fast."""
    known = _looks.setdefault(cell.parent.parent, {})
    if name not in known:
        make(cell)
        known[name] = copy.copy(cell._style)
    cell._style = copy.copy(known[name])


def workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Tables as the sheets of an .xlsx file, with Chinese heads that stay in view, and columns as wide as they need."""
    import pandas as pd

    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, frame in sheets.items():
            shown = headed(frame).round(DECIMALS)
            shown.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            sheet = writer.sheets[name]
            percentages = rates(frame)
            for name_in_data, column, cells in zip(frame, shown, sheet.columns, strict=False):
                widest = max(width(str(text)) for text in (column, *shown[column].head(200)))
                for cell in cells:
                    if name_in_data in percentages:
                        cell.number_format = "0.00%"
                    if cell.data_type == "f":  # a text that begins with = runs in no workbook
                        cell.data_type = "s"
                sheet.column_dimensions[cells[0].column_letter].width = min(max(8, widest + 2), 60)
    return buffer.getvalue()
