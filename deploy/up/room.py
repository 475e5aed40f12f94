"""Room on the disk before anything is started: a database that runs full in its first hour helps nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

from deploy.embedded.places import PlaceError

#: The limit at which ingest pauses, and as much again to work with.
NEEDED_BYTES = 2_000_000_000


def require_room(home: Path, needed_bytes: int = NEEDED_BYTES) -> None:
    """Refuse to start with less. Raises PlaceError."""
    free_bytes = shutil.disk_usage(home).free
    if free_bytes < needed_bytes:
        raise PlaceError(
            f"{home} has {free_bytes / 1e9:.1f} GB free and needs {needed_bytes / 1e9:.1f} GB: free some space there, "
            "or choose a folder on another disk with --home."
        )
