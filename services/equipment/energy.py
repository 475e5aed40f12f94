"""What machines used and what that cost, through their own meters.

A machine's meters are those that the registry says are of it. One inside another of the same machine and carrier is in
there already and is left out. Energy and cost are the analysis's own: cost only where a contract covers the meter,
what nobody charges for is told as `unbilled`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from services.database import Connection, rows
from services.energy.analysis import analyse
from services.energy.figures import Figures
from services.energy.periods import QUARTER
from services.energy.question import Question, QuestionRefusedError
from services.statements import statements

SQL = statements("equipment_figures")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter of a machine."""

    equipment_id: int
    code: str
    carrier: str


@dataclass(slots=True)
class Used:
    """What a machine used of a carrier, by which meters; `currencies`: in which it was charged."""

    carrier: str
    unit: str
    meters: list[str] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    currencies: set[str] = field(default_factory=set)

    @property
    def cost(self) -> Decimal | None:
        """What it cost; None: no contract covers it, or several do in different currencies."""
        return self.figures.cost if len(self.currencies) == 1 and self.figures.priced else None

    @property
    def currency(self) -> str | None:
        """The currency of its cost."""
        return next(iter(self.currencies)) if self.cost is not None else None


async def used(
    connection: Connection, site: str, equipment_ids: Sequence[int], start: datetime, stop: datetime, now: datetime
) -> Mapping[int, list[Used]]:
    """What machines used in [start, stop), by machine and carrier; those without a meter are left out.

    The period is taken to whole quarter hours, by which energy is known.
    """
    meters = await rows(connection, SQL["meters_of_machines"], MeterRow, equipment_ids)
    if not meters:
        return {}
    question = Question(
        site,
        start - (start - _EPOCH) % QUARTER,
        stop + (_EPOCH - stop) % QUARTER,
        tuple(row.code for row in meters),
        group_by=frozenset({"meter"}),
    )
    try:
        found = await analyse(connection, question, now)
    except QuestionRefusedError:
        return {}
    by_meter = {group.key.meter: group for group in found.groups}
    machines: dict[int, dict[str, Used]] = defaultdict(dict)
    for row in meters:
        group = by_meter.get(row.code)
        if group is None:
            continue
        of = machines[row.equipment_id].setdefault(row.carrier, Used(row.carrier, group.key.unit))
        of.meters.append(row.code)
        of.figures.merge(group.whole)
        if group.whole.priced:
            of.currencies.add(group.currency or "")
    return {equipment_id: list(of.values()) for equipment_id, of in machines.items()}
