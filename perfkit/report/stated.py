"""What a document states: unit, staff, assets, budget, projects, problems. As printed; only rates are computed."""

from __future__ import annotations

from typing import Any

from ..cases.case import Case
from ..cases.models import AssetStage, Budget, EvaluationFile, Project, Stage
from ..figures.printed import Printed
from ..figures.quantities import display_percent
from .page import DASH, Column, Html, bullets, heading, join, paragraph, section, table

_OVERVIEW = (("duties", "主要职责"), ("organisation", "机构设置"), ("goals", "年度目标"), ("tasks", "工作任务"))
_ASSETS = (
    ("gross", "固定资产原值"),
    ("depreciation", "累计折旧"),
    ("net", "固定资产净值"),
    ("cash", "货币资金"),
    ("total", "净值合计"),
)
_STAGES = (
    ("initial", "年初预算"),
    ("adjusted", "全年（调整后）预算"),
    ("received", "到位资金"),
    ("final", "全年执行（决算）"),
)
_PARTS = (
    ("income", "收入合计"),
    ("general_income", "其中：一般公共预算"),
    ("other_income", "其中：其他收入"),
    ("total", "支出合计"),
    ("basic", "其中：基本支出"),
    ("staff", "　人员经费"),
    ("public", "　公用经费"),
    ("project", "其中：项目支出"),
)
PROBLEM_COLUMNS = (
    Column("问题", 38),
    Column("涉及指标", 22, optional=True),
    Column("改进措施", 28, optional=True),
    Column("出处", 12, optional=True),
)
_CHANGES = {"added": "追加", "cut": "核减", "transfer_in": "转入", "transfer_out": "转出"}


def shown(printed: Printed[Any] | None) -> str:
    """A figure as printed, or a dash."""
    return str(printed.value) if printed else DASH


def overview(case: Case) -> Html:
    """Duties, organisation, goals and tasks, as far as the case states them."""
    parts: list[Html | None] = []
    for name, title in _OVERVIEW:
        lines = getattr(case.file.overview, name)
        if lines:
            parts += [heading(title), bullets(lines)]
    return join(parts)


def process(case: Case) -> Html:
    """How the evaluation was done, and the legal sources with their titles."""
    lines = case.file.overview.process
    parts: list[Html | None] = [heading("工作过程"), bullets(lines)] if lines else []
    if case.file.basis:
        sources = case.library.sources if case.library else {}
        rows = [(number, sources[number].title, sources[number].issuer or DASH) for number in case.file.basis]
        columns = [Column("文号", 28), Column("名称", 50), Column("发文机关", 22, optional=True)]
        parts += [heading("依据"), table(columns, rows)]
    return join(parts)


def conclusion(case: Case) -> Html | None:
    """What the document concludes, in short own words."""
    return section("报告的结论要点", bullets(case.file.overview.conclusion))


def staff(case: Case) -> Html | None:
    """Established posts and staff."""
    found = getattr(case.file, "staff", None)
    if found is None:
        return None
    rows = [("编制人数", shown(found.established)), ("在职人数", shown(found.actual))]
    rows += [(name, shown(value)) for name, value in found.detail.items()]
    return join([heading("人员"), table([Column("项目", 60), Column("人数", 40, number=True)], rows)])


def assets(case: Case) -> Html | None:
    """Assets at the beginning and the end of the year."""
    found = case.file.assets if isinstance(case.file, EvaluationFile) else None
    if found is None:
        return None
    rows = [(title, _asset(found.opening, name), _asset(found.closing, name)) for name, title in _ASSETS]
    columns = [Column("项目", 34), Column("年初", 33, number=True), Column("年末", 33, number=True)]
    count = paragraph(f"资产登记{len(found.register_)}项。") if found.register_ else None
    return join([heading("资产"), table(columns, rows), count])


def _asset(stage: AssetStage | None, name: str) -> str:
    return shown(getattr(stage, name)) if stage else DASH


def budget(found: Budget | None) -> Html | None:
    """Budget by stage and kind, as printed, and the changes within the year."""
    if found is None:
        return None
    stages: list[tuple[str, Stage]] = [(name, getattr(found, key)) for key, name in _STAGES if getattr(found, key)]
    named = dict.fromkeys(name for _, stage in stages for name in stage.parts)
    rows = [
        (name, *(shown(getattr(stage, key)) for _, stage in stages))
        for key, name in _PARTS
        if any(getattr(stage, key) for _, stage in stages)
    ]
    rows += [(f"　{name}", *(shown(stage.parts.get(name)) for _, stage in stages)) for name in named]
    columns = [Column("项目", 28), *(Column(name, 72 / max(len(stages), 1), number=True) for name, _ in stages)]
    pieces: list[Html | None] = [heading("预算与执行"), table(columns, rows) if rows else None]
    if found.changes:
        changes = [(c.name, _CHANGES[c.kind], shown(c.amount), c.note or DASH) for c in found.changes]
        columns = [Column("调整事项", 40), Column("方式", 12), Column("金额", 20, number=True)]
        columns.append(Column("说明", 28, optional=True))
        pieces += [heading("年中调整", 4), table(columns, changes)]
    return join(pieces)


def money_rows(found: Budget | None, level: int = 3) -> Html | None:
    """The money rows of the official form: 年初预算数, 全年预算数, 全年执行数, 执行率; under a heading of `level`."""
    if found is None:
        return None
    stages = (found.initial, found.adjusted, found.final)
    names = dict.fromkeys(name for stage in stages if stage for name in stage.parts)
    rows = [("年度资金总额", *(shown(stage.total) if stage else DASH for stage in stages), _rate(*stages[1:]))]
    rows += [
        (f"其中：{name}", *(shown(stage.parts.get(name)) if stage else DASH for stage in stages), DASH)
        for name in names
    ]
    columns = [
        Column("资金", 26),
        Column("年初预算数", 19, number=True),
        Column("全年预算数（A）", 19, number=True),
        Column("全年执行数（B）", 19, number=True),
        Column("执行率（B/A）", 17, number=True),
    ]
    return join([heading("资金", level), table(columns, rows)])


def _rate(adjusted: Stage | None, final: Stage | None) -> str:
    if not adjusted or not final or not adjusted.total or not final.total or not adjusted.total.value.value:
        return DASH
    return display_percent(final.total.value.value / adjusted.total.value.value)


def projects(case: Case) -> Html | None:
    """Each of several projects: its money and its figures."""
    found = case.file.projects if isinstance(case.file, EvaluationFile) else ()
    return join(_project(project) for project in found) if found else None


def _project(project: Project) -> Html:
    figures = [(name, shown(value)) for name, value in project.facts.items()]
    total = project.published.total
    return join(
        [
            heading(project.name),
            bullets(project.goals),
            money_rows(project.budget, 4),
            table([Column("完成情况", 64), Column("数值", 36, number=True)], figures) if figures else None,
            paragraph(f"自评得分：{shown(total)}分（自报）。" if total else "报告没有给出本项目的单独得分。"),
        ]
    )


def problems(case: Case) -> Html | None:
    """Problems and improvements as the document states them."""
    rows = problem_rows(case)
    return section("报告列出的问题与改进措施", table(PROBLEM_COLUMNS, rows) if rows else None)


def problem_rows(case: Case) -> list[tuple[str, ...]]:
    """A row for each problem, in the columns of `PROBLEM_COLUMNS`."""
    return [
        (p.text, "、".join(p.indicators) or DASH, p.improvement or DASH, p.source or DASH) for p in case.file.problems
    ]
