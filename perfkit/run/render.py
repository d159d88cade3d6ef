"""One report: execute its notebook in a kernel of its own, and write notebook, page and result."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import PerfkitError
from ..files import OutputError, remove, write_whole
from .jobs import DONE, FAILED, OUTPUTS, STOPPED, Job, Outcome

if TYPE_CHECKING:
    from .execute import Executed

_one_at_a_time = threading.Lock()  # a dask worker may have several threads


@dataclass(frozen=True)
class Limits:
    """How reports are made: seconds of wall time for each, and kernels forked or fresh."""

    seconds: float = 600
    fresh: bool = False


RenderTask = tuple[tuple[Job, ...], Limits]


def render_job(job: Job, limits: Limits) -> Outcome:
    """Make one report. A failing notebook is kept, with the failing cell; then there is neither page nor result."""
    start = time.monotonic()
    try:
        executed = _tools().execute(job.notebook, job.source, limits.seconds, fresh=limits.fresh)
        _write(job, executed)
    except OutputError as problem:
        return Outcome(job.case, STOPPED, time.monotonic() - start, None, str(problem))
    except Exception as problem:  # one report never stops the others
        text = str(problem) if isinstance(problem, PerfkitError) else f"{type(problem).__name__}: {problem}"
        return Outcome(job.case, FAILED, time.monotonic() - start, None, text)
    status = FAILED if executed.error else DONE
    return Outcome(job.case, status, time.monotonic() - start, executed.cell, executed.error)


def _write(job: Job, executed: Executed) -> None:
    notebook, page, result = (job.folder / name for name in OUTPUTS)
    contents = {notebook: json.dumps(executed.notebook, ensure_ascii=False, indent=1) + "\n"}
    if not executed.error:
        render = _tools().render
        with _one_at_a_time:
            contents[page], _ = render(executed.notebook, job.title)
        contents[result] = json.dumps(job.result | {"key": job.key}, ensure_ascii=False, indent=2) + "\n"
    remove(*job.folder.glob(".*.tmp"), *({page, result} - contents.keys()))  # of a writer that was killed; of before
    for path, content in contents.items():
        write_whole(path, content)


def render_jobs(task: RenderTask) -> list[Outcome]:
    """Make the reports of a task one after the other."""
    jobs, limits = task
    return [render_job(job, limits) for job in jobs]


class _Tools(NamedTuple):
    execute: Callable[..., Executed]
    render: Callable[[Any, str], tuple[str, list[str]]]


def _tools() -> _Tools:
    """What executes and renders, imported once a process."""
    with _one_at_a_time:
        return _imported()


@cache
def _imported() -> _Tools:
    """Import without a module that jsonschema takes where it is there: 1.2 s for formats that no notebook has."""
    slow = "rfc3987_syntax"
    skipped = sys.modules.setdefault(slow, None) is None  # type: ignore[arg-type]
    try:
        from ..report.html import render
        from .execute import execute
    finally:
        if skipped:
            del sys.modules[slow]
    return _Tools(execute, render)


def warm_up(limits: Limits) -> None:
    """Import and use once what reports need, while the process starts beside it that kernels are forked from."""
    from .manager import settle, start_server

    with suppress(PerfkitError):  # the first report will say so
        settle()
        if not limits.fresh:
            start_server()
    _tools()
    from ..report.fonts import font_face

    _tools().render({"cells": [{"cell_type": "markdown", "source": "绩"}]}, "")  # with what cleans foreign markup
    font_face(frozenset("绩"))
