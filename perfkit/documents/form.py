"""What a filled form says, before it is a case: project, money, indicators, total, grade."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import Problem


@dataclass
class FormRow:
    """One indicator as the form prints it; "" where a cell says nothing.

    `unusable` says why there is no actual value although something is printed there; `level` is the name of the
    qualitative level (达成) that the actual value states.
    """

    row: int
    level1: str
    level2: str
    name: str
    target: str = ""
    actual: str = ""
    weight: str = ""
    score: str = ""
    deviation: str = ""
    unusable: str = ""
    level: str = ""


@dataclass
class FormFunds:
    """A fund row: name, amounts by column with their unit (``200万元``), and weight, rate, score as printed."""

    row: int
    name: str
    values: dict[str, str]


@dataclass
class Form:
    """What one form of a sheet holds; `part` counts those below each other.

    `problems` name by cell what cannot be read, and what was passed over (warnings).
    `undated` is the problem of a form without a year, for whoever cannot supply one.
    """

    file: str
    sheet: str
    project: str = ""
    department: str = ""
    unit: str = ""
    year: int | None = None
    goal: str = ""
    result: str = ""
    funds: list[FormFunds] = field(default_factory=list)
    rows: list[FormRow] = field(default_factory=list)
    total_row: int | None = None
    total_weight: str = ""
    total: str = ""
    grade: str = ""
    grade_row: int | None = None
    problems: list[Problem] = field(default_factory=list)
    undated: Problem | None = None
    part: int = 1

    @property
    def name(self) -> str:
        """The sheet's name, numbered from the second form of a sheet on (自评表-2)."""
        return self.sheet if self.part == 1 else f"{self.sheet}-{self.part}"

    def place(self, row: int) -> str:
        """A row as the place of a printed figure: 自评表 12."""
        return f"{self.sheet.strip() or '自评表'} {row}"

    @property
    def whole(self) -> FormFunds | None:
        """The fund row of the total, None where there is none."""
        return next((row for row in self.funds if not row.name), None)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]
