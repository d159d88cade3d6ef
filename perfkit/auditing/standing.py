"""Where the published total stands: by the rules, and between which bounds the findings leave it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ..scoring.sensitivity import extreme
from .findings import CODES, Finding, Summary
from .subject import Subject


def summary(subject: Subject, items: Sequence[Finding]) -> Summary:
    """Where the total stands."""
    total, card, rubric = subject.total, subject.card, subject.case.rubric
    by_rule = None if card is None or math.isnan(card.total) else card.total
    ruled = not subject.rows or any(not (row.declared or row.measures_execution) for row in subject.rows)
    read = not ruled and any(row.read_rules for row in subject.rows)
    grade_by_rule = card.grade if card else None
    stated = Summary(by_rule=by_rule, grade_by_rule=grade_by_rule, rules_printed=ruled, rules_read=read)
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
