"""What is said: repeatable from the seed, on the wire as documented, and equal to the truth."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulators.factory.outlets import LineOutlet
from simulators.factory.run import Run
from simulators.factory.settings import BadSettingsError, Settings
from simulators.factory.telemetry import Sample
from simulators.factory.wire import Stamp, telemetry_payload
from tests.simulators.factory.living import instant, lived, records, said

START = instant("2026-11-18T10:00")


def spoken(seed: int, **settings: object) -> str:
    stream = io.StringIO()
    chosen = {
        "start_s": START,
        "stop_s": START + 60,
        "speed": float("inf"),
        "step_s": 10,
        "interval_s": 5,
        "pack": 1,
        **settings,
    }
    run = Run(Settings(seed=seed, **chosen), said.append)  # type: ignore[arg-type]  # keywords of any type
    asyncio.run(run.play(LineOutlet("k", stream), asyncio.Event()))
    return stream.getvalue()


def test_the_same_seed_says_the_same_and_another_seed_something_else() -> None:
    first, again, other = spoken(7), spoken(7), spoken(8)
    assert first == again
    assert first != other
    assert [line.split(" ")[0] for line in first.splitlines()]


def test_messages_are_of_the_native_dialect() -> None:
    stamps: Counter[str] = Counter()
    for line in spoken(1).splitlines():
        topic, payload = line.split(" ", 1)
        assert re.fullmatch(r"ioe/v1/k/[a-z0-9][a-z0-9_-]*/telemetry", topic)
        message = json.loads(payload)
        assert message.keys() == {"ts", "values"}
        stamps[type(message["ts"]).__name__ + str(message["ts"])[-6:-5]] += 1
        moment = (
            datetime.fromtimestamp(message["ts"] / 1000, UTC)
            if isinstance(message["ts"], int)
            else datetime.fromisoformat(message["ts"])
        )
        assert START < moment.timestamp() <= START + 60
        assert message["values"]
        for key, value in message["values"].items():
            assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", key)
            assert isinstance(value, int | float | str)
    assert len(stamps) >= 3  # local time, UTC and Unix milliseconds


def test_one_sample_is_an_object_and_a_backlog_an_array() -> None:
    sample = Sample("d", "g", START + 0.25, {"p_kw": 1.5, "state": "loaded"})
    assert telemetry_payload([sample], Stamp.LOCAL) == (
        b'{"ts":"2026-11-18T10:00:00.250+08:00","values":{"p_kw":1.5,"state":"loaded"}}'
    )
    both = json.loads(telemetry_payload([sample, sample._replace(time_s=START + 1.0)], Stamp.UNIX_MS))
    assert [one["ts"] for one in both] == [START * 1000 + 250, START * 1000 + 1000]
    assert b'"2026-11-18T02:00:00.250Z"' in telemetry_payload([sample], Stamp.UTC)


def test_packing_changes_how_it_is_sent_and_nothing_of_what_is_said() -> None:
    span: dict[str, object] = {"start_s": START, "stop_s": START + 420, "step_s": 60}
    single, packed = lived(**span)[0], lived(**span, pack=3)[0]
    assert len(packed.batches) < len(single.batches) / 2
    assert {len(batch) for batch in packed.batches} == {1, 3}  # seven minutes: two full messages and a rest
    for device in ("me-incomer", "comp-1", "gw-b1"):
        assert packed.samples(device) == single.samples(device)


def test_truth_equals_the_counters(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    # The factory begins a quarter earlier, so that every register is read at both ends of two whole quarter hours.
    notebook, run = lived(start_s=START - 60, stop_s=START + 1800, step_s=60, truth=truth)
    quarters = [record for record in records(truth, "quarter_hour") if str(record["start"]) >= "2026-11-18T02:00"]
    assert [(record["start"], record["stop"]) for record in quarters] == [
        ("2026-11-18T02:00:00Z", "2026-11-18T02:15:00Z"),
        ("2026-11-18T02:15:00Z", "2026-11-18T02:30:00Z"),
    ]
    compared = 0
    for fleet in run.factory.fleets:
        for channel in (channel for channel in fleet.channels if channel.register is not None):
            for code in fleet.codes:
                reads = dict(notebook.series(code, channel.key))
                for place, quarter in enumerate(quarters):
                    start_s = START + 900 * place
                    counted = float(reads[start_s + 900]) - float(reads[start_s])
                    true = quarter["registers"][code][channel.key]  # type: ignore[index]  # JSON
                    assert counted == pytest.approx(true, abs=channel.register.resolution * 1.01)  # type: ignore[union-attr]
                    compared += 1
    assert compared > 600


def test_the_truth_knows_losses_that_close_the_balance(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    lived(start_s=START, stop_s=START + 900, step_s=30, truth=truth)
    (quarter,) = records(truth, "quarter_hour")
    registers: dict[str, dict[str, float]] = quarter["registers"]  # type: ignore[assignment]  # JSON
    losses: dict[str, float] = quarter["losses_kwh"]  # type: ignore[assignment]  # JSON

    def net(code: str) -> float:
        return registers[code]["import_energy_kwh"] - registers[code].get("export_energy_kwh", 0.0)

    boards = sum(net(f"me-tr-{number}") for number in range(1, 5))
    transformers = sum(losses[f"tr-{number}"] for number in range(1, 5))
    assert net("me-incomer") == pytest.approx(boards + transformers, rel=1e-9)
    lines = sum(net(f"me-b1-f2-{name}") for name in ("l1", "l2", "l3", "l4", "l5", "light"))
    assert net("me-b1-f2") == pytest.approx(lines + losses["me-b1-f2"], rel=1e-9)
    (run,) = records(truth, "run")
    assert run["site"] == "kunshan"
    assert int(str(run["devices"])) > len(registers) > 150


def test_state_changes_are_in_the_truth_with_their_times(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    notebook, _ = lived(
        start_s=START, stop_s=START + 480, step_s=10, interval_s=10, truth=truth,
        faults=("oil-temperature-high@comp-5:start=+1m",),
    )  # fmt: skip
    trips = [record for record in records(truth, "state") if record["state"] == "fault"]
    assert trips
    assert trips[0]["machine"] == "comp-5"
    tripped_s = datetime.fromisoformat(str(trips[0]["time"])).timestamp()
    first = next(time for time, value in notebook.series("comp-5", "state") if value == "fault")
    assert 0.0 <= first - tripped_s <= 10.0


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"speed": 0.0}, "stands still"),
        ({"speed": float("inf")}, "--stop"),
        ({"start_s": 10.0, "stop_s": 10.0}, "not after"),
        ({"step_s": 7}, "quarter hour"),
        ({"step_s": 900}, "quarter hour"),
        ({"history_s": 60.0, "speed": 2.0}, "real time"),
    ],
)
def test_settings_that_contradict_each_other_say_so(settings: dict[str, float], says: str) -> None:
    with pytest.raises(BadSettingsError, match=says):
        Settings(**settings)  # type: ignore[arg-type]  # keywords of any type
