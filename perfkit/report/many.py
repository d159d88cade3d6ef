"""Many units: their tables as blocks, and charts of ranking, indicators, grades, money against performance, spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from ..figures.quantities import display, display_percent, display_plain
from ..portfolio import ALIKE
from ..scoring.comparing import SAME
from ..tables import ends, headed, rates
from ..words import DASH, OUTCOMES
from .blocks import Column, Group, Paragraph, group, table
from .charts import LOST, MAIN, WIDTH, Bar, Drawing, Drawn, bar_chart, steps, text_width, wrap

if TYPE_CHECKING:
    import pandas as pd

    from ..portfolio import Portfolio

_SMALL = 6.5  # points: names along the sides of a large chart
_ROW = 10.8  # points
_SHADES = np.array([[*bytes.fromhex(shade[1:])] for shade in (LOST, "#e7b98a", "#f3ead7", "#a9c7dd", MAIN)])
"""Red, green and blue from no points to full marks."""
_QUARTILES = "#8db0ca"
"""The colour of the middle half of the units."""
_POINTS = ("total", "score", "lost")
_WIDEST = text_width("字" * 14)
"""Of a column; longer texts take several lines."""


def _names(rows: pd.DataFrame) -> pd.Series[str]:
    """The names of units, with the project and the year where there are several."""
    names = (rows["unit"] + "　" + rows["project"].fillna("")).str.strip() if "project" in rows else rows["unit"]
    return names + rows["year"].map("（{}）".format) if rows["year"].nunique() > 1 else names


def ranking(portfolio: Portfolio, most: int = 60) -> Drawn:
    """Totals from the best, a chart for every rubric and year that has several units; of more than `most` units the
    first and the last half.
    """
    charts = [_ranking(own, of and f"{of}，", portfolio, most) for of, own in _alike(portfolio.ranks) if len(own) > 1]
    return charts[0] if len(charts) == 1 else Group(tuple(charts))


def _alike(ranks: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The units of every rubric and year, after what tells them apart: "" where all have one rubric and one year."""
    told = [name for name in ALIKE if ranks[name].nunique() > 1]
    return [("，".join(str(own[name].iloc[0]) for name in told), own) for _, own in ranks.groupby(ALIKE, dropna=False)]


def _ranking(ranks: pd.DataFrame, of: str, portfolio: Portfolio, most: int) -> Drawn:
    """One order of totals; its title says `of` what it is."""
    shown = ends(ranks, most)
    lines = [Bar(unit, total, f"{display(total)}分　{grade or ''}", MAIN)
             for unit, total, grade in zip(_names(shown), shown["total"], shown["grade"], strict=True)]  # fmt: skip
    left_out = f"，只画首尾各{portfolio.count(most // 2)}" if len(ranks) > most else ""
    best, worst = ranks.iloc[0], ranks.iloc[-1]
    count = portfolio.count(len(ranks))
    said = f"，共{count}，{best['unit']}最高{display(best['total'])}分，{worst['unit']}最低{display(worst['total'])}分"
    title = f"得分排名（{of}共{count}{left_out}）"
    return bar_chart(lines, title, "得分排名条形图", said, least=100)


def heat_map(portfolio: Portfolio, most: int = 100) -> Drawn:
    """Units × indicators, coloured by score rate; blank where not scored. Of more than `most` units the ends."""
    rows = portfolio.parts
    if rows["share"].notna().sum() == 0:
        return Group()
    wide = rows.pivot(index="case", columns="id", values="share")
    order = portfolio.units.sort_values("total", ascending=False, kind="stable")["case"]
    order = order[order.isin(wide.index)]
    wide = wide.reindex(index=ends(order, most), columns=rows["id"].drop_duplicates())
    units = _names(portfolio.units.set_index("case").loc[wide.index])
    across = [wrap(name, 14, 1) for name in wide.columns]
    beside = [wrap(name, 18, 1) for name in units]
    left, top = (7 + max(text_width(name, _SMALL) for name in names) for names in (beside, across))
    step, bottom = (WIDTH - 7 - left) / len(across), 7 + _ROW * len(beside)
    drawing = Drawing(bottom + top, _SMALL)
    for i, (name, shares) in enumerate(zip(beside, wide.to_numpy(dtype=float), strict=True)):
        drawing.text(left - 4, 7 + (i + 0.5) * _ROW, name, "end")
        for j, share in enumerate(shares):
            if share == share:
                drawing.bar(left + j * step, 7 + i * _ROW, step, _ROW, _shade(share))
    for j in range(0, len(across), int(np.ceil(_SMALL / step))):  # as many names as have room
        drawing.text(left + (j + 0.5) * step, bottom + 4, across[j], "end", turn=-90)
    low = (rows["share"] < 0.6).sum()
    alt = f"热力图：{portfolio.count(len(beside))}、{len(across)}项指标的得分率，低于60%的有{low}处。"
    cut = f"；共{portfolio.count(len(order))}，只画首尾各{most // 2}行" if len(order) > most else ""
    return drawing.chart(f"各单位各指标得分率（深蓝为满分，深红为零分，空白为未计分{cut}）", alt)


def _shade(share: float) -> str:
    """The colour of a score rate."""
    parts = (np.interp(share, np.linspace(0, 1, len(_SHADES)), own) for own in _SHADES.T)
    return f"#{''.join(f'{round(part):02x}' for part in parts)}"


def distribution(portfolio: Portfolio) -> Drawn:
    """Number of units by grade."""
    counts = portfolio.distribution.groupby("grade", sort=False)["units"].sum()
    total, count = int(counts.sum()), portfolio.count
    lines = [Bar(str(g), n, f"{count(n)}（{display_percent(n / total, 1)}）", MAIN) for g, n in counts.items()]
    return bar_chart(lines, f"等级分布（共{count(total)}）", "等级分布条形图")


def quadrants(portfolio: Portfolio, named: int = 40) -> Drawn:
    """Execution rate against score rate, split at the medians of every rubric and year; up to `named` units are named.

    Nothing where all units have one rate of either: that splits nobody.
    """
    table = portfolio.quadrants.sort_values("score_rate", ascending=False, kind="stable")
    if (table[["execution_rate", "score_rate"]].nunique() < 2).any():
        return Group()
    x, y = table["execution_rate"] * 100, table["score_rate"] * 100
    across, up = _scale(x, 32, WIDTH - 7), _scale(-y, 7, 280)
    drawing = Drawing(302, _SMALL)
    for mark in np.linspace(x.min(), x.max(), 5):
        drawing.text(across(mark), 289, display_plain(mark, 1), "middle")
    for mark in np.linspace(y.min(), y.max(), 5):
        drawing.text(28, up(-mark), display_plain(mark, 1), "end")
    medians = table.groupby(ALIKE, dropna=False)[["execution_rate", "score_rate"]].median() * 100
    for middle, height in medians.to_numpy():
        drawing.line(across(middle), 7, 0, 273, "3,1.3")
        drawing.line(32, up(-height), WIDTH - 39, 0, "3,1.3")
    taken: list[tuple[float, float, float]] = []
    for name, rate, score in zip(_names(table), x, y, strict=True) if len(table) <= named else ():
        name, place = wrap(name, 24, 1), across(rate)
        begin = place + 4 if place < WIDTH / 2 else place - 4 - text_width(name, _SMALL)
        end = begin + text_width(name, _SMALL)
        taken.append((begin, end, _free(up(-score), begin, end, taken)))
        drawing.text(begin, taken[-1][-1], name)
    for rate, score in zip(x, y, strict=True):
        drawing.dot(across(rate), up(-score), MAIN)
    counts = table["quadrant"].value_counts()
    said = "、".join(f"{name}{portfolio.count(number)}" for name, number in counts.items())
    which = "、".join(map(display, medians.iloc[0])) if len(medians) == 1 else "，各指标体系、各年度分别计算"
    title = f"预算执行率（横，%）与得分率（纵，%），虚线为中位数{which}"
    return drawing.chart(title, f"执行与绩效散点图：{said}。")


def _scale(values: pd.Series[float], start: float, end: float) -> Callable[[float], float]:
    """From a value to its place between two ends, from which the least and the greatest keep a distance."""
    low, room = values.min(), values.max() - values.min()
    return lambda value: start + (end - start) * (0.1 + 0.8 * (value - low) / room)


def _free(wanted: float, begin: float, end: float, taken: Sequence[tuple[float, float, float]]) -> float:
    """The nearest height at which a name between two places meets none of those that are there (from, to, height)."""
    near = [height for first, last, height in taken if first < end and begin < last]
    nearest = sorted(range(10, 280), key=lambda height: abs(height - wanted))
    return next((height for height in nearest if all(abs(height - other) >= 8 for other in near)), wanted)


def years(portfolio: Portfolio, most: int = 30) -> Drawn:
    """How far units are in their last year from their first, the greatest steps first."""
    table = portfolio.over_years()
    return steps(table, "unit", "首末年度得分率变化", most) if len(table) else Group()


def box(portfolio: Portfolio, most: int = 60) -> Drawn:
    """Spread of the score rate of each indicator that several units have: ends, quartiles, median."""
    rows = portfolio.parts[portfolio.parts["share"].notna()]
    rows = rows[rows.duplicated("id", keep=False)]
    if rows.empty:
        return Group()
    quartiles = rows.groupby("id", sort=False)["share"].quantile(np.array([0, 0.25, 0.5, 0.75, 1]))
    spread = quartiles.unstack().iloc[:most] * 100
    names = [wrap(str(name), 18, 1) for name in spread.index]
    left = 10 + max(map(text_width, names))
    scale, height = (WIDTH - 17 - left) / 100, 16.0 * len(spread)
    drawing = Drawing(height + 26)
    for mark in (0, 50, 100):
        drawing.line(left + mark * scale, 7, 0, height, "1,2")
        drawing.text(left + mark * scale, height + 15, f"{mark}%", "middle")
    for i, (name, (least, low, middle, high, greatest)) in enumerate(zip(names, spread.to_numpy(), strict=True)):
        y = 7 + (i + 0.5) * 16
        drawing.text(left - 4, y, name, "end")
        drawing.line(left + least * scale, y, (greatest - least) * scale, 0)
        drawing.bar(left + low * scale, y - 4.5, (high - low) * scale, 9, _QUARTILES)
        drawing.dot(left + middle * scale, y, LOST)
    lowest = spread[0.5].idxmin()
    alt = f"各指标得分率的分布：中位数最低的是{lowest}（{display(spread[0.5].min())}%）。"
    title = "各指标得分率的分布（线为最低至最高，块为四分位，红点为中位数）"
    return drawing.chart(title, alt)


def standing(portfolio: Portfolio) -> Group:
    """How many units there are, how they are graded, who is first and last, in a few sentences."""
    scored = portfolio.ranks
    names = list(dict.fromkeys(PurePath(problem.file).name for problem in portfolio.faulty))
    faulty = f"有错、没有列入的：{_some(names)}。" if names else ""
    if scored.empty:
        return group(f"共{portfolio.size}，没有得分。", faulty)
    graded = portfolio.distribution.groupby("grade", sort=False)["units"].sum()
    grades = "、".join(f"“{grade}”{number}{portfolio.word}" for grade, number in graded.items()) or "没有评等级"
    medians = [(display_percent(own["score_rate"].median()), of) for of, own in _alike(scored)]
    middle = "、".join(f"{median}（{of}）" if of else median for median, of in medians)
    best, worst = (_ends(scored, scored["score_rate"].agg(end)) for end in ("max", "min"))
    counted = f"共{portfolio.size}，{len(scored)}{portfolio.word}有得分：{grades}；得分率的中位数为{middle}。"
    ranked = f"得分率最高的是{best}，最低的是{worst}。"
    return group(Paragraph(counted, "lead"), ranked, _incomplete(portfolio.units), faulty)


def _incomplete(units: pd.DataFrame) -> str:
    """Which units lack data or have no score, "" where all are scored in full."""
    found = units.assign(name=_names(units))[units["status"].isin(["incomplete", "not_applicable"])]
    said = [f"{OUTCOMES[str(status)]}的有{_some(list(names))}" for status, names in found.groupby("status")["name"]]
    return f"{'；'.join(said)}。" if said else ""


def _ends(scored: pd.DataFrame, rate: float) -> str:
    """The units at one score rate with their points."""
    found = scored.assign(name=_names(scored))[(scored["score_rate"] - rate).abs() < SAME]
    return _some([f"{name}（{display(total)}分）" for name, total in zip(found["name"], found["total"], strict=True)])


def _some(names: Sequence[str], most: int = 3) -> str:
    """All of a few names, else the first and how many there are."""
    return "、".join(names) if len(names) <= most else f"{names[0]}等{len(names)}个"


def listed(frame: pd.DataFrame, most: int = 100) -> Group:
    """A table of a portfolio as a block, with Chinese heads; of more than `most` rows the first ones, which is said."""
    kept = [name for name in frame if _tells_apart(frame[name])]
    shown, percentages = headed(frame[kept].head(most)), rates(frame)
    columns = [_column(str(name), i, shown.iloc[:, i], name in percentages) for i, name in enumerate(kept)]
    left_out = f"共{len(frame)}行，这里列出前{most}行；全部见同一文件夹的工作簿。" if len(frame) > most else ""
    return group(table(shown.itertuples(index=False, name=None), columns), left_out)


def _tells_apart(column: pd.Series[Any]) -> bool:
    """Whether a column says something: a rubric or a year that all share does not, nor that all are scored."""
    if column.name == "status":
        return bool((column != "scored").any())
    return column.name not in ("rubric", "year") or column.nunique() > 1


def _column(name: str, position: int, values: pd.Series[Any], rate: bool) -> Column:
    """How a column of a portfolio's tables stands on the page; as wide as its cells need."""
    from pandas.api.types import is_numeric_dtype

    head, number = str(values.name), is_numeric_dtype(values)

    def shown(value: Any) -> str:
        if value is None or value != value:
            return DASH
        if rate:
            return display_percent(value, 1)
        return (display(value) if name in _POINTS else display_plain(value)) if number else str(value)

    lines = max(1, round(len(head) / 4))
    texts = [head[: -(-len(head) // lines)], *map(shown, values.head(50))]
    width = min(max(map(text_width, texts)), _WIDEST) + text_width("　　")
    return Column(head, lambda row: shown(row[position]), width, number=bool(number), optional=True)


PortfolioPlots = (ranking, heat_map, distribution, quadrants, years, box)
