"""The numbers that Word counts by itself: 一、, （一）, 1. of headings and lists, which no text of the file has."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting")


class Numbering:
    """Counts the numbered paragraphs of one document in their order.

    Parameters
    ----------
    numbering, styles : the roots of ``word/numbering.xml`` and ``word/styles.xml``; None where there is no such part.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        levels = {each.get(f"{W}abstractNumId"): each for each in _all(numbering, "abstractNum")}
        self._lists = {
            each.get(f"{W}numId"): levels.get(value_of(each.find(f"{W}abstractNumId")))
            for each in _all(numbering, "num")
        }
        self._styles = {each.get(f"{W}styleId"): each for each in _all(styles, "style")}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)

    def of(self, paragraph: Any) -> str:
        """The number before a paragraph, as it is shown; "" where there is none. To be asked once for each."""
        number, level = self._place(paragraph)
        definition = self._lists.get(number)
        if definition is None:
            return ""
        found = {int(each.get(f"{W}ilvl", "0")): each for each in _all(definition, "lvl")}
        if level not in found:
            return ""
        counts = self._counts[number]
        counts[level] = counts.get(level, int(value_of(found[level].find(f"{W}start"), "1")) - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        shown = value_of(found[level].find(f"{W}lvlText"))
        return re.sub(r"%(\d)", lambda match: self._written(found, counts, int(match[1]) - 1), shown)

    def _written(self, levels: dict[int, Any], counts: dict[int, int], level: int) -> str:
        form = value_of(levels[level].find(f"{W}numFmt")) if level in levels else "decimal"
        count = counts.get(level, 1)
        return _chinese(count) if form in _CHINESE else str(count) if form != "bullet" else ""

    def _place(self, holder: Any) -> tuple[str, int]:
        """List and level of a paragraph: its own, else those of its style or of the style that is based on."""
        seen: set[str] = set()
        number = depth = ""
        while holder is not None and not number:
            number = value_of(holder.find(f"{W}pPr/{W}numPr/{W}numId"))
            depth = depth or value_of(holder.find(f"{W}pPr/{W}numPr/{W}ilvl"))
            name = value_of(holder.find(f"{W}pPr/{W}pStyle")) or value_of(holder.find(f"{W}basedOn"))
            holder = None if name in seen else self._styles.get(name)
            seen.add(name)
        return number, int(depth or 0)


def _all(root: Any, name: str) -> list[Any]:
    return [] if root is None else root.findall(f"{W}{name}")


def value_of(element: Any, default: str = "") -> str:
    """What an element states as its value; the default for none."""
    return default if element is None else str(element.get(f"{W}val", default))


def _chinese(number: int) -> str:
    """一, 十二, 二十 … to 99."""
    tens, ones = divmod(number, 10)
    ten = f"{_DIGITS[tens] if tens > 1 else ''}十" if tens else ""
    return ten + (_DIGITS[ones] if ones or not tens else "")
