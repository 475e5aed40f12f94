"""Where a running stack can be reached, for the other commands of the same user: `home/addresses.json`.

`ioe up` writes the file when its servers answer and removes it when it ends. It holds the database's password, so it
is readable by its owner only. A file left behind by a crash does no harm: whoever uses it is told that nothing answers.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec


class Addresses(msgspec.Struct, frozen=True):
    """What the platform's processes need to reach the servers, and people to reach the console."""

    pid: int
    database_url: str
    mqtt_url: str
    console_url: str
    #: Where the database's files are on this machine, for the free-disk guard; empty: not on this machine.
    disk_path: str


def publish(home: Path, addresses: Addresses) -> None:
    """Write the addresses, whole or not at all."""
    part = home / "addresses.part"
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(msgspec.json.encode(addresses))
    part.rename(home / "addresses.json")


def withdraw(home: Path) -> None:
    """Forget the addresses."""
    (home / "addresses.json").unlink(missing_ok=True)


def running(home: Path) -> Addresses | None:
    """Addresses of the stack that runs in this home, if one does and we may know."""
    try:
        found = msgspec.json.decode((home / "addresses.json").read_bytes(), type=Addresses)
        os.kill(found.pid, 0)
    except (OSError, msgspec.MsgspecError):
        return None
    return found
