"""Many reports: read and score all cases, then make the reports that are due, whatever happens to one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Literal, TypeVar

from ..cases.loading import TOGETHER
from ..errors import InputError, PerfkitError, Problem
from ..files import OutputError, folder_lock, remove
from .engines import BrokenEngineError, Engine, Lost, Serial, Workers
from .index import write_index, write_scores
from .jobs import (
    DONE,
    FAILED,
    LOST,
    OUTPUTS,
    PENDING,
    STOPPED,
    Outcome,
    sha256,
)
from .ledger import HOME, Entry, Ledger
from .plan import Selected, find_notebooks, read, select
from .progress import Progress, log_as_events, say, warn
from .render import Limits, RenderTask, render_jobs, warm_up

GRACE = 150  # seconds beside the time limit of a report, in which its kernel starts and its files are written
ATTEMPTS_IF_LOST = 2  # a report whose worker was killed is made again even if no retries are asked for

Item = TypeVar("Item")


@dataclass(frozen=True)
class Options:
    """How to run.

    Parameters
    ----------
    which : of the selected cases ``due`` those whose report is not there, failed, or no longer fits its inputs;
        ``unfinished`` of these not those that have failed; ``failed`` only those; ``all`` even those that are done.
    only, shard, limit : select the cases (see `perfkit.run.plan.select`).
    workers : how many reports at a time.
    engine : None chooses ``serial`` for one report or one worker, else ``process``.
    scheduler : address of a dask scheduler; None: a local cluster, where the engine is ``dask``.
    retries : how often a failed report is tried again, after all others.
    json : say what happens as lines of JSON.
    """

    which: Literal["due", "unfinished", "failed", "all"] = "due"
    only: tuple[str, ...] = ()
    shard: tuple[int, int] = (1, 1)
    limit: int | None = None
    workers: int = 1
    engine: Literal["serial", "process", "dask"] | None = None
    scheduler: str | None = None
    limits: Limits = Limits()
    retries: int = 0
    json: bool = False

    @property
    def name(self) -> str:
        """The name of the ledger: every shard has its own, so that they may run side by side."""
        return "ledger" if self.shard == (1, 1) else f"ledger-{self.shard[0]}-of-{self.shard[1]}"


@dataclass
class Summary:
    """How a run ended.

    Parameters
    ----------
    done : reports made; failures : those that were not.
    kept : reports that were there; failed_before : failures of earlier runs that were left alone.
    stopped : what ended the run too early, or "".
    """

    out: Path
    done: int = 0
    failures: list[Outcome] = field(default_factory=list)
    kept: int = 0
    failed_before: int = 0
    stopped: str = ""

    @property
    def ok(self) -> bool:
        """Whether every selected report is there."""
        return not (self.failures or self.failed_before or self.stopped)


def preview(paths: Sequence[Path], out: Path, options: Options) -> tuple[list[Entry], Summary]:
    """What a run would make, and what it would leave alone; nothing is written. Raises as `run`."""
    selected = select(paths, out, only=options.only, shard=options.shard, limit=options.limit)
    summary = Summary(out)
    with closing(Ledger(out, options.name, draft=True)) as ledger:
        wanted = _wanted(ledger, selected, options)
        _read(ledger, _unknown(ledger, wanted, options), options)
        due = set(_due(ledger, wanted, options, summary))
        entries = [entry for entry in ledger.entries() if entry.case in due]
        _warn(ledger, options)
        return entries, summary


def run(paths: Sequence[Path], out: Path, options: Options) -> Summary:
    """Make the reports of the cases under `paths`, in `out`.

    Raises
    ------
    InputError : a case is faulty; then no report is made.
    PerfkitError : another run uses `out`, or nothing can be written there.
    """
    summary = Summary(out)
    with _events(summary) if options.json else nullcontext():
        selected = select(paths, out, only=options.only, shard=options.shard, limit=options.limit)
        new = not out.exists()
        with (
            _locked(out, options) as lock,
            _taken_back_if_faulty(out, lock, new=new),
            closing(Ledger(out, options.name)) as ledger,
        ):
            _run(ledger, _wanted(ledger, selected, options), options, lock, summary)
            _warn(ledger, options)
    return summary


@contextmanager
def _events(summary: Summary) -> Iterator[None]:
    """Let all that the block has to say be lines of JSON, the errors that it raises too; the last one is ``end``."""
    log_as_events(True)
    try:
        yield
    except BaseException as error:
        problems = error.problems if isinstance(error, InputError) else ()
        for problem in problems:
            say("error", message=str(problem))
        summary.stopped = f"输入有{len(problems)}处错误" if problems else str(error) or type(error).__name__
        raise
    finally:
        log_as_events(False)
        say(
            "end",
            done=summary.done,
            failed=len(summary.failures),
            kept=summary.kept,
            failed_before=summary.failed_before,
            stopped=summary.stopped,
        )


def _warn(ledger: Ledger, options: Options) -> None:
    for path, reason in ledger.unread.items():
        text = f"读不出台账 {path.as_posix()}（{reason}），只登记在其中的报告没有计入；它那一批再运行一次即补上"
        warn(text, json=options.json)


def _run(ledger: Ledger, wanted: Sequence[Selected], options: Options, lock: Path, summary: Summary) -> None:
    unknown = _unknown(ledger, wanted, options)
    try:
        with _engine(options, len(unknown), lock) if unknown else nullcontext() as engine:
            _read(ledger, unknown, options)
            if options.which == "all":  # should this run be interrupted, the next must not take what is there for done
                remove(*(item.folder / OUTPUTS[-1] for item in unknown))
            due = _due(ledger, wanted, options, summary)
            _write_tables(ledger, write_scores)
            if engine and due:
                _make(engine, ledger, due, options, summary)
    except KeyboardInterrupt:
        summary.stopped = "已中断；再运行同一命令，从没有做完的接着做"
    except (OutputError, BrokenEngineError) as error:
        summary.stopped = f"{error}；已完成的都有登记，排除后再运行同一命令，从没有做完的接着做"
    with suppress(*(OutputError,) if summary.stopped else ()):
        _write_tables(ledger, write_scores, write_index)


@contextmanager
def _taken_back_if_faulty(out: Path, lock: Path, *, new: bool) -> Iterator[None]:
    """After faulty input remove the files that this run has made, and folders that nobody else has put anything in."""
    ledger = lock.with_suffix(".sqlite")
    made = () if ledger.exists() else (ledger, lock, lock.parent, *([out] if new else ()))
    try:
        yield
    except InputError:
        for path in made:
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


@contextmanager
def _locked(out: Path, options: Options) -> Iterator[Path]:
    """Keep other runs off the folder; a shard only those that are not of another shard. Yields the lock's file."""
    whole, own = out / HOME / "ledger.lock", out / HOME / f"{options.name}.lock"
    with folder_lock(whole, shared=own != whole):
        if own == whole:
            yield own
        else:
            with folder_lock(own):
                yield own


def _wanted(ledger: Ledger, selected: Sequence[Selected], options: Options) -> Sequence[Selected]:
    """The selected cases, or those of them that have failed, whichever ledger of the folder knows."""
    ledger.adopt({item.case for item in selected})
    return [s for s in selected if ledger.state(s.case) == FAILED] if options.which == "failed" else selected


def _unknown(ledger: Ledger, wanted: Sequence[Selected], options: Options) -> Sequence[Selected]:
    """The cases to read: not those whose report will be left alone, as the ledger knows by the hashes of its inputs."""
    if options.which in ("all", "failed"):
        return wanted
    settled = (DONE, FAILED) if options.which == "unfinished" else (DONE,)
    digest = cache(sha256)

    def is_settled(item: Selected) -> bool:
        known = ledger.inputs(item.case) if ledger.state(item.case) in settled else {}
        return str(item.source.absolute()) in known and all(digest(Path(p)) == known[p] for p in known)

    return [item for item in wanted if not is_settled(item)]


def _read(ledger: Ledger, unknown: Sequence[Selected], options: Options) -> None:
    """Read and score cases and enter them in the ledger. Raises `InputError` for all that is wrong with them."""
    if not unknown:
        return
    notebooks = find_notebooks(unknown[0].source)
    problems: list[Problem] = []
    several = len(unknown) > 2 * TOGETHER and options.workers > 1
    reader = Workers(options.workers, _nothing) if several else Serial(_nothing)
    with reader, Progress("读取案例", len(unknown), json=options.json, brief=True) as progress:
        for chunk, result in reader.run(partial(read, notebooks=notebooks), _chunks(unknown, TOGETHER)):
            if isinstance(result, Lost):
                raise PerfkitError(f"没有读完案例：{result.reason}")
            jobs, faults = result
            problems += faults
            with ledger.transaction():
                for job in jobs:
                    ledger.plan(job, force=options.which == "all")
            progress.step(len(chunk))
    if problems:
        raise InputError(problems)


def _nothing() -> None:
    """Nothing to prepare."""


def _due(ledger: Ledger, wanted: Sequence[Selected], options: Options, summary: Summary) -> list[str]:
    """The cases whose reports are to be made; the others are counted."""
    due = []
    for item in wanted:
        state = ledger.state(item.case)
        if state == PENDING or (state == FAILED and options.which != "unfinished"):
            due.append(item.case)
        else:
            summary.kept += state == DONE
            summary.failed_before += state == FAILED
    return due


def _engine(options: Options, reports: int, lock: Path) -> Engine:
    prepare = partial(_prepare, options.limits, options.json)
    if options.engine == "dask":
        from .cluster import Dask

        return Dask(options.workers, options.scheduler, lock)
    workers = min(options.workers, reports)
    if options.engine == "serial" or (options.engine is None and workers == 1):
        return Serial(prepare)
    return Workers(workers, prepare)


def _prepare(limits: Limits, json: bool) -> None:
    """Get a process ready to make reports."""
    if json:
        log_as_events(True)
    warm_up(limits)


def _make(engine: Engine, ledger: Ledger, due: Sequence[str], options: Options, summary: Summary) -> None:
    """Make the reports in waves: all, then again, one by one, those to be tried again. Raises `OutputError`."""
    attempts: Counter[str] = Counter()
    size = engine.chunk(len(due))
    with Progress("生成报告", len(due), json=options.json) as progress:
        progress.say("start", kept=summary.kept)
        while due:
            again = []
            tasks = ((tuple(map(ledger.job, cases)), options.limits) for cases in _chunks(due, size))
            for outcome in _outcomes(engine, tasks, size * options.limits.seconds + GRACE):
                if outcome.status == STOPPED:
                    raise OutputError(outcome.error)
                ledger.finish(outcome)
                if outcome.status == DONE:
                    summary.done += 1
                else:
                    attempts[outcome.case] += 1
                    if attempts[outcome.case] < max(1 + options.retries, ATTEMPTS_IF_LOST * (outcome.status == LOST)):
                        again.append(outcome.case)
                        continue
                    summary.failures.append(outcome)
                progress.report(outcome)
            due, size = again, 1


def _outcomes(engine: Engine, tasks: Iterator[RenderTask], seconds: float) -> Iterator[Outcome]:
    for (jobs, _), result in engine.run(render_jobs, tasks, seconds):
        if isinstance(result, Lost):
            yield from (Outcome(job.case, LOST, error=result.reason) for job in jobs)
        else:
            yield from result


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _write_tables(ledger: Ledger, *writers: Callable[[Path, list[Entry]], None]) -> None:
    """Write what lists all reports; one run after the other, so that the last one knows them all."""
    with folder_lock(ledger.out / HOME / "tables.lock", wait=True):
        remove(*ledger.out.glob(".*.tmp"))
        entries = ledger.entries()
        for write in writers:
            write(ledger.out, entries)
