"""Plain data into models: each fault once, in Chinese, with its field, in the order of the file."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, RootModel

from perfkit.errors import InputError
from perfkit.reading import Document
from perfkit.validating import Model, validate


class Round(Model):
    kind: Literal["round"]
    radius: float = Field(gt=0)


class Square(Model):
    kind: Literal["square", "cube"]
    side_: int = Field(alias="side", ge=1)
    colours: tuple[str, ...] = Field(default=(), min_length=1)
    filled: bool = False
    inner: str | Round = ""


Shape = RootModel[Annotated[Round | Square, Field(discriminator="kind")]]


def complaints(data: dict[str, Any]) -> list[tuple[str, str]]:
    lines = {(): 1} | {(key,): i for i, key in enumerate(data, start=1)}
    with pytest.raises(InputError) as caught:
        validate(Shape, Document("shape.yaml", data, lines))
    return [(problem.field, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("data", "field", "needle"),
    [
        ({}, "", "缺少 kind"),
        ({"kind": "sqare"}, "", "不认识的 kind“sqare”；是否想写“square”？"),
        ({"kind": "cube"}, "side", "缺少 side"),
        ({"kind": "cube", "side": Decimal(1), "colors": []}, "colors", "不认识的字段“colors”；是否想写“colours”？"),
        ({"kind": "cube", "side": Decimal(1), "zzz": "a"}, "zzz", "可用的有：kind、side、colours、filled、inner"),
        ({"kind": "cube", "side": "a"}, "side", "“a”应是一个数"),
        ({"kind": "cube", "side": Decimal(0)}, "side", "“0”超出范围；应不小于1"),
        ({"kind": "round", "radius": Decimal(0)}, "radius", "“0”超出范围；应大于0"),
        ({"kind": "cube", "side": Decimal(1), "colours": []}, "colours", "至少写1项"),
        ({"kind": "cube", "side": Decimal(1), "colours": "红"}, "colours", "“红”应是列表"),
        ({"kind": "cube", "side": Decimal(1), "colours": [Decimal(3)]}, "colours[1]", "“3”应写成文字"),
        ({"kind": "cube", "side": Decimal(1), "filled": "是"}, "filled", "应写成 true 或 false"),
        ({"kind": "cube", "side": Decimal(1), "inner": None}, "inner", "没有写值，应写成文字"),
        ({"kind": "cube", "side": Decimal(1), "inner": Decimal(5)}, "inner", "“5”应写成文字"),
        ({"kind": "cube", "side": Decimal(1), "inner": {"kind": "round"}}, "inner.radius", "缺少 radius"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_explains_a_model_fault_once_and_in_chinese(data: dict[str, Any], field: str, needle: str) -> None:
    ((found, message),) = complaints(data)
    assert found == field
    assert needle in message
    assert "Input should" not in message


def test_every_fault_of_a_model_comes_in_the_order_of_the_file() -> None:
    assert [field for field, _ in complaints({"kind": "cube", "zzz": "a", "side": "b", "filled": "c"})] == [
        "zzz",
        "side",
        "filled",
    ]
