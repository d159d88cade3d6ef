"""From cases, or from columns, to the arrays that rules read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..cases.case import Case
from ..cases.models import NO_FACT, Fact
from ..figures.expressions import in_words, names_figures
from ..figures.formulas import Formula
from ..figures.quantities import RATIO, WORD, Floats, display_number
from ..rubrics.rubric import Indicator, Measure
from ..rubrics.rules.base import ANSWERS, OPERATOR_CODES, BaseRule, Codes, Context, Facts, level_index
from ..words import label


def defined(measure: Measure) -> Formula:
    """The formula of a measure that has been checked."""
    assert measure.definition
    return measure.definition


def measure_values(measure: Measure, values: Callable[[str], Floats]) -> Floats:
    """The measured ratio of n units; `values` gives the figure at a path, shape (n,)."""
    return defined(measure)(**{name: values(path) for name, path in measure.arguments.items()})


def measure_of(measures: Mapping[str, Measure], fact: str) -> Measure | None:
    """How a fact is computed: an indicator that has a measure, or figures that the condition of a rule names."""
    return measures.get(fact) or (Measure(formula=fact) if names_figures(fact) else None)


def calculation(measure: Measure, case: Case, ratio: float) -> str:
    """The whole calculation in one clause: 预算执行率＝580.8142万元÷549.6875万元×100%＝105.66%."""
    quantities = {name: case.quantity(path) for name, path in measure.arguments.items()}
    texts = {name: quantity.bare if quantity else "（缺）" for name, quantity in quantities.items()}
    formula = defined(measure)
    written = f"{formula.name}{'＝' if formula.name else ''}{formula.written(texts)}"
    unit = RATIO
    if read := measure.expression:
        units = {path: quantity.unit if quantity else "" for path, quantity in quantities.items()}
        unit = read.unit(units, strict=False)
    value = "无法计算" if np.isnan(ratio) else display_number(ratio, unit)
    return value if written == value else f"{written}＝{value}"


class CaseFacts(Facts):
    """The facts of cases that share a rubric (see `perfkit.rubrics.rules.base.Facts`)."""

    def __init__(self, cases: Sequence[Case], measures: Mapping[str, Measure]) -> None:
        self.cases = cases
        self.size = len(cases)
        self.measures = measures
        self._cache: dict[tuple[str, str], Floats] = {}

    def _each(self, fact: str, read: Callable[[Fact], float]) -> np.ndarray:
        """What is read of every unit's fact, shape (n,)."""
        return np.array([read(case.facts.get(fact, NO_FACT)) for case in self.cases])

    def figure(self, path: str) -> Floats:
        """The figure at a path, shape (n,), NaN where it is not given."""
        return np.array([case.value(path) for case in self.cases])

    def number(self, fact: str, field: str) -> Floats:
        """See `Facts.number`."""
        key = (fact, field)
        if key not in self._cache:
            if field == "actual" and (measure := measure_of(self.measures, fact)):
                self._cache[key] = measure_values(measure, self.figure)
            else:
                self._cache[key] = self._each(fact, lambda own: _number(own, field))
        return self._cache[key]

    def given(self, fact: str, weight: float) -> Floats:
        """See `Facts.given`."""
        return self._each(fact, lambda own: own.share.share(Context(weight)) if own.share else np.nan)

    def operator(self, fact: str) -> Codes:
        """See `Facts.operator`."""
        return self._each(fact, lambda own: OPERATOR_CODES.index(own.target.value.operator) if own.target else 0)

    def counted(self, fact: str) -> np.ndarray:
        """See `Facts.counted`; what is measured is a percentage."""
        if fact in self.measures:
            return super().counted(fact)
        return self._each(fact, lambda own: own.actual is not None and own.actual.value.unit != RATIO)

    def items(self, fact: str, size: int) -> Floats:
        """See `Facts.items`; extra answers are ignored here and refused by `check`."""
        matrix = np.full((self.size, size), np.nan)
        for row, case in enumerate(self.cases):
            for i, answer in enumerate(case.facts.get(fact, NO_FACT).items[:size]):
                matrix[row, i] = answer.share
        return matrix

    def level(self, fact: str, levels: Sequence[str]) -> Codes:
        """See `Facts.level`."""
        return self._each(fact, lambda own: level_index(own.level, levels))

    def text(self, fact: str, field: str, row: int) -> str:
        """See `Facts.text`."""
        case = self.cases[row]
        if field == "actual" and (measure := measure_of(self.measures, fact)):
            told = calculation(measure, case, self.number(fact, "actual")[row])
            return told if fact in self.measures else f"{in_words(fact)}＝{told}"
        own = case.facts.get(fact, NO_FACT)
        if field == "actual":
            return f"实际完成{own.shown(field)}" if own.actual else ""
        return own.share.given() if field == "share" and own.share else own.shown(field)


def share_of(
    case: Case, indicator: Indicator, rule: BaseRule | None, measure: Measure | None, value: float | None = None
) -> float:
    """The share that an indicator gets by the facts of a case as they are, if need be by another rule, measure or
    measured value; NaN without an answer.
    """
    assert case.rubric
    key, measure = indicator.key, measure or indicator.measure
    facts = CaseFacts([case], {key: measure} if measure else {})
    if value is not None:
        facts._cache[key, "actual"] = np.array([value])
    return float((rule or indicator.rule).shares(facts, key, case.rubric.context(indicator))[0])


def _met(fact: Fact) -> float:
    """The plain answer, or what follows from a target that is a date or a word; a reported 100% means achieved.

    Of two different words nobody can say whether the one means the other: NaN.
    """
    if fact.met is not None:
        return ANSWERS[fact.met]
    if fact.target is None or fact.actual is None or fact.target.value.is_number:
        return float("nan")
    target, actual = fact.target.value, fact.actual.value
    if actual.unit == RATIO:
        return float(actual.value >= 1)
    return 1.0 if actual.unit == WORD and target.is_met(actual) else float("nan")


def _number(fact: Fact, field: str) -> float:
    if field == "met":
        return _met(fact)
    value: Any = getattr(fact, field)
    if value is None:
        return float("nan")
    if field in ("actual", "target") and fact.actual:
        return fact.actual.value.ends_against(fact.target.value if fact.target else None)[field == "target"]
    return float(value.value.value)


def missing_figures(measure: Measure, case: Case) -> Iterator[tuple[str, str]]:
    """What a measure lacks in one case: the path of each figure, and a Chinese sentence with the mend."""
    for name, path in measure.arguments.items():
        if case.quantity(path) is None:
            formula = defined(measure)
            needed = f"{formula.name}的“{formula.inputs[name].label}”" if formula.name else "算式要用"
            same = "若全年未调整，请写成与 initial 相同的数额"
            mend = same if path.startswith("budget.adjusted") else "请按文件补上，带单位"
            yield path, f"缺少{label(path)}（{needed}）；{mend}"
