"""What monitoring shows: goals and their revision, comparison with the stage, deviations, money."""

from __future__ import annotations

from ..cases.models import Goal
from ..figures.quantities import MONEY, display_money, display_number, display_percent, round_half_up
from ..monitoring import LIGHTS, GoalRow, Monitor
from .page import DASH, Column, Html, paragraph, table, text
from .stated import shown

UNREPORTED = "未填报"


def goals(monitor: Monitor) -> Html:
    """Declared against revised goals: adjustment, tracking target, whether tracked."""
    rows = []
    for goal in monitor.file.goals:
        declared, revised = goal.declared, goal.revised
        rows.append(
            (
                goal.level1,
                goal.level2 or DASH,
                goal.name,
                shown(declared.target) if declared else DASH,
                shown(revised.target) if revised else DASH,
                revised.adjustment if revised else "未列入调整表",
                shown(revised.tracking) if revised else DASH,
                revised.tracked if revised else DASH,
            )
        )
    columns = [
        Column("一级指标", 10, merge=True),
        Column("二级指标", 11, merge=True),
        Column("三级指标", 26),
        Column("申报目标值", 12),
        Column("核对后目标值", 12),
        Column("调整类型", 11),
        Column("跟踪目标值", 11),
        Column("是否跟踪", 7),
    ]
    return table(columns, rows)


def comparison(monitor: Monitor) -> Html:
    """Annual target, stage target, actual, rates, light; goals without actual stay visible."""
    rows = [
        (
            row.level1,
            row.name,
            row.annual_target or DASH,
            row.stage_target or DASH,
            row.actual or UNREPORTED,
            display_percent(row.rate_to_stage),
            display_percent(row.rate_to_annual),
            _light(row.light),
        )
        for row in monitor.rows
        if row.actual or row.name in monitor.unreported
    ]
    columns = [
        Column("一级指标", 10, merge=True),
        Column("三级指标", 28),
        Column("全年目标", 12),
        Column("本阶段应完成", 12),
        Column("实际完成", 12),
        Column("阶段完成率", 10, number=True),
        Column("全年完成率", 10, number=True),
        Column("亮灯", 8),
    ]
    return table(columns, rows)


def _light(light: str | None) -> Html:
    return Html(f'<span class="light {light}">{LIGHTS[light]}</span>') if light else text(DASH)


def deviations(monitor: Monitor) -> Html:
    """Goals whose light is not green or that lack their actual value, and those with a reason; what is to come."""
    rows = [
        (
            row.name,
            UNREPORTED if row.name in monitor.unreported else _light(row.light),
            display_percent(row.rate_to_stage),
            _projected(row),
            "；".join(filter(None, (row.category, row.reason))) or "未说明",
            row.likelihood or "未说明",
        )
        for row in monitor.rows
        if row.light not in (None, "green") or row.reason or row.name in monitor.unreported
    ]
    columns = [
        Column("指标", 30),
        Column("亮灯", 9),
        Column("阶段完成率", 12, number=True),
        Column("按现进度年底可达", 14, number=True),
        Column("偏差原因", 23),
        Column("完成可能性", 12),
    ]
    return table(columns, rows) if rows else paragraph("没有偏离本阶段目标的指标。")


def _projected(row: GoalRow) -> str:
    if row.projection != row.projection:
        return DASH
    return _about(row.projection) if row.unit == MONEY else display_number(row.projection, row.unit)


def _about(amount: float) -> str:
    """A projected amount, to 100元: no more is known of what is to come."""
    return display_money(round_half_up(amount, -2))


def money(monitor: Monitor) -> Html:
    """Funds in place, spending, time progress, and whether what is owed can still be paid."""
    m = monitor.money
    rows: list[tuple[object, ...]] = [
        ("全年预算数", display_money(m.budget), ""),
        ("到位资金", display_money(m.received), f"资金到位率{display_percent(monitor.funds_in_place_rate)}"),
        (f"截至{monitor.node}支出", display_money(m.spent), f"预算执行率{display_percent(monitor.execution_rate)}"),
        ("序时进度", display_percent(monitor.time_progress), monitor.pace),
        ("按现进度全年支出", _about(monitor.projected_spending), ""),
    ]
    rows += [(f"待支付：{goal.name}", shown(goal.owed), _done(goal)) for goal in monitor.file.goals if goal.owed]
    known = f"缺口{display_money(monitor.shortfall)}" if monitor.shortfall else "预算足够"
    verdict = monitor.verdict if monitor.feasible is None else known
    rows.append(("已支出与待支付合计", display_money(m.spent + m.owed), verdict))
    return table([Column("项目", 44), Column("数额", 26, number=True), Column("说明", 30)], rows)


def _done(goal: Goal) -> str:
    if goal.compared is None:
        return DASH
    return f"完成{shown(goal.compared.actual)}" if goal.compared.actual else f"{UNREPORTED}，按全额计"
