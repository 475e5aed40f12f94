"""Parent against children: what a meter counted that none of its children did.

    unmetered = parent - sum of its children        share = unmetered / parent

By period and flow, from the quarter hours of all of them. Outside -2 % to +5 % (defaults) something is wrong: a child
is missing or hangs below another parent, a multiplier is wrong, a meter stood still. Each child's energy is shown
with how much of it was measured, so that an estimate is not taken for a loss. A period in which a meter is not wholly
covered is flagged as incomplete instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from services.database import Connection, rows
from services.ledger.registers import RegisterRow
from services.statements import statements

SQL = statements("reconciliation")

Resolution = Literal["total", "month", "day", "hour"]
_MICROSECOND = timedelta(microseconds=1)
LOWEST, HIGHEST = Decimal("-0.02"), Decimal("0.05")


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """A register of the parent or of a child in a period; energies in millionths of the unit."""

    start: datetime
    stop: datetime
    code: str
    name: str
    name_zh: str | None
    parent: bool
    measured: int
    interpolated: int
    estimated: int
    covered_us: int

    @property
    def energy(self) -> int:
        """All of it."""
        return self.measured + self.interpolated + self.estimated

    @property
    def missing_us(self) -> int:
        """For how long there is no energy."""
        return (self.stop - self.start) // _MICROSECOND - self.covered_us


@dataclass(frozen=True, slots=True)
class Balance:
    """A period: the parent, its children, and what is between them."""

    start: datetime
    stop: datetime
    parent: FamilyRow
    children: Sequence[FamilyRow]
    lowest: Decimal
    highest: Decimal

    @property
    def unmetered(self) -> int:
        """What no child counted, negative where they counted more than the parent."""
        return self.parent.energy - sum(child.energy for child in self.children)

    @property
    def share(self) -> Decimal | None:
        """Of the parent's energy; None where it had none."""
        return Decimal(self.unmetered) / Decimal(self.parent.energy) if self.parent.energy else None

    @property
    def complete(self) -> bool:
        """Whether all of them have energy for all of the period."""
        return all(each.missing_us <= 0 for each in (self.parent, *self.children))

    @property
    def flagged(self) -> bool:
        """Whether the share is outside the limits, or children counted something of nothing."""
        share = self.share
        return self.unmetered != 0 if share is None else not self.lowest <= share <= self.highest


async def losses(
    connection: Connection,
    register: RegisterRow,
    start: datetime,
    stop: datetime,
    resolution: Resolution = "total",
    *,
    lowest: Decimal = LOWEST,
    highest: Decimal = HIGHEST,
) -> list[Balance]:
    """Balances of [start, stop), both on quarter hours, by local period; none where the meter has no children."""
    found = await rows(
        connection,
        SQL["family_energy"],
        FamilyRow,
        register.meter_id,
        register.flow,
        register.calendar_id,
        start,
        stop,
        resolution,
    )
    periods: dict[datetime, list[FamilyRow]] = {}
    for row in found:
        periods.setdefault(row.start, []).append(row)
    return [
        Balance(start, members[0].stop, members[0], members[1:], lowest, highest)
        for start, members in periods.items()
        if members[0].parent and len(members) > 1
    ]
