"""Faults at work: when each begins and ends, and what it does to the machines and the registers.

    commands --> book --(each step)--> begins / ends --+--> physics: bearings, oil coolers, leaks, fouling
                                                       +--> registers: reset, replacement, preset before a rollover
                                                       +--> the truth file

A physical fault only changes a cause (a hole in a pipe, dirt on tubes); pressures, temperatures and kWh follow by
themselves. What faults do to messages on their way is in `transmission`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.chilled_water import CODES as CHILLERS
from simulators.factory.chiller_panel import PUMPS
from simulators.factory.compressed_air import BUILDINGS
from simulators.factory.compressed_air import CODES as COMPRESSORS
from simulators.factory.factory import Factory
from simulators.factory.fault import Fault, Kind
from simulators.factory.telemetry import FleetTelemetry, Telemetry


@dataclass(frozen=True, slots=True)
class FaultEvent:
    """A fault began or ended."""

    time_s: float
    fault: Fault
    begins: bool


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """A register was set by hand: what its dial showed and what it shows now."""

    time_s: float
    fault: str
    device: str
    key: str
    before: float
    after: float


class FaultBook:
    """All faults that were ordered, and their effects on one factory."""

    def __init__(self, factory: Factory, telemetry: Telemetry) -> None:
        self.faults: list[Fault] = []
        self.events: list[FaultEvent | RegisterEvent] = []
        self._factory = factory
        self._telemetry = telemetry
        self._began: set[Fault] = set()
        self._unset: dict[Fault, dict[str, float]] = {}
        """Rollovers that wait for one step to learn how fast their registers turn: the true totals before it."""

    def order(self, fault: Fault) -> None:
        """Take a checked fault on."""
        self.faults.append(fault)
        if fault.kind is Kind.ROLLOVER:
            self._unset[fault] = self._totals(fault)

    def clear(self, name: str, time_s: float) -> int:
        """End the faults of this name (or `all`) now, and return how many there were."""
        chosen = [fault for fault in self.faults if name in ("all", fault.name)]
        for fault in chosen:
            self._unset.pop(fault, None)
            if fault in self._began:
                ended = fault.ended_at(time_s)
                self.faults[self.faults.index(fault)] = ended
                self._began.remove(fault)
                self._began.add(ended)
            else:
                self.faults.remove(fault)
        return len(chosen)

    def before_step(self, time_s: float) -> list[Fault]:
        """Begin and end what is due at the start of a step, lay the causes on the physics; return what acts in it."""
        for fault in list(self.faults):
            if fault not in self._began and fault.start_s <= time_s:
                self._began.add(fault)
                self.events.append(FaultEvent(time_s, fault, begins=True))
                self._begin(fault, time_s)
            if fault in self._began and fault.stop_s <= time_s:
                self._began.remove(fault)
                self.faults.remove(fault)
                self.events.append(FaultEvent(time_s, fault, begins=False))
                self._end(fault, time_s)
        active = [fault for fault in self.faults if fault.active(time_s)]
        self._lay_causes(active)
        return active

    def after_step(self, time_s: float, step_s: float) -> None:
        """Set the registers of ordered rollovers so that they pass zero at about their start."""
        for fault, before in list(self._unset.items()):
            lead_s = max(fault.start_s - time_s, 0.0)
            totals = self._totals(fault)
            for key in before:
                rate = (totals[key] - before[key]) / step_s
                bank = self._fleet(fault).registers
                self._set(fault, key, bank.modulus(key) - max(rate * lead_s, bank.resolution(key)), time_s)
        self._unset.clear()

    def _begin(self, fault: Fault, time_s: float) -> None:
        if fault.kind is Kind.METER_RESET:
            for key in self._keys(fault):
                self._set(fault, key, 0.0, time_s)

    def _end(self, fault: Fault, time_s: float) -> None:
        if fault.kind is Kind.REPLACEMENT:
            # The new meter is connected when the old one's silence ends; what flowed in between nobody counted.
            for key in self._keys(fault):
                self._set(fault, key, fault.size, time_s)

    def _lay_causes(self, active: list[Fault]) -> None:
        factory = self._factory
        factory.compressors.added_vibration_mm_s = _sizes(active, Kind.VIBRATION_HIGH, COMPRESSORS)
        factory.chillers.added_vibration_mm_s = _sizes(active, Kind.VIBRATION_HIGH, PUMPS)
        factory.chilled.fouling_k = _sizes(active, Kind.FOULED_CONDENSER, CHILLERS)
        factory.air.added_leak_m3_min = _sizes(active, Kind.AIR_LEAK, tuple(f"air-{name}" for name in BUILDINGS))
        fouling = _sizes(active, Kind.OIL_TEMPERATURE_HIGH, COMPRESSORS).tolist()
        for compressor, share in zip(factory.air.memory.compressors, fouling, strict=True):
            compressor.cooler_fouling = share

    def _set(self, fault: Fault, key: str, reading: float, time_s: float) -> None:
        fleet = self._fleet(fault)
        place = fleet.fleet.codes.index(fault.device)
        totals = self._factory.readings()[fleet.fleet.template][key]
        before = float(fleet.registers.shown(key, totals)[place])
        fleet.registers.set_to(fault.device, key, float(totals[place]), reading)
        after = float(fleet.registers.shown(key, totals)[place])
        self.events.append(RegisterEvent(time_s, fault.name, fault.device, key, before, after))

    def _totals(self, fault: Fault) -> dict[str, float]:
        fleet = self._fleet(fault)
        place = fleet.fleet.codes.index(fault.device)
        readings = self._factory.readings()[fleet.fleet.template]
        return {key: float(readings[key][place]) for key in self._keys(fault)}

    def _keys(self, fault: Fault) -> Iterator[str]:
        return iter((fault.key,) if fault.key else self._fleet(fault).registers.keys())

    def _fleet(self, fault: Fault) -> FleetTelemetry:
        return next(fleet for fleet in self._telemetry.fleets if fault.device in fleet.fleet.codes)


def _sizes(active: list[Fault], kind: Kind, codes: tuple[str, ...]) -> Floats:
    sizes = np.zeros(len(codes))
    for fault in active:
        if fault.kind is kind and fault.device in codes:
            sizes[codes.index(fault.device)] += fault.size
    return sizes
