"""A published 评分标准 as a rule: all its readings, what it leaves open, and the points that facts earn under each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...errors import PerfkitError
from ...figures.formulas import FORMULAS
from ...figures.quantities import display_plain
from ...words import AS_STATED
from ..rules.base import BaseRule, Context
from ..rules.combined import FirstOf
from ..rules.numeric import Bands
from ..rules.ranges import Range, display_edge
from .given import Given
from .reading import UnclearError, fallback, read_rules
from .statements import outcomes
from .wording import PHRASES, plain, printed

_FULL_BY_MET = ("proportional", "deduction", "per_item", "checklist", "all_deductions")
"""Kinds of which a plain 是 says that the condition of the full marks holds."""

SCORED_BY = re.compile("[（(]计分按[：:](.+)[）)]。?$", re.S)
"""How an indicator states what it is scored by, behind its standard as printed (see `Indicator.stated`)."""


@dataclass(frozen=True)
class Standard:
    """What `read_standard` understood of a printed 评分标准.

    Parameters
    ----------
    text : as printed.
    weight : points of the indicator.
    readings : every way to read the text; the first is `rule`, the one that is scored.
    understood : whether every word about points is in the rule.
    reason : why it was not understood, or why it computes nothing, in Chinese; else "".
    name : of the indicator, or of its formula.
    """

    text: str
    weight: float
    readings: tuple[BaseRule, ...]
    understood: bool = True
    reason: str = ""
    name: str = ""

    def __repr__(self) -> str:
        return f"<{display_plain(self.weight)}分，读作：{self.standard}{self.reason and f'（{self.reason}）'}>"

    @property
    def rule(self) -> BaseRule:
        """The reading that is scored."""
        return self.readings[0]

    @property
    def kind(self) -> str:
        return str(self.rule.kind)  # type: ignore[attr-defined]

    @property
    def context(self) -> Context:
        return Context(self.weight)

    @property
    def standard(self) -> str:
        """The 评分标准 that the rule writes of itself."""
        return self.rule.standard(self.context)

    @cached_property
    def _plain(self) -> str:
        return plain(self.text)

    @cached_property
    def lints(self) -> tuple[str, ...]:
        """Chinese sentences on what the text leaves open or contradicts."""
        found = [*self.rule.faults(self.context), *self.rule.lint(self.context)]
        if self.kind == "checklist" and not outcomes(self._plain):
            found.append("没有列出各项要素占多少，这里按平均计")
        if self.kind == "all_or_nothing" and len(outcomes(self._plain)) == 1:
            found.append("只说了一种情形得几分，这里其他情形按相反计")
        if ranges := _ranges(self.rule):
            low, high = min(ranges, key=lambda range: range.low), max(ranges, key=lambda range: range.high)
            if low.low > 0 and np.isfinite(low.low):
                found.append(f"{display_edge(low.low, low.unit)}以下没有说得几分")
            elif np.isinf(low.low) and np.isfinite(high.high):
                found.append(f"{display_edge(high.high, high.unit)}以上没有说得几分")
        return tuple(dict.fromkeys(found))

    def points(
        self,
        *,
        actual: str | None = None,
        target: str | None = None,
        count: int | str | Sequence[int | str] | None = None,
        items: Sequence[bool | str] | None = None,
        met: bool | str | None = None,
        level: str | None = None,
        last: str | None = None,
    ) -> list[float]:
        """The points of one unit under each reading, NaN where the facts do not suffice.

        Parameters
        ----------
        actual, target, last : as in a case file (``93%``, ``≥24次``); `last` is last year's value of a change.
        count : how many were found, done or missing; a list where the text deducts for several things, in their order.
        items : whether each element is satisfied.
        met : whether the requirement is met.
        level : 优, 良, ….

        A requirement that closes the whole indicator (未编制目标的不得分) counts as met unless `met` or nothing else
        is given. Raises `UnitError` for what cannot be read.
        """
        text = self._plain
        missing = bool(PHRASES["counts_missing"].search(text) and not PHRASES["counts_met"].search(text))
        stated = {"actual": actual, "target": target, "count": count, "items": items, "met": met, "level": level}
        if last is not None:  # what is asked for may be by how much it fell
            falls = bool(PHRASES["asks_fall"].search(text) and not PHRASES["asks_rise"].search(text))
            falls &= not PHRASES["signed"].search(self.name)  # a 变动率 is below 0 where something fell
            stated |= {"last": last, "falls": falls, "in_points": "百分点" in self.text}
        given = [Given(rule, stated, missing=missing) for rule in self.readings]
        return [self._share(own.rule, own) * self.weight for own in given]

    def _share(self, rule: BaseRule, given: Given) -> float:
        share = float(rule.shares(given, "", self.context)[0])
        if not np.isnan(share):
            return share
        others = given.actual or given.counts or given.answers is not None or given.named is not None
        open_ = _behind_gate(rule)
        if open_ and (others if given.met is None else given.met and not others):
            return self._share(open_, given)
        if given.met and not others and rule.kind in _FULL_BY_MET:  # type: ignore[attr-defined]
            return float(getattr(rule, "base", 1.0))
        return share

    def to_dict(self, points: Sequence[float] = ()) -> dict[str, Any]:
        """As JSON; with `points` also these, and under ``points_any`` all of them where the readings differ."""
        shown = [None if np.isnan(value) else round(value, 9) for value in points]
        different = list(dict.fromkeys(shown))
        return {
            "kind": self.kind,
            "rule": written(self.rule),
            "standard": self.standard,
            "readings": [written(rule) for rule in self.readings],
            **({"points": shown[0]} if shown else {}),
            **({"points_any": different} if len(different) > 1 else {}),
            "understood": self.understood,
            "reason": self.reason,
            "lints": list(self.lints),
            "text": self.text,
        }


def _ranges(rule: BaseRule) -> list[Range]:
    """The ranges of a value outside of which a rule gives nothing; none where it always gives something."""
    if isinstance(rule, Bands):
        return [band.range for band in rule.bands]
    cases = rule.cases if isinstance(rule, FirstOf) else []
    ranges = [case.when for case in cases if isinstance(case.when, Range) and not case.on]
    return ranges if len(ranges) == len(cases) else []


def _behind_gate(rule: BaseRule) -> BaseRule | None:
    """What scores where the requirement that closes the whole indicator is met; None without such a requirement."""
    if not isinstance(rule, FirstOf) or rule.cases[0].when != "否" or rule.cases[0].rule.kind != "constant":
        return None
    rest = rule.cases[1:]
    return FirstOf(cases=rest, on=rule.on) if len(rest) > 1 else rest[0].rule


def written(rule: BaseRule) -> dict[str, Any]:
    """A rule as a rubric file writes it, without what goes without saying."""
    return rule.model_dump(by_alias=True, exclude_unset=True)


def read_standard(text: str, *, weight: float, name: str = "", measure: Any = None) -> Standard:
    """Understand a published 评分标准.

    Parameters
    ----------
    text : as printed: ``≥95%得满分，每降低1个百分点扣5%权重分，扣完为止``.
    weight : points of the indicator.
    name : of the indicator; it may say what the text leaves unsaid (a rate, 控制率).
    measure : the formula of the indicator's value (a name, or as in a rubric file).

    Returns
    -------
    Standard : with the rule and its other readings. What gives no rule is `judged` with the text as criterion, and
        `understood` is False with the reason.

    Examples
    --------
    >>> read_standard("≥95%得满分，每降低1个百分点扣0.5分", weight=8).points(actual="93%")
    [7.0, 7.0]
    """
    if not isinstance(text, str):
        raise PerfkitError(f"评分标准应是一段文字，给的是 {type(text).__name__}")
    return understand(text, float(weight), name, measure, usual="ratio")


def understand(text: str, weight: float, name: str, measure: Any, *, usual: str | None = None) -> Standard:
    """As `read_standard`; the `usual` formula for lower-is-better goes without saying in the rule, by default none."""
    formula = measure.get("formula") if isinstance(measure, dict) else getattr(measure, "formula", measure)
    known = FORMULAS.get(formula or name)
    scored = SCORED_BY.search(text)  # as perfkit's own reports print it: what is scored stands behind what was printed
    own = scored[1] if scored else text
    if scored and plain(own) == plain(AS_STATED):
        own = text[: scored.start()]
    subject, better = name or formula or "", known.better if known else ""
    try:
        rules = read_rules(own, Context(weight), subject, better, usual=usual)
    except (UnclearError, ValueError, ArithmeticError) as error:
        reason = printed(str(error)) if isinstance(error, UnclearError) else "读出的数不能组成评分标准"
        return Standard(text, weight, (fallback(text),), False, reason, subject)
    reason = "" if rules[0].decided == "scored" else "由评价人判定，不能自动计算"
    return Standard(text, weight, tuple(rules), True, reason, subject)


__all__ = ["Standard", "read_standard", "understand", "written"]
