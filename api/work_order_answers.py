"""What the routes about one work order share: which order is meant, who acts, and the order with all that is known."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Self

from fastapi import Depends, Path

from analytics.work_orders.lifecycle import Refused
from api.context import Database
from api.names import CODE
from api.problems import Problem, refused_as
from api.work_order_models import WorkOrderDetail
from services import people
from services.database import Connection
from services.people import Actor, PersonNotFoundError, TeamNotFoundError
from services.work_orders import reads
from services.work_orders.rows import OrderNotFoundError, OrderRef


@dataclass(frozen=True, slots=True)
class NamedOrder:
    """The order that a request is about, and the connection over which it is acted upon."""

    connection: Connection
    ref: OrderRef
    now: datetime

    @classmethod
    def now_of(cls, connection: Connection, ref: OrderRef) -> Self:
        """The order, now."""
        return cls(connection, ref, datetime.now(UTC))

    @asynccontextmanager
    async def acting(self, by: str | None) -> AsyncIterator[Actor]:
        """A transaction in which somebody does something to it. Raises Problem where one is not known."""
        with (
            refused_as("work-order-not-found", OrderNotFoundError),
            refused_as("person-not-found", PersonNotFoundError),
            refused_as("team-not-found", TeamNotFoundError),
        ):
            async with self.connection.transaction():
                yield await people.actor(self.connection, by)

    def unless_refused(self, outcome: object) -> None:
        """Go on where something was done. Raises Problem with the reason where it was refused."""
        if isinstance(outcome, Refused):
            more = {"reason": outcome.reason}
            raise Problem("work-order-step-refused", f"{self.ref.address}: {outcome.why}.", more=more)

    async def detail(self, by: str | None = None) -> WorkOrderDetail:
        """The order as it is now, and what somebody can do about it. Raises Problem where one is not known."""
        async with self.acting(by) as actor:
            pass
        with refused_as("work-order-not-found", OrderNotFoundError):
            found = await reads.detail(self.connection, self.ref, actor)
        return WorkOrderDetail.with_all(found, self.now)


async def _in_path(
    site: Annotated[str, Path(pattern=CODE, examples=["kunshan"])],
    number: Annotated[int, Path(ge=1, lt=10**9, examples=[41])],
) -> OrderRef:
    return OrderRef(site, number)


OrderInPath = Annotated[OrderRef, Depends(_in_path)]


async def _named(connection: Database, ref: OrderInPath) -> NamedOrder:
    return NamedOrder.now_of(connection, ref)


ThisOrder = Annotated[NamedOrder, Depends(_named)]
