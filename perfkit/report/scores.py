"""What the rules give: rubric with its standards, scores by level, indicator by indicator, lost points, full tables."""

from __future__ import annotations

from ..cases.case import Case
from ..figures.quantities import display, display_percent, display_plain, display_share
from ..scoring.scorecard import STATUS_TEXT, Scorecard, ScoreRow
from . import stated, wording
from .page import DASH, Column, Html, bullets, heading, join, paragraph, section, table
from .stated import shown


def rubric(card: Scorecard) -> Html:
    """The rubric with its generated 评分标准."""
    rows = [(row.level1, row.level2, row.id, display_plain(row.weight), row.standard) for row in card.rows]
    columns = [
        Column("一级指标", 11, merge=True),
        Column("二级指标", 12, merge=True),
        Column("三级指标", 20),
        Column("分值", 7, number=True),
        Column("评分标准", 50),
    ]
    return table(columns, rows, ("合计", "", "", display_plain(card.rubric.weight), ""))


def levels(card: Scorecard) -> Html | None:
    """Scores by level 1 and 2 with score rate, and the total; None for a unit that is not scored.

    A rate is of the weight that is scored; where an indicator is not, a sentence says so.
    """
    if card.status == "not_applicable":
        return None
    decimals = card.rubric.profile.display_decimals
    rows = [
        (
            row.level1,
            row.level2 or "小计",
            display_plain(row.weight),
            display(row.score, decimals),
            display_percent(row.score_rate),
        )
        for row in card.level_rows
    ]
    rate = display_percent(card.total / card.rubric.weight)
    total = ("合计", card.grade or "", display_plain(card.rubric.weight), display(card.total, decimals), rate)
    columns = [
        Column("一级指标", 26, merge=True),
        Column("二级指标", 32),
        Column("分值", 12, number=True),
        Column("得分", 15, number=True),
        Column("得分率", 15, number=True),
    ]
    partly = any(row.score != row.score for row in card.rows)
    note = paragraph("有指标未计分：小计和二级指标的得分率只按已计分的分值计算。") if partly else None
    return join([table(columns, rows, total), note])


def indicators(card: Scorecard) -> Html:
    """Indicator by indicator with its trace, a heading for each level-1 block."""
    parts: list[Html | None] = []
    for block in dict.fromkeys(row.level1 for row in card.rows):
        weight = sum(row.weight for row in card.rows if row.level1 == block)
        parts += [heading(f"{block}（{display_plain(weight)}分）"), block_table(card, block)]
    return join(parts)


def block_table(card: Scorecard, level1: str) -> Html:
    """The indicators of one level-1 block with their traces."""
    decimals = card.rubric.profile.display_decimals
    rows = [
        (row.level2, row.id, display_plain(row.weight), display(row.score, decimals), _found(card.case, row))
        for row in card.rows
        if row.level1 == level1
    ]
    columns = [
        Column("二级指标", 13, merge=True),
        Column("三级指标", 24),
        Column("分值", 7, number=True),
        Column("得分", 8, number=True),
        Column("评分过程", 48),
    ]
    return table(columns, rows)


def _found(case: Case, row: ScoreRow) -> str:
    """The trace, and the reasons the document gives for an unmet element or a deviation."""
    fact = case.facts.get(row.id)
    if fact is None:
        return row.trace
    unmet = "；".join(answer.reason for answer in fact.items if answer.met == "否" and answer.reason)
    notes = (f"不满足的依据：{unmet}" if unmet else "", f"偏差原因：{fact.deviation}" if fact.deviation else "")
    return "\n".join((row.trace, *filter(None, notes)))


def problems(card: Scorecard) -> Html:
    """Lost points with their traces, then the problems the document itself states."""
    columns = [Column("失分指标", 38), Column("原因（评分过程）", 62)]
    lost = wording.lost(card)
    none = "本年度不评分。" if card.status == "not_applicable" else "没有失分的指标。"
    found = table(columns, lost) if lost else paragraph(none)
    return join([heading("从失分看问题"), found, stated.problems(card.case)])


def rubric_warnings(case: Case) -> Html | None:
    """What the published rules leave open."""
    return section("评分标准本身的疑点", bullets(problem.message for problem in case.warnings))


def appendix(card: Scorecard) -> Html:
    """The full 评分表 with all its columns; wants a wide page."""
    decimals = card.rubric.profile.display_decimals
    meanings = {i.key: i.meaning for i in card.rubric.indicators}
    rows = [
        (
            row.level1,
            row.level2,
            row.id,
            display_plain(row.weight),
            meanings[row.id] or DASH,
            row.standard,
            display(row.score, decimals),
            display_share(row.share),
            STATUS_TEXT[row.status],
            row.trace,
        )
        for row in card.rows
    ]
    points = display_plain(card.rubric.weight), "", "", display(card.total, decimals)
    columns = [
        Column("一级指标", 6, merge=True),
        Column("二级指标", 7, merge=True),
        Column("三级指标", 12),
        Column("分值", 5, number=True),
        Column("指标解释", 13, optional=True),
        Column("评分标准", 23),
        Column("得分", 5.5, number=True),
        Column("得分率", 7, number=True),
        Column("方式", 5.5),
        Column("评分过程", 19),
    ]
    return table(columns, rows, ("合计", "", "", *points, "", card.grade or "", ""))


def _target_actual(case: Case, name: str) -> tuple[str, str]:
    fact = case.facts.get(name)
    return (shown(fact.target), shown(fact.actual)) if fact else (DASH, DASH)


def form(card: Scorecard) -> Html:
    """The official 项目支出绩效自评表: money rows, indicators, total."""
    decimals = card.rubric.profile.display_decimals
    rows = []
    for row in card.rows:
        fact = card.case.facts.get(row.id)
        reasons = "；".join(part for part in (fact.deviation, fact.improvement) if part) if fact else ""
        points = display_plain(row.weight), display(row.score, decimals)
        rows.append((row.level1, row.level2, row.id, *_target_actual(card.case, row.id), *points, reasons or DASH))
    columns = [
        Column("一级指标", 10, merge=True),
        Column("二级指标", 10, merge=True),
        Column("三级指标", 23),
        Column("年度指标值", 13),
        Column("实际完成值", 13),
        Column("分值", 7, number=True),
        Column("得分", 8, number=True),
        Column("偏差原因分析及改进措施", 16),
    ]
    points = display_plain(card.rubric.weight), display(card.total, decimals)
    shown_table = table(columns, rows, ("总分", "", "", "", "", *points, ""))
    return join([stated.money_rows(card.case.file.budget), heading("绩效指标"), shown_table])
