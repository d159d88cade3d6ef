"""What an audit finds: one `Finding` a difference, and the `Findings` of a case with their summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from .. import words
from ..figures.quantities import display, display_plain, signed
from ..tables import Plot, frame_of, shown

if TYPE_CHECKING:
    from ..tables.frame import Frame

Severity = Literal["error", "warning", "question", "info"]
Verdict = Literal["grade", "score", "figure", "question"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Code:
    """What a check can find; made beside the check itself, which registers it.

    Parameters
    ----------
    name : the code in JSON (weight-sum). title : in Chinese, as reports head it.
    severity : the usual one, see `Finding`.
    verdict : what a finding changes where its effect on points is not known: a ``figure``, the ``score`` all the same,
        or ``question``: it names something left open.
    effect : what its effect on points corrects: the score of an ``indicator``; the published ``total`` as a whole; or
        the ``base``, the sum to which the corrections of the indicators are added.
    """

    name: str
    title: str
    severity: Severity = "error"
    verdict: Verdict = "figure"
    effect: Literal["indicator", "total", "base"] = "indicator"

    def __post_init__(self) -> None:
        assert self.name not in CODES, self.name
        CODES[self.name] = self


CODES: dict[str, Code] = {}
"""Every code by its name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between what a document prints and what its own figures and rules give.

    Parameters
    ----------
    case : id of the case.
    code : the name of the check's `Code`.
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
    total_effect: float | None = None
    grade_effect: str | None = None
    effects: tuple[float, ...] = field(default=(), repr=False)
    leaves_out: bool = field(default=False, repr=False)

    @property
    def title(self) -> str:
        """What was found, in two or three Chinese words."""
        return CODES[self.code].title

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
    rules_read : it does all the same, but the standards were read from a text and only hold the stated scores to them.
    """

    published: float | None = None
    published_grade: str | None = None
    by_rule: float | None = None
    grade_by_rule: str | None = None
    low: float | None = None
    high: float | None = None
    grades: tuple[str, ...] = ()
    rules_printed: bool = True
    rules_read: bool = False

    @property
    def line(self) -> str:
        """按评分标准复算 X 分（等级），公布 Y 分（等级），争议区间 A–B; "" for a case without scores."""
        if self.published is None and self.by_rule is None:
            return ""
        reached = None if self.by_rule is None else f"{display(self.by_rule)} 分（{self.grade_by_rule or words.DASH}）"
        points = reached or "不能得出总分"
        unprinted = "读出的评分标准只作核对" if self.rules_read else "没有评分标准可复算"
        start = "按评分标准复算" if self.rules_printed else f"{unprinted}，照所列得分{'为' if reached else ''}"
        if self.published is None:
            return f"{start} {points}，没有公布总分"
        line = f"{start} {points}，公布 {display_plain(self.published)} 分（{self.published_grade or words.DASH}）"
        if self.low is None or self.high is None:
            return line
        return f"{line}，争议区间 {display(self.low)}–{display(self.high)}（{'、'.join(self.grades) or words.DASH}）"

    def to_dict(self) -> dict[str, Any]:
        """The summary as plain data for JSON, with its line."""
        data = {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}
        del data["rules_read"]
        return data | {"grades": list(self.grades), "line": self.line}


_COLUMNS = ("case", "severity", "verdict", "code", "indicator", "where", "printed", "expected", "total_effect",
            "grade_effect", "message")  # fmt: skip


@dataclass(repr=False, eq=False)
class Findings(Sequence[Finding]):
    """The findings of one case, gravest first.

    Attributes
    ----------
    case, unit, year : the id of the case, whose unit, and the year; not the case itself, which is large.
    summary : the `Summary`.
    least, hidden : the severity from which on findings are listed, and those that it hides (see `at_least`).
    """

    case: str
    unit: str
    year: int
    items: Sequence[Finding]
    summary: Summary
    least: Severity = "info"
    hidden: tuple[Finding, ...] = ()

    plot = Plot("perfkit.report.charts", "FindingsPlots")

    def __post_init__(self) -> None:
        self.items = tuple(sorted(self.items, key=_rank))

    def __getitem__(self, index: Any) -> Any:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def at_least(self, severity: Severity) -> Findings:
        """Only the findings of this severity and above (error, warning, question, info)."""
        shown = SEVERITIES[: SEVERITIES.index(severity) + 1]
        items = [item for item in self if item.severity in shown]
        hidden = (*self.hidden, *(item for item in self if item.severity not in shown))
        return replace(self, items=items, least=min(severity, self.least, key=SEVERITIES.index), hidden=hidden)

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
        found = "，".join(f"{words.VERDICTS[verdict]}{count}项" for verdict, count in self.by_verdict.items() if count)
        if not self.hidden:
            return found or "没有发现"
        left: Counter[str] = Counter(item.severity for item in self.hidden)
        kinds = "、".join(f"{name}{left[severity]}项" for severity, name in words.SEVERITIES.items() if left[severity])
        level = f"“{words.SEVERITIES[self.least]}”"
        start = found or f"没有{level}及更重的发现"
        return f"{start}；另有{len(self.hidden)}项低于{level}（severity: {self.least}），没有列出：{kinds}"

    @cached_property
    def table(self) -> Frame:
        """One row a finding, with the fields of `Finding` (`where` joined by 、)."""
        return frame_of([item.to_dict() | {"where": "、".join(item.where)} for item in self], _COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """The findings and the summary as plain data for JSON."""
        head = {"case": self.case, "unit": self.unit, "year": self.year, "findings": [item.to_dict() for item in self]}
        return head | {"by_verdict": self.by_verdict, "summary": self.summary.to_dict()}

    def __repr__(self) -> str:
        return f"Findings({self.case}: {'；'.join(filter(None, (self.counts, self.summary.line)))})"

    def _repr_html_(self) -> str:
        table = self.table.drop(columns="case")
        table["total_effect"] = [signed(item.total_effect) for item in self]
        return shown(self.summary.line or "没有评分", table)


def _rank(item: Finding) -> tuple[int, int, str]:
    return VERDICTS.index(item.verdict), SEVERITIES.index(item.severity), item.code
