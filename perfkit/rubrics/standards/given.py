"""The facts of one unit as somebody states them beside a 评分标准, without a case: what `Standard.points` reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import UnitError
from ...figures.quantities import (
    DATE,
    OPERATORS,
    RATIO,
    SPANS_OF_TIME,
    WORD,
    Figure,
    Floats,
    other_unit,
    parse_result,
    parse_target,
    same_unit,
)
from ..rules.base import OPERATOR_CODES, BaseRule, Codes, Facts, read_answer
from ..rules.numeric import AllOrNothing, Deduction, Proportional, doubtful_target
from .spans import is_counted
from .wording import PHRASES

_BARE = re.compile(r"([≥≤<>=]*)\s*(-?\d+(?:\.\d+)?)$")


def _answer(value: Any) -> bool:
    """是 or 否 as a truth value. Raises `UnitError` for anything else."""
    if value in (True, False):
        return bool(value)
    answer = read_answer(value)
    if answer not in ("是", "否"):
        raise UnitError(f"“{value}”不是回答；请写 是 或 否")
    return answer == "是"


def _figure(value: Any, unit: str, *, target: bool = False) -> Figure | None:
    """A figure as it is printed; a bare number is in the unit that the rule compares with."""
    if value is None:
        return None
    text = str(value)
    if bare := _BARE.match(text.strip()):
        if not unit:
            return Figure(float(bare[2]), "", text, operator=OPERATORS.get(bare[1], ">=") if target else "")
        if unit == RATIO and 0 < float(bare[2]) < 2 and float(bare[2]) % 1:
            raise UnitError(f"“{text}”是{text}%，还是比率写成了小数；请连百分号一起写")
        text += unit
    return parse_target(text) if target else parse_result(text)


def _is_called(level: str, name: str) -> bool:
    """Whether a level may be called by a shorter name: 优秀 is 优, but 基本合格 is not 合格."""
    before, found, _ = level.partition(name)
    return bool(found) and (not before or (level.endswith(name) and not PHRASES["degree"].search(before)))


def _counts(stated: Any) -> list[float]:
    """How many of each thing were found: a number, a list, or “1,2”."""
    if stated is None:
        return []
    listed = stated if isinstance(stated, list | tuple) else re.split("[,，、]", str(stated))
    return [float(re.sub(r"[^\d.]+$", "", str(each)) or "nan") for each in listed]


class Given(Facts):
    """See `perfkit.rubrics.rules.base.Facts`; one unit, and every fact has the same values but for the counts.

    Parameters
    ----------
    rule : by which they are scored.
    stated : the facts as somebody writes them (see `Standard.points`).
    missing : whether a count says how many elements are missing (else how many are satisfied).

    Raises
    ------
    UnitError : what cannot be read.
    """

    size = 1

    def __init__(self, rule: BaseRule, stated: Mapping[str, Any], *, missing: bool) -> None:
        self.rule, self.missing = rule, missing
        self.named = stated["level"] and stated["level"].replace("、", "")  # as levels are called, listed with it
        leaves = [leaf for leaf in rule.leaves() if leaf.fields]
        units = [leaf.step.unit if isinstance(leaf, Deduction) else leaf.unit() for leaf in leaves]
        unit = next((unit for unit in units if unit), "")
        goal = _figure(stated["target"], unit, target=True)
        unit = unit or (goal.unit if goal and goal.is_number else "")
        value, before = _figure(stated["actual"], unit), _figure(stated.get("last"), unit)
        if value and before:
            change, whole = value.value - before.value, abs(before.value)
            if unit == RATIO and not (stated["in_points"] and value.unit == before.unit == RATIO):
                change = change / whole if whole else np.nan
            value = Figure(-change if stated["falls"] else change, unit, value.text)
        self.counts = _counts(stated["count"])
        self.answers = None if stated["items"] is None else [_answer(each) for each in stated["items"]]
        self.met = None if stated["met"] is None else _answer(stated["met"])
        reached = any(isinstance(leaf, AllOrNothing | Proportional) for leaf in leaves)
        if goal is None and value and value.unit == RATIO and reached and not before:
            goal = parse_target("=100%")  # a rate without a target is a rate of completion
        if goal is None and value and value.unit in SPANS_OF_TIME:
            goal = replace(value, value=0.0, operator="<=")  # 延迟2个月: how late it was, of no delay at all
        if value and value.unit in (DATE, *SPANS_OF_TIME):  # a date is no number of months
            if told := next(filter(None, (other_unit(value, unit) for _, unit in rule.compares(""))), ""):
                raise UnitError(told)
            if goal and DATE in (value.unit, goal.unit):
                same_unit(value, goal)
            if value.unit == DATE and any(isinstance(leaf, Proportional) for leaf in leaves):
                raise UnitError("日期不能按完成比率计分")
        for told, is_wrong in (doubtful_target(leaf, value, goal) for leaf in leaves if value and goal):
            if is_wrong:
                raise UnitError(told)
        measured = dict.fromkeys(fact for fact, field in rule.reads("") if field == "actual")
        if value and len(measured) > 1:
            raise UnitError(f"标准分别比较{'、'.join(measured)}，这里只能写一个数；请写成案例，各写各的 actual")
        self.actual, self.target = value, goal
        if self.counts and not value:
            steps = [i for i, leaf in enumerate(leaves) if isinstance(leaf, Deduction)]
            own = self.counts.pop(steps[0]) if steps and len(self.counts) == len(leaves) > 1 else self.counts[0]
            self._count_from_edge(leaves[steps[0]] if steps else None, own)

    def _count_from_edge(self, step: BaseRule | None, count: float) -> None:
        """Let the actual value lie as many steps beyond the edge as were counted, where a step is deducted."""
        if not isinstance(step, Deduction):
            self.actual = Figure(count, "", f"{count:g}")
            return
        edge = step.from_ or self.target or replace(step.step, value=0.0)
        gap = count * step.step.value
        if step.from_ and step.when == "above" and edge.unit not in (RATIO, *SPANS_OF_TIME):  # 5件以内不扣分: 7件
            edge, gap = replace(edge, value=0.0), count
        self.actual = replace(edge, value=edge.value - gap if step.when == "below" else edge.value + gap)
        self.target = self.target or edge

    def number(self, fact: str, field: str) -> Floats:
        """See `Facts.number`."""
        value = np.nan
        if field in ("actual", "target") and self.actual:
            value = self.actual.ends_against(self.target)[field == "target"]
        elif field == "count":
            value = self._count(fact)
        elif field == "met":
            value = self._met()
        return np.array([value])

    def _count(self, fact: str) -> float:
        names = list(dict.fromkeys(name for name, field in self.rule.reads("") if field == "count"))
        if self.counts:
            index = names.index(fact) if fact in names else 0
            if index < len(self.counts):
                return self.counts[index]
            return np.nan if self.counts[0] else self.counts[-1]
        if self.answers is not None:
            return float(self.answers.count(False))
        if not self.actual or self.actual.unit in (RATIO, DATE, WORD):
            return np.nan
        return self.actual.value if len(names) < 2 or not self.actual.value else np.nan  # 1起: of which kind?

    def _met(self) -> float:
        if self.met is not None:
            return float(self.met)
        asked = any(isinstance(leaf, AllOrNothing) for leaf in self.rule.leaves())  # else a deadline is no 是 or 否
        units = (DATE, WORD) if asked else (WORD,)
        if self.target and self.actual and self.target.unit in units and self.actual.unit == self.target.unit:
            return float(self.target.is_met(self.actual))
        reads = {field for _, field in self.rule.reads("")}
        if self.answers is not None and not reads & {"items", "count"}:
            return float(all(self.answers))
        if self.named and "level" not in reads:
            partly, no = (re.match(some, self.named) for some in ("基本|部分|大部分|较|比较|一般|中", "[不未没无差]"))
            # Beside what is counted 不健全 does not say that what closes the indicator (无制度) holds.
            return np.nan if partly or (no and "count" in reads) else float(not no)
        if self.counts and isinstance(self.rule, AllOrNothing):
            unit = self.rule.target.unit if self.rule.target else ""
            number = is_counted(unit) and unit not in (DATE, WORD, *SPANS_OF_TIME)  # 召开1次会议得2分: 3 of them
            return np.nan if number else float(not any(self.counts))
        return np.nan

    def operator(self, fact: str) -> Codes:
        """See `Facts.operator`."""
        return np.array([OPERATOR_CODES.index(self.target.operator or ">=") if self.target else 0])

    def counted(self, fact: str) -> np.ndarray:
        """See `Facts.counted`."""
        return np.array([self.actual is not None and self.actual.unit != RATIO])

    def items(self, fact: str, size: int) -> Floats:
        """See `Facts.items`."""
        told = self.answers or []
        answers = told if len(told) <= size else []  # of other elements, if there are more
        if self.answers is None and self.counts and self.counts[0] <= size:
            satisfied = int(size - self.counts[0] if self.missing else self.counts[0])
            answers = [True] * satisfied + [False] * (size - satisfied)
        return np.array([[*answers[:size], *[np.nan] * (size - len(answers))]], dtype=np.float64)

    def level(self, fact: str, levels: Sequence[str]) -> Codes:
        """See `Facts.level`; 良好 is the level 良, 优 the level 优秀, but 合格 is not 不合格."""
        name = self.named
        if name is None and self.met is not None:
            return np.array([0 if self.met else len(levels) - 1])
        if not name:
            return np.array([-1])
        alike = [name] if name in levels else [level for level in levels if _is_called(level, name)]
        alike = alike or [level for level in levels if _is_called(name, level)]
        found = alike if len(alike) == 1 else [level for level in levels if level == "其他"]
        return np.array([levels.index(found[0]) if found else -1])
