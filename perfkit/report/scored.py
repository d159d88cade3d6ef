"""What the rules give: rubric with its standards, scores by level, indicator by indicator, lost points, full tables."""

from __future__ import annotations

from ..cases.case import Case
from ..cases.loading import one_case
from ..cases.models import Fact
from ..figures.quantities import display, display_percent, display_plain, display_share
from ..scoring.scorecard import Scorecard, ScoreRow
from ..words import DASH, STATUSES
from . import wording
from .blocks import Bullets, Column, Group, Paragraph, Table, bullets, group, section, table
from .sources import Source, card_of
from .stated import funds, shown


def rubric(source: Source) -> Group:
    """The rubric with its generated 评分标准, and what the published rules leave open."""
    card = card_of(source)
    columns = [
        Column("一级指标", lambda row: row.level1, 11, merge=True, total="合计"),
        Column("二级指标", lambda row: row.level2, 12, merge=True),
        Column("三级指标", lambda row: row.id, 20),
        Column("分值", lambda row: display_plain(row.weight), 7, number=True, total=display_plain(card.rubric.weight)),
        Column("评分标准", lambda row: row.standard, 50),
    ]
    said = "下列评分标准的文字由计分所用的规则生成，文字与计算一致。"
    return group(section("指标体系与评分标准", said, table(card.rows, columns)), doubts(card))


def doubts(source: Source) -> Group:
    """What the published rules leave open."""
    return section("评分标准本身的疑点", bullets(problem.message for problem in one_case(source).warnings))


def levels(source: Source) -> Group:
    """Scores by level 1 and 2 with score rate, and the total; nothing for a unit that is not scored.

    A rate is of the weight that is scored; where an indicator is not, a sentence says so.
    """
    card = card_of(source)
    if card.status == "not_applicable":
        return Group()
    decimals, full = card.rubric.profile.display_decimals, card.rubric.weight
    rate = display_percent(card.score_rate)
    columns = [
        Column("一级指标", lambda row: row.level1, 26, merge=True, total="合计"),
        Column("二级指标", lambda row: row.level2 or "小计", 32, total=card.grade or ""),
        Column("分值", lambda row: display_plain(row.weight), 12, number=True, total=display_plain(full)),
        Column("得分", lambda row: display(row.score, decimals), 15, number=True, total=display(card.total, decimals)),
        Column("得分率", lambda row: display_percent(row.score_rate), 15, number=True, total=rate),
    ]
    partly = any(row.score != row.score for row in card.rows)
    note = "有指标未计分：小计和二级指标的得分率只按已计分的分值计算。" if partly else ""
    return group(table(card.level_rows, columns), note)


def grades(source: Source) -> Group:
    """The profile's grade bands in one sentence; nothing where there is no grade."""
    return group(wording.grade_bands(card_of(source)))


def indicators(source: Source) -> Group:
    """Indicator by indicator with its trace, a heading for each level-1 block."""
    card = card_of(source)
    parts = []
    for block in dict.fromkeys(row.level1 for row in card.rows):
        weight = sum(row.weight for row in card.rows if row.level1 == block)
        parts.append(section(f"{block}（{display_plain(weight)}分）", block_table(card, block)))
    return group(*parts)


def block_table(card: Scorecard, level1: str) -> Table:
    """The indicators of one level-1 block with their traces."""
    decimals = card.rubric.profile.display_decimals
    columns = [
        Column("二级指标", lambda row: row.level2, 13, merge=True),
        Column("三级指标", lambda row: row.id, 24),
        Column("分值", lambda row: display_plain(row.weight), 7, number=True),
        Column("得分", lambda row: display(row.score, decimals), 8, number=True),
        Column("评分过程", lambda row: _found(card.case, row), 48),
    ]
    return table([row for row in card.rows if row.level1 == level1], columns)


def _found(case: Case, row: ScoreRow) -> str:
    """The trace, and the reasons the document gives for an unmet element or a deviation."""
    fact = case.facts.get(row.id)
    if fact is None:
        return row.trace
    unmet = "；".join(answer.reason for answer in fact.items if answer.met == "否" and answer.reason)
    notes = (f"不满足的依据：{unmet}" if unmet else "", f"偏差原因：{fact.deviation}" if fact.deviation else "")
    return "\n".join((row.trace, *filter(None, notes)))


def lost(card: Scorecard) -> Group:
    """Lost points with their traces."""
    columns = [
        Column("失分指标", lambda row: row[0], 38),
        Column("原因（评分过程）", lambda row: row[1], 62),
    ]
    none = "本年度不评分。" if card.status == "not_applicable" else "没有失分的指标。"
    return section("从失分看问题", table(wording.lost(card), columns) or Paragraph(none))


def advice(source: Source) -> Bullets:
    """What to do about the points that were lost; nothing where none was."""
    return bullets(wording.advice(card_of(source)))


def appendix(source: Source) -> Table:
    """The full 评分表 with all its columns; wants a wide page."""
    card = card_of(source)
    decimals = card.rubric.profile.display_decimals
    meanings = {i.key: i.meaning for i in card.rubric.indicators}
    total, full = display(card.total, decimals), display_plain(card.rubric.weight)
    columns = [
        Column("一级指标", lambda row: row.level1, 6, merge=True, total="合计"),
        Column("二级指标", lambda row: row.level2, 7, merge=True),
        Column("三级指标", lambda row: row.id, 12),
        Column("分值", lambda row: display_plain(row.weight), 5, number=True, total=full),
        Column("指标解释", lambda row: meanings[row.id] or DASH, 13, optional=True),
        Column("评分标准", lambda row: row.standard, 23),
        Column("得分", lambda row: display(row.score, decimals), 7, number=True, total=total),
        Column("得分率", lambda row: display_share(row.share), 7, number=True),
        Column("方式", lambda row: STATUSES[row.status], 5.5, total=card.grade or ""),
        Column("评分过程", lambda row: row.trace, 17.5),
    ]
    return table(card.rows, columns)


def form(source: Source) -> Group:
    """The official 项目支出绩效自评表: money rows, indicators, total."""
    card = card_of(source)
    decimals = card.rubric.profile.display_decimals
    rows = [(row, card.case.facts.get(row.id)) for row in card.rows]
    total, full = display(card.total, decimals), display_plain(card.rubric.weight)
    columns = [
        Column("一级指标", lambda row: row[0].level1, 10, merge=True, total="总分"),
        Column("二级指标", lambda row: row[0].level2, 10, merge=True),
        Column("三级指标", lambda row: row[0].id, 23),
        Column("年度指标值", lambda row: shown(row[1] and row[1].target), 13),
        Column("实际完成值", lambda row: shown(row[1] and row[1].actual), 13),
        Column("分值", lambda row: display_plain(row[0].weight), 7, number=True, total=full),
        Column("得分", lambda row: display(row[0].score, decimals), 8, number=True, total=total),
        Column("偏差原因分析及改进措施", lambda row: _reasons(row[1]), 16),
    ]
    return group(funds(card.case.file.budget), section("绩效指标", table(rows, columns)))


def _reasons(fact: Fact | None) -> str:
    return "；".join(filter(None, (fact.deviation, fact.improvement))) or DASH if fact else DASH
