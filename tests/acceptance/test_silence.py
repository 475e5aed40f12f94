"""Silence is health: whoever falls silent is a visible alarm within a minute, and nothing shows as fresh that is not.

The whole platform as real processes at servers of its own, with the demonstration factory: one gateway, the engine, the
evaluation of alarms, the whole of ingest, the broker and the watch fall silent in turn; each alarm returns afterwards.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

import deploy
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from services.migrate import migrate
from tests.acceptance.platform import IOE, Processes, environment, finish
from tests.api.serving import Stream, streaming

KUNSHAN = Path(deploy.__file__).parent / "sites" / "kunshan"
#: What the platform promises.
WITHIN_S = 60.0
#: Time for everything to be there, and to recover, on a machine with other work.
PATIENCE_S = 180.0
GATEWAY = "gw-campus"


class Platform:
    """The running platform as people see it: over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

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


@asynccontextmanager
async def platform(stack: Stack) -> AsyncIterator[tuple[Platform, dict[str, list[str]]]]:
    """The site in the database, what to start, and a client of it."""
    await migrate(stack.database.url)
    await finish(*IOE, "site", "apply", str(KUNSHAN), "--yes", env=environment(stack))
    port = free_port()
    words = {
        "ingest": ["ingest"],
        "energy": ["analytics", "--duty", "energy"],
        "alarms": ["analytics", "--duty", "alarms"],
        "watch": ["watch"],
        "api": ["api", "--port", str(port)],
        "factory": ["simulate", "--interval", "3s"],
    }
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        yield Platform(client), words


async def test_who_falls_silent_is_an_alarm_and_nothing_looks_fresh(private_stack: Callable[[], Stack]) -> None:
    stack = private_stack()
    async with Processes(stack) as processes, platform(stack) as (seen, words):
        running = {name: await processes.verb(*line) for name, line in words.items()}

        async def kill(name: str) -> None:
            running[name].send_signal(signal.SIGKILL)
            await running[name].wait()

        async def start(name: str) -> None:
            running[name] = await processes.verb(*words[name])

        await seen.is_well()
        everybody = await seen.fresh()
        assert not [alarm for alarm in await seen.alarms() if "silent" in alarm or "unreachable" in alarm]

        # One gateway: its devices are silent with it, and one alarm says so.
        await order(stack, f"drop-out@{GATEWAY}:duration=1h")
        await seen.raised(f"kunshan/gateway-silent/{GATEWAY}")
        quiet = everybody - await seen.fresh()
        assert GATEWAY in quiet
        assert "gw-b1" not in quiet
        await order(stack, "clear all")
        await seen.returned(f"kunshan/gateway-silent/{GATEWAY}")

        # Who accounts, and who evaluates alarms: figures stand still, live values go on.
        for name, alarm in (("energy", "service/engine-silent/energy"), ("alarms", "service/alarms-silent/alarms")):
            await kill(name)
            await seen.raised(alarm)
            await start(name)
            await seen.returned(alarm)

        async with streaming(seen.client, "?site=kunshan") as stream:
            await stream.frame()

            # The whole of ingest: one alarm, and none of its gateways.
            await kill("ingest")
            await seen.raised("service/ingest-all-silent/ingest")
            assert await seen.fresh() == set()
            assert await listens(stream) is False
            await asyncio.sleep(WITHIN_S)  # twice what a gateway may be silent
            assert await told_of_gateways(seen) == set()
            await start("ingest")
            await seen.returned("service/ingest-all-silent/ingest")
            assert await listens(stream) is True

            # The broker.
            stack.broker.kill()
            await seen.raised("service/broker-unreachable/broker")
            assert await seen.fresh() == set()
            assert await listens(stream) is False
            stack.broker.start()
            await seen.returned("service/broker-unreachable/broker")
            assert await told_of_gateways(seen) == set()

        # The watch itself is told by whoever is asked for health.
        await seen.is_well()
        began_s = time.monotonic()
        await kill("watch")
        async with asyncio.timeout(WITHIN_S):
            while "duty watch" not in await seen.warnings():
                await asyncio.sleep(0.5)
        print(f"the watch: told by health after {time.monotonic() - began_s:.1f} s")


async def order(stack: Stack, words: str) -> None:
    """Order a fault in the running factory."""
    await finish(*IOE, "simulate", "fault", *words.split(), env=environment(stack))


async def listens(stream: Stream) -> bool:
    """What the next frame about it says."""
    return bool((await stream.until(lambda frame: frame.event == "hearing"))[-1].data["hearing"]["listening"])


async def told_of_gateways(seen: Platform) -> set[str]:
    """Silent gateways that people are told of."""
    return {
        alarm
        for alarm, state in (await seen.alarms()).items()
        if "/gateway-silent/" in alarm and state == "unacknowledged"
    }
