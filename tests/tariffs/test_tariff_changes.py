"""A changed tariff reaches calendars and roll-ups, whole or again; edges are only ever added."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from analytics.tariffs.bands import Band
from analytics.tariffs.model import Period, Season, Tariff
from services import calendars, contracts, rollups, tariff_changes, tariffs
from services.database import Connection
from services.tariff_folder.read import Documents, read_tariff_folder
from tests import metered_plant
from tests.metered_plant import Plant
from tests.tariffs import shipped

#: A working day and a holiday in Shanghai.
JULY_15, OCTOBER_2 = date(2025, 7, 15), date(2025, 10, 2)
QUARTER = timedelta(minutes=15)
KWH = 1_000_000


def folder() -> Documents:
    found = read_tariff_folder(shipped.SITE, shipped.LIBRARY, date(2026, 11, 23))
    assert found.documents is not None
    return found.documents


async def plant_with_energy(connection: Connection, *days: date) -> Plant:
    """One meter that draws 1 kWh in each quarter hour of some days of Shanghai, without a contract."""
    plant = await metered_plant.make(connection, site="kunshan")
    register = plant.registers["m1"]
    for day in days:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
        await calendars.cover(connection, plant.calendar_id, start, start + timedelta(days=1))
        starts = [start + n * QUARTER for n in range(96)]
        await connection.executemany(
            "INSERT INTO energy_interval (register_id, start, measured, covered_us) VALUES ($1, $2, $3, 900000000)",
            [(register, each, KWH) for each in starts],
        )
        async with connection.transaction():
            span = rollups.Span(register, metered_plant.us(start), metered_plant.us(start) + 86_400_000_000)
            await rollups.changed(connection, [span])
    return plant


async def by_band(connection: Connection, plant: Plant, day: date) -> dict[str, float]:
    """kWh of a day by band, of days and hours alike."""
    register = plant.registers["m1"]
    days = await connection.fetch(
        "SELECT band, measured FROM energy_day WHERE register_id = $1 AND day = $2", register, day
    )
    hours = await connection.fetch(
        """SELECT h.band, sum(h.measured)::int8 AS measured FROM energy_hour AS h
           WHERE h.register_id = $1 AND h.hour >= $2::timestamptz AND h.hour < $2::timestamptz + interval '24 hours'
           GROUP BY h.band""",
        register,
        datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8),
    )
    found = {Band(row["band"]).code: row["measured"] / KWH for row in days}
    assert {Band(row["band"]).code: row["measured"] / KWH for row in hours} == found
    return found


async def test_a_new_contract_gives_energy_that_is_there_its_bands(connection: Connection) -> None:
    plant = await plant_with_energy(connection, JULY_15, OCTOBER_2)
    assert await by_band(connection, plant, JULY_15) == {"unbilled": 96}
    changes = await tariff_changes.apply(connection, "kunshan", folder())
    assert [(change.action, change.kind) for change in changes].count(("added", "contract")) == 3
    settled = await tariff_changes.settle(connection)
    # July: critical peak 14-15 and 19:30-21:30 (3 h), peak 14-22 without them (5 h), off peak 0-6 and 11-13 (8 h).
    july = {"critical_peak": 12, "peak": 20, "intermediate": 32, "off_peak": 32}
    assert await by_band(connection, plant, JULY_15) == july
    # National Day: off peak 2-6 (4 h), deep 10-14 (4 h), peak 15-22 (7 h), the rest (9 h).
    october = {"peak": 28, "intermediate": 36, "off_peak": 16, "deep_off_peak": 16}
    assert await by_band(connection, plant, OCTOBER_2) == october
    assert settled.rows > 0
    assert settled.registers == 0


async def test_applied_again_there_is_nothing_to_do(connection: Connection) -> None:
    await plant_with_energy(connection, JULY_15)
    await tariff_changes.apply(connection, "kunshan", folder())
    await tariff_changes.settle(connection)
    assert await tariff_changes.plan(connection, "kunshan", folder()) == []
    assert await tariff_changes.apply(connection, "kunshan", folder()) == []
    assert await tariff_changes.settle(connection) == tariff_changes.Settled()


async def test_a_version_that_comes_back_is_the_newest_again(connection: Connection) -> None:
    await metered_plant.make(connection, site="kunshan")
    first = folder()
    gas = replace(first.tariffs["kunshan-gas"], name="Dearer gas")
    other = replace(first, tariffs={**first.tariffs, "kunshan-gas": gas})
    for wanted, name in ((first, "Gas for industry"), (other, "Dearer gas"), (first, "Gas for industry")):
        await tariff_changes.apply(connection, "kunshan", wanted)
        (held,) = await tariffs.tariffs(connection, "kunshan-gas")
        assert held.tariff.name == name
    assert await connection.fetchval("SELECT count(*) FROM tariff WHERE code = 'kunshan-gas'") == 2


async def test_what_was_broken_off_is_settled_by_the_next(connection: Connection) -> None:
    plant = await plant_with_energy(connection, JULY_15)
    await tariff_changes.apply(connection, "kunshan", folder())
    # Nobody settled: the energy still has its old bands, and the calendar says that it is stale.
    assert await by_band(connection, plant, JULY_15) == {"unbilled": 96}
    assert await tariff_changes.plan(connection, "kunshan", folder()) == []
    await tariff_changes.settle(connection)
    assert (await by_band(connection, plant, JULY_15))["critical_peak"] == 12


async def test_a_critical_day_is_called_and_cancelled(connection: Connection) -> None:
    plant = await plant_with_energy(connection, JULY_15, OCTOBER_2)
    terms = replace(folder().contracts[0].terms[0], tariff="guangdong-2021-331", customer_class="industry")  # type: ignore[index]
    library = shipped.documents()
    contract = replace(folder().contracts[0], terms=(terms,))  # type: ignore[index]
    tariff = {"guangdong-2021-331": library.tariffs["guangdong-2021-331"]}
    await tariff_changes.apply(connection, "kunshan", Documents(tariff, {}, [contract]))
    await tariff_changes.settle(connection)
    plain = {"peak": 28, "intermediate": 36, "off_peak": 32}
    assert await by_band(connection, plant, OCTOBER_2) == plain
    why = "Guangzhou at 36 degrees"
    assert await tariff_changes.call_critical_day(connection, "kunshan", "electricity", OCTOBER_2, why)
    # 11-12 and 15-17 are critical, all of them peak otherwise.
    assert await by_band(connection, plant, OCTOBER_2) == {**plain, "peak": 16, "critical_peak": 12}
    assert not await tariff_changes.call_critical_day(connection, "kunshan", "electricity", OCTOBER_2, "again")
    (called,) = await contracts.critical_days(connection, "kunshan", "electricity")
    assert (called.day, called.reason, called.actor) == (OCTOBER_2, why, "local")
    assert await tariff_changes.cancel_critical_day(connection, "kunshan", "electricity", OCTOBER_2)
    assert await by_band(connection, plant, OCTOBER_2) == plain
    assert not await tariff_changes.cancel_critical_day(connection, "kunshan", "electricity", OCTOBER_2)


def with_edge(tariff: Tariff, minute: int) -> Tariff:
    """A tariff that is peak until a minute of the day and off peak after it."""
    season = Season(
        frozenset(range(1, 13)),
        frozenset({"weekday", "weekend", "holiday"}),
        (Period(0, minute, Band.PEAK), Period(minute, 1440, Band.OFF_PEAK)),
    )
    return replace(tariff, seasons=(season,), overlays=())


async def test_an_edge_off_the_quarter_hour_stays_and_has_energy_judged_again(connection: Connection) -> None:
    plant = await plant_with_energy(connection, JULY_15)
    first = folder()
    await tariff_changes.apply(connection, "kunshan", first)
    await tariff_changes.settle(connection)
    calendar = (await calendars.of_contract(connection, "kunshan", "electricity")).id
    tariff = with_edge(first.tariffs["jiangsu-2025-426"], 607)
    odd = replace(first, tariffs={**first.tariffs, "jiangsu-2025-426": tariff})
    await tariff_changes.apply(connection, "kunshan", odd)
    assert (await tariff_changes.settle(connection)).registers == 1
    assert await connection.fetchval("SELECT register_id FROM recompute_task") == plant.registers["m1"]
    # 10:07 in Shanghai is 02:07 UTC: the quarter hour has two pieces, each with its band.
    quarter = datetime(2025, 7, 15, 2, tzinfo=UTC)
    pieces = (
        "SELECT start, stop, band FROM calendar_piece WHERE calendar_id = $1 AND start >= $2 AND start < $3 ORDER BY 1"
    )
    found = [tuple(row) for row in await connection.fetch(pieces, calendar, quarter, quarter + QUARTER)]
    cut = quarter + timedelta(minutes=7)
    assert found == [(quarter, cut, Band.PEAK), (cut, quarter + QUARTER, Band.OFF_PEAK)]
    edges = await calendars.edges(connection, calendar, metered_plant.us(quarter), metered_plant.us(quarter + QUARTER))
    assert edges.cuts_us.tolist() == [metered_plant.us(cut)]
    # Back to the old bands: both pieces are there still, with the same band.
    await tariff_changes.apply(connection, "kunshan", first)
    await tariff_changes.settle(connection)
    found = [tuple(row) for row in await connection.fetch(pieces, calendar, quarter, quarter + QUARTER)]
    assert found == [(quarter, cut, Band.INTERMEDIATE), (cut, quarter + QUARTER, Band.INTERMEDIATE)]


async def test_rewriting_names_the_local_days_that_changed(connection: Connection) -> None:
    await plant_with_energy(connection, JULY_15)
    first = folder()
    await tariff_changes.apply(connection, "kunshan", first)
    await tariff_changes.settle(connection)
    await connection.execute(
        """INSERT INTO critical_day (contract_id, day, actor_id, reason)
           SELECT c.id, '2025-07-20', a.id, 'test' FROM contract AS c, actor AS a WHERE c.code = 'electricity'"""
    )
    tariff = first.tariffs["jiangsu-2025-426"]
    overlay = replace(tariff.overlays[0], days=frozenset({"critical"}), months=frozenset(range(1, 13)))
    await tariffs.put_tariffs(connection, [replace(tariff, overlays=(*tariff.overlays[1:], overlay))], "local")
    calendar = (await calendars.of_contract(connection, "kunshan", "electricity")).id
    rewritten = await calendars.rewrite(connection, calendar, date(2025, 7, 1))
    # Critical peak holds on called days only now: every other day of July loses it, 20 July keeps it.
    assert rewritten.days == {date(2025, 7, day) for day in range(1, 32)} - {date(2025, 7, 20)}
    assert rewritten.new_cuts_us == []


async def test_a_contract_that_is_gone_is_retired_and_its_meters_are_unbilled(connection: Connection) -> None:
    plant = await plant_with_energy(connection, JULY_15)
    first = folder()
    await tariff_changes.apply(connection, "kunshan", first)
    await tariff_changes.settle(connection)
    without = replace(first, contracts=[each for each in first.contracts or () if each.code != "electricity"])
    changes = await tariff_changes.apply(connection, "kunshan", without)
    assert [str(change) for change in changes] == ["retired  contract kunshan/electricity"]
    await tariff_changes.settle(connection)
    assert await by_band(connection, plant, JULY_15) == {"unbilled": 96}
    # A folder that says nothing about contracts leaves them.
    assert await tariff_changes.plan(connection, "kunshan", replace(first, contracts=None)) == []


async def test_a_meter_that_names_a_contract_in_vain_is_unbilled(connection: Connection) -> None:
    plant = await plant_with_energy(connection, JULY_15)
    await connection.execute("UPDATE meter SET contract = 'other'")
    await tariff_changes.apply(connection, "kunshan", folder())
    await tariff_changes.settle(connection)
    assert await by_band(connection, plant, JULY_15) == {"unbilled": 96}
    # The contract of that name comes: its meter follows it, beside the site's own for electricity.
    first = folder()
    assert first.contracts is not None
    other = replace(first.contracts[0], code="other", is_default=False)
    await tariff_changes.apply(connection, "kunshan", replace(first, contracts=[*first.contracts, other]))
    await tariff_changes.settle(connection)
    assert (await by_band(connection, plant, JULY_15))["critical_peak"] == 12
    calendar = await calendars.of_contract(connection, "kunshan", "other")
    assert await calendars.registers(connection, calendar.id) == [plant.registers["m1"]]


async def test_a_new_meter_without_energy_makes_nobody_work_anew(connection: Connection) -> None:
    plant = await plant_with_energy(connection, JULY_15)
    await tariff_changes.apply(connection, "kunshan", folder())
    await tariff_changes.settle(connection)
    await metered_plant.add_meter(connection, plant, metered_plant.Meter("m2"))
    (moved,) = await calendars.assign(connection, "kunshan")
    assert (moved.register_id, moved.has_energy) == (plant.registers["m2"], False)
    assert await connection.fetchval("SELECT count(*) FROM band_calendar WHERE stale_since IS NOT NULL") == 0


async def test_a_changed_tariff_concerns_energy_since_its_first_term(connection: Connection) -> None:
    await metered_plant.make(connection, site="kunshan")
    first = folder()
    await tariff_changes.apply(connection, "kunshan", first)
    await tariff_changes.settle(connection)
    dearer = replace(first.tariffs["jiangsu-2025-426"], name="Dearer")
    await tariff_changes.apply(connection, "kunshan", replace(first, tariffs={**first.tariffs, dearer.code: dearer}))
    marked = await connection.fetch("SELECT stale_since FROM band_calendar WHERE stale_since IS NOT NULL")
    assert [row["stale_since"] for row in marked] == [date(2025, 6, 1)]
