"""What `ioe work-orders` prints: orders, and one with all that is known of it, as lines of text.

Texts come from whoever scanned a label: nothing in them may steer the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from analytics.alarms.wording import figure
from deploy.instants import shown
from services.papers.texts import on_line
from services.work_orders.isolation import IsolationRow
from services.work_orders.reads import Detail, Listed
from services.work_orders.tasks import TaskRow
from services.work_orders.trail import EntryRow

#: How a need of a step is given on the command line, where that is not by its own name.
_OPTIONS: Final[Mapping[str, str]] = MappingProxyType({"assignee": "--to or --team"})


def order_table(orders: Sequence[Listed], now: datetime) -> Iterator[str]:
    """Orders as aligned columns."""
    yield from _aligned(
        [("order", "priority", "state", "due", "who", "machine", "title")]
        + [
            (
                row.order.ref.address,
                row.order.priority,
                row.order.state,
                _due(row.order.due_at, is_overdue=row.order.is_overdue(now)),
                row.order.assignee or row.order.team or "-",
                row.order.subject,
                on_line(row.order.title),
            )
            for row in orders
        ]
    )


def order_lines(found: Detail, now: datetime) -> Iterator[str]:
    """One order: what it is about, what is to be done, all that happened, what can be done next."""
    order, counts = found.order, found.counts
    yield f"{order.ref.address}  {on_line(order.title)}"
    if order.description:
        yield f"  says       {on_line(order.description)}"
    if order.requested_by:
        yield f"  asked by   {on_line(order.requested_by)}"
    yield f"  machine    {on_line(order.machine)} ({order.subject})" + (f" in {order.space}" if order.space else "")
    yield f"  state      {order.state} since {_clock(order.since)}, {order.priority}, {order.kind}, from {order.origin}"
    yield f"  due        {_due(order.due_at, is_overdue=order.is_overdue(now))}" + (
        f", to be started by {_clock(order.respond_by)}" if order.respond_by else ""
    )
    who = on_line(", ".join(filter(None, (order.assignee_name, order.team_name))))
    yield f"  given to   {who or 'nobody yet'}" + (f", needs {order.skill}" if order.skill else "")
    if order.suspected:
        action = on_line(order.action) or "no recommendation"
        yield f"  suspected  {on_line(order.suspected_name or order.suspected)}: {action}"
    if counts.alarms:
        yield f"  alarms     {counts.alarms}, {counts.alarms_standing} standing"
    if order.done_at:
        yield f"  done       {_clock(order.done_at)} by {order.done_by or 'nobody'}: {on_line(order.resolution)}"
    if order.cause:
        yield f"  cause      {order.cause} {on_line(order.cause_note)}".rstrip()
    if order.verified_at:
        yield f"  verified   {_clock(order.verified_at)} by {order.verified_by}"
    yield from _part("lock-out", [_isolation(each) for each in found.isolations])
    yield from _part("checklist", [_task(each) for each in found.tasks])
    yield from _part(
        "parts",
        [
            (
                each.part,
                f"planned {figure(float(each.planned))}",
                f"used {figure(float(each.used))}",
                on_line(each.location),
            )
            for each in found.parts
        ],
    )
    yield from _part(
        "hours",
        [(on_line(each.name), _clock(each.began_at), f"{each.hours:g} h", on_line(each.note)) for each in found.labour],
    )
    yield from _part(
        "files", [(str(each.key), each.media_type, on_line(each.title or each.name)) for each in found.files]
    )
    if any(offer.event == "complete" for offer in found.possible):
        yield from _part("causes to choose", [(each.code, on_line(each.name)) for each in found.cause_choices])
    yield from _part("what happened", [_entry(each) for each in found.trail])
    yield from _part(
        "next",
        [
            (
                offer.event,
                ", ".join(_OPTIONS.get(need, f"--{need}") for need in offer.needs),
                offer.refused.why if offer.refused else "",
            )
            for offer in found.possible
        ],
    )


def _due(at: datetime | None, *, is_overdue: bool) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M}Z{' OVERDUE' if is_overdue else ''}"


def _isolation(row: IsolationRow) -> tuple[str, ...]:
    how = f"locked by {row.confirmed_by}, padlock {on_line(row.lock)}" if row.hangs else "not locked"
    return (f"{row.position}", on_line(row.isolation.energy), on_line(row.isolation.where), how)


def _task(row: TaskRow) -> tuple[str, ...]:
    measured = "" if row.value is None else f" {row.value:g} {row.task.unit}"
    return (
        f"{row.position}",
        on_line(row.task.text),
        f"{row.result or '-'}{measured}",
        _limits(row),
        on_line(row.note),
    )


def _limits(row: TaskRow) -> str:
    bounds = (("from", row.task.minimum), ("up to", row.task.maximum))
    said = " ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
    return on_line(f"good {said} {row.task.unit}".strip()) if said else ""


def _entry(entry: EntryRow) -> tuple[str, ...]:
    state = entry.to_state if entry.to_state and entry.to_state != entry.from_state else ""
    told = ", ".join(filter(None, (_told(entry), on_line(entry.comment))))
    return (_clock(entry.at), entry.event, state, f"by {entry.actor}" if entry.actor else "", told)


def _told(entry: EntryRow) -> str:
    """What an entry tells beside its comment, of those that a person looks for."""
    detail = entry.detail
    if entry.event == "task":
        measured = "" if detail.get("value") is None else f" at {detail['value']:g} {detail['unit']}"
        follow_up = f", opened {detail['follow_up']}" if detail.get("follow_up") else ""
        return f"{detail['position']} {detail['result']}{measured}{follow_up}"
    if entry.event == "part":
        return on_line(f"{detail['kind']} {detail['quantity']:g} {detail['unit']} {detail['part']}")
    if entry.event == "assign":
        return "to " + ", ".join(filter(None, (detail.get("assignee"), detail.get("team"))))
    names = ("energy", "lock", "job", "person", "hours", "reason", "title", "cause", "alarm", "to")
    return on_line(", ".join(str(detail[name]) for name in names if detail.get(name) not in (None, "")))


def _clock(at: datetime) -> str:
    return shown(at.replace(microsecond=0))


def _part(title: str, table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if table:
        yield f"  {title}"
    for line in _aligned(table):
        yield f"    {line}"


def _aligned(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if not table:
        return
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
