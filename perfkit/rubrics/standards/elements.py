"""Checklists: the elements that a text lists (①, 1., (1), 一是), and what it says about their points."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ..rules.base import NOTHING, Context, Portion
from ..rules.counted import CIRCLED
from .statements import SINGLE, Text, outcomes
from .wording import MEASURE, PORTION, WEIGHT, circled_numbers, read_portion

_MARKERS = [
    (rf"([{CIRCLED}])(?![{CIRCLED}、，和至~-]*[{CIRCLED}])", CIRCLED),
    (r"(?<![\d.])\((\d{1,2})\)", ""),
    (r"(?<![\d.~])(\d{1,2})[.、)](?!\d)", ""),
    (r"\(([一二三四五六七八九十])\)", "一二三四五六七八九十"),
    (r"([一二三四五六七八九])是", "一二三四五六七八九"),
    (r"(?<=[：；。])([一二三四五六七八九])、", "一二三四五六七八九"),
]
"""Ways to number elements: a pattern, and its numerals where they are no figures."""
_TAIL = (
    rf"(?:以上|上述|前述|每|各项|全部|均|都|符合|满足|具备|达到|[{CIRCLED}]|缺|有\d?一?项|如|若|其中|现场|核查|任[一意1]|"
    r"发现|出现|否则|一项|1项|[^，；。]{0,6}[得扣])"
)


@dataclass
class Elements:
    """The listed elements: the text before, each element, and what follows them."""

    before: str
    texts: list[str]
    tail: str


def find_elements(text: str) -> Elements | None:
    """The elements that are numbered one after the other, at least two; None where there are none."""
    for pattern, numerals in _MARKERS:
        runs: list[list[re.Match[str]]] = []
        for match in re.finditer(pattern, text):
            number = numerals.index(match[1]) + 1 if numerals else int(match[1])
            if runs and number == len(runs[-1]) + 1:
                runs[-1].append(match)
            elif number == 1:
                runs.append([match])
        listed = [_listed(text, run) for run in runs if len(run) > 1]
        if listed:  # ①不符合不得分；②③各占50%。①…；②…；③…: what says points is not the list itself
            return max(listed, key=lambda each: (len(each.texts), -sum(bool(outcomes(t)) for t in each.texts[:-1])))
    return None


def _listed(text: str, places: list[re.Match[str]]) -> Elements:
    ends = [match.start() for match in places[1:]] + [len(text)]
    bodies = [text[match.end() : end] for match, end in zip(places, ends, strict=True)]
    last, tail = _split_last(bodies[-1], scored=bool(outcomes(bodies[0])))
    return Elements(text[: places[0].start()], [body.strip("，；。、") for body in [*bodies[:-1], last]], tail)


def _split_last(body: str, scored: bool) -> tuple[str, str]:
    """The last element and what follows; where elements have their own points it ends behind these."""
    if scored and (found := outcomes(body)):
        end = re.compile("[；。](?!否则|每(?!缺|有)|[<>低超]|不足|未)").search(body, found[0].end())
        return (body[: end.start()], body[end.end() :]) if end else (body, "")
    for stop in (r"[。；](?=.)", rf"，(?={_TAIL})"):
        if match := re.search(stop, body):
            return body[: match.start()], body[match.end() :]
    return body, ""


# ---- what the tail says of their points ----

_REF = rf"[{CIRCLED}](?:[、，和及~至-]?[{CIRCLED}])*"
_NOT = "(?:不(?:满足|符合|具备|达标)|未(?:满足|符合|达到|具备|能满足)|若?无|没有|缺少?|若?不)"
_ZERO = "(?:均|都|一律|也)?(?:不得分|不给分|不计分|得0分|0分|计0分)"
_ALL_ITEMS = "(?:以上|上述|前述|全部|所有|其中|各|每|任[何意]?)"
YES = "(?:符合|满足|具备|达到|做到|完成|实现|达标|健全)"
_INDICATOR = "(?:此|本|该|整)?(?:指标|项|项指标)?"


@dataclass
class Scheme:
    """What is known of the points of n elements while the tail is read; `rest` is what no pattern has taken."""

    size: int
    rest: str
    portions: dict[int, Portion] = field(default_factory=dict)
    gates: dict[int, tuple[int, ...]] = field(default_factory=dict)
    by_count: dict[int, Portion] = field(default_factory=dict)
    equal: bool = False
    alike: bool = True
    """Whether all portions are printed as one for every element."""
    loss: Portion | None = None
    """What every missing element costs."""
    counted: bool = False
    """Whether what is lost is counted by finds (处, 例), which may be more than the elements."""

    def take(self, pattern: str) -> list[re.Match[str]]:
        """Every match of a pattern, which is then read."""
        found = list(re.finditer(pattern, self.rest))
        self.rest = re.sub(pattern, "｜", self.rest)
        return found


def read_scheme(text: Text, size: int) -> Scheme:
    """What a tail says of the points of `size` elements."""
    scheme = Scheme(size, text.plain)
    for match in scheme.take(
        rf"{YES}({_REF})(?:项|条)?(?:的|，)*得({PORTION})[，；](?:否则|不{YES}的?)[，则]*{_INDICATOR}{_ZERO}"
    ):
        for i in circled_numbers(match[1]):
            scheme.portions[i], scheme.gates[i] = read_portion(match[2]), ()
            scheme.alike = False
    zero = rf"(?:如|若)?{_NOT}?({_REF})(?:项|条)?(?:{_NOT})?(?:[^，；。{CIRCLED}]{{0,6}}?)(?:的|，|则|时)*({_REF})?{_INDICATOR}{_ZERO}"
    for match in scheme.take(zero):
        for i in circled_numbers(match[1]):
            scheme.gates[i] = tuple(n + 1 for n in circled_numbers(match[2] or ""))
    listed = rf"({_REF})?[^，；。]{{0,12}}?(?:分别|依次)(?:各)?(?:占|得|计|为|赋)?((?:{PORTION.replace(WEIGHT + '?', '')}[、，和]?)+{PORTION})"
    for match in scheme.take(listed.replace(f"[{CIRCLED}]", f"[{CIRCLED}]")):
        _assign(scheme, match[1], [read_portion(part) for part in re.split("[、，和]", match[2])])
    for match in scheme.take(
        rf"({_REF})[^，；。]{{0,8}}?(?:每项|各项|分别|均|各)(?:分别|各)?(?:占|得|计|为)?({PORTION})"
    ):
        _assign(scheme, match[1], [read_portion(match[2])] * len(circled_numbers(match[1])))
    for match in scheme.take(rf"(?:{YES})?([{CIRCLED}])(?:项|条)?(?:的|，)*(?:占|得|计|为)({PORTION})"):
        _assign(scheme, match[1], [read_portion(match[2])])
    number = rf"{YES}(?:其中|以上|上述|任[意何])*(\d+)(?:项|条|个|点|方面|款)[^，；。得]{{0,8}}(?:的|，)*(?:得|计)?({PORTION}|满分|全分|0分)|{YES}(\d+)[^，；。得]{{0,8}}不得分"
    each = rf"每{YES}(?:其中|以上|上述)*(?:1)?(?:项|条|点|个|方面|要素)(?:[^，；。得]{{0,8}})(?:的|，)*(?:得|计|加)({PORTION}|(?:相应|对应)的?{WEIGHT})"
    for match in scheme.take(each):
        _each(scheme, match[1])
    for match in scheme.take(number):
        if match[2]:
            scheme.by_count[int(match[1])] = read_portion(match[2])
    every = rf"(?:(?:以上|上述|前述|其中|各)?[^，；。0-9扣]{{0,12}}?(?:每1?项|各项|每1?条|每1?个|每点|\d+项|各)[^，；。\d得扣]{{0,6}}(?:分别|各|均)*(?:占|得|计|为|赋)?(?<!扣))({PORTION})"
    for match in scheme.take(every):
        if "其余" in match[0] or "其他" in match[0]:
            scheme.portions |= dict.fromkeys(scheme.gates, NOTHING)
        _each(scheme, match[1])
    full = rf"(?:如|若)?[^，；。｜]{{0,10}}?(?:{_ALL_ITEMS}[^，；。｜]{{0,6}}?(?:均|都)?(?:{YES})[^，；。｜得]{{0,10}}|均{YES}[^，；。｜得]{{0,6}}|都{YES}[^，；。｜得]{{0,6}}|{YES}(?:以上|上述|全部|所有)[^，；。｜得]{{0,8}})，?(?:得|计)({PORTION}|满分|全分|{WEIGHT})"
    fulls = scheme.take(full)
    missing = rf"(?:如|若)?(?:每|任[何意]?|凡|如|若)?(?P<lead>缺少?|有|出现|少|不{YES}|未{YES}|没有|发现|存在)?(?:任[意何])?(?:其中)?(?:1)?(?P<unit>{MEASURE})[^，；。｜]{{0,18}}，?扣(?:除|减)?(?P<lost>{PORTION}|(?:相应|对应|该项)?的?{WEIGHT})"
    for match in scheme.take(missing):
        scheme.counted |= re.search(f"{SINGLE}|次|发现", match["unit"] + (match["lead"] or "")) is not None
        if re.search(r"\d", match["lost"]):
            scheme.loss = read_portion(match["lost"])
        elif not scheme.portions:
            scheme.equal = True
    if scheme.by_count and fulls:
        scheme.by_count.setdefault(size, read_portion(fulls[-1][1]))
    alone = scheme.take(
        rf"(?:有|任[何意]?|其中|出现|缺少?)*(?:1)?(?:项|条)(?:不|未|缺)[^，；。]{{0,8}}，?(?:则)?{_INDICATOR}{_ZERO}"
    )
    other = scheme.take(
        rf"(?:否则|其他|其余|均不{YES}|都不{YES}|全部不{YES}|不{YES})(?:的|，|则|情形|情况)*{_INDICATOR}{_ZERO}"
    )
    if fulls and (alone or other) and not (scheme.portions or scheme.by_count or scheme.loss or scheme.equal):
        scheme.by_count = {size: read_portion(fulls[-1][1])}
    scheme.take(rf"(?:否则|不{YES}的?|未{YES}的?)[，则]*(?:按[^，；。]{{0,8}})?扣(?:除|减)?(?:相应|对应)?的?{WEIGHT}")
    return scheme


def _each(scheme: Scheme, printed: str) -> None:
    """The same points for every element that has none yet."""
    if not re.search(r"\d", printed):
        scheme.equal = True
        return
    for i in range(scheme.size):
        scheme.portions.setdefault(i, read_portion(printed))


def _assign(scheme: Scheme, references: str | None, portions: list[Portion]) -> None:
    scheme.alike = False
    numbers = circled_numbers(references) if references else list(range(scheme.size))
    if len(portions) == 1:
        portions = portions * len(numbers)
    if len(numbers) == len(portions):
        scheme.portions |= dict(zip(numbers, portions, strict=True))


def checklist(texts: list[str], scheme: Scheme, context: Context) -> dict[str, Any] | None:
    """The checklist that the scheme says, as a rubric file writes it; None where it says too little."""
    size = len(texts)
    portions = dict(scheme.portions)
    if not portions and scheme.loss and not scheme.counted:
        if abs(scheme.loss.share(context) * size - 1) > 1e-3:
            return None  # more or less is lost with all elements than the weight: it is counted
        portions = dict.fromkeys(range(size), scheme.loss)
    if portions:
        portions |= {i: NOTHING for i in scheme.gates if i not in portions}
    whole = all(not p.is_points and abs(p.value * size - 1) < 1e-3 for p in portions.values()) and len(portions) == size
    if scheme.by_count or (whole and (scheme.equal or scheme.alike)) or (not portions and scheme.equal):
        portions = {}
    elif len(portions) != size:
        return None
    items = [
        {"text": text}
        | ({"share": portions[i]} if portions else {})
        | ({"gate": scheme.gates[i] or True} if i in scheme.gates else {})
        for i, text in enumerate(texts)
    ]
    by_count = {n: p for n, p in scheme.by_count.items() if p != NOTHING}
    return {"kind": "checklist", "items": items} | ({"by_count": by_count} if by_count else {})
