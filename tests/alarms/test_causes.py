"""Ranking causes: weights, evidence and counts, as a law and as cases; and what it costs in the database."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.causes import rank
from analytics.alarms.rule import Cause, Evidence
from services.alarms import causes
from services.database import connect
from tests.alarms.living_factory import living

JUMPED = Evidence("most(x, 60) - least(x, 60) > 10", times=8, otherwise=0.5, says="it jumped")
SLOW = Cause("fouled", "Fouled", "Clean it.", weight=4, evidence=(Evidence("slope(x, 60) > 5", 0.5, 1.0),))
SENSOR = Cause("sensor", "Sensor", "Replace it.", weight=1, evidence=(JUMPED,))
WINDOW = {"most(x, 60)": 112.0, "least(x, 60)": 72.0, "slope(x, 60)": 40.0}


def test_evidence_outweighs_what_is_usual() -> None:
    first, second = rank([SLOW, SENSOR], WINDOW, {})
    assert (first.cause.code, second.cause.code) == ("sensor", "fouled")
    assert first.likelihood == pytest.approx(8 / (8 + 4 * 0.5))
    assert first.weighed[0].holds is True
    assert first.weighed[0].figures == {"most(x, 60)": 112.0, "least(x, 60)": 72.0}


def test_without_figures_evidence_is_unknown_and_weights_decide() -> None:
    first, second = rank([SENSOR, SLOW], {}, {})
    assert [first.likelihood, second.likelihood] == pytest.approx([0.8, 0.2])
    assert second.weighed[0].holds is None


def test_what_closed_orders_counted_moves_the_weights() -> None:
    (first, *_) = rank([SLOW, SENSOR], {}, {}, {"sensor": 9})
    assert first.cause.code == "sensor"
    assert first.likelihood == pytest.approx(10 / 14)


def test_equals_stay_in_the_order_of_the_rule() -> None:
    twins = [Cause(code, code, "Look.") for code in ("b", "a", "c")]
    assert [each.cause.code for each in rank(twins, {}, {})] == ["b", "a", "c"]


def test_a_rule_without_causes_has_none() -> None:
    assert rank([], {}, {}) == ()


odds = st.floats(0.001, 1000.0)
a_cause = st.builds(
    lambda weight, pieces: Cause(
        "c",
        "C",
        "Look.",
        weight,
        evidence=tuple(Evidence(f"x > {at}", times, otherwise) for at, times, otherwise in pieces),
    ),
    odds,
    st.lists(st.tuples(st.integers(0, 9), odds, odds), max_size=6),
)


@given(st.lists(a_cause, min_size=1, max_size=6), st.floats(-1, 11) | st.none())
def test_likelihoods_share_one_and_fall(given_causes: list[Cause], x: float | None) -> None:
    found = [each.likelihood for each in rank(given_causes, {} if x is None else {"x": x}, {})]
    assert sum(found) == pytest.approx(1.0)
    assert all(0.0 <= each <= 1.0 for each in found)
    assert found == sorted(found, reverse=True)


async def test_a_hundred_raises_are_ranked_in_a_second(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        factory = await living(connection, step_s=10)
        await factory.live(minutes=3)
        with_causes = [each for each in factory.evaluation.instances.values() if each.rule.causes and each.points]
        hundred = [(each, factory.now) for each in with_causes[:: len(with_causes) // 100][:100]]
        await causes.rank(connection, hundred[:1])  # statements are prepared once for each connection
        began = time.perf_counter()
        found = await causes.rank(connection, hundred)
        took_s = time.perf_counter() - began
        assert len(found) == 100
        assert all(
            sum(cause["likelihood"] for cause in each) == pytest.approx(1.0, abs=0.01) for each in found.values()
        )
        # What comes after the raise is no evidence: ranked an hour later, the same comes out.
        await factory.live(minutes=1)
        key, before = next(iter(found.items()))
        instance = factory.evaluation.instances[key]
        again = await causes.rank(connection, [(instance, factory.now - timedelta(minutes=1))])
        assert again[key] == before
        assert took_s < 1.0, f"{took_s:.2f} s"
    finally:
        await connection.close()
