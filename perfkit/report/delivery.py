"""What a report still lacks before it is handed over: a Chinese sentence for each thing, none where it is complete."""

from __future__ import annotations

from collections.abc import Iterator

from ..cases.case import Case
from ..cases.models import Rectification
from ..scoring.scorecard import Scorecard, scorecards
from ..words import FILLED_IN, NARRATIVES, OVERVIEW
from . import wording

_TOLD = ("声明", "摘要", "评价目的", "评价原则", "主要经验", "结果应用与公开")
"""Parts of an evaluation that only the evaluator can write."""
_WRITTEN = ("评价对象和范围", "评价方法", "指标体系说明", "评价过程", "评价结论", "存在问题", "建议")
"""Parts of which the report says something even where the case tells nothing in its own words."""


def lacking(case: Case) -> Iterator[str]:
    """What is empty in the report of a case, in the order of its chapters."""
    return (text for is_lacking, text in _asked(case) if is_lacking)


def _asked(case: Case) -> Iterator[tuple[object, str]]:
    """What a report should have: whether it is lacking, and the sentence that says so."""
    file, told = case.file, case.file.narrative
    cover = ("number", "client", "evaluator", "date", "basis", "materials")
    for name in cover if case.kind == "evaluation" else ("date", "basis"):
        yield not getattr(file, name), f"封面和依据：没有写{FILLED_IN[name].partition('（')[0]}（{name}）"
    if case.kind == "evaluation":
        others = [name for name in NARRATIVES if name not in (*_TOLD, *_WRITTEN, *told)]
        yield not file.team.leader, "封面和依据：没有写主评人（team.leader）"
        yield from ((name not in told, f"“{name}”没有文字（narrative）") for name in _TOLD)
        yield others, f"以下章节没有文字（narrative），报告里不出现，需要的再写：{'、'.join(others)}"
        yield not file.surveys, "附件：没有问卷（surveys）"
        yield not file.review, "附件：没有征求意见及采纳情况（review）"
    if case.kind != "rectification":
        asked = [name for name in OVERVIEW if name != "organisation"]
        yield from ((not getattr(file.overview, n), f"概况：没有写{OVERVIEW[n]}（overview.{n}）") for n in asked)
        yield file.budget is None, "概况：没有写预算（budget）"
    for card in scorecards([case]):
        yield from _indicators(card)
    for problem in file.problems:
        plan, it = problem.rectification or Rectification(), wording.quoted(problem.text)
        unproved, unsaid = plan.done == "是" and not plan.evidence, case.kind == "rectification" and plan.done is None
        yield "建议" not in told and not wording.improvement(case, problem), f"建议：{it}没有写改进措施（improvement）"
        yield unproved, f"整改：{it}写已完成，没有写佐证（rectification.evidence）"
        yield unsaid, f"整改：{it}没有写是否完成（rectification.done）"
    yield from ((item.taken is None, f"征求意见：{item.who}的意见没有写是否采纳（taken）") for item in file.review)


def _indicators(card: Scorecard) -> Iterator[tuple[object, str]]:
    explained = {name for problem in card.case.file.problems for name in problem.indicators}
    for row in card.rows:
        fact = row.fact
        printed = [entry.place for figure in (fact.target, fact.actual) if figure for entry in figure.entries]
        scored, proved = row.status in wording.POINTED, fact.evidence or fact.source or any(printed)
        reason = fact.deviation or fact.reason or fact.unmet or row.id in explained
        yield scored and not proved, f"指标{wording.quoted(row.id)}：没有写佐证或资料来源（evidence、source）"
        yield row.lost > 1e-9 and not reason, f"指标{wording.quoted(row.id)}：失分没有写原因（deviation）"
