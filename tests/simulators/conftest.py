"""Brokers of one's own to kill, and a listener that takes down what arrives."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.places import server_account
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from tests.servers import temporary_home
from tests.simulators.listening import Listener


@pytest.fixture
def broker(servers: Stack) -> Iterator[EmbeddedBroker]:
    """A broker that this test may kill and start again; not started yet."""
    with temporary_home("ioe-broker-") as home:
        own = EmbeddedBroker(servers.programs.mosquitto, home, free_port(), server_account())
        yield own
        if own.alive():
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


async def until(condition: Callable[[], bool], deadline_s: float = 60.0) -> None:
    """Wait for a condition; the test fails when it does not come true in time."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s, "the condition did not come true in time"
        await asyncio.sleep(0.01)
