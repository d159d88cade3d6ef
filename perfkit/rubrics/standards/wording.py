"""The words of a printed 评分标准: one spelling for each, and the portions of the weight that they say.

`plain` brings the spellings of the provinces to one: half-width signs, ``≥`` for 不低于 and 大于等于, ``⊇`` and ``⊅``
for （含） and （不含）, ``~`` for 至, figures for 一 and 两, ``%`` for 个百分点. Everything else reads that spelling.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...figures.quantities import read_numeral
from ..rules.base import FULL, NOTHING, Portion
from ..rules.counted import CIRCLED

NUMBER = r"\d+(?:\.\d+)?"
MEASURE = (
    "分钟|小时|个工作日|工作日|个自然日|个月|人次|人天|人日|课时|学时|平方米|公里|万元|亿元|场次|[个项次处例起人天日周月年条份件家户名篇期场部种类"
    "笔宗张台套座亩批款点度元间所支只头棵吨米轮辆株]"
)
QUANTITY = rf"-?{NUMBER}(?:%|‰|{MEASURE}|分)?"
WEIGHT = "(?:的?(?:该项|本项|此项|该?指标)?(?:权重分值|权重分|权重|分值|标准分|满分|总分|分数|得分|分))"
PORTION = rf"(?:{NUMBER}/{NUMBER}{WEIGHT}?|{NUMBER}分(?!钟)|{NUMBER}%{WEIGHT}?|{WEIGHT}的?{NUMBER}(?:%|/{NUMBER}))"

_WIDE: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **{0x2474 + i: f"({i + 1})" for i in range(20)},  # ⑴
    **{0x2488 + i: f"{i + 1}." for i in range(20)},  # ⒈
    0x3000: 0x20,
    ord("﹪"): ord("%"),
}
_SIGNS = str.maketrans({",": "，", ";": "；", ":": "：", "÷": "/", "−": "-", "?": "？"})


def _digits(match: re.Match[str]) -> str:
    return str(read_numeral(match[0]))


_NUMERAL = "[零一二两三四五六七八九十百]+"
_COUNTED = rf"(?=(?:个?百分点|{MEASURE}|大?要素|方面|要求|内容)(?!性|致|般|直|切|是))"
_NEAR_COUNTED = "%\\d个项次处例起人天条份件家户名"
_BUDGET = "(?:(?:年初|批复)?(?:预算|计划|目标)(?:成本|批复)?(?:金额|数|总?额)?)"
_ROUNDED = r"-?[\d.]+(?:%|[^\d，；。]{1,3})?(?:的|部分|时)*，?(?:均|也|都)?(?:按|以|不扣|不计|忽略|舍|视|作)"
_BEFORE_NUMBER = r"(?=(?:[年原]?初?(?:目标值?|指标值|计划数?))?[≥≤]?[-±]?\d)"


def _low_end(match: re.Match[str]) -> str:
    """85%~95%（含85%）: the mark belongs to the end that it names."""
    low, high, mark = match[1], match[2], "⊅" if match[3] else "⊇"
    return f"{low}{mark}~{high}" if low.rstrip("%") == match[4] else f"{low}~{high}{mark}"


def _around(match: re.Match[str]) -> str:
    """100%±10%: from 90% to 110%."""
    middle, width = float(match[1]), float(match[2])
    return f"{middle - width:.12g}%~{middle + width:.12g}%"


def _circle(match: re.Match[str]) -> str:
    number = int(match[1]) if match[1].isdigit() else read_numeral(match[1])
    return CIRCLED[number - 1] if 0 < number <= len(CIRCLED) else match[0]


def patterns(table: str, parts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, regular expression and replacement of the rows of one table of ``patterns.csv``, in their order.

    Each row has a worked example there; ``{NUMBER}`` stands for the part that is called so, of this file or in `parts`.
    """
    known = globals() | dict(parts)
    with Path(__file__).with_name("patterns.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["table"] == table:
                regex = re.sub(r"\{([A-Z_]+)\}", lambda m: known.get(f"_{m[1]}") or known[m[1]], row["regex"])
                yield row["name"], regex, row["becomes"]


_FUNCTIONS = {"@digits": _digits, "@circle": _circle, "@low_end": _low_end, "@around": _around}
_CHANGES = [(re.compile(regex), _FUNCTIONS.get(becomes, becomes)) for _, regex, becomes in patterns("spelling", {})]
"""What is spelled in one way for another, in this order."""


def plain(text: str) -> str:
    """A printed text in one spelling (see the head of this file)."""
    text = text.translate(_WIDE)
    for pattern, replacement in _CHANGES:
        text = pattern.sub(replacement, text)
    return text.translate(_SIGNS)


# ---- portions of the weight ----


def read_portion(text: str) -> Portion:
    """“2分”, “40%权重分”, “权重的40%”, “1/4权重分” as a portion; 满分 and no number at all mean the whole weight."""
    if match := re.search(rf"({NUMBER})/({NUMBER})", text):
        return Portion(float(match[1]) / float(match[2]), False)
    if match := re.search(rf"({NUMBER})(%?)", text):
        value = float(match[1])
        if match[2]:
            return Portion(float(f"{value / 100:.12g}"), False)
        return Portion(value, True) if value else NOTHING
    return FULL


def circled_numbers(text: str) -> list[int]:
    """Positions (from 0) of the elements that “①②③” or “①~③” names."""
    numbers = [CIRCLED.index(char) for char in text if char in CIRCLED]
    if len(numbers) == 2 and re.search(r"[~-]", text):
        return list(range(numbers[0], numbers[1] + 1))
    return numbers
