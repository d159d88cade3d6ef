"""The one comparison of the audit: is a printed figure what the arithmetic gives, and if not, by how much?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from ..figures.printed import Entry, Printed
from ..figures.quantities import MONEY, POINTS, Figure, display_plain, round_half_up, truncate
from .findings import Code

Match = Literal["holds", "truncated", "last-place", "off"]
"""holds: half-up at the printed decimals; truncated: only by cutting off; last-place: off by one unit in the last
printed place; off: by more. The closest first."""
ROUNDING = Code("rounding", "只有换一种取舍才相符", "info")
UNIT_SLIP = Code("unit-slip", "单位错位")

_GUARD = 1e-6
"""In units of the last printed place."""


def figures(*printed: Printed[Figure] | None) -> list[Entry[Figure]]:
    """The first printings of those figures that are given."""
    return [item.first for item in printed if item]


def like(value: float, model: Figure) -> str:
    """A value written as a printed figure writes its own: in 万元 or 元, percent, points, with its measure word."""
    scale = model.step * 10.0**model.decimals or 1.0
    unit = {10_000.0: "万元", 1e8: "亿元"}.get(scale, MONEY) if model.unit == MONEY else model.unit
    number = display_plain(value / (1.0 if unit == MONEY else scale), max(model.decimals, 2))
    return number if unit == POINTS else number + unit


def total(items: Sequence[Entry[Figure]]) -> float:
    """Their exact sum."""
    return math.fsum(item.value.value for item in items)


def compare(printed: Figure, value: float) -> Match:
    """Compare a printed figure with the value computed from its inputs, unrounded."""
    scaled, given = value / printed.step, round(printed.value / printed.step)
    gap = abs(scaled - given)
    if gap < 0.5 - _GUARD or (gap < 0.5 + _GUARD and round_half_up(scaled, 0) == given):
        return "holds"
    if gap < 1 + _GUARD and truncate(scaled, 0) == given:
        return "truncated"
    return "last-place" if printed.decimals and gap < 1.5 - _GUARD else "off"  # a whole point is no rounding slip


def closes(left: Sequence[Entry[Figure]], right: Sequence[Entry[Figure]]) -> Match:
    """Whether two sums of printed figures are equal, as closely as their printed places can say.

    Zeros at the end are often left out (482.1万元 beside 74.57万元), so a side is as exact as its most exact figure.
    """
    gap = abs(total(left) - total(right))
    if gap <= 1e-9 * max(abs(item.value.value) for item in (*left, *right)):
        return "holds"
    step = max(min((e.value.step for e in side if e.value.decimals), default=0.0) for side in (left, right))
    if gap <= (0.5 + _GUARD) * step:
        return "holds"
    return "last-place" if gap <= ((len(left) + len(right)) / 2 + _GUARD) * step else "off"


def equal(a: Figure, b: Figure) -> bool:
    """Whether two printings of one figure agree at the coarser of their places (549.69 and 549.6875; 2 and 2.00)."""
    if math.isclose(a.value, b.value, rel_tol=1e-12, abs_tol=1e-12):
        return True
    coarse, fine = (a, b) if a.step >= b.step else (b, a)
    whole = coarse.step == 1 and not coarse.decimals  # points and counts: 3 is not 2.7
    return not whole and compare(coarse, fine.value) == "holds"


def approximate(base: Figure, exact: float) -> bool:
    """Whether “4000余人” can be `exact`: from the number up to one more of its last non-zero digit."""
    power = 1.0
    while base.value and base.value % (power * 10) == 0:
        power *= 10
    return base.value <= exact < base.value + power
