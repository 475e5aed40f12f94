"""How good the alarms are, after ISA-18.2 and EEMUA 191: figures of a period against the accepted limits.

    occurrences that people were told of --> a day, in ten minutes, floods, chattering, standing, top ten,
                                             priorities, time to acknowledge --> which limit is missed, and by what

An alarm system that tells of more than a person can act upon is one that nobody reads. Alarms that were kept quiet from
beginning to end do not count: nobody heard them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Final, NamedTuple

from analytics.alarms.flood import Flood, floods
from analytics.alarms.rule import PRIORITIES

DAY: Final = timedelta(days=1)
TEN_MINUTES: Final = timedelta(minutes=10)
#: Three within a minute is chattering.
CHATTERS: Final = (3, timedelta(minutes=1))
#: One whose condition holds for longer than a day stands: nobody does anything about it.
STANDS_AFTER: Final = DAY
TOP: Final = 10


@dataclass(frozen=True, slots=True)
class Heard:
    """An occurrence that people were told of."""

    alarm: str
    by: str
    """The machine or rule for which figures are wanted."""
    priority: str
    announced_at: datetime
    returned_at: datetime | None
    ended_at: datetime | None
    acknowledged_at: datetime | None
    """The first answer."""


class Limit(NamedTuple):
    """A figure that should not be exceeded, where that is written, and its unit."""

    figure: str
    at_most: float
    unit: str
    source: str


#: What is accepted, for one operator's place: here a site.
LIMITS: Final = (
    Limit(
        "alarms_per_day", 150.0, "1/d", "ISA-18.2: very likely acceptable, about one in ten minutes; 300 is the most"
    ),
    Limit("worst_ten_minutes", 10.0, "alarms", "ISA-18.2, EEMUA 191: ten in ten minutes is the beginning of a flood"),
    Limit("time_in_flood_percent", 1.0, "%", "ISA-18.2: less than about 1 % of the time"),
    Limit("chattering_alarms", 0.0, "alarms", "ISA-18.2: none; action plans for any that occur"),
    Limit("standing_alarms", 5.0, "alarms", "ISA-18.2: fewer than five stale on any day"),
    Limit("top_ten_percent", 5.0, "%", "ISA-18.2: 1 to 5 % of all; more is where to begin"),
)
#: About this share of all should have each priority (ISA-18.2, four of them); told, not judged: a small site has few.
PRIORITY_PERCENT: Final[Mapping[str, float]] = {"critical": 1.0, "high": 5.0, "medium": 15.0, "low": 80.0}


class Missed(NamedTuple):
    """A limit that is not kept."""

    limit: Limit
    value: float


class Often(NamedTuple):
    """An alarm, how often it was heard, and its share of all in percent."""

    alarm: str
    alarms: int
    percent: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period, of a site, a machine or a rule."""

    alarms: int
    alarms_per_day: float
    alarms_per_ten_minutes: float
    worst_ten_minutes: int
    floods: int
    flood_s: float
    time_in_flood_percent: float
    alarms_in_floods: int
    chattering: tuple[str, ...]
    standing: tuple[str, ...]
    top: tuple[Often, ...]
    top_ten_percent: float | None
    priorities: Mapping[str, int]
    acknowledged: int
    acknowledge_median_s: float | None
    acknowledge_p95_s: float | None
    missed: tuple[Missed, ...]


def figures(heard: Sequence[Heard], start: datetime, stop: datetime, now: datetime) -> Figures:
    """Figures of [start, stop), or of its part up to now, from occurrences that were announced before `stop`.

    Occurrences of before the period count only as standing ones: give those that reach into it.
    """
    until = min(stop, now)
    spent = max(until - start, timedelta())
    inside = sorted((each for each in heard if start <= each.announced_at < until), key=lambda each: each.announced_at)
    times = [each.announced_at for each in inside]
    found = floods(times, until)
    flooded = sum(((each.ended_at or until) - each.started_at for each in found), timedelta())
    counted = Counter(each.alarm for each in inside)
    top = tuple(Often(alarm, count, 100.0 * count / len(inside)) for alarm, count in _most(counted))
    waited = sorted(
        (each.acknowledged_at - each.announced_at).total_seconds()
        for each in inside
        if each.acknowledged_at is not None
    )
    values: dict[str, float] = {
        "alarms_per_day": _rate(len(inside), spent, DAY),
        "worst_ten_minutes": float(_most_within(times, TEN_MINUTES)),
        "time_in_flood_percent": 100.0 * flooded / spent if spent else 0.0,
        "chattering_alarms": float(len(_chattering(inside))),
        "standing_alarms": float(len(_standing(heard, start, until))),
    }
    # Of a handful of different alarms the ten most frequent are always nearly all: that says nothing.
    share = sum(each.alarms for each in top) * 100.0 / len(inside) if len(counted) > 2 * TOP else None
    if share is not None:
        values["top_ten_percent"] = share
    return Figures(
        alarms=len(inside),
        alarms_per_day=values["alarms_per_day"],
        alarms_per_ten_minutes=_rate(len(inside), spent, TEN_MINUTES),
        worst_ten_minutes=int(values["worst_ten_minutes"]),
        floods=len(found),
        flood_s=flooded.total_seconds(),
        time_in_flood_percent=values["time_in_flood_percent"],
        alarms_in_floods=_within(times, found),
        chattering=_chattering(inside),
        standing=_standing(heard, start, until),
        top=top,
        top_ten_percent=share,
        priorities={name: sum(each.priority == name for each in inside) for name in PRIORITIES},
        acknowledged=len(waited),
        acknowledge_median_s=median(waited) if waited else None,
        acknowledge_p95_s=_percentile_95(waited),
        missed=tuple(
            Missed(limit, values[limit.figure])
            for limit in LIMITS
            if limit.figure in values and values[limit.figure] > limit.at_most
        ),
    )


def figures_by(heard: Sequence[Heard], start: datetime, stop: datetime, now: datetime) -> Mapping[str, Figures]:
    """The figures of each machine or rule, those with the most alarms first."""
    parts: defaultdict[str, list[Heard]] = defaultdict(list)
    for each in heard:
        parts[each.by].append(each)
    made = {by: figures(part, start, stop, now) for by, part in parts.items()}
    order: Callable[[str], tuple[int, str]] = lambda by: (-made[by].alarms, by)  # noqa: E731 - one line, used once
    return {by: made[by] for by in sorted(made, key=order)}


def _most(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:TOP]


def _rate(count: int, spent: timedelta, per: timedelta) -> float:
    return count * (per / spent) if spent else 0.0


def _within(times: Sequence[datetime], found: Sequence[Flood]) -> int:
    """How many came in floods; the last of one may be among those that began the next, and count once."""
    counted = until = 0
    for each in found:
        first, until = max(bisect_left(times, each.first_alarm_at), until), bisect_right(times, each.last_alarm_at)
        counted += until - first
    return counted


def _most_within(times: Sequence[datetime], span: timedelta) -> int:
    """The most that came within any span of this length, however it lies."""
    window: deque[datetime] = deque()
    most = 0
    for at in times:
        window.append(at)
        while window[0] + span <= at:
            window.popleft()
        most = max(most, len(window))
    return most


def _chattering(inside: Sequence[Heard]) -> tuple[str, ...]:
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for each in inside:
        times[each.alarm].append(each.announced_at)
    count, span = CHATTERS
    return tuple(sorted(alarm for alarm, at in times.items() if _most_within(at, span) >= count))


def _standing(heard: Sequence[Heard], start: datetime, until: datetime) -> tuple[str, ...]:
    """Alarms that were there, within the period, for longer than a day."""
    found = set()
    for each in heard:
        over = min(each.returned_at or each.ended_at or until, until)
        if over >= start and over - each.announced_at > STANDS_AFTER:
            found.add(each.alarm)
    return tuple(sorted(found))


def _percentile_95(ordered: Sequence[float]) -> float | None:
    if not ordered:
        return None
    return ordered[0] if len(ordered) == 1 else quantiles(ordered, n=20, method="inclusive")[-1]
