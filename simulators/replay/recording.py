"""Rows of a recording: when an interval began and ended, and what was measured in it.

                 stamp = start                        stamp = end
    00:15 means  [00:15, 00:30)                       [00:00, 00:15)

Whichever the file uses, a row leaves here with both ends. A row that cannot be read leaves as a `BadRow` with its line
and reason, a cell that cannot be read as a `BadCell`; an empty cell is counted. Nothing is dropped in silence, and
nothing is repaired: rows that go back in time are bad rows, not sorted.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from simulators.replay.stamps import StampRule, Unreadable

_DAY = timedelta(days=1)


class RecordingError(ValueError):
    """The file cannot be played as asked; the message says what to change."""


class Kind(StrEnum):
    """What a column's cells are, and what the device makes of them."""

    REGISTER = "register"  # interval values, added up to a counter
    INTERVAL = "interval"  # values published as they are
    STATE = "state"  # texts published as they are


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file and the point it becomes."""

    name: str
    key: str
    kind: Kind
    scale: Decimal = Decimal(1)
    start: Decimal = Decimal(0)  # a register's first read


@dataclass(frozen=True, slots=True)
class Source:
    """A CSV file and how it is written. A byte-order mark is skipped."""

    path: Path
    time_column: str | None = None  # absent: the first
    delimiter: str = ","
    decimal_mark: str = "."
    encoding: str = "utf-8"

    def header(self) -> list[str]:
        """The names of the columns."""
        return next((cells for _, cells in self.cells()), [])

    def cells(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of each line that is not blank, the header first."""
        encoding = "utf-8-sig" if self.encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else self.encoding
        try:
            with self.path.open(encoding=encoding, newline="") as file:
                reader = csv.reader(file, delimiter=self.delimiter)
                for cells in reader:
                    if cells:
                        yield reader.line_num, cells
        except UnicodeDecodeError as error:
            raise RecordingError(f"{self.path} is not {self.encoding}: name its encoding, such as gb18030") from error
        except csv.Error as error:
            raise RecordingError(f"{self.path}: {error}") from error

    def place(self, name: str) -> int:
        """Where a column stands; RecordingError when it is not there once."""
        header = self.header()
        if header.count(name) != 1:
            known = ", ".join(header)
            many = "no" if name not in header else "more than one"
            raise RecordingError(f"{self.path} has {many} column {name!r}; it has: {known}")
        return header.index(name)

    def stamps(self) -> Iterator[tuple[int, str]]:
        """Line number and text of the time column, an empty text where a row is too short."""
        place = self.place(self.time_column) if self.time_column is not None else 0
        rows = self.cells()
        next(rows, None)
        for line, cells in rows:
            yield line, cells[place] if place < len(cells) else ""


class Row(NamedTuple):
    """What was measured in an interval, by point key."""

    line: int
    start: datetime
    stop: datetime
    values: Mapping[str, Decimal | str]


class BadRow(NamedTuple):
    """A row that cannot be played."""

    line: int
    reason: str  # short, for counting
    detail: str


class BadCell(NamedTuple):
    """A cell that cannot be played; the others of its row can."""

    line: int
    reason: str
    detail: str


@dataclass(slots=True)
class Recording:
    """A source read by a rule: iterate over `items`."""

    source: Source
    rule: StampRule
    columns: Sequence[Column]
    interval: timedelta
    stamped_at_end: bool
    shift: timedelta = timedelta(0)
    empty_cells: int = field(default=0, init=False)
    _last: Row | None = field(default=None, init=False)

    def items(self) -> Iterator[Row | BadRow | BadCell]:
        """Every row of the file, good and bad, in the order of the file."""
        places = [self.source.place(column.name) for column in self.columns]
        time_place = self.source.place(self.source.time_column) if self.source.time_column is not None else 0
        rows = self.source.cells()
        _, header = next(rows)
        self._last, self.empty_cells = None, 0
        for line, cells in rows:
            if len(cells) != len(header):
                yield BadRow(line, "cells", f"{len(cells)} cells where the header has {len(header)}")
                continue
            span = self._span(line, cells[time_place])
            if isinstance(span, BadRow):
                yield span
                continue
            values: dict[str, Decimal | str] = {}
            for column, place in zip(self.columns, places, strict=True):
                value = self._value(column, cells[place].strip())
                if isinstance(value, Unreadable):
                    yield BadCell(line, "value", f"column {column.name!r}: {value.reason}")
                elif value is not None:
                    values[column.key] = value
            row = Row(line, *span, values)
            self._last = row
            yield row if values else BadRow(line, "empty", "no value that can be played")

    def good_rows(self) -> Iterator[Row]:
        """The rows that can be played."""
        return (item for item in self.items() if isinstance(item, Row))

    def _span(self, line: int, text: str) -> tuple[datetime, datetime] | BadRow:
        last = self._last
        after = None if last is None else (last.stop if self.stamped_at_end else last.start) - self.shift
        instant = self.rule.instant(text, after)
        if isinstance(instant, Unreadable):
            return BadRow(line, "time", instant.reason)
        if after is not None and last is not None and instant <= after:
            hint = ""
            if after - instant == _DAY - self.interval:
                hint = "; if 00:00 carries the date of the day that ends, say midnight = end-of-day"
            return BadRow(line, "order", f"{text.strip()!r} is not after the row of line {last.line}{hint}")
        start = instant + self.shift - (self.interval if self.stamped_at_end else timedelta(0))
        return start, start + self.interval

    def _value(self, column: Column, text: str) -> Decimal | str | Unreadable | None:
        if not text:
            self.empty_cells += 1
            return None
        if column.kind is Kind.STATE:
            return text
        try:
            number = Decimal(text.translate(self._to_point()))
        except InvalidOperation:
            return Unreadable(f"{text!r} is no number with {self.source.decimal_mark!r} as its decimal mark")
        if not number.is_finite():
            return Unreadable(f"{text!r} is no finite number")
        if column.kind is Kind.REGISTER and number * column.scale < 0:
            return Unreadable(f"{text} is negative, and a register does not count backwards")
        return number * column.scale

    def _to_point(self) -> dict[int, str]:
        """With a decimal comma 1.234 is a thousand and more: a point in it must not pass for a decimal point."""
        return {} if self.source.decimal_mark == "." else {ord(self.source.decimal_mark): ".", ord("."): "?"}
