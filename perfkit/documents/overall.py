"""What a text says of all the units of a list: their number by grade, their mean, the best and the worst."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..errors import Problem
from ..figures.quantities import display_plain, parse_points
from .form import Form
from .sentences import flat

_MEAN = re.compile(r"平均(?:总|综合)?(?:得分|分数?)[为是达约:]*(\d+(?:\.\d+)?)分")
_END = re.compile(r"(?:得分|分数)?最(高|低)[^。;\d]{0,30}?(\d+(?:\.\d+)?)分")
_COUNTED = re.compile(r"([优良中差])[秀好等]?[”\"]?(?:等级|等次|级)?的?(?:单位|项目)?[有共为:]*(\d+)个")


def told_of_all(file: str, texts: Iterable[tuple[str, str, str]], forms: Sequence[Form]) -> Iterator[Problem]:
    """What the paragraphs of a file say of the units of its list, and the list does not.

    A mean or an extreme outside of what the list has is one of something else, and so are grades that are not those of
    all units.
    """
    listed = [form for form in forms if form.listed and form.totals]
    if len(listed) < 2:
        return
    points = [parse_points(form.totals[0][0]).value for form in listed]
    grades = Counter(form.grades[0][0] for form in listed if form.grades)
    for place, text in ((place, flat(text)) for sheet, place, text in texts if not sheet):
        for found in _MEAN.finditer(text):
            mean = math.fsum(points) / len(points)
            if min(points) <= float(found[1]) <= max(points) and not _is(found[1], mean):
                yield _differs(file, place, found[0], f"{len(points)}项的平均是{display_plain(mean, 4)}分")
        for found in _END.finditer(text):
            end = max(points) if found[1] == "高" else min(points)
            if min(points) <= float(found[2]) <= max(points) and not _is(found[2], end):
                yield _differs(file, place, found[0], f"最{found[1]}的是{display_plain(end)}分")
        said = {found[1]: int(found[2]) for found in _COUNTED.finditer(text)}
        if said.keys() == grades.keys() and len(said) > 1 and said != grades:
            shown, own = ("、".join(f"{name}{each[name]}个" for name in grades) for each in (said, grades))
            yield _differs(file, place, shown, f"等级一栏是{own}")


def _is(printed: str, value: float) -> bool:
    """Whether points are printed as what they are, rounded or cut off."""
    return abs(float(printed) - value) < parse_points(printed).step


def _differs(file: str, place: str, printed: str, found: str) -> Problem:
    return Problem(f"印作“{printed.replace(',', '，')}”，所列{found}；请核对", file, field=place, severity="warning")
