"""Small cases for audit tests: written as in a case file, over a skeleton that fills in what every case needs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from perfkit import Case, Library
from perfkit.auditing import Findings, audit
from perfkit.cases.loading import build_case
from perfkit.reading import Document

PROFILE = """
title: 测试口径
execution: {weight: 10, denominator: budget.adjusted}
reverse: linear
over_achievement: 120%
qualitative:
  - {level: 达成, range: "[80%,100%]"}
  - {level: 部分达成, range: "[60%,80%)"}
  - {level: 未达成, range: "[0%,60%)"}
grades:
  - {grade: 优, range: "[90,100]"}
  - {grade: 良, range: "[80,90)"}
  - {grade: 中, range: "[60,80)"}
  - {grade: 差, range: "[0,60)"}
no_answer: rescale
explain: {execution_below: 90%, adjustment_above: 30%}
monitoring: {gap: 10%, lights: {red: "<60%", yellow: "[60%,80%)", green: "[80%,120%)", blue: "≥120%"}}
"""
BLOCKS = "blocks: {产出指标: 60, 效益指标: 30, 满意度指标: 10}\n"
SKELETONS: dict[str, dict[str, Any]] = {
    "scored": {"rubric": {"profile": "small", "partial": "是"}},
    "monitoring": {
        "year": 2023,
        "profile": "small",
        "project": {"name": "某项目"},
        "node": "2023-10-31",
        "budget": {"adjusted": "100万元", "final": "80万元"},
        "goals": [{"name": "培训人数", "level1": "产出"}],
    },
    "declaration": {},
    "department": {"units": ["甲", "乙"]},
}
INDICATOR = {"level1": "产出", "level2": "数量"}


def library(folder: Path) -> Library:
    """A params folder with the profiles `small` and `blocks`."""
    for name in ("profiles", "rubrics"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "profiles" / "small.yaml").write_text(PROFILE, encoding="utf-8")
    (folder / "profiles" / "blocks.yaml").write_text(PROFILE + BLOCKS, encoding="utf-8")
    return Library(folder)


def merged(base: Any, change: Any) -> Any:
    """`base` with `change` laid over it: maps key by key, a null takes a key out, the rest replaces.

    Neither is changed; what stands in one of them alone is taken as it is, not copied.
    """
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    result = {key: value for key, value in base.items() if not (key in change and change[key] is None)}
    for key, value in change.items():
        if value is not None:
            result[key] = merged(result.get(key), value)
    return result


def case_of(data: dict[str, Any], rubrics: Library, name: str = "某案例") -> Case:
    """A case from what a test writes of it; unit, year, profile and the levels of indicators are filled in."""
    kind = data.get("kind", "evaluation")
    whole = merged(SKELETONS.get(kind, SKELETONS["scored"]), data)
    whole = {"kind": kind, "unit": {"name": "某单位"}, "year": 2022} | whole
    if isinstance(whole.get("rubric"), dict):
        rubric = dict(whole["rubric"])
        rubric["indicators"] = [INDICATOR | indicator for indicator in rubric.get("indicators", ())]
        whole["rubric"] = rubric
    return build_case(Document("某案例.yaml", _numbers(whole), {}), rubrics, name)


def _numbers(data: Any) -> Any:
    """Plain numbers with their digits, as the reader of YAML files gives them."""
    if isinstance(data, dict):
        return {key: _numbers(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_numbers(item) for item in data]
    return Decimal(str(data)) if isinstance(data, int | float) and not isinstance(data, bool) else data


def findings_of(data: dict[str, Any], rubrics: Library) -> Findings:
    """The audit of such a case."""
    return audit(case_of(data, rubrics))
