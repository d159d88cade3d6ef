"""Many reports: plan all, then render them side by side; one failure does not stop the others."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from .index import write_index
from .jobs import Job
from .render import DONE, Outcome, render_job


def run_jobs(jobs: Sequence[Job], out: Path, workers: int = 1) -> list[Outcome]:
    """Render every job and write the index; outcomes in the order they ended."""
    outcomes = list(_progress(_render_all(jobs, workers), len(jobs)))
    write_index(out, jobs)
    return outcomes


def _render_all(jobs: Sequence[Job], workers: int) -> Iterator[Outcome]:
    if workers <= 1 or len(jobs) <= 1:
        yield from map(render_job, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=context) as pool:
        for future in as_completed([pool.submit(render_job, job) for job in jobs]):
            yield future.result()


def _progress(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """One bar on a terminal, one line a report elsewhere; failures so far on both."""
    from tqdm import tqdm

    failed = 0
    terminal = sys.stderr.isatty()
    bar = tqdm(total=total, unit="份", desc="生成报告", disable=not terminal)
    for number, outcome in enumerate(outcomes, start=1):
        failed += outcome.status != DONE
        bar.set_postfix_str(f"失败{failed}")
        bar.update()
        if not terminal:
            state = "完成" if outcome.status == DONE else f"失败：{outcome.error}"
            print(f"[{number}/{total}] {outcome.case} {outcome.seconds:.1f}秒 {state}", file=sys.stderr, flush=True)
        yield outcome
    bar.close()
