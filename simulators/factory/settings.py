"""What to simulate, checked once: span, speed, steps, files, faults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from simulators.factory.factory import LONGEST_STEP_S
from simulators.factory.truth import QUARTER_S

# Above this speed nobody watches single seconds: longer steps, one sample a minute, a message every quarter hour.
_FAST = 10.0


class BadSettingsError(ValueError):
    """The settings contradict each other; the message says what would work."""


@dataclass(frozen=True, slots=True)
class Leg:
    """How a stretch of time is simulated: seconds of a step, shortest interval, samples in a message."""

    step_s: int
    interval_s: int
    pack: int

    def after(self, time_s: int) -> int:
        """Return the end of the next step; steps end on whole multiples, so that none straddles a quarter hour."""
        return (time_s // self.step_s + 1) * self.step_s


_CALM_LEG, _FAST_LEG = Leg(1, 1, 1), Leg(30, 60, 15)


@dataclass(frozen=True, slots=True)
class Settings:
    """One run."""

    site: str = "kunshan"
    seed: int = 1
    start_s: float | None = None
    """Simulated start; None: where the state file ended, within `history_s`, else now."""
    stop_s: float = math.inf
    speed: float = 1.0
    """Simulated seconds in a second; `math.inf`: as fast as possible."""
    step_s: int | None = None
    interval_s: int | None = None
    """No channel is published more often than this."""
    pack: int | None = None
    """Samples of a device in one message."""
    history_s: float = 0.0
    """Simulate and publish this much of the past, as fast as possible, before going on in real time."""
    state: Path | None = None
    truth: Path | None = None
    on_change: bool = False
    """Say a machine's state at the second of each change as well."""
    faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.speed > 0.0:
            raise BadSettingsError(f"speed {self.speed:g} stands still: give a number above 0, or max")
        if math.isinf(self.speed) and math.isinf(self.stop_s):
            raise BadSettingsError("speed max never ends without a stop: give --stop")
        if self.start_s is not None and self.start_s >= self.stop_s:
            raise BadSettingsError("the stop is not after the start")
        if self.step_s is not None and (not 1 <= self.step_s <= LONGEST_STEP_S or QUARTER_S % self.step_s):
            raise BadSettingsError(
                f"a step of {self.step_s} s does not divide a quarter hour: use 1, 2, 5, 10, 15, 30 or 60 s"
            )
        if self.history_s and (self.start_s is not None or self.speed != 1.0):
            raise BadSettingsError("history leads up to now in real time: give it without start and speed")

    @property
    def main_leg(self) -> Leg:
        """How time passes, but for the history."""
        usual = _FAST_LEG if self.speed > _FAST else _CALM_LEG
        return Leg(self.step_s or usual.step_s, self.interval_s or usual.interval_s, self.pack or usual.pack)

    @property
    def history_leg(self) -> Leg:
        """How time passes while catching up."""
        main = self.main_leg
        return Leg(
            max(main.step_s, _FAST_LEG.step_s),
            max(main.interval_s, _FAST_LEG.interval_s),
            max(main.pack, _FAST_LEG.pack),
        )
