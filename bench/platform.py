"""Servers and processes for a benchmark: like the tests', with the database as durable as in production."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.embedded.stack import Stack
from services.database import Connection, connect
from tests.acceptance.platform import Load, Processes, prepare
from tests.servers import running_stack, temporary_home


@dataclass(frozen=True, slots=True)
class Platform:
    """A stack with a site that fits a load, a connection to its database, and a way to start processes."""

    stack: Stack
    processes: Processes
    connection: Connection

    @property
    def mqtt_port(self) -> str:
        """The broker's port."""
        return self.stack.broker.url.rpartition(":")[2]


@asynccontextmanager
async def platform(load: Load) -> AsyncIterator[Platform]:
    """Start it; end everything with the block."""
    with temporary_home() as home, running_stack(home) as stack, tempfile.TemporaryDirectory() as folder:
        await prepare(stack, load, Path(folder))
        async with Processes(stack) as processes:
            connection = await connect(stack.database.url, name="bench")
            try:
                yield Platform(stack, processes, connection)
            finally:
                await connection.close()


async def answers(base: str, within_s: float = 60.0) -> None:
    """Wait until an API process answers and has its live values. Raises TimeoutError."""
    async with asyncio.timeout(within_s), httpx.AsyncClient(base_url=base, timeout=within_s) as client:
        while not await _is_ready(client):  # noqa: ASYNC110 - another process starts
            await asyncio.sleep(0.1)


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/api/v1/health/ready")).is_success
    except httpx.TransportError:
        return False


def peak_memory_mb(pid: int) -> float:
    """The most memory a process has held so far."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def drain_by_mosquitto_sub(program: Path, port: str, client: str, messages: int) -> None:
    """Let mosquitto_sub take a backlog and discard it: the limit of any receiver on this broker."""
    with subprocess.Popen(
        [
            *(str(program), "-p", port, "-V", "5", "-c", "-i", client, "-q", "1", "-x", "3600"),
            *("-D", "connect", "receive-maximum", "20000", "-t", "ioe/v1/+/+/telemetry", "-C", str(messages), "-N"),
        ],
        stdout=subprocess.DEVNULL,
    ) as process:
        if process.wait(600) != 0:
            raise RuntimeError(f"mosquitto_sub ended with {process.returncode}")
