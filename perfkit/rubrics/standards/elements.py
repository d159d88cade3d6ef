"""Checklists: the elements that a text lists (①, 1., (1), 一是), and what it says about their points."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..rules.base import NOTHING, Context, Portion
from .statements import Text, outcomes
from .wording import PHRASES, circled_numbers, patterns, read_portion

_MARKERS = [re.compile(regex) for _, regex, _ in patterns("markers")]
"""Ways to number elements."""


Elements = tuple[str, list[str], str]
"""The listed elements: the text before, each element, and what follows them."""


def find_elements(text: str) -> Elements | None:
    """The elements that are numbered one after the other, at least two; None where there are none."""
    for pattern in _MARKERS:
        runs: list[list[re.Match[str]]] = []
        for match in pattern.finditer(text):
            number = _place(match[1])
            if runs and number == len(runs[-1]) + 1:
                runs[-1].append(match)
            elif number == 1:
                runs.append([match])
        listed = [_listed(text, run) for run in runs if len(run) > 1]
        if listed:  # ①不符合不得分；②③各占50%。①…；②…；③…: what says points is not the list itself
            return max(listed, key=lambda each: (len(each[1]), -sum(bool(outcomes(t)) for t in each[1][:-1])))
    return None


def _place(numeral: str) -> int:
    """The number that an element bears: ②, 2, B, b or 二."""
    if numeral.isdecimal():
        return int(numeral)
    return "abcdefgh".find(numeral.lower()) + 1 or int(unicodedata.numeric(numeral))


def _listed(text: str, places: list[re.Match[str]]) -> Elements:
    ends = [match.start() for match in places[1:]] + [len(text)]
    bodies = [text[match.end() : end] for match, end in zip(places, ends, strict=True)]
    last, tail = _split_last(bodies[-1], scored=bool(outcomes(bodies[0])))
    return text[: places[0].start()], [body.strip("，；。、") for body in [*bodies[:-1], last]], tail


def _split_last(body: str, scored: bool) -> tuple[str, str]:
    """The last element and what follows; where elements have their own points it ends behind these."""
    if scored and (found := outcomes(body)):
        end = re.compile("[；。](?!否则|每(?!缺|有|少1[项条])|[<>低超]|不足|未)").search(body, found[0].end())
        return (body[: end.start()], body[end.end() :]) if end else (body, "")
    for stop in (re.compile(r"[。；](?=.)"), PHRASES["goes_on"]):
        if match := stop.search(body):
            return body[: match.start()], body[match.end() :]
    return body, ""


# ---- what the tail says of their points ----

_PATTERNS = {name: regex for name, regex, _ in patterns("elements")}
"""What a tail may say, in the order in which it is sought."""


@dataclass
class Scheme:
    """What is known of the points of n elements; `rest` is what no pattern has taken."""

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
    found: set[int] = field(default_factory=set)
    """The gates that close when what they say is found (④如存在则不得分)."""
    counted: bool = False
    """Whether what is lost is counted by finds (处, 例), which may be more than the elements."""

    def some(self, references: str | None, printed: str) -> None:
        """Points of the elements that are named, or of all in their order."""
        self.alike = False
        numbers = circled_numbers(references) if references else list(range(self.size))
        portions = [read_portion(part) for part in re.split("[、，和]", printed)]
        portions = portions * len(numbers) if len(portions) == 1 else portions
        if len(numbers) == len(portions):
            self.portions |= dict(zip(numbers, portions, strict=True))

    def take(self, name: str, match: re.Match[str]) -> None:
        """Note what one match says."""
        if name in ("gate", "gate_and_share"):
            closed = circled_numbers(match[2] or "") if name == "gate" else []
            self.gates |= dict.fromkeys(circled_numbers(match[1]), tuple(n + 1 for n in closed))
            if re.search("(?<!不)存在|出现|发生", match[0]):
                self.found |= set(circled_numbers(match[1]))
        if name in ("gate_and_share", "share_of_some", "share_of_one", "shares"):
            self.some(match[1], match[2])
        elif name in ("share_of_each_met", "share_of_each"):  # the same points for every element that has none yet
            if re.search("其余|其他", match[0]):
                self.portions |= dict.fromkeys(self.gates, NOTHING)
            if re.search(r"\d", match[1]):
                self.portions = dict.fromkeys(range(self.size), read_portion(match[1])) | self.portions
            else:
                self.equal = True
        elif name == "by_count" and match[2]:
            self.by_count[int(match[1])] = read_portion(match[2])
        elif name == "loss":
            self.counted |= re.search("[处例起笔宗张次]|发现", match["unit"] + (match["lead"] or "")) is not None
            if re.search(r"\d", match["lost"]):
                self.loss = read_portion(match["lost"])
            else:
                self.equal |= not self.portions


def read_scheme(text: Text, size: int, context: Context, portions: dict[int, Portion], gates: Sequence[int]) -> Scheme:
    """What a tail says of `size` elements, of which the `portions` of some are known, or that they are gates."""
    scheme = Scheme(size, text.plain, dict(portions), dict.fromkeys(gates, ()), alike=not portions)
    found: dict[str, list[re.Match[str]]] = {}
    for name, pattern in _PATTERNS.items():
        found[name] = list(re.finditer(pattern, scheme.rest))
        for match in found[name]:
            scheme.take(name, match)
        scheme.rest = re.sub(pattern, "｜", scheme.rest)
    full = read_portion(found["all_met"][-1][1]) if found["all_met"] else NOTHING
    single = scheme.by_count.get(1, NOTHING).share(context)
    each = abs(single * size - full.share(context)) < 1e-3  # 满足1项得1/4，全部满足得满分
    if list(scheme.by_count) == [1] and (each or not found["all_met"]):
        scheme.portions = dict.fromkeys(range(size), scheme.by_count.pop(1))  # 符合1项得1分，最高得5分
    if found["all_met"]:
        if scheme.by_count:
            scheme.by_count.setdefault(size, full)
        elif not (scheme.portions or scheme.loss or scheme.equal) and (found["one_missing"] or found["none_met"]):
            scheme.by_count = {size: full}
    return scheme


def checklist(texts: list[str], scheme: Scheme, context: Context) -> dict[str, Any] | None:
    """The checklist that the scheme says, as a rubric file writes it; None where it says too little."""
    size = len(texts)
    if scheme.by_count and scheme.portions:
        return None  # 每项得1分，3项都达标得4分
    portions = dict(scheme.portions)
    if not portions and scheme.loss and not scheme.counted:
        if abs(scheme.loss.share(context) * size - 1) > 1e-3:
            return None  # more or less is lost with all elements than the weight: it is counted
        portions = dict.fromkeys(range(size), scheme.loss)
    own = [p.share(context) for p in portions.values() if p != NOTHING] or [1 / size]
    if scheme.loss and (portions or scheme.equal) and abs(scheme.loss.share(context) - max(own)) > 1e-3:
        return None  # 每项得1分，通报批评的扣2分
    if portions:
        portions |= {i: NOTHING for i in scheme.gates if i not in portions}
    whole = all(not p.is_points and abs(p.value * size - 1) < 1e-3 for p in portions.values()) and len(portions) == size
    if scheme.by_count or (whole and (scheme.equal or scheme.alike)) or (not portions and scheme.equal):
        portions = {}
    elif sorted(portions) != list(range(size)):
        return None  # of some elements nothing is said, or of one that is not listed
    for i in scheme.found:  # ④存在挪用 closes where it holds: an element that is satisfied without
        if not (bad := re.match("(?:存在|出现|发生)(?!.*(?:[不未无]|没有))", texts[i])):
            return None
        texts[i] = f"未{texts[i] if bad[0] != '存在' else '发现' + texts[i].removeprefix('存在')}"
    items = [
        {"text": text}
        | ({"share": portions[i]} if portions else {})
        | ({"gate": scheme.gates[i] or True} if i in scheme.gates else {})
        for i, text in enumerate(texts)
    ]
    by_count = {n: p for n, p in scheme.by_count.items() if p != NOTHING}
    return {"kind": "checklist", "items": items} | ({"by_count": by_count} if by_count else {})
