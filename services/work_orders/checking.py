"""An order is done: is the condition of its alarms gone?

    done --check_at--> none stands -----------------> checked; somebody else may verify it
                   |--> one stands -----------------> reopened, with the evidence
                    '-> of one nobody can know -----> looked at again each minute, for an hour; then reopened

What stands is what evaluation says now, whether or not people hear it: a level that nothing keeps quiet by design. A
machine that is off has no such level; of one whose communication is lost nobody can know, and an order is not good
because its sensor is dead. Where evaluation itself stands still or is behind, orders wait until it has come to their
time: that we did not look is nothing against a machine. Each order is looked at in a transaction of its own, which
holds the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from services.database import Connection, rows, undisturbed
from services.statements import statements
from services.work_orders import steps, trail
from services.work_orders.locking import lock, put
from services.work_orders.moments import Given
from services.work_orders.rows import Order, OrderRef

SQL = statements("order_checks")
AT_MOST = 100
AGAIN_AFTER: Final = timedelta(minutes=1)
KNOWN_WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueRow:
    """An order that is to be looked at."""

    id: int
    site: str
    number: int


@dataclass(frozen=True, slots=True)
class SeenRow:
    """An alarm of an order, as evaluation has it now."""

    alarm: str
    level: str | None
    value: float | None
    limit_value: float
    unit: str
    message: str
    since: datetime
    quiet: str | None
    is_lost: bool

    @property
    def stands(self) -> bool:
        """Its condition holds, and nothing keeps it quiet."""
        return self.level is not None and self.quiet is None

    @property
    def evidence(self) -> dict[str, object]:
        """As it is kept with the order."""
        return {
            "alarm": self.alarm,
            "level": self.level,
            "value": self.value,
            "limit": self.limit_value,
            "unit": self.unit,
            "since": self.since.astimezone(UTC).isoformat(),
            **({"unknown": self.quiet or "nothing is known of it"} if self.is_lost else {}),
        }


async def check(connection: Connection, now: datetime) -> int:
    """Look at every done order to whose time alarms were evaluated; gives how many are settled by it."""
    lag_s: float | None = await connection.fetchval(SQL["evaluation_lag"].text)
    if lag_s is None:
        return 0
    evaluated_to = min(now, now - timedelta(seconds=lag_s))
    settled = 0
    for due in await rows(connection, SQL["orders_to_check"], DueRow, evaluated_to, AT_MOST):
        ref = OrderRef(due.site, due.number)

        async def look(ref: OrderRef = ref) -> bool:
            return await _check_one(connection, ref, evaluated_to, now)

        settled += await undisturbed(connection, look)
    return settled


async def _check_one(connection: Connection, ref: OrderRef, evaluated_to: datetime, now: datetime) -> bool:
    order = await lock(connection, ref)
    if order.state != "done" or order.checked_at is not None or order.check_at is None or order.check_at > evaluated_to:
        return False  # somebody was quicker, between the look and the lock
    assert order.done_at is not None
    seen = await rows(connection, SQL["alarms_of_order"], SeenRow, order.id)
    standing, lost = [each for each in seen if each.stands], [each for each in seen if each.is_lost]
    if standing:
        await _reopen(connection, order, f"It still stands: {standing[0].message or standing[0].alarm}", standing, now)
    elif lost and now - order.done_at < KNOWN_WITHIN:
        order.check_at = now + AGAIN_AFTER
        await put(connection, order)
        return False
    elif lost:
        why = f"Nobody can know whether it is gone: {lost[0].alarm} has had no readings since it was done."
        await _reopen(connection, order, why, lost, now)
    else:
        order.checked_at = now
        await put(connection, order)
        detail = {"alarms": [each.alarm for each in seen]}
        await trail.add(connection, order.id, "checked", now, None, from_state="done", to_state="done", detail=detail)
    return True


async def _reopen(connection: Connection, order: Order, why: str, alarms: Sequence[SeenRow], now: datetime) -> None:
    given = Given(comment=why, evidence=tuple(each.evidence for each in alarms))
    await steps.take(connection, order.ref, "reopen", None, now, given)
