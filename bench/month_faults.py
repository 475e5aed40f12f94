"""What goes wrong in the simulated month: faults of the simulator, and what the people of the factory would enter.

    reset         the register starts again at 0                                    nothing to enter
    rollover      the register passes its range                                     nothing to enter
    replacement   two minutes of silence, then a new meter that starts at 500,000  `replacement`: closing, opening
    drop-out      a gateway is silent and then sends its backlog                    nothing
    duplicates    a gateway says everything twice                                   nothing
    reordering    a gateway speaks in disorder                                      nothing
    stuck         a register repeats its value for ten minutes, then jumps          `ruling`: accepted

In a month each of them comes on a day of its own, in the short run within four hours of an evening that has a band edge
at half past (19:30) and both ends of the critical peak.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

RESET = "me-b1-f2"
REPLACED = "me-b2-f1-l3"
STUCK = "me-b1-f1-l2"
OPENING_KWH = 500_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: when it comes in a run of four hours, and in one of a month."""

    kind: str
    place: str
    minutes: int
    day: int
    more: str = ""

    def at(self, start: datetime, days: int) -> datetime:
        """When it comes in a run from `start` (local midnight in a run of days, 18:00 in a short one)."""
        if days == 0:
            return start + timedelta(minutes=self.minutes)
        # At ten past ten and a little later every day: in the middle of a band, on a whole minute.
        return start + timedelta(days=self.day % days, hours=8, minutes=10 + self.day)

    def option(self, start: datetime, days: int) -> str:
        """As `ioe simulate --fault` takes it."""
        return f"{self.kind}@{self.place}:start={self.at(start, days).isoformat()}{self.more}"


FAULTS = (
    Fault("meter-reset", RESET, 20, 1),
    Fault("duplicates", "gw-b1", 30, 2, ",duration=1h"),
    Fault("rollover", "me-office/import_energy_kwh", 45, 3),
    Fault("replacement", REPLACED, 70, 5, f",duration=2m,size={OPENING_KWH}"),
    Fault("drop-out", "gw-campus", 80, 8, ",duration=35m"),
    Fault("reordering", "gw-b2", 100, 11, ",duration=1h"),
    Fault("stuck-sensor", f"{STUCK}/import_energy_kwh", 155, 14, ",duration=10m"),
    Fault("drop-out", "gw-substation", 180, 20, ",duration=20m"),
)
