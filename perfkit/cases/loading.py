"""Loading cases: find the files, read and check them, resolve their rubrics and profiles."""

from __future__ import annotations

import gc
import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import InputError, PerfkitError, Problem, reason
from ..figures.printed import Printed
from ..reading import Document, nearest, read_yaml, shown_path
from ..rubrics.rubric import Library, Profile, Rubric, find_library
from ..validating import validate
from . import workbook
from .case import Case, CaseRoot
from .checks import check, check_names
from .entries import spread
from .models import NO_FACT, CaseFile, DepartmentFile, EvaluationFile, MonitoringFile
from .surveys import filled
from .tables import is_table, read_table

_YAML, _WORKBOOK = (".yaml", ".yml"), ".xlsx"
"""Endings of case files; a workbook is one by its sheets (others are forms that somebody filled in)."""
TOGETHER = 100
"""Cases that are scored in one pass and then let go."""


def find_cases(paths: Sequence[str | Path]) -> dict[str, Path]:
    """Case id → file, for files and for every case (.yaml, workbook) under folders, sorted by id.

    The id is the path under the nearest folder named ``cases``, else under the folder given. Raises `PerfkitError`
    where a path does not exist or is no UTF-8, a folder holds no case, or two files claim one id.
    """
    found: dict[str, Path] = {}
    for given in paths:
        root = Path(given)
        if root.is_dir():
            files = sorted(case_files(root))
            if not files:
                raise PerfkitError(f"{root.as_posix()} 中没有案例文件（.yaml，或有“基本情况”表的 .xlsx）")
        elif root.is_file():
            files = [root]
        else:
            raise PerfkitError(f"{root.as_posix()} 不存在；{nearest(root)}")
        for path in files:
            if (readable := os.fsencode(path).decode("utf-8", "replace")) != str(path):  # no file of ours could name it
                raise PerfkitError(f"文件名“{readable}”不是 UTF-8 编码；请改名")
            name = case_id(path, root if root.is_dir() else root.parent)
            if found.get(name, path).resolve() != path.resolve():
                both = f"{found[name].as_posix()} 与 {path.as_posix()}"
                raise PerfkitError(f"案例编号“{name}”重复：{both}；请改名或分开运行")
            found[name] = path
    return dict(sorted(found.items()))


def is_case_file(path: Path) -> bool:
    """Whether a file is a case: by its ending, a workbook by its sheets."""
    ending = path.suffix.lower()
    return ending in _YAML or ending == _WORKBOOK and (workbook.is_workbook(path) or is_table(path))


def case_files(folder: Path) -> Iterator[Path]:
    """The case files in a folder and all that is below it (see `files_under`)."""
    yield from filter(is_case_file, files_under(folder, (*_YAML, _WORKBOOK)))


def read_document(path: Path) -> Document:
    """Read a case file, YAML or workbook, as plain data; its entries are spread. Raises `InputError`."""
    ending = path.suffix.lower()
    if path.is_file() and ending not in (*_YAML, _WORKBOOK):
        raise InputError(Problem(workbook.NO_CASE, shown_path(path)))
    return workbook.read_workbook(path) if ending == _WORKBOOK else spread(read_yaml(path))


def files_under(folder: Path, suffixes: Container[str]) -> Iterator[Path]:
    """The files with one of the suffixes (in small letters) in a folder and all that is below it, linked folders too.

    Hidden files and folders (.ipynb_checkpoints, ._x.yaml) and those that an office program has open (~$x.xlsx) are
    copies that programs leave behind, never cases. Raises `PerfkitError` for a folder that cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise PerfkitError(f"读不了文件夹 {error.filename}：{reason(error)}")

    seen: set[str] = set()
    for here, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(here)
        folders[:] = [] if real in seen else sorted(name for name in folders if not name.startswith("."))
        names = [] if real in seen else names
        seen.add(real)
        for name in names:
            if not name.startswith((".", "~$")) and Path(name).suffix.lower() in suffixes:
                yield Path(here, name)


def case_id(path: Path, folder: Path) -> str:
    """Id of a case file found in `folder`; of a link by its own name, not by what it points to."""
    absolute = Path(os.path.abspath(path))
    root = next((parent for parent in absolute.parents if parent.name == "cases"), os.path.abspath(folder))
    return absolute.relative_to(root).with_suffix("").as_posix()


def from_above(path: str | Path) -> Path:
    """A path as it is, or where it is not there, ``../`` as often as it takes to come to a folder that has it, or else
    its folder.

    So the notebook of a report, which runs in its own folder, names files as the project does.
    """
    if not isinstance(path, str | Path):
        raise PerfkitError(f"这里要一个案例的文件路径，如 params/cases/某单位.yaml；给的是 {type(path).__name__}")
    path = Path(path)
    if path.exists():
        return path
    above = (Path(*[".."] * steps, path) for steps in range(1, len(Path.cwd().parts)))
    return next((found for found in above if found.exists()), from_above(path.parent) / path.name)


def load_case(path: str | Path, *, library: Library | None = None, id: str | None = None) -> Case:
    """Read and check one case file.

    Parameters
    ----------
    path : the ``.yaml`` file or workbook (see `from_above`).
    library : rubrics and profiles; default: those of the ``params`` folder around the file.
    id : default: from the path.

    Raises
    ------
    InputError
        With file, line, field and mend for every fault found.
    """
    file = from_above(path)
    if is_table(file):
        raise PerfkitError(f"{shown_path(file)} 一行是一个单位；请用 load_cases，或命令 perfkit run")
    return build_case(read_document(file), library or find_library(file), id or case_id(file, file.parent))


def build_case(document: Document, library: Library, id: str) -> Case:
    """Check a document that has been read (see `load_case`)."""
    content, told = _with_answers(validate(CaseRoot, document).root, document)
    rubric, profile = _conventions(document, content, library)
    if rubric and isinstance(content, EvaluationFile) and rubric.profile.costs == "limit":
        content, limits = _limited(content, rubric, document)
        told += limits
    case = Case(id, content, document, rubric, profile, library=library)
    problems = [*told, *check(case, library)]
    units: tuple[Case, ...] = ()
    if isinstance(content, DepartmentFile):
        units = tuple(_units(case, content.units, Path(document.path), library, problems))
        if len(units) == len(content.units):  # else the missing one is the fault
            known = [indicator for unit in units if unit.rubric for indicator in unit.rubric.indicators]
            problems += check_names(case, known, [indicator.key for indicator in known], "所属单位的指标体系中")
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InputError(errors)
    return replace(case, warnings=(*(rubric.warnings if rubric else ()), *problems), units=units)


def _with_answers(content: CaseFile, document: Document) -> tuple[CaseFile, list[Problem]]:
    """The case with the answers of its questionnaires, also as the actual values of the indicators they are for."""
    surveys, told, given = [], list[Problem](), dict[str, str]()
    facts = dict(content.facts) if isinstance(content, EvaluationFile) else {}
    for i, stated in enumerate(content.surveys):
        with document.naming(("surveys", i)):
            try:
                survey, note = filled(stated, Path(document.path).parent)
            except ValueError as error:
                raise PerfkitError(str(error)) from None
        surveys.append(survey)
        told += [document.problem(("surveys", i, "file"), note, warning=True)] if note else []
        chosen = {option for question in survey.questions for option in question.options}  # a misspelled one is not
        if chosen and (names := "、".join(f"“{option}”" for option in survey.weights if option not in chosen)):
            message = f"问卷“{survey.name}”没有一份答卷选{names}；写法要与答卷的选项一致，请核对"
            told.append(document.problem(("surveys", i, "satisfied"), message, warning=True))
        for name in survey.indicators:
            here = ("surveys", i, "indicators")
            if survey.actual is None:
                message = f"问卷“{survey.name}”算不出满意度；请写明哪些选项算满意，如 satisfied: [满意, 基本满意 60%]"
                raise InputError(document.problem(here, message))
            if name in given:
                message = f"指标“{name}”已由问卷“{given[name]}”给出；请合成一份问卷，用 group 分组"
                raise InputError(document.problem(here, message))
            given[name] = survey.name
            fact = facts.get(name, NO_FACT)
            printed = (*(fact.actual.entries if fact.actual else ()), *survey.actual.entries)
            facts[name] = fact.model_copy(update={"actual": Printed(printed)})
    changed = {"facts": facts} if given and isinstance(content, EvaluationFile) else {}
    return content.model_copy(update={"surveys": tuple(surveys), **changed}) if surveys else content, told


def _limited(content: EvaluationFile, rubric: Rubric, document: Document) -> tuple[EvaluationFile, list[Problem]]:
    """The bare target of which less is better (200万元, 工期 180天) as the limit it is: whoever needs less has met it.

    What only the name says, and no level of costs, is told.
    """
    facts, told = dict(content.facts), []
    for key, fact in content.facts.items():
        indicator = rubric.by_key.get(key)
        if fact.target and indicator and indicator.is_limited:
            limit = Printed(tuple(replace(entry, value=entry.value.as_limit) for entry in fact.target.entries))
            facts[key] = fact.model_copy(update={"target": limit})
            if limit != fact.target and limit.value.value and "成本" not in indicator.level1 + indicator.level2:
                message = f"“{indicator.name}”越少越好，目标值{limit.value}没有写符号，当作上限；请写成 ≤{limit.value}"
                told.append(document.problem(("facts", key, "target"), message, warning=True))
    return content.model_copy(update={"facts": facts}), told


def iter_cases(paths: Sequence[str | Path]) -> Iterator[Case | InputError]:
    """Read the cases under the paths one after the other; in place of a faulty one its error.

    Nothing is kept: a case takes a megabyte of memory, so ten thousand of them are better not held together.
    """
    return read_each(find_cases(paths))


def read_each(found: Mapping[str, Path]) -> Iterator[Case | InputError]:
    """As `iter_cases`, for files that have been found: case id → file."""
    for name, path in found.items():
        try:
            library = find_library(path)
            for unit, document in read_table(path, library) if is_table(path) else [("", read_document(path))]:
                try:
                    yield build_case(document, library, f"{name}/{unit}" if unit else name)
                except InputError as error:
                    yield error
        except InputError as error:
            yield error
        except PerfkitError as error:
            yield InputError(Problem(str(error), path.as_posix()))


def load_cases(paths: str | Path | Sequence[str | Path]) -> list[Case]:
    """Every case of a file or folder, or of several, by id (see `from_above`).

    Raises
    ------
    InputError
        With every fault of every file; `sound_cases` gives the sound ones all the same.
    """
    cases, faults = sound_cases(paths)
    if faults:
        raise InputError(faults)
    return cases


def sound_cases(paths: str | Path | Sequence[str | Path]) -> tuple[list[Case], list[Problem]]:
    """As `load_cases`, without the faulty ones, and what is wrong with these.

    Raises
    ------
    InputError : where none is sound.
    """
    collecting = gc.isenabled()
    gc.disable()  # to look for garbage again and again takes a quarter, and all that is read is kept
    try:
        found = list(iter_cases([*map(from_above, [paths] if isinstance(paths, str | Path) else paths)]))
    finally:
        if collecting:
            gc.enable()
    cases = [item for item in found if isinstance(item, Case)]
    faults = list(dict.fromkeys(each for item in found if isinstance(item, InputError) for each in item.problems))
    if faults and not cases:
        raise InputError(faults)
    return cases, faults


def one_case(given: Any) -> Case:
    """The case that is meant: a case, what was made of one (a scorecard), or the path of its file.

    Raises `PerfkitError` for anything else, `InputError` for a faulty file.
    """
    found = getattr(given, "case", given)
    return found if isinstance(found, Case) else load_case(given)


def are_several(given: object) -> bool:
    """Whether it is a list of cases; what is made of one (a scorecard has rows) is none."""
    return isinstance(given, Iterable) and not isinstance(given, str) and not hasattr(given, "case")


def many_cases(given: object) -> list[Case]:
    """The cases that are meant: those of a folder or file, or of a list of whatever `one_case` takes."""
    items: Any = given if are_several(given) else [given]
    found = [load_cases(item) if isinstance(item, str | Path) else [one_case(item)] for item in items]
    return [case for cases in found for case in cases]


def _conventions(document: Document, content: CaseFile, library: Library) -> tuple[Rubric | None, Profile | None]:
    if isinstance(content, EvaluationFile) and content.rubric:
        with document.naming(("rubric",)):
            if isinstance(content.rubric, str):
                rubric = library.rubric(content.rubric)
            else:
                rubric = library.inline(document, content.rubric.extends or "本案例")
            return rubric, rubric.profile
    if isinstance(content, MonitoringFile):
        with document.naming(("profile",)):
            profile = library.profile(content.profile)
            if profile.monitoring is None:
                raise PerfkitError(f"评分口径“{content.profile}”没有监控阈值（monitoring）")
            return None, profile
    return None, None


def _units(case: Case, names: Sequence[str], file: Path, library: Library, problems: list[Problem]) -> Iterator[Case]:
    """The cases of the units that a department names; of what is wrong with the others, `problems` are told."""
    prefix = case.id.rpartition("/")[0]
    for i, name in enumerate(names):
        there = [path for ending in (*_YAML, _WORKBOOK) if (path := file.parent / f"{name}{ending}").is_file()]
        path = there[0] if there else file.parent / f"{name}.yaml"
        try:
            if name in names[:i]:
                message = f"所属单位“{name}”列了两次，会重复汇总；请删去一个"
                raise InputError(case.problem(("units", i), message))
            if not there or path.resolve() == file.resolve():
                message = f"找不到所属单位的案例 {path.as_posix()}；应与本文件放在一起"
                raise InputError(case.problem(("units", i), message))
            unit = read_document(path)
            if unit.data.get("kind") == "department":
                message = f"“{name}”自己也是部门汇总；所属单位应是评价、自评或监控案例，请直接列出它的单位"
                raise InputError(case.problem(("units", i), message))
            yield build_case(unit, library, f"{prefix}/{name}" if prefix else name)
        except InputError as error:
            problems.extend(error.problems)
