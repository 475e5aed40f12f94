"""One stack in a home at a time.

The lock is the kernel's (flock), so it goes with its owner however the owner ends: a crash leaves no stale lock. The
process id in the file is for people.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.places import PlaceError


class HomeTakenError(PlaceError):
    """Another process works in this home."""


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Hold the home. Raises HomeTakenError naming who does, PlaceError where the folder is not ours to write."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "lock").open("a+")
    except OSError as error:
        raise PlaceError(
            f"{home} cannot be used ({error.strerror}): choose another folder with --home, "
            "or start as the user who owns it."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read().strip() or "unknown"
            raise HomeTakenError(
                f"IOE Energy already runs in {home} (process {pid}). Stop it with `kill {pid}`, "
                "or choose another folder with --home."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
