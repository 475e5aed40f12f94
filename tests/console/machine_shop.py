"""The works with a machine, people, a job and a part, and a technician in front of the console with a phone.

await shop.order(job="clean-cooler")
await shop.open("#/work-orders/works/1")
await shop.be("Li Wei")
await shop.step("Start work")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from playwright.async_api import FilePayload, Locator, Page, expect

from analytics.maintenance.job import Isolation, Job, JobPart, Task
from services.database import Connection
from services.maintenance import settings
from services.work_orders.handing_over import hand_over
from tests.attachments.pictures import file_of, picture
from tests.console.alarm_works import AlarmWorks
from tests.console.operator import Operator

if TYPE_CHECKING:
    import httpx

JOB = Job(
    "clean-cooler",
    "Clean the oil cooler",
    name_zh="清洗油冷却器",
    requires_signature=True,
    tasks=(
        Task("Fins are clean", text_zh="翅片清洁"),
        Task(
            "Fan current", text_zh="风机电流", kind="measure", unit="A", maximum=6.5, opens_order=True, priority="low"
        ),
        Task("Photo of the cooler", text_zh="冷却器照片", kind="photo"),
    ),
    isolations=(Isolation("400 V", "Panel P1", "Switch off Q1 and lock it"),),
    parts=(JobPart("oil-filter", 1),),
)


@dataclass(frozen=True, slots=True)
class MachineShop:
    """The API that serves the console, the works whose alarms are told, and who holds the phone."""

    api: httpx.AsyncClient
    works: AlarmWorks
    operator: Operator

    @property
    def page(self) -> Page:
        return self.operator.page

    async def open(self, where: str = "#/work-orders") -> None:
        """Open the console there and wait until it follows the stream."""
        await self.operator.open_live(str(self.api.base_url), where)

    async def order(self, **given: Any) -> str:  # noqa: ANN401 - of many sorts
        """Open an order by hand on compressor 1; gives its name."""
        wanted = {
            "site": "works", "title": "Oil cooler is dirty", "title_zh": "油冷却器脏污", "subject": "comp-1",
            "kind": "maintenance", **given,
        }  # fmt: skip
        answer = await self.api.post("/api/v1/work-orders", json=wanted)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["order"])

    async def tell(self, order: str, step: str, **given: Any) -> None:  # noqa: ANN401 - of many sorts
        """Do something to an order, as another person at another screen."""
        answer = await self.api.post(f"/api/v1/work-orders/{order}/{step}", json=given)
        assert answer.is_success, answer.text

    async def hand_over(self) -> None:
        """Alarms that were told become orders, as the duty does it."""
        connection = self.works.connection
        async with connection.transaction():
            await hand_over(connection, await settings.load(connection), datetime.now(UTC))

    async def be(self, name: str) -> None:
        """Choose who acts."""
        await self.page.get_by_label("You are").first.select_option(label=name)

    async def step(self, name: str) -> None:
        """Press a step, and confirm it where its dialog asks for nothing more."""
        await self.page.get_by_role("button", name=name, exact=True).first.click()
        await self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
        await expect(self.page.get_by_role("dialog")).to_have_count(0)

    async def is_in(self, state: str) -> None:
        """The order that is shown is in this state."""
        await expect(self.page.locator(".order-state")).to_have_text(state)

    def part(self, name: str) -> Locator:
        """A part of the page by its heading."""
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def table(self) -> Locator:
        return self.page.get_by_role("table", name="Work orders")


def photo(name: str) -> FilePayload:
    """A photo as a phone gives it to the page."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": file_of(picture(640, 480))}


async def furnish(connection: Connection) -> None:
    """Give the works its machines, people, a team, a job and a part."""
    await connection.execute(
        """INSERT INTO equipment (site_id, code, name, name_zh, class, space_id)
           SELECT s.id, c.code, c.name, c.name_zh, 'compressor', p.id
           FROM site s, space p, (VALUES ('comp-1', 'Compressor 1', '1号空压机'),
                                         ('comp-2', 'Compressor 2', '2号空压机')) c(code, name, name_zh)
           WHERE s.code = 'works' AND p.site_id = s.id AND p.path = 'b1/f1';
           UPDATE device d SET equipment_id = e.id FROM equipment e WHERE e.code = d.code;
           INSERT INTO users (code, name, skills) VALUES ('li', 'Li Wei', '{pneumatics}'), ('wang', 'Wang Fang', '{}');
           INSERT INTO teams (code, name) VALUES ('air', 'Compressed air');
           INSERT INTO team_member SELECT t.id, u.id FROM teams t, users u WHERE u.code = 'li';
           INSERT INTO part (site_id, code, name, name_zh, unit, location, stock, minimum, unit_cost, currency)
           SELECT id, 'oil-filter', 'Oil filter', '油过滤器', 'pcs', 'A-3', 0, 2, 85.5, 'CNY' FROM site"""
    )
    await connection.execute(
        "INSERT INTO job (site_id, code, version, document) SELECT id, $1, 1, $2 FROM site",
        JOB.code,
        msgspec.to_builtins(JOB),
    )
