"""Rules over a measured value: proportional, all-or-nothing, bands, deduction per step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from ...figures.printed import Ratio
from ...figures.quantities import DATE, RATIO, WORD, Figure, Floats, display_number, display_plain, display_share
from ...validating import Model
from .base import (
    OPERATOR_CODES,
    BaseRule,
    Codes,
    Context,
    Deducting,
    Facts,
    Portion,
    PortionField,
    QuantityField,
    TargetField,
    compared,
    result_of,
)
from .ranges import GUARD, RangeField, display_edge, find, gaps

_WHOLE = 0.5
"""A percentage from which on a target is one of what is to be reached or kept (90%), and none of an excess (5%)."""
OF_EXCESS = "按超出目标值的比例："
"""What a printed rule begins with whose ranges are of what exceeds the target."""
_GE, _GT, _EQ, _LT, _LE = range(len(OPERATOR_CODES))
_VALUES = {"actual": "实际完成值（actual）", "target": "目标值（target）"}


def _as_completed(value: float, rate: float) -> str:
    """How the rate of a limit is one of completion: it is kept, or target over actual; "" of what is no limit."""
    if value == rate or np.isnan(value):
        return ""
    return "，没有超过目标值" if value == 1 else f"，目标值÷实际值为{display_share(value)}"


class _Targeted(BaseRule):
    """A rule that compares what was achieved with the target of its fact, or with a fixed one."""

    target: TargetField | None = None
    """Fixed target; default: the fact's."""

    def _goal(self, facts: Facts, fact: str) -> tuple[Floats, Codes]:
        """Value and operator of the target, each of shape (n,)."""
        if self.target is None:
            return facts.number(fact, "target"), facts.operator(fact)
        return np.full(facts.size, self.target.value), np.full(facts.size, OPERATOR_CODES.index(self.target.operator))

    def _lower(self, operator: Codes, target: Floats) -> npt.NDArray[np.bool_]:
        """Whether less is better: as the operators say, and where nothing may happen."""
        return np.asarray((operator >= _LT) | ((operator == _EQ) & (target == 0)))

    def _inputs(self, facts: Facts, fact: str) -> tuple[Floats, Floats, np.ndarray, np.ndarray]:
        """Actual value, target, whether lower is better, and whether the target is met, each of shape (n,).

        ``=`` asks for at least the target, or where lower is better for no more.
        """
        actual, (target, operator) = compared(facts, fact, self.unit()), self._goal(facts, fact)
        lower = self._lower(operator, target)
        reached_low = np.where(operator == _LT, actual < target - GUARD, actual <= target + GUARD)
        reached_high = np.where(operator == _GT, actual > target + GUARD, actual >= target - GUARD)
        return actual, target, lower, np.where(lower, reached_low, reached_high)

    def _shown_goal(self, facts: Facts, fact: str, row: int) -> str:
        return str(self.target) if self.target else facts.text(fact, "target", row)

    def _beyond(self, shares: Floats, actual: Floats, target: Floats, lower: np.ndarray, context: Context) -> Floats:
        """The shares, less what the profile takes from those who exceed their own target by too much."""
        if context.most is None or self.target:
            return shares
        with np.errstate(divide="ignore", invalid="ignore"):
            excess = np.where(lower | (target <= 0), 0.0, actual / target - context.most)
        left = np.zeros(excess.shape) if context.excess == "not_met" else np.clip(1.0 - excess, 0.0, 1.0)
        return np.asarray(np.where(excess > GUARD, np.minimum(shares, left), shares))

    def _told(self, rate: float, context: Context) -> str:
        """The clause on a completion that the profile does not let pass, or ""."""
        if context.most is None or self.target or not rate > context.most + GUARD:
            return ""
        beyond = display_share(rate - context.most)
        effect = "视为未达到，不得分" if context.excess == "not_met" else f"按超出的{beyond}扣减"
        return f"完成率{display_share(rate)}超过{display_share(context.most)}，目标值偏低，按评分口径{effect}"

    def unit(self) -> str | None:
        return self.target.unit if self.target else None

    def edges(self) -> list[float]:
        return [self.target.value] if self.target else []


class Proportional(_Targeted):
    """按完成比率计分: met is full, else actual/target; lower-is-better t/a or 1−(a−t)/t; a target of 0 is met or not.

    Source: 财预〔2020〕10号 (not verified); the executable form as in provincial systems.
    """

    kind: Literal["proportional"] = "proportional"
    fields = ("actual", "target")
    wants = _VALUES
    better: Literal["higher", "lower"] | None = None
    """Direction; default: what the target's operator asks for."""
    reverse: Literal["ratio", "linear"] | None = None
    """Formula for lower-is-better; default: the profile's."""
    cap: Ratio = 1.0

    def _lower(self, operator: Codes, target: Floats) -> npt.NDArray[np.bool_]:
        return np.full(target.shape, self.better == "lower") if self.better else super()._lower(operator, target)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        actual, target, lower, met = self._inputs(facts, self.fact(name))
        with np.errstate(divide="ignore", invalid="ignore"):
            short = target / actual if (self.reverse or context.reverse) == "ratio" else 2.0 - actual / target
            ratio = np.where(lower, np.where(actual <= target + GUARD, 1.0, short), actual / target)
            share = np.clip(np.where(target > 0, ratio, met), 0.0, np.where(lower, 1.0, self.cap))
        share = self._beyond(share, actual, target, lower, context)
        return np.where(np.isnan(actual) | np.isnan(target), np.nan, share)

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        fact = self.fact(name)
        actual, target, lower, met = (values[row] for values in self._inputs(facts, fact))
        goal = self._shown_goal(facts, fact, row)
        start = f"{result_of(facts, fact, row, self.unit())}，目标值{goal}"
        if lower:
            inside = actual <= target + GUARD
            if target <= 0 and not met:
                over = "目标值为0而实际已发生" if target == 0 else "超过目标值"
                return f"{start}，{'未达到目标值' if inside else over}，不得分"
            if inside:
                return f"{start}，未超过目标值，得满分"
            if (self.reverse or context.reverse) == "ratio":
                return f"{start}，超过目标值，按目标值÷实际值计分"
            return f"{start}，超出{display_share((actual - target) / target)}，按1−超出比例计分"
        if target <= 0:
            return f"{start}，{'达到' if met else '未达到'}目标值"
        if told := self._told(actual / target, context):
            return f"{start}，{told}"
        if goal.lstrip("=≥") != "100%":  # of which what is done is the rate itself, and has been said
            start += f"，完成率{display_share(actual / target)}"
        if actual / target >= self.cap:
            return f"{start}，{'得满分' if self.cap == 1 else f'按上限{display_share(self.cap)}计分'}"
        return f"{start}，按完成比率计分"

    def standard(self, context: Context) -> str:
        sign = self.target and self.target.operator != "="
        goal = f"目标值{self.target if sign else self.target.bare}" if self.target else "目标值"
        if self.target and self.target.value <= 0:
            return f"达到{goal}得满分，否则不得分"
        over = "目标值÷实际值" if (self.reverse or context.reverse) == "ratio" else "1−（实际值−目标值）÷目标值"
        low = f"不超过{goal}得满分；超过的，按{over}的比率得分，扣完为止"
        capped = "" if self.cap == 1 else f"，最高{display_share(self.cap)}权重分"
        high = f"达到{goal}得满分；未达到的，按实际完成值÷目标值的比率得分{capped}"
        if self.better is None and self.target is None:
            ends = f"目标值为下限的按实际完成值÷目标值{capped}，为上限的按{over}"
            return f"达到目标值得满分；未达到的按比率得分，{ends}，扣完为止"
        lower = self.target.lower_is_better if self.better is None and self.target else self.better == "lower"
        return low if lower else high

    def faults(self, context: Context) -> Iterator[str]:
        if self.target and self.target.unit in (DATE, WORD):
            yield "按比率计分的目标值应是数量，不能是日期或文字；请改用 all_or_nothing"
        if self.cap <= 0:
            yield "cap 应大于 0"


def reaching(target: Figure) -> str:
    """A target as a condition: 达到100%, 超过2次, 不超过490万元, 在2022-12-31前."""
    if target.text.endswith("前"):
        return f"在{target.text}"
    verb = {">=": "不低于", ">": "超过", "<=": "不超过", "<": "低于"}.get(target.operator, "达到")
    return f"{verb}{target.bare}"


class AllOrNothing(_Targeted):
    """达到得满分，否则不得分: from the target and the actual value, or from a plain 是/否 (`met`)."""

    kind: Literal["all_or_nothing"] = "all_or_nothing"
    fields = ("met", "actual", "target")

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        stated = facts.number(self.fact(name), "met")
        return np.asarray(np.fmin(stated, self._computed(facts, name, context)))  # 是 may mean another thing: surveyed

    def _computed(self, facts: Facts, name: str, context: Context) -> Floats:
        """The share by the figures alone."""
        actual, target, lower, met = self._inputs(facts, self.fact(name))
        missing = np.isnan(actual) | np.isnan(target)
        return np.where(missing, np.nan, self._beyond(met, actual, target, lower, context))

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        fact = self.fact(name)
        if not np.isnan(facts.number(fact, "met")[row]):
            return []
        if not np.isnan(facts.number(fact, "actual")[row]):
            return [f"{fact} 的目标值（target）"] if np.isnan(self._goal(facts, fact)[0][row]) else []
        if facts.text(fact, "actual", row) and facts.text(fact, "target", row):
            return [f"{fact} 是否达到（met: 是/否；目标和结果是不同的文字，不能自动比较）"]
        return [f"{fact} 是否达到（met: 是/否），或实际完成值（actual）"]

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        fact = self.fact(name)
        met, computed = facts.number(fact, "met")[row], self._computed(facts, name, context)
        if facts.text(fact, "met", row) and (not met or np.isnan(computed[row])):
            return "符合要求，得满分" if met else "不符合要求，不得分"
        start = f"{result_of(facts, fact, row, self.unit())}，要求{self._shown_goal(facts, fact, row)}"
        reached = self.shares(facts, name, context)[row]
        if 0 < reached < 1 or (not reached and context.most is not None):
            rate = facts.number(fact, "actual")[row] / facts.number(fact, "target")[row]
            if told := self._told(rate, context):
                return f"{start}，{told}"
        return f"{start}，{'达到要求，得满分' if reached else '未达到要求，不得分'}"

    def standard(self, context: Context) -> str:
        return f"{reaching(self.target) if self.target else '达到要求'}得满分，否则不得分"

    def faults(self, context: Context) -> Iterator[str]:
        if self.target and self.target.unit == WORD:
            yield f"目标值“{self.target}”不是数量或日期，不能自动比较；请去掉 target，在 facts 中写 met: 是 或 否"

    def reachable(self, context: Context) -> list[float] | None:
        return [0.0, 1.0]


class Band(Model):
    """One tier: a range of the measured value and the share or the points it earns."""

    range: RangeField
    share: PortionField | None = None
    points: PortionField | None = None

    @model_validator(mode="after")
    def _one(self) -> Band:
        if (self.share is None) == (self.points is None):
            raise ValueError("每一档写 share（如 80%）或 points（如 4分）之一")
        return self

    @property
    def earned(self) -> Portion:
        """What the tier gives, in whichever way it is written."""
        portion = self.share or self.points
        assert portion is not None
        return portion


class Bands(BaseRule):
    """分档计分: the range that contains the measured value says the share."""

    kind: Literal["bands"] = "bands"
    fields = ("actual",)
    wants = _VALUES
    bands: list[Band] = Field(min_length=1)
    of: Literal["value", "excess"] = "value"
    """What the ranges are of: the value, or where it has a target the part by which it exceeds that (超预算10%以内)."""

    def _compared(self, facts: Facts, fact: str) -> Floats:
        if self.of == "excess":
            rate, whole = facts.rate(fact)  # an amount over its target, or a percentage beside its own
            return np.where(whole >= _WHOLE, rate / whole - 1, rate)
        best = max(self.bands, key=lambda band: band.earned.share(Context(1)))
        return compared(facts, fact, self.unit(), rising=bool(np.isinf(best.range.high)))

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        table = np.array([*self.reachable(context), np.nan])
        return table[find([band.range for band in self.bands], self._compared(facts, self.fact(name)))]

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        fact = self.fact(name)
        value = self._compared(facts, fact)[row]
        index = int(find([band.range for band in self.bands], value))
        shown = result_of(facts, fact, row, self.unit())
        if value != (rate := compared(facts, fact, self.unit())[row]):
            over = f"，超出{display_share(value)}" if value > 0 else "，没有超出"
            shown += over if self.of == "excess" else _as_completed(value, rate)
        if index < 0:
            return f"{shown}，不在评分标准的任何一档内"
        band, portions = self.bands[index], self.reachable(context)
        highest = "已是最高档，" if 0 < portions[index] == max(portions) < 1 - GUARD else ""
        return f"{shown}，属于{band.range.describe()}一档，{highest}{band.earned.earned()}"

    def standard(self, context: Context) -> str:
        tiers = "；".join(f"{band.range.describe()}{band.earned.earned()}" for band in self.bands)
        return f"{OF_EXCESS if self.of == 'excess' else ''}{tiers}"

    def faults(self, context: Context) -> Iterator[str]:
        units = {band.range.unit for band in self.bands}
        if len(units) > 1:
            yield f"各档的单位不一致：{'、'.join(unit or '分' for unit in sorted(units))}"
        for gap in gaps([band.range for band in self.bands]):
            yield f"分档不连续：{gap}；请检查区间端点的开闭"
        for band, portion in zip(self.bands, self.reachable(context), strict=True):
            if portion > 1 + GUARD:
                yield f"{band.range.text} 一档得分超过权重{display_plain(context.weight)}分"

    def lint(self, context: Context) -> Iterator[str]:
        yield from super().lint(context)
        for left, right in zip(self.bands, self.bands[1:], strict=False):
            touching = {left.range.low, left.range.high} & {right.range.low, right.range.high}  # not those of ±5%~±10%
            if touching and left.earned.share(context) == right.earned.share(context):
                yield f"{left.range.describe()}与{right.range.describe()}两档得分相同，分档没有区别"

    def unit(self) -> str | None:
        return self.bands[0].range.unit

    def edges(self) -> list[float]:
        ends = [end for band in self.bands for end in (band.range.low, band.range.high) if np.isfinite(end)]
        return ends if self.of == "value" else []

    def reachable(self, context: Context) -> list[float]:
        return [band.earned.share(context) for band in self.bands]


class Deduction(Deducting):
    """按差距扣分: beyond a threshold every step costs a portion of the weight (每降1个百分点扣5%), down to a floor."""

    kind: Literal["deduction"] = "deduction"
    fields = ("actual", "target")
    wants = _VALUES
    from_: QuantityField | None = Field(default=None, alias="from")
    """Where deducting begins; default: at the fact's target."""
    when: Literal["below", "above"]
    step: QuantityField
    per_step: PortionField
    rounding: Literal["linear", "down", "up"] = "linear"
    """A started step counts in part (linear), not at all (down), or in full (up)."""
    ended = ("差距不少于{}", "差距超过{}")

    @property
    def _of_edge(self) -> bool:
        """Whether steps are parts of where deducting begins: 每超1% of an amount."""
        return self.from_ is not None and self.from_.unit != self.step.unit

    def _gap(self, facts: Facts, fact: str) -> Floats:
        """By how much the actual values fall short of where deducting begins (or exceed it), in units of the step."""
        if self.from_ and self._of_edge:
            excess = facts.number(fact, "actual") / self.from_.value - 1
            return np.asarray(np.maximum(-excess if self.when == "below" else excess, 0.0))
        actual = compared(facts, fact, self.step.unit, rising=self.when == "below")
        if self.from_:
            edge = np.full(facts.size, self.from_.value)
        else:
            edge = facts.rate(fact)[1] if self.step.unit == RATIO else facts.number(fact, "target")
        return np.asarray(np.maximum(edge - actual if self.when == "below" else actual - edge, 0.0))

    def _steps(self, facts: Facts, fact: str) -> Floats:
        excess = self._gap(facts, fact) / self.step.value
        if self.rounding == "down":
            return np.asarray(np.floor(excess + GUARD))
        return np.asarray(np.ceil(excess - GUARD)) if self.rounding == "up" else excess

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        fact = self.fact(name)
        return self._left(self._steps(facts, fact), self.per_step, context, self._gap(facts, fact))

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        fact = self.fact(name)
        ratio, below = self.step.unit == RATIO, self.when == "below"
        edge = self._edge() if self.from_ else f"目标值{facts.text(fact, 'target', row)}"
        rates = (compared(facts, fact, self.step.unit, rising=rising)[row] for rising in (True, False))
        kept = _as_completed(*rates) if ratio and below and not self._of_edge else ""
        start = f"{result_of(facts, fact, row, self.step.unit)}{kept}{self._from_base(context)}，"
        gap = self._gap(facts, fact)[row]
        if gap == 0:
            return f"{start}{'不低于' if below else '不高于'}{edge}，不扣分"
        side, steps = "低于" if below else "超过", float(self._steps(facts, fact)[row])
        shown = self._points(gap) if ratio else display_number(gap, self.step.unit)
        if self.nothing and self.nothing.contains(gap):
            return f"{start}{side}{edge}达{shown}{self._end()}"
        if steps == 0:
            return f"{start}{side}{edge}不足{self._step()}，不扣分"
        return f"{start}{side}{edge}达{shown}，{self._each_step()}{self._lost(steps, self.per_step, context)}"

    def _step(self) -> str:
        return self._points(self.step.value) if self.step.unit == RATIO else self.step.text

    def _points(self, gap: float) -> str:
        return f"{display_plain(gap * 100)}{'%' if self._of_edge else '个百分点'}"

    def _each_step(self) -> str:
        return f"每{'降' if self.when == 'below' else '超'}{self._step()}"

    def _edge(self) -> str:
        return display_edge(self.from_.value, self.from_.unit) if self.from_ else "目标值"

    def standard(self, context: Context) -> str:
        edge = self._edge()
        side = "及以上" if self.when == "below" else "及以下"
        (full, end), step, each = self._ends(), self._step(), self._each_step()
        partly = {"linear": "按比例扣", "down": "不扣", "up": f"按{step}扣"}[self.rounding]
        return f"{edge}{side}{full}，否则{each}扣{self.per_step}（不足{step}的{partly}），{end}{self._end()}"

    def faults(self, context: Context) -> Iterator[str]:
        if self.from_ and self.step.unit not in (self.from_.unit, RATIO):
            yield f"step（{self.step.text}）与 from（{self.from_.text}）单位不同"
        if self.step.value <= 0:
            yield "step 应大于 0"
        if self.nothing and (self.nothing.unit != self.step.unit or np.isfinite(self.nothing.high)):
            yield f"nothing 写差距的下限，单位同 step，如 “>20{self.step.unit}”"
        yield from super().faults(context)

    def unit(self) -> str | None:
        if self.from_:
            return self.from_.unit
        return None if self.step.unit == "天" else self.step.unit

    def edges(self) -> list[float]:
        return [self.from_.value] if self.from_ else []


def doubtful_target(rule: BaseRule, actual: Figure, target: Figure) -> tuple[str, bool]:
    """What is doubtful of a target beside a rule, and whether that is certainly wrong; "" where nothing is.

    The rule says that less is better and the target that more is (≥95% under 不超过目标值), or it has a number of its
    own (每季度至少检查1次) and the target is another one (≥12次), or it is of what lies beyond the target (超支率≤0%,
    增长率≥10%) and the result is an amount: 105万元 of 100万元 counts as 105%.
    """
    better = rule.better if isinstance(rule, Proportional) else None
    if better and target.operator != "=" and (better == "lower") != target.lower_is_better:
        side = "不超过" if better == "lower" else "不低于"
        return f"目标值“{target.text}”与评分标准方向相反：标准按{side}目标值计分，请核对是哪一边", False
    edges = rule.edges()
    if edges and rule.unit() == target.unit not in (RATIO, DATE, WORD) and not np.isclose(edges, target.value).any():
        own = display_edge(edges[0], target.unit)
        mend = "标准说的若是每季度、每人一类的数，请把标准改成与目标值同口径的"
        return f"目标值“{target.text}”与评分标准的{own}不同，计分按评分标准的{own}；{mend}", False
    edges = edges if rule.unit() == RATIO else []
    if not edges or max(edges) >= _WHOLE or not actual.unit == target.unit != RATIO or not target.value:
        return "", False
    rate, edge = display_share(actual.value / target.value), display_share(min(edges, key=abs))
    told = f"“{actual.text}”按目标值“{target.text}”的{rate}与标准的{edge}比较；标准说的若是超出、增减的部分"
    return f"{told}，请算好写成百分比", min(edges) <= 0


NumericRule = Proportional | AllOrNothing | Bands | Deduction
"""Every kind of this file; a new one is added here."""
