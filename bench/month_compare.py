"""Truth and accounts beside each other: by subject, in total and for each local day and band.

An account may differ from the truth by 0.1 % and by what dials cannot show: each register of a subject is read to a
step at both ends of a day's band.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx

from analytics.tariffs.bands import BANDS, Band
from bench import month_subjects
from bench.month_subjects import Listed, Terms
from bench.truth import ZONE, Sums, Truth, add
from services.database import Connection

TOLERANCE = 0.001
Days = Mapping[str, Mapping[tuple[date, Band], float]]


@dataclass(frozen=True, slots=True)
class Compared:
    """A subject: its truth, what the accounts say, and the worst day and band in units of what is allowed."""

    kind: str
    name: str
    truth_kwh: float
    found_kwh: float
    cells: int
    worst_cell: float  # 1.0: as much as is allowed
    allowed: float

    @property
    def relative(self) -> float:
        """Difference of the whole span."""
        return (self.found_kwh - self.truth_kwh) / self.truth_kwh if self.truth_kwh else 0.0

    @property
    def good(self) -> bool:
        """Whether the total and every day and band are within what is allowed."""
        return abs(self.found_kwh - self.truth_kwh) <= self.allowed and self.worst_cell <= 1.0


async def stored_days(connection: Connection) -> Days:
    """What the accounts have by register, local day and band."""
    rows = await connection.fetch(
        """SELECT m.code || '/' || r.flow AS register, e.day, e.band, e.measured + e.interpolated + e.estimated AS micro
           FROM energy_day AS e JOIN register AS r ON r.id = e.register_id JOIN meter AS m ON m.id = r.meter_id"""
    )
    days: dict[str, dict[tuple[date, Band], float]] = defaultdict(dict)
    for row in rows:
        days[row["register"]][row["day"], Band(row["band"])] = row["micro"] / 1_000_000
    return days


async def answered_days(client: httpx.AsyncClient, days: int, start: datetime, asked: Mapping[str, str]) -> Sums:
    """What GET /api/v1/energy says of a space, a unit or the site, by local day and band."""
    first = start.astimezone(ZONE).date()
    answer = await client.get(
        "/api/v1/energy",
        params={
            "site": "kunshan",
            "carrier": "electricity",
            "resolution": "day",
            "from": first.isoformat(),
            "to": (first + timedelta(days=days or 1)).isoformat(),
            **asked,
        },
    )
    assert answer.is_success, answer.text
    return {
        (datetime.fromisoformat(point["start"]).astimezone(ZONE).date(), BANDS[band]): energy
        for total in answer.json()["totals"]
        for point in total["points"]
        for band, energy in point["by_band"].items()
    }


def subjects(meters: Listed) -> Iterator[tuple[str, str, dict[str, str], Terms]]:
    """Site, spaces and units: what they are, how the API is asked for them, and which registers they come to."""
    yield "site", "import", {}, [(1.0, "me-incomer/import")]
    yield "site", "export", {"flow": "export", "meter": "kunshan/me-incomer"}, [(1.0, "me-incomer/export")]
    for path, terms in month_subjects.spaces(meters).items():
        yield "space", path, {"space": path}, terms
    for path, terms in month_subjects.units(meters).items():
        yield "unit", path, {"org_unit": path}, terms


def compare(truth: Truth, found: Days, answers: Mapping[str, Sums], meters: Listed, folder: Path) -> list[Compared]:
    """All subjects; `answers` of the API by kind and name, `found` by register."""
    steps = _steps(folder)
    registers = frozenset(truth.registers)
    electricity = frozenset(register for register in registers if register.partition("/")[0] in meters.parent)
    results = []
    for kind, name, _, terms in subjects(meters):
        known = [(factor, register) for factor, register in terms if register in registers]
        results.append(_compared(kind, name, known, truth, found, steps, answer=answers[f"{kind} {name}"]))
    for parent, terms in month_subjects.losses(meters, electricity).items():
        throughput = add((1.0, truth.registers[register]) for _, register in terms if register.startswith(f"{parent}/"))
        results.append(_compared("losses", parent, terms, truth, found, steps, throughput))
    # Other carriers have other tariffs, or none: they are compared by day.
    true_days = Truth({**truth.registers, **_by_day(truth.registers, registers - electricity)})
    found_days = {**found, **_by_day(found, registers - electricity)}
    results += [
        _compared("register", register, [(1.0, register)], true_days, found_days, steps)
        for register in sorted(registers)
    ]
    return results


def _by_day(days: Days, registers: frozenset[str]) -> dict[str, dict[tuple[date, Band], float]]:
    """Sums of some registers without their bands."""
    whole: dict[str, dict[tuple[date, Band], float]] = {}
    for register in registers:
        by_day: dict[tuple[date, Band], float] = defaultdict(float)
        for (day, _), amount in days.get(register, {}).items():
            by_day[day, Band.UNBILLED] += amount
        whole[register] = dict(by_day)
    return whole


def _compared(
    kind: str,
    name: str,
    terms: Terms,
    truth: Truth,
    found: Days,
    steps: Mapping[str, float],
    share_of: Sums | None = None,
    answer: Sums | None = None,
) -> Compared:
    true = add((factor, truth.registers[register]) for factor, register in terms)
    seen = add((factor, found.get(register, {})) for factor, register in terms) if answer is None else answer
    base = true if share_of is None else share_of
    dials = sum(2 * abs(factor) * steps[register] for factor, register in terms)
    cells = sorted({*true, *seen})
    return Compared(
        kind,
        name,
        sum(true.values()),
        sum(seen.values()),
        len(cells),
        max(
            (
                abs(seen.get(cell, 0.0) - true.get(cell, 0.0)) / (TOLERANCE * abs(base.get(cell, 0.0)) + dials)
                for cell in cells
            ),
            default=0.0,
        ),
        TOLERANCE * abs(sum(base.values())) + dials,
    )


def _steps(folder: Path) -> dict[str, float]:
    """What a step of each register is worth in its unit."""
    with (folder / "registers.csv").open(encoding="utf-8", newline="") as file:
        return {f"{row['meter']}/{row['flow']}": float(row["resolution"] or 0) for row in csv.DictReader(file)}


def table(results: Iterable[Compared]) -> str:
    """For people: every subject, and of single registers the worst ten."""
    listed = list(results)
    shown = [each for each in listed if each.kind != "register"]
    worst = sorted((each for each in listed if each.kind == "register"), key=lambda each: -each.worst_cell)[:10]
    head = f"{'':9}{'':34}{'truth':>14}{'accounts':>14}{'differs':>10}{'worst day and band':>20}"
    return "\n".join([head, *map(_row, (*shown, *worst)), f"{sum(each.good for each in listed)} of {len(listed)} good"])


def _row(each: Compared) -> str:
    flag = "" if each.good else "  <-- too far"
    # Of next to nothing no share can be told.
    differs = f"{each.relative:.4%}" if abs(each.truth_kwh) >= 1 else "-"
    return (
        f"{each.kind:9}{each.name:34}{each.truth_kwh:14,.1f}{each.found_kwh:14,.1f}{differs:>10}"
        f"{each.worst_cell:16.2f} of {each.cells}{flag}"
    )
