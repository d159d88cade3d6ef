"""Random monitoring reports in which everything holds, and errors to plant in them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

Data = dict[str, Any]
Plant = Callable[[Data], None]
PLANTS: dict[str, Plant] = {}


@st.composite
def _goal(draw: st.DrawFn, number: int) -> Data:
    """A goal that goes through all three tables and keeps pace: kept, new, or deleted on the way."""
    target = draw(st.integers(10, 500))
    stage = draw(st.integers(target // 2, target))
    actual = draw(st.integers(stage, max(stage, target * 11 // 10)))
    mark = draw(st.sampled_from(("原指标", "新增", "删除")))
    goal: Data = {"name": f"目标{number}", "level1": "产出", "likelihood": "确定能", "source": f"正文 {50 + number}"}
    if mark != "新增":
        goal["declared"] = {"target": f"≥{target}人", "source": f"表1 {number}"}
    goal["revised"] = {"target": f"≥{target}人", "adjustment": mark, "source": f"表3 {number}"}
    goal["revised"] |= {"tracked": "否"} if mark == "删除" else {"tracking": f"{target}人", "tracked": "是"}
    if mark == "删除":
        del goal["likelihood"]
    else:
        goal["compared"] = {
            "annual": f"≥{target}人",
            "stage": f"={stage}人",
            "actual": f"{actual}人",
            "source": f"表4 {number}",
        }
    return goal


@st.composite
def monitored(draw: st.DrawFn) -> Data:
    """A monitoring report at the end of October, with money spent in step and work done in time."""
    budget = draw(st.integers(1000, 10**6))
    goals = [draw(_goal(number)) for number in range(1, draw(st.integers(2, 5)))]
    timely = {"annual": "=100%", "stage": "=100%", "actual": "100%", "source": "表4 40"}
    revised = {"target": "=100%", "adjustment": "新增", "tracked": "是", "source": "表3 40"}
    goals.append({"name": "完成及时率", "level1": "产出", "revised": revised, "compared": timely, "source": "正文 60"})
    return {
        "kind": "monitoring",
        "date": "2023-11-10",
        "budget": {
            "adjusted": {"正文 1": _wan(budget), "正文 2": _wan(budget)},
            "final": {"正文 3": _wan(budget * draw(st.integers(80, 95)) // 100)},
        },
        "progress": {"正文 9": "实施进度良好"},
        "goals": goals,
        "events": [{"name": "验收", "date": {"正文 8": "2023年12月底"}, "indicators": []}],
    }


def planted(data: Data, code: str) -> Data:
    """A copy with the error in it."""
    changed = copy.deepcopy(data)
    PLANTS[code](changed)
    return changed


def _plant(code: str) -> Callable[[Plant], Plant]:
    def register(function: Plant) -> Plant:
        PLANTS[code] = function
        return function

    return register


def _compared(data: Data) -> tuple[Data, int]:
    """The first goal of all three tables that is not about time, and its target."""
    for goal in data["goals"]:
        if "compared" in goal and "declared" in goal:
            return goal, int(goal["declared"]["target"][1:-1])
    assume(False)
    raise AssertionError


@_plant("table-rows")
def _changed(data: Data) -> None:
    goal, target = _compared(data)
    goal["revised"] |= {"target": f"≥{target + 1}人", "tracking": f"{target + 1}人"}
    goal["compared"]["annual"] = f"≥{target + 1}人"


@_plant("stage-above-annual")
def _above(data: Data) -> None:
    goal, target = _compared(data)
    goal["compared"]["stage"] = f"={target + 1}人"


@_plant("behind-time-progress")
def _behind(data: Data) -> None:
    data["budget"]["final"] = {"正文 3": _wan(int(_cents(data) * 0.3))}


@_plant("infeasible-plan")
def _owed(data: Data) -> None:
    goal, _ = _compared(data)
    goal["owed"] = _wan(_cents(data))
    goal["compared"]["actual"] = "0人"


@_plant("timeliness-contradicted")
def _idle(data: Data) -> None:
    goal, _ = _compared(data)
    goal["compared"]["actual"] = "0人"


@_plant("deadline-passed")
def _passed(data: Data) -> None:
    data["events"][0]["date"] = {"正文 8": "2023年11月初"}


@_plant("light-against-likelihood")
def _certain(data: Data) -> None:
    goal, _ = _compared(data)
    goal["compared"]["actual"] = "1人"
    goal["reason"] = {"text": "年底集中办理"}


@_plant("forecast-below-actual")
def _undone(data: Data) -> None:
    data["budget"]["forecast"] = _wan(_cents(data) // 2)


@_plant("unmet-without-reason")
def _no_reason(data: Data) -> None:
    goal, _ = _compared(data)
    goal["compared"]["actual"] = "1人"


@_plant("over-achievement")
def _far(data: Data) -> None:
    goal, target = _compared(data)
    goal["compared"]["actual"] = f"{2 * target}人"


@_plant("fact-differs")
def _budget(data: Data) -> None:
    data["budget"]["adjusted"]["正文 2"] = _wan(_cents(data) + 100)


def _cents(data: Data) -> int:
    return round(float(data["budget"]["adjusted"]["正文 1"].removesuffix("万元")) * 100)


def _wan(cents: int) -> str:
    return f"{cents / 100:.2f}万元"
