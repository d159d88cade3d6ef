"""From the plain text of a 评分标准 to its statements: under which condition how much is earned or lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from ...figures.quantities import SPANS_OF_TIME
from ..rules.base import FULL, NOTHING, Portion
from .spans import Span, find_spans
from .wording import PARTS, PHRASES, patterns, printed, read_portion

Outcome = Literal["earn", "deduct", "proportion", "judge", "between"]
_OUTCOMES = [(name, regex) for name, regex, _ in patterns("outcomes")]
"""What a statement may end with, the more telling first."""
_OUTCOME = re.compile("|".join(f"(?P<{name}_{i}>{pattern})" for i, (name, pattern) in enumerate(_OUTCOMES)))

_EACH = [re.compile(regex) for _, regex, _ in patterns("steps")]
"""“每降低1%”, “逾期每天”, “每发现处不符”, “有1项不符合”: what is taken step by step."""


@dataclass(frozen=True)
class Each:
    """A step that is deducted (or earned) again and again: 每降低 1 %."""

    lead: str
    number: float
    unit: str
    tail: str

    @property
    def side(self) -> Literal["below", "above"] | None:
        """Whether the step falls short or exceeds; None where the words do not say."""
        if PHRASES["late"].search(self.lead + self.tail) and self.unit in (*SPANS_OF_TIME, "日"):
            return "above"
        lead = re.sub("增[速幅]|增长[率幅]|增加值|降幅|下降率|超期", "", self.lead)  # 每低于目标增速, 超期公开每条
        below, above = (PHRASES[side].search(lead) for side in ("below", "above"))
        if bool(below) == bool(above):
            return None
        return "below" if below else "above"

    @property
    def is_measured(self) -> bool:
        """Whether the step is one of a measured value, not a thing that was found."""
        if self.unit in "%‰万元亿元":
            return True
        if self.unit in ("天", "日", "工作日", "个工作日", "个月", "周"):
            return self.side == "above"
        return self.side is not None and not re.search("缺", self.lead) and not PHRASES["single"].search(self.unit)

    @property
    def what(self) -> str:
        """What is counted, with its measure word: 处不符合要求."""
        tail = re.sub(f"^(?:的|情况|再|(?:一?经)?{PARTS['FOUND']})", "", self.tail)
        tail = re.sub("(?:的|(?<![及按准])时|者|，|则|问题的|情况的|情形的)+$", "", tail)
        lead = re.sub(f"{PARTS['FOUND']}|^新$|如|若|凡|每|的(?:情况|情形|问题|时)*$", "", self.lead)
        if re.fullmatch("缺少?|少", lead):
            lead, tail = "缺失", tail and f"{tail}缺失"
        return self.unit + printed(tail or lead or "不符合要求")


@dataclass(frozen=True)
class Statement:
    """A condition and what it earns or costs; `span` is the range of the condition, `goal` a quantity that it names."""

    condition: str
    outcome: Outcome
    words: str
    portion: Portion = FULL
    span: Span | None = None
    goal: Span | None = None
    each: Each | None = None
    skipped: str = ""
    """Sentences before the condition, in which no outcome was found."""

    @property
    def clause(self) -> str:
        """The last clause of the condition, without its particles."""
        clause = re.split("[，；。：]", self.condition.rstrip("，；。：、"))[-1]
        return PHRASES["particles"].sub("", clause).strip("()、的")

    @property
    def said(self) -> str:
        """The words of condition and outcome."""
        return self.condition + self.words

    @property
    def range(self) -> Span:
        """Its span, of a statement that is known to have one."""
        assert self.span
        return self.span

    @property
    def gives_nothing(self) -> bool:
        """Whether the words say 不得分."""
        return self.outcome == "earn" and self.portion == NOTHING

    @property
    def is_else(self) -> bool:
        """否则, 其他: whatever the other statements do not say."""
        return PHRASES["otherwise"].search(self.condition) is not None


@dataclass
class Text:
    """A text with its modifiers taken out: rounding of steps, floor, most that is lost, cap, most that is added."""

    plain: str
    rounding: Literal["linear", "down", "up"] | None = None
    floor: Portion | None = None
    most: Portion | None = None
    cap: Portion | None = None
    more: Portion | None = None
    statements: list[Statement] = field(default_factory=list)

    @property
    def tail(self) -> str:
        """What stands behind the last statement."""
        found = outcomes(self.plain)
        return self.plain[found[-1].end() :] if found else self.plain


_MODIFIERS = [(name, re.compile(regex)) for name, regex, _ in patterns("modifiers")]
"""What says how steps are counted and where they end; the rest of the text does not see it."""


def read_modifiers(text: str) -> Text:
    """The modifiers of a plain text, and the rest of it."""
    found = Text(text)
    for name, pattern in _MODIFIERS:
        for match in pattern.finditer(found.plain):
            if name in ("up", "down", "linear"):
                found.rounding = name  # type: ignore[assignment]
            elif name != "end":
                setattr(found, name, read_portion(match[name] or ""))
        found.plain = pattern.sub("", found.plain)
    return found


def read_text(text: str) -> Text:
    """The modifiers and the statements of a plain text."""
    found, place = read_modifiers(text), 0
    for match in outcomes(found.plain):
        name = str(match.lastgroup).rpartition("_")[0]
        found.statements.append(_statement(found.plain[place : match.start()], name, match[0]))
        place = match.end()
    return found


def outcomes(text: str) -> list[re.Match[str]]:
    """Every place where points are given or taken."""
    return list(_OUTCOME.finditer(text))


def _statement(condition: str, name: str, words: str) -> Statement:
    sentence = re.split("[。；]", condition.rstrip("。；，"))[-1]
    sentence = sentence if re.search(r"[\w]", sentence) else condition
    each = None
    if name in ("deduct", "earn", "judge") and not condition.endswith("("):  # each month once (4分): of all of it
        tried = (pattern.search(sentence.rstrip("，")) for pattern in (_EACH if name == "deduct" else _EACH[:3]))
        if match := next(filter(None, tried), None):
            unit = re.sub("个?季度", "次", match["unit"])
            each = Each(match["lead"] or "", float(match["number"] or 1), unit, match["tail"])
            sentence = sentence[: match.start()] + (match.groupdict().get("edge") or "")  # 每低于95%1个百分点
    portion = {"full": FULL, "none": NOTHING}.get(name) or (read_portion(words) if name in ("earn", "deduct") else FULL)
    if name == "deduct" and not re.search(r"\d", words):
        portion = NOTHING  # 扣除相应分值: how much is said elsewhere
    outcome: Outcome = {"full": "earn", "none": "earn", "formula": "proportion"}.get(name, name)  # type: ignore[assignment]
    span, goal = _ranges(sentence)
    if each and span and span.is_point:  # 以100%为基准，每降低1%扣0.3分
        span, goal = None, span
    read = sentence if each is None else condition
    return Statement(read, outcome, words, portion, span, goal, each, condition.removesuffix(sentence))


def _ranges(sentence: str) -> tuple[Span | None, Span | None]:
    """The range at the end of a condition; or the one quantity that is named before it (完成5次以上，完成的)."""
    sentence = PHRASES["date"].sub("日期", sentence)
    spans = list(find_spans(sentence))
    if not spans:
        return None, None
    span, _, end = spans[-1]
    if PHRASES["near"].match(sentence[end:]):
        return span, None
    return None, span if len(spans) == 1 and span.unit and span.unit not in "天日月点" else None
