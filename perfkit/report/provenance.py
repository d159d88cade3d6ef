"""What a report was made from, so that anyone can make it again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .. import __version__
from ..cases.case import Case
from .page import Html, text


def provenance(case: Case) -> Html:
    """Case, rubric, profile, version and the sha256 of every input file."""
    parts = [f"案例：{case.id}"]
    if case.rubric:
        parts.append(f"指标体系：{case.rubric.name}")
    if case.profile:
        checked = "已核对原文" if case.profile.verified == "是" else "未核对原文"
        parts.append(f"评分口径：{case.profile.name}（{checked}）")
    parts.append(f"perfkit {__version__}")
    hashes = [f"{path.name} {sha256(path)}" for path in input_files(case)]
    lines = "<br>".join(text(line) for line in ("　".join(parts), "输入文件的 sha256：", *hashes))
    return Html(f'<div class="provenance">{lines}</div>')


def input_files(case: Case) -> list[Path]:
    """Every file a case's result depends on."""
    files = [Path(case.document.path), *(case.rubric.files if case.rubric else ())]
    if case.profile and case.library:
        files.append(case.library.folder / "profiles" / f"{case.profile.name}.yaml")
    if case.library and case.file.basis:
        files.append(case.library.folder / "sources.yaml")
    for unit in case.units:
        files += input_files(unit)
    return list(dict.fromkeys(files))


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
