"""Fixtures of the tests of the batch."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path

import psutil
import pytest
from project import Project, runs, until

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and so would theirs


@pytest.fixture
def project(params: object, tmp_path: Path, warm_server: None) -> Iterator[Project]:
    """A small project beside the folder of parameters; in the end no process of it runs any more."""
    project = Project(tmp_path)
    project.rubric()
    yield project
    assert until(lambda: not project.processes()), project.processes()
    assert until(lambda: not descendants()), descendants()


def descendants() -> list[psutil.Process]:
    """What this process has started and not ended, but for what serves all tests."""
    serving = "forkserver|resource_tracker|perfkit.limited"
    found = psutil.Process().children(recursive=True)
    return [one for one in found if runs(one.pid) and not re.search(serving, " ".join(one.cmdline()))]


@pytest.fixture(scope="session", autouse=True)
def no_server_left() -> Iterator[None]:
    """End the process that the reports of this process are forked from."""
    yield
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
