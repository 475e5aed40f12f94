"""The demonstration site's folder and the simulated factory describe the same devices, channel by channel."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from simulators.factory.factory import Factory
from simulators.factory.signals import Fleet
from tests.simulators.factory.living import Notebook, instant, lived

FOLDER = Path(__file__).parents[3] / "deploy" / "sites" / "kunshan"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DEVICES = {row["code"]: row for row in rows("devices.csv")}
TEMPLATES = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in (FOLDER / "templates").glob("*.toml")}
FLEETS = Factory(1).fleets


def test_devices_templates_and_gateways_are_the_same() -> None:
    simulated = {
        device.code: (fleet.template, "" if device.gateway == device.code else device.gateway)
        for fleet in FLEETS
        for device in fleet.devices
    }
    assert simulated == {code: (row["template"], row["gateway"]) for code, row in DEVICES.items()}
    assert set(TEMPLATES) == {fleet.template for fleet in FLEETS}


@pytest.mark.parametrize("fleet", FLEETS, ids=lambda fleet: fleet.template)
def test_channels_are_the_points_of_the_template(fleet: Fleet) -> None:
    points = {point["key"]: point for point in TEMPLATES[fleet.template]["point"]}
    assert list(points) == [channel.key for channel in fleet.channels]
    for channel in fleet.channels:
        point = points[channel.key]
        kind = "counter" if channel.register else "state" if channel.texts else "gauge"
        assert (point["kind"], point["expected_interval_s"]) == (kind, channel.interval_s)
        if channel.texts:
            assert point["states"] == {text: number for number, text in enumerate(channel.texts)}
        if channel.register:
            assert point["maximum"] == channel.register.modulus


def test_the_factory_is_as_large_as_promised() -> None:
    points = sum(len(fleet.codes) * len(fleet.channels) for fleet in FLEETS)
    values_per_s = sum(len(fleet.codes) / channel.interval_s for fleet in FLEETS for channel in fleet.channels)
    assert len(DEVICES) >= 150
    assert points >= 1500
    assert values_per_s >= 300.0
    assert {channel.interval_s for fleet in FLEETS for channel in fleet.channels} >= {1, 60}


def test_real_time_really_carries_that_many_values() -> None:
    start_s = instant("2026-11-18T10:00")
    _, run = lived(start_s=start_s, stop_s=start_s + 30, step_s=1, interval_s=1)
    assert run.counts.values / 30.0 >= 300.0


@pytest.mark.parametrize("start", ["2026-01-14T20:00", "2026-07-22T13:00"])
def test_every_value_lies_in_the_range_of_its_point_and_every_point_speaks(start: str) -> None:
    start_s = instant(start)
    notebook: Notebook = lived(start_s=start_s, stop_s=start_s + 300, step_s=60)[0]
    spoken: set[tuple[str, str]] = set()
    for batch in notebook.batches:
        for sample in batch:
            points = {point["key"]: point for point in TEMPLATES[DEVICES[sample.device]["template"]]["point"]}
            for key, value in sample.values.items():
                spoken.add((sample.device, key))
                point = points[key]
                if isinstance(value, str):
                    assert value in point["states"]
                else:
                    assert point.get("minimum", value) <= value <= point.get("maximum", value), (
                        sample.device,
                        key,
                        value,
                    )
    assert len(spoken) == sum(len(fleet.codes) * len(fleet.channels) for fleet in FLEETS)
