"""The tour of the documentation: its commands, read out of docs/tour.md, run one after the other as a person would."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perfkit.cli import run_cli

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def steps(page: Path) -> list[tuple[list[str], list[str]]]:
    """Commands of each ``sh`` block, and the lines of the block behind it: what they must say."""
    found: list[tuple[list[str], list[str]]] = []
    for language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "sh":
            found.append((text.splitlines(), []))
        elif found:
            found[-1][1].extend(text.splitlines())
    return found


@pytest.mark.slow
def test_every_command_of_the_tour_works(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first line of some verbs is a process of its own; the others are spared the seconds that imports take."""
    for name in ("notebooks", "params"):
        shutil.copytree(repo / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    processes = {"new", "run", "audit"}

    def say(line: str) -> tuple[int, str, str]:
        """What a line ends with and puts out."""
        command, *arguments = shlex.split(line)
        if command == "perfkit" and arguments[0] not in processes:
            return run_cli(arguments), *capsys.readouterr()
        processes.discard(arguments[0])
        start = [sys.executable, "-m", "perfkit"] if command == "perfkit" else [command]
        done = subprocess.run([*start, *arguments], capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout, done.stderr

    tour = steps(repo / "docs" / "tour.md")
    assert sum(len(lines) for lines, _ in tour) > 15
    for lines, wanted in tour:
        said = ""
        for line in lines:
            status, out, err = say(line)
            found_errors = line.startswith("perfkit audit") and status == 1
            assert status == 0 or found_errors, f"{line}\n{out[-1000:]}{err[-1000:]}"
            said += out
        for text in wanted:
            assert text in said, f"{lines[-1]} does not say {text}"
    assert not processes
    for name in re.findall(r"`(outputs/[^`]+)`", (repo / "docs" / "tour.md").read_text(encoding="utf-8")):
        assert (tmp_path / name).exists(), name


def test_the_tour_passes_by_every_verb_that_a_newcomer_needs(repo: Path) -> None:
    verbs = {
        line.split()[1] for lines, _ in steps(repo / "docs" / "tour.md") for line in lines if "perfkit" in line[:8]
    }
    assert {"new", "check", "score", "rule", "run", "monitor", "cycle", "portfolio", "audit", "import"} <= verbs
