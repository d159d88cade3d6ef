"""The five documents: their findings are golden, each confirmed by its line; their figures that hold stay quiet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from regenerate import GOLDEN, golden

from perfkit import Case, load_cases
from perfkit.auditing import Findings, audit

CASES: dict[str, Case] = {case.id: case for case in load_cases(Path(__file__).parents[2] / "params" / "cases")}

# Figures that add up in the documents (case, code, what): no finding may name them.
HOLDS = [
    (
        "nanchang-union-2022/department",
        "budget-identity",
        "",
    ),  # 3978.66+249.77−165.36=4063.07; 3751.77+311.3; the units
    ("nanchang-union-2022/department", "component-sum", ""),  # 249.77=181.3+68.47
    ("nanchang-union-2022/headquarters", "budget-identity", ""),  # 2656.7=311.3+2345.4
    ("nanchang-union-2022/headquarters", "rate", ""),
    ("nanchang-union-2022/headquarters", "weight-sum", ""),  # 90 listed + 10 execution
    ("nanchang-union-2022/cultural-palace", "rate", ""),  # 5/8=62.5%
    ("nanchang-union-2022/workers-university", "budget-identity", ""),  # 433.97−203.73−64.88−165.36=0
    ("qingyunpu-union-2022", "score-sum", ""),  # 88.78 with the annex's 3
    ("qingyunpu-union-2022", "level-sum", ""),
    ("qingyunpu-union-2022", "weight-sum", ""),  # 15+25+30+30, every block
    ("qingyunpu-union-2022", "block-weight", ""),
    ("qingyunpu-union-2022", "component-sum", ""),  # staff 10 and 9, purchases 92.1, 5=1+1+3, 20=12+8
    ("qingyunpu-union-2022", "budget-identity", "调整后"),  # 529.6875+20, 89.6875+460, 78.6979+10.9896
    ("qingyunpu-union-2022", "budget-identity", "决算"),  # 120.8142+460, 109.8246+10.9896
    ("qingyunpu-union-2022", "asset-identity", "年初资产净值"),  # gross − depreciation
    ("qingyunpu-union-2022", "asset-identity", "年末资产净值"),
    ("qingyunpu-union-2022", "asset-identity", "年初净值合计"),  # net + cash
    ("qingyunpu-union-2022", "asset-identity", "年末净值合计"),
    ("qingyunpu-union-2022", "asset-identity", "年初原值"),  # 282,187+630=282,817
    ("qingyunpu-union-2022", "asset-identity", "数量"),  # 46 rows
    ("qingyunpu-union-2022", "rate", ""),  # 0.07%, 34.61%, 90%, 100%, −77.23%, 88.78%
    ("qingyunpu-union-2022", "grade-band", ""),
    ("nanchang-netinfo-2018", "score-sum", ""),
    ("nanchang-netinfo-2018", "budget-identity", ""),  # 9.97+28.2=38.17
    ("nanchang-netinfo-2018", "grade-band", ""),
    ("jiangxi-union-2020", "budget-identity", ""),  # 5261.5+3.62−5259.13=5.69+0.3
    ("jiangxi-union-2020", "component-sum", "劳模"),  # 701.2+1263.3=1964.5; 7012×1000=701.2万
    ("qingyunpu-union-2023-monitoring", "component-sum", "疗休养"),  # 110=50+60
    ("qingyunpu-union-2023-monitoring", "rate", ""),  # 100%, 83.33%
]
# What encoders found by reading (case, code, place or words): the audit finds it too.
KNOWN = [
    ("nanchang-union-2022/workers-university", "not-applicable-scored", "正文第393行"),
    ("nanchang-union-2022/workers-university", "fact-differs", "正文第391行"),
    ("nanchang-union-2022/publicity-centre", "fact-differs", "正文第369行"),
    ("nanchang-union-2022/publicity-centre", "not-applicable-scored", "正文第865行"),
    ("nanchang-union-2022/service-centre", "equal-result-unequal-score", "正文第791行"),
    ("nanchang-union-2022/service-centre", "missing-target", "正文第501行"),
    ("nanchang-union-2022/department", "equal-result-unequal-score", "正文第747行"),
    ("nanchang-union-2022/headquarters", "score-sum", "预算执行率"),
    ("nanchang-union-2022/headquarters", "double-counted", "正文第641行"),
    ("qingyunpu-union-2022", "places-differ", "正文第585行"),
    ("qingyunpu-union-2022", "places-differ", "正文第469行"),
    ("qingyunpu-union-2022", "score-rate", "一览表第367行"),
    ("qingyunpu-union-2022", "score-rate", "一览表第368行"),
    ("qingyunpu-union-2022", "score-rate", "一览表第369行"),
    ("qingyunpu-union-2022", "score-rate", "一览表第370行"),
    ("qingyunpu-union-2022", "full-marks-unmet", "正文第503行"),
    ("qingyunpu-union-2022", "zero-denominator", "正文第567行"),
    ("qingyunpu-union-2022", "no-rule", "指标体系表第302行"),
    ("qingyunpu-union-2022", "no-rule", "指标体系表第303行"),
    ("qingyunpu-union-2022", "no-rule", "指标体系表第305行"),
    ("qingyunpu-union-2022", "unreachable-score", "正文第403行"),
    ("qingyunpu-union-2022", "rule-incomplete", "指标体系表第271行"),
    ("qingyunpu-union-2022", "rule-incomplete", "指标体系表第273行"),
    ("qingyunpu-union-2022", "rule-incomplete", "指标体系表第279行"),
    ("qingyunpu-union-2022", "measure-mismatch", "指标体系表第277行"),
    ("qingyunpu-union-2022", "measure-mismatch", "指标体系表第304行"),
    ("qingyunpu-union-2022", "rule-text-differs", "指标体系表第296行"),
    ("qingyunpu-union-2022", "budget-identity", "正文第205行"),
    ("qingyunpu-union-2022", "unit-slip", "正文第205行"),
    ("qingyunpu-union-2022", "unit-slip", "正文第209行"),
    ("qingyunpu-union-2022", "unit-slip", "正文第211行"),
    ("qingyunpu-union-2022", "denominator", "正文第427行"),
    ("qingyunpu-union-2022", "rounding", "正文第429行"),
    ("qingyunpu-union-2022", "fact-differs", "正文第113行"),
    ("qingyunpu-union-2022", "fact-differs", "正文第549行"),
    ("qingyunpu-union-2022", "asset-identity", "204756.79元"),
    ("qingyunpu-union-2022", "over-achievement", "140%"),
    ("qingyunpu-union-2022", "over-achievement", "130%"),
    ("qingyunpu-union-2022", "double-counted", "正文第495行"),
    ("qingyunpu-union-2022", "scored-without-evidence", "正文第613行"),
    ("qingyunpu-union-2022", "scored-without-evidence", "正文第617行"),
    ("qingyunpu-union-2022", "deduction-unexplained", "正文第429行"),
    ("nanchang-netinfo-2018", "problem-without-deduction", "正文第256行"),
    ("nanchang-netinfo-2018", "zero-denominator", "表1第106行"),
    ("nanchang-netinfo-2018", "zero-denominator", "表1第122行"),
    ("nanchang-netinfo-2018", "zero-denominator", "表1第132行"),
    ("nanchang-netinfo-2018", "scored-without-evidence", "表1第78行"),
    ("nanchang-netinfo-2018", "not-applicable-scored", "表1第56行"),
    ("nanchang-netinfo-2018", "not-applicable-scored", "表1第66行"),
    ("nanchang-netinfo-2018", "not-applicable-scored", "表1第190行"),
    ("nanchang-netinfo-2018", "rate", "282.85%"),
    ("nanchang-netinfo-2018", "deduction-unexplained", "表1第148行"),
    ("nanchang-netinfo-2018", "deduction-unexplained", "表1第200行"),
    ("nanchang-netinfo-2018", "scored-without-evidence", "调查结果"),
    ("nanchang-netinfo-2018", "fact-differs", "正文第13行"),
    ("jiangxi-union-2020", "rounding", "96.1896%"),
    ("jiangxi-union-2020", "execution-score", "正文第211行"),
    ("jiangxi-union-2020", "component-sum", "5.69万元"),
    ("qingyunpu-union-2023-monitoring", "infeasible-plan", "502.0368万元"),
    ("qingyunpu-union-2023-monitoring", "rounding", "27.4565%"),
    ("qingyunpu-union-2023-monitoring", "behind-time-progress", "正文第395行"),
    ("qingyunpu-union-2023-monitoring", "stage-above-annual", "表4第223行"),
    ("qingyunpu-union-2023-monitoring", "stage-above-annual", "表4第224行"),
    ("qingyunpu-union-2023-monitoring", "stage-above-annual", "表4第225行"),
    ("qingyunpu-union-2023-monitoring", "over-achievement", "183%"),
    ("qingyunpu-union-2023-monitoring", "over-achievement", "500%"),
    ("qingyunpu-union-2023-monitoring", "over-achievement", "207.5%"),
    ("qingyunpu-union-2023-monitoring", "over-achievement", "183.33%"),
    ("qingyunpu-union-2023-monitoring", "table-rows", "培训班数量"),
    ("qingyunpu-union-2023-monitoring", "table-rows", "由≥95%改为丰富"),
    ("qingyunpu-union-2023-monitoring", "table-rows", "表3第160行"),
    ("qingyunpu-union-2023-monitoring", "table-rows", "表4第226行"),
    ("qingyunpu-union-2023-monitoring", "timeliness-contradicted", "表4第234行"),
    ("qingyunpu-union-2023-monitoring", "places-differ", "正文第285行"),
    ("qingyunpu-union-2023-monitoring", "places-differ", "正文第289行"),
    ("qingyunpu-union-2023-monitoring", "fact-differs", "正文第273行"),
    ("qingyunpu-union-2023-monitoring", "component-sum", "997人＋20名＋86人＝1103人"),
    ("qingyunpu-union-2023-monitoring", "deadline-passed", "正文第291行"),
    ("qingyunpu-union-2023-monitoring", "unmet-without-reason", "正文第287行"),
]


@pytest.fixture(scope="module")
def findings() -> dict[str, Findings]:
    return {name: audit(case) for name, case in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_findings_are_golden(name: str, findings: dict[str, Findings]) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    found = json.loads(json.dumps(golden(findings[name])))
    told = "who has read the difference and holds it for right runs python tests/audit/regenerate.py"
    assert found["findings"] == expected["findings"], told
    assert found["summary"] == expected["summary"], told


def test_golden_files_belong_to_cases() -> None:
    assert {file.relative_to(GOLDEN).with_suffix("").as_posix() for file in GOLDEN.rglob("*.json")} == set(CASES)


@pytest.mark.parametrize(("name", "code", "said"), HOLDS)
def test_figures_that_hold_stay_quiet(name: str, code: str, said: str, findings: dict[str, Findings]) -> None:
    loud = [item.message for item in findings[name] if item.code == code and said in item.message]
    assert [text for text in loud if "请核对剔除" not in text and "厂务公开" not in text] == []


@pytest.mark.parametrize(("name", "code", "mark"), KNOWN)
def test_known_inconsistencies_are_found(name: str, code: str, mark: str, findings: dict[str, Findings]) -> None:
    assert any(item.code == code and (mark in item.where or mark in item.message) for item in findings[name])


def test_where_the_total_of_the_evaluation_stands(findings: dict[str, Findings]) -> None:
    line = findings["qingyunpu-union-2022"].summary.line
    assert line.startswith("按评分标准复算 89.54 分（良），公布 88.78 分（良），争议区间 ")
    assert line.endswith("（优、良）")
