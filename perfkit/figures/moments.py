"""Dates as reports state them, often no closer than a part of a month: 2022-12-31, 2023年1月初, 2023年6月, 2022年内."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from .quantities import DATE, UnitError, parse_quantity

_MONTH = re.compile(r"(\d{4})[-年](\d{1,2})月?(份|初|上旬|中旬|下旬|底|末)?$")
_YEAR = re.compile(r"(\d{4})年?(内|度|度内|初|底|末|上半年|下半年)?$")
_DAYS = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}
_MONTHS = {"初": (1, 2), "底": (12, 12), "末": (12, 12), "上半年": (1, 6), "下半年": (7, 12)}


@dataclass(frozen=True, slots=True)
class Moment:
    """A stated date: the first and the last day it can mean (proleptic day numbers), and the text."""

    first: int
    last: int
    text: str

    def excludes(self, other: Moment) -> bool:
        """Whether no day fits both."""
        return self.last < other.first or other.last < self.first

    def __str__(self) -> str:
        return self.text


def parse_moment(text: object) -> Moment:
    """Read ``2022-12-31``, ``2022年12月31日``, ``2023年1月初``, ``2023-06``, ``2022年内``. Raises `UnitError`."""
    plain = re.sub(r"\s+", "", str(text))
    try:
        if match := _MONTH.match(plain):
            year, month = int(match[1]), int(match[2])
            length = calendar.monthrange(year, month)[1]
            start, end = _DAYS.get(match[3] or "", (1, length))
            return _between(dt.date(year, month, start), dt.date(year, month, min(end, length)), plain)
        if match := _YEAR.match(plain):
            year = int(match[1])
            start, end = _MONTHS.get(match[2] or "", (1, 12))
            return _between(dt.date(year, start, 1), dt.date(year, end, calendar.monthrange(year, end)[1]), plain)
        day = parse_quantity(plain)
        if day.unit == DATE:
            return Moment(int(day.value), int(day.value), plain)
    except ValueError:
        pass
    raise UnitError(f"“{text}”读不出时间；请写成 2022-12-31、2023年1月初、2023年6月 或 2022年内")


def _between(first: dt.date, last: dt.date, text: str) -> Moment:
    return Moment(first.toordinal(), last.toordinal(), text)
