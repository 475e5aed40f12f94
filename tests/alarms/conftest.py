"""What tests of alarms begin with: a connection to the test's own database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.database import Connection, connect


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    yield opened
    await opened.close()
