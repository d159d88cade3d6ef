"""What goals show: as declared and as revised, against their stage, with deviations; and their money."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..cases.case import Case
from ..cases.loading import one_case
from ..cases.models import DeclarationFile, Estimate, Goal
from ..figures.quantities import MONEY, display_money, display_number, display_percent, display_plain, round_half_up
from ..monitoring import GoalRow, Monitor, still_owed
from ..words import DASH, LIGHTS
from .blocks import Block, Cell, Column, Group, Paragraph, Span, Table, group, section, table
from .sources import Source, monitor_of
from .stated import budget, funds, labelled, level_columns, overview, shown

UNREPORTED = "未填报"
_GOALS = [
    *level_columns(10, 11, 26, blank=DASH),
    Column("申报目标值", lambda goal: shown(goal.declared and goal.declared.target), 12),
    Column("核对后目标值", lambda goal: shown(goal.revised and goal.revised.target), 12),
    Column("调整类型", lambda goal: goal.revised.adjustment if goal.revised else "未列入调整表", 11),
    Column("跟踪目标值", lambda goal: shown(goal.revised and goal.revised.tracking), 11),
    Column("是否跟踪", lambda goal: goal.revised.tracked if goal.revised else DASH, 7),
]
_COMPARISON = [
    Column("一级指标", lambda row: row.level1, 10, merge=True),
    Column("三级指标", lambda row: row.name, 22),
    Column("全年目标", lambda row: row.annual_target or DASH, 11),
    Column("本阶段应完成", lambda row: row.stage_target or DASH, 11),
    Column("实际完成", lambda row: row.actual or UNREPORTED, 11),
    Column("阶段完成率", lambda row: row.shown(row.rate_to_stage), 15, number=True),
    Column("全年完成率", lambda row: row.shown(row.rate_to_annual), 15, number=True),
    Column("亮灯", lambda row: _light(row.light), 8),
]
_DECLARED = [
    *level_columns(11, 12, 25, blank=DASH),
    Column("年度指标值", lambda goal: shown(goal.declared and goal.declared.target), 16),
    Column("分值", lambda goal: shown(goal.declared and goal.declared.weight), 8, number=True, optional=True),
    Column("设定或判断依据", lambda goal: (goal.declared and goal.declared.basis) or DASH, 28, optional=True),
    Column("备注", lambda goal: goal.note or DASH, 14, optional=True),
]


def goals(source: Source) -> Table:
    """Declared against revised goals: adjustment, tracking target, whether tracked; nothing where neither is known."""
    listed = monitor_of(source).file.goals
    revised = any(goal.revised for goal in listed)
    known = revised or any(goal.declared for goal in listed)
    return table(listed if known else (), _GOALS if revised else _GOALS[:4])


def comparison(source: Source) -> Table:
    """Annual target, stage target, actual, rates, light; goals without actual stay visible."""
    monitor = monitor_of(source)
    return table([row for row in monitor.rows if row.actual or row.name in monitor.unreported], _COMPARISON)


def _light(light: str | None) -> Cell:
    return Span(LIGHTS[light].name, light=light) if light else DASH


def deviations(source: Source) -> Block:
    """Goals off their stage, those that lack their actual value or have a reason, and what is to come."""
    monitor = monitor_of(source)
    missing = monitor.unreported
    rows = [row for row in monitor.rows if row.standing not in ("", "reached") or row.reason or row.name in missing]
    columns = [
        Column("指标", lambda row: row.name, 27),
        Column("亮灯", lambda row: UNREPORTED if row.name in missing else _light(row.light), 9),
        Column("阶段完成率", lambda row: row.shown(row.rate_to_stage), 15, number=True),
        Column("按现进度年底可达", _projected, 14, number=True),
        Column("偏差原因", lambda row: "；".join(filter(None, (row.category, row.reason))) or "未说明", 23),
        Column("完成可能性", lambda row: row.likelihood or "未说明", 12),
    ]
    none = "没有偏离本阶段目标的指标。" if any(row.light for row in monitor.rows) else "没有对比数据，不能判断偏差。"
    return table(rows, columns) or Paragraph(none)


def _projected(row: GoalRow) -> str:
    if row.projection != row.projection:
        return DASH
    if row.unit == MONEY:
        return _about(row.projection)
    if "万" in (row.actual or ""):  # as the result is printed
        return f"{display_plain(row.projection / 10_000, 2)}万{row.unit}"
    return display_number(round_half_up(row.projection, 1), row.unit)


def _reckoned(text: str) -> str:
    """What follows from the pace, and is no word of the unit, is marked as such."""
    return text if text == DASH else f"{text}（推算）"


def _about(amount: float) -> str:
    """A projected amount, to 100元: no more is known of what is to come."""
    return display_money(round_half_up(amount, -2))


def money(source: Source) -> Group:
    """Funds in place, spending, time progress, and whether what is owed can still be paid."""
    state = monitor_of(source)
    owed = [(goal, still_owed(goal)) for goal in state.file.goals]
    rows = [
        ("全年预算数", display_money(state.budget), ""),
        ("到位资金", display_money(state.received), f"资金到位率{display_percent(state.funds_in_place_rate)}"),
        (f"截至{state.node}支出", display_money(state.spent), f"预算执行率{display_percent(state.execution_rate)}"),
        ("序时进度", display_percent(state.time_progress), state.pace),
        ("按现进度全年支出", _about(state.projected_spending), ""),
        *((f"待支付：{goal.name}", display_money(amount), _done(goal)) for goal, amount in owed if amount > 0),
        ("已支出与待支付合计", display_money(state.committed), state.verdict),
    ]
    columns = [
        Column("项目", lambda row: row[0], 44),
        Column("数额", lambda row: row[1], 26, number=True),
        Column("说明", lambda row: row[2], 30),
    ]
    return group(Paragraph(state.explain_money(), "lead"), table((row for row in rows if row[1] != DASH), columns))


def _done(goal: Goal) -> str:
    """Of which amount a goal has how much done, as what it still has to pay follows from both."""
    if goal.compared is None:
        return f"共{shown(goal.owed)}"
    done = f"完成{shown(goal.compared.actual)}" if goal.compared.actual else f"{UNREPORTED}，按全额计"
    return f"共{shown(goal.owed)}，{done}"


_CATEGORIES = {"经费": "经费保障", "制度": "制度保障", "人员": "人员保障", "硬件": "硬件条件保障", "其他": "其他"}
"""Kinds of reason for a deviation, as the official form heads their columns."""


def form(state: Monitor) -> Group:
    """The official 绩效目标执行监控表: project, money, every goal with its progress, deviation and likelihood."""
    file = state.file
    names = {"项目名称": file.project.name, "主管部门": file.unit.parent or DASH, "实施单位": state.case.unit}
    names["监控节点"] = str(state.node)
    goals = {goal.name: goal for goal in file.goals}

    def why(category: str) -> Callable[[GoalRow], str]:
        return lambda row: "√" if category in (row.category or "") else ""

    columns = [
        *level_columns(7, 8, 14, blank=DASH),
        Column("年度指标值", lambda row: row.annual_target or DASH, 7),
        Column("执行情况", lambda row: row.actual or UNREPORTED, 7),
        Column("全年预计完成情况", lambda row: row.forecast or _reckoned(_projected(row)), 7),
        *(Column(name, why(key), 3.5) for key, name in _CATEGORIES.items()),
        Column("原因说明", lambda row: row.reason or DASH, 13),
        Column("完成目标可能性", lambda row: row.likelihood or DASH, 7),
        Column("备注", lambda row: goals[row.name].note or DASH, 16, optional=True),
    ]
    rows = [row for row in state.rows if row.actual or row.name in state.unreported]
    money = funds(file.budget, final=f"截至{state.node}执行数", forecast=_reckoned(_about(state.projected_spending)))
    return group(labelled(names), money, section("绩效指标", table(rows, columns)))


def declaration(case: Case) -> Group:
    """The official 绩效目标申报表: project and unit, what it is to achieve, money, the goals."""
    file = case.file
    assert isinstance(file, DeclarationFile)
    project = file.project
    names = {"项目名称": project.name if project else DASH, "主管部门": file.unit.parent or DASH, "实施单位": case.unit}
    names["年度"] = str(case.year)
    if project and (project.start or project.end):
        names["起止时间"] = f"{project.start or DASH}至{project.end or DASH}"
    goals = section("绩效指标", table(file.goals, _DECLARED))
    return group(labelled(names), overview(case), budget(case), goals)


def estimate(source: Source) -> Table:
    """The amounts that a declared budget is made of, each with its quantity and price."""
    found: tuple[Estimate, ...] = getattr(one_case(source).file, "estimate", ())
    whole = display_money(math.fsum(cost.amount.value.value for cost in found))
    columns = [
        Column("测算项目", lambda cost: cost.name, 24, total="合计"),
        Column("数量", lambda cost: shown(cost.quantity), 12, number=True),
        Column("单价", lambda cost: shown(cost.price), 16, number=True),
        Column("金额", lambda cost: shown(cost.amount), 16, number=True, total=whole),
        Column("依据", lambda cost: cost.basis or DASH, 32, optional=True),
    ]
    return table(found, columns)
