"""perfkit: budget performance evaluation (预算绩效管理) with rules as data and scores that explain themselves."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import report
    from .audit import Findings, audit
    from .case import Case
    from .errors import InputError, PerfkitError
    from .formulas import FORMULAS
    from .loading import load_case, load_cases
    from .monitoring import Monitor, monitor
    from .rubric import Library, Profile, Rubric, find_library
    from .scorecard import Scorecard, score, scorecards
    from .scoring import score_columns, score_many

_HOME = {
    "audit": ("Findings",),
    "case": ("Case",),
    "errors": ("InputError", "PerfkitError"),
    "formulas": ("FORMULAS",),
    "loading": ("load_case", "load_cases"),
    "monitoring": ("Monitor", "monitor"),
    "rubric": ("Library", "Profile", "Rubric", "find_library"),
    "scorecard": ("Scorecard", "score", "scorecards"),
    "scoring": ("score_columns", "score_many"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "FORMULAS",
    "Case",
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
    "score_columns",
    "score_many",
    "scorecards",
]


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so that ``import perfkit`` stays quick."""
    if name in ("audit", "report"):  # packages; `audit` can be called
        return import_module(f".{name}", __name__)
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'perfkit' has no attribute {name!r}")
    value = getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
