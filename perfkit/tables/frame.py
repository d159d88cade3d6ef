"""The table that people get: `perfkit.tables.frame_of` makes it, and imports this and with it pandas."""

from __future__ import annotations

import re
from itertools import cycle
from typing import Any

import pandas as pd

from ..words import DASH
from . import column_of, ends, headed, rates, sorting, style

_NUMBER = rf"{DASH}|[-+−]?\d[\d.,e-]*%?"
MOST_PRINTED, MOST_SHOWN = 60, 300
"""Rows of a table as text, and as one that can be sorted."""


class Frame(pd.DataFrame):
    """A table with English names for programs, and Chinese heads and values where a person sees it.

    What pandas makes of it (a selection, a sorted copy) shows itself in the same way.
    """

    @property
    def _constructor(self) -> type[Frame]:
        return Frame

    def __getitem__(self, key: Any) -> Any:
        """A column, or several, also by the heads that are shown: ``card.table["得分"]``."""
        if isinstance(key, str):
            key = column_of(self, key)
        elif isinstance(key, list):
            key = [column_of(self, each) for each in key]
        return super().__getitem__(key)

    def __repr__(self) -> str:
        return (repr(self._headed(MOST_PRINTED)) if len(self) else "") + self._omitted(MOST_PRINTED)

    def _repr_html_(self) -> str | None:
        shown = self._headed(MOST_SHOWN).astype(object)
        shown = shown.where(shown.notna(), DASH)
        named = self.index.inferred_type != "integer" or any(self.index.names)  # as of groups, not mere numbers of rows
        table = shown.to_html(index=named, escape=True, float_format=lambda n: format(round(n, 4), ".12g"))
        numbers = (column.map(str).str.fullmatch(_NUMBER).all() for _, column in shown.items())
        cells = cycle('<td class="n">' if number else "<td>" for number in numbers)
        part = f'<div class="frame">{re.sub("<td>", lambda _: next(cells), table)}</div>{self._omitted(MOST_SHOWN)}'
        return f"<div><style scoped>{style()}</style>{part}{sorting()}</div>"

    def _headed(self, most: int) -> pd.DataFrame:
        """The rows that are shown, as a person reads them: with Chinese heads and words, ratios as percentages."""
        rows = pd.DataFrame(ends(self, most)).copy()
        for name in rates(self):
            rows[name] = rows[name].map("{:.2%}".format, na_action="ignore").astype(object)
        return headed(rows)

    def _omitted(self, most: int) -> str:
        if self.empty:
            return "（没有内容）"
        return f"\n（共{len(self)}行，只列出首尾各{most // 2}行）" if len(self) > most else ""
