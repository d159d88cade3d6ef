"""perfkit: budget performance evaluation (预算绩效管理) with rules as data and scores that explain themselves."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import report
    from .auditing import Findings, audit
    from .cases.case import Case
    from .cases.loading import load_case, load_cases
    from .errors import InputError, PerfkitError
    from .figures.formulas import FORMULAS
    from .monitoring import Monitor, monitor
    from .rubrics.rubric import Library, Profile, Rubric, find_library
    from .scoring.scorecard import Scorecard, score, scorecards
    from .scoring.scores import score_many

_HOME = {
    "FORMULAS": "figures.formulas",
    "Case": "cases.case",
    "Findings": "auditing",
    "InputError": "errors",
    "Library": "rubrics.rubric",
    "Monitor": "monitoring",
    "PerfkitError": "errors",
    "Profile": "rubrics.rubric",
    "Rubric": "rubrics.rubric",
    "Scorecard": "scoring.scorecard",
    "audit": "auditing",
    "find_library": "rubrics.rubric",
    "load_case": "cases.loading",
    "load_cases": "cases.loading",
    "monitor": "monitoring",
    "score": "scoring.scorecard",
    "score_many": "scoring.scores",
    "scorecards": "scoring.scorecard",
}
"""Public name → the module that holds it."""

__all__ = [
    "Case",
    "FORMULAS",
    "Findings",
    "InputError",
    "Library",
    "Monitor",
    "PerfkitError",
    "Profile",
    "Rubric",
    "Scorecard",
    "audit",
    "find_library",
    "load_case",
    "load_cases",
    "monitor",
    "report",
    "score",
    "score_many",
    "scorecards",
]


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so that ``import perfkit`` stays quick."""
    if name == "report":
        return import_module(".report", __name__)
    if name not in _HOME:
        raise AttributeError(f"module 'perfkit' has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, and nothing else: what completion offers."""
    return sorted(__all__)
