"""Energy from power: trapezoids between readings, for meters that have no register.

Two readings up to three expected intervals apart make a trapezoid; its energy is `interpolated`. Beyond that the
span is missing: an entry `gap` without energy, unless a person has estimated it. A reading beyond 1.2 x the rating is
left out as a spike. Each trapezoid is rounded half to even on its own, as there is no register to which the sum must
come. The multiplier is that of each reading's own segment.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from analytics.metering.books import Books
from analytics.metering.increments import Scales
from analytics.metering.model import Rules
from analytics.metering.spreading import INTERPOLATED
from analytics.metering.state import NEVER_US, Pending, Read, State
from analytics.readings import Int64

#: A trapezoid is (p1 + p2) / 2 x time; this many half hours in microseconds.
_TWO_HOURS_US = 7_200_000_000

#: Longer trapezoids are worked out one by one: power remainder x time no longer fits 64 bits.
_SHORT_US = 1_200_000_000


class Integration:
    """The state while power readings are taken in."""

    __slots__ = ("_books", "_good", "_last", "_longest_us", "_pending", "_rules", "_scales", "_time_us")

    def __init__(self, rules: Rules, scales: Scales, state: State, books: Books) -> None:
        self._rules = rules
        self._scales = scales
        self._books = books
        self._longest_us = 3 * rules.expected_interval_us
        self._good = state.good
        self._pending = state.pending
        self._last = state.last
        self._time_us = state.time_us

    def state(self) -> State:
        """Where the integration stands."""
        good = self._good
        sums = None if good is None else self._books.tally.settled(good.time_us)
        return State(self._time_us, self._last, good, sums, self._pending)

    def take_run(self, times_us: Int64, micros: Int64) -> int:
        """Integrate the readings at the front that are surely good and near one another; how many they were."""
        good = self._good
        if good is None or self._pending is not None:
            return 0
        index = self._scales.index(good.time_us)
        times_us = self._scales.inside(index, times_us)
        scale = self._scales.at(index)
        if len(times_us) == 0 or scale.denominator != 1:
            return 0
        instants = np.concatenate(((good.time_us,), times_us))
        powers = np.concatenate(((good.micro,), micros[: len(times_us)]))
        durations = np.diff(instants)
        limit = min(self._limit(scale.numerator, 1), 2**60 // scale.numerator)
        near = (durations <= min(self._longest_us, _SHORT_US)) & (np.abs(powers[1:]) <= limit)
        count = len(near) if near.all() else int(near.argmin())
        if count == 0:
            return 0
        sums = (powers[:count] + powers[1 : count + 1]) * scale.numerator
        wholes, rests = np.divmod(sums, _TWO_HOURS_US)
        parts, rests = np.divmod(rests * durations[:count], _TWO_HOURS_US)
        energies = wholes * durations[:count] + parts
        energies += 2 * rests + (energies & 1) > _TWO_HOURS_US
        self._books.tally.add_run(instants[: count + 1], energies, np.full(count, INTERPOLATED))
        self._good = self._last = Read(int(instants[count]), int(powers[count]))
        self._time_us = self._good.time_us
        return count

    def take(self, read: Read) -> None:
        """Integrate up to one reading."""
        self._books.now_us = self._time_us = read.time_us
        self._last = read
        index = self._scales.index(read.time_us)
        if index < 0:
            return
        scale = self._scales.at(index)
        if abs(read.micro) > self._limit(scale.numerator, scale.denominator):
            pending = self._pending or Pending((), 0, read)
            self._pending = Pending((), pending.given_up + 1, pending.first, read)
            return
        self._enter_spikes(read)
        good, self._good = self._good, read
        if good is None:
            self._books.estimate(NEVER_US, read.time_us)
            self._books.tally.start(read.time_us)
        elif read.time_us - good.time_us <= self._longest_us:
            power = self._primary(good) + self._primary(read)
            energy = round(power * (read.time_us - good.time_us) / _TWO_HOURS_US)
            self._books.tally.add(good.time_us, read.time_us, energy, INTERPOLATED)
        else:
            self._books.enter("gap", good, read, detail="missing: readings too far apart to integrate")
            self._books.estimate(good.time_us, read.time_us)

    def _primary(self, read: Read) -> Fraction:
        scale = self._scales.at(self._scales.index(read.time_us))
        return Fraction(read.micro * scale.numerator, scale.denominator)

    def _limit(self, numerator: int, denominator: int) -> int:
        """The highest believable reading: 1.2 x the rating."""
        return 6 * self._rules.rated_micro_per_hour * denominator // (5 * numerator)

    def _enter_spikes(self, read: Read) -> None:
        pending, self._pending = self._pending, None
        if pending is not None and pending.first is not None:
            start = self._good or pending.first
            count = pending.given_up
            stop = Read(read.time_us, pending.first.micro)
            self._books.enter("spike", start, stop, detail=f"{count} reading{'s' * (count > 1)} left out")
