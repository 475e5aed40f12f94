"""Silence is health: a broker that is away is one alarm, and that the watch is away is told by whoever is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from deploy.embedded.stack import Stack
from tests.acceptance.silence import WITHIN_S, listens, platform
from tests.api.serving import streaming


async def test_without_the_broker_nothing_looks_fresh_and_health_tells_of_the_watch(
    private_stack: Callable[[], Stack],
) -> None:
    stack = private_stack()
    async with platform(stack) as seen, streaming(seen.client, "?site=kunshan") as stream:
        await stream.frame()
        stack.broker.kill()
        await seen.raised("service/broker-unreachable/broker")
        assert await seen.fresh() == set()
        assert await listens(stream) is False
        stack.broker.start()
        await seen.returned("service/broker-unreachable/broker")
        assert await seen.silent_gateways() == set()
        await seen.is_well()

        # The watch itself is told by whoever is asked for health.
        began_s = time.monotonic()
        await seen.kill("watch")
        async with asyncio.timeout(WITHIN_S):
            while "duty watch" not in await seen.warnings():
                await asyncio.sleep(0.5)
        print(f"the watch: told by health after {time.monotonic() - began_s:.1f} s")
