"""The batch: real kernels, real processes, and whatever can happen to them."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
import pandas as pd
import psutil
import pytest
from project import (
    CELLS,
    ENDLESS,
    HOG,
    KILLED,
    SLOW,
    SLOW_AT_FIRST,
    STOPPED,
    Project,
    killed_at_end,
    notebook,
    runs,
    until,
)

from perfkit.cli import run_cli
from perfkit.errors import InputError, PerfkitError
from perfkit.files import MOST_IN_A_FOLDER, folder_lock
from perfkit.run import batch
from perfkit.run.batch import preview, run
from perfkit.run.jobs import Options, Wanted
from perfkit.run.ledger import Ledger
from perfkit.run.plan import find_notebooks, find_template, read, select
from perfkit.run.process import FORK_IS_SAFE, Reports, server

pytestmark = pytest.mark.skipif(not FORK_IS_SAFE, reason="forked reports and the signals of these tests: Linux only")


def states(project: Project) -> dict[str, str]:
    """State of each case in the ledger; nothing where it has not been begun."""
    return {case: entry.state for case, entry in Ledger(project.out, draft=True).known.items()}


def first_error(project: Project, case: str) -> tuple[int, str, str]:
    """Number of the failing cell, name and text of its error, in the notebook that was kept."""
    node: Any = nbformat.read(project.out / case / "report.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    for number, cell in enumerate(node.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return number, output.ename, output.evalue
    raise AssertionError("no error")


# ---- what is made ----------------------------------------------------------------------------------------------------


def test_a_document_that_is_not_registered_stops_no_report(project: Project) -> None:
    project.case("甲")
    path = project.folder / "params/cases/甲.yaml"
    path.write_text(f"basis: [某财〔2024〕5号]\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert project.make().done == 1


def test_reports_scores_and_index(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.case("甲", 'assert Path("outputs/scores.csv").read_text("utf-8").count("\\n") == 4')
    project.case("市/乙", actual=70)
    project.case("市/丙", actual=70)
    path = project.folder / "params/cases/市/丙.yaml"
    path.write_text(f"title: 某项目绩效评价报告\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    monkeypatch.chdir(project.folder)
    summary = project.make()
    assert (summary.done, summary.failures, summary.kept, summary.ok) == (3, [], 0, True)
    assert "90.0" in project.made("甲")
    assert "<title>市/乙</title>" in project.made("市/乙")
    result = json.loads((project.out / "甲" / "result.json").read_text(encoding="utf-8"))
    assert (result["case"], result["total"], result["grade"], result["execution_rate"]) == ("甲", 90.0, "优", 0.9)
    assert re.fullmatch("[0-9a-f]{64}", result["key"])
    frame = pd.read_csv(project.out / "scores.csv")
    assert list(frame["案例"]) == ["市/丙", "市/乙", "甲"]
    assert list(frame["总分"]) == [70.0, 70.0, 90.0]
    assert list(frame["类型"]) == ["整体自评"] * 3
    assert list(frame["状态"]) == ["已评分"] * 3
    assert all(re.search("[\u4e00-\u9fff]", head) for head in frame.columns)
    assert (project.out / "scores.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    exact = pd.read_parquet(project.out / "scores.parquet")
    assert list(exact["total"]) == [70.0, 70.0, 90.0]
    assert {"unit", "year", "kind", "rubric", "profile", "grade", "status", "execution_rate"} <= set(exact.columns)
    index = project.index()
    assert "共3份报告" in index
    for link in ("甲/report.html", "市/乙/report.html"):
        assert f'href="{quote(link)}"' in index
    assert "90.00%" in index
    assert all(unit in index for unit in ("甲", "市/乙", "市/丙", "某项目绩效评价报告"))


def test_only_shard_and_limit(project: Project) -> None:
    names = project.cases(7)
    cases = [project.folder / "params" / "cases"]

    def chosen(**options: Any) -> list[str]:
        return [entry.case for entry in preview(cases, project.out, Options(**options))[0]]

    assert chosen() == names
    assert chosen(limit=2) == names[:2]
    assert chosen(only=("c05", "c01")) == ["c01", "c05"]
    shards = [chosen(shard=(i, 3)) for i in (1, 2, 3)]
    assert shards == [["c00", "c03", "c06"], ["c01", "c04"], ["c02", "c05"]]
    assert chosen(shard=(2, 3), limit=1) == ["c01"]
    with pytest.raises(PerfkitError, match="没有案例“c1”.*c01"):
        chosen(only=("c1",))
    assert not project.out.exists()


def test_shards_share_an_output_folder(project: Project) -> None:
    names = project.cases(3)
    for i in (1, 2):
        assert project.make(shard=(i, 2)).done == 3 - i
    assert project.begun() == names
    assert "共3份报告" in project.index()
    assert list(pd.read_csv(project.out / "scores.csv")["案例"]) == names
    summary = project.make()
    assert (summary.done, summary.kept) == (0, 3)
    assert project.begun() == []


@pytest.mark.slow
def test_many_cases_are_spread_over_folders(project: Project) -> None:
    names = project.cases(2)
    for i in range(MOST_IN_A_FOLDER):
        project.case(f"x{i}")
    assert project.make(limit=2).done == 2
    folders = [path.parent for path in project.out.glob("??/c0?/report.html")]
    assert sorted(folder.name for folder in folders) == names
    assert set(re.findall(r'href="([^"#]+)"', project.index())) == {
        f"{folder.relative_to(project.out).as_posix()}/report.html" for folder in folders
    }
    shutil.rmtree(project.folder / "params" / "cases")
    project.case("c00", actual=3)
    assert project.make().done == 1
    assert not (project.out / "c00").exists()


# ---- what is made again ----------------------------------------------------------------------------------------------


def test_a_second_run_does_nothing_and_says_so(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.cases(2)
    arguments = [
        "run",
        str(project.folder / "params" / "cases"),
        "--out",
        str(project.out),
        "-j",
        "1",
        "--project",
        str(project.folder),
    ]
    assert run_cli(arguments) == 0
    assert capsys.readouterr().out.startswith("完成2份，失败0份。目录：")
    before = {path: path.stat().st_mtime_ns for path in project.out.glob("c*/*")}
    assert run_cli(arguments) == 0
    assert capsys.readouterr().out.startswith("没有要做的：2份报告都已完成，没有改动。目录：")
    assert {path: path.stat().st_mtime_ns for path in project.out.glob("c*/*")} == before
    assert project.begun() == ["c00", "c01"]


def test_what_has_changed_is_made_again_and_nothing_else(project: Project) -> None:
    names = project.cases(2)
    project.rubric("other")
    project.case("d", rubric="other")
    everything = [*names, "d"]
    project.make()
    assert project.begun() == everything

    def remade() -> list[str]:
        summary = project.make()
        begun = project.begun()
        assert (summary.done, summary.kept) == (len(begun), 3 - len(begun))
        return begun

    assert remade() == []
    project.rubric("other", note="changed")
    assert remade() == ["d"]
    project.case("c00", actual=99)
    assert remade() == ["c00"]
    assert "99.0" in project.made("c00")
    profile = project.folder / "params" / "profiles" / "small.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + "note: changed\n", encoding="utf-8")
    assert remade() == everything
    project.write("notebooks/self_evaluation.ipynb", json.dumps(notebook(*CELLS, "print('more')")))
    assert remade() == everything
    project.write("notebooks/evaluation.ipynb", json.dumps(notebook("1")))
    assert remade() == []
    (project.out / "c01" / "report.html").unlink()
    assert remade() == ["c01"]
    project.write("params/sources.yaml", "测试〔2020〕1号: {title: 测试办法}\n新办法: {title: 谁也没引用}\n")
    assert remade() == []
    shutil.rmtree(project.out / ".perfkit")  # the reports say themselves what they were made from
    assert remade() == []
    assert project.make(which="all").done == 3
    assert project.begun() == everything


def test_failed_ones_are_tried_again_unless_told_otherwise(project: Project) -> None:
    project.case("good")
    project.case("bad", "1/0")
    summary = project.make()
    assert [(o.case, o.cell, o.error) for o in summary.failures] == [("bad", 4, "ZeroDivisionError: division by zero")]
    project.begun()
    summary = project.make(which="unfinished")
    assert (summary.done, summary.kept, summary.failed_before, summary.ok) == (0, 1, 1, False)
    assert project.begun() == []
    project.case("new")
    assert project.make(which="unfinished").done == 1
    assert project.begun() == ["new"]
    (project.out / "good" / "report.html").unlink()
    assert len(project.make(which="failed").failures) == 1
    assert project.begun() == ["bad"]
    project.case("bad")
    assert project.make(which="failed").ok
    assert project.begun() == ["bad"]
    assert project.make().done == 1
    assert project.begun() == ["good"]


@pytest.mark.slow
@pytest.mark.parametrize("shard", [(1, 1), (1, 3)])
def test_what_shards_have_recorded_counts_for_any_other_run(project: Project, shard: tuple[int, int]) -> None:
    for name in ("a", "b", "c", "d", "e"):
        project.case(name, "1/0" if name in "ad" else "")
    for i in (1, 2):
        project.make(shard=(i, 2))
    mine = ["a", "d"]  # every third case is one of those that fail
    project.begun()
    cases = [project.folder / "params" / "cases"]
    assert [entry.case for entry in preview(cases, project.out, Options("failed", shard=shard))[0]] == mine
    summary = project.make(which="unfinished", shard=shard)
    assert (summary.failed_before, project.begun()) == (2, [])
    assert len(project.make(which="failed", shard=shard).failures) == 2
    assert project.begun() == mine
    project.case("a")
    assert project.make(which="failed", shard=shard).done == 1
    project.begun()
    assert project.make(which="unfinished", shard=(1, 2)).failed_before == 0
    assert project.make(which="failed", shard=(2, 2)).failures[0].case == "d"
    assert project.begun() == ["d"]


def test_a_report_that_no_longer_can_be_made_is_taken_away(project: Project) -> None:
    project.case("unit")
    project.make()
    project.made("unit")
    project.case("unit", "1/0", actual=50)
    project.make()
    assert [path.name for path in (project.out / "unit").iterdir()] == ["report.ipynb"]
    assert "共0份报告" in project.index()


def test_a_case_that_is_no_more_is_no_longer_listed(project: Project) -> None:
    """Its report stays where it is; the index and the scores are of the cases that there are."""
    names = project.cases(2)
    project.make()
    (project.folder / "params/cases/c00.yaml").rename(project.folder / "params/cases/new.yaml")
    project.make()
    assert list(pd.read_csv(project.out / "scores.csv")["案例"]) == ["c01", "new"]
    assert "共2份报告" in project.index()
    assert "c00/report.html" not in project.index()
    assert (project.out / names[0] / "report.html").is_file()


def test_retries(project: Project) -> None:
    """The first attempt fails, the second succeeds; what always fails is tried as often as asked."""
    once = 'flag = Path(case).with_suffix(".flag")\nif not flag.exists():\n    flag.touch()\n    raise OSError("busy")'
    project.case("always", "raise OSError('never')")
    project.case("once", once)
    summary = project.make(retries=2)
    assert (summary.done, [outcome.case for outcome in summary.failures]) == (1, ["always"])
    assert states(project) == {"always": "failed", "once": "done"}
    assert [project.log.count(f"{case} begun") for case in ("always", "once")] == [3, 2]


# ---- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_bad_reports_do_not_stop_the_others(project: Project) -> None:
    good = project.cases(3)
    project.case("fails", "1/0")
    project.case("endless", ENDLESS)
    project.case("hog", HOG)
    project.case("killed", KILLED)
    result = project.run("-j", "2", "--timeout", "6")
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines == [
        "完成3份，失败4份。目录：outputs/index.html",
        "失败：endless 第4格 超时: 超过6秒没有完成，已终止；可用 --timeout 放宽",
        "失败：fails 第4格 ZeroDivisionError: division by zero",
        next(line for line in lines if line.startswith("失败：hog 第4格 MemoryError")),
        "失败：killed 第4格 进程意外退出: 可能内存不足，或被系统、其他程序终止",
    ]
    assert len(result.stderr.splitlines()) == 7
    assert all(re.match(r"\[\d/7\] ", line) for line in result.stderr.splitlines()), result.stderr
    for case in good:
        project.made(case)
    for case in ("fails", "endless", "hog", "killed"):
        assert [path.name for path in (project.out / case).iterdir()] == ["report.ipynb"]
        assert first_error(project, case)[0] == 4
    assert "共3份报告" in project.index()
    assert {case for case, state in states(project).items() if state == "done"} == set(good)
    node: Any = nbformat.read(project.out / "endless" / "report.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    for pid in map(int, node.cells[3].outputs[0].text.split()):
        assert not runs(pid)


def test_faulty_input_is_refused_before_anything_runs(project: Project) -> None:
    project.cases(2)
    project.write("params/cases/x.yaml", "kind: self_evaluation\nunit: {name: x}\nyear: 二〇二二\n")
    project.case("y", actual=90, rubric="unknown")
    with pytest.raises(InputError) as caught:
        project.make()
    assert {Path(problem.file).name for problem in caught.value.problems} == {"x.yaml", "y.yaml"}
    assert project.log == []
    assert [path.name for path in project.out.iterdir()] == [".perfkit"]


def test_faulty_input_leaves_what_others_have_put_there(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both shards find no folder and begin; that of the sound cases is done when the other one comes to the fault."""
    project.cases(2)
    project.write("params/cases/x.yaml", "kind: self_evaluation\nunit: {name: x}\nyear: 二〇二二\n")
    read = batch._read

    def late(ledger: Ledger, unknown: Any, options: Options) -> dict[str, bytes]:
        if options.shard == (1, 2):
            assert project.make(shard=(2, 2)).done == 1
            project.write("outputs/notes.txt", "mine")
        return read(ledger, unknown, options)

    monkeypatch.setattr(batch, "_read", late)
    with pytest.raises(InputError, match=r"x\.yaml"):
        project.make(shard=(1, 2))
    project.made("c01")
    assert "共1份报告" in project.index()
    assert sorted(path.name for path in project.out.iterdir()) == [
        ".perfkit", "c01", "index.html", "notes.txt", "scores.csv", "scores.parquet"
    ]  # fmt: skip
    assert sorted(path.name for path in (project.out / ".perfkit").iterdir()) == [
        "ledger-1-of-2.jsonl", "ledger-1-of-2.lock", "ledger-2-of-2.jsonl", "ledger-2-of-2.lock",
        "ledger.lock", "tables.lock",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupted(project: Project, workers: str) -> None:
    project.case("a-good")
    project.case("b-slow", SLOW)
    with killed_at_end(project.start("-j", workers)) as process:
        assert until(lambda: "b-slow begun" in project.log and "a-good ended" in project.log, 60)
        assert until((project.out / "a-good" / "result.json").exists)
        time.sleep(0.2)
        start = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert until(lambda: not project.processes(), STOPPED)
        assert time.monotonic() - start < STOPPED
    assert process.returncode == 1
    assert out.splitlines()[1].startswith("已中断；再运行同一命令")
    assert len(err.splitlines()) == 1, err
    assert list(project.temporary.iterdir()) == []
    project.made("a-good")
    assert not (project.out / "b-slow").exists()
    assert "共1份报告" in project.index()
    assert states(project) == {"a-good": "done", "b-slow": "pending"}


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["t/pymp-*", "outputs/scores.csv"], ids=["before reading", "after reading"])
def test_interrupted_while_the_process_that_kernels_are_forked_from_starts(project: Project, sign: str) -> None:
    project.cases(2)
    with killed_at_end(project.start("-j", "2")) as process:
        assert until(lambda: list(project.folder.glob(sign)), 60)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert until(lambda: not project.processes(), STOPPED)
    assert process.returncode == 1
    if sign == "outputs/scores.csv":
        assert "已中断" in out
        assert err == ""
    else:  # there is no run yet that could tell how far it came
        assert out == ""
        assert err.strip() == "已中断。"
    assert list(project.temporary.rglob("*")) == []


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["guards", "server"])
def test_what_loses_its_process_is_made_again(project: Project, victim: str) -> None:
    names = [*project.cases(3), "a-slow"]
    project.case("a-slow", SLOW_AT_FIRST)
    with killed_at_end(project.start("-j", "2")) as process:
        assert until((project.folder / "params/cases/a-slow.flag").exists, 60)
        (server,) = (p for p in psutil.Process(process.pid).children() if "forkserver" in " ".join(p.cmdline()))
        for guard in server.children() if victim == "guards" else [server]:
            guard.kill()
        assert until(lambda: all((project.out / name / "result.json").exists() for name in names[:-1]), 60)
        (project.folder / "params/cases/a-slow.end").touch()  # its guard may have outlived the server: then it waits
        out, err = process.communicate(timeout=100)
    assert process.returncode == 0, out + err
    for name in names:
        project.made(name)
    assert set(states(project).values()) == {"done"}
    assert project.log.count("a-slow ended") == 1


@pytest.mark.slow
def test_the_template_of_word_files_is_that_of_the_project(tmp_path: Path) -> None:
    """Outside of a project, also where perfkit is installed without one, it is perfkit's own."""
    assert find_template(tmp_path) is None
    own = tmp_path / "params" / "templates" / "report.docx"
    own.parent.mkdir(parents=True)
    own.touch()
    assert find_template(tmp_path) == find_template(own.parent) == own


def test_a_template_and_a_rubric_that_no_case_needs_may_be_broken(project: Project) -> None:
    project.write("notebooks/evaluation.ipynb", "{")
    project.write("params/rubrics/broken.yaml", "title: [")
    names = project.cases(4)
    ended = project.run()
    assert (ended.returncode, ended.stderr.count("Traceback")) == (0, 0), ended.stderr
    for name in names:
        project.made(name)


@pytest.mark.slow
def test_a_server_that_ends_while_it_is_asked_for_a_process(project: Project) -> None:
    project.cases(2)
    server()
    pid: int = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(pid, signal.SIGSTOP)  # the run now waits for its first process
    end = threading.Timer(1, os.kill, (pid, signal.SIGKILL))
    end.start()
    assert project.make().done == 2
    end.join()


@pytest.mark.slow
def test_a_report_that_kills_its_guard_fails_alone(project: Project) -> None:
    project.case("bad", "os.kill(os.getppid(), 9); import time; time.sleep(60)")
    project.case("good")
    summary = project.make(workers=2)
    assert [(o.case, o.error) for o in summary.failures] == [("bad", "生成报告的进程意外退出")]
    assert states(project) == {"bad": "failed", "good": "done"}
    assert [project.log.count(f"{case} begun") for case in ("bad", "good")] == [2, 1]


@pytest.mark.slow
def test_a_daemon_that_holds_the_connection_of_its_killed_guard(project: Project) -> None:
    daemon = "os.fork() or (os.setsid(), time.sleep(600))"
    project.case("bad", f"import time; {daemon}; os.kill(os.getppid(), 9); time.sleep(60)")
    start = time.monotonic()
    summary = project.make(seconds=60)
    assert [(o.case, o.error) for o in summary.failures] == [("bad", "生成报告的进程意外退出")]
    assert time.monotonic() - start < 60  # not until the report's time is over


@pytest.mark.slow
def test_guards_that_end_while_they_have_nothing_to_do(project: Project) -> None:
    names = project.cases(3)
    selected = select([project.folder / "params/cases"], project.out, Options())
    jobs, problems = read(selected, find_notebooks(project.folder), Wanted())
    assert not problems
    with Reports(2, 60) as reports:
        assert [outcome.status for outcome in reports.make(jobs[:2])] == ["done", "done"]
        for guard in reports._guards.values():
            guard.kill()
            guard.join(10)
        assert [(outcome.case, outcome.status) for outcome in reports.make(jobs[2:])] == [(names[2], "done")]


def kill_again_and_again(project: Project, workers: str, names: list[str], moments: list[tuple[bool, float]]) -> None:
    """Kill a run so long after its start, or after its first report has begun; see that what was made stays made."""
    options = ("-j", workers)
    finished: set[str] = set()
    for rendering, seconds in moments:
        with killed_at_end(project.start(*options)) as process:
            before = len(project.log)
            if rendering:
                until(lambda: len(project.log) > before or process.poll() is not None, 60)  # noqa: B023
            time.sleep(seconds)
            process.kill()
            process.wait()
        assert until(lambda: not project.processes(), 5), project.processes()
        assert not list(project.temporary.iterdir())  # the server removes the folder of its socket
        assert not finished & set(project.begun())  # nothing twice
        finished = {name for name in names if (project.out / name / "result.json").exists()}
        for name in finished:
            project.made(name)  # nothing half-written
        assert {name for name, state in states(project).items() if state == "done"} <= finished
    result = project.run(*options)
    assert result.returncode == 0, result.stderr
    assert not finished & set(project.begun())
    for name in names:  # nothing lost
        project.made(name)
    assert set(states(project).values()) == {"done"}
    assert list(project.out.rglob("*.tmp")) == []
    assert f"共{len(names)}份报告" in project.index()


SLOW_START = """
import time
from multiprocessing import forkserver, spawn

begin, tell = spawn._main, forkserver.write_signed
spawn._main = lambda *arguments: time.sleep(1) or begin(*arguments)
forkserver.write_signed = lambda *arguments: time.sleep(2) or tell(*arguments)
"""
"""Of the server's processes: they begin before their owner hears of them."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "begun"),
    [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGKILL, True)],
    ids=["interrupted", "interrupted-before-they-begin", "killed"],
)
def test_readers_end_with_their_owner(repo: Path, project: Project, how: signal.Signals, begun: bool) -> None:
    """Cases are read by processes of the server; none is waited for, none says anything, and none is left."""
    (project.folder / "start").mkdir()
    (project.folder / "start" / "sitecustomize.py").write_text("" if begun else SLOW_START, encoding="utf-8")
    shutil.rmtree(project.folder / "params")
    shutil.copytree(repo / "params", project.folder / "params", ignore=shutil.ignore_patterns("cases"))
    cases = project.folder / "params" / "cases"
    cases.mkdir()
    for i in range(40):
        shutil.copy(repo / "params" / "cases" / "qingyunpu-union-2022.yaml", cases / f"u{i:02}.yaml")

    def readers() -> bool:
        """Whether the server has forked one; what it calls while it gets ready has another command."""
        with suppress(psutil.NoSuchProcess):
            servers = psutil.Process(process.pid).children()
            return any(own.cmdline() == server.cmdline() for server in servers for own in server.children())
        return False

    with killed_at_end(project.start("-j", "2", PYTHONPATH=str(project.folder / "start"))) as process:
        assert until(readers, 60)
        start = time.monotonic()
        os.kill(process.pid, how)
        out, err = process.communicate(timeout=10)
        assert until(lambda: not project.processes(), STOPPED)
        assert time.monotonic() - start < STOPPED
    assert process.returncode == (1 if how == signal.SIGINT else -how)
    if how == signal.SIGINT:
        assert (out.splitlines()[0], err) == ("完成0份，失败0份。目录：outputs/index.html", "")
        assert list(project.temporary.iterdir()) == []


@pytest.mark.slow
def test_killed_at_any_moment(params: Any, tmp_path: Path) -> None:
    """Two projects side by side, to use both cores."""
    dice = random.Random(20241121)
    threads, errors = [], []

    def work(*arguments: Any) -> None:
        try:
            kill_again_and_again(*arguments)
        except BaseException:
            errors.append(traceback.format_exc())

    for workers in ("1", "2"):
        shutil.copytree(params.folder, tmp_path / workers / "params")
        project = Project(tmp_path / workers)
        project.rubric()
        moments = [(True, dice.uniform(0, 0.4)) for _ in range(3)] + [(False, dice.uniform(0, 1.5)) for _ in range(3)]
        dice.shuffle(moments)
        threads.append(threading.Thread(target=work, args=(project, workers, project.cases(12), moments)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, "\n".join(errors)


# ---- the folder ------------------------------------------------------------------------------------------------------


def test_a_second_run_on_the_same_folder_is_refused(project: Project) -> None:
    project.cases(1)
    with folder_lock(project.out / ".perfkit" / "ledger.lock"):
        for shard in ((1, 1), (1, 2)):
            with pytest.raises(PerfkitError, match="另一个 perfkit run 正在使用输出文件夹 .*/outputs；"):
                project.make(shard=shard)
    with folder_lock(project.out / ".perfkit" / "ledger-1-of-2.lock"):
        with pytest.raises(PerfkitError, match="另一个"):
            project.make(shard=(1, 2))
        assert project.make(shard=(2, 2)).ok
    assert project.log == []


def test_nothing_can_be_written_from_the_beginning(project: Project) -> None:
    project.cases(1)
    project.out.write_text("mine")
    with pytest.raises(PerfkitError, match="写不进 .*outputs/.perfkit/ledger.lock：路径中有同名的文件"):
        project.make()
    assert project.out.read_text() == "mine"


def test_what_several_readers_find_is_said_once(project: Project) -> None:
    server()
    project.cases(8)
    project.write("params/rubrics/small.yaml", "title: 缺了指标\n")
    project.write("params/cases/c05.yaml", "kind: self_evaluation\nunit: {name: x}\nyear: 二〇二二\n")
    with pytest.raises(InputError) as caught:
        project.make(workers=2)
    said = [str(problem) for problem in caught.value.problems]
    assert len(set(said)) == len(said) > 1
    assert any("c05.yaml" in text for text in said)
    assert any("small.yaml" in text for text in said)
    assert project.log == []


BIG = 'from IPython.display import HTML, display; display(HTML("x" * 3_000_000))'


@pytest.mark.slow
def test_a_full_disk_stops_the_run(project: Project) -> None:
    """On a file system of 1 MB, in a namespace of its own."""
    project.cases(2)
    project.case("d-big", BIG)
    project.case("e")
    project.out.mkdir()
    mount = "mount -t tmpfs -o size=1m none outputs || exit 77"
    script = f"{mount}; {sys.executable} -m perfkit run params/cases --out outputs -j 1; echo $?; cp -a outputs copy"
    result = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=project.folder, capture_output=True, text=True, check=False
    )
    if not (project.folder / "copy").exists():
        pytest.skip(f"no file system of its own here: {result.stderr}")
    out = result.stdout.splitlines()
    assert out[0] == "完成2份，失败0份。目录：outputs/index.html"
    assert re.fullmatch("写不进 .*outputs/d-big/report.ipynb：磁盘已满；.*从没有做完的接着做。", out[1])
    assert out[2:] == ["1"]
    project.out.rmdir()
    (project.folder / "copy").rename(project.out)
    assert states(project) == {"c00": "done", "c01": "done", "d-big": "pending", "e": "pending"}
    project.made("c00")
    project.made("c01")
    assert list((project.out / "d-big").iterdir()) == []
    project.begun()
    assert project.make().done == 2
    assert project.begun() == ["d-big", "e"]


def test_only_what_failed_not_what_was_never_begun(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.case("a-bad", "1/0")
    project.case("b-stops", "open('outputs/b-stops', 'w').close()")
    project.case("c-good")
    monkeypatch.chdir(project.folder)
    summary = project.make()
    assert summary.stopped.startswith("写不进 ")
    assert "已有同名的文件" in summary.stopped
    assert states(project) == {"a-bad": "failed", "b-stops": "pending", "c-good": "pending"}
    assert project.begun() == ["a-bad", "b-stops"]
    assert len(project.make(which="failed").failures) == 1
    assert project.begun() == ["a-bad"]
    (project.out / "b-stops").unlink()
    project.case("b-stops")
    assert project.make(which="unfinished").done == 2
    assert project.begun() == ["b-stops", "c-good"]


# ---- the same, however it is made -----------------------------------------------------------------------------------


def content(folder: Path) -> tuple[list[Any], str, dict[str, Any]]:
    """Cells with their outputs (without times), page and result of a report."""
    node: Any = nbformat.read(folder / "report.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    cells = [(c.source, c.get("outputs"), c.get("execution_count")) for c in node.cells]
    result = json.loads((folder / "result.json").read_text("utf-8"))
    assert len(result.pop("notebook")) == 64  # of the whole notebook, with its times
    return cells, (folder / "report.html").read_text("utf-8"), result


def test_one_after_the_other_and_side_by_side_make_the_same(repo: Path, tmp_path: Path) -> None:
    case = repo / "params" / "cases" / "qingyunpu-union-2022.yaml"
    for workers in (1, 2):
        assert run([case], tmp_path / str(workers), Options(workers=workers)).done == 1
    assert content(tmp_path / "1" / case.stem) == content(tmp_path / "2" / case.stem)


# ---- what is said ----------------------------------------------------------------------------------------------------


def test_a_preview_writes_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.case("bad", "1/0")
    project.case("good")
    arguments = [
        "run",
        str(project.folder / "params" / "cases"),
        "--out",
        str(project.out),
        "--dry-run",
        "--project",
        str(project.folder),
    ]
    assert run_cli(arguments) == 0
    assert not project.out.exists()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]] == ["bad", "good"]
    project.make()
    before = {path: path.read_bytes() for path in project.out.rglob("*") if path.is_file()}
    assert run_cli(arguments) == 0
    bad = f"{project.out.as_posix()}/bad/report.html"
    last = "要做1份；没有改动、不必重做1份；此前失败、不再试0份。"
    lines = capsys.readouterr().out.splitlines()
    assert [lines[2].split(), *lines[3:]] == [["bad", "整体自评", "self_evaluation.ipynb", bad], last]
    assert run_cli([*arguments, "--force"]) == 0
    assert {path: path.read_bytes() for path in project.out.rglob("*") if path.is_file()} == before


def test_lines_of_json(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.case("bad", "1/0")
    project.case("good")
    command = ["run", *project.arguments, "-j", "1", "--log-json"]
    assert run_cli(command) == 1
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["done"], line["failed"], line.get("total")) for line in lines] == [
        ("start", 0, 0, 2), ("report", 0, 1, 2), ("report", 1, 1, 2), ("end", 1, 1, None)
    ]  # fmt: skip
    bad, good = lines[1:3]
    assert (bad["case"], bad["status"], bad["cell"], bad["error"]) == (
        "bad", "failed", 4, "ZeroDivisionError: division by zero",
    )  # fmt: skip
    assert (good["case"], good["status"], good["cell"], good["error"]) == ("good", "done", None, "")
    assert good["seconds"] > 0
    assert run_cli([*command, "--resume"]) == 1
    (end,) = map(json.loads, capsys.readouterr().err.splitlines())
    del end["time"]
    assert end == {"event": "end", "done": 0, "failed": 0, "kept": 1, "failed_before": 1, "stopped": ""}


@pytest.mark.slow
def test_with_lines_of_json_there_is_nothing_else_and_an_end(project: Project) -> None:
    project.case("a", "import subprocess, sys; subprocess.run(['sh', '-c', 'echo two lines >&2'])")
    project.case("b")
    result = project.run("-j", "2", "--log-json")
    events = list(map(json.loads, result.stderr.splitlines()))
    assert sorted(event["event"] for event in events[1:-1]) == ["note", "report", "report"]
    assert (events[0]["event"], events[-1]["event"]) == ("start", "end")
    (note,) = (event for event in events if event["event"] == "note")
    assert (note["case"], note["message"]) == ("a", "第4格的标准错误：two lines")


def test_refusals_as_lines_of_json(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("params/cases/x.yaml", "kind: self_evaluation\nunit: {name: x}\nyear: 二〇二二\n")
    project.case("y", actual=90, rubric="unknown")
    command = ["run", *project.arguments, "--log-json"]

    def events(*options: str, status: int) -> list[dict[str, Any]]:
        assert run_cli([*command, *options]) == status
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    *errors, end = events(status=2)
    assert [error["event"] for error in errors] == ["error", "error"]
    assert "x.yaml" in errors[0]["message"]
    assert "y.yaml" in errors[1]["message"]
    assert (end["event"], end["done"], end["stopped"]) == ("end", 0, "输入有2处错误")
    (end,) = events("--only", "z", status=2)
    assert end["event"] == "end"
    assert end["stopped"].startswith("没有案例“z”")
    (project.folder / "params/cases/x.yaml").unlink()
    project.case("y")
    warning, *_, end = events("-j", "5000", status=0)
    assert (warning["event"], end["event"], end["stopped"]) == ("warning", "end", "")
    assert warning["message"].startswith("同时运行的份数由5000减为")


@pytest.mark.slow
@pytest.mark.parametrize("options", [["-j", "1"], ["-j", "2"]])
def test_without_standard_error(project: Project, options: list[str]) -> None:
    project.cases(2)
    command = [sys.executable, "-m", "perfkit", "run", "params/cases", "--out", "outputs", *options]
    result = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&-', "sh", *command], cwd=project.folder, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "完成2份，失败0份。目录：outputs/index.html\n")


def test_standard_error_that_is_missing_is_not_taken_by_another_file() -> None:
    script = (
        "import os; from perfkit.run.process import open_standard_error as o; o();"
        "print(os.readlink('/proc/self/fd/2'), os.get_inheritable(2))"
    )
    command = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", script]
    assert subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout == "/dev/null True\n"


@pytest.mark.slow
@pytest.mark.parametrize("option", [[], ["--log-json"]])
def test_who_reads_what_is_said_may_leave(project: Project, option: list[str]) -> None:
    names = project.cases(4)
    with killed_at_end(project.start("-j", "1", *option)) as process:
        assert process.stdout
        assert process.stderr
        assert process.stderr.readline()
        process.stderr.close()
        assert process.stdout.read() == "完成4份，失败0份。目录：outputs/index.html\n"
        assert process.wait(20) == 0
    for name in names:
        project.made(name)
    assert "共4份报告" in project.index()


@pytest.mark.slow
def test_a_bar_on_a_terminal(project: Project) -> None:
    import fcntl
    import pty
    import termios

    project.case("bad", "1/0")
    project.case("good")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    command = [sys.executable, "-m", "perfkit", "run", "params/cases", "--out", "outputs", "-j", "1"]
    with subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            shown += part
    os.close(ours)
    assert process.returncode == 1
    text = shown.decode()
    assert re.search(r"生成报告: 100%.*2/2 .*份/?.*失败1", text), text
    assert "\n" not in text.rstrip(), text


def test_more_workers_than_the_machine_carries(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.case("good")
    cases = str(project.folder / "params" / "cases")
    assert run_cli(["run", cases, "--out", str(project.out), "-j", "5000"]) == 0
    assert re.match(r"同时运行的份数由5000减为\d+：受.+限制。", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--shard", "0/2"], "参数 --shard 的值不对：“0/2”应写成 i/n"),
        (["--shard", "3/2"], "应写成 i/n"),
        (["--shard", "1"], "应写成 i/n"),
        (["--resume", "--force"], "只能用其中一个"),
        (["--scheduler", "tcp://x:1"], "--scheduler 只用于 --engine dask"),
        (["--only", "nobody"], "没有案例“nobody”"),
    ],
)
def test_wrong_options_are_refused(
    project: Project, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    project.case("good")
    assert run_cli(["run", *project.arguments, *options]) == 2
    assert message in capsys.readouterr().err
    assert not project.out.exists()
