"""Blocks as a Word document, and an executed notebook as one report: the same chapters as on the page.

Everything about its look is in the styles of a template, a .docx file that somebody edits in Word; here is which style
a block gets. Text becomes markup here and nowhere else, and is escaped once, on its way.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from itertools import count, groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from ..figures.quantities import chinese_number
from ..fonts import font_path
from ..words import LIGHTS
from . import blocks, foreign
from .blocks import Block
from .markup import Picture, from_markup

_FORBIDDEN = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMU = 635  # of a twip, in which Word measures pages; an inch has 1440 twips
DPI = 300  # of drawings; Word shows no SVG that older versions can read
_POINTS = 72  # a unit of a drawing is a point
_LANDSCAPE_MARGIN = 1134  # twips: 20 mm
_CAPTION = 1000  # twips below a picture for two lines that say what it is
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_BETWEEN = '<w:p><w:pPr><w:pStyle w:val="Small"/><w:spacing w:line="120" w:lineRule="exact"/>{}</w:pPr></w:p>'
"""A paragraph that nobody sees: it keeps two tables apart, and ends a section."""
_RAISED = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>{}</w:r>'
_NOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_LINES = "".join(
    f'<w:footnote w:type="{kind}" w:id="{i}">'
    f'<w:p><w:pPr><w:pStyle w:val="Small"/></w:pPr><w:r><w:{kind}/></w:r></w:p></w:footnote>'
    for i, kind in enumerate(("separator", "continuationSeparator"), start=-1)
)
_BEHIND = ("footnotePr", "endnotePr", "compat", "docVars", "rsids", "mathPr", "themeFontLang", "clrSchemeMapping",
                 "shapeDefaults", "decimalSymbol", "listSeparator")  # fmt: skip
"""Settings that stand behind those that are put here."""


def document(parts: Iterable[Block], look: Path | None = None, **properties: str) -> bytes:
    """A .docx file of blocks: cover, contents with page numbers, chapters, wide ones on landscape pages.

    Parameters
    ----------
    look : a template with the styles of perfkit's own, ``perfkit/data/report.docx``; None: that one.
    properties : core properties of the file, as python-docx names them (title, author, subject).
    """
    writer = _Writer(look)
    writer.fill(list(blocks.flat(*parts)))
    for name, value in properties.items():
        setattr(writer.document.core_properties, name, value[:255])
    found = io.BytesIO()
    writer.document.save(found)
    return found.getvalue()


def parts_of(notebook: Mapping[str, Any]) -> Iterator[Block]:
    """The blocks of an executed notebook in order: perfkit's own from their data, anything else from its markup."""
    return (part if isinstance(part, Block) else from_markup(part) for part in foreign.parts(notebook, []))


def png(svg: str) -> tuple[bytes, float]:
    """A picture of a drawing at `DPI`, and its width in inches. Raises `ValueError` where it cannot be drawn."""
    import resvg_py

    if "xmlns=" not in svg:  # inside a page a drawing needs none
        names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        svg = svg.replace("<svg ", f"<svg {names} ", 1)
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) [\d.]+"', svg)
    if box is None:
        raise ValueError("the drawing has no viewBox")
    picture = resvg_py.svg_to_bytes(
        svg_string=svg, background="white", zoom=DPI / _POINTS, skip_system_fonts=True, font_files=[font_path()]
    )
    return bytes(picture), float(box[1]) / _POINTS


def _title(block: Block) -> str:
    """The title of a chapter, also of one that is only a heading (from Markdown); "" for anything else."""
    if isinstance(block, blocks.Chapter):
        return block.title
    return block.text if isinstance(block, blocks.Heading) and block.level == 2 else ""


class _Writer:
    """Writes blocks as the body of a document, and remembers the headings for its contents."""

    def __init__(self, look: Path | None) -> None:
        import docx

        self.document = docx.Document(str(look or files("perfkit").joinpath("data/report.docx")))
        page: Any = self.document.sections[0]
        self.upright: int = (page.page_width - page.left_margin - page.right_margin) // _EMU
        self.landscape: int = page.page_height // _EMU - 2 * _LANDSCAPE_MARGIN
        self.heights: dict[int, int] = {  # of the two, a caption's room taken off
            self.upright: (page.page_height - page.top_margin - page.bottom_margin) // _EMU - _CAPTION,
            self.landscape: page.page_width // _EMU - 2 * _LANDSCAPE_MARGIN - _CAPTION,
        }
        self.width = self.upright  # twips between the margins of the page that is being written
        self.numbers: Iterator[str] = iter(())
        self.numbered, self.sections = False, 0
        self.entries: list[tuple[int, str, str]] = []  # level (1 a chapter, 2 a section), bookmark, text
        self.ids = count(1)
        self.notes: list[str] = []

    def fill(self, parts: list[Block]) -> None:
        """Put blocks into the document's body: what stands before the first chapter is the cover.

        What is known only when the body is there follows: pages for Word to fill in, and the footnotes.
        """
        self.numbers = blocks.chapter_numbers([title for part in parts if (title := _title(part))])
        first = next((i for i, part in enumerate(parts) if _title(part)), len(parts))
        cover = "".join(map(self.written, parts[:first]))
        pages = groupby(parts[first:], lambda part: isinstance(part, blocks.Chapter) and part.wide)
        written = [(wide, "".join(map(self.written, group))) for wide, group in pages] or [(False, "")]
        body = self.document.element.body
        ends = [self._end(body.sectPr, wide, cover=not i) for i, (wide, _) in enumerate(written)]
        content = cover + self._contents() + written[0][1]
        for end, (_, page) in zip(ends, written[1:], strict=False):
            content += _BETWEEN.format(end) + page
        body[:] = _parsed("w:body", content + ends[-1], prefixes=("w", "wp", "a", "pic", "r"))
        if self.entries:
            self._set("updateFields", 'w:val="true"')
        if self.notes:
            self._footnotes()

    def _set(self, name: str, attributes: str = "", inner: str = "") -> None:
        """Put a setting in its place, instead of that of the template."""
        settings = self.document.settings.element
        for old in settings.findall(f"{{*}}{name}"):
            settings.remove(old)
        own = _parsed(f"w:{name}", inner, attributes)
        behind = next((child for child in settings if child.tag.rpartition("}")[2] in _BEHIND), None)
        settings.append(own) if behind is None else behind.addprevious(own)

    def _footnotes(self) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part
        from docx.oxml.ns import nsdecls

        notes = "".join(
            f'<w:footnote w:id="{i}"><w:p><w:pPr><w:pStyle w:val="Small"/></w:pPr>'
            f"{_RAISED.format('<w:footnoteRef/>')}{_run(f' {text}')}</w:p></w:footnote>"
            for i, text in enumerate(self.notes, start=1)
        )
        opening = f"<?xml version='1.0' encoding='UTF-8'?><w:footnotes {nsdecls('w')}>"
        data = f"{opening}{_LINES}{notes}</w:footnotes>".encode()
        part, kind = self.document.part, RELATIONSHIP_TYPE.FOOTNOTES
        for known in [rel.rId for rel in part.rels.values() if rel.reltype == kind]:  # of the template
            part.drop_rel(known)
        part.relate_to(Part(PackURI("/word/footnotes.xml"), _NOTES_TYPE, data, part.package), kind)
        separators = '<w:footnote w:id="-1"/><w:footnote w:id="0"/>'
        self._set("footnotePr", inner=f'<w:numRestart w:val="eachPage"/>{separators}')

    def paragraph(self, block: blocks.Paragraph) -> str:
        """A paragraph, its source as a footnote."""
        if not block.source:
            return _paragraph(block.text, "Cover" if block.style == "byline" else "")
        self.notes.append(f"资料来源：{block.source}")
        mark = _RAISED.format(f'<w:footnoteReference w:id="{len(self.notes)}"/>')
        stop = "。" if block.text.endswith("。") else ""  # behind the mark, which then begins no line
        return _paragraph(block.text.removesuffix(stop), around=("", mark + (_run(stop) if stop else "")))

    def _end(self, section: Any, wide: bool, *, cover: bool) -> str:
        """The properties of a section: those of the template, turned for a wide one; a cover has no page number."""
        from lxml import etree

        turned = etree.fromstring(etree.tostring(section))
        if not cover:
            etree.strip_elements(turned, "{*}titlePg")
        if wide:
            page, margins = turned.find("{*}pgSz"), turned.find("{*}pgMar")
            name = page.tag.removesuffix("pgSz")
            width, height = page.get(f"{name}w"), page.get(f"{name}h")
            page.attrib.update({f"{name}w": height, f"{name}h": width, f"{name}orient": "landscape"})
            for side in ("left", "right", "top", "bottom", "footer"):
                margins.set(name + side, str(_LANDSCAPE_MARGIN))
        return str(etree.tostring(turned, encoding="unicode"))

    def written(self, block: Block) -> str:
        """The markup of a block, by the method that is named like its kind."""
        return str(getattr(self, type(block).__name__.lower())(block))

    def note(self, block: blocks.Note) -> str:
        """Small print."""
        return _paragraph(block.text, "Small")

    def group(self, block: blocks.Group | blocks.Chapter) -> str:
        """Blocks one after the other."""
        return "".join(map(self.written, block.parts))

    def chapter(self, block: blocks.Chapter) -> str:
        """A chapter; an annex begins on a new page."""
        self.width = self.landscape if block.wide else self.upright
        content = self.heading(blocks.Heading(block.title, 2)) + self.group(block)
        self.width = self.upright
        return content

    def heading(self, block: blocks.Heading) -> str:
        """A heading, numbered by its style; the number of an annex is text."""
        if block.level == 1:
            return _paragraph(block.text, "Title")
        level, text, number = block.level - 1, block.text, ""
        if level == 1:
            number, text = next(self.numbers), blocks.TYPED_NUMBER.sub("", text)
            annex = number.startswith("附")
            self.numbered, self.sections = bool(number) and not annex, 0
            text, number = (number + text, "") if annex else (text, number)
        elif level == 2:
            self.sections += 1
            number = f"（{chinese_number(self.sections)}）"
        mark, name = next(self.ids), f"_Toc{next(self.ids):08d}"
        plain = "" if self.numbered else '<w:numPr><w:numId w:val="0"/></w:numPr>'
        if level == 1 and not number and not text.startswith("附") and blocks.unnumbered(text):
            plain += '<w:jc w:val="center"/>'
        first = level == 1 and not self.entries  # behind the contents
        page = "<w:pageBreakBefore/>" if first or (level == 1 and block.text.strip().startswith("附")) else ""
        if level < 3:
            self.entries.append((level, name, (number if self.numbered else "") + text))
        start, end = f'<w:bookmarkStart w:id="{mark}" w:name="{name}"/>', f'<w:bookmarkEnd w:id="{mark}"/>'
        return _paragraph(text, f"Heading{level}", page + plain, around=(start, end))

    def table(self, block: blocks.Table) -> str:
        """A table as wide as the page: head on every page, rows that stay whole, equal level cells as one."""
        total = sum(head.width for head in block.heads)
        widths = [round(head.width / total * self.width) for head in block.heads]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        numbers, single = [head.number for head in block.heads], [1] * len(widths)
        names = [head.name for head in block.heads]
        rows = [_row(widths, names, [False] * len(widths), single, "TableHead", "<w:tblHeader/>")]
        body = zip(block.rows, block.spans(), strict=True)
        rows += [_row(widths, row, numbers, spans, "TableText") for row, spans in body]
        if block.total:
            rows.append(_row(widths, block.total, numbers, single, "TableHead"))
        properties = (
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
            '<w:tblLayout w:type="fixed"/>'
            '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
        )
        markup = f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        return markup + _BETWEEN.format("")

    def chart(self, block: blocks.Chart) -> str:
        """A drawing as a picture, its caption below it."""
        data, width = png(block.svg)
        return self.picture(Picture(data, block.alt), width) + _paragraph(block.title, "Caption")

    def picture(self, block: Picture, width: float | None = None) -> str:
        """A picture, `width` inches wide or as its file says, at most as wide and as high as the page."""
        from docx.shared import Inches
        from lxml import etree

        inline = self.document.part.new_pic_inline(io.BytesIO(block.data), width=Inches(width) if width else None)
        wide, high = self.width * _EMU, self.heights[self.width] * _EMU
        most = int(min(wide, inline.extent.cx * high / inline.extent.cy))
        if inline.extent.cx > most:
            inline = self.document.part.new_pic_inline(io.BytesIO(block.data), width=most)
        inline.docPr.set("descr", _clean(block.alt))
        drawing = etree.tostring(inline).decode()
        return f'<w:p><w:pPr><w:pStyle w:val="Picture"/></w:pPr><w:r><w:drawing>{drawing}</w:drawing></w:r></w:p>'

    def bullets(self, block: blocks.Bullets) -> str:
        """A list as reports have it: a paragraph an item, numbered （1）, （2） unless it carries a number."""
        numbered = ((re.match(r"\d+[.、]", item), i, item) for i, item in enumerate(block.items, start=1))
        return "".join(_paragraph(item if own else f"（{i}）{item}") for own, i, item in numbered)

    def _contents(self) -> str:
        """The contents, each page number a field that Word and LibreOffice fill in when they open the file.

        They are not one field of their own (TOC): LibreOffice would show that as it stands in the file, without pages.
        """
        if not self.entries:
            return ""
        lines = []
        for level, name, text in self.entries:
            page = f'<w:fldSimple w:instr=" PAGEREF {name} \\h "><w:r><w:t></w:t></w:r></w:fldSimple>'
            link = f'<w:hyperlink w:anchor="{name}">{_run(text)}<w:r><w:tab/></w:r>{page}</w:hyperlink>'
            lines.append(f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{link}</w:p>')
        broken = '<w:p><w:pPr><w:pStyle w:val="TOCHeading"/><w:pageBreakBefore/></w:pPr>'
        return f"{broken}{_run('目　录')}</w:p>{''.join(lines)}"


def _parsed(tag: str, content: str, attributes: str = "", prefixes: tuple[str, ...] = ("w",)) -> Any:
    """An element of a document with this markup inside it, in which these prefixes may stand."""
    from docx.oxml.ns import nsdecls
    from docx.oxml.parser import parse_xml

    return parse_xml(f"<{tag} {nsdecls(*prefixes)} {attributes}>{content}</{tag}>")


def _row(
    widths: list[int], cells: Iterable[blocks.Cell], numbers: list[bool], spans: list[int], style: str, of: str = ""
) -> str:
    """A row of a table; `of` are more properties of it. A cell that spans no row goes on from the one above."""
    shaded = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>' if style == "TableHead" else ""
    markup = []
    for width, cell, number, span in zip(widths, cells, numbers, spans, strict=True):
        merge = "" if span == 1 else f'<w:vMerge w:val="{"restart" if span else "continue"}"/>'
        properties = f'<w:tcW w:w="{width}" w:type="dxa"/>{merge}{shaded}<w:vAlign w:val="center"/>'
        text = _paragraph(cell if span else "", style, '<w:jc w:val="right"/>' if number else "")
        markup.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{text}</w:tc>")
    return f"<w:tr><w:trPr><w:cantSplit/>{of}</w:trPr>{''.join(markup)}</w:tr>"


def _paragraph(text: blocks.Cell, style: str = "", properties: str = "", around: tuple[str, str] = ("", "")) -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{around[0]}{_run(text)}{around[1]}</w:p>"


def _run(cell: blocks.Cell) -> str:
    """A text with its line breaks; a light of monitoring as a dot of its colour before its name."""
    light = cell.light if isinstance(cell, blocks.Span) else ""
    dot = f'<w:r><w:rPr><w:color w:val="{LIGHTS[light].colour[1:]}"/></w:rPr><w:t>●</w:t></w:r>' if light else ""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in _clean(str(cell)).split("\n"))
    return f"{dot}<w:r>{'<w:br/>'.join(lines)}</w:r>"


def _clean(text: str) -> str:
    """Text without the characters that XML does not allow, every kind of line end as one."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
