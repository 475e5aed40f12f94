"""Stamps: what a finished part was made from.

A stamp is a file holding a hash of everything the part depends on. The part is done when the stamp's text is the hash
of what is there now; the stamp is written last, so a part that was cut off has none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    """Hash of files' names and contents, and of facts that matter beside them."""
    digest = hashlib.sha256("\0".join(facts).encode())
    for path in sorted(files):
        digest.update(f"\0{path}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def done(stamp: Path, made_from: str) -> bool:
    """Whether the part was finished from just this."""
    try:
        return stamp.read_text() == made_from
    except OSError:
        return False


def finish(stamp: Path, made_from: str) -> None:
    """Say so."""
    part = stamp.with_name(stamp.name + ".part")
    part.write_text(made_from)
    part.rename(stamp)
