"""Rubrics (指标体系) and profiles (评分口径) as data: load, check, lint."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from ..errors import InputError, PerfkitError, Problem, UnitError
from ..figures.expressions import Expression, formula_of, is_expression, names_figures, read_expression
from ..figures.formulas import FORMULAS, Formula
from ..figures.printed import Ratio, Weight, no_negative
from ..figures.quantities import RATIO, Floats, display_plain, round_half_up, truncate
from ..reading import Document, Loc, parse_yaml, read_text, shown_path, suggest
from ..tables import Plot, frame_of, shown
from ..validating import Model, Name, validate
from ..words import AS_STATED, DASH, LIGHTS, NO_STANDARD, NOT_APPLIED, less_is_better
from .rules.base import NO, YES, Context, read_answer
from .rules.combined import Rule
from .rules.judged import SelfDeclared
from .rules.ranges import RangeField, gaps

if TYPE_CHECKING:
    from ..tables.frame import Frame
    from .standards import Standard

YesNo = Annotated[Literal["是", "否"], BeforeValidator(read_answer), WithJsonSchema({"enum": [*YES, *NO]})]
"""An answer: 是 or 否, √ or ×, 有 or 无."""
TOLERANCE = 1e-6
FULL_WEIGHT = 100
EXECUTION = "预算执行率"
"""The formula whose denominator a profile names."""


class GradeBand(Model):
    """A grade and the scores (out of 100) that earn it."""

    grade: str
    range: RangeField


class QualitativeBand(Model):
    """A level of achievement and the shares that an evaluator may give for it."""

    level: str
    range: RangeField


class Execution(Model):
    """The execution row of a scheme: its points and the figure that is the denominator."""

    weight: Weight
    denominator: str


class Explain(Model):
    """From where on a deviation must be explained."""

    execution_below: Ratio
    adjustment_above: Ratio


class Lights(Model):
    """When a light of monitoring is lit, by the ratio of the actual to the stage target (or of spending to time
    progress), by how much spending may stay behind time progress, and the least execution rate at the end of a month
    (6 → 40%), where a province sets it.
    """

    lights: dict[str, RangeField]
    gap: Ratio
    stages: dict[Annotated[int, Field(ge=1, le=12)], Ratio] = {}

    def stage(self, node: dt.date) -> tuple[int, float] | None:
        """The last month of `stages` that is over on a day, with its rate; None before the first."""
        last = (node + dt.timedelta(days=1)).month != node.month
        over = node.month if last else node.month - 1
        return max(((month, rate) for month, rate in self.stages.items() if month <= over), default=None)

    def light(self, ratio: float) -> str | None:
        """The light of a ratio; None without data."""
        return next((name for name, range in self.lights.items() if range.contains(ratio)), None)


class Rounding(Model):
    """How figures are rounded before they are added: decimals of each score, and of the rate (in %) before it."""

    mode: Literal["half_up", "truncate"] = "half_up"
    rate: int | None = Field(default=None, ge=0, le=6)
    score: int | None = Field(default=None, ge=0, le=6)

    def rates(self, shares: Floats) -> Floats:
        """Shares of the weight with as many decimals as a rate has; as they are by default."""
        return shares if self.rate is None else self._round(shares, self.rate + 2)

    def points(self, scores: Floats) -> Floats:
        """Scores with their decimals; as they are by default."""
        return scores if self.score is None else self._round(scores, self.score)

    def _round(self, values: Floats, decimals: int) -> Floats:
        return np.asarray((round_half_up if self.mode == "half_up" else truncate)(values, decimals))


class Profile(Model):
    """The conventions of a scheme (评分口径): weights, execution row, bands, rounding, thresholds."""

    title: str
    source: str | None = None
    note: str = ""
    verified: YesNo = "否"
    blocks: dict[str, Weight] = {}
    execution: Execution | None = None
    reverse: Literal["ratio", "linear"] = "ratio"
    over_achievement: Ratio | None = None
    excess: Literal["flag", "reduce", "not_met"] = "flag"
    """What a completion above `over_achievement` does: it is asked about, reduces the score, or counts as not met."""
    costs: Literal["limit", "printed"] = "limit"
    """How a target without a sign is read where less is better (costs, 工期): as an upper limit, or as printed."""
    rounding: Rounding = Rounding()
    total: Weight = FULL_WEIGHT
    """What the weights of a rubric add up to."""
    qualitative: tuple[QualitativeBand, ...] = ()
    grades: tuple[GradeBand, ...] = ()
    no_answer: Literal["rescale", "full", "zero", "refuse"] = "refuse"
    """What becomes of an indicator whose rule has all its facts and still no answer."""
    missing: Literal["rescale", "zero", "refuse"] | None = None
    """What becomes of an indicator whose data nobody handed in; by default as `no_answer`, but never full marks."""
    display_decimals: int = Field(default=2, ge=0, le=6)
    explain: Explain | None = None
    monitoring: Lights | None = None
    name: str = Field(default="", init=False)

    @property
    def denominator(self) -> str:
        """Path of the figure that 预算执行率 divides by: the full-year budget, unless the profile names another."""
        return self.execution.denominator if self.execution else "budget.adjusted"

    @property
    def missing_data(self) -> Literal["rescale", "zero", "refuse"]:
        """The policy for missing data: `missing`, else that of `no_answer`, where ``full`` means ``refuse``."""
        return self.missing or ("refuse" if self.no_answer == "full" else self.no_answer)

    def grade(self, percent: float) -> str | None:
        """Grade of a score out of 100, unrounded, by half-open bands; None where no band holds it.

        A score beyond 100 has the grade of 100, one below 0 that of 0.
        """
        percent = min(max(percent, 0.0), 100.0)
        return next((band.grade for band in self.grades if band.range.contains(percent)), None)

    def grades_between(self, low: float, high: float) -> tuple[str, ...]:
        """The grades that scores out of 100 from `low` to `high` earn, in the order of the bands."""
        return tuple(b.grade for b in self.grades if b.range.contains(low) or low < b.range.low <= high)

    def context(self, indicator: Indicator) -> Context:
        """What the rule of an indicator needs to know of it and of this profile."""
        bands = tuple((band.level, band.range) for band in self.qualitative)
        most = None if self.excess == "flag" else self.over_achievement
        return Context(indicator.most, self.reverse, bands, most, self.excess, indicator.penalty)


class Measure(Model):
    """How an indicator's value is computed: a formula of the field and the figures that are its arguments, or in
    `formula` an expression over the paths of figures (see `perfkit.figures.expressions`).

    预算执行率 may leave its figures out: it divides spending by the figure that the profile names (see `under`).
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    formula: str

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [handler(core), {"type": "string"}]}

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, data: Any) -> Any:
        return {"formula": data} if isinstance(data, str) else data

    @field_validator("formula")
    @classmethod
    def _readable(cls, text: str) -> str:
        if is_expression(text):
            read_expression(text)
        return text

    @property
    def expression(self) -> Expression | None:
        """What is computed, where it is no formula of the field."""
        return read_expression(self.formula) if is_expression(self.formula) else None

    @property
    def definition(self) -> Formula | None:
        """The formula with its inputs; None for a name that is not registered."""
        return formula_of(self.formula) if self.expression else FORMULAS.get(self.formula)

    @cached_property
    def arguments(self) -> dict[str, str]:
        """Argument name → path of a figure (``budget.final``)."""
        stated = {key: str(value) for key, value in (self.model_extra or {}).items()}
        return stated | {path: path for path in (self.expression.paths if self.expression else ())}

    def under(self, profile: Profile) -> Measure:
        """The same measure, with what it leaves to the profile filled in."""
        if self.formula != EXECUTION:
            return self
        default = {"executed": "budget.final", "budget": profile.denominator}
        return Measure.model_validate({"formula": self.formula} | default | self.arguments)

    def departs(self, profile: Profile) -> Iterator[str]:
        """A Chinese sentence where 预算执行率 is not by the figure that the profile names."""
        named = self.arguments.get("budget", "")
        if self.formula == EXECUTION and named.removesuffix(".total") != profile.denominator:
            yield f"预算执行率的分母写作 {named}，评分口径“{profile.title}”是 {profile.denominator}；请核对哪一个是对的"

    def faults(self) -> Iterator[str]:
        """Chinese sentences on an unknown formula or arguments that do not fit it."""
        formula = self.definition
        if formula is None:
            yield f"没有登记“{self.formula}”这个公式；{suggest(self.formula, FORMULAS)}"
            return
        expected = "、".join(f"{name}（{each.label}）" for name, each in formula.inputs.items())
        for name in self.arguments:
            if name not in formula.inputs:
                yield f"公式“{self.formula}”没有参数“{name}”；它的参数是 {expected}"
        if missing := [name for name in formula.required if name not in self.arguments]:
            written = "".join(f", {name}: 数的路径" for name in formula.required)
            yield (
                f"公式“{self.formula}”缺少参数 {'、'.join(missing)}；它的参数是 {expected}，"
                f"写成 {{formula: {self.formula}{written}}}，路径如 budget.final、staff.actual"
            )


class Reading(Model):
    """Another way to read an ambiguous rule: kept beside the one that is scored."""

    name: str
    source: str = ""
    note: str = ""
    rule: Rule | None = None
    measure: Measure | None = None


class Indicator(Model):
    """A level-3 indicator with its weight and rule. `id` is its name unless that occurs twice.

    One that adds to the full marks (加分项) or takes from them (扣分项) has no weight, but the most that it adds
    (`bonus`) or takes (`penalty`), which its rule shares out.
    """

    level1: Name
    level2: Name
    name: str
    id: str = ""
    weight: Weight = 0.0
    bonus: Weight = 0.0
    penalty: Weight = 0.0
    meaning: str = ""
    standard: str = ""
    """The 评分标准 as printed; without `rule` it is read (see `perfkit.rubrics.standards`)."""
    rule: Rule
    measure: Measure | None = None
    readings: tuple[Reading, ...] = ()
    source: str = ""
    note: str = ""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """Editors are told that either of rule and standard will do."""
        schema: dict[str, Any] = handler.resolve_ref_schema(handler(core))
        schema["required"].remove("rule")
        schema["anyOf"] = [{"required": ["rule"]}, {"required": ["standard"]}]
        return schema

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        """The rule and its other readings from the printed text, where the file writes no rule; beside a stated score,
        which is kept, all that the text can be read as is another reading.
        """
        if not isinstance(data, dict) or not isinstance(data.get("standard"), str):
            return data
        is_stated = isinstance(data.get("rule"), dict) and data["rule"].get("kind") == "self_declared"
        if "rule" in data and not is_stated:
            return data
        from .standards import understand  # its hundred patterns are for rubrics that have printed texts

        with suppress(UnitError):
            most = next((data[key] for key in ("weight", "bonus", "penalty") if data.get(key)), 0)
            name, measure = str(data.get("name") or ""), data.get("measure")
            read = understand(data["standard"], no_negative(most).value, name, measure)
            rules = [(f"另一种读法{n}" if n else "评分标准", rule) for n, rule in enumerate(read.readings)]
            own = dict(rules[1:] if not is_stated else rules if read.understood else ())
            stated = data.get("readings", ())
            given = (each for each in stated if not isinstance(each, dict) or each.get("name") not in own)
            others = [{"name": name, "rule": rule} for name, rule in own.items()]
            return data | {"rule": data.get("rule", read.rule), "readings": [*others, *given]}
        return data | {"rule": {"kind": "self_declared"}}  # the fault of the weight is told, and nothing else

    @model_validator(mode="after")
    def _one_weight(self) -> Indicator:
        if sum(map(bool, (self.weight, self.bonus, self.penalty))) > 1:
            raise ValueError("weight（分值）、bonus（最多加几分）、penalty（最多扣几分）只能写一个")
        return self

    @property
    def key(self) -> str:
        return self.id or self.name

    @property
    def most(self) -> float:
        """The points that its rule shares out: its weight, or what it adds or takes at most."""
        return self.weight or self.bonus or self.penalty

    @property
    def worth(self) -> str:
        """The points that it can give, as a table prints them: 5, 加5, 扣5; — where it has none."""
        points = display_plain(self.most) if self.most else DASH
        return f"{'加' if self.bonus else '扣' if self.penalty else ''}{points}"

    @property
    def conditions(self) -> list[str]:
        """The figures, or expressions over them, that the conditions of its rule read."""
        return list(dict.fromkeys(fact for fact, _ in self.rule.reads(self.key) if names_figures(fact)))

    @property
    def printed(self) -> Standard | None:
        """What was understood of the printed text; None where the file writes none, or a rule beside it."""
        if not self.standard:
            return None
        from .standards import understand

        read = understand(self.standard, self.most, self.name, self.measure)
        return read if read.rule == self.rule else None

    def stated(self, context: Context) -> str:
        """The 评分标准 as printed and as it is scored; where nothing is kept as printed, the latter alone."""
        own = AS_STATED if self.kept_as == NOT_APPLIED else self.rule.standard(context).rstrip("。")
        return f"{self.standard}（计分按：{own}）" if self.standard else f"{own}。"

    def given(self, context: Context) -> str:
        """The 评分标准 as printed; as `stated` where none is, or the score is not by it."""
        applies = self.standard and self.kept_as != NOT_APPLIED
        return self.standard if applies else self.stated(context)

    @property
    def kept_as(self) -> str:
        """Why a stated score is kept."""
        return NOT_APPLIED if isinstance(self.rule, SelfDeclared) and self.standard else NO_STANDARD

    @property
    def blocks(self) -> tuple[str, str]:
        """The blocks that it belongs to: 产出 and 产出/数量."""
        return self.level1, f"{self.level1}/{self.level2}"

    @property
    def is_limited(self) -> bool:
        """Whether a target without a sign is an upper limit: of costs (产出成本), 工期, 差错率."""
        return less_is_better(self.name, self.level1 + self.level2)

    def under(self, profile: Profile) -> Indicator:
        """The same indicator, with what its measures leave to the profile filled in."""
        readings = tuple(
            reading.model_copy(update={"measure": reading.measure and reading.measure.under(profile)})
            for reading in self.readings
        )
        return self.model_copy(update={"measure": self.measure and self.measure.under(profile), "readings": readings})


class RubricFile(Model):
    """A rubric as it stands in its file, before `extends` is resolved."""

    title: str = ""
    profile: str | None = None
    source: str | None = None
    note: str = ""
    extends: str | None = None
    partial: YesNo = "否"
    """是: only a base for others to extend; its weights need not add up to 100."""
    blocks: dict[str, Weight] = {}
    indicators: tuple[Indicator, ...] = ()


@dataclass(frozen=True, repr=False)
class Rubric:
    """A resolved rubric: indicators in order, its profile, and the warnings that its published rules earn.

    `indicators` of a base come first; an indicator of the same key replaces the base's in its place.
    """

    name: str
    title: str
    profile: Profile
    source: str | None
    indicators: tuple[Indicator, ...]
    blocks: dict[str, float]
    warnings: tuple[Problem, ...] = ()
    files: tuple[Path, ...] = ()
    note: str = ""

    plot = Plot("perfkit.report.charts", "RubricPlots")

    @property
    def table(self) -> Frame:
        """One row an indicator: level1, level2, id, weight, standard."""
        rows = [(i.level1, i.level2, i.key, i.weight, i.stated(self.context(i))) for i in self.indicators]
        return frame_of(rows, ["level1", "level2", "id", "weight", "standard"])

    def __repr__(self) -> str:
        count, points = len(self.indicators), display_plain(self.weight)
        return f"<指标体系 {self.title}：{count}项，{points}分，{self.profile.title}>"

    def _repr_html_(self) -> str:
        return shown(repr(self)[1:-1], self.table)

    @cached_property
    def weight(self) -> float:
        return round(math.fsum(indicator.weight for indicator in self.indicators), 9)  # decimals add up to decimals

    @cached_property
    def weights(self) -> Floats:
        """The weight of every indicator, shape (indicators,)."""
        return np.array([indicator.weight for indicator in self.indicators])

    def scores(self, shares: Floats) -> Floats:
        """The points for shares of shape (…, indicators), rounded as the profile says; NaN where none are to give."""
        most, taken = (np.array([getattr(i, name) for i in self.indicators]) for name in ("most", "penalty"))
        return np.asarray(self.profile.rounding.points(shares * np.where(most, most, np.nan)) - taken)

    @cached_property
    def best(self) -> Floats:
        """The most points that the rule of every indicator can give, shape (indicators,)."""
        reachable = [i.rule.reachable(self.context(i)) or [1.0] for i in self.indicators]
        most = [i.most * max(shares) - i.penalty for i, shares in zip(self.indicators, reachable, strict=True)]
        return np.array(most)

    @cached_property
    def beyond(self) -> np.ndarray:
        """Which indicators add to the full marks or take from them, shape (indicators,)."""
        return np.array([bool(indicator.bonus or indicator.penalty) for indicator in self.indicators], dtype=bool)

    def earned(self, indicator: Indicator, share: float, weight: float | None = None) -> float:
        """The points of one indicator for a share, also of another weight than its own."""
        rounding, weight = self.profile.rounding, indicator.most if weight is None else weight
        return float(rounding.points(rounding.rates(np.array(share)) * weight)) - indicator.penalty

    @cached_property
    def by_key(self) -> dict[str, Indicator]:
        """Key → the indicator."""
        return {indicator.key: indicator for indicator in self.indicators}

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """Indicator → how its value is computed, of those that have a measure."""
        return {indicator.key: indicator.measure for indicator in self.indicators if indicator.measure}

    @cached_property
    def figures(self) -> list[str]:
        """The paths of all figures that its measures and the conditions of its rules read."""
        conditions = (Measure(formula=text) for indicator in self.indicators for text in indicator.conditions)
        measures = [*self.measures.values(), *conditions]
        return list(dict.fromkeys(path for measure in measures for path in measure.arguments.values()))

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of every fact whose value its rules compare with parameters of their own."""
        return {fact: unit for each in self.indicators for fact, unit in each.rule.compares(each.key)}

    @cached_property
    def reads(self) -> dict[str, set[str]]:
        """The name of every fact that its rules and their readings can read, with the fields that they read of it.

        An indicator's own fact is among them, if need be without a field: what is measured is not read from it.
        """
        found: dict[str, set[str]] = {}
        for indicator in self.indicators:
            found.setdefault(indicator.key, set())
            for rule in (indicator.rule, *(reading.rule for reading in indicator.readings if reading.rule)):
                for fact, name in rule.reads(indicator.key):
                    if not names_figures(fact):
                        found.setdefault(fact, set()).add(name)
        for key in self.measures:
            found[key].discard("actual")
        return found

    @cached_property
    def _contexts(self) -> dict[str, Context]:
        return {indicator.key: self.profile.context(indicator) for indicator in self.indicators}

    def context(self, indicator: Indicator) -> Context:
        """The rule context of one of its indicators."""
        return self._contexts[indicator.key]


NO_RUBRIC = Rubric("", "", Profile(title=""), None, (), {})
"""What a case without a rubric is scored by: nothing."""


@dataclass
class Library:
    """The rubrics, profiles and sources of one ``params`` folder; each file is read once."""

    folder: Path
    _texts: dict[Path, str | None] = field(default_factory=dict, repr=False)  # of the files read, or not there
    _profiles: dict[str, Profile] = field(default_factory=dict, repr=False)
    _rubrics: dict[str, Rubric] = field(default_factory=dict, repr=False)

    def names(self, kind: Literal["rubrics", "profiles"]) -> list[str]:
        """Names of all rubrics or profiles, sorted."""
        root = self.folder / kind
        return sorted(path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.yaml"))

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every legal source by document number."""
        document = self._read(self.folder / "sources.yaml")
        return {number: validate(Source, document, data, (number,)) for number, data in document.data.items()}

    @property
    def is_current(self) -> bool:
        """Whether the files that it has read are still there as they were."""
        with suppress(InputError):
            return all(_text_of(path) == text for path, text in self._texts.items())
        return False

    def _read(self, path: Path) -> Document:
        text = _text_of(path)
        self._texts.setdefault(path, text)  # one that has changed since makes this library one of before
        return Document(path.as_posix(), {}, {}) if text is None else parse_yaml(text, shown_path(path))

    def _find(self, kind: Literal["rubrics", "profiles"], name: str, label: str) -> Path:
        known = self.names(kind)
        if name not in known:
            where = shown_path(self.folder / kind)  # a folder above, if the own one has no profiles
            raise PerfkitError(f"{where} 里没有“{name}”这个{label}；{suggest(name, known)}")
        return self.folder / kind / f"{name}.yaml"

    def profile(self, name: str) -> Profile:
        """Load a profile. Raises `PerfkitError` for an unknown name, `InputError` for a faulty file."""
        if name not in self._profiles:
            document = self._read(self._find("profiles", name, "评分口径"))
            profile = validate(Profile, document).model_copy(update={"name": name})
            _refuse(document.problem((part,), text) for part, text in _profile_faults(profile))
            self._profiles[name] = profile
        return self._profiles[name]

    def rubric(self, name: str) -> Rubric:
        """Load a rubric with its bases. Raises `PerfkitError` for an unknown name, `InputError` for faults."""
        if name not in self._rubrics:
            self._rubrics[name] = self._load(name, ())
        return self._rubrics[name]

    def inline(self, document: Document, name: str) -> Rubric:
        """The rubric that a case file carries in itself, as its ``rubric``."""
        loc = ("rubric",)
        return self._resolve(document, validate(RubricFile, document, document.data["rubric"], loc), loc, name, ())

    def _load(self, name: str, trail: tuple[str, ...]) -> Rubric:
        document = self._read(self._find("rubrics", name, "指标体系"))
        return self._resolve(document, validate(RubricFile, document), (), name, (*trail, name))

    def _resolve(self, document: Document, raw: RubricFile, loc: Loc, name: str, trail: tuple[str, ...]) -> Rubric:
        base: Rubric | None = None
        here = (*loc, "extends")
        if raw.extends:
            if raw.extends in trail:
                circle = " → ".join((*trail, raw.extends))
                raise InputError(document.problem(here, f"extends 循环引用：{circle}；请去掉其中一处"))
            with document.naming(here):
                base = self._load(raw.extends, trail)
        if raw.profile is None and base is None:
            raise InputError(document.problem(loc, "缺少 profile；请写评分口径的名称，如 profile: national-self-2020"))
        with document.naming((*loc, "profile")):
            profile = self.profile(raw.profile) if raw.profile else base.profile  # type: ignore[union-attr]
        base = base or Rubric(name, name, profile, None, (), {})
        problems = list(self.untold_source(document, raw.source, (*loc, "source")))
        keys = [indicator.key for indicator in raw.indicators]
        for i, key in enumerate(keys):
            if key in keys[:i]:
                text = f"指标“{key}”重复；同名指标请另写 id 以示区别"
                problems.append(document.problem((*loc, "indicators", i), text))
        indicators = {i.key: i.under(profile) for i in (*base.indicators, *raw.indicators)}
        if raw.partial == "否":
            indicators = _with_execution(indicators, profile)
        for i, indicator in enumerate(raw.indicators):
            problems += _indicator_problems(document, indicators[indicator.key], profile, (*loc, "indicators", i))
        told: dict[str, Any] = {part: getattr(raw, part) or getattr(base, part) for part in ("title", "source", "note")}
        told |= {"blocks": base.blocks | raw.blocks, "files": (*base.files, Path(document.path))}
        rubric = replace(base, name=name, profile=profile, indicators=tuple(indicators.values()), **told)
        _refuse(problems)
        if raw.partial == "否" and (raw.indicators or not raw.extends):
            problems += _weight_problems(document, rubric, loc)
            _refuse(problems)
        return replace(rubric, warnings=(*base.warnings, *problems))

    def untold_source(self, document: Document, number: str | None, loc: Loc) -> Iterator[Problem]:
        """A warning where ``sources.yaml`` does not list a document number."""
        if number and number not in self.sources:
            mend = f"登记只要在 sources.yaml 写一行：“{number}: {{title: 名称}}”"
            yield document.problem(loc, f"依据“{number}”没有登记，照写照用；{mend}", warning=True)


def _text_of(path: Path) -> str | None:
    return read_text(path) if path.exists() else None


class Source(Model):
    """A legal source (依据): title, issuer, date, and how sure its content is."""

    title: str
    issuer: str = ""
    date: str = ""
    note: str = ""


def _refuse(problems: Iterable[Problem]) -> None:
    """Raise `InputError` with those that are errors, if any."""
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise InputError(errors)


def _profile_faults(profile: Profile) -> Iterator[tuple[str, str]]:
    for part, ranges in (
        ("grades", [band.range for band in profile.grades]),
        ("qualitative", [band.range for band in profile.qualitative]),
        ("monitoring", list(profile.monitoring.lights.values()) if profile.monitoring else []),
    ):
        for gap in gaps(ranges):
            yield part, f"区间不连续：{gap}；请检查端点的开闭"
    total = sum(profile.blocks.values())
    if profile.blocks and abs(total - profile.total) > TOLERANCE:
        yield "blocks", f"一级权重合计为{display_plain(total)}，应为{display_plain(profile.total)}"
    for name in profile.monitoring.lights if profile.monitoring else ():
        if name not in LIGHTS:
            yield "monitoring", f"没有“{name}”这种灯；{suggest(name, LIGHTS)}"


def _with_execution(indicators: dict[str, Indicator], profile: Profile) -> dict[str, Indicator]:
    """The indicators behind the execution row of the profile, where just its points are missing and no row has them."""
    execution = profile.execution
    rest = math.fsum(indicator.weight for indicator in indicators.values())
    listed = any(i.measure and i.measure.formula == EXECUTION for i in indicators.values()) or EXECUTION in indicators
    if not execution or not execution.weight or listed or abs(rest + execution.weight - profile.total) > TOLERANCE:
        return indicators
    row = {"level1": EXECUTION, "level2": EXECUTION, "name": EXECUTION, "weight": execution.weight}
    rule = {"kind": "proportional", "target": "=100%"}
    return {EXECUTION: Indicator.model_validate(row | {"measure": EXECUTION, "rule": rule}).under(profile)} | indicators


def _indicator_problems(document: Document, indicator: Indicator, profile: Profile, loc: Loc) -> Iterator[Problem]:
    context, printed, measure = profile.context(indicator), indicator.printed, indicator.measure
    here = (*loc, "standard" if printed else "rule")

    def told(texts: Iterable[str], at: Loc = here, *, warning: bool = False) -> Iterator[Problem]:
        return (document.problem(at, f"指标“{indicator.key}”：{text}", warning=warning) for text in texts)

    if printed and not printed.understood:
        yield from told([f"没有读懂评分标准：{printed.reason}；由评价人判定，或另写 rule:"], warning=True)
    yield from told([] if printed else indicator.rule.faults(context))
    for fact in indicator.conditions:
        try:
            read_expression(fact)
        except UnitError as error:
            yield from told([str(error)])
    yield from told(printed.lints if printed else indicator.rule.lint(context), warning=True)
    if measure:
        for unit in {unit for fact, unit in indicator.rule.compares(indicator.key) if fact == indicator.key} - {RATIO}:
            text = f"公式“{measure.formula}”的结果是百分比，评分标准的单位却是“{unit or '无'}”；请写成如 90%"
            yield from told([text], loc)
        yield from (document.problem((*loc, "measure"), text) for text in measure.faults())
        yield from told(measure.departs(profile), (*loc, "measure"), warning=True)
    for i, reading in enumerate(indicator.readings):
        faults = [*reading.rule.faults(context)] if reading.rule else []
        faults += reading.measure.faults() if reading.measure else ()
        at, is_printed = (*loc, "readings", i), bool(indicator.standard)  # which nobody wrote as a rule
        yield from (document.problem(at, text, warning=is_printed) for text in faults)


def _weight_problems(document: Document, rubric: Rubric, loc: Loc) -> Iterator[Problem]:
    total = rubric.profile.total
    if not rubric.weight:
        text = "各指标都没有写分值 weight：只列目标值和实际完成值，不计分，没有总分和等级"
        yield document.problem((*loc, "indicators"), text, warning=True)
    elif abs(rubric.weight - total) > TOLERANCE:
        message = f"指标分值合计为{display_plain(rubric.weight)}分，应为{display_plain(total)}分；请核对各指标的 weight"
        yield document.problem((*loc, "indicators"), message)
    for block, declared in rubric.blocks.items():
        here, weights = (*loc, "blocks", block), [i.weight for i in rubric.indicators if block in i.blocks]
        if not weights:
            known = dict.fromkeys(name for i in rubric.indicators for name in i.blocks)
            yield document.problem(here, f"没有属于“{block}”的指标；{suggest(block, known)}")
        elif abs(math.fsum(weights) - declared) > TOLERANCE:
            found, stated = display_plain(math.fsum(weights)), display_plain(declared)
            yield document.problem(here, f"“{block}”的指标分值合计为{found}分，与所列{stated}分不符")


LIBRARY = ("rubrics", "profiles")
"""The folders by which that of a library is known."""
_libraries: dict[tuple[Path, Path], Library] = {}


def find_library(start: str | Path) -> Library:
    """The library whose ``params`` folder holds the case, else that of the working directory or of the checkout.

    The same one as before, as long as its files are. Raises `PerfkitError` when there is none.
    """
    here = Path(start).resolve()
    candidates = [*here.parents, *(parent / "params" for parent in here.parents)]
    candidates += [Path.cwd() / "params", Path(__file__).resolve().parent.parent.parent / "params"]
    for folder in candidates:
        if all((folder / name).is_dir() for name in LIBRARY):
            named = folder, Path.cwd()  # by which its files are named in messages
            if named not in _libraries or not _libraries[named].is_current:
                _libraries[named] = Library(folder)
            return _libraries[named]
    raise PerfkitError("找不到 params 文件夹（内有 rubrics 与 profiles）；请在 perfkit 项目目录下运行")
