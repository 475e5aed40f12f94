"""The truth beside the messages: what really flowed, what the machines really did, when faults really were there.

JSON lines. Energies are unrounded totals of the physics, not differences of what the dials showed; a test that has both
can tell what metering made of it.

    {"kind": "run",          "site", "seed", "start", "step_s", "devices", "points"}
    {"kind": "quarter_hour", "start", "stop", "registers": {device: {key: amount}}, "losses_kwh": {node: kWh}}
    {"kind": "state",        "time", "machine", "state", "run_hours_h", "start_count"}
    {"kind": "fault",        "time", "fault", "device", "key", "size", "event": "begins" | "ends"}
    {"kind": "register",     "time", "fault", "device", "key", "before", "after"}

The first and the last quarter of a run may be shorter than 900 seconds; `start` and `stop` say so. What every machine
with a state is doing stands at the beginning, then each change; those that count no hours or starts have none there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TextIO

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.clock import iso_utc
from simulators.factory.compressed_air import StateChange
from simulators.factory.factory import Factory
from simulators.factory.fault_effects import FaultEvent, RegisterEvent
from simulators.factory.signals import Readings

QUARTER_S = 900


class Truth:
    """Writes one file; nothing of it is ever read back by the simulation."""

    def __init__(self, stream: TextIO, factory: Factory, *, site: str, seed: int, start_s: int, step_s: int) -> None:
        self._stream = stream
        self._factory = factory
        self._since_s = start_s
        self._registers = [
            (fleet.template, channel.key, fleet.codes)
            for fleet in factory.fleets
            for channel in fleet.channels
            if channel.register is not None
        ]
        self._totals = self._true_totals()
        self._losses = factory.electricity.memory.loss_kwh.copy()
        self._places = {code: (fleet, place) for fleet in factory.fleets for place, code in enumerate(fleet.codes)}
        self._write({
            "kind": "run", "site": site, "seed": seed, "start": iso_utc(start_s), "step_s": step_s,
            "devices": sum(len(fleet.codes) for fleet in factory.fleets),
            "points": sum(len(fleet.codes) * len(fleet.channels) for fleet in factory.fleets),
        })  # fmt: skip

    def step(self, time_s: int, changes: Iterable[StateChange], events: Iterable[FaultEvent | RegisterEvent]) -> None:
        """Write what happened in the step that ended, and the quarter hour if it is full."""
        self.states(changes)
        for event in events:
            self._write(_fault(event) if isinstance(event, FaultEvent) else _register(event))
        if time_s % QUARTER_S == 0:
            self._quarter(time_s)

    def states(self, changes: Iterable[StateChange]) -> None:
        """Write what machines do from some instant on."""
        readings: Mapping[str, Readings] | None = None
        for change in changes:
            readings = readings or self._factory.readings()
            self._write(self._state(change, readings))

    def close(self, time_s: int) -> None:
        """Write the rest of the last quarter hour."""
        if time_s > self._since_s:
            self._quarter(time_s)
        self._stream.flush()

    def _quarter(self, time_s: int) -> None:
        totals, losses = self._true_totals(), self._factory.electricity.memory.loss_kwh
        amounts: dict[str, dict[str, float]] = {}
        for (_, key, codes), now, before in zip(self._registers, totals, self._totals, strict=True):
            for code, amount in zip(codes, (now - before).tolist(), strict=True):
                amounts.setdefault(code, {})[key] = amount
        nodes = self._factory.electricity.tree.nodes
        lost = (losses - self._losses).tolist()
        self._write({
            "kind": "quarter_hour", "start": iso_utc(self._since_s), "stop": iso_utc(time_s), "registers": amounts,
            "losses_kwh": {node.code: amount for node, amount in zip(nodes, lost, strict=True) if amount},
        })  # fmt: skip
        self._totals, self._losses, self._since_s = totals, losses.copy(), time_s
        self._stream.flush()

    def _true_totals(self) -> list[Floats]:
        readings = self._factory.readings()
        return [np.array(readings[template][key]) for template, key, _ in self._registers]

    def _state(self, change: StateChange, readings: Mapping[str, Readings]) -> dict[str, object]:
        fleet, place = self._places[change.machine]
        shown = readings[fleet.template]
        counted: dict[str, float] = {}
        if "run_hours_h" in shown:
            counted["run_hours_h"] = float(shown["run_hours_h"][place])
        if "start_count" in shown:
            counted["start_count"] = int(shown["start_count"][place])
        return {
            "kind": "state", "time": iso_utc(change.time_s), "machine": change.machine, "state": change.state,
            **counted,
        }  # fmt: skip

    def _write(self, record: dict[str, object]) -> None:
        self._stream.write(json.dumps(record, separators=(",", ":")) + "\n")


def _fault(event: FaultEvent) -> dict[str, object]:
    fault = event.fault
    return {
        "kind": "fault", "time": iso_utc(event.time_s), "fault": fault.kind.value, "device": fault.device,
        "key": fault.key, "size": fault.size, "event": "begins" if event.begins else "ends",
    }  # fmt: skip


def _register(event: RegisterEvent) -> dict[str, object]:
    return {
        "kind": "register", "time": iso_utc(event.time_s), "fault": event.fault, "device": event.device,
        "key": event.key, "before": event.before, "after": event.after,
    }  # fmt: skip
