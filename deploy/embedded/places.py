"""Where things live, and as whom the servers run.

Three folders, each with its own life:

    cache   binaries anyone can download again; versioned, shared by all homes     IOE_CACHE
    home    one installation's data, logs and addresses; this is what to back up   IOE_HOME, `--home`
    code    this checkout; nothing is written into it but the environment and the console's build

PostgreSQL refuses to run as root. Started by root, both servers run as an unprivileged user that has a name
(`nobody`, or the one in IOE_RUN_AS), so the cache and the data must not lie below a folder closed to that user.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

APP = "ioe-energy"


class PlaceError(Exception):
    """A folder or user cannot serve; the message says which and what to set instead."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user a server process runs as."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """The unprivileged user for the servers when we are root; None when the caller's own user serves."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("IOE_RUN_AS", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise PlaceError(
            f"There is no user {name!r}: set IOE_RUN_AS to an unprivileged user of this machine."
        ) from None
    if entry.pw_uid == 0:
        raise PlaceError("IOE_RUN_AS names root, and PostgreSQL refuses to run as root: name another user.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def cache_folder() -> Path:
    """The folder of downloaded binaries."""
    chosen = os.environ.get("IOE_CACHE")
    if chosen:
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/cache") / APP
    return _xdg("XDG_CACHE_HOME", ".cache") / APP


def default_home() -> Path:
    """The folder of this user's installation."""
    chosen = os.environ.get("IOE_HOME")
    if chosen:
        return Path(chosen).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib") / APP
    return _xdg("XDG_DATA_HOME", ".local/share") / APP


def _xdg(variable: str, fallback: str) -> Path:
    chosen = os.environ.get(variable)
    return Path(chosen) if chosen and Path(chosen).is_absolute() else Path.home() / fallback


def require_reachable(folder: Path, account: Account | None, option: str) -> None:
    """Refuse a folder that the servers' user cannot enter, naming the closed folder on the way to it."""
    if account is None:
        return
    for step in (folder, *folder.parents):
        if step.exists() and not _may_enter(step, account):
            raise PlaceError(
                f"The database runs as {account.name!r}, which may not enter {step}: "
                f"choose a folder outside of it with {option}, or name another user with IOE_RUN_AS."
            )


def _may_enter(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def give(folder: Path, account: Account | None, mode: int = 0o700) -> None:
    """Make a folder and hand it to the servers' user."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
