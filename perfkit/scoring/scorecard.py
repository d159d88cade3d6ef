"""The score of one case: points, levels, total, grade, and the reason for each."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from ..cases.case import Case
from ..cases.loading import are_several, build_case, from_above, many_cases, one_case
from ..cases.models import NO_FACT, EvaluationFile, Fact
from ..errors import PerfkitError, UnitError
from ..figures.printed import is_place, no_negative
from ..figures.quantities import display, display_factor, display_plain
from ..reading import Document, suggest, without_blanks
from ..rubrics.rubric import Indicator, Measure, Reading
from ..rubrics.rules.base import FIELDS, BaseRule, Context
from ..tables import Plot, frame_of, plain, shown
from ..words import KINDS, NO_STANDARD
from .completion import install
from .facts import CaseFacts, share_of
from .scores import MISSING, SCORED, STATUS, Group, groups, outcomes, score_group, total_scores

if TYPE_CHECKING:
    from ..tables.frame import Frame
    from .sensitivity import Sensitivity


@dataclass(frozen=True)
class ScoreRow:
    """One indicator's score; `share` and `score` are NaN where it is not scored.

    Standard and trace are written when they are first asked for: with many units they take most of the time.
    """

    id: str
    level1: str
    level2: str
    name: str
    weight: float
    share: float
    score: float
    status: str
    rule: str
    worth: str
    """The points that it can give, as a table prints them (see `Indicator.worth`)."""
    indicator: Indicator = field(repr=False)
    _card: Scorecard = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<{self.id}：{self.trace}>"

    @property
    def fact(self) -> Fact:
        """What the case says of it."""
        return self._card.case.facts.get(self.id, NO_FACT)

    @property
    def context(self) -> Context:
        return self._card.rubric.context(self.indicator)

    @property
    def given(self) -> str:
        """Its 评分标准 as it was given, else as the rule writes it."""
        return self.indicator.given(self.context)

    @cached_property
    def standard(self) -> str:
        return self.indicator.stated(self.context)

    @cached_property
    def trace(self) -> str:
        return self._card._trace(self)

    @property
    def lost(self) -> float:
        """Points lost, 0 where it is not scored, or adds to the full marks."""
        return 0.0 if math.isnan(self.score) or not (self.weight or self.score < 0) else self.weight - self.score


@dataclass(frozen=True, slots=True)
class LevelRow:
    """Total of a level-1 block, or of one of its level-2 blocks; NaN where nothing in it is scored.

    The score rate leaves out what is added or taken beyond the full marks.
    """

    level1: str
    level2: str | None
    weight: float
    score: float
    score_rate: float
    worth: str


_ROW = ("id", "level1", "level2", "name", "weight", "share", "score", "status", "rule", "standard", "trace")
_LEVEL = ("level1", "level2", "weight", "score", "score_rate")
"""The columns of tables."""


class Scorecard:
    """The scores of one case, with the reason for each.

    Attributes
    ----------
    case : the `Case`; rubric : its `Rubric`.
    total : points, unrounded; NaN where nothing applies, or data is missing and the profile refuses to go on.
    maximum : points that the rules can reach at best.
    score_rate : total by the weight of the rubric, a ratio; NaN without a total or a weight.
    grade : by the profile's bands, or None.
    status : scored, incomplete (data missing) or not_applicable.
    """

    plot = Plot("perfkit.report.charts", "CardPlots")

    def __init__(self, group: Group, row: int) -> None:
        self.case, self.rubric = group.cases[row], group.rubric
        self._shares, self._scores, self._statuses = (own[row] for own in (group.shares, group.scores, group.status))
        self.total = float(group.totals[row])
        self.score_rate = self.total / self.rubric.weight if self.rubric.weight else math.nan
        self.grade = self.grade_of(self.total)
        self.status = str(outcomes(self._statuses))

    def grade_of(self, points: float) -> str | None:
        """The grade of so many points; points that are not there have none."""
        return None if math.isnan(points) else self.rubric.profile.grade(points * 100 / self.rubric.weight)

    @property
    def favoured(self) -> str:
        """A Chinese sentence where others take over the weight of what has no score, and total or grade rise by it.

        Both figures stand in it: with these indicators at zero, and as they are. They lack data, or have a result that
        their standard says nothing of; "" where there are none.
        """
        missing = self._statuses == MISSING
        unruled = np.array([self._is_unruled(row) for row in self.rows], dtype=bool)
        at_zero = np.where(missing | unruled, 0.0, self._scores)
        counted = np.where(missing | unruled, SCORED, self._statuses)
        lower = float(total_scores(self.rubric, at_zero, counted))
        if math.isnan(self.total) or not self.total > lower + 1e-9:
            return ""
        kinds = (("缺数据的指标", missing), ("评分标准没有写到其结果的指标", unruled))
        ids = np.array([row.id for row in self.rows])
        names = "、".join(f"{kind}（{'、'.join(ids[which])}）" for kind, which in kinds if which.any())
        before = self.grade_of(lower)
        grades = "" if before == self.grade else f"，等级由“{before}”变为“{self.grade}”"
        return f"{names}由其余指标分担分值：按零分计为{display(lower)}分，现为{display(self.total)}分{grades}。"

    def _is_unruled(self, row: ScoreRow) -> bool:
        """Whether it has a result, and is left out all the same because its standard says nothing of such a one."""
        said = self.case.not_applicable or row.fact.not_applicable
        return row.status == "not_applicable" and not said and not np.isnan(self._facts.number(row.id, "actual")[0])

    @cached_property
    def maximum(self) -> float:
        if self.status == "not_applicable":
            return float("nan")
        return float(total_scores(self.rubric, self.rubric.best, self._statuses))

    @cached_property
    def rows(self) -> tuple[ScoreRow, ...]:
        """One `ScoreRow` an indicator, in the order of the rubric."""
        found = (own.tolist() for own in (self._shares, self._scores, self._statuses))
        columns = zip(self.rubric.indicators, *found, strict=True)
        return tuple(ScoreRow(i.key, i.level1, i.level2, i.name, i.weight, share, score, STATUS[n], i.rule.kind,
                              i.worth, i, self) for i, share, score, n in columns)  # fmt: skip

    @property
    def table(self) -> Frame:
        """The rows as a DataFrame with the same names."""
        return frame_of(self.rows, _ROW)

    @cached_property
    def level_rows(self) -> tuple[LevelRow, ...]:
        """Each level-1 block, followed by its level-2 blocks."""
        found = []
        for level1 in dict.fromkeys(row.level1 for row in self.rows):
            members = [row for row in self.rows if row.level1 == level1]
            for level2 in (None, *dict.fromkeys(row.level2 for row in members)):
                found.append(_level_row(level1, level2, [row for row in members if level2 in (None, row.level2)]))
        return tuple(found)

    @property
    def levels(self) -> Frame:
        """Level totals: level1, level2 (None for level-1 rows), weight, score, score_rate; NaN where none applies."""
        return frame_of(self.level_rows, _LEVEL)

    @property
    def readings(self) -> Frame:
        """Other ways to read ambiguous rules: id, reading, source, note, score, difference to what is scored.

        NaN where a reading has no answer. What a reading does to the total, see `what_if`.
        """
        rows = [
            (i.key, r.name, r.source, r.note, self.reading(i.key, r.name))
            for i in self.rubric.indicators
            for r in i.readings
        ]
        frame = frame_of(rows, ["id", "reading", "source", "note", "score"])
        return frame.assign(difference=frame["score"] - frame["id"].map({row.id: row.score for row in self.rows}))

    def __getitem__(self, name: str) -> ScoreRow:
        """The row of one indicator, by id or name. Raises `PerfkitError` if unknown."""
        for row in self.rows:
            if name in (row.id, row.name):
                return row
        raise self._unknown(name)

    def __iter__(self) -> Iterator[ScoreRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rubric.indicators)

    def _ipython_key_completions_(self) -> list[str]:
        """What Tab offers after ``card["``."""
        return [row.id for row in self.rows]

    def explain(self, name: str) -> str:
        """The 评分过程 of one indicator, by id or name, in one Chinese sentence. Raises `PerfkitError` if unknown."""
        return self[name].trace

    def _unknown(self, name: str) -> PerfkitError:
        return PerfkitError(f"没有“{name}”这个指标；{suggest(name, [i.key for i in self.rubric.indicators])}")

    @cached_property
    def _facts(self) -> CaseFacts:
        return CaseFacts([self.case], self.rubric.measures)

    def _trace(self, row: ScoreRow) -> str:
        indicator, fact, status, weight = row.indicator, row.fact, row.status, display_plain(row.indicator.most)
        shared = f"{weight}分按比例由其余指标分担"
        if status == "missing":
            handling = shared if self.rubric.profile.missing_data == "rescale" else "总分因此不能得出"
            return f"缺少数据，不评分：{fact.missing or fact.unmeasured}，{handling}。"
        if status == "not_applicable" and (why := self.case.not_applicable or fact.not_applicable):
            return f"不适用，不评分：{why}。"
        facts, context = self._facts, row.context
        filled = {"not_applicable": f"本指标不适用，{shared}", "full": "计满分", "zero": "计零分"}
        if status in filled:
            if reason := fact.missing or fact.unmeasured:
                return f"缺少数据：{reason}；评分口径规定此时{filled[status]}。"
            clause = facts.text(indicator.key, "actual", 0) or indicator.rule.explain(facts, indicator.key, context, 0)
            return f"{clause}，按评分标准没有结果；评分口径规定此时{filled[status]}。"
        clause = indicator.rule.explain(facts, indicator.key, context, 0).replace(NO_STANDARD, indicator.kept_as)
        if status == "overridden" and fact.override:
            ruled = self.rubric.earned(indicator, indicator.rule.shares(facts, indicator.key, context)[0])
            given = "没有结果" if math.isnan(ruled) else f"计{display_plain(ruled)}分"
            clause += f"，按评分标准{given}；评价人改判为{fact.override.share.given()}，理由：{fact.override.reason}"
        if not indicator.most:
            return f"{clause}；没有分值，不计分。"
        way = f"{weight}分×{display_factor(row.share, indicator.most)}"
        way = f"{way}－{weight}分" if indicator.penalty else f"加分，最多{weight}分：{way}" if indicator.bonus else way
        return f"{clause}；计{display_plain(row.score)}分（{way}）。"

    def reading(self, name: str, reading: str) -> float:
        """Points of an indicator under one of its other readings; NaN where it has no answer.

        Raises `PerfkitError` for an unknown indicator or reading.
        """
        indicator = self[name].indicator
        other = self._reading(indicator, reading)
        return self.rubric.earned(indicator, self.share_by(indicator, other.rule, other.measure))

    def share_by(self, indicator: Indicator, rule: BaseRule | None = None, measure: Measure | None = None) -> float:
        """See `share_of`."""
        return share_of(self.case, indicator, rule, measure)

    def _reading(self, indicator: Indicator, name: str) -> Reading:
        found = next((reading for reading in indicator.readings if reading.name == name), None)
        if found is None:
            known = suggest(name, [reading.name for reading in indicator.readings])
            raise PerfkitError(f"“{indicator.key}”没有“{name}”这种读法；{known}")
        return found

    def sensitivity(self) -> Sensitivity:
        """How firm total and grade are: everything that could have been decided otherwise (see `Sensitivity`)."""
        from .sensitivity import Sensitivity

        return Sensitivity(self)

    def what_if(self, changes: Mapping[str, Any]) -> Scorecard:
        """A new scorecard with other facts; the case file stays as it is.

        Parameters
        ----------
        changes : an indicator's id, or another fact's name → its new facts (``{"actual": "24次"}``) or just its
            new actual value (``"24次"``); or one of its fields (``"满意度.target"``), or the dotted path of a figure
            (``budget.final``) → its new value. All are written as in the case file. An indicator may also get another
            ``weight`` in points; the others keep theirs, so that the points are then out of the new sum, which `repr`
            shows, and so is the grade; or be scored by another ``reading`` of its rule. The case of the new scorecard
            carries the changed rubric.

        Raises
        ------
        InputError
            As for a case file.
        PerfkitError
            For an unknown name, and for a bare value where the rule does not read the actual value.
        """
        if not isinstance(changes, Mapping):
            raise PerfkitError(f"改动写成 {{'培训人数': '200人'}}；给的是 {type(changes).__name__}")
        document = self.case.document
        data = copy.deepcopy(document.data)
        own = self.rubric.by_key
        altered: dict[str, Indicator] = {}
        for name, value in changes.items():
            of, _, field = name.rpartition(".")
            if name not in self.rubric.reads and of in self.rubric.reads:  # 满意度.target
                name, value = of, {field: value}
            if name in self.case.facts or name in own:
                new = dict(value) if isinstance(value, Mapping) else {"actual": self._actual(name, value)}
                if name in own and (update := self._altered(own[name], new)):
                    altered[name] = altered.get(name, own[name]).model_copy(update=update)
                if new:
                    fact = data.setdefault("facts", {}).setdefault(name, {})
                    if new.keys() & set(FIELDS):  # what is given now is no longer missing
                        fact = {key: known for key, known in fact.items() if key not in ("missing", "not_applicable")}
                    data["facts"][name] = fact | new
            elif "." in name and name.partition(".")[0] in type(self.case.file).model_fields:
                _put(data, name.split("."), value)
            else:
                raise self._unknown(name.rpartition(".")[0] or name)
        if altered:
            data["rubric"] = _with(data["rubric"], altered)
        assert self.case.library is not None
        changed = Document(f"{document.path}（假设）", data, document.lines, document.origins)
        return score(build_case(changed, self.case.library, self.case.id))

    def _altered(self, indicator: Indicator, new: dict[str, Any]) -> dict[str, Any]:
        """What changes of an indicator by a new ``weight`` or ``reading``, which are taken out of `new`.

        The rule that was scored stays beside the reading that is scored now.
        """
        update: dict[str, Any] = {}
        if "weight" in new:
            update["weight"] = _weight(indicator.key, new.pop("weight"))
        if "reading" in new:
            chosen = self._reading(indicator, new.pop("reading"))
            before = Reading(name="原来计分的读法", rule=indicator.rule, measure=indicator.measure)
            update |= {"rule": chosen.rule or indicator.rule, "measure": chosen.measure or indicator.measure}
            update["readings"] = (before, *(reading for reading in indicator.readings if reading is not chosen))
        return update

    def _actual(self, name: str, value: Any) -> Any:
        """A new actual value, where the score depends on it. Raises `PerfkitError`."""
        measure = self.rubric.measures.get(name)
        if measure:
            paths = list(measure.arguments.values())
            raise PerfkitError(f"“{name}”由 {'、'.join(paths)} 算出；请改这些数，如 {paths[0]}")
        reads = [field for field in FIELDS if field in self.rubric.reads[name]]
        if not reads:
            rule = self.rubric.by_key[name].rule
            others = "、".join(f"“{fact}”" for fact in dict.fromkeys(fact for fact, _ in rule.reads(name)))
            raise PerfkitError(f"“{name}”的评分不读它自己的数据，读的是{others}；请改那里")
        if not {"actual", "met"} & set(reads):
            message = f"“{name}”的评分不看实际完成值，看 {'、'.join(reads)}；请写明要改的字段，如 {name}.{min(reads)}"
            raise PerfkitError(message)
        return value

    def to_dict(self) -> dict[str, Any]:
        """The scorecard as plain data for JSON: numbers unrounded, missing ones None."""
        data = {
            "case": self.case.id,
            "unit": self.case.unit,
            "year": self.case.year,
            "kind": self.case.kind,
            "rubric": self.rubric.name,
            "profile": self.rubric.profile.name,
            "total": self.total,
            "max": self.maximum,
            "grade": self.grade,
            "status": self.status,
            "levels": [{name: getattr(row, name) for name in _LEVEL} for row in self.level_rows],
            "indicators": [
                {name: getattr(row, name) for name in _ROW if name != "standard"} | {"reason": row.fact.why_lost}
                for row in self.rows
            ],
        }
        return plain(data)

    @property
    def line(self) -> str:
        """Total and grade in Chinese, with the full marks where they are not 100."""
        full = "" if self.rubric.weight == 100 else f"（满分{display_plain(self.rubric.weight)}分）"
        return f"{display(self.total)}分{full}，{self.grade or '未评等级'}"

    def __repr__(self) -> str:
        return f"Scorecard({self.case.id}: {self.line})"

    def _repr_html_(self) -> str:
        cells = [(r.level1, r.level2, r.id, r.worth, display(r.score), r.status, r.trace) for r in self.rows]
        table = frame_of(cells, ["level1", "level2", "name", "weight", "score", "status", "trace"])
        return shown(f"{self.line}　最高可得：{display(self.maximum)}分", table)


@overload
def score(given: Case) -> Scorecard: ...
@overload
def score(given: str | Path) -> Any: ...
@overload
def score(given: Iterable[Case | Path]) -> list[Scorecard]: ...
def score(given: Any) -> Scorecard | list[Scorecard]:
    """Score what is given. The card of an evaluation without a rubric has no rows and no total.

    Parameters
    ----------
    given : a case or the path of its file → its scorecard; a folder, or a list of cases and paths → a list of
        scorecards, one for each case that has a score, in the order given.

    Raises
    ------
    PerfkitError : a single case of a kind that has no score, or something else than a case.
    InputError : a faulty file, or missing facts.
    """
    several = from_above(given).is_dir() if isinstance(given, str | Path) else are_several(given)
    if several:
        return scorecards(many_cases(given))
    case = one_case(given)
    if case.rubric is None and not isinstance(case.file, EvaluationFile):
        what = "监控用 perfkit monitor，部门汇总看所属单位"
        raise PerfkitError(f"案例“{case.id}”（{KINDS[case.kind]}）没有评分；{what}")
    return Scorecard(score_group([case]), 0)


def scorecards(cases: Iterable[Case]) -> list[Scorecard]:
    """A `Scorecard` for every scored case, in the order given; rules run once for all cases of a rubric."""
    cases = [case for case in cases if case.rubric]
    cards = {id(card.case): card for group in groups(cases) for card in group_cards(group)}
    return [cards[id(case)] for case in cases]


def group_cards(group: Group) -> list[Scorecard]:
    """The scorecards of cases that are scored together."""
    return [Scorecard(group, row) for row in range(len(group.cases))]


def _level_row(level1: str, level2: str | None, members: list[ScoreRow]) -> LevelRow:
    full, points, beyond = reached(members)
    score = math.nan if all(math.isnan(row.score) for row in members) else points + beyond
    rate, weight = points / full if full else math.nan, math.fsum(row.weight for row in members)
    return LevelRow(level1, level2, weight, score, rate, worth_of(members))


def reached(rows: Iterable[ScoreRow]) -> tuple[float, float, float]:
    """The weight of those rows that are scored, their points of it, and those added or taken beyond the full marks."""
    scored = [row for row in rows if not math.isnan(row.score)]
    points, beyond = (math.fsum(row.score for row in scored if bool(row.weight) is own) for own in (True, False))
    return math.fsum(row.weight for row in scored), points, beyond


def worth_of(rows: list[ScoreRow]) -> str:
    """The points that indicators can give together, as a table prints them; beyond the full marks 加5."""
    weight = math.fsum(row.weight for row in rows)
    return display_plain(weight) if weight else "、".join(dict.fromkeys(row.worth for row in rows))


def _put(data: dict[str, Any], path: list[str], value: Any) -> None:
    here: Any = data
    for part in path[:-1]:
        inner = here.get(part)
        if not isinstance(inner, dict):
            here[part] = inner = {"total": inner} if inner is not None else {}
        here = inner
    old = here.get(path[-1])
    if path[0] == "budget" and isinstance(old, dict) and not any(map(is_place, old)) and not isinstance(value, Mapping):
        old["total"] = value
    else:
        here[path[-1]] = value


def _with(rubric: str | dict[str, Any], altered: Mapping[str, Indicator]) -> dict[str, Any]:
    """The rubric of a case file with some indicators altered, whatever their weights then add up to."""
    data: dict[str, Any] = {"extends": rubric} if isinstance(rubric, str) else dict(rubric)
    listed = {each.get("id") or each["name"]: each for each in data.get("indicators", ())}
    dumps = {name: indicator.model_dump(mode="json", by_alias=True) for name, indicator in altered.items()}
    return data | {"partial": "是", "indicators": list((listed | without_blanks(dumps)).values())}


def _weight(name: str, given: Any) -> float:
    """A weight in points as `what_if` takes it. Raises `PerfkitError`."""
    try:
        return no_negative(given).value
    except UnitError as error:
        raise PerfkitError(f"“{name}”的 weight：{error}") from None


install()
