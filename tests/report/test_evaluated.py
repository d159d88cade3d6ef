"""An evaluation of 20 indicators that was filled in in a workbook alone: scored, reported in three formats, audited."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from evaluated import GRADE, NAME, TOTAL, UNIT, fill_in
from openpyxl import load_workbook
from tree import read

from perfkit import audit, load_case, score
from perfkit.cases.samples import new_case
from perfkit.cli import run_cli
from perfkit.documents.auditing import audit_paths
from perfkit.report.delivery import lacking

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FORMS = "html,docx,xlsx"


@pytest.fixture(scope="module")
def project(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one's own with the evaluation as its only case."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("params/profiles", "params/rubrics", "params/templates", "params/forms", "notebooks"):
        shutil.copytree(repo / name, folder / name)
    shutil.copy(repo / "params" / "sources.yaml", folder / "params")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (path,) = new_case("绩效评价", NAME, unit=UNIT, year=2024, form="xlsx")
        fill_in(path)
    return folder


def case_of(project: Path) -> Path:
    return project / "params" / "cases" / f"{NAME}.xlsx"


def test_it_scores_as_by_hand(project: Path) -> None:
    card = score(load_case(case_of(project)))
    assert len(card.rows) == 20
    assert card.total == pytest.approx(TOTAL, abs=1e-6)
    assert card.grade == GRADE
    assert {row.status for row in card.rows} == {"scored"}


def test_a_share_whose_interval_spans_the_threshold_is_said(project: Path) -> None:
    """Wilson, by hand for 92.84% of 190: 88.27% to 95.72%, around 90%."""
    (found,) = audit(load_case(case_of(project)))
    assert (found.code, found.indicator) == ("sample-too-small", "受益群众满意度")
    assert "95%置信区间88.27%至95.72%" in found.message


def test_little_is_lacking_and_the_rest_is_named(project: Path) -> None:
    assert list(lacking(load_case(case_of(project)))) == [
        "以下章节没有文字（narrative），报告里不出现，需要的再写：立项依据、组织管理、其他需要说明的问题",
        "概况：没有写总体结论（overview.conclusion）",
    ]


def test_the_file_of_answers_is_no_document_of_its_own(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["audit", str(case_of(project).parent)]) == 0
    assert "答卷" not in capsys.readouterr().err


@pytest.fixture(scope="module")
def delivered(project: Path) -> Path:
    """What `perfkit run` makes of it."""
    out = project / "outputs"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        assert run_cli(["run", "params/cases", "--out", str(out), "--format", FORMS]) == 0
    return out / NAME


@pytest.mark.slow
def test_our_own_report_gives_the_same_scores_and_no_finding(delivered: Path, project: Path) -> None:
    """Two indicators of 80% each score otherwise, each by its own standard; 9.73 of 12 is 81.11% of 9.7333."""
    ((handed, (findings,)),) = audit_paths([delivered / "report.docx"])
    assert not list(findings)
    assert not handed.problems
    stated = re.search(r"照所列得分为 ([\d.]+) 分（(.)）", findings.summary.line)
    assert stated
    assert (float(stated[1]), stated[2]) == (pytest.approx(TOTAL, abs=0.005), GRADE)


BEYOND = """
kind: evaluation
unit: {name: 某局}
year: 2024
rubric: {title: 某局指标体系, profile: national-project-2020}
indicators:
  培训场次: {level1: 产出, level2: 数量, weight: 60, standard: 达标得满分，否则按比例计分, target: ≥10场, actual: 9场}
  满意度: {level1: 效益, level2: 满意度, weight: 30, standard: "≥90%得满分，每降低1个百分点扣5%权重分", actual: 88.79%}
  长效机制: {level1: 效益, level2: 可持续, weight: 10, standard: "①有制度；②有经费。每项5分。", missing: 单位未提供}
  示范创建: {level1: 加减分, level2: 加分项, bonus: 3, standard: 每获得1项省级表彰加2分, actual: 1项}
  信访: {level1: 加减分, level2: 扣分项, penalty: 6, standard: 每发生1起有效信访扣2分, count: 1起}
problems: [{text: 培训场次不足，满意度偏低，发生信访, indicators: [培训场次, 满意度, 信访]}]
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report.docx", "report.html", "scores.xlsx"])
def test_points_beyond_the_full_marks_read_back_without_an_error(project: Path, tmp_path: Path, name: str) -> None:
    """By hand: 54 + 28.185 = 82.185 of 90, brought to 100: 91.3167; 2 more for the award, 2 less for the complaint."""
    path = tmp_path / "加减分.yaml"
    path.write_text(BEYOND, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        assert run_cli(["run", str(path), "--out", str(tmp_path / "out"), "--format", FORMS]) == 0
    ((_, (findings,)),) = audit_paths([tmp_path / "out" / "加减分" / name])
    assert [finding.message for finding in findings if finding.severity == "error"] == []
    assert [finding.message for finding in findings if finding.code in ("score-sum", "rescore")] == []
    assert (findings.year, findings.summary.published) == (2024, pytest.approx(91.3167, abs=0.005))
    if name != "scores.xlsx":  # which does not say by which profile it was scored
        assert findings.summary.by_rule == pytest.approx(91.3167, abs=0.005)


@pytest.mark.slow
def test_chapters_stand_in_every_format(delivered: Path) -> None:
    page = read(delivered / "report.html")
    titles = [re.sub(r"^(?:附件\d+|.、)\s*", "", node.text) for node in page.all("h2") if "nav" not in node.parents]
    own = ["声明", "摘要", "单位概况", "评价工作开展情况", "评价结论", "绩效实现情况", "主要经验", "存在的问题及原因"]
    annexes = ["绩效评价评分表", "问卷调查统计", "访谈记录", "资料清单", "征求意见及采纳情况", "工作底稿"]
    assert titles == [*own, "建议", "评价结果应用与公开", *annexes, "等级稳健性", "数据核验"]
    document = docx.Document(str(delivered / "report.docx"))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert [re.sub(r"^附件\d+\s*", "", text) for text in headings] == titles
    assert load_workbook(delivered / "scores.xlsx").sheetnames == [
        "说明", "评分表", "分级得分", "工作底稿", "征求意见", "核验",
    ]  # fmt: skip


@pytest.mark.slow
def test_every_source_is_a_footnote(delivered: Path) -> None:
    document = docx.Document(str(delivered / "report.docx"))
    marks = [node.get(f"{W}id") for node in document.element.body.iter(f"{W}footnoteReference")]
    (notes,) = (part.blob.decode() for part in document.part.package.iter_parts() if "footnotes" in part.partname)
    assert marks == [str(number) for number in range(1, 21)]
    assert notes.count("资料来源：") == 20
    assert "工程档案第3盒" in notes


@pytest.mark.slow
def test_contents_name_the_pages(delivered: Path, office: Callable[..., Path]) -> None:
    """LibreOffice fills in the pages: those on which the annexes begin."""
    import pdfplumber

    with pdfplumber.open(office("pdf", delivered / "report.docx") / "report.pdf") as pdf:
        texts = [re.sub(r"\s", "", page.extract_text()) for page in pdf.pages]
    entries: list[Any] = [
        (match[1], int(match[2])) for text in texts[1:3] for match in re.finditer(r"(附件\d[^.\d]+?)\.{5,}(\d+)", text)
    ]
    assert len(entries) == 8
    there = [next(i for i, text in enumerate(texts[3:], start=4) if text.startswith(name)) for name, _ in entries]
    assert [page for _, page in entries] == there
