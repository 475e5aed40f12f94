"""Fields that only tariff files have: exact figures, dates, months, hours of the day, how well something is attested.

As everywhere in a folder, a faulty field is noted with its line and read as something harmless.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from analytics.tariffs.bands import BANDS, Band
from analytics.tariffs.checks import clock
from analytics.tariffs.days import DAY_MINUTES
from analytics.tariffs.model import Period
from services.site_folder.mistakes import mend
from services.site_folder.record import Record

#: Bands that a file can name; unbilled is what no file says anything about.
NAMED_BANDS = {code: band for code, band in BANDS.items() if band != Band.UNBILLED}
#: Read in a primary source; in a secondary one; worked out; general knowledge, from well to badly remembered.
ATTESTED = ("V", "V2", "C", "M+", "M", "M-")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def decimal(record: Record, name: str, *, least: Decimal | None = None, needed: bool = False) -> Decimal | None:
    """An exact figure: a number as it is written, or a text for one of more than 15 digits."""
    value = record.values.get(name)
    if value is None:
        if needed:
            record.wrong(name, f"{name!r} is missing")
        return None
    number = as_decimal(value)
    if number is None:
        record.wrong(name, f"{name!r} must be a number, not {value!r}")
    elif least is not None and number < least:
        record.wrong(name, f"{name!r} must be {least} or more, not {number}")
        return None
    return number


def as_decimal(value: object) -> Decimal | None:
    """A number or the text of one, exactly as written; None where it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(value.strip() if isinstance(value, str) else repr(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def decimals(record: Record, name: str, usual: int | None) -> int | None:
    """A number of decimals, 0 to 12."""
    value = record.values.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 12:
        record.wrong(name, f"{name!r} must be a whole number from 0 to 12, not {value!r}")
        return usual
    return value


def day(record: Record, name: str) -> date | None:
    """A date, written as one: 2025-06-01 without quotes."""
    value = record.values.get(name)
    if value is None:
        return None
    if isinstance(value, datetime) or not isinstance(value, date):
        record.wrong(name, f"{name!r} must be a date such as 2025-06-01, without quotes, not {value!r}")
        return None
    return value


def needed_day(record: Record, name: str) -> date:
    """A date that must be there."""
    if name not in record.values:
        record.wrong(name, f"{name!r} is missing: a date such as 2025-06-01")
    return day(record, name) or date.min


def first_of_month(record: Record, name: str) -> date | None:
    """A month by its first day."""
    found = day(record, name)
    if found is not None and found.day != 1:
        record.wrong(name, f"{name!r} must be the first day of a month, not {found}")
    return found


def months(record: Record, name: str = "months") -> frozenset[int]:
    """Months by number; all of them where the field is missing."""
    value = record.values.get(name)
    if value is None:
        return frozenset(range(1, 13))
    good = isinstance(value, list) and value and all(type(each) is int and 1 <= each <= 12 for each in value)
    if not good:
        record.wrong(name, f"{name!r} must be a list of months from 1 to 12, as in [6, 7, 8], not {value!r}")
        return frozenset()
    return frozenset(value)


def words(record: Record, name: str, known: Collection[str] | None = None) -> tuple[str, ...]:
    """A list of words, each of them known; empty where the field is missing."""
    value = record.values.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        record.wrong(name, f"{name!r} must be a list of texts")
        return ()
    for each in value:
        if known is not None and each not in known:
            record.wrong(name, f"{each!r} in {name} is not known{mend(each, known)}")
    return tuple(each for each in value if known is None or each in known)


def hours(record: Record, name: str, band: Band) -> tuple[Period, ...]:
    """Times of day, `22:00-02:00, 14:00-15:30`; what wraps over midnight is the end and the beginning of a day."""
    value = record.values.get(name)
    parts = value.split(",") if isinstance(value, str) else [""]
    found: list[Period] = []
    for part in parts:
        match = _HOURS.fullmatch(part.strip())
        start, stop = (0, 0) if match is None else (_minute(match[1], match[2]), _minute(match[3], match[4]))
        if match is None or start is None or stop is None or start in (stop, DAY_MINUTES):
            record.wrong(name, f"{name!r} must be times of day as in '14:00-15:00, 19:30-21:30', not {value!r}")
            return ()
        if start < stop:
            found.append(Period(start, stop, band))
        else:
            found += [Period(start, DAY_MINUTES, band), *([Period(0, stop, band)] if stop else [])]
    return tuple(found)


def attested(record: Record, name: str = "attested") -> str:
    """How well a figure is attested: one of the marks, then why. Empty where nothing is said."""
    text = record.optional_text(name) or ""
    mark = re.split(r"[ :,;]", text, maxsplit=1)[0]
    if text and mark not in ATTESTED:
        record.wrong(name, f"{name!r} must begin with {', '.join(ATTESTED[:-1])} or {ATTESTED[-1]}, as in 'V2: why'")
    return text


def by_band(record: Record, name: str) -> Mapping[Band, Decimal]:
    """Figures by band, `{ peak = 1.02, off_peak = 0.23 }`."""
    value = record.values.get(name, {})
    if not isinstance(value, dict):
        record.wrong(name, f"{name!r} must give bands their figures, as in {{ peak = 1.02, off_peak = 0.23 }}")
        return {}
    found: dict[Band, Decimal] = {}
    for code, given in value.items():
        number = as_decimal(given)
        if code not in NAMED_BANDS:
            record.wrong(name, f"band {code!r} is not known{mend(code, NAMED_BANDS)}")
        elif number is None:
            record.wrong(name, f"{code!r} in {name} must be a number, not {given!r}")
        else:
            found[NAMED_BANDS[code]] = number
    return found


def written_hours(periods: Collection[Period]) -> str:
    """Periods as a file has them."""
    return ", ".join(f"{clock(each.start_minute)}-{clock(each.stop_minute)}" for each in periods)


def _minute(hour: str, minute: str) -> int | None:
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= DAY_MINUTES else None
