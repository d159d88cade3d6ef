"""Execute a report's notebook: papermill's parameters and nbclient's execution, nothing written."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output

from ..errors import PerfkitError
from .manager import KERNEL, START_TIMEOUT, ReportManager

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # papermill's own
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

logging.getLogger("papermill").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Executed:
    """An executed notebook (nbformat node) with its failing cell, counted from 1 (None: no cell), and the error."""

    notebook: Any
    cell: int | None = None
    error: str = ""


class _Engine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine with a kernel manager of ours."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Execute the cells; `kwargs` go to nbclient."""
        PapermillNotebookClient(nb_man, **kwargs).execute(cleanup_kc=True)


def execute(template: Path, case: Path, seconds: float, *, fresh: bool = False) -> Executed:
    """Execute `template` for a case file in a kernel of its own.

    Parameters
    ----------
    seconds : wall time after which the kernel is killed with its process group.
    fresh : start the kernel from nothing instead of forking it.
    """
    notebook = parameterize_notebook(load_notebook_node(str(template)), {"case": case.as_posix()})
    manager = ReportManager(seconds, fresh=fresh)
    begun: list[int] = []
    try:
        _Engine.execute_notebook(
            notebook,
            KERNEL,
            progress_bar=False,
            km=manager,
            startup_timeout=START_TIMEOUT,
            iopub_timeout=START_TIMEOUT,  # on a busy machine outputs come late; a dead kernel is seen all the same
            on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
        )
    except (DeadKernelError, RuntimeError, PerfkitError) as error:
        name, text = _reason(manager, error)
        if not begun:
            return Executed(notebook, None, f"{name}：{text}")
        output = new_output("error", ename=name, evalue=text, traceback=[])  # type: ignore[no-untyped-call]
        notebook.cells[begun[-1]].outputs.append(output)
    return Executed(notebook, *_first_error(notebook))


def _reason(manager: ReportManager, error: Exception) -> tuple[str, str]:
    """Why a kernel is no more: a name and a Chinese sentence."""
    if manager.stopped:
        return manager.stopped
    if isinstance(error, DeadKernelError):
        return "内核意外退出", "可能内存不足，或被系统、其他程序终止"
    return "内核出错", str(error)


def _first_error(notebook: Any) -> tuple[int | None, str]:
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return number, f"{output.ename}: {output.evalue}"
    return None, ""
