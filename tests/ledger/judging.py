"""The engine's accounting without its process: everything stored is judged, everything asked for is judged again."""

from __future__ import annotations

from services.database import Connection
from services.metering.accountant import Accountant
from services.metering.rejudging import work_some


async def judge(connection: Connection) -> None:
    """Bring all registers up to what is stored, as a started engine does."""
    accountant = Accountant()
    await accountant.start(connection)
    while await work_some(connection, accountant, 10):
        pass
    await accountant.flush(connection)
    async with connection.transaction():
        await accountant.put_heads(connection)
