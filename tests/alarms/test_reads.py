"""Lists of alarms are planned for what is asked of them, however often they are asked."""

from __future__ import annotations

from datetime import timedelta

from services.alarms import figures, reads
from services.alarms.reads import Period, Wanted
from services.database import Connection
from tests.alarms import kept_plant
from tests.alarms.kept_plant import START, at

_PLANS = """SELECT sum(custom_plans)::int, sum(generic_plans)::int FROM pg_prepared_statements
            WHERE statement NOT LIKE '%pg_prepared_statements%'
              AND (statement LIKE '%FROM alarm_occurrence AS o JOIN alarm_now%' OR statement LIKE '%AS rank%')"""


async def test_no_list_has_one_plan_for_whatever_is_asked(connection: Connection) -> None:
    plant = await kept_plant.make(connection)
    await plant.tell(plant.instance("hot", "comp-1"), 10, "H")
    for _ in range(8):
        await reads.alarms(connection, Wanted(), 10)
        await reads.occurrences(connection, Period(START, at(100)), 10)
        await figures.of_period(connection, START, START + timedelta(days=1), at(100))
    assert await kept_plant.all_of(connection, _PLANS) == [(24, 0)]
