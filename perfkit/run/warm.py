"""Imported by the process that reports are forked from: everything that a report needs, and one sample report made.

First-time work in caches is what a forked report would otherwise cost; copying the memory is cheap. What the sample
leaves behind in Matplotlib and IPython is taken back.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil

from .process import ENVIRONMENT, MARK
from .report import sample

if _FOLDER := os.environ.get(MARK):  # of the server's socket: should its owner be killed, nobody else would remove it
    atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
for _name in ENVIRONMENT:
    os.environ.pop(_name, None)
if os.environ.pop("PERFKIT_SAMPLE", "1") == "1":
    sample()
gc.collect()
gc.freeze()
