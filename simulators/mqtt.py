"""A device that publishes over MQTT 5 with QoS 1 and is made to lose nothing.

    publish() --> outbox --> wire --> broker
       waits      (what is   window: at most `window` unacknowledged,
       when it    where)     never more than the broker's Receive Maximum
       is full

It reconnects by itself, waiting longer after each failure, with a random share so that a hundred devices do not come
back in the same instant. After a reconnect the outbox decides what has to be published again. A clean `stop` waits for
the acknowledgements up to a deadline and returns what was not acknowledged; then it leaves with "disconnect with will
message", so that the device's status says offline as after a crash, only sooner. `counts.unheard` says how
many messages nobody was subscribed to.

It refuses to drop a message for want of memory: it makes the caller wait.
"""

import asyncio
import logging
import random
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from paho.mqtt.reasoncodes import ReasonCode

from simulators.broker_address import BrokerAddress
from simulators.mqtt_wire import Timings, Wire, within
from simulators.outbox import Message, Outbox, OutboxCounts

_LOG = logging.getLogger(__name__)
_NO_MATCHING_SUBSCRIBERS = 0x10  # MQTT 5, 3.4.2.1: taken, and thrown away
_LISTEN_AGAIN_S = 0.5


class NotConnectedError(ConnectionError):
    """The broker cannot be reached or does not let us in, or the publisher has been stopped."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a device may use."""

    window: int = 100
    room_bytes: int = 16_000_000  # waiting and in flight; more makes `publish` wait
    keep_s: float = 600.0
    keep_bytes: int = 64_000_000  # of acknowledged messages, for a broker that forgets
    backoff_min_s: float = 0.2
    backoff_max_s: float = 30.0
    timings: Timings = field(default_factory=Timings)


class Publisher:
    """One device (or gateway) that publishes. Use as `async with Publisher(...) as device`, or `start` and `stop`."""

    def __init__(
        self,
        broker: BrokerAddress,
        client_id: str,
        *,
        birth: Message | None = None,
        will: Message | None = None,
        limits: Limits = Limits(),
    ) -> None:
        """`birth` is published first on every connect; `will` by the broker whenever the connection ends."""
        self.connects = 0
        self.had_session: bool | None = None  # what the broker said on the last connect
        self.refused: dict[str, int] = {}  # by the broker's reason
        self._broker = broker
        self._birth = birth
        self._limits = limits
        self._outbox = Outbox(room_bytes=limits.room_bytes, keep_s=limits.keep_s, keep_bytes=limits.keep_bytes)
        self._window = limits.window
        self._task: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self._progress = asyncio.Event()
        self._stopping = asyncio.Event()
        self._wire = Wire(broker, client_id, will, limits.timings)
        self._wire.on_open = self._on_open
        self._wire.on_acknowledged = self._on_acknowledged
        self._wire.on_closed = self._on_closed

    @property
    def counts(self) -> OutboxCounts:
        """Messages added, acknowledged, published again."""
        return self._outbox.counts

    @property
    def is_connected(self) -> bool:
        """Whether the broker has let us in and the connection stands."""
        return self._up.is_set()

    @property
    def trouble(self) -> str:
        """Why there was no connection the last time there was none."""
        return self._wire.trouble

    def start(self) -> None:
        """Connect, and stay connected until `stop`; returns at once."""
        assert self._task is None, "a publisher starts once"
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._stay_connected(), name="mqtt publisher")

    async def connected(self, deadline_s: float) -> None:
        """Wait until the broker lets us in; raise NotConnectedError with the last trouble after `deadline_s`."""
        if not await within(deadline_s, self._up):
            raise NotConnectedError(f"no connection to {self._broker}: {self.trouble}. Is the broker running?")

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Queue a message; waits while the broker is slower than we are. It is kept until the broker confirms it."""
        while not (self._outbox.has_room or self._stopping.is_set()):
            await self._wait_for_progress()
        if self._stopping.is_set():
            raise NotConnectedError("the publisher has stopped: publish before stop()")
        self._outbox.add(Message(topic, payload, retain))
        self._send_waiting()

    async def flush(self) -> None:
        """Wait until everything is acknowledged."""
        while not self._outbox.is_empty:
            await self._wait_for_progress()

    async def stop(self, deadline_s: float = 10.0) -> tuple[Message, ...]:
        """Wait for acknowledgements up to `deadline_s`, disconnect, and return what was not acknowledged."""
        assert self._task is not None, "start first"
        try:
            async with asyncio.timeout(deadline_s):
                await self._be_heard()
        except TimeoutError:
            left = len(self._outbox.unacknowledged())
            _LOG.warning("stopping: %d messages unacknowledged, %d unheard", left, self._outbox.counts.unheard)
        self._stopping.set()
        self._progress.set()
        if self.is_connected:
            await self._wire.disconnect()
        self._wire.drop()
        await self._task
        return self._outbox.unacknowledged()

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if not self._stopping.is_set():
            await self.stop(deadline_s=0.0 if error else 10.0)

    async def _be_heard(self) -> None:
        """Everything acknowledged; and where somebody used to listen and nobody does, wait for them to come back."""
        await self.flush()
        while self._outbox.misses_its_listener:
            await asyncio.sleep(_LISTEN_AGAIN_S)
            self._outbox.repeat_unheard(time.monotonic())
            self._send_waiting()
            await self.flush()

    async def _wait_for_progress(self) -> None:
        self._progress.clear()
        await self._progress.wait()

    async def _stay_connected(self) -> None:
        wait_s = self._limits.backoff_min_s
        while not self._stopping.is_set():
            connects = self.connects
            try:
                await self._wire.connect()
            except (OSError, ValueError) as error:  # ValueError: a host name that cannot be one
                self._wire.trouble = str(error) or type(error).__name__
            else:
                await self._wire.until_closed()
            if self._stopping.is_set():
                return
            if self.connects > connects:
                wait_s = self._limits.backoff_min_s
            # A lost connection is news; that it is still lost is not.
            level = logging.WARNING if self.connects > connects else logging.INFO
            _LOG.log(level, "not connected to %s: %s", self._broker, self._wire.trouble)
            await within(wait_s * random.uniform(0.5, 1.0), self._stopping)
            wait_s = min(wait_s * 2, self._limits.backoff_max_s)

    def _on_open(self, had_session: bool, receive_maximum: int) -> None:
        self.connects += 1
        self.had_session = had_session
        self._window = max(1, min(self._limits.window, receive_maximum - 1))  # one is left for the birth message
        if had_session:
            self._outbox.session_kept(time.monotonic())
        else:
            self._outbox.session_lost(time.monotonic())
        if self._birth:
            self._wire.publish(self._birth)
        self._up.set()
        # When this callback returns paho sends again what was in flight; what waits comes after it.
        self._loop.call_soon(self._send_waiting)

    def _on_acknowledged(self, packet_id: int, code: ReasonCode) -> None:
        heard = code.value != _NO_MATCHING_SUBSCRIBERS
        if self._outbox.acknowledged(packet_id, time.monotonic(), heard=heard) and code.is_failure:
            self.refused[str(code)] = self.refused.get(str(code), 0) + 1
        self._progress.set()
        self._loop.call_soon(self._send_waiting)  # not now: paho still holds this packet id

    def _on_closed(self) -> None:
        self._up.clear()

    def _send_waiting(self) -> None:
        while self._up.is_set() and self._outbox.in_flight < self._window:
            message = self._outbox.next_waiting()
            if message is None:
                return
            packet_id = self._wire.publish(message)
            if packet_id is None:
                return
            self._outbox.sent(packet_id)
