"""Scorecards side by side, of one unit in several years or of one case before and after: what moved, and how far."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import PerfkitError
from ..figures.quantities import display, display_plain
from ..tables import Plot, frame_of, shown
from ..words import DASH
from .scorecard import Scorecard, ScoreRow, score

if TYPE_CHECKING:
    from ..tables.frame import Frame

SAME = 1e-9
"""Points and shares that are this close are the same."""


@dataclass(frozen=True, slots=True)
class Matched:
    """One indicator as each of several scorecards has it; None for a scorecard that has not.

    `id` is what the latest of them calls it.
    """

    id: str
    rows: tuple[ScoreRow | None, ...]

    @property
    def common(self) -> bool:
        """Whether every scorecard scores it."""
        return all(row is not None and not math.isnan(row.score) for row in self.rows)

    def changed(self, place: int) -> list[str]:
        """What a scorecard does otherwise than the one before: 新增, 删去, 分值, 评分标准 (another rule or measure)."""
        old, new = self.rows[place - 1 : place + 1]
        if not (old and new):
            return ["新增"] if new else ["删去"] if old else []
        first, second = old.indicator, new.indicator
        rule = (first.rule, first.measure) != (second.rule, second.measure)
        return ["分值"] * (abs(old.weight - new.weight) > SAME) + ["评分标准"] * rule


def match(cards: Sequence[Scorecard], names: Mapping[str, str] | None = None) -> list[Matched]:
    """The indicators of several scorecards, each once, in the order of the latest scorecard and then of the others.

    Indicators belong together that have one id, else one name that each scorecard has once.

    Parameters
    ----------
    names : what an indicator is called elsewhere → what the latest scorecard calls it, where neither is the same.

    Raises
    ------
    PerfkitError : a name of `names` that no scorecard has.
    """
    names = names or {}
    known = {row.id for card in cards for row in card.rows}
    if strange := [name for pair in names.items() for name in pair if name not in known]:
        raise PerfkitError(f"没有“{strange[0]}”这个指标；对照表写成 {{原来的名称: 现在的名称}}")
    found: dict[str, dict[int, ScoreRow]] = {}  # id → scorecard → its row
    called: dict[str, str] = {}  # name → id, of names that one scorecard has once
    for place in reversed(range(len(cards))):
        rows = cards[place].rows
        once = [name for name, count in Counter(row.name for row in rows).items() if count == 1]
        own = {names.get(row.id, row.id) for row in rows}
        for row in rows:
            key = names.get(row.id, row.id)
            other = called.get(row.name, key)
            if key not in found and row.name in once and other not in own:
                key = other
            found.setdefault(key, {})[place] = row
            if row.name in once:
                called.setdefault(row.name, key)
    return [Matched(key, tuple(at.get(place) for place in range(len(cards)))) for key, at in found.items()]


class Comparison:
    """Scorecards side by side, the earliest year first, else in the order given; every table shows Chinese heads.

    Attributes
    ----------
    cards : the scorecards; labels : what each is called: its year, with its unit where there are several, its case, or
        its case with a number, whichever tells all apart.
    matched : the indicators, see `match`; common : those that every scorecard has and scores.
    """

    plot = Plot("perfkit.report.charts", "ComparisonPlots")

    def __init__(self, cards: Sequence[Scorecard], names: Mapping[str, str] | None = None) -> None:
        if len(cards) < 2:
            raise PerfkitError("比较至少要两个有得分的案例")
        self.cards = tuple(sorted(cards, key=lambda card: card.case.year))
        self.matched = match(self.cards, names)
        self.common = [each for each in self.matched if each.common]
        several = len({card.case.unit for card in self.cards}) > 1
        years = [f"{card.case.unit}（{card.case.year}）" if several else str(card.case.year) for card in self.cards]
        ids = [card.case.id for card in self.cards]
        numbered = [f"{name}（{number}）" for number, name in enumerate(ids, start=1)]
        self.labels = next((own for own in (years, ids) if len(set(own)) == len(own)), numbered)

    @cached_property
    def totals(self) -> Frame:
        """One row a scorecard: label, unit, rubric, weight, published, total (points), score_rate, grade, common.

        `common` is the score rate of the common indicators, each with the weight that the latest scorecard gives it,
        so that only the shares move it. NaN where nothing is common.
        """
        weights = [row.weight for each in self.common if (row := each.rows[-1])]
        rows = []
        for place, card in enumerate(self.cards):
            shares = [row.share for each in self.common if (row := each.rows[place])]
            points = math.fsum(weight * share for weight, share in zip(weights, shares, strict=True))
            printed = card.case.file.published.total
            rows.append((
                self.labels[place], card.case.unit, card.rubric.name, card.rubric.weight,
                printed.value.value if printed else math.nan, card.total, card.score_rate, card.grade,
                points / math.fsum(weights) if math.fsum(weights) else math.nan,
            ))  # fmt: skip
        heads = ["label", "unit", "rubric", "weight", "published", "total", "score_rate", "grade", "common"]
        return frame_of(rows, heads)

    @cached_property
    def levels(self) -> Frame:
        """Level-1 blocks as score rates, one column a scorecard, and the step from the first to the last."""
        rates = [{row.level1: row.score_rate for row in card.level_rows if row.level2 is None} for card in self.cards]
        blocks = dict.fromkeys(block for own in reversed(rates) for block in own)
        rows = [(block, *(own.get(block, math.nan) for own in rates)) for block in blocks]
        table = frame_of(rows, ["level1", *self.labels])
        return table.assign(step=table[self.labels[-1]] - table[self.labels[0]])

    @cached_property
    def indicators(self) -> Frame:
        """Indicators as shares, one column a scorecard, and the step from the first to the last; the greatest first."""
        rows = [(each.id, *(row.share if row else math.nan for row in each.rows)) for each in self.matched]
        table = frame_of(rows, ["id", *self.labels])
        table["step"] = table[self.labels[-1]] - table[self.labels[0]]
        return table.sort_values("step", key=abs, ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def changes(self) -> Frame:
        """What a scorecard does otherwise than the one before it: label, id ("" for the whole), aspect (新增, 删去,
        分值, 评分标准, 评分口径), before and after in Chinese. Without it totals cannot be compared as they stand.
        """
        return frame_of(list(self._changes()), ["label", "id", "aspect", "before", "after"])

    def _changes(self) -> Iterator[tuple[str, str, str, str, str]]:
        for place in range(1, len(self.cards)):
            label = self.labels[place]
            before, after = (card.rubric.profile for card in self.cards[place - 1 : place + 1])
            if before != after:
                yield label, "", "评分口径", before.title, after.title
            for each in self.matched:
                old, new = each.rows[place - 1 : place + 1]
                for aspect in each.changed(place):
                    shown = _standard if aspect == "评分标准" else weight_of
                    yield label, each.id, aspect, shown(old), shown(new)

    @property
    def sentence(self) -> str:
        """From the first to the last in Chinese: as scored, on the common part, and what does not compare."""
        first, last = self.totals.iloc[0], self.totals.iloc[-1]
        text = f"{first['label']}为{_points(first)}，{last['label']}为{_points(last)}"
        if not self.common:
            return f"{text}；没有共同的指标，不能比较。"
        rates = f"{display(first['common'] * 100)}%变为{display(last['common'] * 100)}%"
        text += f"；{len(self.common)}项共同指标按{last['label']}的分值，得分率由{rates}"
        counts = "、".join(f"{aspect}{count}处" for aspect, count in Counter(self.changes["aspect"]).items())
        return f"{text}；计分有变动：{counts}。" if counts else f"{text}；指标、分值和标准都没有变动。"

    def __repr__(self) -> str:
        return f"<比较 {self.cards[-1].case.unit}：{self.sentence}>"

    def _repr_html_(self) -> str:
        return shown(self.sentence, self.totals, self.levels, self.indicators, self.changes)


def weight_of(row: ScoreRow | None) -> str:
    """The weight of an indicator in points, "" for one that is not there."""
    return f"{display_plain(row.weight)}分" if row else ""


def _standard(row: ScoreRow | None) -> str:
    return row.standard if row else ""


def _points(row: Any) -> str:
    return f"{display(row['total'])}分（{row['grade'] or DASH}）"


def compare(*given: Any, names: Mapping[str, str] | None = None) -> Comparison:
    """Scorecards side by side: ``compare("甲-2022.yaml", "甲-2023.yaml")``.

    Parameters
    ----------
    given : scorecards, cases, or paths of their files.
    names : what an indicator was called → what it is called now, where neither id nor name is the same.

    Raises
    ------
    PerfkitError : fewer than two, a kind without scores, an unknown name. InputError : a faulty case.
    """
    return Comparison([one if isinstance(one, Scorecard) else score(one) for one in given], names)
