"""Figures that services work out for rules: energy against like days, what flows at night, demand, the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from analytics.alarms.machine import AlarmKey, Instance, Machine, Point
from analytics.alarms.rule import Level, Rule, Signal, SignalKind, Target
from analytics.batches import Columns
from analytics.tariffs.model import Terms
from services.alarms import facts_devices, facts_meters
from services.alarms.facts import Facts
from services.alarms.facts_clock import Clocks
from services.batch_log import LoggedBatch
from services.database import Connection
from services.irregularities import micros
from services.tariffs import stored_form
from tests import metered_plant
from tests.metered_plant import Meter

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 18, 2, 10, tzinfo=UTC)  # Wednesday, 10:10 in Shanghai
LAST_HOUR = datetime(2026, 11, 18, 1, tzinfo=UTC)
MICRO = 1_000_000


def instance(meter: str, kind: SignalKind, states: tuple[str, ...] = (), over_s: float = 0.0) -> Instance:
    signal = Signal(kind, over_s=over_s, states=states)
    rule = Rule(kind, kind, Target("meter"), signal, (Level("H", 1.0, "low"),))
    return Instance(AlarmKey("plant", kind, "meter", meter), rule, Machine("plant", "meter", meter, meter), {}, {})


async def put_hours(
    connection: Connection, register_id: int, hours: Sequence[tuple[datetime, float]], covered_s: int = 3600
) -> None:
    await connection.executemany(
        """INSERT INTO energy_hour (register_id, hour, band, measured, interpolated, estimated, covered_us)
           VALUES ($1, $2, 0, $3, 0, 0, $4)""",
        [(register_id, hour, round(energy * MICRO), covered_s * MICRO) for hour, energy in hours],
    )


async def test_an_hour_against_the_same_hour_on_like_days(connection: Connection) -> None:
    plant = await metered_plant.make(connection, [Meter("main"), Meter("new"), Meter("patchy")])
    before = [LAST_HOUR - timedelta(days=day) for day in (1, 2, 5, 6, 7)]  # workdays all of them
    for meter in ("main", "patchy"):
        await put_hours(connection, plant.registers[meter], [(hour, 100.0) for hour in before])
    await put_hours(connection, plant.registers["main"], [(LAST_HOUR, 180.0)])
    await put_hours(connection, plant.registers["patchy"], [(LAST_HOUR, 180.0)], covered_s=1800)
    await put_hours(connection, plant.registers["new"], [(hour, 100.0) for hour in (LAST_HOUR, *before[:2])])
    facts = Facts()
    asked = [instance(meter, "baseline") for meter in ("main", "new", "patchy")]
    facts.learn(asked, {"plant": ZONE})
    told = await facts.due(connection, NOW)
    assert [(fact.key.subject, round(fact.value, 6)) for fact in told] == [("main", 180.0)]
    # Known for this hour: not told again, whatever comes; the next hour is asked for when it is over.
    assert await facts.due(connection, NOW + timedelta(minutes=5)) == []
    await put_hours(connection, plant.registers["main"], [(LAST_HOUR + timedelta(hours=1), 90.0)])
    like = [hour + timedelta(hours=1) for hour in before]
    await put_hours(connection, plant.registers["main"], [(hour, 100.0) for hour in like])
    told = await facts.due(connection, NOW + timedelta(hours=1))
    assert [(fact.key.subject, round(fact.value, 6)) for fact in told] == [("main", 90.0)]


def test_nothing_is_said_of_clocks_while_most_of_a_site_is_behind() -> None:
    devices = [
        Instance(
            AlarmKey("plant", "clock", "device", f"d{n}"),
            Rule("clock", "clock", Target(), Signal("clock"), (Level("H", 60.0, "low"),)),
            Machine("plant", "device", f"d{n}", f"d{n}", points={"v": Point(n, "", "gauge", 10.0)}),
            {},
        )
        for n in range(4)
    ]
    clocks = Clocks(devices)

    def ahead_s(second: int, *by_s: float) -> dict[str, float]:
        """What is said after the devices have spoken, each with a clock that is ahead by so much."""
        stored_at = NOW + timedelta(seconds=second)
        times = [micros(stored_at) + round(each * 1e6) for each in by_s]
        readings = Columns(
            np.arange(len(by_s), dtype=np.int32), np.array(times, dtype=np.int64), np.zeros(len(by_s), dtype=np.float64)
        )
        clocks.offer(LoggedBatch(second, "readings", "ingest-1", stored_at, readings))
        return {key.subject: value for key, value in clocks.ahead_s(stored_at).items()}

    assert ahead_s(0, -0.2, -0.3, 90.0, -90.0) == {"d0": 0.0, "d1": 0.0, "d2": 90.0, "d3": -90.0}
    # A memory is emptied: the best of the last two minutes stands, the clock is not behind.
    assert ahead_s(30, -600.0, -0.1, 90.0, -90.0)["d0"] == 0.0
    # What came in a time nobody could send: two minutes later everybody seems behind.
    ahead_s(100, -0.2, -0.2, 90.0, -90.0)
    ahead_s(200, -500.0, -500.0, -400.0, -590.0)
    assert ahead_s(270, -500.0, -500.0, -400.0, -590.0) == {}
    ahead_s(340, -0.2, -0.2, 90.0, -90.0)
    assert ahead_s(400, -0.2, -0.2, 90.0, -90.0) == {"d0": 0.0, "d1": 0.0, "d2": 90.0, "d3": -90.0}


def test_like_days_are_workdays_saturdays_and_sundays_at_the_same_local_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hour = datetime(2026, 10, 27, 9, tzinfo=berlin).astimezone(UTC)  # Tuesday; the clock changed on Sunday
    like = [each.astimezone(berlin) for each in facts_meters.like_hours(hour, berlin)]
    assert len(like) == 20
    assert {each.hour for each in like} == {9}
    assert all(each.weekday() < 5 for each in like)
    sunday = facts_meters.like_hours(datetime(2026, 11, 15, 1, tzinfo=UTC), ZONE)
    assert [each.astimezone(ZONE).date() for each in sunday] == [
        date(2026, 11, day) if day > 0 else date(2026, 10, 31 + day) for day in (8, 1, -6, -13)
    ]
    assert facts_meters.last_whole_hour(NOW, ZONE) == LAST_HOUR
    assert facts_meters.last_whole_hour(NOW - timedelta(minutes=6), ZONE) == LAST_HOUR - timedelta(hours=1)


async def test_what_flows_at_night_is_the_least_of_its_hours(connection: Connection) -> None:
    plant = await metered_plant.make(connection, [Meter("water", carrier="water"), Meter("dark", carrier="water")])
    night = [datetime.combine(date(2026, 11, 18), time(hour), ZONE).astimezone(UTC) for hour in range(5)]
    await put_hours(connection, plant.registers["water"], list(zip(night, (3.0, 2.0, 1.5, 1.7, 4.0), strict=True)))
    await put_hours(connection, plant.registers["dark"], [(night[0], 1.0), (night[4], 1.0)])
    asked = [instance(meter, "night_flow") for meter in ("water", "dark")]
    found = await facts_meters.night_flow(connection, asked, facts_meters.night_hours(NOW, ZONE))
    assert {key.subject: value for key, value in found.items()} == {"water": 1.5}
    # At four in the morning the last night is still that of the day before.
    early = datetime(2026, 11, 17, 20, tzinfo=UTC)
    assert facts_meters.night_hours(early, ZONE)[0] == night[0] - timedelta(days=1)


async def test_the_ledger_is_counted_by_kind_and_what_waits_for_a_ruling_whatever_its_age(
    connection: Connection,
) -> None:
    plant = await metered_plant.make(connection, [Meter("m1"), Meter("m2")])
    entries = [
        ("m1", "reset", 600, 0),
        ("m1", "reset", 7200, 0),
        ("m1", "gap", 60, 0),
        ("m2", "implausible", 90_000, 5),
    ]
    await connection.executemany(
        """INSERT INTO ledger_entry (register_id, origin, kind, start, stop, quarantined, decided)
           VALUES ($1, 'judged', $2, $3, $3, $4, $3)""",
        [(plant.registers[meter], kind, NOW - timedelta(seconds=ago), held) for meter, kind, ago, held in entries],
    )
    asked = [
        instance("m1", "ledger", ("reset", "rollover"), 3600),
        instance("m2", "ledger", ("undecided",)),
    ]
    found = await facts_devices.ledger(connection, asked, NOW)
    assert {key.subject: value for key, value in found.items()} == {"m1": 1.0, "m2": 1.0}
    both = await facts_devices.ledger(connection, [instance("m1", "ledger", ("undecided",))], NOW)
    assert list(both.values()) == [0.0]


async def test_demand_is_what_the_quarter_hour_heads_for_in_percent_of_the_contract(connection: Connection) -> None:
    plant = await metered_plant.make(
        connection, [Meter("main"), Meter("second"), Meter("sub", "main")], contract="electricity"
    )
    terms = Terms(valid_from=date(2026, 1, 1), tariff="any", customer_class="any", contract_kw=Decimal(800))
    await connection.execute(
        "INSERT INTO contract_term (contract_id, valid_from, tariff, terms) VALUES ($1, $2, 'any', $3)",
        plant.contract_id,
        terms.valid_from,
        stored_form(terms),
    )
    quarter = NOW.replace(minute=0)
    await connection.executemany(
        """INSERT INTO energy_interval (register_id, start, measured, covered_us) VALUES ($1, $2, $3, 600000000)""",
        [(plant.registers[meter], quarter, round(kwh * MICRO)) for meter, kwh in (("main", 100.0), ("sub", 90.0))],
    )
    site = replace(instance("plant", "demand"), key=AlarmKey("plant", "demand", "site", "plant"))
    asked = [site, instance("main", "demand")]
    demands = facts_meters.Demands()
    # 100 kWh in ten minutes are 600 kW. Of the second meter nothing is known: nothing is said of the site.
    assert {key.subject: value for key, value in (await demands.percent(connection, asked, NOW)).items()} == {
        "main": 75.0
    }
    await connection.execute(
        "INSERT INTO energy_interval (register_id, start, measured, covered_us) VALUES ($1, $2, 50000000, 600000000)",
        plant.registers["second"],
        quarter,
    )
    assert {key.subject: value for key, value in (await demands.percent(connection, asked, NOW)).items()} == {
        "main": 75.0,
        "plant": 112.5,
    }
