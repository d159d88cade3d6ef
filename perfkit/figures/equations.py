"""Equations that a text prints, computed again: （1,696÷4,900）×100%＝34.61%, 10分×95.66%＝9.57分.

Only what is sure is read: numbers joined by signs of arithmetic on one side, such numbers or a single one on the other.
Words beside numbers are passed over; where a word stands for a number (年初预算＋20万元), or two numbers stand side by
side, there is no equation. Two figures with their rate are one too: 2849.65万元，比上年增加319.38万元，增长14.09% says
319.38万元÷（2849.65万元－319.38万元）×100%＝14.09%, 计划改造85公里，实际改造78公里，完成率93.75% says
78÷85×100%＝93.75%. What is left of an amount, a mean, a share of what was named before, and the parts of an exact
amount of which one digit is another are told so too. The result may be in another scale (万元 for 元, 34.61 for a
rate), rounded or cut off, and the numbers that it comes from may have been rounded before they were printed.
"""

from __future__ import annotations

import ast
import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .expressions import SHOWN, SIGNS, evaluate
from .quantities import FULL_WIDTH, RATIO_SCALE, SCALE, display_plain

INFERRED = "推算："
"""What stands before an equation that nobody printed, but that the words or the other rows of a table say."""
_BRACKETS = str.maketrans({**dict.fromkeys("［【｛[{", "("), **dict.fromkeys("］】｝]}", ")")})
_OTHER_SIGNS = str.maketrans("·•∕–≈，", "**/-=；")
_TIMES = re.compile(r"(?<=[\d)%元分人])[xX](?=[\d(])")
_DASH = re.compile(r"^-+(?=[^\d(])")
_EQUALS = re.compile(r"(?<![<>≤≥≠=])=(?!=)")
_APART = re.compile(r"[。；！？、;\n]|(?<=\d)\s+(?=\d)|\d{4}-\d{1,2}-\d{1,2}")
"""What ends a calculation: a stop, a blank between two numbers, a date."""
_ONE = (
    "(?:人次|人|天|次|个|项|月|年|场|户|套|件|份|处|课时|篇|期|班|家|名|亩|公里|台|桌|间|㎡|平方米|吨|头|只|株|所|小时|分钟)"
    "(?:[(（][套次件张个只][)）])?"
)
_EACH = re.compile(rf"(?<=[元分])/{_ONE}(?:[*/]{_ONE})*(?!\w)")
"""A price or points for one of something (200元/人, 400元/人·天): no division."""
_FIGURE = rf"(?<![\d.,])\d[\d,]*(?:\.\d+)?[万亿千]?(?:元|{_ONE})"
_COUNT = r"(?<![\d.,])\d[\d,.]*[万亿千]?"
_PERCENT = r"-?\d[\d,]*(?:\.\d+)?%"
_IS = "(?:约?为|达到?|是|[:：])?"
_RATE = f"(?P<rate>{_PERCENT})"
_GROWN = rf"[,，(（]?(?:同比|资金)?(?:增[加长幅速]|上升|提高|下降|减少|降[低幅]|节[约省支])(?:率|了|约|为|达)*{_RATE}"
_STEP = "(?:(?P<more>增[加长收支])|减[少支收]|下降|降低|节[约省支](?:资金)?)了?<step:量>"
_SHARES = (
    ("计划|目标|任务", "实际|完成|到位|建成", "完成|达成|实现|到位|完工|建成"),
    ("发放|发出|下发", "回收|收回", "回收|收回"),
    ("回收|收回", "有效", "有效"),
    ("抽检|抽查|抽样|检测|检验|验收", "合格|达标|通过", "合格|达标|通过"),
    ("应(?:拨付|支付|发放|办结|报送)", "及时|按[时期]", "及时|按时"),
    ("固定资产", "在用|使用|利用", "利用|使用"),
)
"""What a whole is called, what the part of it, and the rate of these."""
_WHOLES = "应|申请|申报|受理|报名|参[加训]|抽|发放|登记|在册|共"
"""Words before a number of which some are counted behind it."""
_OTHER = "[不未超≥≤余季月]|目标|计划|阶段|半年|其中"
"""Words between two figures by which they are not a part and its whole."""
_OF_OTHERS = "[率时]|资金|投资|预算|支出|质量|整改"
"""Words before a rate by which it is not of these two."""
_LAST, _PLAN = r"(?:上年|去年|20\d\d年)", "(?:预算|概算|控制价|计划)"
_SAVED = "(?:结余|结转下年|剩余|尚余|缺口|节约|节省|节支)"
_SPENT = "(?:支出|使用|实际|执行|支付|拨付|到位|成交|中标|结算|决算)"
_FROM_BUDGET = f"(?:预算|计划|收入|到位|下达|安排|资金)…<whole:量>~；…{_SPENT}…"
_TIMES_RATE = r"\d[\d.]*分?[×xX*]\d[\d.]*%"
_EARNED = r"(?:[该本此](?:项?指标|项)?|(?:依据|根据|按照?)评分(?:标准|细则)|故|因此|所以|最终|实际|综合|，)*"
_POINTS = "得(?:分[为是]?)?<score:分>"
_DONE = r"(?P<done>[\u4e00-\u9fa5]{2})"
_OF_THEM = "<whole:件>…中，?[仅只共]?有?<step:同>"
_FROM_TO = f"由{_LAST}?的?<whole:数>…[至到为]<step:同>，"
_GREW = "{step}/({now}{back}{step})*100%"
_PATTERNS = {
    (_GREW, "rate"): [
        f"<now:量>(?:，(?:完成|为|占)[^。;；]{{0,24}}?%)?[,，。;；(（]?(?:同比|[比较与](?:20\\d\\d年)?)…(?:相比，)?{_STEP}{_GROWN}",
        rf"(?P<what>[\u4e00-\u9fa5、]{{3,12}}?)(?:决算|预算|总?[计数额]|均?为)*<now:量>(?:，[^,，。;；]{{1,20}}%)?。[比较与][^,，。;；]{{2,8}}相比，"
        f"(?P=what)…{_STEP}{_GROWN}",
    ],
    ("({now}-{was})/{was}*100%", "rate"): [
        rf"<now:数>[,，(（]?(?:同比|[比较与]){_LAST}(?:(?![增减升降多少加])[^\d,，。;；]){{0,8}}?<was:同>{_GROWN}",
    ],
    ("{step}/{whole}*100%", "rate"): [
        f"[比较](?:{_LAST}|{_PLAN})…<whole:量>，?{_STEP}{_GROWN}",
        *(
            rf"(?:{asked})(?!实际)……<whole:数>~，……(?:{done})……<step:同>"
            rf"(?:(?!{_OTHER}|{_OF_OTHERS})[^\d。;；]){{0,12}}?(?:{rate})率<rate>"
            for asked, done, rate in _SHARES
        ),
        *(f"{_OF_THEM}……(?:{done})…，(?:{rate})率<rate>" for _, done, rate in _SHARES),
        rf"<whole:件>(?:…中，?[仅只共]?有?|，(?:发现|其中)…)<step:同>[^。;；]{{0,20}}?{_DONE}?，(?:占(?:比例?|比重)?|(?P=done)率)<rate>",
        f"(?:{_WHOLES})…<whole:件>，……(?!完成|满意){_DONE}…<step:同>，……(?P=done)(?:率|密度)<rate>",
        "<step:数>…，(?:约?占|(?:是|为|达到?|完成)…(?:计划|目标|任务|预算))…<whole:同>…的<rate>",
        rf"{_RATE}[(（][^\d()（）]{{0,4}}(?:应|共|计划|目标|任务|总|参|发放|抽|检)[^\d()（）]{{0,4}}<whole:数>，(?:(?!收)[^\d()（）]){{0,8}}<step:同>[)）]",
        r"(?:有效问卷|收回|回收)(?:共|合计)?<whole:数>；(?:(?!不满意)[^\d。;；]){0,16}?满意[^\d,，。;；不]{0,8}?<step:个>，……满意[度率]<rate>",
        r"(?:预算|安排|下达|收到)[^\d,，。;；到]{0,20}?<whole:量>，(?!…到位)…(?:支出|使用|实际|执行|支付|决算)…<step:量>"
        "，…(?:(?:执行|控制|支[付出])率|完成(?:年初|全年|调整)?预算数?的)<rate>",
        "支出<step:量>，(?:年初|全年)?(?:预算|到位资金)…<whole:量>，…(?:执行|控制)率<rate>",
        "(?:满分|分值|权重)为?<whole:分>，(?:实际|评价)?得分?<step:分>，得分率<rate>",
        f"{_FROM_BUDGET}<spent:量>~，…{_SAVED}…<step:量>，(?:资金|平均)?(?:节[约支省]|结余)率<rate>",
    ],
    ("({whole}-{step})/{whole}*100%", "rate"): [
        "预算…<whole:量>，…(?:合同|中标|成交|采购|[决结]算)…<step:量>，…节[约省支]率<rate>",
        f"{_FROM_TO}…<less:同>{_GROWN}",
    ],
    ("({most}+{much})/{whole}*100%", "rate"): [
        "<whole:数>…[中,，]{1,2}非常满意的?<most:同>，(?:基本|比较)?满意的?<much:同>(?!.一般)[^。；;]{0,30}?满意[度率]<rate>",
    ],
    ("({most}+{much})/({most}+{much}+{some}+{none})*100%", "rate"): [
        "非常满意的?<most:数>，(?:基本|比较)?满意的?<much:同>，(?:一般|基本满意)的?<some:同>[,，、和]不满意的?<none:同>，…满意[度率]<rate>",
    ],
    ("{count}*{each}", "whole"): [f"<count:个>，单价…<each:量>(?:/{_ONE})?，(?:[总合共]计?|金额)…<whole:量>"],
    ("{count}*{each}", "points"): [
        r"<count:数>[^\d。;；]{0,16}?，每(?:发现)?1?(?P=unit)扣<each:分>，(?:合计|[共应])?扣<points:分>",
    ],
    ("{whole}/{step}", "mean"): [
        "<whole:数>，…<step:个>，(?:平均|[人户班生]均)…<mean:共>",
        "<step:个>，…<whole:元>，[人户]均(?!标准)…<mean:元>",
    ],
    ("{whole}-{step}", "rest"): [
        "原值…<whole:量>，…累计折旧…<step:量>，…净值…<rest:量>",
        rf"{_FROM_BUDGET}<step:量>~，(?:(?!年末|累计|滚存|上年)[^\d,，。;；]){{0,4}}?{_SAVED}…<rest:量>",
        f"<step:元>，?[比较](?:{_LAST}|{_PLAN})…<whole:元>(?:相比)?(?:节[约省支]|减少|下降|降低|增[加长])了?<rest:元>",
        f"{_FROM_TO}(?:缩短|减少|下降)<rest:共>",
        f"<step:%>，?(?:低于|[比较]{_LAST})…<whole:%>(?!…(?:提高|上升|增))…<rest:点>",
        f"<whole:%>，?(?:[高超][于过出]|[比较]{_LAST})…<step:%>(?!…(?:下降|降低|减))…<rest:点>",
        r"[(（]<whole:分>[)）](?:每[^,，。;；]{1,12}?扣\d[\d.]*分|(?!扣|[(（]\d[\d.]*分)[^;；]){0,120}?[,，。](?:(?!每)[^\d,，。;；扣]){0,12}"
        "扣[除减]?<step:分>，(?:[该本]项(?:指标)?)?(?:实际)?得分?<rest:分>",
        "分值<whole:分>，得分?<rest:分>(?:(?![扣每])[^;；]){1,80}?扣<step:分>(?!.*扣)",
    ],
    ("{first}{on}{step}", "whole"): [
        r"(?:年初|期初)[^\d。;；其]{0,14}?<first:量>[,，;；](?:年中|年度|当年|执行中|预算)?[^\d,，。;；其]{0,8}?"
        r"(?:(?P<more>追加|[调核]增|增加)|追减|[调核压]减|减少)…<step:量>[,，;；](?:调整后|全年|年终|最终)的?[^\d,，。;；其出行支]{0,8}?<whole:量>",
    ],
    ("{left}", "score"): [
        rf"(?P<left>{_TIMES_RATE})[=＝]\d[\d.]*分?[,，。;；]?{_EARNED}{_POINTS}(?!钟)",
        rf"{_POINTS}[(（](?P<left>{_TIMES_RATE})[)）]",
    ],
}
"""What words tell as an equation, by its left side and what stands on the right of it.

Figures stand in them as <name:kind>, of the kinds below; … are words without a stop, …… words that may pass a comma and
have none of `_OTHER`, ， a comma of any kind, ； any stop, ~ a rate that may stand between.
"""
_KINDS = {
    "量": rf"(?P<@>{_FIGURE})", "元": rf"(?P<@>{_COUNT}元)", "个": rf"(?P<@>{_COUNT}){_ONE}",
    "数": rf"(?P<@>{_COUNT})(?P<unit>元|{_ONE})", "件": rf"(?P<@>{_COUNT})(?P<unit>{_ONE})",
    "同": rf"(?P<@>{_COUNT})(?P=unit)", "共": rf"(?P<@>{_COUNT}(?P=unit))",
    "%": r"(?P<@>\d[\d.]*%)", "分": r"(?P<@>\d[\d.]*分)", "点": r"(?P<@>\d[\d.]*个百分点)",
}  # fmt: skip
"""An amount or a count with its unit, money, a count of anything; a number whose unit the next ones share; points."""
_WORDS = {
    "……": rf"(?:(?!{_OTHER})[^\d。;；:：]){{0,14}}?", "…": r"[^\d,，。;；]{0,10}?",
    "，": "[,，、]", "；": "[,，、。;；]", "~": rf"(?:[,，、][^\d,，。;；]{{0,8}}率{_IS}\d[\d.]*%)?",
    "<rate>": _IS + _RATE,
}  # fmt: skip
_SIGN = re.compile(r"\[(?:\\.|[^\]])*\]|<(\w+):(.)>|(?<!P)<rate>|……|[…，；~]")
"""A class of characters, which stays as it is, or a sign of the patterns above."""


def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern in the signs above as a regular expression."""

    def meant(sign: re.Match[str]) -> str:
        return _KINDS[sign[2]].replace("@", sign[1]) if sign[1] else _WORDS.get(sign[0], sign[0])

    return re.compile(_SIGN.sub(meant, pattern))


_TOLD = [(_compiled(pattern), *sides) for sides, patterns in _PATTERNS.items() for pattern in patterns]
_SHARE = re.compile(
    rf"(?P<parts>{_FIGURE}(?:[,，、和]{_FIGURE})*)[^\d,，。;；占]{{0,8}}"
    rf"(?:[,，](?:同比|[比较与])[^,，。;；]{{1,16}})?[,，(（]?占(?P<of>[^\d,，。;；]{{0,16}}?)"
    rf"(?:总?人数|总?金?额|总[数量])?(?:的?比[例重]?|的)?{_IS}(?P<shares>{_PERCENT}(?:[,，、和]{_PERCENT})*)"
)
"""Amounts and the share that each is of something."""
_AMONG = rf"({_FIGURE})(?:(?!{_FIGURE})[^。])*。?其中[^。;；]*$"
_IN_BRACKETS = re.compile(rf"({_FIGURE})。?[(（](?:其中[:：]?)?([^()（）]*)[)）]")
"""An amount and what it is made up of."""
_NO_PART = re.compile("占|[比较与]|同比|完成|增|减|下降")
"""How a clause begins that says something else of the part before it."""
_BETWEEN = re.compile(r"(?<!\d)[,，、]|[,，、](?!\d)|(?<=[元人名个台套件户])[和及]")
_ADDED_UP = re.compile(
    r"(?<![^。;；])((?:(?!其中)[^。;；])*?)[,，、][^\d,，。;；、]{0,4}[总合共]计[^\d,，。;；]{0,2}" rf"({_FIGURE})"
)
_WHOLLY = [
    (3, all, re.compile("中央|[省市县区]级|[省市县区]财政|自筹|自有|配套|专项债")),
    (3, all, re.compile("出国|用车|公车|接待")),
    (3, all, re.compile("货物|工程|服务")),
    (3, all, re.compile("在职|在编|离休|退休|其他人员|临聘|聘用")),
    (2, all, re.compile("基本支出|项目支出|经营支出")),
    (3, any, re.compile("^其[他它]")),
]
"""How many parts there are at least, and what all of them, or one, are called where nothing is left out."""
_EXACT = 4
"""Digits of an amount, without noughts at its ends, from which on it is no round one."""
_TWO = re.compile(r"\d\D+\d")
"""Two numbers, without which there is no equation."""
_RANGE = re.compile(r"\d+－\d+")
"""From one whole number to another (10-20人), if it is not a subtraction."""
_TOKEN = re.compile(
    r"(?<![\d.])(?P<number>(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?)(?!\.?\d)(?P<scale>千万|百万|[万亿千])?"
    r"(?P<unit>%|‰|个?百分点|元|分)?(?P<when>[年月日号季度时届])?"
    r"|(?P<sign>[-+*/()])|(?P<word>[^\-+*/()])"
)
_FACTORS = (1.0, 1e4, 1e-4, 1e8, 1e-8)
"""By which the scale of a result may differ from that of what it comes from, where units are left out."""
_HUNDREDFOLD = (100.0, 0.01)
"""And where the result is no percentage by its sign: 34.61 for a rate."""
_NO_ARITHMETIC = re.compile(r"[-+*/]\s*[-+*/]|\(\s*\)|^\s*[+*/]|[\d)]\s*\(")
"""A number is missing between two signs, a sign before a bracket."""
_FAR = 600
"""How far from its parts, or from how it changed, an amount is looked for."""
_MOST = 100
"""Numbers and signs of one side: what has more is no calculation that somebody printed."""


@dataclass(frozen=True, slots=True)
class Equation:
    """A printed equation.

    Parameters
    ----------
    left, right : both sides as printed, without words; the right one may be a single number.
    computed : what the left side gives, written like the right one; "" where the two agree.
    inferred : whether nobody printed it as an equation.
    """

    left: str
    right: str
    computed: str
    inferred: bool = False

    @property
    def text(self) -> str:
        """（1,696÷4,900）×100%＝34.61%."""
        return f"{INFERRED if self.inferred else ''}{self.left}＝{self.right}"


def find_equations(text: str) -> Iterator[Equation]:
    """Every equation that a text prints, in its order."""
    said = text.translate(FULL_WIDTH)
    told = re.sub(r"\s+", "", said)
    if _TWO.search(told):
        yield from dict.fromkeys((*_told(told), *_shares(told), *_sums(told)))
    if "=" not in said and "≈" not in said:
        return
    plain = text
    for signs in (_OTHER_SIGNS, FULL_WIDTH, _BRACKETS, SIGNS):
        plain = plain.translate(signs)
    for clause in (re.sub(r"\s+", "", clause) for clause in _APART.split(plain)):
        inferred = clause.startswith(INFERRED.translate(FULL_WIDTH))
        clause = _EACH.sub("", _TIMES.sub("*", _DASH.sub("", clause)))
        sides = list(map(_tokens, _EQUALS.split(clause)))
        for before, behind in itertools.pairwise(sides):
            if max(len(before), len(behind)) > _MOST:
                continue
            left, right = _at_end(before), _at_start(behind)
            if left and right and len(left.numbers) > 1 and (inferred or not _RANGE.fullmatch(left.text)):
                yield Equation(left.text, right.text, _difference(left, right), inferred)


def _told(said: str) -> Iterator[Equation]:
    """Figures and what comes of them, as words tell it: an adjusted budget; how much more or less than before, or of
    what was planned, with the rate of it; points beside what they come from.

    A change may be that of an amount further before: 收入900万元，其中结转300万元，比上年增加100万元，增长12.5%.
    """
    rates = "%" in said
    for pattern, template, result in [each for each in _TOLD if rates or each[2] != "rate"]:
        for told in pattern.finditer(said):
            found = told.groupdict()
            on, back = "+-" if found.get("more") else "-+"
            before, now = _before(said, told.start()).rpartition("。")[2], found.get("now") or ""
            nows = [now, *(_figures(before, _unit(now)) if now else ())]
            bases = (template.format_map({**found, "on": on, "back": back, "now": now}) for now in nows)
            lefts = (re.sub("[×xX]", "*", base) for base in bases)
            yield from _fitting(lefts, found[result], inferred=template != _GREW)


def _shares(said: str) -> Iterator[Equation]:
    """Amounts with the share that each is of one before it: of any whose share it is, else of that which most others of
    the same name are shares of, which has the name, or which the amount is among.
    """
    named: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for found in _SHARE.finditer(said):
        parts, shares = re.findall(_FIGURE, found["parts"]), re.findall(_PERCENT, found["shares"])
        if len(parts) == len(shares):
            of = named.setdefault((found["of"], _unit(parts[0])), [])
            of += zip(parts, shares, itertools.repeat(_before(said, found.start())), strict=False)
    for (name, unit), told in named.items():
        own = re.compile(rf"{re.escape(name)}[^\d,，。;；]{{0,8}}?({_FIGURE})" if name else _AMONG)
        fitting = [
            [whole for whole in _figures(before, unit) if _is_share(part, whole, share)] for part, share, before in told
        ]
        usual = Counter(itertools.chain(*fitting)).most_common(1)
        for (part, share, before), wholes in zip(told, fitting, strict=True):
            known = [whole for whole, times in usual if name or times > 1] or own.findall(before)[-1:]
            likely = (f"{part}/{whole}*100%" for whole in (*wholes, *known) if _unit(whole) == unit)
            yield from _fitting(likely, share)


def _sums(said: str) -> Iterator[Equation]:
    """What an amount is made up of behind “其中”, in brackets or before “共计”, where the parts have names that leave
    nothing out, or the amounts are exact and a single digit apart: a list that names only some is never that near.
    """
    plain = re.sub(r"[(（][^()（）]*[)）]", "", said)
    lists = [found.groups() for found in _IN_BRACKETS.finditer(said)]
    for found in re.finditer("其中|包括[:：]", plain):
        before = _before(plain, found.start()).rstrip("。")
        listed = plain[found.end() : found.end() + _FAR].lstrip(":：,，")
        lists.append((before.rpartition("。")[2], re.split("。|其中", listed)[0]))
    lists += [(found[2], "，".join(reversed(_BETWEEN.split(found[1])))) for found in _ADDED_UP.finditer(plain)]
    for before, listed in lists:
        for unit in dict.fromkeys(map(_unit, _figures(before))):
            yield from _sum(_figures(before, unit), _parts(listed, unit))


def _parts(listed: str, unit: str) -> list[tuple[str, str]]:
    """The parts in a unit that a list has, between commas, or between semicolons where more is said of each: the words
    before each, and its amount.
    """
    parts: list[tuple[str, str]] = []
    items = re.split("[;；]", listed)
    for clauses in (_BETWEEN.split(items[0]), items):
        if len(parts) < 2:
            told = [clause for clause in clauses if not _NO_PART.match(clause)]
            amounts = ((clause, _figures(clause, unit)[:1]) for clause in told)
            parts = [(clause.partition(amount)[0], amount) for clause, found in amounts for amount in found]
    return parts


def _sum(wholes: Sequence[str], parts: Sequence[tuple[str, str]]) -> Iterator[Equation]:
    """The sum of parts, where none of the wholes is that of them or of the first of them, and the next one ought to."""
    rights = list(filter(None, map(_read, wholes)))
    amounts = [amount for _, amount in parts]
    sums = list(filter(None, (_read("+".join(amounts[:n])) for n in range(2, len(parts) + 1))))
    if not (sums and rights and all(_difference(left, right) for left in sums for right in rights)):
        return
    left, right = sums[-1], min(rights, key=lambda right: abs(right.value - sums[-1].value))
    step = min(number.step(rates=True) for number in (*left.numbers, *right.numbers))
    one, other = (round(side.value / step) for side in (left, right))
    near = len(str(abs(one - other)).rstrip("0")) == 1 and len(str(max(one, other)).rstrip("0")) >= _EXACT
    named = any(len(parts) >= n and how(map(names.search, dict(parts))) for n, how, names in _WHOLLY)
    if near or (named and not re.search(r"\d", "".join(dict(parts)))):
        yield Equation(left.text, right.text, _difference(left, right), inferred=True)


def _before(said: str, at: int) -> str:
    return said[max(0, at - _FAR) : at]


def _is_share(part: str, whole: str, share: str) -> bool:
    return [each.computed for each in _fitting([f"{part}/{whole}*100%"], share)] == [""]


def _unit(figure: str) -> str:
    """What a figure counts: 元 of 12.5万元."""
    return re.sub(r"^[\d,.]+[万亿千]?", "", figure)


def _figures(text: str, unit: str = "") -> list[str]:
    """The different figures of a text, or those in a unit."""
    return [each for each in dict.fromkeys(re.findall(_FIGURE, text)) if not unit or _unit(each) == unit]


def _fitting(lefts: Iterable[str], right: str, *, inferred: bool = True) -> Iterator[Equation]:
    """The equation of the first left side that gives the right one, else of the first at all.

    Where more was done than planned, 100% often stands for all of it.
    """
    said = _read(right)
    found: list[Equation] = []
    for left in map(_read, lefts):
        if said and left and not math.isnan(left.value):
            is_all = inferred and said.value == 1 < left.value
            found.append(Equation(left.text, said.text, "" if is_all else _difference(left, said), inferred))
    yield from sorted(found, key=lambda each: each.computed != "")[:1]


def _tokens(text: str) -> list[re.Match[str]]:
    """The numbers and signs of a text, without its words."""
    return [token for token in _TOKEN.finditer(text) if not token["word"]]


@functools.lru_cache(maxsize=1024)
def _read(text: str) -> _Side | None:
    """A text as arithmetic."""
    return _side(_tokens(text))


def _at_end(tokens: Sequence[re.Match[str]]) -> _Side | None:
    """The longest arithmetic before the sign of an equation; None where it goes on with what is no number."""
    found = ((start, side) for start in range(len(tokens)) if (side := _side(tokens[start:])))
    start, side = next(found, (0, None))
    before = tokens[start - 1][0] if start else ""
    times = before and before not in "(+-*/" and tokens[start]["sign"] == "("  # 5(3+2)
    return None if times or (before and before in "+-*/") else side


def _at_start(tokens: Sequence[re.Match[str]]) -> _Side | None:
    """The longest arithmetic behind the sign of an equation; None where it goes on with what is no number."""
    found = ((end, side) for end in range(len(tokens), 0, -1) if (side := _side(tokens[:end])))
    end, side = next(found, (0, None))
    return None if tokens[end:] and tokens[end][0] in "+-*/" else side


def _side(tokens: Sequence[re.Match[str]]) -> _Side | None:
    """The tokens as arithmetic; None where they are none, or one of them is a date."""
    numbers = [token for token in tokens if token["number"]]
    names = iter(f" _{i} " for i in range(len(numbers)))
    code = "".join(token["sign"] or next(names) for token in tokens)
    if not numbers or any(token["when"] for token in numbers) or _NO_ARITHMETIC.search(code):
        return None
    try:
        tree = ast.parse(code.strip(), mode="eval").body
    except SyntaxError:
        return None
    text = "".join(token[0] for token in tokens).translate(SHOWN)
    return _Side(text, tuple(map(_number, numbers)), tree)


class _Number(NamedTuple):
    """A printed number: digits, decimals, what its scale (万) and its rate (%) make of it, and its unit as printed."""

    digits: float
    decimals: int
    scale: float
    rate: float
    unit: str

    def value(self, *, rates: bool) -> float:
        return self.digits * self.scale * (self.rate if rates else 1.0)

    def step(self, *, rates: bool) -> float:
        """What a unit of its last printed place is worth."""
        return 10.0**-self.decimals * self.scale * (self.rate if rates else 1.0)

    @property
    def is_exact(self) -> bool:
        """Whether it is a whole number of something, or 100%, and nothing that may have been rounded."""
        return not self.decimals and self.scale == 1.0 and (self.rate == 1.0 or self.digits == 100.0)


def _number(token: re.Match[str]) -> _Number:
    digits, scale, unit = token["number"].replace(",", ""), token["scale"] or "", token["unit"] or ""
    decimals = len(digits.partition(".")[2])
    return _Number(float(digits), decimals, float(SCALE[scale]), float(RATIO_SCALE.get(unit, 1)), scale + unit)


class _Side(NamedTuple):
    """One side of an equation: its text, its numbers, and the tree that joins them."""

    text: str
    numbers: tuple[_Number, ...]
    tree: ast.expr

    @property
    def value(self) -> float:
        """The value, with a percentage as what it is of one."""
        return self.compute(rates=True)[0]

    def compute(self, *, rates: bool) -> tuple[float, float]:
        """The value, NaN for a division by zero; and how far its numbers, rounded as printed, may put it off."""
        values = [number.value(rates=rates) for number in self.numbers]
        whole, slack = self._value(values), 0.0
        for i, number in enumerate(self.numbers):
            if not number.is_exact:
                moved = [*values[:i], values[i] + number.step(rates=rates) / 2, *values[i + 1 :]]
                slack += abs(self._value(moved) - whole)
        return whole, slack

    def _value(self, values: Sequence[float]) -> float:
        return float(evaluate(self.tree, {f"_{i}": value for i, value in enumerate(values)}))


def _difference(left: _Side, right: _Side) -> str:
    """What the left side gives, where that is not what the right one says; "" where it is, or cannot be computed."""
    last, nearest = right.numbers[-1], (math.inf, "")
    hundred = last.rate == 1.0 or any(number.digits == 100.0 for number in left.numbers)  # ×100 without its sign
    for rates in (True, False) if hundred else (True,):
        (found, off), (said, other) = left.compute(rates=rates), right.compute(rates=rates)
        step = last.step(rates=rates) if len(right.numbers) == 1 else 0.0
        slack = other if len(right.numbers) > 1 else step / 2
        for factor in _FACTORS if last.rate != 1.0 else (*_FACTORS, *_HUNDREDFOLD):
            value = found * factor
            more = abs(value) - abs(said)  # a decrease is often printed without its sign
            if math.isnan(more) or 0 <= more < step or abs(more) <= slack + off * factor + 1e-9 * abs(said):
                return ""
            likely = factor == 1 or last.rate == 1.0  # a percentage has its scale by its sign
            apart = abs(math.log(abs(value / said))) if value * said and likely else 0.0 if factor == 1 else math.inf
            written = display_plain(value / (last.scale * (last.rate if rates else 1.0)), max(last.decimals, 2))
            nearest = min(nearest, (round(apart, 9), written + last.unit), key=lambda found: found[0])
    return nearest[1]
