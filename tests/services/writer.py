"""A writer process for the concurrency tests: records overlapping batches of a seed until it has done its number.

python -m tests.services.writer URL NAME SEED BATCHES POINT_ID...
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime

import numpy as np

from analytics.batches import Columns
from services.batch import Batch
from services.database import OUTAGES, connect
from services.readings import Recorder

SECONDS = 600
START_US = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000


def value_at(point_id: int, second: int) -> float:
    """The one true value of each key, so that overlapping writers are duplicates of each other."""
    return point_id * 1000.0 + second


def batches(seed: int, count: int, point_ids: list[int]) -> list[Columns]:
    """Batches that move forward in time with disorder, as workers of one shared subscription get them."""
    dice = random.Random(seed)
    made = []
    for number in range(count):
        middle = SECONDS * number // count
        keys = [(dice.choice(point_ids), min(SECONDS - 1, max(0, middle + dice.randint(-40, 40)))) for _ in range(2000)]
        made.append(
            Columns(
                np.array([point for point, _ in keys], dtype=np.int32),
                np.array([START_US + second * 1_000_000 for _, second in keys], dtype=np.int64),
                np.array([value_at(*key) for key in keys]),
            )
        )
    return made


async def write(url: str, name: str, work: list[Columns]) -> None:
    recorder: Recorder | None = None
    for columns in work:
        batch = Batch(name, datetime(2026, 3, 1, 12, tzinfo=UTC), columns, messages=1)
        again = False
        while True:
            try:
                if recorder is None:
                    recorder = Recorder(await connect(url, name=name))
                await recorder.record(batch, again=again)
                break
            except OUTAGES:
                recorder, again = None, True


if __name__ == "__main__":
    _, url_, name_, seed_, count_, *points_ = sys.argv
    asyncio.run(write(url_, name_, batches(int(seed_), int(count_), [int(point) for point in points_])))
