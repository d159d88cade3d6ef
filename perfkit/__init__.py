"""perfkit: budget performance evaluation (预算绩效管理) with rules as data and scores that explain themselves.

Importing it also lets every Matplotlib figure of the process show Chinese.
"""

# ruff: noqa: F401, PLE0604 - the names are listed once for what runs and once for editors, not a third time in __all__
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .fonts import use_in_matplotlib

__version__ = "0.1.0"

if TYPE_CHECKING:  # for editors and type checkers, which do not run `__getattr__`
    from . import report
    from .auditing import Findings, audit
    from .auditing.cycle import Cycle, cycle, cycles
    from .cases.case import Case
    from .cases.loading import load_case, load_cases
    from .errors import InputError, PerfkitError
    from .exploring import explore
    from .figures.formulas import FORMULAS
    from .monitoring import Monitor, monitor
    from .portfolio import Portfolio, load_portfolio
    from .rubrics.rubric import Library, Profile, Rubric, find_library
    from .rubrics.standards import Standard, read_standard
    from .scoring.comparing import Comparison, compare
    from .scoring.scorecard import Scorecard, score
    from .scoring.scores import score_many

_NAMES = {
    "auditing": ("Findings", "audit"),
    "auditing.cycle": ("Cycle", "cycle", "cycles"),
    "cases.case": ("Case",),
    "cases.loading": ("load_case", "load_cases"),
    "errors": ("InputError", "PerfkitError"),
    "exploring": ("explore",),
    "figures.formulas": ("FORMULAS",),
    "monitoring": ("Monitor", "monitor"),
    "portfolio": ("Portfolio", "load_portfolio"),
    "rubrics.rubric": ("Library", "Profile", "Rubric", "find_library"),
    "rubrics.standards": ("Standard", "read_standard"),
    "scoring.comparing": ("Comparison", "compare"),
    "scoring.scorecard": ("Scorecard", "score"),
    "scoring.scores": ("score_many",),
}
"""Module → the public names that it holds."""
_HOME = {name: module for module, names in _NAMES.items() for name in names}
__all__ = ["report", *_HOME]


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


use_in_matplotlib()
