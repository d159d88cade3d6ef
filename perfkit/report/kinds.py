"""What every kind of report has, and each shows in its own way: conclusion, scores in detail, problems."""

from __future__ import annotations

from ..cases.loading import one_case
from ..monitoring import Monitor
from . import department, scored, stated, wording
from .blocks import Block, Group, Paragraph, bullets, group
from .sources import Source, card_of, units_of


def conclusion(source: Source) -> Block:
    """The overall result in words: of a card, set off; of a department, unit by unit; of monitoring, point by point."""
    if isinstance(source, Monitor):
        return bullets(wording.monitoring(source))
    if units := units_of(source):
        return group(*map(wording.conclusion, units))
    return Paragraph(wording.conclusion(card_of(source)), "lead")


def scores(source: Source) -> Group:
    """Indicator by indicator with its trace; of a department, unit by unit within each block."""
    return department.by_block(units) if (units := units_of(source)) else scored.indicators(source)


def problems(source: Source) -> Group:
    """What lost points and why, then the problems the document itself states; of a department, those of its units."""
    case = one_case(source)
    if case.rubric:
        return group(scored.lost(card_of(source)), stated.problems(case))
    return group(stated.problems(case), department.unit_problems(case))
