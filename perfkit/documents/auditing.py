"""Whatever is handed in, audited: cases, forms, reports and folders of them, and a summary with one row a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..auditing import Findings, audit
from ..auditing.together import Stated, changed, stated
from ..errors import InputError, Problem
from ..words import DASH, VERDICTS
from .loading import DEFAULT_PROFILE, read_paths


@dataclass
class Audited:
    """What the audit of one file gave; `line` says how much was read, "" for a case file."""

    file: str
    findings: list[Findings] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    line: str = ""
    share: float | None = None


def audit_paths(
    paths: Sequence[str | Path], profile: str = DEFAULT_PROFILE, *, after: Callable[[], None] = lambda: None
) -> list[Audited]:
    """The audit of every case and document under the paths, with what several of them say of one unit; `after` is
    called after each file."""
    targets: list[Stated] = []
    done: list[Audited] = []
    for item in read_paths(paths, profile):
        audited = Audited(item.file, warnings=item.warnings, problems=item.problems, line=item.line, share=item.share)
        for case in item.cases:
            try:
                audited.findings.append(audit(case))
            except InputError as error:
                audited.problems += error.problems
            targets += stated(case)
        done.append(audited)
        after()
    found = changed(targets)
    for audited in done:
        audited.findings = [replace(each, items=(*each, *found.get(each.case, ()))) for each in audited.findings]
    return done


def write_summary(audited: Sequence[Audited], path: Path) -> None:
    """A table with one row a case, or a file that could not be read, as .xlsx or else .csv."""
    import pandas as pd

    from ..tables import csv_text, workbook

    frame = pd.DataFrame([row for item in audited for row in _rows(item)])
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".xlsx":
        path.write_bytes(workbook({"汇总": frame}))
    else:
        path.write_text(csv_text(frame), encoding="utf-8-sig")


def _rows(item: Audited) -> Iterator[dict[str, Any]]:
    head = {"文件": item.file, "读出": "是" if item.findings else "否"}
    share = "" if item.share is None else f"{item.share:.0%}"
    if not item.findings:
        yield head | {"说明": "；".join(problem.message for problem in item.problems)}
    for findings in item.findings:
        summary = findings.summary
        effects = dict.fromkeys(found.grade_effect for found in findings if found.grade_effect)
        yield head | {
            "单位": findings.unit,
            "年度": findings.year,
            "放进案例的数": share,
            **{name: findings.by_verdict[verdict] for verdict, name in VERDICTS.items()},  # type: ignore[index]
            "公布总分": summary.published,
            "复算总分": None if summary.by_rule is None else round(summary.by_rule, 4),
            "等级影响": "、".join(effects) or DASH,
            "说明": "；".join(problem.message for problem in item.problems),
        }
