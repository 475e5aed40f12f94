"""What can be measured, and the one unit in which each quantity is stored.

A value that arrives in another unit of the same quantity is converted once, on its way in; everything behind that
(tables, sums, limits, screens) knows only the canonical unit. Two quantities may share a unit and still differ:
kWh of electricity (`energy`) and kWh of heat (`thermal_energy`) are never added up by mistake.

`counts` says that the quantity can be read off a register that only grows: energy, volume, running hours. A counter of
anything else (a counter of power, say) is a mistake.

Units are spelled as people write them in a site folder. `others` names further units that make sense; where a
quantity has no dimension of its own (a ratio, a speed of rotation that must not be taken for a frequency) `only` is set
and those spellings are the whole choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity: its code, the unit in which it is stored, other usual units, whether a register can count it."""

    code: str
    unit: str
    others: tuple[str, ...] = ()
    counts: bool = False
    only: bool = False

    @property
    def usual_units(self) -> tuple[str, ...]:
        """The canonical unit first."""
        return (self.unit, *self.others)


_FRACTIONS = ("percent", "1", "permille")

_TABLE = (
    # electricity
    Quantity("active_power", "kW", ("W", "MW")),
    Quantity("reactive_power", "kvar", ("var", "Mvar")),
    Quantity("apparent_power", "kVA", ("VA", "MVA")),
    Quantity("energy", "kWh", ("Wh", "MWh", "GWh"), counts=True),
    Quantity("reactive_energy", "kvarh", ("varh", "Mvarh"), counts=True),
    Quantity("apparent_energy", "kVAh", ("VAh", "MVAh"), counts=True),
    Quantity("voltage", "V", ("mV", "kV")),
    Quantity("current", "A", ("mA", "kA")),
    Quantity("charge", "Ah", ("kAh", "C"), counts=True),
    Quantity("resistance", "ohm", ("mohm", "kohm", "Mohm")),
    Quantity("frequency", "Hz", ("mHz", "kHz", "1/s"), only=True),
    Quantity("power_factor", "1", ("percent", "%"), only=True),
    Quantity("phase_angle", "deg", ("rad",), only=True),
    Quantity("harmonic_distortion", "%", _FRACTIONS, only=True),
    Quantity("unbalance", "%", _FRACTIONS, only=True),
    # heat, air and water
    Quantity("temperature", "degC", ("degF", "K")),
    Quantity("temperature_difference", "K", ("degC", "degF")),
    Quantity("humidity", "%", _FRACTIONS, only=True),
    Quantity("absolute_humidity", "g/kg", ("kg/kg",), only=True),
    Quantity("pressure", "bar", ("Pa", "kPa", "MPa", "mbar", "psi")),
    Quantity("differential_pressure", "Pa", ("kPa", "mbar", "bar")),
    Quantity("volume", "m3", ("L", "mL"), counts=True),
    Quantity("flow", "m3/h", ("m3/min", "m3/s", "L/min", "L/s", "L/h")),
    Quantity("normal_volume", "Nm3", ("NL",), counts=True),
    Quantity("normal_flow", "Nm3/h", ("Nm3/min", "NL/min")),
    Quantity("mass", "kg", ("g", "t"), counts=True),
    Quantity("mass_flow", "kg/h", ("kg/s", "kg/min", "t/h", "g/s")),
    Quantity("thermal_power", "kW", ("W", "MW", "MJ/h", "kcal/h", "RT")),
    Quantity("thermal_energy", "kWh", ("MWh", "MJ", "GJ", "kcal", "RTh"), counts=True),
    Quantity("performance", "1", (), only=True),
    # machines
    Quantity("speed", "rpm", ("r/min", "1/min", "r/s", "rad/s"), only=True),
    Quantity("vibration", "mm/s", ("m/s", "um/s", "inch/s")),
    Quantity("acceleration", "m/s2", ("mm/s2", "g_0")),
    Quantity("velocity", "m/s", ("km/h", "m/min")),
    Quantity("length", "mm", ("um", "cm", "m")),
    Quantity("torque", "N*m", ("kN*m",)),
    Quantity("force", "N", ("kN",)),
    Quantity("duration", "h", ("s", "min", "d"), counts=True),
    Quantity("count", "1", (), counts=True, only=True),
    Quantity("ratio", "%", _FRACTIONS, only=True),
    Quantity("state", "1", (), only=True),
    # surroundings
    Quantity("irradiance", "W/m2", ("kW/m2",)),
    Quantity("illuminance", "lx", ("klx",)),
    Quantity("concentration", "ppm", ("ppb", "percent", "%"), only=True),
    Quantity("mass_concentration", "mg/m3", ("ug/m3", "g/m3")),
    Quantity("conductivity", "uS/cm", ("mS/cm", "S/m")),
    Quantity("acidity", "pH", (), only=True),
    Quantity("sound_level", "dB", (), only=True),
)

QUANTITIES: Mapping[str, Quantity] = MappingProxyType({quantity.code: quantity for quantity in _TABLE})
