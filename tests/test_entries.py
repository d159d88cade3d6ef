"""One entry an indicator: the same case as written apart, with every line, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from perfkit import InputError, load_case, score
from perfkit.cases.entries import gather
from perfkit.cases.loading import read_document
from perfkit.cases.samples import yaml_text
from perfkit.reading import read_yaml
from perfkit.report.wording import structure

if TYPE_CHECKING:
    from conftest import Params

HEAD = "basis: [测试〔2020〕1号]\n"
APART = (
    HEAD
    + """
rubric:
  profile: small
  indicators:
    - {level1: 产出, level2: 数量, name: 培训次数, weight: 60, rule: {kind: proportional}}
    - {level1: 产出, level2: 质量, name: 合格率, weight: 40, standard: ≥95%得满分，否则不得分}
facts:
  培训次数: {target: "≥24次", actual: 20次, source: 正文 3}
  合格率: {actual: 96%}
published:
  total: 90
  indicators:
    培训次数: {score: {正文 3: 50}}
"""
)
TOGETHER = (
    HEAD
    + """
rubric: {profile: small}
indicators:
  培训次数: {level1: 产出, level2: 数量, weight: 60, rule: {kind: proportional},
    target: "≥24次", actual: 20次, source: 正文 3, published: {score: {正文 3: 50}}}
  合格率: {level2: 质量, weight: 40, standard: ≥95%得满分，否则不得分, actual: 96%}
published: {total: 90}
"""
)


def test_entries_are_the_same_case_as_its_blocks_apart(params: Params) -> None:
    apart, together = (params.case(text, name) for name, text in (("apart", APART), ("together", TOGETHER)))
    assert together.file == apart.file
    assert together.rubric
    assert apart.rubric
    assert together.rubric.indicators == apart.rubric.indicators
    assert score(together).total == pytest.approx(90)


def test_a_new_block_does_not_take_the_level_below_from_the_block_before(params: Params) -> None:
    more = "  满意度: {level1: 加分项, weight: 4, rule: {kind: proportional}, actual: 96%, target: 95%}\n"
    more += "  知晓率: {weight: 1, rule: {kind: proportional}, actual: 96%, target: 95%}\n"
    case = params.case(
        TOGETHER.replace("weight: 40", "weight: 35").replace("published: {t", more + "published: {t"), "blocks"
    )
    assert case.rubric
    levels = [(indicator.level1, indicator.level2) for indicator in case.rubric.indicators]
    assert levels == [("产出", "数量"), ("产出", "质量"), ("加分项", "加分项"), ("加分项", "加分项")]
    assert structure(score(case)).endswith("产出95分，包括数量60分、质量35分；加分项5分。")


def test_a_fault_is_named_where_it_is_written(params: Params) -> None:
    with pytest.raises(InputError, match=r"第10行 indicators\.合格率\.actual.*没有单位"):
        params.case(TOGETHER.replace("actual: 96%", "actual: 96"))


@pytest.mark.parametrize(
    ("old", "new", "needle"),
    [
        ("published: {total: 90}", "facts: {合格率: {actual: 95%}}", "合格率”在 facts 里也写了；请写在一处"),
        ("level2: 质量, weight: 40", "level2: 质量, weigth: 40", "weigth"),
        ("合格率: {level2: 质量,", "合格率: 96%\n  丙: {level2: 质量,", "一个指标一条"),
    ],
)
def test_what_is_no_entry_is_refused(params: Params, old: str, new: str, needle: str) -> None:
    with pytest.raises(InputError, match=needle):
        params.case(TOGETHER.replace(old, new))


def test_a_rubric_is_told_to_be_no_case(repo: Path) -> None:
    with pytest.raises(InputError, match="指标体系不是案例，放在 params/rubrics"):
        load_case(repo / "params" / "rubrics" / "project-2020.yaml")


def test_the_largest_case_is_written_so_and_reads_like_its_blocks_apart(repo: Path, tmp_path: Path) -> None:
    file = repo / "params" / "cases" / "qingyunpu-union-2022.yaml"
    assert "facts" not in read_yaml(file).data
    assert len(file.read_text(encoding="utf-8").splitlines()) < 400
    apart = tmp_path / "apart.yaml"
    apart.write_text(yaml_text(read_document(file).data), encoding="utf-8")
    assert gather(read_document(file).data) == read_yaml(file).data
    case = load_case(file)
    assert case.library
    assert len(case.facts) == 45
    assert len(case.file.published.indicators) == 44
    assert load_case(apart, library=case.library).file == case.file


def test_the_profile_lists_the_execution_row(params: Params) -> None:
    params.write("profiles/ten.yaml", "title: 十分\nexecution: {weight: 10, denominator: budget.adjusted}\n")
    text = TOGETHER.replace("profile: small", "profile: ten").replace("weight: 40", "weight: 30")
    case = params.case(text + "budget: {adjusted: 500万元, final: 450万元}\n")
    assert case.rubric
    assert [i.key for i in case.rubric.indicators] == ["预算执行率", "培训次数", "合格率"]
    assert score(case).total == pytest.approx(9 + 50 + 30)
