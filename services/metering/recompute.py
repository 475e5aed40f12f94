"""Asking that registers be judged again: what came late, was corrected, belongs to another register or is ruled anew.

    request (any process, in its own transaction) --recompute_task--> the engine, step by step (rejudging.py)

All that was touched must lie in [since, until]: the work begins at a checkpoint before `since`, and may end early only
after `until`, where the judgement is what it was before. Asking twice is harmless, and so is asking for too much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.database import Connection, one, rows, run
from services.metering.rules import EVER_US, NEVER_AGAIN_US
from services.statements import statements

SQL = statements("recompute")
CHANNEL = "recompute"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many registers are still to be judged again, and from when on the earliest of them."""

    registers: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A register that waits, and from when on."""

    register_id: int
    since_us: int


async def request(
    connection: Connection,
    register_ids: Sequence[int],
    since: datetime | None,
    reason: str,
    *,
    until: datetime | None = None,
) -> None:
    """Have registers judged again, in the caller's transaction.

    `since`: the earliest instant that was touched (None: from the beginning); `until`: the latest one (None: open, as
    for another multiplier). What raw retention has dropped is not judged again: the engine begins at the oldest
    checkpoint that has all later readings, and says so in its log and as event `energy.recompute_shortened`.
    """
    span = (EVER_US if since is None else _us(since), NEVER_AGAIN_US if until is None else _us(until))
    await ask_spans(connection, dict.fromkeys(register_ids, span), reason)


async def ask_spans(connection: Connection, spans: Mapping[int, tuple[int, int]], reason: str) -> None:
    """The same for a span of microseconds a register."""
    if not spans:
        return
    since_us, until_us = zip(*spans.values(), strict=True)
    await run(connection, SQL["ask"], list(spans), list(since_us), list(until_us), reason)
    await run(connection, SQL["wake_engine"])


async def since_us(connection: Connection) -> dict[int, int]:
    """From when on each register that waits is to be judged again: before it, the work is done."""
    return {row.register_id: row.since_us for row in await rows(connection, SQL["tasks"], AskedRow)}


async def waiting(connection: Connection, register_ids: Sequence[int] | None = None) -> Waiting:
    """What is still to be done, for all registers or for these."""
    found = await one(connection, SQL["waiting"], Waiting, register_ids)
    assert found is not None
    return found


def _us(instant: datetime) -> int:
    return max(EVER_US, (instant - _EPOCH) // timedelta(microseconds=1))
