"""One report: execute its notebook in a kernel of its own, and write notebook, page and result."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass

from ..errors import PerfkitError
from .files import OutputError, remove_leftovers, write_whole
from .jobs import DONE, FAILED, OUTPUTS, STOPPED, Job, Outcome

_rendering = threading.Lock()  # of the one exporter; a dask worker may have several threads


@dataclass(frozen=True)
class Limits:
    """How reports are made: seconds of wall time for each, and kernels forked or fresh."""

    seconds: float = 600
    fresh: bool = False


def render_job(job: Job, limits: Limits) -> Outcome:
    """Make one report. A failing notebook is kept, with the failing cell; then there is neither page nor result."""
    from .execute import execute
    from .html import render

    start = time.monotonic()
    cell, error = None, ""
    try:
        if job.folder.is_dir():
            remove_leftovers(job.folder)
        executed = execute(job.notebook, job.source, limits.seconds, fresh=limits.fresh)
        cell, error = executed.cell, executed.error
        page = ""
        if not error:
            with _rendering:
                page = render(executed.notebook, job.title)
        notebook, report, result = (job.folder / name for name in OUTPUTS)
        if error:
            report.unlink(missing_ok=True)
            result.unlink(missing_ok=True)
        write_whole(notebook, json.dumps(executed.notebook, ensure_ascii=False, indent=1) + "\n")
        if not error:
            write_whole(report, page)
            write_whole(result, json.dumps(job.result | {"key": job.key}, ensure_ascii=False, indent=2) + "\n")
    except OutputError as problem:
        return Outcome(job.case, STOPPED, time.monotonic() - start, error=str(problem))
    except Exception as problem:  # one report never stops the others
        text = str(problem) if isinstance(problem, PerfkitError) else f"{type(problem).__name__}: {problem}"
        return Outcome(job.case, FAILED, time.monotonic() - start, cell, error=text)
    return Outcome(job.case, FAILED if error else DONE, time.monotonic() - start, cell, error)


def render_jobs(task: tuple[tuple[Job, ...], Limits]) -> list[Outcome]:
    """Make the reports of a task one after the other."""
    jobs, limits = task
    return [render_job(job, limits) for job in jobs]


def warm_up(limits: Limits) -> None:
    """Import and use once what reports need, and start the process that kernels are forked from beside it."""
    if not limits.fresh:
        threading.Thread(target=_first_kernel, daemon=True).start()
    from . import execute, html

    html.warm_up()
    del execute


def _first_kernel() -> None:
    ...
