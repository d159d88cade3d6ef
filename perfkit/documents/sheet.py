"""A sheet with its words: the text, points and figures of its cells; what cannot be read is noted by cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal

from ..errors import Problem, UnitError
from ..figures.cells import Cell
from ..figures.formats import plain_number
from ..figures.quantities import parse_quantity
from .content import Grid
from .form import Form
from .words import FormWords, half_width, plain

NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?$")
_MONEY = re.compile("[万亿]?元?$")
SYNONYM = "叫法不同的请加进 params/forms 的用词表"
_REMARKED = re.compile(r"(\d[\d,.]*(?:[万亿]?元|万)?)分?\([^()\d%][^()]*\)$")
"""Points or an amount with a remark behind it: 9（扣1分）, 98.6（优）, 86万元（道路50万元，水渠36万元）."""
_COLUMN = re.compile(r"[(（]?[A-Z①-⑳][)）]?(?:[=＝].*)?$")
_NO_YEAR = re.compile("([01]?[0-9]月([0-3]?[0-9]日|[初底末])|第?[一二三四1-4]季度|[上下]半年|年[初底末])[之以]?前?$")
_MONTH = re.compile(r"\d年\d+月|\d月底")


def text_of(cell: Cell | None) -> str:
    """A cell's text with half-width signs, "" for none."""
    return half_width(cell.text).strip() if cell else ""


def tight(cell: Cell | None) -> str:
    """A cell's text with half-width signs and without blanks, "" for none."""
    return re.sub(r"\s+", "", text_of(cell))


def is_number(cell: Cell | None) -> bool:
    """Whether a cell holds a bare number."""
    return bool(NUMBER.match(text_of(cell)))


def is_amount(cell: Cell | None) -> bool:
    """Whether a cell holds a number of money, with or without its unit."""
    return bool(NUMBER.match(_MONEY.sub("", _REMARKED.sub(r"\1", tight(cell)))))


def as_figure(text: str, unit: str) -> str:
    """A text as a figure, with this unit where it is a bare number; "" where it is no figure."""
    text += unit if NUMBER.match(text) else ""
    with suppress(UnitError):
        return text if parse_quantity(text).is_number else ""
    return ""


def heading_of(cell: Cell) -> str:
    """A cell's text on one line, as a message quotes it."""
    return re.sub(r"\s+", "", cell.text)


class Sheet:
    """One sheet as one table of words reads it, and the form that is read from it."""

    def __init__(self, grid: Grid, words: FormWords) -> None:
        self.grid, self.words = grid, words
        self.form = Form(grid.file, grid.sheet)
        self.target_unit = ""
        """What stands in brackets behind the heading of the targets."""

    def say(self, cell: Cell | None, message: str) -> str:
        """Note at a cell, or at the sheet, what was not read; gives "", which is all that is read there."""
        place = f"{self.grid.sheet}!{cell.name}" if cell else self.grid.sheet
        self.form.problems.append(Problem(message, self.grid.file, field=place, severity="warning"))
        return ""

    def unknown(self, cell: Cell, what: str, missing: str, mend: str = "") -> None:
        """Name a cell whose words are in no list, with what may be `missing` for it on the sheet ("" if nothing)."""
        self.say(cell, f"{what}，而表上没有认出{missing}；{SYNONYM}" if missing else f"{what}，没有读{mend}")

    def value(self, cell: Cell | None) -> str:
        """The text of a cell, "" where it says nothing or cannot be read (which is noted)."""
        if cell is None:
            return ""
        if cell.fault:
            return self.say(cell, cell.fault)
        text = cell.text.strip()
        return "" if self.words.is_blank(text) or self.words.is_blank(text_of(cell)) else text

    def figure(self, cell: Cell | None) -> str:
        """As `value`, with half-width signs and no spaces: for what is read as a number, a target or a unit."""
        return re.sub(r"\s+", "", half_width(self.value(cell))).rstrip("。;")

    def unremarked(self, cell: Cell | None) -> str:
        """As `figure`, of points or an amount without the remark behind it (which is noted)."""
        text = self.figure(cell)
        if remarked := _REMARKED.match(text):
            self.say(cell, f"“{text}”读作{remarked[1]}")
        return remarked[1] if remarked else text

    def points(self, cell: Cell | None) -> str:
        """Points as a number without 分, "" where there are none or they cannot be read (which is noted)."""
        points = (text := self.unremarked(cell)).removesuffix("分").removesuffix("%")
        if points and not NUMBER.match(points):
            return self.say(cell, f"“{text}”应是分数，写成一个数，没有读")
        return points.replace(",", "")

    def score(self, at: Mapping[str, Cell | None], weight: str) -> str:
        """The points of a row as printed, or what is left of its weight where only those lost are printed."""
        score, lost = self.points(at.get("score")), self.points(at.get("deducted"))
        left = Decimal(weight) - abs(Decimal(lost)) if weight and lost else None
        if score and left is not None and Decimal(score) != left:
            self.say(at["score"], f"分值{weight}，扣{lost}分，得分却印作{score}；请核对")
        return score or ("" if left is None else plain_number(left))

    def rate(self, cell: Cell | None, what: str, text: str) -> str:
        """A rate; a bare number up to 1.5 is a ratio, a larger one a percentage."""
        if NUMBER.match(text):
            value = float(text.replace(",", ""))
            text = f"{value * 100 if value <= 1.5 else value:.10g}%"
            if value:
                self.say(cell, f"{what}没有百分号，读作{text}")
        if not text.endswith("%") or not as_figure(text, ""):
            return self.say(cell, f"{what}“{text}”不是百分数，没有读；请写成百分数，如 95.5%")
        return text

    def readable(self, text: str, read: Callable[[str], object], cell: Cell | None) -> str:
        """The text if it can be read as what it stands for; else "", and its cell is named."""
        try:
            read(text)
        except UnitError as error:
            return self.say(cell, f"{error}{'；日期写到日，如 2023年12月31日前' if _MONTH.search(text) else ''}")
        return text

    def dated(self, cell: Cell | None, text: str) -> str:
        """A text that is a date without a year (8月31日前) with the form's, which is noted; any other as it is."""
        if not self.form.year or not _NO_YEAR.match(text):
            return text
        self.say(cell, f"“{text}”没有写年份，读作{self.form.year}年{text}")
        return f"{self.form.year}年{text}"

    def counts_columns(self, row: int) -> bool:
        """Whether a row only counts the columns: A, B, C=B/A; ①, ②; 1, 2, 3, 4."""
        texts = [re.sub(r"\s+", "", cell.text) for cell in self.own(row)]
        letters = len(texts) > 2 and all(_COLUMN.match(text) for text in texts)
        return letters or (len(texts) > 3 and texts == [str(n) for n in range(1, len(texts) + 1)])

    def own(self, row: int) -> Iterator[Cell]:
        """The cells that begin in a row, from left to right; not those merged into it from above."""
        return (cell for cell in self.grid.across(row) if cell.row == row)

    def label(self, cell: Cell) -> str | None:
        """The label that a cell is (project, unit, …; "" for another one), also before a colon; None for no label."""
        head, colon, _ = cell.text.replace("：", ":").partition(":")
        return self.words.label_of.get(plain(head if colon else cell.text))

    def is_total(self, text: str) -> bool:
        """Whether a text is the name of a total."""
        return self.words.label_of.get(plain(text)) == "total"

    def grade(self, text: str) -> str:
        """The grade (优, 良, 中, 差) that a text states, "" for none."""
        return next((grade for grade, names in self.words.grades.items() if text in names), "")
