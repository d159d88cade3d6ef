"""Budgets, assets, departments, and the sums that a case declares: do printed figures add up?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ..cases.case import Case
from ..cases.models import Assets, AssetStage, Budget, Change, DepartmentFile, Stage, Sum, budgets
from ..errors import PerfkitError
from ..figures.printed import Entry, Printed
from ..figures.quantities import MONEY, Quantity, display_number
from ..words import CHANGES, STAGES
from .compare import UNIT_SLIP, Figure, closes, figures, first, like, total
from .findings import Code, Finding, Severity, code
from .paths import figure_name
from .subject import CORRECTED, Subject, check

BUDGET_IDENTITY = code("budget-identity", "预算数不勾稽")
ASSET_IDENTITY = code("asset-identity", "资产数不勾稽")
COMPONENT_SUM = code("component-sum", "分项与合计不符")

_PARTS = (
    ("total", ("basic", "project")),
    ("basic", ("staff", "public")),
    ("income", ("general_income", "other_income")),
)
_ADDED = ("added", "transfer_in")


def _written(items: Sequence[Figure], less: Sequence[Figure] = ()) -> str:
    """74.57万元＋482.1万元＝556.67万元; a printing that was corrected is marked."""
    shown = [f"{item}（单位已订正）" if item.entry and item.entry.place == CORRECTED else str(item) for item in items]
    text = "＋".join(shown) + "".join(f"－{item}" for item in less)
    if len(items) + len(less) == 1:
        return text
    return f"{text}＝{like(total(items) - total(less), items[0])}"


def _slipped(found: float, expected: float) -> bool:
    """Whether one is about ten thousand times the other."""
    return bool(found and expected) and 0.9 < max(found / expected, expected / found) / 10_000 < 1.1


def _identity(
    subject: Subject,
    code: Code,
    name: str,
    whole: Sequence[Figure],
    parts: Sequence[Figure],
    less: Sequence[Figure] = (),
    *,
    complete: bool = True,
) -> Iterator[Finding]:
    """A finding where whole ≠ parts − less.

    `complete` says that these are all parts there are; if not, a whole above their sum asks for what is not listed.
    """
    match = closes([*whole, *less], parts)
    if match == "holds":
        return
    found, expected = total(whole), total(parts) - total(less)
    message = f"{name}：{_written(parts, less)}，印作{_written(whole)}"
    severity: Severity = "error"
    if _slipped(found, expected):
        code = UNIT_SLIP
        message += "，相差约1万倍，元与万元混用"
    else:
        message += f"，相差{like(abs(found - expected), whole[0])}"
        if match == "last-place":
            severity, message = "info", f"{message}，可由四舍五入造成"
        elif not complete and found > expected:
            severity, message = "question", f"{message}；是否还有没有列出的部分"
    where, printed, expects = [*whole, *parts, *less], "＋".join(map(str, whole)), like(expected, whole[0])
    yield subject.find(code, message, severity=severity, where=where, printed=printed, expected=expects)


@check
def check_budget(subject: Subject) -> Iterator[Finding]:
    """Every budget: parts against totals, income against spending, initial budget and changes against the adjusted."""
    for loc, budget in budgets(subject.file):
        owner = "" if loc == ("budget",) else subject.file.projects[loc[1]].name  # type: ignore[union-attr, index]
        for name in STAGES:
            stage: Stage | None = getattr(budget, name)
            if stage:
                yield from _stage(subject, owner + figure_name(name), stage, balanced=name in ("initial", "adjusted"))
        yield from _changes(subject, owner, budget)


def _stage(subject: Subject, name: str, stage: Stage, *, balanced: bool) -> Iterator[Finding]:
    broken = False
    for whole, parts in _PARTS:
        printed, items = getattr(stage, whole), [getattr(stage, part) for part in parts]
        if printed and all(items):
            what = f"{name}{figure_name(whole)}"
            for finding in _identity(subject, BUDGET_IDENTITY, what, [first(printed)], figures(*items), complete=False):
                broken = broken or whole in ("total", "income")
                yield finding
    parts_of = figures(*stage.parts.values())
    several = len(parts_of) > 1  # a single one (其中：…) need not be all there is
    if stage.total and (several or total(parts_of) > first(stage.total).value):
        yield from _identity(subject, BUDGET_IDENTITY, name, [first(stage.total)], parts_of, complete=False)
    if balanced and stage.income and stage.total and not broken:
        income, spending = first(stage.income), first(stage.total)
        if closes([income], [spending]) == "off":
            gap = like(abs(income.value - spending.value), spending)
            yield subject.find(
                BUDGET_IDENTITY,
                f"{name}：收入{income}，支出{spending}，相差{gap}，收支不平衡；是否有结转",
                severity="question",
                where=[income, spending],
                printed=spending,
                expected=income,
            )


def _changes(subject: Subject, owner: str, budget: Budget) -> Iterator[Finding]:
    """Initial + added + transferred in − cut − transferred out = adjusted."""
    initial, adjusted = budget.initial and budget.initial.total, budget.adjusted and budget.adjusted.total
    if not (initial and adjusted and budget.changes):
        return
    added = [first(change.amount) for change in budget.changes if change.kind in _ADDED]
    cut = [first(change.amount) for change in budget.changes if change.kind not in _ADDED]
    name = f"{owner}年初预算加减变动与调整后预算"
    yield from _identity(subject, BUDGET_IDENTITY, name, [first(adjusted)], [first(initial), *added], cut)


@check
def check_units(subject: Subject) -> Iterator[Finding]:
    """A department's budget is the sum of its units' budgets, changes included; transfers leave and arrive."""
    budget, units = subject.file.budget, subject.case.units
    if not isinstance(subject.file, DepartmentFile) or budget is None or not units:
        return
    for name in STAGES:
        stage: Stage | None = getattr(budget, name)
        for part in ("total", "basic", "project") if stage else ():
            own, parts = getattr(stage, part), [_part(unit, name, part) for unit in units]
            if own and all(item is not None for item in parts):
                what = f"各单位{figure_name(name)}{figure_name(part)}之和与部门"
                found = [item for item in parts if item is not None and item.value]
                yield from _identity(subject, BUDGET_IDENTITY, what, [first(own)], found or figures(own)[:0])
    yield from _unit_changes(subject, budget, units)
    yield from _transfers(subject, units)


def _part(unit: Case, stage_name: str, part: str) -> Figure | None:
    """A unit's figure; basic or project spending also follows from the total and the other of the two."""
    stage: Stage | None = getattr(unit.file.budget, stage_name) if unit.file.budget else None
    if stage is None:
        return None
    printed: Printed[Quantity] | None = getattr(stage, part)
    if printed or not stage.total:
        return first(printed) if printed else None
    whole, other = first(stage.total), getattr(stage, "project" if part == "basic" else "basic")
    rest = whole.value - (first(other).value if other else math.nan)
    value = 0.0 if whole.value == 0 else rest
    return None if math.isnan(value) else Figure(value, whole.step, whole.decimals, display_number(value, MONEY), MONEY)


def _unit_changes(subject: Subject, budget: Budget, units: Sequence[Case]) -> Iterator[Finding]:
    """What the department lists as added or cut, against what its units list."""
    for kind in ("added", "cut"):
        for part in ("basic", "project", None):
            own = [first(c.amount) for c in budget.changes if (c.kind, c.part) == (kind, part)]
            theirs = [first(c.amount) for _, c in _listed(units) if (c.kind, c.part) == (kind, part)]
            if own and theirs:
                what = f"各单位{CHANGES[kind]}{figure_name(part) if part else ''}之和与部门"
                yield from _identity(subject, BUDGET_IDENTITY, what, own, theirs, complete=False)


def _listed(units: Sequence[Case]) -> list[tuple[Case, Change]]:
    """Every change that a unit lists."""
    return [(unit, change) for unit in units if unit.file.budget for change in unit.file.budget.changes]


def _transfers(subject: Subject, units: Sequence[Case]) -> Iterator[Finding]:
    """Money that one unit passes to another arrives there."""
    moves = {
        (change.kind, unit.id.rpartition("/")[2], change.counterpart, first(change.amount).value): first(change.amount)
        for unit, change in _listed(units)
        if change.counterpart
    }
    known = {unit.id.rpartition("/")[2]: unit.unit for unit in units}
    for (kind, unit, other, value), amount in moves.items():
        back = "transfer_out" if kind == "transfer_in" else "transfer_in"
        if other in known and (back, other, unit, value) not in moves:
            between = f"{known[unit]}与{known[other]}之间{CHANGES[kind]}{amount}"
            message = f"{between}，{known[other]}没有相应的{CHANGES[back]}"
            yield subject.find(BUDGET_IDENTITY, message, printed=amount)


@check
def check_assets(subject: Subject) -> Iterator[Finding]:
    """Gross − depreciation = net, net + cash = total, opening + purchases − disposals = closing, register = summary."""
    assets = subject.scored.assets if subject.scored else None
    if assets is None:
        return
    for name, stage in (("年初", assets.opening), ("年末", assets.closing)):
        if stage:
            yield from _asset_stage(subject, name, stage)
    opening, closing = assets.opening and assets.opening.gross, assets.closing and assets.closing.gross
    if opening and closing and (assets.purchases or assets.disposals):
        parts, less = figures(opening, assets.purchases), figures(assets.disposals)
        yield from _identity(subject, ASSET_IDENTITY, "年初原值加购置减处置与年末原值", figures(closing), parts, less)
    for field in ("gross", "net"):
        summary = getattr(assets.closing, field) if assets.closing else None
        if summary and assets.register_:
            yield from _register(subject, assets, field, summary)
    count, rows = assets.count and first(assets.count), len(assets.register_)
    if count and rows and count.value != rows:
        message = f"资产数量印作{count}，明细表有{rows}行"
        yield subject.find(ASSET_IDENTITY, message, severity="question", printed=count, expected=rows)


def _asset_stage(subject: Subject, name: str, stage: AssetStage) -> Iterator[Finding]:
    if stage.gross and stage.depreciation and stage.net:
        parts, less = figures(stage.gross), figures(stage.depreciation)
        yield from _identity(subject, ASSET_IDENTITY, f"{name}资产净值", figures(stage.net), parts, less)
    if stage.net and stage.cash and stage.total:
        parts = figures(stage.net, stage.cash)
        yield from _identity(subject, ASSET_IDENTITY, f"{name}净值合计", figures(stage.total), parts, complete=False)


def _register(subject: Subject, assets: Assets, field: str, summary: Printed[Quantity]) -> Iterator[Finding]:
    rows = [first(getattr(asset, field)) for asset in assets.register_]
    whole = first(summary)
    if closes([whole], rows) == "holds":
        return
    gap = whole.value - total(rows)
    sum_text, gap_text = like(total(rows), whole), like(abs(gap), whole)
    message = f"明细表{len(rows)}行{figure_name(field)}合计{sum_text}，汇总表印作{whole}，相差{gap_text}"
    bought = assets.purchases and first(assets.purchases)
    if bought and math.isclose(gap, bought.value, rel_tol=1e-9):
        message += f"，等于本年购置{bought}，明细表少列本年购置"
    lines = [asset.line for asset in assets.register_ if asset.line]
    where: list[Figure | str] = [whole, f"明细表第{min(lines)}至{max(lines)}行" if lines else ""]
    yield subject.find(ASSET_IDENTITY, message, where=where, printed=whole, expected=sum_text)


@check
def check_declared_sums(subject: Subject) -> Iterator[Finding]:
    """The sums that the case declares; those over budgets and assets carry the codes of these."""
    for item in subject.file.sums:
        terms = [[_term(subject.case, path) for path in paths] for paths in (item.total, item.parts, item.less)]
        whole, parts, less = ([figure for figure in group if figure] for group in terms)
        if not all(figure for group in terms for figure in group):
            continue
        kinds = {"budget": BUDGET_IDENTITY, "assets": ASSET_IDENTITY}
        heads = {path.partition(".")[0] for path in item.paths}
        code = next((kinds[head] for head in kinds if head in heads), COMPONENT_SUM)
        if item.relation == "=":
            yield from _identity(subject, code, item.name, whole, parts, less)
        else:
            yield from _bound(subject, code, item, whole, parts, less)


def _bound(
    subject: Subject, code: Code, item: Sum, whole: Sequence[Figure], parts: Sequence[Figure], less: Sequence[Figure]
) -> Iterator[Finding]:
    found, expected = total(whole), total(parts) - total(less)
    kept = found <= expected if item.relation == "≤" else found >= expected
    if kept or closes([*whole, *less], parts) == "holds":
        return
    word = "大于" if item.relation == "≤" else "小于"
    reason = f"；{item.note}" if item.note else ""
    yield subject.find(
        code,
        f"{item.name}：{_written(whole)}，{word}{_written(parts, less)}{reason}",
        severity="question",
        where=[*whole, *parts, *less],
        printed=like(found, whole[0]),
        expected=f"{item.relation}{like(expected, whole[0])}",
    )


def _term(case: Case, term: str) -> Figure | None:
    """A path's figure, or the product of several; None where one of them is not given or only approximate."""
    factors: list[Figure] = []
    for path in term.split(" × "):
        try:
            printed = case.printed(path)
        except PerfkitError:
            return None
        if printed is None or getattr(printed.value, "approximate", False):
            return None
        factors.append(first(printed))
    if len(factors) == 1:
        return factors[0]
    money = next((factor for factor in factors if factor.unit == MONEY), factors[0])
    value = math.prod(factor.value for factor in factors)
    entry: Entry[object] | None = factors[0].entry
    return Figure(value, 0.0, 0, "×".join(map(str, factors)), money.unit, entry)
