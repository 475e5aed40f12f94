"""The API over a database that holds the press line."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.database import Connection
from tests.api.serving import serving, until_ready
from tests.equipment import machines
from tests.equipment.machines import Machines


@pytest.fixture
async def plant(connection: Connection) -> Machines:
    """The site and its machines."""
    return await machines.make(connection)


@pytest.fixture
async def client(database_url: str, plant: Machines) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API over them."""
    assert plant.equipment
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened
