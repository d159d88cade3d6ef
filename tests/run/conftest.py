"""Fixtures of the tests of the batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from project import Project, until

from perfkit.run.kernels import SERVER


@pytest.fixture
def project(params: object, tmp_path: Path) -> Iterator[Project]:
    """A small project beside the folder of parameters; in the end no process of it runs any more."""
    project = Project(tmp_path)
    project.rubric()
    yield project
    assert until(lambda: not project.processes()), project.processes()


@pytest.fixture(scope="session", autouse=True)
def no_server_left() -> Iterator[None]:
    """End the process that the kernels of this process are forked from."""
    yield
    SERVER.close()
