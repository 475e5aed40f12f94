"""What a plan may not say: days and figures with which nobody can count, for they would end the counting of all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from analytics.maintenance.plan import Plan
from analytics.maintenance.schedule import Count, Usage, day_begins, standing
from services.database import Connection
from services.plans import reads
from tests.plans.shop import ZONE, at, open_shop

WEEKLY = {"kind": "calendar", "every": "1 week"}
HOURS = {"kind": "run_hours", "hours": 100}


def plan(**more: Any) -> Plan:  # noqa: ANN401 - fields of a plan
    given = {"code": "a", "name": "A", "job": "a", "triggers": [WEEKLY], "machines": ["pump-1"], **more}
    return msgspec.convert(given, Plan, strict=False)


@pytest.mark.parametrize("day", ["0001-01-01", "1949-12-31", "2200-01-02", "9999-12-31"])
@pytest.mark.parametrize("field", ["begins", "done"])
def test_a_day_that_nobody_means_is_refused(field: str, day: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="give a day from 1950-01-01 to 2200-01-01"):
        plan(**{field: day if field == "begins" else {"pump-1": day}})


@pytest.mark.parametrize("hours", [float("inf"), float("nan"), -1.0, 10_000_001.0])
def test_hours_that_are_no_figure_are_refused(hours: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        plan(triggers=[HOURS], used={"pump-1": hours})


@pytest.mark.parametrize("day", [date(1950, 1, 1), date(2200, 1, 1)])
@pytest.mark.parametrize("every", ["1 day", "50 years"])
def test_every_day_that_is_accepted_can_be_counted(day: date, every: str) -> None:
    far = plan(triggers=[{"kind": "calendar", "every": every}], begins=day, lead_days=365, slack_days=365)
    stands = standing(far, Count(day_begins(day, ZONE)), Usage(), datetime(2026, 5, 1, tzinfo=UTC), ZONE)
    assert stands.opens_at is not None
    assert stands.due_at is not None
    assert stands.opens_at <= stands.due_at


async def test_a_calendar_to_the_end_of_time_has_an_end(connection: Connection) -> None:
    decades = {"kind": "calendar", "every": "50 years"}
    shop = await open_shop(connection, [{"code": "slow", "triggers": [decades], "machines": ["pump-1"]}])
    await shop.look(at(0))
    listed = reads.between(await reads.due_list(connection), None, datetime(9999, 12, 31, tzinfo=UTC))
    assert [due.due_on.year for due in listed if due.due_on is not None] == list(range(2076, 2500, 50))
