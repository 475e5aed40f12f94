"""`make bench`: the project's speeds, each beside its limit in the same run.

    python -m bench [--messages N] [--seconds N] [--only NAME ...]

Absolute figures belong to the machine and the hour; the ratios travel. Each part starts servers of its own on loopback,
is bounded in messages and in time, and leaves nothing behind.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform

from bench import accounting, alarms, backlog, bulk, energy, stream
from bench.result import Result, table

PARTS = ("backlog", "bulk", "stream", "energy", "accounting", "alarms")


async def _run(arguments: argparse.Namespace) -> list[Result]:
    results: list[Result] = []
    chosen = arguments.only or PARTS
    rate = arguments.rate
    if "backlog" in chosen:
        results.append(await backlog.measure(arguments.messages))
        rate = rate or results[-1].measured / 2
    if "bulk" in chosen:
        results.append(await bulk.measure(arguments.messages // 100))
    if "stream" in chosen:
        results.append(await stream.measure(rate or 5_000, arguments.seconds))
    if "energy" in chosen:
        results += await energy.measure(arguments.meters)
    if "accounting" in chosen:
        results.append(await accounting.measure(arguments.meters, 3 * arguments.seconds))
    if "alarms" in chosen:
        results.append(alarms.measure_evaluator(2 * arguments.seconds))
        results += await alarms.measure_platform(3 * arguments.seconds)
    return results


def main() -> None:
    """Run the parts and print what they measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000, help="size of the backlog (default 200000)")
    parser.add_argument("--seconds", type=int, default=20, help="how long the stream is watched (default 20)")
    parser.add_argument("--rate", type=float, help="messages a second behind the stream (default: half the backlog's)")
    parser.add_argument("--meters", type=int, default=1_000, help="meters with a year of energy (default 1000)")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="only these parts")
    results = asyncio.run(_run(parser.parse_args()))
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}\n")
    print(table(results))


if __name__ == "__main__":
    main()
