"""Budgets, assets, departments, and the sums that a case declares: do printed figures add up?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..cases.case import Case
from ..cases.models import Assets, AssetStage, Budget, Change, DepartmentFile, Stage, budgets
from ..figures.printed import Entry, Printed
from ..figures.quantities import MONEY, Figure, display_number
from ..words import CHANGES, COMPOSED, FIELDS, PARTS, STAGES
from .compare import UNIT_SLIP, closes, figures, like, total
from .findings import Code, Finding, Severity
from .subject import CORRECTED, Subject, check, grouped

BUDGET_IDENTITY = Code("budget-identity", "预算数不勾稽")
ASSET_IDENTITY = Code("asset-identity", "资产数不勾稽")
COMPONENT_SUM = Code("component-sum", "分项与合计不符")

Entries = Sequence[Entry[Figure]]
_ADDED = ("added", "transfer_in")


def _together(block: Stage | AssetStage, *fields: str) -> Entries:
    """The first printings of these fields of a block; none where one of them is not given."""
    printed = [getattr(block, field) for field in fields]
    return figures(*printed) if all(printed) else []


def _written(items: Entries, less: Entries = ()) -> str:
    """74.57万元＋482.1万元＝556.67万元; a printing that was corrected is marked."""
    shown = [f"{item}（单位已订正）" if item.place == CORRECTED else str(item) for item in items]
    text = "＋".join(shown) + "".join(f"－{item}" for item in less)
    return text if len(items) + len(less) == 1 else f"{text}＝{like(total(items) - total(less), items[0].value)}"


def identity(
    subject: Subject, code: Code, name: str, whole: Entries, parts: Entries, less: Entries = (), complete: bool = True
) -> Iterator[Finding]:
    """A finding where whole ≠ parts − less; none where the whole or the parts are not given.

    `complete` says that these are all parts there are; if not, a whole above their sum asks for what is not listed.
    """
    if not whole or not parts or (match := closes([*whole, *less], parts)) == "holds":
        return
    if slip := _slipped_part(whole, parts, less):
        meant = display_number(slip.value.value * 10_000, MONEY)
        message = f"{name}：分项{'、'.join(map(str, parts))}，合计{_written(whole)}"
        message += f"；{slip}是{meant}才合计得出，元与万元混用"
        yield subject.find(UNIT_SLIP, message, where=[slip, *whole], printed=slip, expected=meant)
        return
    found, expected, model = total(whole), total(parts) - total(less), whole[0].value
    message = f"{name}：{_written(parts, less)}，印作{_written(whole)}"
    severity: Severity = "error"
    if found and expected and 0.9 < max(found / expected, expected / found) / 10_000 < 1.1:
        code = UNIT_SLIP
        corrected = found * (10_000 if found < expected else 0.0001)
        message += "，相差约1万倍，元与万元混用"
        if not math.isclose(corrected, expected, rel_tol=1e-6):
            message += f"；改正单位后还相差{display_number(abs(corrected - expected), MONEY)}"
    else:
        message += f"，相差{like(abs(found - expected), model)}"
        if match == "last-place":
            severity, message = "info", f"{message}，可由四舍五入造成"
        elif not complete and found > expected:
            severity, message = "question", f"{message}；是否还有没有列出的部分"
    where, printed, expects = [*whole, *parts, *less], "＋".join(map(str, whole)), like(expected, model)
    yield subject.find(code, message, severity=severity, where=where, printed=printed, expected=expects)


def _slipped_part(whole: Entries, parts: Entries, less: Entries) -> Entry[Figure] | None:
    """The one of several parts that is 10⁴ times too small for the sum to close: 元 printed for 万元."""
    for i, part in enumerate(parts if len(parts) > 1 else ()):
        larger = replace(part.value, value=part.value.value * 10_000, step=part.value.step * 10_000)
        mended = [*parts[:i], replace(part, value=larger), *parts[i + 1 :]]
        if part.value.value and closes([*whole, *less], mended) == "holds":
            return part
    return None


@check
def check_budget(subject: Subject) -> Iterator[Finding]:
    """Every budget: parts against totals, income against spending, initial budget and changes against the adjusted."""
    for loc, budget in budgets(subject.file):
        owner = "" if loc == ("budget",) else subject.file.projects[loc[1]].name  # type: ignore[union-attr, index]
        for name, chinese in STAGES.items():
            stage: Stage | None = getattr(budget, name)
            if stage:
                yield from _stage(subject, owner + chinese, stage, balanced=name in ("initial", "adjusted"))
        yield from _changes(subject, owner, budget)


def _stage(subject: Subject, name: str, stage: Stage, *, balanced: bool) -> Iterator[Finding]:
    broken = False
    for field, fields in COMPOSED.items():
        what, whole, parts = f"{name}{PARTS[field]}", _together(stage, field), _together(stage, *fields)
        for finding in identity(subject, BUDGET_IDENTITY, what, whole, parts, complete=False):
            broken = broken or field != "basic"
            yield finding
    whole, parts = figures(stage.total), figures(*stage.parts.values())
    tables = grouped((part.place, part) for part in parts).values()
    # each may split up the same money in its own way: then the parts of both are not added
    for own in tables if whole and any(closes(whole, each) == "holds" for each in tables) else [parts]:
        if len(own) > 1 or total(own) > total(whole):  # a single one (其中：…) need not be all there is
            yield from identity(subject, BUDGET_IDENTITY, name, whole, own, complete=False)
    if balanced and stage.income and stage.total and not broken:
        income, spending = stage.income.first, stage.total.first
        if closes([income], [spending]) == "off":
            gap = like(abs(income.value.value - spending.value.value), spending.value)
            message = f"{name}：收入{income}，支出{spending}，相差{gap}，收支不平衡；是否有结转"
            find = partial(subject.find, BUDGET_IDENTITY, severity="question", where=[income, spending])
            yield find(message, printed=spending, expected=income)


def _changes(subject: Subject, owner: str, budget: Budget) -> Iterator[Finding]:
    """Initial + added + transferred in − cut − transferred out = adjusted."""
    if budget.changes and budget.initial and budget.initial.total and budget.adjusted:
        added = figures(*(change.amount for change in budget.changes if change.kind in _ADDED))
        cut = figures(*(change.amount for change in budget.changes if change.kind not in _ADDED))
        name = f"{owner}{STAGES['initial']}加减变动与{STAGES['adjusted']}"
        whole, parts = figures(budget.adjusted.total), [budget.initial.total.first, *added]
        yield from identity(subject, BUDGET_IDENTITY, name, whole, parts, cut)


@check
def check_units(subject: Subject) -> Iterator[Finding]:
    """A department's budget is the sum of its units' budgets, changes included; transfers leave and arrive."""
    budget, units = subject.file.budget, subject.case.units
    if not isinstance(subject.file, DepartmentFile) or budget is None or not units:
        return
    for name, chinese in STAGES.items():
        stage: Stage | None = getattr(budget, name)
        for part in ("total", "basic", "project") if stage else ():
            own, parts = figures(getattr(stage, part)), [_part(unit, name, part) for unit in units]
            given = [item for item in parts if item]
            if len(given) == len(units):
                found = [item for item in given if item.value.value] or given
                yield from identity(subject, BUDGET_IDENTITY, f"各单位{chinese}{PARTS[part]}之和与部门", own, found)
    yield from _unit_changes(subject, budget, units)
    yield from _transfers(subject, units)


def _part(unit: Case, stage_name: str, part: str) -> Entry[Figure] | None:
    """A unit's figure; basic or project spending also follows from the total and the other of the two."""
    stage: Stage | None = getattr(unit.file.budget, stage_name, None)
    printed: Printed[Figure] | None = getattr(stage, part, None)
    if printed or not (stage and stage.total):
        return printed.first if printed else None
    whole, other = stage.total.value, stage.project if part == "basic" else stage.basic
    if whole.value and not other:
        return None
    rest = whole.value - other.value.value if whole.value and other else 0.0
    return Entry("", None, replace(whole, value=rest, text=display_number(rest, MONEY)))


def _unit_changes(subject: Subject, budget: Budget, units: Sequence[Case]) -> Iterator[Finding]:
    """What the department lists as added or cut, against what its units list."""
    for kind in ("added", "cut"):
        for part in ("basic", "project", None):
            own = figures(*(c.amount for c in budget.changes if (c.kind, c.part) == (kind, part)))
            theirs = figures(*(c.amount for c in _listed(units) if (c.kind, c.part) == (kind, part)))
            what = f"各单位{CHANGES[kind]}{PARTS[part] if part else ''}之和与部门"
            yield from identity(subject, BUDGET_IDENTITY, what, own, theirs, complete=False)


def _listed(units: Sequence[Case]) -> list[Change]:
    """Every change that the units list."""
    return [change for unit in units if unit.file.budget for change in unit.file.budget.changes]


def _transfers(subject: Subject, units: Sequence[Case]) -> Iterator[Finding]:
    """Money that one unit passes to another arrives there."""
    known = {unit.id.rpartition("/")[2]: unit for unit in units}
    changes = [(name, change) for name, unit in known.items() for change in _listed([unit]) if change.counterpart]
    moves = {(c.kind, name, c.counterpart, c.amount.value.value): c.amount.first for name, c in changes}
    for (kind, name, other, value), amount in moves.items():
        back = "transfer_out" if kind == "transfer_in" else "transfer_in"
        if other in known and (back, other, name, value) not in moves:
            between = f"{known[name].unit}与{known[other].unit}之间{CHANGES[kind]}{amount}"
            message = f"{between}，{known[other].unit}没有相应的{CHANGES[back]}"
            yield subject.find(BUDGET_IDENTITY, message, printed=amount)


@check
def check_assets(subject: Subject) -> Iterator[Finding]:
    """Gross − depreciation = net, net + cash = total, opening + purchases − disposals = closing, register = summary."""
    assets = subject.scored.assets if subject.scored else None
    if assets is None:
        return
    opening, closing = assets.opening or AssetStage(), assets.closing or AssetStage()
    for name, stage in (("年初", opening), ("年末", closing)):
        gross, less, net = (_together(stage, field) for field in ("gross", "depreciation", "net"))
        if less:
            yield from identity(subject, ASSET_IDENTITY, f"{name}资产净值", net, gross, less)
        whole, parts = _together(stage, "total"), _together(stage, "net", "cash")
        yield from identity(subject, ASSET_IDENTITY, f"{name}净值合计", whole, parts, complete=False)
    if opening.gross and (assets.purchases or assets.disposals):
        parts, less = figures(opening.gross, assets.purchases), figures(assets.disposals)
        name = "年初原值加购置减处置与年末原值"
        yield from identity(subject, ASSET_IDENTITY, name, figures(closing.gross), parts, less)
    for field in ("gross", "net"):
        for summary in _together(closing, field) if assets.register_ else ():
            yield from _register(subject, assets, field, summary)
    count, rows = assets.count, len(assets.register_)
    if count and rows and count.value.value != rows:
        message = f"资产数量印作{count.value}，明细表有{rows}行"
        yield subject.find(ASSET_IDENTITY, message, severity="question", printed=count.first, expected=rows)


def _register(subject: Subject, assets: Assets, field: str, whole: Entry[Figure]) -> Iterator[Finding]:
    rows = figures(*(getattr(asset, field) for asset in assets.register_))
    if closes([whole], rows) == "holds":
        return
    gap = whole.value.value - total(rows)
    sum_text, gap_text = like(total(rows), whole.value), like(abs(gap), whole.value)
    message = f"明细表{len(rows)}行{FIELDS[field]}合计{sum_text}，汇总表印作{whole}，相差{gap_text}"
    bought = assets.purchases and assets.purchases.value
    if bought and math.isclose(gap, bought.value, rel_tol=1e-9):
        message += f"，等于本年购置{bought}，明细表少列本年购置"
    lines = [asset.line for asset in assets.register_ if asset.line]
    listed = f"明细表第{min(lines)}至{max(lines)}行" if lines else ""
    yield subject.find(ASSET_IDENTITY, message, where=[whole, listed], printed=whole, expected=sum_text)


@check
def check_declared_sums(subject: Subject) -> Iterator[Finding]:
    """The sums that the case declares; those over budgets and assets carry the codes of these."""
    for item in subject.file.sums:
        terms = [[_term(subject.case, path) for path in paths] for paths in (item.total, item.parts, item.less)]
        whole, parts, less = ([term for term in group if term] for group in terms)
        if not all(term for group in terms for term in group):
            continue
        kinds = {"budget": BUDGET_IDENTITY, "assets": ASSET_IDENTITY}
        heads = {path.partition(".")[0] for path in item.paths}
        code = next((kinds[head] for head in kinds if head in heads), COMPONENT_SUM)
        if item.relation == "=":
            yield from identity(subject, code, item.name, whole, parts, less)
            continue
        found, expected = total(whole), total(parts) - total(less)
        kept, word = (found <= expected, "大于") if item.relation == "≤" else (found >= expected, "小于")
        if not kept and closes([*whole, *less], parts) != "holds":
            reason = f"；{item.note}" if item.note else ""
            message = f"{item.name}：{_written(whole)}，{word}{_written(parts, less)}{reason}"
            printed, limit = (like(value, whole[0].value) for value in (found, expected))
            find = partial(subject.find, code, severity="question", where=[*whole, *parts, *less])
            yield find(message, printed=printed, expected=f"{item.relation}{limit}")


def _term(case: Case, term: str) -> Entry[Figure] | None:
    """A path's figure, or the product of several; None where one of them is not given or only approximate."""
    given = [case.given(path) for path in term.split(" × ")]
    factors = figures(*given)
    if not all(given) or any(getattr(factor.value, "approximate", False) for factor in factors):
        return None
    numbers = [factor.value for factor in factors]
    model = next((number for number in numbers if number.unit == MONEY), numbers[0])
    if len(numbers) > 1:
        model = replace(model, value=math.prod(number.value for number in numbers), step=0.0, decimals=0)
    return replace(factors[0], value=replace(model, text="×".join(number.bare for number in numbers), operator=""))
