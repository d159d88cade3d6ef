"""Cells in a shell of perfkit's own: what they put out is what an ordinary kernel gives; what they do harms nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ordinary import PAPERMILL
from project import Project, notebook, runs

from perfkit.run.process import FORK_IS_SAFE
from perfkit.run.report import Captured, shell_for_reports

pytestmark = pytest.mark.skipif(not FORK_IS_SAFE, reason="the signals and processes of these tests: Linux only")

STREAMS = """
import os, subprocess, sys
print("a", end=""); print("b", flush=True)
sys.stdout.write("c\\n");
print("d", file=sys.stderr)
"""
DISPLAYS = """
from IPython.display import HTML, Markdown, clear_output, display
print("gone"); clear_output()
handle = display(HTML("<b>1</b>"), display_id="x")
print("between")
handle.update(HTML("<b>2</b>"))
clear_output(wait=True)
display(Markdown("*kept*"), metadata={"a": 1})
{"a": [1.5, None]}
"""
FIGURES = """
import perfkit  # which gives Matplotlib its font, in a kernel too
import matplotlib.pyplot as plt
plt.rcParams["svg.hashsalt"] = "perfkit"
%config InlineBackend.figure_formats = ["svg"]
%config InlineBackend.print_figure_kwargs = {"metadata": {"Date": None}}
plt.plot([1, 2]); plt.show()
print("shown")
figure, axes = plt.subplots()
axes.bar([1], [2])[0].get_height()
"""
OTHERS = """
import asyncio, pandas
await asyncio.sleep(0)
get_ipython().execution_count, __name__, pandas.DataFrame({"a": ["甲"]}).shape
"""
ERROR = """
try:
    input("?")
except Exception as error:
    print(type(error).__name__, error)
print(2); 1 / 0
"""


PROGRAMS = """
import os, subprocess
print("one")
subprocess.run(["sh", "-c", "echo two; echo aside >&2"])
os.write(1, b"three\\n")
print("four")
for number in range(20_000):
    print(number, flush=True)
"""


def executed(folder: Path, name: str, *options: str, cwd: Path) -> dict[str, Any]:
    """A notebook run by the papermill command."""
    out = folder / f"out-{len(list(folder.glob('out-*')))}.ipynb"
    command = [*PAPERMILL, name, str(out), "--no-progress-bar", *options]
    subprocess.run(command, cwd=cwd, capture_output=True, check=False, timeout=120)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def outputs(node: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Number and outputs of every code cell but the parameters.

    Tracebacks have colours and addresses and are left aside; text of a stream is one output, however a kernel cuts it.
    """
    found = []
    for cell in node["cells"]:
        if cell["cell_type"] == "code" and "injected-parameters" not in cell["metadata"].get("tags", []):
            merged: list[dict[str, Any]] = []
            for output in cell["outputs"]:
                output = {key: value for key, value in output.items() if key != "traceback"}
                if merged and output.get("name") == merged[-1].get("name") and "text" in output:
                    merged[-1]["text"] = [*merged[-1]["text"], *output["text"]]
                else:
                    merged.append(output)
            found.append((cell["execution_count"], merged))
    return found


@pytest.mark.slow
def test_cells_put_out_what_a_kernel_gives(tmp_path: Path) -> None:
    source = notebook('case = ""', STREAMS, DISPLAYS, FIGURES, OTHERS, ERROR, "print('never')")
    (tmp_path / "in.ipynb").write_text(json.dumps(source), encoding="utf-8")
    ours, theirs = (executed(tmp_path, "in.ipynb", *options, cwd=tmp_path) for options in (("--engine", "perfkit"), ()))
    assert all(cell for _, cell in outputs(theirs)[1:-1])
    assert outputs(ours) == outputs(theirs)


def cells_of(project: Project, case: str) -> list[Any]:
    node: Any = nbformat.read(project.out / case / "report.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    return list(node.cells)


def test_what_programs_print_belongs_to_the_cell_that_started_them(project: Project) -> None:
    project.case("a", PROGRAMS)
    start = time.monotonic()
    assert project.make().done == 1
    assert time.monotonic() - start < 30
    texts = {"stdout": "", "stderr": ""}
    for output in cells_of(project, "a")[3].outputs:
        texts[output.name] += output.text
    lines = "".join(f"{number}\n" for number in range(20_000))
    assert texts == {"stdout": f"one\ntwo\nthree\nfour\n{lines}", "stderr": "aside\n"}


def test_what_is_printed_is_read_without_pread(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.delattr(os, "pread")
    outputs: list[Any] = []
    with shell_for_reports(Captured()) as shell:
        for number in (1, 2):
            assert shell.run(f"import sys; print({number}); display({number}); print('e', file=sys.stderr)", outputs)[0]
    assert [o.get("text") or o["data"]["text/plain"] for o in outputs] == ["1\n", "1", "e\n", "2\n", "2", "e\n"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("exit()", "exit"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("get_ipython().run_line_magic('nonsense', '')", "UsageError"),
    ],
)
def test_a_cell_that_ends_the_notebook_fails_it(project: Project, cell: str, error: str) -> None:
    project.case("a", cell)
    (failure,) = project.make().failures
    assert failure.cell == 4
    assert error in failure.error
    assert project.log == ["a begun"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell",
    [
        "while True: print('x' * 100_000)",
        "import os\nwhile True: os.write(1, b'x' * 100_000)",
        "import subprocess; subprocess.run(['sh', '-c', 'yes'])",
        "import os; os.write(2, b'x' * 60_000_000)",
        "from IPython.display import HTML, display\nwhile True: display(HTML('x' * 1_000_000))",
        "import sys\nwhile True:\n    try: print('x' * 100_000)\n    except Exception: pass",
    ],
)
def test_a_report_that_puts_out_too_much_is_ended(cell: str, project: Project) -> None:
    project.case("a", cell)
    start = time.monotonic()
    (failure,) = project.make(seconds=60).failures
    assert time.monotonic() - start < 40
    assert failure.cell == 4
    assert failure.error.startswith("输出过多: 输出超过 50 MB，已终止")


DAEMON = """
import os, subprocess, sys
code = "import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\nprint(os.getpid(), flush=True)\\ntime.sleep(600)"
for env in (None, {"PATH": os.environ["PATH"]}):
    daemon = subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, start_new_session=True)
    with open("pids", "a") as file:
        file.write(daemon.stdout.readline().decode())
import threading
threading.Thread(target=lambda: __import__("time").sleep(600)).start()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "end", ["", "os.kill(os.getpid(), 9)", "os.kill(os.getppid(), 9)", "os.closerange(0, 1000)", "1/0"]
)
def test_nothing_outlives_its_report(project: Project, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project.case("a", DAEMON + end)
    project.case("b")
    monkeypatch.chdir(project.folder)
    summary = project.make(workers=2)
    assert summary.done == 2 - bool(end)
    project.made("b")
    pids = [int(pid) for pid in (project.folder / "pids").read_text().split()]
    assert len(pids) >= 2
    assert not any(map(runs, pids))


@pytest.mark.slow
def test_a_cell_that_stops_its_parent_fails_alone(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perfkit.run.process.GRACE", 0.1)
    project.case("a", "import os, signal, time; os.kill(os.getppid(), signal.SIGSTOP); time.sleep(600)")
    project.case("b")
    summary = project.make(workers=2, seconds=5)
    assert [failure.case for failure in summary.failures] == ["a"]
    project.made("b")


@pytest.mark.slow
def test_a_guard_serves_many_reports_and_gathers_nothing(project: Project) -> None:
    cell = """
import os, subprocess
guard = os.getppid()
with open(Path(case).parents[2] / "guards", "a") as file:
    print(guard, len(os.listdir(f"/proc/{guard}/fd")), file=file)
subprocess.Popen(["sleep", "1234"])
"""
    for number in range(12):
        project.case(f"unit-{number:02}", cell + ("os.kill(os.getpid(), 9)" if number % 3 else ""))
    assert project.make(workers=2).done == 4
    seen = [line.split() for line in (project.folder / "guards").read_text().splitlines()]
    assert len(seen) >= 12
    assert len({guard for guard, _ in seen}) <= 2
    descriptors = [int(number) for _, number in seen]
    assert max(descriptors) - min(descriptors) <= 3  # open in a guard that has not run since it forked its maker


def test_one_report_sees_nothing_of_another(project: Project) -> None:
    look = """
import builtins, matplotlib, numpy, os, pandas, random, sys
print([matplotlib.rcParams["font.size"], os.environ.get("LEAK"), "leak" in sys.modules, hasattr(builtins, "leak"),
       pandas.get_option("display.max_rows"), os.getcwd(), sorted(os.environ)])
print(random.random(), numpy.random.random())
matplotlib.rcParams["font.size"] = 99; os.environ["LEAK"] = "1"; sys.modules["leak"] = sys; builtins.leak = 1
pandas.set_option("display.max_rows", 7); random.seed(1); numpy.random.seed(1); os.chdir("/")
"""
    names = ("a", "b", "c")
    for name in names:
        project.case(name, look)
    assert project.make().done == 3
    texts = [cells_of(project, name)[3].outputs[0].text.splitlines() for name in names]
    assert len({text[0] for text in texts}) == 1
    for draws in zip(*(text[1].split() for text in texts), strict=True):
        assert len(set(draws)) == 3


def test_a_case_that_changes_under_way_gives_no_report_of_two_states(project: Project) -> None:
    project.case("a", 'Path(case).write_text(Path(case).read_text().replace("90%", "80%"))')
    (failure,) = project.make().failures
    assert "在运行期间有改动" in failure.error
    assert not (project.out / "a" / "report.html").exists()
    project.case("a", actual=80)
    assert project.make().done == 1


def test_a_case_that_goes_away_under_way_is_named(project: Project) -> None:
    project.case("a", "Path(case).unlink()")
    (failure,) = project.make().failures
    assert failure.error.startswith(f"看不到 {project.folder / 'params/cases/a.yaml'}，这份报告没有生成")


@pytest.mark.slow
def test_modules_in_the_working_directory_take_no_librarys_place(project: Project) -> None:
    project.cases(2)
    for name in ("struct", "socket", "csv", "colorsys", "wave"):
        project.write(f"{name}.py", f"open({str(project.folder / 'taken')!r}, 'a').write({name!r})")
    project.write("helper.py", "ANSWER = 42")
    project.case("uses", "import helper, wave, colorsys; assert helper.ANSWER == 42")
    command = [str(Path(sys.executable).with_name("perfkit")), "run", "params/cases", "--out", "outputs", "-j", "2"]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (project.folder / "taken").exists()


def test_a_notebook_that_somebody_has_edited_is_kept(project: Project) -> None:
    project.case("a")
    project.make()
    path = project.out / "a" / "report.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("begun", "my own words"), encoding="utf-8")
    edited = path.read_bytes()
    summary = project.make(which="all")
    (note,) = summary.notes["a"]
    (copy,) = (project.out / "a").glob("report.2*.ipynb")
    assert copy.name in note
    assert copy.read_bytes() == edited
    assert path.read_bytes() != edited
    assert "a" not in project.make(which="all").notes
    assert os.path.exists(copy)
