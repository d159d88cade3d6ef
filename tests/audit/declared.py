"""Random declarations of goals in which everything holds, and errors to plant in them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
PLANTS: dict[str, dict[str, Any]] = {
    "unmeasurable-goal": {"goal": 0, "target": "足额完成"},
    "goals-incomplete": {"without": "效益指标"},
    "goal-too-far": {"goal": 2, "target": "=100%"},
    "no-cost-basis": {"without": "estimate"},
}
"""Code → the goal (by its place) whose target is another, or what is taken out."""


@st.composite
def declared(draw: st.DrawFn) -> Data:
    """Goals of output, benefit and satisfaction, and a budget of two items."""
    people, price, books = (draw(st.integers(1, most)) for most in (900, 3000, 10**6))
    share, whole = draw(st.integers(60, 99)), people * price
    goals = [
        ("培训人次", "产出指标", "数量指标", f"≥{people}人次"),
        ("取证人数", "效益指标", "社会效益指标", f"≥{people}人"),
        ("学员满意度", "满意度指标", "服务对象满意度", f"≥{share}%"),
    ]
    return {
        "kind": "declaration",
        "budget": {"initial": f"{whole + books}元"},
        "goals": [
            {"name": name, "level1": level1, "level2": level2, "declared": {"target": target, "weight": weight}}
            for (name, level1, level2, target), weight in zip(goals, (50, 30, 10), strict=True)
        ],
        "estimate": [
            {
                "name": "培训费",
                "quantity": f"{people}人次",
                "price": f"{price}元/人次",
                "amount": f"{people * price}元",
            },
            {"name": "教材", "amount": f"{books}元"},
        ],
    }


def planted(data: Data, code: str) -> Data:
    """A copy with the error in it."""
    change = PLANTS[code]
    goals = [dict(goal) for goal in data["goals"] if goal["level1"] != change.get("without")]
    if "goal" in change:
        goals[change["goal"]]["declared"] = {"target": change["target"]}
    return {key: value for key, value in data.items() if key != change.get("without")} | {"goals": goals}
