"""Two years of one unit side by side: matched indicators, changed weights and rules, the common part by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from perfkit import PerfkitError, Scorecard, compare, score
from perfkit.scoring.comparing import match

if TYPE_CHECKING:
    from conftest import Params

FIRST = """
profile: small
indicators:
  - {level1: 产出, level2: 数量, name: 培训次数, weight: 60, rule: {kind: proportional}}
  - {level1: 产出, level2: 质量, name: 合格率, weight: 20, rule: {kind: proportional}}
  - {level1: 效益, level2: 满意度, name: 学员满意度, weight: 20, rule: {kind: judged}}
"""
SECOND = """
profile: small
indicators:
  - {level1: 产出, level2: 数量, name: 培训次数, weight: 30, rule: {kind: proportional}}
  - {level1: 产出, level2: 质量, name: 合格率, weight: 20, rule: {kind: all_or_nothing}}
  - {level1: 产出, level2: 时效, name: 及时率, weight: 20, rule: {kind: proportional}}
  - {level1: 效益, level2: 满意度, id: 满意, name: 满意度, weight: 30, rule: {kind: judged}}
"""
NAMES = {"学员满意度": "满意"}


@pytest.fixture
def cards(params: Params) -> list[Scorecard]:
    """2022: 30 + 20 + 16 = 66 of 100; 2023: 30 + 0 + 20 + 27 = 77."""
    params.rubric(FIRST, "first")
    params.rubric(SECOND, "second")
    head = "kind: evaluation\nunit: {name: 某单位}\n"
    earlier = params.write("cases/2022.yaml", head + """
year: 2022
rubric: first
facts:
  培训次数: {target: "≥24次", actual: 12次}
  合格率: {target: "≥90%", actual: 90%}
  学员满意度: {share: 80%, reason: 问卷}
published: {total: 66分}
""".lstrip())  # fmt: skip
    later = params.write("cases/2023.yaml", head + """
year: 2023
rubric: second
facts:
  培训次数: {target: "≥24次", actual: 24次}
  合格率: {target: "≥90%", actual: 45%}
  及时率: {target: "≥90%", actual: 90%}
  满意: {share: 90%, reason: 问卷}
""".lstrip())  # fmt: skip
    return [score(earlier), score(later)]


def test_totals_and_the_common_part(cards: list[Scorecard]) -> None:
    found = compare(*reversed(cards), names=NAMES)  # the earliest comes first however they are given
    assert found.labels == ["2022", "2023"]
    assert list(found.totals["total"]) == [66, 77]
    assert list(found.totals["published"].fillna(0)) == [66, 0]
    assert [each.id for each in found.common] == ["培训次数", "合格率", "满意"]
    # by the weights of 2023, 30 + 20 + 30: (15 + 20 + 24) / 80 and (30 + 0 + 27) / 80
    assert list(found.totals["common"]) == pytest.approx([59 / 80, 57 / 80])
    assert "2022为66.00分（中），2023为77.00分（中）" in found.sentence
    assert "3项共同指标按2023的分值，得分率由73.75%变为71.25%" in found.sentence


def test_two_units_are_called_by_their_names(cards: list[Scorecard]) -> None:
    """Of two units the year alone does not say which is which."""
    first, last = cards
    unit = last.case.file.unit.model_copy(update={"name": "乙单位"})
    other = score(replace(last.case, file=last.case.file.model_copy(update={"unit": unit})))
    name = first.case.unit
    assert compare(first, other, names=NAMES).labels == [f"{name}（2022）", "乙单位（2023）"]


def test_levels_and_indicators(cards: list[Scorecard]) -> None:
    found = compare(*cards, names=NAMES)
    levels = found.levels.set_index("level1")
    assert levels.loc["产出"].to_list() == pytest.approx([50 / 80, 50 / 70, 50 / 70 - 50 / 80])
    assert list(found.indicators["id"])[:3] == ["合格率", "培训次数", "满意"]  # −100%, +50%, +10%
    assert math.isnan(found.indicators.set_index("id").loc["及时率", "step"])


def test_what_is_scored_otherwise(cards: list[Scorecard]) -> None:
    found = compare(*cards, names=NAMES)
    changes = [(row.id, row.aspect, row.before, row.after) for row in found.changes.itertuples()]
    assert ("培训次数", "分值", "60分", "30分") in changes
    assert ("满意", "分值", "20分", "30分") in changes
    assert ("及时率", "新增", "", "20分") in changes
    assert [(name, aspect) for name, aspect, *_ in changes if aspect == "评分标准"] == [("合格率", "评分标准")]
    assert len(changes) == 4


def test_the_same_twice(cards: list[Scorecard]) -> None:
    found = compare(cards[0], cards[0])
    assert found.changes.empty
    assert found.sentence.endswith("指标、分值和标准都没有变动。")
    assert (found.indicators["step"] == 0).all()


def test_an_indicator_is_found_by_its_name(cards: list[Scorecard]) -> None:
    earlier, later = cards
    row, other = earlier.rows[2], later.rows[3]
    assert (row.name, other.id) == ("学员满意度", "满意")
    assert [each.id for each in match(cards) if each.common] == ["培训次数", "合格率"]
    assert [each.id for each in match([later, later]) if each.common] == [row.id for row in later.rows]


def test_refusals(cards: list[Scorecard]) -> None:
    with pytest.raises(PerfkitError, match="至少要两个"):
        compare(cards[0])
    with pytest.raises(PerfkitError, match="没有“满意率”这个指标"):
        compare(*cards, names={"学员满意度": "满意率"})


def test_it_shows_itself(cards: list[Scorecard]) -> None:
    found = compare(*cards, names=NAMES)
    assert repr(found).startswith("<比较 某单位：2022为66.00分")
    page = found._repr_html_()
    for part in ("共同指标得分率", "<th>变化</th>", "评分标准", "—"):
        assert part in page
    assert "nan" not in page.lower()
