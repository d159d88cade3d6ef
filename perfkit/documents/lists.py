"""Several units or projects in one file: lists with a row or some rows each, columns beside each other, tables under
their names; and what the text says of all of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from ..errors import Problem
from ..figures.cells import Cell
from ..figures.quantities import Figure, display_money, display_percent, display_plain, parse_points, parse_quantity
from ..rubrics.rubric import EXECUTION
from .content import Grid
from .form import BASES, Form, FormFunds, FormRow
from .funds import fund_value, money_unit, unit_told
from .headings import AMOUNTS, Heading, Heads, amount_below, match
from .sentences import flat
from .sheet import NUMBER, Sheet, as_figure, heading_of, text_of, tight
from .words import MONTHS, FormWords, half_width, plain

_LISTED_YEAR = re.compile(r"(20\d\d)(?!\d)")
_BLOCK = re.compile(r"(.+?)(?:\((\d+(?:\.\d+)?)分?\)|(\d+(?:\.\d+)?)分)$")
"""The heading of a block of indicators with its points: 投入(20分)."""
_MONEY = (*AMOUNTS, "rate")
_OF_INDICATORS = {"level1", "level2", "name", "target"}
"""Columns that a list of units has not."""
_NOBODY = re.compile("平均|最[高低]|中位")
"""The name of a row of statistics below the units."""
_NO_UNIT = re.compile(r"[分值率数比量额]|20\d\d|情况|标准|备注|说明|依据|自评|[复审]核|评价|目标|结果|单位|专家|评委")
"""What stands in the heads of columns that are no units."""
_ONLY_POINTS = {"reason": "只印这一部分的得分，没有分项得分"}
Names = dict[str, str]
"""What tells a unit or project from the others: its key, unit or project."""
_AROUND = re.compile(
    r"^(?:附?[表件]?[\d-]+[:、.]?|[(]?[一二三四五六七八九十\d]+[)、.])?(?:20\d\d年度?)?"
    "|(?:项目|支出|绩效|评价|自评|指标|体系)*(?:[评得打]分.*)?$"
)
"""What stands around the name of a unit above the table of its points: 附表1 河西镇绩效评价得分表."""
_UNIT = re.compile("(?:[镇乡村县市区局院校学所站馆处办队司厂园委会部]|中心|街道)$")
"""How the names of units end."""
_MEAN = re.compile(r"平均(?:总|综合)?(?:得分|分数?)[为是达约:]*(\d+(?:\.\d+)?)分")
_END = re.compile(r"(?:得分|分数)?最(高|低)[^。;\d]{0,30}?(\d+(?:\.\d+)?)分")
_COUNTED = re.compile(r"([优良中差])[秀好等]?[”\"]?(?:等级|等次|级)?的?(?:单位|项目)?[有共为:]*(\d+)个")


def read_list(sheet: Sheet) -> list[Form]:
    """A form for each row that names a unit or project and gives its score, or in a list of monitoring its spending;
    none where the table is no such list."""
    for head in range(1, sheet.grid.rows + 1):
        at = match(sheet.grid, head, sheet.words.lists.by_word)
        # The last row of heads has those that reach down to it, and those below a common one, which heads no column.
        if not {"unit", "project"} & at.keys() or any(sheet.grid.span(head, c)[2] > head for c in at.values()):
            continue
        at = {key: column for key, column in at.items() if key != "total" or sheet.grid.span(head, column)[3] == column}
        money = {key: c for key, c in match(sheet.grid, head, sheet.words.funds.by_word).items() if key in _MONEY}
        above = [sheet.grid.above, *(heading_of(cell) for row in range(1, head) for cell in sheet.own(row))]
        title = next((text for text in above if "绩效" in text), "")
        monitored = "监控" in title and "final" in money
        if not ("total" in at or monitored):
            continue
        if match(sheet.grid, head, sheet.words.indicators.by_word).keys() & _OF_INDICATORS:
            return []
        unit = money_unit(sheet, head) or unit_told(sheet)
        _ask_totals(sheet, head, money, unit)
        forms = list(_rows(sheet, head, at, money, unit))
        year = next(filter(None, map(sheet.words.year_of, above)), None)
        months = MONTHS.search("　".join([*above, *map(text_of, sheet.own(head))])) if monitored else None
        for form in forms:
            form.title, form.year = title, form.year or year
            form.labels |= {"months": months[1]} if months else {}
        return forms
    return []


def _blocks(sheet: Sheet, head: int, known: Collection[int]) -> tuple[int, dict[int, tuple[str, str]]]:
    """The last row of a list's heads, and the parts of which it gives the points, by column, with what these are worth:
    that stands in the heads (投入（20分）), or in a row below them."""
    cells = [cell for cell in sheet.grid.across(head) if cell.column > min(known) and cell.column not in known]
    first = next(sheet.own(head + 1), None)
    if first and sheet.words.indicators.by_word.get(plain(first.text)) == "weight":
        worth = {cell.column: sheet.points(sheet.grid.at(head + 1, cell.column)) for cell in cells}
        return head + 1, {c.column: (tight(c), worth[c.column]) for c in cells if worth[c.column]}
    found = ((cell.column, _BLOCK.match(tight(cell))) for cell in cells)
    return head, {column: (part[1], part[2] or part[3]) for column, part in found if part}


def _rows(sheet: Sheet, head: int, at: Heads, money: Heads, unit: str) -> Iterator[Form]:
    grid, taken = sheet.grid, set[str]()
    bottom, blocks = _blocks(sheet, head, {*at.values(), *money.values()})
    known = {*at.values(), *money.values(), *blocks, *map(plain, sheet.words.other_columns)}
    for cell in sheet.own(head):
        if {cell.column, plain(cell.text)}.isdisjoint(known) and amount_below(grid, cell, grid.rows + 1):
            sheet.unknown(cell, f"不认识栏目“{heading_of(cell)}”", "")
    for row in range(bottom + 1, grid.rows + 1):
        said = {key: text for key, column in at.items() if (text := sheet.value(grid.at(row, column)))}
        name = said.get("unit") or said.get("project", "")
        if not name or sheet.is_total(name) or NUMBER.match(name) or _NOBODY.match(name):
            continue
        form = Form(grid.file, grid.sheet, labels=said, problems=[] if taken else sheet.form.problems)
        said |= {"reviewed": sheet.points(grid.at(row, at["reviewed"]))} if "reviewed" in at else {}
        values = {key: fund_value(sheet, row, column, key, unit) for key, column in money.items()}
        points = {column: sheet.points(grid.at(row, column)) for column in blocks}
        if executed := next((c for c, (block, _) in blocks.items() if values and EXECUTION.startswith(block)), 0):
            values |= {"weight": blocks[executed][1], "score": points.pop(executed)}
        form.funds = [FormFunds(row, "", values)] if any(values.values()) else []
        total = sheet.points(grid.at(row, at["total"])) if "total" in at else ""
        if not total and ("total" in at or not form.funds):
            continue
        form.totals = [(total, form.place(row))] if total else []
        form.listed = _key(said)
        if form.listed in taken:
            form.listed += f"（{said.get('year') or f'第{row}行'}）"
        taken.add(form.listed)
        form.year = int(year[1]) if (year := _LISTED_YEAR.match(said.get("year", ""))) else None
        if grade := sheet.grade(said.get("grade", "")):
            form.grades = [(grade, form.place(row))]
        parts = [(*blocks[column], score) for column, score in points.items() if score]
        form.rows = [FormRow(row, part, part, part, weight=weight, score=score, more=_ONLY_POINTS)
                     for part, weight, score in parts]  # fmt: skip
        form.columns = frozenset({"name", "weight", "score"}) if form.rows else frozenset()
        yield form


def _ask_totals(sheet: Sheet, head: int, money: Heads, unit: str) -> None:
    """Say of a list whose last row is the total of the rows above which amounts there they do not add up to."""
    grid = sheet.grid
    rows = {row: [text_of(cell) for cell in sheet.own(row)] for row in range(head + 1, grid.rows + 1)}
    last = next((row for row, texts in rows.items() if any(map(sheet.is_total, texts[:3]))), 0)
    if not last or any(re.search("小计|其中", text) for texts in rows.values() for text in texts):
        return
    wholes: dict[str, Figure] = {}
    for key, column in ((key, column) for key, column in money.items() if key in AMOUNTS):
        cells = ((row, grid.at(row, column)) for row in range(head + 1, last + 1))
        texts = {row: text for row, cell in cells if cell and cell.row == row and (text := tight(cell).strip("-—－/"))}
        values = {row: parse_quantity(text) for row in texts if (text := as_figure(texts[row], unit))}
        if last not in values or values.keys() < texts.keys() or len(values) < 2:
            continue
        wholes[key], step = values.pop(last), max(value.step for value in values.values())
        found = sum(value.value for value in values.values())
        if abs(found - wholes[key].value) > len(texts) * max(step, wholes[key].step) / 2:
            said = f"合计印作{wholes.pop(key)}，以上{len(values)}行合计{display_money(found)}；请核对"
            sheet.say(grid.at(last, column), said)
    rate = as_figure(tight(grid.at(last, money.get("rate", 0))), "")
    bases = [wholes[key].value for key in BASES if key in wholes]
    if rate and bases and "final" in wholes and all(bases):
        printed, rates = parse_quantity(rate), [wholes["final"].value / base for base in bases]
        if all(abs(printed.value - each) > printed.step for each in rates):
            shown = "、".join(map(display_percent, rates))
            sheet.say(grid.at(last, money["rate"]), f"合计的执行率印作{printed}，按合计的金额是{shown}；请核对")


def by_unit(grid: Grid, heading: Heading, words: FormWords) -> Iterator[tuple[str, Names, Grid]]:
    """Where a column left of the levels names units: the key and names of each, and its rows under the heading that all
    share."""
    first = min(heading.columns.get(key, 0) for key in ("level1", "level2"))
    named = match(grid, heading.row, words.lists.by_word).items()
    names = {key: column for key, column in named if key in ("key", "unit", "project") and column < first}
    above = {place: cell for place, cell in grid.cells.items() if place[0] <= heading.bottom}
    parts, unit = dict[str, tuple[Names, set[int]]](), ""
    for row in range(heading.bottom + 1, grid.rows + 1) if names else ():
        said = {key: heading_of(cell) for key, column in names.items() if (cell := grid.at(row, column))}
        if said and not any(cell.column >= first or cell.row < row for cell in grid.across(row)):
            unit = said.get("unit", "")  # a row of its own names the unit whose projects follow
        elif said:
            said = {"unit": unit, "project": said["unit"]} if unit and "project" not in said else said
            parts.setdefault(_key(said), (said, set()))[1].add(row)
    for key, (said, rows) in parts.items():
        below = {at: cell for at, cell in grid.cells.items() if at[0] in rows and at[1] not in names.values()}
        yield key, said, Grid(grid.file, grid.sheet, above | below, grid.spans)


def by_column(grid: Grid, heading: Heading, words: FormWords) -> Iterator[tuple[str, Names, Grid]]:
    """Where units stand right of the indicators, over their points or over some columns: as `by_unit`, with the columns
    of each."""
    known, columns = words.indicators.by_word, heading.columns
    places: dict[Cell, range] = {}
    for cell in grid.across(heading.row) if columns.keys() >= {"name", "weight"} else ():
        own = range(cell.column, grid.span(cell.row, cell.column)[3] + 1)
        heads = [known.get(plain(below.text)) for below in grid.across(heading.bottom) if below.column in own]
        points = [text_of(grid.at(row, cell.column)) for row in range(heading.bottom + 1, grid.rows + 1)]
        alone = "score" not in columns and heads == [None] and sum(map(bool, map(NUMBER.match, points))) > 1
        told = "score" in heads if len(own) > 1 else alone
        if cell.column > columns["name"] and told and not _NO_UNIT.search(cell.text):
            places[cell] = own
    taken = {column for own in places.values() for column in own}
    for head, own in places.items() if len(places) > 1 else ():
        cells = {at: cell for at, cell in grid.cells.items() if at[1] in own or at[1] not in taken}
        if len(own) == 1:
            cells[head.row, head.column] = replace(head, text=words.indicators.columns["score"][0])
        name = heading_of(head)
        yield name, {"unit": name}, Grid(grid.file, grid.sheet, cells, grid.spans)


def _key(said: Names) -> str:
    return said.get("key") or "　".join(said[name] for name in ("unit", "project") if name in said)


def name_by_caption(grids: Sequence[Grid], forms: Sequence[Form]) -> None:
    """Tell tables of the same indicators from each other where each stands under the name of a unit."""
    above = {grid.sheet: _AROUND.sub("", re.sub(r"\s+", "", half_width(grid.above))) for grid in grids}
    same: dict[tuple[str, ...], dict[str, Form]] = {}
    for form in forms:
        if form.kind == "scored" and not form.stands_alone and _UNIT.search(above[form.sheet]):
            same.setdefault(tuple(row.name for row in form.rows), {})[above[form.sheet]] = form
    for name, form in [item for own in same.values() if len(own) > 1 for item in own.items()]:
        form.listed, form.labels = name, {"unit": name}


def told_of_all(file: str, texts: Iterable[tuple[str, str, str]], forms: Sequence[Form]) -> Iterator[Problem]:
    """What the paragraphs of a file say of the units of its list, and the list does not.

    A mean or an extreme outside of what the list has is one of something else, and so are grades that are not those of
    all units.
    """
    listed = [form for form in forms if form.listed and form.totals]
    if len(listed) < 2:
        return
    points = [parse_points(form.totals[0][0]).value for form in listed]
    grades = Counter(form.grades[0][0] for form in listed if form.grades)
    for place, text in ((place, flat(text)) for sheet, place, text in texts if not sheet):
        for found in _MEAN.finditer(text):
            mean = math.fsum(points) / len(points)
            if min(points) <= float(found[1]) <= max(points) and not _is(found[1], mean):
                yield _differs(file, place, found[0], f"{len(points)}项的平均是{display_plain(mean, 4)}分")
        for found in _END.finditer(text):
            end = max(points) if found[1] == "高" else min(points)
            if min(points) <= float(found[2]) <= max(points) and not _is(found[2], end):
                yield _differs(file, place, found[0], f"最{found[1]}的是{display_plain(end)}分")
        said = {found[1]: int(found[2]) for found in _COUNTED.finditer(text)}
        if said.keys() == grades.keys() and len(said) > 1 and said != grades:
            shown, own = ("、".join(f"{name}{each[name]}个" for name in grades) for each in (said, grades))
            yield _differs(file, place, shown, f"等级一栏是{own}")


def _is(printed: str, value: float) -> bool:
    """Whether points are printed as what they are, rounded or cut off."""
    return abs(float(printed) - value) < parse_points(printed).step


def _differs(file: str, place: str, printed: str, found: str) -> Problem:
    return Problem(f"印作“{printed.replace(',', '，')}”，所列{found}；请核对", file, field=place, severity="warning")
