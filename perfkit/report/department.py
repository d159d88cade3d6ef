"""What a department shows: its units side by side, the consolidated budget, and what the units say is wrong."""

from __future__ import annotations

from collections.abc import Iterable

from ..cases.case import Case
from ..figures.quantities import display, display_money, display_percent
from ..scoring.scorecard import Scorecard
from . import stated
from .page import DASH, Column, Html, bullets, heading, join, paragraph, section, table
from .scores import block_table

_STAGES = (("initial", "年初预算"), ("adjusted", "全年预算"), ("final", "全年执行"))


def units(cards: Iterable[Scorecard]) -> Html:
    """A department's units: budget, execution, score, grade; a department itself has no score."""
    rows = []
    for card in cards:
        budget, spent = card.case.value("budget.adjusted"), card.case.value("budget.final")
        rate = display_percent(spent / budget) if budget else DASH
        total = display(card.total) if card.status != "not_applicable" else "不适用"
        rows.append((card.case.unit, display_money(budget), display_money(spent), rate, total, card.grade or DASH))
    columns = [
        Column("单位", 34),
        Column("全年预算", 17, number=True),
        Column("全年执行", 17, number=True),
        Column("执行率", 11, number=True),
        Column("得分", 11, number=True),
        Column("等级", 10),
    ]
    return table(columns, rows)


def consolidation(case: Case) -> Html:
    """The department's budget beside the sum of its units; transfers between units cancel out."""
    rows = [(title, *_stage(case, name)) for name, title in _STAGES]
    columns = [
        Column("阶段", 16),
        Column("部门公布数", 20, number=True),
        Column("所属单位合计", 20, number=True),
        Column("相差", 16, number=True),
        Column("说明", 28, optional=True),
    ]
    return join([table(columns, rows), paragraph(transfers(case))])


def _stage(case: Case, name: str) -> tuple[str, str, str, str]:
    parts = [unit.value(f"budget.{name}") for unit in case.units]
    missing = sum(part != part for part in parts)
    total, stated = sum(parts), case.value(f"budget.{name}")
    note = f"{missing}个单位未列，不能汇总" if missing else ""
    return display_money(stated), display_money(total), display_money(round(total - stated, 2)), note


def transfers(case: Case) -> str:
    """Whether money moved between the units cancels out, in one Chinese sentence."""
    moved = {"transfer_in": 0.0, "transfer_out": 0.0}
    for unit in case.units:
        for change in unit.file.budget.changes if unit.file.budget else ():
            if change.kind in moved:
                moved[change.kind] += change.amount.value.value
    gap = moved["transfer_in"] - moved["transfer_out"]
    verdict = "汇总时相互抵消" if abs(gap) < 0.005 else f"两者相差{display_money(gap)}，请核对"
    amounts = f"转入{display_money(moved['transfer_in'])}、转出{display_money(moved['transfer_out'])}"
    return f"单位之间{amounts}，{verdict}；部门本身不另评分。"


def problems(case: Case) -> Html | None:
    """Problems and improvements unit by unit, as the document states them; None where no unit has any."""
    rows = [(unit.unit, *row) for unit in case.units for row in stated.problem_rows(unit)]
    columns = [Column("单位", 20, merge=True), *stated.PROBLEM_COLUMNS]
    return section("所属单位的问题与改进措施", table(columns, rows) if rows else None)


def by_block(cards: Iterable[Scorecard]) -> Html:
    """Indicators by level-1 block, and within each block unit by unit."""
    cards = list(cards)
    parts: list[Html | None] = []
    for block in dict.fromkeys(row.level1 for card in cards for row in card.rows):
        parts.append(heading(block))
        for card in cards:
            if card.status == "not_applicable":
                continue
            if any(row.level1 == block for row in card.rows):
                parts += [heading(card.case.unit, 4), block_table(card, block)]
    skipped = [f"{card.case.unit}：{card.case.not_applicable}。" for card in cards if card.status == "not_applicable"]
    return join([*parts, bullets(skipped)])
