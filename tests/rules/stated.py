"""Facts for rule tests, written as in a case file, without a case around them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from pydantic import TypeAdapter

from perfkit.cases.case import Case
from perfkit.cases.models import Fact
from perfkit.rubrics.rules.base import BaseRule, Context
from perfkit.rubrics.rules.combined import Rule
from perfkit.rubrics.rules.ranges import parse_range
from perfkit.scoring.facts import CaseFacts

OWN = "本指标"
"""Name of the indicator whose rule is tested."""

_RULE: TypeAdapter[BaseRule] = TypeAdapter(Rule)
_BANDS = (("达成", "[80%,100%]"), ("部分达成", "[60%,80%)"), ("未达成", "[0%,60%)"))


def rule_of(data: dict[str, Any]) -> BaseRule:
    """A rule as a rubric file writes it."""
    return _RULE.validate_python(data)


def bands(tiers: dict[str, str]) -> dict[str, Any]:
    """A `bands` rule: range → share of the weight, or points (9分)."""
    tier = [{"range": text, "points" if earns.endswith("分") else "share": earns} for text, earns in tiers.items()]
    return {"kind": "bands", "bands": tier}


def checklist(*shares: str | None, gate: bool = False) -> dict[str, Any]:
    """A `checklist` rule with an element a share (None: equal shares); `gate` makes the first one a gate."""
    items: list[dict[str, Any]] = [{"text": "甲"} | ({"share": share} if share else {}) for share in shares]
    if gate:
        items[0]["gate"] = True
    return {"kind": "checklist", "items": items}


def facts_of(*units: dict[str, dict[str, Any]]) -> CaseFacts:
    """The facts of several units, each as a case file writes them."""
    cases = [SimpleNamespace(facts={k: Fact.model_validate(v) for k, v in unit.items()}) for unit in units]
    return CaseFacts(cast(list[Case], cases), {})


def context_of(weight: float = 10, reverse: Any = "linear") -> Context:
    """Weight, reverse formula, and the national qualitative bands."""
    return Context(weight, reverse, tuple((level, parse_range(text)) for level, text in _BANDS))


def share_of(data: dict[str, Any], fact: dict[str, Any], **context: Any) -> float:
    """The share of one unit with one fact."""
    return float(rule_of(data).shares(facts_of({OWN: fact}), OWN, context_of(**context))[0])
