"""Demand charges and the power-factor adjustment: every vector of domain.md section 1, and the edges of rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.billing import demand_charges, power_factor
from analytics.billing.power_factor import TABLES, UnknownStandardError, adjustment, average_power_factor
from analytics.billing.rounding import half_up, split


@pytest.mark.parametrize(
    ("contract_kw", "peak_kw", "charge"),
    [
        (2400, 2399, "86640.00"),  # 36.1 x 2,400; 2,399 kW are below 105 %
        (2000, 2399, "93787.80"),  # 36.1 x 2,000 + 72.2 x (2,399 - 2,100)
        (800, 700, "38497.04"),  # 40 % of 2,666 kVA = 1,066.4 kW x 36.1
    ],
)
def test_contracted_demand(contract_kw: int, peak_kw: int, charge: str) -> None:
    charges = demand_charges.contract(Decimal("36.1"), Decimal(contract_kw), Decimal(peak_kw), Decimal(2666))
    assert demand_charges.total(charges) == Decimal(charge)


def test_motors_count_as_connected() -> None:
    charges = demand_charges.contract(Decimal(10), Decimal(100), Decimal(0), Decimal(200), Decimal(100))
    assert demand_charges.total(charges) == Decimal(1200)  # 40 % of 300 kVA = 120 kW


def test_five_percent_over_the_contract_are_tolerated() -> None:
    at, over = (
        demand_charges.contract(Decimal(10), Decimal(1000), Decimal(peak), Decimal(0)) for peak in ("1050", "1050.1")
    )
    assert [charge.kind for charge in at] == ["demand"]
    assert [charge.amount for charge in over] == [Decimal(10_000), Decimal("2.0")]  # 0.1 kW x 20


def test_capacity_and_actual_demand() -> None:
    assert demand_charges.total(demand_charges.capacity(Decimal("22.6"), Decimal(2666))) == Decimal("60251.6")
    assert demand_charges.total(demand_charges.actual(Decimal("36.1"), Decimal("612.56"))) == Decimal("22113.416")


VECTORS = {
    "0.90": {
        "1.00": "-0.75", "0.96": "-0.75", "0.95": "-0.75", "0.94": "-0.6", "0.93": "-0.45", "0.92": "-0.3",
        "0.91": "-0.15", "0.90": "0", "0.89": "0.5", "0.85": "2.5", "0.80": "5.0", "0.75": "7.5", "0.70": "10.0",
        "0.69": "11.0", "0.65": "15.0", "0.64": "17.0", "0.60": "25.0",
    },
    "0.85": {
        "1.00": "-1.1", "0.94": "-1.1", "0.93": "-0.95", "0.92": "-0.8", "0.91": "-0.65", "0.90": "-0.5",
        "0.86": "-0.1", "0.85": "0", "0.84": "0.5", "0.65": "10.0", "0.64": "11.0", "0.60": "15.0", "0.59": "17.0",
    },
    "0.80": {
        "1.00": "-1.3", "0.92": "-1.3", "0.91": "-1.15", "0.90": "-1.0", "0.81": "-0.1", "0.80": "0", "0.79": "0.5",
        "0.60": "10.0", "0.59": "11.0", "0.55": "15.0", "0.54": "17.0",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("standard", "average", "percent"),
    [(standard, average, percent) for standard, rows in VECTORS.items() for average, percent in rows.items()],
)
def test_power_factor_tables(standard: str, average: str, percent: str) -> None:
    assert TABLES[Decimal(standard)].percent(Decimal(average)) == Decimal(percent)


def test_every_table_says_how_well_it_is_attested() -> None:
    assert all(table.attested.startswith("V2") for table in TABLES.values())


def test_an_unknown_standard_names_the_known_ones() -> None:
    with pytest.raises(UnknownStandardError, match=r"one of 0\.90, 0\.85, 0\.80"):
        power_factor.table_of(Decimal("0.95"))


@pytest.mark.parametrize(
    ("active", "reactive", "average"),
    [
        # 0.895 is kWh 179 to kVAh 200, so kvarh = sqrt(7,959), between 89.213227 and 89.213228: no whole numbers hit
        # it: the hypotenuse of a Pythagorean triple without a common factor is odd, and 200 is not.
        (179_000_000, 89_213_227, "0.90"),  # 89,213,227^2 < 7,959e12
        (179_000_000, 89_213_228, "0.89"),  # 89,213,228^2 > 7,959e12
        (3, 4, "0.60"),
        (4, 3, "0.80"),
        (1, 0, "1.00"),
        (0, 1, "0.00"),
        (126_238_290_000, 66_137_000_000, "0.89"),  # steel, January: 0.885796
    ],
)
def test_average_power_factor(active: int, reactive: int, average: str) -> None:
    assert average_power_factor(active, reactive, 0) == Decimal(average)


def test_lagging_and_leading_count_alike() -> None:
    assert average_power_factor(4, 1, 2) == average_power_factor(4, -1, -2) == Decimal("0.80")


def test_without_energy_there_is_no_average() -> None:
    assert average_power_factor(0, 0, 0) is None


@given(active=st.integers(0, 10**15), reactive=st.integers(0, 10**15))
def test_the_average_is_the_root_worked_out_in_fifty_digits(active: int, reactive: int) -> None:
    if not active and not reactive:
        return
    with localcontext() as context:
        context.prec = 50
        root = (Decimal(active) ** 2 + Decimal(reactive) ** 2).sqrt()
        expected = (Decimal(active) / root).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert average_power_factor(active, reactive, 0) == expected


def test_the_adjustment_is_rounded_half_up() -> None:
    # 126,158.02 x 0.5 % = 630.7901; 1.00 x 0.5 % = 0.005, a half cent
    assert adjustment(Decimal("126158.02"), Decimal("0.90"), Decimal("0.89"), 2) == Decimal("630.79")
    assert adjustment(Decimal("1.00"), Decimal("0.90"), Decimal("0.89"), 2) == Decimal("0.01")


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049999", "0.00"), ("2.675", "2.68")]
)
def test_half_up(value: str, rounded: str) -> None:
    assert half_up(Decimal(value), 2) == Decimal(rounded)


def test_division_by_largest_remainder() -> None:
    # 1.00 in three: 33.33.. cents each, the cent that is left goes to the first
    assert split(Decimal("1.00"), [Fraction(1)] * 3, 2) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    # 0.10 by 5 : 3 : 1 = 5.55, 3.33, 1.11 cents: 5, 3, 1 and the cent that is left to the first
    assert split(Decimal("0.10"), [Fraction(5), Fraction(3), Fraction(1)], 2) == [
        Decimal("0.06"),
        Decimal("0.03"),
        Decimal("0.01"),
    ]


@given(
    cents=st.integers(-(10**9), 10**9),
    weights=st.lists(st.integers(-(10**6), 10**9), min_size=1, max_size=20).filter(lambda weights: sum(weights) != 0),
)
def test_parts_are_the_whole_again_and_none_is_a_cent_off(cents: int, weights: list[int]) -> None:
    amount = Decimal(cents).scaleb(-2)
    parts = split(amount, [Fraction(weight) for weight in weights], 2)
    assert sum(parts) == amount
    exact = [Fraction(cents, 100) * weight / sum(weights) for weight in weights]
    assert all(abs(Fraction(part) - fair) < Fraction(1, 100) for part, fair in zip(parts, exact, strict=True))
