"""Agreement: the same thing printed in several places has one value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

from pydantic import BaseModel

from ..figures.printed import Entry, Printed
from ..figures.quantities import DATE, MONEY, RATIO, WORD, Figure, display_plain, display_share
from ..words import label
from .compare import UNIT_SLIP, approximate, equal
from .findings import Code, Finding, Severity
from .subject import CORRECTED, Row, Subject, check, check_row

PLACES_DIFFER = Code("places-differ", "各处印的不一致")
GRADE_BAND = Code("grade-band", "等级与总分不符")
FACT_DIFFERS = Code("fact-differs", "同一事实前后不一")

_SLIPS = {MONEY: 10_000.0, RATIO: 100.0}
_COMPARED_ELSEWHERE = ("rubric", "unit", "progress", "events", "published", "goals")
"""Blocks whose printings are no figures of a case, or which other checks compare."""
_WITH_FIGURES = (Printed, BaseModel, dict, tuple)
"""What is a printed figure, or can hold some."""
_FIELDS = {"score": "得分", "weight": "分值", "share": "得分比例", "score_rate": "得分率", "completion": "完成率"}


def _listed(found: Iterable[Entry[Any]]) -> str:
    """正文第585行2.00、附表第760行3."""
    return "、".join(f"{entry.where}{entry}" for entry in found)


@check
def check_places(subject: Subject) -> Iterator[Finding]:
    """Every total, grade, score, weight, share and rate: printed alike wherever it is printed."""
    published = subject.published
    rates = ((name, rate.printed) for name, rate in published.rates.items())
    for name, printed in (("总分", published.total), ("等级", published.grade), *rates):
        if message := _differing(name, printed):
            yield subject.find(PLACES_DIFFER, message, printed=printed)
    levels = [(f"“{key}”", None, level) for key, level in published.levels.items()]
    for name, key, item in (*levels, *(("", key, item) for key, item in published.indicators.items())):
        row = subject.row(key) if key else None
        for field, word in _FIELDS.items():
            message = _differing(name + word, printed := getattr(item, field))
            if message and field == "score" and row:
                yield _score_places(subject, row, message, printed)
            elif message:
                expected = display_share(row.rate) if field == "share" and row else ""
                find = partial(subject.find, PLACES_DIFFER, indicator=key, printed=printed, expected=expected)
                yield find(message, severity="question" if field == "completion" else "error")


def _differing(name: str, printed: Printed[Any] | None) -> str:
    """What is said where places print different values, the first printing of each; "" where they do not."""
    found: list[Entry[Any]] = []
    for entry in printed.entries if printed else ():
        found += [] if any(_agree(entry.value, other.value) for other in found) else [entry]
    return f"{name}各处不一致：{_listed(found)}" if len(found) > 1 else ""


def _score_places(subject: Subject, row: Row, message: str, printed: Printed[Figure]) -> Finding:
    """Scores that differ: which one do the sums count?"""
    wrong = [entry for entry in printed.entries if entry.value.value != row.earned]
    total, found = subject.total, math.fsum(row.earned for row in subject.rows)
    if total and abs(found - total.value) < total.step:
        other = found - row.earned + wrong[0].value.value
        message += f"；总分{total}只有计{row.score}分才合计得出（计{wrong[0].value}分为{display_plain(other)}分）"
    share = row.printed.share.value if row.printed.share else None
    if share and abs(share.value * row.weight - row.earned) < 1e-9:
        message += f"；{share}权重分也是{row.score}分"
    where, shown = [*wrong, *printed.entries], wrong[0].value
    return subject.find(PLACES_DIFFER, message, row=row, where=where, printed=shown, expected=row.score, effects=[0.0])


@check_row
def check_printed_weights(subject: Subject, row: Row) -> Iterator[Finding]:
    """The weight printed for an indicator is that of the rubric."""
    weight, own = row.printed.weight, display_plain(row.indicator.most)
    if weight and abs(weight.value.value - row.indicator.most) > 1e-9:
        find = partial(subject.find, row=row, where=[*weight.entries, row.indicator.source])
        yield find(PLACES_DIFFER, f"分值印作{weight.value}分，指标体系为{own}分", printed=weight.value, expected=own)


@check
def check_grade(subject: Subject) -> Iterator[Finding]:
    """The printed grade is that of the published total."""
    total, grade = subject.published.total, subject.published.grade
    expected = subject.grade(total.value.value) if total else None
    if total and grade and expected and expected != grade.value:
        message = f"总分{total.value}分按评分口径为“{expected}”，印作“{grade.value}”"
        find = partial(subject.find, printed=grade.value, expected=expected, grade_effect=f"{grade.value}→{expected}")
        yield find(GRADE_BAND, message, where=[*grade.entries, total.first])


def _printed_figures(value: Any, path: str = "") -> Iterator[tuple[str, Printed[Figure]]]:
    """Every figure of a case that is printed twice (budget, staff, facts, figures, projects …) with its path."""
    if isinstance(value, Printed):
        if len(value.entries) > 1:
            yield path, value
        return
    if isinstance(value, tuple):
        named: Iterable[tuple[str, Any]] = [(getattr(item, "name", ""), item) for item in value]
    else:
        named = (value if isinstance(value, dict) else vars(value)).items()
    for name, item in named:
        if isinstance(item, _WITH_FIGURES) and (path or name not in _COMPARED_ELSEWHERE):
            yield from _printed_figures(item, f"{path}.{name}" if path else name)


@check
def check_facts(subject: Subject) -> Iterator[Finding]:
    """A figure printed in several places has one value; a factor of 10⁴ or 10² is a slip of the unit."""
    for path, printed in _printed_figures(subject.file):
        first, *others = printed.entries
        differing = [entry for entry in others if not _agree(first.value, entry.value)]
        slips = [entry for entry in differing if _slip(first.value, entry.value)]
        rest = [entry for entry in differing if entry not in slips]
        indicator = path.split(".")[1] if path.startswith("facts.") else None
        if slips:
            shown = "、".join(dict.fromkeys(map(str, slips)))
            factor = "1万" if first.value.unit == MONEY else "100"
            proof = "看同处的合计与分项，应是" if first.place == CORRECTED else f"{first.where}为"
            message = f"{label(path)}印作{shown}，{proof}{first}，单位印错，相差{factor}倍"
            yield subject.find(UNIT_SLIP, message, indicator=indicator, printed=slips, expected=first)
        if rest:
            severity: Severity = "warning" if path.startswith(("figures.", "projects.")) else "error"
            row = subject.row(indicator) if indicator and path.endswith(".actual") else None
            points = [p for entry in rest if row and not math.isnan(p := subject.rescore(row, value=entry.value.value))]
            find = partial(subject.find, FACT_DIFFERS, severity=severity, indicator=indicator, row=row, points=points)
            listed = [first, *rest]
            yield find(f"{label(path)}前后不一：{_listed(listed)}", where=listed, printed=listed)


def _agree(a: Any, b: Any) -> bool:
    """Whether two printings can be of one figure; a measure word may differ (8场, 8次)."""
    if isinstance(a, str):  # the grade of a project
        return bool(a == b)
    if WORD in (a.unit, b.unit):
        return bool(a.bare == b.bare)
    if DATE in (a.unit, b.unit):
        return bool(a.value == b.value)
    if a.operator != b.operator:
        return False
    if a.approximate or b.approximate:
        return any(x.approximate and approximate(x, y.value) for x, y in ((a, b), (b, a)))
    return equal(a, b)


def _slip(a: Any, b: Any) -> bool:
    if isinstance(a, str) or a.unit != b.unit or a.unit not in _SLIPS or not a.value or not b.value:
        return False
    return math.isclose(max(a.value / b.value, b.value / a.value), _SLIPS[a.unit], rel_tol=1e-6)


@check
def check_names(subject: Subject) -> Iterator[Finding]:
    """The document names its unit alike."""
    printed = subject.file.unit.printed
    if printed and len({entry.value for entry in printed.entries}) > 1:
        message, unit = f"单位名称前后不一：{_listed(printed.entries)}", subject.case.unit
        yield subject.find(FACT_DIFFERS, message, severity="warning", printed=printed, expected=unit)


@check
def check_dates(subject: Subject) -> Iterator[Finding]:
    """An event has one date: no two printings exclude each other; where one passage names both, it may have moved."""
    for event in subject.file.events:
        dates = event.date.entries if event.date else ()
        apart = [(a, b) for a, b in combinations(dates, 2) if a.value.excludes(b.value)]
        if not apart:
            continue
        different = list({entry.value.text: entry for entry in reversed(dates)}.values())[::-1]
        told = next((a.where for a, b in apart if a.line and (a.place, a.line) == (b.place, b.line)), "")
        message = f"{event.name}的时间前后不一：{_listed(different)}"
        message += f"；{told}两个时间都写，是否推迟" if told else ""
        find = partial(subject.find, FACT_DIFFERS, severity="question" if told else "warning", where=dates)
        yield find(message, indicator=next(iter(event.indicators), None), printed=different)
