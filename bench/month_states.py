"""A month of the demonstration factory's machines, held against the simulator's truth: `python -m bench.month_states`.

    simulator (states alone, each 30 s and at each change) --> log --> following --> states, days --> compared
                                                           raw readings --> derived anew from nothing --> compared again

    python -m bench.month_states                 31 days from 2026-07-01, with a trip now and then
    python -m bench.month_states --days 3

Every change of every machine's state, its seconds in each state, its run hours and its starts have to be the truth's,
exactly; the hours by its own counter may differ by one step (30 s) at an end, see tests/machine_states. There is no
broker in between: what the wire does to readings is measured elsewhere. Exit code 1 where anything differs.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from services.database import Connection, connect
from services.machine_states import bindings, catching_up
from services.migrate import migrate
from tests.machine_states.simulated_states import Compared, compare, live, true_machines
from tests.servers import running_stack, temporary_home

START = int(datetime.fromisoformat("2026-07-01T00:00:00+08:00").timestamp())
_DAY_S = 86_400
#: Trips and their repairs: states that an undisturbed month does not have.
FAULTS = (
    "oil-temperature-high@comp-5:start=+30h,duration=3h",
    "oil-temperature-high@comp-1:start=+200h,duration=90m",
    "oil-temperature-high@comp-3:start=+500h,duration=5h",
)


async def measure(days: int, say: Callable[[str], None]) -> list[Compared]:
    """Simulate, follow, compare; derive anew, compare again. Gives what was compared, both times."""
    stop = START + days * _DAY_S
    with temporary_home() as home, running_stack(home) as stack, tempfile.TemporaryDirectory() as folder:
        truth = Path(folder, "truth.jsonl")
        await migrate(stack.database.url)
        connection = await connect(stack.database.url, name="bench")
        try:
            began_s, used_s = time.monotonic(), time.process_time()
            store = await live(connection, START, stop, truth, *FAULTS)
            say(f"{store.readings:,} readings of states followed, with the simulation in {_since(began_s, used_s)}")
            machines = true_machines(truth)
            found = await compare(connection, machines, START, stop)
            began_s, used_s = time.monotonic(), time.process_time()
            await _anew(connection)
            say(f"derived anew from raw readings in {_since(began_s, used_s)}")
            return found + await compare(connection, machines, START, stop)
        finally:
            await connection.close()


async def _anew(connection: Connection) -> None:
    await connection.execute("TRUNCATE machine_state, machine_day, machine_state_cover")
    known = await bindings.load(connection)
    async with connection.transaction():
        await catching_up.learn(connection, known)
    while True:
        async with connection.transaction():
            if not await catching_up.step(connection, known):
                return


def _since(began_s: float, used_s: float) -> str:
    return f"{time.monotonic() - began_s:.0f} s, {time.process_time() - used_s:.0f} s of them our processor's"


def table(found: Sequence[Compared]) -> str:
    """A line for each machine."""
    lines = [f"{'machine':<18}{'changes':>9}{'starts':>8}{'run hours':>12}"]
    lines += [
        f"{each.code:<18}{each.changes:>9}{each.starts:>8}{each.run_h:>12.4f}  {'; '.join(each.wrong)}"
        for each in found
    ]
    return "\n".join(lines)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.month_states", description=__doc__)
    parser.add_argument("--days", type=int, default=31, help="days from 2026-07-01 (default 31)")
    found = asyncio.run(measure(parser.parse_args().days, print))
    print(table(found[: len(found) // 2]))
    wrong = [each for each in found if each.wrong]
    print(f"{len(found) // 2} machines, followed and derived anew: {len(wrong)} differ from the truth")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
