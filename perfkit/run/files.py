"""Output files: they stay inside the output folder, and appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from ..errors import InputError, PerfkitError, Problem

_RESERVED = {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))}
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def output_folder(out: Path, case: str) -> Path:
    """The folder of a case's outputs below `out`.

    Raises `InputError` for an id that would leave `out` (.., links, drive letters) or that Windows forbids.
    """
    parts = case.split("/")
    for part in parts:
        if not part or part in (".", ".."):
            raise _refuse(case, "路径中有空的部分、“.”或“..”")
        if _FORBIDDEN.search(part):
            raise _refuse(case, f'“{part}”含有文件名不允许的字符（<>:"|?*\\ 或控制字符）')
        if part.split(".")[0].lower() in _RESERVED:
            raise _refuse(case, f"“{part}”是 Windows 保留的名称")
        if part != part.rstrip(". "):
            raise _refuse(case, f"“{part}”以点或空格结尾，Windows 不允许")
    folder = out.joinpath(*parts)
    if not folder.resolve().is_relative_to(out.resolve()):
        raise _refuse(case, "经由链接会写到输出文件夹之外")
    return folder


def _refuse(case: str, why: str) -> InputError:
    return InputError(Problem(f"不能作为输出路径：{why}；请改案例的文件名", case))


def write_whole(path: Path, content: str | bytes) -> None:
    """Write under a temporary name, flush to disk, then rename: whole or not at all. Raises `PerfkitError`."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise PerfkitError(f"写不进 {path.as_posix()}：{error.strerror}；请检查磁盘空间和写入权限") from error
