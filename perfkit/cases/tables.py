"""Many units in one workbook, a row a unit: what they share on one sheet, what differs in the columns of another.

The heads of the columns are the names that a case file uses: an indicator's or fact's name for what was achieved
(``培训人数``), with a field behind it for anything else (``培训人数.target``, ``制度健全性.items[2]``), and the path of
a figure (``budget.final``). `perfkit.scoring.columns` takes the same heads for a DataFrame.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import InputError, PerfkitError, Problem
from ..figures.cells import Cell
from ..figures.quantities import DATE, MONEY, RATIO, WORD
from ..reading import Document, Loc, shown_path, suggest
from ..rubrics.rubric import Library, Rubric
from ..rubrics.rules.base import FIELDS
from ..rubrics.rules.counted import Checklist, PerItem, circled
from ..words import EXAMPLES, FILLED_IN, SPENDING, STAGES, label
from . import workbook
from .models import Fact
from .workbook import COMMON, UNITS

TABLE = "单位数据表"
NAMES = ("case", "unit", "year")
"""Columns that name a row and are no facts."""
_ITEM = re.compile(r"items\[(\d+)\]")
_IN_HEAD = re.compile(r"（(?:单位：)?([^（）\d]{1,4})）$")
"""The unit of the bare numbers below a head: 全年预算数（万元）."""
_BARE = re.compile(r"[≥≤<>=]?(-?\d[\d,]*(?:\.\d+)?)")
_SHARED = ("kind", "rubric", "title", "year", "client", "evaluator", "team.leader", "team.members", "date", "basis")


def is_table(path: Path) -> bool:
    """Whether a file is a workbook with a row a unit."""
    return path.suffix.lower() == ".xlsx" and workbook.has_sheets(path, COMMON, UNITS)


def split(head: str, facts: Mapping[str, Any]) -> tuple[str, str, int]:
    """Fact, field and number of the item (0 for none) that a head names; the fact may be none of these."""
    fact, _, field = (head, "", "actual") if head in facts else head.rpartition(".")
    item = _ITEM.fullmatch(field)
    return (fact, "items", int(item[1])) if item else (fact, field, 0)


def place(head: str, facts: Mapping[str, Any]) -> Loc:
    """Where in a case stands what a column holds. Raises `PerfkitError` for a head that no case has a place for."""
    if head in NAMES:
        return ("unit", "name") if head == "unit" else (head,)
    fact, field, item = split(head, facts)
    if fact in facts:
        if item:
            return ("facts", fact, field, item - 1)
        if field in Fact.model_fields and field != "items":
            return ("facts", fact, field)
        raise PerfkitError(f"“{head}”：指标没有“{field}”这个字段；{suggest(field, Fact.model_fields)}")
    block, *rest = head.split(".")
    if block == "budget" and len(rest) == 1 and rest[0] in STAGES:
        return (block, *rest, "total")
    if rest:
        return (block, ".".join(rest)) if block == "figures" else (block, *rest)
    written = "数的路径写成 budget.final，其他字段写成 指标名.target"
    raise PerfkitError(f"不认识的列“{head}”；{suggest(head, facts)}。{written}")


def read_table(path: Path, library: Library) -> list[tuple[str, Document]]:
    """The units of a workbook, each its name and its case as plain data. Raises `InputError` with sheet and cell."""
    sheets = workbook.read_sheets(path)
    reader = workbook.Reader(shown_path(path))
    reader.fields(COMMON, sheets.get(COMMON, []))
    rubric = reader.data.get("rubric")
    if not isinstance(rubric, str):
        reader.fail(COMMON, "没有写指标体系；请在 rubric 一行写 params/rubrics 中的名称")
        raise InputError(reader.problems)
    with Document(reader.file, reader.data, reader.cells).naming(("rubric",)):
        facts = library.rubric(rubric).reads
    titles, heads, *lines = sheets[UNITS] if len(sheets[UNITS]) > 1 else ([], [])
    units = [said[1] if (said := _IN_HEAD.search(title)) else "" for title in titles]
    lines = [list(map(_with_unit, line, units)) for line in lines]
    places: list[Loc | None] = []
    for number, head in enumerate(heads):
        try:
            places.append(place(head, facts) if head else None)
        except PerfkitError as error:
            reader.fail(f"{UNITS}!{Cell(2, number + 1, '').name}", str(error))
            places.append((head,))
    reader.items(workbook.Rows(UNITS, ("rows",)), lines, places)
    found: dict[str, Document] = {}
    for number, row in reader.data.pop("rows", {}).items():
        cells = {loc[2:]: cell for loc, cell in reader.cells.items() if loc[:2] == ("rows", number)}
        here = cells.pop(())
        line = int(here.partition("!A")[2])
        for column, at in enumerate(places):
            for n in range(2, len(at or ()) + 1):  # of an empty cell too: what is missing is missing there
                cells.setdefault(at[:n], f"{UNITS}!{Cell(line, column + 1, '').name}")  # type: ignore[index]
        name = str(row.pop("case", "") or row.get("unit", {}).get("name", ""))
        if not name or name in found:
            reader.fail(here, f"“{name}”重复；请改名，或加一列 case 写编号" if name else "没有写单位名称（unit）")
        found[name] = Document(reader.file, _case(reader.data, row, places), reader.cells | cells)
    if reader.problems:
        raise InputError(reader.problems)
    if not found:
        raise InputError(Problem("没有填写任何单位；从第3行起一行一个", f"{reader.file} {UNITS}"))
    return list(found.items())


def unit_of(path: str) -> str:
    """The unit of every figure of a block of the case, "" where a block holds several."""
    block = path.partition(".")[0]
    return MONEY if block in ("budget", *SPENDING) else "人" if block == "staff" else ""


def _with_unit(text: str, unit: str) -> str:
    """A bare number with the unit of its head; 0.93 below a head of percentages may be 93% as well, and stays bare."""
    bare = _BARE.fullmatch(text) if unit else None
    if not bare or (unit == RATIO and 0 < abs(float(bare[1].replace(",", ""))) <= 1):
        return text
    return text + unit


def _case(common: dict[str, Any], row: dict[str, Any], places: list[Loc | None]) -> dict[str, Any]:
    """The case of a row; a fact without anything filled in is there without fields, so that messages find its cell."""
    data = copy.deepcopy(common)
    data["unit"] = data.get("unit", {}) | row.pop("unit", {})
    facts = {str(at[1]): {} for at in places if at and at[0] == "facts"} | row.pop("facts", {})
    for fact in facts.values():
        if "items" in fact:
            # an empty cell keeps its place, or the next answer would be taken for its own
            fact["items"] = [workbook.answer_of(str(fact["items"].get(n, ""))) for n in range(max(fact["items"]) + 1)]
    return data | row | {"facts": facts}


# ---- the workbook to fill in -----------------------------------------------------------------------------------------


def new_table(rubric: Rubric, year: int) -> bytes:
    """An empty workbook with the columns that a rubric needs, each with its standard as a note."""
    from openpyxl import Workbook

    book = Workbook()
    shared: dict[Loc, Any] = {("kind",): "evaluation", ("rubric",): rubric.name, ("year",): Decimal(year)}
    workbook.put_fields(book.active, COMMON, list(shared.items()), _SHARED)
    sheet = book.create_sheet(UNITS)
    columns = list(_columns(rubric))
    workbook.put_head(sheet, [text for _, text, _ in columns], [24, *[16] * (len(columns) - 1)])
    workbook.put_line(sheet, [head for head, _, _ in columns], None)
    for number, (_, _, told) in enumerate(columns, start=1):
        if told:
            workbook.put_note(sheet.cell(1, number), told)
    workbook.put_spare(sheet)
    workbook.protect(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _columns(rubric: Rubric) -> Iterator[tuple[str, str, str]]:
    """Head, its Chinese name, and what its note says, of every column that the rules of a rubric read."""
    yield "unit", "单位名称", ""
    for path in rubric.figures:
        yield path, label(path) + _in_brackets(unit := unit_of(path)), EXAMPLES["total"] if unit == MONEY else ""
    for fact, fields in rubric.reads.items():
        told = f"{standard}\n" if (standard := standard_of(rubric, fact)) else ""
        leaves = [leaf for each in rubric.indicators for leaf in each.rule.leaves() if leaf.fact(each.key) == fact]
        for field in [field for field in FIELDS if field in fields]:
            if field == "items":
                items = next((leaf.items for leaf in leaves if isinstance(leaf, Checklist)), ())
                for number, item in enumerate(items):
                    yield f"{fact}.items[{number + 1}]", f"{fact}{circled(number)}{item.text}", f"{told}是 或 否"
                continue
            found = (leaf.counted()[0] for leaf in leaves if isinstance(leaf, PerItem)) if field == "count" else ()
            unit = rubric.units.get(fact, "") if field == "actual" else next(iter(found), "")
            head = fact if field == "actual" else f"{fact}.{field}"
            yield head, f"{fact}：{FILLED_IN[field]}{_in_brackets(unit)}", told + EXAMPLES.get(field, "")
            if field == "share":
                yield f"{fact}.reason", f"{fact}：{FILLED_IN['reason']}", told


def _in_brackets(unit: str) -> str:
    """A unit as a head says it, money as it is printed; "" for none, or for what is no number."""
    return f"（{'万元' if unit == MONEY else unit}）" if unit not in ("", DATE, WORD) else ""


def standard_of(rubric: Rubric, name: str) -> str:
    """The standard of an indicator, as it is printed or as its rule states it; "" for a fact that is none."""
    indicator = rubric.by_key.get(name)
    return indicator.given(rubric.context(indicator)) if indicator else ""
