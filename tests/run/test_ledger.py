"""The ledger: what it remembers of each report, and what it makes of one that is there already."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from perfkit.errors import PerfkitError
from perfkit.files import OutputError, write_whole
from perfkit.run.jobs import DONE, FAILED, LOST, OUTPUTS, PENDING, Job, Outcome
from perfkit.run.ledger import Ledger


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / ".perfkit").mkdir()
    return tmp_path


@pytest.fixture
def ledger(out: Path) -> Iterator[Ledger]:
    with closing(Ledger(out)) as ledger:
        yield ledger


def job_of(out: Path, case: str = "unit", key: str = "k1", **result: Any) -> Job:
    source = out / "params" / "cases" / f"{case}.yaml"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.touch()
    return Job(
        case=case,
        kind="evaluation",
        title=f"{case}报告",
        source=source,
        notebook=out / "notebooks" / "evaluation.ipynb",
        folder=out / case,
        key=key,
        inputs={str(source): "abc"},
        result={"case": case, "total": 90.5, "levels": [{"level1": "产出"}], **result},
    )


def make(job: Job) -> None:
    """Write the outputs of a job, as a worker does."""
    for name in OUTPUTS:
        write_whole(job.folder / name, json.dumps({"key": job.key}))


def states(ledger: Ledger) -> dict[str, str]:
    with closing(sqlite3.connect(ledger.path)) as base:
        return dict(base.execute("SELECT case_id, state FROM reports").fetchall())


def test_a_new_job_is_pending(ledger: Ledger, out: Path) -> None:
    job = job_of(out, total=None)
    assert ledger.state("unit") is None
    ledger.plan(job)
    assert ledger.state("unit") == PENDING
    assert ledger.job("unit") == job
    assert ledger.inputs("unit") == {}
    (entry,) = ledger.entries()
    assert (entry.case, entry.title, entry.folder, entry.state) == ("unit", "unit报告", "unit", PENDING)
    assert entry.summary == {"case": "unit", "total": None}


def test_a_report_that_is_there_is_done_until_its_inputs_change(ledger: Ledger, out: Path) -> None:
    job = job_of(out)
    ledger.plan(job)
    make(job)
    ledger.finish(Outcome("unit", DONE, 1.5))
    assert states(ledger) == {"unit": DONE}
    assert ledger.inputs("unit") == job.inputs
    ledger.plan(job)
    assert states(ledger) == {"unit": DONE}
    ledger.plan(replace(job, key="k2"))
    assert states(ledger) == {"unit": PENDING}


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_report_with_a_part_missing_is_made_again(ledger: Ledger, out: Path, name: str) -> None:
    job = job_of(out)
    ledger.plan(job)
    make(job)
    ledger.finish(Outcome("unit", DONE))
    (job.folder / name).unlink()
    assert ledger.inputs("unit") == {}
    ledger.plan(job)
    assert ledger.state("unit") == PENDING


def test_a_failure_stays_known_until_the_inputs_change(ledger: Ledger, out: Path) -> None:
    job = job_of(out)
    ledger.plan(job)
    ledger.finish(Outcome("unit", FAILED, 2.0, 7, "ValueError: 坏"))
    ledger.finish(Outcome("unit", LOST, 2.0, None, "工作进程意外退出"))
    ledger.finish(Outcome("unit", FAILED, 2.0, 7, "ValueError: 坏"))
    assert states(ledger) == {"unit": FAILED}
    ledger.plan(job)
    assert states(ledger) == {"unit": FAILED}
    assert ledger.inputs("unit") == job.inputs
    assert ledger.job("unit") == job
    ledger.plan(replace(job, key="k2"))
    assert states(ledger) == {"unit": PENDING}


def test_force_makes_pending_whatever_is_there(ledger: Ledger, out: Path) -> None:
    for case, status in (("a", DONE), ("b", FAILED)):
        job = job_of(out, case)
        ledger.plan(job)
        make(job)
        ledger.finish(Outcome(case, status))
        ledger.plan(job, force=True)
        assert ledger.state(case) == PENDING


def test_a_sealed_report_is_taken_over(ledger: Ledger, out: Path) -> None:
    """After the loss of the ledger, or of the run between the last file and the entry."""
    job = job_of(out)
    make(job)
    ledger.plan(job)
    assert states(ledger) == {"unit": DONE}
    make(replace(job, key="k0"))
    ledger.plan(replace(job, key="k1"))
    assert ledger.state("unit") == PENDING
    (job.folder / OUTPUTS[-1]).write_text("{")
    ledger.plan(job)
    assert ledger.state("unit") == PENDING


def test_another_package_makes_reports_again(ledger: Ledger, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(out)
    ledger.plan(job)
    make(job)
    ledger.finish(Outcome("unit", DONE))
    monkeypatch.setattr("perfkit.run.ledger.package", lambda: "0.0.0 f00")
    assert ledger.inputs("unit") == {}


def test_a_transaction_is_written_together_or_not(ledger: Ledger, out: Path) -> None:
    with suppress(KeyboardInterrupt), ledger.transaction():
        ledger.plan(job_of(out))
        raise KeyboardInterrupt
    assert ledger.state("unit") is None
    with ledger.transaction():
        ledger.plan(job_of(out))
    assert states(ledger) == {"unit": PENDING}


def test_the_ledgers_of_shards_are_read_together_and_the_latest_entry_counts(out: Path) -> None:
    with closing(Ledger(out, "ledger-1-of-2")) as one, closing(Ledger(out, "ledger-2-of-2")) as two:
        one.plan(job_of(out, "a"))
        one.plan(job_of(out, "b", total=1.0))
        two.plan(job_of(out, "c"))
        two.plan(job_of(out, "b", total=2.0))
        one._base.execute("UPDATE reports SET changed = '2000' WHERE case_id = 'b'")
        for ledger in (one, two):
            assert [(e.case, e.summary["total"]) for e in ledger.entries()] == [("a", 90.5), ("b", 2.0), ("c", 90.5)]
        assert one.state("c") is None


def test_the_latest_entry_of_another_ledger_is_adopted(out: Path) -> None:
    with closing(Ledger(out, "ledger-1-of-2")) as one, closing(Ledger(out)) as two, closing(Ledger(out, "x")) as three:
        for ledger, changed, total in ((one, "2001", 1.0), (two, "2002", 2.0), (three, "2003", 3.0)):
            for case in ("a", "b"):
                ledger.plan(job_of(out, case, total=total))
            ledger.finish(Outcome("a", FAILED, 2.0, 7, "坏"))
            ledger._base.execute("UPDATE reports SET changed = ?", (changed,))
        two.adopt({"a", "c"})
        assert states(two) == {"a": FAILED, "b": PENDING}
        assert [two.job(case).result["total"] for case in ("a", "b")] == [3.0, 2.0]
        before = list(three._base.execute("SELECT * FROM reports"))
        three.adopt({"a", "b"})
        assert list(three._base.execute("SELECT * FROM reports")) == before


def leave_half_written(path: Path) -> None:
    """Kill a process within its commit: the ledger holds a part of it, its journal what was there before."""
    script = (
        "import os, sqlite3, sys\n"
        "base = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "base.execute('PRAGMA cache_size = 1')\n"
        "base.execute('BEGIN IMMEDIATE')\n"
        "base.execute('UPDATE reports SET title = hex(randomblob(60000))')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert path.with_name(f"{path.name}-journal").stat().st_size > 0


@pytest.mark.slow
def test_an_entry_replaces_a_later_one_where_the_clock_is_slow(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Ledger(out, "ledger-1-of-2")) as first:
        first.plan(job_of(out, total=80))
        first.finish(Outcome("unit", FAILED, 1.0, 3, "早先的"))
    hours_ago = datetime.now(UTC) - timedelta(hours=3)

    class Slow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return hours_ago

    monkeypatch.setattr("perfkit.run.ledger.datetime", Slow)
    with closing(Ledger(out, "ledger-2-of-2")) as second:
        second.adopt({"unit"})
        second.plan(replace(job_of(out, total=90), key="k2"))
        second.finish(Outcome("unit", DONE))
    with closing(Ledger(out)) as whole:
        (entry,) = whole.entries()
        assert (entry.summary["total"], entry.state) == (90, DONE)


def test_a_commit_that_was_cut_off_is_rolled_back_by_whoever_reads_it_next(out: Path) -> None:
    with closing(Ledger(out, "ledger-1-of-2")) as one:
        for case in ("a", "b", "c"):
            one.plan(job_of(out, case))
    leave_half_written(one.path)
    with closing(Ledger(out, "ledger-2-of-2")) as two:
        two.plan(job_of(out, "d"))
        assert [entry.case for entry in two.entries()] == ["a", "b", "c", "d"]
        assert two.unread == {}
    leave_half_written(one.path)
    with closing(Ledger(out, "ledger-1-of-2", draft=True)) as draft:
        assert draft.state("a") == PENDING


def test_another_ledger_that_cannot_be_read_is_left_out(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perfkit.run.ledger.PATIENCE", 0.1)
    broken, begun = out / ".perfkit" / "broken.sqlite", out / ".perfkit" / "begun.sqlite"
    broken.write_text("not a ledger at all, " * 100)
    begun.touch()
    with closing(Ledger(out, "one")) as one, closing(Ledger(out, "two")) as two:
        one.plan(job_of(out, "a"))
        two.plan(job_of(out, "b"))
        one._base.execute("BEGIN EXCLUSIVE")
        two.adopt({"a", "b"})
        assert [entry.case for entry in two.entries()] == ["b"]
        assert two.unread == {one.path: "database is locked", broken: "file is not a database"}
        one._base.execute("ROLLBACK")


def test_a_draft_knows_what_the_ledger_knows_and_leaves_it_alone(ledger: Ledger, out: Path) -> None:
    ledger.plan(job_of(out, "a"))
    before = ledger.path.read_bytes()
    with closing(Ledger(out, draft=True)) as draft:
        assert draft.state("a") == PENDING
        draft.plan(job_of(out, "b"))
        assert draft.state("b") == PENDING
    assert ledger.path.read_bytes() == before
    assert ledger.state("b") is None


def test_a_draft_needs_no_ledger(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "new", draft=True)) as draft:
        draft.plan(job_of(tmp_path / "new"))
        assert draft.state("unit") == PENDING
    assert not (tmp_path / "new" / ".perfkit").exists()


def test_a_ledger_of_another_version_is_begun_again(out: Path) -> None:
    """Its table had other columns; a report that fits is taken over."""
    job = job_of(out)
    make(job)
    with closing(sqlite3.connect(out / ".perfkit" / "ledger.sqlite")) as old:
        old.execute("CREATE TABLE reports (case_id TEXT PRIMARY KEY, attempts INTEGER)")
        old.execute("INSERT INTO reports VALUES ('unit', 3)")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    with closing(Ledger(out)) as ledger:
        assert ledger.state("unit") is None
        ledger.plan(job)
        assert ledger.state("unit") == DONE


def test_what_is_no_ledger_is_refused(out: Path) -> None:
    (out / ".perfkit" / "ledger.sqlite").write_text("not a ledger at all, " * 100)
    with pytest.raises(PerfkitError, match=r"台账 .*ledger.sqlite 已损坏.*请删除它再运行"):
        Ledger(out)


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="写不进台账"):
        Ledger(tmp_path / "missing")
