"""One connection of a load: a window of unacknowledged packets, kept full.

    sequence  0 1 2 3 4 5 6 7 8 9 ...        position: the next to send
              |safe| under way |  position   safe: everything before it was acknowledged

After a reconnect the position goes back to where "safe" was ten minutes ago: the broker may have lost what it
acknowledged since. It asks for a clean start each time, so there is never a session, and packet ids start afresh.
A broker that acknowledges "no matching subscribers" has thrown the message away. Where somebody listened before, it is
sent again after a moment: the receiver is on its way back. Where nobody ever did, nobody is waited for.
Nothing is kept but positions, for a message can be computed from its number.

It refuses to keep more under way than the broker's Receive Maximum.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from simulators import mqtt_frames as frames
from simulators.broker_address import BrokerAddress
from simulators.load_content import Content, Order

KEEP_S = 600.0
_CHUNK = 500  # frames a write: large enough to be cheap, small enough to read acknowledgements between
_TICK_S = 0.02
_BACKOFF_S = 0.2
_LISTEN_AGAIN_S = 0.5
_NO_MATCHING_SUBSCRIBERS = 0x10


@dataclass(slots=True)
class Tally:
    """What happened, over all connections."""

    seen: bytearray  # 1 for each message acknowledged at least once
    acknowledged: int = 0
    published: int = 0  # packets, with duplicates and what was published again
    republished: int = 0
    connects: int = 0
    heard: bool = False  # whether anybody was ever subscribed
    without_subscriber: int = 0
    refused: dict[str, int] = field(default_factory=dict)


class Connection(asyncio.Protocol):
    """One connection's share of the load: which message is next, which are under way."""

    def __init__(
        self, content: Content, order: Order, number: int, connections: int, tally: Tally, *, remembers: bool = True
    ) -> None:
        self.closed = asyncio.Event()
        self.trouble = ""
        self._content = content
        self._sequence = order.sequence(content, number, connections)
        self._topics = content.topic_fields()
        self._template = content.template()
        self._tally = tally
        self._remembers = remembers  # what was acknowledged, to say it again to a broker that may have lost it
        self._position = 0
        self._under_way: dict[int, int] = {}  # packet id -> position
        self._marks: deque[tuple[float, int]] = deque()  # (time, everything before this position was acknowledged)
        self._unheard: list[int] = []  # positions of messages that nobody was subscribed to
        self._again: deque[int] = deque()  # positions to be sent once more
        self._packet_id = 0
        self._published = 0
        self._allowed = math.inf  # packets the rate limit lets us publish by now
        self._window = 0

    @property
    def done(self) -> bool:
        """Whether everything was sent, acknowledged and, where anybody listens at all, heard."""
        sent = self._position == len(self._sequence) and not self._under_way
        return sent and not self._again and not self._unheard

    async def run(
        self, broker: BrokerAddress, client_id: str, window: int, rate_per_s: float, finished: Callable[[], bool]
    ) -> None:
        """Send the share, reconnect as often as it takes, and stay until the whole load is `finished`.

        A device does not vanish with its last message: the broker may still crash and forget what it acknowledged.
        """
        loop = asyncio.get_running_loop()
        self._wanted_window = window
        self._rate_per_s, self._started_s = rate_per_s, time.monotonic()
        hello = frames.connect(client_id, keepalive_s=0, user=broker.user, password=broker.password)
        while not finished():
            self.closed.clear()
            try:
                await loop.create_connection(lambda: self, broker.host, broker.port)
            except OSError as error:
                self.trouble = str(error)
            else:
                self._transport.write(hello)
                try:
                    await self._until_closed_or(finished)
                finally:
                    self._transport.close()
            if not finished():
                await asyncio.sleep(_BACKOFF_S)

    async def _until_closed_or(self, finished: Callable[[], bool]) -> None:
        while not (finished() or self.closed.is_set()):
            self._mark()
            if self._unheard and time.monotonic() >= self._listen_again_s:
                self._tally.republished += len(self._unheard)
                self._again.extend(self._unheard)
                self._unheard.clear()
            if self._rate_per_s < math.inf:
                self._allowed = self._rate_per_s * (time.monotonic() - self._started_s)
            self._pump()
            await asyncio.sleep(_TICK_S)
        if not self.closed.is_set():
            self._transport.write(frames.disconnect())

    def _mark(self) -> None:
        now_s = time.monotonic()
        self._marks.append((now_s, min(self._under_way.values(), default=self._position)))
        while len(self._marks) > 1 and self._marks[1][0] < now_s - KEEP_S:
            self._marks.popleft()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A socket is open; CONNECT follows."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._reader = frames.Reader()
        self._writable = True
        self._window = 0  # until CONNACK

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone, for whatever reason."""
        if not self.done:
            self.trouble = str(exc or self.trouble or "the broker closed the connection")
        self._window = 0
        self.closed.set()

    def pause_writing(self) -> None:
        """The broker reads more slowly than we write."""
        self._writable = False

    def resume_writing(self) -> None:
        """The broker has caught up."""
        self._writable = True
        self._pump()

    def data_received(self, data: bytes) -> None:
        """Acknowledgements, mostly: each makes room for another message."""
        for kind, body in self._reader.packets(data):
            if kind == frames.PUBACK:
                self._acknowledged(body)
            elif kind == frames.CONNACK:
                self._opened(frames.parse_connack(body))
            elif kind == frames.DISCONNECT:
                self.trouble = f"the broker disconnected us with code 0x{body[0] if body else 0:02x}"
        self._pump()

    def _opened(self, answer: frames.Connack) -> None:
        if answer.reason_code:
            self.trouble = f"the broker refused us with code 0x{answer.reason_code:02x}"
            self._transport.close()
            return
        self._tally.connects += 1
        self._window = min(self._wanted_window, answer.receive_maximum)
        if not self._remembers:
            self._again = deque(sorted(self._under_way.values()))
            self._under_way.clear()
            return
        safe = self._marks[0][1] if self._marks else 0
        self._tally.republished += max(0, self._position - safe - len(self._under_way))
        self._under_way.clear()
        self._unheard.clear()
        self._again.clear()
        self._position = safe

    def _acknowledged(self, body: bytes) -> None:
        packet_id, reason_code = frames.parse_puback(body)
        position = self._under_way.pop(packet_id, None)
        if position is None:
            return
        if reason_code >= 0x80:
            reason = f"0x{reason_code:02x}"
            self._tally.refused[reason] = self._tally.refused.get(reason, 0) + 1
            return
        if reason_code == _NO_MATCHING_SUBSCRIBERS:
            self._tally.without_subscriber += 1
            if self._tally.heard and self._remembers:
                self._unheard.append(position)
                self._listen_again_s = time.monotonic() + _LISTEN_AGAIN_S
                return
        else:
            self._tally.heard = True
        message = self._sequence[position]
        if not self._tally.seen[message]:
            self._tally.seen[message] = 1
            self._tally.acknowledged += 1

    def _pump(self) -> None:
        while self._writable:
            room = min(
                _CHUNK,
                len(self._again) + len(self._sequence) - self._position,
                self._window - len(self._under_way),
                self._allowed - self._published,
            )
            if room < 1:
                return
            self._transport.write(b"".join([self._next_frame() for _ in range(int(room))]))

    def _next_frame(self) -> bytes:
        packet_id = self._packet_id % 65_535 + 1
        while packet_id in self._under_way:
            packet_id = packet_id % 65_535 + 1
        self._packet_id = packet_id
        if self._again:
            position = self._again.popleft()
        else:
            position, self._position = self._position, self._position + 1
        self._under_way[packet_id] = position
        message = self._sequence[position]
        self._published += 1
        self._tally.published += 1
        payload = self._content.payload(self._template, message)
        return frames.publish(self._topics[message % self._content.devices], packet_id, payload)
