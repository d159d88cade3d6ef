"""Audit speed: case files read, scored and audited a second, on one core, and how it grows."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from measuring import table
from synthetic import write_cases

from perfkit import Case
from perfkit.auditing import audit
from perfkit.cases.loading import iter_cases

SOURCE = Path(__file__).resolve().parents[1] / "params" / "cases" / "qingyunpu-union-2022.yaml"


def run(sizes: tuple[int, ...] = (100, 1_000, 10_000)) -> str:
    """Measure and return a Markdown section."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "cases"
            write_cases(SOURCE, folder, size)
            found, auditing = 0, 0.0
            start = time.perf_counter()
            for case in iter_cases([folder]):
                assert isinstance(case, Case)
                read = time.perf_counter()
                found += len(audit(case))
                auditing += time.perf_counter() - read
            seconds = time.perf_counter() - start
        share = f"{1 - auditing / seconds:.0%}"
        rows.append((f"{size:,}", f"{seconds:.1f}", f"{size / seconds:.0f}", share, f"{found:,}"))
    head = ("case files", "seconds", "audits/s", "of it reading and checking", "findings")
    aim = "Aim: 1,000 case files in under 20 seconds."
    return f"## Audit of 44-indicator case files, one core\n\n{table(head, rows)}\n\n{aim}"


if __name__ == "__main__":
    print(run())
