"""Any file that somebody hands in, opened by what it is and not by what its name says, in a process with limits.

Nothing in a file runs or is followed: no macro, formula, link, script or font. Whatever a file does to the library that
reads it (endless chains, bombs, sheets of a billion cells) ends as one sentence.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem
from ..limited import LimitError, call
from ..limited import end as end_workers
from ..reading import read_bytes, shown_path
from .content import MAX_UNPACKED, Content, refuse
from .pages import read_html, read_text
from .pdf import read_pdf
from .sentences import PATTERNS, flat
from .word import read_docx
from .workbooks import read_csv, read_xls, read_xlsx

KNOWN_UNREADABLE = (".doc", ".wps", ".et", ".rtf", ".ods", ".odt", ".xlsb", ".ofd")
"""Endings of documents that are not read, each with a sentence that says what to do; a folder's are named too."""
SECONDS, MEMORY = 20.0, 600_000_000
"""What reading one file may take. A form takes 10 ms, a sheet of 400,000 cells about 7 s and 300 MB."""
PDF_SECONDS = 60.0
MAX_BYTES = 20_000_000
_SAVE_AS = "请用 Excel 或 WPS 打开后另存为 .xlsx 再读"
_SAVE_AS_WORD = "请用 Word 或 WPS 打开后另存为 .docx 再读"
_UNREADABLE = "不是可读的文件，或已损坏；请重新下载，或用 Excel、Word 打开后另存为 .xlsx、.docx 再读"
_LOCKED = "文件加了密码；请先去掉密码再读"
_MACROS = "文件含有宏；宏没有运行，只读已有的内容"
_PARTS = {
    "xl/workbook.bin": f"这是二进制工作簿（.xlsb）；{_SAVE_AS}",
    "content.xml": f"这是 OpenDocument 文件；表格{_SAVE_AS[1:]}，文字{_SAVE_AS_WORD[1:]}",
    "OFD.xml": "这是 OFD 版式文件；请转换为 PDF（保留文字）或 .docx 再读",
}
"""Parts of files that are zipped too and not read."""
_MARKS = {
    b"{\\rtf": f"这是 RTF 文件；{_SAVE_AS_WORD}",
    b"mime-version:": f"这是单个文件的网页（MHT）；{_SAVE_AS_WORD}，表格{_SAVE_AS[1:]}",
}
"""What begins other text files, in small letters."""
_STREAMS = {
    "EncryptedPackage".encode("utf-16-le"): _LOCKED,
    "WordDocument".encode("utf-16-le"): f"这是旧版 Word 文档（.doc）；{_SAVE_AS_WORD}",
}
"""Streams of other compound files than .xls."""
_UNREAD = {
    "页眉和页脚": re.compile(r"word/(header|footer)\d*\.xml"),
    "批注": re.compile(r"(word|xl)/(threadedC|c)omments.*\.xml"),
    "图形和图表": re.compile(r"(word|xl)/(charts|diagrams)/.*\.xml|xl/drawings/drawing\d+\.xml"),
}
"""Parts of zipped files that are not read."""
_TAG, _FIGURES = re.compile("<[^>]*>"), ("total", "money", "share", "count")
"""What is no text of a part, and the patterns of figures by which one is worth a word."""
Reader = Callable[[str, bytes, str], Content]
"""Name for messages, bytes, name without ending → content."""
_TEXTS: dict[str, Reader] = {".html": read_html, ".htm": read_html, ".csv": read_csv, ".txt": read_text}
"""Readers of text by the ending of the file."""
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".docx", ".docm", ".pdf", *_TEXTS)
"""Endings of the files that are read."""


def open_content(path: Path) -> Content:
    """The paragraphs and tables of a file, read in a process of its own.

    Raises
    ------
    InputError
        For what cannot be read, or takes more time or memory than any form or report.
    """
    seconds = PDF_SECONDS if path.suffix.lower() == ".pdf" else SECONDS
    try:
        return call(read_content, path.absolute(), shown_path(path), seconds=seconds, memory=MEMORY)
    except LimitError as error:
        raise refuse(shown_path(path), f"没有读：{error}；不是正常的表格或报告，可能已损坏或是恶意文件") from None


def open_ahead(paths: Sequence[Path]) -> Iterator[Callable[[], Content]]:
    """For each file what gives its content, as `open_content` does, while the next ones are read, one a core.

    Most of the time that a document takes is that of the library that reads it.
    """
    number = min(len(paths) // 2, os.cpu_count() or 1)
    if number < 2:  # for a few files another process is not worth its start
        yield from (partial(open_content, path) for path in paths)
        return
    pool = ThreadPoolExecutor(number)
    try:
        started = deque(pool.submit(open_content, path) for path in paths[:number])
        for path in [*paths[number:], *[None] * number]:
            yield started.popleft().result
            if path:
                started.append(pool.submit(open_content, path))
    finally:
        end_workers(others=True)  # else who stops early would wait for the files that are being read
        pool.shutdown(cancel_futures=True)


def read_content(path: Path, file: str) -> Content:
    """As `open_content`, in this process and without limits; messages call the file `file`."""
    data = read_bytes(path, file, MAX_BYTES, "这类文件通常不足 1 MB")
    if not data:
        raise refuse(file, "文件是空的（0 字节）；请重新下载或另存")
    try:
        read, said = _reader(path, file, data)
        content = read(file, data, path.stem)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # there is no end to what a library may raise at a damaged file
        locked = "encrypted" in str(error) or (data.startswith(b"%PDF") and b"/Encrypt" in data)
        raise refuse(file, _LOCKED if locked else _UNREADABLE) from None
    content.notes[:0] = [Problem(message, file, severity="warning") for message in said]
    if not content.blocks:
        raise InputError([refuse(file, "文件里没有可读的表和文字").problems[0], *content.notes])
    return content


def _reader(path: Path, file: str, data: bytes) -> tuple[Reader, list[str]]:
    """The reader of a file, by its first bytes, and what there is to say; its ending only tells CSV from other text."""
    start = data[:1024].lower().lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"pk"):
        return _packed(file, data)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _refuse_known(file, _STREAMS, data)
        return read_xls, [_MACROS] if "_VBA_PROJECT".encode("utf-16-le") in data else []
    if start.startswith(b"%pdf"):
        return read_pdf, []
    _refuse_known(file, _MARKS, start)
    is_page = any(tag in start for tag in (b"<html", b"<table", b"<!doctype html"))
    ending = ".html" if is_page else path.suffix.lower()
    if ending not in _TEXTS:
        raise refuse(file, _UNREADABLE)
    return _TEXTS[ending], []


def _refuse_known(file: str, unread: Mapping[Any, str], held: Container[Any]) -> None:
    """Refuse a file that is of another kind, known by what it holds, with a sentence that says what to do."""
    for mark, message in unread.items():
        if mark in held:
            raise refuse(file, message)


def _packed(file: str, data: bytes) -> tuple[Reader, list[str]]:
    """As `_reader`, of a zipped file; one that would unpack to more than any report is not opened."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    entries = {entry.filename: entry for entry in archive.infolist()}
    _refuse_known(file, _PARTS, entries)
    if "[Content_Types].xml" not in entries:
        raise refuse(file, "这是压缩包，不是表格或报告；请先解压")
    unpacked = sum(entry.file_size for entry in entries.values())
    if unpacked > MAX_UNPACKED:
        raise refuse(file, f"解压后有 {unpacked / 1e6:.0f} MB，超过 200 MB 上限；不是正常的文件，没有打开")
    read = read_docx if "word/document.xml" in entries else read_xlsx
    macros = any(name.lower().endswith("vbaproject.bin") for name in entries)
    return read, [*([_MACROS] if macros else []), *_unread(archive)]


def _unread(archive: zipfile.ZipFile) -> Iterator[str]:
    """What is said of the parts that are not read and hold figures, with the first one."""
    for what, pattern in _UNREAD.items():
        parts = [archive.read(name) for name in archive.namelist() if pattern.match(name)]
        text = flat(unescape(_TAG.sub("", b"\n".join(parts).decode("utf-8", "replace"))))
        found = [match for name in _FIGURES if (match := PATTERNS[name].search(text))]
        if found:
            yield f"{what}没有读，里面有数，如“{found[0][0]}”；要算在内的请写进正文或表格"
