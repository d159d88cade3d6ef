"""The ledger: what it remembers of each report, and what it makes of one that is there already."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from perfkit.files import OutputError, write_whole
from perfkit.run.jobs import DONE, FAILED, OUTPUTS, PENDING, Job, Wanted
from perfkit.run.ledger import Ledger


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / ".perfkit").mkdir()
    return tmp_path


@pytest.fixture
def ledger(out: Path) -> Ledger:
    return Ledger(out)


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


def planned(ledger: Ledger, job: Job, **options: bool) -> str:
    """The state in which a job is entered."""
    ledger.enter(ledger.plan(job, **options))
    return ledger.known[job.case].state


def states(ledger: Ledger) -> dict[str, str]:
    """What a run that comes later finds."""
    known = Ledger(ledger.out, ledger.path.stem, draft=True).known
    assert known == ledger.known
    return {case: entry.state for case, entry in known.items()}


def test_a_new_job_is_pending(ledger: Ledger, out: Path) -> None:
    job = job_of(out, total=None)
    assert ledger.known == {}
    assert planned(ledger, job) == PENDING
    (entry,) = ledger.entries()
    assert (entry.case, entry.title, entry.folder, entry.state) == ("unit", "unit报告", "unit", PENDING)
    assert (entry.summary, entry.inputs) == ({"case": "unit", "total": None}, job.inputs)


def test_a_report_that_is_there_is_done_until_its_inputs_change(ledger: Ledger, out: Path) -> None:
    job = job_of(out)
    planned(ledger, job)
    make(job)
    ledger.finish("unit", DONE)
    assert states(ledger) == {"unit": DONE}
    assert planned(ledger, job) == DONE
    assert planned(ledger, replace(job, key="k2")) == PENDING


@pytest.mark.parametrize("name", [*OUTPUTS, "report.docx"])
def test_a_report_with_a_part_missing_is_made_again(ledger: Ledger, out: Path, name: str) -> None:
    job = replace(job_of(out), wanted=Wanted(("html", "docx")))
    planned(ledger, job)
    make(job)
    (job.folder / "report.docx").touch()
    assert planned(ledger, job) == DONE
    ledger.finish("unit", DONE)
    (job.folder / name).unlink()
    assert planned(ledger, job) == PENDING


def test_a_failure_stays_known_until_the_inputs_change(ledger: Ledger, out: Path) -> None:
    job = job_of(out)
    planned(ledger, job)
    ledger.finish("unit", FAILED)
    assert states(ledger) == {"unit": FAILED}
    assert planned(ledger, job) == FAILED
    assert planned(ledger, replace(job, key="k2")) == PENDING


def test_force_makes_pending_whatever_is_there(ledger: Ledger, out: Path) -> None:
    for case, state in (("a", DONE), ("b", FAILED)):
        job = job_of(out, case)
        planned(ledger, job)
        make(job)
        ledger.finish(case, state)
        assert planned(ledger, job, force=True) == PENDING


def test_a_sealed_report_is_taken_over(ledger: Ledger, out: Path) -> None:
    """After the loss of the ledger, or of the run between the last file and the entry."""
    job = job_of(out)
    make(job)
    assert planned(ledger, job) == DONE
    make(replace(job, key="k0"))
    assert planned(ledger, job) == PENDING
    (job.folder / OUTPUTS[-1]).write_text("{")
    assert planned(ledger, job) == PENDING


def test_the_ledgers_of_shards_are_read_together_and_the_latest_entry_counts(out: Path) -> None:
    one, two = Ledger(out, "ledger-1-of-2"), Ledger(out, "ledger-2-of-2")
    for ledger, case, total in ((one, "a", 90.5), (one, "b", 1.0), (two, "c", 90.5), (two, "b", 2.0)):
        planned(ledger, job_of(out, case, total=total))
    for ledger in (one, two, Ledger(out)):
        assert [(e.case, e.summary["total"]) for e in ledger.entries()] == [("a", 90.5), ("b", 2.0), ("c", 90.5)]
    assert list(Ledger(out).known) != list(one.known) == ["a", "b"]


def test_an_entry_replaces_a_later_one_where_the_clock_is_slow(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Ledger(out, "ledger-1-of-2")
    planned(first, job_of(out, total=80))
    first.finish("unit", FAILED)
    monkeypatch.setattr("time.time", lambda: first.known["unit"].changed - 10_000)
    second = Ledger(out, "ledger-2-of-2")
    planned(second, job_of(out, total=90, key="k2"))
    second.finish("unit", DONE)
    (entry,) = Ledger(out).entries()
    assert (entry.summary["total"], entry.state) == (90, DONE)


@pytest.mark.parametrize("rest", ['{"case": "a", "ki', "null", '{"case": "a", "attempts": 3}', "\udcff\x00"])
def test_a_line_that_was_cut_off_harms_no_other(out: Path, rest: str) -> None:
    ledger = Ledger(out)
    planned(ledger, job_of(out, "a"))
    with ledger.path.open("ab") as file:
        file.write(b"\n" + rest.encode("utf-8", "surrogateescape"))
    ledger = Ledger(out)
    planned(ledger, job_of(out, "b"))
    assert states(ledger) == {"a": PENDING, "b": PENDING}


def test_a_ledger_that_has_become_long_is_written_anew(out: Path) -> None:
    (out / ".perfkit" / ".ledger.jsonl.0.tmp").touch()
    for total in range(9):
        planned(Ledger(out), job_of(out, total=float(total)))
        assert Ledger(out, draft=True).known["unit"].summary["total"] == total
        assert len((out / ".perfkit" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()) < 8
    assert [path.name for path in (out / ".perfkit").iterdir()] == ["ledger.jsonl"]


def test_a_draft_knows_what_the_ledger_knows_and_leaves_it_alone(ledger: Ledger, out: Path) -> None:
    planned(ledger, job_of(out, "a"))
    before = ledger.path.read_bytes()
    draft = Ledger(out, draft=True)
    assert draft.known["a"].state == PENDING
    assert planned(draft, job_of(out, "b")) == PENDING
    assert ledger.path.read_bytes() == before


def test_a_draft_needs_no_ledger(tmp_path: Path) -> None:
    assert planned(Ledger(tmp_path / "new", draft=True), job_of(tmp_path / "new")) == PENDING
    assert not (tmp_path / "new" / ".perfkit").exists()


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="写不进 .*ledger.jsonl"):
        planned(Ledger(tmp_path / "missing"), job_of(tmp_path / "missing"))
