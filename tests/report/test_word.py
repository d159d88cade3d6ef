"""The Word files: read by python-docx and by LibreOffice; the same chapters, tables and figures as the pages."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import nbformat
import pytest
from lxml import etree
from PIL import Image
from test_pages import PAGES, REPORTS, cells, evil
from tree import read

from perfkit import audit, find_library, load_case, report, score
from perfkit.documents import load_document
from perfkit.documents.content import Paragraph as Read
from perfkit.documents.word import read_docx
from perfkit.report import word
from perfkit.report.blocks import Column, Heading, Paragraph, chapter, copied, group, table
from perfkit.report.exporter import WordExporter
from perfkit.report.markup import Picture, from_markdown, from_markup
from perfkit.report.word import png

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="session")
def documents(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reports with a Word file of each, written from the executed notebooks."""
    folder = tmp_path_factory.mktemp("documents") / "outputs"
    shutil.copytree(reports, folder)
    for notebook in folder.rglob("report.ipynb"):
        parts = word.parts_of(json.loads(notebook.read_text(encoding="utf-8")))
        notebook.with_name("report.docx").write_bytes(word.document(parts, title="标题"))
    return folder


def opened(documents: Path, name: str) -> Any:
    return docx.Document(str(documents / name / "report.docx"))


def text_of(document: Any) -> str:
    return "\n".join(
        "".join(node.text or "\n" for node in p.iter(f"{W}t", f"{W}br")) for p in document.element.body.iter(f"{W}p")
    )


@pytest.mark.parametrize("name", PAGES)
def test_chapters_are_those_of_the_page(documents: Path, name: str) -> None:
    page = read(documents / name / "report.html")
    wanted = [
        (int(node.tag[1]) - 1, node.text) for node in page.all("h2", "h3", "h4", "h5") if "nav" not in node.parents
    ]
    styles = {f"Heading {level}": level for level in range(1, 5)}
    found = [(styles[p.style.name], p.text) for p in opened(documents, name).paragraphs if p.style.name in styles]
    plain = [(level, re.sub("^[一二三四五六七八九十]+、", "", text) if level == 1 else text) for level, text in wanted]
    assert found == plain


@pytest.mark.parametrize("name", PAGES)
def test_tables_are_those_of_the_page(documents: Path, name: str) -> None:
    page = read(documents / name / "report.html")
    heads = [[cell.text for cell in table.one("thead").all("th")] for table in page.all("table")]
    found = opened(documents, name).tables
    assert [[cell.text for cell in table.rows[0].cells] for table in found] == heads
    for each in found:
        assert each.rows[0]._tr.trPr.find(f"{W}tblHeader") is not None  # on every sheet again
        assert all(row._tr.trPr.find(f"{W}cantSplit") is not None for row in each.rows)


def test_every_cell_reads_as_on_the_page(documents: Path) -> None:
    """Merged level cells too: python-docx gives each covered cell the text of the one above."""
    name = "qingyunpu-union-2022"
    (wanted,) = cells(read(documents / name / "report.html"), "指标解释")
    (found,) = [t for t in opened(documents, name).tables if "指标解释" in [c.text for c in t.rows[0].cells]]
    assert [[cell.text for cell in row.cells] for row in found.rows[1:]] == wanted
    assert len(wanted) == 45


@pytest.mark.parametrize("name", ["hostile/evaluation", "hostile/monitoring", "hostile/department"])
def test_text_of_a_case_is_text(documents: Path, name: str) -> None:
    text = text_of(opened(documents, name))
    assert evil("标题") in text
    assert evil("问题") in text


def test_wide_chapters_stand_on_landscape_pages(documents: Path) -> None:
    sections = opened(documents, "qingyunpu-union-2022").sections
    turned = [section.page_width > section.page_height for section in sections]
    assert turned == [False, True, False, True, False]  # 评分表, 固定资产明细表 upright, 工作底稿
    assert [section.different_first_page_header_footer for section in sections] == [True, *[False] * 4]
    assert opened(documents, "nanchang-netinfo-2018").sections[0].page_width.mm == pytest.approx(210, abs=0.1)


def test_contents_have_a_field_for_every_page(documents: Path) -> None:
    body = opened(documents, "qingyunpu-union-2022").element.body
    marks = {node.get(f"{W}name") for node in body.iter(f"{W}bookmarkStart")}
    links = list(body.iter(f"{W}hyperlink"))
    assert {link.get(f"{W}anchor") for link in links} <= marks
    entries = [next(node.text for node in link.iter(f"{W}t")) for link in links]
    fields = [node.get(f"{W}instr").split()[:2] for link in links for node in link.iter(f"{W}fldSimple")]
    assert fields == [["PAGEREF", link.get(f"{W}anchor")] for link in links]
    assert entries[:3] == ["一、单位概况", "（一）基本情况", "（二）预算及执行情况"]
    assert entries[-1].startswith("评分标准本身的疑点")
    assert "附件1　绩效评价评分表" in entries


def test_a_source_is_a_footnote_also_in_the_look_of_a_firm_that_has_its_own(tmp_path: Path) -> None:
    """The template is one of ours that has footnotes already; its own are gone with its text."""
    (tmp_path / "own.docx").write_bytes(word.document([Paragraph("样板。", source="样板的来源")]))
    data = word.document([chapter("甲", Paragraph("一句。", source="卷1第2页"), "又一句。")], tmp_path / "own.docx")
    with ZipFile(io.BytesIO(data)) as file:
        (name,) = (name for name in file.namelist() if "footnotes" in name)
        notes, settings = file.read(name).decode(), file.read("word/settings.xml").decode()
        assert file.testzip() is None
    assert "资料来源：卷1第2页" in notes
    assert "样板的来源" not in notes
    assert settings.count("<w:footnotePr>") == 1
    (marked,) = [p for p in docx.Document(io.BytesIO(data)).paragraphs if p._p.xpath(".//w:footnoteReference")]
    assert marked.text == "一句。"


@pytest.mark.parametrize("name", ["qingyunpu-union-2022", "qingyunpu-union-2023-monitoring"])
def test_charts_are_pictures_for_print_with_their_words(documents: Path, name: str) -> None:
    page = read(documents / name / "report.html")
    wanted = [drawing.attributes["aria-label"] for drawing in page.all("svg")]
    document = opened(documents, name)
    pictures = [shape._inline for shape in document.inline_shapes]
    assert [picture.docPr.get("descr") for picture in pictures] == wanted
    for shape in document.inline_shapes:
        inner = document.part.related_parts[shape._inline.graphic.graphicData.pic.blipFill.blip.embed]
        image = Image.open(io.BytesIO(inner.blob))
        assert image.width / shape.width.inches > 250  # dots an inch
        assert len(image.getcolors() or range(99)) > 2


def test_a_picture_of_a_drawing_shows_its_bars_and_its_text(repo: Path) -> None:
    """The longest bar has the colour of losses, and there is ink where the names stand."""
    chart = report.lost_points(score(load_case(repo / "params" / "cases" / "qingyunpu-union-2022.yaml")))
    data, width = png(chart.svg)  # type: ignore[union-attr]
    image = Image.open(io.BytesIO(data)).convert("RGB")
    assert width == pytest.approx(6.7)
    red = [image.getpixel((x, 75))[:3] == (181, 72, 60) for x in range(image.width)]
    assert sum(red) > image.width / 3
    names = image.crop((0, 0, red.index(True) - 5, image.height))
    assert len(names.getcolors(10_000) or ()) > 3


@pytest.mark.parametrize("wide", [False, True])
def test_a_picture_is_neither_wider_nor_higher_than_its_page(wide: bool) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (600, 3000)).save(buffer, "PNG")
    parts = [Heading("题", 1), chapter("甲", Picture(buffer.getvalue(), "图"), wide=wide)]
    document = docx.Document(io.BytesIO(word.document(parts, title="题")))
    (shape,) = document.inline_shapes
    section = document.sections[-1]
    room = section.page_height - section.top_margin - section.bottom_margin
    assert 0.8 * room < shape.height < room
    assert shape.width / shape.height == pytest.approx(600 / 3000, rel=1e-3)


STYLES = {
    "Normal": ("仿宋_GB2312", 16),
    "Title": ("方正小标宋简体", 22),
    "Heading 1": ("黑体", 16),
    "Heading 2": ("楷体_GB2312", 16),
    "Heading 3": ("仿宋_GB2312", 16),
    "Heading 4": ("仿宋_GB2312", 16),
    "Cover": ("楷体_GB2312", 16),
    "TOC Heading": ("黑体", 18),
    "TOC 1": ("仿宋_GB2312", 14),
    "TOC 2": ("仿宋_GB2312", 14),
    "Table Head": ("黑体", 10),
    "Table Text": ("仿宋_GB2312", 9),
    "Picture": ("仿宋_GB2312", 10.5),
    "Caption": ("黑体", 10.5),
    "Small": ("仿宋_GB2312", 9),
    "Footer": ("宋体", 14),
}


def test_styles_name_the_fonts_of_the_standard() -> None:
    document = docx.Document(io.BytesIO(word.document(())))
    for name, (font, size) in STYLES.items():
        properties = document.styles[name].element.rPr
        assert properties.rFonts.get(f"{W}eastAsia") == font
        assert properties.sz.val.pt == size
    normal = document.styles["Normal"].paragraph_format
    assert normal.line_spacing.pt == 28
    number = document.styles["Heading 1"].element.pPr.numPr.numId.val
    kind = f"w:abstractNum[@w:abstractNumId=../w:num[@w:numId='{number}']/w:abstractNumId/@w:val]"
    assert document.part.numbering_part.element.xpath(f"{kind}/w:lvl[@w:ilvl='0']/w:lvlText/@w:val") == ["%1、"]


def test_the_template_of_a_project_is_that_of_the_package(repo: Path) -> None:
    """A firm replaces the one in its project; an installed package has its own."""
    project, own = (repo / "params" / "templates" / "report.docx", repo / "perfkit" / "data" / "report.docx")
    assert project.read_bytes() == own.read_bytes()


def test_a_template_of_a_firm_gives_its_look(repo: Path, tmp_path: Path) -> None:
    own = docx.Document(str(repo / "params" / "templates" / "report.docx"))
    own.styles["Title"].font.size = docx.shared.Pt(30)
    own.add_paragraph("样板里的文字不留下")
    own.save(str(tmp_path / "own.docx"))
    made = docx.Document(io.BytesIO(word.document([Heading("题", 1), chapter("甲", "乙")], tmp_path / "own.docx")))
    assert made.styles["Title"].font.size.pt == 30
    assert "样板里的文字" not in text_of(made)


def test_two_tables_stay_two_and_a_group_of_cells_is_one() -> None:
    columns = [Column("一", lambda row: row[0], 1, merge=True), Column("二", lambda row: row[1], 1, number=True)]
    both = group(table([("a", 1), ("a", 2), ("b", 3)], columns), table([("c", 1)], columns))
    first, second = docx.Document(io.BytesIO(word.document([both]))).tables
    merges = [tc.tcPr.find(f"{W}vMerge") for row in first.rows for tc in row._tr.tc_lst]
    assert [m.get(f"{W}val") for m in merges if m is not None] == ["restart", "continue"]
    assert [cell.text for cell in first.columns[0].cells] == ["一", "a", "a", "b"]
    assert len(second.rows) == 2


def test_what_others_put_into_a_notebook_stands_in_the_document(tmp_path: Path) -> None:
    """Markdown, printed text, a DataFrame and a picture, by nbconvert as a user calls it."""
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(picture, "PNG")
    from base64 import b64encode

    v4: Any = nbformat.v4
    outputs = [
        v4.new_output("stream", name="stdout", text="印出的字\n"),
        v4.new_output("display_data", {"image/png": b64encode(picture.getvalue()).decode()}),
        v4.new_output("display_data", {"text/html": "<table><tr><th>甲</th></tr><tr><td>3</td></tr></table>"}),
        v4.new_output("display_data", chapter("一章", "一段")._repr_mimebundle_()),
    ]
    cells_ = [v4.new_markdown_cell("## 补充\n\n**说明**一段 <b>x</b>"), v4.new_code_cell("", outputs=outputs)]
    data, _ = WordExporter().from_notebook_node(v4.new_notebook(cells=cells_))
    made = docx.Document(io.BytesIO(data))
    texts = [p.text for p in made.paragraphs]
    assert [p.text for p in made.paragraphs if p.style.name == "Heading 1"] == ["补充", "一章"]
    assert {"印出的字", "一段"} <= set(texts)
    assert any("说明一段" in text for text in texts)
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [["甲"], ["3"]]
    assert len(made.inline_shapes) == 1


def test_markdown_of_a_case_is_blocks_and_its_markup_text() -> None:
    found = from_markdown("一段 <b>x</b>\n\n- 甲\n- 乙\n\n# 小题\n\n| 项 | 数 |\n|---|---|\n| 甲 | 1 |").parts
    assert found[0] == Paragraph("一段 <b>x</b>")
    assert getattr(found[1], "items", ()) == ("甲", "乙")
    assert found[2] == Heading("小题", 3)
    assert getattr(found[3], "rows", ()) == (("甲", "1"),)
    first, second = from_markdown(f"| 项 | 说明 |\n|---|---|\n| 甲 | {'长' * 50} |").parts[0].heads  # type: ignore[attr-defined]
    assert (first.width, second.width) == (8, 46)
    assert not from_markdown(" ")
    assert [type(part) for part in from_markup('<p>a<img src="data:image/png;base64,AA==" alt="b"></p>').parts] == [
        Paragraph,
        Picture,
    ]


def test_importing_a_report_does_not_bring_word() -> None:
    """Reports without Word must not wait for its libraries."""
    script = (
        "import sys; sys.modules['rfc3987_syntax'] = None; "  # rules of addresses, which take a second to load
        "from perfkit import report; from perfkit.report import html; import perfkit.run.report; "
        "print([name for name in ('docx', 'mistune', 'openpyxl', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_it_reads_back(documents: Path, repo: Path) -> None:
    """By the reader of other people's reports: headings with the numbers that Word counts, scores, total and grade."""
    path = documents / "qingyunpu-union-2022" / "report.docx"
    content = read_docx("report.docx", path.read_bytes(), "report")
    lines = [block.text for block in content.blocks if isinstance(block, Read)]
    for heading in (
        "一、单位概况",
        "（二）部门管理（25分）",
        "3.政府采购管理（3分）",
        "（11）指导职工办理创业贷款工作完成率（0.5分）",
    ):
        assert lines.count(heading) == 1
    card = score(load_case(repo / "params" / "cases" / "qingyunpu-union-2022.yaml"))
    (read_back,) = load_document(path, find_library(repo / "params" / "cases"), "jiangxi-department-2022").cases
    published = read_back.file.published
    assert published.total
    assert published.grade
    assert (published.total.value.text, published.grade.value) == ("89.54", "良")
    scores = {plain(name): each.score for name, each in published.indicators.items() if each.score}
    expected = {plain(row.id): row.score for row in card.rows if row.score == row.score}
    assert {name: printed.value.value for name, printed in scores.items()} == pytest.approx(expected, abs=5e-5)


def plain(name: str) -> str:
    return name.replace("（", "(").replace("）", ")").replace(" ", "")


@pytest.mark.parametrize("name", REPORTS)
def test_the_clients_copy_reads_back_without_a_further_finding(
    documents: Path, repo: Path, tmp_path: Path, name: str
) -> None:
    """Every score as it was computed, and nothing to find but what the audit finds in the case itself and its units."""
    case = load_case(repo / "params" / "cases" / f"{name}.yaml")
    notebook = json.loads((documents / name / "report.ipynb").read_text(encoding="utf-8"))
    parts = [copied(part, internal=False) for part in word.parts_of(notebook)]
    path = tmp_path / "report.docx"
    path.write_bytes(word.document(parts, title="标题"))
    read_back = load_document(path, find_library(repo / "params" / "cases")).cases
    stated = [item for each in (case, *case.units) for item in audit(each)]
    own = {key for item in stated for key in (item.code, (item.code, plain(item.indicator or "")))}
    if "budget-identity" in own:  # a sentence of the report tells the same sum
        own.add("equation")
    found = [item for each in read_back for item in audit(each)]
    further = [
        item for item in found if ((item.code, plain(item.indicator)) if item.indicator else item.code) not in own
    ]
    assert [(item.code, item.message) for item in further] == []
    if case.rubric and not case.not_applicable:
        (again,) = read_back
        scores = {
            plain(key): each.score.value.value for key, each in again.file.published.indicators.items() if each.score
        }
        assert scores == pytest.approx(
            {plain(row.id): row.score for row in score(case) if row.score == row.score}, abs=5e-3
        )


PRINTED = ("qingyunpu-union-2022", "qingyunpu-union-2023-monitoring", "hostile/evaluation")


@pytest.fixture(scope="module")
def printed(documents: Path, office: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Some Word files as PDF."""
    folder = tmp_path_factory.mktemp("printed")
    files = [shutil.copy(documents / name / "report.docx", folder / f"{i}.docx") for i, name in enumerate(PRINTED)]
    made = office("pdf", *files)
    return {name: made / f"{i}.pdf" for i, name in enumerate(PRINTED)}


@pytest.mark.parametrize("name", PRINTED)
def test_libreoffice_opens_it(printed: dict[str, Path], name: str) -> None:
    """As PDF it has the chapters with the numbers that the styles count, and more than one page."""
    import pdfplumber

    with pdfplumber.open(printed[name]) as pdf:
        turned = [page.width > page.height for page in pdf.pages]
        assert any(re.search("一、(单位概况|项目概况)", page.extract_text()) for page in pdf.pages)
    assert any(turned)
    assert not all(turned)


def test_the_file_is_sound_xml(documents: Path) -> None:
    for path in documents.rglob("report.docx"):
        with ZipFile(path) as file:
            for name in file.namelist():
                if name.endswith((".xml", ".rels")):
                    etree.fromstring(file.read(name))
                assert "vbaProject" not in name
            assert b'TargetMode="External"' not in b"".join(
                file.read(n) for n in file.namelist() if n.endswith(".rels")
            )


@pytest.mark.parametrize("name", REPORTS)
def test_no_missing_value_shows_through(documents: Path, name: str) -> None:
    text = text_of(opened(documents, name))
    assert not re.search(r"(?<![A-Za-z])(nan|NaN|None|NaT|inf|True|False)(?![A-Za-z])", text)
