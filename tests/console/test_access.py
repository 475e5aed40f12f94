"""Nothing that axe-core calls serious, on any page, in either theme and language, wide and narrow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.api.serving import serving
from tests.console.operator import Operator
from tests.console.works import POWERS, Works

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1440), ("dark", 390)])
async def test_axe_finds_nothing_serious(
    theme: Literal["light", "dark"], width: int, database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await page.set_viewport_size({"width": width, "height": 900})
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await works.record_powers(POWERS, at=datetime.now(UTC) - timedelta(minutes=3))
    await works.record_powers({"m-f1": 1.0})
    await works.report("m-office", online=False)
    async with serving(database_url) as api:
        address = str(api.base_url)
        await operator.open_live(address)
        await expect(operator.row("Office meter")).to_contain_text("Offline")
        assert await operator.grave_findings() == []

        await operator.open_live(address, "#/devices?device=m-f1")
        await expect(operator.panel.get_by_role("slider")).to_be_visible()
        assert await operator.grave_findings() == []

        await operator.panel.get_by_role("button", name="Table").click()
        await expect(operator.panel.get_by_role("region", name="Table")).to_be_visible()
        await page.evaluate("localStorage.setItem('ioe.language', 'zh')")
        await page.reload()
        await expect(operator.panel.get_by_role("heading", name="一层电表")).to_be_visible()
        assert await operator.grave_findings() == []

    await expect(page.get_by_role("status").filter(has_text="实时数据已中断")).to_be_visible()
    assert await operator.grave_findings() == []
