"""parts.csv and nameplates.csv: the parts that a site keeps, and what stands on each machine's nameplate.

    parts.csv        code, name, name_zh, unit, location, supplier, minimum, unit_cost, currency, opening_stock
    nameplates.csv   equipment, maker, model, serial, ..., rated ("power: 160 kW; flow: 27.5 m3/min"), notes

The opening stock counts once, when the part is new here; after that the stock is what was received, used and counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from services.equipment.record import EquipmentRecord
from services.maintenance_folder.people_file import once
from services.maintenance_folder.structure import structure
from services.site_folder.exact import decimal
from services.site_folder.record import Record

PARTS_FILE: Final = "parts.csv"
PART_COLUMNS: Final = (
    *("code", "name", "name_zh", "unit", "location", "supplier", "minimum", "unit_cost", "currency", "opening_stock"),
)
PART_NEEDED: Final = ("code", "name")
NAMEPLATES_FILE: Final = "nameplates.csv"
NAMEPLATE_COLUMNS: Final = (
    *("equipment", "maker", "model", "serial", "built_year", "installed_on", "commissioned_on", "supplier"),
    *("warranty_until", "criticality", "camera", "rated", "notes"),
)
NAMEPLATE_NEEDED: Final = ("equipment",)
_CURRENCY = re.compile(r"[A-Z]{3}")


class Part(msgspec.Struct, frozen=True):
    """A part as the file has it; figures exactly as written."""

    code: str
    name: str
    name_zh: str
    unit: str
    location: str
    supplier: str
    minimum: Decimal
    unit_cost: Decimal | None
    currency: str | None
    opening_stock: Decimal


def read_parts(records: Sequence[Record]) -> dict[str, Part]:
    """The parts by code."""
    parts: dict[str, Part] = {}
    for record in records:
        code = record.code("code")
        unit_cost, currency = decimal(record, "unit_cost", least=0), record.optional_text("currency")
        if ("unit_cost" in record.values) != ("currency" in record.values):
            record.wrong("currency", "'unit_cost' and 'currency' belong together: give both or none")
        if currency and not _CURRENCY.fullmatch(currency):
            record.wrong("currency", f"currency {currency!r} must be three capital letters, as in CNY")
        part = Part(
            code,
            record.text("name"),
            record.text("name_zh", needed=False),
            record.text("unit", needed=False) or "pcs",
            record.text("location", needed=False),
            record.text("supplier", needed=False),
            decimal(record, "minimum", least=0) or Decimal(0),
            unit_cost,
            currency,
            decimal(record, "opening_stock", least=0) or Decimal(0),
        )
        once(record, "part", code, parts, part)
    return parts


def read_nameplates(records: Sequence[Record]) -> dict[str, EquipmentRecord]:
    """The nameplates by the code of their machine."""
    found: dict[str, EquipmentRecord] = {}
    for record in records:
        code = record.code("equipment")
        if code in found:
            record.wrong("equipment", f"machine {code!r} is there already: leave one of the two")
        values: dict[str, Any] = dict(record.values)
        year = record.number("built_year")
        values |= {} if year is None else {"built_year": int(year)}
        values["rated"] = _rated(record)
        read = Record(record.file, record.line, values, record.lines, record.mistakes)
        plate = structure(read, EquipmentRecord, also=("equipment",))
        if plate is not None:
            found[code] = plate
    return found


def _rated(record: Record) -> dict[str, str]:
    """`power: 160 kW; flow: 27.5 m3/min`."""
    rated: dict[str, str] = {}
    for piece in record.text("rated", needed=False).split(";"):
        name, colon, value = (part.strip() for part in piece.partition(":"))
        if not piece.strip():
            continue
        if not (name and colon and value):
            record.wrong(
                "rated", f"{piece.strip()!r} must be a name and a value, as in 'power: 160 kW; speed: 1485 /min'"
            )
        rated[name] = value
    return rated
