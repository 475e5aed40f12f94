"""The drawing of a work order's life, made from the literal table: `python -m deploy.work_order_drawing > FILE`.

States have a place each; every way of the table between two of them is an arrow with its events. What stands in the way
of an event is told below, as the table's guards name it.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from html import escape

from analytics.work_orders.lifecycle import GUARDS, OVER, State, When, ways
from deploy import state_drawing

WIDTH, HEIGHT = 1240, 660
_TITLE = "States of a work order and the events that lead from one to another"
_PLACES: dict[State, state_drawing.Place] = {
    "requested": (130, 60),
    "open": (370, 165),
    "assigned": (700, 60),
    "in_progress": (700, 320),
    "on_hold": (700, 480),
    "done": (1100, 165),
    "verified": (1100, 480),
    "cancelled": (130, 480),
}
_NAMES: dict[When, str] = {"always": "", "is_assigned": "it has an assignee", "is_nobodys": "nobody's"}
_ASKS = ("requested", "open")
_KNOWN = ("assigned", "in_progress", "on_hold", "done")
_GUARDS_AT = (60, 545)
_COLUMNS, _COLUMN_WIDTH, _ROW_HEIGHT = 2, 620, 22


def drawing() -> str:
    """The drawing as SVG."""
    parts = [
        state_drawing.head(WIDTH, HEIGHT, _TITLE),
        *_arrows(),
        *(_box(state) for state in _PLACES),
        *_guards(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _arrows() -> Iterator[str]:
    events: defaultdict[tuple[State, State], list[str]] = defaultdict(list)
    for state, event, when, to in ways():
        if state != to:
            events[state, to].append(event + (f" ({_NAMES[when]})" if _NAMES[when] else ""))
    drawn = [
        state_drawing.arrow(_PLACES[state], _PLACES[to], names, is_double=(to, state) in events)
        for (state, to), names in events.items()
    ]
    yield from (path for path, _ in drawn)
    yield from (label for _, label in drawn)


def _box(state: State) -> str:
    stays = sorted({event for each, event, _, to in ways() if each == to == state})
    kind = "asks" if state in _ASKS else "known" if state in _KNOWN else "calm"
    name = state.replace("_", " ") + (": over" if state in OVER else "")
    return state_drawing.box(_PLACES[state], kind, name, stays)


def _guards() -> Iterator[str]:
    left, top = _GUARDS_AT
    yield f'<text class="state" x="{left}" y="{top}">Refused while</text>'
    for number, (event, guards) in enumerate(GUARDS.items()):
        row, column = divmod(number, _COLUMNS)
        x, y = left + column * _COLUMN_WIDTH, top + _ROW_HEIGHT * (row + 1)
        named = ", ".join(guard.replace("_", " ") for guard, _ in guards)
        yield f'<text class="event" x="{x}" y="{y}">{escape(f"{event}: {named}")}</text>'


if __name__ == "__main__":
    sys.stdout.write(drawing())
