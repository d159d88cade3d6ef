"""The cycle of a unit: its documents, every step of a year side by side, what does not go together, old problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

from ..auditing.cycle import Cycle
from ..auditing.cycle import cycle as cycle_of
from ..words import DASH, HEADS
from .blocks import Block, Bullets, Column, Group, chapter, group, section, table
from .many import listed

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
    for project, rows in own.view.groupby("project", sort=False):
        name = f"{project}年度" if str(project).isdigit() else str(project)
        yield section(f"各环节对照：{name}", table(rows.to_dict("records"), _steps(rows)))


def _steps(rows: Any) -> list[Column]:
    """The columns of a table of steps; a step of which nothing is known in this year is left out."""
    first = [
        Column(HEADS["id"], lambda row: row["id"] or "资金", 22, merge=True),
        Column(HEADS["what"], itemgetter("what"), 12),
    ]
    return first + [Column(step, itemgetter(step), 16, optional=True) for step in rows.columns[3:]]


def cycles(units: Iterable[Cycle]) -> Group:
    """A chapter for each unit, under a table of them where they are several."""
    every = list(units)
    overview = chapter("各单位", table(every, _UNITS)) if len(every) > 1 else ""
    return group(overview, *(chapter(own.unit, cycle(own)) for own in every))
