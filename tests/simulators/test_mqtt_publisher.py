"""A device against a real Mosquitto: delivery, a killed broker, a full memory, wrong passwords, TLS."""

import asyncio
import socket
from collections.abc import Callable

import pytest

from deploy.embedded.broker import EmbeddedBroker
from simulators.broker_address import BrokerAddress
from simulators.mqtt import Limits, NotConnectedError, Publisher
from simulators.mqtt_wire import Timings
from simulators.outbox import Message
from tests.guarded_broker import TLS, GuardedBroker
from tests.simulators.conftest import until
from tests.simulators.listening import Listener

QUICK = Limits(backoff_min_s=0.05, backoff_max_s=0.1)
Listen = Callable[..., Listener]


def numbers(count: int, start: int = 0) -> list[bytes]:
    return [b"%06d" % number for number in range(start, start + count)]


async def test_everything_arrives_in_order_and_the_status_says_online_then_offline(
    mqtt_url: str, listen: Listen
) -> None:
    heard = listen(mqtt_url, "pub-order/#")
    status = "pub-order/status"
    online, offline = Message(status, b"online", retain=True), Message(status, b"offline", retain=True)
    async with Publisher(BrokerAddress.parse(mqtt_url), "pub-order", birth=online, will=offline) as device:
        for payload in numbers(600):
            await device.publish("pub-order/t", payload)
    assert device.counts.acknowledged == 600
    await until(lambda: len(heard.heard) == 602)
    assert [entry.payload for entry in heard.heard if entry.topic == "pub-order/t"] == numbers(600)
    assert [entry.payload for entry in heard.heard if entry.topic == status] == [b"online", b"offline"]


async def test_a_broker_that_was_killed_gets_everything_again(broker: EmbeddedBroker, listen: Listen) -> None:
    broker.autosave = ("autosave_interval 0",)  # never: it forgets all it acknowledged
    broker.start()
    heard = listen(broker.url, "t")
    async with Publisher(BrokerAddress.parse(broker.url), "pub-killed", limits=QUICK) as device:
        for payload in numbers(500):
            await device.publish("t", payload)
        await device.flush()
        broker.kill()
        for payload in numbers(500, start=500):
            await device.publish("t", payload)
        broker.start()
        assert await device.stop(deadline_s=20.0) == ()
    assert device.connects == 2
    assert device.had_session is False
    assert device.counts.republished >= 500
    await until(lambda: sorted(set(heard.payloads)) == numbers(1000))


async def test_a_lost_connection_with_a_session_repeats_only_the_last_half_minute(
    broker: EmbeddedBroker, listen: Listen
) -> None:
    broker.start()
    heard = listen(broker.url, "t")
    async with Publisher(BrokerAddress.parse(broker.url), "pub-cut", limits=QUICK) as device:
        for payload in numbers(200):
            await device.publish("t", payload)
        await device.flush()
        device._wire.drop()
        await until(lambda: device.connects == 2)
        for payload in numbers(100, start=200):
            await device.publish("t", payload)
    assert device.had_session is True
    assert device.counts.republished == 200
    await until(lambda: heard.payloads[-1:] == numbers(1, start=299))
    assert sorted(set(heard.payloads)) == numbers(300)


async def test_without_a_broker_publish_waits_when_memory_is_full_and_goes_on_when_it_comes(
    broker: EmbeddedBroker, listen: Listen
) -> None:
    limits = Limits(room_bytes=10_000, backoff_min_s=0.05, backoff_max_s=0.1)
    device = Publisher(BrokerAddress.parse(broker.url), "pub-full", limits=limits)
    device.start()

    async def measure() -> None:
        for payload in numbers(1000):
            await device.publish("t", payload)

    measuring = asyncio.create_task(measure())
    await asyncio.wait([measuring], timeout=0.2)
    assert not measuring.done()
    assert device.counts.added < 60
    broker.start()
    heard = listen(broker.url, "t")
    await asyncio.wait_for(measuring, 20.0)
    assert await device.stop(20.0) == ()
    await until(lambda: heard.payloads[-1:] == numbers(1, start=999))


async def test_stop_says_what_was_not_acknowledged(broker: EmbeddedBroker) -> None:
    device = Publisher(BrokerAddress.parse(broker.url), "pub-nobody", limits=QUICK)
    device.start()
    for payload in numbers(3):
        await device.publish("t", payload)
    assert [message.payload for message in await device.stop(deadline_s=0.1)] == numbers(3)
    with pytest.raises(NotConnectedError, match="before stop"):
        await device.publish("t", b"late")


async def test_an_absent_broker_is_named_with_the_reason(broker: EmbeddedBroker) -> None:
    device = Publisher(BrokerAddress.parse(broker.url), "pub-absent", limits=QUICK)
    device.start()
    with pytest.raises(NotConnectedError, match=rf"{broker.url}.*refused.*broker running"):
        await device.connected(deadline_s=0.5)
    await device.stop(0.0)


async def test_a_broker_that_never_answers_is_left_and_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel accepts, nobody ever answers
        limits = Limits(backoff_min_s=0.05, timings=Timings(connect_timeout_s=0.2))
        device = Publisher(BrokerAddress("127.0.0.1", silent.getsockname()[1]), "pub-silent", limits=limits)
        device.start()
        await until(lambda: "does not answer" in device.trouble)
        await device.stop(0.0)


async def test_a_second_device_of_the_same_name_is_noticed(mqtt_url: str) -> None:
    patient = Limits(backoff_min_s=30.0)
    async with Publisher(BrokerAddress.parse(mqtt_url), "pub-twin", limits=patient) as first:
        await first.connected(deadline_s=30.0)
        async with Publisher(BrokerAddress.parse(mqtt_url), "pub-twin", limits=patient) as second:
            await second.connected(deadline_s=30.0)
            await until(lambda: not first.is_connected)
            assert "Session taken over" in first.trouble


async def test_what_nobody_heard_is_said_again_when_the_listener_is_back(mqtt_url: str, listen: Listen) -> None:
    first = listen(mqtt_url, "pub-again")
    async with Publisher(BrokerAddress.parse(mqtt_url), "pub-again") as device:
        await device.publish("pub-again", b"000000")
        await device.flush()
        first.close()
        unheard: set[bytes] = set()
        while len(unheard) < 5:  # the broker needs a moment to notice that the listener has gone
            payload = b"%06d" % device.counts.added
            await device.publish("pub-again", payload)
            await device.flush()
            if device.counts.unheard > len(unheard):
                unheard.add(payload)
        leaving = asyncio.create_task(device.stop(deadline_s=20.0))
        second = listen(mqtt_url, "pub-again")
        assert await leaving == ()
    assert device.counts.unheard == 0
    await until(lambda: set(second.payloads) >= unheard)


async def test_messages_nobody_subscribed_to_are_counted(mqtt_url: str) -> None:
    async with Publisher(BrokerAddress.parse(mqtt_url), "pub-unheard") as device:
        await device.publish("pub-unheard/nobody/listens", b"1")
    assert (device.counts.acknowledged, device.counts.unheard) == (1, 1)


async def test_tls_and_password_by_url(guarded_broker: GuardedBroker, listen: Listen) -> None:
    heard = listen(guarded_broker.url, "t")
    url = f"mqtts://meter:s%3A3cr%2Fet%40@localhost:{guarded_broker.guarded_port}?ca_file={TLS / 'ca.pem'}"
    async with Publisher(BrokerAddress.parse(url), "pub-tls") as device:
        for payload in numbers(500):
            await device.publish("t", payload)
    assert device.counts.acknowledged == 500
    await until(lambda: heard.payloads == numbers(500))


@pytest.mark.parametrize(
    ("user", "trust", "reason"),
    [
        pytest.param("meter:wrong", f"?ca_file={TLS / 'ca.pem'}", "refused us: Not authorized", id="wrong password"),
        pytest.param("meter:x", "", "certificate verify failed", id="unknown authority"),
    ],
)
async def test_a_door_that_stays_closed_is_named(
    guarded_broker: GuardedBroker, user: str, trust: str, reason: str
) -> None:
    url = f"mqtts://{user}@localhost:{guarded_broker.guarded_port}{trust}"
    device = Publisher(BrokerAddress.parse(url), "pub-door", limits=QUICK)
    device.start()
    await until(lambda: reason in device.trouble)
    assert not device.is_connected
    await device.stop(0.0)
