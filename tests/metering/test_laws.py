"""Laws of accounting, over registers with every fault there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.metering.account import Account, account, begin
from analytics.metering.increments import Scales
from analytics.metering.judgement import Judgement
from analytics.metering.model import LedgerEntry, Pieces, Rules, Ruling, Segment
from analytics.metering.standing import conserved, standing
from analytics.metering.state import Read, State
from tests.metering.keeper import Keeper
from tests.metering.oracle import Oracle
from tests.metering.plants import EDGES, QUARTER, START, Plant, plants

Ledger = list[LedgerEntry]


def whole(plant: Plant) -> Account:
    times = np.array([time for time, _ in plant.reads], dtype=np.int64)
    values = np.array([value for _, value in plant.reads])
    return account(plant.rules, begin(plant.rules), times, values, EDGES)


def rows(pieces: Pieces) -> dict[int, tuple[int, int, int, int]]:
    columns = (pieces.starts_us, pieces.measured, pieces.interpolated, pieces.estimated, pieces.covered_us)
    return {row[0]: row[1:] for row in zip(*(column.tolist() for column in columns), strict=True)}


def told(ledger: Ledger | tuple[LedgerEntry, ...]) -> Ledger:
    """Entries in one order, without their words."""
    plain = [replace(entry, detail="") for entry in ledger]
    return sorted(
        plain, key=lambda entry: (entry.decided_us, entry.start_us, entry.stop_us, entry.kind, entry.energy_micro)
    )


def ruled(plant: Plant, verdicts: list[str]) -> Plant:
    """The plant after people have ruled about what was quarantined."""
    held = [entry for entry in whole(plant).ledger if entry.kind in ("implausible", "decrease", "identity_conflict")]
    rulings = []
    for entry, verdict in zip(held, verdicts, strict=False):
        energy = 12_345_679 if verdict in ("correct", "estimate") else None
        rulings.append(Ruling(entry.start_us, entry.stop_us, verdict, energy))  # type: ignore[arg-type]
    return replace(plant, rules=replace(plant.rules, rulings=tuple(rulings)))


ruled_plants = st.builds(
    ruled, plants(), st.lists(st.sampled_from(["accept", "reject", "correct", "estimate"]), max_size=3)
)


@settings(max_examples=150, deadline=None)
@given(ruled_plants)
def test_the_fold_is_the_oracle(plant: Plant) -> None:
    made, oracle = whole(plant), Oracle(plant.rules, plant.reads)
    assert told(made.ledger) == told(oracle.entries)
    assert rows(made.pieces) == oracle.pieces(EDGES)
    days = {day.day_start_us: (day.energy_micro, day.stop_us) for day in made.days}
    assert days == oracle.days(EDGES)
    assert (made.state.good is None) == (oracle.good is None)
    if made.state.good is not None:
        assert (made.state.good.time_us, made.state.good.micro) == oracle.good


@settings(max_examples=100, deadline=None)
@given(ruled_plants, st.data())
def test_any_order_duplication_and_lateness_come_to_the_same(plant: Plant, data: st.DataObject) -> None:
    keeper = Keeper(plant.rules, EDGES, every=data.draw(st.integers(1, 9)))
    order = data.draw(st.permutations(plant.reads)) if data.draw(st.booleans()) else list(plant.reads)
    order += data.draw(st.lists(st.sampled_from(plant.reads), max_size=4)) if plant.reads else []
    while order:
        size = data.draw(st.integers(1, 12))
        keeper.deliver(order[:size])
        order = order[size:]
    made = whole(plant)
    if plant.reads:
        assert keeper.state == made.state
    assert keeper.pieces == rows(made.pieces)
    assert told(keeper.ledger) == told(made.ledger)
    assert keeper.days == {day.day_start_us: (day.energy_micro, day.stop_us) for day in made.days}


@settings(max_examples=100, deadline=None)
@given(ruled_plants)
def test_runs_in_columns_are_the_same_as_read_by_read(plant: Plant) -> None:
    made = whole(plant)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Judgement, "take_run", lambda _self, _times, _micros: 0)
        assert whole(plant).state == made.state
        assert rows(whole(plant).pieces) == rows(made.pieces)
        assert whole(plant).ledger == made.ledger


@settings(max_examples=100, deadline=None)
@given(plants(), st.integers(0, 40))
def test_a_state_comes_back_from_its_bytes(plant: Plant, count: int) -> None:
    state = whole(replace(plant, reads=plant.reads[:count])).state
    assert State.from_bytes(state.to_bytes()) == state
    assert len(state.to_bytes()) < 1024


def test_rules_without_a_segment_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one segment"):
        begin(Rules((), 1))


def test_reads_out_of_order_are_refused() -> None:
    rules = Rules((Segment(0),), 10**9)
    for times in ([5, 5], [7, 6], [0]):
        with pytest.raises(ValueError, match="ascend in time"):
            account(rules, begin(rules), np.array(times, dtype=np.int64), np.ones(len(times)), EDGES)


@settings(max_examples=100, deadline=None)
@given(ruled_plants.filter(lambda plant: not plant.rules.integrates), st.integers(0, 200), st.integers(0, 200))
def test_the_law_holds_for_any_period(plant: Plant, one: int, two: int) -> None:
    """Splitting a period never changes its sum: every sum is what the register says between the period's ends."""
    made, oracle = whole(plant), Oracle(plant.rules, plant.reads)
    scales = Scales(plant.rules)
    goods = [Read(time, micro) for time, micro in oracle.goods]
    first_us, last_us = sorted((START + one * QUARTER, START + two * QUARTER))
    ends = []
    for at_us in (first_us, last_us):
        before = max((read for read in goods if read.time_us <= at_us), key=lambda read: read.time_us, default=None)
        after = min((read for read in goods if read.time_us > at_us), key=lambda read: read.time_us, default=None)
        ends.append(standing(scales, at_us, (before, after), made.ledger))
    inside = [row for start, row in rows(made.pieces).items() if first_us <= start < last_us]
    energies = (sum(row[0] for row in inside), sum(row[1] for row in inside), sum(row[2] for row in inside))
    assert conserved(ends[0], ends[1], made.ledger, energies).residual == 0


@settings(max_examples=100, deadline=None)
@given(ruled_plants.filter(lambda plant: not plant.rules.integrates))
def test_nothing_is_lost_or_invented(plant: Plant) -> None:
    """The law over all there is, written out: what the last read shows less the first, per segment by adjustments."""
    made, scales = whole(plant), Scales(plant.rules)
    goods = Oracle(plant.rules, plant.reads).goods
    if not goods:
        assert len(made.pieces) == 0
        return
    first, last = (scales.at(scales.index(read[0])).energy(read[1]) for read in (goods[0], goods[-1]))
    quarantined = sum(entry.quarantined_micro for entry in made.ledger)
    adjustments = sum(entry.adjustment_micro for entry in made.ledger)
    assert int(made.pieces.total.sum()) + quarantined == last - first + adjustments
    plain = {entry.kind for entry in made.ledger} <= {"gap", "spike", "rollover", "reset", "drop_out"}
    assert not plain or (made.pieces.total >= 0).all()
