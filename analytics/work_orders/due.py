"""By when somebody has to have acted on an order: it follows from its priority and from when it began to count.

    counts from --respond_within_h--> respond by (somebody has started)
                --due_within_h------> due        (it is done)

Hours run around the clock. An order that becomes more urgent has the times it would have had from its beginning, which
may be past already: then it is late, and everybody is told so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple


class DueTimes(NamedTuple):
    """By when somebody has to have started, and by when it has to be done."""

    respond_by: datetime
    due_at: datetime


def due_times(
    counts_from: datetime, priority: str, respond_within_h: Mapping[str, float], due_within_h: Mapping[str, float]
) -> DueTimes:
    """The times of an order of this priority; both mappings name every priority."""
    return DueTimes(
        counts_from + timedelta(hours=respond_within_h[priority]), counts_from + timedelta(hours=due_within_h[priority])
    )
