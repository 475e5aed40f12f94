"""A plant with meters, its database, and the API that serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.database import Connection, connect
from tests.api.serving import serving, until_ready


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    yield opened
    await opened.close()


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened
