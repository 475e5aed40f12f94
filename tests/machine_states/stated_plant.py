"""A site with machines that tell their states, and what they were as worked out plainly from all readings at once.

    plant = await make(connection, ["comp-1", "comp-2"], zone="Europe/Berlin")
    await plant.store("comp-1", {at: "loaded", later: "stopped"})
    await plant.take()                                  # everything that is in the log, in one transaction
    assert await plant.changes("comp-1") == plain_changes(readings, HOLD_US)

Readings are {microseconds since 1970: word}. The plain side looks at one instant after the other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from analytics.batches import Columns
from services import batch_log, corrections
from services.batch import Batch
from services.database import Connection
from services.machine_states import following
from services.readings import Recorder
from services.registry.points import points_named

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INTERVAL_S = 10.0
HOLD_US = 30_000_000
WORDS = {"stopped": 0.0, "unloaded": 1.0, "loaded": 2.0, "fault": 3.0, "odd": 4.0}
MEANS = {"stopped": "stopped", "unloaded": "idle", "loaded": "loaded", "fault": "fault", "odd": "no_data"}
ON, OFF = {"running", "loaded", "idle"}, {"stopped", "fault"}

Readings = Mapping[int, str]
Changes = list[tuple[int, str]]


def us(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(time_us: int) -> datetime:
    """The instant so many microseconds after 1970 began."""
    return EPOCH + timedelta(microseconds=time_us)


@dataclass(slots=True)
class StatedPlant:
    """What was made, by code of the device."""

    connection: Connection
    site: str
    zone: ZoneInfo
    devices: dict[str, int] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    last_id: int = 0

    async def store(self, code: str, readings: Readings | Mapping[int, float]) -> None:
        """Record readings as ingest does, in one batch."""
        values = [WORDS[value] if isinstance(value, str) else value for _, value in sorted(readings.items())]
        columns = Columns(
            np.full(len(readings), self.points[code], dtype=np.int32),
            np.array(sorted(readings), dtype=np.int64),
            np.array(values, dtype=np.float64),
        )
        await Recorder(self.connection).record(Batch("ingest-1", datetime.now(UTC), columns, messages=1))

    async def correct(self, code: str, readings: Readings) -> None:
        """Correct what points showed."""
        name = f"{self.site}/{code}/state"
        point = (await points_named(self.connection, [name]))[name]
        values = {instant(at): WORDS[word] for at, word in readings.items()}
        await corrections.correct(self.connection, point, values, "a test")

    async def take(self, at_once: int = 1000) -> None:
        """Take in what the log has, so many batches in a transaction."""
        while batches := await batch_log.read_after(self.connection, self.last_id, at_once):
            await following.take(self.connection, batches)
            self.last_id = batches[-1].id

    async def changes(self, code: str) -> Changes:
        """The change points as they are stored."""
        found = await self.connection.fetch(
            "SELECT at, state FROM machine_state WHERE device_id = $1 ORDER BY at", self.devices[code]
        )
        return [(us(row["at"]), row["state"]) for row in found]

    async def days(self, code: str) -> dict[date, tuple[dict[str, int], int]]:
        """The days as they are stored, in microseconds, without what is zero."""
        found = await self.connection.fetch("SELECT * FROM machine_day WHERE device_id = $1", self.devices[code])
        return {
            row["day"]: (
                {name[:-2]: round(row[name] * 1e6) for name in row.keys() if name.endswith("_s") and row[name]},  # noqa: SIM118 - a record
                row["starts"],
            )
            for row in found
        }


async def make(
    connection: Connection,
    codes: Sequence[str] = ("comp-1",),
    *,
    site: str = "plant",
    zone: str = "Asia/Shanghai",
    states: Mapping[str, float] | None = WORDS,
    key: str = "state",
) -> StatedPlant:
    """Insert the site and its devices, each with one point."""
    plant = StatedPlant(connection, site, ZoneInfo(zone), last_id=await batch_log.newest_id(connection))
    site_id = await connection.fetchval(
        "INSERT INTO site (code, name, time_zone) VALUES ($1::text, $1::text, $2) RETURNING id", site, zone
    )
    template_id = await connection.fetchval(
        "INSERT INTO device_template (site_id, code, name, kind) VALUES ($1, 'comp', 'C', 'compressor') RETURNING id",
        site_id,
    )
    for code in codes:
        plant.devices[code] = await connection.fetchval(
            "INSERT INTO device (site_id, code, name, template_id) VALUES ($1, $2::text, $2::text, $3) RETURNING id",
            *(site_id, code, template_id),
        )
        plant.points[code] = await connection.fetchval(
            """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind,
                                  expected_interval_s, states)
               VALUES ($1, $2, 'State', 'state', '1', '1', 1, $3, $4, $5) RETURNING id""",
            *(plant.devices[code], key, "gauge" if states is None else "state", INTERVAL_S, states),
        )
    await connection.execute("UPDATE registry_revision SET revision = revision + 1")
    return plant


def plain_state(readings: Readings, at: int, times: Sequence[int] = ()) -> str:
    """What stands at an instant; `times`: those of the readings in order, where somebody has them."""
    times = times or sorted(readings)
    place = bisect_right(times, at)
    if not place or at - times[place - 1] >= HOLD_US:
        return "no_data"
    return MEANS[readings[times[place - 1]]]


def plain_changes(readings: Readings, until: int | None = None) -> Changes:
    """All change points up to the newest reading, or to an instant."""
    times = sorted(readings)
    last = times[-1] if until is None else until
    stood, found = "no_data", []
    for at in sorted({*times, *(each + HOLD_US for each in times)}):
        if at <= last and (state := plain_state(readings, at, times)) != stood:
            found.append((at, state))
            stood = state
    return found


def plain_totals(readings: Readings, start: int, stop: int) -> tuple[dict[str, int], int]:
    """Microseconds by state in [start, stop), without what is zero, and starts."""
    times = sorted(readings)
    edges = sorted({start, stop, *(at for at, _ in plain_changes(readings, stop) if start < at < stop)})
    sums: dict[str, int] = {}
    for begin, end in pairwise(edges):
        state = plain_state(readings, begin, times)
        sums[state] = sums.get(state, 0) + end - begin
    return sums, len([at for at in plain_starts(readings, stop) if start <= at < stop])


def plain_starts(readings: Readings, until: int) -> list[int]:
    """Instants at which a machine that was known to be off came on."""
    known, found = "", []
    for at, state in plain_changes(readings, until):
        if state in ON and known in OFF:
            found.append(at)
        if state != "no_data":
            known = state
    return found


def plain_days(readings: Readings, zone: ZoneInfo) -> dict[date, tuple[dict[str, int], int]]:
    """The whole local days from the first reading's to the last that ended before the newest reading."""
    day, found = instant(min(readings)).astimezone(zone).date(), {}
    while (stop := _begins(day + timedelta(days=1), zone)) <= max(readings):
        found[day] = plain_totals(readings, _begins(day, zone), stop)
        day += timedelta(days=1)
    return found


def _begins(day: date, zone: ZoneInfo) -> int:
    return us(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC))
