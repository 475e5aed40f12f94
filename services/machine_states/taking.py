"""Taking batches of readings in: what they change about the states of machines, in the caller's transaction.

    readings of state points --newer than the newest so far--> derived from it and them, added        (nearly all)
                             |-late, or corrections ---------> window derived anew from raw readings, replaced
                             '-> cover, and the whole days that were touched

A late reading changes states from its own time to the end of its hold, so that much is read again from raw readings,
with the corrections that hold now. What was stored meanwhile and will only be told by a later batch may be among them:
that batch derives the same window again, and finds it as it is. So batches may be taken twice, in any cut, and what
stands in the end depends on nothing but the readings. A correction from before raw retention changes nothing: the
readings around it are gone, and what was derived from them stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analytics.batches import Columns, Mask
from analytics.machine_states.deriving import Marks, Windows, derive
from analytics.readings import Int64
from services.batch_log import LoggedBatch
from services.database import Connection
from services.machine_states import covers, raw_readings, replacing
from services.machine_states.bindings import NOBODY, Bindings
from services.machine_states.covers import CoverRow, Reached

#: Nothing has been taken in so far.
_NEVER_US = -(2**62)


@dataclass(frozen=True, slots=True)
class Stated:
    """Readings that tell states, sorted by place and time, each instant once; and the places that were corrected."""

    places: Int64
    readings: Columns
    corrected: frozenset[int]

    def __len__(self) -> int:
        return len(self.places)

    def part(self, which: Mask) -> Stated:
        """Those under a mask."""
        return Stated(self.places[which], self.readings.take(which), self.corrected)


def pick(batches: Sequence[LoggedBatch], bindings: Bindings) -> Stated:
    """What of batches tells states."""
    found, corrected = [], set[int]()
    for batch in batches:
        places = bindings.places(batch.readings.point_ids)
        tells = places != NOBODY
        if tells.any():
            found.append((places[tells], batch.readings.take(tells)))
            if batch.kind == "corrections":
                corrected.update(found[-1][0].tolist())
    if not found:
        nothing = np.empty(0, dtype=np.int64)
        return Stated(nothing, Columns(nothing.astype(np.int32), nothing, np.empty(0)), frozenset())
    places = np.concatenate([each for each, _ in found])
    columns = Columns(
        np.concatenate([each.point_ids for _, each in found]),
        np.concatenate([each.times_us for _, each in found]),
        np.concatenate([each.values for _, each in found]),
    )
    order = np.lexsort((columns.times_us, places))
    places, columns = places[order], columns.take(order)
    last = np.ones(len(places), dtype=np.bool_)  # of an instant that was corrected, what came last
    last[:-1] = (places[1:] != places[:-1]) | (columns.times_us[1:] != columns.times_us[:-1])
    return Stated(places[last], columns.take(last), frozenset(corrected))


async def take(connection: Connection, bindings: Bindings, stated: Stated) -> None:
    """Take readings in, in the caller's transaction."""
    if not len(stated):
        return
    places = np.unique(stated.places)
    device_ids = [bindings.all[place].device_id for place in places.tolist()]
    known = {bindings.by_device[row.device_id]: row for row in await covers.covers(connection, device_ids)}
    before = np.full(len(bindings.all), _NEVER_US, dtype=np.int64)
    for place, cover in known.items():
        before[place] = cover.last_us
    newest = before.copy()
    np.maximum.at(newest, stated.places, stated.readings.times_us)
    is_corrected = np.isin(stated.places, [place for place in stated.corrected if place in known])
    is_late = (stated.readings.times_us <= before[stated.places]) | is_corrected
    reached = await _add_newer(connection, bindings, known, stated.part(~is_late))
    if is_late.any():
        kept_us = await raw_readings.begin_us(connection)
        late = stated.part(is_late & (stated.readings.times_us >= (_NEVER_US if kept_us is None else kept_us)))
        if len(late):
            reached |= await _derive_late(connection, bindings, known, newest, late, reached)
    await covers.put(connection, list(reached.values()))


async def _add_newer(
    connection: Connection, bindings: Bindings, known: Mapping[int, CoverRow], newer: Stated
) -> dict[int, Reached]:
    """Readings after all that were taken in: what they change follows from the last one and them."""
    if not len(newer):
        return {}
    times_us, values = newer.readings.times_us, newer.readings.values
    places, first, window = np.unique(newer.places, return_index=True, return_inverse=True)
    last = np.append(first[1:], len(newer)) - 1
    covered = [(number, known[place]) for number, place in enumerate(places.tolist()) if place in known]
    begun = np.array([number for number, _ in covered], dtype=np.int64)
    first_us = times_us[first]
    first_us[begun] = [cover.last_us + 1 for _, cover in covered]
    windows = Windows(first_us, times_us[last], bindings.hold_us[places], times_us[last])
    stood = bindings.read(places[begun], np.array([cover.last_value for _, cover in covered]))
    marks = Marks.in_order(
        np.concatenate([begun, window]),
        np.concatenate([np.array([cover.last_us for _, cover in covered], dtype=np.int64), times_us]),
        np.concatenate([stood, bindings.read(newer.places, values)]),
    )
    of_windows = [bindings.all[place] for place in places.tolist()]
    await replacing.add(connection, of_windows, derive(windows, marks))
    # A day that ended with the last reading so far is over now.
    first_us[begun] -= 1
    await replacing.sum_up_days(connection, of_windows, windows.since(first_us))
    return {
        place: Reached(binding, int(times_us[first[number]]), int(times_us[last[number]]), float(values[last[number]]))
        for number, (place, binding) in enumerate(zip(places.tolist(), of_windows, strict=True))
    }


async def _derive_late(
    connection: Connection,
    bindings: Bindings,
    known: Mapping[int, CoverRow],
    newest: Int64,
    late: Stated,
    reached: Mapping[int, Reached],
) -> dict[int, Reached]:
    """Readings among or before those that were taken in: what they can change is derived anew from raw readings."""
    found = list(_late_windows(bindings, known, newest, late))
    of_windows = [bindings.all[each.place] for each in found]
    places = np.array([each.place for each in found], dtype=np.int64)
    first_us = np.array([each.first_us for each in found], dtype=np.int64)
    last_us = np.array([each.last_us for each in found], dtype=np.int64)
    windows = Windows(first_us, last_us, bindings.hold_us[places], newest[places])
    number, times_us, values = await raw_readings.in_windows(
        connection,
        [each.point_id for each in of_windows],
        (first_us - windows.hold_us).tolist(),
        last_us.tolist(),
    )
    changes = derive(windows, Marks(number, times_us, bindings.read(places[number], values)))
    await replacing.replace(connection, of_windows, windows, changes)
    await replacing.sum_up_days(connection, of_windows, windows)
    now: dict[int, Reached] = {}
    for each in found:
        cover = known[each.place]
        stands = now.get(each.place) or reached.get(each.place)
        if stands is None:
            stands = Reached(bindings.all[each.place], each.first_us, cover.last_us, cover.last_value)
        now[each.place] = replace(stands, first_us=min(stands.first_us, each.earliest_us))
    for place, time_us, value in zip(places[number].tolist(), times_us.tolist(), values.tolist(), strict=True):
        if time_us == newest[place]:
            now[place] = replace(now[place], last_us=time_us, last_value=value)
    return now


class _Late(NamedTuple):
    """A window to derive anew, of the device at a place; `earliest_us`: its first late reading."""

    place: int
    first_us: int
    last_us: int
    earliest_us: int


def _late_windows(bindings: Bindings, known: Mapping[int, CoverRow], newest: Int64, late: Stated) -> Iterator[_Late]:
    """Windows around late readings that stand together; they do not overlap."""
    times_us = late.readings.times_us
    hold_us = bindings.hold_us[late.places]
    parts = np.flatnonzero((np.diff(late.places) != 0) | (np.diff(times_us) > 2 * hold_us[1:])) + 1
    previous = None
    for first, stop in pairwise([0, *parts.tolist(), len(late)]):
        place, earliest_us = int(late.places[first]), int(times_us[first])
        last_us = known[place].last_us
        upper_us = int(newest[place]) if place in late.corrected else last_us
        # What is newer than all before, of a device that was corrected, may end a gap that began with the last one.
        lower_us = min(earliest_us, last_us + 1)
        if previous is not None and previous.place == place:
            lower_us = max(lower_us, previous.last_us + 1)
        previous = _Late(place, lower_us, min(int(times_us[stop - 1] + hold_us[first]), upper_us), earliest_us)
        yield previous
