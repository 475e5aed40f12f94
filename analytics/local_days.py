"""Local days as instants: where each day of a zone begins.

A local day is `[its first instant, the next day's first instant)`: 23 or 25 hours long where the clock changes. Where
the change skips midnight itself (America/Sao_Paulo until 2018, Asia/Beirut), the day begins with the first instant
after it.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.readings import Int64

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_starts_us(zone: ZoneInfo, from_us: int, to_us: int) -> Int64:
    """Starts of local days, microseconds since 1970, ascending.

    From the last one at or before `from_us` to the first one after `to_us`.
    """
    first = (_EPOCH + timedelta(microseconds=from_us)).astimezone(zone).date()
    last = (_EPOCH + timedelta(microseconds=to_us)).astimezone(zone).date() + timedelta(days=1)
    # fold=0: inside a gap Python takes the offset from before it, which is the instant of the change itself.
    starts = [
        (datetime.combine(first + timedelta(days=n), time(), zone) - _EPOCH) // timedelta(microseconds=1)
        for n in range((last - first).days + 1)
    ]
    return np.array(starts, dtype=np.int64)
