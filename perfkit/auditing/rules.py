"""The rules themselves, and what no rule should let pass: missing rules, zero divisors, excess, double counting."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..figures.formulas import FORMULAS
from ..figures.quantities import RATIO, display_plain, display_share
from ..rubrics.rubric import Measure
from ..rubrics.rules import Checklist
from ..scoring.facts import calculation
from .compare import compare
from .findings import Finding
from .paths import figure_name
from .scores import is_other_printing
from .subject import FULL_MARKS, Row, Subject, check, entries


@check
def check_no_rule(subject: Subject) -> Iterator[Finding]:
    """Indicators whose rule the document does not print; one finding where it prints none at all."""
    without = [row for row in subject.rows if row.declared and row.score]
    ruled = [row for row in subject.rows if not row.declared and row.indicator.source]
    if without and not ruled:
        message = f"没有印评分标准，{len(without)}项得分是自报，不能复算"
        yield subject.find("no-rule", "info", message)
        return
    for row in without:
        what = "只有公式，没有给分的档次" if row.indicator.measure else "没有评分标准"
        yield subject.find(
            "no-rule",
            "warning",
            f"{what}，得分{row.score}分不能复算",
            indicator=row.key,
            where=[row.indicator.source],
            printed=row.score,
        )


@check
def check_rule_incomplete(subject: Subject) -> Iterator[Finding]:
    """What the printed rules leave open: no full tier, items that do not make 100%, tiers alike."""
    for row in subject.rows:
        for text in row.indicator.rule.lint(row.context):
            yield subject.find("rule-incomplete", "warning", text, indicator=row.key, where=[row.indicator.source])
        rule = row.indicator.rule
        if isinstance(rule, Checklist) and row.indicator.source and all(item.share is None for item in rule.items):
            message = f"{len(rule.items)}项要素没有列出各占多少，这里按平均计"
            yield subject.find("rule-incomplete", "question", message, indicator=row.key, where=[row.indicator.source])


@check
def check_measure_names(subject: Subject) -> Iterator[Finding]:
    """An indicator named after one registered ratio whose printed formula is another."""
    for row in subject.rows:
        measure, named = row.indicator.measure, FORMULAS.get(row.indicator.name)
        if measure is None or named is None:
            continue
        used = FORMULAS[measure.formula]
        if used.ratio == named.ratio or used.expression == named.expression:
            continue
        yield subject.find(
            "measure-mismatch",
            "warning",
            f"名称是{named.name}（{named.expression}），所印公式是{used.name}（{used.expression}）",
            indicator=row.key,
            where=[row.indicator.source, *row.places],
            printed=used.name,
            expected=named.name,
        )


@check
def check_rule_texts(subject: Subject) -> Iterator[Finding]:
    """The same rule printed twice with different thresholds, where the score follows the first printing."""
    for row in subject.rows:
        for reading in row.indicator.readings:
            if not is_other_printing(row, reading) or (row.score and not row.reproduced):
                continue
            assert reading.rule
            points = subject.rescore(row, rule=reading.rule, measure=reading.measure)
            contested = row.score is not None and not math.isnan(points) and compare(row.score, points) == "off"
            yield subject.find(
                "rule-text-differs",
                "warning",
                f"标准两处不同：{row.indicator.rule.standard(row.context)}；{reading.name}作"
                f"{reading.rule.standard(row.context)}，计{display_plain(points)}分",
                indicator=row.key,
                where=[row.indicator.source, reading.source],
                effects=[points - row.score.value] if contested and row.score else (),
            )


@check
def check_zero_denominator(subject: Subject) -> Iterator[Finding]:
    """A ratio whose divisor is 0 has no value: it cannot earn points."""
    for row in subject.rows:
        measure = row.indicator.measure
        if measure is None or row.score is None or row.score.value <= 0:
            continue
        for argument in FORMULAS[measure.formula].divisors:
            divisor = subject.case.quantity(measure.arguments[argument])
            if divisor is None or divisor.value != 0:
                continue
            label = FORMULAS[measure.formula].inputs[argument].label
            yield subject.find(
                "zero-denominator",
                "question" if row.declared else "warning",
                f"{measure.formula}的分母“{label}”为{divisor}，比率无法计算，却计{row.score}分；"
                f"不适用的应退出计分，由其余指标按比例分担{_rule_unprinted(row)}",
                indicator=row.key,
                where=[*row.places, *entries(subject.case.printed(measure.arguments[argument]))],
                printed=row.score,
                expected="不适用",
                without=row,
            )
            break


def _rule_unprinted(row: Row) -> str:
    return "；没有印评分标准，请核实是否另有规定" if row.declared else ""


@check
def check_execution(subject: Subject) -> Iterator[Finding]:
    """A full total beside an execution below 100%, where the document prints no rules that could leave it out."""
    total, profile = subject.total, subject.profile
    if total is None or profile is None or profile.execution is None or not profile.execution.weight:
        return
    unruled = bool(subject.rows) and all(row.declared and not row.measures_execution for row in subject.rows)
    if not unruled or total.value < FULL_MARKS:
        return
    for path in (profile.execution.denominator, "budget.initial"):
        measure = Measure.model_validate({"formula": "预算执行率", "executed": "budget.final", "budget": path})
        rate = subject.measured(measure)
        if math.isnan(rate):
            continue
        if rate < 1:
            points = rate * profile.execution.weight
            exact = total.value - profile.execution.weight + points
            match = compare(total, exact)
            yield subject.find(
                "execution-score",
                "info" if match != "off" else "question",
                f"总分满分，而{calculation(measure, subject.case, rate)}：口径中预算执行"
                f"{display_plain(profile.execution.weight)}分只得{display_plain(points)}分，"
                f"总分至多{display_plain(exact)}分{'，取整后才是满分' if match != 'off' else ''}",
                where=[total],
                printed=total,
                expected=display_plain(exact),
                effects=[exact - total.value],
            )
        return


@check
def check_over_achievement(subject: Subject) -> Iterator[Finding]:
    """Targets exceeded by more than the profile lets pass, without an explanation."""
    limit = subject.profile.over_achievement if subject.profile else None
    if limit is None:
        return
    for row in subject.rows:
        fact, achieved = row.fact, row.achieved
        if fact is None or achieved is None or row.goal is None or achieved < limit - 1e-9:
            continue
        target, actual = row.goal
        if target.quantity.unit == RATIO or fact.deviation or fact.improvement or fact.reason:
            continue
        yield subject.find(
            "over-achievement",
            "warning",
            f"目标{target}，实际{actual}，为目标的{display_share(achieved)}，达到或超过{display_share(limit)}，"
            "没有说明；目标是否定低了",
            indicator=row.key,
            where=entries(fact.target, fact.actual),
            printed=actual,
            expected=target,
        )


@check
def check_same_measure(subject: Subject) -> Iterator[Finding]:
    """One measured ratio that earns points in two indicators."""
    found: dict[tuple[str, ...], Row] = {}
    for row in subject.rows:
        measure = row.indicator.measure
        if measure is None or not row.weight:
            continue
        key = (measure.formula, *(f"{name}={path}" for name, path in sorted(measure.arguments.items())))
        if key in found:
            written = calculation(measure, subject.case, subject.measured(measure))
            message = f"与“{found[key].key}”同是{written}，重复计分"
            yield subject.find("double-counted", "warning", message, indicator=row.key, where=[row.indicator.source])
        found.setdefault(key, row)


@check
def check_same_fact(subject: Subject) -> Iterator[Finding]:
    """One figure on which two indicators rest, as the case declares (`uses`), or with the measure of another."""
    declared = [(path, row) for row in subject.rows if row.fact for path in row.fact.uses]
    if not declared:
        return
    measures = [(next(iter(r.indicator.measure.arguments.values())), r) for r in subject.rows if r.indicator.measure]
    reported: set[frozenset[str]] = set()
    for path, row in declared:
        for other, second in (*declared, *measures):
            pair = frozenset((row.key, second.key))
            inside = path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")
            if not inside or len(pair) < 2 or pair in reported:
                continue
            reported.add(pair)
            shown = subject.case.quantity(path)
            yield subject.find(
                "double-counted",
                "question",
                f"与“{second.key}”依据同一事实（{figure_name(path)}{shown or ''}），是否重复计分",
                indicator=row.key,
                where=[*row.places, *second.places],
            )
