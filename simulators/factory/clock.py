"""Local time of the site without a time-zone database in the inner loop.

China has had one zone without daylight-saving time since 1991, so local time is UTC plus eight hours. A simulated
factory elsewhere would need more; this one refuses to pretend.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

UTC_OFFSET_S = 8 * 3600
ZONE = timezone(timedelta(seconds=UTC_OFFSET_S))
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY_S = 86_400


def local_date(time_s: float) -> date:
    """Return the site's calendar date at a Unix time."""
    return date.fromordinal(_EPOCH_ORDINAL + int((time_s + UTC_OFFSET_S) // _DAY_S))


def local_day_start_s(day: date) -> int:
    """Return the Unix time of the site's midnight at the start of a date."""
    return (day.toordinal() - _EPOCH_ORDINAL) * _DAY_S - UTC_OFFSET_S


def local_hour(time_s: float) -> float:
    """Return the site's time of day in hours, 0 to 24."""
    return (time_s + UTC_OFFSET_S) % _DAY_S / 3600.0


def iso_local(time_s: float) -> str:
    """Write a Unix time as the site's wall clock with its offset: 2026-11-23T08:00:00+08:00."""
    return datetime.fromtimestamp(time_s, ZONE).isoformat(timespec="milliseconds" if time_s % 1 else "seconds")


def iso_utc(time_s: float) -> str:
    """Write a Unix time in UTC: 2026-11-23T00:00:00Z."""
    stamp = datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds" if time_s % 1 else "seconds")
    return stamp.replace("+00:00", "Z")
