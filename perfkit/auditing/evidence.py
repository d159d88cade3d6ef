"""What stands behind a score: reasons for points lost, problems, targets, actual values, evidence, the event itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import partial

from ..figures.formulas import FORMULAS
from ..figures.quantities import DATE, RATIO, WORD, Figure, display_plain, display_share
from .findings import Code, Finding
from .subject import Row, Subject, check, check_row, entries

DEDUCTION_UNEXPLAINED = Code("deduction-unexplained", "扣分没有说明", "warning", "question")
PROBLEM_WITHOUT_DEDUCTION = Code("problem-without-deduction", "列为问题却未扣分", "warning", "question")
UNMET_WITHOUT_REASON = Code("unmet-without-reason", "未达目标没有原因", "warning", "question")
SCORED_WITHOUT_EVIDENCE = Code("scored-without-evidence", "计分没有依据", "warning", "question")
MISSING_TARGET = Code("missing-target", "没有目标值", "warning", "question")
MISSING_ACTUAL = Code("missing-actual", "没有实际完成值", "warning", "question")
UNFILLED = Code("unfilled", "没有填写", "warning", "question")
OVERRIDDEN = Code("overridden", "没有按评分标准计分", "question", "question")
SAMPLE_TOO_SMALL = Code("sample-too-small", "满意度的把握不足", "info", "question")
NOT_APPLICABLE_SCORED = Code("not-applicable-scored", "不适用仍计分", "warning", "score")

_NOTHING_DONE = re.compile("[不未]涉及|(?:未|没有)(?:开展|安排|建设|设立|实施)")
_GOOD_NEWS = re.compile("违|截留|挪用|挤占|虚列|侵占|损失|流失|投诉|事故|纠纷|不良|不实|问题|超|重大|收费")
"""What a unit had better have nothing of."""
_SHORT = re.compile(r"(?<![\d.≥>于×])\d{1,2}(?:\.\d+)?%(?!\s*权重)")
"""A rate that falls short of 100%, which says itself why a stated score does: 完成率90%, and not 得90%权重分."""


@check_row
def check_deductions(subject: Subject, row: Row) -> Iterator[Finding]:
    """Points lost have a problem, a deviation or a reason that explains them."""
    fact = row.fact
    if row.lost <= 1e-9 or not row.weight or row.unmet or row.key in subject.criticised:
        return
    low = _low_execution(subject, row) if row.measures_execution else ""
    passed = subject.measured(row.indicator.measure) < 1 or (row.reproduced and not row.declared)
    if row.measures_execution and passed and not low:
        return
    refused = any(answer.reason for answer in fact.items if answer.met == "否")
    refused = refused or (row.declared and _SHORT.search(fact.evidence + row.indicator.meaning) is not None)
    if refused or fact.deviation or fact.improvement or fact.override or (row.decided and fact.reason):
        return
    lost = f"{display_plain(row.weight)}分得{row.score}分，扣{display_plain(row.lost)}分"
    unexplained = "没有说明原因" if row.decided or not subject.file.problems else "存在问题部分没有提到"
    severity = DEDUCTION_UNEXPLAINED.severity if row.decided else "question"
    yield subject.find(DEDUCTION_UNEXPLAINED, f"{lost}，{low}{unexplained}", row=row, severity=severity)


def _low_execution(subject: Subject, row: Row) -> str:
    """Why so low or so high an execution asks for an explanation; "" where the profile passes it."""
    explain, rate = subject.profile.explain, subject.measured(row.indicator.measure)
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
            if row and row.full and key not in subject.not_held:
                message, where = f"列为问题（{problem.text}），仍得满分{row.score}分", [*row.places, problem.source]
                yield subject.find(PROBLEM_WITHOUT_DEDUCTION, message, row=row, where=where)


@check_row
def check_unmet(subject: Subject, row: Row) -> Iterator[Finding]:
    """A missed target has a reason."""
    fact = row.fact
    if row.unmet and row.goal and not (row.key in subject.criticised or fact.deviation or fact.reason):
        target, actual = row.goal
        message, where = f"目标{target}，实际{actual}，没有说明原因", entries(fact.target, fact.actual)
        yield subject.find(UNMET_WITHOUT_REASON, message, row=row, where=where, printed=actual, expected=target)


@check_row
def check_evidence(subject: Subject, row: Row) -> Iterator[Finding]:
    """A rate that earns points has a figure; a satisfaction has a sample."""
    fact = row.fact
    if not row.earned > 0 or row.key in subject.not_held:
        return
    survey = "满意度" in row.indicator.name
    is_rate = row.indicator.name in FORMULAS or row.indicator.name.endswith(("率", "满意度"))
    if row.declared and not row.indicator.measure and is_rate and not _has_evidence(row):
        message = f"没有印{'任何调查结果' if survey else '能算出这个比率的数据'}，却计{row.score}分"
        yield subject.find(SCORED_WITHOUT_EVIDENCE, message, row=row)
    elif survey and fact.actual and not fact.evidence and not subject.case.survey(row.key):
        message = f"满意度{fact.actual.value}没有样本量和调查日期，无从判断误差"
        yield subject.find(SCORED_WITHOUT_EVIDENCE, message, row=row, severity="info", printed=fact.actual)


@check_row
def check_sample(subject: Subject, row: Row) -> Iterator[Finding]:
    """A satisfied share is above or below its target by more than the sample leaves open.

    Without a target the threshold is the one of full marks.
    """
    survey, target = subject.case.survey(row.key), row.fact.target
    share = survey.share() if survey else None
    if survey is None or share is None:
        return
    ends = (share.low, share.high)
    if target and target.value.unit == RATIO:
        met = [target.value.is_met(Figure(value, RATIO, "")) for value in ends]
    else:
        met = [subject.rescore(row, value=value) >= row.weight - 1e-9 for value in ends]
    if met[0] != met[1]:
        goal = f"目标{target.value}" if target else "满分的界限"
        message = f"{survey.told()}；区间跨过{goal}，这些答卷还不能断定是否达到"
        yield subject.find(SAMPLE_TOO_SMALL, message, row=row, printed=survey.actual)


def _has_evidence(row: Row) -> bool:
    """Whether a result is printed, be it under 指标说明, where some print it."""
    fact, meant = row.fact, bool(_SHORT.search(row.indicator.meaning))
    return meant or any((fact.actual, fact.items, fact.count, fact.met, fact.level, fact.evidence, fact.share))


@check_row
def check_goals(subject: Subject, row: Row) -> Iterator[Finding]:
    """A scored indicator without a rule of its own has a target and an actual value that can be compared."""
    fact = row.fact
    if not row.earned > 0:
        return
    if (reason := fact.missing or fact.unmeasured) and row.weighed:
        yield subject.find(MISSING_ACTUAL, f"{reason}，却计{row.score}分", row=row, leave_out=True)
        return
    if not row.declared or row.indicator.measure:
        return
    target, actual = fact.target and fact.target.value, fact.actual and fact.actual.value
    goals = [other for other in subject.rows if other.goal]
    ruled = row.read_rules and not any(field == "target" for rule in row.read_rules for _, field in rule.reads(row.key))
    if actual and actual.unit != WORD and not target and not ruled and not row.indicator.bonus:
        message = f"没有目标值（只印实际{actual}），却计{row.score}分"
        yield subject.find(MISSING_TARGET, message, row=row, printed=actual)
    elif target and not actual and fact.met is None and fact.count is None:
        said = fact.evidence or fact.note
        shown = f"没有能与目标（{target}）比较的实际完成值：{said}" if said else f"没有实际完成值（目标{target}）"
        message = f"{shown}，却计{row.score}分"
        severity = "info" if fact.level and target.unit == DATE else MISSING_ACTUAL.severity  # 按时完成, without a day
        yield subject.find(MISSING_ACTUAL, message, row=row, severity=severity, printed=target)
    elif not target and not actual and not (_has_evidence(row) or fact.note) and 2 * len(goals) > len(subject.rows):
        message = f"多数指标印了目标和实际完成值，这一项都没有，却计{row.score}分"
        yield subject.find(MISSING_ACTUAL, message, row=row)
    elif target and actual and not target.is_number and actual.is_number:
        message = f"目标是{target}，实际只印{actual}，没有实际完成的情况"
        yield subject.find(MISSING_ACTUAL, message, row=row, severity="info", printed=fact.actual)


@check
def check_filled(subject: Subject) -> Iterator[Finding]:
    """At least one indicator has a score, a target or a result; of a form that is handed in blank none has."""
    goals = [(goal.name, goal.source, goal.declared or goal.revised or goal.compared) for goal in subject.case.goals]
    rows = [(row, row.fact) for row in subject.rows if not row.measures_execution]
    said = [*goals, *((r.key, f.source, r.score or f.target or f.actual or not f.missing) for r, f in rows)]
    if said and not any(filled for *_, filled in said):
        shown = "、".join(name for name, *_ in said[:3]) + ("等" if len(said) > 3 else "")
        yield subject.find(UNFILLED, f"{shown}{len(said)}项指标都没有填写指标值、实际完成值和得分", where=[said[0][1]])


@check
def check_not_applicable(subject: Subject) -> Iterator[Finding]:
    """A unit without tasks has no total, an indicator whose event did not take place no score."""
    case, total, find = subject.case, subject.published.total, partial(subject.find, NOT_APPLICABLE_SCORED)
    if case.not_applicable and total and total.value.value > 0:
        message = f"{case.not_applicable.rstrip('。')}，总分仍印作{total.value}分，没有任何指标得分可据"
        yield find(message, severity="error", printed=total, expected="不评分")
    for event in subject.file.events:
        for key in event.indicators if event.held == "否" else ():
            row = subject.row(key)
            if row and row.earned > 0:
                instead = f"，改为{event.instead}" if event.instead else ""
                message = f"文件说明没有{event.name}{instead}，仍计{row.score}分"
                yield find(message, row=row, where=[*row.places, event.source], expected="不适用", leave_out=True)


@check_row
def check_nothing_done(subject: Subject, row: Row) -> Iterator[Finding]:
    """Full marks stand for something done, and not for a year in which there was nothing of it to do."""
    if not row.full or row.indicator.measure or row.key in subject.not_held:
        return
    clauses = re.split("[，。；,;\\n]", f"{row.fact.evidence}。{row.fact.note}")
    said = next((text for text in clauses if _NOTHING_DONE.search(text) and not _GOOD_NEWS.search(text)), "")
    if said:
        find = partial(subject.find, row=row, severity="question", expected="不适用", leave_out=True)
        yield find(NOT_APPLICABLE_SCORED, f"依据写“{said.strip()}”，仍得满分{row.score}分；不适用的应退出计分，请核实")


@check_row
def check_override(subject: Subject, row: Row) -> Iterator[Finding]:
    """A score that the evaluator gave against the rule is named, with what the rule gives."""
    override = row.fact.override
    if override is None:
        return
    ruled = subject.rescore(row)
    given = "没有结果" if math.isnan(ruled) else f"计{display_plain(ruled)}分"
    message = f"按评分标准{given}，评价人改判为{override.share.given()}：{override.reason}"
    yield subject.find(OVERRIDDEN, message, row=row, expected="" if math.isnan(ruled) else ruled)
