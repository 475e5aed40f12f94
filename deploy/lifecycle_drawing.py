"""The drawing of an alarm's life, made from the literal table: `python -m deploy.lifecycle_drawing > FILE`.

States have a place each; every way of the table between two of them is an arrow with its events, drawn from the table
and from nothing else. Shelving and service are reached from nearly everywhere, so they are drawn as a sentence in
their box: by what they are entered, and where each way out leads.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import escape

from analytics.alarms.lifecycle import State, When, ways

WIDTH, HEIGHT = 1240, 800
_BOX_WIDTH, _BOX_HEIGHT = 200, 46
_LINE = 15
#: Not in the middle of an arrow, where arrows cross: nearer to where it comes from.
_LABEL_AT = 0.3
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
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.state{font-weight:600}.event{font-size:12px}"
    "rect{fill:#f4f4f4;stroke:#555}.asks rect{fill:#fde3df;stroke:#b3261e}.known rect{fill:#fff3cd;stroke:#8a6d00}"
    "path{fill:none;stroke:#555;stroke-width:1.3}.label{fill:#fff;stroke:none}"
)
_ASKS = ("unacknowledged", "returned_unacknowledged", "latched_unacknowledged")
_KNOWN = ("acknowledged", "latched_acknowledged")

_HEAD = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"
  aria-label="States of an alarm and the events that lead from one to another">
<style>{_STYLE}</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 0L8 4L0 8z" style="fill:#555;stroke:none"/></marker></defs>"""
_RETIRED = "Not drawn: retire, from any state to normal, where a rule is no longer for the machine."


def drawing() -> str:
    """The drawing as SVG."""
    parts = [
        _HEAD,
        f'<rect width="{WIDTH}" height="{HEIGHT}" style="fill:#fff;stroke:none"/>',
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
        _arrow(_PLACES[state], _PLACES[to], names, is_double=(to, state) in events)
        for (state, to), names in events.items()
    ]
    yield from (path for path, _ in drawn)
    yield from (label for _, label in drawn)


def _arrow(start: tuple[int, int], stop: tuple[int, int], names: Sequence[str], *, is_double: bool) -> tuple[str, str]:
    """An arrow from box to box, to the right of its way where another one comes back, and the events upon it."""
    (x, y), (u, v) = start, stop
    length = math.hypot(u - x, v - y)
    aside = 16 if is_double else 0
    right, down = -(v - y) / length * aside, (u - x) / length * aside
    there, back = (x + right, y + down), (u + right, v + down)
    a, b = _edge(there, back, start), _edge(back, there, stop)
    middle = (a[0] + _LABEL_AT * (b[0] - a[0]), a[1] + _LABEL_AT * (b[1] - a[1]))
    width, height = 7 * max(map(len, names)) + 6, _LINE * len(names)
    left, top = middle[0] - width / 2, middle[1] - height / 2
    label = f'<rect class="label" x="{left:.0f}" y="{top:.0f}" width="{width}" height="{height}"/>'
    texts = "".join(_text("event", middle[0], top + _LINE * n - 4, name) for n, name in enumerate(names, 1))
    return f'<path marker-end="url(#tip)" d="M{a[0]:.0f} {a[1]:.0f}L{b[0]:.0f} {b[1]:.0f}"/>', label + texts


def _edge(here: tuple[float, float], there: tuple[float, float], centre: tuple[int, int]) -> tuple[float, float]:
    """Where the way from here to there leaves the box around `centre`."""
    (x, y), (u, v) = here, there
    reaches = []
    if u != x:
        side = centre[0] + math.copysign(_BOX_WIDTH / 2, u - x)
        reaches.append((side - x) / (u - x))
    if v != y:
        side = centre[1] + math.copysign(_BOX_HEIGHT / 2, v - y)
        reaches.append((side - y) / (v - y))
    part = min(reach for reach in reaches if reach > 0)
    return x + part * (u - x), y + part * (v - y)


def _box(state: State, x: int, y: int) -> str:
    stays = sorted({_worded(event, when) for each, event, when, to in ways() if each == to == state})
    lines = [(state.replace("_", " "), "state")] + [(f"{name} (stays)", "event") for name in stays]
    kind = "asks" if state in _ASKS else "known" if state in _KNOWN else "calm"
    top = y - _LINE * len(lines) / 2
    texts = "".join(_text(style, x, top + _LINE * n - 3, text) for n, (text, style) in enumerate(lines, 1))
    return (
        f'<g class="{kind}"><rect rx="6" x="{x - _BOX_WIDTH / 2:.0f}" y="{y - _BOX_HEIGHT / 2:.0f}" '
        f'width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}"/>{texts}</g>'
    )


def _text(style: str, x: float, y: float, text: str) -> str:
    return f'<text class="{style}" text-anchor="middle" x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'


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
