"""Whose energy: site, spaces and units as sums of meters, worked out from the site folder's lists alone.

A space's energy is that of its meters and of the spaces below it, each kilowatt-hour once: a meter below which the
same space already has its parent (or a parent's parent) does not count again. Units likewise, and by their shares
where a meter has shares for units. Losses are parent less children, imports less exports.
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
    paths = {path for space in of.space.values() if space for path in _upwards(space)}
    return {path: [(1.0, f"{meter}/import") for meter in _top(of, path)] for path in sorted(paths)}


def _top(of: Listed, path: str) -> list[str]:
    inside = {meter for meter, space in of.space.items() if space == path or space.startswith(f"{path}/")}
    return sorted(meter for meter in inside if not inside.intersection(of.above(meter)))


def units(of: Listed) -> Mapping[str, Terms]:
    """Imports of each unit, with everything below it, by shares."""
    share: dict[str, dict[str, float]] = {
        meter: of.unit_shares.get(meter) or ({unit: 1.0} if unit else {}) for meter, unit in of.unit.items()
    }
    paths = {path for shares in share.values() for unit in shares for path in _upwards(unit)}
    found: dict[str, Terms] = {}
    for path in sorted(paths):
        inside = {
            meter: part
            for meter, shares in share.items()
            if (part := sum(s for unit, s in shares.items() if unit == path or unit.startswith(f"{path}/")))
        }
        found[path] = [
            (part, f"{meter}/import")
            for meter, part in sorted(inside.items())
            if not any(above in inside for above in of.above(meter))
        ]
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
