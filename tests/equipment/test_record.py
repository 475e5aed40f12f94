"""A machine's record: kept with what was before, by whom; what contradicts itself is refused."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from services.database import Connection
from services.equipment.record import (
    EMPTY,
    EquipmentNotFoundError,
    EquipmentRecord,
    changes,
    family,
    machine,
    new_report_key,
    put,
    report_key,
)
from tests.equipment import machines

NAMEPLATE = EquipmentRecord(
    maker="Schuler",
    model="MSD 630",
    serial="=HYPERLINK(1)",
    built_year=2019,
    installed_on=date(2020, 3, 1),
    commissioned_on=date(2020, 4, 1),
    warranty_until=date(2027, 4, 1),
    criticality="a",
    camera="rtsp://10.0.0.9/stream",
    rated={"power": "75 kW"},
)


async def test_a_record_is_what_was_written_and_every_change_is_kept(connection: Connection) -> None:
    plant = await machines.make(connection)
    press, li, wang = plant.equipment["press-1"], plant.people["li"], plant.people["wang"]
    assert (await machine(connection, "plant", "press-1")).record == EMPTY
    assert await put(connection, press, NAMEPLATE, li, reason="nameplate")
    assert (await machine(connection, "plant", "press-1")).record == NAMEPLATE
    assert not await put(connection, press, NAMEPLATE, wang), "what is there already is no change"
    corrected = msgspec.structs.replace(NAMEPLATE, serial="4711", criticality=None)
    assert await put(connection, press, corrected, wang)
    newest, first = await changes(connection, press)
    assert (newest.actor, newest.before["serial"], newest.after["serial"]) == ("wang", "=HYPERLINK(1)", "4711")
    assert (newest.before["criticality"], "criticality" in newest.after) == ("a", False)
    assert (first.actor, first.before, first.after["maker"], first.reason) == ("li", {}, "Schuler", "nameplate")
    assert await changes(connection, plant.equipment["other-1"]) == []


async def test_a_family_is_the_machine_and_all_inside_it(connection: Connection) -> None:
    plant = await machines.make(connection)
    found = await family(connection, plant.equipment["line-1"])
    assert [each.code for each in found] == ["line-1", "hydraulics-1", "press-1"]
    assert [each.code for each in await family(connection, plant.equipment["other-1"])] == ["other-1"]
    with pytest.raises(EquipmentNotFoundError, match="see /api/v1/equipment"):
        await machine(connection, "plant", "press-9")


async def test_a_label_keeps_its_key_until_somebody_asks_for_another(connection: Connection) -> None:
    plant = await machines.make(connection)
    press = plant.equipment["press-1"]
    key = await report_key(connection, press)
    assert await report_key(connection, press) == key
    assert await put(connection, press, NAMEPLATE, plant.people["li"])
    assert (await machine(connection, "plant", "press-1")).report_key == key
    another = await new_report_key(connection, press, plant.people["li"], "label found in the street")
    assert another != key
    assert await report_key(connection, press) == another
    assert (await machine(connection, "plant", "press-1")).record == NAMEPLATE
    newest = (await changes(connection, press))[0]
    assert (newest.actor, newest.reason) == ("li", "label found in the street")
    assert str(key) not in str(newest)
    assert str(another) not in str(newest)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"camera": "javascript:alert(1)"}, "camera is a name"),
        ({"camera": "DATA:text/html,x"}, "camera is a name"),
        ({"installed_on": "2026-02-01", "commissioned_on": "2026-01-01"}, "commissioned_on is before"),
        ({"built_year": 12}, "built_year"),
        ({"criticality": "d"}, "criticality"),
        ({"rated": {str(n): "" for n in range(61)}}, "at most 60"),
        ({"maker": "x" * 201}, "maker"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused(document: dict[str, object], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert(document, EquipmentRecord)
