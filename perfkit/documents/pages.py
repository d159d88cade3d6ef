"""Web pages and plain text as paragraphs and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..figures.cells import Cell, Span, decoded
from .content import Content, Grid, Paragraph, clean
from .workbooks import make_grid

_BLOCKS = ("p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "title", "td", "section", "article", "body")
_DROPPED = ("script", "style", "noscript", "template", "head", "svg")
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)
_BEGINS = re.compile(
    r"\s*((?!0[.．])[（(]?[一二三四五六七八九十\d]{1,3}[、.．）)](?!\d{3}|\d+\s*(?:[万亿元%分]|个百分点))|第[一二三四五六七八九十\d]+[章节条]|[①-⑳])"
)
MOST_SPAN = 200


def read_html(file: str, data: bytes, stem: str) -> Content:
    """A web page, or the page that some systems export as .xls; scripts, styles and links are not looked at."""
    from lxml import html

    named = _CHARSET.search(data[:2048])
    encoding = named[1].decode("ascii") if named and named[1].lower() not in (b"gb2312", b"gbk") else None
    text = data.decode(encoding, "replace") if encoding else decoded(file, data)
    root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text))
    for element in list(root.iter(*_DROPPED)):
        element.drop_tree()
    content, number = Content(file, []), 0
    for element in root.iter("table", *_BLOCKS):
        if element.tag == "table":
            content.blocks.append(_grid(file, f"表{len(content.grids) + 1}", element))
        elif next(element.iterancestors("table"), None) is None:
            own = clean(re.sub(r"\s+", " ", "".join(_own_text(element))))
            number += bool(own)
            content.blocks += [Paragraph(own, f"正文 {number}段")] if own else []
    return content


def _own_text(element: Any) -> Iterator[str]:
    """The text of an element without that of the blocks and tables in it."""
    yield element.text or ""
    for child in element:
        if child.tag not in _BLOCKS and child.tag != "table" and isinstance(child.tag, str):
            yield from _own_text(child)
        yield child.tail or ""


def _grid(file: str, name: str, table: Any) -> Grid:
    """A table of a page with the cells that reach over rows and columns."""
    cells: list[Cell] = []
    spans: list[Span] = []
    taken: set[tuple[int, int]] = set()
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    for number, row in enumerate(rows, start=1):
        column = 1
        for cell in row.iterchildren("td", "th"):
            while (number, column) in taken:
                column += 1
            down, across = (_span(cell.get(key)) for key in ("rowspan", "colspan"))
            down = min(down, len(rows) - number + 1)
            taken |= {(number + i, column + j) for i in range(down) for j in range(across)}
            cells.append(Cell(number, column, clean(re.sub(r"[ \t\n]+", " ", cell.text_content()))))
            if down > 1 or across > 1:
                spans.append((number, column, number + down - 1, column + across - 1))
            column += across
    return make_grid(file, name, cells, spans)


def _span(value: str | None) -> int:
    return max(1, min(int(value), MOST_SPAN)) if value and value.isdigit() else 1


def read_text(file: str, data: bytes, stem: str) -> Content:
    """Plain text: paragraphs with the line on which each begins; tables cannot be told from text."""
    texts = [clean(line) for line in decoded(file, data).splitlines()]
    longest = max(map(len, texts), default=0)
    numbered = enumerate(texts, start=1)
    lines = ((text, f"正文 {number}", not text, len(text) > 0.8 * longest) for number, text in numbered)
    return Content(file, [*joined(lines)])


Line = tuple[str, str, bool, bool]
"""A line of text with its place, whether it begins a paragraph by its looks, and whether it fills the width."""


def joined(lines: Iterable[Line]) -> Iterator[Paragraph]:
    """Paragraphs from lines that are broken at the margin, each with the place of its first line.

    A line goes on where the one before fills the width and the next begins without an indent or number of its own; in
    brackets that are still open a number (见第3、|12）) begins nothing.
    """
    held, start, open_ended = "", "", False
    for text, place, begins, is_full in lines:
        numbered = _BEGINS.match(text) and held.count("（") == held.count("）")
        if held and (not open_ended or begins or numbered):
            yield Paragraph(held, start)
            held = ""
        held, start = (held + text, start) if held else (text, place)
        open_ended = is_full
    if held:
        yield Paragraph(held, start)
