"""What happens around alarms on a virtual clock: restarts, late readings, shelving, floods, faulty transmissions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.notifications.model import Route
from services.alarms import actions, evaluation, rules
from services.alarms.actions import AlarmRef
from services.database import Connection
from services.notifications.applying import Wanted
from services.notifications.applying import apply as use
from services.notifications.duty import Office
from tests.alarms import plant
from tests.alarms.plant import Device, Plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import hook

HOT = """
    [[rule]]
    code = "hot"
    name = "Hot"
    for = { kind = "compressor" }
    signal = "outlet_degc"
    levels = [{ at = "H", limit = 105, priority = "high" }]
    deadband = 2
    on_delay_s = 30
"""
ONE = [Device("comp-1", ("outlet_degc",))]


@pytest.mark.parametrize("orderly", [True, False])
async def test_a_restart_in_the_middle_of_a_delay_changes_nothing(connection: Connection, *, orderly: bool) -> None:
    site = await plant.begin(connection, ONE, HOT)
    await site.send(0, "comp-1", outlet_degc=90)
    await site.send(10, "comp-1", outlet_degc=106)
    await site.send(20, "comp-1", outlet_degc=106)
    await site.restart(orderly=orderly)
    await site.read()  # what was not written down is read again
    await site.send(30, "comp-1", outlet_degc=106)
    assert await site.history() == []
    await site.pass_to(50)
    assert await site.history() == ["40 comp-1/hot raise H"]
    # Raised is raised, also when the part of the log that raised it is read again.
    await site.restart(orderly=False)
    await site.read()
    await site.pass_to(60)
    await site.send(60, "comp-1", outlet_degc=100)
    assert await site.history() == ["40 comp-1/hot raise H", "60 comp-1/hot clear"]
    assert await connection.fetchval("SELECT count(*) FROM alarm_occurrence") == 1


SILENT = """
    [[rule]]
    code = "silent"
    name = "Silent"
    for = { kind = "compressor" }
    signal = { kind = "silence", unit = "s" }
    levels = [{ at = "H", limit = 60, priority = "medium" }]
"""


async def test_silence_counts_while_somebody_listens(connection: Connection) -> None:
    site = await plant.begin(connection, [*ONE, replace(ONE[0], code="comp-2")], SILENT)
    for second in range(0, 200, 10):
        await site.pass_to(second)
        await site.store(second, [("comp-1/outlet_degc", second, 90.0), ("comp-2/outlet_degc", second, 90.0)])
    # Everything is switched off for an hour, and comes back; one of the two does not.
    site.clock_s = 3800
    await site.restart(orderly=True)
    await site.pass_to(3810)
    assert await site.history() == []
    for second in range(3810, 3900, 10):
        await site.pass_to(second)
        await site.send(second, "comp-2", outlet_degc=90)
    assert await site.history() == ["3861 comp-1/silent raise H"]
    # Ingest goes while everything else runs: it is not the devices that are silent.
    site.evaluation.is_listening = False
    await site.pass_to(4200)
    site.evaluation.is_listening = True
    for second in range(4200, 4300, 10):
        await site.pass_to(second)
        await site.send(second, "comp-2", outlet_degc=90)
    assert await site.history() == ["3861 comp-1/silent raise H"]
    # Now it is: ingest listens, and nothing comes from anybody.
    await site.pass_to(4400)
    assert await site.history() == ["3861 comp-1/silent raise H", "4350 comp-2/silent raise H"]


async def test_the_very_first_start_counts_nobodys_silence(connection: Connection) -> None:
    site = await plant.begin(connection, [*ONE, replace(ONE[0], code="comp-2")], SILENT)
    await site.store(0, [("comp-1/outlet_degc", 0, 90.0), ("comp-2/outlet_degc", 0, 90.0)], read=False)
    await connection.execute("DELETE FROM alarm_memory; DELETE FROM log_follower")
    site.clock_s = 600
    await site.restart()
    await site.pass_to(640)
    for second in range(640, 800, 10):
        await site.pass_to(second)
        await site.send(second, "comp-2", outlet_degc=90)
    assert await site.history() == ["700 comp-1/silent raise H"]


@pytest.mark.parametrize("again", [False, True])
async def test_what_is_told_late_at_the_very_first_start_was_not_silent_until_then(
    connection: Connection, *, again: bool
) -> None:
    site = await plant.begin(connection, [*ONE, replace(ONE[0], code="comp-2")], SILENT)
    # Both tell what they measured before anybody listened; only one of them goes on.
    site.clock_s = 100
    await site.restart()
    await site.store(100, [("comp-2/outlet_degc", 10, 90.0)])
    if again:  # another process goes on in between: it remembers that nobody listened
        await site.restart(orderly=True)
    await site.store(100, [("comp-1/outlet_degc", 0, 90.0)])
    for second in range(105, 200, 10):
        await site.pass_to(second)
        await site.send(second, "comp-2", outlet_degc=90)
    assert await site.history() == ["160 comp-1/silent raise H"]


async def test_a_log_that_is_gone_starts_anew_and_keeps_what_was_raised(connection: Connection) -> None:
    site = await plant.begin(connection, ONE, HOT)
    for second in (0, 10, 20, 30):
        await site.send(second, "comp-1", outlet_degc=106)
    await site.store(40, [("comp-1/outlet_degc", 40, 90.0)], read=False)
    site.evaluation = await evaluation.begin_anew(connection, plant.at(50))
    assert await site.history() == ["30 comp-1/hot raise H", "40 comp-1/hot clear"]


async def test_late_readings_change_history_and_no_alarm(connection: Connection) -> None:
    site = await plant.begin(connection, ONE, HOT)
    for second in range(0, 600, 10):
        await site.pass_to(second)
        await site.send(second, "comp-1", outlet_degc=90)
    # Ten minutes late, or older than the newest: hot for long, and over.
    await site.store(600, [("comp-1/outlet_degc", second + 5, 120.0) for second in range(0, 590, 10)])
    await site.store(601, [("comp-1/outlet_degc", 601, 90.0)])
    await site.pass_to(660)
    assert await site.history() == []
    assert await connection.fetchval("SELECT count(*) FROM reading WHERE value = 120") == 59


async def test_a_rule_that_changes_goes_on_for_those_it_leaves_as_they_are(connection: Connection) -> None:
    site = await plant.begin(connection, ONE, HOT + HOT.replace('"hot"', '"hotter"'))
    await site.send(0, "comp-1", outlet_degc=106)
    await site.send(20, "comp-1", outlet_degc=106)
    changed = HOT.replace('"hot"', '"hotter"').replace("105", "110")
    async with connection.transaction():
        wanted = [rules.NewRule(rule, "site") for rule in plant.rules_of(changed)]
        await rules.put(connection, "plant", wanted, "local", "another limit")
    site.evaluation = await evaluation.learn(connection, site.evaluation, plant.at(20))
    await site.send(30, "comp-1", outlet_degc=106)
    await site.pass_to(40)
    assert await site.history() == ["30 comp-1/hot raise H"]


async def test_shelving_ends_on_time(connection: Connection) -> None:
    site = await plant.begin(connection, ONE, HOT)
    for second in range(0, 50, 10):
        await site.send(second, "comp-1", outlet_degc=106)
    ref = AlarmRef("plant", "hot", "comp-1")
    async with connection.transaction():
        await actions.shelve(connection, [ref], "local", "known", plant.at(50), until=plant.at(200))
    assert await site.states() == {"comp-1/hot": "shelved"}
    for second in range(60, 250, 10):
        await site.pass_to(second)
        await site.send(second, "comp-1", outlet_degc=106)
    assert await site.history("shelve", "shelf_expired") == ["50 comp-1/hot shelve H", "200 comp-1/hot shelf_expired H"]
    assert await site.states() == {"comp-1/hot": "unacknowledged"}


@pytest.mark.parametrize("seconds", [1, 60])
async def test_a_flood_of_500_alarms_is_one_record_and_one_message_a_route(
    connection: Connection, seconds: int
) -> None:
    devices = [Device(f"comp-{n}", ("outlet_degc",)) for n in range(500)]
    site = await plant.begin(connection, devices, HOT.replace("on_delay_s = 30", "on_delay_s = 0"))
    with http_receiver() as receiver:
        office = Office("https://energy.example.com")
        channels = [hook(receiver.url(f"/{code}"), code) for code in ("crew", "boss")]
        routes = [Route("all", ("crew",)), Route("worst", ("boss",), priority="high")]
        await use(connection, "plant", Wanted(channels, routes), plant.at(0))
        await site.store(0, [(f"comp-{n}/outlet_degc", 0, 90.0) for n in range(500)])
        for second in range(1, seconds + 1):
            hot = [n for n in range(500) if n % seconds == second - 1]
            await site.store(second, [(f"comp-{n}/outlet_degc", second, 110.0) for n in hot])
            await site.pass_to(second)
            await round_of(office, connection, second)
        for second in (seconds + 5, seconds + 10, seconds + 30):
            await round_of(office, connection, second)
        assert len(await site.history("raise")) == 500
        floods = await connection.fetch("SELECT alarms, ended_at, peak_in_ten_minutes FROM alarm_flood")
        assert [tuple(row.values()) for row in floods] == [(500, None, 500)]
        # Too many within the five seconds that a route collects: what came before the eleventh is in that message too.
        assert sorted(request.path for request in receiver.requests) == ["/boss", "/crew"]
        kinds = await connection.fetch("SELECT kind FROM notification_message")
        assert [row["kind"] for row in kinds] == ["flood_began", "flood_began"]
        # Nothing new for ten minutes: it is over, at the minute when it was.
        await site.pass_to(700, each_s=10)
        ended = await connection.fetchval("SELECT ended_at FROM alarm_flood")
        assert plant.at(600) < ended <= plant.at(seconds + 600)


async def round_of(office: Office, connection: Connection, second: float) -> None:
    await office.round(connection, plant.at(second))
    while office.deliveries.tasks:
        await office.deliveries.wait()
        await office.deliveries.settle(connection, plant.at(second))


IRREGULAR = """
    [[rule]]
    code = "speaks-twice"
    name = "Twice"
    for = { kind = "compressor" }
    signal = { kind = "irregularity", states = ["duplicate"], over_s = 120 }
    levels = [{ at = "H", limit = 5, priority = "low" }]

    [[rule]]
    code = "out-of-order"
    name = "Disorder"
    for = { kind = "compressor" }
    signal = { kind = "irregularity", states = ["disorder", "late"], over_s = 120 }
    levels = [{ at = "H", limit = 5, priority = "low" }]

    [[rule]]
    code = "clock-off"
    name = "Clock"
    for = { kind = "compressor" }
    signal = { kind = "clock" }
    levels = [{ at = "L", limit = -60, priority = "low" }, { at = "H", limit = 60, priority = "low" }]
    deadband = 20
    on_delay_s = 30
"""


async def speak(site: Plant, start_s: int, stop_s: int, *, skew_s: float = 0, twice: bool = False) -> None:
    """Both machines speak each 10 s; what is wrong is wrong with the first."""
    for second in range(start_s, stop_s, 10):
        await site.pass_to(second)
        first = [("comp-1/outlet_degc", second + skew_s, 90.0)] * (2 if twice else 1)
        await site.store(second, [*first, ("comp-2/outlet_degc", second, 90.0)])


async def test_a_device_that_says_everything_twice_and_one_whose_clock_is_wrong(connection: Connection) -> None:
    site = await plant.begin(connection, [*ONE, replace(ONE[0], code="comp-2")], IRREGULAR)
    await speak(site, 0, 60)
    assert await site.history() == []
    await speak(site, 60, 160, twice=True)
    await speak(site, 160, 400)
    history = await site.history()
    assert [line.split()[1:] for line in history] == [
        ["comp-1/speaks-twice", "raise", "H"],
        ["comp-1/speaks-twice", "clear"],
    ]
    raised, cleared = (float(line.split()[0]) for line in history)
    assert 110 <= raised <= 130
    assert 220 <= cleared <= 290
    await speak(site, 400, 600, skew_s=90)
    history = [line for line in await site.history() if "clock-off" in line]
    assert [line.split()[1:] for line in history] == [["comp-1/clock-off", "raise", "H"]]
    assert 430 <= float(history[0].split()[0]) <= 460
    await speak(site, 690, 900)  # the clock is set right; stamps are ahead of what was said before
    history = [line for line in await site.history() if "clock-off" in line]
    assert [line.split()[1:] for line in history][1:] == [["comp-1/clock-off", "clear"]]
    assert [line for line in await site.history() if "comp-2" in line] == []


async def test_a_device_whose_messages_change_places(connection: Connection) -> None:
    site = await plant.begin(connection, [*ONE, replace(ONE[0], code="comp-2")], IRREGULAR)
    await speak(site, 0, 60)
    for start in range(60, 300, 40):
        await site.pass_to(start + 40)
        places = (start + 20, start, start + 30, start + 10)
        await site.store(start + 40, [("comp-1/outlet_degc", second, 90.0) for second in places])
        await site.store(start + 40, [("comp-2/outlet_degc", second, 90.0) for second in sorted(places)])
    assert [line.split()[1:] for line in await site.history()] == [["comp-1/out-of-order", "raise", "H"]]
