"""The audit (数据核验): every printed figure recomputed, each difference told apart by what it changes.

What statcheck did for statistics in papers: *inconsistency* (a figure) apart from *decision inconsistency* (the grade).
Each check is one small function from a `Subject` to findings; the families are the modules of this package.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType

from ..case import Case
from . import agreement, evidence, money, monitoring, rates, rules, scores, sums
from .findings import (
    SEVERITIES,
    SEVERITY_TEXT,
    TITLES,
    VERDICT_TEXT,
    VERDICTS,
    Finding,
    Findings,
    Severity,
    Summary,
    Verdict,
    signed,
)
from .subject import CHECKS, FULL_MARKS, Subject

FAMILIES = (sums, money, rates, scores, rules, agreement, evidence, monitoring)
"""The modules that register checks."""


def audit(case: Case) -> Findings:
    """Recompute what a case's document prints, with every check that its data allow.

    Parameters
    ----------
    case : any kind; a department is checked against its units, whose own figures are audited as their own cases.

    Returns
    -------
    Findings
        Gravest first, with a summary of where the total stands.
    """
    subject = Subject(case)
    items = [finding for check in CHECKS for finding in check(subject)]
    return Findings(case.id, case.unit, case.year, items, _summary(subject, items))


def _summary(subject: Subject, items: Sequence[Finding]) -> Summary:
    """Where the total stands; every contested indicator counts once, at its widest."""
    total, card = subject.total, subject.card
    by_rule = None if card is None or math.isnan(card.total) else card.total
    ruled = not subject.rows or any(not (row.declared or row.measures_execution) for row in subject.rows)
    ruled_grade = None if by_rule is None else subject.grade(by_rule)  # like the published total, out of 100
    stated = Summary(by_rule=by_rule, grade_by_rule=ruled_grade, rules_printed=ruled)
    if total is None or subject.case.rubric is None:
        return stated
    printed = subject.published.grade
    grade = printed.value if printed else subject.grade(total.value)
    stated = replace(stated, published=total.value, published_grade=grade)
    if subject.case.not_applicable:
        return stated
    effects: defaultdict[str, list[float]] = defaultdict(list)
    for item in items:
        effects[item.indicator or item.code] += item.effects
    low = max(total.value + math.fsum(min(0.0, *values, 0.0) for values in effects.values()), 0.0)
    high = min(total.value + math.fsum(max(0.0, *values, 0.0) for values in effects.values()), FULL_MARKS)
    bands = subject.case.rubric.profile.grades
    inside = [band.grade for band in bands if low < band.range.low <= high or subject.grade(low) == band.grade]
    return replace(stated, low=low, high=high, grades=tuple(inside))


class _Callable(ModuleType):
    """`perfkit.audit` is this package and also its function: importing a submodule must not take it away."""

    def __call__(self, case: Case) -> Findings:
        return audit(case)


sys.modules[__name__].__class__ = _Callable

__all__ = [
    "CHECKS",
    "FAMILIES",
    "SEVERITIES",
    "SEVERITY_TEXT",
    "TITLES",
    "VERDICTS",
    "VERDICT_TEXT",
    "Finding",
    "Findings",
    "Severity",
    "Summary",
    "Verdict",
    "audit",
    "signed",
]
