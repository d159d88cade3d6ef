"""Blocks as HTML, and an executed notebook as one page: no script, nothing from outside, Chinese, with contents.

Text becomes markup here and nowhere else, and is escaped once, on its way.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial
from importlib.resources import files
from typing import Any

from ..fonts import chart_characters, font_face
from ..tables import sorting, style
from . import blocks, foreign
from .blocks import Block

_HEADING = re.compile(r"<h(?P<level>[1-5])(?P<attributes>[^>]*)>(?P<text>.*?)</h(?P=level)>", re.S)
_BREAK = re.compile(r"\r\n?|\n")
_MARKUP = re.compile(r"<[^>]+>")
_KEPT = 4
"""Rows that a merged cell keeps together on one printed page; a longer group may go on overleaf."""


def written(block: Block) -> str:
    """The HTML of a block."""
    return _WRITERS[type(block)](block)


@lru_cache(maxsize=10_000, typed=True)  # what stands in a notebook is written twice: for its reader, and on the page
def _text(value: object) -> str:
    return _BREAK.sub("<br>", html.escape(str(value)))


def _parts(parts: Iterable[Block]) -> str:
    return "\n".join(map(written, parts))


def _paragraph(block: blocks.Paragraph) -> str:
    kind = f' class="{_text(block.style)}"' if block.style else ""
    source = f'<small class="source">资料来源：{_text(block.source)}</small>' if block.source else ""
    return f"<p{kind}>{_text(block.text)}{source}</p>"


def _chapter(block: blocks.Chapter) -> str:
    content = f"<h2>{_text(block.title)}</h2>\n{_parts(block.parts)}"
    return f'<div class="wide">{content}</div>' if block.wide else content


def _table(block: blocks.Table) -> str:
    scale = 100 / sum(head.width for head in block.heads)
    columns = "".join(f'<col style="width:{head.width * scale:.1f}%">' for head in block.heads)
    heads = "".join(f'<th scope="col">{_text(head.name)}</th>' for head in block.heads)
    rows = zip(block.rows, block.spans(), strict=True)
    body = "".join(f"<tr>{''.join(map(_cell, row, block.heads, spans))}</tr>" for row, spans in rows)
    if block.total:
        total = "".join(map(_cell, block.total, block.heads))
        body += f'<tr class="total">{total}</tr>'
    return (
        f'<div class="table"><table style="--columns:{len(block.heads)}"><colgroup>{columns}</colgroup>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: blocks.Cell, head: blocks.Head, span: int = 1) -> str:
    if not span:
        return ""
    kind = ' class="n"' if head.number else ' class="long"' if span > _KEPT else ""
    rowspan = f' rowspan="{span}"' if span > 1 else ""
    return f"<td{kind}{rowspan}>{_inline(cell)}</td>"


def _inline(cell: blocks.Cell) -> str:
    if not isinstance(cell, blocks.Span):
        return _text(cell)
    if cell.href:
        return f'<a href="{_text(cell.href)}">{_text(cell.text)}</a>'
    return f'<span class="light {_text(cell.light)}">{_text(cell.text)}</span>'


def _chart(block: blocks.Chart) -> str:
    label = f'<svg role="img" aria-label="{html.escape(block.alt)}" '
    drawing = foreign.drawing(block.svg).replace("<svg ", label, 1)
    return f"<figure>{drawing}<figcaption>{_text(block.title)}</figcaption></figure>"


_WRITERS: dict[type[Block], Callable[[Any], str]] = {
    blocks.Heading: lambda block: f"<h{block.level}>{_text(block.text)}</h{block.level}>",
    blocks.Paragraph: _paragraph,
    blocks.Note: lambda block: f'<div class="provenance">{_text(block.text)}</div>',
    blocks.Bullets: lambda block: f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in block.items)}</ul>",
    blocks.Table: _table,
    blocks.Chart: _chart,
    blocks.Group: lambda block: _parts(block.parts),
    blocks.Chapter: _chapter,
}


def render(
    notebook: Mapping[str, Any], title: str, for_client: bool = False, *, sortable: bool = False
) -> tuple[str, list[str]]:
    """The HTML page of an executed notebook, with everything that somebody added to it, where it was made.

    Parameters
    ----------
    notebook : an nbformat 4 node.
    title : of the browser's window, plain text.
    for_client : without the internal chapters and notes.
    sortable : as of `page`.

    Returns
    -------
    page, notes
        The page, and a Chinese sentence for each thing that is in the notebook and not on the page (widgets, scripts,
        the standard error of a cell), with the number of its cell, counted from 1.
    """
    notes: list[str] = []
    own = partial(blocks.copied, internal=False) if for_client else lambda block: block
    body = [written(own(part)) if isinstance(part, Block) else part for part in foreign.parts(notebook, notes)]
    return page("\n".join(filter(None, body)), title, sortable=sortable), notes


@cache
def _style() -> str:
    return files("perfkit").joinpath("data/style.css").read_text(encoding="utf-8") + style()


def page(body: Block | str, title: str, *, sortable: bool = False) -> str:
    """A whole page around blocks or markup: headings get anchors, chapters their numbers, and a table of contents.

    One that is `sortable` lists many units: its own small script sorts and filters the tables. A report has none.
    """
    body = written(body) if isinstance(body, Block) else body
    chapters = [found["text"] for found in _HEADING.finditer(body) if found["level"] == "2"]
    numbers = blocks.chapter_numbers([_MARKUP.sub("", html.unescape(text)) for text in chapters])
    entries: list[tuple[int, str, str]] = []

    def anchor(found: re.Match[str]) -> str:
        level, text, name = int(found["level"]), found["text"], f"s{len(entries) + 1}"
        if level == 2 and (number := next(numbers)):
            text = number + blocks.TYPED_NUMBER.sub("", text)
        entries.append((level, name, _MARKUP.sub("", text).strip()))
        return f'<h{level} id="{name}">{text}</h{level}>'

    cover, chapter, rest = _HEADING.sub(anchor, body).partition("<h2")
    body = f"{cover}{contents(entries)}{chapter}{rest}" if chapter else cover
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_style()}{font_face(chart_characters(body))}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n</main>\n{sorting() if sortable else ''}\n</body>\n</html>\n"
    )


def contents(entries: list[tuple[int, str, str]]) -> str:
    """The table of contents: chapters (level 2) with their sections (level 3); `entries` hold level, anchor, text."""
    shown = (entry for entry in entries if entry[0] in (2, 3))
    lines = [f'<li class="l{level}"><a href="#{name}">{text}</a></li>' for level, name, text in shown]
    return f'<nav aria-label="目录"><h2 class="toc">目录</h2><ul>{"".join(lines)}</ul></nav>\n'
