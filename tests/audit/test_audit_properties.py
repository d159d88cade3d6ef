"""A report in which everything holds yields no finding; an error planted in it is found with its code and effect."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from audited import findings_of, library
from consistent import PLANTS, Data, planted, reports
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfkit.audit import SEVERITIES, TITLES, VERDICTS

RUBRICS = library(Path(tempfile.mkdtemp()))
CODES = sorted(PLANTS)
_SEARCHING = settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(reports(RUBRICS))
def test_consistent_report_has_no_finding(data: Data) -> None:
    findings = findings_of(data, RUBRICS)
    assert [(item.code, item.message) for item in findings] == []
    summary = findings.summary
    assert summary.low == summary.high == summary.published
    assert summary.by_rule == pytest.approx(summary.published, abs=0.005 * len(data["facts"]) + 1e-9)


@pytest.mark.parametrize("code", CODES)
def test_planted_error_is_found(code: str) -> None:
    @_SEARCHING
    @given(reports(RUBRICS))
    def check(report: Data) -> None:
        changed, effect = planted(report, code)
        found = [item for item in findings_of(changed, RUBRICS) if item.code == code]
        assert found
        if effect is not None:
            assert found[0].total_effect == pytest.approx(effect, abs=0.006 + 1e-9)

    check()


@_SEARCHING
@given(reports(RUBRICS), st.data())
def test_what_every_finding_says(report: Data, draw: Any) -> None:
    changed, _ = planted(report, draw.draw(st.sampled_from(CODES)))
    findings = findings_of(changed, RUBRICS)
    summary = findings.summary
    assert summary.low is not None
    assert summary.low <= summary.published <= summary.high  # type: ignore[operator]
    for item in findings:
        assert item.code in TITLES
        assert item.severity in SEVERITIES
        assert item.verdict in VERDICTS
        assert item.message
        assert not item.message.endswith("。")
        assert (item.grade_effect is not None) <= (item.verdict in ("grade", "question"))
        if item.total_effect is not None and -100 < item.total_effect < 100:
            assert (
                summary.low - 1e-9 <= max(0.0, min(100.0, summary.published + item.total_effect)) <= summary.high + 1e-9
            )  # type: ignore[operator]
