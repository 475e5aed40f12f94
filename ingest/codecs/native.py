"""The native dialect, `ioe/v1/<site>/<device>/telemetry` and `.../status` (docs/wire.md).

Two ways to the same result. A message that is all in order (one object or an array of them, times with offset, numbers
only) is decoded in one call. Anything else is read again with patience, so that each wrong part gets its own reason and
the good parts still count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, cast

import msgspec

from ingest.codecs import Decoded, Rejected, Report, Status, Value

_TOPIC = re.compile(r"ioe/v1/([^/]+)/([^/]+)/(telemetry|status)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Years 1970 to 9999, in milliseconds: what a time can be at all.
_LAST_MS = 253_402_300_799_999


class _Telemetry(msgspec.Struct):
    values: dict[str, float]
    ts: Annotated[datetime, msgspec.Meta(tz=True)] | Annotated[int, msgspec.Meta(ge=0, le=_LAST_MS)] | None = None


class _Status(msgspec.Struct):
    status: str


_telemetry = msgspec.json.Decoder(_Telemetry)
_backlog = msgspec.json.Decoder(list[_Telemetry])
_status = msgspec.json.Decoder(_Status)


class Native:
    """The codec of our own dialect."""

    #: Everything below our prefix, so that a device with a wrong topic is heard and named instead of lost.
    topics: Sequence[str] = ("ioe/v1/#",)
    status_topics: Sequence[str] = ("ioe/v1/+/+/status",)

    def __init__(self) -> None:
        self._names: dict[str, tuple[str, str, str]] = {}

    def decode(self, topic: str, payload: bytes) -> Sequence[Decoded]:
        """Read one message. Never raises."""
        name = self._names.get(topic)
        if name is None:
            match = _TOPIC.fullmatch(topic)
            if match is None:
                return [Rejected("wrong_topic", "topics are ioe/v1/<site>/<device>/telemetry or .../status")]
            name = (match[1], match[2], match[3])
            if len(self._names) < 100_000:  # a stranger that invents topics must not fill the memory
                self._names[topic] = name
        site, device, kind = name
        if kind == "status":
            return [_read_status(site, device, payload)]
        try:
            items = _backlog.decode(payload) if payload[:1] == b"[" else (_telemetry.decode(payload),)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return list(_read_patiently(site, device, payload))
        reports = [Report(site, device, _us(item.ts), item.values, numeric=True) for item in items if item.values]
        return reports or [Rejected("empty", "there is no value in it")]


def _us(ts: datetime | int | None) -> int | None:
    """Microseconds since 1970. A double holds them exactly to the microsecond until the year 2255."""
    if ts is None:
        return None
    return ts * 1000 if isinstance(ts, int) else round(ts.timestamp() * 1e6)


def _read_status(site: str, device: str, payload: bytes) -> Decoded:
    try:
        status = _status.decode(payload).status
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Rejected("wrong_shape", f'a status is {{"status": "online"}} or {{"status": "offline"}}: {error}')
    if status not in ("online", "offline"):
        return Rejected("wrong_shape", f"a status is online or offline, not {status[:40]!r}")
    return Status(site, device, status == "online")


def _read_patiently(site: str, device: str, payload: bytes) -> Iterator[Decoded]:
    try:
        # Python's own reader takes NaN and Infinity, so that they can be refused by their name.
        content = json.loads(payload)
    except (ValueError, RecursionError) as error:
        yield Rejected("not_json", f"the payload is not JSON: {error}")
        return
    items = content if isinstance(content, list) else [content]
    for position, item in enumerate(items):
        where = f"item {position}: " if isinstance(content, list) else ""
        yield from _read_item(site, device, item, where)


def _read_item(site: str, device: str, item: object, where: str) -> Iterator[Decoded]:
    if not isinstance(item, dict) or not isinstance(item.get("values"), dict):
        yield Rejected(
            "wrong_shape", f'{where}telemetry is {{"ts": ..., "values": {{key: number}}}} or an array of these'
        )
        return
    time_us = _read_time(item.get("ts"), where)
    if isinstance(time_us, Rejected):
        yield time_us
        return
    good: dict[str, Value] = {}
    for key, value in cast("Mapping[str, object]", item["values"]).items():
        refusal = _refuse(key, value, where)
        if refusal:
            yield refusal
        else:
            good[key] = float(value) if type(value) is int else cast("Value", value)
    if good:
        yield Report(site, device, time_us, good)


def _read_time(ts: object, where: str) -> int | Rejected | None:
    if ts is None:
        return None
    if isinstance(ts, str):
        return _read_iso(ts, where)
    if isinstance(ts, int) and not isinstance(ts, bool) and 0 <= ts <= _LAST_MS:
        return ts * 1000
    return Rejected("bad_time", f"{where}ts must be ISO 8601 with offset or Unix milliseconds, not {str(ts)[:40]!r}")


def _read_iso(ts: str, where: str) -> int | Rejected | None:
    try:
        time = msgspec.convert(ts, datetime)
    except msgspec.ValidationError:
        return Rejected("bad_time", f"{where}ts {ts[:40]!r} is not ISO 8601")
    if time.tzinfo is None:
        return Rejected("no_offset", f"{where}ts {ts[:40]!r} has no offset: append Z or the zone's, such as +08:00")
    return _us(time)


def _refuse(key: str, value: object, where: str) -> Rejected | None:
    """The reason why a value cannot be a sample, or None."""
    if value is None:
        return Rejected("null", f"{where}{key[:80]} is null")
    if isinstance(value, (bool, str)):
        return None
    if isinstance(value, int):
        return Rejected("not_a_number", f"{where}{key[:80]} is too large a number") if abs(value) > 1e300 else None
    if isinstance(value, float):
        finite = value - value == 0
        return None if finite else Rejected("not_a_number", f"{where}{key[:80]} is {value}")
    return Rejected(
        "wrong_type", f"{where}{key[:80]} is {'an object' if isinstance(value, dict) else 'an array'}, not a number"
    )
