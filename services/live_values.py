"""Newest values on demand: a list of points with their newest reading, and the live power of a site's spaces.

A value is stale when nothing was heard for three expected intervals, at least 15 s, by the time of the reading or by
the time it came in, whichever is longer ago: a backlog that arrives now still tells of then, and a clock that runs
ahead makes nothing fresh. It is stale at once where its device or gateway is offline, or where nobody listens
(`hearing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, rows
from services.hearing import Hearing, hearing
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
    site: str
    device: str
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


def is_stale_now(row: LiveValueRow | MeterRow, heard: Hearing, now: datetime) -> bool:
    """Whether a point's value is not to be taken as true now; one that was never heard is stale as well."""
    if row.time is None or row.received_at is None:
        return True
    too_old = is_stale(age_s(now, row.time, row.received_at), row.expected_interval_s)
    return too_old or heard.is_cut(f"{row.site}/{row.device}", min(row.time, row.received_at))


async def power(connection: Connection, site: str, now: datetime) -> list[SpacePowerNow]:
    """The live power of a site and of each of its spaces, the site first, then by path."""
    heard = await hearing(connection)
    sums = await space_power(connection, site)
    wanted = sorted({point for each in sums for point in each.point_ids})
    meters = {row.point_id: row for row in await rows(connection, SQL["latest_of_points"], MeterRow, wanted)}
    return [_sum(each.space, each.public_ids, [meters[point] for point in each.point_ids], heard, now) for each in sums]


def _sum(space: str, names: Sequence[str], meters: Sequence[MeterRow], heard: Hearing, now: datetime) -> SpacePowerNow:
    known = [(row.time, row.value) for row in meters if row.time is not None and row.value is not None]
    if not meters or len(known) < len(meters):
        return SpacePowerNow(space, None, None, bool(meters), names)
    stale = any(is_stale_now(row, heard, now) for row in meters)
    return SpacePowerNow(space, sum(value for _, value in known), min(time for time, _ in known), stale, names)
