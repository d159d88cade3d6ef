"""The pages in a real browser: as wide as the sheet, and charts with Chinese text on a machine without fonts."""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from matplotlib.image import imread
from tree import read

from perfkit.report import html
from perfkit.report.blocks import Column, table

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (extra dev)")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(
        not (BROWSER and DRIVER),
        reason="no chromium with its driver on this machine (Debian: apt-get install chromium chromium-driver); "
        "pages were not looked at",
    ),
]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
TIMEOUT = 60
A4 = (595, 842)  # points
SHEET = 794  # CSS pixels: 210 mm
MARGIN = 50  # CSS pixels of the 14 mm at the right of the page that have to stay empty
UNSHRUNK = 300 / 96  # chromium's PDF has 300 units an inch; it shrinks a page that is too wide
PRINTED = ["qingyunpu-union-2022", "qingyunpu-union-2023-monitoring", "hostile/evaluation"]

Pixels = npt.NDArray[np.float32]


class Browser:
    """A chromium that shows one page after the other."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        driver.set_page_load_timeout(TIMEOUT)

    def screenshot(self, page: Path, height: int) -> Pixels:
        """The page at the width of an A4 sheet; shape (height, width, 3), 1 is white."""
        size = {"width": SHEET, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.get(page.as_uri())  # before the window changes: Chromium 150 may lose the page it is about to leave
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        pixels: Pixels = imread(io.BytesIO(base64.b64decode(taken["data"])), "png")[:, :, :3]
        assert pixels.shape[:2] == (height, SHEET)
        return pixels

    def printed(self, page: Path) -> bytes:
        """The PDF of a page, on the sheets that its style asks for."""
        self.driver.get(page.as_uri())
        options = {"printBackground": True, "preferCSSPageSize": True, "displayHeaderFooter": False}
        made = self.waiting().until(lambda driver: driver.execute_cdp_cmd("Page.printToPDF", options))
        return base64.b64decode(made["data"])

    def title(self, page: Path) -> str:
        """The title that a script of a page, or of a frame in it, gives it; that may come after the page is loaded."""
        self.driver.get(page.as_uri())
        return str(self.waiting().until(lambda driver: driver.title))

    def waiting(self) -> Any:
        """Tries again what Chromium could not do yet: on a busy machine it may be too early to print a page."""
        from selenium.common.exceptions import WebDriverException
        from selenium.webdriver.support.wait import WebDriverWait

        return WebDriverWait(self.driver, TIMEOUT, poll_frequency=0.05, ignored_exceptions=[WebDriverException])


@contextmanager
def started(folder: Path, **environment: str) -> Iterator[Browser]:
    """A chromium with a profile of its own, of which nothing is left running."""
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    inner = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), **environment}
    driver = webdriver.Chrome(options=options, service=Service(DRIVER, env=inner))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The one browser of all tests that need no other fonts."""
    with started(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of every page of a PDF, in whole points."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def scales(pdf: bytes) -> list[float]:
    """How much every page of a PDF is scaled: the second matrix of its drawing, below the one of the sheet."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            drawing = zlib.decompress(stream)
        except zlib.error:
            continue
        match = re.match(rb"\.24\d* 0 0 -\.24\d* |\.23999\d* 0 0 -\.23999\d* ", drawing)
        if match:
            second = re.search(rb"\n([\d.]+) 0 0 \1 [\d.]+ [\d.]+ cm", drawing)
            assert second, drawing[:200]
            found.append(float(second[1]))
    return found


def plain_page(file: Path, body: str, style: str = "") -> Path:
    file.write_text(f'<!DOCTYPE html><html><meta charset="utf-8"><style>{style}</style>{body}</html>', encoding="utf-8")
    return file


# ---- as wide as the sheet --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRINTED)
def test_printed_page_is_not_shrunk(browser: Browser, reports: Path, name: str) -> None:
    page = reports / name / "report.html"
    pdf = browser.printed(page)
    sizes = sheets(pdf)
    assert set(sizes) <= {A4, A4[::-1]}
    assert len(sizes) >= 3
    assert (A4[::-1] in sizes) is bool(read(page).of_class("wide")), "the wide table stands on landscape sheets"
    found = scales(pdf)
    assert len(found) == len(sizes)
    assert found == pytest.approx([UNSHRUNK] * len(found), rel=1e-3)


def test_a_page_that_is_too_wide_would_be_found(browser: Browser, tmp_path: Path) -> None:
    page = plain_page(tmp_path / "wide.html", '<div style="width:1200px;background:#333">x</div>', "@page{size:A4}")
    pdf = browser.printed(page)
    assert sheets(pdf) == [A4]
    assert max(scales(pdf)) < 0.95 * UNSHRUNK
    pixels = browser.screenshot(page, 200)
    assert pixels[:, -MARGIN:].min() < 0.5


def test_long_groups_begin_below_their_heading(browser: Browser, tmp_path: Path) -> None:
    """Half a sheet of text, then two groups of more than half: two sheets when cut, three when each is kept whole."""
    columns = [
        Column("一级指标", lambda row: row, 30, merge=True),
        Column("评分标准", lambda row: "一\n二\n三\n四", 70),
    ]
    groups = html.written(table([block for block in ("产出", "效益") for _ in range(6)], columns))
    body = f'<h1>报告</h1><div style="height:120mm"></div><h3>指标体系</h3><p>说明</p>{groups}'
    page = tmp_path / "groups.html"
    page.write_text(html.page(body, "报告"), encoding="utf-8")
    assert sheets(browser.printed(page)) == [A4, A4]


@pytest.mark.parametrize(
    ("name", "height"),
    [
        ("qingyunpu-union-2022", 12_000),
        ("qingyunpu-union-2023-monitoring", 6_000),
        ("hostile/evaluation", 6_000),
        ("index", 1_200),
    ],
)
def test_nothing_reaches_into_the_margin(browser: Browser, reports: Path, name: str, height: int) -> None:
    page = reports / "index.html" if name == "index" else reports / name / "report.html"
    pixels = browser.screenshot(page, height)
    written = (pixels < 0.9).any(axis=2)
    assert written.mean() > 0.005, "the page is empty"
    assert not written[:, -MARGIN:].any(), f"ink beside the text at row {np.argmax(written[:, -MARGIN:].any(axis=1))}"
    assert not written[:, :MARGIN].any()


# ---- Chinese without fonts -------------------------------------------------------------------------------------------

CELL = 60
NO_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


@pytest.fixture
def no_fonts(tmp_path: Path) -> dict[str, str]:
    """An environment in which fontconfig finds one font, without Chinese (with none at all Chromium draws no text)."""
    (tmp_path / "fonts").mkdir()
    latin = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    shutil.copy(latin, tmp_path / "fonts")
    config = tmp_path / "fonts.conf"
    config.write_text(NO_FONTS.format(folder=tmp_path), encoding="utf-8")
    return {"FONTCONFIG_FILE": str(config)}


def test_charts_show_chinese_without_any_font(reports: Path, tmp_path: Path, no_fonts: dict[str, str]) -> None:
    """The chart of a report alone, below a row of its characters one by one: with its font and without."""
    page = reports / "qingyunpu-union-2022" / "report.html"
    style = read(page).one("head").one("style").raw
    without = re.sub(r"@font-face\{.*?\}", "", style)
    assert without != style
    figure = re.search(r"<figure>.*?</figure>", page.read_text(encoding="utf-8"), re.S)
    assert figure
    shown = "".join(node.text for node in read(page).all("text"))
    characters = list(dict.fromkeys(char for char in shown if "\u4e00" <= char <= "\u9fff"))[:10]
    assert len(characters) == 10
    row = "".join(f'<text x="{CELL * i + 10}" y="45" font-size="40">{char}</text>' for i, char in enumerate(characters))
    body = f'<svg width="{CELL * 10}" height="{CELL}" style="display:block">{row}</svg>{figure[0]}'
    body_style = "body{margin:0;padding:0;max-width:none}svg:first-child{width:auto}"
    pictures = {}
    with started(tmp_path, **no_fonts) as bare:
        for name, sheet in (("with", style), ("without", without)):
            file = plain_page(tmp_path / f"{name}.html", body, sheet + body_style)
            pictures[name] = bare.screenshot(file, 500)
    glyphs = {name: [p[:CELL, CELL * i : CELL * (i + 1)] for i in range(10)] for name, p in pictures.items()}
    for char, glyph in zip(characters, glyphs["with"], strict=True):
        assert (glyph < 0.5).any(), f"nothing is drawn for {char}"
    for one, other in itertools.combinations(glyphs["with"], 2):
        assert np.abs(one - other).max() > 0.5, "two characters look the same: the box for a missing glyph"
    for one, other in itertools.combinations(glyphs["without"], 2):
        assert np.array_equal(one, other), "this machine has a font after all, so the test proves nothing"
    charts = {name: p[CELL:] for name, p in pictures.items()}
    assert (np.abs(charts["with"] - charts["without"]).max(axis=2) > 0.5).sum() > 500


# ---- on a phone ------------------------------------------------------------------------------------------------------

PHONE = 390
MEASURE = """<script>
addEventListener("load", () => {
  const cells = [...document.querySelectorAll("td, th")].filter(cell => cell.scrollWidth > cell.clientWidth + 1);
  const charts = [...document.querySelectorAll("figure svg")].map(svg => svg.getBoundingClientRect().width);
  parent.document.title = JSON.stringify({inner: innerWidth, page: document.documentElement.scrollWidth,
                                          wide: cells.map(cell => cell.textContent), charts: charts});
});
</script></body>"""


def measured(browser: Browser, markup: str, folder: Path, width: int) -> dict[str, Any]:
    """What a browser of this width makes of a page: the page's own width, cells that overprint, widths of charts.

    In a frame, because the window of a browser is at least 500 pixels wide.
    """
    inner = escape(markup.replace("</body>", MEASURE))
    frame = f'<iframe style="width:{width}px;height:900px;border:0" srcdoc="{inner}"></iframe>'
    title = browser.title(plain_page(folder / "measured.html", f"<title></title>{frame}"))
    found: dict[str, Any] = json.loads(title)
    assert found["inner"] == width
    return found


@pytest.mark.parametrize("width", [PHONE, 1000])
@pytest.mark.parametrize(
    "name", ["qingyunpu-union-2022", "qingyunpu-union-2023-monitoring", "nanchang-union-2022/department", "index"]
)
def test_nothing_is_printed_over_its_neighbour(
    browser: Browser, reports: Path, tmp_path: Path, name: str, width: int
) -> None:
    """Tables and charts scroll inside their place; the page itself is as wide as the window."""
    page = reports / "index.html" if name == "index" else reports / name / "report.html"
    found = measured(browser, page.read_text(encoding="utf-8"), tmp_path, width)
    assert found["page"] == width
    assert found["wide"] == []
    assert all(chart >= 600 for chart in found["charts"])


def test_the_index_is_the_same_without_its_script(browser: Browser, reports: Path, tmp_path: Path) -> None:
    """As JupyterLab shows it, and where there are too few reports to be filtered."""
    index = reports / "index.html"
    still = re.sub("<script>.*?</script>", "", index.read_text(encoding="utf-8"), flags=re.S)
    (still_index := tmp_path / "still.html").write_text(still, encoding="utf-8")
    widths = []
    for page in (index, still_index):
        browser.driver.get(page.as_uri())
        cells = "return [...document.querySelectorAll('th')].map(cell => cell.offsetWidth)"
        widths.append(browser.driver.execute_script(cells))
    assert widths[0] == widths[1]


def test_figures_that_overprint_would_be_found(browser: Browser, tmp_path: Path) -> None:
    body = '<div class="table"><table style="width:90px"><td class="n">1200.25万元</td><td>1</td></table></div>'
    found = measured(browser, html.page(body + '<div style="width:700px">x</div>', ""), tmp_path, PHONE)
    assert found["wide"] == ["1200.25万元"]
    assert found["page"] > PHONE


def test_what_others_add_fits_phone_and_sheet(browser: Browser, tmp_path: Path) -> None:
    """A frame of twenty columns, a picture of 3000 pixels and a long printed line."""
    frame = pd.DataFrame({f"列{i}": [1234.5, "一段比较长的文字"] for i in range(20)}).to_html()
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="20"><path d="M0 0h3000v20H0z"/></svg>'
    outputs = [
        {"output_type": "display_data", "data": {"text/html": frame}},
        {"output_type": "display_data", "data": {"image/svg+xml": picture}},
        {"output_type": "stream", "name": "stdout", "text": "x" * 500},
    ]
    markup, notes = html.render({"cells": [{"cell_type": "code", "outputs": outputs}]}, "报告")
    assert notes == []
    for width in (PHONE, 1000):
        found = measured(browser, markup, tmp_path, width)
        assert found["page"] == width
        assert found["wide"] == []
    page = tmp_path / "page.html"
    page.write_text(markup, encoding="utf-8")
    pdf = browser.printed(page)
    assert set(sheets(pdf)) == {A4}
    assert scales(pdf) == pytest.approx([UNSHRUNK] * len(sheets(pdf)), rel=1e-3)
