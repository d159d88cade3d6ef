"""From the plain text of a 评分标准 to its statements: under which condition how much is earned or lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ..rules.base import FULL, NOTHING, Portion
from .spans import Span, find_spans
from .wording import MEASURE, NUMBER, PORTION, QUANTITY, WEIGHT, read_portion

Outcome = Literal["earn", "deduct", "proportion", "judge", "between"]
_ITSELF = "(?:该项|本项|此项|该小项|该?指标|本指标|此指标|全项|整项)?"
_DONE = "(?:(?:计算|折算|确定)?得分|计算|折算|[计给赋评打记]分|扣[分减除]|核算|计|扣)(?:分值|得分|分数)?"
_OUTCOMES: list[tuple[str, str]] = [
    # 得分=预算执行率×10分；执行率×权重
    (
        "formula",
        rf"(?:{_ITSELF}得分|计分)[=＝：](?:按)?[^，；。=]{{2,60}}?(?:[×](?:{_ITSELF}{WEIGHT}|{NUMBER}分?(?![\d.%]))|/[^，；。×=/]{{2,12}}(?=[，；。]|的|$))",
    ),
    (
        "formula",
        rf"(?:按|{WEIGHT}×)?[^，；。=：×]{{2,40}}?×(?:{_ITSELF}{WEIGHT}|{NUMBER}分|{NUMBER}(?=计算|计分|得分))(?:计算|计分|得分)*",
    ),
    ("formula", rf"(?:{_ITSELF}得分[=：]{NUMBER}分?|{WEIGHT})×[^，；。=：×]{{2,40}}?(?=[，；。]|$)"),
    ("formula", r"得分率?=[^，；。=×/\d]{2,16}率(?=[，；。]|$)"),
    ("formula", r"按[^，；。=：×]{2,24}/[^，；。×=]{1,12}?(?:计算得分|计算|折算|计分|得分)+"),
    # 酌情扣分；由评价人酌情评定
    (
        "judge",
        rf"(?:按[^，；。]{{0,12}}|由[^，；。]{{1,8}})?(?:酌情|视情况?|视[^，；。]{{1,12}}(?:情况|程度|情形)|适当|据情|综合(?:评[定判分]|打分))[^，；。]{{0,14}}?(?:[扣得给计评打减加判]|评定|判定|(?<=评分)|(?<=打分))[除减分定]*(?:{NUMBER}分?~{NUMBER}分|{PORTION})?(?:得分比例)?(?:并说明理由)?",
    ),
    # 得10~15分；得80%~100%权重分
    ("between", rf"(?:得|计|给|赋)\(?{NUMBER}(?:%|分)?[⊇⊅]?~{NUMBER}(?:%|分)?[⊇⊅]?(?:{WEIGHT}|分)?"),
    (
        "between",
        rf"(?:[\[(]{NUMBER}(?:%|分)?[，~]|(?<![\d.≥≤<>~]){NUMBER}(?:%|分)?[⊇⊅]?~){NUMBER}(?:%|分)[\])⊇⊅]?分?(?=[，；。、)]|$)"
        "(?!\\)?[⊇⊅]?[，：]?(?:的|之间|则)*，?(?:得|计|给|扣|按|为|每|\\d+(?:\\.\\d+)?分))",
    ),
    # 按完成比例得分
    (
        "proportion",
        rf"(?:(?<!否)则|再)?(?:按照?|以(?![上下内])|依据|根据)[^，；。×=]{{0,16}}?(?:比例|比率|百分比|完成率|执行率|达标率|到位率|率|进度)(?:相应|来|进行|予以|逐步|同比例)?{_DONE}",
    ),
    ("proportion", rf"(?:等|同)比例{_DONE}"),
    # 不得分；扣除全部分值
    (
        "none",
        rf"(?:(?<!否)则|均|都|一律)?{_ITSELF}(?:均|都|一律|直接|为)?(?:不得分|不给分|不计分|不记分|不予计分|不予得分|[得计记为](?:分为)?0分|零分|扣(?:除|完|减)?{_ITSELF}(?:全部|所有){WEIGHT})",
    ),
    # 扣0.5分；扣5%权重分；扣除相应分值
    ("deduct", rf"(?:分别|各)?(?:倒?扣|减)(?:除|减|去|掉)?{_ITSELF}(?:{PORTION}|(?:相应|对应|该项)?的?{WEIGHT})"),
    # 得满分；不扣分；得分
    (
        "full",
        rf"(?:得|计|给|记|赋|打|即得|可得|为)?{_ITSELF}(?:满分|全分|全额分|全部{WEIGHT})|不扣分|[得计记]{_ITSELF}(?:权重分值|权重分|权重|分值|标准分)(?!的)|(?<![评价核合均算])得分(?![=：为\d率比与和差])",
    ),
    # 得4分；得80%；各占25%权重分；优秀5分
    (
        "earn",
        rf"(?:分别|各|均|可|只|即|仅)*(?:得分为|得分|得|计|给|记|获|赋|打)(?:予|到)?{PORTION}(?!以[上下内]|~|⊇|⊅)(?:计分|计算)?",
    ),
    ("earn", rf"(?:各|分别|均)占{PORTION}|(?<=：){NUMBER}%(?=[，；。]|$)"),
    ("earn", rf"按{WEIGHT}?的?{PORTION}(?:计分|计算|得分|给分|计)"),
    (
        "earn",
        rf"(?:分别|各)?占?(?<![~\d.≥≤<>=到])(?:{NUMBER}分|{NUMBER}%{WEIGHT}|{WEIGHT}的?{NUMBER}%)(?!以|~|⊇|⊅|之|钟|[上下]|得|扣|[\d.])",
    ),
]
"""What a statement may end with, the more telling first; the comment is its worked example."""
_OUTCOME = re.compile("|".join(f"(?P<{name}_{i}>{pattern})" for i, (name, pattern) in enumerate(_OUTCOMES)))

_STEP = f"(?P<unit>%|‰|{MEASURE}|分)(?P<tail>[^，；。]*)$"
_EACH = [
    re.compile(rf"每(?P<lead>[^，；。\d]*)(?:-?{NUMBER}(?:%|{MEASURE})的?)?(?P<number>{NUMBER}){_STEP}"),
    re.compile(rf"(?P<lead>[^，；。\d]*)每(?P<number>(?!))?{_STEP}"),
    re.compile(rf"每(?P<lead>[^，；。\d]*?)(?P<number>(?!))?{_STEP}"),
    re.compile(
        rf"(?P<lead>(?:发现|出现|发生|存在|有|缺少?|少|任[意何]?|未|其中|凡|如)[^，；。\d]*)(?P<number>1){_STEP}"
    ),
    re.compile(
        rf"(?:^|[，；。：])(?P<lead>[^，；。\d]{{0,10}})(?P<number>1)(?P<unit>{MEASURE})(?P<tail>(?![~⊇⊅以及分])[^，；。]*)$"
    ),
]
"""“每降低1%”, “逾期每天”, “每发现处不符”, “有1项不符合”: what is taken step by step."""
BELOW = "[降低少减差欠落缺<]|不足|未完成|未达"
ABOVE = "[超高增多>]|上升|突破|升"
LATE = "[迟晚延]|逾期|超期|超时|拖|推后"
SINGLE = "[处例起笔宗张]"


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
        if re.search(LATE, self.lead + self.tail) and self.unit in "天日个工作日个月周":
            return "above"
        below, above = re.search(BELOW, self.lead), re.search(ABOVE, self.lead)
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
        return self.side is not None and not re.search("缺", self.lead) and not re.search(SINGLE, self.unit)

    @property
    def what(self) -> str:
        """What is counted, with its measure word: 处不符合要求."""
        tail = re.sub("^(?:的|情况)|(?:的|(?<![及按准])时|者|，|则|问题的|情况的|情形的)+$", "", self.tail)
        lead = re.sub("发现|出现|发生|存在|查出|如|若|有|凡|每", "", self.lead)
        if re.fullmatch("缺少?|少", lead):
            lead, tail = "缺失", tail and f"{tail}缺失"
        return self.unit + (tail or lead or "不符合要求")


_ELSE = re.compile(
    "(?:^|[，；。])(?:(?:否则|反之|其他|其余|其它|除此之?外)[^，；。]{0,6}"
    "|(?:如|若)?(?:不|未|没有?|没能)(?:能|予|按[^，；。]{1,4})?(?:符合|满足|达到?|达标|完成|合格|开展|实现|达成|落实|通过|减少|下降|增长|增加|提[高升])"
    "(?:要求|标准|目标|指标|条件|上述|规定|以上|值|的|时|则|者|情形)*|没有|无|超出[此该上述]*(?:范围|区间)的?)，?$"
)
"""否则, 未达到的: whatever the other statements do not say."""


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

    @property
    def clause(self) -> str:
        """The last clause of the condition, without its particles."""
        clause = re.split("[，；。：]", self.condition.rstrip("，；。：、"))[-1]
        return re.sub("^(?:如果|如|若|凡|对于?|则|且|并)|(?:的|(?<![及按准])时|者|则|情况|情形)+$", "", clause).strip(
            "()、的"
        )

    @property
    def is_else(self) -> bool:
        """否则, 其他: whatever the other statements do not say."""
        return _ELSE.search(self.condition) is not None

    @property
    def is_full(self) -> bool:
        return self.outcome == "earn" and self.portion == FULL and not self.span


@dataclass
class Text:
    """A text with its modifiers taken out: rounding of steps, floor, most that is lost, cap."""

    plain: str
    rounding: Literal["linear", "down", "up"] | None = None
    floor: Portion | None = None
    most: Portion | None = None
    cap: Portion | None = None
    statements: list[Statement] = field(default_factory=list)

    @property
    def tail(self) -> str:
        """What stands behind the last statement."""
        found = outcomes(self.plain)
        return self.plain[found[-1].end() :] if found else self.plain


_MODIFIERS: list[tuple[str, str]] = [
    ("end", rf"^(?:本项|该项|此项|本?指标)*(?:满分|共计?|总分|分值)(?:为|共)?{NUMBER}分[，；。]"),
    ("end", rf"(?<=分)[，；](?:满分|共计?|合计)为?{NUMBER}分(?=[，；。：]|$)"),
    (
        "up",
        rf"[，；(]?(?:其中|对)?(?<!以上)不足{QUANTITY}(?:的|部分|时)*，?(?:均|也|都)?(?:按照?|以|视为|作为?){NUMBER}(?:%|{MEASURE})(?:计算|计|扣分|扣|算)*\)?",
    ),
    ("up", rf"\(含不足{QUANTITY}\)"),
    ("down", rf"[，；(]?不足{QUANTITY}(?:的|部分|时)*，?(?:不扣分|不扣|不计算?|忽略不计|舍去|不予扣分|不作扣分)\)?"),
    ("linear", rf"[，；(]?(?<!以上)不足{QUANTITY}(?:的|部分|时)*，?按比例(?:扣分|扣|计算|折算)*\)?"),
    (
        "most",
        rf"[，；(]?(?:本项|该项|此项|累计|合计|总共|共)?(?:最多|最高|至多)?(?:扣分?[≤]|(?:最多|最高|至多)(?:不超过)?扣(?:除|减|至)?|扣分(?:上限|总额)(?:为|[≤]))(?P<most>{PORTION})\)?",
    ),
    ("floor", rf"[，；(]?最低(?:得|计|为|不低于|≥)(?P<floor>{PORTION})\)?"),
    (
        "end",
        rf"[，；(]?(?:直至|直到|至|均)?(?:本项|该项|此项|{WEIGHT})?(?:扣完|扣至0分|扣到0分|扣光|扣尽)(?:本项|该项|此项|指标)*{WEIGHT}?(?:为止|即止)?\)?|[，；]?(?:直至|直到)0分(?:为止)?|[，；(]?扣完即止",
    ),
    (
        "cap",
        rf"[，；(]?(?:但)?(?:得分)?(?:最高|最多|上限|封顶|累计|合计)+(?:得|计|为|不超过|[≤])*(?P<cap>{PORTION}|{WEIGHT})(?:为限|封顶)?\)?|[，；(]?以{WEIGHT}为(?:上)?限|[，；(]?(?:得分)?(?:不超过|[≤])(?:{_ITSELF}{WEIGHT})\)?|[，；(]?(?:超过|[>])100%(?:的|时)*，?(?:均)?按(?:100%|满分)(?:计算|计|得分)*",
    ),
]
"""What says how steps are counted and where they end; the rest of the text does not see it."""


def read_text(text: str) -> Text:
    """The modifiers and the statements of a plain text."""
    found = Text(text)
    for name, pattern in _MODIFIERS:
        for match in re.finditer(pattern, found.plain):
            if name in ("up", "down", "linear"):
                found.rounding = name  # type: ignore[assignment]
            elif name in ("most", "floor") or (name == "cap" and match["cap"] and re.search(r"\d", match["cap"])):
                setattr(found, name, read_portion(match[name]))
            elif name == "cap":
                found.cap = FULL
        found.plain = re.sub(pattern, "", found.plain)
    found.statements = list(_statements(found.plain))
    return found


def outcomes(text: str) -> list[re.Match[str]]:
    """Every place where points are given or taken."""
    return list(_OUTCOME.finditer(text))


def _statements(text: str) -> Iterator[Statement]:
    place = 0
    for match in outcomes(text):
        condition = text[place : match.start()]
        place = match.end()
        name = next(key for key, value in match.groupdict().items() if value is not None).rpartition("_")[0]
        yield _statement(condition, name, match[0])


def _statement(condition: str, name: str, words: str) -> Statement:
    sentence = re.split("[。；]", condition.rstrip("。；，"))[-1]
    sentence = sentence if re.search(r"[\w]", sentence) else condition
    each = None
    if name in ("deduct", "earn", "judge"):
        patterns = _EACH if name == "deduct" else _EACH[:3]
        tried = (pattern.search(sentence.rstrip("，")) for pattern in patterns)
        if match := next((m for m in tried if m), None):
            each = Each(match["lead"] or "", float(match["number"] or 1), match["unit"], match["tail"])
            sentence = sentence[: match.start()]
    portion = {"full": FULL, "none": NOTHING}.get(name) or (read_portion(words) if name in ("earn", "deduct") else FULL)
    if name == "deduct" and not re.search(r"\d", words):
        portion = NOTHING  # 扣除相应分值: how much is said elsewhere
    outcome: Outcome = {"full": "earn", "none": "earn", "formula": "proportion"}.get(name, name)  # type: ignore[assignment]
    span, goal = _ranges(sentence)
    if each and span and span.is_point:  # 以100%为基准，每降低1%扣0.3分
        span, goal = None, span
    return Statement(sentence if each is None else condition, outcome, words, portion, span, goal, each)


_DATE = re.compile(r"\d{4}(?:[年-]\d{1,2}(?:[月-]\d{1,2}日?|月)?|年度?)|\d{1,2}月(?:\d{1,2}日|份)?")
_NEAR = re.compile(
    r"(?:\([^()]*\))?[^，；。\d]{0,8}(?:[，：]?(?:的|时|则|者|部分|之间|范围内|区间|内|得|可)*)*[，：]?$"
)


def _ranges(sentence: str) -> tuple[Span | None, Span | None]:
    """The range at the end of a condition; or the one quantity that is named before it (完成5次以上，完成的)."""
    sentence = _DATE.sub("日期", sentence)
    spans = list(find_spans(sentence))
    if not spans:
        return None, None
    span, _, end = spans[-1]
    if _NEAR.match(sentence[end:]):
        return span, None
    return None, span if len(spans) == 1 and span.unit and span.unit not in "天日月点" else None
