"""Documents written as case files: new ones, and existing ones brought up to date without losing what was added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..cases.entries import gather
from ..cases.loading import case_files, is_case_file, load_cases
from ..cases.samples import case_yaml, yaml_text
from ..cases.tables import is_table
from ..errors import InputError, PerfkitError, Problem
from ..files import output_folder, write_whole
from ..portfolio import RESULT
from ..reading import shown_path
from ..rubrics.rubric import Library, find_library
from ..scoring.scorecard import scorecards
from .casefile import Data, rubric_data
from .loading import Handed, build, find_documents, read_file
from .opening import SUFFIXES, open_ahead

_HEAD = """# yaml-language-server: $schema=../schemas/{}.json
# 由 {} 读出；出处写的是表格的行或正文的段。
"""
_BY_HAND = ("rule", "measure", "readings", "profile", "kind", "override")
"""What a person decides about an indicator or a case: an existing file keeps it."""
Told = str | Problem | InputError
"""A sentence on what was written, a warning, or why a file could not be imported."""


def import_paths(paths: Sequence[Path], output: Path, *, year: int | None, profile: str, force: bool) -> Iterator[Told]:
    """Write every case of the files, and of those in the folders; tells one thing after the other.

    Files of one name but of different kinds (a report as Word and as PDF) become cases of their own.
    """
    library = find_library(output)
    library.profile(profile)
    into = output if output.suffix.lower() in (".yaml", ".yml") else None
    if into and (len(paths) > 1 or paths[0].is_dir()):
        raise PerfkitError("要读的不止一个文件；-o 请写一个文件夹，如 params/cases")
    taken: set[Path] = set()
    for source in paths:
        files = find_documents([source]) if source.is_dir() else [source]
        if not files:
            raise PerfkitError(f"{source.as_posix()} 中没有可读的文件（{'、'.join(SUFFIXES)}）")
        for file, content_of in zip(files, open_ahead(files), strict=True):
            target = _target(file, output / file.relative_to(source if source.is_dir() else source.parent), taken)
            try:
                if is_case_file(file):
                    message = "已是案例；YAML 和工作簿互换用 perfkit convert，单位数据表直接 perfkit run"
                    raise InputError(Problem(message, shown_path(file)))
                handed = read_file(file, library, profile, year, content_of)
                yield from _write(handed, into or target, library, force, [])
            except InputError as error:
                yield error


def cases_of(paths: Sequence[Path], into: Path, told: Callable[[Told], None]) -> list[Path]:
    """The paths with every document among them, and every folder that holds documents and no case, written as cases
    into a folder first; what there is to say goes to `told`."""
    found: list[Path] = []
    taken: set[Path] = set()
    for path in paths:
        for table in filter(is_table, case_files(path) if path.is_dir() else [path]):
            found += _write_rows(table, into)
        if is_table(path):
            continue
        documents = [] if path.is_dir() and any(case_files(path)) else find_documents([path])
        if not documents:
            found.append(path)
        for document, content_of in zip(documents, open_ahead(documents), strict=True):
            target, library = _target(document, into / document.name, taken), find_library(document)
            for item in _write(read_file(document, library, content_of=content_of), target, library, False, found):
                told(item)
    return found


def with_cases(source: Path, into: Path, told: Callable[[Told], None]) -> Path:
    """A file or folder as it is where cases or the results of reports are in it; else the folder `into`, in which its
    documents are written as cases; what there is to say of them goes to `told`."""
    known = source.is_dir() and (any(case_files(source)) or any(source.rglob(RESULT)))
    if known or not find_documents([source]):
        return source
    written = cases_of([source], into, told)
    if others := [path for path in case_files(into) if path not in written]:
        text = f"里面另有{len(others)}份以前写的案例，一并比较；不要的请删去"
        told(Problem(text, into.as_posix(), severity="warning"))
    return into


def _target(file: Path, beside: Path, taken: set[Path]) -> Path:
    """The case file of a document; one of its kind beside the name where another document has `taken` that."""
    target = beside.with_suffix(".yaml")
    if target in taken:
        target = target.with_stem(f"{file.stem}-{file.suffix.lower().removeprefix('.')}")
    taken.add(target)
    return target


def _write_rows(path: Path, into: Path) -> list[Path]:
    """Write every unit of a workbook as a case of its own. Raises `InputError` with sheet and cell of every fault."""
    cases = load_cases(path)
    scorecards(cases)
    written = {Path(f"{output_folder(into, case.id)}.yaml"): case for case in cases}
    for target, case in written.items():
        write_whole(target, _HEAD.format("case", path.name) + yaml_text(case.document.data))
    return list(written)


def _write(handed: Handed, target: Path, library: Library, force: bool, written: list[Path]) -> Iterator[Told]:
    """Write the cases of one file, or among the rubrics of the library their rubrics; their paths go into `written`."""
    is_rubric = target.resolve().parent.name == "rubrics"
    schema, use = "case", "用 perfkit check 检查，perfkit run 生成报告"
    yield from handed.warnings
    for number, (name, data) in enumerate(handed.data):
        _, left = build(name, data, handed.file, library, scored=True)
        yield from left
        label = name.rpartition("/")[2].replace(" ", "")
        own = len(handed.data) == 1 or (is_rubric and number == 0)  # the file's name
        path = target if own else target.with_name(f"{target.stem}-{label}{target.suffix}")
        written.append(path)
        if is_rubric and "rubric" not in data:
            raise InputError(Problem("里面没有指标体系（分值、评分标准）；要案例请写到 params/cases", handed.file))
        if is_rubric:
            if targets := [key for key, fact in data["facts"].items() if "target" in fact]:
                named = "、".join(targets[:3]) + ("等" if len(targets) > 3 else "")
                yield Problem(f"目标值随案例填写，没有写进指标体系：{named}", handed.file, severity="warning")
            data, schema = rubric_data(data), "rubric"
            use = f"用 perfkit new evaluation 某单位 --rubric {path.stem} 建案例{_other_profiles(data, library)}"
        if path.exists() and not force:
            changes = _update(path, data)
            yield f"已更新 {path.as_posix()}：" + ("；".join(changes) if changes else "没有变化")
        else:
            write_whole(path, _HEAD.format(schema, Path(handed.file).name) + yaml_text(data))
            yield f"已写出 {path.as_posix()}；{use}。"
    if handed.line:
        yield f"读取：{handed.line}"


def _other_profiles(rubric: Data, library: Library) -> str:
    """What is said where the level-1 names of a rubric are those of other profiles than its own; else ""."""
    names = {indicator["level1"] for indicator in rubric["indicators"]}
    alike = [name for name in library.names("profiles") if library.profile(name).blocks.keys() == names]
    if not alike or rubric["profile"] in alike:
        return ""
    return f"；评分口径为 {rubric['profile']}，一级指标与 {'、'.join(alike)} 相同，要用它请加 --profile 并 --force 重写"


def _update(path: Path, data: Data) -> list[str]:
    """Bring an existing case file up to date; gives what changed. What only the file has stays, with its comments."""
    old = case_yaml().load(path.read_text(encoding="utf-8"))
    changes = list(_merge(old, gather(data) if "indicators" in old and "rubric" in data else data, ""))
    if changes:
        write_whole(path, yaml_text(old))
    return changes


def _merge(old: Any, new: Any, at: str) -> Iterator[str]:
    """Put the new values of a map, or of a list of items that are matched by name, into the old one."""
    known = _named(old)
    for key, value in _named(new).items():
        here = f"{at}.{key}" if at else str(key)
        if key not in known and isinstance(old, list):
            old.append(value)
            yield f"新增 {at}：{key[:30]}"
        elif key not in known:
            old[key] = value
            yield f"新增 {here}"
        elif key in _BY_HAND or str(known[key]) == str(value):
            continue
        elif any(isinstance(known[key], kind) and isinstance(value, kind) for kind in (dict, list)):
            yield from _merge(known[key], value, here)
        else:
            yield f"{here} 由 {known[key]} 改为 {value}"
            old[key] = value


def _named(block: Any) -> dict[Any, Any]:
    """A map as it is; the items of a list by their id, name or text."""
    if isinstance(block, dict):
        return block
    told = (item if isinstance(item, dict) else {"text": item} for item in block)
    keys = (each.get("id") or each.get("name") or each.get("text") for each in told)
    return dict(zip(map(str, keys), block, strict=True))
