"""Since when conditions have held, from the readings since they were looked at last.

A condition is read off the first of the machine's devices that has all its points. Where nobody looked for longer than
the condition has to hold, what was remembered is dropped: the readings of the time it has to hold say it all. Readings
that arrive after their time was looked at change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.alarms.expression import Expression, parse
from analytics.maintenance.condition import Series, instants, truth
from analytics.maintenance.plan import Condition
from analytics.maintenance.schedule import holding
from services.database import Connection, rows
from services.plans.rows import SQL

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: A reading is believed for so many of its point's intervals, and at least so long.
_INTERVALS, _LEAST_S = 3.0, 30.0


@dataclass(frozen=True, slots=True)
class Watched:
    """A condition on a machine: since when it held as was last known, and up to when that was looked at."""

    condition: Condition
    equipment_id: int
    holds_since: datetime | None
    counts_from: datetime
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point of a machine's device."""

    equipment_id: int
    device: str
    point_id: int
    key: str
    expected_interval_s: float
    states: dict[str, float] | None

    @property
    def valid_s(self) -> float:
        """For how long its reading is believed."""
        return max(_INTERVALS * self.expected_interval_s, _LEAST_S)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading."""

    point_id: int
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class _Span:
    """One condition with its points, and the time that is to be looked at: (after, now]."""

    expression: Expression
    points: Mapping[str, PointRow]
    after: datetime
    holds_since: datetime | None
    is_anew: bool


async def holding_since(connection: Connection, watched: Sequence[Watched], now: datetime) -> Sequence[datetime | None]:
    """Since when each condition has held without a break up to now; None: it does not, or nobody can know."""
    machines = sorted({each.equipment_id for each in watched})
    points: dict[int, dict[str, dict[str, PointRow]]] = defaultdict(lambda: defaultdict(dict))
    for row in await rows(connection, SQL["points_of_machines"], PointRow, machines) if machines else ():
        points[row.equipment_id][row.device][row.key] = row
    spans = [_span(each, points[each.equipment_id], now) for each in watched]
    readings = await _readings(connection, [span for span in spans if span is not None], now)
    return [None if span is None else _since(span, readings, now) for span in spans]


def _span(watched: Watched, devices: Mapping[str, Mapping[str, PointRow]], now: datetime) -> _Span | None:
    expression = parse(watched.condition.condition)
    points = next((keys for keys in devices.values() if set(expression.names) <= keys.keys()), None)
    if points is None:
        return None
    needed = {name: points[name] for name in expression.names}
    far_enough = now - timedelta(seconds=watched.condition.held_s)
    last = max(watched.counts_from, watched.looked_at or far_enough)
    if watched.looked_at is None or last < far_enough:
        # What must hold begins here: the instant itself is looked at too.
        return _Span(expression, needed, max(watched.counts_from, far_enough), None, is_anew=True)
    return _Span(expression, needed, last, watched.holds_since, is_anew=False)


async def _readings(connection: Connection, spans: Sequence[_Span], now: datetime) -> Mapping[int, list[ReadingRow]]:
    after: dict[int, datetime] = {}
    for span in spans:
        for point in span.points.values():
            since = span.after - timedelta(seconds=point.valid_s)
            after[point.point_id] = min(since, after.get(point.point_id, since))
    found: dict[int, list[ReadingRow]] = defaultdict(list)
    if after:
        asked = (list(after), list(after.values()), min(after.values()), now)
        for row in await rows(connection, SQL["readings_of_points"], ReadingRow, *asked):
            found[row.point_id].append(row)
    return found


def _since(span: _Span, readings: Mapping[int, list[ReadingRow]], now: datetime) -> datetime | None:
    series = {
        name: Series(
            np.array([_us(row.time) for row in readings.get(point.point_id, ())], dtype=np.int64),
            np.array([row.value for row in readings.get(point.point_id, ())], dtype=np.float64),
            int(point.valid_s * 1e6),
        )
        for name, point in span.points.items()
    }
    at_us = instants(series, _us(span.after) - span.is_anew, _us(now))
    if span.is_anew and (not len(at_us) or at_us[0] != _us(span.after)):
        at_us = np.concatenate([np.array([_us(span.after)], dtype=np.int64), at_us])
    states = {name: point.states or {} for name, point in span.points.items()}
    times = [_EPOCH + timedelta(microseconds=int(each)) for each in at_us]
    return holding(span.holds_since, times, truth(span.expression, series, states, at_us))


def _us(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)
