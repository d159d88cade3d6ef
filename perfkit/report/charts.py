"""Charts as inline SVG with alternative text, and those that ``.plot`` of a scorecard, monitor, case … offers."""

from __future__ import annotations

import html
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from ..auditing import Findings
from ..cases.loading import one_case
from ..cases.surveys import Question
from ..figures.quantities import display, display_percent, display_plain, signed
from ..fonts import DRAWN
from ..rubrics.rubric import Rubric
from ..scoring.comparing import SAME, Comparison
from ..scoring.scorecard import Scorecard
from ..scoring.sensitivity import Sensitivity
from ..words import LIGHTS, PARTS, STAGES, VERDICTS
from .blocks import Chart, Group
from .sources import Source, card_of, monitor_of, units_of
from .wording import losing

if TYPE_CHECKING:
    import pandas as pd

_COLOURS = dict(re.findall(r"--(\w+):(#\w+)", files("perfkit").joinpath("data/style.css").read_text("utf-8")))
INK, FAINT, MAIN, SECOND, LOST = map(_COLOURS.__getitem__, ("ink", "faint", "main", "second", "lost"))
"""The colours of the page, which charts share."""

WIDTH = 6.7 * 72  # points: 6.7 inches, the text width of an A4 page
SIZE = 8.5  # points: names of bars and the labels at their ends
_LEADING = 1.25 * SIZE  # from line to line

Drawn = Chart | Group
"""A chart, or an empty group where there is nothing to draw."""


class Drawing:
    """A drawing of bars, lines, dots and text of one size, `WIDTH` wide, in points from its upper left corner.

    Every report has several, and Matplotlib takes twenty times as long for one.
    """

    def __init__(self, height: float, size: float = SIZE) -> None:
        self._height, self._size, self._parts, self._texts = height, size, [""], 0

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle."""
        self._parts.append(f'<path d="M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z" fill="{colour}"/>')

    def line(self, x: float, y: float, across: float, down: float, dash: str = "") -> None:
        """A thin line from a point, so far across and down."""
        style = f' stroke-dasharray="{dash}"' if dash else ""
        path = f"M{x:.1f} {y:.1f}l{across:.1f} {down:.1f}"
        self._parts.append(f'<path d="{path}" fill="none" stroke="{FAINT}" stroke-width="0.8"{style}/>')

    def dot(self, x: float, y: float, colour: str) -> None:
        """A small filled circle around a point."""
        self._parts.append(f'<path d="M{x - 2:.1f} {y:.1f}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z" fill="{colour}"/>')

    def text(self, x: float, y: float, text: str, anchor: str = "start", name: str = "text", turn: int = 0) -> None:
        """Lines of text with their middle at `y`, that start, are centred (middle) or end at `x`.

        They are turned around this point by so many degrees.
        """
        lines = text.split("\n")
        first = y + 0.36 * self._size - (len(lines) - 1) * _LEADING / 2
        turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
        style = f"font-size: {self._size}px; font-family: '{DRAWN}'; text-anchor: {anchor}; fill: {INK}"
        shown = "".join(
            f'<text x="{x:.1f}" y="{first + number * _LEADING:.1f}" style="{style}">{html.escape(line)}</text>'
            for number, line in enumerate(lines)
        )
        self._parts.append(f'<g id="{name}_{self._texts}"{turned}>{shown}</g>')
        self._texts += 1

    def chart(self, title: str, alt: str) -> Chart:
        """The drawing with caption and alternative text."""
        body = "\n".join(self._parts)
        return Chart(f'<svg viewBox="0 0 {WIDTH:.1f} {self._height:.1f}">{body}\n</svg>', title, alt)


def wrap(text: str, size: int = 16, lines: int = 3) -> str:
    """A long name broken into even lines of at most `size` characters; what exceeds `lines` is left out before its end,
    by which names of one beginning are told apart.
    """
    if len(text) > size * lines:
        text = f"{text[: size * lines - 7]}…{text[-6:]}"
    even = math.ceil(len(text) / max(1, math.ceil(len(text) / size)))
    return "\n".join(text[i : i + even] for i in range(0, len(text), even))


class Bar(NamedTuple):
    """A bar: its name before it, how long it is, its label behind it."""

    name: str
    length: float
    label: str
    colour: str


def bar_chart(
    bars: Sequence[Bar], title: str, what: str, said: str = "", *, least: float = 0, mark: float = math.nan
) -> Drawn:
    """Horizontal bars from top to bottom; nothing without bars.

    The drawing reaches to `least` at least, and as far as the labels need; at `mark` there is a dashed line across.
    Its alternative text says `what` it is and what it shows: `said`, else every bar with its label.
    """
    if not bars:
        return Group()
    said = said or f"：{'；'.join(bar.name + bar.label for bar in bars)}"
    wrapped = [wrap(bar.name) for bar in bars]
    lines = [name.split("\n") for name in wrapped]
    left = 10.8 + max(text_width(line) for name in lines for line in name)
    room, gap, top = WIDTH - left - 7, 3.6, 7.0
    end = max(least, *(bar.length * room / (room - text_width(bar.label) - 7) for bar in bars))
    scale = (room - 7) / end if end else 0.0
    heights = [max(19.5, 9.0 + _LEADING * len(name)) for name in lines]
    drawing = Drawing(sum(heights) + 2 * top)
    if not math.isnan(mark):
        drawing.line(left + mark * scale, top, 0, sum(heights), "3,1.3")
    for bar, name, height in zip(bars, wrapped, heights, strict=True):
        middle = top + height / 2
        drawing.bar(left, middle - 6, bar.length * scale, 12, bar.colour)
        drawing.text(left - gap, middle, name, "end", "name")
        drawing.text(left + bar.length * scale + gap, middle, bar.label)
        top += height
    drawing.line(left, 7, 0, sum(heights))
    return drawing.chart(title, f"{what}{said}。")


def text_width(line: str, size: float = SIZE) -> float:
    """Points of a line at most: a Chinese character is as wide as its size, the others hardly over two thirds."""
    return sum(1 if character > "\u2e80" else 0.7 for character in line) * size


def score_rates(source: Source) -> Drawn:
    """得分率 by level-2 indicator, with the overall rate as a line; nothing when nothing is scored."""
    card = card_of(source)
    rates = [(row.level2, row.score_rate * 100) for row in card.level_rows if row.level2]
    bars = [_rate(name, percent) for name, percent in rates if not math.isnan(percent)]
    overall = card.score_rate * 100
    low = [bar.name for bar in bars if bar.length < 60]
    listed = f"低于60%的有{'、'.join(low)}" if low else "没有低于60%的"
    said = f"，共{len(bars)}项，总得分率{display(overall)}%，{listed}"
    title = "二级指标得分率" if math.isnan(overall) else f"二级指标得分率（虚线为总得分率{display(overall)}%）"
    return bar_chart(bars, title, "二级指标得分率条形图", said, least=100, mark=overall)


def _rate(name: str, percent: float) -> Bar:
    colour = LOST if percent < 60 else SECOND if percent < 80 else MAIN
    return Bar(name, percent, f"{display_plain(percent, 1)}%", colour)


def lost_points(source: Source, most: int = 12) -> Drawn:
    """失分 by indicator, the largest first, `most` of them; nothing when no point was lost."""
    card = card_of(source)
    bars = [Bar(row.id, row.lost, f"{display_plain(row.lost, 2)}分", LOST) for row in losing(card.rows)[:most]]
    said = "；".join(f"{bar.name}失{bar.label}" for bar in bars)
    return bar_chart(bars, "失分较多的指标", "失分条形图", f"，从高到低：{said}")


def budget_stages(source: Source) -> Drawn:
    """Budget by stage, stacked by 基本支出 and 项目支出 where the document splits it; nothing without two stages."""
    budget = one_case(source).file.budget
    given = ((label, getattr(budget, name, None)) for name, label in STAGES.items())
    stages = [(label, stage) for label, stage in given if stage and stage.total]
    if len(stages) < 2:
        return Group()
    totals = [stage.total.value.value / 10_000 for _, stage in stages]
    split = all(stage.basic and stage.project for _, stage in stages)
    basic = [stage.basic.value.value / 10_000 for _, stage in stages] if split else totals
    project = [stage.project.value.value / 10_000 for _, stage in stages] if split else [0.0] * len(stages)
    tops = [low + high for low, high in zip(basic, project, strict=True)]
    drawing, scale, step = Drawing(187), 120 / (max(tops) or 1), (WIDTH - 14) / len(stages)
    if split:
        for colour, name, x in ((MAIN, PARTS["basic"], 190), (SECOND, PARTS["project"], 250)):
            drawing.bar(x - 12, 6, 9, 7, colour)
            drawing.text(x, 9.5, name)
    for i, (low, high, total) in enumerate(zip(basic, project, totals, strict=True)):
        middle, base = 7 + (i + 0.5) * step, 165.0
        for part, colour in ((low, MAIN), (high, SECOND)):
            base -= part * scale
            drawing.bar(middle - step / 4, base, step / 2, part * scale, colour)
        note = "" if abs(tops[i] - total) < 1e-6 else f"\n（分项合计{display_plain(tops[i], 4)}）"
        drawing.text(middle, base - (7 if not note else 12), display_plain(total, 4) + note, "middle")
        drawing.text(middle, 174, stages[i][0], "middle")
    drawing.line(7, 165, WIDTH - 14, 0)

    said = "；".join(f"{label}{display_plain(value, 4)}万元" for (label, _), value in zip(stages, totals, strict=True))
    return drawing.chart("各阶段预算与执行（万元）", f"预算各阶段柱形图：{said}。")


def progress(source: Source, most: float = 2.0) -> Drawn:
    """Each goal's rate to the annual target against time progress, where more is better: the rest of a limit is no
    progress; bars end at `most`, a ratio."""
    monitor = monitor_of(source)
    goals = [(row.name, row.rate_to_annual, row.light) for row in monitor.rows if not row.is_limit]
    goals = [goal for goal in [("预算执行", monitor.execution_rate, monitor.money_light), *goals] if goal[1] == goal[1]]
    bars = [_goal(*goal, most) for goal in goals]
    title = f"各目标完成进度与序时进度（占全年目标的比例，虚线为序时进度{display_percent(monitor.time_progress)}）"
    said = "；".join(f"{n}{display_percent(r, 1)}{LIGHTS[light].name if light else ''}" for n, r, light in goals)
    return bar_chart(bars, title, "完成进度条形图", f"：{said}", least=100, mark=monitor.time_progress * 100)


def _goal(name: str, rate: float, light: str | None, most: float) -> Bar:
    label = display_percent(rate, 1) + ("（超出图幅）" if rate > most else "")
    return Bar(name, min(rate, most) * 100, label, LIGHTS[light].colour if light else FAINT)


def unit_scores(source: Source) -> Drawn:
    """Scores of a department's units; units without a score are left out."""
    scored = [card for card in units_of(source) if not math.isnan(card.total)]
    bars = [Bar(card.case.unit, card.total, f"{display(card.total)}分", MAIN) for card in scored]
    return bar_chart(bars, "所属单位得分", "所属单位得分条形图", least=100)


def answers(question: Question) -> Drawn:
    """How often each option of a question was chosen; nothing without an answer."""
    total = sum(question.options.values())
    if not total:
        return Group()
    given = ((option, number, number / total) for option, number in question.options.items())
    bars = [Bar(option, share * 100, f"{n}份（{display_percent(share, 1)}）", MAIN) for option, n, share in given]
    return bar_chart(bars, f"各选项的份数（共{total}份次）", f"“{question.text}”的回答", least=100)


def effects(card: Scorecard, most: int = 12) -> Drawn:
    """What single other decisions do to the total, the greatest first."""
    return changes(card.sensitivity(), most)


def changes(found: Sensitivity, most: int) -> Drawn:
    """As `effects`: one colour for more, another for less; a new grade is named."""
    grade = found.card.grade
    bars = [
        Bar(f"{each.id}：{each.change}", abs(each.effect), f"{signed(each.effect)}分{to}", colour)
        for each in found.alternatives[:most]
        for colour, to in [(MAIN if each.effect > 0 else LOST, "" if each.grade == grade else f"　变为{each.grade}")]
    ]
    return bar_chart(bars, "改一处判定，总分变多少（蓝为增，红为减；等级因此改变的写明）", "总分变化条形图")


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
    return bar_chart(bars, f"得分率（共同指标按{comparison.labels[-1]}的分值）", "得分率条形图", least=100)


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
CasePlots = (budget_stages,)
CardPlots = (score_rates, lost_points, budget_stages, effects)
MonitorPlots = (progress,)
FindingsPlots = (verdicts,)
RubricPlots = (weights,)
ComparisonPlots = (totals, indicators)
