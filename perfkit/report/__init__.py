"""What notebooks show: what a document states, what the rules give, the audit, monitoring, departments, charts."""

from . import audited, charts, department, monitored, page, scores, stated, wording
from .provenance import provenance

__all__ = ["audited", "charts", "department", "monitored", "page", "provenance", "scores", "stated", "wording"]
