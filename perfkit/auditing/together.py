"""What several documents of one unit say of the same targets: declared, monitored, self-evaluated."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..cases.case import Case
from ..cases.models import EvaluationFile, MonitoringFile
from ..figures.printed import Entry, Printed
from ..figures.quantities import Figure
from .agreement import FACT_DIFFERS
from .findings import Finding
from .subject import names


@dataclass(frozen=True, slots=True)
class Stated:
    """The target of an indicator as one document states it; `step` is what the document is (申报, 监控, 自评)."""

    case: str
    project: str
    step: str
    indicator: str
    target: Figure
    where: str


_STEPS = ("申报", "监控", "自评")


def stated(case: Case) -> Iterator[Stated]:
    """Every target that a case states; of a goal that was revised openly none."""
    file = case.file
    unit = f"{case.unit} {case.year}"
    if isinstance(file, MonitoringFile):
        for goal in file.goals:
            if goal.revised is None or goal.revised.adjustment == "原指标":
                for step, table in (("申报", goal.declared), ("监控", goal.compared)):
                    printed = getattr(table, "target", None) or getattr(table, "annual", None)
                    if table and printed:
                        yield Stated(
                            case.id, f"{unit} {file.project.name}", step, goal.name, printed.value, table.source
                        )
    elif isinstance(file, EvaluationFile) and case.rubric:
        project = case.rubric.title.removesuffix("指标")
        for indicator in case.rubric.indicators:
            fact = case.facts.get(indicator.key)
            if fact and fact.target:
                yield Stated(
                    case.id, f"{unit} {project}", "自评", indicator.name, fact.target.value, _place(fact.target)
                )


def _place(printed: Printed[Figure]) -> str:
    first: Entry[Figure] = printed.first
    return first.where


def changed(found: Iterable[Stated]) -> dict[str, list[Finding]]:
    """For each case the targets that another document of the same project and year, earlier in the year, states
    differently; documents of other steps only, since two of one step are two printings."""
    together: defaultdict[tuple[str, str], list[Stated]] = defaultdict(list)
    for item in found:
        together[item.project, item.indicator].append(item)
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for items in together.values():
        items.sort(key=lambda item: _STEPS.index(item.step))
        for before, after in zip(items, items[1:], strict=False):
            if before.case != after.case and before.step != after.step and _differ(before.target, after.target):
                findings[after.case].append(_finding(before, after))
    return findings


def _differ(a: Figure, b: Figure) -> bool:
    """Whether two targets that can be compared ask for different values."""
    return a.is_number and a.unit == b.unit and not math.isclose(a.value, b.value, rel_tol=1e-9)


def _finding(before: Stated, after: Stated) -> Finding:
    message = (
        f"{before.step}时目标{before.target}（{before.case}），{after.step}时目标{after.target}，没有看到调整的说明"
    )
    return Finding(
        case=after.case,
        code=FACT_DIFFERS.name,
        severity="question",
        verdict="question",
        indicator=after.indicator,
        where=tuple(names([after.where])),
        printed=str(after.target),
        expected=str(before.target),
        message=message,
        total_effect=None,
        grade_effect=None,
    )
