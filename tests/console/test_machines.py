"""Machines in the console: the list, one machine with its record, what falls due, parts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from services.plans.looking import look
from tests.console.machine_shop import MachineShop, photo

pytestmark = pytest.mark.asyncio(loop_scope="session")

ONE = "#/machines/works/comp-1"


async def test_machines_with_what_is_open_on_them(shop: MachineShop, page: Page) -> None:
    await shop.works.critical()
    await shop.order(title="Oil leaks", priority="high")
    await shop.open("#/machines")
    rows = page.get_by_role("table", name="Machines").get_by_role("row")
    await expect(rows.filter(has_text="Compressor 1").get_by_role("cell").nth(3)).to_have_text(re.compile("1.*High"))
    await expect(rows.filter(has_text="Compressor 1").get_by_role("cell").nth(4)).to_have_text(
        re.compile("1.*Critical")
    )
    await page.get_by_role("searchbox").fill("comp-2")
    await expect(page.get_by_role("status").get_by_text("1 of 2 machines")).to_be_visible()
    await page.get_by_role("link", name="Compressor 2").click()
    await expect(shop.part("Open orders")).to_contain_text("No order is open")


async def test_one_machine_and_its_record(shop: MachineShop, page: Page) -> None:
    await shop.works.critical()
    await shop.order(title="Oil leaks")
    await shop.open(ONE)
    await expect(shop.part("Open orders").get_by_role("link", name="Oil leaks")).to_be_visible()
    await expect(shop.part("Open alarms").get_by_role("link", name="Discharge pressure high")).to_be_visible()
    await expect(shop.part("Figures")).to_contain_text("MTBF")

    nameplate = shop.part("Nameplate")
    await nameplate.get_by_role("button", name="Write down").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Maker").fill("Aerzen <script>")
    await dialog.get_by_label("Year built").fill("soon")
    await dialog.get_by_label("More of the nameplate").fill("power: 75 kW\nflow: 12 m3/min")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Year built").fill("2019")
    await dialog.get_by_label("Criticality").select_option(value="a")
    await dialog.get_by_role("button", name="Save").click()
    for said in ("Aerzen <script>", "2019", "75 kW"):
        await expect(nameplate).to_contain_text(said)
    await expect(page.get_by_role("main")).to_contain_text("A: its stop stops the factory")

    files = shop.part("Documents and photos")
    await page.get_by_label("Add a file").set_input_files(photo("front.jpg"))
    await expect(files.get_by_role("img", name="front.jpg")).to_be_visible()
    await files.get_by_role("button", name="Add a note").click()
    await files.get_by_label("Note", exact=True).fill("Belt guard rattles in winter")
    await files.get_by_role("button", name="Save note").click()

    timeline = shop.part("Timeline")
    for said in ("Belt guard rattles in winter", "front.jpg", "Oil leaks", "Discharge pressure high"):
        await expect(timeline).to_contain_text(said)
    await timeline.get_by_role("button", name="Notes").click()
    await expect(timeline).to_contain_text("Belt guard rattles in winter")
    await expect(timeline).not_to_contain_text("Oil leaks")
    await expect(page).to_have_url(re.compile("kinds=note"))
    for name, ending in (("Timeline as XLSX", "xlsx"), ("Timeline as PDF", "pdf"), ("Label (PDF)", "pdf")):
        async with page.expect_download() as download:
            await page.get_by_role("link", name=name).click()
        assert (await download.value).suggested_filename.endswith(ending)


async def test_parts_that_run_low(shop: MachineShop, page: Page) -> None:
    await shop.open("#/maintenance?show=parts")
    row = page.get_by_role("table", name="Parts").get_by_role("row").filter(has_text="Oil filter")
    await expect(row).to_contain_text("3 pcs")
    order = await shop.order()
    await shop.tell(order, "parts", part="oil-filter", quantity=2)
    await page.reload()
    await expect(row).to_contain_text("low 1 pcs")
    await page.get_by_role("button", name="Low stock 1").click()
    await expect(row).to_be_visible()


async def test_what_falls_due(shop: MachineShop, page: Page) -> None:
    plan = {
        "name": "Compressor cooler", "name_zh": "冷却器保养", "job": "clean-cooler", "machines": ["comp-1"],
        "triggers": [{"kind": "calendar", "every": "1 month"}],
    }  # fmt: skip
    answer = await shop.api.put("/api/v1/maintenance-plans/works/cooler", json={"plan": plan, "reason": "begins"})
    assert answer.is_success, answer.text
    await look(shop.works.connection, datetime.now(UTC))
    await shop.open("#/maintenance")
    row = page.get_by_role("table", name="Due").get_by_role("row").filter(has_text="Compressor cooler")
    await expect(row).to_contain_text("Compressor 1")
    await page.get_by_role("link", name="Calendar").click()
    await expect(page.get_by_role("table").get_by_role("columnheader")).to_have_count(7)
    await page.get_by_role("link", name="Month after").click()
    await expect(page).to_have_url(re.compile(r"month=\d{4}-\d\d"))


async def test_axe_chinese_and_a_phone(shop: MachineShop, page: Page) -> None:
    await shop.order(title="Oil leaks")
    await page.emulate_media(reduced_motion="reduce")
    for where in ("#/machines", ONE, "#/maintenance", "#/maintenance?show=calendar", "#/maintenance?show=parts"):
        await shop.open(where)
        await expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
        for width, height in ((1440, 900), (390, 844)):
            await page.set_viewport_size({"width": width, "height": height})
            assert await shop.operator.width_needed() == width
            assert await shop.operator.grave_findings() == []
    await page.get_by_role("button", name="中文").click()
    await page.goto(f"{shop.api.base_url}/{ONE}")
    await expect(page.get_by_role("heading", level=1, name="1号空压机")).to_be_visible()
    for heading in ("指标", "未结工单", "铭牌", "文档与照片", "履历"):
        await expect(page.get_by_role("heading", name=heading)).to_be_visible()
