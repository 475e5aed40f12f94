"""10,000 rules bound to machines against 10,000 readings a second: what evaluation costs, alone and in the platform."""

from __future__ import annotations

import time
from collections.abc import Sequence

from analytics.alarms.binding import bind
from analytics.alarms.evaluator import Evaluator
from bench import alarm_load
from bench.result import Result

HALF_A_CORE = 50.0
_START_US = 1_789_344_000_000_000
_TAKES_A_SECOND = 5
_WARM_S = 20


def measure_evaluator(seconds: int) -> Result:
    """Only the evaluator: takes of a fifth of a second, a tick each second, a memory each half minute."""
    instances = bind(list(alarm_load.rules()), {}, alarm_load.machines()).instances
    evaluator = Evaluator(instances)
    takes = list(alarm_load.takes(_START_US, _WARM_S + seconds, _TAKES_A_SECOND))
    taken: list[float] = []
    for number, (stored_us, readings) in enumerate(takes):
        started = time.process_time()
        evaluator.take(readings, stored_us)
        if number % _TAKES_A_SECOND == 0:
            evaluator.tick(stored_us, frozenset(), {"load": 0})
        if number % (30 * _TAKES_A_SECOND) == 0:
            evaluator.memory()
        taken.append(time.process_time() - started)
    warm = taken[_WARM_S * _TAKES_A_SECOND :]
    return Result(
        f"evaluation alone, {len(instances):,} instances, {_readings_a_second(takes):,} readings/s",
        "% of a core",
        sum(warm) / seconds * 100,
        "half a core",
        HALF_A_CORE,
        reach=1,
        higher_is_better=False,
        note=f"a take {sum(warm) / len(warm) * 1000:.1f} ms, the longest {max(warm) * 1000:.0f} ms",
    )


def _readings_a_second(takes: Sequence[tuple[int, object]]) -> int:
    return alarm_load.DEVICES * alarm_load.VALUES if takes else 0
