"""From arrays to messages: which device speaks now, and what it says.

    physics' arrays -> rounded table of a fleet -> for each device that is due: {key: value} at this time

Every channel has an interval and every device a phase within it, so that two hundred devices do not speak in the same
second. A device whose fast and slow channels fall together says everything in one message, as real gateways do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from simulators.factory.noise import spread
from simulators.factory.registers import RegisterBank
from simulators.factory.signals import Channel, Fleet, Readings

Value = float | int | str


class Sample(NamedTuple):
    """What one device measured at one instant."""

    device: str
    gateway: str
    time_s: float
    values: dict[str, Value]


class FleetTelemetry:
    """Turns the readings of one fleet into what its devices say."""

    def __init__(self, fleet: Fleet, seed: int) -> None:
        self.fleet = fleet
        self.registers = RegisterBank(fleet, seed)
        self._scale = np.array([10.0**channel.decimals for channel in fleet.channels])
        self.keys = tuple(channel.key for channel in fleet.channels)
        self._words = [(column, channel.texts) for column, channel in enumerate(fleet.channels) if channel.texts]
        self._whole = [
            column for column, channel in enumerate(fleet.channels) if not channel.decimals and not channel.texts
        ]

    def table(self, readings: Readings) -> list[list[Value]]:
        """Return what each device shows on each channel: one row for each device."""
        shown = [
            readings[channel.key]
            if channel.register is None
            else self.registers.shown(channel.key, readings[channel.key])
            for channel in self.fleet.channels
        ]
        rows: list[list[Value]] = (np.round(np.array(shown).T * self._scale) / self._scale).tolist()
        for row in rows:
            for column in self._whole:
                row[column] = int(row[column])
            for column, texts in self._words:
                row[column] = texts[int(row[column])]
        return rows


class Turn(NamedTuple):
    """A device's fast or slow channels, and when they are said: every `interval_s` after `phase_s`."""

    fleet: int
    device: int
    columns: tuple[int, ...]
    interval_s: int
    phase_s: int


class Telemetry:
    """All fleets of the factory, and whose turn it is."""

    def __init__(self, fleets: tuple[Fleet, ...], seed: int) -> None:
        self.fleets = tuple(FleetTelemetry(fleet, seed) for fleet in fleets)
        self._turns = [turn for number, fleet in enumerate(fleets) for turn in _turns(number, fleet, seed)]
        self._interval_s = np.array([turn.interval_s for turn in self._turns], dtype=float)
        self._phase_s = np.array([turn.phase_s for turn in self._turns], dtype=float)

    def due(self, time_s: float, step_s: float, slowest_s: int = 1) -> list[Turn]:
        """Return whose turn falls into the step that ends now.

        `slowest_s`: nothing is said more often than this, whatever its interval; what thins out a history. Those who
        are held back speak together, on whole multiples: two hundred devices at once cost little more than one.
        """
        every_s = np.maximum(self._interval_s, slowest_s)
        since_s = time_s - np.where(self._interval_s <= slowest_s, 0.0, self._phase_s)
        spoke = np.floor(since_s / every_s) != np.floor((since_s - step_s) / every_s)
        return [self._turns[place] for place in np.flatnonzero(spoke)]

    def samples(self, time_s: float, due: list[Turn], readings: Mapping[str, Readings]) -> Iterator[Sample]:
        """Return what those whose turn it is say; fast and slow channels of a device in one sample."""
        for number, turns in groupby(due, key=attrgetter("fleet")):
            telemetry = self.fleets[number]
            keys = telemetry.keys
            table = telemetry.table(readings[telemetry.fleet.template])
            for place, mine in groupby(turns, key=attrgetter("device")):
                row, sender = table[place], telemetry.fleet.devices[place]
                wanted = (column for turn in mine for column in turn.columns)
                values = {keys[column]: row[column] for column in wanted}
                yield Sample(sender.code, sender.gateway, time_s, values)


def _turns(number: int, fleet: Fleet, seed: int) -> Iterator[Turn]:
    intervals = sorted({channel.interval_s for channel in fleet.channels})
    for place, code in enumerate(fleet.codes):
        # All channels of a device share its phase: slow ones then join a fast message.
        phase_s = int(spread(seed, f"phase of {code}", 0, intervals[0]))
        for interval_s in intervals:
            yield Turn(number, place, _columns(fleet.channels, interval_s), interval_s, phase_s)


def _columns(channels: tuple[Channel, ...], interval_s: int) -> tuple[int, ...]:
    return tuple(column for column, channel in enumerate(channels) if channel.interval_s == interval_s)
