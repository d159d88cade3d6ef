"""What an audit finds: one `Finding` a difference, and the `Findings` of a case with their summary."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..quantities import display, display_plain

if TYPE_CHECKING:
    import pandas as pd

    from ..case import Case

Severity = Literal["error", "warning", "question", "info"]
Verdict = Literal["grade", "score", "figure", "question"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
SEVERITY_TEXT = dict(zip(SEVERITIES, ("错误", "警告", "疑问", "提示"), strict=True))
VERDICT_TEXT = dict(zip(VERDICTS, ("影响等级", "影响得分", "仅数字", "待核实"), strict=True))


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between what a document prints and what its own figures and rules give.

    Parameters
    ----------
    case : id of the case.
    code : the check's code, see `TITLES`.
    severity : ``error`` does not hold; ``warning`` contradicts or is missing; ``question`` cannot be decided here;
        ``info`` holds only by another rounding, or is worth knowing.
    verdict : what it changes when corrected: ``grade``, ``score``, or only a ``figure``; ``question`` changes nothing
        until it is answered.
    indicator : id of the indicator or goal, or None.
    where : places and lines of the document (正文第585行).
    printed, expected : as the document prints it, and as the arithmetic gives it.
    message : Chinese, with the arithmetic.
    total_effect : points that the published total gains when this finding alone is corrected; None where it is not
        about points.
    grade_effect : ``良→优`` when that changes the grade, else None.
    effects : every correction that is conceivable, in points, the first is `total_effect`.
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

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data for JSON."""
        data = asdict(self) | {"where": list(self.where)}
        del data["effects"]
        if self.total_effect is not None:
            data["total_effect"] = round(self.total_effect, 4) + 0.0
        return data


@dataclass(frozen=True, slots=True)
class Summary:
    """Where the total stands: as published, by the rules, and between which bounds the findings leave it.

    Parameters
    ----------
    published, by_rule : points, or None. published_grade, grade_by_rule : grades, or None.
    low, high : the published total with every contested finding resolved downwards, or upwards; None without a total.
    grades : grades between low and high, best first.
    """

    published: float | None = None
    published_grade: str | None = None
    by_rule: float | None = None
    grade_by_rule: str | None = None
    low: float | None = None
    high: float | None = None
    grades: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """按评分标准复算 X 分（等级），公布 Y 分（等级），争议区间 A–B; "" for a case without scores."""
        if self.published is None and self.by_rule is None:
            return ""
        points = "不能得出总分" if self.by_rule is None else f"{display(self.by_rule)} 分（{self.grade_by_rule or '—'}）"
        if self.published is None:
            return f"按评分标准复算 {points}，没有公布总分"
        line = f"按评分标准复算 {points}，公布 {display_plain(self.published)} 分（{self.published_grade or '—'}）"
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
    case : the `Case`.
    summary : the `Summary`.
    """

    def __init__(self, case: Case, items: Sequence[Finding], summary: Summary) -> None:
        self.case = case
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
        return Findings(self.case, [item for item in self if item.severity in shown], self.summary)

    @property
    def has_errors(self) -> bool:
        return any(item.severity == "error" for item in self)

    @property
    def by_verdict(self) -> dict[Verdict, int]:
        """Number of findings by verdict, every verdict named."""
        counts = Counter(item.verdict for item in self)
        return {verdict: counts[verdict] for verdict in VERDICTS}

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a finding, with the fields of `Finding` (`where` joined by 、)."""
        import pandas as pd

        rows = [item.to_dict() | {"where": "、".join(item.where)} for item in self]
        return pd.DataFrame(rows, columns=["case", *_COLUMNS])

    def to_dict(self) -> dict[str, Any]:
        """The findings and the summary as plain data for JSON."""
        return {
            "case": self.case.id,
            "unit": self.case.unit,
            "year": self.case.year,
            "findings": [item.to_dict() for item in self],
            "by_verdict": self.by_verdict,
            "summary": self.summary.to_dict(),
        }

    def __repr__(self) -> str:
        counts = "，".join(f"{VERDICT_TEXT[verdict]}{count}项" for verdict, count in self.by_verdict.items() if count)
        return f"Findings({self.case.id}: {counts or '没有发现'}；{self.summary.line})"

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
