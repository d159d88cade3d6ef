"""The closed set of sentence patterns that reports use for figures, each with a worked example: ``sentences.csv``.

They are applied to `flat` text: half-width signs, no blanks, so that a blank between number and unit or a broken line
makes no difference. A new pattern is a new row there (``{n}`` stands for a number, ``{no}`` for the
number of a heading); the words that vary are data in ``params/forms/report.yaml``.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from ..figures.equations import IDLE

_NUMBER = r"(?<!\d)(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
NUMBERING = (
    r"(?:[(]?[一二三四五六七八九十\d]{1,3}[)、.](?!\d{3}|\d+%)|[①-⑳]"
    r"|(?:指标|第)[一二三四五六七八九十\d]{1,3}[:、,.]|[A-E]\d{1,4}[、.:]?)"
)
"""How headings and indicators are numbered: （1）, 1., 一、, ①, 指标1：, A101."""
_HALF_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}


with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as _file:
    _regexes = {row["name"]: row["regex"].replace("{n}", _NUMBER) for row in csv.DictReader(_file)}
PATTERNS = {name: re.compile(regex.replace("{no}", NUMBERING)) for name, regex in _regexes.items()}
"""The patterns by name."""


def wide(name: str) -> str:
    """A name with the full-width brackets that it is printed with, and `flat` made half-width: 某局（本级）."""
    return re.sub(r"\(([^()]*[\u4e00-\u9fa5][^()]*)\)", r"（\1）", name)


def unit_of(figure: str) -> str:
    """What stands behind the number of a figure."""
    return re.sub(r"^\D*[\d,.]+", "", figure)


def beginning(text: str, most: int) -> str:
    """So many characters of a text at most, no clause of it cut off."""
    if len(text) <= most:
        return text
    clauses = re.match(f"(?s:.{{0,{most - 1}}}[。；，])", text)
    return clauses[0] if clauses else text[:most]


def flat(text: str) -> str:
    """Half-width signs, no blanks and nothing idle before numbers; Chinese stops and quotation marks stay."""
    return IDLE.sub("", text.translate(_HALF_WIDTH))
