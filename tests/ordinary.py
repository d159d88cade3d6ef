"""Papermill as a person starts it, without the seconds that its imports take for what no notebook here needs."""

from __future__ import annotations

import sys

PAPERMILL = [
    sys.executable,
    "-c",
    "import sys; sys.modules['rfc3987_syntax'] = None; "  # rules of addresses, for which over a second is taken
    "from papermill.cli import papermill; papermill(prog_name='papermill')",
]
