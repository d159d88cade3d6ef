"""Reports on other machines: tasks worked off by the workers of a dask scheduler (``pip install perfkit[cluster]``).

A worker writes into the output folder, which it has to see under the same path, and reads the input files where they
are, or, if it does not see those, as they were sent with the task. What comes back is how each job ended.
"""

from __future__ import annotations

import logging
import multiprocessing
import secrets
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import Any

from ..errors import PerfkitError
from ..files import write_whole
from ..rubrics.rubric import LIBRARY
from .jobs import LOST, UNSEEN, Job, Outcome, package, sha256
from .process import STOPPING, BrokenEngineError, Reports, end_server, server

CONNECTING = 20  # seconds
CLOSING = 5  # seconds that threads of this process have, which need a hundredth of one
LARGEST = 8  # reports a task
_OTHER = "没有装与本机同一版本的 perfkit；请装好后再运行"
CUT_OFF = "与 dask 调度器的连接已断开"
AHEAD = 2  # tasks a worker's thread: one at work, one ready


class Dask:
    """The workers of a scheduler, or of a local cluster; used in a `with` block, as `perfkit.run.process.Reports`.

    Parameters
    ----------
    workers : how many reports the local cluster makes at a time. Its scheduler and its worker are threads of this
        process, for each report has processes of its own anyway.
    scheduler : address such as ``tcp://10.0.0.1:8786``; None starts a local cluster.
    mark : where to write a file into the output folder by which workers are asked whether they see that.
    seconds : wall time for each report.

    Raises
    ------
    PerfkitError : `distributed` is not installed, no scheduler with a worker answers, or a worker has not this perfkit
        or does not see the output folder.
    """

    def __init__(self, workers: int, scheduler: str | None, mark: Path, seconds: float) -> None:
        self._seconds = seconds
        try:
            self._distributed: Any = import_module("distributed")
        except ImportError:
            raise PerfkitError('没有安装 distributed；请先 pip install "perfkit[cluster]"') from None
        for name in ("distributed", "distributed.client"):  # what matters of it is said in Chinese
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._mark = (mark, secrets.token_hex())  # a text that no other folder has
        write_whole(*self._mark)
        self._cluster: Any = None
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
            self._client.wait_for_workers(1, timeout=CONNECTING)
        except (OSError, ValueError) as error:
            why = f"连不上 dask 调度器 {scheduler}，或它在{CONNECTING}秒内没有一个工作进程"
            raise PerfkitError(f"{why}；请核对地址，如 tcp://10.0.0.1:8786") from error
        for address, found in self._client.run(_refusal, package(), *self._mark, on_error="return").items():
            if found:  # a worker without it cannot even ask itself
                raise PerfkitError(f"dask 工作机 {address} {found if isinstance(found, str) else _OTHER}")

    def __enter__(self) -> Dask:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
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
        """How each job ended, as they end."""
        jobs = list(jobs)
        size = max(1, min(LARGEST, len(jobs) // (4 * self._threads())))  # worth its way, but every thread gets several
        waiting = [tuple(jobs[start : start + size]) for start in reversed(range(0, len(jobs), size))]
        flying: dict[Any, tuple[Job, ...]] = {}
        landed = self._distributed.as_completed()
        sends = False  # whether some worker has not seen its input files
        while waiting or flying:
            while waiting and len(flying) < AHEAD * self._threads():
                some = waiting.pop()
                files = _contents(some) if sends else None
                future = self._client.submit(_work_off, some, files, self._seconds, package(), self._mark, pure=False)
                flying[future.key] = some
                landed.add(future)
            future = next(landed)
            some = flying.pop(future.key)
            if future.status == "finished":
                outcomes = future.result()
                if outcomes[0].status == UNSEEN:
                    sends = True
                    waiting.append(some)
                else:
                    yield from outcomes
            elif isinstance(future.exception(), self._distributed.KilledWorker):
                yield from (Outcome(job.case, LOST, error="工作进程一再意外退出") for job in some)
            elif future.status == "error":
                error = future.exception()
                if isinstance(error, PerfkitError):
                    raise error
                raise BrokenEngineError(f"任务在 dask 工作机上出错（{type(error).__name__}: {error}）") from error
            else:
                raise BrokenEngineError(CUT_OFF)


_stopped = threading.Event()
"""Set when the local cluster is to make no more reports."""


def _refusal(wanted: str, mark: Path, text: str) -> str:
    """Why this worker can make no reports; "" where it can: then the server of its reports gets warm."""
    if package() != wanted:
        return _OTHER
    if not mark.is_file() or mark.read_text(encoding="utf-8") != text:
        folder = mark.parents[1].as_posix()
        return f"看不见输出文件夹 {folder}；请把 --out 放在各台机器都看得见的磁盘上，路径相同"
    server()
    return ""


def _contents(jobs: Sequence[Job]) -> dict[str, bytes]:
    """The input files of the jobs; one that is gone by now is missed where the report is made."""
    paths = {path for job in jobs for path in job.inputs}
    return {path: Path(path).read_bytes() for path in paths if Path(path).is_file()}


def _work_off(
    jobs: Sequence[Job], files: dict[str, bytes] | None, seconds: float, wanted: str, mark: tuple[Path, str]
) -> list[Outcome]:
    """Make reports on a worker, which may have come after the others were looked at.

    Where it does not see the input files and was sent none, nothing is made: every outcome is ``unseen``.
    """
    worker = import_module("distributed").get_worker()
    if why := _refusal(wanted, *mark):
        raise BrokenEngineError(f"dask 工作机 {worker.address} {why}")
    if all(sha256(Path(path)) == digest for job in jobs for path, digest in job.inputs.items()):
        return _made(jobs, seconds)
    if files is None:
        return [Outcome(job.case, UNSEEN) for job in jobs]
    # in the worker's own folder, which dask clears up after a worker that was killed
    with tempfile.TemporaryDirectory(dir=worker.local_directory) as name:
        for path, content in files.items():
            file = _moved(path, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.parent.name in LIBRARY:  # which only together are a library
                for folder in LIBRARY:
                    (file.parent.parent / folder).mkdir(exist_ok=True)
            file.write_bytes(content)
        return _made([_reading_from(job, name) for job in jobs], seconds)


def _made(jobs: Sequence[Job], seconds: float) -> list[Outcome]:
    """Make reports one after the other, in processes beside this one, which dask means to have none."""
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    with Reports(1, seconds) as reports:
        return list(reports.make(takewhile(lambda _: not _stopped.is_set(), jobs)))


def _moved(path: str | Path, root: str) -> Path:
    """Where below `root` an input file is that was sent."""
    return Path(root) / Path(path).relative_to(Path(path).anchor)


def _reading_from(job: Job, root: str) -> Job:
    """The job with its input files below `root`."""
    look = job.wanted.template
    return replace(
        job,
        source=_moved(job.source, root),
        notebook=_moved(job.notebook, root),
        inputs={str(_moved(path, root)): digest for path, digest in job.inputs.items()},
        wanted=replace(job.wanted, template=look and _moved(look.absolute(), root)),
    )
