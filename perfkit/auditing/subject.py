"""What a check sees: the case, its scores by rule, the printed score of each indicator, and how to state a finding."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import Any, TypeVar

from ..cases.case import Case
from ..cases.models import NO_FACT, EvaluationFile, Fact, MonitoringFile, PublishedScore
from ..errors import InputError, PerfkitError
from ..figures.printed import Entry, Printed, shown_place
from ..figures.quantities import RATIO, WORD, Figure, display_plain
from ..monitoring import Monitor
from ..rubrics.rubric import NO_RUBRIC, Indicator, Measure
from ..rubrics.rules.base import BaseRule, Context
from ..scoring.facts import CaseFacts, defined, measure_values, share_of
from ..scoring.scorecard import Scorecard
from ..scoring.scores import Group, score_group
from ..words import MORE_IS_BETTER
from .compare import Match, compare
from .findings import Code, Finding, Severity, Verdict

K = TypeVar("K")
V = TypeVar("V")
Check = Callable[["Subject"], Iterator[Finding]]
CHECKS: list[Check] = []
"""Every check, in the order of its family's file."""

FULL_MARKS = 100.0
"""Of a published total; the rubrics that do not add up to it are findings themselves."""
CORRECTED = "订正"
"""The place of a value that the encoder read for a misprint; it is not in the document."""
_MAX_COMBINATIONS = 256


def check(function: Check) -> Check:
    """Register a check: a function from a subject to its findings."""
    CHECKS.append(function)
    return function


def check_row(function: Callable[[Subject, Row], Iterator[Finding]]) -> Check:
    """Register a check of each indicator by itself."""

    def every(subject: Subject) -> Iterator[Finding]:
        for row in subject.rows:
            yield from function(subject, row)

    return check(wraps(function)(every))


def limits_the_better(name: str, target: Figure) -> bool:
    """Whether a target is an upper limit of a rate of which, by its name, more is better (满意度≤90%)."""
    return target.unit == RATIO and target.operator in ("<=", "<") and name.endswith(MORE_IS_BETTER)


@dataclass(frozen=True)
class Row:
    """One indicator of a scored case.

    Parameters
    ----------
    printed : all that the document prints for it.
    score : the printed score that the total counts, or None; with its most exact printing.
    share, points : by the rule, NaN without an answer; the points are rounded only where the profile says so.
    finest : what one unit of the last printed place is worth in the score that is printed most exactly.
    """

    indicator: Indicator
    context: Context
    fact: Fact
    printed: PublishedScore
    score: Figure | None
    share: float
    points: float
    finest: float

    @property
    def key(self) -> str:
        return self.indicator.key

    @property
    def weight(self) -> float:
        return self.indicator.weight

    @property
    def top(self) -> float:
        """The most points that it can give; what takes from the full marks gives none."""
        return self.weight + self.indicator.bonus

    @property
    def decided(self) -> bool:
        """Judged by a person, or stated without a rule: no rule can contradict it."""
        return self.indicator.rule.decided != "scored" or self.fact.share is not None

    @property
    def declared(self) -> bool:
        """Stated without any rule."""
        return self.indicator.rule.decided == "declared"

    @property
    def read_rules(self) -> list[BaseRule]:
        """What the standard that is printed beside a stated score was read as; nothing for any other score."""
        own = self.indicator.readings if self.declared and self.indicator.standard else ()
        return [reading.rule for reading in own if reading.rule and not reading.source]

    @property
    def earned(self) -> float:
        """The printed points; NaN where none are printed."""
        return self.score.value if self.score else math.nan

    @property
    def rate(self) -> float:
        """Printed points over weight; NaN without one of them."""
        return self.earned / self.weight if self.weight else math.nan

    @property
    def weighed(self) -> bool:
        """Whether it has a weight, or points beyond the full marks; some forms print none."""
        return self.indicator.most > 0 or self.printed.weight is not None

    @property
    def full(self) -> bool:
        return self.weighed and self.earned >= self.top - 1e-9

    @property
    def lost(self) -> float:
        """Points lost; 0 where none are printed."""
        return max(self.weight - self.earned, 0.0) if self.score else 0.0

    def match(self, points: float) -> Match:
        """How the printed score compares with these points; off where one of them is missing."""
        return compare(self.score, points) if self.score else "off"

    @cached_property
    def reproduced(self) -> bool:
        """Whether the printed score is what the rule gives."""
        return self.match(self.points) == "holds" and not self.made_whole

    @cached_property
    def made_whole(self) -> bool:
        """Whether it is what the rule gives only as a whole number, though other scores have decimals (9.5分 as 10)."""
        if not self.score or self.score.decimals or self.score.step <= self.finest:
            return False
        return compare(replace(self.score, step=self.finest), self.points) != "holds" == self.match(self.points)

    @property
    def measures_execution(self) -> bool:
        """Whether it scores spending against budget (预算执行率, 预算完成率)."""
        measure = self.indicator.measure
        return measure is not None and defined(measure).ratio == "execution_rate"

    @cached_property
    def goal(self) -> tuple[Figure, Figure] | None:
        """Target and actual value where both are numbers of one unit, or dates; none where that unit is doubtful."""
        if self.fact.target is None or self.fact.actual is None or self.slipped:
            return None
        target, actual = self.fact.target.value, self.fact.actual.value
        return (target, actual) if target.unit != WORD and target.unit == actual.unit else None

    @cached_property
    def slipped(self) -> bool:
        """Whether its result is of its target's size only in another unit (元 for 万元, 0.98% for 98%), though it earns
        half of its points."""
        target, actual = self.fact.target and self.fact.target.value, self.fact.actual and self.fact.actual.value
        if not (target and actual and target.unit == actual.unit and target.is_number and self.rate >= 0.5):
            return False
        factor = 100 if target.unit == RATIO else 10_000
        ratio = actual.value / target.value if target.value > 0 else 0.0
        factors = (1 / factor,) if target.lower_is_better else (factor, 1 / factor)
        return any(0.5 < ratio * each < 2 for each in factors)

    @property
    def doubtful(self) -> bool:
        """Whether its target is an upper limit of a rate of which more is better (满意度≤90%)."""
        return self.fact.target is not None and limits_the_better(self.indicator.name, self.fact.target.value)

    @cached_property
    def unmet(self) -> bool | None:
        """Whether the actual value misses the target; None where they cannot be compared, or the target is doubtful."""
        return None if self.goal is None or self.doubtful else not self.goal[0].is_met(self.goal[1])

    @property
    def achieved(self) -> float | None:
        """Actual over target where more is better; None otherwise, for dates, and within a range."""
        if self.goal is None or not self.goal[0].is_number or self.goal[0].lower_is_better or self.goal[0].value <= 0:
            return None
        within = self.goal[0].is_interval and self.goal[1].value <= self.goal[0].high
        return None if within else self.goal[1].value / self.goal[0].value

    @property
    def places(self) -> list[str]:
        """Where its score is printed, else where its fact stands."""
        if self.printed.score:
            return names(self.printed.score.entries)
        return names([self.fact.source, self.indicator.source])[:1]


class Subject:
    """A case under audit. Everything is computed when a check first asks for it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.file = case.file
        self.published = case.file.published
        self.rubric = case.rubric or NO_RUBRIC
        self.profile = case.profile or self.rubric.profile
        self.scored: EvaluationFile | None = case.file if isinstance(case.file, EvaluationFile) else None
        self.monitored: MonitoringFile | None = case.file if isinstance(case.file, MonitoringFile) else None

    @cached_property
    def facts(self) -> CaseFacts:
        """The facts as rules read them."""
        return CaseFacts([self.case], self.rubric.measures)

    @cached_property
    def _group(self) -> Group | None:
        try:
            return score_group([self.case]) if self.case.rubric else None
        except InputError:
            return None

    @cached_property
    def card(self) -> Scorecard | None:
        """The scores by rule; None for a kind without scores, or where facts are missing."""
        return Scorecard(self._group, 0) if self._group else None

    @cached_property
    def monitor(self) -> Monitor | None:
        """The monitored project; None for another kind, or a bad date."""
        try:
            return Monitor(self.case) if self.monitored else None
        except PerfkitError:
            return None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """One `Row` an indicator; none for a kind without scores, or a unit that is not scored."""
        if self.case.not_applicable:
            return ()
        indicators, nothing = self.rubric.indicators, PublishedScore()
        facts = [self.case.facts.get(indicator.key, NO_FACT) for indicator in indicators]
        printed = [self.published.indicators.get(indicator.key, nothing) for indicator in indicators]
        counted = self._counted([_scores(own, fact) for own, fact in zip(printed, facts, strict=True)])
        contexts = [self.rubric.context(indicator) for indicator in indicators]
        # Where facts are missing somewhere the other indicators can still be told.
        alone = (i.rule.shares(self.facts, i.key, own)[0] for i, own in zip(indicators, contexts, strict=True))
        shares = list(map(float, self._group.shares[0] if self._group else alone))
        points = map(self.rubric.earned, indicators, shares)
        finest = itertools.repeat(min((score.step for score in counted if score), default=1.0))
        return tuple(map(Row, indicators, contexts, facts, printed, counted, shares, points, finest))

    def _counted(self, choices: Sequence[Sequence[Figure]]) -> list[Figure | None]:
        """Of the scores that places print for each indicator, those that add up to what is printed elsewhere."""
        pools: list[list[Figure | None]] = [[*scores] or [None] for scores in choices]
        if not 1 < math.prod(map(len, pools)) <= _MAX_COMBINATIONS:
            return [pool[0] for pool in pools]
        sums = self._sums()

        def matches(trial: Iterable[Figure | None]) -> int:
            points = [score.value if score else math.nan for score in trial]
            return sum(compare(total, math.fsum(points[i] for i in members)) == "holds" for members, total in sums)

        return list(max(itertools.product(*pools), key=matches))

    def _sums(self) -> list[tuple[list[int], Figure]]:
        """The total and the level totals as first printed, each with the positions of its indicators."""
        blocks = [("", *indicator.blocks) for indicator in self.rubric.indicators]
        printed = {"": self.published.total} | {key: level.score for key, level in self.published.levels.items()}
        members = {key: [i for i, own in enumerate(blocks) if key in own] for key in printed}
        return [(members[key], total.value) for key, total in printed.items() if total]

    def row(self, key: str) -> Row | None:
        """The row of an indicator's id."""
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> dict[str, Row]:
        return {row.key: row for row in self.rows}

    @cached_property
    def texts(self) -> list[tuple[str, str]]:
        """What the document says in words, without white space, each sentence or paragraph with its place."""
        said = [(line, "") for _, lines in self.file.overview for line in lines]
        for fact in self.case.facts.values():
            said += [(text, fact.source) for text in (fact.evidence, fact.reason, fact.deviation)]
        said += [(problem.text, problem.source) for problem in self.file.problems]
        return [(re.sub(r"\s+", "", text), place) for text, place in said if text]

    @cached_property
    def criticised(self) -> frozenset[str]:
        """Indicators (or goals) that a stated problem names."""
        return frozenset(name for problem in self.file.problems for name in problem.indicators)

    @cached_property
    def not_held(self) -> frozenset[str]:
        """Indicators whose event did not take place."""
        return frozenset(name for event in self.file.events if event.held == "否" for name in event.indicators)

    @cached_property
    def total(self) -> Figure | None:
        """The published total as first printed."""
        return self.published.total.value if self.published.total else None

    @cached_property
    def unlisted(self) -> float:
        """Points that the profile gives to the execution of the budget where no row is for it."""
        execution = self.profile.execution
        return execution.weight if execution and not any(row.measures_execution for row in self.rows) else 0.0

    @cached_property
    def full_marks(self) -> float:
        """What the published total is out of: the weights of its rows, or 100 where it holds points that none lists."""
        weight = self.rubric.weight
        if self.total is None or not weight:
            return FULL_MARKS
        scores = [row.score.value for row in self.rows if row.score]
        summed = len(scores) == len(self.rows) and compare(self.total, math.fsum(scores)) != "off"
        listed = self.total.value < weight + 1e-9 and (summed or not math.isclose(weight + self.unlisted, FULL_MARKS))
        return weight if listed else FULL_MARKS

    def percent(self, total: float) -> float:
        """A total out of `full_marks` as one out of 100."""
        return min(max(total * (FULL_MARKS / self.full_marks), 0.0), FULL_MARKS)

    def grade(self, total: float) -> str | None:
        """Grade of a total out of `full_marks` by the profile, or None."""
        return self.rubric.profile.grade(self.percent(total))

    def rescore(
        self, row: Row, *, rule: BaseRule | None = None, measure: Measure | None = None, value: float | None = None
    ) -> float:
        """Points of an indicator under another rule, measure or measured value; NaN where there is no answer."""
        share = share_of(self.case, row.indicator, rule, measure, value)
        return self.rubric.earned(row.indicator, share)

    def measured(self, measure: Measure | None) -> float:
        """The measured ratio; NaN without a measure, where a figure is missing or the divisor is 0."""
        return float(measure_values(measure, self.facts.figure)[0]) if measure else math.nan

    def _without(self, row: Row) -> tuple[float, ...]:
        """Effect on the published total of leaving an indicator out and rescaling the rest; empty without a total."""
        full = self.rubric.weight
        if self.total is None or row.score is None or row.weight >= full:
            return ()
        return ((self.total.value - row.score.value) / (full - row.weight) * full - self.total.value,)

    def find(
        self,
        code: Code,
        message: str,
        *,
        row: Row | None = None,
        severity: Severity | None = None,
        indicator: str | None = None,
        where: Iterable[Entry[Any] | str] | None = None,
        printed: object = None,
        expected: object = "",
        effects: Iterable[float] = (),
        points: Iterable[float] = (),
        leave_out: bool = False,
        grade_effect: str | None = None,
    ) -> Finding:
        """A finding; its verdict, total and grade effect follow from `effects`, `points`, or leaving the row out.

        Parameters
        ----------
        row : the indicator that it is about; gives `indicator`, and unless they are given `printed` and `where`.
        severity : default: that of the code.
        effects, points : what may be added to the total, or what the row may earn instead of what is printed.
        expected : a text, or a number of points.
        printed : a value, or a printing or several of which the different values are shown.
        where : default: the places of what is printed where it is a printing, else those of the row.
        """
        if row:
            indicator, printed = row.key, (row.score or "") if printed is None else printed
        several = printed.entries if isinstance(printed, Printed) else printed
        several = several if isinstance(several, tuple | list) else [several]
        if where is None:
            where = [each for each in several if isinstance(each, Entry)] or (row.places if row else ())
        shown = "、".join(dict.fromkeys("" if item is None else str(item) for item in several))
        severity = severity or code.severity
        if row and row.score:
            effects = [*effects, *(each - row.earned for each in points)]
        possible = self._without(row) if row and leave_out else tuple(effects)
        grade_effect = grade_effect or self._grade_effect(possible)
        verdict: Verdict = "grade" if grade_effect else "score" if possible else code.verdict
        if severity == "question" or (code.verdict == "question" and not possible):
            verdict = "question"
        return Finding(
            case=self.case.id,
            code=code.name,
            severity=severity,
            verdict=verdict,
            indicator=indicator,
            where=tuple(names(where)),
            printed=shown,
            expected=display_plain(expected) if isinstance(expected, float) else str(expected),
            message=message,
            total_effect=possible[0] if possible else None,
            grade_effect=grade_effect,
            effects=possible,
            leaves_out=leave_out and bool(possible),
        )

    def _grade_effect(self, effects: Sequence[float]) -> str | None:
        if self.total is None or not any(effects):
            return None
        before = self.grade(self.total.value)
        changed = (self.grade(self.total.value + effect) for effect in effects)
        after = next((grade for grade in changed if grade != before), None)
        return f"{before}→{after}" if after else None


def _scores(printed: PublishedScore, fact: Fact) -> list[Figure]:
    """The different scores printed for an indicator, each in its most exact printing."""
    found: dict[float, Figure] = {}
    for number in (entry.value for entry in entries(printed.score or fact.declared)):
        if number.value not in found or number.step < found[number.value].step:
            found[number.value] = number
    return list(found.values())


def names(places: Iterable[Entry[Any] | str]) -> list[str]:
    """Places as the reader finds them, each once: 正文第585行."""
    real = (place for place in places if not (isinstance(place, Entry) and place.place == CORRECTED))
    found = dict.fromkeys(place.where if isinstance(place, Entry) else shown_place(place) for place in real)
    return list(filter(None, found))


def grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    """What belongs to every key, in its order."""
    found: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def entries(*figures: Printed[Any] | None) -> list[Entry[Any]]:
    """All printings of several figures."""
    return [entry for item in figures if item for entry in item.entries]
