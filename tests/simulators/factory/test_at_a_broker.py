"""The factory against a real Mosquitto: statuses, orders while it runs, and a broker that dies."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from deploy.embedded.broker import EmbeddedBroker
from simulators.broker_address import BrokerAddress
from simulators.factory.at_broker import simulate
from simulators.factory.control import order
from simulators.factory.settings import Settings
from tests.simulators.conftest import until
from tests.simulators.factory.living import said
from tests.simulators.listening import Listener

Listen = Callable[..., Listener]
DEVICES = 183


def statuses(heard: Listener) -> dict[str, str]:
    return {
        entry.topic.split("/")[3]: json.loads(entry.payload)["status"]
        for entry in list(heard.heard)
        if entry.topic.endswith("/status")
    }


@asynccontextmanager
async def factory_at(url: str, site: str) -> AsyncIterator[None]:
    """A factory in real time; stopped in an orderly way at the end."""
    stop = asyncio.Event()
    settings = Settings(site=site, start_s=time.time())
    task = asyncio.create_task(simulate(settings, BrokerAddress.parse(url), stop, said.append))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(60):
            assert await task == 0


async def test_devices_are_online_while_it_runs_and_take_orders(mqtt_url: str, listen: Listen) -> None:
    site, address = "sim-orders", BrokerAddress.parse(mqtt_url)
    heard = listen(mqtt_url, f"ioe/v1/{site}/#")
    async with factory_at(mqtt_url, site):
        await until(lambda: len(statuses(heard)) == DEVICES)
        assert set(statuses(heard).values()) == {"online"}
        accepted, answer = await asyncio.to_thread(order, address, site, "vibration-high@comp-1:duration=10m")
        assert accepted
        assert "vibration-high@comp-1" in answer
        assert await asyncio.to_thread(order, address, site, "clear all") == (True, "cleared 1")
        accepted, answer = await asyncio.to_thread(order, address, site, "air-leak@comp-1")
        assert not accepted
        assert "air-b1" in answer
    await until(lambda: set(statuses(heard).values()) == {"offline"})
    later = listen(mqtt_url, f"ioe/v1/{site}/+/status")
    await until(lambda: len(statuses(later)) == DEVICES)
    assert all(entry.retained for entry in later.heard)


async def test_nobody_answers_when_no_factory_runs(mqtt_url: str) -> None:
    address = BrokerAddress.parse(mqtt_url)
    with pytest.raises(TimeoutError, match="is `ioe simulate` running"):
        await asyncio.to_thread(order, address, "sim-nobody", "list", 0.3)


async def test_a_broker_that_dies_costs_no_second_and_learns_the_statuses_again(
    broker: EmbeddedBroker, listen: Listen
) -> None:
    broker.start()
    site = "sim-crash"
    heard = listen(broker.url, f"ioe/v1/{site}/#", persistent=True)

    def heard_s() -> list[int]:
        """Simulated seconds of which the incomer has been heard."""
        messages = [json.loads(entry.payload) for entry in list(heard.heard) if "me-incomer/telemetry" in entry.topic]
        return sorted({round(datetime.fromisoformat(message["ts"]).timestamp()) for message in messages})

    def without_gap() -> bool:
        return heard_s() == list(range(heard_s()[0], heard_s()[-1] + 1))

    async with factory_at(broker.url, site):
        await until(lambda: len(heard_s()) >= 2)
        last_s = heard_s()[-1]
        broker.kill()
        heard.heard = [entry for entry in heard.heard if not entry.topic.endswith("/status")]
        await asyncio.to_thread(broker.start)
        await until(lambda: heard_s()[-1] >= last_s + 3 and without_gap(), deadline_s=60.0)
        await until(lambda: len(statuses(heard)) == DEVICES, deadline_s=60.0)
    await until(without_gap)
