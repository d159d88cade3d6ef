"""The words of official forms as data (``params/forms/*.yaml``), and how a cell's text is matched with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache, reduce
from pathlib import Path
from typing import Any

from pydantic import Field

from ..errors import InputError, Problem
from ..figures.quantities import OPERATORS, SIGNS
from ..reading import read_yaml, shown_path
from ..rubrics.rubric import Library
from ..validating import Model, validate

_BRACKETS = re.compile(r"\([\d-]+\)分|\([^()]*\)|\[[^\[\]]*\]|:[\u4e00-\u9fff]+(?:/[\u4e00-\u9fff]+)+$")
"""Remarks on a heading: those in brackets, and the answers to choose from (完成可能性：确定能/有可能)."""
_BEHIND = re.compile(r"^([^()（）]+)[(（]([^()（）]+)[)）]")
_NUMBERING = re.compile(r"^(其中|[一二三四五六七八九十]+、|\d+[.、)]|\((\d+|[一二三四五六七八九十]+)\)|[减加]:)[:：]?")
_LABEL = re.compile(r"([^\s:,;，；。]{2,12}):")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:\s*年?\s*(度|1月?[-—–~至到]\d+月)|(?!\d))")
_ONLY_YEAR = re.compile(r"\(?20\d\d年\)?")
MONTHS = re.compile(r"(?<!\d)1月?[-—–~～至到](\d{1,2})月")
"""The months that a form is of: 1-7月."""
_NO_WORD = re.compile(r"[(（]\d+字以内[)）](?:$|[;；。])|[(（]推算[)）]$")
"""What a form says of a text that is still to be written, and what our own reports reckon themselves."""
_FIRST = "self-evaluation"
"""The file of the national form, whose words messages name."""
_MONTHS = re.compile(r"^(?:截[至止]\d[\d年月日底.-]*|(\d+[-—~～至]?)?[\dXx]*(?=月))")
"""The time that a heading is of: 1-7月执行数, 截至2024-07-31执行数."""


_AGREES = {"≥": ("≥", ">", "="), "≤": ("≤", "<")}
"""Signs of a target that agree with what is better, the usual one first."""


class _Columns(Model):
    columns: dict[str, tuple[str, ...]] = {}

    @cached_property
    def by_word(self) -> dict[str, str]:
        """Plain word → the column that it heads."""
        return invert(self.columns)


class _Funds(_Columns):
    total: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


class _Figures(_Columns):
    """Figures by the names of row and column, and the columns of a register of assets."""

    rows: dict[str, tuple[str, ...]] = {}
    register_: dict[str, tuple[str, ...]] = Field(default={}, alias="register")

    @cached_property
    def names(self) -> frozenset[str]:
        """The plain words of all rows and columns."""
        return frozenset(self.by_word.keys() | invert(self.rows).keys())


class Sentences(Model):
    """The words that vary in the sentences of reports."""

    stages: dict[str, tuple[str, ...]] = {}
    fields: dict[str, tuple[str, ...]] = {}
    blocks: dict[str, tuple[str, ...]] = {}
    spending: dict[str, tuple[str, ...]] = {}
    assets: dict[str, tuple[str, ...]] = {}
    rates: dict[str, tuple[str, ...]] = {}
    established: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    topics: dict[str, tuple[str, ...]] = {}
    reasons: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()


class FormWords(Model):
    """The synonyms of a family of layouts, or of all, every list in order of preference."""

    title: str
    source: str | None = None
    note: str = ""
    layouts: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    labels: dict[str, tuple[str, ...]] = {}
    other_labels: tuple[str, ...] = ()
    other_columns: tuple[str, ...] = ()
    funds: _Funds = _Funds()
    indicators: _Columns = _Columns()
    lists: _Columns = _Columns()
    figures: _Figures = _Figures()
    sentences: Sentences = Sentences()
    natures: dict[str, tuple[str, ...]] = {}
    qualitative: tuple[str, ...] = ()
    quantitative: tuple[str, ...] = ()
    levels: dict[str, tuple[str, ...]] = {}
    fillers: tuple[str, ...] = ()
    units_in_names: tuple[str, ...] = ()
    money_units: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    nothing_to_say: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    grades: dict[str, tuple[str, ...]] = {}

    @cached_property
    def label_of(self) -> dict[str, str]:
        """Plain word → label (project, unit, …); other labels map to ""."""
        return {**dict.fromkeys(map(plain, self.other_labels), ""), **invert(self.labels)}

    @cached_property
    def fund_row_of(self) -> dict[str, str]:
        """Plain name of a fund row → the part that it names, "" for the total."""
        parts = {plain(word): plain(word) for word in self.funds.parts}
        return parts | dict.fromkeys(map(plain, self.funds.total), "")

    @cached_property
    def signs_of(self) -> dict[str, tuple[str, ...]]:
        """Plain word of the column of natures → the signs that agree with it: one where it is an operator (≥, 不低于),
        the usual one first where it only says what is better (正向, 反向), none where it is that of any number."""
        found = {word: _AGREES[sign] for word, sign in invert(self.natures).items()}
        found |= {plain(word): (SIGNS[sign],) for word, sign in OPERATORS.items()}
        return found | dict.fromkeys(map(plain, self.quantitative), ())

    def said(self, text: str) -> dict[str, str]:
        """Label → what stands behind its colon, of a text that may have several: 项目名称：甲　主管部门：乙."""
        text = text.replace("：", ":")
        found = [(m, label) for m in _LABEL.finditer(text) if (label := self.label_of.get(plain(m[1]))) is not None]
        ends = [*(m.start() for m, _ in found[1:]), len(text)]
        texts = ((label, text[m.end() : end].strip()) for (m, label), end in zip(found, ends, strict=False))
        values = [(label, re.split(r"\s{2,}", value)[0]) for label, value in texts]
        return {label: value for label, value in reversed(values) if label and value not in ("", *self.money_units)}

    def titled(self, text: str) -> bool:
        """Whether a text names a form as its title does."""
        return any(title in text for title in self.titles)

    def year_of(self, text: str) -> int | None:
        """The year of a title (2023年某项目自评表) or of “2023年度”; a date or a code names no year of the form."""
        found = sorted(_YEAR.finditer(text), key=lambda year: not year[2])  # 2023年度 before 2024年
        return int(found[0][1]) if found and (found[0][2] or self.titled(text) or _ONLY_YEAR.fullmatch(text)) else None

    def is_blank(self, text: str) -> bool:
        """Whether a cell says nothing: empty, not applicable, or a placeholder of the empty form."""
        return not text or text in self.not_applicable or text in self.placeholders or bool(_NO_WORD.search(text))


def invert(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Plain word → key; the first key that lists a word keeps it."""
    return {plain(word): key for key, words in reversed(list(table.items())) for word in words}


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A heading without spaces, bracketed remarks, numbering, stars, months and colons; half-width signs."""
    text = re.sub(r"[\s*“”\"]", "", half_width(text))
    return _MONTHS.sub("", _NUMBERING.sub("", _BRACKETS.sub("", text) or text)).rstrip(":：")


def headed(table: Mapping[str, str], text: str) -> str | None:
    """What a heading says by a table of plain words; what stands in brackets behind its first words may belong before
    them: 预算数（年初） is 年初预算数."""
    return table.get(plain(_BEHIND.sub(r"\2\1", text))) or table.get(plain(text))


def half_width(text: str) -> str:
    """Half-width signs; ㎡ and ² stay, which would become a digit."""
    return re.sub("[^\u339f-\u33a6²³]+", lambda match: unicodedata.normalize("NFKC", match[0]), text)


def load_words(library: Library) -> FormWords:
    """The words of all files under ``params/forms``, those of the national form first. Raises `InputError`."""
    return _load(library.folder / "forms")[0]


def load_families(library: Library) -> tuple[FormWords, ...]:
    """As `load_words`, of each file by itself."""
    return _load(library.folder / "forms")[1]


@lru_cache(maxsize=8)
def _load(folder: Path) -> tuple[FormWords, tuple[FormWords, ...]]:
    paths = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != _FIRST, path))
    documents = [read_yaml(path) for path in paths]
    if not documents:
        message = f"{shown_path(folder)} 中没有表式的用词（.yaml）；请从 perfkit 的 params/forms 复制过来"
        raise InputError([Problem(message)])
    families = tuple(validate(FormWords, document) for document in documents)
    return FormWords.model_validate(reduce(_joined, (document.data for document in documents))), families


def _joined(words: Any, more: Any) -> Any:
    """The words of one file, then those of another; a text of the first one stays."""
    if isinstance(words, dict) and isinstance(more, dict):
        return words | {key: _joined(words[key], value) if key in words else value for key, value in more.items()}
    return [*words, *more] if isinstance(words, list) and isinstance(more, list) else words
