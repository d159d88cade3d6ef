"""Declarations of goals (绩效目标申报表): can the goals be measured, are they whole, does the money add up?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from ..cases.models import DeclarationFile, Estimate, Goal
from ..figures.quantities import MONEY, RATIO, WORD, Figure, display_money
from ..words import MORE_IS_BETTER
from .compare import compare, figures
from .findings import Code, Finding
from .money import COMPONENT_SUM, identity
from .plausible import SIGN_AGAINST_NAME, against_name
from .subject import Subject, check, limits_the_better
from .sums import plain_level, whole_weight

UNMEASURABLE_GOAL = Code("unmeasurable-goal", "目标值不能衡量", "question")
GOALS_INCOMPLETE = Code("goals-incomplete", "缺少一类指标", "question")
GOAL_TOO_FAR = Code("goal-too-far", "目标值不合常理", "question")
NO_COST_BASIS = Code("no-cost-basis", "预算没有测算依据", "question")

_COUNTED = ("数量", "时效", "成本")
"""Level-2 names under which a goal is a number or a date."""
_WANTED = {"产出": "产出|完成", "效益": "效益", "满意度": "满意"}
"""What a declaration states goals of, and how the names of levels say it (项目完成指标)."""
_VAGUE = re.compile("提升|提高|改善|增强|加强|促进|推动|良好|较好|显著|明显|有效|逐步|进一步")
_EXECUTION = 10
"""Points that the execution of the budget has where the weights do not add up to 100."""


def _goals(subject: Subject) -> Iterator[tuple[Goal, Figure, str]]:
    """Every declared goal with its target and where it stands."""
    for goal in subject.file.goals if isinstance(subject.file, DeclarationFile) else ():
        if goal.declared:
            yield goal, goal.declared.target.value, goal.declared.source or goal.source


@check
def check_measurable(subject: Subject) -> Iterator[Finding]:
    """A goal of quantity, time or cost is a number or a date; a goal in words says by what it is judged."""
    for goal, target, where in _goals(subject):
        if target.unit != WORD:
            continue
        counted = next((name for name in _COUNTED if name in goal.level2), "")
        if counted:
            message = f"{counted}指标的目标值是“{target}”，没有数量或期限，到时无法核对；请写成带单位的数或日期"
        elif _VAGUE.search(target.text) and not (goal.declared and goal.declared.basis):
            message = f"目标值“{target}”没有写以什么判断；请量化，或写明判断依据"
        else:
            continue
        yield subject.find(UNMEASURABLE_GOAL, message, indicator=goal.name, where=[where], printed=target)


@check
def check_whole(subject: Subject) -> Iterator[Finding]:
    """The goals say what is delivered, for which benefit, and whether people are content."""
    goals = subject.case.goals if isinstance(subject.file, DeclarationFile) else ()
    said = {f"{plain_level(goal.level1)} {goal.level2}" for goal in goals}
    lacking = [name for name, words in _WANTED.items() if not any(re.search(words, each) for each in said)]
    if lacking and len(lacking) < len(_WANTED):  # else the table states no levels
        yield subject.find(GOALS_INCOMPLETE, f"没有{'、'.join(f'{name}指标' for name in lacking)}；不涉及的请说明")


@check
def check_declared_weights(subject: Subject) -> Iterator[Finding]:
    """Declared weights add up to 100, or to 90 beside the execution of the budget."""
    given = [goal.declared.weight for goal, *_ in _goals(subject) if goal.declared and goal.declared.weight]
    if given and all(goal.declared for goal in subject.case.goals):  # a target that was not read takes its weight along
        yield from whole_weight(subject, [weight.value.value for weight in given], _EXECUTION)


@check
def check_likely(subject: Subject) -> Iterator[Finding]:
    """No rate lies above 100%, no satisfaction is promised to be whole, more is better where the name says so."""
    for goal, target, where in _goals(subject):
        if target.unit != RATIO or not goal.name.endswith(MORE_IS_BETTER):
            continue
        if limits_the_better(goal.name, target):
            message = against_name(goal.name, target)
            yield subject.find(SIGN_AGAINST_NAME, message, indicator=goal.name, where=[where], printed=target)
        elif target.value > 1 + 1e-9:
            message = f"“{goal.name}”不会超过100%，目标却是{target}"
            yield subject.find(GOAL_TOO_FAR, message, indicator=goal.name, where=[where], printed=target)
        elif "满意度" in goal.name and target.value > 1 - 1e-9:
            message = f"“{goal.name}”的目标是{target}，一个人不满意就完不成；请核对"
            yield subject.find(GOAL_TOO_FAR, message, indicator=goal.name, where=[where], printed=target)


@check
def check_estimate(subject: Subject) -> Iterator[Finding]:
    """Quantity times price is the amount, the amounts add up to the budget, and a budget has something to rest on; one
    that is read from a form need not, for not every form has room for that.
    """
    if not isinstance(subject.file, DeclarationFile):
        return
    file, budget = subject.file, subject.case.printed("budget.initial.total")
    for cost in file.estimate:
        product = _product(cost)
        if not math.isnan(product) and compare(cost.amount.value, product) == "off":
            way = f"{cost.quantity and cost.quantity.value}×{cost.price and cost.price.value}"
            message = f"“{cost.name}”{way}＝{display_money(product)}，印作{cost.amount.value}"
            yield subject.find(COMPONENT_SUM, message, where=[cost.source], printed=cost.amount.value)
    if file.estimate:
        parts = figures(*(cost.amount for cost in file.estimate))
        yield from identity(subject, COMPONENT_SUM, "申报预算与测算明细", figures(budget), parts)
    elif budget and not (budget.first.place or any(goal.declared and goal.declared.basis for goal in file.goals)):
        message = f"申报预算{budget.value}，没有测算明细，也没有写测算依据"
        yield subject.find(NO_COST_BASIS, message, printed=budget.first)


def _product(cost: Estimate) -> float:
    """Quantity × price, 元; NaN where one is missing or they do not go together."""
    if not (cost.quantity and cost.price):
        return math.nan
    count, price = cost.quantity.value, cost.price.value
    of, _, each = price.unit.partition("/")
    return count.value * price.value if of == MONEY and each in ("", count.unit) else math.nan
