"""Where the CPU time of a report goes: kernel, protocol, the cells' own work, the worker beside it (Linux only)."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import nbformat
from measuring import table
from reports import CASE, ROOT

REPORTS = 30
TEMPLATE = ROOT / "notebooks" / "evaluation.ipynb"


def templates(folder: Path) -> dict[str, Path]:
    """The evaluation's notebook, the same with cells that do nothing, and with its parameters alone."""
    whole = nbformat.read(TEMPLATE, 4)
    code = [cell for cell in whole.cells if cell.cell_type == "code"]
    idle = [code[0], *(nbformat.v4.new_code_cell("1") for _ in code[1:])]
    found = {"whole": TEMPLATE}
    for name, cells in {"idle": idle, "empty": code[:1]}.items():
        found[name] = folder / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=whole.metadata), found[name])
    return found


def kernels() -> float:
    """CPU seconds of all kernels that have ended, and of the process that they were forked from."""
    from perfkit.run.forking import SERVER

    assert SERVER._process is not None
    fields = Path(f"/proc/{SERVER._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def spent(template: Path) -> tuple[float, float]:
    """CPU seconds a report in kernels and in the worker."""
    from perfkit.report.html import render
    from perfkit.run.execute import execute

    def once() -> None:
        executed = execute(template, CASE, 600)
        assert not executed.error, executed.error
        render(executed.notebook, "")

    once()
    time.sleep(0.2)  # the last kernel is counted when it has been reaped
    before, start = kernels(), time.process_time()
    for _ in range(REPORTS):
        once()
    worker = time.process_time() - start
    time.sleep(0.2)
    return (kernels() - before) / REPORTS, worker / REPORTS


def run() -> str:
    """Measure and return a Markdown section."""
    from perfkit.run.render import Limits, warm_up

    os.chdir(ROOT)
    warm_up(Limits())
    with tempfile.TemporaryDirectory() as name:
        found = {key: spent(path) for key, path in templates(Path(name)).items()}
    (whole, whole_worker), (idle, idle_worker), (empty, empty_worker) = (found[k] for k in ("whole", "idle", "empty"))
    rows = [
        ("kernel: fork, start, end", f"{empty:.3f}"),
        ("kernel: messages of its cells", f"{idle - empty:.3f}"),
        ("kernel: what the cells do", f"{whole - idle:.3f}"),
        ("worker: start and end of a kernel, reading the notebook", f"{empty_worker:.3f}"),
        ("worker: messages of the cells", f"{idle_worker - empty_worker:.3f}"),
        ("worker: outputs and HTML", f"{whole_worker - idle_worker:.3f}"),
        ("together", f"{whole + whole_worker:.3f}"),
    ]
    note = (
        "A report in a process of its own costs at least its kernel and its messages; the floor (d) has neither, and\n"
        "finds every cache warm. What the cells do is mostly charts, and reading, scoring and auditing the case."
    )
    head = ("part", "CPU s")
    return f"## Where the time of a report goes, mean of {REPORTS}\n\n{table(head, rows)}\n\n{note}"


if __name__ == "__main__":
    print(run())
