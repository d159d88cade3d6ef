"""What is refused before a workbook is opened: too large, compressed bombs, encrypted, not a workbook.

Nothing of the file is interpreted here but its outer shell; `biff` does the same for the inside of ``.xls``.
"""

from __future__ import annotations

import copy
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..errors import InputError, Problem, reason
from ..reading import shown_path

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 2000
MAX_ROWS = 20_000
MAX_COLUMNS = 200
_LARGE_ENTRY = 1024 * 1024
_CHUNK = 1024 * 1024
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

BUILT_IN_FORMATS = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
"""Number formats that workbooks name by number only (those that matter here)."""
Place = tuple[int, int]
Container = Literal["xlsx", "ole", "csv"]
SAVE_AS = "请用 Excel 或 WPS 打开后另存为 .xlsx 再读"


class TooLargeError(ValueError):
    """A sheet reaches beyond the limits."""

    def __init__(self, sheet: str, rows: int, columns: int) -> None:
        super().__init__(
            f"工作表至少有 {rows} 行、{columns} 列，上限是 {MAX_ROWS} 行、{MAX_COLUMNS} 列；"
            "请删去下方和右侧多余的空行、空列（含格式），保存后再读"
        )
        self.sheet = sheet


@dataclass
class Outline:
    """What is known of a sheet before its values are read; places are 1-based (row, column).

    Parameters
    ----------
    name : of the sheet; "" where the file names it elsewhere.
    formats : number formats of cells that hold a number.
    unsaved : formulas stored without a result.
    failed : cells whose value is an error (#DIV/0!).
    """

    name: str = ""
    formats: dict[Place, str] = field(default_factory=dict)
    unsaved: set[Place] = field(default_factory=set)
    failed: set[Place] = field(default_factory=set)


def refuse(path: Path, message: str, field: str = "") -> InputError:
    """The error that refuses a whole file or sheet."""
    return InputError(Problem(message, shown_path(path), field=field))


def inspect(path: Path) -> Container:
    """What kind of file this is, by its content; refuses (`InputError`) what is unsafe or no workbook."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise refuse(path, f"文件有 {size / 1e6:.1f} MB，超过 20 MB 上限；自评表通常不足 100 KB，请核对")
        if path.is_dir():
            raise refuse(path, "这是文件夹，不是文件")
        with path.open("rb") as stream:
            start = stream.read(512)
    except FileNotFoundError:
        raise refuse(path, "找不到这个文件；请核对路径") from None
    except OSError as error:
        raise refuse(path, f"无法读取：{reason(error)}") from None
    if not start:
        raise refuse(path, "文件是空的（0 字节）；请重新下载或另存")
    if start.startswith(_ZIP):
        _inspect_zip(path)
        return "xlsx"
    if start.startswith(_OLE):
        return "ole"
    if b"<html" in start.lower() or b"<table" in start.lower():
        raise refuse(path, f"这是网页，不是工作簿（有的系统导出的 .xls 其实是网页）；{SAVE_AS}")
    if path.suffix.lower() != ".csv":
        raise refuse(path, f"不是可读的工作簿；只读 .xlsx、.xls 和 .csv，{SAVE_AS}")
    return "csv"


def _inspect_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_bomb(path, entries)
            names = {entry.filename for entry in entries}
            _refuse_other(path, names)
            if any(entry.flag_bits & 1 for entry in entries):
                raise refuse(path, "压缩包加了密码；请去掉密码另存后再读")
            for entry in entries:
                if _unpacked(archive, entry) != entry.file_size:
                    raise refuse(path, "文件内部大小与登记的不符，可能是恶意文件，没有打开")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        raise refuse(path, f"文件已损坏，打不开；请重新下载，或{SAVE_AS[1:]}") from None


def _refuse_bomb(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise refuse(path, f"文件内部有 {len(entries)} 个部分，超过 {MAX_ENTRIES} 个上限；不是正常的自评表，没有打开")
    if unpacked > MAX_UNPACKED:
        raise refuse(path, f"解压后有 {unpacked / 1e6:.0f} MB，超过 200 MB 上限；不是正常的自评表，没有打开")
    dense = [e for e in entries if e.file_size > _LARGE_ENTRY and e.file_size > MAX_RATIO * max(e.compress_size, 1)]
    if dense or unpacked > MAX_RATIO * max(packed, 1):
        raise refuse(path, f"压缩比超过 {MAX_RATIO} 倍，可能是压缩炸弹；不是正常的自评表，没有打开")


def _refuse_other(path: Path, names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise refuse(path, f"这是二进制工作簿（.xlsb）；{SAVE_AS}")
    if "word/document.xml" in names:
        raise refuse(path, "这是 Word 文档，不是工作簿；请把表格复制到 Excel 中另存为 .xlsx")
    if "content.xml" in names:
        raise refuse(path, f"这是 OpenDocument 文件（.ods）；{SAVE_AS}")
    if "[Content_Types].xml" not in names:
        raise refuse(path, f"这是压缩包，不是工作簿；压缩包请先解压，工作簿{SAVE_AS[1:]}")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """True size of an entry, read in pieces; stops soon after what the directory declares (which may lie)."""
    honest = copy.copy(entry)
    honest.file_size = MAX_UNPACKED  # read to the real end of the data, not to the declared one
    size = 0
    with archive.open(honest) as stream:
        while size <= entry.file_size and (piece := stream.read(_CHUNK)):
            size += len(piece)
    return size


def has_macros(path: Path) -> bool:
    """Whether a zipped workbook carries macros (they are never run)."""
    with zipfile.ZipFile(path) as archive:
        return any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
