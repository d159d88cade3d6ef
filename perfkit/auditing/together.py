"""What several documents of one unit say of the same thing: declared, monitored, self-evaluated, evaluated."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..cases.case import Case
from ..cases.models import DeclarationFile, EvaluationFile, MonitoringFile
from ..figures.printed import Printed
from ..figures.quantities import RATIO, Figure
from .agreement import FACT_DIFFERS
from .findings import Finding
from .subject import names

STEPS = ("申报", "监控", "自评", "评价", "整改")
"""What a document is, in the order of the year."""
_STEPS = {"declaration": "申报", "monitoring": "监控", "evaluation": "评价", "rectification": "整改"}
TARGET, ACTUAL, BUDGET, SPENT = "目标", "实际", "全年预算", "支出"


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure as one document states it.

    Parameters
    ----------
    step : what the document is, one of `STEPS`. what : 目标, 实际, 全年预算 or 支出.
    indicator : its name; None for money.
    """

    case: str
    project: str
    step: str
    what: str
    indicator: str | None
    figure: Figure
    where: str


def step_of(case: Case) -> str:
    """What the document of a case is."""
    return _STEPS.get(case.kind, "自评")


def stated(case: Case) -> Iterator[Stated]:
    """Every target, actual value and amount that a case states; of a goal that was revised openly no target."""
    file, step = case.file, step_of(case)
    if isinstance(file, MonitoringFile | DeclarationFile):
        project = file.project.name if file.project else case.unit
    elif isinstance(file, EvaluationFile) and case.rubric:
        project = case.rubric.title.removesuffix("指标")
    else:
        return
    project = f"{case.unit} {case.year} {project}"
    for own, what, indicator, printed, where in (*_goals(case), *_facts(case), *_money(case)):
        if printed:
            source = where or printed.first.where
            yield Stated(case.id, project, own or step, what, indicator, printed.value, source)


Said = tuple[str, str, str | None, Printed[Figure] | None, str]
"""Step ("": that of the case), what, indicator, figure, place ("": that of the figure)."""


def _goals(case: Case) -> Iterator[Said]:
    for goal in case.file.goals if isinstance(case.file, MonitoringFile | DeclarationFile) else ():
        if goal.revised is None or goal.revised.adjustment == "原指标":
            if goal.declared:
                yield "申报", TARGET, goal.name, goal.declared.target, goal.declared.source
            if goal.compared:
                yield "监控", TARGET, goal.name, goal.compared.annual, goal.compared.source
        if goal.compared:
            yield "监控", ACTUAL, goal.name, goal.compared.actual, goal.compared.source


def _facts(case: Case) -> Iterator[Said]:
    for indicator in case.rubric.indicators if case.rubric else ():
        if fact := case.facts.get(indicator.key):
            yield "", TARGET, indicator.name, fact.target, ""
            yield "", ACTUAL, indicator.name, fact.actual, ""


def _money(case: Case) -> Iterator[Said]:
    budget = case.file.budget
    for what, stage in ((BUDGET, budget and budget.adjusted), (SPENT, budget and budget.final)):
        yield "", what, None, stage.total if stage else None, ""


def changed(found: Iterable[Stated]) -> dict[str, list[Finding]]:
    """For each case what another document of the same project and year, earlier in the year, states otherwise.

    A target or a budget is another; what was done or spent by the time of monitoring is more than in the end. Only
    documents of other steps are compared, since two of one step are two printings; what an evaluation finds done may
    well differ from what the unit said of itself.
    """
    together: defaultdict[tuple[str, str, str | None], list[Stated]] = defaultdict(list)
    for item in found:
        together[item.project, item.what, item.indicator].append(item)
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for items in together.values():
        items.sort(key=lambda item: STEPS.index(item.step))
        for before, after in zip(items, items[1:], strict=False):
            if before.case != after.case and before.step != after.step and (why := _contradiction(before, after)):
                said = f"{before.step}时{before.what}{before.figure}（{before.case}），{after.step}时"
                message = f"{said}{after.what}{after.figure}，{why}"
                figures = before.figure, after.figure
                findings[after.case].append(question(after.case, *figures, after.where, message, after.indicator))
    return findings


def _contradiction(before: Stated, after: Stated) -> str:
    """Why the later figure does not go with the earlier one, "" where it does or they cannot be compared."""
    a, b = before.figure, after.figure
    if not a.is_number or a.unit != b.unit or math.isclose(a.value, b.value, rel_tol=1e-9):
        return ""
    if after.what in (TARGET, BUDGET):
        return "没有看到调整的说明"
    if before.step == "监控":
        return "后来的反而少" if b.value < a.value and b.unit != RATIO else ""
    return "两处不同" if after.what == SPENT else ""


def question(
    case: str, expected: Figure, printed: Figure, where: str, message: str, indicator: str | None = None
) -> Finding:
    """A question on a figure of a case that another document states otherwise."""
    code, places = FACT_DIFFERS.name, tuple(names([where]))
    return Finding(case, code, "question", "question", indicator, places, str(printed), str(expected), message)
