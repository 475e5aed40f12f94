"""Work orders in the console: what a technician with a phone and a supervisor at a desk do with them."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.console.machine_shop import MachineShop, photo

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_life_of_an_order_on_a_phone(shop: MachineShop, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    order = await shop.order(job="clean-cooler")
    await shop.open(f"#/work-orders/{order}")
    await shop.be("Li Wei")

    # A start is refused until the machine is locked out, and says so.
    start = page.get_by_role("button", name="Start work")
    await expect(start).to_have_attribute("aria-disabled", "true")
    await expect(shop.part("Next steps")).to_contain_text("The machine is not locked out")
    await page.get_by_label("Number of the lock").fill("17")
    await page.get_by_role("button", name="Locked: 400 V").click()
    await expect(shop.part("Lock-out")).to_contain_text("Lock 17 by li")
    await expect(start).to_have_attribute("aria-disabled", "false")
    await shop.step("Start work")
    await shop.is_in("In progress")

    await work_through(shop, page)
    await write_down(shop)
    await finish(shop, page)

    # Four eyes.
    await expect(shop.part("Next steps")).to_contain_text("Whoever did the work does not verify it")
    await shop.be("Wang Fang")
    await shop.step("Verify")
    await shop.is_in("Verified")
    trail = page.get_by_role("list", name="What happened").get_by_role("listitem")
    await expect(trail.first).to_contain_text("Verified")
    await expect(trail.first).to_contain_text("wang")
    await expect(trail.last).to_contain_text("Opened")
    for said in (
        "Locked",
        "400 V · lock 17",
        "Fan current · Failed · 7.2 A · works/2",
        "Oil filter",
        "Signed",
        "Lock removed",
    ):
        await expect(page.get_by_role("list", name="What happened")).to_contain_text(said)
    assert await shop.operator.grave_findings() == []


async def work_through(shop: MachineShop, page: Page) -> None:
    """The checklist: at one press, by a measured value that is judged, with a photo."""
    checks = shop.part("Checklist")
    await page.get_by_role("button", name="Pass: Fins are clean").click()
    await expect(checks.get_by_role("listitem").first).to_contain_text("Passed")
    await checks.get_by_label("Measured value").fill("7,2")
    await expect(checks).to_contain_text("an order is opened for it")
    await page.get_by_role("button", name="Save: Fan current").click()
    await expect(checks.get_by_role("link", name="order works/2")).to_be_visible()
    await page.get_by_role("button", name="Pass: Photo of the cooler").click()
    await expect(checks.get_by_role("alert")).to_contain_text("it asks for a photo")
    await page.get_by_label("Take a photo").set_input_files(photo("fins.jpg"))
    await expect(shop.part("Photos").get_by_role("img", name="fins.jpg")).to_be_visible()
    await page.get_by_role("button", name="Pass: Photo of the cooler").click()
    await expect(checks).to_contain_text("3 of 3 checks")


async def write_down(shop: MachineShop) -> None:
    """A part that was used, and hours."""
    parts = shop.part("Parts")
    await parts.get_by_role("button", name="Part used").click()
    await parts.get_by_role("button", name="Save").click()
    await expect(parts).to_contain_text("used 1 pcs")
    await expect(parts).to_contain_text("2 pcs in stock")
    hours = shop.part("Hours worked")
    await hours.get_by_role("button", name="Add hours").click()
    await hours.get_by_label("Hours", exact=True).fill("1,5")
    await hours.get_by_role("button", name="Save").click()
    await expect(hours).to_contain_text("1.5 h")


async def finish(shop: MachineShop, page: Page) -> None:
    """Locks off, what was done, and a signature drawn with a finger."""
    await expect(shop.part("Next steps")).to_contain_text("Locks still hang")
    await page.get_by_role("button", name="Remove lock: 400 V").click()
    await page.get_by_role("button", name="Work is done").and_(page.locator("[aria-disabled=false]")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Work is done").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("asks for a signature")
    await dialog.get_by_label("What was done").fill("Fins washed, fan to be looked at")
    paper = await dialog.get_by_role("img", name="Signature").bounding_box()
    assert paper is not None
    await page.mouse.move(paper["x"] + 20, paper["y"] + 30)
    await page.mouse.down()
    await page.mouse.move(paper["x"] + 120, paper["y"] + 60, steps=6)
    await page.mouse.up()
    await dialog.get_by_role("button", name="Work is done").click()
    await shop.is_in("Done, to be verified")


async def test_alarms_become_an_order_that_says_why(shop: MachineShop, page: Page) -> None:
    await shop.open()
    await expect(page.get_by_role("heading", name="No work order is listed, but")).to_be_visible()
    await shop.works.critical()
    await shop.hand_over()  # the list follows the stream
    row = shop.table.get_by_role("row").filter(has_text="Discharge pressure high")
    for part in ("Critical", "Open", "#1 · Compressor 1", "due in", "1 of 1 alarm standing"):
        await expect(row).to_contain_text(part)
    await row.get_by_role("link").click()
    why = shop.part("Why, and what to do")
    for part in (
        "Unloading valve stuck",
        "Free the unloading valve.",
        "it was above 8 bar before",
        "stands for",
        "9.40 bar",
    ):
        await expect(why).to_contain_text(part)
    await shop.be("Wang Fang")
    await shop.step("Start work")
    await shop.is_in("In progress")

    # An order from alarms wants its true cause, and says how often each was true.
    await page.get_by_role("button", name="Work is done").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Work is done").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Choose what the true cause was")
    await expect(dialog.get_by_role("radio", name="Unloading valve stuck · suspected never yet")).to_be_visible()
    await dialog.get_by_role("radio", name=re.compile("Not reproducible")).check()
    await dialog.get_by_role("button", name="Work is done").click()
    await shop.is_in("Done, to be verified")
    await expect(shop.part("About the order")).to_contain_text("not reproducible", ignore_case=True)

    # Whoever looks at the alarm finds the order, and the machine.
    await why.get_by_role("link", name=re.compile("discharge pressure 9.4")).click()
    await expect(
        shop.part("Open orders").get_by_role("link", name="Compressor 1: Discharge pressure high")
    ).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="comp-1", exact=True).click()
    await expect(page.get_by_role("heading", level=1, name="Compressor 1")).to_be_visible()


async def test_the_list_is_filtered_by_its_address(shop: MachineShop, page: Page) -> None:
    await shop.order(title="Oil leaks", priority="high", assignee="li")
    await shop.order(title="Belt squeals", priority="low", subject_kind="site", subject="works")
    late = await shop.order(title="Filter clogged", subject="comp-2", team="air")
    await shop.works.connection.execute(
        "UPDATE work_order SET due_at = now() - interval '3 hours' WHERE number = $1", int(late.split("/")[1])
    )
    await shop.open()
    links = shop.table.get_by_role("link")
    await expect(links).to_have_text(["Filter clogged", "Oil leaks", "Belt squeals"])  # the overdue one first
    await expect(shop.table.get_by_role("row").nth(1)).to_contain_text("overdue by 3 h")
    for address, found in (
        ("person=li", ["Oil leaks"]),
        ("person=-", ["Filter clogged", "Belt squeals"]),
        ("team=air", ["Filter clogged"]),
        ("machine=comp-2&overdue=1", ["Filter clogged"]),
        ("priority=high,low", ["Oil leaks", "Belt squeals"]),
        ("q=squeals", ["Belt squeals"]),
        ("state=waiting&sort=opened", ["Filter clogged", "Belt squeals", "Oil leaks"]),
    ):
        await page.goto(f"{shop.api.base_url}/#/work-orders?{address}")
        await expect(links).to_have_text(found)
    await shop.tell(late, "cancel", comment="Not needed", by="wang")
    await page.goto(f"{shop.api.base_url}/#/work-orders?state=over")
    await expect(links).to_have_text(["Filter clogged"])


async def test_a_supervisor_opens_assigns_and_cancels(shop: MachineShop, page: Page) -> None:
    await shop.open()
    await page.get_by_role("button", name="Open an order").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Open", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Say what is to be done")
    await dialog.get_by_label("What is to be done").fill("Grease the bearings <b>now</b>")
    await dialog.get_by_label("Machine").select_option(label="Compressor 2")
    await dialog.get_by_role("button", name="High").click()
    await dialog.get_by_role("button", name="Open", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Grease the bearings <b>now</b>")
    await page.get_by_role("button", name="Assign").click()
    await dialog.get_by_label("Who", exact=True).select_option(label="Li Wei")
    await dialog.get_by_role("button", name="Assign").click()
    await shop.is_in("Assigned")

    # More urgent than it was, and after a job, whose checklist it has then.
    await page.get_by_role("button", name="Change").click()
    await dialog.get_by_role("button", name="Critical").click()
    await dialog.get_by_label("Do it after a job").select_option(label="Clean the oil cooler")
    await dialog.get_by_role("button", name="Change").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    await dialog.get_by_label("Reason").fill("The press stands")
    await dialog.get_by_role("button", name="Change").click()
    await expect(dialog).to_have_count(0)
    await expect(shop.part("Checklist")).to_contain_text("0 of 3 checks")
    await expect(page.get_by_role("list", name="What happened")).to_contain_text("High → Critical")

    await page.get_by_role("button", name="Cancel order").click()
    await dialog.get_by_role("button", name="Cancel order").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    await dialog.get_by_label("Reason").fill("Was done last week")
    await dialog.get_by_role("button", name="Cancel order").click()
    await shop.is_in("Cancelled")
    await expect(page.get_by_role("list", name="What happened")).to_contain_text("Was done last week")


async def test_a_photo_that_does_not_arrive_is_sent_again(shop: MachineShop, page: Page) -> None:
    await shop.open(f"#/work-orders/{await shop.order()}")
    photos = shop.part("Photos")
    await page.route("**/photos?*", lambda route: route.abort())
    await page.get_by_label("Choose photos").set_input_files(photo("one.jpg"))
    await expect(photos.get_by_role("alert")).to_contain_text("The server does not answer")
    await page.unroute("**/photos?*")
    await photos.get_by_role("button", name="Try again").click()
    await expect(photos.get_by_role("img", name="one.jpg")).to_be_visible()
    await page.get_by_label("Choose photos").set_input_files({**photo("two.jpg"), "buffer": b"no picture"})
    await expect(photos.get_by_role("alert")).to_be_visible()
    await photos.get_by_role("button", name="Leave out: two.jpg").click()
    await expect(photos.get_by_role("alert")).to_have_count(0)


async def test_orders_are_said_in_chinese_too(shop: MachineShop, page: Page) -> None:
    await shop.works.critical()
    await shop.hand_over()
    order = await shop.order(job="clean-cooler")
    await shop.open()
    await page.get_by_role("button", name="中文").click()
    for where, said in (("", "油冷却器脏污"), ("/works/1", "排气压力高"), (f"/{order}", "翅片清洁")):
        await page.goto(f"{shop.api.base_url}/#/work-orders{where}")
        await expect(page.get_by_role("main").get_by_text(said).first).to_be_visible()
        shown = set(re.findall(r"[A-Za-z]{3,}", await page.get_by_role("main").inner_text()))
        written = (
            "Panel Switch off and lock clean cooler oil filter Oil pcs local bar works pressure high comp Compressor "
            "discharge limit Wang Fang Wei ioe analytics duty maintenance energy alarms watch ingest"
        )
        assert shown <= set(written.split()), shown - set(written.split())


async def test_axe_and_a_phone(shop: MachineShop, page: Page) -> None:
    await shop.works.critical()
    await shop.hand_over()
    order = await shop.order(job="clean-cooler")
    await page.emulate_media(reduced_motion="reduce")
    for where in ("#/work-orders", f"#/work-orders/{order}", "#/work-orders/works/1"):
        await shop.open(where)
        await expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
        await expect(
            page.get_by_role("main").get_by_role("link", name=re.compile("Oil cooler|Compressor 1")).first
        ).to_be_visible()
        for width, height in ((1440, 900), (390, 844)):
            await page.set_viewport_size({"width": width, "height": height})
            assert await shop.operator.width_needed() == width
            assert await shop.operator.grave_findings() == []
