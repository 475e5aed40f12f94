"""Parts of the platform as real processes, for tests that kill them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy.embedded.stack import Stack
from services.database import OUTAGES, Connection, connect
from services.migrate import migrate

IOE = (sys.executable, "-c", "from deploy.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Load:
    """A load of simulators/load_content.py: message i is of device i mod D, its i div D-th."""

    messages: int
    devices: int = 50
    values: int = 5
    seed: int = 1
    start_ms: int = 0
    step_ms: int = 1000

    @property
    def samples(self) -> int:
        """How many readings it makes."""
        return self.messages * self.values

    def sum_kw(self) -> float:
        """The sum of all its values, from the formula alone."""
        total = 0
        for message in range(self.messages):
            sequence, device = divmod(message, self.devices)
            total += sum((self.seed + 31 * device + 17 * sequence + 7 * k) % 10007 for k in range(self.values))
        return total / 100

    def arguments(self, url: str) -> list[str]:
        """Its command line."""
        return [
            *(sys.executable, "-m", "simulators.load", "--url", url, "--site", "load"),
            *("--devices", str(self.devices), "--messages", str(self.messages), "--values", str(self.values)),
            *("--seed", str(self.seed), "--start-ms", str(self.start_ms), "--step-ms", str(self.step_ms)),
        ]


def environment(stack: Stack) -> dict[str, str]:
    """The environment of a process that uses this stack."""
    return {**os.environ, "IOE_DATABASE_URL": stack.database.url, "IOE_MQTT_URL": stack.broker.url}


async def prepare(stack: Stack, load: Load, folder: Path) -> None:
    """Migrate the stack's database and apply the site that fits the load."""
    await migrate(stack.database.url)
    size = ("--site", "load", "--devices", str(load.devices), "--values", str(load.values))
    await finish(sys.executable, "-m", "simulators.load_site", str(folder), *size)
    await finish(*IOE, "site", "apply", str(folder), "--yes", env=environment(stack))


class Processes:
    """Processes of one test; those still running at its end are killed."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._started: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._started:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def ingest(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start an ingest worker."""
        return await self._start(*IOE, "ingest", *arguments, stdout=None)

    async def engine(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start an engine."""
        return await self._start(*IOE, "analytics", *arguments, stdout=None)

    async def api(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start the API."""
        return await self._start(*IOE, "api", *arguments, stdout=None)

    async def verb(self, *words: str) -> asyncio.subprocess.Process:
        """Start any verb of `ioe`."""
        return await self._start(*IOE, *words, stdout=None)

    async def load(self, load: Load, *arguments: str) -> asyncio.subprocess.Process:
        """Start publishing a load."""
        return await self._start(*load.arguments(self._stack.broker.url), *arguments, stdout=asyncio.subprocess.PIPE)

    async def _start(self, *command: str, stdout: int | None) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(*command, env=environment(self._stack), stdout=stdout)
        self._started.append(process)
        return process


async def report_of(process: asyncio.subprocess.Process) -> dict[str, object]:
    """What a load says at its end."""
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    report: dict[str, object] = json.loads(output)
    return report


async def finish(*command: str, env: dict[str, str] | None = None) -> str:
    """Run a command to its end; it must succeed."""
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def until(url: str, condition: Callable[[Connection], Awaitable[bool]], *, within_s: float) -> None:
    """Wait until something holds in a database that may be away in between. Raises TimeoutError."""
    connection: Connection | None = None
    async with asyncio.timeout(within_s):
        while True:
            try:
                if connection is None or connection.is_closed():
                    connection = await connect(url, name="test")
                if await condition(connection):
                    await connection.close()
                    return
            except OUTAGES:
                connection = None
            await asyncio.sleep(0.02)


async def is_receiving(connection: Connection, worker: str = "ingest-1") -> bool:
    """Whether a worker has subscribed: what is published before goes to nobody."""
    state: str | None = await connection.fetchval("SELECT state FROM ingest_worker WHERE name = $1", worker)
    return state == "receiving"


async def stored_at_least(connection: Connection, count: int) -> bool:
    """Whether ingest has counted so many readings as stored."""
    stored: int = await connection.fetchval(
        "SELECT coalesce(sum(count), 0)::int8 FROM ingest_tally WHERE reason = 'stored'"
    )
    return stored >= count
