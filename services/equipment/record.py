"""A machine's record: what its nameplate says, and what a maintenance team has to know of it.

The registry says that a machine exists and where it stands; its record says what it is. A machine without one has an
empty record. Each change is kept in `record_change` with before and after and who made it; writing what is there
already changes nothing. The record's key stands on the machine's label as a QR code; a label that got into the wrong
hands is made worthless by giving the machine another key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec

from services.database import Connection, one, rows, run
from services.statements import statements

SQL = statements("equipment_record")

Criticality = Literal["a", "b", "c"]
_Line = Annotated[str, msgspec.Meta(max_length=200)]
_Year = Annotated[int, msgspec.Meta(ge=1800, le=2999)]
_RATED_AT_MOST = 60
_CAMERA_SCHEMES: Final = ("http", "https", "rtsp", "rtsps")


class EquipmentNotFoundError(Exception):
    """There is no machine of that name."""

    def __init__(self, site: str, code: str) -> None:
        self.site, self.code = site, code
        super().__init__(f"there is no equipment {code!r} on {site!r}: see /api/v1/equipment?site={site}")


class EquipmentRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A machine's nameplate and what else is to be known of it. Raises ValueError for what cannot be."""

    maker: _Line = ""
    model: _Line = ""
    serial: _Line = ""
    built_year: _Year | None = None
    installed_on: date | None = None
    commissioned_on: date | None = None
    supplier: _Line = ""
    warranty_until: date | None = None
    criticality: Criticality | None = None
    """a: its stop stops the factory; b: it stops a part of it; c: it can wait."""
    camera: _Line = ""
    """Which camera looks at it: its name or its address."""
    rated: Mapping[Annotated[str, msgspec.Meta(min_length=1, max_length=60)], _Line] = {}
    """What else the nameplate says, in its own words: {"power": "75 kW"}."""
    notes: Annotated[str, msgspec.Meta(max_length=10_000)] = ""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself, or would lead a reader somewhere else than to a camera."""
        if len(self.rated) > _RATED_AT_MOST:
            raise ValueError(f"rated has {len(self.rated)} lines: at most {_RATED_AT_MOST} are kept")
        if self.installed_on and self.commissioned_on and self.commissioned_on < self.installed_on:
            raise ValueError("commissioned_on is before installed_on: a machine runs after it was put in place")
        scheme, colon, _ = self.camera.partition(":")
        if colon and scheme.lower() not in _CAMERA_SCHEMES:
            raise ValueError(f"camera is a name, or an address that begins with one of {', '.join(_CAMERA_SCHEMES)}")


EMPTY: Final = EquipmentRecord()


@dataclass(frozen=True, slots=True)
class MachineRow:
    """A machine as its record needs it."""

    id: int
    site_id: int
    site: str
    code: str
    name: str
    name_zh: str | None
    equipment_class: str
    space: str | None
    time_zone: str
    document: Any
    report_key: UUID | None

    @property
    def record(self) -> EquipmentRecord:
        """Its record; an empty one where nobody wrote any."""
        return msgspec.convert(self.document or {}, EquipmentRecord)

    @property
    def address(self) -> str:
        """Its public name: `kunshan/compressor-1`."""
        return f"{self.site}/{self.code}"


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of a record; no reason: nobody gave one."""

    at: datetime
    actor: str
    before: Any
    after: Any
    reason: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A machine's key."""

    report_key: UUID


async def machine(connection: Connection, site: str, code: str) -> MachineRow:
    """A machine with its record, also a retired one. Raises EquipmentNotFoundError."""
    found = await one(connection, SQL["machine"], MachineRow, site, code)
    if found is None:
        raise EquipmentNotFoundError(site, code)
    return found


async def family(connection: Connection, equipment_id: int) -> list[MachineRow]:
    """A machine, first, and all that is inside it."""
    return await rows(connection, SQL["family"], MachineRow, equipment_id)


async def put(
    connection: Connection, equipment_id: int, record: EquipmentRecord, actor_id: int, *, reason: str = ""
) -> bool:
    """Write a machine's record in the caller's transaction; whether it is another one than before."""
    after = msgspec.to_builtins(record)
    return await run(connection, SQL["put_record"], equipment_id, after, actor_id, reason) > 0


async def changes(connection: Connection, equipment_id: int) -> Sequence[ChangeRow]:
    """Every change of a machine's record, the newest first."""
    return await rows(connection, SQL["changes_of_record"], ChangeRow, equipment_id)


async def report_key(connection: Connection, equipment_id: int) -> UUID:
    """The key on a machine's label; it is made where there is none yet."""
    found = await one(connection, SQL["key_of_machine"], KeyRow, equipment_id)
    assert found is not None
    return found.report_key


async def new_report_key(connection: Connection, equipment_id: int, actor_id: int, reason: str) -> UUID:
    """Give a machine another key, in the caller's transaction: its labels of before lead nowhere. Kept as a change."""
    found = await one(connection, SQL["another_key"], KeyRow, equipment_id, actor_id, reason)
    assert found is not None
    return found.report_key
