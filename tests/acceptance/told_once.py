"""Faults in the living factory, and what must have come of them: each is told once, with its true cause first.

Through everything but the broker: messages as on the wire, translated, stored, evaluated, kept, ranked; time is the
simulator's. One telling is one alarm that comes to people unacknowledged, or grows worse; a flood would be one as well.
What goes out is counted in the notifier's outbox as well: each fault is told in one message.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.database import connect
from tests.acceptance.drawn_faults import Expected, drawn
from tests.alarms.living_factory import LivingFactory, living


async def living_with(database_url: str, faults: Sequence[Expected], minutes: float, **options: object) -> None:
    """Let the factory live with faults: each is told once, in one message, with its true cause first."""
    connection = await connect(database_url, name="test")
    try:
        factory = await living(connection, *(each.fault for each in faults), **options)  # type: ignore[arg-type]
        await factory.live(minutes)
        await once_each(factory, faults)
    finally:
        await connection.close()


async def once_each(factory: LivingFactory, faults: Sequence[Expected]) -> None:
    """Each fault was told once, with its true cause first, in one message of the outbox, and nothing else."""
    told = await factory.told()
    assert [one for one in told if not any(each.is_met_by(one) for each in faults)] == []
    once = {each.fault: 1 for each in faults}
    assert {each.fault: sum(map(each.is_met_by, told)) for each in faults} == once
    alarms = {
        each.fault: {f"kunshan/{one.rule}/{one.subject}" for one in told if each.is_met_by(one)} for each in faults
    }
    messages = await factory.messages()
    assert {fault: sum(not mine.isdisjoint(sent) for sent in messages) for fault, mine in alarms.items()} == once
    assert len(messages) <= len(faults)


async def living_with_drawn(
    database_url: str, seed: int, kinds: Sequence[str], minutes: float, start: str = "2026-07-16T09:30"
) -> None:
    """Let the factory live with faults on machines that are at work when it begins."""
    connection = await connect(database_url, name="test")
    try:
        # Of machines' faults the ledger of meters knows nothing, and it costs half of the time.
        factory = await living(connection, start=start, seed=seed, with_ledger=not kinds or "meter-reset" in kinds)
        faults = drawn(seed, factory.run, kinds)
        for each in faults:
            factory.run.order(each.fault)
        await factory.live(minutes)
        await once_each(factory, faults)
    finally:
        await connection.close()
