"""Registers: what the dial of a meter shows, as opposed to what really flowed.

    true total (unrounded, never goes back) --- minus origin, plus opening ---> floor to the resolution, modulo the dial

The physics accumulates the truth; a register only displays it. A reset, a replacement and a preset move `origin` and
`opening` and leave the truth alone, so that both can be written down side by side and compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.noise import spread
from simulators.factory.signals import Channel, Fleet

# A total that is a multiple of the resolution must not fall one step short for a rounding error of its sum.
_ROUNDING_GUARD = 1e-6


@dataclass(slots=True)
class Dials:
    """Where each register stands: one row for each register channel of a fleet, one column for each device."""

    origin: Floats
    """True total when the register was last set."""
    opening: Floats
    """What it was set to."""


class RegisterBank:
    """All registers of one fleet."""

    def __init__(self, fleet: Fleet, seed: int) -> None:
        self._channels = {channel.key: row for row, channel in enumerate(registers_of(fleet))}
        self._devices = {code: column for column, code in enumerate(fleet.codes)}
        dials = [channel.register for channel in registers_of(fleet) if channel.register is not None]
        self._resolution = np.array([dial.resolution for dial in dials])
        self._modulus = np.array([dial.modulus for dial in dials])
        typical = np.array([dial.typical for dial in dials])
        # One age for all registers of a device keeps loaded hours below running hours.
        ages = np.array([spread(seed, f"age of {code}", 0.4, 1.6) for code in fleet.codes])
        opening = typical[:, None] * ages[None, :] % self._modulus[:, None]
        opening = np.floor(opening / self._resolution[:, None]) * self._resolution[:, None]
        self.memory = Dials(origin=np.zeros_like(opening), opening=opening)

    def keys(self) -> tuple[str, ...]:
        """Register keys of this fleet."""
        return tuple(self._channels)

    def shown(self, key: str, true_total: Floats) -> Floats:
        """Return what the dials of one key show for these true totals."""
        row = self._channels[key]
        total = true_total - self.memory.origin[row] + self.memory.opening[row]
        return displayed(total, float(self._resolution[row]), float(self._modulus[row]))

    def modulus(self, key: str) -> float:
        """Where the dials of this key start again."""
        return float(self._modulus[self._channels[key]])

    def resolution(self, key: str) -> float:
        """The smallest step of the dials of this key."""
        return float(self._resolution[self._channels[key]])

    def set_to(self, code: str, key: str, true_total: float, opening: float) -> None:
        """Set one register, as a reset, a replacement of the meter or a preset does."""
        row, column = self._channels[key], self._devices[code]
        self.memory.origin[row, column] = true_total
        self.memory.opening[row, column] = opening


def registers_of(fleet: Fleet) -> tuple[Channel, ...]:
    """Return the register channels of a fleet, in order."""
    return tuple(channel for channel in fleet.channels if channel.register is not None)


def displayed(total: Floats, resolution: float, modulus: float) -> Floats:
    """Return what a dial with this resolution and modulus shows of a total."""
    steps = np.floor(total / resolution + _ROUNDING_GUARD)
    return np.mod(steps, round(modulus / resolution)) * resolution
