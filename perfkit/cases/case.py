"""Cases: one readable file a report, and how to find its figures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, RootModel

from ..errors import PerfkitError, Problem
from ..figures.formulas import FORMULAS
from ..figures.printed import Printed
from ..figures.quantities import Figure
from ..reading import Document, Key, suggest
from ..rubrics.rubric import EXECUTION, Library, Profile, Rubric
from ..tables import Plot, frame_of, shown
from ..words import DASH, KINDS
from .models import CaseFile, DeclarationFile, EvaluationFile, Fact, Goal, MonitoringFile, Stage
from .surveys import Survey

_YEAR = re.compile(r"(\d{4}|[〇○零一二三四五六七八九]{4})年")
_YEARS = re.compile(r"[（(]?(20\d\d年?度?[-—–~～至到]+20\d\d)年度?[）)]?")
"""Several years in the title of a policy's report."""

_SHOWN = ("target", "actual", "items", "level", "reason")
"""What the table of a case shows of a fact."""


class CaseRoot(RootModel[Annotated[CaseFile, Field(discriminator="kind")]]):
    """Any case file."""


@dataclass(frozen=True, repr=False)
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
    library: Library | None = field(default=None, compare=False)

    plot = Plot("perfkit.report.charts", "CasePlots")

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
    def files(self) -> tuple[Path, ...]:
        """Every file that its result depends on: its own, those of answers, rubric, profile, sources, its units."""
        answers = [Path(self.document.path).parent / survey.file for survey in self.file.surveys if survey.file]
        found = [Path(self.document.path), *answers, *(self.rubric.files if self.rubric else ())]
        if self.profile and self.library:
            found.append(self.library.folder / "profiles" / f"{self.profile.name}.yaml")
        if self.library and (sources := self.library.folder / "sources.yaml").is_file():
            found.append(sources)
        return tuple(dict.fromkeys((*found, *(path for unit in self.units for path in unit.files))))

    @property
    def title(self) -> str:
        """The report's title as the file writes it; one that begins with the year gets the unit's name before it."""
        written = self.file.title
        if not written or (_YEAR.match(written) and self.unit not in written):
            return self.unit + written
        return written

    @property
    def project(self) -> str:
        """The project that it is about, by its title where the file has no name of its own for it; "" for a department
        as a whole."""
        if isinstance(self.file, MonitoringFile | DeclarationFile) and self.file.project:
            return self.file.project.name
        before, *_ = _YEARS.sub("", self.file.title.replace(self.unit, "")).split("绩效")
        name = re.sub(r"^.*20\d\d年度?|(?:项目)?支出$", "", before)
        return "" if "整体" in name or name == self.file.title else name

    @property
    def period(self) -> str:
        """What the report is of: the years of a policy, where its title tells no other (2021-2023年), else its year."""
        years, others = _YEARS.search(self.file.title), _YEAR.search(_YEARS.sub("", self.file.title))
        return f"{years[1]}年" if years and not others else f"{self.year}年度"

    @property
    def facts(self) -> dict[str, Fact]:
        return self.file.facts if isinstance(self.file, EvaluationFile) else {}

    @property
    def goals(self) -> tuple[Goal, ...]:
        return self.file.goals if isinstance(self.file, MonitoringFile | DeclarationFile) else ()

    def survey(self, indicator: str) -> Survey | None:
        """The questionnaire that gives an indicator's actual value."""
        return next((survey for survey in self.file.surveys if indicator in survey.indicators), None)

    @property
    def not_applicable(self) -> str:
        """Why the whole unit is not scored, or ""."""
        return self.file.not_applicable if isinstance(self.file, EvaluationFile) else ""

    def __repr__(self) -> str:
        return f"<案例 {self.id}：{self.unit} {self.year}年 {KINDS[self.kind]}>"

    def _repr_html_(self) -> str:
        rows = [(name, *(fact.shown(part) or DASH for part in _SHOWN)) for name, fact in self.facts.items()]
        return shown(repr(self)[1:-1], frame_of(rows, ["id", *_SHOWN]))

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

    def given(self, path: str) -> Printed[Any] | None:
        """As `printed`, None also for a path that no case can have."""
        with suppress(PerfkitError):
            return self.printed(path)
        return None

    def quantity(self, path: str) -> Figure | None:
        """The figure at a path, or None where it is not given."""
        printed = self.printed(path)
        return None if printed is None else printed.value

    def value(self, path: str) -> float:
        """The number at a path in base units (元, ratio), NaN where none is given, or an interval."""
        quantity = self.quantity(path)
        return float("nan") if quantity is None or quantity.is_interval else quantity.value

    @property
    def denominator(self) -> str:
        """Path of the figure that 预算执行率 divides by: the profile's, for a department the full-year budget."""
        return self.profile.denominator if self.profile else "budget.adjusted"

    @property
    def execution_rate(self) -> float:
        """预算执行率, a ratio: spending by the figure that the profile names; NaN where one of them is missing or 0."""
        return float(FORMULAS[EXECUTION](self.value("budget.final"), self.value(self.denominator)))

    def problem(self, loc: Iterable[Key], message: str, *, warning: bool = False) -> Problem:
        """A problem at a position of this case's file."""
        return self.document.problem(loc, message, warning=warning)


def _walk(file: CaseFile, path: str) -> Any:
    here: Any = file
    parts = path.split(".")
    while parts and here is not None:
        if isinstance(here, dict):
            *fact, field = parts  # of a fact's own name, else of one of its fields
            return here.get(".".join(parts)) or getattr(here.get(".".join(fact)), field, None)
        name, *parts = parts
        if isinstance(here, tuple):  # projects, goals, changes: by name
            here = next((item for item in here if getattr(item, "name", None) == name), None)
            continue
        fields = vars(here) if isinstance(here, BaseModel) else {}
        if name not in fields:
            raise PerfkitError(f"路径“{path}”中没有“{name}”；{suggest(name, fields)}")
        here = fields[name]
    return here
