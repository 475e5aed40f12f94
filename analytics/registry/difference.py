"""What it takes to make a site what a registry says: a list of changes, worked out before anything is touched.

    held: living things + retired things          wanted: a registry
            |                                        |
            +-- renamed: goes on under a new name ---+     (renames.py)
            |                                        |
      not wanted any more: retired            not held: added
                          wanted again: restored, with its old identity
                          wanted otherwise: changed

No thing is ever deleted: what is not wanted is retired, and all its readings stay. Other names stay as long as they
lead to something living and nothing else claims them, wanted or not: devices in the field go on sending them, and one
that was mapped in the console is not in any folder. Segments of a register that were entered as events (a meter was
replaced) stay for the same reason, as long as the register is wanted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analytics.registry.metering import refusals
from analytics.registry.meters import RegisterSegment
from analytics.registry.model import Alias, Registry, Site, Thing
from analytics.registry.moving import Moves, Renamable, called, moved
from analytics.registry.renames import Renames, renames

Kind = Literal[
    "site", "space", "org_unit", "template", "template_point", "equipment", "device", "point",
    "meter", "register", "register_segment", "allocation", "alias",
]  # fmt: skip
Action = Literal["added", "changed", "retired", "restored", "renamed"]

#: The kinds below a site in an order in which each refers only to those before it (and to its own).
BELOW: Mapping[Kind, str] = {
    "space": "spaces",
    "org_unit": "org_units",
    "template": "templates",
    "template_point": "template_points",
    "equipment": "equipment",
    "device": "devices",
    "point": "points",
    "meter": "meters",
    "register": "registers",
    "register_segment": "segments",
    "allocation": "allocations",
    "alias": "aliases",
}
_KIND_OF: Mapping[str, Kind] = {kind: kind for kind in BELOW}


@dataclass(frozen=True, slots=True)
class Held:
    """What a database holds of one site: the living things and the retired ones (both None: no such site yet)."""

    living: Registry | None = None
    retired: Registry | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes; `name` is the one it has afterwards, below the site ("" for the site itself)."""

    action: Action
    kind: Kind
    name: str
    before: Thing | Site | None
    after: Thing | Site | None


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes in the order in which they are read, every name that moves by kind, and what cannot be done.

    `wanted` is what was asked for with the other names and the entered segments that stay; `kept` are the latter.
    """

    wanted: Registry
    changes: Sequence[Change]
    moves: Moves
    refused: Sequence[str]
    kept: Sequence[RegisterSegment] = ()


def things(registry: Registry | None, kind: Kind) -> Mapping[str, Thing]:
    """The things of one kind, by name."""
    found: Mapping[str, Thing] = {} if registry is None else getattr(registry, BELOW[kind])
    return found


def difference(held: Held, wanted: Registry) -> Difference:
    """The changes that make `held` the same as `wanted`."""
    found = _renames(held, wanted)
    moves: Moves = {kind: renamed.moves for kind, renamed in found.items() if renamed.moves}
    living, retired = (moved(side, moves) if side and moves else side for side in (held.living, held.retired))
    entered = _entered(living, wanted)
    wanted = replace(
        wanted,
        aliases={**_staying(living, wanted), **wanted.aliases},
        segments={**wanted.segments, **{segment.name: segment for segment in entered}},
    )
    changes = list(_site_changes(held, wanted))
    for kind in BELOW:
        sides = things(living, kind), things(retired, kind)
        if kind in found:
            changes += _rename_changes(kind, *sides, found[kind].asked)
        changes += _changes(kind, *sides, things(wanted, kind))
    refused = [text for renamed in found.values() for text in renamed.refused]
    return Difference(wanted, changes, moves, [*refused, *refusals(wanted)], entered)


def _entered(living: Registry | None, wanted: Registry) -> Sequence[RegisterSegment]:
    """Segments that came as events and that the folder does not have, of registers that it has."""
    return [
        segment
        for name, segment in (living.segments if living else {}).items()
        if segment.entered and name not in wanted.segments and segment.register in wanted.registers
    ]


def _staying(living: Registry | None, wanted: Registry) -> Mapping[str, Alias]:
    held = living.aliases if living else {}
    return {
        name: alias
        for name, alias in held.items()
        for named in [things(wanted, _KIND_OF[alias.kind])]
        if alias.target in named and alias.alias not in named
    }


def _renames(held: Held, wanted: Registry) -> Mapping[Kind, Renames]:
    former: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for alias in wanted.aliases.values():
        if alias.kind == "point" and alias.alias.partition("/")[0] != alias.target.partition("/")[0]:
            continue  # what another device sends: a name, not a past
        former[alias.kind][alias.target].append(alias.alias)
    found: dict[Kind, Renames] = {}
    trees: Mapping[Kind, bool] = {
        "space": True, "org_unit": True, "equipment": False, "device": False, "meter": False,
    }  # fmt: skip
    for kind, tree in trees.items():
        sides = things(held.living, kind), things(held.retired, kind)
        found[kind] = renames(kind, *sides, things(wanted, kind), former[kind], tree=tree)
    found["point"] = _point_renames(held, wanted, former["point"], found["device"].moves)
    return found


def _point_renames(
    held: Held, wanted: Registry, former: Mapping[str, Sequence[str]], devices: Mapping[str, str]
) -> Renames:
    """Points move with their devices first, and are renamed within them by key."""

    def at(name: str) -> str:
        device, _, key = name.partition("/")
        return f"{devices.get(device, device)}/{key}"

    living, retired = ({name: at(name) for name in things(side, "point")} for side in (held.living, held.retired))
    found = renames("point", list(living.values()), list(retired.values()), wanted.points, former, tree=False)
    moves = {old: found.moves.get(now, now) for old, now in (living | retired).items()}
    return replace(found, moves={old: new for old, new in moves.items() if old != new})


def _site_changes(held: Held, wanted: Registry) -> Iterator[Change]:
    before = held.living.site if held.living else None
    if before is None:
        yield Change("added", "site", "", None, wanted.site)
    elif before != wanted.site:
        yield Change("changed", "site", "", before, wanted.site)


def _rename_changes(
    kind: Kind, living: Mapping[str, Thing], retired: Mapping[str, Thing], asked: Sequence[tuple[str, str]]
) -> Iterator[Change]:
    for old, name in asked:
        thing = living.get(name) or retired[name]
        assert isinstance(thing, Renamable)
        yield Change("renamed", kind, name, called(thing, old), thing)


def _changes(
    kind: Kind, living: Mapping[str, Thing], retired: Mapping[str, Thing], wanted: Mapping[str, Thing]
) -> Iterator[Change]:
    """Changes of one kind; what is held has moved to its new names already."""
    for name in sorted(living.keys() - wanted.keys()):
        yield Change("retired", kind, name, living[name], None)
    for name in sorted(wanted):
        if name not in living:
            yield Change("restored" if name in retired else "added", kind, name, retired.get(name), wanted[name])
        elif living[name] != wanted[name]:
            yield Change("changed", kind, name, living[name], wanted[name])


def count(changes: Iterable[Change]) -> Mapping[str, int]:
    """How many changes there are of each action."""
    counts: dict[str, int] = {"added": 0, "changed": 0, "retired": 0, "restored": 0, "renamed": 0}
    for change in changes:
        counts[change.action] += 1
    return counts
