"""What every scoring rule offers, and what it may ask of the facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, PlainSerializer

from ...errors import UnitError
from ...figures.printed import TEXT, Ratio
from ...figures.quantities import (
    RATIO,
    Figure,
    Floats,
    display_factor,
    display_plain,
    display_share,
    parse_quantity,
    parse_target,
)
from ...validating import AS_MADE, Model
from .ranges import GUARD, Range, RangeField, display_edge

Codes = npt.NDArray[np.intp]
OPERATOR_CODES = (">=", ">", "=", "<", "<=")
FIELDS = ("target", "actual", "items", "count", "met", "level", "share", "declared")
"""The fields of a fact that some rule reads, in the order in which messages list them."""

ANSWERS = {"是": 1.0, "否": 0.0}
"""How much of an element is met by an answer."""
YES, NO = ("是", "√", "✓", "有"), ("否", "×", "✗", "✕", "无")
"""The ways in which forms are ticked."""


def read_answer(data: object) -> object:
    """是 or 否 for any of the ways in which forms are ticked; other data as they are."""
    return "是" if data in YES else "否" if data in NO else data


def level_index(stated: object, levels: Sequence[str]) -> int:
    """Which of the levels is stated, 第二等次 for 第二 and the other way round; -1 for none of them."""
    if stated in levels:
        return list(levels).index(str(stated))
    bare = [re.sub("(?<=.)(?:等次|等级|档次|[等档级])$", "", str(text)) for text in (stated, *levels)]
    return bare.index(bare[0], 1) - 1 if stated and bare[1:].count(bare[0]) == 1 else -1


class Facts(Protocol):
    """The facts of n units, by fact name. Arrays have shape (n,); missing data is NaN (or -1)."""

    size: int
    """n."""

    def number(self, fact: str, field: str) -> Floats:
        """`field` is actual, target, count, met (1/0), declared; base units."""

    def given(self, fact: str, weight: float) -> Floats:
        """The share of the weight that a person gives; points that are given are over the weight; by default none."""
        return np.full(self.size, np.nan)

    def operator(self, fact: str) -> Codes:
        """Operator of the target, as index into `OPERATOR_CODES`."""

    def items(self, fact: str, size: int) -> Floats:
        """Checklist answers, shape (n, size): 1 是, 0 否, NaN not answered."""

    def level(self, fact: str, levels: Sequence[str]) -> Codes:
        """Index into `levels`, -1 where there is none."""

    def counted(self, fact: str) -> npt.NDArray[np.bool_]:
        """Which actual values are no percentages, but have a rate over their target; by default none."""
        return np.zeros(self.size, dtype=np.bool_)

    def rate(self, fact: str, *, rising: bool = False) -> tuple[Floats, Floats]:
        """Actual value and target as ratios: percentages as they are, other units over the target (which is then 1).

        For a rule by which more is better (`rising`) what is over a limit is a rate of completion, see `of_limits`.
        """
        actual, target, counted = self.number(fact, "actual"), self.number(fact, "target"), self.counted(fact)
        if not counted.any():
            return actual, target
        with np.errstate(divide="ignore", invalid="ignore"):
            rates, whole = np.where(counted, actual / target, actual), np.where(counted, target / target, target)
        return np.where(counted, of_limits(rates, self.operator(fact)), rates) if rising else rates, whole

    def text(self, fact: str, field: str, row: int) -> str:
        """What was written for one unit (20次; for a measured rate the whole calculation), or ""."""
        return ""


@dataclass(frozen=True, slots=True)
class Context:
    """What an indicator and its profile give a rule.

    Parameters
    ----------
    weight : points of the indicator; taken : those that it starts from taking (扣分项), else 0.
    reverse : formula for lower-is-better that the profile prefers: ``ratio`` t/a or ``linear`` 1−(a−t)/t.
    qualitative : bands of the profile: (level, range of shares).
    most : completion of the fact's own target beyond which a target counts as set too low (1.3), or None; `excess` says
        what becomes of the score then: ``reduce`` by what exceeds it, or ``not_met``.
    """

    weight: float
    reverse: Literal["ratio", "linear"] = "ratio"
    qualitative: tuple[tuple[str, Range], ...] = ()
    most: float | None = None
    excess: Literal["flag", "reduce", "not_met"] = "reduce"
    taken: float = 0.0

    def percent(self, share: float) -> str:
        """“40%权重分（0.8分）”."""
        return f"{display_factor(share, self.weight)}权重分（{display_plain(share * self.weight)}分）"


class BaseRule(Model):
    """A scoring rule (评分标准) as data.

    `shares` gives each unit's share of the weight, NaN where the rule has no answer; `explain` says in Chinese how one
    unit's share came about; `standard` is the rule's own 评分标准 text. All three follow from the same parameters.
    """

    fields: ClassVar[tuple[str, ...]] = ()
    """The fields of its fact that `shares` reads (see `FIELDS`)."""
    wants: ClassVar[dict[str, str]] = {}
    """Those of them without which there is no answer, and how messages name them."""

    decided: ClassVar[str] = "scored"
    """The status of what it scores: by the rule, by the evaluator (judged), as stated (declared)."""

    on: str | None = None
    """Name of the fact to read; default is the indicator's own."""

    def fact(self, name: str) -> str:
        """The fact this rule reads for the indicator `name`."""
        return self.on or name

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        """Share of the weight, shape (n,), 0 to 1 (a cap may allow more); NaN where there is no answer."""
        raise NotImplementedError

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        """Chinese names of the facts this unit lacks for an answer; empty when nothing is missing."""
        wanted = ((fact, field) for fact, field in self.reads(name) if field in self.wants)
        return [f"{fact} 的{self.wants[field]}" for fact, field in wanted if np.isnan(facts.number(fact, field)[row])]

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        """Chinese clause without final stop: from the facts of one unit to its share."""
        raise NotImplementedError

    def standard(self, context: Context) -> str:
        """The 评分标准 in Chinese, written from the parameters; no final stop."""
        raise NotImplementedError

    def short(self, facts: Facts, name: str, context: Context, row: int) -> Iterator[tuple[str, str]]:
        """What one unit fell short of: whose 评分标准, and its text; of rules that add up each by itself."""
        if self.shares(facts, name, context)[row] < 1.0 - GUARD:
            yield name, self.standard(context)

    def lint(self, context: Context) -> Iterator[str]:
        """Chinese sentences on what the printed rule leaves open (stay visible as warnings)."""
        best = max(self.reachable(context) or [1.0])
        if best < 1 - GUARD:
            yield f"{NO_FULL_MARKS}：最高只得{display_plain(best * context.weight)}分"

    def faults(self, context: Context) -> Iterator[str]:
        """Chinese sentences on what makes the rule unusable (errors)."""
        yield from ()

    def unit(self) -> str | None:
        """Unit of the value the rule compares with, when its parameters fix one."""
        return None

    def edges(self) -> list[float]:
        """The values that its parameters compare with, in its unit."""
        return []

    def reads(self, name: str) -> Iterator[tuple[str, str]]:
        """(fact, field) of everything that `shares` may ask for, for the indicator `name`; no target where it has a
        fixed one.
        """
        return ((self.fact(name), field) for field in self.fields if field != "target" or not self.edges())

    def leaves(self) -> Iterator[BaseRule]:
        """The rules that read facts: itself, or its alternatives."""
        yield self

    def compares(self, name: str) -> Iterator[tuple[str, str]]:
        """(fact, unit) of every value that its parameters are compared with, for the indicator `name`."""
        unit = self.unit()
        if unit is not None:
            yield self.fact(name), unit

    def reachable(self, context: Context) -> list[float] | None:
        """Every share the rule can give, when they are finitely many; else None."""
        return None


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of the weight: a share of it (``5%``) or a number of points (``2分``)."""

    value: float
    is_points: bool

    def share(self, context: Context) -> float:
        """As share of the indicator's weight (0 for a weight of 0)."""
        if not self.is_points:
            return self.value
        return self.value / context.weight if context.weight else 0.0

    def earned(self) -> str:
        """As what is earned: 得4分, 得满分, 不得分."""
        if self.value == 0:
            return "不得分"
        return "得满分" if self == FULL else f"得{self}"

    def given(self) -> str:
        """As it is written: 75%, 14分."""
        return str(self).removesuffix("权重分")

    def __str__(self) -> str:
        return f"{display_plain(self.value)}分" if self.is_points else f"{display_share(self.value)}权重分"


NO_FULL_MARKS = "没有满分档"
"""What is said of a rule by which nobody can have full marks."""
FULL, NOTHING = Portion(1.0, False), Portion(0.0, False)


def enumerated(portions: Iterable[Portion]) -> str:
    """“30%、40%权重分” or “1分、2分”."""
    given = list(portions)
    counted = any(portion.is_points for portion in given)
    texts = ["0分" if counted and portion == NOTHING else str(portion) for portion in given]
    shares = all(text.endswith("权重分") for text in texts)
    return "、".join(text.removesuffix("权重分") for text in texts) + "权重分" if shares else "、".join(texts)


def _portion(data: Any) -> Portion:
    if isinstance(data, Portion):
        return data
    quantity = parse_quantity(data)
    if quantity.unit not in (RATIO, "分") or quantity.value < 0:
        raise UnitError(f"“{data}”应写成占权重的百分比（5%）或分数（2分）")
    return Portion(quantity.value, quantity.unit == "分") if quantity.value else NOTHING


def _number(data: Any) -> Figure:
    quantity = data if isinstance(data, Figure) else parse_quantity(data)
    if not quantity.is_number:
        raise UnitError(f"“{data}”应是一个数加单位，如 90%、1次")
    return quantity


def _goal(data: Any) -> Figure:
    target = data if isinstance(data, Figure) else parse_target(data)
    if target.is_interval:
        raise UnitError(f"“{data}”是区间，不是一个目标值；请改用 bands，一档写成 [95%,105%]")
    return target


_WRITTEN = PlainSerializer(lambda value: str(value).removesuffix("权重分"))
PortionField = Annotated[Portion, AS_MADE, BeforeValidator(_portion), _WRITTEN, TEXT]
QuantityField = Annotated[Figure, AS_MADE, BeforeValidator(_number), _WRITTEN, TEXT]
TargetField = Annotated[Figure, AS_MADE, BeforeValidator(_goal), _WRITTEN, TEXT]


def compared(facts: Facts, fact: str, unit: str | None, *, rising: bool = False) -> Floats:
    """The actual values as a rule that compares in `unit` reads them: what is no percentage, over its target."""
    return facts.rate(fact, rising=rising)[0] if unit == RATIO else facts.number(fact, "actual")


def of_limits(rates: Floats, operators: Codes) -> Floats:
    """Rates of actual over target as rates of completion: a limit (≤200天) that is kept is reached in full, one that
    is not by target over actual.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(operators >= OPERATOR_CODES.index("<"), np.minimum(1.0, 1.0 / rates), rates)


def result_of(facts: Facts, fact: str, row: int, unit: str | None = None) -> str:
    """“实际完成20次”, or the calculation of a measured rate; with `unit` % also “，为目标值24次的83.33%”."""
    text = (facts.text(fact, "actual", row) or "未提供实际完成值").replace("实际完成已", "实际已")
    rate = facts.rate(fact)[0][row] if unit == RATIO else np.nan
    if not np.isfinite(rate) or rate == facts.number(fact, "actual")[row]:
        return text
    return f"{text}，为目标值{facts.text(fact, 'target', row)}的{display_share(rate)}"


class Deducting(BaseRule):
    """A rule that starts from a base and takes a portion of the weight each time, down to a floor."""

    base: Ratio = 1.0
    floor: Ratio = 0.0
    nothing: RangeField | None = None
    """Numbers of finds (≥3次), or gaps (>20天), by which nothing is left, whatever they come to."""
    ended: ClassVar[tuple[str, str]]
    """How a text says that `nothing` begins: at its edge, behind it."""

    def _left(self, times: Floats, portion: Portion, context: Context, gaps: Floats) -> Floats:
        """The share that is left when the portion is taken so many times, by such gaps or numbers of finds."""
        left = np.clip(self.base - times * portion.share(context), min(self.floor, self.base), self.base)
        return np.where(self.nothing.contains(gaps), 0.0, left) if self.nothing else np.asarray(left)

    def _end(self) -> str:
        """“，差距超过20天的不得分”, “，发现3次及以上的不得分”, or ""."""
        if not self.nothing:
            return ""
        said = self.ended[0 if self.nothing.low_closed else 1]
        return f"，{said.format(display_edge(self.nothing.low, self.nothing.unit))}的不得分"

    def _from_base(self, context: Context) -> str:
        """“，基础分为80%权重分（4分）”, or "" where it is the whole weight."""
        return "" if self.base == 1 else f"，基础分为{context.percent(self.base)}"

    def _lost(self, times: float, portion: Portion, context: Context) -> str:
        """“扣2分，共扣40%权重分（4分）”, and that no more than this can be lost where it is so."""
        lost = times * portion.share(context)
        text = f"扣{portion}，共扣{context.percent(lost)}"
        if self.base - lost > self.floor:
            return text
        return f"{text}，{'扣完为止' if self.floor == 0 else f'最低得{context.percent(self.floor)}'}"

    def _ends(self) -> tuple[str, str]:
        """What the printed rule gives at best, and where deducting ends."""
        full = "得满分" if self.base == 1 else f"得{display_share(self.base)}权重分"
        return full, "扣完为止" if self.floor == 0 else f"最低得{display_share(self.floor)}权重分"

    def faults(self, context: Context) -> Iterator[str]:
        if not 0 <= self.floor <= self.base <= 1:
            yield "应有 0% ≤ floor ≤ base ≤ 100%"
