"""The factory at a broker: a run, the gateways' connections, and the line on which faults are ordered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from simulators.broker_address import BrokerAddress
from simulators.factory.control import ControlLine
from simulators.factory.gateways import STAMPS
from simulators.factory.outlets import GatewayOutlet
from simulators.factory.run import Run
from simulators.factory.settings import Settings


async def simulate(settings: Settings, broker: BrokerAddress, stop: asyncio.Event, say: Callable[[str], None]) -> int:
    """Be the factory at a broker until `stop` is set or the simulated span ends; return how much went unconfirmed."""
    run = Run(settings, say)
    devices: dict[str, list[str]] = {gateway: [] for gateway in STAMPS}
    for fleet in run.factory.fleets:
        for device in fleet.devices:
            devices[device.gateway].append(device.code)
    outlet = GatewayOutlet(broker, settings.site, devices)
    control = ControlLine(broker, settings.site, run.order)
    unconfirmed = 0
    try:
        await outlet.open()
        say(f"{sum(map(len, devices.values()))} devices of {settings.site} speak to {broker}")
        await run.play(outlet, stop)
        await _unless_stopped(outlet.flush(), stop)
    finally:
        control.close()
        unconfirmed = await outlet.close()
        say(f"stopped: {run.counts.messages} messages, {run.counts.values} values; {unconfirmed} unconfirmed")
    return unconfirmed


async def _unless_stopped(work: Coroutine[None, None, None], stop: asyncio.Event) -> None:
    """Finish some work, or leave it when `stop` is set."""
    tasks = {asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())}
    _, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
