"""A case as a workbook to fill in, and back without loss: every value of the file has a cell, every cell a path.

A sheet of rows (`Rows`) shows a list or map of the case, a row an item and a column a field; what stands in none of
them has a line of its own on 基本情况 or 文字. The paths (``fact.target``) stand in a narrow line or column beside the
Chinese heads, and reading goes by them, so that a sheet may be sorted, and columns moved or left out.
"""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from zipfile import BadZipFile, ZipFile

from ..errors import InputError, Problem
from ..figures.cells import Cell, workbook_sheets
from ..figures.printed import is_place
from ..limited import LimitError, call
from ..reading import Document, Key, Loc, dotted, nearest, parse_yaml, shown_path, suggest
from ..tables import fit_height, give_look
from ..validating import fields_of, models_at, models_in
from ..words import EXAMPLES, FILLED_IN, KINDS, NARRATIVES, SPENDING, STAGES, label
from .case import CaseRoot
from .entries import OF_RUBRIC, joined, spread
from .models import Overview, Rectification

MAIN, TEXTS = "基本情况", "文字"
COMMON, UNITS = "共同内容", "单位数据"
"""The sheets of a workbook with a row a unit (see `perfkit.cases.tables`)."""
_SECONDS, _MEMORY = 30.0, 1_000_000_000
_HEADS = ["项目", "内容", "字段"]
"""Of a sheet with a line a field."""
_TEXTS, _FIRST_TEXTS = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"), 1_000_000
"""Parts of a workbook with the texts of its first sheet, and how many bytes of them hold the heads."""
_TEXT_ROOTS = ("overview", "narrative", "materials", "note")
_WHOLE = ("rule", "measure", "readings")
"""Fields that are one thing: a rule stands in one cell."""
_PLAIN = re.compile(r"(?!(?:true|false|null)$)[a-z_]+|[≥≤]?\d[\d.]*%|(?=.*[\u4e00-\u9fff])[\w≥≤.%（）“”、 ]*[\w%）”]")
"""What YAML reads as the same text without quotes, and does not take for a number or a word of its own."""
_PATH = re.compile(r"[a-z][a-z_.]*[a-z]|\.")
_ANSWER = re.compile(r"(是|否)(?:[：:](.*))?", re.S)
_LONG = {("narrative",), ("text",), ("improvement",), ("reason",), ("items",), ("rule",), ("standard",), ("evidence",)}
_SPARE = 30  # empty lines below what is there


@dataclass(frozen=True)
class Rows:
    """A sheet with a row for each item of a list or map of the case.

    Parameters
    ----------
    sheet : its name.
    root : where the list or map stands.
    keyed : whether it is a map; its key is then the first column.
    names : Chinese names of the keys, where they are not Chinese.
    plain : the field that an item is where it is written as one value; () for itself.
    inner : fields of models within an item that have a column even if nothing stands there yet.
    """

    sheet: str
    root: Loc
    keyed: bool = False
    names: Mapping[str, str] | None = None
    plain: Loc = ()
    inner: tuple[Loc, ...] = ()

    def holder(self, data: Any) -> Any:
        """The map of a case in which the list or map stands; an empty one where there is none."""
        for step in self.root[:-1]:
            data = data.get(step) or {}
        return data


_INDICATORS = Rows("指标", ("indicators",), keyed=True, inner=(("items",),))
"""The indicators of the case's own rubric and what was found for them, an entry each (see `perfkit.cases.entries`)."""
SHEETS = (
    Rows("资金", ("budget",), keyed=True, names=STAGES, plain=("total",)),
    Rows("预算调整", ("budget", "changes")),
    _INDICATORS,
    Rows("绩效目标", ("goals",)),
    Rows("预算测算", ("estimate",)),
    Rows("项目", ("projects",)),
    Rows("问题与建议", ("problems",), inner=tuple(("rectification", name) for name in Rectification.model_fields)),
    Rows("问卷", ("surveys",)),
    Rows("征求意见", ("review",)),
    Rows("其他数据", ("figures",), keyed=True),
    Rows("资产明细", ("assets", "register")),
    Rows("事项", ("events",)),
    Rows("勾稽", ("sums",)),
    Rows("原报告分级得分", ("published", "levels"), keyed=True),
    Rows("原报告指标得分", ("published", "indicators"), keyed=True),
    Rows("原报告比率", ("published", "rates"), keyed=True),
)

_HEAD = ("kind", "title", "number", "year", "unit.name", "unit.parent", "client", "evaluator", "team.leader",
         "team.members", "date", "basis")  # fmt: skip
"""What stands first on 基本情况, filled in or not."""
_MEASURED = ("staff.established", "staff.actual", *(f"{kind}.{n}" for kind in SPENDING for n in ("budget", "actual")))
"""What 基本情况 asks for as well where a unit is scored: formulas read it."""
_TOLD = (*map("overview.{}".format, Overview.model_fields), "materials", *map("narrative.{}".format, NARRATIVES))
"""What 文字 asks for."""
_NEEDED = (
    ("actual", "target"),
    ("reason", "share"),
    ("evidence", "actual"),
    ("weight", "level1"),
)
"""Fields of an indicator that are coloured while they are empty and the other is filled in."""
_ALWAYS = {
    "evaluation": ("资金", "指标", "问题与建议", "问卷", "征求意见"),
    "declaration": ("资金", "绩效目标", "预算测算"),
    "monitoring": ("资金", "绩效目标", "问题与建议"),
    "department": ("资金", "问题与建议"),
    "rectification": ("问题与建议",),
}
"""Sheets that a workbook of a kind has even if nothing stands in them yet."""


# ---- a case as data ⇄ cells by sheet ---------------------------------------------------------------------------------


NO_CASE = (
    f"不是案例（.yaml，或有“{MAIN}”表的 .xlsx）；别人填好的表、Word 和 PDF 报告用 perfkit audit 核验，"
    "用 perfkit import 写成案例，或直接 perfkit run"
)


def is_workbook(path: Path) -> bool:
    """Whether a file is the workbook of a case: by 基本情况 and its heads; others have sheets of that name too."""
    return has_sheets(path, MAIN, text=_HEADS[-1])


def has_sheets(path: Path, *sheets: str, text: str = "") -> bool:
    """Whether a file is a workbook with these sheets, and with a text among its first ones."""
    try:
        with ZipFile(path) as file:
            names = file.read("xl/workbook.xml")
            parts = [part for part in _TEXTS if part in file.namelist()] if text else []
            texts = [file.open(part).read(_FIRST_TEXTS).decode("utf-8", "replace") for part in parts]
    except (OSError, BadZipFile, KeyError, RuntimeError):
        return False
    has_text = not text or any(text in unescape(found) for found in texts)  # some write 字 as &#23383;
    return has_text and all(f'name="{sheet}"'.encode() in names for sheet in sheets)


def _leaves(data: Mapping[str, Any], at: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """The values of a map with their paths; what can be no step of a path is a value as a whole."""
    for key, value in data.items():
        inner = isinstance(value, dict) and value and key not in _WHOLE
        if inner and not any(is_place(k) or "." in str(k) for k in value):
            yield from _leaves(value, (*at, key))
        elif value is not None:
            yield (*at, key), value


def _types(loc: Loc) -> list[Any]:
    """The types that the models give to a field."""
    if loc[:1] == ("indicators",):  # an entry is a row of the rubric and a fact in one
        own = [step for step in loc[2:] if step != "indicator"]
        loc = ("rubric", "indicators", 0, *own) if own[0] in OF_RUBRIC else ("facts", loc[1], *own)
    *above, name = loc
    fields = [model.model_fields.get(str(name)) for model in models_at(CaseRoot, tuple(above))]
    return [field.annotation for field in fields if field]


def _lists(loc: Loc) -> str:
    """``texts`` for a field that holds a list of texts, ``answers`` for one of 是 and 否, else ""."""
    kinds = [kind for type_ in _types(loc) if "tuple" in str(type_) for kind in get_args(type_)[:1]]
    inner = {getattr(kind, "__name__", "") for kind in kinds}
    return "texts" if "str" in inner else "answers" if "Answer" in inner else ""


def _cell(loc: Loc, value: Any) -> str:
    """A value as a person would write it in a cell; where that would not read back the same, as YAML."""
    plain = "\n".join(map(_answer, value)) if isinstance(value, list) and _lists(loc) else value
    with suppress(InputError):
        if isinstance(plain, str) and _value(loc, plain) == value:
            return plain
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else _yaml(value)


def _yaml(value: Any) -> str:
    """A value as YAML on one line, Chinese words without quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_yaml(key)}: {_yaml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _answer(item: Any) -> str:
    """An item of a list on a line of its own, an answer with its reason behind a colon."""
    has_reason = isinstance(item, dict) and item.keys() == {"met", "reason"}
    return f"{item['met']}：{item['reason']}" if has_reason else str(item)


def _value(loc: Loc, text: str) -> Any:
    """What a cell means at its place: a list of lines, or a value as YAML reads it. Raises `InputError`."""
    kind = _lists(loc)
    if kind and text[:1] not in '[{"':
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return [answer_of(line) for line in lines] if kind == "answers" else lines
    if text[:1] in '{["' or re.fullmatch(r"[-+]?\d+(\.\d+)?|true|false", text):
        return parse_yaml(f"v: {text}", "").data["v"]
    return text


def answer_of(line: str) -> Any:
    """是 or 否, or with its reason behind a colon."""
    found = _ANSWER.fullmatch(line)
    return {"met": found[1], "reason": found[2].strip()} if found and found[2] is not None else line


def _choices(loc: Loc) -> tuple[str, ...]:
    """The words that a field may hold, where they are few."""
    return tuple(KINDS) if loc == ("kind",) else next(filter(None, map(_words, _types(loc))), ())


def _words(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, however it is wrapped; () for anything else."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((words for part in get_args(annotation) if (words := _words(part))), ())


# ---- writing ---------------------------------------------------------------------------------------------------------


def written(data: dict[str, Any]) -> bytes:
    """The workbook of a case.

    Parameters
    ----------
    data : the case as plain data, as `read_yaml` gives it.
    """
    from openpyxl import Workbook

    book = Workbook()
    rest = joined(copy.deepcopy(data))
    found = {rows.sheet: _items(rest, rows) for rows in sorted(SHEETS, key=lambda rows: -len(rows.root))}
    fields = [(loc, value) for loc, value in _leaves(rest) if value != {}]
    texts = [(loc, value) for loc, value in fields if loc[0] in _TEXT_ROOTS]
    measured = _MEASURED if "evaluation" in data.get("kind", "") else ()
    put_fields(book.active, MAIN, [item for item in fields if item not in texts], (*_HEAD, *measured))
    wanted = _ALWAYS.get(data.get("kind", ""), _ALWAYS["evaluation"])
    for rows in SHEETS:
        if found[rows.sheet] or rows.sheet in wanted:
            _rows(book.create_sheet(rows.sheet), rows, found[rows.sheet])
    put_fields(book.create_sheet(TEXTS), TEXTS, texts, _TOLD)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _items(data: dict[str, Any], rows: Rows) -> list[tuple[Key, dict[Loc, Any]]]:
    """Take the items of a sheet out of the data: key or number of each, and its values by path within it."""
    held, last = rows.holder(data), rows.root[-1]
    there = held.get(last)
    if not isinstance(there, dict if rows.keyed else list):
        return []
    keys = [key for key in there if not rows.names or key in rows.names] if rows.keyed else range(len(there))
    items = [(key, there[key]) for key in keys]
    held[last] = {key: there[key] for key in there if key not in keys} if rows.keyed else []
    if not held[last]:
        del held[last]
    return [(key, dict(_leaves(item)) if _has_fields(item) else {rows.plain: item}) for key, item in items]


def _has_fields(item: Any) -> bool:
    return isinstance(item, dict) and not any(map(is_place, item))


def steps(paths: Iterable[str]) -> list[Loc]:
    """Paths as they are written, in their steps."""
    return [tuple(path.split(".")) for path in paths]


def put_fields(sheet: Any, title: str, given: list[tuple[Loc, Any]], known: Iterable[str]) -> None:
    """A sheet with a line a field: its name, its value, its path; the known ones first, also without a value."""
    sheet.title = title
    put_head(sheet, _HEADS, (28, 90, 30))
    for loc, value in {**dict.fromkeys(steps(known)), **dict(given)}.items():
        path = ".".join(map(str, loc))
        put_line(sheet, [_name(loc, path), None if value is None else _cell(loc, value), path], (1, 3))
        _choose(sheet, _choices(loc), f"B{sheet.max_row}")
    protect(sheet)


def _rows(sheet: Any, rows: Rows, items: list[tuple[Key, dict[Loc, Any]]]) -> None:
    """A sheet with a row an item: Chinese heads, their paths below them, the items, and empty rows to fill in."""
    columns = dict.fromkeys((*_known(rows), *(loc for _, values in items for loc in values)))
    keys = ["名称"] if rows.keyed else []
    heads = [_name(loc, ".".join(map(str, loc))) for loc in columns]
    put_head(sheet, [*keys, *heads], [24] * len(keys) + [26 if loc[-1:] in _LONG else 14 for loc in columns])
    put_line(sheet, [*keys, *(".".join(map(str, loc)) or "." for loc in columns)], None)
    for key, values in items:
        shown = [rows.names.get(str(key), key) if rows.names else key] if rows.keyed else []
        inner = [_cell((*rows.root, key, *loc), values[loc]) if loc in values else None for loc in columns]
        put_line(sheet, [*shown, *inner], ())
    last = put_spare(sheet)
    letters = {loc: sheet.cell(1, n).column_letter for n, loc in enumerate(columns, start=1 + len(keys))}
    for loc, letter in letters.items():
        _choose(sheet, _choices((*rows.root, 0 if not rows.keyed else "", *loc)), f"{letter}3:{letter}{last}")
        if example := EXAMPLES.get(str(loc[-1] if loc else "")):
            put_note(sheet[f"{letter}1"], example)
    _choose(sheet, tuple((rows.names or {}).values()), f"A3:A{last}")
    for pair in _NEEDED if rows is _INDICATORS else ():
        needed, given = (letters[loc] for loc in steps(pair))
        _mark(sheet, f"{needed}3:{needed}{last}", f'AND(${given}3<>"",${needed}3="")')
    protect(sheet)


def _mark(sheet: Any, cells: str, formula: str) -> None:
    """Colour the cells for which a formula of the first of them holds."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    yellow = PatternFill(bgColor="FFE699", fill_type="solid")
    sheet.conditional_formatting.add(cells, FormulaRule([formula], fill=yellow))


def _known(rows: Rows) -> list[Loc]:
    """The columns that a sheet always has: the plain fields of what stands in it."""
    if rows is _INDICATORS:
        own = [name for name in _columns(("rubric", "indicators", 0)) if name not in ("name", "id")]
        row: list[Loc] = [(name,) if name in OF_RUBRIC else ("indicator", name) for name in own]
        return [*row, *rows.inner, *((name,) for name in _columns(("facts", "")))]
    key = next(iter(rows.names or {}), "") if rows.keyed else 0
    return [*((name,) for name in _columns((*rows.root, key))), *rows.inner]


def _columns(loc: Loc) -> list[str]:
    """The fields of the models at a place, without those that are maps or models of their own."""
    models = [model for model in models_at(CaseRoot, loc) if "unit" not in model.model_fields]
    fields = {name: field.annotation for name, field in fields_of(models)}
    return [name for name, type_ in fields.items() if "dict" not in str(type_) and not models_in(type_)]


def _name(loc: Loc, path: str) -> str:
    if len(loc) > 1 and loc[0] in ("staff", "assets", *SPENDING):
        return label(path)
    return FILLED_IN.get(path) or FILLED_IN.get(str(loc[-1]) if loc else "") or (str(loc[-1]) if loc else "值")


def put_head(sheet: Any, heads: list[str], widths: Iterable[float]) -> None:
    """The first row of a sheet: the heads of its columns, and how wide these are."""
    from openpyxl.styles import Alignment, Font, PatternFill

    for column, (head, width) in enumerate(zip(heads, widths, strict=True), start=1):
        cell = sheet.cell(1, column, head)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCE6F1")
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[cell.column_letter].width = width
    fit_height(sheet, 1)


def put_line(sheet: Any, values: list[Any], locked: Iterable[int] | None) -> None:
    """A row of texts below the last; the columns that are locked, or all of them (None: a line of paths), are grey."""
    row = sheet.max_row + 1
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        if value is not None:
            cell.value = str(value)
            cell.data_type = "s"  # a text that begins with = is no formula
        _format(cell, open_=locked is not None and column not in locked)
    fit_height(sheet, row)


def put_spare(sheet: Any) -> int:
    """Empty lines to fill in below the last, under heads that stay in view; the number of the last of them."""
    last, columns = int(sheet.max_row) + _SPARE, int(sheet.max_column)
    for row in range(sheet.max_row + 1, last + 1):
        for column in range(1, columns + 1):
            _format(sheet.cell(row, column), open_=True)
    sheet.freeze_panes = sheet.cell(3, 2)
    return last


def _format(cell: Any, *, open_: bool) -> None:
    """Give a new cell its look."""
    from openpyxl.styles import Alignment, Font, Protection

    def make(cell: Any) -> None:
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.protection = Protection(locked=not open_)
        if not open_:
            cell.font = Font(color="808080", size=9)

    give_look(cell, open_, make)


def put_note(cell: Any, text: str) -> None:
    """A note on a cell."""
    from openpyxl.comments import Comment

    cell.comment = Comment(text, "perfkit", height=90, width=260)


def _choose(sheet: Any, words: tuple[str, ...], cells: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    if words:
        choice = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=True)
        choice.error = f"请从列表中选：{'、'.join(words)}"
        sheet.add_data_validation(choice)
        choice.add(cells)


def protect(sheet: Any) -> None:
    """Heads and paths cannot be typed over; rows and columns may be added, sized and sorted. There is no password."""
    sheet.protection.sheet = True
    for right in ("formatColumns", "formatRows", "formatCells", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(sheet.protection, right, False)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


# ---- reading ---------------------------------------------------------------------------------------------------------


def read_workbook(path: Path) -> Document:
    """Read a case from a workbook, in a process of its own. Raises `InputError` with sheet and cell of each fault."""
    reader, sheets = Reader(shown_path(path)), read_sheets(path)
    if MAIN not in sheets:
        raise InputError(Problem(NO_CASE, reader.file))
    for sheet, rows in sheets.items():
        reader.read(sheet, rows)
    if reader.problems:
        raise InputError(reader.problems)
    return spread(reader.case())


def read_sheets(path: Path) -> dict[str, list[list[str]]]:
    """As `read_cells`, in a process of its own. Raises `InputError` where the file cannot be read."""
    if not path.is_file():
        raise InputError(Problem(f"找不到这个文件；{nearest(path)}", shown_path(path)))
    try:
        return call(read_cells, path.absolute(), seconds=_SECONDS, memory=_MEMORY)
    except LimitError as error:
        message = f"没有读：{error}；不是正常的工作簿"
    except Exception:  # there is no end to what a library may raise at a damaged file
        message = "打不开这个工作簿；可能已损坏、加密，或不是 .xlsx"
    raise InputError(Problem(message, shown_path(path)))


class Fault(str):
    """In place of the text of a cell that shows none: what is wrong with it."""


def read_cells(path: Path) -> dict[str, list[list[str]]]:
    """The texts of every sheet, row by row, as they are shown; raises whatever openpyxl does at a damaged file.

    What somebody hid is left out where it is no sheet of a case.
    """
    book = [(title.strip(), is_shown, found) for title, is_shown, found, _ in workbook_sheets(path)]
    own = {MAIN, TEXTS, COMMON, UNITS, *(rows.sheet for rows in SHEETS)}
    return {title: _lines(found) for title, is_shown, found in book if is_shown or title in own}


def _lines(found: Sequence[Cell]) -> list[list[str]]:
    """The texts of a sheet, row by row, each as far as the last column."""
    rows, columns = (max((getattr(cell, way) for cell in found), default=0) for way in ("row", "column"))
    lines = [[""] * columns for _ in range(rows)]
    for cell in found:
        lines[cell.row - 1][cell.column - 1] = Fault(cell.fault) if cell.fault else cell.text
    return lines


class Reader:
    """Collects the values of the sheets, the cell of each, and what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: dict[str, Any] = {}
        self.cells: dict[Loc, str] = {}
        self.problems: list[Problem] = []

    def read(self, sheet: str, rows: list[list[str]]) -> None:
        known = {each.sheet: each for each in SHEETS}
        if sheet in (MAIN, TEXTS):
            self.fields(sheet, rows)
        elif sheet in known and len(rows) > 1:
            if any(map(any, rows[2:])) and not any(map(_PATH.fullmatch, rows[1])):
                self.fail(
                    f"{sheet}!2:2",
                    "第2行应是字段名（如 name），没有写，或被删去、移动了；写法见 docs/workbook.md",
                )
                return
            paths = [() if path == "." else tuple(path.split(".")) if path else None for path in rows[1]]
            self.items(known[sheet], rows[2:], paths)
        elif not sheet.startswith("备") and any(map(any, rows)):
            hint = suggest(sheet, (MAIN, *known, TEXTS))
            self.fail(sheet, f"不认识的工作表；自己的工作表请改名为以“备”开头；{hint}")

    def fail(self, place: str, message: str) -> None:
        self.problems.append(Problem(message, f"{self.file} {place}"))

    def fields(self, sheet: str, rows: list[list[str]]) -> None:
        """A sheet with a line a field: name, value, path."""
        for number, row in enumerate(rows[1:], start=2):
            label, text, path = (*row, "", "", "")[:3]
            if text and not path:
                self.fail(f"{sheet}!C{number}", f"“{label}”这一行没有字段；请照样板填第3列，如 number")
            elif text and (there := self.cells.get(loc := tuple(path.split(".")))):
                self.fail(f"{sheet}!C{number}", f"字段“{path}”重复，{there} 已写；请删去一行")
            elif text:
                self._put(loc, text, f"{sheet}!B{number}")

    def items(self, rows: Rows, lines: list[list[str]], paths: Sequence[Loc | None]) -> None:
        """The lines of a sheet below its two heads; the place of each column within an item, None where it has none."""
        ids = {text: key for key, text in (rows.names or {}).items()}
        for column, path in enumerate(paths):
            if path and path in paths[:column] and any(line[column] for line in lines):
                self.fail(f"{rows.sheet}!{Cell(2, column + 1, '').name}", f"字段“{dotted(path)}”有两列；请删去一列")
        count = 0
        for number, line in enumerate(lines, start=3):
            if not any(line):
                continue
            key: Key = count
            if rows.keyed:
                name = re.sub(r"\s*\n\s*", "", line[0])  # a line that was broken to fit the cell
                key = ids.get(name, name)
                unknown = rows.names and key not in rows.names and f"不认识“{key}”；{suggest(name, ids)}"
                if fault := unknown if key else "这一行没有名称；请补上，或把整行清空":
                    self.fail(f"{rows.sheet}!A{number}", fault)
                    continue
            at = (*rows.root, key)
            if at in self.cells:
                self.fail(f"{rows.sheet}!A{number}", f"“{key}”重复，{self.cells[at]} 已有；请改名或删去一个")
                continue
            self.cells[at] = f"{rows.sheet}!A{number}"
            self._set(at, {})
            for column, text in enumerate(line):
                cell = f"{rows.sheet}!{Cell(number, column + 1, '').name}"
                path = paths[column] if column < len(paths) else None
                if text and path is None:
                    self.fail(cell, "这一列没有字段；请照样板在第2行写上，或删去这一列")
                elif text and path is not None and not (rows.keyed and column == 0):
                    self._put((*at, *path), text, cell)
            count += 1

    def _put(self, loc: Loc, text: str, cell: str) -> None:
        self.cells[loc] = cell
        if isinstance(text, Fault):
            self.fail(cell, text)
            return
        try:
            self._set(loc, _value(loc, text))
        except InputError as error:
            self.fail(cell, error.problems[0].message)

    def _set(self, loc: Loc, value: Any) -> None:
        """Put a value into the data; the items of a list are kept by their number until `case`."""
        here = self.data
        for step in loc[:-1]:
            here = here.setdefault(step, {})  # type: ignore[arg-type]
        here[loc[-1]] = value  # type: ignore[index]

    def case(self) -> Document:
        """The data, with the cell of every value."""
        for rows in SHEETS:
            held, last = rows.holder(self.data), rows.root[-1]
            if not rows.keyed and last in held:
                held[last] = list(held[last].values())
        return Document(self.file, self.data, {**self.cells, ("rubric", "indicators"): _INDICATORS.sheet})
