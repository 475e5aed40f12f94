"""The database and the broker of a home: embedded ones, or servers that exist and are only used.

An address in the environment or the settings file names a server that exists; each is looked at by itself, so an
embedded broker may feed a managed database.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.database import EmbeddedDatabase
from deploy.embedded.stack import programs, stack
from deploy.settings import Settings
from deploy.up.parts import Part
from deploy.up.ports import Ports
from deploy.up.room import require_room
from ingest.settings import MqttSettings


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers are, and those of them that are ours to run."""

    database: EmbeddedDatabase | None
    broker: EmbeddedBroker | None
    settings: Settings

    @property
    def database_url(self) -> str:
        """Where the database answers."""
        return self.settings.database.url if self.database is None else self.database.url

    @property
    def mqtt_url(self) -> str:
        """Where the broker answers."""
        return self.settings.mqtt.url if self.broker is None else self.broker.url

    @property
    def disk_path(self) -> str:
        """The database's folder, when it is on this machine."""
        return self.settings.database.disk_path if self.database is None else str(self.database.data)

    @property
    def parts(self) -> list[dict[str, Part]]:
        """Those that are ours, in the order of their start."""
        found: list[dict[str, Part]] = []
        if self.database is not None:
            found.append({"database": self.database})
        if self.broker is not None:
            found.append({"broker": self.broker})
        return found

    def start(self, say: Callable[[str], None]) -> None:
        """Start those that are ours and wait until they answer."""
        if self.database is not None:
            self.database.start()
            say(f"database: running on port {self.database.port}")
        if self.broker is not None:
            self.broker.start()
            say(f"broker: running on {self.broker.url}")


def servers(home: Path, ports: Ports, settings: Settings, say: Callable[[str], None]) -> Servers:
    """The servers of a home, not started yet; fetches their programs when they are not there."""
    # The default address in a file, as in the sample, names no server that exists; in the environment it does.
    own_database = not settings.database.url
    own_broker = settings.mqtt.url == MqttSettings().url and "IOE_MQTT_URL" not in os.environ
    if not own_database and not own_broker:
        return Servers(None, None, settings)
    if own_database:
        require_room(home)
    pair = stack(home, ports.database, ports.mqtt, programs(say))
    return Servers(pair.database if own_database else None, pair.broker if own_broker else None, settings)
