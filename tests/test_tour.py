"""The tour of the documentation: its commands, read out of docs/tour.md, run one after the other as a person would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
def test_every_command_of_the_tour_works(repo: Path, tmp_path: Path) -> None:
    for name in ("notebooks", "params"):
        shutil.copytree(repo / name, tmp_path / name)
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "perfkit").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m perfkit "$@"\n', encoding="utf-8")
    (commands / "perfkit").chmod(0o755)
    environment = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}
    tour = steps(repo / "docs" / "tour.md")
    assert sum(len(lines) for lines, _ in tour) > 15
    for lines, wanted in tour:
        said = ""
        for line in lines:
            done = subprocess.run(
                line,
                shell=True,
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            found_errors = line.startswith("perfkit audit") and done.returncode == 1
            assert done.returncode == 0 or found_errors, f"{line}\n{done.stdout[-1000:]}{done.stderr[-1000:]}"
            said += done.stdout
        for text in wanted:
            assert text in said, f"{lines[-1]} does not say {text}"
    for name in re.findall(r"`(outputs/[^`]+)`", (repo / "docs" / "tour.md").read_text(encoding="utf-8")):
        assert (tmp_path / name).exists(), name


def test_the_tour_passes_by_every_verb_that_a_newcomer_needs(repo: Path) -> None:
    verbs = {
        line.split()[1] for lines, _ in steps(repo / "docs" / "tour.md") for line in lines if "perfkit" in line[:8]
    }
    assert {"new", "check", "score", "rule", "run", "monitor", "cycle", "portfolio", "audit", "import"} <= verbs
