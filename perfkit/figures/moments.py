"""Dates as reports state them, often no closer than a part of a year: 2022-12-31, 2023年1月初, 第三季度, 年底."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from ..errors import UnitError

_MOMENT = re.compile(
    r"(?:(?P<year>\d{4})(?:年度?|[-/.]|$))?"
    r"(?:(?P<month>\d{1,2})(?:[-/.](?=\d)|月份?|$)(?:(?P<day>\d{1,2})日?)?)?"
    r"(?P<part>上旬|中旬|下旬|上半年|下半年|(?:第?[一二三四1234]季度)|[年月]?[初底末内]|度内|当?年内|全年)?$"
)
_IN_MONTH = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}
_IN_YEAR = {"初": (1, 2), "底": (12, 12), "末": (12, 12), "上半年": (1, 6), "下半年": (7, 12)}
_ALONE_NO_DATE = ("初", "底", "末", "内", "度内", "上旬", "中旬", "下旬", "月初", "月底", "月末", "月内")
"""Parts that say nothing without the year or month before them."""


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


def read_moment(text: str, year: int | None = None) -> Moment | None:
    """The date that a text states, None where it states none; `year` is that of a date without one (11月底, 年底).

    Raises `UnitError` for a date that does not exist, and for one whose year is not known.
    """
    plain = re.sub(r"\s+", "", text)
    match = _MOMENT.match(plain)
    if not match or not plain or plain.isdecimal():  # of digits alone it is a bare number
        return None
    stated, month, day, part = match["year"], match["month"], match["day"], match["part"] or ""
    if not stated and not (month and "月" in plain) and part in ("", *_ALONE_NO_DATE):
        return None
    own = int(stated) if stated else year
    if own is None:
        raise UnitError(f"“{text}”没有写年份；请写成 2022年{plain}")
    try:
        if month:
            length, stated_day = calendar.monthrange(own, int(month))[1], int(day or 0)
            start, end = (stated_day, stated_day) if stated_day else _IN_MONTH.get(part.lstrip("月"), (1, length))
            first, last = dt.date(own, int(month), start), dt.date(own, int(month), min(end, length))
        else:
            start, end = _IN_YEAR.get(part.removeprefix("年"), (1, 12))
            if quarter := re.match(r"第?([一二三四1234])季度", part):
                end = 3 * int(unicodedata.numeric(quarter[1]))
                start = end - 2
            first, last = dt.date(own, start, 1), dt.date(own, end, calendar.monthrange(own, end)[1])
    except ValueError:
        raise UnitError(f"“{text}”不是有效日期；请写成 2022-12-31") from None
    return Moment(first.toordinal(), last.toordinal(), plain)


def parse_moment(text: object, year: int | None = None) -> Moment:
    """As `read_moment`; a text that states no date raises `UnitError` too."""
    found = read_moment(f"{text}年" if re.fullmatch(r"\s*\d{4}\s*", str(text)) else str(text), year)
    if found is None:
        raise UnitError(f"“{text}”读不出时间；请写成 2022-12-31、2023年1月初、2023年6月 或 2022年内")
    return found
