"""Brokers of one's own to kill, and a listener that takes down what arrives."""

import asyncio
import base64
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.places import server_account
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from tests.servers import temporary_home
from tests.simulators.listening import Listener

TLS = Path(__file__).parent / "tls"


@pytest.fixture
def broker(servers: Stack) -> Iterator[EmbeddedBroker]:
    """A broker that this test may kill and start again; not started yet."""
    with temporary_home("ioe-broker-") as home:
        own = EmbeddedBroker(servers.programs.mosquitto, home, free_port(), server_account())
        yield own
        if own.alive():
            own.stop()


class GuardedBroker(EmbeddedBroker):
    """A broker with a second listener that wants TLS and a password (user `meter`, password `s:3cr/et@`)."""

    guarded_port = 0

    def configuration(self) -> str:
        salt = b"twelve bytes"
        key = hashlib.pbkdf2_hmac("sha512", b"s:3cr/et@", salt, 101)
        passwords = self.home / "broker" / "passwords"
        passwords.write_text(f"meter:$7$101${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}\n")
        for name in ("server.pem", "server.key", "ca.pem"):
            shutil.copy(TLS / name, self.home / "broker" / name)
        for file in (self.home / "broker").iterdir():
            if self.account:
                shutil.chown(file, self.account.uid, self.account.gid)
        folder = self.home / "broker"
        return "\n".join(
            [
                "per_listener_settings true",
                super().configuration(),
                f"listener {self.guarded_port} 127.0.0.1",
                "allow_anonymous false",
                f"password_file {passwords}",
                f"certfile {folder / 'server.pem'}",
                f"keyfile {folder / 'server.key'}",
                "",
            ]
        )


@pytest.fixture
def guarded_broker(servers: Stack) -> Iterator[GuardedBroker]:
    """A running broker whose `guarded_port` wants TLS and a password."""
    with temporary_home("ioe-broker-") as home:
        own = GuardedBroker(servers.programs.mosquitto, home, free_port(), server_account())
        own.guarded_port = free_port()
        own.start()
        yield own
        own.stop()


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    """Start a listener: `listen(url, "filter/#")`; it ends with the test."""
    listeners: list[Listener] = []

    def start(url: str, topic_filter: str, **options: bool) -> Listener:
        listeners.append(Listener(url, topic_filter, **options))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


async def until(condition: Callable[[], bool], deadline_s: float = 10.0) -> None:
    """Wait for a condition; the test fails when it does not come true in time."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s, "the condition did not come true in time"
        await asyncio.sleep(0.01)
