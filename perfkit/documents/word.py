"""Word documents (.docx) as paragraphs and tables, with the numbers that Word counts by itself.

Tracked changes are read as if they were accepted, text boxes and footnotes behind the paragraph or table that they
belong to, a table in a table behind it. Headers, footers and comments are not read (`opening` says so).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ..errors import Problem
from ..figures.cells import Cell, Span
from ..figures.quantities import chinese_number
from .content import Content, Grid, Paragraph, clean
from .workbooks import make_grid

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", _FALLBACK}
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
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
        names = {f"word/{name}.xml": name for name in ("numbering", "styles", *(f"{kind}s" for kind in _NOTES))}
        parts = {name: etree.Element("none") for name in names.values()}
        for path in names.keys() & archive.namelist():
            parts[names[path]] = etree.fromstring(archive.read(path), parser)
    numbering = Numbering(parts["numbering"], parts["styles"])
    given = ((kind, note) for kind in _NOTES for note in parts[f"{kind}s"])
    notes = {(kind, note.get(f"{_W}id")): note for kind, note in given if kind in note.tag}
    content, paragraphs = Content(file, []), 0
    for element in _blocks(root.find(f"{_W}body")):
        if element.tag == f"{_W}tbl":
            content.blocks.append(_grid(file, f"表{len(content.grids) + 1}", element))
        else:
            paragraphs += 1
            text = clean(_text(element))
            text = numbering.of(element) + text if text else ""
            style = _value(element.find(f"{_W}pPr/{_W}pStyle"))
            if text and not _CONTENTS.search(text) and not style.upper().startswith("TOC"):
                content.blocks.append(Paragraph(text, f"正文 {paragraphs}段"))
        content.blocks += _notes(element, notes)
    if next(root.iter(*(_W + mark for mark in ("ins", "del", "moveFrom"))), None) is not None:
        content.notes.append(Problem(_CHANGES, file, severity="warning"))
    return content


def _notes(element: Any, notes: dict[tuple[str, str], Any]) -> Iterator[Paragraph]:
    """The footnotes and endnotes of a paragraph or table as paragraphs, each once; `notes` are by kind and id."""
    for reference in element.iter(*(f"{_W}{kind}Reference" for kind in _NOTES)):
        kind, number = reference.tag.removeprefix(_W).removesuffix("Reference"), reference.get(f"{_W}id")
        note = notes.pop((kind, number), None)
        if note is not None and (text := clean(_text(note)).replace("\n", "")):
            yield Paragraph(text, f"{_NOTES[kind]}{number} 1段")


def _blocks(parent: Any, *, inside: bool = False) -> Iterator[Any]:
    """Paragraphs and tables in their order, those in text boxes, content controls and tables behind what holds them.

    What is `inside` a paragraph or table shows only its tables, and the paragraphs of its text boxes.
    """
    for element in parent if parent is not None else ():
        if element.tag not in _SKIPPED:
            is_block = element.tag == f"{_W}tbl" or (element.tag == f"{_W}p" and not inside)
            if is_block:
                yield element
            yield from _blocks(element, inside=element.tag != f"{_W}txbxContent" and (inside or is_block))


def _text(element: Any) -> str:
    """The text of a paragraph or cell, without text boxes and inner tables; its paragraphs on lines of their own."""
    parts: list[str] = []
    for child in element:
        if child.tag in _SKIPPED or child.tag in (f"{_W}tbl", f"{_W}txbxContent"):
            continue
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag == f"{_W}p":
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
        for cell in line.iterchildren(f"{_W}tc", f"{_W}sdt"):
            cell = cell.find(f".//{_W}tc") if cell.tag == f"{_W}sdt" else cell
            if cell is None:
                continue
            width, merge = _number(cell, "gridSpan", 1), cell.find(f"{_W}tcPr/{_W}vMerge")
            start = open_at.get(column)
            if merge is not None and merge.get(f"{_W}val", "continue") == "continue" and start:
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
        if row.tag == f"{_W}tr" and row.find(f"{_W}trPr/{_W}del") is None:
            yield row
        elif row.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"):
            yield from _rows(row)


def _number(element: Any, name: str, default: int) -> int:
    """A number that a row or cell states among its properties."""
    value = _value(next(element.iterfind(f"*/{_W}{name}"), None))
    return min(int(value), 200) if value.isdigit() else default


# ---- the numbers of headings and lists ----

_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting")


class Numbering:
    """Counts the numbered paragraphs of one document in their order.

    Parameters
    ----------
    numbering, styles : the roots of ``word/numbering.xml`` and ``word/styles.xml``, empty where there is no such part.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        levels = {each.get(f"{_W}abstractNumId"): each for each in numbering.iterchildren(f"{_W}abstractNum")}
        lists = numbering.iterchildren(f"{_W}num")
        self._lists = {each.get(f"{_W}numId"): levels.get(_value(each.find(f"{_W}abstractNumId"))) for each in lists}
        self._styles = {each.get(f"{_W}styleId"): each for each in styles.iterchildren(f"{_W}style")}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)

    def of(self, paragraph: Any) -> str:
        """The number before a paragraph, as it is shown; "" where there is none. To be asked once for each."""
        number, level = self._place(paragraph)
        definition = self._lists.get(number)
        if definition is None:
            return ""
        found = {int(each.get(f"{_W}ilvl", "0")): each for each in definition.iterchildren(f"{_W}lvl")}
        if level not in found:
            return ""
        counts = self._counts[number]
        counts[level] = counts.get(level, int(_value(found[level].find(f"{_W}start"), "1")) - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        shown = _value(found[level].find(f"{_W}lvlText"))
        return re.sub(r"%(\d)", lambda match: self._written(found, counts, int(match[1]) - 1), shown)

    def _written(self, levels: dict[int, Any], counts: dict[int, int], level: int) -> str:
        form = _value(levels[level].find(f"{_W}numFmt")) if level in levels else "decimal"
        count = counts.get(level, 1)
        return chinese_number(count) if form in _CHINESE else str(count) if form != "bullet" else ""

    def _place(self, holder: Any) -> tuple[str, int]:
        """List and level of a paragraph: its own, else those of its style or of the style that is based on."""
        seen: set[str] = set()
        number = depth = ""
        while holder is not None and not number:
            number = _value(holder.find(f"{_W}pPr/{_W}numPr/{_W}numId"))
            depth = depth or _value(holder.find(f"{_W}pPr/{_W}numPr/{_W}ilvl"))
            name = _value(holder.find(f"{_W}pPr/{_W}pStyle")) or _value(holder.find(f"{_W}basedOn"))
            holder = None if name in seen else self._styles.get(name)
            seen.add(name)
        return number, int(depth or 0)


def _value(element: Any, default: str = "") -> str:
    """What an element states as its value; the default for none."""
    return default if element is None else str(element.get(f"{_W}val", default))
