"""The list of alarms: the worst first, live, filtered, the service in its own place, old when the stream is gone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.api.serving import serving
from tests.console.alarm_desk import AlarmDesk
from tests.console.alarm_works import AlarmWorks
from tests.console.operator import Operator

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_one_row_says_it_all_and_the_worst_comes_first(desk: AlarmDesk, page: Page) -> None:
    await desk.works.tell("power-high", "m-f1", "H", 312.0, minutes_ago=90)
    await desk.works.high()
    await desk.works.critical()
    await desk.open()
    await expect(desk.links).to_have_count(3)
    assert await desk.names() == [
        "Compressor 1 Discharge pressure high",
        "Compressor 2 Discharge pressure high",
        "Ground floor meter Power high",
    ]
    for part in ("Critical", "Not acknowledged", "9.40 bar", "limit 9.00 bar", "3 min", "Unloading valve stuck ("):
        await expect(desk.row("Compressor 1")).to_contain_text(part)
    strip = page.get_by_role("list", name="Alarms not acknowledged").get_by_role("listitem")
    await expect(strip).to_have_text([re.compile("1.*critical"), re.compile("1.*high"), re.compile("1.*medium")])


async def test_alarms_come_and_go_while_one_looks(desk: AlarmDesk, page: Page) -> None:
    await desk.open()
    # Nobody evaluates rules here, so an empty list is no good news.
    await expect(page.get_by_role("heading", name="No alarm is listed, but")).to_be_visible()
    await desk.works.tell("pressure-high", "comp-1", "H", 8.1)
    await expect(desk.row("Compressor 1")).to_contain_text("High")
    await desk.works.tell("pressure-high", "comp-1", "HH", 9.2)
    await expect(desk.row("Compressor 1")).to_contain_text("Critical")
    await desk.works.tell("pressure-high", "comp-1", None, 7.0)
    await expect(desk.row("Compressor 1")).to_contain_text("Gone, not acknowledged")
    await desk.press_for("Acknowledge", "Compressor 1")
    await desk.operator.press("Enter")
    await desk.told("1 alarm acknowledged.")
    await expect(desk.links).to_have_count(0)


async def test_filters_stand_in_the_address_and_the_list_leaves_as_a_file(desk: AlarmDesk, page: Page) -> None:
    count = await desk.works.storm("power-high", minutes_ago=5)
    await desk.works.critical()
    await desk.open("#/alarms?system=power")
    await expect(desk.links).to_have_count(count)
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export CSV").click()
    lines = (await (await download.value).path()).read_text().splitlines()
    assert len(lines) == 1 + count
    await page.get_by_role("button", name="Clear filters").click()
    await page.get_by_role("button", name=re.compile("^Critical")).click()
    await expect(desk.links).to_have_count(1)
    await page.reload()
    await expect(desk.links).to_have_count(1)


async def test_the_service_itself_has_its_own_place(desk: AlarmDesk, page: Page) -> None:
    await desk.open("#/energy")
    await expect(page.get_by_role("link", name=re.compile("No alarm to acknowledge|not known"))).to_be_visible()
    await desk.works.tell("duty-silent", "alarms", "H", 25.0)
    unwell = page.get_by_role("link", name="Service unwell: 1 alarm")
    await expect(unwell).to_be_visible()
    await expect(page.get_by_role("list", name="Alarms not acknowledged")).to_have_count(0)
    await unwell.click()
    await expect(desk.row("Duty silent")).to_contain_text("Critical")
    await expect(desk.row("Duty silent")).to_contain_text("25 s")


async def test_nothing_is_shown_as_fresh_when_the_stream_is_gone(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    await alarms.critical()
    async with serving(database_url) as api:
        desk = AlarmDesk(api, alarms, operator)
        await desk.open()
        await expect(desk.row("Compressor 1")).to_be_visible()
    old = page.get_by_role("status").filter(has_text="There may be others by now")
    await expect(old).to_contain_text(re.compile(r"alarms are as of \d\d:\d\d:\d\d"))
    await expect(page.get_by_role("link", name="Service: not known")).to_be_visible()
