"""What a register's reads come to: the public entry to the judgement.

    state -- reads --> account --> next state, pieces, ledger entries, demand days

Plain reads are counted in runs with whole columns; the first read that is not surely plain goes through the judgement
alone, and so on. Both ways give the same figures to the last millionth.

What an account returns is absolute: pieces are all there are from `since_us` on, so the caller deletes what it has from
there on and writes these; days likewise from the local day on that contains `since_us`. Usually that is the open piece
and what follows it. A drop-out or an identity conflict goes back further and says so in `void_since_us`: judged ledger
entries that start then or later are void, and so are stored states of later reads, as a point to stop at: the rows
that followed from them have been rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass

from analytics.metering.books import Books
from analytics.metering.increments import Scales, micros_of
from analytics.metering.integration import Integration
from analytics.metering.judgement import Judgement
from analytics.metering.model import DemandDay, Edges, LedgerEntry, Pieces, Rules
from analytics.metering.state import Read, State
from analytics.readings import Float64, Int64

#: Faults seldom come alone: after a run that ended so soon, so many reads are judged one by one before the next run.
_SHORT_RUN, _ALONE = 8, 24


@dataclass(frozen=True, slots=True)
class Account:
    """The state after the last read, and everything from `since_us` on."""

    state: State
    since_us: int
    pieces: Pieces
    ledger: tuple[LedgerEntry, ...]
    days: tuple[DemandDay, ...]
    void_since_us: int | None = None


def begin(rules: Rules) -> State:
    """The state before the first read."""
    Scales(rules)
    return State()


def account(rules: Rules, state: State, times_us: Int64, values: Float64, edges: Edges) -> Account:
    """Judge reads in strictly ascending time order, all later than the state.

    Raises:
        ValueError: when they are not.
    """
    if len(times_us) and (int(times_us[0]) <= state.time_us or not (times_us[1:] > times_us[:-1]).all()):
        raise ValueError("Reads must ascend in time and be later than the state: sort them, or restart.")
    books, scales = Books(rules, state.sums, edges), Scales(rules)
    fold = (Integration if rules.integrates else Judgement)(rules, scales, state, books)
    micros = micros_of(values)
    at = 0
    while at < len(times_us):
        count = fold.take_run(times_us[at:], micros[at:])
        at += count
        alone = slice(at, at + (1 if count >= _SHORT_RUN else _ALONE))
        for time_us, micro in zip(times_us[alone].tolist(), micros[alone].tolist(), strict=True):
            fold.take(Read(time_us, micro))
            at += 1
    after, tally = fold.state(), books.tally
    return Account(after, tally.since_us, tally.pieces(), tuple(books.entries), tally.days(), books.void_since_us)
