"""The ledger of an output folder: which report was made from what, which one failed and where.

One SQLite file beside the reports, written by the run that holds its lock and by no other process; every shard has its
own. A ledger may be deleted: every ``result.json`` carries the key of what its report was made from, and a report that
fits is taken over.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

from ..errors import PerfkitError
from ..files import OutputError, remove, write_whole
from .jobs import DONE, FAILED, OUTPUTS, PENDING, Job, Outcome, package

HOME = ".perfkit"  # the folder of ledgers and locks below an output folder
VERSION = 2  # of its table; a ledger of another version is begun again, and takes over what fits
PATIENCE = 10  # seconds to wait while another run writes its ledger
_SCHEMA = """
CREATE TABLE IF NOT EXISTS reports (
    case_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    notebook TEXT NOT NULL,
    folder TEXT NOT NULL,       -- below the output folder
    key TEXT NOT NULL,
    package TEXT NOT NULL,
    inputs TEXT NOT NULL,       -- JSON: file -> sha256
    summary TEXT NOT NULL,      -- JSON: the single values of the result
    result TEXT,                -- JSON: all of it, until the report is done
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
    changed TEXT NOT NULL
) WITHOUT ROWID
"""
_KNOWN = "SELECT case_id, kind, title, notebook, folder, summary, state, changed, source FROM reports"
_INSERT = f"INSERT OR REPLACE INTO reports VALUES ({','.join('?' * 13)})"


@dataclass(frozen=True)
class Entry:
    """What the index and the table of scores show of a case."""

    case: str
    kind: str
    title: str
    notebook: str
    folder: str
    summary: dict[str, Any]
    state: str
    changed: str


class Ledger:
    """The ledger `name` of the output folder `out`.

    Parameters
    ----------
    draft : work on a copy in memory, so that nothing is written.

    Attributes
    ----------
    unread : the other ledgers of the folder that could not be read, and why.

    Raises
    ------
    PerfkitError : (every method) the file is not a ledger.
    OutputError : (every method) it cannot be written.
    """

    def __init__(self, out: Path, name: str = "ledger", *, draft: bool = False) -> None:
        self.out = out.absolute()
        self.path = self.out / HOME / f"{name}.sqlite"
        self.unread: dict[Path, str] = {}
        with self._guard():
            if draft:
                self._base = sqlite3.connect(":memory:", isolation_level=None)
                if self.path.is_file():
                    with closing(_existing(self.path)) as file:
                        file.backup(self._base)
            else:
                self._base = sqlite3.connect(self.path, isolation_level=None)
            if self._base.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                self._base.execute("DROP TABLE IF EXISTS reports")
            self._base.execute(_SCHEMA)
            self._base.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutputError(f"写不进台账 {self.path.as_posix()}（{error}）；请检查磁盘空间和写入权限") from error
        except sqlite3.DatabaseError as error:
            raise PerfkitError(
                f"台账 {self.path.as_posix()} 已损坏（{error}）；请删除它再运行，已有的报告会重新登记，不会重做"
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What the block writes is written together, or not at all."""
        with self._guard():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def _row(self, columns: str, case: str) -> Any:
        with self._guard():
            return self._base.execute(f"SELECT {columns} FROM reports WHERE case_id = ?", (case,)).fetchone()

    def state(self, case: str) -> str | None:
        """``pending``, ``done`` or ``failed``; None for a case that is not known."""
        row = self._row("state", case)
        return row and str(row[0])

    def inputs(self, case: str) -> dict[str, str]:
        """The files that a report was made from, or failed, with this very package; nothing for any other case."""
        row = self._row("inputs, package, state, folder", case)
        if row is None or row[1] != package() or row[2] == PENDING:
            return {}
        found: dict[str, str] = json.loads(row[0]) if row[2] == FAILED or complete(self.out / row[3]) else {}
        return found

    def plan(self, job: Job, *, force: bool = False) -> None:
        """Enter a job: pending, unless its report is there, or has failed, and nothing has changed since."""
        before, *known = self._row("changed, key, state", job.case) or ("",)
        state = PENDING
        if not force and complete(job.folder) and _seal(job.folder) == job.key:
            state = DONE
        elif not force and known == [job.key, FAILED]:
            state = FAILED
        with self._guard():
            self._base.execute(
                _INSERT,
                (
                    job.case,
                    job.kind,
                    job.title,
                    str(job.source),
                    str(job.notebook),
                    job.folder.relative_to(self.out).as_posix(),
                    job.key,
                    package(),
                    _json(job.inputs),
                    _json(job.summary),
                    None if state == DONE else _json(job.result),
                    state,
                    _now(after=before),
                ),
            )

    def job(self, case: str) -> Job:
        """The job of a case that is not done."""
        row = self._row("case_id, kind, title, source, notebook, folder, key, inputs, result", case)
        name, kind, title, source, notebook, folder, key, inputs, result = row
        paths = Path(source), Path(notebook), self.out / folder
        return Job(name, kind, title, *paths, key, json.loads(inputs), json.loads(result))

    def finish(self, outcome: Outcome) -> None:
        """Enter how a job ended."""
        done = outcome.status == DONE
        with self._guard():
            self._base.execute(
                f"UPDATE reports SET state = ?, changed = max(changed, ?){', result = NULL' if done else ''}"
                " WHERE case_id = ?",
                (DONE if done else FAILED, _now(), outcome.case),
            )

    def adopt(self, cases: Collection[str]) -> None:
        """Enter what other ledgers of the folder know of these cases and have entered later."""
        with self._guard():
            known = dict(self._base.execute("SELECT case_id, changed FROM reports"))

        def later(file: sqlite3.Connection) -> list[Any]:
            rows = file.execute("SELECT * FROM reports")
            return [row for row in rows if row[0] in cases and row[-1] > known.get(row[0], "")]

        if rows := sorted(self._read_others(later), key=itemgetter(-1)):
            with self.transaction():
                self._base.executemany(_INSERT, rows)

    def entries(self) -> list[Entry]:
        """Every case that this ledger or another one of the folder knows, by id; the latest entry counts.

        A case whose file has been removed or renamed is no longer known; where its folder is not here, nothing is known
        of that (another machine may have it).
        """
        with self._guard():
            rows = self._base.execute(_KNOWN).fetchall()
        rows += self._read_others(lambda file: file.execute(_KNOWN).fetchall())
        known: dict[str, Entry] = {}
        for name, kind, title, notebook, folder, summary, state, changed, source in rows:
            if name in known and known[name].changed >= changed:
                continue
            if Path(source).is_file() or not Path(source).parent.is_dir():
                known[name] = Entry(name, kind, title, notebook, folder, json.loads(summary), state, changed)
        return [known[case] for case in sorted(known)]

    def _read_others(self, read: Callable[[sqlite3.Connection], list[Any]]) -> list[Any]:
        """The rows that `read` gets of each other ledger of the folder; one that cannot be read stops nothing."""
        rows: list[Any] = []
        for path in self.path.parent.glob("*.sqlite"):
            if path == self.path:
                continue
            try:
                with closing(_existing(path)) as file:
                    if file.execute("PRAGMA user_version").fetchone()[0] == VERSION:
                        rows += read(file)
            except sqlite3.Error as error:
                if path.exists():
                    self.unread[path] = str(error)
        return rows


def _existing(path: Path) -> sqlite3.Connection:
    """Open a ledger to read it; not read-only, for it may have to be put right after a run that was killed."""
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE)


def complete(folder: Path) -> bool:
    """Whether all outputs of a case are there."""
    return all((folder / name).is_file() for name in OUTPUTS)


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
        write_whole(result, _json(content | {"key": None}))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _now(*, after: str = "") -> str:
    """The time of an entry, later than that of the entry it replaces even where the clock of this machine is slow."""
    now = datetime.now(UTC)
    if after:
        now = max(now, datetime.fromisoformat(after) + timedelta(milliseconds=1))
    return now.isoformat(timespec="milliseconds")
