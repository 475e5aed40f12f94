"""Ways to let the simulated factory live for a while and to look at what it said."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from simulators.factory.factory import Factory
from simulators.factory.run import Run
from simulators.factory.settings import Settings
from simulators.factory.telemetry import Sample, Value


def instant(text: str) -> int:
    """The Unix time of a moment in Kunshan."""
    return int(datetime.fromisoformat(f"{text}+08:00").timestamp())


@dataclass
class Notebook:
    """An outlet that keeps what was sent, in order."""

    batches: list[list[Sample]] = field(default_factory=list)

    async def send(self, batch: Sequence[Sample]) -> None:
        self.batches.append(list(batch))

    def samples(self, device: str) -> list[Sample]:
        return [sample for batch in self.batches for sample in batch if sample.device == device]

    def series(self, device: str, key: str) -> list[tuple[float, Value]]:
        return [(sample.time_s, sample.values[key]) for sample in self.samples(device) if key in sample.values]

    def numbers(self, device: str, key: str) -> list[float]:
        return [float(value) for _, value in self.series(device, key)]


def lived(**settings: object) -> tuple[Notebook, Run]:
    """Run a span as fast as possible; give what was sent, and the run."""
    notebook = Notebook()
    run = Run(Settings(**{"speed": math.inf, "pack": 1, **settings}), said.append)  # type: ignore[arg-type]  # keywords of any type
    asyncio.run(run.play(notebook, asyncio.Event()))
    return notebook, run


said: list[str] = []


def grown(start: str, hours: float, step_s: int = 60, warm_up_h: float = 0.75, seed: int = 1) -> Factory:
    """A factory that has lived through these hours."""
    factory = Factory(seed)
    advance(factory, instant(start) - int(warm_up_h * 3600), int(warm_up_h * 3600), step_s)
    advance(factory, instant(start), int(hours * 3600), step_s)
    return factory


def advance(factory: Factory, start_s: int, seconds: int, step_s: int = 60) -> None:
    for time_s in range(start_s + step_s, start_s + seconds + 1, step_s):
        factory.step(time_s, step_s)


def records(path: Path, kind: str) -> list[dict[str, object]]:
    """The lines of one kind in a truth file."""
    return [record for record in map(json.loads, path.read_text().splitlines()) if record["kind"] == kind]
