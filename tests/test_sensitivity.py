"""How firm a grade is: every way by hand, the exact ends of the range, the fewest changes, ranks by chance."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit import PerfkitError, Scorecard, load_portfolio, score
from perfkit.scoring.sensitivity import extreme, rank_intervals

if TYPE_CHECKING:
    from conftest import Params

RUBRIC = """
profile: small
indicators:
  - {level1: 产出, level2: 数量, name: 培训次数, weight: 40, rule: {kind: proportional}}
  - level1: 产出
    level2: 质量
    name: 满意度
    weight: 20
    rule: {kind: deduction, from: 90%, when: below, step: 1%, per_step: 5%}
    readings: [{name: 附表, rule: {kind: deduction, from: 90%, when: below, step: 1%, per_step: 10%}}]
  - {level1: 效益, level2: 影响, name: 社会影响, weight: 20, rule: {kind: judged}}
  - {level1: 效益, level2: 机制, name: 长效机制, weight: 20, rule: {kind: qualitative}}
"""
FACTS: dict[str, Any] = {
    "培训次数": "{target: ≥24次, actual: 24次}",
    "满意度": "{actual: 88%}",
    "社会影响": "{share: 80%, reason: 已建立}",
    "长效机制": "{level: 部分达成, share: 75%, reason: 记录不全}",
}
# By hand: 40, 20×(1−2×5%)=18, 20×80%=16, 20×75%=15; together 89.


def card_of(params: Params, name: str = "unit", **facts: str) -> Scorecard:
    lines = "\n".join(f"  {key}: {value}" for key, value in (FACTS | facts).items())
    return score(params.case(f"rubric: small\nfacts:\n{lines}\n", name))


@pytest.fixture
def small(params: Params) -> Params:
    params.rubric(RUBRIC)
    return params


def test_every_way_of_a_case(small: Params) -> None:
    found = card_of(small).sensitivity()
    ways = {
        (a.id, a.change): (round(a.score, 6), round(a.total, 6)) for a in found.alternatives if "分值" not in a.change
    }
    assert ways == {
        ("满意度", "按另一读法“附表”"): (16, 87),
        ("社会影响", "评定比例作70%"): (14, 87),
        ("社会影响", "评定比例作90%"): (18, 91),
        ("长效机制", "取“部分达成”档的下限"): (12, 86),
        ("长效机制", "取“部分达成”档的上限"): (16, 90),
    }
    assert (found.low, found.high, found.grades) == (82, 92, ("优", "良"))


def test_a_weight_that_is_changed(small: Params) -> None:
    found = card_of(small).sensitivity()
    totals = {a.change: a.total for a in found.alternatives if a.id == "长效机制" and "分值" in a.change}
    assert totals == pytest.approx({"分值加一成": (89 + 1.5) / 102 * 100, "分值减一成": (89 - 1.5) / 98 * 100})


def test_part_of_a_step_where_the_standard_says_nothing(small: Params) -> None:
    card = card_of(small, 满意度="{actual: 88.5%}")  # 1.5 steps: 20×(1−1.5×5%)=18.5, one step 19, two 18
    ways = {a.change: a.score for a in card.sensitivity().alternatives if a.change.startswith("不足一步")}
    assert ways == pytest.approx({"不足一步的不扣": 19, "不足一步的按一步扣": 18})
    small.rubric(RUBRIC.replace("step: 1%, per_step: 5%}", "step: 1%, per_step: 5%, rounding: linear}"))
    told = card_of(small, 满意度="{actual: 88.5%}")
    assert not [a for a in told.sensitivity().alternatives if a.change.startswith("不足一步")]


def test_part_of_a_step_within_another_rule(small: Params) -> None:
    deduction = "{kind: deduction, from: 90%, when: below, step: 1%, per_step: 5%}"
    cases = f"[{{when: ≥60%, rule: {deduction}}}, {{rule: {{kind: constant, earns: 0分}}}}]"
    small.rubric(RUBRIC.replace(f"rule: {deduction}", f"rule: {{kind: first_of, cases: {cases}}}", 1))
    card = card_of(small, 满意度="{actual: 88.5%}")
    ways = {a.change: a.score for a in card.sensitivity().alternatives if a.change.startswith("不足一步")}
    assert ways == pytest.approx({"不足一步的不扣": 19, "不足一步的按一步扣": 18})


def test_all_figures_rounded_in_another_way(small: Params) -> None:
    card = card_of(small, 培训次数="{target: ≥24次, actual: 23次}")  # 40×23/24 = 38.3333…, 95.8333…%
    rest = 18 + 16 + 15
    totals = {a.change: a.total for a in card.sensitivity().alternatives if a.id == "全部指标"}
    assert totals == pytest.approx({
        "各项得分四舍五入到1位小数": 38.3 + rest,
        "各项得分四舍五入到2位小数": 38.33 + rest,
        "得分率（%）先四舍五入到2位小数": 0.9583 * 40 + rest,
        "各项得分截到1位小数": 38.3 + rest,
        "各项得分截到2位小数": 38.33 + rest,
        "得分率（%）先截到2位小数": 0.9583 * 40 + rest,
    })  # fmt: skip
    profile = small.folder / "profiles" / "small.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + "rounding: {rate: 0}\n", encoding="utf-8")
    rounded = card_of(small, 培训次数="{target: ≥24次, actual: 23次}")
    assert rounded.total == pytest.approx(0.96 * 40 + rest)
    (exact,) = [a.total for a in rounded.sensitivity().alternatives if a.change == "得分不取舍"]
    assert exact == pytest.approx(40 * 23 / 24 + rest)


def test_the_fewest_changes_that_change_the_grade(small: Params) -> None:
    flip = card_of(small).sensitivity().flip
    assert [(a.id, a.change) for a in flip] == [("社会影响", "评定比例作90%")]
    firm = card_of(small, 社会影响="{share: 20%, reason: 差}").sensitivity()  # 77: from 70 to 80 at most
    assert [(a.id, round(a.effect, 6)) for a in firm.flip] == [("社会影响", 2.0), ("长效机制", 1.0)]
    assert "社会影响评定比例作30%（+2分）；" in firm.sentence
    worst = card_of(small, 社会影响="{share: 20%, reason: 差}", 培训次数="{target: ≥24次, actual: 6次}").sensitivity()
    assert worst.flip == ()
    assert worst.grades == ("差",)
    assert "等级都是“差”" in worst.sentence


def test_missing_data_at_zero_in_full_and_left_to_the_others(small: Params) -> None:
    small.profile(no_answer="rescale")
    card = card_of(small, 满意度="{missing: 单位未提供}")
    ways = {a.change: round(a.total, 4) for a in card.sensitivity().alternatives if a.id == "满意度"}
    assert card.total == pytest.approx(71 / 80 * 100)
    assert ways == {"缺数据按零分": 71.0, "缺数据按满分": 91.0}


def test_what_the_evaluator_overrode(small: Params) -> None:
    override = "{target: ≥24次, actual: 24次, override: {share: 50%, reason: 未见签到表}}"
    found = card_of(small, 培训次数=override).sensitivity().alternatives
    assert [(a.score, round(a.total, 6)) for a in found if a.change == "按评分标准，不改判"] == [(40, 89)]


def test_ends_are_those_of_all_combinations(small: Params) -> None:
    found = card_of(small).sensitivity()
    ways = [[0.0, *(each.way[0] for each in own)] for own in found._choices]
    totals = [found.card.total + sum(changes) for changes in itertools.product(*ways)]
    assert (found.low, found.high) == (pytest.approx(min(totals)), pytest.approx(max(totals)))


@given(
    st.lists(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 8)), min_size=1, max_size=3), min_size=1, max_size=4)
)
def test_the_extreme_of_a_ratio_is_that_of_all_combinations(choices: list[list[tuple[int, int]]]) -> None:
    options = [[(0.0, 0.0), *((float(p), float(w)) for p, w in own)] for own in choices]
    totals = [
        (60 + sum(p for p, _ in chosen)) / (100 - sum(w for _, w in chosen)) * 100
        for chosen in itertools.product(*options)
    ]
    assert extreme(60, 100, options, min) == pytest.approx(min(totals))
    assert extreme(60, 100, options, max) == pytest.approx(max(totals))


def test_ranks_by_chance(small: Params) -> None:
    sure = "{share: 100%, reason: 好}"
    level = "{level: 达成, share: 100%, reason: 好}"
    cards = [
        card_of(small, "a", 满意度="{actual: 95%}", 社会影响=sure, 长效机制=level),  # at least 94
        card_of(small, "b"),
        card_of(small, "c", 社会影响="{share: 85%, reason: 可}"),
        card_of(small, "d", 培训次数="{target: ≥24次, actual: 6次}"),
    ]
    found = rank_intervals(cards, draws=500)
    assert list(found["rank"]) == [1, 2, 3, 4]
    assert list(found["rank_from"]) == [1, 2, 2, 4]
    assert list(found["rank_to"]) == [1, 3, 3, 4]
    assert (found["moves"].iloc[0], found["moves"].iloc[3]) == (0, 0)
    assert found["swaps"].iloc[0] == found["swaps"].iloc[2] == 0
    assert 0 < found["swaps"].iloc[1] < 1  # the two in the middle
    assert math.isnan(found["swaps"].iloc[3])
    assert found.equals(rank_intervals(cards, draws=500))


def test_a_portfolio_without_cases_has_no_ways(small: Params) -> None:
    card_of(small)
    many = load_portfolio(small.folder / "cases")
    assert list(many.sensitivity(draws=10)["rank"]) == [1]
    with pytest.raises(PerfkitError, match="没有可另作判定的依据"):
        type(many)(many.units, many.indicators).sensitivity()


def test_nothing_is_said_of_a_unit_without_total(small: Params) -> None:
    found = card_of(small, 满意度="{missing: 单位未提供}").sensitivity()  # the profile refuses
    assert math.isnan(found.low)
    assert found.sentence == "没有总分，谈不上等级是否稳健。"


@pytest.mark.parametrize("draws", [0, -1, "x"])
def test_draws_are_a_number(small: Params, draws: Any) -> None:
    with pytest.raises(PerfkitError, match="不小于 1 的整数"):
        rank_intervals([card_of(small)], draws=draws)
