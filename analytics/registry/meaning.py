"""Changes after which a point's stored readings would no longer mean what the registry says.

Readings are stored in the canonical unit, so a range, a name or an interval may change at any time. Not so:

| what changes                                   | readings stored so far                       | verdict            |
|------------------------------------------------|----------------------------------------------|--------------------|
| the canonical unit (temperature -> pressure)   | are another quantity                         | needs a new key    |
| to or from kind `state`                        | are codes, not amounts (or the reverse)      | needs a new key    |
| the unit that is sent (kW -> W)                | are right if the device changed, wrong if    | must be accepted   |
|                                                | the unit had been wrong from the start       |                    |
| gauge <-> counter                              | are right, and will be summed differently    | must be accepted   |
| the number of a state (loaded = 2 -> 3)        | keep the old number                          | must be accepted   |

A point without any reading may change in every way. Who accepts a change says: from now on; what is stored stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analytics.registry.difference import Change
from analytics.registry.model import Point


@dataclass(frozen=True, slots=True)
class Reinterpretation:
    """A point whose readings would change their meaning; `acceptable`: somebody may say that this is meant."""

    point: str
    what: str
    acceptable: bool

    def refusal(self) -> str:
        """Why it is refused, and the way out."""
        if self.acceptable:
            return (
                f"point {self.point} has readings, and its {self.what}: if the device itself changed, apply with "
                "--accept-meaning-change (readings stored so far stay as they are); if they are wrong, give the point "
                "a new key"
            )
        return f"point {self.point} has readings, and its {self.what}: give the point a new key, the old one is retired"


def reinterpretations(changes: Iterable[Change]) -> Iterator[Reinterpretation]:
    """The points among the changes whose meaning changes; whether they have readings is for the caller to find out."""
    for change in changes:
        if isinstance(change.before, Point) and isinstance(change.after, Point):
            found = _reinterpreted(change.before, change.after)
            if found:
                what, acceptable = found
                yield Reinterpretation(change.name, what, acceptable)


def _reinterpreted(before: Point, after: Point) -> tuple[str, bool] | None:
    if before.kind != after.kind and "state" in {before.kind, after.kind}:
        return f"kind would change from {before.kind} to {after.kind}", False
    if before.canonical_unit != after.canonical_unit:
        was, will = (f"{point.quantity} ({point.canonical_unit})" for point in (before, after))
        return f"quantity would change from {was} to {will}", False
    if (before.scale, before.bias) != (after.scale, after.bias):
        return f"unit would change from {before.unit} to {after.unit}", True
    if before.kind != after.kind:
        return f"kind would change from {before.kind} to {after.kind}", True
    renumbered = [
        f"{text} = {number:g} to {(after.states or {})[text]:g}"
        for text, number in (before.states or {}).items()
        if (after.states or {}).get(text, number) != number
    ]
    if renumbered:
        return f"states would change from {', '.join(renumbered)}", True
    return None
