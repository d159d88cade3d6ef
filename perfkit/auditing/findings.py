"""What an audit finds: one `Finding` a difference, and the `Findings` of a case with their summary."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..figures.quantities import display, display_plain

if TYPE_CHECKING:
    import pandas as pd


Severity = Literal["error", "warning", "question", "info"]
Verdict = Literal["grade", "score", "figure", "question"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
SEVERITY_TEXT = dict(zip(SEVERITIES, ("错误", "警告", "疑问", "提示"), strict=True))
VERDICT_TEXT = dict(zip(VERDICTS, ("影响等级", "影响得分", "只涉及数字", "待核实"), strict=True))

TITLES = {
    # sums
    "score-sum": "得分合计与总分不符",
    "level-sum": "分级得分与其下指标不符",
    "weight-sum": "分值合计不符",
    "block-weight": "一级指标分值与评分口径不同",
    "budget-identity": "预算数不勾稽",
    "asset-identity": "资产数不勾稽",
    "component-sum": "分项与合计不符",
    "score-exceeds-weight": "得分超出分值",
    "unreachable-total": "总分高于评分标准能给的最高分",
    # rates
    "rate": "比率复算不符",
    "denominator": "比率的分母不是所写的数",
    "rounding": "只有换一种取舍才相符",
    "unit-slip": "单位错位",
    "score-rate": "得分率与得分、分值不符",
    # rules
    "rescore": "按评分标准得分不同",
    "unreachable-score": "评分标准给不出这个得分",
    "qualitative-band": "定性评分不在分档区间",
    "full-marks-unmet": "未达目标却得满分",
    "deduction-though-met": "达到目标却扣分",
    "equal-result-unequal-score": "完成情况相同而得分比例不同",
    "zero-denominator": "分母为零仍计分",
    "no-rule": "没有评分标准",
    "rule-incomplete": "评分标准不完整",
    "measure-mismatch": "评分所用比率不是标准所写的比率",
    "rule-text-differs": "同一标准两处不同",
    "execution-score": "预算执行得分不符",
    "over-achievement": "超额完成未说明",
    "double-counted": "同一事实两处计分",
    # agreement
    "places-differ": "各处印的不一致",
    "grade-band": "等级与总分不符",
    "table-rows": "前后表的指标对不上",
    "fact-differs": "同一事实前后不一",
    "deduction-unexplained": "扣分没有说明",
    "problem-without-deduction": "列为问题却未扣分",
    "unmet-without-reason": "未达目标没有原因",
    "scored-without-evidence": "计分没有依据",
    "missing-target": "没有目标值",
    "missing-actual": "没有实际完成值",
    "not-applicable-scored": "不适用仍计分",
    # monitoring
    "stage-above-annual": "阶段目标高于全年目标",
    "behind-time-progress": "落后于序时进度",
    "infeasible-plan": "余下的支出付不出",
    "timeliness-contradicted": "及时率与未完成的指标矛盾",
    "deadline-passed": "预计时间已过",
    "light-against-likelihood": "亮灯与完成可能性矛盾",
}
"""Code of every check → its Chinese title."""
OPEN = frozenset(
    (
        "no-rule",
        "rule-incomplete",
        "measure-mismatch",
        "rule-text-differs",
        "over-achievement",
        "double-counted",
        "deduction-unexplained",
        "problem-without-deduction",
        "unmet-without-reason",
        "scored-without-evidence",
        "missing-target",
        "missing-actual",
        "light-against-likelihood",
    )
)
"""Codes that name something left open: without an effect on points their verdict is `question`, not `figure`."""
SCORES = frozenset(("score-sum", "level-sum", "equal-result-unequal-score", "not-applicable-scored"))
"""Codes that are about scores even where the effect on the total is not known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between what a document prints and what its own figures and rules give.

    Parameters
    ----------
    case : id of the case.
    code : the check's code, see `TITLES`.
    severity : ``error`` does not hold; ``warning`` contradicts or is missing; ``question`` cannot be decided here;
        ``info`` holds only by another rounding, or is worth knowing.
    verdict : what it changes when corrected: ``grade``, ``score``, or only a ``figure``; ``question``: nothing can be
        said to change before someone answers it.
    indicator : id of the indicator or goal, or None.
    where : places and lines of the document (正文第585行).
    printed, expected : as the document prints it, and as the arithmetic gives it.
    message : Chinese, with the arithmetic.
    total_effect : points that the published total gains when this finding alone is corrected; None where it is not
        about points.
    grade_effect : ``良→优`` when that changes the grade, else None.
    effects : every correction that is conceivable, in points, the first is `total_effect`.
    leaves_out : the correction is to leave the indicator out, so that the others take its weight.
    """

    case: str
    code: str
    severity: Severity
    verdict: Verdict
    indicator: str | None
    where: tuple[str, ...]
    printed: str
    expected: str
    message: str
    total_effect: float | None
    grade_effect: str | None
    effects: tuple[float, ...] = field(default=(), repr=False)
    leaves_out: bool = field(default=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data for JSON."""
        data = asdict(self) | {"where": list(self.where)}
        del data["effects"], data["leaves_out"]
        if self.total_effect is not None:
            data["total_effect"] = round(self.total_effect, 4) + 0.0
        return data


@dataclass(frozen=True, slots=True)
class Summary:
    """Where the total stands: as published, by the rules, and between which bounds the findings leave it.

    Parameters
    ----------
    published, by_rule : points, or None. published_grade, grade_by_rule : grades, or None.
    low, high : the least and the greatest total that some choice among the corrections gives; None without a total.
    grades : grades between low and high, best first.
    rules_printed : False where the document prints no rule, so that `by_rule` only repeats the stated scores.
    """

    published: float | None = None
    published_grade: str | None = None
    by_rule: float | None = None
    grade_by_rule: str | None = None
    low: float | None = None
    high: float | None = None
    grades: tuple[str, ...] = ()
    rules_printed: bool = True

    @property
    def line(self) -> str:
        """按评分标准复算 X 分（等级），公布 Y 分（等级），争议区间 A–B; "" for a case without scores."""
        if self.published is None and self.by_rule is None:
            return ""
        points = "不能得出总分"
        if self.by_rule is not None:
            points = f"{display(self.by_rule)} 分（{self.grade_by_rule or '—'}）"
        start = "按评分标准复算" if self.rules_printed else "没有评分标准可复算，照所列得分为"
        if self.published is None:
            return f"{start} {points}，没有公布总分"
        line = f"{start} {points}，公布 {display_plain(self.published)} 分（{self.published_grade or '—'}）"
        if self.low is None or self.high is None:
            return line
        return f"{line}，争议区间 {display(self.low)}–{display(self.high)}（{'、'.join(self.grades) or '—'}）"

    def to_dict(self) -> dict[str, Any]:
        """The summary as plain data for JSON, with its line."""
        data = {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}
        return data | {"grades": list(self.grades), "line": self.line}


_COLUMNS = {
    "severity": "级别",
    "verdict": "影响",
    "code": "代码",
    "indicator": "指标",
    "where": "位置",
    "printed": "印作",
    "expected": "应为",
    "total_effect": "总分影响",
    "grade_effect": "等级影响",
    "message": "说明",
}


class Findings(Sequence[Finding]):
    """The findings of one case, gravest first.

    Attributes
    ----------
    case, unit, year : the id of the case, whose unit, and the year; not the case itself, which is large.
    summary : the `Summary`.
    least, hidden : the severity from which on findings are listed, and those that it hides (see `at_least`).
    """

    least: Severity = "info"
    hidden: tuple[Finding, ...] = ()

    def __init__(self, case: str, unit: str, year: int, items: Sequence[Finding], summary: Summary) -> None:
        self.case = case
        self.unit = unit
        self.year = year
        self.summary = summary
        self._items = tuple(sorted(items, key=_rank))

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._items)

    def at_least(self, severity: Severity) -> Findings:
        """Only the findings of this severity and above (error, warning, question, info)."""
        shown = SEVERITIES[: SEVERITIES.index(severity) + 1]
        items = [item for item in self if item.severity in shown]
        found = Findings(self.case, self.unit, self.year, items, self.summary)
        found.least = min(severity, self.least, key=SEVERITIES.index)
        found.hidden = (*self.hidden, *(item for item in self if item.severity not in shown))
        return found

    @property
    def has_errors(self) -> bool:
        return any(item.severity == "error" for item in self)

    @property
    def by_verdict(self) -> dict[Verdict, int]:
        """Number of findings by verdict, every verdict named."""
        counts = Counter(item.verdict for item in self)
        return {verdict: counts[verdict] for verdict in VERDICTS}

    @property
    def counts(self) -> str:
        """影响等级1项，待核实2项; what `at_least` left out is told apart from what was not found."""
        found = "，".join(f"{VERDICT_TEXT[verdict]}{count}项" for verdict, count in self.by_verdict.items() if count)
        if not self.hidden:
            return found or "没有发现"
        left = Counter(item.severity for item in self.hidden)
        kinds = "、".join(f"{SEVERITY_TEXT[severity]}{left[severity]}项" for severity in SEVERITIES if left[severity])
        level = f"“{SEVERITY_TEXT[self.least]}”"
        start = found or f"没有{level}及更重的发现"
        return f"{start}；另有{len(self.hidden)}项低于{level}（severity: {self.least}），没有列出：{kinds}"

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a finding, with the fields of `Finding` (`where` joined by 、)."""
        import pandas as pd

        rows = [item.to_dict() | {"where": "、".join(item.where)} for item in self]
        return pd.DataFrame(rows, columns=["case", *_COLUMNS])

    def to_dict(self) -> dict[str, Any]:
        """The findings and the summary as plain data for JSON."""
        return {
            "case": self.case,
            "unit": self.unit,
            "year": self.year,
            "findings": [item.to_dict() for item in self],
            "by_verdict": self.by_verdict,
            "summary": self.summary.to_dict(),
        }

    def __repr__(self) -> str:
        return f"Findings({self.case}: {self.counts}；{self.summary.line})"

    def _repr_html_(self) -> str:
        shown = self.table.drop(columns="case")
        shown["severity"] = shown["severity"].map(SEVERITY_TEXT)
        shown["verdict"] = shown["verdict"].map(VERDICT_TEXT)
        shown["total_effect"] = [signed(item.total_effect) for item in self]
        shown = shown.rename(columns=_COLUMNS).astype(object)
        body = shown.where(shown.notna(), "—").to_html(index=False, escape=True)
        return f"<p><b>{html.escape(self.summary.line or '没有评分')}</b></p>{body}"


def signed(points: float | None) -> str:
    """Points with their sign: +1.5, −0.17, 0; — for None."""
    if points is None:
        return "—"
    text = display_plain(abs(points), 2)
    return text if text == "0" else f"{'+' if points > 0 else '−'}{text}"


def _rank(item: Finding) -> tuple[int, int, str]:
    return VERDICTS.index(item.verdict), SEVERITIES.index(item.severity), item.code
