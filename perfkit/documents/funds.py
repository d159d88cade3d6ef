"""The money of a form: fund rows under their headings, with the unit that the form states."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from ..figures.cells import Cell
from ..figures.quantities import parse_quantity
from .form import FormFunds
from .headings import AMOUNTS, FUND_COLUMNS, NUMBERS, Heading, beside, find_funds, is_word, match, name_unknown
from .sheet import NUMBER, SYNONYM, Sheet, as_figure, heading_of, is_amount, text_of, tight
from .words import half_width, headed, plain

_WEIGHT = re.compile(r"(\d+(?:\.\d+)?)分?[×*xX]执行率")
_NO_UNIT = "没有单位：表头没有写（元）或（万元），没有读"
_GLUED = re.compile(r"\d[\d.\s]*%\s*\d+(?:\.\d+)?$")


def read_funds(sheet: Sheet, end: int) -> list[int]:
    """Read the fund rows above the row `end` into the form; gives those under a heading, of which what is not
    understood is named."""
    heading = find_funds(sheet.grid, sheet.words, end)
    if heading is None:
        for read in (_read_across, _read_without_heading, _read_in_list):
            if not sheet.form.funds:
                read(sheet, end)
        return []
    name_unknown(sheet, heading, sheet.words.funds.columns, FUND_COLUMNS)
    unit = money_unit(sheet, heading.row) or unit_told(sheet)
    # the heading of the score states the weight: 得分（20分×执行率）
    weight = _WEIGHT.search(text_of(sheet.grid.at(heading.row, heading.columns.get("score", 0))))
    rows = [row for row in range(heading.bottom + 1, end) if any(sheet.own(row)) and not sheet.counts_columns(row)]
    names = {row: _name(sheet, row, heading.first) for row in rows}  # without blank ones, and the rest of a merged row
    unknown = [cell for row, name in names.items() if name is None for cell in _unknown_row(sheet, row, heading)]
    if unknown and _make_up_total(sheet, heading, names, unknown):
        names, unknown = names | {cell.row: plain(cell.text) for cell in unknown}, []
    natures = dict[Cell, str]()
    for row, name in ((row, name) for row, name in names.items() if name is not None):
        # Under no heading stands a second row beside the first (其中：基本支出), and what is printed behind a name.
        told = {cell: _called(cell) != plain(cell.text) for cell in sheet.own(row)}
        beside = [cell for cell, own in told.items()
                  if (own or cell.column > heading.first) and _called(cell) in sheet.words.fund_row_of]  # fmt: skip
        at = {cell: cell.column if told[cell] else sheet.grid.span(row, cell.column)[3] + 1 for cell in beside}
        natures |= {cell: text for cell, c in at.items() if (text := fund_value(sheet, row, c, "final", unit))}
        glued, end_of = _split_glued(sheet, row, heading), min((cell.column for cell in beside), default=math.inf)
        columns = {key: column for key, column in heading.columns.items() if column < end_of and key not in glued}
        lost = columns.pop("deducted", 0)
        values = {key: fund_value(sheet, row, column, key, unit) for key, column in columns.items()} | glued
        if weight and not name:
            values["weight"] = values.get("weight") or weight[1]
        if lost and "score" not in columns:
            values["score"] = sheet.score({"deducted": sheet.grid.at(row, lost)}, values.get("weight", ""))
        _keep(sheet, FormFunds(row, name, values))
    for column in {cell.column for cell in natures}:
        _keep_natures(sheet, {cell: text for cell, text in natures.items() if cell.column == column})
    missing = "" if sheet.form.whole else f"“{sheet.words.funds.total[0]}”一行"
    for cell in unknown:
        sheet.unknown(cell, f"不认识资金的这一行“{heading_of(cell)}”", missing, f"；是总额的一部分的，{SYNONYM}")
    for part in sheet.form.funds if missing else ():  # without a total, its weight and score are nobody's
        if part.values.get("weight") or part.values.get("score"):
            sheet.unknown(next(sheet.own(part.row)), f"“{part.name}”印有分值或得分", missing)
    return rows


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


def _keep_natures(sheet: Sheet, amounts: dict[Cell, str]) -> None:
    """Put down the rows that stand beside others, as parts of the stage whose total their sum comes nearest to."""
    whole = sheet.form.whole.values if sheet.form.whole else {}
    total = sum(parse_quantity(text).value for text in amounts.values())
    gaps = {key: abs(parse_quantity(whole[key]).value - total) for key in AMOUNTS if whole.get(key)}
    for cell, text in amounts.items() if gaps else ():
        name, stage = sheet.words.fund_row_of[_called(cell)], min(gaps, key=gaps.__getitem__)
        _keep(sheet, FormFunds(cell.row, name, {stage: text}))


def _read_without_heading(sheet: Sheet, end: int) -> None:
    """Amounts that stand beside what they are: 预算数｜80｜执行数｜72, or beside or behind the name of a fund row."""
    unit = money_unit(sheet, min(end, sheet.grid.rows))
    numbered = {cell.column for cell in sheet.grid.cells.values() if NUMBERS.search(cell.text) and cell.row < end}
    for row in range(1, end):
        cells = [cell for cell in sheet.own(row) if cell.column not in numbered and sheet.value(cell)]
        told = [(plain(a.text), b) for a, b in pairwise(cells) if is_amount(b) or text_of(b).endswith("%")]
        heads = ((sheet.words.funds.by_word.get(text), b) for text, b in told)
        values = {key: cell for key, cell in heads if key in FUND_COLUMNS or key in AMOUNTS}
        told += [(_called(cell), cell) for cell in cells if _called(cell) != plain(cell.text)]
        parts = {sheet.words.fund_row_of[text]: cell for text, cell in told if text in sheet.words.fund_row_of}
        stage, unit = next((key for key in AMOUNTS if key in values), ""), money_unit(sheet, row) or unit
        if stage and len(values) + len(parts) > 1:
            _keep(sheet, FormFunds(row, "", {k: fund_value(sheet, row, c.column, k, unit) for k, c in values.items()}))
        elif any(is_amount(cell) and cell not in parts.values() for cell in cells):  # of which nothing says what it is
            continue
        for part, cell in parts.items():
            text = fund_value(sheet, row, cell.column, stage or "initial", unit)
            _keep(sheet, FormFunds(row, part, {stage or "initial": text}))


def _read_across(sheet: Sheet, end: int) -> None:
    """Fund rows that stand side by side, a row a stage: 合计｜中央｜省级 above 全年预算数 and 全年执行数; of rows that
    are funds too only the total."""
    parts, unit, known = dict[int, str](), "", sheet.words.fund_row_of
    for row in range(1, end):
        cells = list(sheet.own(row))
        names = {cell.column: plain(cell.text) for cell in cells[1:] if is_word(cell)}
        told = [known[name] for name in names.values() if name in known]
        key = headed(sheet.words.funds.by_word, cells[0].text) if cells else None
        if cells and (known.get(plain(cells[0].text)) == "" or (cells[0].column in parts and is_amount(cells[0]))):
            key = key or "initial"
        if len(told) > 1 and "" in told and not beside(sheet.grid, row, names):
            parts, unit = names, money_unit(sheet, row)
        elif parts and key in (*AMOUNTS, "rate"):
            said = ((name, fund_value(sheet, row, column, key, unit)) for column, name in parts.items())
            sheet.form.funds += [FormFunds(row, known.get(name, name), {key: text}) for name, text in said if text]


def _read_in_list(sheet: Sheet, end: int) -> None:
    """The money of a unit or project, which stands left of its indicators in a list: 资金总额, or 预算数 and 执行数."""
    totals = {word: "initial" for word, part in sheet.words.fund_row_of.items() if not part}
    columns = match(sheet.grid, end, totals | sheet.words.funds.by_word).items()
    first = min(match(sheet.grid, end, sheet.words.indicators.by_word).values(), default=0)
    row = min((row for row, _ in sheet.grid.cells if row > sheet.grid.span(end, first)[2]), default=0)
    unit = money_unit(sheet, end)
    money = {key: at for key, at in columns if key in AMOUNTS and at < first}
    _keep(sheet, FormFunds(row, "", {key: fund_value(sheet, row, at, key, unit) for key, at in money.items()}))


def _keep(sheet: Sheet, read: FormFunds) -> None:
    """Put down a fund row, unless nothing is filled in, or one of the same name stands above it: the total once more
    (资金总额, 支出合计) adds what that does not say."""
    if not any(read.values.values()):
        return
    above = next((row for row in sheet.form.funds if row.name == read.name), None)
    if above and all(above.values.get(key, "") in ("", text) for key, text in read.values.items() if text):
        above.values |= {key: text for key, text in read.values.items() if text}
    elif above:
        yearly = [any("年度" in cell.text for cell in sheet.own(row.row)) for row in (above, read)]
        if yearly == [False, True]:  # 年度资金总额 below 总投资, which is of all years
            sheet.form.funds[sheet.form.funds.index(above)], above, read = read, read, above
        cell = next(sheet.own(read.row))
        sheet.say(cell, f"这一行与第{above.row}行都是“{read.name or sheet.words.funds.total[0]}”，没有读")
    else:
        sheet.form.funds.append(read)


def _name(sheet: Sheet, row: int, first: int) -> str | None:
    """The part that a fund row left of the column `first` names, "" for the total; None for no known name.

    A word merged over several rows (项目资金) names a row only where nothing else does.
    """
    cells = [cell for cell in sheet.grid.across(row) if cell.column < first and is_word(cell)]
    names = [_called(cell) for cell in cells if cell.row == row] or [_called(cell) for cell in cells]
    return next(filter(lambda part: part is not None, map(sheet.words.fund_row_of.get, reversed(names))), None)


def _called(cell: Cell) -> str:
    """The name in a cell of a fund row, without the amount that may stand behind it: 一般公共预算：85万元."""
    return plain(re.sub(r":[\d,.]+[万亿]?元?$", "", tight(cell)))


def money_unit(sheet: Sheet, head: int) -> str:
    """The unit of money that is printed near a row, in brackets or behind 单位：; "" without one."""
    units = "|".join(sorted(sheet.words.money_units, key=len, reverse=True))
    noted = re.compile(rf"\((?:单位:?)?({units})\)|单位:\s*({units})")
    cells = (cell for row in range(max(1, head - 3), head + 2) for cell in sheet.grid.across(row))
    texts = (*map(tight, cells), re.sub(r"\s+", "", half_width(sheet.grid.above)))
    found = next(filter(None, map(noted.search, texts)), None)
    return found[1] or found[2] if found else ""


def unit_told(sheet: Sheet) -> str:
    """The unit with which the text prints several amounts of a table that states none; "" without."""
    units = "|".join(sorted(sheet.words.money_units, key=len, reverse=True))
    told: dict[str, str] = dict(re.findall(rf"(\d[\d,.]*)({units})", re.sub(r"\s+", "", half_width(sheet.grid.told))))
    shared = [text for text in map(tight, sheet.grid.cells.values()) if text in told]
    if len(set(shared)) < 2 or len({told[text] for text in shared}) > 1:
        return ""
    sheet.say(None, f"表里没有写金额的单位，正文写的是{shared[0]}{told[shared[0]]}，照此读")
    return told[shared[0]]


def fund_value(sheet: Sheet, row: int, column: int, key: str, unit: str) -> str:
    """What a cell under a heading of fund rows says: points, an amount with its unit, a rate, or words."""
    cell = sheet.grid.at(row, column)
    if key in ("weight", "score", "reviewed"):
        return sheet.points(cell)
    if key in ("deviation", "explanation"):
        return sheet.value(cell)
    text = sheet.unremarked(cell).rpartition(":")[2]
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
    if text.startswith("-"):
        return sheet.say(cell, f"金额“{text}”是负数；此处的数额不小于 0")
    return sheet.readable(text, parse_quantity, cell)


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


# ---- what is not understood ----


def _unknown_row(sheet: Sheet, row: int, heading: Heading) -> list[Cell]:
    """The cell that names a row with an amount but no known name, or the amount where nothing names it."""
    cells = list(sheet.own(row))
    money = {column for key, column in heading.columns.items() if key in AMOUNTS}
    amounts = [cell for cell in cells if cell.column in money and is_something(cell)]
    if not amounts or any(sheet.label(cell) is not None for cell in cells):
        return []
    names = [cell for cell in cells if cell.column < heading.first]
    return [*names[-1:], *amounts][:1]


def is_something(cell: Cell) -> bool:
    """Whether a cell holds a number of money that is not 0."""
    return is_amount(cell) and re.search("[1-9]", tight(cell)) is not None
