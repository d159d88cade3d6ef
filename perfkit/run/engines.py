"""Where tasks are worked off: here, or in processes beside this one (for other machines see `perfkit.run.cluster`)."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self, TypeVar

from ..errors import PerfkitError
from .jobs import Outcome
from .render import RenderTask

Task = TypeVar("Task")
Result = TypeVar("Result")
STOPPING = 1.0  # seconds that workers have to end in before they are killed


class BrokenEngineError(PerfkitError):
    """No more tasks can be worked off."""


@dataclass(frozen=True)
class Lost:
    """In place of a result: the worker ended with the task undone; why, in Chinese."""

    reason: str


class Engine(Protocol):
    """Makes reports; used in a `with` block, after which nothing of it runs any more."""

    def chunk(self, reports: int) -> int:
        """How many of so many reports a task should hold."""
        ...

    def run(
        self, function: Callable[[RenderTask], list[Outcome]], tasks: Iterable[RenderTask], seconds: float
    ) -> Iterator[tuple[RenderTask, list[Outcome] | Lost]]:
        """The result of `function` for each task, as they come; what it raises is raised here.

        Parameters
        ----------
        function : importable by name, like all that is handed over.
        tasks : read as workers become free.
        seconds : a worker that takes longer over a task is ended, if that can be done.
        """

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None: ...


class Serial:
    """One task after the other, in this process.

    Parameters
    ----------
    prepare : called once before the first task.
    """

    def __init__(self, prepare: Callable[[], Any]) -> None:
        self._prepare = prepare

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        pass

    def chunk(self, reports: int) -> int:
        """One, so that all workers end at about the same time."""
        return 1

    def run(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], seconds: float = float("inf")
    ) -> Iterator[tuple[Task, Result | Lost]]:
        """See `Engine.run`; `seconds` is of no effect."""
        for number, task in enumerate(tasks):
            if number == 0:
                self._prepare()
            yield task, function(task)


class Workers:
    """Long-lived processes; one that dies is replaced.

    Parameters
    ----------
    number : how many.
    prepare : what each does first, importable by name.
    """

    def __init__(self, number: int, prepare: Callable[[], Any]) -> None:
        self._prepare = prepare
        self._workers = [_Worker(prepare) for _ in range(number)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for worker in self._workers:
            worker.connection.close()  # upon which an idle one ends
            if kind is not None:
                worker.process.terminate()
        end = time.monotonic() + STOPPING
        for worker in self._workers:
            worker.process.join(max(0.0, end - time.monotonic()))
            worker.kill()

    def chunk(self, reports: int) -> int:
        """One, so that all workers end at about the same time."""
        return 1

    def run(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], seconds: float = float("inf")
    ) -> Iterator[tuple[Task, Result | Lost]]:
        """See `Engine.run`."""
        tasks = iter(tasks)
        idle, busy = list(self._workers), dict[Any, tuple[_Worker, Task, float]]()
        while True:
            while idle and (task := next(tasks, _NONE)) is not _NONE:
                worker = idle.pop()
                end = time.monotonic() + seconds
                busy[worker.connection] = (worker, task, end)
                worker.send(function, task)
            if not busy:
                return
            for connection in wait(list(busy), _until(end for _, _, end in busy.values())):
                worker, task, _ = busy.pop(connection)
                result = worker.receive()
                if isinstance(result, Lost):
                    worker = self._replace(worker)
                idle.append(worker)
                if isinstance(result, BaseException):
                    raise result
                yield task, result
            for worker, task, end in list(busy.values()):
                if end <= time.monotonic():
                    del busy[worker.connection]
                    idle.append(self._replace(worker))
                    yield task, Lost(f"{seconds:g}秒内没有结束，工作进程已终止")

    def _replace(self, worker: _Worker) -> _Worker:
        worker.kill()
        new = _Worker(self._prepare)
        self._workers[self._workers.index(worker)] = new
        return new


_NONE: Any = object()


def _until(ends: Iterable[float]) -> float | None:
    end = min(ends)
    return None if end == float("inf") else max(0.0, end - time.monotonic())


class _Worker:
    """A worker process, seen from its owner."""

    def __init__(self, prepare: Callable[[], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_work, args=(theirs, prepare), daemon=True)
        with _interrupts_held():  # the worker inherits this, and is not interrupted before it can say what it wants
            self.process.start()
        theirs.close()

    def send(self, function: Callable[[Any], Any], task: Any) -> None:
        with suppress(OSError):  # it has died; to be seen when its answer is read
            self.connection.send((function, task))

    def receive(self) -> Any:
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            self.process.join(STOPPING)
            return Lost(f"工作进程意外退出（{_fate(self.process.exitcode)}）")

    def kill(self) -> None:
        """End it, if it has not ended."""
        self.connection.close()
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C takes effect after the block."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # else it is started within the block, and lets them through again
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _fate(code: int | None) -> str:
    if code is not None and code < 0:
        return f"信号{signal.Signals(-code).name}"
    return f"退出码{code}"


def _work(connection: Connection[Any, Any], prepare: Callable[[], Any]) -> None:
    """Be a worker: work off what comes until the owner closes the connection, or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the owner decides
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    threading.Thread(target=_leave_with_owner, daemon=True).start()
    prepare()
    while True:
        try:
            function, task = connection.recv()
        except (EOFError, OSError):
            _end_server()
            _leave()
        try:
            result = function(task)
        except Exception as error:
            result = error
        connection.send(result)


def _end_server() -> None:
    """End the process that kernels are forked from, and wait for it."""
    if forking := sys.modules.get("perfkit.run.forking"):
        forking.SERVER.close()


def _leave_with_owner() -> None:
    if owner := multiprocessing.parent_process():
        owner.join()
        _leave()


def _leave() -> NoReturn:
    """End this process at once, and its kernels with it; the process that they are forked from follows by itself."""
    kill_all = getattr(sys.modules.get("perfkit.run.manager"), "kill_all", None)  # it may be half imported
    if kill_all:
        kill_all()
    server = getattr(sys.modules.get("perfkit.run.forking"), "SERVER", None)
    if directory := getattr(server, "_directory", None):  # the server, too young to clear up, would leave it
        shutil.rmtree(directory, ignore_errors=True)
    os._exit(128 + signal.SIGTERM)
