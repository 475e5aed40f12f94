"""What an operator does and sees on the page, by the names that a screen reader would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
#: Findings of these weights fail a test.
GRAVE = {"serious", "critical"}


@dataclass(frozen=True, slots=True)
class Operator:
    """Someone in front of the console."""

    page: Page

    async def open(self, address: str, where: str = "") -> None:
        """Open the console; `where` is the part behind the #."""
        await self.page.goto(f"{address}/{where}")

    async def open_live(self, address: str, where: str = "") -> None:
        """Open the console and wait until the figures follow the stream."""
        await self.open(address, where)
        await expect(self.page.get_by_role("banner").get_by_text("Live", exact=True)).to_be_visible()

    @property
    def site_power(self) -> Locator:
        return self.page.get_by_role("region", name="Site power")

    def building(self, name: str) -> Locator:
        return self.page.get_by_role("article", name=name, exact=True)

    @property
    def table(self) -> Locator:
        return self.page.get_by_role("table", name="Devices")

    def row(self, device: str) -> Locator:
        """The row of the device with this name."""
        return self.table.get_by_role("row").filter(has=self.page.get_by_role("link", name=device, exact=True))

    async def listed(self) -> list[str]:
        """The names of the devices that are listed, in their order."""
        return await self.table.get_by_role("link").all_inner_texts()

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("complementary")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def width_needed(self) -> int:
        """How wide the page would have to be not to scroll sideways."""
        needed: int = await self.page.evaluate("document.documentElement.scrollWidth")
        return needed

    async def grave_findings(self, rules: Sequence[str] = ()) -> list[str]:
        """What axe-core finds that is serious or worse on the page as it is, by these rules or by all."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text())
        options = {"runOnly": list(rules)} if rules else {}
        found: list[dict[str, Any]] = await self.page.evaluate(
            "options => axe.run(options).then(result => result.violations)", options
        )
        return [
            f"{finding['id']}: {node['target']} {node['failureSummary']}"
            for finding in found
            if finding["impact"] in GRAVE
            for node in finding["nodes"]
        ]
