"""The rules themselves, and what no rule should let pass: missing rules, zero divisors, excess, double counting."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import partial

from ..figures.formulas import FORMULAS
from ..figures.quantities import RATIO, display_plain, display_share
from ..rubrics.rubric import EXECUTION, Indicator, Measure
from ..rubrics.rules.counted import Checklist
from ..scoring.facts import calculation, defined
from ..words import label
from .compare import compare
from .findings import Code, Finding
from .scores import EXECUTION_SCORE, MEASURE_MISMATCH, RULE_TEXT_DIFFERS, is_other_printing
from .subject import Row, Subject, check, check_row, entries

NO_RULE = Code("no-rule", "没有评分标准", "warning", "question")
RULE_INCOMPLETE = Code("rule-incomplete", "评分标准不完整", "warning", "question")
ZERO_DENOMINATOR = Code("zero-denominator", "分母为零仍计分", "warning")
OVER_ACHIEVEMENT = Code("over-achievement", "超额完成未说明", "warning", "question")
DOUBLE_COUNTED = Code("double-counted", "同一事实两处计分", "warning", "question")

_FORMULA = "只有计算公式"
_STATED = re.compile(r"([\u4e00-\u9fa5“”\"]+率)[”\"]?\s*[=＝]")
"""The name of a ratio in a printed standard that says how it is calculated: 公用经费变动率=…."""
_EQUALLY = re.compile(r"每(?:满足)?[一1]?[项条个][^，。；]{0,4}(?:占|得)|各占")
"""A printed standard that says that its elements count alike: 每项占25%, 每满足一项得1分, 各占三分之一."""


def _unread(own: Indicator) -> str:
    """Why the standard that is printed beside a stated score gives no rule; "" where none is printed."""
    from ..rubrics.standards import understand  # its hundred patterns are for rubrics that have printed texts

    return understand(own.standard, own.most, own.name, own.measure).reason if own.standard else ""


@check
def check_no_rule(subject: Subject) -> Iterator[Finding]:
    """Indicators whose rule the document does not print; one finding where it prints none at all."""
    stated = [row for row in subject.rows if row.declared and row.score]
    unread = [(row, _unread(row.indicator)) for row in stated if not row.read_rules]
    without = [(row, why) for row, why in unread if not why or _FORMULA in why]
    printed = [row for row in subject.rows if not row.measures_execution]  # whose points follow from the form itself
    ruled = [row for row in printed if row.read_rules or (not row.declared and row.indicator.source)]
    if without and not ruled:
        alone = "只印总分，没有各项得分和评分标准"
        told = alone if len(subject.rows) == 1 else f"没有印评分标准，{len(without)}项得分是自报"
        yield subject.find(NO_RULE, f"{told}，不能复算", severity="info")
        return
    for row, why in without:
        what = "只有公式，没有给分的档次" if row.indicator.measure or why else "没有评分标准"
        yield subject.find(NO_RULE, f"{what}，得分{row.score}分不能复算", row=row, where=[row.indicator.source])


@check_row
def check_rule_incomplete(subject: Subject, row: Row) -> Iterator[Finding]:
    """What the printed rules leave open: no full tier, items that do not make 100%, tiers alike."""
    rule, where = next(iter(row.read_rules), row.indicator.rule), [row.indicator.source]
    for text in rule.lint(row.context):
        yield subject.find(RULE_INCOMPLETE, text, row=row, where=where, printed="")
    printed = row.indicator.standard + row.indicator.note
    if not isinstance(rule, Checklist) or not row.indicator.source or _EQUALLY.search(printed):
        return
    if all(item.share is None for item in rule.items):
        message = f"{len(rule.items)}项要素没有列出各占多少，这里按平均计"
        yield subject.find(RULE_INCOMPLETE, message, row=row, severity="question", where=where, printed="")


@check_row
def check_measure_names(subject: Subject, row: Row) -> Iterator[Finding]:
    """An indicator named after one registered ratio whose formula, by its measure or as printed, is another."""
    named = FORMULAS.get(_registered(row.indicator.name))
    if named is None:
        return
    measured = defined(row.indicator.measure) if row.indicator.measure else None
    printed = [FORMULAS.get(_registered(name)) for name in _STATED.findall(row.indicator.standard)]
    stated = filter(None, (measured, *(printed if named not in printed else ())))
    others = (
        used for used in stated if used.name and used.ratio != named.ratio and used.expression != named.expression
    )
    used = next(others, None)
    if used is None:
        return
    message = f"名称是{named.name}（{named.expression}），所印公式是{used.name}（{used.expression}）"
    where, find = [row.indicator.source, *row.places], partial(subject.find, row=row, severity="warning")
    yield find(MEASURE_MISMATCH, message, where=where, printed=used.name, expected=named.name)


def _registered(name: str) -> str:
    """A printed name of a ratio as formulas have it: “公用经费”变动比率 is 公用经费变动率."""
    return re.sub('[“”"]', "", name).replace("比率", "率")


@check_row
def check_rule_texts(subject: Subject, row: Row) -> Iterator[Finding]:
    """The same rule printed twice with different thresholds, where the score follows the first printing."""
    for reading in row.indicator.readings:
        if not is_other_printing(row, reading) or (row.score and not row.reproduced):
            continue
        assert reading.rule
        points = subject.rescore(row, rule=reading.rule, measure=reading.measure)
        contested = [points] if not math.isnan(points) and row.match(points) == "off" else []
        own = next(iter(row.read_rules), row.indicator.rule).standard(row.context)
        gives = "" if math.isnan(points) else f"，计{display_plain(points)}分"
        message = f"标准两处不同：{own}；{reading.name}作{reading.rule.standard(row.context)}{gives}"
        where, find = [row.indicator.source, reading.source], partial(subject.find, row=row, severity="warning")
        yield find(RULE_TEXT_DIFFERS, message, where=where, printed="", points=contested)


@check_row
def check_zero_denominator(subject: Subject, row: Row) -> Iterator[Finding]:
    """A ratio whose divisor is 0 has no value: it cannot earn points."""
    measure = row.indicator.measure
    if measure is None or not row.earned > 0:
        return
    formula = defined(measure)
    zero = next((name for name in formula.divisors if subject.case.value(measure.arguments[name]) == 0), None)
    if zero is None:
        return
    path, divisor = measure.arguments[zero], formula.inputs[zero].label
    unruled = "；没有印评分标准，请核实是否另有规定" if row.declared else ""
    zeros = f"{measure.formula}的分母“{divisor}”为{subject.case.quantity(path)}，比率无法计算，却计{row.score}分"
    message = f"{zeros}；不适用的应退出计分，由其余指标按比例分担{unruled}"
    find = partial(subject.find, row=row, severity="question" if row.declared else "warning", leave_out=True)
    yield find(ZERO_DENOMINATOR, message, where=[*row.places, *entries(subject.case.printed(path))], expected="不适用")


@check
def check_execution(subject: Subject) -> Iterator[Finding]:
    """A full total beside an execution below 100%, where the document prints no rules that could leave it out."""
    printed, execution = subject.published.total, subject.profile.execution
    if printed is None or execution is None or not execution.weight:
        return
    unruled = bool(subject.rows) and all(row.declared and not row.measures_execution for row in subject.rows)
    if not unruled or printed.value.value < subject.full_marks:
        return
    own = {"formula": EXECUTION, "executed": "budget.final"}
    given = [path for path in (execution.denominator, "budget.initial") if subject.case.value(path) > 0]
    for measure in [Measure.model_validate(own | {"budget": path}) for path in given[:1]]:
        rate, weight = subject.measured(measure), execution.weight
        if rate < 1:
            exact = printed.value.value - weight + rate * weight
            rounded = compare(printed.value, exact) != "off"
            message = f"总分满分，而{calculation(measure, subject.case, rate)}：口径中预算执行{display_plain(weight)}分"
            message += f"只得{display_plain(rate * weight)}分，总分至多{display_plain(exact)}分"
            message += "，取整后才是满分" if rounded else ""
            find = partial(subject.find, EXECUTION_SCORE, severity="info" if rounded else "question")
            yield find(message, printed=printed.first, expected=exact, effects=[exact - printed.value.value])


@check_row
def check_over_achievement(subject: Subject, row: Row) -> Iterator[Finding]:
    """Targets exceeded by more than the profile lets pass, without an explanation."""
    limit, fact, achieved = subject.profile.over_achievement or math.inf, row.fact, row.achieved
    if achieved is None or row.goal is None or achieved < limit - 1e-9:
        return
    target, actual = row.goal
    if target.unit == RATIO or fact.deviation or fact.improvement or fact.reason:
        return
    message = f"目标{target}，实际{actual}，{exceeding(achieved, limit)}"
    where = entries(fact.target, fact.actual)
    yield subject.find(OVER_ACHIEVEMENT, message, row=row, where=where, printed=actual, expected=target)


def exceeding(achieved: float, limit: float) -> str:
    """What a target that is exceeded without an explanation asks."""
    return f"为目标的{display_share(achieved)}，达到或超过{display_share(limit)}，没有说明；目标是否定低了"


@check
def check_same_measure(subject: Subject) -> Iterator[Finding]:
    """One measured ratio that earns points in two indicators."""
    measured = [(row.indicator.measure, row) for row in subject.rows if row.indicator.measure and row.weight]
    for measure, row in measured:
        what = (measure.formula, measure.arguments)
        first = next(earlier for other, earlier in measured if (other.formula, other.arguments) == what)
        if first is not row:
            message = f"与“{first.key}”同是{calculation(measure, subject.case, subject.measured(measure))}，重复计分"
            yield subject.find(DOUBLE_COUNTED, message, row=row, where=[row.indicator.source], printed="")


@check
def check_same_fact(subject: Subject) -> Iterator[Finding]:
    """One figure on which two indicators rest, as the case declares (`uses`), or with the measure of another."""
    declared = [(path, row) for row in subject.rows for path in row.fact.uses]
    measures = [(next(iter(r.indicator.measure.arguments.values())), r) for r in subject.rows if r.indicator.measure]
    others = [(f"{path}.", row) for path, row in (*declared, *measures)]
    reported: set[frozenset[str]] = set()
    for path, row in declared:
        own = f"{path}."
        for other, second in others:
            if not (own.startswith(other) or other.startswith(own)):
                continue
            pair = frozenset((row.key, second.key))
            if len(pair) < 2 or pair in reported:
                continue
            reported.add(pair)
            shown = f"{label(path)}{subject.case.quantity(path) or ''}"
            message = f"与“{second.key}”依据同一事实（{shown}），是否重复计分"
            where = [*row.places, *second.places]
            yield subject.find(DOUBLE_COUNTED, message, row=row, severity="question", where=where, printed="")
