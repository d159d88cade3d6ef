"""Sentences of a report, written from figures: conclusion, budget, rates, problems from lost points, advice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..cases.case import Case
from ..cases.models import EvaluationFile
from ..figures.quantities import display, display_money, display_percent, display_plain, display_share
from ..words import LIGHTS, SPENDING, STAGES, STATUSES

if TYPE_CHECKING:
    from ..monitoring import Monitor
    from ..scoring.scorecard import Scorecard

_ADVICE = {
    "deduction": "对照评分标准的扣分线，查明偏差成因并在下一年度纠正",
    "proportional": "核实目标值与工作能力是否匹配，未完成的工作列出补救安排和时限",
    "checklist": "逐项补齐未满足的要素，并留存佐证材料",
    "per_item": "对发现的问题逐项整改，明确责任人和完成时间",
    "bands": "分析指标值没有达到满分档的原因，属于工作不足的，制定改进措施",
    "first_of": "按评分标准所列情形查找原因，完善相应管理",
    "self_declared": "补充可核验的评分标准，写明尚未说明的失分原因，并逐项制定改进措施",
}
_OTHER_ADVICE = "针对失分原因制定改进措施，明确责任人和时限"
_RULE_LOSS = "评分标准本身最高只给到这个分数，失分不是单位的原因。"
_RULE_ADVICE = "已得到评分标准能给的最高分，不需要单位整改；建议补全评分标准，使做到最好的能得满分"


def conclusion(card: Scorecard) -> str:
    """The overall result in one to three sentences: how it came about, and what it leaves open."""
    unit, decimals = card.case.unit, card.rubric.profile.display_decimals
    if card.status == "not_applicable":
        return f"{unit}本年度不适用评分：{card.case.not_applicable or '全部指标不适用'}。"
    if card.total != card.total:
        return f"{unit}有指标缺少数据，总分不能得出；已评指标见下表。"
    declared = [row.score for row in card.rows if row.status == "declared"]
    scored = [row.score for row in card.rows if row.score == row.score]
    text = f"{unit}{card.case.year}年度{_basis(len(declared), len(scored))}{display(card.total, decimals)}分"
    text += f"，等级为“{card.grade}”" if card.grade else ""
    short = card.maximum < card.rubric.weight - 1e-9
    text += f"；按现有评分标准最高可得{display(card.maximum, decimals)}分。" if short else "。"
    skipped = [row for row in card.rows if row.status in ("not_applicable", "missing")]
    if skipped:
        names = "、".join(f"{row.id}（{STATUSES[row.status]}）" for row in skipped)
        weight = display_plain(sum(row.weight for row in skipped))
        text += f"未计分的指标：{names}，分值共{weight}分，由其余指标按比例分担：{_rescaled(card)}。"
        text += card.favoured
    if 0 < len(declared) < len(scored):
        points = display_plain(sum(declared))
        text += f"其中{len(declared)}项原文没有评分标准，沿用原文得分（共{points}分），未经复算；其余按评分标准计分。"
    return text


def _basis(declared: int, scored: int) -> str:
    if declared == scored:
        return "没有评分标准可复算，照原文所列得分为"
    return "得" if declared else "按评分标准计"


def _rescaled(card: Scorecard) -> str:
    """“已评98.5分中得88.2008分，88.2008÷98.5×100＝89.54分”."""
    scored = [row for row in card.rows if row.score == row.score]
    points, weight = sum(row.score for row in scored), sum(row.weight for row in scored)
    reached, out_of = display_plain(points), display_plain(weight)
    full = display_plain(card.rubric.weight)
    return f"已评{out_of}分中得{reached}分，{reached}÷{out_of}×{full}＝{display(card.total)}分"


def grade_bands(card: Scorecard) -> str:
    """The profile's grade bands in one sentence; "" where there is no grade."""
    if card.grade is None:
        return ""
    bands = "，".join(f"{band.range.describe()}为“{band.grade}”" for band in card.rubric.profile.grades)
    return f"等级按{card.rubric.profile.title}划分：{bands}；按取整前的总分判定。"


def budget(case: Case) -> list[str]:
    """What became of the budget, a sentence each; only from figures that are given."""
    amounts = {stage: case.value(f"budget.{stage}") for stage in STAGES}
    sentences = []
    known = "，".join(f"{STAGES[s]}{display_money(value)}" for s, value in amounts.items() if value == value)
    initial, adjusted, final = (amounts[stage] for stage in ("initial", "adjusted", "final"))
    if known:
        sentences.append(known + "。")
    if initial == initial and adjusted == adjusted and initial:
        change = abs(adjusted - initial)
        kind = "调增" if adjusted > initial else "调减"
        share = f"，相当于年初预算的{display_percent(change / initial)}"
        sentences.append(f"预算{kind}{display_money(change)}{share}。" if change else "年内没有调整预算。")
    rate, planned = case.execution_rate, case.value(case.denominator)
    if rate == rate:
        over = f"，超出预算{display_money(final - planned)}" if final > planned + 0.005 else ""
        sentences.append(
            f"预算执行率＝{display_money(final)}÷{display_money(planned)}＝{display_percent(rate)}{over}。"
        )
    if isinstance(case.file, EvaluationFile):
        for path, name in SPENDING.items():
            sentences += _spending(case, path, name)
    return sentences


def _spending(case: Case, path: str, name: str) -> Iterator[str]:
    planned, actual = case.value(f"{path}.budget"), case.value(f"{path}.actual")
    if planned != planned or actual != actual:
        return
    text = f"{name}预算{display_money(planned)}，实际{display_money(actual)}"
    yield f"{text}，执行率{display_percent(actual / planned)}。" if planned else f"{text}，预算为0，不计算执行率。"


def transfers(case: Case) -> str:
    """Whether money moved between the units cancels out, in one Chinese sentence."""
    moved = {"transfer_in": 0.0, "transfer_out": 0.0}
    for unit in case.units:
        for change in unit.file.budget.changes if unit.file.budget else ():
            if change.kind in moved:
                moved[change.kind] += change.amount.value.value
    gap = moved["transfer_in"] - moved["transfer_out"]
    verdict = "汇总时相互抵消" if abs(gap) < 0.005 else f"两者相差{display_money(gap)}，请核对"
    amounts = f"转入{display_money(moved['transfer_in'])}、转出{display_money(moved['transfer_out'])}"
    return f"单位之间{amounts}，{verdict}；部门本身不另评分。"


def lost(card: Scorecard) -> list[tuple[str, str]]:
    """Indicators that lost points, the most first: (headline, trace; and that the rule itself cost them)."""
    rows = sorted((row for row in card.rows if row.lost > 1e-9), key=lambda row: -row.lost)
    capped = _capped(card)
    return [
        (
            f"{row.id}：失{display_plain(row.lost, 2)}分（得分率{display_share(row.share)}）",
            row.trace + (_RULE_LOSS if row.id in capped else ""),
        )
        for row in rows
    ]


def _capped(card: Scorecard) -> set[str]:
    """Indicators that reached the best their rule can give, which is less than full marks."""
    found = set()
    for indicator, row in zip(card.rubric.indicators, card.rows, strict=True):
        best = max(indicator.rule.reachable(card.rubric.context(indicator)) or [1.0])
        if row.share >= best - 1e-9 and best < 1 - 1e-9:
            found.add(row.id)
    return found


def advice(card: Scorecard) -> list[str]:
    """One suggestion for each kind of rule that cost points, naming its indicators; one for rules short of full."""
    capped = _capped(card)
    names: dict[str, list[str]] = {}
    for row in card.rows:
        if row.lost > 1e-9:
            suggestion = _RULE_ADVICE if row.id in capped else _ADVICE.get(row.rule, _OTHER_ADVICE)
            names.setdefault(suggestion, []).append(row.id)
    return [f"{'；'.join(listed)}：{suggestion}。" for suggestion, listed in names.items()]


def monitoring(state: Monitor) -> list[str]:
    """What monitoring comes to: lights, money, and whether the plan can be paid; a sentence each."""
    counts = {light: sum(row.light == light for row in state.rows) for light in LIGHTS}
    lights = "，".join(f"{LIGHTS[light].name}{count}项" for light, count in counts.items() if count)
    compared = f"有对比数据的指标中，{lights}" if lights else "没有一项指标有对比数据"
    pace = LIGHTS[state.money_light].name if state.money_light else "无数据"
    sentences = [f"{compared}；资金进度{pace}。"]
    if state.unreported:
        sentences.append(f"没有填报实际完成值，不亮灯：{'、'.join(state.unreported)}；请补报后再下结论。")
    if state.gap < -state.lights.gap:
        behind, line = display_plain(-state.gap * 100, 2), display_plain(state.lights.gap * 100)
        sentences.append(f"支出比序时进度慢{behind}个百分点，超过{line}个百分点的警戒线，应加快支付或调整预算。")
    if state.shortfall > 0:
        over = display_money(state.shortfall)
        sentences.append(f"已支出与待支付合计超出预算{over}：现有任务不能在预算内全部完成，需调减目标或追加预算。")
    red = [row.name for row in state.rows if row.light == "red"]
    if red:
        sentences.append(f"红灯指标：{'、'.join(red)}；应在规定时限内决定继续、调整或取消。")
    ahead = [row.name for row in state.rows if row.light == "blue"]
    if ahead:
        sentences.append(f"明显超过本阶段目标：{'、'.join(ahead)}；请核对目标值是否偏低。")
    return sentences
