"""Rules over rules: the better of alternatives, conditions in order, parts that add up, deductions that add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from ...figures.expressions import in_words, names_figures
from ...figures.quantities import Floats, display_plain
from ...validating import Model
from .base import NO_FULL_MARKS, BaseRule, Context, Facts, PortionField, compared, result_of
from .counted import CountedRule
from .judged import JudgedRule
from .numeric import NumericRule
from .ranges import GUARD, Range, parse_range

_WHOLE = Context(0.0)
"""For what asks no rule for points."""


class _Composite(BaseRule):
    """A rule made of rules: what it reads and can give is what they do."""

    def _parts(self, name: str = "", context: Context = _WHOLE) -> Iterator[tuple[Rule, str, Context]]:
        """Every rule with the name and the context that it has for the indicator `name`."""
        return ((rule, self.fact(name), context) for rule in self.rules)  # type: ignore[attr-defined]

    def _matrix(self, facts: Facts, name: str, context: Context) -> Floats:
        """The shares that the rules give, each of its own weight, shape (rules, n)."""
        return np.stack([rule.shares(facts, own, inner) for rule, own, inner in self._parts(name, context)])

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        return list(dict.fromkeys(text for rule, own, _ in self._parts(name) for text in rule.lacks(facts, own, row)))

    def faults(self, context: Context) -> Iterator[str]:
        yield from (text for rule, _, own in self._parts(context=context) for text in rule.faults(own))

    def lint(self, context: Context) -> Iterator[str]:
        yield from (text for rule, _, own in self._parts(context=context) for text in rule.lint(own))

    def reads(self, name: str) -> Iterator[tuple[str, str]]:
        yield from (read for rule, own, _ in self._parts(name) for read in rule.reads(own))

    def leaves(self) -> Iterator[BaseRule]:
        for rule, own, _ in self._parts():
            for leaf in rule.leaves():
                yield leaf if leaf.on or not own else leaf.model_copy(update={"on": own})

    def compares(self, name: str) -> Iterator[tuple[str, str]]:
        yield from (unit for rule, own, _ in self._parts(name) for unit in rule.compares(own))


class _Adding(_Composite):
    """A composite whose rules add up."""

    def short(self, facts: Facts, name: str, context: Context, row: int) -> Iterator[tuple[str, str]]:
        for rule, own, inner in self._parts(name, context):
            yield from rule.short(facts, own, inner, row)


class _Choosing(_Composite):
    """A composite of which one rule gives the share."""

    def reachable(self, context: Context) -> list[float] | None:
        found = [rule.reachable(own) for rule, _, own in self._parts(context=context)]
        return None if None in found else sorted({share for shares in found for share in shares or ()})

    def lint(self, context: Context) -> Iterator[str]:
        yield from (text for text in super().lint(context) if NO_FULL_MARKS not in text)
        yield from BaseRule.lint(self, context)


class AnyOf(_Choosing):
    """取其优: the best of the alternatives that have an answer; full marks by one of them need no other."""

    kind: Literal["any_of"] = "any_of"
    rules: list[Rule] = Field(min_length=2)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        matrix = self._matrix(facts, name, context)
        best = np.where(np.isnan(matrix), -1.0, matrix).max(axis=0)
        certain = (best >= 1.0 - GUARD) | ~np.isnan(matrix).any(axis=0)
        return np.asarray(np.where(certain, best, np.nan))

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        column = self._matrix(facts, name, context)[:, row]
        best = int(np.argmax(np.where(np.isnan(column), -1.0, column)))
        explained = self.rules[best].explain(facts, self.fact(name), context, row)
        return f"按{len(self.rules)}种方式中较优的一种：{explained}"

    def standard(self, context: Context) -> str:
        return "；或者".join(rule.standard(context) for rule in self.rules) + "；取较优者"


def _condition(data: Any) -> str | Range | None:
    """The answer of {met: 是} or {met: 否}, or a range."""
    if data is None:
        return None
    if not isinstance(data, dict):
        return parse_range(data)
    if set(data) != {"met"} or data["met"] not in ("是", "否"):
        raise ValueError("条件写成 {met: 是}、{met: 否} 或区间，如 “≤100%”")
    return str(data["met"])


class Case(Model):
    """One alternative of `FirstOf`: the rule to use when the condition holds; the last one may have none."""

    when: Annotated[
        Range | str | None,
        BeforeValidator(_condition),
        PlainSerializer(lambda when: when.text if isinstance(when, Range) else when and {"met": when}),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}]}),
    ] = None
    """A range of the actual value, or the plain answer (是 or 否)."""
    on: str | None = None
    """Fact the condition reads; default: the indicator's own."""
    text: str = ""
    """Of an answer 否, what the standard calls it: 出现截留、挤占、挪用."""
    rule: Rule

    def holds(self, facts: Facts, own: str) -> Floats:
        """1, 0, or NaN where the condition cannot be decided."""
        fact = self.on or own
        if self.when is None:
            return np.ones(facts.size)
        if isinstance(self.when, str):
            met = facts.number(fact, "met")
            return met if self.when == "是" else 1.0 - met
        actual = compared(facts, fact, self.when.unit)
        return np.asarray(np.where(np.isnan(actual), np.nan, self.when.contains(actual).astype(float)))

    def describe(self) -> str:
        """“≤100%时”, “文化宫竣工时”, “其他情形”."""
        if self.when is None:
            return "其他情形"
        if isinstance(self.when, str):
            verb, told = "满足" if self.when == "是" else "不满足", f"（{self.text}）" if self.text else ""
            return f"{verb}“{self.on}”的" if self.on else f"{verb}要求{told}的"
        named = in_words(self.on) if self.on and names_figures(self.on) else self.on
        return f"{named or '指标值'}为{self.when.describe()}的"

    def standard(self, context: Context) -> str:
        """“指标值为130%以上的：不得分”: the condition and the rule, without saying its range twice."""
        text = self.rule.standard(context)
        if isinstance(self.when, Range):
            text = text.removeprefix(self.when.describe())
        return f"{self.describe()}：{text}"


class FirstOf(_Choosing):
    """按先后条件: the rule of the first condition that holds."""

    kind: Literal["first_of"] = "first_of"
    cases: list[Case] = Field(min_length=2)

    def _parts(self, name: str = "", context: Context = _WHOLE) -> Iterator[tuple[Rule, str, Context]]:
        return ((case.rule, self.fact(name), context) for case in self.cases)

    def _chosen(self, facts: Facts, name: str) -> np.ndarray:
        """Index of the first case that holds; -1 when an undecided condition comes first or none holds."""
        chosen = np.full(facts.size, -2)
        for i, case in enumerate(self.cases):
            holds = case.holds(facts, self.fact(name))
            chosen = np.where((chosen == -2) & np.isnan(holds), -1, chosen)
            chosen = np.where((chosen == -2) & (holds == 1), i, chosen)
        return np.asarray(np.maximum(chosen, -1))

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        own, chosen = self.fact(name), self._chosen(facts, name)
        result = np.full(chosen.shape, np.nan)
        for i, case in enumerate(self.cases):
            if (chosen == i).any():
                result = np.where(chosen == i, case.rule.shares(facts, own, context), result)
        return result

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        own, chosen = self.fact(name), int(self._chosen(facts, name)[row])
        if chosen >= 0:
            return self.cases[chosen].rule.lacks(facts, own, row)
        for case in self.cases:
            if np.isnan(case.holds(facts, own)[row]):
                gate = f"是否符合要求（met: 是；{case.text or '出现了标准所写不得分的情形'}，写 否）"
                wanted = gate if isinstance(case.when, str) else "实际完成值（actual）"
                return [f"{case.on or own} 的{wanted}"]
        return []

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        own, chosen = self.fact(name), int(self._chosen(facts, name)[row])
        if chosen < 0:
            return f"{result_of(facts, own, row)}，不符合评分标准的任何一种情形"
        return self._decided(facts, own, chosen, row) + self.cases[chosen].rule.explain(facts, own, context, row)

    def _decided(self, facts: Facts, name: str, chosen: int, row: int) -> str:
        """What led to the chosen case where its own rule does not tell it, 是/否 or other figures; else ""."""
        case, before = self.cases[chosen], self.cases[chosen - 1]
        if case.when is None and isinstance(before.when, str):
            case = before.model_copy(update={"when": "否" if before.when == "是" else "是"})
        elif case.when is None and isinstance(before.when, Range) and isinstance(case.rule, Constant) and not before.on:
            return f"{result_of(facts, name, row, before.when.unit)}，属于其他情形，"
        elif case.on and names_figures(case.on):
            return f"{facts.text(case.on, 'actual', row)}，"
        elif isinstance(case.when, Range) and isinstance(case.rule, Constant) and not case.on:
            return f"{result_of(facts, name, row, case.when.unit)}，属于{case.when.describe()}，"
        elif not isinstance(case.when, str) or not (case.on or isinstance(case.rule, Constant)):
            return ""
        if case.text:
            return f"{'没有' if case.when == '是' else '有'}“{case.text}”的情形，"
        return f"{case.describe().removesuffix('的')}，"

    def standard(self, context: Context) -> str:
        return "；".join(f"（{i + 1}）{case.standard(context)}" for i, case in enumerate(self.cases))

    def faults(self, context: Context) -> Iterator[str]:
        for i, case in enumerate(self.cases):
            if case.when is None and i < len(self.cases) - 1:
                yield f"第{i + 1}种情形没有条件（when），其后的情形永远用不到"
        yield from super().faults(context)

    def _conditions(self, name: str) -> Iterator[tuple[str, str | Range]]:
        """The fact and the condition of every case that has one."""
        return ((case.on or self.fact(name), case.when) for case in self.cases if case.when is not None)

    def reads(self, name: str) -> Iterator[tuple[str, str]]:
        yield from ((fact, "met" if isinstance(when, str) else "actual") for fact, when in self._conditions(name))
        yield from super().reads(name)

    def compares(self, name: str) -> Iterator[tuple[str, str]]:
        yield from ((fact, when.unit) for fact, when in self._conditions(name) if isinstance(when, Range))
        yield from super().compares(name)


class Constant(BaseRule):
    """固定给分: what a branch of `FirstOf` gives whatever the facts say (否则不得分, 否则得2分)."""

    kind: Literal["constant"] = "constant"
    earns: PortionField

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        return np.full(facts.size, self.earns.share(context))

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        return self.earns.earned()

    def standard(self, context: Context) -> str:
        return self.earns.earned()

    def reachable(self, context: Context) -> list[float]:
        return [self.earns.share(context)]


class Part(Model):
    """A part of the weight with a rule of its own; `name` is the fact that it reads unless the rule names another."""

    name: str
    share: PortionField
    rule: Rule


class SumOf(_Adding):
    """分项相加: each part earns its part of the weight by its own rule."""

    kind: Literal["sum_of"] = "sum_of"
    parts: list[Part] = Field(min_length=2)

    def _parts(self, name: str = "", context: Context = _WHOLE) -> Iterator[tuple[Rule, str, Context]]:
        for part in self.parts:
            yield part.rule, part.name, replace(context, weight=part.share.share(context) * context.weight)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        portions = np.array([part.share.share(context) for part in self.parts])
        return np.asarray(np.minimum((portions[:, None] * self._matrix(facts, name, context)).sum(axis=0), 1.0))

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        return "；".join(
            f"{part}{rule.explain(facts, part, own, row)}，"
            f"得{display_plain(float(rule.shares(facts, part, own)[row]) * own.weight)}分"
            for rule, part, own in self._parts(name, context)
        )

    def standard(self, context: Context) -> str:
        each = zip(self.parts, self._parts(context=context), strict=True)
        texts = [f"{part.name}（{part.share}）：{rule.standard(own)}" for part, (rule, _, own) in each]
        return "；".join(f"（{i + 1}）{text}" for i, text in enumerate(texts)) + "；各部分得分相加"

    def lint(self, context: Context) -> Iterator[str]:
        yield from super().lint(context)
        total = sum(part.share.share(context) for part in self.parts)
        if abs(total - 1) > 1e-6:
            yield f"各部分之和为{display_plain(total * context.weight)}分，不是{display_plain(context.weight)}分"


class AllDeductions(_Adding):
    """各项扣分累计: what each of the rules takes away is taken away together, down to nothing."""

    kind: Literal["all_deductions"] = "all_deductions"
    rules: list[Rule] = Field(min_length=2)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        lost = 1.0 - self._matrix(facts, name, context)
        return np.asarray(np.maximum(1.0 - lost.sum(axis=0), 0.0))

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        return "；".join(rule.explain(facts, self.fact(name), context, row) for rule in self.rules)

    def standard(self, context: Context) -> str:
        return "；另外".join(rule.standard(context) for rule in self.rules) + "；各项扣分累计"


Rule = Annotated[
    NumericRule | CountedRule | AnyOf | FirstOf | SumOf | AllDeductions | Constant | JudgedRule,
    Field(discriminator="kind"),
]
for _kind in (AnyOf, Case, FirstOf, Part, SumOf, AllDeductions):
    _kind.model_rebuild()
