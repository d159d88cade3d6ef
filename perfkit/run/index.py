"""Of all reports in an output folder: ``index.html`` with score, grade, execution rate and link; ``scores.csv``."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from html import escape
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from ..cases.models import KINDS
from ..figures.quantities import display, display_percent
from ..files import write_whole
from ..tables import csv_text
from ..words import VERDICTS
from .html import page
from .jobs import DONE, OUTPUTS
from .ledger import Entry

_HEAD = ("报告", "类型", "得分", "等级", "预算执行率", *(f"核验：{text}" for text in VERDICTS.values()))


def write_index(out: Path, entries: Iterable[Entry]) -> None:
    """Write the list of the reports that are there."""
    page_name = OUTPUTS[1]
    there = [entry for entry in entries if entry.state == DONE and (out / entry.folder / page_name).is_file()]
    head = "".join(f'<th scope="col">{name}</th>' for name in _HEAD)
    rows = "".join(_row(entry, f"{entry.folder}/{page_name}") for entry in there)
    body = (
        f'<h1>绩效报告目录</h1><p class="byline">共{len(there)}份报告</p>'
        f'<table><colgroup><col style="width:36%"></colgroup><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    write_whole(out / "index.html", page(body, "绩效报告目录"))


def _row(entry: Entry, link: str) -> str:
    total, rate = entry.summary.get("total"), entry.summary.get("execution_rate")
    inapplicable = entry.summary.get("status") == "not_applicable"
    score = "不适用" if inapplicable else "—" if total is None else display(total)
    cells = (
        KINDS[entry.kind],
        score,
        entry.summary.get("grade") or "—",
        "—" if rate is None else display_percent(rate),
        *(str(entry.summary.get(f"findings_{verdict}", "—")) for verdict in VERDICTS),
    )
    title = f'<a href="{quote(link)}">{escape(entry.title)}</a>'
    return f"<tr><td>{title}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def write_scores(out: Path, entries: Sequence[Entry]) -> None:
    """Write ``scores.csv``, a line a case with the single values of its result; ``scores.parquet`` with pyarrow."""
    frame = pd.DataFrame([entry.summary for entry in entries])
    write_whole(out / "scores.csv", csv_text(frame).encode("utf-8-sig"))  # the mark is for Excel
    if find_spec("pyarrow"):
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        write_whole(out / "scores.parquet", buffer.getvalue())
