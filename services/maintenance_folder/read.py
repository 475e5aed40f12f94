"""Reading what a site folder says about maintenance: all of it, or every mistake in it.

    maintenance.toml --+
    people.toml -------+--> each by itself --> against each other, and against the registry --> Wanted
    parts.csv ---------+
    nameplates.csv ----+

A name is judged only where the list it belongs to could be read; a folder without people.toml may name any team.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analytics.registry.model import Registry
from services.equipment.record import EquipmentRecord
from services.maintenance_folder import lists, maintenance_file, people_file
from services.maintenance_folder.check import Around, check
from services.maintenance_folder.lists import Part
from services.maintenance_folder.maintenance_file import Maintenance
from services.maintenance_folder.people_file import People
from services.maintenance_folder.structure import unknown
from services.site_folder.files import read_csv, read_toml
from services.site_folder.mistakes import Mistake, Mistakes
from services.site_folder.record import Record

FILES = (maintenance_file.FILE, people_file.FILE, lists.PARTS_FILE, lists.NAMEPLATES_FILE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a folder says; None: it has no such file, and what is there stays."""

    maintenance: Maintenance | None = None
    people: People | None = None
    parts: Mapping[str, Part] | None = None
    nameplates: Mapping[str, EquipmentRecord] | None = None


@dataclass(frozen=True, slots=True)
class CheckedMaintenance:
    """What a folder says about maintenance (None: there are mistakes), and the mistakes."""

    wanted: Wanted | None
    mistakes: Sequence[Mistake]


def read_maintenance_folder(
    folder: Path, registry: Registry | None, rules: Collection[str] | None = None
) -> CheckedMaintenance:
    """Read and check the four files, those that are there; `registry` None: it has mistakes of its own."""
    mistakes = Mistakes()
    maintenance, people = _toml(folder, maintenance_file.FILE, mistakes), _toml(folder, people_file.FILE, mistakes)
    parts = _csv(folder, lists.PARTS_FILE, lists.PART_COLUMNS, lists.PART_NEEDED, mistakes)
    plates = _csv(folder, lists.NAMEPLATES_FILE, lists.NAMEPLATE_COLUMNS, lists.NAMEPLATE_NEEDED, mistakes)
    wanted = Wanted(
        None if maintenance is None else maintenance_file.read_maintenance(maintenance),
        None if people is None else people_file.read_people(people),
        None if parts is None else lists.read_parts(parts),
        None if plates is None else lists.read_nameplates(plates),
    )
    if wanted.maintenance is not None:
        check(Around(wanted.maintenance, wanted.people, wanted.parts, registry, rules))
    for record in plates or ():
        machines = None if registry is None else registry.equipment
        unknown(record, "equipment", record.text("equipment"), machines, "equipment.csv")
    return CheckedMaintenance(None if mistakes.found else wanted, mistakes.listed())


def _toml(folder: Path, file: str, mistakes: Mistakes) -> Record | None:
    return read_toml(folder / file, file, mistakes) if (folder / file).is_file() else None


def _csv(
    folder: Path, file: str, columns: Sequence[str], needed: Sequence[str], mistakes: Mistakes
) -> list[Record] | None:
    return read_csv(folder / file, file, columns, needed, mistakes) if (folder / file).is_file() else None
