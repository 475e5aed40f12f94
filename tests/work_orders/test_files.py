"""Photos and signatures of an order: what is which, and what a phone sends twice."""

from __future__ import annotations

import pytest

from analytics.maintenance.job import Task
from analytics.work_orders.lifecycle import Refused
from services.attachments.keeping import JPEG, Attachment, Prepared
from services.database import Connection
from services.work_orders import files, reads
from services.work_orders.rows import OrderRef
from services.work_orders.tasks import Found
from tests.work_orders import shop
from tests.work_orders.shop import Shop


@pytest.fixture
async def here(connection: Connection) -> Shop:
    return await shop.begin(connection, "kunshan")


def picture(content: str) -> Prepared:
    return Prepared(JPEG, f"{content}.jpg", content.encode(), 4, 3)


async def sign(here: Shop, ref: OrderRef, content: str) -> None:
    async with here.connection.transaction():
        kept = await files.sign(here.connection, ref, picture(content), await here.actor("li"), here.now)
    assert isinstance(kept, Attachment)


async def add(here: Shop, ref: OrderRef, content: str) -> Attachment:
    async with here.connection.transaction():
        kept = await files.add(here.connection, ref, picture(content), await here.actor("li"), here.now)
    assert isinstance(kept, Attachment)
    return kept


async def test_a_signature_is_no_photo_also_once_another_has_replaced_it(here: Shop) -> None:
    ref = await here.open(tasks=(Task("Photo", kind="photo"),))
    await here.go(ref, "start", by="li")
    await sign(here, ref, "first")
    await sign(here, ref, "second")
    refused = await here.give(ref, 1, "passed")
    assert isinstance(refused, Refused)
    assert refused.reason == "photo_missing"
    found = await reads.detail(here.connection, ref)
    assert found.counts.photos == 0
    assert [(each.name, each.is_signature) for each in found.files] == [("first.jpg", True), ("second.jpg", True)]
    await add(here, ref, "seal")
    assert await here.give(ref, 1, "passed") == Found("passed", None)
    await here.go(ref, "complete", by="li")
    await here.go(ref, "reopen", by="wang", comment="it drips")
    found = await reads.detail(here.connection, ref)
    assert found.counts.photos == 1
    assert [each.is_signature for each in found.files] == [True, True, False], "of a reopened order, too"


async def test_a_photo_that_is_sent_twice_is_there_once(here: Shop) -> None:
    ref, other = await here.open(), await here.open()
    first = await add(here, ref, "seal")
    assert (await add(here, ref, "seal")).key == first.key
    assert (await add(here, other, "seal")).key != first.key, "each order has its own"
    await here.go(ref, "start", by="li")
    await sign(here, ref, "seal")
    assert (await add(here, ref, "seal")).key == first.key
    assert len((await reads.detail(here.connection, ref)).files) == 2
    assert [entry.event for entry in await here.entries(ref)] == ["open", "photo", "start", "signature"]
