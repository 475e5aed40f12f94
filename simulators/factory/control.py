"""Ordering faults while the factory runs, over MQTT.

    ioe-sim/v1/<site>/faults    vibration-high@comp-3:duration=10m      orders a fault
                                clear vibration-high@comp-3             ends it; `clear all` ends all
                                list                                    says what is active

Every command is answered in JSON, `{"ok": true, "message": "..."}`, on the response topic and with the correlation data
of the request (MQTT 5, 4.10) where it has one, else on `ioe-sim/v1/<site>/faults/answer`. This line is no device: it
has a connection of its own, and paho's own thread, because it carries a message an hour and has nothing to lose.
"""

from __future__ import annotations

import asyncio
import json
import queue
import uuid
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from simulators.broker_address import BrokerAddress
from simulators.factory.fault import BadFaultError

_LONGEST_COMMAND_BYTES = 1000


def command_topic(site: str) -> str:
    """Where commands are listened for."""
    return f"ioe-sim/v1/{site}/faults"


class ControlLine:
    """Listens for commands; `obey` runs on the event loop and returns what to answer, or raises BadFaultError."""

    def __init__(self, broker: BrokerAddress, site: str, obey: Callable[[str], str]) -> None:
        self._obey = obey
        self._topic = command_topic(site)
        self._loop = asyncio.get_running_loop()
        self._client = _client(broker)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.connect_async(broker.host, broker.port)
        self._client.loop_start()

    def close(self) -> None:
        """Stop listening."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: paho.Client, *_: object) -> None:
        client.subscribe(self._topic, qos=1)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        if not message.retain:  # an old command that somebody retained is not an order of today
            self._loop.call_soon_threadsafe(self._answer, message)

    def _answer(self, message: paho.MQTTMessage) -> None:
        try:
            text = message.payload[:_LONGEST_COMMAND_BYTES].decode("utf-8")
            answer = {"ok": True, "message": self._obey(text)}
        except (BadFaultError, UnicodeDecodeError) as error:
            answer = {"ok": False, "message": str(error)}
        asked = message.properties
        topic = getattr(asked, "ResponseTopic", None) or f"{self._topic}/answer"
        reply = _properties(PacketTypes.PUBLISH)
        if correlation := getattr(asked, "CorrelationData", None):
            reply.CorrelationData = correlation
        self._client.publish(topic, json.dumps(answer), qos=1, properties=reply)


def order(broker: BrokerAddress, site: str, command: str, timeout_s: float = 10.0) -> tuple[bool, str]:
    """Send one command to a running factory and return its answer; TimeoutError when nobody answers."""
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    topic = f"{command_topic(site)}/answer/{uuid.uuid4().hex}"
    client = _client(broker)

    def ask(connected: paho.Client, *_: object) -> None:
        connected.subscribe(topic, qos=1)

    def subscribed(listening: paho.Client, *_: object) -> None:
        request = _properties(PacketTypes.PUBLISH)
        request.ResponseTopic = topic
        listening.publish(command_topic(site), command.encode(), qos=1, properties=request)

    client.on_connect = ask
    client.on_subscribe = subscribed
    client.on_message = lambda _client, _data, message: answers.put(bytes(message.payload))
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        answer = json.loads(answers.get(timeout=timeout_s))
    except queue.Empty:
        raise TimeoutError(
            f"no simulated factory for site {site!r} answers on {broker}: is `ioe simulate` running?"
        ) from None
    finally:
        client.disconnect()
        client.loop_stop()
    return bool(answer["ok"]), str(answer["message"])


def _client(broker: BrokerAddress) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    if broker.user:
        client.username_pw_set(broker.user, broker.password)
    if context := broker.tls_context():
        client.tls_set_context(context)
    return client


def _properties(packet_type: int) -> Properties:
    return Properties(packet_type)  # type: ignore[no-untyped-call]  # paho leaves this class untyped
