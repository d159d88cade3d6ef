"""What a case file holds: the models, one a block of the file."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from ..errors import UnitError
from ..figures.moments import parse_moment
from ..figures.printed import (
    Day,
    Printed,
    PrintedAmount,
    PrintedCount,
    PrintedMoment,
    PrintedNumber,
    PrintedPoints,
    PrintedQuantity,
    PrintedRatio,
    PrintedResult,
    PrintedTarget,
    PrintedWord,
    is_place,
    stated_year,
)
from ..figures.quantities import RATIO, WORD, Figure, parse_quantity, same_unit
from ..rubrics.rubric import Measure, RubricFile, YesNo
from ..rubrics.rules.base import ANSWERS, Portion, PortionField, read_answer
from ..validating import Model, Name
from .surveys import Survey

Adjustment = Literal["原指标", "新增", "删除", "调整"]


class _Noted(Model):
    """What a person may add a note to."""

    note: str = ""


class _Sourced(_Noted):
    """What a person may add a note to, and where it is from."""

    source: str = ""


class Unit(Model):
    """The unit; `printed` is how the document names it at places where the name matters (another unit's name)."""

    name: Name
    parent: str | None = None
    short: str | None = None
    printed: PrintedWord | None = None


class Team(Model):
    """Who evaluated: the leader (主评人) and the members of the team."""

    leader: str = ""
    members: tuple[str, ...] = ()


class Opinion(Model):
    """An opinion on a draft of the report, and what became of it."""

    stage: Literal["初稿", "内审", "征求意见", "终稿"]
    who: Name
    date: Day = ""
    opinion: str
    taken: YesNo | None = None
    reason: str = ""


class Overview(Model):
    """Short own words, one line each."""

    duties: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    process: tuple[str, ...] = ()
    conclusion: tuple[str, ...] = ()


class Staff(_Noted):
    """编制与在职人数."""

    established: PrintedCount | None = None
    actual: PrintedCount | None = None
    detail: dict[str, PrintedCount] = {}


class _Short(Model):
    """A block that may also be written as one value or place map; editors are told so."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [handler(core), {"type": ["string", "number"]}, {"type": "object"}]}


class AssetStage(Model):
    """Assets at one date, 元."""

    gross: PrintedAmount | None = None
    depreciation: PrintedAmount | None = None
    net: PrintedAmount | None = None
    cash: PrintedAmount | None = None
    total: PrintedAmount | None = None


class Asset(_Noted):
    """One row of the asset register."""

    code: str = ""
    class_: str = Field(default="", alias="class")
    type: str = ""
    name: Name
    gross: PrintedAmount
    net: PrintedAmount
    line: int | None = None


class Assets(_Noted):
    """Fixed assets at the start and end of the year; `purchases` and `disposals` are gross values of the year."""

    opening: AssetStage | None = None
    closing: AssetStage | None = None
    purchases: PrintedAmount | None = None
    disposals: PrintedAmount | None = None
    in_use: PrintedNumber | None = None
    count: PrintedCount | None = None
    register_: tuple[Asset, ...] = Field(default=(), alias="register")


class Stage(_Short, _Noted):
    """A budget at one stage: `total` is expenditure, `income` total income; a scalar means `total`."""

    total: PrintedAmount | None = None
    income: PrintedAmount | None = None
    general_income: PrintedAmount | None = None
    other_income: PrintedAmount | None = None
    basic: PrintedAmount | None = None
    staff: PrintedAmount | None = None
    public: PrintedAmount | None = None
    project: PrintedAmount | None = None
    parts: dict[str, PrintedAmount] = {}

    @model_validator(mode="before")
    @classmethod
    def _scalar(cls, data: Any) -> Any:
        if not isinstance(data, dict) or (data and all(is_place(key) for key in data)):
            return {"total": data}
        return data


class Change(_Sourced):
    """A change of the budget within the year."""

    name: Name
    kind: Literal["added", "cut", "transfer_in", "transfer_out"]
    amount: PrintedAmount
    part: Literal["basic", "project"] | None = None
    counterpart: str = ""


class Budget(_Noted):
    """年初预算, 全年（调整后）预算, 到位, 决算（执行）, and the changes in between."""

    initial: Stage | None = None
    adjusted: Stage | None = None
    received: Stage | None = None
    final: Stage | None = None
    forecast: Stage | None = None
    changes: tuple[Change, ...] = ()


class Spending(_Noted):
    """Budget and actual of one kind of spending (政府采购, 三公, 公用), with last year's where known."""

    budget: PrintedAmount | None = None
    actual: PrintedAmount | None = None
    last_year_budget: PrintedAmount | None = None
    last_year_actual: PrintedAmount | None = None
    detail: dict[str, PrintedAmount] = {}


def _answered(data: Any) -> str:
    answer = read_answer(data)
    with suppress(UnitError):
        if answer in ANSWERS or 0 < (part := parse_quantity(data)).value < 1 and part.unit == RATIO:
            return str(answer)
    told = "没有填写" if data == "" else f"“{data}”不在可选范围"
    raise ValueError(f"{told}；请写成 '是' 或 '否'，部分满足的写占该要素的百分比，如 50%")


class Answer(_Short):
    """One answer to a checklist element; of an element that is met in part it says the part (50%)."""

    met: Annotated[str, BeforeValidator(_answered), WithJsonSchema({"type": "string"})]
    reason: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        return data if isinstance(data, dict | Answer) else {"met": data}

    @property
    def share(self) -> float:
        """How much of the element is met: 1, 0, or the stated part."""
        return ANSWERS[self.met] if self.met in ANSWERS else parse_quantity(self.met).value


def _given(portion: Portion) -> Portion:
    if not portion.is_points and portion.value > 1:
        raise ValueError("评定比例 share 应在0%至100%之间；也可以直接写分数，如 14分")
    return portion


Given = Annotated[PortionField, AfterValidator(_given)]
"""What the evaluator gives: a share of the weight (75%), or points (14分), which stay what they are."""


class Override(Model):
    """What the evaluator gives against what the rule gives, and why."""

    share: Given
    reason: Name


class Fact(_Sourced):
    """What was found for one indicator.

    `uses` lists the paths of figures that another indicator rests on as well; `narrative` (Markdown) tells in the
    consultant's own words what was found, in place of the sentences that are written from the other fields.
    """

    target: PrintedTarget | None = None
    actual: PrintedResult | None = None
    items: tuple[Answer, ...] = ()
    count: PrintedCount | None = None
    met: YesNo | None = None
    level: str | None = None
    share: Given | None = None
    declared: PrintedPoints | None = None
    override: Override | None = None
    reason: str = ""
    not_applicable: str = ""
    missing: str = ""
    deviation: str = ""
    improvement: str = ""
    evidence: str = ""
    narrative: str = ""
    uses: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Fact:
        if self.share is not None and not self.reason.strip():
            raise ValueError("评定比例 share 必须写明理由；请补 reason: …")
        if self.override and (self.missing or self.not_applicable):
            raise ValueError("已写 missing 或 not_applicable 的指标不评分，不能再写改判 override；请留下其中一个")
        if self.actual is not None:
            actual = self.actual.value
            if self.target is not None:
                goal = self.target.value
                reported = not goal.is_number and actual.unit == RATIO  # a date or a word as 100% achieved
                if not (reported or (goal.is_number and actual.unit == WORD)):
                    same_unit(actual, goal)
            _done_at_least_nothing(actual)
        return self

    def shown(self, field: str) -> str:
        """What is written in a field, answers behind one another; "" for nothing."""
        value = getattr(self, field)
        if isinstance(value, tuple):
            return "、".join(answer.met for answer in value)
        return value.value.text if isinstance(value, Printed) else str(value or "")

    @property
    def unmet(self) -> list[str]:
        """The reasons of the elements that are not met, as far as they are given."""
        return [answer.reason for answer in self.items if answer.met == "否" and answer.reason]

    @property
    def why_lost(self) -> str:
        """Why points are lost, as the case says."""
        departed = self.override.reason if self.override else ""
        return str(self.deviation or departed or "；".join(dict.fromkeys(self.unmet)) or self.reason or self.missing)

    @property
    def unmeasured(self) -> str:
        """Why a quantitative target cannot be compared with the result that is printed (完成, ≥90%), or ""."""
        target, actual = self.target and self.target.value, self.actual and self.actual.value
        if not (target and actual and target.is_number):
            return ""
        if actual.unit == WORD:
            return f"实际完成值只印作“{actual.text}”，没有准数，不能与目标值{target.text}比较"
        above = math.isnan(actual.ends_against(target)[1])
        return f"实际完成{actual.text}，超过目标值区间{target.text}的上限，评分标准没有说怎样计分" if above else ""


NO_FACT = Fact()
"""What is known of an indicator of which the case says nothing."""


def _done_at_least_nothing(actual: Figure) -> None:
    if actual.value < 0 and actual.unit != RATIO:
        raise ValueError(f"实际完成值“{actual.text}”是负数；请核对")


class Rectification(Model):
    """Who mends a problem until when, whether it is done, and by which evidence."""

    responsible: str = ""
    deadline: Day = ""
    done: YesNo | None = None
    evidence: str = ""


class Shortcoming(Model):
    """A problem the document states (存在问题), the indicators it explains, and what will be done."""

    text: str
    indicators: tuple[str, ...] = ()
    improvement: str = ""
    rectification: Rectification | None = None
    source: str = ""


class Event(_Sourced):
    """Something with a date.

    `date` is when it was to happen, as each place says (2022-12-31, 2023年1月初, 2022年内); `held: 否` that the
    document says it did not take place, `instead` what did; `indicators` those that score it.
    """

    name: Name
    date: PrintedMoment | None = None
    held: YesNo | None = None
    instead: str = ""
    indicators: tuple[str, ...] = ()


def _listed(data: Any) -> Any:
    return [data] if isinstance(data, str) else data


_STRINGS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_ONE_OR_MORE = WithJsonSchema({"anyOf": [{"type": "string"}, _STRINGS]})


class Sum(_Sourced):
    """Figures that must add up: total = parts − less (or ≤, ≥), all paths of figures.

    A part may be a product of paths: ``projects.甲.facts.人数 × projects.甲.facts.标准``. `total` may be several
    figures that are not printed as one.
    """

    name: Name
    total: Annotated[tuple[str, ...], BeforeValidator(_listed), _ONE_OR_MORE] = Field(min_length=1)
    parts: tuple[str, ...] = Field(min_length=1)
    less: tuple[str, ...] = ()
    relation: Literal["=", "≤", "≥"] = "="

    @property
    def paths(self) -> Iterator[str]:
        """Every path it names."""
        for term in (*self.total, *self.parts, *self.less):
            yield from term.split(" × ")


class PublishedScore(_Noted):
    """What the document prints for one indicator or level, at every place."""

    weight: PrintedPoints | None = None
    score: PrintedPoints | None = None
    share: PrintedRatio | None = None
    score_rate: PrintedRatio | None = None
    completion: PrintedRatio | None = None
    reviewed: PrintedPoints | None = None
    """The score that a reviewer gave instead (财政审核评分, 复核分)."""


class PublishedRate(_Noted):
    """A printed rate, with the formula and figures it claims to come from (the other keys are the arguments).

    A rate without a registered formula may list `numerator` and `divisor` instead, each a sum of paths.
    """

    model_config = {"extra": "allow", "frozen": True, "arbitrary_types_allowed": True}
    printed: PrintedRatio
    formula: str | None = None
    numerator: tuple[str, ...] = ()
    divisor: tuple[str, ...] = ()

    @cached_property
    def measure(self) -> Measure | None:
        """The formula with its figures; None for a rate without one."""
        return Measure.model_validate({"formula": self.formula, **(self.model_extra or {})}) if self.formula else None


class Published(Model):
    """Everything the document prints as its result, apart from what was found."""

    total: PrintedPoints | None = None
    grade: PrintedWord | None = None
    levels: dict[str, PublishedScore] = {}
    indicators: dict[str, PublishedScore] = {}
    rates: dict[str, PublishedRate] = {}
    equations: dict[str, str] = {}
    """Place → the equations that stand there, behind one another: ``（1,696÷4,900）×100%＝34.61%``."""


class Project(_Sourced):
    """One of several projects that a report covers together."""

    name: Name
    budget: Budget | None = None
    goals: tuple[str, ...] = ()
    facts: dict[str, PrintedQuantity] = {}
    published: Published = Published()


def _year(data: object) -> int:
    if not isinstance(data, Decimal | int) or isinstance(data, bool) or not 1990 <= data <= 2100 or data != int(data):
        raise ValueError(f"“{data}”不是年度；请写成 2024（1990 至 2100 之间）")
    return int(data)


class _Head(_Noted):
    unit: Unit
    year: Annotated[int, BeforeValidator(_year), WithJsonSchema({"type": "integer", "minimum": 1990, "maximum": 2100})]
    title: str = ""
    number: str = ""
    client: str = ""
    evaluator: str = ""
    team: Team = Team()
    date: Day = ""
    basis: tuple[str, ...] = ()
    overview: Overview = Overview()
    budget: Budget | None = None
    figures: dict[str, PrintedQuantity] = {}
    sums: tuple[Sum, ...] = ()
    events: tuple[Event, ...] = ()
    problems: tuple[Shortcoming, ...] = ()
    narrative: dict[str, str] = {}
    materials: tuple[str, ...] = ()
    surveys: tuple[Survey, ...] = ()
    review: tuple[Opinion, ...] = ()
    published: Published = Published()

    @property
    def republished(self) -> bool:
        """Whether it re-encodes a report that is out already, and is not the consultant's own."""
        return self.published != Published()


ScoredKind = Literal["evaluation", "self_evaluation", "project_self_evaluation"]
"""Kinds of case that a rubric scores."""


class EvaluationFile(_Head):
    """A scored report: third-party evaluation or self-evaluation."""

    kind: ScoredKind
    rubric: str | RubricFile | None = None
    not_applicable: str = ""
    staff: Staff | None = None
    assets: Assets | None = None
    procurement: Spending | None = None
    three_public: Spending | None = None
    public_expense: Spending | None = None
    facts: dict[str, Fact] = {}
    projects: tuple[Project, ...] = ()


class DepartmentFile(_Head):
    """A department: its units' cases are consolidated; it has no score of its own."""

    kind: Literal["department"]
    units: tuple[str, ...] = Field(min_length=1)
    staff: Staff | None = None


class RectificationFile(_Head):
    """整改跟踪: what became of the problems of an evaluation, a year later; it has no score of its own."""

    kind: Literal["rectification"]


def _moment(text: str, info: ValidationInfo) -> str:
    if text:
        parse_moment(text, stated_year(info))
    return text


class ProjectPeriod(Model):
    """The monitored project and its dates."""

    name: Name
    start: Annotated[str, AfterValidator(_moment)] = ""
    end: Annotated[str, AfterValidator(_moment)] = ""

    @model_validator(mode="after")
    def _forward(self, info: ValidationInfo) -> ProjectPeriod:
        year = stated_year(info)
        if self.start and self.end and parse_moment(self.end, year).last < parse_moment(self.start, year).first:
            raise ValueError(f"结束日期{self.end}早于开始日期{self.start}；请核对 start 和 end")
        return self


class _GoalRow(Model):
    """A row of one of the tables that list the goals."""

    name: str = ""
    level1: str = ""
    level2: str = ""
    source: str = ""


class DeclaredGoal(_GoalRow):
    """A row of 绩效目标申报表; `basis` says by what the target was set, or is judged."""

    target: PrintedTarget
    weight: PrintedPoints | None = None
    basis: str = ""


class RevisedGoal(_GoalRow):
    """A row of 目标核对调整表."""

    target: PrintedTarget
    adjustment: Adjustment
    tracking: PrintedTarget | None = None
    tracked: YesNo = "是"


class ComparedGoal(_GoalRow):
    """A row of 目标对比表: annual target, stage target, actual to date, what is expected by year end."""

    annual: PrintedTarget
    stage: PrintedTarget | None = None
    actual: PrintedTarget | None = None
    forecast: PrintedTarget | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> ComparedGoal:
        annual = self.annual.value
        for other in (self.stage, self.actual, self.forecast):
            if other and annual.is_number:
                same_unit(other.value, annual)
        if self.actual:
            _done_at_least_nothing(self.actual.value)
        return self

    @property
    def reaching(self) -> bool | None:
        """Whether the year ends with the target met, as the unit expects; None where it says no number."""
        annual, expected = self.annual.value, self.forecast and self.forecast.value
        return annual.is_met(expected) if expected and annual.is_number and expected.is_number else None


_Category = Literal["经费", "制度", "人员", "硬件", "其他"]
_ONE = {"enum": list(get_args(_Category))}
_CATEGORIES = WithJsonSchema({"anyOf": [_ONE, {"type": "array", "items": _ONE}]})


class Reason(Model):
    """Why a goal deviates; no category where the document names none, several where it ticks several."""

    category: Annotated[tuple[_Category, ...], BeforeValidator(_listed), _CATEGORIES] = ()
    text: str


class Goal(_Sourced):
    """One monitored goal through the tables it appears in; `evidence` as of a fact (sample and date of a survey)."""

    name: Name
    level1: str
    level2: str = ""
    declared: DeclaredGoal | None = None
    revised: RevisedGoal | None = None
    compared: ComparedGoal | None = None
    owed: PrintedAmount | None = None
    evidence: str = ""
    reason: Reason | None = None
    likelihood: Literal["确定能", "有可能", "完全不可能"] | None = None


class Estimate(_Sourced):
    """A row of 预算测算明细: what is paid for, how much of it at which price, and the amount."""

    name: Name
    quantity: PrintedQuantity | None = None
    price: PrintedQuantity | None = None
    amount: PrintedAmount
    basis: str = ""


class DeclarationFile(_Head):
    """绩效目标申报表: the goals of a project, each with what is `declared`, and what its budget rests on."""

    kind: Literal["declaration"]
    project: ProjectPeriod | None = None
    goals: tuple[Goal, ...] = Field(min_length=1)
    estimate: tuple[Estimate, ...] = ()


def _date(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"“{text}”不是有效日期；监控节点写成 2023-10-31") from None


class MonitoringFile(_Head):
    """绩效运行监控 at a node; `progress` is the word for the progress in its conclusions (良好, 偏慢)."""

    kind: Literal["monitoring"]
    progress: PrintedWord | None = None
    profile: str
    project: ProjectPeriod
    node: Annotated[str, AfterValidator(_date)]
    goals: tuple[Goal, ...] = ()


CaseFile = EvaluationFile | DepartmentFile | MonitoringFile | RectificationFile | DeclarationFile


def budgets(file: CaseFile) -> Iterator[tuple[tuple[str | int, ...], Budget]]:
    """Every budget block of a case with its position."""
    if file.budget:
        yield ("budget",), file.budget
    if isinstance(file, EvaluationFile):
        for i, project in enumerate(file.projects):
            if project.budget:
                yield ("projects", i, "budget"), project.budget
