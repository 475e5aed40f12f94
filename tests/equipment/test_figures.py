"""The figures of the press over its written week, worked out by hand in the history's words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from services.database import Connection
from services.equipment import states
from services.equipment.figures import figures, machines
from tests.equipment import history
from tests.equipment import machines as site
from tests.equipment.history import SEAL_COST, at
from tests.equipment.machines import ZONE

WEEK = (at("1 00:00"), at("8 00:00"))
AFTER = at("20 00:00")


async def test_a_week_of_a_press(connection: Connection) -> None:
    plant = await site.make(connection)
    await history.write(plant)
    of = await machines(connection, "plant")
    assert [each.code for each in of] == ["hydraulics-1", "line-1", "other-1", "press-1"]
    hydraulics, line, other, press = await figures(connection, "plant", of, *WEEK, AFTER)
    found = press.reliability
    # On: 8 h on 1 July, 2 h 10 and 4 h 30 on the second, 2 h and 6 h on the third.
    assert press.totals is not None
    assert found.operating_h == pytest.approx(22 + 40 / 60)
    # Silent on 4 July from 6 to 12, and after its last reading of 7 July at 20:00, which held for a minute.
    assert found.no_data_h == pytest.approx(6 + 3 + 59 / 60)
    assert press.totals.seconds["fault"] == 30 + 3 * 3600 + 20 * 60
    # One failure: the breakdown of 2 July, 3 h 20. Its order is no second one, the false alarm is none.
    assert [(each.at, each.restored_at, each.order) for each in found.failures] == [
        (at("2 08:10"), at("2 11:30"), "plant/1")
    ]
    assert found.mtbf_h == pytest.approx(22 + 40 / 60)
    assert found.mttr_h == pytest.approx(3 + 20 / 60)
    # 168 h, of them 3 h 20 broken down and 2 h serviced.
    assert found.required_h == 168
    assert found.down_h == pytest.approx(5 + 20 / 60)
    assert found.availability_percent == pytest.approx(100 * (168 - 5 - 20 / 60) / 168)
    assert [each.code for each in found.remarks] == ["no_data", "fault_not_noted"]
    assert found.remarks[1].figure == pytest.approx(30 / 3600)
    assert (press.work.repairs_done, press.work.others_done, press.work.labour_h) == (2, 1, 4.5)
    [parts] = press.parts
    assert (parts.currency, parts.cost, parts.without_cost) == ("CNY", Decimal(SEAL_COST), 0)
    assert press.used == []
    # The hydraulics broke down, and nobody knows how long they ran.
    assert [each.restored_at for each in hydraulics.reliability.failures] == [at("5 11:00")]
    assert (hydraulics.reliability.mtbf_h, hydraulics.reliability.mttr_h, hydraulics.totals) == (None, 1.0, None)
    for calm in (line, other):
        assert (calm.reliability.failures, calm.reliability.availability_percent) == ([], 100.0)
        assert [each.code for each in calm.reliability.remarks] == ["no_states"]
        assert (calm.work.opened, calm.work.labour_h, calm.parts) == (0, 0.0, [])


async def test_a_mended_order_without_a_breakdown_is_a_failure_and_a_false_alarm_is_none(
    connection: Connection,
) -> None:
    plant = await site.make(connection)
    await history.write(plant)
    await connection.execute("DELETE FROM downtime")
    of = await machines(connection, "plant", "press-1")
    [press] = await figures(connection, "plant", of, *WEEK, AFTER)
    assert [(each.at, each.has_downtime, each.order) for each in press.reliability.failures] == [
        (at("2 08:00"), False, "plant/1")
    ]
    assert (press.reliability.mttr_h, press.reliability.availability_percent) == (None, 100.0)
    assert "no_downtime" in [each.code for each in press.reliability.remarks]


async def test_a_controller_that_was_replaced_counts_with_its_machine(connection: Connection) -> None:
    plant = await site.make(connection)
    await plant.covers("press-1", at("1 00:00"), at("1 12:00"))
    await plant.states("press-1", (at("1 08:00").isoformat(), "running"))
    await connection.execute(
        "UPDATE device SET equipment_id = $1 WHERE code = 'hydraulics-1'", plant.equipment["press-1"]
    )
    await plant.covers("hydraulics-1", at("1 11:00"), at("2 00:00"))
    await plant.states("hydraulics-1", (at("1 11:00").isoformat(), "idle"), (at("1 14:00").isoformat(), "stopped"))
    of = await machines(connection, "plant", "press-1")
    [press] = await figures(connection, "plant", of, at("1 00:00"), at("2 00:00"), AFTER)
    assert press.totals is not None
    # Known from 8:00 on; until 12:01 the former one is believed, then the new one.
    seconds = {state: length / 3600 for state, length in press.totals.seconds.items()}
    assert seconds["no_data"] == 8
    assert seconds["running"] == pytest.approx(4 + 1 / 60)
    assert seconds["idle"] == pytest.approx(2 - 1 / 60)
    assert seconds["stopped"] == 10


async def test_what_two_devices_say_of_a_machine_at_the_same_time_counts_once(connection: Connection) -> None:
    plant = await site.make(connection)
    await connection.execute(
        "UPDATE device SET equipment_id = $1 WHERE code = 'hydraulics-1'", plant.equipment["press-1"]
    )
    for device in ("press-1", "hydraulics-1"):
        await plant.covers(device, at("1 00:00"), at("28 00:00") + timedelta(days=60))
        told = [("1 00:00", "stopped"), ("2 06:00", "running"), ("3 06:00", "no_data"), ("3 08:00", "running")]
        await plant.states(device, *((at(when).isoformat(), state) for when, state in told))
        await connection.execute(
            """INSERT INTO machine_day (device_id, day, running_s, loaded_s, idle_s, stopped_s, fault_s, no_data_s,
                                        starts)
               SELECT $1, '2026-07-04'::date + n, 86400, 0, 0, 0, 0, 0, 0 FROM generate_series(0, 60) AS n""",
            plant.devices[device],
        )
    of = await machines(connection, "plant", "press-1")
    stop = at("1 00:00") + timedelta(days=40)
    [press] = await figures(connection, "plant", of, at("1 00:00"), stop, AFTER + timedelta(days=60))
    assert press.totals is not None
    assert (press.totals.starts, press.totals.seconds["no_data"], press.totals.seconds["stopped"]) == (1, 7200, 108_000)
    assert sum(press.totals.seconds.values()) == 40 * 86_400
    # Its start counts where the period begins with it.
    [press] = await figures(connection, "plant", of, at("2 06:00"), at("3 00:00"), AFTER)
    assert press.totals is not None
    assert press.totals.starts == 1
    device_ids = [plant.devices[code] for code in ("press-1", "hydraulics-1")]
    for devices in (device_ids, device_ids[:1]):
        spans, is_thinned = await states.drawn(connection, devices, ZoneInfo(ZONE), at("1 12:00"), stop)
        assert (is_thinned, len(spans), spans[0].start, spans[-1].stop) == (True, 40, at("1 12:00"), stop)
        assert sum(sum((span.seconds or {}).values()) for span in spans) == 39.5 * 86_400
        assert all(left.stop == right.start for left, right in pairwise(spans))
