"""What a run says while it is under way: one bar on a terminal, else a line a report, as text or as JSON."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from typing import Any

from tqdm import tqdm

from .jobs import DONE, Outcome


class Progress(tqdm):  # type: ignore[type-arg]
    """Counts reports (or what else `name` says) up to `total`; on standard error.

    Parameters
    ----------
    json : lines of JSON instead.
    brief : show a bar only if it takes longer than a second, and only as long as it takes.
    """

    def __init__(self, name: str, total: int, *, json: bool = False, brief: bool = False) -> None:
        self._lines = "json" if json else "bar" if sys.stderr.isatty() else "text"
        self._done = self._failed = 0
        bar, delay = self._lines == "bar", float(brief)
        super().__init__(
            desc=name, total=total, unit="份", disable=not bar, dynamic_ncols=True, delay=delay, leave=not brief
        )

    def report(self, outcome: Outcome) -> None:
        """One more report has ended for good."""
        self._done += outcome.status == DONE
        self._failed += outcome.status != DONE
        if self._lines == "bar":
            self.set_postfix_str(f"失败{self._failed}", refresh=False)
            self.update()
        elif self._lines == "json":
            said = vars(outcome) | {"seconds": round(outcome.seconds, 3)}
            del said["notes"]  # which have lines of their own
            self.say("report", **said)
        else:
            state = "完成" if outcome.status == DONE else f"失败：{outcome.error}"
            number = self._done + self._failed
            _write(f"[{number}/{self.total}] {outcome.case} {outcome.seconds:.1f}秒 {state}")

    def say(self, event: str, **values: Any) -> None:
        """A line of JSON, where JSON is wanted: event, counts and `values`."""
        if self._lines == "json":
            say(event, done=self._done, failed=self._failed, total=self.total, **values)


def say(event: str, **values: Any) -> None:
    """A line of JSON: time (seconds since the epoch), event and `values`."""
    _write(json.dumps({"time": round(time.time(), 3), "event": event, **values}, ensure_ascii=False))


def warn(text: str, *, json: bool) -> None:
    """A line of text; or of JSON, event ``warning``."""
    say("warning", message=text) if json else _write(text)


def log_as_events(on: bool) -> None:
    """From now on (until called with False) what this process logs, and Python's warnings, are lines of JSON."""
    logging.captureWarnings(on)
    root = logging.getLogger()
    root.addHandler(_EVENTS) if on else root.removeHandler(_EVENTS)


class _Events(logging.Handler):
    """Makes events of log records."""

    def emit(self, record: logging.LogRecord) -> None:
        warn(self.format(record), json=True)


_EVENTS = _Events(logging.WARNING)


def _write(line: str) -> None:
    """A line on standard error; it leads nowhere from when nobody reads it any more."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stderr.fileno())
