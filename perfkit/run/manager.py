"""The kernel of one report: it cannot outstay its limits, and ends quietly and at once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import warnings
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

from .forking import SERVER
from .kernels import FORK_IS_SAFE, FRESH
from .machine import memory_share

KERNEL = "perfkit"
START_TIMEOUT = 120  # seconds until a kernel answers
MOST_OUTPUT = 50  # MB from a kernel, of which a usual report takes 0.2
_INTERVAL = 0.002  # seconds between looks whether a killed kernel has ended
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


class OutputChannel(AsyncZMQSocketChannel):
    """The channel of a kernel's outputs, which says when they are too many and then takes in no more.

    Attributes
    ----------
    flooded : called with every output that is one too many.
    """

    flooded: Callable[[], None]
    _received = 0  # bytes

    async def _recv(self, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]
        parts = await self.socket.recv_multipart(**kwargs)
        self._received += sum(map(len, parts))
        if self._received > MOST_OUTPUT * 1e6:
            self.flooded()
            return {"parent_header": {}}  # an answer to nothing
        return self.session.deserialize(self.session.feed_identities(parts)[1])


class ReportClient(AsyncKernelClient):
    """A client that is ready as soon as the kernel has answered; the base class waits for 0.2 s of silence more."""

    iopub_channel_class = Type(OutputChannel)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers a request on both channels. Raises `RuntimeError` if it dies or does not."""
        loop = asyncio.get_running_loop()
        end = loop.time() + (timeout or START_TIMEOUT)
        while loop.time() < end:
            try:
                return await self._answer(self.kernel_info())
            except Empty:  # not yet running, or not yet heard on the output channel
                if not await self.is_alive():
                    manager: Any = self.parent
                    raise RuntimeError(f"内核在应答之前退出{manager.provisioner.last_words()}") from None
        raise RuntimeError(f"内核在{timeout}秒内没有应答")

    async def _answer(self, request: str) -> None:
        """Read the reply to a request and the idle status after it. Raises `queue.Empty` if one does not come."""
        reply = await self.shell_channel.get_msg(timeout=1)
        while reply["parent_header"].get("msg_id") != request:
            reply = await self.shell_channel.get_msg(timeout=1)
        self._handle_kernel_info_reply(reply)
        while True:
            status = await self.iopub_channel.get_msg(timeout=0.2)
            mine = status["parent_header"].get("msg_id") == request
            if mine and status["content"].get("execution_state") == "idle":
                return


class ReportManager(AsyncKernelManager):
    """Starts a kernel with limits on time and memory, and ends it without the interrupt that it would log.

    Parameters
    ----------
    seconds : the kernel is killed with its process group so long after it is up.
    fresh : start it from nothing instead of forking it.

    Attributes
    ----------
    stopped : why it was killed before its time, a name and a sentence (Chinese); empty if it was not.
    """

    client_factory = Type(ReportClient)
    stopped: tuple[str, str] | tuple[()] = ()
    _timer: asyncio.TimerHandle | None = None

    def __init__(self, seconds: float, *, fresh: bool) -> None:
        super().__init__(kernel_name=KERNEL, **({"config": FRESH} if fresh else {}))
        self._seconds = seconds
        if (fresh or not FORK_IS_SAFE) and self.has_trait("transport_encryption") and zmq.has("curve"):
            self.transport_encryption = "auto"  # forked kernels need none: their sockets lie in a private folder

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Start the kernel and its limits."""
        _running.add(self)
        await super().start_kernel(**kwargs)
        late = ("超时", f"超过{self._seconds:g}秒没有完成，已终止；可用 --timeout 放宽")
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._stop, *late)
        self._limit_memory()

    def _limit_memory(self) -> None:
        """Have a kernel that asks for more than its share get a MemoryError, so that the machine stays usable."""
        if sys.platform == "linux" and (pid := self._pid()):
            import resource

            with suppress(ProcessLookupError):  # it has ended; to be seen when it does not answer
                resource.prlimit(pid, resource.RLIMIT_DATA, (memory_share(), memory_share()))

    def _pid(self) -> int | None:
        return getattr(self.provisioner, "pid", None)

    def client(self, **kwargs: Any) -> Any:
        """Make a client; should it receive too many outputs, the kernel is killed."""
        client = super().client(**kwargs)
        flooded = ("输出过多", f"输出超过 {MOST_OUTPUT} MB，已终止；请检查这一格是否在反复打印")
        client.iopub_channel.flooded = partial(self._stop, *flooded)
        return client

    def _stop(self, name: str, reason: str) -> None:
        """Kill the kernel with its process group, for a reason; nbclient sees within a second that it is dead."""
        if not self.stopped:
            self.stopped = name, reason
            self._killing = asyncio.ensure_future(self._kill())

    async def _kill(self) -> None:
        if self.provisioner:
            await self.provisioner.send_signal(_KILL)

    async def shutdown_kernel(  # type: ignore[override]
        self, now: bool = False, restart: bool = False
    ) -> None:
        """Kill the kernel with its process group."""
        await self._kill()
        while await self.is_alive():
            await asyncio.sleep(_INTERVAL)
        await self.cleanup_resources(restart=restart)

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
        """Forget the time limit and the rest."""
        if self._timer:
            self._timer.cancel()
        _running.discard(self)
        await super().cleanup_resources(restart=restart)


_running: weakref.WeakSet[ReportManager] = weakref.WeakSet()


def kill_all() -> None:
    """Kill every kernel of this process, from any thread; for a process that is about to exit without ado."""
    for manager in list(_running):
        if pid := manager._pid():
            with suppress(OSError):  # it has ended
                os.killpg(pid, _KILL) if hasattr(os, "killpg") else os.kill(pid, _KILL)


def settle() -> None:
    """Where the home directory cannot be written, have IPython and matplotlib use the private directory.

    This process and each of its kernels would else make a temporary one, warn, and leave it there.
    """
    if not FORK_IS_SAFE:
        return
    for name, has_home in (("IPYTHONDIR", _ipython_has_home), ("MPLCONFIGDIR", _matplotlib_has_home)):
        if not has_home():
            os.environ[name] = str(SERVER.new_directory())


def _ipython_has_home() -> bool:
    from IPython.paths import get_ipython_dir

    with warnings.catch_warnings():
        warnings.filterwarnings("error", "IPython .* is not a writable location")
        try:
            get_ipython_dir()
        except UserWarning:
            return False
    return True


def _matplotlib_has_home() -> bool:
    """As matplotlib looks for it on Linux, without the time that its import takes."""
    try:
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        folder = Path(os.environ.get("MPLCONFIGDIR") or config / "matplotlib")
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # there is no home at all
        return False
    return os.access(folder, os.W_OK)


def start_server() -> None:
    """Start the process that kernels are forked from, so that it is there when the first is asked for."""
    if not FORK_IS_SAFE:
        return
    with suppress(NoSuchKernel):  # the first report will say so
        SERVER.start({**os.environ, **KernelSpecManager().get_kernel_spec(KERNEL).env})
