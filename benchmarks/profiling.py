"""Where the time of a report goes: its cells, its page, and what a process of its own costs (Linux only)."""

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


def in_this_process() -> tuple[float, float]:
    """CPU seconds a report for cells and page, in one warm process."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from perfkit.report.html import render
    from perfkit.run.shell import PerfkitEngine

    cells = pages = 0.0
    for number in range(REPORTS + 1):
        start = time.process_time()
        notebook = parameterize_notebook(load_notebook_node(str(TEMPLATE)), {"case": str(CASE)})
        PerfkitEngine.execute_notebook(notebook, "python3", progress_bar=False)
        middle = time.process_time()
        render(notebook, "")
        if number:  # the first one fills the caches
            cells += middle - start
            pages += time.process_time() - middle
    return cells / REPORTS, pages / REPORTS


def in_processes(template: Path, folder: Path) -> float:
    """Wall seconds a report that is made from `template` in processes of its own, one after the other."""
    from perfkit.run.jobs import Job
    from perfkit.run.process import Reports, server

    jobs = [
        Job(
            case=f"c{number}",
            kind="evaluation",
            title="",
            source=CASE,
            notebook=template,
            folder=folder / template.stem / str(number),
            key="",
            inputs={},
            result={},
        )
        for number in range(REPORTS + 1)
    ]
    server(REPORTS)
    with Reports(1, 600) as reports:
        assert next(reports.make(jobs[:1])).status == "done"
        start = time.perf_counter()
        for outcome in reports.make(jobs[1:]):
            assert outcome.status == "done", outcome.error
        return (time.perf_counter() - start) / REPORTS


def run() -> str:
    """Measure and return a Markdown section."""
    os.chdir(ROOT)
    cells, page = in_this_process()
    with tempfile.TemporaryDirectory() as name:
        empty = Path(name, "empty.ipynb")
        whole = nbformat.read(TEMPLATE, 4)
        only = [cell for cell in whole.cells if cell.cell_type == "code"][:1]
        nbformat.write(nbformat.v4.new_notebook(cells=only, metadata=whole.metadata), empty)
        alone, all_of_it = in_processes(empty, Path(name)), in_processes(TEMPLATE, Path(name))
    rows = [
        ("cells, in one warm process (CPU)", f"{cells:.3f}"),
        ("page, in one warm process (CPU)", f"{page:.3f}"),
        ("an empty report in processes of its own (wall)", f"{alone:.3f}"),
        ("a whole report in processes of its own (wall)", f"{all_of_it:.3f}"),
    ]
    note = "What a process of its own costs beyond forking are the pages of memory that it copies as it writes to them."
    return f"## Where the time of a report goes, mean of {REPORTS}\n\n{table(('part', 'seconds'), rows)}\n\n{note}"


if __name__ == "__main__":
    print(run())
