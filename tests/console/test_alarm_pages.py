"""The other alarm pages: one alarm in full, the figures; and all of them in Chinese, on a phone, to axe."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.console.alarm_desk import AlarmDesk
from tests.console.works import Works

pytestmark = pytest.mark.asyncio(loop_scope="session")

ONE = "#/alarms/works/pressure-high/comp-1"
#: Words of commands in notices: no process does a duty in these tests.
COMMANDS = {"ioe", "ingest", "analytics", "duty", "energy", "alarms", "maintenance", "watch"}


async def test_one_alarm_in_full(works: Works, desk: AlarmDesk, page: Page) -> None:
    for minutes in range(40, 0, -1):
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        await works.record({"comp-1/discharge_pressure_bar": 8.6 if minutes < 12 else 7.1}, at=at)
    await desk.works.tell("pressure-high", "comp-1", "H", 8.6, minutes_ago=10)
    await desk.open(ONE)
    likeliest = page.get_by_role("region", name="Likely causes").get_by_role("listitem").first
    for part in ("Unloading valve stuck", "Free the unloading valve.", "Holds: it was above 8 bar before"):
        await expect(likeliest).to_contain_text(part)
    course = page.get_by_role("region", name="The value around it")
    await expect(course.get_by_label("Point")).to_have_value("discharge_pressure_bar")
    await expect(course.get_by_role("slider")).to_be_enabled()
    await course.get_by_role("slider").focus()
    await expect(course.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("8.60 bar"))
    await course.get_by_role("button", name="Table").click()
    await expect(course.get_by_role("cell", name="8.60 bar").first).to_be_visible()
    await desk.works.tell("pressure-high", "comp-1", "HH", 9.1)
    await desk.step("Got worse (HH)")
    assert await desk.operator.grave_findings() == []


async def test_figures_against_what_is_accepted(desk: AlarmDesk, page: Page) -> None:
    await desk.works.storm("power-high", minutes_ago=5)
    await desk.works.critical()
    await desk.open("#/alarms?show=figures")
    await expect(page.get_by_role("region", name="Figures")).to_contain_text("accepted up to 150")
    parts = page.get_by_role("table", name="Where they come from").get_by_role("row")
    await expect(parts).to_have_count(1 + 5)
    await page.get_by_role("button", name="Rule", exact=True).click()
    await expect(parts).to_have_count(1 + 2)
    await expect(parts.nth(1)).to_contain_text("Power high")
    await expect(parts.nth(1)).to_contain_text("80 %")
    await expect(page.get_by_role("table", name="The ten that come most")).to_contain_text(
        "Compressor 1: pressure-high"
    )


async def test_everything_is_said_in_chinese_too(desk: AlarmDesk, page: Page) -> None:
    await desk.works.critical()
    await desk.open()
    await page.get_by_role("button", name="中文").click()
    for where in ("#/alarms", ONE, "#/alarms?show=history"):
        await page.goto(desk.address(where))
        await expect(page.get_by_role("main").get_by_text("排气压力高").first).to_be_visible()
        words = set(re.findall(r"[A-Za-z]{2,}", await page.locator("body").inner_text()))
        known = {"IOE", "UTC", "English", "CSV", "bar", "HH", "comp", "pressure", "high", *COMMANDS}
        assert words <= known, words - known


async def test_axe_and_a_phone(desk: AlarmDesk, page: Page) -> None:
    await desk.works.storm("power-high", minutes_ago=5)
    await desk.works.critical()
    await page.emulate_media(reduced_motion="reduce")
    rules = "#/alarms?show=rules"
    for where in ("#/alarms", ONE, "#/alarms?show=history", rules, f"{rules}&rule=works%2Fpressure-high"):
        await desk.open(where)
        await expect(page.get_by_role("main").get_by_text("Discharge pressure high").first).to_be_visible()
        for width, height in ((1440, 900), (390, 844)):
            await page.set_viewport_size({"width": width, "height": height})
            assert await desk.operator.width_needed() == width
            for theme in ("light", "dark"):
                await page.emulate_media(color_scheme="light" if theme == "light" else "dark")
                assert await desk.operator.grave_findings() == []
    await page.goto(desk.address("#/alarms"))
    await desk.press_for("Acknowledge", "Compressor 1")
    assert await desk.operator.grave_findings() == []
    assert await desk.operator.width_needed() == 390
