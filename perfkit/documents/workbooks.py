"""Workbooks and separated values as grids; old workbooks (.xls) are read by xlrd."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..errors import Problem
from ..figures.cells import NO_RESULT, Cell, Sheets, Span, separated, shown, workbook_sheets
from .content import Content, Grid, clean, refuse

MAX_ROWS, MAX_COLUMNS, MAX_MERGED = 20_000, 200, 2_000_000
_FORBIDDEN = re.compile(r"[\\/:*?\[\]\x00-\x1f]")  # Excel allows none of them in a sheet's name; a forged file may


def _content(file: str, sheets: Sheets) -> Content:
    """The visible sheets; the hidden ones are named."""
    content = Content(file, [])
    for name, is_shown, cells, spans in sheets:
        if is_shown:
            content.blocks.append(make_grid(file, name, cells, spans))
        else:
            content.notes.append(Problem("隐藏的工作表，没有读", file, field=name, severity="warning"))
    return content


def make_grid(file: str, name: str, cells: Iterable[Cell], spans: Iterable[Span]) -> Grid:
    """One sheet; a merged range is put down at every place that it covers, as far as there are cells."""
    grid, covered = Grid(file, _FORBIDDEN.sub("_", name)), 0
    for cell in cells:
        if cell.row > MAX_ROWS or cell.column > MAX_COLUMNS:
            size = f"工作表至少有 {cell.row} 行、{cell.column} 列，上限是 {MAX_ROWS} 行、{MAX_COLUMNS} 列"
            raise refuse(file, f"{size}；请删去下方和右侧多余的空行、空列（含格式），保存后再读", name)
        if cell.text or cell.fault:
            grid.cells[cell.row, cell.column] = replace(cell, text=clean(cell.text))
    for top, left, bottom, right in spans:
        span = (top, left, min(bottom, grid.rows), min(right, grid.columns))
        covered += max(0, span[2] - top + 1) * max(0, span[3] - left + 1)
        if covered > MAX_MERGED:
            raise refuse(file, "合并的单元格太多；不是正常的表格", name)
        for row in range(top, span[2] + 1):
            for column in range(left, span[3] + 1):
                grid.spans.setdefault((row, column), span)
    return grid


# ---- formats ----


def read_xlsx(file: str, data: bytes, stem: str) -> Content:
    """Every visible sheet of a workbook."""
    return _content(file, workbook_sheets(io.BytesIO(data)))


def read_xls(file: str, data: bytes, stem: str) -> Content:
    """Every visible sheet of a workbook of the old format."""
    return _content(file, _old_sheets(data))


def _old_sheets(data: bytes) -> Sheets:
    import xlrd

    book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())

    def read(row: int, column: int, cell: Any) -> Cell:
        place, value = (row + 1, column + 1), cell.value
        if cell.ctype == xlrd.XL_CELL_TEXT and not value:  # only a formula leaves an empty text
            return Cell(*place, "", NO_RESULT)
        if cell.ctype == xlrd.XL_CELL_DATE:
            value = xlrd.xldate_as_datetime(value, book.datemode)
        elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
            value = bool(value)
        code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        return shown(place, value, code, failed=cell.ctype == xlrd.XL_CELL_ERROR)

    for sheet in book.sheets():
        rows = (enumerate(sheet.row(row)) for row in range(sheet.nrows))
        cells = [read(row, column, cell) for row, line in enumerate(rows) for column, cell in line]
        spans = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
        yield sheet.name, sheet.visibility == 0, cells, spans


def read_csv(file: str, data: bytes, stem: str) -> Content:
    """A file of separated values as one sheet that bears its name."""
    rows = enumerate(separated(file, data), start=1)
    cells = [shown((row, i), text) for row, line in rows for i, text in enumerate(line, start=1)]
    return Content(file, [make_grid(file, stem, cells, [])])
