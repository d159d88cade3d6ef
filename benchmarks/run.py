"""Run every benchmark and write docs/performance.md (``make bench``); takes half an hour on two cores."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import auditing
import measuring
import portfolio
import reports
import scoring

TARGET = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
HEAD = """# Performance

Written by `make bench`. Medians of interleaved rounds on a shared machine: read the ratios, not the absolute figures.
"""
SECTIONS = (
    scoring.run,
    scoring.growth,
    reports.measure,
    reports.growth,
    reports.engines,
    auditing.run,
    portfolio.run,
)


def main() -> None:
    """Measure all, each section in a process of its own (a child counts its parent's memory); print what is done."""
    parts = [HEAD + "\n" + measuring.machine() + "\n"]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        for section in SECTIONS:
            parts.append(pool.submit(section).result() + "\n")
            print(parts[-1], flush=True)
    TARGET.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
