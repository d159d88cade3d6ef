"""The indicators of a form: targets, results, weights and scores under their headings, and the total."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from ..errors import UnitError
from ..figures.cells import Cell
from ..figures.formats import plain_number
from ..figures.quantities import DATE, MONEY, OPERATORS, WORD, parse_result, parse_target, split_sign
from ..words import MORE_IS_BETTER, less_is_better
from .figures import names_figures
from .form import FULL_SCORE, FormRow, weight_of
from .headings import INDICATOR_COLUMNS, LEVELS, Heading, is_word, match, name_unknown
from .sentences import PATTERNS, flat, unit_of
from .sheet import NUMBER, SYNONYM, Sheet, heading_of, is_number, text_of, tight
from .words import half_width, invert, plain

_STATED = re.compile(r"[^\d:]{1,6}:(\d+(?:\.\d+)?)分?(?!\d)")
_DONE = re.compile(r"(?<=\D)\((?:完成率|完成|完成进度)?:?\d+(?:\.\d+)?%\)$")
"""How far a result is done, behind it: 540套（90%）."""
_REMARK = re.compile(r"(?<=[^\d(])\((?:超|比|较|其中|[增减多少])[^()]*\)$")
"""A remark on a result, behind it: 362人次（超额12人次）."""
UNITLESS = "（无单位）"
"""What stands behind a number that has no unit anywhere."""

Cells = dict[str, Cell | None]
_BEYOND = re.compile(r"([加扣])(\d+(?:\.\d+)?分?)$")
_FINISHED = re.compile("[之以]?前?(?:[已均]|全部|按[时期]|如期)*(?:完成|完工|竣工|交付)$")
_ON_TIME = re.compile("(?:[已均]|全部|按[时期]|如期|提前)*(?:完成|完工|竣工|交付)")
"""A result that only says that a deadline was kept."""
_BEFORE = re.compile("[之以]?前$")
_LEAD_IN = re.compile("^[^\\d每]*达到?(?=\\d)")
"""What a sentence says before the number that it ends with: 群众满意率达95%以上."""
_SAID = re.compile("[\u4e00-\u9fff]{2}[^\\d,]{0,12}$|^$")
"""Words right before the number that a sentence tells of what was done."""
_DIFFERENCE = re.compile("[未不没少差超增减低高升降余剩缺原][^\\d,]{0,8}$|计划|目标|其中|未|[上下明次]年|拟|将|预计")
_POINTS = re.compile(r"\((?:满分|权重|分值)?:?(\d+(?:\.\d+)?)分?\)$")
NUMBERED = re.compile(r"^[\s★☆]*(?:指标\d{1,2}(?:\s*[:：、.．]|(?=[^\d年月]))|\d{1,2}[、.．](?!\d))?")
"""The template's own numbering or stars before a name: 指标1：培训人次, 指标1工程完工率, 1.培训人次, ★★★受益人口数."""
_TEMPLATE = re.compile(r"\(?([≥≤<>=])\*+([^()*]*)\)?$")
"""What a template says of the target behind a name: 受益人口数（≥**人）."""
_OWN = {"name", "nature", "sign", "target", "unit", "actual", "weight", "score", "deviation", "improvement", *LEVELS}
_OWN |= {"deepest", "before", "deducted"} | {f"{level}_{key}" for level in LEVELS for key in ("weight", "score")}
"""Columns that have a place of their own in a `FormRow`."""
_LIKELIHOODS = {"certain": "确定能", "possible": "有可能", "impossible": "完全不可能"}
"""Columns to tick, and what is written or numbered (1, 2, 3) in a column for all of them."""
_VALUES = ("stage", "tracking", "forecast")
"""Columns that hold values like the target's."""
_BLANK = "下面没有填写任何指标的指标值、分值或得分，是空白表；印出的各级指标列为待填"
_RATE_NAMES = ("率", "度", "比例", "占比", "比重")


_SUBTOTAL = "小计"
SIGNED = {"contact", "phone", "filled"}
"""Labels of who filled a form in, and when."""


def read_indicators(sheet: Sheet, heading: Heading) -> int:
    """Read every row under the heading, to the total or to other figures, into the form; what is not understood there
    is named. Gives the last row that was looked at."""
    told = next((cell for cell in heading.unknown if "原因" in cell.text), None)
    if told and "deviation" not in heading.columns:  # 未完成原因及拟采取措施: there is no end of its wordings
        unknown = tuple(cell for cell in heading.unknown if cell is not told)
        heading = replace(heading, columns=heading.columns | {"deviation": told.column}, unknown=unknown)
    name_unknown(sheet, heading, sheet.words.indicators.columns, INDICATOR_COLUMNS)
    sheet.form.columns = frozenset(heading.columns)
    sheet.target_unit = _in_brackets(text_of(sheet.grid.at(heading.row, heading.columns.get("target", 0))))
    if "deducted" in heading.columns and "score" not in heading.columns:
        sheet.say(sheet.grid.at(heading.row, heading.columns["deducted"]), "没有“得分”一栏，得分按分值减扣分读")
    named = next(key for key in ("name", "level2", "level1") if key in heading.columns)
    level1, level2 = "" if heading.columns.keys() & LEVELS else "绩效指标", ""
    ends_open = "score" in heading.columns
    nameless: list[Cell] = []
    empty: list[tuple[FormRow, Cells]] = []
    end = sheet.grid.rows
    for row in range(heading.bottom + 1, end + 1):
        if names_figures(sheet, row):
            end = row - 1
            break
        if _is_total(sheet, row):
            if _more_below(sheet, heading, named, row):
                sheet.say(next(sheet.own(row), None), "下面还有指标，这一行当作小计，没有读")
                continue
            _total(sheet, heading, row)
            end, ends_open = row, False
            break
        if (again := _is_again(sheet, heading, row)) or sheet.counts_columns(row):
            if again and sheet.form.rows and _of_the_year(sheet, heading.row, row):
                sheet.say(sheet.grid.across(heading.row)[0], "长期指标没有读，只读下面的年度指标")
                sheet.form.rows.clear()
            continue  # the heading once more, or the numbers of its columns
        at: Cells = {key: sheet.grid.at(row, column) for key, column in heading.columns.items()}
        if _is_remark(sheet, at, row):
            continue
        if named == "name" and any(plain(cell.text) == _SUBTOTAL for cell in sheet.own(row)):
            _subtotal(sheet, at, row, (level1, ""), (level1, level2))
            continue
        above = level1
        level1 = _level(sheet, at, "level1", row, "") or level1
        level2 = _level(sheet, at, "level2", row, level1) or ("" if level1 != above else level2)
        at["target"] = at.get("target") or at.get("before")
        name = sheet.value(at.get("deepest")) or (sheet.value(at[named]) if named == "name" else level2 or level1)
        bare = re.sub(r"\s+", "", name)
        read = FormRow(row, level1, level2, _TEMPLATE.sub("", NUMBERED.sub("", bare)) or bare or level2 or level1)
        if not any(cell and cell.row == row for cell in at.values()):
            continue
        if not name or (named == "name" and at[named] in (at.get("level1"), at.get("level2"))):
            nameless += _scored_without_name(sheet, row, at)
            at[named] = None
        else:
            _row(sheet, heading, at, read)
        empty += [(read, at)] if read.name and sheet.form.rows[-1:] != [read] else []
    _weights_in_points(sheet, heading)
    if not sheet.form.rows:
        for read, at in empty:
            read.weight = sheet.points(at.get("weight"))
            sheet.form.rows.append(read)
        nameless = []
        sheet.say(sheet.grid.at(heading.row, min(heading.columns.values())), _BLANK)
    elif sheet.form.kind == "declared" and "weight" not in heading.columns:
        for read, at in empty:
            if at[named]:
                sheet.say(at[named], f"指标“{read.name}”没有填写指标值")
                sheet.form.rows.append(read)
        sheet.form.rows.sort(key=lambda read: read.row)
    missing = f"“{sheet.words.labels['total'][0]}”一行" if ends_open else ""
    for cell in nameless:
        sheet.unknown(cell, f"不认识这一行“{heading_of(cell)}”：有分值或得分，没有指标名称", missing)
    return end


def _is_remark(sheet: Sheet, at: Cells, row: int) -> bool:
    """Whether a row names no indicator: one text across all its columns, or who filled it in and when."""
    across = [cell for key, cell in at.items() if key not in (*LEVELS, "name") and cell and cell.row == row]
    signed = (sheet.words.said(cell.text).keys() & SIGNED for cell in sheet.own(row))
    return (len(across) > 1 and len(set(across)) == 1) or any(signed)


def _is_total(sheet: Sheet, row: int) -> bool:
    labels = [sheet.label(cell) for cell in sheet.grid.across(row)]
    return "total" in (labels if "grade" in labels[:1] else labels[:2])


def _is_again(sheet: Sheet, heading: Heading, row: int) -> bool:
    """Whether a row is the heading once more, or that of another table like it."""
    return len(match(sheet.grid, row, sheet.words.indicators.by_word).items() & heading.columns.items()) > 2


def _of_the_year(sheet: Sheet, above: int, row: int) -> bool:
    """Whether the indicators below a row are those of the year, and those under the heading `above` of more years."""
    long, year = ("".join(cell.text for cell in sheet.grid.across(each)) for each in (above, row))
    return re.search("[长中]期", long) is not None and "年度" in year


def _more_below(sheet: Sheet, heading: Heading, named: str, total: int) -> bool:
    """Whether indicators with points stand below a row of a total, before the heading of another table."""
    for row in range(total + 1, sheet.grid.rows + 1):
        if _is_again(sheet, heading, row):
            return False
        name = sheet.grid.at(row, heading.columns[named])
        points = [sheet.grid.at(row, heading.columns[key]) for key in ("weight", "score") if key in heading.columns]
        own = name and is_word(name) and name.row == row and not _is_total(sheet, row)
        if own and points and all(map(is_number, points)):
            return True
    return False


def _level(sheet: Sheet, at: Cells, level: str, row: int, above: str) -> str:
    """The name of a level; points in brackets behind it, 产出（30分）, or in a column of their own, are put down."""
    text = tight(at.get(level))
    name, points = plain(text), _POINTS.search(text)
    if (cell := at.get(level)) and cell.row == row:
        weight = points[1] if points else sheet.points(at.get(f"{level}_weight"))
        printed = {"weight": weight, "score": sheet.points(at.get(f"{level}_score"))}
        levels = (above, name) if above else (name, "")
        sheet.form.levels += [(*levels, key, text, sheet.form.place(row)) for key, text in printed.items() if text]
    return name


def _row(sheet: Sheet, heading: Heading, at: Cells, read: FormRow) -> None:
    """Read one indicator into the form, unless it says nothing at all."""
    printed = [cell for key in ("weight", "score") if (cell := at.get(key))]
    above = sheet.form.rows[-1].row if sheet.form.rows else 0
    merged = [cell for cell in printed if cell.row <= above]
    if merged and len(merged) == len(printed):
        _join(sheet, merged[0], read.name)
        return
    if merged:
        sheet.say(merged[0], f"与第{above}行合用这一格，而另一格没有合并；第{read.row}行没有读这一格")
        at = {key: None if cell in merged else cell for key, cell in at.items()}
    if (weight := at.get("weight")) and (beyond := _BEYOND.match(weight.text)):
        at = at | {"weight": replace(weight, text=beyond[2])}
        read.more["beyond"] = "bonus" if beyond[1] == "加" else "penalty"
    read.weight = sheet.points(at.get("weight"))
    read.score = sheet.score(at, read.weight)
    points = _POINTS.search(half_width(read.name))
    if points and "分" in points[0] and ("weight" not in heading.columns or read.weight == points[1]):
        read.name, read.weight = read.name[: points.start()], points[1]
    if sheet.figure(at.get("score")).endswith("%") and read.weight and not sheet.figure(at.get("weight")).endswith("%"):
        read.score = sheet.say(at["score"], f"得分印作“{text_of(at['score'])}”，是比例不是分数，没有读")
    is_zero = not any(float(points or 0) for points in (read.weight, read.score))
    said = [key for key in ("target", "actual", "standard", "adjustment") if sheet.figure(at.get(key))]
    if not (read.weight or read.score or said) or (is_zero and read.name in sheet.words.nothing_to_say):
        return
    if "weight" in heading.columns and not read.weight and not at.get("weight") and not merged:
        sheet.say(Cell(read.row, heading.columns["weight"], ""), f"指标“{read.name}”没有分值")
    _goal(sheet, at, read)
    if not read.target or parse_target(read.target).unit == WORD:
        read.level = invert(sheet.words.levels).get(plain(read.actual), "")
    notes = [sheet.value(at.get(key)) for key in ("deviation", "improvement")]
    read.deviation = "；".join(note for note in notes if note and note not in sheet.words.nothing_to_say)
    for key in (key for key in heading.columns if key not in _OWN):
        text = sheet.points(at.get(key)) if key == "reviewed" else sheet.value(at.get(key))
        if text and key == "score_rate":
            text = sheet.rate(at.get(key), "得分率", sheet.figure(at.get(key)))
        if text:
            read.more[key] = _other_value(sheet, at.get(key), read) if key in _VALUES else text
    read.more["likelihood"] = _likelihood(sheet, at, read.more)
    if sheet.form.within_year:
        _name_others(sheet, at, read)
    sheet.form.rows.append(read)


def _name_others(sheet: Sheet, at: Cells, read: FormRow) -> None:
    """Name what a table that compares prints beside a target and cannot be held against it (未调查)."""
    if read.unusable:
        sheet.say(at.get("actual"), f"{read.unusable}；没有放进对比")
    for key in _VALUES:
        if read.target and (text := read.more.get(key)) and not one_unit(read.target, text):
            sheet.say(at[key], f"“{text}”不能与指标值“{read.target}”比较；没有放进对比")


def one_unit(target: str, value: str) -> bool:
    """Whether a value can be held against a target."""
    goal = parse_target(target)
    return not goal.is_number or goal.unit == parse_target(value).unit


def _likelihood(sheet: Sheet, at: Cells, said: dict[str, str]) -> str:
    """How likely it is that the target is reached, as ticked or in words; "" where nothing clear is said."""
    text, found = said.get("likelihood", ""), [name for key, name in _LIKELIHOODS.items() if said.get(key)]
    if text and not found:
        found = [name for number, name in enumerate(_LIKELIHOODS.values(), 1)
                 if name.removeprefix("完全") in text or text == str(number)]  # fmt: skip
    if len(found) == 1 or not (text or found):
        return "".join(found)
    ticked = next((cell for key in _LIKELIHOODS if said.get(key) and (cell := at.get(key))), at.get("likelihood"))
    return sheet.say(ticked, f"完成目标可能性印作“{'、'.join(found) or text}”，不是其中一个，没有读")


def _weights_in_points(sheet: Sheet, heading: Heading) -> None:
    """Weights that are all written as parts of 1 (0.2) beside scores in points, as points."""
    rows = sheet.form.rows
    weights = [Decimal(row.weight) for row in rows if row.weight]
    if weights and max(weights) < 1 and sum(weights) <= 1 and any(Decimal(row.score or 0) > 1 for row in rows):
        head = sheet.grid.at(heading.row, heading.columns["weight"])
        sheet.say(head, "分值都写成小数，读作百分之几，如 0.2 读作20分")
        for row in rows:
            row.weight = plain_number(Decimal(row.weight) * 100) if row.weight else ""


def _join(sheet: Sheet, cell: Cell, name: str) -> None:
    """Take an indicator whose weight and score are merged with those above as a part of that one: what each of them
    earns is not printed, so that only the printed score can be kept."""
    above = sheet.form.rows[-1]
    if name not in above.name.split("、"):
        above.name += f"、{name}"
    above.target = above.actual = above.level = ""
    above.unusable = "实际完成值分属几项，合用一格分值，分不开"
    sheet.say(cell, f"分值和得分合并在几行上，作为一个指标“{above.name}”，沿用表上得分")


def _scored_without_name(sheet: Sheet, row: int, at: Cells) -> list[Cell]:
    """The first cell of a row that has a weight or score but no indicator and no label."""
    own = list(sheet.own(row))
    known = any(sheet.label(cell) not in (None, "total") for cell in own)
    points = [cell for key in ("weight", "score") if (cell := at.get(key)) and cell.row == row]
    scored = any(NUMBER.match(text_of(cell).removesuffix("分")) for cell in points)
    return own[:1] if scored and not known else []


# ---- targets and results ----


def _goal(sheet: Sheet, at: Cells, row: FormRow) -> None:
    """Target and actual value; where one of the two cannot be read, neither is compared."""
    row.target = _target(sheet, at, row)
    lost = bool(sheet.figure(at.get("target"))) and not row.target
    row.actual = _actual(sheet, at.get("actual"), row)
    if row.target[:1] in ("≤", "<") and row.target.endswith("%") and row.name.endswith(MORE_IS_BETTER):
        row.uncertain = True  # most likely ≥ was meant
    cell = at.get("target")
    target, levels = parse_target(row.target) if row.target else None, row.level1 + row.level2
    if target and target.is_number and target.operator == "=" and target.value > 0:
        spent = levels if target.bare != target.text else ""  # a bare cost under 成本指标 is a limit wherever it stands
        spent += row.name if target.unit == MONEY and "成本" not in levels else ""
        if less_is_better(row.name, spent):
            row.target, row.uncertain = f"≤{target.bare}", True
            sheet.say(cell, f"越少越好而没有写“≤”，读作{row.target}；只与实际完成值比较")
    if lost and cell and not row.unusable:
        row.unusable = f"指标值印作“{heading_of(cell)}”，读不出"
    if lost and row.actual and parse_result(row.actual).is_number:
        row.actual = ""


def _target(sheet: Sheet, at: Cells, row: FormRow) -> str:
    cell = at.get("target")
    natures = [each for key in ("nature", "sign") if (each := at.get(key)) and sheet.figure(each)]
    # of two, one says what is better (正向) or how it is told (定量), the other how far (等于)
    natures.sort(key=lambda each: tight(each) in OPERATORS)
    at["nature"] = natures[0] if natures else None
    text, nature = (sheet.figure(at.get(key)) for key in ("target", "nature"))
    if not text:
        return ""
    if natures[1:] and tight(natures[1]) in OPERATORS:
        text = tight(natures[1]) + split_sign(text)[1]
    operator, text = "", sheet.dated(cell, _without_fillers(sheet, text.removeprefix(row.name) or text))
    text = finished if _is_deadline(finished := _FINISHED.sub("", text)) else text
    if nature not in sheet.words.qualitative:
        operator, rest = split_sign(text)
        deadline = not operator and _is_deadline(text)
        operator = _sign(sheet, at, row, operator, deadline) if nature else operator
        text = _LEAD_IN.sub("", rest) if operator else rest
        if NUMBER.match(text):
            template = _TEMPLATE.search(tight(at.get("name")))
            sign, unit = template.groups() if template else ("", "")
            operator, unit = operator or sign, unit or _unit_of(sheet, at, row)
            if unit == "%" and not sheet.figure(at.get("unit")) and 0 < float(text.replace(",", "")) < 1:
                return sheet.say(cell, f"指标值“{text}”是{text}%，还是比率写成了小数；请连百分号一起写")
            text += unit
        elif operator == "=" and not any(char.isdigit() for char in text):
            operator = ""  # 有所改善 is reached or not
    return sheet.readable(operator + text, parse_target, cell)


def _unit_of(sheet: Sheet, at: Cells, row: FormRow) -> str:
    """The unit of a bare target: of its own column, behind the name or in the heading, of the actual value; a rate is a
    percentage. Where none is anywhere, it says so, and nothing will be asserted of the number."""
    if unit := sheet.figure(at.get("unit")):
        return unit
    actual = re.fullmatch(r"[-+]?\d[\d,]*(?:\.\d+)?([^\d.,]+)", sheet.figure(at.get("actual")))
    named = _in_brackets(half_width(row.name))
    for found in (named, sheet.target_unit, actual[1] if actual else ""):
        if found in sheet.words.units_in_names:
            return found
    if row.name.endswith(_RATE_NAMES):
        return "%"
    row.uncertain = True
    sheet.say(at["target"], f"指标值“{heading_of(at['target'])}”没有单位；只与实际完成值比较" if at["target"] else "")
    return UNITLESS


def _in_brackets(text: str) -> str:
    """What stands in brackets at the end of a text, "" for none."""
    noted = re.search(r"\(([^()]+)\)$", text)
    return noted[1] if noted else ""


def _is_deadline(text: str) -> bool:
    """Whether a target is a last day: 2023年12月31日前, or just the date."""
    with suppress(UnitError):
        target = parse_target(text)
        return target.unit == DATE and target.lower_is_better
    return False


def _sign(sheet: Sheet, at: Cells, row: FormRow, own: str, deadline: bool) -> str:
    """The operator of a target by its own sign (`own`) and its nature; what is unknown or contradicts is named."""
    nature, target = at["nature"], at["target"]
    assert nature
    assert target
    shown, signs = f"指标性质“{heading_of(nature)}”", sheet.words.signs_of.get(plain(nature.text))
    if signs is None:
        certain = bool(own) or deadline or not any(char.isdigit() for char in target.text)
        row.uncertain = row.uncertain or not certain
        mend = "没有读" if certain else f"不知道是越大越好还是越小越好；请写 ≥、≤ 或“定性”，{SYNONYM}"
        sheet.say(nature, f"不认识{shown}，{mend}")
    if not signs:
        return own
    if (deadline and signs[0] not in ("≤", "=")) or (own and own not in signs):
        row.uncertain = True
        sheet.say(nature, f"{shown}与 {target.name} 的指标值“{heading_of(target)}”不一致；请改成一致")
    return "" if deadline else own or signs[0]


def _actual(sheet: Sheet, cell: Cell | None, row: FormRow) -> str:
    text = sheet.figure(cell)
    text = _without_fillers(sheet, text.removeprefix(row.name) or text)
    if _REMARK.search(text):
        sheet.say(cell, f"“{text}”读作{_REMARK.sub('', text)}")
    text = _REMARK.sub("", _DONE.sub("", text))
    goal = parse_target(row.target) if row.target else None
    if goal and goal.unit == DATE:
        row.level = "达成" if _ON_TIME.fullmatch(text) else ""
        day = sheet.dated(cell, _BEFORE.sub("", _FINISHED.sub("", text)))
        if _is_deadline(day):
            if re.search("(?<!提)前", text):  # most likely the target once more
                if not goal.is_met(parse_result(day)):
                    row.unusable = f"实际完成值印作“{text}”，没有说是哪一天"
                    return ""
                row.uncertain = True
                sheet.say(cell, f"“{text}”读作{day}；只与指标值比较")
            text = day
    operator, rest = split_sign(text)
    if goal and goal.is_number and not goal.bare.startswith("每") and (told := _told(text, unit_of(goal.bare))):
        row.uncertain = True
        sheet.say(cell, f"“{text}”读作{told}；只与指标值比较")
        text = told
    elif operator == "=":
        text = rest
    elif operator and any(char.isdigit() for char in rest):
        row.unusable = f"实际完成值印作“{text}”，是指标值的写法"
        return ""
    if NUMBER.match(text):
        unit = unit_of(goal.bare) if goal and goal.is_number else ""
        number = float(text.replace(",", ""))
        if unit == "%" and goal and 0 < number <= min(1, goal.value * 2) and goal.value * 100 > 1:
            row.unusable = f"实际完成值印作“{text}”，是{text}%还是比率写成了小数，说不清"
            return sheet.say(cell, f"实际完成值“{text}”是{text}%，还是比率写成了小数；请连百分号一起写")
        row.uncertain = row.uncertain or not unit
        if not unit:
            sheet.say(cell, f"实际完成值“{text}”没有单位，指标值也没有")
        text += unit or UNITLESS
    if not text:
        return ""
    if not sheet.readable(text, parse_result, cell):
        row.unusable = f"实际完成值印作“{text}”，读不出"
        return ""
    if goal and (unit := parse_result(text).unit) != goal.unit:
        row.unusable = f"实际完成值印作“{text}”，{'是文字，没有准数' if unit == WORD else '与指标值的单位不同'}"
        return ""
    return text


def _told(text: str, unit: str) -> str:
    """The result that a sentence tells: its one number in the target's unit, unless it is by how much more or less."""
    found = list(re.finditer(rf"(?<![\d.,~～至-])\d[\d,]*(?:\.\d+)?{re.escape(unit)}(?![\u4e00-\u9fff])", text))
    if len(found) != 1 or found[0][0] == text or not _SAID.search(before := text[: found[0].start()]):
        return ""
    return "" if _DIFFERENCE.search(before) else found[0][0]


def _without_fillers(sheet: Sheet, text: str) -> str:
    """A target or result without the words before its number that say nothing of it: 已完成24间, 达到100%."""
    filler = max((word for word in sheet.words.fillers if text.startswith(word)), key=len, default="")
    rest = text.removeprefix(filler)
    return rest if filler and rest[:1].isdigit() else text


def _other_value(sheet: Sheet, cell: Cell | None, row: FormRow) -> str:
    """A stage, tracking or forecast value, with the target's unit where it has none of its own."""
    text = sheet.dated(cell, sheet.figure(cell))
    if NUMBER.match(split_sign(text)[1]) and row.target:
        text += unit_of(parse_target(row.target).bare)
    return sheet.readable(text, parse_target, cell) if text else ""


def _subtotal(sheet: Sheet, at: Cells, row: int, *levels: tuple[str, str]) -> None:
    """Put down a 小计 as the points of the first of the levels above it whose indicators have its weight together."""
    form, weight, score = sheet.form, sheet.points(at.get("weight")), sheet.points(at.get("score"))
    for level in levels if weight and score else ():
        rows = [read for read in form.rows if (read.level1, level[1] and read.level2) == level]
        if rows and weight_of(rows) == Decimal(weight):
            place = form.place(row)
            form.levels += [(*level, "weight", weight, place), (*level, "score", score, place)]
            return
    listed = weight_of(form.rows)
    if weight and Decimal(weight) not in (listed, listed + Decimal(form.overall("weight") or 0)):  # of all above it
        sheet.say(at.get("weight"), f"{_SUBTOTAL}的分值印作{weight}，不是上面各项的合计，没有读；请核对")


def _total(sheet: Sheet, heading: Heading, row: int) -> None:
    form, grid, columns, place = sheet.form, sheet.grid, heading.columns, sheet.form.place(row)
    cell, rate, weight = (grid.at(row, columns.get(key, 0)) for key in ("score", "score_rate", "weight"))
    at = {"score": cell, "deducted": grid.at(row, columns.get("deducted", 0))}
    total = sheet.score(at, text_of(weight) if is_number(weight) else "") if cell is None or cell.column > 1 else ""
    if text_of(rate).endswith("%") and is_number(weight):
        form.total_rates.append((text_of(rate), place))
        form.figures.append((FULL_SCORE, f"{text_of(weight)}分", place))
    listed = weight_of(read for read in form.rows if read.level2 != _SUBTOTAL)
    execution = Decimal(form.overall("weight") or 0)
    full = Decimal(text_of(weight).replace(",", "")) if is_number(weight) and weight is not cell else listed
    form.covers = listed if is_number(weight) and full == listed else None
    if full not in (100, listed, listed + execution) and all(read.weight for read in form.rows):
        sheet.say(weight, f"分值合计印作{full}，以上各项分值合计{listed + execution}；请核对")
    for cell in grid.across(row):  # 总分：98.6分　等级：优; 98.6（优）; or the grade alone
        text = flat(cell.text)
        if stated := _STATED.match(text):
            total = total or stated[1]
        named = PATTERNS["grade"].search(text)
        if grade := sheet.grade(named["grade"] if named else text.strip("0123456789.分()")):
            form.grades = [(grade, place)]
    form.totals += [(total, place)] if total else []
