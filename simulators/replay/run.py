"""One replay from connection to report: be the device, play the job, leave, and say what happened."""

import asyncio
import csv
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TextIO

from simulators.broker_address import BrokerAddress
from simulators.mqtt import Publisher
from simulators.outbox import Message
from simulators.replay.job import Job
from simulators.replay.play import Player
from simulators.replay.progress import Progress
from simulators.replay.recording import BadCell, BadRow

_CONNECT_S = 10.0
_CONFIRM_S = 60.0
_MOST_COMPLAINTS = 20
_USUAL_RETENTION = timedelta(days=400)  # deploy/ioe.toml, [ingest] raw_retention_days


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a replay."""

    player: Player
    empty_cells: int
    confirmed: int
    unconfirmed: int
    published_again: int
    without_subscriber: int
    seconds: float
    interrupted: bool

    @property
    def complete(self) -> bool:
        """Whether every row and cell was played."""
        return not (self.player.tally.bad_rows or self.player.tally.bad_cells)

    def figures(self) -> dict[str, object]:
        """The report for programs."""
        tally = self.player.tally
        return {
            "rows": tally.rows,
            "bad_rows": dict(tally.bad_rows),
            "bad_cells": dict(tally.bad_cells),
            "empty_cells": self.empty_cells,
            "gaps": tally.gaps,
            "messages": tally.messages,
            "first": tally.first.isoformat() if tally.first else None,
            "last": tally.last.isoformat() if tally.last else None,
            "registers": {key: str(total) for key, total in self.player.readings.totals.items()},
            "confirmed": self.confirmed,
            "unconfirmed": self.unconfirmed,
            "published_again": self.published_again,
            "without_subscriber": self.without_subscriber,
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
        }


async def run(
    job: Job,
    broker: BrokerAddress,
    stop: asyncio.Event,
    stream: TextIO,
    *,
    batch: int = 1,
    speed: float = math.inf,
    bad_rows: TextIO | None = None,
) -> Outcome:
    """Play the job to the broker; progress and the first complaints go to `stream`, all complaints to `bad_rows`."""
    player = Player(job, batch=batch, speed=speed)
    progress = Progress(job.rows, stream, time.monotonic)
    complaints = Complaints(progress, bad_rows)
    online, offline = (
        Message(job.status_topic, b'{"status":"%b"}' % status, retain=True) for status in (b"online", b"offline")
    )
    began_s = time.monotonic()
    async with Publisher(broker, f"replay-{job.site}-{job.device}", birth=online, will=offline) as device:
        await device.connected(_CONNECT_S)
        try:
            await player.play(device, stop, complain=complaints.add, progress=progress.at)
        finally:
            progress.end()
        left = await device.stop(_CONFIRM_S)
    complaints.end()
    return Outcome(
        player,
        job.recording.empty_cells,
        player.tally.messages - len(left),
        len(left),
        device.counts.republished,
        device.counts.unheard,
        time.monotonic() - began_s,
        stop.is_set(),
    )


class Complaints:
    """Bad rows as they are met: the first ones on the screen, all of them in a file (CSV) where one is wanted."""

    def __init__(self, progress: Progress, file: TextIO | None) -> None:
        self._progress = progress
        self._count = 0
        self._writer = csv.writer(file) if file else None
        if self._writer:
            self._writer.writerow(("line", "what", "reason", "detail"))

    def add(self, bad: BadRow | BadCell) -> None:
        """Tell of one."""
        self._count += 1
        what = "row" if isinstance(bad, BadRow) else "value"
        if self._count <= _MOST_COMPLAINTS:
            self._progress.note(f"line {bad.line}: {what} not played: {bad.detail}")
        if self._writer:
            self._writer.writerow((bad.line, what, bad.reason, bad.detail))

    def end(self) -> None:
        """Say how many were not told of."""
        if self._count > _MOST_COMPLAINTS:
            self._progress.note(f"and {self._count - _MOST_COMPLAINTS:,} more; --bad-rows FILE writes all of them")


def summary(job: Job, outcome: Outcome, now: datetime) -> Iterator[str]:
    """The report for people."""
    tally = outcome.player.tally
    yield f"{tally.rows:,} of {job.rows:,} rows played as {job.site}/{job.device} in {tally.messages:,} messages"
    if tally.first and tally.last:
        first, last = (moment.astimezone(job.zone or UTC).isoformat(" ") for moment in (tally.first, tally.last))
        yield f"  from {first} to {last}"
    for key, total in outcome.player.readings.totals.items():
        yield f"  register {key} stands at {total:,}"
    for reason, count in tally.bad_rows.items():
        yield f"  not played: {count:,} rows ({reason})"
    for reason, count in tally.bad_cells.items():
        yield f"  not played: {count:,} single values ({reason})"
    if outcome.empty_cells:
        yield f"  empty cells: {outcome.empty_cells:,}"
    if tally.gaps:
        yield f"  gaps: {tally.gaps:,} rows do not begin where the one before ended"
    yield f"  confirmed by the broker: {outcome.confirmed:,}; not confirmed: {outcome.unconfirmed:,}"
    if outcome.published_again:
        yield f"  published again after a lost connection: {outcome.published_again:,}"
    if tally.first and now - tally.first > _USUAL_RETENTION:
        yield f"  older than {_USUAL_RETENTION.days} days: ingest refuses such readings unless its retention is longer;"
        yield "    --first-day moves them, [ingest] raw_retention_days keeps them"
    if outcome.without_subscriber:
        yield f"  nobody was subscribed to {outcome.without_subscriber:,} of them: start `ioe ingest` first"
