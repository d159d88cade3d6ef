"""Execute a report's notebook: papermill's parameters, nbclient's execution, a kernel that cannot outstay its limits."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_output
from traitlets import Type

from ..errors import PerfkitError
from .kernels import FORK_IS_SAFE, FRESH
from .machine import memory_share

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # papermill's own deprecations
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

KERNEL = "perfkit"
START_TIMEOUT = 120  # seconds until a kernel answers
ALIVE_INTERVAL = 0.002  # seconds between looks whether a killed kernel has ended

logging.getLogger("papermill").setLevel(logging.CRITICAL)


class ReportClient(AsyncKernelClient):
    """A client that is ready as soon as the kernel has answered; the base class waits for 0.2 s of silence more."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers a request on both channels. Raises `RuntimeError` if it dies or does not."""
        loop = asyncio.get_running_loop()
        end = loop.time() + (timeout or START_TIMEOUT)
        while loop.time() < end:
            try:
                return await self._answer(self.kernel_info())
            except Empty:  # not yet running, or not yet heard on the output channel
                if not await self.is_alive():
                    raise RuntimeError("kernel died before it answered") from None
        raise RuntimeError(f"kernel did not answer in {timeout} seconds")

    async def _answer(self, request: str) -> None:
        reply = await self.shell_channel.get_msg(timeout=1)
        while reply["parent_header"].get("msg_id") != request:
            reply = await self.shell_channel.get_msg(timeout=1)
        self._handle_kernel_info_reply(reply)
        status: dict[str, Any] = {"parent_header": {}, "content": {}}
        while status["parent_header"].get("msg_id") != request or status["content"].get("execution_state") != "idle":
            status = await self.iopub_channel.get_msg(timeout=0.2)


class ReportManager(AsyncKernelManager):
    """A kernel for one report: ended at once and without an interrupt, after `seconds` at the latest.

    Attributes
    ----------
    expired : whether the time ran out.
    """

    client_factory = Type(ReportClient)
    expired = False
    _timer: asyncio.TimerHandle | None = None

    def __init__(self, seconds: float, fresh: bool) -> None:
        super().__init__(kernel_name=KERNEL, **({"config": FRESH} if fresh else {}))
        self._seconds = seconds
        if (fresh or not FORK_IS_SAFE) and self.has_trait("transport_encryption") and zmq.has("curve"):
            self.transport_encryption = "auto"  # forked kernels need none: their sockets lie in a private folder

    async def start_kernel(self, **kwargs: Any) -> None:
        """Start it with its limits on time and memory."""
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._expire)
        await super().start_kernel(**kwargs)
        self._limit_memory()

    def _limit_memory(self) -> None:
        """What asks for more than its share gets a MemoryError, and the machine stays usable (Linux)."""
        if sys.platform == "linux":
            import resource

            limit = memory_share()
            resource.prlimit(getattr(self.provisioner, "pid", 0), resource.RLIMIT_DATA, (limit, limit))

    def _expire(self) -> None:
        self.expired = True
        self._killing = asyncio.ensure_future(self._kill())  # nbclient sees within a second that the kernel is dead

    async def _kill(self) -> None:
        """Kill the kernel with its process group."""
        if self.provisioner:
            await self.provisioner.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """End the kernel at once: its report is made. (The base class would interrupt it first, which it logs.)"""
        await self._kill()
        while await self.is_alive():
            await asyncio.sleep(ALIVE_INTERVAL)
        await self.cleanup_resources(restart=restart)

    async def cleanup_resources(self, restart: bool = False) -> None:
        """Forget the time limit with the rest."""
        if self._timer:
            self._timer.cancel()
        await super().cleanup_resources(restart=restart)


class ReportEngine(NBClientEngine):
    """papermill's engine with a kernel manager of ours."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Execute the cells; `kwargs` go to nbclient."""
        PapermillNotebookClient(nb_man, **kwargs).execute(cleanup_kc=True)


@dataclass
class Executed:
    """An executed notebook (nbformat node) with the failing cell, counted from 1, and its error."""

    notebook: Any
    cell: int | None = None
    error: str = ""


def execute(template: Path, case: Path, seconds: float, *, fresh: bool = False) -> Executed:
    """Execute `template` for a case file in a kernel of its own; nothing is written.

    Parameters
    ----------
    seconds : wall time after which the kernel is killed with its process group.
    fresh : start the kernel from nothing instead of forking it.
    """
    notebook = parameterize_notebook(load_notebook_node(str(template)), {"case": case.as_posix()})
    manager = ReportManager(seconds, fresh)
    running: list[int] = []
    try:
        ReportEngine.execute_notebook(
            notebook,
            KERNEL,
            progress_bar=False,
            km=manager,
            startup_timeout=START_TIMEOUT,
            on_cell_execute=lambda cell, cell_index: running.append(cell_index),
        )
    except (DeadKernelError, RuntimeError, PerfkitError) as error:
        name, text = _reason(manager, seconds, error)
        if not running:
            return Executed(notebook, None, f"{name}: {text}")
        notebook.cells[running[-1]].outputs.append(new_output("error", ename=name, evalue=text, traceback=[]))
    return Executed(notebook, *_first_error(notebook))


def _reason(manager: ReportManager, seconds: float, error: Exception) -> tuple[str, str]:
    """Why a kernel is no more: a name and a Chinese sentence."""
    if manager.expired:
        return "超时", f"超过{seconds:g}秒没有完成，已终止；可用 --timeout 放宽"
    if isinstance(error, PerfkitError):
        return "内核没有启动", str(error)
    return "内核意外退出", "可能内存不足，或被系统、其他程序终止"


def _first_error(notebook: Any) -> tuple[int | None, str]:
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return number, f"{output.ename}: {output.evalue}"
    return None, ""
