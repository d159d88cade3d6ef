"""``.plot`` of a scorecard, monitor, case, rubric, the findings of an audit, and of scorecards side by side."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import pandas as pd

from ..auditing import Findings
from ..auditing.findings import signed
from ..cases.case import Case
from ..figures.quantities import display, display_plain
from ..monitoring import Monitor
from ..rubrics.rubric import Rubric
from ..scoring.comparing import SAME, Comparison
from ..scoring.scorecard import Scorecard
from ..words import VERDICTS
from . import charts
from .blocks import Chart, Group
from .charts import LOST, MAIN, SECOND, Bar, bar_chart


class Plots:
    """The charts of something, each a block, or an empty group where there is nothing to draw."""

    def __init__(self, of: Any) -> None:
        self._of = of

    def __repr__(self) -> str:
        return f"<图：{'、'.join(f'{name}()' for name in dir(self))}>"

    def __dir__(self) -> list[str]:
        return sorted(name for kind in type(self).__mro__ for name in vars(kind) if not name.startswith("_"))


class CasePlots(Plots):
    """``case.plot``."""

    _of: Case

    def budget_stages(self) -> Chart | Group:
        """The budget from stage to stage."""
        return charts.budget_stages(self._of)


class CardPlots(Plots):
    """``card.plot``."""

    _of: Scorecard

    def score_rates(self) -> Chart | Group:
        """Score rates of the level-2 blocks."""
        return charts.score_rates(self._of)

    def lost_points(self) -> Chart | Group:
        """The indicators that lose most points."""
        return charts.lost_points(self._of)

    def budget_stages(self) -> Chart | Group:
        """The budget from stage to stage."""
        return charts.budget_stages(self._of.case)

    def effects(self, most: int = 12) -> Chart | Group:
        """What single other decisions do to the total, the greatest first."""
        return charts.effects(self._of.sensitivity().alternatives[:most], self._of.grade)


class MonitorPlots(Plots):
    """``monitor.plot``."""

    _of: Monitor

    def progress(self) -> Chart | Group:
        """Every goal against the time that has passed."""
        return charts.progress(self._of)


class FindingsPlots(Plots):
    """``findings.plot``."""

    _of: Findings

    def verdicts(self) -> Chart | Group:
        """Number of findings by what they change."""
        counts = {VERDICTS[verdict]: count for verdict, count in self._of.by_verdict.items()}
        if not any(counts.values()):
            return Group()
        bars = [Bar(name, count, f"{count}项", MAIN) for name, count in counts.items()]
        return bar_chart(bars, "审核发现", f"审核发现条形图：{self._of.counts}。")


class RubricPlots(Plots):
    """``rubric.plot``."""

    _of: Rubric

    def weights(self) -> Chart | Group:
        """Points of the level-2 blocks."""
        points: defaultdict[str, float] = defaultdict(float)
        for indicator in self._of.indicators:
            points[indicator.blocks[1]] += indicator.weight
        if not points:
            return Group()
        bars = [Bar(block, weight, f"{display_plain(weight)}分", MAIN) for block, weight in points.items()]
        said = "；".join(f"{bar.name}{bar.label}" for bar in bars)
        return bar_chart(bars, f"分值分布（共{display_plain(self._of.weight)}分）", f"分值条形图：{said}。")


class ComparisonPlots(Plots):
    """``comparison.plot``."""

    _of: Comparison

    def totals(self) -> Chart | Group:
        """Score rates as scored, and of the common indicators, one after the other."""
        bars = []
        for row in self._of.totals.to_dict("records"):
            rates = {"全部指标": (row["score_rate"], row["grade"], MAIN), "共同指标": (row["common"], "", SECOND)}
            for name, (rate, grade, colour) in rates.items():
                if not math.isnan(rate):
                    label = f"{display(rate * 100)}%　{grade or ''}".rstrip()
                    bars.append(Bar(f"{row['label']}{name}", rate * 100, label, colour))
        said = "；".join(f"{bar.name}{bar.label}" for bar in bars)
        return bar_chart(bars, "各年度得分率（共同指标按最近一年的分值）", f"得分率条形图：{said}。", least=100)

    def indicators(self, most: int = 20) -> Chart | Group:
        """The steps of the indicators' score rates from the first to the last, the greatest first."""
        return steps(self._of.indicators, "id", f"得分率变化（{self._of.labels[0]}→{self._of.labels[-1]}）", most)


def steps(table: pd.DataFrame, name: str, title: str, most: int) -> Chart | Group:
    """The greatest steps of score rates as bars: a table with the column `name` and ``step``, the greatest first."""
    shown = table[table["step"].abs() > SAME].head(most)
    if shown.empty:
        return Group()
    bars = [
        Bar(str(who), abs(step) * 100, f"{signed(step * 100)}个百分点", MAIN if step > 0 else LOST)
        for who, step in zip(shown[name], shown["step"], strict=True)
    ]
    left_out = f"，只画变化最大的{most}个" if len(table) > most else ""
    said = "；".join(f"{bar.name}{bar.label}" for bar in bars)
    return bar_chart(bars, f"{title}（蓝为升，红为降{left_out}）", f"得分率变化条形图：{said}。")
