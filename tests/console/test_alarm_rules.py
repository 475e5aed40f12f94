"""The rules on the page: limits changed with a reason for one machine and for all, and a rule tried against history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.console.alarm_desk import AlarmDesk
from tests.console.works import Works

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULE = "#/alarms?show=rules&rule=works%2Fpressure-high"


async def test_a_limit_of_one_machine_is_changed_with_a_reason(desk: AlarmDesk, page: Page) -> None:
    await desk.open("#/alarms?show=rules")
    rules = page.get_by_role("table", name="Rules")
    await expect(rules.get_by_role("row").filter(has_text="pressure-high")).to_contain_text("H 8 high")
    await page.get_by_role("searchbox").fill("pressure")
    await rules.get_by_role("link", name="Discharge pressure high").click()
    await page.get_by_role("button", name="Change the limits of Compressor 2").click()
    dialog = desk.dialog("Limits of Compressor 2")
    limit = dialog.get_by_label("Limit H (bar)", exact=True)
    await expect(limit).to_be_focused()
    await limit.fill("8.5")
    await desk.operator.press("Enter")
    await desk.refused("Give a reason")
    await dialog.get_by_label("Reason").fill("another valve")
    await desk.operator.press("Enter")
    machine = page.get_by_role("table", name="Machines").get_by_role("row").filter(has_text="Compressor 2")
    await expect(machine).to_contain_text("H 8.5")
    await expect(machine).to_contain_text("another valve")
    kept = await desk.works.connection.fetchval("SELECT document FROM alarm_rule_override ORDER BY id DESC LIMIT 1")
    assert kept["limits"] == {"H": 8.5}

    await page.get_by_role("button", name="Compressor 2: as the rule again").click()
    await page.get_by_role("textbox", name="Reason").fill("the old valve is back")
    await desk.operator.press("Enter")
    await expect(machine).to_contain_text("As the rule")
    await expect(page.get_by_role("button", name="Change the limits of Compressor 2")).to_be_focused()


async def test_limits_of_all_machines_must_make_sense(desk: AlarmDesk, page: Page) -> None:
    await desk.open(RULE)
    await page.get_by_role("button", name="Change for all machines").click()
    await page.get_by_label("Limit HH (bar)", exact=True).fill("7")
    await desk.dialog().get_by_label("Reason").fill("too low on purpose")
    await desk.operator.press("Enter")
    await desk.refused("limits must rise")
    assert await desk.operator.grave_findings() == []


async def test_a_rule_is_tried_against_history(works: Works, desk: AlarmDesk, page: Page) -> None:
    now = datetime.now(UTC)
    for minutes in range(50, 0, -1):
        bar = 8.6 if 20 < minutes < 30 else 7.1
        await works.record({"comp-1/discharge_pressure_bar": bar}, at=now - timedelta(minutes=minutes))
    await desk.open(RULE)
    trial = page.get_by_role("region", name="Try against history")
    await trial.get_by_role("button", name="Last hour").click()
    await trial.get_by_role("button", name="Try", exact=True).click()
    await expect(trial.get_by_role("status")).to_contain_text("It would have raised 1 alarm on 2 machines.")
    await expect(trial.get_by_role("row").nth(1)).to_contain_text("Compressor 1")
    await expect(trial.get_by_role("row").nth(1)).to_contain_text("8.60 bar")
