"""A plan: which job is due again on which machines, and what makes it due.

    [calendar 1 year | run_hours 2000 h | starts 500 | condition held | calibration 12 months] --first one--> due
                                                   lead_days before: the order is opened     slack_days after: overdue

A plan is counted from when its job was done last on that machine, be it early or late: an oil that was changed late
need not be changed again early. Where nobody knows when that was, it is counted from `begins`, or from when the plan
is first looked at.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, TypeAlias

import msgspec

from analytics.alarms.expression import ExpressionError, parse
from analytics.alarms.rule import LONGEST_S, Priority
from analytics.maintenance.job import Code, Text

_EVERY = re.compile(r"(\d{1,3}) ?(day|week|month|year)s?")
_MONTHS: Mapping[str, int] = {"month": 1, "year": 12}
_DAYS: Mapping[str, int] = {"day": 1, "week": 7}
#: Beyond this nobody who plans it now will be here.
_MOST_MONTHS = 50 * 12

#: A date beyond these is a slip of the pen, and near the ends of what a date can be there is no day after.
_FIRST_DAY, _LAST_DAY = date(1950, 1, 1), date(2200, 1, 1)

Days = Annotated[int, msgspec.Meta(ge=0, le=365)]
Used = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]


class PlanError(ValueError):
    """A plan that is never or always due; the message says what to change."""


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="calendar"):
    """Due so long after it was done, on a local date: `every = "3 months"`."""

    every: str

    def __post_init__(self) -> None:
        """Refuse what is no time."""
        _check_every(self.every)


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="calibration"):
    """As a calendar, for meters: how long their calibration holds."""

    every: str

    def __post_init__(self) -> None:
        """Refuse what is no time."""
        _check_every(self.every)


class RunHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="run_hours"):
    """Due after so many hours in which the machine ran, loaded or idling."""

    hours: Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]


class Starts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="starts"):
    """Due after so many starts."""

    starts: Annotated[int, msgspec.Meta(gt=0, le=10_000_000)]


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="condition"):
    """Due when an expression over the machine's points has held for so long without a break."""

    condition: Text
    held_s: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_S)] = 600.0

    def __post_init__(self) -> None:
        """Refuse what cannot be read."""
        try:
            expression = parse(self.condition)
        except ExpressionError as error:
            raise PlanError(f"condition {self.condition[:80]!r}: {error}") from error
        if not expression.names:
            raise PlanError(f"condition {self.condition[:80]!r} names no point: it would never change")
        if others := [name for name in expression.names if "." in name]:
            raise PlanError(f"a condition is about the machine's own points: {', '.join(others)} is another's")


Trigger: TypeAlias = Calendar | Calibration | RunHours | Starts | Condition
Dated: TypeAlias = Calendar | Calibration
Counted: TypeAlias = RunHours | Starts


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One plan. Its machines are named one by one, or all of a class; or meters are named."""

    code: Code
    name: Text
    job: Code
    triggers: Annotated[tuple[Trigger, ...], msgspec.Meta(min_length=1, max_length=5)]
    """The first one that is met makes it due."""
    name_zh: str = ""
    equipment_class: Code | None = None
    machines: tuple[Code, ...] = ()
    meters: tuple[Code, ...] = ()
    begins: date | None = None
    """Counted from this local day where it is not known when it was done last."""
    done: Mapping[Code, date] = {}
    """When it was done last on a machine, before there was this platform."""
    used: Mapping[Code, Used] = {}
    """Hours or starts that a machine had since then already, as its own counter says."""
    lead_days: Days = 7
    """The order is opened so many local days before it is due."""
    slack_days: Days = 7
    """It is overdue when so many local days have passed after the day on which it fell due."""
    asks_again_days: Days = 7
    """An order that is cancelled is asked for again after so many days."""
    priority: Priority = "medium"
    team: Code | None = None
    """Whose it is; None: the job's team."""
    source: str = ""
    """Where the interval comes from: a standard's clause, a maker's manual, or how well it is known."""

    def __post_init__(self) -> None:
        """Refuse a plan for nothing, or one that cannot be counted."""
        if bool(self.meters) == bool(self.machines or self.equipment_class):
            raise PlanError(
                f"plan {self.code!r} is for machines (a class, or `machines`) or for `meters`: give one of them"
            )
        if self.machines and self.equipment_class:
            raise PlanError(f"plan {self.code!r} has a class and `machines`: keep one of them")
        dated = [each for each in self.triggers if isinstance(each, Calendar | Calibration)]
        if self.meters and len(dated) != len(self.triggers):
            raise PlanError(f"plan {self.code!r} is for meters: they neither run nor start, only dates make it due")
        if not self.meters and any(isinstance(each, Calibration) for each in self.triggers):
            raise PlanError(f"plan {self.code!r}: calibration is for `meters`; for machines use kind = 'calendar'")
        kinds = [type(each) for each in self.triggers]
        if len(set(kinds)) != len(kinds):
            raise PlanError(
                f"plan {self.code!r} has two triggers of one kind: keep the shorter one, join conditions with `or`"
            )
        if self.used and len([each for each in self.triggers if isinstance(each, RunHours | Starts)]) != 1:
            raise PlanError(f"plan {self.code!r} has `used` and not exactly one trigger of run_hours or starts")
        for day in (*self.done.values(), *(() if self.begins is None else (self.begins,))):
            if not _FIRST_DAY <= day <= _LAST_DAY:
                raise PlanError(f"plan {self.code!r} counts from {day}: give a day from {_FIRST_DAY} to {_LAST_DAY}")

    @property
    def condition(self) -> Condition | None:
        """The condition among its triggers."""
        return next((each for each in self.triggers if isinstance(each, Condition)), None)

    @property
    def is_counted(self) -> bool:
        """Whether what a machine did counts, and not only time."""
        return any(isinstance(each, RunHours | Starts) for each in self.triggers)

    def is_for(self, subject_kind: str, code: str, equipment_class: str) -> bool:
        """Whether a living machine or meter of the site has this plan."""
        if subject_kind == "meter":
            return code in self.meters
        return code in self.machines or equipment_class == self.equipment_class


def later(day: date, every: str) -> date:
    """The day so much later; of months that are too short, the last day."""
    number, unit = _parsed(every)
    if unit in _DAYS:
        return day + timedelta(days=number * _DAYS[unit])
    months = day.year * 12 + day.month - 1 + number * _MONTHS[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _check_every(every: str) -> None:
    number, unit = _parsed(every)
    if not 0 < number * _MONTHS.get(unit, 0) + number * _DAYS.get(unit, 0) / 30 <= _MOST_MONTHS:
        raise PlanError(f"`every` is from a day to 50 years, not {every!r}")


def _parsed(every: str) -> tuple[int, str]:
    match = _EVERY.fullmatch(every.strip())
    if match is None:
        raise PlanError(f"`every` must be a number of days, weeks, months or years such as '3 months', not {every!r}")
    return int(match[1]), match[2]
