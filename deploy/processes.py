"""Running one part of the platform as a process: logs to standard error, ends in order on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress


def run_until_stopped(main: Coroutine[object, object, None]) -> None:
    """Run `main`; the first SIGINT or SIGTERM cancels it, and it ends what it has begun."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_cancel_on_signal(main))


async def _cancel_on_signal(main: Coroutine[object, object, None]) -> None:
    task = asyncio.ensure_future(main)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    await task
