"""One job a report, with everything a worker needs and nothing that needs a model: quick to import, small to send."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from .. import __version__

DONE, FAILED, PENDING = "done", "failed", "pending"
LOST, STOPPED, UNSEEN = "lost", "stopped", "unseen"
MOST_OUTPUT = 50_000_000  # bytes from a report, of which a usual one takes 0.2 million
TOO_MUCH = ("输出过多", f"输出超过 {MOST_OUTPUT // 10**6} MB，已终止；请检查这一格是否在反复打印")
OUTPUTS = ("report.ipynb", "report.html", "result.json")  # in the order they are written; the last one is the seal
MANY = "portfolio"
"""Kind of the one report that is of a folder of cases, and not of a case."""
FORMATS = ("html", "docx", "xlsx")
_FURTHER = ("report.docx", "scores.xlsx", "audit.html")


@dataclass(frozen=True)
class Wanted:
    """In which form reports are wanted: the page always, and what else.

    Parameters
    ----------
    formats : of `FORMATS`.
    copy : ``internal`` with everything, or ``client``: what is internal then stands in ``audit.html`` of its own.
    template : of the Word file; None: that of the project, or perfkit's own.
    """

    formats: tuple[str, ...] = ("html",)
    copy: str = "internal"
    template: Path | None = None

    @property
    def further(self) -> tuple[str, ...]:
        """The names of the files beside `OUTPUTS`."""
        asked = ("docx" in self.formats, "xlsx" in self.formats, self.copy == "client")
        return tuple(name for name, there in zip(_FURTHER, asked, strict=True) if there)

    def is_there(self, folder: Path) -> bool:
        """Whether a folder holds the whole report; a page for the client never stands for the internal one."""
        found = {name for name in (*OUTPUTS, *_FURTHER) if (folder / name).is_file()}
        return {*OUTPUTS, *self.further} <= found and ("audit.html" in found) == (self.copy == "client")


@dataclass(frozen=True)
class Options:
    """How to run.

    Parameters
    ----------
    which : of the selected cases ``due`` those whose report is not there, failed, or no longer fits its inputs;
        ``unfinished`` of these not those that have failed; ``failed`` only those; ``all`` even those that are done.
    only, shard, limit : select the cases (see `perfkit.run.plan.select`).
    workers : how many reports at a time.
    engine : ``process``, on this machine, or ``dask``.
    scheduler : address of a dask scheduler; None: a local cluster, where the engine is ``dask``.
    seconds : wall time for each report.
    retries : how often a failed report is tried again, after all others.
    project : where the report templates are; by default the working directory.
    json : say what happens as lines of JSON.
    wanted : in which form the reports are wanted.
    """

    which: Literal["due", "unfinished", "failed", "all"] = "due"
    only: tuple[str, ...] = ()
    shard: tuple[int, int] = (1, 1)
    limit: int | None = None
    workers: int = 1
    engine: Literal["process", "dask"] = "process"
    scheduler: str | None = None
    seconds: float = 600
    retries: int = 0
    project: Path | None = None
    json: bool = False
    wanted: Wanted = Wanted()

    @property
    def name(self) -> str:
        """The name of the ledger: every shard has its own, so that they may run side by side."""
        return "ledger" if self.shard == (1, 1) else f"ledger-{self.shard[0]}-of-{self.shard[1]}"


@dataclass(frozen=True)
class Job:
    """One report to make.

    Parameters
    ----------
    case : its id; title, kind : for the index.
    source : the case file; notebook : the template; folder : where its outputs go; all absolute.
    key : hash of all that the report depends on; ``result.json`` carries it.
    inputs : every file of that (absolute) with its sha256.
    result : what ``result.json`` holds beside the key, computed before any process starts.
    wanted : in which form.
    """

    case: str
    kind: str
    title: str
    source: Path
    notebook: Path
    folder: Path
    key: str
    inputs: dict[str, str] = field(repr=False)
    result: dict[str, Any] = field(repr=False)
    wanted: Wanted = Wanted()

    @property
    def parameter(self) -> str:
        """The name of the notebook's parameter that `source` is given as."""
        return "folder" if self.kind == MANY else "case"

    @property
    def summary(self) -> dict[str, Any]:
        """The single values of the result: a line of the index and of the table of scores."""
        return {name: value for name, value in self.result.items() if not isinstance(value, list | dict)}


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Parameters
    ----------
    status : ``done``; ``failed`` in the cell `cell` (counted from 1; None: in none) with `error`; ``lost`` with its
        worker; ``stopped`` because nothing can be written; ``unseen`` where its input files are not.
    notes : Chinese sentences on what is not as it could be: what a page cannot show, standard error of its cells.
    """

    case: str
    status: str
    seconds: float = 0.0
    cell: int | None = None
    error: str = ""
    notes: tuple[str, ...] = ()


def sha256(path: Path) -> str:
    """Hex digest of a file; "" where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


@cache
def package() -> str:
    """perfkit's version and a digest of its files: what a report depends on beside its inputs."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parents[1]
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{__version__} {digest.hexdigest()}"
