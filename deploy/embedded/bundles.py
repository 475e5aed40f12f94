"""Which packages the embedded stack needs, and which of their dependencies it does without.

A bundle is a recipe: wanted packages, dependencies left out, files pruned, and programs to be patched, each of
which must find all of its libraries before the bundle counts as installed. Leaving out is by name and has its
reason here: a package's maintainer scripts never run, so what only they need (perl, debconf, adduser) is not
fetched. A recipe that changes gets another folder name, so that two versions of the project never share one.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.archive import RELEASE

# What maintainer scripts, system services and documentation need, and no program of ours.
_SCRIPTS = (
    "adduser",
    "base-passwd",
    "debconf",
    "init-system-helpers",
    "libc-bin",
    "libc-l10n",
    "libdebconfclient0",
    "libgdbm*",
    "libio-pty-perl",
    "libipc-run-perl",
    "libjson-perl",
    "libpam-modules*",
    "libperl*",
    "libproc2-0",
    "libsemanage*",
    "libsepol2",
    "libtext-*-perl",
    "locales",
    "login.defs",
    "lsb-base",
    "netbase",
    "openssl*",
    "passwd",
    "perl*",
    "procps",
    "readline-common",
    "sensible-utils",
    "ssl-cert",
    "sysvinit-utils",
    "tzdata",
    "ucf",
    "x11-common",
)
_PAPER = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/gdb", "usr/share/gcc")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A set of programs from the archive."""

    name: str
    wanted: tuple[str, ...]
    left_out: tuple[str, ...]
    pruned: tuple[str, ...]
    programs: tuple[str, ...]
    library_folders: tuple[str, ...]  # beside the main one, where a library keeps libraries of its own
    space_mb: int
    instead: str  # what to do where the archive cannot be had

    @property
    def folder_name(self) -> str:
        """Release, machine and recipe in a name: a changed recipe is another folder."""
        recipe = repr((self.wanted, self.left_out, self.pruned, self.programs, self.library_folders))
        digest = hashlib.sha256(recipe.encode()).hexdigest()[:8]
        return f"{self.name}-{RELEASE}-{platform.machine()}-{digest}"


POSTGRES = Path("usr/lib/postgresql/17/bin")
MOSQUITTO = Path("usr/sbin/mosquitto")
CHROMIUM = Path("usr/lib/chromium/chromium-headless-shell")

SERVERS = Bundle(
    name="servers",
    wanted=("postgresql-17-timescaledb", "mosquitto", "mosquitto-clients"),
    left_out=(
        *_SCRIPTS,
        # Just-in-time compilation is off: LLVM, its solver and its line editor are 35 MB of 75.
        "libedit2",
        "libffi8",
        "libllvm*",
        "libz3-4",
        # Debian's wrappers around several clusters of several versions; ours is one.
        "postgresql-client-common",
        "postgresql-common*",
        # Stores of users and sessions that neither server is configured to ask.
        "libdb5.3*",
        "libsasl2-modules-db",
    ),
    # Without LLVM its loader must go too: cheap queries pass, the first expensive one would fail to load it.
    pruned=(*_PAPER, "usr/lib/postgresql/17/lib/llvmjit*", "usr/lib/postgresql/17/lib/bitcode"),
    programs=(
        *(
            f"{POSTGRES}/{name}"
            for name in (
                "postgres",
                "initdb",
                "pg_ctl",
                "psql",
                "pg_dump",
                "pg_restore",
                "pg_isready",
                "pg_controldata",
            )
        ),
        str(MOSQUITTO),
        "usr/bin/mosquitto_pub",
        "usr/bin/mosquitto_sub",
    ),
    library_folders=(),
    space_mb=400,
    instead="Or use servers that exist: set IOE_DATABASE_URL and IOE_MQTT_URL.",
)

BROWSER = Bundle(
    name="browser",
    # The second is for Chinese: small, and complete for what a console says.
    wanted=("chromium-headless-shell", "fonts-wqy-microhei"),
    left_out=(
        *_SCRIPTS,
        # Pictures are drawn in software: no drivers, no X server, no desktop.
        "at-spi2-common",
        "libasound2-data",
        "libbsd0",
        "libdrm-*",
        "libedit2",
        "libelf1t64",
        "libgl1*",
        "libgl[vx]*",
        "libice6",
        "libllvm*",
        "libpciaccess0",
        "libsensors*",
        "libsm6",
        "libvulkan1",
        "libx11-data",
        "libxaw7",
        "libxcb-*",
        "libxft2",
        "libxinerama1",
        "libxkbfile1",
        "libxmu*",
        "libxpm4",
        "libxshmfence1",
        "libxt*",
        "libxv1",
        "libxxf86*",
        "libz3-4",
        "mesa-*",
        "x11-utils",
        "xdg-utils",
    ),
    pruned=(*_PAPER, "usr/lib/chromium/libVk*"),
    programs=(str(CHROMIUM), str(CHROMIUM.with_name("chrome_crashpad_handler"))),
    library_folders=("pulseaudio", "nss"),
    space_mb=900,
    instead="Or use a Chromium that exists: set IOE_CHROMIUM to its path.",
)
