"""Questionnaires: how many were issued, what was answered, the share of satisfied answers, and how sure it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from ..errors import InputError, Problem
from ..figures.cells import Cell, separated
from ..figures.formulas import wilson_interval
from ..figures.printed import Day, Entry, Printed, PrintedCount
from ..figures.quantities import RATIO, Figure, display_percent, parse_quantity
from ..reading import MAX_BYTES, read_bytes, shown_path
from ..validating import Model

MOST_OPTIONS = 12
"""A column of a file with more different answers is no question with options, but a name, a time or free text."""
_SEVERAL = "┋"
"""What survey platforms put between the options of one answer."""
COUNTED = ("题目", "选项", "份数")
"""Heads of a file that holds counts, a row an option, with the head of `group` beside them."""

Counts = dict[str, dict[str, int]]
"""Group ("" where there is none) → option → answers."""


def _grouped(data: Any) -> Any:
    if isinstance(data, Mapping) and not any(isinstance(value, Mapping) for value in data.values()):
        return {"": data} if data else {}
    return data


def _number(data: Any) -> int:
    if not isinstance(data, Decimal | int) or isinstance(data, bool) or data < 0 or data != int(data):
        raise ValueError(f"“{data}”不是份数；每个选项写选的份数，如 满意: 30")
    return int(data)


_Number = Annotated[int, BeforeValidator(_number)]
_NUMBERS: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
_SCHEMA = WithJsonSchema({"anyOf": [_NUMBERS, {"type": "object", "additionalProperties": _NUMBERS}]})


class Question(Model):
    """A question and the answers by option, or by group and option; without them they are read from the file."""

    text: str = Field(min_length=1)
    counts: Annotated[dict[str, dict[str, _Number]], BeforeValidator(_grouped), _SCHEMA] = {}

    @property
    def options(self) -> dict[str, int]:
        """Answers by option, of all groups together."""
        found: Counter[str] = Counter()
        for counts in self.counts.values():
            found.update(counts)
        return dict(found)


class Share(NamedTuple):
    """The satisfied share of so many answers, with the ends of its 95% interval, as ratios."""

    value: float
    low: float
    high: float
    answers: int

    @property
    def interval(self) -> str:
        """How far the share of all that might have been asked may lie from it, in Chinese."""
        return f"95%置信区间{display_percent(self.low)}至{display_percent(self.high)}"


class Survey(Model):
    """A questionnaire.

    Parameters
    ----------
    asked : whom.
    file, sheet : a .csv or .xlsx beside the case, a row an answer and a column a question, or with the heads of
        `COUNTED`; the sheet, by default the first.
    group : head of the column that divides the answers.
    satisfied : the options that count as satisfied (满意), or in part (基本满意 60%).
    indicators : those whose actual value is the satisfied share.
    """

    name: str = Field(min_length=1)
    asked: str = ""
    date: Day = ""
    issued: PrintedCount | None = None
    returned: PrintedCount | None = None
    valid: PrintedCount | None = None
    satisfied: tuple[str, ...] = ()
    group: str = ""
    file: str = ""
    sheet: str = ""
    questions: tuple[Question, ...] = ()
    indicators: tuple[str, ...] = ()
    note: str = ""

    @field_validator("satisfied")
    @classmethod
    def _weights(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for text in given:
            _weight(text)
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Survey:
        self.check()
        return self

    def check(self) -> None:
        """Raises `ValueError` where there are more of something than there can be."""
        numbers = [(name, printed.value) for name, printed in self.figures.items()]
        for (more, first), (less, second) in zip(numbers, numbers[1:], strict=False):
            if second.value > first.value:
                raise ValueError(f"问卷“{self.name}”：{less}{second}多于{more}{first}；请核对")
        for question in self.scored:
            answers = sum(question.options.values())
            if self.valid and answers > self.valid.value.value:
                told = f"“{question.text}”有{answers}份回答，多于有效{self.valid.value}"
                raise ValueError(f"问卷“{self.name}”：{told}；请核对")

    @property
    def figures(self) -> dict[str, Printed[Figure]]:
        """How many there are, as far as it is known, by what they are called."""
        named = {"发放": self.issued, "回收": self.returned, "有效": self.valid}
        return {name: printed for name, printed in named.items() if printed}

    @property
    def weights(self) -> dict[str, float]:
        """Option → how far it counts as satisfied, a ratio."""
        return dict(map(_weight, self.satisfied))

    @property
    def scored(self) -> list[Question]:
        """The questions about satisfaction: those with one of its options."""
        return [question for question in self.questions if not self.weights.keys().isdisjoint(question.options)]

    @property
    def groups(self) -> list[str]:
        """The groups of its answers; none where they are not divided."""
        return [name for name in dict.fromkeys(name for q in self.questions for name in q.counts) if name]

    @property
    def formula(self) -> str:
        """How the satisfied share comes about, in Chinese."""
        weights = self.weights.items()
        parts = [option if weight == 1 else f"{option}×{display_percent(weight, 0)}" for option, weight in weights]
        several = f"，取{len(self.scored)}道满意度题的平均数" if len(self.scored) > 1 else ""
        return f"满意度＝（{'＋'.join(parts)}）÷作答份数{several}"

    def share(self, group: str | None = None) -> Share | None:
        """The satisfied share of a group or of all, by the questions about satisfaction; None without an answer to one.

        Several questions: the mean of their shares, of as many answers as the least answered has. Part weights and the
        mean vary less than a plain yes or no does, so that the interval is rather too wide than too narrow.
        """
        answered = [q.options if group is None else q.counts.get(group, {}) for q in self.scored]
        sums = [sum(options.values()) for options in answered]
        if not sums or not all(sums):
            return None
        weights = self.weights
        satisfied = (sum(weights.get(option, 0.0) * n for option, n in options.items()) for options in answered)
        shares = [part / whole for part, whole in zip(satisfied, sums, strict=True)]
        value, answers = sum(shares) / len(shares), min(sums)
        low, high = wilson_interval([value * answers], [answers])
        return Share(value, float(low[0]), float(high[0]), answers)

    def told(self) -> str:
        """How many were asked and answered and what came of it, in one Chinese clause."""
        numbers = "，".join(f"{name}{printed.value}" for name, printed in self.figures.items())
        share = self.share()
        found = f"满意度{display_percent(share.value)}（{share.interval}）" if share else ""
        return f"问卷“{self.name}”" + "，".join(filter(None, (numbers, found)))

    @property
    def actual(self) -> Printed[Figure] | None:
        """The satisfied share as the actual value of an indicator: shown with two decimals, computed with all."""
        share = self.share()
        if share is None:
            return None
        figure = Figure(share.value, RATIO, display_percent(share.value), 2, 1e-4)
        return Printed((Entry(f"问卷“{self.name}”", None, figure),))


def _weight(text: str) -> tuple[str, float]:
    option, _, share = text.rpartition(" ")
    if not option:
        return text, 1.0
    figure = parse_quantity(share)
    if figure.unit != RATIO or not 0 <= figure.value <= 1:
        raise ValueError(f"“{text}”应是选项，或选项加比例，如 基本满意 60%")
    return option.strip(), figure.value


# ---- the file of the answers -----------------------------------------------------------------------------------------


def filled(survey: Survey, folder: Path) -> tuple[Survey, str]:
    """A survey with the answers of its file, and a Chinese sentence on the columns that are no question, or "".

    Raises `InputError` with line or cell for what cannot be read, `ValueError` for counts that contradict each other.
    """
    if not survey.file:
        return survey, ""
    table = _Table(folder / survey.file, survey.sheet)
    wanted = {question.text for question in survey.questions if not question.counts}
    counts = table.counts(survey.group)
    if missing := wanted - counts.keys():
        raise table.problem(0, 0, f"没有“{min(missing)}”这一题；表头有：{'、'.join(table.heads)}")
    asked = {text: found for text, found in counts.items() if text in wanted or not wanted}
    plain = {text for text, found in asked.items() if len({o for each in found.values() for o in each}) <= MOST_OPTIONS}
    others = "、".join(f"“{text}”" for text in asked if text not in plain)
    note = f"问卷“{survey.name}”的{others}内容各不相同，没有按选项统计" if others else ""
    questions = [question for question in survey.questions if question.counts]
    questions += [Question(text=text, counts=_ordered(asked[text], survey)) for text in asked if text in plain]
    rows = Printed((Entry("", None, parse_quantity(f"{len(table.rows)}份")),))
    valid = survey.valid or (None if table.holds_counts else rows)
    whole = survey.model_copy(update={"questions": tuple(questions), "valid": valid})
    whole.check()
    return whole, note


def _ordered(counts: Counts, survey: Survey) -> Counts:
    """The options of a question as the survey states the satisfied ones, then from the most chosen."""
    first = {option: number for number, option in enumerate(survey.weights)}
    return {
        group: dict(sorted(options.items(), key=lambda item: (first.get(item[0], len(first)), -item[1])))
        for group, options in counts.items()
    }


class _Table:
    """The rows of a file of answers, all texts; faults name line or cell."""

    def __init__(self, path: Path, sheet: str) -> None:
        self.path, self.sheet = path, ""
        if path.suffix.lower() == ".csv":
            file = shown_path(path)
            rows = separated(file, read_bytes(path, file, MAX_BYTES, "一份问卷的答卷通常不足 1 MB"))
        else:
            from .workbook import Fault, read_sheets

            sheets = read_sheets(path)
            self.sheet = sheet or next(iter(sheets))
            if self.sheet not in sheets:
                raise InputError(Problem(f"没有工作表“{sheet}”；有：{'、'.join(sheets)}", shown_path(path)))
            rows = sheets[self.sheet]
            cells = ((line, column, text) for line, row in enumerate(rows) for column, text in enumerate(row))
            for fault in (cell for cell in cells if isinstance(cell[2], Fault)):
                raise self.problem(*fault)
        self.heads = [head.strip() for head in rows[0]] if rows else []
        self.rows = [[cell.strip() for cell in row] + [""] * (len(self.heads) - len(row)) for row in rows[1:]]
        if not any(map(any, self.rows)):
            raise InputError(Problem("没有答卷；第一行写题目，以后一行一份答卷", shown_path(path)))

    @property
    def holds_counts(self) -> bool:
        """Whether a row is an option with its number of answers."""
        return set(COUNTED) <= set(self.heads)

    def problem(self, row: int, column: int, message: str) -> InputError:
        """A fault in a row below the head (counted from 1; 0 for the head)."""
        file, line = shown_path(self.path), row + 1
        if not self.sheet:
            return InputError(Problem(message, file, line))
        return InputError(Problem(message, f"{file} {self.sheet}!{Cell(line, column + 1, '').name}"))

    def _column(self, head: str) -> int:
        if head not in self.heads:
            raise self.problem(0, 0, f"没有“{head}”这一列；表头有：{'、'.join(self.heads)}")
        return self.heads.index(head)

    def counts(self, group: str) -> dict[str, Counts]:
        """Question → its counts."""
        found: dict[str, Counts] = {}
        for question, within, option, number in self._answers(group):
            counts = found.setdefault(question, {}).setdefault(within, {})
            counts[option] = counts.get(option, 0) + number
        return found

    def _answers(self, group: str) -> Iterator[tuple[str, str, str, int]]:
        """Question, group and option, and how often it is chosen there; an empty cell is no answer."""
        by = self._column(group) if group else None
        rows = [(line, row, "" if by is None else row[by]) for line, row in enumerate(self.rows, start=1) if any(row)]
        if self.holds_counts:
            text, option, number = map(self._column, COUNTED)
            for line, row, within in rows:
                if not row[number].isdecimal():
                    raise self.problem(line, number, f"“{row[number]}”不是份数；请写一个整数")
                yield row[text], within, row[option], int(row[number])
            return
        for i, head in enumerate(self.heads):
            for _, row, within in rows if head and i != by else ():
                for chosen in row[i].split(_SEVERAL) if row[i] else ():
                    yield head, within or ("" if by is None else "未注明"), chosen, 1
