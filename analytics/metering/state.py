"""Where a judgement stands after a read: all that later reads need of earlier ones, in less than a kilobyte.

    good ------- the last read whose energy is in the intervals, and `sums`, what stands open there
    pending ---- reads after it that do not fit it: a jump, a reset or spikes, not yet decided
    resets ----- reads before a recognised reset, each with the sums at that read: the register may return
    rival ------ a second stream of reads that shows now and then
    conflict --- two streams under one identity: energy is held back until one of them has fallen silent

Two states that are equal judge everything after them equally; therefore a recomputation may stop where its state
equals a stored one. States are values: nothing changes one, and its bytes are MessagePack.
"""

from __future__ import annotations

import msgspec

#: Before every read.
NEVER_US = 0
DAY_US = 86_400_000_000


class Read(msgspec.Struct, frozen=True, array_like=True):
    """What a register showed, in millionths of the point's unit."""

    time_us: int
    micro: int


class Sums(msgspec.Struct, frozen=True, array_like=True):
    """What stands open at an instant: its piece, the minute it lies in with the 14 before it, the local day's maximum.

    `minutes` are 15 energies, the open minute last. `day_us` is the local day of the last complete window.
    """

    position_us: int
    piece_us: int
    measured: int
    interpolated: int
    estimated: int
    covered_us: int
    minutes: tuple[int, ...]
    minute_covered: bool = False
    day_us: int | None = None
    day_micro: int = 0
    day_stop_us: int = 0


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A good read to which the judgement may have to go back, and the sums there."""

    good: Read
    sums: Sums


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """Reads since the last good one that do not fit it: the newest run consistent in itself, and those given up.

    `given_up` counts reads left out before the run, `first` and `last` are the ends of them.
    """

    run: tuple[Read, ...]
    given_up: int = 0
    first: Read | None = None
    last: Read | None = None


class Rival(msgspec.Struct, frozen=True, array_like=True):
    """A stream that is not ours: where we stood before it first showed, its last read, how often it has moved on."""

    mark: Mark
    last: Read
    seen: int = 1

    @property
    def until_us(self) -> int:
        """Until when it must have proved to be a register of its own."""
        return self.mark.good.time_us + DAY_US


class Conflict(msgspec.Struct, frozen=True, array_like=True):
    """Two streams under one identity: the last read of each. Energy since the good read is held back."""

    ours: Read
    theirs: Read


class State(msgspec.Struct, frozen=True, array_like=True):
    """Where the judgement stands after the read at `time_us`."""

    time_us: int = NEVER_US
    last: Read | None = None
    good: Read | None = None
    sums: Sums | None = None
    pending: Pending | None = None
    resets: tuple[Mark, ...] = ()
    rival: Rival | None = None
    conflict: Conflict | None = None

    @property
    def reach_us(self) -> int:
        """The earliest instant to which later reads can send the judgement back: edges must cover from there on."""
        if self.good is None or self.sums is None:
            return NEVER_US
        marks = (*self.resets, self.rival.mark) if self.rival else self.resets
        return min([self.sums.piece_us, *(mark.sums.piece_us for mark in marks)])

    def to_bytes(self) -> bytes:
        """The state as it is stored."""
        return _ENCODER.encode(self)

    @classmethod
    def from_bytes(cls, stored: bytes) -> State:
        """The state of stored bytes."""
        return _DECODER.decode(stored)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(State)
