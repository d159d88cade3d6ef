"""Equations that a text prints, computed again: （1,696÷4,900）×100%＝34.61%, 10分×95.66%＝9.57分.

Only what is sure is read: numbers joined by signs of arithmetic on one side, such numbers or a single one on the other.
Words beside numbers are passed over; where a word stands for a number (年初预算＋20万元), or two numbers stand side by
side, there is no equation. Two figures with their rate are one too: 2849.65万元，比上年增加319.38万元，增长14.09% says
319.38万元÷（2849.65万元－319.38万元）×100%＝14.09%, 计划改造85公里，实际改造78公里，完成率93.75% says
78÷85×100%＝93.75%. What is left of an amount, a mean, a share of what was named before, and the parts of an exact
amount of which one digit is another are told so too. The result may be in another scale (万元 for 元, 34.61 for a
rate), rounded or cut off, and the numbers that it comes from may have been rounded before they were printed.
"""

from __future__ import annotations

import ast
import csv
import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .expressions import SHOWN, SIGNS, evaluate
from .quantities import FULL_WIDTH, RATIO_SCALE, SCALE, display_plain

INFERRED = "推算："
"""What stands before an equation that nobody printed, but that the words or the other rows of a table say."""
IDLE = re.compile(r"\s+|人民币(?=\d)|(?<=[为是达]):(?=\d)")
"""What says nothing, but may stand before a number: 为人民币500万元, 得分为:92分; and blanks."""
_BRACKETS = str.maketrans({**dict.fromkeys("［【｛[{", "("), **dict.fromkeys("］】｝]}", ")")})
_OTHER_SIGNS = str.maketrans("·•∕–≈，", "**/-=；")
_TIMES = re.compile(r"(?<=[\d)%元分人])[xX](?=[\d(])")
_DASH = re.compile(r"^-+(?=[^\d(])")
_EQUALS = re.compile(r"(?<![<>≤≥≠=])=(?!=)")
_APART = re.compile(r"[。；！？、;\n]|(?<=\d)\s+(?=\d)|\d{4}-\d{1,2}-\d{1,2}")
"""What ends a calculation: a stop, a blank between two numbers, a date."""
_ONE = (
    "(?:人次|人|天|次|个|项|月|年|场|户|套|件|份|处|课时|篇|期|班|家|名|亩|公里|台|桌|间|㎡|平方米|吨|头|只|株|所|小时|分钟)"
    "(?:[(（][套次件张个只][)）])?"
)
_EACH = re.compile(rf"(?<=[元分])/{_ONE}(?:[*/]{_ONE})*(?!\w)")
"""A price or points for one of something (200元/人, 400元/人·天): no division."""
_FIGURE = rf"(?<![\d.,])\d[\d,]*(?:\.\d+)?[万亿千]?(?:元|{_ONE})"
_PERCENT = r"-?\d[\d,]*(?:\.\d+)?%"
_WORDS = {"one": _ONE, "figure": _FIGURE, "percent": _PERCENT}
"""What stands in the patterns of `told.csv` as a sign or by a name, with those that are given there."""
_SIGN = re.compile(r"\[(?:\\.|[^\]])*\]|(?<!P)<(\w+)(?::(.))?>|……|[…，；~]")
"""A class of characters, which stays as it is; or a word: …, <rate>, <whole:量> for a figure and its name."""
_GREW = "{step}/({now}{back}{step})*100%"
"""The one equation that words print and do not only tell."""


def _meant(sign: re.Match[str]) -> str:
    """What a sign of a pattern means in a regular expression."""
    if sign[2]:
        return _WORDS[sign[2]].replace("@", sign[1])
    return _WORDS[sign[1]] if sign[1] else _WORDS.get(sign[0], sign[0])


def _read_told() -> Iterator[tuple[re.Pattern[str], str, str]]:
    """What words tell as an equation, by its left side and what stands on the right of it; the words of these on the
    way, each of those before it.
    """
    with Path(__file__).with_name("told.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pattern = _SIGN.sub(_meant, row["pattern"])
            if row["name"]:
                _WORDS[row["name"]] = pattern
            else:
                yield re.compile(pattern), row["left"], row["right"]


_TOLD = tuple(_read_told())
_SHARE, _IN_BRACKETS, _ADDED_UP = (re.compile(_WORDS[name]) for name in ("share", "in_brackets", "added_up"))
_AMONG, _BETWEEN = _WORDS["among"], re.compile(_WORDS["between"])
_NO_PART = re.compile("占|[比较与]|同比|完成|增|减|下降")
"""How a clause begins that says something else of the part before it."""
_WHOLLY = [
    (3, all, re.compile("中央|[省市县区]级|[省市县区]财政|自筹|自有|配套|专项债")),
    (3, all, re.compile("出国|用车|公车|接待")),
    (3, all, re.compile("货物|工程|服务")),
    (3, all, re.compile("在职|在编|离休|退休|其他人员|临聘|聘用")),
    (2, all, re.compile("基本支出|项目支出|经营支出")),
    (3, any, re.compile("^其[他它]")),
]
"""How many parts there are at least, and what all of them, or one, are called where nothing is left out."""
_EXACT = 4
"""Digits of an amount, without noughts at its ends, from which on it is no round one."""
_TWO = re.compile(r"\d\D+\d")
"""Two numbers, without which there is no equation."""
_RANGE = re.compile(r"\d+－\d+")
"""From one whole number to another (10-20人), if it is not a subtraction."""
_TOKEN = re.compile(
    r"(?<![\d.])(?P<number>(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?)(?!\.?\d)(?P<scale>千万|百万|[万亿千])?"
    r"(?P<unit>%|‰|个?百分点|元|分)?(?P<when>[年月日号季度时届])?"
    r"|(?P<sign>[-+*/()])|(?P<word>[^\-+*/()])"
)
_FACTORS = (1.0, 1e4, 1e-4, 1e8, 1e-8)
"""By which the scale of a result may differ from that of what it comes from, where units are left out."""
_HUNDREDFOLD = (100.0, 0.01)
"""And where the result is no percentage by its sign: 34.61 for a rate."""
_NO_ARITHMETIC = re.compile(r"[-+*/]\s*[-+*/]|\(\s*\)|^\s*[+*/]|[\d)]\s*\(")
"""A number is missing between two signs, a sign before a bracket."""
FAR = 600
"""How far from its parts, or from how it changed, an amount is looked for."""
_MOST = 100
"""Numbers and signs of one side: what has more is no calculation that somebody printed."""


@dataclass(frozen=True, slots=True)
class Equation:
    """A printed equation.

    Parameters
    ----------
    left, right : both sides as printed, without words; the right one may be a single number.
    computed : what the left side gives, written like the right one; "" where the two agree.
    inferred : whether nobody printed it as an equation.
    """

    left: str
    right: str
    computed: str
    inferred: bool = False

    @property
    def text(self) -> str:
        """（1,696÷4,900）×100%＝34.61%."""
        return f"{INFERRED if self.inferred else ''}{self.left}＝{self.right}"


def find_equations(text: str, above: str = "") -> Iterator[Equation]:
    """Every equation that a text prints, in its order; what shares are of may stand in the text above."""
    said = text.translate(FULL_WIDTH)
    told = IDLE.sub("", said)
    if _TWO.search(told):
        yield from dict.fromkeys((*_told(told), *_shares(told, above), *_sums(told)))
    if "=" not in said and "≈" not in said:
        return
    plain = text
    for signs in (_OTHER_SIGNS, FULL_WIDTH, _BRACKETS, SIGNS):
        plain = plain.translate(signs)
    for clause in (re.sub(r"\s+", "", clause) for clause in _APART.split(plain)):
        inferred = clause.startswith(INFERRED.translate(FULL_WIDTH))
        clause = _EACH.sub("", _TIMES.sub("*", _DASH.sub("", clause)))
        sides = list(map(_tokens, _EQUALS.split(clause)))
        for before, behind in itertools.pairwise(sides):
            if max(len(before), len(behind)) > _MOST:
                continue
            left, right = _at_end(before), _at_start(behind)
            if left and right and len(left.numbers) > 1 and (inferred or not _RANGE.fullmatch(left.text)):
                yield Equation(left.text, right.text, _difference(left, right, scaled=not inferred), inferred)


def _told(said: str) -> Iterator[Equation]:
    """Figures and what comes of them, as words tell it: an adjusted budget; how much more or less than before, or of
    what was planned, with the rate of it; points beside what they come from.

    A change may be that of an amount further before: 收入900万元，其中结转300万元，比上年增加100万元，增长12.5%.
    """
    rates = "%" in said
    for pattern, template, result in [each for each in _TOLD if rates or each[2] != "rate"]:
        for told in pattern.finditer(said):
            found = told.groupdict()
            on, back = "+-" if found.get("more") else "-+"
            now, unit = found.get("now") or "", found.get("unit") or _unit(found.get("step") or "")
            if now and _unit(now) not in ("", unit):
                continue  # what changed is something else
            nows = [now, *(_figures(_before(said, told.start()).rpartition("。")[2], unit) if now else ())]
            bases = (template.format_map({**found, "on": on, "back": back, "now": now}) for now in nows)
            lefts = (re.sub("[×xX]", "*", base) for base in bases)
            yield from _fitting(lefts, found[result], inferred=template != _GREW)


def _shares(said: str, above: str) -> Iterator[Equation]:
    """Amounts with the share that each is of one before it: of any whose share it is, else of that which most others of
    the same name are shares of, which has the name, or which the amount is among.
    """
    above = IDLE.sub("", above.translate(FULL_WIDTH))
    named: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for found in _SHARE.finditer(said):
        parts, shares = re.findall(_FIGURE, found["parts"]), re.findall(_PERCENT, found["shares"])
        if len(parts) == len(shares):
            of = named.setdefault((found["of"], _unit(parts[0])), [])
            of += zip(parts, shares, itertools.repeat(_before(said, found.start())), strict=False)
    for (name, unit), told in named.items():
        own = re.compile(rf"{re.escape(name)}[^\d,，。;；]{{0,8}}?({_FIGURE})" if name else _AMONG)
        fitting = [
            [whole for whole in _figures(above + before, unit) if _is_share(part, whole, share)]
            for part, share, before in told
        ]
        usual = Counter(itertools.chain(*fitting)).most_common(1)
        for (part, share, before), wholes in zip(told, fitting, strict=True):
            known = [whole for whole, times in usual if times > 1] or own.findall(before)[-1:]
            likely = (f"{part}/{whole}*100%" for whole in (*wholes, *known) if _unit(whole) == unit)
            yield from _fitting(likely, share)


def _sums(said: str) -> Iterator[Equation]:
    """What an amount is made up of behind “其中”, in brackets or before “共计”, where the parts have names that leave
    nothing out, or the amounts are exact and a single digit apart: a list that names only some is never that near.
    """
    plain = re.sub(r"[(（][^()（）]*[)）]", "", said)
    lists = [found.groups() for found in _IN_BRACKETS.finditer(said)]
    for found in re.finditer("其中|包括[:：]", plain):
        before = _before(plain, found.start()).rstrip("。")
        listed = plain[found.end() : found.end() + FAR].lstrip(":：,，")
        lists.append((before.rpartition("。")[2], re.split("。|其中", listed)[0]))
    lists += [(found[2], "，".join(reversed(_BETWEEN.split(found[1])))) for found in _ADDED_UP.finditer(plain)]
    for before, listed in lists:
        for unit in dict.fromkeys(map(_unit, _figures(before))):
            yield from _sum(_figures(before, unit), _parts(listed, unit))


def _parts(listed: str, unit: str) -> list[tuple[str, str]]:
    """The parts in a unit that a list has, between commas, or between semicolons where more is said of each: the words
    before each, and its amount.
    """
    parts: list[tuple[str, str]] = []
    items = re.split("[;；]", listed)
    for clauses in (_BETWEEN.split(items[0]), items):
        if len(parts) < 2:
            told = ((clause, _figures(clause, unit)[:1]) for clause in clauses if not _NO_PART.match(clause))
            parts = [(clause.partition(amount)[0], amount) for clause, found in told for amount in found]
    return parts


def _sum(wholes: Sequence[str], parts: Sequence[tuple[str, str]]) -> Iterator[Equation]:
    """The sum of parts, where none of the wholes is that of them or of the first of them, and the next one ought to."""
    rights = list(filter(None, map(_read, wholes)))
    amounts = [amount for _, amount in parts]
    sums = list(filter(None, (_read("+".join(amounts[:n])) for n in range(2, len(parts) + 1))))
    if not (sums and rights and all(_difference(left, right) for left in sums for right in rights)):
        return
    left, right = sums[-1], min(rights, key=lambda right: abs(right.value - sums[-1].value))
    step = min(number.step(rates=True) for number in (*left.numbers, *right.numbers))
    one, other = (round(side.value / step) for side in (left, right))
    near = len(str(abs(one - other)).rstrip("0")) == 1 and len(str(max(one, other)).rstrip("0")) >= _EXACT
    named = any(len(parts) >= n and how(map(names.search, dict(parts))) for n, how, names in _WHOLLY)
    if near or (named and not re.search(r"\d", "".join(dict(parts)))):
        yield Equation(left.text, right.text, _difference(left, right), inferred=True)


def _before(said: str, at: int) -> str:
    return said[max(0, at - FAR) : at]


def _is_share(part: str, whole: str, share: str) -> bool:
    return [each.computed for each in _fitting([f"{part}/{whole}*100%"], share)] == [""]


def _unit(figure: str) -> str:
    """What a figure counts: 元 of 12.5万元."""
    return re.sub(r"^[\d,.]+[万亿千]?", "", figure)


def _figures(text: str, unit: str = "") -> list[str]:
    """The different figures of a text, or those in a unit."""
    return [each for each in dict.fromkeys(re.findall(_FIGURE, text)) if not unit or _unit(each) == unit]


def _fitting(lefts: Iterable[str], right: str, *, inferred: bool = True) -> Iterator[Equation]:
    """The equation of the first left side that gives the right one, else of the first at all.

    Where more was done than planned, 100% often stands for all of it.
    """
    said = _read(right)
    found: list[Equation] = []
    for left in map(_read, lefts):
        if said and left and not math.isnan(left.value):
            is_all = inferred and said.value == 1 < left.value
            found.append(Equation(left.text, said.text, "" if is_all else _difference(left, said), inferred))
    yield from sorted(found, key=lambda each: each.computed != "")[:1]


def _tokens(text: str) -> list[re.Match[str]]:
    """The numbers and signs of a text, without its words."""
    return [token for token in _TOKEN.finditer(text) if not token["word"]]


@functools.lru_cache(maxsize=1024)
def _read(text: str) -> _Side | None:
    """A text as arithmetic."""
    return _side(_tokens(text))


def _at_end(tokens: Sequence[re.Match[str]]) -> _Side | None:
    """The longest arithmetic before the sign of an equation; None where it goes on with what is no number."""
    found = ((start, side) for start in range(len(tokens)) if (side := _side(tokens[start:])))
    start, side = next(found, (0, None))
    before = tokens[start - 1][0] if start else ""
    times = before and before not in "(+-*/" and tokens[start]["sign"] == "("  # 5(3+2)
    return None if times or (before and before in "+-*/") else side


def _at_start(tokens: Sequence[re.Match[str]]) -> _Side | None:
    """The longest arithmetic behind the sign of an equation; None where it goes on with what is no number."""
    found = ((end, side) for end in range(len(tokens), 0, -1) if (side := _side(tokens[:end])))
    end, side = next(found, (0, None))
    return None if tokens[end:] and tokens[end][0] in "+-*/" else side


def _side(tokens: Sequence[re.Match[str]]) -> _Side | None:
    """The tokens as arithmetic; None where they are none, or one of them is a date."""
    numbers = [token for token in tokens if token["number"]]
    names = iter(f" _{i} " for i in range(len(numbers)))
    code = "".join(token["sign"] or next(names) for token in tokens)
    if not numbers or any(token["when"] for token in numbers) or _NO_ARITHMETIC.search(code):
        return None
    try:
        tree = ast.parse(code.strip(), mode="eval").body
    except SyntaxError:
        return None
    text = "".join(token[0] for token in tokens).translate(SHOWN)
    return _Side(text, tuple(map(_number, numbers)), tree)


class _Number(NamedTuple):
    """A printed number: digits, decimals, what its scale (万) and its rate (%) make of it, and its unit as printed."""

    digits: float
    decimals: int
    scale: float
    rate: float
    unit: str

    def value(self, *, rates: bool) -> float:
        return self.digits * self.scale * (self.rate if rates else 1.0)

    def step(self, *, rates: bool) -> float:
        """What a unit of its last printed place is worth."""
        return 10.0**-self.decimals * self.scale * (self.rate if rates else 1.0)


def _number(token: re.Match[str]) -> _Number:
    digits, scale, unit = token["number"].replace(",", ""), token["scale"] or "", token["unit"] or ""
    decimals = len(digits.partition(".")[2])
    return _Number(float(digits), decimals, float(SCALE[scale]), float(RATIO_SCALE.get(unit, 1)), scale + unit)


class _Side(NamedTuple):
    """One side of an equation: its text, its numbers, and the tree that joins them."""

    text: str
    numbers: tuple[_Number, ...]
    tree: ast.expr

    @property
    def value(self) -> float:
        """The value, with a percentage as what it is of one."""
        return self.compute(rates=True)[0]

    def compute(self, *, rates: bool) -> tuple[float, float]:
        """The value, NaN for a division by zero; and how far its numbers, rounded as printed, may put it off.

        A whole number of something, or 100%, is not rounded.
        """
        values = [number.value(rates=rates) for number in self.numbers]
        whole, slack = self._value(values), 0.0
        for i, number in enumerate(self.numbers):
            counted = not number.decimals and number.scale == 1.0
            if not (counted and (number.rate == 1.0 or number.digits == 100.0)):
                moved = [*values[:i], values[i] + number.step(rates=rates) / 2, *values[i + 1 :]]
                slack += abs(self._value(moved) - whole)
        return whole, slack

    def _value(self, values: Sequence[float]) -> float:
        return float(evaluate(self.tree, {f"_{i}": value for i, value in enumerate(values)}))


def _difference(left: _Side, right: _Side, *, scaled: bool = False) -> str:
    """What the left side gives, where that is not what the right one says; "" where it is, or cannot be computed.

    A printed equation may be `scaled` by units that are left out; what words tell has them.
    """
    last, nearest = right.numbers[-1], (math.inf, "")
    hundred = last.rate == 1.0 or any(number.digits == 100.0 for number in left.numbers)  # ×100 without its sign
    for rates in (True, False) if hundred else (True,):
        (found, off), (said, other) = left.compute(rates=rates), right.compute(rates=rates)
        step = last.step(rates=rates) if len(right.numbers) == 1 else 0.0
        slack = other if len(right.numbers) > 1 else step / 2
        for factor in (1.0,) if not scaled else _FACTORS if last.rate != 1.0 else (*_FACTORS, *_HUNDREDFOLD):
            value = found * factor
            more = abs(value) - abs(said)  # a decrease is often printed without its sign
            if math.isnan(more) or 0 <= more < step or abs(more) <= slack + off * factor + 1e-9 * abs(said):
                return ""
            likely = factor == 1 or last.rate == 1.0  # a percentage has its scale by its sign
            apart = abs(math.log(abs(value / said))) if value * said and likely else 0.0 if factor == 1 else math.inf
            written = display_plain(value / (last.scale * (last.rate if rates else 1.0)), max(last.decimals, 2))
            nearest = min(nearest, (round(apart, 9), written + last.unit), key=lambda found: found[0])
    return nearest[1]
