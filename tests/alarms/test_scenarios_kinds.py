"""Each kind of rule on a virtual clock through the real database: raised, held by its delay, cleared with deadband."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.database import Connection, connect
from tests.alarms import plant
from tests.alarms.plant import Device, Plant

RUNNING = {"stopped": 0.0, "unloaded": 1.0, "loaded": 2.0, "fault": 3.0}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    yield opened
    await opened.close()


async def series(site: Plant, device: str, key: str, values: str, start_s: float = 0, each_s: float = 10) -> None:
    """Send values one after the other, letting the clock go on between them."""
    for number, value in enumerate(values.split()):
        await site.pass_to(start_s + number * each_s)
        await site.send(start_s + number * each_s, device, **{key: float(value)})


async def test_a_threshold_has_levels_a_deadband_and_delays(connection: Connection) -> None:
    rule = """
        [[rule]]
        code = "hot"
        name = "Hot"
        for = { kind = "compressor" }
        signal = "outlet_degc"
        levels = [
          { at = "L", limit = 20, priority = "low" },
          { at = "H", limit = 105, priority = "high" },
          { at = "HH", limit = 109, priority = "critical" },
        ]
        deadband = 2
        on_delay_s = 15
        off_delay_s = 25
    """
    site = await plant.begin(connection, [Device("comp-1", ("outlet_degc",))], rule)
    # 10: above, but back at 20, before the delay is over. 30 on: above for good, worse from 50 on.
    # 70: below 109 but within its deadband. 80: below HH - 2; 100: below H - 2 and for 25 s, 125.
    await series(site, "comp-1", "outlet_degc", "90 106 90 106 107 110 110 108 106 104 102 102 102 102 102 10 10 10")
    assert await site.history() == [
        "45 comp-1/hot raise H",
        "65 comp-1/hot worsen HH",
        "125 comp-1/hot clear",
        "165 comp-1/hot raise L",
    ]


async def test_a_deviation_is_from_a_set_point_or_in_percent_of_a_model(connection: Connection) -> None:
    rules = """
        [[rule]]
        code = "off-set-point"
        name = "Off"
        for = { kind = "chiller" }
        signal = { kind = "deviation", of = "supply_degc", reference = "set_point_degc" }
        levels = [{ at = "L", limit = -2, priority = "low" }, { at = "H", limit = 2, priority = "medium" }]
        deadband = 0.5
        on_delay_s = 10

        [[rule]]
        code = "draws-too-much"
        name = "Draws"
        for = { kind = "chiller" }
        signal = { kind = "deviation", of = "power_kw", reference = "cooling_kw / 5", relative = true }
        levels = [{ at = "H", limit = 25, priority = "medium" }]
    """
    site = await plant.begin(
        connection, [Device("ch-1", ("supply_degc", "set_point_degc", "power_kw", "cooling_kw"), "chiller")], rules
    )
    for second, supply, power in ((0, 7, 100), (10, 9.5, 100), (20, 9.6, 130), (30, 8.8, 126), (40, 8.4, 100)):
        await site.send(second, "ch-1", supply_degc=supply, set_point_degc=7, power_kw=power, cooling_kw=500)
    assert await site.history() == [
        "20 ch-1/off-set-point raise H",
        "20 ch-1/draws-too-much raise H",
        "40 ch-1/off-set-point clear",
        "40 ch-1/draws-too-much clear",
    ]


async def test_a_twin_tells_what_should_be(connection: Connection) -> None:
    rule = """
        [[rule]]
        code = "unlike-twins"
        name = "Unlike"
        for = { kind = "pump" }
        signal = { kind = "deviation", of = "bearing_degc", reference = "twins.bearing_degc" }
        levels = [{ at = "H", limit = 10, priority = "medium" }]
        inputs = { twins = { of = "site", kind = "pump", others_only = true, take = "median" } }
    """
    site = await plant.begin(connection, [Device(f"p-{n}", ("bearing_degc",), "pump") for n in range(1, 5)], rule)
    for second, bearing in ((0, 45), (10, 62), (20, 50)):
        sent = [(f"p-{n}/bearing_degc", second, 45.0 + n) for n in range(1, 4)]
        await site.store(second, [*sent, ("p-4/bearing_degc", second, bearing)])
    assert await site.history() == ["10 p-4/unlike-twins raise H", "20 p-4/unlike-twins clear"]


async def test_a_rate_is_for_each_minute(connection: Connection) -> None:
    rule = """
        [[rule]]
        code = "warms-up"
        name = "Warms"
        for = { kind = "compressor" }
        signal = { kind = "rate", of = "oil_degc", over_s = 60 }
        levels = [{ at = "H", limit = 5, priority = "medium" }]
        deadband = 1
    """
    site = await plant.begin(connection, [Device("comp-1", ("oil_degc",))], rule)
    # 1 K in 10 s from 60 on: after 60 s of it 6 K a minute.
    await series(site, "comp-1", "oil_degc", "70 70 70 70 70 70 70 71 72 73 74 75 76 77 77 77 77 77 77 77")
    assert await site.history() == ["120 comp-1/warms-up raise H", "150 comp-1/warms-up clear"]


async def test_starts_are_counted_in_a_window(connection: Connection) -> None:
    rules = """
        [[rule]]
        code = "starts-too-often"
        name = "Starts"
        for = { kind = "compressor" }
        signal = { kind = "count", of = 'state in ("unloaded", "loaded")', over_s = 600 }
        levels = [{ at = "H", limit = 2, priority = "medium" }]

        [[rule]]
        code = "chatters"
        name = "Chatters"
        for = { kind = "compressor" }
        signal = { kind = "count", of = "door", counts = "changes", over_s = 60 }
        levels = [{ at = "H", limit = 3, priority = "low" }]
    """
    site = await plant.begin(connection, [Device("comp-1", ("door",), states={"state": RUNNING})], rules)
    for second, state in ((0, 0), (60, 2), (120, 0), (180, 1), (240, 0), (300, 1), (310, 2)):
        await site.send(second, "comp-1", state=state, door=0)
    assert await site.history() == ["300 comp-1/starts-too-often raise H"]
    for second in range(320, 720, 10):
        await site.send(second, "comp-1", state=2, door=float(400 <= second < 440 and second // 10 % 2 == 0))
    assert await site.history() == [
        "300 comp-1/starts-too-often raise H",
        "430 comp-1/chatters raise H",
        "460 comp-1/chatters clear",
        "660 comp-1/starts-too-often clear",
    ]


async def test_a_value_that_stands_still_is_stuck(connection: Connection) -> None:
    rule = """
        [[rule]]
        code = "stuck"
        name = "Stuck"
        for = { kind = "compressor" }
        signal = { kind = "stuck", of = "oil_degc", unit = "s" }
        levels = [{ at = "H", limit = 45, priority = "low" }]
        when = 'state == "loaded"'
    """
    site = await plant.begin(connection, [Device("comp-1", ("oil_degc",), states={"state": RUNNING})], rule)
    for second in range(0, 100, 10):
        await site.pass_to(second)
        await site.send(second, "comp-1", oil_degc=70.0 if second < 90 else 71.0, state=2)
    assert await site.history() == ["45 comp-1/stuck raise H", "90 comp-1/stuck clear"]


async def test_a_state_is_an_alarm_and_a_stopped_machine_is_quiet(connection: Connection) -> None:
    rules = """
        [[rule]]
        code = "fault"
        name = "Fault"
        for = { kind = "compressor" }
        signal = { kind = "state", of = "state", states = ["fault"] }
        levels = [{ at = "ON", limit = 0.5, priority = "high" }]

        [[rule]]
        code = "low-pressure"
        name = "Low"
        for = { kind = "compressor" }
        signal = "pressure_bar"
        levels = [{ at = "L", limit = 6, priority = "medium" }]
        when = 'state in ("unloaded", "loaded")'
        settle_s = 20
        suppressed_by = [{ rule = "fault" }]
    """
    site = await plant.begin(connection, [Device("comp-1", ("pressure_bar",), states={"state": RUNNING})], rules)
    # Stopped and low: quiet. Loaded at 20: settled at 40, then it counts.
    for second, state in ((0, 0), (10, 0), (20, 2), (30, 2), (40, 2), (50, 2)):
        await site.send(second, "comp-1", pressure_bar=5.0, state=state)
    assert await site.history() == ["0 comp-1/low-pressure raise L", "40 comp-1/low-pressure unsuppress L"]
    await site.send(60, "comp-1", pressure_bar=5.0, state=3)
    states = await site.states()
    assert states["comp-1/fault"] == "unacknowledged"
    assert states["comp-1/low-pressure"] == "suppressed"
    assert "60 comp-1/fault raise ON" in await site.history()


async def test_an_expression_over_several_points_that_is_unknown_changes_nothing(connection: Connection) -> None:
    rule = """
        [[rule]]
        code = "unbalance"
        name = "Unbalance"
        for = { kind = "power_meter" }
        signal = { kind = "value", of = "100 * (max(a, b, c) - min(a, b, c)) / max(a, b, c)", unit = "percent" }
        levels = [{ at = "H", limit = 4, priority = "medium" }]
        deadband = 1
        on_delay_s = 60
    """
    site = await plant.begin(connection, [Device("me-1", ("a", "b", "c"), "power_meter")], rule)
    await site.send(0, "me-1", a=230, b=230, c=230)
    await site.send(10, "me-1", a=230, b=230, c=200)
    # One phase is silent: the others go on, from 40 on the figure is unknown, and the delay does not run.
    for second in range(20, 100, 10):
        await site.pass_to(second)
        await site.send(second, "me-1", a=230, b=230)
    assert await site.history() == []
    for second in range(100, 190, 10):
        await site.pass_to(second)
        await site.send(second, "me-1", a=230, b=230, c=200)
    for second in range(190, 260, 10):
        await site.pass_to(second)
        await site.send(second, "me-1", a=230, b=230)
    assert await site.history() == ["160 me-1/unbalance raise H"]
    await site.send(260, "me-1", a=230, b=230, c=230)
    assert await site.history() == ["160 me-1/unbalance raise H", "260 me-1/unbalance clear"]


async def test_a_silent_device_is_told_and_the_rest_of_it_kept_quiet(connection: Connection) -> None:
    rules = """
        [[rule]]
        code = "device-silent"
        name = "Silent"
        for = { kind = "compressor" }
        signal = { kind = "silence", unit = "s" }
        levels = [{ at = "H", limit = 60, priority = "medium" }]

        [[rule]]
        code = "hot"
        name = "Hot"
        for = { kind = "compressor" }
        signal = "outlet_degc"
        levels = [{ at = "H", limit = 105, priority = "high" }]
    """
    devices = [Device(f"comp-{n}", ("outlet_degc",)) for n in (1, 2)]
    site = await plant.begin(connection, devices, rules)
    await site.store(0, [("comp-1/outlet_degc", 0, 110.0), ("comp-2/outlet_degc", 0, 90.0)])
    for second in range(10, 200, 10):
        await site.pass_to(second)
        await site.send(second, "comp-2", outlet_degc=90)
    # Hot and silent: what was raised is kept quiet, what is silent is said.
    assert await site.history("raise") == ["0 comp-1/hot raise H", "60 comp-1/device-silent raise H"]
    assert await site.states() == {"comp-1/hot": "suppressed", "comp-1/device-silent": "unacknowledged"}
    await site.send(200, "comp-1", outlet_degc=90)
    assert (await site.states())["comp-1/device-silent"] == "returned_unacknowledged"
    assert [line for line in await site.history() if "comp-1/hot" in line] == [
        "0 comp-1/hot raise H",
        "60 comp-1/hot suppress H",
        "200 comp-1/hot clear",
    ]


async def test_a_rule_holds_in_its_hours_only(connection: Connection) -> None:
    rule = """
        [[rule]]
        code = "at-work"
        name = "At work"
        for = { kind = "compressor" }
        signal = "outlet_degc"
        levels = [{ at = "H", limit = 105, priority = "high" }]
        hours = ["mon-fri 16:02-16:04"]
    """
    site = await plant.begin(connection, [Device("comp-1", ("outlet_degc",))], rule)  # it is Monday, 16:00
    for second in range(0, 300, 10):
        await site.pass_to(second)
        await site.send(second, "comp-1", outlet_degc=110)
    assert await site.history() == [
        "0 comp-1/at-work raise H",
        "120 comp-1/at-work unsuppress H",
        "240 comp-1/at-work suppress H",
    ]
    assert await site.states() == {"comp-1/at-work": "suppressed"}
