"""Virtual meters: registers whose energy is a sum of other registers' energy, piece by piece.

    total        sum of factor x energy of the terms, rounded half to even to whole millionths
    measured     |total| x the least measured fraction among the terms with energy, rounded down
    estimated    0 where no term has estimated energy; else what the other two leave
    interpolated |total| x what the two fractions leave, rounded down; all the rest where nothing is estimated
    covered_us   the least of the terms: where one is missing, the sum is

All three have the sign of the total and sum to it. A fraction is that of absolute values. Where terms stand under
calendars that cut a quarter hour differently, a term's piece is split over the virtual meter's pieces by time.
A virtual meter may be a term of another; the registry refuses cycles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter

from services import calendars
from services.database import Connection, one, rows, run
from services.statements import statements

SQL = statements("virtual_meters")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEAR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TermRow:
    """One term of a virtual register."""

    register_id: int
    term_register_id: int


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A band calendar."""

    id: int


@dataclass(frozen=True, slots=True)
class ReachRow:
    """From when to when a virtual register or one of its terms has energy."""

    start_us: int | None
    stop_us: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Virtual registers in the order in which they are evaluated, each with its terms."""

    steps: Sequence[tuple[int, Sequence[int]]]

    @property
    def registers(self) -> list[int]:
        """All of them."""
        return [register_id for register_id, _ in self.steps]


async def above(connection: Connection, register_ids: Sequence[int]) -> Plan:
    """The virtual registers that depend on these, over any number of steps; terms before what is made of them."""
    terms = defaultdict[int, list[int]](list)
    for row in await rows(connection, SQL["terms_above"], TermRow, register_ids):
        terms[row.register_id].append(row.term_register_id)
    order = TopologicalSorter(terms).static_order()
    return Plan([(register_id, terms[register_id]) for register_id in order if register_id in terms])


async def evaluate(connection: Connection, stretches: Mapping[int, Sequence[tuple[int, int]]]) -> None:
    """Write the intervals of virtual registers over spans in microseconds, in the caller's transaction.

    Their terms are up to date and their calendars held; rows that have become empty go.
    """
    flat = [(register_id, *span) for register_id, spans in stretches.items() for span in spans]
    if not flat:
        return
    least_us, most_us = min(start for _, start, _ in flat), max(stop for _, _, stop in flat)
    for row in await rows(connection, SQL["calendars_of"], CalendarRow, list(stretches)):
        await calendars.cover(
            connection, row.id, _EPOCH + timedelta(microseconds=least_us), _EPOCH + timedelta(microseconds=most_us)
        )
    bounds = (_EPOCH + timedelta(microseconds=least_us) - _NEAR, _EPOCH + timedelta(microseconds=most_us) + _NEAR)
    columns = [[row[column] for row in flat] for column in range(3)]
    await run(connection, SQL["forget"], *columns, *bounds)
    await run(connection, SQL["evaluate"], *columns, *bounds)


async def reach(connection: Connection, register_id: int) -> tuple[int, int] | None:
    """The span in microseconds in which a virtual register has or can have energy; None: nowhere."""
    found = await one(connection, SQL["reach"], ReachRow, register_id)
    if found is None or found.start_us is None or found.stop_us is None:
        return None
    return found.start_us, found.stop_us
