"""Many units: from columns to one page, from case files, and how firm ranks are."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import table
from synthetic import SEED, columns, rubric, write_cases

from perfkit import load_cases, load_portfolio, report
from perfkit.report.html import page
from perfkit.scoring.sensitivity import rank_intervals

CASE = Path(__file__).resolve().parents[1] / "params" / "cases" / "qingyunpu-union-2022.yaml"
UNITS, INDICATORS, RANKED, DRAWS = 5_000, 44, 1_000, 1_000


def wide() -> tuple[pd.DataFrame, Any]:
    """The facts of 5,000 units, and a rubric of 44 indicators: a numeric one again and again, under other names."""
    base = rubric(("培训人数",))
    names = [f"指标{number:02d}" for number in range(INDICATORS)]
    weight = 100 / INDICATORS
    indicators = tuple(base.indicators[0].model_copy(update={"name": name, "weight": weight}) for name in names)
    own = [columns(UNITS, ("培训人数",), SEED + number) for number in range(INDICATORS)]
    frames = [
        frame.rename(columns=lambda head, n=name: head.replace("培训人数", n))
        for frame, name in zip(own, names, strict=True)
    ]
    facts = pd.concat(frames, axis=1).set_axis([f"单位{number:05d}" for number in range(UNITS)])
    return facts, replace(base, indicators=indicators)


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that a call takes, and what it gives."""
    start = time.perf_counter()
    found = act()
    return time.perf_counter() - start, found


def whole(portfolio: Any) -> str:
    """What notebooks/portfolio.ipynb shows, as a page."""
    plot = portfolio.plot
    parts = [
        report.chapter("总体情况", report.standing(portfolio), plot.distribution()),
        report.chapter("得分排名", report.listed(portfolio.ranks, most=10_000), plot.ranking()),
        report.chapter("分级得分率", report.listed(portfolio.levels), plot.heat_map()),
        report.chapter("共性问题", report.listed(portfolio.common_problems), plot.box()),
        report.chapter("强项与弱项", report.listed(portfolio.summary)),
    ]
    return page(report.group(*parts), "多单位", sortable=True)


def run() -> str:
    """Measure once and return a Markdown section."""
    facts, own = wide()
    rows = []
    loaded, many = timed(lambda: load_portfolio(facts, own))
    shown, text = timed(lambda: whole(many))
    size = len(text.encode()) / 1e6
    what = f"{UNITS:,} units of {INDICATORS} indicators from columns"
    rows.append((what, f"{loaded:.1f} s", "10 s with its page"))
    rows.append((f"the page of these ({size:.2f} MB)", f"{shown:.1f} s", "2 MB"))
    with tempfile.TemporaryDirectory() as name:
        write_cases(CASE, Path(name, "cases"), UNITS)
        read, cases = timed(lambda: load_cases(Path(name, "cases")))
    scored, many = timed(lambda: load_portfolio(cases))
    firm, ranks = timed(lambda: rank_intervals(list(many)[:RANKED], draws=DRAWS, seed=0))
    assert len(many) == UNITS
    assert np.isfinite(ranks["rank_to"]).all()
    rows.append((f"{UNITS:,} case files of {INDICATORS} indicators read and checked", f"{read:.1f} s", ""))
    rows.append(("these scored and put side by side", f"{scored:.1f} s", "less than reading them"))
    rows.append((f"ranks of {RANKED:,} units, {DRAWS:,} draws", f"{firm:.1f} s", "20 s on two cores"))
    return "## Many units, once\n\n" + table(("what", "taken", "aim"), rows)


if __name__ == "__main__":
    print(run())
