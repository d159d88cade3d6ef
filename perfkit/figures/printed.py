"""A figure as documents print it: one value, or several, each with its place and line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Generic, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from .moments import Moment, parse_moment
from .quantities import MONEY, RATIO, Quantity, Target, UnitError, parse_quantity, parse_target

T = TypeVar("T")
LIMIT, MOST_DECIMALS = 1e15, 30
"""Figures from 1000万亿 on and endless decimals are slips of the hand; floats cannot compare them."""
_PLACE = re.compile(r"(?P<place>\S.*?)\s+(?P<line>\d+)[a-z]?$")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One printing of a figure: `place` (正文, 附表, … or "") and `line` of the source text, or None."""

    place: str
    line: int | None
    value: T

    @property
    def where(self) -> str:
        """``附表第677行``, or "" where the place is not given."""
        return f"{self.place}第{self.line}行" if self.line else self.place


@dataclass(frozen=True, slots=True)
class Printed(Generic[T]):
    """All printings of one figure, in the order of the file; `value` is the first, which computing uses."""

    entries: tuple[Entry[T], ...]

    @property
    def value(self) -> T:
        return self.entries[0].value


def is_place(key: object) -> bool:
    """Whether a map key is ``<place> <line>`` (正文 211)."""
    return isinstance(key, str) and _place(key) is not None


@lru_cache(maxsize=65_536)
def _place(key: str) -> tuple[str, int] | None:
    found = _PLACE.match(key)
    return (found["place"], int(found["line"])) if found else None


def _reader(read: Callable[[object], T]) -> Callable[[object], Printed[T]]:
    def parse(data: object) -> Printed[T]:
        if isinstance(data, Printed):
            return data
        if not isinstance(data, dict):
            return Printed((Entry("", None, read(data)),))
        if not data:
            raise ValueError("没有写任何值；请写一个值，或写成 {正文 211: 105.66%}")
        entries = []
        for key, value in data.items():
            place = _place(str(key))
            if not place:
                raise ValueError(f"“{key}”不是出处；出处写成“正文 211”（位置、空格、行号）")
            entries.append(Entry(*place, read(value)))
        return Printed(tuple(entries))

    return parse


@dataclass(frozen=True, slots=True)
class Points:
    """A printed number of 分: its value, its digits as printed and its number of decimals."""

    value: float
    text: str

    @property
    def decimals(self) -> int:
        return len(self.text.partition(".")[2].rstrip("%"))

    def __str__(self) -> str:
        return self.text


def read_points(data: object) -> Points:
    """A bare number of points (88.78, or 6分). Raises `ValueError`."""
    if isinstance(data, Points):
        return data
    text = str(data).strip().removesuffix("分") if isinstance(data, str | Decimal | int | float) else ""
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"“{data}”应是分数，写成一个数，如 88.78") from None
    if not math.isfinite(value):
        raise ValueError(f"“{data}”应是分数，写成一个数，如 88.78")
    points = Points(value, text)
    _computable(value, points.decimals, text)
    return points


def _no_negative(data: object) -> Points:
    points = read_points(data)
    if points.value < 0:
        raise ValueError(f"“{data}”是负数；分值和得分不小于 0")
    return points


def _computable(value: float, decimals: int, text: str) -> None:
    """Refuse (`UnitError`) what no report means and no float can be compared with."""
    if abs(value) >= LIMIT or decimals > MOST_DECIMALS:
        shown = text if len(text) <= 20 else text[:20] + "…"
        message = f"“{shown}”位数太多；数应小于1000万亿，小数不超过{MOST_DECIMALS}位，请核对数额和单位"
        raise UnitError(message)


def _quantity(data: object) -> Quantity:
    quantity = data if isinstance(data, Quantity) else parse_quantity(data)
    _computable(quantity.value, quantity.decimals, quantity.text)
    return quantity


def _target(data: object) -> Target:
    target = data if isinstance(data, Target) else parse_target(data)
    _quantity(target.quantity)
    return target


def _number(data: object) -> Quantity:
    quantity = _quantity(data)
    if not quantity.is_number:
        raise UnitError(f"“{data}”读不出数量；请写成一个数加单位，如 556.67万元、2000人、62.5%")
    return quantity


def _no_less_than_nothing(data: object) -> Quantity:
    quantity = _number(data)
    if quantity.value < 0:
        raise UnitError(f"“{data}”是负数；此处的数额不小于 0")
    return quantity


def _amount(data: object) -> Quantity:
    quantity = _no_less_than_nothing(data)
    if quantity.unit != MONEY:
        raise UnitError(f"“{data}”不是金额；此处以元、万元或亿元为单位，写成 556.67万元")
    return quantity


def _count(data: object) -> Quantity:
    quantity = _no_less_than_nothing(data)
    if quantity.unit == RATIO or MONEY in quantity.unit:
        raise UnitError(f"“{data}”不是个数；此处以人、个、处等为单位，写成 10人、3处")
    return quantity


def _ratio(data: object) -> Quantity:
    quantity = _number(data)
    if quantity.unit != RATIO:
        raise UnitError(f"“{data}”应是百分比，写成 62.5%")
    return quantity


def _word(data: object) -> str:
    if not isinstance(data, str) or not data.strip():
        raise ValueError(f"“{data}”应是文字")
    return data.strip()


_SCALAR = {"type": ["string", "number"]}
_PLACES = {"type": "object", "additionalProperties": _SCALAR, "minProperties": 1}
_PRINTED_SCHEMA = WithJsonSchema({"anyOf": [_SCALAR, _PLACES]})
_TEXT_SCHEMA = WithJsonSchema({"type": "string"})

PrintedQuantity = Annotated[Printed[Quantity], BeforeValidator(_reader(_quantity)), _PRINTED_SCHEMA]
PrintedNumber = Annotated[Printed[Quantity], BeforeValidator(_reader(_number)), _PRINTED_SCHEMA]
PrintedAmount = Annotated[Printed[Quantity], BeforeValidator(_reader(_amount)), _PRINTED_SCHEMA]
PrintedCount = Annotated[Printed[Quantity], BeforeValidator(_reader(_count)), _PRINTED_SCHEMA]
PrintedRatio = Annotated[Printed[Quantity], BeforeValidator(_reader(_ratio)), _PRINTED_SCHEMA]
PrintedPoints = Annotated[Printed[Points], BeforeValidator(_reader(read_points)), _PRINTED_SCHEMA]
PrintedWord = Annotated[Printed[str], BeforeValidator(_reader(_word)), _PRINTED_SCHEMA]
PrintedMoment = Annotated[
    Printed[Moment],
    BeforeValidator(_reader(lambda data: data if isinstance(data, Moment) else parse_moment(data))),
    _PRINTED_SCHEMA,
]
PrintedTarget = Annotated[
    Printed[Target],
    BeforeValidator(_reader(_target)),
    _PRINTED_SCHEMA,
]
Weight = Annotated[float, BeforeValidator(lambda data: _no_negative(data).value), WithJsonSchema({"type": "number"})]
Ratio = Annotated[
    float, BeforeValidator(lambda data: data if isinstance(data, float) else _ratio(data).value), _TEXT_SCHEMA
]
