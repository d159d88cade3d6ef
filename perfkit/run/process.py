"""A report in a process of its own that makes it, beside one that guards it, limits it, and clears up after it.

The guard is forked from a server (the standard library's forkserver) that has imported everything and made a sample
report; for each of its reports it forks a maker, which executes the notebook, renders and writes the report. Whatever a
cell does (hangs, eats memory, kills its process or its parent, leaves daemons behind) reaches the maker and its guard
and nobody else; a guard that it has ended is replaced.
Where forking is not safe the same processes are started by ``spawn``.
"""

from __future__ import annotations

import ctypes
import gc
import math
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import IO, Any

from ..errors import PerfkitError
from .jobs import FAILED, LOST, MOST_OUTPUT, TOO_MUCH, Job, Outcome
from .machine import memory_share

FORK_IS_SAFE = sys.platform == "linux"
STOPPING = 1.0  # seconds that guards have to end in before they are killed
GRACE = 60.0  # seconds beyond its report's time after which a guard is taken for stopped
FEW = 3  # reports
_LOOK = 0.2  # seconds between looks at what others do
_SELDOM = 50_000  # objects made between looks for garbage, of which a report makes little
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_STOP = getattr(signal, "SIGSTOP", _KILL)
_LONGEST = 85  # bytes of a folder in which the path of a socket, of which 107 are allowed, has room
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36  # of Linux' prctl
ENVIRONMENT = {
    "PYTHONSAFEPATH": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""Of the server: it imports nothing from the working directory, and has one thread, as what is forked has to."""
MARK = "PERFKIT_SERVER"
"""In the environment of the server and of all that comes from it: the folder of its socket."""


class BrokenEngineError(PerfkitError):
    """No more reports can be made."""


# ---- the owner -------------------------------------------------------------------------------------------------------


def _context(sample: bool) -> Any:
    """Where processes come from; starts the server, which makes a `sample` report before it serves."""
    if not FORK_IS_SAFE:
        return multiprocessing.get_context("spawn")
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["perfkit.cli", "perfkit.run.warm"])  # every process looks at the main script too
    _prctl(_SET_CHILD_SUBREAPER, 1)  # what loses the server comes to this process
    with interrupts_held():  # a folder that is made is also noted for removal
        if len(os.fsencode(util.get_temp_dir())) > _LONGEST:
            short = tempfile.mkdtemp(prefix="pymp-", dir="/tmp")
            multiprocessing.current_process()._config["tempdir"] = short  # type: ignore[attr-defined]
            util.Finalize(None, shutil.rmtree, args=(short, True), exitpriority=-100)
    own = {MARK: util.get_temp_dir(), "PERFKIT_OWNER": str(os.getpid()), "PERFKIT_SAMPLE": str(int(sample))}
    wanted = {**ENVIRONMENT, **own}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(ENVIRONMENT)
    try:
        resource_tracker.ensure_running()  # before the mark, for it serves other parts of this process too
        os.environ.update(wanted)
        with interrupts_held():
            forkserver.ensure_running()
        util.Finalize(None, end_server, exitpriority=0)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    return context


def end_server() -> None:
    """End the server and all that comes from it at once: there is nothing more to make, whatever they are doing."""
    if pid := _server():
        _kill_below(pid)


def _server() -> int | None:
    """The process number of the server; None where it has ended."""
    pid: int | None = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return pid


_one_at_a_time = threading.Lock()  # a dask worker may have several threads
_contexts: list[Any] = []
"""The one context of this process, when it is there."""
_guards: set[Any] = set()
"""Those that this process has started and not ended, in whatever thread."""


def server(reports: float = math.inf) -> Any:
    """The context of processes that are forked from a warm one; started so that it gets ready beside something else.

    Parameters
    ----------
    reports : how many are to be made, if that is known; for a few of them a sample report is not worth its time.
    """
    with _one_at_a_time:
        if not _contexts:
            _contexts.append(_context(reports > FEW))
        return _contexts[0]


def is_serving() -> bool:
    """Whether a server has been started, from which a process costs next to nothing."""
    return FORK_IS_SAFE and bool(_contexts)


def end_with_server() -> None:
    """Let this process, which comes from the server, end with it, and so with the server's owner."""
    if FORK_IS_SAFE:
        _prctl(_SET_PDEATHSIG, _KILL)
        _let_server_end()


class Reports:
    """Makes reports, so many at a time; used in a `with` block, after which nothing of it runs any more.

    Parameters
    ----------
    number : how many.
    seconds : wall time for each.
    """

    def __init__(self, number: int, seconds: float) -> None:
        self._number, self._seconds = number, seconds
        self._guards: dict[Any, Any] = {}  # connection to a guard → its process
        self._flying: dict[Any, tuple[Job, float]] = {}  # connection to a guard that is at work → its job, last moment

    def __enter__(self) -> Reports:
        return self

    def __exit__(self, *error: object) -> None:
        for guard in self._guards.values():
            guard.terminate()
        end = time.monotonic() + STOPPING
        for connection, guard in list(self._guards.items()):
            guard.join(max(0.0, end - time.monotonic()))
            self._end(connection)

    def make(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """How each job ended, as they end; jobs are taken as there is room for them."""
        jobs = iter(jobs)
        while True:
            for job in islice(jobs, self._number - len(self._flying)):
                self._start(job)
            if not self._flying:
                return
            ends = [self._guards[connection].sentinel for connection in self._flying]
            ready = wait([*self._flying, *ends], _LOOK)
            for connection, (job, end) in list(self._flying.items()):
                guard, outcome = self._guards[connection], None
                if connection in ready:
                    with suppress(EOFError, OSError):
                        outcome = connection.recv()
                elif guard.sentinel in ready or time.monotonic() > end:  # a cell has ended or stopped its guard
                    guard.kill()
                else:
                    continue
                del self._flying[connection]
                if not outcome:
                    self._end(connection)
                yield outcome or Outcome(job.case, LOST, error="生成报告的进程意外退出")

    def _start(self, job: Job) -> None:
        for connection in self._guards.keys() - self._flying.keys():
            if self._guards[connection].is_alive():
                break
            self._end(connection)
        else:
            connection = self._new_guard()
        self._flying[connection] = job, time.monotonic() + self._seconds + GRACE
        with suppress(OSError):  # the guard has been killed in this moment, which is seen when one listens to it
            connection.send(job)

    def _new_guard(self) -> Any:
        """The connection to a new guard.

        It is started once more where the server ended in that moment, for then there is a new one.
        """
        context = server()
        ours, theirs = context.Pipe()
        for last in (False, True):
            guard = context.Process(target=_guard, args=(self._seconds, theirs))
            try:
                with interrupts_held(), _one_at_a_time:
                    guard.start()
                    _guards.add(guard)
                break
            except (EOFError, OSError) as error:
                if last:
                    raise BrokenEngineError(f"不能启动生成报告的进程（{error}）") from error
                time.sleep(_LOOK)  # until it is seen to have ended
        theirs.close()
        self._guards[ours] = guard
        return ours

    def _end(self, connection: Any) -> None:
        """End a guard that has not ended by itself, and what it could not take along."""
        guard = self._guards.pop(connection)
        guard.join(STOPPING)
        if guard.is_alive():
            guard.kill()
            guard.join()
        connection.close()
        with _one_at_a_time:
            _guards.discard(guard)
            if guard.exitcode != 0:
                _kill_orphans()


def _kill_orphans() -> None:
    """End what a guard has left behind, which came to the server, or to this process if the server too was killed."""
    server, live = _server(), {guard.pid for guard in _guards}
    while orphans := [pid for pid in _children(server) if pid not in live and _runs(pid)]:
        for pid in orphans:
            _kill_below(pid)
    mark = f"{MARK}={util.get_temp_dir()}".encode()
    _kill_children(lambda pid: pid not in {server, *live} and mark in _told(pid, "environ"))


def open_standard_error() -> None:
    """Let standard error lead nowhere where this process has none (``2>&-``), also for the processes that it starts."""
    if sys.stderr is None:
        nowhere = os.open(os.devnull, os.O_WRONLY)  # takes the lowest number that is free: that of the missing one
        os.set_inheritable(nowhere, True)
        sys.stderr = open(nowhere, "w")  # noqa: SIM115


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C takes effect after the block, and not in a process that it starts."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ---- the guard -------------------------------------------------------------------------------------------------------


def _guard(seconds: float, owner: Connection[Any, Any]) -> None:
    """Have one report after the other made as the owner sends their jobs, and tell it how each ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the owner decides
    signal.signal(signal.SIGTERM, lambda *_: _leave(0))
    if FORK_IS_SAFE:
        _prctl(_SET_CHILD_SUBREAPER, 1)  # daemons of the maker become children of this process, which ends them
        _let_server_end()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    while True:
        try:
            job = owner.recv()
        except (EOFError, OSError):  # the owner is no more
            return
        outcome = _watched(job, seconds)
        with suppress(OSError):
            owner.send(outcome)


def _watched(job: Job, seconds: float) -> Outcome:
    """Have a report made, within its limits; leave nothing behind but the report, or the notebook as far as it came."""
    start = time.monotonic()
    parent = multiprocessing.parent_process()
    owner = [parent.sentinel] if parent else []
    cells: dict[int, Any] = {}  # index of each cell that has been begun → its outputs and number, None while it runs
    taken = (0, 0)  # what the two files held when the running cell began
    outcome, stopped = None, ("进程意外退出", "可能内存不足，或被系统、其他程序终止")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        maker, connection = _maker(job, (out, err))
        while outcome is None:
            left = start + seconds - time.monotonic()
            ready = wait([connection, *owner], max(0.0, min(_LOOK, left)))
            if connection in ready:
                try:
                    said = connection.recv()
                except (EOFError, OSError):
                    break
                if isinstance(said, Outcome):
                    outcome = said
                else:
                    index, cells[index], taken = said
            elif owner and owner[0] in ready:
                _kill_tree(maker)
                _leave(1)
            elif left <= 0:
                stopped = "超时", f"超过{seconds:g}秒没有完成，已终止；可用 --timeout 放宽"
                break
            elif sum(os.fstat(file.fileno()).st_size for file in (out, err)) > MOST_OUTPUT:
                stopped = TOO_MUCH
                break
        _kill_tree(maker)
        connection.close()
        if outcome is None:
            from .report import keep_unfinished

            out.seek(taken[0])
            err.seek(taken[1])
            outcome = keep_unfinished(job, cells, [out.read(MOST_OUTPUT), err.read(MOST_OUTPUT)], *stopped)
    return replace(outcome, seconds=time.monotonic() - start)


def _maker(job: Job, files: tuple[IO[bytes], IO[bytes]]) -> tuple[Any, Connection[Any, Any]]:
    """Start the process that makes a report and prints into these files; and the connection on which it says how."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    context: Any = multiprocessing.get_context("fork" if FORK_IS_SAFE else "spawn")
    descriptors = tuple(file.fileno() for file in files) if FORK_IS_SAFE else None
    maker = context.Process(target=_make, args=(job, descriptors, theirs, os.getpid()))
    maker.start()
    theirs.close()
    return maker, ours


def _make(job: Job, descriptors: tuple[int, int] | None, guard: Connection[Any, Any], parent: int) -> None:
    """Make a report, in the process that is there for nothing else."""
    if FORK_IS_SAFE:
        import resource

        _prctl(_SET_PDEATHSIG, _KILL)
        if os.getppid() != parent:
            os._exit(1)
        os.setsid()
        resource.setrlimit(resource.RLIMIT_DATA, (memory_share(), memory_share()))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    from .report import make

    gc.set_threshold(_SELDOM)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # else every report would draw the same numbers, those of the server
    try:
        outcome = make(job, descriptors, lambda *said: guard.send(said))
    except MemoryError:
        outcome = Outcome(job.case, FAILED, error="内存不足：报告用到的内存超过上限")
    with suppress(OSError):
        guard.send(outcome)


# ---- processes -------------------------------------------------------------------------------------------------------


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _children(pid: int | None) -> list[int]:
    """The processes that one has started, or taken over from others that ended; none of one that is not there.

    Only Linux tells of them.
    """
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def _kill_tree(maker: Any) -> None:
    """End a maker and everything that comes from it."""
    _kill_below(maker.pid)
    maker.join()
    _kill_children()


def _kill_children(which: Callable[[int], bool] = lambda pid: True) -> None:
    """End the children of this process and theirs, whatever they do, or those `which` is true of."""
    while victims := [pid for pid in _children(os.getpid()) if which(pid)]:
        for pid in victims:
            _kill_below(pid)
        for pid in victims:
            with suppress(OSError):
                os.waitpid(pid, 0)


def _kill_below(pid: int) -> None:
    with suppress(OSError):
        os.kill(pid, _STOP)  # it starts nothing more
    for child in _children(pid):
        _kill_below(child)
    with suppress(OSError):
        os.kill(pid, _KILL)


def _told(pid: int, what: str) -> bytes:
    """What Linux tells of a process: its ``stat`` or ``environ``; nothing of one that is not there."""
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def _runs(pid: int) -> bool:
    return _told(pid, "stat").rpartition(b") ")[2][:1] not in b"ZX"


def be_server() -> None:
    """Have what loses its guard come to this process, the server, where the owner finds it."""
    _prctl(_SET_CHILD_SUBREAPER, 1)
    warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid")


def _let_server_end() -> None:
    """Close what the server knows by that it is wanted: its owner alone decides that, and no process that it forked."""
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]


def _leave(code: int) -> None:
    """End this process at once, and everything below it."""
    _kill_children()
    os._exit(code)
