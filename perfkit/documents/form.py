"""What one table or a section of text says, before it is a case: labels, money, indicators, levels, total, grade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ..errors import Problem
from .content import place_of_row

FULL_SCORE = "figures.评价指标总分"
"""Where a case keeps the weight that a table prints of its total."""
BASES = ("initial", "adjusted", "received")
"""Stages that a rate of execution may be of; the funds received only where they give it as printed."""


@dataclass
class FormRow:
    """One indicator as it is printed; "" where nothing is said.

    `row` is its line in the table, `places` where a value stands that is not in that line (a field → its place).
    `more` holds the columns that only some layouts have (standard, reviewed, stage, adjustment, …).
    `unusable` says why there is no target or actual value although something is printed there, `uncertain` that the
    target has no unit anywhere or no sure direction, so that nothing is asserted of it; `level` is the name of the
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
    uncertain: bool = False
    more: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def weight_of(rows: Iterable[FormRow]) -> Decimal:
    """The points of indicators together, as they are printed."""
    return sum((Decimal(row.weight or 0) for row in rows), Decimal())


@dataclass
class FormFunds:
    """A fund row: name, amounts by column with their unit (``200万元``), and weight, rate, score as printed."""

    row: int
    name: str
    values: dict[str, str]


@dataclass
class Form:
    """What one form of a sheet, one table of a report, or one section of its text holds.

    `sheet` is the name of its sheet or table, `part` counts those below each other. `columns` are the keys of the
    indicator columns that were found. `levels` are the weight and score of a level, ``部门决策（15分）``, as (level1,
    level2, weight or score, points, place). `figures` are amounts by their path in a case, as (path, amount, place);
    `assets` the rows of a register, `changes` those of the budget within the year, each as in a case file. `totals`,
    `total_rates` and `grades` are texts with their places, `rates` those that a formula gives, as (name, rate, place,
    formula, the amounts of the budget that it may be divided by, that beside it first). `covers` is the weight that the
    total's row prints, where it is that of the indicators above. `problems` name by cell what was not read. `listed` is
    what tells it from the others of a table that lists several units or projects.
    """

    file: str
    sheet: str
    title: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    year: int | None = None
    funds: list[FormFunds] = field(default_factory=list)
    rows: list[FormRow] = field(default_factory=list)
    columns: frozenset[str] = frozenset()
    levels: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    figures: list[tuple[str, str, str]] = field(default_factory=list)
    assets: list[dict[str, str]] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    totals: list[tuple[str, str]] = field(default_factory=list)
    total_rates: list[tuple[str, str]] = field(default_factory=list)
    rates: list[tuple[str, str, str, str, tuple[str, ...]]] = field(default_factory=list)
    grades: list[tuple[str, str]] = field(default_factory=list)
    covers: Decimal | None = None
    problems: list[Problem] = field(default_factory=list)
    part: int = 1
    listed: str = ""

    @property
    def project(self) -> str:
        return self.labels.get("project", "")

    @property
    def department(self) -> str:
        return self.labels.get("department", "")

    @property
    def unit(self) -> str:
        return self.labels.get("unit", "") or self.department

    @property
    def name(self) -> str:
        """The unit's in a list, else the sheet's, numbered from the second form of a sheet on (自评表-2)."""
        return self.listed or self.sheet if self.part == 1 else f"{self.sheet}-{self.part}"

    def place(self, row: int) -> str:
        """A row of its sheet as the place of a printed figure."""
        return place_of_row(self.sheet, row)

    def place_of(self, row: FormRow, value: str) -> str:
        """Where a value of an indicator is printed."""
        return row.places.get(value) or self.place(row.row)

    @property
    def whole(self) -> FormFunds | None:
        """The fund row of the total, None where there is none."""
        return next((row for row in self.funds if not row.name), None)

    def overall(self, key: str) -> str:
        """What the fund row of the total says under a heading; "" where there is no such row."""
        return self.whole.values.get(key, "") if self.whole else ""

    @property
    def kind(self) -> str:
        """What the table is by its columns: revised, compared, monitored, overview, scored, standards, declared, or ""
        without indicators."""
        has = self.columns
        kinds = {
            "revised": "adjustment" in has,
            "compared": "stage" in has,
            "monitored": self.within_year,
            "overview": "name" not in has,
            "scored": {"score", "actual"} & has or ("weight" in has and "target" not in has),
            "standards": "standard" in has and "weight" not in has,
        }
        return next((kind for kind, fits in kinds.items() if fits), "declared") if self.rows else ""

    @property
    def kind_of_case(self) -> str:
        """The kind of case that the title names; "" without one."""
        own = "self_evaluation" if "整体" in self.title else "project_self_evaluation"
        kinds = {"申报": "declaration", "监控": "monitoring", "自评": own, "": "evaluation"}
        return next(kind for word, kind in kinds.items() if word in self.title) if self.title else ""

    @property
    def within_year(self) -> bool:
        """Whether it says what is expected by the end of the year."""
        return bool({"forecast", "likelihood", "certain", "possible", "impossible"} & self.columns)

    @property
    def holds(self) -> bool:
        """Whether it holds more than names."""
        return bool(self.rows or self.funds or self.figures or self.assets or self.changes)

    @property
    def stands_alone(self) -> bool:
        """Whether it names its own project or unit, so that it is a case of its own and no part of the one before; a
        table of just the names begins one, a table of figures (基础数据表) belongs to the one before."""
        return bool(self.project or self.unit) and bool(self.rows or self.funds or self.totals or not self.holds)
