"""Two versions side by side, and what other facts would do to a score."""

from __future__ import annotations

import copy
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from perfkit import Case, find_library, score
from perfkit.cases.entries import spread
from perfkit.cases.loading import build_case
from perfkit.cases.samples import yaml_text
from perfkit.cli import run_cli
from perfkit.reading import Document, parse_yaml
from perfkit.report.differing import Difference, difference, differences

REPO = Path(__file__).parents[2]
TEXT = files("perfkit").joinpath("data/samples/evaluation.yaml").read_text(encoding="utf-8").replace("@SCHEMA@", "x")
DATA = spread(parse_yaml(TEXT, "x")).data


def built(data: dict[str, Any]) -> Case:
    return build_case(Document("甲.yaml", data, {}), find_library(REPO / "params" / "cases"), "甲")


def changed(change: Any) -> list[Difference]:
    data = copy.deepcopy(DATA)
    change(data)
    return differences(built(DATA), built(data))


def test_the_same_case_has_no_difference() -> None:
    assert differences(built(DATA), built(copy.deepcopy(DATA))) == []
    assert "没有任何不同" in difference(built(DATA), built(DATA))._repr_html_()


def test_a_fact_with_what_it_does_to_the_points() -> None:
    (fact, points) = changed(lambda data: data["facts"]["培训人数"].update(actual="198人"))
    assert (fact.about, fact.aspect, fact.before, fact.after) == ("培训人数", "实际完成值", "188人", "198人")
    assert fact.effect == pytest.approx(30 * (198 - 188) / 200)
    assert (points.aspect, points.before, points.after) == ("得分", "30分得28.2分", "30分得29.7分")


def test_weights_and_rules_and_what_follows_from_money() -> None:
    def change(data: Any) -> None:
        data["rubric"]["indicators"][2]["weight"] = Decimal(20)
        data["rubric"]["indicators"][3] |= {"weight": Decimal(40), "rule": {"kind": "proportional"}}
        data["facts"]["服务对象满意度"]["target"] = "≥88%"
        data["budget"]["final"] = "520万元"

    found = changed(change)
    effects = [abs(item.effect) for item in found if item.effect == item.effect]
    assert effects == sorted(effects, reverse=True)
    assert ("培训人数", "分值", "30分", "20分") in [item[:4] for item in found]
    assert {"分值", "评分标准", "年度指标值"} <= {item.aspect for item in found if item.about == "服务对象满意度"}
    assert ("预算执行率", "得分", "25分得20分", "25分得25分") in [item[:4] for item in found]
    assert ("全年执行数", "数据", "494万元", "520万元") in [item[:4] for item in found]


def test_an_indicator_more_and_one_less() -> None:
    def change(data: Any) -> None:
        data["rubric"]["indicators"][2]["name"] = "参训人数"
        data["facts"]["参训人数"] = data["facts"].pop("培训人数")
        data["problems"] = []

    found = changed(change)
    assert [(item.about, item.aspect) for item in found[:1]] == [("参训人数", "新增")]
    assert ("培训人数", "删去") in [(item.about, item.aspect) for item in found]
    assert {item.aspect for item in found if item.about.startswith("培训人数未达目标")} == {"文字"}


def test_money_written_short_or_long_is_the_same() -> None:
    assert changed(lambda data: data["budget"].update(final={"total": "494万元"})) == []


def test_both_verbs_at_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "cases" / "甲.yaml", tmp_path / "cases" / "乙.yaml"
    old.parent.mkdir()
    old.write_text(TEXT, encoding="utf-8")
    data = copy.deepcopy(DATA)
    data["facts"]["培训人数"]["actual"] = "200人"
    new.write_text(yaml_text(data), encoding="utf-8")
    assert run_cli(["diff", str(old), str(new), "-o", str(tmp_path / "d.html")]) == 0
    shown = capsys.readouterr().out
    assert "188人" in shown
    assert "188人" in (tmp_path / "d.html").read_text(encoding="utf-8")
    assert (
        run_cli(
            [
                "what",
                str(old),
                "培训人数=200人",
                "绩效目标合理性.items=是,是,是",
                "培训人数.weight=20",
                "培训人数.target=≥100人",
            ]
        )
        == 0
    )
    card = score(old).what_if(
        {"培训人数": {"actual": "200人", "weight": 20, "target": "≥100人"}, "绩效目标合理性": {"items": ["是"] * 3}}
    )
    assert f"变为{card.total:.2f}分（满分{card.rubric.weight:g}分，" in capsys.readouterr().out
    assert run_cli(["diff", str(old), str(new), "-o", str(tmp_path / "d.docx")]) == 0
    assert (tmp_path / "d.docx").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["what", "甲.yaml", "培训人数"], "没有写值"),
        (["what", "甲.yaml", "培训=3人"], "是否想写“培训人数”"),
        (["diff", "甲.yaml", "."], "里有"),
        (["diff", "甲.yaml", "甲.yaml", "-o", "d.pdf"], ".html 或 .docx"),
    ],
)
def test_faults_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("甲.yaml", "乙.yaml"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    assert run_cli(arguments) == 2
    assert said in capsys.readouterr().err


def test_what_missing_data_raises_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(REPO / "params" / "cases" / "qingyunpu-union-2022.yaml")
    assert run_cli(["diff", path, path]) == 0
    assert "缺数据的指标（指导职工办理创业贷款工作完成率）由其余指标分担分值" in capsys.readouterr().err
