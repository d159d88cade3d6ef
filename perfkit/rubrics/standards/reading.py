"""From the statements of a 评分标准 to rules: all its readings, the one that is scored first.

A text is read from the outside in, each part of `Reader` asking the next: the frame that joins several rules
(或者, ±), a list of elements (①②③), the statements in it (得…分, 扣…分, 不得分), and of these the words that earn
(优, 完成) or the ranges, steps and shares of one value (≥90%, 每降低1%, 按比例).

What no statement says is in no rule: a text that cannot be read whole raises `UnclearError`, with what was not read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any, Literal

from pydantic import TypeAdapter

from ...figures.quantities import SPANS_OF_TIME, display_plain
from ..rules.base import FULL, NOTHING, BaseRule, Context, Portion
from ..rules.combined import AnyOf, Rule, SumOf
from ..rules.counted import CIRCLED, Checklist
from ..rules.judged import Judged, Qualitative, SelfDeclared
from ..rules.numeric import OF_EXCESS
from ..rules.ranges import gaps, parse_range
from .elements import checklist, find_elements, read_scheme
from .spans import Edge, Span, amount, find_spans, hull, is_counted, joined, uncovered
from .statements import Each, Statement, Text, outcomes, read_modifiers, read_text
from .wording import PARTS, PHRASES, circled_numbers, patterns, plain, printed, read_portion

_RULE: TypeAdapter[BaseRule] = TypeAdapter(Rule)
Data = dict[str, Any]
Said = list[Statement]
Side = Literal["below", "above"]
_OTHER: dict[str, Side] = {"below": "above", "above": "below"}
_BARE = {plain(rule.standard(Context(0))): rule.kind for rule in (SelfDeclared(), Judged(), Qualitative())}
"""What rules without parameters write of themselves."""

_REFUSED = [(re.compile(regex), what) for _, regex, what in patterns("refused")]
"""Wordings of a whole text that say more than is read, and what is not clear of them."""
_REFUSED_STATEMENTS = [(re.compile(regex, re.S), what) for _, regex, what in patterns("refused statements")]
"""The same of the statements of a text, as `Reader._marked` writes them."""
_MARKS = "⊙⊕⊖▽∝？◇↔↻┃"
"""Full marks, points, nothing, a deduction, a proportion, a judgement; else, of a range, a step; where it ends."""


_FREE = re.compile("[，；。]?(?:无|没有|未发生|未出现)([\u4e00-\u9fff]{2,10}?)的?[，；。]?$")
"""What full marks are free of: 无有效投诉得满分."""


class UnclearError(Exception):
    """Why a text gives no rule, in Chinese."""


def read_rules(
    text: str, context: Context, name: str = "", better: str = "", *, usual: str | None = None
) -> list[BaseRule]:
    """Every reading of a printed text, the one that is scored first; the `usual` formula for lower-is-better is left
    out of the rule. Raises `UnclearError`.
    """
    one = plain(text)
    reader = Reader(context, f"{name}：{text}：{one}", better, usual)  # as printed too: 超预算 is spelled away
    for pattern, what in _REFUSED:
        _refuse((match[0] for said in (one, text) for match in pattern.finditer(said)), what)
    found = [_RULE.validate_python(data) for data in reader.read(one.strip("。；，"))]
    if all(leaf.decided == "scored" for leaf in found[0].leaves()):
        _refuse_limits(read_modifiers(one), found[0], context)
        _refuse_dropped(one, found[0], context.weight)
    return [rule for i, rule in enumerate(found) if rule not in found[:i]]


def _refuse_dropped(text: str, rule: BaseRule, weight: float) -> None:
    """A figure of the text that is nowhere in the rule was not understood.

    A rule may hold it otherwise: 扣1分 as what is left of the weight, 89分 as what lies below 90分, a limit of 15%
    as the end and the width of a range.
    """
    data = json.dumps(rule.model_dump(exclude_unset=True, mode="json"), ensure_ascii=False)
    held = {0.0, 1.0, 100.0, *map(float, re.findall(PARTS["NUMBER"], data))}
    held |= {float(len(leaf.items)) for leaf in rule.leaves() if isinstance(leaf, Checklist)}
    held |= {abs(one - other) for one in held for other in held} | {weight / n for n in held if n}
    portions = {n * scale for n in held for scale in (1, 100, weight, weight / 100)}
    portions |= {whole - n for n in portions for whole in (weight, 100)} | {100 / n for n in held if n}
    for match in re.finditer(PARTS["X"], PHRASES["elsewhere"].sub("", PHRASES["date"].sub("", text))):
        own = portions if match["x_unit"] in ("%", "分") else held
        value = abs(float(match["x"]))
        if match["x_unit"] and not any(abs(value - n) < 0.01 for n in own):
            raise UnclearError(f"没有读懂“{match[0]}”")


def _refuse_limits(text: Text, rule: BaseRule, context: Context) -> None:
    """What a text says to be given at most, or at least, or by all its elements, and its rule does not keep, was not
    understood.
    """
    leaves, given = list(rule.leaves()), list[float]()
    for leaf in leaves:
        own = leaf.reachable(context) or [getattr(leaf, "cap", getattr(leaf, "base", 1.0))]
        given += own
        if isinstance(leaf, Checklist) and "满足的累加" not in text.plain:  # as perfkit itself writes it
            total = max(own) if leaf.by_count else leaf.parts(context).sum()
            if total > 1 + 1e-3 or (leaf.by_count and total < 1 - 1e-3):
                raise UnclearError(f"没有读懂全部要素满足时得几分：合计为权重的{total:.4g}倍")
    most = {max(given), *([1.0] if isinstance(rule, SumOf) else [])}  # of a part, or of all together
    if text.cap and all(abs(text.cap.share(context) - each) > 1e-6 for each in most):  # 完成1项得1分，最多得5分
        raise UnclearError("没有读懂最高得几分，和前面各得几分的关系")
    least = text.floor.share(context) if text.floor else 1 - text.most.share(context) if text.most else 0.0
    kept = isinstance(rule, AnyOf) or any(getattr(leaf, "floor", 0) for leaf in leaves)
    if not kept and min(rule.reachable(context) or [0.0]) < least - 1e-6:
        raise UnclearError("没有读懂最低得几分，和前面各得几分的关系")


class Reader:
    """Reads one text; `subject` is what name and text call the value, `better` what its formula says of it."""

    def __init__(self, context: Context, subject: str, better: str, usual: str | None) -> None:
        self.context, self.subject, self.better, self.usual = context, subject, better, usual

    # ---- the frame: what joins several rules, and the texts that perfkit writes of them ----

    def read(self, text: str) -> list[Data]:
        """All readings of a plain text."""
        if text.endswith("；各部分得分相加"):
            return self._written_parts(text.removesuffix("；各部分得分相加"))
        if re.match(r"\(1\)(?:指标值|不?满足|其他情形|[^，；。：]{1,20}为)[^，；。：]*：", text):
            return self._written_cases(text)
        if text.endswith("；各项扣分累计"):
            return self._deducted(text.removesuffix("；各项扣分累计").split("；另外"))
        if text.endswith("；取较优者"):
            parts = text.removesuffix("；取较优者").split("；或者")
            return [{"kind": "any_of", "rules": [self.read(part)[0] for part in parts]}]
        if text in _BARE:
            return [{"kind": _BARE[text]}]
        if text.startswith(OF_EXCESS):
            return [data | {"of": "excess"} for data in self.read(text.removeprefix(OF_EXCESS))]
        if text.endswith("，由评价人酌情评定得分比例并说明理由"):
            return [{"kind": "judged", "criterion": text.removesuffix("，由评价人酌情评定得分比例并说明理由")}]
        if alternatives := self._alternatives(text):
            return alternatives
        if PHRASES["both_sides"].search(text):
            return self._around(PHRASES["both_sides"].sub("", text))
        if elements := find_elements(text):
            return self._elements(*elements)
        pieces = [piece for piece in re.split("[；。]", text) if piece]
        stated = [float(points) for piece in pieces for points in re.findall(r"\((\d+(?:\.\d+)?)分\)", piece)]
        if len(pieces) == len(stated) > 1 and abs(sum(stated) - self.context.weight) < 1e-9:
            return self._scored_elements("", pieces, "")
        if len(pieces) > 1 and all(map(PHRASES["own_end"].search, pieces)) and "最多扣" in text:
            return self._deducted(pieces)  # 每处错误扣0.5分，最多扣2分；每处遗漏扣1分，扣完为止
        return self._scored(read_text(text))

    def _deducted(self, texts: list[str]) -> list[Data]:
        """Deductions that are each said whole, and add up."""
        rules = [self.read(text)[0] for text in texts]
        _name_counts(rules)
        return [{"kind": "all_deductions", "rules": rules}]

    def _alternatives(self, text: str) -> list[Data] | None:
        """…；或者…，取较优者: each alternative gives points by itself."""
        own = PHRASES["best_counts"].sub("", text)
        parts = [part.strip("，；。") for part in re.split("(?:[；。]|(?<=分)，?)或者?(?:是)?，?", own)]
        if len(parts) < 2 or not all(outcomes(part) for part in parts):
            return None
        whole = [len(outcomes(part)) == 1 and re.search("满分|权重分", part) for part in parts]
        closed = [f"{part}，否则不得分" if alone else part for part, alone in zip(parts, whole, strict=True)]
        return [{"kind": "any_of", "rules": list(rules)} for rules in product(*map(self.read, closed))]

    def _around(self, text: str) -> list[Data]:
        """±5%以内得满分，每超过1%扣0.5分: what is said of one side of 0 (or of a full 100%) holds of the other."""
        deviation = re.search("偏差|变动|调整|差异|偏离", self.subject) is not None
        centred = re.search("(?<!×)100%", text) is not None or ("=" in text and not deviation)
        found: list[Data] = []
        for data in self.read(text):
            if data["kind"] == "all_or_nothing" and data.get("target", "").startswith(("≤", "=")):
                edge = data["target"][1:]
                data = {"kind": "bands", "bands": [_band(f"≤{edge}", FULL), _band(f">{edge}", NOTHING)]}
            if data["kind"] == "deduction" and data.get("from"):
                edge = data["from"] if centred else f"-{data['from']}".replace("-0%", "0%")
                other = data | {"from": edge, "when": _OTHER[data["when"]]}
                found.append({"kind": "all_deductions", "rules": [data, other]})
            elif data["kind"] == "bands":
                found.append({"kind": "bands", "bands": [other for band in data["bands"] for other in _mirrored(band)]})
            else:
                raise UnclearError("没有读懂正负两边各是什么档次")
        return found

    def _written_parts(self, text: str) -> list[Data]:
        """（1）数量（2分）：…；（2）质量（3分）：…"""
        parts = []
        for piece in re.split(r"；?\(\d+\)(?=[^：]+\([^()]*分\)：)", text)[1:]:
            head, _, rule = piece.partition("：")
            name, _, share = head.removesuffix(")").rpartition("(")
            parts.append(self._part(name, share.removesuffix("权重分"), rule))
        return [{"kind": "sum_of", "parts": parts}]

    def _written_cases(self, text: str) -> list[Data]:
        """（1）指标值为100%以下的：…；（2）其他情形：…"""
        cases: list[Data] = []
        # How a condition is called says nothing of the value: 较上年下降.
        own = Reader(self.context, re.sub("要求[(（][^()（）]*[)）]", "要求", self.subject), self.better, self.usual)
        for piece in re.split(r"；?\(\d+\)(?=(?:指标值|不?满足|其他情形|[^，；。：]{1,20}为))", text)[1:]:
            head, _, rest = piece.partition("：")
            case: Data = {}
            if match := re.match("(不?)满足(.*?)的$", head):
                case = {"when": {"met": "否" if match[1] else "是"}}
                asked = re.fullmatch(r"要求(?:\((.*)\))?", match[2])
                case |= {"on": match[2]} if not asked else {"text": asked[1]} if asked[1] else {}
            elif head != "其他情形":
                on, _, range_text = head.removesuffix("的").partition("为")
                _refuse([] if (spans := list(find_spans(range_text))) else [head])
                case = {"when": str(spans[-1][0].unmarked_open)} | ({} if on == "指标值" else {"on": on})
            cases.append(case | {"rule": own.read(rest)[0]})
        return [_first_of(*cases)]

    def _part(self, name: str, share: str, text: str) -> Data:
        points = float(share[:-1])
        weight = points if share.endswith("分") else points / 100 * self.context.weight
        own = Reader(replace(self.context, weight=weight), f"{name}：{text}", "", self.usual)
        return {"name": name, "share": share, "rule": own.read(text)[0]}

    # ---- elements: a list, and what is said of all of it ----

    def _elements(self, before: str, texts: list[str], tail: str) -> list[Data]:
        if all(re.search(r"\d%\)$", text) for text in texts):
            texts = [f"{text.removesuffix(')')}权重分)" for text in texts]  # ①目标明确（40%）
        for all_of in re.findall(rf"(?<=[，的时])({PARTS['REF']})项?(?={PARTS['NO_POINTS']})", tail):
            if len(circled_numbers(all_of)) == len(texts):
                tail = tail.replace(all_of, "该指标")  # 无绩效目标的，①~④均不得分
        _refuse(text for text in texts if PHRASES["depends"].search(text))  # 若①未完成则②不得分
        scored = [outcomes(text) for text in texts]
        if scored[-1] and not any(scored[:-1]) and PHRASES["all_of"].search(before):  # 同时满足①甲；②乙的，得5分
            begin = scored[-1][0].start()
            tail, texts[-1] = f"全部满足{texts[-1][begin:]}；{tail}", texts[-1][:begin].rstrip("，的")
        if all(scored):
            return self._scored_elements(before, texts, tail)
        if not (outcomes(tail) or outcomes(before) or any(scored)):
            return [{"kind": "checklist", "items": [{"text": text} for text in texts]}]
        if outcomes(tail) and outcomes(before):  # 有目标得2分：①明确；②可衡量，每符合一项得1分
            partial = (s.said for s in read_text(before).statements if not self._is_full(s))
            _refuse(partial, "和各项要素的关系")
        tail_text = read_text(tail if outcomes(tail) else before)
        finds = all(s.outcome == "deduct" and s.each for s in tail_text.statements)
        if finds and PHRASES["violations"].search(before + tail):  # 出现下列情形之一的，每项扣1分
            return self._scored(tail_text)
        return self._told_elements(texts, tail_text, {})

    def _told_elements(
        self, texts: list[str], tail: Text, own: dict[int, Portion], closing: Sequence[int] = ()
    ) -> list[Data]:
        """Elements with points of their `own`, if they have any, and those that close the indicator, under what is
        said of all of them.
        """
        scheme = read_scheme(tail, len(texts), self.context, own, closing)
        loose = f"[^，；。｜]*[{CIRCLED}][^｜]*" if own else f"[{CIRCLED}][^，；。｜{CIRCLED}]*[一-鿿][^｜]*"
        _refuse(re.findall(loose, scheme.rest) if own or not outcomes(scheme.rest) else [])
        if not outcomes(scheme.rest) and (data := checklist(texts, scheme, self.context)):
            return [data]
        gates = [s for s in tail.statements if s.gives_nothing and not s.span]
        others = "。".join(s.said for s in tail.statements if s not in gates)
        named = [_denied(s, texts) for s in gates]
        gated = [*closing, *(n for n in named if n is not None)]
        scheme = read_scheme(replace(tail, plain=others), len(texts), self.context, own, gated)
        data = checklist(texts, scheme, self.context)
        whole = [s for s, n in zip(gates, named, strict=True) if n is None and (_missed(s) or not own)]
        if gates and data and not outcomes(scheme.rest) and not (own and not all(map(_is_veto, whole))):
            return [_gated(data, whole) if whole else data]
        if own or re.search(f"[{CIRCLED}]", tail.plain) or PHRASES["number_met"].search(tail.plain):
            raise UnclearError(f"没有读懂各要素怎样给分：“{tail.plain}”")
        return self._scored(tail)

    def _scored_elements(self, before: str, texts: list[str], tail: str) -> list[Data]:
        """Elements that each say their points: tiers of one value, parts with rules of their own, or a checklist."""
        first = read_text(before).statements
        others = [s for s in first if not s.gives_nothing]
        more = (s.said for s in others if not (self._is_full(s) or (s.each and s.outcome == "earn")))
        _refuse(more, "和各项要素的关系")
        if first and not others:  # 弄虚作假的不得分；①甲得2分；②乙得3分
            _refuse(s.said for s in first if s.is_else or re.search("[以如]下|下[列述]|之一", s.condition))
            return [_gated(data, first) for data in self._scored_elements("", texts, tail)]
        read, told = [read_text(text) for text in texts], read_text(tail)
        lost = (s for s in told.statements if s.gives_nothing)
        _refuse(s.said for s in lost if PHRASES["any_one"].search(s.condition))
        closing: list[int] = []
        for number, text in enumerate(read):  # ①甲得1分，否则不得分; ②乙得1分，未制定的不得分 (或 该指标不得分)
            if len(text.statements) == 2 and not any(s.span or s.goal or s.each for s in text.statements):
                own, nothing = text.statements[0].condition, [s for s in text.statements if s.portion == NOTHING]
                closing += [number for s in nothing if "指标" in s.words]
                made = [s for s in nothing if number == len(read) - 1 and PHRASES["not_made"].search(s.clause)]
                # Is it said of all that is listed?
                _refuse(s.said for s in made if not all(f"{s.clause[1:]}了" in each for each in texts))
                text.statements = [s for s in text.statements if s not in nothing or _missed(s) not in own]
            elif len(text.statements) == 1 and (gate := PHRASES["own_gate"].fullmatch(texts[number])):
                text.statements[0] = replace(text.statements[0], condition=gate[1])
                closing.append(number)
        statements = [s for text in read for s in text.statements]
        single = all(len(text.statements) == 1 for text in read)
        single &= all(s.outcome == "earn" and not s.each for s in statements)
        tiers = all(s.span for s in statements) and len({s.range.unit for s in statements}) == 1
        odd = any(s.portion in (NOTHING, FULL) for i, s in enumerate(statements) if i not in closing or not single)
        if tiers or (single and odd):
            return self._scored(read_text("；".join([*texts, tail])))
        if single:
            portions = dict(enumerate(s.portion for s in statements))
            return self._told_elements([_item(s)["text"] for s in statements], told, portions, closing)
        losing = all(text.statements and all(s.outcome == "deduct" for s in text.statements) for text in read)
        # What costs points behind a list of what costs points is said of the last element.
        others = [s for s in told.statements if not (losing and s.outcome == "deduct" and not s.each)]
        if any(s.outcome != "earn" or s.portion != NOTHING or _missed(s) for s in others):
            raise UnclearError(f"没有读懂“{tail}”")
        if losing:
            return self.read("；".join(filter(None, [before, *texts, "" if others else tail])).strip("，；。："))
        return self._parts_of(texts)

    def _parts_of(self, texts: list[str]) -> list[Data]:
        """Parts whose points stand in brackets, or are the most that their own statements give."""
        parts: list[Data] = []
        said = [read_text(text).statements for text in texts]
        whole = [s for statements in said for s in statements]
        closed = any(s.each for s in whole) and not any(s.gives_nothing and not s.span for s in whole)
        closed &= "。" not in "".join(texts)  # else what is found may be of all of them
        vetoes = (s.said for s in said[-1] if s.gives_nothing and not s.span and _is_veto(s))
        _refuse(vetoes, "是一部分还是全部不得分") if len(said[-1]) > 2 else None
        for number, (text, statements) in enumerate(zip(texts, said, strict=True)):
            earned = [s.portion.value for s in statements if s.portion.is_points and s.outcome == "earn"]
            points = max(earned, default=0.0)
            if stated := re.search(r"\((\d+(?:\.\d+)?)分\)", text):
                text, points = text.replace(stated[0], ""), float(stated[1])
                statements = read_text(text).statements
            if not points:
                raise UnclearError(f"没有读懂“{text}”占多少分")
            label = re.split("[，；。：≥≤<>=\\d]|得(?=\\d)", text)[0] or f"第{number + 1}部分"
            if [(s.outcome, s.each or s.span) for s in statements] == [("earn", None)]:
                _refuse([] if closed else [text])
                text = f"{text}，否则不得分"  # of a part that says no more
            parts.append(self._part(label, f"{display_plain(points)}分", text))
        return [{"kind": "sum_of", "parts": parts}]

    # ---- statements: what kind of text they make ----

    def _scored(self, text: Text) -> list[Data]:
        """The readings of statements without a list of elements."""
        alone = len(text.statements) == 1
        statements = [s for s in text.statements if alone or s.condition.strip("，；。") or s.outcome != "earn"]
        if not statements:
            formula = re.search("[=×/]", text.plain)
            raise UnclearError("只有计算公式，没有给分的办法" if formula else "没有说怎样得分或扣分")
        _refuse(match[0] for s in statements if (match := PHRASES["unread"].search(s.condition)))
        statements = [self._spanned(s, statements) for s in statements]
        if any(s.outcome == "earn" and s.portion != NOTHING for s in statements):
            statements = list(map(self._without_whole, statements))
        *others, last = statements = self._without_ends(statements)
        alike = all((s.outcome, s.portion) == ("earn", last.portion) for s in others)
        if alike and last.outcome == "deduct" and last.each and not last.each.is_measured and self._independent(others):
            statements = others  # 目标明确得2分，目标量化得2分；有一项不符合扣2分: the same, said from the other side
        if any(s.outcome == "between" for s in statements):
            return self._qualitative(text)
        open_ = [s for s in statements if not self._closes(s, statements)]
        said = f"{self.subject}┃{''.join(map(self._marked, open_))}{text.tail}"
        for pattern, what in _REFUSED_STATEMENTS:
            _refuse((re.sub(f"[{_MARKS}]", "", match["said"]) for match in pattern.finditer(said)), what)
        if found := self._number_of(text, statements) or self._judged(text, statements):
            return found
        if len(open_) < len(statements):
            closing = [s for s in statements if s not in open_]
            return [_gated(data, closing) for data in self._scored(replace(text, statements=open_))]
        kinds = {"none" if s.gives_nothing else s.outcome for s in statements}
        if text.cap and text.cap.share(self.context) < 1 - 1e-6 and "proportion" in kinds:
            _refuse((s.said for s in statements if self._is_full(s)), "和最高得几分的关系")
        if text.floor and {"proportion"} <= kinds <= {"proportion", "earn"}:
            least = _constant(text.floor)  # 按比例得分，最低得3分
            found = self._scored(replace(text, floor=None))
            return [{"kind": "any_of", "rules": [data, least]} for data in found]
        statements = self._without_lumps(statements)
        return self._whole(text, statements) or self._piecewise(text, statements)

    def _spanned(self, s: Statement, statements: Said) -> Statement:
        """The statement with the range that words stand for beside ranges: 超支 is above 100%, 按期 no day late."""
        units = dict.fromkeys(o.span.unit for o in statements if o.span)
        signed = PHRASES["signed"].search(self.subject.partition("：")[0])
        if s.span and signed and PHRASES["asks_fall"].search(s.condition):
            _refuse([s.said] if s.each or s.outcome == "proportion" else [], "从哪里算起")
            return replace(s, span=s.span.mirrored)  # a 变动率 is below 0 where something fell
        steps = {o.each.unit for o in statements if o.each and not self._is_full(o)}
        if s.span and s.gives_nothing and s.span.unit not in ("", "%"):
            others = steps | {o.span.unit for o in statements if o.span and o is not s} - {""}
            finds = [o for o in statements if o.each and not o.each.is_measured and o.each.unit == s.span.unit]
            single = s.span.is_point and s.span.low.value == 1 and finds  # 一般事故1次扣2分，重大事故1次不得分
            if (others and s.span.unit not in others) or single:
                return replace(s, span=None)  # 每逾期1周扣1分，逾期1个月以上不得分: a matter of judgement, not of weeks
        over = any(o.each and re.search("超[过出支]?(?:预算|目标|计划)", o.condition) for o in statements)
        if self._reference("above") and not re.search("偏差|变动|增长|超支率", self.subject):
            over |= any(o.each and o.each.unit == "%" and "超" in o.each.lead for o in statements)
        above = s.span and s.span.unit == "%" and 0 < s.span.low.value < 100 and math.isinf(s.span.high.value)
        if s.span and above and over and s.gives_nothing:  # 每超预算1%扣1分，超过20%不得分
            return replace(s, span=replace(s.span, low=Edge(s.span.low.value + 100, s.span.low.claim)))
        if s.each and self._is_full(s) and len(statements) > 1:
            asked = [span for span, _, _ in find_spans(s.each.tail) if span.unit and not span.is_point]
            if asked or re.search("每[日周月季年]", s.condition):  # 每周报送得2分，每学期≥2次得2分: all, and no step
                s = replace(s, each=None, span=asked[0] if asked else s.span)
        if s.span or s.each or s.outcome != "earn":
            return s
        ranged = "".join(o.condition for o in statements if o.span and not o.each)
        unit = next(filter(None, units), "")
        named = "above" if PHRASES["above"].search(ranged) else "below" if PHRASES["falls"].search(ranged) else ""
        match = PHRASES["direction"].search(s.clause)
        if match and (signed or (named and not match[named])):
            none = "≥" if signed and not re.search("[增升加提]", s.clause) else "≤"
            sign = "=" if match["same"] else none if match["none"] else ">" if signed and match["above"] else "<"
            return replace(s, span=Span.of(f"{sign}0{unit or '%'}"))
        spans = [o.span for o in statements if o.span]
        not_held = s.portion == NOTHING and is_counted(unit) and PHRASES["not_held"].search(s.clause)  # 未开展不得分
        lacking = s.clause[:1] == "无" and (ranged + s.condition).count(s.clause[1:]) > 1  # 无结余得5分，结余率5%得3分
        if spans and (not_held or (lacking and self._is_full(s))):
            return replace(s, span=Span.of(f"=0{unit}"))
        beyond = PHRASES["beyond"].fullmatch(s.clause)
        points = s.is_else and all(span.is_point and not is_counted(span.unit) for span in spans)
        if s.portion == NOTHING and spans and (beyond or (points and spans[1:])):  # 95%得5分，90%得4分，以下不得分
            whole, below = hull(spans), not (beyond and beyond["above"])
            ends = (Edge(-math.inf), whole.low.beyond) if below else (whole.high.beyond, Edge(math.inf))
            return replace(s, span=Span(*ends, whole.unit))
        if "%" in units and re.search("^超(?:支|预算|出预算)", s.clause):
            saved = re.search("节[约支省]|结余", self.subject)  # of a rate of what was saved: less than nothing
            return replace(s, span=Span.of("<0%" if saved else ">100%"))
        timed = units.keys() & {"天", "个月", "工作日"}
        if timed and steps <= units.keys() and PHRASES["on_time"].search(s.clause):
            return replace(s, span=Span.of(f"≤0{min(timed)}"))
        return s

    def _without_ends(self, statements: Said) -> Said:
        """建成得1分，未建成不得分；开通得2分，未开通不得分: what adds up to the weight, each with its own other end."""
        own, ends = statements[::2], statements[1::2]
        if len(own) != len(ends) or not self._independent(own) or any(s.span or s.each for s in statements):
            return statements
        named = (s.is_else or _missed(s) in met.condition for met, s in zip(own, ends, strict=True))
        said = all(s.gives_nothing and not re.search("项|指标", s.words) for s in ends)
        return own if said and all(named) else statements

    def _without_whole(self, s: Statement) -> Statement:
        """A loss of all that there is (齐全得2分，不齐全扣2分) as 不得分."""
        lump = s.outcome == "deduct" and not (s.each or s.span or re.search("每|倒", s.said))
        return replace(s, outcome="earn", portion=NOTHING) if lump and math.isclose(self._share(s), 1) else s

    def _marked(self, s: Statement) -> str:
        """A statement as `_REFUSED_STATEMENTS` know it: what it says of points begins with a mark and ends with ┃."""
        mark = {"deduct": "▽", "proportion": "∝", "judge": "？"}.get(s.outcome, "⊕")
        mark = "⊙" if self._is_full(s) else "⊖" if s.gives_nothing else mark
        mark = f"{'◇' if s.is_else else ''}{'↔' if s.span else ''}{'↻' if s.each else ''}{mark}"
        return f"{'' if s.each else s.skipped}{s.condition}{mark}{s.words}┃"

    def _qualitative(self, text: Text) -> list[Data]:
        """优得80%~100%权重分；良得60%~80%权重分: a person gives the score within the bands."""
        said = [s for s in text.statements if not s.gives_nothing]
        _refuse(s.said for s in said if s.outcome != "between")
        _refuse([text.tail] if re.search(r"\d", text.tail) else [])
        names = [s.clause.strip("(") or f"第{i + 1}档" for i, s in enumerate(said)]
        if len(set(names)) < len(names):
            raise UnclearError("几档的名称写得一样，分不开")
        ends = (re.sub("^[得计给赋]", "", s.words).strip("()") for s in said)
        spans = [replace(Span.of(words), unit="%" if "%" in words else "分") for words in ends]
        return [{"kind": "qualitative", "bands": dict(zip(names, map(str, self._ranges(spans)[0]), strict=True))}]

    def _number_of(self, text: Text, statements: Said) -> list[Data] | None:
        """全部符合得3分，符合2项得2分，符合1项得1分: of elements that are not listed."""
        each = PHRASES["each_of_number"].search(text.plain)  # 上述5项要点各占20%
        alike = each and abs(int(each[1]) * read_portion(each[2]).share(self.context) - 1) < 1e-6
        named = {len(match) for match in re.findall(f"{PARTS['YES']}([{CIRCLED}]+)", text.plain)}
        _refuse([text.plain] if len(named) > 1 else [])  # 满足①②得4分，仅满足①得2分
        text = replace(text, plain=re.sub(f"{PARTS['YES']}([{CIRCLED}]+)", lambda m: f"符合{len(m[1])}项", text.plain))
        numbers = [int(each[1])] if each and alike else list(map(int, PHRASES["number_met"].findall(text.plain)))
        if not numbers or any(s.each and s.each.is_measured for s in statements):
            return None
        stated = re.search(r"(?:全部|以上|共)[^，；。]{0,6}?(\d+)[项条个点]", text.plain)
        every = re.search("全部|均符合|都符合|均满足|均达到", text.plain)
        size = max(*numbers, int(stated[1])) if stated else max(numbers) + (1 if every else 0)
        scheme = read_scheme(text, size, self.context, {}, [])
        if outcomes(scheme.rest) or (not alike and (scheme.loss or not scheme.by_count)):
            return None
        data = checklist([f"要求{i + 1}" for i in range(size)], scheme, self.context)
        return [data] if data else None

    def _judged(self, text: Text, statements: Said) -> list[Data] | None:
        """酌情: alone, or where the full marks are not reached."""
        judged = [s for s in statements if s.outcome == "judge"]
        if not judged:
            return None
        others = [s for s in statements if s.outcome != "judge"]
        judging = {"kind": "judged", "criterion": "；".join(f"{s.clause}{s.words}" for s in judged)}
        if len(others) != 1 or not self._is_full(others[0]):
            return [{"kind": "judged", "criterion": text.plain}]
        if others[0].span:
            return [_first_of(_case(str(others[0].span), _constant(FULL)), _case(None, judging))]
        return [_met_else(judging)]

    def _closes(self, s: Statement, statements: Said) -> bool:
        """Whether a 不得分 is of the whole indicator: of another kind than the others, or by its words (本项不得分)."""
        others = [o for o in statements if o is not s]
        if not s.gives_nothing or s.span or not s.clause:
            return False
        if all(o.outcome == "earn" and not (o.span or o.each) for o in others):
            whole = re.search("项|指标", s.words) and re.search("^(?:若|如|无|未|没有)", s.condition)
            return bool(whole and not s.is_else and len(others) > 1)
        lows = [o.span.low.value for o in others if o.span and is_counted(o.span.unit) and not o.each]
        if len(lows) == len(others) and 0 < min(lows) <= 1 and re.match("[未无没]", s.clause):
            return False  # 3次得2分，1~2次得1分，未开展不得分: none at all
        return not s.is_else or any(o.outcome == "proportion" and not o.span for o in others)

    # ---- words that earn ----

    def _whole(self, text: Text, statements: Said) -> list[Data] | None:
        """Words that earn: 完成得满分，否则不得分; 优得5分，良得4分; 完成得2分，基本完成得1分."""
        if not all(s.outcome == "earn" and not s.span and not s.each for s in statements):
            return None
        portions = [s.portion for s in statements]
        if len(statements) == 1 or {*portions} == {NOTHING}:
            if text.plain == statements[0].words or re.fullmatch("其他情形|不?满足要求", statements[0].clause):
                return [_constant(portions[0])]
            said = statements[0].clause and not PHRASES["in_part"].search(text.plain)
            if said and (self._is_full(statements[0]) or NOTHING in portions):
                return [{"kind": "all_or_nothing"}]  # 建立了制度的得2分; 无制度不得分; 出现下列情况之一的不得分
            raise UnclearError(f"只说了“{statements[0].said}”，没有说其他情形")
        goal = next((s.goal for s in statements if s.goal and s.portion != NOTHING), None)
        either = "不合格" in text.plain and not text.plain.startswith("等次为")
        full = [s for s in statements if self._is_full(s) and (either or not self._graded(statements))]
        if full and NOTHING in portions and len(full) + portions.count(NOTHING) == len(portions):
            # 6月底前 and 15日前 are of the year or month that the fact names.
            timed = re.search(r"(?:(\d{4}年[^，；。]*?)|\d[^，；。]*?)前[^，；。\d]{0,8}$", full[0].clause)
            target = (timed[1] and f"{timed[1]}前") if timed else goal and str(goal)
            return [{"kind": "all_or_nothing"} | ({"target": target} if target else {})]
        names = _short([self._level(s, i, len(statements)) for i, s in enumerate(statements)])
        if self._independent(statements):
            lost = (s for s in statements if s.portion == NOTHING)
            _refuse(s.said for s in lost if PHRASES["any_one"].search(s.clause))  # of each, or of all?
            return [_counting_each(statements)]
        if len(set(names)) < len(names) or any(re.search("否则|反之", s.condition) for s in statements[:-1]):
            raise UnclearError(f"几种情形分不清：“{'、'.join(names)}”")
        levels = dict(zip(names, portions, strict=True))
        _refuse(s.said for s in statements if PHRASES["each"].match(s.words))
        _refuse(re.findall("累[计加]|叠加", text.plain))
        added = re.findall("[^，；。：]*加[\\d.]+分", self.subject)  # of all levels, or to one of them
        _refuse(added if len(added) < len(levels) - portions.count(NOTHING) else [], "是在哪一档上加")
        best_first = sorted(levels.items(), key=lambda level: -level[1].share(self.context))
        return [{"kind": "ordinal", "levels": dict(best_first)}]

    def _level(self, s: Statement, number: int, count: int) -> str:
        clause = PHRASES["level"].sub("", s.clause)
        if number == count - 1 and re.search("否则|反之|其[他余它]", s.condition):
            return "其他"
        if not (clause or s.clause) or re.search("基[础本]分?$|^基[础本]分|^再$|(?<![增另再])加$", s.clause):
            raise UnclearError(f"没有读懂“{s.words}”是哪种情形")
        return clause or s.clause

    def _independent(self, statements: Said) -> bool:
        """Whether conditions can hold together: their points add up to the weight, and they are no grades (优, 良)."""
        shares = [self._share(s) for s in statements]
        other = any(s.is_else and s.portion != NOTHING for s in statements)
        return abs(sum(shares) - 1) < 1e-6 and max(shares) < 1 - 1e-6 and not (other or self._graded(statements))

    def _graded(self, statements: Said) -> bool:
        """Whether conditions are grades (优, 差, or whatever perfkit calls so), of which there may be others."""
        return statements[0].condition.startswith("等次为") or all(
            PHRASES["grade"].match(PHRASES["level"].sub("", s.clause)) for s in statements
        )

    # ---- a value: what its ranges, steps and shares make together ----

    def _piecewise(self, text: Text, statements: Said) -> list[Data]:
        """Readings of statements about a value: which piece of it gives what."""
        ranged = [self._sized(s, statements) for s in statements if s.span]
        if apart := self._apart(text, ranged, statements):
            return [apart]
        self._refuse_other_values(text, ranged, statements)
        rest = [s for s in statements if not s.span]
        for s in [s for s in ranged if s.outcome == "earn" and s.each]:  # 高于95%的，每高1%加0.2分
            ranged.remove(s)
            whole = math.isclose(self._share(s) * s.range.low.value, _each(s).number)  # ≥5期，每期得1分 of 5
            if not whole and [o.range.low.value for o in ranged] != [s.range.low.value]:
                raise UnclearError(f"没有读懂“{s.said}”从哪里起加")
            rest.append(replace(s, span=None))
        steps = [s for s in rest if s.outcome == "deduct"]
        shares = [s for s in rest if s.outcome == "proportion"]
        words = [s for s in rest if s.outcome == "earn" and not s.each]
        gained = [s for s in rest if s.outcome == "earn" and s.each]
        if gained:
            if len(ranged) == 2 and ranged[1].portion == NOTHING and ranged[0].range.complements(ranged[1].range):
                ranged.pop()  # nothing below the edge is what a climb without steps down says
            if len(gained) == len(ranged) == 1 and not (shares or words) and len(steps) < 2:
                return self._climbing(text, ranged[0], gained[0], steps)
            if len(rest) > 1 or ranged:
                raise UnclearError(f"没有读懂“{gained[0].said}”和其他给分办法的关系")
            start = gained[0].goal
            if start and "基" in gained[0].condition:  # 以80%为基础，每提高1%得0.5分
                edge = replace(gained[0], span=start.onwards, portion=NOTHING, each=None)
                return self._climbing(text, edge, gained[0], steps)
            return [self._counted_up(text, gained[0])]
        if ranged and not (steps or shares) and all(s.outcome == "earn" for s in ranged):
            return self._tiers(text, ranged, words)
        moving = [s for s in ranged if s.outcome in ("deduct", "proportion")]
        if len(statements) == len(moving) == 1 and moving[0].each:  # 偏离度超过30%的，每超过1%扣0.1分
            return self._inside(text, moving[0], None, [])
        partly = any(s.portion not in (FULL, NOTHING) and not s.is_else for s in words)
        if len(moving) == 1 and not (steps or shares):
            far, ends = moving[0].range, [s.range for s in ranged if s not in moving]
            beside = [end for end in ends if end.complements(far) or (end.is_point and not far.is_two_sided)]
            done = bool(words) and not partly and str(far) == "<100%"  # 完成得满分，不足100%的按比例得分
            if (done and not ends) or (not words and len(ends) == len(beside) == 1):
                ranged.remove(moving[0])
                (steps if moving[0].outcome == "deduct" else shares).append(replace(moving[0], span=None))
        others = words and not partly
        if len(ranged) > 1 or any(others or s.outcome != "earn" or s.portion == NOTHING for s in ranged):
            return self._pieces(text, ranged, steps, shares, words)
        return self._short_of(text, ranged[0] if ranged else None, steps, shares, words)

    def _sized(self, s: Statement, statements: Said) -> Statement:
        """The statement with the unit of its range, if need be that of the others or of the step."""
        units = [o.span.unit for o in statements if o.span and o.span.unit]
        units += [o.each.unit for o in statements if o.each and o.each.is_measured]
        units.append("%" if PHRASES["rated"].search(self.subject) else "")
        span = replace(s.range, unit=s.range.unit or units[0])
        if not s.range.unit and span.unit == "%":
            bare = [edge.value for o in statements if o.span and not o.span.unit for edge in (o.span.low, o.span.high)]
            if any(map(math.isfinite, filter(None, bare))):
                _refuse(re.findall("(?:事故|死亡|发[生案病])率", self.subject), "是每多少的率")
            ratios = PHRASES["ratios"].search(self.subject) or any(value % 1 for value in bare if math.isfinite(value))
            if ratios and any(bare) and all(value <= 2 or math.isinf(value) for value in bare):  # 控制率≤1, 结余率<0.1
                low, high = (replace(edge, value=edge.value * 100) for edge in (span.low, span.high))
                span = replace(span, low=low, high=high)
        return replace(s, span=span)

    def _apart(self, text: Text, ranged: Said, statements: Said) -> Data | None:
        """Ranges of different values, each with points of its own, beside words (渠道畅通得1分；回复率100%得1分), alone
        (满意度≥90%得2分；合格率≥95%得3分), or at different times.
        """
        if not all(s.outcome == "earn" and not s.each for s in statements) or not self._independent(statements):
            return None
        words = [s for s in statements if not s.span and s.portion != NOTHING]
        if len(_moments(ranged)) > 1 and not words:
            return {"kind": "checklist", "items": list(map(_item, ranged))}
        names = {name: None for s in ranged if s.portion != NOTHING for name in _names(s)[-1:]}
        apart = len(names) == len(ranged)
        if apart and words:
            return _counting_each(statements)
        if not apart or len(ranged) < len(statements) or (text.cap and {s.range.unit for s in ranged} != {"%"}):
            return None
        rules = ({"kind": "all_or_nothing", "target": str(self._reached(s, ranged).range)} for s in ranged)
        parts = zip(names, ranged, rules, strict=True)
        return {"kind": "sum_of", "parts": [{"name": n, "share": s.portion, "rule": r} for n, s, r in parts]}

    def _refuse_other_values(self, text: Text, ranged: Said, statements: Said) -> None:
        """Raise where the ranges are not all of one value, or do not say what each of its values gives."""
        _refuse(match[0] for s in statements if (match := PHRASES["two_limits"].search(s.condition)))
        measuring = [s for s in statements if s.span or s.each]
        names = [name for s in measuring for name in _names(s)]
        for one, other in combinations(names, 2):
            if one not in other and other not in one:
                raise UnclearError(f"“{one}”和“{other}”是两个数，没有读懂怎样合在一起计分")
        vetoed, called = set[str](), set[str]()
        for s in measuring:
            (vetoed if s.portion == NOTHING else called).update(PHRASES["named_rate"].findall(s.condition))
        if vetoed and called and not vetoed & called:
            raise UnclearError(f"“{'、'.join(sorted(vetoed))}”和前面说的不是同一个数，没有读懂怎样合在一起计分")
        if len(_moments(ranged)) > 1:
            raise UnclearError("各档说的是不同的时点")
        counted = [s for s in ranged if is_counted(s.range.unit) and s.range.low.value > 0]
        failing = [s for s in counted if re.search(r"\d[^，；。]*[不未]", s.condition)]
        others = any(s.portion != NOTHING and s not in failing for s in counted)
        _refuse((s.said for s in failing if others), "和其他档次说的是不是同一个数")
        alike = ((a, b) for a, b in combinations(ranged, 2) if (a.span, a.outcome) == (b.span, b.outcome))
        _refuse(f"{a.said}”和“{b.said}" for a, b in alike)
        full = [s.range for s in ranged if self._is_full(s)]
        none = [s for s in ranged if s.portion == NOTHING and not PHRASES["gap"].search(s.condition)]
        held = (s for s in none for own in full if s.range.unit == own.unit and s.range.holds(own))
        _refuse((s.said for s in held), "和满分说的是不是同一个数")
        points = (s for s in ranged if s.portion == NOTHING and s.range.is_point and s.range.unit == "%")
        _refuse(s.said for s in points if 0 < s.range.low.value < 100)  # 60%不得分: below it, no doubt
        _refuse(s.said for s in ranged if PHRASES["each"].match(s.words))  # 3个项目各占1/3权重
        # 90%以上每低1%扣0.1分，90%以下每低1%扣0.2分: the second counts from where?
        stages = [(s, s.each.side, self._lies(s.range)) for s in ranged if s.each and s.outcome == "deduct"]
        inner = (s.said for s, side, lies in stages if len(stages) > 1 and (side, lies) == ("below", "above"))
        _refuse(inner, "和另一段合起来怎样扣")

    def _climbing(self, text: Text, edge: Statement, s: Statement, steps: Said) -> list[Data]:
        """达到90%得8分，每提高1%加0.2分，每降低1%扣0.5分: above the edge, what the full marks are short of is taken."""
        each, base = _each(s), edge.portion.share(self.context)
        top = base + text.more.share(self.context) if text.more else (text.cap or FULL).share(self.context)
        if not edge.span or edge.span.is_two_sided or not self._measured(each, edge.span) or base >= top:
            raise UnclearError(f"没有读懂“{s.said}”和其他给分办法的关系")
        value = edge.span.low.value
        full = value + (top - base) / self._share(s) * each.number
        above: Data = {"kind": "deduction", "from": amount(round(full, 9), each.unit), "when": "below"}
        above |= {"step": amount(each.number, each.unit), "per_step": s.portion}
        above |= {"base": top} if abs(top - 1) > 1e-9 else {}
        below = [_case(f"<{amount(value, each.unit)}", _constant(NOTHING))]
        if steps:
            below = [_case(None, rule) for rule in self._steps(text, steps[0], edge.span, edge.portion)]
        return [_first_of(_case(str(edge.span.onwards), above), other) for other in below]

    def _counted_up(self, text: Text, s: Statement) -> Data:
        """每完成1次得1分，最高5分: a target that gives the whole weight, and what is reached of it."""
        each = _each(s)
        per = self._share(s) / each.number
        if each.side == "below" or "；" in s.skipped:  # ①…；②…；每项1分: of a list that was not found
            raise UnclearError(f"没有读懂“{s.said}”怎样累加")
        unit, whole = each.unit, 1 / per
        if each.number == 1 and is_counted(unit) and whole < 10 and whole % 1 > 1e-6 and not self._cap(text):
            most, own = math.ceil(whole), s.portion  # 每项2分 of 3: no 1.5项 are asked for, 2项 give all
            tiers = [(f"[{n}{unit},{n + 1}{unit})", replace(own, value=own.value * n)) for n in range(1, most)]
            ends = (f"≥{most}{unit}", FULL), (f"<1{unit}", NOTHING)
            return {"kind": "bands", "bands": [_band(*tier) for tier in (ends[0], *reversed(tiers), ends[1])]}
        target = amount(round(whole, 6), unit)
        return {"kind": "proportional", "better": "higher", "target": f"≥{target}"} | self._cap(text)

    def _without_lumps(self, statements: Said) -> Said:
        """Deductions of one amount as what they leave of the weight, where they are tiers (80%~90%扣1分; 合格得满分，
        整改后合格扣2分，否则不得分), else as finds: 未及时公开的扣2分.
        """
        lumps = [s for s in statements if s.outcome == "deduct" and not s.each]
        if not lumps:
            return statements
        rungs = {s.range.unit for s in lumps if s.span and s.range.low.value == 2 and is_counted(s.range.unit)}
        single = [s for s in statements if s.each and s.each.unit in rungs and "每" not in s.condition]
        if single:  # 没有问题的得满分，1处扣1分，2处扣3分: what one costs is no step, and none is where nothing is lost
            one = Span.of(f"=1{min(rungs)}")
            kept = [s for s in statements if not self._is_full(s)]
            return self._without_lumps([replace(s, each=None, span=one) if s in single else s for s in kept])
        ranged = all((s.span or s.portion == NOTHING or s.is_else) and not s.each for s in statements)
        others = [s for s in statements if s.span or s.outcome not in ("earn", "deduct")]
        _refuse(s.said for s in lumps if others and not ranged)
        if not (ranged or (statements[-1].gives_nothing and statements[0] not in lumps)):
            return [replace(s, each=Each("", 1, "项", s.clause)) if s in lumps else s for s in statements]
        left = [replace(s, outcome="earn", portion=Portion(1 - self._share(s), False)) for s in statements]
        read = [mine if s in lumps else s for s, mine in zip(statements, left, strict=True)]
        if not ranged:
            return read
        spans = [s.span for s in statements if s.span]
        units = {span.unit for span in spans}
        late = units <= set(SPANS_OF_TIME) or (units == {"%"} and PHRASES["over_budget"].search(self.subject))
        low = min((s.range.low.value for s in lumps if s.span), default=0.0)
        found = is_counted(min(units)) and low == 1
        harm = math.isinf(low) and PHRASES["harm"].search(self.subject)
        if (late or harm or found) and not any(math.isinf(span.low.value) and span.high.value <= 0 for span in spans):
            # 延期10天以内扣1分, 超支5%以内扣1分: nothing on the day, within the budget
            none = Span.of(f"{'=0' if found else '<1' if low == 1 else '≤0'}{min(units)}")
            return [Statement("按期", "earn", "得满分", span=none), *read]
        rest = uncovered([hull(spans)])  # 低于95%扣2分，低于90%不得分: nothing is lost from 95% on
        alone = len(rest) == 1 and not any(s.is_else or self._is_full(s) for s in read)
        return [Statement("其余", "earn", "得满分", span=rest[0]), *read] if alone else read

    def _tiers(self, text: Text, ranged: Said, words: Said) -> list[Data]:
        """90%以上得5分，80%~90%得3分，否则不得分"""
        if len(ranged) == 1 and ranged[0].portion == NOTHING and [self._is_full(s) for s in words] == [True]:
            _refuse((s.said for s in ranged if not is_counted(s.range.unit)), "，以外的都得满分吗")
            return [{"kind": "all_or_nothing"}]  # 未出现事故得满分，出现1次不得分
        _refuse((s.said for s in ranged if {o.portion for o in (*ranged, *words)} == {NOTHING}), "，其他的得几分")
        full = filter(self._is_full, words)  # 按计划完成得3分 is a completion of 100%
        done = [s for s in full if re.search("^(?!.*(?:不|未|基本|部分)).*(?:完成|完毕|达到)", s.clause)]
        if done:
            over = PHRASES["overrun"].search(self.subject)
            _refuse((s.said for s in ranged if over or PHRASES["not_reached"].search(s.condition)), "从哪里算起")
        if ranged[0].range.unit == "%" and done:
            ranged = [*(replace(s, span=Span.of("≥100%")) for s in done), *ranged]
            words = [s for s in words if s not in done]
        other = [s for s in words if s.is_else or s.portion == NOTHING]
        _refuse(s.said for s in words if s not in other or s is not other[0])  # one 否则 may stand beside ranges
        ranged = [self._reached(s, ranged) for s in ranged]
        spans, excess = self._overrun(ranged)
        single = self._is_full(ranged[0]) and [s.portion for s in (*other, *ranged[1:])] == [NOTHING]
        single = single and (not spans[0].is_two_sided if other else spans[0].complements(spans[1]))
        none = spans[0].is_point and not (spans[0].unit or spans[0].low.value)  # 安全事故为0得满分
        if single and (none or spans[0].unit) and len(sides := self._ranges(spans)) == 1:
            return [{"kind": "all_or_nothing"} | ({} if none else {"target": str(sides[0][0])})]
        found = []
        for ranges in self._ranges(spans, whole=not other):
            bands = [_band(span, s.portion) for span, s in zip(ranges, ranged, strict=True)]
            bands.sort(key=lambda band: not band["range"].startswith("="))
            rest = [gap for gap in uncovered(ranges) if not _is_empty(gap)]
            bands += [_band(gap, other[0].portion) for gap in rest if other]
            if other and not rest and not re.search("否则|其[他余它]", other[0].condition):
                raise UnclearError(f"没有读懂“{other[0].said}”，各档已说完所有的值")
            found.append({"kind": "bands", "bands": bands} | excess)
        return found

    def _reached(self, s: Statement, ranged: Said) -> Statement:
        """The statement with its point as a lower end where words reach it: 达到100% holds of more as well."""
        highest = max(o.range.low.value for o in ranged)
        said = PHRASES["reached"].search(s.condition)
        reached = said and (s.range.low.value >= highest or "达" in said[0])
        ends = self._is_full(s) or s.portion == NOTHING
        counted = is_counted(s.range.unit) and ends and s.range.low.value == highest > 0
        wider = (o for o in ranged if math.isinf(o.range.high.value) and o.range.low.value < s.range.low.value)
        above = any(self._share(o) < self._share(s) for o in wider) or _leads_down(ranged)  # 100%得5分，95%以上得4分
        if (reached or counted or above) and s.range.is_point and len(ranged) > 1:  # counted: 10个得满分，8个以上得80%
            return replace(s, span=s.range.onwards)
        return s

    def _overrun(self, ranged: Said) -> tuple[list[Span], Data]:
        """The ranges of tiers, and what the rule has to know if they are of an overrun: 未超预算得满分，超10%以内得3分.

        An overrun is one of the target; of a 控制率 (实际/预算), whose target is 100%, it is what exceeds that.
        """
        spans = [s.range for s in ranged]
        within = any(self._is_full(s) for s in ranged if s.range.high.value == 0 > s.range.low.value)
        if not within or spans[0].unit != "%" or not PHRASES["overrun"].search(self.subject):
            return spans, {}
        if not re.search("控制率|执行率|实际[^，；。/]*/[^，；。]*(?:预算|计划)", self.subject):
            return spans, {"of": "excess"}
        return [replace(span, low=span.low.moved(100), high=span.high.moved(100)) for span in spans], {}

    def _short_of(self, text: Text, edge: Statement | None, steps: Said, shares: Said, words: Said) -> list[Data]:
        """What falls short of the marks of a range or of words, or is taken from all: ≥90%得满分，否则每降低1%扣1分;
        完成得满分，否则按比例得分; 每发现1处扣1分.
        """
        full = [s for s in (edge, *words) if s and self._is_full(s)]
        partial = [s for s in (edge, *words) if s and not self._is_full(s) and s.portion != NOTHING]
        goals = [edge.span] if edge else [s.goal for s in (*full, *steps, *shares) if s.goal]
        goal = goals[0] if goals else _stated_before(text)
        shares = [s for s in shares if "×" in s.words] or shares
        if shares and (edge or len(shares) == 1) and not (steps or partial):
            return self._proportion(text, shares[0], goal, edge.condition if edge else None)
        _refuse((s.said for s in (shares if steps else (*shares, *words))), "和其他给分办法的关系")
        counted = [s for s in steps if edge and s.each and not self._measured(s.each, edge.span)]
        rate = counted == steps and re.search("(?:完成|执行|到位|覆盖)率", edge.condition if edge else "")
        if rate:  # 完成率达到100%得满分，存在虚报的每例扣2分
            _refuse((s.said for s in counted if not PHRASES["amiss"].search(s.said)), f"和“{rate[0]}”的关系")
        # only one base, of which finds do not take: 表扬1次加0.5分，批评1次扣0.5分
        odd = partial[1:] or [s for s in partial if s.goal or (counted and s is edge) or PHRASES["each"].match(s.words)]
        _refuse((s.said for s in odd), "和扣分的关系")
        _refuse((s.said for s in words if s.portion == NOTHING), "和扣分的关系")
        base = partial[0].portion if partial else FULL
        found = self._deductions(text, steps, goal if edge or len(steps) == 1 else None, base)
        if not (partial and full):
            return found
        _refuse([] if re.match("，?否则", steps[0].condition) else [partial[0].said], "和扣分的关系")
        return [_met_else(data) for data in found]

    def _pieces(self, text: Text, ranged: Said, steps: Said, shares: Said, words: Said) -> list[Data]:
        """Ranges of which some deduct by steps or give by proportion: conditions in order."""
        ranged = [self._reached(s, ranged) for s in ranged]
        flat = [s for s in ranged if s.outcome == "earn"]
        earning = sorted((s for s in flat if s.portion.value), key=lambda s: not self._is_full(s))
        full = earning[0].span if earning else None
        words = [s for s in words if not self._is_full(s)]
        if len(steps) == 1 and not (shares or words) and (ended := self._ended(text, ranged, steps[0])):
            return ended
        _refuse((s.said for s in ranged if steps and s.outcome == "deduct"), "从多少分扣起")
        # 每缺1次记录扣1分，少于4次会议不得分
        counted = {_each(s).unit for s in steps if not self._measured(_each(s), full)}
        short = (s.said for s in ranged if s.range.unit in counted and self._lies(s.range) == "below")
        _refuse(short, "和扣分说的是不是同一个数")
        rest = [*steps, *shares, *words]  # what is given outside of all ranges, in one way
        odd = (s for i, s in enumerate(rest) if i or (s in words and not s.is_else and s.portion != NOTHING))
        _refuse((s.said for s in odd), "和其他档次的关系")
        variants: list[Data] = []
        for ranges in self._ranges([s.range for s in ranged], whole=not rest):
            whole = hull(ranges)
            pairs = sorted(zip(ranges, ranged, strict=True), key=lambda pair: pair[1].outcome != "earn")
            if steps and len(flat) == len(ranged) > 1 and not uncovered(ranges):  # overspending, beside endless bands
                _refuse((s.said for s in steps if _each(s).unit != "%"), "和各档的关系")
                whole, full = Span.of("≤100%"), Span.of("=100%")
            elif not uncovered(ranges):
                _refuse((s.said for s in (*steps, *shares)), "和各档的关系")
            pieces = [(str(span), self._inside(text, s, full, flat)) for span, s in pairs]
            if len(flat) == len(ranged) > 1 and not any(gap.is_two_sided for gap in uncovered(ranges)):
                bands = [_band(span, s.portion) for span, s in pairs]
                pieces = [(str(whole), [{"kind": "bands", "bands": bands}])]
            pieces += [("", self._inside(text, s, full, flat)) for s in rest]
            self._refuse_distance(pieces[-1][1][0], ranged)
            for i in range(max(len(options) for _, options in pieces)):
                cases = (_case(when, options[min(i, len(options) - 1)]) for when, options in pieces)
                variants.append(_first_of(*cases))
        return variants

    def _ended(self, text: Text, ranged: Said, step: Statement) -> list[Data]:
        """每发现1次扣1分，发现3次以上不得分; 每推迟5天扣2分，推迟超过20天不得分: a deduction with the number of finds,
        or the delay, by which nothing is left; none where the text says something else.
        """
        each, kept = _each(step), [s for s in ranged if self._is_full(s) and s.range.high.value == 0]  # 按期
        if each.unit != "%" and PHRASES["amiss"].search(step.said):  # 合格率100%得满分，有1个不合格扣2分
            kept += [s for s in ranged if self._is_full(s) and str(s.range)[1:] == "100%"]
        edges = [s for s in ranged if s not in kept and self._is_full(s) and self._side(s.range) == each.side]  # ≥95%
        none = [s for s in ranged if s not in (*kept, *edges)]
        if [(s.portion, s.range.unit, self._lies(s.range)) for s in none] != [(NOTHING, each.unit, "above")]:
            return []
        most = none[0].range
        if edges:
            found = self._steps(text, step, edges[0].range, FULL) if PHRASES["gap"].search(none[0].condition) else []
        elif "缺" in each.lead or not self._measured(each, most):
            found = [self._per_item(text, step)]
        else:
            found = self._steps(text, step, None, FULL) if most.unit in SPANS_OF_TIME else []
        return [data | {"nothing": str(most)} for data in found]

    def _inside(self, text: Text, s: Statement, full: Span | None, flat: Said) -> list[Data]:
        """What a statement gives within its range."""
        if s.outcome == "earn":
            return [_constant(s.portion)]
        if s.outcome == "proportion":
            if PHRASES["interpolated"].search(s.words):
                return self._interpolated(s, flat) or self._proportion(text, s, full)
            if full and (full.low.value, full.unit) == (100, "%"):
                full = Span(full.low, full.low, "%")
            found = self._proportion(text, s, full, "")
            found = [data["cases"][-1]["rule"] if data["kind"] == "first_of" else data for data in found]
            between = re.search("[其之]间|区间", s.condition) and re.match("按照?(?:相应)?比[例率]", s.words)
            evenly = self._interpolated(s, flat) if between else []
            both = any(data["per_step"] != FULL for data in evenly)  # 90%得10分，80%得6分，其间按比例
            return [*evenly, *found] if both else [*found, *evenly]
        if s.span is None or s.span.is_point or not self._measured(_each(s), s.span):
            return self._deductions(text, [s], full)
        side = _each(s).side or self._lies(s.span) or ("below" if self._side(full) != "above" else "above")
        near = s.span.high.value if side == "below" else s.span.low.value
        base = next((o.portion for o in flat if o.span and near in (o.span.low.value, o.span.high.value)), FULL)
        return self._steps(text, s, s.span if not math.isinf(near) else full or s.span, base, own=side)

    def _interpolated(self, s: Statement, flat: Said) -> list[Data]:
        """60%~90%按内插法得分: evenly from what is given at one end of a range to what is given at the other, where
        both ends are told.
        """
        between = [s.span] if s.span else uncovered([o.range for o in flat])
        for span in (gap for gap in between if gap.is_two_sided):
            below = [(self._share(o), span.low.value) for o in flat if o.range.high.value == span.low.value]
            above = [(self._share(o), span.high.value) for o in flat if o.range.low.value == span.high.value]
            if below and above and below[0][0] != above[0][0]:
                (less, nothing), (most, full) = sorted((below[0], above[0]))
                faded = _fading(full, nothing, span.unit) | {"per_step": Portion(round(most - less, 12), False)}
                return [faded | ({"base": most} if most < 1 else {})]
        return []

    def _refuse_distance(self, step: Data, ranged: Said) -> None:
        """超过目标值10%不得分 beside steps from the target is no rate of 10%, but how far the value lies from it."""
        above, edge = step.get("when") == "above", step.get("from")
        if step.get("kind") != "deduction" or step["step"][-1] != "%" or (edge and (edge, above) != ("100%", True)):
            return
        for s in (s for s in ranged if s.portion == NOTHING):
            from_low = above or math.isinf(s.range.high.value)
            end, far = (s.range.low, 100) if from_low else (s.range.high, 50)
            _refuse([s.said] if abs(end.value) < far else [], "从哪里算起")

    # ---- a share of the full marks ----

    def _proportion(self, text: Text, s: Statement, span: Span | None, condition: str | None = None) -> list[Data]:
        """按比例得分: what is reached of a target, or of the full marks that a range gives on its `condition`."""
        if between := self._between(s.words):
            return [between]
        if PHRASES["interpolated"].search(s.words):
            raise UnclearError(f"“{s.words}”没有说两端各得多少")
        words, cap = s.words + s.condition, self._cap(text)
        if limits := (words + text.tail).partition("为上限的按")[2]:  # as perfkit writes it of either kind of target
            return [{"kind": "proportional"} | self._formula(_reverse(limits)) | cap]
        reverse = _reverse(words)
        divisor = re.search(r"/(\d+(?:\.\d+)?%)", s.words)  # 实际完成率/90%×分值
        target = {"target": str(span)} if span else {"target": f"≥{divisor[1]}"} if divisor else {}
        by_target: Data = {"kind": "proportional"} | target | cap
        if condition is not None:
            self._refuse_overrun(s, span)
        if span and condition is not None:
            if span.low.value == 0:  # 节约率≥0得满分，否则按超支比例扣分
                raise UnclearError(f"没有读懂“{s.words}”，0没有比例")
            if math.isinf(span.low.value):
                usual = "linear" if "扣" in s.words else self.context.reverse
                formulas = [reverse] if reverse else [usual, "ratio", "linear"]
                return [by_target | self._formula(each) for each in formulas]
            if re.search("完成(?:率|比[例率]|情况|进度)?(?:为|达到?|[=≥])?\\d", condition) and str(span)[1:] == "100%":
                return [{"kind": "proportional"} | cap]
            least = str(span.onwards if span.is_point else span)
            by_rate = _first_of(_case(least, _constant(FULL)), _case(None, {"kind": "proportional", "target": "=100%"}))
            if span.unit != "%" or span.low.value == 100 or "/" in s.words:
                return [by_target]
            if "×" in s.words:
                return [by_rate]
            return [by_rate, by_target] if re.search("按[^，；。比]{0,6}率", s.words) else [by_target, by_rate]
        if reverse or ("扣" in s.words and "超" in s.clause):  # 超支的按比例扣分
            lower: Data = {"kind": "proportional", "better": "lower"} | target
            return [lower | self._formula(reverse or "linear"), lower | self._formula(reverse or "ratio")]
        to_target = re.search("/[^，；。×]*(?:目标|计划|指标)", words)
        if not target and not to_target and (self.better or PHRASES["of_whole"].search(words)):
            return [by_target | {"target": "=100%"}]
        explicit = re.search("实际[^，；。×]*/[^，；。×]*(?:目标|计划|预算|指标)", words)
        return [by_target | ({"better": "higher"} if explicit and not target else {})]

    def _refuse_overrun(self, s: Statement, full: Span | None) -> None:
        """执行率100%得满分，超支的按比例扣分: what exceeds marks without an upper limit is no proportion of them."""
        limited = full is not None and (math.isinf(full.low.value) or full.high.value == 0)
        beyond = s.span and full and math.isfinite(s.span.low.value) and s.span.low.value >= full.low.value
        if not limited and (beyond or s.clause.startswith("超")):
            raise UnclearError(f"没有读懂“{s.said}”")

    def _between(self, words: str) -> Data | None:
        """(满意度-60%)/(90%-60%)×分值: from nothing at one end to full marks at the other.

        (1-偏差率×2)×分值 is what a rate leaves of full marks; other sums are unclear.
        """
        if loss := PHRASES["rest_of_rate"].search(words):
            per_step, factor = f"{loss[1] or loss[2] or 1}%", re.search(r"[)\]]×(\d.*?)分?$", words)
            name, own = self.subject.partition("：")[0], re.search("..率", loss[0])
            other = "率" in name and own and own[0] not in name  # 控制率 is no 超支率
            if other or (factor and factor[1] != amount(self.context.weight, "")):
                raise UnclearError(f"没有读懂算式“{words}”")
            of_excess = own and "超" in loss[0] and PHRASES["of_plan"].search(self.subject)  # 成本≤计划得满分
            edge = {} if of_excess else {"from": "0%"}
            return {"kind": "deduction", **edge, "when": "above", "step": "1%", "per_step": per_step}
        formula = re.sub(r"^.*?[=：]|^(?:按照?|得)", "", words)
        factors = re.findall(r"(?<![\d./])(\d+(?:\.\d+)?%?)分?×", formula)
        factors += re.findall(r"[^，；。×]×(\d+(?:\.\d+)?)分?(?:计分|计算|得分)*$", formula)
        strange = [each for each in factors if each != "100%" and each != amount(self.context.weight, "")]
        for shape, sign in (("low_to_high", 1), ("high_to_low", -1)):
            if not strange and (match := PHRASES[shape].match(formula)):
                return _fading(float(match[2] or float(match[1]) + sign * float(match[3])), float(match[1]), "%")
        less = PHRASES["less"].search(formula) and not _reverse(words)
        if strange or less or PHRASES["strange"].search(formula):
            raise UnclearError(f"没有读懂算式“{words}”")
        return None

    def _formula(self, reverse: Literal["ratio", "linear"] | None) -> Data:
        """The formula for lower-is-better, unless it goes without saying."""
        return {"reverse": reverse} if reverse and reverse != self.usual else {}

    def _cap(self, text: Text) -> Data:
        """The cap of a proportion, where it is not the whole weight."""
        cap = (text.cap or text.more or FULL).share(self.context)
        return {"cap": cap} if cap != 1 else {}

    # ---- a step that is lost again and again ----

    def _deductions(self, text: Text, steps: Said, span: Span | None = None, base: Portion = FULL) -> list[Data]:
        """One deduction, or several that add up; finds of different kinds are different facts."""
        if steps[1:] and text.most and not re.search("(?:合计|累计|总共|共|本项)[^，；。]{0,4}扣", self.subject):
            raise UnclearError("没有读懂各种扣分最多各扣多少")
        least = self._ends(text, base).get("floor")
        if steps[1:] and least and not all(self._measured(_each(s), span) for s in steps):  # of all together
            apart = self._deductions(replace(text, floor=None, most=None), steps, span, base)
            return [{"kind": "any_of", "rules": [data, _constant(Portion(least, False))]} for data in apart]
        found: list[list[Data]] = []
        for s in steps:
            if span and s.each and span.unit.startswith(f"{s.each.unit}/"):  # ≤500元/人天，每超10元: of the same ratio
                s = replace(s, each=replace(s.each, unit=span.unit))
            each, own = _each(s), FULL if found else base  # 合格得3分，每处错误扣1分，每处遗漏扣1分: the base is one
            if self._measured(each, span):
                found.append(self._steps(text, s, span, own))
            else:
                what = each.what
                if what == f"{each.unit}不符合要求":
                    free = (_FREE.match(other.condition) for other in text.statements if self._is_full(other))
                    name = _before(s) or next((match[1] for match in free if match), "不符合要求")
                    what = each.unit + name
                found.append([self._per_item(text, s, own, what)])
        if len(found) == 1 and span and span.is_two_sided and found[0][0].get("when") == "above":
            beyond = str(Span(span.high.beyond, Edge(math.inf), span.unit))  # nothing is said of what falls short of it
            within = _case(str(span), _constant(base))
            return [_first_of(within, _case(beyond, data)) for data in found[0]]
        if len(found) == 1:
            return found[0]
        if len({s.each.unit for s in steps if s.each and self._measured(s.each, span)} - {"%"}) > 1:
            raise UnclearError("几种扣分各按一个不同单位的数计算，没有读懂各是哪个数")
        first, other = ([readings[i] for readings in found] for i in (0, -1))
        begun = [(data["when"], data.get("from")) for data in first if data["kind"] == "deduction"]
        if len(set(begun)) < len(begun):
            raise UnclearError("没有读懂各段各从哪里起扣")
        _name_counts(first)
        return [{"kind": "all_deductions", "rules": rules} for rules in (first, other)]

    def _steps(
        self, text: Text, s: Statement, span: Span | None, base: Portion, *, own: Side | None = None
    ) -> list[Data]:
        """The deduction of a step from the near edge of a range; from the target where there is none.

        Where the range is the statement's `own`, that says on which side of the full marks it lies.
        """
        each = _each(s)
        before = re.split("[，；。：]", s.condition.partition("每")[0].rstrip("，的"))[-1]  # 超过预算的每1%扣1分
        two_sided = span is not None and span.is_two_sided
        side = each.side or own or (None if two_sided else replace(each, lead=before).side) or self._side(span)
        if span and not own and self._side(span) not in (None, side) and not span.is_point:
            if "超支" not in each.lead and not ("超" in each.lead and re.search("节[约支省]", self.subject)):
                raise UnclearError(f"“{s.said}”与满分的方向相反")
            side = self._side(span)  # 节约率≥0得满分，每超支1%扣5%
        if side is None and (not self.better or before.endswith("相差")):
            raise UnclearError(f"“{s.said}”没有说是超过还是不足")
        side = side or ("above" if self.better == "lower" else "below")
        edge = None
        if span:
            ends = (span.low, span.high) if side == "below" else (span.high, span.low)
            edge = next((e.value for e in (ends[::-1] if own else ends) if not math.isinf(e.value)), None)
        if edge == 0 and side == "below" and PHRASES["bad_rate"].search(self.subject):
            raise UnclearError(f"“{s.said}”没有说是超过还是不足")  # a rate is not below 0: 缺勤率0%得满分，每1%扣0.2分
        data = {"kind": "deduction", "when": side, "per_step": s.portion, "step": amount(each.number, each.unit)}
        unit = span.unit if span else each.unit
        if edge is not None and (unit == each.unit or (each.unit == "%" and edge)):
            data["from"] = amount(edge, unit)
        elif edge is not None and not (unit == "%" and edge == 100):
            raise UnclearError(f"“{each.unit}”与“{unit}”单位不同，不知从哪里起扣")
        elif each.unit == "%" and span is None and not PHRASES["to_target"].search(each.lead):
            change = re.search("上年|上期|同比", self.subject)
            data |= {"from": "0%"} if change else {"from": "100%"} if self._reference(side) else {}
        data |= self._ends(text, base)
        if text.rounding or (each.number == 1 and each.unit not in ("%", "万元", "亿元", "元")):
            return [data | ({"rounding": text.rounding} if text.rounding not in (None, "linear") else {})]
        return [data, data | {"rounding": "down"}]

    def _per_item(self, text: Text, s: Statement, base: Portion = FULL, what: str = "") -> Data:
        if _each(s).number != 1:
            raise UnclearError(f"没有读懂“{s.said}”，不是每一处扣多少分")
        return {"kind": "per_item", "per_item": s.portion, "item": what or _each(s).what} | self._ends(text, base)

    def _measured(self, each: Each, span: Span | None) -> bool:
        """Whether a step is one of the value that the range compares, not a find."""
        if each.unit == "%" or (each.is_measured and (span is None or span.unit in (each.unit, "%"))):
            return True
        told = span is not None and each.unit == span.unit and each.side is not None
        return told and ("缺" not in each.lead or self._side(span) == "below")  # ≥10篇，每缺1篇扣1分

    def _reference(self, side: Side) -> bool:
        """Whether 100% is what a rate is measured against when a text names no threshold: 完成率, 控制率."""
        below = "(?<![未不])(?:完成率|执行率|控制率|完成比例|完成进度)"
        return re.search(below if side == "below" else "控制率|执行率|超支|超预算", self.subject) is not None

    def _ends(self, text: Text, base: Portion) -> Data:
        """Base and floor of a deduction."""
        share = base.share(self.context)
        floor = text.floor.share(self.context) if text.floor else 0.0
        if text.most:
            floor = max(share - text.most.share(self.context), 0.0)
        return ({"base": share} if abs(share - 1) > 1e-9 else {}) | ({"floor": round(floor, 12)} if floor else {})

    # ---- a statement and its range ----

    def _is_full(self, s: Statement) -> bool:
        return s.outcome == "earn" and s.portion in (FULL, Portion(self.context.weight, True))

    def _share(self, s: Statement) -> float:
        """What a statement gives or takes, as share of the weight."""
        return s.portion.share(self.context)

    def _side(self, span: Span | None) -> Side | None:
        if span is None or span.is_point:
            return ("above" if span.low.value == 0 else None) if span else None
        return "below" if math.isinf(span.high.value) else "above" if math.isinf(span.low.value) else None

    def _lies(self, span: Span) -> Side | None:
        """On which side a range without an end lies of its edge: <90% below it."""
        return _OTHER.get(self._side(span) or "")

    def _ranges(self, spans: list[Span], *, whole: bool = False) -> list[list[Span]]:
        """The ranges under every reading of the ends that the words leave open; `whole` if nothing else is said.

        What then lies between ranges, or beyond a single value, may be left out in print, but a rule gives it nothing.
        Above 100% and below the lowest range a text may well say nothing (see `Standard.lints`).
        """
        units = {span.unit for span in spans if span.unit}
        if len(units) > 1:
            raise UnclearError(f"各档的单位不一致：{'、'.join(sorted(units))}")
        found = [joined(spans, to_upper=to_upper) for to_upper in (True, False)]
        for ranges in found:
            single_first = sorted(map(parse_range, map(str, ranges)), key=lambda range: range.low < range.high)
            for told in (told for told in gaps(single_first) if "重叠" in told):
                raise UnclearError(f"两档互相矛盾：{told}")
            points = {span.low.value for span in ranges if span.is_point and not is_counted(span.unit)} - {0.0, 100.0}
            for rest in uncovered(ranges) if whole else ():
                if points & {rest.low.value, rest.high.value} or (rest.is_two_sided and not _is_empty(rest)):
                    raise UnclearError(f"没有说指标值为{parse_range(str(rest)).describe()}的得几分")
        return found[:1] if list(map(str, found[0])) == list(map(str, found[1])) else found


# ---- what statements say ----


def _refuse(unread: Iterable[str], more: str = "") -> None:
    """Raise for the first of the words that are not understood, if there are any."""
    for words in unread:
        raise UnclearError(f"没有读懂“{words}”{more}")


def _each(s: Statement) -> Each:
    """The step of a statement that deducts step by step; a step of nothing (每降低0%) or by nothing is none."""
    if not s.each or not s.each.number or s.portion == NOTHING:
        raise UnclearError(f"没有读懂“{s.said}”")
    return s.each


def _is_veto(s: Statement) -> bool:
    """Whether a 不得分 is of what was found, or of the whole indicator: 发现违规的，本项不得分; 若无批复，不得分."""
    found = re.match(PARTS["FOUND"], s.clause) or re.search("项|指标", s.words)
    return (found or re.match("[，；。]*[若如凡]", s.condition)) is not None and not s.is_else


def _item(s: Statement) -> Data:
    """What earns points by itself, as an element of a checklist."""
    text = s.condition.lstrip(")").strip("，；。：、的得(").rpartition("：")[2]
    text = re.sub("^(?:第?[一二三四五六七八九][、，]|且|并且?|同时)", "", text)
    return {"text": printed(text or s.words), "share": s.portion}


def _missed(s: Statement) -> str:
    """What a condition says to be missing: 若无绩效目标 → 绩效目标; "" where it says no more than 否则, 不符合."""
    return PHRASES["missed"].sub("", s.clause)


def _short(levels: list[str]) -> list[str]:
    """Names of levels, one by what the others are degrees of: 立项程序规范 beside 基本规范 and 不规范 is 规范."""
    ends = ((level[:i], level[i:]) for level in levels for i in range(1, min(len(level) - 1, 4)))
    for own in sorted({end for before, end in ends if PHRASES["degree"].fullmatch(before)} - {*levels}, key=len):
        named = [level for level in levels if level.endswith(own) and not PHRASES["degree"].search(level[: -len(own)])]
        levels = [own if level in named and len(named) == 1 else level for level in levels]
    return levels


def _denied(s: Statement, texts: list[str]) -> int | None:
    """Which of the elements is missing where a condition holds: 若无绩效目标, of 有目标; None where it is another."""
    missed = _missed(s)
    own = (missed and (missed in text or missed.endswith(PHRASES["had"].sub("", text))) for text in texts)
    return next((number for number, denied in enumerate(own) if denied), None)


def _before(s: Statement) -> str:
    """What a find is called by the words before 每: 存在截留的，每处扣1分."""
    words = re.split("每|，(?=每)", s.condition)[0]
    clause = re.split("[，；。：]", words.strip("，；。：的"))[-1]
    name = re.sub(f"^(?:如|若|凡)?{PARTS['FOUND']}?|(?:的|情况|情形|问题|等)+$", "", clause)
    return name if name and not re.search("\\d|以上|[以如]下|上述|下列|此|否则|反之|其他", name) else ""


def _names(s: Statement) -> list[str]:
    """What the ranges and steps of a condition are of, as its words say: 满意度≥90%, 80%≤满意度<90%, 满意度每低1%."""
    *before, last = re.split("[，；。：、]", PHRASES["date"].sub("", s.condition.strip("，；。：、的")))
    rates = [name for clause in (*before, *([last] if s.each else [])) if re.search("[率度]$", name := _about(clause))]
    own = "" if s.each else _about(last)
    return [*rates, own] if len(re.findall("[一-鿿A-Za-z]", own)) > 1 else rates


def _about(clause: str) -> str:
    """What stands before the number of a clause; "" for words that say nothing of it (其余完成率, which may be any)."""
    if not re.search(r"\d", clause):
        return ""
    chain = re.search("[≥≤<>]([一-鿿]+)[≥≤<>]", clause)
    name = chain[1] if chain else re.split("每", PHRASES["number"].split(clause)[0])[0]
    return PHRASES["generic"].sub("", PHRASES["generic"].sub("", name))


def _moments(statements: Said) -> set[str]:
    """The months, quarters and halves of the year that conditions name."""
    said = "".join(s.condition for s in statements)
    return set(re.findall(r"\d+月|(?<!每)(?:[\d一二三四]?季度|[上下]?半年)|全年", said))


def _stated_before(text: Text) -> Span | None:
    """The one quantity in the sentences before the first that says points: 满分标准：24次以上。每少1次扣0.5分."""
    before = re.split("[。；](?=.)", text.plain[: outcomes(text.plain)[0].start()])[:-1]
    spans = [span for span, _, _ in find_spans(PHRASES["date"].sub("", "".join(before))) if span.unit]
    return spans[0] if len(spans) == 1 and not spans[0].is_two_sided and spans[0].unit not in SPANS_OF_TIME else None


def _reverse(words: str) -> Literal["ratio", "linear"] | None:
    """The formula for lower-is-better that the words print: 目标值/实际值, 1-（实际-目标）/目标."""
    if re.search("1-[(]?[^，；。]*(?:实际|超)|2-", words):
        return "linear"
    return "ratio" if re.search("(?:目标|计划|预算|指标|控制|标准|限)[^，；。×/]*/[^，；。×/]*实际", words) else None


def _leads_down(ranged: Said) -> bool:
    """达到90%得5分，85%得4分，85%以下不得分: whether single values stand for all up to the one before."""
    *points, end = (s.range for s in ranged)
    down = all(b.is_point and a.low.value > b.low.value for a, b in zip(points, points[1:], strict=False))
    ends = points[1:] and math.isinf(end.low.value) and end.high.value == points[-1].low.value
    return bool(down and ends and not is_counted(end.unit))


def _is_empty(gap: Span) -> bool:
    """Whether no whole number of what is counted lies between two ranges: 1~4次，5~9次."""
    return gap.is_two_sided and is_counted(gap.unit) and gap.high.value - gap.low.value <= 1


# ---- rules as a rubric file writes them ----


def _constant(portion: Portion) -> Data:
    return {"kind": "constant", "earns": portion}


def _fading(full: float, nothing: float, unit: str) -> Data:
    """From full marks at one value evenly down to nothing at another."""
    when = "below" if nothing < full else "above"
    step = {"from": amount(full, unit), "step": amount(abs(full - nothing), unit), "when": when}
    return {"kind": "deduction", "per_step": FULL} | step


def _band(text: str | Span, portion: Portion) -> Data:
    return {"range": str(text), "points" if portion.is_points else "share": portion}


def _mirrored(band: Data) -> list[Data]:
    """A band of a deviation, and where it does not reach below 0 the same on the other side of 0."""
    span = Span.of(band["range"])
    if span.low.value < 0:
        return [_band(Span(span.mirrored.low, span.high, span.unit), band.get("points") or band["share"])]
    return [band | {"range": str(each)} for each in (span, span.mirrored)[: 2 if span.high.value else 1]]


def _case(when: str | Data | None, rule: Data) -> Data:
    return ({"when": when} if when else {}) | {"rule": rule}


def _first_of(*cases: Data) -> Data:
    return {"kind": "first_of", "cases": list(cases)}


def _met_else(otherwise: Data) -> Data:
    return _first_of(_case({"met": "是"}, {"kind": "all_or_nothing"}), _case(None, otherwise))


def _gated(data: Data, closing: Said) -> Data:
    """A rule that scores nothing where the indicator's requirement is not met, called as the one statement does that
    says so.
    """
    gate = _case({"met": "否"}, _constant(NOTHING))
    if len(closing) == 1 and re.fullmatch("(?!.*否决)[^，；。：()\\d]{4,30}", closing[0].clause):
        gate["text"] = closing[0].clause
    return _first_of(gate, *(data["cases"] if data["kind"] == "first_of" else [_case(None, data)]))


def _counting_each(statements: Said) -> Data:
    """A checklist of statements that each earn points by themselves, behind what closes the whole indicator."""
    data: Data = {"kind": "checklist", "items": [_item(s) for s in statements if s.portion != NOTHING]}
    closing = [s for s in statements if not s.portion.value and (_is_veto(s) or PHRASES["absent"].match(s.clause))]
    return _gated(data, closing) if closing else data


def _name_counts(rules: list[Data]) -> None:
    """Let finds of several kinds be facts of their own, called by what is found."""
    counts = [data for data in rules if data["kind"] == "per_item"]
    names = [re.sub("^(?:人次|场次|.)", "", data["item"], count=1) for data in counts]
    for number, (data, name) in enumerate(zip(counts, names, strict=True)):
        if len(counts) > 1:
            data["on"] = name if names.count(name) == 1 else f"{name}{number + 1}"


def fallback(text: str) -> BaseRule:
    """What is scored where no rule was read: the document's own score for a bare formula, else by judgement."""
    bare = plain(text)
    is_formula = re.search("[=×/]", bare) and not outcomes(bare)
    return SelfDeclared() if is_formula else Judged(criterion=text.strip())
