"""What `ioe work-orders` writes down while somebody works on an order: job, lock-out, checklist, parts, hours."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from deploy.settings import settings_option
from deploy.work_order_run import act, by_option
from services.database import Connection
from services.parts import of_orders
from services.people import Actor
from services.work_orders import isolation, jobs, labour, locking, tasks
from services.work_orders.rows import OrderRef

_order = click.argument("order", metavar="ORDER")
_position = click.argument("position", metavar="N", type=click.IntRange(1))


@click.command()
@_order
@click.argument("job", metavar="JOB")
@by_option
@settings_option
def job(order: str, job: str, by: str | None, settings: Path | None) -> None:
    """Do it after a job: its checklist, isolations and parts are copied."""
    act(settings, [order], by, lambda connection, ref, who, now: jobs.give(connection, ref, job, who, now))


@click.command()
@_order
@_position
@click.option("--lock", "number", required=True, help="Number of the padlock.")
@by_option
@settings_option
def lock(order: str, position: int, number: str, by: str | None, settings: Path | None) -> None:
    """Say that a padlock hangs, of isolation N."""
    act(
        settings,
        [order],
        by,
        lambda connection, ref, who, now: isolation.confirm(connection, ref, position, number, who, now),
    )


@click.command()
@_order
@_position
@by_option
@settings_option
def unlock(order: str, position: int, by: str | None, settings: Path | None) -> None:
    """Say that a padlock is off, of isolation N."""
    act(settings, [order], by, lambda connection, ref, who, now: isolation.remove(connection, ref, position, who, now))


@click.command()
@_order
@_position
@click.option("--result", type=click.Choice(["passed", "failed", "skipped"]), help="Of what is not measured.")
@click.option("--value", type=float, help="What was measured; it says whether it passed.")
@click.option("--note", default="", help="What was seen.")
@by_option
@settings_option
def task(order: str, position: int, by: str | None, settings: Path | None, **given: Any) -> None:  # noqa: ANN401
    """Say what task N of the checklist found."""
    result = given.pop("result")
    act(
        settings,
        [order],
        by,
        lambda connection, ref, who, now: tasks.give(connection, ref, position, result, who, now, **given),
    )


@click.command()
@_order
@click.argument("part", metavar="PART")
@click.argument("quantity", metavar="N")
@click.option("--returned", is_flag=True, help="Given back, not taken.")
@click.option("--reason", default="", help="What others should know.")
@by_option
@settings_option
def part(
    order: str, part: str, quantity: str, *, returned: bool, reason: str, by: str | None, settings: Path | None
) -> None:
    """Take N of a part, by its code, or give them back."""
    try:
        many = Decimal(quantity)
    except InvalidOperation:
        raise click.BadParameter(f"{quantity!r} is no number: write it as in 12 or 2.5", param_hint="N") from None
    move = of_orders.give_back if returned else of_orders.use

    async def work(connection: Connection, ref: OrderRef, who: Actor, now: datetime) -> None:
        locked = await locking.lock(connection, ref)
        await move(connection, locked.id, part, many, who, now, reason=reason)

    act(settings, [order], by, work)


@click.command()
@_order
@click.argument("hours", metavar="N", type=float)
@click.option("--person", help="Code of a person; without it and --name whoever does it.")
@click.option("--name", default="", help="Somebody from outside.")
@click.option("--note", default="", help="What was done.")
@by_option
@settings_option
def hours(order: str, hours: float, by: str | None, settings: Path | None, **given: Any) -> None:  # noqa: ANN401
    """Write N hours down that somebody worked until now."""
    act(
        settings,
        [order],
        by,
        lambda connection, ref, who, now: labour.add(connection, ref, hours, who, now, **given),
    )


def add_results(group: click.Group) -> None:
    """Add these commands to a group."""
    for each in (job, lock, unlock, task, part, hours):
        group.add_command(each)
