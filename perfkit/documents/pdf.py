"""PDF files with text, by pdfplumber: the lines outside of tables as paragraphs, ruled tables as grids.

A table that a page cuts is one table, its repeated head is dropped. A scanned file has no text and is refused.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import itemgetter
from typing import Any

from ..figures.cells import Cell, Span
from .content import Content, Grid, Paragraph, clean, refuse
from .pages import Line, joined
from .workbooks import make_grid

MOST_PAGES = 500
_STOPS = tuple("。；：！？:;")
_NEAR = 3.0
"""Points by which the edges of cells of one column or row may differ."""


@dataclass
class _Table:
    """A table while pages are added to it: where it begins, the cells of each, and the edges of its columns."""

    page: int
    top: float
    edges: list[float]
    rows: int = 0
    cells: list[Cell] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    head: dict[int, str] = field(default_factory=dict)


def read_pdf(file: str, data: bytes, stem: str) -> Content:
    """The text and the tables of a PDF, page by page."""
    import pdfplumber

    content = Content(file, [])
    lines: list[tuple[dict[str, Any], str, float]] = []
    at: dict[str, tuple[int, float]] = {}  # the place of a line → its page, and how far down it stands
    tables: list[_Table] = []
    last: _Table | None = None
    with pdfplumber.open(io.BytesIO(data)) as document:
        if len(document.pages) > MOST_PAGES:
            raise refuse(file, f"有 {len(document.pages)} 页，超过 {MOST_PAGES} 页上限；请拆开后再读")
        for page in document.pages:
            found = sorted(page.find_tables(), key=lambda table: table.bbox[1])
            boxes = [table.bbox for table in found]
            text = [line for line in page.extract_text_lines() if not _within(line, boxes)]
            body = [line for line in text if not clean(line["text"]).strip("-—– ").isdigit()]
            top = min((line["top"] for line in body), default=page.height)
            for table in found:
                continued = last if last and table is found[0] and table.bbox[1] < top else None
                last = _add(continued, table, page.page_number)
                if last is not continued:
                    tables.append(last)
            bottom = max((line["bottom"] for line in body), default=0)
            last = last if found and found[-1].bbox[3] > bottom else None
            own = {f"第{page.page_number}页 {n}": line for n, line in enumerate(body, start=1)}
            lines += [(line, place, page.width) for place, line in own.items()]
            at |= {place: (page.page_number, line["top"]) for place, line in own.items()}
            page.close()
    if not lines and not tables:
        raise refuse(file, "PDF 里没有文字，可能是扫描件；请向单位要 Word、Excel 原件，或先做文字识别（OCR）再读")
    begun = [(made.page, made.top) for made in tables]
    pairs = pairwise(place for _, place, _ in lines)
    behind = {place for before, place in pairs if any(at[before] < top < at[place] for top in begun)}
    blocks: list[tuple[tuple[int, float], Paragraph | Grid]] = []
    blocks += [(at[each.place], each) for each in joined(_lines(lines, behind))]
    for number, (made, top) in enumerate(zip(tables, begun, strict=True), start=1):
        blocks.append((top, make_grid(file, f"表{number}（第{made.page}页）", made.cells, made.spans)))
    content.blocks += [block for _, block in sorted(blocks, key=itemgetter(0))]
    return content


def _lines(found: list[tuple[dict[str, Any], str, float]], behind: set[str]) -> Iterator[Line]:
    """Lines with what their margins say: an indent begins a paragraph, and so do letters of another size and what
    stands `behind` a table; a line up to the right margin goes on, and so does a long one without a full stop at its
    end. Pages of another width have margins of their own.
    """
    before = 0.0
    margins: dict[float, tuple[float, float]] = {}
    for line, _, width in found:
        left, right = margins.get(width, (line["x0"], line["x1"]))
        margins[width] = min(left, line["x0"]), max(right, line["x1"])
    for line, place, width in found:
        left, right = margins[width]
        size = line["chars"][0]["size"]
        text = clean(line["text"])
        edge = left + 0.6 * (right - left) if text[-1:] not in _STOPS else right - 3.5 * size
        begins = place in behind or abs(size - before) > 0.1 * size or line["x0"] > left + 0.8 * size
        yield text, place, begins, line["x1"] > edge
        before = size


def _within(line: dict[str, Any], boxes: list[tuple[float, float, float, float]]) -> bool:
    middle = (line["top"] + line["bottom"]) / 2
    return any(top <= middle <= bottom for _, top, _, bottom in boxes)


def _add(last: _Table | None, table: Any, page: int) -> _Table:
    """Put the cells of a page's table into the one that it goes on, or into a new one."""
    lines = zip(table.rows, table.extract(), strict=True)
    printed = [(box, text) for row, line in lines for box, text in zip(row.cells, line, strict=True) if box]
    edges, heights = (_edges(edge for box, _ in printed for edge in box[start::2]) for start in (0, 1))
    if last and all(abs(edge - last.edges[_index(last.edges, edge)]) <= _NEAR for edge in edges):
        edges = last.edges  # its rows on this page may show fewer columns
    cells: list[tuple[Span, str]] = []
    for (left, top, right, bottom), text in printed:
        span = (_index(heights, top) + 1, _index(edges, left) + 1, _index(heights, bottom), _index(edges, right))
        cells.append((span, clean(text).replace("\n", "")))  # where a cell wraps says nothing
    first, second = ({span[1]: text for span, text in cells if span[0] == row} for row in (1, 2))
    into = last if last and len(last.edges) == len(edges) else _Table(page, table.bbox[1], edges, head=first)
    drop = 1 if into is last and first == into.head else 0
    begins = second if drop else first
    if into is last and 2 * sum(map(bool, begins.values())) < len(_shown(into)):
        above = {cell.column: i for i, cell in enumerate(into.cells) if cell.row == into.rows}
        for column in begins.keys() & above.keys():  # the rest of a row that the page cuts
            cut = into.cells[above[column]]
            into.cells[above[column]] = replace(cut, text=cut.text + begins[column])
        drop += 1
    for (top, left, bottom, right), text in cells:
        if bottom <= drop:
            continue
        top, bottom = max(top - drop, 1) + into.rows, bottom - drop + into.rows
        into.cells.append(Cell(top, left, text))
        if (top, left) != (bottom, right):
            into.spans.append((top, left, bottom, right))
    into.rows += len(heights) - 1 - drop
    return into


def _shown(table: _Table) -> list[Cell]:
    """The cells with text that the last row of a table shows, those that reach down to it too."""
    reach = {(top, left) for top, left, bottom, _ in table.spans if bottom >= table.rows}
    return [cell for cell in table.cells if cell.text and (cell.row == table.rows or (cell.row, cell.column) in reach)]


def _edges(values: Any) -> list[float]:
    """Different positions, from small to large."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def _index(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))
