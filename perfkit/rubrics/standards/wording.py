"""The words of a printed 评分标准: one spelling for each, and the portions of the weight that they say.

`plain` brings the spellings of the provinces to one: half-width signs, ``≥`` for 不低于 and 大于等于, ``⊇`` and ``⊅``
for （含） and （不含）, ``~`` for 至, figures for 一 and 两, ``%`` for 个百分点. Everything else reads that spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...figures.quantities import read_numeral
from ..rules.base import FULL, NOTHING, Portion
from ..rules.counted import CIRCLED

NUMBER = r"\d+(?:\.\d+)?"
MEASURE = (
    "分钟|小时|个工作日|工作日|个自然日|个月|人次|平方米|公里|万元|亿元|场次|[个项次处例起人天日周月年条份件家户名篇期场部种类"
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
_ROUNDED = r"-?[\d.]+(?:%|[^\d，；。]{1,3})?(?:的|部分|时)*，?(?:均|也|都)?(?:按|以|不扣|不计|忽略|舍|视|作)"
_BEFORE_NUMBER = r"(?=(?:[年原]?初?(?:目标值?|指标值|计划数?))?[≥≤]?[-±]?\d)"


def _low_end(match: re.Match[str]) -> str:
    """85%~95%（含85%）: the mark belongs to the end that it names."""
    low, high, mark = match[1], match[2], "⊅" if match[3] else "⊇"
    return f"{low}{mark}~{high}" if low.rstrip("%") == match[4] else f"{low}~{high}{mark}"


def _circle(match: re.Match[str]) -> str:
    number = int(match[1]) if match[1].isdigit() else read_numeral(match[1])
    return CIRCLED[number - 1] if 0 < number <= len(CIRCLED) else match[0]


def _sign(words: str) -> str:
    """Words that stand for a sign, before a number and not after 每 (每超过5%)."""
    return f"(?<!每)(?:{words}){_BEFORE_NUMBER}"


_CHANGES: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"</?[a-z]+/?>", ""),  # <p> of a table cell
        (r"\\geq?", "≥"),
        (r"\\leq?", "≤"),
        (r"\\times", "×"),
        (r"[$\\]", ""),  # $\geq 95\%$ of a scanned table
        (r"(?<=[分止；;。])\s*\n\s*", "；"),
        (rf"第({_NUMERAL}|\d{{1,2}})(?=[项条款点])[项条款点]", _circle),  # 第3项: ③
        (rf"(?<=百分之){_NUMERAL}", _digits),
        (r"百分之(\d+(?:\.\d+)?)", r"\1%"),
        (rf"(?<![第唯统之同另单前至到]){_NUMERAL}{_COUNTED}(?!至)", _digits),
        (rf"(?<=[得扣计减]){_NUMERAL}(?=分)", _digits),
        (r"\s+", ""),
        (r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", r"\1年\2月\3日"),
        (r"(?<=\d),(?=\d{3}(?!\d))", ""),
        (r"(?<=[^\dA-Ha-h])\.(?!\d)|(?<=分)\.", "。"),
        (r"[✕╳＊*]|(?<=[率数值])[xX](?=\d)", "×"),
        (r"[“”\"'‘’《》]", ""),
        (r"【(?=[^】]*[\])）】])", "["),
        ("】", "]"),
        (r"(?<=[^\d率值%分数量=])=(?=[\d.]+分)", "得"),  # 优=5分
        (r"乘以?(?=[^，；。]{0,8}[分权\d])", "×"),
        (r"除以", "/"),
        (
            r"(?<![\d.])(\d+)(项|条)((?:及?以下)?)(?:均|都)?(符合|满足|达到|达标|具备)(?=[^，；。得\d]{0,6}[，,]?不?得)",
            r"\4\1\2\3",
        ),
        (r"得分为(?=[^，；。\d]{2,30}[×/÷])", "得分="),
        ("权重份", "权重分"),
        (r"(?<=[%\d])的(?=权重|分值)", ""),
        (r"个?百分点|(?<=\d)个点(?=的?[扣，。；)减])", "%"),
        (r"([\d.]+%?)[-—–−~～〜至到]+([\d.]+%?)\((不?)包?含([\d.]+)%?\)", _low_end),
        (r"\((?:包?含(?:本数)?|包括|含-?\d+(?:\.\d+)?[^\d)]{0,3})\)", "⊇"),
        (r"\((?:不包?含(?:本数)?|不包括|不含-?\d+(?:\.\d+)?[^\d)]{0,3})\)", "⊅"),
        (rf"(?<=[{_NEAR_COUNTED}])，?不含(?=[，；。得计以]|$)|(?<=以[上下])，?不含本数", "⊅"),
        (rf"(?<=[{_NEAR_COUNTED}])，?含(?=[，；。得计以]|$)", "⊇"),
        (r"1[—–－](?=\()", "1-"),
        (
            r"(?:(?<=[\d%‰⊇⊅分次个项人家天元周时份场户])|(?<=个月))(?:-{1,2}|[—–−~～〜]+|至|到)(?=[(≥≤<>]?-?\d)(?!\d+×)",
            "~",
        ),
        (r"(?<=[\d%⊇⊅])[和与及](?=-?\d[\d.]*[^\d，；。]{0,3}[⊇⊅]?(?:之间|区间))", "~"),
        (r"及以([上下])", r"以\1"),
        (r"(?<=[，；。：的彰奖励])加(?=\d)", "得"),
        (r"一半的?(?:权重分|权重|分值|满分|分数|分)", "50%权重分"),
        (r"(?:(?<=[；;。：:])|^)([1-9]\d?)\.(?!\d(?:%|[^\d]))", r"(\1)"),  # 2.90%以上: the second element
        (r"(?<!扣)(?<!扣[除减])(?:全部(?:分值|权重分|分数|得分|分)|全额分|全分)", "满分"),
        (
            r"不[计给记]分|不予[计得]分|[得计给记为]?(?<![\d.、])0分(?![~⊇⊅以]|[，,]\d)|[得计]?零分|得0(?=[，,；;。]|$)",
            "不得分",
        ),
        (
            r"(?<![累共总统设估审会预扣])(?<!(?<!符)合)[计给记赋打获](?:予|到)?(?=满分|该项|本项|权重|相应|\d+(?:\.\d+)?[分%/])",
            "得",
        ),
        (
            _sign(
                ">=|=>|≧|⩾|(?:大于|高于|多于)或?等于|达到[或及](?:超过|以上)|不得?[低少小]于|应不[低少小]于|至少达到|至少"
            ),
            "≥",
        ),
        (_sign("<=|=<|≦|⩽|(?:小于|低于|少于)或?等于|不得?[高大多]于|应不[高大多]于|不超[过出]|未超过|控制在"), "≤"),
        (_sign("大于|超过|超出|高于|多于"), ">"),
        (_sign(f"小于|低于|少于|未达到|达不到|未达|不足(?!{_ROUNDED})|不到|不满"), "<"),
        (_sign("等于|=="), "="),
        (rf"({NUMBER}分?~{NUMBER}分)为([^，；。、得]+)", r"\2得\1"),  # 10~15分为优
        (rf"(?<![^；;。])({NUMBER}分)[:：]([^；;。]+)", r"\2得\1"),  # 2分：全部完成
    )
]
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
