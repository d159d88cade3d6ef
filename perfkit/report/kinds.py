"""What every kind of report has, and each shows in its own way: conclusion, scores in detail, problems."""

from __future__ import annotations

from ..cases.loading import one_case
from ..monitoring import Monitor
from . import declared, department, monitored, scored, stated, wording
from .blocks import Block, Group, Paragraph, bullets, group
from .sources import Source, card_of, monitor_of, units_of


def conclusion(source: Source) -> Block:
    """The overall result in words: of a card, set off; of a department, unit by unit; of monitoring, point by point."""
    if isinstance(source, Monitor):
        return bullets(wording.monitoring(source))
    if units := units_of(source):
        return group(*map(wording.conclusion, units))
    card = card_of(source)
    return group(Paragraph(wording.conclusion(card), "lead"), wording.by_block(card))


def scores(source: Source) -> Group:
    """Indicator by indicator with its trace; of a department, unit by unit within each block."""
    return department.by_block(units) if (units := units_of(source)) else scored.indicators(source)


def problems(source: Source) -> Group:
    """Of a card what lost points and why; else the problems that are stated, of a department those of its units too."""
    return scored.problems(card_of(source)) if one_case(source).rubric else stated.problems(source)


def form(source: Source) -> Group:
    """The official form that a report of this kind holds: 绩效自评表, 绩效目标执行监控表, 绩效目标申报表."""
    case = one_case(source)
    if case.kind == "monitoring":
        return monitored.form(monitor_of(source))
    return declared.form(case) if case.kind == "declaration" else scored.form(source)
