"""Monitoring: worked examples by hand, and what holds for any goal and any node."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from perfkit import Case, InputError, Library, Monitor, PerfkitError, audit, load_case, monitor, report
from perfkit.cases.models import ComparedGoal
from perfkit.cli import run_cli
from perfkit.figures.formulas import time_progress_on
from perfkit.monitoring import goal_light
from perfkit.report import charts, wording
from perfkit.report.html import written
from perfkit.rubrics.rubric import Lights
from perfkit.terminal import MONITORS, monitor_row
from perfkit.words import LIGHTS, Light

EXAMPLES: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(Path(__file__).with_name("cases") / "monitoring.yaml")
NODE = "2023-10-31"
THRESHOLDS = Lights.model_validate(
    {"gap": "10%", "lights": {"red": "<60%", "yellow": "[60%,80%)", "green": "[80%,120%)", "blue": "≥120%"}}
)
Build = Callable[..., Case]


def examples(block: str) -> list[ParameterSet]:
    """The examples of a block; those with a known bug must fail."""
    found = []
    for example in EXAMPLES[block]:
        marks = [pytest.mark.xfail(strict=True, reason=example["bug"])] if "bug" in example else []
        found.append(pytest.param(example, id=example["name"], marks=marks))
    return found


def number(text: Any) -> float:
    """A number of the examples, NaN for null."""
    return math.nan if text is None else float(Fraction(str(text)))


@pytest.fixture(scope="session")
def library(repo: Path) -> Library:
    return Library(repo / "params")


@pytest.fixture
def build(tmp_path: Path, library: Library) -> Build:
    """A monitoring case of goals and a budget, written to a file as a user would."""

    def build(goals: list[dict[str, Any]], *, budget: Any = None, node: str = NODE, **more: Any) -> Case:
        head = {
            "kind": "monitoring",
            "unit": {"name": "某单位"},
            "year": 2023,
            "profile": "monitoring-default",
            "project": {"name": "某项目"},
            "node": node,
            "goals": [{"name": f"目标{i}", "level1": "产出指标"} | goal for i, goal in enumerate(goals)],
        }
        data = head | ({"budget": budget} if budget else {}) | more
        file = tmp_path / "某项目.yaml"
        file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return load_case(file, library=library)

    return build


@pytest.mark.parametrize(
    ("node", "spent", "said"),
    [
        ("2023-06-30", "39万元", "低于6月底应达到的40%"),
        ("2023-06-30", "40万元", ""),
        ("2023-08-30", "45万元", ""),  # August is not over: that of June
        ("2023-08-31", "55万元", "低于8月底应达到的60%"),
        ("2023-12-31", "79万元", "低于10月底应达到的80%"),
        ("2023-04-29", "1万元", ""),
        ("2023-01-15", "0万元", ""),
    ],
)
def test_a_province_sets_what_is_spent_by_the_end_of_a_month(build: Build, node: str, spent: str, said: str) -> None:
    budget = {"adjusted": "100万元", "final": spent}
    found = audit(build([{}], budget=budget, node=node, profile="sichuan-monitoring-2025"))
    messages = [item.message for item in found if item.code == "behind-time-progress"]
    assert any("月底应达到" in message for message in messages) is bool(said)
    assert not said or said in messages[0]


# ---- worked examples -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", examples("goals"))
def test_goal(build: Build, example: dict[str, Any]) -> None:
    state = monitor(build([{"name": "某目标"} | example["goal"]]))
    (row,) = state.rows
    named = row.name
    expect = example["expect"]
    numbers = {"to_stage": row.rate_to_stage, "to_annual": row.rate_to_annual, "projection": row.projection}
    words = {
        "light": row.light,
        "adjustment": row.adjustment,
        "annual": row.annual_target,
        "tracking": row.tracking_target,
    }
    assert set(expect) <= {*numbers, *words, "explain", "never"}
    for name, found in numbers.items():
        if name in expect:
            assert found == pytest.approx(number(expect[name]), rel=1e-12, nan_ok=True), name
    for name, word in words.items():
        if name in expect:
            assert word == expect[name], name
    if "to_stage" in expect:
        assert row.deviation == pytest.approx(number(expect["to_stage"]) - 1, nan_ok=True)
    said = state.explain(named)
    if "explain" in expect:
        assert said == f"{named}：{expect['explain']}"
    assert not [word for word in expect.get("never", []) if word in said]


@pytest.mark.parametrize("example", examples("money"))
def test_money(build: Build, example: dict[str, Any]) -> None:
    goals = example["owed"] or [{}]
    state = monitor(build(goals, budget=example["budget"]))
    expect = example["expect"]
    assert state.funds_in_place_rate == pytest.approx(number(expect["in_place"]))
    assert state.execution_rate == pytest.approx(number(expect["execution"]))
    assert state.owed == pytest.approx(number(expect["owed"]), abs=1e-6, nan_ok=True)
    assert state.feasible is expect["feasible"]
    assert state.shortfall == pytest.approx(number(expect["shortfall"]), abs=1e-6, nan_ok=True)
    if "explain" in expect:
        assert state.explain_money() == expect["explain"]


def test_examples_are_named_apart() -> None:
    for block in EXAMPLES.values():
        names = [example["name"] for example in block]
        assert len(set(names)) == len(names)


# ---- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "progress"),
    [
        ("2023-01-31", Fraction(1, 12)),
        ("2023-02-14", Fraction(3, 24)),
        ("2023-02-28", Fraction(2, 12)),
        ("2024-02-29", Fraction(2, 12)),
        ("2023-06-15", Fraction(11, 24)),
        ("2023-10-31", Fraction(10, 12)),
        ("2023-12-31", Fraction(1)),
    ],
)
def test_time_progress(build: Build, node: str, progress: Fraction) -> None:
    assert monitor(build([{}], node=node, year=int(node[:4]))).time_progress == pytest.approx(
        float(progress), abs=1e-12
    )


@pytest.mark.parametrize(
    ("spent", "light"),
    [
        ("0元", "red"),
        ("49.99万元", "red"),  # 60% of 10/12 is 50%
        ("50万元", "yellow"),
        ("66.66万元", "yellow"),  # 80% of 10/12 is 66.67%
        ("66.67万元", "green"),
        ("99.99万元", "green"),
        ("100万元", "blue"),  # 120% of 10/12 is 100%
    ],
)
def test_light_of_the_money(build: Build, spent: str, light: str) -> None:
    budget = {"adjusted": "100万元", "received": "100万元", "final": spent}
    assert monitor(build([{}], budget=budget)).money_light == light


def test_pace_and_projected_spending(build: Build) -> None:
    state = monitor(build([{}], budget={"adjusted": "100万元", "final": "90万元"}))
    assert state.pace == "比序时进度快6.67个百分点"
    assert state.gap == pytest.approx(0.9 - 10 / 12)
    assert state.projected_spending == pytest.approx(1_080_000)
    assert math.isnan(state.funds_in_place_rate)
    assert state.explain_money().startswith("全年预算100万元，支出90万元，执行率90.00%，")


@pytest.mark.parametrize("node", ["2023-02-30", "2023-13-01", "2023-00-10", "0000-01-01"])
def test_impossible_date(build: Build, node: str) -> None:
    with pytest.raises(PerfkitError, match=node):
        monitor(build([{}], node=node))


@pytest.mark.parametrize("node", ["2023-1-30", "2023年10月31日", "2023-10", "昨天", ""])
def test_date_in_another_form(build: Build, node: str) -> None:
    with pytest.raises(InputError) as caught:
        build([{}], node=node)
    (problem,) = caught.value.problems
    assert (problem.field, problem.severity) == ("node", "error")
    assert "2023-10-31" in problem.message


def test_check_finds_an_impossible_date(build: Build, tmp_path: Path) -> None:
    build([{}])
    file = tmp_path / "某项目.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(NODE, "2023-02-30"), encoding="utf-8")
    assert run_cli(["check", str(file)]) == 2


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "compared",
    [
        {"annual": "≥5场", "stage": "4场", "actual": "5次"},
        {"annual": "≥5场", "stage": "4次", "actual": "5场"},
        {"annual": "≥50%", "actual": "60人"},
        {"annual": "100%", "actual": "提升"},
    ],
    ids=["actual", "stage", "count for a ratio", "word for a ratio"],
)
def test_different_units_are_refused(build: Build, compared: dict[str, str]) -> None:
    with pytest.raises(InputError, match="单位不同"):
        build([{"compared": compared}])


@pytest.mark.parametrize("declared", [{"declared": {"target": "=294万"}}, {}], ids=["declared", "budget"])
def test_an_amount_owed_in_another_unit_is_named(build: Build, declared: dict[str, Any]) -> None:
    case = build([declared | {"owed": "294元"}], budget={"adjusted": "490万元", "final": "134万元"})
    assert [problem.field for problem in case.warnings if "元与万元" in problem.message] == ["goals[1].owed"]


def test_nothing_is_claimed_without_a_budget(build: Build) -> None:
    state = monitor(build([{}]))
    assert state.to_dict()["feasible"] is None
    assert "—" not in state.explain_money()


@pytest.mark.parametrize(
    ("budget", "pace", "verdict"),
    [
        ({"final": "9万元"}, "没有预算数，不能与序时", "；已支出9万元＋待支付2万元＝11万元，没有预算数，不能判断"),
        ({"adjusted": "9万元"}, "没有支出数，不能与序时", "；待支付2万元，没有支出数，不能判断能否支付。"),
        ({"received": "9万元"}, "没有预算数和支出数，不能与序时", "；待支付2万元，没有预算数和支出数，不能判断"),
    ],
    ids=["no budget", "no spending", "neither"],
)
def test_without_budget_or_spending_nothing_is_said_of_what_is_owed(
    build: Build, budget: dict[str, str], pace: str, verdict: str
) -> None:
    state = monitor(build([{"owed": "2万元"}], budget=budget))
    said, shown = state.explain_money(), written(report.money(state))
    assert pace in said
    assert verdict in said
    assert "不能判断能否支付" in shown
    for word in ("资金不足", "在预算之内", "缺口", "预算足够", "超出"):
        assert word not in said + shown
    row = dict(zip(MONITORS, monitor_row(state), strict=True))
    assert (row["差距"], row["资金能否支付"]) == ("—", "—")


def test_a_goal_without_its_actual_value_is_shown_and_has_no_light(build: Build) -> None:
    goals = [
        {"name": "宣讲", "compared": {"annual": "≥5次", "stage": "4次"}, "owed": "2万元"},
        {"name": "培训", "compared": {"annual": "≥5次", "stage": "4次", "actual": "4次"}},
        {"name": "未对比", "declared": {"target": "≥5次"}},
    ]
    state = monitor(build(goals))
    assert [row.light for row in state.rows] == [None, "green", None]
    assert state.unreported == ("宣讲",)
    for chapter in map(written, (report.comparison(state), report.deviations(state))):
        assert re.search("宣讲.*未填报", chapter, re.DOTALL)
        assert "未对比" not in chapter
    assert "未填报，按全额计" in written(report.money(state))
    assert "没有填报实际完成值，不亮灯：宣讲；" in "".join(wording.monitoring(state))


def test_without_any_light_none_is_counted(build: Build) -> None:
    first, *_ = wording.monitoring(monitor(build([{}])))
    assert first == "没有一项指标有对比数据；资金进度无数据。"


def test_rates_without_a_budget_are_missing(build: Build) -> None:
    record = monitor(build([{}])).to_dict()
    assert [record[name] for name in ("funds_in_place_rate", "execution_rate", "gap", "shortfall")] == [None] * 4


def test_another_kind_is_refused(repo: Path) -> None:
    case = load_case(repo / "params" / "cases" / "jiangxi-union-2020.yaml")
    with pytest.raises(PerfkitError, match="不是监控案例"):
        monitor(case)


def test_unknown_goal_is_answered_with_the_nearest(build: Build) -> None:
    state = monitor(build([{"name": "劳模宣讲场次"}, {"name": "培训人数"}]))
    with pytest.raises(PerfkitError, match="没有“劳模宣讲次数”.*劳模宣讲场次"):
        state.explain("劳模宣讲次数")


def test_a_profile_without_thresholds_is_refused(build: Build) -> None:
    with pytest.raises(InputError, match="没有监控阈值"):
        build([{}], profile="national-self-2020")


# ---- what it gives back ----------------------------------------------------------------------------------------------


@pytest.fixture
def state(build: Build) -> Monitor:
    goals = [
        {"name": "宣讲", "compared": {"annual": "≥5次", "stage": "4次", "actual": "3次"}, "likelihood": "有可能",
         "reason": {"category": "人员", "text": "讲师不足"}, "level2": "数量指标"},
        {"name": "<b>合格率</b> & \"乙\"", "compared": {"annual": "=100%", "stage": "90%", "actual": "30%"}},
        {"name": "已删", "revised": {"target": "≥1次", "adjustment": "删除"}},
    ]  # fmt: skip
    return monitor(build(goals, budget={"adjusted": "10万元", "received": "8万元", "final": "5万元"}))


def test_to_dict(state: Monitor) -> None:
    record = state.to_dict()
    assert list(record) == [
        "case", "node", "funds_in_place_rate", "execution_rate", "time_progress", "gap", "feasible", "shortfall",
        "indicators",
    ]  # fmt: skip
    assert record["indicators"][0] == {
        "name": "宣讲",
        "annual_target": "≥5次",
        "stage_target": "4次",
        "actual": "3次",
        "rate_to_stage": 0.75,
        "rate_to_annual": 0.6,
        "light": "yellow",
        "adjustment": None,
    }
    assert record["indicators"][2]["light"] is None
    assert record["case"] == "某项目"
    assert (record["funds_in_place_rate"], record["execution_rate"], record["feasible"]) == (0.8, 0.5, None)
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_what_is_owed_is_listed_as_far_as_it_is_not_done(build: Build) -> None:
    goals = [
        {"name": "已完成", "compared": {"annual": "≥5次", "stage": "4次", "actual": "5次"}, "owed": "210万元"},
        {"name": "完成一半", "compared": {"annual": "=100%", "stage": "50%", "actual": "50%"}, "owed": "80万元"},
        {"name": "制度", "compared": {"annual": "完成", "stage": "完成", "actual": "已完成"}, "owed": "6万元"},
        {"name": "上线", "compared": {"annual": "2023-10-31前", "actual": "2023-07-15"}, "owed": "4万元"},
    ]
    shown = written(report.money(monitor(build(goals, budget={"adjusted": "300万元", "final": "100万元"}))))
    assert not re.search("210万元|6万元|(?<!1)4万元", shown)
    assert re.search("待支付：完成一半.*40万元.*共80万元，完成50%.*140万元", shown, re.DOTALL)


def test_table_has_a_line_a_goal(state: Monitor) -> None:
    table = state.table
    assert list(table["name"]) == [row.name for row in state.rows]
    assert list(table["light"])[:2] == ["yellow", "red"]
    assert table.loc[0, ["category", "reason", "likelihood", "level2"]].to_list() == [
        "人员", "讲师不足", "有可能", "数量指标",
    ]  # fmt: skip


def test_notebook_display_is_escaped(state: Monitor) -> None:
    shown = state._repr_html_()
    assert "&lt;b&gt;合格率&lt;/b&gt; &amp; " in shown
    assert "<b>" not in shown
    assert "nan" not in shown.lower()
    assert "None" not in shown


def test_a_path_stands_for_its_case(repo: Path) -> None:
    file = repo / "params" / "cases" / "qingyunpu-union-2023-monitoring.yaml"
    assert repr(monitor(str(file))) == repr(monitor(load_case(file)))
    with pytest.raises(PerfkitError, match="这里要一个案例"):
        monitor(5)


def test_repr_says_where_it_stands(state: Monitor) -> None:
    assert repr(state).startswith("Monitor(某项目, 2023-10-31: 全年预算10万元")


# ---- what holds for any goal -----------------------------------------------------------------------------------------

ORDER = ["red", "yellow", "green", "blue"]


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_done_is_never_a_worse_light(stage: int, one: int, other: int) -> None:
    lights = [
        goal_light(_compared(f"≥{stage}人", f"{done}人"), done / stage, THRESHOLDS, NODE) for done in (one, other)
    ]
    less, more = lights if one <= other else reversed(lights)
    assert ORDER.index(str(less)) <= ORDER.index(str(more))


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_light_is_what_exact_thresholds_say(stage: int, done: int) -> None:
    ratio = Fraction(done, stage)
    edges = [Fraction(3, 5), Fraction(4, 5), Fraction(6, 5)]
    expected = ORDER[sum(ratio >= edge for edge in edges)]
    assert goal_light(_compared(f"≥{stage}人", f"{done}人"), done / stage, THRESHOLDS, NODE) == expected


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_less_is_better_has_two_lights(limit: int, done: int) -> None:
    light = goal_light(_compared(f"≤{limit}次", f"{done}次"), math.nan, THRESHOLDS, NODE)
    assert light == ("green" if done <= limit else "red")


@given(*(st.integers(0, 10**8) for _ in range(3)))
def test_shortfall_is_what_is_missing(budget: int, spent: int, owed: int) -> None:
    state = Monitor.__new__(Monitor)
    state.budget, state.owed, state.committed = float(budget), float(owed), float(spent + owed)
    assert state.shortfall == max(spent + owed - budget, 0)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 30)))
def test_time_only_goes_forward(day: dt.date) -> None:
    following = day + dt.timedelta(days=1)
    assert 0 < time_progress_on(day) <= 1
    assert following.year > day.year or time_progress_on(day) < time_progress_on(following)


def test_every_light_has_a_name_and_a_colour_of_its_own() -> None:
    for part in ("name", "colour"):
        assert len({getattr(light, part) for light in LIGHTS.values()}) == len(LIGHTS), f"{part} in words.LIGHTS"
    assert all(re.fullmatch("#[0-9a-f]{6}", light.colour) for light in LIGHTS.values())
    assert {"green", "yellow", "red"} <= set(LIGHTS), "what `goal_light` gives to words, dates and limits"


def test_what_a_further_light_says_follows_from_its_standing(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the walk of CONTRIBUTING: one that lies above blue, and one below red."""
    monkeypatch.setitem(LIGHTS, "purple", Light("紫灯", "#7d4f9e", "ahead"))
    monkeypatch.setitem(LIGHTS, "black", Light("黑灯", "#000000", "behind"))
    goals = [{"name": name, "compared": {"annual": "≥100人", "stage": "100人", "actual": done}}
             for name, done in {"甲": "160人", "乙": "130人", "丙": "50人", "丁": "10人"}.items()]  # fmt: skip
    light_of = Lights.light
    case = build([goal | {"likelihood": "完全不可能"} for goal in goals])
    ranges = {"black": "<20%", "red": "[20%,60%)", "blue": "[60%,150%)", "purple": "≥150%"}
    five = Lights.model_validate({"gap": "10%", "lights": ranges})
    monkeypatch.setattr(Lights, "light", lambda _, ratio: light_of(five, ratio))
    state = monitor(case)
    assert [row.light for row in state.rows] == ["purple", "blue", "red", "black"]
    said = "".join(report.conclusion(state).items)  # type: ignore[attr-defined]
    assert "红灯、黑灯指标：丙、丁；" in said
    assert "明显超过本阶段目标：甲、乙；" in said
    found = [item.indicator for item in audit(case) if item.code == "light-against-likelihood"]
    assert found == ["甲", "乙"]


def _compared(annual: str, actual: str) -> ComparedGoal:
    return ComparedGoal.model_validate({"annual": annual, "actual": actual})


def test_what_a_unit_expects_by_year_end_stands_in_the_form(build: Build) -> None:
    goal = {"compared": {"annual": "≥100人", "stage": "80人", "actual": "70人", "forecast": "96人"},
            "reason": {"category": ["经费", "人员"], "text": "讲师不足"}}  # fmt: skip
    case = build([goal], budget={"adjusted": "100万元", "final": "60万元", "forecast": "95万元"})
    (row,) = monitor(case).rows
    assert (row.forecast, row.category) == ("96人", "经费、人员")
    shown = report.form(case)._repr_html_()
    assert "96人" in shown
    assert "95万元" in shown
    assert shown.count("√") == 2


def test_what_is_behind_and_what_will_not_be_reached_is_named(build: Build) -> None:
    """By hand: 60 of 83.33 due are 72%, yellow. The official form has the department and each source of the money."""
    goals = [{"name": "路灯", "compared": {"annual": "≥100盏", "actual": "60盏", "forecast": "90盏"}}]
    parts = ({"县级资金": "80万元", "其他资金": "20万元"}, {"县级资金": "50万元", "其他资金": "10万元"})
    initial, final = {"total": "100万元", "parts": parts[0]}, {"total": "60万元", "parts": parts[1]}
    budget = {"initial": initial, "adjusted": "100万元", "final": final}
    case = build(goals, budget=budget)
    said = wording.monitoring(monitor(case))
    assert "黄灯指标：路灯；应查明原因，加快进度。" in said
    assert "单位预计全年不能完成：路灯（全年目标≥100盏，预计90盏）；应采取措施，或按程序调整目标。" in said
    shown = report.form(case)._repr_html_()
    assert all(text in shown for text in ("主管部门", "其中：县级资金", "50万元", "72万元（推算）"))


def test_without_results_nothing_is_said_of_deviations(build: Build) -> None:
    case = build([], budget={"adjusted": "100万元"})
    assert "没有对比数据，不能判断偏差。" in report.deviations(case)._repr_html_()
    assert "推算" not in report.form(case)._repr_html_()


def test_a_limit_makes_no_progress(build: Build) -> None:
    goals = [
        {"name": "发放误差", "compared": {"annual": "≤2%", "actual": "3%"}},
        {"name": "帮扶人次", "compared": {"annual": "≥10人次", "actual": "6人次"}},
    ]
    case = build(goals)
    said = charts.progress(case)._repr_html_()
    assert "帮扶人次" in said
    assert "发放误差" not in said
    table = report.comparison(case)
    # 6 of 10 are 72% of what 10 months ask for
    assert [row[5:7] for row in table.rows] == [("占上限150.00%", "占上限150.00%"), ("72.00%", "60.00%")]
    assert "占本阶段上限150%、全年150%" in monitor(case).explain("发放误差")


def test_money_alone_can_be_monitored(build: Build) -> None:
    state = monitor(build([], budget={"adjusted": "100万元", "final": "60万元"}))
    assert (len(state.rows), state.execution_rate) == (0, pytest.approx(0.6))
    with pytest.raises(InputError, match="请至少写一样"):
        build([])
