"""Scoring rules: worked examples by hand, what each lacks, what a rubric may not say, and properties."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from ruamel.yaml import YAML
from stated import OWN, bands, checklist, context_of, facts_of, rule_of, share_of

from perfkit.errors import UnitError
from perfkit.rubrics.rules.base import FIELDS
from perfkit.rubrics.rules.combined import Rule
from perfkit.rubrics.rules.ranges import find, gaps, parse_range

EXAMPLES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).parent.parent / "cases" / "rules.yaml")
KINDS = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(Rule)[0])}
"""Every kind of the union `Rule`: a new one needs an example, a row in the documentation, and is tested below."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e['rule']['kind']}：{e['name']}")
def test_worked_example(example: dict[str, Any]) -> None:
    rule, facts, context = rule_of(example["rule"]), facts_of(example["facts"]), context_of(example["weight"])
    share = rule.shares(facts, OWN, context)
    assert share.shape == (1,)
    if example["share"] == "—":
        assert math.isnan(share[0])
    else:
        assert share[0] == pytest.approx(float(Fraction(str(example["share"]))), rel=0, abs=example["tolerance"])
        assert rule.lacks(facts, OWN, 0) == [] or rule.kind == "any_of"
    assert example["trace"] in rule.explain(facts, OWN, context, 0)
    assert rule.standard(context) == example["standard"]
    assert list(rule.faults(context)) == []


def test_every_kind_has_an_example_and_a_row_in_the_documentation() -> None:
    found = {example["rule"]["kind"] for example in EXAMPLES}
    assert found ^ set(KINDS) == set(), "tests/cases/rules.yaml: examples of every kind, and of no other"
    text = (Path(__file__).parents[2] / "docs" / "case-files.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", text.partition("\n## 评分规则")[2].partition("\n## ")[0], re.M))
    assert rows ^ set(KINDS) == set(), "docs/case-files.md, 评分规则: a row for every kind, and for no other"
    assert all(set(e) >= {"name", "source", "rule", "facts", "weight", "share", "tolerance"} for e in EXAMPLES)


def test_the_profile_gives_the_reverse_formula_when_the_rule_does_not() -> None:
    fact = {"target": "≤4%", "actual": "5%"}
    assert share_of({"kind": "proportional"}, fact, reverse="linear") == pytest.approx(3 / 4)
    assert share_of({"kind": "proportional"}, fact, reverse="ratio") == pytest.approx(4 / 5)
    assert share_of({"kind": "proportional", "reverse": "ratio"}, fact, reverse="linear") == pytest.approx(4 / 5)


# ---- facts that are missing ----

LIST = checklist(None, None, gate=True)
BANDS = bands({"≥80%": "100%", "<80%": "0%"})
STEPS = {"kind": "deduction", "from": "90%", "when": "below", "step": "1%", "per_step": "5%"}


@pytest.mark.parametrize(
    ("rule", "fact", "lacking"),
    [
        ({"kind": "proportional"}, {}, ["本指标 的实际完成值（actual）", "本指标 的目标值（target）"]),
        ({"kind": "proportional"}, {"actual": "5次"}, ["本指标 的目标值（target）"]),
        ({"kind": "proportional", "target": "≥5次"}, {}, ["本指标 的实际完成值（actual）"]),
        ({"kind": "all_or_nothing"}, {}, ["本指标 是否达到（met: 是/否），或实际完成值（actual）"]),
        ({"kind": "all_or_nothing"}, {"actual": "5次"}, ["本指标 的目标值（target）"]),
        (
            {"kind": "all_or_nothing"},
            {"target": "完成", "actual": "基本建成"},
            ["本指标 是否达到（met: 是/否；目标和结果是不同的文字，不能自动比较）"],
        ),
        (BANDS, {}, ["本指标 的实际完成值（actual）"]),
        (STEPS, {}, ["本指标 的实际完成值（actual）"]),
        ({"kind": "per_item", "per_item": "5%"}, {}, ["本指标 的发现数（count，如 0处）"]),
        (LIST, {}, ["本指标 的要素①②是否满足（items，共2项，写 是 或 否）"]),
        (LIST, {"items": ["是"]}, ["本指标 的要素②是否满足（items，共2项，写 是 或 否）"]),
        ({"kind": "ordinal", "levels": {"优": "100%", "差": "0%"}}, {}, ["本指标 的等次（level，优、差 之一）"]),
        ({"kind": "ordinal", "levels": {"优": "100%"}}, {"level": "良"}, ["本指标 的等次（level，优 之一）"]),
        (
            {"kind": "qualitative"},
            {},
            ["本指标 的评定比例（share，如 80% 或 14分）和理由（reason）", "本指标 的完成情况（level，如 达成）"],
        ),
        ({"kind": "qualitative"}, {"share": "80%", "reason": "已建立"}, ["本指标 的完成情况（level，如 达成）"]),
        (
            {"kind": "qualitative", "bands": {"显著": "[80%,100%]", "一般": "[0%,80%)"}},
            {"share": "80%", "reason": "已建立"},
            ["本指标 的完成情况（level，如 显著）"],
        ),
        ({"kind": "judged"}, {}, ["本指标 的评定比例（share，如 80% 或 14分）和理由（reason）"]),
        ({"kind": "self_declared"}, {}, ["本指标 的自报得分（declared）"]),
        ({"kind": "judged", "on": "另一条"}, {}, ["另一条 的评定比例（share，如 80% 或 14分）和理由（reason）"]),
        (
            {"kind": "any_of", "rules": [BANDS, {"kind": "judged"}]},
            {"actual": "50%"},
            ["本指标 的评定比例（share，如 80% 或 14分）和理由（reason）"],
        ),
        (
            {"kind": "first_of", "cases": [{"when": "≤100%", "rule": BANDS}, {"rule": {"kind": "judged"}}]},
            {},
            ["本指标 的实际完成值（actual）"],
        ),
        (
            {"kind": "first_of", "cases": [{"when": {"met": "是"}, "on": "竣工", "rule": BANDS}, {"rule": STEPS}]},
            {"actual": "50%"},
            ["竣工 的是否符合要求（met: 是；出现了标准所写不得分的情形，写 否）"],
        ),
        (
            {"kind": "first_of", "cases": [{"when": "≤100%", "rule": {"kind": "judged"}}, {"rule": STEPS}]},
            {"actual": "50%"},
            ["本指标 的评定比例（share，如 80% 或 14分）和理由（reason）"],
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) and "kind" in value else None,
)
def test_without_a_fact_there_is_no_share_and_the_rule_says_what_it_lacks(
    rule: dict[str, Any], fact: dict[str, Any], lacking: list[str]
) -> None:
    facts = facts_of({OWN: fact})
    assert math.isnan(rule_of(rule).shares(facts, OWN, context_of())[0])
    assert rule_of(rule).lacks(facts, OWN, 0) == lacking
    assert rule_of(rule).explain(facts, OWN, context_of(), 0)


def test_an_unanswered_element_does_not_matter_once_a_gate_has_failed() -> None:
    facts = facts_of({OWN: {"items": ["否"]}})
    assert rule_of(LIST).shares(facts, OWN, context_of())[0] == 0
    assert rule_of(LIST).lacks(facts, OWN, 0) == []


def test_a_self_declared_score_of_an_indicator_without_weight_has_no_share() -> None:
    assert math.isnan(share_of({"kind": "self_declared"}, {"declared": 0}, weight=0))


@pytest.mark.parametrize("target", ["2022-12-31前", "丰富"])
@pytest.mark.parametrize(("actual", "share"), [("100%", 1), ("99.9%", 0)])
def test_a_date_or_a_word_may_be_reported_as_achieved(target: str, actual: str, share: float) -> None:
    assert share_of({"kind": "all_or_nothing"}, {"target": target, "actual": actual}) == share


def test_any_of_is_certain_with_all_elements_of_a_checklist_of_six() -> None:
    six = checklist(*[None] * 6)  # 6 × 1/6 is below 1 in binary
    rule = {"kind": "any_of", "rules": [six, {"kind": "judged"}]}
    assert share_of(rule, {"items": ["是"] * 6}) == pytest.approx(1)


# ---- what a rubric may not say ----


@pytest.mark.parametrize(
    ("rule", "needle"),
    [
        ({"kind": "proportional", "target": "2022-12-31前"}, "应是数量"),
        ({"kind": "proportional", "target": "丰富"}, "应是数量"),
        ({"kind": "proportional", "cap": "0%"}, "cap 应大于 0"),
        ({"kind": "all_or_nothing", "target": "丰富"}, "不能自动比较"),
        (STEPS | {"step": "1次"}, "单位不同"),
        (STEPS | {"step": "0%"}, "step 应大于 0"),
        (STEPS | {"base": "120%"}, "floor ≤ base"),
        (STEPS | {"base": "20%", "floor": "30%"}, "floor ≤ base"),
        (STEPS | {"floor": "-10%"}, "floor ≤ base"),
        ({"kind": "per_item", "per_item": "5%", "floor": "-10%"}, "floor ≤ base"),
        ({"kind": "per_item", "per_item": "5%", "item": "处错误", "nothing": "≥3次"}, "单位同 item"),
        ({"kind": "per_item", "per_item": "5%", "item": "处错误", "nothing": "[3处,5处]"}, "写个数的下限"),
        (checklist("50%", None), "全部写出"),
        ({"kind": "ordinal", "levels": {"优": "101%"}}, "0%至100%"),
        (bands({"≥80%": "100%", "<80次": "0%"}), "单位"),
        (bands({">80%": "100%", "<80%": "0%"}), "空档"),
        (bands({"≥80%": "100%", "≤80%": "0%"}), "重叠"),
        (bands({"≥80%": "11分", "<80%": "0%"}), "超过权重"),
        ({"kind": "first_of", "cases": [{"rule": BANDS}, {"when": "≥5%", "rule": BANDS}]}, "永远用不到"),
        ({"kind": "first_of", "cases": [{"when": "≥5%", "rule": BANDS}, {"rule": STEPS | {"step": "0%"}}]}, "大于 0"),
        ({"kind": "any_of", "rules": [BANDS, STEPS | {"step": "0%"}]}, "大于 0"),
    ],
    ids=str,
)
def test_faults(rule: dict[str, Any], needle: str) -> None:
    assert needle in "；".join(rule_of(rule).faults(context_of()))


def test_a_qualitative_rule_needs_bands_in_the_profile() -> None:
    context = context_of().__class__(10)
    assert "没有定义定性分档" in "；".join(rule_of({"kind": "qualitative"}).faults(context))


@pytest.mark.parametrize(
    ("rule", "needle"),
    [
        ({"kind": "unheard"}, "unheard"),
        (STEPS | {"per_step": "5次"}, "占权重的百分比"),
        (STEPS | {"per_step": 5}, "没有单位"),
        (STEPS | {"per_step": "-5%"}, "占权重的百分比"),
        (STEPS | {"from": "丰富"}, "应是一个数加单位"),
        (STEPS | {"unknown": 1}, "Extra inputs"),
        ({"kind": "bands", "bands": [{"range": "≥80%"}]}, "之一"),
        ({"kind": "bands", "bands": [{"range": "≥80%", "share": "5%", "points": "5分"}]}, "之一"),
        ({"kind": "bands", "bands": []}, "at least 1"),
        ({"kind": "per_item", "per_item": "5%", "item": ""}, "at least 2"),
        (checklist("-50%", "50%"), "占权重的百分比"),
        ({"kind": "ordinal", "levels": {"优": "100%", "差": "-1%"}}, "占权重的百分比"),
        ({"kind": "any_of", "rules": [BANDS]}, "at least 2"),
        ({"kind": "first_of", "cases": [{"when": {"met": "好"}, "rule": BANDS}, {"rule": BANDS}]}, "条件写成"),
        ({"kind": "first_of", "cases": [{"when": "100%", "rule": BANDS}, {"rule": BANDS}]}, "不是区间"),
    ],
    ids=str,
)
def test_refused_parameters(rule: dict[str, Any], needle: str) -> None:
    with pytest.raises(ValidationError, match=needle):
        rule_of(rule)


@pytest.mark.parametrize(
    ("rule", "needle"),
    [
        (bands({"≥80%": "9分", "<80%": "0%"}), "没有满分档"),
        (bands({"≥80%": "100%", "<80%": "10分"}), "得分相同"),
        (checklist("50%", "25%"), "75%，不是100%"),
        ({"kind": "ordinal", "levels": {"良": "80%"}}, "没有满分档：最高只得"),
        (
            {
                "kind": "first_of",
                "cases": [
                    {"when": "≥80%", "rule": {"kind": "ordinal", "levels": {"良": "80%"}}},
                    {"rule": {"kind": "ordinal", "levels": {"中": "60%"}}},
                ],
            },
            "最高只得8分",
        ),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_lint(rule: dict[str, Any], needle: str) -> None:
    texts = list(rule_of(rule).lint(context_of()))
    assert len(texts) == 1
    assert needle in texts[0]
    assert list(rule_of(rule).faults(context_of())) == []


# ---- ranges ----


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("[90%,100%)", [0.9, 0.95], [0.89, 1.0]),
        ("(90%,100%]", [0.95, 1.0], [0.9, 1.01]),
        ("【90%，100%】", [0.9, 1.0], [0.89, 1.01]),
        ("[0,60%)", [0, 0.59], [0.6]),
        ("[,60)", [-5, 59], [60]),
        ("≥95%", [0.95, 2], [0.94]),
        (">95%", [0.96], [0.95]),
        ("≤100%", [1.0], [1.01]),
        ("<60", [59.9], [60]),
        ("=0次", [0], [1, -1]),
        ("[4,900元,1万元]", [], []),
    ],
)
def test_ranges(text: str, inside: list[float], outside: list[float]) -> None:
    if not inside:
        with pytest.raises(UnitError):
            parse_range(text)
        return
    assert parse_range(text).contains(inside).all()
    assert not parse_range(text).contains([*outside, np.nan]).any()


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("90%", "不是区间"),
        ("[90%,80%)", "下限大于上限"),
        ("[80%,80%)", "没有任何数"),
        ("[5,60%)", "单位不同"),
        ("[0%,5)", "单位不同"),
        ("[1次,5人)", "单位不同"),
        ("≥nan", "不是一个数"),
        ("≥inf", "不是一个数"),
        ("≥丰富", "不是区间的端点"),
        ("≥", "不是区间"),
    ],
)
def test_refused_ranges(text: str, needle: str) -> None:
    with pytest.raises(UnitError, match=needle):
        parse_range(text)


def test_the_first_range_that_holds_a_value_is_found() -> None:
    ranges = [parse_range(text) for text in ("≥90", "[60,90)", "<60")]
    np.testing.assert_array_equal(find(ranges, [100, 90, 89.9, 60, 59.9, np.nan]), [0, 0, 1, 1, 2, -1])
    assert gaps(ranges) == []


# ---- which shares can be reached ----


@pytest.mark.parametrize(
    ("rule", "shares"),
    [
        (checklist(None, None), [0, 0.5, 1]),
        (LIST, [0, 0.5, 1]),
        (checklist("20%", "40%", gate=True), [0, 0.2, 0.6]),
        ({"kind": "all_or_nothing"}, [0, 1]),
        (
            {"kind": "any_of", "rules": [{"kind": "all_or_nothing"}, {"kind": "ordinal", "levels": {"良": "80%"}}]},
            [0, 0.8, 1],
        ),
        ({"kind": "any_of", "rules": [{"kind": "all_or_nothing"}, {"kind": "judged"}]}, None),
    ],
    ids=str,
)
def test_reachable(rule: dict[str, Any], shares: list[float] | None) -> None:
    found = rule_of(rule).reachable(context_of())
    assert found == (None if shares is None else pytest.approx(shares))


# ---- properties ----

percent = st.decimals(0, 300, places=2)
RATES: list[dict[str, Any]] = [
    {"kind": "proportional", "target": "≥80%"},
    {"kind": "proportional", "target": "≤80%", "reverse": "linear"},
    {"kind": "proportional", "target": "≤80%", "reverse": "ratio"},
    {"kind": "proportional", "target": "=0%"},
    {"kind": "all_or_nothing", "target": "≥80%"},
    bands({"≥95%": "100%", "[80%,95%)": "60%", "<80%": "0%"}),
    STEPS | {"step": "3%", "per_step": "7%"},
    STEPS | {"step": "3%", "per_step": "7%", "rounding": "down"},
    STEPS | {"step": "3%", "per_step": "7%", "rounding": "up"},
    STEPS | {"step": "3%", "per_step": "7%", "when": "above", "floor": "20%"},
]
FALLING = [1, 2, 3, 9]
"""Positions in RATES of the rules for which less is better."""
COMPARING = [
    example["rule"]
    for example in EXAMPLES
    if (rule := rule_of(example["rule"])).unit() == "%" and "cap" not in example["rule"]
    if set(rule.reads(OWN)) == {(OWN, "actual")} and not list(rule.faults(context_of()))
]
"""The examples of rules, of whatever kind, that read a percentage and nothing else."""


def rates(rule: dict[str, Any], values: list[Any]) -> np.ndarray:
    facts = facts_of(*({OWN: {"actual": f"{value}%"}} for value in values))
    return rule_of(rule).shares(facts, OWN, context_of())


STEPS_TO_TARGET = {"kind": "deduction", "when": "below", "step": "1%", "per_step": "5%"}


class Asked:
    """Facts that note what a rule asks of them; every answer is drawn, missing ones too."""

    def __init__(self, size: int, draw: Any) -> None:
        self.size, self.draw = size, draw
        self.asked: set[tuple[str, str]] = set()

    def _values(self, fact: str, field: str, values: st.SearchStrategy[Any]) -> np.ndarray:
        self.asked.add((fact, field))
        return np.array(self.draw(st.lists(values, min_size=self.size, max_size=self.size)))

    def number(self, fact: str, field: str) -> np.ndarray:
        return self._values(fact, field, st.sampled_from([math.nan, 0.0, 0.5, 0.9, 1.0, 3.0]))

    def given(self, fact: str, weight: float) -> np.ndarray:
        return self._values(fact, "share", st.sampled_from([math.nan, 0.0, 0.9, 1.0]))

    def operator(self, fact: str) -> np.ndarray:
        return self._values(fact, "target", st.integers(0, 4))

    def rate(self, fact: str, *, rising: bool = False) -> tuple[np.ndarray, np.ndarray]:
        return self.number(fact, "actual"), np.full(self.size, 1.0)

    def items(self, fact: str, size: int) -> np.ndarray:
        row = st.lists(st.sampled_from([math.nan, 0.0, 1.0]), min_size=size, max_size=size)
        return self._values(fact, "items", row)

    def level(self, fact: str, levels: Any) -> np.ndarray:
        return self._values(fact, "level", st.integers(-1, len(levels) - 1))


ELSEWHERE = {"kind": "any_of", "on": "别处", "rules": [{"kind": "judged"}, {"kind": "per_item", "per_item": "5%"}]}
CONDITION = {"when": {"met": "是"}, "on": "条件", "rule": ELSEWHERE}
MEASURED = {"when": "≤100%", "rule": {"kind": "proportional"}}
ASKING = [
    *(example["rule"] for example in EXAMPLES),
    ELSEWHERE,
    {
        "kind": "first_of",
        "cases": [CONDITION, MEASURED, {"rule": ELSEWHERE}],
    },
]


@given(st.sampled_from(ASKING), st.integers(1, 4), st.data())
def test_a_rule_asks_for_nothing_that_it_does_not_declare(rule: dict[str, Any], size: int, data: Any) -> None:
    facts = Asked(size, data.draw)
    declared = set(rule_of(rule).reads(OWN))
    assert {field for _, field in declared} <= set(FIELDS)
    assert rule_of(rule).shares(facts, OWN, context_of()).shape == (size,)
    assert facts.asked <= declared


@given(st.sampled_from([rule for rule in ASKING if rule["kind"] not in ("any_of", "first_of")]), st.data())
def test_a_rule_declares_nothing_that_it_never_asks_for(rule: dict[str, Any], data: Any) -> None:
    facts = Asked(1, data.draw)
    rule_of(rule).shares(facts, OWN, context_of())
    fixed = {(rule.get("on", OWN), "target")} if "target" in rule else set()
    assert set(rule_of(rule).reads(OWN)) - fixed == facts.asked


@given(st.sampled_from([*RATES, *COMPARING]), st.lists(percent, min_size=1, max_size=8))
def test_shares_lie_between_0_and_1(rule: dict[str, Any], values: list[Any]) -> None:
    shares = rates(rule, values)
    assert not ((shares < 0) | (shares > 1)).any()
    assert rule not in RATES or not np.isnan(shares).any()  # bands may leave a gap


@given(percent, st.decimals(100, 200, places=1))
def test_a_cap_is_the_only_way_above_1(value: Any, cap: Any) -> None:
    share = rates({"kind": "proportional", "target": "≥80%", "cap": f"{cap}%"}, [value])[0]
    assert share == pytest.approx(float(min(Fraction(value) / 80, Fraction(cap) / 100)))


@given(st.integers(0, len(RATES) - 1), percent, percent)
def test_shares_follow_the_actual_value(index: int, one: Any, other: Any) -> None:
    low, high = sorted((one, other), reverse=index in FALLING)
    shares = rates(RATES[index], [low, high])
    assert shares[0] <= shares[1] + 1e-12


@given(st.sampled_from(RATES), st.permutations([0, 12.5, 79.99, 80, 90, 95, 100, 180]))
def test_units_do_not_influence_each_other(rule: dict[str, Any], values: list[Any]) -> None:
    np.testing.assert_array_equal(rates(rule, values), [rates(rule, [value])[0] for value in values])


@given(st.integers(1, 10**6), st.integers(0, 2 * 10**6))
def test_proportional_is_exact(target: int, actual: int) -> None:
    share = share_of({"kind": "proportional"}, {"target": f"≥{target}人", "actual": f"{actual}人"})
    assert share == float(min(Fraction(actual, target), Fraction(1)))


@given(st.integers(1, 10**6), st.integers(0, 3 * 10**6), st.sampled_from(["ratio", "linear"]))
def test_lower_is_better_is_exact(target: int, actual: int, reverse: str) -> None:
    share = share_of({"kind": "proportional", "reverse": reverse}, {"target": f"≤{target}元", "actual": f"{actual}元"})
    over = Fraction(target, max(actual, 1)) if reverse == "ratio" else 1 - Fraction(actual - target, target)
    assert share == pytest.approx(float(min(max(over, Fraction(0)), Fraction(1))), abs=1e-12)


@given(percent, st.sampled_from(["linear", "down", "up"]))
def test_deductions_are_exact(actual: Any, rounding: str) -> None:
    steps = max(Fraction(90) - Fraction(actual), Fraction(0)) / 3
    counted = {"linear": steps, "down": Fraction(math.floor(steps)), "up": Fraction(math.ceil(steps))}[rounding]
    expected = max(1 - counted * Fraction(7, 100), Fraction(0))
    rule = STEPS | {"step": "3%", "per_step": "7%", "rounding": rounding}
    assert rates(rule, [actual])[0] == pytest.approx(float(expected), abs=1e-7)


@given(st.integers(0, 40), st.integers(1, 60))
def test_items_are_exact(count: int, per_item: int) -> None:
    share = share_of({"kind": "per_item", "per_item": f"{per_item}%"}, {"count": f"{count}处"})
    assert share == pytest.approx(float(max(1 - count * Fraction(per_item, 100), Fraction(0))), abs=1e-12)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=9))
def test_elements_add_up_and_every_sum_is_reachable(elements: list[tuple[int, bool]]) -> None:
    whole = sum(share for share, _ in elements)
    shares = [round(100 * share / whole, 4) for share, _ in elements]
    rule = checklist(*(f"{share}%" for share in shares))
    share = share_of(rule, {"items": ["是" if met else "否" for _, met in elements]})
    expected = min(sum(share for share, (_, met) in zip(shares, elements, strict=True) if met) / 100, 1)
    assert share == pytest.approx(expected, abs=1e-9)
    reachable = rule_of(rule).reachable(context_of())
    assert reachable is not None
    assert any(abs(share - one) < 1e-6 for one in reachable)


@given(st.lists(st.booleans(), min_size=2, max_size=8), st.randoms())
def test_the_order_of_equal_elements_does_not_matter(answers: list[bool], random: Any) -> None:
    rule = checklist(*[None] * len(answers))
    before = share_of(rule, {"items": ["是" if met else "否" for met in answers]})
    random.shuffle(answers)
    assert share_of(rule, {"items": ["是" if met else "否" for met in answers]}) == pytest.approx(before, abs=1e-12)


@given(st.permutations([BANDS, STEPS, {"kind": "all_or_nothing", "target": "≥95%"}]), percent)
def test_any_of_is_the_best_in_any_order(rules: list[dict[str, Any]], actual: Any) -> None:
    best = max(rates(rule, [actual])[0] for rule in rules)
    assert rates({"kind": "any_of", "rules": rules}, [actual])[0] == best


def test_counted_ranges_join_where_no_whole_number_lies_between() -> None:
    assert gaps([parse_range("=0次"), parse_range("[1次,4次)"), parse_range("≥4次")]) == []
    assert gaps([parse_range("=0%"), parse_range("≤10%"), parse_range(">10%")]) == []
    assert len(gaps([parse_range("≤10%"), parse_range("=0%"), parse_range(">10%")])) == 2  # it never counts
    assert len(gaps([parse_range("=0次"), parse_range("[2次,4次)")])) == 1
    assert len(gaps([parse_range("=0%"), parse_range("[1%,4%)")])) == 1


# ---- what holds of every kind, by its worked examples with other facts ----

_AMOUNTS = st.integers(0, 200)
_FIELDS: dict[str, Callable[[str], st.SearchStrategy[Any]]] = {
    "actual": lambda unit: _AMOUNTS.map(lambda n: f"{n}{unit}"),
    "target": lambda unit: st.tuples(st.sampled_from("≥≤="), _AMOUNTS).map(lambda t: f"{t[0]}{t[1]}{unit}"),
    "count": lambda unit: st.integers(0, 30).map(lambda n: f"{n}处"),
    "met": lambda unit: st.sampled_from(["是", "否"]),
    "items": lambda unit: st.lists(st.sampled_from(["是", "否"]), min_size=9, max_size=9),
    "level": lambda unit: st.sampled_from(["优", "良", "中", "差", "达成", "部分达成", "未达成"]),
    "share": lambda unit: st.integers(0, 100).map(lambda n: f"{n}%"),
    "declared": lambda unit: st.integers(0, 10),
}
"""Field of a fact → what may be written there."""


def drawn(rule: Any, data: st.DataObject) -> dict[str, Any]:
    """Facts of one unit with every field that the rule reads, in the unit that it compares with."""
    units = dict(rule.compares(OWN))
    facts: dict[str, Any] = {}
    for fact, field in rule.reads(OWN):
        found = facts.setdefault(fact, {})
        found[field] = data.draw(_FIELDS[field](units.get(fact, "%")))
        if field == "share":
            found["reason"] = "评价人判定"
    return facts


@given(st.sampled_from([example for example in EXAMPLES if example["rule"]["kind"] != "constant"]), st.data())
def test_every_rule_gives_a_share_it_can_explain(example: dict[str, Any], data: st.DataObject) -> None:
    rule, context = rule_of(example["rule"]), context_of(example["weight"])
    units = [drawn(rule, data) for _ in range(3)]
    shares = rule.shares(facts_of(*units), OWN, context)
    most = float(getattr(rule, "cap", 1.0))
    for row, unit in enumerate(units):
        alone = facts_of(unit)
        np.testing.assert_array_equal(
            rule.shares(alone, OWN, context), shares[row : row + 1]
        )  # no unit matters to another
        assert math.isnan(shares[row]) or -1e-12 <= shares[row] <= most + 1e-12
        assert rule.explain(alone, OWN, context, 0)
    nothing = facts_of({})
    assert math.isnan(rule.shares(nothing, OWN, context)[0])  # what is not there earns nothing
    assert rule.lacks(nothing, OWN, 0)


@pytest.mark.parametrize(
    ("rule", "target", "actual", "share", "trace"),
    [
        (STEPS_TO_TARGET, "≤200天", "190天", 1.0, "没有超过目标值，不低于目标值≤200天，不扣分"),
        # 200÷210 is 95.2381%: 4.7619 points short, 5% for each.
        (STEPS_TO_TARGET, "≤200天", "210天", 0.7619047619, "目标值÷实际值为95.24%，低于目标值≤200天达4.7619个百分点"),
        (STEPS_TO_TARGET, "≥200天", "190天", 0.75, "为目标值≥200天的95%，低于目标值≥200天达5个百分点"),
        ({"kind": "proportional"}, "3-5次", "5次", 1.0, "目标值3-5次，完成率100%，得满分"),
        ({"kind": "proportional"}, "3-5次", "2次", 0.6666666667, "完成率66.67%"),
    ],
)
def test_how_far_a_limit_or_an_interval_is_reached(
    rule: dict[str, Any], target: str, actual: str, share: float, trace: str
) -> None:
    facts = {"target": target, "actual": actual}
    assert share_of(rule, facts) == pytest.approx(share)
    assert trace in rule_of(rule).explain(facts_of({OWN: facts}), OWN, context_of(), 0)
