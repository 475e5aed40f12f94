"""`ioe simulate`: be the demonstration factory."""

from __future__ import annotations

import asyncio
import signal
import time

import click

from simulators.broker_address import BrokerAddress
from simulators.factory.run import Settings, run


@click.command()
@click.option("--broker", "broker_url", envvar="IOE_MQTT_URL", default="mqtt://127.0.0.1:1883", show_default=True)
@click.option("--site", default="kunshan", show_default=True)
@click.option("--seed", default=1, show_default=True)
def command(broker_url: str, site: str, seed: int) -> None:
    """Be the demonstration factory in Kunshan and publish what its devices measure."""
    settings = Settings(site=site, seed=seed, start_s=int(time.time()))
    asyncio.run(_until_stopped(settings, BrokerAddress.parse(broker_url)))


async def _until_stopped(settings: Settings, broker: BrokerAddress) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run(settings, broker, stop, lambda text: click.echo(text, err=True))
