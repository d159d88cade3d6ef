"""Notebooks: stripped and thin as they are kept, and run by plain papermill as a stranger would run them."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
CASES = {
    "evaluation.ipynb": "params/cases/qingyunpu-union-2022.yaml",
    "self_evaluation.ipynb": "params/cases/nanchang-netinfo-2018.yaml",  # not the one written in the notebook
    "project_self_evaluation.ipynb": "params/cases/jiangxi-union-2020.yaml",
    "monitoring.ipynb": "params/cases/qingyunpu-union-2023-monitoring.yaml",
    "department.ipynb": "params/cases/nanchang-union-2022/department.yaml",
    "rectification.ipynb": "perfkit/data/samples/rectification.yaml",
    "declaration.ipynb": "perfkit/data/samples/declaration.yaml",
    "audit.ipynb": "params/cases/nanchang-union-2022/cultural-palace.yaml",
    "explore.ipynb": "params/cases/nanchang-union-2022/service-centre.yaml",
    "portfolio.ipynb": "params/cases/nanchang-union-2022",
}
TITLES = {
    "evaluation.ipynb": "青云谱区总工会2022年度部门整体支出绩效评价报告",
    "self_evaluation.ipynb": "南昌市总工会网络信息宣教中心2018年度部门整体支出绩效自评报告",
    "project_self_evaluation.ipynb": "江西省总工会2020年度部门预算项目绩效自评报告",
    "monitoring.ipynb": "2023年青云谱区总工会工会经费项目1-10月份绩效运行监控报告",
    "department.ipynb": "南昌市总工会2022年度部门整体支出绩效自评",
    "rectification.ipynb": "某单位2025年度绩效评价问题整改情况报告",
    "declaration.ipynb": "某项目2024年度绩效目标申报表",
    "audit.ipynb": "南昌市工人文化宫2022年度部门整体支出绩效自评",
}
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))
LONGEST_CELL = 8


def load(name: str) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return notebook


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def parameter(name: str) -> str:
    """The one parameter of a notebook."""
    return "folder" if name == "portfolio.ipynb" else "case"


def test_every_notebook_is_tested() -> None:
    assert set(CASES) ^ set(NOTEBOOKS) == set(), "CASES above: the case that a notebook is run with; TITLES of a report"


# ---- as they are kept ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_stripped(name: str) -> None:
    notebook = load(name)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert set(notebook["metadata"]["language_info"]) == {"name"}  # no interpreter version of whoever ran it last
    for cell in code_cells(notebook):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    for cell in notebook["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
        assert source(cell).strip()
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_one_parameter(name: str) -> None:
    tagged = [cell for cell in load(name)["cells"] if cell["metadata"].get("tags")]
    (cell,) = tagged
    assert cell["cell_type"] == "code"
    assert cell["metadata"]["tags"] == ["parameters"]
    (statement,) = ast.parse(source(cell)).body
    assert isinstance(statement, ast.Assign)
    (target,) = statement.targets
    assert ast.unparse(target) == parameter(name)
    default = ast.literal_eval(statement.value)
    if name in ("explore.ipynb", "portfolio.ipynb"):  # a newcomer runs it as it is
        assert (FOLDER.parent / default).exists()
    else:  # a report keeps this line, so it must not name anybody's case
        assert default == "params/cases/某单位.yaml"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_thin(name: str) -> None:
    """A notebook shows what the library computed: no function, no class, no loop as a statement, no long cell."""
    for cell in code_cells(load(name)):
        text = source(cell)
        assert len(text.splitlines()) <= LONGEST_CELL
        for node in ast.walk(ast.parse(text)):
            assert not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.For | ast.While)
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                assert str(module).partition(".")[0] == "perfkit"


@pytest.mark.parametrize("name", TITLES)
def test_one_flat_namespace(name: str) -> None:
    """`report.staff(card)`, and nothing deeper: no submodules, no hops through the attributes of a case."""
    for cell in code_cells(load(name)):
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.Attribute):
                assert isinstance(node.value, ast.Name), ast.unparse(node)


@pytest.mark.parametrize("name", TITLES)
def test_chapters_are_not_numbered_by_hand(name: str) -> None:
    """Numbers are counted when the page is written; tests/report looks at them there."""
    calls = [
        node
        for cell in code_cells(load(name))
        for node in ast.walk(ast.parse(source(cell)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "report.chapter"
    ]
    titles = [ast.literal_eval(call.args[0]) for call in calls]
    assert titles
    assert not [title for title in titles if re.match("[一二三四五六七八九十]+、", title)]


@pytest.mark.parametrize("name", TITLES)
def test_a_report_ends_with_where_it_came_from(name: str) -> None:
    assert "report.provenance(" in source(load(name)["cells"][-1])


# ---- as papermill runs them ------------------------------------------------------------------------------------------


def papermill(folder: Path, names: Iterable[str], engine: str | None) -> dict[str, dict[str, Any]]:
    """Notebooks run by papermill in one process, one after the other; each has a fresh kernel where there are any.

    Side by side two kernels may choose the same ports.
    """
    jobs = [(f"notebooks/{name}", str(folder / name), {parameter(name): CASES[name]}) for name in names]
    script = (
        "import json, sys\n"
        "sys.modules['rfc3987_syntax'] = None\n"  # rules of addresses, which take seconds to load
        "import papermill\n"
        "jobs, engine = json.loads(sys.argv[1])\n"
        "for source, target, given in jobs:\n"
        "    cwd = 'notebooks' if 'explore' in source else None\n"  # JupyterLab starts it in its own folder
        "    papermill.execute_notebook(source, target, given, engine_name=engine, progress_bar=False, cwd=cwd)\n"
    )
    command = [sys.executable, "-c", script, json.dumps([jobs, engine], ensure_ascii=False)]
    environment = {**os.environ, "IPYTHONDIR": str(folder / "ipython")}
    done = subprocess.run(
        command, cwd=FOLDER.parent, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: json.loads((folder / name).read_text(encoding="utf-8")) for name in names}


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every notebook run once in an ordinary python3 kernel."""
    return papermill(tmp_path_factory.mktemp("papermill"), sorted(CASES), None)


@pytest.fixture(scope="module")
def by_our_engine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every report's notebook run by perfkit's engine."""
    return papermill(tmp_path_factory.mktemp("engine"), TITLES, "perfkit")


def outputs(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [output for cell in code_cells(notebook) for output in cell["outputs"]]


def shown(notebook: dict[str, Any]) -> str:
    """All markup and text that a notebook shows."""
    parts = []
    for output in outputs(notebook):
        data = output.get("data", {})
        parts.append("".join(data.get("text/html") or data.get("text/plain") or output.get("text", "")))
    return "\n".join(parts)


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_papermill_runs_it_to_the_end(executed: dict[str, dict[str, Any]], name: str) -> None:
    notebook = executed[name]
    assert all(cell["execution_count"] for cell in code_cells(notebook))
    assert {output["output_type"] for output in outputs(notebook)} <= {"execute_result", "stream", "display_data"}
    assert not [output for output in outputs(notebook) if output.get("name") == "stderr"]
    injected = [cell for cell in notebook["cells"] if "injected-parameters" in cell["metadata"].get("tags", [])]
    (cell,) = injected
    assert f'{parameter(name)} = "{CASES[name]}"' in source(cell)
    assert notebook["metadata"]["papermill"]["exception"] is None
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.slow
@pytest.mark.parametrize("name", TITLES)
def test_our_engine_gives_what_a_kernel_gives(
    executed: dict[str, dict[str, Any]], by_our_engine: dict[str, dict[str, Any]], name: str
) -> None:
    ours, theirs = (
        [(cell["execution_count"], cell["outputs"]) for cell in code_cells(notebooks[name])]
        for notebooks in (by_our_engine, executed)
    )
    assert theirs[-1][1]
    assert ours == theirs


@pytest.mark.slow
@pytest.mark.parametrize("name", TITLES)
def test_report_is_of_the_case_that_was_asked_for(executed: dict[str, dict[str, Any]], name: str) -> None:
    text = shown(executed[name])
    assert f"<h1>{TITLES[name]}</h1>" in text
    assert text.rindex('class="provenance"') > text.rindex("</table>")


@pytest.mark.slow
@pytest.mark.parametrize("name", TITLES)
def test_every_result_is_markup(executed: dict[str, dict[str, Any]], name: str) -> None:
    """No cell of a report shows a bare Python value."""
    results = outputs(executed[name])
    assert results
    assert all("text/html" in output["data"] for output in results if output["output_type"] == "execute_result")
    assert {output["output_type"] for output in results} == {"execute_result"}


@pytest.mark.slow
def test_explore_shows_card_trace_what_if_chart_and_table(executed: dict[str, dict[str, Any]]) -> None:
    text = shown(executed["explore.ipynb"])
    table = '<table border="1" class="dataframe">'
    for part in ("<p>93.00分，优　", "计8分", "总分93.00分（优）", "<svg", table, "5个单位"):
        assert part in text


# ---- as a person types in one of their own ---------------------------------------------------------------------------

CARD = 'import perfkit\n\ncard = perfkit.score("params/cases/qingyunpu-union-2022.yaml")'
CHART = 'import matplotlib.pyplot as plt\n\nplt.bar(["部门决策"], [80])\nplt.title("得分率−")\nplt.show()'
MISTYPED = 'def asked(path):\n    return perfkit.score(path)\n\n\nasked("params/cases/nowhere.yaml")'
TAB = """from IPython.core.completer import provisionalcompleter
many = perfkit.load_portfolio([card])
for text in ('card.explain("支', 'card.what_if({"支', 'card.what_if({"在职人员控制率": {"weight": 1}, "支', 'card["支',
             'many.what_if({"支'):
    with provisionalcompleter():
        print([each.text for each in get_ipython().Completer.completions(text, len(text))])
"""


@pytest.fixture(scope="module")
def typed() -> dict[str, list[dict[str, Any]]]:
    """Cells of a new notebook beside the templates → what stands below them, all in one kernel."""
    cells = [nbformat.v4.new_code_cell(text) for text in (CARD, CHART, MISTYPED, TAB)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": str(FOLDER)}}).execute()
    return {cell.source: cell.outputs for cell in cells}


@pytest.mark.slow
def test_a_chart_of_ones_own_shows_chinese(typed: dict[str, list[dict[str, Any]]]) -> None:
    assert typed[CARD] == []
    (output,) = typed[CHART]  # and no warning of a glyph that is missing
    assert "image/png" in output["data"]


@pytest.mark.slow
def test_tab_names_indicators_wherever_one_begins(typed: dict[str, list[dict[str, Any]]]) -> None:
    offered = "".join(output["text"] for output in typed[TAB])
    assert offered.split() == ["['支出预算执行率']"] * 5


@pytest.mark.slow
def test_an_error_shows_the_own_lines_and_what_to_do(typed: dict[str, list[dict[str, Any]]]) -> None:
    (output,) = typed[MISTYPED]
    assert output["evalue"] == "../params/cases/nowhere.yaml：找不到这个文件；请核对路径"
    shown = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output["traceback"]))
    assert shown.endswith(f"InputError: {output['evalue']}")
    assert 'asked("params/cases/nowhere.yaml")' in shown
    assert "return perfkit.score(path)" in shown
    assert "loading.py" not in shown
