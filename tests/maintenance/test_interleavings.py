"""However raises, rounds and dying rounds come: the orders are those of handing over everything at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.database import Connection, connect
from services.maintenance import settings as maintenance_settings
from services.work_orders import rising
from services.work_orders.handing_over import hand_over
from tests.alarms.kept_plant import at
from tests.maintenance import yard as yards
from tests.maintenance.yard import Yard

DEVICES = ("comp-1", "comp-2")


class Told(NamedTuple):
    """Evaluation says something of an alarm."""

    rule: str
    device: str
    level: str | None


Happening = Told | str
told = st.builds(Told, st.sampled_from(["hot", "oil-hot", "pressure", "warm"]), st.sampled_from(DEVICES),
                 st.sampled_from(["H", "HH", None]))  # fmt: skip
happenings = st.lists(st.one_of(told, told, st.sampled_from(["round", "dies"])), max_size=12)


async def live(yard: Yard, happened: Sequence[Happening]) -> None:
    """Let things happen, a second each, and then two rounds in peace."""
    for seconds, what in enumerate((*happened, "round", "round")):
        if isinstance(what, Told):
            await yard.tell(what.rule, what.device, seconds, what.level, value=100.0)
        elif what == "round":
            await yard.round(seconds * 10)  # rounds look at the clock: what is slow has its turn each time
        else:
            await die(yard.connection, seconds)


async def die(connection: Connection, seconds: float) -> None:
    """A round that does everything and is killed before it commits."""
    said = await maintenance_settings.load(connection)
    killed = connection.transaction()
    await killed.start()
    await hand_over(connection, said, at(seconds))
    await rising.rise(connection, said, at(seconds))
    await killed.rollback()


async def outcome(connection: Connection) -> set[tuple[str, str, str, int]]:
    """Machine, cause, priority and number of alarms of each order."""
    found = await connection.fetch(
        """SELECT w.subject::text AS subject, w.suspected, w.priority, count(x.occurrence_id)::int AS alarms
           FROM work_order AS w LEFT JOIN work_order_alarm AS x ON x.order_id = w.id GROUP BY w.id"""
    )
    assert len(found) == len({(row["subject"], row["suspected"]) for row in found}), "two orders for a cause"
    return {tuple(row) for row in found}


async def expected(connection: Connection) -> set[tuple[str, str]]:
    """Machine and cause of every alarm that people were told of and that is urgent: each must be in an order."""
    found = await connection.fetch(
        """SELECT DISTINCT e.code::text AS machine, o.causes -> 0 ->> 'code' AS cause
           FROM alarm_occurrence AS o JOIN alarm AS a ON a.id = o.alarm_id JOIN equipment AS e ON e.id = a.equipment_id
           WHERE o.announced_at IS NOT NULL AND o.priority IN ('critical', 'high')"""
    )
    return {(row["machine"], row["cause"]) for row in found}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=happenings)
async def test_any_interleaving_gives_one_order_for_each_cause(database_url: str, happened: list[Happening]) -> None:
    connection = await connect(database_url, name="test")
    everything = connection.transaction()
    await everything.start()
    try:
        yard = await yards.make(connection, list(DEVICES))
        await live(yard, happened)
        orders = await outcome(connection)
        assert {(machine, cause) for machine, cause, _, _ in orders} == await expected(connection)
        # The worst of its alarms, each alarm once, none waiting, numbers without a gap.
        worst = await connection.fetch(
            """SELECT w.priority, min(array_position(ARRAY['critical', 'high', 'medium', 'low'], o.priority)) AS rank
               FROM work_order AS w JOIN work_order_alarm AS x ON x.order_id = w.id
               JOIN alarm_occurrence AS o ON o.id = x.occurrence_id GROUP BY w.id"""
        )
        assert all(row["priority"] == ("critical", "high", "medium", "low")[row["rank"] - 1] for row in worst)
        waiting = "SELECT count(*) FROM alarm_occurrence WHERE announced_at IS NOT NULL AND handed_over_at IS NULL"
        assert await connection.fetchval(waiting) == 0
        numbers = await connection.fetch("SELECT number FROM work_order ORDER BY number")
        assert [row["number"] for row in numbers] == list(range(1, len(numbers) + 1))
        entries = "SELECT count(*) FROM work_order_entry WHERE event = 'open'"
        assert await connection.fetchval(entries) == len(numbers)
    finally:
        await everything.rollback()
        await connection.close()
