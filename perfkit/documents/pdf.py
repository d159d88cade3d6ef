"""PDF files with text, by pdfplumber: the lines outside of tables as paragraphs, ruled tables as grids.

A table that pages cut is one table, and so is a row that they cut. Repeated heads are dropped, and so is what stands at
the edges of pages: their numbers, and a line that many have. A scanned file has no text and is refused.
"""

from __future__ import annotations

import io
import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, pairwise
from operator import itemgetter
from statistics import median
from typing import Any

from ..figures.cells import Cell, Span
from .content import Content, Grid, Paragraph, clean, refuse
from .pages import Line, joined
from .workbooks import make_grid

MOST_PAGES = 500
_STOPS = tuple("。；：！？:;")
_MARGIN = 60.0
"""How far down the page the head of a page stands, in points."""
_NEAR = 3.0
"""Points by which the edges of cells of one column or row may differ."""
_PAGE_NUMBER = re.compile(r"[-—–\s]*第?\s*\d+\s*页?[\s,，/共]*(?:\d+\s*页)?[-—–\s]*")
_FIGURE = r"[≥≤<>=]?\d[\d,.]*[^\d,.]{0,4}"
_WHOLE = re.compile(rf"{_FIGURE}|.*指标|[合总小][计分]")
"""What is the whole text of a cell, so that no other text is the rest of it."""
_LEVEL_END = re.compile(".{0,2}标")
_NUMBERED = re.compile(r"指标\d{1,2}[:：]")
"""How a row begins that a template leaves to be filled in (指标2：), and that is no rest of the one above."""
_SHORT = 12
"""Characters that the rest of a head has not."""


@dataclass
class _Box:
    """A cell of a table whose pages lie one below the other, in points.

    `has_room` says that its last line has, `is_open` that no line closes it where a page cuts it.
    """

    left: float
    top: float
    right: float
    bottom: float
    text: str
    has_room: bool = False
    is_open: bool = False

    def go_on(self, text: str) -> None:
        """Take the rest of its text, or that of an open cell, which some programs print on both pages."""
        self.text += text if text != self.text else ""


_Rows = list[list[_Box]]


@dataclass
class _Page:
    """A page: its number and width, the lines outside of its tables, and these, from the top down."""

    number: int
    width: float
    lines: list[dict[str, Any]]
    tables: list[_Rows]


@dataclass
class _Table:
    """A table while pages are added to it: where it begins, the texts of the rows of its first page, its cells."""

    page: int
    top: float
    head: list[list[str]]
    boxes: list[_Box] = field(default_factory=list)


def read_pdf(file: str, data: bytes, stem: str) -> Content:
    """The text and the tables of a PDF, page by page."""
    pages = _pages(file, data)
    tables = _tables(pages)
    numbered = ((page, n, line) for page in pages for n, line in enumerate(page.lines, start=1))
    lines = [(line, f"第{page.number}页 {n}", page.width) for page, n, line in numbered]
    if not lines and not tables:
        raise refuse(file, "PDF 里没有文字，可能是扫描件；请向单位要 Word、Excel 原件，或先做文字识别（OCR）再读")
    tops = [(page.number, line["top"]) for page in pages for line in page.lines]
    at = dict(zip((place for _, place, _ in lines), tops, strict=True))
    begun = [(made.page, made.top) for made in tables]
    behind = {place for before, place in pairwise(at) if any(at[before] < top < at[place] for top in begun)}
    blocks: list[tuple[tuple[int, float], Paragraph | Grid]] = []
    blocks += [(at[each.place], each) for each in joined(_lines(lines, behind))]
    for number, (made, top) in enumerate(zip(tables, begun, strict=True), start=1):
        blocks.append((top, _grid(file, f"表{number}（第{made.page}页）", made.boxes)))
    return Content(file, [block for _, block in sorted(blocks, key=itemgetter(0))])


def _pages(file: str, data: bytes) -> list[_Page]:
    """The pages without their numbers, and without the lines at their edges that many of them have."""
    import pdfplumber

    pages: list[_Page] = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        if len(document.pages) > MOST_PAGES:
            raise refuse(file, f"有 {len(document.pages)} 页，超过 {MOST_PAGES} 页上限；请拆开后再读")
        for page in document.pages:
            found = sorted(page.find_tables(), key=lambda table: table.bbox[1])
            lines = page.filter(partial(_is_outside, [table.bbox for table in found])).extract_text_lines()
            pages.append(_Page(page.page_number, page.width, lines, [_rows(table, page) for table in found]))
            page.close()
    often = Counter(_without_digits(line) for each in pages for line in (*each.lines[:2], *each.lines[2:][-2:]))
    usual = {line for line, times in often.items() if times >= max(2, len(pages) // 3) and "元" not in line[0]}
    for each in pages:
        own = [line for line in each.lines if not _PAGE_NUMBER.fullmatch(line["text"])]
        each.lines = [line for line in own if _without_digits(line) not in usual]
    first = pages[0].lines[:2] if pages else []
    sizes = [line["chars"][0]["size"] for line in first]
    if len(first) > 1 and first[0]["bottom"] < _MARGIN and sizes[1] > 1.1 * sizes[0]:
        del pages[0].lines[0]  # the head of the page, above the title in larger letters
    return pages


def _without_digits(line: dict[str, Any]) -> tuple[str, int]:
    """By what a line is known that many pages have: its words, and how far down it stands."""
    return re.sub(r"\d+", "", line["text"]), round(line["top"])


def _is_outside(boxes: list[tuple[float, float, float, float]], each: dict[str, Any]) -> bool:
    """Whether something on a page, such as a character, stands in none of its tables, but may stand beside one."""
    x, y = (each["x0"] + each["x1"]) / 2, (each["top"] + each["bottom"]) / 2
    return not any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)


def _lines(found: list[tuple[dict[str, Any], str, float]], behind: set[str]) -> Iterator[Line]:
    """Lines with what their margins say: an indent begins a paragraph, and so do letters of another size and what
    stands `behind` a table; a line up to the right margin goes on, and so does a long one without a full stop at its
    end, and a centred one of large letters. Pages of another width have margins of their own.
    """
    before, usual = 0.0, median(line["chars"][0]["size"] for line, *_ in found) if found else 0.0
    margins: dict[float, tuple[float, float]] = {}
    for line, _, width in found:
        left, right = margins.get(width, (line["x0"], line["x1"]))
        margins[width] = min(left, line["x0"]), max(right, line["x1"])
    for line, place, width in found:
        left, right = margins[width]
        size = line["chars"][0]["size"]
        text = clean(line["text"])
        is_title = size > 1.1 * usual and abs(line["x0"] - left - right + line["x1"]) < size
        edge = right - (2 if is_title else 3.5) * size
        edge = edge if is_title or text[-1:] in _STOPS else left + 0.6 * (right - left)
        indented = line["x0"] > left + 0.8 * size and not is_title
        begins = place in behind or abs(size - before) > 0.1 * size or indented
        yield text, place, begins, line["x1"] > edge
        before = size


# ---- tables ----


def _tables(pages: Iterable[_Page]) -> list[_Table]:
    """The tables with what the next pages show of them: one at the foot of a page goes on at the top of the next."""
    tables: list[_Table] = []
    last: _Table | None = None
    for page in pages:
        for rows in page.tables:
            top, bottom = rows[0][0].top, max(box.bottom for row in rows for box in row)
            above = [line for line in page.lines if line["top"] < top]
            first = rows is page.tables[0]
            if not (first and last and _goes_on(last, rows) and _take_names(page, last, above)):
                last = _Table(page.number, top, [[box.text for box in row] for row in rows])
                tables.append(last)
            _add(last, rows)
        below = [line for line in page.lines if page.tables and line["bottom"] > bottom]
        if not page.tables or (last and not _take_names(page, last, below)):
            last = None
    return tables


def _take_names(page: _Page, table: _Table, lines: list[dict[str, Any]]) -> bool:
    """Whether lines between the parts of a table are but texts of its open cells, which then have them: they stand in
    the middle of such a cell, in the margin between pages where no reader sees them, or on both pages.
    """
    open_ = [box for box in table.boxes if box.is_open and box.bottom > _foot(table) - _NEAR]
    owners = [next((box for box in open_ if box.left < line["x0"] and line["x1"] < box.right), None) for line in lines]
    if not all(owners):
        return False
    for line, box in zip(lines, owners, strict=True):
        if box:
            box.go_on(line["text"])
    page.lines = [line for line in page.lines if line not in lines]
    return True


def _rows(table: Any, page: Any) -> _Rows:
    """The cells of a page's table row by row; where the text of a cell wraps says nothing."""
    foot = table.bbox[3] - _NEAR

    def made(box: tuple[float, float, float, float], text: str | None) -> _Box:
        return _Box(*box, clean(text).replace("\n", ""), box[3] > foot and _has_room(box, page.chars))

    found = zip(table.rows, table.extract(), strict=True)
    rows = [[made(box, text) for box, text in zip(row.cells, texts, strict=True) if box] for row, texts in found]
    rows = list(filter(None, rows))
    boxes = [box for row in rows for box in row]
    _, top, _, bottom = table.bbox
    for left, right in pairwise(_edges(edge for box in boxes for edge in (box.left, box.right))):
        own = [box for box in boxes if box.left < (left + right) / 2 < box.right]
        first, last = min((box.top for box in own), default=bottom), max((box.bottom for box in own), default=bottom)
        for row, start, end in ((rows[0], top, first), (rows[-1], last, bottom)):
            if end - start > _NEAR:  # merged over pages, and so without a line where this one ends
                text = page.crop((left, start, right, end), strict=False).extract_text()
                row.append(_Box(left, start, right, end, clean(text).replace("\n", ""), is_open=True))
    return rows


def _has_room(box: tuple[float, float, float, float], characters: list[dict[str, Any]]) -> bool:
    """Whether the only line of a cell has room for a character more, so that its text is not cut; margins are one."""
    left, top, right, bottom = box
    own = [each for each in characters if left < each["x0"] < right and top < each["top"] < bottom]
    if len({round(each["bottom"]) for each in own}) != 1:
        return False
    line = max(each["x1"] for each in own) - min(each["x0"] for each in own)
    return bool(right - left - line > 2.2 * own[0]["size"])


def _goes_on(table: _Table, rows: _Rows) -> bool:
    """Whether a page's table is as wide as the one at the foot of the page before."""
    both = (table.boxes, sum(rows, []))
    sides = [(min(box.left for box in boxes), max(box.right for box in boxes)) for boxes in both]
    return all(abs(one - other) <= _NEAR for one, other in zip(*sides, strict=True))


def _foot(table: _Table) -> float:
    return max(box.bottom for box in table.boxes)


def _add(table: _Table, rows: _Rows) -> None:
    """Put the rows of a page below those of the pages before, without the heads that it repeats."""
    if table.boxes:
        texts = [[box.text for box in row] for row in rows]
        rows = rows[next((i for i, row in enumerate(texts) if row not in table.head[i : i + 1]), len(rows)) :]
        move = _foot(table) - (rows[0][0].top if rows else 0.0)
        for box in chain.from_iterable(rows):
            box.top, box.bottom = box.top + move, box.bottom + move
    rest = _join(table, rows[0]) if table.boxes and rows else []
    table.boxes += [box for row in rows for box in row if box not in rest]


def _join(table: _Table, row: list[_Box]) -> list[_Box]:
    """Give the cells above the rest of their texts, where the page cuts their row or the name of a level; the cells
    that hold this rest.
    """
    above = [box for box in table.boxes if abs(box.bottom - row[0].top) <= _NEAR]
    pairs = [(own, box) for box in row for own in above
             if abs(own.left - box.left) <= _NEAR and abs(own.right - box.right) <= _NEAR]  # fmt: skip
    begins = max(box.top for box in above) - _NEAR  # the row above, into which merged cells only reach
    is_cut = len(pairs) == len(row) and _is_rest(pairs, begins)
    joined = []
    for own, box in pairs:
        is_name = own.top < begins and _LEVEL_END.fullmatch(box.text) and not own.text.endswith("标")
        if is_cut or is_name or (own.is_open and box.is_open):
            own.go_on(box.text)
            own.bottom = box.bottom
            joined.append(box)
    return joined


def _is_rest(pairs: list[tuple[_Box, _Box]], begins: float) -> bool:
    """Whether a row is the rest of the one above: it goes on with texts that had no more room, and has no figures, or
    no name in front; without these it shows the short rest of a head, and not of all its texts.
    """
    going_on = [(own, box) for own, box in pairs if box.text]
    for own, box in going_on:
        whole = _NUMBERED.match(box.text) or (_WHOLE.fullmatch(own.text) and _WHOLE.fullmatch(box.text))
        if not own.text or own.has_room or whole:
            return False
    left = [own for own, box in pairs if own.text and not box.text and own.top > begins]
    nameless = any(own.left <= min(box.left for _, box in going_on) for own in left) if going_on else False
    short = bool(left) and all(len(box.text) < _SHORT for _, box in going_on)
    return bool(going_on) and (nameless or short or any(re.fullmatch(_FIGURE, own.text) for own in left))


def _grid(file: str, name: str, boxes: list[_Box]) -> Grid:
    """The table with its cells in rows and columns, by the edges that they have in common."""
    columns, rows = (_edges(chain(*((getattr(box, one), getattr(box, other)) for box in boxes)))
                     for one, other in (("left", "right"), ("top", "bottom")))  # fmt: skip
    cells: list[Cell] = []
    spans: list[Span] = []
    for box in boxes:
        top, left = bisect(rows, box.top), bisect(columns, box.left)
        bottom, right = bisect(rows, box.bottom) - 1, bisect(columns, box.right) - 1
        cells.append(Cell(top, left, box.text))
        if (top, left) != (bottom, right):
            spans.append((top, left, bottom, right))
    return make_grid(file, name, cells, spans)


def _edges(values: Iterable[float]) -> list[float]:
    """Different positions, from small to large."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found
