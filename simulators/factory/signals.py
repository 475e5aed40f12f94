"""What a kind of device publishes: its channels, how often, how finely, and which of them are registers.

A *fleet* is all devices of one template: six compressors, four chillers. The physics hands over one array for each key
with one entry for each device of the fleet; this page turns the arrays into what a device would really show: rounded to
its display, a state as its text, a counter as the register of a meter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulators.factory.arrays import Floats

# Keys of a template -> one value for each device of the fleet.
Readings = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Register:
    """The dial of a counter: it moves in steps of `resolution` and starts at 0 again on reaching `modulus`."""

    resolution: float
    modulus: float
    typical: float
    """What the dial of a device in mid-life shows; where a simulation begins without a state file."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One value of a device: key, decimals on the display, seconds between two publications."""

    key: str
    decimals: int
    interval_s: int
    texts: tuple[str, ...] = ()
    """A state's words; the physics counts 0, 1, 2 and the device says the word."""
    register: Register | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """One publishing device and the gateway that speaks for it."""

    code: str
    gateway: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """All devices of one template, in the order of the physics' arrays."""

    template: str
    channels: tuple[Channel, ...]
    devices: tuple[Device, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Device codes in order."""
        return tuple(device.code for device in self.devices)


def fleet_of(template: str, channels: tuple[Channel, ...], gateway: str, codes: tuple[str, ...]) -> Fleet:
    """Build a fleet whose devices all hang on one gateway."""
    return Fleet(template, channels, tuple(Device(code, gateway) for code in codes))


def gauges(interval_s: int, decimals: Mapping[str, int]) -> tuple[Channel, ...]:
    """Channels of instantaneous values that are published together."""
    return tuple(Channel(key, digits, interval_s) for key, digits in decimals.items())


def counter(key: str, interval_s: int, resolution: float, modulus: float, typical: float) -> Channel:
    """Build a register channel; its decimals follow from the resolution."""
    decimals = 0
    while round(resolution * 10**decimals) != resolution * 10**decimals:
        decimals += 1
    return Channel(key, decimals, interval_s, register=Register(resolution, modulus, typical))


def state(key: str, interval_s: int, *texts: str) -> Channel:
    """Build a channel that says one of some words."""
    return Channel(key, 0, interval_s, texts=texts)
