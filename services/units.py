"""Units of measurement, settled once when a site is configured.

    "degF", quantity temperature  ->  Conversion(scale=0.5556, bias=-17.78)  ->  stored = sent x scale + bias

A unit is text as people write it (`kWh`, `m3/h`, `%`, `°C`). The pint library knows most of them; what an energy
engineer needs beyond it is defined here: reactive and apparent power as dimensions of their own (so that kvar never
becomes kW), normal cubic metres apart from real ones, tons of refrigeration. Arithmetic is in fractions, so that Wh to
kWh is exactly a thousandth.

Nothing on the way of a reading imports this module: readings carry the two numbers that are worked out here.
"""

from __future__ import annotations

import re
import tokenize
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cache

import pint

from analytics.registry.quantities import QUANTITIES, Quantity

_DEFINITIONS = (
    "@alias percent = percentage",
    "volt_ampere_reactive = [reactive_power] = var",
    "volt_ampere_reactive_hour = volt_ampere_reactive * hour = varh",
    "apparent_volt_ampere = [apparent_power] = aVA",
    "apparent_volt_ampere_hour = apparent_volt_ampere * hour = aVAh",
    "normal_cubic_metre = [normal_volume] = Nm3",
    "normal_litre = normal_cubic_metre / 1000 = NL",
    "parts_per_billion = 1e-9 = ppb",
    # 12,000 Btu(IT) an hour.
    "ton_of_cooling = 3.51685284206667 * kilowatt = RT",
    "ton_of_cooling_hour = ton_of_cooling * hour = RTh",
)

#: How people write what pint calls otherwise.
_SPELLINGS = {"%": "percent", "℃": "degC", "m³": "m**3", "VA": "aVA", "kVA": "kaVA", "MVA": "MaVA"} | {
    "VAh": "aVAh",
    "kVAh": "kaVAh",
    "MVAh": "MaVAh",
    "kVar": "kvar",
    "kVAr": "kvar",
    "kVArh": "kvarh",
}

#: A speed of rotation counts turns; to pint, which counts radians, 1/min is a frequency.
_TURNS = {"r/min": "rpm", "1/min": "rpm", "r/s": "revolution/second"}

#: `m3`, `mm2`, `s2`: an exponent written as a digit.
_POWER = re.compile(r"(?<![A-Za-z_])([a-zµ]*[ms])([23])(?![A-Za-z0-9_])")

#: A power operator that is followed by anything but one digit: `kW**9**9**9` would be worked out for hours.
_MONSTROUS = re.compile(r"(?:\*\*|\^)(?!\s*-?\d\s*(?:$|[/ )]|\*(?!\*)))")
_LONGEST_UNIT = 32

#: What pint lets through of its tokenizer's and evaluator's errors when the text is no unit at all.
_NOT_A_UNIT = (
    pint.errors.PintError,
    tokenize.TokenError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    SyntaxError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Conversion:
    """stored = sent x scale + bias."""

    scale: float
    bias: float

    def stored(self, sent: float) -> float:
        """A value as the device sends it, in the canonical unit."""
        return sent * self.scale + self.bias


class UnitError(ValueError):
    """The unit is unknown or does not measure the quantity; the message says which units do."""


@cache
def _registry() -> pint.UnitRegistry[Fraction]:
    registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(non_int_type=Fraction)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


@cache
def conversion(unit: str, quantity: str) -> Conversion:
    """How a value sent in `unit` becomes one in the canonical unit of `quantity`. Raises UnitError, KeyError."""
    known = QUANTITIES[quantity]
    if unit == known.unit:
        return Conversion(1.0, 0.0)
    if known.only and unit not in known.usual_units:
        raise UnitError(f"unit {unit!r} does not measure {quantity}: {_choice(known)}")
    sent, stored = _parsed(unit, known), _parsed(known.unit, known)
    try:
        zero = _registry().Quantity(Fraction(0), sent).to(stored).magnitude
        one = _registry().Quantity(Fraction(1), sent).to(stored).magnitude
    except pint.errors.DimensionalityError:
        raise UnitError(f"unit {unit!r} does not measure {quantity}: {_choice(known)}{_other(unit)}") from None
    # A degree of difference is as large as one of temperature, and its zero is zero.
    return Conversion(float(one - zero), 0.0 if quantity == "temperature_difference" else float(zero))


def _parsed(unit: str, quantity: Quantity) -> pint.Unit:
    text = (_TURNS if quantity.code == "speed" else _SPELLINGS).get(unit, unit)
    text = _POWER.sub(r"\1**\2", text)
    try:
        if len(text) > _LONGEST_UNIT or _MONSTROUS.search(text):
            raise ValueError(text)
        return _registry().parse_units(text)
    except _NOT_A_UNIT:
        raise UnitError(f"unit {unit!r} is not known: {_similar(unit) or _choice(quantity)}") from None


def _choice(quantity: Quantity) -> str:
    first, *others = quantity.usual_units
    return f"use {first}" + (f" (or {', '.join(others)})" if others else "")


def _similar(unit: str) -> str:
    usual = {spelling: None for quantity in QUANTITIES.values() for spelling in quantity.usual_units}
    lower = {spelling.lower(): spelling for spelling in reversed(usual)}
    near = lower.get(unit.lower()) or next((lower[found] for found in get_close_matches(unit.lower(), lower, 1)), None)
    return f"did you mean {near!r}?" if near else ""


def _other(unit: str) -> str:
    measured = [quantity.code for quantity in QUANTITIES.values() if unit in quantity.usual_units]
    return f"; {unit} measures {' or '.join(measured)}" if 1 <= len(measured) <= 3 else ""
