"""Scoring speed: perfkit's wide table against a row-by-row pandas apply and a LibreOffice recalculation."""

from __future__ import annotations

import math
import shutil
import subprocess
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import ROUNDS, interleaved, median, table
from openpyxl import Workbook
from synthetic import NUMERIC, columns, rubric

from perfkit import score_many

APPLY_ROWS, SHEET_ROWS, MANY = 60_000, 60_000, 6_000_000


def by_row(row: pd.Series) -> float:  # what a user would write
    """The share of one row (one unit, one indicator)."""
    rule, actual, target = row["rule"], row["actual"], row["target"]
    if rule == "培训人数":
        return 1.0 if actual >= target else max(0.0, actual / target)
    if rule == "事故起数":
        return 1.0 if actual <= target else max(0.0, 2 - actual / target)
    if rule == "活动次数":
        return 1.0 if actual >= target else 0.0
    if rule == "预算执行率":
        return 1.0 if actual >= 1 else 0.8 if actual >= 0.9 else 0.5 if actual >= 0.8 else 0.0
    if rule == "公用经费控制率":
        return max(0.0, 1 - max(0.0, actual - 1) / 0.01 * 0.05)
    return max(0.0, 1 - max(0.0, 0.9 - actual) / 0.01 * 0.05)


FORMULAS = {  # A actual, B target
    "培训人数": "=IF(A{r}>=B{r},1,MAX(0,A{r}/B{r}))",
    "事故起数": "=IF(A{r}<=B{r},1,MAX(0,2-A{r}/B{r}))",
    "活动次数": "=IF(A{r}>=B{r},1,0)",
    "预算执行率": "=IF(A{r}>=1,1,IF(A{r}>=0.9,0.8,IF(A{r}>=0.8,0.5,0)))",
    "公用经费控制率": "=MAX(0,1-MAX(0,A{r}-1)/0.01*0.05)",
    "满意度": "=MAX(0,1-MAX(0,0.9-A{r})/0.01*0.05)",
}


def long_table(size: int) -> pd.DataFrame:
    """The synthetic units as one row a unit and indicator: rule, actual, target."""
    found = columns(size)
    parts = [
        pd.DataFrame({"rule": name, "actual": found[name], "target": found.get(f"{name}.target", math.nan)})
        for name in NUMERIC
    ]
    return pd.concat(parts, ignore_index=True)


def write_sheet(path: Path, frame: pd.DataFrame, *, formulas: bool) -> None:
    """A workbook of the rows, with formulas to recalculate or with plain numbers in their place."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number, row in enumerate(frame.itertuples(index=False), start=1):
        target = None if math.isnan(row.target) else row.target
        sheet.append([row.actual, target, FORMULAS[row.rule].format(r=number) if formulas else 0.5])
    book.save(path)


def convert(path: Path, folder: Path) -> None:
    """Let LibreOffice load, recalculate and save as CSV."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "csv", "--outdir", str(folder / "out"), str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run() -> str:
    """Measure, check that all ways agree, and return a Markdown section."""
    numeric, mixed = rubric(NUMERIC), rubric()
    many = columns(MANY // len(NUMERIC), NUMERIC)
    mixed_many = columns(1_000_000 // len(mixed.indicators))
    small = columns(APPLY_ROWS // len(NUMERIC), NUMERIC)
    frame = long_table(APPLY_ROWS // len(NUMERIC))
    ours = score_many(small, numeric)["share"].to_numpy()
    theirs = frame.apply(by_row, axis=1).to_numpy()
    assert np.allclose(ours, theirs, atol=1e-7), "the two ways disagree"
    ways = {
        "numeric": lambda: score_many(many, numeric),
        "mixed": lambda: score_many(mixed_many, mixed),
        "apply": lambda: frame.apply(by_row, axis=1),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = shutil.which("soffice") is not None
        if office:
            write_sheet(folder / "formulas.xlsx", frame, formulas=True)
            write_sheet(folder / "values.xlsx", frame, formulas=False)
            convert(folder / "values.xlsx", folder)  # first start makes a profile
            ways["office"] = lambda: convert(folder / "formulas.xlsx", folder)
            ways["load"] = lambda: convert(folder / "values.xlsx", folder)
        seconds = interleaved(ways)
        if office:
            recalculated = pd.read_csv(folder / "out" / "formulas.csv", header=None)[2].to_numpy()
            assert np.allclose(ours, recalculated, atol=1e-2), "LibreOffice disagrees"
    tracemalloc.start()
    score_many(mixed_many, mixed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    speed = MANY / median(seconds["numeric"])
    rows: list[tuple[str, str, str]] = [
        ("perfkit, numeric rules, 6 million rows", f"{speed / 1e6:.1f} million", ""),
        (
            f"perfkit, mixed rules, 1 million rows (peak {peak / 2**20:.0f} MiB)",
            f"{1e-6 * 1_000_000 / median(seconds['mixed']):.1f} million",
            "",
        ),
    ]
    applied = APPLY_ROWS / median(seconds["apply"])
    rows.append(("pandas apply, row by row", f"{applied:,.0f}", f"{speed / applied:,.0f}"))
    if office:
        whole = SHEET_ROWS / median(seconds["office"])
        rows.append(("LibreOffice: load, recalculate, save", f"{whole:,.0f}", f"{speed / whole:,.0f}"))
        net = [a - b for a, b in zip(seconds["office"], seconds["load"], strict=True)]
        recalculation = SHEET_ROWS / max(median(net), 1e-3)
        name = "LibreOffice: less loading and saving plain numbers"
        rows.append((name, f"{recalculation:,.0f}", f"{speed / recalculation:,.0f}"))
    head = ("way", "rows/s", "perfkit is faster by")
    aims = "Aims: 10 million rows/s for the numeric rules, 100 times the others."
    return f"## Scoring, rows a second on one core, median of {ROUNDS}\n\n{table(head, rows)}\n\n{aims}"


def growth(sizes: tuple[int, ...] = (10_000, 100_000, 1_000_000)) -> str:
    """Time and memory a unit, ten mixed indicators each, as the number of units grows."""
    mixed = rubric()
    found = {size: columns(size) for size in sizes}
    seconds = interleaved({str(size): lambda n=size: score_many(found[n], mixed) for size in sizes}, 2 * ROUNDS)
    rows = []
    for size in sizes:
        tracemalloc.start()
        score_many(found[size], mixed)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        taken = median(seconds[str(size)])
        rows.append(
            (f"{size:,}", f"{taken:.3f}", f"{taken / size * 1e9:.0f}", f"{peak / 2**20:.0f}", f"{peak / size:.0f}")
        )
    head = ("units of ten indicators", "seconds", "ns a unit", "peak, MiB", "bytes a unit")
    return "## Growth of scoring\n\n" + table(head, rows)


if __name__ == "__main__":
    print(run())
    print(growth())
