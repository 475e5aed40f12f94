"""Rules and readings for the benchmarks of alarms: 10,000 instances of all kinds, that watch 10,000 readings a second.

Each of the devices has ten points of one reading a second, and ten rules are for each: five limits with deadband and
delays, a state, a rate of change, a count, an expression of three points with a condition when it applies, and silence.
Where each device has its own rules, there are ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analytics.alarms.machine import Machine, Point
from analytics.alarms.rule import Level, Rule, Signal, Target
from analytics.batches import Columns

DEVICES, VALUES = 1_000, 10
#: The value that is a state: which is never the one that is meant.
STATE = 5
#: A rule without delay, and the devices it is for: one in each fifth of a second.
PROBE = "probe"
PROBES = tuple(f"load-{device:05d}" for device in range(0, DEVICES, 200))
_NEVER = 1_000.0
_SECOND_US = 1_000_000


def rules(devices_a_rule: int) -> Iterator[Rule]:
    """Ten rules for each so many devices."""
    for first in range(0, DEVICES, devices_a_rule):
        codes = tuple(f"load-{device:05d}" for device in range(first, first + devices_a_rule))
        for number, (signal, limit, when) in enumerate(_signals(first)):
            yield Rule(
                f"rule-{first}-{number}",
                "A rule of the load",
                Target(codes=codes),
                signal,
                (Level("H", limit, "high"), Level("HH", limit * 1.05, "critical")),
                deadband=2.0,
                on_delay_s=5.0 if signal.kind != "silence" else 0.0,
                off_delay_s=5.0,
                when=when,
                settle_s=10.0 if when else 0.0,
            )


def probe() -> Rule:
    """A rule without delay for some devices, whose readings say when it is to be raised."""
    return Rule(PROBE, "Probe", Target(codes=PROBES), Signal("value", "v009_kw"), (Level("H", 500, "high"),))


class Probes:
    """Holds the value of some devices high or low, and turns the one that a batch has over the limit, or back."""

    def __init__(self, first_id: int) -> None:
        self._of = {first_id + int(code[-5:]) * VALUES + VALUES - 1: code for code in PROBES}
        self._high = dict.fromkeys(PROBES, False)

    def put(self, readings: Columns, *, turns: bool) -> tuple[Columns, tuple[str, str] | None]:
        """The batch with the value of its probe, and what becomes of that one's alarm: (device, raise or clear)."""
        values, turned = readings.values.copy(), None
        for at in np.flatnonzero(np.isin(readings.point_ids, list(self._of))).tolist():
            code = self._of[int(readings.point_ids[at])]
            if turns:
                self._high[code] = not self._high[code]
                turned = (code, "raise" if self._high[code] else "clear")
            values[at] = 1_000 if self._high[code] else 0
        return Columns(readings.point_ids, readings.times_us, values), turned


def _signals(first: int) -> Iterator[tuple[Signal, float, str]]:
    for value in range(STATE):
        yield Signal("value", f"v{value:03d}_kw"), _NEVER, ""
    yield Signal("state", f"v{STATE:03d}_kw", states=("fault",)), _NEVER, ""
    yield Signal("rate", "v006_kw", over_s=60), _NEVER, ""
    yield Signal("count", f"v007_kw > {50 + first / 100:g}", over_s=3600), _NEVER, ""
    yield Signal("value", f"(v000_kw + v001_kw + v002_kw) / {3 + first / 1000:g}"), _NEVER, "v008_kw >= 10"
    yield Signal("silence"), 60.0, ""


def machines() -> list[Machine]:
    """The devices, with the ids that their points have in a database of their own."""
    return [
        Machine("load", "device", f"load-{device:05d}", f"Device {device}", points=_points(device))
        for device in range(DEVICES)
    ]


def _points(device: int) -> dict[str, Point]:
    return {
        f"v{value:03d}_kw": Point(
            device * VALUES + value + 1, "kW", "gauge", 1.0, {"fault": 1_000.0} if value == STATE else {}
        )
        for value in range(VALUES)
    }


def takes(start_us: int, seconds: int, takes_a_second: int, first_id: int = 1) -> Iterator[tuple[int, Columns]]:
    """When each batch was stored, and its readings: so many devices' messages of one second each."""
    devices = DEVICES // takes_a_second
    for step in range(seconds * takes_a_second):
        second, part = divmod(step, takes_a_second)
        device = np.arange(part * devices, (part + 1) * devices)[:, None]
        value = np.arange(VALUES)[None, :]
        ids = (device * VALUES + value + first_id).ravel().astype(np.int32)
        shown = (31 * device + 17 * second + 7 * value) % 10_007 / 100
        time_us = start_us + second * _SECOND_US + part * _SECOND_US // takes_a_second
        yield time_us + 100_000, Columns(ids, np.full(len(ids), time_us), shown.ravel().astype(np.float64))
