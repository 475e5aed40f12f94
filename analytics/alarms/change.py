"""What evaluation says: for one instance, from one instant on, which level holds and whether it is kept quiet.

Changes are levels, not edges: telling the same one twice, or telling only the last of several, leads to the same alarm.
That is what makes a repeated piece of the log harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.alarms.machine import AlarmKey

#: Why an alarm is kept quiet by design.
Quiet = Literal["not_running", "outside_hours", "communication_lost", "explained"]


@dataclass(frozen=True, slots=True)
class Change:
    """The condition of an instance from `at_us` on (event time: a raise after its on-delay, to the microsecond)."""

    key: AlarmKey
    at_us: int
    level: str | None
    """The worst level that holds, None for normal."""
    value: float | None
    quiet: Quiet | None = None
    """Set while suppressed by design; the level is told all the same."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that services work out (baseline, demand, ledger, irregularity, clock, service) for an instance."""

    key: AlarmKey
    at_us: int
    value: float
