"""Each fault on command changes what it should, through the physics or on the wire, and nothing when it is over."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.factory.factory import Factory
from simulators.factory.fault import RULES, BadFaultError, Kind, check, parse
from simulators.factory.gateways import STAMPS
from tests.simulators.factory.living import Notebook, instant, lived, records

START = instant("2026-11-18T10:00")


def with_faults(*faults: str, minutes: int = 12, **settings: object) -> Notebook:
    span: dict[str, object] = {"start_s": START, "stop_s": START + 60 * minutes, "step_s": 10, "interval_s": 20}
    return lived(faults=faults, **span, **settings)[0]


@pytest.fixture(scope="module")
def healthy() -> Notebook:
    return with_faults()


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults") / "truth.jsonl"


@pytest.fixture(scope="module")
def metering(truth: Path) -> Notebook:
    """A run in which meters and lines go wrong in every way; machines do not notice."""
    return with_faults(
        "meter-reset@me-b1-f1/import_energy_kwh:start=+5m",
        "rollover@me-comp-1/import_energy_kwh:start=+6m",
        "replacement@me-b2-f1:start=+4m,duration=2m,size=12.5",
        "stuck-sensor@air-header/pressure_bar:start=+2m,duration=4m",
        "sensor-offset@dryer-1/inlet_degc:start=+2m,duration=4m,size=30",
        "drop-out@me-office:start=+2m,duration=4m",
        "drop-out@gw-renewables:start=+6m,duration=1d",
        "duplicates@comp-2",
        "reordering@comp-3:start=+1m",
        "clock-skew@gw-b1:size=90",
        truth=truth,
    )


@pytest.fixture(scope="module")
def machines() -> Notebook:
    """A run in which machines go wrong."""
    return with_faults(
        *(f"fouled-condenser@chiller-{number}:size=6" for number in range(1, 5)),
        "vibration-high@comp-5:start=+4m,duration=4m,size=7",
        "vibration-high@cw-pump-1:size=5",
        "oil-temperature-high@comp-6",
    )


def test_a_reset_sets_the_register_to_zero_and_it_counts_on(metering: Notebook, truth: Path) -> None:
    reads = metering.numbers("me-b1-f1", "import_energy_kwh")
    (fall,) = falls(reads)
    assert reads[fall] < 5.0
    assert reads[-1] > reads[fall]
    (written,) = [record for record in records(truth, "register") if record["device"] == "me-b1-f1"]
    assert (written["after"], written["key"]) == (0.0, "import_energy_kwh")
    events = [record["event"] for record in records(truth, "fault") if record["fault"] == "meter-reset"]
    assert events == ["begins", "ends"]


def falls(reads: list[float]) -> list[int]:
    return [place for place, (before, after) in enumerate(itertools.pairwise(reads), start=1) if after < before]


def test_a_rollover_passes_the_modulus_at_about_its_time_without_losing_a_step(metering: Notebook) -> None:
    series = metering.series("me-comp-1", "import_energy_kwh")
    reads = [float(value) for _, value in series]
    (fall,) = falls(reads)
    assert reads[fall - 1] > 1e7 - 2.0
    assert max((after - before) % 1e7 for before, after in itertools.pairwise(reads)) < 2.0
    assert 120.0 < series[fall][0] - START < 720.0


def test_a_replaced_meter_is_silent_and_returns_with_its_opening_reading(metering: Notebook) -> None:
    times = [sample.time_s - START for sample in metering.samples("me-b2-f1")]
    assert not [time for time in times if 240.0 < time <= 360.0]
    after = [float(value) for time, value in metering.series("me-b2-f1", "import_energy_kwh") if time - START > 360.0]
    assert 12.5 <= after[0] < 20.0


def test_a_stuck_sensor_repeats_one_value_and_others_move_on(metering: Notebook) -> None:
    series = metering.series("air-header", "pressure_bar")
    assert len({value for time, value in series if 120 < time - START <= 360}) == 1
    assert len({value for time, value in series if time - START > 360}) > 5


def test_a_sensor_with_an_offset_shows_more_and_the_machine_does_not_notice(
    healthy: Notebook, metering: Notebook
) -> None:
    true, shown = (dict(run.series("dryer-1", "inlet_degc")) for run in (healthy, metering))
    added = {time - START: float(shown[time]) - float(value) for time, value in true.items()}
    assert {round(size, 6) for time, size in added.items() if 120 < time <= 360} == {30.0}
    assert {round(size, 6) for time, size in added.items() if time <= 120 or time > 360} == {0.0}
    assert healthy.series("dryer-1", "outlet_degc") == metering.series("dryer-1", "outlet_degc")


def test_a_drop_out_delivers_its_backlog_later_with_the_original_times(healthy: Notebook, metering: Notebook) -> None:
    assert metering.samples("me-office") == healthy.samples("me-office")
    (backlog,) = [batch for batch in metering.batches if len(batch) > 1 and batch[0].device == "me-office"]
    assert {sample.device for sample in backlog} == {"me-office"}
    assert backlog[-1].time_s - backlog[0].time_s >= 200.0
    at = metering.batches.index(backlog)
    others = [batch[0].time_s for batch in metering.batches[:at] if batch[0].device == "me-dorm"]
    assert max(others) >= backlog[-1].time_s  # by then the others had gone on


def test_a_drop_out_that_never_ended_is_delivered_before_the_factory_stops(
    healthy: Notebook, metering: Notebook
) -> None:
    for device in ("pv-1", "ess-1", "gw-renewables"):
        assert metering.samples(device) == healthy.samples(device)


def test_duplicates_come_twice_and_disorder_loses_nothing(healthy: Notebook, metering: Notebook) -> None:
    doubled, shuffled = metering.samples("comp-2"), metering.samples("comp-3")
    assert doubled[::2] == doubled[1::2] == healthy.samples("comp-2")
    assert shuffled != healthy.samples("comp-3")
    assert sorted(shuffled, key=lambda sample: sample.time_s) == healthy.samples("comp-3")


def test_a_skewed_clock_shifts_times_and_nothing_else(healthy: Notebook, metering: Notebook) -> None:
    skewed = metering.series("me-b1-f2", "active_power_kw")
    assert [(time - 90.0, value) for time, value in skewed] == healthy.series("me-b1-f2", "active_power_kw")
    assert metering.samples("me-b2-f2") == healthy.samples("me-b2-f2")


def test_vibration_rises_where_it_was_ordered_and_falls_back(machines: Notebook) -> None:
    series = [(time - START, float(value)) for time, value in machines.series("comp-5", "vibration_mm_s")]
    assert min(value for time, value in series if 240 < time <= 480) > 7.0
    assert max(value for time, value in series if time <= 240 or time > 490) < 5.0
    assert max(machines.numbers("comp-4", "vibration_mm_s")) < 5.0


def test_a_fouled_condenser_shows_in_approach_and_power(healthy: Notebook, machines: Notebook) -> None:
    chillers = [f"chiller-{number}" for number in range(1, 5)]
    approach, power = (
        [max(notebook.numbers(chiller, key)[-1] for chiller in chillers) for notebook in (healthy, machines)]
        for key in ("condenser_approach_k", "active_power_kw")
    )
    assert approach[1] > approach[0] + 2.0
    assert power[1] > 1.06 * power[0]


def test_a_leak_shows_in_flow_pressure_and_electricity(healthy: Notebook) -> None:
    leaking = with_faults("air-leak@air-b2:size=30")
    last = {
        name: (
            notebook.numbers("air-b2", "flow_m3_min")[-1],
            sum(sum(notebook.numbers(f"me-comp-{number}", "active_power_kw")[-10:]) for number in range(1, 7)),
            min(notebook.numbers("air-header", "pressure_bar")[:10]),
        )
        for name, notebook in (("healthy", healthy), ("leaking", leaking))
    }
    assert last["leaking"][0] > last["healthy"][0] + 24.0
    assert last["leaking"][1] > 1.1 * last["healthy"][1]
    assert last["leaking"][2] < last["healthy"][2]


def test_hot_oil_trips_the_machine_and_the_state_says_fault(machines: Notebook) -> None:
    states = [value for _, value in machines.series("comp-6", "state")]
    assert "loaded" in states
    assert states[-1] == "fault"


def test_after_clearing_a_fault_nothing_of_it_is_left() -> None:
    _, run = lived(start_s=START, stop_s=START + 60, step_s=60)
    assert run.order("air-leak@air-b1:size=30").startswith("ordered air-leak@air-b1")
    assert "air-leak@air-b1" in run.order("list")
    run.faults.before_step(run.factory.time_s)
    assert run.factory.air.added_leak_m3_min.tolist() == [30.0, 0.0]
    assert run.order("clear air-leak@air-b1") == "cleared 1"
    run.faults.before_step(run.factory.time_s + 60)
    assert run.factory.air.added_leak_m3_min.tolist() == [0.0, 0.0]
    assert run.order("list") == "no faults"
    with pytest.raises(BadFaultError, match="list"):
        run.order("clear air-leak@air-b1")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("drop-out", "names no place"),
        ("explosion@comp-1", "known are meter-reset"),
        ("stuck-sensor@comp-1", "needs a key"),
        ("drop-out@comp-1/state", "whole device"),
        ("drop-out@comp-1:for=10m", "start=, duration= and size="),
        ("drop-out@comp-1:duration=soon", "write 90s"),
        ("drop-out@comp-1:start=2026-11-18T10:00:00", "no offset"),
        ("duplicates@comp-1:size=2", "has no size"),
        ("clock-skew@comp-1:size=nan", "is no size"),
        ("drop-out@comp-77", "no device 'comp-77'"),
        ("fouled-condenser@comp-1", "chiller-1"),
        ("air-leak@air-main", "air-b1 or air-b2"),
        ("meter-reset@room-1", "has no register"),
        ("stuck-sensor@comp-1/presure", "discharge_pressure_bar"),
        ("sensor-offset@comp-1/state", "no sensor's figure"),
        ("sensor-offset@comp-1/run_hours_h", "no sensor's figure"),
    ],
)
def test_an_impossible_order_says_what_would_be_possible(command: str, says: str) -> None:
    fleets, gateways = Factory(1).fleets, frozenset(STAMPS)
    with pytest.raises(BadFaultError, match=says):
        check(parse(command, now_s=0.0), fleets, gateways)


@given(
    st.sampled_from([kind for kind in Kind if RULES[kind].key is not True]),
    st.integers(0, 10_000),
    st.integers(1, 10_000),
    st.floats(-1e4, 1e4).map(lambda size: round(size, 3)),
)
def test_a_command_means_what_it_says(kind: Kind, start_s: int, duration_s: int, size: float) -> None:
    sized = f",size={size}" if RULES[kind].size_means else ""
    fault = parse(f"{kind.value}@thing-1:start=+{start_s}s,duration={duration_s}s{sized}", now_s=1000.0)
    assert (fault.kind, fault.device, fault.start_s) == (kind, "thing-1", 1000.0 + start_s)
    assert fault.stop_s - fault.start_s == duration_s
    assert fault.active(fault.start_s)
    assert not fault.active(fault.stop_s)
    assert not sized or fault.size == size
    assert math.isinf(parse("duplicates@x", 0.0).stop_s)
