"""What the models alone cannot see in a case: names, units, paths, plausible amounts, answers that fit their rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..errors import PerfkitError, Problem, UnitError
from ..figures.expressions import Expression
from ..figures.printed import Printed
from ..figures.quantities import DATE, MONEY, RATIO, WORD, Figure, display_plain, other_unit
from ..reading import Key, Loc, suggest
from ..rubrics.rubric import Indicator, Library, Measure, Rubric
from ..rubrics.rules.base import FIELDS
from ..rubrics.rules.combined import SumOf
from ..rubrics.rules.counted import Checklist
from ..rubrics.rules.judged import SelfDeclared
from ..rubrics.rules.numeric import Proportional, doubtful_target
from ..words import NARRATIVES, SPENDING
from .case import Case
from .models import DeclarationFile, EvaluationFile, Goal, MonitoringFile, budgets

PLAUSIBLE = (5e-4, 2e3)
"""Ratios of two amounts of one budget outside this range hint at 元 written for 万元."""
_PICTURE = re.compile(r"!\[[^\]]*\][(\[]")


def check(case: Case, library: Library) -> Iterator[Problem]:
    """Every fault and warning of a case beyond what its models refuse by themselves."""
    file = case.file
    for i, number in enumerate(file.basis):
        yield from library.untold_source(case.document, number, ("basis", i))
    yield from _untold(case)
    yield from _pictured(case)
    for loc, budget in budgets(file):
        stages = {name: getattr(budget, name) for name in ("initial", "adjusted", "received", "final")}
        yield from _plausible(case, {(*loc, name): s.total for name, s in stages.items() if s})
        if budget.adjusted and budget.final:
            for name in ("total", "basic", "staff", "public", "project"):
                here = (*loc, "final") if name == "total" else (*loc, "final", name)
                yield from _nothing_to_spend(case, here, getattr(budget.adjusted, name), getattr(budget.final, name))
    if isinstance(file, MonitoringFile | DeclarationFile):
        yield from check_names(case, file.goals, [goal.name for goal in file.goals], "绩效目标中")
        yield from _check_goals(case, file)
    if isinstance(file, EvaluationFile) and not case.rubric:
        if file.facts:
            message = "缺少 rubric；写了各指标的事实，要有指标体系才能评分，请写 params/rubrics 中一个的名称"
            yield case.problem(("facts",), message)
        else:
            message = "没有指标体系（rubric）：只核对资金、数字和问题，不评分，也不能列出得分和等级"
            yield case.problem((), message, warning=True)
    if isinstance(file, EvaluationFile) and case.rubric:
        yield from _unread(case, file, case.rubric)
        yield from check_names(case, case.rubric.indicators, [i.key for i in case.rubric.indicators])
        for indicator in case.rubric.indicators:
            yield from _check_facts(case, file, indicator)
        for name in SPENDING:
            spending = getattr(file, name)
            if spending:
                yield from _plausible(case, {(name, "budget"): spending.budget, (name, "actual"): spending.actual})
                own = (spending.budget, spending.actual)
                yield from _nothing_to_spend(case, (name, "actual"), *own, warning=True)  # it happens; no rate follows
    for name, rate in file.published.rates.items():
        here, terms = ("published", "rates", name), (*rate.numerator, *rate.divisor)
        if measure := rate.measure:
            yield from (case.problem(here, text) for text in measure.faults())
            yield from _path_faults(case, measure.arguments.values(), here)
            yield from _mixed(case, _terms(measure), name)
        yield from _path_faults(case, terms, here, stated=True)
        yield from _mixed(case, terms, name)
    for i, total in enumerate(file.sums):
        yield from _path_faults(case, total.paths, ("sums", i), stated=True)
        terms = (*total.total, *total.parts, *total.less)
        yield from _mixed(case, [term for term in terms if "×" not in term], total.name)


def _untold(case: Case) -> Iterator[Problem]:
    """Narratives of which no chapter of the usual templates knows the name."""
    levels = [name for i in (case.rubric.indicators if case.rubric else ()) for name in (i.level1, i.level2)]
    known = dict.fromkeys((*NARRATIVES, *levels))
    for name in case.file.narrative:
        if name not in known:
            message = f"报告模板里没有“{name}”这一部分，这段文字不会印出；{suggest(name, known)}"
            yield case.problem(("narrative", name), message, warning=True)


def _pictured(case: Case) -> Iterator[Problem]:
    """Pictures in what a case tells in Markdown: a case is text, so that no page or Word file could show them."""
    told: dict[Loc, str] = {("narrative", name): text for name, text in case.file.narrative.items()}
    if isinstance(case.file, EvaluationFile):
        told |= {("facts", name, "narrative"): fact.narrative for name, fact in case.file.facts.items()}
    for loc, text in told.items():
        if _PICTURE.search(text):
            yield case.problem(loc, "案例的文字里不能放图片，报告印不出；请删去，图片放进笔记本的 Markdown 单元")


def _path_faults(
    case: Case, paths: Iterable[str], loc: Loc, whose: str = "", *, stated: bool = False
) -> Iterator[Problem]:
    """Paths that no case can have; with `stated` also those that this case does not give."""
    for path in paths:
        try:
            if case.printed(path) is None and stated:
                yield case.problem(loc, f"本案例没有写“{path}”这个数；请核对路径和名称")
        except PerfkitError as error:
            yield case.problem(loc, f"{whose}{error}")


def _terms(measure: Measure) -> list[str]:
    """The paths whose figures a formula adds and divides; the planned progress is a ratio beside two amounts."""
    inputs = measure.definition.inputs if measure.definition and not measure.expression else {}
    unit = next((each.unit for each in inputs.values()), "")
    return [path for name, path in measure.arguments.items() if name not in inputs or inputs[name].unit == unit]


def _mixed(case: Case, paths: Iterable[str], what: str) -> Iterator[Problem]:
    """Figures of another kind than the first of a ratio: there is no share of people in money."""
    figures = [(path, printed.value) for path in paths if (printed := case.given(path))]
    for path, figure in figures[1:]:
        first_path, first = figures[0]
        if _dimension(figure) != _dimension(first):
            message = f"“{figure}”与“{first}”（{first_path}）不是同一种数，不能计算“{what}”；请核对单位"
            yield case.problem(path.split("."), message)


def _no_ratio(case: Case, expression: Expression, what: str) -> Iterator[Problem]:
    """An expression whose figures do not give a ratio."""
    units = {path: _dimension(printed.value) for path in expression.paths if (printed := case.given(path))}
    if len(units) < len(expression.paths):
        return  # what is missing is said where it is needed
    try:
        fault = "" if expression.unit(units) == RATIO else f"算式“{expression.text}”的结果不是比率；请核对算式"
    except UnitError as error:
        fault = str(error)
    if fault:
        yield case.problem(("rubric",), f"指标“{what}”：{fault}")


def _dimension(quantity: Figure) -> str:
    """Money, ratio, date, word, or "" for a count; measure words may differ (8场, 8次)."""
    return quantity.unit if quantity.unit in (MONEY, RATIO, DATE, WORD) else ""


def _nothing_to_spend(
    case: Case, loc: Loc, planned: Printed[Figure] | None, spent: Printed[Figure] | None, *, warning: bool = False
) -> Iterator[Problem]:
    if planned and spent and planned.value.value == 0 < spent.value.value:
        message = f"预算为0而支出为{spent.value.text}；没有预算不能有支出，请核对数额和单位"
        yield case.problem(loc, message, warning=warning)


def _check_goals(case: Case, file: MonitoringFile | DeclarationFile) -> Iterator[Problem]:
    """The node in the project's year, one goal a name, amounts in the same order of size."""
    if not file.goals and file.budget is None:
        yield case.problem((), "没有绩效目标 goals，也没有资金 budget；请至少写一样")
    if isinstance(file, MonitoringFile) and file.node[:4] != str(file.year):
        yield case.problem(("node",), f"监控节点{file.node}不在项目年度{file.year}年内；请核对 node 和 year")
    seen: dict[str, Loc] = {}
    for i, goal in enumerate(file.goals):
        here: Loc = ("goals", i, "name")
        first = seen.setdefault(goal.name, here)
        if first != here:
            place = case.document.place(first)
            written = f"第{place}行" if isinstance(place, int) else f"{place} "
            yield case.problem(here, f"绩效目标“{goal.name}”重复，{written}已写过；请改名或删去一个")
        if goal.compared:
            stages = {name: getattr(goal.compared, name) for name in ("annual", "stage", "actual")}
            yield from _plausible(case, {("goals", i, "compared", name): value for name, value in stages.items()})
        declared = goal.declared.target if goal.declared else None
        whole = case.printed("budget.adjusted")
        if declared and declared.value.unit == MONEY:
            whole = declared
        yield from _plausible(case, {("budget", "adjusted"): whole, ("goals", i, "owed"): goal.owed})


def _plausible(case: Case, figures: Mapping[tuple[Key, ...], Printed[Figure] | None]) -> Iterator[Problem]:
    amounts = [(loc, figure.value) for loc, figure in figures.items() if figure and figure.value.value > 0]
    for (_, left), (loc, right) in zip(amounts, amounts[1:], strict=False):
        ratio = right.value / left.value
        if left.unit == right.unit == MONEY and not PLAUSIBLE[0] <= ratio <= PLAUSIBLE[1]:
            message = f"{right.text} 是 {left.text} 的 {display_plain(ratio, 6)} 倍，超出合理范围；是否把元与万元混用？"
            yield case.problem(loc, message, warning=True)


def _unread(case: Case, file: EvaluationFile, rubric: Rubric) -> Iterator[Problem]:
    """Facts and fields of facts that no rule reads: whoever typed them believes that they count.

    A target, an actual value and a declared score may stand beside any rule, as report and audit show them; beside a
    score without rule anything may, as evidence. Of what is missing or does not apply nothing is read, which is said.
    """
    for name, fact in file.facts.items():
        indicator, reads = rubric.by_key.get(name), rubric.reads.get(name)
        without_rule = indicator is not None and isinstance(indicator.rule, SelfDeclared)
        if reads is None:
            yield case.problem(("facts", name), f"指标体系中没有“{name}”；{suggest(name, rubric.reads)}")
            continue
        if without_rule:
            continue
        if fact.missing or fact.not_applicable:
            what = "missing" if fact.missing else "not_applicable"
            given = [key for key in FIELDS if key in reads and key != "target" and getattr(fact, key) not in (None, ())]
            for key in given:
                message = f"“{name}”写了 {what}，所写的 {key} 不计；已有结果的请删去 {what}，确无结果的请删去 {key}"
                yield case.problem(("facts", name, key), message, warning=True)
            continue
        measure = indicator.measure if indicator else None
        for key in [key for key in FIELDS if key not in reads and getattr(fact, key) not in (None, ())]:
            if key == "actual" and measure:
                paths = "、".join(measure.arguments.values())
                message = f"“{name}”的实际完成值由 {paths} 算出，不读 actual；请改这些数，删去 actual"
                yield case.problem(("facts", name, key), message)
            elif key not in ("target", "actual", "declared"):
                known = "、".join(other for other in FIELDS if other in reads) or "别的事实或算出的比率"
                message = (
                    f"“{name}”的评分标准不读 {key}，写了也不计；它读的是 {known}，请改写成它读的，或改评分标准；"
                    "评价人另作判定的写 override: {share: 60%, reason: 理由}"
                )
                yield case.problem(("facts", name, key), message)


def check_names(
    case: Case, rows: Iterable[Indicator | Goal], names: Sequence[str], where: str = "指标体系中"
) -> Iterator[Problem]:
    """Indicators and levels that a case speaks of and that do not exist.

    Parameters
    ----------
    rows, names : what exists, and what each is called.
    where : where they were sought, for the message.
    """
    file = case.file
    levels = list(dict.fromkeys(level for row in rows for level in (row.level1, f"{row.level1}/{row.level2}")))
    spoken: list[tuple[Loc, str, Sequence[str]]] = []
    spoken += [(("published", "indicators", name), name, names) for name in file.published.indicators]
    spoken += [(("published", "levels", name), name, levels) for name in file.published.levels]
    for block in ("problems", "surveys", "events"):
        for i, item in enumerate(getattr(file, block)):
            spoken += [((block, i, "indicators"), name, names) for name in item.indicators]
    for loc, name, known in spoken:
        if name not in known:
            yield case.problem(loc, f"{where}没有“{name}”；{suggest(name, known)}")


def _check_facts(case: Case, file: EvaluationFile, indicator: Indicator) -> Iterator[Problem]:
    """Facts that do not fit the rule which reads them."""
    if indicator.measure and indicator.measure.definition:
        yield from _path_faults(case, indicator.measure.arguments.values(), ("rubric",), f"指标“{indicator.key}”：")
        if indicator.measure.expression:
            yield from _no_ratio(case, indicator.measure.expression, indicator.key)
        else:
            yield from _mixed(case, _terms(indicator.measure), indicator.key)
    for name, unit in dict.fromkeys(indicator.rule.compares(indicator.key)):
        fact = file.facts.get(name)
        measured = indicator.measure and name == indicator.key
        of_target = unit == RATIO and fact and fact.target is not None
        if fact and fact.actual and not measured and not of_target and (told := other_unit(fact.actual.value, unit)):
            yield case.problem(("facts", name, "actual"), told)
    for leaf in indicator.rule.leaves():
        name = leaf.fact(indicator.key)
        fact = file.facts.get(name)
        if fact is None:
            continue
        if fact.actual and fact.target and not (indicator.measure and name == indicator.key):
            told, is_wrong = doubtful_target(leaf, fact.actual.value, fact.target.value)
            if told:
                yield case.problem(("facts", name, "actual"), told, warning=not is_wrong)
        if isinstance(leaf, Proportional) and fact.target and not fact.target.value.is_number:
            goal = fact.target.value.text
            message = f"目标值“{goal}”是日期或文字，不能按完成比率计分；请改用 all_or_nothing，或给出数量目标"
            yield case.problem(("facts", name, "target"), message)
        given = fact.share or (fact.override and fact.override.share)
        if given and given.is_points and given.value > indicator.most + 1e-9 and not isinstance(indicator.rule, SumOf):
            message = f"评定{given}超过分值{display_plain(indicator.most)}分；请核对"
            yield case.problem(("facts", name, "share"), message)
        if isinstance(leaf, Checklist) and len(fact.items) > len(leaf.items):
            message = f"写了{len(fact.items)}个答案，评分标准只有{len(leaf.items)}项要素；请逐项对应"
            yield case.problem(("facts", name, "items"), message)
        if fact.declared:
            yield from _stated_points(case, indicator, fact.declared.value, isinstance(leaf, SelfDeclared))


def _stated_points(case: Case, indicator: Indicator, points: Figure, counts: bool) -> Iterator[Problem]:
    """A stated score lies between nothing and the weight, or within what is added or taken beyond the full marks."""
    here, most = ("facts", indicator.key, "declared"), indicator.most - indicator.penalty
    if counts and points.value > most + 1e-9:
        bound = "大于0，扣分项的得分写成负数" if indicator.penalty else f"超过分值{display_plain(most)}分"
        yield case.problem(here, f"列示得分{points.text}分{bound}；按{display_plain(most)}分计，请核对", warning=True)
    elif points.value < -indicator.penalty - 1e-9:
        bound = f"超过最多扣的{display_plain(indicator.penalty)}分" if indicator.penalty else "不能为负数"
        yield case.problem(here, f"列示得分{points.text}分{bound}；请核对")
