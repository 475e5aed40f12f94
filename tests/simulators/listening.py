"""A subscriber that writes down what arrives, by another road than our own publisher: paho in a thread of its own."""

import threading
from typing import NamedTuple
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


class Heard(NamedTuple):
    topic: str
    payload: bytes
    retained: bool


class Listener:
    """Subscribed from its construction on; reconnects; with `persistent` the broker keeps what it misses."""

    def __init__(self, url: str, topic_filter: str, *, persistent: bool = False) -> None:
        address = urlsplit(url)
        self.heard: list[Heard] = []
        self._filter = topic_filter
        self._subscribed = threading.Event()
        self._more = threading.Condition()
        client_id = f"listener-{id(self)}"
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(self._filter, 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _c, _u, m: self._write_down(Heard(m.topic, bytes(m.payload), m.retain))
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves this class untyped
        session.SessionExpiryInterval = 3600 if persistent else 0
        session.ReceiveMaximum = 10_000
        assert address.hostname
        self._client.connect(address.hostname, address.port or 1883, clean_start=False, properties=session)
        self._client.loop_start()
        assert self._subscribed.wait(10), "the broker did not confirm the subscription"

    def _write_down(self, heard: Heard) -> None:
        with self._more:
            self.heard.append(heard)
            self._more.notify_all()

    def wait_for(self, count: int, within_s: float = 10.0) -> None:
        """Wait until so many messages were heard: a publisher is through before its listener is."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.heard) >= count, within_s), (
                f"heard {len(self.heard)} of {count}"
            )

    @property
    def payloads(self) -> list[bytes]:
        return [heard.payload for heard in list(self.heard)]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
