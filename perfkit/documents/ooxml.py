"""The inside of an ``.xlsx`` as far as safety and number formats need it: no cell values are read here.

Read as a stream by the standard library's XML parser; document types (and with them entities) are refused.
Source: ECMA-376, SpreadsheetML.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from xml.parsers import expat

from .guard import BUILT_IN_FORMATS, MAX_COLUMNS, MAX_ROWS, Outline, TooLargeError

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_CHUNK = 1024 * 1024
Attributes = dict[str, str]


class OoxmlError(ValueError):
    """The file is no readable ``.xlsx``."""


def scan(data: bytes) -> list[Outline]:
    """Every sheet in workbook order (chart sheets too).

    Raises `OoxmlError` for what is no workbook, `TooLargeError` for a sheet beyond the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name.lower(): name for name in archive.namelist()}
            styles = _styles(archive, parts)
            targets = _relations(archive, parts)
            outlines = []
            for name, relation in _sheets(archive, parts):
                target = posixpath.normpath(posixpath.join("xl", targets.get(relation, ""))).lstrip("/")
                outline = Outline(name)
                if part := parts.get(target.lower()):
                    reader = _SheetReader(outline, styles)
                    _parse(archive, part, reader.start, reader.end, reader.text)
                outlines.append(outline)
            return outlines
    except (expat.ExpatError, zipfile.BadZipFile, KeyError) as error:
        raise OoxmlError(str(error)) from None


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda name: None,
    text: Callable[[str], None] = lambda data: None,
) -> None:
    """Call the handlers for every element and text of a part; names come without namespace prefix."""

    def refuse(*_: object) -> None:
        raise OoxmlError("document type")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    with archive.open(part) as stream:
        while piece := stream.read(_CHUNK):
            parser.Parse(piece)
        parser.Parse(b"", True)


def _sheets(archive: zipfile.ZipFile, parts: dict[str, str]) -> list[tuple[str, str]]:
    """Name and relation of every sheet."""
    found: list[tuple[str, str]] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            found.append((attributes.get("name", ""), relation))

    _parse(archive, parts["xl/workbook.xml"], start)
    return found


def _relations(archive: zipfile.ZipFile, parts: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            found[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(archive, parts["xl/_rels/workbook.xml.rels"], start)
    return found


def _styles(archive: zipfile.ZipFile, parts: dict[str, str]) -> list[str]:
    """Number format of every cell style, "" for none."""
    codes = dict(BUILT_IN_FORMATS)
    numbers: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "numFmt" and attributes.get("numFmtId", "").isdigit():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "xf" and inside[-1:] == ["cellXfs"]:
            number = attributes.get("numFmtId", "0")
            numbers.append(int(number) if number.isdigit() else 0)
        inside.append(name)

    def end(name: str) -> None:
        inside.pop()

    if "xl/styles.xml" in parts:
        _parse(archive, parts["xl/styles.xml"], start, end)
    return [codes.get(number, "") for number in numbers]


class _SheetReader:
    """Follows the cells of one sheet; raises `TooLargeError` as soon as it passes the limits."""

    def __init__(self, outline: Outline, styles: list[str]) -> None:
        self.outline = outline
        self.styles = styles
        self.row = self.column = 0
        self.code = self.kind = ""
        self.formula = self.value = self.inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            row, column = _corner(attributes.get("r", ""))
            self.row, self.column = (row, column) if row else (self.row, self.column + 1)
            self.formula = self.value = False
            style, self.kind = attributes.get("s", ""), attributes.get("t", "n")
            known = self.kind == "n" and style.isdigit() and len(style) < 9 and int(style) < len(self.styles)
            self.code = self.styles[int(style)] if known else ""
        elif name == "f":
            self.formula = True
        elif name in ("v", "is"):
            self.inside = True
            self.value = self.value or self.kind == "str"  # an empty text is a result
        elif name == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdigit() and len(number) < 9 else self.row + 1
            self.column = 0
        elif name == "dimension":
            self.check(*_corner(attributes.get("ref", "").rpartition(":")[2]))

    def text(self, data: str) -> None:
        self.value = self.value or self.inside

    def end(self, name: str) -> None:
        if name in ("v", "is"):
            self.inside = False
        if name != "c" or not (self.formula or self.value):
            return
        self.check(self.row, self.column)
        if self.code:
            self.outline.formats[self.row, self.column] = self.code
        if not self.value:
            self.outline.unsaved.add((self.row, self.column))
        elif self.kind == "e":
            self.outline.failed.add((self.row, self.column))

    def check(self, row: int, column: int) -> None:
        if row > MAX_ROWS or column > MAX_COLUMNS:
            raise TooLargeError(self.outline.name, row, column)


def _corner(reference: str) -> tuple[int, int]:
    """``F12`` → (12, 6); (0, 0) for what is no cell reference."""
    match = _REFERENCE.match(reference)
    if not match:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column
