"""An embedded Mosquitto: configured for long outages of its subscribers, started, stopped.

home/broker/mosquitto.conf    written at each start
home/broker/mosquitto.db      retained messages, sessions, and what waits for a subscriber that is away
home/logs/broker.log
"""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.memory import available_bytes
from deploy.embedded.mqtt_probe import BrokerRefusedError, probe
from deploy.embedded.places import Account, give
from deploy.embedded.processes import settle, spawn, stop, wait_until

START_S = 60.0  # a gigabyte of saved messages takes a while to read back
STOP_S = 60.0
QUEUE_FLOOR_BYTES = 256_000_000


@dataclass(slots=True)
class EmbeddedBroker:
    """One broker in a home folder; `start` and `stop` may alternate."""

    program: Path
    home: Path
    port: int
    account: Account | None
    autosave: tuple[str, ...] = ("autosave_on_changes false", "autosave_interval 30")  # docs/decisions/0003
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.home / "logs" / "broker.log"

    @property
    def url(self) -> str:
        """The platform's address."""
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id while it runs."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def start(self) -> None:
        """Start, and wait until it accepts an MQTT connection."""
        self.launch()
        assert self._process is not None
        wait_until(lambda: accepts(self.port), self._process, "broker", self.log, START_S)

    def launch(self) -> None:
        """Write the configuration and start; does not wait for an answer."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        folder = self.home / "broker"
        give(folder, self.account)
        configuration = folder / "mosquitto.conf"
        settle(configuration, signal.SIGTERM, STOP_S)
        configuration.write_text(self.configuration())
        if self.account is not None:
            os.chown(configuration, self.account.uid, self.account.gid)
        self._process = spawn([str(self.program), "-c", str(configuration)], self.log, self.account)

    def stop(self) -> None:
        """Stop; the broker saves everything it holds first."""
        if self._process is not None:
            stop(self._process, signal.SIGTERM, STOP_S)

    def kill(self) -> None:
        """Die at once: what was not saved is lost."""
        assert self._process is not None, "only a started broker can be killed"
        self._process.kill()
        self._process.wait()

    def alive(self) -> bool:
        """Whether the server process runs."""
        return self.pid is not None

    @property
    def exit_code(self) -> int | None:
        """How the server process ended; None while it runs or before it was started."""
        return None if self._process is None else self._process.poll()

    def configuration(self) -> str:
        """The broker's whole configuration; every line that is not a default says why."""
        queue_bytes = max(QUEUE_FLOOR_BYTES, available_bytes() // 2)
        return "\n".join(
            [
                f"listener {self.port} 127.0.0.1",
                "allow_anonymous true",  # loopback only, until sign-in exists
                "set_tcp_nodelay true",  # an acknowledgement must not wait for a full packet
                # A subscriber that is away for hours keeps its queue: bytes bound it, not a count.
                "max_queued_messages 0",
                f"max_queued_bytes {queue_bytes}",
                # What a publisher may have in flight; a subscriber says so itself with Receive Maximum.
                "max_inflight_messages 20000",
                # Above our own limit of 1 MB, so that ingest sees the offender and can name it.
                "max_packet_size 33554432",
                "persistence true",
                f"persistence_location {self.home / 'broker'}/",
                *self.autosave,
                "persistent_client_expiration 7d",
                "log_dest stderr",
                "log_type error",
                "log_type warning",
                "log_type notice",
                "connection_messages false",
                "log_timestamp_format %Y-%m-%dT%H:%M:%S",
                "",
            ]
        )


def accepts(port: int) -> bool:
    """Whether an MQTT broker lets us in there."""
    try:
        probe("127.0.0.1", port)
    except BrokerRefusedError:
        return False
    return True
