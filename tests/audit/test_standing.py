"""Where the total stands: the least and the greatest total that the findings leave possible."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from audited import case_of, library

from perfkit import score
from perfkit.auditing import audit

SCORES = {"甲": (40, 38), "乙": (30, 30), "丙": (20, 12), "丁": (10, 10)}
"""Weight and printed score; together 90."""


def _report(contested: Iterable[str], total: float = 90) -> dict[str, Any]:
    """A report whose contested indicators have no data: each may have to be left out."""
    return {
        "rubric": {
            "indicators": [
                {"name": key, "weight": weight, "rule": {"kind": "self_declared"}}
                for key, (weight, _) in SCORES.items()
            ]
        },
        "facts": {
            key: {"missing": "没有印数据"} if key in contested else {"declared": score, "met": "是"}
            for key, (_, score) in SCORES.items()
        },
        "published": {"total": total, "indicators": {key: {"score": score} for key, (_, score) in SCORES.items()}},
    }


@pytest.mark.parametrize("contested", [c for n in range(5) for c in itertools.combinations(SCORES, n)], ids="".join)
def test_range_is_over_every_choice_together(tmp_path: Path, contested: tuple[str, ...]) -> None:
    summary = audit(case_of(_report(contested), library(tmp_path))).summary
    totals = []
    for n in range(len(contested) + 1):
        for left_out in itertools.combinations(contested, n):
            kept = [pair for key, pair in SCORES.items() if key not in left_out]
            if kept:
                totals.append(100 * sum(score for _, score in kept) / sum(weight for weight, _ in kept))
    assert (summary.low, summary.high) == (pytest.approx(min(totals)), pytest.approx(max(totals)))


def test_range_counts_a_difference_once(tmp_path: Path) -> None:
    summary = audit(case_of(_report((), total=102), library(tmp_path))).summary  # score-sum and unreachable-total
    assert (summary.low, summary.high) == (90, 100)
    report = _report((), total=88)  # counted with 36 of 甲, which is what its goal gives; printed 38
    report["facts"]["甲"] = {"target": "≥10次", "actual": "9次", "declared": 38}
    report["rubric"]["indicators"][0]["rule"] = {"kind": "proportional"}
    summary = audit(case_of(report, library(tmp_path))).summary
    assert (summary.low, summary.high) == (pytest.approx(88), pytest.approx(90))


def test_a_rubric_of_few_points_has_one_grade(tmp_path: Path) -> None:
    report = _report((), total=36)
    report["rubric"] = {"partial": "是", "indicators": report["rubric"]["indicators"][:1]}
    report["facts"] = {"甲": {"declared": 36, "met": "是"}}
    report["published"] = {"total": 36}
    case = case_of(report, library(tmp_path))
    summary = audit(case).summary
    assert summary.grade_by_rule == summary.published_grade == score(case).grade == "优"
    assert (summary.low, summary.high, summary.grades) == (36, 36, ("优",))


def test_a_total_above_its_rows_is_that_of_a_whole(tmp_path: Path) -> None:
    report = _report((), total=88)
    report["rubric"] = {"partial": "是", "indicators": report["rubric"]["indicators"][:1]}
    report["facts"] = {"甲": {"declared": 38, "met": "是"}}
    report["published"] = {"total": 88}  # 40 points are listed
    assert audit(case_of(report, library(tmp_path))).summary.published_grade == "良"


def test_a_rubric_without_indicators_leaves_no_range(tmp_path: Path) -> None:
    report = {"rubric": {"partial": "是", "indicators": []}, "facts": {}, "published": {"total": 86.4}}
    summary = audit(case_of(report, library(tmp_path))).summary
    assert (summary.published, summary.low, summary.high) == (86.4, None, None)
