"""A report in which everything holds yields no finding; an error planted in it is found with its code and effect."""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path
from typing import Any

import pytest
from audited import findings_of, library
from consistent import Data, reports
from declared import PLANTS as DECLARED
from declared import declared
from declared import planted as planted_in_declared
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from monitored import PLANTS as MONITORED
from monitored import monitored
from monitored import planted as planted_in_monitored
from plants import PLANTS, planted

from perfkit.auditing import CODES, SEVERITIES, VERDICTS, Finding

pytestmark = pytest.mark.slow
_FOLDER = tempfile.TemporaryDirectory()
atexit.register(_FOLDER.cleanup)
RUBRICS = library(Path(_FOLDER.name))
PLANTED = sorted(PLANTS)
_SEARCHING = settings(max_examples=20, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(reports(RUBRICS))
def test_consistent_report_has_no_finding(data: Data) -> None:
    findings = findings_of(data, RUBRICS)
    assert [(item.code, item.message) for item in findings] == []
    summary = findings.summary
    assert summary.low == summary.high == summary.published
    assert summary.by_rule == pytest.approx(summary.published, abs=0.005 * len(data["facts"]) + 1e-9)


@pytest.mark.parametrize("code", PLANTED)
def test_planted_error_is_found(code: str) -> None:
    @_SEARCHING
    @given(reports(RUBRICS))
    def check(report: Data) -> None:
        changed, effect = planted(report, code)
        found = [item for item in findings_of(changed, RUBRICS) if item.code == code]
        assert found
        if effect is not None:
            assert any(item.total_effect == pytest.approx(effect, abs=0.006 + 1e-9) for item in found)
            total = float(next(iter(_printings(changed["published"]["total"]))))
            assert all(item.grade_effect == _grades(total, item) for item in found)

    check()


def _printings(printed: Any) -> list[Any]:
    return list(printed.values()) if isinstance(printed, dict) else [printed]


def _grades(total: float, item: Finding) -> str | None:
    """The first change of the grade that a correction brings."""
    profile = RUBRICS.profile("small")
    before = profile.grade(total)
    after = [profile.grade(min(max(total + effect, 0), 100)) for effect in item.effects]
    return next((f"{before}→{grade}" for grade in after if grade != before), None)


UNSCORED = {
    "monitoring": (monitored, planted_in_monitored, MONITORED),
    "declaration": (declared, planted_in_declared, DECLARED),
}
"""Kind of a case without scores → how it is made, how an error is planted in it, and the errors."""


@pytest.mark.parametrize("kind", UNSCORED)
def test_consistent_case_without_scores_has_no_finding(kind: str) -> None:
    @settings(max_examples=100)
    @given(UNSCORED[kind][0]())
    def check(data: Data) -> None:
        assert [(item.code, item.message) for item in findings_of(data, RUBRICS)] == []

    check()


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind in UNSCORED for code in sorted(UNSCORED[kind][2])])
def test_error_planted_in_a_case_without_scores_is_found(kind: str, code: str) -> None:
    made, plant, _ = UNSCORED[kind]

    @_SEARCHING
    @given(made())
    def check(data: Data) -> None:
        found = [item for item in findings_of(plant(data, code), RUBRICS) if item.code == code]
        assert found
        assert all(item.total_effect is None for item in found)

    check()


def test_every_kind_of_error_is_planted() -> None:
    planted = set(PLANTS) | set(MONITORED) | set(DECLARED)
    assert planted ^ set(CODES) == set(), "tests/audit/plants.py, monitored.py or declared.py: an error for every code"


@_SEARCHING
@given(reports(RUBRICS), st.data())
def test_what_every_finding_says(report: Data, draw: Any) -> None:
    changed, _ = planted(report, draw.draw(st.sampled_from(PLANTED)))
    findings = findings_of(changed, RUBRICS)
    summary = findings.summary
    assert summary.low is not None
    assert summary.low <= summary.published <= summary.high  # type: ignore[operator]
    for item in findings:
        assert item.code in CODES
        assert item.severity in SEVERITIES
        assert item.verdict in VERDICTS
        assert item.message
        assert not item.message.endswith("。")
        assert (item.grade_effect is not None) <= (item.verdict in ("grade", "question"))
        if item.total_effect is not None and all(other.code != "score-sum" for other in findings):
            corrected = max(0.0, min(100.0, summary.published + item.total_effect))  # type: ignore[operator]
            assert summary.low - 1e-9 <= corrected <= summary.high + 1e-9  # type: ignore[operator]
