"""How long things are kept, and letting go of the rest.

Raw readings go by whole chunks, a day each; the anchors of every register stay (services/anchors.py). Checkpoints of
accounting go with the readings that would be judged from them, and are thinned to one a day after a month. The batch
log never goes past its slowest registered follower: a follower that is needed but gone shows as a log that grows, not
as data that was skipped. Events go with their term, read or not; alarms that nobody was told of are counted and
said. Dead letters and unmapped samples have their own, shorter terms; their counts stay in the tally.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Annotated

import msgspec

from services.database import Connection, run
from services.statements import statements

log = logging.getLogger("ioe.retention")
SQL = statements("retention")
Days = Annotated[int, msgspec.Meta(gt=0)]

#: Alarms look back a day at most.
_IRREGULARITIES = timedelta(days=3)


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Terms in days. `raw_readings` must not be shorter than what ingest accepts ([ingest] raw_retention_days)."""

    raw_readings_days: Days = 400
    batch_log_days: Days = 3
    events_days: Days = 30
    dead_letters_days: Days = 90
    unmapped_samples_days: Days = 90


async def let_go(connection: Connection, settings: RetentionSettings) -> dict[str, int]:
    """Drop what is past its term; gives how much of each kind went (chunks of readings, rows of the rest)."""
    events = await _drop_events(connection, timedelta(days=settings.events_days))
    chunks = await connection.fetch(SQL["drop_old_readings"].text, timedelta(days=settings.raw_readings_days))
    async with connection.transaction():
        batches = await run(connection, SQL["drop_old_batches"], timedelta(days=settings.batch_log_days))
    return {
        "reading chunks": len(chunks),
        "summed-up days": await run(connection, SQL["drop_old_days"], timedelta(days=settings.raw_readings_days)),
        "batches": batches,
        "checkpoints": await run(connection, SQL["drop_old_checkpoints"], timedelta(days=settings.raw_readings_days)),
        "events": events,
        "dead letters": await run(connection, SQL["drop_old_dead_letters"], timedelta(days=settings.dead_letters_days)),
        "unmapped samples": await run(
            connection, SQL["drop_old_unmapped_samples"], timedelta(days=settings.unmapped_samples_days)
        ),
        "sums of irregularities": await run(connection, SQL["drop_old_irregularities"], _IRREGULARITIES),
    }


async def _drop_events(connection: Connection, term: timedelta) -> int:
    async with connection.transaction():
        unread: int = await connection.fetchval(SQL["give_up_unread_alarms"].text, term)
        dropped = await run(connection, SQL["drop_old_events"], term)
    if unread:
        log.error("%d events of alarms were dropped unread: nobody was told of them. Is `ioe watch` running?", unread)
    return dropped
