"""Packages from Debian's signed archive, through an apt of our own.

    the machine's sources --> its Debian mirror --+
    the machine's Acquire:: settings (proxy) -----+--> private apt.conf, sources.list, empty dpkg status
                                                  |
                                                  +--> apt-get update     signatures checked by apt
                                                  +--> resolve            against "nothing is installed"
                                                  +--> apt-get download   hashes checked by apt

Nothing of the system is read but the sources and the way to reach them, and nothing of it is written: the state,
the lists and the cache of packages are in the folder the caller gives. The release is named here because the
recipe of which packages are needed was written for it; the mirror is never named: it is the one the machine
already uses, or IOE_APT_MIRROR.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

RELEASE = "trixie"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class ArchiveError(Exception):
    """Packages cannot be had from the archive; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class PrivateApt:
    """An apt whose whole state is below one folder."""

    folder: Path

    def prepare(self) -> None:
        """Write the private configuration and fetch the signed package lists."""
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            raise ArchiveError("This machine has no apt-get and dpkg, by which the binaries come.")
        if not KEYRING.exists():
            raise ArchiveError(f"{KEYRING} is missing: install debian-archive-keyring.")
        for part in ("lists/partial", "cache/archives/partial", "log"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        (self.folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {debian_mirror()} {RELEASE} main\n")
        (self.folder / "apt.conf").write_text(self._configuration())
        self._run("update", "-qq", "-o", "APT::Update::Error-Mode=any")

    def resolve(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """Names of the wanted packages and everything they depend on, as if nothing were installed."""
        plan = self._run("install", "--simulate", "--no-install-recommends", *wanted)
        return tuple(re.findall(r"^Inst (\S+)", plan, flags=re.MULTILINE))

    def download(self, packages: tuple[str, ...], into: Path) -> None:
        """Fetch the packages' files; apt checks each against the signed lists."""
        into.mkdir(parents=True, exist_ok=True)
        self._run("download", "-q", *packages, cwd=into)

    def _configuration(self) -> str:
        """Our places, nothing of the system's own configuration but how to reach the network."""
        lines = [
            f'Dir::State "{self.folder}";',
            f'Dir::State::status "{self.folder}/status";',
            f'Dir::State::lists "{self.folder}/lists";',
            f'Dir::Cache "{self.folder}/cache";',
            f'Dir::Log "{self.folder}/log";',
            f'Dir::Etc::sourcelist "{self.folder}/sources.list";',
            'Dir::Etc::sourceparts "/dev/null";',
            'Dir::Etc::preferences "/dev/null";',
            'Dir::Etc::preferencesparts "/dev/null";',
            # The system's hooks (PackageKit and the like) must not run for a list that is not the system's.
            'Dir::Etc::main "/dev/null";',
            'Dir::Etc::parts "/dev/null";',
            'APT::Sandbox::User "root";',
        ]
        dump = subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True).stdout
        network = [line for line in dump.splitlines() if line.startswith("Acquire::") and "::Languages" not in line]
        return "\n".join([*lines, *network, 'Acquire::Languages "none";', 'Acquire::Retries "3";', ""])

    def _run(self, *words: str, cwd: Path | None = None) -> str:
        environment = {**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C"}
        done = subprocess.run(
            ["apt-get", *words], check=False, capture_output=True, text=True, env=environment, cwd=cwd or self.folder
        )
        if done.returncode != 0:
            reason = "\n".join(done.stderr.strip().splitlines()[-4:])
            raise ArchiveError(
                f"apt-get {words[0]} failed:\n{reason}\nCheck the network and the mirror in /etc/apt "
                "(another one: IOE_APT_MIRROR)."
            )
        return done.stdout


def debian_mirror() -> str:
    """The Debian mirror this machine already uses, or the one in IOE_APT_MIRROR."""
    chosen = os.environ.get("IOE_APT_MIRROR")
    if chosen:
        return chosen
    known = _apt("indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian")
    if known:
        return known[0]
    # An image without package lists knows no origins yet; its sources still say where they would come from.
    for line in _apt("update", "--print-uris"):
        found = re.match(r"'(\S+/debian/)dists/\S+'", line)
        if found:
            return found.group(1)
    raise ArchiveError("This machine's apt uses no Debian mirror: set IOE_APT_MIRROR to one.")


def _apt(*words: str) -> list[str]:
    done = subprocess.run(["apt-get", *words], check=False, capture_output=True, text=True)
    return done.stdout.splitlines()


def unpack(packages: Path, into: Path) -> None:
    """Unpack every package file of a folder; no script of any package is run."""
    for package in sorted(packages.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(package), str(into)], check=True)
