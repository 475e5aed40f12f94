"""A week of a press, written straight into the tables: what its timeline and its figures have to say of it.

    Wed 1 July   runs 8 h, three starts                            Thu 2 July   08:00 too hot, stops at 08:10: an order
    Thu 2 July   repaired 09:00 to 11:30, a seal of two used is given back, verified at 16:00
    Fri 3 July   serviced (planned) 10:00 to 12:00                 Sat 4 July   silent for six hours
    Sun 5 July   its hydraulics break down 10:00 to 11:00          Mon 6 July   a false alarm: not reproducible

Times are those of a clock in Shanghai.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.equipment.machines import ZONE, Machines

SEAL_COST = 120


def at(text: str) -> datetime:
    """An instant of July 2026: "2 08:10"."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-07-{int(day):02d}T{clock}").replace(tzinfo=ZoneInfo(ZONE))


async def write(plant: Machines) -> None:
    """All of it."""
    await _operation(plant)
    hot = await _alarm(plant, "too-hot", "press-1", "press-1")
    first = await _occurrence(plant, hot, "2 08:00", "2 09:40", "82 °C, above 80 °C")
    second = await _occurrence(plant, hot, "6 09:00", "6 09:05", "81 °C, above 80 °C")
    await _occurrence(plant, hot, "6 13:00", "6 13:01", "kept quiet", is_told=False)
    repair = await order(plant, 1, "press-1", "repair", "Press is too hot", cause="seal-worn", occurrence=first)
    await _entries(
        plant,
        repair,
        ("2 08:01", "opened", None, "open", None),
        ("2 08:20", "escalated", "open", "open", None),
        ("2 08:30", "assign", "open", "assigned", "wang"),
        ("2 09:00", "start", "assigned", "in_progress", "li"),
        ("2 09:30", "hold", "in_progress", "on_hold", "li"),
        ("2 10:00", "resume", "on_hold", "in_progress", "li"),
        ("2 10:10", "comment", "in_progress", "in_progress", "li"),
        ("2 11:30", "complete", "in_progress", "done", "li"),
        ("2 16:00", "verify", "done", "verified", "wang"),
    )
    await downtime(plant, "press-1", "2 08:10", "2 11:30", "breakdown", repair)
    await _part(plant, repair)
    await labour(plant, repair, "2 09:00", 2.5)
    service = await order(plant, 2, "press-1", "maintenance", "Service of 500 h", cause=None)
    await _entries(
        plant,
        service,
        ("3 08:00", "opened", None, "open", None),
        ("3 10:00", "start", "open", "in_progress", "li"),
        ("3 12:00", "complete", "in_progress", "done", "li"),
    )
    await downtime(plant, "press-1", "3 10:00", "3 12:00", "planned", service)
    await labour(plant, service, "3 10:00", 2.0)
    await downtime(plant, "hydraulics-1", "5 10:00", "5 11:00", "breakdown", None)
    for_nothing = await order(
        plant, 3, "press-1", "repair", "Press is too hot", cause="not-reproducible", occurrence=second
    )
    await _entries(plant, for_nothing, ("6 09:01", "opened", None, "open", None))
    await _rest(plant)


async def _operation(plant: Machines) -> None:
    await plant.states(
        "press-1",
        *(
            (at(when).isoformat(), state)
            for when, state in (
                ("1 00:00", "stopped"),
                ("1 08:00", "running"),
                ("1 10:00", "stopped"),
                ("1 10:05", "running"),
                ("1 13:00", "fault"),
                ("1 13:00:30", "running"),
                ("1 16:05:30", "stopped"),
                ("2 06:00", "running"),
                ("2 08:10", "fault"),
                ("2 11:30", "running"),
                ("2 16:00", "stopped"),
                ("3 08:00", "running"),
                ("3 10:00", "stopped"),
                ("3 12:00", "running"),
                ("3 18:00", "stopped"),
                ("4 06:00", "no_data"),
                ("4 12:00", "stopped"),
            )
        ),
    )
    await plant.covers("press-1", at("1 00:00"), at("7 20:00"))
    days = [
        (1, 28_800, 57_570, 30, 0, 3),
        (2, 24_000, 50_400, 12_000, 0, 2),
        (3, 28_800, 57_600, 0, 0, 2),
        (4, 0, 64_800, 0, 21_600, 0),
    ]
    for day, running_s, stopped_s, fault_s, no_data_s, starts in days:
        await plant.connection.execute(
            """INSERT INTO machine_day (device_id, day, running_s, loaded_s, idle_s, stopped_s, fault_s, no_data_s,
                                        starts)
               VALUES ($1, $2, $3, 0, 0, $4, $5, $6, $7)""",
            plant.devices["press-1"],
            date(2026, 7, day),
            running_s,
            stopped_s,
            fault_s,
            no_data_s,
            starts,
        )


async def _alarm(plant: Machines, rule: str, device: str, equipment: str) -> int:
    rule_id = await plant.connection.fetchval(
        """INSERT INTO alarm_rule (site_id, code, origin, version, document)
           VALUES ($1, $2, 'site', 1, '{"name": "Too hot", "name_zh": "过热"}') RETURNING id""",
        plant.site_id,
        rule,
    )
    found: int = await plant.connection.fetchval(
        """INSERT INTO alarm (rule_id, site_id, subject_kind, subject, device_id, equipment_id)
           VALUES ($1, $2, 'device', $3::text, $4, $5) RETURNING id""",
        rule_id,
        plant.site_id,
        device,
        plant.devices[device],
        plant.equipment[equipment],
    )
    return found


async def _occurrence(
    plant: Machines, alarm_id: int, raised: str, returned: str, message: str, *, is_told: bool = True
) -> int:
    found: int = await plant.connection.fetchval(
        """INSERT INTO alarm_occurrence (alarm_id, raised_at, announced_at, returned_at, ended_at, level, priority,
                                         value, limit_value, unit, message, rule_version)
           VALUES ($1, $2, $5, $3, $3, 'H', 'high', 82, 80, '°C', $4, 1) RETURNING id""",
        alarm_id,
        at(raised),
        at(returned),
        message,
        at(raised) if is_told else None,
    )
    return found


async def order(
    plant: Machines,
    number: int,
    machine: str,
    kind: str,
    title: str,
    *,
    cause: str | None,
    occurrence: int | None = None,
    state: str = "verified",
    opened: str = "2 08:01",
    done: str = "2 11:30",
) -> int:
    """Insert an order of a machine, done by li and verified by wang."""
    found: int = await plant.connection.fetchval(
        """INSERT INTO work_order (site_id, number, origin, kind, subject_kind, subject, equipment_id, title, suspected,
                                   priority, state, since, opened_at, done_at, done_by, cause, verified_at, verified_by)
           VALUES ($1, $2, $3, $4, 'equipment', $5::text, $6, $7, $8, 'high', $9, $11, $10, $11, $12, $13, $11, $14)
           RETURNING id""",
        plant.site_id,
        number,
        "alarm" if occurrence else "hand",
        kind,
        machine,
        plant.equipment[machine],
        title,
        "seal-worn" if occurrence else None,
        state,
        at(opened),
        at(done),
        plant.people["li"],
        cause,
        plant.people["wang"],
    )
    if occurrence:
        await plant.connection.execute(
            "INSERT INTO work_order_alarm (order_id, occurrence_id) VALUES ($1, $2)", found, occurrence
        )
    return found


async def _entries(plant: Machines, order_id: int, *steps: tuple[str, str, str | None, str, str | None]) -> None:
    await plant.connection.executemany(
        """INSERT INTO work_order_entry (order_id, at, event, from_state, to_state, actor_id, comment)
           VALUES ($1, $2, $3, $4, $5, $6, 'said of ' || $3)""",
        [
            (order_id, at(when), event, before, after, plant.people.get(actor or ""))
            for when, event, before, after, actor in steps
        ],
    )


async def downtime(
    plant: Machines, machine: str, began: str, ended: str | None, reason: str, order_id: int | None
) -> None:
    """Insert a downtime."""
    await plant.connection.execute(
        """INSERT INTO downtime (site_id, equipment_id, order_id, began_at, ended_at, reason, actor_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        plant.site_id,
        plant.equipment[machine],
        order_id,
        at(began),
        ended and at(ended),
        reason,
        plant.people["li"],
    )


async def labour(plant: Machines, order_id: int, began: str, hours: float) -> None:
    """Insert working time."""
    await plant.connection.execute(
        "INSERT INTO work_order_labour (order_id, name, began_at, hours, actor_id) VALUES ($1, 'Li', $2, $3, $4)",
        order_id,
        at(began),
        hours,
        plant.people["li"],
    )


async def _part(plant: Machines, order_id: int) -> None:
    part_id = await plant.connection.fetchval(
        """INSERT INTO part (site_id, code, name, name_zh, unit_cost, currency, stock)
           VALUES ($1, 'seal', 'Seal', '密封', $2, 'CNY', 9) RETURNING id""",
        plant.site_id,
        SEAL_COST,
    )
    moved: list[Any] = [("2 10:30", "used", -2, 8), ("2 11:00", "returned", 1, 9)]
    for when, kind, quantity, stock in moved:
        await plant.connection.execute(
            """INSERT INTO part_movement (part_id, at, kind, quantity, stock, unit_cost, order_id, actor_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
            part_id,
            at(when),
            kind,
            quantity,
            stock,
            SEAL_COST,
            order_id,
            plant.people["li"],
        )


async def _rest(plant: Machines) -> None:
    manual = await plant.connection.fetchval(
        """INSERT INTO attachment (site_id, media_type, name, size_bytes, sha256, content, made_at, actor_id)
           VALUES ($1, 'application/pdf', 'manual.pdf', 3, 'x', 'pdf', $2, $3) RETURNING id""",
        plant.site_id,
        at("1 07:00"),
        plant.people["wang"],
    )
    await plant.connection.execute(
        "INSERT INTO equipment_file (equipment_id, attachment_id, kind, title) VALUES ($1, $2, 'document', 'Manual')",
        plant.equipment["press-1"],
        manual,
    )
    await plant.connection.execute(
        "INSERT INTO equipment_note (equipment_id, at, actor_id, body) VALUES ($1, $2, $3, $4)",
        plant.equipment["press-1"],
        at("2 08:10"),
        plant.people["li"],
        "<b>smells of oil</b>",
    )
    await plant.connection.execute(
        """INSERT INTO registry_change (revision, at, actor_id, action, kind, subject)
           VALUES (1, $1, $2, 'added', 'equipment', 'plant/press-1'),
                  (1, $1, $2, 'added', 'device', 'plant/press-1'),
                  (1, $1, $2, 'added', 'equipment', 'plant/other-1')""",
        at("1 06:00"),
        plant.people["wang"],
    )
    await plant.connection.execute(
        """INSERT INTO record_change (site_id, at, actor_id, kind, subject, reason)
           VALUES ($1, $2, $3, 'equipment', 'press-1', 'nameplate'), ($1, $2, $3, 'part', 'press-1', 'another')""",
        plant.site_id,
        at("1 06:00"),
        plant.people["wang"],
    )
