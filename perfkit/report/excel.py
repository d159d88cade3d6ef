"""The figures of a report as a workbook that calculates: scores and levels by formulas, the evidence, findings."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from ..cases.case import Case
from ..cases.models import EvaluationFile
from ..scoring.scorecard import Scorecard, reached, score
from ..tables import DECIMALS, fit_height, give_look
from ..words import DASH
from . import audited, kinds, monitored, scored, stated
from .blocks import Block, Heading, Paragraph, Table, flat, group

_SCORES, _LEVELS = "评分表", "分级得分"
_HEADS = {
    "一级指标": 14, "二级指标": 14, "三级指标": 28, "分值": 8, "评分标准": 60, "得分比例": 10, "得分": 10, "方式": 10,
    "评分过程": 60, "年度指标值": 14, "实际完成值": 14, "佐证与来源": 24, "偏差原因": 24,
}  # fmt: skip
"""Of 评分表, with their widths; formulas count on the order of those up to 得分."""
_WEIGHT, _SHARE, _POINTS = "D", "F", "G"
_DECIMALS = 6
"""Of the values beside formulas: more would be binary noise for whoever compares them."""
_FORMULA = re.compile(r"<c ([^>]*)><f>([^<\t]*)\t(str|n)\t([^<]*)</f><v ?/?>(?:</v>)?")
"""A formula as openpyxl writes it, with what it gives behind a tab."""
_WIDTH = 110
"""Characters that a table of a report is wide on a sheet."""


class _Formula(str):
    """A text that a sheet calculates; every other text is shown as it is."""


def _formula(text: str, gives: float | str | None) -> _Formula:
    """A formula that carries what it gives until the file is written."""
    if gives is None or gives != gives:
        return _Formula(text)
    return _Formula(f"{text}\tstr\t{gives}" if isinstance(gives, str) else f"{text}\tn\t{round(gives, _DECIMALS)}")


def workbook(case: Case, *, for_client: bool = False) -> bytes:
    """The workbook of one report.

    Sheets: what its kind computes (评分表 and 分级得分 with formulas and 工作底稿; 监控; 单位), the official form
    where it has one, 征求意见, and 核验, which the client's copy is without.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    # First whose figures these are, or the official form that says so: a reader takes the tables behind for its own.
    card = score(case) if case.rubric else None
    if card and case.kind != "evaluation":
        name = f"{case.year}年度{'部门整体' if case.kind == 'self_evaluation' else '项目'}支出绩效自评表"
        _block_sheet(book.create_sheet("绩效自评表"), group(Heading(name), kinds.form(card)))
    elif case.kind not in ("monitoring", "declaration"):
        _block_sheet(book.create_sheet("说明"), group(Heading(case.file.title), stated.names(case)))
    if card:
        if card.status != "not_applicable":
            _score_sheet(book, card)
            _level_sheet(book, card)
        sheets: dict[str, Block] = {"工作底稿": scored.worksheet(card)}
    elif case.kind == "declaration":
        sheets = {"绩效目标申报表": kinds.form(case), "预算测算明细": monitored.estimate(case)}
    elif case.kind == "monitoring":
        sheets = {"绩效目标执行监控表": kinds.form(case), "目标对比": monitored.comparison(case)}
    elif isinstance(case.file, EvaluationFile):  # without a rubric
        sheets = {"结论": kinds.conclusion(case), "问题": kinds.problems(case), "整改情况": stated.rectification(case)}
    else:
        sheets = {"所属单位": kinds.units(case), "整改情况": stated.rectification(case)}
    sheets |= {"年中调整": stated.changes(case), "征求意见": stated.review(case)}
    if not for_client:
        sheets["核验"] = audited.audit(case)
    for name, block in sheets.items():
        if block:
            _block_sheet(book.create_sheet(name), block)
    for sheet in book:
        sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    stream = io.BytesIO()
    book.save(stream)
    return _with_values(stream.getvalue())


def _with_values(book: bytes) -> bytes:
    """The workbook with what its formulas give, for programs that show a file without calculating it.

    openpyxl writes formulas without their values.
    """
    written = io.BytesIO()
    with ZipFile(io.BytesIO(book)) as old, ZipFile(written, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = _FORMULA.sub(r'<c \1 t="\3"><f>\2</f><v>\4</v>', content.decode()).encode()
            new.writestr(part, content)
    return written.getvalue()


def _score_sheet(book: Any, card: Scorecard) -> None:
    """评分表, with the cells of the report's own table: points are weight times share, and the total is brought to full
    weight where one has no score.
    """
    sheet = book.create_sheet(_SCORES)
    _head(sheet, _HEADS)
    table = scored.appendix(card)
    names = [head.name for head in table.heads]
    for number, (row, cells) in enumerate(zip(card.rows, table.rows, strict=True), start=2):
        share, own = None if math.isnan(row.share) else row.share, row.indicator
        beyond = not own.weight and own.most
        way = f"{own.most}*{_SHARE}{number}-{own.penalty}" if beyond else f"{_WEIGHT}{number}*{_SHARE}{number}"
        got = None if share is None else _formula(f"={way}", row.score)
        texts = dict(zip(names, cells, strict=True)) | {"分值": row.weight, "得分比例": share, "得分": got}
        formats = {6: "0.00%", 7: "0.00##"} | ({} if row.weight else {4: f'"{row.worth}"'})
        _write(sheet, number, [texts.get(head, DASH) for head in _HEADS], formats)
    last = len(card.rows) + 1
    weights, shares, points = (f"{column}2:{column}{last}" for column in (_WEIGHT, _SHARE, _POINTS))
    total, decimals = last + 1, card.rubric.profile.display_decimals
    reached = f'=SUMIF({weights},">0",{points})/SUMPRODUCT(ISNUMBER({shares})*{weights})*SUM({weights})'
    reached += f"+SUMIF({weights},0,{points})"
    formula = _formula(reached, card.total) if _is_rescaled(card) else DASH if math.isnan(card.total) else card.total
    whole = _formula(f"=SUM({weights})", card.rubric.weight)
    _write(sheet, total, ("合计", "", "", whole, "", "", formula), {7: f"{0:.{decimals}f}"}, bold=True)
    rate = DASH if math.isnan(card.score_rate) else _formula(f"={_POINTS}{total}/{_WEIGHT}{total}", card.score_rate)
    _write(sheet, total + 1, ("得分率", "", "", "", "", "", rate), {7: "0.00%"}, bold=True)
    if card.grade:
        _write(sheet, total + 2, ("等级", "", "", "", "", "", _grade(card, f"{_POINTS}{total + 1}")), bold=True)


def _is_rescaled(card: Scorecard) -> bool:
    """Whether the total is what the formula of 评分表 gives: the points by the weight that has a score, and those
    beyond the full marks.
    """
    weight, points, beyond = reached(card.rows)
    return bool(weight) and abs(points / weight * card.rubric.weight + beyond - card.total) < 1e-6


def _grade(card: Scorecard, rate: str) -> _Formula:
    """The grade by the profile's bands, as nested IF over the score out of 100."""
    formula = '""'
    for band in reversed(card.rubric.profile.grades):
        low = f"ROUND({rate}*100,9){'>=' if band.range.low_closed else '>'}{band.range.low}"
        high = f"ROUND({rate}*100,9){'<=' if band.range.high_closed else '<'}{band.range.high}"
        sides = [side for side, edge in ((low, band.range.low), (high, band.range.high)) if not math.isinf(edge)]
        formula = f'IF(AND({",".join(sides)}),"{band.grade}",{formula})'
    return _formula(f"={formula}", card.grade)


def _level_sheet(book: Any, card: Scorecard) -> None:
    """分级得分: sums of 评分表 by level; a rate is of the weight that has a score."""
    sheet = book.create_sheet(_LEVELS)
    _head(sheet, {"一级指标": 24, "二级指标": 24, "分值": 10, "得分": 10, "得分率": 12})
    last = len(card.rows) + 1
    columns = ("A", "B", _WEIGHT, _SHARE, _POINTS)
    first, second, weights, shares, points = (f"{_SCORES}!${column}$2:${column}${last}" for column in columns)
    for number, row in enumerate(card.level_rows, start=2):
        of = f"({first}=$A{number})" + (f"*({second}=$B{number})" if row.level2 else "")
        within = f",{second},$B{number}" if row.level2 else ""
        weight, reached = f"=SUMPRODUCT({of}*{weights})", f"=SUMIFS({points},{first},$A{number}{within})"
        inside = f'SUMIFS({points},{first},$A{number}{within},{weights},">0")'  # nothing beyond the full marks
        rate = f'=IFERROR({inside}/SUMPRODUCT({of}*ISNUMBER({shares})*{weights}),"{DASH}")'
        sums = map(_formula, (weight, reached, rate), (row.weight, row.score, row.score_rate))
        formats = {4: f"{0:.{card.rubric.profile.display_decimals}f}", 5: "0.00%"}
        _write(sheet, number, (row.level1, row.level2 or "小计", *sums), formats, bold=not row.level2)


def _block_sheet(sheet: Any, block: Block) -> None:
    """A sheet of blocks from top to bottom: headings and paragraphs a line each, tables with their merged cells."""
    for part in flat(block):
        if isinstance(part, Table):
            _table(sheet, part)
        elif isinstance(part, Heading | Paragraph):
            _write(sheet, sheet.max_row + 1, (part.text,), bold=isinstance(part, Heading), wrap=False)


def _table(sheet: Any, table: Table) -> None:
    scale = _WIDTH / sum(head.width for head in table.heads)
    top = sheet.max_row + (1 if sheet.max_row == 1 and sheet["A1"].value is None else 2)
    for number, head in enumerate(table.heads, start=1):
        column = sheet.column_dimensions[sheet.cell(1, number).column_letter]
        column.width = max(column.width if column.customWidth else 0, head.width * scale)
    _write(sheet, top - 1, [head.name for head in table.heads], bold=True)
    for number, row in enumerate(table.rows):
        _write(sheet, top + number, map(str, row))
    for number, spans in enumerate(table.spans()):
        for column, span in enumerate(spans, start=1):
            if span > 1:
                sheet.merge_cells(None, top + number, column, top + number + span - 1, column)
    if table.total:
        _write(sheet, sheet.max_row + 1, map(str, table.total), bold=True)


def _head(sheet: Any, widths: dict[str, int]) -> None:
    _write(sheet, 1, list(widths), bold=True)
    for number, width in enumerate(widths.values(), start=1):
        sheet.column_dimensions[sheet.cell(1, number).column_letter].width = width
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"


def _write(
    sheet: Any, row: int, values: Iterable[Any], formats: Any = None, *, bold: bool = False, wrap: bool = True
) -> None:
    """A row of a sheet; `formats` say of a column by its number how its figures look."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    def make(cell: Any) -> None:
        cell.alignment, cell.font = Alignment(wrap_text=wrap, vertical="top"), Font(bold=bold)
        if wrap:  # a cell of a table
            line = Side("thin", "BFBFBF")
            cell.border = Border(line, line, line, line)
            cell.fill = PatternFill("solid", "EDEDED") if bold else PatternFill()

    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        exact = round(value, DECIMALS) if isinstance(value, float) else value
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else exact
        if isinstance(value, str) and not isinstance(value, _Formula):
            cell.data_type = "s"
        give_look(cell, (bold, wrap), make)
        if formats and column in formats:
            cell.number_format = formats[column]
    if wrap:
        fit_height(sheet, row)
