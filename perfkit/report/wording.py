"""Sentences of a report, written from figures: conclusion, budget, rates, problems from lost points, advice."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..cases.case import Case
from ..cases.models import NO_FACT, Assets, EvaluationFile, Fact, Shortcoming, Staff
from ..figures.quantities import display, display_factor, display_money, display_percent, display_plain
from ..monitoring import Monitor
from ..rubrics.rubric import EXECUTION
from ..rubrics.rules.base import ANSWERS
from ..rubrics.rules.counted import Checklist, PerItem, circled
from ..rubrics.rules.judged import Judged, Qualitative, SelfDeclared
from ..scoring.facts import CaseFacts
from ..scoring.scorecard import Scorecard, ScoreRow, reached
from ..words import LIGHTS, NO_STANDARD, NOT_APPLIED, PARTS, SPENDING, STAGES, STATUSES, label

_ADVICE = {
    "deduction": "查明与标准有差距的原因，在下一年度纠正",
    "proportional": "核实目标值与工作能力是否匹配，未完成的列出补救安排和时限",
    "checklist": "逐项补齐，并留存佐证材料",
    "per_item": "逐项整改，明确责任人和完成时间",
    "bands": "分析没有达到满分档的原因，属于工作不足的制定改进措施",
    "first_of": "按评分标准所列情形查找原因，完善相应管理",
    "self_declared": "针对失分原因制定改进措施，并补充可核验的评分标准",
}
_OF_TARGET = {
    "met": "核实目标值是否偏低，按实际工作能力确定",
    "exceeded": "查明超过目标值的原因，提出控制措施",
}
"""Of a result that reaches its target and lost points by exceeding it too far; and of one beyond an upper limit."""
_OTHER_ADVICE = "查明失分原因，制定改进措施，明确责任人和时限"
_SATISFACTION = "按问卷中不满意较多的题目和人群查找原因，改进后再行调查"
_OVERSPENT = "查明超支的事项和原因，严格按批复的预算支出，确需增加的先报批调整预算"
_UNSPENT = "加快支付进度，年中调减不能执行的预算，下一年度按实际需要编制预算"
RULE_LOSS = "评分标准本身最高只给到这个分数，失分不是单位的原因。"
_RULE_ADVICE = "已得到评分标准能给的最高分，不需要单位整改；建议补全评分标准，使做到最好的能得满分"
_COMPARED = "以实际完成值与目标值或标准比较"
_COMPUTED = "由预算、决算等数据按公式计算"
_METHODS = {
    "由评价人评定并说明理由": (Judged, Qualitative),
    "逐项核对要素": (Checklist,),
    "按发现的问题扣分": (PerItem,),
    NO_STANDARD: (SelfDeclared,),
}
"""How an indicator is scored → the kinds of its rules; all others compare."""
_PARTLY = "部分满足"
"""The answer of an element that is neither 是 nor 否."""
_NOTHING, _LITTLE = 1e-9, 0.5
"""Points: binary noise; a loss that needs no problem of its own."""
_STEPS = re.compile(r"，(?:每|共扣|按完成比率|不扣分|得[\d.]+分)[^，；]*")
"""Parts of a 评分过程 that say how points were counted, behind what was found."""
_KEPT = re.compile(r"(?:不扣分|得满分|要素全部满足)(?:，得[\d.]+分)?$")
"""How a clause of a 评分过程 ends that cost nothing."""
_FULL = re.compile(r"([^；，。：]+?)得满分")
"""The beginning of a 评分标准 that says what gives full marks."""
POINTED = ("scored", "judged", "overridden")
"""Statuses of an indicator that has its points by its 评分标准, or by the evaluator in its place."""
_MOST = 3
"""Indicators that a sentence names of those that lost points."""
_LOW = 0.6
"""The score rate below which the conclusion names a level-2 block."""


def conclusion(card: Scorecard) -> str:
    """The overall result in one to three sentences: how it came about, and what it leaves open."""
    unit, decimals = card.case.unit, card.rubric.profile.display_decimals
    if card.case.rubric is None:
        return f"{unit}{card.case.period}没有指标体系，不评分，也没有等级；只列资金、问题等事实。"
    if card.status == "not_applicable":
        return f"{unit}本年度不适用评分：{card.case.not_applicable or '全部指标不适用'}。"
    if not card.rubric.weight:
        return f"{unit}{card.case.period}的指标没有分值，只列目标值和实际完成值，不计分，也没有等级。"
    if card.total != card.total:
        return f"{unit}有指标缺少数据，总分不能得出；已评指标见下表。"
    kept_as = next((row.indicator.kept_as for row in card.rows if row.status == "declared"), "")
    declared = [row.score for row in card.rows if row.status == "declared"]
    scored = [row.score for row in card.rows if row.score == row.score]
    told = f"{'没有评分标准可复算' if kept_as == NO_STANDARD else kept_as}，所列得分为"
    basis = told if len(declared) == len(scored) else "得" if declared else "按评分标准计"
    text = f"{unit}{card.case.period}{basis}{display(card.total, decimals)}分"
    text += f"，等级为“{card.grade}”" if card.grade else ""
    short = card.maximum < card.rubric.weight - 1e-9
    text += f"；按现有评分标准最高可得{display(card.maximum, decimals)}分。" if short else "。"
    if skipped := [row for row in card.rows if row.status in ("not_applicable", "missing")]:
        names = "、".join(f"{row.id}（{STATUSES[row.status]}）" for row in skipped)
        weight = display_plain(sum(row.weight for row in skipped))
        text += f"未计分的指标：{names}，分值共{weight}分，由其余指标按比例分担：{_rescaled(card)}。"
        text += card.favoured
    if 0 < len(declared) < len(scored):
        points = display_plain(sum(declared))
        kept = "沿用原文得分" if card.case.file.republished else "取所列得分"
        text += f"其中{len(declared)}项{kept_as}，{kept}（共{points}分），未经复算；其余按评分标准计分。"
    return text


def by_block(card: Scorecard) -> str:
    """The score rate of every level-1 block in one sentence, then the level-2 blocks that lost most."""
    rows = [row for row in card.level_rows if row.score == row.score]
    blocks = [row for row in rows if row.level2 is None]
    if len(blocks) < 2:
        return ""
    listed = "，".join(
        f"{row.level1}{row.worth}分得{display_plain(row.score, 2)}分"
        + (f"（{_score_rate(r for r in card.rows if r.level1 == row.level1)}）" if row.weight else "")
        for row in blocks
    )
    low = sorted((row for row in rows if row.level2 and row.score_rate < _LOW), key=lambda row: row.score_rate)
    names = "、".join(f"{row.level2}（{display_percent(row.score_rate)}）" for row in low)
    told = f"得分率低于{display_percent(_LOW, 0)}的有：{names}。" if low else ""
    return f"分部分看：{listed}。{told}三级指标{_standing(card.rows)}。"


def _standing(rows: Sequence[ScoreRow]) -> str:
    """“44项中，33项得满分，9项失分（最多的是甲1.2分、乙0.5分），2项未计分”, the `_MOST` that lost most."""
    rows = [row for row in rows if row.weight]
    lost = losing(rows)
    silent = sum(row.score != row.score for row in rows)
    full = len(rows) - len(lost) - silent
    which = f"（{'最多的是' if len(lost) > _MOST else ''}{_with_points(lost[:_MOST])}）"
    counts = ((full, "得满分"), (len(lost), f"失分{which}"), (silent, "未计分"))
    return f"{len(rows)}项中，{'，'.join(f'{count}项{what}' for count, what in counts if count)}"


def _with_points(rows: Iterable[ScoreRow]) -> str:
    """“甲1.2分、乙0.5分”: indicators with the points that they lost; a name that ends with a digit is in quotes."""
    named = ((quoted(row.id) if row.id[-1:].isdigit() else row.id, row) for row in rows)
    return "、".join(f"{name}{display_plain(row.lost, 2)}分" for name, row in named)


def losing(rows: Sequence[ScoreRow]) -> list[ScoreRow]:
    """The indicators that lost points, the most first."""
    return sorted((row for row in rows if row.lost > _NOTHING), key=lambda row: -row.lost)


def block_result(rows: Sequence[ScoreRow], *, detailed: bool) -> str:
    """What a block of indicators scored, and `detailed` where it lost; "" for a single indicator or without a score."""
    weight, points, beyond = reached(rows)
    if len(rows) < 2 or not weight:
        return ""
    told = f"本部分得{display_plain(points + beyond, 2)}分，{_score_rate(rows)}。"
    return f"{told}{_standing(rows)}。" if detailed else told


def structure(card: Scorecard) -> str:
    """How the rubric is built: how many indicators of each level, and what every level-1 block weighs."""
    inner = [row for row in card.level_rows if row.level2 is not None]
    parts = []
    for block in (row for row in card.level_rows if row.level2 is None):
        levels = {row.level2: f"{row.level2}{row.worth}分" for row in inner if row.level1 == block.level1}
        inside = f"，包括{'、'.join(levels.values())}" if [*levels] != [block.level1] else ""
        parts.append(f"{block.level1}{block.worth}分{inside}")
    counts = f"一级指标{len(parts)}个、二级指标{len(inner)}个、三级指标{len(card.rows)}个"
    return f"指标体系设{counts}，满分{display_plain(card.rubric.weight)}分：{'；'.join(parts)}。" if parts else ""


def _score_rate(rows: Iterable[ScoreRow]) -> str:
    """“得分率95%”; of a block with points beyond the full marks, which it leaves out, “含加分3分，此外得分率95%”."""
    weight, points, beyond = reached(rows)
    more = f"含{'加' if beyond > 0 else '扣'}分{display_plain(abs(beyond), 2)}分，此外" if beyond else ""
    return f"{more}得分率{display_percent(points / weight if weight else math.nan)}"


def _rescaled(card: Scorecard) -> str:
    """“已评98.5分中得88.2008分，88.2008÷98.5×100＝89.54分”."""
    weight, points, beyond = reached(card.rows)
    earned, out_of, full = map(display_plain, (points, weight, card.rubric.weight))
    more = f"{'＋' if beyond > 0 else '－'}{display_plain(abs(beyond))}" if beyond else ""
    return f"已评{out_of}分中得{earned}分，{earned}÷{out_of}×{full}{more}＝{display(card.total)}分"


def grade_bands(card: Scorecard) -> str:
    """The profile's grade bands in one sentence; "" where there is no grade."""
    bands = "，".join(f"{band.range.describe()}为“{band.grade}”" for band in card.rubric.profile.grades)
    return f"等级按{card.rubric.profile.title}划分：{bands}；按取整前的总分判定。" if card.grade else ""


def budget(case: Case) -> list[str]:
    """What became of the budget, a sentence each; only from figures that are given."""
    amounts = {stage: case.value(f"budget.{stage}") for stage in STAGES}
    known = [f"{STAGES[s]}{display_money(value)}{_composed(case, s)}" for s, value in amounts.items() if value == value]
    initial, adjusted, final = amounts["initial"], amounts["adjusted"], amounts["final"]
    sentences = [f"{'；'.join(known)}。"] if known else []
    if initial == initial and adjusted == adjusted and initial:
        change = abs(adjusted - initial)
        kind = "调增" if adjusted > initial else "调减"
        share = f"，预算调整率{display_percent(change / initial)}"
        sentences.append(f"预算{kind}{display_money(change)}{share}。" if change else "年内没有调整预算。")
    rate, planned = case.execution_rate, case.value(case.denominator)
    if rate == rate:
        over = f"，超出预算{display_money(final - planned)}" if final > planned + 0.005 else ""
        sentences.append(f"{_rate('预算', final, planned)}{over}。")
    parts = [text for part in ("basic", "project") if (text := _part(case, part))]
    sentences += [f"其中{'；'.join(parts)}。"] if parts else []
    for path, name in SPENDING.items() if isinstance(case.file, EvaluationFile) else ():
        sentences += _spending(case, path, name)
    return sentences


def _composed(case: Case, stage: str) -> str:
    """“（基本支出74.57万元、项目支出482.1万元）”, where a budget names both; "" elsewhere."""
    basic, project = (case.value(f"budget.{stage}.{part}") for part in ("basic", "project"))
    if basic != basic or project != project:
        return ""
    return f"（{PARTS['basic']}{display_money(basic)}、{PARTS['project']}{display_money(project)}）"


def _part(case: Case, part: str) -> str:
    """Budget, spending and rate of 基本支出 or 项目支出; "" where one of them is not given."""
    planned, spent = case.value(f"{case.denominator}.{part}"), case.value(f"budget.final.{part}")
    return _rate(PARTS[part], spent, planned) if planned > 0 and spent == spent else ""


def _rate(name: str, spent: float, planned: float) -> str:
    return f"{name}执行率＝{display_money(spent)}÷{display_money(planned)}＝{display_percent(spent / planned)}"


def staff(found: Staff) -> str:
    """“编制10人，在职9人，没有超编。”; "" without both numbers."""
    posts, there = found.established, found.actual
    if not (posts and there):
        return ""
    over = there.value.value - posts.value.value
    held = f"超编{display_plain(over)}人" if over > 0 else "没有超编"
    return f"编制{posts.value}，在职{there.value}，{held}。"


def assets(found: Assets) -> str:
    """How much the net value of the assets changed within the year; "" without both ends."""
    ends = [stage and stage.total for stage in (found.opening, found.closing)]
    if not (ends[0] and ends[1]):
        return ""
    change = ends[1].value.value - ends[0].value.value
    moved = f"{'增加' if change > 0 else '减少'}{display_money(abs(change))}" if abs(change) > _NOTHING else "没有变化"
    return f"资产净值合计年初{ends[0].value}，年末{ends[1].value}，{moved}。"


def scope(case: Case) -> str:
    """What is evaluated, as far as the case says it."""
    amounts = [(name, case.value(f"budget.{stage}")) for stage, name in STAGES.items()]
    money = "，".join(f"{name}{display_money(value)}" for name, value in amounts if value == value)
    count = len(case.rubric.indicators) if case.rubric else 0
    what = f"{case.unit}{case.period}{case.project}的支出及其绩效，评价范围是指标体系所列的{count}项三级指标"
    return f"评价对象为{what}{f'；{money}' if money else ''}。"


def methods(case: Case) -> str:
    """By which methods the indicators are scored, counted from their rules, and what the questionnaires rest on."""
    counts, kept_as = Counter[str](), NO_STANDARD
    for indicator in case.rubric.indicators if case.rubric else ():
        leaves = list(indicator.rule.leaves())
        kinds = (kind for kind, own in _METHODS.items() if any(isinstance(leaf, own) for leaf in leaves))
        way = next(kinds, _COMPARED)
        kept_as = indicator.kept_as if way == NO_STANDARD else kept_as
        counts[_COMPUTED if indicator.measure and way != NO_STANDARD else way] += 1
    stated = counts.pop(NO_STANDARD, 0)
    listed = "；".join(f"{way}的{count}项" for way, count in counts.items())
    told = f"指标逐项按评分标准计分：{listed}。" if listed else ""
    told += f"{kept_as}的{stated}项，取所列得分。" if stated else ""
    return told + "".join(f"{survey.told()}。" for survey in case.file.surveys)


def _spending(case: Case, path: str, name: str) -> Iterator[str]:
    planned, actual = case.value(f"{path}.budget"), case.value(f"{path}.actual")
    if planned != planned or actual != actual:
        return
    detail = getattr(case.file, path).detail
    listed = "、".join(f"{part}{amount.value}" for part, amount in detail.items())
    composed = f"（{listed}）" if len(detail) > 1 else ""
    spent = abs(math.fsum(part.value.value for part in detail.values()) - actual) < 0.005 < abs(actual - planned)
    before, behind = ("", composed) if spent else (composed, "")  # what it is the detail of
    text = f"{name}预算{display_money(planned)}{before}，实际{display_money(actual)}{behind}"
    yield f"{text}，执行率{display_percent(actual / planned)}。" if planned else f"{text}，预算为0，不计算执行率。"


def transfers(case: Case) -> str:
    """Whether money moved between the units cancels out, in one Chinese sentence."""
    changes = [change for unit in case.units if unit.file.budget for change in unit.file.budget.changes]
    came, went = (sum(c.amount.value.value for c in changes if c.kind == f"transfer_{way}") for way in ("in", "out"))
    verdict = "汇总时相互抵消" if abs(came - went) < 0.005 else f"两者相差{display_money(came - went)}，请核对"
    return f"单位之间转入{display_money(came)}、转出{display_money(went)}，{verdict}；部门本身不另评分。"


@dataclass(frozen=True)
class Shortfall:
    """A problem: what it is, how it shows and why, the indicators that lost points by it, and what is to be done.

    `source` is where the case says that it was found; `full` what would have given these indicators full marks.
    """

    text: str
    why: str
    rows: tuple[ScoreRow, ...]
    advice: str
    source: str = ""
    full: str = ""

    @property
    def points(self) -> str:
        """“失分：甲1.2分、乙0.5分。”, or "" where nothing was lost."""
        lost = _with_points(row for row in self.rows if row.lost > _NOTHING)
        return f"失分：{lost}。" if lost else ""


def shortfalls(card: Scorecard) -> list[Shortfall]:
    """The problems that the case states, then what else lost points, the most first; each with its own advice.

    At the end stand together: indicators that lost little, those of which neither rule nor reason is known, and those
    whose rule gives no more to anybody.
    """
    named = {name for problem in card.case.file.problems for name in problem.indicators}
    rest = losing([row for row in card.rows if row.id not in named])
    groups: dict[str, list[ScoreRow]] = {"large": [], "little": [], "unsaid": [], "capped": []}
    for row in rest:
        unsaid = row.status == "declared" and not (row.fact.deviation or row.fact.reason)
        kind = "unsaid" if unsaid else "little" if row.lost <= _LITTLE else "large"
        groups["capped" if is_capped(row) else kind].append(row)
    found = [_stated(card, problem) for problem in card.case.file.problems]
    found += [_lost(card, [row], f"{quoted(row.id)}没有得满分：{_short(row)}。") for row in groups["large"]]
    if little := groups["little"]:
        listed = "；".join(f"{quoted(row.id)}（{_short(row)}）" for row in little)
        found.append(_lost(card, little, f"少量失分的指标：{listed}。"))
    if silent := groups["unsaid"]:
        names, kept_as = _listed(silent), silent[0].indicator.kept_as
        mend = "补充可核验的评分标准，" if kept_as == NO_STANDARD else ""
        text = f"{names}{kept_as}，也没有说明失分原因。"
        found.append(Shortfall(text, "", tuple(silent), f"为{names}{mend}写明尚未说明的失分原因。"))
    if limited := groups["capped"]:
        names = _listed(limited)
        found.append(Shortfall(f"{names}失分：{RULE_LOSS}", "", tuple(limited), f"{names}{_RULE_ADVICE}。"))
    return found


def quoted(name: str) -> str:
    """A name in quotation marks; those that it has itself (“三公经费”控制率) become single ones."""
    return f"“{name.replace('“', '‘').replace('”', '’')}”"


def _listed(rows: Sequence[ScoreRow]) -> str:
    return "、".join(quoted(row.id) for row in rows)


def _lost(card: Scorecard, rows: Sequence[ScoreRow], text: str) -> Shortfall:
    return Shortfall(text, _why(rows), tuple(rows), _suggestion(card, rows), full=_full(card, rows))


def _stated(card: Scorecard, problem: Shortcoming) -> Shortfall:
    rows = [row for row in card.rows if row.id in problem.indicators]
    given = improvement(card.case, problem)
    advice = stopped(given) if given else _suggestion(card, rows)
    shown = "；".join(f"{quoted(row.id)}：{_short(row)}" for row in rows if row.lost > _NOTHING)
    why = (f"具体是：{stopped(shown)}" if shown else "") + _why(rows)
    return Shortfall(stopped(problem.text), why, tuple(rows), advice, problem.source, _full(card, rows))


def improvement(case: Case, problem: Shortcoming) -> str:
    """What will be done about a problem, by itself or by the facts of its indicators; "" where nothing is said."""
    facts = (case.facts.get(name, NO_FACT) for name in problem.indicators)
    return problem.improvement or "；".join(dict.fromkeys(fact.improvement for fact in facts if fact.improvement))


def _why(rows: Sequence[ScoreRow]) -> str:
    """The reasons that the case gives for the deviations of some indicators, each once."""
    listed = "；".join(filter(None, dict.fromkeys(row.fact.deviation for row in rows)))
    return f"原因：{stopped(listed)}" if listed else ""


def _suggestion(card: Scorecard, rows: Sequence[ScoreRow]) -> str:
    """What the case itself will do about indicators, else a suggestion by what they are about, each said once for all
    that it is for; "" without a loss. What would fit anything is left out where the case has advice of its own.
    """
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.lost > _NOTHING:
            of = found.setdefault(row.fact.improvement or _advice(card, row), [])
            of.append(f"{quoted(row.id)}（{_short(row, reasons=False)}）")
    if "建议" in card.case.file.narrative:
        found.pop(_OTHER_ADVICE, None)
    return "".join(f"针对{'、'.join(of)}，{stopped(f'建议{advice}')}" for advice, of in found.items())


def _advice(card: Scorecard, row: ScoreRow) -> str:
    measure = row.indicator.measure
    if row.status == "declared" and row.indicator.kept_as == NOT_APPLIED:
        return _OTHER_ADVICE
    if measure and measure.formula == EXECUTION:
        return _OVERSPENT if card.case.execution_rate > 1 else _UNSPENT
    if row.rule == "proportional" and (found := _OF_TARGET.get(_against_target(row))):
        return found
    return _SATISFACTION if "满意" in row.id else _ADVICE.get(row.rule, _OTHER_ADVICE)


def _against_target(row: ScoreRow) -> str:
    """``met`` or ``exceeded`` (an upper limit); "" where neither is so, or the two cannot be compared."""
    fact = row.fact
    if not fact.target or not fact.actual or fact.target.value.unit != fact.actual.value.unit:
        return ""
    target = fact.target.value
    return "met" if target.is_met(fact.actual.value) else "exceeded" if target.lower_is_better else ""


def _short(row: ScoreRow, *, reasons: bool = True) -> str:
    """What an indicator lacks, not the points: elements that are not met with their reasons, else the comparison."""
    lacking = (("不满足", "否"), (_PARTLY, _PARTLY))
    if unmet := [f"{how}{'、'.join(e)}" for how, met in lacking if (e := _answered(row, met, reasons=reasons))]:
        return "，".join(unmet)
    clause = _clause(row)
    if row.status == "declared":  # without “没有载明评分标准”
        return clause.rpartition("；")[0] or row.fact.reason.rstrip("。") or clause
    if row.status != "scored":
        return clause
    clauses = clause.split("；")
    return "；".join(_STEPS.sub("", each) for each in [c for c in clauses if not _KEPT.search(c)] or clauses)


def _answered(row: ScoreRow, met: str, *, reasons: bool = True) -> list[str]:
    """The elements with this answer and their numbers: “④定期培训管水员（没有培训记录）”.

    Those that are met in part say how far: “③指标量化（满足50%，部分指标没有量化）”.
    """
    given = zip(elements(row), row.fact.items, strict=False)
    return [
        f"{circled(i)}{text}" + (f"（{'，'.join(told)}）" if reasons and any(told) else "")
        for i, (text, answer) in enumerate(given)
        if (answer.met if answer.met in ANSWERS else _PARTLY) == met
        for told in [[part for part in (f"满足{answer.met}" * (met == _PARTLY), answer.reason) if part]]
    ]


def _full(card: Scorecard, rows: Sequence[ScoreRow]) -> str:
    """What would have given full marks, and the points that it is about, as far as the rules say it in a word."""
    wanted = ((row, _wanted(card, row)) for row in rows if row.lost > _NOTHING)
    said = [f"{quoted(row.id)}{text}（{display_plain(row.lost, 2)}分）" for row, text in wanted if text]
    return f"得满分的要求：{'；'.join(said)}。" if said else ""


def _wanted(card: Scorecard, row: ScoreRow) -> str:
    if row.status != "scored" or (row.rule == "proportional" and _against_target(row) == "met"):
        return ""
    if unmet := sorted(_answered(row, "否", reasons=False) + _answered(row, _PARTLY, reasons=False)):
        return f"应满足{'、'.join(unmet)}"
    indicator, facts = row.indicator, CaseFacts([card.case], card.rubric.measures)
    short = list(indicator.rule.short(facts, row.id, card.rubric.context(indicator), 0))
    told = [_asked(card, name, standard) for name, standard in short]
    parts = [text if name == row.id else f"{name}{text}" for (name, _), text in zip(short, told, strict=True)]
    return "，".join(parts) if all(told) else ""


def _asked(card: Scorecard, name: str, standard: str) -> str:
    """What the beginning of a 评分标准 asks for: 应为95%及以上; "" where it does not say it in a word."""
    found, target = _FULL.match(standard), card.case.facts.get(name, NO_FACT).target
    if found and found[1].endswith("目标值"):
        return f"应达到目标值{target.value}" if target else ""
    if found and found[1].startswith("无"):
        return f"应没有{found[1][1:]}的情况"
    return f"应{'' if found[1].startswith('达到') else '为'}{found[1]}" if found else ""


def stopped(text: str) -> str:
    """A typed text as a sentence: with one full stop at its end."""
    text = text.strip()
    return text if text.endswith(("。", "！", "？", "。”")) else text.rstrip("；;，,.") + "。"


def _clause(row: ScoreRow) -> str:
    """The 评分过程 without its last part, the points."""
    return row.trace.rpartition("；计")[0] or row.trace.rstrip("。")


def analysis(card: Scorecard, row: ScoreRow) -> str:
    """What was found for an indicator: its facts, by which evidence, the points, deviation and mend; not its source.

    A `narrative` of the case stands before it, in the place of the facts.
    """
    fact, survey = row.fact, card.case.survey(row.id)
    used = "、".join(f"{label(path)}{value.value}" for path in fact.uses if (value := card.case.printed(path)))
    said = "" if fact.narrative else _facts(card, row, fact)
    said += (f"相关数据：{used}。" if used else "") + (f"{survey.told()}。" if survey else "")
    said += typed(说明=fact.note, 佐证=fact.evidence) + _points(card, row)
    return said + typed(偏差原因=fact.deviation, 改进措施=fact.improvement)


def typed(**texts: str) -> str:
    """Typed texts under their names, a sentence each."""
    return "".join(f"{name}：{stopped(text)}" for name, text in texts.items() if text)


def _facts(card: Scorecard, row: ScoreRow, fact: Fact) -> str:
    """The elements that are met and not met with their reasons; else how the rule came to its share."""
    if row.status not in (*POINTED, "declared"):
        return row.trace
    clause = _clause(row)
    if not elements(row) or not fact.items:
        reason = "" if fact.reason in clause or fact.reason in fact.evidence else fact.reason
        stated = row.status == "declared"
        told = clause.rpartition("；")[0] if stated else clause
        if stated and fact.target and (fact.actual or fact.count):  # first what was reached, as of all others
            told = f"实际完成{fact.actual.value}" if fact.actual else f"发现{fact.shown('count')}"
            told += f"，目标值{fact.target.value}"
        return stopped("：".join(filter(None, (told, reason)))) if told or reason else ""
    sentences = []
    for met, name in (("是", "满足评分标准的有"), (_PARTLY, "部分满足的有"), ("否", "不满足的有")):
        listed = _answered(row, met)
        sentences += [f"{name}：{'；'.join(listed)}。"] if listed else []
    if row.rule != "checklist" or row.status == "overridden":
        sentences.append(f"{clause}。")
    return "".join(sentences)


def elements(row: ScoreRow) -> tuple[str, ...]:
    """The elements (要素) that the rule of an indicator asks about."""
    leaves = row.indicator.rule.leaves()
    return tuple(item.text for leaf in leaves if isinstance(leaf, Checklist) for item in leaf.items)


def _points(card: Scorecard, row: ScoreRow) -> str:
    """“依据评分标准，该项指标得60%权重分1.2分。”, as the profession writes it."""
    points = display_plain(row.score)
    if row.status == "declared":
        kept_as = row.indicator.kept_as
        if card.case.file.republished:
            return f"{'原报告' if kept_as == NO_STANDARD else ''}{kept_as}，沿用原报告得分{points}分。"
        return f"该项指标{kept_as}，所列得分{points}分。"
    if row.status not in POINTED or row.score != row.score:
        return ""
    if not row.weight and not row.score:
        return "依据评分标准，该项不加分也不扣分。"
    if not row.weight:
        return f"依据评分标准，该项{'加' if row.score > 0 else '扣'}{display_plain(abs(row.score))}分。"
    if row.share <= 0:
        return "依据评分标准，该项指标不得分。"
    return f"依据评分标准，该项指标得{display_factor(row.share, row.weight)}权重分{points}分。"


def is_capped(row: ScoreRow) -> bool:
    """Whether an indicator reached the best its rule can give, which is less than full marks."""
    best = max(row.indicator.rule.reachable(row.context) or [1.0])
    return best - _NOTHING <= row.share and best < 1 - _NOTHING


def monitoring(state: Monitor) -> list[str]:
    """What monitoring comes to: lights, money, and whether the plan can be paid; a sentence each."""
    counts = {light: sum(row.light == light for row in state.rows) for light in LIGHTS}
    lights = "，".join(f"{LIGHTS[light].name}{count}项" for light, count in counts.items() if count)
    compared = f"有对比数据的指标中，{lights}" if lights else "没有一项指标有对比数据"
    pace = LIGHTS[state.money_light].name if state.money_light else "无数据"
    silent, late = "、".join(state.unreported), state.gap < -state.lights.gap
    words = "、".join(row.name for row in state.rows if row.is_unjudged)
    behind, line = display_plain(-state.gap * 100, 2), display_plain(state.lights.gap * 100)
    over = display_money(state.shortfall) if state.shortfall > 0 else ""
    goals = {how: "、".join(r.name for r in state.rows if r.standing == how) for how in ("behind", "short", "ahead")}
    lit = {how: "、".join(light.name for light in LIGHTS.values() if light.standing == how) for how in goals}
    doubtful = {goal.name for goal in state.file.goals if goal.compared and goal.compared.reaching is False}
    missed = [f"{r.name}（全年目标{r.annual_target}，预计{r.forecast}）" for r in state.rows if r.name in doubtful]
    sentences = [
        (compared, f"{compared}；资金进度{pace}。"),
        (silent, f"没有填报实际完成值，不亮灯：{silent}；请补报后再下结论。"),
        (words, f"目标值是文字，不能自动比较，不亮灯：{words}；请由人判断是否达到。"),
        (late, f"支出比序时进度慢{behind}个百分点，超过{line}个百分点的警戒线，应加快支付或调整预算。"),
        (over, f"已支出与待支付合计超出预算{over}：现有任务不能在预算内全部完成，需调减目标或追加预算。"),
        (goals["behind"], f"{lit['behind']}指标：{goals['behind']}；应在规定时限内决定继续、调整或取消。"),
        (goals["short"], f"{lit['short']}指标：{goals['short']}；应查明原因，加快进度。"),
        (missed, f"单位预计全年不能完成：{'、'.join(missed)}；应采取措施，或按程序调整目标。"),
        (goals["ahead"], f"明显超过本阶段目标：{goals['ahead']}；请核对目标值是否偏低。"),
    ]
    return [text for is_so, text in sentences if is_so]
