"""A kind of rule as a timeline: what machines send each ten seconds, and what people are told of it.

    assert await told(
        connection,
        '''
        [hot]
        signal = "outlet_degc"
        levels = [{ at = "H", limit = 105, priority = "high" }]
        ''',
        {"comp-1/outlet_degc": "90 106*3 . 90"},
    ) == ["10 comp-1/hot raise H", "50 comp-1/hot clear"]

`106*3` stands for three in a row, `.` for nothing that is sent, a word for the number of a state. Machines and their
points are those that the timeline names. The clock goes second by second, through the real database (`plant.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from services.database import Connection
from tests.alarms import plant
from tests.alarms.plant import Device

STATES = {"stopped": 0.0, "unloaded": 1.0, "loaded": 2.0, "fault": 3.0}
EACH_S = 10


async def told(connection: Connection, rules: str, sent: Mapping[str, str]) -> list[str]:
    """The history of all alarms after everything was sent; `sent` has the values of each point, `device/key`."""
    site = await plant.begin(connection, list(_devices(sent)), rules)
    columns = zip_longest(*(_values(text) for text in sent.values()))
    for number, column in enumerate(columns):
        await site.pass_to(number * EACH_S)
        now = [(point, float(number * EACH_S), value) for point, value in zip(sent, column, strict=True)]
        await site.store(number * EACH_S, [(point, at, value) for point, at, value in now if value is not None])
    return await site.history()


def _devices(sent: Mapping[str, str]) -> Iterator[Device]:
    keys: dict[str, list[str]] = {}
    for point in sent:
        device, _, key = point.partition("/")
        keys.setdefault(device, []).append(key)
    for device, named in keys.items():
        gauges = tuple(key for key in named if key != "state")
        yield Device(device, gauges, states={"state": STATES} if "state" in named else {})


def _values(text: str) -> Iterator[float | None]:
    for word in text.split():
        value, _, times = word.partition("*")
        figure = None if value == "." else STATES[value] if value in STATES else float(value)
        yield from [figure] * int(times or 1)
