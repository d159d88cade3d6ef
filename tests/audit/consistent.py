"""Random reports in which everything holds, and errors to plant in them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from audited import case_of
from hypothesis import assume
from hypothesis import strategies as st

from perfkit import Library, score
from perfkit.quantities import display, display_percent, display_plain, round_half_up

Data = dict[str, Any]


@st.composite
def _indicator(draw: st.DrawFn, number: int, weight: int) -> tuple[Data, Data]:
    """An indicator and its fact; misses have a deviation, excess stays below what must be explained."""
    kind = draw(
        st.sampled_from(("proportional", "deduction", "met", "per_item", "checklist", "ordinal", "bands", "judged"))
    )
    level1, level2 = draw(st.sampled_from((("产出", "数量"), ("产出", "质量"), ("效益", "社会效益"))))
    rule, fact = draw(_RULES[kind])
    head = {"level1": level1, "level2": level2, "name": f"指标{number}", "weight": weight, "rule": rule}
    return head, fact | {"deviation": "疫情影响"}


@st.composite
def _proportional(draw: st.DrawFn) -> tuple[Data, Data]:
    target = draw(st.integers(1, 500))
    actual = draw(st.integers(0, target))
    return {"kind": "proportional"}, {
        "target": {"表1 3": f"≥{target}次", "附表 9": f"≥{target}场"},
        "actual": f"{actual}次",
    }


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
        lambda answers: ({"kind": "checklist", "items": [{"text": text} for text in "一二三"]}, {"items": answers})
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
        "rates": {
            "预算执行率": {
                "printed": {"正文 6": display_percent(executed / budget)},
                "formula": "预算执行率",
                "executed": "budget.final",
                "budget": "budget.adjusted",
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


Plant = Callable[[Data], float | None]
"""Changes a report in place; returns the points that the total gains when the error is corrected, None without."""
PLANTS: dict[str, Plant] = {}


def plant(code: str) -> Callable[[Plant], Plant]:
    def register(function: Plant) -> Plant:
        PLANTS[code] = function
        return function

    return register


def planted(data: Data, code: str) -> tuple[Data, float | None]:
    """A copy with the error in it."""
    changed = copy.deepcopy(data)
    return changed, PLANTS[code](changed)


def _row(data: Data, wanted: Callable[[Data, Data], bool] = lambda item, head: True) -> tuple[str, Data, Data]:
    """The first indicator that fits: its id, what is printed for it, and its head."""
    for head in data["rubric"]["indicators"]:
        item = data["published"]["indicators"][head["name"]]
        if wanted(item, head):
            return head["name"], item, head
    assume(False)
    raise AssertionError


@plant("score-sum")
def _total(data: Data) -> float:
    total = float(data["published"]["total"]["正文 1"])
    step = 3 if total < 50 else -3
    data["published"]["total"] = {"正文 1": display(total + step)}
    del data["published"]["grade"]
    return -step


@plant("level-sum")
def _level(data: Data) -> None:
    level = next(iter(data["published"]["levels"].values()))
    level["score"] = display(float(level["score"]) + 2)
    del level["score_rate"]


@plant("weight-sum")
def _weight(data: Data) -> None:
    next(iter(data["published"]["levels"].values()))["weight"] += 5


@plant("places-differ")
def _places(data: Data) -> float:
    _, item, _ = _row(data)
    item["score"] = {"附表 9": item["score"]["附表 9"], "正文 5": display(float(item["score"]["正文 5"]) + 0.5)}
    return 0.0


@plant("score-exceeds-weight")
def _exceeds(data: Data) -> float | None:
    _, item, head = _row(data)
    item["score"] = display(head["weight"] + 1)
    return -1.0


@plant("full-marks-unmet")
def _unmet(data: Data) -> float:
    def wanted(item: Data, head: Data) -> bool:
        return head["rule"]["kind"] == "proportional" and float(item["score"]["正文 5"]) < 0.8 * head["weight"]

    name, item, head = _row(data, wanted)
    item["score"] = display(head["weight"])
    fact = data["facts"][name]
    reached = int(fact["actual"][:-1]) / int(fact["target"]["表1 3"][1:-1])
    return (reached - 1) * head["weight"]


@plant("unreachable-score")
def _unreachable(data: Data) -> None:
    _, item, head = _row(data, lambda item, head: head["rule"]["kind"] == "ordinal" and head["weight"] >= 5)
    item["score"] = display(0.4 * head["weight"])


@plant("rescore")
def _rescore(data: Data) -> float:
    def wanted(item: Data, head: Data) -> bool:
        return head["rule"]["kind"] == "checklist" and head["weight"] >= 5 and float(item["score"]["正文 5"]) > 0

    _, item, head = _row(data, wanted)
    before = float(item["score"]["正文 5"])
    after = head["weight"] / 3 if abs(before - head["weight"] / 3) > 0.1 else head["weight"] * 2 / 3
    item["score"] = display(after)
    return before - after


@plant("grade-band")
def _grade(data: Data) -> None:
    data["published"]["grade"] = "中" if data["published"]["grade"]["正文 1"] == "优" else "优"


@plant("rate")
def _rate(data: Data) -> None:
    printed = data["published"]["rates"]["预算执行率"]["printed"]
    assume(float(printed["正文 6"][:-1]) > 1)
    printed["正文 6"] = display_percent(float(printed["正文 6"][:-1]) / 100 * 1.3713)


@plant("unit-slip")
def _slip(data: Data) -> None:
    data["budget"]["adjusted"]["total"] = {"正文 2": data["budget"]["adjusted"]["total"]}
    data["budget"]["adjusted"]["total"]["正文 8"] = data["budget"]["adjusted"]["total"]["正文 2"].replace("万", "")


@plant("budget-identity")
def _budget(data: Data) -> None:
    stage = data["budget"]["initial"]
    stage["project"] = _wan(round(float(stage["project"].removesuffix("万元")) * 100) + 700)


@plant("asset-identity")
def _asset(data: Data) -> None:
    data["assets"]["purchases"] = f"{int(data['assets']['purchases'][:-1]) + 7}元"


@plant("component-sum")
def _part(data: Data) -> None:
    data["staff"]["detail"]["男"] = f"{int(data['staff']['detail']['男'][:-1]) + 1}人"


@plant("score-rate")
def _score_rate(data: Data) -> None:
    level = next(iter(data["published"]["levels"].values()))
    level["score_rate"] = "99.99%" if float(level["score"]) < 0.9 * level["weight"] else "12.34%"


@plant("fact-differs")
def _fact(data: Data) -> None:
    name, _, _ = _row(data, lambda item, head: head["rule"]["kind"] == "proportional")
    target = data["facts"][name]["target"]
    target["附表 9"] = f"≥{int(target['表1 3'][1:-1]) + 1}次"


@plant("problem-without-deduction")
def _problem(data: Data) -> None:
    name, _, _ = _row(data, lambda item, head: float(item["score"]["正文 5"]) == head["weight"])
    data["problems"][0]["indicators"].append(name)


@plant("deduction-unexplained")
def _deduction(data: Data) -> None:
    name, _, _ = _row(
        data,
        lambda item, head: (
            float(item["score"]["正文 5"]) < head["weight"] and head["rule"]["kind"] in ("met", "per_item", "ordinal")
        ),
    )
    data["problems"] = []
    del data["facts"][name]["deviation"]


@plant("unmet-without-reason")
def _reason(data: Data) -> None:
    def wanted(item: Data, head: Data) -> bool:
        return head["rule"]["kind"] == "proportional" and float(item["score"]["正文 5"]) < 0.99 * head["weight"]

    name, _, _ = _row(data, wanted)
    data["problems"] = []
    del data["facts"][name]["deviation"]
