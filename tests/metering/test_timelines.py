"""Timelines of registers: what was read, what it comes to by hand, and why. A bug report becomes a folder.

tests/golden/metering/NAME/
    register.toml   rating, segments, rulings, band edges
    reads.csv       readings in the order in which they arrive
    expected.csv    energy of spans; together they are all there is
    ledger.csv      what was not plain
    demand.csv      the highest 15 minutes of local days (may be missing)
    README.md       the computation by hand
"""

from __future__ import annotations

import csv
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.metering.model import Edges, Rules, Ruling, Segment
from tests.metering.keeper import Keeper
from tests.metering.oracle import Oracle

FOLDER = Path(__file__).parents[1] / "golden" / "metering"
TIMELINES = sorted(path.name for path in FOLDER.iterdir())
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us(text: str) -> int:
    return round((datetime.fromisoformat(text) - EPOCH).total_seconds() * 1_000_000)


def micro(text: str | None) -> int | None:
    return None if text is None else int(Decimal(text) * 1_000_000)


def energy(text: str) -> int:
    return int(Decimal(text) * 1_000_000)


def instants(texts: list[str]) -> Any:  # noqa: ANN401
    return np.array([us(text) for text in texts], dtype=np.int64)


def rules_and_edges(folder: Path) -> tuple[Rules, Edges]:
    told = tomllib.loads((folder / "register.toml").read_text("utf-8"))
    segments = tuple(
        Segment(
            us(one["from"]) if "from" in one else -(2**62),
            Decimal(one.get("multiplier", "1")),
            micro(one.get("modulus")),
            energy(one.get("resolution", "0")),
            micro(one.get("closing")),
            micro(one.get("opening")),
        )
        for one in told["segments"]
    )
    rulings = tuple(
        Ruling(us(one["start"]), us(one["stop"]), one["verdict"], micro(one.get("energy")))
        for one in told.get("rulings", [])
    )
    rules = Rules(
        segments,
        told["rated_per_hour"] * 1_000_000,
        rulings,
        integrates=told.get("integrates", False),
        expected_interval_us=told.get("expected_interval_s", 900) * 1_000_000,
    )
    return rules, Edges(instants(told.get("cuts", [])), instants(told.get("midnights", [])))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("name", TIMELINES)
def test_a_timeline_comes_to_what_was_worked_out_by_hand(name: str, size: int) -> None:
    folder = FOLDER / name
    rules, edges = rules_and_edges(folder)
    reads = [(us(row["time"]), float(row["value"])) for row in rows(folder / "reads.csv")]
    keeper = Keeper(rules, edges)
    for at in range(0, len(reads), size):
        keeper.deliver(reads[at : at + size])

    expected = rows(folder / "expected.csv")
    for row in expected:
        inside = [held for start, held in keeper.pieces.items() if us(row["start"]) <= start < us(row["stop"])]
        sums = tuple(sum(held[column] for held in inside) for column in range(4))
        columns = ("measured", "interpolated", "estimated", "covered_s")
        assert sums == tuple(energy(row[column]) for column in columns), row
    assert sum(sum(held[:3]) for held in keeper.pieces.values()) == sum(
        energy(row["measured"]) + energy(row["interpolated"]) + energy(row["estimated"]) for row in expected
    )
    entries = [
        (
            one.kind,
            one.start_us,
            one.stop_us,
            one.decided_us,
            one.first_micro,
            one.last_micro,
            one.energy_micro,
            one.quarantined_micro,
            one.adjustment_micro,
        )
        for one in keeper.ledger
    ]
    times, values = ("start", "stop", "decided"), ("first", "last", "energy", "quarantined", "adjustment")
    assert sorted(entries) == sorted(
        (row["kind"], *(us(row[name]) for name in times), *(energy(row[name]) for name in values))
        for row in rows(folder / "ledger.csv")
    )
    if (folder / "demand.csv").exists():
        assert keeper.days == {
            us(row["day_start"]): (energy(row["energy"]), us(row["stop"])) for row in rows(folder / "demand.csv")
        }


@pytest.mark.parametrize("name", TIMELINES)
def test_the_oracle_agrees(name: str) -> None:
    rules, edges = rules_and_edges(FOLDER / name)
    reads = [(us(row["time"]), float(row["value"])) for row in rows(FOLDER / name / "reads.csv")]
    keeper = Keeper(rules, edges)
    keeper.deliver(reads)
    assert keeper.pieces == Oracle(rules, sorted(reads)).pieces(edges)


@pytest.mark.parametrize("name", TIMELINES)
def test_a_timeline_says_how_its_figures_were_worked_out(name: str) -> None:
    assert len((FOLDER / name / "README.md").read_text("utf-8")) > 100
