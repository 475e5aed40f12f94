"""What a killed broker alone would have lost: `python -m bench.broker_loss [--messages N]`.

A load that never repeats what was acknowledged, an ingest worker, a SIGKILL of the broker in the middle, a restart.
What is missing at the end was acknowledged by the broker and not kept by it. Devices that publish their last minutes
again (all of ours do) lose none of it: tests/acceptance/test_crash.py.
"""

from __future__ import annotations

import argparse
import asyncio
import time

from bench.platform import Platform, platform
from tests.acceptance.platform import Load, is_receiving, report_of, stored_at_least, until

_QUIET_S = 5.0


async def quiet(on: Platform) -> int:
    """Wait until nothing is stored any more; gives how many readings are."""
    count, since = -1, time.monotonic()
    while time.monotonic() - since < _QUIET_S:
        found: int = await on.connection.fetchval("SELECT coalesce(sum(samples), 0)::int8 FROM batch_log")
        if found != count:
            count, since = found, time.monotonic()
        await asyncio.sleep(0.1)
    return count


async def measure(messages: int, rate: float) -> tuple[int, int]:
    """(messages acknowledged to the publisher, messages of these that never arrived)."""
    load = Load(messages=messages, devices=100, values=5, start_ms=int(time.time() * 1000) - messages * 20)
    async with platform(load) as on:
        await on.processes.ingest()
        await until(on.stack.database.url, is_receiving, within_s=30)
        publishing = await on.processes.load(load, "--forgetful", "--rate", str(rate))
        await until(on.stack.database.url, lambda c: stored_at_least(c, load.samples // 4), within_s=300)
        await asyncio.to_thread(on.stack.broker.kill)
        await asyncio.to_thread(on.stack.broker.start)
        report = await asyncio.wait_for(report_of(publishing), 300)
        stored = await quiet(on)
    return int(str(report["acknowledged"])), messages - stored // load.values


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.broker_loss", description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--rate", type=float, default=20_000, help="messages a second (default 20000)")
    arguments = parser.parse_args()
    acknowledged, lost = asyncio.run(measure(arguments.messages, arguments.rate))
    print(
        f"{acknowledged:,} messages acknowledged at {arguments.rate:,.0f} a second, {lost:,} lost by the broker alone"
    )


if __name__ == "__main__":
    main()
