"""Reports through dask: a local cluster, and workers of a scheduler; those that see no output folder are refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from project import SLOW, SLOW_AT_FIRST, STOPPED, Project, killed_at_end, until
from test_batch import content, states

import perfkit
from perfkit.errors import PerfkitError
from perfkit.run.batch import run
from perfkit.run.jobs import Options
from perfkit.run.process import FORK_IS_SAFE

PACKAGE = Path(perfkit.__file__).parent
pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(not FORK_IS_SAFE, reason="forked reports and the signals of these tests: Linux only")


@contextmanager
def started(project: Project, *command: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A process of the cluster."""
    process = subprocess.Popen(
        command,
        env={**os.environ, "PERFKIT_TEST": str(project.folder), **env},
        cwd=project.folder.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    with killed_at_end(process):
        yield process


@contextmanager
def scheduler(project: Project) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A scheduler: its address and its process."""
    file = project.folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    with started(project, sys.executable, "-m", "distributed.cli.dask_scheduler", *options) as process:
        assert until(lambda: file.exists() and file.read_text().endswith("}"), 30)
        yield json.loads(file.read_text())["address"], process


def worker(address: str, number: int = 1) -> list[str]:
    """The command of a worker with two threads, or of several, each with a nanny that replaces it."""
    options = ["--nworkers", str(number), "--nthreads", "2", "--host", "127.0.0.1", "--no-dashboard"]
    options += [] if number > 1 else ["--no-nanny"]
    return [sys.executable, "-m", "distributed.cli.dask_worker", address, *options, "--local-directory", "/tmp"]


def test_a_local_cluster_makes_the_same(repo: Path, project: Project) -> None:
    case = repo / "params" / "cases" / "nanchang-union-2022" / "department.yaml"
    command = [sys.executable, "-m", "perfkit", "run", str(case), "--out", "dask", "-j", "1", "--engine", "dask"]
    command += ["--project", str(repo)]
    subprocess.run(command, cwd=project.folder, check=True)
    assert run([case], project.folder / "serial", Options()).done == 1
    name = Path("nanchang-union-2022", "department")
    assert content(project.folder / "dask" / name) == content(project.folder / "serial" / name)


def test_a_worker_forks_its_reports_from_a_process_that_has_made_one(project: Project) -> None:
    project.case("warm", "from perfkit import fonts\nassert fonts._face.cache_info().currsize")
    with scheduler(project) as (address, _), started(project, *worker(address)):
        result = project.run("--engine", "dask", "--scheduler", address)
    assert result.stdout.splitlines() == ["完成1份，失败0份。目录：outputs/index.html"], result.stderr


def test_a_killed_worker_loses_nothing(project: Project) -> None:
    names = [*project.cases(11), "a-slow"]
    project.case("a-slow", SLOW_AT_FIRST)
    project.case("bad", "1/0")
    with (
        scheduler(project) as (address, _),
        started(project, *worker(address, number=2)) as nannies,
        killed_at_end(project.start("--engine", "dask", "--scheduler", address)) as process,
    ):
        assert until((project.folder / "params/cases/a-slow.flag").exists, 60)
        workers = [p for p in psutil.Process(nannies.pid).children() if "spawn_main" in " ".join(p.cmdline())]
        assert len(workers) == 2
        workers[0].kill()
        until(lambda: "a-slow ended" in project.log, 3)  # unless it is the other that has it
        workers[1].kill()
        (project.folder / "params/cases/a-slow.end").touch()
        out, err = process.communicate(timeout=100)
    assert process.returncode == 1
    assert out.splitlines() == [
        "完成12份，失败1份。目录：outputs/index.html",
        "失败：bad 第4格 ZeroDivisionError: division by zero",
    ]
    assert len(err.splitlines()) == 13, err
    for name in names:
        project.made(name)
    assert {name for name, state in states(project).items() if state == "done"} == set(names)


def test_what_one_report_leaves_behind_ends_without_its_neighbour(project: Project) -> None:
    """The threads of a worker share the server that their reports come from."""
    project.case("a-slow", SLOW_AT_FIRST)
    project.case("bad", "os.kill(os.getppid(), 9); import time; time.sleep(60)")
    project.case("c-good")
    with socket.socket() as other, killed_at_end(project.start("-j", "2", "--engine", "dask")) as process:
        with suppress(OSError):  # whoever has dask's usual port
            other.bind(("127.0.0.1", 8787))
            other.listen()
        assert until((project.out / "c-good" / "result.json").exists, 60)
        (project.folder / "params/cases/a-slow.end").touch()
        out, err = process.communicate(timeout=100)
    assert out.splitlines()[1:] == ["失败：bad 生成报告的进程意外退出"], err
    assert states(project) == {"a-slow": "done", "bad": "failed", "c-good": "done"}
    assert [project.log.count(f"{case} begun") for case in ("a-slow", "bad", "c-good")] == [1, 2, 1]


def test_interrupted(project: Project) -> None:
    project.case("b-slow", SLOW)
    with killed_at_end(project.start("-j", "2", "--engine", "dask")) as process:
        assert until(lambda: "b-slow begun" in project.log, 60)
        start = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert until(lambda: not project.processes(), STOPPED)
        assert time.monotonic() - start < STOPPED
    assert process.returncode == 1
    assert out.splitlines()[1].startswith("已中断；再运行同一命令")
    assert err == ""
    assert not list(project.temporary.glob("perfkit-*"))


def blind(project: Project, address: str, what: str = "") -> list[str]:
    """The command of a worker with another file system where the project, or this folder of it, is."""
    script = f"mount -t tmpfs none '{project.folder / what}' && exec {' '.join(worker(address))}"
    return ["unshare", "-rm", "sh", "-c", script]


@pytest.mark.parametrize("sees", [True, False])
def test_workers_of_a_scheduler(project: Project, sees: bool) -> None:
    """The worker that sees no cases, rules or template is sent them."""
    names = project.cases(5)
    with (
        scheduler(project) as (address, _),
        started(project, *(worker(address) if sees else blind(project, address, "params"))) as process,
    ):
        if until(lambda: process.poll() is not None, 1):
            pytest.skip("no file system of its own here")
        result = project.run("--engine", "dask", "--scheduler", address)
    assert result.returncode == 0, result.stderr
    for name in names:
        assert f"{50 + names.index(name)}.0" in project.made(name)
    assert bool(project.log) is sees  # a cell writes it beside the cases that it reads
    assert states(project) == dict.fromkeys(names, "done")


def test_a_worker_that_does_not_see_the_output_folder_is_named(project: Project) -> None:
    project.cases(1)
    with scheduler(project) as (address, _), started(project, *blind(project, address)) as process:
        if until(lambda: process.poll() is not None, 1):
            pytest.skip("no file system of its own here")
        result = project.run("--engine", "dask", "--scheduler", address)
    assert result.returncode == 2
    said = "看不见输出文件夹 .*/outputs；请把 --out 放在各台机器都看得见的磁盘上，路径相同\n"
    assert re.fullmatch(f"错误：dask 工作机 tcp://127.0.0.1:\\d+ {said}", result.stderr), result.stderr
    assert project.log == []
    assert not (project.out / "index.html").exists()


def test_a_worker_that_comes_later_and_does_not_see_the_output_folder_is_named(project: Project) -> None:
    names = [f"{letter}-slow" for letter in "abcdef"]
    for name in names:
        project.case(name, SLOW_AT_FIRST)
    with (
        scheduler(project) as (address, _),
        started(project, *worker(address)),
        killed_at_end(project.start("--engine", "dask", "--scheduler", address)) as owner,
    ):
        assert until((project.folder / "params/cases/a-slow.flag").exists, 60)
        with started(project, *blind(project, address)) as process:
            if until(lambda: process.poll() is not None, 1):
                pytest.skip("no file system of its own here")
            out, err = owner.communicate(timeout=60)
    assert owner.returncode == 1, err
    assert "看不见输出文件夹" in out.splitlines()[1]


@pytest.mark.parametrize("text", ["raise ModuleNotFoundError", "", None])
def test_a_worker_without_this_perfkit_is_named(project: Project, text: str | None) -> None:
    project.cases(1)
    if text is None:
        shutil.copytree(PACKAGE, project.folder / "other" / "perfkit")
        project.write("other/perfkit/data/one-more.txt", "")
    else:
        project.write("other/perfkit/__init__.py", text)
    with (
        scheduler(project) as (address, _),
        started(project, *worker(address), PYTHONPATH=str(project.folder / "other")),
    ):
        result = project.run("--engine", "dask", "--scheduler", address)
    assert result.returncode == 2
    said = "没有装与本机同一版本的 perfkit；请装好后再运行\n"
    assert re.fullmatch(f"错误：dask 工作机 tcp://127.0.0.1:\\d+ {said}", result.stderr), result.stderr


def test_a_scheduler_that_ends(project: Project) -> None:
    project.case("a-good")
    project.case("b-slow", SLOW)
    with (
        scheduler(project) as (address, process),
        started(project, *worker(address)),
        killed_at_end(project.start("--engine", "dask", "--scheduler", address)) as owner,
    ):
        assert until(lambda: "b-slow begun" in project.log and (project.out / "a-good/result.json").exists(), 60)
        assert until(lambda: states(project)["a-good"] == "done")
        process.kill()
        out, err = owner.communicate(timeout=30)
    assert owner.returncode == 1
    said = "与 dask 调度器的连接已断开；已完成的都有登记，排除后再运行同一命令，从没有做完的接着做。"
    assert out.splitlines()[1:] == [said], err
    assert len(err.splitlines()) == 1, err
    assert "共1份报告" in project.index()
    assert states(project) == {"a-good": "done", "b-slow": "pending"}


def test_a_scheduler_that_does_not_answer(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perfkit.run.cluster.CONNECTING", 1)
    project.cases(1)
    with pytest.raises(PerfkitError, match="连不上 dask 调度器 tcp://127.0.0.1:9，.*；请核对地址"):
        project.make(engine="dask", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(PerfkitError, match="连不上 dask 调度器 nonsense"):
        project.make(engine="dask", scheduler="nonsense")
    assert project.log == []
