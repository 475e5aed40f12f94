"""A simulated month and a half: plans fall due when they should, exactly one order each, done early or late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.database import Connection
from tests.plans.shop import at, local, open_shop, put

DAY = timedelta(days=1)


def calendar(code: str, every: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a plan
    trigger = {"kind": "calendar", "every": every}
    return {"code": code, "triggers": [trigger], "lead_days": 0, "machines": ["pump-1"], **more}


async def test_a_month_of_every_kind_of_plan(connection: Connection) -> None:
    hours = {"code": "hours", "triggers": [{"kind": "run_hours", "hours": 200}], "lead_days": 0, "machines": ["pump-1"]}
    starts = {"code": "starts", "triggers": [{"kind": "starts", "starts": 10}], "lead_days": 0, "machines": ["pump-1"]}
    dirty = {"kind": "condition", "condition": "pressure_pa > 250", "held_s": 7200}
    filters = {"code": "filters", "triggers": [dirty], "lead_days": 0, "equipment_class": "fan"}
    yearly = {"kind": "calibration", "every": "1 year"}
    meters = {"code": "meters", "triggers": [yearly], "lead_days": 3, "meters": ["me-1", "me-2"]}
    shop = await open_shop(
        connection,
        [
            calendar("monthly", "2 weeks", lead_days=2, equipment_class="pump", machines=[]),
            hours,
            starts,
            filters,
            {**meters, "done": {"me-1": "2025-05-20", "me-2": "2025-09-01"}},
        ],
    )
    # The pump runs from 8 to 20 o'clock each day: 12 h and a start. 200 h are over on the 17th day at 16 o'clock.
    changes = [
        (at(day * 24 + hour), state)
        for day in range(31)
        for hour, state in ((0, "stopped"), (8, "running"), (20, "stopped"))
    ]
    # The filter gets dirty on the 12th day at 9:30; before that only for an hour at a time.
    pressures = [
        (at(minutes / 60), 300.0 if minutes >= 11 * 1440 + 570 or minutes % 1440 < 60 else 200.0)
        for minutes in range(0, 31 * 1440, 10)
    ]
    await shop.showed("fan-1", "pressure_pa", pressures)
    for look in range(0, 31 * 24, 6):
        now = at(look + 1)
        await shop.ran("pump-1", [change for change in changes if change[0] <= now], now)
        await shop.look(now)
    assert await shop.orders() == [
        ("starts", "pump-1", at(9 * 24 + 13)),  # the tenth morning, at the next look
        ("filters", "fan-1", at(11 * 24 + 13)),  # two hours after 9:30, at the next look
        ("monthly", "pump-1", at(12 * 24 + 1)),  # two days before the 15th
        ("monthly", "pump-2", at(12 * 24 + 1)),
        ("hours", "pump-1", at(16 * 24 + 1)),  # with the day in whose afternoon they will be over
        ("meters", "me-1", local("2026-05-17") + timedelta(hours=1)),
    ]
    stands = await shop.stands("hours", "pump-1")
    assert (stands.is_due, stands.due_at, stands.order) == (True, at(16 * 24 + 19), "shop/5")
    assert (await shop.stands("meters", "me-2")).due_at == local("2026-09-01")
    order = await connection.fetchrow("SELECT * FROM work_order WHERE number = 5")
    assert order is not None
    assert (order["origin"], order["kind"], order["title"], order["title_zh"]) == (
        "plan",
        "maintenance",
        "Service",
        "保养",
    )
    # A week of slack after the day on which it fell due.
    assert order["due_at"] == local("2026-05-25")
    tasks = await connection.fetchval("SELECT count(*) FROM work_order_task WHERE order_id = $1", order["id"])
    isolations = await connection.fetchval("SELECT count(*) FROM work_order_isolation WHERE order_id = $1", order["id"])
    assert (tasks, isolations) == (2, 1)
    told = await connection.fetch("SELECT subject, payload FROM event WHERE kind = 'plan.due' ORDER BY id")
    assert [(row["subject"], row["payload"]["subject"]) for row in told] == [
        (f"shop/{plan}", subject) for plan, subject, _ in await shop.orders()
    ]


async def test_looking_twice_changes_nothing(connection: Connection) -> None:
    shop = await open_shop(connection, [calendar("weekly", "1 week"), calendar("daily", "1 day")])
    await shop.look(at(0))
    assert await shop.look(at(50)) == 1
    before = await connection.fetch("SELECT * FROM plan_machine ORDER BY plan_id")
    assert await shop.look(at(50)) == 0
    assert await connection.fetch("SELECT * FROM plan_machine ORDER BY plan_id") == before
    assert await connection.fetchval("SELECT count(*) FROM work_order") == 1


async def test_done_late_counts_from_when_it_was_done(connection: Connection) -> None:
    shop = await open_shop(connection, [calendar("weekly", "1 week", begins="2026-05-01")])
    await shop.look(local("2026-05-08"))
    await shop.do("shop/1", local("2026-05-12") + timedelta(hours=9))
    await shop.look(local("2026-05-13"))
    stands = await shop.stands("weekly", "pump-1")
    assert (stands.due_at, stands.is_due, stands.order) == (local("2026-05-19"), False, None)
    assert await shop.look(local("2026-05-18")) == 0
    assert await shop.look(local("2026-05-19")) == 1


async def test_done_early_counts_from_when_it_was_done(connection: Connection) -> None:
    shop = await open_shop(connection, [calendar("monthly", "1 month", begins="2026-05-01", lead_days=10)])
    assert await shop.look(local("2026-05-21")) == 0
    assert await shop.look(local("2026-05-22")) == 1
    await shop.do("shop/1", local("2026-05-23") + timedelta(hours=9))
    await shop.look(local("2026-05-24"))
    assert (await shop.stands("monthly", "pump-1")).due_at == local("2026-06-23")


async def test_a_cancelled_order_is_asked_for_again_some_days_later(connection: Connection) -> None:
    shop = await open_shop(connection, [calendar("weekly", "1 week", begins="2026-05-01", asks_again_days=3)])
    await shop.look(local("2026-05-08"))
    await shop.cancel("shop/1", local("2026-05-09") + timedelta(hours=9))
    assert await shop.look(local("2026-05-10")) == 0
    assert (await shop.stands("weekly", "pump-1")).is_due
    assert await shop.look(local("2026-05-12") - timedelta(seconds=1)) == 0
    assert await shop.look(local("2026-05-12")) == 1
    assert (await shop.stands("weekly", "pump-1")).due_at == local("2026-05-08")


async def test_hours_that_a_machine_had_before_count_until_it_is_done(connection: Connection) -> None:
    shop = await open_shop(
        connection,
        [
            {
                "code": "hours",
                "triggers": [{"kind": "run_hours", "hours": 100}],
                "machines": ["pump-1", "pump-2"],
                "used": {"pump-1": 95},
                "begins": "2026-05-01",
                "lead_days": 0,
            }
        ],
    )
    await shop.ran("pump-1", [(at(0), "running")], at(400))
    assert await shop.look(at(4)) == 0
    assert (await shop.stands("hours", "pump-1")).used == 99
    assert await shop.look(at(5)) == 1
    await shop.do("shop/1", at(6))
    await shop.look(at(16))
    assert (await shop.stands("hours", "pump-1")).used == 10


async def test_a_new_controller_makes_no_new_machine(connection: Connection) -> None:
    hours = {"code": "hours", "triggers": [{"kind": "run_hours", "hours": 100}], "machines": ["pump-1"], "lead_days": 0}
    shop = await open_shop(connection, [{**hours, "begins": "2026-05-01"}])
    await shop.ran("pump-1", [(at(0), "running")], at(60))
    await shop.look(at(60))
    await connection.execute(
        """UPDATE device SET equipment_id = (SELECT id FROM equipment WHERE code = 'pump-1') WHERE code = 'pump-2'"""
    )
    # For two hours both speak; after that the old one says nothing any more.
    await shop.ran("pump-2", [(at(58), "running")], at(90))
    await shop.look(at(90))
    assert (await shop.stands("hours", "pump-1")).used == 90


async def test_the_day_is_foretold_from_the_last_weeks(connection: Connection) -> None:
    hours = {"code": "hours", "triggers": [{"kind": "run_hours", "hours": 240}], "machines": ["pump-1"], "lead_days": 3}
    shop = await open_shop(connection, [{**hours, "begins": "2026-05-01"}])
    daily = [(at(day * 24 + hour), state) for day in range(9) for hour, state in ((0, "running"), (12, "stopped"))]
    await shop.ran("pump-1", daily[:2], at(24))
    await shop.look(at(24))
    # A day of history says nothing yet.
    assert (await shop.stands("hours", "pump-1")).due_at is None
    await shop.ran("pump-1", daily, at(9 * 24))
    await shop.look(at(9 * 24))
    stands = await shop.stands("hours", "pump-1")
    assert stands.used == 108
    # 132 h are left at 12 h a day.
    assert stands.due_at == at(20 * 24)
    assert stands.order is None


async def test_a_forecast_within_the_lead_time_opens_the_order(connection: Connection) -> None:
    hours = {"code": "hours", "triggers": [{"kind": "run_hours", "hours": 96}], "machines": ["pump-1"], "lead_days": 1}
    shop = await open_shop(connection, [{**hours, "begins": "2026-05-01"}])
    await shop.ran("pump-1", [(at(0), "running")], at(200))
    assert await shop.look(at(71)) == 0
    # Due at the beginning of the fifth day; the order is opened with the fourth.
    assert await shop.look(at(72)) == 1
    assert not (await shop.stands("hours", "pump-1")).is_due


async def test_a_late_correction_takes_no_order_back(connection: Connection) -> None:
    hours = {"code": "hours", "triggers": [{"kind": "run_hours", "hours": 10}], "machines": ["pump-1"], "lead_days": 0}
    shop = await open_shop(connection, [{**hours, "begins": "2026-05-01"}])
    await shop.ran("pump-1", [(at(0), "running")], at(20))
    await shop.look(at(11))
    await shop.ran("pump-1", [(at(0), "running"), (at(5), "stopped")], at(20))
    assert await shop.look(at(12)) == 0
    stands = await shop.stands("hours", "pump-1")
    assert (stands.used, stands.is_due, stands.due_at, stands.order) == (5, True, at(11), "shop/1")


async def test_a_condition_is_found_though_nobody_looked_for_a_while(connection: Connection) -> None:
    dirty = {"kind": "condition", "condition": "pressure_pa > 250", "held_s": 3600}
    shop = await open_shop(connection, [{"code": "filters", "triggers": [dirty], "equipment_class": "fan"}])
    shown = [(at(minutes / 60), 300.0 if minutes >= 120 else 200.0) for minutes in range(0, 2880, 10)]
    await shop.showed("fan-1", "pressure_pa", shown)
    await shop.look(at(1))
    assert await shop.look(at(40)) == 1
    assert (await shop.stands("filters", "fan-1")).due_at == at(40)


async def test_a_silent_sensor_breaks_a_condition(connection: Connection) -> None:
    dirty = {"kind": "condition", "condition": "pressure_pa > 250", "held_s": 7200}
    shop = await open_shop(connection, [{"code": "filters", "triggers": [dirty], "equipment_class": "fan"}])
    # Silent from 1:00 to 2:00; a reading is believed for half an hour.
    shown = [(at(minutes / 60), 300.0) for minutes in range(0, 300, 10) if not 60 < minutes < 120]
    await shop.showed("fan-1", "pressure_pa", shown)
    looks = [await shop.look(at(minutes / 60)) for minutes in range(5, 245, 5)]
    assert looks.index(1) == (240 - 5) // 5
    assert (await shop.stands("filters", "fan-1")).due_at == at(4)


async def test_a_plan_whose_job_is_gone_waits_and_others_go_on(connection: Connection) -> None:
    shop = await open_shop(connection, [calendar("a", "1 day", job="gone"), calendar("b", "1 day")])
    await shop.look(at(0))
    assert await shop.look(at(48)) == 1
    assert await shop.orders() == [("b", "pump-1", at(48))]
    await put(connection, "job", {"code": "gone", "name": "There again"})
    assert await shop.look(at(49)) == 1


async def test_a_machine_that_is_retired_has_no_plans_and_has_them_back(connection: Connection) -> None:
    shop = await open_shop(connection, [calendar("weekly", "1 week", begins="2026-05-01")])
    await shop.look(at(0))
    await connection.execute("UPDATE equipment SET retired_at = $1 WHERE code = 'pump-1'", at(1))
    assert await shop.look(local("2026-06-01")) == 0
    assert await connection.fetchval("SELECT retired_at FROM plan_machine") == local("2026-06-01")
    await connection.execute("UPDATE equipment SET retired_at = NULL")
    assert await shop.look(local("2026-06-02")) == 1
    assert await connection.fetchval("SELECT retired_at FROM plan_machine") is None


def test_instants_are_as_said() -> None:
    assert at(0) == datetime.fromisoformat("2026-05-01T00:00:00+08:00")
    assert local("2026-05-02") - at(0) == DAY
