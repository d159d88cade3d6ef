"""Rules over things found: deduction per item, checklist (with gate), ordinal levels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal

import numpy as np
from pydantic import Field

from ...figures.quantities import Floats, display_plain, display_share
from ...validating import Model
from .base import BaseRule, Context, Deducting, Facts, PortionField, enumerated
from .ranges import GUARD

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def circled(index: int) -> str:
    """①, ②, … for 0, 1, …."""
    return CIRCLED[index] if index < len(CIRCLED) else f"（{index + 1}）"


class PerItem(Deducting):
    """每发现一处（每缺少一项）扣分: every counted violation or missing item costs a portion of the weight."""

    kind: Literal["per_item"] = "per_item"
    fields = ("count",)
    wants = {"count": "发现数（count，如 0处）"}
    per_item: PortionField
    item: str = Field(default="处不符合要求", min_length=2)
    """What is counted, with its measure word: 处不符合要求, 项制度缺失."""
    ended = ("发现{}及以上", "发现超过{}")

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        count = facts.number(self.fact(name), "count")
        return self._left(count, self.per_item, context, count)

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        count = facts.number(self.fact(name), "count")[row]
        base, (measure, what) = self._from_base(context), self.counted()
        if count == 0:
            return f"未发现{what}的情况{base}，不扣分"
        if self.nothing and self.nothing.contains(count):
            return f"发现{display_plain(count)}{self.item}{self._end()}"
        return f"发现{display_plain(count)}{self.item}{base}，每{measure}{self._lost(count, self.per_item, context)}"

    def counted(self) -> tuple[str, str]:
        """Measure word and what is counted: 处, 不符合要求; 次, 人身伤亡事故."""
        size = 2 if self.item.startswith("人次") else 1
        return self.item[:size], self.item[size:]

    def standard(self, context: Context) -> str:
        full, end = self._ends()
        return f"无{self.counted()[1]}{full}，每发现1{self.item}扣{self.per_item}，{end}{self._end()}"

    def faults(self, context: Context) -> Iterator[str]:
        if self.nothing and (not self.item.startswith(self.nothing.unit) or np.isfinite(self.nothing.high)):
            yield f"nothing 写个数的下限，单位同 item，如 “≥3{self.counted()[0]}”"
        yield from super().faults(context)


class ChecklistItem(Model):
    """One element: what is asked, its part of the weight, and what is lost without it (gate)."""

    text: str
    share: PortionField | None = None
    """A share (25%) or points (2分)."""
    gate: bool | tuple[int, ...] = False
    """true: without it the indicator scores nothing; numbers: without it these elements do not count."""


class Checklist(BaseRule):
    """要素计分: satisfied elements add up, or their number says the share; gates close other elements."""

    kind: Literal["checklist"] = "checklist"
    fields = ("items",)
    items: list[ChecklistItem] = Field(min_length=1)
    by_count: dict[int, PortionField] = {}
    """Number of satisfied elements → what they earn together; fewer than any number earn nothing."""

    def parts(self, context: Context) -> Floats:
        """The share of every element, shape (elements,)."""
        equal = 1.0 / len(self.items)
        return np.array([equal if item.share is None else item.share.share(context) for item in self.items])

    def _gates(self) -> Iterator[tuple[int, list[int]]]:
        """Each gate with the elements that it closes, itself among them."""
        for i, item in enumerate(self.items):
            if item.gate:
                numbers = item.gate if isinstance(item.gate, tuple) else ()
                yield i, [i, *(n - 1 for n in numbers)] if numbers else list(range(len(self.items)))

    def _total(self, answers: Floats, context: Context) -> Floats:
        """Shares for answers of shape (n, elements)."""
        open_ = answers.copy()
        for gate, closed in self._gates():
            open_[np.ix_(answers[:, gate] == 0, closed)] = 0.0
        if not self.by_count:
            return np.minimum(open_ @ self.parts(context), 1.0)
        total = np.zeros(len(open_))
        for number, portion in sorted(self.by_count.items()):
            total = np.where(open_.sum(axis=1) >= number, portion.share(context), total)
        return np.where(np.isnan(open_).any(axis=1), np.nan, total)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        return self._total(facts.items(self.fact(name), len(self.items)), context)

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        answers = facts.items(self.fact(name), len(self.items))[row]
        closed = {i for gate, others in self._gates() if answers[gate] == 0 for i in others}
        open_items = [i for i in range(len(self.items)) if np.isnan(answers[i]) and i not in closed]
        if not open_items:
            return []
        listed = "".join(map(circled, open_items))
        return [f"{self.fact(name)} 的要素{listed}是否满足（items，共{len(self.items)}项，写 是 或 否）"]

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        answers = facts.items(self.fact(name), len(self.items))[row]
        failed = [(i, closed) for i, closed in self._gates() if answers[i] == 0]
        whole = [i for i, closed in failed if len(closed) == len(self.items)]
        if whole:
            return f"前提要素{''.join(map(circled, whole))}不满足（{self._named(whole)}），不得分"
        yes, partly = ([i for i, met in enumerate(answers) if (met == 1 if whole else 0 < met < 1)] for whole in (1, 0))
        open_items = [i for i in range(len(self.items)) if answers[i] == 0]
        if not (open_items or partly):
            total = float(self.parts(context).sum())
            short = f"，各项占比合计只有{display_share(total)}" if total < 1 - GUARD and not self.by_count else ""
            return f"{len(self.items)}项要素全部满足{short}"
        said = [f"{''.join(map(circled, yes))}满足" if yes else "没有要素满足"]
        said += [f"{circled(i)}满足{display_share(answers[i])}（{self.items[i].text}）" for i in partly]
        said += [f"{''.join(map(circled, open_items))}不满足（{self._named(open_items)}）"] if open_items else []
        text = "，".join(said)
        return text + "".join(f"，{circled(i)}不满足则{self._closes(i, closed)}不得分" for i, closed in failed)

    def _closes(self, gate: int, closed: list[int]) -> str:
        return "本指标" if self.items[gate].gate is True else "".join(map(circled, closed[1:]))

    def _named(self, items: list[int]) -> str:
        return "、".join(self.items[i].text for i in items)

    def standard(self, context: Context) -> str:
        listed = "；".join(f"{circled(i)}{item.text}" for i, item in enumerate(self.items))
        gate = "".join(f"，{circled(i)}不满足则{self._closes(i, closed)}不得分" for i, closed in self._gates())
        if self.by_count:
            counted = "，".join(f"满足{n}项{p.earned()}" for n, p in sorted(self.by_count.items(), reverse=True))
            return f"{listed}。{counted}，否则不得分{gate}"
        if all(item.share is None for item in self.items):
            return f"{listed}。每满足一项得{display_share(1 / len(self.items))}权重分{gate}"
        parts = enumerated(item.share for item in self.items if item.share)
        return f"{listed}。各项依次占{parts}，满足的累加{gate}"

    def faults(self, context: Context) -> Iterator[str]:
        given = [item.share is not None for item in self.items]
        if any(given) and not all(given):
            yield "要素的 share 要么全部写出，要么全部省略（平均分配）"
        if any(not 1 <= n <= len(self.items) for n in self.by_count):
            yield f"by_count 的项数应在1至{len(self.items)}之间"
        if any(given) and self.by_count:
            yield "要素的 share 和 by_count 只写一种"
        if any(not 0 <= i < len(self.items) for _, closed in self._gates() for i in closed):
            yield f"gate 所列的要素应在1至{len(self.items)}之间"

    def lint(self, context: Context) -> Iterator[str]:
        total = float(self.parts(context).sum())
        if self.by_count:
            yield from super().lint(context)
        elif abs(total - 1) > 1e-6:
            yield f"各要素占比之和为{display_share(total)}，不是100%"

    def reachable(self, context: Context) -> list[float] | None:
        if len(self.items) > 12:
            return None
        answers = np.array(list(product((0.0, 1.0), repeat=len(self.items))))
        return sorted(set(np.round(self._total(answers, context), 9).tolist()))


class Ordinal(BaseRule):
    """等次计分: each level (优/良/中/较差/差) earns its share or its points."""

    kind: Literal["ordinal"] = "ordinal"
    fields = ("level",)
    levels: dict[str, PortionField] = Field(min_length=1)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        table = np.array([*(portion.share(context) for portion in self.levels.values()), np.nan])
        return table[facts.level(self.fact(name), tuple(self.levels))]

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        fact = self.fact(name)
        if facts.level(fact, tuple(self.levels))[row] >= 0:
            return []
        return [f"{fact} 的等次（level，{'、'.join(self.levels)} 之一）"]

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        level = facts.text(self.fact(name), "level", row)
        index = facts.level(self.fact(name), tuple(self.levels))[row]
        if index < 0:
            return f"等次为“{level}”，评分标准没有这一等次" if level else "未提供等次"
        portion, top = list(self.levels.values())[index], max(self.reachable(context))
        highest = "已是最高等次，" if portion.share(context) == top < 1 - GUARD else ""
        return f"等次为“{level}”，{highest}{portion.earned()}"

    def standard(self, context: Context) -> str:
        return f"等次为{'、'.join(self.levels)}的，分别得{enumerated(self.levels.values())}"

    def faults(self, context: Context) -> Iterator[str]:
        if max(self.reachable(context)) > 1 + GUARD:
            yield "等次得分应在0%至100%之间"

    def reachable(self, context: Context) -> list[float]:
        return [portion.share(context) for portion in self.levels.values()]


CountedRule = PerItem | Checklist | Ordinal
"""Every kind of this file; a new one is added here."""
