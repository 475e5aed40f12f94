"""Each kind of rule as a timeline: raised, held by its delay, cleared with deadband, each ten seconds a value."""

from __future__ import annotations

from services.database import Connection
from tests.alarms.timeline import told


async def test_a_threshold_has_levels_a_deadband_and_delays(connection: Connection) -> None:
    rule = """
        [hot]
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
    # 10: above, but back at 20, before the delay is over. 30 on: above for good, worse from 50 on.
    # 70: below 109 but within its deadband. 80: below HH - 2; 100: below H - 2 and for 25 s, 125.
    outlet = "90 106 90 106 107 110*2 108 106 104 102*5 10*3"
    assert await told(connection, rule, {"comp-1/outlet_degc": outlet}) == [
        "45 comp-1/hot raise H",
        "65 comp-1/hot worsen HH",
        "125 comp-1/hot clear",
        "165 comp-1/hot raise L",
    ]


async def test_a_deviation_is_from_a_set_point(connection: Connection) -> None:
    rule = """
        [off]
        signal = { kind = "deviation", of = "supply_degc", reference = "set_point_degc" }
        levels = [{ at = "L", limit = -2, priority = "low" }, { at = "H", limit = 2, priority = "medium" }]
        deadband = 0.5
        on_delay_s = 10
    """
    sent = {"ch-1/supply_degc": "7 9.5 9.6 8.8 8.4", "ch-1/set_point_degc": "7*5"}
    assert await told(connection, rule, sent) == ["20 ch-1/off raise H", "40 ch-1/off clear"]


async def test_a_deviation_is_in_percent_of_a_model(connection: Connection) -> None:
    rule = """
        [draws-too-much]
        signal = { kind = "deviation", of = "power_kw", reference = "cooling_kw / 5", relative = true }
        levels = [{ at = "H", limit = 25, priority = "medium" }]
    """
    sent = {"ch-1/power_kw": "100*2 130 126 100", "ch-1/cooling_kw": "500*5"}
    assert await told(connection, rule, sent) == ["20 ch-1/draws-too-much raise H", "40 ch-1/draws-too-much clear"]


async def test_a_twin_tells_what_should_be(connection: Connection) -> None:
    rule = """
        [unlike]
        signal = { kind = "deviation", of = "bearing_degc", reference = "twins.bearing_degc" }
        levels = [{ at = "H", limit = 10, priority = "medium" }]
        inputs = { twins = { of = "site", others_only = true, take = "median" } }
    """
    twins = {f"p-{n}/bearing_degc": f"{45 + n}*3" for n in range(1, 4)}
    assert await told(connection, rule, {**twins, "p-4/bearing_degc": "45 62 50"}) == [
        "10 p-4/unlike raise H",
        "20 p-4/unlike clear",
    ]


async def test_a_rate_is_for_each_minute(connection: Connection) -> None:
    rule = """
        [warms-up]
        signal = { kind = "rate", of = "oil_degc", over_s = 60 }
        levels = [{ at = "H", limit = 5, priority = "medium" }]
        deadband = 1
    """
    # 1 K in 10 s from 60 on: after 60 s of it 6 K a minute.
    assert await told(connection, rule, {"comp-1/oil_degc": "70*7 71 72 73 74 75 76 77*7"}) == [
        "120 comp-1/warms-up raise H",
        "150 comp-1/warms-up clear",
    ]


async def test_starts_are_counted_in_a_window(connection: Connection) -> None:
    rule = """
        [starts]
        signal = { kind = "count", of = 'state in ("unloaded", "loaded")', over_s = 600 }
        levels = [{ at = "H", limit = 2, priority = "medium" }]
    """
    # From stopped at 60, 180 and 300; the first of the three is ten minutes ago at 660.
    states = "stopped*6 loaded*6 stopped*6 unloaded*6 stopped*6 unloaded loaded*41"
    assert await told(connection, rule, {"comp-1/state": states}) == [
        "300 comp-1/starts raise H",
        "660 comp-1/starts clear",
    ]


async def test_changes_are_counted_in_a_window(connection: Connection) -> None:
    rule = """
        [chatters]
        signal = { kind = "count", of = "door", counts = "changes", over_s = 60 }
        levels = [{ at = "H", limit = 3, priority = "low" }]
    """
    assert await told(connection, rule, {"comp-1/door": "0*10 1 0 1 0*9"}) == [
        "130 comp-1/chatters raise H",
        "160 comp-1/chatters clear",
    ]


async def test_a_value_that_stands_still_is_stuck(connection: Connection) -> None:
    rule = """
        [stuck]
        signal = { kind = "stuck", of = "oil_degc", unit = "s" }
        levels = [{ at = "H", limit = 45, priority = "low" }]
        when = 'state == "loaded"'
    """
    assert await told(connection, rule, {"comp-1/oil_degc": "70*9 71", "comp-1/state": "loaded*10"}) == [
        "45 comp-1/stuck raise H",
        "90 comp-1/stuck clear",
    ]


async def test_a_state_is_an_alarm(connection: Connection) -> None:
    rule = """
        [failed]
        signal = { kind = "state", of = "state", states = ["fault"] }
        levels = [{ at = "ON", limit = 0.5, priority = "high" }]
    """
    assert await told(connection, rule, {"comp-1/state": "stopped loaded fault*2 stopped"}) == [
        "20 comp-1/failed raise ON",
        "40 comp-1/failed clear",
    ]


async def test_a_stopped_machine_is_quiet(connection: Connection) -> None:
    rule = """
        [low]
        signal = "pressure_bar"
        levels = [{ at = "L", limit = 6, priority = "medium" }]
        when = 'state in ("unloaded", "loaded")'
        settle_s = 20
    """
    # Stopped and low: quiet. Loaded at 20: settled at 40, then it counts.
    assert await told(connection, rule, {"comp-1/pressure_bar": "5*7", "comp-1/state": "stopped*2 loaded*4 fault"}) == [
        "0 comp-1/low raise L",
        "40 comp-1/low unsuppress L",
        "60 comp-1/low suppress L",
    ]


async def test_an_expression_over_several_points_that_is_unknown_changes_nothing(connection: Connection) -> None:
    rule = """
        [unbalance]
        signal = { kind = "value", of = "100 * (max(a, b, c) - min(a, b, c)) / max(a, b, c)", unit = "percent" }
        levels = [{ at = "H", limit = 4, priority = "medium" }]
        deadband = 1
        on_delay_s = 60
    """
    # One phase is silent from 20 on: from 40 on the figure is unknown, and the delay does not run; nor does it clear.
    sent = {"me-1/a": "230*27", "me-1/b": "230*27", "me-1/c": "230 200 .*8 200*9 .*7 230"}
    assert await told(connection, rule, sent) == ["160 me-1/unbalance raise H", "260 me-1/unbalance clear"]


async def test_a_silent_device_is_told_and_the_rest_of_it_kept_quiet(connection: Connection) -> None:
    rules = """
        [silent]
        signal = { kind = "silence", unit = "s" }
        levels = [{ at = "H", limit = 60, priority = "medium" }]

        [hot]
        signal = "outlet_degc"
        levels = [{ at = "H", limit = 105, priority = "high" }]
    """
    # Hot and silent: what was raised is kept quiet, what is silent is said.
    sent = {"comp-1/outlet_degc": "110 .*19 90", "comp-2/outlet_degc": "90*21"}
    assert await told(connection, rules, sent) == [
        "0 comp-1/hot raise H",
        "60 comp-1/silent raise H",
        "60 comp-1/hot suppress H",
        "200 comp-1/silent clear",
        "200 comp-1/hot clear",
    ]


async def test_a_rule_holds_in_its_hours_only(connection: Connection) -> None:
    rule = """
        [at-work]
        signal = "outlet_degc"
        levels = [{ at = "H", limit = 105, priority = "high" }]
        hours = ["mon-fri 16:02-16:04"]
    """
    # It is Monday, 16:00.
    assert await told(connection, rule, {"comp-1/outlet_degc": "110*30"}) == [
        "0 comp-1/at-work raise H",
        "120 comp-1/at-work unsuppress H",
        "240 comp-1/at-work suppress H",
    ]
