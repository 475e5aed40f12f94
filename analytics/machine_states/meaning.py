"""What the values of a machine's signal mean: each value of a state point, or a figure by its limits.

    {"stopped": 0, "unloaded": 1, "loaded": 2, "fault": 3}  --names everywhere, or the site's own-->  0 -> stopped ...
    active_power_kw, idle_from = 2, running_from = 20       -->  below 2 stopped, below 20 idle, else running

A state point's words are understood where they are the usual ones; a site's settings come before that
([[settings.machine_states]]). A value that neither explains is `no_data`: a guess would make run hours that nobody ran.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import msgspec
import numpy as np

from analytics.machine_states.state import CODES, NO_DATA, States
from analytics.maintenance.settings import MachineState, StateMeaning
from analytics.readings import Float64

#: What states are called everywhere.
USUAL: Mapping[str, MachineState] = {
    "stopped": "stopped",
    "off": "stopped",
    "standby": "idle",
    "unloaded": "idle",
    "idle": "idle",
    "loaded": "loaded",
    "running": "running",
    "on": "running",
    "charging": "running",
    "discharging": "running",
    "fault": "fault",
    "trip": "fault",
    "error": "fault",
}
_SHORTEST_HOLD_S = 30.0
_INTERVALS_HELD = 3.0


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the values of one point are read; kept beside what was derived by it, so that another one is noticed."""

    hold_s: float
    """A reading is believed for so long when no other comes."""
    values: Mapping[str, MachineState] = {}
    """Each value, as text, and its state; a value that is not here is `no_data`."""
    limits: tuple[tuple[float, MachineState], ...] = ()
    """Rising: from this value on, this state; below the first, stopped. Not together with `values`."""

    @classmethod
    def of(cls, expected_interval_s: float, states: Mapping[str, float] | None, said: StateMeaning | None) -> Self:
        """The meaning of a point that sends each so many seconds, by its states and what the site says, if anything."""
        hold_s = max(_INTERVALS_HELD * expected_interval_s, _SHORTEST_HOLD_S)
        if said is not None and not said.states:
            named: tuple[tuple[float | None, MachineState], ...] = (
                (said.idle_from, "idle"),
                (said.running_from, "running"),
                (said.loaded_from, "loaded"),
            )
            return cls(hold_s, limits=tuple((limit, state) for limit, state in named if limit is not None))
        known: Mapping[str, MachineState] = {**USUAL, **(said.states if said is not None else {})}
        return cls(hold_s, {repr(float(value)): known[name] for name, value in (states or {}).items() if name in known})

    @property
    def hold_us(self) -> int:
        """The hold in microseconds."""
        return round(self.hold_s * 1_000_000)

    def read(self, values: Float64) -> States:
        """The state that each value means."""
        if self.limits:
            by_limit = np.array([CODES["stopped"], *(CODES[state] for _, state in self.limits)], dtype=np.int8)
            return by_limit[np.searchsorted([limit for limit, _ in self.limits], values, side="right")]
        states = np.full(len(values), NO_DATA, dtype=np.int8)
        for value, state in self.values.items():
            states[values == float(value)] = CODES[state]
        return states
