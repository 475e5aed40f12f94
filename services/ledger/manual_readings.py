"""Manual readings: what a person read off a register, at an instant.

The value becomes the effective reading of that instant (services/corrections.py: whatever was sent stays beside it), so
the judgement takes it like any other, and a row of the ledger says who read it. The same reading entered again changes
nothing. Refused are meters without a register, the future, values that the register cannot show.

Taken back, all readings by eye of that instant count no more: what was effective before them is again, or nothing
where nothing was sent. The register is judged again around it, and the ledger keeps both: who read it, who took it
back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services import corrections, events
from services.database import Connection, one, run
from services.ledger.registers import SQL, RegisterRow, lock, segment_at, segments
from services.metering import recompute
from services.registry.points import points_named

#: What a register without a modulus shows at most: 63 bits hold the millionths of it.
HIGHEST = Decimal(10) ** 12


class ReadingRefusedError(Exception):
    """The register cannot have shown this; the message says why."""


@dataclass(frozen=True, slots=True)
class ManualReading:
    """What a register showed at an instant, in the unit of its point."""

    time: datetime
    value: float
    reason: str


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """The reading by eye that holds at an instant, and when the first of those that it stands on was entered."""

    value: float
    since: datetime


async def enter(
    connection: Connection, register: RegisterRow, read: ManualReading, now: datetime, *, actor: str = "local"
) -> bool:
    """Make the value effective and note it in the ledger; False where it is there. Raises ReadingRefusedError."""
    if register.kind != "register":
        raise ReadingRefusedError(f"{register.meter} is a {register.kind} meter: it has no register to be read")
    async with connection.transaction():
        await lock(connection, register.register_id)
        segment = segment_at(await segments(connection, register.register_id), read.time)
        if segment.point is None:
            raise ReadingRefusedError(f"no point is the register of {register.meter} at that instant: assign one first")
        point = (await points_named(connection, [segment.point]))[segment.point]
        below = HIGHEST if segment.modulus is None else segment.modulus
        if not 0 <= Decimal(read.value) < below:
            raise ReadingRefusedError(
                f"{read.value!r} {point.unit} cannot be shown: the register goes from 0 to below {below:f}"
            )
        try:
            corrections.require_plausible(point, {read.time: read.value}, now)
        except corrections.CorrectionRefusedError as error:
            raise ReadingRefusedError(str(error)) from error
        changed = await corrections.correct(connection, point, {read.time: read.value}, read.reason, actor=actor)
        noted = await run(
            connection,
            SQL["note_manual_reading"],
            register.register_id,
            read.time,
            read.value,
            read.reason,
            actor,
        )
        if noted:
            payload = {"flow": register.flow, "time": read.time.isoformat(), "value": read.value, "reason": read.reason}
            await events.record(connection, "ledger.manual_reading", register.meter, payload)
    return bool(changed or noted)


async def undo(
    connection: Connection, register: RegisterRow, time: datetime, reason: str, *, actor: str = "local"
) -> bool:
    """Take the readings by eye of an instant back; False where there is none. Raises ReadingRefusedError."""
    async with connection.transaction():
        await lock(connection, register.register_id)
        entered = await one(connection, SQL["entered_reading"], EnteredRow, register.register_id, time)
        if entered is None:
            return False
        segment = segment_at(await segments(connection, register.register_id), time)
        if segment.point is None:
            raise ReadingRefusedError(f"no point is the register of {register.meter} at that instant: assign one first")
        point = (await points_named(connection, [segment.point]))[segment.point]
        await corrections.take_back(connection, point, time, entered.since, reason, actor=actor)
        await run(connection, SQL["note_taken_back"], register.register_id, time, reason, actor)
        await recompute.request(connection, [register.register_id], time, "a reading by eye was taken back", until=time)
        payload = {"flow": register.flow, "time": time.isoformat(), "value": entered.value, "reason": reason}
        await events.record(connection, "ledger.manual_reading_undone", register.meter, payload)
    return True
