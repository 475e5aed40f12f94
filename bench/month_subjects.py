"""Whose energy: site, spaces and units as sums of meters, worked out from the site folder's lists alone.

A kilowatt-hour counts once. A meter belongs to its space, or where it has none to that of the meter above it; what it
draws is taken out of the space of the meter above it. So a meter counts for a space by how much of it belongs there
less how much of the meter above does: 1 for the topmost, 0 for those below it, -1 for a child that is elsewhere. Units
likewise, and by shares where a meter has shares for units. Losses are parent less children, imports less exports.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Terms = list[tuple[float, str]]


@dataclass(slots=True)
class Listed:
    """The electricity meters of a site folder."""

    parent: dict[str, str] = field(default_factory=dict)
    space: dict[str, str] = field(default_factory=dict)
    unit: dict[str, str] = field(default_factory=dict)
    unit_shares: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def above(self, meter: str) -> Iterator[str]:
        """The meters above one, the nearest first."""
        while parent := self.parent[meter]:
            yield parent
            meter = parent


def listed(folder: Path) -> Listed:
    """Read meters.csv and allocations.csv; shares of the first period that is open at its beginning."""
    found = Listed()
    with (folder / "meters.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["carrier"] == "electricity" and row["kind"] == "register":
                found.parent[row["code"]] = row["parent"]
                found.space[row["code"]] = row["space"]
                found.unit[row["code"]] = row["org_unit"]
    with (folder / "allocations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["org_unit"] and not row["from"] and row["meter"] in found.parent:
                found.unit_shares[row["meter"]][row["org_unit"]] = float(row["share"])
    return found


def spaces(of: Listed) -> Mapping[str, Terms]:
    """Imports of each space, with everything below it."""
    return _subjects(of, {meter: {space: 1.0} if space else {} for meter, space in of.space.items()})


def units(of: Listed) -> Mapping[str, Terms]:
    """Imports of each unit, with everything below it, by shares."""
    return _subjects(
        of, {meter: of.unit_shares.get(meter) or ({unit: 1.0} if unit else {}) for meter, unit in of.unit.items()}
    )


def _subjects(of: Listed, said: Mapping[str, Mapping[str, float]]) -> Mapping[str, Terms]:
    def inside(meter: str, path: str) -> float:
        """How much of a meter belongs to a path or below it."""
        shares = next((said[each] for each in (meter, *of.above(meter)) if said[each]), {})
        return sum(share for at, share in shares.items() if at == path or at.startswith(f"{path}/"))

    paths = sorted({path for shares in said.values() for at in shares for path in _upwards(at)})
    found: dict[str, Terms] = {path: [] for path in paths}
    for path in paths:
        for meter, parent in of.parent.items():
            weight = inside(meter, path) - (inside(parent, path) if parent else 0.0)
            if abs(weight) > 1e-9:
                found[path].append((weight, f"{meter}/import"))
    return found


def losses(of: Listed, registers: frozenset[str]) -> Mapping[str, Terms]:
    """Parent less children, net, for each meter with children that are all metered."""
    children: dict[str, list[str]] = defaultdict(list)
    for meter, parent in of.parent.items():
        if parent:
            children[parent].append(meter)
    return {
        parent: [
            (sign * direction, register)
            for sign, meters in ((1.0, [parent]), (-1.0, below))
            for meter in meters
            for direction, register in ((1.0, f"{meter}/import"), (-1.0, f"{meter}/export"))
            if register in registers
        ]
        for parent, below in sorted(children.items())
    }


def _upwards(path: str) -> Iterator[str]:
    parts = path.split("/")
    yield from ("/".join(parts[: count + 1]) for count in range(len(parts)))
