"""The load generator against a real Mosquitto: all of it arrives, also through a killed broker; it has bounds."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from deploy.embedded.broker import EmbeddedBroker
from deploy.embedded.stack import Stack
from simulators.broker_address import BrokerAddress
from simulators.load import Load, LoadRefusedError, local_broker, main
from simulators.load_content import Content, Order
from tests.simulators.conftest import until
from tests.simulators.listening import Listener

Listen = Callable[..., Listener]


def content(site: str, messages: int) -> Content:
    return Content(site, devices=20, messages=messages, values=3, seed=7, start_ms=1_767_225_600_000, step_ms=1000)


def expected(of: Content) -> set[tuple[str, bytes]]:
    template = of.template()
    return {
        (f"ioe/v1/{of.site}/load-{message % of.devices:05d}/telemetry", of.payload(template, message))
        for message in range(of.messages)
    }


def acknowledged(load: Load) -> int:
    return int(str(load.report()["acknowledged"]))


async def test_every_message_arrives_and_the_report_counts_them(mqtt_url: str, listen: Listen) -> None:
    load_content = content("load-all", 1000)
    heard = listen(mqtt_url, "ioe/v1/load-all/#")
    load = Load(local_broker(mqtt_url), load_content, Order(late=0.05, duplicates=0.05), connections=3)
    await load.run(window=100)
    await until(lambda: len(heard.heard) == load.report()["published"])
    assert {(entry.topic, entry.payload) for entry in heard.heard} == expected(load_content)
    report = load.report()
    assert (report["finished"], report["acknowledged"], report["republished"]) == (True, 1000, 0)
    assert 1000 < len(heard.heard) < 1150


async def test_with_a_killed_broker_all_of_it_still_arrives(broker: EmbeddedBroker, listen: Listen) -> None:
    broker.start()
    load_content = content("load-kill", 800)
    heard = listen(broker.url, "ioe/v1/load-kill/#", persistent=True)
    load = Load(BrokerAddress.parse(broker.url), load_content, Order(), connections=2)
    running = asyncio.create_task(load.run(window=50))
    await until(lambda: acknowledged(load) > 200)
    broker.kill()
    broker.start()
    await asyncio.wait_for(running, 30)
    report = load.report()
    assert report["finished"]
    assert report["connects"] == 4
    assert int(str(report["republished"])) >= 200 - 2 * 50
    everything = expected(load_content)
    print(report, len(heard.heard), len(set(heard.payloads)))
    await until(lambda: {(entry.topic, entry.payload) for entry in list(heard.heard)} == everything)


async def test_a_connection_that_is_through_comes_back_when_the_broker_forgets(broker: EmbeddedBroker) -> None:
    broker.start()
    # Two devices on two connections: one has 1 message, the other waits for its turn under the rate limit.
    load_content = Content("load-wait", devices=2, messages=3, values=1, seed=1, start_ms=0, step_ms=1000)
    load = Load(BrokerAddress.parse(broker.url), load_content, Order(), connections=2)
    running = asyncio.create_task(load.run(window=1, rate_per_s=2))
    await until(lambda: acknowledged(load) >= 2)
    broker.kill()
    broker.start()
    await asyncio.wait_for(running, 30)
    report = load.report()
    assert (report["finished"], report["connects"]) == (True, 4)
    assert int(str(report["republished"])) >= 2


async def test_rate_is_a_limit(mqtt_url: str) -> None:
    load = Load(local_broker(mqtt_url), content("load-rate", 200), Order(), connections=2)
    began_s = time.monotonic()
    await load.run(window=100, rate_per_s=400)
    assert time.monotonic() - began_s >= 0.45


async def test_time_is_a_bound(broker: EmbeddedBroker) -> None:
    load = Load(BrokerAddress.parse(broker.url), content("load-time", 10), Order(), connections=1)
    with pytest.raises(TimeoutError):
        await load.run(window=10, limit_s=0.3)
    assert not load.report()["finished"]
    assert "refused" in str(load.report()["trouble"]) or "Connect call failed" in str(load.report()["trouble"])


def test_a_backlog_waits_for_a_subscriber_that_starts_later(servers: Stack) -> None:
    shared = "$share/g/ioe/v1/load-fill/+/telemetry"
    asked = f"--url {servers.broker.url} --site load-fill --devices 10 --messages 300 --fill load-fill-reader --filter"
    filling = [sys.executable, "-m", "simulators.load", *asked.split(), shared]
    outcome = subprocess.run(filling, check=True, capture_output=True, text=True)
    report = json.loads(outcome.stdout)
    assert (report["finished"], report["without_subscriber"]) == (True, 0)
    assert report["content"]["messages"] == 300
    reader = servers.programs.mosquitto_clients / "mosquitto_sub"
    asked = f"-p {servers.broker.port} -V 5 -c -x 60 -q 1 -i load-fill-reader -C 300 -W 20 -t"
    reading = [str(reader), *asked.split(), shared]
    received = subprocess.run(reading, check=True, capture_output=True, text=True)
    assert len(set(received.stdout.splitlines())) == 300


@pytest.mark.parametrize("url", ["mqtt://192.0.2.1", "mqtt://10.0.0.1:1883", "mqtts://127.0.0.1"])
def test_other_machines_and_tls_are_refused(url: str) -> None:
    with pytest.raises(LoadRefusedError):
        local_broker(url)


def test_too_many_messages_are_refused() -> None:
    outcome = CliRunner().invoke(main, ["--url", "mqtt://127.0.0.1", "--messages", "20000001"])
    assert outcome.exit_code == 2
    assert "20000000" in outcome.output
