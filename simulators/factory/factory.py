"""The factory: every part advanced one step, in the order in which one drives the next.

    weather, people --> rooms --> chilled water --+
         |               |                        |
         |               +--> hot water <-- compressed air
         |                        |               |
         +--> PV, storage, comfort, pipes         |
                    |                             |
                    +---------> electricity <-----+

Everything is a function of the seed, the starting memory and the sequence of steps; wall time never enters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from simulators.factory import comfort, compressed_air, weather
from simulators.factory.air_handler_panel import AirHandlerPanel
from simulators.factory.air_handlers import CODES as AIR_HANDLERS
from simulators.factory.air_handlers import AirHandlers
from simulators.factory.air_treatment import DRYERS, AirTreatment
from simulators.factory.arrays import Floats
from simulators.factory.chilled_water import CODES as CHILLERS
from simulators.factory.chilled_water import ChilledWater
from simulators.factory.chiller_panel import PUMPS, TOWERS, ChillerPanel
from simulators.factory.compressed_air import StateChange
from simulators.factory.compressor_panel import CompressorPanel
from simulators.factory.cooling_loads import CoolingLoads
from simulators.factory.electricity import Electricity
from simulators.factory.gateways import Gateways
from simulators.factory.hot_water import CODES as HEAT_RECOVERY
from simulators.factory.hot_water import HotWater, shower_kw
from simulators.factory.loads import MachinePower
from simulators.factory.occupancy import Profile, activity_at
from simulators.factory.photovoltaics import CODES as INVERTERS
from simulators.factory.photovoltaics import Photovoltaics
from simulators.factory.pipes import Pipes
from simulators.factory.power_meters import PowerMeters
from simulators.factory.signals import Fleet, Readings
from simulators.factory.storage import Storage
from simulators.factory.transformers import BANKS, Transformers

# Which nodes of the electricity tree each part's power goes to.
MACHINES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "compressors": tuple(f"me-{code}" for code in compressed_air.CODES),
        "dryers": DRYERS,
        "chillers": tuple(f"me-{code}" for code in CHILLERS),
        "pumps": PUMPS,
        "towers": TOWERS,
        "air_handlers": AIR_HANDLERS,
        "heat_recovery": HEAT_RECOVERY,
        "comfort": comfort.CODES,
        "pv": INVERTERS,
        "storage": ("me-ess",),
        "banks": BANKS,
    }
)
LONGEST_STEP_S = 60


class Factory:
    """All physics of the site, and everything its devices could say."""

    def __init__(self, seed: int) -> None:
        self.air = compressed_air.CompressedAir(seed)
        self.treatment = AirTreatment(self.air, seed)
        self.compressors = CompressorPanel(self.air, seed)
        self.rooms = AirHandlers(seed)
        self.chilled = ChilledWater()
        self.chillers = ChillerPanel(self.chilled, seed)
        self.cooling = CoolingLoads(seed)
        self.hot_water = HotWater(self.air)
        self.pv = Photovoltaics(seed)
        self.storage = Storage(seed)
        self.pipes = Pipes(seed)
        self.electricity = Electricity(MACHINES, seed)
        self.transformers = Transformers(self.electricity, seed)
        self.gateways = Gateways(seed)
        self._comfort = comfort.Comfort(seed)
        self._climate = weather.Climate(seed)
        self._room_panel = AirHandlerPanel(self.rooms, seed)
        self._meters = PowerMeters(self.electricity)
        self.time_s = 0
        self.weather = self._climate.at(0.0)
        self.fleets: tuple[Fleet, ...] = (
            *self._meters.fleets, Transformers.fleet, Transformers.banks, CompressorPanel.fleet, AirTreatment.dryers,
            AirTreatment.header, AirTreatment.meters, ChillerPanel.chillers, ChillerPanel.pumps, ChillerPanel.towers,
            ChillerPanel.meters, AirHandlerPanel.fleet, AirHandlerPanel.sensors, HotWater.fleet, HotWater.boiler,
            Photovoltaics.fleet, Storage.fleet, Storage.racks, Pipes.water, Pipes.gas, weather.Climate.fleet,
            Gateways.fleet,
        )  # fmt: skip

    def step(self, time_s: int, step_s: int) -> None:
        """Advance to `time_s`, the end of a step of whole seconds, at most a minute."""
        outside = self._climate.at(time_s)
        activity = activity_at(time_s)
        self.air.step(time_s, step_s, activity, outside.dry_bulb_degc)
        rooms = self.rooms.step(time_s, step_s, outside, activity, self.chilled.memory.supply_degc)
        load_kw = self.cooling.step(time_s, step_s, rooms.cooling_kw, activity, outside.dry_bulb_degc)
        self.chilled.step(time_s, step_s, load_kw, outside.wet_bulb_degc)
        showers_kw = shower_kw(float(activity[Profile.DORMITORY]), outside.dry_bulb_degc)
        hot = self.hot_water.step(step_s, float(rooms.reheat_kw.sum()) + showers_kw)
        self.pipes.step(
            time_s, step_s, activity, self.chilled.last.tower.makeup_m3_h, float(rooms.steam_kg_s.sum()), hot.gas_kw
        )
        self.gateways.step(step_s)
        self.electricity.step(time_s, step_s, activity, self._machines(time_s, step_s, activity, outside))
        self.time_s, self.weather = time_s, outside

    def _machines(
        self, time_s: int, step_s: int, activity: Floats, outside: weather.Weather
    ) -> dict[str, MachinePower]:
        # The storage sees the incomer as it was a step ago, as its own controller would.
        site_kw = self.electricity.active_kw("me-incomer") - self.electricity.active_kw("me-ess")
        return {
            "compressors": self.compressors.power(),
            "dryers": self.treatment.step(time_s, step_s),
            "chillers": self.chillers.chiller_power(),
            "pumps": self.chillers.pump_power(),
            "towers": self.chillers.fan_power(),
            "air_handlers": self._room_panel.power(),
            "heat_recovery": self.hot_water.power(),
            "comfort": self._comfort.power(time_s, activity, outside.dry_bulb_degc),
            "pv": self.pv.step(time_s, step_s, outside),
            "storage": self.storage.step(time_s, step_s, site_kw, outside.dry_bulb_degc),
            "banks": self.transformers.step(time_s, step_s, outside.dry_bulb_degc),
        }

    def readings(self) -> dict[str, Readings]:
        """Return what every device could say now, by template."""
        time_s = self.time_s
        return {
            **self._meters.readings(),
            **self.transformers.readings(),
            "screw_compressor": self.compressors.readings(time_s, _set_points(time_s)),
            **self.treatment.readings(),
            **self.chillers.readings(time_s, self.cooling.by_building_kw, self.cooling.memory.delivered_kwh),
            **self._room_panel.readings(time_s),
            **self.hot_water.readings(),
            "pv_inverter": self.pv.readings(),
            "storage_unit": self.storage.readings(),
            "storage_rack": self.storage.rack_readings(time_s),
            **self.pipes.readings(self.weather.dry_bulb_degc),
            "weather_station": weather.readings(self.weather),
            "gateway": self.gateways.readings(time_s, 24.0),
        }

    def memories(self) -> dict[str, Any]:
        """Return everything that has to outlive a restart, by name."""
        parts: dict[str, Any] = {
            "air": self.air, "treatment": self.treatment, "rooms": self.rooms, "chilled": self.chilled,
            "cooling": self.cooling, "hot_water": self.hot_water, "pv": self.pv, "storage": self.storage,
            "pipes": self.pipes, "electricity": self.electricity, "transformers": self.transformers,
            "gateways": self.gateways,
        }  # fmt: skip
        return {name: part.memory for name, part in parts.items()}

    def take_changes(self) -> list[StateChange]:
        """Hand over the machines' state changes since the last call."""
        changes = [*self.air.changes, *self.chilled.changes]
        self.air.changes, self.chilled.changes = [], []
        return sorted(changes, key=lambda change: change.time_s)


def _set_points(time_s: float) -> Floats:
    return np.array([[band.load_bar, band.unload_bar] for band in compressed_air.bands_of(time_s)])
