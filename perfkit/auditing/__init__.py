"""The audit (数据核验): every printed figure recomputed, each difference told apart by what it changes.

What statcheck did for statistics in papers: *inconsistency* (a figure) apart from *decision inconsistency* (the grade).
Each check is one small function from a `Subject` to findings; the families are the modules of this package.
"""

from __future__ import annotations

from pathlib import Path

from ..cases.case import Case
from ..cases.loading import one_case
from ..scoring.scorecard import Scorecard
from . import agreement, declaration, evidence, money, monitoring, plausible, rates, rules, scores, sums
from .findings import CODES, SEVERITIES, VERDICTS, Code, Finding, Findings, Severity, Summary, signed
from .standing import summary
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
    return Findings(case.id, case.unit, case.year, items, summary(subject, items))


__all__ = ["CODES", "SEVERITIES", "VERDICTS", "Code", "Finding", "Findings", "Severity", "Summary", "audit", "signed"]
