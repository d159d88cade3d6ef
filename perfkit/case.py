"""Cases: one readable file a report. Load it, find its figures, check what the models alone cannot see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, RootModel

from .case_model import (
    CaseFile,
    DepartmentFile,
    EvaluationFile,
    Fact,
    MonitoringFile,
    Stage,
    budgets,
)
from .errors import InputError, PerfkitError, Problem
from .formulas import FORMULAS
from .printed import Printed
from .quantities import MONEY, Quantity, Target, display_plain
from .reading import Document, Key, read_yaml, suggest, validate
from .rubric import Library, Measure, Profile, Rubric, find_library

PLAUSIBLE = (1e-4, 1e2)
"""Ratios of two amounts of one budget outside this range hint at 元 written for 万元."""

LABELS = {
    "budget.initial": "年初预算数",
    "budget.adjusted": "全年（调整后）预算数",
    "budget.received": "到位资金",
    "budget.final": "全年执行数（决算支出）",
    "staff.actual": "在职人数",
    "staff.established": "编制人数",
    "three_public.actual": "“三公”经费支出",
    "three_public.budget": "“三公”经费预算",
    "public_expense.actual": "公用经费支出",
    "public_expense.budget": "公用经费预算",
    "procurement.actual": "政府采购支出",
    "procurement.budget": "政府采购预算",
}


class CaseRoot(RootModel[Annotated[CaseFile, Field(discriminator="kind")]]):
    """Any case file."""


@dataclass(frozen=True)
class Case:
    """A checked case: its file's content, its rubric and profile.

    Parameters
    ----------
    id : path under the folder of cases, without ``.yaml``.
    file : the content.
    document : where everything stands (for messages).
    rubric, profile : resolved; a department has neither, a monitoring case only a profile.
    warnings : what stays visible but stops nothing.
    """

    id: str
    file: CaseFile
    document: Document
    rubric: Rubric | None = None
    profile: Profile | None = None
    warnings: tuple[Problem, ...] = ()
    units: tuple[Case, ...] = ()
    library: Library | None = field(default=None, repr=False, compare=False)

    @property
    def kind(self) -> str:
        return self.file.kind

    @property
    def unit(self) -> str:
        return self.file.unit.name

    @property
    def year(self) -> int:
        return self.file.year

    @property
    def facts(self) -> dict[str, Fact]:
        return self.file.facts if isinstance(self.file, EvaluationFile) else {}

    @property
    def not_applicable(self) -> str:
        """Why the whole unit is not scored, or ""."""
        return self.file.not_applicable if isinstance(self.file, EvaluationFile) else ""

    def printed(self, path: str) -> Printed[Any] | None:
        """The figure at a dotted path (``budget.final``, ``figures.工会会员数``), or None where it is not given.

        Raises `PerfkitError` for a path that no case can have.
        """
        found = _walk(self.file, path)
        if isinstance(found, Stage):
            found = found.total
        if found is not None and not isinstance(found, Printed):
            raise PerfkitError(f"“{path}”不是一个数；路径写到具体数额，如 budget.final.total")
        return found

    def quantity(self, path: str) -> Quantity | None:
        """The quantity at a path (a target's quantity), or None where it is not given."""
        printed = self.printed(path)
        if printed is None:
            return None
        return printed.value.quantity if isinstance(printed.value, Target) else printed.value

    def value(self, path: str) -> float:
        """The number at a path in base units (元, ratio), NaN where it is not given."""
        quantity = self.quantity(path)
        return float("nan") if quantity is None else quantity.value

    def problem(self, loc: Iterable[Key], message: str, *, warning: bool = False) -> Problem:
        """A problem at a position of this case's file."""
        return self.document.problem(loc, message, warning=warning)


def label(path: str) -> str:
    """Chinese name of a figure's path: budget.final → 全年执行数（决算支出）."""
    plain = path.removesuffix(".total")
    if plain in LABELS:
        return LABELS[plain]
    head, _, rest = path.partition(".")
    return rest if head in ("figures", "facts") else path


def _walk(file: CaseFile, path: str) -> Any:
    here: Any = file
    parts = path.split(".")
    while parts:
        if here is None:
            return None
        if isinstance(here, dict):
            return here.get(".".join(parts)) if ".".join(parts) in here else _in_fact(here, parts)
        if isinstance(here, tuple):  # projects, goals, changes: by name
            named = parts.pop(0)
            here = next((item for item in here if getattr(item, "name", None) == named), None)
            continue
        name = parts.pop(0)
        if not isinstance(here, BaseModel) or name not in type(here).model_fields:
            raise PerfkitError(f"路径“{path}”中没有“{name}”；{suggest(name, getattr(type(here), 'model_fields', ()))}")
        here = getattr(here, name)
    return here


def _in_fact(facts: dict[str, Any], parts: list[str]) -> Any:
    fact = facts.get(".".join(parts[:-1]))
    return getattr(fact, parts[-1], None) if fact is not None else None


def find_cases(paths: Sequence[str | Path]) -> dict[str, Path]:
    """Case id → file, for files and for every ``.yaml`` under folders, sorted by id.

    The id is the path under the nearest folder named ``cases``, else under the folder given. Raises `PerfkitError`
    where a path does not exist, a folder holds no case, or two files claim one id.
    """
    found: dict[str, Path] = {}
    for given in paths:
        root = Path(given)
        if root.is_dir():
            files = sorted(p for p in root.rglob("*.yaml") if p.is_file())
            if not files:
                raise PerfkitError(f"{root.as_posix()} 中没有案例文件（.yaml）")
        elif root.is_file():
            files = [root]
        else:
            raise PerfkitError(f"{root.as_posix()} 不存在；请核对路径")
        for path in files:
            name = case_id(path, root if root.is_dir() else root.parent)
            if found.get(name, path).resolve() != path.resolve():
                raise PerfkitError(
                    f"案例编号“{name}”重复：{found[name].as_posix()} 与 {path.as_posix()}；请改名或分开运行"
                )
            found[name] = path
    return dict(sorted(found.items()))


def case_id(path: Path, folder: Path) -> str:
    """Id of a case file found in `folder`."""
    absolute = path.resolve()
    for parent in absolute.parents:
        if parent.name == "cases":
            return absolute.relative_to(parent).with_suffix("").as_posix()
    return absolute.relative_to(folder.resolve()).with_suffix("").as_posix()


def load_case(path: str | Path, *, library: Library | None = None, id: str | None = None) -> Case:
    """Read and check one case file.

    Parameters
    ----------
    path : the ``.yaml`` file.
    library : rubrics and profiles; default: those of the ``params`` folder around the file.
    id : default: from the path.

    Raises
    ------
    InputError
        With file, line, field and mend for every fault found.
    """
    file = Path(path)
    return build_case(read_yaml(file), library or find_library(file), id or case_id(file, file.parent))


def build_case(document: Document, library: Library, id: str) -> Case:
    """Check a document that has been read (see `load_case`)."""
    content = validate(CaseRoot, document).root
    rubric, profile = _conventions(document, content, library)
    case = Case(id, content, document, rubric, profile, library=library)
    problems = list(_check(case, library))
    units: tuple[Case, ...] = ()
    if isinstance(content, DepartmentFile):
        units = tuple(_units(case, content, Path(document.path), library, problems))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InputError(errors)
    return replace(case, warnings=(*(rubric.warnings if rubric else ()), *problems), units=units)


def load_cases(paths: Sequence[str | Path]) -> tuple[list[Case], list[Problem]]:
    """Read every case under the paths; the faulty ones come back as problems. Rubrics are read once."""
    libraries: dict[Path, Library] = {}
    cases: list[Case] = []
    problems: list[Problem] = []
    for name, path in find_cases(paths).items():
        try:
            folder = path.resolve().parent
            if folder not in libraries:
                library = find_library(path)
                libraries[folder] = next((x for x in libraries.values() if x.folder == library.folder), library)
            cases.append(load_case(path, library=libraries[folder], id=name))
        except InputError as error:
            problems.extend(error.problems)
        except PerfkitError as error:
            problems.append(Problem(str(error), path.as_posix()))
    return cases, list(dict.fromkeys(problems))


def _conventions(document: Document, content: CaseFile, library: Library) -> tuple[Rubric | None, Profile | None]:
    loc = "rubric" if isinstance(content, EvaluationFile) else "profile"
    try:
        if isinstance(content, MonitoringFile):
            profile = library.profile(content.profile)
            if profile.monitoring is None:
                raise PerfkitError(f"评分口径“{content.profile}”没有监控阈值（monitoring）")
            return None, profile
        if isinstance(content, EvaluationFile):
            if isinstance(content.rubric, str):
                rubric = library.rubric(content.rubric)
            else:
                rubric = library.inline(document, ("rubric",), content.rubric.extends or "本案例")
            return rubric, rubric.profile
    except InputError:
        raise
    except PerfkitError as error:
        raise InputError(document.problem((loc,), str(error))) from None
    return None, None


def _units(
    case: Case, content: DepartmentFile, file: Path, library: Library, problems: list[Problem]
) -> Iterator[Case]:
    prefix = case.id.rpartition("/")[0]
    for i, name in enumerate(content.units):
        path = file.parent / f"{name}.yaml"
        if not path.is_file() or path.resolve() == file.resolve():
            problems.append(case.problem(("units", i), f"找不到所属单位的案例 {path.as_posix()}；应与本文件放在一起"))
            continue
        try:
            yield load_case(path, library=library, id=f"{prefix}/{name}" if prefix else name)
        except InputError as error:
            problems.extend(error.problems)


def _check(case: Case, library: Library) -> Iterator[Problem]:
    file = case.file
    yield from library.check_sources(case.document, file.basis, ("basis",))
    for loc, budget in budgets(file):
        stages = {name: getattr(budget, name) for name in ("initial", "adjusted", "received", "final")}
        yield from _plausible(case, {(*loc, name): s.total for name, s in stages.items() if s})
    if isinstance(file, EvaluationFile) and case.rubric:
        yield from _check_names(case, file, case.rubric)
        yield from _check_units(case, file, case.rubric)
        for name in ("procurement", "three_public", "public_expense"):
            spending = getattr(file, name)
            if spending:
                yield from _plausible(case, {(name, "budget"): spending.budget, (name, "actual"): spending.actual})
                if (
                    spending.budget
                    and spending.actual
                    and spending.budget.value.value == 0 < spending.actual.value.value
                ):
                    message = f"预算为0而支出为{spending.actual.value.text}；没有预算不能有支出，请核对数额和单位"
                    yield case.problem((name, "actual"), message)
    for name, rate in file.published.rates.items():
        if rate.formula is not None:
            measure = Measure.model_validate({"formula": rate.formula, **rate.arguments})
            for text in (*measure.faults(), *_path_faults(case, measure.arguments.values())):
                yield case.problem(("published", "rates", name), text)
        for text in _path_faults(case, (*rate.numerator, *rate.divisor), stated=True):
            yield case.problem(("published", "rates", name), text)
    for i, total in enumerate(file.sums):
        for text in _path_faults(case, total.paths, stated=True):
            yield case.problem(("sums", i), text)


def _path_faults(case: Case, paths: Iterable[str], *, stated: bool = False) -> Iterator[str]:
    """Paths that no case can have; with `stated` also those that this case does not give."""
    for path in paths:
        try:
            if case.printed(path) is None and stated:
                yield f"本案例没有写“{path}”这个数；请核对路径和名称"
        except PerfkitError as error:
            yield str(error)


def _plausible(case: Case, figures: dict[tuple[Key, ...], Printed[Quantity] | None]) -> Iterator[Problem]:
    amounts = [(loc, figure.value) for loc, figure in figures.items() if figure and figure.value.value > 0]
    for (_, left), (loc, right) in zip(amounts, amounts[1:], strict=False):
        ratio = right.value / left.value
        if left.unit == right.unit == MONEY and not PLAUSIBLE[0] <= ratio <= PLAUSIBLE[1]:
            message = f"{right.text} 是 {left.text} 的 {display_plain(ratio, 6)} 倍，超出合理范围；是否把元与万元混用？"
            yield case.problem(loc, message, warning=True)


def _check_names(case: Case, file: EvaluationFile, rubric: Rubric) -> Iterator[Problem]:
    keys = [indicator.key for indicator in rubric.indicators]
    readable = set(keys)
    for indicator in rubric.indicators:
        rules = [indicator.rule, *(reading.rule for reading in indicator.readings if reading.rule)]
        readable |= _names_read(rules)
    levels = {block for i in rubric.indicators for block in (i.level1, f"{i.level1}/{i.level2}")}
    for name in file.facts:
        if name not in readable:
            yield case.problem(("facts", name), f"指标体系中没有“{name}”；{suggest(name, readable)}")
    for name in file.published.indicators:
        if name not in keys:
            yield case.problem(("published", "indicators", name), f"指标体系中没有“{name}”；{suggest(name, keys)}")
    for name in file.published.levels:
        if name not in levels:
            yield case.problem(("published", "levels", name), f"指标体系中没有“{name}”；{suggest(name, levels)}")
    for block in ("problems", "events"):
        for i, item in enumerate(getattr(file, block)):
            for name in item.indicators:
                if name not in keys:
                    yield case.problem((block, i, "indicators"), f"指标体系中没有“{name}”；{suggest(name, keys)}")


def _names_read(value: Any) -> set[str]:
    """Every fact named by an `on:` inside rules."""
    if isinstance(value, BaseModel):
        on = getattr(value, "on", None)
        own = {str(on)} if on else set()
        return own.union(*(_names_read(getattr(value, name)) for name in type(value).model_fields))
    if isinstance(value, list | tuple):
        return set().union(*map(_names_read, value))
    return set()


def _check_units(case: Case, file: EvaluationFile, rubric: Rubric) -> Iterator[Problem]:
    for indicator in rubric.indicators:
        for leaf in indicator.rule.leaves():
            name, unit = leaf.fact(indicator.key), leaf.unit()
            fact = file.facts.get(name)
            if unit is None or fact is None or fact.actual is None or (indicator.measure and name == indicator.key):
                continue
            actual = fact.actual.value
            if actual.unit != unit:
                message = f"“{actual.text}”的单位与评分标准的单位“{unit}”不同，不能比较；请按“{unit}”填写"
                yield case.problem(("facts", name, "actual"), message)
        if indicator.measure and indicator.measure.formula in FORMULAS:
            for text in _path_faults(case, indicator.measure.arguments.values()):
                yield case.problem(("rubric",), f"指标“{indicator.key}”：{text}")
