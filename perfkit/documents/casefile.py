"""A form as a case file: the form's own indicators and weights, every printed score with its row."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ..cases.case import Case
from ..cases.loading import build_case
from ..errors import InputError, Problem
from ..figures.quantities import DATE, parse_target
from ..reading import Document
from ..rubrics.rubric import EXECUTION, Library
from ..words import STAGES
from .form import Form, FormRow
from .reader import read_forms


def form_to_case(form: Form, profile: str = "national-self-2020", year: int | None = None) -> dict[str, Any]:
    """The form as the data of a case file of kind project_self_evaluation, with an inline rubric.

    Numeric targets are scored in proportion, dates all or nothing; where the form gives no target or result that a rule
    can read, the printed score is kept as self-declared. `year` is used where the form prints none.

    Raises
    ------
    InputError
        With the cell of everything that cannot be read.
    """
    problems = form.errors
    if form.undated and year is None:
        problems.append(form.undated)
    if problems:
        raise InputError(problems)
    names = Counter(row.name for row in form.rows)
    indicators: list[dict[str, Any]] = []
    facts, published = {}, {}
    whole = form.whole
    if whole and (weight := whole.values.get("weight")):
        execution = {"level1": "预算执行", "level2": "预算执行", "name": EXECUTION, "weight": _number(weight)}
        rule = {"kind": "proportional", "target": "=100%"}
        indicators.append({**execution, "measure": {"formula": EXECUTION}, "rule": rule})
        published[EXECUTION] = _published(whole.values, form.place(whole.row))
        if reason := whole.values.get("deviation"):
            facts[EXECUTION] = {"deviation": reason, "source": f"第{whole.row}行"}
    for row in form.rows:
        key = row.name if names[row.name] == 1 else f"{row.name}（{row.level2}）"
        if key in published:
            key = f"{key}（第{row.row}行）"
        indicators.append(_indicator(row, key))
        facts[key] = _fact(row, form.place(row.row))
        published[key] = _published({"weight": row.weight, "score": row.score}, form.place(row.row))
    rubric: dict[str, Any] = {"title": f"{form.project or form.sheet}自评指标", "profile": profile}
    if abs(sum(float(i["weight"]) for i in indicators) - 100) > 1e-6:
        rubric |= {"partial": "是", "note": "表上的分值合计不是100，照原样保留"}
    case: dict[str, Any] = {
        "kind": "project_self_evaluation",
        "unit": {"name": form.unit or form.project or form.sheet},
        "year": form.year or year,
        "title": f"{form.project or form.sheet}支出绩效自评",
        "rubric": rubric | {"indicators": indicators},
        "overview": {"goals": [form.goal] if form.goal else [], "conclusion": [form.result] if form.result else []},
        "budget": _budget(form),
        "facts": facts,
        "published": {"indicators": published} | _totals(form),
    }
    return {key: value for key, value in case.items() if value not in ({}, [], None)}


def write_case(form: Form, path: Path, profile: str = "national-self-2020", year: int | None = None) -> None:
    """Write the form as a case file. Raises `InputError` as `form_to_case`, `PerfkitError` for a full disk."""
    from ..files import write_whole

    yaml = YAML()
    yaml.width = 150
    buffer = io.StringIO()
    buffer.write("# yaml-language-server: $schema=../schemas/case.json\n")
    buffer.write(f"# 由 {Path(form.file).name} 的“{form.sheet}”读出；出处中的行号是表格的行。\n")
    yaml.dump(form_to_case(form, profile, year), buffer)
    write_whole(path, buffer.getvalue())


def _number(text: str) -> int | float:
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def _published(values: dict[str, str], place: str) -> dict[str, Any]:
    return {key: {place: _number(values[key])} for key in ("weight", "score") if values.get(key)}


def _indicator(row: FormRow, key: str) -> dict[str, Any]:
    indicator = {"level1": row.level1 or "绩效指标", "level2": row.level2 or row.level1 or "绩效指标", "name": row.name}
    named = {"id": key} if key != row.name else {}
    return {**indicator, **named, "weight": _number(row.weight or "0"), "rule": {"kind": _rule(row)}}


def _fact(row: FormRow, place: str) -> dict[str, Any]:
    stated = _rule(row) == "self_declared"
    fact = {
        "target": {place: row.target} if row.target else "",
        "actual": {place: row.actual} if row.actual else "",
        "evidence": f"实际完成值{row.unusable}" if row.unusable else "",
        "declared": _number(row.score) if stated and row.score else "",
        "missing": "表上没有得分" if stated and not row.score else "",
        "level": row.level,
        "deviation": row.deviation,
        "source": f"第{row.row}行",
    }
    return {key: value for key, value in fact.items() if value != ""}


def _rule(row: FormRow) -> str:
    """Numbers of one unit in proportion, dates all or nothing; anything else keeps the printed score."""
    if not (row.target and row.actual):
        return "self_declared"
    target = parse_target(row.target)
    if target.is_number:
        return "proportional"
    return "all_or_nothing" if target.unit == DATE else "self_declared"


def _budget(form: Form) -> dict[str, Any]:
    budget: dict[str, Any] = {}
    for stage in STAGES:
        amounts = {r.name: {form.place(r.row): amount} for r in form.funds if (amount := r.values.get(stage))}
        found = {"total": amounts.pop("", None), "parts": amounts}
        budget[stage] = {key: value for key, value in found.items() if value}
    return {stage: found for stage, found in budget.items() if found}


def _totals(form: Form) -> dict[str, Any]:
    total = _number(form.total) if form.total else ""
    stated = {"total": (form.total_row, total), "grade": (form.grade_row, form.grade)}
    found: dict[str, Any] = {key: {form.place(row): text} for key, (row, text) in stated.items() if row and text != ""}
    if form.whole and (rate := form.whole.values.get("rate")):
        printed = {form.place(form.whole.row): rate}
        figures = {"executed": "budget.final", "budget": "budget.adjusted"}  # as the form's heads say
        found["rates"] = {EXECUTION: {"printed": printed, "formula": EXECUTION, **figures}}
    return found


def load_forms(path: Path, library: Library, profile: str = "national-self-2020") -> tuple[list[Case], list[Problem]]:
    """Every form of a workbook as a checked case, without a file of its own; the id names file and sheet.

    The faulty forms come back as problems with the cell of everything that cannot be read, beside their warnings.

    Raises `InputError` for a workbook that cannot be read.
    """
    forms = read_forms(path, library=library)
    cases: list[Case] = []
    problems: list[Problem] = []
    for form in forms:
        name = path.name if len(forms) == 1 else f"{path.name}/{form.name}"
        try:
            case = build_case(Document(form.file, form_to_case(form, profile), {}), library, name)
        except InputError as error:
            problems += [problem for problem in form.problems if problem.severity == "warning"]
            problems += error.problems
        else:
            cases.append(replace(case, warnings=(*form.problems, *case.warnings)))
    return cases, problems
