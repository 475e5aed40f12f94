"""Four hours of the demonstration factory with faults, over MQTT, held against the simulator's own truth.

The whole month is `python -m bench.month`; docs/benchmarks.md has its figures.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bench.month import Outcome, measure, span


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return asyncio.run(measure(span(0, datetime.now(UTC))))


def test_site_spaces_units_and_losses_are_true_by_day_and_band(outcome: Outcome) -> None:
    subjects = [each for each in outcome.compared if each.kind != "register"]
    assert {each.kind for each in subjects} == {"site", "space", "unit", "losses"}
    assert [each for each in subjects if not each.good] == []


def test_so_is_every_register(outcome: Outcome) -> None:
    assert [each for each in outcome.compared if not each.good] == []


def test_every_fault_is_in_the_ledger(outcome: Outcome) -> None:
    assert {"reset", "rollover", "replacement", "implausible"} <= set(outcome.ledger)
