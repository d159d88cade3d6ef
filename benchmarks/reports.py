"""Report speed: papermill and nbconvert from the shell, papermill in a pool, perfkit, and the floor of warm cells."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from measuring import ROUNDS, interleaved, median, table
from synthetic import write_cases

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "params" / "cases" / "qingyunpu-union-2022.yaml"
BIN = Path(sys.executable).parent
CORES = os.cpu_count() or 1
SHELL, POOL, BATCH, FLOOR = 2, 2 * CORES, 100, 30


@dataclass
class Usage:
    """CPU seconds and the largest process of one run, in MiB."""

    cpu: float
    peak: float


def run(command: Sequence[str], folder: Path, usage: list[Usage]) -> None:
    """Run a command to its end and note what it and its descendants used."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # what outlives the command comes here: the server that reports come from
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cpu, peak = 0.0, 0
    with suppress(ChildProcessError):
        while True:
            pid, status, used = os.wait4(-1, 0)
            cpu, peak = cpu + used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss)
            if pid == process.pid:
                process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    usage.append(Usage(cpu, peak / 1024))


def shell_line(case: str) -> str:
    """papermill, then nbconvert, for one case."""
    papermill = (
        f"{BIN}/papermill notebooks/evaluation.ipynb out/{case}.ipynb -k python3 -p case params/cases/{case}.yaml"
    )
    return f"{papermill} && {BIN}/jupyter nbconvert --to html --no-input out/{case}.ipynb"


FLOOR_CODE = """
import sys, time, nbformat
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from perfkit.report.html import render
notebook = nbformat.read("notebooks/evaluation.ipynb", 4)
shell = InteractiveShell.instance()
def once(case):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            source = f"case = {case!r}" if "parameters" in cell.metadata.get("tags", ()) else cell.source
            value = shell.run_cell(source, silent=True).result
            data, _ = shell.display_formatter.format(value)
            cell.outputs = [nbformat.v4.new_output("display_data", data=data)] if value is not None else []
    render(notebook, "x")
once(sys.argv[1])
start = time.perf_counter()
for case in sys.argv[2:]:
    once(case)
print((time.perf_counter() - start) / (len(sys.argv) - 2))
"""

POOL_CODE = """
import sys
from concurrent.futures import ProcessPoolExecutor
def once(case):
    import papermill
    from nbconvert import HTMLExporter
    node = papermill.execute_notebook(
        "notebooks/evaluation.ipynb", None, parameters={"case": case}, kernel_name="python3", progress_bar=False
    )
    HTMLExporter(exclude_input=True).from_notebook_node(node)
if __name__ == "__main__":
    with ProcessPoolExecutor(int(sys.argv[1])) as pool:
        list(pool.map(once, sys.argv[2:]))
"""


def measure(rounds: int = ROUNDS) -> str:
    """Measure and return a Markdown section."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batch(folder, BATCH)
        (folder / "out").mkdir()
        (folder / "floor.py").write_text(FLOOR_CODE, encoding="utf-8")
        (folder / "pool.py").write_text(POOL_CODE, encoding="utf-8")
        units = [f"unit-{number:06d}" for number in range(BATCH)]
        paths = [f"params/cases/{unit}.yaml" for unit in units]
        used: dict[str, list[Usage]] = {key: [] for key in ("serial", "xargs", "pool", "perfkit", "floor")}
        floor: list[float] = []

        def serial() -> None:
            run(["sh", "-c", " && ".join(shell_line(unit) for unit in units[:SHELL])], folder, used["serial"])

        def xargs() -> None:
            lines = "\n".join(units[:POOL])
            one = shell_line("{}")
            command = f"printf '%s\\n' '{lines}' | xargs -P {CORES} -I{{}} sh -c '{one}'"
            run(["sh", "-c", command], folder, used["xargs"])

        def pool() -> None:
            run([sys.executable, "pool.py", str(CORES), *paths[:POOL]], folder, used["pool"])

        def perfkit() -> None:
            shutil.rmtree(folder / "outputs", ignore_errors=True)
            run([str(BIN / "perfkit"), "run", "params/cases", "-j", str(CORES)], folder, used["perfkit"])

        def floor_run() -> None:
            command = [sys.executable, "floor.py", *paths[: FLOOR + 1]]
            result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
            floor.append(float(result.stdout.split()[-1]))

        ways = {"serial": serial, "xargs": xargs, "pool": pool, "perfkit": perfkit, "floor": floor_run}
        seconds = interleaved(ways, rounds)
        one = interleaved(
            {
                "shell": lambda: run(["sh", "-c", shell_line(units[0])], folder, []),
                "perfkit": lambda: run([str(BIN / "perfkit"), "run", paths[0], "--out", "one", "--force"], folder, []),
            },
            rounds,
        )
    counts = {"serial": SHELL, "xargs": POOL, "pool": POOL, "perfkit": BATCH}
    each = {key: median(seconds[key]) / count for key, count in counts.items()}
    each["floor"] = median(floor) / CORES
    names = {
        "serial": "(a) papermill, then nbconvert, from the shell, one after the other",
        "xargs": f"(a) the same with xargs -P {CORES}",
        "pool": f"(b) papermill and nbconvert in a pool of {CORES} processes, fresh kernels",
        "perfkit": f"(c) perfkit run -j {CORES}, {BATCH} reports, start-up included",
        "floor": "(d) floor: the same cells in one warm process and the HTML, times cores",
    }
    rows = []
    for key, label in names.items():
        cpu = f"{median([u.cpu for u in used[key]]) / counts[key]:.2f}" if used[key] else "—"
        peak = f"{median([u.peak for u in used[key]]):.0f}" if used[key] else "—"
        rows.append((label, f"{1 / each[key]:.2f}", cpu, peak, f"{each[key] / each['perfkit']:.2f}"))
    single = median(one["shell"]) / median(one["perfkit"])
    note = (
        f"A single case from the shell: perfkit run is {single:.2f} times as fast as papermill and nbconvert.\n"
        "Aims of (c): 45 times (a) one after the other, 22 times (a) with xargs, 11 times (b), 85% of (d); "
        "of a single case: 2.5 times."
    )
    head = ("way", "reports/s", "CPU s a report", "largest process, MiB", "seconds a report, perfkit = 1")
    return f"## Reports of a 44-indicator evaluation, median of {rounds}\n\n{table(head, rows)}\n\n{note}"


def batch(folder: Path, size: int) -> None:
    """Prepare a project of `size` units in a folder."""
    shutil.copytree(ROOT / "params", folder / "params", ignore=shutil.ignore_patterns("cases"))
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    write_cases(CASE, folder / "params" / "cases", size)


def growth(sizes: Sequence[int] = (1, 100, 1_000)) -> str:
    """Time and memory as the batch grows; a batch of one report is the start-up, which the others have as well."""
    seconds: list[float] = []
    used: list[Usage] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            batch(folder, size)
            command = [str(BIN / "perfkit"), "run", "params/cases", "-j", str(CORES)]
            seconds += interleaved({"run": lambda c=command, f=folder: run(c, f, used)}, 1)["run"]
    rows = [
        (
            f"{size:,}",
            f"{taken:.0f}",
            f"{(taken - seconds[0]) / (size - 1):.3f}" if size > 1 else "—",
            f"{(usage.cpu - used[0].cpu) / (size - 1):.3f}" if size > 1 else "—",
            f"{usage.peak:.0f}",
        )
        for size, taken, usage in zip(sizes, seconds, used, strict=True)
    ]
    head = ("reports", "seconds", "seconds each after the first", "CPU s each after the first", "largest process, MiB")
    return "## Growth of a batch\n\n" + table(head, rows)


def engines(size: int = 100, rounds: int = ROUNDS) -> str:
    """A local Dask cluster against the process engine, with as many workers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batch(folder, size)
        used: dict[str, list[Usage]] = {engine: [] for engine in ("process", "dask")}

        def way(engine: str) -> None:
            shutil.rmtree(folder / "outputs", ignore_errors=True)
            command = [str(BIN / "perfkit"), "run", "params/cases", "-j", str(CORES), "--engine", engine]
            run(command, folder, used[engine])

        seconds = interleaved({engine: lambda e=engine: way(e) for engine in used}, rounds)
    rows = [
        (engine, f"{size / median(taken):.2f}", f"{median([u.cpu for u in used[engine]]) / size:.2f}")
        for engine, taken in seconds.items()
    ]
    ratio = median(seconds["process"]) / median(seconds["dask"])
    note = f"Dask reaches {ratio:.0%} of the process engine (aim 85%), the start of scheduler and workers included."
    head = ("engine", "reports/s", "CPU s a report")
    return f"## Engines, {size} reports with {CORES} workers, median of {rounds}\n\n{table(head, rows)}\n\n{note}"


if __name__ == "__main__":
    for section in (measure, growth, engines):
        print(section(), flush=True)
