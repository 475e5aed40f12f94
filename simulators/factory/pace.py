"""Keeps simulated time in step with the wall clock, or lets it run.

    simulated time of the next step --(speed)--> wall time at which it is due --> wait, or be late and say so

Nothing is ever skipped to catch up: what is late is published late with its own time, as a device behind a slow line
does. Being late is reported at most every ten seconds, and so is having caught up.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

_LATE_S = 2.0
_REPORT_EVERY_S = 10.0
_YIELD_EVERY_S = 0.02


class Pace:
    """The relation of simulated to wall time since a starting point; `math.inf` is as fast as possible."""

    def __init__(
        self, start_s: float, wall_s: float, speed: float, monotonic: Callable[[], float], say: Callable[[str], None]
    ) -> None:
        """`wall_s`: the wall clock when this begins; `monotonic`: a clock that nobody sets."""
        self._start_s = start_s
        self._speed = speed
        self._monotonic = monotonic
        # At real time the first step may lie ahead of the wall clock or behind it; at other speeds it is due now.
        self._due_first = monotonic() + (start_s - wall_s if speed == 1.0 else 0.0)
        self._say = say
        self._late = False
        self._reported = -math.inf
        self._yielded = -math.inf

    def late_by_s(self, time_s: float) -> float:
        """Return wall seconds between when this simulated time was due and now; negative: still to come."""
        if math.isinf(self._speed):
            return 0.0
        return self._monotonic() - self._due_first - (time_s - self._start_s) / self._speed

    async def until(self, time_s: float, stop: asyncio.Event) -> None:
        """Wait for a simulated time to come, or for `stop`; let other tasks run now and then even when late."""
        late_s = self.late_by_s(time_s)
        if late_s < 0.0:
            try:
                async with asyncio.timeout(-late_s):
                    await stop.wait()
            except TimeoutError:
                pass
        elif self._monotonic() - self._yielded > _YIELD_EVERY_S:
            await asyncio.sleep(0)
            self._yielded = self._monotonic()
        self._report(late_s)

    def _report(self, late_s: float) -> None:
        if late_s > _LATE_S and self._monotonic() - self._reported > _REPORT_EVERY_S:
            self._reported = self._monotonic()
            self._late = True
            self._say(
                f"cannot keep up: {late_s:.1f} s behind at speed {self._speed:g}. Nothing is dropped, but readings "
                "come late; use a lower --speed, a longer --interval or a coarser --step."
            )
        elif self._late and late_s < _LATE_S / 2:
            self._late = False
            self._say("caught up again.")
