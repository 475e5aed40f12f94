"""A registry whose things go under new names: the names themselves, and what refers to them by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from analytics.registry.formula import renamed
from analytics.registry.meters import Meter
from analytics.registry.model import Alias, Device, Equipment, OrgUnit, Point, Registry, Space

#: For each kind, the old name of what moves and its new one.
Moves = Mapping[str, Mapping[str, str]]

#: What may be renamed. A template is not: all that names it is in the same folder.
Renamable = Space | OrgUnit | Equipment | Device | Point | Meter


def called(thing: Renamable, name: str) -> Renamable:
    """The same thing under another name."""
    if isinstance(thing, Point):
        return _point_called(thing, name)
    return replace(thing, code=name) if isinstance(thing, Device | Equipment | Meter) else replace(thing, path=name)


def _point_called(point: Point, name: str) -> Point:
    device, _, key = name.partition("/")
    return point if (device, key) == (point.device, point.key) else replace(point, device=device, key=key)


def moved(registry: Registry, moves: Moves) -> Registry:
    """The registry after all moves."""

    def at(kind: str, name: str) -> str:
        return moves.get(kind, {}).get(name, name)

    def perhaps(kind: str, name: str | None) -> str | None:
        return name if name is None else at(kind, name)

    spaces = (replace(space, path=at("space", path)) for path, space in registry.spaces.items())
    org_units = (replace(unit, path=at("org_unit", path)) for path, unit in registry.org_units.items())
    equipment = (
        replace(
            machine,
            code=at("equipment", machine.code),
            space=perhaps("space", machine.space),
            org_unit=perhaps("org_unit", machine.org_unit),
            parent=perhaps("equipment", machine.parent),
        )
        for machine in registry.equipment.values()
    )
    devices = (
        replace(
            device,
            code=at("device", device.code),
            space=perhaps("space", device.space),
            org_unit=perhaps("org_unit", device.org_unit),
            equipment=perhaps("equipment", device.equipment),
            gateway=perhaps("device", device.gateway),
        )
        for device in registry.devices.values()
    )
    points = {at("point", name): point for name, point in registry.points.items()}
    meters = (
        replace(
            meter,
            code=at("meter", meter.code),
            parent=perhaps("meter", meter.parent),
            space=perhaps("space", meter.space),
            org_unit=perhaps("org_unit", meter.org_unit),
            equipment=perhaps("equipment", meter.equipment),
            formula=meter.formula and renamed(meter.formula, moves.get("meter", {})),
        )
        for meter in registry.meters.values()
    )
    registers = (replace(register, meter=at("meter", register.meter)) for register in registry.registers.values())
    segments = (
        replace(segment, meter=at("meter", segment.meter), point=at("point", segment.point))
        for segment in registry.segments.values()
    )
    allocations = (
        replace(
            allocation,
            meter=at("meter", allocation.meter),
            space=perhaps("space", allocation.space),
            org_unit=perhaps("org_unit", allocation.org_unit),
        )
        for allocation in registry.allocations.values()
    )
    return replace(
        registry,
        meters={meter.code: meter for meter in meters},
        registers={register.name: register for register in registers},
        segments={segment.name: segment for segment in segments},
        allocations={allocation.name: allocation for allocation in allocations},
        spaces={space.path: space for space in spaces},
        org_units={unit.path: unit for unit in org_units},
        equipment={machine.code: machine for machine in equipment},
        devices={device.code: device for device in devices},
        points={name: _point_called(point, name) for name, point in points.items()},
        # What is sent in the field stays as it is; only what it leads to has another name.
        aliases=_by_name(replace(alias, target=at(alias.kind, alias.target)) for alias in registry.aliases.values()),
    )


def _by_name(aliases: Iterable[Alias]) -> Mapping[str, Alias]:
    return {alias.name: alias for alias in aliases}
