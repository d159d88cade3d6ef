"""The running text of a report: what it says of itself, of money and rates, and of each indicator with its score."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise

from .content import Paragraph
from .form import BASES, Form, FormRow
from .sentences import NUMBERING, PATTERNS, beginning, flat, unit_of
from .words import Sentences

TEXT, FULL = "正文", "100"
_NUMBERED = re.compile(rf"^(?P<number>{NUMBERING})(?P<name>[^,。;:]{{2,40}})$")
_UNIT = (
    r"[^\d年度,。;:]{2,24}?(?:总工会|(?:[局厅办处队站所馆院镇署]|(?<!城)乡|(?<!社)会|委(?!托))(?!人民政府|员会|公室)"
    r"|中心校?|办公室|政协|街道|政府|医院|[学小中职技]校|[大小中]学|幼儿园|学院|公司|集团)"
)
_EXECUTOR = re.compile(
    rf"(?:项目|实施|主管)(?:单位|部门)[为是:]({_UNIT})"
    rf"|(?:^|[,。;:由])(?!该|本|根据|按|由|为|依)({_UNIT})[^,。;:]{{0,12}}(?:组织|负责|牵头|具体|20\d\d年度?)实施"
)
"""Whose a project is, as a sentence says it."""
_NOT_THE_UNIT = re.compile("(?:财政[局厅]|公司|事务所|中心)$")
"""Who has others evaluated and who evaluates, whose names stand alone on a cover like that of the unit."""
_FIRM = re.compile(r"^.{4,30}(?:公司|事务所|研究院|咨询中心)$")
_LABELLED = re.compile(
    r"^(被评价单位|被评价部门|(?:单位|部门)(?:[(]..[)])?名称|[填申]报单位|(?:项目)?实施单位|项目单位|单位(?!.*[元人]$|:[万千百亿]?元[填编])|评价机构|日期)"
    r"(?:[(](?:盖章|公章|签章)[)])?:([^:]{2,30}?)(?:(?:金额)?单位:.*|[填编].{1,2}(?:日期|时间|人):.*)?$"
)
_APART = re.compile(r"\s{2,}|\u3000")
"""Between the labels that one line has side by side: 单位名称：某局　　填报日期：…."""
_OTHERS = ("评价机构", "日期")
_DATE = re.compile(r"^(?:[〇○零一二三四五六七八九十]{4}|\d{4})年.{1,6}月(?:.{1,4}日)?$")
_ABOUT = re.compile(
    r"绩效.*(?:报告|(?:自评|评价|申报)表)|(?:评价|自评|监控)报告|绩效(?:自评|评价|运行监控)$|年.*[门位]决算"
)
_LEVEL_TAIL = re.compile(r"(?:(?:完成|实现)?情况|方面|指标)$")
_STAFF = r"[^,。;:]{0,12}?(?P<count>\d+[人名])"
_CAPTION = re.compile(r"附件|附?[图表]\d|\(?(?:金额)?单位[:：]")
_CHAPTER = re.compile("(?:三级|具体|各项?|绩效|综合|评价|评分|指标|得分|完成|分析|情况|说明|及|和)+")
"""The whole name of a heading that is above all levels, and none itself (三、评价指标分析)."""
_CHANGED = re.compile(
    "占|为.{0,4}预算|累计|分别|同比|[比较与].*[年期月]|完成.{0,6}[算标务划]|增[加长]|减少|上升|提高|下降|降低"
)
"""How words begin that say something of what is named before them: 收入50万元，比上年增加8万元，增长19%."""
_FIGURE = re.compile(r"(?<!\d)(?!\d+[年月日])\d[\d,.]*(?:[万亿]?(?:元|人次|[人户位个台件套次]))?")
_PAST = re.compile("上一?年|去年|前年|往年")
_NOT_DONE = re.compile(f"{_PAST.pattern}|目标|计划|要求")
"""Words before a rate that is no result of this year."""
_OF_A_LEVEL = re.compile("(?:本|该)部分")
"""How a sentence begins that speaks of a level and not of an indicator, where no heading has a number."""
_VERDICT = "依据评分标准|根据评分标准|该项?指标"
"""How the words begin that tell the score of an indicator, behind what is said of it."""
_OF_POINTS = re.compile(r"[(](?=得分|[\d./]+分)(?:得分[为:]?)?(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)分?[)]")
"""Points of so many: （得分3/4）."""
_TAKEN = re.compile(r"(?!.*(?:满分|否则|扣完|扣至)).*扣[减除了]?\s*\d+(?:\.\d+)?\s*分")
"""What says how many points are taken away, and for what, and is no text of a rule."""
_SET = re.compile("(?:指标|目标)值?[为是]")
"""What says that a target follows, with or without a sign."""
_QUOTIENT = re.compile(r"([^,。;]*)÷[^,。;]*=(-?[\d.]+%)")
_STATED = re.compile(r"实际(?:完成|达到|为)?(-?[\d.]+%)")
_NO_RESULT = re.compile("(?:[×≥≤><于占]|目标值?[为是]?)$")
"""What stands before a percentage that is a factor, a limit or one of several answers."""
_LAST = re.compile("(?:完成|回收|收回|有效)率$")
"""Rates that are the result only where no other is: how far a target is reached, how many answered."""
_FRONT = 15
_BARE = re.compile(r"(?:数|额|总额|合计|总计|共计|小计|金额|分别|共|计|为|是|达|约|均|有|:)+$")
"""What may stand between the word for an amount and the amount."""
_WHOLES = ("income", "total")
"""Fields whose words may stand behind others (2022年部门支出预算); of the others only the word itself is one."""
_PART_OF = re.compile(
    "(?:项目|基本|人员|公用|补助|拨款|事业|经营|税收?|上[解缴]|结[转余]|利息|专户|基金|捐赠)[收支][入出]|出国|接待|用车"
)
"""What says that the amount is one of several (上级补助收入, 项目支出预算, 公务接待决算支出)."""
_NO_STAGE = re.compile("(?<=年初)[^,;。:后]*安排|年初[^,;。:]{0,3}结[转余]")
"""What says of a budget that it is planned, as the initial one is too, and of money that it is left from before."""
_OF_BUDGET = re.compile("(?:占|完成)[^,;。]*$")
"""What says that an amount was only named for what is so much of it (占年初预算90万元的40%)."""
_ITS = re.compile("^(?:完成)?(?:年初|全年|调整后的?)?(?=预算)")
"""What may stand before the budget of the spending that a sentence speaks of."""
_CLAUSE = re.compile(r"[,;。:、]|\((?!.\))|其中")
"""What ends the words before an amount; 出国(境) goes on."""
_CHANGE = re.compile("(?:年中|追加|[调核][增减])(?!.*后)")
"""Words of an amount by which the budget changed, and not of what it came to (年中调整后预算)."""


@dataclass
class Prose(Form):
    """What the text says of one unit; its indicators, levels and figures are those of a form.

    Among its labels are the evaluator, the node of a monitoring report, and `inactive`, the sentence that says it had
    nothing to do that could be scored. `completions` are rates in headings that only name an indicator and how far it
    is done, as (name, rate, place); `formulas` are the names of ratios, `said` the whole text with its places.
    """

    file: str = ""
    sheet: str = TEXT
    columns: frozenset[str] = frozenset(("name", "weight", "score"))
    shortcomings: list[tuple[str, str]] = field(default_factory=list)
    conclusion: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    progress: list[tuple[str, str]] = field(default_factory=list)
    completions: list[tuple[str, str, str]] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    formulas: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_prose(file: str, paragraphs: Sequence[Paragraph], words: Sentences) -> list[Prose]:
    """What the text says: of the whole first, then of each unit under headings of its own, if there are several."""
    return _Reader(file, paragraphs, words).read()


class _Reader:
    """Goes through the paragraphs once, knowing under which headings each stands."""

    def __init__(self, file: str, paragraphs: Sequence[Paragraph], words: Sentences) -> None:
        self.words = words
        texts = (_OF_POINTS.sub(r"(\2分,得\1分)", flat(each.text)) for each in paragraphs)
        printed = [(each.place, re.sub(r"\s*\n\s*", "", each.text)) for each in paragraphs]
        self.lines = [(text, *own) for text, own in zip(texts, printed, strict=True)]
        self.whole = Prose(file, formulas=words.rates)
        self.units = {name: Prose(file, labels={"unit": name}, formulas=words.rates) for name in self._names()}
        self.headings: list[tuple[str, str]] = []
        self.item: FormRow | None = None
        self.style = self._item_style()

    def _names(self) -> list[str]:
        """Units under whose names several sections stand: headings that come back at least three times."""
        found = (_NUMBERED.match(text) for text, *_ in self.lines)
        counts = Counter(match["name"] for match in found if match)
        names = [name for name, count in counts.items() if count > 2]
        return names if len(names) > 1 else []

    def _item_style(self) -> str:
        """How indicators are numbered: the commonest way among headings and items with points that have none of a later
        kind below them, the last if equal."""
        shapes = PATTERNS["heading"], PATTERNS["item"]
        found = [match for text, *_ in self.lines for shape in shapes if (match := shape.match(text))]
        styles = [_style(match["number"] or "") for match in found]
        order = list(dict.fromkeys(styles))
        pairs = pairwise([*styles, *styles[:1]])
        counts = Counter(style for style, after in pairs if order.index(after) <= order.index(style))
        return max(reversed(counts), key=lambda style: counts[style], default="")

    def read(self) -> list[Prose]:
        self._front()
        owner, topic = self.whole, ""
        for text, place, printed in self.lines:
            heading, weighted = _NUMBERED.match(text), PATTERNS["heading"].match(text)
            if heading and heading["name"] in self.units:
                owner, self.item = self.units[heading["name"]], None
                owner.names = owner.names or [(owner.unit, place)]
            elif match := weighted or heading:
                topic = self._topic(topic, text)
                owner = self._head(owner, match["number"] or "", text, weighted, place)
            else:
                self._paragraph(owner, text, place, topic, printed)
        self._lift_levels()
        self._lower_levels()
        self.whole.said = [(text, place) for text, place, _ in self.lines]
        return [self.whole, *self.units.values()]

    def _lift_levels(self) -> None:
        """What has points, and others stand under, is a level and no indicator."""
        for owner in (self.whole, *self.units.values()):
            for row in list(owner.rows):
                others = ((other.level1, other.level2) for other in owner.rows)
                under = next((pair for pair in others if _is_level(row, pair)), None)
                if under:
                    names = under if _core(row.name) == _core(under[1]) else (under[0], "")
                    owner.rows.remove(row)
                    points = (("weight", row.weight), ("score", row.score))
                    owner.levels += [(*names, key, value, row.places[key]) for key, value in points if value]

    def _lower_levels(self) -> None:
        """Levels with points that nothing stands under are indicators, where these have 100 points with them."""
        for owner in (self.whole, *self.units.values()):
            over = {name for row in owner.rows for name in (row.level1, row.level2)}
            bare: dict[str, FormRow] = {}
            for first, second, key, points, place in reversed(owner.levels):  # the first printing stays
                if (name := second or first) not in over:
                    row = bare.setdefault(name, FormRow(0, first, name, name))
                    setattr(row, key, points)
                    row.places[key] = place
            rows = [*owner.rows, *reversed(bare.values())]
            whole = all(row.weight and row.score for row in bare.values())
            if whole and math.fsum(float(row.weight) for row in rows) == float(FULL):
                owner.rows = rows

    def _topic(self, topic: str, heading: str) -> str:
        """Which chapter of `topics` a heading begins; a heading of another chapter ends it."""
        begun = (name for name, words in self.words.topics.items() if any(word in heading for word in words))
        if found := next(begun, ""):
            return found
        return "" if re.match(r"[一二三四五六七八九十]+、", heading) else topic

    def _push(self, number: str, name: str) -> None:
        """Put a heading on the path, in place of the last one numbered like it and all below that."""
        style = _style(number)
        at = next((i for i, (other, _) in enumerate(self.headings) if other == style), len(self.headings))
        self.headings[at:] = [(style, name)]

    def _head(self, owner: Prose, number: str, text: str, weighted: re.Match[str] | None, place: str) -> Prose:
        """A heading: of an indicator where it is numbered as these are, else of a level.

        Where no heading has a number, one of which nothing is said before the next is that of a level too.
        """
        if self.item and weighted and not number and "process" not in self.item.more:
            owner.rows.remove(self.item)
        self.item = None
        if weighted and _style(number) == self.style:
            self.item = self._indicator(owner, weighted["name"], weighted, place, self.headings)
            return owner
        self._push(number, text)
        if (done := PATTERNS["rate"].fullmatch(text.removeprefix(number))) and not done["sign"]:
            self.whole.completions.append((done["name"], done["rate"], place))
        if weighted:
            above = _levels(name for _, name in self.headings) or [_level(text)]
            names = (above[-2], above[-1]) if len(above) > 1 else (above[-1], "")
            owner.levels += [(*names, key, weighted[key], place) for key in ("weight", "score") if weighted[key]]
        return self.whole if self.units else owner

    def _paragraph(self, owner: Prose, text: str, place: str, topic: str, printed: str) -> None:
        """What a paragraph says; `printed` is its text with its own signs, as far as that is kept."""
        if item := PATTERNS["item"].match(text):
            behind = re.split("[:：。]", printed, maxsplit=1)[-1]
            self._say(self._indicator(owner, item["name"], item, place, self.headings), item["text"], place, behind)
            return
        if self.item and _OF_A_LEVEL.match(text) and "process" not in self.item.more:
            owner.rows.remove(self.item)
            self.item = None
        totals = PATTERNS["total"].finditer(text) if self.item and PATTERNS["grade"].search(text) else ()
        if self.item and any(float(found["total"]) > float(self.item.weight) for found in totals):
            self.item = None  # a grade and more than its points are of the whole
        told = None if self.item or topic or _PAST.search(text) else PATTERNS["told"].match(text)
        if told and told["weight"] != FULL:
            if name := "" if told["own"] else _name(told["before"]):
                self._say(self._indicator(owner, name, told, place, self.headings), text, place, printed)
                return
            if self.headings:
                *above, (_, heading) = self.headings
                self.item = self._indicator(owner, _level(heading), told, place, above)
        if self.item:
            self._say(self.item, text, place, printed)
        elif topic == "problems" and len(text) > 10:
            self.whole.shortcomings.append((printed, place))
        elif topic == "advice" and len(text) > 4 and not _CAPTION.match(text):
            owner.advice.append(printed)
        elif topic == "conclusion" and len(text) > 10 and not _CAPTION.match(text):
            owner.conclusion.append(printed)
        if not self.item:
            self._results(owner, text, place)
            for part in re.split("[。;；]", printed):
                if any(word in part for word in self.words.inactive):
                    owner.labels.setdefault("inactive", part)
        self._money(owner, text, place)
        self._facts(owner, text, place)

    # ---- one indicator ----

    def _indicator(
        self, owner: Prose, name: str, points: re.Match[str], place: str, path: Sequence[tuple[str, str]]
    ) -> FormRow:
        """Put down an indicator with its weight, and its score where that is said with it, below a path of headings.

        The two levels that it stands under are headings which are not numbered as indicators are.
        """
        levels = ["", "", *_levels(heading for style, heading in path if style != self.style)]
        name = name.removesuffix("指标")
        row = FormRow(0, levels[-2], levels[-1], name, weight=points["weight"], places={"weight": place})
        if points["score"]:
            row.score, row.places["score"] = points["score"], place
        owner.rows.append(row)
        return row

    def _say(self, row: FormRow, text: str, place: str, printed: str) -> None:
        """What a paragraph says of an indicator: its score, its target and result, why points are lost."""
        said = re.split(f"[,。](?={_VERDICT})", text)[0]
        earned = list(PATTERNS["earned"].finditer(text))
        if earned and row.places.get("score") != row.places["weight"]:  # else it was said with the weight
            row.score, row.places["score"] = earned[-1]["score"] or "0", place
        if earned and earned[-1]["share"]:
            row.more["share"], row.places["share"] = earned[-1]["share"], place
        if not row.target:
            before = row.actual
            row.target, row.actual = goal_of(said) if _SET.search(said) else ("", "")
            if "满意" in row.name and not row.actual:
                row.target, row.actual = goal_of(said)[0], result_of(said, "%")
            if not row.target and (planned := PATTERNS["planned"].search(said)):
                row.target, row.actual = planned["target"], planned["actual"]
            own = (rate for rate in PATTERNS["rate"].finditer(said) if rate["name"].endswith(row.name))
            found = (rate["rate"] for rate in own if not rate["sign"] and not _NOT_DONE.search(rate["name"]))
            row.actual = row.actual or next(found, before)
            row.places |= {"target": place, "actual": place}
            done = PATTERNS["done"].search(said)
            if done and row.actual and row.actual != done["rate"]:
                row.more["completion"], row.places["completion"] = done["rate"], place
        row.more["process"] = row.more.get("process", "") + printed
        said, *verdict = re.split(f"[,，。](?={_VERDICT})", printed)
        parts = re.split("[。;；]", said)
        why = [part for part in parts if any(word in part for word in self.words.reasons) or _TAKEN.search(part)]
        if not why and verdict and _TAKEN.match(verdict[0]):
            why = parts[-1:]
        row.more["reason"] = beginning("；".join(filter(None, (row.more.get("reason", ""), *why))), 200)

    # ---- the whole ----

    def _front(self) -> None:
        """Title, unit, year, firm and date from the first lines and the last."""
        whole, front = self.whole, [text for text, *_ in self.lines[:_FRONT]]
        at = next((i for i, text in enumerate(front) if _ABOUT.search(text) and len(text) < 60), None)
        if at is not None:
            broken = at > 0 and re.search(r"20\d\d年", front[at - 1]) and not _ABOUT.search(front[at - 1])
            whole.title = front[at - 1] + front[at] if broken else front[at]
            named = (text for text in reversed(front[:at]) if 3 < len(text) < 30)
            above = (text for text in named if not re.search(r"[\d。,:]|(?:表|项目|资金|工程)$", text))
            own = re.search(f"({_UNIT})(?=20|关于|部门|整体|绩效)", whole.title) or re.search(f"({_UNIT})", whole.title)
            whole.labels["unit"] = next(above, own[1] if own else "")
            whole.labels["project"] = next(iter(re.findall(rf"{_UNIT}(.{{2,30}}?项目)", whole.title)), "")
        years = re.findall(r"(20\d\d)年", whole.title) or re.findall(r"(20\d\d)年度", "".join(front))
        whole.year = int(years[0]) if years else None
        parts = (flat(part) for *_, printed in self.lines[:_FRONT] for part in _APART.split(printed.strip()))
        labelled = {match[1]: match[2] for text in parts if (match := _LABELLED.match(text))}
        named = (name for label, name in labelled.items() if label not in _OTHERS)
        told = (match[1] or match[2] for text, *_ in self.lines if (match := _EXECUTOR.search(text)))
        alone = (text for text in front if re.fullmatch(_UNIT, text) and not _NOT_THE_UNIT.search(text))
        whole.labels["unit"] = next(named, whole.unit) or next(told, "") or next(alone, "")
        edges = front + [text for text, *_ in self.lines[-4:]]
        firms, dates = ([text for text in edges if pattern.match(text)] for pattern in (_FIRM, _DATE))
        firms = [firm for firm in firms if firm != whole.unit]
        whole.labels["evaluator"] = labelled.get("评价机构") or next(iter(firms), "")
        whole.labels["filled"] = labelled.get("日期") or next(iter(dates), "")

    def _results(self, owner: Prose, text: str, place: str) -> None:
        """Totals, each of the unit whose name, or nearly that, is before it, and the grade."""
        for found in PATTERNS["total"].finditer(text):
            before = re.split("[;。:]", text[: found.start()])[-1]
            named = get_close_matches(before, self.units, n=1, cutoff=0.8)
            whose = self.units[named[0]] if named else owner
            if whose is not owner and whose.unit != before:
                whose.names.append((before, place))
            years = [int(year) for year in re.findall(r"(20\d\d)年", before)]
            if not _PAST.search(before) and (not years or self.whole.year in (None, years[-1])):
                whose.totals.append((found["total"], place))
        for found in PATTERNS["level"].finditer(text):
            owner.levels += [(found["name"], "", key, found[key], place) for key in ("weight", "score")]
        owner.grades += [(found["grade"], place) for found in PATTERNS["grade"].finditer(text)]

    def _facts(self, owner: Prose, text: str, place: str) -> None:
        """Staff, and what a monitoring report says of its node, its period and the progress."""
        for path, names in (("staff.established", self.words.established), ("staff.actual", self.words.present)):
            found = re.search(rf"(?:{'|'.join(names)}){_STAFF}", text) if names else None
            if found:
                keep(owner.figures, path, found["count"], place)
        if node := node_of(text):
            self.whole.labels.setdefault("node", node)
        if "start" not in self.whole.labels and (period := PATTERNS["period"].search(text)):
            self.whole.labels |= period.groupdict()
        self.whole.progress += [(found["progress"], place) for found in PATTERNS["progress"].finditer(text)][:1]

    def _money(self, owner: Prose, text: str, place: str) -> None:
        """Amounts by stage and field, and the rates behind them; and whose the first one is said to be."""
        other = next((name for name in self.units if text.startswith(name) and owner.unit and name != owner.unit), "")
        if other and owner.unit not in text and PATTERNS["money"].search(text):
            owner.names.append((other, place))
        text = re.sub('[“”‘’"]', "", text)
        lasting, block, whole, end, in_part = "", "", "", 0, False
        seen: list[tuple[int, str]] = []
        for found in PATTERNS["money"].finditer(text):
            between, end = text[end : found.start()].rstrip(":"), found.end()
            *others, last = _CLAUSE.split(between)
            clause = _BARE.sub("", last)
            of_income = seen and seen[-1][1].endswith("income")  # 预算收入500万元，支出480万元: planned both
            # 全年预算520万元，支出480万元, with nothing but a day between the two
            days = all(node_of(each) and each.endswith("日") for each in others if each)
            spent = clause == "支出" and not of_income and days
            stage = "final" if spent else _last(_NO_STAGE.sub("", between), self.words.stages) or lasting
            lasting = lasting if _OF_BUDGET.search(between) else stage
            block = _last(clause, self.words.blocks) or ("" if re.search("。(?!其中)", between) else block)
            moved = text[end:].startswith("转")  # it left for another unit
            path = "" if moved else self._path(owner, clause, stage, block)
            over = re.search("[。)]", between)  # a new sentence, or what follows a bracket, speaks of the whole again
            in_part = "其中" in between or "(" in between or (in_part and not over)
            above = whole if over or not seen else seen[-1][1]
            if (spent or clause in self.words.stages.get(stage, ())) and above.startswith("budget."):
                path = f"budget.{stage}.{above.rpartition('.')[2]}"  # 年初预算520万元，调整后480万元
            elif spent and node_of(between):  # 截至2023年9月30日，支出96万元
                path = path or "budget.final.total"
            whole = whole if in_part else path
            amount = found["amount"].removesuffix("元") + "元"
            seen.append((end, path))
            if not path or not keep(owner.figures, path, amount, place):
                self._other(owner, text[: found.start()], amount, place)
        for pattern in ("share",) if self.item else ("share", "count"):
            for found in PATTERNS[pattern].finditer(text):
                self._other(owner, text[: found.start()], found[pattern], place)
        for rate in PATTERNS["rate"].finditer(text):
            known = ((len(n), f) for f, names in self.words.rates.items() for n in names if rate["name"].endswith(n))
            formula = max(known, default=(0, ""))[1]
            if formula and not rate["sign"] and not re.search("项目支出|基本支出", rate["name"]):
                before = [path.removesuffix(".total") for at, path in seen if at <= rate.start()]
                bases = [path for path in before if path.startswith("budget.") and path.split(".")[1] in BASES]
                usual = [path for path in before[-2:] if path in bases and "received" not in path]
                beside = usual[-1:] if len(before) > 1 and all(before[-2:]) else []
                others = [path for path in bases if path != "budget.initial"]
                stages = (*(beside or ["budget.adjusted"]), *others)
                owner.rates.append((rate["name"], rate["rate"], place, formula, stages))

    def _other(self, owner: Prose, before: str, figure: str, place: str) -> None:
        """A figure that is none of the budget's, under the words right before it, and those before where these are few.

        What stands in an equation is read with it.
        """
        *others, clause = _CLAUSE.split(re.sub(f"^{NUMBERING}", "", before).rstrip(":").replace("%", ","))
        clause = re.sub(r".*\d[余多]?[万亿]?元", "", clause)
        said = re.sub("[约仅为是达有]+$", "", clause)
        tried = [_BARE.sub("", clause), said]
        if _CHANGED.match(said):
            subject = next((words for words in reversed(others) if words and not _CHANGED.match(words)), "")
            tried = [_FIGURE.sub("", f"{subject}，{said}").strip("，")]
        elif others and not re.search(r"\d", others[-1]):
            tried.append(others[-1] + said)
        told = next((words for words in tried if len(re.findall(r"[\u4e00-\u9fa5]", words)) > 2), "")
        name = (told or "".join(re.findall("^.[^于过到现成]$", said)))[-24:].replace(".", "")
        if name and not re.search("权重|得分?$|分值|每|[≥≤]$|[=÷×/*]", name):
            keep(owner.figures, f"figures.{name}", figure, place)

    def _path(self, owner: Prose, clause: str, stage: str, block: str) -> str:
        """The path of the amount that follows a clause, "" where it says nothing that is known.

        Spending of a kind with a budget of its own (`block`) is named so, or is the next amount that is just spent.
        """
        if _CHANGE.search(clause):
            return ""
        which = _last(clause, self.words.spending)
        if owned := [key for key, names in self.words.assets.items() if clause.endswith(names)]:
            return f"assets.{owned[0]}"
        if block and which and (_last(clause, self.words.blocks) or _ITS.sub("", clause) in self.words.spending[which]):
            last = re.search(r"(20\d\d)年", clause)
            past = last and self.whole.year and int(last[1]) < self.whole.year
            return f"{block}.{'last_year_' if past else ''}{which}"
        if _last(clause, self.words.blocks):
            return ""
        ends = [(n, key) for key, names in self.words.fields.items() for n in names
                if clause == n or (key in _WHOLES and clause.endswith(n) and not _PART_OF.search(clause))]  # fmt: skip
        _, key = max(ends, key=lambda end: len(end[0]), default=("", ""))
        return f"budget.{stage}.{key}" if key and stage else ""


def keep(figures: list[tuple[str, str, str]], path: str, text: str, place: str) -> bool:
    """Put down a figure, unless the text already gives another one there: then it speaks of something else."""
    if fits := all(other == text for known, other, _ in figures if known == path):
        figures.append((path, text, place))
    return fits


def node_of(text: str) -> str:
    """The day up to which a text says that it looks, as 2023-10-31; "" where it says none."""
    node = PATTERNS["node"].search(text)
    return f"{node['year']}-{int(node['month']):02}-{int(node['day']):02}" if node else ""


def goal_of(text: str) -> tuple[str, str]:
    """Target and result of an indicator as a sentence says them; "" where it does not.

    A percentage is a target where it has a sign, or is set (设置指标为…100%).
    """
    before, _, after = text.partition("实际") if "实际" in text else text.partition("导致")
    before = re.split("由于|因为|因疫情|受疫情", before)[0]
    found, day = PATTERNS["target"].search(before), PATTERNS["deadline"].search(before)
    target = f"{found['sign']}{found['value']}" if found and found["value"] else f"≥{found['least']}" if found else ""
    if not target and after and (told := _SET.search(before)):
        plainly = [*PATTERNS["count"].finditer(before, told.end()), *PATTERNS["share"].finditer(before)]
        target = plainly[0][0] if plainly else day[0] if day else ""
    done = PATTERNS["done"].search(text)
    return target, result_of(after, target) or ("" if target and not day else done["rate"] if done else "")


def result_of(text: str, target: str) -> str:
    """The result that a text states in the unit of a target, the last where it adds up several; "" without one.

    A percentage is that of an equation (of satisfaction where it speaks of that), or the first that is stated: as the
    actual one, with a name, or at all; how far the target is reached (完成率) and how many answered come last.
    """
    if not target or not text:
        return ""
    said = re.split(_VERDICT, text)[0]
    if target.endswith("%"):
        quotients = _QUOTIENT.findall(said)
        found = ([rate for words, rate in quotients if "满意" in words] or [rate for _, rate in quotients])[-1:]
        found += _STATED.findall(said)
        rates = [rate for rate in PATTERNS["rate"].finditer(said) if not rate["sign"]]
        found += [rate["rate"] for rate in sorted(rates, key=lambda rate: _LAST.search(rate["name"]) is not None)]
        shares = (match for match in PATTERNS["share"].finditer(said) if not _NO_RESULT.search(said[: match.start()]))
        return next(iter([*found, *(match[0] for match in shares)]), "")
    counts = [match[0] for match in PATTERNS["count"].finditer(said) if unit_of(match[0]) == unit_of(target)]
    added = (count for count in counts if f"共{count}" in said or f"共计{count}" in said)
    return next(added, counts[0] if counts else "")


def _last(text: str, words: dict[str, tuple[str, ...]]) -> str:
    """The key whose word stands last in a text, the longer word where two end alike; "" without any."""
    said = ((word, key) for key, names in words.items() for word in names if word in text)
    return max(((text.rfind(word) + len(word), len(word), key) for word, key in said), default=(0, 0, ""))[2]


def _style(number: str) -> str:
    """How a heading is numbered: (1) and (2) alike, 一、 and 二、 alike, A11 and B12 alike, but not A1."""
    if code := re.match(r"[A-E](\d+)", number):
        return "A" * len(code[0])
    alike = re.sub(r"[一二三四五六七八九十]+", "一", re.sub(r"\d+", "1", number))
    return alike if number[:1] not in "①②③④⑤⑥⑦⑧⑨" else "①"


def _level(heading: str) -> str:
    """The level that a heading names: 1.产出数量（10分） → 产出数量."""
    name = PATTERNS["full"].sub("", re.sub(f"^{NUMBERING}", "", heading))
    return _LEVEL_TAIL.sub("", name) or name


def _levels(headings: Iterable[str]) -> list[str]:
    """The levels that headings name, one below another."""
    return [name for name in map(_level, headings) if not _CHAPTER.fullmatch(name)]


def _name(before: str) -> str:
    """The indicator that the words before its weight name: （1）“资金到位率” → 资金到位率; "" where they do not."""
    clause = re.split("[。;,]", re.sub(f"^{NUMBERING}", "", before))[-1].strip('“”"')
    return clause if re.fullmatch(r"[^\d%:]{2,40}(?<![(])", clause) else ""


def _core(level: str) -> str:
    """What a level is called, without what may stand around it: 项目决策 and 决策类 → 决策."""
    return re.sub("^(?:项目|部门)|类$", "", _LEVEL_TAIL.sub("", level))


def _is_level(row: FormRow, levels: tuple[str, str]) -> bool:
    """Whether an indicator with these levels stands under a row, which is told under its own heading or that above."""
    first, second = map(_core, levels)
    above = _core(row.level2 or row.level1)
    return _core(row.name) == first or (_core(row.name) == second and above in (first, second) and above != row.name)


def sections(prose: Sequence[Prose]) -> list[Prose]:
    """The parts that are reports of their own, and no lines above a form: the units if there are several, else all."""
    return [part for part in prose[1:] or prose if part.rows or part.totals or len(part.figures) > 1]
