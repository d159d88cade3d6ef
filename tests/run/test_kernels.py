"""Warm kernels: isolation, reliability, the same results as fresh ones, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbclient
import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import AsyncKernelManager, KernelManager

from perfkit.errors import PerfkitError
from perfkit.run.forking import SERVER, ForkedKernel
from perfkit.run.kernels import FORK_IS_SAFE, FRESH

if TYPE_CHECKING:
    from project import Project

pytestmark = pytest.mark.skipif(not FORK_IS_SAFE, reason="kernels are forked on Linux only; elsewhere they are fresh")
TIMEOUT = 60


def run(client: BlockingKernelClient, code: str) -> str:
    """Execute `code` and return what it prints."""
    printed: list[str] = []

    def hook(message: dict[str, Any]) -> None:
        assert message["msg_type"] != "error", "\n".join(message["content"]["traceback"])
        printed.append(message["content"].get("text", ""))

    client.execute_interactive(code, timeout=TIMEOUT, output_hook=hook)
    return "".join(printed).strip()


@contextmanager
def client_of(manager: KernelManager) -> Iterator[BlockingKernelClient]:
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=TIMEOUT)
        yield client
    finally:
        client.stop_channels()


@contextmanager
def kernel(
    arguments: dict[str, Any] | None = None, **traits: Any
) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager = KernelManager(kernel_name="perfkit", **traits)
    manager.start_kernel(**arguments or {})
    try:
        with client_of(manager) as client:
            yield manager, client
    finally:
        manager.shutdown_kernel(now=True)


def is_warm(manager: KernelManager) -> bool:
    return isinstance(getattr(manager.provisioner, "process", None), ForkedKernel)


def pid_of(manager: KernelManager) -> int:
    return int(getattr(manager.provisioner, "pid", 0))


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def runs(pid: int) -> bool:
    """Whether a process exists and is not just waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return held


def directories() -> list[Path]:
    """The directories of this process's kernels."""
    root = SERVER._directory
    return [path for path in root.iterdir() if path.is_dir()] if root else []


def owner(script: str, **env: str) -> subprocess.Popen[str]:
    """Start a process that owns kernels; the names of this module's helpers are at its disposal."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from test_kernels import *\n"
    return subprocess.Popen(
        [sys.executable, "-c", code + textwrap.dedent(script)],
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(process: subprocess.Popen[str]) -> str:
    """Wait for the end of an owner and return its last line."""
    printed, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, errors
    return printed.strip().splitlines()[-1]


def notebook(*cells: str) -> nbformat.NotebookNode:
    content = {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "perfkit", "display_name": "perfkit", "language": "python"}},
        "cells": [
            {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
            for cell in cells
        ],
    }
    node: nbformat.NotebookNode = nbformat.from_dict(content)  # type: ignore[no-untyped-call]
    return node


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert directories() == []


def test_a_kernel_sees_nothing_of_another() -> None:
    state = "import random, numpy; print(random.getstate()[1][:4]); print(numpy.random.get_state()[1][:4])"
    look = """
        import os, sys, random, signal, builtins, matplotlib, pandas, perfkit
        print([matplotlib.rcParams["font.size"], os.environ.get("LEAK"), "leak" in sys.modules, os.getcwd(), sys.path,
               hasattr(builtins, "leak"), hasattr(perfkit, "leak"), pandas.get_option("display.max_rows"),
               str(signal.getsignal(signal.SIGTERM))])
    """
    change = """
        matplotlib.rcParams["font.size"] = 99; os.environ["LEAK"] = "1"; sys.modules["leak"] = sys; os.chdir("/")
        sys.path.append("/leak"); builtins.leak = perfkit.leak = 1; pandas.set_option("display.max_rows", 7)
        signal.signal(signal.SIGTERM, signal.SIG_IGN); random.seed(1); numpy.random.seed(1)
    """
    with kernel() as (first, one):
        states = [run(one, state).splitlines()]
        before = run(one, textwrap.dedent(look))
        run(one, textwrap.dedent(change))
        with kernel() as (second, two):
            assert is_warm(first)
            assert is_warm(second)
            assert parent_of(pid_of(first)) == parent_of(pid_of(second))
            states.append(run(two, state).splitlines())
            assert run(two, textwrap.dedent(look)) == before
    assert all(mine != theirs for mine, theirs in zip(*states, strict=True))


def test_the_process_kernels_are_forked_from_has_one_thread() -> None:
    with kernel() as (manager, client):
        server = parent_of(pid_of(manager))
        assert len(os.listdir(f"/proc/{server}/task")) == 1
        assert parent_of(server) == os.getpid()
        descriptors = run(client, "import os; print([os.readlink(f'/proc/self/fd/{n}') for n in (0, 1, 2)])")
        assert "server.log" not in descriptors


def test_two_hundred_kernels_sixteen_at_a_time() -> None:
    def in_a_thread(_: int) -> bool:
        try:
            with kernel() as (manager, client):
                return is_warm(manager) and run(client, "print(1 + 1)") == "2"
        finally:
            asyncio.get_event_loop().close()  # jupyter_core leaves it open

    async def in_a_loop(turns: asyncio.Semaphore) -> bool:
        async with turns:
            manager = AsyncKernelManager(kernel_name="perfkit")
            await manager.start_kernel()
            client = manager.client()
            client.start_channels()
            try:
                await client.wait_for_ready(timeout=TIMEOUT)
                reply = await client.execute("1 + 1", reply=True, timeout=TIMEOUT)
                return is_warm(manager) and reply["content"]["status"] == "ok"
            finally:
                client.stop_channels()
                await manager.shutdown_kernel(now=True)

    async def in_loops() -> list[bool]:
        turns = asyncio.Semaphore(16)
        return await asyncio.gather(*(in_a_loop(turns) for _ in range(100)))

    SERVER.close()  # so that sixteen threads want a server at once
    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(in_a_thread, range(100)))
    assert all(asyncio.run(in_loops()))


def test_fresh_and_warm_kernels_give_the_same(tmp_path: Path) -> None:
    import papermill  # slow, and the owners of these tests import this module

    source = notebook(
        "import gc, json, locale, logging, os, resource, signal, subprocess, sys, threading\n"
        "import perfkit.report, matplotlib, numpy, pandas, matplotlib.pyplot as plt",  # as every template does
        "print(sorted((k, v) for k, v in os.environ.items() if k not in {'JPY_PARENT_PID', 'PYTEST_CURRENT_TEST'}))",
        "print(case, os.getcwd(), sys.path, sys.argv[0], sys.argv[3:], sys.flags, sys.stdout.encoding)",
        "print([signal.getsignal(s) for s in sorted(signal.valid_signals())], signal.pthread_sigmask(0, ()))",
        "print(gc.get_threshold(), gc.isenabled(), locale.getlocale())",
        "print(resource.getrlimit(resource.RLIMIT_NOFILE), os.getpgrp() == os.getpid() == os.getsid(0))",
        "print(sorted(t.name.split('-')[0] for t in threading.enumerate()), get_ipython().history_manager.enabled)",
        "print(logging.root.handlers, logging.root.level, os.umask(0o22), len(os.listdir('/proc/self/fd')) < 80)",
        "print(dict(matplotlib.rcParams), plt.get_backend())",
        "pandas.DataFrame({'预算数': [556.67, 490.0]}, index=['上半年', '下半年'])",
        "plt.rcParams['svg.hashsalt'] = 'perfkit'\n"
        "%config InlineBackend.figure_formats = ['svg']\n"
        "%config InlineBackend.print_figure_kwargs = {'metadata': {'Date': None}}\n"
        "plt.plot([1, 2])[0].get_color()",
        "print(subprocess.run(['cat'], capture_output=True, text=True), file=sys.stderr)",
    )
    (tmp_path / "in.ipynb").write_text(json.dumps(source))
    outputs = []
    for name, options in (("warm", {}), ("fresh", {"config": FRESH})):
        executed = papermill.execute_notebook(
            tmp_path / "in.ipynb",
            tmp_path / f"{name}.ipynb",
            {"case": "案例"},
            kernel_name="perfkit",
            progress_bar=False,
            **options,
        )
        outputs.append([cell.get("outputs") for cell in executed.cells])
    for cell, warm, fresh in zip(source.cells, outputs[0][1:], outputs[1][1:], strict=True):
        assert warm == fresh, cell.source
    assert "image/svg+xml" in outputs[0][-2][-1].data


def test_papermill_on_the_command_line(tmp_path: Path) -> None:
    source = notebook("import os; print(os.getppid(), os.getcwd())")
    (tmp_path / "in.ipynb").write_text(json.dumps(source))
    subprocess.run(
        [sys.executable, "-m", "papermill", "-k", "perfkit", "--cwd", tmp_path, "in.ipynb", "out.ipynb"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        timeout=TIMEOUT,
    )
    executed = json.loads((tmp_path / "out.ipynb").read_text())
    server, cwd = "".join(executed["cells"][-1]["outputs"][0]["text"]).split()
    assert Path(cwd) == tmp_path.resolve()
    assert not runs(int(server))


def test_nbclient() -> None:
    executed = nbclient.execute(notebook("print(1 + 1)", "1 / 0"), allow_errors=True)
    assert executed.cells[0].outputs[0].text == "2\n"
    assert executed.cells[1].outputs[0].ename == "ZeroDivisionError"


def test_the_kernel_manager_of_jupyterlab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))

    async def session() -> None:
        managers: Any = AsyncMappingKernelManager(root_dir=str(tmp_path))  # type: ignore[no-untyped-call]
        identity = await managers.start_kernel(kernel_name="perfkit")
        manager = managers.get_kernel(identity)
        client: Any = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=TIMEOUT)
            before = pid_of(manager)
            endless = client.execute("print('on')\nwhile True: pass")
            while (await client.get_iopub_msg(timeout=TIMEOUT))["msg_type"] != "stream":
                pass
            await managers.interrupt_kernel(identity)
            reply = await client.get_shell_msg(timeout=TIMEOUT)
            assert reply["parent_header"]["msg_id"] == endless
            assert reply["content"]["ename"] == "KeyboardInterrupt"

            await managers.restart_kernel(identity)
            assert pid_of(manager) != before
            assert is_warm(manager)
            assert not runs(before)
            reply = await client.execute("1 + 1", reply=True, timeout=TIMEOUT)
            assert reply["content"]["execution_count"] == 1
        finally:
            client.stop_channels()
            await managers.shutdown_kernel(identity)
        assert not runs(pid_of(manager))

    asyncio.run(session())
    assert list(tmp_path.iterdir()) == []


def test_interrupt_of_an_endless_cell() -> None:
    with kernel() as (manager, client):
        client.execute("print('on')\nwhile True: pass", stop_on_error=False)  # or it aborts what comes next
        while client.get_iopub_msg(timeout=TIMEOUT)["msg_type"] != "stream":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=TIMEOUT)["content"]["ename"] == "KeyboardInterrupt"
        assert run(client, "print(1 + 1)") == "2"


SLEEPER = "import subprocess; print(subprocess.Popen(['sleep', '300']).pid)"


def test_kill_reaches_what_the_kernel_has_started() -> None:
    with kernel() as (manager, client):
        sleeper = int(run(client, SLEEPER))
        assert runs(sleeper)
        manager.shutdown_kernel(now=True)
        assert until(lambda: not runs(sleeper))
        assert not runs(pid_of(manager))


def test_a_kernel_that_dies_takes_along_what_it_has_started_and_leaves_its_last_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with kernel() as (manager, client):
        sleeper = int(run(client, SLEEPER))
        client.execute("import os, signal; os.write(2, b'last words'); os.kill(os.getpid(), signal.SIGKILL)")
        assert until(lambda: not manager.is_alive())
        assert asyncio.run(manager.provisioner.poll()) == -signal.SIGKILL  # type: ignore[union-attr]
        assert until(lambda: not runs(sleeper))
    assert "last words" in caplog.text


def test_files_are_written_at_a_graceful_end(tmp_path: Path) -> None:
    manager = KernelManager(kernel_name="perfkit")
    manager.start_kernel(cwd=str(tmp_path))
    with client_of(manager) as client:
        run(client, "import atexit; atexit.register(open('a', 'w').write, 'a'); f = open('b', 'w'); f.write('b')")
    manager.shutdown_kernel()
    assert [path.read_text() for path in sorted(tmp_path.iterdir())] == ["a", "b"]
    assert not runs(pid_of(manager))


@pytest.mark.parametrize("victim", ["owner", "server"])
def test_after_sigkill_nothing_is_left(victim: str) -> None:
    process = owner(
        f"""
        with kernel() as (first, one), kernel() as (second, two):
            sleepers = [int(run(client, {SLEEPER!r})) for client in (one, two)]
            pids = [parent_of(pid_of(first)), pid_of(first), pid_of(second), *sleepers]
            print(json.dumps([str(SERVER._directory), pids]), flush=True)
            sys.stdin.read()
        """
    )
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        directory, pids = json.loads(process.stdout.readline())
        try:
            assert all(map(runs, pids))
            assert Path(directory).is_dir()
            if victim == "owner":
                process.kill()
            else:
                os.kill(pids[0], signal.SIGKILL)
                assert until(lambda: not any(map(runs, pids[:3])))
                process.stdin.close()  # the owner shuts its kernels down, and finds them gone
                process.wait(TIMEOUT)
            assert until(lambda: not any(map(runs, pids)))
            assert until(lambda: not Path(directory).exists())
        finally:
            process.kill()
            for pid in filter(runs, pids):
                os.kill(pid, signal.SIGKILL)


def test_a_lost_server_is_replaced() -> None:
    with kernel() as (manager, client):
        sleeper = int(run(client, SLEEPER))
        os.kill(parent_of(pid_of(manager)), signal.SIGKILL)
        assert until(lambda: not manager.is_alive())
        assert until(lambda: not runs(sleeper))
        with kernel() as (successor, other):
            assert is_warm(successor)
            assert run(other, "print(1 + 1)") == "2"


def test_a_server_that_cannot_start_is_reported(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif 'forkserver' in str(sys.orig_argv): sys.exit('broken here')"
    )
    process = owner(
        """
        try:
            with kernel(): pass
        except PerfkitError as error:
            print(repr(str(error)))
        """,
        PYTHONPATH=os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
    )
    error = outcome(process)
    assert "重启一次" in error
    assert error.count("SystemExit: broken here") == 2


def test_a_fork_that_is_not_safe_is_not_done(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, threading, time\n"
        "if 'forkserver' in str(sys.orig_argv): threading.Thread(target=time.sleep, args=[60], daemon=True).start()"
    )
    process = owner(
        """
        with kernel() as (manager, client):
            print(is_warm(manager), run(client, "print(1 + 1)"))
        """,
        PYTHONPATH=os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]),
    )
    assert outcome(process) == "False 2"


def test_a_forked_owner_has_a_server_of_its_own() -> None:
    process = owner(
        """
        with kernel() as (manager, client):
            server = parent_of(pid_of(manager))
            if not (child := os.fork()):
                with kernel() as (another, theirs):
                    os._exit(0 if parent_of(pid_of(another)) != server and run(theirs, "print(1 + 1)") == "2" else 1)
            assert os.waitpid(child, 0)[1] == 0
            print(run(client, "print('alive')"))
        """
    )
    assert outcome(process) == "alive"


def test_what_a_fork_cannot_follow_gets_a_fresh_kernel(tmp_path: Path) -> None:
    with kernel():
        pass
    (tmp_path / "matplotlibrc").write_text("font.size: 31")
    with kernel({"cwd": str(tmp_path)}) as (manager, client):
        assert not is_warm(manager)
        assert run(client, "import matplotlib; print(matplotlib.rcParams['font.size'])") == "31.0"
    with kernel({"env": {**os.environ, "MPLBACKEND": "pdf"}}) as (manager, client):
        assert not is_warm(manager)
        assert run(client, "import matplotlib; print(matplotlib.rcParams['backend'])") == "pdf"


@pytest.mark.parametrize("name", ["shell_port", "iopub_port"])  # it ends, it hangs
def test_a_fresh_kernel_takes_other_ports_if_one_is_taken(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("perfkit.run.kernels.BINDING", 10)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with kernel(config=FRESH, cache_ports=False, **{name: port}) as (manager, client):
            assert not is_warm(manager)
            assert getattr(manager, name) != port
            assert run(client, "print(1 + 1)") == "2"
    assert "Address already in use" in capfd.readouterr().err


def test_a_kernel_that_cannot_start_says_why(tmp_path: Path) -> None:
    manager = KernelManager(kernel_name="perfkit")
    with pytest.raises(PerfkitError, match=r"内核启动失败（退出码 1）(?s:.*)FileNotFoundError"):
        manager.start_kernel(cwd=str(tmp_path / "missing"))


@pytest.mark.parametrize("options", [("-j", "2"), ("-j", "1", "--fresh-kernels"), ("--engine", "serial")])
def test_where_the_home_cannot_be_written_nothing_is_left_or_said(project: Project, options: tuple[str, ...]) -> None:
    project.case("a", "import matplotlib")
    project.case("b", "import matplotlib")
    result = project.run(*options, HOME=os.devnull)
    assert result.returncode == 0
    assert [line for line in result.stderr.splitlines() if not line.startswith("[")] == []
    assert list(project.temporary.iterdir()) == []


@pytest.mark.parametrize(
    "cell",
    [
        "while True: print('x' * 100_000)",
        "import os\nwhile True: os.write(1, b'x' * 100_000)",
        "while True: print('x', flush=True)",
        "print('x' * 10_000_000)",
    ],
)
def test_a_kernel_that_puts_out_too_much_is_ended(
    cell: str, project: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from perfkit.run.render import Limits

    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with which a kernel does not capture what is written to descriptors
    monkeypatch.setattr("perfkit.run.manager.MOST_OUTPUT", 1)
    project.case("a", cell)
    start = time.monotonic()
    (failure,) = project.make(engine="serial", limits=Limits(60)).failures
    assert time.monotonic() - start < 30
    assert failure.cell == 4
    assert failure.error.startswith("输出过多: 输出超过 1 MB，已终止")
    assert (project.out / "a" / "report.ipynb").stat().st_size < 1.1e6
    assert "Traceback" not in capfd.readouterr().err


def test_a_kernel_that_ends_before_it_answers_says_how(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from perfkit.run.manager import ReportManager

    limit = ReportManager._limit_memory

    def killed_first(manager: ReportManager) -> None:
        pid = manager._pid() or 0
        (directories()[0] / "kernel.log").write_text("last words")
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: not Path(f"/proc/{pid}").exists())
        limit(manager)

    monkeypatch.setattr(ReportManager, "_limit_memory", killed_first)
    project.case("a")
    (failure,) = project.make(engine="serial").failures
    assert failure.error == "内核出错：内核在应答之前退出（退出码 -9）。\nlast words"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))", "Too many open files"),
        ("sys.executable = '/missing'", "No such file or directory: '/missing'"),
        ("import tempfile; tempfile.tempdir = '/dev/null'", "临时文件夹 /dev/null 不能用：路径中有同名的文件；"),
    ],
)
def test_what_keeps_every_kernel_from_starting_is_said_at_once(fault: str, reason: str) -> None:
    process = owner(
        f"""
        {fault}
        try:
            with kernel(): pass
        except PerfkitError as error:
            print(repr(str(error)))
        """
    )
    assert reason in outcome(process).replace("\\'", "'")


def test_too_few_open_files_for_any_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    from perfkit.run.machine import most_workers

    monkeypatch.setattr("resource.getrlimit", lambda _: (48, 48))
    with pytest.raises(PerfkitError, match="可打开的文件数只有48，不够运行一份报告"):
        most_workers()
