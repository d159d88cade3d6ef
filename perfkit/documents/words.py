"""The words of official forms as data (``params/forms/*.yaml``), and how a cell's text is matched with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property

from ..reading import read_yaml
from ..rubrics.rubric import Library
from ..validating import Model, validate

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NUMBERING = re.compile(r"^(其中|[一二三四五六七八九十]+、|\d+[.、)]|\(\d+\))[:：]?")


class _Columns(Model):
    columns: dict[str, tuple[str, ...]]


class _Funds(_Columns):
    total: tuple[str, ...]
    parts: tuple[str, ...]


class _Sides(Model):
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    nature: tuple[str, ...] = ()


class FormWords(Model):
    """One table of synonyms; every list is in order of preference."""

    title: str
    source: str | None = None
    note: str = ""
    titles: tuple[str, ...]
    labels: dict[str, tuple[str, ...]]
    other_labels: tuple[str, ...]
    other_columns: tuple[str, ...] = ()
    funds: _Funds
    indicators: _Columns
    operators: dict[str, _Sides]
    qualitative: tuple[str, ...]
    quantitative: tuple[str, ...] = ()
    levels: dict[str, tuple[str, ...]] = {}
    units_in_names: tuple[str, ...]
    money_units: tuple[str, ...]
    not_applicable: tuple[str, ...]
    nothing_to_say: tuple[str, ...]
    placeholders: tuple[str, ...]
    grades: dict[str, tuple[str, ...]]

    @cached_property
    def label_of(self) -> dict[str, str]:
        """Plain word → label (project, unit, …); other labels map to ""."""
        return {**dict.fromkeys(map(plain, self.other_labels), ""), **invert(self.labels)}

    @cached_property
    def fund_columns(self) -> dict[str, str]:
        """Plain word → column of the fund rows."""
        return invert(self.funds.columns)

    @cached_property
    def indicator_columns(self) -> dict[str, str]:
        """Plain word → column of the indicator table."""
        return invert(self.indicators.columns)

    @cached_property
    def fund_row_of(self) -> dict[str, str]:
        """Plain name of a fund row → the part that it names, "" for the total."""
        parts = {plain(word): plain(word) for word in self.funds.parts}
        return parts | dict.fromkeys(map(plain, self.funds.total), "")

    @cached_property
    def sign_of(self) -> dict[str, str]:
        """Plain word of the column of natures that is an operator (≥, 不低于) → its sign."""
        return invert({sign: (sign, *sides.before) for sign, sides in self.operators.items()})

    @cached_property
    def direction_of(self) -> dict[str, str]:
        """Plain word of the column of natures that only says what is better (正向, 反向) → ≥ or ≤."""
        return invert({sign: sides.nature for sign, sides in self.operators.items()})

    @cached_property
    def level_of(self) -> dict[str, str]:
        """Plain wording of a qualitative result → its level (达成)."""
        return invert(self.levels)

    def is_blank(self, text: str) -> bool:
        """Whether a cell says nothing: empty, not applicable, or a placeholder of the empty form."""
        return not text or text in self.not_applicable or text in self.placeholders


def invert(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Plain word → key; the first key that lists a word keeps it."""
    return {plain(word): key for key, words in reversed(list(table.items())) for word in words}


def plain(text: str) -> str:
    """A heading without spaces, bracketed remarks, numbering, stars and colons; full-width signs as half-width."""
    text = re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text))
    without = _BRACKETS.sub("", text)
    return _NUMBERING.sub("", without or text).rstrip(":：")


def load_words(library: Library) -> list[FormWords]:
    """Every table of synonyms under ``params/forms``. Raises `InputError`."""
    paths = sorted((library.folder / "forms").glob("*.yaml"))
    return [validate(FormWords, read_yaml(path)) for path in paths]
