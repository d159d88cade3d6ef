"""What a run has to do: one job a case, with everything a worker needs and nothing that needs a model."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .. import __version__
from ..case import Case
from ..errors import InputError, PerfkitError, Problem
from ..loading import find_cases, load_case
from ..monitoring import monitor
from ..reading import suggest
from ..rubric import Library, find_library
from ..scorecard import scorecards
from .files import crowded, output_folder

DONE, FAILED, PENDING = "done", "failed", "pending"
LOST, STOPPED, UNSEEN = "lost", "stopped", "unseen"
OUTPUTS = ("report.ipynb", "report.html", "result.json")  # in the order they are written; the last one is the seal


@dataclass(frozen=True)
class Selected:
    """A case to make a report of: its id, its file as the user gave it, the folder of its outputs."""

    case: str
    source: Path
    folder: Path


@dataclass(frozen=True)
class Job:
    """One report to make.

    Parameters
    ----------
    case : its id; title, kind : for the index.
    source : the case file; notebook : the template; folder : where its outputs go; all absolute.
    key : hash of all that the report depends on; ``result.json`` carries it.
    inputs : every file of that (absolute) with its sha256.
    result : what ``result.json`` holds beside the key, computed before any kernel starts.
    """

    case: str
    kind: str
    title: str
    source: Path
    notebook: Path
    folder: Path
    key: str
    inputs: dict[str, str] = field(repr=False)
    result: dict[str, Any] = field(repr=False)

    @property
    def summary(self) -> dict[str, Any]:
        """The single values of the result: a line of the index and of the table of scores."""
        return {name: value for name, value in self.result.items() if not isinstance(value, list | dict)}


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Parameters
    ----------
    status : ``done``; ``failed`` in the cell `cell` (counted from 1; None: in none) with `error`; ``lost`` with its
        worker; ``stopped`` because nothing can be written; ``unseen`` where its files are not.
    files : contents of the outputs that could not be written where the job ran.
    """

    case: str
    status: str
    seconds: float = 0.0
    cell: int | None = None
    error: str = ""
    files: dict[str, bytes] = field(default_factory=dict, repr=False)


def select(
    paths: Sequence[Path],
    out: Path,
    *,
    only: Sequence[str] = (),
    shard: tuple[int, int] = (1, 1),
    limit: int | None = None,
) -> list[Selected]:
    """The cases under the paths, by id: those named, of these every n-th beginning with the i-th, of these the first.

    Raises `PerfkitError` for a path or id that is not there, `InputError` for ids that cannot be folders.
    """
    found = find_cases(paths)
    for case in only:
        if case not in found:
            raise PerfkitError(f"没有案例“{case}”；{suggest(case, found)}")
    full = crowded(found)
    cases = [case for case in found if not only or case in only][shard[0] - 1 :: shard[1]][:limit]
    selected = [Selected(case, found[case], output_folder(out, case, full).absolute()) for case in cases]
    names = Counter(str(item.folder).casefold() for item in selected)
    same = [Problem("与另一案例的编号只差大小写，输出会互相覆盖；请改名", s.case) for s in selected
            if names[str(s.folder).casefold()] > 1]  # fmt: skip
    if same:
        raise InputError(same)
    return selected


def read(selected: Sequence[Selected], notebooks: Path) -> tuple[list[Job], list[Problem]]:
    """Read and score cases in one pass; a job for each, and everything wrong with those that are faulty."""
    cases: dict[str, Case] = {}
    problems: list[Problem] = []
    libraries: dict[Path, Library] = {}
    for item in selected:
        try:
            library = find_library(item.source)
            library = libraries.setdefault(library.folder, library)
            cases[item.case] = load_case(item.source, library=library, id=item.case)
        except InputError as error:
            problems.extend(error.problems)
        except PerfkitError as error:
            problems.append(Problem(str(error), item.source.as_posix()))
    try:
        results = _results(cases.values())
    except InputError:
        for case in cases.values():
            try:
                _results([case])
            except InputError as error:
                problems.extend(error.problems)
    if problems:
        return [], list(dict.fromkeys(problems))
    digest = cache(sha256)
    return [_job(item, cases[item.case], results[item.case], notebooks, digest) for item in selected], []


def _results(cases: Iterable[Case]) -> dict[str, dict[str, Any]]:
    """What ``result.json`` holds of each case, beside its key."""
    cases = list(cases)
    cards = {card.case.id: card.to_dict() for card in scorecards(cases)}
    return {case.id: _result(case, cards.get(case.id)) for case in cases}


def _result(case: Case, scored: dict[str, Any] | None) -> dict[str, Any]:
    head = {"case": case.id, "unit": case.unit, "year": case.year, "kind": case.kind}
    if case.kind == "monitoring":
        return head | monitor(case).to_dict()
    if scored is None:
        scored = {"total": None, "units": [card.to_dict() for card in scorecards(case.units)]}
    budget, spent = case.value("budget.adjusted"), case.value("budget.final")
    known = budget == budget and spent == spent and budget != 0
    return head | scored | {"execution_rate": spent / budget if known else None}


def _job(item: Selected, case: Case, result: dict[str, Any], notebooks: Path, digest: Callable[[Path], str]) -> Job:
    notebook = notebooks / f"{case.kind}.ipynb"
    if not notebook.is_file():
        raise PerfkitError(f"找不到报告模板 {notebook.as_posix()}")
    inputs = {str(path): digest(path) for path in dict.fromkeys((notebook, *_inputs(case)))}
    sources = case.library.sources if case.library else {}
    basis = {number: repr(sources[number]) for number in case.file.basis}
    shown = {path: digest for path, digest in inputs.items() if Path(path).name != "sources.yaml"}
    parts = [case.id, package(), basis, list(shown.values())]
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    title = case.file.title if case.unit in case.file.title else f"{case.unit}{case.file.title}"
    return Job(
        case=case.id,
        kind=case.kind,
        title=title or case.unit,
        source=item.source.absolute(),
        notebook=notebook,
        folder=item.folder,
        key=key,
        inputs=inputs,
        result=result,
    )


def _inputs(case: Case) -> Iterator[Path]:
    """Every file that a case's report depends on, absolute."""
    yield Path(case.document.path).absolute()
    for path in case.rubric.files if case.rubric else ():
        yield path.absolute()
    if case.library:
        if case.profile:
            yield case.library.folder / "profiles" / f"{case.profile.name}.yaml"
        if (case.library.folder / "sources.yaml").is_file():
            yield case.library.folder / "sources.yaml"
    for unit in case.units:
        yield from _inputs(unit)


def sha256(path: Path) -> str:
    """Hex digest of a file; "" where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


@cache
def package() -> str:
    """perfkit's version and a digest of its files: what a report depends on beside its inputs."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parents[1]
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{__version__} {digest.hexdigest()}"


def find_notebooks(start: Iterable[Path]) -> Path:
    """The folder of report templates: beside the params folder of the first case, else the checkout's."""
    checkout = Path(__file__).resolve().parents[2]
    for path in [*(p.resolve() for p in start), Path.cwd() / "x", checkout / "x"]:
        for parent in path.parents:
            if (parent / "notebooks" / "evaluation.ipynb").is_file():
                return parent / "notebooks"
    raise PerfkitError("找不到报告模板文件夹 notebooks；请在 perfkit 项目目录下运行")
