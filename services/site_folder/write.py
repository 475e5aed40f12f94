"""Writing a site as a folder that reads back as the same registry.

A point of a device is not written where its template says the same; where it differs, points.csv gets a row with only
the cells that differ. Former keys that all devices of a template share are written into the template. What people put
into a folder beside that (their order of rows, comments) is not in the registry and so not in an export.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from analytics.registry.model import DEFAULT_FUTURE_LIMIT_S, Alias, Device, Registry
from services.site_folder.entries import DEVICE_COLUMNS, EQUIPMENT_COLUMNS
from services.site_folder.exceptions import Row, described, rows_of_points, shared_former_keys
from services.site_folder.figures import POINT_COLUMNS
from services.site_folder.meters import (
    ALLOCATION_COLUMNS,
    ALLOCATION_FILE,
    METER_COLUMNS,
    METER_FILE,
    REGISTER_COLUMNS,
    REGISTER_FILE,
)
from services.site_folder.other_names import ALIAS_COLUMNS, writable
from services.site_folder.read import (
    ALIAS_FILE,
    DEVICE_FILE,
    EQUIPMENT_FILE,
    FILES,
    POINT_FILE,
    SITE_FILE,
    TEMPLATE_FOLDER,
)
from services.site_folder.record import is_code


class FolderNotEmptyError(Exception):
    """The folder to write has files already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not empty: give an empty folder, or --force to replace the site folder in it")


def write_folder(
    registry: Registry, folder: Path, *, force: bool = False, beside: Mapping[str, str] | None = None
) -> list[str]:
    """Write a site folder; gives the files written. Raises FolderNotEmptyError unless `force`.

    With `force` the files of a site folder are replaced, and templates that are no more are removed; other files stay.
    `beside`: further files of the folder by name, as text.
    """
    if folder.exists() and any(folder.iterdir()) and not force:
        raise FolderNotEmptyError(folder)
    files = {**texts(registry), **(beside or {})}
    (folder / TEMPLATE_FOLDER).mkdir(parents=True, exist_ok=True)
    ours = [*(folder / name for name in FILES), *(folder / TEMPLATE_FOLDER).glob("*.toml")]
    for path in ours:
        if path.relative_to(folder).as_posix() not in files:
            path.unlink(missing_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8", newline="\n")
    return list(files)


def texts(registry: Registry) -> Mapping[str, str]:
    """Every file of the folder by its name, as text."""
    former: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    aliases = sorted(registry.aliases.values(), key=lambda alias: alias.name)
    for alias in aliases:
        if _beside(alias):
            former[alias.kind][alias.target] = (*former[alias.kind].get(alias.target, ()), _as_written(alias))
    shared = shared_former_keys(registry, former["point"])
    files = {SITE_FILE: _site(registry, former)}
    for code in sorted(registry.templates):
        files[f"{TEMPLATE_FOLDER}/{code}.toml"] = _template(registry, code, shared)
    equipment = [
        {**asdict(machine), "class": machine.equipment_class, "formerly": former["equipment"].get(code)}
        for code, machine in sorted(registry.equipment.items())
    ]
    devices = [
        {**asdict(device), "future_limit_s": _future_limit(device), "formerly": former["device"].get(code)}
        for code, device in sorted(registry.devices.items())
    ]
    points = list(rows_of_points(registry, former["point"], shared))
    files[EQUIPMENT_FILE] = _table(EQUIPMENT_COLUMNS, equipment, keep=len(EQUIPMENT_COLUMNS) - 1)
    files[DEVICE_FILE] = _table(DEVICE_COLUMNS, devices, keep=len(DEVICE_COLUMNS) - 1)
    files |= _metering(registry, former["meter"])
    if points:
        files[POINT_FILE] = _table(POINT_COLUMNS, points, keep=len(POINT_COLUMNS) - 2)
    others = [_other_name(alias) for alias in aliases if not _beside(alias) and writable(alias)]
    if others:
        files[ALIAS_FILE] = _table(ALIAS_COLUMNS, others, keep=len(ALIAS_COLUMNS))
    return files


def _metering(registry: Registry, former: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """The lists of meters, registers and shares, each where the site has any."""
    meters = [{**asdict(meter), "formerly": former.get(code)} for code, meter in sorted(registry.meters.items())]
    segments = sorted(registry.segments.values(), key=lambda one: (one.register, one.valid_from is not None, one.name))
    allocations = [
        {**asdict(share), "from": share.valid_from, "to": share.valid_until}
        for _, share in sorted(registry.allocations.items())
    ]
    tables: Sequence[tuple[str, Sequence[str], Sequence[Row], int]] = (
        (METER_FILE, METER_COLUMNS, meters, len(METER_COLUMNS) - 1),
        (REGISTER_FILE, REGISTER_COLUMNS, list(map(asdict, segments)), 7),
        (ALLOCATION_FILE, ALLOCATION_COLUMNS, allocations, len(ALLOCATION_COLUMNS)),
    )
    return {file: _table(columns, listed, keep=keep) for file, columns, listed, keep in tables if listed}


def _beside(alias: Alias) -> bool:
    """Whether a former name is written beside the thing itself: of points, a code that was a key of the same device."""
    device, _, key = alias.alias.partition("/")
    return alias.kind != "point" or (device == alias.target.partition("/")[0] and is_code(key))


def _other_name(alias: Alias) -> Row:
    sent_device, _, sent_key = alias.alias.partition("/")
    device, _, key = alias.target.partition("/")
    return {"sent_device": sent_device, "sent_key": sent_key, "device": device, "key": key}


def _as_written(alias: Alias) -> str:
    """A former key stands beside its device, which is not repeated."""
    return alias.alias.partition("/")[2] if alias.kind == "point" else alias.alias


def _future_limit(device: Device) -> float | None:
    return None if device.future_limit_s == DEFAULT_FUTURE_LIMIT_S else device.future_limit_s


# TOML ---------------------------------------------------------------------------------------------------------------


def _site(registry: Registry, former: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    spaces = [
        {
            **_placed(space.path, space.kind, space.name, space.name_zh),
            "floor_area_m2": space.floor_area_m2,
            "formerly": former["space"].get(space.path),
        }
        for _, space in sorted(registry.spaces.items())
    ]
    org_units = [
        {**_placed(unit.path, unit.kind, unit.name, unit.name_zh), "formerly": former["org_unit"].get(unit.path)}
        for _, unit in sorted(registry.org_units.items())
    ]
    return _toml(asdict(registry.site), {"space": spaces, "org_unit": org_units})


def _placed(path: str, kind: str, name: str, name_zh: str | None) -> dict[str, object]:
    parent, _, code = path.rpartition("/")
    return {"code": code, "kind": kind, "name": name, "name_zh": name_zh, "parent": parent or None}


def _template(registry: Registry, code: str, shared: Mapping[str, tuple[str, ...]]) -> str:
    points = [
        {**described(point), "formerly": shared.get(name)}
        for name, point in sorted(registry.template_points.items())
        if point.template == code
    ]
    return _toml(asdict(registry.templates[code]), {"point": points})


def _toml(own: Mapping[str, object], tables: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    blocks = [_pairs(own)]
    blocks += [f"[[{name}]]\n{_pairs(table)}" for name, below in tables.items() for table in below]
    return "\n".join(blocks)


def _pairs(table: Mapping[str, object]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _value(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # a TOML basic string has the escapes of a JSON string
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_value(key)} = {_value(item)}' for key, item in value.items())} }}"
    assert isinstance(value, float)
    return number(value)


def number(value: float) -> str:
    """A number as people write it: 0 and not 0.0."""
    return repr(value).removesuffix(".0")


# CSV ----------------------------------------------------------------------------------------------------------------


def _table(columns: Sequence[str], rows: Iterable[Row], *, keep: int) -> str:
    """A CSV file; columns after the first `keep` are left out where no row has them."""
    listed = list(rows)
    shown = [name for at, name in enumerate(columns) if at < keep or any(row.get(name) is not None for row in listed)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(shown)
    writer.writerows([_cell(row.get(name)) for name in shown] for row in listed)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(value)
    if isinstance(value, dict):
        return "; ".join(f"{text}={number(value[text])}" for text in value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return number(value) if isinstance(value, float) else str(value)
