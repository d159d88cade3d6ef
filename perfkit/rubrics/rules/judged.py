"""Rules where a person decides, with reason: qualitative bands, judged shares, self-declared scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from ...figures.quantities import Floats, display_plain, display_share
from .base import BaseRule, Context, Facts, is_missing
from .ranges import Range


class _Decided(BaseRule):
    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        return facts.number(self.fact(name), "share")

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        fact = self.fact(name)
        missing = is_missing(facts.number(fact, "share"), row)
        return [f"{fact} 的评定比例（share，如 80%）和理由（reason）"] if missing else []

    def _decision(self, facts: Facts, name: str, row: int) -> str:
        fact = self.fact(name)
        share = display_share(facts.number(fact, "share")[row])
        return f"评价人评定{share}，理由：{facts.text(fact, 'reason', row)}"


class Qualitative(_Decided):
    """定性三档: the evaluator names the level and gives the share, which must lie in the profile's band of that level.

    Source: 财预〔2020〕10号 (100–80, 80–60, 60–0; not verified).
    """

    kind: Literal["qualitative"] = "qualitative"
    fields = ("level", "share")

    def _bands(self, context: Context) -> tuple[tuple[str, ...], tuple[Range, ...]]:
        return tuple(level for level, _ in context.qualitative), tuple(band for _, band in context.qualitative)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        share = super().shares(facts, name, context)
        levels, bands = self._bands(context)
        level = facts.level(self.fact(name), levels)
        inside = np.zeros(share.shape, dtype=bool)
        for i, band in enumerate(bands):
            inside |= (level == i) & band.contains(share)
        return np.asarray(np.where(inside, share, np.nan))

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        fact = self.fact(name)
        stated = facts.text(fact, "level", row)
        return super().lacks(facts, name, row) + ([] if stated else [f"{fact} 的完成情况（level，如 达成）"])

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        level = facts.text(self.fact(name), "level", row)
        shown = f"完成情况为“{level}”，{self._decision(facts, name, row)}"
        if not np.isnan(self.shares(facts, name, context)[row]):
            return shown
        band = dict(context.qualitative).get(level)
        if band is None:
            return f"{shown}；评分口径只有{'、'.join(name for name, _ in context.qualitative)}"
        return f"{shown}；评定比例不在该档区间{band.text}内"

    def standard(self, context: Context) -> str:
        bands = "；".join(f"{level}得{band.describe()}权重分" for level, band in context.qualitative)
        return f"定性评定：{bands}，由评价人说明理由"

    def faults(self, context: Context) -> Iterator[str]:
        if not context.qualitative:
            yield "评分口径没有定义定性分档（qualitative）"


class Judged(_Decided):
    """酌情: the evaluator gives the share of the weight and the reason."""

    kind: Literal["judged"] = "judged"
    fields = ("share",)
    criterion: str = ""
    """What is judged, in a short clause."""

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        return self._decision(facts, name, row)

    def standard(self, context: Context) -> str:
        return f"{self.criterion or '按实际情况'}，由评价人酌情评定得分比例并说明理由"


class SelfDeclared(BaseRule):
    """自报: a score stated by the document without a rule; it is kept, and marked so."""

    kind: Literal["self_declared"] = "self_declared"
    fields = ("declared",)

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        declared = facts.number(self.fact(name), "declared")
        return declared / context.weight if context.weight else np.full(declared.shape, np.nan)

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        fact = self.fact(name)
        return [f"{fact} 的自报得分（declared）"] if is_missing(facts.number(fact, "declared"), row) else []

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        fact = self.fact(name)
        target, actual = facts.text(fact, "target", row), facts.text(fact, "actual", row)
        stated = "，".join(part for part in (f"目标值{target}" if target else "", actual) if part)
        declared = display_plain(facts.number(fact, "declared")[row])
        return f"{stated + '；' if stated else ''}原文未载明评分标准，沿用原文得分{declared}分"

    def standard(self, context: Context) -> str:
        return "原文未载明评分标准，沿用原文得分"
