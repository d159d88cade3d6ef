"""The words of a printed 评分标准: one spelling for each, and the portions of the weight that they say.

`plain` brings the spellings of the provinces to one: half-width signs, ``≥`` for 不低于 and 大于等于, ``⊇`` and ``⊅``
for （含） and （不含）, ``~`` for 至, figures for 一 and 两, ``%`` for 个百分点. Everything else reads that spelling.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from ...figures.quantities import SCALE, read_numeral
from ..rules.base import FULL, NOTHING, Portion
from ..rules.counted import CIRCLED

_WIDE = (*range(0xFF01, 0xFF5F), *range(ord("⑴"), ord("⒛") + 1), 0x3000, ord("﹪"))
"""Characters that stand for others: （ for (, ⑴ for (1), ⒈ for 1., but ① is a sign of its own."""
_PLAIN = {code: unicodedata.normalize("NFKC", chr(code)) for code in _WIDE} | str.maketrans("‹›", "<>")
_SIGNS = str.maketrans({",": "，", ";": "；", ":": "：", "÷": "/", "−": "-", "?": "？"})


with Path(__file__).with_name("patterns.csv").open(encoding="utf-8", newline="") as _file:
    _ROWS = list(csv.DictReader(_file))
PARTS = {"CIRCLED": CIRCLED}
"""What ``{NAME}`` stands for in the patterns: NUMBER, MEASURE, PORTION, …."""


def patterns(table: str) -> Iterator[tuple[str, str, str]]:
    """Name, regular expression and replacement of the rows of one table of ``patterns.csv``, in their order.

    Each row has a worked example there.
    """
    for row in _ROWS:
        if row["table"] == table:
            yield row["name"], re.sub(r"\{([A-Z_]+)\}", lambda match: PARTS[match[1]], row["regex"]), row["becomes"]


for _name, _regex, _ in patterns("parts"):  # each may hold those before it
    PARTS[_name] = _regex
PHRASES = {name: re.compile(regex) for name, regex, _ in patterns("phrases")}
"""What texts are asked for by name; the example of each stands in ``patterns.csv``."""


def _digits(match: re.Match[str]) -> str:
    return str(read_numeral(match[0]))


def _whole(match: re.Match[str]) -> str:
    """12万吨 as 120000吨, 1亿元 as 10000万元."""
    return f"{float(match[1]) * 10000:.12g}{'万' if match[2] == '亿' else ''}"


def _both_whole(match: re.Match[str]) -> str:
    """0.6-0.8万人次: both ends are in 万, but not the 8000 of 8000-1万人次; 亿元 as 万元."""
    low, own, to, high, scale, unit = match.groups()
    own = own or (scale if float(low) < float(high) else "")
    base, unit = (SCALE["万"], "万元") if unit == "元" else (1, unit)
    low, high = (f"{float(end) * SCALE[own_scale] / base:.12g}" for end, own_scale in ((low, own), (high, scale)))
    return f"{low}{unit}{to}{high}{unit}"


def _around(match: re.Match[str]) -> str:
    """100%±10%: from 90% to 110%."""
    middle, width = float(match[1]), float(match[2])
    return f"{middle - width:.12g}%~{middle + width:.12g}%"


def _circle(match: re.Match[str]) -> str:
    number = int(match[1]) if match[1].isdigit() else read_numeral(match[1])
    return CIRCLED[number - 1] if 0 < number <= len(CIRCLED) else match[0]


def _short(match: re.Match[str]) -> str:
    """不足80% is <80%, but 不足1%的按1%计算 says how the steps before it are counted."""
    rounds = re.match(PARTS["ROUNDED"], match.string[match.end() :])
    number = rounds and re.escape(re.split(r"(?<=\d)(?![\d.])", rounds[0])[0])
    before = match.string[: match.start()]
    step = number and (number == "1" or re.search(rf"每[^,，;；。扣]*(?<![\d.]){number}(?![\d.])", before))
    return match[0] if step else "<"


def _turned(match: re.Match[str]) -> str:
    """95%≤满意度 is 满意度≥95%."""
    return f"{match[3]}{'≤≥><'['≥≤<>'.index(match[2])]}{match[1]}"


def _either(match: re.Match[str]) -> str:
    """110%以上或80%以下的得2分: both get 2 points; but 80%以上、90%以下 is one range."""
    first, second = (float(re.findall(PARTS["NUMBER"], match[i])[0]) for i in (1, 2))
    low, high = (second, first) if re.search("<|以下", match[1]) else (first, second)
    one = match.string[match.end(1)] == "、" and low < high
    return match[0] if one else f"{match[1]}{match[3]}；{match[2]}{match[3]}"


def _each_own(match: re.Match[str]) -> str:
    """完整、及时、准确各1分, 制度健全、执行有效，以上2项各1分: so much for each of them."""
    names = match["names"].split("、")
    if match["size"] and int(match["size"]) != len(names):
        return match[0]
    return "，".join(f"{name}各得{match['own']}" for name in names)


def _listed(match: re.Match[str]) -> str:
    """6月、9月达到40%、70%的各得2分, 优、良两档，分别按100%~80%、80%~60%计分: what is said of each name by itself."""
    names = re.split("、|(?<=[月底末份%])[和及，,]|[和及](?=[^、时]*$)", match["names"].rstrip("、和及，,"))
    values = re.split("[、和及，,]", match["values"].rstrip("、和及，,"))
    if len(names) != len(values):
        return match[0]
    verb, end = match["verb"] or "得", match["points"] and f"的得{match['points']}"
    unit = match["unit"] or re.findall("[%分]|$", match["values"])[0]
    values = [value + unit * value.isdecimal() for value in values]
    return "；".join(f"{name}{verb}{value}{end}" for name, value in zip(names, values, strict=True))


_CHANGES = [
    (re.compile(regex), globals()[f"_{becomes[1:]}"] if becomes.startswith("@") else becomes)
    for _, regex, becomes in patterns("spelling")
]
"""What is spelled in one way for another, in this order; @short is the function `_short` of this file."""


def plain(text: str) -> str:
    """A printed text in one spelling (see the head of this file)."""
    text = text.translate(_PLAIN)
    for pattern, replacement in _CHANGES:
        text = pattern.sub(replacement, text)
    if re.search(r"\d元", text):  # 8000元~1万元
        text = re.sub(f"({PARTS['NUMBER']})万元", lambda match: f"{float(match[1]) * SCALE['万']:.12g}元", text)
    return text.translate(_SIGNS)


def printed(text: str) -> str:
    """What is said of a plain text to a reader: without its own marks, and quoted from the first word on."""
    return re.sub("“[，；。]+", "“", text).replace("⊇", "（含）").replace("⊅", "（不含）").replace("~", "-")


# ---- portions of the weight ----


def read_portion(text: str) -> Portion:
    """“2分”, “40%权重分”, “权重的40%”, “1/4权重分” as a portion; 满分 and no number at all mean the whole weight."""
    if match := re.search(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)", text):
        return Portion(float(match[1]) / float(match[2]), False)
    if match := re.search(r"(\d+(?:\.\d+)?)(%?)", text):
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
