"""Roll-ups are plain sums of intervals, whatever changed in which order; virtual meters are sums of their terms."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services import rollups, virtual_meters
from services.database import Connection, connect
from services.rollups import Span
from tests import metered_plant
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import Meter, Plant, us

START = datetime(2026, 10, 24, tzinfo=UTC)  # Berlin's clocks go back on the 25th at 1:00 UTC
STOP = datetime(2026, 11, 2, tzinfo=UTC)  # the month changes on the way
BANDS = {time(0): 4, time(8): 2, time(19, 40): 1, time(21): 3}
QUARTERS = (STOP - START) // timedelta(minutes=15)

energies = st.tuples(*(st.integers(0, 3_000_000) for _ in range(3)), st.sampled_from([0, 450_000_000, 900_000_000]))
writes = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.integers(0, QUARTERS - 1),
        st.lists(st.one_of(st.none(), energies), min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=8,
)
LAW = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def plant_of(connection: Connection, zone: str = "Europe/Berlin") -> Plant:
    plant = await metered_plant.make(connection, [Meter("a"), Meter("b")], zone=zone)
    await metered_plant.calendar(connection, plant, START, STOP, BANDS)
    return plant


async def plain_sums(connection: Connection, unit: str) -> dict[tuple[object, ...], tuple[int, ...]]:
    """Sums over all intervals by register, local unit of time and band, rows of zeros left out."""
    found = await connection.fetch(
        """SELECT e.register_id, e.measured, e.interpolated, e.estimated, e.covered_us, c.band, c.hour, c.day, c.month
           FROM energy_interval AS e JOIN register AS r ON r.id = e.register_id
           JOIN calendar_piece AS c ON c.calendar_id = r.calendar_id AND c.start = e.start"""
    )
    sums = defaultdict[tuple[object, ...], list[int]](lambda: [0, 0, 0, 0])
    for row in found:
        kept = sums[row["register_id"], row[unit], row["band"]]
        for n, column in enumerate(("measured", "interpolated", "estimated", "covered_us")):
            kept[n] += row[column]
    return {key: tuple(kept) for key, kept in sums.items() if any(kept)}


async def rolled(connection: Connection, unit: str) -> dict[tuple[object, ...], tuple[int, ...]]:
    found = await connection.fetch(f"SELECT * FROM energy_{unit}")
    return {
        (row["register_id"], row[unit], row["band"]): (
            row["measured"], row["interpolated"], row["estimated"], row["covered_us"]
        )
        for row in found
    }  # fmt: skip


async def require_sums(connection: Connection) -> None:
    for unit in ("hour", "day", "month"):
        assert await rolled(connection, unit) == await plain_sums(connection, unit)


@LAW
@given(writes)
def test_rollups_equal_plain_sums_after_any_changes(
    database_url: str, wanted: Sequence[tuple[str, int, Sequence[tuple[int, int, int, int] | None]]]
) -> None:
    asyncio.run(_any_changes(database_url, wanted))


async def _any_changes(url: str, wanted: Sequence[tuple[str, int, Sequence[tuple[int, int, int, int] | None]]]) -> None:
    connection = await connect(url, name="test")
    transaction = connection.transaction()
    await transaction.start()
    try:
        plant = await plant_of(connection)
        for register, quarter, values in wanted:
            start = START + quarter * timedelta(minutes=15)
            pieces = await intervals.pieces(connection, plant, start, START + (quarter + 8) * timedelta(minutes=15))
            written = {at: Piece(*value) for at, value in zip(pieces, values, strict=False) if value is not None}
            stop = [*pieces, STOP][min(len(values), len(pieces))]
            await intervals.replace(connection, plant, register, start, stop, written)
        await require_sums(connection)
    finally:
        await transaction.rollback()
        await connection.close()


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Asia/Kathmandu", "Australia/Lord_Howe"],
)
async def test_days_on_which_clocks_change(database_url: str, zone: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await plant_of(connection, zone)
    every = await intervals.pieces(connection, plant, START, STOP)
    await intervals.replace(connection, plant, "a", START, STOP, {at: Piece(1, covered_us=1) for at in every})
    await require_sums(connection)
    assert sum(kept[0] for kept in (await rolled(connection, "month")).values()) == len(every)
    await connection.close()


async def test_a_band_that_is_no_longer_there_leaves_no_row(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await plant_of(connection, "Asia/Shanghai")
    start = datetime(2026, 10, 27, 11, 30, tzinfo=UTC)  # 19:30 there: the quarter hour is cut at 19:40
    first, second = await intervals.pieces(connection, plant, start, start + timedelta(minutes=15))
    await intervals.replace(
        connection, plant, "a", start, start + timedelta(minutes=15), {first: Piece(600), second: Piece(300)}
    )
    register = plant.registers["a"]
    assert sorted((key[2], kept[0]) for key, kept in (await rolled(connection, "hour")).items()) == [(1, 300), (2, 600)]
    await intervals.replace(connection, plant, "a", second, start + timedelta(minutes=15), {})
    for unit in ("hour", "day", "month"):
        assert [(key[0], key[2], kept[0]) for key, kept in (await rolled(connection, unit)).items()] == [
            (register, 2, 600)
        ]
    await connection.close()


async def test_energy_outside_the_calendar_is_refused(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await plant_of(connection)
    late = us(STOP + timedelta(days=1))
    with pytest.raises(rollups.NoCalendarError, match="before energy"):
        await rollups.changed(connection, [Span(plant.registers["a"], late, late + 1)])
    await connection.close()


inputs = st.lists(
    st.tuples(
        st.decimals(-3, 3, places=2).filter(bool),
        st.one_of(st.none(), st.tuples(*(st.integers(0, 5_000) for _ in range(3)), st.integers(0, 900_000_000))),
    ),
    min_size=1,
    max_size=4,
)


@LAW
@given(inputs)
def test_a_virtual_meter_is_the_sum_of_its_terms_with_the_worst_quality(
    database_url: str, terms: Sequence[tuple[Decimal, tuple[int, int, int, int] | None]]
) -> None:
    asyncio.run(_virtual(database_url, terms))


async def _virtual(url: str, terms: Sequence[tuple[Decimal, tuple[int, int, int, int] | None]]) -> None:
    connection = await connect(url, name="test")
    transaction = connection.transaction()
    await transaction.start()
    try:
        codes = [f"m{n}" for n in range(len(terms))]
        plant = await metered_plant.make(connection, [Meter(code) for code in codes])
        await metered_plant.calendar(connection, plant, START, STOP, BANDS)
        await intervals.add_virtual(connection, plant, "v", {c: f for c, (f, _) in zip(codes, terms, strict=True)})
        stop = START + timedelta(minutes=15)
        for code, (_, values) in zip(codes, terms, strict=True):
            if values is not None:
                await intervals.replace(connection, plant, code, START, stop, {START: Piece(*values)})
        row = await connection.fetchrow(
            "SELECT measured, interpolated, estimated, covered_us FROM energy_interval WHERE register_id = $1",
            plant.registers["v"],
        )
        given_values = [(factor, values) for factor, values in terms if values is not None]
        assert (row is None) == (not given_values)
        if row is not None:
            check(terms, tuple(row))
            await require_sums(connection)
    finally:
        await transaction.rollback()
        await connection.close()


def check(terms: Sequence[tuple[Decimal, tuple[int, int, int, int] | None]], row: tuple[int, ...]) -> None:
    measured, interpolated, estimated, covered_us = row
    energy = [Fraction(factor) * sum((values or (0, 0, 0, 0))[:3]) for factor, values in terms]
    total = sum(energy, start=Fraction())
    whole: int = round(total)  # Python's round takes halves to even, too
    assert measured + interpolated + estimated == whole
    assert covered_us == min((values or (0, 0, 0, 0))[3] for _, values in terms)
    sign = -1 if total < 0 else 1
    parts = [sign * part for part in (measured, interpolated, estimated)]
    assert min(parts) >= 0
    with_energy = [values for _, values in terms if values is not None and sum(values[:3]) > 0]
    if with_energy and whole:
        size = abs(whole)
        least = min(Fraction(values[0], sum(values[:3])) for values in with_energy)
        greatest = max(Fraction(values[2], sum(values[:3])) for values in with_energy)
        assert parts[0] == size * least // 1
        assert (parts[2] == 0) if greatest == 0 else (0 <= parts[2] - size * greatest < 2)


async def test_virtual_meters_over_virtual_meters_are_evaluated_in_order(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await plant_of(connection)
    # `rest` comes before `both` in the tables and depends on it.
    await intervals.add_virtual(connection, plant, "rest", {"a": Decimal(1)})
    await intervals.add_virtual(connection, plant, "both", {"a": Decimal(1), "b": Decimal("0.5")})
    await intervals.add_term(connection, plant, "rest", "both", Decimal(-1))
    stop = START + timedelta(minutes=15)
    await intervals.replace(connection, plant, "a", START, stop, {START: Piece(1000, covered_us=900_000_000)})
    await intervals.replace(connection, plant, "b", START, stop, {START: Piece(5, covered_us=900_000_000)})
    sums = {
        code: await connection.fetchval(
            "SELECT sum(measured + interpolated + estimated)::int8 FROM energy_day WHERE register_id = $1", register
        )
        for code, register in plant.registers.items()
    }
    assert sums == {"a": 1000, "b": 5, "both": 1002, "rest": -2}  # 1002.5 to even; 1000 - 1002
    await intervals.replace(connection, plant, "a", START, stop, {})
    await intervals.replace(connection, plant, "b", START, stop, {})
    assert await connection.fetchval("SELECT count(*) FROM energy_interval") == 0
    assert await connection.fetchval("SELECT count(*) FROM energy_month") == 0
    assert await virtual_meters.reach(connection, plant.registers["rest"]) is None
    await connection.close()
