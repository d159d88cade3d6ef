"""Errors to plant in a consistent report, one a code: each says what the total gains when it is corrected."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import assume

from perfkit.figures.quantities import display, display_percent, round_half_up, truncate

Data = dict[str, Any]

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


def _is(head: Data, kind: str, weight: int = 0) -> bool:
    """Whether an indicator has a rule of this kind (and measures nothing), and at least this weight."""
    return head["rule"]["kind"] == kind and "measure" not in head and head["weight"] >= weight


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
        return _is(head, "proportional") and float(item["score"]["正文 5"]) < 0.8 * head["weight"]

    name, item, head = _row(data, wanted)
    item["score"] = display(head["weight"])
    fact = data["facts"][name]
    reached = int(fact["actual"][:-1]) / int(fact["target"]["表1 3"][1:-1])
    return (reached - 1) * head["weight"]


@plant("unreachable-score")
def _unreachable(data: Data) -> None:
    _, item, head = _row(data, lambda item, head: _is(head, "ordinal", 5))
    item["score"] = display(0.4 * head["weight"])


@plant("rescore")
def _rescore(data: Data) -> float:
    def wanted(item: Data, head: Data) -> bool:
        return _is(head, "checklist", 5) and float(item["score"]["正文 5"]) > 0

    _, item, head = _row(data, wanted)
    before = float(item["score"]["正文 5"])
    after = head["weight"] * (0.3 if abs(before - head["weight"] * 0.3) > 0.1 else 0.7)
    item["score"] = display(after)
    return before - after


@plant("grade-band")
def _grade(data: Data) -> None:
    data["published"]["grade"] = "中" if data["published"]["grade"]["正文 1"] == "优" else "优"


@plant("rate")
def _rate(data: Data) -> None:
    printed = data["published"]["rates"]["预算执行率"]["printed"]
    assume(float(printed["正文 6"][:-1]) > 1)
    wrong = display_percent(float(printed["正文 6"][:-1]) / 100 * 1.3713)
    executed, initial = (_amount(data["budget"][stage]["total"]) for stage in ("final", "initial"))
    assume(wrong not in (display_percent(executed / initial), display_percent(1)))  # that would be another denominator
    printed["正文 6"] = wrong


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


@plant("equation")
def _equation(data: Data) -> None:
    left, _, rate = data["published"]["equations"]["正文 6"].partition("＝")
    data["published"]["equations"]["正文 6"] = f"{left}＝{float(rate.removesuffix('%')) + 1:.2f}%"


@plant("score-rate")
def _score_rate(data: Data) -> None:
    level = next(iter(data["published"]["levels"].values()))
    level["score_rate"] = "99.99%" if float(level["score"]) < 0.9 * level["weight"] else "12.34%"


@plant("fact-differs")
def _fact(data: Data) -> None:
    name, _, _ = _row(data, lambda item, head: _is(head, "proportional"))
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
        return _is(head, "proportional") and float(item["score"]["正文 5"]) < 0.99 * head["weight"]

    name, _, _ = _row(data, wanted)
    data["problems"] = []
    del data["facts"][name]["deviation"]


@plant("denominator")
def _denominator(data: Data) -> None:
    initial, adjusted, spent = (_amount(data["budget"][stage]["total"]) for stage in ("initial", "adjusted", "final"))
    assume(abs(spent / initial - spent / adjusted) > 0.001)
    assume(all(abs(spent / initial - spent / adjusted * factor) > 0.001 for factor in (100, 0.01)))
    data["published"]["rates"]["预算执行率"]["printed"] = display_percent(spent / initial)


@plant("rounding")
def _truncated(data: Data) -> None:
    ratio = _amount(data["budget"]["final"]["total"]) / _amount(data["budget"]["adjusted"]["total"])
    assume(truncate(ratio, 4) != round_half_up(ratio, 4))
    data["published"]["rates"]["预算执行率"]["printed"] = display_percent(truncate(ratio, 4))


@plant("execution-score")
def _execution(data: Data) -> float:
    _, item, _ = _row(data, lambda item, head: "measure" in head and float(item["score"]["正文 5"]) >= 1)
    return _halved(item)


@plant("deduction-though-met")
def _deducted(data: Data) -> float:
    name, item, head = _row(data, lambda item, head: _is(head, "proportional", 2))
    data["facts"][name]["actual"] = data["facts"][name]["target"]["表1 3"][1:]
    item["score"] = {"正文 5": display(head["weight"])}
    return _halved(item)


@plant("qualitative-band")
def _band(data: Data) -> float:
    name, item, head = _row(data, lambda item, head: _is(head, "qualitative", 5))
    data["facts"][name].update(level="部分达成", share="70%")
    item["score"] = display(0.9 * head["weight"])
    return 0.8 * head["weight"] - 0.9 * head["weight"]


@plant("zero-denominator")
def _zero(data: Data) -> float:
    _, item, head = _row(data, lambda item, head: "measure" in head and float(item["score"]["正文 5"]) > 0)
    paths = {"actual": "three_public.actual", "budget": "three_public.budget"}
    head.update(measure={"formula": "三公经费控制率", **paths}, rule={"kind": "all_or_nothing", "target": "≤100%"})
    data["three_public"] = {"actual": "0元", "budget": "0元"}
    return _without(data, item, head)


@plant("not-applicable-scored")
def _not_held(data: Data) -> float:
    name, item, head = _row(data, lambda item, head: float(item["score"]["正文 5"]) > 0)
    data["events"] = [{"name": "竞赛", "held": "否", "indicators": [name], "source": "正文 8"}]
    return _without(data, item, head)


@plant("overridden")
def _overridden(data: Data) -> None:
    name, _, _ = _row(data, lambda item, head: _is(head, "proportional"))
    data["facts"][name]["override"] = {"share": "50%", "reason": "未见验收报告"}


@plant("measure-mismatch")
def _named(data: Data) -> None:
    name, _, _ = _row(data, lambda item, head: "measure" in head)
    _rename(data, name, "资金到位率")


@plant("rule-text-differs")
def _texts(data: Data) -> float:
    def wanted(item: Data, head: Data) -> bool:
        return _is(head, "per_item", 2) and data["facts"][head["name"]]["count"] != "0处"

    name, item, head = _row(data, wanted)
    count = int(data["facts"][name]["count"][0])
    head["readings"] = [{"name": "附表", "source": "附表 9", "rule": {"kind": "per_item", "per_item": "10%"}}]
    item["score"] = display((1 - count / 10) * head["weight"])
    return (max(1 - count / 4, 0) - (1 - count / 10)) * head["weight"]


@plant("no-rule")
def _no_rule(data: Data) -> None:
    assume(len(data["facts"]) > 1)
    _declare(data, _row(data)[0])


@plant("rule-incomplete")
def _incomplete(data: Data) -> None:
    _, _, head = _row(data, lambda item, head: _is(head, "bands"))
    head["rule"]["bands"][0]["share"] = "80%"


@plant("unreachable-total")
def _unreachable_total(data: Data) -> float:
    _, _, head = _row(data, lambda item, head: _is(head, "bands"))
    head["rule"]["bands"][0]["share"] = "80%"
    data["published"]["total"] = "100.00"
    del data["published"]["grade"]
    return -0.2 * head["weight"]


@plant("block-weight")
def _blocks(data: Data) -> None:
    heads = data["rubric"]["indicators"]
    weights = {name: sum(h["weight"] for h in heads if h["level1"] == name) for name in ("产出", "效益")}
    assume(all(weights.values()) and weights["产出"] != 60)
    data["rubric"]["profile"] = "blocks"


@plant("equal-result-unequal-score")
def _unequal(data: Data) -> float:
    heads = [head for head in data["rubric"]["indicators"] if head["weight"] >= 4][:2]
    assume(len(heads) == 2)
    printed = []
    for head, share in zip(heads, (0.5, 0.8), strict=True):
        _declare(data, head["name"], target="≥10次", actual="5次")
        printed.append(round_half_up(share * head["weight"], 2))
        data["published"]["indicators"][head["name"]]["score"] = display(printed[-1])
    full = sum(head["weight"] for head in heads)
    return printed[0] / heads[0]["weight"] * full - sum(printed)


@plant("over-achievement")
def _over(data: Data) -> None:
    name, item, head = _row(data, lambda item, head: _is(head, "proportional"))
    fact = data["facts"][name]
    fact["actual"] = f"{2 * int(fact['target']['表1 3'][1:-1])}次"
    del fact["deviation"]
    item["score"] = display(head["weight"])


@plant("double-counted")
def _twice(data: Data) -> None:
    assume(len(data["facts"]) > 1)
    for fact in list(data["facts"].values())[:2]:
        fact["uses"] = ["staff.actual"]


@plant("sample-too-small")
def _sample(data: Data) -> None:
    data["rubric"]["indicators"].append({**_HEAD, "name": "群众满意度"})
    data["facts"]["群众满意度"] = {"target": "≥80%"}
    question = {"text": "满意吗", "counts": {"满意": 4, "不满意": 1}}
    survey = {"name": "问卷", "satisfied": ["满意"], "indicators": ["群众满意度"], "questions": [question]}
    data["surveys"] = [survey]


@plant("scored-without-evidence")
def _no_sample(data: Data) -> None:
    name, _, _ = _row(data, lambda item, head: _is(head, "bands"))
    _rename(data, name, "职工满意度")


@plant("unfilled")
def _nothing_filled(data: Data) -> None:
    for name in data["published"]["indicators"]:
        data["facts"][name] = {"missing": "没有填写"}
    data["published"]["indicators"] = {}


@plant("missing-target")
def _no_target(data: Data) -> None:
    _declare(data, _row(data, _earns)[0], actual="5次")


@plant("missing-actual")
def _no_actual(data: Data) -> None:
    _declare(data, _row(data, _earns)[0], target="≥5次")


def _earns(item: Data, head: Data) -> bool:
    return float(item["score"]["正文 5"]) > 0


def _wan(cents: int) -> str:
    return f"{cents / 100:.2f}万元"


def _amount(printed: str | Data) -> float:
    text = printed if isinstance(printed, str) else next(iter(printed.values()))
    return float(text.removesuffix("万元"))


def _halved(item: Data) -> float:
    """Print half of the score; what the total gains when it is corrected."""
    before = float(item["score"]["正文 5"])
    item["score"] = display(before / 2)
    return before - round_half_up(before / 2, 2)


def _without(data: Data, item: Data, head: Data) -> float:
    """What the total gains when the indicator is left out and the others share its weight."""
    assume(head["weight"] < 100)
    total, score = float(data["published"]["total"]["正文 1"]), float(item["score"]["正文 5"])
    return (total - score) / (100 - head["weight"]) * 100 - total


def _rename(data: Data, old: str, new: str) -> None:
    next(head for head in data["rubric"]["indicators"] if head["name"] == old)["name"] = new
    for block in (data["facts"], data["published"]["indicators"]):
        block[new] = block.pop(old)
    data["problems"][0]["indicators"] = [new if name == old else name for name in data["problems"][0]["indicators"]]


def _declare(data: Data, name: str, **fact: str) -> None:
    """Let an indicator state its score without a rule."""
    head = next(head for head in data["rubric"]["indicators"] if head["name"] == name)
    head.pop("measure", None)
    head["rule"] = {"kind": "self_declared"}
    data["facts"][name] = {"declared": float(data["published"]["indicators"][name]["score"]["正文 5"]), **fact}


@plant("overspent")
def _overspent(data: Data) -> None:
    data["budget"]["final"]["total"] = f"{_amount(data['budget']['adjusted']['total']) * 2:.2f}万元"


@plant("budget-changed")
def _changed_budget(data: Data) -> None:
    data["budget"]["changes"] = []
    data["budget"]["adjusted"]["total"] = f"{_amount(data['budget']['initial']['total']) * 2:.2f}万元"


@plant("staff-above-posts")
def _posts(data: Data) -> None:
    data["staff"]["established"] = "1人"
    data["staff"]["actual"] = "2人"


@plant("spending-against-outputs")
def _outputs(data: Data) -> None:
    data["budget"]["final"]["total"] = f"{_amount(data['budget']['adjusted']['total']) / 3:.2f}万元"
    for number in range(3):
        name = f"添加的{number}"
        data["rubric"]["indicators"].append({**_HEAD, "level1": "产出", "name": name})
        data["facts"][name] = {"target": "≥3个", "actual": "3个"}
    for fact in data["facts"].values():
        fact.pop("deviation", None)
        fact.pop("target", None) if fact.get("actual") != "3个" else None
    assume(not any("measure" in head for head in data["rubric"]["indicators"]))


@plant("cost-against-spending")
def _cost(data: Data) -> None:
    adjusted = data["budget"]["adjusted"]["total"]
    assume(_amount(data["budget"]["final"]["total"]) < 0.9 * _amount(adjusted))
    data["rubric"]["indicators"].append({**_HEAD, "level1": "成本", "name": "项目总成本"})
    data["facts"]["项目总成本"] = {"target": f"≤{adjusted}", "actual": adjusted}


@plant("sign-against-name")
def _sign(data: Data) -> None:
    data["rubric"]["indicators"].append({**_HEAD, "name": "群众满意度"})
    data["facts"]["群众满意度"] = {"target": "≤90%", "actual": "95%"}


@plant("impossible-rate")
def _impossible(data: Data) -> None:
    data["rubric"]["indicators"].append({**_HEAD, "name": "作业合格率"})
    data["facts"]["作业合格率"] = {"target": "≥90%", "actual": "925%"}


@plant("uniform-full-marks")
def _full(data: Data) -> None:
    names = [f"自报{number}" for number in range(8)]
    data["rubric"]["indicators"] = [{**_HEAD, "name": name, "weight": 10} for name in names]
    data["facts"] = {name: {"declared": 10} for name in names}
    data["problems"] = []
    data["published"] = {"total": {"正文 1": "80"}}


@plant("review-differs")
def _review(data: Data) -> float:
    _, item, _ = _row(data, lambda item, head: float(item["score"]["正文 5"]) >= 1)
    item["reviewed"] = display(float(item["score"]["正文 5"]) - 1)
    return -1.0


_HEAD: Data = {"level1": "产出", "level2": "数量", "weight": 0, "rule": {"kind": "self_declared"}}
"""An indicator that is added, without weight, so that nothing else changes."""


@plant("praised-lowest")
def _praise(data: Data) -> None:
    scores = {"决策": 30, "过程": 28, "效益": 12}
    data["rubric"]["indicators"] = [{**_HEAD, "level1": name, "name": f"{name}一项", "weight": 30} for name in scores]
    data["facts"] = {f"{name}一项": {"declared": score} for name, score in scores.items()}
    data["problems"] = []
    data["published"] = {"total": {"正文 1": "70"}}
    data["overview"] = {"conclusion": ["效益显著"]}


@plant("duration")
def _duration(data: Data) -> None:
    data["problems"] = [{"text": "工期2022年3月1日至2022年3月20日，共30天"}]
