"""Rulings: what a person decides about energy that the judgement would not decide alone.

    accept    the quarantined energy was real              it goes into the intervals
    reject    it was not                                   it stays out, the ledger adjusts the register
    correct   it was, but as much as the person says       that goes into the intervals
    estimate  a span has no energy, and had some           what the person says, marked estimated
    undo      the ruling is taken back                     the span is as it was judged

A ruling is a row that stays, with who and why; the newest for a span holds. It changes no energy itself: the register
is judged again from the span on, with it. The same ruling sent again is not written again. A ruling about anything but
a quarantined span (for `estimate`: one without energy) is refused, and so is an energy that could not flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from analytics.metering.model import MICRO
from services import events
from services.database import Connection, one, rows, run
from services.ledger.registers import SQL, RegisterRow, lock
from services.metering import recompute

Verdict = Literal["accept", "reject", "correct", "estimate", "undo"]

#: More than the rating for a moment, as the judgement allows it.
MARGIN = Decimal("1.2")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RulingRow:
    """A ruling as it was made; `energy` in millionths of the register's unit."""

    id: int
    flow: str
    unit: str
    start: datetime
    stop: datetime
    verdict: str
    energy: int | None
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A span that a ruling can be about: quarantined now, or ruled about before."""

    start: datetime
    stop: datetime
    kind: str | None
    quarantined: int
    verdict: str | None

    @property
    def open(self) -> bool:
        """Whether somebody has to rule about it."""
        return self.quarantined != 0 and self.verdict in {None, "undo"}


class RulingRefusedError(Exception):
    """The ruling cannot be meant; the message says why, and what can be ruled about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A ruling that somebody wants to make; `energy` in millionths of the register's unit."""

    start: datetime
    stop: datetime
    verdict: Verdict
    reason: str
    energy: int | None = None

    def __post_init__(self) -> None:
        if self.stop <= self.start:
            raise RulingRefusedError("the span is empty: `stop` comes after `start`")
        if self.energy is None and self.verdict in {"correct", "estimate"}:
            raise RulingRefusedError(f"`{self.verdict}` says how much it was: give `energy`")
        if self.energy is not None and self.verdict not in {"correct", "estimate"}:
            raise RulingRefusedError("an energy belongs to `correct` and `estimate`, and to no other verdict")
        if self.energy is not None and self.energy < 0:
            raise RulingRefusedError("an energy cannot be negative: a register counts one direction")


async def rule(
    connection: Connection, register: RegisterRow, wanted: Wanted, now: datetime, *, actor: str = "local"
) -> bool:
    """Write a ruling and have the register judged again; False where it holds already. Raises RulingRefusedError."""
    async with connection.transaction():
        await lock(connection, register.register_id)
        known = await rows(connection, SQL["rulable_spans"], SpanRow, register.register_id)
        span = next((each for each in known if (each.start, each.stop) == (wanted.start, wanted.stop)), None)
        holding = await one(
            connection, SQL["newest_ruling"], RulingRow, register.register_id, wanted.start, wanted.stop
        )
        verdict = None if holding is None else holding.verdict
        if holding is not None and (verdict, holding.energy) == (wanted.verdict, wanted.energy):
            return False
        if wanted.stop > now:
            raise RulingRefusedError(f"{wanted.stop.isoformat()} is in the future: rule about what has been")
        if wanted.verdict == "undo":
            if verdict is None:
                raise RulingRefusedError(f"nothing was ruled about this span{_choice(known)}")
        elif wanted.verdict == "estimate":
            await _require_empty(connection, register, wanted, again=verdict == "estimate")
        else:
            _require_quarantined(span, known, wanted)
        _require_possible(register, wanted, span)
        await run(
            connection,
            SQL["insert_ruling"],
            register.register_id,
            wanted.start,
            wanted.stop,
            wanted.verdict,
            wanted.energy,
            wanted.reason,
            actor,
        )
        await recompute.request(
            connection, [register.register_id], wanted.start, f"ruling: {wanted.verdict}", until=wanted.stop
        )
        payload = {
            "flow": register.flow,
            "start": wanted.start.isoformat(),
            "stop": wanted.stop.isoformat(),
            "verdict": wanted.verdict,
            "reason": wanted.reason,
        }
        await events.record(connection, "ledger.ruled", register.meter, payload)
    return True


async def rulings(
    connection: Connection, meter_id: int, count: int, before: int | None
) -> tuple[Sequence[RulingRow], int | None]:
    """At most `count` rulings of a meter below the number `before`, newest first, and where the rest begins."""
    found = await rows(connection, SQL["rulings_page"], RulingRow, meter_id, before, count + 1)
    return found[:count], found[count - 1].id if len(found) > count else None


def _require_quarantined(span: SpanRow | None, known: Sequence[SpanRow], wanted: Wanted) -> None:
    if span is None:
        raise RulingRefusedError(f"this is no quarantined span{_choice(known)}")
    if wanted.verdict == "accept" and span.quarantined < 0:
        raise RulingRefusedError(
            "a decrease cannot be accepted as energy: reject it, or correct it to what was really used"
        )


async def _require_empty(connection: Connection, register: RegisterRow, wanted: Wanted, *, again: bool) -> None:
    """Refuse to estimate where there is energy; another estimate for the same span replaces the one before."""
    covered_us: int = await connection.fetchval(
        SQL["covered_within"].text, register.register_id, wanted.start, wanted.stop
    )
    if covered_us > 0 and not again:
        raise RulingRefusedError(
            f"{timedelta(microseconds=covered_us)} of this span have energy already: "
            "estimate only what is missing, or correct the readings"
        )


def _require_possible(register: RegisterRow, wanted: Wanted, span: SpanRow | None) -> None:
    if wanted.energy is None or register.rated_per_hour is None:
        return
    hours = Decimal((wanted.stop - wanted.start) // timedelta(microseconds=1)) / Decimal(3_600_000_000)
    possible = MARGIN * Decimal(str(register.rated_per_hour)) * hours
    # What the register itself showed may be put in even where the rating is too small.
    shown = Decimal(abs(span.quarantined) if span else 0)
    if wanted.energy > max(possible * MICRO, shown):
        raise RulingRefusedError(
            f"{Decimal(wanted.energy) / MICRO} {register.unit} in {wanted.stop - wanted.start} is more than "
            f"{register.meter} can carry: at most {possible:.3f} {register.unit} "
            f"({MARGIN} x {register.rated_per_hour:g} an hour)"
        )


def _choice(known: Sequence[SpanRow]) -> str:
    open_spans = [f"{each.start.isoformat()} to {each.stop.isoformat()} ({each.kind})" for each in known if each.open]
    if not open_spans:
        return ": none is open"
    more = "" if len(open_spans) <= _SHOWN else f" and {len(open_spans) - _SHOWN} more"
    return f": open are {'; '.join(open_spans[:_SHOWN])}{more}"
