"""The chapter 数据核验, and the cycle of a unit: its steps side by side, what does not go together, old problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from .. import auditing
from ..auditing import Finding
from ..auditing.cycle import Cycle
from ..auditing.cycle import cycle as cycle_of
from ..cases.loading import one_case
from ..figures.quantities import signed
from ..words import DASH, HEADS, SEVERITIES, VERDICTS
from .blocks import Block, Bullets, Column, Group, Paragraph, chapter, group, section, table
from .many import listed
from .sources import Source


def _effect(item: Finding) -> str:
    points = "" if item.total_effect is None else f"{signed(item.total_effect)}分"
    return "，".join(part for part in (points, item.grade_effect) if part) or DASH


_COLUMNS = [
    Column("级别", lambda item: SEVERITIES[item.severity], 6),
    Column("核验项与指标", lambda item: "\n".join(filter(None, (item.title, item.indicator))), 21),
    Column("核验过程", lambda item: item.message, 43),
    Column("位置", lambda item: "、".join(item.where) or DASH, 18, optional=True),
    Column("总分影响", _effect, 12, optional=True),
]


def audit(source: Source) -> Group:
    """What the audit of a case finds: summary line, then a table for each verdict."""
    found = auditing.audit(one_case(source))
    basis = "所列事实和评分标准" if found.summary.line else "所列事实"
    counts = found.counts if found else f"能复算的数字都与{basis}相符"
    lead = "；".join(filter(None, (found.summary.line, counts)))
    by_verdict = ((name, [item for item in found if item.verdict == verdict]) for verdict, name in VERDICTS.items())
    parts = (section(f"{name}（{len(items)}项）", table(items, _COLUMNS)) for name, items in by_verdict)
    return group(Paragraph(f"{lead}。", "lead"), *parts)


_UNITS = [
    Column("单位", lambda cycle: cycle.unit, 40),
    Column("资料", lambda cycle: "、".join(cycle.steps["document"]), 30),
    Column("前后不一", lambda cycle: f"{len(cycle.findings)}处" if len(cycle.cases) > 1 else DASH, 12),
    Column("问题", lambda cycle: f"{len(cycle.problems)}个", 12),
]


def cycle(source: Cycle | Any) -> Group:
    """全过程: declaration, monitoring, self-evaluation, evaluation and rectification of one unit, a table a year.

    `source` is a `Cycle`, or what `perfkit.cycle` makes one of.
    """
    own = source if isinstance(source, Cycle) else cycle_of(source)
    documents = section("资料", listed(own.steps))
    problems = section("存在问题与次年情况", listed(own.problems))
    if len(own.cases) == 1:
        return group(documents, "只有一份资料，没有可以前后对照的。", problems)
    said = Bullets(tuple("：".join(filter(None, (found.indicator, found.message))) for found in own.findings))
    contradictions = said or "各环节的指标值、结果和资金没有互相矛盾的。"
    return group(documents, *_years(own), section(f"前后不一：{len(own.findings)}处", contradictions), problems)


def _years(own: Cycle) -> Iterator[Block]:
    """The steps side by side, under the year or the project that they are of."""
    for scope, rows in own.view.groupby("scope", sort=False):
        name = f"{scope}年度" if str(scope).isdigit() else str(scope)
        yield section(f"各环节对照：{name}", table(rows.to_dict("records"), _steps(rows)))


def _steps(rows: Any) -> list[Column]:
    """The columns of a table of steps; a step of which nothing is known in this year is left out."""
    first = [
        Column(HEADS["id"], lambda row: row["id"] or "资金", 22, merge=True),
        Column(HEADS["what"], itemgetter("what"), 12),
    ]
    return first + [Column(step, itemgetter(step), 16, optional=True) for step in rows.columns[3:]]


def cycles(units: Sequence[Cycle]) -> Group:
    """A chapter for each unit, under a table of them where they are several."""
    overview = chapter("各单位", table(units, _UNITS)) if len(units) > 1 else ""
    return group(overview, *(chapter(own.unit, cycle(own)) for own in units))
