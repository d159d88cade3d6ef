"""Rules where a person decides, with reason: qualitative bands, judged shares, self-declared scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from ...figures.quantities import POINTS, Floats, display_plain
from ...words import NO_STANDARD
from .base import BaseRule, Context, Facts
from .ranges import GUARD, Range, RangeField


class _Decided(BaseRule):
    decided = "judged"

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        return facts.given(self.fact(name), context.weight)

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        fact = self.fact(name)
        missing = np.isnan(facts.given(fact, 1.0)[row])
        return [f"{fact} 的评定比例（share，如 80% 或 14分）和理由（reason）"] if missing else []

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        fact = self.fact(name)
        return f"评价人评定{facts.text(fact, 'share', row)}，理由：{facts.text(fact, 'reason', row)}"


class Qualitative(_Decided):
    """定性三档: the evaluator names the level and gives the share, which must lie in the profile's band of that level.

    Source: 财预〔2020〕10号 (100–80, 80–60, 60–0; not verified).
    """

    kind: Literal["qualitative"] = "qualitative"
    fields = ("level", "share")
    bands: dict[str, RangeField] = {}
    """Level → shares (80% to 100%) or points (10分 to 15分) that may be given for it; default: the profile's bands."""

    def bands_of(self, context: Context) -> dict[str, Range]:
        """The bands as shares of the weight."""
        points = context.weight or np.nan
        return {
            level: replace(band, low=band.low / points, high=band.high / points) if band.unit == POINTS else band
            for level, band in (self.bands or dict(context.qualitative)).items()
        }

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        share = super().shares(facts, name, context)
        bands = self.bands_of(context)
        level = facts.level(self.fact(name), tuple(bands))
        inside = np.any([(level == i) & band.contains(share) for i, band in enumerate(bands.values())], axis=0)
        return np.asarray(np.where(inside, share, np.nan))

    def lacks(self, facts: Facts, name: str, row: int) -> list[str]:
        fact = self.fact(name)
        level = [f"{fact} 的完成情况（level，如 {next(iter(self.bands), '达成')}）"]
        return super().lacks(facts, name, row) + ([] if facts.text(fact, "level", row) else level)

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        level = facts.text(self.fact(name), "level", row)
        shown = f"完成情况为“{level}”，{super().explain(facts, name, context, row)}"
        if not np.isnan(self.shares(facts, name, context)[row]):
            return shown
        band = self.bands_of(context).get(level)
        if band is None:
            return f"{shown}；评分{'标准' if self.bands else '口径'}只有{'、'.join(self.bands_of(context))}"
        return f"{shown}；评定比例不在该档区间{band.text}内"

    def standard(self, context: Context) -> str:
        bands = "；".join(
            f"{level}得{band.describe()}{'' if band.unit == POINTS else '权重分'}"
            for level, band in (self.bands or dict(context.qualitative)).items()
        )
        return f"定性评定：{bands}，由评价人说明理由"

    def faults(self, context: Context) -> Iterator[str]:
        if not self.bands_of(context):
            yield "评分口径没有定义定性分档（qualitative）"


class Judged(_Decided):
    """酌情: the evaluator gives the share of the weight and the reason."""

    kind: Literal["judged"] = "judged"
    fields = ("share",)
    criterion: str = ""
    """What is judged, in a short clause."""

    def standard(self, context: Context) -> str:
        return f"{self.criterion or '按实际情况'}，由评价人酌情评定得分比例并说明理由"


class SelfDeclared(BaseRule):
    """自报: a score stated by the document without a rule; it is kept up to the weight, and marked so."""

    kind: Literal["self_declared"] = "self_declared"
    decided = "declared"
    fields = ("declared",)
    wants = {"declared": "自报得分（declared）"}

    def shares(self, facts: Facts, name: str, context: Context) -> Floats:
        declared = facts.number(self.fact(name), "declared")
        return np.clip((declared + context.taken) / (context.weight or np.nan), 0.0, 1.0)

    def explain(self, facts: Facts, name: str, context: Context, row: int) -> str:
        fact = self.fact(name)
        target, actual = facts.text(fact, "target", row), facts.text(fact, "actual", row)
        stated = "，".join(part for part in (f"目标值{target}" if target else "", actual) if part)
        declared, weight = facts.number(fact, "declared")[row], context.weight - context.taken
        over = f"，超过分值{display_plain(weight)}分，按分值计" if declared > weight + GUARD else ""
        return f"{stated + '；' if stated else ''}{NO_STANDARD}，取所列得分{display_plain(declared)}分{over}"

    def standard(self, context: Context) -> str:
        return f"{NO_STANDARD}，取所列得分"


JudgedRule = Qualitative | Judged | SelfDeclared
"""Every kind of this file; a new one is added here."""
