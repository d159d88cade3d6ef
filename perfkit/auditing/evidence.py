"""What stands behind a score: reasons for points lost, problems, targets, actual values, evidence, the event itself."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..figures.formulas import FORMULAS
from ..figures.quantities import display_plain, display_share
from .findings import Finding
from .subject import Row, Subject, check, entries


@check
def check_deductions(subject: Subject) -> Iterator[Finding]:
    """Points lost have a problem, a deviation or a reason that explains them."""
    for row in subject.rows:
        fact = row.fact
        if row.score is None or row.lost <= 1e-9 or row.unmet or row.key in subject.criticised:
            continue
        low = _low_execution(subject, row) if row.measures_execution else ""
        if row.measures_execution and row.reproduced and not low:
            continue
        if fact and (fact.deviation or fact.improvement or (row.decided and fact.reason)):
            continue
        if fact and any(answer.reason for answer in fact.items if answer.met == "否"):
            continue
        yield subject.find(
            "deduction-unexplained",
            "warning" if row.decided else "question",
            f"{display_plain(row.weight)}分得{row.score}分，扣{display_plain(row.lost)}分，{low}"
            f"{'没有说明原因' if row.decided or not subject.file.problems else '存在问题部分没有提到'}",
            indicator=row.key,
            where=row.places,
            printed=row.score,
        )


def _low_execution(subject: Subject, row: Row) -> str:
    """Why so low or so high an execution asks for an explanation; "" where the profile passes it."""
    explain = subject.profile.explain if subject.profile else None
    rate = subject.measured(row.indicator.measure) if row.indicator.measure else math.nan
    if math.isnan(rate) or (explain and explain.execution_below <= rate <= 1):
        return ""
    limit = f"低于{display_share(explain.execution_below)}，" if explain and rate < explain.execution_below else ""
    return f"执行率{display_share(rate)}，{limit}"


@check
def check_problems(subject: Subject) -> Iterator[Finding]:
    """A problem that the document states costs points where it names an indicator."""
    for problem in subject.file.problems:
        for key in problem.indicators:
            row = subject.row(key)
            if row is None or row.score is None or not row.full or key in subject.not_held:
                continue
            yield subject.find(
                "problem-without-deduction",
                "warning",
                f"列为问题（{problem.text}），仍得满分{row.score}分",
                indicator=key,
                where=[*row.places, problem.source],
                printed=row.score,
            )


@check
def check_unmet(subject: Subject) -> Iterator[Finding]:
    """A missed target has a reason."""
    for row in subject.rows:
        if not row.unmet or row.key in subject.criticised or row.goal is None:
            continue
        if row.fact and not (row.fact.deviation or row.fact.reason):
            target, actual = row.goal
            yield subject.find(
                "unmet-without-reason",
                "warning",
                f"目标{target}，实际{actual}，没有说明原因",
                indicator=row.key,
                where=entries(row.fact.target, row.fact.actual),
                printed=actual,
                expected=target,
            )


@check
def check_evidence(subject: Subject) -> Iterator[Finding]:
    """A rate that earns points has a figure; a satisfaction has a sample."""
    for row in subject.rows:
        fact = row.fact
        if row.score is None or row.score.value <= 0 or row.key in subject.not_held:
            continue
        survey = "满意度" in row.indicator.name
        if row.declared and not row.indicator.measure and _is_rate(row) and not _has_evidence(row):
            yield subject.find(
                "scored-without-evidence",
                "warning",
                f"没有印{'任何调查结果' if survey else '能算出这个比率的数据'}，却计{row.score}分",
                indicator=row.key,
                where=row.places,
                printed=row.score,
            )
        elif survey and fact and fact.actual and not fact.evidence:
            yield subject.find(
                "scored-without-evidence",
                "info",
                f"满意度{fact.actual.value}没有样本量和调查日期，无从判断误差",
                indicator=row.key,
                where=entries(fact.actual),
                printed=fact.actual.value,
            )


def _is_rate(row: Row) -> bool:
    name = row.indicator.name
    return name in FORMULAS or name.endswith(("率", "满意度"))


def _has_evidence(row: Row) -> bool:
    fact = row.fact
    return fact is not None and bool(
        fact.actual or fact.items or fact.count or fact.met or fact.level or fact.share is not None or fact.evidence
    )


@check
def check_goals(subject: Subject) -> Iterator[Finding]:
    """A scored indicator without a rule of its own has a target and an actual value that can be compared."""
    for row in subject.rows:
        fact = row.fact
        if fact is None or row.score is None or row.score.value <= 0:
            continue
        if fact.missing:
            yield subject.find(
                "missing-actual",
                "warning",
                f"{fact.missing}，却计{row.score}分",
                indicator=row.key,
                where=row.places,
                printed=row.score,
                without=row,
            )
        elif row.declared and not row.indicator.measure:
            yield from _incomplete(subject, row)


def _incomplete(subject: Subject, row: Row) -> Iterator[Finding]:
    assert row.fact
    assert row.score
    target, actual = row.fact.target, row.fact.actual
    if actual and not target:
        message = f"没有目标值（只印实际{actual.value}），却计{row.score}分"
        yield subject.find(
            "missing-target", "warning", message, indicator=row.key, where=row.places, printed=actual.value
        )
    elif target and not actual and row.fact.met is None:
        shown = f"没有能与目标（{target.value}）比较的实际完成值：{row.fact.evidence}" if row.fact.evidence else ""
        message = f"{shown or f'没有实际完成值（目标{target.value}）'}，却计{row.score}分"
        yield subject.find(
            "missing-actual", "warning", message, indicator=row.key, where=row.places, printed=target.value
        )
    elif target and actual and not target.value.quantity.is_number and actual.value.is_number:
        message = f"目标是{target.value}，实际只印{actual.value}，没有实际完成的情况"
        yield subject.find(
            "missing-actual", "info", message, indicator=row.key, where=entries(actual), printed=actual.value
        )


@check
def check_not_applicable(subject: Subject) -> Iterator[Finding]:
    """A unit without tasks has no total, an indicator whose event did not take place no score."""
    case = subject.case
    if case.not_applicable and subject.total is not None and subject.total.value > 0:
        message = f"{case.not_applicable.rstrip('。')}，总分仍印作{subject.total}分，没有任何指标得分可据"
        yield subject.find(
            "not-applicable-scored",
            "error",
            message,
            where=entries(subject.published.total),
            printed=subject.total,
            expected="不评分",
        )
    for event in subject.file.events:
        for key in event.indicators if event.held == "否" else ():
            row = subject.row(key)
            if row is None or row.score is None or row.score.value <= 0:
                continue
            instead = f"，改为{event.instead}" if event.instead else ""
            yield subject.find(
                "not-applicable-scored",
                "warning",
                f"文件说明没有{event.name}{instead}，仍计{row.score}分",
                indicator=key,
                where=[*row.places, event.source],
                printed=row.score,
                expected="不适用",
                without=row,
            )
