"""Case files from what was read: the document's own indicators and weights, every printed figure with its place."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

from ..cases.models import Adjustment, ScoredKind
from ..errors import Problem, UnitError
from ..figures.quantities import DATE, MONEY, parse_quantity, parse_result, parse_target
from ..reading import without_blanks
from ..rubrics.rubric import EXECUTION
from ..rubrics.rules.base import BaseRule
from ..rubrics.rules.counted import PerItem
from ..words import PARTS, STAGES, label
from .form import FULL_SCORE, Form, FormRow, weight_of
from .indicators import one_unit
from .prose import TEXT, Prose, goal_of, node_of, result_of
from .sentences import PATTERNS, beginning, flat, wide
from .words import plain

if TYPE_CHECKING:
    from ..rubrics.standards import Standard

Data = dict[str, Any]
_FULL_YEAR = "budget.adjusted"
_AGAINST = {
    EXECUTION: {"executed": "budget.final", "budget": _FULL_YEAR},
    "预算调整率": {"adjustment": "figures.年中预算调整", "budget": "budget.initial"},
    "政府采购执行率": {"actual": "procurement.actual", "budget": "procurement.budget"},
    "政府采购节支率": {"actual": "procurement.actual", "budget": "procurement.budget"},
    "三公经费控制率": {"actual": "three_public.actual", "budget": "three_public.budget"},
    "公用经费控制率": {"actual": "public_expense.actual", "budget": "public_expense.budget"},
    "在职人员控制率": {"actual": "staff.actual", "established": "staff.established"},
    "资金到位率": {"received": "budget.received", "budget": "budget.adjusted"},
}
"""The figures from which a printed rate is recomputed."""
_FIELDS = {name: field for field, name in PARTS.items()} | {"": "total"}
"""Fund rows that are figures of a stage of their own; other rows are parts of its total."""
_PUBLISHED = ("weight", "score", "share", "score_rate", "completion", "reviewed")
"""What is printed of an indicator beside its target and its result."""
_SAID = ("standard", "meaning", "process", "reason", "evidence")
"""What is said of it in words, which stands where its score does."""
_REASONS = {"finance": "经费", "rules": "制度", "people": "人员", "hardware": "硬件", "other": "其他"}
_ALIKE, _MOSTLY = 0.79, 0.6
_NUMBER = re.compile(r"^(?:[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})(?:[）)、]|[.．](?!\d))|[①-⑳])\s*")
"""The number before a problem, which a report gives its own."""
_DIVIDED = re.compile(r"\d[^,。;=]*÷[^,。;=]+=(\d+(?:\.\d+)?%)")
"""The result of a division that is written out: 预算执行率=512万元÷600万元×100%=85.33%."""


@dataclass
class Entry:
    """One indicator with all its printings, place → value by field."""

    head: Form
    row: FormRow
    key: str
    printed: dict[str, dict[str, str]] = field(default_factory=dict)

    def take(self, form: Form, row: FormRow) -> None:
        """Add what another table or the text prints for the same indicator."""
        values = {name: getattr(row, name) for name in ("weight", "score", "target", "actual")} | row.more
        if form.sheet != TEXT and (earned := list(PATTERNS["earned"].finditer(flat(values.get("process", ""))))):
            values.setdefault("share", earned[-1]["share"] or "")
            values["score"] = values["score"] or earned[-1]["score"] or ""
        for name in ("target", "actual", *_PUBLISHED, *_SAID):
            if values.get(name):
                place = form.place_of(row, "score" if name in _SAID else name)
                self.printed.setdefault(name, {}).setdefault(place, values[name])
        self.row.deviation = self.row.deviation or row.deviation
        self.row.level = self.row.level or row.level

    def first(self, name: str) -> str:
        """The first printing of a field, "" without any."""
        return next(iter(self.printed.get(name, {}).values()), "")

    def longest(self, name: str) -> tuple[str, str]:
        """The longest wording of what is said of it (standard, process, reason) with its place, "" without any."""
        return max(self.printed.get(name, {}).items(), key=lambda said: len(said[1]), default=("", ""))

    def text(self, name: str) -> str:
        """As `longest`, without the place."""
        return self.longest(name)[1]

    def understood(self, text: str) -> Standard:
        """How a printing of its 评分标准 is read."""
        from ..rubrics.standards import read_standard

        return read_standard(text, weight=float(self.first("weight")), name=self.row.name)

    @cached_property
    def rule(self) -> BaseRule | None:
        """The rule that its 评分标准 was read as; None without one, or where the text says that there is none."""
        text = self.text("standard")
        read = self.understood(text) if text and self.first("weight") else None
        return None if read is None or read.kind == "self_declared" else read.rule

    def count(self) -> str:
        """How many of what its standard counts (每发现1处) were found: the result, unless that may be what is there of
        things that are missing (每缺1项), or else the one number of the reasons."""
        leaves = list(self.rule.leaves()) if self.rule else []
        if len(leaves) != 1 or not isinstance(leaves[0], PerItem):
            return ""
        measure, what = leaves[0].counted()
        if "缺" not in what and re.fullmatch(rf"\d+{measure}", actual := flat(self.first("actual"))):
            return actual
        said = (self.row.unusable, self.row.deviation, self.text("process"), self.text("reason"))
        found = (re.findall(rf"(?:发现|存在|查出|“)[^,。;、”\d]*(\d+{measure})", flat(text)) for text in said)
        numbers = {number for each in found for number in each}
        return numbers.pop() if len(numbers) == 1 else ""

    def tell_rates(self) -> None:
        """Of a result that is printed as a rate here and as an amount there, an indicator called 率 has the rate; of
        another the rate is how much of its target is done."""
        actual = self.printed.get("actual", {})
        rates = {place: text for place, text in actual.items() if text.endswith("%")}
        others = {place: text for place, text in actual.items() if place not in rates}
        if rates and others and self.row.name.endswith(("率", "度")):
            self.printed["actual"] = rates
            self.printed["target"] = {p: text for p, text in self.printed.get("target", {}).items() if "%" in text}
        elif rates and others:
            self.printed["actual"] = others
            self.printed["completion"] = rates | self.printed.get("completion", {})

    def read_standard(self) -> None:
        """Take the target from the standard and the result from the text on the score, where no column gives them."""
        if self.printed.get("target"):
            return
        said = [*self.printed.get("process", {}).items(), *self.printed.get("reason", {}).items()]
        rates = [(place, rate) for place, text in said for rate in PATTERNS["rate"].finditer(flat(text))]
        own = {at: rate["rate"] for at, rate in rates if not rate["sign"] and _is_named(self.row.name, rate["name"])}
        for place, text in self.printed.get("standard", {}).items():
            target = goal_of(flat(text))[0]
            if target and (not target.endswith("%") or "满意" in self.row.name or len(set(own.values())) == 1):
                self.printed.setdefault("target", {})[place] = target
        target = self.first("target") or ("%" if "满意" in self.row.name else "")
        if target.endswith("%") and len(set(own.values())) == 1:
            self.printed.setdefault("actual", own)
        for place, text in [] if self.printed.get("actual") else said:
            if actual := result_of(flat(text), target):
                self.printed.setdefault("actual", {})[place] = actual
        if not self.printed.get("actual"):
            self.printed.pop("target", None)


def _is_named(indicator: str, rate: str) -> bool:
    """Whether a rate in a text is that of an indicator: 就业率64% of 培训后就业率."""
    return indicator.endswith("率") and (rate.endswith(indicator) or (len(rate) > 2 and indicator.endswith(rate)))


def case_data(forms: Sequence[Form], prose: Prose, profile: str, year: int) -> Data:
    """The data of a case file from the tables and the text that belong together.

    Numeric targets are scored in proportion, dates all or nothing; where there is no target or result that a rule can
    read, the printed score is kept as self-declared.
    """
    kinds = {form.kind for form in forms}
    kind = next(filter(None, (form.kind_of_case for form in (prose, *forms))), "")
    if kind == "monitoring" or (not kinds & {"scored", "overview", "standards"} and kinds - {""}):
        declared = "declared" in kinds and kinds <= {"declared", ""}
        case = (_declaration if declared else _monitoring)(forms, prose, year)
    else:
        kind = kind if kind in get_args(ScoredKind) else "project_self_evaluation"
        case = _evaluation(forms, prose, profile, year, kind)
    return dict(without_blanks(case))


def _evaluation(forms: Sequence[Form], prose: Prose, profile: str, year: int, kind: str) -> Data:
    entries = _entries([prose, *forms])
    _take_told(entries, prose)
    case = _head(forms, prose, year, kind)
    budget = _figures(forms, prose)
    spent = next((form for form in forms if form.overall("weight")), None)
    scored = spent and (entries or spent.overall("score"))
    # The execution of the budget stands among the indicators too where their weights are full with it.
    full = spent and abs(sum(float(entry.first("weight") or 0) for entry in entries) - 100) < 1e-6
    again = next((entry for entry in entries if full and entry.row.name == EXECUTION), None)
    indicators, facts, published = _execution(spent, budget, again) if spent and scored else ([], {}, {})
    for entry in (entry for entry in entries if entry is not again):
        indicators.append(_indicator(entry))
        facts[entry.key] = _fact(entry)
        published[entry.key] = {name: _places(entry.printed[name]) for name in _PUBLISHED if entry.printed.get(name)}
    covered = (None, 100, _weight(indicators))
    total = {place: text for form in (prose, *forms) if form.covers in covered for text, place in form.totals}
    if total and not indicators:
        indicators = [_WHOLE]
        fact = {"declared": next(iter(total.values())), "reason": "只印总分，没有分项得分"}
        reviewed = {form.totals[0][1]: form.labels["reviewed"] for form in forms if form.labels.get("reviewed")}
        facts = {"自评总得分": fact}
        published = {"自评总得分": {"score": _places(total), "reviewed": _places(reviewed)}}
    titled = next((form.title for form in forms if "指标体系" in form.title), f"{_project(forms, prose)}指标")
    rubric: Data = {"title": titled, "profile": profile}
    _set_beyond(indicators)
    if abs(_weight(indicators) - 100) > 1e-6:
        rubric |= {"partial": "是", "note": "印出的分值合计不是100，照原样保留"}
    for indicator in indicators:
        fact = facts.get(indicator.get("id") or indicator["name"], {})
        indicator |= _measure(indicator, fact, budget, prose)
    case |= {"rubric": rubric | {"indicators": indicators}, **budget, "facts": facts}
    case["published"] = {
        "total": _places(total),
        "grade": {place: text for form in (prose, *forms) for text, place in form.grades},
        "levels": _levels([prose, *forms], indicators),
        "indicators": published,
        "rates": _rates(forms, prose, case, total),
    }
    case["not_applicable"] = "" if entries else prose.labels.get("inactive", "")
    printed = {name for entry in entries for name in entry.printed}
    if "standard" in printed and not printed & {"score", "actual"}:  # a list of indicators, still to be filled in
        case["rubric"] = rubric_data(case)
        for fact in facts.values():
            fact["missing"] = "没有填写"
    return case | {"problems": _problems(forms, prose, published)}


def rubric_data(case: Data) -> Data:
    """The rubric of a case that was read, for other cases: scored by the printed standards and not by printed scores,
    known ratios from their figures; what 执行率 is divided by is up to the profile."""
    indicators = []
    for indicator in case["rubric"]["indicators"]:
        name, given = plain(indicator["name"]), indicator.get("standard")  # “三公经费”控制率
        measure = {"formula": name, **(_AGAINST[name] if name != EXECUTION else {})} if name in _AGAINST else {}
        kept = {key: value for key, value in indicator.items() if key != "rule" or not given}
        indicators.append(kept | ({"measure": measure} if measure and given else {}))
    return {**case["rubric"], "indicators": indicators}


def _measure(indicator: Data, fact: Data, figures: Data, prose: Prose) -> Data:
    """How an indicator that is named after a known ratio is measured, where the report gives its figures; the rate of
    execution by the base that gives its own result, or else the rates of the text."""
    formula = next((formula for formula, names in prose.formulas.items() if plain(indicator["name"]) in names), "")
    against = _AGAINST.get(formula, {})
    if not against or "measure" in indicator or not _given(figures, against.values(), divided=False):
        return {}
    if formula == EXECUTION:
        said = "。".join(str(fact.get(key) or "") for key in ("reason", "evidence", "deviation"))
        told = _DIVIDED.findall(flat(said)) or (fact.get("actual") or {}).values()
        told = told or [text for _, text, _, known, _ in prose.rates if known == EXECUTION]
        against = against | {"budget": _base(figures, [("", text) for text in told])}
    return {"measure": {"formula": formula, **against}}


_WHOLE = {"level1": "自评", "level2": "自评", "name": "自评总得分", "weight": 100, "rule": {"kind": "self_declared"}}
"""The one indicator of a report that prints a total and no scores that make it up."""


def _head(forms: Sequence[Form], prose: Prose, year: int, kind: str) -> Data:
    form = next((form for form in forms if form.labels), Form("", ""))
    labels = {name: text for each in reversed(forms) for name, text in each.labels.items()}  # a cover names only some
    form = replace(form, labels=labels, title=next((each.title for each in forms if each.title), ""))
    sheets = [] if prose.title else [form.sheet, *(each.sheet for each in forms)]  # of a report: 表1
    own = labels.get("unit") if prose.title.endswith("表") else ""  # the line above a form's title may be its project
    named = next(filter(None, (own, wide(prose.unit), form.unit, form.project, *sheets, "未写明单位")))
    named = re.sub("[（(][盖公签]章[）)]$", "", named)
    parent = form.department if form.department != named else ""
    goals = [labels.get("long_goal", ""), labels.get("goal", "")]
    about = (("contact", "联系人"), ("phone", "电话"), ("start", "起止时间"))
    about_what = form.project or ("部门整体" if "整体" in form.title else form.listed or form.unit or form.sheet)
    behind = {"monitoring": "绩效运行监控", "declaration": "绩效目标申报表", "evaluation": "支出绩效评价"}
    return {
        "kind": kind,
        "unit": {"name": named, "parent": parent, "printed": {place: name for name, place in prose.names}},
        "year": prose.year or next((each.year for each in forms if each.year), year),
        "title": wide(prose.title) or about_what + behind.get(kind, "支出绩效自评"),
        "evaluator": prose.labels.get("evaluator", ""),
        "date": prose.labels.get("filled") or labels.get("filled", ""),
        "overview": {
            "organisation": [f"{name}：{labels[key]}" for key, name in about if labels.get(key)],
            "goals": [goal for goal in dict.fromkeys(goals) if goal],
            "conclusion": [labels[key] for key in ("result", "conclusion") if labels.get(key)] + prose.conclusion,
        },
        "narrative": {"建议": "\n\n".join(prose.advice)},
    }  # fmt: skip


def _project(forms: Sequence[Form], prose: Prose) -> str:
    whole = "部门整体" if any("整体" in form.title for form in forms) else ""
    titled = re.sub(r"^20\d\d年度?|(?:支出)?绩效.{2,12}表$", "", prose.title)  # of a form that names no project
    return next((form.project for form in forms if form.project), "") or titled or whole or "自评"


# ---- indicators ----


def _entries(forms: Sequence[Form]) -> list[Entry]:
    """The indicators of the scored table, or else the text, that lists most of them, with what is printed elsewhere."""
    listing = [form for form in forms if form.rows and form.kind in ("scored", "standards", "declared")]
    if not listing:
        return []
    main = max(listing, key=lambda form: ("score" in form.columns and form.sheet != TEXT, len(form.rows)))
    listed = [(form, row) for form in _parts(main, listing) for row in form.rows]
    names = Counter(row.name for _, row in listed)
    keyed: dict[str, Entry] = {}
    for form, row in listed:
        key = row.name if names[row.name] == 1 else f"{row.name}（{row.level2}）"
        if key in keyed or (key == EXECUTION and main.overall("weight")):
            key = f"{key}（第{row.row}行）"
        keyed[key] = Entry(form, row, key)
    entries = list(keyed.values())
    for form in listing:
        own = [(i, row) for i, (part, row) in enumerate(listed) if part is form]
        pairs = own or list(_pairs([row for _, row in listed], form.rows))
        for i, row in pairs:
            entries[i].take(form, row)
        if form.kind == "scored" and form.sheet != TEXT and (lost := len(form.rows) - len(pairs)):
            told = f"第{form.rows[0].row}行起有{lost}项与列得最多的一张表（{main.sheet}）的指标对不上，没有读"
            form.problems.append(Problem(told, form.file, field=form.sheet, severity="warning"))
    for entry in entries:
        entry.tell_rates()
        entry.read_standard()
    return entries


_DONE_SO_FAR = r"(?:实际)?(?:完成|建成|达成|达到?|为|是|:)*"
_ELSEWHERE = re.compile(
    "上年|去年|往年|历年|20\\d\\d年|目标|计划|预期|[比较由从至]|到(?!位)|其中|分别|[≥≤]|不[低少高超]|每|以上"
)
"""Words of a sentence by which a figure behind the name of an indicator is not what it came to this year."""


def _take_told(entries: Sequence[Entry], prose: Prose) -> None:
    """Add what the text says of the indicators of a table under their own names: the score where a paragraph begins
    with the name, how far it is done, and the result where the text names no other; the result of a rate that is
    computed from the money is read elsewhere.
    """
    names = [entry.row.name for entry in entries]
    ratios = {name for known in prose.formulas.values() for name in known}
    for entry in entries:
        name, scores, actual = entry.row.name, entry.printed.get("score", {}), entry.first("actual")
        if entry.head.sheet == TEXT or len(name) < 4 or sum(name in other for other in names) > 1:
            continue
        result = re.compile(
            rf"{re.escape(name)}{_DONE_SO_FAR}(\d[\d,.]*(?:%|[万亿]?[\u4e00-\u9fa5]+?))(?=[,。;、(]|$)(?:,完成率(?:为|达到?)?(\d[\d.]*%))?"
        )
        start = re.compile(rf"(?:[(（]?\d+[)）.、]|[①-⑳])?{re.escape(name)}[。,:(]")
        target, results, done = re.sub(r"^\D+", "", entry.first("target")), dict[str, str](), dict[str, str]()
        for text, place in [(text, place) for text, place in prose.said if name in text and place not in scores]:
            for found in result.finditer(text) if actual and name not in ratios else ():
                sentence = re.split("[。;]", text[: found.start()])[-1]
                if found[1] != target and not _ELSEWHERE.search(sentence) and _of_unit(found[1], actual):
                    results[place] = found[1]
                    done |= {place: found[2]} if found[2] else {}
            points = [earned["score"] for earned in PATTERNS["earned"].finditer(text)] if start.match(text) else []
            if scores and len(points) == 1 and points[0]:
                scores[place] = points[0]
        if done:
            entry.printed["completion"] = entry.printed.get("completion", {}) | done
        if len(set(results.values())) == 1:
            entry.printed["actual"] |= results


def _of_unit(text: str, other: str) -> bool:
    """Whether two texts are figures of one unit."""
    with suppress(UnitError):
        return parse_quantity(text).unit == parse_quantity(other).unit
    return False


def _parts(main: Form, listing: Sequence[Form]) -> list[Form]:
    """The scored tables that list the indicators together, in their order: the one that lists most of them, and those
    of other indicators with which its weights come closer to 100 (续表, a table a level).

    A part that begins within a block has the levels of the row above it.
    """
    found, rows = [main], list(main.rows)
    for form in listing if main.kind == "scored" and main.sheet != TEXT else ():
        more = [*rows, *form.rows]
        if form.kind == "scored" and form.sheet != TEXT and weight_of(more) <= 100 and not any(_pairs(rows, form.rows)):
            found, rows = [*found, form], more
    found.sort(key=listing.index)
    above = found[0].rows[0]
    for row in (row for form in found for row in form.rows):
        if not row.level1:
            row.level1, row.level2 = above.level1, row.level2 or above.level2
        above = row
    return found


def _pairs(known: Sequence[FormRow], rows: Sequence[FormRow]) -> Iterator[tuple[int, FormRow]]:
    """Which rows speak of which known ones, by their number: in order where both list the same ones, else by name."""
    same = sum(plain(one.name) == plain(row.name) for one, row in zip(known, rows, strict=False))
    if len(known) == len(rows) and same >= _MOSTLY * len(rows):
        yield from enumerate(rows)
        return
    left = list(range(len(known)))
    for row in rows:
        alike = {i: _likeness(known[i], row) for i in left}
        best = max(alike, key=alike.__getitem__, default=-1)
        if alike.get(best, 0.0) >= _ALIKE:
            left.remove(best)
            yield best, row


def _weight(indicators: Iterable[Data]) -> float:
    return math.fsum(float(indicator.get("weight", 0)) for indicator in indicators)


def _set_beyond(indicators: Sequence[Data]) -> None:
    """Take the rows of 加分 and 扣分 out of the full marks, in place, where the others are full without them."""
    named = [("bonus" if "加分" in i["level1"] + i["name"] else "penalty", i) for i in indicators
             if re.search("[加扣]分", i["level1"] + i["name"]) and "weight" in i]  # fmt: skip
    if named and abs(_weight(indicators) - _weight(i for _, i in named) - 100) < 1e-6:
        for points, indicator in named:
            indicator[points] = indicator.pop("weight")


def _likeness(a: FormRow, b: FormRow) -> float:
    """How alike the names of two indicators are; 1 and more for the same, most under the same level."""
    one, other = plain(a.name), plain(b.name)
    if one == other:
        return 1.0 + (plain(a.level2) == plain(b.level2))
    shorter = min(len(one), len(other))
    matcher = SequenceMatcher(None, one, other)
    shared = matcher.find_longest_match().size / shorter if shorter > 5 else 0.0
    return max(matcher.ratio() if shorter > 3 else 0.0, shared + 0.1 * _alike(a.level2, b.level2) - 0.05)


def _indicator(entry: Entry) -> Data:
    row = entry.row
    level1 = row.level1 or row.level2 or "绩效指标"
    named: Data = {"level1": level1, "level2": row.level2 or level1, "name": row.name}
    named["id"] = entry.key if entry.key != row.name else ""
    points = {row.more.get("beyond", "weight"): _number(entry.first("weight") or "0")}
    return named | points | {"rule": {"kind": _rule(entry)}} | _standard(entry) | {"meaning": entry.text("meaning")}


def _standard(entry: Entry) -> Data:
    """The printed standard; the score stays the printed one, the audit compares the two.

    Where another place prints the same words with other numbers, that is a reading with its own place.
    """
    from ..rubrics.standards import written

    place, text = entry.longest("standard")
    source = {"source": entry.head.place_of(entry.row, "weight") if text else ""}
    if entry.rule is None:
        return source
    others = ((there, other) for there, other in entry.printed["standard"].items() if _has_other_numbers(text, other))
    rules = ((there, written(entry.understood(other).rule)) for there, other in others)
    again = [{"name": f"{there}所印", "source": there, "rule": rule} for there, rule in rules]
    return {"standard": text, "readings": again} | ({"source": place} if again else source)


def _has_other_numbers(one: str, other: str) -> bool:
    """Whether two printings of a standard have the same words and not the same numbers."""
    said = [re.split(r"(\d+(?:\.\d+)?)", flat(text)) for text in (one, other)]
    return said[0][::2] == said[1][::2] and said[0] != said[1]


def _fact(entry: Entry) -> Data:
    row = entry.row
    stated, score, weight = _rule(entry) == "self_declared", entry.first("score"), entry.first("weight")
    lost = bool(score) and float(score) < float(weight or 0)
    process = entry.text("process") or entry.text("reason")
    count = entry.count() if stated else ""
    tells = stated and ("满意度" not in row.name or re.search(r"\d\s*份|样本", process))  # how many were asked
    return {
        "target": entry.printed.get("target", ""),
        "actual": entry.printed.get("actual", ""),
        "count": count,
        "evidence": entry.text("evidence") or (beginning(process, 300) if tells else ""),
        "note": "" if count else row.unusable,
        "declared": _number(score) if stated and score and weight else "",
        "missing": _lacking(entry, stated=stated),
        "level": row.level,
        "reason": entry.text("reason") if lost else "",
        "deviation": row.deviation,
        "source": entry.head.place_of(row, "score"),
    }


def _lacking(entry: Entry, *, stated: bool) -> str:
    """What is not printed of an indicator, so that it has no score; "" where nothing is wanting."""
    if not entry.printed.keys() - set(_SAID):
        return "没有填写"
    if not entry.first("weight"):
        return "没有印分值"
    return "没有印得分" if stated and not entry.first("score") else ""


def _rule(entry: Entry) -> str:
    """Numbers of one unit in proportion, dates all or nothing; anything else keeps the printed score.

    A date that was missed keeps a part of the points: no form prints what a delay costs. So do indicators whose target
    was found in running text, or has no unit: nothing is asserted of these.
    """
    unsure = entry.row.uncertain or entry.printed.get("standard") or entry.head.sheet == TEXT
    if unsure or entry.head.kind != "scored" or not all(map(entry.first, ("target", "actual", "weight"))):
        return "self_declared"
    target, actual = parse_target(entry.first("target")), parse_result(entry.first("actual"))
    if target.is_number:
        return "proportional"
    late = actual.unit == DATE and not target.is_met(actual)
    in_part = 0 < float(entry.first("score") or 0) < float(entry.first("weight"))
    return "self_declared" if target.unit != DATE or (late and in_part) else "all_or_nothing"


def _execution(form: Form, budget: Data, again: Entry | None) -> tuple[list[Data], Data, Data]:
    """The execution row of a form as an indicator, which may be printed `again` among the others; scored by the rate
    where both amounts, or it, are given."""
    assert form.whole
    stages, place, weight = budget.get("budget", {}), form.place(form.whole.row), _number(form.overall("weight"))
    head: Data = {"level1": "预算执行", "level2": "预算执行", "name": EXECUTION, "weight": weight}
    score = form.overall("score")
    fact: Data = {"deviation": form.overall("deviation"), "source": place}
    base = next((path for path in (_FULL_YEAR, "budget.initial") if _given(budget, (path,))), "")
    if base and "final" in stages:
        against = {} if base == _FULL_YEAR else {"executed": "budget.final", "budget": base}
        head |= {"measure": {"formula": EXECUTION, **against}, "rule": {"kind": "proportional", "target": "=100%"}}
        fact = fact if fact["deviation"] else {}
    elif rate := form.overall("rate"):  # beside amounts without a unit
        head["rule"] = {"kind": "proportional", "target": "=100%"}
        fact["actual"] = {place: rate}
    else:
        head["rule"] = {"kind": "self_declared"}
        fact |= {"declared": score} if score else {"missing": "没有全年预算数或执行数，也没有得分"}
    printed = {key: {place: form.overall(key)} if form.overall(key) else {} for key in ("weight", "score")}
    printed = {key: _places(own | (again.printed.get(key, {}) if again else {})) for key, own in printed.items()}
    return [head], {EXECUTION: fact} if fact else {}, {EXECUTION: printed}


# ---- money and other figures ----


def _figures(forms: Sequence[Form], prose: Prose) -> Data:
    """Budget, staff, spending and assets: of forms first, then of tables of figures and of the text."""
    data: Data = {}
    for form in (*forms, prose):
        for row in form.funds:
            part = _FIELDS.get(row.name, f"parts.{row.name}").split(".")
            for stage in STAGES:
                if amount := row.values.get(stage):
                    _put(data, ["budget", stage, *part], form.place(row.row), amount)
        for path, amount, place in form.figures:
            _put(data, path.split("."), place, amount)
        if form.assets:
            data.setdefault("assets", {})["register"] = [dict(asset, line=int(asset["line"])) for asset in form.assets]
        changes = list(form.changes)
        if form.whole and (cut := form.overall("cut")):
            changes += [{"name": "统筹整合", "kind": "cut", "amount": cut, "source": form.place(form.whole.row)}]
        if changes:
            data.setdefault("budget", {}).setdefault("changes", []).extend(changes)
    for stage in data.get("budget", {}).values():
        if isinstance(stage, dict) and "parts" in stage:
            _drop_children(stage)
    return data


def _put(data: Data, path: list[str], place: str, value: str) -> None:
    for step in path[:-1]:
        data = data.setdefault(step, {})
    data.setdefault(path[-1], {}).setdefault(place, value)


def _drop_children(stage: Data) -> None:
    """Leave out parts that are the parts of the one above them, where all together are more than the total."""
    amounts = {name: parse_quantity(next(iter(places.values()))).value for name, places in stage["parts"].items()}
    total = stage.get("total")
    if not total or sum(amounts.values()) <= parse_quantity(next(iter(total.values()))).value * (1 + 1e-9):
        return
    names = list(amounts)
    for i, (name, amount) in enumerate(amounts.items()):
        below = {end: sum(amounts[child] for child in names[i + 1 : end]) for end in range(i + 2, len(names) + 1)}
        last = next((end for end, together in below.items() if abs(together - amount) < 1e-6 * amount), 0)
        for child in names[i + 1 : last] if name in stage["parts"] else ():
            stage["parts"].pop(child, None)


def _rates(forms: Sequence[Form], prose: Prose, case: Data, total: Data) -> Data:
    """Printed rates with the figures that they claim to come from, as far as these are given, and that of the total."""
    found: Data = {}

    def keep(name: str, place: str, text: str, measure: Data) -> None:
        found.setdefault(name, {"printed": {}, **measure})["printed"].setdefault(place, text)

    for form in [form for form in forms if form.whole][:1]:
        printed = [(row.name, form.place(row.row), row.values.get("rate", "")) for row in form.funds]
        printed += [("", form.place_of(row, "actual"), row.actual) for row in form.rows if row.name == EXECUTION]
        rates = [("." + _FIELDS.get(fund, f"parts.{fund}") if fund else "", fund, *said) for fund, *said in printed]
        usual = _FULL_YEAR if _given(case, (_FULL_YEAR,)) else "budget.initial"
        chosen = _base(case, [(part, text) for part, *_, text in rates], (usual, "budget.received"))
        noted = "note" in case.get("budget", {}) and chosen == _FULL_YEAR
        for part, fund, place, text in rates:
            base = "budget.initial" if part and noted else chosen  # what stands for the total stands for its parts
            figures = {"executed": f"budget.final{part}", "budget": base + part}
            if text.endswith("%") and _given(case, figures.values()):
                keep(_rate_name(EXECUTION, fund, chosen), place, text, {"formula": EXECUTION, **figures})
    for name, text, place, formula, stages in (rate for form in (*forms, prose) for rate in form.rates):
        if arguments := _arguments(formula, text, stages, case):
            name = _rate_name(name, "", arguments["budget"]) if formula == EXECUTION else name
            keep(name, place, text, {"formula": formula, **arguments})
    for indicator in case.get("rubric", {}).get("indicators", ()):
        measure, fact = indicator.get("measure"), case["facts"].get(indicator.get("id") or indicator["name"], {})
        if measure and measure["formula"] != EXECUTION:
            for place, text in (fact.get("actual") or {}).items():
                if text.endswith("%"):
                    keep(measure["formula"], place, text, measure)
    for text, place in (rate for form in forms for rate in form.total_rates if total):
        keep("总得分率", place, text, {"numerator": ["published.total"], "divisor": [FULL_SCORE]})
    return found


def _base(case: Data, rates: Sequence[tuple[str, str]], bases: Sequence[str] = (_FULL_YEAR, "budget.received")) -> str:
    """Of the figures that spending may be divided by, the one that gives most of the rates as printed; the first where
    no other gives more. `rates` are texts behind the part of the budget that they are of, as its path goes on.
    """
    held = {base: sum(_holds(case, text, f"budget.final{part}", base + part) for part, text in rates) for base in bases}
    return max(held, key=held.__getitem__)


def _holds(case: Data, text: str, top: str, divisor: str) -> bool:
    """Whether a printed rate is what two figures of the case give."""
    if not text.endswith("%") or not _given(case, (top, divisor)):
        return False
    printed, (over, under) = parse_quantity(text), (parse_quantity(_amount(case, path)) for path in (top, divisor))
    return abs(over.value / under.value - printed.value) <= printed.step


def _rate_name(name: str, fund: str, base: str) -> str:
    """The name of a rate of execution with the fund that it is of, and its base where that is not the usual one."""
    said = "，".join(filter(None, (fund, "" if base == _FULL_YEAR else f"以{label(base)}为分母")))
    return f"{name}（{said}）" if said else name


def _arguments(formula: str, text: str, stages: Sequence[str], case: Data) -> dict[str, str]:
    """The figures of a printed rate. Spending is divided by the base that stands beside it, or by one of the others in
    `stages` that gives it as printed, else by the full-year budget, else by the initial one, unless another figure
    speaks of a budget or its change."""
    tried = [_AGAINST.get(formula, {})]
    if formula == EXECUTION:
        money = (name for name, said in case.get("figures", {}).items() if next(iter(said.values())).endswith("元"))
        changed = any(re.search("预算|安排|[调追]|下达?$", name) for name in money)
        bases = (_base(case, [("", text)], stages), _FULL_YEAR, *(() if changed else ("budget.initial",)))
        tried = [tried[0] | {"budget": base} for base in bases]
    return next((arguments for arguments in tried if arguments and _given(case, arguments.values())), {})


def _amount(case: Data, path: str) -> str:
    """The first printing of a figure; "" where there is none."""
    here: Any = case
    for step in path.split("."):
        here = here.get(step, {}) if isinstance(here, dict) else {}
    found = here if path.count(".") > 1 or not path.startswith("budget.") else here.get("total", {})
    return str(next(iter(found.values()), ""))


def _given(case: Data, paths: Iterable[str], *, divided: bool = True) -> bool:
    """Whether a case gives every figure; where it is `divided` by the last one, that must not be 0."""
    values = [_amount(case, path) for path in paths]
    return all(values) and (not divided or parse_quantity(values[-1]).value > 0)


def _levels(forms: Sequence[Form], indicators: Sequence[Data]) -> Data:
    """Weight, score and rate that are printed for the levels, under the names that the indicators give them."""
    known, named = dict.fromkeys((i["level1"], i["level2"]) for i in indicators), {i["name"] for i in indicators}
    found: Data = {}
    for form in forms:
        printed = list(form.levels)
        levels = [(row, (row.level1, row.level2)) for row in form.rows if form.kind == "overview"]
        if form.sheet == TEXT:  # where a level may stand as if it were an indicator
            levels = [(row, (row.name, "")) for row in form.rows if row.name not in named]
        for row, level in levels:
            values = {"weight": row.weight, "score": row.score, "score_rate": row.more.get("score_rate", "")}
            printed += [(*level, key, value, form.place_of(row, key)) for key, value in values.items() if value]
        for level1, level2, name, value, place in printed:
            if key := _level_key(level1, level2, known):
                found.setdefault(key, {}).setdefault(name, {}).setdefault(place, _printed(value))
    return found


def _alike(one: str, other: str) -> bool:
    """Whether two names of levels mean one: 部门效益指标 and 效益, 数量指标 and 产出数量."""
    a, b = (plain(text).removesuffix("指标") for text in (one, other))
    return bool(a and b) and (a == b or a.endswith(b) or b.endswith(a) or a.startswith(b) or b.startswith(a))


def _level_key(level1: str, level2: str, known: Iterable[tuple[str, str]]) -> str:
    """The block of the indicators that a printed level is: 部门效益指标/服务对象满意度 → 部门效益/满意度.

    Below a heading that names no level (绩效实现情况) a level 1 is no part of another (效益 is not 社会效益).
    """
    firsts = {first.removesuffix("指标"): first for first, _ in known}
    if level2.removesuffix("指标") in firsts and not any(_alike(level1, first) for first in firsts):
        level1, level2 = level2, ""
    if not level2:
        return next((first for bare, first in firsts.items() if _alike(level1, bare)), "")
    pairs = [(first, second) for first, second in known if _alike(level2, second)]
    return next(("/".join(pair) for pair in pairs if _alike(level1, pair[0]) or len(pairs) == 1), "")


# ---- monitoring ----


def _declaration(forms: Sequence[Form], prose: Prose, year: int) -> Data:
    """The goals that a form declares, with the money."""
    case = _head(forms, prose, year, "declaration") | {"project": {"name": _project(forms, prose)}}
    return case | {"goals": _goals(forms), "budget": _figures(forms, prose).get("budget", {})}


def _monitoring(forms: Sequence[Form], prose: Prose, year: int) -> Data:
    """Goals through the tables that list them, with the money; a form without a node is that of the first day."""
    case = _head(forms, prose, year, "monitoring")
    held = _goals(forms)
    said = prose.labels
    node = said["node"] if said.get("node", "")[:4] == str(case["year"]) else _node(forms, case["year"])
    project = {"name": prose.project or _project(forms, prose), "start": said.get("start"), "end": said.get("end")}
    case |= {"profile": "monitoring-default", "project": project, "node": node}
    case |= {"progress": {place: text for text, place in prose.progress}, "goals": held}
    case |= {key: value for key, value in _figures(forms, prose).items() if key in ("budget", "figures")}
    budget = case.get("budget", {})
    if "adjusted" not in budget and budget.get("initial", {}).get("total"):  # no other is printed, which is said
        budget["adjusted"] = {"total": dict(budget["initial"]["total"])}
        budget["note"] = "没有印全年预算数，以年初预算数代替"
    case["published"] = {"rates": _rates(forms, prose, case, {}), "indicators": _completions(held, prose)}
    return case | {"problems": _problems(forms, prose, ())}


def _goals(forms: Sequence[Form]) -> list[Data]:
    """The goals with what each table says of them; those of which no table says anything usable are left out."""
    goals: list[tuple[FormRow, Data]] = []
    for form in forms:
        again = list(_pairs([row for row, _ in goals], form.rows))
        for i, row in again:
            _goal(form, row, goals[i][1])
        for row in form.rows:
            if not any(row is other for _, other in again):
                name = row.name if all(row.name != other.name for other, _ in goals) else f"{row.name}（{row.level2}）"
                goals.append((row, {"name": name, "level1": row.level1 or "绩效指标", "level2": row.level2}))
                _goal(form, row, goals[-1][1])
    open_ended = all(form.kind in ("declared", "") for form in forms)  # then a goal may be named without its target
    held = [goal for _, goal in goals if open_ended or goal.keys() & {"declared", "revised", "compared"}]
    for goal in held:
        goal["owed"] = _owed(goal)
    return held or [goal for _, goal in goals]  # of a blank form


def _owed(goal: Data) -> str:
    """The amount that a goal declares to pay, where its rate of completion says that nothing is paid yet, else ""."""
    target, done = goal.get("declared", {}).get("target"), goal.get("compared", {}).get("actual", "")
    if not target or not re.fullmatch(r"=?0(\.0+)?%", done):
        return ""
    declared = parse_target(target)
    return declared.bare.removesuffix("元") + "元" if declared.unit == MONEY and declared.operator == "=" else ""


def _completions(goals: Sequence[Data], prose: Prose) -> Data:
    """Rates of completion that both a table and a heading of the text print, by goal."""
    headed = {plain(name): {place: rate} for name, rate, place in prose.completions}
    found: Data = {}
    for goal in goals:
        compared = goal.get("compared", {})
        stated = headed.get(plain(compared.get("name") or goal["name"]))
        if stated and compared.get("actual", "").endswith("%"):
            found[goal["name"]] = {"completion": {compared["source"]: compared["actual"].lstrip("=")} | stated}
    return found


def _node(forms: Sequence[Form], year: int) -> str:
    """The day that a form names, or the last of its months (1-9月), else the year's first."""
    days = (node_of("截至" + form.labels.get("node", "")) for form in forms)
    months = [int(m) for form in forms if 1 <= int(m := form.labels.get("months", "0")) <= 12]
    usual = f"{year}-{months[-1]:02}-{monthrange(year, months[-1])[1]}" if months else f"{year}-01-01"
    return next((day for day in days if day.startswith(str(year))), usual)


def _goal(form: Form, row: FormRow, goal: Data) -> None:
    """Put down what one table says of a goal."""
    own = {"name": row.name if row.name != goal["name"] else "", "source": form.place(row.row)}
    if stated := row.more.get("declared"):  # beside the target that it was changed to
        goal["declared"] = {**own, "target": stated}
    if form.kind == "declared" and row.target:
        weight = row.weight and _number(row.weight)
        goal["declared"] = {**own, "target": row.target, "weight": weight, "basis": row.more.get("basis", "")}
    elif form.kind == "revised" and row.target:
        marked = next((mark for mark in get_args(Adjustment) if row.more.get("adjustment", "").startswith(mark)), "")
        tracked = "是" if marked != "删除" and row.more.get("tracked", "是") in ("是", "√") else "否"
        revised = {"adjustment": marked, "tracking": row.more.get("tracking", ""), "tracked": tracked}
        if marked:
            goal["revised"] = {**own, "target": row.target, **revised}
    elif form.kind in ("compared", "monitored", "scored") and row.target:
        said = {"stage": row.more.get("stage", ""), "actual": row.actual, "forecast": row.more.get("forecast", "")}
        kept = {name: value for name, value in said.items() if value and one_unit(row.target, value)}
        # another table may know the goal of the stage
        goal |= {"compared": {**goal.get("compared", {}), **own, "annual": row.target, **kept}, "note": row.unusable}
    reasons = {category: row.more[key] for key, category in _REASONS.items() if row.more.get(key)}
    if row.deviation or reasons:
        text = row.deviation or "；".join(dict.fromkeys(reasons.values()))
        goal["reason"] = {"text": text, "category": list(reasons)}
    goal["likelihood"] = row.more.get("likelihood", "") or goal.get("likelihood", "")


# ---- writing ----


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _printed(value: str) -> Decimal | str:
    return value if "%" in value else _number(value)


def _places(printed: dict[str, str]) -> Data:
    return {place: _printed(value) for place, value in printed.items()}


def _problems(forms: Sequence[Form], prose: Prose, indicators: Collection[str]) -> list[Data]:
    """The problems that the text and the forms state, each with the indicators that it names: by all of their names
    where only brackets tell them apart (管理制度健全性（预算管理） and 管理制度健全性（资产管理）)."""
    alike = Counter(map(plain, indicators))
    found: list[Data] = [{"text": _NUMBER.sub("", text), "source": place} for text, place in prose.shortcomings]
    for form in forms:
        problem, improvement = form.labels.get("shortcoming"), form.labels.get("improvement")
        if problem:
            found.append({"text": problem, "improvement": improvement, "source": form.sheet})
        elif improvement:
            found.append({"text": f"改进措施：{improvement}", "source": form.sheet})
    for each in found:
        named = (name for name in indicators if len(name) > 3)
        of = ((name, plain if alike[plain(name)] == 1 else flat) for name in named)
        each["indicators"] = [name for name, said in of if said(name) in said(each["text"])]
    return found
