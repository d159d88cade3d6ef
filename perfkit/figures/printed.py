"""A figure as documents print it: one value, or several, each with its place and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from ..errors import UnitError
from ..validating import AS_MADE
from .moments import Moment, parse_moment, read_moment
from .quantities import MONEY, RATIO, Figure, display_share, parse_points, parse_quantity, parse_result, parse_target

T = TypeVar("T")
LIMIT, MOST_DECIMALS = 1e15, 30
"""Figures from 1000万亿 on and endless decimals are slips of the hand; floats cannot compare them."""
_PLACE = re.compile(r"(?P<place>\S.*?)\s+(?P<line>\d+)(?:[a-z]|(?P<of>段))?$")
LINE = "行"


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One printing of a figure: `place` (正文, 附表, … or "") and `line` of the source text, or None.

    `of` says what is counted: 行, or 段 where a place counts paragraphs (正文 87段).
    """

    place: str
    line: int | None
    value: T
    of: str = LINE

    @property
    def where(self) -> str:
        """``附表第677行``, or "" where the place is not given."""
        return f"{self.place}第{self.line}{self.of}" if self.line else self.place

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Printed(Generic[T]):
    """All printings of one figure, in the order of the file; computing uses the `value` of the `first`."""

    entries: tuple[Entry[T], ...]

    @property
    def first(self) -> Entry[T]:
        return self.entries[0]

    @property
    def value(self) -> T:
        return self.first.value


def is_place(key: object) -> bool:
    """Whether a map key is ``<place> <line>`` (正文 211)."""
    return isinstance(key, str) and _place(key) is not None


@lru_cache(maxsize=65_536)
def _place(key: str) -> tuple[str, int, str] | None:
    found = _PLACE.match(key)
    return (found["place"], int(found["line"]), found["of"] or LINE) if found else None


def shown_place(key: str) -> str:
    """A place as the reader finds it: 正文 585 → 正文第585行; a text that is none as it is."""
    place = _place(key.strip())
    return f"{place[0]}第{place[1]}{place[2]}" if place else key.strip()


def stated_year(info: ValidationInfo) -> int | None:
    """The year of the file that is being validated, where it states one: that of dates without a year."""
    return (info.context or {}).get("year")


def _reader(read: Callable[..., T], *, dated: bool = False) -> Callable[[object, ValidationInfo], Printed[T]]:
    """The validator of a figure; with `dated` its parser is told the year of the file, for dates without one."""

    def parse(data: object, info: ValidationInfo) -> Printed[T]:
        if isinstance(data, Printed):
            return data
        given = (stated_year(info),) if dated else ()
        if not isinstance(data, dict):
            return Printed((Entry("", None, read(data, *given)),))
        if not data:
            raise ValueError("没有写任何值；请写一个值，或写成 {正文 211: 105.66%}")
        entries = []
        for key, value in data.items():
            place = _place(str(key))
            if not place:
                raise ValueError(f"“{key}”不是出处；出处写成“正文 211”（位置、空格、行号）")
            entries.append(Entry(place[0], place[1], read(value, *given), place[2]))
        return Printed(tuple(entries))

    return parse


Demand = tuple[Callable[[Figure], bool], str]
"""What figures of a kind have to be, and what is said behind one that is not."""


def _readable(parse: Callable[..., Figure], *demands: Demand) -> Callable[..., Figure]:
    """A parser that takes a figure as it is, and refuses those that do not meet the demands, and what no report means
    and no float can be compared with. Raises `UnitError`.
    """

    def read(data: object, *year: int | None) -> Figure:
        figure = data if isinstance(data, Figure) else parse(data, *year)
        if abs(figure.value) >= LIMIT or figure.decimals > MOST_DECIMALS:
            shown = figure.text if len(figure.text) <= 20 else figure.text[:20] + "…"
            raise UnitError(f"“{shown}”位数太多；数应小于1000万亿，小数不超过{MOST_DECIMALS}位，请核对数额和单位")
        for fits, fault in demands:
            if not fits(figure):
                raise UnitError(f"“{data}”{fault}")
        return figure

    return read


_NUMBER: Demand = (
    lambda figure: figure.is_number, "读不出数量；请写成一个数加单位，如 556.67万元、2000人、62.5%"
)  # fmt: skip
_FROM_ZERO: Demand = (lambda figure: figure.value >= 0, "是负数；此处的数额不小于 0")
_MONEY: Demand = (lambda figure: figure.unit == MONEY, "不是金额；此处以元、万元或亿元为单位，写成 556.67万元")
_WITH_UNIT: Demand = (lambda figure: not figure.text.endswith(("万", "亿")), "没有写“元”；请写成 556.67万元")
_COUNTED: Demand = (
    lambda figure: figure.unit != RATIO and MONEY not in figure.unit,
    "不是个数；此处以人、个、处等为单位，写成 10人、3处",
)
_RATIO: Demand = (lambda figure: figure.unit == RATIO, "应是百分比，写成 62.5%")
_POINTS: Demand = (lambda points: points.value >= 0, "是负数；分值和得分不小于 0")

_quantity, _target, read_points = _readable(parse_quantity), _readable(parse_target), _readable(parse_points)
_result, _number = _readable(parse_result), _readable(parse_quantity, _NUMBER)
_amount = _readable(parse_quantity, _NUMBER, _FROM_ZERO, _MONEY, _WITH_UNIT)
_count, _ratio = _readable(parse_quantity, _NUMBER, _FROM_ZERO, _COUNTED), _readable(parse_quantity, _NUMBER, _RATIO)
no_negative = _readable(parse_points, _POINTS)
"""Read points of at least 0. Raises `UnitError`."""


def _word(data: object) -> str:
    if not isinstance(data, str) or not data.strip():
        raise ValueError(f"“{data}”应是文字")
    return data.strip()


def _possible(text: str) -> str:
    read_moment(text.removesuffix("前"), 2024)  # a leap year, where none is written
    return text


_SCALAR = {"type": ["string", "number"]}
_PLACES = {"type": "object", "additionalProperties": _SCALAR, "minProperties": 1}
_PRINTED_SCHEMA = WithJsonSchema({"anyOf": [_SCALAR, _PLACES]})
TEXT = WithJsonSchema({"type": "string"})
"""What editors are told of a value that is written as a text."""

PrintedQuantity = Annotated[Printed[Figure], AS_MADE, BeforeValidator(_reader(_quantity, dated=True)), _PRINTED_SCHEMA]
PrintedResult = Annotated[Printed[Figure], AS_MADE, BeforeValidator(_reader(_result, dated=True)), _PRINTED_SCHEMA]
PrintedNumber = Annotated[Printed[Figure], AS_MADE, BeforeValidator(_reader(_number)), _PRINTED_SCHEMA]
PrintedAmount = Annotated[Printed[Figure], AS_MADE, BeforeValidator(_reader(_amount)), _PRINTED_SCHEMA]
PrintedCount = Annotated[Printed[Figure], AS_MADE, BeforeValidator(_reader(_count)), _PRINTED_SCHEMA]
PrintedRatio = Annotated[Printed[Figure], AS_MADE, BeforeValidator(_reader(_ratio)), _PRINTED_SCHEMA]
PrintedPoints = Annotated[Printed[Figure], AS_MADE, BeforeValidator(_reader(read_points)), _PRINTED_SCHEMA]
PrintedTarget = Annotated[Printed[Figure], AS_MADE, BeforeValidator(_reader(_target, dated=True)), _PRINTED_SCHEMA]
PrintedWord = Annotated[Printed[str], AS_MADE, BeforeValidator(_reader(_word)), _PRINTED_SCHEMA]
PrintedMoment = Annotated[Printed[Moment], AS_MADE, BeforeValidator(_reader(parse_moment, dated=True)), _PRINTED_SCHEMA]
Day = Annotated[str, AfterValidator(_possible)]
"""When something is or was done, in any words; a date among them exists."""
Weight = Annotated[float, BeforeValidator(lambda data: no_negative(data).value), WithJsonSchema({"type": "number"})]
Ratio = Annotated[
    float,
    BeforeValidator(lambda data: data if isinstance(data, float) else _ratio(data).value),
    PlainSerializer(display_share),
    TEXT,
]
