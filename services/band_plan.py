"""What decides about the bands of a calendar, as it is applied now: zone, terms, tariffs, holidays, critical days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from analytics.tariffs.expansion import Plan
from analytics.tariffs.model import Holidays, Terms
from services.database import Connection, one, rows
from services.statements import statements
from services.tariffs import tariff_of

SQL = statements("calendars")


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar: of a site, and of one of its contracts or of none."""

    id: int
    site: str
    time_zone: str
    contract: str | None


@dataclass(frozen=True, slots=True)
class TermsRow:
    """Terms as they are stored."""

    terms: Any


@dataclass(frozen=True, slots=True)
class CalledRow:
    """A critical day."""

    day: date


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A tariff or holiday calendar as it is stored."""

    document: Any


class NoSuchCalendarError(Exception):
    """There is no such site or contract."""


async def plan(connection: Connection, calendar_id: int) -> Plan:
    """All that decides about a calendar's bands, as it is applied now. Raises NoSuchCalendarError."""
    calendar = await one(connection, SQL["calendar"], CalendarRow, calendar_id)
    if calendar is None:
        raise NoSuchCalendarError(f"there is no calendar {calendar_id}")
    zone = ZoneInfo(calendar.time_zone)
    stored = await rows(connection, SQL["terms_of"], TermsRow, calendar_id)
    terms = tuple(msgspec.convert(row.terms, Terms) for row in stored)
    if not terms:
        return Plan(zone)
    named = sorted({each.tariff for each in terms})
    documents = await rows(connection, SQL["newest_tariffs"], DocumentRow, named)
    tariffs = [tariff_of(row.document) for row in documents]
    calendars = sorted({tariff.holidays for tariff in tariffs if tariff.holidays is not None})
    documents = await rows(connection, SQL["newest_holidays"], DocumentRow, calendars)
    holidays = [msgspec.convert(row.document, Holidays, str_keys=True) for row in documents]
    called = await rows(connection, SQL["critical_days_of"], CalledRow, calendar_id)
    return Plan(
        zone,
        terms,
        {tariff.code: tariff for tariff in tariffs},
        {each.code: each for each in holidays},
        frozenset(row.day for row in called),
    )
