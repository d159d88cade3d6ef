"""What each table of a file is, by its headings: forms with project, money, goals, indicators, total and grade; tables
of a report; figures by the names of row and column; lists of units or projects, a row or some rows each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise, zip_longest

from ..errors import Problem
from ..figures.cells import Cell
from ..figures.quantities import Figure, display_money, display_percent, parse_quantity
from ..rubrics.rubric import EXECUTION
from .content import Content, Grid
from .figures import read_changes, read_figures
from .form import BASES, Form, FormFunds, FormRow, weight_of
from .funds import fund_value, money_unit, read_funds, unit_above
from .headings import AMOUNTS, Heading, Heads, find_indicators, match
from .indicators import read_indicators
from .sentences import PATTERNS, flat
from .sheet import NUMBER, Sheet, as_figure, heading_of, text_of, tight
from .words import FormWords, half_width, plain

_MONTHS = re.compile(r"(?<!\d)1月?[-—–~～至到](\d{1,2})月")
_NO_INDICATORS = "没有认出指标的表头（一级、二级、三级指标，指标值、分值、得分），只读了资金"
_ONLY_YEAR = re.compile(r"\(?20\d\d年\)?")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:\s*年?\s*(度|1月?[-—–~至到]\d+月)|(?!\d))")


_AROUND = re.compile(
    r"^(?:附?[表件]?[\d-]+[:、.]?|[(]?[一二三四五六七八九十\d]+[)、.])?(?:20\d\d年度?)?"
    "|(?:项目|支出|绩效|评价|自评|指标|体系)*(?:[评得打]分.*)?$"
)
"""What stands around the name of a unit above the table of its points: 附表1 河西镇绩效评价得分表."""
_UNIT = re.compile("(?:[镇乡村县市区局院校学所站馆处办队司厂园委会部]|中心|街道)$")
"""How the names of units end."""


def read_tables(content: Content, words: FormWords) -> list[Form]:
    """The tables of a file that are recognised, in their order."""
    forms: list[Form] = []
    for line, grid in pairwise(content.blocks):
        if isinstance(grid, Grid) and not isinstance(line, Grid):
            grid.above = line.text
    for last, grid in pairwise(content.grids):  # 续表 without headings has those of the one before, above its first row
        heads = "续" in grid.above and grid.columns == last.columns and not any(find_indicators(grid, words))
        if heads and (heading := next(find_indicators(last, words), None)):
            grid.put_above(cell for cell in last.across(heading.row) if cell.column in heading.columns.values())
    same: dict[tuple[str, ...], dict[str, Form]] = {}
    for grid in content.grids:
        found = [form for part in _parts(grid, words) for form in _read(part, words)]
        for number, form in enumerate(found, start=1):
            form.part = number
        forms += found
        name = _AROUND.sub("", re.sub(r"\s+", "", half_width(grid.above)))
        for form in found if _UNIT.search(name) else ():
            if form.kind == "scored" and not form.stands_alone:
                same.setdefault(tuple(row.name for row in form.rows), {})[name] = form
    for name, form in [item for own in same.values() if len(own) > 1 for item in own.items()]:
        form.listed, form.labels = name, {"unit": name}  # tables of the same indicators, each under a unit's name
    _take_levels(content, forms)
    for form in forms:
        if form.overall("score") and not form.rows and (form.stands_alone or not any(each.rows for each in forms)):
            form.problems.append(Problem(_NO_INDICATORS, form.file, field=form.sheet, severity="warning"))
    return forms


def _take_levels(content: Content, forms: Sequence[Form]) -> None:
    """Put the indicators of a table that names no level 1, and its total, under the heading above it that has their
    points: （一）项目决策（20分，得分17.5分）."""
    heading: re.Match[str] | None = None
    for block in content.blocks:
        if isinstance(block, Grid):
            for form in (form for form in forms if heading and form.sheet == block.sheet and form.kind == "scored"):
                own = heading and weight_of(form.rows) == Decimal(heading["weight"])
                if heading and own and not any(row.level1 for row in form.rows):
                    for row in form.rows:
                        row.level1 = heading["name"]
                    form.levels = [(level[0] or heading["name"], *level[1:]) for level in form.levels]
                    form.levels += [(heading["name"], "", "score", points, place) for points, place in form.totals]
                    form.totals = []
        elif found := PATTERNS["heading"].match(flat(block.text)):
            heading = found


def name_by_text(content: Content, forms: Sequence[Form], words: FormWords) -> None:
    """Take names, title and year of the tables that have none from the lines of text above them."""
    first = {form.sheet: form for form in reversed(forms)}
    labels: dict[str, str] = {}
    title, year = "", None
    for block in content.blocks:
        if isinstance(block, Grid):
            form = first.get(block.sheet)
            if form and (form.rows or form.funds) and not (form.project or form.unit):
                form.labels = labels | form.labels
                form.title, form.year = form.title or title, form.year or year
            labels, title, year = {}, "", None
            continue
        labels |= words.said(block.text)
        title = block.text if words.titled(block.text) else title
        year = _year(words, block.text) or year


def _parts(grid: Grid, words: FormWords) -> Iterator[Grid]:
    """A sheet cut where a form begins below another: at the title above the name of a project that has a heading of
    indicators of its own."""
    top, sheet = 1, Sheet(grid, words)
    for above, head in pairwise(heading.row for heading in find_indicators(grid, words)):
        cells = [(row, cell) for row in range(above + 1, head) for cell in grid.across(row)]
        named = next((row for row, cell in cells if sheet.label(cell) == "project"), None)
        if named:
            near = [(row, text_of(cell)) for row, cell in cells if named - 3 <= row < named]
            end = next((row for row, text in near if words.titled(text)), named)
            yield grid.part(top, end - 1)
            top = end
    yield grid.part(top, grid.rows) if top > 1 else grid


def _read(grid: Grid, words: FormWords) -> list[Form]:
    """The form under the first heading of indicators; without one what there is of money, figures and names. A form for
    each unit where the table lists several."""
    sheet, heading = Sheet(grid, words), next(find_indicators(grid, words), None)
    if heading is None:
        return read_list(sheet) or _read_rest(grid, words)
    if units := [*by_unit(grid, heading, words), *by_column(grid, heading, words)]:
        listed = [(key, names, form) for key, names, part in units for form in _read(part, words)]
        for key, names, form in listed:
            form.listed, form.labels = key, form.labels | names
        return [form for _, _, form in listed]
    form = sheet.form
    places = _labels(sheet, heading.row)
    read_funds(sheet, heading.row)
    read_indicators(sheet, heading)
    if form.kind == "scored" and form.stands_alone:
        _name_blank(sheet, places)
    return [form]


def _read_rest(grid: Grid, words: FormWords) -> list[Form]:
    """A table without indicators: fund rows of a form, figures by row and column, names beside labels, or a total."""
    sheet, money = Sheet(grid, words), Sheet(grid, words)
    read_figures(sheet)
    read_funds(money, grid.rows + 1)
    if money.form.whole or not (sheet.form.figures or sheet.form.assets):
        sheet = money
    first = filter(None, (next(sheet.own(row), None) for row in range(1, grid.rows + 1)))
    names = sum(sheet.label(cell) not in (None, "total") for cell in first)
    if sheet.form.figures or sheet.form.assets or sheet.form.whole or names > max(1, grid.rows // 2 - 1):
        _labels(sheet, grid.rows + 1)
        if sheet.form.holds or sheet.form.unit or sheet.form.project:
            return [sheet.form]
    sheet = Sheet(grid, words)
    read_changes(sheet)
    return [sheet.form] if sheet.form.changes else []


def _labels(sheet: Sheet, head: int) -> dict[str, Cell]:
    """Put down in the form the first text of each label; gives where each stands.

    Below the row `head` only the grade and what is said behind the indicators are labels.
    """
    form, texts, places, graded = sheet.form, dict[str, str](), dict[str, Cell](), 0
    for row in range(1, sheet.grid.rows + 1):
        cells, above = sheet.grid.across(row), row < head
        for cell, after in zip_longest(cells, cells[1:]):
            if above:
                form.year = form.year or _year(sheet.words, text_of(cell))
                form.title = form.title or (heading_of(cell) if sheet.words.titled(text_of(cell)) else "")
                if months := _MONTHS.search(text_of(cell)):
                    texts.setdefault("months", months[1])
            for other, text in sheet.words.said(cell.text).items():
                if above or other in _BELOW:
                    texts.setdefault(other, text)
            label = sheet.label(cell)
            if label == "total" and above and "分" in cell.text:  # 合计 is one of amounts
                total = half_width(_said(sheet, label, row, cell, after)).removesuffix("分")
                form.totals += [(total, form.place(row))] if NUMBER.match(total) else []
            elif label and label not in (*texts, "total") and (above or label in _BELOW):
                places.setdefault(label, cell)
                text = _said(sheet, label, row, cell, after)
                if label in ("project", "unit", "department"):
                    text = re.sub(r"\s*\n\s*", "", text)
                if text and text not in (*sheet.words.money_units, *sheet.words.nothing_to_say):
                    texts[label] = text
        graded = graded or (row if "grade" in texts else 0)
    form.year = form.year or _year(sheet.words, f"{texts.get('year', '')}年度")
    form.labels = texts
    if grade := sheet.grade(texts.get("grade", "")):
        form.grades = [(grade, form.place(graded))]
    elif graded:
        sheet.say(None, f"第{graded}行的等级“{texts['grade']}”不是{'、'.join(sheet.words.grades)}，没有读")
    return places


_BELOW = ("grade", "conclusion", "shortcoming", "improvement", "contact", "phone", "filled")
"""Labels that stand below the indicators too."""


def _said(sheet: Sheet, label: str, row: int, cell: Cell, after: Cell | None) -> str:
    """What stands beside a label or behind its colon; below it for goals and results."""
    beside = sheet.words.said(cell.text).get(label) or _text(sheet, after)
    if label not in ("goal", "result") or sheet.grid.span(row, cell.column)[2] > row:  # merged down: beside its lines
        return beside
    return max(_text(sheet, sheet.grid.at(row + 1, cell.column)), _text(sheet, after), key=len)


def _text(sheet: Sheet, cell: Cell | None) -> str:
    """The text of a cell that is no label itself."""
    return "" if cell is None or plain(cell.text) in sheet.words.label_of else sheet.value(cell)


def _name_blank(sheet: Sheet, places: Mapping[str, Cell]) -> None:
    """Say what stands in for a project or a unit that is not filled in."""
    form = sheet.form
    instead = f"主管部门“{form.department}”" if form.department else "项目名称"
    used = f"工作表名“{form.sheet}”"
    whole = ("整体" in form.title or "project" not in places) and form.unit  # the form of a department names no project
    named = form.labels | sheet.words.said(sheet.grid.above)
    for label, stand_in in (("project", used), ("unit", instead if form.department or form.project else used)):
        if label not in named and not (label == "project" and whole):
            sheet.say(places.get(label), f"“{sheet.words.labels[label][0]}”没有填写，用{stand_in}代替")


def _year(words: FormWords, text: str) -> int | None:
    """The year of a title (2023年某项目自评表) or of “2023年度”; a date or a code names no year of the form."""
    found = sorted(_YEAR.finditer(text), key=lambda year: not year[2])  # 2023年度 before 2024年
    return int(found[0][1]) if found and (found[0][2] or words.titled(text) or _ONLY_YEAR.fullmatch(text)) else None


# ---- lists of units and projects ----

_LISTED_YEAR = re.compile(r"(20\d\d)(?!\d)")
_BLOCK = re.compile(r"(.+?)(?:\((\d+(?:\.\d+)?)分?\)|(\d+(?:\.\d+)?)分)$")
"""The heading of a block of indicators with its points: 投入(20分)."""
_MONEY = (*AMOUNTS, "rate")
_OF_INDICATORS = {"level1", "level2", "name", "target"}
"""Columns that a list of units has not."""
_NOBODY = re.compile("平均|最[高低]|中位")
"""The name of a row of statistics below the units."""
_NO_UNIT = re.compile("[分值率数比量额]|20\\d\\d|情况|标准|备注|说明|依据|自评|[复审]核|评价|目标|结果|单位|专家|评委")
"""What stands in the heads of columns that are no units."""
_ONLY_POINTS = {"reason": "只印这一部分的得分，没有分项得分"}
Names = dict[str, str]
"""What tells a unit or project from the others: its key, unit or project."""


def read_list(sheet: Sheet) -> list[Form]:
    """A form for each row that names a unit or project and gives its score, or in a list of monitoring its spending;
    none where the table is no such list."""
    above = [sheet.grid.above]
    for head in range(1, sheet.grid.rows + 1):
        at = match(sheet.grid, head, sheet.words.lists.by_word)
        money = {key: c for key, c in match(sheet.grid, head, sheet.words.funds.by_word).items() if key in _MONEY}
        title = next((text for text in above if "绩效" in text), "")
        monitored = "监控" in title and "final" in money
        # The last row of heads has those that reach down to it, and those below a common one, which heads no column.
        is_last = all(sheet.grid.span(head, column)[2] == head for column in at.values())
        at = {key: column for key, column in at.items() if key != "total" or sheet.grid.span(head, column)[3] == column}
        if is_last and {"unit", "project"} & at.keys() and ("total" in at or monitored):
            if match(sheet.grid, head, sheet.words.indicators.by_word).keys() & _OF_INDICATORS:
                return []
            unit = money_unit(sheet, head) or unit_above(sheet)
            _ask_totals(sheet, head, unit)
            forms = list(_rows(sheet, head, at, money, unit))
            months = _MONTHS.search("　".join([*above, *map(text_of, sheet.own(head))])) if monitored else None
            for form in forms:
                form.title, form.labels = title, form.labels | ({"months": months[1]} if months else {})
                form.year = form.year or next(filter(None, (_year(sheet.words, text) for text in above)), None)
            return forms
        above += map(heading_of, sheet.own(head))
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


def _ask_totals(sheet: Sheet, head: int, unit: str) -> None:
    """Say of a list whose last row is the total of the rows above which amounts there they do not add up to."""
    grid = sheet.grid
    rows = {row: [text_of(cell) for cell in sheet.own(row)] for row in range(head + 1, grid.rows + 1)}
    last = next((row for row, texts in rows.items() if any(map(sheet.is_total, texts[:3]))), 0)
    if not last or any(re.search("小计|其中", text) for texts in rows.values() for text in texts):
        return
    wholes: dict[str, Figure] = {}
    at = match(grid, head, sheet.words.funds.by_word)
    for key, column in ((key, column) for key, column in at.items() if key in AMOUNTS):
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
    rate = as_figure(tight(grid.at(last, at.get("rate", 0))), "")
    bases = [wholes[key].value for key in BASES if key in wholes]
    if rate and bases and "final" in wholes and all(bases):
        printed, rates = parse_quantity(rate), [wholes["final"].value / base for base in bases]
        if all(abs(printed.value - each) > printed.step for each in rates):
            shown = "、".join(map(display_percent, rates))
            sheet.say(grid.at(last, at["rate"]), f"合计的执行率印作{printed}，按合计的金额是{shown}；请核对")


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
    places: dict[str, range] = {}
    for cell in grid.across(heading.row) if columns.keys() >= {"name", "weight"} else ():
        own = range(cell.column, grid.span(cell.row, cell.column)[3] + 1)
        heads = [known.get(plain(below.text)) for below in grid.across(heading.bottom) if below.column in own]
        points = [text_of(grid.at(row, cell.column)) for row in range(heading.bottom + 1, grid.rows + 1)]
        alone = "score" not in columns and heads == [None] and sum(map(bool, map(NUMBER.match, points))) > 1
        told = "score" in heads if len(own) > 1 else alone
        if cell.column > columns["name"] and told and not _NO_UNIT.search(cell.text):
            places[heading_of(cell)] = own
    taken = {column for own in places.values() for column in own}
    for name, own in places.items() if len(places) > 1 else ():
        cells = {at: cell for at, cell in grid.cells.items() if at[1] in own or at[1] not in taken}
        if len(own) == 1:
            place = heading.row, own[0]
            cells[place] = replace(cells[place], text=words.indicators.columns["score"][0])
        yield name, {"unit": name}, Grid(grid.file, grid.sheet, cells, grid.spans)


def _key(said: Names) -> str:
    return said.get("key") or "　".join(said[name] for name in ("unit", "project") if name in said)
