"""A broker for the workers of these tests: their queues outlive them, and must not hear what other tests publish."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.places import server_account
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from tests.servers import temporary_home


@pytest.fixture(scope="package")
def workers_broker(servers: Stack) -> Iterator[EmbeddedBroker]:
    """The broker of this folder."""
    with temporary_home("ioe-broker-") as home:
        broker = EmbeddedBroker(servers.programs.mosquitto, home, free_port(), server_account())
        broker.start()
        yield broker
        broker.stop()


@pytest.fixture
def mqtt_url(workers_broker: EmbeddedBroker) -> str:
    """Its address."""
    return workers_broker.url
