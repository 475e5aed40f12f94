"""paho's client, fed by us: the one place that leans on its internals.

    _sock_recv              its packet reader asks this for bytes; ours answers from what the splitter left over
    _packet_queue           writes a packet as it is: the acknowledgements of a whole batch at once
    _last_bytes_received    when it last heard of the broker; bytes that we read ourselves count as well

    _ssl_wrap_socket        makes the TLS socket; paho's own leaves it open when the handshake fails

tests/ingest holds these for the pinned version. Everything else is paho's public face.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence

import numpy as np
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.settings import BrokerAddress, MqttSettings


class FedClient(paho.Client):
    """An MQTT 5 client whose incoming bytes are given to it."""

    def __init__(self, client_id: str) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        self._given = b""

    def read(self, control: bytes) -> None:
        """Handle whole packets."""
        self._given += control
        while len(self._given) > 0 and self.socket() is not None:
            if self.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return

    def begin_anew(self) -> None:
        """Forget what belonged to the last connection."""
        self._given = b""

    def heard(self) -> None:
        """The broker has just been heard of, or need not be: keepalive counts from now."""
        self._last_bytes_received = time.monotonic()

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Write a PUBACK (MQTT 5, 3.4: success in two bytes) for each packet id, all in one packet for paho."""
        frames = np.empty((len(packet_ids), 4), dtype=np.uint8)
        ids = np.asarray(packet_ids, dtype=np.uint16)
        frames[:, 0] = PacketTypes.PUBACK << 4
        frames[:, 1] = 2
        frames[:, 2] = ids >> 8
        frames[:, 3] = ids & 0xFF
        self._packet_queue(PacketTypes.PUBACK << 4, frames.tobytes(), 0, 1)

    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        """As paho does it, but a handshake that fails closes its socket: a worker may knock for days."""
        assert self._ssl_context is not None
        secured = self._ssl_context.wrap_socket(tcp_sock, server_hostname=self.host, do_handshake_on_connect=False)
        try:
            secured.settimeout(self.connect_timeout)
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self._given:
            raise BlockingIOError
        taken, self._given = self._given[:bufsize], self._given[bufsize:]
        return taken


def make_client(client_id: str, address: BrokerAddress, settings: MqttSettings) -> FedClient:
    """A client with the password and the TLS settings that the broker asks for."""
    client = FedClient(client_id)
    if address.username:
        client.username_pw_set(address.username, address.password or None)
    if address.tls:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.certificate_file:
            context.load_cert_chain(settings.certificate_file, settings.key_file or None)
        client.tls_set_context(context)
    return client


def connect_properties(receive_maximum: int, session_expiry_s: int) -> Properties:
    """How much may come unacknowledged, and how long the broker keeps our queue."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = receive_maximum
    properties.SessionExpiryInterval = session_expiry_s
    return properties


def disconnect_properties(session_expiry_s: int) -> Properties:
    """How long the broker keeps our queue from here on; 0 ends the session."""
    properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = session_expiry_s
    return properties
