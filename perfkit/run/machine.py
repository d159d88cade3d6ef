"""What this machine has for the workers: cores, memory, open files."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from ..errors import PerfkitError

WORKER_MEMORY = 500 * 2**20  # bytes; of a report: its maker and its guard, rounded up
CONTAINER_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")  # of control groups, new and old
LEAST_SHARE = 2 * 2**30  # bytes
FILES_A_WORKER, FILES_OTHERWISE = 8, 64


def cores() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory(name: str = "MemTotal") -> int | None:
    """Bytes of memory, in total or (``MemAvailable``) free for use; a container's limit counts; None if unknown."""
    with suppress(OSError, ValueError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        size = next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
        for limit in CONTAINER_LIMITS:
            with suppress(OSError, ValueError):
                size = min(size, int(Path("/sys/fs/cgroup", limit).read_text(encoding="ascii")))
        return size
    return None


@cache
def memory_share() -> int:
    """Bytes of data that one report may hold: its core's share of the memory."""
    return max(LEAST_SHARE, (memory() or 0) // cores())


def most_workers() -> tuple[int, str]:
    """How many workers the machine carries, and what limits them (Chinese).

    Raises
    ------
    PerfkitError : too few files may be open for a single one; Chinese.
    """
    limits = [(cores(), "处理器核数")]
    if available := memory("MemAvailable"):
        limits.append((available // WORKER_MEMORY, "可用内存"))
    with suppress(ImportError):
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= soft < FILES_OTHERWISE:
            raise PerfkitError(f"可打开的文件数只有{soft}，不够运行一份报告；请先运行 ulimit -n 1024 放宽。")
        if soft != resource.RLIM_INFINITY:
            limits.append(((soft - FILES_OTHERWISE) // FILES_A_WORKER, "可打开的文件数"))
    number, reason = min(limits)
    return max(1, number), reason
