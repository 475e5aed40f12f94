"""Figures for Prometheus: what this process counts itself, and what the database knows.

Requests and streams are counted here, in a registry of our own. Everything about ingest is read from the database at
each scrape, so it is the same whichever API process is asked and survives restarts of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from services.database import Connection
from services.health import (
    WORKER_STATES,
    Disk,
    FigureRow,
    FollowerRow,
    WorkerRow,
    WorkerTallyRow,
    dead_letter_totals,
    figures,
    followers,
    worker_totals,
    workers,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Traffic:
    """What this process counts of its own work."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "ioe_http_request_seconds",
            "Time from request to the end of its answer, streams left out.",
            ("method", "route", "status"),
            buckets=(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        self.streams = Gauge("ioe_stream_clients", "Live streams that are open.", registry=self.registry)
        self.frames = Counter(
            "ioe_stream_frames", "Frames sent on live streams, by kind.", ("kind",), registry=self.registry
        )
        self.following = Gauge(
            "ioe_live_feed_following", "1 while this process follows the log of readings.", registry=self.registry
        )

    def answered(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Count an answer; unknown addresses share one label, so that strangers cannot grow the registry."""
        if not route.endswith("/stream"):
            self._requests.labels(method, route or "other", str(status)).observe(duration_s)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the database says at a scrape."""

    at: datetime
    figures: FigureRow
    workers: list[WorkerRow]
    tally: list[WorkerTallyRow]
    dead_letters: dict[str, int]
    followers: list[FollowerRow]
    disk: Disk | None


async def snapshot(connection: Connection, at: datetime, room: Disk | None) -> Snapshot:
    """Read the database's figures."""
    return Snapshot(
        at,
        await figures(connection),
        await workers(connection),
        await worker_totals(connection),
        await dead_letter_totals(connection),
        await followers(connection),
        room,
    )


class _Stored:
    """A snapshot as a collector."""

    def __init__(self, seen: Snapshot) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        yield from self._ingest()
        yield from self._log()
        yield from self._store()

    def _ingest(self) -> Iterator[Metric]:
        tally = CounterMetricFamily(
            "ioe_ingest_samples", "Samples and messages by what became of them.", labels=("worker", "reason")
        )
        for row in self._seen.tally:
            tally.add_metric((row.worker, row.reason), row.count)
        yield tally
        state = GaugeMetricFamily(
            "ioe_ingest_worker_state", "1 for the state the worker is in.", labels=("worker", "state")
        )
        heartbeat = GaugeMetricFamily(
            "ioe_ingest_worker_heartbeat_age_seconds", "Time since the worker last said so.", labels=("worker",)
        )
        for worker in self._seen.workers:
            for name in WORKER_STATES:
                state.add_metric((worker.name, name), float(worker.state == name))
            heartbeat.add_metric((worker.name,), worker.silent_s)
        yield state
        yield heartbeat

    def _log(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "ioe_batch_log_batches", "Batches ever logged.", value=self._seen.figures.newest_batch_id
        )
        lag = GaugeMetricFamily(
            "ioe_batch_log_lag_batches", "Batches that a registered follower has yet to see.", labels=("follower",)
        )
        for follower in self._seen.followers:
            lag.add_metric((follower.name,), follower.lag_batches)
        yield lag
        yield CounterMetricFamily("ioe_events", "Events ever recorded.", value=self._seen.figures.newest_event_id)

    def _store(self) -> Iterator[Metric]:
        letters = GaugeMetricFamily("ioe_dead_letters", "Dead letters kept, by reason.", labels=("reason",))
        for reason, count in self._seen.dead_letters.items():
            letters.add_metric((reason,), count)
        yield letters
        yield GaugeMetricFamily("ioe_unmapped", "Names that no point is mapped to.", value=self._seen.figures.unmapped)
        yield GaugeMetricFamily("ioe_points", "Points in use.", value=self._seen.figures.points)
        newest = self._seen.figures.newest_received_at
        if newest is not None:
            yield GaugeMetricFamily(
                "ioe_latest_reading_age_seconds",
                "Time since the newest reading came in.",
                value=(self._seen.at - newest).total_seconds(),
            )
        if self._seen.disk is not None:
            yield GaugeMetricFamily(
                "ioe_database_disk_free_bytes", "Room left for the database.", value=self._seen.disk.free_bytes
            )


def exposition(traffic: Traffic, seen: Snapshot) -> bytes:
    """The text that Prometheus reads."""
    stored = CollectorRegistry()
    stored.register(_Stored(seen))
    return generate_latest(traffic.registry) + generate_latest(stored)
