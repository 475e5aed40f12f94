"""Registers made of rows: their differences are the rows, neither more nor less, whatever is missing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from simulators.replay.readings import Reading, Readings
from simulators.replay.recording import Column, Kind, Row

STEP = timedelta(minutes=15)
BEGIN = datetime(2018, 1, 1, tzinfo=UTC)
COLUMNS = (
    Column("kWh", "import_energy_kwh", Kind.REGISTER, start=Decimal("1000.5")),
    Column("kvarh", "reactive_energy_kvarh", Kind.REGISTER),
    Column("kWh", "interval_energy_kwh", Kind.INTERVAL),
)
REGISTERS = {column.key: column.start for column in COLUMNS if column.kind is Kind.REGISTER}

amounts = st.decimals(0, 1000, places=2)
# Which quarter hours have a row, and which of its cells are filled.
slots = st.lists(
    st.none() | st.dictionaries(st.sampled_from([column.key for column in COLUMNS]), amounts, min_size=1), max_size=40
)


def rows_of(cells: Sequence[dict[str, Decimal] | None]) -> list[Row]:
    return [
        Row(number + 2, BEGIN + number * STEP, BEGIN + (number + 1) * STEP, dict(values))
        for number, values in enumerate(cells)
        if values
    ]


def played(rows: list[Row]) -> list[Reading]:
    memory = Readings(COLUMNS)
    return [reading for row in rows for reading in memory.of(row)]


@given(slots)
def test_the_differences_of_a_register_s_reads_are_the_rows(cells: list[dict[str, Decimal] | None]) -> None:
    rows = rows_of(cells)
    for key, start in REGISTERS.items():
        reads = {reading.time: reading.values[key] for reading in played(rows) if key in reading.values}
        for row in rows:
            if key in row.values:
                before, after = reads[row.start], reads[row.stop]
                assert isinstance(before, Decimal)
                assert isinstance(after, Decimal)
                assert after - before == row.values[key]
        total = sum((row.values[key] for row in rows if key in row.values), start)
        if reads:
            assert next(iter(reads.values())) == start
            assert list(reads.values())[-1] == total


@given(slots)
def test_every_point_is_read_once_at_an_instant_and_in_order_of_time(cells: list[dict[str, Decimal] | None]) -> None:
    readings = played(rows_of(cells))
    reads = [(reading.time, key) for reading in readings for key in reading.values]
    assert len(reads) == len(set(reads))
    assert [reading.time for reading in readings] == sorted(reading.time for reading in readings)


@given(slots)
def test_interval_values_stand_at_the_end_of_their_interval(cells: list[dict[str, Decimal] | None]) -> None:
    rows = rows_of(cells)
    key = "interval_energy_kwh"
    expected = {row.stop: row.values[key] for row in rows if key in row.values}
    assert {r.time: r.values[key] for r in played(rows) if key in r.values} == expected


def test_without_gaps_there_is_one_read_more_than_rows() -> None:
    rows = rows_of([{"import_energy_kwh": Decimal(amount)} for amount in ("3.17", "4", "3.24")])
    assert [(reading.time - BEGIN, reading.values["import_energy_kwh"]) for reading in played(rows)] == [
        (0 * STEP, Decimal("1000.50")),
        (1 * STEP, Decimal("1003.67")),
        (2 * STEP, Decimal("1007.67")),
        (3 * STEP, Decimal("1010.91")),
    ]


def test_after_a_gap_the_register_is_read_again_before_it_goes_on() -> None:
    rows = rows_of([{"import_energy_kwh": Decimal(1)}, None, None, {"import_energy_kwh": Decimal(2)}])
    reads = [((reading.time - BEGIN) / STEP, str(reading.values["import_energy_kwh"])) for reading in played(rows)]
    assert reads == [(0, "1000.5"), (1, "1001.5"), (3, "1001.5"), (4, "1003.5")]
