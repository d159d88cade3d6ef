"""Calls in a process of their own, with limits of wall time and memory: for opening files that somebody handed in.

A hostile or damaged file can make a library loop for ever, fill the memory or abort the process. Here that costs one
worker process and ends as one Chinese sentence. The worker stays warm from call to call, so that a thousand small files
need one start; every thread has its own. It is a fresh interpreter, started without the working directory on its path,
and no child of `multiprocessing`: that would import the caller's main script again, and a file ``struct.py`` that lies
where perfkit is started; and its one fork server for a process is the one that makes reports.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from .errors import PerfkitError

R = TypeVar("R")
_START = "import sys; sys.path.append(sys.argv[1]); from perfkit.limited import serve; serve()"
_DIED = "处理时程序异常中断"


class LimitError(PerfkitError):
    """A call took too long or too much memory, or its process died."""


def call(function: Callable[..., R], *args: Any, seconds: float, memory: int) -> R:
    """The result of ``function(*args)``, computed in the worker process of this thread.

    Parameters
    ----------
    function : one that a module defines (it is found by its name); arguments and result must be picklable.
    seconds : wall time that it may take.
    memory : bytes that it may take beyond what the worker holds already; where the system has no such limit (Windows,
        macOS), only the time is limited.

    Raises
    ------
    LimitError
        It was stopped, ran out of memory, or its process died; the next call starts a new worker.
    Exception
        Whatever the function raises.
    """
    key = (os.getpid(), threading.get_ident())
    worker = _workers.get(key)
    if worker is None or worker.process.poll() is not None:  # none yet, or the last one ended
        worker = _workers[key] = _Worker()
    failed, result = worker.ask((pickle.dumps((function, args)), seconds, memory), seconds)
    if failed:
        raise result
    return result  # type: ignore[no-any-return]


class _Worker:
    """The process that works, as its parent sees it."""

    def __init__(self) -> None:
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        command, pipe = [sys.executable, "-P", "-c", _START, root], subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)

    def ask(self, request: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        """Whether a call failed, and its result or exception. After a call that hit a limit the worker is closed."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self.process.kill()

        assert self.process.stdin
        assert self.process.stdout
        message = pickle.dumps(request)
        timer = threading.Timer(seconds, stop)
        timer.start()
        usable = False
        try:
            self.process.stdin.write(message)
            self.process.stdin.flush()
            failed, result = pickle.load(self.process.stdout)
            usable = not isinstance(result, LimitError)
        except (OSError, EOFError, pickle.UnpicklingError):
            failed, result = True, LimitError(f"处理超过 {seconds:g} 秒，已停止" if late.is_set() else _DIED)
        finally:
            timer.cancel()
            timer.join()
            if late.is_set() or not usable:
                self.close()
        return failed, result

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        with suppress(OSError):  # the rest of a request that it did not read
            self.process.communicate()


_workers: dict[tuple[int, int], _Worker] = {}
"""By the process and thread that started it: a process that is forked off must not write into its parent's pipes."""


@atexit.register
def end(*, others: bool = False) -> None:
    """End the workers of this process, or only those of its other threads; the next call starts a new one."""
    for (process, thread), worker in list(_workers.items()):
        own = thread == threading.get_ident()
        if process == os.getpid() and worker.process.returncode is None and not (others and own):
            worker.close()


# ---- the worker's side ----


def serve() -> None:
    """Answer calls from standard input, until it ends; what functions print is dropped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends the worker
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    while True:
        try:
            work, seconds, memory = pickle.load(requests)
        except EOFError:
            return
        answers.write(_answer(work, seconds, memory))
        answers.flush()


def _answer(work: bytes, seconds: float, memory: int) -> bytes:
    """Whether the call failed, and its result or exception, pickled."""
    try:
        function, args = pickle.loads(work)  # before the limit: what libraries take when they are loaded is not counted
        with _limits(seconds, memory):
            return pickle.dumps((False, function(*args)))
    except MemoryError:
        return pickle.dumps((True, LimitError(f"处理需要的内存超过 {memory / 1e6:.0f} MB，已停止")))
    except Exception as error:
        try:
            pickle.loads(message := pickle.dumps((True, error)))
        except Exception:  # an exception of a library that cannot be pickled, or not be read back
            return pickle.dumps((True, LimitError(f"{_DIED}（{type(error).__name__}）")))
        return message


@contextmanager
def _limits(seconds: float, memory: int) -> Iterator[None]:
    """Limit the memory while the block runs, and the processor time, should the parent die; no files of crashes."""
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    def set_soft(kind: int, soft: float) -> None:
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (int(soft) if hard == resource.RLIM_INFINITY else min(int(soft), hard), hard))

    with open("/proc/self/statm", encoding="ascii") as file:
        held = int(file.read().split()[0]) * resource.getpagesize()
    before, used = resource.getrlimit(resource.RLIMIT_AS), resource.getrusage(resource.RUSAGE_SELF)
    set_soft(resource.RLIMIT_CORE, 0)
    set_soft(resource.RLIMIT_CPU, used.ru_utime + used.ru_stime + 2 * seconds + 1)
    set_soft(resource.RLIMIT_AS, held + memory)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
