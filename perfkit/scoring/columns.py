"""Facts of very many units as the columns of a table, one row a unit: what `score_many` reads instead of case files.

The heads of the columns are the names that a case file uses: an indicator's or fact's name for what was achieved
(``培训人数``), with a field behind it for anything else (``培训人数.target``, ``制度健全性.items[2]``,
``目标合理性.share``), and the path of a figure (``budget.final``). Cells are written as in a case file (24次, ≥90%, 是)
or are numbers in base units (元, ratios, counts). ``case``, ``unit`` and ``year`` only name the row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..cases.tables import NAMES, split, unit_of
from ..errors import PerfkitError
from ..figures.quantities import (
    OPERATORS,
    RATIO,
    Figure,
    Floats,
    display_plain,
    other_unit,
    parse_points,
    parse_quantity,
    parse_target,
)
from ..reading import suggest
from ..rubrics.rubric import Indicator, Rubric
from ..rubrics.rules.base import ANSWERS, OPERATOR_CODES, Codes, Facts, level_index, read_answer
from ..tables.frame import Frame
from .facts import measure_of, measure_values
from .scores import MISSING, STATUS, fill

BLOCK = 32_768
"""Units scored together from columns: their intermediate results stay in the processor's cache."""
_READ = ("actual", "target", "operator", "count", "met", "share", "level", "declared")
"""Fields of a fact, beside the numbered items, that rules read of a column."""
_TOLD = ("reason", "deviation", "improvement", "evidence", "source", "note")
"""Fields of a fact that no rule reads; a table that somebody filled in has them too."""
_MOST_RATIO = 10.0
"""A larger number under a head of percentages is one that was meant with its sign (93 for 93%)."""
_READERS: dict[str, Callable[[object], Figure]] = {"target": parse_target, "declared": parse_points}
"""Field → how its text is read; all others are quantities."""


class TableFacts(Facts):
    """The facts of n units as columns (see `perfkit.rubrics.rules.base.Facts`).

    They hold percentages where a rule compares with percentages, and shares where somebody gave points.

    Parameters
    ----------
    columns : ``(fact, field)`` → array of shape (n,), base units; ``operator`` as codes, ``items[1]`` a column each,
        ``level`` as Categorical; a path of a figure is ``("", path)``.
    size : n.
    """

    def __init__(self, columns: Mapping[tuple[str, str], Any], size: int, rubric: Rubric) -> None:
        self.columns = columns
        self.size = size
        self.measures = rubric.measures
        self._nothing = np.full(size, np.nan)
        self._no_level = _categorical(np.full(size, -1), ())

    def figure(self, path: str) -> Floats:
        """The column of a figure's path."""
        return self.number("", path)

    def number(self, fact: str, field: str) -> Floats:
        """See `Facts.number`."""
        if field == "actual" and (measure := measure_of(self.measures, fact)):
            return measure_values(measure, self.figure)
        return np.asarray(self.columns.get((fact, field), self._nothing))

    def given(self, fact: str, weight: float) -> Floats:
        """See `Facts.given`."""
        return self.number(fact, "share")

    def operator(self, fact: str) -> Codes:
        """See `Facts.operator`; default ≥."""
        return np.asarray(self.columns.get((fact, "operator"), np.zeros(self.size, dtype=np.intp)))

    def items(self, fact: str, size: int) -> Floats:
        """See `Facts.items`."""
        return np.column_stack([self.number(fact, f"items[{item}]") for item in range(1, size + 1)])

    def level(self, fact: str, levels: Sequence[str]) -> Codes:
        """See `Facts.level`."""
        given = self.columns.get((fact, "level"), self._no_level)
        code_of = np.array([level_index(name, levels) for name in given.categories] + [-1])
        return np.asarray(code_of[given.codes])

    def text(self, fact: str, field: str, row: int) -> str:
        """The number in base units, or the level."""
        if field == "level":
            given = self.columns.get((fact, field), self._no_level)
            return str(given[row]) if given.codes[row] >= 0 else ""
        value = self.number(fact, field)[row]
        return "" if np.isnan(value) else f"{value:g}"


def score_columns(frame: pd.DataFrame, rubric: Rubric) -> Frame:
    """The scores of the units of a table, as `perfkit.scoring.scores.score_many` returns them; raises as it does."""
    columns, size, count = read_columns(frame, rubric), len(frame), len(rubric.indicators)
    shares, status = np.empty((count, size)), np.empty((count, size), dtype=np.int8)
    for start in range(0, size, BLOCK):
        block = slice(start, min(start + BLOCK, size))
        facts = TableFacts({key: column[block] for key, column in columns.items()}, block.stop - start, rubric)
        for row, indicator in enumerate(rubric.indicators):
            found = indicator.rule.shares(facts, indicator.key, rubric.context(indicator))
            unanswered = np.flatnonzero(np.isnan(found))
            status[row, block] = STATUS.index(indicator.rule.decided)
            status[row, start + unanswered[_lacking(facts, indicator, unanswered)]] = MISSING
            shares[row, block] = rubric.profile.rounding.rates(found)
        fill(rubric, shares[:, block], status[:, block])
    keys = [indicator.key for indicator in rubric.indicators]
    return Frame(
        {
            "unit": np.tile(np.arange(size, dtype=np.int32), count),
            "id": _categorical(np.repeat(np.arange(count, dtype=np.int16), size), keys),
            "weight": np.repeat(rubric.weights, size),
            "share": shares.ravel(),
            "score": rubric.scores(shares.T).T.ravel(),
            "status": _categorical(status.ravel(), STATUS),
        },
        copy=False,
    )


def _lacking(facts: TableFacts, indicator: Indicator, rows: np.ndarray) -> np.ndarray:
    """Which of the units without an answer lack a fact (the others have all facts, and still no answer). Boolean."""
    if indicator.measure:
        arguments = [facts.figure(path)[rows] for path in indicator.measure.arguments.values()]
        return np.asarray(np.isnan(arguments).any(axis=0))
    return np.array([bool(indicator.rule.lacks(facts, indicator.key, row)) for row in rows], dtype=bool)


def _categorical(codes: np.ndarray, names: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, categories=pd.Index(names))


def read_columns(frame: pd.DataFrame, rubric: Rubric) -> dict[tuple[str, str], Any]:
    """The columns of a table as `TableFacts` takes them.

    Raises `PerfkitError` for a column that the rubric has no use for, a cell that cannot be read, and other units.
    """
    paths = set(rubric.figures)
    if twice := list(map(str, frame.columns[frame.columns.duplicated()])):
        raise PerfkitError(f"“{twice[0]}”有两列；请删去一列")
    found: dict[tuple[str, str], Any] = {}
    units: dict[str, list[tuple[str, str]]] = {}
    for head in map(str, frame.columns):
        column = frame[head]
        if head in paths:
            found["", head] = _numbers(head, column, "figure", [], unit_of(head))
        elif head not in NAMES:
            fact, field, item = _split(head, rubric)
            if field in _TOLD:
                continue
            if field == "level":
                found[fact, field] = pd.Categorical(column)
            elif field == "operator":
                found[fact, field] = _codes(head, column, lambda sign: OPERATOR_CODES.index(OPERATORS[sign]))
            elif item:
                found[fact, f"items[{item}]"] = _numbers(head, column, "met", [])
            else:
                unit = rubric.units.get(fact, "") if field == "actual" else ""
                found[fact, field] = _numbers(head, column, field, units.setdefault(fact, []), unit)
                if field == "target" and column.dtype.kind not in "fiub":
                    signs = _codes(head, column, lambda text: OPERATOR_CODES.index(parse_target(text).operator))
                    found[fact, "operator"] = signs
    return found


def _split(head: str, rubric: Rubric) -> tuple[str, str, int]:
    """As `split`. Raises `PerfkitError` for a head of which the rubric has no use."""
    fact, field, item = split(head, rubric.reads)
    if fact in rubric.reads and (item or field in _READ or field in _TOLD):
        return fact, field, item
    known = suggest(fact if item or field in _READ else head, rubric.reads)
    raise PerfkitError(
        f"“{head}”这一列没有评分标准用到；{known}。数的路径写成 budget.final，其他字段写成 指标名.target"
    )


def _numbers(head: str, column: pd.Series[Any], field: str, known: list[tuple[str, str]], unit: str = "") -> Floats:
    """A column as numbers in base units; NaN where nothing is written. `known` keeps the first text of a fact with
    its unit, `unit` is the one that they have to have, "" where that is not known.
    """
    least = 0.0 if field in ("count", "share") or unit not in ("", RATIO) else -np.inf
    most = 1.0 if field == "share" else _MOST_RATIO if unit == RATIO else np.inf

    def checked(value: float, text: Any) -> float:
        if value < least:
            raise ValueError(f"“{text}”是负数；请核对")
        if value > most:
            raise ValueError(f"“{text}”是{display_plain(value * 100)}%；比例写成 93%，或小数 0.93")
        return value

    if column.dtype.kind in "fiub":
        values = column.to_numpy(dtype=np.float64)
        if not np.any((values < least) | (values > most)):
            return values

    def number(text: Any) -> float:
        if field == "met":
            return float(text) if isinstance(text, bool) else ANSWERS[str(read_answer(text))]
        if not isinstance(text, str):
            return checked(float(text), display_plain(float(text)))
        read = _READERS.get(field, parse_quantity)(text)
        if read.is_interval:
            raise ValueError(f"“{text}”是区间；一行一个单位的表里写一个数，区间请写成案例")
        if field == "share" and read.unit != RATIO:
            raise ValueError(f"“{text}”不是比例；一行一个单位的表里评定比例写成 62.5%")
        if unit and (told := other_unit(read, unit)):
            raise ValueError(told if field == "actual" else f"“{text}”的单位不是“{unit}”；请核对")
        if field in ("actual", "target"):
            if not known:
                known.append((text, read.unit))
            if read.unit != known[0][1]:
                raise ValueError(f"“{text}”与“{known[0][0]}”单位不同，不能比较")
        return checked(read.value, text)

    return _each(head, column, number, np.nan)


def _codes(head: str, column: pd.Series[Any], code: Callable[[str], int]) -> Codes:
    return _each(head, column, code, 0).astype(np.intp)


def _each(head: str, column: pd.Series[Any], read: Callable[[Any], float], missing: float) -> np.ndarray:
    """Each different cell read once. Raises `PerfkitError` with the row of the first that cannot be read."""
    codes, cells = pd.factorize(column.replace("", np.nan))
    values = []
    for code, cell in enumerate(cells):
        try:
            values.append(read(f"{cell:%Y-%m-%d}" if isinstance(cell, dt.date) else cell))
        except (ValueError, KeyError) as error:
            row = int(np.flatnonzero(codes == code)[0]) + 1
            why = str(error) if isinstance(error, ValueError) else f"“{cell}”不是这里可写的值"
            raise PerfkitError(f"第{row}行“{head}”：{why}") from None
    return np.array([*values, missing])[codes]
