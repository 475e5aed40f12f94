"""From messages to a batch: which point each value belongs to, in which unit, and whether it may become a reading.

    message -> codec -> report(site, device, time, values) -> directory -> columns -> analytics.readings.judge
                 |                     |           |                                        |
              Rejected              Status     unmapped                              dead letters by verdict

Devices send the same keys again and again, so a device remembers, for each set of keys it has sent, the places they
lead to: the usual message costs two look-ups, not one for each value. The remembering is bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np

from analytics.batches import Columns
from analytics.readings import Int32, Verdict, judge
from ingest.codecs import Codec, Decoded, Rejected, Report, Status, Value
from ingest.draft import Draft
from ingest.intake import Arrival
from ingest.mqtt.frames import Message
from services.batch import Batch, DeadLetter, StatusReport, UnmappedSample
from services.points import DeviceAddress, PointDirectory

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPES_A_DEVICE = 64
_EXPLAIN = {
    Verdict.NOT_A_NUMBER: "the value is not finite",
    Verdict.FUTURE: "the sample's time is further ahead of our clock than the device may be: check the device's clock",
    Verdict.BEFORE_RETENTION: "the sample is older than raw readings are kept: check the device's clock",
    Verdict.OUT_OF_RANGE: "the value is outside the point's valid range, in canonical units",
}


class _Device:
    """A device of the directory and the shapes of message it has sent."""

    __slots__ = ("address", "shapes")

    def __init__(self, address: DeviceAddress) -> None:
        self.address = address
        self.shapes: dict[tuple[str, ...], Int32 | None] = {}

    def shape(self, keys: tuple[str, ...]) -> Int32 | None:
        """The places of these keys, None where one of them is unknown."""
        if keys not in self.shapes and len(self.shapes) < _SHAPES_A_DEVICE:
            self.shapes[keys] = self._find(keys)
        return self.shapes[keys] if keys in self.shapes else self._find(keys)

    def _find(self, keys: tuple[str, ...]) -> Int32 | None:
        places = self.address.places
        if any(key not in places for key in keys):
            return None
        return np.array([places[key].index for key in keys], dtype=np.int32)


class Translator:
    """Translates batches against one registry revision; a changed registry needs a new one."""

    def __init__(
        self, codec: Codec, directory: PointDirectory, *, worker: str, payload_limit: int, retention: timedelta
    ) -> None:
        self._codec = codec
        self._directory = directory
        self._devices = {name: _Device(address) for name, address in directory.devices.items()}
        self._worker = worker
        self._payload_limit = payload_limit
        self._retention_us = retention // timedelta(microseconds=1)

    @property
    def revision(self) -> int:
        """The registry revision that this translator knows."""
        return self._directory.revision

    def translate(self, arrivals: Sequence[Arrival]) -> Batch:
        """Turn what arrived into a batch that accounts for every message."""
        draft = Draft()
        messages = 0
        for arrival in arrivals:
            messages += len(arrival.messages)
            for message in arrival.messages:
                self._message(draft, message, arrival.received_us)
        received_us = arrivals[-1].received_us
        readings = self._judge(draft, received_us)
        return Batch(
            self._worker,
            _EPOCH + timedelta(microseconds=received_us),
            readings,
            draft.letters,
            draft.unmapped,
            draft.statuses,
            messages,
        )

    def _message(self, draft: Draft, message: Message, received_us: int) -> None:
        topic = message.topic.decode("utf-8", "backslashreplace").replace("\0", "\\0")
        if message.payload_bytes > self._payload_limit:
            detail = f"{message.payload_bytes} bytes; the limit is {self._payload_limit}"
            draft.refuse(topic, message, Rejected("too_large", detail))
            return
        for item in self._codec.decode(topic, message.payload):
            if type(item) is Report:
                self._report(draft, topic, message, item, received_us)
            else:
                self._other(draft, topic, message, item)

    def _report(self, draft: Draft, topic: str, message: Message, report: Report, received_us: int) -> None:
        time_us = received_us if report.time_us is None else report.time_us
        device = self._devices.get((report.site, report.device))
        if device is not None and report.numeric:
            shape = device.shape(tuple(report.values))
            if shape is not None:
                draft.add(shape, cast("Collection[float]", report.values.values()), time_us, topic, message)
                return
        self._each(draft, topic, message, report, time_us)

    def _each(self, draft: Draft, topic: str, message: Message, report: Report, time_us: int) -> None:
        """A report with a stranger or a text in it, value by value."""
        device = self._devices.get((report.site, report.device))
        indexes: list[int] = []
        values: list[float] = []
        for key, value in report.values.items():
            place = device.address.places.get(key) if device else None
            if place is None:
                draft.unmapped.append(UnmappedSample(report.site, report.device, key, time_us, value))
                continue
            number = _number(value, place.states) if place.is_state else value
            if isinstance(number, float):
                indexes.append(place.index)
                values.append(number)
            else:
                draft.refuse(topic, message, _wrong(key, value, place.is_state, place.states))
        if indexes:
            draft.add(np.array(indexes, dtype=np.int32), values, time_us, topic, message)

    def _other(self, draft: Draft, topic: str, message: Message, item: Decoded) -> None:
        if isinstance(item, Rejected):
            draft.refuse(topic, message, item)
            return
        assert isinstance(item, Status)
        device = self._devices.get((item.site, item.device))
        if device is None or device.address.device_id is None:
            if message.payload:
                draft.refuse(
                    topic, message, Rejected("unknown_device", "a status of a device the registry does not know")
                )
            return
        draft.statuses.append(StatusReport(device.address.device_id, item.online))

    def _judge(self, draft: Draft, received_us: int) -> Columns:
        index, times_us, sent, origin = draft.columns()
        values, verdicts = judge(
            index, times_us, sent, self._directory.limits, received_us, received_us - self._retention_us
        )
        readings = Columns(self._directory.point_ids[index], times_us, values)
        bad = np.flatnonzero(verdicts)
        if len(bad) == 0:
            return readings
        shown: set[tuple[int, Verdict]] = set()  # the payload stands with the first letter of its kind only
        for at in bad.tolist():
            verdict = Verdict(int(verdicts[at]))
            topic, message = draft.sources[origin[at]]
            draft.letters.append(
                DeadLetter(
                    verdict.reason,
                    _EXPLAIN[verdict],
                    topic,
                    b"" if (origin[at], verdict) in shown else message.payload,
                    payload_bytes=message.payload_bytes,
                    point_id=int(readings.point_ids[at]),
                    time_us=int(times_us[at]),
                    value=float(values[at]),
                )
            )
            shown.add((origin[at], verdict))
        return readings.take(verdicts == Verdict.GOOD)


def _number(value: Value, states: Mapping[str, float]) -> float | None:
    """A state as a number: a text by the template's table, a switch as 1 or 0; None for a text the table lacks."""
    if isinstance(value, bool):
        return float(value)
    return states.get(value) if isinstance(value, str) else value


def _wrong(key: str, value: Value, is_state: bool, states: Mapping[str, float]) -> Rejected:
    if is_state:
        return Rejected("unknown_state", f"{key[:80]}: the template knows {', '.join(states)}, not {str(value)[:80]!r}")
    return Rejected("wrong_type", f"{key[:80]} is {value!r:.80}, not a number")
