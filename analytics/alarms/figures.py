"""How good the alarms are, after ISA-18.2 and EEMUA 191: figures of a period against the accepted limits.

    occurrences that people were told of --> a day, in ten minutes, floods, chattering, standing, top ten,
                                             priorities, time to acknowledge --> which limit is missed, and by what

An alarm system that tells of more than a person can act upon is one that nobody reads. Alarms that were kept quiet from
beginning to end do not count: nobody heard them. They are counted one by one as they were heard; of each no more is
kept than how long it waited for an answer, so that a year of a bad site is no burden.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Final, NamedTuple

from analytics.alarms.flood import Floods
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


class Tally:
    """Counts the alarms of [start, stop), or of its part up to now, of a site, a machine or a rule."""

    def __init__(self, start: datetime, stop: datetime, now: datetime) -> None:
        self._start, self._until = start, min(stop, now)
        self._floods = Floods()
        self._often: Counter[str] = Counter()
        self._priorities: Counter[str] = Counter()
        count, self._chatters_within = CHATTERS
        self._lately: defaultdict[str, deque[datetime]] = defaultdict(lambda: deque(maxlen=count))
        self._chattering: set[str] = set()
        self._standing: set[str] = set()
        self._waited_s: list[float] = []

    @property
    def alarms(self) -> int:
        """How many there were."""
        return self._often.total()

    def hear(self, each: Heard) -> None:
        """Count one, in the order of announcements; one of before the period only as one that stands in it."""
        over = min(each.returned_at or each.ended_at or self._until, self._until)
        if over >= self._start and over - each.announced_at > STANDS_AFTER:
            self._standing.add(each.alarm)
        if not self._start <= each.announced_at < self._until:
            return
        self._floods.hear(each.announced_at)
        self._often[each.alarm] += 1
        self._priorities[each.priority] += 1
        lately = self._lately[each.alarm]
        lately.append(each.announced_at)
        if len(lately) == lately.maxlen and lately[-1] - lately[0] < self._chatters_within:
            self._chattering.add(each.alarm)
        if each.acknowledged_at is not None:
            self._waited_s.append((each.acknowledged_at - each.announced_at).total_seconds())

    def figures(self) -> Figures:
        """What was counted."""
        spent = max(self._until - self._start, timedelta())
        self._floods.pass_to(self._until)
        flooded = sum(((each.ended_at or self._until) - each.started_at for each in self._floods.found), timedelta())
        top = tuple(Often(alarm, count, 100.0 * count / self.alarms) for alarm, count in _most(self._often))
        waited = sorted(self._waited_s)
        values: dict[str, float] = {
            "alarms_per_day": _rate(self.alarms, spent, DAY),
            "worst_ten_minutes": float(self._floods.most),
            "time_in_flood_percent": 100.0 * flooded / spent if spent else 0.0,
            "chattering_alarms": float(len(self._chattering)),
            "standing_alarms": float(len(self._standing)),
        }
        # Of a handful of different alarms the ten most frequent are always nearly all: that says nothing.
        share = sum(each.alarms for each in top) * 100.0 / self.alarms if len(self._often) > 2 * TOP else None
        if share is not None:
            values["top_ten_percent"] = share
        return Figures(
            alarms=self.alarms,
            alarms_per_day=values["alarms_per_day"],
            alarms_per_ten_minutes=_rate(self.alarms, spent, TEN_MINUTES),
            worst_ten_minutes=self._floods.most,
            floods=len(self._floods.found),
            flood_s=flooded.total_seconds(),
            time_in_flood_percent=values["time_in_flood_percent"],
            alarms_in_floods=self._floods.alarms,
            chattering=tuple(sorted(self._chattering)),
            standing=tuple(sorted(self._standing)),
            top=top,
            top_ten_percent=share,
            priorities={name: self._priorities[name] for name in PRIORITIES},
            acknowledged=len(waited),
            acknowledge_median_s=median(waited) if waited else None,
            acknowledge_p95_s=_percentile_95(waited),
            missed=tuple(
                Missed(limit, values[limit.figure])
                for limit in LIMITS
                if limit.figure in values and values[limit.figure] > limit.at_most
            ),
        )


def _most(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:TOP]


def _rate(count: int, spent: timedelta, per: timedelta) -> float:
    return count * (per / spent) if spent else 0.0


def _percentile_95(ordered: Sequence[float]) -> float | None:
    if not ordered:
        return None
    return ordered[0] if len(ordered) == 1 else quantiles(ordered, n=20, method="inclusive")[-1]
