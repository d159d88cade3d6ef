"""Scores against the rules: each difference gets the one code that explains it best."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from ..figures.formulas import FORMULAS
from ..figures.quantities import RATIO, display_percent, display_plain, display_share, round_half_up, signed, truncate
from ..rubrics.rubric import Measure, Reading
from ..rubrics.rules.base import BaseRule
from ..rubrics.rules.judged import Qualitative
from ..scoring.facts import calculation
from .compare import ROUNDING, UNIT_SLIP
from .findings import Code, Finding, Severity
from .rates import DENOMINATOR
from .subject import Row, Subject, check, check_row, grouped

RESCORE = Code("rescore", "按评分标准得分不同")
UNREACHABLE_SCORE = Code("unreachable-score", "评分标准给不出这个得分")
QUALITATIVE_BAND = Code("qualitative-band", "定性评分不在分档区间", "warning")
FULL_MARKS_UNMET = Code("full-marks-unmet", "未达目标却得满分")
DEDUCTION_THOUGH_MET = Code("deduction-though-met", "达到目标却扣分")
EQUAL_RESULT = Code("equal-result-unequal-score", "完成情况相同而得分比例不同", "warning", "score")
MEASURE_MISMATCH = Code("measure-mismatch", "评分所用比率不是标准所写的比率", verdict="question")
RULE_TEXT_DIFFERS = Code("rule-text-differs", "同一标准两处不同", verdict="question")
EXECUTION_SCORE = Code("execution-score", "预算执行得分不符")

_PLACES = (4, 3, 2)
"""Decimals of a ratio to which an intermediate result may have been rounded: 105.66%, 105.6%, 105%."""


@check_row
def check_scores(subject: Subject, row: Row) -> Iterator[Finding]:
    """Every score that a rule gives, recomputed; never those that a person decided, or whose result seems to have
    another unit than its target."""
    if row.slipped and row.fact.target and row.fact.actual:
        target, actual = row.fact.target.value, row.fact.actual.value
        times = "100" if actual.unit == RATIO else "1万"
        message = f"目标{target}，实际{actual}，相差约{times}倍，得{row.score}分；请核对实际完成值的单位"
        yield subject.find(UNIT_SLIP, message, row=row, severity="question", printed=row.fact.actual)
    elif row.score and not row.decided and not math.isnan(row.share) and not row.reproduced:
        explained = (finding for explain in _EXPLANATIONS if (finding := explain(subject, row)))
        code = EXECUTION_SCORE if row.measures_execution else RESCORE
        yield next(explained, None) or _difference(subject, row, code)


def _basis(subject: Subject, row: Row) -> str:
    """How the rule comes to its share, as in the trace of the scorecard."""
    return row.indicator.rule.explain(subject.facts, row.key, row.context, 0)


def _rounded(subject: Subject, row: Row) -> Finding | None:
    """Reproduced by rounding or cutting an intermediate result, or by another last place."""
    match, how = row.match(row.points), _intermediate(subject, row)
    if row.made_whole:
        how = "只有取整才相符，其他得分却印有小数"
    elif how is None and match == "off":
        return None
    how = how or ("是截位" if match == "truncated" else "末位相差不到一个单位")
    find = partial(subject.find, ROUNDING, row=row, severity="question" if row.made_whole else None)
    return find(f"{_told(subject, row)}，{how}", expected=row.points, points=[row.points])


def _intermediate(subject: Subject, row: Row) -> str | None:
    """Which rounded intermediate result reproduces the printed score."""
    value = subject.measured(row.indicator.measure)
    what, exact = ("得分比例", row.share) if math.isnan(value) else ("比率", value)
    tried = {exact}
    for places in _PLACES:
        for verb, cut in (("四舍五入到", round_half_up), ("截到", truncate)):
            shorter = cut(exact, places)
            if shorter in tried:
                continue
            tried.add(shorter)
            points = shorter * row.weight if math.isnan(value) else subject.rescore(row, value=shorter)
            if row.match(points) == "holds":
                return f"要先把{what}{verb}{display_percent(shorter, places - 2)}才相符"
    return None


def _by_reading(subject: Subject, row: Row) -> Finding | None:
    """Reproduced by another reading of the rule: another ratio, another printing, or an ambiguity."""
    for reading in row.indicator.readings:
        if row.match(subject.rescore(row, rule=reading.rule, measure=reading.measure)) == "holds":
            return _reading_finding(subject, row, reading)
    return None


def _reading_finding(subject: Subject, row: Row, reading: Reading) -> Finding:
    effect, after = row.points - row.earned, ""
    if subject.total:
        after = f"；按前者总分{display_plain(subject.total.value + effect)}分（{signed(effect)}）"
    own = f"{_basis(subject, row)}，计{display_plain(row.points)}分"
    if reading.measure and row.indicator.measure:
        used = calculation(reading.measure, subject.case, subject.measured(reading.measure))
        code = MEASURE_MISMATCH if reading.measure.formula != row.indicator.measure.formula else DENOMINATOR
        message = f"标准写的是{own}；评分用的是{used}，计{row.score}分{after}"
        if code is MEASURE_MISMATCH and row.indicator.note:
            message += f"（{row.indicator.note}）"
    elif reading.rule and is_other_printing(row, reading):
        first, other = (rule.standard(row.context) for rule in (row.indicator.rule, reading.rule))
        code, message = RULE_TEXT_DIFFERS, f"标准两处不同：{first}，计{display_plain(row.points)}分；"
        message += f"{reading.name}作{other}，计{row.score}分，与印出的相同{after}"
    else:
        code, message = RESCORE, f"标准有两种读法：{own}；按“{reading.name}”计{row.score}分，与印出的相同{after}"
    where = [*row.places, row.indicator.source, reading.source]
    severity: Severity = "question" if code is RESCORE else "error"
    return subject.find(code, message, row=row, severity=severity, where=where, expected=row.points, effects=[effect])


def is_other_printing(row: Row, reading: Reading) -> bool:
    """Whether a reading is the same rule printed at another place, and not a second reading of the same words."""
    return bool(reading.rule and reading.source and reading.source != row.indicator.source)


def _against_target(subject: Subject, row: Row) -> Finding | None:
    """Full marks although the target is missed, or less although it is met."""
    if row.unmet and row.full:
        return _difference(subject, row, FULL_MARKS_UNMET, "未达目标却得满分：")
    if row.unmet is False and not row.full and row.share >= 1 - 1e-9:
        return _difference(subject, row, DEDUCTION_THOUGH_MET, "达到目标却扣分：")
    return None


def _unreachable(subject: Subject, row: Row) -> Finding | None:
    """No answer under the rule gives the printed share; the nearest that can be given are the alternatives."""
    reachable = row.indicator.rule.reachable(row.context)
    if reachable is None or any(row.match(share * row.weight) != "off" for share in reachable):
        return None
    ordered = sorted(reachable)
    below, above = [s for s in ordered if s < row.rate][-1:], [s for s in ordered if s > row.rate][:1]
    lead = f"得分占分值的{display_share(row.rate)}，按评分标准只能得{'、'.join(map(display_share, ordered))}；"
    points = [row.points, *(share * row.weight for share in (*below, *above))]
    find = partial(subject.find, UNREACHABLE_SCORE, row=row, where=[*row.places, row.indicator.source])
    return find(lead + _told(subject, row), expected=row.points, points=points)


def _difference(subject: Subject, row: Row, code: Code, lead: str = "") -> Finding:
    """The points that the rule gives, as the one correction."""
    return subject.find(code, lead + _told(subject, row), row=row, expected=row.points, points=[row.points])


def _told(subject: Subject, row: Row) -> str:
    """按标准计2.8675分，印作2.88分, after how the rule comes to it."""
    return f"{_basis(subject, row)}；按标准计{display_plain(row.points)}分，印作{row.score}分"


_EXPLANATIONS = (_rounded, _by_reading, _against_target, _unreachable)
"""Why a score differs, the best explanation first."""


@check_row
def check_decided_scores(subject: Subject, row: Row) -> Iterator[Finding]:
    """Scores without a rule against their own target: full although it is missed, less although it is met."""
    if not row.decided or row.score is None or row.goal is None:
        return
    (target, actual), fact = row.goal, row.fact
    shown = f"目标{target}，实际{actual}，分值{display_plain(row.weight)}分，得{row.score}分"
    told = row.key in subject.criticised or fact.deviation or fact.reason or fact.improvement
    if row.unmet and row.full:
        effects = [] if row.achieved is None else [(row.achieved - 1) * row.weight]
        message = f"未达目标却得满分：{shown}"
        yield subject.find(FULL_MARKS_UNMET, message, row=row, severity="warning", effects=effects)
    elif row.unmet is False and row.lost > 1e-9 and not told:
        message = f"达到目标却扣分，没有说明：{shown}"
        yield subject.find(DEDUCTION_THOUGH_MET, message, row=row, severity="warning", effects=[row.lost])


@check_row
def check_stated_scores(subject: Subject, row: Row) -> Iterator[Finding]:
    """A stated score against the standard that was read beside it; where nothing answers that, whether it can give it.

    Both the standard and what answers it were read from a text, so that this asks and does not assert.
    """
    rules = row.read_rules
    if not row.score or not row.weight or not rules or (row.unmet and row.full):
        return
    standard = f"“{rules[0].standard(row.context)}”"
    find = partial(subject.find, row=row, severity="question", where=[*row.places, row.indicator.source])
    known = [points for rule in rules if not math.isnan(points := subject.rescore(row, rule=rule))]
    if known and all(row.match(points) == "off" for points in known):
        if any(_of_rounded_result(subject, row, rule) for rule in rules):
            return
        message = f"标准读作{standard}，按它计{display_plain(known[0])}分，印作{row.score}分"
        code, used = RESCORE, _formula_used(subject, row, rules[0])
        if used:
            code, message = MEASURE_MISMATCH, f"{message}；按{used}才得{row.score}分"
        yield find(code, f"{message}；请核对标准和完成情况", expected=known[0], points=known)
    elif not known:
        reachable = [share for rule in rules for share in (rule.reachable(row.context) or (row.rate,))]
        if all(row.match(share * row.weight) == "off" for share in reachable):
            given = "、".join(map(display_share, sorted(set(reachable))))
            message = f"标准读作{standard}，只能得分值的{given}，印作{row.score}分，占{display_share(row.rate)}"
            yield find(UNREACHABLE_SCORE, message)


def _of_rounded_result(subject: Subject, row: Row, rule: BaseRule) -> bool:
    """Whether a result that was rounded before it was printed can have the printed score: 9.3947分 of 88.79%."""
    actual = row.fact.actual.value if row.fact.actual else None
    if actual is None or not actual.decimals or row.indicator.measure:
        return False
    ends = [subject.rescore(row, rule=rule, value=actual.value + side * actual.step / 2) for side in (-1, 1)]
    slack = row.score.step / 2 if row.score else 0.0
    return min(ends) - slack <= row.earned <= max(ends) + slack


def _formula_used(subject: Subject, row: Row, rule: BaseRule) -> str:
    """Another formula of the same figures that gives the printed score; "" without one."""
    measure = row.indicator.measure
    for name, formula in FORMULAS.items() if measure else ():
        if measure and name != measure.formula and set(formula.required) == set(measure.arguments):
            other = Measure.model_validate({"formula": name, **measure.arguments})
            if row.match(subject.rescore(row, rule=rule, measure=other)) == "holds":
                return name
    return ""


@check_row
def check_qualitative(subject: Subject, row: Row) -> Iterator[Finding]:
    """A qualitative score lies in the band of the level that was found."""
    band = dict(row.context.qualitative).get(row.fact.level or "")
    by_level = row.declared or isinstance(row.indicator.rule, Qualitative)
    if not by_level or row.score is None or band is None or not row.weight:
        return
    slack = 0.5 * row.score.step / row.weight
    if row.rate + slack < band.low or row.rate - slack > band.high:
        edge = band.low if row.rate < band.low else band.high
        shown = f"得分应占分值的{band.describe()}，印作{row.score}分，占{display_share(row.rate)}"
        message = f"完成情况为“{row.fact.level}”，{shown}"
        expected = f"{display_plain(band.low * row.weight)}至{display_plain(band.high * row.weight)}"
        yield subject.find(QUALITATIVE_BAND, message, row=row, expected=expected, points=[edge * row.weight])


@check
def check_equal_results(subject: Subject) -> Iterator[Finding]:
    """Without a rule, one achievement earns one share; a department is compared across its units.

    A score beside a printed standard has a rule, though it is only stated here: 80% earns 80% by one, less by another.
    """
    units = [Subject(unit) for unit in subject.case.units] or [subject]
    scored = ((unit, row) for unit in units for row in unit.rows if row.decided and row.score and row.weight)
    judged = ((_achieved(row) or 0.0, unit, row) for unit, row in scored if not row.read_rules)
    groups = grouped((round(achieved, 4), (unit, row)) for achieved, unit, row in judged if 0 < achieved < 1)
    for achieved, members in groups.items():
        across = len({id(unit) for unit, _ in members}) > 1
        if (across or len(units) == 1) and _unequal([row for _, row in members]):
            yield _unequal_finding(subject, achieved, members, across)


def _achieved(row: Row) -> float | None:
    """The printed completion rate, else actual over target, else a stated rate of achievement."""
    if row.printed.completion:
        return row.printed.completion.value.value
    if row.achieved is not None:
        return row.achieved
    actual = row.fact.actual.value if row.fact.actual and not row.fact.target else None
    return actual.value if actual and actual.unit == RATIO else None


def _unequal(rows: list[Row]) -> bool:
    """Whether shares differ: of equal weights at all, of others beyond what the printed decimals can hide."""
    hidden = [0.5 * row.score.step / row.weight for row in rows if row.score]
    low = max(row.rate - each for row, each in zip(rows, hidden, strict=True))
    high = min(row.rate + each for row, each in zip(rows, hidden, strict=True))
    return low > high + 1e-9 or len({(row.weight, row.earned) for row in rows}) > len({row.weight for row in rows})


def _unequal_finding(subject: Subject, achieved: float, members: list[tuple[Subject, Row]], across: bool) -> Finding:
    rows, listed = [row for _, row in members], []
    for unit, row in members:
        whose = f"{unit.file.unit.short or unit.case.unit}：" if across else ""
        listed.append(f"{whose}{row.key} {row.score}/{display_plain(row.weight)}（{display_share(row.rate)}）")
    earned, full = math.fsum(row.earned for row in rows), math.fsum(row.weight for row in rows)
    rates = [row.rate for row in rows]
    message = f"完成情况同为{display_share(achieved)}，得分比例不同：{'；'.join(listed)}"
    where, printed = [place for row in rows for place in row.places[:1]], list(map(display_share, rates))
    effects = () if across else (min(rates) * full - earned, max(rates) * full - earned)
    return subject.find(EQUAL_RESULT, message, where=where, printed=printed, effects=effects)
