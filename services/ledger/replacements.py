"""Replacements: another register, or another multiplier, from an instant on. Never inferred, always entered.

    register shows   ... 998,400 | 999,120 closing      opening 5,000,000 | 5,000,460 ...
                                 at: the increment before counts up to the closing value, the one after from the opening

Closing and opening values belong together; without them only multiplier, modulus, resolution or point change. What is
not given stays as it was. Replacements are entered in order; one entered wrongly is entered again with `replace`, or
undone. The register is judged again from the last read before.

Refused: the future, an instant before a later replacement, the same instant with other figures (unless `replace`),
values that the registers cannot show or that contradict the reads on either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from services import events
from services.database import Connection, one, run
from services.ledger.reads import NearRow
from services.ledger.registers import SQL, RegisterRow, SegmentRow, lock, segments
from services.metering import recompute
from services.registry.points import points_named


class ReplacementRefusedError(Exception):
    """The replacement cannot have been; the message says why and what to enter instead."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """What changed at an instant; None: stayed as it was. `modulus` 0: the new register has none that is known."""

    at: datetime
    reason: str
    closing_value: Decimal | None = None
    opening_value: Decimal | None = None
    multiplier: Decimal | None = None
    modulus: Decimal | None = None
    resolution: Decimal | None = None
    point: str | None = None

    def __post_init__(self) -> None:
        if (self.closing_value is None) != (self.opening_value is None):
            raise ReplacementRefusedError(
                "a register that was replaced has a closing value and its successor an opening value: give both"
            )
        changed = (self.closing_value, self.multiplier, self.modulus, self.resolution, self.point)
        if all(each is None for each in changed):
            raise ReplacementRefusedError(
                "nothing changes: give closing and opening values, or another multiplier, modulus, resolution or point"
            )


async def enter(
    connection: Connection,
    register: RegisterRow,
    wanted: Replacement,
    now: datetime,
    *,
    replace: bool = False,
    actor: str = "local",
) -> bool:
    """Write a replacement and have it judged again; False where it is there. Raises ReplacementRefusedError."""
    _require_physical(register)
    if wanted.at > now:
        raise ReplacementRefusedError(f"{wanted.at.isoformat()} is in the future: enter it when it is done")
    async with connection.transaction():
        await lock(connection, register.register_id)
        known = await segments(connection, register.register_id)
        there = next((segment for segment in known if segment.valid_from == wanted.at), None)
        before = [segment for segment in known if segment.valid_from is None or segment.valid_from < wanted.at]
        after = [segment for segment in known if segment.valid_from is not None and segment.valid_from > wanted.at]
        if not before:
            raise ReplacementRefusedError(f"{register.meter} has no register yet at {wanted.at.isoformat()}")
        point_id, unit = await _point(connection, wanted, before[-1])
        new = _segment(wanted, before[-1], point_id, actor)
        if there is not None and _same(there, new):
            return False
        if there is not None and not replace:
            raise ReplacementRefusedError(
                f"another replacement is entered at {wanted.at.isoformat()}: say `replace` to put this one in its place"
            )
        if replace and there is None:
            raise ReplacementRefusedError(
                f"there is no replacement at {wanted.at.isoformat()} to be replaced: {_instants(known)}"
            )
        if after and there is None:
            raise ReplacementRefusedError(
                f"a later replacement is entered ({_instants(after)}): undo it, enter this one, then that one again"
            )
        _require_shown(new, before[-1])
        stop = after[0].valid_from if after else None
        await _require_between(connection, register, new, before[-1], unit, stop)
        await run(
            connection,
            SQL["write_segment"],
            register.register_id,
            wanted.at,
            new.point_id,
            new.multiplier,
            new.modulus,
            new.resolution,
            new.closing_value,
            new.opening_value,
            wanted.reason,
            actor,
        )
        await _judge_again(connection, register, wanted.at, "meter.replaced", wanted.reason)
    return True


async def undo(connection: Connection, register: RegisterRow, at: datetime, reason: str) -> bool:
    """Take the replacement at an instant away again; False where there is none. Raises ReplacementRefusedError."""
    _require_physical(register)
    async with connection.transaction():
        await lock(connection, register.register_id)
        if not await run(connection, SQL["delete_segment"], register.register_id, at):
            return False
        await _judge_again(connection, register, at, "meter.replacement_undone", reason)
    return True


async def _judge_again(connection: Connection, register: RegisterRow, at: datetime, kind: str, reason: str) -> None:
    await run(connection, SQL["announce_segments"])
    await recompute.request(connection, [register.register_id], at, kind)
    payload = {"flow": register.flow, "at": at.isoformat(), "reason": reason}
    await events.record(connection, kind, register.meter, payload)


def _require_physical(register: RegisterRow) -> None:
    if register.kind == "virtual":
        raise ReplacementRefusedError(f"{register.meter} is a virtual meter: change its formula in the site folder")


async def _point(connection: Connection, wanted: Replacement, before: SegmentRow) -> tuple[int | None, str | None]:
    if wanted.point is None:
        return before.point_id, before.point_unit
    point = (await points_named(connection, [wanted.point])).get(wanted.point)
    if point is None:
        raise ReplacementRefusedError(f"there is no point {wanted.point!r}: its name is site/device/key")
    if before.point_unit is not None and point.unit != before.point_unit:
        raise ReplacementRefusedError(f"{wanted.point} is in {point.unit}, the register before in {before.point_unit}")
    return point.point_id, point.unit


def _segment(wanted: Replacement, before: SegmentRow, point_id: int | None, actor: str) -> SegmentRow:
    modulus = before.modulus if wanted.modulus is None else wanted.modulus
    return SegmentRow(
        wanted.at,
        point_id,
        wanted.point or before.point,
        before.point_unit,
        before.multiplier if wanted.multiplier is None else wanted.multiplier,
        modulus or None,
        before.resolution if wanted.resolution is None else wanted.resolution,
        wanted.closing_value,
        wanted.opening_value,
        actor,
        wanted.reason,
    )


def _same(there: SegmentRow, new: SegmentRow) -> bool:
    return (
        there.point_id,
        there.multiplier,
        there.modulus,
        there.resolution,
        there.closing_value,
        there.opening_value,
    ) == (new.point_id, new.multiplier, new.modulus, new.resolution, new.closing_value, new.opening_value)


def _instants(known: list[SegmentRow]) -> str:
    entered = [segment.valid_from.isoformat() for segment in known if segment.valid_from is not None]
    return ", ".join(entered) or "none is entered"


def _require_shown(new: SegmentRow, before: SegmentRow) -> None:
    for name, value, modulus in (
        ("closing", new.closing_value, before.modulus),
        ("opening", new.opening_value, new.modulus),
    ):
        if value is not None and (value < 0 or (modulus is not None and value >= modulus)):
            highest = "" if modulus is None else f" to below {modulus:f}"
            raise ReplacementRefusedError(
                f"the {name} value {value:f} cannot be shown: the register goes from 0{highest}"
            )


async def _require_between(
    connection: Connection,
    register: RegisterRow,
    new: SegmentRow,
    before: SegmentRow,
    unit: str | None,
    stop: datetime | None,
) -> None:
    """Refuse values that contradict the last read before, or the first one after."""
    if new.closing_value is None or new.opening_value is None:
        return
    assert new.valid_from is not None
    at = new.valid_from
    last = await one(
        connection, SQL["read_before"], NearRow, before.point_id, at, before.valid_from or at - timedelta(days=400)
    )
    shown = Decimal(repr(last.value)) if last else Decimal(0)
    if last is not None and before.modulus is None and new.closing_value + before.resolution < shown:
        raise ReplacementRefusedError(
            f"the closing value {new.closing_value:f} is below the last read, {last.value!r} {unit} at "
            f"{last.time.isoformat()}: mend the value or the time, or correct that reading first"
        )
    first = await one(connection, SQL["read_after"], NearRow, new.point_id, at, stop or at + timedelta(days=400))
    if first is not None and new.modulus is None and Decimal(repr(first.value)) + new.resolution < new.opening_value:
        raise ReplacementRefusedError(
            f"the opening value {new.opening_value:f} is above the first read after it, {first.value!r} {unit} at "
            f"{first.time.isoformat()}: mend the value or the time, or correct that reading first"
        )
    if last is not None and register.rated_per_hour is not None and before.modulus is None:
        _require_possible(register, before, last, new.closing_value, at)


def _require_possible(register: RegisterRow, before: SegmentRow, last: NearRow, closing: Decimal, at: datetime) -> None:
    assert register.rated_per_hour is not None
    hours = Decimal((at - last.time) // timedelta(microseconds=1)) / Decimal(3_600_000_000)
    possible = (
        Decimal("1.2") * Decimal(str(register.rated_per_hour)) * hours + 2 * before.multiplier * before.resolution
    )
    counted = (closing - Decimal(repr(last.value))) * before.multiplier
    if counted > possible + before.multiplier:  # a display read off by eye is good to one step
        raise ReplacementRefusedError(
            f"{counted:f} {register.unit} since the last read ({last.value!r} at {last.time.isoformat()}) is more than "
            f"{register.meter} can carry, {possible:.3f}: mend the closing value or the time"
        )
