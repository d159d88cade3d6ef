"""What the notebooks show: `stated` by the document, `scores` by the rules, `monitored`, `department`, and charts."""

from . import charts, department, monitored, page, scores, stated, wording
from .provenance import provenance

__all__ = ["charts", "department", "monitored", "page", "provenance", "scores", "stated", "wording"]
