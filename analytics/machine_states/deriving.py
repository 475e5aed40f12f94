"""Change points of machines' states, from readings in order of time.

    readings   r1        r2   r3                    r4
    believed   |---------|----|-----hold-----|      |---
    changes    A              B              ?      A        (r1, r2 say A; r3 says B; ? is no_data)

A reading is believed until the next one, but no longer than its hold. Before the first reading nothing is known. What
stands at an instant is what the last reading at or before it says, so a reading that comes late, or is corrected,
changes nothing before it and nothing after its hold: a window is derived again from the readings inside it and from the
one that is still believed at its beginning, whatever order things arrived in.

After the newest reading of all nothing is said here: whether it is still believed is a matter of the clock, and of
readings that have not come yet. Many windows are derived in one go, as columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.machine_states.state import NO_DATA, States
from analytics.readings import Int64


@dataclass(frozen=True, slots=True)
class Windows:
    """Stretches of time to derive, [first, last] with both ends, each of one machine; microseconds since 1970."""

    first_us: Int64
    last_us: Int64
    hold_us: Int64
    newest_us: Int64
    """The machine's newest reading: whoever is silent since then has no gap yet."""

    def __post_init__(self) -> None:
        if not len(self.first_us) == len(self.last_us) == len(self.hold_us) == len(self.newest_us):
            raise ValueError("each window has its ends, a hold and a newest reading")

    def __len__(self) -> int:
        return len(self.first_us)

    def since(self, first_us: Int64) -> Windows:
        """The same with other beginnings."""
        return replace(self, first_us=first_us)


@dataclass(frozen=True, slots=True)
class Marks:
    """States at instants, of windows by their place: sorted by window and time, no instant twice.

    As readings: what each one says. As changes: what stands from there on.
    """

    windows: Int64
    times_us: Int64
    states: States

    def __post_init__(self) -> None:
        if not len(self.windows) == len(self.times_us) == len(self.states):
            raise ValueError("each mark has a window, an instant and a state")

    def __len__(self) -> int:
        return len(self.windows)

    def without_first_if(self, state: int) -> Marks:
        """The same without the first one if it says this: no change where this stood before."""
        begin = 1 if len(self) and self.states[0] == state else 0
        return Marks(self.windows[begin:], self.times_us[begin:], self.states[begin:])

    @classmethod
    def in_order(cls, windows: Int64, times_us: Int64, states: States) -> Marks:
        """Marks that are not sorted yet."""
        order = np.lexsort((times_us, windows))
        return cls(windows[order], times_us[order], states[order])


def derive(windows: Windows, readings: Marks) -> Marks:
    """The changes inside each window, from all its machine's readings in [first - hold, last]."""
    ends = readings.times_us + windows.hold_us[readings.windows]
    following = windows.last_us[readings.windows] + 1
    goes_on = readings.windows[1:] == readings.windows[:-1]
    following[:-1] = np.where(goes_on, readings.times_us[1:], following[:-1])
    fades = (ends < following) & (ends < windows.newest_us[readings.windows])
    at = np.concatenate([readings.times_us, ends[fades]])
    window = np.concatenate([readings.windows, readings.windows[fades]])
    after = np.concatenate([readings.states, np.full(int(fades.sum()), NO_DATA, dtype=np.int8)])
    marks = Marks.in_order(window, at, after)
    window, at, after = marks.windows, marks.times_us, marks.states
    before = np.full(len(after), NO_DATA, dtype=np.int8)
    before[1:] = np.where(window[1:] == window[:-1], after[:-1], NO_DATA)
    kept = (after != before) & (at >= windows.first_us[window]) & (at <= windows.last_us[window])
    return Marks(window[kept], at[kept], after[kept])
