"""A works with meters, a tariff and a contract, whose energy is written as the engine would have written it.

11 March 2026, each quarter hour          off-peak 0-8 h 0.30, peak 8-12 h 1.20, intermediate 12-24 h 0.60 CNY/kWh
  incomer 20 kWh, 30 from 14:00 to 14:15  1,930 kWh: 640 off-peak, 320 peak, 970 intermediate; 1,158 CNY, 0.60 each
    press  10 kWh, 12-13 h estimated        960 kWh; 576 CNY
    office  5 kWh, nothing from 10 to 11 h  460 kWh: 160 off-peak, 60 peak, 240 intermediate; 264 CNY
10 March: half of it all, without the extra. The contract has 100 kW
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.tariff_apply import read as read_prices
from services import calendars, events, rollups, tariff_changes
from services.database import Connection, connect
from services.registry.apply import apply, plan
from services.rollups import Span
from services.site_folder.read import read_folder

FOLDER = Path(__file__).parent / "energy_site"
ZONE = ZoneInfo("Asia/Shanghai")
KWH = 1_000_000
QUARTER = timedelta(minutes=15)
QUARTER_US = 900_000_000
#: Its first instant.
DAY = datetime(2026, 3, 11, tzinfo=ZONE).astimezone(UTC)
PER_QUARTER = {"incomer": 20, "press": 10, "office": 5}

#: (measured, interpolated, estimated, covered) of a quarter hour.
Interval = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class EnergyWorks:
    """The works, and the connection over which energy is written."""

    connection: Connection

    async def write(self, meter: str, intervals: Mapping[datetime, Interval]) -> None:
        """Put quarter hours into a meter's import register and tell the roll-ups."""
        register, calendar = await self._register(meter)
        first, last = min(intervals), max(intervals)
        await calendars.cover(self.connection, calendar, first, last + QUARTER)
        async with self.connection.transaction():
            await self.connection.executemany(
                """INSERT INTO energy_interval VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (register_id, start)
                   DO UPDATE SET measured = excluded.measured, covered_us = excluded.covered_us""",
                [(register, start, *interval) for start, interval in intervals.items()],
            )
            span = Span(register, _us(first), _us(last + QUARTER))
            await rollups.changed(self.connection, [span])

    async def close_quarters(self, *meters: str) -> None:
        """Say what the engine says when quarter hours were closed."""
        async with self.connection.transaction():
            await events.record(self.connection, "energy.interval_closed", "energy", {"sites": {"works": list(meters)}})

    async def hold(self, meter: str, start: datetime, kwh: float) -> None:
        """Write a jump that waits for a decision, as the judgement of a register does."""
        register, _ = await self._register(meter)
        await self.connection.execute(
            """INSERT INTO ledger_entry (register_id, origin, kind, start, stop, quarantined, first_value, last_value,
                                         decided)
               VALUES ($1, 'judged', 'implausible', $2, $3, $4, 1000, 9000, $3)""",
            register,
            start,
            start + QUARTER,
            round(kwh * KWH),
        )

    async def _register(self, meter: str) -> tuple[int, int]:
        row = await self.connection.fetchrow(
            """SELECT r.id, r.calendar_id FROM register r JOIN meter m ON m.id = meter_id
               WHERE m.code = $1 AND flow = 'import'""",
            meter,
        )
        assert row is not None
        return row["id"], row["calendar_id"]


async def build(url: str) -> None:
    """Apply the site folder with its tariff and contract, and write yesterday and the day before."""
    checked, prices = read_folder(FOLDER), read_prices(FOLDER)
    assert checked.registry is not None, checked.mistakes
    assert prices.documents is not None, prices.mistakes
    connection = await connect(url, name="test energy works")
    try:
        await apply(connection, await plan(connection, checked.registry))
        await tariff_changes.apply(connection, "works", prices.documents)
        await tariff_changes.settle(connection)
        works = EnergyWorks(connection)
        for meter in PER_QUARTER:
            await works.write(meter, _two_days(meter))
    finally:
        await connection.close()


def _two_days(meter: str) -> dict[datetime, Interval]:
    kwh = PER_QUARTER[meter] * KWH
    written: dict[datetime, Interval] = {}
    for number in range(192):
        start = DAY - timedelta(days=1) + number * QUARTER
        written[start] = (kwh // 2 if number < 96 else kwh, 0, 0, QUARTER_US)
    for number in range(4):
        if meter == "office":
            del written[DAY + timedelta(hours=10) + number * QUARTER]
        if meter == "press":
            written[DAY + timedelta(hours=12) + number * QUARTER] = (0, 0, kwh, QUARTER_US)
    if meter == "incomer":
        written[DAY + timedelta(hours=14)] = (30 * KWH, 0, 0, QUARTER_US)
    return written


def _us(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
