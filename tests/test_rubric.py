"""Rubrics and profiles: loading, extending, and the faults of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from perfkit import FORMULAS, InputError, Library, PerfkitError, find_library, load_case, score
from perfkit.rubrics.rubric import Measure

if TYPE_CHECKING:
    from conftest import Params

TWO = """
title: 基础
profile: small
source: 测试〔2020〕1号
note: 两项
blocks: {产出: 60, 产出/数量: 60, 效益: 40}
indicators:
  - {level1: 产出, level2: 数量, name: 次数, weight: 60, rule: {kind: proportional}}
  - {level1: 效益, level2: 社会, name: 影响, weight: 40, rule: {kind: judged}}
"""


def problems(params: Params, name: str = "small") -> list[tuple[int | None, str, str]]:
    """Line, field and message of every fault of a rubric."""
    with pytest.raises(InputError) as caught:
        params.library().rubric(name)
    return [(problem.line, problem.field, problem.message) for problem in caught.value.problems]


def test_loads_a_rubric_with_its_profile(params: Params) -> None:
    params.rubric(TWO)
    rubric = params.library().rubric("small")
    assert (rubric.name, rubric.title, rubric.source, rubric.note) == ("small", "基础", "测试〔2020〕1号", "两项")
    assert [(i.key, i.weight, i.rule.kind) for i in rubric.indicators] == [
        ("次数", 60, "proportional"),
        ("影响", 40, "judged"),
    ]
    assert rubric.weight == 100
    assert rubric.blocks == {"产出": 60, "产出/数量": 60, "效益": 40}
    assert rubric.profile.name == "small"
    assert rubric.context(rubric.indicators[0]).weight == 60
    assert rubric.context(rubric.indicators[0]).reverse == "linear"
    assert rubric.warnings == ()


def test_each_file_is_read_once(params: Params) -> None:
    params.rubric(TWO)
    library = params.library()
    first = library.rubric("small")
    params.rubric("broken: [")
    assert library.rubric("small") is first


def test_an_extension_replaces_in_place_and_adds_at_the_end(params: Params) -> None:
    params.rubric(TWO, "base")
    params.profile(no_answer="zero", name="other")
    params.rubric(
        """
        extends: base
        profile: other
        blocks: {产出: 50, 产出/数量: 50, 管理: 10}
        indicators:
          - {level1: 管理, level2: 制度, name: 制度, weight: 10, rule: {kind: judged}}
          - {level1: 产出, level2: 数量, name: 次数, weight: 50, rule: {kind: all_or_nothing}}
        """
    )
    rubric = params.library().rubric("small")
    assert [(i.key, i.weight, i.rule.kind) for i in rubric.indicators] == [
        ("次数", 50, "all_or_nothing"),
        ("影响", 40, "judged"),
        ("制度", 10, "judged"),
    ]
    assert rubric.blocks == {"产出": 50, "产出/数量": 50, "效益": 40, "管理": 10}
    assert (rubric.title, rubric.source, rubric.profile.no_answer) == ("基础", "测试〔2020〕1号", "zero")
    assert [file.stem for file in rubric.files] == ["base", "small"]


def test_a_partial_rubric_need_not_add_up_but_its_extension_must(params: Params) -> None:
    part = "profile: small\npartial: 是\nindicators:\n"
    part += "  - {level1: 产出, level2: 数量, name: 次数, weight: 30, rule: {kind: judged}}\n"
    params.rubric(part, "part")
    assert params.library().rubric("part").weight == 30
    more = (
        "extends: part\nindicators:\n  - {level1: 效益, level2: 社会, name: 影响, weight: %s, rule: {kind: judged}}\n"
    )
    params.rubric(more % 70)
    assert params.library().rubric("small").weight == 100
    params.rubric(more % 60)
    assert problems(params) == [(2, "indicators", "指标分值合计为90分，应为100分；请核对各指标的 weight")]


def test_same_name_needs_an_id(params: Params) -> None:
    params.rubric(TWO.replace("name: 影响", "name: 次数"))
    assert any("“次数”重复" in message and line == 9 for line, _, message in problems(params))
    params.rubric(TWO.replace("name: 影响", "name: 次数, id: 次数之二"))
    assert [i.key for i in params.library().rubric("small").indicators] == ["次数", "次数之二"]


def test_a_source_that_is_not_registered_is_a_warning(params: Params) -> None:
    params.rubric(TWO.replace("source: 测试〔2020〕1号", "source: 某文"))
    (warning,) = params.library().rubric("small").warnings
    assert (warning.line, warning.field) == (4, "source")
    assert "“某文”没有登记，照写照用" in warning.message


# ---- rubrics of printed standards ----

PRINTED = """
title: 只有名称、分值和评分标准
profile: small
indicators:
""" + "\n".join(
    f'  - {{level1: 产出, level2: 数量, name: 指标{number}, weight: 5, standard: "{text}"}}'
    for number, text in enumerate(
        [
            "完成得满分，否则按完成比例得分。",
            "完成率达到100%得满分，每降低1个百分点扣0.5分，扣完为止",
            "≥95%得满分，每降低1个百分点扣5%权重分，扣完为止",
            "90%以上得5分，80%（含）-90%得3分，80%以下不得分",
            "每发现一处不符合规定扣1分，扣完为止",
            "①有制度；②制度完整；③执行有效；④有记录；⑤有整改。每项1分。",
            "优秀得5分，良好得4分，合格得3分，不合格不得分",
            "按期完成得满分，否则不得分",
            "控制率≤100%得满分，每超1个百分点扣1分",
            "①程序合规；②手续齐全。①不符合则本项不得分，②占50%权重分，①占50%权重分",
        ]
        * 2
    )
)
SCORED = {
    "指标0": ({"target": "≥24次", "actual": "18次"}, 3.75),
    "指标1": ({"target": "200人", "actual": "190人"}, 2.5),
    "指标2": ({"actual": "93%"}, 4.5),
    "指标3": ({"actual": "85%"}, 3),
    "指标4": ({"count": "2处"}, 3),
    "指标5": ({"items": ["是", "是", "否", "是", "是"]}, 4),
    "指标6": ({"level": "良好"}, 4),
    "指标7": ({"met": "否"}, 0),
    "指标8": ({"actual": "102%"}, 3),
    "指标9": ({"items": ["是", "否"]}, 2.5),
}


def test_a_rubric_of_twenty_printed_standards_scores_without_a_rule(params: Params) -> None:
    params.rubric(PRINTED)
    rubric = params.library().rubric("small")
    assert (len(rubric.indicators), rubric.warnings) == (20, ())
    facts = {f"指标{n}": SCORED[f"指标{n % 10}"][0] for n in range(20)}
    card = score(load_case(params.case_file(f"rubric: small\nfacts: {json.dumps(facts, ensure_ascii=False)}\n")))
    for number in range(20):
        assert card[f"指标{number}"].score == pytest.approx(SCORED[f"指标{number % 10}"][1])
    row = card["指标2"]
    assert row.standard.startswith("≥95%得满分，每降低1个百分点扣5%权重分，扣完为止（计分按：95%及以上得满分")
    assert [reading.name for reading in rubric.indicators[2].readings] == ["另一种读法1"]


def test_what_is_not_understood_is_a_warning_and_left_to_the_evaluator(params: Params) -> None:
    params.rubric(TWO.replace("rule: {kind: judged}", "standard: 影响显著"))
    rubric = params.library().rubric("small")
    (warning,) = rubric.warnings
    assert (warning.line, warning.field) == (9, "indicators[2].standard")
    assert "没有读懂评分标准" in warning.message
    assert rubric.indicators[1].rule.kind == "judged"


def test_what_a_printed_standard_leaves_open_is_a_warning(params: Params) -> None:
    params.rubric(TWO.replace("rule: {kind: judged}", "standard: 台账齐全得满分"))
    rubric = params.library().rubric("small")
    (warning,) = rubric.warnings
    assert "其他情形按相反计" in warning.message
    assert rubric.indicators[1].rule.kind == "all_or_nothing"


def test_a_rule_beside_the_printed_text_is_the_one_that_scores(params: Params) -> None:
    params.rubric(TWO.replace("rule: {kind: judged}", "standard: 影响显著, rule: {kind: all_or_nothing}"))
    rubric = params.library().rubric("small")
    assert (rubric.indicators[1].rule.kind, rubric.warnings) == ("all_or_nothing", ())
    assert rubric.indicators[1].printed is None


def test_a_standard_beside_a_stated_score_is_another_reading_of_it(params: Params) -> None:
    stated = "standard: 得分率≥90%得满分，每降低1个百分点扣5%权重分, rule: {kind: self_declared}"
    params.rubric(
        f"profile: small\nindicators:\n  - {{level1: 产出, level2: 质量, name: 合格率, weight: 100, {stated}}}\n"
    )
    card = score(params.case("rubric: small\nfacts: {合格率: {actual: 88%, declared: 95}}\n"))
    (row,) = card.rows
    assert (row.score, card.reading("合格率", "评分标准")) == (95, pytest.approx(90))
    assert row.standard == "得分率≥90%得满分，每降低1个百分点扣5%权重分（计分按：所列得分，没有复算）"
    assert "没有按印出的评分标准复算，取所列得分95分" in row.trace
    names = [reading.name for reading in card.rubric.indicators[0].readings]
    changed = card.what_if({"合格率": {"weight": 50, "declared": 40}})
    assert [reading.name for reading in changed.rubric.indicators[0].readings] == names, "they are written out once"
    assert changed.reading("合格率", "评分标准") == pytest.approx(45)


@pytest.mark.parametrize("name", ["project-2020", "department-2013", "project-2013", "project-self-2020"])
def test_the_frameworks_are_understood_whole(repo: Path, name: str) -> None:
    rubric = find_library(repo / "params" / "cases" / "a.yaml").rubric(name)
    assert rubric.warnings == ()
    assert all(indicator.printed and indicator.printed.understood for indicator in rubric.indicators)
    assert rubric.profile.verified == "否"


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "needle"),
    [
        ("weight: 40", "weight: -40", 9, "indicators[2].weight", "负数"),
        ("产出/数量: 60", "产出/数量: 50", 6, "blocks.产出/数量", "60分，与所列50分不符"),
        ("效益: 40", "效果: 40", 6, "blocks.效果", "是否想写“效益”"),
        ("profile: small", "profile: smal", 3, "profile", "是否想写“small”"),
        ("profile: small", "note2: small", 3, "note2", "不认识的字段"),
        ("{kind: judged}", "{kind: qualitativ}", 9, "indicators[2].rule", "是否想写“qualitative”"),
        ("{kind: judged}", "{}", 9, "indicators[2].rule", "缺少 kind；请写明类型，可用的有：proportional"),
        ("{kind: judged}", "{kind: proportional, cap: 0%}", 9, "indicators[2].rule", "指标“影响”：cap 应大于 0"),
        ("{kind: judged}", "{kind: judged}, measure: {formula: 无}", 9, "indicators[2].measure", "没有登记“无”"),
    ],
)
def test_faults(params: Params, old: str, new: str, line: int, field: str, needle: str) -> None:
    assert old in TWO
    params.rubric(TWO.replace(old, new, 1))
    ((found_line, found_field, message),) = problems(params)
    assert (found_line, found_field) == (line, field)
    assert needle in message


@pytest.mark.parametrize(("weight", "right"), [("40", True), ("40.000", True), ("39.99", False), ("41", False)])
def test_weights_add_up_to_100(params: Params, weight: str, right: bool) -> None:
    params.rubric(TWO.replace("weight: 40", f"weight: {weight}").replace("blocks", "# blocks"))
    if right:
        assert params.library().rubric("small").weight == 100
    else:
        ((line, field, message),) = problems(params)
        assert (line, field) == (7, "indicators")
        assert "应为100分" in message


def test_a_rubric_needs_a_profile(params: Params) -> None:
    params.rubric(TWO.replace("profile: small\n", ""))
    assert "缺少 profile" in problems(params)[0][2]


def test_unknown_names_are_answered_with_a_suggestion(params: Params) -> None:
    params.rubric(TWO)
    with pytest.raises(PerfkitError, match="没有“smal”这个指标体系；是否想写“small”"):
        params.library().rubric("smal")
    with pytest.raises(PerfkitError, match="没有“smal”这个评分口径；是否想写“small”"):
        params.library().profile("smal")
    params.rubric("extends: basis")
    assert "没有“basis”这个指标体系" in problems(params)[0][2]


@pytest.mark.parametrize("circle", [["small"], ["small", "b"], ["small", "b", "c"]])
def test_circular_extends(params: Params, circle: list[str]) -> None:
    for name, base in zip(circle, [*circle[1:], circle[0]], strict=True):
        params.rubric(f"extends: {base}", name)
    ((_, field, message),) = problems(params)
    assert field == "extends"
    assert " → ".join([*circle, circle[0]]) in message


def test_what_a_published_rule_leaves_open_is_a_warning_and_inherited(params: Params) -> None:
    params.rubric(TWO.replace("{kind: judged}", "{kind: ordinal, levels: {良: 80%}}"), "base")
    params.rubric("extends: base")
    for name in ("base", "small"):
        (warning,) = params.library().rubric(name).warnings
        assert (warning.severity, warning.line, warning.field) == ("warning", 9, "indicators[2].rule")
        assert "影响" in warning.message
        assert "没有满分档" in warning.message


def test_the_rules_of_readings_are_checked_too(params: Params) -> None:
    reading = ", readings: [{name: 附表, rule: {kind: proportional, cap: 0%}}]}"
    params.rubric(TWO.replace("rule: {kind: judged}}", "rule: {kind: judged}" + reading))
    assert problems(params) == [(9, "indicators[2].readings[1]", "cap 应大于 0")]


# ---- measures ----


def test_the_arguments_of_a_measure() -> None:
    measure = Measure.model_validate(
        {"formula": "预算调整率", "adjustment": "budget.initial", "budget": "budget.initial"}
    )
    assert measure.arguments == {"adjustment": "budget.initial", "budget": "budget.initial"}
    assert list(measure.faults()) == []
    assert FORMULAS["预算调整率"].required == ("adjustment", "budget")


@pytest.mark.parametrize(
    ("data", "needles"),
    [
        ({"formula": "预算执行"}, ["没有登记“预算执行”这个公式；是否想写“预算执行率”"]),
        (
            {"formula": "预算执行率", "executed": "a"},
            ["缺少参数 budget；它的参数是 executed（决算支出）、budget（全年预算数）"],
        ),
        ({"formula": "预算执行率", "executed": "a", "budget": "b", "x": "c"}, ["没有参数“x”"]),
        ({"formula": "预算执行率", "spent": "a", "budget": "b"}, ["没有参数“spent”", "缺少参数 executed"]),
    ],
)
def test_measure_faults(data: dict[str, str], needles: list[str]) -> None:
    found = list(Measure.model_validate(data).faults())
    assert len(found) == len(needles)
    for text, needle in zip(found, needles, strict=True):
        assert needle in text


# ---- profiles ----


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        (100, "优"),
        (90, "优"),
        (89.999, "良"),
        (89.6, "良"),
        (80, "良"),
        (60, "中"),
        (59.99, "差"),
        (0, "差"),
        (101, "优"),
    ],
)
def test_grades_are_half_open(params: Params, score: float, grade: str | None) -> None:
    assert params.library().profile("small").grade(score) == grade


@pytest.mark.parametrize(
    ("old", "new", "field", "needle"),
    [
        ('"[80,90)"', '"[80,90]"', "grades", "重叠"),
        ('"[80,90)"', '"(80,90)"', "grades", "空档"),
        ('"[60%,80%)"', '"[60%,70%)"', "qualitative", "空档"),
        ("reverse: linear", "reverse: quadratic", "reverse", "“quadratic”不在可选范围；应为 'ratio' 或 'linear'"),
        ("no_answer: refuse", "no_answer: ignore", "no_answer", "不在可选范围"),
        ("title: 测试口径", "blocks: {产出: 50, 效益: 40}\ntitle: a", "blocks", "合计为90，应为100"),
        ("title: 测试口径", "display_decimals: 7\ntitle: a", "display_decimals", "应不大于6"),
        (
            "title: 测试口径",
            "monitoring: {gap: 10%, lights: {red: '<80%', green: '[60%,120%)'}}\ntitle: a",
            "monitoring",
            "重叠",
        ),
        (
            "title: 测试口径",
            "monitoring: {gap: 10%, lights: {red: '<80%', gren: '≥80%'}}\ntitle: a",
            "monitoring",
            "没有“gren”这种灯；是否想写“green”？",
        ),
        ("title: 测试口径", "name2: 甲", "title", "缺少 title"),
    ],
)
def test_profile_faults(params: Params, old: str, new: str, field: str, needle: str) -> None:
    text = (params.folder / "profiles" / "small.yaml").read_text(encoding="utf-8")
    assert old in text
    params.write("profiles/small.yaml", text.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        params.library().profile("small")
    assert any(problem.field == field and needle in problem.message for problem in caught.value.problems)


# ---- libraries ----


def test_the_library_nearest_to_the_case_is_found(params: Params, repo: Path) -> None:
    params.rubric(TWO)
    inside = params.folder / "cases" / "deep" / "a.yaml"
    assert find_library(inside).folder == params.folder
    assert find_library(params.folder.parent / "elsewhere" / "a.yaml").folder == params.folder
    assert find_library(repo / "params" / "cases" / "a.yaml").folder == repo / "params"


def test_a_library_is_the_same_until_one_of_its_files_changes(params: Params) -> None:
    params.rubric(TWO)
    case = params.folder / "cases" / "a.yaml"
    seen = []
    for change in (
        lambda: None,
        lambda: params.rubric(TWO.replace("基础", "改过")),
        lambda: params.profile(reverse="ratio"),
        (params.folder / "sources.yaml").unlink,
        lambda: params.write("sources.yaml", "财预〔2020〕10号: {title: 办法}"),
    ):
        change()
        library = find_library(case)
        seen.append((library.rubric("small").title, library.profile("small").reverse, len(library.sources)))
        assert find_library(case) is library
    assert [title for title, _, _ in seen] == ["基础"] + ["改过"] * 4
    assert [sources for _, _, sources in seen] == [1, 1, 1, 0, 1]
    assert seen[1][1] != seen[2][1]


def test_a_library_that_is_held_while_a_base_changes_serves_nobody_else(params: Params) -> None:
    params.rubric(TWO, "base")
    for name in ("a", "b"):
        params.rubric("extends: base", name)
    case = params.folder / "cases" / "a.yaml"
    held = find_library(case)
    assert held.rubric("a").title == "基础"
    params.rubric(TWO.replace("基础", "改过"), "base")
    held.rubric("b")  # which reads the base anew
    assert find_library(case).rubric("a").title == "改过"


def test_names_are_sorted_and_may_lie_in_folders(params: Params) -> None:
    params.rubric(TWO, "b")
    params.rubric(TWO, "a/c")
    library = params.library()
    assert library.names("rubrics") == ["a/c", "b"]
    assert library.rubric("a/c").title == "基础"


@pytest.mark.parametrize("kind", ["rubrics", "profiles"])
def test_everything_shipped_loads(repo: Path, kind: str) -> None:
    library = Library(repo / "params")
    names = library.names(kind)  # type: ignore[arg-type]
    assert names
    for name in names:
        loaded = library.rubric(name) if kind == "rubrics" else library.profile(name)
        assert loaded.title
    assert library.sources
