"""Nothing that axe-core calls serious, on any page, in either theme and language, on a desk and on a phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.api.serving import serving
from tests.console.operator import Operator
from tests.console.works import POWERS, Works

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_axe_finds_nothing_serious_on_a_desk(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await record_every_state(works)
    async with serving(database_url) as api:
        address = str(api.base_url)
        await operator.open_live(address)
        await expect(operator.row("Office meter")).to_contain_text("Offline")
        await check(operator, page)

        await operator.open_live(address, "#/devices?device=m-f1")
        await expect(operator.panel.get_by_role("slider")).to_be_visible()
        await check(operator, page)

        await operator.panel.get_by_role("button", name="Table").click()
        await expect(operator.panel.get_by_role("region", name="Table")).to_be_visible()
        await page.get_by_role("button", name="中文").click()
        await check(operator, page)

    await expect(page.get_by_role("status").filter(has_text="实时数据已中断")).to_be_visible()
    await check(operator, page)


async def test_axe_finds_nothing_serious_on_a_phone(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.emulate_media(reduced_motion="reduce")
    await record_every_state(works)
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await expect(operator.row("Office meter")).to_contain_text("Offline")
        await check(operator, page)
        await page.get_by_role("link", name="Office meter").click()
        await expect(operator.panel.get_by_role("slider")).to_be_visible()
        await check(operator, page)


async def record_every_state(works: Works) -> None:
    """Fresh, stale, offline and without data, so that every colour is on the page."""
    await works.record_powers(POWERS, at=datetime.now(UTC) - timedelta(minutes=3))
    await works.record_powers({"m-f1": 1.0})
    await works.report("m-office", online=False)


async def check(operator: Operator, page: Page) -> None:
    """Look with axe at the page as it is; in the dark theme only colours can be otherwise."""
    await page.emulate_media(color_scheme="light")
    assert await operator.grave_findings() == []
    await page.emulate_media(color_scheme="dark")
    assert await operator.grave_findings(rules=["color-contrast"]) == []
