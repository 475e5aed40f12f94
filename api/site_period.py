"""One site and a period of it in a request: meters named `site/code`, local dates or instants on quarter hours."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from api.instants import YEARS, parse
from api.names import DEVICE
from api.problems import Problem
from services.database import Connection
from services.energy.periods import midnight
from services.energy.registry import NoSuchPlaceError, SiteRow, read_site


def named(site: str | None, meters: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The site that is asked about, and the codes of its meters. Raises Problem where it is not one site."""
    found: dict[str, None] = {}
    for name in meters:
        if not re.match(DEVICE, name):
            raise Problem(
                "invalid-request", f"{name[:100]!r} is no meter: it is named site/code, as in kunshan/me-tr-1."
            )
        found[name.partition("/")[0]] = None
    sites = list(dict.fromkeys([*([site] if site else []), *found]))
    if len(sites) != 1:
        said = "name a site or a meter" if not sites else f"{' and '.join(sites[:5])} are different sites: ask for each"
        raise Problem("invalid-request", f"This is asked of one site: {said}.")
    return sites[0], tuple(name.partition("/")[2] for name in meters)


async def require_site_row(connection: Connection, code: str) -> SiteRow:
    """The site of this code. Raises Problem where there is none."""
    try:
        return await read_site(connection, code)
    except NoSuchPlaceError as error:
        raise missing(error, code) from error


def missing(error: NoSuchPlaceError, site: str) -> Problem:
    """The problem that says that a place is not there, and where to look it up."""
    plural = "sites" if error.noun == "site" else f"{error.noun}s?site={site}"
    return Problem(f"{error.noun}-not-found", f"{error}: see /api/v1/{plural}.")


def moment(zone: ZoneInfo, text: str, name: str) -> datetime:
    """A local date's first instant, or the instant itself. Raises Problem."""
    try:
        if len(text) != len("2026-07-01"):
            return parse(text)
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Problem(
            "invalid-request", f"`{name}` is neither a date nor a time with offset: write 2026-07-01, or {error}."
        ) from error
    return midnight(zone, require_year(day, name))


def month_of(text: str) -> date:
    """The first day of a month as requests give it, `2026-04`. Raises Problem."""
    year, month = map(int, text.split("-"))
    return date(year, month, 1) if year in YEARS else require_year(date.min, "month")


def require_year(day: date, name: str) -> date:
    """The day. Raises Problem where calendars cannot reckon with it."""
    if day.year not in YEARS:
        raise Problem("invalid-request", f"`{name}` is outside the years {YEARS[0]} to {YEARS[-1]}.")
    return day
