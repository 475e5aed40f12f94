"""A small works in the registry, and readings of it recorded as ingest records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from analytics.batches import Columns
from services.batch import Batch, StatusReport
from services.database import Connection, connect
from services.readings import Recorder
from services.registry.apply import apply, plan
from services.site_folder.read import read_folder

FOLDER = Path(__file__).parent / "site"

#: What the works draws in these tests: the floors are 300 of the 460 kW, the office 150, and 10 are losses.
POWERS = {"incomer": 460.0, "m-f1": 200.0, "m-f2": 100.0, "m-office": 150.0}


@dataclass(frozen=True, slots=True)
class Works:
    """The site's points by `device/key`, its devices by code, and the connection over which readings are recorded."""

    connection: Connection
    points: Mapping[str, int]
    devices: Mapping[str, int]

    async def record(self, values: Mapping[str, float], *, at: datetime | None = None) -> None:
        """Record one reading of each of these points (`device/key`), measured now or at another instant."""
        time_us = int((at or datetime.now(UTC)).timestamp() * 1_000_000)
        ids = [self.points[name] for name in values]
        readings = Columns(
            np.array(ids, dtype=np.int32),
            np.full(len(ids), time_us, dtype=np.int64),
            np.array(list(values.values()), dtype=np.float64),
        )
        await self._store(Batch(worker="test", received_at=datetime.now(UTC), readings=readings))

    async def record_powers(self, powers: Mapping[str, float], *, at: datetime | None = None) -> None:
        """Record the active power of these devices in kW."""
        await self.record({f"{device}/active_power_kw": power_kw for device, power_kw in powers.items()}, at=at)

    async def report(self, device: str, *, online: bool) -> None:
        """Say of a device that it is there or gone, as its status topic does."""
        nothing = Columns(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.float64))
        status = StatusReport(self.devices[device], online)
        await self._store(Batch(worker="test", received_at=datetime.now(UTC), readings=nothing, statuses=[status]))

    async def _store(self, batch: Batch) -> None:
        await Recorder(self.connection).record(batch)


async def build_works(url: str) -> None:
    """Apply the site folder to a database."""
    checked = read_folder(FOLDER)
    assert checked.registry is not None, checked.mistakes
    connection = await connect(url, name="test console")
    try:
        await apply(connection, await plan(connection, checked.registry))
    finally:
        await connection.close()


async def look_up(connection: Connection) -> Works:
    """The works as the registry has it now."""
    points = await connection.fetch(
        "SELECT d.code || '/' || p.key, p.id FROM point p JOIN device d ON d.id = device_id"
    )
    devices = await connection.fetch("SELECT code, id FROM device")
    return Works(connection, dict(map(tuple, points)), dict(map(tuple, devices)))
