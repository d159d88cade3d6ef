"""``.plot`` of a scorecard, monitor, case, rubric, the findings of an audit, and of scorecards side by side."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from ..auditing import Findings, signed
from ..figures.quantities import display, display_plain
from ..rubrics.rubric import Rubric
from ..scoring.comparing import SAME, Comparison
from ..scoring.scorecard import Scorecard
from ..words import VERDICTS
from . import charts
from .blocks import Chart, Group
from .charts import LOST, MAIN, SECOND, Bar, bar_chart

if TYPE_CHECKING:
    import pandas as pd

Drawn = Chart | Group
"""A chart, or an empty group where there is nothing to draw."""


def effects(card: Scorecard, most: int = 12) -> Drawn:
    """What single other decisions do to the total, the greatest first."""
    return charts.effects(card.sensitivity().alternatives[:most], card.grade)


def verdicts(findings: Findings) -> Drawn:
    """Number of findings by what they change."""
    counts = findings.by_verdict if any(findings.by_verdict.values()) else {}
    bars = [Bar(VERDICTS[verdict], count, f"{count}项", MAIN) for verdict, count in counts.items()]
    return bar_chart(bars, "审核发现", "审核发现条形图", f"：{findings.counts}")


def weights(rubric: Rubric) -> Drawn:
    """Points of the level-2 blocks."""
    points: defaultdict[str, float] = defaultdict(float)
    for indicator in rubric.indicators:
        points[indicator.blocks[1]] += indicator.weight
    bars = [Bar(block, weight, f"{display_plain(weight)}分", MAIN) for block, weight in points.items()]
    return bar_chart(bars, f"分值分布（共{display_plain(rubric.weight)}分）", "分值条形图")


def totals(comparison: Comparison) -> Drawn:
    """Score rates as scored, and of the common indicators, one after the other."""
    bars = []
    for row in comparison.totals.to_dict("records"):
        rates = {"全部指标": (row["score_rate"], row["grade"], MAIN), "共同指标": (row["common"], "", SECOND)}
        for name, (rate, grade, colour) in rates.items():
            if not math.isnan(rate):
                label = f"{display(rate * 100)}%　{grade or ''}".rstrip()
                bars.append(Bar(f"{row['label']}{name}", rate * 100, label, colour))
    return bar_chart(bars, "各年度得分率（共同指标按最近一年的分值）", "得分率条形图", least=100)


def indicators(comparison: Comparison, most: int = 20) -> Drawn:
    """The steps of the indicators' score rates from the first to the last, the greatest first."""
    return steps(comparison.indicators, "id", f"得分率变化（{comparison.labels[0]}→{comparison.labels[-1]}）", most)


def steps(table: pd.DataFrame, name: str, title: str, most: int) -> Drawn:
    """The greatest steps of score rates as bars: a table with the column `name` and ``step``, the greatest first."""
    shown = table[table["step"].abs() > SAME].head(most)
    bars = [
        Bar(str(who), abs(step) * 100, f"{signed(step * 100)}个百分点", MAIN if step > 0 else LOST)
        for who, step in zip(shown[name], shown["step"], strict=True)
    ]
    left_out = f"，只画变化最大的{most}个" if len(table) > most else ""
    return bar_chart(bars, f"{title}（蓝为升，红为降{left_out}）", "得分率变化条形图")


# What `.plot` of each offers: the methods of these names.
CasePlots = (charts.budget_stages,)
CardPlots = (charts.score_rates, charts.lost_points, charts.budget_stages, effects)
MonitorPlots = (charts.progress,)
FindingsPlots = (verdicts,)
RubricPlots = (weights,)
ComparisonPlots = (totals, indicators)
