"""Cases: what a file holds, finding its figures, and the checks across file, rubric and profile."""

from __future__ import annotations

import gc
import math
import os
import sys
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from perfkit import Case, InputError, PerfkitError, audit, cycle, load_case, load_cases, load_portfolio, score
from perfkit.cases.loading import find_cases, iter_cases
from perfkit.words import label

if TYPE_CHECKING:
    from conftest import Params

RUBRIC = """
profile: small
indicators:
  - {level1: 产出, level2: 数量, name: 次数, weight: 60, rule: {kind: proportional}}
  - {level1: 效益, level2: 社会, name: 影响, weight: 40, rule: {kind: judged, on: 影响评定}}
"""
CASE = """
rubric: small
staff: {established: 10人, actual: {正文 82: 9人, 附表 735: 10人}}
budget:
  initial: 556.67万元
  adjusted: {total: 549.6875万元, basic: 89.6875万元, parts: {工会经费: 20万元}}
  final: {正文 211: 580.8142万元, 附表 677: 580.81万元}
three_public: {budget: "4,900元", actual: 0元}
figures: {工会会员数: 2164人, 覆盖率.城区: 62.5%}
facts:
  次数: {target: "≥24次", actual: 20次}
  影响评定: {share: 75%, reason: 已建立}
"""


@pytest.fixture
def small(params: Params) -> Params:
    params.rubric(RUBRIC)
    return params


def problems(params: Params, text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(InputError) as caught:
        params.case(text)
    return [(problem.line, problem.field, problem.message) for problem in caught.value.problems]


def test_a_case_knows_its_file_its_rubric_and_its_profile(small: Params) -> None:
    case = small.case(CASE, "city/unit")
    assert (case.id, case.kind, case.unit, case.year) == ("city/unit", "self_evaluation", "某单位", 2022)
    assert case.rubric is not None
    assert case.rubric.name == "small"
    assert case.profile is case.rubric.profile
    assert set(case.facts) == {"次数", "影响评定"}
    assert case.warnings == ()
    assert case.problem(("facts", "次数", "actual"), "错").line == 14


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("budget.initial", 5566700),
        ("budget.adjusted", 5496875),
        ("budget.adjusted.total", 5496875),
        ("budget.adjusted.basic", 896875),
        ("budget.adjusted.parts.工会经费", 200000),
        ("budget.final", 5808142),
        ("budget.received", math.nan),
        ("budget.received.total", math.nan),
        ("budget.adjusted.project", math.nan),
        ("procurement.actual", math.nan),
        ("three_public.budget", 4900),
        ("three_public.actual", 0),
        ("staff.actual", 9),
        ("figures.工会会员数", 2164),
        ("figures.覆盖率.城区", 0.625),
        ("figures.没有", math.nan),
        ("facts.次数.actual", 20),
        ("facts.次数.target", 24),
        ("facts.没有.actual", math.nan),
    ],
)
def test_figures_are_found_by_path(small: Params, path: str, value: float) -> None:
    found = small.case(CASE).value(path)
    assert found == value or (math.isnan(found) and math.isnan(value))


def test_a_path_no_case_can_have_is_refused(small: Params) -> None:
    case = small.case(CASE)
    with pytest.raises(PerfkitError, match="没有“finl”；是否想写“final”"):
        case.value("budget.finl")
    with pytest.raises(PerfkitError, match="不是一个数"):
        case.value("budget")


def test_every_printing_of_a_figure_is_kept(small: Params) -> None:
    printed = small.case(CASE).printed("budget.final")
    assert printed is not None
    assert [(entry.where, entry.value.text) for entry in printed.entries] == [
        ("正文第211行", "580.8142万元"),
        ("附表第677行", "580.81万元"),
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("budget.final", "全年执行数"),
        ("budget.adjusted", "全年预算数"),
        ("budget.final.total", "全年执行数支出合计"),
        ("budget.final.basic", "全年执行数基本支出"),
        ("budget.initial.income", "年初预算数收入合计"),
        ("staff.established", "编制人数"),
        ("staff.actual", "在职人数"),
        ("three_public.budget", "“三公”经费预算数"),
        ("figures.会员数", "会员数"),
        ("figures.人均1.5元", "人均1.5元"),
        ("facts.甲.target", "甲目标值"),
        ("assets.closing.gross", "年末资产原值"),
        ("assets.closing.total", "年末净值合计"),
    ],
)
def test_labels(path: str, text: str) -> None:
    assert label(path) == text


# ---- facts ----


@pytest.mark.parametrize(
    ("fact", "needle"),
    [
        ("{share: 75%}", "必须写明理由"),
        ("{share: 75%, reason: '  '}", "必须写明理由"),
        ("{share: 101%, reason: 甲}", "0%至100%"),
        ("{share: -1%, reason: 甲}", "占权重的百分比"),
        ("{items: [50%, 120%]}", "不在可选范围"),
        ('{target: "≥24次", actual: 20人}', "单位不同"),
        ("{target: 2022-12-31前, actual: 20次}", "单位不同"),
        ("{actual: -20次}", "是负数"),
        ("{met: 对}", "'是' 或 '否'"),
        ("{count: -1处}", "负数"),
        ("{items: [{met: 是, why: 甲}]}", "不认识的字段“why”"),
    ],
)
def test_refused_facts(small: Params, fact: str, needle: str) -> None:
    ((line, field, message),) = problems(small, f"rubric: small\nfacts:\n  次数: {fact}\n")
    assert line == 6
    assert field.startswith("facts.次数")
    assert needle in message


@pytest.mark.parametrize(
    ("rule", "fact"),
    [
        ("{kind: proportional}", '{target: "≥-5%", actual: -6%}'),
        ("{kind: judged}", "{share: 0%, reason: 无}"),
        ("{kind: judged}", '{share: 100%, reason: 全部, target: "≥24次", actual: 20次}'),
        ("{kind: checklist, items: [{text: 甲}, {text: 乙}, {text: 丙}]}", "{items: [是, 否, {met: 否, reason: 缺}]}"),
        ("{kind: proportional}", "{target: {附表 666: ≥5次, 正文 3: ≥6次}, actual: 5次}"),
        ("{kind: self_declared}", "{declared: 8, met: 是, level: 达成}"),
        ("{kind: per_item, per_item: 5%}", "{missing: 单位未提供, share: 0%, reason: 无}"),
    ],
)
def test_accepted_facts(small: Params, rule: str, fact: str) -> None:
    small.rubric(RUBRIC.replace("{kind: proportional}", rule))
    case = small.case(f"rubric: small\nfacts:\n  次数: {fact}\n")
    assert "次数" in case.facts
    assert case.warnings == ()


@pytest.mark.parametrize("fact", ["{target: 2022-12-31前, actual: 100%}", "{target: 丰富, actual: 100%}"])
def test_a_date_or_word_may_be_reported_as_achieved_but_not_in_proportion(small: Params, fact: str) -> None:
    ((_, field, message),) = problems(small, f"rubric: small\nfacts:\n  次数: {fact}\n")
    assert field == "facts.次数.target"
    assert "不能按完成比率计分" in message


# ---- checks across the file and its rubric ----


@pytest.mark.parametrize(
    ("text", "field", "needle"),
    [
        ("facts: {次数2: {actual: 5次}}", "facts.次数2", "指标体系中没有“次数2”；是否想写“次数”"),
        ("published: {indicators: {影响评定: {score: 5}}}", "published.indicators.影响评定", "指标体系中没有"),
        ("published: {levels: {产出/质量: {score: 5}}}", "published.levels.产出/质量", "是否想写“产出/数量”"),
        ("problems: [{text: 甲, indicators: [次]}]", "problems[1].indicators", "指标体系中没有“次”"),
        ("published: {rates: {执行率: {printed: 9%, formula: 执行}}}", "published.rates.执行率", "没有登记“执行”"),
        (
            "published: {rates: {执行率: {printed: 9%, formula: 满意度, positive: figures.a, valid: unknown.b}}}",
            "published.rates.执行率",
            "没有“unknown”",
        ),
        ("budget: {adjusted: 0元, final: 5元}", "budget.final", "没有预算不能有支出"),
        (
            "projects: [{name: 甲, budget: {adjusted: 0元, final: 5元}}]",
            "projects[1].budget.final",
            "没有预算不能有支出",
        ),
    ],
)
def test_faults(small: Params, text: str, field: str, needle: str) -> None:
    ((line, found, message),) = problems(small, f"rubric: small\n{text}\n")
    assert (line, found) == (5, field)
    assert needle in message


def test_spending_of_a_kind_without_a_budget_is_warned_about(small: Params) -> None:
    """It happens, and is what a report has to say; only its rate cannot be computed."""
    case = small.case("rubric: small\npublic_expense: {budget: 0元, actual: 5元}\n")
    assert [each.field for each in case.warnings if "没有预算不能有支出" in each.message] == ["public_expense.actual"]


def test_facts_named_by_a_rule_are_known_but_cannot_be_published(small: Params) -> None:
    assert "影响评定" in small.case(CASE).facts


@pytest.mark.parametrize(
    ("budget", "warned"),
    [
        ("{adjusted: 500万元, final: 450万元}", []),
        ("{adjusted: 500万元, final: 60万元}", []),
        ("{initial: 0元, adjusted: 500万元, final: 450万元}", []),
        ("{adjusted: 500元, final: 450万元}", ["budget.final"]),
        ("{adjusted: 500万元, final: 450元}", ["budget.final"]),
        ("{initial: 500元, adjusted: 500万元, final: 450元}", ["budget.adjusted", "budget.final"]),
    ],
)
def test_amounts_that_mix_yuan_and_ten_thousand_yuan_are_warned_about(
    small: Params, budget: str, warned: list[str]
) -> None:
    case = small.case(f"rubric: small\nbudget: {budget}\n")
    assert [(w.field, w.severity) for w in case.warnings] == [(field, "warning") for field in warned]
    assert all("元与万元" in w.message for w in case.warnings)


def test_an_inline_rubric_has_its_lines_in_the_case(small: Params) -> None:
    inline = """
    rubric:
      extends: small
      indicators:
        - {level1: 产出, level2: 数量, name: 次数, weight: 60, rule: {kind: proportional, cap: 0%}}
    """
    ((line, field, message),) = problems(small, inline)
    assert (line, field) == (8, "rubric.indicators[1].rule")
    assert "cap 应大于 0" in message
    case = small.case(inline.replace(", cap: 0%", ", better: lower"))
    assert case.rubric is not None
    assert [i.key for i in case.rubric.indicators] == ["次数", "影响"]


def test_a_value_in_another_unit_than_the_rule_is_refused(small: Params) -> None:
    small.rubric(RUBRIC.replace("{kind: proportional}", "{kind: proportional, target: ≥24次}"))
    ((line, field, message),) = problems(small, "rubric: small\nfacts:\n  次数: {actual: 20人}\n")
    assert (line, field) == (6, "facts.次数.actual")
    assert "“20人”的单位与评分标准的单位“次”不同" in message


def test_a_number_without_a_unit_is_compared_with_a_number_of_times(small: Params) -> None:
    small.rubric(RUBRIC.replace("{kind: proportional}", '{kind: bands, bands: [{range: "≥1.2", share: 100%}]}'))
    ((_, field, message),) = problems(small, "rubric: small\nfacts:\n  次数: {actual: 20人}\n")
    assert (field, "没有单位" in message, "1.2倍" in message) == ("facts.次数.actual", True, True)
    assert small.case("rubric: small\nfacts:\n  次数: {actual: 1.2倍}\n").facts["次数"].actual


def test_all_faults_come_in_one_go(small: Params) -> None:
    found = problems(small, "rubric: small\nbasis: [甲]\nfacts:\n  没有: {}\n  也没有: {}\n")
    assert [field for _, field, _ in found] == ["facts.没有", "facts.也没有"]


def test_a_document_number_that_is_not_registered_is_taken_as_written(small: Params) -> None:
    case = load_case(small.case_file(CASE + "basis: [测试〔2020〕1号, 某文]\n"))
    assert [(problem.field, "“某文”没有登记" in problem.message) for problem in case.warnings] == [("basis[2]", True)]


# ---- other kinds ----

MONITORING = """\
kind: monitoring
unit: {name: 某单位}
year: 2023
profile: lights
project: {name: 某项目, start: 2023-01-01, end: 2023-12-31}
node: 2023-10-31
budget: {adjusted: 490万元, final: {表1 9: 134.5368万元}}
goals:
  - name: 培训
    level1: 产出指标
    compared: {annual: "≥5次", stage: "=4次", actual: "=5次"}
"""


def test_a_monitoring_case_needs_a_profile_with_lights(params: Params) -> None:
    params.rubric(RUBRIC)
    file = params.write("cases/m.yaml", MONITORING)
    with pytest.raises(InputError, match="第4行 profile：.*params/profiles 里没有“lights”这个评分口径"):
        load_case(file)
    params.profile(name="lights")
    with pytest.raises(InputError, match="没有监控阈值"):
        load_case(file)
    lights = "monitoring: {gap: 10%, lights: {red: '<60%', green: '≥60%'}}\n"
    params.write("profiles/lights.yaml", "title: 监控\n" + lights)
    case = load_case(file)
    assert (case.rubric, case.profile and case.profile.name) == (None, "lights")
    assert case.value("budget.final") == 1345368


DEPARTMENT = "kind: department\nunit: {name: 某部门}\nyear: 2022\nunits: [a, b]\n"


def test_a_department_reads_its_units(small: Params) -> None:
    file = small.write("cases/city/department.yaml", DEPARTMENT)
    small.case_file(CASE, "city/a")
    with pytest.raises(InputError, match=r"units\[2\]：找不到所属单位的案例"):
        load_case(file)
    small.case_file("rubric: small\nfacts: {没有: {}}\n", "city/b")
    with pytest.raises(InputError, match=r"b\.yaml 第5行 facts\.没有"):
        load_case(file)
    small.case_file(CASE, "city/b")
    assert [unit.id for unit in load_case(file).units] == ["city/a", "city/b"]


def test_a_department_is_not_its_own_unit(small: Params) -> None:
    file = small.write("cases/a.yaml", DEPARTMENT.replace("[a, b]", "[a]"))
    with pytest.raises(InputError, match="找不到所属单位"):
        load_case(file)


# ---- many files ----


def test_find_cases_names_them_by_their_path(small: Params, tmp_path: Path) -> None:
    small.case_file(CASE, "b")
    small.case_file(CASE, "a/c")
    folder = small.folder / "cases"
    assert list(find_cases([folder])) == ["a/c", "b"]
    assert list(find_cases([folder / "b.yaml", folder / "a", folder])) == ["a/c", "b"]
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.yaml").write_text("a: b")
    assert list(find_cases([outside])) == ["x"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_name_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"b\xff.yaml")).write_text("kind: evaluation\n", encoding="utf-8")
    with pytest.raises(PerfkitError, match="不是 UTF-8 编码；请改名"):
        find_cases([tmp_path])


def test_a_misspelt_file_is_answered_with_the_one_that_is_there(small: Params) -> None:
    path = small.case_file(CASE, "某单位-2024")
    with pytest.raises(InputError, match="找不到这个文件；是否想写“某单位-2024.yaml”？"):
        load_case(path.with_name("某单位-2025.yaml"))


def test_find_cases_refuses_what_is_not_there_or_twice_there(small: Params, tmp_path: Path) -> None:
    with pytest.raises(PerfkitError, match="不存在"):
        find_cases([tmp_path / "nothing"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(PerfkitError, match="没有案例文件"):
        find_cases([tmp_path / "empty"])
    small.case_file(CASE, "a")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.yaml").write_text("a: b")
    with pytest.raises(PerfkitError, match="案例编号“a”重复"):
        find_cases([small.folder / "cases", tmp_path / "other"])


def test_cases_are_read_together_or_in_turn(small: Params) -> None:
    for name, text in (("a", CASE), ("b", CASE.replace("20次", "20")), ("c", CASE), ("d", "rubric: smal\n")):
        small.case_file(text, name)
    folder = small.folder / "cases"
    with pytest.raises(InputError) as caught:
        load_cases(folder)
    assert [Path(problem.file).stem for problem in caught.value.problems] == ["b", "d"]
    cases = [case for case in iter_cases([folder]) if isinstance(case, Case)]
    assert [case.id for case in cases] == ["a", "c"]
    assert load_cases(str(folder / "a.yaml")) == load_cases([folder / "a.yaml"]) == cases[:1]
    rubrics: list[Any] = [case.rubric for case in cases]
    assert rubrics[0] is rubrics[1]  # read once


def test_a_link_is_a_case_of_its_own_name(small: Params, tmp_path: Path) -> None:
    target = small.case_file(CASE, "a")
    (tmp_path / "flat").mkdir()
    for link in (target.with_name("b.yaml"), tmp_path / "flat" / "c.yaml"):
        try:
            link.symlink_to(target)
        except OSError:
            pytest.skip("no links here")
    assert list(find_cases([target.parent])) == ["a", "b"]
    assert list(find_cases([tmp_path / "flat"])) == ["c"]


def test_iter_cases_reads_one_after_the_other_and_keeps_none(small: Params) -> None:
    for name, text in (("a", CASE), ("b", "rubric: smal\n"), ("c", CASE)):
        small.case_file(text, name)
    each = iter_cases([small.folder / "cases"])
    first = next(each)
    assert isinstance(first, Case)
    assert first.id == "a"
    document = weakref.ref(first.document)
    assert isinstance(next(each), InputError)
    del first
    gc.collect()
    assert document() is None
    small.case_file(CASE.replace("20次", "21次"), "c")  # not read before its turn
    last = next(each)
    assert isinstance(last, Case)
    assert "21" in str(last.document.data)
    assert list(each) == []


def test_the_content_of_a_case_cannot_be_changed(small: Params) -> None:
    case: Case = small.case(CASE)
    with pytest.raises(Exception, match="frozen"):
        case.file.year = 2023


# ---- what lies beside the cases ----


def test_what_programs_leave_behind_is_no_case(small: Params) -> None:
    """Editing in JupyterLab leaves a copy in .ipynb_checkpoints, macOS and office programs leave ._x and ~$x."""
    text = small.case_file(CASE, "a").read_text(encoding="utf-8")
    for name in (".ipynb_checkpoints/a-checkpoint.yaml", "._a.yaml", "~$a.yaml", ".hidden.yaml", "b.txt"):
        small.write(f"cases/{name}", text)
    small.write("cases/c.yml", text)
    small.write("cases/D.YAML", text)
    assert list(find_cases([small.folder / "cases"])) == ["D", "a", "c"]
    assert [case.id for case in load_cases(small.folder / "cases")] == ["D", "a", "c"]


def test_linked_folders_are_read_and_a_link_back_is_no_endless_way(small: Params, tmp_path: Path) -> None:
    small.case_file(CASE, "a")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.yaml").write_bytes((small.folder / "cases/a.yaml").read_bytes())
    (small.folder / "cases/linked").symlink_to(elsewhere, target_is_directory=True)
    (elsewhere / "back").symlink_to(small.folder / "cases", target_is_directory=True)
    assert list(find_cases([small.folder / "cases"])) == ["a", "linked/b"]


@pytest.mark.parametrize(
    ("units", "needle"),
    [("a, a", "所属单位“a”列了两次"), ("a, other", "“other”自己也是部门汇总"), ("a, whole", "找不到所属单位的案例")],
)
def test_a_department_counts_every_unit_once(small: Params, units: str, needle: str) -> None:
    small.case_file(CASE, "a")
    small.write("cases/other.yaml", DEPARTMENT.replace("a, b", "whole"))  # the two list each other
    whole = small.write("cases/whole.yaml", DEPARTMENT.replace("a, b", units))
    with pytest.raises(InputError, match=needle):
        load_case(whole)


# ---- what people have, and what they get wrong ----


def test_the_notebook_of_a_report_finds_its_case_from_its_own_folder(
    small: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = small.case_file(CASE)
    below = tmp_path / "outputs" / "unit"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    path = file.relative_to(tmp_path)
    found = load_case(path)
    assert found.unit == "某单位"
    assert found.document.path == f"../../{path.as_posix()}"  # short, and true where it is read
    with pytest.raises(InputError, match="找不到这个文件"):
        load_case("params/cases/nowhere.yaml")
    folder = str(path.parent)
    assert [each.id for each in (*load_cases(folder), *load_cases([path]))] == ["unit", "unit"]
    assert [card.case.id for card in score(folder)] == ["unit"]
    assert cycle(folder).unit == "某单位"
    assert load_portfolio(folder).cards.keys() == {"unit"}
    with pytest.raises(PerfkitError, match=f"{folder}：这是文件夹；这里要一个文件"):
        audit(folder)


def test_score_takes_a_case_a_path_a_list_and_a_folder(small: Params) -> None:
    for name in ("a", "b"):
        small.case_file(CASE, name)
    folder = small.folder / "cases"
    case = load_case(folder / "a.yaml")
    one = score(case)
    assert score(str(folder / "a.yaml")).total == score(folder / "a.yaml").total == one.total
    assert [card.case.id for card in score(folder)] == [card.case.id for card in score(str(folder))] == ["a", "b"]
    assert [card.total for card in score([case, folder / "b.yaml"])] == [one.total, one.total]


def test_what_is_known_of_a_case_is_not_the_case(small: Params) -> None:
    with pytest.raises(PerfkitError, match="这里要一个案例的文件路径.*给的是 Findings"):
        audit(audit(small.case(CASE)))  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [None, 3, {"kind": "evaluation"}, [4], object()])
def test_score_of_something_else_is_refused_in_chinese(given: Any) -> None:
    with pytest.raises(PerfkitError, match="这里要一个案例|不存在"):
        score(given)


def test_a_case_shows_itself_in_one_line(small: Params) -> None:
    assert repr(small.case(CASE)) == "<案例 unit：某单位 2022年 整体自评>"


def test_a_file_of_another_kind_does_not_take_a_minute(small: Params) -> None:
    with pytest.raises(InputError) as caught:
        small.case("".join(f"key{number}: 1\n" for number in range(20_000)))
    assert len(caught.value.problems) <= 202
    assert any("只列出前200处" in problem.message for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("standard", "target", "told"),
    [
        ("不超过目标值得满分；超过的，按1-（实际值-目标值）/目标值的比率得分", "≥100万元", "标准按不超过目标值计分"),
        ("不超过目标值得满分；超过的，按1-（实际值-目标值）/目标值的比率得分", "≤100万元", ""),
        ("不超过目标值得满分；超过的，按1-（实际值-目标值）/目标值的比率得分", "100万元", ""),
        ("得分=实际完成值/目标值×分值", "≤100万元", "标准按不低于目标值计分"),
        ("得分=实际完成值/目标值×分值", "≥100万元", ""),
    ],
)
def test_a_target_whose_sign_the_standard_denies_is_asked_for(
    params: Params, standard: str, target: str, told: str
) -> None:
    """Under a limit ≥100万元 would be met by 90万元."""
    case = params.case(f"""
        rubric: {{profile: small}}
        indicators:
          成本: {{level1: 产出, level2: 成本, weight: 100, standard: "{standard}", target: {target}, actual: 90万元}}
        """)
    found = [problem.message for problem in case.warnings if "方向相反" in problem.message]
    assert bool(found) is bool(told)
    assert all(told in message for message in found)
