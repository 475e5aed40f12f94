"""Fixtures of every test: real servers, a database of one's own, a broker, and servers one may kill."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import hypothesis
import pytest

from deploy.embedded.browser import chromium
from deploy.embedded.places import server_account
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from services.database import Connection, connect
from tests.guarded_broker import GuardedBroker
from tests.servers import make_template, own_database, running_stack, temporary_home

# How long an example takes says more about the machine's other work than about the law.
hypothesis.settings.register_profile("ioe", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("ioe")


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    """TimescaleDB and Mosquitto of this test run, with a migrated template database."""
    with temporary_home() as home, running_stack(home) as running:
        make_template(running)
        yield running


@pytest.fixture
def database_url(servers: Stack) -> Iterator[str]:
    """The address of a migrated, empty database that only this test sees."""
    with own_database(servers) as url:
        yield url


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    """A connection to that database, as a process of ours opens one."""
    opened = await connect(database_url, name="test")
    yield opened
    await opened.close()


@pytest.fixture
def empty_database_url(servers: Stack) -> Iterator[str]:
    """The address of a database without any table, for tests of the migrations themselves."""
    with own_database(servers, "template1") as url:
        yield url


@pytest.fixture
def mqtt_url(servers: Stack) -> str:
    """The address of the run's broker, shared by all tests: use topics (a site code) of your own."""
    return servers.broker.url


@pytest.fixture
def private_stack() -> Iterator[Callable[[], Stack]]:
    """Start servers that belong to this test alone: `kill`, `stop` and `start` them at will.

    The platform's database `ioe` exists and is not migrated.
    """
    with ExitStack() as cleanup:

        def start() -> Stack:
            home = cleanup.enter_context(temporary_home())
            return cleanup.enter_context(running_stack(home))

        yield start


@pytest.fixture(scope="session")
def chromium_launch() -> dict[str, object]:
    """Keywords for Playwright's `chromium.launch`: a real Chromium, the machine's or one fetched into the cache.

    Where there is none and none can be had this fails, with what to do, and never skips: a page that was not looked
    at is not tested.
    """
    found = chromium(print)
    return {
        "executable_path": str(found.executable),
        "args": list(found.arguments),
        "env": {**os.environ, **found.environment},
    }


@pytest.fixture(scope="session")
def chromium_executable(chromium_launch: dict[str, object]) -> str:
    """The path of that Chromium."""
    return str(chromium_launch["executable_path"])


@pytest.fixture
def guarded_broker(servers: Stack) -> Iterator[GuardedBroker]:
    """A running broker whose `guarded_port` wants TLS and a password."""
    with temporary_home("ioe-broker-") as home:
        own = GuardedBroker(servers.programs.mosquitto, home, free_port(), server_account())
        own.guarded_port = free_port()
        own.start()
        yield own
        own.stop()
