"""Splitting what the broker sends into PUBLISH messages and everything else.

    socket -> feed(bytes) -> messages (PUBLISH, read here)
                          -> control  (all other packets, byte for byte, for paho)

paho reads a packet with one recv for its first byte, one for each byte of its length and one for its body, and builds
objects around it. A PUBLISH is a length, a topic, a packet id and a payload (MQTT 5, 3.3): cut out of a large buffer it
costs a twentieth of that. A payload above the limit is never held in memory: its beginning is kept, the
rest is skipped as it comes.
"""

from __future__ import annotations

from typing import NamedTuple

_PUBLISH = 0x30
_QOS = 0x06
#: More than a topic (65,535 bytes at most) and the usual properties: behind so much, the payload has begun.
_ENOUGH_OF_IT = 1 << 17


class Message(NamedTuple):
    """A PUBLISH. `payload_bytes` is its size as sent; `payload` is shorter where it was above the limit."""

    topic: bytes
    payload: bytes
    packet_id: int
    payload_bytes: int


class MalformedStreamError(Exception):
    """What came cannot be MQTT 5: the connection must be closed."""


class FrameSplitter:
    """Cuts one connection's stream; a new connection needs a new splitter.

    `payload_limit`: payloads above it are cut to `kept_bytes`.
    """

    def __init__(self, payload_limit: int, kept_bytes: int) -> None:
        self._limit = payload_limit
        self._kept = kept_bytes
        self._rest = b""
        self._skip = 0

    def feed(self, data: bytes) -> tuple[list[Message], bytes]:
        """Take what was received; gives the messages complete by now and the bytes of all other packets.

        Raises MalformedStreamError.
        """
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        if self._rest:
            data = self._rest + data
        messages: list[Message] = []
        control = b""
        limit, at, end = self._limit, 0, len(data)
        while at + 2 <= end:
            first, length, body = data[at], data[at + 1], at + 2
            if length & 0x80:
                length, body = _variable_length(data, at + 1)
                if body == 0:
                    break
            stop = body + length
            if first & 0xF0 == _PUBLISH:
                if stop > end and (length <= limit + _ENOUGH_OF_IT or end - body < _ENOUGH_OF_IT + self._kept):
                    break  # wait for the rest, or for enough of it to keep
                message = _publish(data, first, body, stop)
                messages.append(message if message.payload_bytes <= limit else self._cut(message))
                if stop > end:
                    self._skip = stop - end
                    at = end
                    break
            elif stop > end:
                break
            else:
                control += data[at:stop]
            at = stop
        self._rest = data[at:]
        return messages, control

    def _cut(self, message: Message) -> Message:
        return message._replace(payload=message.payload[: self._kept])


def _publish(data: bytes, first: int, body: int, stop: int) -> Message:
    """Read a PUBLISH whose body is data[body:stop], as far as it has come."""
    topic = body + 2
    at = topic + (data[body] << 8 | data[body + 1])
    if first & _QOS:
        packet_id = data[at] << 8 | data[at + 1]
        properties = at + 2
    else:
        packet_id = 0
        properties = at
    payload = properties + 1
    if data[properties]:
        length, payload = _variable_length(data, properties)
        payload += length
    if payload > stop:
        raise MalformedStreamError("a PUBLISH is shorter than its own header says")
    return Message(data[topic:at], data[payload:stop], packet_id, stop - payload)


def _variable_length(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer (MQTT 5, 1.5.5) and the place behind it; (0, 0) while it is incomplete."""
    value = shift = 0
    for position in range(at, min(at + 4, len(data))):
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, position + 1
        shift += 7
    if at + 4 <= len(data):
        raise MalformedStreamError("a length runs over four bytes")
    return 0, 0
