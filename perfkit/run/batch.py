"""Many reports: read and score all cases, then make the reports that are due, whatever happens to one of them."""

from __future__ import annotations

import pickle
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..cases.loading import TOGETHER
from ..errors import InputError, PerfkitError, Problem
from ..files import OutputError, folder_lock, remove
from .index import write_index, write_overview, write_scores
from .jobs import DONE, FAILED, LOST, OUTPUTS, PENDING, STOPPED, Job, Options, Outcome, package, sha256
from .ledger import HOME, Entry, Ledger, unseal
from .plan import Selected, find_notebooks, read, select
from .process import FEW, BrokenEngineError, Reports, end_server, end_with_server, is_serving, server
from .progress import Progress, log_as_events, say

if TYPE_CHECKING:
    from .cluster import Dask

ATTEMPTS_IF_LOST = 2  # a report whose worker was killed is made again even if no retries are asked for


@dataclass
class Summary:
    """How a run ended.

    Parameters
    ----------
    done : reports made; failures : those that were not.
    kept : reports that were there; failed_before : failures of earlier runs that were left alone.
    stopped : what ended the run too early, or "".
    notes : of each case, what is said of its report (see `Outcome.notes`).
    """

    out: Path
    done: int = 0
    failures: list[Outcome] = field(default_factory=list)
    kept: int = 0
    failed_before: int = 0
    stopped: str = ""
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every selected report is there."""
        return not (self.failures or self.failed_before or self.stopped)


def preview(paths: Sequence[Path], out: Path, options: Options) -> tuple[list[Entry], Summary]:
    """What a run would make, and what it would leave alone; nothing is written. Raises as `run`."""
    selected = select(paths, out, options)
    summary, ledger = Summary(out), Ledger(out, options.name, draft=True)
    wanted = _wanted(ledger, selected, options)
    _read(ledger, _unknown(ledger, wanted, options), options)
    return [ledger.known[case] for case in _due(ledger, wanted, options, summary)], summary


def run(paths: Sequence[Path], out: Path, options: Options) -> Summary:
    """Make the reports of the cases under `paths`, in `out`.

    Raises
    ------
    InputError : a case is faulty; then no report is made.
    PerfkitError : another run uses `out`, or nothing can be written there.
    """
    summary = Summary(out)
    with _events(summary) if options.json else nullcontext():
        selected = select(paths, out, options)
        with _locked(out, options):
            ledger = Ledger(out, options.name)
            _run(ledger, _wanted(ledger, selected, options), options, summary)
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
        others = {name: getattr(summary, name) for name in ("kept", "failed_before", "stopped")}
        say("end", done=summary.done, failed=len(summary.failures), **others)


def _run(ledger: Ledger, wanted: Sequence[Selected], options: Options, summary: Summary) -> None:
    unknown = _unknown(ledger, wanted, options)
    try:
        with _engine(options, len(unknown), ledger) if unknown else nullcontext() as engine:
            jobs = _read(ledger, unknown, options)
            if options.which == "all":  # should this run be interrupted, the next must not take what is there for done
                for item in unknown:
                    unseal(item.folder / OUTPUTS[-1])
            due = _due(ledger, wanted, options, summary)
            _write_tables(ledger, write_scores)
            if engine and due:
                _make(engine, ledger, {case: jobs[case] for case in due}, options, summary)
    except KeyboardInterrupt:
        summary.stopped = "已中断；再运行同一命令，从没有做完的接着做"
    except (OutputError, BrokenEngineError) as error:
        summary.stopped = f"{error}；已完成的都有登记，排除后再运行同一命令，从没有做完的接着做"
    with suppress(*(OutputError,) if summary.stopped else ()):
        overview = [write_overview] if "xlsx" in options.wanted.formats else []
        _write_tables(ledger, write_scores, write_index, *overview)


@contextmanager
def _locked(out: Path, options: Options) -> Iterator[None]:
    """Keep other runs off the folder; a shard only those that are not of another shard."""
    whole, own = out / HOME / "ledger.lock", out / HOME / f"{options.name}.lock"
    with folder_lock(whole, shared=own != whole), nullcontext() if own == whole else folder_lock(own):
        yield


def _wanted(ledger: Ledger, selected: Sequence[Selected], options: Options) -> Sequence[Selected]:
    """The selected cases, or those of them that have failed, whichever ledger of the folder knows."""
    if options.which != "failed":
        return selected
    return [item for item in selected if item.case in ledger.known and ledger.known[item.case].state == FAILED]


def _unknown(ledger: Ledger, wanted: Sequence[Selected], options: Options) -> Sequence[Selected]:
    """The cases to read: not those whose report will be left alone, as the ledger knows by the hashes of its inputs."""
    if options.which in ("all", "failed"):
        return wanted
    settled = (DONE, FAILED) if options.which == "unfinished" else (DONE,)
    digest = cache(sha256)

    def is_settled(item: Selected) -> bool:
        known = ledger.known.get(item.case)
        if known is None or known.state not in settled or known.package != package():
            return False
        there = known.state == FAILED or options.wanted.is_there(item.folder)
        inputs = known.inputs if there else {}
        return str(item.source.absolute()) in inputs and all(digest(Path(p)) == inputs[p] for p in inputs)

    return [item for item in wanted if not is_settled(item)]


def _read(ledger: Ledger, unknown: Sequence[Selected], options: Options) -> dict[str, bytes]:
    """Read and score cases, enter them in the ledger, and give the job of each, pickled in a tenth of its memory.

    Raises `InputError` for all that is wrong with them.
    """
    packed: dict[str, bytes] = {}
    if not unknown:
        return packed
    problems: list[Problem] = []
    with Progress("读取案例", len(unknown), json=options.json, brief=True) as progress:
        for jobs, faults in _in_chunks(unknown, options):
            problems += faults
            ledger.enter(*(ledger.plan(job, force=options.which == "all") for job in jobs))
            packed |= {job.case: zlib.compress(pickle.dumps(job), level=1) for job in jobs}
            progress.update(len(jobs))
    if problems:
        raise InputError(list(dict.fromkeys(problems)))  # many cases meet the same faulty rubric
    return packed


def _in_chunks(unknown: Sequence[Selected], options: Options) -> Iterator[tuple[list[Job], list[Problem]]]:
    """What `perfkit.run.plan.read` gives for chunks of the cases, in several processes where there are many.

    The first chunk is read here, while the server that the processes come from gets ready.
    """
    work = partial(read, notebooks=find_notebooks(options.project), wanted=options.wanted)
    size = min(TOGETHER, max(FEW, len(unknown) // (2 * options.workers + 1))) if is_serving() else TOGETHER
    chunks = [unknown[start : start + size] for start in range(0, len(unknown), size)]
    here = 1 if options.workers > 1 and len(chunks) > 2 else len(chunks)
    yield from map(work, chunks[:here])
    if here == len(chunks):
        return
    with ProcessPoolExecutor(options.workers, mp_context=server(len(unknown)), initializer=end_with_server) as pool:
        try:
            yield from pool.map(work, chunks[here:])
        except BrokenProcessPool as error:
            raise PerfkitError("没有读完案例：读取的进程意外退出，可能内存不足") from error
        except KeyboardInterrupt:
            end_server()  # else what is being read would be waited for
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _due(ledger: Ledger, wanted: Sequence[Selected], options: Options, summary: Summary) -> list[str]:
    """The cases whose reports are to be made; the others are counted."""
    due = []
    for item in wanted:
        state = ledger.known[item.case].state
        if state == PENDING or (state == FAILED and options.which != "unfinished"):
            due.append(item.case)
        else:
            summary.kept += state == DONE
            summary.failed_before += state == FAILED
    return due


def _engine(options: Options, reports: int, ledger: Ledger) -> Reports | Dask:
    if options.scheduler is None:
        server(reports)  # it gets ready while the cases are read
    if options.engine == "dask":
        from .cluster import Dask

        return Dask(options.workers, options.scheduler, ledger.path.with_suffix(".mark"), options.seconds)
    return Reports(options.workers, options.seconds)


def _make(engine: Reports | Dask, ledger: Ledger, due: Mapping[str, bytes], options: Options, summary: Summary) -> None:
    """Make the reports in waves: all, then again, one by one, those to be tried again. Raises `OutputError`."""
    attempts: Counter[str] = Counter()
    again: list[str] = []

    def outcomes() -> Iterator[Outcome]:
        yield from engine.make(map(_unpacked, due.values()))
        while again:  # alone: whatever ended the process of one that was lost does not reach the next
            yield from engine.make([_unpacked(due[again.pop(0)])])

    with Progress("生成报告", len(due), json=options.json) as progress:
        progress.say("start", kept=summary.kept)
        for outcome in outcomes():
            if outcome.status == STOPPED:
                raise OutputError(outcome.error)
            ledger.finish(outcome.case, DONE if outcome.status == DONE else FAILED)
            if outcome.notes:
                summary.notes[outcome.case] = outcome.notes
                for note in outcome.notes:
                    progress.say("note", case=outcome.case, message=note)
            if outcome.status == DONE:
                summary.done += 1
            else:
                attempts[outcome.case] += 1
                if attempts[outcome.case] < max(1 + options.retries, ATTEMPTS_IF_LOST * (outcome.status == LOST)):
                    again.append(outcome.case)
                    continue
                summary.failures.append(outcome)
            progress.report(outcome)


def _unpacked(packed: bytes) -> Job:
    job: Job = pickle.loads(zlib.decompress(packed))
    return job


def _write_tables(ledger: Ledger, *writers: Callable[[Path, list[Entry]], None]) -> None:
    """Write what lists all reports; one run after the other, so that the last one knows them all."""
    with folder_lock(ledger.out / HOME / "tables.lock", wait=True):
        remove(*ledger.out.glob(".*.tmp"))
        entries = ledger.entries()
        for write in writers:
            write(ledger.out, entries)
