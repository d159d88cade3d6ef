"""Errors that a consultant can act on: what, where (file, line, field), why, and how to mend it."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

_REASONS = {
    errno.ENOENT: "文件夹不存在",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件过大",
    errno.EROFS: "磁盘只读",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOTDIR: "路径中有同名的文件",
    errno.EEXIST: "已有同名的文件",
    errno.EISDIR: "是文件夹",
    errno.ENAMETOOLONG: "名称太长",
    errno.EMFILE: "打开的文件太多",
    errno.EIO: "磁盘读写出错",
}


def reason(error: OSError) -> str:
    """Why the system refused, in Chinese where it is a usual reason."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


class PerfkitError(Exception):
    """Base of every error perfkit raises on purpose; its text is one or more Chinese sentences."""

    def _render_traceback_(self) -> list[str]:
        """What JupyterLab shows: the reader's own lines and the text, without the lines of perfkit that found it."""
        from IPython import get_ipython

        own: Any = self.__traceback__
        while own.tb_next and not f"{own.tb_next.tb_frame.f_globals.get('__name__')}.".startswith("perfkit."):
            own = own.tb_next
        own.tb_next = None
        return list(get_ipython().InteractiveTB.structured_traceback(type(self), self, self.__traceback__, 1))


class UnitError(PerfkitError, ValueError):
    """A figure without a readable unit, or two quantities that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in an input file.

    Parameters
    ----------
    message : Chinese; what is wrong, what is expected, how to mend it.
    file : path as the user gave it, or "" where there is none.
    line : 1-based line of the file, or None.
    field : dotted path inside the file, e.g. ``budget.adjusted``; "" for the file itself.
    severity : an "error" stops the work, a "warning" stays visible.
    """

    message: str
    file: str = ""
    line: int | None = None
    field: str = ""
    severity: Literal["error", "warning"] = "error"

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        where = " ".join(part for part in (self.file, f"第{self.line}行" if self.line else "", self.field) if part)
        return f"{where}：{self.message}" if where else self.message


class InputError(PerfkitError):
    """Faulty input: carries every problem found in one go, in the order of the file."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)
