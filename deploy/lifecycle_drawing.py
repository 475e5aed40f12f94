"""The drawing of an alarm's life, made from the literal table: `python -m deploy.lifecycle_drawing > FILE`.

States have a place each; every way of the table between two of them is an arrow with its events, drawn from the table
and from nothing else. Shelving and service are reached from nearly everywhere, so they are drawn as a sentence in
their box: by what they are entered, and where each way out leads.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape

from analytics.alarms.lifecycle import State, When, ways
from deploy import state_drawing

WIDTH, HEIGHT = 1240, 800
#: Centres of the boxes that have arrows.
_PLACES: dict[State, tuple[int, int]] = {
    "normal": (620, 60),
    "acknowledged": (150, 340),
    "unacknowledged": (620, 220),
    "suppressed": (1090, 340),
    "returned_unacknowledged": (1060, 60),
    "latched_acknowledged": (150, 500),
    "latched_unacknowledged": (620, 500),
}
_TOLD: dict[State, tuple[int, int]] = {"shelved": (60, 590), "out_of_service": (640, 590)}
_NAMES: dict[When, str] = {
    "always": "",
    "heard": "",
    "kept_quiet": "quiet",
    "latches": "latches",
    "lets_go": "",
    "still_active": "the condition holds",
    "active_kept_quiet": "it holds, kept quiet",
    "returned_latched": "it is gone, latched",
    "returned": "it is gone",
}
_ASKS = ("unacknowledged", "returned_unacknowledged", "latched_unacknowledged")
_KNOWN = ("acknowledged", "latched_acknowledged")

_TITLE = "States of an alarm and the events that lead from one to another"
_RETIRED = "Not drawn: retire, from any state to normal, where a rule is no longer for the machine."


def drawing() -> str:
    """The drawing as SVG."""
    parts = [
        state_drawing.head(WIDTH, HEIGHT, _TITLE),
        *_arrows(),
        *(_box(state, *place) for state, place in _PLACES.items()),
        *(_told(state, *place) for state, place in _TOLD.items()),
        f'<text class="event" x="60" y="{HEIGHT - 12}">{escape(_RETIRED)}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _arrows() -> Iterator[str]:
    events: defaultdict[tuple[State, State], list[str]] = defaultdict(list)
    for state, event, when, to in ways():
        if state in _PLACES and to in _PLACES and state != to and event != "retire":
            events[state, to].append(_worded(event, when))
    drawn = [
        state_drawing.arrow(_PLACES[state], _PLACES[to], names, is_double=(to, state) in events)
        for (state, to), names in events.items()
    ]
    yield from (path for path, _ in drawn)
    yield from (label for _, label in drawn)


def _box(state: State, x: int, y: int) -> str:
    stays = sorted({_worded(event, when) for each, event, when, to in ways() if each == to == state})
    kind = "asks" if state in _ASKS else "known" if state in _KNOWN else "calm"
    return state_drawing.box((x, y), kind, state.replace("_", " "), stays)


def _told(state: State, x: int, y: int) -> str:
    """A box that says by what its state is entered, what it bears, and where each way out leads."""
    entered: defaultdict[str, list[str]] = defaultdict(list)
    left: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each, event, when, to in ways():
        if to == state and each != state:
            entered[event].append(each)
        if each == state and to not in (state, "out_of_service") and event != "retire":
            left[to, _NAMES[when]].append(event)
    lines = [f"{event} from any state but {_others(state, states)}" for event, states in entered.items()]
    lines += [
        "goes on meanwhile: " + ", ".join(sorted({event for each, event, _, to in ways() if each == to == state}))
    ]
    lines += [f"{' or '.join(events)}, {when}: {to.replace('_', ' ')}" for (to, when), events in left.items()]
    texts = "".join(
        f'<text class="event" x="{x + 14}" y="{y + 46 + 20 * n}">{escape(line.replace("_", " "))}</text>'
        for n, line in enumerate(lines)
    )
    return (
        f'<g class="calm"><rect rx="6" x="{x}" y="{y}" width="540" height="{60 + 20 * len(lines)}"/>'
        f'<text class="state" x="{x + 14}" y="{y + 24}">{state.replace("_", " ")}</text>{texts}</g>'
    )


def _others(state: State, entered_from: Sequence[str]) -> str:
    missing = [each for each in (*_PLACES, *_TOLD) if each not in entered_from and each != state]
    return ", ".join(each.replace("_", " ") for each in missing) or "itself"


def _worded(event: str, when: When) -> str:
    return event.replace("_", " ") + (f" ({_NAMES[when]})" if _NAMES[when] else "")


if __name__ == "__main__":
    sys.stdout.write(drawing())
