"""The cycle of one unit in one view: declaration, monitoring, self-evaluation, evaluation, and rectification after; and
what several documents of a unit say of the same thing."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..cases.case import Case
from ..cases.loading import many_cases
from ..cases.models import NO_FACT, DeclarationFile, EvaluationFile, MonitoringFile, Shortcoming
from ..errors import PerfkitError
from ..figures.printed import Printed
from ..figures.quantities import DATE, RATIO, WORD, Figure, display_money, display_percent
from ..scoring.scorecard import Scorecard, scorecards
from ..tables import frame_of, shown
from ..words import DASH, SPENDING, label
from . import audit
from .agreement import FACT_DIFFERS
from .compare import equal
from .findings import Finding
from .monitoring import TABLE_ROWS
from .subject import grouped, names

if TYPE_CHECKING:
    from ..tables.frame import Frame

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
    for own, what, indicator, printed, where in _said(case):
        if printed:
            yield Stated(case.id, project, own or step, what, indicator, printed.value, where or printed.first.where)


def _said(case: Case) -> Iterator[tuple[str, str, str | None, Printed[Figure] | None, str]]:
    """Step ("": that of the case), what, indicator, figure, place ("": that of the figure)."""
    for goal in case.goals:
        kept = goal.revised is None or goal.revised.adjustment == "原指标"
        if kept and goal.declared:
            yield "申报", TARGET, goal.name, goal.declared.target, goal.declared.source
        if kept and goal.compared:
            yield "监控", TARGET, goal.name, goal.compared.annual, goal.compared.source
        if goal.compared:
            yield "监控", ACTUAL, goal.name, goal.compared.actual, goal.compared.source
    for indicator in case.rubric.indicators if case.rubric else ():
        fact = case.facts.get(indicator.key, NO_FACT)
        yield "", TARGET, indicator.name, fact.target, ""
        yield "", ACTUAL, indicator.name, fact.actual, ""
    for what, path in ((BUDGET, "budget.adjusted"), (SPENT, "budget.final")):
        yield "", what, None, case.printed(path), ""


def changed(found: Iterable[Stated]) -> dict[str, list[Finding]]:
    """For each case what another document of the same project and year, earlier in the year, states otherwise.

    A target or a budget is another; what was done or spent by the time of monitoring is more than in the end. Only
    documents of other steps are compared, since two of one step are two printings; what an evaluation finds done may
    well differ from what the unit said of itself.
    """
    together = grouped(((item.project, item.what, item.indicator), item) for item in found)
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
    if a.unit == WORD or a.unit != b.unit or math.isclose(a.value, b.value, rel_tol=1e-9):
        return ""
    if after.what in (TARGET, BUDGET):
        return "没有看到调整的说明"
    if a.unit == DATE:  # the day on which something was done may be told later than it was expected
        return ""
    if before.step == "监控":
        return "后来的反而少" if b.value < a.value and b.unit != RATIO else ""
    return "两处不同" if after.what == SPENT else ""


def question(
    case: str, expected: Figure, printed: Figure, where: str, message: str, indicator: str | None = None
) -> Finding:
    """A question on a figure of a case that another document states otherwise."""
    code, places = FACT_DIFFERS.name, tuple(names([where]))
    return Finding(case, code, "question", "question", indicator, places, str(printed), str(expected), message)


_CONTINUES = {
    **{f"assets.closing.{name}": f"assets.opening.{name}" for name in ("gross", "net", "total")},
    **{f"{kind}.{name}": f"{kind}.last_year_{name}" for kind in SPENDING for name in ("budget", "actual")},
}
"""A figure of one year → the figure of the next year that repeats it."""
_ALIKE = 0.5
"""Two texts that share so much of their characters speak of one problem."""


class Cycle:
    """The documents of one unit, from declaration to evaluation, over one year or several.

    Attributes
    ----------
    unit : its name; cases : its documents, in the order of time.
    """

    def __init__(self, cases: Sequence[Case]) -> None:
        own = [case for case in cases if case.kind != "department"]
        units = list(dict.fromkeys(case.unit for case in own))
        if len(units) != 1:
            raise PerfkitError(f"一次看一个单位的全过程；这里有{len(units)}个：{'、'.join(units[:5]) or DASH}")
        self.unit = units[0]
        self.cases = sorted(own, key=lambda case: (case.year, STEPS.index(step_of(case)), case.id))
        self._cards = {card.case.id: card for card in scorecards(self.cases)}

    @cached_property
    def steps(self) -> Frame:
        """One row a document: year, step, case, budget, spent, execution_rate, total, grade."""
        rows = []
        for case in self.cases:
            card = self._cards.get(case.id)
            budget, spent = (display_money(case.value(f"budget.{stage}")) for stage in ("adjusted", "final"))
            scored = (card.total, card.grade) if card else (float("nan"), None)
            rows.append((case.year, step_of(case), case.id, budget, spent, case.execution_rate, *scored))
        return frame_of(rows, ["year", "document", "case", "budget", "spent", "execution_rate", "total", "grade"])

    @cached_property
    def _stated(self) -> list[Stated]:
        """What the documents state; those of a year speak of one project where none of their steps occurs twice."""
        once = Counter((case.year, step_of(case)) for case in self.cases)
        several = {year for (year, _), count in once.items() if count > 1}
        found = ((case.year, item) for case in self.cases for item in stated(case))
        return [item if year in several else replace(item, project=str(year)) for year, item in found]

    @cached_property
    def view(self) -> Frame:
        """Everything that the steps of a year state, side by side: scope (the year, or a project of it), id ("" for
        money), what, a column a step.

        `what` is 目标, 实际, 全年预算 or 支出, or 问题: one that was followed up, with what became of it.
        """
        found: defaultdict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
        for item in self._stated:
            found[item.project, item.indicator or "", item.what].setdefault(item.step, str(item.figure))
        projects = {item.case: item.project for item in self._stated}
        for case, problem in self._problems:
            mended = _mended(self._again(case, problem))
            for name in problem.indicators if mended else ():
                cells = found[projects.get(case.id, str(case.year)), name, "问题"]
                for step, text in ((step_of(case), problem.text), ("整改", mended)):
                    cells[step] = "；".join(filter(None, (cells.get(step), text)))
        steps = [step for step in STEPS if any(step in cells for cells in found.values())]
        order = list(dict.fromkeys(key[:2] for key in found))
        keys = sorted(found, key=lambda key: (not key[1], order.index(key[:2])))  # money after the indicators
        rows = [(*key, *(found[key].get(step, DASH) for step in steps)) for key in keys]
        return frame_of(rows, ["scope", "id", "what", *steps])

    @cached_property
    def findings(self) -> list[Finding]:
        """Targets and budgets that changed without being told, and results and amounts that contradict each other.

        What a monitoring says otherwise than the declaration that stands in it is found by its own audit.
        """
        by_case = changed(self._stated)
        found = [finding for case in self.cases for finding in (*_within(case), *by_case.get(case.id, ()))]
        return [*found, *(each for case in self.cases for later in self._later(case) for each in _broken(case, later))]

    @property
    def _problems(self) -> list[tuple[Case, Shortcoming]]:
        """The problems that the documents state, without those that only follow up on them."""
        return [(case, problem) for case in self.cases if step_of(case) != "整改" for problem in case.file.problems]

    def _later(self, case: Case) -> list[Case]:
        """The documents of the year after."""
        return [other for other in self.cases if other.year == case.year + 1]

    def _again(self, case: Case, problem: Shortcoming) -> list[Shortcoming]:
        """What the documents of the year after say of a problem."""
        return [other for each in self._later(case) for other in each.file.problems if _same(problem, other)]

    @cached_property
    def problems(self) -> Frame:
        """The problems of each year and what the year after says of them: year, id, text, improvement, became."""
        rows = []
        for case, problem in self._problems:
            became = "；".join(self._became(case, problem)) or "次年的资料还没有"
            rows.append((case.year, "、".join(problem.indicators), problem.text, problem.improvement, became))
        return frame_of(rows, ["year", "id", "text", "improvement", "became"])

    def _became(self, case: Case, problem: Shortcoming) -> Iterator[str]:
        """What is said of a problem in the year after, in Chinese; nothing without documents of that year."""
        later, told = self._later(case), self._again(case, problem)
        if not later:
            return
        if mended := _mended(told):
            yield mended
        if any(step_of(each) != "整改" for each in later):
            again = next((other.text for other in told if not other.rectification), "")
            yield f"又提到：{again}" if again else "次年没有相同的提法"
        before = self._cards.get(case.id)
        after = next((self._cards[each.id] for each in reversed(later) if each.id in self._cards), None)
        for name in problem.indicators if before and after else ():
            rates = [_share(card, name) for card in (before, after) if card]
            if all(rates):
                yield f"{name}得分率{'→'.join(rates)}"

    def __repr__(self) -> str:
        return f"<{self.unit}的全过程：{len(self.cases)}份资料，{len(self.findings)}处前后不一>"

    def _repr_html_(self) -> str:
        said = frame_of([(finding.message,) for finding in self.findings], ["message"])
        return shown(repr(self)[1:-1], said, self.steps, self.view, self.problems)


def _within(case: Case) -> list[Finding]:
    """Where the tables of one monitoring differ: declared, revised, compared."""
    return [finding for finding in audit(case) if finding.code == TABLE_ROWS.name] if case.kind == "monitoring" else []


def _broken(earlier: Case, later: Case) -> Iterator[Finding]:
    """Amounts at the end of a year that the documents of the next year begin with otherwise."""
    for before, after in _CONTINUES.items():
        old, new = earlier.given(before), later.given(after)
        if old and new and not equal(old.value, new.value):
            said = f"{earlier.year}年的{label(before)}{old.value}（{earlier.id}）"
            message = f"{said}，{later.year}年写的{label(after)}{new.value}，接不上"
            yield question(later.id, old.value, new.value, new.first.where, message)


def _same(problem: Shortcoming, other: Shortcoming) -> bool:
    alike = SequenceMatcher(None, problem.text, other.text, autojunk=False).ratio() >= _ALIKE
    return alike or bool(set(problem.indicators) & set(other.indicators))


def _mended(told: Sequence[Shortcoming]) -> str:
    """Whether a problem was mended and by which evidence, as its follow-up says; "" where there is none."""
    plan = next((other.rectification for other in told if other.rectification), None)
    if plan is None:
        return ""
    done = "已整改" if plan.done == "是" else "整改没有完成" if plan.done == "否" else "没有写是否整改"
    return f"{done}（{plan.evidence}）" if plan.evidence else done


def _share(card: Scorecard, name: str) -> str:
    """The share of an indicator, "" where the scorecard has none."""
    found = next((row.share for row in card.rows if name in (row.id, row.name) and row.share == row.share), None)
    return "" if found is None else display_percent(found, 0)


def cycle(given: Any) -> Cycle:
    """The documents of one unit in the order of time.

    Parameters
    ----------
    given : a folder of cases, paths, or cases of one unit.

    Raises
    ------
    PerfkitError : no unit, or several. InputError : a faulty case.
    """
    return Cycle(many_cases(given))


def cycles(given: Any) -> list[Cycle]:
    """The cycle of each unit in a folder, or among paths or cases; units in the order in which they come.

    Raises
    ------
    PerfkitError : no unit. InputError : a faulty case.
    """
    by_unit = grouped((case.unit, case) for case in many_cases(given) if case.kind != "department")
    return [Cycle(cases) for cases in by_unit.values()] or [Cycle(())]
