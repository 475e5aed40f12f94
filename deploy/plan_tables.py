"""What `ioe plans` prints: plans, what is due when, and one plan with all its machines, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from analytics.maintenance.plan import Calendar, Calibration, Condition, Plan, RunHours, Starts, Trigger
from deploy.instants import shown
from services.papers.texts import on_line
from services.plans.reads import ChangeRow, Due, ListedPlanRow


def plan_table(plans: Sequence[ListedPlanRow]) -> Iterator[str]:
    """Plans with what makes them due, and on how many machines they are, are due and are overdue."""
    table = [("plan", "machines", "due", "overdue", "job", "due after")]
    for row in plans:
        triggers = " or ".join(map(after, row.plan.triggers))
        counts = (str(row.machines), str(row.due), str(row.overdue))
        table.append((f"{row.site}/{row.code}", *counts, row.plan.job, triggers))
    yield from _aligned(table)


def due_table(listed: Sequence[Due], now: datetime) -> Iterator[str]:
    """What is due, by day; overdue first to be seen."""
    table = [("due on", "plan", "machine", "used", "order", "")]
    for due in listed:
        day = "unknown" if due.due_on is None else due.due_on.isoformat()
        plan = f"{due.row.site}/{due.row.plan}"
        table.append((day, plan, due.row.subject, _used(due), due.order or "", _mark(due, now)))
    yield from _aligned(table)


def plan_lines(
    row: ListedPlanRow, standing: Sequence[Due], changes: Sequence[ChangeRow], now: datetime
) -> Iterator[str]:
    """One plan: what it says, how it stands on each machine, who changed it."""
    plan = row.plan
    yield on_line(f"{row.site}/{row.code}  {plan.name} {plan.name_zh}  version {row.version}")
    for label, text in _said(plan):
        yield f"  {label:<9} {on_line(text)}"
    for line in due_table(standing, now):
        yield f"  {line}"
    for change in changes:
        what = "added" if change.before is None else "changed"
        yield f"  {shown(change.at)} {what} by {change.actor}: {on_line(change.reason)}"


def after(trigger: Trigger) -> str:
    """What makes a plan due, in a few words."""
    match trigger:
        case Calendar(every) | Calibration(every):
            return every
        case RunHours(hours):
            return f"{hours:,.0f} h run"
        case Starts(starts):
            return f"{starts:,} starts"
        case Condition(condition, held_s):
            return f"{condition} for {held_s / 60:,.0f} min"


def _said(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "job", plan.job
    yield "due after", " or ".join(map(after, plan.triggers))
    yield (
        "order",
        f"opened {plan.lead_days} days before, overdue {plan.slack_days} days after, {plan.priority} priority",
    )
    yield "source", plan.source or "none is named"


def _used(due: Due) -> str:
    row = due.row
    if due.is_repeat or row.used is None or row.allowed is None:
        return ""
    return f"{row.used:,.0f} of {row.allowed:,.0f} {row.unit}"


def _mark(due: Due, now: datetime) -> str:
    if due.is_overdue(now):
        return click.style("OVERDUE", fg="red")
    if due.is_due:
        return click.style("due", fg="yellow")
    return "after that" if due.is_repeat else ""


def _aligned(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
