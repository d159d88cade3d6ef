"""绩效运行监控: money against time, goals against their stage, lights, and whether the rest can still be paid.

Source: 财预〔2019〕136号 (not verified); thresholds come from the profile.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cases.case import Case
from .cases.loading import one_case
from .cases.models import ComparedGoal, Goal, MonitoringFile
from .errors import PerfkitError
from .figures.formulas import time_progress_on
from .figures.quantities import (
    DATE,
    RATIO,
    SPANS_OF_TIME,
    WORD,
    display_money,
    display_percent,
    display_plain,
    display_share,
)
from .reading import suggest
from .rubrics.rubric import Lights
from .tables import Plot, frame_of, plain, shown
from .words import LIGHTS, NO_SUM

if TYPE_CHECKING:
    from .tables.frame import Frame

FIGURES = ("node", "funds_in_place_rate", "execution_rate", "time_progress", "gap", "feasible", "shortfall")
"""What `Monitor.to_dict` says of the project as a whole."""
_NAN = float("nan")
_LEVEL_UNITS = ("分", "年")
_NOT_DONE = re.compile("未(?![发出])|尚未|不达|不明显")


@dataclass(frozen=True, slots=True)
class GoalRow:
    """One monitored goal; texts as printed, rates as ratios, NaN or None where there is no data."""

    name: str
    level1: str
    level2: str
    adjustment: str | None
    annual_target: str | None
    tracking_target: str | None
    stage_target: str | None
    is_limit: bool
    """Whether less of it is better: then the rates say how much of the limit is taken, which is no progress."""
    actual: str | None
    forecast: str | None
    rate_to_stage: float
    rate_to_annual: float
    deviation: float
    """Rate to stage − 1."""
    light: str | None
    projection: float
    """At year end, if it goes on at this pace; base units of `unit`. NaN for words, and for levels, which do not grow
    with the year."""
    unit: str
    category: str | None
    reason: str | None
    likelihood: str | None

    @property
    def is_unjudged(self) -> bool:
        """Whether its result says neither that the target, which is in words, is reached nor that it is not."""
        return self.unit == WORD and bool(self.actual) and self.light is None

    @property
    def standing(self) -> str:
        """How its light says that it stands, see `Light`; "" without one."""
        return LIGHTS[self.light].standing if self.light else ""

    def shown(self, rate: float) -> str:
        """One of the rates as a person reads it."""
        return f"{'占上限' if self.is_limit and rate == rate else ''}{display_percent(rate)}"


class Monitor:
    """The state of a project at its node.

    Attributes
    ----------
    node : date of the node.
    funds_in_place_rate, execution_rate, time_progress, gap : ratios; gap = execution − time progress.
    money_light : light of the spending pace, execution rate against time progress.
    budget, received, spent : money in 元, NaN where it is not given.
    projected_spending : at year end if it goes on at this pace, 元.
    owed : what the goals still have to pay, NaN where no goal says what it costs.
    committed : what is spent and, as far as it is known, still owed.
    feasible, shortfall : whether that fits the budget, and by how much not; None and NaN where it cannot be said.
    unreported : goals of the comparison table that lack their actual value; they have no light.
    table : one row a goal, see `Monitor.table`.
    """

    plot = Plot("perfkit.report.charts", "MonitorPlots")

    def __init__(self, case: Case) -> None:
        if not isinstance(case.file, MonitoringFile) or case.profile is None or case.profile.monitoring is None:
            raise PerfkitError(f"案例“{case.id}”不是监控案例（kind: monitoring）")
        self.case = case
        self.file = case.file
        self.lights: Lights = case.profile.monitoring
        self.node = case.file.node
        self.time_progress = time_progress_on(dt.date.fromisoformat(self.node))
        owed = [still_owed(goal) for goal in self.file.goals if goal.owed]
        self.budget, self.received, self.spent = (case.value(f"budget.{s}") for s in ("adjusted", "received", "final"))
        self.funds_in_place_rate, self.execution_rate = _ratio(self.received, self.budget), case.execution_rate
        self.gap = self.execution_rate - self.time_progress
        self.money_light = self.lights.light(_ratio(self.execution_rate, self.time_progress))
        self.projected_spending = _ratio(self.spent, self.time_progress)
        self.owed = math.fsum(owed) if owed else _NAN
        self.committed = self.spent + (0.0 if math.isnan(self.owed) else self.owed)
        self.unreported = tuple(g.name for g in self.file.goals if g.compared and g.compared.actual is None)

    @property
    def pace(self) -> str:
        """“比序时进度慢55.88个百分点”, or that it cannot be said."""
        if math.isnan(self.gap):
            return f"{self._lacking}，不能与序时进度比较"
        if abs(self.gap) < 5e-5:
            return "与序时进度持平"
        return f"比序时进度{'慢' if self.gap < 0 else '快'}{display_plain(abs(self.gap) * 100, 2)}个百分点"

    @property
    def _lacking(self) -> str:
        """“没有预算数” or “没有预算数和支出数”, where nothing can be said of the money."""
        names = {"预算数": not self.budget > 0, "支出数": math.isnan(self.spent)}
        return "没有" + ("和".join(name for name, missing in names.items() if missing) or "填写待支付数")

    @property
    def feasible(self) -> bool | None:
        """Whether what is spent and owed fits the budget; None where a figure is missing."""
        return None if math.isnan(self.shortfall) else self.shortfall == 0

    @property
    def shortfall(self) -> float:
        """By how much it does not fit, 元; NaN where that cannot be said: without a figure, or as long as what is spent
        fits and nobody says what is still owed."""
        over = round(self.committed - self.budget, 2)  # below 1分 is binary noise
        return over if over > 0 else _NAN if math.isnan(over + self.owed) else 0.0

    @property
    def verdict(self) -> str:
        """“超出预算12.0368万元，资金不足”, “在预算之内”, or that it cannot be said."""
        if self.feasible is None:
            return f"{self._lacking}，不能判断能否支付"
        return "在预算之内" if self.feasible else f"超出预算{display_money(self.shortfall)}，资金不足"

    @cached_property
    def rows(self) -> tuple[GoalRow, ...]:
        """One `GoalRow` a goal, in the order of the file."""
        return tuple(self._row(goal) for goal in self.file.goals)

    @property
    def table(self) -> Frame:
        """The rows as a DataFrame with the same names."""
        return frame_of(self.rows, [field.name for field in fields(GoalRow)])

    def _row(self, goal: Goal) -> GoalRow:
        compared, revised = goal.compared, goal.revised
        annual = compared.annual if compared else revised.target if revised else None
        annual = annual or (goal.declared.target if goal.declared else None)
        year, stage, done, unit = _values(compared)
        level = _is_level(goal.name, compared, unit)
        limit = compared is not None and compared.annual.value.lower_is_better
        if math.isnan(stage):  # the year's share of time stands in, for levels and limits the annual target itself
            stage = year if level or limit else year * self.time_progress
        to_stage = _ratio(done, stage)
        return GoalRow(
            name=goal.name,
            level1=goal.level1,
            level2=goal.level2,
            adjustment=revised.adjustment if revised else None,
            annual_target=annual.value.text if annual else None,
            tracking_target=revised.tracking.value.text if revised and revised.tracking else None,
            stage_target=compared.stage.value.text if compared and compared.stage else None,
            is_limit=limit,
            actual=compared.actual.value.text if compared and compared.actual else None,
            forecast=compared.forecast.value.text if compared and compared.forecast else None,
            rate_to_stage=to_stage,
            rate_to_annual=_ratio(done, year),
            deviation=to_stage - 1,
            light=goal_light(compared, to_stage, self.lights, self.node),
            projection=_NAN if level else _ratio(done, self.time_progress),
            unit=unit,
            category="、".join(goal.reason.category) or None if goal.reason else None,
            reason=goal.reason.text if goal.reason else None,
            likelihood=goal.likelihood,
        )

    def explain(self, name: str) -> str:
        """Why a goal has its light, in one Chinese sentence. Raises `PerfkitError` for an unknown goal."""
        row = next((row for row in self.rows if row.name == name), None)
        if row is None:
            raise PerfkitError(f"没有“{name}”这个监控指标；{suggest(name, [row.name for row in self.rows])}")
        if row.light is None and row.actual and row.annual_target:
            due = row.stage_target or row.annual_target
            why = "不能自动比较" if row.is_unjudged else f"到{self.node}尚未到期"
            return f"{name}：要求{due}，{why}，实际{row.actual}，不亮灯。"
        if row.light is None:
            return f"{name}：{'已删除，' if row.adjustment == '删除' else ''}对比表没有数据，不亮灯。"
        of = "占本阶段上限" if row.is_limit else "完成本阶段"
        rate = "" if math.isnan(row.rate_to_stage) else f"，{of}{display_share(row.rate_to_stage)}"
        year = "" if math.isnan(row.rate_to_annual) else f"、全年{display_share(row.rate_to_annual)}"
        return f"{name}：{self.due(row)}，实际{row.actual}{rate}{year}，{LIGHTS[row.light].name}。"

    def due(self, row: GoalRow) -> str:
        """What a goal should have reached by the node, in Chinese.

        Without a stage target that is its share of the year, or the annual target itself.
        """
        if row.stage_target:
            return f"本阶段应完成{row.stage_target.removeprefix('完成')}"
        if row.is_limit or math.isnan(row.projection):  # a limit, a level, words: nothing that grows with the year
            return f"没有本阶段目标，对照全年目标{row.annual_target}"
        return f"没有本阶段目标，全年目标{row.annual_target}按序时进度{display_percent(self.time_progress)}折算"

    def explain_money(self) -> str:
        """The money of the project in one Chinese sentence."""
        in_place = self.funds_in_place_rate
        stated = {
            f"全年预算{display_money(self.budget)}": self.budget,
            f"到位{display_money(self.received)}（{display_percent(in_place)}）": in_place,
            f"支出{display_money(self.spent)}": self.spent,
            f"执行率{display_percent(self.execution_rate)}": self.execution_rate,
            f"序时进度{display_percent(self.time_progress)}": self.time_progress,
        }
        text = "，".join([*(part for part, value in stated.items() if not math.isnan(value)), self.pace])
        if self.owed > 0:
            owed = f"待支付{display_money(self.owed)}"
            if not math.isnan(self.spent):
                owed = f"已支出{display_money(self.spent)}＋{owed}＝{display_money(self.committed)}"
            text += f"；{owed}，{self.verdict}"
        elif self.feasible is False:
            text += f"；{self.verdict}"
        return text + "。"

    def to_dict(self) -> dict[str, Any]:
        """The monitor as plain data for JSON: rates are ratios, money is 元, missing values None."""
        keys = ("name", "annual_target", "stage_target", "actual", "rate_to_stage", "rate_to_annual", "light")
        rows = [{key: getattr(row, key) for key in (*keys, "adjustment")} for row in self.rows]
        figures = {name: getattr(self, name) for name in FIGURES}
        return plain({"case": self.case.id, **figures, "indicators": rows})

    def __repr__(self) -> str:
        return f"Monitor({self.case.id}, {self.node}: {self.explain_money()})"

    def _repr_html_(self) -> str:
        table = self.table[["name", "annual_target", "stage_target", "actual", "rate_to_stage", "light"]]
        table["rate_to_stage"] = [row.shown(row.rate_to_stage) for row in self.rows]
        return shown(self.explain_money(), table)


def monitor(given: Case | str | Path) -> Monitor:
    """Monitor a case of kind ``monitoring``, or its file. Raises `PerfkitError` for another kind."""
    return Monitor(one_case(given))


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else _NAN


def _values(compared: ComparedGoal | None) -> tuple[float, float, float, str]:
    """Annual, stage and actual in base units (NaN where not comparable), and the unit."""
    if compared is None:
        return _NAN, _NAN, _NAN, ""
    stage = compared.stage.value if compared.stage else None
    unit = stage.unit if stage and stage.is_number else compared.annual.value.unit
    figures = (compared.annual.value, stage, compared.actual.value if compared.actual else None)
    annual, due, done = (f.value if f and f.is_number and f.unit == unit else _NAN for f in figures)
    return annual, due, done, unit


def _is_level(name: str, compared: ComparedGoal | None, unit: str) -> bool:
    """Whether a goal is a level that does not grow with the year: a ratio, a unit price (元/人), an average, an age or
    points, and a span of time where less of it is better (办结时限 ≤30天)."""
    if unit == RATIO or "/" in unit or unit in _LEVEL_UNITS or re.search(NO_SUM, name):
        return True
    return unit in (*SPANS_OF_TIME, "月") and compared is not None and compared.annual.value.lower_is_better


def goal_light(compared: ComparedGoal | None, rate_to_stage: float, lights: Lights, node: str) -> str | None:
    """Light of a goal: green, yellow, red, blue, or None without data or before it is due.

    Words and dates are held against the stage where it is in words or a date, else against the annual target. Words:
    achieved green, 部分 yellow, otherwise red; what is otherwise than the words of the year (良好 for 有所提升) is
    for a person to judge, unless it denies. A date: kept green, otherwise red, and no light as long as nothing is
    reported done and the date has not passed at the `node`. Lower is better, or none may happen: within the stage
    target (else the annual one) green, otherwise red. All others by the ratio to the stage target.
    """
    if compared is None or compared.actual is None:
        return None
    annual, actual = compared.annual.value, compared.actual.value
    if not annual.is_number and math.isnan(rate_to_stage):
        due = compared.stage.value if compared.stage and not compared.stage.value.is_number else annual
        if due.unit == DATE:
            now = dt.date.fromisoformat(node).toordinal()
            if actual.unit == DATE and actual.value <= now:
                return "green" if due.is_met(actual) else "red"
            return None if now <= due.value else "red"
        if due.unit == actual.unit and due.is_met(actual):
            return "green"
        if actual.text.startswith("部分"):
            return "yellow"
        return "red" if compared.stage or _NOT_DONE.match(actual.text) else None
    if annual.is_number and annual.lower_is_better:
        _, stage, done, _ = _values(compared)
        limit = annual.value if math.isnan(stage) else stage
        inside = done < limit - 1e-9 if annual.operator == "<" else done <= limit + 1e-9
        return None if math.isnan(done) else "green" if inside else "red"
    return lights.light(rate_to_stage)


def still_owed(goal: Goal) -> float:
    """What a goal still has to pay: its amount times what is not done yet, 元; NaN where it names no amount."""
    if goal.owed is None:
        return _NAN
    annual, _, actual, _ = _values(goal.compared)
    done = _ratio(actual, annual)
    if goal.compared and goal.compared.actual and math.isnan(done):  # a word, or a date
        whole, found = goal.compared.annual.value, goal.compared.actual.value
        done = 1.0 if whole.unit == found.unit and whole.is_met(found) else math.nan
    return goal.owed.value.value * (1.0 if math.isnan(done) else min(max(1 - done, 0.0), 1.0))
