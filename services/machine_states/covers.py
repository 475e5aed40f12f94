"""Up to where the readings of each machine have been taken in, and what the last one was.

Beyond it nothing is stored. A device that is noted for the first time, or whose values are to be read otherwise, has
`derived_to_us`: up to there its history has been derived; catching_up.py does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.database import Connection, rows, run
from services.machine_states.bindings import SQL, Binding


@dataclass(frozen=True, slots=True)
class CoverRow:
    """What has been taken in of a device; microseconds since 1970."""

    device_id: int
    point_id: int
    meaning: Any
    first_us: int
    last_us: int
    last_value: float
    valid_until_us: int
    derived_to_us: int | None


@dataclass(frozen=True, slots=True)
class Reached:
    """Up to where a device's readings are taken in from now on."""

    binding: Binding
    first_us: int
    last_us: int
    last_value: float


async def covers(connection: Connection, device_ids: Sequence[int]) -> list[CoverRow]:
    """The covers of devices that have one."""
    return await rows(connection, SQL["covers"], CoverRow, device_ids)


async def put(connection: Connection, reached: Sequence[Reached]) -> None:
    """Note up to where readings have been taken in; an earlier first reading stays."""
    if not reached:
        return
    ordered = sorted(reached, key=lambda each: each.binding.device_id)
    await run(
        connection,
        SQL["put_covers"],
        [each.binding.device_id for each in ordered],
        [each.binding.point_id for each in ordered],
        [each.binding.document for each in ordered],
        [each.first_us for each in ordered],
        [each.last_us for each in ordered],
        [each.last_value for each in ordered],
        [each.last_us + each.binding.meaning.hold_us for each in ordered],
    )
