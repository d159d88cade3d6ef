"""Printed ranges of a value: 90%（含）~95%, 不低于90%且低于95%, 60分以下; what they hold and what they leave over."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import attrgetter

from .wording import PHRASES, patterns


@dataclass(frozen=True)
class Edge:
    """One end of a printed range: `claim` says how strongly the words include it (> 0) or leave it out (< 0)."""

    value: float
    claim: int = 0

    def moved(self, by: float) -> Edge:
        return Edge(self.value + by, self.claim)

    @property
    def beyond(self) -> Edge:
        """The end of what begins here."""
        return Edge(self.value, -self.claim or -1)


STATED, IMPLIED = 3, 1
"""Claims: by 含, ≥, > and the like; by 以上 and 以下, which other words may overrule."""


def amount(value: float, unit: str) -> str:
    """A number with its unit, without needless zeros: 95%."""
    return f"{value:.12g}{unit}"


@dataclass(frozen=True)
class Span:
    """A printed range before its ends are decided; `unit` is "" for bare numbers."""

    low: Edge
    high: Edge
    unit: str

    @classmethod
    def of(cls, text: str) -> Span:
        """The range that a text begins with: ≤100%."""
        return next(find_spans(text))[0]

    @property
    def is_point(self) -> bool:
        return self.low.value == self.high.value

    @property
    def is_two_sided(self) -> bool:
        return not (self.is_point or math.isinf(self.low.value) or math.isinf(self.high.value))

    def holds(self, other: Span) -> bool:
        """Whether another range lies within this one, away from the ends that it has."""
        below = self.low.value < other.low.value or math.isinf(self.low.value)
        above = self.high.value > other.high.value or math.isinf(self.high.value)
        return below and above and (self.low.value, self.high.value) != (other.low.value, other.high.value)

    @property
    def onwards(self) -> Span:
        """All from its lower end on: =100% → ≥100%."""
        return Span(Edge(self.low.value, 1), Edge(math.inf), self.unit)

    @property
    def mirrored(self) -> Span:
        """The same on the other side of 0."""
        low, high = (Edge(0 - edge.value, edge.claim) for edge in (self.high, self.low))
        return Span(low, high, self.unit)

    @property
    def unmarked_open(self) -> Span:
        """The range of a text of our own, in which closed ends are always marked."""
        low, high = (replace(edge, claim=edge.claim or -1) for edge in (self.low, self.high))
        return replace(self, low=low, high=high) if self.is_two_sided else self

    def __str__(self) -> str:
        """As a rubric file writes it: ≥95%, [90%,95%), =100%."""
        low, high = amount(self.low.value, self.unit), amount(self.high.value, self.unit)
        if self.is_point:
            return f"={low}"
        if math.isinf(self.high.value):
            return f"{'>' if self.low.claim < 0 else '≥'}{low}"
        if math.isinf(self.low.value):
            return f"{'<' if self.high.claim < 0 else '≤'}{high}"
        return f"{'(' if self.low.claim < 0 else '['}{low},{high}{')' if self.high.claim < 0 else ']'}"

    def complements(self, other: Span) -> bool:
        """Whether the two are all that lies on the two sides of one edge (=0 and >0, as nothing falls below 0)."""
        if self.is_two_sided or other.is_two_sided or other.is_point:
            return False
        rises = not self.is_point or not self.low.value
        return self.low.value == other.high.value or (self.high.value == other.low.value and rises)


_ENDLESS = Edge(math.inf), Edge(-math.inf)
_by_value = attrgetter("value")
_CLAIMS = {
    **{"⊇": STATED, "⊅": -STATED, "≥": STATED, "≤": STATED, ">": -STATED, "<": -STATED, "=": STATED},
    **{"[": STATED, "]": STATED, "(": -STATED, ")": -STATED, "以上": IMPLIED, "以下": -IMPLIED, "以": -IMPLIED},
}
"""What a mark or a sign says of its end; all other words (以内) include it."""
_LOWER = ("≥", ">", "[", "(", "以上")
"""Signs of a lower end."""
_RANGES = {name: re.compile(regex) for name, regex, _ in patterns("ranges")}
"""The shapes of a printed range, the more telling first; the numbers are x and y, each with its sign and its marks."""


def _span(shape: str, match: re.Match[str]) -> Span:
    """The range that a match of one of the shapes says."""
    g = {name: text for name, text in match.groupdict().items() if text}
    units = list(dict.fromkeys(filter(None, (g.get("x_unit"), g.get("y_unit")))))
    lows, highs = [_ENDLESS[1]], [_ENDLESS[0]]
    edges = []
    for number in ("x", "y") if "y" in g else ("x",):
        sign = g.get(f"{number}_sign", "")
        said = next((text for name, text in g.items() if name.startswith(f"{number}_mark")), sign)
        edges.append(Edge(float(g[number]), _CLAIMS.get(said, STATED) if said else 0))
        (lows if sign in _LOWER else highs).append(edges[-1])
    if shape in ("chain", "between"):
        low, high = sorted(edges, key=_by_value)
    elif shape == "point" or g["x_sign"] == "=":
        low = high = replace(edges[0], claim=STATED)
    else:
        low, high = max(lows, key=_by_value), min(highs, key=_by_value)
    return Span(low, high, "、".join(units))


def find_spans(text: str) -> Iterator[tuple[Span, int, int]]:
    """Every range in a text with where it stands; a bare number without a unit is none unless it is 0."""
    place = 0
    while found := [(shape, match) for shape, pattern in _RANGES.items() if (match := pattern.search(text, place))]:
        shape, match = min(found, key=lambda each: (each[1].start(), -len(each[1][0])))
        span, place = _span(shape, match), match.end()
        if shape != "point" or span.unit or not span.low.value:
            yield span, match.start(), place


def joined(spans: list[Span], *, to_upper: bool) -> list[Span]:
    """The spans with every shared end given to one of them; `to_upper` says to which where the words leave it open."""
    result = _nested(spans)
    wide = (i for i, span in enumerate(result) if not is_exception(span, result))
    order = sorted(wide, key=lambda i: (result[i].low.value, result[i].high.value))
    for below, above in zip(order, order[1:], strict=False):
        lower, upper = result[below], result[above]
        if lower.high.value == upper.low.value:
            claim = upper.low.claim - lower.high.claim
            if upper.is_point or lower.is_point:
                claim = 1 if upper.is_point else -1
            goes_up = claim > 0 or (claim == 0 and to_upper)
            value = upper.low.value
            if not lower.is_point:
                result[below] = replace(lower, high=Edge(value, -1 if goes_up else 1))
            if not upper.is_point:
                result[above] = replace(result[above], low=Edge(value, 1 if goes_up else -1))
        elif _is_hole(lower, upper):
            if to_upper:
                result[below] = replace(lower, high=Edge(upper.low.value, -1))
            else:
                result[above] = replace(upper, low=Edge(lower.high.value, -1))
    return result


def _nested(spans: list[Span]) -> list[Span]:
    """80%以上得2分，60%以上得1分: of two ranges without an end the wider is cut where the narrower begins."""
    result = list(spans)
    rising = sorted((i for i, s in enumerate(spans) if math.isinf(s.high.value)), key=lambda i: spans[i].low.value)
    for i, narrower in zip(rising, rising[1:], strict=False):
        result[i] = replace(spans[i], high=spans[narrower].low.beyond)
    falling = sorted((i for i, s in enumerate(spans) if math.isinf(s.low.value)), key=lambda i: spans[i].high.value)
    for narrower, i in zip(falling, falling[1:], strict=False):
        result[i] = replace(spans[i], low=spans[narrower].high.beyond)
    return result


def _is_hole(lower: Span, upper: Span) -> bool:
    """Whether two bands end at neighbouring numbers (80%~89% and 90%~100%, 9次以下 and 10次以上, but not 1~1.5分 and
    2~3分).
    """
    gap, left_out = round(upper.low.value - lower.high.value, 9), lower.high.claim < 0
    listed = lower.unit in ("%", "分", "") or (left_out and is_counted(lower.unit))
    return gap in (1, 0.1, 0.01) and listed and lower.high.claim >= -IMPLIED and upper.low.claim >= 0


def is_counted(unit: str) -> bool:
    """Whether there are whole numbers of a unit only: 次, 人."""
    return not PHRASES["continuous"].fullmatch(unit)


def hull(spans: list[Span]) -> Span:
    """The range from the lowest to the highest of several."""
    low = min((span.low for span in spans), key=lambda edge: (edge.value, -edge.claim))
    return Span(low, max((span.high for span in spans), key=lambda edge: (edge.value, edge.claim)), spans[0].unit)


def is_exception(span: Span, spans: list[Span]) -> bool:
    """Whether it is a single value inside another range: 为0的得5分，10%以下得4分."""
    return span.is_point and any(other.low.value < span.low.value < other.high.value for other in spans)


def uncovered(spans: list[Span]) -> list[Span]:
    """The ranges that none of several covers: below, between and above them."""
    wide = [span for span in spans if not is_exception(span, spans)]
    ordered = sorted(wide, key=lambda span: (span.low.value, span.high.value))
    edges = [_ENDLESS[1], *(edge for span in ordered for edge in (span.low, span.high)), _ENDLESS[0]]
    return [
        Span(low.beyond, high.beyond, spans[0].unit)
        for low, high in zip(edges[::2], edges[1::2], strict=True)
        if low.value < high.value or (low.value == high.value and low.claim < 0 and high.claim < 0)
    ]
