"""What a register counted from one read to the next, in exact integers, and whether it may be so.

Energy is `half_even(multiplier x value)` of the read that ends an increment minus that of the read before: for any
multiplier the energies of increments sum to the energy of the whole, exactly. Between two reads that lie in different
segments the increment is cut into legs:

    read a --- leg ---|--- leg --- read b      |: multiplier changes; the value there is interpolated
    read a --- leg --- closing | opening --- leg --- read b      |: replaced; both values are known

A transition fits when every leg counts up (a decrease within the resolution is jitter and counts 0; past the modulus it
is a rollover) and all legs together stay within `1.2 x rating x time + 2 x multiplier x resolution`: two steps of the
register may show at once. A resolution of 0 is one that nobody gave: then the step is the largest power of ten, at most
one unit, that divides both values. Otherwise it is `above` or `below`, and what becomes of it is a matter of judgement.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.metering.model import MICRO, Rules, Segment
from analytics.metering.state import Read
from analytics.readings import Float64, Int64

Kind = Literal["plain", "rollover", "jitter", "above", "below"]

#: Values beyond it, or energies beyond it, are no register's: they would not fit 64 bits.
_VALUE_LIMIT, _ENERGY_LIMIT = 9 * 10**15, 4 * 10**18

#: Of registers whose resolution nobody gave, the coarsest first.
_STEPS_MICRO: tuple[int, ...] = tuple(10**digits for digits in range(6, 0, -1))

#: 3.6e9 us an hour x 1 / 1.2: limits are compared without dividing.
_HOUR_US_BY_MARGIN = 3_000_000_000
_HAIR = 1 - 1e-9


def micros_of(values: Float64) -> Int64:
    """Register values as whole millionths, half to even; what is no number or too large becomes the limit."""
    scaled = np.rint(values * MICRO)
    if not (np.abs(scaled) < _VALUE_LIMIT).all():
        scaled = np.clip(np.nan_to_num(scaled, nan=_VALUE_LIMIT), -_VALUE_LIMIT, _VALUE_LIMIT)
    return scaled.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Scale:
    """A segment with its multiplier as a fraction."""

    segment: Segment
    numerator: int
    denominator: int

    @property
    def ratio(self) -> tuple[int, int]:
        """The multiplier in lowest terms."""
        return self.numerator, self.denominator

    def step_micro(self, one: int, other: int) -> int:
        """The step in which the register counts, as given or as two of its values show it."""
        given = self.segment.resolution_micro
        if given:
            return given
        for step in _STEPS_MICRO:
            if one % step == 0 and other % step == 0:
                return step
        return 1

    @property
    def limit_micro(self) -> int:
        """Register values must stay below it."""
        return min(_VALUE_LIMIT, _ENERGY_LIMIT * self.denominator // self.numerator)

    def energy(self, micro: int) -> int:
        """Energy of a register value, rounded half to even."""
        whole, rest = divmod(micro * self.numerator, self.denominator)
        return whole + (2 * rest + (whole & 1) > self.denominator)

    def energies(self, micros: Int64) -> Int64:
        """Energies between the values; sums may wrap around 64 bits, their differences do not."""
        steps: Int64 = np.diff(micros)
        if self.denominator == 1:
            return steps * self.numerator
        wholes, rests = np.divmod(micros, self.denominator)
        parts, rests = np.divmod(rests * self.numerator, self.denominator)
        energies = wholes * self.numerator + parts
        energies += 2 * rests + (energies & 1) > self.denominator
        return np.diff(energies)


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a transition inside one segment; `stretch` counts the known reads on the way."""

    scale: Scale
    stretch: int
    start_us: int
    stop_us: int
    first_micro: int
    last_micro: int
    wraps: bool = False

    @property
    def micro(self) -> int:
        """What the register counted."""
        modulus = self.scale.segment.modulus_micro if self.wraps else None
        return self.last_micro - self.first_micro + (modulus or 0)

    @property
    def energy(self) -> int:
        """The same as energy."""
        modulus = self.scale.segment.modulus_micro if self.wraps else None
        wrapped = self.scale.energy(modulus) if modulus else 0
        return self.scale.energy(self.last_micro) - self.scale.energy(self.first_micro) + wrapped


@dataclass(frozen=True, slots=True)
class Transition:
    """From one read to a later one: what it looks like, its legs, and the read as judged (jitter keeps the higher)."""

    kind: Kind
    legs: tuple[Leg, ...]
    read: Read

    @property
    def fits(self) -> bool:
        """Whether the later read simply continues the earlier one."""
        return self.kind in {"plain", "rollover", "jitter"}

    @property
    def energy(self) -> int:
        """The energy of all legs."""
        return sum(leg.energy for leg in self.legs)

    @property
    def shown(self) -> int:
        """The energy that the two reads alone show: the later value minus the earlier one."""
        first, last = self.legs[0], self.legs[-1]
        return last.scale.energy(last.last_micro) - first.scale.energy(first.first_micro)

    @property
    def replaced(self) -> bool:
        """Whether another register came between the reads."""
        return self.legs[-1].stretch > 0


class Scales:
    """The segments of a register, made ready to calculate with."""

    __slots__ = ("_rated", "_scales", "_starts_us")

    def __init__(self, rules: Rules) -> None:
        if not rules.segments:
            raise ValueError("A register needs at least one segment: give it a multiplier from some instant on.")
        self._scales = [Scale(segment, *segment.multiplier.as_integer_ratio()) for segment in rules.segments]
        self._starts_us = [segment.from_us for segment in rules.segments]
        self._rated = rules.rated_micro_per_hour

    def index(self, time_us: int) -> int:
        """The segment at an instant; -1 before the first."""
        return bisect_right(self._starts_us, time_us) - 1

    def at(self, index: int) -> Scale:
        """A segment by its index."""
        return self._scales[index]

    def inside(self, index: int, times_us: Int64) -> Int64:
        """The instants that lie before the next segment."""
        if index + 1 == len(self._starts_us):
            return times_us
        return times_us[: int(np.searchsorted(times_us, self._starts_us[index + 1]))]

    def readable(self, read: Read) -> bool:
        """Whether a value can be a register's at all."""
        return abs(read.micro) < self._scales[max(0, self.index(read.time_us))].limit_micro

    def may_count(self, micro: int, duration_us: int, scale: Scale, one: int, other: int) -> bool:
        """Whether a register that shows these two values may count so much in so long a time."""
        limit = self._rated * duration_us * scale.denominator
        each = scale.numerator * _HOUR_US_BY_MARGIN
        return micro * each <= limit or (micro - 2 * scale.step_micro(one, other)) * each <= limit

    def surely_plausible(self, scale: Scale, durations_us: Int64, shown: Int64) -> NDArray[np.bool_]:
        """Which increments of the values are so, judged in floats a hair below the exact limit."""
        counts = shown[1:] - shown[:-1]
        per_us = self._rated * scale.denominator / (scale.numerator * _HOUR_US_BY_MARGIN) * _HAIR
        limits = durations_us * per_us
        step_micro = scale.segment.resolution_micro
        plausible: NDArray[np.bool_] = counts <= limits + 2 * step_micro * _HAIR
        if step_micro == 0 and not plausible.all():
            step_micro = next((step for step in _STEPS_MICRO if not (shown % step).any()), 1)
            plausible = counts <= limits + 2 * step_micro * _HAIR
        plausible &= counts >= 0
        return plausible

    def transition(self, earlier: Read, later: Read) -> Transition:
        """What lies between two reads."""
        index = self.index(earlier.time_us)
        if index == self.index(later.time_us):
            return self._inside(self._scales[index], earlier, later)
        return self._across(earlier, later)

    def _inside(self, scale: Scale, earlier: Read, later: Read) -> Transition:
        leg = Leg(scale, 0, earlier.time_us, later.time_us, earlier.micro, later.micro)
        count, duration_us = leg.micro, later.time_us - earlier.time_us
        if count >= 0:
            is_plausible = self.may_count(count, duration_us, scale, earlier.micro, later.micro)
            return Transition("plain" if is_plausible else "above", (leg,), later)
        if -count <= scale.segment.resolution_micro:
            still = Leg(scale, 0, earlier.time_us, later.time_us, earlier.micro, earlier.micro)
            return Transition("jitter", (still,), Read(later.time_us, earlier.micro))
        modulus = scale.segment.modulus_micro
        may_wrap = modulus is not None and earlier.micro < modulus and later.micro >= 0
        if may_wrap and self.may_count(count + (modulus or 0), duration_us, scale, earlier.micro, later.micro):
            return Transition("rollover", (replace(leg, wraps=True),), later)
        return Transition("below", (leg,), later)

    def _across(self, earlier: Read, later: Read) -> Transition:
        """A transition over one or more beginnings of segments."""
        legs: list[Leg] = []
        number = 0
        first, start = self.index(earlier.time_us), earlier
        stop = self.index(later.time_us)
        for index in range(first + 1, stop + 1):
            segment = self._scales[index].segment
            if segment.opening_micro is None and segment.closing_micro is None:
                continue
            closing = start.micro if segment.closing_micro is None else segment.closing_micro
            legs += self._stretch(range(first, index), start, Read(segment.from_us, closing), number)
            number += 1
            opening = later.micro if segment.opening_micro is None else segment.opening_micro
            first, start = index, Read(segment.from_us, opening)
        legs += self._stretch(range(first, stop + 1), start, later, number)
        kind: Kind = "plain"
        if any(leg.micro < 0 for leg in legs):
            kind = "below"
        elif not self._may_count_all(legs, earlier, later):
            kind = "above"
        elif any(leg.wraps for leg in legs):
            kind = "rollover"
        return Transition(kind, tuple(legs), Read(later.time_us, legs[-1].last_micro))

    def _may_count_all(self, legs: list[Leg], earlier: Read, later: Read) -> bool:
        counted = sum(
            Fraction(*leg.scale.ratio) * (leg.micro - 2 * leg.scale.step_micro(earlier.micro, later.micro))
            for leg in legs
        )
        return counted * _HOUR_US_BY_MARGIN <= self._rated * (legs[-1].stop_us - legs[0].start_us)

    def _stretch(self, indices: range, start: Read, stop: Read, number: int) -> list[Leg]:
        """The legs between two known values, one for each segment, the value at each change interpolated."""
        count, duration_us = stop.micro - start.micro, stop.time_us - start.time_us
        scales = [self._scales[index] for index in indices]
        if count < 0 and -count <= scales[0].segment.resolution_micro:
            count = 0
        modulus = scales[0].segment.modulus_micro
        if modulus is not None and count < 0 and all(scale.segment.modulus_micro == modulus for scale in scales):
            wraps = start.micro < modulus and stop.micro >= 0
            wraps &= self.may_count(count + modulus, duration_us, scales[0], start.micro, stop.micro)
            modulus = modulus if wraps else None
            count += modulus or 0
        else:
            modulus = None
        legs: list[Leg] = []
        at, counted = start, 0
        for index, scale in zip(indices, scales, strict=True):
            end_us = stop.time_us if index == indices[-1] else self._starts_us[index + 1]
            total = count * (end_us - start.time_us) // duration_us if duration_us else count
            micro = at.micro + total - counted
            wraps = modulus is not None and micro >= modulus
            micro -= (modulus or 0) if wraps else 0
            legs.append(Leg(scale, number, at.time_us, end_us, at.micro, micro, wraps))
            at, counted = Read(end_us, micro), total
        return legs
