"""Newest values on demand: a list of points with their newest reading, and the live power of a site's spaces.

A value is stale when nothing was heard for three expected intervals, at least 15 s, by the time of the reading or by
the time it came in, whichever is longer ago: a backlog that arrives now still tells of then, and a clock that runs
ahead makes nothing fresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, rows
from services.registry.pages import Listing, Page, listing
from services.registry.power import space_power
from services.statements import statements

SQL = statements("live")
STALE_AFTER_INTERVALS = 3.0
STALE_AT_LEAST_S = 15.0


@dataclass(frozen=True, slots=True)
class LiveValueRow:
    """A point with its newest effective reading, or none yet."""

    site: str
    device: str
    key: str
    quantity: str
    unit: str
    kind: str
    expected_interval_s: float
    states: dict[str, float] | None
    time: datetime | None
    value: float | None
    received_at: datetime | None

    @property
    def id(self) -> str:
        """The public name."""
        return f"{self.site}/{self.device}/{self.key}"

    @property
    def state(self) -> str | None:
        """Of a state: the text for its number."""
        return next((text for text, number in (self.states or {}).items() if number == self.value), None)


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A point's newest effective reading and how often one is expected."""

    point_id: int
    expected_interval_s: float
    time: datetime | None
    value: float | None
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpacePowerNow:
    """The live power of a space; None where nothing measures it or a meter of it has never been heard.

    `space` is "" for the site itself. `at` is the oldest of the readings that it is the sum of.
    """

    space: str
    power_kw: float | None
    at: datetime | None
    stale: bool
    points: Sequence[str]


def age_s(now: datetime, time: datetime, received_at: datetime) -> float:
    """How long ago a point was heard, by its clock or ours, whichever is longer ago; never negative."""
    return max(0.0, (now - min(time, received_at)).total_seconds())


def is_stale(age: float, expected_interval_s: float) -> bool:
    """Whether a value of this age is too old to be taken as true now."""
    return age > max(STALE_AFTER_INTERVALS * expected_interval_s, STALE_AT_LEAST_S)


async def values(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    space: str | None = None,
    devices: Sequence[str] | None = None,
    points: Sequence[str] | None = None,
    quantity: str | None = None,
) -> Listing[LiveValueRow]:
    """Points by public name with their newest value; `space` takes everything below it in."""
    found = await rows(
        connection,
        SQL["live_values"],
        LiveValueRow,
        site,
        space,
        devices,
        points,
        quantity,
        *page.place(3),
        page.count + 1,
    )
    return listing(found, page)


async def power(connection: Connection, site: str, now: datetime) -> list[SpacePowerNow]:
    """The live power of a site and of each of its spaces, the site first, then by path."""
    sums = await space_power(connection, site)
    wanted = sorted({point for each in sums for point in each.point_ids})
    meters = {row.point_id: row for row in await rows(connection, SQL["latest_of_points"], MeterRow, wanted)}
    return [_sum(each.space, each.public_ids, [meters[point] for point in each.point_ids], now) for each in sums]


def _sum(space: str, names: Sequence[str], meters: Sequence[MeterRow], now: datetime) -> SpacePowerNow:
    heard = [(row.time, row.value, row.received_at) for row in meters if row.time and row.received_at]
    known = [value for _, value, _ in heard if value is not None]
    if not meters or len(known) < len(meters):
        return SpacePowerNow(space, None, None, bool(meters), names)
    stale = any(
        is_stale(age_s(now, row.time, row.received_at), row.expected_interval_s)
        for row in meters
        if row.time and row.received_at
    )
    return SpacePowerNow(space, sum(known), min(time for time, _, _ in heard), stale, names)
