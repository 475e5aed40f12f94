"""How much memory this machine, or this container, can still give."""

from __future__ import annotations

from pathlib import Path

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")


def total_bytes() -> int:
    """Memory of the machine, or the container's limit when that is less."""
    return min(_meminfo("MemTotal"), _cgroup_limit())


def available_bytes() -> int:
    """Memory that can be used without swapping; in a container what its limit leaves, when that is less."""
    try:
        used = int((CGROUP / "memory.current").read_text())
    except OSError:
        used = 0
    return max(0, min(_meminfo("MemAvailable"), _cgroup_limit() - used))


def _meminfo(name: str) -> int:
    for line in MEMINFO.read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) * 1024
    raise OSError(f"{MEMINFO} does not name {name}.")


def _cgroup_limit() -> int:
    unlimited = 1 << 62
    try:
        text = (CGROUP / "memory.max").read_text().strip()
    except OSError:
        return unlimited
    return unlimited if text == "max" else int(text)
