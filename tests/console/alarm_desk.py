"""Someone who looks after alarms in front of the console: what they do there and what they see, in one word each.

await desk.works.critical()
await desk.open()
await expect(desk.row("Compressor 1")).to_contain_text("Critical")
await desk.press_for("Acknowledge", "Compressor 1")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.async_api import Locator, Page, expect

from tests.console.alarm_works import AlarmWorks
from tests.console.operator import Operator

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class AlarmDesk:
    """The API that serves the console, the works whose alarms are told, and who sits at the page."""

    api: httpx.AsyncClient
    works: AlarmWorks
    operator: Operator

    @property
    def page(self) -> Page:
        return self.operator.page

    def address(self, where: str) -> str:
        return f"{self.api.base_url}/{where}"

    async def open(self, where: str = "#/alarms") -> None:
        """Open the console there and wait until it follows the stream."""
        await self.operator.open_live(str(self.api.base_url), where)

    @property
    def table(self) -> Locator:
        return self.page.get_by_role("table", name="Now")

    @property
    def links(self) -> Locator:
        """One in each row, to the alarm's own page."""
        return self.table.get_by_role("link")

    def row(self, text: str) -> Locator:
        return self.table.get_by_role("row").filter(has_text=text)

    async def names(self) -> list[str]:
        """The alarms that are listed, in their order."""
        return [" ".join(text.split()) for text in await self.links.all_inner_texts()]

    async def press_for(self, action: str, machine: str) -> None:
        """Press the button of this action in the row of this machine."""
        await self.page.get_by_role("button", name=f"{action}: {machine}").click()

    def dialog(self, name: str = "") -> Locator:
        return self.page.get_by_role("dialog", name=name) if name else self.page.get_by_role("dialog")

    async def refused(self, why: str) -> None:
        """The dialog says what is wrong."""
        await expect(self.dialog().get_by_role("alert")).to_contain_text(why)

    async def told(self, text: str) -> None:
        """The page says what came of an action."""
        await expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    async def step(self, *texts: str) -> None:
        """The newest step of the alarm that is shown in full says all of this."""
        steps = self.page.get_by_role("table", name="What happened").get_by_role("row")
        for text in texts:
            await expect(steps.nth(1)).to_contain_text(text)
