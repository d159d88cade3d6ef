"""Audit speed: case files read, scored and audited a second, on one core, and how it grows."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from measuring import table
from synthetic import write_cases

from perfkit import load_cases
from perfkit.audit import audit

SOURCE = Path(__file__).resolve().parents[1] / "params" / "cases" / "qingyunpu-union-2022.yaml"


def run(sizes: tuple[int, ...] = (100, 1_000, 10_000)) -> str:
    """Measure and return a Markdown section."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "cases"
            write_cases(SOURCE, folder, size)
            start = time.perf_counter()
            cases, problems = load_cases([folder])
            read = time.perf_counter()
            found = sum(len(audit(case)) for case in cases)
            end = time.perf_counter()
            assert not problems
        seconds = end - start
        share = f"{(read - start) / seconds:.0%}"
        rows.append((f"{size:,}", f"{seconds:.1f}", f"{size / seconds:.0f}", share, f"{found:,}"))
    head = ("case files", "seconds", "audits/s", "of it reading and checking", "findings")
    aim = "Aim: 1,000 case files in under 20 seconds."
    return f"## Audit of 44-indicator case files, one core\n\n{table(head, rows)}\n\n{aim}"


if __name__ == "__main__":
    print(run())
