"""What a power meter at a node reads: voltages, currents, powers, harmonics, unbalance and registers.

Currents follow from power and voltage, voltage harmonics from the harmonic current through the impedance of the
transformer, unbalance from the three line voltages (IEC 61000-4-30, 5.7). Import is positive.
"""

from __future__ import annotations

import numpy as np

from simulators.factory.arrays import Floats, Indexes
from simulators.factory.electricity import Electricity
from simulators.factory.signals import Channel, Device, Fleet, Readings, counter, gauges
from simulators.factory.topology import Meter

_PHASES = ("a", "b", "c")
_DECIMALS = {
    **{f"voltage_{pair}_v": 1 for pair in ("a", "b", "c", "ab", "bc", "ca")},
    **{f"current_{phase}_a": 2 for phase in ("a", "b", "c", "n")},
    **{f"active_power_{phase}_kw": 3 for phase in _PHASES},
    "active_power_kw": 3, "reactive_power_kvar": 3, "apparent_power_kva": 3, "power_factor": 3, "frequency_hz": 3,
}  # fmt: skip
_QUALITY_DECIMALS = {
    **{f"thd_voltage_{phase}_percent": 2 for phase in _PHASES},
    **{f"thd_current_{phase}_percent": 2 for phase in _PHASES},
    "voltage_unbalance_percent": 2, "current_unbalance_percent": 2, "demand_kw": 2,
}  # fmt: skip
_LINE_DECIMALS = {
    "voltage_ab_v": 1, **{f"current_{phase}_a": 2 for phase in _PHASES}, "active_power_kw": 3,
    "reactive_power_kvar": 3, "power_factor": 3, "thd_current_a_percent": 1,
}  # fmt: skip
# Voltage distortion at a board for a harmonic power equal to its transformer's rating: 5th, 7th, 11th together.
_HARMONIC_IMPEDANCE = 0.35

_GATEWAYS = {
    "me-b1-": "gw-b1", "me-b2-": "gw-b2", "me-office": "gw-campus", "me-dorm": "gw-campus", "me-ev": "gw-campus",
    "me-ess": "gw-renewables",
}  # fmt: skip


def _registers(interval_s: int, resolution: float, modulus: float, typical_kwh: float) -> tuple[Channel, ...]:
    return (
        counter("import_energy_kwh", interval_s, resolution, modulus, typical_kwh),
        counter("export_energy_kwh", interval_s, resolution, modulus, typical_kwh / 50),
        counter("import_reactive_energy_kvarh", interval_s, resolution, modulus, typical_kwh / 4),
        counter("export_reactive_energy_kvarh", interval_s, resolution, modulus, typical_kwh / 40),
    )


_FEEDER_CHANNELS = (*gauges(5, _DECIMALS), *gauges(15, _QUALITY_DECIMALS), *_registers(15, 0.01, 1e7, 2.1e6))
CHANNELS = {
    Meter.INCOMER: (*gauges(1, _DECIMALS), *gauges(10, _QUALITY_DECIMALS), *_registers(10, 0.1, 1e8, 3.2e7)),
    Meter.TRANSFORMER: (*gauges(1, _DECIMALS), *gauges(10, _QUALITY_DECIMALS), *_registers(10, 0.1, 1e8, 8.4e6)),
    Meter.FEEDER: _FEEDER_CHANNELS,
    Meter.GENERATION: _FEEDER_CHANNELS,
    # Small DIN-rail meters: one dial for imported energy that starts again within a few years.
    Meter.LINE: (*gauges(10, _LINE_DECIMALS), counter("import_energy_kwh", 10, 0.01, 1e6, 4.2e5)),
}


class PowerMeters:
    """All power meters of the tree: three fleets, one for each template."""

    def __init__(self, electricity: Electricity) -> None:
        self._electricity = electricity
        nodes = electricity.tree.nodes
        self._places: dict[str, Indexes] = {}
        fleets = []
        for meter, channels in CHANNELS.items():
            places = [place for place, node in enumerate(nodes) if node.meter is meter]
            self._places[meter.value] = np.array(places)
            devices = tuple(Device(nodes[place].code, _gateway(nodes[place].code)) for place in places)
            fleets.append(Fleet(meter.value, channels, devices))
        self.fleets = tuple(fleets)

    def readings(self) -> dict[str, Readings]:
        """Return what every meter reads now, by template."""
        everywhere = self._everywhere()
        wanted = {meter.value: [channel.key for channel in channels] for meter, channels in CHANNELS.items()}
        return {
            template: {key: everywhere[key][self._places[template]] for key in keys}
            for template, keys in wanted.items()
        }

    def _everywhere(self) -> dict[str, Floats]:
        electricity, flow = self._electricity, self._electricity.flow
        active, reactive, volts = flow.active_kw, flow.reactive_kvar, flow.voltage_v
        apparent = np.hypot(active, reactive)
        amperes = apparent * 1000.0 / volts
        total_kw, total_kvar = active.sum(axis=1), reactive.sum(axis=1)
        total_kva = np.hypot(total_kw, total_kvar)
        following = np.roll(volts, -1, axis=1)
        line_v = np.sqrt(volts * volts + following * following + volts * following)
        distortion_kva = np.sqrt(flow.distortion_kva2)
        current_thd = 100.0 * distortion_kva / np.maximum(apparent, 1e-3)
        voltage_thd = 100.0 * np.hypot(
            electricity.background_thd, _HARMONIC_IMPEDANCE * self._source_share(distortion_kva)
        )
        memory = electricity.memory
        values: dict[str, Floats] = {
            "active_power_kw": total_kw,
            "reactive_power_kvar": total_kvar,
            "apparent_power_kva": total_kva,
            "power_factor": np.where(total_kva > 1e-3, np.abs(total_kw) / np.maximum(total_kva, 1e-3), 1.0),
            "frequency_hz": np.full(len(total_kw), electricity.frequency_hz),
            "current_n_a": _neutral(amperes),
            "voltage_unbalance_percent": _unbalance_percent(line_v),
            "current_unbalance_percent": _deviation_percent(amperes),
            "demand_kw": electricity.demand_kw(),
            "import_energy_kwh": memory.import_kwh,
            "export_energy_kwh": memory.export_kwh,
            "import_reactive_energy_kvarh": memory.import_kvarh,
            "export_reactive_energy_kvarh": memory.export_kvarh,
        }
        for place, phase in enumerate(_PHASES):
            values[f"voltage_{phase}_v"] = volts[:, place]
            values[f"voltage_{phase}{_PHASES[(place + 1) % 3]}_v"] = line_v[:, place]
            values[f"current_{phase}_a"] = amperes[:, place]
            values[f"active_power_{phase}_kw"] = active[:, place]
            values[f"thd_current_{phase}_percent"] = current_thd[:, place]
            values[f"thd_voltage_{phase}_percent"] = voltage_thd[:, place]
        return values

    def _source_share(self, distortion_kva: Floats) -> Floats:
        """Harmonic power at the board that feeds a node, as a share of its transformer's rating."""
        tree = self._electricity.tree
        share = np.zeros_like(distortion_kva)
        for place, node in enumerate(tree.nodes):
            if node.transformer is not None:
                share[place] = 0.15 * distortion_kva[place] * 3.0 / node.transformer.rated_kva
            elif node.parent:
                above = tree.parent[place]
                origin = tree.nodes[above].transformer
                share[place] = distortion_kva[above] * 3.0 / origin.rated_kva if origin else share[above]
        return share


def _neutral(amperes: Floats) -> Floats:
    """Geometric sum of three currents 120 degrees apart."""
    a, b, c = amperes.T
    return np.asarray(np.sqrt(np.maximum(a * a + b * b + c * c - a * b - b * c - c * a, 0.0)))


def _unbalance_percent(line_v: Floats) -> Floats:
    """Negative over positive sequence from line voltages alone (IEC 61000-4-30, 5.7.1)."""
    squares = line_v * line_v
    beta = (squares * squares).sum(axis=1) / squares.sum(axis=1) ** 2
    root = np.sqrt(np.maximum(3.0 - 6.0 * beta, 0.0))
    return np.asarray(100.0 * np.sqrt(np.maximum(1.0 - root, 0.0) / (1.0 + root)))


def _deviation_percent(amperes: Floats) -> Floats:
    """Largest deviation from the mean (NEMA MG 1), as small meters compute it for currents."""
    mean = np.maximum(amperes.mean(axis=1), 0.05)
    return np.asarray(100.0 * np.abs(amperes - mean[:, None]).max(axis=1) / mean)


def _gateway(code: str) -> str:
    """Which gateway a meter hangs on: by building where there is a field bus, else the substation's."""
    return next((gateway for stem, gateway in _GATEWAYS.items() if code.startswith(stem)), "gw-substation")
