"""From alarms to orders: every alarm that people were told of is looked at once, and what is urgent has an order.

    told of, not yet looked at --+-- same machine, same cause, order not over --> attached to it (a done one: reopened)
    became urgent since ---------+-- urgent enough ---------------------------> opens one
                                 '-- not urgent enough -----------------------> noted, until it becomes so

The machine is the device's equipment, or the device, meter or site itself. The cause is the one that ranks first, or
`rule:<code>` where the rule names none: forty alarms of one cause on one compressor are one order, another cause is
another. An order is as urgent as the worst of its alarms ever was.

All in one transaction with the note that an alarm was looked at: what a process that dies has not committed is looked
at again, by whoever comes next, and what it has committed is not. Orders are locked before alarms, as by whoever
completes one. Alarms of this service itself, and those that count overdue orders, make none.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from analytics.alarms.rule import PRIORITIES, Priority
from analytics.maintenance.settings import MaintenanceSettings
from services.database import Connection, rows, run
from services.people import TeamNotFoundError
from services.statements import statements
from services.work_orders import opening, steps, trail
from services.work_orders.moments import Given
from services.work_orders.opening import NewOrder, OrderRefusedError, SubjectKind, Suspected
from services.work_orders.rows import OrderRef

log = logging.getLogger("ioe.maintenance")

SQL = statements("handing_over")
#: Of a storm so many at a time: whoever opens an order by hand waits for its number no longer than these take.
AT_MOST = 100

Settings = Mapping[int, MaintenanceSettings]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An occurrence to be handed over, with its machine as an order names it, and its likeliest cause."""

    occurrence_id: int
    handed_over_at: datetime | None
    site_id: int | None
    site: str | None
    rule: str
    name: str
    name_zh: str
    system: str
    is_of_maintenance: bool
    alarm_subject: str
    subject_kind: str
    subject: str
    machine: str
    machine_zh: str
    machine_class: str
    raised_at: datetime
    is_standing: bool
    priority: str
    level: str
    value: float | None
    limit_value: float
    unit: str
    message: str
    message_zh: str
    cause: Any

    @property
    def suspected(self) -> Suspected:
        """What the order is about: the likeliest cause, or the rule itself."""
        if not self.cause:
            return Suspected(f"rule:{self.rule}", self.name, self.name_zh)
        known = {name: str(self.cause.get(name) or "") for name in ("name", "name_zh", "action", "action_zh")}
        return Suspected(str(self.cause["code"]), **known)

    @property
    def told(self) -> Mapping[str, object]:
        """The alarm, as entries and reasons name it."""
        return {
            "alarm": f"{self.site}/{self.rule}/{self.alarm_subject}",
            "level": self.level,
            "priority": self.priority,
            "value": self.value,
            "limit": self.limit_value,
            "unit": self.unit,
            "since": self.raised_at.astimezone(UTC).isoformat(),
        }


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An order that is not over, of a cause; `place` counts the causes asked for from 1."""

    id: int
    place: int
    site: str
    number: int
    state: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimedRow:
    """An occurrence that is handed over by us, as urgent as it is at this moment."""

    id: int
    priority: str


class HandedOver(NamedTuple):
    """What a round did: how many alarms it looked at, how many orders it opened, how many alarms orders have by it."""

    looked_at: int = 0
    opened: int = 0
    attached: int = 0


class _About(NamedTuple):
    """What is one order: a cause on a machine."""

    site_id: int
    subject_kind: str
    subject: str
    suspected: str


async def hand_over(connection: Connection, settings: Settings, now: datetime) -> HandedOver:
    """Look at alarms that wait, at most AT_MOST of each sort, in the caller's transaction."""
    waiting = await _waiting(connection, settings)
    if not waiting:
        return HandedOver()
    by_order: defaultdict[_About, list[WaitingRow]] = defaultdict(list)
    for row in waiting:
        if row.site_id is not None and not row.is_of_maintenance:
            by_order[_About(row.site_id, row.subject_kind, row.subject, row.suspected.code)].append(row)
    known = await _open_orders(connection, list(by_order))
    claimed = await _claim(connection, waiting, now)
    opened = attached = 0
    for about, rows_of_order in by_order.items():
        alarms = [
            replace(row, priority=claimed[row.occurrence_id]) for row in rows_of_order if row.occurrence_id in claimed
        ]
        order = known.get(about)
        order_id = None if order is None else order.id
        if order_id is None and any(settings[about.site_id].makes_order(row.rule, row.priority) for row in alarms):
            order_id = await _open(connection, alarms, settings[about.site_id], now)
            opened += order_id is not None
        if order_id is not None and alarms:
            await _attach(connection, order_id, alarms, now)
            attached += len(alarms)
        if order is not None and order.state == "done" and alarms:
            await _doubt(connection, order, alarms, now)
    return HandedOver(len(claimed), opened, attached)


async def _waiting(connection: Connection, settings: Settings) -> list[WaitingRow]:
    found = await rows(
        connection,
        SQL["alarms_to_hand_over"],
        WaitingRow,
        AT_MOST,
        list(settings),
        [PRIORITIES.index(said.orders_from) + 1 for said in settings.values()],
        [f"{site_id}/{rule}" for site_id, said in settings.items() for rule in said.also],
        [f"{site_id}/{rule}" for site_id, said in settings.items() for rule in said.never],
    )
    # A site that came just now is of the next round.
    return [row for row in found if row.site_id is None or row.site_id in settings]


async def _open_orders(connection: Connection, asked: Sequence[_About]) -> Mapping[_About, OpenRow]:
    columns = [list(column) for column in zip(*asked, strict=True)] if asked else [[], [], [], []]
    return {
        asked[row.place - 1]: row for row in await rows(connection, SQL["lock_orders_of_causes"], OpenRow, *columns)
    }


async def _claim(connection: Connection, waiting: Sequence[WaitingRow], now: datetime) -> Mapping[int, str]:
    """Those that nobody else has handed over meanwhile, with how urgent they are by now."""
    ids, handed_over_at = [row.occurrence_id for row in waiting], [row.handed_over_at for row in waiting]
    found = await rows(connection, SQL["claim_alarms"], ClaimedRow, ids, handed_over_at, now)
    return {row.id: row.priority for row in found}


async def _open(
    connection: Connection, alarms: Sequence[WaitingRow], said: MaintenanceSettings, now: datetime
) -> int | None:
    """Open an order for alarms of one cause; None: there is nothing any more that it could be about."""
    worst = min(alarms, key=lambda row: (PRIORITIES.index(cast("Priority", row.priority)), row.occurrence_id))
    assert worst.site is not None
    new = NewOrder(
        site=worst.site,
        origin="alarm",
        subject_kind=cast("SubjectKind", worst.subject_kind),
        subject=worst.subject,
        kind="repair",
        title=f"{worst.machine}: {worst.name}",
        title_zh=f"{worst.machine_zh or worst.machine}：{worst.name_zh}" if worst.name_zh else "",
        description=worst.message,
        priority=cast("Priority", worst.priority),
        suspected=worst.suspected,
        team=said.first_team(worst.system, worst.machine_class),
    )
    try:
        try:
            return (await opening.open_order(connection, new, None, now)).id
        except TeamNotFoundError as error:
            log.warning("%s: the order is nobody's: %s", new.title, error)
            return (await opening.open_order(connection, replace(new, team=None), None, now)).id
    except OrderRefusedError as error:
        log.warning("%s: no order: %s", new.title, error)
        return None


async def _attach(connection: Connection, order_id: int, alarms: Sequence[WaitingRow], now: datetime) -> None:
    await run(connection, SQL["attach_alarms"], [row.occurrence_id for row in alarms], [order_id] * len(alarms), now)
    detail = {"alarms": [row.told for row in alarms]}
    await trail.add(connection, order_id, "alarm_attached", now, None, comment=alarms[-1].message, detail=detail)


async def _doubt(connection: Connection, order: OpenRow, alarms: Sequence[WaitingRow], now: datetime) -> None:
    """Alarms come for an order that is done: those raised since then reopen it, older ones that stand are looked at."""
    assert order.done_at is not None
    since = [row for row in alarms if row.raised_at > order.done_at]
    if since:
        given = Given(
            comment=f"It came again: {since[0].message or since[0].name}", evidence=tuple(row.told for row in since)
        )
        await steps.take(connection, OrderRef(order.site, order.number), "reopen", None, now, given)
    elif any(row.is_standing for row in alarms):
        await run(connection, SQL["check_again"], order.id, now)
