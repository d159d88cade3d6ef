"""Rates: recomputed from the figures they name, with the denominator that really gives them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from ..cases.models import PublishedRate, budgets
from ..errors import PerfkitError
from ..figures.equations import Equation, find_equations
from ..figures.formulas import FORMULAS
from ..figures.printed import Entry, Printed, shown_place
from ..figures.quantities import MONEY, RATIO, Figure, display_number, display_percent, display_plain, display_share
from ..rubrics.rubric import Measure
from ..scoring.facts import calculation, defined
from ..words import STAGES, label
from .compare import ROUNDING, UNIT_SLIP, compare, figures
from .findings import Code, Finding, Severity
from .subject import Row, Subject, check, check_row, entries

RATE = Code("rate", "比率复算不符")
DENOMINATOR = Code("denominator", "比率的分母不是所写的数")
SCORE_RATE = Code("score-rate", "得分率与得分、分值不符")
EQUATION = Code("equation", "算式不成立")
BUDGET_CHANGED = Code("budget-changed", "预算调整幅度超过口径", "question", "question")

_YEARS = ("budget", "actual", "last_year_budget", "last_year_actual")
_SLIPS = (100.0, 0.01, 10_000.0, 0.0001)
_SLIP = 20
"""A budget that grows so many times is a slip of the unit, which other checks name."""


@check
def check_rates(subject: Subject) -> Iterator[Finding]:
    """Every printed rate that names its figures: recomputed from them."""
    for name, rate in subject.published.rates.items():
        value = _calculated(subject, rate)
        score = subject.published.total if [*rate.numerator] == ["published.total"] else None
        for printed in _different(rate.printed) if not math.isnan(value) else ():
            if score and value and _is_of_unrounded(printed.value, score.value, score.value.value / value):
                continue
            if compare(printed.value, value) != "holds":
                yield _rate(subject, name, rate, printed.value, value)


@check
def check_divisors(subject: Subject) -> Iterator[Finding]:
    """A rate that places print differently, each right with a divisor of its own, misleads: one should be chosen."""
    alike: defaultdict[tuple[str, ...], list[PublishedRate]] = defaultdict(list)
    for name, rate in subject.published.rates.items():
        if rate.measure:
            alike[(name.partition("（")[0], *_divided(rate.measure).values())].append(rate)
    for (name, *_), rates in alike.items():
        if len({rate.printed.value.value for rate in rates}) < 2:
            continue
        values = [(rate, _calculated(subject, rate)) for rate in rates]
        held = [(rate, value) for rate, value in values if compare(rate.printed.value, value) == "holds"]
        if len({rate.printed.value.value for rate, _ in held}) > 1:
            told = "；".join(_written(subject, rate, value) for rate, value in held)
            where = figures(*(rate.printed for rate, _ in held))
            message = f"{name}用了不同的分母：{told}；请统一口径"
            yield subject.find(DENOMINATOR, message, severity="question", where=where, printed=where[-1])


def _different(printed: Printed[Figure] | None) -> list[Entry[Figure]]:
    """One printing for each value that places print."""
    return list({entry.value.value: entry for entry in reversed(entries(printed))}.values())


def _calculated(subject: Subject, rate: PublishedRate) -> float:
    """The ratio from the named figures, NaN where one is missing or the divisor is 0."""
    if rate.measure:
        return subject.measured(rate.measure)
    top, divisor = (math.fsum(map(subject.case.value, paths)) for paths in (rate.numerator, rate.divisor))
    return top / divisor if rate.numerator and divisor else math.nan


def _written(subject: Subject, rate: PublishedRate, value: float) -> str:
    """How a ratio is calculated: （900万元＋1964.5万元）÷5261.5万元＝54.44%."""
    if rate.measure:
        return calculation(rate.measure, subject.case, value)
    sums = ("＋".join(str(subject.case.quantity(path)) for path in paths) for paths in (rate.numerator, rate.divisor))
    return "÷".join(f"（{each}）" if "＋" in each else each for each in sums) + f"＝{display_percent(value)}"


def _rate(subject: Subject, name: str, rate: PublishedRate, printed: Figure, value: float) -> Finding:
    """What a printed rate that does not hold comes from."""
    match, written = compare(printed, value), _written(subject, rate, value)
    message = written if written.startswith(name) else f"{name}：{written}"
    code, indicator = RATE, None
    effects: list[float] = []
    if match != "off":
        code = ROUNDING
        how = "是截位，没有四舍五入" if match == "truncated" else "末位相差不到一个单位"
        message += f"（{display_percent(value, printed.decimals + 2)}），印作{printed}，{how}"
    elif value and (slip := next((f for f in _SLIPS if compare(printed, value * f) == "holds"), None)):
        code = UNIT_SLIP
        message += f"，印作{printed}，相差{'百' if slip in (100, 0.01) else '1万'}倍，百分号或单位错位"
    elif rate.measure and (found := _other_divisor(subject, rate.measure, printed)):
        code, (argument, path) = DENOMINATOR, found
        named, used = label(rate.measure.arguments[argument]), f"{label(path)}{subject.case.quantity(path)}"
        message = f"{name}：按所写的{named}，{written}；印作{printed}，要以{used}为分母才能得出"
        effects, indicator = _effects(subject, rate.measure)
    else:
        message += f"，印作{printed}"
    places = [entry for entry in rate.printed.entries if entry.value.value == printed.value]
    expected = display_percent(value, printed.decimals)
    return subject.find(code, message, indicator=indicator, printed=places, expected=expected, effects=effects)


def _other_divisor(subject: Subject, measure: Measure, printed: Figure) -> tuple[str, str] | None:
    """Argument and path of the figure that gives the printed rate as divisor instead of the named one."""
    arguments = measure.arguments
    for argument in defined(measure).divisors:
        for path in _alternatives(arguments.get(argument, "")):
            if path in arguments.values():
                continue
            other = Measure.model_validate({"formula": measure.formula, **arguments, argument: path})
            with suppress(PerfkitError):  # not every case has such a figure
                if compare(printed, subject.measured(other)) == "holds":
                    return argument, path
    return None


def _alternatives(path: str) -> Iterator[str]:
    """Figures of the same kind that could be meant: another stage, income for spending, another year, gross for net."""
    parts = path.split(".")
    if "budget" in parts[:-1]:
        at = parts.index("budget") + 1
        what = [part for part in parts[at + 1 :] if part != "income"]
        fields = [what] if what else [[], ["income"]]
        yield from (".".join([*parts[:at], stage, *field]) for stage in STAGES for field in fields)
    elif parts[0] == "assets" and len(parts) == 3:
        yield from (f"assets.{when}.{what}" for when in ("opening", "closing") for what in ("gross", "net"))
    elif parts[-1] in _YEARS and len(parts) == 2:
        yield from (f"{parts[0]}.{year}" for year in _YEARS)


def _divided(measure: Measure) -> dict[str, str]:
    """The arguments of a ratio with their paths, but for those that it divides by."""
    divisors = defined(measure).divisors
    return {name: path for name, path in measure.arguments.items() if name not in divisors}


def _effects(subject: Subject, measure: Measure) -> tuple[list[float], str | None]:
    """What the total gains when the indicator that scores this rate takes the named divisor."""
    formula = defined(measure)
    for row in subject.rows:
        own = row.indicator.measure
        if own and row.score and defined(own).ratio == formula.ratio:
            points = subject.rescore(row, measure=measure)
            if all(own.arguments.get(name) == path for name, path in _divided(measure).items()):
                return ([] if row.decided or math.isnan(points) else [points - row.score.value]), row.key
    return [], None


@check
def check_equations(subject: Subject) -> Iterator[Finding]:
    """Every equation that the document prints, or that stands in a text of the case, gives what it says."""
    printed = (*subject.published.equations.items(), *subject.file.narrative.items())
    seen: set[str] = set()
    for text, place in (*((text, place) for place, text in printed), *subject.texts):
        for equation in find_equations(text):
            is_new = equation.computed and equation.text not in seen
            if is_new and not (equation.inferred and _is_of_budget(subject, equation, place)):
                severity: Severity = "question" if equation.inferred else "error"
                find = partial(subject.find, EQUATION, f"{equation.text}：左边得{equation.computed}", where=[place])
                yield find(printed=equation.right, expected=equation.computed, severity=severity)
            seen.add(equation.text)


def _is_of_budget(subject: Subject, equation: Equation, place: str) -> bool:
    """Whether all its amounts are printed there for a budget, whose own checks say whether they add up."""
    stages = [getattr(budget, name) for _, budget in budgets(subject.file) for name in STAGES]
    fields = [printed for stage in stages if stage for _, printed in stage if isinstance(printed, Printed)]
    known = {(entry.where, str(entry.value)) for printed in fields for entry in printed.entries}
    return {(shown_place(place), amount) for amount in (*equation.left.split("＋"), equation.right)} <= known


@check
def check_budget_change(subject: Subject) -> Iterator[Finding]:
    """A budget that changed by more than the profile lets pass says why, by no printed rate that is far below it."""
    initial, adjusted = subject.case.printed("budget.initial"), subject.case.printed("budget.adjusted")
    explain, budget = subject.profile.explain, subject.file.budget
    if not (initial and adjusted and explain and budget and initial.value.value):
        return
    was, now, most = initial.value, adjusted.value, explain.adjustment_above
    change, moved = abs(now.value / was.value - 1), f"预算由{was}调整为{now}"
    shown = display_percent(change)
    rates = {name: rate for name, rate in subject.published.rates.items() if _is_of_adjustment(rate.formula or "")}
    for name, printed in ((name, rate.printed) for name, rate in rates.items()):
        if change > most > printed.value.value:
            message = f"{name}印作{printed.value}，而{moved}，增减{display_number(abs(now.value - was.value), MONEY)}"
            message += f"（{shown}）；只有把调整额剔除才是{printed.value}，请核对剔除的依据"
            yield subject.find(RATE, message, severity="question", printed=printed, expected=shown)
    told = rates or budget.changes or any(map(_is_of_adjustment, subject.file.figures))
    if not told and most < change < _SLIP:
        message = f"{moved}，变动{shown}，超过{display_share(most)}，没有列出追加或核减；请说明原因"
        yield subject.find(BUDGET_CHANGED, message, where=figures(initial, adjusted), printed=adjusted.first)


def _is_of_adjustment(name: str) -> bool:
    """Whether a formula or figure of this name is the rate by which a budget was adjusted."""
    return name in FORMULAS and FORMULAS[name].ratio == "adjustment_rate"


@check
def check_score_rates(subject: Subject) -> Iterator[Finding]:
    """Printed 得分率 of levels and indicators, and printed shares, against score and weight."""
    wrong: list[tuple[str, Entry[Figure], float, str]] = []
    for key, level in (*subject.published.levels.items(), *((row.key, row.printed) for row in subject.rows)):
        row = subject.row(key)
        if row and not row.weight:  # what is added or taken beyond the full marks has no rate of them
            continue
        for printed in _different(level.score_rate):
            weight = _beside(level.weight, printed).value if level.weight else row.weight if row else 0.0
            if level.score is None or not weight:
                continue
            score = _beside(level.score, printed)
            value = score.value / weight
            match = compare(printed.value, value)
            if match == "holds" or _is_of_unrounded(printed.value, score, weight):
                continue
            more = [r.earned for r in subject.rows if key in r.indicator.blocks and r.score and not r.weight]
            if more and compare(printed.value, value - math.fsum(more) / weight) == "holds":
                continue  # what is added beyond the full marks is no part of the rate
            if match == "off":
                wrong.append((key, printed, value, f"{score}÷{display_plain(weight)}"))
            else:
                message = f"“{key}”得分率：{score}÷{display_plain(weight)}＝{display_percent(value)}，印作{printed}"
                yield subject.find(ROUNDING, message, printed=printed)
    for key, printed, value, written in wrong:
        others = ((name, its.value, mine) for name, its, mine, _ in wrong if name != key)
        swaps = (name for name, its, mine in others if compare(printed.value, mine) == compare(its, value) == "holds")
        swapped = f"，与“{found}”一行对调" if (found := next(swaps, "")) else ""
        exact = display_percent(value, printed.value.decimals or (0 if round(value * 100, 6) % 1 == 0 else 2))
        message = f"“{key}”得分率：{written}＝{exact}，印作{printed}{swapped}"
        scored = {bool(row.score) for row in subject.rows if key in row.indicator.blocks}
        severity = SCORE_RATE.severity if len(scored) < 2 else "question"  # the others may carry the weight
        find = partial(subject.find, SCORE_RATE, severity=severity, indicator=key if subject.row(key) else None)
        yield find(message, printed=printed, expected=exact)


def _is_of_unrounded(rate: Figure, score: Figure, weight: float) -> bool:
    """Whether a 得分率 may be that of the score before it was rounded: 10.67÷12 printed as 88.89%, of 10.6667."""
    hidden = 0.5 * score.step / weight + 0.5 * rate.step
    return bool(score.decimals) and abs(rate.value - score.value / weight) <= hidden + 1e-9


def _beside(printed: Printed[Figure], other: Entry[Figure]) -> Figure:
    """The printing of a figure at the place of another one, else its first."""
    near = (entry for entry in printed.entries if (entry.place, entry.line) == (other.place, other.line))
    return next(near, printed.first).value


@check_row
def check_shares(subject: Subject, row: Row) -> Iterator[Finding]:
    """“得xx%权重分”against the score printed in the same line, where no other place prints it differently."""
    shares, scores = row.printed.share, row.printed.score
    if not (shares and scores) or any(len({e.value.value for e in p.entries}) > 1 for p in (shares, scores)):
        return  # places-differ says it
    share, score = shares.value, scores.value
    exact = share.value * row.weight
    if compare(score, exact) == "off":
        message = f"印作得{share}权重分{score}分，{display_plain(row.weight)}分×{share}＝{display_plain(exact)}分"
        where, find = [shares.first, scores.first], partial(subject.find, row=row, points=[exact])
        yield find(SCORE_RATE, message, where=where, printed=score, expected=exact)


@check_row
def check_completion(subject: Subject, row: Row) -> Iterator[Finding]:
    """A printed completion rate is actual over target, full where the target is reached, or the rate itself."""
    if row.printed.completion is None or row.goal is None or row.achieved is None or row.goal[1].approximate:
        return
    target, actual = row.goal
    printed, value = row.printed.completion, row.achieved
    accepted = (value, min(value, 1.0), actual.value if actual.unit == RATIO else value)
    if all(compare(printed.value, item) == "off" for item in accepted):
        message = f"完成率：{actual}÷{target.bare}＝{display_share(value)}，印作{printed.value}"
        yield subject.find(RATE, message, row=row, printed=printed.first, expected=display_share(value))
