"""The few MQTT 5 packets a load generator needs, as bytes: nothing between the message and the socket.

    publish:  0x32 | length | topic length, topic | packet id | 0x00 (no properties) | payload
              `topic_field` is encoded once for each device, the rest costs about a microsecond

A general client spends a hundred microseconds on a message, which would measure the client and not the receiver.
Reading knows CONNACK, SUBACK and PUBACK; whatever else the broker says is skipped by its length. It refuses a frame
that announces more than a broker ever sends to a publisher, for then we have lost our place in the stream.
"""

from collections.abc import Iterator
from typing import NamedTuple

CONNACK, PUBACK, SUBACK, DISCONNECT = 0x20, 0x40, 0x90, 0xE0
_LONGEST_ANSWER_BYTES = 65_536
_RECEIVE_MAXIMUM = 0x21
# How long the value of each property is that a CONNACK may carry before or beside Receive Maximum; -1: text, -2: pair.
_PROPERTY_BYTES = {
    0x11: 4, 0x12: -1, 0x13: 2, 0x15: -1, 0x16: -1, 0x1A: -1, 0x1C: -1, 0x1F: -1, 0x21: 2, 0x22: 2,
    0x24: 1, 0x25: 1, 0x26: -2, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1,
}  # fmt: skip


class BadFrameError(ValueError):
    """The peer does not speak MQTT 5, or we have lost our place in what it says."""


class Connack(NamedTuple):
    """What the broker answers to CONNECT."""

    session_present: bool
    reason_code: int
    receive_maximum: int


def remaining_length(length: int) -> bytes:
    """MQTT's variable byte integer."""
    encoded = bytearray()
    while True:
        length, digit = length >> 7, length & 0x7F
        encoded.append(digit | 0x80 if length else digit)
        if not length:
            return bytes(encoded)


_LENGTHS = [remaining_length(length) for length in range(16_384)]  # two bytes: nearly every message


def text(value: str) -> bytes:
    """A text with its length before it."""
    encoded = value.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def connect(
    client_id: str,
    *,
    clean_start: bool = True,
    session_expiry_s: int = 0,
    keepalive_s: int = 60,
    user: str | None = None,
    password: str | None = None,
) -> bytes:
    """CONNECT, without a will."""
    flags = 0x02 * clean_start | 0x80 * (user is not None) | 0x40 * (password is not None)
    properties = b"\x11" + session_expiry_s.to_bytes(4, "big")
    body = text("MQTT") + bytes([5, flags]) + keepalive_s.to_bytes(2, "big") + bytes([len(properties)]) + properties
    body += text(client_id) + (text(user) if user is not None else b"")
    body += text(password) if password is not None else b""
    return b"\x10" + remaining_length(len(body)) + body


def subscribe(packet_id: int, topic_filter: str) -> bytes:
    """SUBSCRIBE to one filter with QoS 1."""
    body = packet_id.to_bytes(2, "big") + b"\x00" + text(topic_filter) + b"\x01"
    return b"\x82" + remaining_length(len(body)) + body


def publish(topic_field: bytes, packet_id: int, payload: bytes) -> bytes:
    """PUBLISH with QoS 1; `topic_field` is `text(topic)`."""
    length = len(topic_field) + 3 + len(payload)
    size = _LENGTHS[length] if length < 16_384 else remaining_length(length)
    return b"".join((b"\x32", size, topic_field, packet_id.to_bytes(2, "big"), b"\x00", payload))


def disconnect() -> bytes:
    """DISCONNECT, nothing unusual."""
    return b"\xe0\x00"


class Reader:
    """Cuts what the socket brings, however it is cut there, into packets."""

    def __init__(self) -> None:
        self._rest = b""

    def packets(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """(packet type, body) of each packet that is complete by now."""
        buffer = self._rest + data if self._rest else data
        at, end = 0, len(buffer)
        while end - at >= 2:
            length, start = _read_length(buffer, at + 1)
            if start < 0 or start + length > end:
                break
            yield buffer[at] & 0xF0, buffer[start : start + length]
            at = start + length
        self._rest = buffer[at:]


def _read_length(buffer: bytes, at: int) -> tuple[int, int]:
    """A packet's length and where its body starts, -1 when the length itself is not complete."""
    length = shift = 0
    for position in range(at, min(at + 4, len(buffer))):
        length |= (buffer[position] & 0x7F) << shift
        shift += 7
        if buffer[position] < 0x80:
            if length > _LONGEST_ANSWER_BYTES:
                raise BadFrameError(f"a packet of {length} bytes from the broker: no publisher is ever sent that")
            return length, position + 1
    if len(buffer) - at >= 4:
        raise BadFrameError("a packet length of more than four bytes")
    return 0, -1


def parse_puback(body: bytes) -> tuple[int, int]:
    """The packet id and the reason code, which is left out on success."""
    return body[0] << 8 | body[1], body[2] if len(body) > 2 else 0


def parse_connack(body: bytes) -> Connack:
    """Session, reason and Receive Maximum."""
    if len(body) < 3:
        raise BadFrameError("a CONNACK without properties: the broker does not speak MQTT 5")
    receive_maximum = 65_535  # MQTT 5, 3.2.2.3.3
    size, at = _read_length(body, 2)
    end = at + size
    while at < end:
        kind, at = body[at], at + 1
        width = _PROPERTY_BYTES.get(kind)
        if width is None:
            raise BadFrameError(f"a CONNACK with an unknown property 0x{kind:02x}")
        if kind == _RECEIVE_MAXIMUM:
            receive_maximum = int.from_bytes(body[at : at + 2], "big")
        for _ in range(-width):
            at += 2 + int.from_bytes(body[at : at + 2], "big")
        at += max(width, 0)
    return Connack(bool(body[0] & 1), body[1], receive_maximum)
