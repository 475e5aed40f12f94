"""What is asked of the analysis, and what can be refused about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.energy.periods import QUARTER, Level, following_month, midnight

Resolution = Literal["15m", "hour", "day", "month", "total"]
Group = Literal["meter", "space", "building", "floor", "org_unit", "carrier", "band", "none"]
Flow = Literal["import", "export", "reactive_import", "reactive_export"]
Figure = Literal["demand", "baseload", "intensity"]
Compare = Literal["previous", "year"]
MAXIMUM_POINTS = 20_000
COARSEST: dict[Resolution, Level] = {
    "15m": "interval", "hour": "hour", "day": "day", "month": "month", "total": "month"
}  # fmt: skip


class QuestionRefusedError(Exception):
    """The question cannot be answered as it is; the message says what to ask instead."""


@dataclass(frozen=True, slots=True)
class Question:
    """[start, stop) in UTC, on quarter hours; paths and codes as the registry has them."""

    site: str
    start: datetime
    stop: datetime
    meters: tuple[str, ...] = ()
    space: str | None = None
    org_unit: str | None = None
    carrier: str | None = None
    flow: Flow = "import"
    group_by: frozenset[Group] = frozenset()
    resolution: Resolution = "total"
    figures: frozenset[Figure] = frozenset()

    def require_sense(self, now: datetime) -> None:
        """Refuse what has no answer. Raises QuestionRefusedError."""
        if self.start >= self.stop:
            raise QuestionRefusedError("the period is empty: `from` comes before `to`")
        if self.start >= now:
            raise QuestionRefusedError("the period is in the future: nothing has been measured there yet")
        for name, at in (("from", self.start), ("to", self.stop)):
            if at.timestamp() % 900:
                raise QuestionRefusedError(f"`{name}` is not on a quarter hour: energy is known by quarter hours")

    def buckets(self, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """The buckets of the resolution, cut off at the period."""
        if self.resolution == "total":
            yield self.start, self.stop
            return
        at = self.start
        while at < self.stop:
            following = min(_next(zone, at, self.resolution), self.stop)
            yield at, following
            at = following

    def require_bounded(self, groups: int) -> None:
        """Refuse more points than an answer holds, naming the resolution that fits. Raises QuestionRefusedError."""
        hours = (self.stop - self.start) / timedelta(hours=1)
        points = {"15m": hours * 4, "hour": hours, "day": hours / 24 + 1, "month": hours / 672 + 1, "total": 1.0}
        if groups * points[self.resolution] <= MAXIMUM_POINTS:
            return
        fitting = next((name for name, count in points.items() if groups * count <= MAXIMUM_POINTS), None)
        raise QuestionRefusedError(
            f"{groups} groups at resolution {self.resolution} are more than {MAXIMUM_POINTS:,} points: "
            + (f"ask for resolution={fitting}, or for less" if fitting else "ask for fewer groups")
        )


def _next(zone: ZoneInfo, at: datetime, resolution: Resolution) -> datetime:
    if resolution == "15m":
        return at + QUARTER
    if resolution == "hour":
        at += QUARTER
        while at.astimezone(zone).minute:
            at += QUARTER
        return at
    day = at.astimezone(zone).date()
    return midnight(zone, day + timedelta(days=1) if resolution == "day" else following_month(day))
