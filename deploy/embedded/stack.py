"""Both servers of one home: found or installed, started together, stopped in order.

Binaries come from the machine when it has a recent enough PostgreSQL with TimescaleDB, or Mosquitto, otherwise from
the cache. The broker stops first: it then stops taking messages while the database can still store the ones that
were accepted.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.binaries import install
from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.bundles import MOSQUITTO, POSTGRES, SERVERS
from deploy.embedded.database import EmbeddedDatabase
from deploy.embedded.places import require_reachable, server_account

POSTGRES_MAJOR = 17  # the version whose locale provider and statements the tests run against
MOSQUITTO_SINCE = (2, 0, 18)  # earlier ones lose queued messages of a shared subscription's member


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the servers' programs are: PostgreSQL's folder, the broker, the folder of `mosquitto_pub` and `_sub`."""

    postgres: Path
    mosquitto: Path
    mosquitto_clients: Path


def machine_postgres() -> Path | None:
    """The machine's own PostgreSQL programs, when they are recent enough and have TimescaleDB beside them."""
    candidates = [Path(f"/usr/lib/postgresql/{POSTGRES_MAJOR}/bin"), Path(f"/usr/pgsql-{POSTGRES_MAJOR}/bin")]
    shares = {
        candidates[0]: Path(f"/usr/share/postgresql/{POSTGRES_MAJOR}"),
        candidates[1]: Path(f"/usr/pgsql-{POSTGRES_MAJOR}/share"),
    }
    for folder, share in shares.items():
        if (folder / "initdb").exists() and (share / "extension" / "timescaledb.control").exists():
            return folder
    return None


def machine_mosquitto() -> Path | None:
    """The machine's own Mosquitto, when it is recent enough and has its clients with it."""
    path = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
    found = shutil.which("mosquitto", path=path)
    if found is None or shutil.which("mosquitto_sub", path=path) is None:
        return None
    banner = subprocess.run([found, "-h"], check=False, capture_output=True, text=True).stdout
    version = re.search(r"version (\d+)\.(\d+)\.(\d+)", banner)
    recent = version is not None and tuple(int(part) for part in version.groups()) >= MOSQUITTO_SINCE
    return Path(found) if recent else None


def machine_has_both() -> bool:
    """Whether this machine's own servers serve, so that nothing needs to be fetched."""
    return machine_postgres() is not None and machine_mosquitto() is not None


def programs(say: Callable[[str], None]) -> Programs:
    """The servers' programs: both from the machine, or what it lacks from the cache, installed there if need be."""
    postgres, mosquitto = machine_postgres(), machine_mosquitto()
    if postgres is not None and mosquitto is not None:
        return Programs(postgres, mosquitto, Path("/usr/bin"))
    bundle = install(SERVERS, say)
    return Programs(postgres or bundle.path(POSTGRES), bundle.path(MOSQUITTO), bundle.path("usr/bin"))


@dataclass(slots=True)
class Stack:
    """The database and the broker of one home."""

    programs: Programs
    database: EmbeddedDatabase
    broker: EmbeddedBroker

    def start(self) -> None:
        """Start both; if the second fails the first is stopped again."""
        self.database.start()
        try:
            self.broker.start()
        except BaseException:
            self.database.stop()
            raise

    def stop(self) -> None:
        """Stop both."""
        self.broker.stop()
        self.database.stop()


def stack(home: Path, database_port: int, mqtt_port: int, found: Programs, durable: bool = True) -> Stack:
    """The two servers of a home, not started yet."""
    account = server_account()
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    if account is not None:
        home.chmod(home.stat().st_mode | 0o111)
    require_reachable(home, account, "--home")
    return Stack(
        found,
        EmbeddedDatabase(found.postgres, home, database_port, account, durable),
        EmbeddedBroker(found.mosquitto, home, mqtt_port, account),
    )
