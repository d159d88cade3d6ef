"""What every kind of report has, and each shows in its own way: conclusion, scores in detail, problems; and what only a
department shows: its units side by side, and the consolidated budget.
"""

from __future__ import annotations

from ..cases.loading import one_case
from ..figures.quantities import display, display_money, display_percent
from ..monitoring import Monitor
from ..scoring.scorecard import Scorecard
from ..words import DASH, STAGES
from . import monitored, scored, stated, wording
from .blocks import Block, Column, Group, Paragraph, Table, bullets, group, section, table
from .sources import Source, card_of, monitor_of, units_of


def conclusion(source: Source) -> Block:
    """The overall result in words: of a card, set off; of a department, unit by unit; of monitoring, point by point."""
    if isinstance(source, Monitor):
        return bullets(wording.monitoring(source))
    if cards := units_of(source):
        return group(*map(wording.conclusion, cards))
    card = card_of(source)
    return group(Paragraph(wording.conclusion(card), "lead"), wording.by_block(card))


def scores(source: Source) -> Group:
    """Indicator by indicator with its trace; of a department, unit by unit within each block."""
    return by_block(cards) if (cards := units_of(source)) else scored.indicators(source)


def problems(source: Source) -> Group:
    """Of a card what lost points and why; else the problems that are stated, of a department those of its units too."""
    return scored.problems(card_of(source)) if one_case(source).rubric else stated.problems(source)


def form(source: Source) -> Group:
    """The official form that a report of this kind holds: 绩效自评表, 绩效目标执行监控表, 绩效目标申报表."""
    case = one_case(source)
    if case.kind == "monitoring":
        return monitored.form(monitor_of(source))
    return monitored.declaration(case) if case.kind == "declaration" else scored.form(source)


def units(source: Source) -> Table:
    """A department's units: budget, execution, score, grade; a department itself has no score."""
    columns = [
        Column("单位", lambda card: card.case.unit, 34),
        Column(STAGES["adjusted"], lambda card: display_money(card.case.value("budget.adjusted")), 17, number=True),
        Column(STAGES["final"], lambda card: display_money(card.case.value("budget.final")), 17, number=True),
        Column("执行率", lambda card: display_percent(card.case.execution_rate), 11, number=True),
        Column("得分", lambda c: "不适用" if c.status == "not_applicable" else display(c.total), 11, number=True),
        Column("等级", lambda card: card.grade or DASH, 10),
    ]
    return table(units_of(source), columns)


def consolidation(source: Source) -> Group:
    """The department's budget beside the sum of its units; transfers between units cancel out."""
    case = one_case(source)
    columns = [
        Column("阶段", lambda row: row[0], 16),
        Column("部门公布数", lambda row: display_money(row[1]), 20, number=True),
        Column("所属单位合计", lambda row: display_money(row[2]), 20, number=True),
        Column("相差", lambda row: display_money(round(row[2] - row[1], 2)), 16, number=True),
        Column("说明", lambda row: f"{row[3]}个单位未列，不能汇总" if row[3] else "", 28, optional=True),
    ]
    rows = []
    for name in ("initial", "adjusted", "final"):
        whole, *parts = (own.value(f"budget.{name}") for own in (case, *case.units))
        rows.append((STAGES[name], whole, sum(parts), sum(part != part for part in parts)))
    return group(table(rows, columns), wording.transfers(case))


def by_block(cards: list[Scorecard]) -> Group:
    """Indicators by level-1 block, and within each block unit by unit; then the units that are not scored, and why."""
    told = [card for card in cards if card.status != "not_applicable"]
    blocks = dict.fromkeys(row.level1 for card in cards for row in card.rows)
    parts = [section(block, *(section(c.case.unit, scored.block_table(c, block)) for c in told)) for block in blocks]
    skipped = [f"{card.case.unit}：{card.case.not_applicable}。" for card in cards if card not in told]
    return group(*parts, bullets(skipped))
