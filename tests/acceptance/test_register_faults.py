"""What goes wrong with registers in the field, sent over MQTT: each ends as docs/accounting.md says.

Every timeline is of a feeder rated 100 kW that draws 40 kW: 10 kWh in a quarter hour, 40 in an hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.database import Connection, connect
from tests import metered_plant
from tests.acceptance.metering import Accounts, Energy, accounting
from tests.metered_plant import QUARTER, Meter, Segment

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MICRO = 1_000_000
FEEDER = Meter("feeder", rated_per_hour=100.0, segments=(Segment(resolution=Decimal("0.01")),), expected_interval_s=900)

Reads = list[tuple[datetime, float]]


@pytest.fixture
def begin() -> datetime:
    """A whole UTC day about six weeks ago: raw readings of 400 days are taken."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - 42 * DAY


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    connected = await connect(database_url, name="test")
    yield connected
    await connected.close()


@pytest.fixture
async def accounts(
    connection: Connection, database_url: str, mqtt_url: str, begin: datetime
) -> AsyncIterator[Accounts]:
    plant = await metered_plant.make(connection, [FEEDER], site="faults", zone="Asia/Shanghai")
    await metered_plant.calendar(connection, plant, begin - DAY, begin + 45 * DAY)
    async with accounting(database_url, mqtt_url, plant) as running:
        yield running


def steady(first: datetime, value: float, count: int, *, each: timedelta = QUARTER, kw: float = 40.0) -> Reads:
    """Reads of a register that counts on: `count` of them, the first at `first` showing `value`."""
    return [(first + n * each, round(value + n * kw * (each / HOUR), 6)) for n in range(count)]


def kinds(entries: Sequence[dict[str, object]]) -> Counter[object]:
    return Counter(entry["kind"] for entry in entries)


async def letters(connection: Connection) -> Counter[str]:
    rows = await connection.fetch(
        """SELECT reason, sum(1 + repeats)::int AS count FROM dead_letter
           WHERE reason <> 'unknown_device' GROUP BY reason"""  # kept by the shared broker, of other tests' devices
    )
    return Counter({row["reason"]: row["count"] for row in rows})


async def test_a_register_reads_0_for_three_weeks_and_returns(accounts: Accounts, begin: datetime) -> None:
    # A real chiller's figure: counting every return from 0 made 9,128,385 of 329,428 kWh.
    before = steady(begin, 329_428.0, 97)  # a day: 960 kWh
    silent = [(begin + DAY + (n + 1) * HOUR, 0.0) for n in range(21 * 24 - 1)]
    back = begin + 22 * DAY
    after = steady(back, 329_428.0 + 960 + 21 * 24 * 40, 97)
    await accounts.publish("feeder", before + silent + after)
    await accounts.settled()

    energy = await accounts.energy("feeder")
    assert energy.total == 23 * 24 * 40 * MICRO  # the day before, three weeks, the day after: 22,080 kWh
    assert energy.estimated == 21 * 24 * 40 * MICRO  # nobody read the register in those weeks
    assert energy.measured == 2 * 960 * MICRO
    entries = await accounts.ledger("feeder")
    assert kinds(entries)["drop_out"] == 1
    assert kinds(entries)["reset"] == 0
    assert sum(entry["quarantined"] for entry in entries) == 0


async def test_a_register_that_starts_again_at_0_counts_what_it_shows_since(
    accounts: Accounts, begin: datetime
) -> None:
    # The last read before shows 1,960; the next one 5.0 after 15 minutes: 5 kWh are seen, 5 are lost and not invented.
    await accounts.publish("feeder", steady(begin, 1_000.0, 97) + steady(begin + DAY + QUARTER, 5.0, 97))
    await accounts.settled()

    assert (await accounts.energy("feeder")).total == (960 + 5 + 960) * MICRO
    entries = await accounts.ledger("feeder")
    assert kinds(entries) == {"reset": 1}
    # sum of intervals = last read - first read + adjustments: 1925 = 965 - 1000 + 1960
    assert entries[0]["adjustment"] == 1_960 * MICRO


async def test_a_register_that_sends_watt_hours_for_a_day_counts_nothing_twice(
    accounts: Accounts, begin: datetime
) -> None:
    # The reads of the second day are a thousand times too large: 10,000 a quarter hour is 40 MW on a 100 kW feeder.
    reads = steady(begin, 1_000.0, 3 * 96 + 1)
    wrong = [(at, value * 1_000 if begin + DAY < at <= begin + 2 * DAY else value) for at, value in reads]
    await accounts.publish("feeder", wrong)
    await accounts.settled()

    energy = await accounts.energy("feeder")
    entries = await accounts.ledger("feeder")
    quarantined = sum(entry["quarantined"] for entry in entries)
    adjusted = sum(entry["adjustment"] for entry in entries)
    assert energy.total + quarantined == (3_880 - 1_000) * MICRO + adjusted  # the law
    assert energy.total == 2_880 * MICRO  # three days at 40 kW: the true reads on both sides say so
    assert (energy.measured, energy.estimated) == (1_910 * MICRO, 970 * MICRO)  # the second day and a quarter hour
    assert kinds(entries) == {"spike": 1, "gap": 1}


async def test_a_jump_that_stays_waits_for_a_person(accounts: Accounts, begin: datetime) -> None:
    # Somebody keyed the register to 500,000; from there it counts on.
    await accounts.publish("feeder", steady(begin, 1_000.0, 97) + steady(begin + DAY + QUARTER, 500_000.0, 97))
    await accounts.settled()

    assert (await accounts.energy("feeder")).total == 2 * 960 * MICRO
    entries = await accounts.ledger("feeder")
    assert kinds(entries) == {"implausible": 1}
    assert entries[0]["quarantined"] == (500_000 - 1_960) * MICRO
    assert (entries[0]["start"], entries[0]["stop"]) == (begin + DAY, begin + DAY + QUARTER)


async def test_a_lone_spike_is_left_out(accounts: Accounts, begin: datetime) -> None:
    reads = steady(begin, 1_000.0, 97)
    reads[40] = (reads[40][0], 880_000.0)
    await accounts.publish("feeder", reads)
    await accounts.settled()

    energy = await accounts.energy("feeder")
    assert energy.total == 960 * MICRO
    assert energy.interpolated == 20 * MICRO  # between its neighbours, half an hour apart
    entries = await accounts.ledger("feeder")
    assert kinds(entries)["spike"] == 1
    assert sum(entry["quarantined"] for entry in entries) == 0


async def test_two_meters_on_one_identity_are_both_held_back(accounts: Accounts, begin: datetime) -> None:
    # Five days of one register. For two of them, from the second day on, another one speaks under the same name, seven
    # minutes later each time.
    first = steady(begin, 1_000.0, 5 * 96 + 1)
    second = steady(begin + DAY + timedelta(minutes=22), 500_000.0, 2 * 96)
    await accounts.publish("feeder", sorted(first + second))
    await accounts.settled()

    # Counted: up to the last read before the rival (a day and a quarter hour), and again from when the rival has been
    # silent for a day (the last day). All between is held: none of the two is chosen in silence.
    entries = await accounts.ledger("feeder")
    assert set(kinds(entries)) == {"identity_conflict"}
    assert (await accounts.energy("feeder")).total == (970 + 960) * MICRO
    assert sum(entry["quarantined"] for entry in entries) == (5 * 960 - 970 - 960) * MICRO
    assert entries[0]["start"] == begin + DAY + QUARTER
    assert entries[-1]["stop"] == begin + 4 * DAY


async def test_a_clock_that_says_2005_changes_no_energy(
    accounts: Accounts, connection: Connection, begin: datetime
) -> None:
    reads = steady(begin, 1_000.0, 97)
    stuck = [(datetime(2005, 1, 1, tzinfo=UTC) + n * QUARTER, value) for n, (_, value) in enumerate(reads[40:60])]
    await accounts.publish("feeder", reads[:40] + stuck + reads[60:])
    await accounts.settled()

    assert await letters(connection) == {"before_retention": 20}
    energy = await accounts.energy("feeder")
    assert energy.total == 960 * MICRO
    assert energy.estimated == 210 * MICRO  # 20 reads are missing: 21 quarter hours lie between their neighbours
    assert kinds(await accounts.ledger("feeder")) == {"gap": 1}


async def test_a_second_value_for_an_instant_is_a_dead_letter_and_the_first_one_stays(
    accounts: Accounts, connection: Connection, begin: datetime
) -> None:
    reads = steady(begin, 1_000.0, 97)
    await accounts.publish("feeder", reads)
    await accounts.settled()
    await accounts.publish("feeder", [(at, value + 3) for at, value in reads[10:15]])  # the same instants, others
    await accounts.publish("feeder", reads[20:30])  # said twice: equal
    await accounts.settled()

    assert await letters(connection) == {"conflict": 5}
    energy = await accounts.energy("feeder")
    assert (energy.total, energy.measured) == (960 * MICRO, 960 * MICRO)
    assert await accounts.ledger("feeder") == []


async def test_a_value_said_again_a_moment_later_and_a_little_less_is_jitter(
    accounts: Accounts, begin: datetime
) -> None:
    reads = steady(begin, 1_000.0, 97)
    echoes = [(at + SECOND, value - 0.01) for at, value in reads[10:15]]  # one step of the register
    await accounts.publish("feeder", sorted(reads + echoes))
    await accounts.settled()

    assert (await accounts.energy("feeder")).total == 960 * MICRO
    entries = await accounts.ledger("feeder")
    assert sum(entry["quarantined"] for entry in entries) == 0


async def test_late_reads_change_exactly_the_quarter_hours_they_touch(accounts: Accounts, begin: datetime) -> None:
    # 40 kW except for one hour of 30, 15, 30 and 15 kWh, whose reads come after everything else.
    hour = begin + 10 * HOUR
    late = [(hour + QUARTER, 1_430.0), (hour + 2 * QUARTER, 1_445.0), (hour + 3 * QUARTER, 1_475.0)]
    await accounts.publish("feeder", steady(begin, 1_000.0, 41) + steady(hour + HOUR, 1_490.0, 93))
    await accounts.settled()
    before = await accounts.quarters("feeder")
    assert [before[hour + n * QUARTER] for n in range(4)] == [Energy(0, 0, 22_500_000)] * 4
    assert kinds(await accounts.ledger("feeder")) == {"gap": 1}

    await accounts.publish("feeder", reversed(late), message_of=1)
    await accounts.settled()
    after = await accounts.quarters("feeder")
    expected = [Energy(energy * MICRO, 0, 0) for energy in (30, 15, 30, 15)]
    assert [after[hour + n * QUARTER] for n in range(4)] == expected
    touched = {at for at in before | after if before.get(at) != after.get(at)}
    assert touched == {hour + n * QUARTER for n in range(4)}
    assert await accounts.ledger("feeder") == []
