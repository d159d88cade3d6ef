"""Cases and filled forms, files and folders, for the audit; one that cannot be read does not stop the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..cases.case import Case
from ..cases.loading import case_files, files_under, is_case_file, iter_cases
from ..errors import InputError, PerfkitError, Problem
from ..rubrics.rubric import find_library
from .casefile import load_forms

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".csv")
"""Endings of the files that are read as forms."""


def iter_cases_and_forms(
    paths: Sequence[str | Path], profile: str = "national-self-2020"
) -> Iterator[Case | InputError]:
    """Read every case (.yaml) and every filled form under the paths in turn; in place of a faulty one its error.

    Raises `PerfkitError` where two case files claim one id.
    """
    folders: list[Path] = []
    sheets: dict[Path, Path] = {}
    for path in map(Path, paths):
        files = sorted(files_under(path, SUFFIXES)) if path.is_dir() else [path]
        forms = [file for file in files if file.suffix.lower() in SUFFIXES and not is_case_file(file)]
        found = {file.resolve(): file for file in forms if file.is_file()}
        sheets |= found
        if not path.exists():
            yield InputError(Problem(f"{path.as_posix()} 不存在；请核对路径"))
        elif any(case_files(path)) if path.is_dir() else is_case_file(path):
            folders.append(path)
        elif not found:
            yield InputError(Problem(_neither(path)))
    yield from iter_cases(folders)
    for file in sheets.values():
        try:
            cases, faults = load_forms(file, find_library(file), profile)
        except InputError as error:
            yield error
        except PerfkitError as error:
            yield InputError(Problem(str(error), file.as_posix()))
        else:
            yield from cases
            if faults:
                yield InputError(faults)


def _neither(path: Path) -> str:
    kinds = f"案例文件（.yaml）{{}}自评表（{'、'.join(SUFFIXES)}）"
    if path.is_dir():
        return f"{path.as_posix()} 中没有{kinds.format('，也没有')}"
    mend = "Word、PDF 里的自评表，请把表格复制到 Excel 中另存为 .xlsx"
    return f"{path.as_posix()} 既不是{kinds.format('，也不是')}；{mend}"
