"""From rows to what the device says: interval values at the end of their interval, registers before and after.

    row [08:00, 08:15) 3.17 kWh      register        8:00 100.00         8:15 103.17
    row [08:15, 08:30) 4.00 kWh                                          8:15 (the same read)   8:30 107.17
    row [09:00, 09:15) 2.00 kWh      after a gap:    9:00 107.17         9:15 109.17

A register is read when an interval ends, and that read opens the next interval. Where no interval ended (at the
beginning, after a gap or a bad row) it is read at the start as well, so that the energy of each row stays in its own
interval: the differences of the reads are the rows, neither more nor less. What was used in a gap is not in the file,
and so is not in the register.

Sums are decimal, so that a year of rows ends on the figure that a person adds up.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from simulators.replay.recording import Column, Kind, Row

_NEVER = datetime.min.replace(tzinfo=UTC)


class Reading(NamedTuple):
    """What the device says at one instant."""

    time: datetime
    values: Mapping[str, Decimal | str]


class Readings:
    """The device's memory: where each register stands, and when it was last read."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._totals = {column.key: column.start for column in columns if column.kind is Kind.REGISTER}
        self._read_at: dict[str, datetime] = {}

    @property
    def totals(self) -> Mapping[str, Decimal]:
        """Where each register stands."""
        return self._totals

    def of(self, row: Row) -> Iterator[Reading]:
        """The readings that a row leads to, one or two, in order of time."""
        registers = [key for key in row.values if key in self._totals]
        opening = {key: self._totals[key] for key in registers if self._read_at.get(key, _NEVER) < row.start}
        if opening:
            yield Reading(row.start, opening)
        values = dict(row.values)
        for key in registers:
            increment = row.values[key]
            assert isinstance(increment, Decimal)
            self._totals[key] += increment
            self._read_at[key] = row.stop
            values[key] = self._totals[key]
        yield Reading(row.stop, values)
