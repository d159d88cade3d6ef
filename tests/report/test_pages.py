"""The pages: parsed, not grepped. What a reader, a screen reader, a printer and an attacker would find."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from tree import Node, parse, read

from perfkit import __version__, fonts, load_cases, monitor, report, score
from perfkit.fonts import FAMILY, font_path
from perfkit.report import charts, delivery, excel, scored, wording
from perfkit.report.blocks import Bullets, Column, Heading, Paragraph, Table, flat
from perfkit.report.blocks import table as table_of
from perfkit.report.html import written
from perfkit.scoring.scorecard import scorecards
from perfkit.words import LIGHTS

if TYPE_CHECKING:
    from conftest import Params

    from perfkit import Case, Scorecard

# What each report's footer must name, by hand: rubric, profile and input files below params.
FOOTERS = {
    "jiangxi-union-2020": ("jiangxi-2020-project", "national-self-2020"),
    "nanchang-netinfo-2018": ("nanchang-2018-department", "nanchang-department-2018"),
    "nanchang-union-2022/cultural-palace": ("nanchang-2022-self", "national-self-2020"),
    "nanchang-union-2022/department": None,
    "nanchang-union-2022/headquarters": ("nanchang-2022-self", "national-self-2020"),
    "nanchang-union-2022/publicity-centre": ("nanchang-2022-self", "national-self-2020"),
    "nanchang-union-2022/service-centre": ("nanchang-2022-self", "national-self-2020"),
    "nanchang-union-2022/workers-university": ("nanchang-2022-self", "national-self-2020"),
    "qingyunpu-union-2022": ("qingyunpu-2022-department", "jiangxi-department-2022"),
    "qingyunpu-union-2023-monitoring": (None, "monitoring-default"),
}
REPORTS = sorted(FOOTERS)
HOSTILE = [
    f"hostile/{name}"
    for name in ("declaration", "department", "evaluation", "monitoring", "project", "rectification", "self")
]
PAGES = [*REPORTS, *HOSTILE]
BARE = [name.replace("hostile", "bare") for name in HOSTILE]
CHAPTERS = {
    "evaluation": "单位概况 评价工作开展情况 评价结论 绩效实现情况 存在的问题 建议 评分表 固定资产明细表 访谈记录 "
    "工作底稿 等级稳健性 数据核验",
    "self_evaluation": "单位概况 自评结论 绩效实现情况 存在的问题 自评工作与依据 自评表 评分表 工作底稿 数据核验",
    "project_self_evaluation": "项目概况与绩效目标 自评表 资金与项目明细 绩效目标完成情况 偏离原因 自评工作与依据 "
    "工作底稿 数据核验",
    "monitoring": "项目概况 目标核对与调整 资金 目标对比 偏差分析 结论 监控表 数据核验",
    "declaration": "绩效目标申报表 预算测算 审核意见 数据核验",
    "rectification": "上年度评价情况 问题整改情况",
    "department": "部门概况 预算汇总 所属单位自评结果 各单位绩效实现情况 存在问题 自评工作与依据 数据核验",
}
ADDRESSES = {"src", "href", "xlink:href", "data", "action", "formaction", "poster", "srcset", "background", "cite"}


Page = Callable[[str], Node]


@pytest.fixture
def tree(reports: Path) -> Page:
    """The page of a case as a tree."""
    return lambda name: read(reports / name / "report.html")


@pytest.fixture(scope="module")
def cases(repo: Path) -> dict[str, Case]:
    return {case.id: case for case in load_cases(repo / "params" / "cases")}


# ---- the page as a document ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_document(tree: Page, name: str) -> None:
    (html,) = [node for node in tree(name).content if isinstance(node, Node)]
    assert (html.tag, html.attributes) == ("html", {"lang": "zh-CN"})
    head, body = (node for node in html.content if isinstance(node, Node))
    assert (head.tag, body.tag) == ("head", "body")
    metas = list(head.all("meta"))
    assert metas[0].attributes == {"charset": "utf-8"}
    assert metas[1].attributes["name"] == "viewport"
    (title,) = head.all("title")
    (h1,) = body.all("h1")
    assert title.raw == h1.text != ""
    body.one("main")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_and_nothing_is_fetched(tree: Page, name: str) -> None:
    page = tree(name)
    assert not list(page.all("script", "iframe", "object", "embed", "link", "base", "form", "img", "video", "audio"))
    styles = [style.raw for style in page.all("style")]
    for node in page.all():
        assert not [name for name in node.attributes if name.startswith("on")]
        assert "http-equiv" not in node.attributes
        for attribute in ADDRESSES & node.attributes.keys():
            assert node.attributes[attribute].startswith("#"), f"{node.tag} {attribute}"
        styles += [value for key, value in node.attributes.items() if key not in ADDRESSES]
    for style in styles:
        assert "@import" not in style
        assert all(re.match(r"""["']?(#|data:)""", target) for target in re.findall(r"url\(\s*([^)]{0,30})", style))
        assert not re.search(r"expression\(|javascript:", style, re.I)


@pytest.mark.parametrize("name", PAGES)
def test_headings_have_no_jumps(tree: Page, name: str) -> None:
    headings = list(tree(name).all(*(f"h{level}" for level in range(1, 7))))
    levels = [int(heading.tag[1]) for heading in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert all(heading.text.strip() for heading in headings)


@pytest.mark.parametrize("name", PAGES)
def test_table_of_contents_is_complete_and_resolves(tree: Page, name: str) -> None:
    page = tree(name)
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    contents = page.one("nav")
    assert contents.attributes["aria-label"] == "目录"
    entries = [(link.attributes["href"].removeprefix("#"), link.text) for link in contents.all("a")]
    headings = [node for node in page.all("h2", "h3") if "nav" not in node.parents]
    assert entries == [(node.attributes["id"], node.text.strip()) for node in headings]
    assert all(ids.count(target) == 1 for target, _ in entries)
    assert all(node.attributes["href"].removeprefix("#") in ids for node in page.all("a", "use"))


@pytest.mark.parametrize("name", PAGES)
def test_references_inside_drawings_resolve(tree: Page, name: str) -> None:
    """A clip path of one drawing may not be found under the id of another."""
    for drawing in tree(name).all("svg"):
        ids = [node.attributes["id"] for node in drawing.all() if "id" in node.attributes]
        text = " ".join(value for node in drawing.all() for value in node.attributes.values())
        assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


@pytest.mark.parametrize("name", [*PAGES, *BARE])
def test_no_id_is_given_twice(tree: Page, name: str) -> None:
    ids = [node.attributes["id"] for node in tree(name).all() if "id" in node.attributes]
    assert sorted(set(ids)) == sorted(ids)


def test_text_like_an_id_stays_as_it_is() -> None:
    text = 'id="甲" url(#乙) href="#丙"'
    drawn = charts.Drawing(20)
    drawn.text(0, 10, text)
    drawing = parse(written(drawn.chart(text, text)))
    assert [node.text for node in drawing.all("text", "figcaption")] == [text, text]
    assert drawing.one("svg").attributes["aria-label"] == text


@pytest.mark.parametrize("name", REPORTS)
def test_chapters(tree: Page, cases: dict[str, Case], name: str) -> None:
    chapters = [node.text for node in tree(name).all("h2") if "nav" not in node.parents]
    expected = CHAPTERS[cases[name].kind].split()
    if cases[name].not_applicable:  # nothing to tell of a unit that is not scored
        expected = [part for part in expected if part not in ("绩效实现情况", "评分表")]
    assert len(chapters) == len(expected)
    assert all(part in chapter for part, chapter in zip(expected, chapters, strict=True))


@pytest.mark.parametrize("name", [*REPORTS, *BARE])
def test_no_chapter_is_empty(tree: Page, name: str) -> None:
    main = tree(name).one("main")
    chapter, found = "", {}
    for part in _flat(main):
        if part.tag == "h2":
            chapter = part.text
            found[chapter] = 0
        elif part.tag in ("table", "p", "ul", "figure"):
            found[chapter] = found.get(chapter, 0) + 1
    assert [chapter for chapter, pieces in found.items() if not pieces] == []


def _flat(node: Node) -> Iterator[Node]:
    """Blocks in order, without going into tables and figures; containers are looked into."""
    for part in node.content:
        if isinstance(part, Node) and part.tag in ("div", "main", "section"):
            yield from _flat(part)
        elif isinstance(part, Node) and part.tag != "nav":
            yield part


@pytest.mark.parametrize("name", REPORTS)
def test_code_is_hidden(tree: Page, name: str) -> None:
    page = tree(name)
    assert not list(page.all("pre", "code", "textarea", "button"))
    assert not re.search(
        r"load_case|import |report\.|In \[|Out\[|Traceback|<\w+\.\w+ object|papermill|Html\(", page.text
    )


@pytest.mark.parametrize("name", [*REPORTS, *BARE])
def test_no_missing_value_shows_through(tree: Page, name: str) -> None:
    page = tree(name)
    shown = [page.text, *(node.attributes.get("aria-label", "") for node in page.all("svg"))]
    for text in shown:
        assert not re.search(r"(?<![A-Za-z])(nan|NaN|None|NaT|inf|True|False)(?![A-Za-z])", text)
        assert "{" not in text
        assert "—%" not in text
        assert "-0.00" not in text


def test_evaluation_report_is_small(reports: Path) -> None:
    assert (reports / "qingyunpu-union-2022" / "report.html").stat().st_size < 200_000


@pytest.mark.parametrize("name", REPORTS)
def test_prints_on_a4(tree: Page, name: str) -> None:
    style = tree(name).one("head").one("style").raw
    assert re.search(r"@page\s*\{[^}]*size:\s*A4", style)
    assert "@media print" in style
    assert re.search(r"thead\s*\{[^}]*table-header-group", style)  # headings again on every sheet


# ---- tables ----------------------------------------------------------------------------------------------------------


def grid(table: Node) -> list[list[Node]]:
    """The cells of the body's rows, each in every row and column that it covers; complains of overlap and holes."""
    width = len(list(table.one("thead").all("th")))
    rows: list[list[Node | None]] = []
    body = list(table.one("tbody").all("tr"))
    rows = [[None] * width for _ in body]
    for number, row in enumerate(body):
        for cell in row.all("td", "th"):
            assert None in rows[number], "a cell too many"
            column = rows[number].index(None)
            height = int(cell.attributes.get("rowspan", "1"))
            assert "colspan" not in cell.attributes
            assert number + height <= len(body), "a merged cell is taller than its table"
            for covered in range(number, number + height):
                assert rows[covered][column] is None, "cells overlap"
                rows[covered][column] = cell
    full = [[cell for cell in row if cell is not None] for row in rows]
    assert all(len(row) == width for row in full), "a row has holes"
    return full


@pytest.mark.parametrize("name", PAGES)
def test_tables_are_rectangles(tree: Page, name: str) -> None:
    tables = list(tree(name).all("table"))
    assert tables
    for table in tables:
        headings = list(table.one("thead").all("th"))
        assert all(heading.attributes == {"scope": "col"} and heading.text.strip() for heading in headings)
        widths = [float(col.attributes["style"][6:-1]) for col in table.one("colgroup").all("col")]
        assert len(widths) == len(headings)
        assert math.isclose(sum(widths), 100, abs_tol=0.5)
        assert grid(table)


def test_a_column_without_content_is_left_out() -> None:
    columns = [
        Column("名称", lambda row: row[0], 60, total="合计"),
        Column("说明", lambda row: row[1], 40, optional=True),
    ]
    for note, names in (("—", ["名称"]), ("追加", ["名称", "说明"])):
        found = parse(written(table_of([("甲", note), ("乙", "")], columns)))
        assert [heading.text for heading in found.all("th")] == names
        assert all(len(row) == len(names) for row in grid(found.one("table")))


def test_long_groups_may_go_on_overleaf() -> None:
    """Chromium moves a whole merged group to the next sheet, and leaves its heading behind, unless it may be cut."""
    columns = [
        Column("一级指标", lambda row: row[0], 50, merge=True),
        Column("三级指标", lambda row: row[1], 50),
    ]
    rows = [("产出", i) for i in range(9)] + [("效益", i) for i in range(3)]
    found = parse(written(table_of(rows, columns)))
    assert [cell.text for cell in found.of_class("long")] == ["产出"]


@pytest.mark.parametrize("name", REPORTS)
def test_level_cells_are_merged(tree: Page, name: str) -> None:
    """Below 一级指标 and 二级指标 no two cells follow each other that say the same, and none spans two parents."""
    found = 0
    for table in tree(name).all("table"):
        names = [heading.text for heading in table.one("thead").all("th")]
        levels = [column for column, heading in enumerate(names) if heading in ("一级指标", "二级指标")]
        if levels[:1] != [0]:
            continue
        rows = [row for row in grid(table) if row[0].text not in ("合计", "总分")]
        for column in levels:
            for above, below in pairwise(rows):
                if above[column] is below[column]:
                    assert all(above[c] is below[c] for c in range(column)), "a cell spans two parents"
                else:
                    texts = [[cell.text for cell in row[: column + 1]] for row in (above, below)]
                    assert texts[0] != texts[1], "equal level cells are not merged"
            spans = [
                int(cell.attributes.get("rowspan", "1"))
                for cell in {id(row[column]): row[column] for row in rows}.values()
            ]
            assert sum(spans) == len(rows)
            found += max(spans) > 1
    assert found or name in ONE_INDICATOR


ONE_INDICATOR = {"jiangxi-union-2020", "nanchang-union-2022/workers-university"}


def heads(table: Node) -> list[str]:
    return [node.text for node in table.one("thead").all("th")]


def cells(page: Node, heading: str) -> list[list[list[str]]]:
    """The texts of every table that has a column of this heading."""
    found = []
    for table in page.all("table"):
        if heading in heads(table):
            found.append([[cell.text for cell in row] for row in grid(table)])
    return found


def test_evaluation_shows_every_indicator_with_its_trace(tree: Page, cases: dict[str, Case]) -> None:
    (card,) = scorecards([cases["qingyunpu-union-2022"]])
    page = tree("qingyunpu-union-2022")
    appendix = next(table for table in page.all("table") if "指标解释" in heads(table))
    *rows, total = ({head: cell.text for head, cell in zip(heads(appendix), r, strict=True)} for r in grid(appendix))
    assert [row["三级指标"] for row in rows] == [row.id for row in card.rows]
    assert [row["评分过程"] for row in rows] == [row.trace for row in card.rows]
    assert [row["评分标准"] for row in rows] == [row.standard for row in card.rows]
    assert [total[head] for head in ("一级指标", "分值", "得分")] == ["合计", "100", "89.54"]
    analysis = [node.text for node in page.all("h5") if "nav" not in node.parents]
    assert [text.rpartition("（")[0] for text in analysis] == [row.id for row in card.rows]
    shown = page.text
    for part in ("88.2008÷98.5×100＝89.54分", "“良”", "2.8675分", "105.66%", "0.8333分"):
        assert part in shown


def test_evaluation_adds_up_by_level(tree: Page) -> None:
    table = next(rows for rows in cells(tree("qingyunpu-union-2022"), "得分率") if len(rows[0]) == 5)
    *rows, total = table
    assert total == ["合计", "良", "100", "89.54", "89.54%"]
    blocks = [row for row in rows if row[1] == "小计"]
    assert [row[0] for row in blocks] == ["部门决策", "部门管理", "部门产出", "部门效益"]
    assert sum(float(row[2]) for row in blocks) == 100
    for block in blocks:
        inner = [row for row in rows if row[0] == block[0] and row[1] != "小计"]
        assert sum(float(row[2]) for row in inner) == float(block[2])
        assert sum(float(row[3]) for row in inner) == pytest.approx(float(block[3]), abs=0.021)


def test_rates_of_a_level_that_is_not_fully_scored_are_explained(tree: Page) -> None:
    """By hand: 26.2333 of 30 − 1.5 points."""
    page = tree("qingyunpu-union-2022")
    assert ["部门产出", "小计", "30", "26.23", "92.05%"] in next(iter(cells(page, "得分率")))
    note = "只按已计分的分值计算"
    assert note in page.text
    assert note not in tree("nanchang-union-2022/headquarters").text


def test_monitoring_shows_lights_and_money(tree: Page, cases: dict[str, Case]) -> None:
    page = tree("qingyunpu-union-2023-monitoring")
    state = monitor(cases["qingyunpu-union-2023-monitoring"])
    for part in ("27.46%", "83.33%", "慢55.88个百分点", "超出预算12.0368万元", "完成0%"):
        assert part in page.text
    (comparison,) = cells(page, "本阶段应完成")
    lights = {key: light.name for key, light in LIGHTS.items()}
    assert [row[-1] for row in comparison] == [lights[row.light] for row in state.rows if row.light]
    for span in page.of_class("light"):
        (colour,) = set(span.attributes["class"].split()) - {"light"}
        assert span.text == lights[colour]  # never by colour alone


def test_stated_reasons_are_shown_whatever_the_light(tree: Page) -> None:
    (rows,) = cells(tree("qingyunpu-union-2023-monitoring"), "偏差原因")
    (spending,) = [row for row in rows if row[0] == "工会经费金额"]
    assert spending[1:4] == ["绿灯", "占上限33.63%", "161.44万元"]
    assert spending[4].startswith("其他；")


def test_department_consolidates_and_has_no_score_of_its_own(tree: Page) -> None:
    page = tree("nanchang-union-2022/department")
    (stages,) = cells(page, "所属单位合计")
    assert stages[1] == ["全年预算数", "4063.07万元", "4063.07万元", "0元", ""]
    (units,) = cells(page, "执行率")
    assert [(row[0], *row[4:]) for row in units] == [
        ("南昌市总工会（本级）", "94.00", "优"),
        ("南昌市工人文化宫", "93.75", "优"),
        ("南昌市职工科技大学", "不适用", "—"),
        ("南昌市总工会宣教中心", "94.00", "优"),
        ("南昌市总工会职工服务中心", "93.00", "优"),
    ]
    assert "相互抵消" in page.text
    assert "部门本身不另评分" in page.text


def test_department_lists_the_problems_of_its_units(tree: Page) -> None:
    """As the unit cases record them; the units that record none are not named."""
    (rows,) = cells(tree("nanchang-union-2022/department"), "问题")
    assert [(unit, problem[:9], source) for unit, problem, *_, source in rows] == [
        ("南昌市工人文化宫", "主题活动申报8次，", "正文 867"),
        ("南昌市职工科技大学", "单位撤销、人员转出", "正文 845"),
        ("南昌市总工会宣教中心", "申报的网上知识问答", "正文 857"),
    ]
    own, of_the_units = cells(tree("hostile/department"), "问题")
    assert [row[1:] for row in of_the_units] == own
    assert [row[0] for row in of_the_units] == [evil("单位")]


def test_dissolved_unit_says_that_it_does_not_apply(tree: Page) -> None:
    page = tree("nanchang-union-2022/workers-university")
    assert "不适用评分" in page.text
    assert "等级为" not in page.text


# ---- drawings --------------------------------------------------------------------------------------------------------

DRAWINGS = {
    "qingyunpu-union-2022": ["各阶段预算与执行", "二级指标得分率", "失分较多的指标", "改一处判定，总分变多少"],
    "nanchang-netinfo-2018": ["各阶段预算与执行", "二级指标得分率", "失分较多的指标"],
    "qingyunpu-union-2023-monitoring": ["各目标完成进度与序时进度"],
    "nanchang-union-2022/department": ["各阶段预算与执行", "所属单位得分"],
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_charts(tree: Page, name: str) -> None:
    captions = [node.text for node in tree(name).all("figcaption")]
    assert len(captions) == len(DRAWINGS[name])
    assert all(caption.startswith(wanted) for caption, wanted in zip(captions, DRAWINGS[name], strict=True))


@pytest.mark.parametrize("name", PAGES)
def test_every_drawing_says_what_it_shows(tree: Page, name: str) -> None:
    for figure in tree(name).all("figure"):
        drawing = figure.one("svg")
        assert drawing.attributes["role"] == "img"
        label = drawing.attributes["aria-label"]
        assert len(label) > 10
        assert re.search(r"\d", label)  # the figures, not only a title
        assert figure.one("figcaption").text.strip()
    assert all("figure" in node.parents for node in tree(name).all("svg"))


def text_groups(page: Node) -> Iterator[Node]:
    for drawing in page.all("svg"):
        yield from (node for node in drawing.all("g") if node.attributes.get("id", "").startswith(("text_", "name_")))


@pytest.mark.parametrize("name", PAGES)
def test_text_in_drawings_is_text(tree: Page, name: str) -> None:
    groups = list(text_groups(tree(name)))
    for group in groups:
        assert group.text.strip()
        assert not list(group.all("path", "use")), "glyphs are drawn as paths"
    if any(True for _ in tree(name).all("svg")):
        assert len(groups) >= 2 * len(list(tree(name).all("svg")))  # a name and a figure


@cache
def advances() -> tuple[dict[int, int], int]:
    """Character → advance width in the whole font, and the font's units per em."""
    with TTFont(font_path(), lazy=True) as font:
        widths = font["hmtx"]
        return {code: widths[glyph][0] for code, glyph in font.getBestCmap().items()}, font["head"].unitsPerEm


def embedded_font(page: Node) -> TTFont:
    style = page.one("head").one("style").raw
    (rule,) = re.findall(r"@font-face\{(.*?)\}", style)
    assert f'font-family:"{FAMILY}"' in rule
    assert re.search(rf'svg text\{{font-family:"{FAMILY}"[^}}]*!important', style)
    data = re.search(r"url\(data:font/otf;base64,([A-Za-z0-9+/=]+)\)", rule)
    assert data
    return TTFont(io.BytesIO(base64.b64decode(data[1])))


def test_the_font_is_cut_alike_in_a_folder_with_a_chinese_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = fonts.subset("预算")
    own = tmp_path / "张三.otf"
    own.write_bytes(Path(font_path()).read_bytes())
    monkeypatch.setattr(fonts, "_face", fonts._face.__wrapped__)  # opened anew
    monkeypatch.setattr(fonts, "font_path", lambda: str(own))
    assert fonts.subset("预算") == expected


@pytest.mark.parametrize("name", PAGES)
def test_every_character_of_a_drawing_is_in_the_embedded_font(tree: Page, name: str) -> None:
    page = tree(name)
    shown = {char for node in page.all("text") for char in node.text} - {"\n"}
    if not shown:
        assert not list(page.all("svg"))
        return
    font = embedded_font(page)
    characters = font.getBestCmap()
    assert {chr(code) for code in characters} == shown  # all of them, and nothing more
    assert any("\u4e00" <= char <= "\u9fff" for char in shown)
    outlines = font["CFF "].cff.topDictIndex[0].CharStrings
    widths, em = advances()
    for code, glyph in characters.items():
        assert len(outlines[glyph].bytecode) > 4 or chr(code).isspace(), f"{chr(code)} is empty"
        assert font["hmtx"][glyph][0] == widths[code]
    assert font["head"].unitsPerEm == em


def place(node: Node) -> tuple[float, float]:
    """Where a text of a drawing starts, is centred, or ends."""
    if "x" in node.attributes:
        return float(node.attributes["x"]), float(node.attributes["y"])
    found = re.fullmatch(r"translate\(([\d.-]+) ([\d.-]+)\)", node.attributes["transform"])
    assert found
    return float(found[1]), float(found[2])


@pytest.mark.parametrize("name", PAGES)
def test_text_stays_inside_its_drawing(tree: Page, name: str) -> None:
    """By the advance widths of the embedded font: nothing is cut off at either side."""
    widths, em = advances()
    for drawing in tree(name).all("svg"):
        view = next(value for key, value in drawing.attributes.items() if key.lower() == "viewbox")
        _, _, width, height = map(float, view.split())
        for node in drawing.all("text"):
            if "rotate(-90" in node.attributes.get("transform", ""):
                continue
            size = re.search(r"font-size: ([\d.]+)px", node.attributes["style"])
            anchor = re.search(r"text-anchor: (\w+)", node.attributes["style"])
            assert size
            length = sum(widths[ord(char)] for char in node.text) / em * float(size[1])
            x, y = place(node)
            left = x - length * {"start": 0, "middle": 0.5, "end": 1}[anchor[1] if anchor else "start"]
            assert left > -1, node.text
            assert left + length < width + 1, node.text
            assert 0 < y < height + 1


def row_names(page: Node) -> list[list[str]]:
    """The names beside the bars of every drawing, each with its lines."""
    groups = [node for node in page.all("g") if node.attributes.get("id", "").startswith("name_")]
    return [[line.text for line in group.all("text")] for group in groups]


@pytest.mark.parametrize("name", PAGES)
def test_long_names_wrap(tree: Page, name: str) -> None:
    page = tree(name)
    assert bool(row_names(page)) is ("条形图" in str([svg.attributes["aria-label"] for svg in page.all("svg")]))
    for lines in row_names(page):
        assert 1 <= len(lines) <= 3
        assert max(map(len, lines)) <= 16


def test_the_longest_names_are_cut_before_their_end(tree: Page) -> None:
    figures = tree("hostile/evaluation").all("figure")
    drawn = [each for each in figures if not each.one("figcaption").text.startswith("改一处判定")]  # names and changes
    names = ["".join(lines) for figure in drawn for lines in row_names(figure)]
    cut = [name.split("…") for name in names if "…" in name]
    wanted = [evil(tag) for tag in ("二级", "比例", "清单", "扣分", "酌情")]
    assert len(cut) == len(wanted)
    assert all(any(full.startswith(head) and full.endswith(tail) for full in wanted) for head, tail in cut)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_wrap(text: str) -> None:
    lines = charts.wrap(text).split("\n")
    assert len(lines) <= 3
    assert all(1 <= len(line) <= 16 for line in lines)
    if len(text) <= 48:
        assert "".join(lines) == text
        assert max(map(len, lines)) - min(map(len, lines)) <= len(lines)
    else:
        begin, left_out, end = re.fullmatch(r"(.{41})(.)(.{6})", "".join(lines)).groups()  # type: ignore[union-attr]
        assert (text[:41], "…", text[-6:]) == (begin, left_out, end)


def test_a_working_paper_names_every_answer(params: Params) -> None:
    params.rubric(
        "profile: small\nindicators:\n"
        "  - {level1: 产出, level2: 质量, name: 考核等次, weight: 100, standard: 优得100分，良得80分，差不得分}\n"
    )
    card = score(params.case("rubric: small\nfacts:\n  考核等次: {level: 良}\n"))
    (table,) = scored.worksheet(card).parts
    assert isinstance(table, Table)
    assert [row[3] for row in table.rows] == ["等次：良"]


# ---- where it came from ----------------------------------------------------------------------------------------------


def input_files(repo: Path, name: str) -> list[Path]:
    """The files that a report was made from, by hand."""
    folder = repo / "params"
    if name == "nanchang-union-2022/department":
        units = ["headquarters", "cultural-palace", "workers-university", "publicity-centre", "service-centre"]
        inner = [path for unit in units for path in input_files(repo, f"nanchang-union-2022/{unit}")]
        return list(dict.fromkeys([folder / "cases" / f"{name}.yaml", folder / "sources.yaml", *inner]))
    footer = FOOTERS[name]
    assert footer
    rubric, profile = footer
    files = [folder / "cases" / f"{name}.yaml"]
    files += [folder / "rubrics" / f"{rubric}.yaml"] if rubric else []
    return [*files, folder / "profiles" / f"{profile}.yaml", folder / "sources.yaml"]


@pytest.mark.parametrize("name", REPORTS)
def test_footer(tree: Page, repo: Path, name: str) -> None:
    (footer,) = tree(name).of_class("provenance")
    first, heading, *files = footer.text.split("\n")
    assert f"案例：{name}" in first
    assert f"perfkit {__version__}" in first
    rubric, profile = FOOTERS[name] or (None, None)
    assert ("指标体系：" in first, "评分口径：" in first) == (rubric is not None, profile is not None)
    assert not rubric or f"指标体系：{rubric}" in first
    assert not profile or f"评分口径：{profile}（未核对原文）" in first
    assert "sha256" in heading
    expected = [f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in input_files(repo, name)]
    assert files == expected


def test_footer_names_the_file_of_sources(tree: Page) -> None:
    (footer,) = tree("qingyunpu-union-2022").of_class("provenance")
    assert "sources.yaml" in footer.text


@pytest.mark.parametrize("name", REPORTS)
def test_result_and_notebook_lie_beside_the_page(reports: Path, cases: dict[str, Case], name: str) -> None:
    folder = reports / name
    assert {path.name for path in folder.iterdir() if path.is_file()} == {"report.html", "report.ipynb", "result.json"}
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if cases[name].kind == "monitoring":
        expected = monitor(cases[name]).to_dict()
    elif cases[name].kind == "department":
        expected = {"total": None, "units": [card.to_dict() for card in scorecards(cases[name].units)]}
    else:
        (card,) = scorecards([cases[name]])
        expected = card.to_dict()
    assert {key: result.get(key) for key in expected} == expected
    notebook = nbformat.read(folder / "report.ipynb", as_version=4)
    nbformat.validate(notebook)


def test_index_lists_every_report(reports: Path) -> None:
    page = read(reports / "index.html")
    (table,) = page.all("table")
    rows = [list(row.all("td")) for row in table.one("tbody").all("tr")]
    links = [row[0].one("a").attributes["href"] for row in rows]
    assert sorted(links) == sorted(f"{name}/report.html" for name in [*PAGES, *BARE])
    assert all((reports / link).is_file() for link in links)
    texts = [[cell.text for cell in row] for row in rows]
    assert "青云谱区总工会（2022）" in [text[1] for text in texts]
    shown = {link: [text[0], *text[2:]] for link, text in zip(links, texts, strict=True)}
    assert shown["qingyunpu-union-2022/report.html"][1:5] == ["绩效评价", "89.54（缺数据）", "良", "105.66%"]
    assert shown["qingyunpu-union-2023-monitoring/report.html"][1:5] == ["运行监控", "—", "—", "27.46%"]
    assert shown["nanchang-union-2022/workers-university/report.html"][1:4] == ["整体自评", "不适用", "—"]
    assert shown["nanchang-union-2022/department/report.html"][2:4] == ["—", "—"]
    assert shown["qingyunpu-union-2022/report.html"][5] == "1", "findings that change the grade"
    for link, (name, *_) in shown.items():
        h1 = read(reports / link).one("h1").text
        assert name == h1
    (script,) = page.all("script")  # sorts and filters the table; nothing from outside
    assert script.attributes == {}
    assert "http" not in script.text


# ---- text from case files --------------------------------------------------------------------------------------------

SHOWN = {
    "hostile/evaluation": "duties goals tasks organisation process conclusion 编制 资金 调整 调整说明 一级 二级 解释 "
    "比例 清单 扣分 酌情 缺数 要素 要素二 扣分项 标准 偏差 理由 缺 问题 措施 出处",
    "hostile/self": "duties process conclusion 资金 调整 一级 二级 解释 比例 缺数 标准 偏差 问题",
    "hostile/project": "duties process conclusion 资金 一级 二级 比例 偏差 改进 项目 项目目标 项目事实 问题",
    "hostile/monitoring": "goals process conclusion 一级 二级 目标 原因 问题 措施",
    "hostile/department": "duties process conclusion 资金 调整 一级 二级 比例 问题 措施",
    "hostile/declaration": "duties goals tasks organisation process conclusion 一级 二级 目标 依据 测算 标准 问题 措施",
    "hostile/rectification": "duties goals process conclusion 问题 措施 责任 期限 证明",
}
"""What must be seen on each page, besides unit, title, evaluator and date."""


def evil(tag: str) -> str:
    """As in conftest.py; written again, so that a change there cannot weaken the test."""
    return f"<b>{tag}</b><script>alert('{tag}')</script>&amp;\"{tag}\"<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("name", HOSTILE)
def test_text_of_a_case_is_shown_as_text(tree: Page, name: str) -> None:
    page = tree(name)
    assert not list(page.all("b", "script", "img"))
    missing = [tag for tag in ["单位", "标题", "机构", "日期", *SHOWN[name].split()] if evil(tag) not in page.text]
    assert missing == []
    (title,) = page.all("title")
    assert evil("标题") in title.raw


def test_reason_of_an_unmet_element_is_shown(tree: Page) -> None:
    assert evil("缘由") in tree("hostile/evaluation").text


def test_text_of_a_case_is_text_in_drawings_too(tree: Page) -> None:
    labels = [node.attributes["aria-label"] for node in tree("hostile/evaluation").all("svg")]
    assert any(evil("比例") in label for label in labels)
    parts = "".join(node.text for node in tree("hostile/evaluation").all("text"))
    assert "<b>" in parts
    assert "&lt;" not in parts


def test_text_of_a_case_is_text_in_the_index(reports: Path) -> None:
    page = read(reports / "index.html")
    assert not list(page.all("b", "img"))
    assert len(list(page.all("script"))) == 1
    assert sum(evil("标题") in cell.text for cell in page.all("td")) == len(HOSTILE) + len(BARE)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_escaping_is_undone_by_a_browser(value: str) -> None:
    root = parse("".join(map(written, (Paragraph(value), Heading(value), Bullets((value,))))))
    assert [node.text for node in root.all("p", "h3", "li")] == [value] * 3


@pytest.mark.parametrize(
    ("rows", "spans"),
    [
        ([("a", "x"), ("a", "y"), ("b", "y")], [["2", "1"], ["1"], ["1", "1"]]),
        ([("a", "x"), ("a", "x"), ("b", "x")], [["2", "2"], [], ["1", "1"]]),  # not across two parents
        ([("a", "x"), ("b", "x"), ("a", "x")], [["1", "1"], ["1", "1"], ["1", "1"]]),
        ([], []),
    ],
)
def test_merged_cells(rows: list[tuple[str, str]], spans: list[list[str]]) -> None:
    columns = [
        Column("一", lambda row: row[0], 1, merge=True),
        Column("二", lambda row: row[1], 1, merge=True),
        Column("三", lambda row: "z", 2),
    ]
    body = parse(written(table_of(rows, columns))).one("tbody")
    found = [[cell.attributes.get("rowspan", "1") for cell in row.all("td")] for row in body.all("tr")]
    assert found == [[*row, "1"] for row in spans]


# ---- sentences -------------------------------------------------------------------------------------------------------


def test_sentences_of_the_evaluation(cases: dict[str, Case]) -> None:
    (card,) = scorecards([cases["qingyunpu-union-2022"]])
    bands = wording.grade_bands(card)
    assert bands.endswith(
        "90（含）至100（含）为“优”，80（含）至90为“良”，60（含）至80为“中”，0（含）至60为“差”；按取整前的总分判定。"
    )
    assert "超出预算31.1267万元" in "".join(wording.budget(card.case))


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("jiangxi-union-2020", ["江西省总工会2020年度没有评分标准可复算，所列得分为100.00分，等级为“优”。"]),
        (
            "nanchang-union-2022/headquarters",
            [
                "南昌市总工会（本级）2022年度得94.00分，等级为“优”。",
                "其中11项没有载明评分标准，沿用原文得分（共84分），未经复算；其余按评分标准计分。",
            ],
        ),
        (
            "qingyunpu-union-2022",
            [
                "青云谱区总工会2022年度得89.54分，等级为“良”；按现有评分标准最高可得98.48分。",
                "其中2项没有载明评分标准，沿用原文得分（共2分），未经复算；其余按评分标准计分。",
            ],
        ),
        ("hostile/self", [f"{evil('单位')}2022年度按评分标准计"]),
    ],
)
def test_conclusion_says_what_the_points_rest_on(tree: Page, name: str, sentences: list[str]) -> None:
    lead, *_ = (node.text for node in tree(name).of_class("lead"))
    assert [sentence for sentence in sentences if sentence not in lead] == []


def test_of_a_project_its_title_says_what_is_evaluated(cases: dict[str, Case]) -> None:
    whole = cases["qingyunpu-union-2022"]
    assert wording.scope(whole).startswith("评价对象为青云谱区总工会2022年度的支出及其绩效，")
    file = whole.file.model_copy(update={"title": "青云谱区总工会2022年度职工培训项目绩效评价报告"})
    assert wording.scope(replace(whole, file=file)).startswith("评价对象为青云谱区总工会2022年度职工培训项目的支出")


def test_points_that_the_rule_itself_cost_are_not_laid_to_the_unit(cases: dict[str, Case]) -> None:
    """By hand: 4 × 75% with every element satisfied, and 1.5 of 2 points in the highest band printed."""
    (card,) = scorecards([cases["qingyunpu-union-2022"]])
    *others, last = wording.shortfalls(card)
    assert [row.id for row in last.rows] == ["管理制度健全性（预算管理）", "固定资产利用率"]
    assert "失分不是单位的原因" in last.text
    assert "不需要单位整改；建议补全评分标准" in last.advice
    assert not any("失分不是单位的原因" in item.text for item in others)


def test_points_do_not_run_into_a_name_that_ends_with_a_digit(cases: dict[str, Case]) -> None:
    """“指标12分” would be twelve points."""
    (card,) = scorecards([cases["qingyunpu-union-2022"]])
    row = replace(losing[0], id="指标1") if (losing := wording.losing(card.rows)) else None
    assert row is not None
    points = wording.display_plain(row.lost, 2)
    assert wording.Shortfall("", "", (row,), "").points == f"失分：“指标1”{points}分。"


def test_problems_of_the_case_come_first_and_each_has_its_advice(cases: dict[str, Case]) -> None:
    """The fourth is one problem of three indicators; what none explains follows, little losses last."""
    (card,) = scorecards([cases["qingyunpu-union-2022"]])
    found = wording.shortfalls(card)
    stated = card.case.file.problems
    assert [item.advice for item in found[:4]] == [f"{problem.improvement}。" for problem in stated]
    assert [row.id for row in found[3].rows] == ["文化宫建设完成率", "文化宫竣工验收合格率", "部门工作完成及时率"]
    causes = "受疫情等影响，原计划2023年1月完工推迟到6月；尚未完成建设；受疫情等影响，文化宫未按期完工"
    assert found[3].why.endswith(f"；“部门工作完成及时率”：发现1项未及时完成。原因：{causes}。")
    assert found[3].source == "正文 641"
    assert found[4].text.startswith("“支出预算执行率”没有得满分：预算执行率＝580.8142万元÷549.6875万元")
    assert found[5].text == "少量失分的指标：“开展维权普法活动次数”（实际完成20次，目标值≥24次，完成率83.33%）。"
    assert "针对“开展维权普法活动次数”（实际完成20次，目标值≥24次，完成率83.33%），建议核实目标值" in found[5].advice
    assert found[5].full == "得满分的要求：“开展维权普法活动次数”应达到目标值≥24次（0.17分）。"
    assert found[0].full == (  # elements of the two checklists that are not met
        "得满分的要求：“绩效目标合理性”应满足②目标与职能、规划计划相关（0.8分）；"
        "“绩效指标明确性”应满足②指标值清晰、可衡量、③与年度任务数或计划数对应（2.1分）。"
    )
    lost = [row.id for row in card.rows if row.lost > 1e-9]
    named = [row.id for item in found for row in item.rows]
    assert sorted(set(lost)) == sorted(set(named) & set(lost))
    assert len(named) == len(set(named))


ADDED_UP = """
basis: [测试〔2020〕1号]
rubric: {profile: small}
indicators:
  资金: {level1: 过程, level2: 资金, weight: 20,
    standard: 发现虚增、套用的每起扣3分；验收手续欠缺的每笔扣0.5分，扣完为止}
  完成率: {level1: 产出, level2: 数量, weight: 20, actual: 103%,
    standard: "完成率为100%得满分，每低于1个百分点扣1分，每高于1个百分点扣1分"}
  培训: {weight: 20, standard: （1）培训人数达到200人得8分，否则不得分；（2）合格率≥90%得12分，每低1个百分点扣0.5分}
  目标: {weight: 40, standard: ①目标明确；②目标合理；③目标量化。各占1/3权重分,
    items: [是, 否, {met: 50%, reason: 部分没有量化}]}
facts:
  虚增、套用: {count: 0起}
  验收手续欠缺: {count: 3笔}
  培训人数达到: {actual: 210人, target: "≥200人"}
  合格率: {actual: 88%}
"""


def test_of_what_adds_up_only_what_cost_points_is_told(params: Params) -> None:
    card = score(params.case(ADDED_UP, "added-up"))
    found = {item.rows[0].id: item for item in wording.shortfalls(card)}
    assert [(found[name].text, found[name].full) for name in ("资金", "完成率", "培训", "目标")] == [
        (
            "“资金”没有得满分：发现3笔验收手续欠缺。",
            "得满分的要求：“资金”应没有验收手续欠缺的情况（1.5分）。",
        ),
        (
            "“完成率”没有得满分：实际完成103%，超过100%达3个百分点。",
            "得满分的要求：“完成率”应为100%及以下（3分）。",
        ),
        (
            "“培训”没有得满分：合格率实际完成88%，低于90%达2个百分点。",
            "得满分的要求：“培训”合格率应为90%及以上（1分）。",
        ),
        (
            "“目标”没有得满分：不满足②目标合理，部分满足③目标量化（满足50%，部分没有量化）。",
            "得满分的要求：“目标”应满足②目标合理、③目标量化（20分）。",
        ),
    ]
    told = "满足评分标准的有：①目标明确。部分满足的有：③目标量化（满足50%，部分没有量化）。不满足的有：②目标合理。"
    assert wording.analysis(card, card["目标"]).startswith(told)


SHORT = """
basis: [测试〔2020〕1号]
rubric: {profile: small}
indicators:
  随访: {level1: 产出, level2: 数量, weight: 2, rule: {kind: proportional}, target: ≥10人, actual: 9人, source: 表2 7}
  “两癌”筛查: {weight: 2, rule: {kind: proportional}, target: ≥20人, actual: 18人}
  其他: {weight: 96, rule: {kind: proportional}, target: ≥10人, actual: 10人}
"""


def test_what_is_advised_for_several_indicators_is_said_once(params: Params) -> None:
    """A name with quotation marks of its own has single ones; a source is told as the audit tells places."""
    card = score(params.case(SHORT, "short"))
    (found,) = wording.shortfalls(card)
    assert found.advice == (
        "针对“随访”（实际完成9人，目标值≥10人，完成率90%）、“‘两癌’筛查”（实际完成18人，目标值≥20人，完成率90%），"
        "建议核实目标值与工作能力是否匹配，未完成的列出补救安排和时限。"
    )
    assert "资料来源：表2第7行" in written(report.scores(card))
    assert "指标“‘两癌’筛查”：失分没有写原因（deviation）" in list(delivery.lacking(card.case))


POLICY = """
title: 某市助餐补贴政策（2021-2023年）绩效评价报告
basis: [测试〔2020〕1号, 某文]
rubric: {profile: small}
budget: {adjusted: 300万元, final: 280万元}
projects:
  - {name: 东区, note: 城区, budget: {adjusted: 200万元, received: 190万元, final: 180万元}, facts: {受益人数: 820人}}
  - {name: 西区, budget: {adjusted: 100万元, final: 100万元}}
indicators:
  检查: {level1: 过程, level2: 管理, weight: 10, standard: "每季度至少检查1次，完成目标得满分，每少1次扣0.5分",
    target: ≥12次, actual: 9次}
  投诉: {level1: 产出, level2: 质量, weight: 10, standard: "无有效投诉得满分，每发生1起扣1分，扣完为止", count: 2起}
  满意: {weight: 80, rule: {kind: self_declared}, standard: "≥95%得满分，每低1个百分点扣1分", target: ≥95%, actual: 90%,
    declared: 70, deviation: 点位偏远}
narrative: {建议: 1.把站点建到村口。}
"""


def test_a_policy_of_several_years_and_districts(params: Params) -> None:
    card = score(params.case(POLICY, "policy"))
    assert "某文｜—" in "｜".join(text for row in _basis(card).rows for text in map(str, row))
    (beside,) = [block for block in flat(report.projects(card)) if isinstance(block, Table)]
    assert [head.name for head in beside.heads] == ["名称", "全年预算数", "到位资金", "全年执行数", "受益人数", "说明"]
    assert [*map(str, beside.rows[1])] == ["西区", "100万元", "—", "100万元", "—", "—"]
    assert wording.scope(card.case).startswith(f"评价对象为{card.case.unit}2021-2023年某市助餐补贴政策的支出")
    assert wording.conclusion(card).startswith(f"{card.case.unit}2021-2023年")
    assert any("目标值“≥12次”与评分标准的1次不同" in problem.message for problem in card.case.warnings)
    assert card.explain("投诉").startswith("发现2起有效投诉，每起扣1分")
    assert "查明失分原因" not in written(report.advice(card))


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("某市助餐补贴政策（2021-2023年）绩效评价报告", "2021-2023年"),
        ("某市2021年至2023年助餐补贴政策绩效评价报告", "2021年至2023年"),
        ("某市强基工程（2021-2025年）2022年度绩效评价报告", "2022年度"),
        ("某市2022年度助餐补贴绩效评价报告", "2022年度"),
    ],
)
def test_a_report_is_of_the_years_that_its_title_tells(params: Params, title: str, period: str) -> None:
    case = params.case(POLICY.replace("某市助餐补贴政策（2021-2023年）绩效评价报告", title), "policy")
    assert case.period == period


def _basis(card: Scorecard) -> Table:
    return next(b for b in flat(report.process(card)) if isinstance(b, Table) and b.heads[0].name == "文号")


DECLARED = """
basis: [测试〔2020〕1号]
rubric: {profile: small}
indicators:
  台账: {level1: 过程, level2: 管理, weight: 60, rule: {kind: self_declared}, declared: 50, reason: 台账未建立}
  公示: {weight: 40, rule: {kind: self_declared}, declared: 30}
"""


def test_the_reason_of_points_that_are_taken_over_is_told(params: Params) -> None:
    card = score(params.case(DECLARED, "declared"))
    assert wording.analysis(card, card["台账"]).startswith("台账未建立。")
    assert [item.text for item in wording.shortfalls(card)] == [
        "“台账”没有得满分：台账未建立。",
        "“公示”没有载明评分标准，也没有说明失分原因。",
    ]
    assert wording.shortfalls(card)[0].advice.startswith("针对“台账”（台账未建立），建议")


JUDGED = """
rubric: {profile: small}
indicators:
  满意度: {level1: 满意度, level2: 满意度, weight: 60, rule: {kind: judged}, share: 100%, reason: 走访均好}
  甲: {level1: 效益, level2: 效益, weight: 20, rule: {kind: judged}, share: 50%, reason: 成效一般}
  乙: {weight: 20, rule: {kind: all_or_nothing}, met: 否, reason: 没有台账}
"""


def test_the_reason_of_a_judgement_is_no_reason_of_a_loss(params: Params) -> None:
    card = score(params.case(JUDGED, "judged"))
    assert [scored.reason(row) for row in card.rows] == ["—", "—", "没有台账"]
    assert "理由：走访均好" in card["满意度"].trace


def test_a_level_of_one_indicator_has_one_heading(params: Params) -> None:
    card = score(params.case(JUDGED, "judged"))
    found = [part.text for part in flat(scored.indicators(card)) if isinstance(part, Heading)]
    assert found == ["满意度（60分）", "效益（40分）", "甲（20分）", "乙（20分）"]


def test_sums_of_points_look_in_the_workbook_as_on_the_page(params: Params) -> None:
    book = load_workbook(io.BytesIO(excel.workbook(params.case(JUDGED, "judged"))))
    assert {cell.number_format for cell in book["分级得分"]["D"][1:]} == {"0.00"}


WITH_BONUS = """
basis: [测试〔2020〕1号]
rubric: {profile: small}
indicators:
  培训场次: {level1: 产出, level2: 数量, weight: 60, rule: {kind: proportional}, target: ≥10场, actual: 9场}
  示范创建: {level1: 产出, level2: 数量, bonus: 3, standard: 每获得1项省级表彰加2分, actual: 1项}
  满意度: {level1: 效益, level2: 满意度, weight: 40, rule: {kind: proportional}, target: ≥90%, actual: 95%}
"""


def test_a_block_with_a_bonus_has_one_score_rate_throughout(params: Params) -> None:
    """By hand: 60 × 9/10 = 54 of 60 is 90%; with the two points of the bonus it would be 93.33%."""
    card = score(params.case(WITH_BONUS, "with-bonus"))
    rate = "得56分，含加分2分，此外得分率90.00%"
    assert rate.replace("，含", "（含") in wording.by_block(card)
    assert rate in wording.block_result([row for row in card.rows if row.level1 == "产出"], detailed=False)
    assert [f"{row.score_rate:.2%}" for row in card.level_rows if row.level1 == "产出"] == ["90.00%", "90.00%"]


def test_an_indicator_is_told_as_the_profession_tells_it(cases: dict[str, Case]) -> None:
    """By hand from the case: elements with their reasons, the points as 权重分, what was typed."""
    (card,) = scorecards([cases["qingyunpu-union-2022"]])
    told = wording.analysis(card, card["绩效指标明确性"])
    assert told == (
        "满足评分标准的有：①目标细化为具体指标（目标已细化为指标）。不满足的有：②指标值清晰、可衡量（指标不完善、"
        "不清晰，效益指标单一）；③与年度任务数或计划数对应（年初计划的工作没有体现）。"
        "依据评分标准，该项指标得30%权重分0.9分。"
    )
    assert "依据评分标准，该项指标得83.33%权重分0.8333分。" in wording.analysis(card, card["开展维权普法活动次数"])
    assert "原报告没有载明评分标准，沿用原报告得分1分。" in wording.analysis(card, card["在职人员控制率"])
    bought = wording.analysis(card, card["政府采购节支率"])
    assert bought.endswith("偏差原因：采购项目按实际工作安排节约成本。改进措施：细化采购预算编制，应采尽采。")
    for row in card.rows:
        assert row.score != row.score or f"{row.score:.4f}".rstrip("0").rstrip(".") in wording.analysis(card, row)


def test_sentences_of_the_monitoring(cases: dict[str, Case]) -> None:
    sentences = wording.monitoring(monitor(cases["qingyunpu-union-2023-monitoring"]))
    assert sentences[0] == "有对比数据的指标中，绿灯17项，红灯2项，蓝灯4项；资金进度红灯。"
    assert "慢55.88个百分点，超过10个百分点的警戒线" in sentences[1]
    assert "超出预算12.0368万元" in sentences[2]
    assert "上解上级工会经费工作完成率、下拨基层工会经费工作完成率" in sentences[3]


def test_no_chart_without_something_to_show(cases: dict[str, Case]) -> None:
    cards = {card.case.id: card for card in scorecards(cases.values())}
    assert not charts.lost_points(cards["jiangxi-union-2020"])  # nothing lost
    assert not charts.unit_scores([cards["nanchang-union-2022/workers-university"]])  # nothing scored
    assert charts.budget_stages(cases["nanchang-union-2022/service-centre"])
