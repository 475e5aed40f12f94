"""Alarm floods: more alarms than anybody can read, as ISA-18.2 and EEMUA 191 count them.

A flood begins with the eleventh alarm within ten minutes and ends when fewer than five are left in ten minutes. Its
members are all alarms of the window that began it, and those that followed until it ended. One that is known to go on
is counted on from the ten minutes before the next alarm: how long it has lasted makes no difference to the work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=10)
BEGINS_ABOVE: Final = 10
ENDS_BELOW: Final = 5


@dataclass(slots=True)
class Flood:
    """One flood; `ended_at` None: it goes on."""

    started_at: datetime
    first_alarm_at: datetime
    """Of the window that began it: the first member."""
    last_alarm_at: datetime
    alarms: int
    peak_in_ten_minutes: int
    ended_at: datetime | None = None


class Floods:
    """The floods in announcements of a site, which are heard in the order of their time."""

    def __init__(self, running: Flood | None = None, lately: Iterable[datetime] = ()) -> None:
        self.found: list[Flood] = [] if running is None else [running]
        self.alarms = 0
        """How many came in floods; the last of one may be among those that began the next, and count once."""
        self.most = 0
        """That came in any ten minutes, flood or not."""
        self._running = running
        self._window: deque[datetime] = deque(lately)

    def hear(self, at: datetime) -> None:
        """One more."""
        self.pass_to(at)
        window, running = self._window, self._running
        window.append(at)
        self.most = max(self.most, len(window))
        if running is not None:
            self.alarms += 1
            running.alarms += 1
            running.last_alarm_at = at
            running.peak_in_ten_minutes = max(running.peak_in_ten_minutes, len(window))
        elif len(window) > BEGINS_ABOVE:
            self.alarms += sum(not self.found or each > self.found[-1].last_alarm_at for each in window)
            self._running = Flood(at, window[0], at, len(window), len(window))
            self.found.append(self._running)

    def pass_to(self, now: datetime) -> None:
        """Let what is older than ten minutes leave the window."""
        window = self._window
        while window and window[0] + WINDOW <= now:
            left_at = window.popleft() + WINDOW
            if self._running is not None and len(window) < ENDS_BELOW:
                self._running.ended_at = left_at
                self._running = None


def floods(
    announced_at: Iterable[datetime], until: datetime, running: Flood | None = None, lately: Iterable[datetime] = ()
) -> list[Flood]:
    """The floods in the announcements of a site (in order of time), as things are at `until`.

    `running`: one that went on when the last of `lately` came, the announcements of the ten minutes up to that one.
    """
    heard = Floods(running, lately)
    for at in announced_at:
        heard.hear(at)
    heard.pass_to(until)
    return heard.found
