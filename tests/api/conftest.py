"""The API on a free port over a database of its own, which holds a small site."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.database import Connection, connect
from tests.api.plant import build
from tests.api.serving import serving, until_ready


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    yield opened
    await opened.close()


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
