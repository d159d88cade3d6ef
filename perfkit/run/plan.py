"""What a run has to do: the cases it is to make reports of, read and scored, a job for each."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..auditing import audit
from ..cases.case import Case
from ..cases.loading import find_cases, read_each
from ..cases.tables import is_table
from ..errors import InputError, PerfkitError, Problem
from ..files import crowded, output_folder
from ..monitoring import monitor
from ..reading import suggest
from ..scoring.scorecard import scorecards
from .jobs import Job, Options, Wanted, package, sha256


@dataclass(frozen=True)
class Selected:
    """A case to make a report of: its id, its file as the user gave it, the folder of its outputs."""

    case: str
    source: Path
    folder: Path


def select(paths: Sequence[Path], out: Path, options: Options) -> list[Selected]:
    """The cases under the paths, by id: those named, of these every n-th beginning with the i-th, of these the first.

    Raises `PerfkitError` for a path or id that is not there, `InputError` for ids that cannot be folders.
    """
    found = {name: path for name, path in find_cases(paths).items() if not is_table(path)}
    for case in options.only:
        if case not in found:
            raise PerfkitError(f"没有案例“{case}”；{suggest(case, found)}")
    full = crowded(found)
    part, parts = options.shard
    named = [case for case in found if not options.only or case in options.only]
    cases = named[part - 1 :: parts][: options.limit]
    selected = [Selected(case, found[case], output_folder(out, case, full).absolute()) for case in cases]
    names = Counter(str(item.folder).casefold() for item in selected)
    same = [Problem("与另一案例的编号只差大小写，输出会互相覆盖；请改名", s.case) for s in selected
            if names[str(s.folder).casefold()] > 1]  # fmt: skip
    if same:
        raise InputError(same)
    return selected


def read(selected: Sequence[Selected], notebooks: Path, wanted: Wanted) -> tuple[list[Job], list[Problem]]:
    """Read and score cases in one pass; a job for each, and everything wrong with those that are faulty.

    What is wrong with a file that several cases share is there for each of them.
    """
    cases: dict[str, Case] = {}
    problems: list[Problem] = []
    for found in read_each({item.case: item.source for item in selected}):
        if isinstance(found, InputError):
            problems.extend(found.problems)
        else:
            cases[found.id] = found
    try:
        results = _results([*cases.values()])
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        return [], problems
    digest = cache(sha256)

    def job(item: Selected) -> Job:
        case, notebook = cases[item.case], notebooks / f"{cases[item.case].kind}.ipynb"
        if not notebook.is_file():
            raise PerfkitError(f"找不到报告模板 {notebook.as_posix()}")
        look = [wanted.template.absolute()] if wanted.template else []
        inputs = {str(path): digest(path) for path in (notebook, *look, *(path.absolute() for path in case.files))}
        sources = case.library.sources if case.library else {}
        basis = {number: repr(sources.get(number)) for number in case.file.basis}
        shown = [digest for path, digest in inputs.items() if Path(path).name != "sources.yaml"]
        parts = [case.id, package(), basis, shown, wanted.formats, wanted.copy]
        key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return Job(
            case=case.id,
            kind=case.kind,
            title=case.title,
            source=item.source.absolute(),
            notebook=notebook,
            folder=item.folder,
            key=key,
            inputs=inputs,
            result=results[item.case],
            wanted=wanted,
        )

    return [job(item) for item in selected], []


def _results(cases: Sequence[Case]) -> dict[str, dict[str, Any]]:
    """What ``result.json`` holds of each case, beside its key; all of them and their units are scored in one pass."""
    cards = scorecards([*cases, *(unit for case in cases for unit in case.units)])
    scored = {id(card.case): card.to_dict() for card in cards}
    return {case.id: _result(case, scored) for case in cases}


def _result(case: Case, scored: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    head = {"case": case.id, "unit": case.unit, "project": case.project, "year": case.year, "kind": case.kind}
    found = {f"findings_{verdict}": count for verdict, count in audit(case).by_verdict.items()}
    if case.kind == "monitoring":
        return head | monitor(case).to_dict() | found
    units = [scored[id(unit)] for unit in case.units if unit.rubric]
    rate = case.execution_rate
    own = scored.get(id(case), {"total": None, "units": units})
    return head | own | {"execution_rate": None if math.isnan(rate) else rate} | found


def find_template(project: Path | None = None) -> Path | None:
    """The Word template of the project, ``params/templates/report.docx`` in it or above; None: perfkit's own."""
    here = (project or Path.cwd()).absolute()
    known = (folder / "params" / "templates" / "report.docx" for folder in (here, *here.parents))
    return next(filter(Path.is_file, known), None)


def find_notebooks(project: Path | None = None) -> Path:
    """The folder of report templates, the project's or else perfkit's.

    The project is `project`, by default the working directory, or a folder above it.

    Never one that lies beside a case: a template is code, and cases come from others. Raises `PerfkitError`.
    """
    here = (project or Path.cwd()).absolute()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "notebooks" / "evaluation.ipynb").is_file():
            return folder / "notebooks"
    raise PerfkitError("找不到报告模板文件夹 notebooks；请在 perfkit 项目目录下运行")
