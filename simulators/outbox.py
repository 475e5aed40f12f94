"""What a device has yet to bring to the broker, and what it keeps in case the broker forgets.

                 add            take + sent              acknowledged
    measurement -----> waiting ------------> in flight ---------------> kept ----> forgotten after 10 minutes
                          ^                      |                        |
                          |    session lost      |                        |
                          +----------------------+------------------------+
                          (all of it again, in the order it was measured in)

QoS 1 promises that the broker has *taken* a message, not that it survives the broker: a killed Mosquitto loses what it
had not saved. So what was acknowledged is kept for ten minutes and published again when the broker has lost our
session. Even a broker that still has the session may have lost messages: it restores the session from its last save
and forgets what it acknowledged since (measured on Mosquitto 2.0 with a save at every change: 1 to 11 of 3,000). So
after every lost connection the last `RESTORE_GAP_S` are published again. Receivers store a reading once however often
it comes, so this is harmless.

Memory is bounded: `has_room` turns false and the caller waits; of what is kept the oldest is forgotten first, and
counted. Pure: the time is an argument, nothing here knows a socket.
"""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

# Longer than a broker's autosave takes: what a restored session may be missing.
RESTORE_GAP_S = 30.0
# Bookkeeping beside topic and payload, so that a million tiny messages count for what they take.
_OVERHEAD_BYTES = 200


class Message(NamedTuple):
    """One publication, always QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, roughly."""
        return len(self.topic) + len(self.payload) + _OVERHEAD_BYTES


@dataclass(slots=True)
class OutboxCounts:
    """What happened so far."""

    added: int = 0
    acknowledged: int = 0  # includes those published again
    republished: int = 0
    forgotten_early: int = 0  # left the ten minutes for want of memory: lost if the broker crashes now


class _Numbered(NamedTuple):
    number: int
    message: Message


class _Kept(NamedTuple):
    acknowledged_s: float
    numbered: _Numbered


class Outbox:
    """Messages of one connection, from measured to safe."""

    def __init__(self, *, room_bytes: int, keep_s: float, keep_bytes: int) -> None:
        self._room_bytes = room_bytes
        self._keep_s = keep_s
        self._keep_bytes = keep_bytes
        self._waiting: deque[_Numbered] = deque()
        self._in_flight: dict[int, _Numbered] = {}  # by MQTT packet id
        self._kept: deque[_Kept] = deque()
        self._open_bytes = 0  # waiting and in flight
        self._kept_bytes = 0
        self.counts = OutboxCounts()

    @property
    def has_room(self) -> bool:
        """Whether a device may measure on; false while the broker is slower than the device."""
        return self._open_bytes < self._room_bytes

    @property
    def in_flight(self) -> int:
        """How many are with the broker and not yet acknowledged."""
        return len(self._in_flight)

    def unacknowledged(self) -> tuple[Message, ...]:
        """What the broker has not confirmed, oldest first."""
        return tuple(entry.message for entry in sorted([*self._in_flight.values(), *self._waiting]))

    @property
    def is_empty(self) -> bool:
        """Whether the broker has confirmed everything."""
        return not self._waiting and not self._in_flight

    def add(self, message: Message) -> None:
        """Queue a new message behind the others."""
        self._waiting.append(_Numbered(self.counts.added, message))
        self.counts.added += 1
        self._open_bytes += message.size_bytes

    def next_waiting(self) -> Message | None:
        """The message to be sent next, which stays first until `sent`."""
        return self._waiting[0].message if self._waiting else None

    def sent(self, packet_id: int) -> None:
        """The first waiting message is on its way under this packet id."""
        self._in_flight[packet_id] = self._waiting.popleft()

    def acknowledged(self, packet_id: int, now_s: float) -> bool:
        """The broker has taken it: keep it ten minutes more. False when the packet id is none of ours."""
        numbered = self._in_flight.pop(packet_id, None)
        if numbered is None:
            return False
        self.counts.acknowledged += 1
        self._open_bytes -= numbered.message.size_bytes
        self._kept.append(_Kept(now_s, numbered))
        self._kept_bytes += numbered.message.size_bytes
        self._forget(now_s)
        return True

    def session_kept(self, now_s: float) -> None:
        """We are connected again and the broker says it knows us: cover what its last save may have missed.

        Messages in flight stay there: MQTT itself sends them again under their packet ids.
        """
        self._forget(now_s)
        if self._kept:
            self._publish_again(self._kept[-1].acknowledged_s - RESTORE_GAP_S)

    def session_lost(self, now_s: float) -> None:
        """We are connected and the broker does not know us: everything it may have lost waits again."""
        self._forget(now_s)
        self._waiting.extend(self._in_flight.values())
        self._in_flight.clear()
        self._publish_again(now_s - self._keep_s)

    def _publish_again(self, since_s: float) -> None:
        again: list[_Numbered] = []
        while self._kept and self._kept[-1].acknowledged_s >= since_s:
            again.append(self._kept.pop().numbered)
        size_bytes = sum(entry.message.size_bytes for entry in again)
        self._kept_bytes -= size_bytes
        self._open_bytes += size_bytes
        self.counts.republished += len(again)
        self._waiting = deque(sorted([*again, *self._waiting]))

    def _forget(self, now_s: float) -> None:
        while self._kept and self._kept[0].acknowledged_s < now_s - self._keep_s:
            self._kept_bytes -= self._kept.popleft().numbered.message.size_bytes
        while self._kept_bytes > self._keep_bytes:
            self._kept_bytes -= self._kept.popleft().numbered.message.size_bytes
            self.counts.forgotten_early += 1
