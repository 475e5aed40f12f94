"""What the air handlers' controllers show, and the room sensors beside them."""

from __future__ import annotations

import numpy as np

from simulators.factory.air_handlers import AIR_KG_S, CODES, AirHandlers
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.moist_air import dew_point_degc, relative_humidity_percent
from simulators.factory.noise import Noise
from simulators.factory.signals import Device, Fleet, Readings, counter, gauges, state

SENSORS = tuple(f"room-{number}" for number in range(1, 11))
_DESIGN_COOLING_KW_BY_KG_S = 24.0
_FULL_SPEED_HZ = 50.0
_CHANNELS = (
    *gauges(10, {
        "room_degc": 2, "room_humidity_percent": 1, "supply_degc": 1, "mixed_degc": 1, "coil_outlet_degc": 1,
        "cooling_valve_percent": 1, "reheat_power_kw": 1, "humidifier_kg_h": 2, "fan_frequency_hz": 1,
        "active_power_kw": 2,
        "cooling_power_kw": 1,
    }),
    *gauges(30, {"filter_differential_pa": 0, "room_pressure_pa": 1, "room_dew_point_degc": 1, "airflow_m3_h": 0}),
    state("state", 10, "stopped", "running"),
    counter("import_energy_kwh", 30, 0.1, 1e6, 320_000.0),
    counter("run_hours_h", 60, 0.1, 1e6, 24_000.0),
)  # fmt: skip
_SENSOR_CHANNELS = gauges(60, {"temperature_degc": 1, "humidity_percent": 0, "battery_v": 2})
_KG_S_TO_M3_H = 3600.0 / 1.2


def _gateway(place: int) -> str:
    return "gw-b1" if place < 6 else "gw-b2"


class AirHandlerPanel:
    """Controllers of the twelve air handlers and ten wireless sensors in their rooms."""

    fleet = Fleet("air_handler", _CHANNELS, tuple(Device(code, _gateway(place)) for place, code in enumerate(CODES)))
    sensors = Fleet(
        "room_sensor", _SENSOR_CHANNELS, tuple(Device(code, _gateway(place)) for place, code in enumerate(SENSORS))
    )

    def __init__(self, rooms: AirHandlers, seed: int) -> None:
        self._rooms = rooms
        self._draught = Noise(seed, "room pressure", len(CODES), 40.0)
        self._sensor = Noise(seed, "room sensors", len(SENSORS), 600.0)

    def power(self) -> MachinePower:
        """Return the fans' electric power of the last step; frequency drives distort."""
        return at_power_factor(self._rooms.last.fan_kw, 0.96, 0.32)

    def readings(self, time_s: float) -> dict[str, Readings]:
        """Return what controllers and sensors show, by template."""
        memory, last = self._rooms.memory, self._rooms.last
        humidity = relative_humidity_percent(memory.room_degc, memory.room_ratio)
        design_kw = _DESIGN_COOLING_KW_BY_KG_S * AIR_KG_S
        controllers = {
            "room_degc": memory.room_degc,
            "room_humidity_percent": humidity,
            "supply_degc": last.supply_degc,
            "mixed_degc": last.mixed_degc,
            "coil_outlet_degc": last.coil_degc,
            # Equal-percentage valves: half open passes far less than half the heat.
            "cooling_valve_percent": 100.0 * np.clip(last.cooling_kw / design_kw, 0.0, 1.0) ** 0.7,
            "reheat_power_kw": last.reheat_kw,
            "humidifier_kg_h": last.steam_kg_s * 3600.0,
            "fan_frequency_hz": _FULL_SPEED_HZ * last.flow_share,
            "active_power_kw": last.fan_kw,
            "cooling_power_kw": last.cooling_kw,
            "filter_differential_pa": (85.0 + 165.0 * memory.filter_h / 3000.0) * last.flow_share**2,
            "room_pressure_pa": 12.0 + 4.0 * (last.flow_share - 0.5) + 0.8 * self._draught.at(time_s),
            "room_dew_point_degc": dew_point_degc(memory.room_ratio),
            "airflow_m3_h": AIR_KG_S * last.flow_share * _KG_S_TO_M3_H,
            "state": np.ones(len(CODES)),
            "import_energy_kwh": memory.energy_kwh,
            "run_hours_h": memory.run_h,
        }
        size = len(SENSORS)
        stray = self._sensor.at(time_s)
        sensors = {
            "temperature_degc": memory.room_degc[:size] + 0.3 * stray,
            "humidity_percent": np.clip(humidity[:size] - 1.2 * stray, 0.0, 100.0),
            # A lithium cell loses voltage when cold; these rooms are never cold.
            "battery_v": 3.02 + 0.004 * (memory.room_degc[:size] - 23.0),
        }
        return {"air_handler": controllers, "room_sensor": sensors}
