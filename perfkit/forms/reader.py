"""A filled 项目支出绩效自评表, found by its headings: project, money, goals, indicators, total, grade."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError, Problem
from ..quantities import UnitError, parse_quantity, parse_target
from ..rubric import Library
from .grid import Cell, Grid, open_grids
from .words import FormWords, load_words, plain

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?$")
_MONTH = re.compile(r"\d年\d+月|\d月底")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年?(度)?(?!\d)")


@dataclass
class FormRow:
    """One indicator as the form prints it; "" where a cell says nothing.

    `unusable` says why there is no actual value although something is printed there.
    """

    row: int
    level1: str
    level2: str
    name: str
    target: str = ""
    actual: str = ""
    weight: str = ""
    score: str = ""
    deviation: str = ""
    unusable: str = ""


@dataclass
class FormFunds:
    """A fund row: name, amounts by column with their unit (``200万元``), and weight, rate, score as printed."""

    row: int
    name: str
    values: dict[str, str]


@dataclass
class Form:
    """What one sheet holds. `problems` name by cell what cannot be read, and what was passed over (warnings).

    `undated` is the problem of a form without a year, for whoever cannot supply one.
    """

    file: str
    sheet: str
    project: str = ""
    department: str = ""
    unit: str = ""
    year: int | None = None
    goal: str = ""
    result: str = ""
    funds: list[FormFunds] = field(default_factory=list)
    rows: list[FormRow] = field(default_factory=list)
    total_row: int | None = None
    total_weight: str = ""
    total: str = ""
    grade: str = ""
    grade_row: int | None = None
    problems: list[Problem] = field(default_factory=list)
    undated: Problem | None = None

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]


def read_forms(path: str | Path, *, library: Library) -> list[Form]:
    """Every form of a workbook (.xlsx, .xls, .csv), a form a sheet.

    Raises
    ------
    InputError
        For what is no workbook, not safe to open, or holds no form.
    """
    grids = open_grids(Path(path))
    tables = load_words(library)
    forms = [form for grid in grids for form in _first(tables, grid)]
    if not forms:
        names = "、".join(grid.sheet for grid in grids)
        message = f"没有找到自评表（工作表：{names}）：缺少含“三级指标、分值、得分”的表头；用词见 params/forms"
        raise InputError([Problem(message, grids[0].file), *grids[0].notes])
    forms[0].problems[:0] = grids[0].notes
    return forms


def _first(tables: list[FormWords], grid: Grid) -> Iterator[Form]:
    for words in tables:
        reader = _Reader(grid, words)
        if reader.head is not None:
            yield reader.read()
            return


def text_of(cell: Cell | None) -> str:
    """A cell's text with half-width signs, "" for none."""
    return unicodedata.normalize("NFKC", cell.text).strip() if cell else ""


class _Reader:
    """Reads one sheet with one table of words."""

    def __init__(self, grid: Grid, words: FormWords) -> None:
        self.grid, self.words = grid, words
        self.columns: dict[str, int] = {}
        self.head = self._find_head()
        self.form = Form(grid.file, grid.sheet)

    def _match(self, row: int, table: dict[str, str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for cell in self.grid.across(row):
            key = table.get(plain(cell.text))
            if key:
                found.setdefault(key, cell.column)
        return found

    def _find_head(self) -> int | None:
        for row in range(1, self.grid.rows + 1):
            found = self._match(row, self.words.indicator_columns)
            if "name" in found and "level1" in found and {"weight", "score"} & found.keys():
                self.columns = found
                return row
        return None

    def say(self, cell: Cell | None, message: str, *, warning: bool = False) -> None:
        self.form.problems.append(self.grid.problem(cell.name if cell else "", message, warning=warning))

    def value(self, cell: Cell | None) -> str:
        """The text of a cell, "" where it says nothing or cannot be read (which is noted)."""
        if cell is None:
            return ""
        if cell.fault:
            self.say(cell, cell.fault)
            return ""
        text = cell.text.strip()
        return "" if self.words.is_blank(text) or self.words.is_blank(text_of(cell)) else text

    def figure(self, cell: Cell | None) -> str:
        """As `value`, with half-width signs and no spaces: for what is read as a number, a target or a unit."""
        return re.sub(r"\s+", "", unicodedata.normalize("NFKC", self.value(cell)))

    def read(self) -> Form:
        assert self.head is not None
        self._labels(range(1, self.grid.rows + 1))
        self._funds(range(1, self.head))
        self._indicators(self.head + 1)
        if not self.form.rows:
            head = self.grid.at(self.head, self.columns["name"])
            self.say(head, "下面没有填写任何指标的分值或得分；是空白表")
        elif self.form.year is None:
            self.form.undated = self.grid.problem("", "表上没有年度；请在标题下填写（如 2024年度）")
        return self.form

    # ---- labels ----

    def _labels(self, rows: range) -> None:
        form, found = self.form, {}
        for row in rows:
            cells = list(self.grid.across(row))
            for i, cell in enumerate(cells):
                above = self.head is not None and row < self.head
                if above and form.year is None:
                    form.year = self._year(text_of(cell))
                head, colon, rest = cell.text.replace("：", ":").partition(":")
                label = self.words.label_of.get(plain(head if colon else cell.text))
                if not label or label in found or label == "total" or not (above or label == "grade"):
                    continue
                after = cells[i + 1] if i + 1 < len(cells) else None
                beside = rest.strip() or ("" if self._is_label(after) else self.value(after))
                below = self.grid.at(self.grid.span(row, cell.column)[2] + 1, cell.column)
                if label in ("goal", "result"):
                    beside = "" if self._is_label(below) else self.value(below)
                if beside:
                    found[label] = beside
                    if label == "grade":
                        form.grade_row = row
        form.year = form.year or self._year(f"{found.get('year', '')}年度")
        form.project, form.department = found.get("project", ""), found.get("department", "")
        form.unit = found.get("unit", "") or form.department
        form.goal, form.result = found.get("goal", ""), found.get("result", "")
        form.grade = self._grade(found.get("grade", ""))
        if found.get("grade") and not form.grade:
            known = "、".join(self.words.grades)
            self.say(None, f"第{form.grade_row}行的等级“{found['grade']}”不是{known}，没有读", warning=True)

    def _year(self, text: str) -> int | None:
        """The year of a title (2023年某项目自评表) or of “2023年度”; a date or a code names no year of the form."""
        year = _YEAR.search(text)
        known = year and (year[2] or any(title in text for title in self.words.titles))
        return int(year[1]) if year and known else None

    def _is_label(self, cell: Cell | None) -> bool:
        return cell is None or plain(cell.text) in self.words.label_of

    def _grade(self, text: str) -> str:
        return next((grade for grade, names in self.words.grades.items() if text in names), "")

    # ---- money ----

    def _funds(self, rows: range) -> None:
        columns: dict[str, int] = {}
        head = 0
        for row in rows:
            found = self._match(row, self.words.fund_columns)
            if len({"initial", "adjusted", "final"} & found.keys()) >= 2:
                columns, head = found, row
                break
        if not columns:
            return
        unit = self._money_unit(head)
        first = min(columns.values())
        totals = {plain(word) for word in self.words.funds.total}
        parts = {plain(word) for word in self.words.funds.parts}
        for row in range(head + 1, rows.stop):
            names = [cell for cell in self.grid.across(row) if cell.column < first]
            name = next((plain(cell.text) for cell in reversed(names) if plain(cell.text) in totals | parts), "")
            if name:
                values = {key: self._fund_value(row, column, key, unit) for key, column in columns.items()}
                if any(values.values()):
                    self.form.funds.append(FormFunds(row, "" if name in totals else name, values))

    def _money_unit(self, head: int) -> str:
        units = "|".join(sorted(self.words.money_units, key=len, reverse=True))
        texts = [text_of(cell) for row in range(max(1, head - 3), head + 2) for cell in self.grid.across(row)]
        for text in texts:
            noted = re.search(rf"\((?:单位:?)?({units})\)|单位:\s*({units})", text)
            if noted:
                return noted[1] or noted[2]
        return ""

    def _fund_value(self, row: int, column: int, key: str, unit: str) -> str:
        cell = self.grid.at(row, column)
        if key in ("weight", "score"):
            return self._points(cell)
        text = self.value(cell) if key == "deviation" else self.figure(cell)
        if not text or key == "deviation":
            return text
        if key == "rate":
            if not text.endswith("%"):
                self.say(cell, f"执行率“{text}”没有百分号；请写成 95.5%")
                return ""
        elif _NUMBER.match(text):
            if not unit:
                self.say(cell, f"金额“{text}”没有单位：表头没有写（元）或（万元）")
                return ""
            text += unit
        elif not text.endswith(("元", "万")):
            self.say(cell, f"“{text}”不是金额；请写成数字")
            return ""
        return self._readable(text, parse_quantity, cell)

    def _readable(self, text: str, read: Callable[[str], object], cell: Cell | None) -> str:
        """The text if it can be read as what it stands for; else "", and its cell is named."""
        try:
            read(text)
        except UnitError as error:
            self.say(cell, f"{error}{'；日期写到日，如 2023年12月31日前' if _MONTH.search(text) else ''}")
            return ""
        return text

    # ---- indicators ----

    def _indicators(self, start: int) -> None:
        level1 = level2 = ""
        totals = {plain(word) for word in self.words.labels["total"]}
        for row in range(start, self.grid.rows + 1):
            cells = list(self.grid.across(row))
            if cells and any(plain(cell.text) in totals for cell in cells[:2]):
                self._total(row)
                return
            at = {key: self.grid.at(row, column) for key, column in self.columns.items()}
            level1 = plain(text_of(at.get("level1"))) or level1
            level2 = plain(text_of(at.get("level2"))) or level2
            name = self.value(at["name"])
            if not name or at["name"] in (at.get("level1"), at.get("level2")):
                continue
            read = FormRow(row, level1, level2, re.sub(r"\s+", "", name))
            read.weight, read.score = self._points(at.get("weight")), self._points(at.get("score"))
            if not read.weight and not read.score:
                continue
            if not read.weight and not at.get("weight"):
                blank = Cell(row, self.columns.get("weight", self.columns["name"]), "")
                self.say(blank, f"指标“{read.name}”没有分值")
            read.target = self._target(at, read.name)
            read.actual = self._actual(at.get("actual"), read)
            notes = [self.value(at.get(key)) for key in ("deviation", "improvement")]
            read.deviation = "；".join(note for note in notes if note and note not in self.words.nothing_to_say)
            self.form.rows.append(read)

    def _points(self, cell: Cell | None) -> str:
        text = self.figure(cell)
        points = text.removesuffix("分")
        if points and not _NUMBER.match(points):
            self.say(cell, f"“{text}”应是分数，写成一个数")
            return ""
        return points

    def _target(self, at: dict[str, Cell | None], name: str) -> str:
        cell = at.get("target")
        text, nature, unit = (self.figure(at.get(key)) for key in ("target", "nature", "unit"))
        if not text:
            return ""
        operator = ""
        if nature not in self.words.qualitative:
            operator, text = self._operator(text)
            operator = self._operator(nature)[0] or operator
            if _NUMBER.match(text):
                noted = re.search(r"\(([^()]+)\)$", unicodedata.normalize("NFKC", name))
                unit = unit or (noted[1] if noted and noted[1] in self.words.units_in_names else "")
                if not unit:
                    self.say(cell, f"指标值“{text}”没有单位；请写成如 ≥{text}人次，或填度量单位一栏")
                    return ""
                text += unit
        return self._readable(operator + text, parse_target, cell)

    def _operator(self, text: str) -> tuple[str, str]:
        """The operator that the words before or after a value say (不低于, 以上), and the rest."""
        for sign, sides in self.words.operators.items():
            for word in sides.before:
                if text.startswith(unicodedata.normalize("NFKC", word)):
                    return sign, text[len(unicodedata.normalize("NFKC", word)) :]
        for sign, sides in self.words.operators.items():
            for word in sides.after:
                if text.endswith(word) and any(char.isdigit() for char in text):
                    return sign, text.removesuffix(word)
        return "", text

    def _actual(self, cell: Cell | None, row: FormRow) -> str:
        text = self.figure(cell)
        operator, rest = self._operator(text)
        if operator == "=":
            text = rest
        elif operator and any(char.isdigit() for char in rest):
            row.unusable = f"印作“{text}”，是指标值的写法"
            return ""
        if _NUMBER.match(text):
            unit = re.sub(r"^[^\d]*[\d,.]+", "", row.target)
            if not unit or not row.target:
                self.say(cell, f"实际完成值“{text}”没有单位，指标值也没有；请写成如 {text}人次")
                return ""
            if unit == "%" and 0 < float(text.replace(",", "")) <= 1 < parse_target(row.target).quantity.value * 100:
                self.say(cell, f"实际完成值“{text}”是{text}%，还是比率写成了小数；请连百分号一起写")
                return ""
            text += unit
        text = self._readable(text, parse_quantity, cell) if text else ""
        if text and row.target and parse_quantity(text).unit != parse_target(row.target).quantity.unit:
            row.unusable = f"印作“{text}”，与指标值的单位不同"
            return ""
        return text

    def _total(self, row: int) -> None:
        form = self.form
        form.total_row = row
        weight, score = self.columns.get("weight"), self.columns.get("score")
        form.total_weight = self._points(self.grid.at(row, weight)) if weight else ""
        form.total = self._points(self.grid.at(row, score)) if score else ""
        for cell in self.grid.across(row):
            grade = self._grade(text_of(cell))
            if grade:
                form.grade, form.grade_row = grade, row
