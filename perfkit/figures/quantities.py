"""Quantities as documents print them: 556.67万元, ≥2000人, 62.5%, 2022-12-31前.

Money is held in 元, percentages as ratios, counts with their measure word, dates as day numbers. Everything keeps the
text it came from, so that a report can show what was printed.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UnitError
from .moments import read_moment

Floats = npt.NDArray[np.float64]

MONEY = "元"
RATIO = "%"
DATE = "日期"
WORD = "文字"
SPANS_OF_TIME = ("天", "工作日", "个工作日", "周", "个月", "年", "小时", "分钟")
POINTS = "分"

SCALE = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
RATIO_SCALE = {"%": Decimal("0.01"), "个百分点": Decimal("0.01"), "百分点": Decimal("0.01"), "‰": Decimal("0.001")}
_SAME_WORD = {"名": "人", "位": "人", "人民币": "元", "人民币元": "元", "日": "天", "自然日": "天", "个自然日": "天",
              "工作日": "个工作日", "个小时": "小时",
              "㎡": "平方米", "m²": "平方米", "平米": "平方米", "m³": "立方米",
              "千米": "公里", "km": "公里", "公斤": "千克", "kg": "千克"}  # fmt: skip
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，％－＋＝＞＜（）：　", "0123456789.,%-+=><():\u0020")
_NUMBER = re.compile(
    r"[约近]?(?P<every>每[年季月周天日])?(?P<number>[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)[余多]?"
    r"(?P<scale>千万|百万|[亿万百十]|千(?![克米瓦伏帕卡]))?[余多]?(?P<word>[^\d.,余多][^\d.,]*)?$"
)
_NUMERALS = "零一二三四五六七八九"
_DIGITS = {char: number for number, char in enumerate(_NUMERALS)} | {"两": 2, "〇": 0}
_SPELLED = re.compile(
    r"(?:(?<=^)|(?<=^每[年季月周天日]))[一二两三四五六七八九十百]+(?=[个项次处场人件份家户期篇部套台名天](?!性))"
)
_GROWTH = re.compile(r"(?:增长|提高|提升|增加)(?=\d[\d.]*%$)")
_INTERVAL = re.compile(r"(?P<low>\d[\d.,]*)(?P<unit>[^\d.,]*?)[-–—~～〜至到]+(?P<high>\d[\d.,]*[^\d.,]+)")
_SENTENCE = re.compile(r"(?![每约近])[\u4e00-\u9fff]|\d+(\.\d+)?%(?!及?以|左右|\()[\u4e00-\u9fff]+$")
"""Words around a number that make it a text: 完成1部宣传片, 100%覆盖."""
_TAIL = re.compile("(左右|及?以上|及?以下|以内)$")
_CLOSED = re.compile(r"\(含\)(?=以[上下])|(?<=以[上下])\(含\)")  # 80%（含）以上 says what 以上 means anyway
_ABOUT = re.compile(r"^[约近]|\d(千万|百万|[亿万千百十])?[余多]|左右$")
_NO_NUMBER = re.compile(r"[-+.]*(nan|inf(inity)?)(?![a-z])", re.I)
_WITHIN = re.compile(r"(个?(?:工作日|自然日|日历日|月|小时|分钟|星期|周|天|日|年))内$")
_SAID = {
    ">=": "≥ ≧ >= => 大于等于 大于或等于 不少于 不低于 不小于 至少",
    "<=": "≤ ≦ <= =< 小于等于 小于或等于 不超过 不高于 不多于 不大于 至多 最多",
    "=": "= == ═ 等于",
    ">": "> 大于 超过 高于 多于",
    "<": "< 小于 低于 少于",
}
OPERATORS = {word: sign for sign, words in _SAID.items() for word in words.split()}
"""Every way to print the sign of a target → the sign."""
SIGNS = {sign: words[0] for sign, words in _SAID.items()}
"""The signs as forms print them."""
_SIGNS = sorted(OPERATORS, key=len, reverse=True)
_TAIL_OPERATORS = {"以上": ">=", "以下": "<=", "内": "<="}
_BEHIND = re.compile(r"^.*\d.*?(?P<words>及?(?P<tail>以上|以下)|[以之]内)$")
_NO_MEASURE = re.compile(r"^月|[初底末前后内]$|季度|上旬|中旬|下旬|半年$")
"""Words behind a number that say when, not how many of what."""
_PRECISE = Context(prec=400)  # digits of the largest double


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure: a quantity, a target, a number of points, a date or a word.

    Parameters
    ----------
    value : 元 for money, ratio for percentages (0.625), the count or the points themselves, or the proleptic day number
        of a date; NaN for a word.
    unit : ``元``, ``%``, ``分``, ``日期``, ``文字`` or a measure word (``人``, ``次``, ``次/周``).
    text : as printed (points without 分).
    decimals : printed decimals of the number (556.67万元 → 2).
    step : what one unit of the last printed place is worth (556.67万元 → 100元).
    approximate : printed with 余, 多 or 左右 (4000余人, 3万余人).
    operator : of a target ``>= > = <= <``; a bare quantity as target means ``=``, a bare date the last day (``<=``).
        "" for what is no target.
    high : of an interval (3-5次, 18-54周岁) its upper end, `value` is the lower one; else NaN.
    """

    value: float
    unit: str
    text: str
    decimals: int = 0
    step: float = 1.0
    approximate: bool = False
    operator: str = ""
    high: float = math.nan

    @property
    def is_interval(self) -> bool:
        return not math.isnan(self.high)

    def ends_against(self, target: Figure | None) -> tuple[float, float]:
        """This result and its target as numbers to compare: of intervals the ends that decide, the worse for the unit.

        A target that is an interval asks for its lower end, and what lies within is reached as it is; what lies above
        its upper end no rule decides (NaN).
        """
        lower = target is not None and target.lower_is_better
        value = self.high if self.is_interval and lower else self.value
        goal = math.nan if target is None else target.value
        if target is not None and target.is_interval:
            goal = max(goal, value)
        above = target is not None and max(value, self.high if self.is_interval else value) > target.high
        return value, math.nan if above else goal

    @property
    def is_number(self) -> bool:
        return self.unit not in (DATE, WORD)

    @property
    def bare(self) -> str:
        """The text without its operator: ≥2000人 → 2000人, 2022-12-31前 → 2022-12-31."""
        if self.unit == WORD:
            return re.sub(r"\s+", "", self.text)
        return _split(self.text.translate(FULL_WIDTH).strip())[1] if self.operator else self.text

    @property
    def lower_is_better(self) -> bool:
        """≤, < and =0 (nothing of it may happen) ask for less; all others for more."""
        return self.operator in ("<=", "<") or (self.operator == "=" and self.value == 0)

    @property
    def as_limit(self) -> Figure:
        """A target without a printed sign as an upper limit (≤); others as they are."""
        is_bare = self.is_number and self.operator == "=" and self.bare == self.text
        return replace(self, operator="<=") if is_bare else self

    def is_met(self, actual: Figure) -> bool:
        """Whether `actual` reaches this target; refuses another unit (`UnitError`).

        ``=`` asks for at least the quantity (8场 is met by 9场), for 0 it asks for none. A word is met by itself, also
        as said of what is done (完成: 已完成, 全部完成, 均已完成).
        """
        same_unit(actual, self)
        if self.is_interval:
            return self.value <= actual.value and (actual.high if actual.is_interval else actual.value) <= self.high
        if self.unit == WORD:
            return re.fullmatch(f"(已|全部|均)*{re.escape(self.bare)}", actual.bare) is not None
        if self.lower_is_better:
            return actual.value < self.value if self.operator == "<" else actual.value <= self.value
        return actual.value > self.value if self.operator == ">" else actual.value >= self.value

    def __str__(self) -> str:
        return self.text


def parse_quantity(text: object, year: int | None = None) -> Figure:
    """Read ``556.67万元``, ``4,900元``, ``0.3亿元``, ``2164人``, ``每周3次``, ``62.5%``, ``2022-12-31`` or a word.

    A date no closer than a part of a year (2022年底, 第三季度) is its last day; `year` is that of a date without one.
    Raises `UnitError` for a bare number (money, counts and percentages always carry their unit).
    """
    if not isinstance(text, str):
        raise UnitError(f"“{text}”没有单位；金额写成 556.67万元，数量写成 2000人，比率写成 62.5%")
    found = _parse_quantity(text, year)
    if found.is_interval:
        raise UnitError(f"“{text}”读不出数量：是一个区间；请写成一个数加单位，如 556.67万元、2000人、62.5%")
    return found


@lru_cache(maxsize=65_536)
def _parse_quantity(text: str, year: int | None) -> Figure:
    plain = text.translate(FULL_WIDTH).strip()
    if moment := read_moment(plain, year):
        return Figure(float(moment.last), DATE, text)
    compact = _CLOSED.sub("", re.sub(r"\s+", "", plain)).replace("每季度", "每季")
    if percent := re.fullmatch("百分之([零一二两三四五六七八九十百]+)", compact):
        compact = f"{read_numeral(percent[1])}%"
    compact = _GROWTH.sub("", _SPELLED.sub(lambda match: str(read_numeral(match[0])), compact))
    if compact[:1] in tuple("“”‘’"):
        raise UnitError(f"{text} 带有中文引号；请去掉引号，或改成英文引号")
    if not any(map(str.isalnum, compact)) and compact:
        raise UnitError(f"“{text}”不是一个值；没有数据请不要填写这一项，或写 missing: 原因")
    if _NO_NUMBER.match(compact):
        raise UnitError(f"“{text}”不是一个数（NaN 或无穷大）；没有数据请不要填写这一项")
    if (interval := _INTERVAL.fullmatch(compact)) and not _SENTENCE.match(compact):
        upper = _parse_quantity(interval["high"], year)
        own = interval["unit"] or interval["high"].lstrip("0123456789.,")
        lower = _parse_quantity(f"{interval['low']}{own}", year)
        same_unit(lower, upper)
        if not lower.is_number or lower.value > upper.value:
            raise UnitError(f"“{text}”不是区间；请写成 3-5次、95%-100%，小的在前")
        return replace(lower, text=text.strip(), high=upper.value)
    match = _NUMBER.match(compact)
    if not match or _SENTENCE.match(compact):
        if not _SENTENCE.match(compact) and re.search(r"\d", compact) or not compact:
            raise UnitError(f"“{text}”读不出数量；请写成一个数加单位，如 556.67万元、2000人、62.5%")
        return Figure(float("nan"), WORD, compact)
    digits = match["number"].replace(",", "").replace("−", "-")
    number, decimals = Decimal(digits), len(digits.partition(".")[2])
    unit, factor = _unit(match["scale"] or "", match["word"] or "", text)
    if match["every"]:
        unit = f"{unit}/{_SAME_WORD.get(match['every'][1], match['every'][1])}"
    step = float(factor.scaleb(-decimals))
    return Figure(float(number * factor), unit, text.strip(), decimals, step, bool(_ABOUT.search(compact)))


def read_numeral(text: str) -> int:
    """A Chinese numeral up to 999: 二十五 → 25."""
    total, digit = 0, 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def chinese_number(number: int) -> str:
    """一, 十二, 二十 … for 1 to 99."""
    tens, ones = divmod(number, 10)
    ten = f"{_NUMERALS[tens] if tens > 1 else ''}十" if tens else ""
    return ten + (_NUMERALS[ones] if ones else "")


def _unit(scale: str, word: str, text: str) -> tuple[str, Decimal]:
    word = _TAIL.sub("", word)
    word = _WITHIN.sub(r"\1", word)
    if _NO_MEASURE.search(word):
        raise UnitError(f"“{text}”读不出数量：“{word}”不是单位；数量写成 2000人，时间写成 2022-12-31、2023年6月")
    if scale + word in RATIO_SCALE:
        return RATIO, RATIO_SCALE[scale + word]
    if word.startswith("(") and word.endswith(")"):
        word = word[1:-1]
    if not word and scale.endswith(("万", "亿")):
        word = MONEY  # 490万 on a budget form is money
    if not word or "%" in word or "‰" in word:
        raise UnitError(f"“{text}”没有单位；金额写成 556.67万元，数量写成 2000人，比率写成 62.5%")
    what, slash, each = word.rpartition("/")  # 元/㎡
    return f"{what}{slash}{_SAME_WORD.get(each, each)}", Decimal(SCALE[scale])


def _split(plain: str) -> tuple[str, str]:
    """Operator (as printed, or 前) and the rest of a target's text."""
    if plain.endswith("前") and (re.search(r"\d", plain) or read_moment(plain.rstrip("前之以"), 1)):
        return "前", plain.removesuffix("前").removesuffix("之").removesuffix("以").rstrip()
    sign = next(filter(plain.startswith, _SIGNS), "")
    return sign, plain.removeprefix(sign).strip()


def split_sign(text: str) -> tuple[str, str]:
    """The sign that words before a value or behind a number say (不低于95%, 40份以上), "" without, and the value."""
    if sign := next(filter(text.startswith, _SIGNS), ""):
        return SIGNS[OPERATORS[sign]], text.removeprefix(sign)
    behind = _BEHIND.match(text)
    return (SIGNS[_TAIL_OPERATORS[behind["tail"] or "内"]], text[: behind.start("words")]) if behind else ("", text)


def parse_target(text: object, year: int | None = None) -> Figure:
    """Read ``≥2000人``, ``=100%``, ``<= 490万元``, ``10人以下``, ``3个工作日内`` (≤), ``2022-12-31前``, ``年底前`` or a
    qualitative word (丰富); `year` is that of a date without one.
    """
    if not isinstance(text, str):
        raise UnitError(f"“{text}”没有单位；目标值写成 ≥2000人、=100%、≤490万元、2022-12-31前")
    plain = text.translate(FULL_WIDTH).strip()
    sign, rest = _split(plain)
    if sign == "前" and not read_moment(rest, year):
        raise UnitError(f"“{text}”读不出日期；请写成 2022-12-31前")
    if _split(rest)[0]:
        raise UnitError(f"“{text}”有两个运算符；请写成 ≥2000人、=100%、≤490万元")
    quantity = _parse_quantity(rest, year)
    if sign and quantity.unit == WORD:
        raise UnitError(f"“{text}”在运算符后没有数量；请写成 ≥2000人、=100%、≤490万元")
    operator = OPERATORS.get(sign) or "="
    if operator == "=" and quantity.is_number:
        stated = _CLOSED.sub("", plain)
        operator = next((own for tail, own in _TAIL_OPERATORS.items() if stated.endswith(tail)), "=")
    if quantity.is_interval:
        if sign:
            raise UnitError(f"“{text}”在运算符后是区间；请写成 ≥3次，或只写 3-5次")
        operator = ">="
    if quantity.unit == DATE and operator == "=":
        operator = "<="
    return replace(quantity, operator=operator, text=text.strip())


def parse_result(text: object, year: int | None = None) -> Figure:
    """As `parse_quantity`, or an interval (3-5次); what is printed with a sign (≥90%) says no number, it is a word."""
    if isinstance(text, str) and _split(text.translate(FULL_WIDTH).strip())[0] in OPERATORS:
        return Figure(math.nan, WORD, text.strip())
    return _parse_quantity(text, year) if isinstance(text, str) else parse_quantity(text, year)


def parse_points(data: object) -> Figure:
    """A bare number of points (88.78, or 6分). Raises `UnitError`."""
    return _parse_points(str(data))


@lru_cache(maxsize=65_536)
def _parse_points(data: str) -> Figure:
    text, value = data.strip().removesuffix("分"), math.nan
    with suppress(ValueError):
        value = float(text)
    if not math.isfinite(value):
        raise UnitError(f"“{data}”应是分数，写成一个数，如 88.78")
    decimals = len(text.partition(".")[2])
    return Figure(value, POINTS, text, decimals, 10.0**-decimals)


def same_unit(a: Figure, b: Figure) -> None:
    """Refuse (`UnitError`) to compare quantities of different units."""
    if a.unit != b.unit:
        raise UnitError(f"单位不同，不能比较：“{a.bare}”（{a.unit}）与“{b.bare}”（{b.unit}）")


def other_unit(actual: Figure, unit: str) -> str:
    """That a result is in another unit than its standard compares; "" where it is not (个工作日 are 工作日, and what is
    printed without a unit is a number of times: 1.2倍).
    """
    if not unit and actual.unit != "倍":
        return f"评分标准的数没有单位，“{actual.text}”不能与它比较；请在评分标准中补上单位（倍数、系数写成 1.2倍）"
    unit = unit or "倍"
    if (actual.unit.removeprefix("个") or actual.unit) == (unit.removeprefix("个") or unit):
        return ""
    return f"“{actual.text}”的单位与评分标准的单位“{unit}”不同，不能比较；请按“{unit}”填写"


def _rounded(x: npt.ArrayLike, decimals: int, rounding: str) -> Any:
    """Round a number, or each of an array."""
    values = np.asarray(x, dtype=np.float64)
    results = [_rounded_one(value + 0.0, decimals, rounding) for value in values.ravel().tolist()]  # no -0.0
    return np.reshape(results, values.shape) if values.ndim else results[0]


@lru_cache(maxsize=10_000)  # a report prints most of its numbers several times
def _rounded_one(value: float, decimals: int, rounding: str) -> float:
    """Round what the shortest decimal of a double says, after its binary noise (9 places on, or the 7th decimal)."""
    if not math.isfinite(value):
        return value
    number = Decimal(repr(value))
    places = max(6, decimals, min(decimals + 9, 14 - number.adjusted()))
    number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _PRECISE)
    return float(number.quantize(Decimal(1).scaleb(-decimals), rounding, _PRECISE))


def round_half_up(x: npt.ArrayLike, decimals: int = 2) -> Any:
    """Round half away from zero (四舍五入), exact for up to 6 decimals; float for a scalar, else ndarray."""
    return _rounded(x, decimals, ROUND_HALF_UP)


def truncate(x: npt.ArrayLike, decimals: int = 2) -> Any:
    """Cut off after `decimals` places (截位), exact for up to 6 decimals; float for a scalar, else ndarray."""
    return _rounded(x, decimals, ROUND_DOWN)


def display(value: float, decimals: int = 2) -> str:
    """A number with `decimals` places, rounded half up; an em dash for missing data."""
    return "—" if np.isnan(value) else f"{round_half_up(value, decimals) + 0.0:.{decimals}f}"


def display_plain(value: float, decimals: int = 4) -> str:
    """Like `display` without trailing zeros: 2.5, 0.8333, 6."""
    text = display(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(points: float | None) -> str:
    """Points with their sign: +1.5, −0.17, 0; — for None."""
    if points is None:
        return "—"
    text = display_plain(abs(points), 2)
    return text if text == "0" else f"{'+' if points > 0 else '−'}{text}"


def display_percent(ratio: float, decimals: int = 2) -> str:
    """A ratio as a percentage, rounded half up: 0.27456 → 27.46%."""
    return "—" if np.isnan(ratio) else display(ratio * 100, decimals) + "%"


def display_share(share: float) -> str:
    """A share of the weight without needless zeros: 1.0 → 100%, 0.8333… → 83.33%; what falls short of 100% shows it."""
    return _percent_until(share, lambda text: text != "100" or share > 1 - 1e-9)


def display_factor(share: float, weight: float) -> str:
    """A share with as many digits as it takes for the printed product with `weight` to be the printed points.

    2分×84.685% is 1.6937分 (with 84.69% it would be 1.6938).
    """
    points = display_plain(share * weight)
    return _percent_until(share, lambda text: display_plain(float(text) / 100 * weight) == points)


def _percent_until(share: float, says: Callable[[str], bool]) -> str:
    """The percentage with the fewest decimals, 2 at least and 9 at most, whose text says what it should."""
    if np.isnan(share):
        return "—"
    for decimals in range(2, 10):
        text = display_plain(share * 100, decimals)
        if says(text):
            break
    return text + "%"


def display_money(yuan: float) -> str:
    """元 for small amounts, 万元 from ten thousand on, without loss of what is printed: 5566700 → 556.67万元."""
    if np.isnan(yuan):
        return "—"
    if abs(yuan) < 10_000:
        return display_plain(yuan, 2) + "元"
    return display_plain(yuan / 10_000, 6) + "万元"


def display_number(value: float, unit: str) -> str:
    """A value in base units with its unit: money, percentage, date or count."""
    if unit == MONEY:
        return display_money(value)
    if unit == RATIO:
        return display_percent(value)
    if unit == DATE:
        return dt.date.fromordinal(int(value)).isoformat()
    word, _, every = unit.rpartition("/")
    if word and every in "年季月周天日":
        return f"每{every}{display_number(value, word)}"
    if word == MONEY:  # 元/公里
        return f"{display_money(value)}/{every}"
    return display_plain(value, 6) + unit
