"""Shared by all tests: the hypothesis profile, the repository, and a small params folder that a test fills."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from functools import cached_property
from pathlib import Path
from textwrap import dedent

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
import nbformat  # noqa: E402, F401 — its jsonschema would take seconds for rules of addresses, unused here

del sys.modules["rfc3987_syntax"]
os.environ["HYPOTHESIS_NO_PLUGINS"] = "1"  # that of trio, which comes with selenium, would load all of trio

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

from perfkit import Case, Library, limited, load_case  # noqa: E402
from perfkit.run.process import server  # noqa: E402

settings.register_profile("perfkit", deadline=None, max_examples=50)
settings.load_profile("perfkit")

LONGEST = (
    "batch", "word", "audit_properties", "handed_in", "dask", "lab", "cells", "layouts", "notebooks", "formats",
    "tour", "forms", "workbook", "browser", "evaluated", "foreign", "blocks", "cli", "repository", "fuzz", "scoring",
    "audit_objects", "portfolio", "unit_tables", "standards",
)  # fmt: skip
"""Files of tests that take seconds, with their slow tests or without: the longest first, and those that start many
processes not beside each other."""
ALL_SLOW = {f"test_{name}.py" for name in ("browser", "dask", "lab", "word")}
"""Files in which every test is slow, and is marked so here."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files of slow tests where none is wanted: to load what they drive would take each worker a second."""
    return config.option.markexpr == "not slow" and collection_path.name in ALL_SLOW or None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while modules and tests are loaded, for all of it stays, and seldom while the tests run.

    It would take a third of the time that loading takes, and a tenth of the rest.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000)  # as for reports
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, so that no worker is left with one of them when the others are done."""
    for item in items:
        if item.path.name in ALL_SLOW:
            item.add_marker("slow")
    order = {f"test_{name}.py": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (order.get(item.path.name, len(order)), item.path))


PROFILE = """
title: 测试口径
source: 测试〔2020〕1号
reverse: {reverse}
qualitative:
  - {{level: 达成, range: "[80%,100%]"}}
  - {{level: 部分达成, range: "[60%,80%)"}}
  - {{level: 未达成, range: "[0%,60%)"}}
grades:
  - {{grade: 优, range: "[90,100]"}}
  - {{grade: 良, range: "[80,90)"}}
  - {{grade: 中, range: "[60,80)"}}
  - {{grade: 差, range: "[0,60)"}}
no_answer: {no_answer}
"""


class Params:
    """A params folder with one profile (`small`) and one source; rubrics and cases come from the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("sources.yaml", "测试〔2020〕1号: {title: 测试办法}")
        self.write("rubrics/.keep", "")
        self.profile()

    def write(self, name: str, text: str) -> Path:
        """Write a file below the folder; common indentation is removed."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    def profile(self, no_answer: str = "refuse", reverse: str = "linear", name: str = "small") -> None:
        """Write a profile."""
        self.write(f"profiles/{name}.yaml", PROFILE.format(no_answer=no_answer, reverse=reverse))

    def rubric(self, text: str, name: str = "small") -> None:
        """Write a rubric."""
        self.write(f"rubrics/{name}.yaml", text)

    def case_file(self, text: str, name: str = "unit") -> Path:
        """Write a case: kind, unit and year are put in front."""
        head = "kind: self_evaluation\nunit: {name: 某单位}\nyear: 2022\n"
        return self.write(f"cases/{name}.yaml", head + dedent(text))

    def case(self, text: str, name: str = "unit", library: Library | None = None) -> Case:
        """Write and load a case."""
        return load_case(self.case_file(text, name), library=library)

    @cached_property
    def shared(self) -> Library:
        """One library for all cases of a test; the files are written before it is used."""
        return self.library()

    def library(self) -> Library:
        """A library that reads the folder afresh."""
        return Library(self.folder)


@pytest.fixture
def params(tmp_path: Path) -> Params:
    """An empty params folder with a profile `small` (refuse, linear)."""
    return Params(tmp_path / "params")


@pytest.fixture(scope="session", autouse=True)
def no_worker_left() -> Iterator[None]:
    """End the process in which the tests have opened workbooks."""
    yield
    limited.end()


@pytest.fixture(scope="session")
def warm_server() -> None:
    """The process from which those that make reports are forked has made one, so that each of many is made quickly.

    A test that begins with a few reports would start one that has not, for all tests after it.
    """
    server()


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """LibreOffice: converts files in one start, ``office("pdf", *files)``, and returns the folder of what it made."""
    if not shutil.which("soffice"):
        pytest.skip("没有 LibreOffice（soffice）")
    profile = tmp_path_factory.mktemp("office") / "profile"

    def converted(form: str, *files: Path) -> Path:
        folder = tmp_path_factory.mktemp("converted")
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", form]
        subprocess.run(
            [*command, "--outdir", str(folder), *map(str, files)], check=True, capture_output=True, timeout=180
        )
        return folder

    return converted


@pytest.fixture(scope="session")
def repo() -> Path:
    """The repository."""
    return Path(__file__).parent.parent


@pytest.fixture
def project(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of cases of a project with perfkit's rubrics and profiles and no case, which is worked in."""
    (tmp_path / "params" / "cases").mkdir(parents=True)
    for name in ("rubrics", "profiles", "sources.yaml"):
        (tmp_path / "params" / name).symlink_to(repo / "params" / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "params" / "cases"
