"""Plain data into models: every fault in Chinese, with its line, field and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, RootModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from .errors import InputError, Problem
from .reading import Document, Key, Loc, suggest

M = TypeVar("M", bound=BaseModel)
MOST_FAULTS = 200
"""More faults than a person mends at once are not listed."""


class Model(BaseModel):
    """Base of all models: unknown keys are refused, instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _named(text: str) -> str:
    if not text.strip():
        raise ValueError("名称是空的；请写上名称")
    return text


Name = Annotated[str, AfterValidator(_named)]


class _AsMade:
    """Of a field whose validator makes a dataclass: pydantic checks the class, and does not build a model of it.

    A third of the time that all models take would go into those.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.is_instance_schema(get_origin(source) or source)


AS_MADE = _AsMade()


def validate(model: type[M], document: Document, data: Any = None, base: Loc = ()) -> M:
    """Check plain data (default: the whole document) against a model. Raises `InputError` with every fault."""
    data = document.data if data is None else data
    year = document.data.get("year")
    try:
        known = int(year) if isinstance(year, Decimal) and 1990 <= year <= 2100 else None
        return model.model_validate(data, context={"year": known})
    except ValidationError as error:
        raise InputError(_explain(error, model, document, data, base)) from None


def _explain(error: ValidationError, model: type[BaseModel], document: Document, data: Any, base: Loc) -> list[Problem]:
    found = error.errors(include_url=False)
    items = [(item, tuple(_data_path(data, item["loc"], item["type"]))) for item in found[:MOST_FAULTS]]
    problems = []
    if len(found) > MOST_FAULTS:
        problems.append(document.problem(base, f"共有{len(found)}处错误，只列出前{MOST_FAULTS}处；是不是选错了文件？"))
    for item, loc in items:
        others = [(other["type"], place) for other, place in items if other is not item]
        missing = [place[-1] for type_, place in others if type_ == "missing" and place[:-1] == loc[:-1]]
        if _is_echo(item, loc, others):
            continue
        known = _known(model, item["loc"], item["type"])
        if item["type"] == "extra_forbidden" and len(missing) == 1:
            known = [str(missing[0])]
        elif item["type"] == "extra_forbidden" and (kinds := _kinds_with(model, item["loc"])):
            problems.append(document.problem((*base, *loc), f"“{loc[-1]}”写在 kind: {' 或 '.join(kinds)} 里"))
            continue
        problems.append(document.problem((*base, *loc), _message(item, loc, known)))
    return sorted(dict.fromkeys(problems), key=lambda p: p.line or 0)


def _is_echo(item: Any, loc: Loc, others: list[tuple[str, Loc]]) -> bool:
    """Whether another fault already says it.

    Pydantic also reports that a name-or-map value is not the other of the two, and that faulty items do not count.
    """
    if item["type"] == "too_short" or item["type"] == "string_type" and isinstance(item["input"], dict):
        return any(place[: len(loc)] == loc for _, place in others)
    return item["type"] == "model_type" and ("string_type", loc) in others


def _data_path(data: Any, loc: Loc, kind: str) -> Iterator[Key]:
    """The part of a pydantic location that exists in the data (union tags drop out)."""
    here = data
    for i, part in enumerate(loc):
        indexed = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if indexed or isinstance(here, dict) and part in here:
            yield part
            here = here[part]
        elif kind == "missing" and i == len(loc) - 1:
            yield part


def _kinds_with(model: type[BaseModel], loc: Loc) -> list[str]:
    """Where one of several kinds was chosen, the others that have the unknown key at a pydantic location."""
    kinds = [found for found in models_at(model, loc[:-2]) if "kind" in found.model_fields]
    return [get_args(found.model_fields["kind"].annotation)[0] for found in kinds if loc[-1] in found.model_fields]


def _known(model: type[BaseModel], loc: Loc, kind: str) -> list[str]:
    """What could have been written: keys for an unknown key or for what is no map, kinds for a missing kind."""
    models = models_at(model, loc[:-1] if kind == "extra_forbidden" else loc)
    fields = fields_of(models)
    if kind == "extra_forbidden":
        return [name for name, _ in fields]
    if kind == "model_type":
        return [name for name, field in fields if field.is_required()]
    tagged = (field for name, field in fields if name == "kind" and kind == "union_tag_not_found")
    return [tag for field in tagged for tag in get_args(field.annotation)]


def fields_of(models: Iterable[type[BaseModel]]) -> list[tuple[str, FieldInfo]]:
    """The fields of models with the names that a file writes; source and note, which many share, are the last."""
    found = [(field.alias or name, field) for model in models for name, field in model.model_fields.items()]
    return sorted(found, key=lambda item: {"source": 1, "note": 2}.get(item[0], 0))


def models_at(model: type[BaseModel], loc: Loc) -> list[type[BaseModel]]:
    """The models a pydantic location may hold, by walking the annotations (union tags choose among models)."""
    found = models_in(model)
    for part in loc:
        tagged = [c for c in found if "kind" in c.model_fields and part in get_args(c.model_fields["kind"].annotation)]
        if tagged and len(found) > 1:
            found = tagged
            continue
        fields = [f for c in found for name, f in c.model_fields.items() if part in (name, f.alias)]
        found = [inner for f in fields for inner in models_in(f.annotation)] or found
    return found


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models an annotation mentions; a root model stands for its content."""
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        annotation = annotation.model_fields["root"].annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


_LIMITS = {"ge": "不小于", "gt": "大于", "le": "不大于", "lt": "小于"}
_WRITTEN = {
    "string_type": '应写成文字；编码和带单位的数请加引号或写上单位，如 "00123"、556.67万元',
    "string_pattern": "格式不对；日期写成 2023-10-31",
    "(list|tuple)_type": "应是列表，写成 [甲, 乙] 或每行一个“- 甲”",
    "bool": "应写成 true 或 false",
    "int|float|decimal": "应是一个数",
    "string": "的长短不合要求；请核对",
}
"""How pydantic's types of faults begin → what is said of the value."""


def _message(item: Any, loc: Loc, known: list[str]) -> str:
    kind, value, context = item["type"], item.get("input"), item.get("ctx", {})
    shown = "没有写值，" if value is None else "这里的内容" if isinstance(value, dict | list) else f"“{value}”"
    if kind == "missing":
        return f"缺少 {loc[-1] if loc else ''}；请补上这一项"
    if kind == "extra_forbidden":
        chinese = re.search("[：，]", str(loc[-1]))
        hint = "用了中文标点；冒号和逗号请改成英文的" if chinese else suggest(str(loc[-1]), known)
        if re.match(r"\d{3}(?!\d)", str(loc[-1])):  # {basic: 38,650.27万元} is basic: 38 and a key of its own
            hint = "花括号里千分位的逗号把一个数分成了两段；请去掉逗号，或给这个数加引号"
        return f"不认识的字段“{loc[-1]}”；{hint}"
    if kind == "value_error":
        return str(context["error"]).replace(f"“{value}”", shown)
    if kind in ("literal_error", "enum"):
        return f"{shown}不在可选范围；应为 {str(context['expected']).replace(' or ', ' 或 ')}"
    if kind == "union_tag_not_found":
        return f"缺少 kind；请写明类型，{suggest('', known)}"
    if kind == "union_tag_invalid":
        expected = [tag.strip(" '") for tag in context["expected_tags"].split(",")]
        return f"不认识的 kind“{context['tag']}”；{suggest(context['tag'], expected)}"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        written = f"，写成 {{{known[0]}: {value}}}" if known and isinstance(value, str) else ""
        return f"{shown}应是“字段: 值”的形式{written}"
    if kind == "too_short":
        return f"至少写{context['min_length']}项"
    if kind.startswith(("greater", "less")):
        limit = "".join(f"{text}{context[key]}" for key, text in _LIMITS.items() if key in context)
        return f"{shown}超出范围；应{limit}"
    said = next((said for start, said in _WRITTEN.items() if re.match(start, kind)), "")
    return shown + (said or f"不合要求（{kind}）；请对照文档核对这一项的写法")
