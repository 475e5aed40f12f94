"""How busy each kind of place is: shifts, meal breaks, weekends and holidays.

A profile is a list of (hour, level) steps for each kind of day; the level holds until the next step. The steps of
yesterday, today and tomorrow are laid end to end and smoothed over a quarter of an hour, because a shift does not
start in one second, and midnight between a Saturday and a Sunday is no cliff either.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.clock import local_date, local_day_start_s
from simulators.factory.workdays import Day, kind_of


class Profile(enum.IntEnum):
    """The rhythms of the site, in the order of the activity array."""

    THREE_SHIFT = 0
    TWO_SHIFT = 1
    DAY_SHIFT = 2
    OFFICE = 3
    DORMITORY = 4
    CANTEEN = 5
    NIGHT_LIGHT = 6
    CONTINUOUS = 7


Steps = tuple[tuple[float, float], ...]

_STEPS: Mapping[Profile, Mapping[Day, Steps]] = {
    Profile.THREE_SHIFT: {
        Day.WORKDAY: (
            (0, 0.92), (3.5, 0.62), (4, 0.92), (7.75, 0.7), (8.25, 1.0), (11.5, 0.6), (12.25, 1.0), (15.75, 0.72),
            (16.25, 0.97), (19, 0.65), (19.5, 0.97), (23.75, 0.7),
        ),
        Day.SATURDAY: ((0, 0.85), (7.75, 0.6), (8.25, 0.68), (11.5, 0.42), (12.25, 0.66), (19, 0.4), (19.5, 0.5)),
        Day.SUNDAY: ((0, 0.3), (8, 0.16), (20, 0.2)),
        Day.HOLIDAY: ((0, 0.04),),
    },
    Profile.TWO_SHIFT: {
        Day.WORKDAY: (
            (0, 0.08), (7.5, 0.4), (8, 1.0), (11.5, 0.5), (12.25, 1.0), (15.75, 0.7), (16.25, 0.95), (19, 0.55),
            (19.5, 0.95), (23.5, 0.3),
        ),
        Day.SATURDAY: ((0, 0.05), (8, 0.55), (11.5, 0.3), (12.25, 0.55), (17, 0.06)),
        Day.SUNDAY: ((0, 0.03),),
        Day.HOLIDAY: ((0, 0.01),),
    },
    Profile.DAY_SHIFT: {
        Day.WORKDAY: ((0, 0.03), (7.5, 0.3), (8, 1.0), (11.5, 0.35), (12.5, 1.0), (17.25, 0.4), (18, 0.05)),
        Day.SATURDAY: ((0, 0.03), (8, 0.35), (12, 0.03)),
        Day.SUNDAY: ((0, 0.02),),
        Day.HOLIDAY: ((0, 0.01),),
    },
    Profile.OFFICE: {
        Day.WORKDAY: ((0, 0.03), (7.75, 0.4), (8.5, 1.0), (11.75, 0.65), (13, 1.0), (17.75, 0.45), (19.5, 0.12),
                      (22, 0.03)),
        Day.SATURDAY: ((0, 0.03), (9, 0.16), (16, 0.03)),
        Day.SUNDAY: ((0, 0.03),),
        Day.HOLIDAY: ((0, 0.02),),
    },
    Profile.DORMITORY: {
        Day.WORKDAY: ((0, 0.35), (6, 0.65), (8.25, 0.25), (16.5, 0.5), (18, 0.8), (20, 1.0), (23, 0.6)),
        Day.SATURDAY: ((0, 0.4), (8, 0.6), (11, 0.7), (17, 0.85), (20, 1.0), (23.5, 0.6)),
        Day.SUNDAY: ((0, 0.4), (8, 0.65), (11, 0.75), (17, 0.85), (20, 1.0), (23.5, 0.6)),
        Day.HOLIDAY: ((0, 0.15), (8, 0.25), (18, 0.35), (23, 0.2)),
    },
    Profile.CANTEEN: {
        Day.WORKDAY: ((0, 0.25), (1, 0.05), (5, 0.6), (8, 0.2), (9.5, 0.9), (13, 0.15), (15.5, 0.8), (19.5, 0.1),
                      (22.5, 0.35)),
        Day.SATURDAY: ((0, 0.1), (5.5, 0.4), (8, 0.1), (9.5, 0.6), (13, 0.1), (15.5, 0.5), (19, 0.05)),
        Day.SUNDAY: ((0, 0.05), (6, 0.25), (8, 0.05), (10, 0.35), (13, 0.05), (16, 0.3), (19, 0.05)),
        Day.HOLIDAY: ((0, 0.03), (10, 0.15), (13, 0.03), (16, 0.12), (19, 0.03)),
    },
    Profile.NIGHT_LIGHT: dict.fromkeys(Day, ((0, 1.0), (6, 0.15), (17.5, 1.0))),
    Profile.CONTINUOUS: dict.fromkeys(Day, ((0, 1.0),)),
}  # fmt: skip

_DAY_MIN = 1440
_SMOOTHING_MIN = 15


def activity_at(time_s: float) -> Floats:
    """Return how busy each profile is at a Unix time, 0 (closed) to 1 (fully manned), indexed by Profile."""
    day = local_date(time_s)
    minute, fraction = divmod((time_s - local_day_start_s(day)) / 60.0, 1.0)
    table = _day_table(day)
    return table[:, int(minute)] * (1.0 - fraction) + table[:, int(minute) + 1] * fraction


@lru_cache(maxsize=4)
def _day_table(day: date) -> Floats:
    """Activity of one local day by minute, with the first minute of the next day at its end."""
    kinds = [kind_of(day + timedelta(days=offset)) for offset in (-1, 0, 1)]
    kernel = np.full(_SMOOTHING_MIN, 1.0 / _SMOOTHING_MIN)
    rows = []
    for profile in Profile:
        steps = np.concatenate([_staircase(_STEPS[profile][kind]) for kind in kinds])
        rows.append(np.convolve(steps, kernel, mode="same")[_DAY_MIN : 2 * _DAY_MIN + 1])
    return np.array(rows)


def _staircase(steps: Steps) -> Floats:
    levels = np.empty(_DAY_MIN)
    for (start_h, level), (stop_h, _) in pairwise((*steps, (24.0, 0.0))):
        levels[round(start_h * 60) : round(stop_h * 60)] = level
    return levels
