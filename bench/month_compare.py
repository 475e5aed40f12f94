"""Truth and accounts beside each other: by subject, in total and for each local day and band.

An account may differ from the truth by 0.1 % and by what dials cannot show: each register of a subject is read to a
step at both ends of a day's band.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analytics.tariffs.bands import Band
from bench import month_subjects
from bench.month_subjects import Listed, Terms
from bench.truth import Sums, Truth, add
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


def compare(truth: Truth, found: Days, meters: Listed, folder: Path) -> list[Compared]:
    """All subjects."""
    steps = _steps(folder)
    registers = frozenset(truth.registers)
    electricity = frozenset(register for register in registers if register.partition("/")[0] in meters.parent)
    results = [
        _compared("site", "import", [(1.0, "me-incomer/import")], truth, found, steps),
        _compared("site", "export", [(1.0, "me-incomer/export")], truth, found, steps),
    ]
    for kind, subjects in (("space", month_subjects.spaces(meters)), ("unit", month_subjects.units(meters))):
        for name, terms in subjects.items():
            known = [(factor, register) for factor, register in terms if register in registers]
            results.append(_compared(kind, name, known, truth, found, steps))
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
) -> Compared:
    true = add((factor, truth.registers[register]) for factor, register in terms)
    seen = add((factor, found.get(register, {})) for factor, register in terms)
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
    return (
        f"{each.kind:9}{each.name:34}{each.truth_kwh:14,.1f}{each.found_kwh:14,.1f}{each.relative:10.4%}"
        f"{each.worst_cell:16.2f} of {each.cells}{flag}"
    )
