"""Money against posts and outputs, and rows that were filled in without thought: what asks for a second look."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import partial

from ..errors import PerfkitError
from ..figures.formulas import FORMULAS
from ..figures.moments import parse_moment
from ..figures.quantities import MONEY, RATIO, Figure, display_percent, display_plain
from ..words import SPENDING, STAGES, label
from .agreement import FACT_DIFFERS
from .compare import UNIT_SLIP, figures, like
from .findings import Code, Finding
from .rules import DOUBLE_COUNTED
from .scores import EXECUTION_SCORE
from .subject import Row, Subject, check, check_row, entries, grouped
from .sums import plain_level, weight_of

OVERSPENT = Code("overspent", "支出超过全年预算", "warning")
STAFF_ABOVE_POSTS = Code("staff-above-posts", "在职人数超过编制", "warning")
SPENDING_AGAINST_OUTPUTS = Code("spending-against-outputs", "支出少而产出满额", "question", "question")
COST_AGAINST_SPENDING = Code("cost-against-spending", "成本指标与支出数不一致", "question", "question")
SIGN_AGAINST_NAME = Code("sign-against-name", "目标的方向与名称不符", "question", "question")
IMPOSSIBLE_RATE = Code("impossible-rate", "比率超出可能的范围", "question", "question")
UNIFORM_FULL_MARKS = Code("uniform-full-marks", "各项全是满分", "info", "question")
REVIEW_DIFFERS = Code("review-differs", "自评分与审核分不同", "info", "score")
PRAISED_LOWEST = Code("praised-lowest", "结论称好的一级指标得分率最低", "question", "question")
DURATION = Code("duration", "天数与起止日期不符", "warning")

_LITTLE, _SEVERAL, _MANY = 0.5, 3, 8
"""Below which execution outputs should show it, and how many outputs, or rows of a form, make a pattern."""
_BLOCKS, _GAP, _GOOD = 3, 0.05, 0.9
"""How many blocks make a comparison, by how much the last lies behind, and above which rate any is praised."""
_PRAISE = re.compile("较好|良好|优秀|突出|显著|扎实|圆满|到位|完善|健全|规范|合理|高质量")
_NOT_QUITE = re.compile("但|不够|不足|有待|欠|尚|仍|较低|最低|偏低|薄弱|较弱")
_DAY = r"\d{1,2}月\d{1,2}日"
_PERIOD = re.compile(
    rf"(?P<start>\d{{4}}年{_DAY})(?:起)?(?:至|到|[-—–~～]+)(?P<end>(?:\d{{4}}年)?{_DAY})(?:止)?"
    r"[^\d。；，,]{0,6}[，,（(]?(?:合计|总计|共计|共|历时|为期|工期)(?:为)?(?P<days>\d+)个?(?:日历)?天"
)
_TWICE = re.compile(r"(?P<amount>\d[\d,.]*(?:亿|万|千)?元?)(?<=[亿万千元])(?P=amount)")
_SHARED = re.compile(r"(?<![\d.])(?P<amount>\d[\d,.]*)元[^。；\d]{0,16}?(?P<people>\d+)[名人](?!次)")
_COUNTED = re.compile(r"(?P<name>[\u4e00-\u9fa5]{6})(?P<count>\d{3,})(?P<unit>人次|[人名户家])")
_NEAR = 1.03
"""Up to which ratio two counts of one name are taken for one fact that was copied wrongly, and not for two facts."""
_OF_A_WHOLE = re.compile("(?:满意[度率]|[合及]格率|优良率|准确率|覆盖率|知晓率|出勤率|成活率|回收率|通过率|符合率)$")
"""How the names of rates end that are of a part to its whole; what was planned or spent may be exceeded (完成率)."""
_WHOLE_COSTS = ("总成本", "项目成本", "成本控制", "预算控制", "经费金额", "资金总额", "项目总投资")


@check
def check_overspending(subject: Subject) -> Iterator[Finding]:
    """Nobody spends more than the full-year budget after adjustment."""
    budget, spent = subject.case.printed("budget.adjusted"), subject.case.printed("budget.final")
    if not budget or not spent or spent.value.value <= budget.value.value * (1 + 1e-9):
        return
    over = like(spent.value.value - budget.value.value, spent.value)
    message = f"{STAGES['final']}{spent.value}，超过{STAGES['adjusted']}{budget.value}，多{over}；请核对是否漏了追加"
    where = figures(spent, budget)
    yield subject.find(OVERSPENT, message, where=where, printed=spent.first, expected=f"≤{budget.value}")


@check
def check_staff(subject: Subject) -> Iterator[Finding]:
    """There are no more people than posts."""
    staff = subject.scored.staff if subject.scored else None
    if staff and staff.established and staff.actual and staff.actual.value.value > staff.established.value.value:
        message = f"在职{staff.actual.value}，超过编制{staff.established.value}"
        where = figures(staff.actual, staff.established)
        yield subject.find(STAFF_ABOVE_POSTS, message, where=where, printed=staff.actual.first)


@check
def check_outputs(subject: Subject) -> Iterator[Finding]:
    """Where little was spent, outputs are not all complete, unless somebody says how."""
    rate = subject.case.execution_rate
    outputs = [row for row in subject.rows if row.indicator.level1.startswith("产出")]
    done = [row for row in outputs if row.goal and row.goal[0].unit != MONEY]
    told = any(row.fact.deviation or row.fact.reason for row in subject.rows if row in done or row.measures_execution)
    if math.isnan(rate) or rate >= _LITTLE or len(done) < _SEVERAL or told or any(row.unmet for row in done):
        return
    message = f"执行率只有{display_percent(rate)}，{len(done)}项产出却全部完成；是少花了钱、还没付款，还是目标定低了"
    where = [place for row in done for place in row.places[:1]]
    yield subject.find(SPENDING_AGAINST_OUTPUTS, message, where=where, printed=display_percent(rate))


@check_row
def check_cost(subject: Subject, row: Row) -> Iterator[Finding]:
    """A cost indicator that stands for a whole budget, or for that of a kind of spending, reports what was spent."""
    target, actual = row.goal or (None, None)
    if not (target and actual and target.unit == MONEY):
        return
    name = re.sub("[“”]", "", row.indicator.name)
    kind = next((key for key, kind in SPENDING.items() if re.sub("[“”]", "", kind) in name), "")
    whole = kind or row.indicator.is_limited or any(word in name for word in _WHOLE_COSTS)
    paths = (f"{kind}.budget", f"{kind}.actual") if kind else ("budget.adjusted", "budget.final")
    budget, spent = map(subject.case.printed, paths)
    if not (whole and budget and spent and target.value == budget.value.value):
        return
    if abs(actual.value - spent.value.value) > max(actual.step, spent.value.step):
        message = f"目标{target}就是{label(paths[0])}，实际成本{actual}，而{label(paths[1])}{spent.value}"
        where = [*entries(row.fact.actual), spent.first]
        yield subject.find(COST_AGAINST_SPENDING, message, row=row, where=where, printed=actual, expected=spent.value)


@check_row
def check_sign(subject: Subject, row: Row) -> Iterator[Finding]:
    """A rate of which more is better has no upper limit as its target."""
    if row.doubtful and row.fact.target:
        message = against_name(row.indicator.name, row.fact.target.value)
        yield subject.find(SIGN_AGAINST_NAME, message, row=row, printed=row.fact.target)


@check_row
def check_possible(subject: Subject, row: Row) -> Iterator[Finding]:
    """The rate of a part to its whole lies between 0 and 100%."""
    actual = row.fact.actual.value if row.fact.actual and not row.slipped else None
    if actual and actual.unit == RATIO and not 0 <= actual.value <= 1 and _OF_A_WHOLE.search(row.indicator.name):
        message = f"{row.indicator.name}应在0至100%之间，实际完成值是{actual}；请核对小数点和算法"
        yield subject.find(IMPOSSIBLE_RATE, message, row=row, printed=row.fact.actual)


def against_name(name: str, target: Figure) -> str:
    """What is said of an upper limit for a rate of which more is better."""
    return f"“{name}”越高越好，目标却是{target}；请核对是否应为≥"


@check
def check_full_marks(subject: Subject) -> Iterator[Finding]:
    """Full marks on every row, where no printed rule could give them."""
    rows = [row for row in subject.rows if row.score and not row.measures_execution]
    if len(rows) >= _MANY and all(row.full and row.declared for row in rows):
        yield subject.find(UNIFORM_FULL_MARKS, f"{len(rows)}项指标全是满分，没有一项扣分；请核对佐证", printed="")


@check
def check_execution_again(subject: Subject) -> Iterator[Finding]:
    """The execution of the budget is not scored a second time as an output."""
    first = next((row for row in subject.rows if row.measures_execution), None)
    for row in subject.rows if first else ():
        again = FORMULAS.get(row.indicator.name.removeprefix("资金").removeprefix("支出"))
        if first and row is not first and not row.indicator.measure and again and again.ratio == "execution_rate":
            message = f"“{row.key}”与“{first.key}”都按预算执行计分，是否重复"
            places = [*row.places, *first.places]
            yield subject.find(DOUBLE_COUNTED, message, row=row, severity="question", where=places)


@check_row
def check_blank_execution(subject: Subject, row: Row) -> Iterator[Finding]:
    """An execution row with a weight and a rate has a score; the effect is what the rate earns."""
    total, weight = subject.total, row.printed.weight
    if not (total and weight and row.measures_execution) or row.score or math.isnan(row.points):
        return
    others = math.fsum(other.earned for other in subject.rows if other.score)
    effects = [row.points] if abs(others - total.value) < total.step else []
    message = f"预算执行没有印得分，按执行率应得{display_plain(row.points)}分"
    message += "；总分里没有计这一项" if effects else ""
    where = weight.entries
    yield subject.find(EXECUTION_SCORE, message, row=row, where=where, expected=row.points, effects=effects)


@check
def check_review(subject: Subject) -> Iterator[Finding]:
    """Scores that a reviewer changed, with what that does to the total."""
    reviewed = [(row, row.printed.reviewed) for row in subject.rows if row.printed.reviewed and row.score]
    if changed := [(row, other) for row, other in reviewed if other.value.value != row.earned]:
        effect = math.fsum(other.value.value - row.earned for row, other in changed)
        listed = "、".join(f"{row.key}{row.score}→{other.value}" for row, other in changed)
        message = f"{len(changed)}项审核后改分，合计{display_plain(effect, 2)}分：{listed}"
        where = entries(*(other for _, other in changed))
        yield subject.find(REVIEW_DIFFERS, message, where=where, printed="", effects=[effect])


@check
def check_praise(subject: Subject) -> Iterator[Finding]:
    """A conclusion does not praise, without any reserve, the block that did worst."""
    blocks = grouped((plain_level(row.indicator.level1), row) for row in subject.rows if row.score and row.weight)
    rates = {name: math.fsum(r.earned for r in rows) / weight_of(rows) for name, rows in blocks.items()}
    ordered = sorted(rates, key=lambda name: rates[name])
    if len(ordered) < _BLOCKS or rates[ordered[0]] > rates[ordered[1]] - _GAP or rates[ordered[0]] > _GOOD:
        return
    lowest, short = ordered[0], ordered[0].removeprefix("部门").removeprefix("项目")
    for sentence in re.split("[，。；,;]", "。".join(subject.file.overview.conclusion)):
        if short in sentence and _PRAISE.search(sentence) and not _NOT_QUITE.search(sentence):
            rate, others = display_percent(rates[lowest]), display_percent(rates[ordered[1]])
            told = f"而“{lowest}”得分率{rate}，是各一级指标中最低的，其余在{others}以上"
            yield subject.find(PRAISED_LOWEST, f"结论写“{sentence}”，{told}", printed=rate)
            return


@check
def check_duration(subject: Subject) -> Iterator[Finding]:
    """A printed number of days is what lies between the two dates before it, with or without the last one."""
    for text, place in subject.texts:
        for found in _PERIOD.finditer(text):
            try:
                start = parse_moment(found["start"])
                end = parse_moment(found["end"], int(found["start"][:4]))
            except PerfkitError:
                continue
            between, printed = end.last - start.first, int(found["days"])
            if printed not in (between, between + 1):
                days, message = f"{between + 1}天", f"“{found[0]}”：这两个日期之间是{between + 1}天"
                yield subject.find(DURATION, message, where=[place], printed=f"{printed}天", expected=days)


@check
def check_amounts_in_words(subject: Subject) -> Iterator[Finding]:
    """No amount is printed twice in a row (854万854万), and none leaves less than one yuan for each of its people."""
    for text, place in subject.texts:
        find = partial(subject.find, UNIT_SLIP, severity="question", where=[place])
        for found in _TWICE.finditer(text):
            yield find(f"“{found[0]}”：同一个数连印两遍，请核对数额和单位", printed=found[0])
        for found in _SHARED.finditer(text):
            amount, people = float(found["amount"].replace(",", "")), int(found["people"])
            if 0 < amount < people:
                yield find(f"“{found[0]}”：人均不到1元，金额的单位是否是万元", printed=f"{found['amount']}元")


@check
def check_counts_in_words(subject: Subject) -> Iterator[Finding]:
    """A count under the same words is the same number in every sentence; two that nearly agree are asked about."""
    found: dict[tuple[str, str], dict[int, str]] = {}
    for text, place in subject.texts:
        for each in _COUNTED.finditer(text):
            found.setdefault((each["name"], each["unit"]), {}).setdefault(int(each["count"]), place)
    for (name, unit), counts in found.items():
        if len(counts) > 1 and max(counts) < min(counts) * _NEAR:
            printed = [f"{count}{unit}" for count in counts]
            message = f"“{name}”前后不一：{'、'.join(printed)}；是否同一个数"
            yield subject.find(FACT_DIFFERS, message, severity="question", where=counts.values(), printed=printed)
