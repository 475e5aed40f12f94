"""Figures into facts: for each part of the service the numbers that rules watch, as `silent_s` of `ingest-1`.

    heartbeat -------- now -----> silent_s

A figure that cannot be known just now is left out: its alarm stays as it is. So is a silence while the watch itself has
listened for a few seconds only: after a night in which all was switched off, or an outage of the database, each part
has the time to speak up first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.watch.figures import ArrivalsRow, DutyRow, Figures
from services.watch.parts import WATCHED_DUTIES

#: Whoever lives speaks up within this time of the watch's beginning to listen: three heartbeats of the slowest.
_TIME_TO_SPEAK_UP_S = 15.0
#: Arrivals older than this say nothing about now: ingest is silent, which is an alarm of its own.
_ARRIVALS_OF_NOW_S = 60.0
#: From so many devices on, what most of them say about the time says something about our clock.
_DEVICES_TO_JUDGE_A_CLOCK = 3


class Figure(NamedTuple):
    """Which figure of which part: ("ingest_worker", "ingest-1", "silent_s")."""

    kind: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the watch sees for itself; None: it cannot know."""

    asked_at: datetime
    answered_at: datetime
    """Our clock before and after the database was asked; its own time, `Figures.now`, lies between them."""
    broker_away_s: float | None
    disk_free_bytes: int | None


def around(seen: Surroundings) -> dict[Figure, float]:
    """Facts that need no database."""
    found = {}
    if seen.broker_away_s is not None:
        found[Figure("broker", "broker", "away_s")] = seen.broker_away_s
    if seen.disk_free_bytes is not None:
        found[Figure("disk", "disk", "free_gb")] = seen.disk_free_bytes / 1e9
    return found


def facts(figures: Figures, seen: Surroundings, listening_since: datetime) -> dict[Figure, float]:
    """Everything the figures say. `listening_since`: when the watch began to look, by the database's clock."""
    listened_s = (figures.now - listening_since).total_seconds()
    return dict(
        [
            *around(seen).items(),
            (Figure("database", "database", "away_s"), 0.0),
            *_workers(figures, listened_s),
            *_arrivals(figures),
            *_duties(figures, listened_s),
            *((Figure("follower", f"log-{row.name}", "behind_s"), row.behind_s) for row in figures.followers),
            (Figure("ingest", "ingest", "dead_letters"), float(figures.dead_letters)),
            (Figure("ingest", "ingest", "unmapped"), float(figures.unmapped)),
            (Figure("duty", "notifications", "waiting_s"), figures.notifications_waiting_s),
            (Figure("clock", "clock", "off_s"), _clock_off_s(figures, seen)),
        ]
    )


def _known_silence_s(silent_s: float | None, listened_s: float) -> float | None:
    """A silence (None: since ever) as a watch that has listened for so long may know it; None: it may yet speak up."""
    if (silent_s is None or silent_s > listened_s) and listened_s < _TIME_TO_SPEAK_UP_S:
        return None
    return listened_s if silent_s is None else silent_s


def _workers(figures: Figures, listened_s: float) -> Iterator[tuple[Figure, float]]:
    silences = []
    for worker in figures.workers:
        silent_s = _known_silence_s(worker.silent_s, listened_s)
        if silent_s is None:
            continue
        silences.append(silent_s)
        yield Figure("ingest_worker", worker.name, "silent_s"), silent_s
        if silent_s < _TIME_TO_SPEAK_UP_S:  # what a dead one said last is not how it is now
            yield Figure("ingest_worker", worker.name, "paused"), float(worker.state == "paused")
            yield Figure("ingest_worker", worker.name, "disconnected"), float(worker.state == "disconnected")
    # Where no worker ever was, ingest has been silent for as long as anybody has looked.
    alone_s = None if figures.workers else _known_silence_s(None, listened_s)
    if silences or alone_s is not None:
        yield Figure("ingest", "ingest", "silent_s"), min(silences, default=alone_s or 0.0)


def _arrivals(figures: Figures) -> Iterator[tuple[Figure, float]]:
    age_s = _age_of_arrivals_s(figures.arrivals, figures.now)
    if age_s is not None:
        yield Figure("ingest", "ingest", "behind_s"), max(0.0, age_s)


def _age_of_arrivals_s(arrivals: ArrivalsRow, now: datetime) -> float | None:
    if arrivals.newest_at is None or (now - arrivals.newest_at).total_seconds() > _ARRIVALS_OF_NOW_S:
        return None
    return arrivals.median_age_s


def _duties(figures: Figures, listened_s: float) -> Iterator[tuple[Figure, float]]:
    held = {duty.name: duty for duty in figures.duties}
    behind_s = {row.name: row.behind_s for row in figures.followers}
    for name in WATCHED_DUTIES:
        duty = held.get(name)
        silent_s = _known_silence_s(duty.silent_s if duty else None, listened_s)
        if silent_s is None:
            continue
        yield Figure("duty", name, "silent_s"), silent_s
        told_s = None if duty is None else _said_behind_s(duty, figures.now)
        if told_s is None:
            told_s = behind_s.get(_FOLLOWER_OF.get(name, ""))
        if told_s is not None:
            yield Figure("duty", name, "behind_s"), told_s


#: The follower by whose place a duty is judged where it says nothing of itself.
_FOLLOWER_OF = {"energy": "engine", "alarms": "alarms"}


def _said_behind_s(duty: DutyRow, now: datetime) -> float | None:
    """How far behind a duty says it is, and how long ago it said so: work that hangs beats on and says nothing new."""
    behind_s, said_at = duty.detail.get("behind_s"), duty.detail.get("said_at")
    if not isinstance(behind_s, int | float) or not isinstance(said_at, str):
        return None
    return float(behind_s) + max(0.0, (now - datetime.fromisoformat(said_at)).total_seconds())


def _clock_off_s(figures: Figures, seen: Surroundings) -> float:
    """How far our clock is off: from the database's, or from the devices' where most of them are ahead of us.

    Devices that are behind say nothing about our clock: that is what a backlog looks like.
    """
    ahead, behind = seen.asked_at - figures.now, figures.now - seen.answered_at
    off_s = max(0.0, ahead.total_seconds(), behind.total_seconds())
    age_s = _age_of_arrivals_s(figures.arrivals, figures.now)
    if age_s is not None and figures.arrivals.devices >= _DEVICES_TO_JUDGE_A_CLOCK:
        off_s = max(off_s, -age_s)
    return off_s
