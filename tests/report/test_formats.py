"""`perfkit run --format … --copy …`: the files, what the client's copy is without, sheets that calculate."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import pytest
from openpyxl import load_workbook
from tree import read

from perfkit import load_case, report, score
from perfkit.cli import run_cli
from perfkit.errors import InputError
from perfkit.files import write_whole
from perfkit.report import excel
from perfkit.report.blocks import Chapter, Group, Note, Paragraph, copied
from perfkit.report.delivery import lacking
from perfkit.run.index import write_overview
from perfkit.run.ledger import Entry

if TYPE_CHECKING:
    from conftest import Params

SCORED = ("qingyunpu-union-2022", "nanchang-netinfo-2018", "nanchang-union-2022/cultural-palace")


@pytest.fixture(scope="module")
def delivered(repo: Path, tmp_path_factory: pytest.TempPathFactory, warm_server: None) -> Path:
    """The client's copy of two reports, in every format."""
    out = tmp_path_factory.mktemp("delivered")
    cases = [str(repo / "params" / "cases" / f"{name}.yaml") for name in (SCORED[0], "qingyunpu-union-2023-monitoring")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo)
        assert run_cli(["run", *cases, "--out", str(out), "--format", "docx,xlsx", "--copy", "client", "-j", "2"]) == 0
    return out


def test_the_client_gets_no_verification(delivered: Path) -> None:
    """It stands in a file of its own, with the hashes."""
    folder = delivered / SCORED[0]
    names = {path.name for path in folder.iterdir()}
    assert names == {"report.html", "report.docx", "scores.xlsx", "audit.html", "report.ipynb", "result.json"}
    page, internal = read(folder / "report.html").text, read(folder / "audit.html").text
    written = docx.Document(str(folder / "report.docx"))
    word = "\n".join(node.text or "" for node in written.element.body.iter() if node.tag.endswith("}t"))
    for text in ("sha256", "未核对原文", "争议区间", "评分标准本身的疑点", "数据核验"):
        assert text in internal
        assert text not in page
        assert text not in word
    assert "核验" not in load_workbook(folder / "scores.xlsx").sheetnames
    assert "绩效评价评分表" in page
    assert "绩效评价评分表" not in internal


def test_it_is_made_again_only_for_another_form(
    delivered: Path, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = str(repo / "params" / "cases" / f"{SCORED[0]}.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo)
        for options, made in (
            (["--format", "docx,xlsx", "--copy", "client"], 0),
            (["--format", "docx", "--copy", "client"], 0),
            ([], 1),
            ([], 0),
            (["--format", "docx,xlsx", "--copy", "client"], 1),
        ):
            assert run_cli(["run", case, "--out", str(delivered), *options]) == 0
            assert ("完成1份" if made else "没有要做的") in capsys.readouterr().out
            assert (delivered / SCORED[0] / "audit.html").is_file() is ("client" in options)


def test_formats_that_are_none_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["run", "params/cases", "--format", "html,pdf"]) == 2
    assert "没有“pdf”这种格式；应是 html、docx、xlsx 中的几种" in capsys.readouterr().err


def test_copies_of_blocks() -> None:
    open_, inner, note = Paragraph("甲"), Chapter("核验", (Paragraph("乙"),), internal=True), Note("指纹")
    both = Group((Chapter("章", (open_, note)), inner))
    assert copied(both, internal=False) == Group((Chapter("章", (open_,)),))
    assert copied(both, internal=True) == Group((Group((note,)), inner))
    assert not copied(Chapter("附表", (note,)), internal=False)


def test_lists_of_many_units(delivered: Path) -> None:
    lines = (delivered / "indicators.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "案例,单位,一级指标,二级指标,指标,分值,得分,得分率,状态,评分过程"
    assert len(lines) == 1 + 44
    book = load_workbook(delivered / "scores.xlsx")
    assert book.sheetnames == ["排名", "分级", "指标"]
    heads, first, *_ = book["排名"].iter_rows(values_only=True)
    shown = dict(zip(heads, first, strict=True))
    assert (shown["名次"], shown["案例"], shown["总分"], shown["等级"]) == (1, SCORED[0], 89.54, "良")


def test_ranks_are_within_one_rubric_and_year(tmp_path: Path) -> None:
    entries = []
    for case, rubric, total in (("甲", "大", 80.0), ("乙", "小", 95.0), ("丙", "大", 90.0), ("丁", None, None)):
        summary = {"case": case, "unit": case, "year": 2024, "kind": "evaluation", "rubric": rubric, "total": total}
        write_whole(tmp_path / case / "result.json", json.dumps(summary))
        entries.append(Entry(case, "evaluation", case, "", case, "", "", {}, summary, "done"))
    write_overview(tmp_path, entries)
    _, *rows = load_workbook(tmp_path / "scores.xlsx")["排名"].iter_rows(values_only=True)
    assert [row[:2] for row in rows] == [(1, "丙"), (2, "甲"), (1, "乙"), (None, "丁")]


# ---- the workbook of a report ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def books(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books")
    for name in SCORED:
        case = load_case(repo / "params" / "cases" / f"{name}.yaml")
        (folder / f"{Path(name).name}.xlsx").write_bytes(excel.workbook(case))
    return folder


def test_points_are_formulas(books: Path) -> None:
    sheet = load_workbook(books / "qingyunpu-union-2022.xlsx")["评分表"]
    assert sheet["G4"].value == "=D4*F4"
    assert sheet["D46"].value == "=SUM(D2:D45)"
    texts = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.column_letter not in "DG"]
    assert not [cell.coordinate for cell in texts if cell.data_type == "f"]


def test_a_grade_may_begin_with_a_digit(params: Params) -> None:
    profile = params.folder / "profiles" / "small.yaml"
    profile.write_text(profile.read_text(encoding="utf-8").replace("grade: 优", "grade: 1级"), encoding="utf-8")
    rows = "[{level1: 产出, level2: 数量, name: 场次, weight: 100, rule: {kind: proportional}}]"
    facts = "facts: {场次: {target: ≥10场, actual: 10场}}"
    case = params.case(f"basis: [测试〔2020〕1号]\nrubric: {{profile: small, indicators: {rows}}}\n{facts}")
    book = load_workbook(io.BytesIO(excel.workbook(case)), data_only=True)
    assert [row[6].value for row in book["评分表"].iter_rows(min_row=3)] == [100, 1, "1级"]


def test_a_text_that_looks_like_a_formula_is_text(books: Path) -> None:
    for path in books.iterdir():
        for sheet in load_workbook(path):
            if sheet.title not in ("评分表", "分级得分"):
                assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.fixture(scope="module")
def recalculated(books: Path, office: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbooks by LibreOffice, which gets them without the values that are written beside the formulas."""
    bare = tmp_path_factory.mktemp("bare")
    for path in books.iterdir():
        load_workbook(path).save(bare / path.name)
    return office("xlsx:Calc MS Excel 2007 XML", *bare.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("name", SCORED)
def test_libreoffice_recalculates_to_our_figures(recalculated: Path, repo: Path, name: str) -> None:
    book: Any = load_workbook(recalculated / f"{Path(name).name}.xlsx", data_only=True)
    card = score(load_case(repo / "params" / "cases" / f"{name}.yaml"))
    sheet = book["评分表"]
    for number, row in enumerate(card.rows, start=2):
        found = sheet.cell(number, 7).value
        assert found is None if math.isnan(row.score) else found == pytest.approx(row.score, abs=1e-9)
    total, rate, grade = (sheet.cell(len(card.rows) + number, 7).value for number in (2, 3, 4))
    assert (round(total, 6), round(rate, 6), grade) == (round(card.total, 6), round(card.score_rate, 6), card.grade)
    for number, level in enumerate(card.level_rows, start=2):
        weight, points, share = (book["分级得分"].cell(number, column).value for column in (3, 4, 5))
        assert (weight, points) == (pytest.approx(level.weight), pytest.approx(level.score))
        assert share == pytest.approx(level.score_rate)


@pytest.mark.parametrize("name", SCORED)
def test_formulas_carry_their_values(books: Path, repo: Path, name: str) -> None:
    """A program that does not calculate shows, and reads, what the formulas give."""
    card = score(load_case(repo / "params" / "cases" / f"{name}.yaml"))
    book = load_workbook(books / f"{Path(name).name}.xlsx", data_only=True)
    points = [book["评分表"].cell(number, 7).value for number in range(2, len(card.rows) + 2)]
    assert points == [None if math.isnan(row.score) else pytest.approx(row.score) for row in card.rows]
    ends = [book["评分表"].cell(len(card.rows) + number, 7).value for number in (2, 3, 4)]
    assert ends == [pytest.approx(card.total), pytest.approx(card.score_rate), card.grade]
    levels = [row[2:5] for row in book["分级得分"].iter_rows(min_row=2, values_only=True)]
    assert levels == [pytest.approx((row.weight, row.score, row.score_rate)) for row in card.level_rows]


def test_a_unit_that_is_not_scored_has_no_table_of_scores(repo: Path) -> None:
    case = load_case(repo / "params" / "cases" / "nanchang-union-2022" / "workers-university.yaml")
    assert "评分表" not in load_workbook(io.BytesIO(excel.workbook(case))).sheetnames


@pytest.mark.parametrize("copy", ["internal", "client"])
@pytest.mark.parametrize("kind", ["evaluation", "self_evaluation"])
def test_a_case_without_rubric_is_reported_and_not_scored(repo: Path, tmp_path: Path, kind: str, copy: str) -> None:
    data = {
        "kind": kind,
        "unit": {"name": "某文化馆"},
        "year": 2024,
        "title": "绩效评价报告",
        "budget": {"adjusted": "520万元", "final": "530万元"},
        "problems": [{"text": "预算编制不够细", "improvement": "细化到项目"}],
    }
    (tmp_path / "params").symlink_to(repo / "params")
    file, out = tmp_path / "money.yaml", tmp_path / "out"
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo)
        assert run_cli(["run", str(file), "--out", str(out), "--format", "docx,xlsx", "--copy", copy]) == 0
    page = read(out / "money" / "report.html").text
    for text in ("某文化馆2024年度没有指标体系，不评分，也没有等级", "预算编制不够细", "细化到项目", "530万元"):
        assert text in page
    assert ("数据核验" in page) == (copy == "internal")
    assert "0.00分" not in page
    assert json.loads((out / "money" / "result.json").read_text(encoding="utf-8"))["total"] is None
    book = load_workbook(out / "money" / "scores.xlsx")
    assert "问题" in book.sheetnames
    assert "评分表" not in book.sheetnames
    assert "封面和依据：没有写日期（date）" in list(lacking(load_case(file)))


def test_a_rectification_has_its_workbook(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "params").symlink_to(repo / "params")
    problem = {"text": "制度缺失", "improvement": "补定", "rectification": {"responsible": "办公室", "done": "是"}}
    data = {
        "kind": "rectification",
        "unit": {"name": "某单位"},
        "year": 2024,
        "title": "整改报告",
        "problems": [problem],
    }
    file = tmp_path / "mended.yaml"
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    assert "整改情况" in load_workbook(io.BytesIO(excel.workbook(load_case(file)))).sheetnames


# ---- before delivery -------------------------------------------------------------------------------------------------


def test_what_is_empty_is_listed(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = repo / "params" / "cases" / f"{SCORED[0]}.yaml"
    found = list(lacking(load_case(path)))
    assert "封面和依据：没有写委托单位（client）" in found
    assert "“主要经验”没有文字（narrative）" in found
    assert "指标“开展维权普法活动次数”：失分没有写原因（deviation）" in found
    assert not [text for text in found if "文化宫建设完成率" in text]  # its reason and source are there
    assert run_cli(["check", str(path), "--delivery"]) == 0
    assert f"交付前：{SCORED[0]} {found[0]}" in capsys.readouterr().out


def test_own_words_stand_where_they_belong(repo: Path, tmp_path: Path) -> None:
    """Narratives of chapters, of a level and of an indicator; an own case speaks of no other report."""
    (tmp_path / "params").symlink_to(repo / "params")
    data: dict[str, Any] = {
        "kind": "evaluation",
        "unit": {"name": "某单位"},
        "year": 2024,
        "client": "某区财政局",
        "team": {"leader": "甲", "members": ["乙", "丙"]},
        "rubric": {
            "title": "体系",
            "profile": "jiangxi-department-2022",
            "indicators": [
                {"level1": "产出", "level2": "数量", "name": "培训", "weight": 60, "rule": {"kind": "proportional"}},
                {"level1": "产出", "level2": "质量", "name": "自报", "weight": 40, "rule": {"kind": "self_declared"}},
            ],
        },
        "facts": {
            "培训": {"target": "≥10次", "actual": "8次", "narrative": "全年办班**八次**。", "evidence": "签到表"},
            "自报": {"declared": 40},
        },
        "narrative": {
            "声明": "本报告只供委托方使用。",
            "主要经验": "- 甲条\n- 乙条",
            "产出": "产出总的情况。",
            "没有": "x",
        },
        "review": [{"stage": "征求意见", "who": "某单位", "opinion": "补数", "taken": "是", "reason": "已补"}],
        "materials": ["预算批复"],
    }
    (tmp_path / "case.yaml").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    case = load_case(tmp_path / "case.yaml")
    assert [str(w) for w in case.warnings if "“没有”" in w.message]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo)
        assert run_cli(["run", str(tmp_path / "case.yaml"), "--out", str(tmp_path / "out")]) == 0
    page = read(tmp_path / "out" / "case" / "report.html")
    chapters = [node.text for node in page.all("h2") if "nav" not in node.parents]
    assert chapters[0] == "声明"
    assert "四、主要经验" in chapters
    assert chapters[-4:] == ["附件2　资料清单", "附件3　征求意见及采纳情况", "附件4　工作底稿", "附件5　数据核验"]
    paragraphs = [node.text for node in page.all("p")]
    assert "产出总的情况。" in paragraphs
    assert "主评人：甲" in paragraphs
    own = paragraphs.index("全年办班八次。")
    assert paragraphs[own + 1] == "佐证：签到表。依据评分标准，该项指标得80%权重分48分。"
    for text in ("沿用原", "报告列出", "原文得分", "原报告"):
        assert text not in page.text


@pytest.mark.parametrize("picture", ["data:image/png;base64,AAAA", "图.png"])
@pytest.mark.parametrize("place", ["narrative", "fact"])
def test_a_picture_in_the_text_of_a_case_is_refused(repo: Path, tmp_path: Path, place: str, picture: str) -> None:
    """No page could show it."""
    (tmp_path / "params").symlink_to(repo / "params")
    own = {"level1": "产出", "level2": "数量", "name": "培训", "weight": 100, "rule": {"kind": "proportional"}}
    fact, told = {"target": "≥10次", "actual": "8次"}, f"前 ![图]({picture}) 后"
    data: dict[str, Any] = {
        "kind": "evaluation",
        "unit": {"name": "某单位"},
        "year": 2024,
        "rubric": {"title": "体系", "profile": "jiangxi-department-2022", "indicators": [own]},
        "facts": {"培训": fact | ({"narrative": told} if place == "fact" else {})},
        "narrative": {"摘要": told if place == "narrative" else "！[不是](图片"},
    }
    (tmp_path / "case.yaml").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(InputError, match="案例的文字里不能放图片") as caught:
        load_case(tmp_path / "case.yaml")
    assert len(caught.value.problems) == 1


def test_scope_and_methods_are_written_where_the_case_does_not_tell_them(repo: Path) -> None:
    case = load_case(repo / "params" / "cases" / "qingyunpu-union-2022.yaml")
    shown = report.told(case, "评价原则", "评价对象和范围", "评价方法")._repr_html_()
    assert "评价原则" not in shown
    assert "44项三级指标" in shown
    counts = [int(number) for number in re.findall(r"的(\d+)项[；。，]", shown)]
    assert sum(counts) == 44
    assert "按公式计算的4项" in shown  # of seven with a formula three have no standard, so that nothing is computed
    assert "没有载明评分标准的3项" in shown
    own = {"评价方法": "只用现场核查。"}
    told = replace(case, file=case.file.model_copy(update={"narrative": own}))
    assert "只用现场核查" in report.told(told, "评价方法")._repr_html_()
    assert "逐项核对要素" not in report.told(told, "评价方法")._repr_html_()


def test_money_is_told_by_part(repo: Path) -> None:
    """By hand: 120.8142 ÷ 89.6875 and 460 ÷ 460 (万元)."""
    shown = report.execution(load_case(repo / "params" / "cases" / "qingyunpu-union-2022.yaml"))._repr_html_()
    assert "基本支出执行率＝120.8142万元÷89.6875万元＝134.71%；项目支出执行率＝460万元÷460万元＝100.00%" in shown
