"""Printed 评分标准 read as rules: worked examples, the way back from every rule's own text, and a rubric of texts."""

from __future__ import annotations

import csv
import json
import math
import re
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from stated import OWN, facts_of, rule_of

from perfkit import load_case, read_standard
from perfkit.cli import cli
from perfkit.errors import UnitError
from perfkit.figures.quantities import display_plain
from perfkit.rubrics.rules.base import Context
from perfkit.rubrics.rules.combined import Rule
from perfkit.rubrics.standards.wording import patterns
from perfkit.scoring.facts import CaseFacts

EXAMPLES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).parent.parent / "cases" / "standards.yaml")


def allowed(points: Any) -> list[float]:
    """The points that an example allows, the first being those that are scored."""
    listed = points if isinstance(points, list) else [points]
    return [math.nan if value is None else float(value) for value in listed]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"][:40])
def test_worked_example(example: dict[str, Any]) -> None:
    read = read_standard(example["text"], weight=example["weight"], name=example.get("name", ""))
    assert (read.kind, read.understood) == (example["kind"], example.get("understood", "是") == "是"), read.reason
    assert bool(read.reason) == (read.kind in ("judged", "qualitative", "self_declared"))
    for facts, points in example["points"]:
        found, wanted = read.points(**facts), allowed(points)
        assert found[0] == pytest.approx(wanted[0], abs=1e-6, nan_ok=True)
        assert {round(value, 6) for value in found if value == value} <= {round(value, 6) for value in wanted}
    unnamed = read_standard(example["text"], weight=example["weight"])
    again = read_standard(unnamed.standard, weight=example["weight"])  # its own text is a rule that gives the same
    for facts, _ in example["points"]:
        if (unnamed.kind == "checklist" and "count" in facts) or "last" in facts:
            continue  # 每缺一项 is written as what each element earns; only print says that a fall is asked for
        assert again.points(**facts)[0] == pytest.approx(unnamed.points(**facts)[0], abs=1e-2, nan_ok=True)


@pytest.mark.parametrize(
    "text", ["", "效果明显", "见附件", "得满分", "≥95%得满分，另按规定扣分", "在规定范围内得分，超出扣除相应分值"]
)
def test_what_says_too_little_is_judged_and_says_why(text: str) -> None:
    read = read_standard(text, weight=5)
    assert not read.understood or read.kind == "constant"
    assert read.kind in ("judged", "constant")
    assert read.reason or read.kind == "constant"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("③④各占25%。①制度健全；②程序合规；④档案齐全。", "没有读懂各要素怎样给分"),
        ("每开展0次得0.5分，最高得3分", "没有读懂“每开展0次得0.5分”"),
        ("按时完成得满分；完成率低于70%不计分，延期10天以上不得分", "各档的单位不一致：%、天"),
    ],
    ids=["elements that are not listed", "a step of nothing", "in time beside a rate"],
)
def test_what_names_nothing_is_judged_and_breaks_nothing_off(text: str, reason: str) -> None:
    read = read_standard(text, weight=5)
    assert not read.understood
    assert read.reason.startswith(reason)


def test_points_that_exceed_the_weight_are_said_not_repaired() -> None:
    read = read_standard("≥90%得8分，80%~90%得3分，80%以下不得分", weight=5)
    assert any("超过权重" in text for text in read.lints)
    assert read.points(actual="95%") == [8]


def test_what_is_found_is_named_without_particles() -> None:
    read = read_standard("发现虚增、套用的每起扣3分；验收手续欠缺的每笔扣0.5分，扣完为止", weight=8)
    assert [rule.on for rule in read.rule.leaves()] == ["虚增、套用", "验收手续欠缺"]
    assert read.points(count=[0, 3]) == [6.5]
    told = read_standard("有效投诉每起扣1分", weight=5).standard  # 无效投诉 is another thing
    assert told.startswith("无有效投诉得满分，")


def test_what_is_not_read_is_told_in_printed_signs() -> None:
    read = read_standard("90%（含）以上得满分，75%（含）—90%（不含）按百分制折算扣分，余者另议", weight=8)
    assert not read.understood
    assert not re.search("[⊇⊅~]", read.reason)


def test_bands_of_judgement_end_where_they_are_printed() -> None:
    told = read_standard("逐步改善,给3-2分;略有改善,给1.5-1分;没有改善,给0分。", weight=3).standard
    assert "略有改善得1分（含）至1.5分（含）" in told  # 1.5 and 2 are no neighbours, as 89 and 90 are


def test_a_fact_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UnitError, match="不是回答"):
        read_standard("符合得满分，否则不得分", weight=5).points(met="也许")


@pytest.mark.parametrize(
    ("text", "target", "actual"),
    [
        ("按期完工得满分，每延期一个月扣2分，延期超过3个月不得分", "2024-08-31前", "2024-09-08"),
        ("延期10天以内扣1分，延期10天以上不得分", "2024-08-31前", "2024-09-08"),
        ("按期完工得满分，每延期5天扣2分", "≤30天", "2024-09-08"),
        ("每逾期1个工作日扣1分", "≤0工作日", "8天"),
    ],
)
def test_a_date_or_a_span_of_time_is_compared_with_its_own_kind_only(text: str, target: str, actual: str) -> None:
    with pytest.raises(UnitError, match="不能比较"):
        read_standard(text, weight=8).points(target=target, actual=actual)


def test_an_amount_is_not_compared_with_a_rate_of_its_excess() -> None:
    read = read_standard("超支率≤0得满分，每超1个百分点扣1分", weight=10)
    assert read.points(actual="3%") == [7, 7]
    with pytest.raises(UnitError, match="算好写成百分比"):
        read.points(actual="103万元", target="≤100万元")


def test_one_value_is_not_compared_with_the_thresholds_of_two() -> None:
    read = read_standard("执行率≥95%得5分；满意度≥90%得5分", weight=10)
    with pytest.raises(UnitError, match="分别比较执行率、满意度"):
        read.points(actual="96%")


# ---- the way back ----

_EDGES = st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True).map(sorted)
_SHARE = st.integers(1, 99).map(lambda n: f"{n}%")
_POINTS = st.integers(1, 19).map(lambda n: f"{n / 2:g}分")
_PORTION = _SHARE | _POINTS
_UNIT = st.sampled_from(["%", "次", "人", "万元", "个"])
_WORDS = st.lists(
    st.sampled_from(["制度齐备", "程序规范", "档案齐整", "责任明确", "依据充分"]), min_size=2, max_size=5, unique=True
)


@st.composite
def tiers(draw: st.DrawFn) -> dict[str, Any]:
    """A `bands` rule without gaps."""
    edges, unit, low = draw(_EDGES), draw(_UNIT), draw(st.booleans())
    closed, opened = ("≤", ">") if low else ("≥", "<")
    texts = [f"{opened if not low else closed}{edges[0]}{unit}"]
    for a, b in zip(edges, edges[1:], strict=False):
        texts.append(f"({a}{unit},{b}{unit}]" if low else f"[{a}{unit},{b}{unit})")
    texts.append(f"{opened if low else closed}{edges[-1]}{unit}")
    bands = []
    for text in reversed(texts):
        earned = draw(_PORTION | st.just("100%") | st.just("0%"))
        bands.append({"range": text, "points" if earned.endswith("分") else "share": earned})
    if len({json.dumps(b, ensure_ascii=False)[-12:] for b in bands}) < 2 or len(bands) == 2:
        bands[0] = {"range": bands[0]["range"], "share": "90%"}
    excess = unit == "%" and draw(st.booleans())
    return {"kind": "bands", "bands": bands} | ({"of": "excess"} if excess else {})


@st.composite
def elements(draw: st.DrawFn) -> dict[str, Any]:
    """A `checklist` rule with equal, stated or counted shares, and perhaps a gate."""
    words = draw(_WORDS)
    items: list[dict[str, Any]] = [{"text": word} for word in words]
    form = draw(st.sampled_from(["equal", "stated", "counted"]))
    if form == "stated":
        for item in items:
            item["share"] = draw(_PORTION)
    if draw(st.booleans()):
        items[0]["gate"] = draw(st.sampled_from([True, (2,)]))
    if form == "counted":
        return {"kind": "checklist", "items": items, "by_count": {len(items): "100%", 1: draw(_SHARE)}}
    return {"kind": "checklist", "items": items}


def _steps(unit: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "kind": st.just("deduction"),
            "when": st.sampled_from(["below", "above"]),
            "step": st.just(f"1{unit}"),
            "per_step": _PORTION,
        },
        optional={
            "from": st.integers(1, 99).map(lambda n: f"{n}{unit}"),
            "rounding": st.sampled_from(["down", "up"]),
            "base": st.just("80%"),
            "floor": st.just("20%"),
        },
    )


_DELAYS = st.builds(
    lambda unit, sign, most: (
        {"kind": "deduction", "when": "above", "step": f"5{unit}", "per_step": "1分"}
        | {"nothing": f"{sign}{most}{unit}"}
    ),
    st.sampled_from(["天", "个月", "工作日"]),
    st.sampled_from(">≥"),
    st.integers(6, 90),
)


_TARGETS = st.tuples(st.sampled_from("≥≤=><"), st.integers(1, 500), _UNIT).map(lambda t: f"{t[0]}{t[1]}{t[2]}")
_SINGLE: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("proportional")},
        optional={"target": _TARGETS.filter(lambda t: t[0] in "≥="), "cap": st.just("120%")},
    ),
    st.builds(lambda target: {"kind": "proportional", "target": target}, _TARGETS.filter(lambda t: t[0] == "≤")),
    st.just({"kind": "proportional", "better": "higher"}),
    st.just({"kind": "proportional", "better": "lower"}),
    st.just({"kind": "proportional", "better": "lower", "reverse": "linear"}),
    st.fixed_dictionaries({"kind": st.just("all_or_nothing")}, optional={"target": _TARGETS}),
    tiers(),
    _UNIT.flatmap(_steps),
    _DELAYS,
    st.fixed_dictionaries(
        {"kind": st.just("per_item"), "per_item": _PORTION},
        optional={"item": st.sampled_from(["次违规", "起安全事故", "项制度缺失"]), "base": st.just("80%")},
    ),
    st.builds(
        lambda earned, many: {"kind": "per_item", "per_item": earned, "item": "次违规", "nothing": many},
        _PORTION,
        st.sampled_from(["≥3次", ">5次"]),
    ),
    elements(),
    st.just({"kind": "ordinal", "levels": {"优": "100%", "良": "80%", "差": "0%"}}),
    st.just({"kind": "ordinal", "levels": {"好": "5分", "一般": "3分"}}),
    st.just({"kind": "ordinal", "levels": {"健全": "100%", "不健全": "0%"}}),
    st.just({"kind": "ordinal", "levels": {"合格": "60%", "基本合格": "40%", "不合格": "0%"}}),
    st.just({"kind": "ordinal", "levels": {"优": "5分", "差": "0%"}}),  # of 良 nothing is said
    st.just({"kind": "qualitative"}),
    st.just({"kind": "qualitative", "bands": {"显著": "[8分,10分]", "一般": "[0分,8分)"}}),
    st.sampled_from([{"kind": "judged"}, {"kind": "judged", "criterion": "按实施成效"}]),
    st.just({"kind": "self_declared"}),
    st.builds(lambda earned: {"kind": "constant", "earns": earned}, _PORTION | st.just("100%") | st.just("0%")),
)
_WHEN = st.sampled_from([{"met": "是"}, {"met": "否"}, "≤100%", ">130%", "[60%,90%)"])
_JOINED = st.one_of(
    st.builds(lambda rules: {"kind": "any_of", "rules": rules}, st.lists(_SINGLE, min_size=2, max_size=3)),
    st.builds(
        lambda when, one, other: {"kind": "first_of", "cases": [{"when": when, "rule": one}, {"rule": other}]},
        _WHEN,
        _SINGLE,
        _SINGLE,
    ),
    st.builds(
        lambda one, other: {
            "kind": "sum_of",
            "parts": [{"name": "数量", "share": "4分", "rule": one}, {"name": "质量", "share": "60%", "rule": other}],
        },
        _SINGLE,
        _SINGLE,
    ),
    st.builds(
        lambda rules: {"kind": "all_deductions", "rules": rules},
        st.lists(_UNIT.flatmap(_steps), min_size=2, max_size=2),
    ),
)


_CAPPED = {"kind": "proportional", "cap": "120%"}
_PARTS = [
    {"name": "数量", "share": "4分", "rule": {"kind": "proportional"}},
    {"name": "质量", "share": "60%", "rule": _CAPPED},
]
_ITEMS = [{"text": "制度齐备"}, {"text": "程序规范"}]
_BY_COUNT = {"kind": "checklist", "items": _ITEMS, "by_count": {2: "100%", 1: "1%"}}


@given(_SINGLE | _JOINED)
@example({"kind": "sum_of", "parts": _PARTS})
@example({"kind": "any_of", "rules": [_CAPPED, _BY_COUNT]})
def test_every_rule_is_read_back_from_its_own_text(data: dict[str, Any]) -> None:
    rule = rule_of(data)
    read = read_standard(rule.standard(Context(10)), weight=10)
    assert read.understood, read.reason
    assert read.rule == rule


def test_of_a_grade_that_is_not_named_nothing_is_said() -> None:
    read = read_standard("优得5分，差不得分", weight=5)
    assert [read.points(level=level) for level in ("优", "差")] == [[5], [0]]
    assert np.isnan(read.points(level="良")).all()  # it had full marks
    assert read_standard("合格得5分，不合格不得分", weight=5).points(met="否") == [0]


# ---- at the shell ----


def shell(*arguments: str) -> Any:
    result = CliRunner().invoke(cli, ["rule", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_verb_gives_points_and_all_of_them_where_readings_differ() -> None:
    text = "≥95%得满分，每降低1个百分点扣5%权重分，扣完为止"
    found = shell(text, "--weight", "8", "--actual", "93%")
    assert (found["kind"], found["points"], found["understood"], found["reason"]) == ("deduction", 7.2, True, "")
    assert found["rule"]["from"] == "95%"
    assert "points_any" not in found
    assert len(found["readings"]) == 2
    assert shell(text, "--weight", "8", "--actual", "92.5%")["points_any"] == [7, 7.2]
    assert "points" not in shell(text, "--weight", "8")


@pytest.mark.parametrize(
    ("arguments", "points"),
    [
        (("①甲；②乙；③丙。每项1分", "--weight", "3", "--items", "是,否,是"), 2),
        (("符合得满分，否则不得分", "--weight", "3", "--met", "否"), 0),
        (("优得3分，良得2分，差不得分", "--weight", "3", "--level", "良"), 2),
        (("违规的，每次扣2分；逾期的，每次扣1分", "--weight", "6", "--count", "1,2"), 2),
        (("完成得满分，否则按比例得分", "--weight", "6", "--actual", "20次", "--target", "≥24次"), 5),
        (("变动率≤0得满分，否则不得分", "--weight", "6", "--actual", "9万元", "--last", "10万元"), 6),
        (("效果明显", "--weight", "6", "--met", "是"), None),
    ],
)
def test_the_verb_takes_every_kind_of_fact(arguments: tuple[str, ...], points: float | None) -> None:
    assert shell(*arguments)["points"] == points


def test_the_verb_shows_how_a_text_was_understood() -> None:
    text = (
        CliRunner()
        .invoke(cli, ["rule", "≥95%得满分，每降低1个百分点扣0.5分", "--weight", "8", "--actual", "92.5%"])
        .output
    )
    assert "读作：95%及以上得满分" in text
    assert "→ 6.75分" in text
    assert "另一种读法" in text


# ---- the documentation ----

SECTIONS = re.findall(
    r"^## (\w+) [^\n]*\n\n((?:- [^\n]*\n)+)\n第一条读作：\n\n```yaml\n(.*?)```\n\n"
    r"事实 `([^`]*)` 得([^分]*)分，评分过程：([^\n]*)。\n",
    (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8"),
    re.M | re.S,
)


def test_every_kind_that_is_printed_has_a_section() -> None:
    kinds = {kind.model_fields["kind"].default for kind in get_args(get_args(Rule)[0])}
    told = "docs/rules.md: a section for every kind, with three wordings that perfkit/rubrics/standards/ reads as it"
    assert {section[0] for section in SECTIONS} ^ (kinds - {"constant", "self_declared"}) == set(), told


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section[0])
def test_the_documentation_says_what_is_read(section: tuple[str, ...]) -> None:
    kind, listed, rule, facts, points, trace = section
    wordings = re.findall(r"- (.*)（([\d.]+)分）\n", listed)
    assert len(wordings) == 3
    reads = [read_standard(text, weight=float(weight)) for text, weight in wordings]
    assert [(read.kind, read.understood) for read in reads] == [(kind, True)] * 3
    first, plain = reads[0], YAML(typ="safe")
    assert first.rule == rule_of(plain.load(rule)["rule"])
    given = facts_of(plain.load(facts))
    assert display_plain(float(first.rule.shares(given, OWN, first.context)[0]) * first.weight) == points
    assert first.rule.explain(given, OWN, first.context, 0) == trace


# ---- a rubric as it was printed ----

SHARED = Path(__file__).parents[3] / "shared"
INCOMPLETE = {
    "职工互助保障帮扶效果提升": "which of the two conditions comes first is not printed",
    "上级部门考核情况": "the second alternative is another fact, which the text does not name as the case does",
}
"""Indicators whose printed text does not say what the rule that was encoded by hand says."""


def printed_texts() -> dict[str, str]:
    """Indicator → what the report prints for it, from its line to that of the next one."""
    case = load_case(Path(__file__).parents[2] / "params" / "cases" / "qingyunpu-union-2022.yaml")
    assert case.rubric
    (seed,) = SHARED.glob("seeds/001_*.txt")
    lines = seed.read_text(encoding="utf-8").splitlines()
    starts = [int(indicator.source.split()[-1]) for indicator in case.rubric.indicators] + [319]
    texts = {}
    for indicator, start, end in zip(case.rubric.indicators, starts, starts[1:], strict=False):
        rows = [[cell for cell in line.split("\t") if cell.strip()] for line in lines[start - 1 : end - 1]]
        texts[indicator.key] = "".join(row[-1] for row in rows if row)
    return texts


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reports are not shipped: ../shared is missing")
def test_the_printed_texts_score_as_the_rules_that_were_encoded_by_hand() -> None:
    case = load_case(Path(__file__).parents[2] / "params" / "cases" / "qingyunpu-union-2022.yaml")
    assert case.rubric
    facts = CaseFacts([case], case.rubric.measures)
    different = set()
    texts = printed_texts()
    assert len(texts) == 44
    for indicator in case.rubric.indicators:
        context = case.rubric.context(indicator)
        read = read_standard(
            texts[indicator.key], weight=indicator.weight, name=indicator.name, measure=indicator.measure
        )
        both = [rule.shares(facts, indicator.key, context)[0] for rule in (read.rule, indicator.rule)]
        if not np.allclose(*both, rtol=0, atol=1e-9, equal_nan=True):
            different.add(indicator.key)
    assert different == set(INCOMPLETE)


# ---- the patterns ----

ROWS = list(csv.DictReader(StringIO((files("perfkit.rubrics.standards") / "patterns.csv").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("table", sorted({row["table"] for row in ROWS}))
def test_every_pattern_reads_its_example(table: str) -> None:
    rows = [row for row in ROWS if row["table"] == table]
    assert rows
    for row, (name, regex, _) in zip(rows, patterns(table), strict=True):
        assert name == row["name"]
        assert re.search(regex, row["example"]), (regex, row["example"])
