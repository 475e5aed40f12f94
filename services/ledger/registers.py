"""The register that a question or a decision is about, and its segments.

A meter has one register a flow. `register_id` is for joining inside services; outside, a register is named by its
meter (`site/code`) and flow. A meter's former codes go on finding it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.database import Connection, rows
from services.statements import statements

SQL = statements("ledger")

Flow = Literal["import", "export", "reactive_import", "reactive_export"]


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One flow of a meter; `unit` is of its energy."""

    register_id: int
    meter_id: int
    calendar_id: int
    site: str
    code: str
    name: str
    name_zh: str | None
    carrier: str
    kind: str
    flow: str
    unit: str
    rated_per_hour: float | None

    @property
    def meter(self) -> str:
        """Public name of its meter: `kunshan/m-101`."""
        return f"{self.site}/{self.code}"


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """What holds for a register from `valid_from` (None: since ever) until the next segment begins."""

    valid_from: datetime | None
    point_id: int | None
    point: str | None
    point_unit: str | None
    multiplier: Decimal
    modulus: Decimal | None
    resolution: Decimal
    closing_value: Decimal | None
    opening_value: Decimal | None
    actor: str
    reason: str

    def begins_by(self, time: datetime) -> bool:
        """Whether it has begun at an instant."""
        return self.valid_from is None or self.valid_from <= time


@dataclass(frozen=True, slots=True)
class RegisterIdRow:
    """A register by its number."""

    register_id: int


class MeterNotFoundError(LookupError):
    """There is no meter of that name, or it has no such register; the message says what there is."""


async def registers(connection: Connection, site: str, code: str) -> list[RegisterRow]:
    """The registers of a meter, import first; none where there is no such meter."""
    return await rows(connection, SQL["registers_of_meter"], RegisterRow, site, code)


async def register(connection: Connection, site: str, code: str, flow: Flow | None = None) -> RegisterRow:
    """The register of a meter for a flow (None: its first). Raises MeterNotFoundError."""
    found = await registers(connection, site, code)
    if not found:
        raise MeterNotFoundError(f"there is no meter {code!r} on {site!r}: see /api/v1/meters?site={site}")
    for each in found:
        if flow in (None, each.flow):
            return each
    flows = ", ".join(each.flow for each in found)
    raise MeterNotFoundError(f"{site}/{code} does not count {flow}: it counts {flows}")


async def judged_ids(connection: Connection, site: str | None = None, code: str | None = None) -> list[int]:
    """The registers of a meter, or of all, that are judged from readings: not those of virtual meters."""
    return [row.register_id for row in await rows(connection, SQL["judged_registers"], RegisterIdRow, site, code)]


async def first_energy(connection: Connection, register_ids: list[int]) -> datetime | None:
    """Since when there is energy of any of them."""
    first: datetime | None = await connection.fetchval(SQL["first_energy"].text, register_ids)
    return first


async def lock(connection: Connection, register_id: int) -> None:
    """Let one decision about a register be made at a time, until the caller's transaction ends."""
    await connection.execute(SQL["lock_register"].text, register_id)


async def segments(connection: Connection, register_id: int) -> list[SegmentRow]:
    """The segments of a register, the first one first."""
    return await rows(connection, SQL["segments_of_register"], SegmentRow, register_id)


def segment_at(known: list[SegmentRow], time: datetime) -> SegmentRow:
    """The segment in force at an instant."""
    return next(segment for segment in reversed(known) if segment.begins_by(time))
