"""paho-mqtt on the event loop, without a thread of its own: one connection attempt after another, no memory between.

    executor thread          event loop
    paho.reconnect()  ---->  add_reader / add_writer --> loop_read / loop_write
    (name look-up, TCP,      every second: loop_misc (keep-alive)
     TLS: they block)        socket closed --> `closed` is set, `on_closed` is called

It translates: what paho tells becomes three calls (`on_open`, `on_acknowledged`, `on_closed`) and one sentence of
`trouble`. It decides nothing about messages, and it refuses to wait for a broker that accepts but does not answer.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulators.broker_address import BrokerAddress
from simulators.outbox import Message

_PROTOCOL_RECEIVE_MAXIMUM = 65_535  # MQTT 5, 3.2.2.3.3: when the broker names none
_HOUSEKEEPING_S = 1.0


class _Socket(Protocol):
    def fileno(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Timings:
    """How patient a connection is."""

    session_expiry_s: int = 3600
    keepalive_s: int = 30
    connect_timeout_s: float = 5.0


class _Client(paho.Client):
    """paho, but a failed TLS handshake closes its socket at once, not when the garbage collector comes by."""

    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        assert self._ssl_context is not None
        secured = self._ssl_context.wrap_socket(tcp_sock, server_hostname=self.host, do_handshake_on_connect=False)
        try:
            secured.settimeout(self.connect_timeout)
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured


class Wire:
    """The socket to the broker, as paho speaks it."""

    def __init__(self, broker: BrokerAddress, client_id: str, will: Message | None, timings: Timings) -> None:
        """Nothing is connected yet; set the three callbacks before `connect`."""
        self.on_open: Callable[[bool, int], None]  # the broker still had our session; its Receive Maximum
        self.on_acknowledged: Callable[[int, ReasonCode], None]  # packet id; called while paho still holds the id
        self.on_closed: Callable[[], None]
        self.closed = asyncio.Event()
        self.closed.set()
        self.trouble = "no attempt yet"
        self._timings = timings
        self._attached = False  # the event loop watches the socket
        self._opened = False  # the broker has let us in
        self._paho = self._new_paho(broker, client_id, will)

    def _new_paho(self, broker: BrokerAddress, client_id: str, will: Message | None) -> paho.Client:
        client = _Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5)
        client.max_inflight_messages = 0  # the outbox keeps the window; paho's own walks all messages on each ack
        client.connect_timeout = self._timings.connect_timeout_s
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_want_write
        client.on_socket_unregister_write = self._on_written
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        if context := broker.tls_context():
            client.tls_set_context(context)
        if will:
            client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        # A clean start on the first connect only: what an earlier process left in the session is none of ours.
        hello = _session_expiry(PacketTypes.CONNECT, self._timings.session_expiry_s)
        client.connect_async(broker.host, broker.port, self._timings.keepalive_s, properties=hello)
        return client

    async def connect(self) -> None:
        """Open the socket and send CONNECT; OSError or ValueError when that fails. `on_open` follows when we are in."""
        self._loop = asyncio.get_running_loop()
        self.closed.clear()
        attempt = self._loop.run_in_executor(None, self._paho.reconnect)
        try:
            await asyncio.shield(attempt)
        except asyncio.CancelledError:
            await asyncio.wait([attempt])  # the thread holds the socket, at most for connect_timeout_s
            self.drop()
            raise
        if (sock := self._paho.socket()) is not None:
            self._attached = True
            self._loop.add_reader(sock, self._read)
            self._loop.add_writer(sock, self._paho.loop_write)

    async def until_closed(self) -> None:
        """Keep the connection alive until it ends."""
        deadline_s = time.monotonic() + self._timings.connect_timeout_s
        try:
            while not await within(min(_HOUSEKEEPING_S, self._timings.connect_timeout_s), self.closed):
                self._paho.loop_misc()
                if not self._opened and time.monotonic() > deadline_s:
                    self.trouble = "it accepts connections but does not answer MQTT"
                    self.drop()
        finally:
            self.drop()

    def publish(self, message: Message) -> int | None:
        """Send with QoS 1; the packet id, or None while every packet id is in flight."""
        info = self._paho.publish(message.topic, message.payload, qos=1, retain=message.retain)
        return None if info.rc == paho.MQTT_ERR_QUEUE_SIZE else info.mid

    def forget_in_flight(self) -> None:
        """Keep paho from sending again what was in flight: without a session the packet ids mean nothing."""
        self._paho.drop_out_messages()

    async def disconnect(self) -> None:
        """Leave so that the broker publishes our will and ends the session."""
        goodbye = _session_expiry(PacketTypes.DISCONNECT, 0)
        self._paho.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"), goodbye)
        # paho closes when the packet is written; a broker that reads no more must not hold us.
        await within(self._timings.connect_timeout_s, self.closed)
        self.drop()

    def drop(self) -> None:
        """Close the socket now, as a crash would."""
        self._paho._sock_close()  # noqa: SLF001  paho has no public way to close without writing first

    def _read(self) -> None:
        self._paho.loop_read()
        # A TLS record may hold more packets than were asked for, and no socket event will tell of them again.
        while isinstance(sock := self._paho.socket(), ssl.SSLSocket) and sock.pending():
            self._paho.loop_read()

    def _on_connect(
        self, _c: object, _u: object, flags: paho.ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.is_failure:
            self.trouble = f"the broker refused us: {code}"
            return
        self._opened = True
        if not flags.session_present:
            self.forget_in_flight()
        self.on_open(flags.session_present, getattr(properties, "ReceiveMaximum", _PROTOCOL_RECEIVE_MAXIMUM))

    def _on_publish(self, _c: object, _u: object, packet_id: int, code: ReasonCode, _p: object) -> None:
        self.on_acknowledged(packet_id, code)

    def _on_disconnect(self, _c: object, _u: object, flags: paho.DisconnectFlags, code: ReasonCode, _p: object) -> None:
        if flags.is_disconnect_packet_from_server:  # the socket is closed by now; this says more
            self.trouble = f"the broker disconnected us: {code}"

    def _on_socket_close(self, _c: object, _u: object, sock: _Socket) -> None:
        self._attached = False
        self._loop.remove_reader(sock.fileno())
        self._loop.remove_writer(sock.fileno())
        if self._opened:
            self.trouble = "the connection was lost"
            self._opened = False
            self.on_closed()
        self.closed.set()

    def _on_want_write(self, _c: object, _u: object, sock: _Socket) -> None:
        if self._attached:  # during `connect` the executor calls this: the writer is added afterwards
            self._loop.add_writer(sock.fileno(), self._paho.loop_write)

    def _on_written(self, _c: object, _u: object, sock: _Socket) -> None:
        self._loop.remove_writer(sock.fileno())


async def within(limit_s: float, event: asyncio.Event) -> bool:
    """Whether the event came within the limit."""
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _session_expiry(packet_type: int, seconds: int) -> Properties:
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]  # paho leaves this class untyped
    properties.SessionExpiryInterval = seconds
    return properties
