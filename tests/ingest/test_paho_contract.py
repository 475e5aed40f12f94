"""What ingest/mqtt/client.py leans on inside paho, held for the pinned version."""

from __future__ import annotations

import inspect
from importlib.metadata import version

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes


class Fed(paho.Client):
    """A client that reads what it is given and remembers what it would write."""

    given = b""
    asked: list[int]

    def _sock_recv(self, bufsize: int) -> bytes:
        self.asked.append(bufsize)
        if not self.given:
            raise BlockingIOError
        taken, self.given = self.given[:bufsize], self.given[bufsize:]
        return taken


def client() -> Fed:
    made = Fed(CallbackAPIVersion.VERSION2, "contract", protocol=MQTTProtocolVersion.MQTTv5)
    made.asked = []
    return made


def test_it_is_the_pinned_version() -> None:
    assert version("paho-mqtt") == "2.2.0"


def test_packets_are_read_through_sock_recv_and_nothing_else() -> None:
    fed = client()
    fed._sock = object()  # type: ignore[assignment]
    fed.given = b"\xd0\x00"  # PINGRESP
    fed._ping_t = 1.0
    assert fed.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert fed.given == b""
    assert fed._ping_t == 0
    assert fed.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS  # nothing there: not an error
    assert fed.asked[:2] == [1, 1]
    fed._sock = None


def test_a_raw_packet_of_many_acknowledgements_is_written_as_it_is() -> None:
    fed = client()
    written = bytearray()

    class Socket:
        def send(self, data: bytes) -> int:
            written.extend(data)
            return len(data)

        def close(self) -> None:
            """Closed by paho's own end."""

    fed._sock = Socket()  # type: ignore[assignment]
    frames = b"\x40\x02\x00\x01" + b"\x40\x02\x00\x02"
    assert fed._packet_queue(PacketTypes.PUBACK << 4, frames, 0, 1) == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert bytes(written) == frames
    assert not fed.want_write()
    fed._sock = None


def test_the_time_of_the_last_bytes_is_where_we_set_it() -> None:
    fed = client()
    assert isinstance(fed._last_bytes_received, float)
    assert "_last_bytes_received" in inspect.getsource(paho.Client._check_keepalive)
