"""A small works under a contract, with round figures: energy by local day written straight into the roll-ups.

main   100,000 kWh in April 2026: 60,000 peak, 40,000 off peak; 48,432.21 kvarh; highest demand 300 kW
  hall    50,000 kWh: 30,000 and 20,000; building b1, unit press; half of it unit paint from the 16th on
    oven  10,000 kWh: off peak; floor b1/f1, its unit that of the hall
  yard    20,000 kWh: peak; belongs to nobody
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

import msgspec

from analytics.billing.sharing import Subject
from analytics.tariffs.bands import Band
from analytics.tariffs.model import Component, DemandCharges, Period, Season, Tariff, Terms
from services.bills import stored
from services.bills.contracts import ContractRow
from services.database import Connection
from tests import metered_plant
from tests.metered_plant import Meter, Plant

Works: TypeAlias = tuple[Connection, Plant, ContractRow]
"""The database, what stands there, and the contract."""

MAIN = Subject("meter", "main")
APRIL = date(2026, 4, 1)
AFTER_APRIL = datetime(2026, 5, 2, tzinfo=UTC)
_DAY_US = 86_400_000_000
_MAIN_FLOWS = ("import", "reactive_import")

TARIFF = Tariff(
    code="grid-2026",
    name="Two-part, fixture",
    carrier="electricity",
    currency="CNY",
    unit="kWh",
    valid_from=date(2026, 1, 1),
    seasons=(
        Season(
            frozenset(range(1, 13)),
            frozenset({"weekday", "weekend", "holiday"}),
            (Period(0, 480, Band.OFF_PEAK), Period(480, 1440, Band.PEAK)),
        ),
    ),
    overlays=(),
    ratios={"industry": {Band.PEAK: Decimal("1.7"), Band.OFF_PEAK: Decimal("0.4")}},
    components=(
        Component("purchase", "Purchase", Decimal("0.5"), floats=True, name_zh="购电"),
        Component("transmission", "Transmission", Decimal("0.1366"), floats=False, name_zh="输配"),
        Component("funds", "Government funds", Decimal("0.0294"), floats=False, in_power_factor_base=False),
    ),
    demand=DemandCharges(demand_price_per_kw=Decimal(40), capacity_price_per_kva=Decimal(25)),
    price_decimals=4,
)
TERMS = Terms(
    date(2026, 1, 1),
    "grid-2026",
    "industry",
    transformer_kva=Decimal(630),
    demand_mode="contract",
    contract_kw=Decimal(250),
    power_factor_standard=Decimal("0.90"),
)


async def make(connection: Connection, terms: Terms = TERMS) -> Plant:
    """The works with its contract, and a month without anything missing."""
    plant = await metered_plant.make(
        connection,
        [Meter("main", flows=_MAIN_FLOWS), Meter("hall", "main"), Meter("oven", "hall"), Meter("yard", "main")],
        contract="grid",
    )
    await connection.execute(
        """WITH b AS (INSERT INTO space (site_id, code, path, kind, name) VALUES ($1, 'b1', 'b1', 'building', 'Hall')
                      RETURNING id),
                f AS (INSERT INTO space (site_id, parent_id, code, path, kind, name)
                      SELECT $1, id, 'f1', 'b1/f1', 'floor', 'Floor' FROM b RETURNING id),
                u AS (INSERT INTO org_unit (site_id, code, path, kind, name)
                      VALUES ($1, 'press', 'press', 'department', 'Press shop'),
                             ($1, 'paint', 'paint', 'department', 'Paint shop')
                      RETURNING id, code),
                h AS (UPDATE meter SET space_id = b.id, org_unit_id = (SELECT id FROM u WHERE code = 'press')
                      FROM b WHERE meter.code = 'hall' RETURNING meter.id),
                o AS (UPDATE meter SET space_id = f.id FROM f WHERE meter.code = 'oven')
           INSERT INTO meter_allocation (meter_id, org_unit_id, share, valid)
           SELECT h.id, u.id, 0.5, daterange('2026-04-16', NULL) FROM h, u""",
        plant.site_id,
    )
    await put_terms(connection, plant, terms)
    await put_tariff(connection, TARIFF, "digest-1")
    await month_of(connection, plant, "main", peak_kwh=60_000, off_peak_kwh=40_000)
    await month_of(connection, plant, "main/reactive_import", peak_kwh=Decimal("48432.21"), off_peak_kwh=0)
    await month_of(connection, plant, "hall", peak_kwh=30_000, off_peak_kwh=20_000)
    await month_of(connection, plant, "oven", peak_kwh=0, off_peak_kwh=10_000)
    await month_of(connection, plant, "yard", peak_kwh=20_000, off_peak_kwh=0)
    await connection.execute(
        "INSERT INTO demand_day VALUES ($1, '2026-04-20', 75000000, '2026-04-20 03:00Z')", plant.registers["main"]
    )
    return plant


async def put_terms(connection: Connection, plant: Plant, terms: Terms) -> None:
    """Terms of the contract, from their day on."""
    await connection.execute(
        """INSERT INTO contract_term (contract_id, valid_from, tariff, terms) VALUES ($1, $2, $3, $4)
           ON CONFLICT (contract_id, valid_from) DO UPDATE SET terms = excluded.terms, tariff = excluded.tariff""",
        plant.contract_id,
        terms.valid_from,
        terms.tariff,
        msgspec.to_builtins(terms),
    )


async def put_tariff(connection: Connection, tariff: Tariff, digest: str) -> None:
    """A version of a tariff."""
    await connection.execute(
        "INSERT INTO tariff (code, digest, document, actor_id) SELECT $1, $2, $3, id FROM actor WHERE code = 'local'",
        tariff.code,
        digest,
        msgspec.to_builtins(tariff, str_keys=True),
    )


async def month_of(
    connection: Connection,
    plant: Plant,
    register: str,
    *,
    peak_kwh: Decimal | int,
    off_peak_kwh: Decimal | int,
    estimated_kwh: int = 0,
) -> None:
    """Spread energy evenly over April's days; what is left of the division goes to the last day."""
    rows = []
    for band, kwh, covered_us in ((2, peak_kwh, _DAY_US // 3 * 2), (4, off_peak_kwh, _DAY_US // 3)):
        whole = int(Decimal(kwh) * 1_000_000)
        for n in range(30):
            part = whole // 30 + (whole % 30 if n == 29 else 0)
            day = APRIL + timedelta(days=n)
            rows.append((plant.registers[register], day, band, part, covered_us))
    await connection.executemany(
        """INSERT INTO energy_day VALUES ($1, $2, $3, $4, 0, 0, $5)
           ON CONFLICT (register_id, day, band) DO UPDATE SET measured = excluded.measured""",
        rows,
    )
    await connection.execute(
        "UPDATE energy_day SET estimated = estimated + $2, measured = measured - $2 WHERE register_id = $1 "
        "AND day = '2026-04-30' AND band = 2",
        plant.registers[register],
        estimated_kwh * 1_000_000,
    )


async def total_of(connection: Connection, reference: str) -> Decimal:
    """What a bill that is kept comes to."""
    return (await stored.bill_named(connection, reference)).head.total
