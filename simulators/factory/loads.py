"""What the nodes without children draw, phase by phase: people's loads by their profile, machines by their physics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.noise import Noise
from simulators.factory.tree import PHASES, Flow, Tree


@dataclass(frozen=True, slots=True)
class MachinePower:
    """Electric power of a group of machines over one step: kW (negative: it feeds in) and kvar, one entry for each."""

    active_kw: Floats
    reactive_kvar: Floats
    distortion: float
    """Harmonic current as a share of the fundamental (THD-I)."""


def at_power_factor(active_kw: Floats, power_factor: Floats | float, distortion: float) -> MachinePower:
    """Describe machines by their active power and a lagging power factor."""
    ratio = np.sqrt(1.0 / np.square(power_factor) - 1.0)
    return MachinePower(active_kw, np.abs(active_kw) * ratio, distortion)


class Loads:
    """Fills the ends of the tree with power."""

    def __init__(self, tree: Tree, machines: Mapping[str, tuple[str, ...]], seed: int) -> None:
        people = [(place, node.load) for place, node in enumerate(tree.nodes) if node.load is not None]
        self._people = np.array([place for place, _ in people])
        self._profile = np.array([int(load.profile) for _, load in people])
        self._rated_kw = np.array([load.rated_kw for _, load in people])
        self._idle_share = np.array([load.idle_share for _, load in people])
        self._tangent = np.array([np.tan(np.arccos(load.power_factor)) for _, load in people])
        self._people_distortion = np.array([load.distortion for _, load in people])
        self._machines = {group: np.array([tree.index[code] for code in codes]) for group, codes in machines.items()}
        asymmetry = np.full(len(tree.nodes), 0.008)
        asymmetry[self._people] = [load.asymmetry for _, load in people]
        self._asymmetry = asymmetry[:, None]
        self._wander = Noise(seed, "load wander", len(people), 900.0)
        self._cycle = Noise(seed, "machine cycles", len(people), 20.0)
        self._lean = Noise(seed, "phase shares", len(tree.nodes) * PHASES, 6 * 3600.0)

    def flow(self, time_s: float, activity: Floats, machines: Mapping[str, MachinePower], voltage_v: Floats) -> Flow:
        """Return the flow with its ends filled and everything else zero."""
        size = len(self._asymmetry)
        active_kw, reactive_kvar, distortion = np.zeros(size), np.zeros(size), np.zeros(size)
        people_kw = self.people_kw(time_s, activity)
        active_kw[self._people] = people_kw
        reactive_kvar[self._people] = people_kw * self._tangent
        distortion[self._people] = self._people_distortion
        for group, places in self._machines.items():
            active_kw[places] = machines[group].active_kw
            reactive_kvar[places] = machines[group].reactive_kvar
            distortion[places] = machines[group].distortion
        share = self._phase_share(time_s)
        active, reactive = active_kw[:, None] * share, reactive_kvar[:, None] * share
        distortion_kva2 = (active * active + reactive * reactive) * (distortion * distortion)[:, None]
        return Flow(active, reactive, distortion_kva2, voltage_v, np.zeros(size))

    def people_kw(self, time_s: float, activity: Floats) -> Floats:
        """Return the power of each profile load: idle share always, the rest with the people, machine cycles on top."""
        busy = activity[self._profile]
        # Machines idle while somebody is there to need them; in an empty hall most are switched off.
        idle = self._idle_share * (0.4 + 0.6 * np.minimum(busy / 0.1, 1.0))
        level = idle + (1.0 - self._idle_share) * busy
        restless = 0.05 * self._wander.at(time_s) + 0.04 * busy * self._cycle.at(time_s)
        return np.asarray(self._rated_kw * level * np.clip(1.0 + restless, 0.2, 1.5))

    def _phase_share(self, time_s: float) -> Floats:
        lean = 1.0 + self._asymmetry * self._lean.at(time_s).reshape(-1, PHASES)
        return np.asarray(lean / lean.sum(axis=1, keepdims=True))
