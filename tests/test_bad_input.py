"""Bad input: one fault a file in tests/bad, and the whole complaint that `perfkit check` makes about it.

The first lines of each file say what must be printed, one line a message: `# expect: 第8行 | budget.adjusted | 缺少`.
A message that begins with 警告 leaves the exit status at 0.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from perfkit.cli import run_cli

BAD = Path(__file__).with_name("bad")


def complaints(file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Exit status and the lines on stderr; a faulty file leaves stdout empty."""
    status = run_cli(["check", str(file)])
    shown = capsys.readouterr()
    assert bool(shown.out) is (status == 0)
    return status, shown.err.splitlines()


@pytest.mark.parametrize("file", sorted(BAD.glob("*.yaml")), ids=lambda file: file.stem)
def test_one_fault(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("# expect: ")]
    expected = [line.removeprefix("# expect: ").split(" | ") for line in head]
    assert expected, "a file in tests/bad begins with `# expect: …`"
    status, lines = complaints(file, capsys)
    for line, pieces in zip(lines, expected, strict=True):
        assert line.startswith(("错误：", "警告："))
        assert file.name in line or any("/" in piece for piece in pieces[:2])  # a fault in a rubric
        for piece in pieces:
            assert piece in line
    assert status == (0 if all(pieces[0] == "警告" for pieces in expected) else 2)


def test_without_the_fault_there_is_no_complaint(capsys: pytest.CaptureFixture[str]) -> None:
    assert complaints(BAD / "params" / "cases" / "sound.yaml", capsys) == (0, [])


@pytest.mark.parametrize(
    ("content", "needle"),
    [
        (b"", "文件是空的"),
        ("kind: self_evaluation\nunit: {name: 某单位}\n".encode("gbk"), "第2行：不是 UTF-8 编码"),
        (b"#" * (5 * 1024 * 1024 + 1), "超过 5 MB"),
        (b"a: " + b"[" * 1_000_000, "嵌套太深"),
    ],
    ids=["empty", "gbk", "over 5 MB", "deep"],
)
def test_files_that_cannot_be_kept(
    tmp_path: Path, content: bytes, needle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "params" / "cases" / "case.yaml"
    for folder in ("rubrics", "profiles", "cases"):
        (tmp_path / "params" / folder).mkdir(parents=True)
    file.write_bytes(content)
    status, (line,) = complaints(file, capsys)
    assert status == 2
    assert needle in line
    assert "case.yaml" in line


def test_a_path_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, (line,) = complaints(tmp_path / "nothing", capsys)
    assert status == 2
    assert "不存在" in line


def test_a_folder_is_checked_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One faulty file does not hide the faults of the next."""
    status, lines = complaints(BAD, capsys)
    assert status == 2
    for name in ("bare-amount", "year", "unknown-rubric"):
        assert any(f"{name}.yaml" in line for line in lines)


@pytest.mark.parametrize("name", ["报告.docx", "报告.pdf", "自评表.xlsx"])
def test_a_document_is_no_case_and_what_reads_it_is_named(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    if name.endswith(".xlsx"):
        openpyxl.Workbook().save(file)
    else:
        file.write_bytes(b"PK\x03\x04\xff")
    status, (line,) = complaints(file, capsys)
    assert status == 2
    assert all(command in line for command in ("perfkit audit", "perfkit import", "perfkit run"))
