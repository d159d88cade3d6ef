"""The ledger of an output folder: which report was made from what, and which one failed.

A file beside the reports, a line of JSON an entry, of which the latest of a case counts. The run that holds its lock
writes it and no other process; every shard has its own, and reads those of the others. A ledger may be deleted: every
``result.json`` carries the key of what its report was made from, and a report that fits is taken over.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..files import cannot_write, remove, write_whole
from .jobs import DONE, FAILED, OUTPUTS, PENDING, Job, package

HOME = ".perfkit"  # the folder of ledgers and locks below an output folder
_MOST = 4  # lines a case, from which on a ledger is written anew


@dataclass(frozen=True)
class Entry:
    """What is known of a case: what the index and the table of scores show, and what its report was made from.

    Parameters
    ----------
    source : the case file; folder : of the outputs, below the output folder.
    key, inputs : as of `Job`; package : see `perfkit.run.jobs.package`; summary : the single values of the result.
    state : ``pending``, ``done`` or ``failed``; changed : since when, in seconds since the epoch.
    """

    case: str
    kind: str
    title: str
    source: str
    folder: str
    key: str
    package: str
    inputs: dict[str, str]
    summary: dict[str, Any]
    state: str
    changed: float = 0.0


class Ledger:
    """The ledger `name` of the output folder `out`.

    Parameters
    ----------
    draft : remember entries and write nothing.

    Attributes
    ----------
    known : the latest entry of every case, whichever ledger of the folder it stood in at the beginning.
    """

    def __init__(self, out: Path, name: str = "ledger", *, draft: bool = False) -> None:
        self.out = out.absolute()
        self.path = self.out / HOME / f"{name}.jsonl"
        self._draft = draft
        self.known = self._read()
        if not draft and self.path.is_file():
            remove(*self.path.parent.glob(f".{self.path.name}.*.tmp"))  # of a writer that was killed
            with self.path.open("rb") as file:
                lines = sum(1 for _ in file)
            if lines > _MOST * len(self.known):
                write_whole(self.path, _lines(self.known.values()))

    def _read(self) -> dict[str, Entry]:
        """The latest entry of every case in the ledgers of the folder."""
        known: dict[str, Entry] = {}
        for path in self.path.parent.glob("*.jsonl"):
            with path.open(encoding="utf-8", errors="replace") as file:
                for line in file:
                    with suppress(ValueError, TypeError):  # cut off by a kill, or of another version
                        entry = Entry(**json.loads(line))
                        if entry.case not in known or entry.changed > known[entry.case].changed:
                            known[entry.case] = entry
        return known

    def enter(self, *entries: Entry) -> None:
        """Write entries, each later than what is known of its case, even where the clock of this machine is slow.

        Raises `OutputError`.
        """
        for entry in entries:
            before = self.known[entry.case].changed if entry.case in self.known else 0.0
            self.known[entry.case] = replace(entry, changed=max(time.time(), before + 0.001))
        if not self._draft:
            try:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(_lines(self.known[entry.case] for entry in entries))
            except OSError as error:
                raise cannot_write(self.path, error) from error

    def plan(self, job: Job, *, force: bool = False) -> Entry:
        """The entry of a job: pending, unless its report is there, or has failed, and nothing has changed since."""
        before, state = self.known.get(job.case), PENDING
        if not force and job.wanted.is_there(job.folder) and _seal(job.folder) == job.key:
            state = DONE
        elif not force and before and (before.key, before.state) == (job.key, FAILED):
            state = FAILED
        source, folder = str(job.source), job.folder.relative_to(self.out).as_posix()
        found = job.inputs, job.summary, state
        return Entry(job.case, job.kind, job.title, source, folder, job.key, package(), *found)

    def finish(self, case: str, state: str) -> None:
        """Enter how the job of a case ended."""
        self.enter(replace(self.known[case], state=state))

    def entries(self) -> list[Entry]:
        """Every case that a ledger of the folder knows by now, by id.

        A case whose file has been removed or renamed is no longer known; where its folder is not here, nothing is known
        of that (another machine may have it).
        """
        found = sorted(self._read().items())
        return [e for _, e in found if Path(e.source).is_file() or not Path(e.source).parent.is_dir()]


def _lines(entries: Iterable[Entry]) -> str:
    """A line for each; the line break stands before it, for the last one that is there may have been cut off."""
    return "".join(f"\n{json.dumps(vars(entry), ensure_ascii=False)}" for entry in entries)


def _seal(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / OUTPUTS[-1]).read_bytes()).get("key"))
    except (OSError, ValueError):
        return None


def unseal(result: Path) -> None:
    """Have a result fit no report, but keep its digest of the notebook, which somebody may have edited since."""
    try:
        content = dict(json.loads(result.read_bytes()))
    except (OSError, ValueError, TypeError):
        remove(result)
    else:
        write_whole(result, json.dumps(content | {"key": None}, ensure_ascii=False))
