"""The simulator's truth, summed by register, local day and band, with nothing of the platform.

    truth.jsonl --quarter hours--> (device, key) --registers.csv--> register --day, band--> amount

The bands are those of Jiangsu's two-part tariff from 2025-06-01 in July and August, for 315 kVA and more, written out
a second time here: half an hour is the finest edge, so a quarter hour lies in one band.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from analytics.tariffs.bands import Band

ZONE = ZoneInfo("Asia/Shanghai")
QUARTER = timedelta(minutes=15)

#: Half-open half hours of the local day in which each band holds; where two name one, the first holds.
SUMMER = (
    (Band.CRITICAL_PEAK, ((28, 30), (39, 43))),
    (Band.PEAK, ((28, 44),)),
    (Band.OFF_PEAK, ((0, 12), (22, 26))),
)

Sums = Mapping[tuple[date, Band], float]


def band_of(start: datetime) -> Band:
    """The band of a quarter hour of July or August."""
    local = start.astimezone(ZONE)
    half_hour = local.hour * 2 + local.minute // 30
    return next(
        (band for band, spans in SUMMER if any(first <= half_hour < last for first, last in spans)),
        Band.INTERMEDIATE,
    )


@dataclass(slots=True)
class Truth:
    """What was true in a run."""

    registers: dict[str, dict[tuple[date, Band], float]] = field(default_factory=dict)
    set_registers: list[dict[str, object]] = field(default_factory=list)


def registers_of(folder: Path) -> dict[str, str]:
    """Registers (`meter/flow`) by point (`device/key`), as registers.csv says."""
    with (folder / "registers.csv").open(encoding="utf-8", newline="") as file:
        return {row["point"]: f"{row['meter']}/{row['flow']}" for row in csv.DictReader(file)}


def read(path: Path, registers: Mapping[str, str], since: datetime) -> Truth:
    """Sum the quarter hours of a truth file that begin at `since` or later."""
    truth = Truth()
    sums: dict[str, dict[tuple[date, Band], float]] = defaultdict(lambda: defaultdict(float))
    with path.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if entry["kind"] == "register":
                truth.set_registers.append(entry)
            if entry["kind"] != "quarter_hour":
                continue
            start = datetime.fromisoformat(entry["start"])
            if start < since:
                continue
            place = start.astimezone(ZONE).date(), band_of(start)
            for device, amounts in entry["registers"].items():
                for key, amount in amounts.items():
                    register = registers.get(f"{device}/{key}")
                    if register is not None:
                        sums[register][place] += amount
    truth.registers = {register: dict(by_place) for register, by_place in sums.items()}
    return truth


def add(parts: Iterable[tuple[float, Sums]]) -> dict[tuple[date, Band], float]:
    """Sums times factors, added up."""
    total: dict[tuple[date, Band], float] = defaultdict(float)
    for factor, sums in parts:
        for place, amount in sums.items():
            total[place] += factor * amount
    return dict(total)
