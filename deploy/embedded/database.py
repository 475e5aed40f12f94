"""An embedded TimescaleDB: initialised once, started, proved, stopped.

    home/database/data      the cluster; made as data.part and renamed, so that a cut-off initdb is just done again
    home/database/secret    passwords of the two roles, readable by the owner only
    home/logs/database.log

Two roles: `postgres`, the superuser, for what only a superuser may do (the extension), and `ioe`, who owns the
database `ioe` and is no superuser: what the platform can do here it can do on a managed server. Both have random
passwords: listening on loopback alone would let in every user of the machine.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.memory import total_bytes
from deploy.embedded.places import Account, give
from deploy.embedded.processes import ProcessError, settle, spawn, stop, tail, wait_until

OWNER = "ioe"
DATABASE = "ioe"
SUPERUSER = "postgres"
START_S = 60.0  # recovery after a crash replays the log written since the last checkpoint
STOP_S = 60.0


@dataclass(slots=True)
class EmbeddedDatabase:
    """One cluster in a home folder; `start` and `stop` may alternate."""

    programs: Path
    home: Path
    port: int
    account: Account | None
    durable: bool = True
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.home / "database" / "data"

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.home / "logs" / "database.log"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    @property
    def url(self) -> str:
        """The platform's address."""
        return self.address(OWNER, DATABASE)

    def address(self, role: str, database: str) -> str:
        """Address of a database for a role."""
        return f"postgresql://{role}:{self._passwords()[role]}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start, wait for the first answer, and prove an expensive query."""
        self.launch()
        assert self._process is not None
        wait_until(self._answers, self._process, "database", self.log, START_S)
        self._complete()

    def launch(self) -> None:
        """Initialise if that never succeeded, mend what a crash left, start; does not wait for an answer."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if not self.data.exists():
            self._initialise()
        settle(self.data, signal.SIGINT, STOP_S)
        self._configure()
        clear_stale_lock(self.data)
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        self._process = spawn(command, self.log, self.account, signal.SIGINT)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, a checkpoint is written."""
        if self._process is not None:
            stop(self._process, signal.SIGINT, STOP_S)

    def kill(self) -> None:
        """Die at once, as by power loss of the process: what is acknowledged must survive it."""
        assert self._process is not None, "only a started database can be killed"
        self._process.kill()
        self._process.wait()

    def alive(self) -> bool:
        """Whether the server process runs."""
        return self.pid is not None

    @property
    def exit_code(self) -> int | None:
        """How the server process ended; None while it runs or before it was started."""
        return None if self._process is None else self._process.poll()

    def query(self, statement: str, role: str = SUPERUSER, database: str = "postgres") -> str:
        """Run a statement and return its output as unaligned text."""
        command = [str(self.programs / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement]
        environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
        done = subprocess.run(
            [*command, self.address(role, database)], check=False, capture_output=True, text=True, env=environment
        )
        if done.returncode != 0:
            raise ProcessError(f"The database refused {statement!r}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _initialise(self) -> None:
        """Make the cluster beside its place and rename it: only a complete one is ever called `data`."""
        give(self.data.parent, self.account)
        part = self.data.with_name("data.part")
        shutil.rmtree(part, ignore_errors=True)
        passwords = self._passwords()
        with tempfile.NamedTemporaryFile("w", dir=self.data.parent, prefix="pw") as password:
            password.write(passwords[SUPERUSER])
            password.flush()
            if self.account is not None:
                os.chown(password.name, self.account.uid, self.account.gid)
            command = [str(self.programs / "initdb"), "-D", str(part), "-U", SUPERUSER, f"--pwfile={password.name}"]
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--encoding=UTF8"]
            command += ["--auth=scram-sha-256", "--data-checksums"]
            command += [] if self.durable else ["--no-sync"]
            process = spawn(command, self.log, self.account)
            if process.wait() != 0:
                raise ProcessError(f"The database could not be initialised:\n{tail(self.log)}")
        part.rename(self.data)

    def _configure(self) -> None:
        """Write our settings at every start, so that a newer version's settings reach an older home."""
        settings = self.data / "ioe.conf"
        settings.write_text("\n".join(f"{key} = '{value}'" for key, value in self._settings().items()) + "\n")
        main = self.data / "postgresql.conf"
        include = "include 'ioe.conf'\n"
        if include not in main.read_text():
            with main.open("a") as file:
                file.write(include)
        if self.account is not None:
            os.chown(settings, self.account.uid, self.account.gid)

    def _settings(self) -> dict[str, str]:
        memory_mb = total_bytes() // 1_000_000
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",  # a socket's path is limited to 107 bytes, a home folder's is not
            "max_connections": "100",
            "shared_preload_libraries": "timescaledb",
            "timescaledb.telemetry_level": "off",
            "timescaledb.max_background_workers": "0",
            "jit": "off",  # its compiler is left out of the bundle
            # The zone files of the system may be missing; GMT is built in. Zones belong to calendars and screens.
            "timezone": "GMT",
            "log_timezone": "GMT",
            "shared_buffers": f"{max(128, min(2048, memory_mb // 8))}MB",
            "effective_cache_size": f"{max(512, memory_mb // 2)}MB",
            "max_wal_size": "4GB",
            "checkpoint_timeout": "15min",
            "wal_compression": "lz4",
            "random_page_cost": "1.1",
            # A vanished holder of the engine's lock is released within 10 s, an idle transaction after 5 s.
            "tcp_keepalives_idle": "4",
            "tcp_keepalives_interval": "2",
            "tcp_keepalives_count": "3",
            "tcp_user_timeout": "10000",
            "client_connection_check_interval": "2000",
            "idle_in_transaction_session_timeout": "5000",
            "log_line_prefix": "%m [%p] %d ",
            "log_checkpoints": "off",
        }
        if not self.durable:
            # For tests: the order of commits and what a commit means stay as they are, only a power cut is not
            # survived. A killed process leaves its pages to the kernel, so SIGKILL loses nothing here either.
            settings |= {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "shared_buffers": "128MB"}
        return settings

    def _answers(self) -> bool:
        command = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
        return subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode == 0

    def _complete(self) -> None:
        """Role, database and extension where they are missing; then a query that needs every part of the server."""
        password = self._passwords()[OWNER]
        if self.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{OWNER}'") != "1":  # noqa: S608 - constants of ours
            self.query(f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{password}'")
        if self.query(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'") != "1":  # noqa: S608 - as above
            self.query(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        self.query("CREATE EXTENSION IF NOT EXISTS timescaledb", database=DATABASE)
        # Costly enough for the planner to have it compiled: fails if jit is on and its library is not there.
        self.query("SELECT sum(a.n * b.n) FROM generate_series(1, 400) a(n), generate_series(1, 400) b(n)")

    def _passwords(self) -> dict[str, str]:
        path = self.home / "database" / "secret"
        try:
            known: dict[str, str] = json.loads(path.read_text())
        except FileNotFoundError:
            known = {role: secrets.token_hex(24) for role in (SUPERUSER, OWNER)}
            give(path.parent, self.account)
            part = path.with_name("secret.part")
            part.touch(mode=0o600)
            part.write_text(json.dumps(known))
            part.rename(path)
        return known


def clear_stale_lock(data: Path) -> None:
    """Remove the lock file of a postmaster that is gone, even where its process id now belongs to something else.

    PostgreSQL does so itself unless the id is in use again; then it would refuse to start for ever. Safe only after
    `settle`: no process of the old cluster, not even an orphaned backend, works in the folder any more.
    """
    (data / "postmaster.pid").unlink(missing_ok=True)
