"""The audit (数据核验): every printed figure recomputed, each difference told apart by what it changes.

What statcheck did for statistics in papers: *inconsistency* (a figure) apart from *decision inconsistency* (the grade).
Each check is one small function from a `Subject` to findings; the families are the modules of this package.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..cases.case import Case
from ..cases.loading import one_case
from ..scoring.scorecard import Scorecard
from ..scoring.sensitivity import extreme
from . import agreement, declaration, evidence, money, monitoring, plausible, rates, rules, scores, sums
from .findings import CODES, SEVERITIES, VERDICTS, Code, Finding, Findings, Severity, Summary
from .subject import CHECKS, Subject

FAMILIES = (sums, money, rates, scores, rules, agreement, evidence, plausible, monitoring, declaration)
"""The modules that register checks."""


def audit(given: Case | Scorecard | str | Path) -> Findings:
    """Recompute what a case's document prints, with every check that its data allow.

    Parameters
    ----------
    given : a case of any kind, its scorecard, or the path of its file; a department is checked against its units, whose
        own figures are audited as their own cases.

    Returns
    -------
    Findings
        Gravest first, with a summary of where the total stands.

    Raises
    ------
    PerfkitError : for anything else. InputError : for a faulty file.
    """
    case = one_case(given)
    subject = Subject(case)
    items = [finding for check in CHECKS for finding in check(subject)]
    return Findings(case.id, case.unit, case.year, items, _summary(subject, items))


def _summary(subject: Subject, items: Sequence[Finding]) -> Summary:
    """Where the total stands."""
    total, card, rubric = subject.total, subject.card, subject.case.rubric
    unweighted = any(row.score and row.score.value > row.top == 0 for row in subject.rows)
    slipped = any(row.slipped and not row.reproduced for row in subject.rows)
    by_rule = None if card is None or math.isnan(card.total) or unweighted or slipped else card.total
    ruled = not subject.rows or any(not (row.declared or row.measures_execution) for row in subject.rows)
    read = not ruled and any(row.read_rules for row in subject.rows)
    reached = None if card is None or by_rule is None else card.grade
    stated = Summary(by_rule=by_rule, grade_by_rule=reached, rules_printed=ruled, rules_read=read)
    if total is None or rubric is None:
        return stated
    printed = subject.published.grade
    grade = printed.value if printed else subject.grade(total.value)
    stated = replace(stated, published=total.value, published_grade=grade)
    if subject.case.not_applicable or not rubric.weight:
        return stated
    low, high = _range(subject, total.value, rubric.weight, items)
    grades = rubric.profile.grades_between(subject.percent(low), subject.percent(high))
    return replace(stated, low=low, high=high, grades=grades)


def _range(subject: Subject, total: float, full: float, items: Sequence[Finding]) -> tuple[float, float]:
    """The least and the greatest total that the corrections leave possible.

    A contested indicator takes any one of its scores, or is left out, and the sum is out of the weight of those that
    stay; a correction of the total itself stands alone. A total that is not the sum of its scores is one possibility,
    their sum is the base of the others.
    """
    choices: defaultdict[str, set[tuple[float, float]]] = defaultdict(lambda: {(0.0, 0.0)})  # points, weight left out
    base, alone = total, [total]
    for item in items:
        row = subject.row(item.indicator) if item.leaves_out and item.indicator else None
        effect = CODES[item.code].effect
        if effect == "base":
            base += math.fsum(item.effects)
        elif effect == "total":
            alone += [total + effect for effect in item.effects]
        elif row and row.score:
            choices[row.key].add((-row.score.value, row.weight))
        else:
            choices[item.indicator or item.code] |= {(effect, 0.0) for effect in item.effects}
    low = min(*alone, extreme(base, full, choices.values(), min))
    high = max(*alone, extreme(base, full, choices.values(), max))
    return max(low, 0.0), min(high, subject.full_marks)


__all__ = ["CODES", "SEVERITIES", "VERDICTS", "Code", "Finding", "Findings", "Severity", "Summary", "audit"]
