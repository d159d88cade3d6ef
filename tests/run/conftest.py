"""Fixtures of the tests of the batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from project import Project, runs, until

from perfkit.run.forking import SERVER


@pytest.fixture
def project(params: object, tmp_path: Path) -> Iterator[Project]:
    """A small project beside the folder of parameters; in the end no process of it runs any more."""
    project = Project(tmp_path)
    project.rubric()
    yield project
    assert until(lambda: not project.processes()), project.processes()
    assert until(lambda: not descendants()), descendants()


def descendants() -> list[psutil.Process]:
    """What this process has started and not ended, but for what serves all tests."""
    server = SERVER._process and SERVER._process.pid
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if runs(process.pid) and process.pid != server and "resource_tracker" not in " ".join(process.cmdline())
    ]


@pytest.fixture(scope="session", autouse=True)
def no_server_left() -> Iterator[None]:
    """End the process that the kernels of this process are forked from."""
    yield
    SERVER.close()
