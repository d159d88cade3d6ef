"""Output files: they stay inside the output folder, and appear whole or not at all; one run at a time writes them."""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from .errors import InputError, PerfkitError, Problem, reason

MOST_IN_A_FOLDER = 1000
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))}
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')


class OutputError(PerfkitError):
    """An output cannot be written: no more can be, until the disk or the permissions are mended."""


def crowded(cases: Iterable[str]) -> frozenset[str]:
    """The folders of cases ("" is the topmost) with more cases than a folder of outputs should hold."""
    counts = Counter(case.rpartition("/")[0] for case in cases)
    return frozenset(folder for folder, count in counts.items() if count > MOST_IN_A_FOLDER)


def output_folder(out: Path, case: str, crowded: frozenset[str] = frozenset()) -> Path:
    """The folder of a case's outputs below `out`: ``<case>``, in a crowded folder ``ab/<case>`` (ab: from a hash).

    A case that has its folder keeps it, so that links stay right when cases are added or run one by one.

    Raises `InputError` for an id that would leave `out` (.., links, drive letters) or that Windows forbids.
    """
    parts = case.split("/")
    for part in parts:
        if not part or part.startswith("."):
            raise _refuse(case, "路径中有空的部分，或以“.”开头的部分")
        if _FORBIDDEN.search(part):
            raise _refuse(case, f'“{part}”含有文件名不允许的字符（<>:"|?*\\ 或控制字符）')
        if part.split(".")[0].lower() in _RESERVED:
            raise _refuse(case, f"“{part}”是 Windows 保留的名称")
        if part != part.rstrip(". "):
            raise _refuse(case, f"“{part}”以点或空格结尾，Windows 不允许")
    folder = out.joinpath(*parts)
    spread = folder.parent / sha256(parts[-1].encode()).hexdigest()[:2] / parts[-1]
    if not folder.is_dir() and ("/".join(parts[:-1]) in crowded or spread.is_dir()):
        folder = spread
    if not folder.resolve().is_relative_to(out.resolve()):
        raise _refuse(case, "经由链接会写到输出文件夹之外")
    return folder


def _refuse(case: str, why: str) -> InputError:
    return InputError(Problem(f"不能作为输出路径：{why}；请改案例的文件名", case))


def write_whole(path: Path, content: str | bytes) -> None:
    """Write under a temporary name, flush to disk, then rename: whole or not at all. Raises `OutputError`."""
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
        with suppress(OSError):
            temporary.unlink()
        raise cannot_write(path, error) from error


def write_as(path: Path, ways: Mapping[str, Callable[[], str | bytes]]) -> None:
    """Write a file in the way that its ending asks for. Raises `PerfkitError` for an ending that is none of them."""
    make = ways.get(path.suffix.lower().replace(".yml", ".yaml"))
    if make is None:
        raise PerfkitError(f"{path.as_posix()}：写成哪一种，要看文件名的结尾；应是 {' 或 '.join(ways)}")
    write_whole(path, make())


def cannot_write(path: Path, error: OSError) -> OutputError:
    """The error to raise when the system refuses to write `path`."""
    return OutputError(f"写不进 {path.as_posix()}：{reason(error)}；请检查磁盘空间和写入权限")


def remove(*paths: Path) -> None:
    """Remove files, where they are there. Raises `OutputError`."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error


@contextmanager
def folder_lock(path: Path, *, shared: bool = False, wait: bool = False) -> Iterator[None]:
    """Hold the lock `path`, an empty file that stays, while the block runs.

    The system drops a lock with its process, so that one of a dead process is no obstacle.

    Parameters
    ----------
    shared : several may hold it so together, but not beside one that holds it alone (POSIX; elsewhere alone).
    wait : wait for another holder instead of refusing.

    Raises
    ------
    PerfkitError : another process holds it.
    OutputError : it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")  # NFS locks together only what may be read, and alone only what may be written
    except OSError as error:
        raise cannot_write(path, error) from error
    with file:
        if not _lock(file.fileno(), shared=shared, wait=wait):
            folder = path.parent.parent.as_posix()
            raise PerfkitError(f"另一个 perfkit run 正在使用输出文件夹 {folder}；请等它结束，或用 --out 另选文件夹")
        yield


def _lock(descriptor: int, *, shared: bool, wait: bool) -> bool:
    """Lock an open file until it is closed; False if another process has."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:  # ENOLCK, ENOSYS, ENOTSUP
        raise OutputError(
            f"输出文件夹所在的文件系统不能给文件加锁（{reason(error)}）；请用 --out 换一个文件夹，如本机磁盘上的"
        ) from error
    return True
