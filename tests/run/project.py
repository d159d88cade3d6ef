"""A small project for tests of the batch: cases with one indicator, notebooks that do what a test wants of a case."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from perfkit.run.batch import Summary, run
from perfkit.run.jobs import Options

RUBRIC = """
title: 测试指标
profile: small
indicators:
  - {level1: 产出, level2: 数量, name: 完成率, weight: 100, rule: {kind: proportional}}
"""
CASE = """
rubric: {rubric}
budget: {{adjusted: 100万元, final: 90万元}}
facts:
  完成率: {{target: "=100%", actual: {actual}%}}
"""
# A case may have a file beside it with a cell to execute; every start and end of a report is a line of the log.
CELLS = (
    'case = "params/cases/unit.yaml"',
    """
import os
from pathlib import Path
from perfkit import load_case, score

def log(event):
    with open(Path(case).parents[2] / "log", "a") as file:
        file.write(f"{Path(case).stem} {event}\\n")

log("begun")
print(round(score(load_case(case)).total, 2))
""",
    """
cell = Path(case).with_suffix(".py")
if cell.exists():
    exec(compile(cell.read_text(), "cell", "exec"))
""",
    'log("ended")',
)
ENDLESS = """
import signal
for name in ("SIGINT", "SIGTERM"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
import subprocess
child = subprocess.Popen(["sleep", "1234"])
print(os.getpid(), child.pid)
while True:
    pass
"""
HOG = """
import numpy
from perfkit.run.machine import memory_share
held = [numpy.zeros(2**27) for _ in range(memory_share() // 2**30 + 2)]  # never touched: address space only
"""
KILLED = "os.kill(os.getpid(), 9)"
SLOW = "import time; time.sleep(60)"
SLOW_AT_FIRST = """
flag, end = (Path(case).with_suffix(ending) for ending in (".flag", ".end"))
if not flag.exists():
    flag.touch()
    import time
    latest = time.monotonic() + 60
    while not end.exists() and time.monotonic() < latest:
        time.sleep(0.02)
"""
STOPPED = 4.0  # seconds after Ctrl-C; two are promised, on a machine that does nothing else


def runs(pid: int) -> bool:
    """Whether a process exists and is not just waiting to be collected."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(condition: Callable[[], object], seconds: float = 10.0) -> bool:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return bool(held)


class Project:
    """A folder with parameters, notebooks and outputs; all its processes carry its path in their environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "outputs"
        self.temporary = folder / "t"
        self.temporary.mkdir()
        self._seen = 0
        for kind in ("evaluation", "self_evaluation"):
            self.write(f"notebooks/{kind}.ipynb", json.dumps(notebook(*CELLS)))

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def rubric(self, name: str = "small", note: str = "") -> None:
        """Write a rubric."""
        self.write(f"params/rubrics/{name}.yaml", RUBRIC + f"note: {note or name}\n")

    def case(self, name: str, cell: str = "", *, actual: int = 90, rubric: str = "small") -> None:
        """Write a case whose report executes `cell`."""
        head = f"kind: self_evaluation\nunit: {{name: {name}}}\nyear: 2022\n"
        path = self.write(f"params/cases/{name}.yaml", head + CASE.format(actual=actual, rubric=rubric))
        script = path.with_suffix(".py")
        if cell:
            script.write_text(cell, encoding="utf-8")
        else:
            script.unlink(missing_ok=True)

    def cases(self, number: int) -> list[str]:
        """Write so many sound cases."""
        names = [f"c{i:02}" for i in range(number)]
        for i, name in enumerate(names):
            self.case(name, actual=50 + i)
        return names

    @property
    def log(self) -> list[str]:
        """What reports have said so far: ``<case> begun`` and ``<case> ended``."""
        path = self.folder / "log"
        return path.read_text().splitlines() if path.exists() else []

    def start(self, *options: str, **env: str) -> subprocess.Popen[str]:
        """Start ``perfkit run`` on all cases, in a process group of its own."""
        command = [sys.executable, "-m", "perfkit", "run", "params/cases", "--out", "outputs", *options]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PERFKIT_TEST": str(self.folder), "TMPDIR": str(self.temporary), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        process = self.start(*options, **env)
        try:
            out, err = process.communicate(timeout=100)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess([], process.returncode, out, err)

    def make(self, **options: Any) -> Summary:
        """The same from this process, whose server of reports is warm already."""
        return run([self.folder / "params" / "cases"], self.out, Options(project=self.folder, **options))

    @property
    def arguments(self) -> list[str]:
        """What ``perfkit run`` is told of this project, from wherever it is started."""
        cases = self.folder / "params" / "cases"
        return [str(cases), "--out", str(self.out), "--project", str(self.folder)]

    def begun(self) -> list[str]:
        """The cases whose reports have begun since this was last asked."""
        new = self.log[self._seen :]
        self._seen += len(new)
        return sorted(line.split()[0] for line in new if line.endswith("begun"))

    def processes(self) -> list[psutil.Process]:
        """Every process that still runs on behalf of this project."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get("PERFKIT_TEST") == str(self.folder)
            except psutil.Error:
                continue
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found

    def made(self, name: str) -> str:
        """The page of a case whose outputs are there and whole, with nothing else beside them."""
        folder = self.out / name
        assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.ipynb", "result.json"]
        json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
        assert json.loads((folder / "result.json").read_text(encoding="utf-8"))["case"] == name
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert page.endswith("</html>\n")
        return page

    def index(self) -> str:
        """The list of reports."""
        return (self.out / "index.html").read_text(encoding="utf-8")


def notebook(*cells: str) -> dict[str, object]:
    """A notebook; its first cell holds the parameters."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{number}",
                "source": cell.strip(),
                "metadata": {} if number else {"tags": ["parameters"]},
                "outputs": [],
                "execution_count": None,
            }
            for number, cell in enumerate(cells)
        ],
    }


@contextmanager
def killed_at_end(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Kill it with its group, whatever happens in the block."""
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
