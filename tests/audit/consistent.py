"""Random reports in which everything holds."""

from __future__ import annotations

from typing import Any

from audited import case_of
from hypothesis import assume
from hypothesis import strategies as st

from perfkit import Library, score
from perfkit.figures.quantities import display, display_percent, display_plain, round_half_up

Data = dict[str, Any]


@st.composite
def _indicator(draw: st.DrawFn, number: int, weight: int) -> tuple[Data, Data]:
    """An indicator and its fact; misses have a deviation, excess stays below what must be explained."""
    kind = draw(st.sampled_from(tuple(_RULES)))
    level1, level2 = draw(st.sampled_from((("产出", "数量"), ("产出", "质量"), ("效益", "社会效益"))))
    rule, fact = draw(_RULES[kind])
    head = {"level1": level1, "level2": level2, "name": f"指标{number}", "weight": weight, "rule": rule}
    head["source"] = f"指标体系表 {number + 1}"
    return head, fact | {"deviation": "疫情影响"}


@st.composite
def _proportional(draw: st.DrawFn) -> tuple[Data, Data]:
    target = draw(st.integers(1, 500))
    actual = draw(st.integers(0, target))
    return {"kind": "proportional"}, {
        "target": {"表1 3": f"≥{target}次", "附表 9": f"≥{target}场"},
        "actual": f"{actual}次",
    }


@st.composite
def _qualitative(draw: st.DrawFn) -> tuple[Data, Data]:
    level, low, high = draw(st.sampled_from((("达成", 80, 100), ("部分达成", 60, 79), ("未达成", 0, 59))))
    return {"kind": "qualitative"}, {"level": level, "share": f"{draw(st.integers(low, high))}%", "reason": "评定"}


_ITEMS = {"一": "30%", "二": "30%", "三": "40%"}
_EXECUTION = {"formula": "预算执行率", "executed": "budget.final", "budget": "budget.adjusted"}
_RULES: dict[str, st.SearchStrategy[tuple[Data, Data]]] = {
    "proportional": _proportional(),
    "deduction": st.integers(600, 1000).map(
        lambda n: (
            {"kind": "deduction", "from": "90%", "when": "below", "step": "1%", "per_step": "5%"},
            {"actual": f"{n / 10}%"},
        )
    ),
    "met": st.sampled_from("是否").map(lambda met: ({"kind": "all_or_nothing"}, {"met": met})),
    "per_item": st.integers(0, 5).map(lambda n: ({"kind": "per_item", "per_item": "25%"}, {"count": f"{n}处"})),
    "checklist": st.lists(st.sampled_from("是否"), min_size=3, max_size=3).map(
        lambda answers: (
            {"kind": "checklist", "items": [{"text": text, "share": share} for text, share in _ITEMS.items()]},
            {"items": answers},
        )
    ),
    "ordinal": st.sampled_from(("优", "良", "差")).map(
        lambda level: ({"kind": "ordinal", "levels": {"优": "100%", "良": "75%", "差": "0%"}}, {"level": level})
    ),
    "bands": st.integers(0, 100).map(
        lambda n: (
            {"kind": "bands", "bands": [{"range": "≥90%", "share": "100%"}, {"range": "<90%", "share": "50%"}]},
            {"actual": f"{n}%"},
        )
    ),
    "qualitative": _qualitative(),
    "judged": st.integers(0, 100).map(lambda n: ({"kind": "judged"}, {"share": f"{n}%", "reason": "评定"})),
}


def _weights(cuts: list[int]) -> list[int]:
    edges = [0, *sorted(set(cuts)), 100]
    return [b - a for a, b in zip(edges, edges[1:], strict=False) if b > a]


@st.composite
def reports(draw: st.DrawFn, rubrics: Library) -> Data:
    """An evaluation whose printed figures all follow from its facts, rules and inputs."""
    weights = draw(st.lists(st.integers(1, 99), min_size=1, max_size=7).map(_weights))
    pairs = [draw(_indicator(number, weight)) for number, weight in enumerate(weights)]
    if draw(st.booleans()):  # one indicator scores the execution of the budget
        pairs[0][0].update(measure=dict(_EXECUTION), rule={"kind": "proportional", "target": "=100%"})
        pairs[0] = (pairs[0][0], {"deviation": "结算推迟"})
    data: Data = {
        "rubric": {"profile": "small", "indicators": [head for head, _ in pairs]},
        "facts": {head["name"]: fact for head, fact in pairs},
        **draw(_money()),
    }
    data["published"] = _published(data, rubrics)
    lost = [
        name
        for name, item in data["published"]["indicators"].items()
        if float(item["score"]["附表 9"]) < item["weight"]
    ]
    data["problems"] = [{"text": "存在不足", "indicators": lost}]
    return data


def _published(data: Data, rubrics: Library) -> Data:
    """Scores by rule, rounded half up to two places and summed as printed."""
    card = score(case_of(data, rubrics))
    printed = {row.id: round_half_up(row.score, 2) for row in card.rows}
    total = sum(printed.values())
    levels: Data = {}
    for row in card.rows:
        for key in (row.level1, f"{row.level1}/{row.level2}"):
            level = levels.setdefault(key, {"weight": 0.0, "score": 0.0})
            level["weight"] += row.weight
            level["score"] += printed[row.id]
    assume(abs(total - round(total)) > 1e-6 or total in (0, 100))  # away from an edge of the grades
    executed, budget = (float(data["budget"][name]["total"].removesuffix("万元")) for name in ("final", "adjusted"))
    return {
        "total": {"正文 1": display(total), "表1 9": display_plain(total)},
        "grade": {"正文 1": rubrics.profile("small").grade(total)},
        "levels": {
            key: {
                "weight": level["weight"],
                "score": display(level["score"]),
                "score_rate": display_percent(level["score"] / level["weight"]),
            }
            for key, level in levels.items()
        },
        "indicators": {
            row.id: {
                "weight": row.weight,
                "score": {"正文 5": display(printed[row.id]), "附表 9": display_plain(printed[row.id])},
            }
            for row in card.rows
        },
        "equations": {"正文 6": f"{executed:.4f}万元÷{budget:.4f}万元×100%＝{display_percent(executed / budget)}"},
        "rates": {
            "预算执行率": {
                "printed": {"正文 6": display_percent(executed / budget)},
                **_EXECUTION,
            }
        },
    }


def _wan(cents: int) -> str:
    return f"{cents / 100:.2f}万元"


@st.composite
def _money(draw: st.DrawFn) -> Data:
    """Budgets, staff and assets that add up."""
    amount = st.integers(100, 10**6)
    staff, public, project, added, spent = (draw(amount) for _ in range(5))
    initial = staff + public + project
    spent = min(spent, initial + added)
    opening, bought, depreciation = draw(amount), draw(amount), draw(st.integers(0, 99))
    men, women = draw(st.integers(1, 50)), draw(st.integers(1, 50))
    return {
        "budget": {
            "initial": {
                "income": _wan(initial),
                "total": {"正文 2": _wan(initial), "附表 4": f"{initial}00元"},
                "basic": _wan(staff + public),
                "staff": _wan(staff),
                "public": _wan(public),
                "project": _wan(project),
            },
            "adjusted": {"total": _wan(initial + added)},
            "final": {"total": _wan(spent)},
            "changes": [{"name": "追加", "kind": "added", "amount": _wan(added)}],
        },
        "assets": {
            "opening": {"gross": f"{opening}元"},
            "purchases": f"{bought}元",
            "closing": {
                "gross": f"{opening + bought}元",
                "depreciation": f"{depreciation}元",
                "net": f"{opening + bought - depreciation}元",
            },
        },
        "staff": {"actual": f"{men + women}人", "detail": {"男": f"{men}人", "女": f"{women}人"}},
        "sums": [{"name": "人数", "total": "staff.actual", "parts": ["staff.detail.男", "staff.detail.女"]}],
    }
