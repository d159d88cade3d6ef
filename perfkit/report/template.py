"""The look of a Word report: a document with nothing but styles, headings' numbers, page and footer.

The layout follows GB/T 9704 (党政机关公文格式): 方正小标宋, 黑体, 楷体 and 仿宋 by the East Asian fonts of the styles,
28-point lines, two characters before a paragraph. ``params/templates/report.docx`` is written from here (`make
generated`); a firm replaces it by a file of its own with the same styles.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from functools import cache
from typing import Any

STYLES = (
    # name, East Asian font, size in points, how it stands: alignment, first-line indent in characters, line in points
    ("Normal", "仿宋_GB2312", 16, "both", 2, 28),
    ("Title", "方正小标宋简体", 22, "center", 0, 36),
    ("Heading 1", "黑体", 16, "both", 2, 28),
    ("Heading 2", "楷体_GB2312", 16, "both", 2, 28),
    ("Heading 3", "仿宋_GB2312", 16, "both", 2, 28),
    ("Heading 4", "仿宋_GB2312", 16, "both", 2, 28),
    ("Cover", "楷体_GB2312", 16, "center", 0, 32),
    ("TOC Heading", "黑体", 18, "center", 0, 36),
    ("TOC 1", "仿宋_GB2312", 14, "left", 0, 26),
    ("TOC 2", "仿宋_GB2312", 14, "left", 0, 26),
    ("Table Head", "黑体", 10, "center", 0, 14),
    ("Table Text", "仿宋_GB2312", 9, "left", 0, 13),
    ("Picture", "仿宋_GB2312", 10.5, "center", 0, 0),
    ("Caption", "黑体", 10.5, "center", 0, 18),
    ("Small", "仿宋_GB2312", 9, "left", 0, 13),
    ("Footer", "宋体", 14, "center", 0, 0),
)
_BOLD = ("Heading 3",)
_SPACE = {"Title": (110, 150), "TOC Heading": (0, 12), "Picture": (6, 0), "Caption": (0, 6)}
"""Points before and after a paragraph, where there are any."""
_FALLBACKS = {"方正小标宋简体": "思源宋体", "仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体"}
"""The free or common font that stands in where a machine lacks the one of the standard."""
_LEVELS = (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."), ("decimal", "（%4）"))
NUMBERING = 9704
"""Number of the list that numbers the headings."""
_MARGINS = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}  # millimetres
_MADE = dt.datetime(2026, 1, 1)


@cache
def template() -> bytes:
    """The template as a .docx file."""
    import docx
    from docx.shared import Mm

    document = docx.Document()
    _list_of_levels(document)
    for row in STYLES:
        _style(document, *row)
    section = document.sections[0]
    section.page_width, section.page_height, section.footer_distance = Mm(210), Mm(297), Mm(28)
    for name, millimetres in _MARGINS.items():
        setattr(section, name, Mm(millimetres))
    section.different_first_page_header_footer = True
    footer = section.footer.paragraphs[0]._p
    footer.append(parsed("w:r", '<w:t xml:space="preserve">— </w:t>'))
    footer.append(parsed("w:fldSimple", "<w:r><w:t>1</w:t></w:r>", 'w:instr="PAGE"'))
    footer.append(parsed("w:r", '<w:t xml:space="preserve"> —</w:t>'))
    _name_fallbacks(document)
    properties = document.core_properties
    properties.author = properties.comments = properties.title = ""
    properties.created = properties.modified = _MADE
    found = io.BytesIO()
    document.save(found)
    return _dated(found)


def _dated(file: io.BytesIO) -> bytes:
    """The file with the same date on all its parts, so that the same template has the same bytes."""
    found = io.BytesIO()
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            kept.writestr(zipfile.ZipInfo(name, _MADE.timetuple()[:6]), made.read(name), zipfile.ZIP_DEFLATED)
    return found.getvalue()


def parsed(tag: str, content: str, attributes: str = "", prefixes: tuple[str, ...] = ("w",)) -> Any:
    """An element of a document with this markup inside it, in which these prefixes may stand."""
    from docx.oxml.ns import nsdecls
    from docx.oxml.parser import parse_xml

    return parse_xml(f"<{tag} {nsdecls(*prefixes)} {attributes}>{content}</{tag}>")


def _style(document: Any, name: str, font: str, size: float, alignment: str, indent: int, line: int) -> None:
    from docx.enum.style import WD_STYLE_TYPE

    styles = document.styles
    style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = None if name == "Normal" else styles["Normal"]
    for old in style.element.xpath("w:pPr|w:rPr"):
        style.element.remove(old)
    level = int(name[-1]) - 1 if name.startswith("Heading") else None
    kept = "<w:keepNext/>" if level is not None or name == "Picture" else ""
    number = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{NUMBERING}"/></w:numPr>' if level is not None else ""
    tab = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8840"/></w:tabs>' if name in ("TOC 1", "TOC 2") else ""
    exact = f'w:line="{line * 20}" w:lineRule="exact"' if line else 'w:line="240" w:lineRule="auto"'
    before, after = _SPACE.get(name, (0, 0))
    left = 'w:leftChars="200" w:left="560"' if name == "TOC 2" else ""
    outline = f'<w:outlineLvl w:val="{level}"/>' if level is not None else ""
    paragraph = (
        f'{kept}{number}{tab}<w:spacing w:before="{before * 20}" w:after="{after * 20}" {exact}/>'
        f'<w:ind {left} w:firstLineChars="{indent * 100}" w:firstLine="{round(indent * size * 20)}"/>'
        f'<w:jc w:val="{alignment}"/>{outline}'
    )
    latin = " ".join(f'w:{script}="Times New Roman"' for script in ("ascii", "hAnsi", "cs"))
    bold = "<w:b/>" if name in _BOLD else '<w:b w:val="0"/>'
    text = (
        f'<w:rFonts {latin} w:eastAsia="{font}"/>{bold}<w:i w:val="0"/><w:color w:val="000000"/>'
        f'<w:spacing w:val="0"/><w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
        '<w:lang w:eastAsia="zh-CN"/>'
    )
    style.element.append(parsed("w:pPr", paragraph))
    style.element.append(parsed("w:rPr", text))


def _list_of_levels(document: Any) -> None:
    """The numbers of the headings: 一、, （一）, 1., （1）; each begins anew below the one above it."""
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="Heading{i + 1}"/>'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
        for i, (form, text) in enumerate(_LEVELS)
    )
    numbers = document.part.numbering_part.element
    multilevel = f'<w:multiLevelType w:val="multilevel"/>{levels}'
    numbers.insert(0, parsed("w:abstractNum", multilevel, f'w:abstractNumId="{NUMBERING}"'))
    numbers.append(parsed("w:num", f'<w:abstractNumId w:val="{NUMBERING}"/>', f'w:numId="{NUMBERING}"'))


def _name_fallbacks(document: Any) -> None:
    (fonts,) = (part for part in document.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
    more = "".join(f'<w:font w:name="{name}"><w:altName w:val="{alt}"/></w:font>' for name, alt in _FALLBACKS.items())
    fonts._blob = fonts.blob.replace(b"</w:fonts>", more.encode() + b"</w:fonts>")
