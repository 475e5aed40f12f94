"""What each register is judged by: its segments, rating and rulings, and which point it reads from when.

Loaded whole from the registry and from `ruling`. What a register was judged by is kept with its head; where the two
differ, the register is judged again from the first instant about which they differ (`first_difference`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import msgspec

from analytics.metering.model import MICRO, Rules, Ruling, Segment
from services.database import Connection, rows
from services.statements import statements

SQL = statements("metering")
#: Before every reading; `-infinity` of the registry.
EVER_US = 0
#: After every reading; `infinity` of the registry.
NEVER_AGAIN_US = 4_102_444_800_000_000  # 2100-01-01
#: A register without a rating is held to one gigawatt, or as many cubic metres: only the absurd is implausible then.
UNRATED_PER_HOUR = 1_000_000


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A physical register in service; `segments` and `rulings` as JSON, newest ruling of each span only."""

    register_id: int
    site: str
    meter: str
    calendar_id: int
    integrates: bool
    rated_per_hour: float | None
    expected_interval_us: int | None
    segments: Any
    rulings: Any


class SegmentRow(msgspec.Struct, frozen=True):
    """A segment with the point it reads from."""

    from_us: int
    point_id: int | None
    multiplier: Decimal
    modulus_micro: int | None
    resolution_micro: int
    closing_micro: int | None
    opening_micro: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """A register's reads of [from_us, stop_us) come from this point; None: from nowhere."""

    point_id: int | None
    from_us: int
    stop_us: int


@dataclass(frozen=True, slots=True)
class Register:
    """A register, its rules, and its sources in the order of time, one a segment."""

    register_id: int
    site: str
    meter: str
    calendar_id: int
    rules: Rules
    sources: tuple[Source, ...]


async def load(connection: Connection, register_ids: Sequence[int] | None = None) -> dict[int, Register]:
    """The registers in service by id: all, or those of these that are."""
    found = await rows(connection, SQL["registers_in_service"], RegisterRow, register_ids)
    return {row.register_id: _register(row) for row in found if row.segments}


def stored(register: Register) -> object:
    """What a head keeps of a register: plain values for JSON."""
    return msgspec.to_builtins(register)


def restored(kept: object) -> Register:
    """The register of what a head kept."""
    return msgspec.convert(kept, Register)


def first_difference(old: Register, new: Register) -> int | None:
    """From when on reads judged as `old` have to be judged anew as `new`; None: nothing differs."""
    if (old.calendar_id, _constants(old.rules)) != (new.calendar_id, _constants(new.rules)):
        return EVER_US
    old_segments = {(source.from_us, source.point_id, segment) for source, segment in _paired(old)}
    new_segments = {(source.from_us, source.point_id, segment) for source, segment in _paired(new)}
    changed = [from_us for from_us, _, _ in old_segments ^ new_segments]
    changed += [ruling.start_us for ruling in set(old.rules.rulings) ^ set(new.rules.rulings)]
    return min(changed, default=None)


def _constants(rules: Rules) -> tuple[object, ...]:
    return rules.rated_micro_per_hour, rules.linear_us, rules.integrates, rules.expected_interval_us


def _paired(register: Register) -> zip[tuple[Source, Segment]]:
    return zip(register.sources, register.rules.segments, strict=True)


def _register(row: RegisterRow) -> Register:
    segments = msgspec.convert(row.segments, list[SegmentRow])
    rated = UNRATED_PER_HOUR if row.rated_per_hour is None else row.rated_per_hour
    rules = Rules(
        segments=tuple(
            Segment(
                segment.from_us,
                segment.multiplier,
                segment.modulus_micro,
                segment.resolution_micro,
                segment.closing_micro,
                segment.opening_micro,
            )
            for segment in segments
        ),
        rated_micro_per_hour=round(rated * MICRO),
        rulings=tuple(msgspec.convert(row.rulings, list[Ruling])),
        integrates=row.integrates,
    )
    if row.integrates and row.expected_interval_us is not None:
        rules = replace(rules, expected_interval_us=row.expected_interval_us)
    stops = [*(segment.from_us for segment in segments[1:]), NEVER_AGAIN_US]
    sources = (
        Source(segment.point_id, segment.from_us, stop_us) for segment, stop_us in zip(segments, stops, strict=True)
    )
    return Register(row.register_id, row.site, row.meter, row.calendar_id, rules, tuple(sources))
