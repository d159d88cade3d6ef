"""Kernels forked from one process that has imported everything already, as a Jupyter kernel provisioner.

The kernelspec ``perfkit`` names :class:`PerfkitProvisioner`, so whatever starts kernels through ``jupyter_client``
(JupyterLab, papermill, nbclient) gets warm kernels by the kernel name ``perfkit``. Where forking is not safe, and
wherever a fork could give other results than a fresh kernel, the provisioner starts a fresh kernel.

>>> papermill.execute_notebook("in.ipynb", "out.ipynb", kernel_name="perfkit")                      # doctest: +SKIP
>>> papermill.execute_notebook("in.ipynb", "out.ipynb", kernel_name="perfkit", config=FRESH)        # doctest: +SKIP
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo, port_names
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Bool
from traitlets.config import Config

from perfkit.errors import PerfkitError
from perfkit.run.forking import SERVER, ForkedKernel, RefusedError, tail
from perfkit.run.forkserver import Request

FRESH = Config({"PerfkitProvisioner": {"warm": False}})
"""Pass it as ``config`` to papermill, nbclient or a kernel manager to have fresh kernels."""

FORK_IS_SAFE = sys.platform == "linux"
FRESH_ATTEMPTS = 3
BINDING = 60  # seconds until a fresh kernel has bound its sockets
LAUNCHER = ["python", "-m", "ipykernel_launcher"]
# Arguments of Popen that only a process started by the owner itself can honour.
POPEN_ONLY = frozenset({"stdin", "stdout", "stderr", "independent", "preexec_fn", "pass_fds", "user", "group", "umask"})

log = logging.getLogger(__name__)


class PerfkitProvisioner(LocalProvisioner):
    """Provides each kernel with a process of its own: forked where that is safe and gives the same, else fresh.

    A forked kernel listens on sockets in a private directory; what it writes to its terminal before or after the
    notebook captures it is logged as a warning of this module when it ends. A fresh kernel listens on TCP ports, which
    another process may take before the kernel does: then it is started again with others.
    """

    warm = Bool(True, config=True, help="Fork kernels from a process that has imported everything, where possible.")

    process: Any = None
    _directory: Path | None = None
    _forks = False

    def _can_fork(self, kwargs: Mapping[str, Any]) -> bool:
        """Whether a forked kernel can be what these arguments of ``start_kernel`` ask for."""
        return (
            self.warm
            and FORK_IS_SAFE
            and self.parent is not None
            and (self._directory is not None or not Path(self.parent.connection_file).is_file())  # not bound to ports
            and self.kernel_spec.argv[: len(LAUNCHER)] == LAUNCHER
            and not POPEN_ONLY & kwargs.keys()
            and not Path(kwargs.get("cwd") or ".", "matplotlibrc").exists()
            and SERVER.suits({**(kwargs.get("env") or os.environ), **self.kernel_spec.env})
        )

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose between a fork and a fresh kernel, and where it listens."""
        self._forks = self._can_fork(kwargs)
        if self._forks and self._directory is None:
            manager: Any = self.parent
            self._directory = SERVER.new_directory()
            manager.transport = "ipc"
            manager.ip = str(self._directory / "k")
            manager.cache_ports = False
            if not manager.connection_file or not Path(manager.connection_file).parent.is_dir():  # left by a shutdown
                manager.connection_file = str(self._directory / "connection.json")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel and wait until it has bound its sockets.

        Raises
        ------
        PerfkitError : it did not start; Chinese, with the reason.
        """
        if not self._forks or self._directory is None:
            return await self._launch_fresh(cmd, **kwargs)
        self.cwd = os.path.abspath(kwargs.get("cwd") or "")
        request = Request(
            argv=cmd[len(LAUNCHER) :], env=kwargs["env"], cwd=self.cwd, log=str(self._directory / "kernel.log")
        )
        try:
            self.process = await SERVER.start_kernel(request)
        except RefusedError as refusal:
            log.warning("%s；改为启动新内核。", refusal)
            return await self._launch_fresh(cmd, **kwargs)
        except BaseException:
            await self.cleanup()
            raise
        self.pid = self.pgid = self.process.pid
        return self.connection_info

    async def _launch_fresh(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start a fresh kernel, again with other ports if it could not bind the first ones."""
        manager: Any = self.parent
        for _ in range(FRESH_ATTEMPTS):
            await super().launch_kernel(cmd, **kwargs)
            if manager is None or manager.transport != "tcp" or await self._answers():
                return self.connection_info
            code = await self.wait()
            await super().cleanup()
            self.ports_cached = False
            manager.cleanup_connection_file()
            for name in port_names:
                setattr(manager, name, 0)
            await super().pre_launch(**kwargs)
        raise PerfkitError(f"内核启动后没有就绪（退出码 {code}），已尝试 {FRESH_ATTEMPTS} 次；原因见终端输出。")

    async def _answers(self) -> bool:
        """Wait until the fresh kernel has bound its last socket; False if it ends before, or hangs.

        A kernel ends if one of its ports is taken, but it hangs if that is the port of its output.
        """
        manager: Any = self.parent
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BINDING):
                while await self.poll() is None:
                    with contextlib.suppress(OSError, TimeoutError):
                        async with asyncio.timeout(0.5):
                            _, writer = await asyncio.open_connection(manager.ip, manager.hb_port)
                        writer.close()
                        return True
                    await asyncio.sleep(0.05)
                return False
        await self.kill()
        return False

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel's process group."""
        if isinstance(self.process, ForkedKernel):
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)

    def last_words(self) -> str:
        """How a forked kernel has ended, and what it wrote to its terminal (Chinese); else nothing."""
        if self._directory is None or self.process is None:
            return ""
        return f"（退出码 {self.process.poll()}）。\n{tail(self._directory / 'kernel.log')}".rstrip()

    async def cleanup(self, restart: bool = False) -> None:
        """Log what the kernel wrote to its terminal, and unless it is to start again remove its directory."""
        await super().cleanup(restart=restart)
        if self._directory is not None:
            log_file = self._directory / "kernel.log"
            if text := tail(log_file):
                log.warning("内核 %s 的终端输出：\n%s", self.kernel_id, text)
            log_file.unlink(missing_ok=True)
            if not restart:
                shutil.rmtree(self._directory, ignore_errors=True)
                self._directory = None
