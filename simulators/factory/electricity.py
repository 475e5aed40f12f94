"""Electricity of the site: solve the tree for each step and count the energy that passes each meter.

Power within a step is constant (the mean that the machines drew), so a counter is exactly the integral of the power:
energy_kwh += power_kw x step. Import (from the grid, positive power) and export (negative) are separate counters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.loads import Loads, MachinePower
from simulators.factory.noise import Noise
from simulators.factory.topology import NODES
from simulators.factory.tree import HIGH_V, PHASES, Flow, Tree

_DEMAND_MIN = 15
_SUPPLY_V = HIGH_V * 1.018  # the utility holds the bar of a factory's feeder a little above nominal


@dataclass(slots=True)
class ElectricityMemory:
    """True totals by node since the beginning, and what the next step needs."""

    flow: Flow
    import_kwh: Floats
    export_kwh: Floats
    import_kvarh: Floats
    export_kvarh: Floats
    loss_kwh: Floats
    demand_window_kwh: Floats
    """Net energy at the last sixteen whole minutes, oldest first: the sliding demand window."""


class Electricity:
    """The network and its true energy."""

    def __init__(self, machines: Mapping[str, tuple[str, ...]], seed: int) -> None:
        self.tree = Tree(NODES)
        size = len(self.tree.nodes)
        self.memory = ElectricityMemory(
            flow=self.tree.start(),
            import_kwh=np.zeros(size),
            export_kwh=np.zeros(size),
            import_kvarh=np.zeros(size),
            export_kvarh=np.zeros(size),
            loss_kwh=np.zeros(size),
            demand_window_kwh=np.zeros((_DEMAND_MIN + 1, size)),
        )
        self.frequency_hz = 50.0
        self.background_thd = np.full(PHASES, 0.018)
        self._loads = Loads(self.tree, machines, seed)
        self._supply = Noise(seed, "supply voltage", PHASES, 1800.0)
        self._flicker = Noise(seed, "voltage flicker", PHASES, 7.0)
        self._frequency = Noise(seed, "frequency", 1, 30.0)
        self._background = Noise(seed, "background harmonics", PHASES, 3600.0)

    def step(self, time_s: float, step_s: float, activity: Floats, machines: Mapping[str, MachinePower]) -> None:
        """Advance to `time_s`, the end of a step of `step_s` seconds."""
        memory = self.memory
        wander = self._supply.at(time_s)
        # The three phases move together; a third of the wander is their own.
        incomer_v = _SUPPLY_V * (1.0 + 0.006 * wander.mean() + 0.002 * wander + 0.0006 * self._flicker.at(time_s))
        loads = self._loads.flow(time_s, activity, machines, memory.flow.voltage_v)
        memory.flow = self.tree.solve(loads, incomer_v)
        self.frequency_hz = 50.0 + 0.012 * float(self._frequency.at(time_s)[0])
        self.background_thd = 0.018 + 0.003 * self._background.at(time_s)
        step_h = step_s / 3600.0
        _count(self.flow.active_kw.sum(axis=1) * step_h, memory.import_kwh, memory.export_kwh)
        _count(self.flow.reactive_kvar.sum(axis=1) * step_h, memory.import_kvarh, memory.export_kvarh)
        memory.loss_kwh += self.flow.loss_kw * step_h
        if time_s % 60 < step_s:
            window = memory.demand_window_kwh
            window[:-1] = window[1:]
            window[-1] = memory.import_kwh - memory.export_kwh

    @property
    def flow(self) -> Flow:
        """Powers and voltages of the last step."""
        return self.memory.flow

    def active_kw(self, code: str) -> float:
        """Return the power at a node over the last step."""
        return float(self.flow.active_kw[self.tree.index[code]].sum())

    def demand_kw(self) -> Floats:
        """Return the mean power of the last fifteen whole minutes at each node, sliding by one minute."""
        window = self.memory.demand_window_kwh
        return np.asarray((window[-1] - window[0]) * (60.0 / _DEMAND_MIN))


def _count(energy: Floats, imported: Floats, exported: Floats) -> None:
    imported += np.maximum(energy, 0.0)
    exported += np.maximum(-energy, 0.0)
