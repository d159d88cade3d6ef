"""What a run has to do: one job a case, with everything a worker needs and nothing that needs a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..case import Case
from ..errors import PerfkitError
from ..monitoring import monitor
from ..scorecard import scorecards
from .files import output_folder

NOTEBOOKS = {
    "evaluation": "evaluation",
    "self_evaluation": "self_evaluation",
    "project_self_evaluation": "project_self_evaluation",
    "monitoring": "monitoring",
    "department": "department",
}


@dataclass(frozen=True)
class Job:
    """One report to make.

    Parameters
    ----------
    case : its id; title, kind : for the index.
    source : the case file; notebook : the template.
    folder : where its outputs go.
    result : what ``result.json`` holds, computed before any kernel starts.
    """

    case: str
    kind: str
    title: str
    source: Path
    notebook: Path
    folder: Path
    result: dict[str, Any] = field(repr=False)
    execution_rate: float | None = None


def plan(cases: Sequence[Case], out: Path, notebooks: Path) -> list[Job]:
    """Score every case, then one job each. Raises `InputError` for what cannot be scored or written."""
    cards = {card.case.id: card.to_dict() for card in scorecards(cases)}
    return [_job(case, cards.get(case.id), out, notebooks) for case in cases]


def _job(case: Case, scored: dict[str, Any] | None, out: Path, notebooks: Path) -> Job:
    notebook = notebooks / f"{NOTEBOOKS[case.kind]}.ipynb"
    if not notebook.is_file():
        raise PerfkitError(f"找不到报告模板 {notebook.as_posix()}")
    rate = None
    if scored is None and case.kind == "monitoring":
        scored = monitor(case).to_dict()
        rate = scored["execution_rate"]
    elif scored is None:
        scored = {"case": case.id, "unit": case.unit, "year": case.year, "kind": case.kind, "total": None}
        scored["units"] = [card.to_dict() for card in scorecards(case.units)]
    budget, spent = case.value("budget.adjusted"), case.value("budget.final")
    if rate is None and budget == budget and spent == spent and budget:
        rate = spent / budget
    title = case.file.title if case.unit in case.file.title else f"{case.unit}{case.file.title}"
    source = Path(case.document.path)
    return Job(case.id, case.kind, title or case.unit, source, notebook, output_folder(out, case.id), scored, rate)


def find_notebooks(start: Iterable[Path]) -> Path:
    """The folder of report templates: beside the params folder of the first case, else the checkout's."""
    checkout = Path(__file__).resolve().parents[2]
    for path in [*(p.resolve() for p in start), Path.cwd() / "x", checkout / "x"]:
        for parent in path.parents:
            if (parent / "notebooks" / "evaluation.ipynb").is_file():
                return parent / "notebooks"
    raise PerfkitError("找不到报告模板文件夹 notebooks；请在 perfkit 项目目录下运行")
