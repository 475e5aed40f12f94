"""The energy of one account as it comes together: accepted increments in, pieces and demand days out.

Increments are only collected; `settled` lays all of them on minutes at once. Going back to a mark forgets everything
since it, also what an earlier account has written: `since_us` is the piece from which on the rows are ours.
"""

from __future__ import annotations

import numpy as np

from analytics.metering import sliding, spreading
from analytics.metering.model import MINUTE_US, DemandDay, Edges, Pieces
from analytics.metering.sliding import Minutes
from analytics.metering.spreading import ESTIMATED, INTERPOLATED, MEASURED, Increments
from analytics.metering.state import NEVER_US, Sums
from analytics.readings import Int64

_NO_PIECES = np.empty((5, 0), dtype=np.int64)


class Tally:
    """Sums at the last settlement, the increments since, and closed pieces and days."""

    __slots__ = ("_closed", "_days", "_edges", "_runs", "_singles", "_sums", "since_us")

    def __init__(self, sums: Sums | None, edges: Edges) -> None:
        self._sums = sums
        self._edges = edges
        self._runs: list[Int64] = []
        self._singles: list[tuple[int, int, int, int]] = []
        self._closed: list[Int64] = []
        self._days: dict[int, DemandDay] = {}
        self.since_us = NEVER_US if sums is None else sums.piece_us
        if sums is not None:
            self._keep_day(sums)

    def start(self, position_us: int) -> None:
        """Begin where nothing has been before; later beginnings change nothing."""
        if self._sums is None:
            piece_us = spreading.piece_at(position_us, self._edges.cuts_us)
            self._sums = Sums(position_us, piece_us, 0, 0, 0, 0, (0,) * sliding.WINDOW_MINUTES)

    def add(self, start_us: int, stop_us: int, energy: int, quality: int) -> None:
        """Take in one increment."""
        self._singles.append((start_us, stop_us, energy, quality))

    def add_run(self, instants_us: Int64, energies: Int64, qualities: Int64) -> None:
        """Take in increments that follow one another: one instant more than energies."""
        self._gather()
        self._runs.append(np.array((instants_us[:-1], instants_us[1:], energies, qualities)))

    def back_to(self, sums: Sums) -> None:
        """Forget everything since a mark."""
        self._singles.clear()
        self._runs.clear()
        self._sums = sums
        self.since_us = min(self.since_us, sums.piece_us)
        self._closed = [rows[:, rows[0] < sums.piece_us] for rows in self._closed]
        self._days = {start: day for start, day in self._days.items() if start < (sums.day_us or NEVER_US)}
        self._keep_day(sums)

    def settled(self, position_us: int) -> Sums:
        """The sums at the last good read, with all increments laid on their minutes."""
        sums = self._sums
        if sums is None:
            raise ValueError("Nothing has begun: call `start` with the first good read.")
        self._gather()
        if not self._runs and position_us == sums.position_us:
            return sums
        pieces, starts_us, energies = self._laid()
        last_us = spreading.piece_at(position_us, self._edges.cuts_us)
        opened = self._closed_before(sums, pieces, last_us)
        minutes = sliding.joined(sums, starts_us, energies)
        open_minute_us = position_us // MINUTE_US * MINUTE_US
        self._find_days(minutes, position_us)
        day = self._days[max(self._days)] if self._days else None
        covered = len(minutes.starts_us) > 0 and int(minutes.starts_us[-1]) == open_minute_us
        self._sums = Sums(
            position_us,
            last_us,
            *opened,
            sliding.carried_at(minutes, open_minute_us),
            covered,
            day.day_start_us if day else None,
            day.energy_micro if day else 0,
            day.stop_us if day else 0,
        )
        return self._sums

    def pieces(self) -> Pieces:
        """All pieces since `since_us`; the open one last."""
        sums = self._sums
        rows = list(self._closed)
        if sums is not None and sums.covered_us:
            rows.append(_column(sums))
        return Pieces(*(np.concatenate(rows, axis=1) if len(rows) != 1 else rows[0])) if rows else Pieces(*_NO_PIECES)

    def days(self) -> tuple[DemandDay, ...]:
        """The demand of local days touched since `since_us`."""
        return tuple(self._days[start] for start in sorted(self._days))

    def _gather(self) -> None:
        if self._singles:
            self._runs.append(np.array(self._singles, dtype=np.int64).T)
            self._singles.clear()

    def _keep_day(self, sums: Sums) -> None:
        if sums.day_us is not None:
            self._days[sums.day_us] = DemandDay(sums.day_us, sums.day_micro, sums.day_stop_us)

    def _laid(self) -> tuple[Int64, Int64, Int64]:
        """What the collected increments come to: rows by piece, and minutes with their energies."""
        if not self._runs:
            return _NO_PIECES, _NO_PIECES[0], _NO_PIECES[0]
        taken = np.concatenate(self._runs, axis=1) if len(self._runs) > 1 else self._runs[0]
        self._runs.clear()
        parts = spreading.spread(Increments(*taken))
        pieces_us = spreading.pieces_of(parts.minutes_us, self._edges.cuts_us)
        columns = np.empty((4, len(pieces_us)), dtype=np.int64)
        for quality in (MEASURED, INTERPOLATED, ESTIMATED):
            np.multiply(parts.energies, parts.qualities == quality, out=columns[quality])
        columns[3] = parts.covered_us
        runs = spreading.runs_of(pieces_us)
        rows = np.empty((5, len(runs)), dtype=np.int64)
        rows[0] = pieces_us[runs]
        rows[1:] = np.add.reduceat(columns, runs, axis=1)
        minutes = spreading.runs_of(parts.minutes_us)
        return rows, parts.minutes_us[minutes], np.add.reduceat(parts.energies, minutes)

    def _closed_before(self, sums: Sums, rows: Int64, last_us: int) -> tuple[int, int, int, int]:
        """Close all pieces but the one that starts at `last_us`, and say what that one holds."""
        if sums.covered_us:
            if rows.shape[1] and int(rows[0, 0]) == sums.piece_us:
                rows[:, :1] += _column(sums)
                rows[0, 0] = sums.piece_us
            else:
                rows = np.concatenate((_column(sums), rows), axis=1)
        is_open = rows.shape[1] > 0 and int(rows[0, -1]) == last_us
        if rows.shape[1] > is_open:
            self._closed.append(rows[:, :-1] if is_open else rows)
        measured, interpolated, estimated, covered_us = rows[1:, -1].tolist() if is_open else (0, 0, 0, 0)
        return measured, interpolated, estimated, covered_us

    def _find_days(self, minutes: Minutes, position_us: int) -> None:
        for day in sliding.maxima(minutes, position_us, self._edges.days_us):
            known = self._days.get(day.day_start_us)
            if known is None or day.energy_micro > known.energy_micro:
                self._days[day.day_start_us] = day


def _column(sums: Sums) -> Int64:
    """The open piece as a row of the table."""
    row = (sums.piece_us, sums.measured, sums.interpolated, sums.estimated, sums.covered_us)
    return np.array(row, dtype=np.int64)[:, np.newaxis]
