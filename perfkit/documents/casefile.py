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

_MEASURE = {"formula": EXECUTION, "executed": "budget.final", "budget": "budget.adjusted"}


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
    place = _place(form)
    names = Counter(row.name for row in form.rows)
    indicators, facts, published = [], {}, {}
    execution = _execution(form)
    if execution:
        indicators.append(execution)
        assert form.whole
        published[EXECUTION] = _published(form.whole.values, place(form.whole.row))
        if reason := form.whole.values.get("deviation"):
            facts[EXECUTION] = {"deviation": reason, "source": f"第{form.whole.row}行"}
    for row in form.rows:
        key = row.name if names[row.name] == 1 else f"{row.name}（{row.level2}）"
        if key in facts or (execution and key == EXECUTION):
            key = f"{key}（第{row.row}行）"
        indicator, fact = _indicator(row, key, place(row.row))
        indicators.append(indicator)
        facts[key] = fact
        published[key] = _published({"weight": row.weight, "score": row.score}, place(row.row))
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
        "published": {"indicators": published} | _totals(form, place),
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


def _place(form: Form) -> Any:
    return lambda row: f"{form.sheet.strip() or '自评表'} {row}"


def _number(text: str) -> int | float:
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def _published(values: dict[str, str], place: str) -> dict[str, Any]:
    return {key: {place: _number(values[key])} for key in ("weight", "score") if values.get(key)}


def _execution(form: Form) -> dict[str, Any] | None:
    total = form.whole
    if total is None or not total.values.get("weight"):
        return None
    return {
        "level1": "预算执行",
        "level2": "预算执行",
        "name": EXECUTION,
        "weight": _number(total.values["weight"]),
        "measure": dict(_MEASURE),
        "rule": {"kind": "proportional", "target": "=100%"},
    }


def _indicator(row: FormRow, key: str, place: str) -> tuple[dict[str, Any], dict[str, Any]]:
    fact: dict[str, Any] = {name: {place: text} for name in ("target", "actual") if (text := getattr(row, name))}
    rule = _rule(row)
    if row.unusable:
        fact["evidence"] = f"实际完成值{row.unusable}"
    if rule == "self_declared" and row.score:
        fact["declared"] = _number(row.score)
    elif rule == "self_declared":
        fact["missing"] = "表上没有得分"
    if row.level:
        fact["level"] = row.level
    if row.deviation:
        fact["deviation"] = row.deviation
    indicator = {"level1": row.level1 or "绩效指标", "level2": row.level2 or row.level1 or "绩效指标", "name": row.name}
    if key != row.name:
        indicator["id"] = key
    return indicator | {"weight": _number(row.weight or "0"), "rule": {"kind": rule}}, fact | {
        "source": f"第{row.row}行"
    }


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
    place = _place(form)
    for stage in STAGES:
        amounts = {row.name: {place(row.row): amount} for row in form.funds if (amount := row.values.get(stage))}
        parts = {name: amount for name, amount in amounts.items() if name}
        found: dict[str, Any] = {"total": amounts[""]} if "" in amounts else {}
        if parts:
            found["parts"] = parts
        if found:
            budget[stage] = found
    return budget


def _totals(form: Form, place: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if form.total and form.total_row:
        found["total"] = {place(form.total_row): _number(form.total)}
    if form.grade and form.grade_row:
        found["grade"] = {place(form.grade_row): form.grade}
    if form.whole and (rate := form.whole.values.get("rate")):
        found["rates"] = {EXECUTION: {"printed": {place(form.whole.row): rate}, **_MEASURE}}
    return found


def form_cases(path: Path, library: Library, profile: str = "national-self-2020") -> list[Case]:
    """Every form of a workbook as a checked case, without a file of its own; the id names file and sheet.

    Raises `InputError` with the cell of everything that cannot be read.
    """
    cases, problems = load_forms(path, library, profile)
    if problems:
        raise InputError(problems)
    return cases


def load_forms(path: Path, library: Library, profile: str = "national-self-2020") -> tuple[list[Case], list[Problem]]:
    """As `form_cases`; the faulty forms come back as problems, beside their warnings.

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
