"""The first page: the site's power by building and its devices, alive, stale, filtered, in Chinese, on a phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.api.serving import serving
from tests.console.operator import Operator
from tests.console.works import POWERS, Works

pytestmark = pytest.mark.asyncio(loop_scope="session")

MINUTE = timedelta(minutes=1)


async def test_figures_move_when_a_reading_is_recorded(database_url: str, works: Works, operator: Operator) -> None:
    await works.record_powers(POWERS)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await expect(operator.site_power).to_contain_text("460.0 kW")
        await expect(operator.building("Press shop")).to_contain_text("300.0 kW")
        await expect(operator.building("Press shop")).to_contain_text("65 % of the site")
        await expect(
            operator.building("Press shop").get_by_role("listitem").filter(has_text="Upper floor")
        ).to_contain_text("100.0 kW")
        await expect(operator.building("Not in a building")).to_contain_text("10.0 kW")

        await works.record_powers({"incomer": 1510.0, "m-f2": 1150.0})

        await expect(operator.site_power).to_contain_text("1,510 kW")
        await expect(operator.building("Press shop")).to_contain_text("1,350 kW")
        await expect(operator.row("Upper floor meter")).to_contain_text("1,150 kW")
        await expect(operator.building("Office")).to_contain_text("150.0 kW")


async def test_stale_looks_stale_and_offline_is_not_stale(database_url: str, works: Works, operator: Operator) -> None:
    await works.record_powers(POWERS, at=datetime.now(UTC) - 3 * MINUTE)
    await works.record_powers({"m-f1": 210.0})
    await works.report("m-office", online=False)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await expect(operator.row("Ground floor meter")).to_contain_text("Fresh")
        await expect(operator.row("Upper floor meter")).to_contain_text(re.compile(r"Stale.*3 min ago"))
        await expect(operator.row("Office meter")).to_contain_text("Offline")
        await expect(operator.row("Compressor 1")).to_contain_text("No data yet")
        await expect(operator.row("Upper floor meter").locator("[data-quality=stale]").first).to_be_visible()

        # A sum with a stale part says so; its share of the site and the rest are not made up from old figures.
        await expect(operator.building("Press shop")).to_contain_text("≈ 310.0 kW")
        await expect(operator.building("Press shop")).to_contain_text("1 of 2 meters stale · 3 min ago")
        await expect(operator.site_power).to_contain_text("Meter stale")
        await expect(operator.building("Not in a building")).to_have_count(0)

        # Worst first.
        assert (await operator.listed())[0] == "Office meter"

        await works.record_powers({"m-f2": 90.0})
        await works.report("m-office", online=True)
        await works.record_powers({"m-office": 140.0})
        await expect(operator.row("Upper floor meter")).to_contain_text("Fresh")
        await expect(operator.row("Office meter")).to_contain_text("Fresh")
        await expect(operator.building("Press shop")).not_to_contain_text("stale")


async def test_a_figure_that_hears_nothing_grows_stale_on_the_screen(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await page.clock.install()
    await works.record_powers(POWERS)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await expect(operator.row("Office meter")).to_contain_text("Fresh")
        await page.clock.fast_forward("00:20")
        await expect(operator.row("Office meter")).to_contain_text("Stale")
        await expect(operator.site_power).to_contain_text("Meter stale")


async def test_the_list_is_filtered_sorted_and_opened_by_keyboard(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await works.record_powers(POWERS)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/devices")
        await expect(operator.row("Incomer")).to_be_visible()

        await page.get_by_role("searchbox").focus()
        await page.keyboard.type("press meter")
        await expect(page.get_by_role("status").get_by_text("2 of 6 devices")).to_be_visible()
        assert await operator.listed() == ["Ground floor meter", "Upper floor meter"]

        await page.get_by_role("button", name="Power", exact=True).focus()
        await operator.press("Enter", "Enter")
        await expect(page.get_by_role("columnheader", name="Power")).to_have_attribute("aria-sort", "ascending")
        assert await operator.listed() == ["Upper floor meter", "Ground floor meter"]

        await page.get_by_role("link", name="Upper floor meter").focus()
        await operator.press("ArrowDown")
        await expect(page.get_by_role("link", name="Ground floor meter")).to_be_focused()
        await operator.press("Enter")
        await expect(operator.panel.get_by_role("heading", name="Ground floor meter")).to_be_focused()
        await operator.press("Escape")
        await expect(page.get_by_role("link", name="Ground floor meter")).to_be_focused()

        # The address is the filter: a colleague who opens it sees the same list.
        await page.reload()
        await expect(page.get_by_role("searchbox")).to_have_value("press meter")
        await expect(operator.table.get_by_role("link")).to_have_text(["Upper floor meter", "Ground floor meter"])


async def test_the_list_leaves_as_csv_with_what_it_shows(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await works.record_powers(POWERS)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/devices?kind=power_meter&sort=-power")
        await expect(operator.row("Incomer")).to_contain_text("460.0 kW")
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Export CSV").click()
        lines = (await (await download.value).path()).read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("code,name,kind,place,state,last_reading_at,age_s,active_power_kw,")
    cells = [line.split(",") for line in lines[1:]]
    assert [(row[0], row[4], row[7]) for row in cells] == [
        ("incomer", "fresh", "460"),
        ("m-f1", "fresh", "200"),
        ("m-office", "fresh", "150"),
        ("m-f2", "fresh", "100"),
    ]


async def test_a_device_opens_with_live_points_a_chart_and_the_table_behind_it(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    now = datetime.now(UTC)
    for minutes in range(30, 0, -1):
        await works.record({"comp-1/discharge_pressure_bar": 6.0 + minutes / 100}, at=now - minutes * MINUTE)
    await works.record({"comp-1/discharge_pressure_bar": 7.25, "comp-1/state": 2.0})
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/?device=comp-1&point=discharge_pressure_bar")
        panel = operator.panel
        await expect(panel.get_by_role("row", name="State")).to_contain_text("Loaded")
        await expect(panel.get_by_role("slider", name="Discharge pressure")).to_be_visible()
        await expect(panel.get_by_text("31 values")).to_be_visible()
        await expect(panel.get_by_text("Lowest 6.01 bar")).to_be_visible()

        await works.record({"comp-1/discharge_pressure_bar": 7.75})
        await expect(panel.get_by_text("Highest 7.75 bar")).to_be_visible()

        await panel.get_by_role("slider").focus()
        await operator.press("Home")
        await expect(panel.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("6.30 bar"))

        await panel.get_by_role("button", name="Table").click()
        newest = panel.get_by_role("region", name="Table").get_by_role("row").nth(1)
        await expect(newest).to_contain_text("7.75 bar")
        async with page.expect_download() as download:
            await panel.get_by_role("link", name="Export CSV").click()
        assert len((await (await download.value).path()).read_text().splitlines()) == 1 + 32


async def test_everything_is_said_in_chinese_too(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await works.record_powers(POWERS)
    await works.record({"comp-1/state": 2.0})
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await page.get_by_role("button", name="中文").click()
        await expect(page.get_by_role("banner")).to_contain_text("测试工厂")
        await expect(operator.building("冲压车间")).to_contain_text("占全厂 65 %")
        compressor = page.get_by_role("row").filter(has_text="1号空压机")
        await expect(compressor).to_contain_text("加载")
        assert await page.evaluate("document.documentElement.lang") == "zh-CN"
        await page.reload()
        await expect(page.get_by_role("heading", name="全厂功率")).to_be_visible()
        seen = re.sub(r"ioe [a-z -]+", "", await page.locator("body").inner_text())  # commands are as they are typed
        words = set(re.findall(r"[A-Za-z]{2,}", seen.replace("kWh", "").replace("kW", "").replace("bar", "")))
        assert words <= {"IOE", "UTC", "English", "CSV", "comp", "incomer", "office"}


async def test_a_phone_shows_all_of_it_without_scrolling_sideways(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await works.record_powers(POWERS)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await expect(operator.site_power).to_contain_text("460.0 kW")
        assert await operator.width_needed() == 390
        await page.get_by_role("navigation").get_by_role("link", name="Devices").click()
        await expect(operator.row("Office meter")).to_contain_text("150.0 kW")
        assert await operator.width_needed() == 390
        await page.get_by_role("link", name="Office meter").click()
        await expect(operator.panel.get_by_role("heading", name="Office meter")).to_be_visible()
        assert await operator.width_needed() == 390
        await operator.panel.get_by_role("button", name="Close").click()
        await expect(operator.panel).to_have_count(0)


async def test_a_device_goes_and_comes_with_its_gateway(database_url: str, works: Works, operator: Operator) -> None:
    gateway, behind = works.devices["comp-1"], works.devices["comp-2"]
    await works.connection.execute("UPDATE device SET gateway_id = $1 WHERE id = $2", gateway, behind)
    await works.report("comp-1", online=True)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await expect(operator.row("Compressor 2")).to_contain_text("No data yet")
        await works.report("comp-1", online=False)
        await expect(operator.row("Compressor 2")).to_contain_text("Offline")
        await works.report("comp-1", online=True)
        await expect(operator.row("Compressor 2")).to_contain_text("No data yet")
