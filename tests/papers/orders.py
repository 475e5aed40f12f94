"""A work order with all that one may have, every text of it given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from services.parts.of_orders import OrderPart
from services.work_orders.downtime import DowntimeRow
from services.work_orders.isolation import IsolationRow
from services.work_orders.labour import LabourRow
from services.work_orders.reads import AlarmOfOrderRow, CountsRow, Detail
from services.work_orders.rows import OrderRow
from services.work_orders.tasks import TaskRow
from services.work_orders.trail import EntryRow

T0 = datetime(2026, 11, 23, 8, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def order(text: str = "Oil leaks", text_zh: str = "漏油", *, is_done: bool = False) -> Detail:
    """Every free text of it is this one."""
    row = OrderRow(
        id=1, site_id=1, site="kunshan", number=41, origin="request", kind="repair", subject_kind="equipment",
        subject="compressor-1", equipment_id=1, machine=text, machine_zh=text_zh, equipment="compressor-1",
        space="b1/f2", title=text, title_zh=text_zh, description=text, suspected="worn-seal", suspected_name=text,
        suspected_name_zh=text_zh, action=text, action_zh=text_zh, job=None, plan=None, parent_number=None,
        requested_by=text, priority="high", skill=None, state="done" if is_done else "in_progress", since=at(30),
        opened_at=at(0), opened_by=None, respond_by=at(60), due_at=at(240), escalated=0, escalates_at=None,
        assignee_id=1, assignee="chen", assignee_name=text, team_id=1, team="mechanics", team_name=text,
        first_started_at=at(10), takes_out_of_service=False, requires_signature=False, planned_parts=[],
        done_at=at(90) if is_done else None, done_by_id=1, done_by="chen", cause="worn-seal" if is_done else None,
        cause_note=text, resolution=text if is_done else "", signature_id=None, check_at=None, checked_at=None,
        verified_at=None, verified_by=None, cancelled_at=None, reopened=0,
    )  # fmt: skip
    return Detail(
        row,
        CountsRow(1, 1, 1, 1, 2, 1, 1),
        [],
        [
            AlarmOfOrderRow("kunshan/hot/comp-1", at(-5), None, "HH", 112.0, 110.0, "degC", text, text_zh, [],
                            is_standing=True),
        ],
        [
            TaskRow(1, {"text": text[:2000], "text_zh": text_zh}, "passed", None, text, at(40), "chen", None, None),
            TaskRow(2, {"text": "Pressure", "kind": "measure", "unit": "bar", "minimum": 6.5}, None, None, "", None,
                    None, None, None),
        ],
        [
            IsolationRow(1, {"energy": text[:2000], "where": text, "how": text}, at(11), "chen", text, None, None),
            IsolationRow(2, {"energy": "Air 气"}, None, None, "", None, None),
        ],
        [
            OrderPart("oil-filter", text, text_zh, "pcs", Decimal(2), Decimal(1), Decimal("85.5"), Decimal("85.5"),
                      "CNY", text, Decimal(9), is_unknown=False),
        ],
        [LabourRow(text, at(12), 1.5, text)],
        [DowntimeRow(at(0), None, "breakdown", text)],
        [],
        [
            EntryRow(at(0), "open", None, "open", None, "", {}),
            EntryRow(at(10), "start", "open", "in_progress", "chen", text, {}),
            EntryRow(at(20), "comment", None, None, "chen", text, {}),
        ],
        [],
    )  # fmt: skip
