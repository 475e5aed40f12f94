"""The whole platform as people see it, for tests in which parts of it fall silent.

Real processes at servers of their own, with the demonstration factory; everything is asked over HTTP.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

import deploy
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from services.migrate import migrate
from tests.acceptance.platform import IOE, Processes, environment, finish
from tests.api.serving import Stream

KUNSHAN = Path(deploy.__file__).parent / "sites" / "kunshan"
#: What the platform promises.
WITHIN_S = 60.0
#: Time for everything to be there, and to recover, on a machine with other work.
PATIENCE_S = 180.0


class Platform:
    """The running platform as people see it, over HTTP, and its parts, to be ended and started."""

    def __init__(self, stack: Stack, client: httpx.AsyncClient, processes: Processes, port: int) -> None:
        self.client = client
        self._stack = stack
        self._processes = processes
        self._words = {
            "ingest": ["ingest"],
            "energy": ["analytics", "--duty", "energy"],
            "alarms": ["analytics", "--duty", "alarms"],
            "maintenance": ["analytics", "--duty", "maintenance"],
            "watch": ["watch"],
            "api": ["api", "--port", str(port)],
            "factory": ["simulate", "--interval", "3s"],
        }
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, names: Sequence[str] = ()) -> None:
        """Start these parts, or all."""
        for name in names or self._words:
            self._running[name] = await self._processes.verb(*self._words[name])

    async def kill(self, name: str) -> None:
        """End a part at once."""
        self._running[name].send_signal(signal.SIGKILL)
        await self._running[name].wait()

    async def order(self, words: str) -> None:
        """Order a fault in the running factory."""
        await finish(*IOE, "simulate", "fault", *words.split(), env=environment(self._stack))

    async def alarms(self) -> dict[str, str]:
        """States of all alarms that are not normal."""
        try:
            answer = await self.client.get("/api/v1/alarms", params={"limit": 500})
        except httpx.TransportError:
            return {}
        return {each["alarm"]: each["state"] for each in answer.json()["items"]} if answer.is_success else {}

    async def until(self, alarm: str, state: str, within_s: float) -> float:
        """Wait until an alarm is in a state; gives the seconds that took. Raises TimeoutError."""
        began_s = time.monotonic()
        try:
            async with asyncio.timeout(within_s):
                while (await self.alarms()).get(alarm) != state:
                    await asyncio.sleep(0.5)
        except TimeoutError as error:
            error.add_note(f"{alarm} is not {state} after {within_s} s: {await self.alarms()}")
            raise
        return time.monotonic() - began_s

    async def raised(self, alarm: str) -> float:
        """Wait until people are told of an alarm, at most a minute."""
        took_s = await self.until(alarm, "unacknowledged", WITHIN_S)
        print(f"{alarm}: visible after {took_s:.1f} s")
        return took_s

    async def returned(self, alarm: str) -> None:
        """Wait until it is over."""
        print(f"{alarm}: over after {await self.until(alarm, 'returned_unacknowledged', PATIENCE_S):.1f} s")

    async def fresh(self) -> set[str]:
        """Devices with at least one value that is shown as fresh."""
        found: set[str] = set()
        after = None
        while True:
            page = {"limit": 500, **({} if after is None else {"cursor": after})}
            answer = (await self.client.get("/api/v1/live", params={"site": "kunshan", **page})).json()
            found |= {each["id"].split("/")[1] for each in answer["items"] if not each["stale"]}
            after = answer.get("next")
            if after is None:
                return found

    async def warnings(self) -> set[str]:
        """What the service says of itself."""
        answer = await self.client.get("/api/v1/health/ready")
        return {each["name"] for each in answer.json()["checks"] if each["status"] != "ok"}

    async def is_well(self) -> None:
        """Wait until nothing is wrong with the service and the whole factory is heard."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(httpx.TransportError, KeyError):
                    if not await self.warnings() and len(await self.fresh()) > 170:
                        return
                await asyncio.sleep(1)

    async def silent_gateways(self) -> set[str]:
        """Silent gateways that people are told of."""
        return {
            alarm
            for alarm, state in (await self.alarms()).items()
            if "/gateway-silent/" in alarm and state == "unacknowledged"
        }


@asynccontextmanager
async def platform(stack: Stack) -> AsyncIterator[Platform]:
    """Everything there and well, and no alarm that says that anything is silent."""
    await migrate(stack.database.url)
    await finish(*IOE, "site", "apply", str(KUNSHAN), "--yes", env=environment(stack))
    port = free_port()
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client,
        Processes(stack) as processes,
    ):
        seen = Platform(stack, client, processes, port)
        await seen.start()
        await seen.is_well()
        assert not [alarm for alarm in await seen.alarms() if "silent" in alarm or "unreachable" in alarm]
        yield seen


async def listens(stream: Stream) -> bool:
    """What the next frame about it says."""
    return bool((await stream.until(lambda frame: frame.event == "hearing"))[-1].data["hearing"]["listening"])
