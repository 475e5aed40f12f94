"""One run of the simulated factory: step, speak, wait; until told to stop."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from simulators.broker_address import BrokerAddress
from simulators.factory.factory import Factory
from simulators.factory.gateways import STAMPS
from simulators.factory.outlets import GatewayOutlet, Outlet
from simulators.factory.pace import Pace
from simulators.factory.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Settings:
    """What to simulate."""

    site: str = "kunshan"
    seed: int = 1
    start_s: int = 0
    stop_s: float = math.inf
    speed: float = 1.0
    step_s: int = 1
    slowest_s: int = 1


async def run(settings: Settings, broker: BrokerAddress, stop: asyncio.Event, say: Callable[[str], None]) -> None:
    """Be the factory until `stop` is set or the simulated time reaches its end."""
    factory = Factory(settings.seed)
    devices: dict[str, list[str]] = {gateway: [] for gateway in STAMPS}
    for fleet in factory.fleets:
        for device in fleet.devices:
            devices[device.gateway].append(device.code)
    outlet = GatewayOutlet(broker, settings.site, devices)
    await outlet.open()
    try:
        await play(settings, factory, outlet, stop, say)
    finally:
        unconfirmed = await outlet.close()
        say(f"stopped: {outlet.sent} messages published, {unconfirmed} unconfirmed.")


async def play(
    settings: Settings, factory: Factory, outlet: Outlet, stop: asyncio.Event, say: Callable[[str], None]
) -> None:
    """Advance the factory and send what its devices say."""
    telemetry = Telemetry(factory.fleets, settings.seed)
    pace = Pace(settings.start_s, time.time(), settings.speed, time.monotonic, say)
    now_s = settings.start_s
    while not stop.is_set() and now_s < settings.stop_s:
        now_s += settings.step_s
        await pace.until(now_s, stop)
        factory.step(now_s, settings.step_s)
        due = telemetry.due(now_s, settings.step_s, settings.slowest_s)
        if due:
            for sample in telemetry.samples(now_s, due, factory.readings()):
                await outlet.send([sample])
