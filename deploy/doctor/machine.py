"""The machine: Python and its packages, the console, the cache and its programs, the clock."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from deploy.doctor.finding import Finding, ok, problem, warning
from deploy.embedded.binaries import find
from deploy.embedded.bundles import SERVERS
from deploy.embedded.places import PlaceError, cache_folder, require_reachable, server_account
from deploy.embedded.stack import machine_has_both
from deploy.settings import Settings
from deploy.up.parts import CHECKOUT

_PYTHON_SINCE = (3, 11)
_CLOCK_ADRIFT = 5  # adjtimex: TIME_ERROR, the clock is not synchronised


def look(settings: Settings) -> Iterator[Finding]:
    """Everything about the machine."""
    yield _python()
    yield _packages()
    yield _console(settings)
    yield _cache()
    yield _programs(settings)
    yield _clock()


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info[:2] < _PYTHON_SINCE:
        return problem("python", f"{version} is too old", "make PYTHON=python3.12 setup")
    return ok("python", f"{version} ({sys.executable})")


def _packages() -> Finding:
    """Whether what is installed is what the lock says."""
    wrong = []
    lines = (CHECKOUT / "requirements.lock").read_text("utf-8").splitlines()
    for name, _, rest in (line.partition("==") for line in lines if "==" in line and not line.startswith((" ", "#"))):
        locked, _, condition = rest.partition(";")
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed = "absent"
        if installed != locked.split()[0] and not condition.strip(" \\"):
            wrong.append(f"{name} is {installed}, locked is {locked.split()[0]}")
    if wrong:
        return problem("packages", "; ".join(wrong[:5]), "make setup")
    return ok("packages", "as locked")


def _console(settings: Settings) -> Finding:
    folder = Path(settings.api.console_folder) if settings.api.console_folder else CHECKOUT / "web" / "dist"
    if (folder / "index.html").exists():
        return ok("console", f"built ({folder})")
    return problem("console", f"not built: {folder} has no index.html", "make setup")


def _cache() -> Finding:
    folder = cache_folder()
    if not folder.exists():
        return ok("cache", f"{folder} is not there yet; it is made when programs are fetched")
    if not os.access(folder, os.W_OK):
        return problem("cache", f"{folder} is not writable for you", "IOE_CACHE=<a folder of yours> make setup")
    try:
        require_reachable(folder, server_account(), "IOE_CACHE")
    except PlaceError as error:
        return problem("cache", str(error), "IOE_CACHE=<a reachable folder> make setup")
    return ok("cache", str(folder))


def _programs(settings: Settings) -> Finding:
    installed = find(SERVERS)
    if installed is not None:
        return ok("programs", f"database and broker in {installed.folder}")
    if machine_has_both():
        return ok("programs", "database and broker of this machine")
    if settings.database.url:
        return ok("programs", "none here; servers that exist are used")
    return problem("programs", "database and broker are not installed", "make setup")


def _clock() -> Finding:
    """Readings are judged against the clock: a wrong one refuses good readings as future or too old."""
    libc = ctypes.CDLL(None, use_errno=True)
    # struct timex, all zero: asks and sets nothing. 208 bytes on 64-bit, less on 32-bit.
    state = libc.adjtimex(ctypes.create_string_buffer(256))
    if state == _CLOCK_ADRIFT:
        return warning("clock", "not synchronised with a time server", "timedatectl set-ntp true")
    return ok("clock", "synchronised" if state >= 0 else "cannot be asked on this machine")


def writable(folder: Path) -> bool:
    """Whether we may write there."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
