"""One report: execute its notebook in a kernel of its own, and write notebook, page and result."""

from __future__ import annotations

import json
import logging
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import write_whole
from .jobs import Job

DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Outcome:
    """How a job ended: status, where it failed (cell, error), seconds."""

    case: str
    status: str
    seconds: float
    cell: int | None = None
    error: str = ""


def render_job(job: Job, kernel: str = "perfkit", timeout: int = 600) -> Outcome:
    """Make one report. A failing notebook is kept, with the failing cell; its page and result are not written."""
    from .html import render

    start = time.monotonic()
    try:
        notebook = execute(job.notebook, job.source, kernel, timeout)
        cell, error = first_error(notebook)
        write_whole(job.folder / "report.ipynb", json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
        if cell is not None:
            return Outcome(job.case, FAILED, time.monotonic() - start, cell, error)
        write_whole(job.folder / "report.html", render(notebook, job.title))
        write_whole(job.folder / "result.json", json.dumps(job.result, ensure_ascii=False, indent=2) + "\n")
    except Exception as error:  # one report never stops the others
        return Outcome(job.case, FAILED, time.monotonic() - start, None, f"{type(error).__name__}: {error}")
    return Outcome(job.case, DONE, time.monotonic() - start)


def execute(template: Path, case: Path, kernel: str, timeout: int) -> Any:
    """The executed notebook node, errors inside its cells; papermill's parameters and engine, nothing written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from papermill.engines import papermill_engines
        from papermill.iorw import load_notebook_node
        from papermill.parameterize import parameterize_notebook

    logging.getLogger("papermill").setLevel(logging.ERROR)
    notebook = parameterize_notebook(load_notebook_node(str(template)), {"case": case.as_posix()})
    return papermill_engines.execute_notebook_with_engine(
        "nbclient",
        notebook,
        kernel_name=kernel,
        output_path=None,
        progress_bar=False,
        log_output=False,
        start_timeout=120,
        execution_timeout=timeout,
    )


def first_error(notebook: Any) -> tuple[int | None, str]:
    """Number of the first failing cell (from 1) and its error, or (None, "")."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return number, f"{output.ename}: {output.evalue}"
    return None, ""
