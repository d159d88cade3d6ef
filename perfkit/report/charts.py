"""Charts as inline SVG with alternative text: score rates, lost points, budget by stage, progress against time."""

from __future__ import annotations

import html
import io
import math
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..monitoring import LIGHTS
from ..quantities import display, display_percent, display_plain
from . import style
from .page import Html

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..case import Case
    from ..monitoring import Monitor
    from ..scorecard import Scorecard

_WIDTH = 6.7  # inches: the text width of an A4 page
_STAGES = {"initial": "年初预算", "adjusted": "全年预算", "received": "到位", "final": "决算（执行）"}


def draw(height: float, plot: Callable[[Axes], None], title: str, alt: str) -> Html:
    """A figure of `height` inches as inline SVG with caption `title` and alternative text `alt`."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(style.rc_params()):  # type: ignore[arg-type]
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        canvas = FigureCanvasSVG(figure)
        plot(figure.subplots())
        buffer = io.StringIO()
        canvas.print_svg(  # type: ignore[no-untyped-call]
            buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    svg = buffer.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg[svg.index("<svg") :], flags=re.S)
    label = html.escape(alt, quote=True)
    opening = rf'<svg role="img" aria-label="{label}" viewBox="\1">'
    svg = re.sub(r'<svg [^>]*?viewBox="([^"]+)"[^>]*>', lambda found: found.expand(opening), svg, count=1)
    svg = svg.replace("xlink:href", "href")
    return Html(f"<figure>{svg}<figcaption>{html.escape(title)}</figcaption></figure>")


def wrap(text: str, size: int = 16, lines: int = 3) -> str:
    """A long name broken into even lines of at most `size` characters; what exceeds `lines` ends in an ellipsis."""
    even = min(size, math.ceil(len(text) / max(1, math.ceil(len(text) / size))))
    parts = [text[i : i + even] for i in range(0, len(text), even)]
    return "\n".join(parts if len(parts) <= lines else [*parts[: lines - 1], parts[lines - 1][:-1] + "…"])


def _bars(
    axes: Axes, names: Sequence[str], values: Sequence[float], colours: Sequence[str] | str, labels: Sequence[str]
) -> None:
    """Horizontal bars from top to bottom, each with its label at the end."""
    positions = range(len(names))
    axes.barh(positions, values, color=colours, height=0.62)
    axes.set_yticks(positions, [wrap(name) for name in names], fontsize=8.5, linespacing=1.05)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for position, value, label in zip(positions, values, labels, strict=True):
        axes.annotate(label, (value, position), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5)


def _height(names: Sequence[str], base: float = 0.75) -> float:
    return base + sum(0.14 * wrap(name).count("\n") + 0.27 for name in names)


def score_rates(card: Scorecard) -> Html | None:
    """得分率 by level-2 indicator, with the overall rate as a line; None when nothing is scored."""
    rows = [row for row in card.level_rows if row.level2 and not math.isnan(row.score_rate)]
    if not rows:
        return None
    names, rates = [str(row.level2) for row in rows], [row.score_rate * 100 for row in rows]
    overall = card.total / card.rubric.weight * 100
    low = [name for name, rate in zip(names, rates, strict=True) if rate < 60]

    def plot(axes: Axes) -> None:
        colours = [style.LOST if rate < 60 else style.SECOND if rate < 80 else style.MAIN for rate in rates]
        _bars(axes, names, rates, colours, [f"{display_plain(rate, 1)}%" for rate in rates])
        axes.set_xlim(0, 112)
        axes.set_xticks([0, 20, 40, 60, 80, 100], [f"{tick}%" for tick in (0, 20, 40, 60, 80, 100)])
        if not math.isnan(overall):
            axes.axvline(overall, color=style.MUTED, linewidth=1, linestyle="--")

    listed = f"低于60%的有{'、'.join(low)}" if low else "没有低于60%的"
    alt = f"二级指标得分率条形图，共{len(names)}项，总得分率{display(overall)}%，{listed}。"
    return draw(_height(names), plot, "二级指标得分率（虚线为总得分率）", alt)


def lost_points(card: Scorecard, most: int = 12) -> Html | None:
    """失分 by indicator, the largest first; None when no point was lost."""
    rows = sorted((row for row in card.rows if row.lost > 1e-9), key=lambda row: -row.lost)[:most]
    if not rows:
        return None
    names, lost = [row.id for row in rows], [row.lost for row in rows]

    def plot(axes: Axes) -> None:
        _bars(axes, names, lost, style.LOST, [f"{display_plain(value, 2)}分" for value in lost])
        axes.set_xlim(0, max(lost) * 1.15)
        axes.set_xlabel("失分（分）")

    alt = f"失分从高到低：{'；'.join(f'{n}失{display_plain(v, 2)}分' for n, v in zip(names, lost, strict=True))}。"
    return draw(_height(names, 0.95), plot, "失分较多的指标", alt)


def budget_stages(case: Case) -> Html | None:
    """Budget by stage, stacked by 基本支出 and 项目支出 where the document splits it; None without two stages."""
    budget = case.file.budget
    stages = [(label, getattr(budget, name)) for name, label in _STAGES.items() if budget and getattr(budget, name)]
    stages = [(label, stage) for label, stage in stages if stage.total]
    if len(stages) < 2:
        return None
    totals = [stage.total.value.value / 10_000 for _, stage in stages]
    split = all(stage.basic and stage.project for _, stage in stages)
    basic = [stage.basic.value.value / 10_000 for _, stage in stages] if split else totals
    project = [stage.project.value.value / 10_000 for _, stage in stages] if split else [0.0] * len(stages)

    def plot(axes: Axes) -> None:
        at = range(len(stages))
        axes.bar(at, basic, width=0.5, color=style.MAIN, label="基本支出" if split else "合计")
        if split:
            axes.bar(at, project, width=0.5, bottom=basic, color=style.SECOND, label="项目支出")
            axes.legend(frameon=False, ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.16))
        for i, (low, high) in enumerate(zip(basic, project, strict=True)):
            top, total = low + high, totals[i]
            note = "" if abs(top - total) < 1e-6 else f"\n（分项合计{display_plain(top, 4)}）"
            shown = display_plain(total, 4) + note
            axes.annotate(shown, (i, top), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=8.5)
        axes.set_xticks(list(at), [label for label, _ in stages])
        axes.set_ylabel("万元")
        axes.set_ylim(0, max(low + high for low, high in zip(basic, project, strict=True)) * 1.2 or 1)

    said = "；".join(f"{label}{display_plain(value, 4)}万元" for (label, _), value in zip(stages, totals, strict=True))
    return draw(2.6, plot, "各阶段预算与执行（万元）", f"预算各阶段柱形图：{said}。")


def progress(monitor: Monitor, most: float = 2.0) -> Html | None:
    """Each goal's rate to the annual target against time progress; bars end at 200%."""
    rows = [row for row in monitor.rows if not math.isnan(row.rate_to_annual)]
    if not rows:
        return None
    names = ["预算执行", *(row.name for row in rows)]
    rates = [monitor.execution_rate, *(row.rate_to_annual for row in rows)]
    lights = [monitor.money_light, *(row.light for row in rows)]

    def plot(axes: Axes) -> None:
        colours = [style.LIGHT_COLOURS.get(str(light), style.MUTED) for light in lights]
        labels = [display_percent(rate, 1) + ("（超出图幅）" if rate > most else "") for rate in rates]
        _bars(axes, names, [min(rate, most) * 100 for rate in rates], colours, labels)
        axes.axvline(monitor.time_progress * 100, color=style.INK, linewidth=1, linestyle="--")
        axes.set_xlim(0, most * 100 * 1.22)
        axes.set_xlabel(f"占全年目标的比例（虚线为序时进度{display_percent(monitor.time_progress)}）")

    pairs = zip(names, rates, lights, strict=True)
    said = "；".join(f"{n}{display_percent(r, 1)}{LIGHTS.get(str(light), '')}" for n, r, light in pairs)
    return draw(_height(names, 0.9), plot, "各目标完成进度与序时进度", f"完成进度条形图：{said}。")


def unit_scores(cards: Sequence[Scorecard]) -> Html | None:
    """Scores of a department's units; units without a score are left out."""
    scored = [card for card in cards if not math.isnan(card.total)]
    if not scored:
        return None
    names, totals = [card.case.unit for card in scored], [card.total for card in scored]

    def plot(axes: Axes) -> None:
        _bars(axes, names, totals, style.MAIN, [f"{display(total)}分" for total in totals])
        axes.set_xlim(0, 112)

    said = "；".join(f"{name}{display(total)}分" for name, total in zip(names, totals, strict=True))
    return draw(_height(names), plot, "所属单位得分", f"所属单位得分条形图：{said}。")
