"""What a person does about alarms: by keyboard, many at once, taken back, refused; and the focus afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.console.alarm_desk import AlarmDesk

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_keyboard_is_enough(desk: AlarmDesk, page: Page) -> None:
    await desk.works.critical()
    await desk.works.high()
    await desk.open()
    await desk.links.first.focus()
    await desk.operator.press("ArrowDown", "a")
    dialog = desk.dialog("Acknowledge")
    await expect(dialog).to_contain_text("Compressor 2")
    await expect(dialog.get_by_role("textbox", name="Comment")).to_be_focused()
    await page.keyboard.type("on my way")
    await desk.operator.press("Enter")
    await expect(dialog).to_have_count(0)  # the stream may tell of it before the answer is here
    await expect(desk.row("Compressor 2")).to_contain_text("Acknowledged")
    kept = await desk.works.connection.fetchrow("SELECT event, comment FROM alarm_transition ORDER BY id DESC LIMIT 1")
    assert tuple(kept or ()) == ("acknowledge", "on my way")

    await desk.links.first.focus()
    await desk.operator.press("Space", "ArrowDown", "Space", "s")
    dialog = desk.dialog("Shelve")
    await expect(dialog.get_by_role("textbox", name="Reason")).to_be_focused()
    await desk.operator.press("Enter")
    await desk.refused("Say why")
    await page.keyboard.type("the valve is being changed")
    await desk.operator.press("Enter")
    await desk.refused("Tick the box")
    await desk.operator.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("2 selected")).to_be_visible()


async def test_a_storm_is_acknowledged_at_once(desk: AlarmDesk, page: Page) -> None:
    count = await desk.works.storm("power-high", minutes_ago=5)
    await desk.open()
    await page.get_by_role("checkbox", name="Select all that are listed").check()
    await page.get_by_role("group", name=f"{count} selected").get_by_role("button", name="Acknowledge").click()
    await desk.operator.press("Enter")
    await desk.told(f"{count} alarms acknowledged.")
    # The button that was pressed is gone with the selection: the keyboard goes on in the list, whose order the stream
    # may still change.
    await expect(page.get_by_role("table", name="Now").locator("a:focus")).to_have_count(1)


async def test_the_focus_stays_in_the_list_when_its_row_is_over(desk: AlarmDesk) -> None:
    await desk.works.critical()
    await desk.works.high()
    await desk.open()
    await desk.links.first.focus()
    await desk.works.tell("pressure-high", "comp-1", None, 7.0)
    await expect(desk.row("Compressor 1")).to_contain_text("Gone, not acknowledged")
    await expect(desk.row("Compressor 1").get_by_role("link")).to_be_focused()
    await desk.operator.press("a", "Enter")
    await expect(desk.links).to_have_count(1)
    await expect(desk.row("Compressor 2").get_by_role("link")).to_be_focused()


async def test_shelving_is_taken_back_and_out_of_service_is_meant(desk: AlarmDesk, page: Page) -> None:
    await desk.works.high()
    await desk.open()
    await desk.press_for("Shelve", "Compressor 2")
    dialog = desk.dialog("Shelve")
    await dialog.get_by_role("button", name="4 h", exact=True).click()
    await dialog.get_by_role("textbox", name="Reason").fill("valve on order")
    await dialog.get_by_role("button", name="Shelve", exact=True).click()
    await desk.told("1 alarm shelved.")
    await expect(desk.links).to_have_count(0)
    until = await desk.works.connection.fetchval("SELECT shelved_until FROM alarm WHERE state = 'shelved'")
    assert timedelta(hours=3.9) < until - datetime.now(UTC) < timedelta(hours=4.1)
    await expect(page.get_by_text("1 more is kept quiet")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(desk.row("Compressor 2")).to_contain_text("Not acknowledged")

    await desk.row("Compressor 2").get_by_role("link").click()
    await page.get_by_role("button", name="Take out of service").click()
    await desk.dialog().get_by_role("textbox", name="Reason").fill("stripped down")
    await desk.operator.press("Enter")
    await expect(page.get_by_role("button", name="Return to service")).to_be_visible()
    await desk.step("Taken out of service", "stripped down")
    # What was pressed is not offered any more: reading goes on at the alarm's name.
    await expect(page.get_by_role("heading", level=1)).to_be_focused()


async def test_a_refusal_is_said_in_words(desk: AlarmDesk) -> None:
    await desk.works.high()
    await desk.open()
    await desk.press_for("Acknowledge", "Compressor 2")
    await desk.api.post("/api/v1/alarms/works/pressure-high/comp-2/acknowledge", json={"comment": "first"})
    await desk.operator.press("Enter")
    await desk.refused("acknowledged already")
