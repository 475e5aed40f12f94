"""The page that a scanned label leads to: one machine, one question, no account."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.console.machine_shop import MachineShop, photo

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def label_of(shop: MachineShop, machine: str) -> str:
    """Give a machine a label; gives where it leads to."""
    key = await shop.works.connection.fetchval(
        "INSERT INTO equipment_record (equipment_id) SELECT id FROM equipment WHERE code = $1 RETURNING report_key",
        machine,
    )
    return f"{shop.api.base_url}/#/report/{key}"


async def test_a_fault_is_reported_with_a_photo(shop: MachineShop, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(await label_of(shop, "comp-1"))
    await expect(page.get_by_role("heading", level=1, name="Compressor 1")).to_be_visible()
    await expect(page.get_by_text("Ground floor · Test works")).to_be_visible()
    await expect(page.get_by_role("navigation")).to_have_count(0)
    assert await shop.operator.width_needed() == 390
    assert await shop.operator.grave_findings() == []
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("Say in a few words")
    await page.get_by_label("What is wrong?").fill("Oil under it <img src=x onerror=alert(1)>")
    await page.get_by_label("Your name").fill("Zhao")
    await page.get_by_label("Take a photo").set_input_files(photo("oil.jpg"))
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_contain_text("works/1")

    # It is in the list as a request, with words that stayed words.
    await shop.open("#/work-orders?state=requested")
    await shop.table.get_by_role("link", name="Oil under it <img").click()
    await expect(shop.part("About the order")).to_contain_text("Zhao")
    await expect(shop.part("Photos").get_by_role("img")).to_have_count(1)
    await shop.be("Wang Fang")
    await shop.step("Accept")
    await shop.is_in("Open")


async def test_too_many_are_told_when_again(shop: MachineShop, page: Page) -> None:
    await page.goto(await label_of(shop, "comp-1"))
    for _ in range(6):
        await page.get_by_label("What is wrong?").fill("It squeals")
        await page.get_by_role("button", name="Send").click()
        await page.get_by_role("button", name="Report something else").click()
    await page.get_by_label("What is wrong?").fill("It squeals more")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("Send it again in")
    await expect(page.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
    await expect(page.get_by_label("What is wrong?")).to_have_value("It squeals more")


async def test_a_label_that_is_not_valid_and_chinese(shop: MachineShop, page: Page) -> None:
    await page.goto(f"{shop.api.base_url}/#/report/9f0f1f7e-0000-4000-8000-000000000000")
    await expect(page.get_by_role("heading", name="This label is no longer valid")).to_be_visible()
    await page.get_by_role("button", name="中文").click()
    await page.goto(await label_of(shop, "comp-2"))
    await expect(page.get_by_role("heading", level=1, name="2号空压机")).to_be_visible()
    await expect(page.get_by_role("button", name="提交")).to_be_visible()
