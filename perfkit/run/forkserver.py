"""The process that warm kernels are forked from (Linux only).

Its owner, the process that wants kernels, starts :func:`main` in a new interpreter. It imports once what every kernel
imports, stays single-threaded, and forks one kernel a request. Each kernel is a process in a session of its own, with
its own environment, random state, descriptors and signal handlers: nothing it does reaches another kernel.

Protocol
--------
control : an ``AF_UNIX`` ``SOCK_SEQPACKET`` pair between owner and server. The owner sends :data:`COMMAND` records:
    ``(0, 0)`` with one descriptor, the kernel's end of its channel, forks a kernel; ``(pid, signum)`` signals a
    kernel's process group. End of file means that the owner is gone.
channel : an ``AF_UNIX`` ``SOCK_STREAM`` pair between owner and one kernel. The owner writes a :class:`Request`; the
    kernel answers ``ready <pid>`` when its sockets are bound; the server adds ``exit <code>`` when it has reaped the
    kernel, or ``refused <reason>`` if it could not fork. When the owner closes its end, the server kills the kernel.

Lifetime: server and kernels have the system signal them when their parent dies (``PR_SET_PDEATHSIG``), the server also
sees the end of file, and the last it does is kill every kernel's process group and remove the owner's directory.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import importlib.util
import io
import json
import os
import random
import select
import shutil
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from typing import NoReturn, TypedDict

COMMAND = struct.Struct("=ii")
LENGTH = struct.Struct("=I")
PR_SET_PDEATHSIG = 1
PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "numpy.random",
    "pandas",
    "perfkit",
    "perfkit.report",
    "perfkit.report.charts",
)
INLINE_BACKEND = "module://matplotlib_inline.backend_inline"


class Request(TypedDict):
    """What a kernel needs to know: command line after the interpreter's, environment, working directory, log file."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    log: str


def die_with(parent: int, signum: signal.Signals) -> None:
    """Have this process signalled when the thread of `parent` that started it ends; exit if it already has."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        os._exit(1)


def preload() -> dict[str, str]:
    """Import and use once whatever every kernel would import and set up again.

    A module in the list may say itself how it is used once, in a function of that name.

    What fails here is only noted in the log: a notebook that needs it will fail likewise, as with a fresh kernel.

    Returns
    -------
    The environment variables that the imports have set, and would set in a kernel.
    """
    before = dict(os.environ)
    os.environ.setdefault("MPLBACKEND", INLINE_BACKEND)
    for name in PRELOAD:
        with _noting_errors():
            module = importlib.import_module(name)
            getattr(module, "use_once", lambda: None)()
    with _noting_errors():
        use_once()
    for name in [name for name in sys.modules if name.startswith("matplotlib_inline")]:
        del sys.modules[name]  # at its import it hooks itself to the running shell, which only a kernel has
    return {name: value for name, value in os.environ.items() if before.get(name) != value}


@contextlib.contextmanager
def _noting_errors() -> Iterator[None]:
    try:
        yield
    except Exception:
        traceback.print_exc()


def use_once() -> None:
    """Show a table and draw figures, so that fonts are found and what is imported late is imported."""
    import pandas as pd
    from matplotlib.figure import Figure

    frame = pd.DataFrame({"a": [1.5], "b": ["c"]})
    frame.to_string()
    frame.to_html()
    figure = Figure(layout="constrained")
    figure.subplots().bar(["a", "b"], [1, 2])
    for image in ("png", "svg"):
        figure.savefig(io.BytesIO(), format=image)


class Server:
    """Forks, signals and reaps kernels for one owner.

    Parameters
    ----------
    control : this side's end of the control socket.
    """

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.kernels: dict[int, socket.socket] = {}
        self.wake, self._waker = socket.socketpair()
        self.wake.setblocking(False)
        self._waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def serve(self) -> socket.socket | None:
        """Serve until the owner is gone and return None; in a forked kernel, return its channel."""
        signal.signal(signal.SIGTERM, self.end)
        while True:
            poller = select.poll()
            poller.register(self.control, select.POLLIN)
            poller.register(self.wake, select.POLLIN)
            by_descriptor = {channel.fileno(): pid for pid, channel in self.kernels.items()}
            for descriptor in by_descriptor:
                poller.register(descriptor, 0)  # only POLLHUP: what arrives is for the kernel
            for descriptor, _ in poller.poll():
                if descriptor == self.wake.fileno():
                    self.wake.recv(4096)
                    self.reap()
                elif descriptor in by_descriptor:
                    self.signal(by_descriptor[descriptor], signal.SIGKILL)
                    self.reap(by_descriptor[descriptor])
                else:
                    message, descriptors, _, _ = socket.recv_fds(self.control, COMMAND.size, 1, socket.MSG_CMSG_CLOEXEC)
                    if not message:
                        return None
                    if not descriptors:
                        self.signal(*COMMAND.unpack(message))
                    elif kernel := self.fork(socket.socket(fileno=descriptors[0])):
                        return kernel

    def end(self, *_: object) -> None:
        """Have :meth:`serve` see the end of file."""
        with contextlib.suppress(OSError):  # it is there already
            self.control.shutdown(socket.SHUT_RDWR)

    def fork(self, channel: socket.socket) -> socket.socket | None:
        """Fork a kernel; return its channel in the kernel and None in the server."""
        if (count := len(os.listdir("/proc/self/task"))) != 1:  # native threads included
            with channel, contextlib.suppress(OSError):
                channel.sendall(f"refused 预热进程中有 {count} 个线程，不能安全地复制\n".encode())
            return None
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        pid = os.fork()
        if pid == 0:
            return channel
        self.kernels[pid] = channel
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
        return None

    def signal(self, pid: int, signum: int) -> None:
        """Signal a kernel's process group; a kernel that is gone, or not this server's, is left alone."""
        if pid in self.kernels:
            try:
                os.killpg(pid, signum)
            except ProcessLookupError:  # forked, but not yet the leader of its group
                os.kill(pid, signum)

    def reap(self, *pids: int) -> None:
        """Collect the given kernels, waiting for them, or without arguments those which have ended.

        The group is killed while its leader is still a zombie, so that its number cannot have been given away.
        """
        for pid in pids or tuple(self.kernels):
            options = os.WEXITED | os.WNOWAIT | (0 if pids else os.WNOHANG)
            if pid in self.kernels and os.waitid(os.P_PID, pid, options):
                self.signal(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
                with self.kernels.pop(pid) as channel, contextlib.suppress(OSError):
                    channel.sendall(f"exit {os.waitstatus_to_exitcode(status)}\n".encode())

    def close(self) -> None:
        """Kill and collect every kernel."""
        for pid in self.kernels:
            self.signal(pid, signal.SIGKILL)
        if self.kernels:
            self.reap(*self.kernels)

    def abandon(self) -> None:
        """Close, in a kernel, everything that belongs to the server."""
        signal.set_wakeup_fd(-1)
        for held in (self.control, self.wake, self._waker, *self.kernels.values()):
            held.close()


def receive(channel: socket.socket) -> Request:
    """Read the request the owner has written to a kernel's channel."""
    with channel.makefile("rb", buffering=0) as stream:

        def exactly(size: int) -> bytes:
            data = b""
            while len(data) < size:
                if not (part := stream.read(size - len(data))):
                    raise EOFError("the owner has closed the channel")
                data += part
            return data

        (size,) = LENGTH.unpack(exactly(LENGTH.size))
        request: Request = json.loads(exactly(size))
        return request


def detach(channel: socket.socket, server: int) -> None:
    """Cut a forked kernel off from the server: session, signals, descriptors, random numbers."""
    import numpy as np

    os.setsid()
    die_with(server, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if descriptor > 2 and descriptor != channel.fileno():
            with contextlib.suppress(OSError):  # the listing's own
                os.close(descriptor)
    random.seed()
    np.random.seed()  # noqa: NPY002 - the global state is what was inherited


def redirect(log: str) -> None:
    """Let standard input read nothing, and standard output and error go to the file `log`."""
    for target, path, flags in ((0, os.devnull, os.O_RDONLY), (1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)):
        descriptor = os.open(path, flags, 0o600)
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.dup2(1, 2)


def run_kernel(channel: socket.socket, server: int, imported: dict[str, str]) -> None:
    """Be the kernel that the request on `channel` asks for, until it is shut down.

    Parameters
    ----------
    channel : the kernel's end of its channel.
    server : process id of the server.
    imported : environment variables set by the imports.
    """
    from ipykernel.kernelapp import IPKernelApp

    detach(channel, server)
    request = receive(channel)
    redirect(request["log"])
    os.environ.clear()
    os.environ.update(request["env"] | imported, JPY_PARENT_PID=str(server))
    time.tzset()
    os.chdir(request["cwd"])
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *request["argv"]]
    app = IPKernelApp.instance(parent_handle=server)
    try:
        app.initialize(request["argv"])  # type: ignore[no-untyped-call]
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # its exit functions might wait for what has not been set up
    channel.sendall(f"ready {os.getpid()}\n".encode())
    channel.close()
    app.start()  # type: ignore[no-untyped-call]
    if app.control_thread.is_alive():  # an interrupt ended the loop: were this left to the exit functions, the thread
        app.control_thread.stop()  # would wait ten seconds for the output thread, which they end first
        app.control_thread.join()


def leave(code: int) -> NoReturn:
    """End a kernel as the interpreter would, but without taking every imported module apart.

    The exit functions empty the user's namespace and the collection finds its cycles, so that open files are written.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def main() -> None:
    """Run the server; a kernel is forked inside this call and ends inside it."""
    owner, descriptor, directory = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    die_with(owner, signal.SIGTERM)
    os.chdir("/")
    process = os.getpid()
    server = Server(socket.socket(fileno=descriptor))
    try:
        imported = preload()
        gc.collect()
        gc.freeze()
        sys.stdout.flush()
        sys.stderr.flush()
        channel = server.serve()
    except SystemExit:
        channel = None
    finally:
        if os.getpid() == process:
            server.close()
    if channel is None:
        shutil.rmtree(directory, ignore_errors=True)
        return
    server.abandon()
    code: object = 0
    try:
        run_kernel(channel, process, imported)
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        traceback.print_exc()
        code = 1
    leave(code if isinstance(code, int) else int(code is not None))
