"""A process with limits for what others handed in: results and errors come back, and no call harms the next."""

from __future__ import annotations

import ctypes
import operator
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perfkit import InputError
from perfkit.errors import PerfkitError
from perfkit.limited import LimitError, call
from perfkit.reading import read_yaml

MEMORY = 300_000_000
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system limits no memory")


def limited(function, *args, seconds=20.0):  # noqa: ANN001, ANN002, ANN201
    return call(function, *args, seconds=seconds, memory=MEMORY)


def test_results_come_back_from_one_warm_process() -> None:
    first = limited(os.getpid)
    assert first != os.getpid()
    assert [limited(os.getpid) for _ in range(50)] == [first] * 50
    assert limited(operator.add, [1], [2]) == [1, 2]
    assert len(limited(bytes, 5_000_000)) == 5_000_000


def test_an_exception_comes_back_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        limited(operator.truediv, 1, 0)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        limited(os.listdir, "nowhere")


@pytest.mark.parametrize(
    ("function", "args", "seconds", "said"),
    [
        (time.sleep, (60,), 0.5, "处理超过 0.5 秒"),
        (os.abort, (), 20, "异常中断"),
        (os._exit, (0,), 20, "异常中断"),
        (ctypes.string_at, (1,), 20, "异常中断"),
        pytest.param(bytearray, (10**9,), 20, "内存超过 300 MB", marks=LINUX),
    ],
    ids=["too slow", "aborts", "leaves", "segfault", "too large"],
)
def test_a_call_that_harms_its_process_is_one_sentence(function, args, seconds, said) -> None:  # noqa: ANN001
    with pytest.raises(LimitError, match=said) as caught:
        limited(function, *args, seconds=seconds)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, PerfkitError)
    assert limited(operator.add, 1, 2) == 3


def test_what_a_call_prints_is_no_answer() -> None:
    limited(print, "x" * 1000)
    limited(os.write, 1, b"x" * 1000)
    assert limited(operator.add, 1, 2) == 3


def test_a_result_that_cannot_come_back_is_named() -> None:
    with pytest.raises((LimitError, TypeError)):
        limited(open, os.devnull)
    assert limited(operator.add, 1, 2) == 3


def test_no_file_of_the_working_directory_is_imported_and_no_process_stays(tmp_path: Path) -> None:
    for name in ("struct", "socket", "pickle", "signal"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    script = tmp_path / "script.py"  # without the usual guard: the worker must not run it again
    script.write_text(
        "import sys; sys.path.pop(0)\nimport os\nfrom perfkit.limited import call\n"
        "print(call(os.getpid, seconds=20, memory=10**8))\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    (worker,) = done.stdout.split()
    with pytest.raises(ProcessLookupError):
        os.kill(int(worker), 0)
    assert done.stderr == ""


def test_problems_survive_the_way_back(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: 1\na: 2\n", encoding="utf-8")
    with pytest.raises(InputError) as here:
        read_yaml(tmp_path / "x.yaml")
    with pytest.raises(InputError) as there:
        limited(read_yaml, tmp_path / "x.yaml")
    assert there.value.problems == here.value.problems
