"""The console as an operator meets it: the built page in a real Chromium, over the real API and a database of its own.

One browser serves all of these tests (starting it takes longer than most of them), so they share one event loop; each
has a context of its own, which is what a fresh browser would be.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from deploy.bootstrap import console
from deploy.embedded.stack import Stack
from services.database import Connection, connect
from tests.api.serving import serving, until_ready
from tests.console import alarm_works, machine_shop
from tests.console.alarm_desk import AlarmDesk
from tests.console.alarm_works import AlarmWorks
from tests.console.machine_shop import MachineShop
from tests.console.operator import Operator
from tests.console.works import Works, build_works, look_up
from tests.servers import own_database

#: How long the page may take to show what is expected of it, on a machine that is busy with the other tests.
expect.set_options(timeout=30_000)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser(chromium_launch: dict[str, Any]) -> AsyncIterator[Browser]:
    console.build()  # from these sources; costs nothing where `make` has built them already
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(**chromium_launch)
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
def works_database(servers: Stack) -> Iterator[str]:
    """The name of a database that holds the site of tests/console/site without a reading; each test has a copy."""
    with own_database(servers) as url:
        asyncio.run(build_works(url))
        yield urlsplit(url).path.lstrip("/")


@pytest.fixture
def database_url(servers: Stack, works_database: str) -> Iterator[str]:
    with own_database(servers, works_database) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test console")
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def works(connection: Connection) -> Works:
    return await look_up(connection)


@pytest_asyncio.fixture(loop_scope="session")
async def alarms(works: Works) -> AlarmWorks:
    """The works with rules, of which no alarm is told yet."""
    return await alarm_works.make(works.connection)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(database_url: str, alarms: AlarmWorks, operator: Operator) -> AsyncIterator[AlarmDesk]:
    """The console served over that works, and someone in front of it."""
    async with serving(database_url) as api:
        yield AlarmDesk(api, alarms, operator)


@pytest_asyncio.fixture(loop_scope="session")
async def shop(database_url: str, connection: Connection, operator: Operator) -> AsyncIterator[MachineShop]:
    """The works with machines, people, a job and a part; its rules are bound once the machines are there."""
    await machine_shop.furnish(connection)
    works = await alarm_works.make(connection)
    async with serving(database_url) as api:
        await until_ready(api)
        received = await api.post("/api/v1/parts/works/oil-filter/receive", json={"quantity": 3, "reason": "delivered"})
        assert received.is_success, received.text
        yield MachineShop(api, works, operator)


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of 1440 x 900 in English and daylight; an exception in it, or a broken content policy, fails the test."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", color_scheme="light")
    opened = await context.new_page()
    wrong: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", listen)
    yield opened
    await context.close()
    assert wrong == []


@pytest.fixture
def operator(page: Page) -> Operator:
    return Operator(page)
