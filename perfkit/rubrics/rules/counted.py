"""Rules over things found: deduction per item, checklist (with gate), ordinal levels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import Field

from ...figures.printed import Ratio
from ...figures.quantities import Floats, display_plain, display_share
from ...validating import Model
from .base import BaseRule, Context, Deducting, Facts, PortionField
from .ranges import GUARD

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def circled(index: int) -> str:
    """①, ②, … for 0, 1, …."""
    return _CIRCLED[index] if index < len(_CIRCLED) else f"（{index + 1}）"


class PerItem(Deducting):
    """每发现一处（每缺少一项）扣分: every counted violation or missing item costs a portion of the weight."""

    kind: Literal["per_item"] = "per_item"
    fields = ("count",)
    wants = {"count": "发现数（count，如 0处）"}
    per_item: PortionField
    item: str = Field(default="处不符合要求", min_length=2)
    """What is counted, with its measure word: 处不符合要求, 项制度缺失."""

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        return self._left(facts.number(self.fact(name), "count"), self.per_item, context)

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        count = facts.number(self.fact(name), "count")[row]
        base, (measure, what) = self._from_base(context), self._split()
        if count == 0:
            return f"未发现{what}的情况{base}，不扣分"
        lost = self._lost(count, self.per_item, context)
        return f"发现{display_plain(count)}{self.item}{base}，每{measure}{lost}"

    def _split(self) -> tuple[str, str]:
        """Measure word and what is counted: 处, 不符合要求; 次, 人身伤亡事故."""
        size = 2 if self.item.startswith("人次") else 1
        return self.item[:size], self.item[size:]

    def standard(self, context: Context) -> str:
        full, end = self._ends()
        return f"无{self._split()[1]}{full}，每发现1{self.item}扣{self.per_item}，{end}"


class ChecklistItem(Model):
    """One element: what is asked, its share of the weight, and whether all is lost without it (gate)."""

    text: str
    share: Ratio | None = None
    gate: bool = False


class Checklist(BaseRule):
    """要素计分: satisfied elements add up; without an element marked as gate the indicator scores nothing."""

    kind: Literal["checklist"] = "checklist"
    fields = ("items",)
    items: list[ChecklistItem] = Field(min_length=1)

    def _item_shares(self) -> Floats:
        equal = 1.0 / len(self.items)
        return np.array([equal if item.share is None else item.share for item in self.items])

    def _gates(self) -> list[int]:
        return [i for i, item in enumerate(self.items) if item.gate]

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        answers = facts.items(self.fact(name), len(self.items))
        total = answers @ self._item_shares()
        gates = self._gates()
        if gates:
            total = np.where((answers[:, gates] == 0).any(axis=1), 0.0, total)
        return np.asarray(np.minimum(total, 1.0))

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        answers = facts.items(self.fact(name), len(self.items))[row]
        open_items = [i for i in range(len(self.items)) if np.isnan(answers[i])]
        gates = self._gates()
        if not open_items or any(answers[i] == 0 for i in gates):
            return []
        listed = "".join(map(circled, open_items))
        return [f"{self.fact(name)} 的要素{listed}是否满足（items，共{len(self.items)}项，写 是 或 否）"]

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        answers = facts.items(self.fact(name), len(self.items))[row]
        failed_gate = [i for i in self._gates() if answers[i] == 0]
        if failed_gate:
            return f"前提要素{''.join(map(circled, failed_gate))}不满足（{self._named(failed_gate)}），不得分"
        yes = "".join(circled(i) for i in range(len(self.items)) if answers[i] == 1)
        open_items = [i for i in range(len(self.items)) if answers[i] == 0]
        if not open_items:
            total = float(self._item_shares().sum())
            short = f"，各项占比合计只有{display_share(total)}" if total < 1 - GUARD else ""
            return f"{len(self.items)}项要素全部满足{short}"
        gained = f"{yes}满足" if yes else "没有要素满足"
        return f"{gained}，{''.join(map(circled, open_items))}不满足（{self._named(open_items)}）"

    def _named(self, items: list[int]) -> str:
        return "、".join(self.items[i].text for i in items)

    def standard(self, context: Context) -> str:
        listed = "；".join(f"{circled(i)}{item.text}" for i, item in enumerate(self.items))
        gate = "".join(f"，{circled(i)}不满足则本指标不得分" for i in self._gates())
        if all(item.share is None for item in self.items):
            return f"{listed}。每满足一项得{display_share(1 / len(self.items))}权重分{gate}"
        parts = "、".join(display_share(share) for share in self._item_shares())
        return f"{listed}。各项依次占{parts}权重分，满足的累加{gate}"

    def faults(self, context: Context) -> Iterator[str]:
        given = [item.share is not None for item in self.items]
        if any(given) and not all(given):
            yield "要素的 share 要么全部写出，要么全部省略（平均分配）"
        if min(self._item_shares()) < 0:
            yield "要素的 share 不能为负"

    def lint(self, context: Context) -> Iterator[str]:
        total = float(self._item_shares().sum())
        if abs(total - 1) > 1e-6:
            yield f"各要素占比之和为{display_share(total)}，不是100%"

    def reachable(self, context: Context) -> list[float] | None:
        if len(self.items) > 12:
            return None
        shares, gates = self._item_shares(), self._gates()
        sums = {float(shares[gates].sum())}
        for share in np.delete(shares, gates):
            sums |= {round(total + float(share), 9) for total in sums}
        return sorted({0.0} | {min(total, 1.0) for total in sums})


class Ordinal(BaseRule):
    """等次计分: each level (优/良/中/较差/差) earns its share."""

    kind: Literal["ordinal"] = "ordinal"
    fields = ("level",)
    levels: dict[str, Ratio] = Field(min_length=1)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        table = np.array([*self.levels.values(), np.nan])
        return table[facts.level(self.fact(name), tuple(self.levels))]

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        fact = self.fact(name)
        if facts.level(fact, tuple(self.levels))[row] >= 0:
            return []
        return [f"{fact} 的等次（level，{'、'.join(self.levels)} 之一）"]

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        level = facts.text(self.fact(name), "level", row)
        if level not in self.levels:
            return f"等次为“{level}”，评分标准没有这一等次" if level else "未提供等次"
        top = max(self.levels.values())
        highest = "已是最高等次，" if self.levels[level] == top < 1 - GUARD else ""
        return f"等次为“{level}”，{highest}得{display_share(self.levels[level])}权重分"

    def standard(self, context: Context) -> str:
        names, shares = "、".join(self.levels), "、".join(display_share(share) for share in self.levels.values())
        return f"等次为{names}的，分别得{shares}权重分"

    def faults(self, context: Context) -> Iterator[str]:
        if max(self.levels.values()) > 1 + GUARD or min(self.levels.values()) < 0:
            yield "等次得分应在0%至100%之间"

    def lint(self, context: Context) -> Iterator[str]:
        if max(self.levels.values()) < 1 - GUARD:
            yield "没有满分等次"

    def reachable(self, context: Context) -> list[float] | None:
        return list(self.levels.values())


CountedRule = PerItem | Checklist | Ordinal
"""Every kind of this file; a new one is added here."""
