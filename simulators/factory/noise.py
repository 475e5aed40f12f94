"""Smooth randomness that is a pure function of (seed, name, time).

    normal draws at lattice times      o-----------o-----------o
    what is read in between            ~~~~~~~~ smoothstep ~~~~~

Each channel draws one normal number at every multiple of its period and glides from one to the next. Nothing is
remembered: asking for any time, in any order and at any step, gives the same figure. That is what makes the factory
repeatable from its seed, whatever the speed, and lets it continue after a restart without storing a generator's state.
"""

from __future__ import annotations

import zlib

import numpy as np

from simulators.factory.arrays import Floats


class Noise:
    """Independent channels of unit variance that wander with one period."""

    def __init__(self, seed: int, name: str, size: int, period_s: float) -> None:
        self._key = (seed & 0xFFFF_FFFF) << 32 | zlib.crc32(name.encode())
        self._size = size
        self._period_s = period_s
        self._knot = -1
        self._left = np.zeros(size)
        self._right = np.zeros(size)

    def at(self, time_s: float) -> Floats:
        """Return the channels at a Unix time, each about N(0, 1)."""
        knot, fraction = divmod(time_s / self._period_s, 1.0)
        if int(knot) != self._knot:
            # The usual case is the neighbouring interval: its left end is the old right end.
            self._left = self._right if int(knot) == self._knot + 1 and self._knot >= 0 else self._draw(int(knot))
            self._right = self._draw(int(knot) + 1)
            self._knot = int(knot)
        weight = fraction * fraction * (3.0 - 2.0 * fraction)
        # Dividing by the length of the weights keeps the variance at one between the lattice times too.
        mixed = self._left * (1.0 - weight) + self._right * weight
        return mixed / float(np.hypot(1.0 - weight, weight))

    def _draw(self, knot: int) -> Floats:
        bits = np.random.Philox(key=self._key, counter=knot)
        return np.random.Generator(bits).standard_normal(self._size)


def spread(seed: int, name: str, low: float, high: float) -> float:
    """Return one number in [low, high] that belongs to a name for ever: a machine's age, an efficiency, a phase."""
    bits = np.random.Philox(key=(seed & 0xFFFF_FFFF) << 32 | zlib.crc32(name.encode()))
    return float(np.random.Generator(bits).uniform(low, high))
