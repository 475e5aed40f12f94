"""Silence is health: with all of ingest away there is one alarm, none of its gateways, and nothing looks fresh."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from deploy.embedded.stack import Stack
from tests.acceptance.silence import WITHIN_S, listens, platform
from tests.api.serving import streaming


async def test_with_all_of_ingest_away_nothing_looks_fresh(private_stack: Callable[[], Stack]) -> None:
    async with platform(private_stack()) as seen, streaming(seen.client, "?site=kunshan") as stream:
        await stream.frame()
        await seen.kill("ingest")
        killed_s = time.monotonic()
        await seen.raised("service/ingest-all-silent/ingest")
        assert await seen.fresh() == set()
        assert await listens(stream) is False
        await asyncio.sleep(killed_s + WITHIN_S - time.monotonic())  # twice what a gateway may be silent
        assert await seen.silent_gateways() == set()
        await seen.start(["ingest"])
        await seen.returned("service/ingest-all-silent/ingest")
        assert await listens(stream) is True
        assert await seen.silent_gateways() == set()
