"""The heartbeat of a duty's holder: once a second, over a connection of its own, from a thread of its own.

    work (event loop)  --say({"behind_s": 0.2})-->  detail
    thread, each second:  UPDATE duty SET beat_at, detail WHERE name AND backend_pid    0 rows: another holds it now

The thread is there because a long computation is not a death: the event loop may be busy for seconds, the process
lives all the same. What a stopped or killed process has in common is that its threads are silent too. Whether the work
comes forward is another question, which its detail answers. A database that is away is tried again at the next beat.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from services.database import OUTAGES, REFUSALS, Connection, connect, run
from services.statements import statements

log = logging.getLogger("ioe.duty")
SQL = statements("duty")

BEAT_EACH_S = 1.0
_JOIN_WITHIN_S = 2.0


class Heartbeat:
    """Beats from `start` to `stop`; `lost` is called, in the thread, when the duty turns out to be another's."""

    def __init__(self, url: str, name: str, backend_pid: int, lost: Callable[[], None]) -> None:
        self._url, self._name, self._backend_pid, self._lost = url, name, backend_pid, lost
        self._detail: dict[str, object] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat of {name}", daemon=True)
        self._connection: Connection | None = None

    def say(self, detail: Mapping[str, object]) -> None:
        """What the next beats tell of the work, with when it was said: work that hangs says nothing new."""
        self._detail = {**detail, "said_at": datetime.now(UTC).isoformat(timespec="milliseconds")}

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    async def stop(self) -> None:
        """End beating; does not wait for a database that is away."""
        self._stopped.set()
        await asyncio.to_thread(self._thread.join, _JOIN_WITHIN_S)

    def _run(self) -> None:
        with asyncio.Runner() as loop:
            while not self._stopped.wait(BEAT_EACH_S):
                if not loop.run(self._beat()):
                    self._lost()
                    break
            if self._connection is not None:
                loop.run(self._hang_up(self._connection))

    async def _beat(self) -> bool:
        """Beat once; whether the duty is still ours, as far as can be known."""
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await connect(self._url, name=f"{self._name} heartbeat")
            return await run(self._connection, SQL["beat"], self._name, self._backend_pid, self._detail) > 0
        except (*OUTAGES, *REFUSALS) as error:
            log.warning("%s: this second's beat was not heard: %s %s", self._name, type(error).__name__, error)
            if self._connection is not None:
                self._connection.terminate()
                self._connection = None
            return True

    async def _hang_up(self, connection: Connection) -> None:
        connection.terminate()
        await asyncio.sleep(0)  # the loop closes the socket in its next round
