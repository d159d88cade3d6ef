"""Run every benchmark and write docs/performance.md (``make bench``); takes an hour on two cores."""

from __future__ import annotations

import sys
from pathlib import Path

import auditing
import measuring
import reports
import scoring

TARGET = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
HEAD = """# Performance

Written by `make bench`. Medians of interleaved rounds on a shared machine: read the ratios, not the absolute figures.
"""


def main() -> None:
    """Measure all; print each section as it is done."""
    sections = [HEAD + "\n" + measuring.machine() + "\n"]
    for section in (scoring.run, scoring.growth, reports.measure, reports.growth, reports.engines, auditing.run):
        sections.append(section() + "\n")
        print(sections[-1], flush=True)
    TARGET.write_text("\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
