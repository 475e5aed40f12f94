"""History that was never taken in, or is to be read otherwise: derived from raw readings, a page at a time.

    bindings --no cover, and a reading is stored--> the newest reading is taken in: what stands now is known at once
             --another point--> everything of the device is forgotten, and begun anew
             --another meaning--> history is derived anew by it
    cover --no binding any more--> its states stay; bound again, its history is derived anew
    derived_to --page of readings--> window replaced, days summed up --> derived_to, until there are no more readings

Pages go from the oldest reading on, while new readings are taken in beside them: every window follows from raw
readings alone, so neither waits for the other. States from before raw retention stay as they were derived then, also
where a correction from then is kept longer than the readings beside it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np

from analytics.batches import Columns
from analytics.machine_states.deriving import Marks, Windows, derive
from analytics.readings import Float64, Int64
from services.database import Connection, one, rows, run
from services.machine_states import covers, raw_readings, replacing
from services.machine_states.bindings import SQL, Binding, Bindings, NewestRow
from services.machine_states.courses import Span, courses
from services.machine_states.covers import CoverRow, Reached
from services.machine_states.taking import Stated, take

log = logging.getLogger("ioe.machine_states")

#: Readings of one step; a fifth of a second's work or so.
PAGE = 20_000


@dataclass(frozen=True, slots=True)
class BehindRow:
    """A device whose history is not derived yet, and up to where it is."""

    device_id: int
    derived_to_us: int


async def learn(connection: Connection, bindings: Bindings) -> None:
    """Compare what stands with how it is to be read now, in the caller's transaction."""
    await run(connection, SQL["lose_sight"], list(bindings.by_device))
    known = {row.device_id: row for row in await covers.covers(connection, list(bindings.by_device))}
    for cover in known.values():
        binding = bindings.all[bindings.by_device[cover.device_id]]
        if cover.point_id != binding.point_id:
            await _forget(connection, cover, binding)
        elif cover.meaning != binding.document:
            await run(
                connection,
                SQL["read_otherwise"],
                cover.device_id,
                binding.document,
                cover.last_us + binding.meaning.hold_us,
            )
            log.info("device %d is read otherwise: its states are derived anew", cover.device_id)
    new = [
        each for each in bindings.all if each.device_id not in known or known[each.device_id].point_id != each.point_id
    ]
    newest = await rows(connection, SQL["newest_of_points"], NewestRow, [each.point_id for each in new])
    columns = Columns(
        np.array([row.point_id for row in newest], dtype=np.int32),
        np.array([row.time_us for row in newest], dtype=np.int64),
        np.array([row.value for row in newest], dtype=np.float64),
    )
    places = bindings.places(columns.point_ids)
    order = np.argsort(places, kind="stable")
    await take(connection, bindings, Stated(places[order], columns.take(order), frozenset()))


async def step(connection: Connection, bindings: Bindings) -> bool:
    """Derive a page of one device's history in the caller's transaction; gives whether there was any to derive."""
    behind = await one(connection, SQL["next_behind"], BehindRow, list(bindings.by_device))
    if behind is None:
        return False
    place = bindings.by_device[behind.device_id]
    since_us = behind.derived_to_us
    kept_us = await raw_readings.begin_us(connection)
    if kept_us is None or since_us < kept_us:  # nothing is known of what came before: what stands there stays
        since_us = 0
    after_us = since_us if kept_us is None else max(since_us, kept_us - 1)
    times_us, values = await raw_readings.after(connection, bindings.all[place].point_id, after_us, PAGE)
    if len(times_us):
        await _derive(connection, bindings, place, since_us, times_us, values)
    is_all = len(times_us) < PAGE
    await run(connection, SQL["derived_to"], behind.device_id, None if is_all else int(times_us[-1]))
    return True


async def _derive(
    connection: Connection, bindings: Bindings, place: int, since_us: int, times_us: Int64, values: Float64
) -> None:
    """Derive the window of a page of readings, the first ones after `since_us`."""
    binding = bindings.all[place]
    [cover] = await covers.covers(connection, [binding.device_id])
    hold_us = binding.meaning.hold_us
    # What is still believed when the page begins; nothing is, at the beginning of all.
    _, earlier_us, earlier = await raw_readings.in_windows(
        connection, [binding.point_id], [since_us + 1 - hold_us], [since_us]
    )
    first_us = since_us + 1 if since_us else int(times_us[0])
    last_us = int(times_us[-1])
    window = np.array([[first_us], [last_us], [hold_us], [max(last_us, cover.last_us)]], dtype=np.int64)
    windows = Windows(*window)
    all_us = np.concatenate([earlier_us, times_us])
    here = np.zeros(len(all_us), dtype=np.int64)
    states = bindings.read(here + place, np.concatenate([earlier, values]))
    changes = derive(windows, Marks(here, all_us, states))
    if not since_us:
        [stands] = await courses(connection, [Span(binding.device_id, first_us, first_us)])
        changes = changes.without_first_if(stands.before)
    await replacing.replace(connection, [binding], windows, changes)
    reached = Reached(binding, int(times_us[0]), cover.last_us, cover.last_value)
    if last_us >= cover.last_us:
        reached = replace(reached, last_us=last_us, last_value=float(values[-1]))
    await covers.put(connection, [reached])
    await replacing.sum_up_days(connection, [binding], windows)


async def _forget(connection: Connection, cover: CoverRow, binding: Binding) -> None:
    log.warning(
        "device %d tells its state by another point now: what the former one said is forgotten, its history is derived "
        "from point %d as far back as there are readings",
        *(cover.device_id, binding.point_id),
    )
    for statement in ("forget_cover", "forget_states", "forget_days"):
        await run(connection, SQL[statement], cover.device_id)
