"""``outputs/index.html``: every report with score, grade, execution rate and link."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from ..quantities import display, display_percent
from ..terminal import KINDS
from .files import write_whole
from .html import page
from .jobs import Job

_HEAD = ("报告", "类型", "得分", "等级", "预算执行率")


def write_index(out: Path, jobs: Iterable[Job]) -> Path:
    """Write the list of the reports that are there; returns its path."""
    rows = [_row(job, out) for job in sorted(jobs, key=lambda job: job.case) if (job.folder / "report.html").is_file()]
    head = "".join(f'<th scope="col">{name}</th>' for name in _HEAD)
    body = (
        f'<h1>绩效报告目录</h1><p class="byline">共{len(rows)}份报告</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
    path = out / "index.html"
    write_whole(path, page(body, "绩效报告目录"))
    return path


def _row(job: Job, out: Path) -> str:
    link = (job.folder / "report.html").relative_to(out).as_posix()
    total, grade = job.result.get("total"), job.result.get("grade")
    status = job.result.get("status")
    score = "不适用" if status == "not_applicable" else "—" if total is None else display(total)
    rate = "—" if job.execution_rate is None else display_percent(job.execution_rate)
    cells = (KINDS[job.kind], score, grade or "—", rate)
    title = f'<a href="{escape(link, quote=True)}">{escape(job.title)}</a>'
    return f"<tr><td>{title}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
