"""Number formats: the number that a sheet shows for a stored one, which may be 10,000 times smaller, with its words."""

from __future__ import annotations

import re
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne

_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|\[[^\]]*\]|[_*].|(?P<plain>.)', re.DOTALL)
_GENERAL = re.compile("General|G/通用格式", re.IGNORECASE)
_SECTION = re.compile(r'(?:"[^"]*"|[\\!].|[^;])+')
_CONDITIONS = {"<": lt, ">": gt, "=": eq, "<=": le, ">=": ge, "<>": ne}
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_DIGIT, _SIGNS, _POINT = "0#?", "0#?,.%", "!"
_PATTERN = re.compile(
    rf"[{_DIGIT}](?:[{_DIGIT},]*[{_DIGIT}])?(?:{_POINT}(?P<inner>[{_DIGIT}]+)(?P<commas>,*)"
    rf"|(?P<before>,*)(?:\.[{_DIGIT}]*(?P<after>,*))?)(?P<percent>%?)$"
)
_SCALES = re.compile(rf"{_POINT}|,(?![{_DIGIT}])")


def shown_number(number: Decimal, code: str) -> str | None:
    """The number that a format shows, with all its digits, its percent sign and its words; None if that is not certain.

    A literal point among the digits (``0!.0000``, ``0"."0,``) and every comma behind the last digit make the shown
    number smaller than the stored one; Chinese sheets write 万元 so. 12345678 is shown by ``0!.0000`` as 1234.5678, by
    ``#,##0.00,`` as 12345.678. A format that is none of numbers (a fraction, an exponent) shows the plain number.
    """
    before = after = pattern = ""
    for token in _TOKEN.finditer(_GENERAL.sub("0", _section(number, code))):
        plain = token["plain"] or ""
        if plain and plain in _SIGNS:
            if after and plain in _DIGIT:  # a literal among the digits
                pattern += _POINT if after == "." else _POINT * 2
                after = ""
            pattern += plain
        elif plain.isascii() and plain.isalpha() or plain == "/":
            return plain_number(number)
        elif not plain.isascii() or not plain:
            literal = plain or token["quoted"] or token["escaped"] or ""
            before, after = (before, after + literal) if pattern else (before + literal, after)
    if before and not pattern:  # "加3": words instead of the number
        return before.strip()
    match = _PATTERN.match(pattern)
    if match is None:
        return None if _SCALES.search(pattern) else plain_number(number)
    size = {name: len(found or "") for name, found in match.groupdict().items()}
    shift = 2 * size["percent"] - size["inner"] - 3 * (size["commas"] + size["before"] + size["after"])
    return f"{before.strip()}{plain_number(number.scaleb(shift))}{match['percent']}{after.strip()}"


def plain_number(number: Decimal) -> str:
    """All digits, without exponent and without zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _section(number: Decimal, code: str) -> str:
    """The part of a format that shows this number: by its condition (``[>=10000]0!.0,"万";0``), else by the sign."""
    sections: list[str] = _SECTION.findall(code) or ["General"]
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _CONDITIONS[condition[1]](number, Decimal(condition[2])):
                return section
    negative = number < 0 and len(sections) > 1 and any(digit in sections[1] for digit in _DIGIT)
    return sections[1] if negative else sections[0]
