"""Reading a whole site folder: either its registry, or every mistake in it.

site.toml ------> site, spaces, org units --+
templates/ -----> templates ----------------+-- names, references, circles --> points --> meters --> Registry
*.csv ----------> equipment, devices, rows -+
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.registry.model import Alias, Device, Equipment, OrgUnit, Point, Registry, Site, Space
from services.site_folder import entries
from services.site_folder.entries import Entry, TemplateDraft
from services.site_folder.figures import POINT_COLUMNS, POINT_NEEDED
from services.site_folder.files import read_csv, read_toml
from services.site_folder.meter_checks import Around, check_metering
from services.site_folder.meters import (
    ALLOCATION_COLUMNS,
    ALLOCATION_FILE,
    ALLOCATION_NEEDED,
    METER_COLUMNS,
    METER_FILE,
    METER_NEEDED,
    REGISTER_COLUMNS,
    REGISTER_FILE,
    REGISTER_NEEDED,
    Metering,
    read_metering,
)
from services.site_folder.mistakes import Mistake, Mistakes, mend
from services.site_folder.other_names import ALIAS_COLUMNS, read_other_names
from services.site_folder.points import points_of, settle_template
from services.site_folder.record import Record
from services.site_folder.references import (
    Known,
    check_circles,
    check_former,
    check_parents,
    check_reference,
    check_unique,
)

SITE_FILE, TEMPLATE_FOLDER = "site.toml", "templates"
EQUIPMENT_FILE, DEVICE_FILE, POINT_FILE, ALIAS_FILE = "equipment.csv", "devices.csv", "points.csv", "aliases.csv"
FILES = (
    *(SITE_FILE, EQUIPMENT_FILE, DEVICE_FILE, POINT_FILE, ALIAS_FILE),
    *(METER_FILE, REGISTER_FILE, ALLOCATION_FILE),
)
#: Beside the registry in the same folder, read by others.
CONTRACT_FILE = "contracts.toml"
BESIDE = (
    *(CONTRACT_FILE, "notifications.toml", "maintenance.toml", "people.toml"),
    *("parts.csv", "nameplates.csv"),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a folder says: its registry where it has no mistake, else all its mistakes."""

    registry: Registry | None
    mistakes: Sequence[Mistake]


@dataclass(frozen=True, slots=True)
class _Listed:
    """The entries of the folder by name; a name that was there twice is there once. Unreadable files gave nothing."""

    site: Site | None
    spaces: Mapping[str, Entry[Space]]
    org_units: Mapping[str, Entry[OrgUnit]]
    templates: Mapping[str, Entry[TemplateDraft]]
    #: Files of templates that could not be read: what they would have defined is not reported as missing.
    lost_templates: frozenset[str]
    equipment: Mapping[str, Entry[Equipment]] | None
    devices: Mapping[str, Entry[Device]] | None


def read_folder(folder: Path) -> Checked:
    """Read and check a site folder."""
    mistakes = Mistakes()
    _note_strays(folder, mistakes)
    listed = _list(folder, mistakes)
    _check_references(listed)
    settled = {code: settle_template(template.value) for code, template in listed.templates.items()}
    rows = _rows(folder, POINT_FILE, POINT_COLUMNS, POINT_NEEDED, mistakes) or ()
    others = _rows(folder, ALIAS_FILE, ALIAS_COLUMNS, ALIAS_COLUMNS, mistakes) or ()
    devices, points, aliases = listed.devices or {}, dict[str, Point](), list[Alias]()
    if listed.devices is not None:
        points, aliases = points_of(devices, settled, rows)
        aliases += read_other_names(others, points, aliases)
    metering = _metering(folder, listed, points if listed.devices is not None else None, mistakes)
    if mistakes.found:
        return Checked(None, mistakes.listed())
    assert listed.site is not None
    registry = Registry(
        site=listed.site,
        spaces={path: entry.value for path, entry in listed.spaces.items()},
        org_units={path: entry.value for path, entry in listed.org_units.items()},
        templates={code: entry.value.template() for code, entry in listed.templates.items()},
        template_points={
            f"{code}/{key}": one.figure.template_point(code)
            for code, figures in settled.items()
            for key, one in figures.items()
        },
        equipment={code: entry.value for code, entry in (listed.equipment or {}).items()},
        devices={code: entry.value for code, entry in devices.items()},
        points=points,
        meters={code: entry.value for code, entry in (metering.meters or {}).items()},
        registers=metering.registers(points),
        segments={name: entry.value for name, entry in (metering.segments or {}).items()},
        allocations={entry.name: entry.value for entry in metering.allocations or ()},
        aliases={alias.name: alias for alias in (*_aliases(listed), *aliases, *metering.aliases)},
    )
    return Checked(registry, ())


def _metering(folder: Path, listed: _Listed, points: Mapping[str, Point] | None, mistakes: Mistakes) -> Metering:
    metering = read_metering(
        _rows(folder, METER_FILE, METER_COLUMNS, METER_NEEDED, mistakes),
        _rows(folder, REGISTER_FILE, REGISTER_COLUMNS, REGISTER_NEEDED, mistakes),
        _rows(folder, ALLOCATION_FILE, ALLOCATION_COLUMNS, ALLOCATION_NEEDED, mistakes),
    )
    spaces, org_units, equipment = _known(listed)
    contracts = None
    if (folder / CONTRACT_FILE).is_file():
        file = read_toml(folder / CONTRACT_FILE, CONTRACT_FILE, mistakes)
        contracts = None if file is None else frozenset(record.text("code") for record in file.under("contract"))
    check_metering(metering, Around(spaces, org_units, equipment, Known("contract", CONTRACT_FILE, contracts), points))
    return metering


def _aliases(listed: _Listed) -> Iterator[Alias]:
    kinds: Mapping[str, Mapping[str, Entry[Any]]] = {
        "space": listed.spaces,
        "org_unit": listed.org_units,
        "equipment": listed.equipment or {},
        "device": listed.devices or {},
    }
    for kind, named in kinds.items():
        for name, entry in named.items():
            yield from (Alias(kind, old, name) for old in entry.formerly)


def _list(folder: Path, mistakes: Mistakes) -> _Listed:
    site: Record | None = None
    if (folder / SITE_FILE).is_file():
        site = read_toml(folder / SITE_FILE, SITE_FILE, mistakes)
    else:
        mistakes.add(
            SITE_FILE, 1, "this file is missing: it names the site (code, name, time_zone), its spaces and units"
        )
    templates, lost = [], set()
    for path in sorted((folder / TEMPLATE_FOLDER).glob("*.toml")):
        record = read_toml(path, f"{TEMPLATE_FOLDER}/{path.name}", mistakes)
        if record is None:
            lost.add(path.stem)
        else:
            templates.append(entries.read_template(record))
    equipment = _rows(folder, EQUIPMENT_FILE, entries.EQUIPMENT_COLUMNS, entries.EQUIPMENT_NEEDED, mistakes)
    devices = _rows(folder, DEVICE_FILE, entries.DEVICE_COLUMNS, entries.DEVICE_NEEDED, mistakes)
    return _Listed(
        site=entries.read_site(site) if site else None,
        spaces=check_unique("space", map(entries.read_space, site.under("space"))) if site else {},
        org_units=check_unique("org_unit", map(entries.read_org_unit, site.under("org_unit"))) if site else {},
        templates=check_unique("template", templates),
        lost_templates=frozenset(lost),
        equipment=None if equipment is None else check_unique("equipment", map(entries.read_equipment, equipment)),
        devices=None if devices is None else check_unique("device", map(entries.read_device, devices)),
    )


def _rows(
    folder: Path, file: str, columns: Sequence[str], needed: Sequence[str], mistakes: Mistakes
) -> Sequence[Record] | None:
    """The rows of a list; none where the folder does without it, None where it cannot be read."""
    path = folder / file
    return read_csv(path, file, columns, needed, mistakes) if path.is_file() else ()


def _note_strays(folder: Path, mistakes: Mistakes) -> None:
    """A misspelled file would be passed over in silence."""
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith((".", "~"))
        known = (*FILES, *BESIDE)
        if path.is_file() and path.suffix in {".csv", ".toml"} and path.name not in known and not hidden:
            near = mend(path.name, known) or mend(path.name, FILES)
            mistakes.add(path.name, 1, f"this file is not part of a site folder{near}")


def _known(listed: _Listed) -> tuple[Known, Known, Known]:
    """Spaces, units and equipment to which others may refer."""
    below_site, machines = listed.site is not None, listed.equipment
    return (
        Known("space", SITE_FILE, frozenset(listed.spaces) if below_site else None),
        Known("org_unit", SITE_FILE, frozenset(listed.org_units) if below_site else None),
        Known("equipment", EQUIPMENT_FILE, None if machines is None else frozenset(machines)),
    )


def _check_references(listed: _Listed) -> None:
    spaces, org_units, equipment = _known(listed)
    templates = Known("template", f"{TEMPLATE_FOLDER}/", frozenset(listed.templates) | listed.lost_templates)
    machines, devices = listed.equipment or {}, listed.devices or {}
    gateways = Known("gateway", DEVICE_FILE, frozenset(devices))

    check_parents("space", listed.spaces)
    check_parents("org_unit", listed.org_units)
    for machine in machines.values():
        check_reference(machine.record, "space", machine.value.space, spaces)
        check_reference(machine.record, "org_unit", machine.value.org_unit, org_units)
        check_reference(machine.record, "parent", machine.value.parent, equipment)
    for device in devices.values():
        check_reference(device.record, "template", device.value.template, templates)
        check_reference(device.record, "space", device.value.space, spaces)
        check_reference(device.record, "org_unit", device.value.org_unit, org_units)
        check_reference(device.record, "equipment", device.value.equipment, equipment)
        check_reference(device.record, "gateway", device.value.gateway, gateways)
    check_circles("parent", machines, {code: machine.value.parent for code, machine in machines.items()})
    check_circles("gateway", devices, {code: device.value.gateway for code, device in devices.items()})
    check_former("space", listed.spaces)
    check_former("org_unit", listed.org_units)
    check_former("equipment", machines)
    check_former("device", devices)
