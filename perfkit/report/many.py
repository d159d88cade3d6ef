"""Charts of many units: ranking, units by indicators, grades, money against performance, spread of each indicator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..figures.quantities import display, display_percent
from ..portfolio import Portfolio, load_portfolio
from .blocks import Chart, Group
from .charts import LOST, MAIN, MUTED, Bar, bar_chart, draw, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SMALL = 6.5  # points: names along the sides of a large chart
_ROW = 0.15  # inches
_COLOURS = ["#b5483c", "#e7b98a", "#f3ead7", "#a9c7dd", "#2f6f9f"]
"""From no points to full marks."""


class Plots:
    """``portfolio.plot``: the charts of a portfolio, each a block, or an empty group where there is nothing to draw."""

    def __init__(self, portfolio: Portfolio) -> None:
        self._of = portfolio

    def __dir__(self) -> list[str]:
        return ["box", "distribution", "heat_map", "quadrants", "ranking"]

    def ranking(self, most: int = 60) -> Chart | Group:
        """Totals from the best; of more than `most` units the first and the last half."""
        ranks = self._of.ranks.sort_values("total", ascending=False, kind="stable")
        if ranks.empty:
            return Group()
        shown = ranks if len(ranks) <= most else ranks.iloc[[*range(most // 2), *range(-most // 2, 0)]]
        lines = [Bar(unit, total, f"{display(total)}分　{grade or ''}", MAIN)
                 for unit, total, grade in zip(shown["unit"], shown["total"], shown["grade"], strict=True)]  # fmt: skip
        left_out = f"，只画首尾各{most // 2}个" if len(ranks) > most else ""
        best, worst = ranks.iloc[0], ranks.iloc[-1]
        alt = f"得分排名条形图，共{len(ranks)}个单位，{best['unit']}最高{display(best['total'])}分，"
        alt += f"{worst['unit']}最低{display(worst['total'])}分。"
        return bar_chart(lines, f"得分排名（共{len(ranks)}个单位{left_out}）", alt, least=100)

    def heat_map(self) -> Chart | Group:
        """Units × indicators, coloured by score rate; blank where an indicator is not scored."""
        rows = self._of.indicators
        if rows["share"].notna().sum() == 0:
            return Group()
        wide = rows.pivot(index="case", columns="id", values="share")
        order = self._of.units.sort_values("total", ascending=False)["case"]
        wide = wide.reindex(index=[case for case in order if case in wide.index], columns=rows["id"].drop_duplicates())
        units = self._of.units.set_index("case").loc[wide.index, "unit"]
        across = [wrap(name, 14, 1) for name in wide.columns]
        beside = [wrap(name, 14, 1) for name in units]
        bottom = 0.1 + max(map(text_width, across)) * _SMALL / 8.5
        left = 0.15 + max(map(text_width, beside)) * _SMALL / 8.5

        def plot(axes: Axes) -> None:
            from matplotlib.colors import LinearSegmentedColormap

            colours = LinearSegmentedColormap.from_list("rate", _COLOURS)
            rates = wide.to_numpy(dtype=float)
            axes.imshow(rates, cmap=colours, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
            for i, name in enumerate(beside):
                axes.text(-0.7, i, name, ha="right", va="center", fontsize=_SMALL)
            for i, name in enumerate(across):
                axes.text(i, len(beside) - 0.3, name, ha="center", va="top", rotation=90, fontsize=_SMALL)

        height = bottom + 0.1 + max(0.6, _ROW * len(beside))
        low = (rows["share"] < 0.6).sum()
        alt = f"热力图：{len(beside)}个单位、{len(across)}项指标的得分率，低于60%的有{low}处。"
        title = "各单位各指标得分率（深蓝为满分，深红为零分，空白为未计分）"
        return draw(height, plot, title, alt, left=left, bottom=bottom)

    def distribution(self) -> Chart | Group:
        """Number of units by grade."""
        counts = self._of.distribution.groupby("grade", sort=False)["units"].sum()
        if counts.empty:
            return Group()
        total = counts.sum()
        lines = [Bar(str(g), n, f"{n}个（{display_percent(n / total, 1)}）", MAIN) for g, n in counts.items()]
        said = "、".join(f"{grade}{number}个" for grade, number in counts.items())
        return bar_chart(lines, f"等级分布（共{total}个单位）", f"等级分布条形图：{said}。")

    def quadrants(self, named: int = 40) -> Chart | Group:
        """Execution rate against score rate, split at the medians; up to `named` units are named."""
        table = self._of.quadrants
        if table.empty:
            return Group()
        x, y = table["execution_rate"] * 100, table["score_rate"] * 100

        def plot(axes: Axes) -> None:
            axes.scatter(x, y, s=14, color=MAIN, alpha=0.8, linewidths=0)
            axes.axvline(x.median(), color=MUTED, linewidth=0.8, linestyle="--")
            axes.axhline(y.median(), color=MUTED, linewidth=0.8, linestyle="--")
            if len(table) <= named:
                for unit, across, up in zip(table["unit"], x, y, strict=True):
                    axes.annotate(wrap(unit, 10, 1), (across, up), (3, 3), textcoords="offset points", fontsize=_SMALL)
            axes.set_axis_on()
            axes.tick_params(labelsize=7, length=2, color=MUTED)
            axes.margins(0.12)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)

        counts = table["quadrant"].value_counts()
        said = "、".join(f"{name}{count}个" for name, count in counts.items())
        title = f"预算执行率（横，%）与得分率（纵，%），虚线为中位数{display(x.median())}、{display(y.median())}"
        return draw(4.2, plot, title, f"执行与绩效散点图：{said}。", left=0.45, bottom=0.3)

    def box(self, most: int = 60) -> Chart | Group:
        """Spread of the score rate of each indicator: from the least to the greatest, quartiles, median."""
        rows = self._of.indicators[self._of.indicators["share"].notna()]
        if rows.empty:
            return Group()
        spread = (
            rows.groupby("id", sort=False)["share"].quantile(np.array([0, 0.25, 0.5, 0.75, 1])).unstack().iloc[:most]
            * 100
        )
        names = [wrap(str(name), 18, 1) for name in spread.index]
        left = 0.15 + max(map(text_width, names))

        def plot(axes: Axes) -> None:
            at = np.arange(len(spread))
            axes.hlines(at, spread[0.0], spread[1.0], color=MUTED, linewidth=0.8)
            axes.barh(at, spread[0.75] - spread[0.25], left=spread[0.25], height=0.55, color=MAIN, alpha=0.55)
            axes.scatter(spread[0.5], at, color=LOST, s=16, zorder=3, linewidths=0)
            axes.set(xlim=(-1, 101), ylim=(len(spread) - 0.5, -0.5))
            for mark in (0, 50, 100):
                axes.axvline(mark, color=MUTED, linewidth=0.5, linestyle=":", zorder=0)
                axes.text(mark, len(spread) - 0.4, f"{mark}%", ha="center", va="top", fontsize=_SMALL, color=MUTED)
            for i, name in enumerate(names):
                axes.text(-2, i, name, ha="right", va="center", fontsize=8.5)

        lowest = spread[0.5].idxmin()
        alt = f"各指标得分率的分布：中位数最低的是{lowest}（{display(spread[0.5].min())}%）。"
        title = "各指标得分率的分布（线为最低至最高，块为四分位，红点为中位数）"
        return draw(0.45 + 0.22 * len(spread), plot, title, alt, left=left, bottom=0.25)


__all__ = ["Plots", "Portfolio", "load_portfolio"]
Portfolio.plot = property(Plots)  # type: ignore[attr-defined]
