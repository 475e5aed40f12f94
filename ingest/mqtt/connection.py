"""One MQTT 5 connection on the event loop, kept up for ever.

    paho:  CONNECT, SUBSCRIBE, keepalive, DISCONNECT, and everything that is written (ingest/mqtt/client.py)
    here:  the socket's bytes -> frames.FrameSplitter -> PUBLISH to `receive`, other packets back into paho

*Epochs.* Each connection has a number. After a reconnect the broker sends again what was not acknowledged, under ids it
may reuse, so an acknowledgement that belongs to an older epoch is dropped: the message comes again and is a duplicate.

*Blocking.* `connect()` blocks, so it runs in a thread; the socket is handed to the loop when it is up.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress

import paho.mqtt.client as paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.mqtt.client import connect_properties, disconnect_properties, make_client
from ingest.mqtt.frames import FrameSplitter, MalformedStreamError, Message
from ingest.settings import MqttSettings, broker_address

log = logging.getLogger("ioe.ingest.mqtt")

_CHUNK = 1 << 18
#: After so many chunks the loop gets its turn, however much waits in the socket.
_CHUNKS_A_TURN = 8
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
#: MQTT 5, 3.8.3.1: send retained messages only for a subscription that did not exist yet.
_RETAINED_WHEN_NEW = 1


class Connection:
    """A persistent session under one client id.

    `receive(epoch, messages)` is called on the loop with what came; `acknowledge` answers for it when it is stored.
    `changed(connected, why)` tells of each connection and each loss.
    """

    def __init__(
        self,
        settings: MqttSettings,
        client_id: str,
        *,
        topics: Sequence[str],
        receive_maximum: int,
        splitter: Callable[[], FrameSplitter],
        receive: Callable[[int, list[Message]], None],
        changed: Callable[[bool, str], None],
    ) -> None:
        self._settings = settings
        self._address = broker_address(settings)
        self._topics = topics
        self._receive_maximum = receive_maximum
        self._new_splitter = splitter
        self._receive = receive
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._client = make_client(client_id, self._address, settings)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_socket_close = self._on_socket_close
        self._socket: socket.socket | None = None
        self._session = ""
        self._lost = asyncio.Event()
        self._reading = True
        self._expiry_s = settings.session_expiry_s
        self.epoch = 0

    async def run(self) -> None:
        """Connect, stay connected, connect again with growing pauses; ends only by cancellation, then says goodbye."""
        wait_s = _FIRST_WAIT_S
        try:
            while True:
                started = self._loop.time()
                try:
                    await self._connect()
                    await self._serve()
                except (OSError, ssl.SSLError, ValueError) as error:
                    self._changed(
                        False, f"cannot reach the broker at {self._address.host}:{self._address.port}: {error}"
                    )
                finally:
                    self._release()
                if self._loop.time() - started > _LONGEST_WAIT_S:
                    wait_s = _FIRST_WAIT_S
                await asyncio.sleep(wait_s * random.uniform(0.7, 1.3))  # noqa: S311 - spreads reconnects
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
        finally:
            self._release()

    def acknowledge(self, epoch: int, packet_ids: Sequence[int]) -> None:
        """Write the PUBACKs of stored messages at once; those of an older epoch are dropped."""
        if epoch != self.epoch or self._socket is None or not packet_ids:
            return
        self._client.acknowledge(packet_ids)
        self._watch_writes()

    def end_session(self) -> None:
        """Unsubscribe; what the broker has queued still comes, and the session ends with this connection."""
        self._expiry_s = 0
        self._client.unsubscribe(list(self._topics))
        self._watch_writes()

    def pause_reading(self) -> None:
        """Leave what comes in the socket: the broker holds the rest."""
        if self._reading and self._socket is not None:
            self._loop.remove_reader(self._socket)
        self._reading = False

    def resume_reading(self) -> None:
        """Read again."""
        if not self._reading and self._socket is not None:
            self._loop.add_reader(self._socket, self._readable)
            if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
                self._loop.call_soon(self._readable)
        self._reading = True

    async def _connect(self) -> None:
        self._client.begin_anew()
        await asyncio.to_thread(
            self._client.connect,
            self._address.host,
            self._address.port,
            self._settings.keepalive_s,
            clean_start=False,
            properties=connect_properties(self._receive_maximum, self._settings.session_expiry_s),
        )
        connected = self._client.socket()
        if not isinstance(connected, socket.socket):  # the other side hung up at once
            raise ConnectionError("the broker closed the connection at once")
        self._socket = connected
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.epoch += 1
        self._splitter = self._new_splitter()
        self._lost.clear()
        if self._reading:
            self._loop.add_reader(self._socket, self._readable)
        self._watch_writes()

    async def _serve(self) -> None:
        """Let paho look after keepalive until the connection is lost."""
        while not self._lost.is_set():
            if not self._reading:  # a PINGRESP we do not read is not a broker that is silent
                self._client.heard()
            self._client.loop_misc()
            self._watch_writes()
            with suppress(TimeoutError):  # not wait_for, which in Python 3.11 may swallow a cancellation
                async with asyncio.timeout(1.0):
                    await self._lost.wait()

    def _readable(self) -> None:
        """Take what the socket has: until it is empty, TLS records included, or until others must have a turn."""
        current = self._socket
        if current is None:
            return
        for _ in range(_CHUNKS_A_TURN):
            try:
                data = current.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError, InterruptedError):
                return
            except OSError as error:
                self._lose(f"the connection broke: {error}")
                return
            if not data:
                self._lose("the broker closed the connection")
                return
            self._take(data)
            if self._socket is not current or not self._reading:
                return
            if len(data) < _CHUNK and not isinstance(current, ssl.SSLSocket):
                return
        if isinstance(current, ssl.SSLSocket) and current.pending():
            self._loop.call_soon(self._readable)  # bytes that TLS has decrypted no longer make the socket readable

    def _take(self, data: bytes) -> None:
        try:
            messages, control = self._splitter.feed(data)
        except (MalformedStreamError, IndexError) as error:
            self._lose(f"the broker sent what is not MQTT: {error}")
            return
        self._client.heard()
        if messages:
            self._receive(self.epoch, messages)
        if control:
            self._client.read(control)
            self._watch_writes()

    def _watch_writes(self) -> None:
        if self._socket is None or self._client.socket() is None:
            return
        if self._client.want_write():
            self._loop.add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        if self._socket is None:
            return
        self._client.loop_write()
        if self._client.socket() is not None and not self._client.want_write():
            self._loop.remove_writer(self._socket)

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: object,
        flags: paho.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._lose(f"the broker refused the connection: {reason}")
            return
        if self._expiry_s == 0:  # leaving for good: take what is queued and nothing new
            client.unsubscribe(list(self._topics))
            self._changed(True, "session resumed, to end it")
            return
        options = SubscribeOptions(qos=1, retainHandling=_RETAINED_WHEN_NEW)
        client.subscribe([(topic, options) for topic in self._topics])
        self._session = "session resumed" if flags.session_present else "new session"

    def _on_subscribe(
        self,
        _client: paho.Client,
        _userdata: object,
        _packet_id: int,
        reasons: Sequence[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._lose(f"the broker refused a subscription: {refused[0]}")
        else:
            self._changed(True, self._session)

    def _on_disconnect(
        self,
        _client: paho.Client,
        _userdata: object,
        _flags: paho.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._lose(f"disconnected: {reason}")

    def _lose(self, why: str) -> None:
        if not self._lost.is_set():
            self._lost.set()
            self._changed(False, why)
        if self._socket is not None:
            self._loop.remove_reader(self._socket)  # an ended stream stays readable for ever

    def _on_socket_close(self, _client: paho.Client, _userdata: object, closing: object) -> None:
        """Take a socket off the loop before it is closed: its number may be another socket's at once."""
        if isinstance(closing, socket.socket) and closing is self._socket:
            self._loop.remove_reader(closing)
            self._loop.remove_writer(closing)
            self._socket = None

    def _release(self) -> None:
        """Say goodbye and close the socket; the session stays with the broker."""
        if self._socket is not None:
            self._client.disconnect(properties=disconnect_properties(self._expiry_s))
        if self._socket is not None:  # the DISCONNECT found no room: go without it
            left, self._socket = self._socket, None
            self._loop.remove_reader(left)
            self._loop.remove_writer(left)
            left.close()
