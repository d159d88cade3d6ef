"""Word documents (.docx) as paragraphs and tables.

Tracked changes are read as if they were accepted, text boxes and footnotes behind the paragraph or table that they
belong to, a table in a table behind it. Headers, footers and comments are not read (`opening` says so).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from ..errors import Problem
from .content import Content, Paragraph, clean
from .grid import Cell, Grid, Span
from .numbering import Numbering, W, value_of
from .workbooks import make_grid

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", _FALLBACK}
_BREAKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_CONTENTS = re.compile(r"\t\d+$|[.…·]{4,}\s*\d+$")
"""An entry of the table of contents, which repeats a heading."""
_CHANGES = "文件里有修订痕迹；按全部接受后的内容读"
_NOTES = {"footnote": "脚注", "endnote": "尾注"}


def read_docx(file: str, data: bytes, stem: str) -> Content:
    """The body of a Word document; paragraphs are counted from 1 with the blank ones, tables too."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"), parser)
        parts = {
            name: etree.fromstring(archive.read(f"word/{name}.xml"), parser)
            for name in ("numbering", "styles", *(f"{kind}s" for kind in _NOTES))
            if f"word/{name}.xml" in archive.namelist()
        }
    numbering = Numbering(parts.get("numbering"), parts.get("styles"))
    given = ((kind, note) for kind in _NOTES for note in parts.get(f"{kind}s", ()))
    notes = {(kind, note.get(f"{W}id")): note for kind, note in given if kind in note.tag}
    content, paragraphs, tables = Content(file, []), 0, 0
    for element in _blocks(root.find(f"{W}body")):
        if element.tag == f"{W}tbl":
            tables += 1
            content.blocks.append(_grid(file, f"表{tables}", element))
            content.blocks += _notes(element, notes)
            continue
        paragraphs += 1
        text = clean(_text(element))
        if text and not _CONTENTS.search(text := numbering.of(element) + text) and not _is_contents(element):
            content.blocks.append(Paragraph(text, f"正文 {paragraphs}段"))
        content.blocks += _notes(element, notes)
    tags = {element.tag for element in root.iter()}
    if tags & {W + mark for mark in ("ins", "del", "moveFrom")}:
        content.notes.append(Problem(_CHANGES, file, severity="warning"))
    return content


def _notes(element: Any, notes: dict[tuple[str, str], Any]) -> Iterator[Paragraph]:
    """The footnotes and endnotes of a paragraph or table as paragraphs, each once; `notes` are by kind and id."""
    for reference in element.iter(*(f"{W}{kind}Reference" for kind in _NOTES)):
        kind, number = reference.tag.removeprefix(W).removesuffix("Reference"), reference.get(f"{W}id")
        note = notes.pop((kind, number), None)
        if note is not None and (text := clean(_text(note)).replace("\n", "")):
            yield Paragraph(text, f"{_NOTES[kind]}{number} 1段")


def _is_contents(paragraph: Any) -> bool:
    return value_of(paragraph.find(f"{W}pPr/{W}pStyle")).upper().startswith("TOC")


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in their order, those in text boxes, content controls and tables behind what holds them."""
    for element in parent if parent is not None else ():
        if element.tag in _SKIPPED:
            continue
        if element.tag in (f"{W}p", f"{W}tbl"):
            yield element
            yield from _inside(element)
        else:
            yield from _blocks(element)


def _inside(element: Any) -> Iterator[Any]:
    """The paragraphs of text boxes in a paragraph, the tables in the cells of a table."""
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{W}txbxContent":
            yield from _blocks(child)
        elif child.tag == f"{W}tbl":
            yield child
            yield from _inside(child)
        else:
            yield from _inside(child)


def _text(element: Any) -> str:
    """The text of a paragraph or cell, without text boxes and inner tables; its paragraphs on lines of their own."""
    parts: list[str] = []
    for child in element:
        if child.tag in _SKIPPED or child.tag in (f"{W}tbl", f"{W}txbxContent"):
            continue
        if child.tag == f"{W}t":
            parts.append(child.text or "")
        elif child.tag == f"{W}p":
            parts.append(_text(child) + "\n")
        else:
            parts.append(_BREAKS.get(child.tag) or _text(child))
    return "".join(parts)


def _grid(file: str, name: str, table: Any) -> Grid:
    """A table with its merged cells: ``gridSpan`` over columns, ``vMerge`` over rows."""
    cells: list[Cell] = []
    spans: dict[tuple[int, int], Span] = {}
    open_at: dict[int, tuple[int, int]] = {}
    for row, line in enumerate(_rows(table), start=1):
        column = 1 + _number(line, "gridBefore", 0)
        for cell in line.iterchildren(f"{W}tc", f"{W}sdt"):
            cell = cell.find(f".//{W}tc") if cell.tag == f"{W}sdt" else cell
            if cell is None:
                continue
            width, merge = _number(cell, "gridSpan", 1), cell.find(f"{W}tcPr/{W}vMerge")
            start = open_at.get(column)
            if merge is not None and merge.get(f"{W}val", "continue") == "continue" and start:
                top, left, _, right = spans[start]
                spans[start] = (top, left, row, right)
            else:
                cells.append(Cell(row, column, clean(_text(cell))))
                spans[row, column] = (row, column, row, column + width - 1)
                open_at[column] = (row, column)
            column += width
    return make_grid(file, name, cells, (span for span in spans.values() if span[:2] != span[2:]))


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table, those in content controls and those that are not deleted."""
    for row in table:
        if row.tag == f"{W}tr" and row.find(f"{W}trPr/{W}del") is None:
            yield row
        elif row.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins"):
            yield from _rows(row)


def _number(element: Any, name: str, default: int) -> int:
    """A number that a row or cell states among its properties."""
    value = value_of(next(element.iterfind(f"*/{W}{name}"), None))
    return min(int(value), 200) if value.isdigit() else default
