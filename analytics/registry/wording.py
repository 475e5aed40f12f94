"""Changes in words, one line each.

    added     device    m-101  Incomer 10 kV (power_meter, 20 points)
    changed   space     b1/f2  floor_area_m2 900 -> 950
    retired   device    m-102  and its 20 points; all readings stay
    renamed   device    m-201  formerly m-103

What follows from another change has no line of its own: the points of a device or template that comes or goes, the
registers and shares of a meter, the former name of what is renamed, and the same change of a point at many devices,
which is said once with their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from analytics.registry.difference import Action, Change, Kind
from analytics.registry.meters import Allocation, Register, RegisterSegment
from analytics.registry.model import Alias, Device, Site, Thing

#: Whose points come and go with it.
_OWNER: Mapping[Kind, Kind] = {
    "point": "device", "template_point": "template",
    "register": "meter", "register_segment": "meter", "allocation": "meter",
}  # fmt: skip
#: What is counted beside its owner, in words.
_PARTS: Mapping[Kind, str] = {
    "point": "points", "template_point": "points", "register": "registers", "allocation": "allocations",
}  # fmt: skip
#: What is not lost with a thing that is retired.
_STAYS: Mapping[Kind, str] = {
    "device": "all readings stay", "point": "all readings stay",
    "meter": "all energy stays", "register": "all energy stays",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line about one change."""

    action: Action
    kind: Kind
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.action:<9} {self.kind:<14} {self.name}  {self.text}".rstrip()


def lines(changes: Sequence[Change]) -> list[Line]:
    """All changes in words; the site's own line has its code as its name."""
    told = {(change.action, change.kind, change.name) for change in changes}
    with_owner = Counter[tuple[Action, Kind, str, str]]()
    alike: dict[tuple[Action, Kind, str, str], list[Change]] = {}
    for change in changes:
        owner = _owner(change)
        if owner is not None and owner in told:
            with_owner[*owner, _PARTS.get(change.kind, "")] += 1
        elif not _follows(change, told):
            key = change.name.rpartition("/")[2] if change.kind == "point" else change.name
            alike.setdefault((change.action, change.kind, key, _text(change)), []).append(change)
    return [_line(same, with_owner) for same in alike.values()]


def _owner(change: Change) -> tuple[Action, Kind, str] | None:
    owner = _OWNER.get(change.kind)
    return (change.action, owner, change.name.partition("/")[0]) if owner else None


def _follows(change: Change, told: set[tuple[Action, Kind, str]]) -> bool:
    """Whether this is the former name of something that comes, goes or is renamed."""
    alias = change.after or change.before
    if not isinstance(alias, Alias):
        return False
    return any((action, alias.kind, alias.target) in told for action in ("added", "retired", "restored", "renamed"))


def _line(same: Sequence[Change], with_owner: Mapping[tuple[Action, Kind, str, str], int]) -> Line:
    change = same[0]
    thing = change.after or change.before
    name = thing.code if isinstance(thing, Site) else thing.alias if isinstance(thing, Alias) else change.name
    parts = (
        f"{number} {part}"
        for part in dict.fromkeys(_PARTS.values())
        for number in [with_owner.get((change.action, change.kind, change.name, part), 0)]
        if number
    )
    counted = ", ".join(parts)
    notes = (
        f"and {len(same) - 1} more like it" if len(same) > 1 else "",
        _text(change),
        f"with {counted}" if counted else "",
        _STAYS.get(change.kind, "") if change.action == "retired" else "",
    )
    return Line(change.action, change.kind, name, "  ".join(filter(None, notes)))


def _text(change: Change) -> str:
    thing = change.after or change.before
    assert thing is not None
    if isinstance(thing, Alias):
        leads = "no longer leads to" if change.action == "retired" else "leads to"
        return f"{leads} {thing.kind} {thing.target}"
    if change.action == "renamed":
        assert change.before is not None
        return f"formerly {_name(change.before)}"
    differences = ", ".join(_differences(change.before, thing)) if change.before and change.after else ""
    if change.action == "changed":
        return differences
    template = f"({thing.template})" if isinstance(thing, Device) and thing.template else ""
    name = "" if isinstance(thing, Register | RegisterSegment | Allocation) else thing.name
    return "  ".join(filter(None, (name, _about(thing), template, differences)))


def _about(thing: Thing | Site) -> str:
    """What matters of a part of a meter."""
    if isinstance(thing, RegisterSegment):
        return f"{thing.point} x {_shown(thing.multiplier)}"
    return f"{_shown(thing.share)}" if isinstance(thing, Allocation) else ""


def _name(thing: Thing | Site) -> str:
    """What the thing was called: its path, code or key."""
    name: str = getattr(thing, "path", "") or getattr(thing, "key", "") or getattr(thing, "code", "")
    return name


def _differences(before: Thing | Site, after: Thing | Site) -> Iterable[str]:
    for each in (each for each in fields(after) if each.compare):
        was, will = getattr(before, each.name), getattr(after, each.name)
        if was != will:
            yield f"{each.name} {_shown(was)} -> {_shown(will)}"


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return ", ".join(f"{text}={number:g}" for text, number in value.items())
    return str(value)
