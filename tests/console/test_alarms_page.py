"""The alarm pages: the worst first, live, acted on by mouse and keyboard, one in full, in Chinese, on a phone, old."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.api.serving import serving
from tests.console import alarm_works
from tests.console.alarm_works import AlarmWorks
from tests.console.operator import Operator
from tests.console.works import Works

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Words of commands in notices: no process does a duty in these tests.
COMMANDS = {"ioe", "ingest", "analytics", "duty", "energy", "alarms", "watch"}


@pytest_asyncio.fixture(loop_scope="session")
async def alarms(works: Works) -> AlarmWorks:
    return await alarm_works.make(works.connection)


def table(page: Page) -> Locator:
    return page.get_by_role("table", name="Now")


def row(page: Page, text: str) -> Locator:
    return table(page).get_by_role("row").filter(has_text=text)


async def names(page: Page) -> list[str]:
    """The alarms that are listed, in their order."""
    return [" ".join(text.split()) for text in await table(page).get_by_role("link").all_inner_texts()]


async def test_one_row_says_it_all_and_the_worst_comes_first(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    await alarms.tell("power-high", "m-f1", "H", 312.0, minutes_ago=90)
    await alarms.tell("pressure-high", "comp-2", "H", 8.3, minutes_ago=20)
    await alarms.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms")
        await expect(table(page).get_by_role("link")).to_have_count(3)
        assert await names(page) == [
            "Compressor 1 Discharge pressure high",
            "Compressor 2 Discharge pressure high",
            "Ground floor meter Power high",
        ]
        first = row(page, "Compressor 1")
        for part in ("Critical", "Not acknowledged", "9.40 bar", "limit 9.00 bar", "3 min", "Unloading valve stuck ("):
            await expect(first).to_contain_text(part)
        strip = page.get_by_role("list", name="Alarms not acknowledged").get_by_role("listitem")
        await expect(strip).to_have_text([re.compile("1.*critical"), re.compile("1.*high"), re.compile("1.*medium")])


async def test_alarms_come_and_go_while_one_looks(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms")
        # Nobody evaluates rules here, so an empty list is no good news.
        await expect(page.get_by_role("heading", name="No alarm is listed, but")).to_be_visible()
        await alarms.tell("pressure-high", "comp-1", "H", 8.1)
        await expect(row(page, "Compressor 1")).to_contain_text("High")
        await alarms.tell("pressure-high", "comp-1", "HH", 9.2)
        await expect(row(page, "Compressor 1")).to_contain_text("Critical")
        await alarms.tell("pressure-high", "comp-1", None, 7.0)
        await expect(row(page, "Compressor 1")).to_contain_text("Gone, not acknowledged")
        await page.get_by_role("button", name="Acknowledge: Compressor 1").click()
        await operator.press("Enter")
        await expect(page.get_by_role("status").filter(has_text="1 alarm acknowledged.")).to_be_visible()
        await expect(table(page).get_by_role("link")).to_have_count(0)


async def test_the_keyboard_is_enough(database_url: str, alarms: AlarmWorks, operator: Operator, page: Page) -> None:
    await alarms.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)
    await alarms.tell("pressure-high", "comp-2", "H", 8.3, minutes_ago=20)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms")
        await table(page).get_by_role("link").first.focus()
        await operator.press("ArrowDown", "a")
        dialog = page.get_by_role("dialog", name="Acknowledge")
        await expect(dialog).to_contain_text("Compressor 2")
        await expect(dialog.get_by_role("textbox", name="Comment")).to_be_focused()
        await page.keyboard.type("on my way")
        await operator.press("Enter")
        await expect(dialog).to_have_count(0)  # the stream may tell of it before the answer is here
        await expect(row(page, "Compressor 2")).to_contain_text("Acknowledged")
        kept = await alarms.connection.fetchrow("SELECT event, comment FROM alarm_transition ORDER BY id DESC LIMIT 1")
        assert tuple(kept or ()) == ("acknowledge", "on my way")

        await table(page).get_by_role("link").first.focus()
        await operator.press("Space", "ArrowDown", "Space", "s")
        dialog = page.get_by_role("dialog", name="Shelve")
        await expect(dialog.get_by_role("textbox", name="Reason")).to_be_focused()
        await operator.press("Enter")
        await expect(dialog.get_by_role("alert")).to_contain_text("Say why")
        await page.keyboard.type("the valve is being changed")
        await operator.press("Enter")
        await expect(dialog.get_by_role("alert")).to_contain_text("Tick the box")
        await operator.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_text("2 selected")).to_be_visible()


async def test_shelving_is_taken_back_and_out_of_service_is_meant(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    await alarms.tell("pressure-high", "comp-2", "H", 8.3, minutes_ago=20)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms")
        await page.get_by_role("button", name="Shelve: Compressor 2").click()
        dialog = page.get_by_role("dialog", name="Shelve")
        await dialog.get_by_role("button", name="4 h", exact=True).click()
        await dialog.get_by_role("textbox", name="Reason").fill("valve on order")
        await dialog.get_by_role("button", name="Shelve", exact=True).click()
        await expect(page.get_by_role("status").filter(has_text="1 alarm shelved.")).to_be_visible()
        await expect(table(page).get_by_role("link")).to_have_count(0)
        until = await alarms.connection.fetchval("SELECT shelved_until FROM alarm WHERE state = 'shelved'")
        assert timedelta(hours=3.9) < until - datetime.now(UTC) < timedelta(hours=4.1)
        await expect(page.get_by_text("1 more is kept quiet")).to_be_visible()
        await page.get_by_role("button", name="Undo").click()
        await expect(row(page, "Compressor 2")).to_contain_text("Not acknowledged")

        await row(page, "Compressor 2").get_by_role("link").click()
        await page.get_by_role("button", name="Take out of service").click()
        await page.get_by_role("dialog").get_by_role("textbox", name="Reason").fill("stripped down")
        await operator.press("Enter")
        await expect(page.get_by_role("button", name="Return to service")).to_be_visible()
        steps = page.get_by_role("table", name="What happened").get_by_role("row")
        await expect(steps.nth(1)).to_contain_text("Taken out of service")
        await expect(steps.nth(1)).to_contain_text("stripped down")


async def test_a_refusal_is_said_in_words(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    await alarms.tell("pressure-high", "comp-2", "H", 8.3, minutes_ago=20)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms")
        await page.get_by_role("button", name="Acknowledge: Compressor 2").click()
        await api.post("/api/v1/alarms/works/pressure-high/comp-2/acknowledge", json={"comment": "first"})
        await operator.press("Enter")
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("acknowledged already")


async def test_one_alarm_in_full(
    database_url: str, works: Works, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    for minutes in range(40, 0, -1):
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        await works.record({"comp-1/discharge_pressure_bar": 8.6 if minutes < 12 else 7.1}, at=at)
    await alarms.tell("pressure-high", "comp-1", "H", 8.6, minutes_ago=10)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms/works/pressure-high/comp-1")
        causes = page.get_by_role("region", name="Likely causes").get_by_role("listitem")
        await expect(causes.first).to_contain_text("Unloading valve stuck")
        await expect(causes.first).to_contain_text("Free the unloading valve.")
        await expect(causes.first).to_contain_text("Holds: it was above 8 bar before")
        course = page.get_by_role("region", name="The value around it")
        await expect(course.get_by_label("Point")).to_have_value("discharge_pressure_bar")
        await expect(course.get_by_role("slider")).to_be_enabled()
        await course.get_by_role("slider").focus()
        await expect(course.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("8.60 bar"))
        await course.get_by_role("button", name="Table").click()
        await expect(course.get_by_role("cell", name="8.60 bar").first).to_be_visible()
        await alarms.tell("pressure-high", "comp-1", "HH", 9.1)
        steps = page.get_by_role("table", name="What happened").get_by_role("row")
        await expect(steps.nth(1)).to_contain_text("Got worse (HH)")
        assert await operator.grave_findings() == []


async def test_filters_stand_in_the_address_and_the_list_leaves_as_a_file(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    count = await alarms.storm("power-high", minutes_ago=5)
    await alarms.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms?system=power")
        await expect(table(page).get_by_role("link")).to_have_count(count)
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Export CSV").click()
        lines = (await (await download.value).path()).read_text().splitlines()
        assert len(lines) == 1 + count
        await page.get_by_role("button", name="Clear filters").click()
        await page.get_by_role("button", name=re.compile("^Critical")).click()
        await expect(table(page).get_by_role("link")).to_have_count(1)
        await page.reload()
        await expect(table(page).get_by_role("link")).to_have_count(1)
        await page.goto(f"{api.base_url}/#/alarms?system=power")
        await page.get_by_role("checkbox", name="Select all that are listed").check()
        await page.get_by_role("group", name=f"{count} selected").get_by_role("button", name="Acknowledge").click()
        await operator.press("Enter")
        await expect(page.get_by_role("status").filter(has_text=f"{count} alarms acknowledged.")).to_be_visible()


async def test_the_service_itself_has_its_own_place(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/energy")
        await expect(page.get_by_role("link", name=re.compile("No alarm to acknowledge|not known"))).to_be_visible()
        await alarms.tell("duty-silent", "alarms", "H", 25.0)
        unwell = page.get_by_role("link", name="Service unwell: 1 alarm")
        await expect(unwell).to_be_visible()
        await expect(page.get_by_role("list", name="Alarms not acknowledged")).to_have_count(0)
        await unwell.click()
        await expect(row(page, "Duty silent")).to_contain_text("Critical")


async def test_nothing_is_shown_as_fresh_when_the_stream_is_gone(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    await alarms.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms")
        await expect(row(page, "Compressor 1")).to_be_visible()
    old = page.get_by_role("status").filter(has_text="There may be others by now")
    await expect(old).to_contain_text(re.compile(r"alarms are as of \d\d:\d\d:\d\d"))
    await expect(page.get_by_role("link", name="Service: not known")).to_be_visible()


async def test_everything_is_said_in_chinese_too(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    await alarms.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms")
        await page.get_by_role("button", name="中文").click()
        for where in ("#/alarms", "#/alarms/works/pressure-high/comp-1", "#/alarms?show=history"):
            await page.goto(f"{api.base_url}/{where}")
            await expect(page.get_by_role("main").get_by_text("排气压力高").first).to_be_visible()
            seen = await page.locator("body").inner_text()
            words = set(re.findall(r"[A-Za-z]{2,}", seen))
            known = {"IOE", "UTC", "English", "CSV", "bar", "HH", "comp", "pressure", "high", *COMMANDS}
            assert words <= known, words - known


async def test_a_limit_of_one_machine_is_changed_with_a_reason(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms?show=rules")
        rules = page.get_by_role("table", name="Rules")
        await expect(rules.get_by_role("row").filter(has_text="pressure-high")).to_contain_text("H 8 high")
        await page.get_by_role("searchbox").fill("pressure")
        await rules.get_by_role("link", name="Discharge pressure high").click()
        await page.get_by_role("button", name="Change the limits of Compressor 2").click()
        dialog = page.get_by_role("dialog", name="Limits of comp-2")
        await expect(dialog.get_by_label("Limit H", exact=True)).to_be_focused()
        await dialog.get_by_label("Limit H", exact=True).fill("8.5")
        await operator.press("Enter")
        await expect(dialog.get_by_role("alert")).to_contain_text("Give a reason")
        await dialog.get_by_label("Reason").fill("another valve")
        await operator.press("Enter")
        machines = page.get_by_role("table", name="Machines").get_by_role("row")
        await expect(machines.filter(has_text="Compressor 2")).to_contain_text("H 8.5")
        await expect(machines.filter(has_text="Compressor 2")).to_contain_text("another valve")
        kept = await alarms.connection.fetchval("SELECT document FROM alarm_rule_override ORDER BY id DESC LIMIT 1")
        assert kept["limits"] == {"H": 8.5}

        await page.get_by_role("button", name="Change for all machines").click()
        await page.get_by_label("Limit HH", exact=True).fill("7")
        await page.get_by_role("dialog").get_by_label("Reason").fill("too low on purpose")
        await operator.press("Enter")
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("limits must rise")
        assert await operator.grave_findings() == []
        await operator.press("Escape")
        await page.get_by_role("button", name="Compressor 2: as the rule again").click()
        await page.get_by_role("textbox", name="Reason").fill("the old valve is back")
        await operator.press("Enter")
        await expect(machines.filter(has_text="Compressor 2")).to_contain_text("As the rule")


@pytest.mark.usefixtures("alarms")
async def test_a_rule_is_tried_against_history(database_url: str, works: Works, operator: Operator, page: Page) -> None:
    now = datetime.now(UTC)
    for minutes in range(50, 0, -1):
        bar = 8.6 if 20 < minutes < 30 else 7.1
        await works.record({"comp-1/discharge_pressure_bar": bar}, at=now - timedelta(minutes=minutes))
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms?show=rules&rule=works%2Fpressure-high")
        trial = page.get_by_role("region", name="Try against history")
        await trial.get_by_role("button", name="Last hour").click()
        await trial.get_by_role("button", name="Try", exact=True).click()
        await expect(trial.get_by_role("status")).to_contain_text("It would have raised 1 alarm on 2 machines.")
        await expect(trial.get_by_role("row").nth(1)).to_contain_text("comp-1")


async def test_figures_against_what_is_accepted(
    database_url: str, alarms: AlarmWorks, operator: Operator, page: Page
) -> None:
    await alarms.storm("power-high", minutes_ago=5)
    await alarms.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/alarms?show=figures")
        boxes = page.get_by_role("region", name="Figures")
        await expect(boxes).to_contain_text("accepted up to 150")
        parts = page.get_by_role("table", name="Where they come from")
        await expect(parts.get_by_role("row")).to_have_count(1 + 5)
        await page.get_by_role("button", name="Rule", exact=True).click()
        await expect(parts.get_by_role("row")).to_have_count(1 + 2)
        await expect(parts.get_by_role("row").nth(1)).to_contain_text("Power high")
        await expect(parts.get_by_role("row").nth(1)).to_contain_text("80 %")


async def test_axe_and_a_phone(database_url: str, alarms: AlarmWorks, operator: Operator, page: Page) -> None:
    await alarms.storm("power-high", minutes_ago=5)
    await alarms.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)
    await page.emulate_media(reduced_motion="reduce")
    async with serving(database_url) as api:
        for where in (
            "#/alarms",
            "#/alarms/works/pressure-high/comp-1",
            "#/alarms?show=history",
            "#/alarms?show=rules",
            "#/alarms?show=rules&rule=works%2Fpressure-high",
        ):
            await operator.open_live(str(api.base_url), where)
            await expect(page.get_by_role("main").get_by_text("Discharge pressure high").first).to_be_visible()
            for width, height in ((1440, 900), (390, 844)):
                await page.set_viewport_size({"width": width, "height": height})
                assert await operator.width_needed() == width
                for theme in ("light", "dark"):
                    await page.emulate_media(color_scheme="light" if theme == "light" else "dark")
                    assert await operator.grave_findings() == []
        await page.goto(f"{api.base_url}/#/alarms")
        await page.get_by_role("button", name="Acknowledge: Compressor 1").click()
        assert await operator.grave_findings() == []
        assert await operator.width_needed() == 390
