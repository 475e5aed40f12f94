"""Whether somebody evaluates alarms and watches the service: while nobody does, an empty list is no good news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.watch.figures import DutyRow
from services.watch.parts import DUTY_DONE_BY, DUTY_SILENT_S

_UNDONE = {
    "alarms": ("no rule was ever evaluated", "no rule has been evaluated"),
    "watch": ("nobody ever watched the service itself", "nobody has watched the service itself"),
}
_MEANS = {
    "alarms": "what is listed may be over, and what is not listed may be so",
    "watch": "alarms of the service are not raised",
}


def unwatched_lines(duties: Sequence[DutyRow]) -> Iterator[str]:
    """A line for each of these duties that nobody does, with the command that does it."""
    silent = {duty.name: duty.silent_s for duty in duties}
    for duty, (never, no_more) in _UNDONE.items():
        silent_s = silent.get(duty)
        if silent_s is not None and silent_s <= DUTY_SILENT_S:
            continue
        undone = never if silent_s is None else f"{no_more} for {silent_s:.0f} s"
        yield f"{undone}: {_MEANS[duty]}; start `{DUTY_DONE_BY[duty]}`"
