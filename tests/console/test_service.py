"""What the page says when the service is away, is not ready, has nothing to show, or very much."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from api.settings import ApiSettings
from deploy.embedded.stack import Stack
from tests.api.serving import serving
from tests.console.operator import Operator
from tests.console.works import POWERS, Works
from tests.servers import own_database

pytestmark = pytest.mark.asyncio(loop_scope="session")

MANY = 2000


async def test_the_stream_is_found_again_after_the_api_restarts(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await works.record_powers(POWERS)
    async with serving(database_url) as api:
        address = str(api.base_url)
        await operator.open_live(address)
        await expect(operator.site_power).to_contain_text("460.0 kW")

    notice = page.get_by_role("status").filter(has_text="The live stream is interrupted")
    await expect(notice).to_contain_text(re.compile(r"Figures are as of \d\d:\d\d:\d\d"))
    await expect(notice).to_contain_text(re.compile(r"Next attempt in \d+ s|Trying now"))
    await works.record_powers({"incomer": 480.0})

    async with serving(database_url, ApiSettings(port=urlsplit(address).port or 0)):
        await expect(operator.site_power).to_contain_text("480.0 kW")
        await expect(notice).to_have_count(0)
        await works.record_powers({"incomer": 481.0})
        await expect(operator.site_power).to_contain_text("481.0 kW")


async def test_a_changed_registry_is_taken_up_without_a_reload(
    database_url: str, works: Works, operator: Operator
) -> None:
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await expect(operator.row("Office meter")).to_be_visible()
        async with works.connection.transaction():
            await works.connection.execute("UPDATE device SET name = 'Reception meter' WHERE code = 'm-office'")
            await works.connection.execute(
                "INSERT INTO event (kind, subject, payload) VALUES ('registry.changed', 'works', '{\"revision\": 2}')"
            )
        await expect(operator.row("Reception meter")).to_be_visible()


async def test_silent_ingest_is_a_notice_with_what_to_do(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await works.connection.execute(
        "INSERT INTO ingest_worker (name, started_at, seen_at, state, detail) VALUES "
        "('ingest-1', now() - interval '1 hour', now(), 'receiving', ''), "
        "('ingest-2', now() - interval '1 hour', now() - interval '3 minutes', 'receiving', '')"
    )
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url))
        await expect(page.get_by_role("banner")).to_contain_text("Ingest: 1 of 2 idle")
        await expect(page.get_by_text("Ingest worker ingest-2 has been silent for 3 min")).to_contain_text(
            "ioe ingest --name ingest-2"
        )


async def test_without_a_site_the_page_says_what_to_do_next(servers: Stack, operator: Operator, page: Page) -> None:
    with own_database(servers) as url:
        async with serving(url) as api:
            await operator.open(str(api.base_url))
            await expect(page.get_by_role("heading", name="No site yet")).to_be_visible()
            await expect(page.get_by_text("ioe site apply")).to_be_visible()


async def test_a_server_that_is_away_is_asked_again(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await works.record_powers(POWERS)
    await page.clock.install()
    async with serving(database_url) as api:
        address = str(api.base_url)
        await page.route("**/api/v1/sites", lambda route: route.abort())
        await operator.open(address)
        await expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
        await page.unroute("**/api/v1/sites")
        await page.clock.fast_forward("00:06")
        await expect(operator.site_power).to_contain_text("460.0 kW")


async def test_two_thousand_devices_are_listed_as_fast_as_six(
    database_url: str, works: Works, operator: Operator, page: Page
) -> None:
    await works.connection.execute(
        "INSERT INTO device (site_id, code, name, template_id) "
        "SELECT s.id, 'bulk-' || n, 'Bulk meter ' || n, t.id "
        "FROM generate_series(1, $1::int) AS n, site s, device_template t WHERE t.code = 'meter'",
        MANY,
    )
    await works.connection.execute(
        "INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s) "
        "SELECT id, 'active_power_kw', 'Active power', 'active_power', 'kW', 'kW', 1, 'gauge', 5 "
        "FROM device WHERE code LIKE 'bulk-%'"
    )
    await works.connection.execute(
        "INSERT INTO latest (point_id, time, value, received_at) "
        "SELECT p.id, now(), p.id, now() FROM point p JOIN device d ON d.id = p.device_id WHERE d.code LIKE 'bulk-%'"
    )
    async with serving(database_url) as api:
        await operator.open_live(str(api.base_url), "#/devices")
        await expect(page.get_by_text(f"{MANY + 6} devices")).to_be_visible()
        assert await operator.table.get_by_role("row").count() < 60

        await page.get_by_role("searchbox").fill("bulk 1999")
        await expect(operator.row("Bulk meter 1999")).to_be_visible()
        await page.get_by_role("button", name="Clear filters").click()

        await operator.table.get_by_role("link").first.focus()
        await operator.press("End")
        last = operator.table.get_by_role("row").last
        await expect(last.get_by_role("link")).to_be_focused()
        await expect(last).to_have_attribute("aria-rowindex", str(MANY + 6 + 1))

        busy_ms = await page.evaluate(_FILTER_TIME)
        assert busy_ms < 200, f"typing a letter into the filter of {MANY} devices takes {busy_ms:.0f} ms"


#: From a letter typed into the search to the next frame drawn, the median of five.
_FILTER_TIME = """async () => {
  const field = document.querySelector('input[type=search]');
  const taken = [];
  for (const text of ['b', 'bu', 'bul', 'bulk', 'bulk 7']) {
    const began = performance.now();
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);
    await new Promise(resolve => setTimeout(resolve));
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[2];
}"""
