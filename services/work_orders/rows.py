"""Work orders by name, as steps work on them, and as everybody reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from analytics.work_orders.lifecycle import State


class OrderRef(NamedTuple):
    """An order as people name it: kunshan/41."""

    site: str
    number: int

    @classmethod
    def of(cls, address: str) -> OrderRef:
        """Read an address. Raises OrderNotFoundError where it is none."""
        site, _, number = address.partition("/")
        if not site or not (number.isascii() and number.isdigit()) or len(number) > 9:
            raise OrderNotFoundError(address)
        return cls(site, int(number))

    @property
    def address(self) -> str:
        """As people write it."""
        return f"{self.site}/{self.number}"


class OrderNotFoundError(Exception):
    """There is no such order."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"There is no work order {address}: an order is named site/number, as in kunshan/41; the list of orders "
            "shows them."
        )


@dataclass(slots=True)
class Order:
    """An order as steps work on it: locked, changed, written back. What stands above `state` never changes."""

    id: int
    site_id: int
    site: str
    number: int
    origin: str
    kind: str
    subject_kind: str
    subject: str
    equipment_id: int | None
    device_id: int | None
    meter_id: int | None
    skill: str | None
    opened_at: datetime
    takes_out_of_service: bool
    requires_signature: bool
    suspected: str | None
    state: str
    since: datetime
    priority: str
    respond_by: datetime | None
    due_at: datetime | None
    escalated: int
    escalates_at: datetime | None
    is_breach_told: bool
    assignee_id: int | None
    team_id: int | None
    first_started_at: datetime | None
    done_at: datetime | None
    done_by: int | None
    cause: str | None
    cause_note: str
    resolution: str
    signature_id: int | None
    check_at: datetime | None
    checked_at: datetime | None
    verified_at: datetime | None
    verified_by: int | None
    cancelled_at: datetime | None
    reopened: int

    @property
    def ref(self) -> OrderRef:
        """Its name."""
        return OrderRef(self.site, self.number)

    @property
    def at(self) -> State:
        """Its state, as the table names it."""
        return cast("State", self.state)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its names, as the view `work_order_now` has it."""

    id: int
    site_id: int
    site: str
    number: int
    origin: str
    kind: str
    subject_kind: str
    subject: str
    equipment_id: int | None
    machine: str
    machine_zh: str
    equipment: str | None
    space: str | None
    title: str
    title_zh: str
    description: str
    suspected: str | None
    suspected_name: str
    suspected_name_zh: str
    action: str
    action_zh: str
    job: str | None
    plan: str | None
    parent_number: int | None
    requested_by: str
    priority: str
    skill: str | None
    state: str
    since: datetime
    opened_at: datetime
    opened_by: str | None
    respond_by: datetime | None
    due_at: datetime | None
    escalated: int
    escalates_at: datetime | None
    assignee_id: int | None
    assignee: str | None
    assignee_name: str | None
    team_id: int | None
    team: str | None
    team_name: str | None
    first_started_at: datetime | None
    takes_out_of_service: bool
    requires_signature: bool
    planned_parts: Any
    done_at: datetime | None
    done_by_id: int | None
    done_by: str | None
    cause: str | None
    cause_note: str
    resolution: str
    signature_id: int | None
    check_at: datetime | None
    checked_at: datetime | None
    verified_at: datetime | None
    verified_by: str | None
    cancelled_at: datetime | None
    reopened: int

    @property
    def ref(self) -> OrderRef:
        """Its name."""
        return OrderRef(self.site, self.number)

    @property
    def parent(self) -> str | None:
        """The name of the order whose checklist failed."""
        return None if self.parent_number is None else OrderRef(self.site, self.parent_number).address

    def is_overdue(self, now: datetime) -> bool:
        """Its time is over, and it is not done."""
        open_still = self.state not in ("done", "verified", "cancelled")
        return open_still and self.due_at is not None and self.due_at < now
