"""Figures as printed: one value or several with their places, and what each kind of field refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from perfkit.figures.printed import (
    PrintedAmount,
    PrintedCount,
    PrintedNumber,
    PrintedPoints,
    PrintedQuantity,
    PrintedRatio,
    PrintedTarget,
    PrintedWord,
    Ratio,
    Weight,
    is_place,
    read_points,
)


def read(field: Any, data: object) -> Any:
    return TypeAdapter(field).validate_python(data)


def test_a_scalar_has_no_place() -> None:
    printed = read(PrintedAmount, "556.67万元")
    assert printed.value.value == 5566700
    assert [(e.place, e.line, e.where) for e in printed.entries] == [("", None, "")]


def test_several_places_keep_their_order_and_the_first_counts() -> None:
    printed = read(PrintedRatio, {"正文 211": "105.66%", "附表 677": "105.67%", "正文 211b": "105.6%"})
    assert printed.value.text == "105.66%"
    assert [e.value.value for e in printed.entries] == [1.0566, 1.0567, 1.056]
    assert [e.where for e in printed.entries] == ["正文第211行", "附表第677行", "正文第211行"]


@pytest.mark.parametrize(
    ("key", "expected"), [("正文 211", True), ("正文 211a", True), ("表1 12", True), ("正文", False), ("211", False)]
)
def test_a_place_is_a_name_and_a_line(key: str, expected: bool) -> None:
    assert is_place(key) is expected


@pytest.mark.parametrize(
    ("field", "data", "needle"),
    [
        (PrintedAmount, {}, "没有写任何值"),
        (PrintedAmount, {"正文": "5元"}, "不是出处"),
        (PrintedAmount, Decimal("5"), "没有单位"),
        (PrintedAmount, {"正文 1": Decimal("5")}, "没有单位"),
        (PrintedAmount, "-5元", "负数"),
        (PrintedAmount, "丰富", "读不出数量"),
        (PrintedAmount, "2022-12-31", "读不出数量"),
        (PrintedAmount, "5人", "不是金额"),
        (PrintedAmount, "95%", "不是金额"),
        (PrintedAmount, "5万元/人", "不是金额"),
        (PrintedCount, "5元", "不是个数"),
        (PrintedCount, "3万元/人", "不是个数"),
        (PrintedCount, "5%", "不是个数"),
        (PrintedCount, "-3处", "负数"),
        (PrintedNumber, "丰富", "读不出数量"),
        (PrintedQuantity, "NaN", "不是一个数"),
        (PrintedRatio, "5元", "应是百分比"),
        (PrintedRatio, Decimal("0.5"), "没有单位"),
        (PrintedWord, Decimal("5"), "应是文字"),
        (PrintedWord, "  ", "应是文字"),
        (PrintedPoints, "良", "应是分数"),
        (PrintedPoints, True, "应是分数"),
        (PrintedPoints, "nan", "应是分数"),
        (PrintedPoints, "inf", "应是分数"),
        (PrintedPoints, Decimal("1E+400"), "应是分数"),
        (PrintedTarget, "≥", "读不出数量"),
        (PrintedAmount, "9" * 400 + "万元", "位数太多"),
        (PrintedQuantity, "-10000000亿元", "位数太多"),
        (PrintedQuantity, f"0.{'0' * 400}1元", "位数太多"),
        (PrintedTarget, f"≥{'9' * 400}人", "位数太多"),
        (PrintedPoints, "1e300", "位数太多"),
        (Weight, Decimal("-1"), "负数"),
        (Ratio, Decimal("0.5"), "没有单位"),
        (Ratio, "5分", "应是百分比"),
    ],
)
def test_refuses(field: Any, data: object, needle: str) -> None:
    with pytest.raises(ValidationError, match=needle):
        read(field, data)


def test_accepts() -> None:
    assert read(PrintedNumber, "-5元").value.value == -5
    assert [read(PrintedAmount, text).value.value for text in ("5元", "5亿元", "490万元")] == [5, 5e8, 4.9e6]
    assert [read(PrintedCount, text).value.unit for text in ("5名", "46台/个", "0处")] == ["人", "台/个", "处"]
    assert read(PrintedQuantity, "丰富").value.text == "丰富"
    assert read(PrintedTarget, "≥5次").value.operator == ">="
    assert read(PrintedWord, " 良 ").value == "良"
    assert read(Weight, Decimal("2.5")) == 2.5
    assert read(Ratio, "62.5%") == 0.625


@pytest.mark.parametrize(
    ("data", "value", "text", "decimals"),
    [
        (Decimal("2.00"), 2, "2.00", 2),
        (Decimal("88.78"), 88.78, "88.78", 2),
        ("6分", 6, "6", 0),
        (6, 6, "6", 0),
        (Decimal("-1.5"), -1.5, "-1.5", 1),
    ],
)
def test_points_keep_their_printed_digits(data: object, value: float, text: str, decimals: int) -> None:
    points = read_points(data)
    assert (points.value, points.text, points.decimals) == (value, text, decimals)
    assert read_points(points) is points
