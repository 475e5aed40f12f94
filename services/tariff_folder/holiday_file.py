"""A holiday file: a country's holidays by name, and the weekend days that are worked in exchange (调休), year by year.

    code = "china"
    [[year]]           year, source, attested, workdays = [2026-01-04, ...]
    [[year.holiday]]   name, first, last       both days belong to it; without `last` it is one day

A year stands here as a government announced it; a year that does not is not guessed, but said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analytics.tariffs.model import Holidays
from services.site_folder.record import Record, is_code
from services.tariff_folder import fields

_LONGEST_DAYS = 31


@dataclass(frozen=True, slots=True)
class HolidayEntry:
    """A holiday calendar and the record that it was read from."""

    holidays: Holidays
    record: Record


def read_holidays(record: Record) -> HolidayEntry:
    """Read a holiday calendar; a day is either a holiday or worked."""
    record.only(("code", "name", "source", "year"))
    code = record.code("code")
    years: dict[int, str] = {}
    days: dict[date, str] = {}
    workdays: set[date] = set()
    for each in record.under("year"):
        each.only(("year", "source", "attested", "workdays", "holiday"))
        year = _year(each)
        if year in years:
            each.wrong("year", f"the year {year} is there already: leave one of the two")
        years[year] = ": ".join(filter(None, [fields.attested(each), each.optional_text("source") or ""]))
        for holiday in each.under("holiday"):
            _add_holiday(holiday, year, days)
        for day in _workdays(each):
            if day.year != year and year:
                each.wrong("workdays", f"{day} is not in {year}: write it in its own year")
            elif day.weekday() < 5:
                each.wrong("workdays", f"{day} is a {day:%A}, which is worked anyhow: only weekend days stand here")
            elif day in days:
                each.wrong("workdays", f"{day} is in {days[day]!r} too: it is either a holiday or worked")
            workdays.add(day)
    if not record.under("year"):
        record.wrong("year", "there is no year: add [[year]] with its holidays")
    source = record.optional_text("source") or ""
    known = frozenset(years) - {0}
    return HolidayEntry(Holidays(code, known, days, frozenset(workdays), source, years), record)


def _year(record: Record) -> int:
    value = record.values.get("year")
    if isinstance(value, bool) or not isinstance(value, int) or not 1970 <= value <= 2199:
        record.wrong("year", f"'year' must be a year such as 2026, not {value!r}")
        return 0
    return value


def _add_holiday(record: Record, year: int, days: dict[date, str]) -> None:
    record.only(("name", "first", "last"))
    name = record.text("name")
    if name and not is_code(name):
        record.wrong("name", f"name {name!r} must be lower-case letters, digits, '_' and '-', as in spring_festival")
    first = fields.needed_day(record, "first")
    last = fields.day(record, "last") or first
    if last < first or (last - first).days >= _LONGEST_DAYS:
        record.wrong("last", f"{first} to {last} is no holiday: the last day comes after the first, within a month")
        return
    # A year's notice may begin with the last days of the year before.
    if year and (last.year != year or first.year not in {year - 1, year}):
        record.wrong("first", f"{first} to {last} is not in {year}: write it in its own year")
        return
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day in days and days[day] != name:
            record.wrong("name", f"{day} is in {days[day]!r} already: leave it to one of the two")
        days[day] = name


def _workdays(record: Record) -> list[date]:
    value = record.values.get("workdays", [])
    if not isinstance(value, list) or not all(type(each) is date for each in value):
        wrong = isinstance(value, list) and any(isinstance(each, datetime) for each in value)
        record.wrong(
            "workdays", f"'workdays' must be a list of dates{' without a time' if wrong else ''}: [2026-01-04]"
        )
        return []
    return value
