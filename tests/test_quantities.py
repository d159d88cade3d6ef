"""Quantities: what printed figures mean, which are refused, and rounding held against exact fractions."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import UnitError
from perfkit.figures.quantities import (
    DATE,
    MONEY,
    RATIO,
    WORD,
    display,
    display_factor,
    display_money,
    display_number,
    display_percent,
    display_plain,
    display_share,
    parse_quantity,
    parse_result,
    parse_target,
    round_half_up,
    same_unit,
    truncate,
)

READ = [
    ("556.67万元", 5566700, MONEY, 2),
    ("4,900元", 4900, MONEY, 0),
    ("4，900元", 4900, MONEY, 0),
    ("1,234,567.89元", 1234567.89, MONEY, 2),
    ("0.3亿元", 30_000_000, MONEY, 1),
    ("1.5百万元", 1_500_000, MONEY, 1),
    ("490万", 4_900_000, MONEY, 0),
    ("0元", 0, MONEY, 0),
    ("20日", 20, "天", 0),
    ("20个自然日", 20, "天", 0),
    ("-5.2万元", -52_000, MONEY, 1),
    ("−5.2万元", -52_000, MONEY, 1),
    ("2164人", 2164, "人", 0),
    ("2164名", 2164, "人", 0),
    ("２１６４人", 2164, "人", 0),
    ("2 164 人", 2164, "人", 0),
    ("3万人次", 30_000, "人次", 0),
    ("8千人", 8000, "人", 0),
    ("10万千瓦时", 100_000, "千瓦时", 0),
    ("9000千瓦时", 9000, "千瓦时", 0),
    ("1.5千克", 1.5, "千克", 1),
    ("46台/个", 46, "台/个", 0),
    ("每周3次", 3, "次/周", 0),
    ("3次/周", 3, "次/周", 0),
    ("每年5万元", 50_000, "元/年", 0),
    ("0处", 0, "处", 0),
    ("62.5%", 0.625, RATIO, 1),
    ("62.50％", 0.625, RATIO, 2),
    ("-9%", -0.09, RATIO, 0),
    ("5个百分点", 0.05, RATIO, 0),
    ("12‰", 0.012, RATIO, 0),
    ("95%以上", 0.95, RATIO, 0),
    ("95%左右", 0.95, RATIO, 0),
    ("10人以下", 10, "人", 0),
    ("4000余人", 4000, "人", 0),
    ("3万余人", 30_000, "人", 0),
    ("100多万元", 1_000_000, MONEY, 0),
]


@pytest.mark.parametrize(("text", "value", "unit", "decimals"), READ, ids=[row[0] for row in READ])
def test_reads_value_unit_and_printed_decimals(text: str, value: float, unit: str, decimals: int) -> None:
    quantity = parse_quantity(text)
    assert (quantity.value, quantity.unit, quantity.decimals) == (value, unit, decimals)
    assert quantity.text == text
    assert quantity.is_number


@pytest.mark.parametrize("text", ["2022-12-31", "2022年12月31日", "2022/12/31", "2022.12.31"])
def test_reads_dates_as_day_numbers(text: str) -> None:
    quantity = parse_quantity(text)
    assert dt.date.fromordinal(int(quantity.value)) == dt.date(2022, 12, 31)
    assert quantity.unit == DATE
    assert not quantity.is_number


@pytest.mark.parametrize("text", ["丰富", "基本达到", "提前"])
def test_a_word_has_no_number(text: str) -> None:
    quantity = parse_quantity(text)
    assert (quantity.unit, quantity.text) == (WORD, text)
    assert math.isnan(quantity.value)
    assert not quantity.is_number


@pytest.mark.parametrize(
    ("text", "approximate"), [("4000余人", True), ("3万余人", True), ("95%左右", True), ("4000人", False)]
)
def test_marks_approximate_numbers(text: str, approximate: bool) -> None:
    assert parse_quantity(text).approximate is approximate


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("556.67", "没有单位"),
        ("5千", "没有单位"),
        (556.67, "没有单位"),
        (Decimal("5"), "没有单位"),
        (True, "没有单位"),
        (None, "没有单位"),
        ("", "读不出数量"),
        ("556.万元", "读不出数量"),
        ("4,9元", "读不出数量"),
        ("5元5角", "读不出数量"),
        ("50~60人", "读不出数量"),
        ("NaN", "不是一个数"),
        ("nan人", "不是一个数"),
        ("-inf", "不是一个数"),
        ("2022-13-01", "不是有效日期"),
        ("5%（含）", "没有单位"),
    ],
)
def test_refuses_what_is_not_a_number_with_unit(text: object, needle: str) -> None:
    with pytest.raises(UnitError, match=needle):
        parse_quantity(text)


@given(st.decimals(0, 10**6, places=6), st.sampled_from([("元", 1), ("万元", 10**4), ("亿元", 10**8)]))
def test_amounts_are_the_nearest_float_of_the_exact_amount(number: Decimal, unit: tuple[str, int]) -> None:
    word, factor = unit
    assert parse_quantity(f"{number}{word}").value == float(Fraction(number) * factor)


@given(st.decimals(-1000, 1000, places=4))
def test_percentages_are_the_nearest_float_of_the_exact_ratio(number: Decimal) -> None:
    assert parse_quantity(f"{number:f}%").value == float(Fraction(number) / 100)


TARGETS = [
    ("≥2000人", ">=", 2000, "人", False),
    (">=2000人", ">=", 2000, "人", False),
    ("=>2000人", ">=", 2000, "人", False),
    (">= 2000 人", ">=", 2000, "人", False),
    ("＞5次", ">", 5, "次", False),
    ("2000人", "=", 2000, "人", False),
    ("=100%", "=", 1, RATIO, False),
    ("＝100％", "=", 1, RATIO, False),
    ("=0起", "=", 0, "起", True),
    ("≤490万元", "<=", 4_900_000, MONEY, True),
    ("<=490万元", "<=", 4_900_000, MONEY, True),
    ("<3%", "<", 0.03, RATIO, True),
    ("10人以下", "<=", 10, "人", True),
    ("3%以内", "<=", 0.03, RATIO, True),
    ("20场以上", ">=", 20, "场", False),
]


@pytest.mark.parametrize(("text", "operator", "value", "unit", "lower"), TARGETS, ids=[row[0] for row in TARGETS])
def test_reads_targets(text: str, operator: str, value: float, unit: str, lower: bool) -> None:
    target = parse_target(text)
    assert (target.operator, target.value, target.unit) == (operator, value, unit)
    assert target.lower_is_better is lower
    assert str(target) == text


@pytest.mark.parametrize(
    "text", ["2022-12-31前", "2022年12月31日前", "2022-12-31之前", "2022-12-31以前", "2022-12-31", "=2022-12-31"]
)
def test_a_date_target_asks_for_that_day_at_the_latest(text: str) -> None:
    target = parse_target(text)
    assert (target.operator, target.unit) == ("<=", DATE)
    assert target.is_met(parse_quantity("2022-12-31"))
    assert not target.is_met(parse_quantity("2023-01-01"))


# A date no closer than a part of the year is its last day; one without a year is of the file's year, here 2022.
@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("年底前", "2022-12-31"),
        ("2022年底", "2022-12-31"),
        ("11月底前", "2022-11-30"),
        ("2021年12月", "2021-12-31"),
        ("上半年", "2022-06-30"),
        ("第三季度", "2022-09-30"),
        ("2022年第2季度前", "2022-06-30"),
        ("2月10日前", "2022-02-10"),
        ("2022年内", "2022-12-31"),
        ("2022.12.31", "2022-12-31"),
    ],
)
def test_dates_by_parts_of_a_year(text: str, last: str) -> None:
    target = parse_target(text, 2022)
    assert (target.operator, target.unit, target.text) == ("<=", DATE, text)
    assert dt.date.fromordinal(int(target.value)).isoformat() == last
    assert target.is_met(parse_quantity(last))
    assert not target.is_met(parse_quantity("2023年底"))  # later is never better


@pytest.mark.parametrize(
    ("target", "met", "unmet"),
    [("3个工作日内", "3个工作日", "5个工作日内"), ("30天内", "29天", "31天"), ("24小时以内", "24小时内", "25小时")],
)
def test_durations_are_limits(target: str, met: str, unmet: str) -> None:
    limit = parse_target(target)
    assert limit.operator == "<="
    assert limit.is_met(parse_quantity(met))
    assert not limit.is_met(parse_quantity(unmet))


@pytest.mark.parametrize(
    ("one", "other"), [("271元/㎡", "271元/平方米"), ("3.2万㎡", "32000平米"), ("5km", "5公里"), ("3次/日", "每天3次")]
)
def test_one_unit_under_two_names_is_one(one: str, other: str) -> None:
    assert parse_target(one).is_met(parse_quantity(other))


@pytest.mark.parametrize("text", ["2000年底底", "3季度末", "5月中"])
def test_a_word_that_is_no_measure_word_is_no_unit(text: str) -> None:
    with pytest.raises(UnitError):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("text", "operator", "value", "unit", "approximate"),
    [
        ("不少于60场", ">=", 60, "场", False),
        ("不低于95%", ">=", 0.95, "%", False),
        ("不超过490万元", "<=", 4_900_000, "元", False),
        ("超过2次", ">", 2, "次", False),
        ("约33.2万人次", "=", 332_000, "人次", True),
        ("80%（含）以上", ">=", 0.8, "%", False),
        ("80%以上（含）", ">=", 0.8, "%", False),
        ("10人及以上", ">=", 10, "人", False),
    ],
)
def test_targets_in_words(text: str, operator: str, value: float, unit: str, approximate: bool) -> None:
    target = parse_target(text)
    assert (target.operator, target.unit, target.approximate, target.text) == (operator, unit, approximate, text)
    assert target.value == pytest.approx(value)


@pytest.mark.parametrize(("text", "needle"), [("“≥24次”", "中文引号"), ("—", "不是一个值"), ("/", "不是一个值")])
def test_what_is_no_value_is_said_to_be_none(text: str, needle: str) -> None:
    with pytest.raises(UnitError, match=needle):
        parse_target(text)


@pytest.mark.parametrize("text", ["11月底", "年底", "第三季度"])
def test_a_date_without_a_year_needs_that_of_the_file(text: str) -> None:
    with pytest.raises(UnitError, match="没有写年份；请写成 2022年"):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("≥2000", "没有单位"),
        (2000, "没有单位"),
        ("≥", "读不出数量"),
        ("≥丰富", "运算符后没有数量"),
        ("≥≥200人", "有两个运算符"),
        ("", "读不出数量"),
        ("2022年某日前", "读不出日期"),
    ],
)
def test_refuses_unreadable_targets(text: object, needle: str) -> None:
    with pytest.raises(UnitError, match=needle):
        parse_target(text)


@pytest.mark.parametrize(
    ("target", "actual", "met"),
    [
        ("≥20次", "20次", True),
        ("≥20次", "19次", False),
        (">20次", "20次", False),
        (">20次", "21次", True),
        ("=8场", "9场", True),
        ("=8场", "7场", False),
        ("=0起", "0起", True),
        ("=0起", "1起", False),
        ("≤3%", "3%", True),
        ("≤3%", "3.1%", False),
        ("<3%", "3%", False),
        ("≤490万元", "4,900,000元", True),
        ("丰富", "丰富", True),
        ("丰富", "一般", False),
    ],
)
def test_is_met(target: str, actual: str, met: bool) -> None:
    assert parse_target(target).is_met(parse_quantity(actual)) is met


@pytest.mark.parametrize(("a", "b"), [("20次", "20人"), ("5万元", "5%"), ("2022-12-31", "5%"), ("3次", "每周3次")])
def test_refuses_to_compare_different_units(a: str, b: str) -> None:
    with pytest.raises(UnitError, match="单位不同"):
        same_unit(parse_quantity(a), parse_quantity(b))
    with pytest.raises(UnitError, match="单位不同"):
        parse_target(a).is_met(parse_quantity(b))


def exact(number: Decimal, decimals: int, half: Fraction) -> Fraction:
    """Away from zero from `half` on, on exact fractions."""
    scaled = math.floor(abs(Fraction(number)) * 10**decimals + half)
    return Fraction(scaled, 10**decimals) * (-1 if number < 0 else 1)


six_places = st.decimals(-4 * 10**9, 4 * 10**9, places=6)
cents = st.decimals(-(10**13), 10**13, places=2)
places = st.integers(0, 6)


@given(six_places, places)
def test_rounding_is_exact(number: Decimal, decimals: int) -> None:
    assert round_half_up(float(number), decimals) == float(exact(number, decimals, Fraction(1, 2)))
    assert truncate(float(number), decimals) == float(exact(number, decimals, Fraction(0)))


@given(cents, st.integers(0, 2))
def test_rounding_of_large_amounts_is_exact(number: Decimal, decimals: int) -> None:
    assert round_half_up(float(number), decimals) == float(exact(number, decimals, Fraction(1, 2)))
    assert truncate(float(number), decimals) == float(exact(number, decimals, Fraction(0)))


@given(six_places, places)
def test_display_writes_the_exact_digits(number: Decimal, decimals: int) -> None:
    rounded = exact(number, decimals, Fraction(1, 2))
    whole = rounded * 10**decimals
    digits = str(abs(int(whole))).rjust(decimals + 1, "0")
    expected = f"{digits[: len(digits) - decimals]}.{digits[len(digits) - decimals :]}" if decimals else digits
    assert display(float(number), decimals) == ("-" if whole < 0 else "") + expected


@pytest.mark.parametrize(
    ("number", "decimals", "rounded", "cut"),
    [(2.675, 2, 2.68, 2.67), (1.005, 2, 1.01, 1.0), (-2.5, 0, -3, -2), (0.1 + 0.2, 1, 0.3, 0.3), (89.6, 0, 90, 89)],
)
def test_ties_and_binary_noise(number: float, decimals: int, rounded: float, cut: float) -> None:
    assert round_half_up(number, decimals) == rounded
    assert truncate(number, decimals) == cut


def test_rounds_arrays_and_keeps_gaps() -> None:
    np.testing.assert_array_equal(round_half_up([[0.125, np.nan]], 2), [[0.13, np.nan]])
    np.testing.assert_array_equal(truncate([0.129, -0.129], 2), [0.12, -0.12])
    assert isinstance(round_half_up(0.125), float)


def test_nothing_is_rounded_to_nothing_whatever_was_rounded_before() -> None:
    assert [math.copysign(1, round_half_up(number)) for number in (-0.0, 0.0)] == [1, 1]


@given(st.decimals(0, 10**10, places=2))
def test_money_shows_what_it_would_be_read_from(amount: Decimal) -> None:
    assert parse_quantity(display_money(float(amount))).value == float(amount)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (display(-0.001), "0.00"),
        (display(float("nan")), "—"),
        (display_plain(2.5), "2.5"),
        (display_plain(100), "100"),
        (display_plain(100, 0), "100"),
        (display_plain(5 / 6), "0.8333"),
        (display_percent(0.27456), "27.46%"),
        (display_percent(float("nan")), "—"),
        (display_share(1.0), "100%"),
        (display_share(5 / 6), "83.33%"),
        (display_money(5566700), "556.67万元"),
        (display_money(9999.99), "9999.99元"),
        (display_money(-52_000), "-5.2万元"),
        (display_number(5566700, MONEY), "556.67万元"),
        (display_number(0.625, RATIO), "62.50%"),
        (display_number(float(dt.date(2022, 12, 31).toordinal()), DATE), "2022-12-31"),
        (display_number(2164, "人"), "2164人"),
        (display_number(3, "次/周"), "每周3次"),
        (display_number(50_000, "元/年"), "每年5万元"),
        (display_number(46, "台/个"), "46台/个"),
        (display_number(455_000, "元/公里"), "45.5万元/公里"),
    ],
)
def test_display(shown: str, expected: str) -> None:
    assert shown == expected


@given(st.integers(1, 10**4), st.integers(1, 10**4), st.integers(1, 40))
def test_a_printed_product_gives_the_printed_result(part: int, whole: int, weight: int) -> None:
    """2分×84.69% would be 1.6938分, not the 1.6937分 that 84.685% gives: as many digits as that takes."""
    share = min(part, whole) / whole
    shown = float(display_factor(share, weight).removesuffix("%")) / 100
    assert display_plain(shown * weight) == display_plain(share * weight)


# ---- words for numbers, and numbers in words ----


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("五场", 5, "场"),
        ("二十五人", 25, "人"),
        ("百分之九十", 0.9, "%"),
        ("每周三次", 3, "次/周"),
        ("每季度1次", 1, "次/季"),
        ("增长5%", 0.05, "%"),
        ("300元/生·年", 300, "元/生·年"),
    ],
)
def test_reads_words_for_numbers(text: str, value: float, unit: str) -> None:
    assert (parse_quantity(text).value, parse_quantity(text).unit) == (pytest.approx(value), unit)
    assert parse_target(text).value == pytest.approx(value)


def test_a_sign_in_words_may_stand_before_a_word_for_a_number() -> None:
    assert (parse_target("不少于五场").operator, parse_target("不少于五场").value) == (">=", 5)


@pytest.mark.parametrize("text", ["完成1部宣传片", "建立3项制度", "100%覆盖", "一次性发放", "统一标准"])
def test_a_sentence_with_a_number_is_a_text(text: str) -> None:
    assert parse_target(text).unit == "文字"
    assert parse_target(text).is_met(parse_quantity(text))


# ---- intervals, and results that are no number ----


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("3-5次", 3, 5, "次"),
        ("95%-100%", 0.95, 1, "%"),
        ("95~100%", 0.95, 1, "%"),
        ("18—54周岁", 18, 54, "周岁"),
        ("10万元至20万元", 100_000, 200_000, "元"),
        ("1-2个月", 1, 2, "个月"),
    ],
)
def test_an_interval_is_target_and_result(text: str, low: float, high: float, unit: str) -> None:
    for figure in (parse_target(text), parse_result(text)):
        assert (figure.value, figure.high, figure.unit) == (pytest.approx(low), pytest.approx(high), unit)


@pytest.mark.parametrize(
    ("target", "actual", "ends", "met"),
    [
        ("3-5次", "4次", (4, 4), True),
        ("3-5次", "2次", (2, 3), False),
        ("3-5次", "6次", (6, None), False),
        ("3-5次", "3-4次", (3, 3), True),
        ("≥3次", "2-4次", (2, 3), False),
        ("≤3次", "2-4次", (4, 3), False),
    ],
)
def test_the_ends_that_are_worse_for_the_unit_decide(
    target: str, actual: str, ends: tuple[float, float | None], met: bool
) -> None:
    goal, result = parse_target(target), parse_result(actual)
    found = result.ends_against(goal)
    assert found == (ends[0], pytest.approx(math.nan if ends[1] is None else ends[1], nan_ok=True))
    if not result.is_interval or goal.is_interval:
        assert goal.is_met(result) is met


@pytest.mark.parametrize("text", ["5-3次", "3次-5场", "≥3-5次"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(UnitError):
        parse_target(text)


def test_a_result_with_a_sign_is_kept_as_it_is_printed() -> None:
    assert (parse_result("≥90%").unit, parse_result("≥90%").text) == (WORD, "≥90%")
