"""The cycle of one unit: targets that change without being told, results and money that contradict, old problems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

from perfkit import Cycle, PerfkitError, cycle, cycles
from perfkit.cli import run_cli

if TYPE_CHECKING:
    from conftest import Params

RUBRIC = """
profile: small
title: 培训项目指标
indicators:
  - {level1: 产出, level2: 数量, name: 培训次数, weight: 80, rule: {kind: proportional}}
  - {level1: 产出, level2: 质量, name: 合格率, weight: 20, rule: {kind: proportional}}
"""
LIGHTS = """
monitoring:
  lights: {green: "≥100%", yellow: "[60%,100%)", red: "<60%"}
  gap: 10%
"""
MONITORING = """
kind: monitoring
unit: {name: 某单位}
year: 2023
profile: watched
project: {name: 培训项目}
node: 2023-10-31
budget: {adjusted: 50万元, final: 30万元}
goals:
  - name: 培训次数
    level1: 产出
    declared: {name: 培训次数, target: "≥30次", source: 表1 2}
    compared: {annual: "≥30次", actual: 20次, source: 表3 2}
  - name: 合格率
    level1: 产出
    compared: {annual: "≥90%", actual: 95%, source: 表3 3}
"""
SELF = """
kind: self_evaluation
unit: {name: 某单位}
year: {year}
rubric: small
budget: {adjusted: {adjusted}, final: {final}}
three_public: {{three}}
facts:
  培训次数: {target: "≥24次", actual: {done}}
  合格率: {target: "≥90%", actual: 90%}
problems:
  - {text: {problem}, indicators: [培训次数], improvement: 早做计划}
"""


def self_evaluation(params: Params, year: int, **values: str) -> Path:
    text = SELF
    for name, value in (values | {"year": str(year)}).items():
        text = text.replace(f"{{{name}}}", value)
    return params.write(f"cases/{year}.yaml", text)


@pytest.fixture
def folder(params: Params) -> Path:
    params.rubric(RUBRIC)
    params.profile(name="watched")
    watched = params.folder / "profiles" / "watched.yaml"
    watched.write_text(watched.read_text(encoding="utf-8") + LIGHTS, encoding="utf-8")
    params.write("cases/monitoring.yaml", MONITORING)
    three, last = "budget: 3万元, actual: 2万元", "last_year_actual: 1万元"
    first = {"adjusted": "40万元", "final": "40万元", "done": "12次", "problem": "培训开展偏少"}
    second = {"adjusted": "50万元", "final": "28万元", "done": "18次", "problem": "培训开展仍然偏少"}
    self_evaluation(params, 2022, three=three, **first)
    self_evaluation(params, 2023, three=f"{three}, {last}", **second)
    return params.folder / "cases"


def test_what_does_not_go_together(folder: Path) -> None:
    found = cycle(folder)
    assert list(found.steps["document"]) == ["自评", "监控", "自评"]
    assert [(f.case, f.indicator, f.message.rpartition("，")[2]) for f in found.findings] == [
        ("2023", "培训次数", "没有看到调整的说明"),  # ≥30次 → ≥24次
        ("2023", "培训次数", "后来的反而少"),  # 20次 → 18次
        ("2023", None, "后来的反而少"),  # 30万元 → 28万元
        ("2023", None, "接不上"),  # 2万元 in 2022, 1万元 last year in 2023
    ]
    assert {finding.severity for finding in found.findings} == {"question"}
    view = found.view.set_index(["scope", "id", "what"])
    assert view.loc[("2023", "培训次数", "目标")].to_list() == ["≥30次", "≥30次", "≥24次"]
    assert view.loc[("2023", "培训次数", "实际")].to_list() == ["—", "20次", "18次"]
    assert view.loc[("2023", "", "支出")].to_list() == ["—", "30万元", "28万元"]
    assert "问题" not in set(found.view["what"])


def test_what_goes_together_is_not_asked_about(folder: Path, params: Params) -> None:
    text = (folder / "2023.yaml").read_text(encoding="utf-8")
    for wrong, right in (("≥24次", "≥30次"), ("18次", "24次"), ("final: 28万元", "final: 45万元"),
                         ("last_year_actual: 1万元", "last_year_actual: 2.00万元")):  # fmt: skip
        text = text.replace(wrong, right)
    (folder / "2023.yaml").write_text(text, encoding="utf-8")
    assert cycle(folder).findings == []


def test_what_became_of_last_years_problems(folder: Path) -> None:
    first, last = cycle(folder).problems["became"]
    assert first == "又提到：培训开展仍然偏少；培训次数得分率50%→75%"
    assert last == "次年的资料还没有"


def test_what_a_rectification_says_of_them(folder: Path, params: Params) -> None:
    mended = """
kind: rectification
unit: {name: 某单位}
year: 2023
problems:
  - {text: 培训开展偏少, rectification: {done: 是, evidence: 培训签到表}}
"""
    params.write("cases/mended.yaml", mended.lstrip())
    first, last = cycle(folder).problems["became"]
    assert first.startswith("已整改（培训签到表）；又提到：培训开展仍然偏少")
    assert last == "次年的资料还没有"
    row = cycle(folder).view.set_index(["scope", "id", "what"]).loc[("2022", "培训次数", "问题")]
    assert row[["自评", "整改"]].to_list() == ["培训开展偏少", "已整改（培训签到表）"]
    earlier = folder / "2022.yaml"
    another = "  - {text: 课程单一, indicators: [培训次数]}\n"  # another problem of the indicator, followed up as well
    earlier.write_text(earlier.read_text(encoding="utf-8") + another, encoding="utf-8")
    params.write("cases/mended.yaml", mended.lstrip() + "  - {text: 课程单一, rectification: {done: 否}}\n")
    row = cycle(folder).view.set_index(["scope", "id", "what"]).loc[("2022", "培训次数", "问题")]
    assert row[["自评", "整改"]].to_list() == ["培训开展偏少；课程单一", "已整改（培训签到表）；整改没有完成"]


def test_one_unit_at_a_time(folder: Path, params: Params) -> None:
    other = (folder / "2022.yaml").read_text(encoding="utf-8").replace("某单位", "另一单位")
    params.write("cases/other.yaml", other)
    with pytest.raises(PerfkitError, match="这里有2个：某单位、另一单位"):
        cycle(folder)
    with pytest.raises(PerfkitError, match="这里有0个"):
        Cycle([])


def test_on_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["cycle", str(folder)]) == 0
    said = capsys.readouterr().out
    for part in ("前后不一：4处", "监控时目标≥30次（monitoring），自评时目标≥24次", "年度  资料", "又提到：", "—"):
        assert part in said
    assert "nan" not in said.lower()


def test_as_a_page_and_as_word(folder: Path, tmp_path: Path, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo)  # where the template of Word files is
    page, word = tmp_path / "全过程.html", tmp_path / "全过程.docx"
    assert run_cli(["cycle", str(folder), "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "<title>某单位　预算绩效管理全过程</title>" in text
    assert "各环节对照：2023年度" in text
    row = r'<td rowspan="2">培训次数</td><td>目标</td><td>≥30次</td><td>≥30次</td><td>≥24次</td></tr>'
    assert row in text
    assert run_cli(["cycle", str(folder), "-o", str(word)]) == 0
    tables = [[[cell.text for cell in line.cells] for line in table.rows] for table in docx.Document(str(word)).tables]
    assert ["培训次数", "目标", "≥30次", "≥30次", "≥24次"] in [line for table in tables for line in table]


def test_several_units_have_a_chapter_each(folder: Path, params: Params, capsys: pytest.CaptureFixture[str]) -> None:
    other = (folder / "2022.yaml").read_text(encoding="utf-8").replace("某单位", "另一单位")
    params.write("cases/other.yaml", other)
    assert [each.unit for each in cycles(folder)] == ["某单位", "另一单位"]
    assert run_cli(["cycle", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "某单位    自评、监控、自评  4处       2个" in said
    assert "只有一份资料，没有可以前后对照的。" in said


def test_it_shows_itself(folder: Path) -> None:
    found = cycle(folder)
    assert repr(found) == "<某单位的全过程：3份资料，4处前后不一>"
    assert "<th>次年情况</th>" in found._repr_html_()


def test_a_deadline_that_moves_without_being_told(params: Params) -> None:
    params.write(
        "cases/a.yaml",
        "kind: declaration\nunit: {name: 某单位}\nyear: 2023\n"
        "goals: [{name: 完工时间, level1: 产出, declared: {target: 2023年10月31日前, weight: 80}}]\n",
    )
    params.profile(name="small")
    params.write(
        "cases/b.yaml",
        "kind: self_evaluation\nunit: {name: 某单位}\nyear: 2023\n"
        "rubric: {profile: small, title: 工程, indicators: [\n"
        "  {level1: 产出, level2: 时效, name: 完工时间, weight: 100, rule: {kind: all_or_nothing}}]}\n"
        "facts: {完工时间: {target: 2023年11月30日前, actual: 2023年11月26日}}\n",
    )
    (found,) = cycle(params.folder / "cases").findings
    assert "申报时目标2023年10月31日前" in found.message
    assert "自评时目标2023年11月30日前，没有看到调整的说明" in found.message
