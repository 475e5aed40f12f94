"""How samples look on the wire: topics and JSON of the native dialect.

    ioe/v1/<site>/<device>/telemetry   {"ts": ..., "values": {...}}, or an array of these
    ioe/v1/<site>/<device>/status      {"status": "online"}, retained

Gateways of different makes stamp time differently, so ours do too: local time with its offset, UTC, or Unix
milliseconds.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from simulators.factory.clock import iso_local, iso_utc
from simulators.factory.telemetry import Sample, Value

_ENCODER = msgspec.json.Encoder()


class Stamp(enum.Enum):
    """How a gateway writes the time."""

    LOCAL = "local"
    UTC = "utc"
    UNIX_MS = "unix_ms"


def telemetry_topic(site: str, device: str) -> str:
    """Topic of a device's values."""
    return f"ioe/v1/{site}/{device}/telemetry"


def status_topic(site: str, device: str) -> str:
    """Topic of a device's retained status."""
    return f"ioe/v1/{site}/{device}/status"


def status_payload(*, online: bool) -> bytes:
    """The status a device or a will publishes."""
    return b'{"status":"online"}' if online else b'{"status":"offline"}'


def telemetry_payload(samples: Sequence[Sample], stamp: Stamp) -> bytes:
    """One sample as an object, several (a backlog) as an array."""
    objects = [{"ts": _stamped(sample.time_s, stamp), "values": sample.values} for sample in samples]
    return _ENCODER.encode(objects[0] if len(objects) == 1 else objects)


@lru_cache(maxsize=64)
def _stamped(time_s: float, stamp: Stamp) -> Value:
    if stamp is Stamp.UNIX_MS:
        return round(time_s * 1000)
    return iso_local(time_s) if stamp is Stamp.LOCAL else iso_utc(time_s)
