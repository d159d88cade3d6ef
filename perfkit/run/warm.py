"""Imported by the process that reports are forked from: everything that a report needs, and one sample report made.

First-time work in caches is what a forked report would otherwise cost; copying the memory is cheap. What the sample
leaves behind in Matplotlib and IPython is taken back.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import time

from .process import ENVIRONMENT, MARK, be_server

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
from .report import sample  # noqa: E402 — nbformat's jsonschema would take a second for rules of addresses, unused here

del sys.modules["rfc3987_syntax"]
be_server()
_OWNER = os.getppid()


@atexit.register
def _clear_up() -> None:
    """Remove the folder of the server's socket where its owner was killed, and nobody else does."""
    time.sleep(0.2)  # the owner may be about to end
    if os.getppid() != _OWNER:
        shutil.rmtree(os.environ.get(MARK, ""), ignore_errors=True)


for _name in ENVIRONMENT:
    os.environ.pop(_name, None)
if os.environ.pop("PERFKIT_SAMPLE", "1") == "1":
    sample()
gc.collect()
gc.freeze()
