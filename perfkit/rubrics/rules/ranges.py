"""Ranges of a measured value: ``[90%,100%)``, ``≥95%``, ``<60``, ``=0次``."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, PlainSerializer

from ...errors import UnitError
from ...figures.printed import TEXT
from ...figures.quantities import DATE, MONEY, OPERATORS, RATIO, Floats, display_number, display_share, parse_quantity
from ...validating import AS_MADE

GUARD = 1e-9
"""Binary noise that a comparison with an edge forgives."""

_INTERVAL = re.compile(r"([\[(（【])\s*([^,，]*)[,，]\s*([^\])）】]*)\s*([\])）】])$")
_BARE = re.compile(r"-?\d+(\.\d+)?$")
_ONE_SIDED = re.compile(r"(≥|≧|>=|≤|≦|<=|=|>|<|＝|≡)\s*(.+)$")


@dataclass(frozen=True, slots=True)
class Range:
    """An interval, each side closed or open; `unit` is that of the edges, "" for bare points.

    Two ways to write one interval (``≥90%``, ``[90%,)``) are equal.
    """

    low: float
    high: float
    low_closed: bool
    high_closed: bool
    unit: str
    text: str = field(compare=False)

    def contains(self, x: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether each value lies inside (edges forgive 1e-9); False for NaN. Shape of `x`."""
        values = np.asarray(x, dtype=np.float64)
        above = values >= self.low - GUARD if self.low_closed else values > self.low + GUARD
        below = values <= self.high + GUARD if self.high_closed else values < self.high - GUARD
        return np.asarray(above & below)

    def describe(self) -> str:
        """In words: 90%（含）至100%, 80%以下, 100%."""
        if self.low == self.high:
            return display_edge(self.low, self.unit)
        if math.isinf(self.high):
            return display_edge(self.low, self.unit) + ("（含）以上" if self.low_closed else "以上（不含）")
        if math.isinf(self.low):
            return display_edge(self.high, self.unit) + ("（含）以下" if self.high_closed else "以下（不含）")
        ends = (self.low, self.low_closed), (self.high, self.high_closed)
        return "至".join(display_edge(edge, self.unit) + ("（含）" if closed else "") for edge, closed in ends)


def display_edge(value: float, unit: str) -> str:
    """The edge of a range as it is printed, without needless zeros: 90%, 556.67万元, 60."""
    return display_share(value) if unit == RATIO else display_number(value, unit)


def _number(text: str) -> tuple[float, str]:
    text = text.strip()
    if _BARE.match(text):
        return float(text), ""
    quantity = parse_quantity(text)
    if not quantity.is_number:
        raise UnitError(f"“{text}”不是区间的端点；写成 90% 或 90")
    return quantity.value, quantity.unit


def parse_range(text: Any) -> Range:
    """Read ``[a,b)``, ``(a,b]``, ``≥a``, ``<a``, ``=a``. Raises `UnitError`."""
    if isinstance(text, Range):
        return text
    plain = str(text).strip()
    hint = '；区间写成 "[90%,100%)"、"≥95%" 或 "<60%"'
    if match := _INTERVAL.match(plain):
        left, low_text, high_text, right = match.groups()
        low, low_unit = _number(low_text) if low_text.strip() else (-math.inf, "")
        high, high_unit = _number(high_text) if high_text.strip() else (math.inf, "")
        unit = low_unit or high_unit
        if any(own != unit and edge and math.isfinite(edge) for edge, own in ((low, low_unit), (high, high_unit))):
            raise UnitError(f"“{plain}”两端单位不同{hint}")
        low_closed, high_closed = left in "[【", right in "]】"
        if low > high or (low == high and not (low_closed and high_closed)):
            raise UnitError(f"“{plain}”下限大于上限，或区间里没有任何数{hint}")
        return Range(low, high, low_closed, high_closed, unit, plain)
    if match := _ONE_SIDED.match(plain):
        sign, value_text = match.groups()
        value, unit = _number(value_text)
        operator = OPERATORS.get(sign, "=")
        low, high = (-math.inf if "<" in operator else value), (math.inf if ">" in operator else value)
        return Range(low, high, operator in (">=", "="), operator in ("<=", "="), unit, plain)
    if ends := re.fullmatch(r"([\d.]+%?)\s*[-—~～至]\s*([\d.]+%?)", plain):
        hint = f'；要写明两端是否包含，如 "[{ends[1]},{ends[2]})" 或 "[{ends[1]},{ends[2]}]"'
    raise UnitError(f"“{plain}”不是区间{hint}")


RangeField = Annotated[Range, AS_MADE, BeforeValidator(parse_range), PlainSerializer(lambda range: range.text), TEXT]


def find(ranges: Sequence[Range], x: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Index of the first range that contains each value, -1 where none does. Shape of `x`."""
    values: Floats = np.asarray(x, dtype=np.float64)
    found = np.full(values.shape, -1, dtype=np.intp)
    for i in reversed(range(len(ranges))):
        found[ranges[i].contains(values)] = i
    return found


def _neighbours(left: Range, right: Range) -> bool:
    """Whether no whole number lies between two ranges of counted things (``=0次`` and ``[1次,4次)``)."""
    if left.unit in ("", RATIO, MONEY, DATE):
        return False
    first = math.floor(left.high) + 1 if left.high_closed else math.ceil(left.high)
    last = math.ceil(right.low) - 1 if right.low_closed else math.floor(right.low)
    return first > last


def gaps(ranges: Sequence[Range]) -> list[str]:
    """Gaps and overlaps between neighbouring ranges, as Chinese sentences (empty when they join exactly).

    A single value before a range around it is an exception from that: =0%, ≤10%.
    """
    wide = [r for i, r in enumerate(ranges) if not any(o.low < r.low == r.high < o.high for o in ranges[i + 1 :])]
    ordered = sorted(wide, key=lambda r: (r.low, not r.low_closed, r.high))
    found = []
    for left, right in zip(ordered, ordered[1:], strict=False):
        apart = left.high < right.low or (left.high == right.low and not left.high_closed and not right.low_closed)
        if apart:
            if not _neighbours(left, right):
                found.append(f"{left.text} 与 {right.text} 之间有空档")
        elif left.high > right.low or (left.high_closed and right.low_closed):
            found.append(f"{left.text} 与 {right.text} 重叠")
    return found
