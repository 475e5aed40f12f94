"""A batch: what ingest hands over to be stored in one transaction.

Good samples are columns; what could not become a reading is a value too, with its reason, and travels in the same
transaction, so that each message is either wholly accounted for or not at all.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from analytics.batches import Columns

#: How much of a refused payload is kept.
KEPT_PAYLOAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message or a sample that was refused, with its reason. `payload` is the whole message as it came."""

    reason: str
    detail: str
    topic: str | None = None
    payload: bytes = b""
    payload_bytes: int | None = None
    point_id: int | None = None
    time_us: int | None = None
    value: float | None = None
    stored_value: float | None = None
    #: How often the same was refused in one message.
    occurrences: int = 1
    #: Hash of the whole payload, where it tells one letter from another: made once a message, it may be large.
    payload_hash: bytes = b""

    @property
    def digest(self) -> bytes:
        """Equal for the very same letter again, so that a stuck device or a redelivery adds no row."""
        identity = (self.reason, self.detail, self.topic, self.point_id, self.time_us, self.value, self.payload_hash)
        return hashlib.blake2b(repr(identity).encode("utf-8", "backslashreplace"), digest_size=16).digest()

    @property
    def size(self) -> int:
        """Bytes of the payload as it came, also where only its beginning was kept."""
        return len(self.payload) if self.payload_bytes is None else self.payload_bytes


def payload_hash(payload: bytes) -> bytes:
    """What stands for a payload in the identity of a letter."""
    return hashlib.blake2b(payload, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class UnmappedSample:
    """A sample of something the registry does not know, as it was sent."""

    site: str
    device: str
    key: str
    time_us: int
    value: float | str | bool


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A device, or its broker on its behalf, says that it is there or gone."""

    device_id: int
    online: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Good samples in order of arrival, and what was refused.

    `worker` is the fixed name of who stores it, `key` identifies the batch when the answer to its COMMIT was lost.
    """

    worker: str
    received_at: datetime
    readings: Columns
    dead_letters: Sequence[DeadLetter] = ()
    unmapped: Sequence[UnmappedSample] = ()
    statuses: Sequence[StatusReport] = ()
    messages: int = 0
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch: how many samples or messages ended under which reason."""

    counts: Mapping[str, int]
    already: bool = False

    @property
    def stored(self) -> int:
        """Readings that were not there before."""
        return self.counts.get("stored", 0)
