"""Payload codecs: one pure file for each dialect that devices speak.

A codec turns topic and payload into values: reports of what a device measured, a device's status, or a refusal with its
reason. It knows no registry, no clock and no I/O, and never raises on bad input: bad input is a value too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

import msgspec

Value: TypeAlias = float | str | bool


class Report(msgspec.Struct, frozen=True, gc=False):
    """What one device says of one instant.

    `time_us`: microseconds since 1970, None where the device sent no time. `numeric`: every value is a float already,
    so that nobody has to look at each of them.
    """

    site: str
    device: str
    time_us: int | None
    values: Mapping[str, Value]
    numeric: bool = False


class Status(msgspec.Struct, frozen=True):
    """A device, or the broker on its behalf, says that it is there or gone."""

    site: str
    device: str
    online: bool


class Rejected(msgspec.Struct, frozen=True):
    """A message, or a part of it, that cannot be read; `detail` says what to mend."""

    reason: str
    detail: str


Decoded: TypeAlias = Report | Status | Rejected


class Codec(Protocol):
    """A dialect: which topics carry it, and how a message of it reads."""

    @property
    def topics(self) -> Sequence[str]:
        """Topic filters whose messages a group of workers shares."""

    @property
    def status_topics(self) -> Sequence[str]:
        """Topic filters that each worker of a group reads itself: retained messages do not come by a shared one."""

    def decode(self, topic: str, payload: bytes) -> Sequence[Decoded]:
        """Read one message. Never raises."""
