"""Writing what holds of maintenance at a site as the files that read back as the same.

What is as usual is left out. The opening stock of parts is not written: it counted when they were new.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from analytics.maintenance.job import Job
from analytics.maintenance.plan import Plan
from analytics.maintenance.settings import MaintenanceSettings
from services.database import Connection, rows
from services.equipment.record import EquipmentRecord
from services.maintenance.settings import SQL
from services.maintenance_folder import lists, maintenance_file, people_file
from services.maintenance_folder.applying import HeldRow

_OPENING = "opening_stock"
Thing = TypeVar("Thing", bound=msgspec.Struct)


async def texts(connection: Connection, site: str) -> dict[str, str]:
    """The files of a site by name, those that have something to say."""
    site_id: int | None = await connection.fetchval(SQL["site_of_folder"].text, site)
    held = [row for row in await rows(connection, SQL["held_documents"], HeldRow, site_id) if not row.is_retired]
    by_kind: dict[str, dict[str, Any]] = {}
    for row in held:
        by_kind.setdefault(row.kind, {})[row.subject] = row.document
    files = {
        maintenance_file.FILE: _maintenance(by_kind, site),
        people_file.FILE: _people(by_kind),
        lists.PARTS_FILE: _parts(by_kind),
        lists.NAMEPLATES_FILE: _nameplates(by_kind),
    }
    return {name: text for name, text in files.items() if text}


def _maintenance(held: Mapping[str, Mapping[str, Any]], site: str) -> str:
    settings = fields_of(msgspec.convert(held.get("settings", {}).get(site, {}), MaintenanceSettings))
    blocks = [_pairs({name: value for name, value in settings.items() if name not in maintenance_file.OF_SETTINGS})]
    for table, name in maintenance_file.TABLES.items():
        blocks += [_table(table, _renamed(each)) for each in settings.get(name, [])]
    for job in (fields_of(msgspec.convert(each, Job)) for each in held.get("job", {}).values()):
        below = {"task": job.pop("tasks", []), "isolation": job.pop("isolations", []), "part": job.pop("parts", [])}
        blocks += [_table("job", job), *_below("job", below)]
    for plan in (fields_of(msgspec.convert(each, Plan)) for each in held.get("plan", {}).values()):
        triggers = plan.pop("triggers")
        blocks += [_table("plan", _renamed(plan)), *_below("plan", {"trigger": triggers})]
    return "\n".join(filter(None, blocks))


def _people(held: Mapping[str, Mapping[str, Any]]) -> str:
    teams, shifts = held.get("team", {}), held.get("shift", {})
    blocks = [
        _table("team", {"code": code, "name": each["name"], "skills": each["skills"]}) for code, each in teams.items()
    ]
    blocks += [
        _table("shift", {"code": code, "name": each["name"], "hours": each["hours"]}) for code, each in shifts.items()
    ]
    for code, person in held.get("person", {}).items():
        mine = {
            "teams": [team for team, each in teams.items() if code in each["members"]],
            "shifts": [shift for shift, each in shifts.items() if code in each["members"]],
        }
        blocks.append(
            _table("person", {"code": code, **{name: value for name, value in {**person, **mine}.items() if value}})
        )
    return "\n".join(blocks)


def _parts(held: Mapping[str, Mapping[str, Any]]) -> str:
    columns = [name for name in lists.PART_COLUMNS if name != _OPENING]
    return _csv(columns, ({"code": code, **part} for code, part in held.get("part", {}).items()))


def _nameplates(held: Mapping[str, Mapping[str, Any]]) -> str:
    found = []
    for code, document in held.get("equipment", {}).items():
        plate = msgspec.to_builtins(msgspec.convert(document, EquipmentRecord))
        rated = "; ".join(f"{name}: {value}" for name, value in plate.get("rated", {}).items())
        found.append({**plate, "equipment": code, "rated": rated})
    return _csv(lists.NAMEPLATE_COLUMNS, found)


def fields_of(thing: msgspec.Struct) -> dict[str, Any]:
    """The fields of a structure that are not as usual, as JSON has them; those of structures inside it likewise."""
    config = thing.__struct_config__
    found: dict[str, Any] = {} if config.tag is None else {str(config.tag_field): config.tag}
    for field in msgspec.structs.fields(thing):
        value = getattr(thing, field.name)
        usual = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        if field.required or value != usual:
            found[field.name] = _plain(value)
    return found


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, msgspec.Struct):
        return fields_of(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return msgspec.to_builtins(value)


def _renamed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"class" if name == "equipment_class" else name: value for name, value in fields.items()}


def _table(name: str, fields: Mapping[str, Any]) -> str:
    return f"[[{name}]]\n{_pairs(fields)}"


def _below(name: str, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for below, listed in tables.items():
        yield from (_table(f"{name}.{below}", each) for each in listed)


def _pairs(fields: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in fields.items() if value is not None)


def _value(value: object) -> str:
    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)  # a TOML basic string has the escapes of a JSON string
    if isinstance(value, Mapping):
        inside = ", ".join(f"{json.dumps(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value).removesuffix(".0")


def _csv(columns: Sequence[str], listed: Iterable[Mapping[str, Any]]) -> str:
    found = list(listed)
    if not found:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in found)
    return out.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else str(value)
