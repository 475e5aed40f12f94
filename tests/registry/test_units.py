"""Quantities and units: what converts how, and what is refused with which mend."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.registry.quantities import QUANTITIES
from services.site_folder.exceptions import sent
from services.units import UnitError, conversion

USUAL = [(quantity.code, unit) for quantity in QUANTITIES.values() for unit in quantity.usual_units]


@pytest.mark.parametrize(("quantity", "unit"), USUAL)
def test_every_usual_unit_of_a_quantity_converts(quantity: str, unit: str) -> None:
    assert conversion(unit, quantity).scale > 0


@pytest.mark.parametrize(
    ("value", "unit", "quantity", "stored"),
    [
        (1234, "Wh", "energy", 1.234),
        (1, "MWh", "energy", 1000),
        (3.6, "GJ", "thermal_energy", 1000),
        (32, "degF", "temperature", 0),
        (212, "°F", "temperature", 100),
        (300, "K", "temperature", 26.85),
        (9, "degF", "temperature_difference", 5),
        (5, "°C", "temperature_difference", 5),
        (0.95, "1", "ratio", 95),
        (93, "%", "power_factor", 0.93),
        (2, "Mvar", "reactive_power", 2000),
        (1, "MVA", "apparent_power", 1000),
        (100, "psi", "pressure", 6.894757293168362),
        (60, "L/min", "flow", 3.6),
        (2, "m³/min", "flow", 120),
        (1, "m^3/s", "flow", 3600),
        (50, "1/s", "frequency", 50),
        (1500, "1/min", "speed", 1500),
        (25, "r/s", "speed", 1500),
        (0.0071, "m/s", "vibration", 7.1),
        (1, "RT", "thermal_power", 3.51685284206667),
        (90, "min", "duration", 1.5),
    ],
)
def test_values_arrive_in_the_canonical_unit(value: float, unit: str, quantity: str, stored: float) -> None:
    assert conversion(unit, quantity).stored(value) == pytest.approx(stored, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("unit", ["W", "Wh", "var", "VA", "percent"])
def test_a_thousandth_is_exactly_a_thousandth(unit: str) -> None:
    quantity = {"W": "active_power", "Wh": "energy", "var": "reactive_power", "VA": "apparent_power"}.get(unit)
    expected = 0.001 if quantity else 0.01
    assert conversion(unit, quantity or "power_factor").scale == expected


@pytest.mark.parametrize(
    ("unit", "quantity", "message"),
    [
        ("kWh", "active_power", "use kW (or W, MW); kWh measures energy or thermal_energy"),
        ("kw", "active_power", "did you mean 'kW'?"),
        ("kW", "reactive_power", "use kvar (or var, Mvar)"),
        ("kVA", "active_power", "kVA measures apparent_power"),
        ("m3", "normal_volume", "use Nm3 (or NL); m3 measures volume"),
        ("Hz", "speed", "use rpm"),
        ("g/kg", "humidity", "use %"),
        ("bar", "temperature", "use degC (or degF, K)"),
        ("W/", "active_power", "is not known"),
        ("3 kW", "active_power", "is not known"),
        ("kW**9**9**9", "active_power", "is not known"),
        ("", "active_power", "use kW"),
    ],
)
def test_a_wrong_unit_is_refused_with_its_mend(unit: str, quantity: str, message: str) -> None:
    with pytest.raises(UnitError) as refused:
        conversion(unit, quantity)
    assert message in str(refused.value)


@given(st.text(max_size=40) | st.text("kWhm3/*^()0123456789 .-", max_size=20), st.sampled_from(sorted(QUANTITIES)))
def test_any_text_is_a_unit_or_refused(unit: str, quantity: str) -> None:
    # Whatever else pint's parser raises is ours to turn into a refusal.
    with suppress(UnitError):
        assert conversion(unit, quantity).scale > 0


@given(st.sampled_from(USUAL), st.decimals(-10_000, 10_000, places=3).map(float))
def test_a_limit_is_written_as_it_was_read(unit_of: tuple[str, str], value: float) -> None:
    quantity, unit = unit_of
    found = conversion(unit, quantity)
    assert found.stored(sent(found, found.stored(value))) == found.stored(value)
