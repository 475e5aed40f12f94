"""A small site written straight into the registry, and what arrives for it, recorded as ingest records it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from analytics.batches import Columns
from services.batch import Batch, DeadLetter, Recorded, UnmappedSample
from services.database import Connection
from services.readings import Recorder

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * 1_000_000
SECOND_US = 1_000_000
POWER = "kunshan/m-1/active_power_kw"
ENERGY = "kunshan/m-1/import_energy_kwh"
STATE = "kunshan/m-1/state"

_SITE = """
INSERT INTO site (code, name, name_zh, time_zone) VALUES
  ('kunshan', 'Kunshan works', '昆山工厂', 'Asia/Shanghai'), ('york', 'York works', NULL, 'Europe/London');
INSERT INTO space (site_id, parent_id, code, path, kind, name)
SELECT id, NULL, 'b1', 'b1', 'building', 'Building 1' FROM site WHERE code = 'kunshan';
INSERT INTO space (site_id, parent_id, code, path, kind, name)
SELECT site_id, id, 'f1', 'b1/f1', 'floor', 'Floor 1' FROM space WHERE path = 'b1';
INSERT INTO org_unit (site_id, code, path, kind, name)
SELECT id, 'moulding', 'moulding', 'department', 'Moulding' FROM site WHERE code = 'kunshan';
INSERT INTO equipment (site_id, code, name, class, space_id)
SELECT s.id, 'compressor-1', 'Compressor 1', 'screw_compressor', p.id
FROM site AS s JOIN space AS p ON p.site_id = s.id AND p.path = 'b1/f1' WHERE s.code = 'kunshan';
INSERT INTO device_template (site_id, code, name, kind)
SELECT id, 'meter', 'Power meter', 'power_meter' FROM site WHERE code = 'kunshan';
INSERT INTO device (site_id, code, name, template_id, space_id)
SELECT s.id, d.code, 'Meter ' || d.code, t.id, (SELECT id FROM space WHERE path = d.path)
FROM site AS s JOIN device_template AS t ON t.site_id = s.id,
     (VALUES ('m-1', 'b1'), ('m-2', 'b1/f1'), ('m-3', NULL)) AS d (code, path)
WHERE s.code = 'kunshan';
INSERT INTO device (site_id, code, name) SELECT id, 'm-1', 'Meter of York' FROM site WHERE code = 'york';
INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, minimum, expected_interval_s)
SELECT d.id, p.key, p.name, p.quantity, p.unit, p.unit, 1, p.kind, p.minimum, 10
FROM device AS d, (VALUES ('active_power_kw', 'Active power', 'active_power', 'kW', 'gauge', NULL::float8),
                          ('import_energy_kwh', 'Energy', 'active_energy', 'kWh', 'counter', 0)) AS p
     (key, name, quantity, unit, kind, minimum);
INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s, states)
SELECT d.id, 'state', 'State', 'state', '1', '1', 1, 'state', 10, '{"stopped": 0, "loaded": 2}'
FROM device AS d JOIN site AS s ON s.id = d.site_id WHERE d.code = 'm-1' AND s.code = 'kunshan';
"""

_DEVICE = """
WITH added AS (
  INSERT INTO device (site_id, code, name, template_id, space_id)
  SELECT site_id, $1::text, 'Meter ' || $1::text, template_id, space_id
  FROM device WHERE code = 'm-1' AND template_id IS NOT NULL
  RETURNING id
)
INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, minimum, expected_interval_s,
                   states)
SELECT added.id, p.key, p.name, p.quantity, p.unit, p.canonical_unit, p.scale, p.kind, p.minimum, p.expected_interval_s,
       p.states
FROM added, point AS p JOIN device AS d ON d.id = p.device_id WHERE d.code = 'm-1' AND d.template_id IS NOT NULL;
"""
_numbers = itertools.count(1)


async def build(connection: Connection) -> dict[str, int]:
    """Two sites, four meters, nine points; gives the number of each point by its public name."""
    async with connection.transaction():
        await connection.execute(_SITE)
        await connection.execute("NOTIFY registry, '1'")
    found = await connection.fetch(
        "SELECT s.code || '/' || d.code || '/' || p.key AS name, p.id FROM point AS p "
        "JOIN device AS d ON d.id = p.device_id JOIN site AS s ON s.id = d.site_id"
    )
    return {row["name"]: row["id"] for row in found}


async def add_device(connection: Connection) -> tuple[str, dict[str, int]]:
    """One more device in building 1, with the points of `m-1`; gives its code, and its points by key."""
    device = f"d-{next(_numbers)}"
    async with connection.transaction():
        await connection.execute(_DEVICE, device)
        await connection.execute("NOTIFY registry, '1'")
    found = await connection.fetch(
        "SELECT p.key, p.id FROM point AS p JOIN device AS d ON d.id = p.device_id WHERE d.code = $1", device
    )
    return device, {row["key"]: row["id"] for row in found}


def columns(readings: Mapping[tuple[int, int], float]) -> Columns:
    """Readings by (point, microseconds since 1970)."""
    return Columns(
        np.array([point for point, _ in readings], dtype=np.int32),
        np.array([time_us for _, time_us in readings], dtype=np.int64),
        np.array(list(readings.values()), dtype=np.float64),
    )


async def store(
    connection: Connection,
    readings: Mapping[tuple[int, int], float] | None = None,
    *,
    worker: str = "test",
    letters: Sequence[DeadLetter] = (),
    unmapped: Sequence[UnmappedSample] = (),
) -> Recorded:
    """Record a batch in one transaction, as ingest does."""
    batch = Batch(worker, datetime.now(UTC), columns(readings or {}), letters, unmapped)
    return await Recorder(connection).record(batch)
