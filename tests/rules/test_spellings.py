"""One meaning in many spellings: a printed standard gives the same points however it is written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from test_standards import EXAMPLES

from perfkit import read_standard
from perfkit.errors import UnitError

WHOLE = r"得(?=\d|满分)(?!\d+项)"


def _put(pattern: str, other: str) -> Callable[[str, float], str]:
    return lambda text, weight: re.sub(pattern, other, text)


SPELLINGS: dict[str, Callable[[str, float], str]] = {
    "half-width": lambda text, weight: text.translate(str.maketrans("，；（）：", ",;():")),
    "full-width": lambda text, weight: text.translate(str.maketrans("%-", "％－")),
    "spaces": _put(r"(?<=[一-鿿])(?=\d)", " "),
    "lines": _put("；", "；\n"),
    "计": _put(WHOLE, "计"),
    "记": _put(WHOLE, "记"),
    "的，得": _put(f"(?<![的获])(?<!的，){WHOLE}", "的，得"),
    "则得": _put(f"(?<![的获])(?<!的，){WHOLE}", "，则得"),
    "得该项满分": _put("得满分", "得该项满分"),
    "得0分": _put("(?<!一律)不得分", "得0分"),
    "得零分": _put("(?<!一律)不得分", "得零分"),
    "扣减": _put(r"扣(?=\d)", "扣减"),
    "扣除": _put(r"扣(?=\d)", "扣除"),
    "减": _put(r"扣(?=\d)", "减"),
    "至": _put(r"(?<=\d%)-(?=\d)", "至"),
    "～": _put(r"(?<=\d%)-(?=\d)", "～"),
    "80-90%": _put(r"(\d+)%-(\d+)%", r"\1-\2%"),
    "每下降": _put("每降低", "每下降"),
    "每减少": _put("每下降", "每减少"),
    "1%": _put("1个百分点", "1%"),
    "一": _put("1(?=个百分点|项|次)(?<![0-9.]1)", "一"),
    "扣权重分的": _put(r"扣(\d+)%权重分", r"扣权重分的\1%"),
    "得权重分的": _put(r"得(\d+)%权重分", r"得权重分的\1%"),
    "得分值的": _put(r"得(\d+)%权重分", r"得分值的\1%"),
    "分值": _put("权重分(?!的)", "分值"),
    "大于等于": _put("(?<!%)≥(?=[0-9])(?![^，；。]*[≥≤<＜].*≥)", "大于等于"),
    "不足": _put(r"(?<![%≤0-9])[<＜](\d+%)(?![≤<])", r"不足\1"),
    "heading": lambda text, weight: f"评分标准：{text}",
    "weight before": lambda text, weight: f"满分{weight:g}分。{text}",
    "weight in brackets": lambda text, weight: f"（{weight:g}分）{text}",
    "weight behind": lambda text, weight: f"{text.rstrip('。')}。满分{weight:g}分。",
}


_read = cache(read_standard)  # each example is compared with several spellings


def _points(read: Any, facts: dict[str, Any]) -> float | None:
    try:
        return float(read.points(**facts)[0])
    except UnitError:
        return None


@pytest.mark.slow
@pytest.mark.parametrize("name", SPELLINGS)
def test_a_spelling_changes_no_points(name: str) -> None:
    """A fifth of the examples for each; what is judged in the one spelling may be read in the other."""
    different = []
    for example in EXAMPLES[list(SPELLINGS).index(name) % 5 :: 5]:
        text, weight = example["text"], example["weight"]
        other = SPELLINGS[name](text, weight)
        if other == text:
            continue
        one, again = _read(text, weight=weight), read_standard(other, weight=weight)
        if not (one.understood and again.understood):
            continue
        for facts in [*(facts for facts, _ in example["points"]), *({"actual": f"{n}%"} for n in (0, 79, 85, 93, 104))]:
            wanted, found = _points(one, facts), _points(again, facts)
            if wanted != found and not (wanted and found and math.isnan(wanted) and math.isnan(found)):
                different.append((text, other, facts, wanted, found))
    assert not different
