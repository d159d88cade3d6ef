"""What is read from five real reports, held against the cases that people encoded from the same reports.

Run as ``python benchmarks/documents.py FOLDER``: the folder holds the reports as .docx and .pdf, named like the cases
in ``params/cases``. The encoded cases are only compared with; the reader never sees them.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from perfkit.auditing import Finding, audit
from perfkit.cases.case import Case
from perfkit.cases.loading import load_case
from perfkit.cases.models import EvaluationFile, MonitoringFile
from perfkit.documents import load_document
from perfkit.documents.words import plain
from perfkit.figures.printed import Printed
from perfkit.figures.quantities import MONEY, POINTS, RATIO, Figure
from perfkit.rubrics.rubric import find_library

CASES = Path(__file__).parents[1] / "params" / "cases"
ALIKE = 0.7


def encoded(name: str) -> list[Case]:
    """The cases that people encoded of one report."""
    folder = CASES / name
    if folder.is_dir():
        files = sorted(path for path in folder.glob("*.yaml") if path.stem != "department")
        return [load_case(path) for path in files]
    return [load_case(CASES / f"{name}.yaml")]


def names(case: Case) -> list[str]:
    if isinstance(case.file, MonitoringFile):
        return [goal.compared.name or goal.name for goal in case.file.goals if goal.compared]
    return [indicator.name for indicator in case.rubric.indicators] if case.rubric else []


def alike(a: str, b: str) -> bool:
    a, b = plain(a), plain(b)
    return a == b or SequenceMatcher(None, a, b).ratio() >= ALIKE or (len(a) > 5 and a[:6] == b[:6])


def figures(value: Any) -> Iterator[Figure]:
    """Every printed figure of a case."""
    if isinstance(value, Printed):
        yield from (entry.value for entry in value.entries if isinstance(entry.value, Figure))
    elif isinstance(value, BaseModel):
        for _, item in value:
            yield from figures(item)
    elif isinstance(value, dict | tuple | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from figures(item)


def counted(cases: list[Case]) -> set[tuple[str, float]]:
    """Different amounts, rates and points of the cases."""
    found = (figure for case in cases for figure in figures(case.file))
    return {(f.unit, round(f.value, 6)) for f in found if f.unit in (MONEY, RATIO, POINTS)}


def scores(case: Case) -> dict[str, float]:
    published = case.file.published.indicators if isinstance(case.file, EvaluationFile) else {}
    return {key: item.score.value.value for key, item in published.items() if item.score}


def same(a: Finding, b: Finding) -> bool:
    """Whether two findings are of one thing: the code, and the indicator or what is printed."""
    if a.code != b.code:
        return False
    about = a.indicator and b.indicator and alike(a.indicator, b.indicator)
    return bool(about or (a.printed and a.printed == b.printed) or (not a.indicator and not b.indicator))


def compare(path: Path) -> None:
    started = time.perf_counter()
    handed = load_document(path, find_library(CASES))
    seconds = time.perf_counter() - started
    read, hand = handed.cases, encoded(path.stem)
    wanted = [name for case in hand for name in names(case)]
    got = [name for case in read for name in names(case)]
    left, rows = list(got), 0
    for name in wanted:
        match = next((other for other in left if plain(other) == plain(name)), None)
        match = match or next((other for other in left if alike(other, name)), None)
        if match:
            left.remove(match)
            rows += 1
    hand_scores = Counter(round(score, 4) for case in hand for score in scores(case).values())
    read_scores = Counter(round(score, 4) for case in read for score in scores(case).values())
    known, found = counted(hand), counted(read)
    theirs = [item for case in hand for item in audit(case)]
    ours = [item for case in read for item in audit(case)]
    hit = [item for item in theirs if any(same(item, other) for other in ours)]
    strange = [x for x in ours if x.severity == "error" and not any(same(x, other) for other in theirs)]
    print(f"{path.name}  {seconds:.2f} s  {handed.line}")
    print(
        f"  rows {rows} of {len(wanted)}, scores {sum((hand_scores & read_scores).values())} of {hand_scores.total()}"
    )
    print(f"  money, rates, points {len(known & found)} of {len(known)} = {len(known & found) / len(known):.1%}")
    print(f"  findings {len(hit)} of {len(theirs)} = {len(hit) / len(theirs):.1%}; errors not encoded {len(strange)}")
    for item in strange:
        print(f"    ! {item.code} {item.message}")
    if "-v" in sys.argv:
        print("  missing figures", sorted(known - found))
        for item in theirs:
            if item not in hit:
                print(f"    - {item.severity} {item.code} {item.indicator or ''} {item.message[:90]}")


if __name__ == "__main__":
    for report in sorted(Path(sys.argv[1]).glob("*.*")):
        if report.suffix in (".docx", ".pdf"):
            compare(report)
