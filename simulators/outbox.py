"""What a device has yet to bring to the broker, and what it keeps in case the broker forgets.

                 add            take + sent              acknowledged
    measurement -----> waiting ------------> in flight ---------------> kept ----> forgotten after 10 minutes
                        ^ ^                      |     |                 |
                        | |    session lost      |     |                 |
                        | +----------------------+-----|-----------------+
                        |                              +--> unheard ("no matching subscribers")
                        +---- somebody listens again -------+

QoS 1 promises that the broker has *taken* a message, not that anybody gets it. Three things can happen to it:

- The broker crashes before it has saved the message. What was acknowledged is kept for ten minutes and published again
  when the broker has lost our session.
- The broker restores our session from its last save and has lost what it took since (measured on Mosquitto 2.0 with
  a save at every change: 1 to 11 of 3,000). So after every lost connection the last `RESTORE_GAP_S` go out again.
- The broker restarts, and the receiver's own session was newer than the last save: until the receiver is back nobody
  is subscribed, and the broker throws messages away, though it says so in the acknowledgement. Those are kept apart
  and published again as soon as a message is heard.

Receivers store a reading once however often it comes, so all of this is harmless. Memory is bounded: `has_room` turns
false and the caller waits; of what is kept the oldest is forgotten first, and counted. Pure: the time is an argument,
nothing here knows a socket.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

# Longer than a broker's autosave takes: what a restored session may be missing.
RESTORE_GAP_S = 60.0  # a broker that saves every 30 s, and takes as long to do so
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
    unheard: int = 0  # nobody was subscribed when they were taken, and they were not published again since
    forgotten_early: int = 0  # left the ten minutes for want of memory: lost if the broker crashes now


class _Numbered(NamedTuple):
    number: int
    message: Message


class _Memory:
    """Acknowledged messages with the time of their acknowledgement, for a time and up to a size."""

    def __init__(self, keep_s: float, keep_bytes: int) -> None:
        self._keep_s = keep_s
        self._keep_bytes = keep_bytes
        self._entries: deque[tuple[float, _Numbered]] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def newest_s(self) -> float:
        """When the last one was acknowledged."""
        return self._entries[-1][0]

    def add(self, now_s: float, numbered: _Numbered) -> int:
        """Keep one; how many had to go early for it."""
        self.forget(now_s)
        self._entries.append((now_s, numbered))
        self._bytes += numbered.message.size_bytes
        early = 0
        while self._bytes > self._keep_bytes:
            self._drop_oldest()
            early += 1
        return early

    def forget(self, now_s: float) -> None:
        """Let go of what has been kept long enough."""
        while self._entries and self._entries[0][0] < now_s - self._keep_s:
            self._drop_oldest()

    def take(self, since_s: float = float("-inf")) -> list[_Numbered]:
        """Hand over what was acknowledged since, and keep it no longer."""
        taken = []
        while self._entries and self._entries[-1][0] >= since_s:
            numbered = self._entries.pop()[1]
            self._bytes -= numbered.message.size_bytes
            taken.append(numbered)
        return taken

    def _drop_oldest(self) -> None:
        self._bytes -= self._entries.popleft()[1].message.size_bytes


class Outbox:
    """Messages of one connection, from measured to safe."""

    def __init__(self, *, room_bytes: int, keep_s: float, keep_bytes: int) -> None:
        self._room_bytes = room_bytes
        self._waiting: deque[_Numbered] = deque()
        self._in_flight: dict[int, _Numbered] = {}  # by MQTT packet id
        self._open_bytes = 0  # waiting and in flight
        self._kept = _Memory(keep_s, keep_bytes)
        self._unheard = _Memory(keep_s, keep_bytes)
        self._was_heard = False
        self.counts = OutboxCounts()

    @property
    def has_room(self) -> bool:
        """Whether a device may measure on; false while the broker is slower than the device."""
        return self._open_bytes < self._room_bytes

    @property
    def in_flight(self) -> int:
        """How many are with the broker and not yet acknowledged."""
        return len(self._in_flight)

    @property
    def is_empty(self) -> bool:
        """Whether the broker has confirmed everything."""
        return not self._waiting and not self._in_flight

    @property
    def misses_its_listener(self) -> bool:
        """Whether somebody used to listen, and nobody did when the last messages came."""
        return self._was_heard and len(self._unheard) > 0

    def unacknowledged(self) -> tuple[Message, ...]:
        """What the broker has not confirmed, oldest first."""
        return tuple(entry.message for entry in sorted([*self._in_flight.values(), *self._waiting]))

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

    def acknowledged(self, packet_id: int, now_s: float, *, heard: bool = True) -> bool:
        """The broker has taken it, and `heard` says that somebody is subscribed. False when the id is none of ours."""
        numbered = self._in_flight.pop(packet_id, None)
        if numbered is None:
            return False
        self.counts.acknowledged += 1
        self._open_bytes -= numbered.message.size_bytes
        if heard:
            self._was_heard = True
            self.counts.forgotten_early += self._kept.add(now_s, numbered)
            self.repeat_unheard(now_s)
        else:
            self.counts.unheard += 1
            self.counts.forgotten_early += self._unheard.add(now_s, numbered)
        return True

    def repeat_unheard(self, now_s: float) -> None:
        """Somebody listens, or it is time to see whether somebody does."""
        if self._unheard:
            self._unheard.forget(now_s)
            again = self._unheard.take()
            self.counts.unheard -= len(again)
            self._publish_again(again)

    def session_kept(self, now_s: float) -> None:
        """We are connected again and the broker says it knows us: cover what its last save may have missed.

        Messages in flight stay there: MQTT itself sends them again under their packet ids.
        """
        self._kept.forget(now_s)
        if self._kept:
            self._publish_again(self._kept.take(self._kept.newest_s - RESTORE_GAP_S))

    def session_lost(self, now_s: float) -> None:
        """We are connected and the broker does not know us: everything it may have lost waits again."""
        self._waiting.extend(self._in_flight.values())
        self._in_flight.clear()
        self._kept.forget(now_s)
        self._publish_again(self._kept.take())

    def _publish_again(self, again: Iterable[_Numbered]) -> None:
        entries = list(again)
        self._open_bytes += sum(entry.message.size_bytes for entry in entries)
        self.counts.republished += len(entries)
        self._waiting = deque(sorted([*entries, *self._waiting]))
