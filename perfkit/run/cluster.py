"""Reports on other machines: tasks worked off by the workers of a dask scheduler (``pip install perfkit[cluster]``).

A worker that sees the input files as they are here reads them where they are, else they are sent with the task; one
that sees the output folder writes there, else the outputs come back. What comes back in any case is how each job ended.
"""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..errors import PerfkitError
from ..files import write_whole
from .jobs import LOST, OUTPUTS, UNSEEN, Job, Outcome, package, sha256
from .process import STOPPING, BrokenEngineError, Reports, end_server, server

CONNECTING = 20  # seconds
CLOSING = 5  # seconds that threads of this process have, which need a hundredth of one
LARGEST = 8  # reports a task
PACKAGE = "__import__('perfkit.run.jobs', fromlist=['package']).package()"  # for workers that may not have it
CUT_OFF = "与 dask 调度器的连接已断开"
AHEAD = 2  # tasks a worker's thread: one at work, one ready


class Dask:
    """The workers of a scheduler, or of a local cluster (see `perfkit.run.batch.Engine`).

    Parameters
    ----------
    workers : how many reports the local cluster makes at a time. Its scheduler and its worker are threads of this
        process, for each report has processes of its own anyway.
    scheduler : address such as ``tcp://10.0.0.1:8786``; None starts a local cluster.
    mark : a file in the output folder with a text that no other folder has.
    seconds : wall time for each report.

    Raises
    ------
    PerfkitError : `distributed` is not installed, no scheduler with a worker answers, or a worker has not this perfkit.
    """

    def __init__(self, workers: int, scheduler: str | None, mark: Path, seconds: float) -> None:
        self._seconds = seconds
        try:
            self._distributed: Any = import_module("distributed")
        except ImportError:
            raise PerfkitError('没有安装 distributed；请先 pip install "perfkit[cluster]"') from None
        for name in ("distributed", "distributed.client"):  # what matters of it is said in Chinese
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._mark = (mark.absolute(), mark.read_text(encoding="utf-8"))
        self._cluster: Any = None
        self._sends = False  # whether some worker does not see the input files
        if scheduler is None:
            _stopped.clear()
            import_module("dask.config").set({"distributed.worker.profile.enabled": False})  # a few per cent
            self._cluster = self._distributed.LocalCluster(
                n_workers=1,
                threads_per_worker=workers,
                processes=False,
                dashboard_address=":0",  # any port: that none is wanted would be taken for 8787, and a warning
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,
            )
        try:
            self._client = self._distributed.Client(self._cluster or scheduler, timeout=CONNECTING)
        except (OSError, ValueError) as error:
            raise PerfkitError(f"连不上 dask 调度器 {scheduler}；请核对地址，如 tcp://10.0.0.1:8786") from error
        try:
            self._client.wait_for_workers(1, timeout=CONNECTING)
        except TimeoutError as error:
            raise PerfkitError(f"dask 调度器 {scheduler} 在{CONNECTING}秒内没有一个工作进程") from error
        for address, found in self._client.run(eval, PACKAGE, on_error="return").items():
            if found != package():
                what = "没有装 perfkit" if isinstance(found, ImportError) else "的 perfkit 与本机的版本不同"
                raise PerfkitError(f"dask 工作机 {address} 上{what}；请装同一版本后再运行")
        self._client.run(_get_ready, on_error="ignore")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if kind is not None and self._cluster:  # else it would wait for what its worker is doing
            _stopped.set()
            end_server()
        elsewhere = STOPPING if kind is None else STOPPING / 3
        for part in (self._client, self._cluster):
            if part:
                with suppress(TimeoutError):
                    part.close(timeout=CLOSING if self._cluster else elsewhere)

    def _threads(self) -> int:
        try:
            threads: dict[str, int] = self._client.nthreads()
        except OSError as error:
            raise BrokenEngineError(CUT_OFF) from error
        return max(1, sum(threads.values()))

    def make(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """See `perfkit.run.batch.Engine.make`."""
        jobs = list(jobs)
        size = max(1, min(LARGEST, len(jobs) // (4 * self._threads())))  # worth its way, but every thread gets several
        waiting = [tuple(jobs[start : start + size]) for start in reversed(range(0, len(jobs), size))]
        flying: dict[Any, _Parcel] = {}
        landed = self._distributed.as_completed()

        def send(parcel: _Parcel) -> None:
            future = self._client.submit(_open, parcel, pure=False)
            flying[future.key] = parcel
            landed.add(future)

        while waiting or flying:
            while waiting and len(flying) < AHEAD * self._threads():
                send(self._pack(waiting.pop()))
            future = next(landed)
            parcel = flying.pop(future.key)
            if future.status == "finished":
                outcomes = future.result()
                if outcomes[0].status == UNSEEN:
                    self._sends = True
                    send(self._pack(parcel.jobs))
                else:
                    yield from _kept(parcel.jobs, outcomes)
            elif isinstance(future.exception(), self._distributed.KilledWorker):
                yield from (Outcome(job.case, LOST, error="工作进程一再意外退出") for job in parcel.jobs)
            elif future.status == "error":
                error = future.exception()
                if isinstance(error, PerfkitError):
                    raise error
                raise BrokenEngineError(f"任务在 dask 工作机上出错（{type(error).__name__}: {error}）") from error
            else:
                raise BrokenEngineError(CUT_OFF)

    def _pack(self, jobs: Sequence[Job]) -> _Parcel:
        paths = {Path(path) for job in jobs for path in job.inputs} if self._sends else set()
        return _Parcel(tuple(jobs), self._seconds, package(), self._mark, {path: path.read_bytes() for path in paths})


@dataclass(frozen=True)
class _Parcel:
    """Jobs with what the worker needs to check, and with the input files, if any worker does not see them."""

    jobs: tuple[Job, ...]
    seconds: float
    package: str
    mark: tuple[Path, str]
    files: dict[Path, bytes]


_stopped = threading.Event()
"""Set when the local cluster is to make no more reports."""


def _get_ready() -> None:
    """Start the server of a worker's reports, which gets warm while the cases are read."""
    server()


def _made(jobs: Sequence[Job], seconds: float) -> list[Outcome]:
    """Make reports one after the other, in processes beside this one, which dask means to have none."""
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    with Reports(1, seconds) as reports:
        return list(reports.make(takewhile(lambda _: not _stopped.is_set(), jobs)))


def _open(parcel: _Parcel) -> list[Outcome]:
    """Work off a parcel, on a worker."""
    if package() != parcel.package:
        raise BrokenEngineError("工作机上的 perfkit 与本机的版本不同，请装同一版本")
    jobs, seconds = parcel.jobs, parcel.seconds
    here = all(sha256(Path(path)) == digest for job in jobs for path, digest in job.inputs.items())
    if not here and not parcel.files:
        return [Outcome(job.case, UNSEEN) for job in jobs]
    path, text = parcel.mark
    sees = path.is_file() and path.read_text(encoding="utf-8") == text
    if here and sees:
        return _made(jobs, seconds)
    # in the worker's own folder, which dask clears up after a worker that was killed
    with tempfile.TemporaryDirectory(dir=import_module("distributed").get_worker().local_directory) as name:
        root = Path(name)
        if not here:
            jobs = tuple(_moved(job, parcel.files, root) for job in jobs)
        if sees:
            return _made(jobs, seconds)
        jobs = tuple(replace(job, folder=root / "out" / str(number)) for number, job in enumerate(jobs))
        return [
            replace(outcome, files={file.name: file.read_bytes() for file in job.folder.glob("*.*")})
            for job, outcome in zip(jobs, _made(jobs, seconds), strict=True)
        ]


def _moved(job: Job, files: dict[Path, bytes], root: Path) -> Job:
    """The job with its input files below `root`."""

    def move(path: Path) -> Path:
        return root / "in" / path.relative_to(path.anchor)

    for path in map(Path, job.inputs):
        move(path).parent.mkdir(parents=True, exist_ok=True)
        move(path).write_bytes(files[path])
        if path.parent.name in ("rubrics", "profiles"):  # by which the folder of parameters is known
            for kind in ("rubrics", "profiles"):
                (move(path).parents[1] / kind).mkdir(exist_ok=True)
    inputs = {str(move(Path(path))): digest for path, digest in job.inputs.items()}
    look = job.wanted.template
    wanted = replace(job.wanted, template=look and move(look.absolute()))
    return replace(job, source=move(job.source), notebook=move(job.notebook), inputs=inputs, wanted=wanted)


def _kept(jobs: Sequence[Job], outcomes: list[Outcome]) -> list[Outcome]:
    """Write the outputs that have come back; the outcomes without them. Raises `OutputError`."""
    for job, outcome in zip(jobs, outcomes, strict=True):
        for name in (*OUTPUTS, *job.wanted.further):
            if name in outcome.files:
                write_whole(job.folder / name, outcome.files[name])
    return [replace(outcome, files={}) for outcome in outcomes]
