"""Output files: where they may lie, how they appear, who may write them."""

from __future__ import annotations

import errno
import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from perfkit.errors import InputError, PerfkitError
from perfkit.files import (
    MOST_IN_A_FOLDER,
    OutputError,
    crowded,
    folder_lock,
    output_folder,
    remove,
    write_whole,
)

# ---- folders ---------------------------------------------------------------------------------------------------------


def test_a_case_has_a_folder_of_its_name(tmp_path: Path) -> None:
    assert output_folder(tmp_path, "city/区总工会-2022") == tmp_path / "city" / "区总工会-2022"


@pytest.mark.parametrize(
    "case",
    [
        "", "..", "../x", "a/../../x", "a/./b", "/etc/x", "a//b", "a/", ".perfkit", "a/.b",
        "C:/x", "C:x", "a\\b", "..\\x", "\\\\server\\share",
        "a:b", "a*", "a?", 'a"', "a<b", "a>b", "a|b", "a\x00b", "a\nb",
        "CON", "con", "nul.txt", "x/aux", "COM1", "lpt9.2022", "a.", "a ", "x./y",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_or_nowhere_are_refused(tmp_path: Path, case: str) -> None:
    with pytest.raises(InputError, match="不能作为输出路径") as caught:
        output_folder(tmp_path / "out", case)
    assert caught.value.problems[0].file == case


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tmp_path / "elsewhere" / "unit").mkdir(parents=True)
    out.mkdir()
    (out / "city").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(InputError, match="链接"):
        output_folder(out, "city/unit")
    (out / "unit").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(InputError, match="链接"):
        output_folder(out, "unit")


def test_a_link_within_is_followed(tmp_path: Path) -> None:
    (tmp_path / "disk" / "2022").mkdir(parents=True)
    (tmp_path / "disk" / "latest").symlink_to("2022")
    assert output_folder(tmp_path / "disk", "latest/unit").resolve() == tmp_path / "disk" / "2022" / "unit"


def test_the_output_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "big")
    assert output_folder(tmp_path / "out", "unit") == tmp_path / "out" / "unit"


def test_many_cases_are_spread_over_folders(tmp_path: Path) -> None:
    names = [f"unit-{i}" for i in range(MOST_IN_A_FOLDER + 1)]
    assert crowded(names[1:]) == frozenset()
    assert crowded([*names, "city/a"]) == {""}
    assert crowded([f"city/{name}" for name in names]) == {"city"}
    folders = {output_folder(tmp_path, name, frozenset({""})) for name in names}
    assert len(folders) == len(names)
    assert {folder.name for folder in folders} == set(names)
    assert {folder.parent.parent for folder in folders} == {tmp_path}
    assert 200 < len({folder.parent for folder in folders}) <= 256
    assert output_folder(tmp_path, "city/unit", frozenset({""})) == tmp_path / "city" / "unit"
    assert output_folder(tmp_path, "city/unit", frozenset({"city"})).parents[1] == tmp_path / "city"


def test_a_case_keeps_the_folder_it_has(tmp_path: Path) -> None:
    everywhere = frozenset({""})
    (tmp_path / "flat").mkdir()
    assert output_folder(tmp_path, "flat", everywhere) == tmp_path / "flat"
    spread = output_folder(tmp_path, "spread", everywhere)
    spread.mkdir(parents=True)
    assert output_folder(tmp_path, "spread") == spread


# ---- writing ---------------------------------------------------------------------------------------------------------


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "报告.html"
    write_whole(file, "一")
    write_whole(file, "二".encode())
    assert file.read_text(encoding="utf-8") == "二"
    assert list(file.parent.iterdir()) == [file]


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "x"
    contents = {letter * 1_000_000 for letter in "abc"}
    write_whole(file, "a" * 1_000_000)
    seen, stop = set(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(file.read_text(encoding="utf-8"))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        for content in contents:
            write_whole(file, content)
    stop.set()
    reader.join()
    assert seen <= contents


WRITER = """
import sys
from pathlib import Path
from perfkit.files import write_whole
print("ready", flush=True)
while True:
    for letter in "ab":
        write_whole(Path(sys.argv[1]), letter * 3_000_000)
"""


def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "x"
    for delay in (0.01, 0.05, 0.11):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout
            writer.stdout.readline()
            threading.Event().wait(0.1 + delay)
            writer.kill()
        text = file.read_text(encoding="utf-8")
        assert text in ("a" * 3_000_000, "b" * 3_000_000)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputError, match=r"taken/x/report.html：路径中有同名的文件"):
        write_whole(tmp_path / "taken" / "x" / "report.html", "")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="没有权限"):
        write_whole(tmp_path / "report.html", "")


def test_what_is_not_there_need_not_be_removed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    remove(tmp_path / "a", tmp_path / "b")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError, match="写不进"):
        remove(tmp_path)


# ---- the lock --------------------------------------------------------------------------------------------------------


def hold(path: Path, ready: object) -> None:
    with folder_lock(path):
        ready.set()  # type: ignore[attr-defined]
        threading.Event().wait(60)


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    lock = tmp_path / "out" / ".perfkit" / "ledger.lock"
    with folder_lock(lock):
        with pytest.raises(PerfkitError, match="另一个 perfkit run 正在使用.*out；"), folder_lock(lock):
            pass
        with pytest.raises(PerfkitError), folder_lock(lock, shared=True):
            pass
    with folder_lock(lock):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no shared locks there")
def test_a_shared_lock_keeps_only_others_off(tmp_path: Path) -> None:
    lock = tmp_path / "x"
    with folder_lock(lock, shared=True), folder_lock(lock, shared=True), pytest.raises(PerfkitError):
        folder_lock(lock).__enter__()


def test_the_lock_of_a_dead_process_is_no_obstacle(tmp_path: Path) -> None:
    lock = tmp_path / "x"
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=hold, args=(lock, ready))
    holder.start()
    assert ready.wait(20)
    with pytest.raises(PerfkitError), folder_lock(lock):
        pass
    holder.kill()
    holder.join()
    with folder_lock(lock):
        pass


def test_a_waiting_lock_waits(tmp_path: Path) -> None:
    lock, order = tmp_path / "x", []

    def second() -> None:
        with folder_lock(lock, wait=True):
            order.append("second")

    with folder_lock(lock):
        thread = threading.Thread(target=second)
        thread.start()
        threading.Event().wait(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_a_lock_that_is_a_link_overwrites_nothing(tmp_path: Path, link: str) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("mine", encoding="utf-8")
    lock = tmp_path / "out" / ".perfkit" / "ledger.lock"
    lock.parent.mkdir(parents=True)
    getattr(lock, link)(target)
    with folder_lock(lock):
        pass
    assert target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("number", ["ENOLCK", "ENOSYS", "ENOTSUP"])
def test_a_file_system_without_locks_is_named(tmp_path: Path, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(getattr(errno, number), "no locks")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(OutputError, match="文件系统不能给文件加锁"), folder_lock(tmp_path / "ledger.lock"):
        pass
