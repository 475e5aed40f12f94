"""Manual readings: what a person read off a register, at an instant.

The value becomes the effective reading of that instant (services/corrections.py: whatever was sent stays beside it), so
the judgement takes it like any other, and a row of the ledger says who read it. The same reading entered again changes
nothing. Refused are meters without a register, the future, values that the register cannot show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services import corrections, events
from services.database import Connection, run
from services.ledger.registers import SQL, RegisterRow, lock, segment_at, segments
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
