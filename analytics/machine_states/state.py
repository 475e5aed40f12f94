"""The states of a machine, and which of them count as being on.

    running, loaded, idle   on: they make run hours; `idle` turns without doing work, as an unloaded compressor
    stopped, fault          off
    no_data                 nobody knows: its last reading is too old, or says what nobody has explained

A start is a step from off to on, also where nobody knew in between. From on over no_data to on is none.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.maintenance.settings import MachineState

#: By code: columns hold the place of a state in this list.
STATES: tuple[MachineState, ...] = ("running", "loaded", "idle", "stopped", "fault", "no_data")
CODES: dict[str, int] = {state: code for code, state in enumerate(STATES)}
NO_DATA = CODES["no_data"]
_LAST_ON = CODES["idle"]

States: TypeAlias = NDArray[np.int8]
Flags: TypeAlias = NDArray[np.bool_]


def are_on(states: States) -> Flags:
    """Which of them make run hours."""
    on: Flags = states <= _LAST_ON
    return on


def are_known(states: States) -> Flags:
    """Which of them say something."""
    known: Flags = states != NO_DATA
    return known
