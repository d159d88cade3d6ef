"""Scores: totals, levels, grades, no answer and missing data, many cases at once, what if, JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfkit import (
    Case,
    InputError,
    PerfkitError,
    Rubric,
    Scorecard,
    audit,
    load_case,
    read_standard,
    report,
    score,
    score_many,
)
from perfkit.cases.loading import build_case, many_cases
from perfkit.errors import UnitError
from perfkit.reading import Document
from perfkit.scoring.scorecard import scorecards
from perfkit.tables import sorting

if TYPE_CHECKING:
    from conftest import Params

RUBRIC = """
profile: small
indicators:
  - {level1: 决策, level2: 立项, name: 制度健全, weight: 20,
     rule: {kind: checklist, items: [{text: 甲}, {text: 乙}, {text: 丙}, {text: 丁}]}}
  - {level1: 产出, level2: 数量, name: 培训次数, weight: 24, rule: {kind: proportional}}
  - level1: 产出
    level2: 质量
    name: 合格率
    weight: 20
    rule: {kind: bands, bands: [{range: "≥95%", share: 100%}, {range: "[80%,95%)", points: 10分}]}
  - level1: 效益
    level2: 满意度
    name: 满意度
    weight: 16
    rule: {kind: deduction, from: 90%, when: below, step: 1%, per_step: 5%}
    readings:
      - {name: 附表, rule: {kind: deduction, from: 90%, when: below, step: 1%, per_step: 10%}}
  - {level1: 效益, level2: 可持续影响, name: 长效机制, weight: 10, rule: {kind: judged}}
  - level1: 预算
    level2: 执行
    name: 预算执行率
    weight: 10
    measure: {formula: 预算执行率, executed: budget.final, budget: budget.adjusted}
    rule: {kind: proportional, target: "=100%"}
    readings:
      - {name: 年初预算, measure: {formula: 预算执行率, executed: budget.final, budget: budget.initial}}
"""
BUDGET = {"initial": "600万元", "adjusted": "500万元", "final": "450万元"}
FACTS: dict[str, Any] = {
    "制度健全": {"items": ["是", "否", "是", "是"]},
    "培训次数": {"target": "≥24次", "actual": "20次"},
    "合格率": {"actual": "96%"},
    "满意度": {"actual": "88%"},
    "长效机制": {"share": "80%", "reason": "已建立"},
}
# By hand: 20×3/4=15, 24×20/24=20, 20, 16×(1−2×5%)=14.4, 10×80%=8, 10×450/500=9; together 86.4.
POINTS = {"制度健全": 15, "培训次数": 20, "合格率": 20, "满意度": 14.4, "长效机制": 8, "预算执行率": 9}


def case_of(
    params: Params,
    facts: dict[str, Any],
    budget: dict[str, Any] | None = BUDGET,
    rubric: str = "small",
    name: str = "unit",
    **more: Any,
) -> Case:
    """A case from plain data."""
    data = {"kind": "self_evaluation", "unit": {"name": "某单位"}, "year": 2022, "rubric": rubric, "facts": facts}
    data |= ({"budget": budget} if budget else {}) | more
    return build_case(Document("case.yaml", data, {}), params.shared, name)


def card_of(params: Params, no_answer: str = "refuse", **facts: Any) -> Scorecard:
    """The scorecard of `FACTS` with some of them replaced, under a profile's `no_answer`."""
    params.profile(no_answer=no_answer)
    return score(case_of(params, FACTS | facts))


@pytest.fixture
def small(params: Params) -> Params:
    params.rubric(RUBRIC)
    return params


# ---- one case ----


def test_points_total_and_grade(small: Params) -> None:
    card = card_of(small)
    assert dict(zip(card.table["id"], card.table["score"], strict=True)) == pytest.approx(POINTS)
    assert card.total == pytest.approx(86.4)
    assert (card.grade, card.status) == ("良", "scored")
    assert card.maximum == pytest.approx(100)
    assert list(card.table["status"]) == ["scored"] * 4 + ["judged", "scored"]
    assert repr(card) == "Scorecard(unit: 86.40分，良)"


@pytest.mark.parametrize("printed", ["完成", "≥24次"])
def test_a_result_that_is_no_number_is_kept_and_not_scored(small: Params, printed: str) -> None:
    card = card_of(small, 培训次数={"target": "≥24次", "actual": printed})
    (row,) = [row for row in card.rows if row.id == "培训次数"]
    assert (row.status, math.isnan(row.score)) == ("missing", True)
    assert f"实际完成值只印作“{printed}”，没有准数，不能与目标值≥24次比较" in row.trace


@pytest.mark.parametrize(("actual", "points"), [("20-24次", 24), ("20-22次", 24), ("10次", 12), ("18-22次", 21.6)])
def test_an_interval_is_the_target(small: Params, actual: str, points: float) -> None:
    card = card_of(small, 培训次数={"target": "20-24次", "actual": actual})
    assert {row.id: row.score for row in card.rows}["培训次数"] == pytest.approx(points)


def test_what_lies_above_the_target_interval_no_rule_decides(small: Params) -> None:
    card = card_of(small, 培训次数={"target": "20-24次", "actual": "30次"})
    (row,) = [row for row in card.rows if row.id == "培训次数"]
    assert row.status == "missing"
    assert "超过目标值区间20-24次的上限" in row.trace


def test_a_measure_may_be_an_expression_and_the_trace_shows_its_figures(params: Params) -> None:
    measure = "(figures.上年结转 + budget.adjusted - 20万元) / budget.initial"
    rule = "{kind: proportional, target: =100%}"
    row = f"{{level1: 甲, level2: 乙, name: 结转率, weight: 10, measure: {measure}, rule: {rule}}}"
    params.rubric(f"profile: small\npartial: 是\nindicators:\n  - {row}\n")
    inline = {
        "extends": "small",
        "indicators": [
            {"level1": "甲", "level2": "丙", "name": "其余", "weight": 90, "rule": {"kind": "all_or_nothing"}}
        ],
    }
    card = score(case_of(params, {"其余": {"met": "是"}}, rubric=inline, figures={"上年结转": "60万元"}))
    row = card.rows[0]
    assert row.score == pytest.approx(9)
    assert "（60万元＋500万元－20万元）÷600万元＝90.00%" in row.trace


def test_points_that_a_person_gives_stay_what_they_are(small: Params) -> None:
    card = card_of(small, 长效机制={"share": "8.5分", "reason": "已建立"})
    row = {row.id: row for row in card.rows}["长效机制"]
    assert row.score == pytest.approx(8.5)
    assert "评价人评定8.5分" in row.trace
    with pytest.raises(InputError, match="评定14分超过分值10分"):
        card_of(small, 长效机制={"share": "14分", "reason": "已建立"})
    card = card_of(small, 满意度={"actual": "88%", "override": {"share": "4分", "reason": "样本太少"}})
    assert {row.id: row.score for row in card.rows}["满意度"] == pytest.approx(4)


def test_an_element_may_be_met_in_part(small: Params) -> None:
    card = card_of(small, 制度健全={"items": ["是", {"met": "50%", "reason": "只有初稿"}, "否", "是"]})
    row = {row.id: row for row in card.rows}["制度健全"]
    assert row.score == pytest.approx(20 * 2.5 / 4)
    assert "①④满足，②满足50%（乙），③不满足（丙）" in row.trace


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ("rounding: {score: 1}", 19.2),
        ("rounding: {rate: 0}", 24 * 0.8),
        ("rounding: {mode: truncate, score: 0}", 19),
        ("rounding: {mode: truncate, rate: 0}", 24 * 0.79),
        ("", 24 * 0.79875),
    ],
)
def test_a_profile_rounds_rates_and_scores_before_they_are_added(params: Params, more: str, points: float) -> None:
    params.rubric(RUBRIC)
    profile = params.write("profiles/small.yaml", f"title: 甲\nno_answer: refuse\n{more}\n")
    assert profile.exists()
    card = score(case_of(params, FACTS | {"培训次数": {"target": "≥800次", "actual": "639次"}}))
    assert {row.id: row.score for row in card.rows}["培训次数"] == pytest.approx(points)
    assert card.total == pytest.approx(math.fsum(row.score for row in card.rows))


def test_readings_and_the_audit_round_as_the_score_does(params: Params) -> None:
    """24×639÷800＝19.17 is cut to 19.1; 16×(1−2.7×5%)＝13.84 to 13.8, by the reading 16×0.73＝11.68 to 11.6."""
    params.rubric(RUBRIC)
    params.write("profiles/small.yaml", "title: 甲\nrounding: {mode: truncate, score: 1}\n")
    facts = FACTS | {"培训次数": {"target": "≥800次", "actual": "639次"}, "满意度": {"actual": "87.3%"}}
    published = {"indicators": {"培训次数": {"score": "19.1"}, "满意度": {"score": "11.6"}}}
    case = case_of(params, facts, published=published)
    card = score(case)
    assert [card[name].score for name in ("培训次数", "满意度")] == pytest.approx([19.1, 13.8])
    assert card.reading("满意度", "附表") == pytest.approx(11.6)
    assert card.what_if({"满意度": {"reading": "附表"}})["满意度"].score == pytest.approx(11.6)
    ways = {each.change: each.score for each in card.sensitivity().alternatives if each.id == "满意度"}
    steps = {"不足一步的不扣": 14.4, "不足一步的按一步扣": 13.6}
    assert ways == pytest.approx({"按另一读法“附表”": 11.6, "分值加一成": 15.2, "分值减一成": 12.4} | steps)
    (found,) = [finding for finding in audit(case) if finding.code in ("rescore", "rounding")]
    assert "计13.8分；按“附表”计11.6分，与印出的相同" in found.message


@pytest.mark.parametrize(("excess", "points"), [("flag", 24), ("reduce", 24 * 0.8), ("not_met", 0)])
def test_a_profile_says_what_too_much_of_a_target_does(params: Params, excess: str, points: float) -> None:
    params.rubric(RUBRIC)
    params.write("profiles/small.yaml", f"title: 甲\nover_achievement: 130%\nexcess: {excess}\n")
    facts = FACTS | {"培训次数": {"target": "≥20次", "actual": "30次"}}
    row = {row.id: row for row in score(case_of(params, facts)).rows}["培训次数"]
    assert row.score == pytest.approx(points)
    assert ("超过130%，目标值偏低，按评分口径" in row.trace) is (excess != "flag")


def test_a_profile_says_what_weights_add_up_to(params: Params) -> None:
    params.write("profiles/small.yaml", "title: 甲\ntotal: 120\n")
    params.rubric(RUBRIC)
    with pytest.raises(InputError, match="合计为100分，应为120分"):
        params.library().rubric("small")


def test_levels(small: Params) -> None:
    levels = card_of(small).levels
    assert [(row.level1, row.level2 if isinstance(row.level2, str) else None) for row in levels.itertuples()] == [
        ("决策", None),
        ("决策", "立项"),
        ("产出", None),
        ("产出", "数量"),
        ("产出", "质量"),
        ("效益", None),
        ("效益", "满意度"),
        ("效益", "可持续影响"),
        ("预算", None),
        ("预算", "执行"),
    ]
    assert list(levels["weight"]) == [20, 20, 44, 24, 20, 26, 16, 10, 10, 10]
    assert list(levels["score"]) == pytest.approx([15, 15, 40, 20, 20, 22.4, 14.4, 8, 9, 9])
    assert list(levels["score_rate"]) == pytest.approx([0.75, 0.75, 40 / 44, 20 / 24, 1, 22.4 / 26, 0.9, 0.8, 0.9, 0.9])


@pytest.mark.parametrize(
    ("name", "trace"),
    [
        ("制度健全", "①③④满足，②不满足（乙）；计15分（20分×75%）。"),
        ("培训次数", "实际完成20次，目标值≥24次，完成率83.33%，按完成比率计分；计20分（24分×83.3333%）。"),
        ("合格率", "实际完成96%，属于95%（含）以上一档，得满分；计20分（20分×100%）。"),
        (
            "满意度",
            "实际完成88%，低于90%达2个百分点，每降1个百分点扣5%权重分，共扣10%权重分（1.6分）；计14.4分（16分×90%）。",
        ),
        ("长效机制", "评价人评定80%，理由：已建立；计8分（10分×80%）。"),
        (
            "预算执行率",
            "预算执行率＝450万元÷500万元×100%＝90.00%，目标值=100%，按完成比率计分；计9分（10分×90%）。",
        ),
    ],
)
def test_every_score_explains_itself(small: Params, name: str, trace: str) -> None:
    assert card_of(small).explain(name) == trace


def test_a_scorecard_stands_for_its_case(small: Params) -> None:
    card = card_of(small)
    assert score(card).total == card.total
    assert many_cases(card) == [card.case]


def test_an_unknown_indicator_cannot_be_explained(small: Params) -> None:
    with pytest.raises(PerfkitError, match="没有“培训”这个指标；是否想写“培训次数”"):
        card_of(small).explain("培训")


def test_other_readings_of_a_rule_or_a_measure(small: Params) -> None:
    card = card_of(small)
    assert card.reading("满意度", "附表") == pytest.approx(16 * 0.8)
    assert card.reading("预算执行率", "年初预算") == pytest.approx(10 * 450 / 600)


@pytest.mark.parametrize(
    ("share", "grade"),
    [("100%", "优"), ("90%", "优"), ("89.996%", "良"), ("89.6%", "良"), ("80%", "良"), ("60%", "中"), ("59.9%", "差")],
)
def test_grades_are_given_before_rounding(params: Params, share: str, grade: str) -> None:
    params.rubric(
        "profile: small\nindicators:\n  - {level1: 甲, level2: 乙, name: 丙, weight: 100, rule: {kind: judged}}\n"
    )
    card = score(case_of(params, {"丙": {"share": share, "reason": "核对"}}))
    assert card.grade == grade


def test_a_grade_refers_to_the_full_weight(params: Params) -> None:
    params.rubric(
        "profile: small\npartial: 是\nindicators:\n"
        "  - {level1: 甲, level2: 乙, name: 丙, weight: 90, rule: {kind: judged}}\n"
    )
    card = score(case_of(params, {"丙": {"share": "90%", "reason": "核对"}}))
    assert (card.total, card.grade) == (pytest.approx(81), "优")


def test_the_maximum_is_what_the_rules_can_reach(small: Params) -> None:
    small.rubric(RUBRIC.replace('{range: "≥95%", share: 100%}', '{range: "≥95%", share: 75%}'))
    assert card_of(small).maximum == pytest.approx(95)


def test_a_kind_without_score_says_so(params: Params) -> None:
    params.write(
        "profiles/lights.yaml",
        "title: 监控\nmonitoring: {gap: 10%, lights: {red: '<60%', green: '≥60%'}}\n",
    )
    file = params.write(
        "cases/m.yaml",
        """\
        kind: monitoring
        unit: {name: 某单位}
        year: 2023
        profile: lights
        project: {name: 某项目}
        node: 2023-10-31
        goals: [{name: 培训, level1: 产出指标}]
        """,
    )  # fmt: skip
    from perfkit import load_case

    case = load_case(file)
    with pytest.raises(PerfkitError, match="没有评分"):
        score(case)
    assert scorecards([case]) == []
    assert score_many([case]).empty


# ---- no answer, not applicable, missing ----


@pytest.mark.parametrize(
    ("no_answer", "total", "status", "share"),
    [
        ("rescale", (86.4 - 20) / 80 * 100, "not_applicable", math.nan),
        ("full", 86.4, "full", 1),
        ("zero", 66.4, "zero", 0),
    ],
)
def test_a_rule_without_answer_is_treated_as_the_profile_says(
    small: Params, no_answer: str, total: float, status: str, share: float
) -> None:
    card = card_of(small, no_answer, 合格率={"actual": "70%"})
    row = card.table.set_index("id").loc["合格率"]
    assert (row["status"], row["share"]) == (status, pytest.approx(share, nan_ok=True))
    assert card.total == pytest.approx(total)
    assert "实际完成70%，按评分标准没有结果；评分口径规定此时" in card.explain("合格率")


def test_a_profile_may_refuse_to_go_on_without_an_answer(small: Params) -> None:
    with pytest.raises(InputError, match="“合格率”按评分标准没有结果：实际完成70%，不在评分标准的任何一档内"):
        card_of(small, "refuse", 合格率={"actual": "70%"})


@pytest.mark.parametrize("no_answer", ["rescale", "full", "zero", "refuse"])
def test_an_indicator_that_does_not_apply_leaves_its_weight_to_the_others(small: Params, no_answer: str) -> None:
    card = card_of(small, no_answer, 满意度={"not_applicable": "没有服务对象"})
    assert card.total == pytest.approx((86.4 - 14.4) / 84 * 100)
    assert card.status == "scored"
    assert card.explain("满意度").startswith("不适用，不评分：没有服务对象")
    levels = card.levels.set_index(card.levels["level1"] + "/" + card.levels["level2"].fillna(""))
    assert levels.loc["效益/", "score_rate"] == pytest.approx(0.8)
    assert math.isnan(levels.loc["效益/满意度", "score_rate"])


@pytest.mark.parametrize(
    ("no_answer", "total", "status"),
    [("refuse", math.nan, "incomplete"), ("rescale", (86.4 - 14.4) / 84 * 100, "incomplete")],
)
def test_missing_data_is_never_a_score(small: Params, no_answer: str, total: float, status: str) -> None:
    card = card_of(small, no_answer, 满意度={"missing": "没有问卷"})
    row = card.table.set_index("id").loc["满意度"]
    assert row["status"] == "missing"
    assert math.isnan(row["score"])
    assert card.total == pytest.approx(total, nan_ok=True)
    assert (card.status, card.grade is None) == (status, math.isnan(total))
    assert "缺少数据，不评分：没有问卷" in card.explain("满意度")


def test_missing_data_at_zero_is_marked(small: Params) -> None:
    card = card_of(small, "zero", 满意度={"missing": "没有问卷"})
    assert (card["满意度"].status, card["满意度"].score) == ("zero", 0)
    assert "缺少数据：没有问卷；评分口径规定此时计零分" in card.explain("满意度")
    assert card.favoured == ""


def test_missing_data_never_gets_full_marks(small: Params) -> None:
    """`no_answer: full` is about rules without an answer; what nobody handed in leaves no total."""
    card = card_of(small, "full", 满意度={"missing": "没有问卷"})
    assert (card["满意度"].status, math.isnan(card.total), card.grade) == ("missing", True, None)


@pytest.mark.parametrize(("missing", "total"), [("zero", 72), ("refuse", math.nan), ("rescale", 72 / 84 * 100)])
def test_the_profile_says_what_becomes_of_missing_data(small: Params, missing: str, total: float) -> None:
    text = (small.folder / "profiles/small.yaml").read_text(encoding="utf-8")
    small.write("profiles/small.yaml", f"{text}missing: {missing}\n")
    card = score(case_of(small, FACTS | {"满意度": {"missing": "没有问卷"}}))
    assert card.total == pytest.approx(total, nan_ok=True)


def test_missing_data_that_raises_the_total_is_said_with_both_figures(small: Params) -> None:
    """72 of 84 points rescaled is 85.71 良; with the missing 16 at zero it would be 72.00 中."""
    card = card_of(small, "rescale", 满意度={"missing": "没有问卷"})
    assert card.favoured == (
        "缺数据的指标（满意度）由其余指标分担分值：按零分计为72.00分，现为85.71分，等级由“中”变为“良”。"
    )
    assert card_of(small, "rescale").favoured == ""
    assert card_of(small, "rescale", 满意度={"not_applicable": "没有服务对象"}).favoured == ""


@pytest.mark.parametrize("reason", ["missing", "not_applicable"])
def test_a_result_beside_the_reason_why_there_is_none(small: Params, reason: str) -> None:
    """It does not count, which is said; a result that what-if gives takes the place of the reason."""
    case = case_of(small, FACTS | {"培训次数": FACTS["培训次数"] | {reason: "单位未报"}})
    assert any(f"写了 {reason}，所写的 actual 不计" in str(told) for told in case.warnings)
    assert score(case)["培训次数"].status == reason
    assert score(case).what_if({"培训次数": "24次"}).total == pytest.approx(90.4)


def test_a_result_that_its_standard_says_nothing_of_is_said_with_both_figures(small: Params) -> None:
    cases = "[{when: ≥90%, rule: {kind: constant, earns: 100%}}, {when: ≤80%, rule: {kind: constant, earns: 0%}}]"
    rule = "{kind: deduction, from: 90%, when: below, step: 1%, per_step: 5%}"
    small.rubric(RUBRIC.replace(f"rule: {rule}", f"rule: {{kind: first_of, cases: {cases}}}", 1))
    card = card_of(small, "rescale", 满意度={"actual": "85%"})
    rest = card.total * 84 / 100  # of the others, out of 84 points
    assert math.isnan(card["满意度"].score)
    assert card.favoured.startswith(
        f"评分标准没有写到其结果的指标（满意度）由其余指标分担分值：按零分计为{rest:.2f}分，现为{card.total:.2f}分"
    )


@pytest.mark.parametrize(
    ("fact", "needle"),
    [("制度健全", "items"), ("培训次数", "actual"), ("合格率", "actual"), ("长效机制", "share")],
)
@pytest.mark.parametrize("no_answer", ["rescale", "full", "zero", "refuse"])
def test_an_unexplained_gap_stops_the_work_under_every_profile(
    small: Params, no_answer: str, fact: str, needle: str
) -> None:
    small.profile(no_answer=no_answer)
    facts = {name: value for name, value in FACTS.items() if name != fact}
    with pytest.raises(InputError, match=f"指标“{fact}”缺少.*{needle}"):
        score(case_of(small, facts))


def test_a_missing_figure_is_named_by_its_path(small: Params) -> None:
    case = case_of(small, FACTS, budget={"final": "450万元"})
    with pytest.raises(InputError, match=r"budget\.adjusted：缺少全年预算数.*写成与 initial 相同"):
        score(case)


def test_every_gap_of_every_case_is_reported_at_once(small: Params) -> None:
    with pytest.raises(InputError) as caught:
        score_many([case_of(small, {}), case_of(small, FACTS), case_of(small, FACTS, budget=None)])
    assert len(caught.value.problems) == 5 + 2


def test_a_unit_without_tasks_has_no_score_at_all(small: Params) -> None:
    card = score(case_of(small, {}, budget=None, not_applicable="单位已撤销"))
    assert (card.status, card.grade) == ("not_applicable", None)
    assert math.isnan(card.total)
    assert math.isnan(card.maximum)
    assert set(card.table["status"]) == {"not_applicable"}
    assert "单位已撤销" in card.explain("满意度")
    assert json.loads(json.dumps(card.to_dict(), allow_nan=False))["total"] is None


# ---- what if ----


def test_what_if(small: Params) -> None:
    card = card_of(small)
    assert card.what_if({"培训次数": "24次"}).total == pytest.approx(90.4)
    assert card.what_if({"培训次数": "24次"}).grade == "优"
    assert card.what_if({"培训次数": {"target": "≥40次"}}).total == pytest.approx(78.4)
    assert card.what_if({"培训次数.target": "≥40次"}).total == pytest.approx(78.4)
    both = card.what_if({"培训次数.target": "≥40次", "培训次数.weight": 20})
    assert both.total == pytest.approx(card.what_if({"培训次数": {"target": "≥40次", "weight": 20}}).total)
    assert score(card).total == card.total
    assert card.what_if({"满意度": {"not_applicable": "无"}}).total == pytest.approx((86.4 - 14.4) / 84 * 100)
    assert card.what_if({"budget.final": "500万元"}).total == pytest.approx(87.4)
    assert card.what_if({"budget.adjusted.total": "900万元"}).total == pytest.approx(82.4)
    assert card.what_if({"培训次数": "24次", "budget.final": "500万元"}).total == pytest.approx(91.4)
    assert card.total == pytest.approx(86.4)
    assert score(card.case).total == pytest.approx(86.4)
    with pytest.raises(PerfkitError, match="没有“培训”这个指标；是否想写“培训次数”"):
        card.what_if({"培训.target": "≥40次"})


def test_the_evaluator_may_depart_from_a_rule_and_says_so(small: Params) -> None:
    override = {"share": "50%", "reason": "未见签到表"}
    card = card_of(small, 培训次数={"target": "≥24次", "actual": "24次", "override": override})
    row = card["培训次数"]
    assert (row.score, row.status, row.share) == (12, "overridden", 0.5)
    assert row.trace.endswith("，按评分标准计24分；评价人改判为50%，理由：未见签到表；计12分（24分×50%）。")
    assert card.total == pytest.approx(78.4)
    assert card_of(small).what_if({"培训次数": {"override": override}}).total == pytest.approx(78.4)


def test_a_departure_needs_no_answer_of_the_rule(small: Params) -> None:
    card = card_of(small, 培训次数={"target": "≥24次", "override": {"share": "0%", "reason": "没有记录"}})
    assert "没有结果；评价人改判为0%，理由：没有记录；计0分" in card.explain("培训次数")


def test_what_if_tries_another_weight(small: Params) -> None:
    card = card_of(small).what_if({"满意度": {"weight": 6}})
    assert card["满意度"].score == pytest.approx(6 * 0.9)
    assert card.total == pytest.approx(86.4 - 10 * 0.9)
    assert card.rubric.weight == 90
    assert card.score_rate == pytest.approx((86.4 - 9) / 90)
    assert card.grade == "良"
    assert repr(card) == "Scorecard(unit: 77.40分（满分90分），良)"
    assert repr(card_of(small)) == "Scorecard(unit: 86.40分，良)"
    both = card.what_if({"培训次数": {"weight": "34分", "actual": "24次"}})
    assert both.total == pytest.approx(86.4 - 9 - 20 + 34)
    assert both.rubric.weight == 100
    with pytest.raises(PerfkitError, match="“满意度”的 weight：“-1”是负数"):
        card.what_if({"满意度": {"weight": -1}})
    with pytest.raises(PerfkitError, match="“满意度”的 weight：.*应是分数"):
        card.what_if({"满意度": {"weight": "多一点"}})


def test_what_if_names_only_what_the_rule_reads(small: Params) -> None:
    small.rubric(RUBRIC.replace("rule: {kind: judged}", "rule: {kind: judged, on: 机制评定}"))
    facts = {name: fact for name, fact in FACTS.items() if name != "长效机制"} | {"机制评定": FACTS["长效机制"]}
    with pytest.raises(PerfkitError, match="不读它自己的数据，读的是“机制评定”"):
        score(case_of(small, facts)).what_if({"长效机制": "80%"})
    assert "target" not in rubric_of(small).reads["预算执行率"]


def test_a_rubric_without_indicators_has_no_score_and_raises_nothing(params: Params) -> None:
    params.profile()
    params.rubric("profile: small\npartial: 是\nindicators: []\n", name="empty")
    case = case_of(params, {}, rubric="empty")
    card = score(case)
    assert math.isnan(card.total)
    assert math.isnan(card.score_rate)
    assert math.isnan(card.maximum)
    assert (card.grade, len(card), card.favoured) == (None, 0, "")
    assert card.to_dict()["total"] is None
    assert score_many([case]).empty
    assert card.table.empty
    assert card.levels.empty
    assert card.readings.empty
    assert "nan" not in repr(card)


def test_a_case_without_rubric_has_a_card_without_rows(params: Params) -> None:
    case = params.case("budget: {adjusted: 100万元, final: 90万元}\n")
    card = score(case)
    assert (card.status, card.grade, len(card)) == ("not_applicable", None, 0)
    assert math.isnan(card.total)
    assert scorecards([case]) == []


def test_what_if_of_a_fact_named_by_a_rule(small: Params) -> None:
    small.rubric(RUBRIC.replace("rule: {kind: judged}", "rule: {kind: judged, on: 机制评定}"))
    facts = {name: fact for name, fact in FACTS.items() if name != "长效机制"} | {"机制评定": FACTS["长效机制"]}
    card = score(case_of(small, facts))
    assert card.what_if({"机制评定": {"share": "100%"}}).total == pytest.approx(88.4)


def test_what_if_of_a_total_leaves_its_parts(small: Params) -> None:
    budget = BUDGET | {"final": {"total": "450万元", "project": "100万元"}}
    card = score(case_of(small, FACTS, budget=budget)).what_if({"budget.final": "500万元"})
    assert card.total == pytest.approx(87.4)
    assert card.case.value("budget.final.project") == 1_000_000


def test_what_if_can_be_chained(small: Params) -> None:
    card = card_of(small).what_if({"培训次数": "24次"}).what_if({"budget.final": "500万元"})
    assert card.total == pytest.approx(91.4)


@pytest.mark.parametrize(
    ("changes", "error", "needle"),
    [
        ({"培训": "24次"}, PerfkitError, "是否想写“培训次数”"),
        ({"长效机制": "80%"}, PerfkitError, "“长效机制”的评分不看实际完成值"),
        ({"预算执行率": "95%"}, PerfkitError, "由 budget.final、budget.adjusted 算出"),
        ({"培训次数": "24人"}, InputError, "单位不同"),
        ({"培训次数": {"actal": "24次"}}, InputError, "是否想写“actual”"),
        ({"长效机制": {"share": "120%"}}, InputError, "0%至100%"),
        ({"budget.finl": "5元"}, InputError, "是否想写“final”"),
        ({"budget.adjusted": "0元"}, InputError, "没有预算不能有支出"),
    ],
)
def test_what_if_is_checked_like_a_file(
    small: Params, changes: dict[str, Any], error: type[Exception], needle: str
) -> None:
    with pytest.raises(error, match=needle):
        card_of(small).what_if(changes)


def test_what_if_replaces_a_figure_printed_at_several_places(small: Params) -> None:
    budget = BUDGET | {"final": {"正文 211": "450万元", "附表 677": "450万元"}}
    card = score(case_of(small, FACTS, budget=budget))
    assert card.what_if({"budget.final": "500万元"}).total == pytest.approx(87.4)


# ---- plain data ----


def test_to_dict_is_json_and_unrounded(small: Params) -> None:
    data = json.loads(json.dumps(card_of(small, 满意度={"not_applicable": "无"}).to_dict(), allow_nan=False))
    assert data["total"] == pytest.approx(72 / 84 * 100, abs=1e-9)
    assert (data["grade"], data["status"], data["rubric"], data["profile"]) == ("良", "scored", "small", "small")
    assert [row["id"] for row in data["indicators"]] == list(POINTS)
    assert data["indicators"][1]["share"] == pytest.approx(5 / 6, abs=1e-9)
    assert data["indicators"][3]["score"] is None
    assert data["levels"][0] == {"level1": "决策", "level2": None, "weight": 20, "score": 15, "score_rate": 0.75}


def test_html_escapes_what_the_case_says(small: Params) -> None:
    html = card_of(small, 长效机制={"share": "80%", "reason": "<script>"})._repr_html_()
    assert "<script>" not in html.replace(sorting(), "")  # its own script, which holds nothing of the case
    assert "86.40分" in html


# ---- many cases ----

numbers = st.fixed_dictionaries(
    {
        "items": st.lists(st.sampled_from("是否"), min_size=4, max_size=4),
        "actual": st.integers(0, 60),
        "target": st.integers(0, 40),
        "operator": st.sampled_from(["≥", ">", "=", "<", "≤"]),
        "rate": st.integers(8000, 10000),
        "liked": st.integers(0, 10000),
        "share": st.integers(0, 100),
        "adjusted": st.integers(1, 900),
        "final": st.integers(0, 900),
    }
)
cases_of_numbers = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def stated(params: Params, row: dict[str, Any], name: str) -> Case:
    """A case from drawn numbers."""
    facts = {
        "制度健全": {"items": row["items"]},
        "培训次数": {"target": f"{row['operator']}{row['target']}次", "actual": f"{row['actual']}次"},
        "合格率": {"actual": f"{row['rate'] / 100}%"},
        "满意度": {"actual": f"{row['liked'] / 100}%"},
        "长效机制": {"share": f"{row['share']}%", "reason": "已建立"},
    }
    budget = {"adjusted": f"{row['adjusted']}万元", "final": f"{row['final']}万元"}
    return case_of(params, facts, budget, name=name)


@given(rows=st.lists(numbers, min_size=1, max_size=6))
@cases_of_numbers
def test_many_cases_score_as_each_alone(small: Params, rows: list[dict[str, Any]]) -> None:
    cases = [stated(small, row, f"u{i}") for i, row in enumerate(rows)]
    many = score_many(cases)
    assert len(many) == len(cases) * len(POINTS)
    assert list(many["case"].unique()) == [case.id for case in cases]
    for case, card in zip(cases, scorecards(cases), strict=True):
        alone, together = score(case), many[many["case"] == case.id].reset_index(drop=True)
        columns = ["id", "level1", "level2", "name", "weight", "share", "score", "status"]
        pd.testing.assert_frame_equal(together[columns], alone.table[columns], check_dtype=False)
        assert card.case is case
        assert card.total == alone.total
        assert ((together["share"] >= 0) & (together["share"] <= 1)).all()


@given(rows=st.lists(numbers, min_size=2, max_size=6), random=st.randoms())
@cases_of_numbers
def test_the_order_of_cases_does_not_matter(small: Params, rows: list[dict[str, Any]], random: Any) -> None:
    cases = [stated(small, row, f"u{i}") for i, row in enumerate(rows)]
    before = {case.id: card.total for case, card in zip(cases, scorecards(cases), strict=True)}
    random.shuffle(cases)
    assert {case.id: card.total for case, card in zip(cases, scorecards(cases), strict=True)} == before


@given(order=st.permutations(list(FACTS)))
@cases_of_numbers
def test_the_order_of_facts_does_not_matter(small: Params, order: list[str]) -> None:
    card = score(case_of(small, {name: FACTS[name] for name in order}))
    assert card.total == score(case_of(small, FACTS)).total


def test_the_order_of_indicators_does_not_matter(small: Params) -> None:
    head, *indicators = RUBRIC.split("\n  - ")
    small.rubric("\n  - ".join([head, *reversed(indicators)]).replace("\n\n", "\n"), "reversed")
    card = score(case_of(small, FACTS, rubric="reversed"))
    assert [row.id for row in card.rows] == list(reversed(POINTS))
    assert card.total == pytest.approx(86.4, abs=1e-12)


def test_cases_of_several_rubrics_keep_their_order(small: Params) -> None:
    other = "  - {level1: 甲, level2: 乙, name: 丙, weight: 100, rule: {kind: self_declared}}\n"
    small.rubric("profile: small\nindicators:\n" + other, "other")
    declared = case_of(small, {"丙": {"declared": 70}}, rubric="other", name="b")
    cases = [case_of(small, FACTS, name="a"), declared, case_of(small, FACTS, name="c")]
    assert [card.case.id for card in scorecards(cases)] == ["a", "b", "c"]
    assert [card.total for card in scorecards(cases)] == pytest.approx([86.4, 70, 86.4])
    assert set(score_many(cases).query("case == 'b'")["status"]) == {"declared"}
    assert len(score_many(iter(cases))) == 6 + 1 + 6
    assert score_many([]).empty


# ---- columns instead of cases ----


def columns_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Drawn numbers as columns in base units."""

    def column(name: str, factor: float = 1) -> np.ndarray:
        return np.array([row[name] * factor for row in rows], dtype=float)

    items = np.array([[float(answer == "是") for answer in row["items"]] for row in rows])
    return pd.DataFrame(
        {f"制度健全.items[{i + 1}]": items[:, i] for i in range(items.shape[1])}
        | {
            "培训次数": column("actual"),
            "培训次数.target": column("target"),
            "培训次数.operator": [row["operator"] for row in rows],
            "合格率.actual": column("rate") / 10_000,
            "满意度": column("liked") / 10_000,
            "长效机制.share": column("share") / 100,
            "budget.adjusted": column("adjusted", 10_000),
            "budget.final": column("final", 10_000),
        }
    )


def texts_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The same as a person writes them in a workbook."""
    return pd.DataFrame(
        {
            "unit": [f"单位{number}" for number in range(len(rows))],
            **{f"制度健全.items[{i + 1}]": [row["items"][i] for row in rows] for i in range(len(rows[0]["items"]))},
            "培训次数": [f"{row['actual']}次" for row in rows],
            "培训次数.target": [f"{row['operator']}{row['target']}次" for row in rows],
            "合格率": [f"{row['rate'] / 100:.2f}%" for row in rows],
            "满意度": [f"{row['liked'] / 100:.2f}%" for row in rows],
            "长效机制.share": [f"{row['share']}%" for row in rows],
            "budget.adjusted": [f"{row['adjusted']}万元" for row in rows],
            "budget.final": [f"{row['final']}万元" for row in rows],
        }
    )


def rubric_of(params: Params) -> Rubric:
    return params.shared.rubric("small")


@given(rows=st.lists(numbers, min_size=1, max_size=6))
@cases_of_numbers
def test_columns_score_as_cases(small: Params, rows: list[dict[str, Any]]) -> None:
    many = score_many([stated(small, row, f"u{i}") for i, row in enumerate(rows)])
    found = score_many(columns_of(rows), rubric_of(small))
    np.testing.assert_allclose(score_many(texts_of(rows), rubric_of(small))["share"], found["share"], atol=1e-12)
    assert list(found["unit"][: len(rows)]) == list(range(len(rows)))
    for name in POINTS:
        expected, actual = many[many["id"] == name], found[found["id"] == name]
        np.testing.assert_allclose(actual["share"], expected["share"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(actual["score"], expected["score"], rtol=0, atol=1e-12)
        assert list(actual["status"]) == list(expected["status"])
        assert list(actual["weight"]) == list(expected["weight"])


OTHER_KINDS = """
profile: small
indicators:
  - {level1: 甲, level2: 乙, name: 次数, weight: 10, rule: {kind: per_item, per_item: 2分}}
  - {level1: 甲, level2: 乙, name: 等次, weight: 10, rule: {kind: ordinal, levels: {优: 100%, 良: 75%, 差: 0%}}}
  - {level1: 甲, level2: 乙, name: 定性, weight: 20, rule: {kind: qualitative}}
  - {level1: 甲, level2: 乙, name: 自报, weight: 20, rule: {kind: self_declared}}
  - {level1: 甲, level2: 乙, name: 按期, weight: 20, rule: {kind: all_or_nothing}}
  - level1: 甲
    level2: 乙
    name: 竣工
    weight: 20
    rule: {kind: first_of, cases: [{when: {met: 是}, rule: {kind: all_or_nothing}},
      {rule: {kind: any_of, rules: [{kind: per_item, on: 次数, per_item: 20%}, {kind: judged}]}}]}
"""


def test_columns_of_the_other_kinds_of_rule(params: Params) -> None:
    params.rubric(OTHER_KINDS)
    facts: list[dict[str, Any]] = [
        {"次数": {"count": "0处"}, "等次": {"level": "优"}, "定性": {"level": "达成", "share": "90%", "reason": "甲"},
         "自报": {"declared": 15}, "按期": {"met": "是"}, "竣工": {"met": "是"}},
        {"次数": {"count": "3处"}, "等次": {"level": "差"}, "定性": {"level": "未达成", "share": "30%", "reason": "甲"},
         "自报": {"declared": 0}, "按期": {"met": "否"}, "竣工": {"met": "否", "share": "70%", "reason": "乙"}},
    ]  # fmt: skip
    columns = pd.DataFrame(
        {
            "次数.count": [0.0, 3.0],
            "等次.level": ["优", "差"],
            "定性.level": ["达成", "未达成"],
            "定性.share": [0.9, 0.3],
            "自报.declared": ["15分", "0"],
            "按期.met": [1.0, 0.0],
            "竣工.met": ["是", "否"],
            "竣工.share": [np.nan, 0.7],
        }
    )
    many = score_many([case_of(params, fact, None, name=f"u{i}") for i, fact in enumerate(facts)])
    found = score_many(columns, rubric_of(params))
    by_hand = {"次数": [10, 4], "等次": [10, 0], "定性": [18, 6], "自报": [15, 0], "按期": [20, 0], "竣工": [20, 14]}
    for name, points in by_hand.items():
        assert list(many[many["id"] == name]["score"]) == pytest.approx(points)
        assert list(found[found["id"] == name]["score"]) == pytest.approx(points)
        assert list(found[found["id"] == name]["status"]) == list(many[many["id"] == name]["status"])


def test_columns_that_are_not_given_are_missing(small: Params) -> None:
    found = score_many(pd.DataFrame({"合格率": [0.96, np.nan]}), rubric_of(small))
    assert list(found[found["id"] == "合格率"]["status"]) == ["scored", "missing"]
    assert set(found[found["id"] != "合格率"]["status"]) == {"missing"}
    assert found[found["status"] == "missing"]["score"].isna().all()


def test_a_cell_without_level_is_missing(params: Params) -> None:
    params.rubric(OTHER_KINDS)
    found = score_many(pd.DataFrame({"定性.level": ["达成", None], "定性.share": [0.9, 0.9]}), rubric_of(params))
    assert list(found[found["id"] == "定性"]["status"]) == ["judged", "missing"]


def test_columns_scored_in_blocks(small: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame(
        {"合格率": [0.70, 0.96, np.nan, 0.91, 0.85], "制度健全.items[1]": ["是", "否", "", None, "是"]}
    )
    whole = score_many(frame, rubric_of(small))
    monkeypatch.setattr("perfkit.scoring.columns.BLOCK", 2)
    pd.testing.assert_frame_equal(score_many(frame, rubric_of(small)), whole)


@pytest.mark.parametrize(
    ("columns", "needle"),
    [
        ({"合格": ["96%", "95%"]}, "“合格”这一列没有评分标准用到；是否想写“合格率”？"),
        ({"合格率.targets": ["96%", "95%"]}, "“合格率.targets”这一列没有评分标准用到"),
        ({"budget.finale": ["96万元", "95万元"]}, "“budget.finale”这一列没有评分标准用到"),
        ({"合格率": ["96%", "九成"]}, "第2行“合格率”：“九成”的单位与评分标准的单位“%”不同"),
        ({"合格率": ["96%", "95.5.1%"]}, "第2行“合格率”：“95.5.1%”读不出数量"),
        ({"培训次数": ["20次", "21次"], "培训次数.target": ["≥24次", "≥24人"]}, "“≥24人”与“20次”单位不同"),
        ({"合格率": ["96次", "95次"]}, "第1行“合格率”：“96次”的单位与评分标准的单位“%”不同"),
        ({"合格率": [0.96, 95]}, "第2行“合格率”：“95”是9500%；比例写成 93%"),
        ({"budget.final": ["96人", "95人"]}, "第1行“budget.final”：“96人”的单位不是“元”"),
        ({"budget.final": [96.0, -5]}, "第2行“budget.final”：“-5”是负数"),
        ({"长效机制.share": ["80%", "9分"]}, "第2行“长效机制.share”：“9分”不是比例"),
        ({"长效机制.share": [0.8, 80]}, "第2行“长效机制.share”：“80”是8000%"),
        ({"制度健全.items[1]": ["是", "也许"]}, "第2行“制度健全.items\\[1\\]”：“也许”不是这里可写的值"),
    ],
)
def test_columns_that_cannot_be_read(small: Params, columns: dict[str, Any], needle: str) -> None:
    with pytest.raises(PerfkitError, match=needle):
        score_many(pd.DataFrame(columns), rubric_of(small))


def test_a_table_needs_a_rubric() -> None:
    with pytest.raises(PerfkitError, match="要说明用哪个指标体系"):
        score_many(pd.DataFrame({"合格率": [0.9]}))


@pytest.mark.parametrize("no_answer", ["rescale", "full", "zero"])
def test_columns_follow_the_profile_when_a_rule_has_no_answer(small: Params, no_answer: str) -> None:
    small.profile(no_answer=no_answer)
    case = case_of(small, FACTS | {"合格率": {"actual": "70%"}})
    found = score_many(pd.DataFrame({"合格率": [0.70]}), rubric_of(small))
    assert list(found[found["id"] == "合格率"]["status"]) == list(score_many([case]).query("id == '合格率'")["status"])


# ---- 预算执行率 by the figure that the profile names ----

EXECUTION = """
rubric:
  profile: {profile}
  indicators:
    - {{level1: 过程, level2: 预算, name: 执行率, weight: 100, rule: {{kind: proportional, target: "=100%"}}, measure: {measure}}}
budget: {{initial: 500万元, adjusted: 400万元, received: 320万元, final: 300万元}}
"""  # noqa: E501


@pytest.mark.parametrize(
    ("denominator", "rate"),
    [("budget.initial", 0.6), ("budget.adjusted", 0.75), ("budget.received", 0.9375), (None, 0.75)],
)
def test_execution_rate_is_by_the_denominator_of_the_profile(
    params: Params, denominator: str | None, rate: float
) -> None:
    """300 of 500, 400 or 320万元: the older Beijing form divides by the initial budget, the national one by another."""
    if denominator:
        text = (params.folder / "profiles/small.yaml").read_text(encoding="utf-8")
        params.write("profiles/small.yaml", f"{text}execution: {{weight: 10, denominator: {denominator}}}\n")
    case = params.case(EXECUTION.format(profile="small", measure="{formula: 预算执行率}"))
    card = score(case)
    assert card.total == pytest.approx(100 * rate, abs=1e-9)
    assert case.execution_rate == pytest.approx(rate, abs=1e-12)
    shown = {"budget.initial": "500万元", "budget.received": "320万元"}.get(denominator or "", "400万元")
    assert f"预算执行率＝300万元÷{shown}×100%＝" in card.explain("执行率")
    assert case.warnings == ()


def test_a_denominator_beside_the_profile_is_scored_as_written_and_said(params: Params) -> None:
    text = (params.folder / "profiles/small.yaml").read_text(encoding="utf-8")
    params.write("profiles/small.yaml", f"{text}execution: {{weight: 10, denominator: budget.initial}}\n")
    case = params.case(EXECUTION.format(profile="small", measure="{formula: 预算执行率, budget: budget.adjusted}"))
    assert score(case).total == pytest.approx(75, abs=1e-9)
    assert [warning.message for warning in case.warnings] == [
        "指标“执行率”：预算执行率的分母写作 budget.adjusted，评分口径“测试口径”是 budget.initial；请核对哪一个是对的"
    ]


# ---- a cost is a limit ----


@pytest.mark.parametrize(
    ("level2", "target", "actual", "points"),
    [
        ("经济成本", "200万元", "195.5万元", 10),  # spent less: met
        ("经济成本", "200万元", "250万元", 7.5),  # a quarter over, linear
        ("经济成本", "=200万元", "195.5万元", 9.775),  # printed with a sign: as printed
        ("数量", "200万元", "195.5万元", 9.775),  # no cost: a quantity to be reached
    ],
)
def test_the_bare_target_of_a_cost_indicator_is_a_limit(
    params: Params, level2: str, target: str, actual: str, points: float
) -> None:
    case = params.case(
        f"""
        rubric:
          profile: small
          indicators:
            - {{level1: 成本, level2: {level2}, name: 成本额, weight: 10, rule: {{kind: proportional}}}}
            - {{level1: 产出, level2: 数量, name: 其余, weight: 90, rule: {{kind: judged}}}}
        facts:
          成本额: {{target: "{target}", actual: {actual}}}
          其余: {{share: 100%, reason: 已完成}}
        """.replace("level1: 成本", f"level1: {'成本指标' if level2 == '经济成本' else '产出指标'}")
    )
    assert score(case)["成本额"].score == pytest.approx(points, abs=1e-9)
    assert case.facts["成本额"].target is not None
    assert str(case.facts["成本额"].target.value) == target


def test_a_target_without_a_sign_is_told_to_be_a_limit_by_its_name(params: Params) -> None:
    text = """
    rubric:
      profile: small
      indicators:
        - {level1: 产出, level2: 时效, name: 施工工期, weight: 50, rule: {kind: proportional}}
        - {level1: 产出, level2: 时效, name: 缩短工期, weight: 50, rule: {kind: proportional}}
    facts:
      施工工期: {target: 90天, actual: 80天}
      缩短工期: {target: 10天, actual: 8天}
    """
    case = params.case(text)
    assert [row.score for row in score(case).rows] == [50, 40]
    (warning,) = case.warnings
    assert (warning.field, "请写成 ≤90天" in warning.message) == ("facts.施工工期.target", True)
    assert params.case(text.replace("90天", "≤90天")).warnings == ()
    worded = text.replace("rule: {kind: proportional}}", "rule: {kind: all_or_nothing}}", 1)
    said = params.case(worded.replace("90天, actual: 80天", "按期完成, actual: 按期完成"))
    assert (said.warnings, score(said)["施工工期"].score) == ((), 50)  # a word is no limit


BEYOND = """
profile: small
indicators:
  - {level1: 产出, level2: 数量, name: 培训次数, weight: 60, rule: {kind: proportional}}
  - {level1: 效益, level2: 满意度, name: 满意度, weight: 40, rule: {kind: judged}}
  - {level1: 加减分项, level2: 加分, name: 省级表彰, bonus: 5, standard: 每获得1项省级表彰加2分，最多加5分}
  - {level1: 加减分项, level2: 扣分, name: 违规, penalty: 6, standard: 每发现1处违规扣1分，扣完为止}
"""
BEYOND_FACTS: dict[str, Any] = {
    "培训次数": {"target": "≥20次", "actual": "15次"},
    "满意度": {"share": "90%", "reason": "多数满意"},
    "省级表彰": {"actual": "2项"},
    "违规": {"count": "3处"},
}


def _beyond(params: Params, **more: dict[str, Any]) -> Scorecard:
    params.rubric(BEYOND)
    params.profile(no_answer="rescale")
    return score(case_of(params, BEYOND_FACTS | more, budget=None))


def test_bonus_and_penalty_stand_beside_the_full_marks(params: Params) -> None:
    card = _beyond(params)
    # By hand: 60×15/20=45, 40×90%=36, 2 items at 2 points, 3 findings at 1 point: 45 + 36 + 4 − 3 = 82 of 100.
    assert [row.score for row in card.rows] == pytest.approx([45, 36, 4, -3])
    assert card.total == pytest.approx(82)
    assert card.rubric.weight == 100
    assert card.maximum == pytest.approx(105)
    assert [row.worth for row in card.rows] == ["60", "40", "加5", "扣6"]
    assert [row.lost for row in card.rows] == pytest.approx([15, 4, 0, 3])
    assert "属于2项（含）至3项一档" in card.explain("省级表彰")  # and no target of 2.5项
    assert "加分，最多5分：5分×80%" in card.explain("省级表彰")
    assert "6分×50%－6分" in card.explain("违规")


def test_a_score_rate_leaves_out_what_is_beyond_the_full_marks(params: Params) -> None:
    params.rubric(BEYOND.replace("加减分项", "效益"))
    params.profile(no_answer="rescale")
    card = score(case_of(params, BEYOND_FACTS, budget=None))
    block = next(row for row in card.level_rows if row.level1 == "效益")
    assert (block.weight, block.score) == pytest.approx((40, 36 + 4 - 3))
    assert block.score_rate == pytest.approx(36 / 40)


def test_full_marks_and_a_bonus_have_the_best_grade(params: Params) -> None:
    card = _beyond(params, 培训次数={"target": "≥20次", "actual": "20次"}, 满意度={"share": "100%", "reason": "都满意"})
    assert card.total == pytest.approx(101)
    assert card.grade == "优"


def test_what_lies_beyond_the_full_marks_is_not_rescaled(params: Params) -> None:
    card = _beyond(params, 满意度={"not_applicable": "没有服务对象"})
    assert card.total == pytest.approx(45 / 60 * 100 + 4 - 3)


def test_the_range_of_a_total_holds_bonus_and_penalty(params: Params) -> None:
    found = _beyond(params, 省级表彰={"missing": "没有提供"}).sensitivity()
    # The judged 90% may be 80% or 100%; a bonus that nobody proves is 0, 5 or left out.
    assert (found.low, found.high) == pytest.approx((45 + 32 - 3, 45 + 40 + 5 - 3))


def test_an_indicator_has_one_kind_of_points(params: Params) -> None:
    params.rubric(BEYOND.replace("bonus: 5,", "bonus: 5, weight: 5,"))
    params.profile()
    with pytest.raises(InputError, match="只能写一个"):
        case_of(params, BEYOND_FACTS)


def test_a_rubric_without_weights_lists_and_does_not_score(params: Params) -> None:
    params.rubric(BEYOND.replace("weight: 60, ", "").replace("weight: 40, ", "").replace("bonus: 5, ", ""))
    params.profile()
    case = case_of(params, BEYOND_FACTS | {"省级表彰": {"missing": "没有提供"}}, budget=None)
    assert any("都没有写分值" in problem.message for problem in case.warnings)
    card = score(case)
    assert math.isnan(card.total)
    assert card.grade is None
    assert math.isnan(card["培训次数"].score)
    assert card.explain("培训次数").endswith("没有分值，不计分。")


OVERSPENT = """
profile: small
indicators:
  - level1: 过程
    level2: 资金
    name: 预算控制
    weight: 100
    measure: 预算执行率
    rule:
      kind: first_of
      cases:
        - {when: "> 0元", on: budget.final - budget.adjusted, rule: {kind: constant, earns: 20%}}
        - {when: "≥ 600万元", on: budget.initial, rule: {kind: constant, earns: 50%}}
        - {rule: {kind: bands, bands: [{range: "≥90%", share: 100%}, {range: "<90%", share: 60%}]}}
"""


@pytest.mark.parametrize(
    ("initial", "final", "points", "said"),
    [
        ("600万元", "510万元", 20, "全年执行数－全年预算数＝510万元－500万元＝10万元，得20%权重分"),
        ("600万元", "450万元", 50, "年初预算数＝600万元，得50%权重分"),
        ("500万元", "450万元", 100, "90%"),
    ],
)
def test_a_condition_may_read_any_figure_or_two(
    params: Params, initial: str, final: str, points: float, said: str
) -> None:
    params.rubric(OVERSPENT)
    params.profile()
    card = score(case_of(params, {}, budget={"initial": initial, "adjusted": "500万元", "final": final}))
    assert card.total == pytest.approx(points)
    assert said in card.explain("预算控制")
    wide = pd.DataFrame([{f"budget.{name}": text for name, text in card.case.document.data["budget"].items()}])
    assert score_many(wide, card.rubric)["score"].to_list() == pytest.approx([points])


@pytest.mark.parametrize(
    ("ask", "needle"),
    [
        (lambda card: card[0], "没有“0”这个指标"),
        (lambda card: card.what_if(["甲"]), "改动写成 .*给的是 list"),
        (lambda card: report.chapter("甲", pd.DataFrame({"乙": [1]})), "给的是 DataFrame"),
        (lambda card: load_case(3), "这里要一个案例的文件路径.*给的是 int"),  # type: ignore[arg-type]
        (lambda card: read_standard(None, weight=5), "应是一段文字，给的是 NoneType"),  # type: ignore[arg-type]
        (lambda card: read_standard("≥95%得满分，每降低1%扣1分", weight=8).points(actual="0.93"), "请连百分号一起写"),
        (lambda card: score_many(pd.DataFrame({"合格率": [0.9]}), "small"), "要说明用哪个指标体系"),  # type: ignore[arg-type]
        (lambda card: score_many(pd.DataFrame([[1, 1]], columns=["合格率"] * 2), card.rubric), "“合格率”有两列"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_chinese(small: Params, ask: Callable[[Any], Any], needle: str) -> None:
    with pytest.raises((PerfkitError, UnitError), match=needle):
        ask(score(case_of(small, FACTS)))


def test_dates_and_reasons_of_a_table_that_pandas_has_read(params: Params) -> None:
    params.rubric(
        dedent("""
    title: 期限
    profile: small
    indicators:
      - {level1: 甲, level2: 乙, name: 完工, weight: 60, standard: "按时完成得满分，每延迟1天扣1分"}
      - {level1: 甲, level2: 乙, name: 评定, weight: 40, rule: {kind: judged}}
    """)
    )
    params.profile()
    done = pd.to_datetime(["2024-12-01", "2024-12-11"])
    frame = pd.DataFrame({"完工": done, "完工.target": [done[0]] * 2, "评定.share": ["50%"] * 2, "评定.reason": "甲"})
    found = score_many(frame, rubric_of(params))
    assert list(found[found["id"] == "完工"]["score"]) == pytest.approx([60, 50])
