"""The owner's side of the process that kernels are forked from (see `perfkit.run.forkserver`)."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from perfkit.errors import PerfkitError, reason
from perfkit.run.forkserver import COMMAND, LENGTH, Request

START_TIMEOUT = 120.0  # seconds, the server's imports included
SINGLE_THREADED = {  # threads which a preloaded library would start (jemalloc: that of pyarrow)
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
START_SERVER = "import sys; sys.path[:] = filter(None, sys.path); from perfkit.run.forkserver import main; main()"
# Variables which the interpreter or a preloaded module reads at import, where a fork cannot follow a change.
READ_AT_IMPORT = ("PYTHON", "MPL", "LD_", "LC_", "LANG", "HOME", "XDG_CONFIG", *SINGLE_THREADED)
LONGEST_SOCKET_PATH = 107  # bytes, sun_path on Linux


class _ServerLostError(Exception):
    """The fork server ended before the kernel was ready."""


class RefusedError(Exception):
    """The fork server cannot fork safely; Chinese, with the reason."""


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Have it be a PerfkitError, in Chinese, if a file or directory cannot be made in the block."""
    try:
        yield
    except OSError as error:
        folder = tempfile.gettempdir()
        raise PerfkitError(f"临时文件夹 {folder} 不能用：{reason(error)}；可用环境变量 TMPDIR 换一个。") from error


def tail(path: Path, characters: int = 4000) -> str:
    """Return the end of a log file, or nothing if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4 * characters))  # it may be long
            return file.read().decode("utf-8", errors="replace")[-characters:].strip()
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
        RefusedError : the server cannot fork.
        PerfkitError : the kernel could not start; Chinese, with the end of its log.
        """
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await self._start(json.dumps(request).encode())
            if self.pid is None:
                raise PerfkitError(f"内核启动失败（退出码 {self.returncode}）。\n{tail(Path(request['log']))}")
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
                raise RefusedError(value)

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
        """Make a private directory for the sockets, connection file and log of a kernel, short enough for sockets.

        Raises
        ------
        PerfkitError : it cannot be made; Chinese, with the reason.
        """
        with self._lock, _explained():
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
        raise PerfkitError(f"预热进程启动后意外退出，重启一次后仍然失败。\n{tail(log_file)}")

    def _connected(self, env: Mapping[str, str], lost: socket.socket | None) -> socket.socket:
        """Return the control socket of the server, started if there is none or if it is the one that was lost."""
        with self._lock:
            if self._control is None or self._control is lost:
                if lost:
                    lost.close()
                with _explained():
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
        """Start the server and wait for its end; the log says why it cannot be started."""
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
        except OSError as error:
            Path(log_file.name).write_text(str(error), encoding="utf-8")
            return
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
