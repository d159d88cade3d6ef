"""The money of a form: fund rows under their headings, with the unit that the form states."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from ..errors import UnitError
from ..figures.cells import Cell
from ..figures.quantities import parse_quantity
from .form import FormFunds
from .headings import AMOUNTS, FUND_COLUMNS, Heading, find_funds, is_word, name_unknown
from .sheet import NUMBER, SYNONYM, Sheet, as_figure, heading_of, is_amount, text_of, tight
from .words import half_width, plain

_WEIGHT = re.compile(r"(\d+(?:\.\d+)?)分?[×*xX]执行率")
_NO_UNIT = "没有单位：表头没有写（元）或（万元），没有读"
_GLUED = re.compile(r"\d[\d.\s]*%\s*\d+(?:\.\d+)?$")


def read_funds(sheet: Sheet, end: int) -> None:
    """Read the fund rows above the row `end` into the form; what is not understood there is named."""
    heading = find_funds(sheet.grid, sheet.words, end)
    if heading is None:
        _read_across(sheet, end)
        if not sheet.form.funds:
            _read_without_heading(sheet, end)
        return
    name_unknown(sheet, heading, sheet.words.funds.columns, FUND_COLUMNS)
    score = sheet.grid.at(heading.row, heading.columns.get("score", 0))
    unit = money_unit(sheet, heading.row) or unit_above(sheet)
    weight = _WEIGHT.search(text_of(score))  # the heading of the score states it: 得分（20分×执行率）
    rows = [row for row in range(heading.bottom + 1, end) if any(sheet.own(row)) and not sheet.counts_columns(row)]
    names = {row: _name(sheet, row, heading.first) for row in rows}  # without blank ones, and the rest of a merged row
    unknown = [cell for row, name in names.items() if name is None for cell in _unknown_row(sheet, row, heading)]
    if unknown and _make_up_total(sheet, heading, names, unknown):
        names, unknown = names | {cell.row: plain(cell.text) for cell in unknown}, []
    natures = list[Cell]()
    for row, name in names.items():
        if name is None:
            continue
        # A second row under the amounts, beside the first: 按支出性质分, 其中：基本支出.
        right = (cell for cell in sheet.own(row) if cell.column > heading.first)
        nature = [cell for cell in right if plain(cell.text) in sheet.words.fund_row_of][:1]
        natures += nature
        glued = _split_glued(sheet, row, heading)
        end_of = nature[0].column if nature else math.inf
        columns = {key: column for key, column in heading.columns.items() if column < end_of and key not in glued}
        values = {key: fund_value(sheet, row, column, key, unit) for key, column in columns.items()} | glued
        if weight and not name:
            values["weight"] = values.get("weight") or weight[1]
        _keep(sheet, FormFunds(row, name, values))
    _keep_natures(sheet, natures, unit)
    missing = "" if sheet.form.whole else f"“{sheet.words.funds.total[0]}”一行"
    for cell in unknown:
        sheet.unknown(cell, f"不认识资金的这一行“{heading_of(cell)}”", missing, f"；是总额的一部分的，{SYNONYM}")
    for part in sheet.form.funds if missing else ():  # without a total, its weight and score are nobody's
        if part.values.get("weight") or part.values.get("score"):
            sheet.unknown(next(sheet.own(part.row)), f"“{part.name}”印有分值或得分", missing)


def _make_up_total(sheet: Sheet, heading: Heading, names: dict[int, str | None], unknown: list[Cell]) -> bool:
    """Whether the rows that these cells name are, with the known parts, the total of some stage: then they are parts,
    whatever they are called.
    """
    rows = [*(row for row, name in names.items() if name is not None), *(cell.row for cell in unknown)]
    whole = next((row for row in rows if names[row] == ""), None)
    if whole is None or not all(map(is_word, unknown)):
        return False
    for column in (column for key, column in heading.columns.items() if key in AMOUNTS):
        cells = {row: sheet.grid.at(row, column) for row in rows}
        if all(map(is_amount, cells.values())):
            amounts = {row: parse_quantity(as_figure(tight(cell), "元")).value for row, cell in cells.items()}
            total = amounts.pop(whole)
            if abs(math.fsum(amounts.values()) - total) < 1e-6 * total:
                return True
    return False


def _keep_natures(sheet: Sheet, cells: list[Cell], unit: str) -> None:
    """Put down the rows that stand beside others, as parts of the stage whose total their sum comes nearest to."""

    whole, found = sheet.form.whole, dict[Cell, str]()
    for cell in cells:
        beside = sheet.grid.at(cell.row, sheet.grid.span(cell.row, cell.column)[3] + 1)
        if beside and (text := fund_value(sheet, cell.row, beside.column, "final", unit)):
            found[cell] = text
    if not found or whole is None:
        return
    total = sum(parse_quantity(text).value for text in found.values())
    stages = [key for key in AMOUNTS if whole.values.get(key)]
    gaps = {key: abs(parse_quantity(whole.values[key]).value - total) for key in stages}
    stage = min(gaps, key=lambda key: gaps[key], default="final")
    for cell, text in found.items():
        name = sheet.words.fund_row_of[plain(cell.text)]
        same = next((row for row in sheet.form.funds if row.name == name), None)
        if same:
            same.values.setdefault(stage, text)
        else:
            _keep(sheet, FormFunds(cell.row, name, {stage: text}))


def _read_without_heading(sheet: Sheet, end: int) -> None:
    """Amounts that stand beside what they are: 预算数｜80｜执行数｜72, or one amount beside the name of a fund row.

    Where there are none, fund rows with several amounts, of which no heading says which is which, are named.
    """
    unit, unread = money_unit(sheet, min(end, sheet.grid.rows)), list[Cell]()
    for row in range(1, end):
        cells = list(sheet.own(row))
        told = ((a, b) for a, b in pairwise(cells) if is_amount(b) or text_of(b).endswith("%"))
        pairs = ((sheet.words.funds.by_word.get(plain(a.text)), b) for a, b in told)
        values = {key: cell for key, cell in pairs if key in FUND_COLUMNS or key in AMOUNTS}
        name = _name(sheet, row, sheet.grid.columns + 1)
        numbers = list(filter(is_amount, cells))
        unit = money_unit(sheet, row) or unit
        if len(values) > 1 and values.keys() & AMOUNTS:
            _keep(sheet, FormFunds(row, "", {k: fund_value(sheet, row, c.column, k, unit) for k, c in values.items()}))
        elif name is not None and len(numbers) == 1:
            _keep(sheet, FormFunds(row, name, {"initial": fund_value(sheet, row, numbers[0].column, "initial", unit)}))
        unread += cells[:1] if name is not None and sum(map(_is_something, cells)) > 1 else []
    for cell in unread if not sheet.form.funds else ():
        known = "、".join(sheet.words.funds.columns[key][0] for key in AMOUNTS if key in sheet.words.funds.columns)
        sheet.say(cell, f"这一行有金额，但没有认出各栏是什么（{known}）；{SYNONYM}")


def _read_across(sheet: Sheet, end: int) -> None:
    """Fund rows that stand side by side, a row a stage: 合计｜中央｜省级 above 全年预算数 and 全年执行数."""
    parts, unit = dict[int, str](), ""
    for row in range(1, end):
        cells = list(sheet.own(row))
        known = ((cell.column, sheet.words.fund_row_of.get(plain(cell.text))) for cell in cells[1:])
        names = {column: name for column, name in known if name is not None}
        key = sheet.words.funds.by_word.get(plain(cells[0].text)) if cells else None
        if len(names) > 1 and "" in names.values():
            parts, unit = names, money_unit(sheet, row)
        elif parts and key in (*AMOUNTS, "rate"):
            values = {name: fund_value(sheet, row, column, key, unit) for column, name in parts.items()}
            sheet.form.funds += [FormFunds(row, name, {key: text}) for name, text in values.items() if text]


def _keep(sheet: Sheet, read: FormFunds) -> None:
    """Put down a fund row, unless nothing is filled in, or one of the same name stands above it."""
    if not any(read.values.values()):
        return
    above = next((row for row in sheet.form.funds if row.name == read.name), None)
    if above:
        cell = next(sheet.own(read.row))
        sheet.say(cell, f"这一行与第{above.row}行都是“{read.name or sheet.words.funds.total[0]}”，没有读")
    else:
        sheet.form.funds.append(read)


def _name(sheet: Sheet, row: int, first: int) -> str | None:
    """The part that a fund row left of the column `first` names, "" for the total; None for no known name.

    A word merged over several rows (项目资金) names a row only where nothing else does.
    """
    known = sheet.words.fund_row_of
    cells = [cell for cell in sheet.grid.across(row) if cell.column < first and is_word(cell)]
    names = [plain(cell.text) for cell in cells if cell.row == row] or [plain(cell.text) for cell in cells]
    return next((known[name] for name in reversed(names) if name in known), None)


def money_unit(sheet: Sheet, head: int) -> str:
    """The unit of money that is printed near a row, in brackets or behind 单位：; "" without one."""
    units = "|".join(sorted(sheet.words.money_units, key=len, reverse=True))
    noted = re.compile(rf"\((?:单位:?)?({units})\)|单位:\s*({units})")
    cells = (cell for row in range(max(1, head - 3), head + 2) for cell in sheet.grid.across(row))
    texts = (*map(tight, cells), re.sub(r"\s+", "", half_width(sheet.grid.above)))
    found = next(filter(None, map(noted.search, texts)), None)
    return found[1] or found[2] if found else ""


def unit_above(sheet: Sheet) -> str:
    """The unit with which the text above prints several amounts of a table that states none; "" without."""
    units = "|".join(sorted(sheet.words.money_units, key=len, reverse=True))
    told: dict[str, str] = dict(re.findall(rf"(\d[\d,.]*)({units})", re.sub(r"\s+", "", half_width(sheet.grid.above))))
    shared = [text for text in map(tight, sheet.grid.cells.values()) if text in told]
    if len(set(shared)) < 2 or len({told[text] for text in shared}) > 1:
        return ""
    sheet.say(None, f"表里没有写金额的单位，上文写的是{shared[0]}{told[shared[0]]}，照此读")
    return told[shared[0]]


def fund_value(sheet: Sheet, row: int, column: int, key: str, unit: str) -> str:
    """What a cell under a heading of fund rows says: points, an amount with its unit, a rate, or words."""
    cell = sheet.grid.at(row, column)
    if key in ("weight", "score", "reviewed"):
        return sheet.points(cell)
    if key in ("deviation", "explanation"):
        return sheet.value(cell)
    text = sheet.figure(cell)
    if not text:
        return ""
    if key == "rate":
        return sheet.rate(cell, "执行率", text)
    if NUMBER.match(text):
        if not unit:
            known = any(_NO_UNIT in problem.message for problem in sheet.form.problems)
            return "" if known else sheet.say(cell, f"金额“{text}”等{_NO_UNIT}")
        text += unit
    elif text.endswith("万"):
        text += "元"
    elif not text.endswith("元"):
        return sheet.say(cell, f"“{text}”不是金额，没有读；请写成数字")
    return sheet.readable(text, _positive, cell)


def _split_glued(sheet: Sheet, row: int, heading: Heading) -> dict[str, str]:
    """Weight, rate and score that stand in one cell, 1090%9 or 10 90% 9, where the arithmetic leaves one reading."""
    at = [sheet.grid.at(row, heading.columns.get(key, 0)) for key in ("weight", "rate", "score")]
    glued = [cell for cell in at if cell and _GLUED.match(text_of(cell))]
    if len(glued) != 1 or any(text_of(cell) for cell in at if cell is not glued[0]):
        return {}
    text = tight(glued[0])
    before, _, score = text.partition("%")
    readings = [
        (before[:cut], before[cut:])
        for cut in range(1, len(before))
        if re.fullmatch(r"[1-9]\d?(\.\d+)?", before[:cut]) and re.fullmatch(r"\d+(\.\d+)?", before[cut:])
        and abs(float(before[:cut]) * float(before[cut:]) / 100 - float(score)) < 0.006
    ]  # fmt: skip
    if len(readings) != 1:
        return {}
    (weight, rate), glue = readings[0], glued[0]
    sheet.say(glue, f"一格里印着“{text}”，按算式读作分值{weight}、执行率{rate}%、得分{score}")
    return {"weight": weight, "rate": f"{rate}%", "score": score}


def _positive(text: str) -> None:
    if parse_quantity(text).value < 0:
        raise UnitError(f"金额“{text}”是负数；此处的数额不小于 0")


# ---- what is not understood ----


def _unknown_row(sheet: Sheet, row: int, heading: Heading) -> list[Cell]:
    """The cell that names a row with an amount but no known name, or the amount where nothing names it."""
    cells = list(sheet.own(row))
    money = {column for key, column in heading.columns.items() if key in AMOUNTS}
    amounts = [cell for cell in cells if cell.column in money and _is_something(cell)]
    if not amounts or any(sheet.label(cell) is not None for cell in cells):
        return []
    names = [cell for cell in cells if cell.column < heading.first]
    return [*names[-1:], *amounts][:1]


def _is_something(cell: Cell) -> bool:
    """Whether a cell holds a number of money that is not 0."""
    return is_amount(cell) and re.search("[1-9]", tight(cell)) is not None
