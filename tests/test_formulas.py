"""Formulas: worked examples by hand, properties, and a registry that says what the functions do."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from perfkit.errors import UnitError
from perfkit.figures import formulas
from perfkit.figures.expressions import formula_of, read_expression
from perfkit.figures.formulas import FORMULAS, Formula, time_progress_on, wilson_interval

EXAMPLES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("cases") / "formulas.yaml")

# The arithmetic once more, on exact fractions, with a zero divisor raising ZeroDivisionError.
Exact = Callable[..., Fraction]
QUOTIENTS = [
    "预算执行率", "预算完成率", "资金到位率", "到位及时率", "结转结余率", "公用经费控制率", "三公经费控制率",
    "政府采购执行率", "在职人员控制率", "固定资产利用率", "重点支出安排率", "项目安排率", "实际完成率", "完成及时率",
    "质量达标率（计划口径）", "质量达标率（实际口径）", "重点工作办结率", "绩效评价覆盖率", "预算支出标准执行率",
    "满意度",
]  # fmt: skip
CHANGES = ["结转结余变动率", "公用经费变动率", "三公经费变动率"]
SAVINGS = ["政府采购节支率", "成本节约率"]
EXACT: dict[str, Exact] = {
    **dict.fromkeys(QUOTIENTS, lambda a, b: a / b),
    **dict.fromkeys(CHANGES, lambda a, b: (a - b) / b),
    **dict.fromkeys(SAVINGS, lambda a, b: (b - a) / b),
    "预算调整率": lambda a, b, policy, force, assigned: abs(a - policy - force - assigned) / b,
    "支付进度率": lambda a, b, planned: a / b / planned,
    "序时进度": lambda months: months / 12,
}
MONEY = [name for name in FORMULAS if name != "序时进度"]

amounts = st.decimals(0, 10**9, places=2).map(float)
positive_amounts = st.decimals("0.01", 10**9, places=2).map(float)


def compute(formula: Formula, values: list[Any]) -> formulas.Floats:
    return formula(**dict(zip(formula.inputs, values, strict=True)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e['formula']}：{e['name']}")
def test_worked_example(example: dict[str, Any]) -> None:
    result = FORMULAS[example["formula"]](**example["input"])
    assert isinstance(result, np.ndarray)
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, example["output"], rtol=0, atol=example["tolerance"])


def test_every_formula_has_an_example_and_an_exact_twin() -> None:
    examples = {example["formula"] for example in EXAMPLES}
    assert examples ^ set(FORMULAS) == set(), "tests/cases/formulas.yaml: examples of every formula, and of no other"
    assert set(EXACT) ^ set(FORMULAS) == set(), "tests/test_formulas.py: an exact twin in EXACT, mostly in QUOTIENTS"


@pytest.mark.parametrize("name", FORMULAS)
def test_row_of_the_table_is_complete(name: str) -> None:
    formula = FORMULAS[name]
    assert formula.name == name
    assert re.fullmatch("[a-z_]+", formula.ratio)
    assert all(re.fullmatch("[a-z_]+", key) for key in formula.inputs)
    assert all(each.label in formula.expression for each in formula.inputs.values())
    assert all(each.unit in ("元", "人", "项", "份", "月", "%", "同一单位") for each in formula.inputs.values())
    assert set(formula.divisors) <= set(formula.required) <= set(formula.inputs)
    assert re.match(r"\w+〔20\d\d〕\d+号", formula.source)
    assert formula.better in ("higher", "lower", "zero")
    assert "零" in formula.zero
    assert formula.expression.endswith("×100%")


def test_two_names_of_one_ratio() -> None:
    assert FORMULAS["预算执行率"].ratio == FORMULAS["预算完成率"].ratio
    shapes: dict[str, set[object]] = {}
    for formula in FORMULAS.values():
        shapes.setdefault(formula.ratio, set()).add(formula.shape)
    assert {ratio: found for ratio, found in shapes.items() if len(found) > 1} == {}


def test_inputs_by_order_and_by_name_and_no_others() -> None:
    formula = FORMULAS["预算调整率"]
    assert formula(28.2, 9.97, policy=28.2) == formula(adjustment=28.2, budget=9.97, policy=28.2) == 0
    with pytest.raises(TypeError, match="缺少 budget"):
        formula(28.2)
    with pytest.raises(TypeError, match="只有 adjustment、budget、policy、force_majeure、assigned 这些参数"):
        formula(28.2, 9.97, received=1)
    with pytest.raises(TypeError, match="这些参数"):
        FORMULAS["序时进度"](1, 2)


def test_expression_with_figures_leaves_out_what_is_not_given() -> None:
    formula = FORMULAS["预算调整率"]
    assert formula.written({"adjustment": "28.2万元", "budget": "9.97万元"}) == "|28.2万元|÷9.97万元×100%"
    assert formula.written({"adjustment": "甲", "budget": "乙", "assigned": "丙"}) == "|甲－丙|÷乙×100%"


def test_texts_for_the_reader() -> None:
    assert FORMULAS["预算执行率"].expression == "决算支出÷全年预算数×100%"
    assert FORMULAS["三公经费变动率"].expression == "（本年三公经费－上年三公经费）÷上年三公经费×100%"
    assert FORMULAS["成本节约率"].expression == "（计划成本－实际成本）÷计划成本×100%"
    assert FORMULAS["序时进度"].expression == "已过月数÷12×100%"
    assert FORMULAS["在职人员控制率"].zero == "编制数为零时无法计算，结果为缺失（NaN）"
    assert FORMULAS["支付进度率"].zero == "支出预算数或既定支付进度为零时无法计算，结果为缺失（NaN）"
    assert FORMULAS["序时进度"].zero == "除数固定，不会为零"


@given(st.sampled_from(list(FORMULAS)), st.data())
def test_agrees_with_fractions(name: str, data: st.DataObject) -> None:
    values = [data.draw(amounts) for _ in FORMULAS[name].inputs]
    result = float(compute(FORMULAS[name], values))
    try:
        exact = EXACT[name](*map(Fraction, values))
    except ZeroDivisionError:
        assert math.isnan(result)
    else:
        # Subtracting amounts loses digits in proportion to the amounts, not to their difference.
        size = sum(values) / values[1] if len(values) > 1 else 1.0
        assert result == pytest.approx(float(exact), rel=1e-12, abs=1e-14 * size)


@given(st.sampled_from(MONEY), st.data(), st.floats(1e-4, 1e8))
def test_the_unit_of_money_does_not_matter(name: str, data: st.DataObject, scale: float) -> None:
    values = [data.draw(positive_amounts) for _ in FORMULAS[name].inputs]
    scaled = [value if argument == "planned" and name == "支付进度率" else value * scale
              for argument, value in zip(FORMULAS[name].inputs, values, strict=True)]  # fmt: skip
    before, after = float(compute(FORMULAS[name], values)), float(compute(FORMULAS[name], scaled))
    assert after == pytest.approx(before, rel=1e-9, abs=1e-12 * (1 + sum(values) / values[1]))


@given(st.sampled_from(QUOTIENTS), amounts, positive_amounts)
def test_a_part_of_a_whole_is_between_zero_and_one(name: str, a: float, b: float) -> None:
    part, whole = min(a, b), b
    assert 0 <= compute(FORMULAS[name], [part, whole]) <= 1


@given(st.sampled_from(CHANGES), amounts, positive_amounts)
def test_a_change_is_at_least_minus_one_and_signed(name: str, this_year: float, last_year: float) -> None:
    change = compute(FORMULAS[name], [this_year, last_year])
    assert change >= -1
    assert np.sign(change) == np.sign(this_year - last_year)


@given(st.sampled_from(SAVINGS), amounts, positive_amounts)
def test_a_saving_is_at_most_one_and_signed(name: str, actual: float, planned: float) -> None:
    saving = compute(FORMULAS[name], [actual, planned])
    assert saving <= 1
    assert np.sign(saving) == np.sign(planned - actual)


@given(amounts, positive_amounts)
def test_procurement_rates_are_complements(actual: float, budget: float) -> None:
    both = [compute(FORMULAS[name], [actual, budget]) for name in ("政府采购执行率", "政府采购节支率")]
    assert float(sum(both)) == pytest.approx(1, abs=1e-12 * (1 + actual / budget))


@given(amounts, amounts, positive_amounts)
def test_adjustment_counts_cuts_like_additions(amount: float, excluded: float, budget: float) -> None:
    rate = FORMULAS["预算调整率"]
    assert rate(amount, budget) == rate(-amount, budget)
    named = [rate(amount, budget, **{name: excluded}) for name in ("policy", "force_majeure", "assigned")]
    assert named[0] == named[1] == named[2]
    assert rate(amount, budget, policy=amount) == 0


@pytest.mark.parametrize("name", FORMULAS)
def test_missing_input_gives_missing_output(name: str) -> None:
    count = len(FORMULAS[name].inputs)
    for missing in range(count):
        values = [np.array([2.0, math.nan if i == missing else 2.0]) for i in range(count)]
        np.testing.assert_array_equal(np.isnan(compute(FORMULAS[name], values)), [False, True])


@pytest.mark.parametrize("name", MONEY)
@pytest.mark.parametrize("top", [0.0, 3.0, math.nan])
def test_zero_divisor_is_missing_without_a_warning(name: str, top: float) -> None:
    assert np.isnan(compute(FORMULAS[name], [top, 0.0] + [1.0] * (len(FORMULAS[name].inputs) - 2)))


@pytest.mark.parametrize("name", MONEY)
def test_broadcasts_lists_and_scalars(name: str) -> None:
    rest = [0.5] * (len(FORMULAS[name].inputs) - 2)
    result = compute(FORMULAS[name], [[1, 2, 3], 4, *rest])
    assert result.shape == (3,)
    np.testing.assert_array_equal(result, [float(compute(FORMULAS[name], [x, 4, *rest])) for x in (1, 2, 3)])


def test_inputs_are_left_alone() -> None:
    executed, budget = np.array([1.0, 2.0]), np.array([0.0, 4.0])
    FORMULAS["预算执行率"](executed, budget)
    np.testing.assert_array_equal([executed, budget], [[1, 2], [0, 4]])


# Textbook values of the 95% interval: 8 of 10, none of 10, all of 10; and 90% for 8 of 10 (z = 1.644854).
@pytest.mark.parametrize(
    ("positive", "valid", "confidence", "low", "high"),
    [
        (8, 10, 0.95, 0.49016, 0.94332),
        (0, 10, 0.95, 0.0, 0.27753),
        (10, 10, 0.95, 0.72247, 1.0),
        (8, 10, 0.9, 0.54079, 0.93144),
    ],
)
def test_wilson_example(positive: int, valid: int, confidence: float, low: float, high: float) -> None:
    interval = wilson_interval(positive, valid, confidence)
    assert all(isinstance(end, np.ndarray) for end in interval)
    np.testing.assert_allclose(interval, (low, high), rtol=0, atol=5e-6)


@given(st.integers(1, 10**7), st.data(), st.floats(0.5, 0.999))
def test_wilson_contains_the_estimate(valid: int, data: st.DataObject, confidence: float) -> None:
    positive = data.draw(st.integers(0, valid))
    low, high = wilson_interval(positive, valid, confidence)
    assert 0 <= low <= positive / valid <= high <= 1
    assert low < high


@given(st.integers(1, 10**6), st.data())
def test_wilson_mirrors_and_narrows(valid: int, data: st.DataObject) -> None:
    positive = data.draw(st.integers(0, valid))
    low, high = wilson_interval(positive, valid)
    mirrored = wilson_interval(valid - positive, valid)
    np.testing.assert_allclose((low, high), (1 - mirrored[1], 1 - mirrored[0]), rtol=0, atol=1e-12)
    more_low, more_high = wilson_interval(10 * positive, 10 * valid)
    assert more_high - more_low < high - low
    wide_low, wide_high = wilson_interval(positive, valid, 0.99)
    assert wide_low <= low
    assert wide_high >= high


@pytest.mark.parametrize(("positive", "valid"), [(0, 0), (3, 0), (11, 10), (-1, 10), (math.nan, 10), (5, math.nan)])
def test_wilson_of_impossible_counts_is_missing(positive: float, valid: float) -> None:
    assert np.isnan(wilson_interval(positive, valid)).all()


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, -0.5, math.nan])
def test_wilson_refuses_an_impossible_confidence(confidence: float) -> None:
    with pytest.raises(ValueError, match="置信水平应在 0 与 1 之间"):
        wilson_interval(8, 10, confidence)


@pytest.mark.parametrize(
    ("day", "months"),
    [
        (dt.date(2023, 10, 31), Fraction(10)),
        (dt.date(2023, 12, 31), Fraction(12)),
        (dt.date(2023, 1, 1), Fraction(1, 31)),
        (dt.date(2023, 2, 14), Fraction(3, 2)),
        (dt.date(2024, 2, 29), Fraction(2)),
        (dt.date(2024, 6, 10), 5 + Fraction(1, 3)),
    ],
)
def test_time_progress_on_a_day(day: dt.date, months: Fraction) -> None:
    assert time_progress_on(day) == pytest.approx(float(months / 12), abs=1e-15)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 30)))
def test_time_progress_grows_within_the_year(day: dt.date) -> None:
    following = day + dt.timedelta(days=1)
    assert 0 < time_progress_on(day) <= 1
    assert (time_progress_on(day) < time_progress_on(following)) == (day.year == following.year)


# ---- expressions over paths ----


def test_an_expression_computes_shows_its_figures_and_knows_its_unit() -> None:
    text = "（figures.上年结转 + budget.initial − figures.年末结余）÷ (budget.adjusted × 100% - 20万元)"
    formula = formula_of(text)
    assert list(formula.inputs) == ["figures.上年结转", "budget.initial", "figures.年末结余", "budget.adjusted"]
    assert float(formula(300_000, 1_000_000, 100_000, 1_700_000)) == pytest.approx(0.8)
    shown = formula.written(dict(zip(formula.inputs, ["30万元", "100万元", "10万元", "170万元"], strict=True)))
    assert shown == "（30万元＋100万元－10万元）÷（170万元×100%－20万元）"
    expression = read_expression(text)
    assert expression.unit(dict.fromkeys(expression.paths, "元")) == "%"
    with pytest.raises(UnitError, match="请核对单位"):
        expression.unit(dict.fromkeys(expression.paths, "元") | {"figures.年末结余": ""})


def test_an_expression_has_no_value_where_it_divides_by_zero() -> None:
    assert np.isnan(formula_of("figures.甲 / figures.乙")([1, 2], [0, 4])).tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("(figures.甲 + figures.乙", "读不通"),
        ("figures.甲 figures.乙 / figures.丙", "读不通"),
        ("figures.甲 ** figures.乙", "读不通"),
        ("甲 / 乙", "“甲”不是数的路径"),
        ("20万元 / 5%", "不是数的路径"),
        ("figures.甲 / 20", "没有单位"),
    ],
)
def test_what_is_no_expression_says_why(text: str, needle: str) -> None:
    with pytest.raises(UnitError, match=needle):
        read_expression(text)
