"""Two versions of a case side by side: what changed in facts, weights, rules, scores, grade, money and text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from ..cases.case import Case
from ..figures.printed import is_place
from ..figures.quantities import display, display_plain, signed
from ..reading import Loc
from ..scoring.comparing import SAME, Matched, match, weight_of
from ..scoring.scorecard import Scorecard, ScoreRow, score
from ..words import DASH, FILLED_IN, SPENDING, label
from .blocks import Column, Group, Paragraph, group, table

_APART = ("facts", "rubric", "kind")
"""Blocks of a case that are told indicator by indicator."""
_FIGURES = ("budget", "figures", "staff", "assets", *SPENDING, "projects", "goals")
_ASPECTS = {"published": "原报告所列"} | dict.fromkeys(_FIGURES, "数据")
"""Which side of a case a block of it is; all others are texts."""
_NAMED = ("name", "text", "opinion")
"""What tells the items of a list apart."""


class Difference(NamedTuple):
    """One thing that is otherwise than before: of what, which side of it, both versions in Chinese, "" for none.

    `effect` is what all that changed about it does to its points; NaN where it has none.
    """

    about: str
    aspect: str
    before: str
    after: str
    effect: float = math.nan


def differences(old: Case, new: Case, *, stated: bool = False) -> list[Difference]:
    """Everything that differs: indicators by their effect, the greatest first, then figures, then texts.

    With `stated` only what both versions state: of a document that was read nobody knows what it leaves out.
    """
    rows = [list(_of_indicator(each, old, new)) for each in match(_cards(old, new))]
    rows.sort(key=lambda found: -abs(found[0].effect) if found and found[0].effect == found[0].effect else 0)
    changed = sorted(_changed(_rest(old), _rest(new)), key=lambda item: item[0][0] not in _FIGURES)
    others = [Difference(_name(at), _ASPECTS.get(str(at[0]), "文字"), before, after) for at, before, after in changed]
    found = [*chain.from_iterable(rows), *others]
    return list(filter(_stated, found)) if stated else found


def _cards(*versions: Case) -> list[Scorecard]:
    """The scorecards of both versions; none where one of them has no rubric."""
    return [score(case) for case in versions] if all(case.rubric for case in versions) else []


def _stated(item: Difference) -> bool:
    """Whether both versions say something about it; where a figure stands is another place in every document.

    A report prints evidence and source in one cell.
    """
    both = bool(item.before and item.after) and item.aspect != FILLED_IN["source"]
    proof = item.aspect == FILLED_IN["evidence"] and (item.before in item.after or item.after in item.before)
    return (both and not proof) or item.aspect in ("新增", "删去")


def _of_indicator(each: Matched, old: Case, new: Case) -> Iterator[Difference]:
    first, second = each.rows
    effect = _points(second) - _points(first)
    found = []
    for what in each.changed(1):
        told = {"分值": weight_of, "评分标准": _standard}.get(what, _worth)
        found.append((what, told(first), told(second)))
    changed = _changed(_fact(old, first), _fact(new, second))
    found += [(FILLED_IN.get(str(at[0]), str(at[0])), before, after) for at, before, after in changed]
    if first and second and abs(effect) > SAME and _worth(first) != _worth(second):
        found.append(("得分", _worth(first), _worth(second)))
    yield from (Difference(each.id, *aspect, effect) for aspect in found)


def _points(row: ScoreRow | None) -> float:
    return row.score if row and row.score == row.score else 0.0


def _standard(row: ScoreRow | None) -> str:
    return row.standard if row and row.rule != "self_declared" else ""


def _worth(row: ScoreRow | None) -> str:
    return f"{display_plain(row.weight)}分得{display_plain(row.score)}分" if row and row.score == row.score else DASH


def _fact(case: Case, row: ScoreRow | None) -> Any:
    return case.document.data.get("facts", {}).get(row.id, {}) if row else {}


def _rest(case: Case) -> dict[str, Any]:
    data = {name: value for name, value in case.document.data.items() if name not in _APART}
    return data | {"budget": {name: _whole(stage) for name, stage in (data.get("budget") or {}).items()}}


def _changed(old: Any, new: Any) -> list[tuple[Loc, str, str]]:
    """Where two versions of some data differ, with both texts."""
    before, after = dict(_flat(old)), dict(_flat(new))
    paths = (at for at in {**before, **after} if before.get(at) != after.get(at))
    return [(at, before.get(at, ""), after.get(at, "")) for at in paths]


def _whole(stage: Any) -> Any:
    """A stage of a budget that is written as one value, with its name."""
    return stage if isinstance(stage, dict | list) and not any(map(is_place, stage)) else {"total": stage}


def _flat(value: Any, at: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Every value with its path; the items of a list by their names, the printings of a figure as one value."""
    if isinstance(value, dict) and not any(map(is_place, value)):
        for key, inner in value.items():
            yield from _flat(inner, (*at, key))
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        for number, item in enumerate(value, start=1):
            key = next((str(item[name]) for name in _NAMED if name in item), str(number))
            yield from _flat({name: inner for name, inner in item.items() if inner != key} or {"": key}, (*at, key))
    elif value not in (None, "", {}, []):
        yield at, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(dict.fromkeys(map(_text, value.values())))
    return "；".join(map(_text, value)) if isinstance(value, list) else str(value)


def _name(at: Loc) -> str:
    path = ".".join(map(str, at))
    if at[0] in _FIGURES and at[-1] != "":
        return label(path.removesuffix(".total"))
    steps = (FILLED_IN.get(str(step), str(step)) for step in at[1:] or at)
    return FILLED_IN.get(path) or "　".join(filter(None, steps))


_COLUMNS = [
    Column("指标或项目", lambda item: item.about, 18, merge=True),
    Column("得分变化", lambda item: f"{signed(item.effect)}分" if abs(item.effect) >= SAME else DASH, 9, merge=True),
    Column("变了什么", lambda item: item.aspect, 11),
    Column("原来", lambda item: item.before or DASH, 30),
    Column("现在", lambda item: item.after or DASH, 32),
]


def difference(old: Case, new: Case, *, stated: bool = False) -> Group:
    """What a version of a case does otherwise than another: the totals in a sentence, and everything as a table.

    `stated` as of `differences`.
    """
    found, cards = differences(old, new, stated=stated), _cards(old, new)
    lead = Paragraph(totals(*cards), "lead") if cards else ""
    return group(lead, table(found, _COLUMNS), "" if found else "没有任何不同。")


def totals(before: Scorecard, after: Scorecard) -> str:
    """Both totals and grades in one Chinese sentence."""
    other = "" if before.rubric.weight == after.rubric.weight else "满分{}分，"
    shown = [
        f"{display(card.total)}分（{other.format(display_plain(card.rubric.weight))}{card.grade or DASH}）"
        for card in (before, after)
    ]
    step = after.total - before.total
    moved = "总分不变" if abs(step) < SAME else f"总分变化{signed(step)}分" if step == step else "总分不能比较"
    changed = f"由“{before.grade or DASH}”变为“{after.grade or DASH}”"
    return f"由{shown[0]}变为{shown[1]}：{moved}，等级{'不变' if before.grade == after.grade else changed}。"


def what_if(before: Scorecard, after: Scorecard) -> Group:
    """What other facts do to a score: total and grade before and after, and every indicator whose points change."""
    moved = [(one, two) for one, two in zip(before.rows, after.rows, strict=True) if one.trace != two.trace]
    columns = [
        Column("指标", lambda row: row[0].id, 20),
        Column("原得分", lambda row: display_plain(row[0].score), 10, number=True),
        Column("现得分", lambda row: display_plain(row[1].score), 10, number=True),
        Column("现在的评分过程", lambda row: row[1].trace, 60),
    ]
    return group(Paragraph(totals(before, after), "lead"), table(moved, columns))
