"""Photos of an order, and the signature that its job asks for.

A file was looked at and drawn anew before it comes here (services/attachments). Photos are added until the order is
over; a signature is given while somebody works on it, and a later one takes the place of an earlier, which stays among
the files. A reopened order has to be signed again. A photo that a phone sends twice, because it got no answer, is there
once.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from analytics.work_orders.lifecycle import OVER, Refused
from services.attachments.keeping import JPEG, Attachment, Prepared, put
from services.database import Connection, one, run
from services.people import Actor
from services.statements import statements
from services.work_orders import locking, trail
from services.work_orders.rows import Order, OrderRef

SQL = statements("work_order_files")

AT_MOST: Final = 200


async def add(
    connection: Connection, ref: OrderRef, file: Prepared, actor: Actor, now: datetime, title: str = ""
) -> Attachment | Refused:
    """Add a photo or a document to an order, in the caller's transaction. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    if order.state in OVER:
        return Refused("not_now", f"files are added to an order until it is over, and it is {order.state}")
    digest = hashlib.sha256(file.content).digest()
    if (known := await one(connection, SQL["same_file"], Attachment, order.id, digest)) is not None:
        return known
    return await _added(connection, order, file, actor, now, "photo" if file.media_type == JPEG else "file", title)


async def sign(
    connection: Connection, ref: OrderRef, file: Prepared, actor: Actor, now: datetime, title: str = ""
) -> Attachment | Refused:
    """Sign an order with a drawn name, in the caller's transaction. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    if order.state != "in_progress":
        said = order.state.replace("_", " ")
        return Refused(
            "not_now", f"an order is signed at the end of the work, before it is completed, and it is {said}"
        )
    if file.media_type != JPEG:
        return Refused("no_picture", "a signature is a picture: send it as PNG or JPEG")
    kept = await _added(connection, order, file, actor, now, "signature", title)
    if isinstance(kept, Attachment):
        order.signature_id = kept.id
        await locking.put(connection, order)
    return kept


async def _added(
    connection: Connection, order: Order, file: Prepared, actor: Actor, now: datetime, event: str, title: str
) -> Attachment | Refused:
    if await connection.fetchval(SQL["count_files"].text, order.id) >= AT_MOST:
        return Refused("too_many_files", f"it has {AT_MOST} files already: open another order for more")
    kept = await put(connection, order.site_id, file, actor)
    await run(connection, SQL["add_file"], order.id, kept.id, title, event == "signature")
    detail = {"key": str(kept.key), "name": kept.name, "title": title}
    await trail.add(connection, order.id, event, now, actor, detail=detail)
    return kept
