"""Scores as arrays: from facts and rules to shares, statuses and totals, rule by rule over all units of a rubric."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..cases.case import Case
from ..cases.loading import many_cases
from ..cases.models import NO_FACT
from ..errors import InputError, PerfkitError, Problem
from ..figures.quantities import Floats
from ..rubrics.rubric import NO_RUBRIC, Indicator, Rubric
from ..rubrics.rules.judged import Qualitative
from ..tables import frame_of
from ..words import STATUSES
from .facts import CaseFacts, missing_figures

if TYPE_CHECKING:
    from ..tables.frame import Frame

STATUS = tuple(STATUSES)
"""How an indicator got its score, by its code."""
SCORED, _, _, OVERRIDDEN, NOT_APPLICABLE, MISSING, FULL, ZERO = range(len(STATUS))
_WITHOUT_ANSWER = {"rescale": (NOT_APPLICABLE, np.nan), "full": (FULL, 1.0), "zero": (ZERO, 0.0)}
"""What the profile makes of a rule without answer → status and share."""


@dataclass(frozen=True)
class Group:
    """Cases of one rubric, scored together. Shares, scores and status have shape (n, indicators), totals (n,)."""

    rubric: Rubric
    cases: Sequence[Case]
    shares: Floats
    scores: Floats
    status: np.ndarray
    totals: Floats


def total_scores(rubric: Rubric, scores: Floats, status: np.ndarray) -> Floats:
    """Totals of n units: the sum of the scores, rescaled to the full weight where indicators do not apply; what is
    added or taken beyond the full marks is not rescaled.

    Missing data follows the profile's `missing_data`: rescaled, zero, or (refuse) the total is NaN.

    Parameters
    ----------
    scores, status : shape (n, indicators), or of one unit (indicators,).
    """
    applies = status != NOT_APPLICABLE
    if rubric.profile.missing_data == "rescale":
        applies &= status != MISSING
    found = np.where(applies, scores, 0.0)
    reached, beyond = (found[..., own].sum(axis=-1) for own in (rubric.weights > 0, rubric.beyond))
    applicable = (applies * rubric.weights).sum(axis=-1)
    full = rubric.weights.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        totals = np.where(applicable == full, reached, reached / applicable * full) + beyond
    return np.asarray(np.where(applicable == 0, np.nan, totals))


def outcomes(status: np.ndarray) -> np.ndarray:
    """How far each of n units is scored (see `perfkit.words.OUTCOMES`); shapes as in `total_scores`."""
    missing, nothing = (status == MISSING).any(axis=-1), (status == NOT_APPLICABLE).all(axis=-1)
    return np.select([missing, nothing], ["incomplete", "not_applicable"], "scored")


def fill(rubric: Rubric, shares: Floats, status: np.ndarray) -> None:
    """Apply the profile in place: `no_answer` where a rule has all its facts and still no answer, `missing_data`."""
    missing = status == MISSING
    unanswered = np.isnan(shares) & (status != NOT_APPLICABLE) & ~missing
    if rubric.profile.missing_data == "zero":
        status[missing], shares[missing] = _WITHOUT_ANSWER["zero"]
    if rubric.profile.no_answer in _WITHOUT_ANSWER:
        status[unanswered], shares[unanswered] = _WITHOUT_ANSWER[rubric.profile.no_answer]


def score_group(cases: Sequence[Case]) -> Group:
    """Score cases that share a rubric, or that have none. Raises `InputError` for missing facts."""
    rubric = cases[0].rubric or NO_RUBRIC
    facts = CaseFacts(cases, rubric.measures)
    size = (len(cases), len(rubric.indicators))
    shares, status = np.empty(size), np.empty(size, dtype=np.int8)
    problems: list[Problem] = []
    for column, indicator in enumerate(rubric.indicators):
        context = rubric.context(indicator)
        shares[:, column] = indicator.rule.shares(facts, indicator.key, context)
        status[:, column] = STATUS.index(indicator.rule.decided)
        for row, case in enumerate(cases):
            fact = case.facts.get(indicator.key, NO_FACT)
            if case.not_applicable or fact.not_applicable:
                status[row, column] = NOT_APPLICABLE
            elif fact.missing or (fact.unmeasured and np.isnan(shares[row, column])):
                status[row, column] = MISSING
            elif fact.override:
                shares[row, column], status[row, column] = fact.override.share.share(context), OVERRIDDEN
            elif np.isnan(shares[row, column]):
                problems += _no_answer(case, indicator)
    shares[(status == NOT_APPLICABLE) | (status == MISSING)] = np.nan
    if problems:
        raise InputError(problems)
    shares = rubric.profile.rounding.rates(shares)
    fill(rubric, shares, status)
    scores = rubric.scores(shares)
    return Group(rubric, cases, shares, scores, status, total_scores(rubric, scores, status))


def _no_answer(case: Case, indicator: Indicator) -> list[Problem]:
    """Why a rule has no answer by the case's own facts: missing ones are errors; else the profile may refuse."""
    assert case.rubric is not None
    key, facts = indicator.key, CaseFacts([case], case.rubric.measures)
    if indicator.measure and (figures := list(missing_figures(indicator.measure, case))):
        return [case.problem(path.split("."), f"{text}；指标“{key}”需要它") for path, text in figures]
    lacking = [] if indicator.measure else indicator.rule.lacks(facts, key, 0)
    if lacking:
        where = ("facts", key) if key in case.facts else ("facts",)
        mend = "请按文件补上；文件没有这项数据时写 missing: 原因，不适用时写 not_applicable: 原因"
        named = "、".join(text.removeprefix(f"{key} 的") for text in lacking)
        return [case.problem(where, f"指标“{key}”缺少 {named}；{mend}")]
    if case.rubric.profile.no_answer == "refuse" or isinstance(indicator.rule, Qualitative):
        clause = indicator.rule.explain(facts, key, case.rubric.context(indicator), 0)
        mend = "评分口径要求此时不予评分；不适用的请在 facts 中写 not_applicable: 原因"
        return [case.problem(("facts", key), f"指标“{key}”按评分标准没有结果：{clause}；{mend}")]
    return []


def score_many(units: Any, rubric: Rubric | None = None) -> Frame:
    """Scores of many units as one long table, computed rule by rule over all units of a rubric.

    Parameters
    ----------
    units : cases, paths or a folder; or a DataFrame in wide form, one row a unit (see `perfkit.scoring.columns`), which
        needs no case files and is for very many units.
    rubric : of a DataFrame.

    Returns
    -------
    DataFrame, one row a unit and indicator: unit, id, weight, share, score, status; of cases also case, year, level1,
    level2, name. Rows of cases go unit by unit; of a DataFrame indicator by indicator, where `unit` is the row number.

    Raises
    ------
    InputError : a fact that a rule needs is missing in a case (in a DataFrame its status is ``missing``).
    PerfkitError : a column that no rule reads, or a cell that cannot be read.
    """
    import pandas as pd

    from .columns import score_columns

    if isinstance(units, pd.DataFrame):
        if not isinstance(rubric, Rubric):
            named = 'rubric = find_library("params").rubric("project-2020")，或 card.rubric'
            raise PerfkitError(f"一行一个单位的表要说明用哪个指标体系：score_many(表, rubric)；{named}")
        return score_columns(units, rubric)
    return rows_of(groups(many_cases(units))).drop(columns="rubric")


def rows_of(groups: Sequence[Group]) -> Frame:
    """The long table of cases, with their rubric; rows go unit by unit."""
    rows = [
        (case.id, case.unit, case.year, group.rubric.name, i.key, i.level1, i.level2, i.name, i.weight,
         share, score, STATUS[status])
        for group in groups
        for case, *found in zip(group.cases, group.shares, group.scores, group.status, strict=True)
        for i, share, score, status in zip(group.rubric.indicators, *found, strict=True)
    ]  # fmt: skip
    names = ["case", "unit", "year", "rubric", "id", "level1", "level2", "name", "weight", "share", "score", "status"]
    return frame_of(rows, names)


def groups(cases: Iterable[Case]) -> list[Group]:
    """The scored cases by rubric, each group scored together. Raises `InputError` with the problems of all."""
    by_rubric: dict[int, list[Case]] = {}
    for case in cases:
        if case.rubric:
            by_rubric.setdefault(id(case.rubric), []).append(case)
    groups: list[Group] = []
    problems: list[Problem] = []
    for members in by_rubric.values():
        try:
            groups.append(score_group(members))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return groups
