"""The inside of an ``.xls`` file as far as safety and number formats need it: no cell values are read here.

An ``.xls`` is an OLE compound file (sectors chained by a table) whose stream ``Workbook`` is a sequence of records.
A forged chain can be endless and a forged cell address can ask for a huge sheet, so both are checked before the values
are read. Source: [MS-CFB] and [MS-XLS], the published formats.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from .guard import BUILT_IN_FORMATS, MAX_COLUMNS, MAX_ROWS, Outline, TooLargeError

_FREE = 0xFFFFFFFA  # from here on: end of chain, free and special sectors
_MINI_LIMIT = 4096
_FILEPASS, _BOUNDSHEET, _FORMAT, _XF, _BOF, _EOF = 0x2F, 0x85, 0x41E, 0xE0, 0x809, 0x0A
_FORMULA, _NUMBER, _RK, _MULRK, _BOOLERR = 0x06, 0x203, 0x27E, 0xBD, 0x205
_NUMERIC = {_FORMULA, _NUMBER, _RK, _MULRK}
_VALUED = _NUMERIC | {_BOOLERR, 0xFD, 0x204, 0xD6}  # texts, booleans and errors; not formatted blanks


class BiffError(ValueError):
    """The file cannot be read as ``.xls``; the text is Chinese."""


@dataclass
class Biff:
    """Sheets in workbook order (charts and macro sheets too), and whether there are macros."""

    sheets: list[Outline]
    macros: bool


class _Ole:
    """The streams of a compound file; every chain is followed to its end once."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512:
            raise BiffError("文件不完整")
        self.data = data
        shift = struct.unpack_from("<H", data, 30)[0]
        if shift not in (9, 12):
            raise BiffError("文件结构不对")
        self.size = 1 << shift
        self.steps = 0
        directory, _, _, mini, _, extra, count = struct.unpack_from("<IIIIIII", data, 48)
        self.table = self._allocation(extra, count)
        self.mini_table = self._integers(self.chain(mini))
        self.entries: dict[str, tuple[int, int]] = {}
        raw = b"".join(map(self._sector, self.chain(directory)))
        for at in range(0, len(raw) - 127, 128):
            length, kind = struct.unpack_from("<HB", raw, at + 64)
            start, size = struct.unpack_from("<II", raw, at + 116)
            if kind not in (1, 2, 5):  # storage, stream, root
                continue
            self.entries[raw[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")] = (start, size)
            small = kind == 2 and size < _MINI_LIMIT
            if kind != 1 and (size or start < len(self.mini_table if small else self.table)):
                for _ in self.chain(start, mini=small):
                    pass

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _integers(self, sectors: Iterator[int]) -> list[int]:
        raw = b"".join(map(self._sector, sectors))
        return list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))

    def _allocation(self, extra: int, count: int) -> list[int]:
        numbers = list(struct.unpack_from("<109I", self.data, 76))
        limit = len(self.data) // self.size
        seen, count = 0, min(count, limit)
        while extra < _FREE and seen <= count:
            block = self._integers(iter([extra]))
            if len(block) < 2:
                raise BiffError("文件不完整")
            numbers += block[:-1]
            extra, seen = block[-1], seen + 1
        return self._integers(n for n in numbers[: limit + 109] if n < limit)

    def chain(self, start: int, *, mini: bool = False) -> Iterator[int]:
        """The sectors of a stream. Raises `BiffError` when the chain is endless or leaves the file."""
        table = self.mini_table if mini else self.table
        while start < _FREE:
            self.steps += 1  # a sector belongs to one chain, and every chain is followed at most twice
            if start >= len(table) or self.steps > 2 * len(self.data) // 64:
                raise BiffError("文件结构不对（扇区链错乱）")
            yield start
            start = table[start]

    def stream(self, name: str) -> bytes:
        start, size = self.entries[name]
        if size < _MINI_LIMIT:
            raise BiffError("工作簿内容不完整")
        return b"".join(map(self._sector, self.chain(start)))[:size]


def scan(data: bytes) -> Biff:
    """Scan the bytes of an ``.xls``.

    Raises `BiffError` for encrypted, damaged or other files, `TooLargeError` for a sheet beyond the limits.
    """
    try:
        ole = _Ole(data)
        if "EncryptedPackage" in ole.entries:
            raise BiffError("工作簿加了密码；请先去掉密码再读")
        name = next((n for n in ("Workbook", "Book", "WORKBOOK", "BOOK") if n in ole.entries), None)
        if name is None:
            what = "这是 Word 文档" if "WordDocument" in ole.entries else "这不是 Excel 文件"
            raise BiffError(f"{what}，不是工作簿")
        macros = any(entry.upper() in ("_VBA_PROJECT_CUR", "VBA") for entry in ole.entries)
        return Biff(_sheets(ole.stream(name)), macros)
    except (struct.error, IndexError):
        raise BiffError("文件不完整或已损坏") from None


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheets(stream: bytes) -> list[Outline]:
    sheets: dict[int, Outline] = {}  # by position of the sheet's first record
    codes = dict(BUILT_IN_FORMATS)
    styles: list[int] = []
    opened = [Outline()]  # charts are nested inside sheets
    for at, kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise BiffError("工作簿加了密码；请先去掉密码再读")
        if kind == _BOUNDSHEET:
            sheets[struct.unpack_from("<I", body)[0]] = Outline()
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _format_text(body)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _BOF:
            opened.append(sheets.get(at, Outline()))
        elif kind == _EOF and len(opened) > 1:
            opened.pop()
        elif kind in _VALUED:
            _place(opened[-1], kind, body, styles, codes)
    return list(sheets.values())


def _place(sheet: Outline, kind: int, body: bytes, styles: list[int], codes: dict[int, str]) -> None:
    """Note the number formats of the cells of one record."""
    row, column, style = struct.unpack_from("<HHH", body)
    cells = [(column, style)]
    if kind == _MULRK:
        cells = [(column + i, struct.unpack_from("<H", body, 4 + 6 * i)[0]) for i in range((len(body) - 6) // 6)]
    last = cells[-1][0] + 1 if cells else 0
    if row >= MAX_ROWS or last > MAX_COLUMNS:
        raise TooLargeError(sheet.name, row + 1, last)
    if kind == _FORMULA and body[6:7] == b"\3" and body[12:14] == b"\xff\xff":
        sheet.unsaved.add((row + 1, column + 1))  # no result but the empty text
    error = kind == _BOOLERR and body[7:8] == b"\1"
    if error or (kind == _FORMULA and body[6:7] == b"\2" and body[12:14] == b"\xff\xff"):
        sheet.failed.add((row + 1, column + 1))
    for column, style in cells if kind in _NUMERIC else ():
        code = codes.get(styles[style]) if style < len(styles) else None
        if code:
            sheet.formats[row + 1, column + 1] = code


def _format_text(body: bytes) -> str:
    if len(body) >= 5 and body[4] & 1:
        return body[5:].decode("utf-16-le", "replace")
    return body[5:].decode("latin-1")
