"""The figures of a case one by one, and what they are called in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from .. import words
from ..figures.printed import Printed

_SILENT = ("budget", "facts", "figures", "projects", "goals", "total", "parts", "amount", "assets", "detail")
_WORDS = {
    **dict.fromkeys(_SILENT, ""),
    **{part: name for part, name in words.PARTS.items() if part != "total"},
    **words.SPENDING,
    "initial": "年初预算",
    "adjusted": "调整后预算",
    "received": "到位资金",
    "final": "决算（执行）",
    "changes": "预算变动",
    "opening": "年初",
    "closing": "年末",
    "gross": "资产原值",
    "depreciation": "累计折旧",
    "net": "资产净值",
    "cash": "货币资金",
    "in_use": "在用资产",
    "count": "数量",
    "purchases": "本年购置",
    "disposals": "本年处置",
    "actual": "实际数",
    "budget_of": "预算数",
    "last_year_budget": "上年预算数",
    "last_year_actual": "上年实际数",
    "established": "编制人数",
    "target": "目标值",
    "declared": "自报得分",
    "owed": "待支付",
    "compared": "对比表",
    "revised": "核对调整表",
    "tracking": "跟踪目标值",
    "annual": "全年目标值",
    "stage": "本阶段目标值",
}
"""Step of a path → its Chinese name, "" where the others say enough; a total is named by what stands before it."""
_WITHOUT_FIGURES = {"rubric", "overview", "problems", "sums", "events", "unit", "project", "progress"}
_COMPARED_ELSEWHERE = {"published", "register_", "goals"}
"""Blocks whose figures other checks compare."""


def figure_name(path: str) -> str:
    """Chinese name of a figure's path: budget.final.basic → 决算（执行）基本支出; the last name of a fact stays."""
    parts = path.split(".")
    if parts[0] in ("figures", "facts"):
        field = "" if parts[0] == "figures" or parts[-1] not in _WORDS else parts.pop()
        return ".".join(parts[1:]) + _WORDS.get(field, "")
    if parts[0] == "staff":
        named = {"actual": "在职人数", "established": "编制人数"}
        return "".join(named.get(part, part) for part in parts[1:] if part != "detail")
    if parts[0] in words.SPENDING:
        parts = [parts[0], *("budget_of" if part == "budget" else part for part in parts[1:])]
    total = "支出合计" if parts[-1] == "total" and "assets" not in parts else "净值合计" if parts[-1] == "total" else ""
    return "".join(_WORDS.get(part, part) for part in parts) + total


def printed_figures(file: BaseModel) -> list[tuple[str, Printed[Any]]]:
    """Every printed figure of a case (budget, staff, assets, facts, figures, projects …) with its path."""
    found: list[tuple[str, Printed[Any]]] = []
    skipped = _WITHOUT_FIGURES | _COMPARED_ELSEWHERE
    _collect(((name, value) for name, value in file.__dict__.items() if name not in skipped), "", found)
    return found


def _collect(items: Iterable[tuple[str, Any]], above: str, found: list[tuple[str, Printed[Any]]]) -> None:
    for name, value in items:
        path = above + name
        if value is None or isinstance(value, str):
            continue
        if isinstance(value, Printed):
            found.append((path, value))
        elif isinstance(value, BaseModel):
            _collect(value.__dict__.items(), f"{path}.", found)
        elif isinstance(value, dict):
            _collect(value.items(), f"{path}.", found)
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            _collect(((getattr(item, "name", ""), item) for item in value), f"{path}.", found)
