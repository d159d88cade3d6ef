"""Reading YAML files into models: every fault is named with its file, line, field and how to mend it.

YAML 1.2, a plain subset: maps, lists and scalars. Numbers keep their digits (`Decimal`), so that 2.00 stays 2.00.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from .errors import InputError, Problem

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 1_000_000
Key = str | int
Loc = tuple[Key, ...]
M = TypeVar("M", bound=BaseModel)


class Model(BaseModel):
    """Base of all models: unknown keys are refused, instances are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data, with the line of every key and item.

    Parameters
    ----------
    path : as the user gave it, with forward slashes.
    data : the top-level map.
    lines : position (keys and list indices from the top) → 1-based line.
    """

    path: str
    data: dict[str, Any]
    lines: dict[Loc, int]

    def line(self, loc: Iterable[Key]) -> int | None:
        """Line of a position, or of its nearest ancestor that has one."""
        parts = tuple(loc)
        while parts and parts not in self.lines:
            parts = parts[:-1]
        return self.lines.get(parts)

    def problem(self, loc: Iterable[Key], message: str, *, warning: bool = False) -> Problem:
        """A `Problem` at a position of this file."""
        parts = tuple(loc)
        return Problem(message, self.path, self.line(parts), dotted(parts), "warning" if warning else "error")


def dotted(loc: Iterable[Key]) -> str:
    """``("facts", "items", 0)`` → ``facts.items[1]`` (lists count from 1, as people do)."""
    text = ""
    for part in loc:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def suggest(word: str, known: Iterable[str]) -> str:
    """“是否想写 …？” or the list of what is known, for an unknown name."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f"是否想写“{near[0]}”？"
    listed = "、".join(names[:12]) + (" 等" if len(names) > 12 else "")
    return f"可用的有：{listed}" if names else "这里没有可用的名称"


def shown_path(path: Path) -> str:
    """A path as people would write it: relative to the working directory where it lies below it."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()


def read_yaml(path: Path) -> Document:
    """Read a YAML file whose top level is a map. Raises `InputError`."""
    name = shown_path(path)
    text = read_text(path)
    try:
        root = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise InputError(Problem(_syntax_hint(error), name, line)) from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise InputError(Problem(f"不是可读的 YAML：{error}", name)) from None
    if root is None:
        raise InputError(Problem("文件是空的；请用 perfkit new 生成一个样板", name))
    if not isinstance(root, MappingNode):
        raise InputError(Problem("最外层应是“字段: 值”的形式", name, root.start_mark.line + 1))
    builder = _Builder(name)
    data = builder.build(root, ())
    if builder.problems:
        raise InputError(builder.problems)
    return Document(name, data, builder.lines)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file of at most 5 MB. Raises `InputError`."""
    name = shown_path(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                Problem(f"文件有 {size / 1e6:.1f} MB，超过 5 MB 上限；案例文件通常不足 100 KB，请核对", name)
            )
        raw = path.read_bytes()
    except IsADirectoryError:
        raise InputError(Problem("这是文件夹，不是文件", name)) from None
    except FileNotFoundError:
        raise InputError(Problem("找不到这个文件；请核对路径", name)) from None
    except OSError as error:
        raise InputError(Problem(f"无法读取：{error.strerror}", name)) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        hint = "请用编辑器另存为 UTF-8（可能是 GBK 编码）"
        raise InputError(Problem(f"不是 UTF-8 编码；{hint}", name, line)) from None


def _syntax_hint(error: MarkedYAMLError) -> str:
    text = str(error.problem or error.context or "")
    if "alias" in text:
        return "引用了不存在的锚点；案例文件不使用 & 与 *，若是文字请加引号"
    if "tab" in text or "\\t" in text:
        return "用了制表符缩进；YAML 只能用空格缩进"
    if "cannot start any token" in text or "expected" in text or "mapping values" in text or "did not find" in text:
        return f"YAML 语法不对（{text}）；请核对缩进、冒号后的空格，并给以 ≥ = > * & @ % 开头的值加引号"
    return f"YAML 语法不对（{text}）"


class _Builder:
    """Turns composed nodes into plain data; collects the lines and every structural problem."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Loc, int] = {}
        self.problems: list[Problem] = []
        self.seen: set[int] = set()

    def fail(self, message: str, node: Any, loc: Loc) -> None:
        self.problems.append(Problem(message, self.name, node.start_mark.line + 1, dotted(loc)))

    def build(self, node: Any, loc: Loc) -> Any:
        self.lines.setdefault(loc, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.fail("用了锚点与引用（& 与 *）；案例文件不支持，请把内容直接写出", node, loc)
            return None
        self.seen.add(id(node))
        if len(loc) > MAX_DEPTH or len(self.seen) > MAX_NODES:
            raise InputError(Problem("嵌套太深或内容太多；请核对文件", self.name, node.start_mark.line + 1))
        if isinstance(node, MappingNode):
            return self.build_map(node, loc)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*loc, i)) for i, item in enumerate(node.value)]
        return self.build_scalar(node, loc)

    def build_map(self, node: MappingNode, loc: Loc) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None or key_node.tag.endswith((":merge", ":null")):
                self.fail("字段名应是文字", key_node, loc)
                continue
            here = (*loc, key)
            if key in result:
                first = self.lines[here]
                self.fail(f"字段重复，第{first}行已写过；请删去一个", key_node, here)
                continue
            self.lines[here] = key_node.start_mark.line + 1
            result[key] = self.build(value_node, here)
        return result

    def build_scalar(self, node: ScalarNode, loc: Loc) -> Any:
        kind = str(node.tag).rpartition(":")[2]
        if not str(node.tag).startswith("tag:yaml.org,2002:"):
            self.fail(f"不支持的标签 {node.tag}；请直接写值", node, loc)
            return None
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() == "true"
        if kind in ("int", "float"):
            try:
                number = Decimal(node.value)
            except InvalidOperation:
                if node.value.lower().lstrip("+-").startswith((".nan", ".inf")):
                    self.fail("不是一个数（NaN 或无穷大）；没有数据请不要填写这一项", node, loc)
                return node.value
            return number if number.is_finite() else node.value
        return node.value


def validate(model: type[M], document: Document, data: Any = None, base: Loc = ()) -> M:
    """Check plain data (default: the whole document) against a model. Raises `InputError` with every fault."""
    data = document.data if data is None else data
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(_explain(error, model, document, data, base)) from None


def _explain(error: ValidationError, model: type[BaseModel], document: Document, data: Any, base: Loc) -> list[Problem]:
    problems = []
    for item in error.errors(include_url=False):
        loc = tuple(_data_path(data, item["loc"], item["type"]))
        known = _known_keys(model, item["loc"]) if item["type"] == "extra_forbidden" else []
        problems.append(document.problem((*base, *loc), _message(item, loc, known)))
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda p: p.line or 0)


def _data_path(data: Any, loc: Loc, kind: str) -> Iterator[Key]:
    """The part of a pydantic location that exists in the data (union tags drop out)."""
    here = data
    for i, part in enumerate(loc):
        if (
            isinstance(here, dict)
            and part in here
            or isinstance(here, list)
            and isinstance(part, int)
            and part < len(here)
        ):
            yield part
            here = here[part]  # type: ignore[index]
        elif kind == "missing" and i == len(loc) - 1:
            yield part


def _known_keys(model: type[BaseModel], loc: Loc) -> list[str]:
    """Keys that the model at a pydantic location knows (best effort, by walking the annotations)."""
    from typing import get_args

    found: list[type[BaseModel]] = [model]
    for part in loc[:-1]:
        inner: list[type[BaseModel]] = []
        for candidate in found:
            field = candidate.model_fields.get(str(part))
            stack: list[Any] = [field.annotation] if field else []
            while stack:
                annotation = stack.pop()
                if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                    inner.append(annotation)
                else:
                    stack.extend(get_args(annotation))
        found = inner or found
    return [key for candidate in found for key in candidate.model_fields]


def _message(item: Any, loc: Loc, known: list[str]) -> str:
    kind, value, context = item["type"], item.get("input"), item.get("ctx", {})
    if kind == "missing":
        return f"缺少 {loc[-1] if loc else ''}；请补上这一项"
    if kind == "extra_forbidden":
        return f"不认识的字段“{loc[-1]}”；{suggest(str(loc[-1]), known)}"
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        return f"“{value}”不在可选范围；应为 {str(context['expected']).replace(' or ', ' 或 ')}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        given = value.get("kind") if isinstance(value, dict) else value
        expected = [tag.strip(" '") for tag in str(context.get("expected_tags", "")).split(",") if tag.strip()]
        if given is None:
            return "缺少 kind；请写明类型" + (f"，{suggest('', expected)}" if expected else "")
        return f"不认识的 kind“{given}”；{suggest(str(given), expected)}"
    if kind == "string_type":
        return f'“{value}”应写成文字；编码和带单位的数请加引号或写上单位，如 "00123"、556.67万元'
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"“{value}”应是“字段: 值”的形式"
    if kind in ("list_type", "tuple_type"):
        return f"“{value}”应是列表，写成 [甲, 乙] 或每行一个“- 甲”"
    if kind.startswith(("int", "float", "decimal")):
        return f"“{value}”应是一个数"
    if kind.startswith(("greater", "less", "finite")):
        return f"“{value}”超出范围：{item['msg']}"
    return f"“{value}”不合要求：{item['msg']}"
