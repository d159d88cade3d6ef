"""Whatever is handed in, audited: cases, forms, reports and folders of them, and a summary with one row a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..auditing import Findings, audit
from ..auditing.cycle import Stated, changed, stated
from ..errors import InputError
from ..files import write_whole
from ..words import DASH, VERDICTS
from .loading import DEFAULT_PROFILE, Handed, read_paths

Audited = tuple[Handed, list[Findings]]
"""What came of one file, and the findings of its cases, which are let go."""


def audit_paths(
    paths: Sequence[str | Path], profile: str = DEFAULT_PROFILE, *, after: Callable[[], object] = lambda: None
) -> list[Audited]:
    """The audit of every case and document under the paths, with what several of them say of one unit; `after` is
    called after each file."""
    targets: list[Stated] = []
    done: list[Audited] = []
    for item in read_paths(paths, profile):
        findings: list[Findings] = []
        for case in item.cases:
            try:
                findings.append(audit(case))
            except InputError as error:
                item.problems += error.problems
            targets += stated(case)
        item.cases, item.data = [], []
        done.append((item, findings))
        after()
    found = changed(targets)
    return [(item, [replace(each, items=(*each, *found.get(each.case, ()))) for each in own]) for item, own in done]


def write_summary(audited: Sequence[Audited], path: Path) -> None:
    """A table with one row a case, or a file that could not be read, as .xlsx or else .csv."""
    import pandas as pd

    from ..tables import csv_text, workbook

    frame = pd.DataFrame([row for item, findings in audited for row in _rows(item, findings)])
    as_workbook = path.suffix.lower() == ".xlsx"
    write_whole(path, workbook({"汇总": frame}) if as_workbook else csv_text(frame).encode("utf-8-sig"))


def _rows(item: Handed, found: list[Findings]) -> Iterator[dict[str, Any]]:
    head = {"文件": item.file, "读出": "是" if found else "否"}
    if not found:
        yield head | {"说明": "；".join(problem.message for problem in item.problems)}
    for findings in found:
        summary = findings.summary
        effects = dict.fromkeys(each.grade_effect for each in findings if each.grade_effect)
        yield head | {
            "单位": findings.unit,
            "年度": findings.year,
            "放进案例的数": item.share,
            **{name: findings.by_verdict[verdict] for verdict, name in VERDICTS.items()},  # type: ignore[index]
            "公布总分": summary.published,
            "复算总分": None if summary.by_rule is None else round(summary.by_rule, 4),
            "等级影响": "、".join(effects) or DASH,
            "说明": "；".join(problem.message for problem in item.problems),
        }
