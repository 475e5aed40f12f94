"""A batch while it is being translated: lists that grow message by message and become columns at the end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics.readings import Float64, Int32, Int64
from ingest.codecs import Rejected
from ingest.mqtt.frames import Message
from services.batch import DeadLetter, StatusReport, UnmappedSample, payload_hash

#: Of one message and reason; further ones raise the last letter's count.
_LETTERS_OF_A_KIND = 20


class Draft:
    """What has been translated so far."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []
        self.unmapped: list[UnmappedSample] = []
        self.statuses: list[StatusReport] = []
        #: The message behind each report, for the letter of a sample that is refused later.
        self.sources: list[tuple[str, Message]] = []
        self._refused_of: Message | None = None
        self._refused_hash = b""
        self._refused: dict[str, list[int]] = {}  # reason -> places in `letters`, of the present message
        self._places: list[Int32] = []
        self._times_us: list[int] = []
        self._values: list[float] = []

    def add(self, places: Int32, values: Collection[float], time_us: int, topic: str, message: Message) -> None:
        """Add one report: its values in the order of its places."""
        self._places.append(places)
        self._values.extend(values)
        self._times_us.append(time_us)
        self.sources.append((topic, message))

    def refuse(self, topic: str, message: Message, rejected: Rejected) -> None:
        """Add a dead letter; a message with a thousand faults of one kind gets a few letters and a count."""
        if self._refused_of is not message:
            self._refused_of, self._refused_hash, self._refused = message, payload_hash(message.payload), {}
        letters = self._refused.setdefault(rejected.reason, [])
        if len(letters) == _LETTERS_OF_A_KIND:
            last = letters[-1]
            self.letters[last] = replace(self.letters[last], occurrences=self.letters[last].occurrences + 1)
            return
        letters.append(len(self.letters))
        self.letters.append(
            DeadLetter(
                rejected.reason,
                rejected.detail,
                topic,
                message.payload,
                payload_bytes=message.payload_bytes,
                payload_hash=self._refused_hash,
            )
        )

    def columns(self) -> tuple[Int32, Int64, Float64, NDArray[np.int64]]:
        """Place, time, value as sent, and source of each sample."""
        counts = np.fromiter(map(len, self._places), dtype=np.int64, count=len(self._places))
        return (
            np.concatenate(self._places) if self._places else np.empty(0, dtype=np.int32),
            np.repeat(np.array(self._times_us, dtype=np.int64), counts),
            np.array(self._values, dtype=np.float64),
            np.repeat(np.arange(len(counts)), counts),
        )
