"""The API on a free port over a database that holds a small site: one for each test, or one for a whole file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from deploy.embedded.stack import Stack
from services.database import Connection, connect
from tests.api.plant import add_device, build
from tests.api.serving import serving, until_ready
from tests.servers import own_database


@pytest.fixture
async def points(connection: Connection) -> dict[str, int]:
    """The site's points by public name."""
    return await build(connection)


@pytest.fixture
async def client(database_url: str, points: dict[str, int]) -> AsyncIterator[httpx.AsyncClient]:
    assert points
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, a connection to its database, and its points by public name."""

    client: httpx.AsyncClient
    connection: Connection
    points: dict[str, int]


@pytest.fixture(scope="module")
def shared_database_url(servers: Stack) -> Iterator[str]:
    with own_database(servers) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_database_url: str) -> AsyncIterator[Service]:
    """One service for all tests of a file; these mark themselves `asyncio(loop_scope="module")`."""
    connection = await connect(shared_database_url, name="test")
    try:
        points = await build(connection)
        async with serving(shared_database_url) as client:
            await until_ready(client)
            yield Service(client, connection, points)
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Corner:
    """A device of the shared service that only this test knows, with its points by key."""

    client: httpx.AsyncClient
    connection: Connection
    device: str
    points: dict[str, int]

    def name(self, key: str) -> str:
        """The public name of one of its points."""
        return f"kunshan/{self.device}/{key}"


@pytest_asyncio.fixture(loop_scope="module")
async def corner(service: Service) -> Corner:
    device, points = await add_device(service.connection)
    return Corner(service.client, service.connection, device, points)
