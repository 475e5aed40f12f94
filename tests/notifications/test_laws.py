"""Each raise of a told alarm is in exactly one message of each route that it matches.

Whatever the cut into rounds, whatever dies in the middle of one, floods or none, failing channels or not.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.alarms.rule import PRIORITIES
from analytics.notifications.model import Escalation, Route
from services.notifications.duty import Office
from services.notifications.escalating import escalate
from services.notifications.following import follow
from services.notifications.gathering import gather
from services.notifications.store import load
from tests.notifications.office import T0, Plant, plant
from tests.notifications.ways import hook

ROUTES = [
    Route("all", ("a",), escalations=(Escalation(dict.fromkeys(PRIORITIES, 2.0), ("b",)),)),
    Route("high", ("b",), priority="high", group_wait_s=20),
    Route("none", ("a",), systems=("water",)),
]
MACHINES = ("m-1", "m-2", "m-3")
STEPS = st.one_of(
    st.tuples(st.just("step"), st.sampled_from(MACHINES), st.sampled_from(["high", "low"])),
    st.tuples(st.just("round"), st.integers(0, 60), st.sampled_from(["", "", "following", "gathering"])),
    st.tuples(st.just("flood"), st.just(""), st.just("")),
    st.tuples(st.just("restart"), st.just(""), st.just("")),
)
#: What comes next in each state of the short life that the law needs.
LIFE = {
    "normal": ("raise", "unacknowledged"),
    "unacknowledged": ("clear", "returned_unacknowledged"),
    "returned_unacknowledged": ("raise", "unacknowledged"),
}


async def play(site: Plant, script: Sequence[tuple[str, object, object]]) -> Counter[str]:
    """Play a script; gives the raises that each route must have told."""
    now, flooded = T0, False
    states = dict.fromkeys(MACHINES, "normal")
    expected: Counter[str] = Counter()
    for what, which, how in script:
        now += timedelta(seconds=1)
        if what == "step":
            event, states[str(which)] = LIFE[states[str(which)]]
            await site.event(
                event, str(which), state=states[str(which)], priority=how, at=now, raised_at=now.isoformat()
            )
            if event == "raise":
                expected["all"] += 1
                expected["high"] += how == "high"
        elif what == "round":
            assert isinstance(which, int)
            now += timedelta(seconds=which)
            await one_round(site, now, dies=str(how))
        elif what == "flood":
            await site.flood("flood_ended" if flooded else "flood_began", now)
            flooded = not flooded
        else:
            site.office = Office()
    if flooded:
        await site.flood("flood_ended", now)
    for _ in range(6):  # the escalation after two minutes too
        now += timedelta(seconds=60)
        await one_round(site, now)
    return expected


async def one_round(site: Plant, now: datetime, dies: str = "") -> None:
    """A round without the sending; one that dies leaves nothing of what it did since then."""
    book = await load(site.connection)
    if dies != "following":
        await follow(site.connection, book, now)
    transaction = site.connection.transaction()
    await transaction.start()
    if dies == "following":
        await follow(site.connection, book, now)
    await escalate(site.connection, book, now)
    await gather(site.connection, book, now)
    if dies:
        await transaction.rollback()
    else:
        await transaction.commit()


async def forget(site: Plant) -> None:
    """As on the first day."""
    for table in ("item", "told", "flood", "delivery", "message"):
        await site.connection.execute(f"DELETE FROM notification_{table}")
    await site.connection.execute(
        "UPDATE notification_cursor SET last_event_id = coalesce((SELECT max(id) FROM event), 0)"
    )


async def holds(database_url: str, script: Sequence[tuple[str, object, object]]) -> None:
    async with plant(database_url) as site:
        await forget(site)
        await site.use([hook("http://127.0.0.1:9/", "a"), hook("http://127.0.0.1:9/", "b")], ROUTES)
        expected = await play(site, script)
        found = await site.connection.fetch(
            """SELECT r.code, i.event_id, i.message_id FROM notification_item i
               JOIN notification_route r ON r.id = i.route_id WHERE i.kind = 'raised'"""
        )
        assert all(row["message_id"] is not None for row in found)
        assert len({(row["code"], row["event_id"]) for row in found}) == len(found)
        assert Counter(row["code"] for row in found) == +expected
        left = await site.connection.fetchval("SELECT count(*) FROM notification_item WHERE message_id IS NULL")
        assert left == 0
        empty = await site.connection.fetchval(
            """SELECT count(*) FROM notification_message m
               WHERE NOT EXISTS (SELECT FROM notification_item i WHERE i.message_id = m.id)"""
        )
        assert empty == 0


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=40))
def test_each_raise_is_in_exactly_one_message_of_each_route(
    database_url: str, script: Sequence[tuple[str, object, object]]
) -> None:
    asyncio.run(holds(database_url, script))
