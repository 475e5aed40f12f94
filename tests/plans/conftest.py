"""What tests of plans over HTTP begin with: the API over the test's own database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.serving import serving, until_ready


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened
