"""What notebooks show: `report.overview(card)`, `report.scores(card)` …, each with a card, a case or a monitor.

Every function returns blocks, which show themselves in Jupyter and stand on the page; `docs/report.md` lists them.
"""

# ruff: noqa: F401 - the names are listed once
from .audited import audit, cycle
from .blocks import Bullets, Column, Heading, Note, Paragraph, Span, bullets, chapter, group, section, table
from .charts import budget_stages, lost_points, progress, score_rates, unit_scores
from .kinds import conclusion, consolidation, form, problems, scores, units
from .many import listed, standing
from .monitored import comparison, deviations, estimate, goals, money
from .scored import advice, appendix, doubts, grades, levels, robustness, rubric, worksheet
from .stated import (
    assets,
    budget,
    execution,
    key_points,
    materials,
    overview,
    process,
    projects,
    provenance,
    rectification,
    register,
    review,
    staff,
    surveys,
    text,
    title,
    told,
)


def __getattr__(name: str) -> object:
    """A misspelt function is answered with the one that is meant."""
    from ..reading import unknown_name

    raise AttributeError(name) if name.startswith("_") else unknown_name(name, __dir__())


def __dir__() -> list[str]:
    """The functions for notebooks, and nothing else: what completion offers."""
    return [name for name, own in globals().items() if callable(own) and not name.startswith("_")]
