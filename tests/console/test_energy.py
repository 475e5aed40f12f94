"""The energy page: figures worked out by hand, narrowed, sorted, exported, decided about, in Chinese and on a phone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from deploy.embedded.stack import Stack
from services.database import connect
from tests.api.serving import serving
from tests.console import energy_works
from tests.console.energy_works import DAY, KWH, QUARTER, QUARTER_US, EnergyWorks
from tests.console.operator import Operator
from tests.servers import own_database

pytestmark = pytest.mark.asyncio(loop_scope="session")

ON_THE_DAY = "#/energy?period=custom&from=2026-03-11&to=2026-03-12"


@pytest.fixture(scope="module")
def built(servers: Stack) -> Iterator[str]:
    """The name of a database that holds the works; each test has a copy."""
    with own_database(servers) as url:
        asyncio.run(energy_works.build(url))
        yield urlsplit(url).path.lstrip("/")


@pytest.fixture
def energy_url(servers: Stack, built: str) -> Iterator[str]:
    with own_database(servers, built) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def works(energy_url: str) -> AsyncIterator[EnergyWorks]:
    connection = await connect(energy_url, name="test console")
    yield EnergyWorks(connection)
    await connection.close()


def box(page: Page, title: str) -> Locator:
    """A figure of the summary with what stands below it."""
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.get_by_role("region", name="Summary").locator("div").filter(has=heading).first


def row(page: Page, name: str) -> Locator:
    return (
        page.get_by_role("table", name="Where it went")
        .get_by_role("row")
        .filter(has=page.get_by_role("rowheader", name=name))
    )


async def test_the_figures_of_a_day(energy_url: str, operator: Operator, page: Page) -> None:
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), ON_THE_DAY)
        await expect(box(page, "Used")).to_contain_text("1,930 kWh")
        await expect(box(page, "Used")).to_contain_text("+101 % against 10 Mar 2026")
        await expect(box(page, "Energy cost")).to_contain_text("1,158 CNY")
        await expect(box(page, "Average price")).to_contain_text("0.6000 CNY/kWh")
        await expect(box(page, "Peak share")).to_contain_text("17 %")
        await expect(box(page, "Maximum demand")).to_contain_text("120.0 kW")
        await expect(box(page, "Maximum demand")).to_contain_text("Above the contract")
        await expect(box(page, "Maximum demand")).to_contain_text("120 % of the contract's 100.0 kW")
        await expect(box(page, "Maximum demand")).to_contain_text("at 11 Mar, 14:00")

        key = page.get_by_role("region", name="Course").get_by_role("listitem")
        await expect(key).to_have_text(
            [
                re.compile("Peak.*320.0 kWh.*17 %"),
                re.compile("Intermediate.*970.0.*50 %"),
                re.compile("Off-peak.*640.0.*33 %"),
            ]
        )

        await expect(row(page, "Press shop")).to_contain_text("960.0 kWh")
        await expect(row(page, "Press shop")).to_contain_text("50 %")
        await expect(row(page, "Press shop")).to_contain_text("576 CNY")
        await expect(row(page, "Press shop")).to_contain_text("4 % estimated")
        await expect(row(page, "Office")).to_contain_text("≈ 460.0 kWh")
        await expect(row(page, "Office")).to_contain_text("60 min missing")
        await expect(row(page, "In no space")).to_contain_text("510.0 kWh")


async def test_single_quarter_hours_by_keyboard_and_as_a_table(energy_url: str, operator: Operator, page: Page) -> None:
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), f"{ON_THE_DAY}&space=office&by=meter")
        slider = page.get_by_role("slider", name=re.compile("Electricity by band"))
        await slider.focus()
        await expect(slider).to_have_attribute("aria-valuetext", re.compile("23:45–00:00 +5.0 kWh · Intermediate"))
        await operator.press("Home")
        await expect(slider).to_have_attribute("aria-valuetext", re.compile("00:00–00:15 +5.0 kWh · Off-peak"))

        course = page.get_by_role("region", name="Course")
        await course.get_by_role("button", name="Table").click()
        await expect(course.get_by_role("row")).to_have_count(1 + 96)
        silent = course.get_by_role("row").filter(has_text="10:15–10:30")
        await expect(silent).to_contain_text("No data")


async def test_narrowed_sorted_and_filtered_by_what_the_address_says(
    energy_url: str, operator: Operator, page: Page
) -> None:
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), f"{ON_THE_DAY}&by=meter")
        table = page.get_by_role("table", name="Where it went")
        await expect(table.get_by_role("rowheader")).to_have_text(
            [re.compile("Incomer"), re.compile("Press line"), re.compile("Office floor")]
        )
        await page.get_by_role("button", name="Cost", exact=True).click()
        await page.get_by_role("button", name="Cost", exact=True).click()
        await expect(page.get_by_role("columnheader", name="Cost")).to_have_attribute("aria-sort", "ascending")
        await expect(table.get_by_role("rowheader").first).to_contain_text("Office floor")
        await page.get_by_role("searchbox").fill("press")
        await expect(page.get_by_role("status").get_by_text("1 of 3 rows")).to_be_visible()

        await page.get_by_role("group", name="Grouped by").get_by_role("button", name="Building").click()
        await page.get_by_role("button", name="Press shop", exact=True).click()
        await expect(box(page, "Used")).to_contain_text("960.0 kWh")
        await page.reload()
        await expect(box(page, "Used")).to_contain_text("960.0 kWh")
        await page.get_by_role("button", name="Only Press shop: Whole site").click()
        await expect(box(page, "Used")).to_contain_text("1,930 kWh")


async def test_the_very_question_leaves_as_a_file(energy_url: str, operator: Operator, page: Page) -> None:
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), f"{ON_THE_DAY}&by=meter")
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Export Where it went as CSV").click()
        lines = (await (await download.value).path()).read_text().splitlines()
        assert len(lines) == 1 + 3
        assert "2026-03-11T00:00:00+08:00" in lines[1]
        assert "works/incomer" in lines[1]
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Export Course as Excel").click()
        assert (await download.value).suggested_filename.endswith(".xlsx")


async def test_held_energy_is_accepted_with_a_reason_and_undone(
    energy_url: str, works: EnergyWorks, operator: Operator, page: Page
) -> None:
    await works.hold("press", DAY + timedelta(hours=9), 7500.0)
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), ON_THE_DAY)
        held = page.get_by_role("region", name="Held until somebody decides")
        await expect(held).to_contain_text("1 amount is held")
        await expect(held).to_contain_text("11 Mar, 09:00 to 09:15")
        await held.get_by_role("button", name="Accept 7,500 kWh of Press line").focus()
        await operator.press("Enter")
        await expect(held.get_by_role("textbox", name="Reason")).to_be_focused()
        await operator.press("Enter")
        await expect(held.get_by_role("alert")).to_contain_text("Give a reason")
        await operator.press("Escape")
        await expect(held.get_by_role("button", name="Accept 7,500 kWh")).to_be_focused()
        await operator.press("Enter")
        await expect(held.get_by_role("textbox", name="Reason")).to_be_focused()
        await page.keyboard.type("tested at the meter")
        await operator.press("Enter")
        await expect(held.get_by_role("status").filter(has_text="7,500 kWh accepted")).to_be_visible()
        ruled = await works.connection.fetchrow("SELECT verdict, reason FROM ruling ORDER BY id DESC LIMIT 1")
        assert tuple(ruled or ()) == ("accept", "tested at the meter")

        await held.get_by_role("button", name="Undo").click()
        await expect(held).to_contain_text("1 amount is held")
        assert await works.connection.fetchval("SELECT verdict FROM ruling ORDER BY id DESC LIMIT 1") == "undo"


async def test_the_day_grows_when_quarter_hours_are_closed(
    energy_url: str, works: EnergyWorks, operator: Operator, page: Page
) -> None:
    now = datetime.now(UTC)
    quarter = now - (now - DAY) % QUARTER
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), "#/energy?period=month&by=meter")
        await expect(page.get_by_role("region", name="Summary")).to_be_visible()
        await works.write("incomer", {quarter: (2500 * KWH, 0, 0, QUARTER_US // 3)})
        await works.close_quarters("incomer")
        await expect(box(page, "Used")).to_contain_text("2,500 kWh")


async def test_everything_is_said_in_chinese_too(
    energy_url: str, works: EnergyWorks, operator: Operator, page: Page
) -> None:
    await works.hold("press", DAY, 7500.0)
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), f"{ON_THE_DAY}&by=meter")
        await expect(page.get_by_role("region", name="Held until somebody decides")).to_contain_text("1 amount")
        await page.get_by_role("button", name="中文").click()
        await expect(page.get_by_role("table", name="能耗去向")).to_contain_text("冲压线")
        seen = await page.locator("body").inner_text()
        words = set(re.findall(r"[A-Za-z]{2,}", re.sub("kWh|kW|CNY", "", seen)))
        # In notices: nothing runs here.
        commands = {"ioe", "ingest", "analytics", "duty", "energy", "alarms", "maintenance", "watch"}
        assert words <= {"IOE", "UTC", "English", "CSV", "Excel", "incomer", "press", "office", *commands}


async def test_axe_and_a_phone(energy_url: str, works: EnergyWorks, operator: Operator, page: Page) -> None:
    await works.hold("press", DAY, 7500.0)
    await page.emulate_media(reduced_motion="reduce")
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), ON_THE_DAY)
        for width, height in ((1440, 900), (390, 844)):
            await page.set_viewport_size({"width": width, "height": height})
            await expect(row(page, "Press shop")).to_contain_text("960.0 kWh")
            assert await operator.width_needed() == width
            for theme in ("light", "dark"):
                await page.emulate_media(color_scheme="light" if theme == "light" else "dark")
                assert await operator.grave_findings() == []
        await page.get_by_role("button", name="Reject 7,500 kWh of Press line").click()
        await page.get_by_role("region", name="Course").get_by_role("button", name="Table").click()
        assert await operator.grave_findings() == []
        assert await operator.width_needed() == 390


async def test_what_cannot_be_answered_says_so_and_another_period_goes_on(
    energy_url: str, operator: Operator, page: Page
) -> None:
    async with serving(energy_url) as api:
        await operator.open_live(str(api.base_url), ON_THE_DAY)
        await expect(box(page, "Used")).to_contain_text("1,930 kWh")
        await page.get_by_label("To, with it").fill("2099-01-02")
        await page.get_by_label("From").fill("2099-01-01")
        await expect(page.get_by_role("alert")).to_contain_text("The period is in the future")
        await expect(page.get_by_role("status").filter(has_text="Still showing 11 Mar 2026")).to_be_visible()
        await page.get_by_label("From").fill("2026-03-10")
        await page.get_by_label("To, with it").fill("2026-03-10")
        await expect(box(page, "Used")).to_contain_text("960.0 kWh")
