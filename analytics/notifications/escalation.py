"""Calling the next ones: when an alarm that was told and that nobody acknowledged goes one step further.

Minutes count from when the alarm was told, not from its beginning: nobody can acknowledge what he does not know of. A
step that does not name the alarm's priority is passed over. Each step is taken once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from analytics.notifications.model import Route
from analytics.notifications.plan import Told


def next_step(route: Route, told: Told) -> tuple[int, datetime] | None:
    """The number of the next step (from 1) and when it is due; None where nobody is called further."""
    if told.is_quiet:
        return None
    for number, step in enumerate(route.escalations, start=1):
        minutes = step.after_minutes.get(told.priority)
        if number > told.step and minutes is not None:
            return number, told.told_at + timedelta(minutes=minutes)
    return None
