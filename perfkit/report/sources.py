"""What the functions of a report can be asked with: a case, what was computed of it, or the units of a department."""

from __future__ import annotations

from pathlib import Path

from ..cases.case import Case
from ..cases.loading import one_case
from ..monitoring import Monitor
from ..scoring.scorecard import Scorecard, score, scorecards

Source = Case | Scorecard | Monitor | str | Path | list[Scorecard]
"""The scorecards of a department's units stand for the department where its units are shown: they are scored once."""


def card_of(source: Source) -> Scorecard:
    """The scorecard. Raises `PerfkitError` for a kind of case that has no score."""
    return source if isinstance(source, Scorecard) else score(one_case(source))


def monitor_of(source: Source) -> Monitor:
    """The state of a monitored project. Raises `PerfkitError` for another kind of case."""
    return source if isinstance(source, Monitor) else Monitor(one_case(source))


def units_of(source: Source) -> list[Scorecard]:
    """The scorecards of a department's units; none for anything else."""
    return source if isinstance(source, list) else scorecards(one_case(source).units)
