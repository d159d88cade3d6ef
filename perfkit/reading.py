"""Reading YAML files into plain data: every fault is named with its file, line, field and how to mend it.

YAML 1.2, a plain subset: maps, lists and scalars. Numbers keep their digits (`Decimal`), so that 2.00 stays 2.00.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from .errors import InputError, PerfkitError, Problem, reason

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 1_000_000
_TAGS = ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLS = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_COLON = re.compile(r"[\s-]*([^\s:：\"'#{\[-]+)：")
"""A key with a Chinese colon, the commonest slip of a Chinese keyboard."""
_CODE = re.compile(r"[-+]?0[0-9]|.*[eE]")
"""Numbers in a form in which nobody writes one: 00123, 1e5."""
_SYNTAX = {
    "mapping values": "：一个值里又有“: ”",
    "',' or '}'": "：花括号里缺逗号或右括号，或值里又有“: ”",
    "',' or ']'": "：方括号里缺逗号或右括号",
    "unexpected ':'": "：冒号的位置不对",
    "end of stream": "：引号没有配对",
    "expected key": "：缩进没有对齐，或引号后面还有字",
    "cannot start any token": "：值的第一个字符要加引号",
    "escape": "：双引号里的反斜杠不能这样用，请改用单引号",
    "document start": "：一份内容之后还有别的",
}
"""What the parser says → the same in Chinese."""
_INVISIBLE = re.compile("[^\t\n\r -~\x85\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not allow in a file, and what turns the direction of writing."""
Key = str | int
Loc = tuple[Key, ...]


@dataclass(frozen=True)
class Document:
    """A YAML file or workbook as plain data, and where everything stands in it.

    Parameters
    ----------
    path : as the user gave it, with forward slashes.
    data : the top-level map.
    lines : position (keys and list indices from the top) → 1-based line; in a workbook sheet and cell, ``指标!F12``.
    origins : position → where it stands in the file, of what is written elsewhere than it is read.
    """

    path: str
    data: dict[str, Any]
    lines: Mapping[Loc, int | str]
    origins: Mapping[Loc, Loc] = field(default_factory=dict)

    def place(self, loc: Iterable[Key]) -> int | str | None:
        """Line or cell of a position, or of its nearest ancestor that has one."""
        return self.lines.get(_nearest(self._written(loc), self.lines))

    def _written(self, loc: Iterable[Key]) -> Loc:
        """Where in the file a position is written."""
        parts = tuple(loc)
        moved = _nearest(parts, self.origins)
        return (*self.origins.get(moved, ()), *parts[len(moved) :])

    def problem(self, loc: Iterable[Key], message: str, *, warning: bool = False) -> Problem:
        """A `Problem` at a position of this file."""
        parts = tuple(loc)
        place = self.place(parts)
        file, line = (f"{self.path} {place}", None) if isinstance(place, str) else (self.path, place)
        return Problem(message, file, line, dotted(self._written(parts)), "warning" if warning else "error")

    @contextmanager
    def naming(self, loc: Iterable[Key]) -> Iterator[None]:
        """What fails without a place while the block runs, fails at a position of this file, as an `InputError`."""
        try:
            yield
        except InputError:
            raise
        except PerfkitError as error:
            raise InputError(self.problem(loc, str(error))) from None


def _nearest(loc: Loc, known: Mapping[Loc, Any]) -> Loc:
    """A position, or its nearest ancestor that is known; the top where none is."""
    while loc and loc not in known:
        loc = loc[:-1]
    return loc


def dotted(loc: Iterable[Key]) -> str:
    """``("facts", "items", 0)`` → ``facts.items[1]`` (lists count from 1, as people do)."""
    text = ""
    for part in loc:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def without_blanks(data: Any) -> Any:
    """Data without texts, lists and maps that are empty, whatever their depth."""
    if isinstance(data, dict):
        kept = {key: without_blanks(value) for key, value in data.items()}
        return {key: value for key, value in kept.items() if value not in ({}, [], "", None)}
    return [without_blanks(item) for item in data] if isinstance(data, list) else data


def suggest(word: object, known: Iterable[str]) -> str:
    """“是否想写 …？” or the list of what is known, for an unknown name."""
    names = list(known)
    near = difflib.get_close_matches(str(word), names, n=1, cutoff=0.5)
    if near:
        return f"是否想写“{near[0]}”？"
    listed = "、".join(names[:12]) + (" 等" if len(names) > 12 else "")
    return f"可用的有：{listed}" if names else "这里没有可用的名称"


class UnknownNameError(PerfkitError, AttributeError):
    """A name that an object or a module of perfkit does not have."""


def unknown_name(name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a misspelt name of what people use at a prompt."""
    return UnknownNameError(f"没有“{name}”；{suggest(name, [own for own in known if not own.startswith('_')])}")


def nearest(path: Path) -> str:
    """How to mend a path that is not there: the most alike name of its folder, if there is one."""
    near = difflib.get_close_matches(path.name, [other.name for other in path.parent.glob("*")], n=1, cutoff=0.8)
    return f"是否想写“{near[0]}”？" if near else "请核对路径"


def shown_path(path: Path) -> str:
    """A path as people would write it: relative to the working directory where it lies below it."""
    with suppress(OSError):  # the working directory may be gone
        if path.is_absolute() and path.is_relative_to(Path.cwd()):
            path = path.relative_to(Path.cwd())
    return path.as_posix()


def read_yaml(path: Path) -> Document:
    """Read a YAML file whose top level is a map. Raises `InputError`."""
    return parse_yaml(read_text(path), shown_path(path))


def parse_yaml(text: str, name: str) -> Document:
    """As `read_yaml`, of the text of a file that messages call `name`."""
    if hidden := _INVISIBLE.search(text):
        raise InputError(Problem("含有不可见的控制字符；请用编辑器删去", name, text.count("\n", 0, hidden.start()) + 1))
    _, parser = YAML(typ="safe").get_constructor_parser(text)
    builder = _Builder(name, parser.get_event)
    try:
        data = builder.read()
    except InputError as error:
        line = (error.problems[0].line or 1) - 1
        if slip := _full_width_colon(text, line, line):
            raise InputError(Problem(slip[1], name, slip[0])) from None
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark and (slip := _full_width_colon(text, (error.context_mark or mark).line, mark.line)):
            raise InputError(Problem(slip[1], name, slip[0])) from None
        at = "".join(text.split("\n")[mark.line : mark.line + 1]) if mark else ""
        raise InputError(Problem(_syntax_hint(error, at), name, mark.line + 1 if mark else None)) from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise InputError(Problem(f"不是可读的 YAML：{error}", name)) from None
    finally:
        parser.dispose()
    if builder.problems:
        raise InputError(builder.problems)
    return Document(name, data, builder.lines)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file of at most 5 MB. Raises `InputError`."""
    name = shown_path(path)
    raw = read_bytes(path, name, MAX_BYTES, "案例文件通常不足 100 KB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(Problem("不是 UTF-8 编码；请用编辑器另存为 UTF-8（可能是 GBK 编码）", name, line)) from None


def read_bytes(path: Path, name: str, most: int, usual: str) -> bytes:
    """A file of at most so many bytes; messages call it `name`, and say what is `usual`. Raises `InputError`."""
    try:
        if path.is_dir():
            raise InputError(Problem("这是文件夹；这里要一个文件", name))
        size = path.stat().st_size
        if size > most:
            message = f"文件有 {size / 1e6:.1f} MB，超过 {most / 1e6:.0f} MB 上限；{usual}，请核对"
            raise InputError(Problem(message, name))
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(Problem(f"找不到这个文件；{nearest(path)}", name)) from None
    except OSError as error:
        raise InputError(Problem(f"无法读取：{reason(error)}", name)) from None


def _full_width_colon(text: str, first: int, last: int) -> tuple[int, str] | None:
    """The line (1-based) between two where a Chinese colon stands behind a key, and what to do; None without one."""
    for number, line in enumerate(text.split("\n")[max(0, first - 1) : last + 1], start=max(0, first - 1)):
        if found := _COLON.match(line):
            return number + 1, f"“{found[1]}”后面用了中文冒号“：”；请改成英文冒号加一个空格，写成 {found[1]}: …"
    return None


def _syntax_hint(error: MarkedYAMLError, line: str) -> str:
    if line.lstrip(" ").startswith("\t"):
        return "用了制表符缩进；YAML 只能用空格缩进"
    text = str(error.problem or error.context or "")
    what = next((chinese for part, chinese in _SYNTAX.items() if part in text), "")
    if marks := " ".join(dict.fromkeys(re.findall("[，：“”]", line))):
        return f"YAML 语法不对{what}；这一行有中文标点（{marks}），作分隔用的请改成英文的"
    return f"YAML 语法不对{what}；请核对缩进、冒号后的空格，并给以 > * & @ % 开头的值、中间有冒号加空格的值加引号"


class _Builder:
    """Turns parser events into plain data in one pass; collects the lines and every structural problem.

    Scalars are resolved by the core schema of YAML 1.2; ruamel's own resolver takes most of a case's reading time.
    """

    def __init__(self, name: str, next_event: Callable[[], Any]) -> None:
        self.name = name
        self.next = next_event
        self.lines: dict[Loc, int] = {}
        self.problems: list[Problem] = []
        self.aliased = False

    def read(self) -> dict[str, Any]:
        """The map that the one document of the stream holds. Raises `InputError` where there is no such map."""
        self.next()  # the stream's start
        root = self.next() if isinstance(self.next(), events.DocumentStartEvent) else None
        if root is None or (isinstance(root, events.ScalarEvent) and not root.value and root.implicit[0]):
            raise InputError(Problem("文件是空的；请用 perfkit new 生成一个样板", self.name))
        if not isinstance(root, events.MappingStartEvent):
            raise self.refused("最外层应是“字段: 值”的形式", root)
        self.lines[()] = root.start_mark.line + 1
        data = self.build(root, ())
        self.next()  # the document's end
        if isinstance(extra := self.next(), events.DocumentStartEvent):
            raise self.refused("文件里有两份内容（以 --- 分开）；请一份一个文件", extra)
        return dict(data or {})

    def refused(self, message: str, event: Any) -> InputError:
        return InputError(Problem(message, self.name, event.start_mark.line + 1))

    def fail(self, message: str, event: Any, loc: Loc) -> None:
        self.problems.append(Problem(message, self.name, event.start_mark.line + 1, dotted(loc)))

    def build(self, event: Any, loc: Loc) -> Any:
        if type(event) is events.ScalarEvent:
            return self.build_scalar(event, loc)
        if type(event) is events.AliasEvent:
            if not self.aliased:  # once is enough, there may be thousands
                self.fail("用了锚点与引用（& 与 *）；案例文件不支持，请把内容直接写出", event, loc)
            self.aliased = True
            return None
        if len(loc) >= MAX_DEPTH or len(self.lines) > MAX_NODES:
            raise self.refused("嵌套太深或内容太多；请核对文件", event)
        self.plain(event, loc)
        return self.build_map(loc) if type(event) is events.MappingStartEvent else self.build_list(loc)

    def plain(self, event: Any, loc: Loc) -> None:
        """Note a tag that plain data has no use for."""
        if event.tag is not None and str(event.tag).removeprefix("tag:yaml.org,2002:") not in _TAGS:
            self.fail(f"不支持的标签 {event.tag}；请直接写值", event, loc)

    def visible(self, event: Any, loc: Loc) -> None:
        """Note an escape (\\0, \\u202e) that stands for a character which is refused when it is written out."""
        if event.style == '"' and _INVISIBLE.search(event.value):
            self.fail("含有不可见的控制字符；请删去 \\ 开头的转义", event, loc)

    def build_list(self, loc: Loc) -> list[Any]:
        result: list[Any] = []
        while type(event := self.next()) is not events.SequenceEndEvent:
            here = (*loc, len(result))
            self.lines[here] = event.start_mark.line + 1
            result.append(self.build(event, here))
        return result

    def build_map(self, loc: Loc) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while type(event := self.next()) is not events.MappingEndEvent:
            key = event.value if type(event) is events.ScalarEvent else None
            here = loc if key is None else (*loc, key)
            if key is None or event.implicit[0] and (key in _NULLS or key == "<<"):
                self.fail("字段名应是文字", event, loc)
                self.build(event, here)
            elif key in result:
                self.fail(f"字段重复，第{self.lines[here]}行已写过；请删去一个", event, here)
            else:
                self.visible(event, loc)
                self.lines[here] = event.start_mark.line + 1
            result[str(key)] = self.build(self.next(), here)
        return result

    def build_scalar(self, event: Any, loc: Loc) -> Any:
        text: str = event.value
        plain, quoted = event.implicit
        if not plain:
            self.visible(event, loc)
            if not quoted:
                self.plain(event, loc)
            return text
        if text[:1] > "~":  # Chinese, like most
            if text[0] in "“”" and text[-1] in "\"'":
                self.fail(f"{text} 前后的引号不同；请都改成英文引号", event, loc)
            return text
        if text in _NULLS:
            return None
        if text in _BOOLS:
            return text.lower() == "true"
        if _NUMBER.match(text):
            if _CODE.match(text):
                self.fail(f'“{text}”像是编码，不是数；编码请加引号（"{text}"），数请写成平常的样子', event, loc)
                return None
            return Decimal(text)
        if text.lower().lstrip("+-") in (".nan", ".inf"):
            self.fail("不是一个数（NaN 或无穷大）；没有数据请不要填写这一项", event, loc)
        return text
