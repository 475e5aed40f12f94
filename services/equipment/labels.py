"""What stands on the labels of machines; a machine that has no key yet is given one."""

from __future__ import annotations

from collections.abc import Collection

from services.database import Connection
from services.equipment.figures import machines
from services.equipment.record import EquipmentNotFoundError, report_key
from services.papers.label_sheet import Label


async def labels(connection: Connection, site: str, codes: Collection[str] | None = None) -> list[Label]:
    """The labels of a site's machines that are in use, or of some, in the caller's transaction.

    Raises EquipmentNotFoundError.
    """
    found = {each.code: each for each in await machines(connection, site)}
    for code in codes or ():
        if code not in found:
            raise EquipmentNotFoundError(site, code)
    return [
        Label(each.name, each.name_zh or "", each.address, each.space or "", str(await report_key(connection, each.id)))
        for each in found.values()
        if codes is None or each.code in codes
    ]
