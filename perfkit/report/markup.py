"""Markup and Markdown of others as blocks: headings, paragraphs, lists, tables, pictures; the rest as its text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..tables import width
from .blocks import Block, Bullets, Group, Head, Heading, Paragraph, Table


@dataclass(frozen=True, repr=False)
class Picture(Block):
    """A picture in the form of a file (PNG, JPEG, GIF), with what it shows in words."""

    data: bytes
    alt: str


def from_markdown(text: str) -> Group:
    """The blocks of what a case tells in Markdown, headings from level 3 on; HTML in it is shown as it was typed."""
    if not text.strip():
        return Group()
    import mistune

    return from_markup(str(mistune.create_markdown(escape=True, plugins=["table"])(text)), above=2)


def from_markup(markup: str, above: int = 0) -> Group:
    """The blocks of HTML.

    Parameters
    ----------
    above : how many levels of headings lie above its h1.
    """
    from lxml import html

    return Group(tuple(block for part in html.fragments_fromstring(markup) for block in _blocks(part, above)))


def _blocks(element: Any, above: int) -> Iterator[Block]:
    if isinstance(element, str):
        if element.strip():
            yield Paragraph(element.strip())
        return
    tag = element.tag if isinstance(element.tag, str) else "style"
    if re.fullmatch("h[1-6]", tag):
        yield Heading(_text(element), min(int(tag[1]) + above, 5))
    elif tag in ("ul", "ol"):
        items = [_text(item).strip() for item in element.iter("li")]
        yield Bullets(tuple(f"{i}. {item}" if tag == "ol" else item for i, item in enumerate(items, start=1)))
    elif tag == "table":
        yield from _table(element)
    elif tag == "img":
        if found := re.match("data:image/[a-z]+;base64,", element.get("src", "")):
            yield Picture(base64.b64decode(element.get("src")[found.end() :]), element.get("alt", ""))
    elif tag in ("p", "pre") and not len(element.xpath(".//img")):
        if (text := _text(element)).strip():
            yield Paragraph(text.strip("\n"))
    elif tag not in ("style", "svg"):
        for part in (element.text or "", *element):
            yield from _blocks(part, above)
            if not isinstance(part, str):
                yield from _blocks(part.tail or "", above)


def _table(element: Any) -> Iterator[Table]:
    rows = [[_text(cell).strip() for cell in row.iter("th", "td")] for row in element.iter("tr")]
    if most := max(map(len, rows), default=0):
        names, *body = (("",) * (most - len(row)) + tuple(row) for row in rows)
        # as wide as its cells with their margins, the longest of which take several lines
        widths = (6 + min(40, max(map(width, column))) for column in zip(names, *body, strict=True))
        yield Table(tuple(map(Head, names, widths)), tuple(body))


def _text(element: Any) -> str:
    """The text of an element, a line break for <br>."""
    inner = "".join(("\n" if part.tag == "br" else _text(part)) + (part.tail or "") for part in element)
    return (element.text or "") + inner
