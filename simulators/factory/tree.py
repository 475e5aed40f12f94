"""Power flow in a radial network: currents add up from the loads, losses with them, voltages fall on the way back.

    loads --(sum, plus loss of the branch, level by level)--> incomer
    incomer voltage --(minus drop of the branch, level by level)--> loads

Per phase, in kW and kvar, with the backward/forward sweep for radial networks (Shirmohammadi et al., 1988, IEEE Trans.
Power Systems 3(2)); one sweep a step is enough because the voltages of the step before serve as the estimate, and they
move slowly. The energy balance holds exactly at each step all the same: a parent is *computed* as the sum of its
children and its branch's loss.

Harmonic currents add in quadrature (IEC 61000-3-6 with exponent 2: phases at random), so `D`, the distortion power
V x I_h, is carried as its square. Losses of harmonics are neglected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats, Indexes
from simulators.factory.topology import Node, Transformer

PHASES = 3
HIGH_V = 10_000.0 / np.sqrt(3.0)
LOW_V = 400.0 / np.sqrt(3.0)
_CABLE_LOSS_SHARE = 0.014  # of the rated load, at rated load: what cables of a few dozen metres are sized for
_REACTANCE_TO_RESISTANCE = 0.9  # of a low-voltage cable of large section
_MAGNETISING_SHARE = 0.005  # no-load current of a cast-resin transformer, of its rating


@dataclass(slots=True)
class Flow:
    """Power at each node's meter: kW, kvar and distortion kVA squared by phase, and the phase voltage there."""

    active_kw: Floats
    reactive_kvar: Floats
    distortion_kva2: Floats
    voltage_v: Floats
    loss_kw: Floats
    """Lost between the meter of a node and the meters of its children, all phases."""


@dataclass(frozen=True, slots=True)
class _Level:
    children: slice
    first_children: Indexes
    parents: Indexes
    parent_of_child: Indexes


class Tree:
    """The network in an order in which the children of one node stand together, level by level."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes, depths = _by_level(nodes)
        self.index = {node.code: place for place, node in enumerate(self.nodes)}
        self.parent = np.array([self.index.get(node.parent, -1) for node in self.nodes])
        self._levels = [_level(depths, self.parent, depth) for depth in range(1, int(depths.max()) + 1)]
        branches = np.array([_branch(node) for node in self.nodes])
        self._resistance, self._reactance, self._iron_kw, self._magnetising_kvar, self._ratio = branches.T[:, :, None]
        high = depths <= 1
        self._nominal_v = np.where(high, HIGH_V, LOW_V)[:, None]
        self.nominal_v: Floats = self._nominal_v[:, 0]

    def start(self) -> Flow:
        """Return a network without load at nominal voltage."""
        shape = (len(self.nodes), PHASES)
        zero = np.zeros(shape)
        return Flow(zero, zero, zero, np.broadcast_to(self._nominal_v, shape).copy(), np.zeros(len(self.nodes)))

    def solve(self, loads: Flow, incomer_v: Floats) -> Flow:
        """Sweep once: `loads` has the powers of the nodes without children, and the voltages of the step before."""
        below_v = loads.voltage_v * self._ratio
        per_ohm = 1000.0 / (below_v * below_v)
        iron_kw = self._iron_kw * (loads.voltage_v / self._nominal_v) ** 2
        flows = np.concatenate([loads.active_kw, loads.reactive_kvar, loads.distortion_kva2], axis=1)
        loss_kw = np.zeros_like(loads.active_kw)
        drop_v = np.zeros_like(loads.active_kw)
        for level in reversed(self._levels):
            parents = level.parents
            passing = np.add.reduceat(flows[level.children], level.first_children, axis=0)
            active, reactive = passing[:, :PHASES], passing[:, PHASES : 2 * PHASES]
            squared = (active * active + reactive * reactive) * per_ohm[parents]
            loss_kw[parents] = squared * self._resistance[parents] + iron_kw[parents]
            drop_v[parents] = (
                (self._resistance[parents] * active + self._reactance[parents] * reactive) * 1000.0 / below_v[parents]
            )
            passing[:, :PHASES] += loss_kw[parents]
            passing[:, PHASES : 2 * PHASES] += squared * self._reactance[parents] + self._magnetising_kvar[parents]
            flows[parents] = passing
        voltage_v = np.empty_like(loads.voltage_v)
        voltage_v[0] = incomer_v
        for level in self._levels:
            above = level.parent_of_child
            voltage_v[level.children] = voltage_v[above] * self._ratio[above] - drop_v[above]
        active_kw, reactive_kvar, distortion_kva2 = np.split(flows, 3, axis=1)
        return Flow(active_kw, reactive_kvar, distortion_kva2, voltage_v, loss_kw.sum(axis=1))


def _by_level(nodes: Sequence[Node]) -> tuple[tuple[Node, ...], Indexes]:
    ordered = [node for node in nodes if not node.parent]
    depths = [0] * len(ordered)
    for node, depth in zip(ordered, depths, strict=False):  # both lists grow as the walk goes down
        children = [child for child in nodes if child.parent == node.code]
        ordered.extend(children)
        depths.extend([depth + 1] * len(children))
    if len(ordered) != len(nodes):
        lost = sorted({node.code for node in nodes} - {node.code for node in ordered})
        raise ValueError(f"nodes without a way to the incomer: {', '.join(lost)}; mend their parent")
    return tuple(ordered), np.array(depths)


def _level(depths: Indexes, parent: Indexes, depth: int) -> _Level:
    members = np.flatnonzero(depths == depth)
    parent_of_child = parent[members]
    parents, first_children = np.unique(parent_of_child, return_index=True)
    return _Level(slice(int(members[0]), int(members[-1]) + 1), first_children, parents, parent_of_child)


def _branch(node: Node) -> tuple[float, float, float, float, float]:
    """Resistance and reactance behind the meter (ohm, low side), iron kW and magnetising kvar a phase, ratio."""
    if node.transformer is not None:
        return _transformer_branch(node.transformer)
    if not node.rated_kw:
        return 0.0, 0.0, 0.0, 0.0, 1.0
    current_a = node.rated_kw * 1000.0 / (PHASES * LOW_V)
    resistance = _CABLE_LOSS_SHARE * node.rated_kw * 1000.0 / (PHASES * current_a**2)
    return resistance, resistance * _REACTANCE_TO_RESISTANCE, 0.0, 0.0, 1.0


def _transformer_branch(kind: Transformer) -> tuple[float, float, float, float, float]:
    """The T-equivalent circuit with its shunt at the high side (textbooks on machines; copper from load loss)."""
    base_ohm = PHASES * LOW_V**2 / (kind.rated_kva * 1000.0)
    resistance = kind.copper_kw / kind.rated_kva * base_ohm
    impedance = kind.impedance_percent / 100.0 * base_ohm
    reactance = float(np.sqrt(impedance**2 - resistance**2))
    magnetising_kvar = _MAGNETISING_SHARE * kind.rated_kva
    return resistance, reactance, kind.iron_kw / PHASES, magnetising_kvar / PHASES, float(LOW_V / HIGH_V)
