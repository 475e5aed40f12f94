"""The gateways: boxes that read the devices over field buses and speak MQTT for them.

Each is a device itself, with its own status, and has one connection. A gateway that vanishes takes the status of its
devices with it: MQTT grants one will for each connection, and it is spent on the gateway's own status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.noise import Noise
from simulators.factory.signals import Device, Fleet, Readings, counter, gauges
from simulators.factory.wire import Stamp

# Makes differ in how they write the time.
STAMPS: Mapping[str, Stamp] = MappingProxyType(
    {
        "gw-substation": Stamp.LOCAL,
        "gw-b1": Stamp.LOCAL,
        "gw-b2": Stamp.LOCAL,
        "gw-utility": Stamp.LOCAL,
        "gw-renewables": Stamp.UNIX_MS,
        "gw-campus": Stamp.UTC,
    }
)
_CODES = tuple(STAMPS)
_CHANNELS = (
    *gauges(60, {"cpu_load_percent": 1, "temperature_degc": 1}),
    counter("uptime_h", 60, 0.1, 1e6, 2000.0),
)


@dataclass(slots=True)
class GatewayMemory:
    """How long they have been on."""

    uptime_h: Floats


class Gateways:
    """The boxes' own health."""

    fleet = Fleet("gateway", _CHANNELS, tuple(Device(code, code) for code in _CODES))

    def __init__(self, seed: int) -> None:
        self.memory = GatewayMemory(np.zeros(len(_CODES)))
        self._noise = Noise(seed, "gateway load", len(_CODES), 120.0)

    def step(self, step_s: float) -> None:
        """Advance one step."""
        self.memory.uptime_h += step_s / 3600.0

    def readings(self, time_s: float, cabinet_degc: float) -> Readings:
        """Return what the gateways say of themselves."""
        load = np.clip(14.0 + 4.0 * self._noise.at(time_s), 3.0, 100.0)
        return {
            "cpu_load_percent": load,
            "temperature_degc": cabinet_degc + 12.0 + 0.25 * load,
            "uptime_h": self.memory.uptime_h,
        }
