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

_UNUSED = {"rfc3986_validator", "rfc3987_syntax", "isoduration", "pyarrow"} - sys.modules.keys()
"""Rules of addresses and durations, for which nbformat's jsonschema takes over a second; papermill's distant files."""
sys.modules |= dict.fromkeys(_UNUSED)  # type: ignore[arg-type]
import papermill.engines  # noqa: E402, F401

for _name in _UNUSED:
    del sys.modules[_name]
from .report import sample  # noqa: E402

be_server()
_OWNER = int(os.environ.pop("PERFKIT_OWNER", os.getppid()))  # it may be killed before this line


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
