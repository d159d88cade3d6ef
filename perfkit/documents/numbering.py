"""The numbers that Word counts by itself: 一、, （一）, 1. of headings and lists, which no text of the file has."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting")


class Numbering:
    """Counts the numbered paragraphs of one document in their order.

    Parameters
    ----------
    numbering, styles : the roots of ``word/numbering.xml`` and ``word/styles.xml``; None where there is no such part.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        levels = {each.get(f"{_W}abstractNumId"): each for each in _all(numbering, "abstractNum")}
        self._lists = {
            each.get(f"{_W}numId"): levels.get(_value(each.find(f"{_W}abstractNumId")))
            for each in _all(numbering, "num")
        }
        self._styles = {each.get(f"{_W}styleId"): each for each in _all(styles, "style")}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)

    def of(self, paragraph: Any) -> str:
        """The number before a paragraph, as it is shown; "" where there is none. To be asked once for each."""
        number, level = self._place(paragraph.find(f"{_W}pPr"))
        definition = self._lists.get(number)
        if definition is None:
            return ""
        found = {int(each.get(f"{_W}ilvl", "0")): each for each in _all(definition, "lvl")}
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
        return _chinese(count) if form in _CHINESE else str(count) if form != "bullet" else ""

    def _place(self, properties: Any) -> tuple[str, int]:
        """List and level of a paragraph: its own, else those of its style or of the style that is based on."""
        seen: set[str] = set()
        number, level = "", None
        while properties is not None:
            given = properties.find(f"{_W}numPr")
            if given is not None:
                number = number or _value(given.find(f"{_W}numId"))
                depth = _value(given.find(f"{_W}ilvl"))
                level = int(depth) if level is None and depth else level
            if number:
                break
            name = _value(properties.find(f"{_W}pStyle")) or _value(properties.getparent().find(f"{_W}basedOn"))
            style = None if name in seen else self._styles.get(name)
            seen.add(name)
            properties = None if style is None else _properties(style)
        return number, level or 0


def _properties(style: Any) -> Any:
    found = style.find(f"{_W}pPr")
    if found is None:
        found = style.makeelement(f"{_W}pPr")
        style.append(found)
    return found


def _all(root: Any, name: str) -> list[Any]:
    return [] if root is None else root.findall(f"{_W}{name}")


def _value(element: Any, default: str = "") -> str:
    return default if element is None else str(element.get(f"{_W}val", default))


def _chinese(number: int) -> str:
    """一, 十二, 二十 … to 99."""
    tens, ones = divmod(number, 10)
    ten = f"{_DIGITS[tens] if tens > 1 else ''}十" if tens else ""
    return ten + (_DIGITS[ones] if ones or not tens else "")
