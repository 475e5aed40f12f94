"""The law holds for any reads over any period, and cutting a period never changes its sum."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.database import Connection, connect
from services.ledger import entries, reconciliation
from services.ledger.registers import register
from services.ledger.rulings import Verdict, Wanted, rule
from tests import metered_plant
from tests.ledger.judging import judge
from tests.metered_plant import Meter, Segment

START = datetime(2026, 3, 2, tzinfo=UTC)
REPLACED = START + timedelta(hours=7, minutes=22, seconds=30)
CHANGED = START + timedelta(hours=11, minutes=4)
SEGMENTS = (
    Segment(multiplier=Decimal("1.5"), resolution=Decimal("0.1"), modulus=Decimal(100_000)),
    Segment(REPLACED, multiplier=Decimal("1.5"), closing_value=Decimal(4000), opening_value=Decimal(100)),
    Segment(CHANGED, multiplier=Decimal(7)),
)

#: Seconds to the next read and what the register adds; now and then something that no register does.
steps = st.lists(
    st.tuples(
        st.integers(20, 4000),
        st.integers(0, 60_000).map(lambda thousandths: thousandths / 1000),
        st.sampled_from(["plain"] * 12 + ["spike", "jump", "jitter", "reset", "drop", "rival"]),
    ),
    min_size=8,
    max_size=60,
)

verdicts = st.lists(st.sampled_from(["accept", "reject", "correct"]), max_size=3)


def reads_of(drawn: list[tuple[int, float, str]], base: float = 1000.0) -> list[tuple[datetime, float]]:
    """Reads of a register that mostly counts up."""
    found, time, shown, rival, dropped = [], START, base, 70_000.0, 0
    for seconds, added, kind in drawn:
        time += timedelta(seconds=seconds)
        shown += added
        value = shown
        if kind == "spike":
            value = shown + 50_000
        elif kind == "jump":
            shown += 20_000
            value = shown
        elif kind == "jitter":
            value = max(0.0, shown - 0.1)
        elif kind == "reset":
            shown = value = added / 10
        elif kind == "rival":
            rival += 0.25
            value = rival
        elif kind == "drop":
            dropped = 6
        if dropped:
            dropped -= 1
            value = 0.0
        found.append((time, round(value, 3)))
    return found


async def _law_holds(
    url: str, drawn: list[tuple[int, float, str]], cuts: list[int], verdicts: list[Verdict], segments: bool
) -> None:
    connection = await connect(url, name="test")
    try:
        await connection.execute(
            "TRUNCATE site, actor, reading, energy_interval, energy_hour, energy_day, energy_month, demand_day CASCADE"
        )
        await connection.execute("INSERT INTO actor (code, kind) VALUES ('local', 'local')")
        meter = Meter("m1", rated_per_hour=200.0, segments=SEGMENTS if segments else (SEGMENTS[0],))
        plant = await metered_plant.make(connection, [meter])
        reads = reads_of(drawn)
        await metered_plant.store(connection, plant, "m1", reads)
        await judge(connection)
        await _cut_anyhow(connection, reads[-1][0], cuts)
        if await _ruled(connection, verdicts):
            await judge(connection)
            await _cut_anyhow(connection, reads[-1][0], cuts)
    finally:
        await connection.close()


async def _ruled(connection: Connection, verdicts: list[Verdict]) -> bool:
    """Rule about what is open; whether there was anything."""
    found = await register(connection, "plant", "m1")
    opened, _ = await entries.entries(connection, 100, meter_id=found.meter_id, only_open=True)
    for entry, verdict in zip(opened, verdicts, strict=False):
        energy = 1_234_567 if verdict == "correct" else None
        kind = "reject" if verdict == "accept" and entry.quarantined < 0 else verdict
        await rule(connection, found, Wanted(entry.start, entry.stop, kind, "any", energy), datetime.now(UTC))
    return bool(opened and verdicts)


async def _cut_anyhow(connection: Connection, newest: datetime, cuts: list[int]) -> None:
    found = await register(connection, "plant", "m1")
    ends = sorted({START + timedelta(minutes=15) * cut for cut in (*cuts, 0, 80)})
    parts = [await reconciliation.reconcile(connection, found, a, b) for a, b in pairwise(ends)]
    whole = await reconciliation.reconcile(connection, found, ends[0], ends[-1])
    for each in (*parts, whole):
        assert [part.law.residual for part in (*each.parts, each.whole)] == [0] * (len(each.parts) + 1)
    for name in ("intervals", "quarantined", "adjustments", "difference", "unresolved"):
        assert sum(getattr(part.whole.law, name) for part in parts) == getattr(whole.whole.law, name)
    total = await connection.fetchval(
        "SELECT coalesce(sum(measured + interpolated + estimated), 0)::int8 FROM energy_interval"
    )
    if newest < ends[-1]:
        assert whole.whole.law.intervals == total


@pytest.mark.parametrize("segments", [False, True])
def test_the_law_holds_for_any_reads_over_any_period(database_url: str, segments: bool) -> None:
    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(steps, st.lists(st.integers(0, 80), max_size=4), verdicts)
    def holds(drawn: list[tuple[int, float, str]], cuts: list[int], ruled: list[Verdict]) -> None:
        asyncio.run(_law_holds(database_url, drawn, cuts, ruled, segments))

    holds()
