"""Tables for the terminal: Chinese takes two columns a character."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .tables import cut, width
from .words import DASH, KINDS, LIGHTS, OUTCOMES, SEVERITIES, VERDICTS

if TYPE_CHECKING:
    from .auditing import Findings
    from .cases.case import Case
    from .monitoring import Monitor
    from .report.blocks import Block
    from .rubrics.standards import Standard
    from .run.batch import Summary
    from .run.ledger import Entry
    from .scoring.scorecard import Scorecard
    from .tables.frame import Frame


_LONGEST = 40
"""Characters of a text in a table."""


def table(heads: Sequence[str], found: Iterable[Sequence[object]]) -> str:
    """Rows as aligned columns under their heads and a rule."""
    rows = [[str(cell) for cell in each] for each in (heads, *found)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    padded = [[cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)] for row in rows]
    lines = ["  ".join(row).rstrip() for row in padded]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])


def block_text(block: Block) -> str:
    """Headings, paragraphs, lists and tables of a report, long cells cut off."""
    from .report.blocks import Bullets, Chapter, Group, Heading, Table

    if isinstance(block, Chapter):
        return f"\n{block.title}\n{block_text(Group(block.parts))}"
    if isinstance(block, Group):
        return "\n".join(filter(None, map(block_text, block.parts)))
    if isinstance(block, Heading):
        return f"\n{block.text}"
    if isinstance(block, Bullets):
        return "\n".join(f"  {item}" for item in block.items)
    if isinstance(block, Table):
        whole = zip(block.rows, block.spans(), strict=True)
        lines = [[" ".join(str(c).split()) if span else "" for c, span in zip(*row, strict=True)] for row in whole]
        return table([head.name for head in block.heads], ([cut(c, _LONGEST) for c in row] for row in lines))
    return str(getattr(block, "text", ""))


def printed_standards(case: Case) -> Iterator[str]:
    """How the printed 评分标准 of a case's rubric were understood, a line each."""
    from .rubrics.rubric import NO_RUBRIC

    rubric = case.rubric or NO_RUBRIC
    for indicator in rubric.indicators:
        if read := indicator.printed:
            other = f"（另有{len(read.readings) - 1}种读法）" if len(read.readings) > 1 else ""
            head = f"“{indicator.key}”{indicator.worth}分，印出：{read.text}"
            yield f"{head}\n    读作：{read.rule.standard(rubric.context(indicator))}{other}"


def rule_text(read: Standard, points: Sequence[float]) -> str:
    """What was understood of one 评分标准, and the points of the facts under each reading."""
    from .figures.quantities import display_plain

    lines = [f"印出：{read.text}"]
    for i, rule in enumerate(read.readings):
        shown = ("" if math.isnan(points[i]) else f"  → {display_plain(points[i])}分") if points else ""
        lines.append(f"{'读作' if i == 0 else '另一种读法'}：{rule.standard(read.context)}{shown}")
    lines += [f"说明：{read.reason}"] if read.reason else []
    lines += [f"提示：{text}" for text in read.lints]
    if points and math.isnan(points[0]):
        lines.append("所给的事实不够计分。")
    return "\n".join(lines)


SCORES = ("案例", "单位", "年度", "得分", "最高可得", "等级", "状态")
"""Heads of `score_row`."""
MONITORS = ("案例", "节点", "到位率", "执行率", "序时进度", "差距", "资金能否支付", "亮灯")
"""Heads of `monitor_row`."""


def score_row(card: Scorecard) -> tuple[object, ...]:
    """A case in the table of scores."""
    from .figures.quantities import display

    case, grade = card.case, card.grade or DASH
    return case.id, case.unit, case.year, display(card.total), display(card.maximum), grade, OUTCOMES[card.status]


def score_frame(card: Scorecard) -> Frame:
    """A line an indicator of a case, with unrounded numbers."""
    frame = card.table
    frame.insert(0, "case", card.case.id)
    frame.insert(1, "unit", card.case.unit)
    frame.insert(2, "year", card.case.year)
    return frame


def monitor_row(monitor: Monitor) -> tuple[object, ...]:
    """A case in the table of monitoring."""
    from .figures.quantities import display_money, display_percent, display_plain

    shown = [row.light for row in monitor.rows]
    return (
        monitor.case.id,
        monitor.node,
        display_percent(monitor.funds_in_place_rate),
        display_percent(monitor.execution_rate),
        display_percent(monitor.time_progress),
        DASH if math.isnan(monitor.gap) else f"{display_plain(monitor.gap * 100, 2)}个百分点",
        DASH if monitor.feasible is None else "可行" if monitor.feasible else f"缺口{display_money(monitor.shortfall)}",
        "、".join(f"{light.name}{found}" for name, light in LIGHTS.items() if (found := shown.count(name))) or DASH,
    )


def monitor_frame(monitor: Monitor) -> Frame:
    """A line a goal of a case, with unrounded numbers."""
    return monitor.table.assign(case=monitor.case.id, node=monitor.node)


def audit_lines(findings: Findings) -> Iterator[str]:
    """The findings of a case under its name, a paragraph each, closed by where the total stands."""
    from .figures.quantities import signed

    title = f"{findings.case}　{findings.unit}　{findings.year}"
    yield from (title, "─" * width(title))
    for item in findings:
        points = f"总分{signed(item.total_effect)}" if item.total_effect and abs(item.total_effect) >= 0.005 else ""
        effects = "，".join(text for text in (item.grade_effect, points) if text)
        head = f"{SEVERITIES[item.severity]} {VERDICTS[item.verdict]}  {item.title}（{item.code}）"
        yield f"{head}{f'  {item.indicator}' if item.indicator else ''}{f'  {effects}' if effects else ''}"
        yield f"    {item.message}"
        if item.where:
            yield f"    {'、'.join(item.where)}"
    yield f"{findings.counts}。{findings.summary.line}"


def job_list(entries: Sequence[Entry], result: Summary) -> str:
    """What a run would do, a line a report, and how many it would leave alone."""
    out = result.out.as_posix()
    rows = [(e.case, KINDS[e.kind], f"{e.kind}.ipynb", f"{out}/{e.folder}/report.html") for e in entries]
    lines = [table(["案例", "类型", "模板", "报告"], rows)] if rows else []
    if result.kept or result.failed_before:
        kept, failed = result.kept, result.failed_before
        lines.append(f"要做{len(rows)}份；没有改动、不必重做{kept}份；此前失败、不再试{failed}份。")
    return "\n".join(lines)


def summary(result: Summary) -> str:
    """How a run ended: counts, every failure with cell and error, where the index is."""
    failures = sorted(result.failures, key=lambda outcome: outcome.case)
    counts = [f"完成{result.done}份", f"失败{len(failures)}份"]
    if result.kept:
        counts.append(f"没有改动、不必重做{result.kept}份")
    if result.failed_before:
        counts.append(f"此前失败、没有再试{result.failed_before}份")
    if not (result.done or failures or result.failed_before or result.stopped):
        counts = [f"没有要做的：{result.kept}份报告都已完成，没有改动" if result.kept else "没有要做的"]
    lines = [f"{'，'.join(counts)}。目录：{(result.out / 'index.html').as_posix()}"]
    for outcome in failures:
        where = f"第{outcome.cell}格 " if outcome.cell else ""
        lines.append(f"失败：{outcome.case} {where}{outcome.error}")
    lines += [f"提示：{case} {note}" for case, notes in sorted(result.notes.items()) for note in notes]
    return "\n".join(lines + [result.stopped + "。"] * bool(result.stopped))
