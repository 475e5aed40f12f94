"""A second start finds the counters of the first; time keeps its pace and says when it does not."""

from __future__ import annotations

import asyncio
import json
import math
from pathlib import Path

import pytest

from simulators.factory.clock import iso_local
from simulators.factory.factory import Factory
from simulators.factory.pace import Pace
from simulators.factory.run import Run
from simulators.factory.settings import BadSettingsError, Settings
from simulators.factory.state_file import StateFileError
from tests.simulators.factory.living import Notebook, instant, lived, said

START = instant("2026-11-18T10:00")


def span(start_s: int, stop_s: int, state: Path, **settings: object) -> Notebook:
    return lived(start_s=start_s, stop_s=stop_s, step_s=60, state=state, **settings)[0]


def test_no_register_goes_backwards_over_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state" / "factory.json"
    before, after = span(START, START + 180, state), span(START + 3600, START + 3780, state)
    compared = 0
    for fleet in Factory(1).fleets:
        for channel in (channel for channel in fleet.channels if channel.register is not None):
            for code in fleet.codes:
                last, first = before.numbers(code, channel.key)[-1], after.numbers(code, channel.key)[0]
                assert last <= first
                compared += 1
    assert compared > 300
    assert after.numbers("air-header", "pressure_bar")[0] > 5.5  # and nobody has to fill the receiver again


@pytest.mark.parametrize(("orderly", "later_s"), [(True, 60), (False, 90), (False, 175)])
def test_a_restart_says_exactly_what_an_uninterrupted_factory_would_have_said(
    tmp_path: Path, orderly: bool, later_s: int
) -> None:
    state = tmp_path / "factory.json"
    steps: dict[str, object] = {"step_s": 5, "interval_s": 5}
    whole, _ = lived(start_s=START, stop_s=START + later_s + 30, **steps)
    lived(start_s=START, stop_s=START + 60, state=state, **steps)
    if not orderly:  # as the save before a crash left it
        state.write_text(state.read_text().replace('"orderly": true', '"orderly": false'))
    resumed = Notebook()
    settings = Settings(state=state, step_s=5, interval_s=5)
    run = Run(settings, said.append, wall=lambda: START + later_s + 0.5)
    for _ in range(6):
        asyncio.run(run.advance(resumed))
    assert resumed.batches == [batch for batch in whole.batches if batch[0].time_s > START + later_s]


def test_a_factory_nobody_heard_for_a_while_lived_on(tmp_path: Path) -> None:
    state = tmp_path / "factory.json"
    before_kwh = span(START, START + 60, state).numbers("me-b1-f1", "import_energy_kwh")[-1]
    run = Run(Settings(state=state), said.append, wall=lambda: START + 3600)
    after = Notebook()
    for _ in range(15):
        asyncio.run(run.advance(after))
    assert after.samples("me-b1-f1")[0].time_s > START + 3600
    assert 100.0 < after.numbers("me-b1-f1", "import_energy_kwh")[0] - before_kwh < 400.0


def test_a_state_of_another_seed_or_version_or_time_is_refused_with_the_way_out(tmp_path: Path) -> None:
    state = tmp_path / "factory.json"
    span(START, START + 60, state)
    with pytest.raises(StateFileError, match="remove it"):
        span(START + 60, START + 120, state, seed=2)
    with pytest.raises(BadSettingsError, match="counters would run in the past"):
        span(START - 3600, START, state)
    document = json.loads(state.read_text())
    del document["memories"]["air"]
    state.write_text(json.dumps(document))
    with pytest.raises(StateFileError, match="air"):
        span(START + 60, START + 120, state)
    state.write_text("{")
    with pytest.raises(StateFileError, match="cannot be read"):
        span(START + 60, START + 120, state)


def test_history_leads_up_to_now_and_joins_without_a_gap() -> None:
    now_s = START + 7.5
    notebook = Notebook()
    run = Run(Settings(history_s=600.0, stop_s=START + 7), said.append, wall=lambda: now_s)
    assert run.factory.time_s == START - 600 + 0
    asyncio.run(run.play(notebook, asyncio.Event()))
    times = [time - START for time, _ in notebook.series("me-incomer", "active_power_kw")]
    assert times == [*range(-540, 1, 60), *range(1, 8)]
    assert [iso_local(START - 600) in text for text in said if "history" in text][-1]


class FakeTime:
    """A monotonic clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_pace_waits_for_its_time_and_stop_ends_the_wait() -> None:
    clock, stop = FakeTime(), asyncio.Event()
    pace = Pace(0.0, 0.0, 600.0, clock, said.append)
    assert pace.late_by_s(600.0) == pytest.approx(-1.0)
    clock.now_s += 3.0
    assert pace.late_by_s(600.0) == pytest.approx(2.0)
    assert Pace(0.0, 0.0, math.inf, clock, said.append).late_by_s(1e9) == 0.0
    assert Pace(50.0, 45.0, 1.0, clock, said.append).late_by_s(50.0) == pytest.approx(-5.0)
    stop.set()
    asyncio.run(pace.until(1e9, stop))


def test_falling_behind_is_said_now_and_then_and_catching_up_too() -> None:
    clock, stop, heard = FakeTime(), asyncio.Event(), list[str]()
    pace = Pace(0.0, 0.0, 1.0, clock, heard.append)
    for second in range(1, 26):
        clock.now_s = 1000.0 + second + 5.0
        asyncio.run(pace.until(second, stop))
    assert len(heard) == 3
    assert all("5.0 s behind" in text and "--interval" in text for text in heard)
    clock.now_s = 1026.0
    asyncio.run(pace.until(26, stop))
    assert heard[-1] == "caught up again."
