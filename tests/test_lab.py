"""JupyterLab in a real browser: the notebooks run, Tab names the indicators, a slider moves the score.

The pictures of docs/ are taken here: ``PICTURES=docs pytest tests/test_lab.py``.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (extra dev)")
pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (extra lab)")

from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(
        not (BROWSER and DRIVER),
        reason="no chromium with its driver on this machine (Debian: apt-get install chromium chromium-driver)",
    ),
]
WAIT = 120
HOST = "127.0.0.1"
NOTEBOOK = "jupyterapp.shell.currentWidget"
CELLS = f"[...{NOTEBOOK}.content.model.cells]"


def waiting(driver: Any, seconds: int = WAIT) -> Any:
    """Waits for what a page is about to show."""
    return WebDriverWait(driver, seconds, poll_frequency=0.1)


def free_port() -> int:
    with socket.socket() as held:
        held.bind((HOST, 0))
        port: int = held.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def project(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a person works in: what is run and saved stays here."""
    folder = tmp_path_factory.mktemp("lab") / "project"
    for name in ("notebooks", "params"):
        shutil.copytree(repo / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def address(project: Path) -> Iterator[str]:
    """``perfkit lab`` on a free port with a token; it and its kernels are ended."""
    home, token, port = project.parent, secrets.token_hex(16), free_port()
    places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = [
        "--no-browser", "--allow-root", "--expose-app-in-browser", f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
    ]  # fmt: skip
    log = home / "lab.log"
    with (
        log.open("wb") as said,
        subprocess.Popen(
            [sys.executable, "-m", "perfkit", "lab", *options],
            cwd=project,
            env={**os.environ, **places, "HOME": str(home), "IPYTHONDIR": str(home / "ipython")},
            stdout=said,
            stderr=said,
            start_new_session=True,
        ) as server,
    ):
        try:
            for _ in range(10 * WAIT):
                assert server.poll() is None, log.read_text(encoding="utf-8")[-2000:]
                try:
                    urllib.request.urlopen(f"http://{HOST}:{port}/api").close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://{HOST}:{port}/lab/tree/notebooks/{{}}?token={token}"
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(20)
            finally:
                if server.poll() is None:
                    os.killpg(server.pid, signal.SIGKILL)


class Lab:
    """One browser on one JupyterLab."""

    def __init__(self, driver: Any, address: str, pictures: Path) -> None:
        self.driver, self.address, self.pictures = driver, address, pictures

    def script(self, text: str) -> Any:
        return self.driver.execute_script(text)

    def until(self, text: str, seconds: int = WAIT) -> Any:
        """What a script returns as soon as it is true."""
        return waiting(self.driver, seconds).until(lambda driver: driver.execute_script(f"return {text}"))

    def open(self, name: str) -> None:
        self.driver.get(self.address.format(name))
        self.until(f"window.jupyterapp && {NOTEBOOK} && {NOTEBOOK}.title.label === '{name}'")
        self.until(f"{NOTEBOOK}.sessionContext.session?.kernel?.connectionStatus === 'connected'")

    def run_all(self) -> list[dict[str, Any]]:
        """Run every cell as the menu does; the outputs of all cells."""
        self.script("jupyterapp.commands.execute('notebook:run-all-cells')")
        unfinished = f"{CELLS}.filter(c => c.type === 'code' && !c.executionCount).length"
        failed = f"{CELLS}.some(c => c.type === 'code' && [...c.outputs.toJSON()].some(o => o.output_type === 'error'))"
        self.until(f"{unfinished} === 0 || {failed}")
        found: list[dict[str, Any]] = self.script(
            f"return {CELLS}.filter(c => c.type === 'code').flatMap(c => c.outputs.toJSON())"
        )
        assert [output for output in found if output["output_type"] == "error"] == []
        return found

    def show(self, source: str) -> Any:
        """Bring the cell with this source into view; its element."""
        at = self.script(f"return {CELLS}.findIndex(c => c.sharedModel.source === {source!r})")
        assert at >= 0, source
        self.script(f"{NOTEBOOK}.content.activeCellIndex = {at}; return {NOTEBOOK}.content.scrollToItem({at}, 'start')")
        return self.until(f"{NOTEBOOK}.content.widgets[{at}].node")

    def picture(self, name: str) -> None:
        self.driver.save_screenshot(str(self.pictures / f"{name}.png"))


@pytest.fixture(scope="module")
def lab(address: str, project: Path) -> Iterator[Lab]:
    """A headless chromium with a profile of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    profile = project.parent / "profile"
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1240,900",
                 f"user-data-dir={profile}"):  # fmt: skip
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})  # else no widget is the current one
    try:
        yield Lab(driver, address, Path(os.environ.get("PICTURES", project.parent)))
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def explored(lab: Lab) -> list[dict[str, Any]]:
    """The notebook to explore with, open and run; its outputs."""
    lab.open("explore.ipynb")
    return lab.run_all()


@pytest.mark.usefixtures("explored")
def test_menus_are_chinese(lab: Lab) -> None:
    assert lab.until("[...document.querySelectorAll('.lm-MenuBar-itemLabel')].map(e => e.textContent)")[0] == "文件"


def test_explore_runs_and_shows_its_panel(explored: list[dict[str, Any]]) -> None:
    assert "89.54分" in str(explored)
    panels = [output for output in explored if "application/vnd.jupyter.widget-view+json" in output.get("data", {})]
    assert len(panels) == 2


@pytest.mark.usefixtures("explored")
def test_a_table_sorts_and_filters(lab: Lab) -> None:
    cell = lab.show("card.readings")
    rows = "[...arguments[0].querySelectorAll('tbody tr')].filter(r => !r.hidden).map(r => r.cells[{}].textContent)"
    (field,) = cell.find_elements(By.CSS_SELECTOR, "input[type=search]")
    before = lab.driver.execute_script(f"return {rows.format(0)}", cell)
    lab.driver.execute_script("arguments[0].querySelectorAll('th')[4].click()", cell)  # 得分
    *points, last = lab.driver.execute_script(f"return {rows.format(4)}", cell)
    assert last == "—"  # not scored
    assert [*map(float, points)] == sorted(map(float, points))
    field.send_keys("政府采购节支率")
    kept = lab.driver.execute_script(f"return {rows.format(0)}", cell)
    assert kept == ["政府采购节支率"] * before.count("政府采购节支率")
    lab.picture("lab-sorted")


@pytest.mark.usefixtures("explored")
def test_texts_stand_left_and_numbers_right(lab: Lab) -> None:
    cell = lab.show("card.readings")
    aligned = "return [...arguments[0].querySelector('tbody tr').cells].map(c => getComputedStyle(c).textAlign)"
    assert lab.driver.execute_script(aligned, cell) == ["left", "left", "left", "left", "right", "right"]


@pytest.mark.usefixtures("explored")
def test_charts_are_legible_in_the_dark(lab: Lab) -> None:
    theme = "return jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {}'}}).then(() => true)"
    lab.script(theme.format("Dark"))
    try:
        cell = lab.show("card.plot.score_rates()")
        paper = "return getComputedStyle(arguments[0].querySelector('figure')).backgroundColor"
        assert lab.driver.execute_script(paper, cell) == "rgb(255, 255, 255)"
        lab.picture("lab-dark")
    finally:
        lab.script(theme.format("Light"))


@pytest.mark.usefixtures("explored")
def test_tab_names_the_indicators_and_nothing_else(lab: Lab) -> None:
    lab.show('card.explain(lost["id"].iloc[0])')
    lab.script("return jupyterapp.commands.execute('notebook:insert-cell-below')")
    lab.script("return jupyterapp.commands.execute('notebook:enter-edit-mode')")
    ActionChains(lab.driver).send_keys('card.explain("').send_keys(Keys.TAB).perform()
    offered = lab.until(  # the list fills up in parts
        "(items => items.includes('文化宫建设完成率') && items)"
        "([...document.querySelectorAll('.jp-Completer .jp-Completer-item code')].map(e => e.textContent))"
    )
    lab.picture("lab-tab")
    assert not [name for name in offered if name.startswith("%")]
    ActionChains(lab.driver).send_keys(Keys.ESCAPE).perform()


@pytest.mark.usefixtures("explored")
def test_a_slider_moves_the_score(lab: Lab, project: Path) -> None:
    cell = lab.show("explore(card)")
    tabs = cell.find_elements(By.CSS_SELECTOR, ".lm-TabBar-tab")
    tab = next(tab for tab in tabs if tab.text == "部门产出")
    tab.click()
    (handle, *_) = waiting(lab.driver).until(
        lambda _: [each for each in cell.find_elements(By.CSS_SELECTOR, ".noUi-handle") if each.is_displayed()]
    )
    assert "<b>89.54分，良</b>" in cell.get_attribute("innerHTML")
    handle.send_keys(Keys.ARROW_RIGHT * 5)
    waiting(lab.driver).until(lambda _: "（原为89.54分，良）" in cell.text)
    lab.picture("lab-explore")
    assert "评价人评定" in cell.text  # the trace of the row that has moved
    save = next(button for button in cell.find_elements(By.TAG_NAME, "button") if button.text == "保存为新案例")
    save.click()
    waiting(lab.driver).until(lambda _: "已写出" in cell.text)
    (saved,) = project.rglob("*-试算1.yaml")
    assert "试算改得" in saved.read_text(encoding="utf-8")


@pytest.mark.usefixtures("explored")
def test_units_are_filtered_above_the_one_that_is_moved(lab: Lab, project: Path) -> None:
    """A table of eight units and more has a field to search in, also inside of the panel."""
    text = (project / "params/cases/qingyunpu-union-2022.yaml").read_text(encoding="utf-8")
    (project / "params/cases/another.yaml").write_text(text, encoding="utf-8")
    lab.show("explore(units)")
    source = 'explore(load_portfolio("params/cases"))'
    lab.script("return jupyterapp.commands.execute('notebook:insert-cell-below')")
    lab.script(f"{NOTEBOOK}.content.activeCell.model.sharedModel.setSource({source!r})")
    lab.script("return jupyterapp.commands.execute('notebook:run-cell')")
    cell = lab.show(source)
    (field,) = waiting(lab.driver).until(lambda _: cell.find_elements(By.CSS_SELECTOR, "input[type=search]"))
    field.send_keys("文化宫")
    shown = "return [...arguments[0].querySelectorAll('tbody tr')].filter(r => !r.hidden).length"
    assert lab.driver.execute_script(shown, cell) == 1
    lab.picture("lab-units")


def test_portfolio_runs(lab: Lab) -> None:
    lab.open("portfolio.ipynb")
    outputs = lab.run_all()
    assert "多单位绩效评价情况" in str(outputs)
    lab.show('report.chapter("得分排名", report.listed(portfolio.ranks, most=10_000), portfolio.plot.ranking())')
    lab.until("document.querySelectorAll('.jp-OutputArea svg').length > 0")
    lab.picture("lab-portfolio")


def test_a_notebook_that_was_run_is_exported_as_word(lab: Lab, address: str) -> None:
    """Where the menu sends the browser: the server takes no name with a hyphen in it."""
    lab.open("portfolio.ipynb")
    lab.run_all()
    lab.script("return jupyterapp.commands.execute('docmanager:save').then(() => true)")
    with urllib.request.urlopen(
        address.replace("/lab/tree/", "/nbconvert/perfkit_docx/").format("portfolio.ipynb")
    ) as answer:
        document = docx.Document(io.BytesIO(answer.read()))
    assert "多单位绩效评价情况" in [paragraph.text for paragraph in document.paragraphs]


def test_lights_have_their_colours(lab: Lab) -> None:
    lab.open("monitoring.ipynb")
    lab.script(f"{CELLS}[0].sharedModel.setSource('case = \"params/cases/qingyunpu-union-2023-monitoring.yaml\"')")
    lab.run_all()
    cell = lab.show('report.chapter("目标对比", report.comparison(state), report.progress(state))')
    colour = "return getComputedStyle(arguments[0].querySelector('.light.red'), '::before').borderTopColor"
    assert lab.driver.execute_script(colour, cell) == "rgb(192, 57, 43)"
    lab.picture("lab-monitoring")
