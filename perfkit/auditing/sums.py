"""Sums of scores and weights."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from ..figures.quantities import display_plain
from .compare import Figure, Match, compare, first
from .findings import Finding
from .subject import Row, Subject, check, entries

_CLOSENESS: tuple[Match, ...] = ("holds", "truncated", "last-place", "off")


def _best(printed: Figure, *values: float) -> Match:
    """The closest comparison with any of several values."""
    return min((compare(printed, value) for value in values), key=_CLOSENESS.index)


def _adds_up(printed: Figure, rows: list[Row]) -> Match:
    """Whether scores add up to a printed total: as printed, or unrounded where the printed ones are what rules give."""
    scores = [(row, row.score.value) for row in rows if row.score]
    exact = math.fsum(row.points if row.reproduced else score for row, score in scores)
    return _best(printed, math.fsum(score for _, score in scores), exact)


@check
def check_score_sum(subject: Subject) -> Iterator[Finding]:
    """The printed scores add up to the printed total, if need be with a row that is not printed."""
    total, scored = subject.total, [row for row in subject.rows if row.score]
    if total is None or not scored:
        return
    found = math.fsum(row.score.value for row in scored if row.score)
    gap = total.value - found
    shown = f"所列{len(scored)}项得分合计{display_plain(found)}分，总分印作{total}分"
    unprinted = [row for row in subject.rows if not row.score]
    if unprinted and -1e-9 <= gap <= math.fsum(row.weight for row in unprinted) + 1e-9:
        names = "、".join(row.key for row in unprinted)
        ruled = math.fsum(row.points for row in unprinted)
        same = "，与按标准计得的分数相同" if abs(gap - ruled) < 0.5 * total.step else ""
        inside = f"，差{display_plain(gap)}分；总分里含没有列出得分的{names}{same}"
        yield subject.find(
            "score-sum",
            "question",
            shown + (inside if gap > 1e-9 else f"；没有列出得分的{names}没有计入"),
            where=[total],
            printed=total,
            expected=display_plain(found),
        )
    elif (match := _adds_up(total, scored)) != "holds":
        yield subject.find(
            "score-sum",
            "error" if match == "off" else "info",
            f"{shown}，相差{display_plain(abs(gap))}分",
            where=[total],
            printed=total,
            expected=display_plain(found),
            effects=[found - total.value],
        )


@check
def check_level_sum(subject: Subject) -> Iterator[Finding]:
    """The score of every block is the sum of its indicators, or of its printed level-2 blocks."""
    levels = {key: first(level.score) for key, level in subject.published.levels.items() if level.score}
    total = subject.total
    tops = [score for key, score in levels.items() if "/" not in key]
    builds_total = total is not None and tops and abs(total.value - math.fsum(s.value for s in tops)) < total.step
    blocks: defaultdict[str, list[Row]] = defaultdict(list)
    for row in subject.rows:
        for key in (row.indicator.level1, _level2(row)):
            blocks[key].append(row)
    for key, printed in levels.items():
        members = blocks[key]
        inner = [score for name, score in levels.items() if name.startswith(f"{key}/")]
        if members and all(row.score for row in members):
            found, match = math.fsum(row.score.value for row in members if row.score), _adds_up(printed, members)
            what = f"其下{len(members)}项指标得分合计"
        elif inner and len(inner) == len({_level2(row) for row in members}):
            found = math.fsum(score.value for score in inner)
            match, what = compare(printed, found), f"其下{len(inner)}个二级指标得分合计"
        else:
            continue
        if match != "holds":
            gap = display_plain(abs(found - printed.value))
            yield subject.find(
                "level-sum",
                "error" if match == "off" else "info",
                f"“{key}”{what}{display_plain(found)}分，印作{printed}分，相差{gap}分",
                where=[printed],
                printed=printed,
                expected=display_plain(found),
                effects=[found - printed.value] if builds_total and "/" not in key else (),
            )


def _level2(row: Row) -> str:
    return f"{row.indicator.level1}/{row.indicator.level2}"


@check
def check_weight_sum(subject: Subject) -> Iterator[Finding]:
    """Weights add up to 100 (to 100 less the execution row where that is not listed), and in every block."""
    rubric = subject.case.rubric
    if rubric is None or not subject.rows:
        return
    weights = {r.key: r.printed.weight.value.value if r.printed.weight else r.weight for r in subject.rows}
    total = math.fsum(weights.values())
    listed = any(row.measures_execution for row in subject.rows)
    execution = rubric.profile.execution.weight if rubric.profile.execution and not listed else 0.0
    if min(abs(total - 100), abs(total - 100 + execution)) > 1e-6:
        without = f"，也不是不含预算执行{display_plain(execution)}分的{display_plain(100 - execution)}分"
        yield subject.find(
            "weight-sum",
            "error",
            f"{len(weights)}项指标的分值合计为{display_plain(total)}分，不是100分{without if execution else ''}",
            where=entries(*(row.printed.weight for row in subject.rows))[:1],
            printed=display_plain(total),
            expected="100",
        )
    sums: defaultdict[str, float] = defaultdict(float)
    for row in subject.rows:
        for key in (row.indicator.level1, _level2(row)):
            sums[key] += weights[row.key]
    for key, level in subject.published.levels.items():
        if level.weight and key in sums and abs(sums[key] - level.weight.value.value) > 1e-6:
            yield subject.find(
                "weight-sum",
                "error",
                f"“{key}”其下指标的分值合计为{display_plain(sums[key])}分，印作{level.weight.value}分",
                where=entries(level.weight),
                printed=level.weight.value,
                expected=display_plain(sums[key]),
            )


@check
def check_block_weight(subject: Subject) -> Iterator[Finding]:
    """The weights of the level-1 blocks are those of the profile; without 满意度 its points move to 效益."""
    rubric = subject.case.rubric
    if rubric is None or not rubric.profile.blocks or not subject.rows:
        return
    declared = {_plain(name): weight for name, weight in rubric.profile.blocks.items()}
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in subject.rows:
        found[_plain(row.indicator.level1)].append(row)
    if len(found) < 2 or not set(found) <= set(declared):
        return  # other blocks than the profile's: nothing to compare
    expected = dict(declared)
    if "满意度" not in found and "满意度" in expected and "效益" in found:
        expected["效益"] += expected.pop("满意度")
    for name, rows in found.items():
        weight = math.fsum(row.weight for row in rows)
        if abs(weight - expected[name]) > 1e-6:
            yield subject.find(
                "block-weight",
                "warning",
                f"“{name}”分值为{display_plain(weight)}分，评分口径（{rubric.profile.title}）为{display_plain(expected[name])}分",
                where=entries(*(row.printed.weight for row in rows))[:1],
                printed=display_plain(weight),
                expected=display_plain(expected[name]),
            )


def _plain(name: str) -> str:
    """产出指标（50分） → 产出."""
    return name.partition("（")[0].partition("(")[0].strip().removesuffix("指标")


@check
def check_score_exceeds_weight(subject: Subject) -> Iterator[Finding]:
    """No printed score lies above its weight or below 0."""
    for row in subject.rows:
        for printed in entries(row.printed.score):
            value = printed.value.value
            if -1e-9 <= value <= row.weight + 1e-9:
                continue
            limit = row.weight if value > 0 else 0.0
            counted = row.score is not None and row.score.value == value
            bound = f"超过分值{display_plain(row.weight)}分" if value > 0 else "为负数"
            yield subject.find(
                "score-exceeds-weight",
                "error",
                f"得分{printed.value}分{bound}",
                indicator=row.key,
                where=[printed],
                printed=printed.value,
                expected=display_plain(limit),
                effects=[limit - value] if counted else (),
            )
            break


@check
def check_unreachable_total(subject: Subject) -> Iterator[Finding]:
    """The published total is not above what the rules can give at best."""
    total, card = subject.total, subject.card
    if total is None or card is None or not subject.rows or math.isnan(card.maximum):
        return
    if total.value > card.maximum + 0.5 * total.step:
        best = display_plain(card.maximum)
        yield subject.find(
            "unreachable-total",
            "error",
            f"总分印作{total}分，按印出的评分标准最高只能得{best}分",
            where=[total],
            printed=total,
            expected=f"≤{best}",
            effects=[card.maximum - total.value],
        )
