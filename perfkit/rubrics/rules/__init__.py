"""Scoring rules (评分标准) as data: each gives a share of the weight, the sentence that explains it, and its own text.

`numeric` over a measured value, `counted` over things found, `judged` by a person, `combined` over other rules.
"""

from .base import OPERATOR_CODES, BaseRule, Context, Facts
from .combined import AnyOf, Case, FirstOf, Rule
from .counted import Checklist, Ordinal, PerItem
from .judged import Judged, Qualitative, SelfDeclared
from .numeric import AllOrNothing, Bands, Deduction, Proportional
from .ranges import Range, RangeField, find, gaps, parse_range

__all__ = [
    "OPERATOR_CODES",
    "AllOrNothing",
    "AnyOf",
    "Bands",
    "BaseRule",
    "Case",
    "Checklist",
    "Context",
    "Deduction",
    "Facts",
    "FirstOf",
    "Judged",
    "Ordinal",
    "PerItem",
    "Proportional",
    "Qualitative",
    "Range",
    "RangeField",
    "Rule",
    "SelfDeclared",
    "find",
    "gaps",
    "parse_range",
]
