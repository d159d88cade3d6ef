"""Sums of scores and weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import get_args

from ..figures.quantities import Figure, display_plain
from .compare import Match, compare, total
from .findings import Code, Finding
from .subject import FULL_MARKS, Row, Subject, check, check_row, entries, grouped

SCORE_SUM = Code("score-sum", "得分合计与总分不符", verdict="score", effect="base")
LEVEL_SUM = Code("level-sum", "分级得分与其下指标不符", verdict="score", effect="total")
WEIGHT_SUM = Code("weight-sum", "分值合计不符")
BLOCK_WEIGHT = Code("block-weight", "一级指标分值与评分口径不同", "warning")
SCORE_EXCEEDS_WEIGHT = Code("score-exceeds-weight", "得分超出分值")
UNREACHABLE_TOTAL = Code("unreachable-total", "总分高于评分标准能给的最高分", effect="total")


def _adds_up(printed: Figure, rows: Sequence[Row]) -> tuple[float, Match]:
    """The sum of printed scores, and how it compares with a printed total: as printed, or unrounded where the printed
    ones are what the rules give."""
    scores = [(row, row.score.value) for row in rows if row.score]
    found = math.fsum(score for _, score in scores)
    exact = math.fsum(row.points if row.reproduced else score for row, score in scores)
    return found, min((compare(printed, value) for value in (found, exact)), key=get_args(Match).index)


def _blocks(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """The rows of every level-1 block (产出) and level-2 block (产出/数量)."""
    return grouped((key, row) for row in rows for key in row.indicator.blocks)


def weight_of(rows: Iterable[Row]) -> float:
    """What the weights of rows add up to."""
    return math.fsum(row.weight for row in rows)


def unlisted_execution(subject: Subject) -> float:
    """Points of the execution row where the weights leave just that much to 100 and no row scores it; else 0."""
    return subject.unlisted if abs(weight_of(subject.rows) + subject.unlisted - FULL_MARKS) < 1e-6 else 0.0


@check
def check_score_sum(subject: Subject) -> Iterator[Finding]:
    """The printed scores add up to the printed total, if need be with a row that is not printed."""
    printed, scored = subject.published.total, [row for row in subject.rows if row.score]
    if printed is None or not scored:
        return
    found, match = _adds_up(printed.value, scored)
    gap = printed.value.value - found
    message = f"所列{len(scored)}项得分合计{display_plain(found)}分，总分印作{printed.value}分"
    unprinted = [row for row in subject.rows if not row.score]
    weight, beyond = weight_of(scored), math.fsum(row.earned for row in scored if not row.weight)
    shared = (found - beyond) / weight * subject.full_marks + beyond if weight else found
    if unprinted and abs(printed.value.value - shared) < max(printed.value.step / 2, 0.005) + 1e-9:
        return  # the others have taken over their weights
    unlisted = unlisted_execution(subject)
    find = partial(subject.find, SCORE_SUM, printed=printed.first, expected=found)
    if not unprinted and unlisted and match != "holds" and 0 < gap <= unlisted + 1e-9:
        message += f"，差{display_plain(gap)}分；总分里是否含没有列出的预算执行{display_plain(unlisted)}分"
        yield find(message, severity="question")
    elif unprinted and -1e-9 <= gap <= weight_of(unprinted) + 1e-9:
        listed = "、".join(row.key for row in unprinted)
        ruled = math.fsum(row.points for row in unprinted)
        same = "，与按标准计得的分数相同" if abs(gap - ruled) < 0.5 * printed.value.step else ""
        inside = f"，差{display_plain(gap)}分；总分里含没有列出得分的{listed}{same}"
        yield find(message + (inside if gap > 1e-9 else f"；没有列出得分的{listed}没有计入"), severity="question")
    elif match != "holds":
        message += f"，相差{display_plain(abs(gap))}分"
        yield find(message, severity="error" if match == "off" else "info", effects=[-gap])


@check
def check_level_sum(subject: Subject) -> Iterator[Finding]:
    """The score of every block is the sum of its indicators, or of its printed level-2 blocks."""
    levels = {key: level.score.first for key, level in subject.published.levels.items() if level.score}
    tops, whole = [score for key, score in levels.items() if "/" not in key], subject.total
    builds_total = whole and tops and abs(whole.value - total(tops)) < whole.step
    blocks = _blocks(subject.rows)
    for key, printed in levels.items():
        members = blocks.get(key, [])
        inner = [score for name, score in levels.items() if name.startswith(f"{key}/")]
        if members and all(row.score for row in members):
            found, match = _adds_up(printed.value, members)
            what = f"其下{len(members)}项指标得分合计"
        elif inner and len(inner) == len({row.indicator.level2 for row in members}):
            found = total(inner)
            match, what = compare(printed.value, found), f"其下{len(inner)}个二级指标得分合计"
        else:
            continue
        if match != "holds":
            gap = found - printed.value.value
            message = f"“{key}”{what}{display_plain(found)}分，印作{printed}分，相差{display_plain(abs(gap))}分"
            effects = [gap] if builds_total and "/" not in key else ()
            find = partial(subject.find, LEVEL_SUM, severity="error" if match == "off" else "info")
            yield find(message, printed=printed, expected=found, effects=effects)


@check
def check_weight_sum(subject: Subject) -> Iterator[Finding]:
    """Weights add up to 100 (to 100 less the execution row where that is not listed), and in every block."""
    # without rows, or without any beside the points of the money, there is nothing to add up
    if all(row.measures_execution for row in subject.rows) or not all(row.weighed for row in subject.rows):
        return
    weights = {row.key: row.weight for row in subject.rows}
    printed = ((row.key, row.printed.weight) for row in subject.rows if row.weight == row.indicator.most)
    weights |= {key: weight.value.value for key, weight in printed if weight}
    yield from whole_weight(subject, [*weights.values()], subject.unlisted)
    blocks = _blocks(subject.rows)
    for key, level in subject.published.levels.items():
        weight, found = level.weight, math.fsum(weights[row.key] for row in blocks.get(key, ()))
        most = math.fsum(row.indicator.most for row in blocks.get(key, ()))  # with what is added: a bonus is no weight
        if weight and key in blocks and all(abs(sum_ - weight.value.value) > 1e-6 for sum_ in (found, most)):
            message = f"“{key}”其下指标的分值合计为{display_plain(found)}分，印作{weight.value}分"
            yield subject.find(WEIGHT_SUM, message, printed=weight, expected=found)


def whole_weight(subject: Subject, weights: Sequence[float], execution: float) -> Iterator[Finding]:
    """A finding where weights add up neither to 100 (or what else the profile says) nor to what the execution of the
    budget, if unlisted, leaves.
    """
    whole, full = math.fsum(weights), subject.rubric.profile.total
    rest = full - execution
    if min(abs(whole - full), abs(whole - rest)) > 1e-6:
        without = f"，也不是不含预算执行{display_plain(execution)}分的{display_plain(rest)}分" if execution else ""
        message = f"{len(weights)}项指标的分值合计为{display_plain(whole)}分，不是{display_plain(full)}分{without}"
        where = entries(*(row.printed.weight for row in subject.rows))[:1]
        yield subject.find(WEIGHT_SUM, message, where=where, printed=display_plain(whole), expected=full)


@check
def check_block_weight(subject: Subject) -> Iterator[Finding]:
    """The weights of the level-1 blocks are those of the profile; without 满意度 its points move to 效益."""
    profile = subject.rubric.profile
    if not all(row.weighed for row in subject.rows):
        return
    expected = {plain_level(name): weight for name, weight in profile.blocks.items()}
    found = grouped((plain_level(row.indicator.level1), row) for row in subject.rows)
    if len(found) < 2 or not set(found) <= set(expected):
        return  # other blocks than the profile's: nothing to compare
    if "满意度" not in found and "满意度" in expected and "效益" in found:
        expected["效益"] += expected.pop("满意度")
    for name, rows in found.items():
        if abs(weight_of(rows) - expected[name]) > 1e-6:
            printed, wanted = display_plain(weight_of(rows)), display_plain(expected[name])
            message = f"“{name}”分值为{printed}分，评分口径（{profile.title}）为{wanted}分"
            where = entries(*(row.printed.weight for row in rows))[:1]
            yield subject.find(BLOCK_WEIGHT, message, where=where, printed=printed, expected=wanted)


def plain_level(name: str) -> str:
    """产出指标（50分） → 产出."""
    return name.partition("（")[0].partition("(")[0].strip().removesuffix("指标")


@check_row
def check_score_exceeds_weight(subject: Subject, row: Row) -> Iterator[Finding]:
    """No printed score lies above its weight or below 0; what takes from the full marks takes no more than it may."""
    least, limit = -row.indicator.penalty, row.top if row.weighed else math.inf
    outside = (e for e in entries(row.printed.score) if not least - 1e-9 <= e.value.value <= limit + 1e-9)
    for printed in list(outside)[:1]:
        value: float = printed.value.value
        over = "大于0，扣分项应印成负数" if least else f"超过分值{display_plain(row.top)}分"
        under = f"超过最多扣的{display_plain(-least)}分" if least else "为负数"
        limit, bound = (limit, over) if value > limit else (least, under)
        effects = [limit - value] if row.score and row.score.value == value else ()
        find = partial(subject.find, row=row, printed=printed, expected=limit, effects=effects)
        yield find(SCORE_EXCEEDS_WEIGHT, f"得分{printed}分{bound}")


@check
def check_unreachable_total(subject: Subject) -> Iterator[Finding]:
    """The published total is not above what the rules can give at best."""
    printed, card = subject.published.total, subject.card
    if printed is None or card is None or math.isnan(card.maximum) or not all(row.weighed for row in subject.rows):
        return
    if printed.value.value > card.maximum + unlisted_execution(subject) + 0.5 * printed.value.step:
        best, effects = display_plain(card.maximum), [card.maximum - printed.value.value]
        message = f"总分印作{printed.value}分，按印出的评分标准最高只能得{best}分"
        yield subject.find(UNREACHABLE_TOTAL, message, printed=printed.first, expected=f"≤{best}", effects=effects)
