"""What the rules give: rubric with its standards, scores by level, indicator by indicator, lost points, full tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..cases.loading import one_case
from ..cases.models import Fact
from ..figures.printed import Printed, shown_place
from ..figures.quantities import display, display_percent, display_plain, display_share, signed
from ..rubrics.rubric import EXECUTION, NO_RUBRIC, Indicator
from ..rubrics.rules.counted import circled
from ..scoring.scorecard import Scorecard, ScoreRow, worth_of
from ..words import DASH, STATUSES, label
from . import wording
from .blocks import Block, Column, Group, Paragraph, Table, bullets, group, section, table
from .charts import changes
from .markup import from_markdown
from .sources import Source, card_of
from .stated import funds, level_columns, names, shown, text


def rubric(source: Source) -> Group:
    """The rubric: how it is built and weighs, and its 评分标准."""
    card = card_of(source)
    columns = [
        *level_columns(11, 12, 20, total="合计"),
        Column("分值", lambda row: row.worth, 7, number=True, total=display_plain(card.rubric.weight)),
        Column("评分标准", lambda row: row.given, 50),
    ]
    told = text(card, "指标体系说明")
    return section("指标体系与评分标准", wording.structure(card), told, table(card.rows, columns))


def doubts(source: Source) -> Group:
    """How the given 评分标准 were understood, and what the published rules leave open."""
    case = one_case(source)
    rubric = case.rubric or NO_RUBRIC

    def others(indicator: Indicator) -> str:
        read = ((other.name, other.rule) for other in indicator.readings if other.rule)
        return "\n".join(f"{name}：{rule.standard(rubric.context(indicator))}" for name, rule in read)

    columns = [
        Column("指标", lambda indicator: indicator.key, 20),
        Column("评分标准", lambda indicator: indicator.standard, 40),
        Column("计分按", lambda indicator: indicator.rule.standard(rubric.context(indicator)), 40),
        Column("其他读法", others, 40, optional=True),
    ]
    read = [indicator for indicator in rubric.indicators if indicator.printed]
    doubtful = section("评分标准本身的疑点", bullets(problem.message for problem in case.warnings))
    return group(section("评分标准怎样计分", table(read, columns)), doubtful)


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
        Column("分值", lambda row: row.worth, 12, number=True, total=display_plain(full)),
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
    """Indicator by indicator what was found and what it scored, below headings of level 1 and 2.

    Nothing for a unit that is not scored.
    """
    card = card_of(source)
    if card.status == "not_applicable":
        return Group()
    return group(*(_block(card, level1) for level1 in dict.fromkeys(row.level1 for row in card.rows)))


def _block(card: Scorecard, level1: str) -> Group:
    rows = [row for row in card.rows if row.level1 == level1]
    title = _weighed(level1, rows)
    inner = [_part(card, title, level2, [row for row in rows if row.level2 == level2])
             for level2 in dict.fromkeys(row.level2 for row in rows)]  # fmt: skip
    return section(title, text(card, level1) or wording.block_result(rows, detailed=True), *inner)


def _part(card: Scorecard, above: str, level2: str, rows: list[ScoreRow]) -> Group:
    title = _weighed(level2, rows)
    own = text(card, level2) if level2 != rows[0].level1 else ""
    own = own or wording.block_result(rows, detailed=False)
    return _within(above, title, own, *(_indicator(card, title, row) for row in rows))


def _indicator(card: Scorecard, above: str, row: ScoreRow) -> Group:
    told = Paragraph(wording.analysis(card, row), source=shown_place(row.fact.source))
    return _within(above, _weighed(row.id, [row]), from_markdown(row.fact.narrative), told)


def _within(above: str, title: str, *parts: Block | str) -> Group:
    """A section; without a heading where the one above says the same: a level of one indicator bears its name."""
    return group(*parts) if title == above else section(title, *parts)


def _weighed(name: str, rows: list[ScoreRow]) -> str:
    worth = worth_of(rows)
    return name if worth == DASH else f"{name}（{worth}分）"


def block_table(card: Scorecard, level1: str) -> Table:
    """The indicators of one level-1 block with their traces."""
    decimals = card.rubric.profile.display_decimals
    columns = [
        Column("二级指标", lambda row: row.level2, 13, merge=True),
        Column("三级指标", lambda row: row.id, 24),
        Column("得分／分值", lambda row: f"{display(row.score, decimals)}／{row.worth}", 15, number=True),
        Column("评分过程", _found, 48),
    ]
    return table([row for row in card.rows if row.level1 == level1], columns)


def _found(row: ScoreRow) -> str:
    """The trace, and the reasons the document gives for an unmet element or a deviation."""
    notes = wording.typed(不满足的依据="；".join(row.fact.unmet), 偏差原因=row.fact.deviation)
    return f"{row.trace}\n{notes}".rstrip()


def problems(card: Scorecard) -> Group:
    """The problems: those that the case states and what else lost points, each with its reason and the points."""
    if card.status == "not_applicable":
        return group("本年度不评分。", *(problem.text for problem in card.case.file.problems))
    found = enumerate(wording.shortfalls(card), start=1)
    told = [Paragraph(f"{i}. {item.text}{item.why}{item.points}", source=shown_place(item.source)) for i, item in found]
    none = "没有失分的指标。" if card.rubric.weight else "指标没有分值，不计失分。"
    return group(*told) if told else group(none)


def advice(source: Source) -> Group:
    """One numbered suggestion for each problem that has one, in the same order."""
    card = card_of(source)
    found = [] if card.status == "not_applicable" else wording.shortfalls(card)
    told = [f"{item.advice}{item.full}" for item in found if item.advice]
    return group(*(f"{i}. {text}" for i, text in enumerate(told, start=1)))


def appendix(source: Source) -> Table:
    """The full 评分表 with all its columns; wants a wide page."""
    card = card_of(source)
    decimals = card.rubric.profile.display_decimals
    total, full = display(card.total, decimals), display_plain(card.rubric.weight)
    columns = [
        *level_columns(5, 5.5, 8, total="合计"),
        Column("分值", lambda row: row.worth, 4.5, number=True, total=full),
        Column("指标解释", lambda row: row.indicator.meaning or DASH, 16, optional=True),
        Column("评分标准", lambda row: row.given, 18),
        Column("年度指标值", lambda row: shown(row.fact.target), 7, optional=True),
        Column("实际完成值", lambda row: shown(row.fact.actual), 7, optional=True),
        Column("得分", lambda row: _exact(row.score, decimals), 7.5, number=True, total=total),
        Column("得分率", lambda row: display_share(row.share), 8, number=True),
        Column("方式", lambda row: STATUSES[row.status], 6, total=card.grade or ""),
        Column("评分过程", lambda row: row.trace, 19),
        Column("佐证与来源", lambda row: proof(row.fact), 14, optional=True),
        Column("偏差原因", reason, 12, optional=True),
    ]
    return table(card.rows if card.status != "not_applicable" else (), columns)


def _any(*texts: str) -> str:
    """The texts that are there, or a dash."""
    return "；".join(filter(None, texts)) or DASH


def _exact(points: float, decimals: int) -> str:
    """Points with as many digits as they have, so that the printed rate is what the printed points give."""
    shown = display(points, decimals)
    return shown if points != points or abs(float(shown) - points) < 1e-9 else display_plain(points)


def reason(row: ScoreRow) -> str:
    """Why an indicator lost points: the deviation, unmet elements, what is stated, or a rule that gives no more.

    The reason of a judgement is none: it tells why so much is given, full marks too, and stands in the trace.
    """
    stated = "" if row.status == "judged" else row.fact.reason
    found = _any(*dict.fromkeys((row.fact.deviation, *row.fact.unmet, stated)))
    return wording.RULE_LOSS if found == DASH and wording.is_capped(row) else found


def proof(fact: Fact) -> str:
    """By which evidence and source a fact is known, or a dash."""
    return _any(fact.evidence, shown_place(fact.source))


def worksheet(source: Source) -> Group:
    """工作底稿: a row a figure, from the conclusion back to where it stands; then the figures that no rule reads."""
    columns = [
        Column("指标", lambda row: row[0], 18, merge=True),
        Column("结论", lambda row: row[1], 12, merge=True),
        Column("推导", lambda row: row[2], 26, merge=True),
        Column("数据", lambda row: row[3], 25),
        Column("来源", lambda row: row[4] or DASH, 19, optional=True),
    ]
    card = card_of(source)
    others = [
        Column("其他数据", lambda item: item[0], 36),
        Column("数值", lambda item: shown(item[1]), 36, number=True),
        Column("来源", lambda item: _places(item[1]) or DASH, 28, optional=True),
    ]
    chain = table([each for row in card.rows for each in _chain(card, row)], columns)
    return group(chain, table(card.case.file.figures.items(), others))


def _chain(card: Scorecard, row: ScoreRow) -> Iterator[tuple[str, str, str, str, str]]:
    """The chain of evidence: an indicator, its points and trace, and each figure that they rest on with its place."""
    fact, measure = row.fact, row.indicator.measure
    printed = {
        "目标值": fact.target,
        "实际完成值": fact.actual,
        "发现数": fact.count,
        "列示得分": fact.declared,
        **{label(path): card.case.printed(path) for path in (measure.arguments.values() if measure else ())},
        **{label(path): card.case.printed(path) for path in fact.uses},
    }
    figures = [(f"{name}：{found.value}", _places(found)) for name, found in printed.items() if found]
    for i, (name, answer) in enumerate(zip(wording.elements(row), fact.items, strict=False)):
        figures.append((f"{circled(i)}{name}：{answer.met}" + (f"（{answer.reason}）" if answer.reason else ""), ""))
    given = {
        "判定": fact.met,
        "等次": fact.level,
        "评定比例": fact.share and fact.share.given(),
        "评定理由": fact.reason,
    }
    figures += [(f"{name}：{said}", "") for name, said in given.items() if said]
    points = DASH if row.score != row.score else f"{display_plain(row.score)}分，{STATUSES[row.status]}"
    where = proof(fact)
    for figure, places in figures or [(DASH, "")]:
        yield row.id, points, row.trace, figure, places or where
        where = where if where == DASH or places else "同上"


def _places(printed: Printed[Any]) -> str:
    return "、".join(entry.where for entry in printed.entries if entry.where)


def form(source: Source) -> Group:
    """The official 项目支出绩效自评表: project, money with its points, goals, indicators, total."""
    card = card_of(source)
    file, decimals = card.case.file, card.rubric.profile.display_decimals
    reached = file.overview.conclusion
    goals = [("\n".join(file.overview.goals) or DASH, "\n".join(reached) or DASH)] if file.overview.goals else []
    aims = table(goals, [Column("预期目标", lambda row: row[0], 50), Column("实际完成情况", lambda row: row[1], 50)])
    total, full = display(card.total, decimals), display_plain(card.rubric.weight)
    apart = EXECUTION if file.budget else ""  # which has its points in the rows of money
    rows = [row for row in card.rows if row.id != apart and card.status != "not_applicable"]
    columns = [
        *level_columns(10, 10, 22, total="总分"),
        Column("年度指标值", lambda row: shown(row.fact.target), 13),
        Column("实际完成值", lambda row: shown(row.fact.actual), 13),
        Column("分值", lambda row: row.worth, 7, number=True, total=full),
        Column("得分", lambda row: display(row.score, decimals), 9, number=True, total=total),
        Column("偏差原因分析及改进措施", lambda row: _any(row.fact.deviation, row.fact.improvement), 16),
    ]
    parts = section("年度总体目标", aims), section("绩效指标", table(rows, columns))
    return group(names(card.case), funds(file.budget, card), *parts)


def robustness(source: Source, most: int = 12) -> Group:
    """等级稳健性: the total as published, as computed and how far it may go; what flips the grade, what moves most.

    Nothing where nothing could have been decided otherwise.
    """
    card = card_of(source)
    found, published = card.sensitivity(), card.case.file.published
    if not found.grades or found.low == found.high:
        return Group()
    stands = [
        ("按评分标准复算", display(card.total), card.grade or DASH),
        ("可另作判定的范围", f"{display(found.low)}–{display(found.high)}", "、".join(found.grades)),
    ]
    if published.total:
        printed = published.total.value
        grade = published.grade.value if published.grade else card.grade_of(printed.value)
        stands.insert(0, ("公布", str(printed), grade or DASH))
    standing = [
        Column("得分和等级", lambda row: row[0], 40),
        Column("分", lambda row: row[1], 30, number=True),
        Column("等级", lambda row: row[2], 30),
    ]
    columns = [
        Column("指标", lambda row: row.id, 26),
        Column("另作判定", lambda row: row.change, 34),
        Column("该项得分", lambda row: display(row.score), 11, number=True),
        Column("总分", lambda row: display(row.total), 11, number=True),
        Column("总分变化", lambda row: signed(row.effect), 10, number=True),
        Column("等级", lambda row: row.grade or DASH, 8),
    ]
    shown = found.alternatives[:most]
    return group(found.sentence, table(stands, standing), changes(found, most), table(shown, columns))
