"""How firm a total and its grade are: other readings, judged shares, missing data, denominators, roundings, weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import PerfkitError
from ..figures.quantities import display, display_share, signed
from ..rubrics.rubric import EXECUTION, Measure, Rounding
from ..rubrics.rules.judged import Judged, Qualitative
from ..rubrics.rules.numeric import Deduction
from ..tables import frame_of, shown
from ..validating import Model
from ..words import DASH, STAGES
from .scorecard import Scorecard, ScoreRow, reached
from .scores import total_scores

if TYPE_CHECKING:
    from ..tables.frame import Frame

Choice = tuple[float, float]
"""What is added to the points, and what is taken off the weight that they are out of."""
Way = tuple[float, float, float]
"""A `Choice`, and what is added beyond the full marks."""
AS_IS: Way = (0.0, 0.0, 0.0)
JUDGEMENT = 0.1
"""A judged share may as well have been so much higher or lower."""
REWEIGHED = 0.1
"""A weight is tried with this part more and less; the others keep theirs."""
ALL = "全部指标"
"""What stands for the indicator of a change that is done to all of them."""
_ROUNDINGS = {
    "得分不取舍": Rounding(),
    **{
        f"{what}{word}到{places}位小数": Rounding.model_validate({"mode": mode, field: places})
        for mode, word in (("half_up", "四舍五入"), ("truncate", "截"))
        for what, field, places in (("各项得分", "score", 1), ("各项得分", "score", 2), ("得分率（%）先", "rate", 2))
    },
}
"""Ways to round before adding."""


def extreme(base: float, weight: float, choices: Collection[Collection[Choice]], best: Callable[..., Any]) -> float:
    """The extreme of (base + points) ÷ (weight − left out) × weight, one choice an indicator (Dinkelbach 1967)."""
    found, rate = base, math.nan
    while not math.isclose(found / weight, rate, rel_tol=1e-12, abs_tol=1e-15):
        rate = found / weight
        chosen = [best(options, key=lambda option: option[0] + rate * option[1]) for options in choices]
        points, left = base + math.fsum(p for p, _ in chosen), weight - math.fsum(w for _, w in chosen)
        if left <= 0:
            return found
        found = points if left == weight else points / left * weight
    return found


def _stepping(rule: Any, rounding: str) -> Any:
    """The rule with every deduction in it that leaves it open counting started steps so; itself where there is none."""
    if isinstance(rule, Deduction):
        return rule if "rounding" in rule.model_fields_set else rule.model_copy(update={"rounding": rounding})
    if isinstance(rule, list):
        found = [_stepping(each, rounding) for each in rule]
        return rule if all(new is old for new, old in zip(found, rule, strict=True)) else found
    if not isinstance(rule, Model):
        return rule
    changed = {name: new for name, old in rule if (new := _stepping(old, rounding)) is not old}
    return rule.model_copy(update=changed) if changed else rule


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to score one indicator.

    Parameters
    ----------
    id : of the indicator; change : what is done differently, in Chinese.
    score : its points then, NaN where it is left out; total, grade : with this one change.
    effect : on the total, points.
    way : by which it goes together with the changes of other indicators.
    """

    id: str
    change: str
    score: float
    total: float
    grade: str | None
    effect: float
    way: Way = field(default=AS_IS, repr=False)


class Sensitivity:
    """What a total may become when anything that could have been decided otherwise is decided otherwise.

    Attributes
    ----------
    low, high : the least and the greatest total; every indicator takes one of its ways.
    grades : the grades that can be reached, the best first.
    alternatives : one `Alternative` each; also of a weight that is changed, and of all figures rounded otherwise, which
        are not in `low` and `high`.
    """

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        self._weight, self._points, self._beyond = reached(card.rows)
        self._choices = [list(self._ways(row)) for row in card.rows]
        self.low, self.high = self._end(min), self._end(max)
        percents = (end * 100 / card.rubric.weight for end in (self.low, self.high))
        self.grades = () if math.isnan(self.low) else card.rubric.profile.grades_between(*percents)

    def _total(self, choices: Collection[Way]) -> float:
        """The total with these choices, out of the rubric's whole weight."""
        left = self._weight - math.fsum(out for _, out, _ in choices)
        if left <= 0:
            return math.nan
        points = self._points + math.fsum(points for points, _, _ in choices)
        return points / left * self.card.rubric.weight + self._beyond + math.fsum(beyond for *_, beyond in choices)

    def _ways(self, row: ScoreRow) -> Iterator[Alternative]:
        """The other ways to score an indicator, each with what it does alone."""
        left_out, seen = math.isnan(row.score), set[float]()
        for change, share in self._shares(row):
            points = self.card.rubric.earned(row.indicator, share)
            if round(points, 9) in seen:
                continue
            seen.add(round(points, 9))
            goes_out = math.isnan(points)
            more = (0.0 if goes_out else points) - (0.0 if left_out else row.score)
            way = (more, row.weight * (goes_out - left_out), 0.0) if row.weight else (0.0, 0.0, more)
            if goes_out != left_out or abs(more) > 1e-9:
                yield self._alternative(row.id, change, points, self._total([way]), way)

    def _shares(self, row: ScoreRow) -> Iterator[tuple[str, float]]:
        case, fact, indicator, rule = self.card.case, row.fact, row.indicator, row.indicator.rule
        if case.not_applicable or fact.not_applicable:
            return
        if row.status in ("missing", "not_applicable", "full", "zero"):
            what = "缺数据" if fact.missing or fact.unmeasured else "评分标准没有写到的"
            yield from ((f"{what}按零分", 0.0), (f"{what}按满分", 1.0), (f"{what}不计，由其余指标分担", math.nan))
            return
        if row.status == "overridden":
            yield "按评分标准，不改判", self.card.share_by(indicator)
            return
        for reading in indicator.readings if indicator.most else ():
            yield f"按另一读法“{reading.name}”", self.card.share_by(indicator, reading.rule, reading.measure)
        for part, word in (("down", "不扣"), ("up", "按一步扣")):
            if (other := _stepping(rule, part)) is not rule:
                yield f"不足一步的{word}", self.card.share_by(indicator, other)
        if isinstance(rule, Qualitative):
            if band := rule.bands_of(row.context).get(fact.level or ""):
                yield f"取“{fact.level}”档的下限", band.low
                yield f"取“{fact.level}”档的上限", band.high
        elif isinstance(rule, Judged):
            yield from ((f"评定比例作{display_share(share)}", share) for step in (-JUDGEMENT, JUDGEMENT)
                        if (share := min(max(row.share + step, 0.0), 1.0)) != row.share)  # fmt: skip
        if indicator.measure and indicator.measure.formula == EXECUTION:
            for stage in ("initial", "adjusted"):
                figures = {"executed": "budget.final", "budget": f"budget.{stage}"}
                share = self.card.share_by(indicator, measure=Measure.model_validate({"formula": EXECUTION} | figures))
                if not math.isnan(share):
                    yield f"以{STAGES[stage]}为分母", share

    def _alternative(self, name: str, change: str, score: float, total: float, way: Way = AS_IS) -> Alternative:
        return Alternative(name, change, score, total, self.card.grade_of(total), total - self.card.total, way)

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Every single change, those that move the total most first."""
        found = chain(*self._choices, self._reweighed(), self._rerounded())
        return tuple(sorted((a for a in found if abs(a.effect) > 1e-9), key=lambda a: -abs(a.effect)))

    def _reweighed(self) -> Iterator[Alternative]:
        for row in self.card.rows:
            for word, step in (("加", row.weight * REWEIGHED), ("减", -row.weight * REWEIGHED)):
                if row.weight and not math.isnan(row.score) and self._weight + step > 0:
                    full = self.card.rubric.weight
                    score = self.card.rubric.earned(row.indicator, row.share, row.weight + step)
                    total = (self._points + score - row.score) / (self._weight + step) * full + self._beyond
                    yield self._alternative(row.id, f"分值{word}一成", score, total)

    def _rerounded(self) -> Iterator[Alternative]:
        """The total where all rates or scores are rounded in another way than the profile's."""
        card, rubric = self.card, self.card.rubric
        rounded = rubric.profile.rounding.rate is not None  # then the scorecard has no exact shares
        shares = [card.share_by(r.indicator) if rounded and r.status == "scored" else r.share for r in card.rows]
        for change, rounding in _ROUNDINGS.items():
            other = replace(rubric, profile=rubric.profile.model_copy(update={"rounding": rounding}))
            scores = other.scores(rounding.rates(np.array(shares)))
            total = float(total_scores(other, scores, card._statuses))
            yield self._alternative(ALL, change, float(np.nansum(scores)), total)

    def _end(self, best: Callable[..., Any]) -> float:
        if math.isnan(self.card.total) or not self._weight:
            return math.nan
        options = [[AS_IS, *(each.way for each in ways)] for ways in self._choices]
        inside = extreme(self._points, self._weight, [[each[:2] for each in own] for own in options], best)
        beyond = self._beyond + math.fsum(best(beyond for *_, beyond in own) for own in options)
        return float(inside * self.card.rubric.weight / self._weight + beyond)

    @cached_property
    def flip(self) -> tuple[Alternative, ...]:
        """The fewest changes that together change the grade; empty where none do."""
        return min(filter(None, map(self._towards, (True, False))), key=len, default=())

    def _towards(self, worse: bool) -> tuple[Alternative, ...]:
        """The greatest change of each indicator to one side, taken one after the other until the grade is another."""
        sided = ([each for each in ways if (each.effect < 0) == worse] for ways in self._choices)
        best = [max(ways, key=lambda each: abs(each.effect)) for ways in sided if ways]
        taken: list[Alternative] = []
        for alternative in sorted(best, key=lambda each: -abs(each.effect)):
            taken.append(alternative)
            if self.card.grade_of(self._total([each.way for each in taken])) != self.card.grade:
                return tuple(taken)
        return ()

    @property
    def table(self) -> Frame:
        """The alternatives as a table, those that move the total most first."""
        return frame_of(self.alternatives, ["id", "change", "score", "total", "effect", "grade"])

    @property
    def sentence(self) -> str:
        """How firm the grade is, in Chinese."""
        card = self.card
        if math.isnan(self.low):
            return "没有总分，谈不上等级是否稳健。"
        text = f"总分{display(card.total)}分（{card.grade or DASH}）；凡可另作判定之处全部考虑，"
        text += f"在{display(self.low)}至{display(self.high)}分之间"
        if len(self.grades) < 2:
            return f"{text}，等级都是“{'、'.join(self.grades)}”。"
        listed = "；".join(f"{each.id}{each.change}（{signed(each.effect)}分）" for each in self.flip)
        grades = "、".join(f"“{grade}”" for grade in self.grades)
        return f"{text}，等级可能是{grades}；最少改{len(self.flip)}处就会变：{listed}。"

    def __repr__(self) -> str:
        return f"Sensitivity({self.card.case.id}: {self.sentence})"

    def _repr_html_(self) -> str:
        return shown(self.sentence, self.table)


def rank_intervals(cards: Collection[Scorecard], draws: int = 1000, seed: int = 0, confidence: float = 0.9) -> Frame:
    """How firm the ranks of units are, when every indicator takes one of its ways by chance, the printed one included.

    Parameters
    ----------
    draws : how often all units are scored anew; seed : of the random numbers, so that a run can be repeated.
    confidence : share of the draws that an interval holds.

    Returns
    -------
    Frame, a row a unit: unit, total, rank, rank_from and rank_to, leads (share of the draws in which it is first),
    moves (share in which it stands elsewhere than now), swaps (share in which the next unit stands before it).
    """
    rng = np.random.default_rng(seed)
    scored = [card for card in cards if not math.isnan(card.total)]
    if not isinstance(draws, int) or draws < 1:
        raise PerfkitError(f"抽样次数 draws 应是不小于 1 的整数；给的是 {draws}")
    totals = np.empty((draws, len(scored)))
    for column, card in enumerate(scored):
        own = Sensitivity(card)
        drawn = np.tile([own._points, -own._weight, own._beyond], (draws, 1))
        for ways in filter(None, own._choices):
            options = np.array([AS_IS, *(each.way for each in ways)])
            drawn += options[rng.integers(len(options), size=draws)]
        totals[:, column] = drawn[:, 0] / -drawn[:, 1] * card.rubric.weight + drawn[:, 2]
    now = _ranks(np.array([[card.total for card in scored]]))[0]
    ranks = _ranks(totals)
    order = np.argsort(now, kind="stable")
    swaps = np.full(len(scored), np.nan)
    swaps[order[:-1]] = (totals[:, order[:-1]] < totals[:, order[1:]] - 1e-9).mean(axis=0)
    ends = np.quantile(ranks, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0, method="nearest")
    units, printed = [card.case.unit for card in scored], [card.total for card in scored]
    rows = zip(units, printed, now, *ends, (ranks == 1).mean(axis=0), (ranks != now).mean(axis=0), swaps, strict=True)
    table = frame_of(list(rows), ["unit", "total", "rank", "rank_from", "rank_to", "leads", "moves", "swaps"])
    return table.astype(dict.fromkeys(("rank", "rank_from", "rank_to"), int)).sort_values("rank", kind="stable")


def _ranks(totals: np.ndarray) -> np.ndarray:
    """Ranks from the greatest, equal totals at one rank; shape as given, (draws, units)."""
    ordered = np.sort(-np.round(totals, 9), axis=1)
    return np.stack([np.searchsorted(row, -np.round(own, 9)) + 1 for row, own in zip(ordered, totals, strict=True)])
