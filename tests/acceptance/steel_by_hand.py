"""The steel works' bill of 2018 as a clerk would work it out: the file, a page of rules, decimal arithmetic.

    python -m tests.acceptance.steel_by_hand > tests/data/steel/worksheet.md

Nothing of the platform is used, and nothing of the fixture's files: rules and prices stand below a second time, so that
a mistake in either shows as a difference. The file's rows are quarter hours stamped at their end, in local time; the
local zone of the fixture (Asia/Shanghai) has no daylight-saving time in 2018, so that what is written is what holds.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

FILE = Path(__file__).parents[1] / "data" / "steel" / "Steel_industry_data.csv"
ENERGY = "Usage_kWh"
LAGGING = "Lagging_Current_Reactive.Power_kVarh"
LEADING = "Leading_Current_Reactive_Power_kVarh"

CENT = Decimal("0.01")
BANDS = ("critical_peak", "peak", "intermediate", "off_peak", "deep_off_peak")

# Spring Festival, Labour Day and National Day of 2018, as the State Council announced them (国办发明电〔2017〕12号).
MAJOR_HOLIDAYS = (
    (date(2018, 2, 15), date(2018, 2, 21)),
    (date(2018, 4, 29), date(2018, 5, 1)),
    (date(2018, 10, 1), date(2018, 10, 7)),
)

PURCHASE = Decimal("0.4036")  # the only price that floats with the band
RATIOS = {
    "critical_peak": Decimal("1.7196") * Decimal("1.2"),
    "peak": Decimal("1.7196"),
    "intermediate": Decimal(1),
    "off_peak": Decimal("0.4185"),
    "deep_off_peak": Decimal("0.4185") * Decimal("0.8"),
}
FLAT = {"line_loss": Decimal("0.0187"), "transmission": Decimal("0.1366"), "system": Decimal("0.0312")}
FUNDS = Decimal("0.0294")  # government funds: not in the base of the power-factor adjustment
DEMAND_PRICE = Decimal("51.2")
CONTRACT_KW = Decimal(500)
TRANSFORMER_KVA = Decimal(800)


def rounded(value: Decimal, step: Decimal = CENT) -> Decimal:
    """Half up, as on paper."""
    return value.quantize(step, ROUND_HALF_UP)


def band_of(start: datetime) -> str:
    """Jiangsu 2023, two-part, 315 kVA and more; nothing in it depends on the day of the week."""
    hour, month, day = start.hour, start.month, start.date()
    if any(first <= day <= last for first, last in MAJOR_HOLIDAYS) and 11 <= hour < 15:
        return "deep_off_peak"
    if (month in {7, 8} and hour in {14, 20}) or (month in {12, 1} and hour in {9, 10, 18, 19}):
        return "critical_peak"
    if 8 <= hour < 11 or 17 <= hour < 22:
        return "peak"
    return "off_peak" if hour < 8 else "intermediate"


def adjustment_percent(power_factor: Decimal) -> Decimal:
    """The table for 0.90: less is a surcharge (+), more a rebate (-)."""
    points = int((power_factor * 100).to_integral_value())
    if points >= 95:
        return Decimal("-0.75")
    if points >= 90:
        return Decimal("-0.15") * (points - 90)
    if points >= 70:
        return Decimal("0.5") * (90 - points)
    if points >= 65:
        return 10 + Decimal(70 - points)
    return 15 + Decimal(2) * (65 - points)


@dataclass
class Month:
    """Sums of a local month."""

    kwh: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    lagging_kvarh: Decimal = Decimal(0)
    leading_kvarh: Decimal = Decimal(0)
    maximum_kw: Decimal = Decimal(0)
    maximum_from: str = ""

    @property
    def total_kwh(self) -> Decimal:
        """Of all bands."""
        return sum(self.kwh.values(), Decimal(0))


def months() -> dict[int, Month]:
    """Read the file."""
    result: dict[int, Month] = defaultdict(Month)
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            day, clock = row["date"].split(" ")
            stop = datetime.strptime(f"{day} {clock}", "%d-%m-%Y %H:%M")  # noqa: DTZ007 - local, as written
            if clock == "00:00":  # midnight carries the date of the day that ends
                stop += timedelta(days=1)
            start = stop - timedelta(minutes=15)
            month = result[start.month]
            energy = Decimal(row[ENERGY])
            month.kwh[band_of(start)] += energy
            month.lagging_kvarh += Decimal(row[LAGGING])
            month.leading_kvarh += Decimal(row[LEADING])
            if energy * 4 > month.maximum_kw:
                month.maximum_kw, month.maximum_from = energy * 4, f"{start:%Y-%m-%d %H:%M}"
    return dict(result)


@dataclass
class Bill:
    """Every figure on the way to a month's total."""

    energy: list[tuple[str, str, Decimal, Decimal, Decimal]]  # component, band, kWh, price, amount
    demand: list[tuple[str, Decimal, Decimal, Decimal]]
    power_factor: Decimal
    root_kvah: Decimal
    percent: Decimal
    base: Decimal
    adjustment: Decimal
    total: Decimal


def bill(month: Month) -> Bill:
    """Work a month out."""
    energy = []
    for band in BANDS:
        if month.kwh[band]:
            price = rounded(PURCHASE * RATIOS[band], Decimal("0.0001"))
            energy.append(("purchase", band, month.kwh[band], price, rounded(month.kwh[band] * price)))
    for component, price in (*FLAT.items(), ("funds", FUNDS)):
        energy.append((component, "", month.total_kwh, price, rounded(month.total_kwh * price)))
    chargeable_kw = max(CONTRACT_KW, Decimal("0.4") * TRANSFORMER_KVA)
    demand = [("contract", chargeable_kw, DEMAND_PRICE, rounded(chargeable_kw * DEMAND_PRICE))]
    excess_kw = month.maximum_kw - Decimal("1.05") * chargeable_kw
    if excess_kw > 0:
        demand.append(("excess", excess_kw, 2 * DEMAND_PRICE, rounded(excess_kw * 2 * DEMAND_PRICE)))
    kvarh = month.lagging_kvarh + month.leading_kvarh
    root = (month.total_kwh**2 + kvarh**2).sqrt()
    factor = rounded(month.total_kwh / root)
    percent = adjustment_percent(factor)
    base = sum((line[-1] for line in demand), Decimal(0)) + sum((x[-1] for x in energy if x[0] != "funds"), Decimal(0))
    adjustment = rounded(base * percent / 100)
    amounts = [line[-1] for line in energy] + [line[-1] for line in demand]
    total = sum(amounts, Decimal(0)) + adjustment
    return Bill(energy, demand, factor, root, percent, base, adjustment, total)


INTRODUCTION = """\
# The steel works' bill, worked out by hand

Written by `python -m tests.acceptance.steel_by_hand` from `Steel_industry_data.csv` with csv and Decimal alone. The
prices are a fixture's, not those of a supplier; the bands are Jiangsu's of 2023, made effective 2018-01-01.

- Bands: off peak 00-08, peak 08-11 and 17-22, else intermediate; critical peak Jul-Aug 14-15 and 20-21, Dec-Jan 09-11
  and 18-20; deep off peak 11-15 in Spring Festival, Labour Day and National Day of 2018.
- Purchase 0.4036 CNY/kWh x ratio (1.7196 x 1.2, 1.7196, 1, 0.4185, 0.4185 x 0.8), half up to 0.0001. The others do not
  float. Each line is rounded half up to 0.01; the total is the sum of the lines.
- Demand 51.2 CNY/kW on max(500 kW, 40 % of 800 kVA); what passes 105 % of it (525 kW) at twice the price; fixed quarter
  hours.
- Power factor: kWh / sqrt(kWh² + (lagging + leading kvarh)²), half up to 0.01; the table for 0.90; the base is demand
  and energy without government funds.
"""


def sheet(number: int, month: Month) -> Iterator[str]:
    """One month in full."""
    result = bill(month)
    yield f"\n## {date(2018, number, 1):%B} 2018\n"
    yield "| line | band | quantity | price | amount |"
    yield "|---|---|---:|---:|---:|"
    for component, band, kwh, price, amount in result.energy:
        yield f"| {component} | {band} | {kwh} kWh | {price} | {amount} |"
    for component, kilowatts, price, amount in result.demand:
        yield f"| demand, {component} | | {plain(kilowatts)} kW | {price} | {amount} |"
    yield f"| power factor {result.power_factor} | | {result.percent} % | of {result.base} | {result.adjustment} |"
    yield f"| **total** | | | | **{result.total}** |\n"
    kwh, kvarh = month.total_kwh, month.lagging_kvarh + month.leading_kvarh
    passed = "passed" if len(result.demand) > 1 else "not passed"
    yield f"- Maximum: {plain(month.maximum_kw)} kW in the quarter hour from {month.maximum_from}; 525 kW are {passed}."
    yield f"- Reactive: {month.lagging_kvarh} + {month.leading_kvarh} = {kvarh} kvarh."
    yield f"- Power factor: {kwh} / sqrt({kwh}² + {kvarh}²) = {kwh} / {result.root_kvah:.4f}"
    yield f"  = {kwh / result.root_kvah:.6f} -> {result.power_factor}."


def plain(value: Decimal) -> str:
    """Without trailing zeros."""
    return f"{value.normalize():f}"


def worksheet() -> Iterator[str]:
    """The page."""
    year = months()
    yield INTRODUCTION
    yield "## The twelve months\n"
    yield "| month | kWh | lagging kvarh | leading kvarh | maximum kW | pf | total CNY |"
    yield "|---|" + "---:|" * 6
    for number, month in year.items():
        result = bill(month)
        reactive = f"{month.lagging_kvarh} | {month.leading_kvarh}"
        rest = f"{plain(month.maximum_kw)} | {result.power_factor} | {result.total}"
        yield f"| {number} | {month.total_kwh} | {reactive} | {rest} |"
    names = ("total_kwh", "lagging_kvarh", "leading_kvarh")
    sums = [str(sum((getattr(month, name) for month in year.values()), Decimal(0))) for name in names]
    yield f"| year | {' | '.join(sums)} | | | {sum((bill(month).total for month in year.values()), Decimal(0))} |"
    yield f"\n| month | {' | '.join(BANDS)} |"
    yield "|---|" + "---:|" * len(BANDS)
    for number, month in year.items():
        yield f"| {number} | {' | '.join(str(month.kwh[band]) for band in BANDS)} |"
    for number in (1, 2, 7, 11):
        yield from sheet(number, year[number])


if __name__ == "__main__":
    sys.stdout.write("\n".join(worksheet()) + "\n")
