"""The worked examples of docs/accounting.md, run: what the page says is what the platform does.

registers   rated, multiplier, modulus, resolution, linear       what is known of the meter
            from TIME multiplier N                               a new multiplier from an instant on
            replaced TIME closing N opening N                    another register from an instant on
            power                                                the reads are power in kW
            ruling FROM TO accept|reject|correct N               what a person decided about a quarantined span
            read TIME VALUE
            interval TIME N measured|interpolated|estimated      all quarter hours with energy are named, one by one
            intervals FROM TO N QUALITY                          ... or by a span, each of them N
            total N
            sliding TIME N                                       the day's highest 15 minutes by the minute, in kW
            ledger KIND FROM TO [energy N] [quarantined N] [adjustment N]     all entries are named
            law N = LAST - FIRST [+ N ...]                       the law, worked out
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from analytics.metering.account import Account, account, begin
from analytics.metering.model import MICRO, Edges, Rules, Ruling, Segment
from tests.accounting_page import ZONE, Example, Line, examples, instant

QUARTER = timedelta(minutes=15)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SINCE_EVER_US = -(2**62)
REGISTERS = list(examples(("registers",)))


def us(text: str) -> int:
    return (instant(text) - EPOCH) // timedelta(microseconds=1)


def micro(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * MICRO)


def rules(example: Example) -> Rules:
    """What the example knows of its meter."""
    first = Segment(
        SINCE_EVER_US,
        Decimal(example.one("multiplier", "1")),
        micro(example.one("modulus", "0")) or None,
        micro(example.one("resolution", "0")),
    )
    segments = [first]
    for line in example.lines:
        if line.word == "from":
            at, _, times = line.rest
            segments.append(Segment(us(at), Decimal(times), first.modulus_micro, first.resolution_micro))
        elif line.word == "replaced":
            at, _, closing, _, opening = line.rest
            multiplier = segments[-1].multiplier
            segments.append(
                Segment(us(at), multiplier, first.modulus_micro, first.resolution_micro, micro(closing), micro(opening))
            )
    return Rules(
        tuple(segments),
        rated_micro_per_hour=micro(example.one("rated", "100")),
        rulings=tuple(_rulings(example)),
        integrates=bool(example.all("power")),
        expected_interval_us=60_000_000 * int(example.one("expected", "15")),
    )


def _rulings(example: Example) -> Iterator[Ruling]:
    for line in example.all("ruling"):
        start, stop, verdict, *energy = line.rest
        assert verdict in ("accept", "reject", "correct", "estimate")
        yield Ruling(us(start), us(stop), verdict, micro(energy[0]) if energy else None)  # type: ignore[arg-type]


def judged(example: Example) -> Account:
    """The example's reads, judged."""
    reads = sorted((us(line.rest[0]), float(line.rest[1].replace(",", ""))) for line in example.all("read"))
    known = rules(example)
    times = np.array([at for at, _ in reads], dtype=np.int64)
    values = np.array([value for _, value in reads], dtype=np.float64)
    midnight = np.array([us("00:00")], dtype=np.int64)
    return account(known, begin(known), times, values, Edges(days_us=midnight))


def stated_intervals(example: Example) -> dict[str, tuple[int, str]]:
    """What the page says stands in the quarter hours: by local start."""
    stated: dict[str, tuple[int, str]] = {}
    for line in example.lines:
        if line.word == "interval":
            at, energy, quality = line.rest
            stated[_clock(instant(at))] = (micro(energy), quality)
        elif line.word == "intervals":
            first, last, energy, quality = line.rest
            at_time = instant(first)
            while at_time < instant(last):
                stated[_clock(at_time)] = (micro(energy), quality)
                at_time += QUARTER
    return stated


def found_intervals(result: Account) -> dict[str, tuple[int, str]]:
    """What the judgement put there."""
    found: dict[str, tuple[int, str]] = {}
    pieces = result.pieces
    for index, start in enumerate(pieces.starts_us.tolist()):
        energies = {
            "measured": int(pieces.measured[index]),
            "interpolated": int(pieces.interpolated[index]),
            "estimated": int(pieces.estimated[index]),
        }
        quality = "+".join(name for name, energy in energies.items() if energy)
        if quality:
            found[_clock(EPOCH + timedelta(microseconds=start))] = (sum(energies.values()), quality)
    return found


def stated_ledger(example: Example) -> list[tuple[str, str, str, dict[str, int]]]:
    return [_entry(line) for line in example.all("ledger")]


def _entry(line: Line) -> tuple[str, str, str, dict[str, int]]:
    kind, start, stop, *amounts = line.rest
    named = {name: micro(value) for name, value in zip(amounts[::2], amounts[1::2], strict=True)}
    return kind, _clock(instant(start)), _clock(instant(stop)), named


def found_ledger(result: Account) -> list[tuple[str, str, str, dict[str, int]]]:
    return [
        (
            entry.kind,
            _clock(EPOCH + timedelta(microseconds=entry.start_us)),
            _clock(EPOCH + timedelta(microseconds=entry.stop_us)),
            {
                name: amount
                for name, amount in (
                    ("energy", entry.energy_micro),
                    ("quarantined", entry.quarantined_micro),
                    ("adjustment", entry.adjustment_micro),
                )
                if amount
            },
        )
        for entry in result.ledger
    ]


def _clock(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize("example", REGISTERS, ids=lambda e: f"{e.page}:{e.number}")
def test_reads_come_to_what_the_page_says(example: Example) -> None:
    result = judged(example)
    if stated := stated_intervals(example):
        assert found_intervals(result) == stated
    for line in example.all("total"):
        assert int(result.pieces.total.sum()) == micro(line.rest[0])
    for line in example.all("sliding"):
        at, power = line.rest
        assert [(day.stop_us, 4 * day.energy_micro) for day in result.days] == [(us(at), micro(power))]
    assert sorted(found_ledger(result), key=str) == sorted(stated_ledger(example), key=str)


@pytest.mark.parametrize("example", [e for e in REGISTERS if e.all("law")], ids=lambda e: f"{e.page}:{e.number}")
def test_the_law_as_the_page_works_it_out(example: Example) -> None:
    result = judged(example)
    held = int(result.pieces.total.sum()) + sum(entry.quarantined_micro for entry in result.ledger)
    (law,) = example.all("law")
    left, equals, *right = law.rest
    assert equals == "="
    signed = [term for term in " ".join(right).replace("- ", "-").replace("+ ", "+").split(" ") if term]
    assert held == micro(left) == sum(micro(term) for term in signed)


def test_the_page_has_examples() -> None:
    assert len(REGISTERS) > 10
