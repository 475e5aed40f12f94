"""A process with a duty, for tests that stop and kill it: writes a row of `effort` every few milliseconds.

python -m tests.services.dutiful URL NAME
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from services.database import Connection, DatabaseSettings
from services.duty import Say, hold


async def work(connection: Connection, say: Say) -> None:
    """Write, for ever."""
    number = 0
    while True:
        number += 1
        await connection.execute("INSERT INTO effort (process) VALUES ($1)", os.getpid())
        say({"number": number})
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    _, url_, name_ = sys.argv
    asyncio.run(hold(DatabaseSettings(url=url_), name_, work))
