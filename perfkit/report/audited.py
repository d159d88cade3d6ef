"""The chapter 数据核验: where the total stands, and the findings by what they change, with their arithmetic."""

from __future__ import annotations

from .. import auditing
from ..auditing import Finding, signed
from ..cases.loading import one_case
from ..words import DASH, SEVERITIES, VERDICTS
from .blocks import Column, Group, Paragraph, group, section, table
from .sources import Source


def _effect(item: Finding) -> str:
    points = "" if item.total_effect is None else f"{signed(item.total_effect)}分"
    return "，".join(part for part in (points, item.grade_effect) if part) or DASH


_COLUMNS = [
    Column("级别", lambda item: SEVERITIES[item.severity], 6),
    Column("核验项与指标", lambda item: "\n".join(filter(None, (item.title, item.indicator))), 21),
    Column("核验过程", lambda item: item.message, 43),
    Column("位置", lambda item: "、".join(item.where) or DASH, 18, optional=True),
    Column("总分影响", _effect, 12, optional=True),
]


def audit(source: Source) -> Group:
    """What the audit of a case finds: summary line, then a table for each verdict."""
    found = auditing.audit(one_case(source))
    basis = "所列事实和评分标准" if found.summary.line else "所列事实"
    counts = found.counts if found else f"印出的数字都能由{basis}得出"
    lead = "；".join(filter(None, (found.summary.line, counts)))
    by_verdict = ((name, [item for item in found if item.verdict == verdict]) for verdict, name in VERDICTS.items())
    parts = (section(f"{name}（{len(items)}项）", table(items, _COLUMNS)) for name, items in by_verdict)
    return group(Paragraph(f"{lead}。", "lead"), *parts)
