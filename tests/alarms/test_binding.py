"""Which rule meets which machine, with which points; and why not where it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.binding import bind
from analytics.alarms.machine import AlarmKey, Machine, Point
from analytics.alarms.overrides import Override
from analytics.alarms.rule import Cause, Evidence, Input, Level, Rule, RuleError, Signal, Target

STATES = {"stopped": 0.0, "loaded": 2.0}
HIGH = (Level("H", 105.0, "high"), Level("HH", 109.0, "critical"))


def point(number: int, *, states: dict[str, float] | None = None) -> Point:
    return Point(number, "1", "state" if states else "gauge", 10.0, states or {})


def device(code: str, kind: str, number: int, *keys: str, **more: str) -> Machine:
    points = {key: point(number + at, states=STATES if key == "state" else None) for at, key in enumerate(keys)}
    return Machine("plant", "device", code, code.upper(), kind=kind, points=points, **more)


COMPRESSORS = [
    device("comp-1", "compressor", 10, "outlet_degc", "state", equipment="cs-1", space="hall", gateway="gw-1"),
    device("comp-2", "compressor", 20, "outlet_degc", "state", equipment="cs-2", space="hall", gateway="gw-1"),
    device("comp-3", "compressor", 30, "state", equipment="cs-3", space="yard", gateway="gw-2"),
]
MACHINES = [
    *COMPRESSORS,
    device("dew-1", "dew_point_sensor", 40, "dew_point_degc", equipment="cs-1"),
    device("gw-1", "gateway", 50, "uptime_h"),
    device("gw-2", "gateway", 60),
    device("air-main", "pressure_sensor", 70, "pressure_bar", template="header"),
    device("air-b1", "pressure_sensor", 80, "pressure_bar"),
    Machine("plant", "meter", "me-main", "Main", kind="water"),
    Machine("plant", "meter", "me-b1", "B1", kind="water", parent="me-main"),
    Machine("plant", "site", "plant", "Plant"),
]


def rule(signal: str | Signal = "outlet_degc", **fields: object) -> Rule:
    made = Rule(
        "hot", "Hot", Target(kind="compressor"), Signal("value", signal) if isinstance(signal, str) else signal, HIGH
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def names(one: Rule) -> dict[str, dict[str, tuple[int, ...]]]:
    """Points by name, by machine."""
    return {each.key.subject: dict(each.names) for each in bind([one], {}, MACHINES).instances}


def reasons(one: Rule) -> dict[str, str]:
    return {each.key.subject: each.reason for each in bind([one], {}, MACHINES).unbound}


@pytest.mark.parametrize(
    ("target", "subjects"),
    [
        (Target(kind="compressor"), ["comp-1", "comp-2", "comp-3"]),
        (Target(template="header"), ["air-main"]),
        (Target(codes=("comp-2", "gw-1")), ["comp-2", "gw-1"]),
        (Target(kind="compressor", codes=("comp-2", "gw-1")), ["comp-2"]),
        (Target("meter", kind="water"), ["me-main", "me-b1"]),
        (Target("meter", only_top=True), ["me-main"]),
        (Target("meter", kind="gas"), []),
        (Target("site"), ["plant"]),
    ],
)
def test_a_rule_is_for_machines_that_meet_every_condition(target: Target, subjects: list[str]) -> None:
    fact = rule(Signal("baseline"), target=target)
    assert [each.key.subject for each in bind([fact], {}, MACHINES).instances] == subjects


def test_a_machine_that_is_named_and_not_there_is_told() -> None:
    assert reasons(rule(target=Target(codes=("comp-1", "comp-9")))) == {
        "comp-9": "there is no device 'comp-9', and the rule names it"
    }


def test_a_machine_that_is_named_and_something_else_is_told() -> None:
    assert reasons(rule(target=Target(kind="compressor", codes=("comp-1", "gw-1")))) == {
        "gw-1": "the rule names 'gw-1', which is not what else it asks for: kind gateway, template none"
    }
    inner = rule(Signal("baseline"), target=Target("meter", codes=("me-b1", "me-main"), only_top=True))
    assert reasons(inner) == {
        "me-b1": "the rule names 'me-b1', which is not what else it asks for: kind water, template none, inside me-main"
    }


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (rule("power(outlet_degc)"), "at character 1: there is no function 'power'"),
        (rule("header.pressure_bar"), "'header.pressure_bar': the rule has no input 'header'"),
        (rule(causes=(Cause("c", "C", "Do.", evidence=(Evidence("slope(", 2.0),)),)), "at character 7"),
    ],
)
def test_a_rule_that_another_version_stored_is_told_as_unbound(stored: Rule, reason: str) -> None:
    told = reasons(stored)
    assert set(told) == {"comp-1", "comp-2", "comp-3"}
    assert told["comp-1"].startswith(reason)


def test_names_lead_to_the_machines_own_points() -> None:
    bound = rule("outlet_degc - 3", when='state == "loaded"')
    assert names(bound) == {
        "comp-1": {"outlet_degc": (10,), "state": (11,)},
        "comp-2": {"outlet_degc": (20,), "state": (21,)},
    }
    assert reasons(bound) == {"comp-3": "comp-3 has no point 'outlet_degc'; it has state"}


def test_the_points_come_along_with_their_states() -> None:
    (first, _) = bind([rule(when='state == "loaded"')], {}, MACHINES).instances
    assert first.points == {10: point(10), 11: point(11, states=STATES)}


@pytest.mark.parametrize(
    ("given_input", "bound"),
    [
        (Input("site", kind="pressure_sensor", codes=("air-main",)), {"comp-1": (70,), "comp-2": (70,)}),
        (Input("site", kind="pressure_sensor", take="mean"), {"comp-1": (70, 80), "comp-2": (70, 80)}),
    ],
)
def test_an_input_leads_to_other_devices(given_input: Input, bound: dict[str, tuple[int, ...]]) -> None:
    found = names(rule("outlet_degc - x.pressure_bar", inputs={"x": given_input}))
    assert {machine: of["x.pressure_bar"] for machine, of in found.items()} == bound


def test_inputs_reach_along_equipment_gateway_and_space() -> None:
    assert names(rule("dew.dew_point_degc", inputs={"dew": Input("equipment")})) == {
        "comp-1": {"dew.dew_point_degc": (40,)}
    }
    assert names(rule("gate.uptime_h", inputs={"gate": Input("gateway")})) == {
        "comp-1": {"gate.uptime_h": (50,)},
        "comp-2": {"gate.uptime_h": (50,)},
    }
    twins = Input("space", kind="compressor", others_only=True)
    assert names(rule("outlet_degc - twin.outlet_degc", inputs={"twin": twins})) == {
        "comp-1": {"outlet_degc": (10,), "twin.outlet_degc": (20,)},
        "comp-2": {"outlet_degc": (20,), "twin.outlet_degc": (10,)},
    }


def test_an_input_that_leads_nowhere_or_to_several_is_told_by_name() -> None:
    several = rule("x.pressure_bar", inputs={"x": Input("site", kind="pressure_sensor")})
    assert set(reasons(several).values()) == {
        (
            "'x.pressure_bar' leads to 2 devices, air-main, air-b1, and only one can be meant: name it with `codes`, "
            "or say with `take` what stands for them all"
        )
    }
    nobody = rule("x.flow", inputs={"x": Input("site", kind="flow_meter")})
    assert reasons(nobody)["comp-1"] == "'x.flow': there is no device of kind flow_meter on the site"
    many = rule("x.flow", inputs={"x": Input("site", codes=tuple(f"flow-{number}" for number in range(5_000)))})
    assert reasons(many)["comp-1"] == (
        "'x.flow': there is no device named flow-0, flow-1, flow-2, flow-3, flow-4 and 4995 more on the site"
    )
    without = rule("x.flow", inputs={"x": Input("gateway")})
    assert reasons(without)["comp-1"] == (
        "'x.flow': no point 'flow' at any device that is the gateway of comp-1, which is gw-1"
    )
    alone = rule("x.outlet_degc", inputs={"x": Input("space", others_only=True)})
    assert reasons(alone) == {"comp-3": "'x.outlet_degc': there is no other device in the space of comp-3, yard"}


@pytest.mark.parametrize(
    "wanting",
    [rule(when='state in ("loaded", "melted")'), rule(Signal("state", "state", states=("loaded", "melted")))],
)
def test_a_state_that_the_point_does_not_have_is_told(wanting: Rule) -> None:
    assert reasons(wanting)["comp-1"] == "point 'state' has no state 'melted'; it has stopped, loaded"


def test_evidence_may_miss_its_points() -> None:
    evidence = (Evidence("dew.dew_point_degc > 5 and gone > slope(state, 60)", 2.0),)
    asking = rule(causes=(Cause("wet", "Wet", "Dry it", evidence=evidence),), inputs={"dew": Input("equipment")})
    assert names(asking) == {
        "comp-1": {"outlet_degc": (10,), "dew.dew_point_degc": (40,), "state": (11,)},
        "comp-2": {"outlet_degc": (20,), "state": (21,)},
    }


def test_silence_means_all_points_of_the_device_and_of_those_behind_a_gateway() -> None:
    silent = rule(Signal("silence"), target=Target(kind="gateway"))
    assert names(silent) == {"gw-1": {"": (50, 10, 11, 20, 21)}, "gw-2": {"": (30,)}}
    nothing = [replace(machine, gateway="") for machine in MACHINES]
    (unbound,) = bind([silent], {}, nothing).unbound
    assert unbound.reason == "gw-2 has no point, and no device behind it has one: nothing could be missed"
    one = rule(Signal("silence", "outlet_degc"))
    assert names(one)["comp-1"] == {"outlet_degc": (10,)}


def test_an_override_holds_for_its_machine_only() -> None:
    key = AlarmKey("plant", "hot", "device", "comp-2")
    override = Override({"H": 90.0}, deadband=3.0, off_delay_s=7.0)
    first, second = bind([rule()], {key: override}, MACHINES).instances
    assert first.rule == rule()
    assert second.rule == rule(levels=(Level("H", 90.0, "high"), HIGH[1]), deadband=3.0, off_delay_s=7.0)


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        (Override(is_enabled=False), "switched off for this machine by its override"),
        (Override({"L": 3.0}), "rule 'hot' has no level L: it has H, HH"),
        (Override({"H": 110.0}), "rule 'hot': limits must rise from LL over L and H to HH"),
    ],
)
def test_an_override_that_makes_no_rule_leaves_the_machine_unbound(override: Override, reason: str) -> None:
    key = AlarmKey("plant", "hot", "device", "comp-2")
    found = bind([rule()], {key: override}, MACHINES)
    assert [each.key.subject for each in found.instances] == ["comp-1"]
    assert {each.key.subject: each.reason for each in found.unbound}["comp-2"] == reason


def test_an_override_with_figures_that_are_none_cannot_be_built() -> None:
    with pytest.raises(RuleError, match="finite numbers"):
        Override({"H": float("nan")})


EXPRESSIONS = st.sampled_from(
    ["outlet_degc", "state", "x.pressure_bar", "outlet_degc - y.outlet_degc", 'where(state == "loaded", 1, z.flow)']
)
INPUTS = st.builds(
    Input,
    of=st.sampled_from(["equipment", "gateway", "space", "site"]),
    kind=st.sampled_from(["", "compressor", "pressure_sensor"]),
    others_only=st.booleans(),
    take=st.sampled_from(["only", "mean"]),
)


@given(EXPRESSIONS, EXPRESSIONS, st.tuples(INPUTS, INPUTS, INPUTS))
def test_each_machine_is_bound_or_told_about_and_every_name_of_an_instance_leads_somewhere(
    signal: str, when: str, inputs: tuple[Input, Input, Input]
) -> None:
    found = bind([rule(signal, when=when, inputs=dict(zip("xyz", inputs, strict=True)))], {}, MACHINES)
    keys = [each.key for each in found.instances] + [each.key for each in found.unbound]
    assert sorted(key.subject for key in keys) == ["comp-1", "comp-2", "comp-3"]
    for instance in found.instances:
        led = [point_id for ids in instance.names.values() for point_id in ids]
        assert all(instance.names.values())
        assert set(led) == set(instance.points)
