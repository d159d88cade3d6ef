"""What a document states: unit, staff, assets, budget, projects, problems. As printed; only rates are computed."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any

from .. import __version__
from ..cases.loading import one_case
from ..cases.models import Budget, Project, Rectification, Stage
from ..cases.surveys import Survey
from ..figures.formulas import FORMULAS
from ..figures.printed import Printed
from ..figures.quantities import display_percent, display_plain
from ..rubrics.rubric import EXECUTION
from ..scoring.scorecard import Scorecard, ScoreRow
from ..words import CHANGE_HEADS, CHANGES, COMPOSED, DASH, OVERVIEW, PARTS, STAGES
from . import charts, wording
from .blocks import Block, Bullets, Column, Group, Heading, Note, Paragraph, Table, bullets, group, section, table
from .markup import from_markdown
from .sources import Source

_ASSETS = {
    "gross": "固定资产原值",
    "depreciation": "累计折旧",
    "net": "固定资产净值",
    "cash": "货币资金",
    "total": "净值合计",
}
_UNDER = {part: "其中：" for parts in COMPOSED.values() for part in parts}
_UNDER |= {part: "　" for whole in _UNDER if whole in COMPOSED for part in COMPOSED[whole]}
"""What stands before the name of a budget figure that is part of another."""
_ACROSS = 8
"""As many columns of amounts and names have room on upright paper."""
_MENDED: dict[str | None, str] = {"是": "已完成", "否": "未完成", None: "待报告"}
_TAKEN: dict[str | None, str] = {"是": "采纳", "否": "未采纳", None: "待处理"}
OPINIONS = [
    Column("阶段", lambda item: item.stage, 10),
    Column("提出人", lambda item: item.who, 18),
    Column("日期", lambda item: item.date or DASH, 12, optional=True),
    Column("意见", lambda item: item.opinion, 34),
    Column("是否采纳", lambda item: _TAKEN[item.taken], 8),
    Column("处理情况", lambda item: item.reason or DASH, 22, optional=True),
]
"""Of an opinion on a draft."""


def shown(printed: Printed[Any] | None) -> str:
    """A figure as printed, or a dash."""
    return str(printed.value) if printed else DASH


def title(source: Source) -> Group:
    """The cover: number and title, whose report it is, who evaluated, and when."""
    case = one_case(source)
    file = case.file
    lines = {
        "报告编号": file.number,
        "委托单位": file.client,
        "被评价单位" if case.kind == "evaluation" else "单位": case.unit,
        "评价机构": file.evaluator,
        "主评人": file.team.leader,
        "评价组成员": "、".join(file.team.members),
        "日期": file.date,
    }
    said = [Paragraph(f"{name}：{value}", "byline") for name, value in lines.items() if value]
    return group(Heading(case.title, 1), *said)


def text(source: Source, *names: str) -> Group:
    """What the case tells in its own words under these names (see `perfkit.words.NARRATIVES`), without a heading."""
    told = one_case(source).file.narrative
    return group(*(from_markdown(told[name]) for name in names if name in told))


def told(source: Source, *names: str) -> Group:
    """As `text`, with its name as a heading above each.

    What a scored case does not tell of its scope and methods is written from its figures and rules.
    """
    case = one_case(source)
    written = {"评价对象和范围": wording.scope, "评价方法": wording.methods} if case.rubric else {}
    found = [(name, text(case, name) or (written[name](case) if name in written else "")) for name in names]
    return group(*(section(name, said) for name, said in found))


def materials(source: Source) -> Bullets:
    """The documents that the evaluation rests on."""
    return bullets(one_case(source).file.materials)


def review(source: Source) -> Table:
    """The opinions on drafts of the report, and what became of them."""
    return table(one_case(source).file.review, OPINIONS)


def rectification(source: Source) -> Group:
    """Who mends which problem until when, and how far it is; nothing where the case says nothing of it."""
    case = one_case(source)
    found = [(item, item.rectification) for item in case.file.problems if item.rectification]
    counts = Counter(_MENDED[plan.done] for _, plan in found)
    listed = "，".join(f"{name}{counts[name]}项" for name in _MENDED.values() if counts[name])
    columns = [
        Column("问题", lambda row: row[0].text, 26),
        Column("整改措施", lambda row: wording.improvement(case, row[0]) or DASH, 26, optional=True),
        Column("责任单位", lambda row: row[1].responsible or DASH, 12, optional=True),
        Column("期限", lambda row: row[1].deadline or DASH, 12, optional=True),
        Column("完成情况", lambda row: _MENDED[row[1].done], 10),
        Column("佐证", lambda row: row[1].evidence or DASH, 14, optional=True),
    ]
    return group(f"列出整改的问题{len(found)}项：{listed}。" if found else "", table(found, columns))


def surveys(source: Source) -> Group:
    """The questionnaires: how many, the satisfied share by its formula, by group, and question by question."""
    return group(*map(_survey, one_case(source).file.surveys))


def _survey(survey: Survey) -> Group:
    asked = "，".join(f"{name}{said}" for name, said in (("对象：", survey.asked), ("日期：", survey.date)) if said)
    shares = [(name or "合计", share) for name in (*survey.groups, None) if (share := survey.share(name))]
    columns = [
        Column("组别", lambda row: row[0], 40),
        Column("作答份数", lambda row: row[1].answers, 18, number=True),
        Column("满意度", lambda row: display_percent(row[1].value), 18, number=True),
        Column("95%置信区间", lambda row: f"{display_percent(row[1].low)}—{display_percent(row[1].high)}", 24),
    ]
    told = filter(None, (asked, survey.told(), survey.formula if shares else "", survey.note))
    by_group = section("分组满意度", table(shares, columns)) if survey.groups else Group()
    texts = (q.text if q.text[0].isdigit() else f"{i}. {q.text}" for i, q in enumerate(survey.questions, start=1))
    questions = [section(text, charts.answers(q)) for text, q in zip(texts, survey.questions, strict=True)]
    return section(survey.name, *map(wording.stopped, told), by_group, section("逐题统计", *questions))


def overview(source: Source) -> Group:
    """Duties, organisation, goals and tasks, as far as the case states them."""
    stated = one_case(source).file.overview
    names = ("duties", "organisation", "goals", "tasks")
    return group(*(section(OVERVIEW[name], bullets(getattr(stated, name))) for name in names))


def process(source: Source) -> Group:
    """How the evaluation was done, and the legal sources with their titles."""
    case = one_case(source)
    sources = case.library.sources if case.library else {}
    basis = [
        Column("文号", lambda number: number, 28),
        Column("名称", lambda number: getattr(sources.get(number), "title", DASH), 50, optional=True),
        Column("发文机关", lambda number: getattr(sources.get(number), "issuer", "") or DASH, 22, optional=True),
    ]
    done = section("评价过程", *map(wording.stopped, case.file.overview.process), text(case, "评价过程"))
    return group(done, section("评价依据", table(case.file.basis, basis)))


def key_points(source: Source) -> Group:
    """What the case concludes, a sentence each."""
    return section("总体结论", *map(wording.stopped, one_case(source).file.overview.conclusion))


def names(source: Source) -> Table:
    """Whose figures these are: unit, department and year, as official forms head them."""
    case = one_case(source)
    return labelled({"实施单位": case.unit, "主管部门": case.file.unit.parent or DASH, "年度": str(case.year)})


def labelled(found: Mapping[str, str]) -> Table:
    """Names and texts beside each other, as official forms begin."""
    return table(found.items(), [Column("项目", lambda row: row[0], 30), Column("内容", lambda row: row[1], 70)])


def level_columns(first: float, second: float, third: float, *, blank: str = "", total: object = None) -> list[Column]:
    """The columns of an indicator's or a goal's levels, each so wide; `blank` stands where there is no level 2."""
    return [
        Column("一级指标", lambda row: row.level1, first, merge=True, total=total),
        Column("二级指标", lambda row: row.level2 or blank, second, merge=True),
        Column("三级指标", lambda row: row.id if isinstance(row, ScoreRow) else row.name, third),
    ]


def staff(source: Source) -> Group:
    """Established posts and staff."""
    found = getattr(one_case(source).file, "staff", None)
    if found is None:
        return Group()
    rows = [("编制人数", found.established), ("在职人数", found.actual), *found.detail.items()]
    columns = [Column("项目", lambda row: row[0], 60), Column("人数", lambda row: shown(row[1]), 40, number=True)]
    return section("人员", wording.staff(found), table(rows, columns))


def assets(source: Source) -> Group:
    """Assets at the beginning and the end of the year."""
    found = getattr(one_case(source).file, "assets", None)
    if found is None:
        return Group()
    columns = [
        Column("项目", lambda name: _ASSETS[name], 34),
        Column("年初", lambda name: shown(getattr(found.opening, name, None)), 33, number=True, optional=True),
        Column("年末", lambda name: shown(getattr(found.closing, name, None)), 33, number=True, optional=True),
    ]
    named = [name for name in _ASSETS if getattr(found.opening, name, None) or getattr(found.closing, name, None)]
    count = f"资产登记{len(found.register_)}项。" if found.register_ else ""
    return section("资产", wording.assets(found), table(named, columns), count)


def register(source: Source) -> Table:
    """The asset register, item by item."""
    found = getattr(one_case(source).file, "assets", None)
    columns = [
        Column("资产编号", lambda item: item.code or DASH, 18, optional=True),
        Column("资产大类", lambda item: item.class_ or DASH, 18, optional=True),
        Column("资产分类", lambda item: item.type or DASH, 20, optional=True),
        Column("资产名称", lambda item: item.name, 20),
        Column("原值", lambda item: shown(item.gross), 19, number=True),
        Column("净值", lambda item: shown(item.net), 19, number=True),
    ]
    return table(found.register_ if found else (), columns)


def changes(source: Source) -> Table:
    """How the budget changed within the year."""
    found = one_case(source).file.budget
    name, way, amount = CHANGE_HEADS
    columns = [
        Column(name, lambda change: change.name, 40),
        Column(way, lambda change: CHANGES[change.kind], 12),
        Column(amount, lambda change: shown(change.amount), 20, number=True),
        Column("说明", lambda change: change.note or DASH, 28, optional=True),
    ]
    return table(found.changes if found else (), columns)


def _stages(found: Budget | None) -> dict[str, Stage]:
    """The stages of a budget that are known, by their names."""
    return {name: stage for key, name in STAGES.items() if (stage := getattr(found, key, None))}


def budget(source: Source) -> Group:
    """Budget by stage and kind, as printed, and the changes within the year."""
    found = one_case(source).file.budget or Budget()
    stages = _stages(found)
    rows = [(_UNDER.get(key, "") + name, [getattr(stage, key) for stage in stages.values()])
            for key, name in PARTS.items() if any(getattr(stage, key) for stage in stages.values())]  # fmt: skip
    parts = dict.fromkeys(name for stage in stages.values() for name in stage.parts)
    rows += [(f"　{name}", [stage.parts.get(name) for stage in stages.values()]) for name in parts]
    columns = [Column("项目", lambda row: row[0], 28)]
    for i, name in enumerate(stages):
        columns.append(Column(name, lambda row, i=i: shown(row[1][i]), 72 / len(stages), number=True))  # type: ignore[misc]
    changed = section("年中调整", changes(source))
    return section("预算与执行" if found.final else "预算", table(rows, columns), changed)


def execution(source: Source) -> Group:
    """What became of the budget: its changes, its execution rate, and the kinds of spending of their own."""
    return group("".join(wording.budget(one_case(source))))


def funds(found: Budget | None, card: Scorecard | None = None, **said: str) -> Group:
    """The money rows of the official form: amounts by stage, and the execution rate.

    With a card also the points of the indicator that is the execution rate, where the rubric has one.

    Parameters
    ----------
    said : total, what the first row is of; final, what the spending is called; forecast, what it comes to by the end
        of the year where the unit does not say it.
    """
    if found is None:
        return Group()
    stages = (found.initial, found.adjusted, found.final, found.forecast)
    names = dict.fromkeys(name for stage in stages if stage for name in stage.parts)
    totals = [stage.total if stage else None for stage in stages]
    planned, spent = (total.value.value if total else math.nan for total in totals[1:3])
    scored = next((row for row in card.rows if row.id == EXECUTION), None) if card else None
    points = (display_plain(scored.weight), display_plain(scored.score)) if scored else (DASH, DASH)
    ends = shown(totals[3]) if totals[3] else said.get("forecast", DASH)
    rate = display_percent(float(FORMULAS[EXECUTION](spent, planned)))
    rows = [(said.get("total", "年度资金总额"), totals, rate, *points, ends)]
    inner = ((name, [stage.parts.get(name) if stage else None for stage in stages]) for name in names)
    rows += [(f"其中：{name}", amounts, DASH, DASH, DASH, shown(amounts[3])) for name, amounts in inner]
    columns = [
        Column("资金", lambda row: row[0], 24),
        Column(STAGES["initial"], lambda row: shown(row[1][0]), 16, number=True),
        Column(f"{STAGES['adjusted']}（A）", lambda row: shown(row[1][1]), 16, number=True),
        Column(f"{said.get('final', STAGES['final'])}（B）", lambda row: shown(row[1][2]), 16, number=True),
        Column("分值", lambda row: row[3], 8, number=True, optional=True),
        Column("执行率（B/A）", lambda row: row[2], 12, number=True),
        Column("得分", lambda row: row[4], 8, number=True, optional=True),
        Column(STAGES["forecast"], lambda row: row[5], 16, number=True, optional=True),
    ]
    return section("资金", table(rows, columns))


def projects(source: Source) -> Group:
    """Several projects, lots or districts: a row each where totals and a few figures are all there is."""
    listed = getattr(one_case(source).file, "projects", ())
    rows = []
    for each in listed:
        money = {name: shown(stage.total) for name, stage in _stages(each.budget).items()}
        facts = {name: shown(value) for name, value in each.facts.items()}
        row = {"名称": each.name, **money, **facts, "说明": each.note, "资料来源": each.source}
        rows.append({name: text for name, text in row.items() if text})
    names = dict.fromkeys((name for row in rows for name in row), DASH)
    more = any(p.goals or p.published.total or any(stage.parts for stage in _stages(p.budget).values()) for p in listed)
    if more or len(names) > _ACROSS:
        return group(*map(_project, listed))
    words = ("名称", "说明", "资料来源")
    columns = [Column(name, itemgetter(name), 16 if name in words else 10, number=name not in words) for name in names]
    return group(table([names | row for row in rows], columns))


def _project(project: Project) -> Group:
    total = project.published.total
    score = f"自评得分：{shown(total)}分（自报）。" if total else ""
    figures = [Column("完成情况", lambda row: row[0], 64), Column("数值", lambda row: shown(row[1]), 36, number=True)]
    money, facts = funds(project.budget, total=project.name), table(project.facts.items(), figures)
    return section(project.name, bullets(project.goals), money, facts, project.note, score)


def problems(source: Source) -> Group:
    """Problems and improvements as the case states them; of a department also those of its units, unit by unit."""
    case = one_case(source)
    columns = [
        Column("单位", lambda row: row[0], 20, merge=True, optional=True),
        Column("问题", lambda row: row[1].text, 38),
        Column("涉及指标", lambda row: "、".join(row[1].indicators) or DASH, 22, optional=True),
        Column("改进措施", lambda row: row[1].improvement or DASH, 28, optional=True),
        Column("出处", lambda row: row[1].source or DASH, 12, optional=True),
    ]
    own = table([("", problem) for problem in case.file.problems], columns)
    units = [(unit.unit, problem) for unit in case.units for problem in unit.file.problems]
    return group(own, section("所属单位的问题与改进措施", table(units, columns)))


def provenance(source: Source) -> Block:
    """What the report was made from, so that anyone can make it again: names, version, sha256 of every input file."""
    case = one_case(source)
    rubric, profile = case.rubric, case.profile
    checked = "已核对原文" if profile and profile.verified == "是" else "未核对原文"
    rules = f"指标体系：{rubric.name}" if rubric else "", f"评分口径：{profile.name}（{checked}）" if profile else ""
    parts = "　".join(filter(None, (f"案例：{case.id}", *rules, f"perfkit {__version__}")))
    hashes = [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in case.files]
    return Note("\n".join((parts, "输入文件的 sha256：", *hashes)))


def follow_up(card: Scorecard) -> dict[str, Any]:
    """The case of the next year that follows the problems of a scored one: each with its suggestion, to be reported on.

    What the case says of the mending stays, except whether it is done.
    """
    case = card.case
    planned = {wording.stopped(item.text): item.rectification for item in case.file.problems if item.rectification}
    problems = []
    for item in wording.shortfalls(card):
        plan = planned.get(item.text) or Rectification()
        mending = {"responsible": plan.responsible, "deadline": plan.deadline, "done": None, "evidence": ""}
        problems.append({"text": item.text, "improvement": item.advice, "rectification": mending})
    return {
        "kind": "rectification",
        "unit": {"name": case.unit},
        "year": Decimal(case.year + 1),
        "title": f"{case.year}年度绩效评价问题整改情况报告",
        "overview": {"conclusion": [wording.conclusion(card)]},
        "problems": problems,
    }
