"""How many alarms a factory without faults raises: `python -m bench.quiet_week`.

    simulator --samples--> evaluator (every rule of the library and of the site, bound to every machine) --> counts

    python -m bench.quiet_week                            seven days from 2026-11-23, steps of 10 s
    python -m bench.quiet_week --start 2026-07-13 --seed 2 --days 2 --step 30

There is no broker and no database in between: a week would take hours. What comes of rules that only services can
answer (clocks, irregular messages, the meter ledger, comparisons with like days, forecasts of demand) is therefore not
in the counts; tests/acceptance/test_quiet_week.py has a shorter span through all of it. An alarm is counted when it
would be told to people: its level holds and nothing keeps it quiet. Exit code 1 where there are more than one in ten
minutes on average, or a rule and machine raises three within a minute.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import numpy as np

from analytics.alarms.change import Change
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import AlarmKey
from analytics.batches import Columns
from simulators.factory.factory import Factory
from simulators.factory.telemetry import Sample, Telemetry
from tests.alarms.factory_machines import binding, conversions, machines

ZONE = timezone(timedelta(hours=8))
MOST_IN_TEN_MINUTES = 1.0
CHATTERING, WITHIN_US = 3, 60_000_000
_WARM_UP_S = 1800
_MINUTES_A_WEEK = 10_080


@dataclass(slots=True)
class Tally:
    """What was told to people, by alarm."""

    raised_us: dict[AlarmKey, list[int]] = field(default_factory=lambda: defaultdict(list))
    stands: dict[AlarmKey, str] = field(default_factory=dict)
    quiet: Counter[str] = field(default_factory=Counter)

    def take(self, changes: Sequence[Change]) -> None:
        """Count what begins to be told."""
        for change in changes:
            if change.level is None:
                self.stands.pop(change.key, None)
            elif change.quiet is not None:
                self.stands.pop(change.key, None)
                self.quiet[f"{change.key.rule} ({change.quiet})"] += 1
            elif change.key not in self.stands:
                self.raised_us[change.key].append(change.at_us)
                self.stands[change.key] = change.level

    @property
    def count(self) -> int:
        """Of all alarms."""
        return sum(map(len, self.raised_us.values()))

    def chattering(self) -> list[AlarmKey]:
        """Those that were raised three times within a minute."""
        return [
            key
            for key, times in self.raised_us.items()
            if any(late - early <= WITHIN_US for early, late in zip(times, times[CHATTERING - 1 :], strict=False))
        ]

    def top(self, most: int = 10) -> list[tuple[str, int]]:
        """The alarms that were raised most."""
        counts = {f"{key.rule}/{key.subject}": len(times) for key, times in self.raised_us.items()}
        return Counter(counts).most_common(most)


def point_ids() -> Mapping[tuple[str, str], tuple[int, Mapping[str, float]]]:
    """(device, key) to the number of its point and of its states."""
    return {
        (machine.code, key): (point.point_id, point.states)
        for machine in machines()
        if machine.subject == "device"
        for key, point in machine.points.items()
    }


def columns_of(samples: Iterator[Sample], ids: Mapping[tuple[str, str], tuple[int, Mapping[str, float]]]) -> Columns:
    """What ingest would make of samples."""
    units = conversions()
    points: list[int] = []
    times: list[int] = []
    values: list[float] = []
    for sample in samples:
        at_us = int(sample.time_s * 1_000_000)
        for key, value in sample.values.items():
            point_id, states = ids[sample.device, key]
            points.append(point_id)
            times.append(at_us)
            values.append(states[value] if isinstance(value, str) else units[point_id].stored(float(value)))
    return Columns(np.array(points, np.int32), np.array(times, np.int64), np.array(values, np.float64))


def run(start: datetime, days: float, seed: int, step_s: int) -> Tally:
    """Let the factory live, and evaluate everything it says."""
    start_s = int(start.timestamp())
    factory = Factory(seed)
    telemetry = Telemetry(factory.fleets, seed)
    factory.time_s = start_s - _WARM_UP_S
    while factory.time_s < start_s:
        factory.step(factory.time_s + 60, 60)
    ids, tally = point_ids(), Tally()
    evaluator = Evaluator(binding().instances)
    stop_s = start_s + round(days * 86_400)
    while factory.time_s < stop_s:
        time_s = factory.time_s + step_s
        factory.step(time_s, step_s)
        factory.take_changes()
        due = telemetry.due(time_s, step_s, step_s)
        columns = columns_of(telemetry.samples(time_s, due, factory.readings()), ids)
        now_us = time_s * 1_000_000
        tally.take(evaluator.take(columns, now_us))
        local = datetime.fromtimestamp(time_s, ZONE)
        minutes = (local.weekday() * 24 + local.hour) * 60 + local.minute
        tally.take(evaluator.tick(now_us, frozenset(), {"kunshan": minutes}))
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, count and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.quiet_week", description=__doc__)
    parser.add_argument(
        "--start", default="2026-11-23", type=lambda text: datetime.fromisoformat(text).replace(tzinfo=ZONE)
    )
    parser.add_argument("--days", default=7.0, type=float)
    parser.add_argument("--seed", default=1, type=int)
    parser.add_argument("--step", default=10, type=int)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    tally = run(given.start, given.days, given.seed, given.step)
    allowed = given.days * 144 * MOST_IN_TEN_MINUTES
    say = sys.stdout.write
    say(f"{given.days:g} days from {given.start:%Y-%m-%d}, seed {given.seed}, steps of {given.step} s: ")
    say(f"{tally.count} alarms, {tally.count / given.days:.1f} a day; {allowed:.0f} would be one in ten minutes\n")
    say(f"{len(binding().instances)} alarms were watched, in {time.monotonic() - began:.0f} s\n")
    for name, times in tally.top():
        say(f"  {times:5d}  {name}\n")
    chattering = tally.chattering()
    say(f"chattering: {', '.join(f'{key.rule}/{key.subject}' for key in chattering) or 'none'}\n")
    say(f"kept quiet: {', '.join(f'{name} {times}' for name, times in tally.quiet.most_common(5)) or 'none'}\n")
    return int(tally.count >= allowed or bool(chattering))


if __name__ == "__main__":
    sys.exit(main())
