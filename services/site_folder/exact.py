"""Cells whose value is meant exactly: decimal numbers, instants with their offset, local days.

A multiplier of 0.1 is a tenth and not the nearest binary fraction; an instant without an offset could be one of dozens.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from services.site_folder.record import Record

_DECIMAL = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,12})?")


def decimal(record: Record, name: str, *, above: int | None = None, least: int | None = None) -> Decimal | None:
    """A decimal number within limits, or None where it is missing."""
    text = record.text(name, needed=False)
    if not text:
        return None
    if not _DECIMAL.fullmatch(text):
        comma = ": write a point, not a comma" if re.fullmatch(r"-?\d+,\d+", text) else ""
        record.wrong(name, f"{name!r} must be a decimal number such as 0.25, not {text!r}{comma}")
        return None
    number = Decimal(text)
    if above is not None and number <= above:
        record.wrong(name, f"{name!r} must be above {above}, not {text}")
        return None
    if least is not None and number < least:
        record.wrong(name, f"{name!r} must be {least} or more, not {text}")
        return None
    return number


def instant(record: Record, name: str) -> datetime | None:
    """An instant with its offset, or None where it is missing."""
    text = record.text(name, needed=False)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        record.wrong(name, f"{name!r} must be an instant such as 2026-05-01T12:00:00+08:00, not {text!r}")
        return None
    if found.tzinfo is None:
        record.wrong(
            name, f"{name!r} {text!r} has no offset: write it behind the time, as in 2026-05-01T12:00:00+08:00"
        )
        return None
    return found.astimezone(UTC)


def day(record: Record, name: str) -> date | None:
    """A local day, or None where it is missing."""
    text = record.text(name, needed=False)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        record.wrong(name, f"{name!r} must be a day such as 2026-05-01, not {text!r}")
        return None
