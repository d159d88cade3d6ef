"""What a department shows: its units side by side, the consolidated budget, and indicators unit by unit."""

from __future__ import annotations

from ..cases.loading import one_case
from ..figures.quantities import display, display_money, display_percent
from ..scoring.scorecard import Scorecard
from ..words import DASH, STAGES
from . import wording
from .blocks import Column, Group, Table, bullets, group, section, table
from .scored import block_table
from .sources import Source, units_of


def units(source: Source) -> Table:
    """A department's units: budget, execution, score, grade; a department itself has no score."""
    columns = [
        Column("单位", lambda card: card.case.unit, 34),
        Column(STAGES["adjusted"], lambda card: display_money(card.case.value("budget.adjusted")), 17, number=True),
        Column(STAGES["final"], lambda card: display_money(card.case.value("budget.final")), 17, number=True),
        Column("执行率", lambda card: display_percent(card.case.execution_rate), 11, number=True),
        Column("得分", _score, 11, number=True),
        Column("等级", lambda card: card.grade or DASH, 10),
    ]
    return table(units_of(source), columns)


def _score(card: Scorecard) -> str:
    return "不适用" if card.status == "not_applicable" else display(card.total)


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


def by_block(source: Source) -> Group:
    """Indicators by level-1 block, and within each block unit by unit; then the units that are not scored, and why."""
    cards = units_of(source)
    scored = [card for card in cards if card.status != "not_applicable"]
    blocks = dict.fromkeys(row.level1 for card in cards for row in card.rows)
    parts = [section(block, *(section(c.case.unit, block_table(c, block)) for c in scored)) for block in blocks]
    skipped = [f"{card.case.unit}：{card.case.not_applicable}。" for card in cards if card not in scored]
    return group(*parts, bullets(skipped))
