"""The factory: every part advanced one step, in the order in which one drives the next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulators.factory.electricity import Electricity
from simulators.factory.gateways import Gateways
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.occupancy import activity_at
from simulators.factory.power_meters import PowerMeters
from simulators.factory.signals import Fleet, Readings
from simulators.factory.topology import NODES

_MACHINES = {
    "rest": tuple(n.code for n in NODES if not n.load and n.code not in {m.parent for m in NODES}),
}


class Factory:
    """All physics of the site at one instant."""

    def __init__(self, seed: int) -> None:
        self.electricity = Electricity(_MACHINES, seed)
        self._meters = PowerMeters(self.electricity)
        self._gateways = Gateways(seed)
        self._time_s = 0.0
        self.fleets: tuple[Fleet, ...] = (*self._meters.fleets, self._gateways.fleet)

    def step(self, time_s: float, step_s: float) -> None:
        """Advance to `time_s`."""
        activity = activity_at(time_s)
        machines: Mapping[str, MachinePower] = {
            "rest": at_power_factor(np.full(len(_MACHINES["rest"]), 20.0), 0.9, 0.05)
        }
        self.electricity.step(time_s, step_s, activity, machines)
        self._gateways.step(step_s)
        self._time_s = time_s

    def readings(self) -> dict[str, Readings]:
        """Return what every device could say now, by template."""
        return {**self._meters.readings(), "gateway": self._gateways.readings(self._time_s, 25.0)}
