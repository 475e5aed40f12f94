"""What drawings of states are made of: boxes, arrows from edge to edge of them, and words upon them, as SVG.

Two arrows between the same boxes go side by side, each to the right of its way. What an arrow says stands nearer to
where it comes from: in its middle arrows cross.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

BOX_WIDTH, BOX_HEIGHT = 200, 46
LINE = 15
_LABEL_AT = 0.3
_ASIDE = 16
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.state{font-weight:600}.event{font-size:12px}"
    "rect{fill:#f4f4f4;stroke:#555}.asks rect{fill:#fde3df;stroke:#b3261e}.known rect{fill:#fff3cd;stroke:#8a6d00}"
    "path{fill:none;stroke:#555;stroke-width:1.3}.label{fill:#fff;stroke:none}"
)

Place = tuple[int, int]


def head(width: int, height: int, title: str) -> str:
    """The beginning of a drawing, on white."""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
  aria-label="{escape(title)}">
<style>{_STYLE}</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 0L8 4L0 8z" style="fill:#555;stroke:none"/></marker></defs>
<rect width="{width}" height="{height}" style="fill:#fff;stroke:none"/>"""


def arrow(start: Place, stop: Place, names: Sequence[str], *, is_double: bool) -> tuple[str, str]:
    """An arrow from box to box, to the right of its way where another one comes back, and the events upon it."""
    (x, y), (u, v) = start, stop
    length = math.hypot(u - x, v - y)
    aside = _ASIDE if is_double else 0
    right, down = -(v - y) / length * aside, (u - x) / length * aside
    there, back = (x + right, y + down), (u + right, v + down)
    a, b = _edge(there, back, start), _edge(back, there, stop)
    middle = (a[0] + _LABEL_AT * (b[0] - a[0]), a[1] + _LABEL_AT * (b[1] - a[1]))
    width, height = 7 * max(map(len, names)) + 6, LINE * len(names)
    left, top = middle[0] - width / 2, middle[1] - height / 2
    label = f'<rect class="label" x="{left:.0f}" y="{top:.0f}" width="{width}" height="{height}"/>'
    texts = "".join(text("event", middle[0], top + LINE * n - 4, name) for n, name in enumerate(names, 1))
    return f'<path marker-end="url(#tip)" d="M{a[0]:.0f} {a[1]:.0f}L{b[0]:.0f} {b[1]:.0f}"/>', label + texts


def box(place: Place, kind: str, name: str, stays: Sequence[str]) -> str:
    """A state, and what happens in it without leaving it."""
    x, y = place
    lines = [(name, "state")] + [(f"{each} (stays)", "event") for each in stays]
    top = y - LINE * len(lines) / 2
    texts = "".join(text(style, x, top + LINE * n - 3, line) for n, (line, style) in enumerate(lines, 1))
    return (
        f'<g class="{kind}"><rect rx="6" x="{x - BOX_WIDTH / 2:.0f}" y="{y - BOX_HEIGHT / 2:.0f}" '
        f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}"/>{texts}</g>'
    )


def text(style: str, x: float, y: float, words: str) -> str:
    """Words around a middle."""
    return f'<text class="{style}" text-anchor="middle" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'


def _edge(here: tuple[float, float], there: tuple[float, float], centre: Place) -> tuple[float, float]:
    """Where the way from here to there leaves the box around `centre`."""
    (x, y), (u, v) = here, there
    reaches = []
    if u != x:
        side = centre[0] + math.copysign(BOX_WIDTH / 2, u - x)
        reaches.append((side - x) / (u - x))
    if v != y:
        side = centre[1] + math.copysign(BOX_HEIGHT / 2, v - y)
        reaches.append((side - y) / (v - y))
    part = min(reach for reach in reaches if reach > 0)
    return x + part * (u - x), y + part * (v - y)
