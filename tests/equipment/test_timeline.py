"""The timeline of a machine: a written week of it, line by line; pages joined are the whole, wherever they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.database import Connection
from services.equipment.entries import KINDS, EntryRow
from services.equipment.timeline import Place, Wanted, entries, whole
from tests.equipment import history, machines
from tests.equipment.history import at
from tests.equipment.machines import ZONE, Machines

WEEK = (at("1 00:00"), at("8 00:00"))
NOW = at("20 12:00")

PRESS = """
07 20:01 operation no_data 3.98 h
07 00:00 operation day 0 h run, 0 starts, 3.98333 h unknown
06 09:01 repair opened plant/3 by -
06 09:00 alarm raised plant/too-hot/press-1 by -
04 12:00 operation stopped 80 h
04 06:00 operation no_data 6 h
04 00:00 operation day 0 h run, 0 starts, 6 h unknown
03 18:00 operation stopped 12 h
03 12:00 maintenance done plant/2 by li
03 10:00 maintenance started plant/2 by li
03 10:00 downtime planned plant/2 by li
03 10:00 operation stopped 2 h
03 08:00 maintenance opened plant/2 by -
03 00:00 operation day 8 h run, 2 starts, 0 h unknown
02 16:00 repair verified plant/1 by wang
02 16:00 operation stopped 16 h
02 11:30 repair done plant/1 by li
02 11:00 part returned plant/1 by li
02 10:30 part used plant/1 by li
02 10:00 repair resumed plant/1 by li
02 09:30 repair held plant/1 by li
02 09:00 repair started plant/1 by li
02 08:20 repair escalated plant/1 by -
02 08:10 note note by li
02 08:10 downtime breakdown plant/1 by li
02 08:10 operation fault 3.33 h
02 08:01 repair opened plant/1 by -
02 08:00 alarm raised plant/too-hot/press-1 by -
02 00:00 operation day 6.66667 h run, 2 starts, 0 h unknown
01 16:05 operation stopped 13.9 h
01 07:00 document document by wang
01 06:00 change record by wang
01 06:00 change added plant/press-1 by wang
01 06:00 change added plant/press-1 by wang
01 00:00 operation stopped 8 h
01 00:00 operation day 8 h run, 3 starts, 0 h unknown
"""

TODAY = (("1 00:00", "stopped"), ("2 06:00", "running"), ("2 07:30", "stopped"), ("2 07:40", "running"),
         ("2 07:55", "stopped"))  # fmt: skip


def line(row: EntryRow) -> str:
    told = None if row.kind == "document" else row.reference  # a key, another one each time
    when = row.at.astimezone(ZoneInfo(ZONE)).strftime("%d %H:%M")
    words = [when, row.kind, row.event]
    if row.event == "day":
        words += [f"{row.detail['run_h']:g} h run,", f"{row.detail['starts']} starts,"]
        words += [f"{row.detail['no_data_h']:g} h unknown"]
    elif row.kind == "operation":
        words.append(f"{row.detail['hours']:.3g} h")
    else:
        words += [*([told] if told else []), "by", row.actor or "-"]
    return " ".join(words)


def wanted(plant: Machines, *codes: str, kinds: tuple[str, ...] = KINDS, every_change: bool = False) -> Wanted:
    return Wanted([plant.equipment[code] for code in codes or ("press-1",)], *WEEK, NOW, kinds, every_change)


async def test_a_week_of_a_press_line_by_line(connection: Connection) -> None:
    plant = await machines.make(connection)
    await history.write(plant)
    found, rest = await entries(connection, wanted(plant), 1000)
    assert "\n".join(map(line, found)) == PRESS.strip()
    assert rest is None
    assert await whole(connection, wanted(plant), 1000) == (found, None)
    some, place = await whole(connection, wanted(plant), 10)
    assert (some, place and place.at) == (found[:10], found[9].at)
    by = {(row.kind, row.event, row.at): row for row in found}
    raised = by["alarm", "raised", at("2 08:00")]
    assert (raised.text, raised.title, raised.title_zh) == ("82 °C, above 80 °C", "Too hot", "过热")
    assert (raised.ended_at, raised.detail["order"]) == (at("2 09:40"), "plant/1")
    done = by["repair", "done", at("2 11:30")]
    assert (done.title, done.text, done.detail["cause"]) == ("Press is too hot", "said of complete", "seal-worn")
    used = by["part", "used", at("2 10:30")]
    assert [used.detail[key] for key in ("part", "quantity", "unit_cost", "currency")] == ["seal", 2, 120, "CNY"]
    assert by["note", "note", at("2 08:10")].text == "<b>smells of oil</b>"
    broken = by["downtime", "breakdown", at("2 08:10")]
    assert (broken.ended_at, round(broken.detail["hours"], 2)) == (at("2 11:30"), 3.33)
    assert by["document", "document", at("1 07:00")].detail["name"] == "manual.pdf"


async def test_every_change_of_state_on_request_and_kinds_by_choice(connection: Connection) -> None:
    plant = await machines.make(connection)
    await history.write(plant)
    every, _ = await entries(connection, wanted(plant, kinds=("operation",), every_change=True), 1000)
    changes = [row for row in every if row.event != "day"]
    assert len(changes) == 17 + 1, "and the silence at the end"
    assert [line(row) for row in changes if row.at < at("1 13:01")][-6:] == [
        "01 13:00 operation running 3.08 h",
        "01 13:00 operation fault 0.00833 h",
        "01 10:05 operation running 2.92 h",
        "01 10:00 operation stopped 0.0833 h",
        "01 08:00 operation running 2 h",
        "01 00:00 operation stopped 8 h",
    ]
    assert line(changes[1]) == "04 12:00 operation stopped 80 h"
    some, _ = await entries(connection, wanted(plant, kinds=("downtime", "part")), 1000)
    assert {row.kind for row in some} == {"downtime", "part"}
    assert len(some) == 4


async def test_a_line_shows_what_is_inside_it_where_it_is_asked_to(connection: Connection) -> None:
    plant = await machines.make(connection)
    await history.write(plant)
    assert await entries(connection, wanted(plant, "line-1"), 1000) == ([], None)
    found, _ = await entries(connection, wanted(plant, "line-1", "press-1", "hydraulics-1"), 1000)
    assert len(found) == len(PRESS.strip().splitlines()) + 1
    assert [line(row) for row in found if row.machine == "hydraulics-1"] == ["05 10:00 downtime breakdown by li"]


async def test_the_day_that_is_not_over_is_summed_up_to_now(connection: Connection) -> None:
    plant = await machines.make(connection)
    await plant.covers("press-1", at("1 00:00"), at("2 09:30"))
    await plant.states("press-1", *((at(when).isoformat(), state) for when, state in TODAY))
    found, _ = await entries(connection, replace(wanted(plant, kinds=("operation",)), now=at("2 10:00")), 100)
    [day] = [row for row in found if row.event == "day"]
    assert line(day) == "02 00:00 operation day 1.75 h run, 2 starts, 0.483333 h unknown"
    assert day.detail["day"] == "2026-07-02"
    found, _ = await entries(connection, replace(wanted(plant, kinds=("operation",)), now=at("2 06:30")), 100)
    assert [line(row) for row in found if row.event == "day"] == [
        "02 00:00 operation day 0.5 h run, 1 starts, 0 h unknown"
    ]


async def test_the_day_on_which_a_machine_fell_silent_is_shown_though_it_is_not_summed_up_yet(
    connection: Connection,
) -> None:
    plant = await machines.make(connection)
    await plant.covers("press-1", at("1 00:00"), at("2 09:30"))
    await plant.states("press-1", *((at(when).isoformat(), state) for when, state in TODAY))
    await connection.execute("UPDATE device SET retired_at = $1 WHERE code = 'press-1'", at("5 00:00"))
    found, rest = await entries(connection, wanted(plant, kinds=("operation",)), 100)
    assert [line(row) for row in found if row.event == "day"] == [
        "02 00:00 operation day 1.75 h run, 2 starts, 14.4833 h unknown"
    ]
    assert rest is None
    assert await joined(connection, wanted(plant, kinds=("operation",)), [1]) == found


async def joined(connection: Connection, asked: Wanted, sizes: list[int]) -> list[EntryRow]:
    found: list[EntryRow] = []
    before: Place | None = None
    for turn in range(1000):
        page, before = await entries(connection, asked, sizes[turn % len(sizes)], before)
        found += page
        if before is None:
            return found
        assert page, "a page that is not the last one has entries"
    raise AssertionError("the pages do not end")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(
    strewn=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["note", "downtime", "repair", "state"])), max_size=12
    ),
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=4),
)
async def test_pages_joined_are_the_whole_also_under_equal_times(
    connection: Connection, strewn: list[tuple[int, str]], sizes: list[int]
) -> None:
    """Notes, downtimes, steps of an order and changes of state, many at the very same minute."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        plant = await machines.make(connection)
        await history.order(plant, 1, "press-1", "repair", "Too hot", cause=None)
        for minute, kind in strewn:
            await _strew(plant, at("5 12:00") + timedelta(minutes=minute), kind)
        asked = wanted(plant, "line-1", "press-1", "hydraulics-1", every_change=True)
        every, rest = await entries(connection, asked, 1000)
        assert rest is None
        assert len(every) == len([kind for _, kind in strewn if kind != "state"]) + len(
            {minute for minute, kind in strewn if kind == "state"}
        )
        assert [row.at for row in every] == sorted((row.at for row in every), reverse=True)
        assert await joined(connection, asked, sizes) == every
    finally:
        await transaction.rollback()


async def _strew(plant: Machines, when: datetime, kind: str) -> None:
    clock = f"{when.day} {when:%H:%M}"
    if kind == "note":
        await plant.connection.execute(
            "INSERT INTO equipment_note (equipment_id, at, actor_id, body) VALUES ($1, $2, $3, 'x')",
            plant.equipment["press-1"],
            when,
            plant.people["li"],
        )
    elif kind == "downtime":
        await history.downtime(plant, "line-1", clock, "6 00:00", "other", None)
    elif kind == "state":
        await plant.connection.execute(
            "INSERT INTO machine_state (device_id, at, state) VALUES ($1, $2, 'running') ON CONFLICT DO NOTHING",
            plant.devices["hydraulics-1"],
            when,
        )
    else:
        await plant.connection.execute(
            """INSERT INTO work_order_entry (order_id, at, event, from_state, to_state)
               SELECT id, $1, 'escalated', 'open', 'open' FROM work_order WHERE number = 1""",
            when,
        )
