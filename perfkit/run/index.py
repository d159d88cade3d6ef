"""Of all reports in an output folder: ``index.html`` with score, grade, execution rate and link; ``scores.csv``.

Where workbooks are wanted also ``indicators.csv`` and ``scores.xlsx`` with ranking, indicators and what is wrong.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..figures.quantities import display, display_percent, round_half_up
from ..files import write_whole
from ..tables import csv_text, headed, rates, workbook
from ..words import DASH, KINDS, OUTCOMES, VERDICTS
from .jobs import DONE, OUTPUTS
from .ledger import Entry

if TYPE_CHECKING:
    import pandas as pd


def write_index(out: Path, entries: Iterable[Entry]) -> None:
    """Write the list of the reports that are there."""
    from ..report.blocks import Column, Heading, Paragraph, Span, group, table
    from ..report.html import page

    name = OUTPUTS[1]
    there = [entry for entry in entries if entry.state == DONE and (out / entry.folder / name).is_file()]
    columns = [
        Column("报告", lambda entry: Span(entry.title, href=quote(f"{entry.folder}/{name}")), 24),
        Column("单位和年度", lambda entry: "{unit}（{year}）".format_map(entry.summary), 20),
        Column("类型", lambda entry: KINDS[entry.kind], 12),
        Column("得分", lambda entry: _score(entry.summary), 10),
        Column("等级", _single("grade"), 9),
        Column("预算执行率", _single("execution_rate", display_percent), 12, number=True),
        *(Column(f"核验：{said}", _single(f"findings_{key}"), 10, number=True) for key, said in VERDICTS.items()),
    ]
    title = "绩效报告目录"
    body = group(Heading(title, 1), Paragraph(f"共{len(there)}份报告", "byline"), table(there, columns))
    write_whole(out / "index.html", page(body, title, sortable=True))


def _score(summary: Mapping[str, Any]) -> str:
    """The total, with what it lacks behind it."""
    total, status = summary.get("total"), summary.get("status", "scored")
    lacks = "" if status == "scored" else OUTCOMES[status]
    if total is None:
        return lacks or DASH
    return f"{display(total)}（{lacks}）" if lacks else display(total)


def _single(key: str, shown: Callable[[Any], str] = str) -> Callable[[Entry], str]:
    """How to get a single value of a result as a person reads it, a dash where there is none."""
    return lambda entry: DASH if (found := entry.summary.get(key)) is None else shown(found)


def write_scores(out: Path, entries: Sequence[Entry]) -> None:
    """Write ``scores.csv``, a line a case with the single values of its result, as a person reads them.

    With pyarrow also ``scores.parquet``: the same for programs, with English names and unrounded.
    """
    import pandas as pd

    frame = pd.DataFrame([entry.summary for entry in entries])
    write_whole(out / "scores.csv", csv_text(headed(_rounded(frame))).encode("utf-8-sig"))  # the mark is for Excel
    if find_spec("pyarrow"):
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        write_whole(out / "scores.parquet", buffer.getvalue())


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with its points, amounts and ratios rounded half up, as everywhere."""
    decimals = {"total": 2, "max": 2, "shortfall": 2, "weight": 4, "score": 4} | dict.fromkeys(rates(frame), 4)
    own = {name: frame[name].astype(float) for name in decimals if name in frame}
    return frame.assign(**{name: round_half_up(values, decimals[name]) for name, values in own.items()})


_INDICATORS = ("case", "unit", "level1", "level2", "id", "weight", "score", "share", "status", "trace")
_LEVELS = ("case", "unit", "level1", "level2", "weight", "score", "score_rate")


def _listed(results: Sequence[Mapping[str, Any]], part: str, columns: Sequence[str]) -> pd.DataFrame:
    """What the results list under a key, a line each with its case, rounded."""
    import pandas as pd

    rows = [row | {"case": each["case"], "unit": each["unit"]} for each in results for row in each.get(part, ())]
    table = pd.DataFrame(rows, columns=list(columns)).fillna({"level2": "小计"})
    return _rounded(table)


def write_overview(out: Path, entries: Sequence[Entry]) -> None:
    """Write ``indicators.csv``, a line an indicator of a case, and ``scores.xlsx``: 排名, 分级, 指标 of all units."""
    import pandas as pd

    there = [entry for entry in entries if entry.state == DONE and (out / entry.folder / OUTPUTS[-1]).is_file()]
    every = [json.loads((out / entry.folder / OUTPUTS[-1]).read_bytes()) for entry in there]
    results = [result for result in every if "levels" in result]  # those that are scored
    rows, levels = _listed(results, "indicators", _INDICATORS), _listed(results, "levels", _LEVELS)
    write_whole(out / "indicators.csv", csv_text(headed(rows)).encode("utf-8-sig"))
    ranked = pd.DataFrame([entry.summary for entry in there])
    if "rubric" in ranked:  # totals of other rubrics, or of another year, do not compare
        alike = ranked.groupby(["rubric", "year"], dropna=False)["total"]
        ranked.insert(0, "rank", alike.rank(ascending=False, method="min"))
        ranked = ranked.sort_values(["rubric", "year", "rank"], na_position="last", kind="stable")
    write_whole(out / "scores.xlsx", workbook({"排名": _rounded(ranked), "分级": levels, "指标": rows}))
