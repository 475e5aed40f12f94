"""What tests of work orders over HTTP begin with: a small site, and the API over the test's own database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.database import Connection
from tests.api import plant
from tests.api.serving import serving, until_ready


@pytest.fixture
async def points(connection: Connection) -> dict[str, int]:
    """The site's points by public name."""
    return await plant.build(connection)


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened
