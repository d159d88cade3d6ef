"""What a declaration of goals shows: the official form, and what its budget rests on."""

from __future__ import annotations

import math

from ..cases.case import Case
from ..cases.loading import one_case
from ..cases.models import DeclarationFile, Estimate
from ..figures.quantities import display_money
from ..words import DASH
from .blocks import Column, Group, Table, group, section, table
from .sources import Source
from .stated import budget, labelled, level_columns, overview, shown

_GOALS = [
    *level_columns(11, 12, 25, blank=DASH),
    Column("年度指标值", lambda goal: shown(goal.declared and goal.declared.target), 16),
    Column("分值", lambda goal: shown(goal.declared and goal.declared.weight), 8, number=True, optional=True),
    Column("设定或判断依据", lambda goal: (goal.declared and goal.declared.basis) or DASH, 28, optional=True),
    Column("备注", lambda goal: goal.note or DASH, 14, optional=True),
]


def form(case: Case) -> Group:
    """The official 绩效目标申报表: project and unit, what it is to achieve, money, the goals."""
    file = case.file
    assert isinstance(file, DeclarationFile)
    project = file.project
    names = {"项目名称": project.name if project else DASH, "主管部门": file.unit.parent or DASH, "实施单位": case.unit}
    names["年度"] = str(case.year)
    if project and (project.start or project.end):
        names["起止时间"] = f"{project.start or DASH}至{project.end or DASH}"
    goals = section("绩效指标", table(file.goals, _GOALS))
    return group(labelled(names), overview(case), budget(case), goals)


def estimate(source: Source) -> Table:
    """The amounts that a declared budget is made of, each with its quantity and price."""
    found: tuple[Estimate, ...] = getattr(one_case(source).file, "estimate", ())
    whole = display_money(math.fsum(cost.amount.value.value for cost in found))
    columns = [
        Column("测算项目", lambda cost: cost.name, 24, total="合计"),
        Column("数量", lambda cost: shown(cost.quantity), 12, number=True),
        Column("单价", lambda cost: shown(cost.price), 16, number=True),
        Column("金额", lambda cost: shown(cost.amount), 16, number=True, total=whole),
        Column("依据", lambda cost: cost.basis or DASH, 32, optional=True),
    ]
    return table(found, columns)
