"""An order's checklist: what was found at each task, and the order that a failure opens.

A measured value decides for itself: outside of the task's limits it has failed, whatever is said. A required task is
skipped with a note only. Where a failed task opens an order, that order is the checklist's: each of the two
names the other, and giving the result again opens no second one while the first is not over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import msgspec

from analytics.alarms.rule import Priority
from analytics.maintenance.job import Task
from analytics.work_orders.lifecycle import OVER, Refused
from services.database import Connection, rows, run
from services.people import Actor
from services.statements import statements
from services.work_orders import locking, opening, trail
from services.work_orders.opening import NewOrder, SubjectKind
from services.work_orders.rows import Order, OrderRef

SQL = statements("work_order_tasks")

Result = Literal["passed", "failed", "skipped"]
_TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task and what was found."""

    position: int
    document: Any
    result: str | None
    value: float | None
    note: str
    at: datetime | None
    by: str | None
    follow_up_number: int | None
    follow_up_state: str | None

    @property
    def task(self) -> Task:
        """What is to be done."""
        return msgspec.convert(self.document, Task)


@dataclass(frozen=True, slots=True)
class Found:
    """What was written down; `follow_up`: the order that the failure opened, now or before."""

    result: Result
    follow_up: OrderRef | None


async def of_order(connection: Connection, order_id: int) -> list[TaskRow]:
    """An order's checklist."""
    return await rows(connection, SQL["tasks_of_order"], TaskRow, order_id)


async def give(
    connection: Connection,
    ref: OrderRef,
    position: int,
    result: Result | None,
    actor: Actor,
    now: datetime,
    *,
    value: float | None = None,
    note: str = "",
) -> Found | Refused:
    """Write down what was found at a task; of a measured one the value is enough. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    if order.state != "in_progress":
        return Refused("not_now", f"its checklist is worked on while it is in progress, and it is {_said(order.state)}")
    row = next((each for each in await of_order(connection, order.id) if each.position == position), None)
    if row is None:
        return Refused("no_such_position", f"its checklist has no task {position}")
    judged = await _judge(connection, order, row.task, result, value, note)
    if isinstance(judged, Refused):
        return judged
    await run(connection, SQL["put_result"], order.id, position, judged, value, note, now, actor.id)
    number = row.follow_up_number if row.follow_up_state not in OVER else None
    if judged == "failed" and row.task.opens_order and number is None:
        number = await _open(connection, order, row, actor, now, value, note)
    follow_up = None if number is None else OrderRef(order.site, number)
    detail = {
        "position": position,
        "text": row.task.text,
        "result": judged,
        "value": value,
        "unit": row.task.unit,
        "follow_up": None if follow_up is None else follow_up.address,
    }
    await trail.add(connection, order.id, "task", now, actor, comment=note, detail=detail)
    return Found(judged, follow_up)


async def reset(connection: Connection, order_id: int) -> None:
    """Nothing of it has been looked at."""
    await run(connection, SQL["reset_results"], order_id)


async def _judge(
    connection: Connection, order: Order, task: Task, result: Result | None, value: float | None, note: str
) -> Result | Refused:
    if value is not None and (task.kind != "measure" or not math.isfinite(value)):
        return Refused("not_measured", "it is no measured task: give a result without a value")
    if result == "skipped":
        is_missing = task.required and not note.strip()
        return Refused("note_missing", "it is required: skip it with a note that says why") if is_missing else "skipped"
    if task.kind == "measure":
        if value is None:
            return Refused("value_missing", "it is a measured task: give the value that was measured")
        return (result or "passed") if task.accepts(value) else "failed"
    if result == "passed" and task.kind == "photo" and not await connection.fetchval(SQL["photos"].text, order.id):
        return Refused("photo_missing", "it asks for a photo: add one to the order first")
    return result or Refused("value_missing", "give a result: passed, failed or skipped")


async def _open(
    connection: Connection,
    order: Order,
    row: TaskRow,
    actor: Actor,
    now: datetime,
    value: float | None,
    note: str,
) -> int:
    """Open an order for what a task found."""
    task = row.task
    found = "" if value is None else _beyond(task, value)
    opened = await opening.open_order(
        connection,
        NewOrder(
            order.site,
            "checklist",
            cast("SubjectKind", order.subject_kind),
            order.subject,
            task.text[:_TITLE_LENGTH],
            kind="repair",
            priority=task.priority or cast("Priority", order.priority),
            title_zh=task.text_zh[:_TITLE_LENGTH],
            description="\n".join(part for part in (found, note) if part),
            parent_id=order.id,
            skill=order.skill,
        ),
        actor,
        now,
    )
    await run(connection, SQL["put_follow_up"], order.id, row.position, opened.id)
    return opened.ref.number


def _beyond(task: Task, value: float) -> str:
    """What was measured and the limit it is beyond, as in `9.4 > 7.1 mm/s`: the next one sees how bad it is."""
    limit = ""
    if task.maximum is not None and value > task.maximum:
        limit = f" > {task.maximum:g}"
    elif task.minimum is not None and value < task.minimum:
        limit = f" < {task.minimum:g}"
    return f"{value:g}{limit} {task.unit}".strip()


def _said(state: str) -> str:
    return state.replace("_", " ")
