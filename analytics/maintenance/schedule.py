"""When a plan is due on a machine: from what is known of both at `now`, nothing else.

    counts_from + every ---------------------> local date                         (calendar, calibration)
    used since counts_from, of allowed ------> rate of the last weeks --> forecast (run hours, starts)
    condition held since --------------------> held long enough                    (condition)
                                  the earliest of them governs

    ... opens_at -----lead----- due_at -----slack----- overdue_at ...      all at the beginning of local days but due_at

What is due stays due until it is done: a figure that is corrected downwards afterwards, or a pressure that falls by
itself, takes no order back. A day that is so long that it has 23 or 25 hours is a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.maintenance.plan import Calendar, Calibration, Condition, Counted, Dated, Plan, RunHours, Starts, later

#: What the use of a machine is foretold from.
FORECAST_FROM = timedelta(weeks=4)
#: Below this much history a rate says little: a day of tests is no month of work.
FORECAST_LEAST = timedelta(days=2)
#: A forecast beyond this is none.
FORECAST_MOST = timedelta(days=3_650)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a machine did since its plan counts, and a day in the last weeks; a rate of None: cannot be said."""

    hours: float = 0.0
    starts: int = 0
    hours_a_day: float | None = None
    starts_a_day: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What is remembered of one plan on one machine."""

    counts_from: datetime
    used_before: float = 0.0
    holds_since: datetime | None = None
    since: datetime | None = None
    """Due since; None: it was not due yet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan stands on a machine. `due_at` None: cannot be said."""

    due_at: datetime | None
    used: float
    allowed: float
    unit: str
    is_due: bool
    opens_at: datetime | None
    overdue_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Met:
    """How far one trigger has come."""

    due_at: datetime | None
    used: float
    allowed: float
    unit: str
    is_met: bool
    is_foretold: bool = True
    """Whether `due_at` is known beforehand, so that an order can be opened before it."""


def standing(plan: Plan, count: Count, usage: Usage, now: datetime, zone: ZoneInfo) -> Standing:
    """How the plan stands now: the trigger that is met first governs."""
    found = list(_triggers(plan, count, usage, now, zone))
    governing = min(found, key=lambda met: (not met.is_met, met.due_at or datetime.max.replace(tzinfo=UTC)))
    is_due = count.since is not None or governing.is_met
    due_at = count.since or governing.due_at
    opens = [_day(met.due_at, -plan.lead_days, zone) for met in found if met.due_at and met.is_foretold]
    return Standing(
        due_at=due_at,
        used=governing.used,
        allowed=governing.allowed,
        unit=governing.unit,
        is_due=is_due,
        opens_at=due_at if is_due else min(opens, default=None),
        overdue_at=None if due_at is None else _day(due_at, plan.slack_days + 1, zone),
    )


def rate_a_day(used: float, known: timedelta) -> float | None:
    """How much a machine does a day, from what it did in the time of the last weeks that is known of."""
    return None if known < FORECAST_LEAST else used / (known / _DAY)


def holding(since: datetime | None, times: Sequence[datetime], holds: Sequence[bool]) -> datetime | None:
    """Since when a condition has held without a break, after what was seen at some instants in order.

    What is unknown counts as not holding: a sensor that is silent is an alarm and no reason to change a filter.
    """
    for time, is_held in zip(times, holds, strict=True):
        since = (since or time) if is_held else None
    return since


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day; where the clock's change skips midnight, the first one after it."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _triggers(plan: Plan, count: Count, usage: Usage, now: datetime, zone: ZoneInfo) -> Iterator[_Met]:
    for trigger in plan.triggers:
        match trigger:
            case Calendar() | Calibration():
                yield _dated(trigger, count, now, zone)
            case RunHours() | Starts():
                yield _counted(trigger, count, usage, now)
            case Condition():
                yield _held(trigger, count, now)


def _dated(trigger: Dated, count: Count, now: datetime, zone: ZoneInfo) -> _Met:
    due_at = day_begins(later(count.counts_from.astimezone(zone).date(), trigger.every), zone)
    used, allowed = (now - count.counts_from) / _DAY, (due_at - count.counts_from) / _DAY
    return _Met(due_at, max(used, 0.0), allowed, "d", due_at <= now)


def _counted(trigger: Counted, count: Count, usage: Usage, now: datetime) -> _Met:
    if isinstance(trigger, RunHours):
        used, allowed, rate, unit = usage.hours, trigger.hours, usage.hours_a_day, "h"
    else:
        used, allowed, rate, unit = float(usage.starts), float(trigger.starts), usage.starts_a_day, "starts"
    used += count.used_before
    if used >= allowed:
        return _Met(now, used, allowed, unit, is_met=True)
    days = (allowed - used) / rate if rate else FORECAST_MOST / _DAY
    due_at = now + timedelta(days=days) if days < FORECAST_MOST / _DAY else None
    return _Met(due_at, used, allowed, unit, is_met=False)


def _held(trigger: Condition, count: Count, now: datetime) -> _Met:
    allowed = trigger.held_s / 60
    if count.holds_since is None:
        return _Met(None, 0.0, allowed, "min", is_met=False, is_foretold=False)
    due_at = count.holds_since + timedelta(seconds=trigger.held_s)
    used = max((now - count.holds_since) / timedelta(minutes=1), 0.0)
    # Whether it goes on holding nobody knows: what is not met yet has no date.
    is_met = due_at <= now
    return _Met(due_at if is_met else None, used, allowed, "min", is_met, is_foretold=False)


def _day(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The beginning of the local day that is so many days away."""
    return day_begins(instant.astimezone(zone).date() + timedelta(days=days), zone)
