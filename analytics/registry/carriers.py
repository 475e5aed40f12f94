"""What each carrier is counted in: which quantities a register of it may show, and which power adds up to them.

| carrier                     | import, export          | reactive_import, reactive_export |
|-----------------------------|-------------------------|----------------------------------|
| electricity                 | energy                  | reactive_energy                  |
| water                       | volume                  |                                  |
| gas, compressed_air         | volume or normal_volume |                                  |
| chilled_water, heat         | thermal_energy          |                                  |
| steam                       | mass                    |                                  |

A meter of kind `register` reads a counter of such a quantity. One of kind `power` has no counter: its gauge (power or
flow) is integrated over time, which gives the same quantity.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from analytics.registry.quantities import QUANTITIES

METER_KINDS = ("register", "power", "virtual")
FLOWS = ("import", "export", "reactive_import", "reactive_export")
REACTIVE = frozenset({"reactive_import", "reactive_export"})

#: Quantities of the active flows; the first one is the usual.
CARRIERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "electricity": ("energy",),
        "water": ("volume",),
        "gas": ("volume", "normal_volume"),
        "compressed_air": ("volume", "normal_volume"),
        "chilled_water": ("thermal_energy",),
        "steam": ("mass",),
        "heat": ("thermal_energy",),
    }
)

#: What a gauge adds up to over an hour.
INTEGRAL: Mapping[str, str] = MappingProxyType(
    {
        "active_power": "energy",
        "reactive_power": "reactive_energy",
        "flow": "volume",
        "normal_flow": "normal_volume",
        "mass_flow": "mass",
        "thermal_power": "thermal_energy",
    }
)


def counted(carrier: str, flow: str) -> tuple[str, ...]:
    """The quantities that a carrier's flow may be counted in; none where the carrier has no such flow."""
    if flow in REACTIVE:
        return ("reactive_energy",) if carrier == "electricity" else ()
    return CARRIERS.get(carrier, ())


def energy_unit(quantity: str, kind: str) -> str:
    """The unit of what a point of this quantity counts, or adds up to where the meter is of kind `power`."""
    known = QUANTITIES.get(INTEGRAL.get(quantity, quantity) if kind == "power" else quantity)
    return known.unit if known else ""
