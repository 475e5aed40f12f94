"""What every machine with a state is doing, and each change of it: for the truth, and for gateways that report changes.

Compressors change at any second and say so themselves, as chillers do. All others change with a step of the factory,
at its end, and are found by comparison with the step before. The state of a change is the word that the device says.

Programmable controllers report by exception as well as by the clock: a sample at the very second of a change, between
those that come anyhow (`ioe simulate --on-change`). They begin with what every machine is doing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from simulators.factory.arrays import Floats
from simulators.factory.compressed_air import StateChange
from simulators.factory.signals import Device, Fleet, Readings
from simulators.factory.telemetry import Sample, Turn

KEY = "state"
#: Fleets whose physics tells its changes itself.
_TELL_THEMSELVES = frozenset({"screw_compressor", "chiller"})


class MachineStates:
    """What the machines of some fleets were doing at the end of the last step; turns count the same fleets."""

    def __init__(self, fleets: Sequence[Fleet], readings: Mapping[str, Readings]) -> None:
        self._fleets = [
            (number, fleet, channel.texts)
            for number, fleet in enumerate(fleets)
            for channel in fleet.channels
            if channel.key == KEY
        ]
        self._devices: dict[str, Device] = {
            device.code: device for _, fleet, _ in self._fleets for device in fleet.devices
        }
        self._columns = {
            number: next(column for column, channel in enumerate(fleet.channels) if channel.key == KEY)
            for number, fleet, _ in self._fleets
        }
        self._stood: dict[str, Floats] = {}
        self._keep(readings)

    def now(self, time_s: float) -> list[StateChange]:
        """What every machine is doing."""
        return [
            StateChange(time_s, code, texts[int(state)])
            for _, fleet, texts in self._fleets
            for code, state in zip(fleet.codes, self._stood[fleet.template].tolist(), strict=True)
        ]

    def changes(
        self, time_s: float, readings: Mapping[str, Readings], told: Iterable[StateChange]
    ) -> list[StateChange]:
        """All changes of the step that ends now, by time; `told`: what the physics tells itself."""
        found = list(told)
        for _, fleet, texts in self._fleets:
            if fleet.template not in _TELL_THEMSELVES:
                states = readings[fleet.template][KEY]
                changed = (states != self._stood[fleet.template]).nonzero()[0].tolist()
                found += [StateChange(time_s, fleet.codes[place], texts[int(states[place])]) for place in changed]
        self._keep(readings)
        return sorted(found, key=lambda change: change.time_s)

    def samples(self, changes: Iterable[StateChange], time_s: float, due: Iterable[Turn]) -> Iterator[Sample]:
        """What gateways say of changes, but for those that the devices whose turn it is say anyhow."""
        said = {
            (turn.fleet, turn.device)
            for turn in due
            if turn.fleet in self._columns and self._columns[turn.fleet] in turn.columns
        }
        codes = {fleet.codes[place] for number, fleet, _ in self._fleets for of, place in said if of == number}
        for change in changes:
            if change.time_s < time_s or change.machine not in codes:
                device = self._devices[change.machine]
                yield Sample(device.code, device.gateway, change.time_s, {KEY: change.state})

    def _keep(self, readings: Mapping[str, Readings]) -> None:
        self._stood = {fleet.template: readings[fleet.template][KEY].copy() for _, fleet, _ in self._fleets}
