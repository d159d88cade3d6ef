"""Monitoring reports: goals through their tables, stages, time, money and outlook."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from functools import partial

from ..cases.models import Goal
from ..figures.moments import parse_moment
from ..figures.quantities import RATIO, Figure, display_money, display_percent, display_plain, display_share
from ..monitoring import GoalRow
from ..words import LIGHTS
from .compare import figures
from .evidence import SCORED_WITHOUT_EVIDENCE, UNMET_WITHOUT_REASON
from .findings import Code, Finding
from .rules import OVER_ACHIEVEMENT, exceeding
from .subject import Subject, check, entries, names

TABLE_ROWS = Code("table-rows", "前后表的指标对不上")
STAGE_ABOVE_ANNUAL = Code("stage-above-annual", "阶段目标高于全年目标")
BEHIND_TIME_PROGRESS = Code("behind-time-progress", "落后于序时进度", "info")
INFEASIBLE_PLAN = Code("infeasible-plan", "余下的支出付不出")
TIMELINESS_CONTRADICTED = Code("timeliness-contradicted", "及时率与未完成的指标矛盾")
DEADLINE_PASSED = Code("deadline-passed", "预计时间已过", "question")
FORECAST_BELOW_ACTUAL = Code("forecast-below-actual", "全年预计低于已完成", "question", "question")
LIGHT_AGAINST_LIKELIHOOD = Code("light-against-likelihood", "亮灯与完成可能性矛盾", "warning", "question")

_ON_TRACK = re.compile("良好|较好|正常|顺利|按计划|按要求|(未|没有|无).*偏离")
_TIMELY = re.compile("及时率|按时")
_CONTRADICTED = {"确定能": ("behind",), "完全不可能": ("reached", "ahead")}
"""Likelihood of a goal → the lights that say otherwise, by how a goal stands with them."""


def _rows(subject: Subject) -> Iterator[tuple[Goal, GoalRow]]:
    if subject.monitor:
        yield from zip(subject.monitor.file.goals, subject.monitor.rows, strict=True)


def _standing(subject: Subject, row: GoalRow) -> str:
    """What a goal should have reached, how far it is, and its light."""
    assert subject.monitor
    return f"{subject.monitor.due(row)}，实际{(row.actual or '').removeprefix('=')}，{LIGHTS[row.light or ''].name}"


@check
def check_tables(subject: Subject) -> Iterator[Finding]:
    """Every goal goes from table to table: kept, changed, added or deleted as it is marked."""
    goals = subject.case.goals
    if not any(goal.revised or goal.compared for goal in goals):
        return  # nothing but the targets that were declared
    dropped = [goal for goal in goals if goal.declared and goal.compared and not goal.revised]
    if dropped and any(goal.revised for goal in goals):
        where = [table.source for goal in dropped for table in (goal.declared, goal.compared) if table]
        message = f"申报表和对比表都有、核对调整表没有：{'、'.join(goal.name for goal in dropped)}"
        yield subject.find(TABLE_ROWS, message, where=where)
    for goal in goals:
        where = [table.source for table in (goal.declared, goal.revised, goal.compared) if table]
        for message in _row_faults(goal):
            yield subject.find(TABLE_ROWS, message, indicator=goal.name, where=where)


def _row_faults(goal: Goal) -> Iterator[str]:
    declared, revised, compared = goal.declared, goal.revised, goal.compared
    if revised is None:
        if declared and not compared:
            yield "申报表有，其后各表都没有"
        return
    mark = revised.adjustment
    if mark == "新增" and declared:
        yield "申报表已有，核对调整表却标为新增"
    if mark != "新增" and not declared:
        yield f"申报表没有，核对调整表却标为{mark}"
    if mark == "删除" and compared:
        yield "已标为删除，对比表仍有"
    if mark != "删除" and revised.tracked == "是" and not compared:
        yield f"标为{mark}并跟踪，对比表没有"
    if mark == "原指标" and declared and not _same(declared.target.value, revised.target.value):
        yield f"标为原指标，目标值却由{declared.target.value}改为{revised.target.value}"
    if revised.tracking and mark != "删除" and not _same(revised.target.value, revised.tracking.value):
        yield f"目标值{revised.target.value}，跟踪目标值却是{revised.tracking.value}"
    if compared and not _same(revised.target.value, compared.annual.value):
        renamed = f"，名称改为“{compared.name}”" if compared.name and compared.name != goal.name else ""
        yield f"核对调整表（{mark}）目标值{revised.target.value}，对比表却是{compared.annual.value}{renamed}"


def _same(a: Figure, b: Figure) -> bool:
    """Whether two targets ask for the same; `=100%` is `100%`, and a tracking value may leave out its operator."""
    if not a.is_number or not b.is_number:
        return a.text == b.text
    return a.unit == b.unit and math.isclose(a.value, b.value, rel_tol=1e-9)


@check
def check_stages(subject: Subject) -> Iterator[Finding]:
    """What is due by the node is not above what is due by the end of the year."""
    for goal in subject.case.goals:
        compared = goal.compared
        if compared is None or compared.stage is None:
            continue
        stage, annual = compared.stage.value, compared.annual.value
        if annual.is_number and annual.unit == stage.unit and stage.value > annual.value * (1 + 1e-9):
            message, where = f"本阶段应完成{stage.bare}，高于全年目标{annual}", [compared.source]
            find = partial(subject.find, indicator=goal.name, printed=stage.bare)
            yield find(STAGE_ABOVE_ANNUAL, message, where=where, expected=f"≤{annual.bare}")


@check
def check_time_progress(subject: Subject) -> Iterator[Finding]:
    """Spending keeps pace with time, or the conclusion says that it does not."""
    monitor = subject.monitor
    if monitor is None or math.isnan(monitor.gap):
        return
    stage = monitor.lights.stage(dt.date.fromisoformat(monitor.node))
    short = stage and monitor.execution_rate < stage[1] - 1e-9
    if monitor.gap >= -monitor.lights.gap and not short:
        return
    praised = [entry for entry in entries(monitor.file.progress) if _ON_TRACK.search(entry.value)]
    spent, due = display_percent(monitor.execution_rate), display_percent(monitor.time_progress)
    message = f"执行率{spent}，序时进度{due}，落后{display_plain(-monitor.gap * 100, 2)}个百分点"
    if stage and short:
        message += f"，低于{stage[0]}月底应达到的{display_share(stage[1])}"
    if praised:
        message += f"，结论却相反：{'、'.join(f'{entry.where}称“{entry}”' for entry in praised)}"
    find = partial(subject.find, BEHIND_TIME_PROGRESS, severity="warning" if praised else "info")
    yield find(message, where=[*praised, *entries(subject.case.printed("budget.final"))], printed=spent, expected=due)


@check
def check_feasible(subject: Subject) -> Iterator[Finding]:
    """What is spent and what is still owed fits the budget."""
    monitor = subject.monitor
    if monitor is None or not monitor.shortfall > 0 or not monitor.owed > 0:
        return  # where nothing is owed, more is spent than there is: `overspent` says so
    terms = "＋".join([display_money(monitor.spent), *filter(None, (_owed(goal, row) for goal, row in _rows(subject)))])
    budget, needed = display_money(monitor.budget), display_money(monitor.committed)
    message = f"已支出和待支付{terms}＝{needed}，超出预算{budget}，缺{display_money(monitor.shortfall)}"
    where = [goal.declared.source for goal in subject.case.goals if goal.owed and goal.declared]
    yield subject.find(INFEASIBLE_PLAN, message, where=where, printed=budget, expected=needed)


def _owed(goal: Goal, row: GoalRow) -> str:
    """What a goal still has to pay: 294万元, or 294万元×50% where half of it is done; "" for nothing."""
    done = 0.0 if math.isnan(row.rate_to_annual) else row.rate_to_annual
    if goal.owed is None or done >= 1:
        return ""
    return goal.owed.value.text + (f"×{display_share(1 - done)}" if done > 0 else "")


@check
def check_timeliness(subject: Subject) -> Iterator[Finding]:
    """No full rate of timely completion while other goals have not begun what is due."""
    pairs = [(row, goal.compared) for goal, row in _rows(subject) if goal.compared]
    idle = [(row, other) for row, other in pairs if row.rate_to_stage == 0 and not row.is_limit]
    listed = "、".join(f"{row.name}（{row.actual}）" for row, _ in idle)
    for row, compared in pairs if idle else ():
        actual = compared.actual.value if compared.actual and _TIMELY.search(row.name) else None
        if actual and actual.unit == RATIO and actual.value >= 1:
            message = f"印作{actual.bare}，而本阶段应完成的还没有开展：{listed}"
            find = partial(subject.find, indicator=row.name, printed=actual.bare, expected="<100%")
            yield find(TIMELINESS_CONTRADICTED, message, where=[compared.source, *(other.source for _, other in idle)])


@check
def check_deadlines(subject: Subject) -> Iterator[Finding]:
    """A date that the report forecasts has not passed when the report is signed."""
    if subject.monitored is None:
        return
    try:
        signed = parse_moment(subject.file.date or subject.monitored.node)
    except ValueError:
        return
    for event in subject.file.events:
        if event.held is None and event.date and event.date.value.last <= signed.first:
            message = f"预计{event.date.value}{event.name}，报告日期{signed}时已到期，没有写是否完成"
            indicator = next(iter(event.indicators), None)
            yield subject.find(DEADLINE_PASSED, message, indicator=indicator, printed=event.date)


@check
def check_outlook(subject: Subject) -> Iterator[Finding]:
    """The likelihood of a goal fits its light."""
    for goal, row in _rows(subject):
        said, compared, against = goal.likelihood, goal.compared, ""
        if compared and row.standing in _CONTRADICTED.get(said or "", ()):
            against = _standing(subject, row)
        elif compared and compared.reaching is not None and said == ("完全不可能" if compared.reaching else "确定能"):
            against = f"全年目标{row.annual_target}，预计完成{row.forecast}"
        if compared and against:
            find = partial(subject.find, indicator=goal.name, where=[goal.source, compared.source], printed=said)
            yield find(LIGHT_AGAINST_LIKELIHOOD, f"{against}，可能性写{said}")


@check
def check_forecasts(subject: Subject) -> Iterator[Finding]:
    """What is spent or done by the node is not undone by the end of the year; levels (rates, prices) may fall.

    Of more money spent than there is, `overspent` speaks.
    """
    spent, expected = subject.case.printed("budget.final"), subject.case.printed("budget.forecast")
    within = subject.monitor is not None and not subject.monitor.spent > subject.monitor.budget
    pairs = [("", "支出", spent, expected, names(figures(expected)))] if within else []
    for goal, row in _rows(subject):
        if (compared := goal.compared) and not math.isnan(row.projection):
            pairs.append((goal.name, "完成", compared.actual, compared.forecast, [compared.source]))
    for name, what, done, forecast, where in pairs:
        if not (done and forecast and done.value.unit == forecast.value.unit):
            continue
        if done.value.value - forecast.value.value > max(done.value.step, forecast.value.step) / 2:
            message = f"全年预计{what}{forecast.value}，已{what}{done.value.bare}；请核对"
            find = partial(subject.find, indicator=name or None, printed=forecast.value)
            yield find(FORECAST_BELOW_ACTUAL, message, where=where, expected=f"≥{done.value.bare}")


@check
def check_goal_reasons(subject: Subject) -> Iterator[Finding]:
    """A goal with a red light has a reason, one far above its target an explanation, a survey a sample."""
    limit = subject.profile.over_achievement or math.inf
    for goal, row in _rows(subject):
        compared = goal.compared
        if compared is None or compared.actual is None:
            continue
        actual = compared.actual.value.bare
        find = partial(subject.find, indicator=goal.name, printed=actual)
        where = [compared.source, goal.source]
        if row.standing == "behind" and goal.reason is None:
            message = f"{_standing(subject, row)}，没有说明原因"
            yield find(UNMET_WITHOUT_REASON, message, where=where, expected=row.stage_target or "")
        exceeds = row.rate_to_annual >= limit - 1e-9 and not row.is_limit
        if exceeds and goal.reason is None:
            message = f"全年目标{row.annual_target}，已完成{actual}，{exceeding(row.rate_to_annual, limit)}"
            yield find(OVER_ACHIEVEMENT, message, where=where[:1], expected=row.annual_target or "")
        if "满意度" in goal.name and not goal.evidence:
            message = f"满意度{actual}没有样本量和调查日期，无从判断误差"
            yield find(SCORED_WITHOUT_EVIDENCE, message, severity="info", where=where)
