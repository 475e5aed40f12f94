"""Alarms that would have been: changes of conditions told in order become raises and returns.

An alarm is raised when a level holds and nothing keeps it quiet, and returns when no level holds any more. Kept quiet
for a while meanwhile, it is the same one; kept quiet from beginning to end it is none and is counted as kept quiet.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analytics.alarms.change import Change
from analytics.alarms.machine import AlarmKey
from analytics.alarms.rule import LEVELS
from analytics.readings import Float64

_MINUTE_US = 60_000_000
#: So many alarms of one machine within a minute are chattering (ISA-18.2).
CHATTERING = 3


@dataclass(frozen=True, slots=True)
class WouldBe:
    """An alarm that would have been; None: it still stood at the end. The level and the value are the worst there were.

    The value is looked at when the level changes and every minute or two.
    """

    key: AlarmKey
    raised_us: int
    returned_us: int | None
    level: str
    value: float | None


class Told:
    """What became of the changes of some alarms, counted from an instant on."""

    def __init__(self, keys: Sequence[AlarmKey], start_us: int) -> None:
        self._row_of = {key: row for row, key in enumerate(keys)}
        self._start_us = start_us
        self._open: dict[AlarmKey, WouldBe] = {}
        self._kept_quiet: dict[AlarmKey, str] = {}
        self._ended: list[WouldBe] = []
        self.quiet: Counter[str] = Counter()
        self.sites = {key.site for key in keys}

    def hear(self, changes: Sequence[Change]) -> None:
        """Take changes in the order of their time; those of other alarms are not counted."""
        for change in changes:
            if change.key in self._row_of:
                self._go(change)

    def look(self, figures: Float64) -> None:
        """See how far the figures of open alarms have gone; a figure for each key, in their order."""
        for key, alarm in self._open.items():
            self._open[key] = _worse(alarm, alarm.level, float(figures[self._row_of[key]]))

    def alarms(self) -> list[WouldBe]:
        """The alarms raised since the start, by raise."""
        found = [alarm for alarm in (*self._ended, *self._open.values()) if alarm.raised_us >= self._start_us]
        return sorted(found, key=lambda alarm: (alarm.raised_us, alarm.key))

    def chattering(self) -> Mapping[str, int]:
        """Machines whose alarm came three times or more within a minute, with the most there were."""
        times: dict[str, list[int]] = {}
        for alarm in self.alarms():
            times.setdefault(alarm.key.subject, []).append(alarm.raised_us)
        most = {
            subject: max(bisect_left(raised, at + _MINUTE_US) - first for first, at in enumerate(raised))
            for subject, raised in times.items()
        }
        return {subject: count for subject, count in most.items() if count >= CHATTERING}

    def _go(self, change: Change) -> None:
        key, alarm = change.key, self._open.get(change.key)
        if change.level is None:
            if alarm is not None:
                self._ended.append(replace(self._open.pop(key), returned_us=change.at_us))
            elif key in self._kept_quiet and change.at_us >= self._start_us:
                self.quiet[self._kept_quiet[key]] += 1
            self._kept_quiet.pop(key, None)
        elif alarm is not None:
            self._open[key] = _worse(alarm, change.level, change.value)
        elif change.quiet is not None:
            self._kept_quiet[key] = change.quiet
        else:
            self._kept_quiet.pop(key, None)
            self._open[key] = WouldBe(key, change.at_us, None, change.level, change.value)


def _worse(alarm: WouldBe, level: str, value: float | None) -> WouldBe:
    worst = min(alarm.level, level, key=LEVELS.index)
    if value is None or value != value:  # noqa: PLR0124 - not a number
        return replace(alarm, level=worst)
    further = min if worst in {"L", "LL"} else max
    return replace(alarm, level=worst, value=value if alarm.value is None else further(alarm.value, value))
