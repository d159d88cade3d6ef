"""Blocks: writers read back what was written, a column is one line, chapters are counted, names are names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree import Node, parse

from perfkit import Case, PerfkitError, load_case, monitor, report, score
from perfkit.report import blocks, html
from perfkit.report.blocks import (
    Chapter,
    Column,
    Group,
    Heading,
    Paragraph,
    Span,
    Table,
    chapter,
    group,
    section,
    table,
)

TEXT = st.text(max_size=20)
CELLS = TEXT | st.builds(Span, TEXT, light=st.sampled_from(["", "red"]), href=TEXT)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 4))
    heads = st.builds(blocks.Head, TEXT, st.floats(1, 100), st.booleans(), st.booleans())
    row = st.lists(CELLS, min_size=width, max_size=width).map(tuple)
    rows = draw(st.lists(row, max_size=5).map(tuple))
    return Table(tuple(draw(heads) for _ in range(width)), rows, draw(row | st.just(())))


SIMPLE = (
    st.builds(Heading, TEXT, st.integers(1, 4))
    | st.builds(Paragraph, TEXT, st.sampled_from(["", "lead"]))
    | st.builds(blocks.Note, TEXT)
    | st.builds(blocks.Bullets, st.lists(TEXT).map(tuple))
    | st.builds(blocks.Chart, TEXT, TEXT, TEXT)
    | tables()
)
TREES = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        .map(tuple)
        .flatmap(lambda parts: st.builds(Chapter, TEXT, st.just(parts), st.booleans()) | st.just(Group(parts)))
    ),
    max_leaves=5,
)


@pytest.mark.slow
@given(TREES)
def test_what_is_read_back_is_what_was_written(block: blocks.Block) -> None:
    bundle = block._repr_mimebundle_()
    assert blocks.from_data(json.loads(json.dumps(bundle[blocks.MIME]))) == block


@given(tables())
def test_text_of_a_table_is_shown_as_it_is(block: Table) -> None:
    page = parse(html.written(block))
    shown = [cell.text for cell in page.one("table").all("th", "td")]
    covered = {(i, c) for i, row in enumerate(block.spans()) for c, span in enumerate(row) if not span}
    cells = [cell for i, row in enumerate(block.rows) for c, cell in enumerate(row) if (i, c) not in covered]
    texts = [cell.text if isinstance(cell, Span) else cell for cell in (*cells, *block.total)]
    expected = (*(head.name for head in block.heads), *texts)
    assert shown == [text.replace("\r\n", "\n").replace("\r", "\n") for text in expected]


# ---- tables ----------------------------------------------------------------------------------------------------------


def test_a_column_is_one_line() -> None:
    columns = [
        Column("名称", lambda row: row["name"], 3, total="合计"),
        Column("数", lambda row: row["n"], 1, number=True, total=3),
    ]
    rows = [{"name": "甲", "n": 1}, {"name": "乙", "n": 2}]
    found = table(rows, columns)
    assert found.rows == (("甲", "1"), ("乙", "2"))
    assert found.total == ("合计", "3")
    wider = table(rows, [*columns, Column("新", lambda row: row["n"] * 10, 1)])
    assert [head.name for head in wider.heads] == ["名称", "数", "新"]
    assert wider.rows == (("甲", "1", "10"), ("乙", "2", "20"))
    assert wider.total == ("合计", "3", "")


def test_a_table_without_rows_leaves_no_heading_behind() -> None:
    assert not section("标题", table([], [Column("名称", str, 1)]))
    assert not group("", group(), blocks.Bullets(()))
    assert not chapter("章", section("标题", blocks.Bullets(())))


# ---- chapters --------------------------------------------------------------------------------------------------------

TWENTY_ONE = "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十 二十一".split()  # noqa: SIM905


@pytest.mark.parametrize(
    ("titles", "numbers"),
    [
        (["概况", "结论", "附表　得分"], ["一、", "二、", ""]),
        (["附件1", "概况"], ["附件　", ""]),  # one chapter alone has no number
        (["声明", "概况", "附件　甲", "结论", "附件　乙"], ["", "一、", "附件1　", "二、", "附件2　"]),
        (["数据核验"], [""]),
        (["章"] * 21, [f"{n}、" for n in TWENTY_ONE]),
    ],
)
def test_numbers_of_chapters(titles: list[str], numbers: list[str]) -> None:
    assert list(blocks.chapter_numbers(titles)) == numbers


def headings(page: Node) -> list[str]:
    return [node.text for node in page.all("h2") if "nav" not in node.parents]


def test_a_number_that_was_typed_gives_way_to_the_counted_one() -> None:
    """Chapters that somebody inserts as Markdown count like those of the template."""
    body = (
        html.written(chapter("概况", "甲"))
        + "<h2>五、<em>补充</em></h2><p>乙</p>"
        + html.written(chapter("结论", "丙"))
    )
    page = parse(html.page(body, "报告"))
    assert headings(page) == ["一、概况", "二、补充", "三、结论"]
    assert [link.text for link in page.all("a")] == ["一、概况", "二、补充", "三、结论"]


@pytest.mark.parametrize("title", ["一级指标得分", "二〇二二年情况", "十项工作"])
def test_a_title_that_begins_with_a_numeral_keeps_it(title: str) -> None:
    page = parse(html.page(group(chapter(title, "甲"), chapter("结论", "乙")), "报告"))
    assert headings(page)[0] == f"一、{title}"


# ---- names of a case -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["完成率$1%至$2%", r"A\B\g<1>", "a_b^c", "<g>&amp;", "{x}", r"\frac{1}{2}"])
def test_names_in_charts_are_names(tmp_path: Path, repo: Path, name: str) -> None:
    case = tmp_path / "case.yaml"
    rubric: dict[str, Any] = {
        "title": "体系",
        "profile": "national-self-2020",
        "indicators": [
            {"level1": "产出", "level2": name, "name": name, "weight": 100, "rule": {"kind": "proportional"}}
        ],
    }
    facts = {name: {"target": "≥10次", "actual": "7次"}}
    head = {"kind": "self_evaluation", "unit": {"name": "某单位"}, "year": 2022}
    case.write_text(json.dumps(head | {"rubric": rubric, "facts": facts}, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "params").symlink_to(repo / "params")
    card = score(load_case(case))
    for chart in (report.lost_points(card), report.score_rates(card)):
        page = parse(html.written(chart))
        assert name in "".join(node.text for node in page.all("text"))
        assert not [node for group_ in page.all("g") for node in group_.all("path") if "text_" in str(node.parents)]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("2022年度部门整体支出绩效自评", "某单位2022年度部门整体支出绩效自评"),
        ("二〇二二年度绩效自评", "某单位二〇二二年度绩效自评"),
        ("2022年某单位绩效自评", "2022年某单位绩效自评"),
        ("关于市总工会2022年度绩效自评的报告", "关于市总工会2022年度绩效自评的报告"),
        ("", "某单位"),
    ],
)
def test_title(tmp_path: Path, repo: Path, title: str, shown: str) -> None:
    heading, _ = report.title(small_case(tmp_path, repo, title=title)).parts
    assert heading == Heading(shown, 1)


def test_assets_are_shown_as_far_as_they_are_known(tmp_path: Path, repo: Path) -> None:
    case = small_case(tmp_path, repo, assets={"closing": {"gross": "21万元", "net": "9万元"}})
    (shown,) = (part for part in blocks.flat(report.assets(case)) if isinstance(part, Table))
    assert [head.name for head in shown.heads] == ["项目", "年末"]
    assert shown.rows == (("固定资产原值", "21万元"), ("固定资产净值", "9万元"))


def small_case(folder: Path, repo: Path, **more: Any) -> Case:
    """A case of one indicator, and what else it says."""
    file = folder / "case.yaml"
    rubric = {"title": "t", "profile": "national-self-2020", "indicators": [
        {"level1": "a", "level2": "b", "name": "c", "weight": 100, "rule": {"kind": "proportional"}}]}  # fmt: skip
    facts = {"c": {"target": "≥1次", "actual": "1次"}}
    head = {"kind": "self_evaluation", "unit": {"name": "某单位"}, "year": 2022, **more}
    file.write_text(json.dumps(head | {"rubric": rubric, "facts": facts}, ensure_ascii=False), encoding="utf-8")
    (folder / "params").symlink_to(repo / "params")
    return load_case(file)


# ---- the namespace ---------------------------------------------------------------------------------------------------


def test_functions_take_a_card_or_its_case(repo: Path) -> None:
    case = load_case(repo / "params" / "cases" / "qingyunpu-union-2022.yaml")
    card = score(case)
    names = """title overview staff assets budget process rubric conclusion levels grades scores problems advice audit
    appendix provenance form budget_stages score_rates lost_points""".split()  # noqa: SIM905
    for name in names:
        found = getattr(report, name)(card)
        assert found
        assert html.written(found) == html.written(getattr(report, name)(case)), name


def test_functions_take_a_monitor_or_its_case(repo: Path) -> None:

    case = load_case(repo / "params" / "cases" / "qingyunpu-union-2023-monitoring.yaml")
    for name in ("title", "goals", "money", "comparison", "deviations", "progress", "problems", "audit", "provenance"):
        assert getattr(report, name)(monitor(case)) == getattr(report, name)(case), name
    with pytest.raises(PerfkitError, match="没有评分"):
        report.scores(case)


def test_a_department_is_asked_with_its_case_or_the_cards_of_its_units(repo: Path) -> None:
    from perfkit.scoring.scorecard import scorecards

    case = load_case(repo / "params" / "cases" / "nanchang-union-2022" / "department.yaml")
    for name in ("units", "unit_scores", "scores", "conclusion"):
        assert getattr(report, name)(case) == getattr(report, name)(scorecards(case.units)), name
    with pytest.raises(PerfkitError, match="一个案例"):
        report.budget(scorecards(case.units))


def test_completion_offers_the_functions_only() -> None:
    offered = set(dir(report))
    assert {"chapter", "scores", "budget_stages", "Column", "table"} <= offered
    assert not {"fonts", "blocks", "charts", "html", "wording"} & offered
    assert all(callable(getattr(report, name)) for name in offered)


@pytest.mark.slow
@pytest.mark.parametrize("first", ["perfkit", "matplotlib"])
def test_importing_the_reports_gives_matplotlib_a_chinese_font(first: str) -> None:
    """In a process of its own, whichever is imported first; it does not bring Matplotlib, styles keep the font."""
    script = f"""
import sys, warnings
{"import matplotlib.pyplot" if first == "matplotlib" else ""}
from perfkit import report
assert {first == "matplotlib"} is ("matplotlib" in sys.modules)
warnings.simplefilter("error")
import logging, matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
logging.getLogger("matplotlib").addHandler(handler := logging.StreamHandler(sys.stdout))
plt.rcParams["font.sans-serif"] = ["SimHei"]  # as many a tutorial says
for style in (None, "default", "ggplot", "seaborn-v0_8"):
    if style:
        plt.style.use(style)
    plt.figure()
    plt.bar(["甲", "乙"], [1, -2])
    plt.title("中文标题", fontweight="bold")
    plt.gcf().canvas.draw()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


MONITORED = """
kind: monitoring
unit: {name: 某馆}
year: 2024
profile: monitoring-default
project: {name: 某项目, start: 2024-01-01, end: 2024-12-31}
node: 2024-09-30
budget: {adjusted: 100万元, final: 60万元}
goals:
  - {name: 访问, level1: 效益, level2: 社会效益, compared: {annual: ≥20万人次, stage: 15万人次, actual: 6.8万人次}}
  - {name: 采购, level1: 产出, level2: 数量, compared: {annual: ≥15台, stage: 9台, actual: 9台, forecast: 15台}}
"""


def test_slips_of_a_newcomer_end_in_one_sentence() -> None:
    with pytest.raises(AttributeError, match="没有“overwiew”；是否想写“overview”？") as caught:
        report.overwiew  # type: ignore[attr-defined]  # noqa: B018
    assert isinstance(caught.value, PerfkitError)  # which shows no lines of perfkit
    with pytest.raises(PerfkitError, match="各列写成 report.Column"):
        report.table([1], ["名称"])  # type: ignore[list-item]
    with pytest.raises(PerfkitError, match="先写这一章的标题"):
        report.chapter(report.group("一段"))  # type: ignore[arg-type]


def test_a_pace_is_no_word_of_the_unit_and_what_is_not_known_has_no_table(tmp_path: Path) -> None:
    """By hand: 6.8 ÷ 9 × 12 = 9.07, 60 ÷ 9 × 12 = 80; neither declared nor revised goals are in the case."""
    path = tmp_path / "cases" / "某馆.yaml"
    path.parent.mkdir()
    path.write_text(MONITORED, encoding="utf-8")
    state = monitor(path)
    assert not report.goals(state)
    rows = [row for block in blocks.flat(report.form(state)) if isinstance(block, Table) for row in block.rows]
    texts = {str(cell) for row in rows for cell in row}
    assert {"9.07万人次（推算）", "15台", "80万元（推算）"} <= texts
