"""Logs that cannot fill the disk: each part appends to one file, which is set aside when it has grown too large.

The file is open in another process, so it cannot be moved away from under it: it is copied to `<name>.1` and emptied.
Every writer appends, so the next line goes to the new beginning. A few lines written between the copy and the cut may
be lost, which a log can bear.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LIMIT_BYTES = 10_000_000


def bound(folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
    """Set aside every log of the folder that is larger than the limit."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > limit_bytes:
            shutil.copyfile(log, log.with_name(log.name + ".1"))
            os.truncate(log, 0)
