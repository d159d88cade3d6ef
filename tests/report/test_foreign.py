"""What a consultant adds to a report stays in it, where it was made: every kind of output, by a real kernel.

And what must not: scripts, addresses outside the notebook, warnings. The notebook is run by plain papermill.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from ordinary import PAPERMILL
from tree import Node, parse

from perfkit.report import foreign
from perfkit.report.blocks import MIME
from perfkit.report.html import render

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
TRIANGLE = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='20'><path d='M0 0L9 9L0 9z'/></svg>"
CELLS: dict[str, str] = {
    "首格": "from IPython.display import HTML, SVG, Image, Javascript, Markdown, Math, display\n"
    "import base64, sys, warnings\nimport pandas as pd\nimport matplotlib.pyplot as plt\nfrom perfkit import report",
    "图": "plt.bar(['甲', '乙'], [1, -2]); plt.title('中文标题', fontweight='bold'); plt.show()",
    "魑": "plt.figure(figsize=(1, 1)); plt.axis('off'); plt.text(0, 0, '魑', fontsize=40); plt.show()",
    "魅": "plt.figure(figsize=(1, 1)); plt.axis('off'); plt.text(0, 0, '魅', fontsize=40); plt.show()",
    "矢量图": "%config InlineBackend.figure_formats = ['svg']\nplt.rcParams['svg.fonttype'] = 'none'\n"
    "plt.bar(['丙', '丁'], [1, -2]); plt.title('魍魉'); plt.show()",
    "矢量图二": "plt.plot([1, 2]); plt.title('魍魉'); plt.show()",
    "JPEG": f"display(Image(base64.b64decode('{PIXEL}'), format='jpeg'))",
    "SVG": f'SVG("{TRIANGLE}")',
    "文字": "display(Markdown('一段*文字*与[链接](https://example.org/)'))",
    "公式": r"Math('\\frac{a}{b}<1')",
    "表": "pd.DataFrame({f'列{i}': [1.5, 2] for i in range(12)} | {'<b>列</b>': ['<i>', '长' * 60]})",
    "可排序的表": "from perfkit.tables import frame_of\nframe_of([(i, 'x') for i in range(20)], ['rank', 'unit'])",
    "样式表": "pd.DataFrame({'甲': [1, 2]}).style.highlight_max(color='rgb(1, 2, 3)')",
    "印出": "print('印出的<字>', '\\x1b[31m红\\x1b[0m'); print('10%\\r100%')",
    "网页对象": "class A:\n    def _repr_html_(self): return '<em>自己的</em>'\nA()",
    "矢量对象": f'class B:\n    def _repr_svg_(self): return "{TRIANGLE}"\nB()',
    "图像对象": f"class C:\n    def _repr_png_(self): return base64.b64decode('{PIXEL}')\nC()",
    "警告": "warnings.warn('旧写法'); print('另一句', file=sys.stderr); print('照常')",
    "小部件": "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'x'}, 'text/plain': 'W()'}, raw=True)",
    "脚本": "Javascript('alert(1)')",
    "不认识": "display({'application/x-unknown': 'z', 'text/plain': 'zzz'}, raw=True)",
    "带脚本的网页": "HTML('<p onclick=\"x()\">留下的</p><script>alert(2)</script>')",
    "后备": f"display({{'text/html': '<script>draw()</script>', 'image/png': '{PIXEL}'}}, raw=True)",
    "章": "report.chapter('代码写的一章', '一句<话>', report.table([(1, 2)], "
    "[report.Column('甲', lambda r: r[0], 1), report.Column('乙', lambda r: r[1], 2, number=True)]))",
}
"""Name of a section → the code below its heading."""
TEXT = (
    "## 七、补充分析\n\n**粗**字，$x^2$，![外](https://example.org/a.png) ![附](attachment:a.png)"
    "<script>alert(3)</script>\n\n"
    "| 项 | 数 |\n|---|---|\n| 一 | 2 |\n"
)


class Result(NamedTuple):
    """A page, its notes, and the number of the cell below each heading."""

    markup: str
    page: Node
    notes: list[str]
    numbers: dict[str, int]
    notebook: Any

    def section(self, name: str) -> Node:
        """What stands between a heading and the next one."""
        parts = iter(self.page.one("main").content)
        for part in parts:
            if isinstance(part, Node) and part.tag == "h3" and part.text == name:
                break
        found = Node("section", {})
        for part in parts:
            if isinstance(part, Node) and part.tag in ("h2", "h3"):
                break
            found.content.append(part)
        return found

    def said(self, name: str) -> list[str]:
        """The notes on the cell below a heading."""
        start = f"第{self.numbers[name]}格"
        return [note.removeprefix(start) for note in self.notes if re.match(rf"{start}\D", note)]


@pytest.fixture(scope="module", params=[pytest.param("an ordinary kernel", marks=pytest.mark.slow)])
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("foreign")
    cells = [new_markdown_cell("# 报告"), new_markdown_cell(TEXT, attachments={"a.png": {"image/png": PIXEL}})]
    for name, code in CELLS.items():
        cells += [new_markdown_cell(f"### {name}"), new_code_cell(code)]
    cells.append(new_markdown_cell("## 附表　清单\n\n完"))
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), folder / "in.ipynb")
    done = subprocess.run(
        [*PAPERMILL, "in.ipynb", "out.ipynb", "--no-progress-bar"],
        cwd=folder,
        env={**os.environ, "IPYTHONDIR": str(folder / "ipython")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    notebook = nbformat.read(folder / "out.ipynb", as_version=4)
    markup, notes = render(notebook, "报告")
    numbers = {
        cell["source"].removeprefix("### "): number + 1
        for number, cell in enumerate(notebook["cells"], start=1)
        if cell["cell_type"] == "markdown"
    }
    return Result(markup, parse(markup), notes, numbers, notebook)


# ---- what stays ------------------------------------------------------------------------------------------------------


def pictures(node: Node) -> list[str]:
    return [image.attributes["src"] for image in node.all("img")]


def test_pictures_stand_where_they_were_made(result: Result) -> None:
    for name, kind in {"图": "png", "JPEG": "jpeg", "图像对象": "png", "后备": "png"}.items():
        (source,) = pictures(result.section(name))
        assert source.startswith(f"data:image/{kind};base64,")
    for name in ("SVG", "矢量对象"):
        assert result.section(name).one("path").attributes["d"] == "M0 0L9 9L0 9z"


def test_figures_of_matplotlib_show_chinese_without_a_warning(result: Result) -> None:
    """Two characters that are drawn alike would be two boxes for missing glyphs."""
    one, other = (pictures(result.section(name)) for name in ("魑", "魅"))
    assert len(one) == len(other) == 1
    assert one != other
    assert not [note for name in ("图", "魑", "魅", "矢量图", "矢量图二") for note in result.said(name)]


def test_text_in_a_drawing_has_its_glyphs_in_the_page(result: Result) -> None:
    texts = "".join(node.text for node in result.section("矢量图").all("text"))
    assert "魍魉" in texts
    assert "丙" in texts
    assert "\u2212" not in texts  # no minus sign that a font may lack
    assert "@font-face" in result.page.one("head").one("style").raw


def test_ids_of_two_figures_differ(result: Result) -> None:
    one, other = (
        {node.attributes["id"] for node in result.section(name).all() if "id" in node.attributes}
        for name in ("矢量图", "矢量图二")
    )
    assert one
    assert other
    assert not one & other


def test_markdown(result: Result) -> None:
    shown = result.section("文字")
    assert shown.one("em").text == "文字"
    assert shown.one("a").attributes["href"] == "https://example.org/"
    main = result.page.one("main")
    assert "$x^2$" in main.text
    assert [node.text for node in main.all("strong")] == ["粗"]
    assert ["项", "数"] in [[cell.text for cell in table.all("th")] for table in main.all("table")]
    assert f"data:image/png;base64,{PIXEL}" in pictures(main)


def test_formula_is_text(result: Result) -> None:
    assert r"\frac{a}{b}<1" in result.section("公式").one("pre").text


def test_tables_of_pandas(result: Result) -> None:
    frame = result.section("表").one("table")
    assert [cell.text for cell in frame.one("thead").all("th")][1:] == [*(f"列{i}" for i in range(12)), "<b>列</b>"]
    assert not list(frame.all("b", "i"))
    styled = result.section("样式表")
    assert [cell.text for cell in styled.all("td")] == ["1", "2"]
    (target,) = [cell.attributes["id"] for cell in styled.all("td") if cell.text == "2"]
    assert re.search(rf"#{target}\b[^}}]*background-color: rgb\(1, 2, 3\)", styled.one("style").raw)


def test_printed_text(result: Result) -> None:
    assert result.section("印出").one("pre").text == "印出的<字> 红\n100%\n"
    assert result.section("警告").text.strip() == "照常"


def test_objects_of_any_library(result: Result) -> None:
    assert result.section("网页对象").one("em").text == "自己的"


def test_blocks_of_perfkit_are_written_from_their_data(result: Result) -> None:
    (cell,) = [cell for cell in result.notebook["cells"] if "report.chapter" in cell["source"]]
    (output,) = cell["outputs"]
    assert output["data"][MIME]["title"] == "代码写的一章"
    output["data"]["text/html"] = "<p>改过</p>"
    markup, _ = render({"cells": [cell]}, "")
    page = parse(markup)
    assert [node.text for node in page.all("p", "td")] == ["一句<话>", "1", "2"]
    output["data"][MIME]["kind"] = "Unknown"  # of another version
    markup, _ = render({"cells": [cell]}, "")
    assert [node.text for node in parse(markup).all("p", "td")] == ["改过"]


def test_chapters_are_counted(result: Result) -> None:
    chapters = [node.text for node in result.page.all("h2") if "nav" not in node.parents]
    assert chapters == ["一、补充分析", "二、代码写的一章", "附表　清单"]


# ---- what does not ---------------------------------------------------------------------------------------------------


def test_what_cannot_be_shown_is_named(result: Result) -> None:
    assert result.said("小部件") == ["：小部件（ipywidgets）不能在页面上显示"]
    assert result.said("脚本") == ["：JavaScript 脚本不能在页面上显示"]
    assert result.said("不认识") == ["：application/x-unknown 不能在页面上显示"]
    for name in ("小部件", "脚本", "不认识"):
        assert result.section(name).text.strip() == ""
    assert result.said("带脚本的网页") == ["：网页里的脚本或嵌入内容不能在页面上显示"]
    assert result.section("带脚本的网页").one("p").text == "留下的"


def test_standard_error_is_named_and_not_shown(result: Result) -> None:
    (sentence,) = result.said("警告")
    assert re.fullmatch(r"的标准错误：.*UserWarning: 旧写法.*", sentence)
    assert "旧写法" not in result.markup
    assert "另一句" not in result.markup


def test_what_lies_outside_is_named(result: Result) -> None:
    (sentence,) = [note for note in result.notes if "example.org" in note]
    assert sentence.startswith("第2格：图片“https://example.org/a.png”在报告之外")


def test_nothing_else_is_named(result: Result) -> None:
    quiet = set(CELLS) - {"警告", "小部件", "脚本", "不认识", "带脚本的网页", "后备"}
    assert {name: result.said(name) for name in quiet if result.said(name)} == {}


def active(page: Node) -> Iterator[str]:
    """Everything in a page that would run or fetch."""
    for node in page.all():
        if node.tag in (
            "script",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "meta",
            "form",
            "foreignObject",
            "animate",
        ):
            yield node.tag
        for name, value in node.attributes.items():
            plain = re.sub(r"[\s\0]", "", value).lower()
            if name.startswith("on") or plain.startswith(("javascript:", "vbscript:", "data:text")):
                yield f"{name}={value}"
            if name in ("src", "href", "xlink:href") and node.tag != "a" and not plain.startswith(("data:image/", "#")):
                yield f"{name}={value}"
            said = name in ("title", "alt", "aria-label")  # to be read, never to be fetched
            if not said and re.search(r"url\((?![\"']?#)|@import|expression\(", plain):
                yield f"{name}={value}"
        if node.tag == "style" and re.search(r"url\((?!#)|@import", node.raw):
            yield node.raw


def test_nothing_runs_and_nothing_is_fetched(result: Result) -> None:
    assert list(active(result.page.one("main"))) == []


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x /></svg>",
    "<svg><foreignObject><body onload=alert(1)></foreignObject></svg>",
    "<svg><use href='http://a/b.svg#c'/><image href='http://a/b.png'/></svg>",
    "<svg><style>@import 'http://a/b'</style><path fill=\"url('http://a/b#c')\"/></svg>",
    "<svg><style><![CDATA[ </style><script>alert(1)</script> ]]></style></svg>",
    "<a href=' java\nscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<p style='background:url(http://a/b)'>x</p>",
    "<p style='background:u\\72l(http://a/b)'>x</p>",
    "<style>p{background:u\\72 l(http://a/b)}</style>x",
    "<style>p{background:url( http://a/b )}</style>x",
    "<link rel=stylesheet href=http://a/b>x",
    "<meta http-equiv=refresh content='0;url=http://a'>x",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>x",
    "<form action=http://a><input name=b></form>x",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<body background=http://a/b><table background=http://a/c><tr><td>x",
    "<img srcset='http://a/b 1x' src='data:image/svg+xml;base64,AAAA'>",
]


@pytest.mark.parametrize("markup", HOSTILE)
@pytest.mark.parametrize("mime", ["text/html", "text/markdown", "image/svg+xml"])
def test_hostile_markup(markup: str, mime: str) -> None:
    said: list[str] = []
    shown = foreign.shown({"output_type": "display_data", "data": {mime: markup}}, said)
    assert list(active(parse(shown))) == []


@example(["<svg", " title=", " )}", "'background:url(http://a/b)", ">"])
@given(
    st.lists(
        st.sampled_from(sorted({part for text in HOSTILE for part in re.split(r"(?=[<>'\" ])", text)})), max_size=12
    )
)
def test_hostile_pieces(parts: list[str]) -> None:
    for mime in ("text/html", "image/svg+xml"):
        shown = foreign.shown({"output_type": "display_data", "data": {mime: "<svg>" + "".join(parts)}}, [])
        assert list(active(parse(shown))) == []


@pytest.mark.parametrize("data", ['AAAA" onerror=alert(1) x="', "<svg>", ""])
def test_a_picture_that_is_none_is_left_out(data: str) -> None:
    output = {"output_type": "display_data", "data": {"image/png": data, "text/plain": "x"}}
    assert foreign.shown(output, []) == ""


def test_a_long_line_of_standard_error_is_shortened() -> None:
    said: list[str] = []
    outputs = [{"output_type": "stream", "name": "stderr", "text": text} for text in ("\n\n" + "x" * 500, "y")]
    assert [foreign.shown(output, said) for output in outputs] == ["", ""]
    assert said == ["的标准错误：" + "x" * 119 + "…"]
