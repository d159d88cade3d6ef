"""Kernels forked from one process that has imported everything already, as a Jupyter kernel provisioner.

The kernelspec ``perfkit`` names :class:`PerfkitProvisioner`, so whatever starts kernels through ``jupyter_client``
(JupyterLab, papermill, nbclient) gets warm kernels by the kernel name ``perfkit``. Where forking is not safe, and
wherever a fork could give other results than a fresh kernel, the provisioner starts a fresh kernel.

>>> papermill.execute_notebook("in.ipynb", "out.ipynb", kernel_name="perfkit")                      # doctest: +SKIP
>>> papermill.execute_notebook("in.ipynb", "out.ipynb", kernel_name="perfkit", config=FRESH)        # doctest: +SKIP
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from jupyter_client.connect import KernelConnectionInfo, port_names
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Bool
from traitlets.config import Config

from perfkit.errors import PerfkitError
from perfkit.run.forkserver import COMMAND, LENGTH, Request

FRESH = Config({"PerfkitProvisioner": {"warm": False}})
"""Pass it as ``config`` to papermill, nbclient or a kernel manager to have fresh kernels."""

FORK_IS_SAFE = sys.platform == "linux"
START_TIMEOUT = 120.0  # seconds, the server's imports included
FRESH_ATTEMPTS = 3
SINGLE_THREADED = {  # threads which a preloaded library would start (jemalloc: that of pyarrow)
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
LAUNCHER = ["python", "-m", "ipykernel_launcher"]
START_SERVER = "import sys; sys.path[:] = filter(None, sys.path); from perfkit.run.forkserver import main; main()"
# Variables which the interpreter or a preloaded module reads at import, where a fork cannot follow a change.
READ_AT_IMPORT = ("PYTHON", "MPL", "LD_", "LC_", "LANG", "HOME", "XDG_CONFIG", *SINGLE_THREADED)
# Arguments of Popen that only a process started by the owner itself can honour.
POPEN_ONLY = frozenset({"stdin", "stdout", "stderr", "independent", "preexec_fn", "pass_fds", "user", "group", "umask"})
LONGEST_SOCKET_PATH = 107  # bytes, sun_path on Linux

log = logging.getLogger(__name__)


class _ServerLostError(Exception):
    """The fork server ended before the kernel was ready."""


class _RefusedError(Exception):
    """The fork server cannot fork safely; Chinese, with the reason."""


def _tail(path: Path, characters: int = 4000) -> str:
    """Return the end of a log file, or nothing if there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")[-characters:].strip()
    except OSError:
        return ""


class ForkedKernel:
    """A kernel process forked by the fork server; what LocalProvisioner asks of a ``Popen``, it answers.

    Parameters
    ----------
    control : the owner's end of the control socket of the server that is to fork the kernel.

    Attributes
    ----------
    pid : process id and process group of the kernel, None until it is ready.
    returncode : exit code, negative for a signal; None while the kernel runs.
    """

    stdin = stdout = stderr = None

    def __init__(self, control: socket.socket) -> None:
        self.pid: int | None = None
        self.returncode: int | None = None
        self._received = b""
        self._control = control
        self._channel, theirs = socket.socketpair()
        self._channel.setblocking(False)
        with theirs:
            try:
                socket.send_fds(control, [COMMAND.pack(0, 0)], [theirs.fileno()])
            except OSError as error:
                self._channel.close()
                raise _ServerLostError from error

    async def start(self, request: Request) -> None:
        """Send the request and wait until the kernel has bound its sockets.

        Raises
        ------
        _ServerLostError : the server ended meanwhile.
        _RefusedError : the server cannot fork.
        PerfkitError : the kernel could not start; Chinese, with the end of its log.
        """
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await self._start(json.dumps(request).encode())
            if self.pid is None:
                raise PerfkitError(f"内核启动失败（退出码 {self.returncode}）。\n{_tail(Path(request['log']))}")
        except BaseException as error:
            self._channel.close()  # upon which the server kills what it has forked
            if isinstance(error, TimeoutError):
                raise PerfkitError(f"内核在 {START_TIMEOUT:.0f} 秒内没有启动，请检查机器负载后重试。") from error
            raise

    async def _start(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ConnectionError):  # the reading will say why
            await loop.sock_sendall(self._channel, LENGTH.pack(len(data)) + data)
        while self.pid is None and self.returncode is None:
            try:
                received = await loop.sock_recv(self._channel, 4096)
            except ConnectionError as error:
                raise _ServerLostError from error
            if not received:
                raise _ServerLostError
            self._take(received)

    def _take(self, received: bytes) -> None:
        """Note what the kernel and the server have to say."""
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            word, _, value = line.decode().partition(" ")
            if word == "ready":
                self.pid = int(value)
            elif word == "exit":
                self.returncode = int(value)
            else:
                raise _RefusedError(value)

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        while self.returncode is None:
            try:
                received = self._channel.recv(4096)
            except BlockingIOError:
                return None
            except ConnectionError:
                received = b""
            if received:
                self._take(received)
            else:  # the server has been killed, and the kernel with it, but not what the kernel had started
                self.returncode = -signal.SIGKILL
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid or 0, signal.SIGKILL)
        self._channel.close()
        return self.returncode

    def wait(self) -> int:
        """Wait for the kernel to end and return its exit code."""
        while (code := self.poll()) is None:
            select.select([self._channel], [], [])
        return code

    def send_signal(self, signum: int) -> None:
        """Signal the kernel's process group; does nothing once the kernel has ended.

        The server does it, who alone knows for sure that the number has not been given to another process.
        """
        if self.poll() is None:
            with contextlib.suppress(OSError):  # the server is gone, and its kernels with it
                self._control.send(COMMAND.pack(self.pid, signum))


class ForkServer:
    """This process's fork server; started when the first kernel is asked for, shared by all its threads and loops."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start anew, as a forked copy of the owner must: the server, the directory and its kernels are not its own."""
        if control := getattr(self, "_control", None):
            control.close()
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._watcher: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._directory: Path | None = None
        self._env: dict[str, str] | None = None

    def suits(self, env: Mapping[str, str]) -> bool:
        """Whether a fork would find itself with what `env` means to modules at import; the first to ask decides."""
        relevant = {name: value for name, value in env.items() if name.startswith(READ_AT_IMPORT)}
        with self._lock:
            if self._env is None:
                self._env = relevant
            return self._env == relevant

    def new_directory(self) -> Path:
        """Make a private directory for the sockets, connection file and log of a kernel, short enough for sockets."""
        with self._lock:
            return Path(tempfile.mkdtemp(prefix="", dir=self._base()))

    def _base(self) -> Path:
        """The private directory of this process, made anew if it has been cleared away."""
        if self._directory is None or not self._directory.is_dir():
            base = tempfile.gettempdir()
            if len(os.fsencode(f"{base}/perfkit-12345678/12345678/k-1")) > LONGEST_SOCKET_PATH:
                base = "/tmp"
            self._directory = Path(tempfile.mkdtemp(prefix="perfkit-", dir=base))
        return self._directory

    def start(self, env: Mapping[str, str]) -> None:
        """Start the server, if there is none, for kernels that are soon to be asked for."""
        if self.suits(env):
            self._connected(env, None)

    async def start_kernel(self, request: Request) -> ForkedKernel:
        """Fork a kernel; should the server end meanwhile, start another one, but only once.

        Raises
        ------
        PerfkitError : neither server nor kernel could start; Chinese, with the end of the log.
        """
        lost = None
        for _ in range(2):
            lost = self._connected(request["env"], lost)
            try:
                kernel = ForkedKernel(lost)
                await kernel.start(request)
            except _ServerLostError:
                continue
            return kernel
        log_file = Path(request["log"]).parent.parent / "server.log"
        raise PerfkitError(f"预热进程启动后意外退出，重启一次后仍然失败。\n{_tail(log_file)}")

    def _connected(self, env: Mapping[str, str], lost: socket.socket | None) -> socket.socket:
        """Return the control socket of the server, started if there is none or if it is the one that was lost."""
        with self._lock:
            if self._control is None or self._control is lost:
                if lost:
                    lost.close()
                log_file, started = open(self._base() / "server.log", "ab"), threading.Event()  # noqa: SIM115
                self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                # The system signals the server when the thread that started it ends: so it has a thread to itself.
                self._watcher = threading.Thread(target=self._watch, args=(theirs, env, log_file, started), daemon=True)
                self._watcher.start()
                started.wait()
            return self._control

    def _watch(
        self, theirs: socket.socket, env: Mapping[str, str], log_file: BinaryIO, started: threading.Event
    ) -> None:
        """Start the server and wait for its end."""
        try:
            with theirs, log_file:
                self._process = process = subprocess.Popen(
                    [sys.executable, "-c", START_SERVER, str(os.getpid()), str(theirs.fileno()), str(self._directory)],
                    stdin=subprocess.DEVNULL,
                    stdout=log_file,
                    stderr=log_file,
                    env={**env, **SINGLE_THREADED, "JPY_PARENT_PID": ""},
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
        finally:
            started.set()
        process.wait()

    def close(self) -> None:
        """End the server and its kernels and remove their directory."""
        if self._control and self._watcher:
            self._control.close()
            if self._process:
                self._process.terminate()  # it may still be importing
            self._watcher.join(timeout=5)
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)
        self.forget()


SERVER = ForkServer()
atexit.register(SERVER.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SERVER.forget)


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
        except _RefusedError as refusal:
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
        raise PerfkitError(f"内核启动后立即退出（退出码 {code}），已尝试 {FRESH_ATTEMPTS} 次；原因见终端输出。")

    async def _answers(self) -> bool:
        """Wait until the fresh kernel has bound its last socket; False if it ends before."""
        manager: Any = self.parent
        while await self.poll() is None:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(0.5):
                    _, writer = await asyncio.open_connection(manager.ip, manager.hb_port)
                writer.close()
                return True
            await asyncio.sleep(0.05)
        return False

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel's process group."""
        if isinstance(self.process, ForkedKernel):
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        """Log what the kernel wrote to its terminal, and unless it is to start again remove its directory."""
        await super().cleanup(restart=restart)
        if self._directory is not None:
            log_file = self._directory / "kernel.log"
            if text := _tail(log_file):
                log.warning("内核 %s 的终端输出：\n%s", self.kernel_id, text)
            log_file.unlink(missing_ok=True)
            if not restart:
                shutil.rmtree(self._directory, ignore_errors=True)
                self._directory = None
