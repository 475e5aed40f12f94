"""How the commands of `ioe work-orders` reach the database, and how they end.

A step is a transaction of its own for each order: one that is refused hinders no other. Exit 1: at least one did not
take it, and each refusal says what to do first.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

import click

from analytics.work_orders.lifecycle import Refused
from deploy.one_connection import one_connection
from services.database import Connection
from services.parts.rows import PartNotFoundError
from services.parts.stock import MovementRefusedError
from services.people import Actor, PersonNotFoundError, TeamNotFoundError, actor
from services.work_orders import reads
from services.work_orders.opening import OrderRefusedError
from services.work_orders.rows import OrderNotFoundError, OrderRef

Answer = TypeVar("Answer")
#: Does something to an order; what is refused is given back.
Act: TypeAlias = Callable[[Connection, OrderRef, Actor, datetime], Awaitable[object]]

_ERRORS = (
    OrderNotFoundError,
    PersonNotFoundError,
    TeamNotFoundError,
    OrderRefusedError,
    PartNotFoundError,
    MovementRefusedError,
)

orders_argument = click.argument("orders", metavar="ORDER ...", nargs=-1, required=True)
by_option = click.option("--by", help="Code of the person who does it; without it nobody signed.")


def run(settings: Path | None, work: Callable[[Connection], Coroutine[object, object, Answer]]) -> Answer:
    """Work over one connection; what cannot be done ends the command with its reason."""

    async def connected() -> Answer:
        async with one_connection(settings, "work-orders") as connection:
            return await work(connection)

    try:
        return asyncio.run(connected())
    except _ERRORS as error:
        raise click.ClickException(str(error)) from error


def act(settings: Path | None, orders: Sequence[str], by: str | None, step: Act) -> None:
    """Do the same to each order; ends with 1 where one refused it."""

    async def work(connection: Connection) -> bool:
        all_done = True
        for address in orders:
            try:
                ref, now = OrderRef.of(address), datetime.now(UTC)
                async with connection.transaction():
                    outcome = await step(connection, ref, await actor(connection, by), now)
                said = outcome.why if isinstance(outcome, Refused) else (await reads.order(connection, ref)).state
                is_done = not isinstance(outcome, Refused)
            except _ERRORS as error:
                said, is_done = str(error), False
            click.echo(f"{address}: {said}", err=not is_done)
            all_done = all_done and is_done
        return all_done

    if not run(settings, work):
        sys.exit(1)
