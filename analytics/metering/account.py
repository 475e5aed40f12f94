"""What a register's reads come to: the public entry to the judgement.

    state -- reads --> account --> next state, pieces, ledger entries, demand days

Plain reads are counted in runs with whole columns; the first read that is not surely plain goes through the judgement
alone, and so on. Both ways give the same figures to the last millionth.

What an account returns is absolute: pieces are all there are from `since_us` on, so the caller deletes what it has from
there on and writes these. Usually that is the open piece and those after it; a drop-out or an identity conflict sends it
back further, and then judged ledger entries that start at `void_since_us` or later are void as well. Days are those
of the local day in which `since_us` lies, or of which a window still ends there, and later ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.metering.increments import Scales, micros_of
from analytics.metering.judgement import Judgement
from analytics.metering.model import QUARTER_US, DemandDay, Edges, LedgerEntry, Pieces, Rules
from analytics.metering.spreading import INTERPOLATED, LONG_US, MEASURED
from analytics.metering.state import Read, State
from analytics.metering.tally import Tally
from analytics.readings import Float64, Int64


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
        raise ValueError(
            "Reads must be in strictly ascending time order and later than the state: sort them, or restart."
        )
    tally = Tally(state.sums, edges)
    judgement = Judgement(rules, Scales(rules), state, tally)
    micros = micros_of(values)
    at = 0
    while at < len(times_us):
        at += _take_run(rules, judgement, times_us[at:], micros[at:])
        if at < len(times_us):
            judgement.take(Read(int(times_us[at]), int(micros[at])))
            at += 1
    after = judgement.state()
    return Account(
        after, tally.since_us, tally.pieces(), tuple(judgement.entries), tally.days(), judgement.void_since_us
    )


def _take_run(rules: Rules, judgement: Judgement, times_us: Int64, micros: Int64) -> int:
    """Count the reads at the front that are surely plain; how many they were."""
    start = judgement.open_to_runs()
    if start is None:
        return 0
    good, below_micro, until_us = start
    scales = judgement.scales
    index = scales.index(good.time_us)
    stop_us = scales.stop_us(index)
    if stop_us is not None or until_us is not None:
        end = min(
            len(times_us) if stop_us is None else int(np.searchsorted(times_us, stop_us)),
            len(times_us) if until_us is None else int(np.searchsorted(times_us, until_us, side="right")),
        )
        times_us, micros = times_us[:end], micros[:end]
    if len(times_us) == 0:
        return 0
    scale = scales.at(index)
    instants = np.concatenate(((good.time_us,), times_us))
    shown = np.concatenate(((good.micro,), micros))
    durations, counts = np.diff(instants), np.diff(shown)
    per_us, at_once = scales.plain_limits(scale)
    plain = (counts >= 0) & (counts <= durations * per_us + at_once)
    plain &= (durations <= min(rules.linear_us, LONG_US)) & (micros < min(below_micro, scale.limit_micro))
    count = len(plain) if plain.all() else int(plain.argmin())
    if count == 0:
        return 0
    instants = instants[: count + 1]
    quarters = instants // QUARTER_US
    across = quarters[:-1] != (instants[1:] - 1) // QUARTER_US
    judgement.tally.add_run(instants, scale.energies(shown[: count + 1]), np.where(across, INTERPOLATED, MEASURED))
    judgement.took_run(Read(int(instants[-1]), int(shown[count])))
    return count
