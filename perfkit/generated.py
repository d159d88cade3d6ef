"""Files that are made from the code, so that they say the same: schemas, page of formulas.

``python -m perfkit.generated`` writes them in a project; a test holds the committed ones to the code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from .cases.case import CaseRoot
from .documents.words import FormWords
from .figures.formulas import FORMULAS, Formula
from .rubrics.rubric import Profile, RubricFile, Source
from .words import EXAMPLES, FILLED_IN, KEYS

_BETTER = {"higher": "越高越好", "lower": "越低越好", "zero": "越接近零越好"}
_PAGE = """# 公式

指标体系里写 `measure: {formula: 公式名, 参数: 数的路径}`，如 `measure: {formula: 资金到位率, received: budget.received, budget: budget.adjusted}`。
结果是比率，不取整、不封顶；分母为零或缺数时没有结果（由人判断），不按零算。`预算执行率` 可以只写公式名：分母由评分口径的 `execution.denominator` 指明。

本页由 `perfkit/figures/formulas.csv` 生成（`make generated`），不要手改。

| 公式 | 算法 | 参数（单位） | 方向 | 依据 | 说明 |
|---|---|---|---|---|---|
"""  # noqa: E501


def schemas() -> dict[str, dict[str, Any]]:
    """File name → JSON Schema of the YAML files, by which an editor completes the keys."""
    roots: dict[str, Any] = {"case": CaseRoot, "rubric": RubricFile, "profile": Profile, "forms": FormWords}
    roots["sources"] = dict[str, Source]
    found = {f"{name}.json": TypeAdapter(root).json_schema(by_alias=True) for name, root in roots.items()}
    known = found["case.json"]["$defs"]
    fields = known["Indicator"]["properties"] | known["Fact"]["properties"]
    own = {name: fields[name] for name in ("source", "note")}
    fields |= {"published": {"$ref": "#/$defs/PublishedScore"}, "indicator": {"type": "object", "properties": own}}
    entry = {"type": "object", "properties": fields, "additionalProperties": False}
    known["EvaluationFile"]["properties"]["indicators"] = {"type": "object", "additionalProperties": entry}
    return {name: _in_chinese(schema, "") for name, schema in found.items()}


def _in_chinese(schema: Any, block: str) -> Any:
    """A schema with what a consultant reads in it: the Chinese names of its fields and how they are written."""
    if isinstance(schema, list):
        return [_in_chinese(item, block) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _in_chinese(value, block) for key, value in schema.items() if key not in ("title", "description")}
    if "$defs" in schema:
        result["$defs"] = {name: _in_chinese(each, name) for name, each in schema["$defs"].items()}
    if "properties" in schema:
        result["properties"] = {name: _in_chinese(each, block) for name, each in schema["properties"].items()}
        for name, field in result["properties"].items():
            title = FILLED_IN.get(f"{block.lower()}.{name}") or KEYS.get(name) or FILLED_IN.get(name)
            field |= ({"title": title} if title else {}) | ({"description": EXAMPLES[name]} if name in EXAMPLES else {})
    return result


def generated() -> dict[str, str]:
    """Path in the project → content of every generated file."""
    return {"docs/formulas.md": _PAGE + "".join(map(_formula_row, FORMULAS.values()))} | {
        f"params/schemas/{name}": json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, schema in schemas().items()
    }


def _formula_row(formula: Formula) -> str:
    inputs = "<br>".join(
        f"`{name}` {each.label}（{each.unit}{'，可不写' if each.optional else ''}）"
        for name, each in formula.inputs.items()
    )
    note = "。".join(filter(None, (formula.note, formula.zero.partition("，")[0])))
    expression = formula.expression.replace("|", "\\|")
    return f"| {formula.name} | {expression} | {inputs} | {_BETTER[formula.better]} | {formula.source} | {note} |\n"


if __name__ == "__main__":
    for name, content in generated().items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content, encoding="utf-8")
