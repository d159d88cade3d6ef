"""Scores: from a case's facts and its rubric's rules to points, levels, total, grade, and the reason for each."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .case import Case, build_case
from .errors import InputError, PerfkitError, Problem
from .gathering import CaseFacts, TableFacts, missing_figures
from .quantities import Floats, display, display_plain, display_share
from .reading import Document, suggest
from .rubric import Indicator, Rubric
from .rules import Judged, Qualitative, SelfDeclared

STATUS = ("scored", "judged", "declared", "not_applicable", "missing", "full", "zero")
"""Of an indicator: by rule, by the evaluator, stated without rule, does not apply, no data, or as the profile fills in
a rule without answer (full, zero)."""
_SCORED, _JUDGED, _DECLARED, _NOT_APPLICABLE, _MISSING, _FULL, _ZERO = range(len(STATUS))
STATUS_TEXT = dict(zip(STATUS, ("按标准", "评定", "自报", "不适用", "缺数据", "口径计满分", "口径计零分"), strict=True))


@dataclass(frozen=True)
class _Group:
    """Cases of one rubric, scored together. `shares` and `status` have shape (n, indicators)."""

    rubric: Rubric
    facts: CaseFacts
    shares: Floats
    status: np.ndarray

    @cached_property
    def weights(self) -> Floats:
        return np.array([indicator.weight for indicator in self.rubric.indicators])

    @cached_property
    def scores(self) -> Floats:
        return self.shares * self.weights

    @cached_property
    def totals(self) -> Floats:
        return total_scores(self.rubric, self.scores, self.status)


def total_scores(rubric: Rubric, scores: Floats, status: np.ndarray) -> Floats:
    """Totals of n units: the sum of the scores, rescaled to the full weight where indicators do not apply.

    Missing data follows the profile's `no_answer`: rescaled, filled, or (refuse) the total is NaN.

    Parameters
    ----------
    scores, status : shape (n, indicators).
    """
    weights = np.array([indicator.weight for indicator in rubric.indicators])
    applies = status != _NOT_APPLICABLE
    if rubric.profile.no_answer == "rescale":
        applies &= status != _MISSING
    reached = np.where(applies, scores, 0.0).sum(axis=1)
    applicable = (applies * weights).sum(axis=1)
    full = weights.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        totals = np.where(applicable == full, reached, reached / applicable * full)
    return np.asarray(np.where(applicable == 0, np.nan, totals))


def _decided(indicator: Indicator) -> int:
    if isinstance(indicator.rule, SelfDeclared):
        return _DECLARED
    return _JUDGED if isinstance(indicator.rule, Judged | Qualitative) else _SCORED


def _fill(rubric: Rubric, shares: Floats, status: np.ndarray) -> None:
    """Apply the profile's `no_answer` in place, where a rule has all its facts and still no answer."""
    unanswered = np.isnan(shares) & (status != _NOT_APPLICABLE)
    policy = rubric.profile.no_answer
    if policy == "rescale":
        status[unanswered & (status != _MISSING)] = _NOT_APPLICABLE
    elif policy in ("full", "zero"):
        status[unanswered] = _FULL if policy == "full" else _ZERO
        shares[unanswered] = 1.0 if policy == "full" else 0.0


def _score_group(cases: Sequence[Case]) -> _Group:
    rubric = cases[0].rubric
    assert rubric is not None
    facts = CaseFacts(cases, {i.key: i.measure for i in rubric.indicators if i.measure})
    size = (len(cases), len(rubric.indicators))
    shares, status = np.empty(size), np.empty(size, dtype=np.int8)
    problems: list[Problem] = []
    for column, indicator in enumerate(rubric.indicators):
        context = rubric.context(indicator)
        shares[:, column] = indicator.rule.shares(facts, indicator.key, context)
        status[:, column] = _decided(indicator)
        for row, case in enumerate(cases):
            fact = case.facts.get(indicator.key)
            if case.not_applicable or (fact and fact.not_applicable):
                status[row, column] = _NOT_APPLICABLE
            elif fact and fact.missing:
                status[row, column] = _MISSING
            elif np.isnan(shares[row, column]):
                problems += _no_answer(case, indicator, facts, row)
    shares[(status == _NOT_APPLICABLE) | (status == _MISSING)] = np.nan
    if problems:
        raise InputError(problems)
    _fill(rubric, shares, status)
    return _Group(rubric, facts, shares, status)


def _no_answer(case: Case, indicator: Indicator, facts: CaseFacts, row: int) -> list[Problem]:
    """Why a rule has no answer: facts that are missing are errors; otherwise the profile may refuse."""
    assert case.rubric is not None
    key = indicator.key
    if indicator.measure and (lacking := missing_figures(indicator.measure, case)):
        fields = [tuple(text.partition("：")[0].split(".")) for text in lacking]
        return [
            case.problem(loc, f"{text.partition('：')[2]}；指标“{key}”需要它")
            for loc, text in zip(fields, lacking, strict=True)
        ]
    lacking = [] if indicator.measure else indicator.rule.lacks(facts, key, row)
    if lacking:
        where = ("facts", key) if key in case.facts else ("facts",)
        mend = "请按文件补上；文件没有这项数据时写 missing: 原因，不适用时写 not_applicable: 原因"
        return [case.problem(where, f"指标“{key}”缺少 {'、'.join(lacking)}；{mend}")]
    context = case.rubric.context(indicator)
    if case.rubric.profile.no_answer == "refuse" or isinstance(indicator.rule, Qualitative):
        clause = indicator.rule.explain(facts, key, context, row)
        mend = "评分口径要求此时不予评分；不适用的请在 facts 中写 not_applicable: 原因"
        return [case.problem(("facts", key), f"指标“{key}”按评分标准没有结果：{clause}；{mend}")]
    return []


def score_many(cases: Iterable[Case]) -> pd.DataFrame:
    """Scores of many cases as one long table, computed rule by rule over all cases of a rubric.

    Returns
    -------
    DataFrame, one row a case and indicator: case, unit, year, id, level1, level2, name, weight, share, score, status.

    Raises
    ------
    InputError
        When a fact that a rule needs is missing.
    """
    frames = [_long(group) for group in _groups(cases)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_LONG)


def scorecards(cases: Iterable[Case]) -> list[Scorecard]:
    """A `Scorecard` for every scored case, in the order given; rules run once for all cases of a rubric."""
    cases = [case for case in cases if case.rubric]
    cards = {id(case): Scorecard(group, row) for group in _groups(cases) for row, case in enumerate(group.facts.cases)}
    return [cards[id(case)] for case in cases]


def score(case: Case) -> Scorecard:
    """Score one case. Raises `PerfkitError` for a kind that has no score, `InputError` for missing facts."""
    if case.rubric is None:
        raise PerfkitError(f"案例“{case.id}”（{case.kind}）没有评分；监控用 perfkit monitor，部门汇总看所属单位")
    return Scorecard(_score_group([case]), 0)


def score_columns(rubric: Rubric, columns: Mapping[tuple[str, str], np.ndarray], size: int) -> pd.DataFrame:
    """Score `size` units whose facts are columns (see `TableFacts`): no case files, no traces, for very many units.

    Returns
    -------
    DataFrame, rows ordered by indicator and then unit: unit (row number), id, weight, share, score, status.
    """
    facts = TableFacts(columns, size, rubric)
    count = len(rubric.indicators)
    shares, status = np.empty((count, size)), np.empty((count, size), dtype=np.int8)
    for column, indicator in enumerate(rubric.indicators):
        shares[column] = indicator.rule.shares(facts, indicator.key, rubric.context(indicator))
        status[column] = _decided(indicator)
    status[np.isnan(shares)] = _MISSING
    weights = np.array([indicator.weight for indicator in rubric.indicators])
    keys = [indicator.key for indicator in rubric.indicators]
    return pd.DataFrame(
        {
            "unit": np.tile(np.arange(size, dtype=np.int32), count),
            "id": _categorical(np.repeat(np.arange(count, dtype=np.int16), size), keys),
            "weight": np.repeat(weights, size),
            "share": shares.ravel(),
            "score": (shares * weights[:, None]).ravel(),
            "status": _categorical(status.ravel(), STATUS),
        },
        copy=False,
    )


def _categorical(codes: np.ndarray, names: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, categories=pd.Index(names))


def _groups(cases: Iterable[Case]) -> list[_Group]:
    by_rubric: dict[int, list[Case]] = {}
    for case in cases:
        if case.rubric:
            by_rubric.setdefault(id(case.rubric), []).append(case)
    groups: list[_Group] = []
    problems: list[Problem] = []
    for members in by_rubric.values():
        try:
            groups.append(_score_group(members))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return groups


_LONG = ("case", "unit", "year", "id", "level1", "level2", "name", "weight", "share", "score", "status")


def _long(group: _Group) -> pd.DataFrame:
    indicators, cases = group.rubric.indicators, group.facts.cases
    count, n = len(indicators), len(cases)
    return pd.DataFrame(
        {
            "case": np.repeat([case.id for case in cases], count),
            "unit": np.repeat([case.unit for case in cases], count),
            "year": np.repeat([case.year for case in cases], count),
            **{
                name: np.tile([getattr(i, "key" if name == "id" else name) for i in indicators], n)
                for name in ("id", "level1", "level2", "name", "weight")
            },
            "share": group.shares.ravel(),
            "score": group.scores.ravel(),
            "status": np.array(STATUS)[group.status.ravel()],
        }
    )


class Scorecard:
    """The scores of one case, with the reason for each.

    Attributes
    ----------
    case : the `Case`.
    total : points, unrounded; NaN where nothing applies or data is missing.
    maximum : points that the rules can reach at best.
    grade : by the profile's bands, or None.
    status : scored, incomplete (data missing) or not_applicable.
    """

    def __init__(self, group: _Group, row: int) -> None:
        self._group, self._row = group, row
        self.case = group.facts.cases[row]
        self.rubric = group.rubric

    @property
    def total(self) -> float:
        return float(self._group.totals[self._row])

    @property
    def status(self) -> str:
        status = self._group.status[self._row]
        if (status == _MISSING).any():
            return "incomplete"
        return "not_applicable" if (status == _NOT_APPLICABLE).all() else "scored"

    @property
    def grade(self) -> str | None:
        return None if np.isnan(self.total) else self.rubric.profile.grade(self.total / self.rubric.weight * 100)

    @cached_property
    def maximum(self) -> float:
        if self.status == "not_applicable":
            return float("nan")
        best = []
        for indicator in self.rubric.indicators:
            reachable = indicator.rule.reachable(self.rubric.context(indicator))
            best.append(indicator.weight * (max(reachable) if reachable else 1.0))
        return float(total_scores(self.rubric, np.array([best]), self._group.status[self._row : self._row + 1])[0])

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row an indicator: id, level1, level2, name, weight, share, score, status, rule, standard, trace."""
        indicators = self.rubric.indicators
        frame = pd.DataFrame(
            {
                "id": [i.key for i in indicators],
                "level1": [i.level1 for i in indicators],
                "level2": [i.level2 for i in indicators],
                "name": [i.name for i in indicators],
                "weight": self._group.weights,
                "share": self._group.shares[self._row],
                "score": self._group.scores[self._row],
                "status": [STATUS[code] for code in self._group.status[self._row]],
                "rule": [i.rule.kind for i in indicators],
            }
        )
        frame["standard"] = [i.rule.standard(self.rubric.context(i)) + "。" for i in indicators]
        frame["trace"] = [self._trace(column) for column in range(len(indicators))]
        return frame

    @cached_property
    def levels(self) -> pd.DataFrame:
        """Level totals: level1, level2 (None for level-1 rows), weight, score, score_rate; NaN where none applies."""
        rows = []
        for level1, part in self.table.groupby("level1", sort=False):
            rows.append(_level_row(str(level1), None, part))
            rows += [_level_row(str(level1), str(name), sub) for name, sub in part.groupby("level2", sort=False)]
        return pd.DataFrame(rows, columns=["level1", "level2", "weight", "score", "score_rate"])

    def explain(self, name: str) -> str:
        """The 评分过程 of one indicator, by id or name, in one Chinese sentence. Raises `PerfkitError` if unknown."""
        for column, indicator in enumerate(self.rubric.indicators):
            if name in (indicator.key, indicator.name):
                return self._trace(column)
        raise PerfkitError(f"没有“{name}”这个指标；{suggest(name, [i.key for i in self.rubric.indicators])}")

    def _trace(self, column: int) -> str:
        indicator, row = self.rubric.indicators[column], self._row
        code, weight = int(self._group.status[row, column]), display_plain(indicator.weight)
        fact = self.case.facts.get(indicator.key)
        if code == _MISSING:
            rescaled = self.rubric.profile.no_answer == "rescale"
            handling = f"，{weight}分按比例由其余指标分担" if rescaled else "，总分因此不能得出"
            return f"缺少数据，不评分：{fact.missing if fact else ''}{handling}。"
        if code == _NOT_APPLICABLE and (why := self.case.not_applicable or (fact.not_applicable if fact else "")):
            return f"不适用，不评分：{why}。"
        clause = indicator.rule.explain(self._group.facts, indicator.key, self.rubric.context(indicator), row)
        if code in (_NOT_APPLICABLE, _FULL, _ZERO):
            clause = self._group.facts.text(indicator.key, "actual", row) or clause
            handling = {
                _NOT_APPLICABLE: f"本指标不适用，{weight}分按比例由其余指标分担",
                _FULL: "计满分",
                _ZERO: "计零分",
            }[code]
            return f"{clause}，按评分标准没有结果；评分口径规定此时{handling}。"
        share, points = self._group.shares[row, column], self._group.scores[row, column]
        return f"{clause}；计{display_plain(points)}分（{weight}分×{display_share(share)}）。"

    def reading(self, name: str, reading: str) -> float:
        """Points of an indicator under one of its other readings; NaN where it has no answer."""
        indicator = next(i for i in self.rubric.indicators if i.key == name)
        other = next(r for r in indicator.readings if r.name == reading)
        measure = other.measure or indicator.measure
        facts = CaseFacts([self.case], {name: measure} if measure else {})
        share = (other.rule or indicator.rule).shares(facts, name, self.rubric.context(indicator))[0]
        return float(share * indicator.weight)

    def what_if(self, changes: Mapping[str, Any]) -> Scorecard:
        """A new scorecard with other facts; the case file stays as it is.

        Parameters
        ----------
        changes : an indicator's id → its new facts (``{"actual": "24次"}``) or just its new actual value (``"24次"``);
            or the dotted path of a figure (``budget.final``) → its new value, all written as in the case file.

        Raises
        ------
        InputError
            As for a case file.
        """
        document = self.case.document
        data = copy.deepcopy(document.data)
        for name, value in changes.items():
            if any(name == indicator.key for indicator in self.rubric.indicators):
                fact = data.setdefault("facts", {}).setdefault(name, {})
                fact.update(value if isinstance(value, Mapping) else {"actual": value})
            elif "." in name:
                _put(data, name.split("."), value)
            else:
                raise PerfkitError(f"没有“{name}”这个指标；{suggest(name, [i.key for i in self.rubric.indicators])}")
        assert self.case.library is not None
        changed = Document(f"{document.path}（假设）", data, document.lines)
        return score(build_case(changed, self.case.library, self.case.id))

    def to_dict(self) -> dict[str, Any]:
        """The scorecard as plain data for JSON: numbers unrounded, missing ones None."""
        return {
            "case": self.case.id,
            "unit": self.case.unit,
            "year": self.case.year,
            "kind": self.case.kind,
            "rubric": self.rubric.name,
            "profile": self.rubric.profile.name,
            "total": _plain(self.total),
            "max": _plain(self.maximum),
            "grade": self.grade,
            "status": self.status,
            "levels": _records(self.levels),
            "indicators": _records(self.table.drop(columns="standard")),
        }

    def __repr__(self) -> str:
        return f"Scorecard({self.case.id}: {display(self.total)}分, {self.grade or '未评等级'})"

    def _repr_html_(self) -> str:
        shown = self.table[["level1", "level2", "name", "weight", "score", "status", "trace"]].copy()
        shown["score"] = [display(value) for value in shown["score"]]
        shown["weight"] = [display_plain(value) for value in shown["weight"]]
        shown["status"] = shown["status"].map(STATUS_TEXT)
        shown.columns = pd.Index(["一级指标", "二级指标", "三级指标", "分值", "得分", "方式", "评分过程"])
        head = f"<p><b>{display(self.total)}分</b>　等级：{self.grade or '—'}　最高可得：{display(self.maximum)}分</p>"
        return head + str(shown.to_html(index=False, escape=True))


def _level_row(level1: str, level2: str | None, part: pd.DataFrame) -> tuple[str, str | None, float, float, float]:
    applies = part[~part["status"].isin(["not_applicable", "missing"])]
    if applies.empty:
        return level1, level2, float(part["weight"].sum()), float("nan"), float("nan")
    points = float(applies["score"].sum(skipna=False))
    return level1, level2, float(part["weight"].sum()), points, points / float(applies["weight"].sum())


def _put(data: dict[str, Any], path: list[str], value: Any) -> None:
    here: Any = data
    for part in path[:-1]:
        inner = here.get(part)
        if not isinstance(inner, dict):
            here[part] = inner = {"total": inner} if inner is not None else {}
        here = inner
    if path[0] == "budget" and isinstance(here.get(path[-1]), dict) and not isinstance(value, Mapping):
        here[path[-1]]["total"] = value
    else:
        here[path[-1]] = value


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, 10)
    return None if value is pd.NA else value


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): _plain(value) for key, value in row.items()}
        for row in frame.astype(object).to_dict(orient="records")
    ]
