"""The demonstration factory, simulated at full speed with faults, held against its own truth: `python -m bench.month`.

    simulator --MQTT--> ingest --> engine --> quarter hours --> days by band
        |                                                            |
        |                                                            +-- API: site, spaces, units
        +-- truth.jsonl --> days by band (bench/truth.py) ------ compared: these, losses, every register

    python -m bench.month                  July, 31 days: a day takes about half a minute
    python -m bench.month --days 2
    python -m bench.month --days 0         four hours of an evening (tests/acceptance/test_simulated_evening.py)

What a person would do is done over the API: the replacement of a meter is entered, the jump of a stuck register is
accepted. Everything else the platform has to find out by itself. Exit code 1 where a figure is off by more than 0.1 %
and what the dials cannot show.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench import month_subjects, truth
from bench.month_compare import Compared, answered_days, compare, stored_days, subjects, table
from bench.month_faults import FAULTS, REPLACED, STUCK
from bench.truth import ZONE, Truth
from deploy.embedded.stack import Stack
from services.database import Connection, connect
from services.migrate import migrate
from tests.acceptance.platform import IOE, Processes, environment, finish, is_receiving, until
from tests.api.serving import serving, until_ready
from tests.servers import running_stack, temporary_home

SITE = Path(__file__).parents[1] / "deploy" / "sites" / "kunshan"
_QUIET_S = 6.0


@dataclass(frozen=True, slots=True)
class Span:
    """What is simulated: whole local days of July, or with 0 days the four hours from 18:00."""

    start: datetime
    days: int

    @property
    def stop(self) -> datetime:
        """Where it ends."""
        return self.start + (timedelta(days=self.days) if self.days else timedelta(hours=4))


def span(days: int, now: datetime) -> Span:
    """The last July that is over: readings must not be of the future, nor older than their retention."""
    year = now.year if now >= datetime(now.year, 8, 1, tzinfo=ZONE) else now.year - 1
    return Span(datetime(year, 7, 1, 0 if days else 18, tzinfo=ZONE), days)


async def play(stack: Stack, of: Span, truth_file: Path) -> None:
    """Publish the span with its faults; from a minute earlier, as registers are read at the end of a minute."""
    start = of.start - timedelta(minutes=1)
    faults = [part for fault in FAULTS for part in ("--fault", fault.option(of.start, of.days))]
    await finish(
        *(*IOE, "simulate", "--start", start.isoformat(), "--stop", of.stop.isoformat(), "--speed", "max"),
        *("--truth", str(truth_file), *faults),
        env=environment(stack),
    )


async def settled(connection: Connection) -> None:
    """Wait until nothing comes in any more, no energy changes and nothing is to be judged again."""
    seen, since = None, time.monotonic()
    while time.monotonic() - since < _QUIET_S:
        found = await connection.fetchrow(
            """SELECT (SELECT sum(count) FROM ingest_tally), (SELECT count(*) FROM recompute_task) AS to_judge_again,
                      (SELECT sum(measured + interpolated + estimated) FROM energy_day)"""
        )
        if found != seen or found["to_judge_again"]:
            seen, since = found, time.monotonic()
        await asyncio.sleep(0.2)


async def enter_what_people_know(client: httpx.AsyncClient, known: Truth) -> None:
    """The replacement, flow by flow, from what the simulator says of its dials; and the jump of the stuck register."""
    registers = truth.registers_of(SITE)
    for entry in known.set_registers:
        if entry["device"] != REPLACED:
            continue
        register = registers.get(f"{entry['device']}/{entry['key']}")
        if register is None:
            continue
        answer = await client.post(
            f"/api/v1/meters/kunshan/{REPLACED}/replacements",
            json={
                "flow": register.partition("/")[2],
                "at": entry["time"],
                "closing_value": str(entry["before"]),
                "opening_value": str(entry["after"]),
                "reason": "replaced in the simulation",
            },
        )
        assert answer.is_success, answer.text
    answer = await client.get("/api/v1/ledger", params={"open": "true", "limit": 200})
    assert answer.is_success, answer.text
    for held in answer.json()["items"]:
        if held["meter"] != f"kunshan/{STUCK}":
            continue
        ruling = {key: held[key] for key in ("flow", "start", "stop")}
        answer = await client.post(
            f"/api/v1/meters/kunshan/{STUCK}/rulings",
            json={**ruling, "verdict": "accept", "reason": "the display had hung"},
        )
        assert answer.is_success, answer.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    compared: list[Compared]
    ledger: dict[str, int]
    seconds: float
    simulated: timedelta
    readings: int


async def measure(of: Span, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Run the factory over a span and compare."""
    started_s = time.monotonic()
    with temporary_home() as home, running_stack(home) as stack, tempfile.TemporaryDirectory() as folder:
        truth_file = Path(folder, "truth.jsonl")
        await migrate(stack.database.url)
        await finish(*IOE, "site", "apply", str(SITE), "--yes", env=environment(stack))
        async with Processes(stack) as processes:
            await processes.ingest()
            await processes.engine()
            await until(stack.database.url, is_receiving, within_s=60)
            connection = await connect(stack.database.url, name="bench")
            try:
                await play(stack, of, truth_file)
                say(f"simulated {of.stop - of.start} in {time.monotonic() - started_s:.0f} s")
                await settled(connection)
                known = truth.read(truth_file, truth.registers_of(SITE), of.start)
                async with serving(stack.database.url) as client:
                    await until_ready(client)
                    await enter_what_people_know(client, known)
                    await settled(connection)
                    say(f"judged after {time.monotonic() - started_s:.0f} s")
                    meters = month_subjects.listed(SITE)
                    answers = {
                        f"{kind} {name}": await answered_days(client, of.days, of.start, asked)
                        for kind, name, asked, _ in subjects(meters)
                    }
                return Outcome(
                    compare(known, await stored_days(connection), answers, meters, SITE),
                    dict(await connection.fetch("SELECT kind, count(*) FROM ledger_entry GROUP BY 1 ORDER BY 1")),
                    time.monotonic() - started_s,
                    of.stop - of.start,
                    await connection.fetchval("SELECT count(*) FROM reading"),
                )
            finally:
                await connection.close()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.month", description=__doc__)
    parser.add_argument("--days", type=int, default=31, help="days of July; 0: four hours of an evening (default 31)")
    arguments = parser.parse_args()
    outcome = asyncio.run(measure(span(arguments.days, datetime.now(UTC)), print))
    print(f"{outcome.simulated} simulated in {outcome.seconds:.0f} s, {outcome.readings:,} readings")
    print("ledger: " + ", ".join(f"{kind} {count}" for kind, count in outcome.ledger.items()))
    print(table(outcome.compared))
    sys.exit(not all(compared.good for compared in outcome.compared))


if __name__ == "__main__":
    main()
