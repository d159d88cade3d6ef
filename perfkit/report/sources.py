"""What the functions of a report can be asked with: a case, what was computed of it, or the units of a department."""

from __future__ import annotations

from collections.abc import Sequence

from ..cases.case import Case
from ..errors import PerfkitError
from ..monitoring import Monitor
from ..scoring.scorecard import Scorecard, score, scorecards

Source = Case | Scorecard | Monitor | Sequence[Scorecard]
"""The scorecards of a department's units stand for the department where its units are shown: they are scored once."""


def case_of(source: Source) -> Case:
    """The case itself. Raises `PerfkitError` for several scorecards."""
    if isinstance(source, Sequence):
        raise PerfkitError("这部分要一个案例（或它的评分、监控），不是几张评分表")
    return source if isinstance(source, Case) else source.case


def card_of(source: Source) -> Scorecard:
    """The scorecard. Raises `PerfkitError` for a kind of case that has no score."""
    return source if isinstance(source, Scorecard) else score(case_of(source))


def monitor_of(source: Source) -> Monitor:
    """The state of a monitored project. Raises `PerfkitError` for another kind of case."""
    return source if isinstance(source, Monitor) else Monitor(case_of(source))


def units_of(source: Source) -> list[Scorecard]:
    """The scorecards of a department's units; none for anything else."""
    if isinstance(source, Sequence):
        return list(source)
    return scorecards(case_of(source).units)
