"""Each fault on command raises the right alarm with the true cause ranked first, and people are told once."""

from __future__ import annotations

from tests.acceptance.drawn_faults import expected
from tests.acceptance.told_once import living_with


async def test_faults_of_meters_and_messages(database_url: str) -> None:
    faults = [
        expected("meter-reset", "me-b1-f1", "start=+5m"),
        expected("rollover", "me-comp-1/import_energy_kwh", "start=+6m"),
        expected("replacement", "me-b2-f1", "start=+4m"),
        expected("stuck-sensor", "air-header/pressure_bar", "start=+4m"),
        expected("drop-out", "me-office", "start=+4m"),
        expected("duplicates", "comp-2", "start=+4m"),
        expected("reordering", "comp-3", "start=+4m"),
        expected("clock-skew", "me-b1-f2", "start=+4m"),
    ]
    await living_with(database_url, faults, 24, with_ledger=True)


async def test_faults_of_machines_three_at_once(database_url: str) -> None:
    faults = [
        expected("vibration-high", "comp-5", "start=+5m"),
        expected("fouled-condenser", "chiller-1", "start=+2m"),
        expected("air-leak", "air-b1", "start=+8m"),
    ]
    await living_with(database_url, faults, 26, start="2026-07-15T14:00")


async def test_a_trip_is_explained_by_what_led_to_it_while_a_pump_shakes(database_url: str) -> None:
    faults = [
        expected("oil-temperature-high", "comp-5", "start=+4m"),
        expected("vibration-high", "cw-pump-1", "start=+6m"),
    ]
    await living_with(database_url, faults, 25, start="2026-07-15T14:00")


async def test_a_sensor_that_mimics_a_hot_machine_is_told_from_one(database_url: str) -> None:
    faults = [expected("sensor-offset", "comp-5/element_outlet_degc", "start=+5m,size=40")]
    await living_with(database_url, faults, 15)


async def test_a_silent_gateway_is_one_alarm_and_not_one_for_each_device(database_url: str) -> None:
    faults = [expected("drop-out", "gw-utility", "start=+4m,duration=6m")]
    await living_with(database_url, faults, 16)


async def test_a_gateway_that_sends_out_of_order_is_one_alarm_and_not_silent(database_url: str) -> None:
    faults = [expected("reordering", "gw-utility", "start=+2m")]
    await living_with(database_url, faults, 22)
