"""Asking an MQTT 5 broker whether it lets us in and what it allows: one CONNECT, one CONNACK, goodbye.

    CONNECT  --> protocol 5, clean start, client id given by the broker, user name and password where there are any
    CONNACK  <-- reason code and the limits the broker states; a limit it does not state has the standard's default

This is a probe for start-up and diagnosis and understands nothing else of MQTT.
"""

from __future__ import annotations

import socket
import ssl
import struct
from contextlib import suppress
from dataclasses import dataclass

_REASONS = {
    0x84: "it does not speak MQTT 5",
    0x86: "user name or password is wrong",
    0x87: "this user is not authorised",
    0x88: "it is unavailable",
    0x89: "it is busy",
    0x8A: "this client is banned",
    0x97: "a quota is exceeded",
    0x9F: "too many connections at once",
}
#: Bytes that follow each property's identifier in a CONNACK; None: a two-byte length first, and pairs for 0x26.
_WIDTHS = {0x11: 4, 0x13: 2, 0x21: 2, 0x22: 2, 0x24: 1, 0x25: 1, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1}


class BrokerRefusedError(Exception):
    """The broker does not answer, or does not let us in; the message says how."""


@dataclass(frozen=True, slots=True)
class BrokerLimits:
    """What a broker allows."""

    receive_maximum: int = 65535
    maximum_qos: int = 2
    maximum_packet_bytes: int | None = None
    session_expiry_s: int | None = None
    shared_subscriptions: bool = True


def probe(
    host: str, port: int, username: str = "", password: str = "", tls: ssl.SSLContext | None = None
) -> BrokerLimits:
    """Ask a broker. Raises BrokerRefusedError."""
    try:
        with socket.create_connection((host, port), timeout=5.0) as plain:
            connection = plain if tls is None else tls.wrap_socket(plain, server_hostname=host)
            connection.sendall(_connect(username, password))
            answer = _receive(connection)
            with suppress(OSError):  # a farewell to one who has hung up already
                connection.sendall(b"\xe0\x00")
    except OSError as error:
        raise BrokerRefusedError(f"{host}:{port} does not answer ({error})") from error
    if len(answer) < 4 or answer[0] != 0x20:
        raise BrokerRefusedError(f"what answers on {host}:{port} is no MQTT broker")
    body = _body(answer)
    if body[1] != 0:
        raise BrokerRefusedError(f"{host}:{port} refused us: {_REASONS.get(body[1], f'reason 0x{body[1]:02x}')}")
    return _limits(body[2:])


def _connect(username: str, password: str) -> bytes:
    flags = 0x02 | (0x80 if username else 0) | (0x40 if password else 0)
    # Session expiry of a week is asked for, so that the answer tells what the broker makes of it.
    properties = b"\x11" + struct.pack(">I", 7 * 86400)
    body = b"\x00\x04MQTT\x05" + bytes((flags,)) + b"\x00\x0a" + bytes((len(properties),)) + properties + _text("")
    body += _text(username) if username else b""
    body += _text(password) if password else b""
    return b"\x10" + _length(len(body)) + body


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded


def _length(number: int) -> bytes:
    out = bytearray()
    while True:
        number, digit = divmod(number, 128)
        out.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _receive(connection: socket.socket) -> bytes:
    """One packet: a CONNACK is short, so its length takes one or two bytes."""
    answer = b""
    while len(answer) < 2 or len(answer) < 2 + (answer[1] & 0x7F):
        part = connection.recv(4096)
        if not part:
            break
        answer += part
    return answer


def _body(packet: bytes) -> bytes:
    at = 1
    while packet[at] & 0x80:
        at += 1
    return packet[at + 1 :]


def _limits(properties: bytes) -> BrokerLimits:
    """Read what the broker states."""
    found: dict[int, int] = {}
    at = 1
    while at < len(properties):
        kind = properties[at]
        at += 1
        width = _WIDTHS.get(kind)
        if width is None:  # a text (or two for a user property): not a limit
            for _ in range(2 if kind == 0x26 else 1):
                at += 2 + int.from_bytes(properties[at : at + 2])
            continue
        found[kind] = int.from_bytes(properties[at : at + width])
        at += width
    return BrokerLimits(
        receive_maximum=found.get(0x21, 65535),
        maximum_qos=found.get(0x24, 2),
        maximum_packet_bytes=found.get(0x27),
        session_expiry_s=found.get(0x11),
        shared_subscriptions=bool(found.get(0x2A, 1)),
    )
