"""A site with meters, written straight into the tables, for tests that are not about the registry or tariffs.

    plant = await metered_plant.make(connection, meters=[Meter("main"), Meter("b1", parent="main")])
    await metered_plant.calendar(connection, plant, start, stop, bands={time(8): PEAK, time(19, 30): OFF_PEAK})
    await metered_plant.store(connection, plant, "main", [(start, 100.0), (later, 130.0)])

Each meter has a device of its own code, with a point a flow (`energy_kwh` for import). A register is named by its
meter's code, one of another flow `code/export`; a point `device/key`. The calendar written here is a plain one: local
hours, days and months, and bands by the local time of day (none given: band 0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from analytics.batches import Columns
from services.batch import Batch
from services.database import Connection
from services.readings import Recorder

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
KEYS = {
    "import": "energy_kwh",
    "export": "energy_export_kwh",
    "reactive_import": "energy_reactive_kvarh",
    "reactive_export": "energy_reactive_export_kvarh",
}
UNITS = {"electricity": "kWh", "steam": "kg", "gas": "Nm3", "compressed_air": "Nm3", "water": "m3"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A row of `register_segment`; `valid_from` None: since ever, `point` None: the meter's own."""

    valid_from: datetime | None = None
    point: str | None = None
    multiplier: Decimal = Decimal(1)
    modulus: Decimal | None = None
    resolution: Decimal = Decimal(0)
    closing_value: Decimal | None = None
    opening_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """A physical meter; every flow is a register with the same segments. Kind `power` reads a power point."""

    code: str
    parent: str | None = None
    carrier: str = "electricity"
    kind: str = "register"
    flows: Sequence[str] = ("import",)
    rated_per_hour: float | None = 1000.0
    segments: Sequence[Segment] = (Segment(),)
    expected_interval_s: float = 60.0


@dataclass(slots=True)
class Plant:
    """What was made: numeric ids by name."""

    site: str
    zone: ZoneInfo
    site_id: int
    calendar_id: int
    contract_id: int | None = None
    meters: dict[str, int] = field(default_factory=dict)
    registers: dict[str, int] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)

    def point_of(self, register: str) -> int:
        """The point that a register's own device has for it."""
        code, _, flow = register.partition("/")
        return next(
            self.points[f"{code}/{key}"] for key in (KEYS[flow or "import"], "power_kw") if _has(self, code, key)
        )


def us(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


async def make(
    connection: Connection,
    meters: Sequence[Meter] = (Meter("m1"),),
    *,
    site: str = "plant",
    zone: str = "Asia/Shanghai",
    contract: str | None = None,
) -> Plant:
    """Insert the site and its meters (parents before children); with `contract`, the site's one for electricity."""
    site_id = await connection.fetchval(
        "INSERT INTO site (code, name, time_zone) VALUES ($1::text, $1::text, $2) RETURNING id", site, zone
    )
    contract_id = None
    if contract is not None:
        contract_id = await connection.fetchval(
            """INSERT INTO contract (site_id, code, name, carrier, currency)
               VALUES ($1, $2::text, $2::text, 'electricity', 'CNY') RETURNING id""",
            site_id,
            contract,
        )
    calendar_id = await connection.fetchval(
        "INSERT INTO band_calendar (site_id, contract_id) VALUES ($1, $2) RETURNING id", site_id, contract_id
    )
    plant = Plant(site, ZoneInfo(zone), site_id, calendar_id, contract_id)
    for meter in meters:
        await add_meter(connection, plant, meter)
    return plant


async def add_meter(connection: Connection, plant: Plant, meter: Meter) -> None:
    """Insert one more meter with its device, points, registers and segments."""
    device_id = await connection.fetchval(
        "INSERT INTO device (site_id, code, name) VALUES ($1, $2::text, $2::text) RETURNING id",
        plant.site_id,
        meter.code,
    )
    plant.meters[meter.code] = await connection.fetchval(
        """INSERT INTO meter (site_id, code, name, carrier, kind, parent_id, rated_per_hour)
           VALUES ($1, $2::text, $2::text, $3, $4, $5, $6) RETURNING id""",
        plant.site_id,
        meter.code,
        meter.carrier,
        meter.kind,
        plant.meters[meter.parent] if meter.parent else None,
        meter.rated_per_hour,
    )
    unit = UNITS.get(meter.carrier, "kWh")
    for flow in meter.flows:
        power = meter.kind == "power"
        key = "power_kw" if power else KEYS[flow]
        energy_unit = "kvarh" if flow.startswith("reactive") else unit
        plant.points[f"{meter.code}/{key}"] = await connection.fetchval(
            """INSERT INTO point
                 (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)
               VALUES ($1, $2::text, $2::text, $3, $4, $4, 1, $5, $6) RETURNING id""",
            device_id,
            key,
            "active_power" if power else "energy",
            "kW" if power else energy_unit,
            "gauge" if power else "counter",
            meter.expected_interval_s,
        )
        name = meter.code if flow == "import" else f"{meter.code}/{flow}"
        plant.registers[name] = await connection.fetchval(
            "INSERT INTO register (meter_id, flow, unit, calendar_id) VALUES ($1, $2, $3, $4) RETURNING id",
            plant.meters[meter.code],
            flow,
            energy_unit,
            plant.calendar_id,
        )
        for segment in meter.segments:
            await add_segment(connection, plant, name, segment)
    await changed(connection)


async def add_segment(connection: Connection, plant: Plant, register: str, segment: Segment) -> None:
    """Insert a segment of a register."""
    await connection.execute(
        """INSERT INTO register_segment (register_id, valid_from, point_id, multiplier, modulus, resolution,
                                         closing_value, opening_value, actor_id)
           SELECT $1, coalesce($2::timestamptz, '-infinity'), $3, $4, $5, $6, $7, $8, id
           FROM actor WHERE code = 'local'""",
        plant.registers[register],
        segment.valid_from,
        plant.points[segment.point] if segment.point else plant.point_of(register),
        segment.multiplier,
        segment.modulus,
        segment.resolution,
        segment.closing_value,
        segment.opening_value,
    )


async def changed(connection: Connection) -> None:
    """Tell followers that the registry changed."""
    await connection.execute("UPDATE registry_revision SET revision = revision + 1")
    await connection.execute("NOTIFY registry")


async def calendar(
    connection: Connection, plant: Plant, start: datetime, stop: datetime, bands: Mapping[time, int] | None = None
) -> None:
    """Write the calendar over [start, stop), both on quarter hours; `bands`: from which local time which band holds."""
    rows = list(_pieces(plant.zone, start, stop, sorted((bands or {time(): 0}).items())))
    await connection.execute(
        """INSERT INTO calendar_piece (calendar_id, start, stop, band, hour, day, month)
           SELECT $1, start, stop, band, hour, day, date_trunc('month', day)::date
           FROM unnest($2::timestamptz[], $3::timestamptz[], $4::int2[], $5::timestamptz[], $6::date[])
             AS new (start, stop, band, hour, day)
           ON CONFLICT (calendar_id, start) DO NOTHING""",
        plant.calendar_id,
        *([row[column] for row in rows] for column in range(5)),
    )


async def store(
    connection: Connection,
    plant: Plant,
    register: str,
    reads: Sequence[tuple[datetime, float]],
    *,
    worker: str = "ingest-1",
) -> Columns:
    """Record reads of a register's own point as ingest does, in one batch; gives them as the log has them."""
    columns = columns_of(plant, register, reads)
    await Recorder(connection).record(Batch(worker, datetime.now(UTC), columns, messages=1))
    return columns


def columns_of(plant: Plant, register: str, reads: Sequence[tuple[datetime, float]]) -> Columns:
    """Reads of a register's own point as columns, sorted by time."""
    ordered = sorted(reads)
    return Columns(
        np.full(len(ordered), plant.point_of(register), dtype=np.int32),
        np.array([us(instant) for instant, _ in ordered], dtype=np.int64),
        np.array([value for _, value in ordered], dtype=np.float64),
    )


def _has(plant: Plant, code: str, key: str) -> bool:
    return f"{code}/{key}" in plant.points


def _pieces(
    zone: ZoneInfo, start: datetime, stop: datetime, bands: Sequence[tuple[time, int]]
) -> Iterator[tuple[datetime, datetime, int, datetime, date]]:
    """Quarter hours, cut where a band begins inside: (start, stop, band, local hour, local day)."""
    quarter = start
    while quarter < stop:
        end = quarter + QUARTER
        inside = [quarter + MINUTE * n for n in range(1, 15)] if any(at.minute % 15 for at, _ in bands) else []
        cuts = [at for at in inside if at.astimezone(zone).time() in dict(bands)]
        for begin, finish in zip([quarter, *cuts], [*cuts, end], strict=True):
            local = begin.astimezone(zone)
            # Before the day's first band begins, yesterday's last one still holds.
            band = next((band for at, band in reversed(bands) if at <= local.time()), bands[-1][1])
            yield begin, finish, band, begin - timedelta(minutes=local.minute), local.date()
        quarter = end
