"""The chapter 数据核验: where the total stands, and the findings by what they change, with their arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

from ..auditing import VERDICTS, Finding, Findings, signed
from ..words import SEVERITIES
from ..words import VERDICTS as VERDICT_NAMES
from .page import DASH, Column, Html, heading, join, paragraph, table, text


def findings(found: Findings) -> Html:
    """The whole chapter: summary line, then a table for each verdict."""
    counts = "，".join(f"{VERDICT_NAMES[verdict]}{count}项" for verdict, count in found.by_verdict.items() if count)
    lead = "；".join(part for part in (found.summary.line, counts or "印出的数字都能由所列事实和评分标准得出") if part)
    parts: list[Html | None] = [paragraph(f"{lead}。", "lead")]
    for verdict in VERDICTS:
        items = [item for item in found if item.verdict == verdict]
        if items:
            parts += [heading(f"{VERDICT_NAMES[verdict]}（{len(items)}项）"), _table(items)]
    return join(parts)


def _table(items: Sequence[Finding]) -> Html:
    rows = [
        (SEVERITIES[item.severity], _about(item), item.message, "、".join(item.where) or DASH, _effect(item))
        for item in items
    ]
    columns = [
        Column("级别", 6),
        Column("核验项与指标", 21),
        Column("核验过程", 43),
        Column("位置", 18, optional=True),
        Column("总分影响", 12, optional=True),
    ]
    return table(columns, rows)


def _about(item: Finding) -> Html:
    title = text(item.title)
    return title + Html("<br>") + text(item.indicator) if item.indicator else title


def _effect(item: Finding) -> str:
    points = "" if item.total_effect is None else f"{signed(item.total_effect)}分"
    return "，".join(part for part in (points, item.grade_effect) if part) or DASH
