"""What a report still lacks before it is handed over: a Chinese sentence for each thing, none where it is complete."""

from __future__ import annotations

from collections.abc import Iterator

from ..cases.case import Case
from ..scoring.scorecard import Scorecard, scorecards
from ..words import NARRATIVES, OVERVIEW
from . import wording

_HEAD = {
    "number": "报告编号（number）",
    "client": "委托单位（client）",
    "evaluator": "评价机构（evaluator）",
    "date": "日期（date）",
    "basis": "评价依据（basis）",
    "materials": "资料清单（materials）",
}
_TOLD = ("声明", "摘要", "评价目的", "评价原则", "主要经验", "结果应用与公开")
"""Parts of an evaluation that only the evaluator can write."""
_WRITTEN = ("评价对象和范围", "评价方法", "指标体系说明", "评价过程", "评价结论", "存在问题", "建议")
"""Parts of which the report says something even where the case tells nothing in its own words."""


def lacking(case: Case) -> Iterator[str]:
    """What is empty in the report of a case, in the order of its chapters."""
    file = case.file
    wanted = [*_HEAD] if case.kind == "evaluation" else ["date", "basis"]
    yield from (f"封面和依据：没有写{_HEAD[name]}" for name in wanted if not getattr(file, name))
    if case.kind == "evaluation":
        if not file.team.leader:
            yield "封面和依据：没有写主评人（team.leader）"
        yield from (f"“{name}”没有文字（narrative）" for name in _TOLD if name not in file.narrative)
        if others := [name for name in NARRATIVES if name not in (*_TOLD, *_WRITTEN, *file.narrative)]:
            yield f"以下章节没有文字（narrative），报告里不出现，需要的再写：{'、'.join(others)}"
        if not file.surveys:
            yield "附件：没有问卷（surveys）"
        if not file.review:
            yield "附件：没有征求意见及采纳情况（review）"
    if case.kind != "rectification":
        asked = [name for name in OVERVIEW if name != "organisation" and not getattr(file.overview, name)]
        yield from (f"概况：没有写{OVERVIEW[name]}（overview.{name}）" for name in asked)
        if file.budget is None:
            yield "概况：没有写预算（budget）"
    for card in scorecards([case]):
        yield from _indicators(card)
    for problem in file.problems:
        if not wording.improvement(case, problem):
            yield f"建议：“{problem.text}”没有写改进措施（improvement）"
        plan = problem.rectification
        if plan and plan.done == "是" and not plan.evidence:
            yield f"整改：“{problem.text}”写已完成，没有写佐证（rectification.evidence）"
        if case.kind == "rectification" and (plan is None or plan.done is None):
            yield f"整改：“{problem.text}”没有写是否完成（rectification.done）"
    waiting = (opinion.who for opinion in file.review if opinion.taken is None)
    yield from (f"征求意见：{who}的意见没有写是否采纳（taken）" for who in waiting)


def _indicators(card: Scorecard) -> Iterator[str]:
    explained = {name for problem in card.case.file.problems for name in problem.indicators}
    for row in card.rows:
        fact = row.fact
        printed = [entry.place for figure in (fact.target, fact.actual) if figure for entry in figure.entries]
        if row.status in ("scored", "judged", "overridden") and not (fact.evidence or fact.source or any(printed)):
            yield f"指标“{row.id}”：没有写佐证或资料来源（evidence、source）"
        if row.lost > 1e-9 and not (fact.deviation or fact.reason or fact.unmet or row.id in explained):
            yield f"指标“{row.id}”：失分没有写原因（deviation）"
