"""On which page each bookmark of a Word file stands, counted from the line distances of its styles.

Word counts again when it brings the contents up to date. What only shows a file (a telephone, a preview, LibreOffice)
does not; there the numbers from here are seen, a page or two off in the end where other fonts break lines otherwise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TOKENS = re.compile(r"[!-~]+|.")
_HANGING = "，。、；：,.;:"
"""Signs that may stand beyond the right margin."""
_OPENING, _CLOSING = "（“《〔【", "）”》〕】％"
"""Signs that end no line, and that begin none."""
_TWIPS, _EMU = 20, 12700  # of a point
_BELOW = 0.3  # of a line, left below a picture
_BETWEEN_SCRIPTS = 0.25  # of a character, put between Chinese and a number or Latin word


class _Look(NamedTuple):
    """How a paragraph style stands, in points; `indent` in its characters, `kept` together with what follows."""

    size: float
    line: float
    before: float
    after: float
    indent: float
    kept: bool


def pages(document: Any, notes: Sequence[str] = ()) -> dict[str, int]:
    """Bookmark → its page, counted from 1, of a python-docx document with exact line distances.

    Parameters
    ----------
    notes : the footnotes in the order of their marks.
    """
    counter, elements = _Counter(document, notes), list(document.element.body)
    for i, element in enumerate(elements):
        if element.tag == f"{_W}p":
            counter.paragraph(element, elements[i + 1 :])
        elif element.tag == f"{_W}tbl":
            counter.table(element)
    return counter.found


class _Counter:
    """Goes down the pages: `page` is the one it is on, `at` how far down, `height` and `width` of its text."""

    def __init__(self, document: Any, notes: Sequence[str]) -> None:
        self.found: dict[str, int] = {}
        self.page, self.at = 1, 0.0
        self.look = cache(lambda name: _look(document.styles, name))
        self.notes, self.noted = iter(notes), 0
        self.sections = iter(document.sections)
        self._section()

    def _section(self) -> None:
        if section := next(self.sections, None):
            self.height = section.page_height.pt - section.top_margin.pt - section.bottom_margin.pt
            self.width = section.page_width.pt - section.left_margin.pt - section.right_margin.pt

    def _turn(self) -> None:
        self.page, self.at = self.page + 1, 0.0

    def _measured(self, element: Any) -> tuple[_Look, int, float]:
        """The look of a paragraph, how many lines it has, and how high each is."""
        look = self.look(_style(element))
        spacing = element.find(f"{_W}pPr/{_W}spacing")
        line = look.line if spacing is None else int(spacing.get(f"{_W}line")) / _TWIPS
        drawn = next((int(node.get("cy")) / _EMU for node in element.iter() if node.tag.endswith("}extent")), 0.0)
        count = 1 if drawn else lines(_text(element), self.width / look.size, look.indent)
        return look, count, drawn + _BELOW * line if drawn else line

    def _together(self, following: Sequence[Any]) -> float:
        """How high the beginning of what a heading must not be parted from is: further headings, two lines or rows."""
        total = 0.0
        for element in following:
            if element.tag == f"{_W}tbl":
                return total + math.fsum(self._row(row) for row in element.findall(f"{_W}tr")[:2])
            if element.tag != f"{_W}p":
                break
            look, count, height = self._measured(element)
            total += look.before + height * min(count, 2)
            if not look.kept:
                break
        return total

    def paragraph(self, element: Any, following: Sequence[Any]) -> None:
        look, count, height = self._measured(element)
        if self.at and element.find(f"{_W}pPr/{_W}pageBreakBefore") is not None:
            self._turn()
        self.at += look.before if self.at else 0
        needed = height * min(count, 2) + (self._together(following) if look.kept else 0)
        if self.at and self.at + needed > self.height:
            self._turn()
        for mark in element.iter(f"{_W}bookmarkStart"):
            self.found[mark.get(f"{_W}name")] = self.page
        while self.at + count * height > self.height > height and count > 2:
            count -= min(int((self.height - self.at) / height), count - 2)
            self._turn()
        self.at += count * height + look.after
        for _ in element.iter(f"{_W}footnoteReference"):
            self._note(next(self.notes))
        if element.find(f"{_W}pPr/{_W}sectPr") is not None:
            self._section()
            self._turn()

    def _note(self, text: str) -> None:
        """A footnote takes its lines from the page, the first of a page also the rule above it."""
        small = self.look("Small")
        self.at += small.line * (lines(text, self.width / small.size, 0.0) + (self.noted != self.page))
        self.noted = self.page

    def table(self, element: Any) -> None:
        """Rows are not parted, and the head comes again on every page."""
        rows = [self._row(row) for row in element.findall(f"{_W}tr")]
        for height in rows:
            if self.at + height > self.height:
                self._turn()
                self.at = rows[0]
            self.at += height

    def _row(self, row: Any) -> float:
        """By its cells that are its own: the names of levels, which stand over several rows, are short."""
        single = (cell for cell in row.iter(f"{_W}tc") if cell.find(f"{_W}tcPr/{_W}vMerge") is None)
        return max(map(self._cell, single), default=0.0) + 0.5

    def _cell(self, cell: Any) -> float:
        width = int(cell.find(f"{_W}tcPr/{_W}tcW").get(f"{_W}w")) / _TWIPS - 5.7
        found = [(self.look(_style(each)), _text(each)) for each in cell.iter(f"{_W}p")]
        return math.fsum(look.line * lines(text, width / look.size, 0.0) for look, text in found)


def lines(text: str, width: float, indent: float) -> int:
    """How many lines a text takes; `width` and the `indent` of the first in Chinese characters."""
    count, at, last = 0, indent, ""
    for part in text.split("\n"):
        count += 1
        for token in _TOKENS.findall(part):
            latin = token.isascii()
            size = len(token) / 2 if latin else 1.0
            at += _BETWEEN_SCRIPTS if last and latin != last.isascii() and token.isalnum() and last.isalnum() else 0.0
            if at + size > width + 0.01 and token not in _HANGING:
                count += 1
                at = 1.0 if token in _CLOSING or last in _OPENING else 0.0  # with the sign before it
            at, last = at + size, token
        at = 0.0
    return count


def _text(element: Any) -> str:
    return "".join(node.text or "" if node.tag == f"{_W}t" else "\n" for node in element.iter(f"{_W}t", f"{_W}br"))


def _style(element: Any) -> str:
    named = element.find(f"{_W}pPr/{_W}pStyle")
    return "" if named is None else str(named.get(f"{_W}val"))


def _look(styles: Any, identifier: str) -> _Look:
    from docx.enum.style import WD_STYLE_TYPE

    style = styles.get_by_id(identifier or None, WD_STYLE_TYPE.PARAGRAPH)
    form = style.paragraph_format
    size = style.font.size.pt if style.font.size else 16.0
    line = getattr(form.line_spacing, "pt", 1.3 * size)  # of one that is not exact, or stands in another style
    before, after, indent = (
        each.pt if each else 0.0 for each in (form.space_before, form.space_after, form.first_line_indent)
    )
    return _Look(size, line, before, after, indent / size, bool(form.keep_with_next))
