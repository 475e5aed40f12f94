"""What machines used and what it cost, by hand: two days in Shanghai under the billing tests' tariff.

main 80 kW          of the line
  press 40 kW       of the press            peak 8-24 at 1.0160, off peak 0-8 at 0.3660
    heater 12 kW    of the press, inside its other meter: counted once
water 1 m3 a quarter hour, of the press, without a contract
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from analytics.tariffs.model import Contract, Terms
from services import calendars, tariff_changes
from services.database import Connection
from services.equipment.energy import Used, used
from services.tariff_folder.read import Documents
from tests import metered_plant
from tests.billing.billed_plant import TARIFF
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import Meter
from tests.tariffs import shipped

START, STOP = (datetime(2026, 10, day, 16, tzinfo=UTC) for day in (19, 21))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
KWH_A_QUARTER = {"main": 20, "press": 10, "heater": 3, "water": 1}


async def test_a_machine_used_what_its_outer_meters_say(connection: Connection) -> None:
    meters = [Meter("main"), Meter("press", "main"), Meter("heater", "press"), Meter("water", carrier="water")]
    plant = await metered_plant.make(connection, meters, contract="grid")
    machines = {}
    for machine, own in (("line", ["main"]), ("press", ["press", "heater", "water"]), ("idle", [])):
        machines[machine] = await connection.fetchval(
            """INSERT INTO equipment (site_id, code, name, class) VALUES ($1, $2::text, $2::text, 'machine')
               RETURNING id""",
            plant.site_id,
            machine,
        )
        await connection.execute(
            "UPDATE meter SET equipment_id = $1 WHERE code = ANY($2::text[])", machines[machine], own
        )
    await calendars.cover(connection, plant.calendar_id, START, STOP)
    for code, kwh in KWH_A_QUARTER.items():
        every = await intervals.pieces(connection, plant, START, STOP)
        piece = Piece(kwh * 1_000_000, 0, 0, 900_000_000)
        await intervals.replace(connection, plant, code, START, STOP, dict.fromkeys(every, piece))
    contract = Contract("grid", "Grid", "electricity", "CNY", (Terms(date(2026, 1, 1), TARIFF.code, "industry"),))
    library = shipped.documents()
    await tariff_changes.apply(connection, "plant", Documents({TARIFF.code: TARIFF}, library.holidays, [contract]))
    await tariff_changes.settle(connection)
    found = await used(connection, "plant", list(machines.values()), START, STOP, NOW)
    assert machines["idle"] not in found
    power, water = _of(found[machines["press"]])
    assert (power.meters, power.figures.energy, power.unit) == (["press"], Decimal(48 * 40), "kWh")
    # 32 h of 40 kW at 1.0160, 16 h at 0.3660.
    assert (power.cost, power.currency) == (Decimal("1534.72"), "CNY")
    assert (water.meters, water.figures.energy, water.unit) == (["water"], Decimal(192), "m3")
    assert (water.cost, water.currency, water.figures.unbilled) == (None, None, Decimal(192))
    (line,) = found[machines["line"]]
    assert (line.figures.energy, line.cost) == (Decimal(48 * 80), Decimal("3069.44"))
    # Ends that are on no quarter hour are moved outwards to one.
    inside = await used(connection, "plant", [machines["line"]], START.replace(minute=7), START.replace(minute=31), NOW)
    assert inside[machines["line"]][0].figures.energy == Decimal(60)


def _of(each: list[Used]) -> list[Used]:
    return sorted(each, key=lambda of: of.carrier)
