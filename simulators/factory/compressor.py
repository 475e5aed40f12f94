"""One screw compressor: load/unload or variable speed, with its temperatures and its wear.

    stopped --start--> unloaded --load--> loaded --unload--> unloaded --idle too long--> stopped
                          |                 |
                          +--- too hot -----+-----> fault --mended and cooled down--> stopped

A fixed-speed machine delivers all or nothing between its two pressures. A variable-speed machine follows the pressure:
full speed at the bottom of its band, lowest speed near the top. Element outlet temperature rises with load toward the
cooling air plus what the oil cooler leaves; above the trip it stops itself, as its controller would.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

_TRIP_DEGC = 110.0
_THERMOSTAT_DEGC = 72.0  # the oil's by-pass valve keeps a running element at least this warm: no condensate in the oil
_RESET_BELOW_DEGC = 60.0
_START_S = 8.0  # star-delta: unloaded until the motor is up to speed
_IDLE_FIXED_S = 600.0
_IDLE_VARIABLE_S = 180.0
_LOADED_RISE_K = 50.0
_UNLOADED_RISE_K = 33.0
_BLOWDOWN_S = 25.0
_DEAD_ZONE_BAR = 0.2
_RATIO_EXPONENT = 0.2857  # (kappa - 1) / kappa of air: adiabatic compression
_RATED_BAR = 7.0


class Mode(enum.IntEnum):
    """What the controller says; the numbers are those of the published state."""

    STOPPED = 0
    UNLOADED = 1
    LOADED = 2
    FAULT = 3


@dataclass(frozen=True, slots=True)
class Model:
    """A make of compressor."""

    flow_m3_min: float
    """Free air delivered at full speed (ISO 1217: 20 degC, 1 bar)."""
    loaded_kw: float
    """Package power at full flow and 7 bar."""
    unloaded_kw: float
    lowest_speed: float
    """1 for a fixed-speed machine."""
    rated_rpm: float

    @property
    def variable(self) -> bool:
        """Whether it follows the pressure with its speed."""
        return self.lowest_speed < 1.0


@dataclass(frozen=True, slots=True)
class Band:
    """Header pressures by which a machine works."""

    load_bar: float
    """Below it an unloaded machine loads, a stopped one starts."""
    unload_bar: float
    full_speed_bar: float
    """At or below it a variable-speed machine runs at full speed."""


@dataclass(slots=True)
class Compressor:
    """State of one machine; `step` advances it by one second."""

    mode: int = Mode.STOPPED
    speed: float = 0.0
    since_s: float = 0.0
    """Seconds in this mode."""
    element_degc: float = 25.0
    run_h: float = 0.0
    loaded_h: float = 0.0
    starts: float = 0.0
    loadings: float = 0.0
    cooler_fouling: float = 0.0
    """A fault: by what share the oil cooler's temperature rise has grown."""

    def step(self, model: Model, band: Band, header_bar: float, cooling_air_degc: float) -> tuple[float, float]:
        """Advance one second; return free air delivered in m3/min and electric power in kW."""
        self.since_s += 1.0
        self._decide(model, band, header_bar)
        self._follow(model, band, header_bar)
        self._warm(cooling_air_degc)
        if self.mode in (Mode.UNLOADED, Mode.LOADED):
            self.run_h += 1.0 / 3600.0
        if self.mode == Mode.LOADED:
            self.loaded_h += 1.0 / 3600.0
            return model.flow_m3_min * self.speed, _loaded_kw(model, self.speed, header_bar)
        if self.mode == Mode.UNLOADED:
            # The separator blows down through the intake: power falls to idling within half a minute.
            settling = math.exp(-self.since_s / _BLOWDOWN_S)
            return 0.0, model.unloaded_kw * (1.0 + 0.9 * settling * self.speed)
        return 0.0, 0.25 if self.mode == Mode.STOPPED else 0.1

    def _decide(self, model: Model, band: Band, header_bar: float) -> None:
        mode = self.mode
        if mode == Mode.FAULT:
            if self.element_degc < _RESET_BELOW_DEGC and self.cooler_fouling <= 0.0:
                self._enter(Mode.STOPPED)
        elif self.element_degc >= _TRIP_DEGC:
            self._enter(Mode.FAULT)
        elif mode == Mode.STOPPED:
            if header_bar < band.load_bar:
                self._enter(Mode.UNLOADED)
                self.starts += 1.0
        elif mode == Mode.UNLOADED:
            if header_bar < band.load_bar and self.since_s >= _START_S:
                self._enter(Mode.LOADED)
                self.loadings += 1.0
            elif self.since_s > (_IDLE_VARIABLE_S if model.variable else _IDLE_FIXED_S):
                self._enter(Mode.STOPPED)
        elif header_bar > band.unload_bar:
            self._enter(Mode.UNLOADED)

    def _follow(self, model: Model, band: Band, header_bar: float) -> None:
        if self.mode != Mode.LOADED:
            self.speed = model.lowest_speed if self.mode == Mode.UNLOADED else 0.0
            return
        # The last stretch below unloading is a dead zone: lowest speed, not yet unloaded.
        top_bar = band.unload_bar - _DEAD_ZONE_BAR
        wish = (top_bar - header_bar) / max(top_bar - band.full_speed_bar, 0.05)
        wish = min(max(wish, model.lowest_speed), 1.0) if model.variable else 1.0
        self.speed += min(max(wish - self.speed, -0.06), 0.06) if model.variable else wish - self.speed

    def _warm(self, cooling_air_degc: float) -> None:
        if self.mode == Mode.LOADED:
            rise_k, seconds = _LOADED_RISE_K * (0.55 + 0.45 * self.speed), 240.0
        elif self.mode == Mode.UNLOADED:
            rise_k, seconds = _UNLOADED_RISE_K, 300.0
        else:
            self.element_degc += (cooling_air_degc - self.element_degc) / 2400.0
            return
        toward = max(cooling_air_degc + rise_k * (1.0 + self.cooler_fouling), _THERMOSTAT_DEGC)
        self.element_degc += (toward - self.element_degc) / seconds

    def _enter(self, mode: Mode) -> None:
        self.mode = mode
        self.since_s = 0.0


def _loaded_kw(model: Model, speed: float, header_bar: float) -> float:
    """Power grows with speed and with the pressure ratio as adiabatic compression does (ISO 1217, annex E)."""
    ratio: float = ((header_bar + 1.0) ** _RATIO_EXPONENT - 1.0) / ((_RATED_BAR + 1.0) ** _RATIO_EXPONENT - 1.0)
    # A variable machine loses a little in its drive, and more at low speed through internal leakage.
    share = speed if not model.variable else 0.06 + 0.94 * speed**1.04
    power_kw: float = model.loaded_kw * share * ratio
    return power_kw
