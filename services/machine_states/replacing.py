"""Changes of machines' states, written: a window taken away and put anew, or added after the newest reading so far."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.machine_states.deriving import Marks, Windows
from analytics.machine_states.state import STATES
from services.database import Connection, run
from services.machine_states import days
from services.machine_states.bindings import SQL, Binding
from services.machine_states.days import Touched


async def add(connection: Connection, bindings: Sequence[Binding], changes: Marks) -> None:
    """Add the changes of windows; `bindings` has the device of each window."""
    if not len(changes):
        return
    device_ids = [bindings[window].device_id for window in changes.windows.tolist()]
    states = [STATES[state] for state in changes.states.tolist()]
    await run(connection, SQL["add_changes"], device_ids, changes.times_us.tolist(), states)


async def replace(connection: Connection, bindings: Sequence[Binding], windows: Windows, changes: Marks) -> None:
    """Put changes in the place of what stands in the windows."""
    device_ids = [each.device_id for each in bindings]
    await run(connection, SQL["drop_changes"], device_ids, windows.first_us.tolist(), windows.last_us.tolist())
    await add(connection, bindings, changes)


async def sum_up_days(connection: Connection, bindings: Sequence[Binding], windows: Windows) -> None:
    """Bring the whole days that the windows touch in line with their changes."""
    touched = zip(
        bindings, windows.first_us.tolist(), windows.last_us.tolist(), windows.newest_us.tolist(), strict=True
    )
    await days.sum_up(
        connection, [Touched(each.device_id, first, last, newest, each.zone) for each, first, last, newest in touched]
    )
