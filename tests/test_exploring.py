"""Sliders and fields without a browser: what moves, what is said of a wrong entry, what is saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from perfkit import PerfkitError, Scorecard, exploring, load_case, load_portfolio, score

if TYPE_CHECKING:
    from conftest import Params

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (extra lab)")

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
  - {level1: 效益, level2: 制度, name: 制度, weight: 10, rule: {kind: checklist, items: [{text: 有}, {text: 全}]}}
  - {level1: 管理, level2: 执行, name: 执行率, weight: 10, rule: {kind: proportional}, measure: {formula: 预算执行率}}
"""
# By hand: 20, 20×(1−2×5%)=18, 20×80%=16, 10×½=5, 10×(40÷50)=8; together 67.
CASE = """
rubric: small
budget: {adjusted: 50万元, final: 40万元}
facts:
  培训次数: {target: "≥24次", actual: 12次}
  满意度: {actual: 88%}
  社会影响: {share: 80%, reason: 已建立}
  制度: {items: [{met: 是}, {met: 否, reason: 不全}]}
  执行率: {target: "≥100%"}
"""


@pytest.fixture
def card(params: Params) -> Scorecard:
    params.rubric(RUBRIC)
    found = score(params.case(CASE))
    assert found.total == pytest.approx(67)
    return found


def control(panel: Any, fact: str, name: str) -> Any:
    return next(each for each in panel._controls if (each.fact, each.name) == (fact, name)).widget


def test_everything_that_is_scored_can_be_moved(card: Scorecard) -> None:
    panel: Any = exploring.explore(card)
    control(panel, "社会影响", "share").value = 100
    assert panel.card.total == pytest.approx(71)
    control(panel, "满意度", "reading").value = "附表"
    assert panel.card.total == pytest.approx(69)  # 20×(1−2×10%)=16
    control(panel, "", "budget.final").value = "50万元"
    assert panel.card.total == pytest.approx(71)
    control(panel, "制度", "items").value = "是、是"
    assert panel.card.total == pytest.approx(76)
    control(panel, "培训次数", "weight").value = 50
    assert panel.card.total == pytest.approx(81)
    assert panel.card.rubric.weight == 110
    assert list(panel.moved["id"]) == ["培训次数", "满意度", "社会影响", "制度", "执行率"]
    assert "<b>81.00分（满分110分），中</b>　（原为67.00分，中）" in panel._total.value
    panel.reset()
    assert panel.card is panel.start
    assert panel.changes == {}


def test_what_cannot_be_read_is_said_and_the_score_stays(card: Scorecard) -> None:
    panel: Any = exploring.explore(card)
    control(panel, "", "budget.final").value = "很多"
    assert "budget.final" in panel._said.value
    assert panel.card is panel.start
    control(panel, "", "budget.final").value = "45万元"
    assert panel.card.total == pytest.approx(68)
    assert panel._said.value.endswith("></p>")


@pytest.mark.parametrize("ending", ["yaml", "xlsx"])
def test_a_saved_case_scores_the_same_and_says_what_was_changed(card: Scorecard, ending: str) -> None:
    panel: Any = exploring.explore(card)
    control(panel, "社会影响", "share").value = 40
    control(panel, "制度", "items").value = "是、否"
    control(panel, "满意度", "reading").value = "附表"
    control(panel, "满意度", "weight").value = 10
    before = Path(card.case.document.path).read_bytes()
    path = panel.save(Path(card.case.document.path).with_suffix(f".new.{ending}"))
    saved = load_case(path)
    assert score(saved).total == pytest.approx(panel.card.total)
    assert "社会影响的评定比例由“80.0”改为“40.0”" in saved.file.note
    assert "满意度的读法由“照现在的读法”改为“附表”" in saved.file.note
    assert [answer.reason for answer in saved.facts["制度"].items] == ["", "不全"]
    assert Path(card.case.document.path).read_bytes() == before
    with pytest.raises(PerfkitError, match="已经存在"):
        panel.save(path)


def test_nothing_to_save(card: Scorecard) -> None:
    panel: Any = exploring.explore(card)
    with pytest.raises(PerfkitError, match="没有改动"):
        panel.save("new.yaml")


def test_units_are_listed_and_one_is_moved(params: Params, card: Scorecard) -> None:
    other = CASE.replace("12次", "24次")
    params.case_file(other, "better")
    panel: Any = exploring.explore(load_portfolio(params.folder / "cases"))
    (table,) = panel.children[0].outputs
    assert table["data"]["text/html"] == panel.portfolio.ranks._repr_html_()
    assert [label for label, _ in panel.unit.options] == ["—", "某单位　better", "某单位　unit"]
    panel.unit.value = "unit"
    assert "名次：2（共2个）" in panel.panel._total.value
    control(panel.panel, "培训次数", "actual").value = "24次"
    control(panel.panel, "社会影响", "share").value = 100
    assert "名次：1（共2个）" in panel.panel._total.value
    of_folder: Any = exploring.explore(params.folder / "cases")
    assert of_folder.unit.options == panel.unit.options


def test_without_ipywidgets_a_sentence_says_what_to_install(
    card: Scorecard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(exploring, "find_spec", lambda name: None)
    assert exploring.explore(card) is None
    assert "pip install ipywidgets" in capsys.readouterr().out
