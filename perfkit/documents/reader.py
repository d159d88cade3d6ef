"""What each table of a file is, by its headings: forms with project, money, goals, indicators, total and grade; tables
of a report; figures by the names of row and column."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, zip_longest

from ..errors import Problem
from ..figures.cells import Cell
from .content import Content, Grid, Paragraph
from .figures import names_figures, read_changes, read_figures, read_pairs
from .form import Form, weight_of
from .funds import is_something, read_funds
from .headings import find_indicators
from .indicators import SIGNED, read_indicators
from .lists import by_column, by_unit, name_by_caption, read_list
from .prose import read_prose
from .sentences import PATTERNS, flat
from .sheet import NUMBER, SYNONYM, Sheet, heading_of, is_amount, text_of, tight
from .words import MONTHS, FormWords, half_width, plain

_NO_INDICATORS = "没有认出指标的表头（一级、二级、三级指标，指标值、分值、得分），只读了资金"


def read_tables(content: Content, words: FormWords) -> list[Form]:
    """The tables of a file that are recognised, in their order."""
    forms: list[Form] = []
    told = "\n".join(block.text for block in content.blocks if not isinstance(block, Grid))
    for line, grid in pairwise(content.blocks):
        if isinstance(grid, Grid) and not isinstance(line, Grid):
            grid.above = line.text
    for last, grid in pairwise(content.grids):  # 续表 without headings has those of the one before, above its first row
        heads = "续" in grid.above and grid.columns == last.columns and not any(find_indicators(grid, words))
        if heads and (heading := next(find_indicators(last, words), None)):
            grid.put_above(cell for cell in last.across(heading.row) if cell.column in heading.columns.values())
    for grid in content.grids:
        grid.told = told
        found = [form for part in _parts(grid, words) for form in _read(part, words)]
        for number, form in enumerate(found, start=1):
            form.part = number
        forms += found
    name_by_caption(content.grids, forms)
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
        year = words.year_of(block.text) or year


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
    _read_above(sheet, heading.row)
    _read_below(sheet, read_indicators(sheet, heading) + 1)
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
                form.year = form.year or sheet.words.year_of(text_of(cell))
                form.title = form.title or (heading_of(cell) if sheet.words.titled(text_of(cell)) else "")
                if months := MONTHS.search(text_of(cell)):
                    texts.setdefault("months", months[1])
            said = sheet.words.said(cell.text)
            for other, text in said.items():
                if above or other in _BELOW:
                    texts.setdefault(other, text)
            label = sheet.label(cell)
            if (label == "total" or "total" in said) and above and "分" in cell.text:  # 合计 is one of amounts
                _take_total(sheet, row, cell, after)
            elif label and label not in (*texts, "total") and (above or label in _BELOW):
                places.setdefault(label, cell)
                text = _said(sheet, label, row, cell, after)
                if label in ("project", "unit", "department"):
                    text = re.sub(r"\s*\n\s*", "", text)
                if text and text not in (*sheet.words.money_units, *sheet.words.nothing_to_say):
                    texts[label] = text
        graded = graded or (row if "grade" in texts else 0)
    form.year = form.year or sheet.words.year_of(f"{texts.get('year') or texts.get('node', '')[:4]}年度")
    form.labels = texts
    if grade := sheet.grade(texts.get("grade", "")):
        form.grades = [(grade, form.place(graded))]
    elif graded:
        sheet.say(None, f"第{graded}行的等级“{texts['grade']}”不是{'、'.join(sheet.words.grades)}，没有读")
    return places


def _take_total(sheet: Sheet, row: int, cell: Cell, after: Cell | None) -> None:
    """Put down the total that stands beside its name or behind its colon."""
    total = half_width(_said(sheet, "total", row, cell, after)).removesuffix("分")
    sheet.form.totals += [(total, sheet.form.place(row))] if NUMBER.match(total) else []


def _read_above(sheet: Sheet, head: int) -> None:
    """Read money and staff above the indicators; the amounts that a cell tells in a sentence where no others stand
    there. A row of figures that are not read is named."""
    form, rows = sheet.form, read_funds(sheet, head)
    for row in (row for row in range(1, head) if names_figures(sheet, row)):
        read_pairs(sheet, row)
    cells = [cell for row in range(1, head) for cell in sheet.own(row) if cell.text not in form.labels.values()]
    told = [cell for cell in cells if not form.funds and PATTERNS["money"].search(flat(cell.text))]
    lines = [Paragraph(cell.text, form.place(cell.row)) for cell in told]
    prose = read_prose(form.file, lines, sheet.words.sentences)[0]
    form.figures += [figure for figure in prose.figures if figure[0].startswith("budget.")]
    form.rates += prose.rates
    _name_unread(sheet, "上", [row for row in range(1, head) if row not in rows], {cell.row for cell in told})


def _name_unread(sheet: Sheet, where: str, rows: Iterable[int], told: Container[int] = ()) -> None:
    """Name the rows with figures, or `told` to have some, of which none is read and none said to be unread."""
    form = sheet.form
    places = {place for *_, place in form.figures} | {place for _, _, place, *_ in form.rates}
    places |= {form.place(row.row) for row in form.funds} | {problem.field for problem in form.problems}
    for row in rows:
        cells = list(sheet.own(row))
        own = {form.place(row), *(f"{sheet.grid.sheet}!{cell.name}" for cell in cells)}
        figures = any(is_something(cell) or tight(cell).endswith("%") for cell in cells)
        labelled = any(sheet.label(cell) is not None for cell in cells)
        if (row in told or (figures and not labelled)) and not places & own:
            sheet.say(cells[0], f"指标{where}面的这一行“{heading_of(cells[0])}”有数，没有读；{SYNONYM}")


def _read_below(sheet: Sheet, first: int) -> None:
    """Read the figures that a form has below its indicators (人员情况, 基础数据), and its score where it stands there
    once more (自评得分｜96.6); a row of figures that are not read is named."""
    read_figures(sheet, first)
    for row in range(first, sheet.grid.rows + 1):
        cells = list(sheet.own(row))
        scored = cells and sheet.label(cells[0]) == "total" and _SCORED.search(cells[0].text)
        if scored and sum(map(is_amount, cells)) <= 1:
            _take_total(sheet, row, cells[0], next(iter(cells[1:]), None))
    _name_unread(sheet, "下", range(first, sheet.grid.rows + 1))


_SCORED = re.compile("得分|自评")
"""What is in the name of a total that is the points earned, and not those to be had (总分)."""
_BELOW = {"grade", "conclusion", "shortcoming", "improvement", *SIGNED}
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
