"""Who listens on a port, so that "the port is taken" can name a program."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_LISTEN = "0A"  # the state's code in /proc/net/tcp


def holder(port: int) -> str:
    """The program that listens on a local port, as far as we may know: `mosquitto (process 812)`."""
    inodes = _listening(port)
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with suppress(OSError):  # another user's process keeps its files to itself, an ended one has none
            for file in (process / "fd").iterdir():
                with suppress(OSError):
                    if str(file.readlink()) in inodes:
                        return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return "another program"


def _listening(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == _LISTEN and int(columns[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{columns[9]}]")
    return found
